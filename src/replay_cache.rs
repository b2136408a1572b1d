//! Remembers the handshakes that were accepted, so that none is accepted twice.
//!
//! One cache serves all contexts of a server, fake TLS and plain obfuscation
//! alike, from any thread. Only handshakes that a secret opened go in, after
//! all other checks.
//!
//! What is remembered must not be something that a recorder can change and
//! still be accepted:
//!
//! ```text
//! ClientHello   | random 0..16 | 16..28 | 28..32 time |    key: 0..16, as the reference server.
//!                                                          The time is outside the digest and
//!                                                          must not be part of the key.
//! obfuscation   | 0..8 | 8..56 key, IV | 56..64 |          key: SHA-256 of 8..56. The rest can
//! header                                                   be changed at will (56..64 is under
//!                                                          CTR: a flipped bit is a flipped bit).
//! ```
//!
//! For the same reason a long window is worth more than the time window asks
//! for: a recorded hello with a new time is fresh as soon as it is forgotten.

mod keys;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::allocate::OutOfMemory;
use keys::Keys;

/// How many handshakes are remembered: mtprotoproxy's number; about 3 MB when full.
const DEFAULT_CAPACITY: usize = 65536;

/// For how many seconds: the reference server's two days.
const DEFAULT_WINDOW: u32 = 2 * 24 * 3600;

/// What stands for one handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReplayKey([u8; 16]);

impl ReplayKey {
    /// Of a ClientHello, from its random as it came.
    pub(crate) fn of_hello(random: &[u8; 32]) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&random[..16]);
        Self(key)
    }

    /// Of an obfuscated connection, from the 64 bytes it began with.
    pub(crate) fn of_obfuscation_header(header: &[u8; 64]) -> Self {
        let digest = Sha256::digest(&header[8..56]);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }
}

/// A bounded memory of handshakes.
///
/// When it is full, the oldest one is forgotten, even if its window is not over.
/// Refusing new handshakes instead would let whoever holds a secret (they are
/// often public) shut everybody else out; forgetting gains nothing for those who
/// hold none, because they cannot put anything in. [`Self::forgotten`] counts
/// these, so that an operator sees when the capacity is too small.
///
/// A clock that jumps back does not revive anything: the latest time ever seen
/// is what counts, and entries are kept longer instead.
pub struct ReplayCache {
    capacity: usize,
    state: Mutex<State>,
}

/// What is inside the lock.
///
/// Sorted keys and no hash table: no step takes much longer than another (a table
/// that grows moves all its entries at once), and no random state is needed.
struct State {
    window: u32,
    latest: u32,
    known: Keys,
    /// The same keys with their times, oldest first.
    order: VecDeque<(u32, ReplayKey)>,
    forgotten: u64,
}

impl fmt::Debug for ReplayCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayCache")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Default for ReplayCache {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY, DEFAULT_WINDOW)
    }
}

impl ReplayCache {
    /// Remembers at most `capacity` handshakes (at least 1) for `window` seconds each.
    #[must_use]
    pub fn new(capacity: usize, window: u32) -> Self {
        Self {
            capacity: capacity.max(1),
            state: Mutex::new(State {
                window,
                latest: 0,
                known: Keys::default(),
                order: VecDeque::new(),
                forgotten: 0,
            }),
        }
    }

    /// Remembers a handshake; `false` if it is known already.
    ///
    /// A known one keeps its first time.
    pub(crate) fn insert(&self, key: ReplayKey, unix_time: u32) -> Result<bool, OutOfMemory> {
        self.lock().insert(key, unix_time, self.capacity)
    }

    /// The same for a hello that was accepted within `allowed_skew` seconds.
    ///
    /// A hello from a clock that is ahead by the skew is accepted for twice the
    /// skew; so long it has to be remembered, and the window is made longer if
    /// it is shorter than that.
    pub(crate) fn insert_for_skew(
        &self,
        key: ReplayKey,
        unix_time: u32,
        allowed_skew: u32,
    ) -> Result<bool, OutOfMemory> {
        let mut state = self.lock();
        state.window = state.window.max(allowed_skew.saturating_mul(2));
        state.insert(key, unix_time, self.capacity)
    }

