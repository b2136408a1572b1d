//! Intermediate: the length in bytes, in 4 bytes.
//!
//! ```text
//!  +--------------+-----------------+
//!  | length       | payload         |
//!  | 4, LE        | length          |
//!  +--------------+-----------------+
//! ```
//!
//! From the client, bit 31 of the length asks for a quick ack. From the server,
//! a word with bit 31 set is a quick-ack token, and nothing follows it.

use super::{Frame, Framing, Head, QUICK_ACK_BIT, Role, check_aligned_length, to_length, to_word};
use crate::error::ProtocolError;
use crate::quick_ack::QuickAckToken;

/// The length word of the intermediate envelopes, padded or not.
pub(super) enum Length {
    Incomplete,
    QuickAck(QuickAckToken),
    Frame {
        length: usize,
        quick_ack_wanted: bool,
    },
}

#[inline(always)]
pub(super) fn length(role: Role, bytes: &[u8]) -> Length {
    let Some(&word) = bytes.first_chunk() else {
        return Length::Incomplete;
    };
    let number = u32::from_le_bytes(word);
    let flagged = number & QUICK_ACK_BIT != 0;
    if flagged && role == Role::Client {
        return Length::QuickAck(QuickAckToken::from_wire(word));
    }
    Length::Frame {
        length: to_length(number & !QUICK_ACK_BIT),
        quick_ack_wanted: flagged,
    }
}

#[inline(always)]
pub(super) fn head(role: Role, bytes: &[u8], max_payload: usize) -> Result<Head, ProtocolError> {
    match length(role, bytes) {
        Length::Incomplete => Ok(Head::Incomplete { needed: 4 }),
        Length::QuickAck(token) => Ok(Head::QuickAck { length: 4, token }),
        Length::Frame {
            length,
            quick_ack_wanted,
        } => {
            let length = check_aligned_length(length, max_payload)?;
            Ok(Frame::when_whole(bytes, 4, length, quick_ack_wanted))
        }
    }
}

#[inline(always)]
pub(super) fn frame(length: usize, quick_ack: bool) -> Framing {
    let flag = if quick_ack { QUICK_ACK_BIT } else { 0 };
    Framing::new(u64::from(to_word(length) | flag), 4)
}
