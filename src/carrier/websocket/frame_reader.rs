//! Finds the payload in a stream of frames, however the input is cut.
//!
//! ```text
//!  0                 1                 2..
//! +-+---+----+ +-+-------+ +-------------------+---------------+---------
//! |F|RSV| op | |M| 0-125 | | 2 bytes after 126 | mask, 4 bytes | payload
//! | |   |    | | |       | | 8 bytes after 127 | if M          |
//! +-+---+----+ +-+-------+ +-------------------+---------------+---------
//! ```
//!
//! Payload of binary messages is named where it stands and never held, so a
//! frame may be as long as it likes in any pieces. Only a control frame's
//! payload, 125 bytes at the most, is put together here.
//!
//! Each byte of a header is judged as it comes, so that the verdict does not
//! depend on how the input is cut. Sections are those of RFC 6455.

use super::close;
use super::mask::{self, Mask};
use super::{
    BINARY, CLOSE, CONTINUATION, FINAL, LENGTH, MASKED, MAX_CONTROL, MAX_HEADER, OPCODE, PING,
    PONG, RESERVED, TEXT,
};
use crate::envelope::Role;

/// Longest frame, unless the context says otherwise: the largest packet that
/// any peer takes (tdesktop, 64 MiB). Nothing is held for it: it only tells a
/// peer that has gone astray.
pub(crate) const DEFAULT_MAX_FRAME: u64 = 64 << 20;

/// How to go on with the input. What a step names is used up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first `skip` bytes are framing, the next `length` (never 0) are
    /// payload, to be unmasked with `mask` if there is one.
    Payload {
        skip: usize,
        length: usize,
        mask: Option<Mask>,
    },
    /// That many bytes are framing, and nothing follows them yet.
    Skip(usize),
    /// A ping ends after `skip` bytes: answer with a pong of
    /// [`FrameReader::control_payload`].
    Ping { skip: usize },
    /// A close frame ends after `skip` bytes: answer it, unless it is the
    /// answer. Its text is [`FrameReader::close_reason`]. Nothing that follows
    /// it is looked at (section 5.5.1).
    Close { skip: usize, code: Option<u16> },
    /// The input is used up.
    NeedMore,
}

/// The receiving half of a connection after its opening.
#[derive(Debug)]
pub(crate) struct FrameReader {
    /// Our role: whose frames have to be masked.
    role: Role,
    max_frame: u64,
    stage: Stage,
    /// The header so far, and how long it will be.
    header: [u8; MAX_HEADER],
    have: usize,
    need: usize,
    /// What is missing of the current frame's payload.
    left: u64,
    /// For the next byte of payload.
    mask: Option<Mask>,
    /// Between the first and the last frame of a message.
    fragmented: bool,
    control: [u8; MAX_CONTROL],
    control_length: usize,
    failed: Option<FrameError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header,
    Data,
    Control,
    Closed,
}

impl FrameReader {
    /// `role` is ours; frames over `max_frame` bytes are refused.
    pub(crate) fn new(role: Role, max_frame: u64) -> Self {
        Self {
            role,
            max_frame,
            stage: Stage::Header,
            header: [0; MAX_HEADER],
            have: 0,
            need: 2,
            left: 0,
            mask: None,
            fragmented: false,
            control: [0; MAX_CONTROL],
            control_length: 0,
            failed: None,
        }
    }

