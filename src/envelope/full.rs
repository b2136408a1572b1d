//! Full: length, sequence number and CRC32 around each payload.
//!
//! ```text
//!  +--------------+--------------+-----------------+--------------+
//!  | length       | sequence     | payload         | CRC32        |
//!  | 4, LE        | 4, LE        | length - 12     | 4, LE        |
//!  +--------------+--------------+-----------------+--------------+
//!    counts all     0, 1, 2 ...                      over all before it
//!    four fields    each way
//! ```
//!
//! CRC32 is the one of IEEE 802.3 and zlib.
//!
//! Deployed servers send transport errors here without an envelope: a negative
//! word where a length is due, sometimes repeated where sequence number and
//! payload are due (seen by Telethon), or four bytes and then the end of the
//! stream.
//!
//! Quick acks are refused. An old page of the specification had them here, but
//! the reference server has them switched off, no client asks, and a raw token
//! cannot be told from an error without an envelope.

use super::{Framing, Head, Role, check_length, to_length, to_word};
use crate::envelope::Frame;
use crate::error::ProtocolError;
use crate::transport_error::TransportError;

/// Length, sequence number and CRC32.
const OVERHEAD: usize = 12;

/// Length and sequence number.
const HEADER: usize = 8;

/// The codes that servers send as a positive number in four bytes, and then end
/// the stream. Some can be lengths too: only the end tells which.
const BARE_CODES: [TransportError; 4] = [
    TransportError::FORBIDDEN,
    TransportError::AUTH_KEY_NOT_FOUND,
    TransportError::TRANSPORT_FLOOD,
    TransportError::INVALID_DC,
];

/// How many frames went each way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    sent: u32,
    received: u32,
}

#[inline(always)]
pub(super) fn head(role: Role, bytes: &[u8], max_payload: usize) -> Result<Head, ProtocolError> {
    let Some(&word) = bytes.first_chunk() else {
        return Ok(Head::Incomplete { needed: 4 });
    };
    let number = i32::from_le_bytes(word);
    if number < 0 {
        return match role {
            Role::Client => Ok(Head::Error {
                error: TransportError::from_wire(number),
            }),
            Role::Server => Err(ProtocolError::QuickAckInFull),
        };
    }
    let length = to_length(number.unsigned_abs());
    let Some(payload) = length.checked_sub(OVERHEAD) else {
        return Err(if length == 0 {
            ProtocolError::LengthZero
        } else {
            ProtocolError::LengthTooShort {
                length,
                minimum: OVERHEAD,
            }
        });
    };
    if !length.is_multiple_of(4) {
        if role == Role::Client && error_at_end(bytes).is_some() {
            return Ok(Head::Incomplete { needed: 5 });
        }
        return Err(ProtocolError::LengthMisaligned { length });
    }
    check_length(payload, max_payload)?;
    if bytes.len() < length {
        return Ok(Head::Incomplete { needed: length });
    }
    Ok(Head::Frame(Frame {
        length,
        payload: HEADER..HEADER + payload,
        quick_ack_wanted: false,
    }))
}

/// The transport error in four bytes after which the stream ended.
pub(crate) fn error_at_end(bytes: &[u8]) -> Option<TransportError> {
    let code = u32::from_le_bytes(bytes.try_into().ok()?);
    BARE_CODES.into_iter().find(|error| error.code() == code)
}

/// Whether the first bytes of a stream can be Full's first frame: a length that
/// is allowed, then sequence number 0.
pub(crate) fn is_first_frame(bytes: &[u8; HEADER], max_payload: usize) -> bool {
    let [length @ .., s0, s1, s2, s3] = *bytes;
    let head = head(Role::Server, &length, max_payload);
    [s0, s1, s2, s3] == [0; 4] && matches!(head, Ok(Head::Incomplete { needed }) if needed > HEADER)
}

impl Sequence {
    /// Checks a whole frame. The sequence number comes first: it tells a lost
    /// frame from a damaged one.
    pub(super) fn take(&mut self, frame: &[u8]) -> Result<(), ProtocolError> {
        let Some((checked, crc)) = frame.split_last_chunk::<4>() else {
            return Ok(());
        };
        if let Some(&[_, _, _, _, a, b, c, d]) = checked.first_chunk() {
            let found = u32::from_le_bytes([a, b, c, d]);
            if found != self.received {
                return Err(ProtocolError::SequenceNumber {
                    expected: self.received,
                    found,
                });
            }
        }
        let found = u32::from_le_bytes(*crc);
        let expected = crc32fast::hash(checked);
        if found != expected {
            return Err(ProtocolError::Checksum { expected, found });
        }
        self.received = self.received.wrapping_add(1);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn frame(&mut self, payload: &[u8]) -> Framing {
        let length = u64::from(to_word(payload.len() + OVERHEAD));
        let header = length | u64::from(self.sent) << 32;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&header.to_le_bytes());
        crc.update(payload);
        self.sent = self.sent.wrapping_add(1);
        Framing::new(header, 8).with_trailer(crc.finalize().into(), 4)
    }
}
