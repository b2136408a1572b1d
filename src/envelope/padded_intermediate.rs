//! Padded intermediate: Intermediate with random bytes behind each payload.
//!
//! ```text
//!  +--------------+-----------------+-----------------+
//!  | total length | payload         | padding         |
//!  | 4, LE        |                 | 0 to 15         |
//!  +--------------+-----------------+-----------------+
//! ```
//!
//! The envelope does not say where the payload ends: the packet itself does
//! ([`exact_length`]). Quick acks are asked for as in Intermediate; the answer
//! is a control frame, or the raw token (the reference server flips a coin,
//! mtprotoproxy and telemt always send it raw).

use super::intermediate::Length;
use super::{Frame, Framing, Head, QUICK_ACK_BIT, Role, check_length, intermediate, to_word};
use crate::entropy::Random;
use crate::error::{Error, ProtocolError};

/// The most padding that may be sent: a packet's end is only known to within
/// 16 bytes.
pub(crate) const MAX_PADDING: u8 = 15;

/// The most padding that is accepted over the largest payload: Android puts up
/// to 256 bytes behind plaintext messages, whose length stands in them.
const ACCEPTED_PADDING: usize = 256;

/// A frame below one word is nothing that anybody sends.
const MIN_LENGTH: usize = 4;

/// Before the body of a plaintext message: auth_key_id (8, zero), message id
/// (8), length of the body (4).
const PLAINTEXT_HEADER: usize = 20;

/// Before the ciphertext of an encrypted message: auth_key_id (8), msg_key (16).
const ENCRYPTED_HEADER: usize = 24;

/// The block of AES-IGE, whose multiple every ciphertext is.
const CIPHER_BLOCK: usize = 16;

#[inline(always)]
pub(super) fn head(role: Role, bytes: &[u8], max_payload: usize) -> Result<Head, ProtocolError> {
    match intermediate::length(role, bytes) {
        Length::Incomplete => Ok(Head::Incomplete { needed: 4 }),
        Length::QuickAck(token) => Ok(Head::QuickAck { length: 4, token }),
        Length::Frame {
            length,
            quick_ack_wanted,
        } => {
            let length = check_length(length, max_payload.saturating_add(ACCEPTED_PADDING))?;
            if length < MIN_LENGTH {
                return Err(ProtocolError::LengthTooShort {
                    length,
                    minimum: MIN_LENGTH,
                });
            }
            Ok(Frame::when_whole(bytes, 4, length, quick_ack_wanted))
        }
    }
}

/// One draw of 16 bytes serves both: its first byte says how much padding there
/// is, from 0 to `max_padding`, the bytes behind it are the padding. A first byte
/// that would make some lengths likelier than others is drawn anew; with the
/// defaults of both roles there is none (Lemire's rule for multiplied ranges).
#[inline(always)]
pub(super) fn frame(
    length: usize,
    quick_ack: bool,
    max_padding: usize,
    random: &mut Random,
) -> Result<Framing, Error> {
    debug_assert!(max_padding <= usize::from(MAX_PADDING));
    let lengths = max_padding + 1;
    let mut drawn = random.draw_block()?;
    let mut product = first_byte(drawn) * lengths;
    // No division where there is nothing to refuse.
    while !lengths.is_power_of_two() && product % 256 < 256 % lengths {
        drawn = random.draw_block()?;
        product = first_byte(drawn) * lengths;
    }
    // At most 15: the product is below 256 * 16.
    let [_, padding, ..] = product.to_le_bytes();
    let flag = if quick_ack { QUICK_ACK_BIT } else { 0 };
    let total = to_word(length + usize::from(padding)) | flag;
    Ok(Framing::new(u64::from(total), 4).with_trailer(drawn >> 8, padding))
}

#[inline(always)]
fn first_byte(drawn: u128) -> usize {
    let [first, ..] = drawn.to_le_bytes();
    first.into()
}

/// Where the MTProto packet at the head of a padded frame ends.
///
/// An encrypted message is 24 bytes and a multiple of 16; a plaintext message
/// says the length of its body. What fits neither is returned whole: the layer
/// above knows what to make of it, and nothing is lost.
#[inline]
pub(crate) fn exact_length(frame: &[u8]) -> usize {
    let Some((header, _)) = frame.split_first_chunk::<PLAINTEXT_HEADER>() else {
        return frame.len();
    };
    if header[..8] == [0; 8] {
        let [.., a, b, c, d] = *header;
        let body = super::to_length(u32::from_le_bytes([a, b, c, d]));
        let exact = PLAINTEXT_HEADER.saturating_add(body);
        if !body.is_multiple_of(4) || exact > frame.len() {
            return frame.len();
        }
        return exact;
    }
    match frame.len().checked_sub(ENCRYPTED_HEADER) {
        Some(ciphertext) => frame.len() - ciphertext % CIPHER_BLOCK,
        None => frame.len(),
    }
}
