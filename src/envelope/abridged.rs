//! Abridged: the length in words of 4 bytes, in 1 byte or in 4.
//!
//! ```text
//!  below 127 words                127 words and more
//!  +-------+-----------------+    +------+----------------+-----------------+
//!  | words | payload         |    | 0x7f | words          | payload         |
//!  | 1     | words * 4       |    | 1    | 3, LE          | words * 4       |
//!  +-------+-----------------+    +------+----------------+-----------------+
//! ```
//!
//! From the client, bit 7 of the first byte asks for a quick ack. From the
//! server, bit 7 of the first byte says that these 4 bytes are a quick ack: the
//! token with its bytes in reverse order, so that its set top bit comes first.

use super::{Frame, Framing, Head, Role, check_length, to_word};
use crate::error::ProtocolError;
use crate::quick_ack::QuickAckToken;

/// The first byte of the long form, and the first length that needs it.
const LONG: u8 = 0x7f;

const QUICK_ACK: u8 = 0x80;

/// 2^24 - 1 words: the most that 3 bytes can say.
pub(crate) const MAX_PAYLOAD: usize = 0x00ff_ffff * 4;

#[inline(always)]
pub(super) fn head(role: Role, bytes: &[u8], max_payload: usize) -> Result<Head, ProtocolError> {
    let Some(&first) = bytes.first() else {
        return Ok(Head::Incomplete { needed: 1 });
    };
    let flagged = first & QUICK_ACK != 0;
    let short = first & !QUICK_ACK;
    let quick_ack = flagged && role == Role::Client;
    if !quick_ack && short != LONG {
        let length = check_length(usize::from(short) * 4, max_payload)?;
        return Ok(Frame::when_whole(bytes, 1, length, flagged));
    }
    let Some(&[a, b, c, d]) = bytes.first_chunk() else {
        return Ok(Head::Incomplete { needed: 4 });
    };
    if quick_ack {
        return Ok(Head::QuickAck {
            length: 4,
            token: QuickAckToken::from_wire([d, c, b, a]),
        });
    }
    let words = usize::from(b) | usize::from(c) << 8 | usize::from(d) << 16;
    // The reference server and tdesktop refuse it; everybody writes it short.
    if words < usize::from(LONG) {
        return Err(if words == 0 {
            ProtocolError::LengthZero
        } else {
            ProtocolError::LengthOverlong { words }
        });
    }
    let length = check_length(words * 4, max_payload)?;
    Ok(Frame::when_whole(bytes, 4, length, flagged))
}

#[inline(always)]
pub(super) fn frame(length: usize, quick_ack: bool) -> Framing {
    let flag = if quick_ack { QUICK_ACK } else { 0 };
    let words = u64::from(to_word(length / 4));
    if words < u64::from(LONG) {
        Framing::new(words | u64::from(flag), 1)
    } else {
        Framing::new(words << 8 | u64::from(LONG | flag), 4)
    }
}

/// A quick ack as it stands on the wire.
pub(crate) fn quick_ack(token: QuickAckToken) -> [u8; 4] {
    let [a, b, c, d] = token.to_wire();
    [d, c, b, a]
}