    /// How many handshakes are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().order.len()
    }

    /// Whether no handshake is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many were forgotten before their time, because the cache was full.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.lock().forgotten
    }

    /// A thread that panicked while it held the lock cannot have left less than
    /// a usable state: at worst one key too many.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn insert(
        &mut self,
        key: ReplayKey,
        unix_time: u32,
        capacity: usize,
    ) -> Result<bool, OutOfMemory> {
        self.latest = self.latest.max(unix_time);
        while let Some(&(time, oldest)) = self.order.front()
            && self.latest - time > self.window
        {
            self.order.pop_front();
            self.known.remove(&oldest);
        }
        let full = self.order.len() >= capacity;
        if !full {
            self.order.try_reserve(1).map_err(|_| OutOfMemory)?;
        }
        if !self.known.insert(key)? {
            return Ok(false);
        }
        if full && let Some((_, oldest)) = self.order.pop_front() {
            self.known.remove(&oldest);
            self.forgotten += 1;
        }
        self.order.push_back((self.latest, key));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;
    use std::thread;

    use super::*;

    fn key(n: u32) -> ReplayKey {
        let mut random = [0; 32];
        random[..4].copy_from_slice(&n.to_le_bytes());
        ReplayKey::of_hello(&random)
    }

    #[test]
    fn a_handshake_is_new_once_within_its_window() {
        let cache = ReplayCache::new(10, 100);
        assert_eq!(cache.insert(key(1), 1000), Ok(true));
        assert_eq!(cache.insert(key(1), 1000), Ok(false));
        assert_eq!(cache.insert(key(1), 1100), Ok(false));
        assert_eq!(cache.insert(key(1), 1101), Ok(true), "the window is over");
        assert_eq!((cache.len(), cache.forgotten()), (1, 0));
    }

    #[test]
    fn the_window_is_never_shorter_than_a_hello_is_good() {
        let cache = ReplayCache::new(10, 5);
        // Made by a clock that is 120 s ahead: good from 1000 - 0 to 1240.
        assert_eq!(cache.insert_for_skew(key(1), 1000, 120), Ok(true));
        assert_eq!(cache.insert_for_skew(key(1), 1240, 120), Ok(false));
        assert_eq!(cache.insert_for_skew(key(1), 1241, 120), Ok(true));
    }

    #[test]
    fn a_full_cache_forgets_the_oldest_and_counts_it() {
        let cache = ReplayCache::new(3, 100);
        for n in 0..5 {
            assert_eq!(cache.insert(key(n), 1000), Ok(true));
        }
        assert_eq!((cache.len(), cache.forgotten()), (3, 2));
        for n in 2..5 {
            assert_eq!(cache.insert(key(n), 1000), Ok(false));
        }
        assert_eq!(cache.insert(key(0), 1000), Ok(true));
        assert_eq!((cache.len(), cache.forgotten()), (3, 3));
        // What has expired makes room without being counted.
        assert_eq!(cache.insert(key(9), 2000), Ok(true));
        assert_eq!((cache.len(), cache.forgotten()), (1, 3));
    }

    #[test]
    fn a_clock_that_jumps_back_revives_nothing() {
        let cache = ReplayCache::new(10, 100);
        assert_eq!(cache.insert(key(1), 5000), Ok(true));
        assert_eq!(cache.insert(key(1), 1000), Ok(false));
        assert_eq!(cache.insert(key(2), 1000), Ok(true));
        assert_eq!(
            cache.insert(key(2), 5100),
            Ok(false),
            "kept by the latest time"
        );
        assert_eq!(cache.insert(key(3), u32::MAX), Ok(true));
        assert_eq!(cache.len(), 1);
        assert_eq!(cache.insert(key(4), 0), Ok(true));
        assert_eq!(cache.insert(key(3), 0), Ok(false));
    }

    #[test]
    fn what_a_recorder_can_change_is_not_part_of_the_key() {
        let hello = [7; 32];
        let mut later = hello;
        later[28..].fill(9);
        assert_eq!(ReplayKey::of_hello(&hello), ReplayKey::of_hello(&later));
        let header = [7; 64];
        for at in 0..64 {
            let mut other = header;
            other[at] ^= 1;
            assert_eq!(
                ReplayKey::of_obfuscation_header(&header)
                    != ReplayKey::of_obfuscation_header(&other),
                (8..56).contains(&at)
            );
        }
    }

    #[test]
    fn of_many_threads_one_is_first() {
        let cache = Arc::new(ReplayCache::default());
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let cache = Arc::clone(&cache);
                thread::spawn(move || {
                    (0..500)
                        .filter(|&n| cache.insert(key(n), 1).unwrap())
                        .count()
                })
            })
            .collect();
        let new: usize = threads.into_iter().map(|t| t.join().unwrap()).sum();
        assert_eq!((new, cache.len()), (500, 500));
    }
}
