//! The handshakes that a server accepted, so that a recorded one is not accepted again.

use std::sync::Arc;

use super::guard::guarded_value;
use crate::replay_cache;

/// Remembers handshakes, of fake TLS and of plain obfuscation. One cache serves
/// all servers that have the same secrets, from any number of threads.
#[derive(uniffi::Object)]
pub struct ReplayCache(Arc<replay_cache::ReplayCache>);

#[uniffi::export]
impl ReplayCache {
    /// Room for 65536 handshakes (about 3 MB when it is full), each kept for two
    /// days.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Arc::default()))
    }

    /// Room for so many handshakes, each kept for so many seconds.
    #[uniffi::constructor]
    pub fn of(capacity: u32, window_seconds: u32) -> Arc<Self> {
        let capacity = usize::try_from(capacity).unwrap_or(usize::MAX);
        let cache = replay_cache::ReplayCache::new(capacity, window_seconds);
        Arc::new(Self(Arc::new(cache)))
    }

    /// How many handshakes are remembered now.
    pub fn count(&self) -> u64 {
        guarded_value(0, || u64::try_from(self.0.len()).unwrap_or(u64::MAX))
    }

    /// How many were forgotten before their time because the cache was full. If
    /// it grows, the capacity is too small.
    pub fn forgotten(&self) -> u64 {
        guarded_value(0, || self.0.forgotten())
    }
}

impl ReplayCache {
    pub(super) fn core(&self) -> Arc<replay_cache::ReplayCache> {
        Arc::clone(&self.0)
    }
}
