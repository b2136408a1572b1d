//! What time it is: the system's clock, or a time that the app hands in.
//!
//! The one place where a clock is read, and only for fake TLS and the replay
//! cache: nothing else in MTProto's transports knows the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where a transport takes the time from, in Unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    #[default]
    System,
    /// The time stands still.
    At(u32),
}

impl Clock {
    /// The time now. On the wire it has 32 bits, which wrap in 2106; a system
    /// clock before 1970 counts as 1970.
    pub(crate) fn unix_time(self) -> u32 {
        match self {
            Self::At(time) => time,
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let [.., a, b, c, d] = since.unwrap_or_default().as_secs().to_be_bytes();
                u32::from_be_bytes([a, b, c, d])
            }
        }
    }
}
