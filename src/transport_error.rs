//! Transport errors: the codes that a server sends instead of a packet.

use core::ffi::CStr;
use core::fmt;

/// A transport error: the code, positive, as HTTP would number it.
///
/// It goes over the wire as one negative number in a frame of its own
/// ("Transport errors" of the specification). The connection is of no use
/// after it: close it, and do what [`meaning`](Self::meaning) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransportError(u32);

impl TransportError {
    /// What HTTP would answer with 403.
    pub const FORBIDDEN: Self = Self(403);
    /// The DC does not know the authorization key, or a field was wrong.
    pub const AUTH_KEY_NOT_FOUND: Self = Self(404);
    /// Too many connections, or too many messages in one.
    pub const TRANSPORT_FLOOD: Self = Self(429);
    /// The DC id is not one of this server's.
    pub const INVALID_DC: Self = Self(444);

    pub(crate) const UNKNOWN_MEANING: &'static CStr =
        c"a code without a published meaning; close the connection";

    /// The error with this code, if it can go over the wire: from 1 to
    /// 2<sup>31</sup> - 1.
    #[must_use]
    pub const fn new(code: u32) -> Option<Self> {
        if code == 0 || code > i32::MAX.unsigned_abs() {
            None
        } else {
            Some(Self(code))
        }
    }

    /// From the negative number on the wire. The one number without a positive
    /// counterpart, which nobody sends, counts as its neighbour.
    pub(crate) const fn from_wire(number: i32) -> Self {
        Self(number.saturating_neg().unsigned_abs())
    }

    /// The bytes of the negative number on the wire.
    pub(crate) const fn to_wire(self) -> [u8; 4] {
        self.0.wrapping_neg().to_le_bytes()
    }

    /// The code: 404 for what goes over the wire as -404.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.0
    }

    /// What the code means and what to do, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.meaning_c().to_str().unwrap_or_default()
    }

    /// The same as a C string: the one place where the texts stand.
    pub(crate) const fn meaning_c(self) -> &'static CStr {
        match self {
            Self::FORBIDDEN => {
                c"forbidden: the server refuses this connection, as HTTP would with 403"
            }
            Self::AUTH_KEY_NOT_FOUND => {
                c"authorization key not found: this DC does not know the key, or a field of the message is wrong; make a new key, or check the DC"
            }
            Self::TRANSPORT_FLOOD => {
                c"transport flood: too many connections or messages in a short time; wait before you connect again"
            }
            Self::INVALID_DC => {
                c"invalid DC: there is no such DC here; check the DC id, and whether it is a test DC"
            }
            _ => Self::UNKNOWN_MEANING,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transport error {}: {}", self.0, self.meaning())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_negative_on_the_wire() {
        assert_eq!(
            TransportError::AUTH_KEY_NOT_FOUND.to_wire(),
            [0x6c, 0xfe, 0xff, 0xff]
        );
        assert_eq!(
            TransportError::from_wire(-429),
            TransportError::TRANSPORT_FLOOD
        );
        assert_eq!(TransportError::from_wire(i32::MIN).code(), 0x7fff_ffff);
        assert_eq!(TransportError::new(0), None);
        assert_eq!(TransportError::new(0x8000_0000), None);
    }

    #[test]
    fn every_named_code_has_its_own_line() {
        let other = TransportError(999).meaning();
        for code in [403, 404, 429, 444] {
            let meaning = TransportError(code).meaning();
            assert_ne!(meaning, other);
            assert!(!meaning.is_empty() && !meaning.contains('\n'));
        }
    }
}