    /// Looks at the input from where the last step ended.
    ///
    /// Call it again with the rest, after what the step says is dropped or
    /// taken, until it answers [`Step::NeedMore`]. An error is final: it is the
    /// answer to every later call.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Step, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.step(input).inspect_err(|&e| self.failed = Some(e))
    }

    fn step(&mut self, input: &[u8]) -> Result<Step, FrameError> {
        let mut at = 0;
        loop {
            let rest = &input[at..];
            match self.stage {
                // An empty control frame is whole without a further byte.
                Stage::Control if self.left == 0 => {
                    if let Some(step) = self.control_frame(at)? {
                        return Ok(step);
                    }
                }
                _ if rest.is_empty() => break,
                Stage::Header => {
                    at += 1;
                    self.header_byte(rest[0])?;
                }
                Stage::Data => {
                    let (length, mask) = self.take(rest.len());
                    if self.left == 0 {
                        self.stage = Stage::Header;
                    }
                    return Ok(Step::Payload {
                        skip: at,
                        length,
                        mask,
                    });
                }
                Stage::Control => {
                    let (length, mask) = self.take(rest.len());
                    let start = self.control_length;
                    // At most 125 bytes in all: the header was checked.
                    let place = &mut self.control[start..start + length];
                    place.copy_from_slice(&rest[..length]);
                    mask::apply(place, mask.unwrap_or_default());
                    self.control_length += length;
                    at += length;
                }
                Stage::Closed => at = input.len(),
            }
        }
        Ok(if at == 0 {
            Step::NeedMore
        } else {
            Step::Skip(at)
        })
    }

    /// How many bytes are missing to the end of the current header; 0 behind it.
    pub(crate) fn missing_header(&self) -> usize {
        match self.stage {
            Stage::Header => self.need - self.have,
            _ => 0,
        }
    }

    /// Whether the input so far ends with a whole frame, the last of its message.
    pub(crate) fn is_between(&self) -> bool {
        match self.stage {
            Stage::Header => self.have == 0 && !self.fragmented,
            Stage::Data | Stage::Control => false,
            Stage::Closed => true,
        }
    }

    /// The payload of the ping that was the last step.
    pub(crate) fn control_payload(&self) -> &[u8] {
        &self.control[..self.control_length]
    }

    /// The text of the close frame that was the last step.
    pub(crate) fn close_reason(&self) -> &str {
        let text = self.control_payload().get(2..).unwrap_or_default();
        // It was checked.
        core::str::from_utf8(text).unwrap_or_default()
    }

    /// Uses up payload: how much there is of it, and the mask for it.
    fn take(&mut self, available: usize) -> (usize, Option<Mask>) {
        let length = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(available);
        self.left -= length as u64;
        let mask = self.mask;
        self.mask = mask.map(|mask| mask::advance(mask, length));
        (length, mask)
    }

    fn opcode(&self) -> u8 {
        self.header[0] & OPCODE
    }

    fn header_byte(&mut self, byte: u8) -> Result<(), FrameError> {
        self.header[self.have] = byte;
        self.have += 1;
        match self.have {
            1 => self.first_byte(byte)?,
            2 => self.second_byte(byte)?,
            // Section 5.2: "the most significant bit MUST be 0".
            3 if self.header[1] & LENGTH == 127 && byte & 0x80 != 0 => {
                return Err(FrameError::LengthTopBit);
            }
            _ => {}
        }
        if self.have == self.need {
            self.header_end()?;
        }
        Ok(())
    }

    fn first_byte(&self, byte: u8) -> Result<(), FrameError> {
        // No extension is ever agreed, so nothing gives them a meaning.
        if byte & RESERVED != 0 {
            return Err(FrameError::ReservedBits);
        }
        match byte & OPCODE {
            CONTINUATION if !self.fragmented => Err(FrameError::ContinuationOfNothing),
            BINARY if self.fragmented => Err(FrameError::MessageUnfinished),
            CONTINUATION | BINARY => Ok(()),
            TEXT => Err(FrameError::Text),
            CLOSE | PING | PONG if byte & FINAL == 0 => Err(FrameError::ControlFragmented),
            CLOSE | PING | PONG => Ok(()),
            opcode => Err(FrameError::Opcode(opcode)),
        }
    }

    fn second_byte(&mut self, byte: u8) -> Result<(), FrameError> {
        let masked = byte & MASKED != 0;
        // Section 5.1: each side must close the connection over this.
        match self.role {
            Role::Server if !masked => return Err(FrameError::ClientUnmasked),
            Role::Client if masked => return Err(FrameError::ServerMasked),
            _ => {}
        }
        let length = byte & LENGTH;
        if self.opcode() >= CLOSE && usize::from(length) > MAX_CONTROL {
            return Err(FrameError::ControlTooLong);
        }
        if self.opcode() == CLOSE && length == 1 {
            return Err(FrameError::CloseLength);
        }
        self.need = match length {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        if masked {
            self.need += 4;
        }
        Ok(())
    }

    fn header_end(&mut self) -> Result<(), FrameError> {
        let h = self.header;
        let (length, least) = match h[1] & LENGTH {
            126 => (u64::from(u16::from_be_bytes([h[2], h[3]])), 126),
            127 => {
                let bytes = [h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9]];
                (u64::from_be_bytes(bytes), 0x1_0000)
            }
            short => (u64::from(short), 0),
        };
        // Section 5.2: "the minimal number of bytes MUST be used".
        if length < least {
            return Err(FrameError::LengthOverlong(length));
        }
        self.mask = (h[1] & MASKED != 0).then(|| {
            let end = self.need;
            [h[end - 4], h[end - 3], h[end - 2], h[end - 1]]
        });
        self.have = 0;
        self.need = 2;
        self.left = length;
        if self.opcode() >= CLOSE {
            self.control_length = 0;
            self.stage = Stage::Control;
            return Ok(());
        }
        if length > self.max_frame {
            return Err(FrameError::TooLarge {
                length,
                maximum: self.max_frame,
            });
        }
        self.fragmented = h[0] & FINAL == 0;
        if length > 0 {
            self.stage = Stage::Data;
        }
        Ok(())
    }

    /// What to do about a whole control frame.
    fn control_frame(&mut self, skip: usize) -> Result<Option<Step>, FrameError> {
        self.stage = Stage::Header;
        match self.opcode() {
            PING => Ok(Some(Step::Ping { skip })),
            CLOSE => {
                self.stage = Stage::Closed;
                let code = self.close_code()?;
                Ok(Some(Step::Close { skip, code }))
            }
            // An answer to a ping, or to none (section 5.5.3).
            _ => Ok(None),
        }
    }

    fn close_code(&self) -> Result<Option<u16>, FrameError> {
        let Some((&code, text)) = self.control_payload().split_first_chunk() else {
            return Ok(None);
        };
        let code = u16::from_be_bytes(code);
        if !close::is_valid(code) {
            return Err(FrameError::CloseCode(code));
        }
        if core::str::from_utf8(text).is_err() {
            return Err(FrameError::CloseReason);
        }
        Ok(Some(code))
    }
}

