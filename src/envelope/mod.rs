//! The four envelopes: how one MTProto packet is told from the next in a stream.
//!
//! Each envelope stands in a file of its own, with both roles in it. They share
//! one shape: [`Codec::head`] reads what stands at the head of the incoming
//! plain bytes, [`Codec::frame`] gives the bytes that go before and after an
//! outgoing payload. Neither copies a payload, and no length is believed before
//! it is checked.

mod abridged;
mod full;
mod intermediate;
mod padded_intermediate;
#[cfg(test)]
mod tests;

use core::fmt;
use core::ops::Range;

use crate::entropy::Random;
use crate::error::{Error, ProtocolError, UsageError};
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

pub(crate) use abridged::{MAX_PAYLOAD as ABRIDGED_MAX_PAYLOAD, quick_ack as abridged_quick_ack};
pub(crate) use full::{error_at_end as full_error_at_end, is_first_frame as is_first_full_frame};
pub(crate) use padded_intermediate::{MAX_PADDING, exact_length};

/// Bit 31 of a length: "a quick ack is wanted" from a client, "this is a quick
/// ack" from a server.
const QUICK_ACK_BIT: u32 = 0x8000_0000;

/// Which envelope frames the packets.
///
/// The client chooses, and tells the server by a tag before its first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Envelope {
    /// The smallest: 1 or 4 bytes a packet. No padding.
    Abridged,
    /// 4 bytes a packet, data aligned to 4 bytes. No padding.
    Intermediate,
    /// Intermediate with up to 15 random bytes behind each packet, against
    /// observers that look at lengths; for use under obfuscation.
    PaddedIntermediate,
    /// 12 bytes a packet, with sequence number and CRC32. No quick acks.
    Full,
}

impl Envelope {
    /// All of them, in the order of the specification.
    pub const ALL: [Self; 4] = [
        Self::Abridged,
        Self::Intermediate,
        Self::PaddedIntermediate,
        Self::Full,
    ];

    /// The name in lower case, words joined by `_`, as in logs and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abridged => "abridged",
            Self::Intermediate => "intermediate",
            Self::PaddedIntermediate => "padded_intermediate",
            Self::Full => "full",
        }
    }

    /// The tag that a client sends first on a bare stream; empty for Full,
    /// which is recognised by its first sequence number.
    pub(crate) const fn tag(self) -> &'static [u8] {
        match self {
            Self::Abridged => &[0xef],
            Self::Intermediate => &[0xee; 4],
            Self::PaddedIntermediate => &[0xdd; 4],
            Self::Full => &[],
        }
    }

    /// The tag inside the initialization payload: "if its length is less than
    /// 4, it must be padded using the protocol identifier itself". Full has none.
    pub(crate) const fn obfuscated_tag(self) -> Option<[u8; 4]> {
        match self {
            Self::Abridged => Some([0xef; 4]),
            Self::Intermediate => Some([0xee; 4]),
            Self::PaddedIntermediate => Some([0xdd; 4]),
            Self::Full => None,
        }
    }

    /// The envelope with this tag inside the initialization payload.
    pub(crate) fn from_obfuscated_tag(tag: [u8; 4]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|envelope| envelope.obfuscated_tag() == Some(tag))
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which end of the connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that connects, and chooses the envelope.
    Client,
    /// The end that accepts, and recognises what it is talked to with.
    Server,
}

/// What stands at the head of the incoming plain bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// More bytes are needed: this many in all, at the least.
    Incomplete { needed: usize },
    /// A frame, whole.
    Frame(Frame),
    /// A quick-ack token without an envelope.
    QuickAck { length: usize, token: QuickAckToken },
    /// A transport error without an envelope (Full). Nothing of use follows.
    Error { error: TransportError },
}

/// A whole frame: where it and its payload are in the incoming bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) length: usize,
    pub(crate) payload: Range<usize>,
    pub(crate) quick_ack_wanted: bool,
}

impl Frame {
    /// A frame of `header` and `payload` bytes, once all of it is there.
    #[inline(always)]
    fn when_whole(bytes: &[u8], header: usize, payload: usize, quick_ack_wanted: bool) -> Head {
        let length = header + payload;
        if bytes.len() < length {
            return Head::Incomplete { needed: length };
        }
        Head::Frame(Self {
            length,
            payload: header..length,
            quick_ack_wanted,
        })
    }
}

/// What goes before and after an outgoing payload.
///
/// In whole words, not in arrays: bytes that are stored and read back in other
/// pieces within one call wait until the stores are done, which costs as much as
/// a small frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framing {
    header: u64,
    trailer: u128,
    header_length: u8,
    trailer_length: u8,
    /// Whether this envelope has trailers, of 0 bytes too: of the same kind for
    /// every frame of a connection, it is a branch that is always foreseen.
    has_trailer: bool,
}

impl Framing {
    /// The longest header and trailer there are.
    pub(crate) const MAX_HEADER: usize = 8;
    pub(crate) const MAX_TRAILER: usize = 16;
    pub(crate) const MAX_OVERHEAD: usize = Self::MAX_HEADER + Self::MAX_TRAILER;

    /// The lowest `length` bytes of the word, lowest first.
    #[inline(always)]
    const fn new(header: u64, length: u8) -> Self {
        Self {
            header,
            header_length: length,
            trailer: 0,
            trailer_length: 0,
            has_trailer: false,
        }
    }

