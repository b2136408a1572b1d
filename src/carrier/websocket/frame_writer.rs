//! Makes frames: the header for payload that stands elsewhere, and whole control frames.
//!
//! Each batch of outgoing bytes is one binary message in one frame, or in several
//! where it is over [`MAX_FRAME`]. A client's header ends with a mask drawn for
//! this frame alone, "from a strong source of entropy" (section 5.3), and the
//! caller masks the payload with it in place; a server's frames have none.

#[cfg(test)]
use super::PING;
use super::close::MAX_REASON;
use super::mask::{self, Mask};
use super::{BINARY, CLOSE, FINAL, MASKED, MAX_CONTROL, MAX_HEADER, PONG};
use crate::carrier::inline::Inline;
use crate::entropy::{EntropyError, Random};
use crate::envelope::Role;

/// The most payload in one frame. Peers refuse frames over a limit of their own
/// (ours is 64 MiB, tungstenite's 16), which a batch of packets may well exceed.
pub(crate) const MAX_FRAME: usize = 1 << 20;

/// The header of one binary frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    bytes: Inline<MAX_HEADER>,
    mask: Option<Mask>,
}

impl FrameHeader {
    /// What goes before the payload.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.as_bytes()
    }

    /// What the payload has to be masked with.
    pub(crate) const fn mask(&self) -> Option<Mask> {
        self.mask
    }
}

/// A whole control frame, as it goes over the wire.
pub(crate) type ControlFrame = Inline<{ 2 + 4 + MAX_CONTROL }>;

/// The header for `length` bytes of payload in a binary message of their own.
pub(crate) fn binary(
    role: Role,
    length: usize,
    random: &mut Random,
) -> Result<FrameHeader, EntropyError> {
    let mut bytes = Inline::new();
    let mask = head(&mut bytes, BINARY, role, length, random)?;
    Ok(FrameHeader { bytes, mask })
}

/// How long the header for `length` bytes of payload is.
pub(crate) const fn header_length(role: Role, length: usize) -> usize {
    let mask = match role {
        Role::Client => 4,
        Role::Server => 0,
    };
    mask + match length {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

/// How long the headers for `payload` bytes in frames of at most [`MAX_FRAME`] are.
pub(crate) const fn overhead(role: Role, payload: usize) -> usize {
    let whole = payload / MAX_FRAME * header_length(role, MAX_FRAME);
    match payload % MAX_FRAME {
        0 => whole,
        rest => whole + header_length(role, rest),
    }
}

/// A ping of at most 125 bytes; what is over is cut.
#[cfg(test)]
pub(crate) fn ping(
    role: Role,
    payload: &[u8],
    random: &mut Random,
) -> Result<ControlFrame, EntropyError> {
    control(PING, role, payload, &[], random)
}

/// The answer to a ping, with the ping's payload.
pub(crate) fn pong(
    role: Role,
    payload: &[u8],
    random: &mut Random,
) -> Result<ControlFrame, EntropyError> {
    control(PONG, role, payload, &[], random)
}

/// A close frame with a code, or without one in answer to one without.
///
/// A reason over 123 bytes is cut between characters.
pub(crate) fn close(
    role: Role,
    code: Option<u16>,
    reason: &str,
    random: &mut Random,
) -> Result<ControlFrame, EntropyError> {
    let Some(code) = code else {
        return control(CLOSE, role, &[], &[], random);
    };
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let reason = &reason.as_bytes()[..end];
    control(CLOSE, role, &code.to_be_bytes(), reason, random)
}

/// A control frame whose payload is `first` and `second`.
fn control(
    opcode: u8,
    role: Role,
    first: &[u8],
    second: &[u8],
    random: &mut Random,
) -> Result<ControlFrame, EntropyError> {
    let first = &first[..first.len().min(MAX_CONTROL)];
    let second = &second[..second.len().min(MAX_CONTROL - first.len())];
    let mut frame = Inline::new();
    let mask = head(&mut frame, opcode, role, first.len() + second.len(), random)?;
    let start = frame.as_bytes().len();
    frame.push(first);
    frame.push(second);
    if let Some(mask) = mask {
        mask::apply(frame.tail_mut(start), mask);
    }
    Ok(frame)
}

/// Writes a header and gives the mask that it ends with.
#[expect(clippy::cast_possible_truncation, reason = "checked by the ranges")]
fn head<const N: usize>(
    out: &mut Inline<N>,
    opcode: u8,
    role: Role,
    length: usize,
    random: &mut Random,
) -> Result<Option<Mask>, EntropyError> {
    let masked = match role {
        Role::Client => MASKED,
        Role::Server => 0,
    };
    out.push(&[FINAL | opcode]);
    match length {
        0..=125 => out.push(&[masked | length as u8]),
        126..=0xffff => {
            out.push(&[masked | 126]);
            out.push(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(&[masked | 127]);
            out.push(&(length as u64).to_be_bytes());
        }
    }
    if role == Role::Server {
        return Ok(None);
    }
    let mut mask = [0; 4];
    random.draw(&mut mask)?;
    out.push(&mask);
    Ok(Some(mask))
}