/// The stream of frames is broken: close the connection with
/// [`close_code`](Self::close_code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("the WebSocket frame has reserved bits set, but no extension was agreed")]
    ReservedBits,
    #[error("there is no WebSocket opcode {0:#x}")]
    Opcode(u8),
    #[error("the peer sent a WebSocket text message: MTProto goes in binary ones")]
    Text,
    #[error("a WebSocket frame continues a message that was not begun")]
    ContinuationOfNothing,
    #[error("a WebSocket message begins within another one")]
    MessageUnfinished,
    #[error("a WebSocket control frame is fragmented")]
    ControlFragmented,
    #[error("a WebSocket control frame is over 125 bytes long")]
    ControlTooLong,
    #[error("the client sent a WebSocket frame without a mask")]
    ClientUnmasked,
    #[error("the server sent a WebSocket frame with a mask")]
    ServerMasked,
    #[error("the length of a WebSocket frame has its top bit set")]
    LengthTopBit,
    #[error("the length {0} of a WebSocket frame is written longer than it has to be")]
    LengthOverlong(u64),
    #[error("the peer announced a WebSocket frame of {length} bytes: {maximum} are allowed")]
    TooLarge { length: u64, maximum: u64 },
    #[error("a WebSocket close frame of one byte: a code has two")]
    CloseLength,
    #[error("{0} is no close code that may be sent")]
    CloseCode(u16),
    #[error("the reason in a WebSocket close frame is not UTF-8")]
    CloseReason,
}

impl FrameError {
    /// The code to close the connection with (section 7.4.1).
    pub(crate) const fn close_code(self) -> u16 {
        match self {
            Self::Text => close::UNSUPPORTED_DATA,
            Self::CloseReason => close::INVALID_PAYLOAD,
            Self::TooLarge { .. } => close::MESSAGE_TOO_BIG,
            _ => close::PROTOCOL_ERROR,
        }
    }
}