    /// The same, with the lowest `length` bytes of `trailer` behind the payload.
    #[inline(always)]
    const fn with_trailer(mut self, trailer: u128, length: u8) -> Self {
        self.trailer = trailer;
        self.trailer_length = length;
        self.has_trailer = true;
        self
    }

    /// The header at the start of these, and its length.
    #[inline(always)]
    pub(crate) const fn header(&self) -> ([u8; Self::MAX_HEADER], usize) {
        (self.header.to_le_bytes(), self.header_length as usize)
    }

    /// Whether there may be a trailer.
    #[inline(always)]
    pub(crate) const fn has_trailer(&self) -> bool {
        self.has_trailer
    }

    /// The trailer at the start of these, and its length.
    #[inline(always)]
    pub(crate) const fn trailer(&self) -> ([u8; Self::MAX_TRAILER], usize) {
        (self.trailer.to_le_bytes(), self.trailer_length as usize)
    }

    /// How long a frame is with this many bytes of payload.
    #[inline(always)]
    pub(crate) const fn length(&self, payload: usize) -> usize {
        self.header_length as usize + payload + self.trailer_length as usize
    }
}

/// What a frame is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Packet,
    /// A packet with a quick ack wanted for it.
    QuickAckWanted,
    /// A short frame that must stay below the given length with its padding,
    /// to be recognised for what it is.
    Control {
        below: usize,
    },
}

/// One connection's envelope, with what it has to remember: the sequence
/// numbers of Full, each way its own; nothing in the others.
#[derive(Clone, Debug)]
pub(crate) enum Codec {
    Abridged,
    Intermediate,
    PaddedIntermediate,
    Full(full::Sequence),
}

impl Codec {
    pub(crate) fn new(envelope: Envelope) -> Self {
        match envelope {
            Envelope::Abridged => Self::Abridged,
            Envelope::Intermediate => Self::Intermediate,
            Envelope::PaddedIntermediate => Self::PaddedIntermediate,
            Envelope::Full => Self::Full(full::Sequence::default()),
        }
    }

    pub(crate) const fn envelope(&self) -> Envelope {
        match self {
            Self::Abridged => Envelope::Abridged,
            Self::Intermediate => Envelope::Intermediate,
            Self::PaddedIntermediate => Envelope::PaddedIntermediate,
            Self::Full(_) => Envelope::Full,
        }
    }

    /// Reads the head of the incoming bytes, as `role` sees them. Cheap, and
    /// changes nothing: it may be asked again with more bytes.
    #[inline(always)]
    pub(crate) fn head(
        &self,
        role: Role,
        bytes: &[u8],
        max_payload: usize,
    ) -> Result<Head, ProtocolError> {
        match self {
            Self::Abridged => abridged::head(role, bytes, max_payload),
            Self::Intermediate => intermediate::head(role, bytes, max_payload),
            Self::PaddedIntermediate => padded_intermediate::head(role, bytes, max_payload),
            Self::Full(_) => full::head(role, bytes, max_payload),
        }
    }

    /// Takes a whole frame, the first `length` of these bytes: Full checks
    /// sequence number and CRC32 here, the others have nothing to check.
    #[inline]
    pub(crate) fn take(&mut self, bytes: &[u8], length: usize) -> Result<(), ProtocolError> {
        match self {
            Self::Full(sequence) => sequence.take(&bytes[..length]),
            _ => Ok(()),
        }
    }

    /// Frames one outgoing payload, whose length the caller has checked.
    ///
    /// With an error nothing has changed: no sequence number is used up.
    #[inline(always)]
    pub(crate) fn frame(
        &mut self,
        payload: &[u8],
        sent: Sent,
        max_padding: usize,
        random: &mut Random,
    ) -> Result<Framing, Error> {
        let quick_ack = sent == Sent::QuickAckWanted;
        match self {
            Self::Abridged => Ok(abridged::frame(payload.len(), quick_ack)),
            Self::Intermediate => Ok(intermediate::frame(payload.len(), quick_ack)),
            Self::PaddedIntermediate => {
                let max_padding = match sent {
                    Sent::Control { below } => max_padding.min(below - 1 - payload.len()),
                    _ => max_padding,
                };
                padded_intermediate::frame(payload.len(), quick_ack, max_padding, random)
            }
            Self::Full(_) if quick_ack => Err(UsageError::QuickAckUnsupported.into()),
            Self::Full(sequence) => Ok(sequence.frame(payload)),
        }
    }
}

/// A length of the wire as `usize`; what does not fit is over every limit.
fn to_length(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// A length that the caller has checked against the limit, which fits a word.
#[expect(clippy::cast_possible_truncation, reason = "see the summary")]
const fn to_word(length: usize) -> u32 {
    debug_assert!(length as u64 <= u32::MAX as u64);
    length as u32
}

/// The checks that every length of a payload on the wire goes through.
fn check_length(length: usize, max_payload: usize) -> Result<usize, ProtocolError> {
    if length == 0 {
        return Err(ProtocolError::LengthZero);
    }
    if length > max_payload {
        return Err(ProtocolError::LengthTooLarge {
            length,
            maximum: max_payload,
        });
    }
    Ok(length)
}

/// That, and a multiple of 4.
fn check_aligned_length(length: usize, max_payload: usize) -> Result<usize, ProtocolError> {
    if !length.is_multiple_of(4) {
        return Err(ProtocolError::LengthMisaligned { length });
    }
    check_length(length, max_payload)
}
