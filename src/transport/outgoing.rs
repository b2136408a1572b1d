//! The outgoing half: frames queue in plain and are encrypted when they are taken.
//!
//! ```text
//!   frames  [ encrypted | plain ]         without a carrier, the wire's bytes
//!           0           sealed
//!               |
//!               v  with a carrier: cut into pieces, each behind its header
//!   wire    [ handshake | header piece | header piece ... ]
//! ```
//!
//! One pass of the cipher over many small frames costs half of one pass each.
//! A large payload is copied and encrypted in one pass instead, which saves
//! reading it twice.

use core::ops::Range;

use super::byte_queue::ByteQueue;
use crate::allocate::TryBox;
use crate::carrier::Writer;
use crate::carrier::websocket::close::ERROR_REASON;
use crate::carrier::websocket::mask;
use crate::entropy::Random;
use crate::envelope::{Codec, Framing, Sent};
use crate::error::{Error, UsageError};
use crate::obfuscation::ctr::Keystream;

/// From this length on copy-and-encrypt is faster than copy, then encrypt with
/// the rest.
const LARGE: usize = 2048;

/// Where more waits for a peer that does not read, its pings are not answered
/// until less does.
const MAX_BEFORE_PONG: usize = 64 * 1024;

pub(super) struct Outgoing {
    frames: ByteQueue,
    stream: Option<Keystream>,
    /// How many bytes of `frames` are encrypted, from the head. Only counted
    /// where there is a stream.
    sealed: usize,
    /// The opening waits for the first frame: alone on the wire, its 64 bytes
    /// would tell what it is.
    held: bool,
    /// How many bytes the app has been shown, and may drop.
    shown: usize,
    carrier: Option<TryBox<Carried>>,
}

/// What a carrier needs besides.
struct Carried {
    /// The wire's bytes.
    wire: ByteQueue,
    /// `None` until the carrier's handshake is over: frames wait for it.
    writer: Option<Writer>,
    /// What ends the stream behind the frames; then nothing can be sent.
    end: End,
}

/// What makes a frame's header and trailer.
pub(super) struct Framer<'a> {
    pub(super) codec: &'a mut Codec,
    pub(super) sent: Sent,
    pub(super) max_padding: usize,
    pub(super) random: &'a mut Random,
}

impl Framer<'_> {
    #[inline(always)]
    fn frame(self, payload: &[u8]) -> Result<Framing, Error> {
        self.codec
            .frame(payload, self.sent, self.max_padding, self.random)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    /// Behind the frames that wait, with this code and reason.
    Due(Option<u16>, [u8; ERROR_REASON]),
    Sent,
}

impl Outgoing {
    pub(super) fn new() -> Self {
        Self {
            frames: ByteQueue::default(),
            stream: None,
            sealed: 0,
            held: false,
            shown: 0,
            carrier: None,
        }
    }

    /// Queues what opens the connection, encrypted already. It leaves with the
    /// first frame.
    pub(super) fn open(&mut self, opening: &[u8]) -> Result<(), Error> {
        self.append_raw(opening)?;
        self.sealed = opening.len();
        self.held = !opening.is_empty();
        Ok(())
    }

    /// What is queued from here on is encrypted by this stream.
    pub(super) fn set_stream(&mut self, stream: Keystream) {
        self.stream = Some(stream);
    }

    /// Queues bytes of a carrier's handshake. Frames wait until there is a
    /// writer.
    pub(super) fn append_handshake(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Some(carried) = &mut self.carrier {
            return append(&mut carried.wire, bytes);
        }
        let mut wire = ByteQueue::default();
        append(&mut wire, bytes)?;
        self.carrier = Some(TryBox::new(Carried {
            wire,
            writer: None,
            end: End::Open,
        })?);
        Ok(())
    }

    /// The carrier's handshake is over.
    pub(super) fn set_writer(&mut self, writer: Writer) {
        if let Some(carried) = &mut self.carrier {
            carried.writer = Some(writer);
        }
    }

    /// Answers a ping of the carrier's, unless the peer lets answers pile up: then
    /// it is still to be answered, or a later one in its place (RFC 6455, section
    /// 5.5.3).
    pub(super) fn pong(&mut self, payload: &[u8], random: &mut Random) -> Result<bool, Error> {
        if self.pending() > MAX_BEFORE_PONG {
            return Ok(false);
        }
        // What waits goes first, so that no frame is cut in two.
        self.wrap(random)?;
        if let Some(carried) = &mut self.carrier
            && let Some(writer) = &carried.writer
            && carried.end != End::Sent
            && let Some(frame) = writer.pong(payload, random)?
        {
            append(&mut carried.wire, frame.as_bytes())?;
        }
        Ok(true)
    }

    /// Ends the carrier's stream behind what waits, once, where it has an end of
    /// its own. The reason is padded with NULs.
    pub(super) fn end(&mut self, code: Option<u16>, reason: [u8; ERROR_REASON]) {
        if let Some(carried) = &mut self.carrier
            && matches!(carried.writer, Some(Writer::WebSocket { .. }))
            && carried.end == End::Open
        {
            carried.end = End::Due(code, reason);
            // The opening would be alone on the wire.
            if core::mem::take(&mut self.held) {
                self.frames.take(self.frames.len());
                self.sealed = 0;
            }
        }
    }

    /// The carrier's handshake will have no answer: what waits for it never goes.
    pub(super) fn give_up(&mut self) {
        if let Some(carried) = &mut self.carrier
            && carried.writer.is_none()
        {
            carried.end = End::Sent;
        }
    }

    /// Whether the carrier's stream was ended: nothing can be sent.
    pub(super) fn is_ended(&self) -> bool {
        self.carrier
            .as_ref()
            .is_some_and(|carried| carried.end != End::Open)
    }

    /// Room for this many raw bytes, so that appending them cannot fail.
    pub(super) fn make_room(&mut self, count: usize) -> Result<(), Error> {
        self.frames.space(count).map(|_| ())
    }

    /// Lets the opening go without a frame.
    pub(super) fn release(&mut self) {
        self.held = false;
    }

    /// Whether a payload of this length is a matter for
    /// [`push_short`](Self::push_short).
    #[inline(always)]
    pub(super) fn is_short(&self, payload: usize) -> bool {
        self.carrier.is_none() && payload < LARGE
    }

    /// Queues a frame around a payload which [is short](Self::is_short).
    #[inline(always)]
    pub(super) fn push_short(&mut self, payload: &[u8], framer: Framer<'_>) -> Result<(), Error> {
        let room = payload.len() + Framing::MAX_OVERHEAD;
        let space = self.frames.room(room)?;
        // Once there is room: no sequence number may be used up for a frame that
        // has none.
        let framing = framer.frame(payload)?;
        let (_, to_payload, _) = lay_out(space, &framing, payload.len());
        copy(payload, to_payload);
        self.held = false;
        self.frames.filled(framing.length(payload.len()));
        Ok(())
    }

    /// Queues a frame around any payload.
    pub(super) fn push(&mut self, payload: &[u8], framer: Framer<'_>) -> Result<(), Error> {
        if self.is_ended() {
            return Err(UsageError::Closed.into());
        }
        // A carrier copies once more anyway, and encrypts on that way.
        let large = payload.len() >= LARGE && self.carrier.is_none();
        if large {
            self.seal();
        }
        let room = payload.len() + Framing::MAX_OVERHEAD;
        let space = self.frames.room(room)?;
        let framing = framer.frame(payload)?;
        let (to_header, to_payload, to_trailer) = lay_out(space, &framing, payload.len());
        let length = framing.length(payload.len());
        match &mut self.stream {
            Some(stream) if large => {
                stream.apply(to_header);
                stream.apply_to(payload, to_payload);
                stream.apply(to_trailer);
                self.sealed += length;
            }
            _ => to_payload.copy_from_slice(payload),
        }
        self.held = false;
        self.frames.filled(length);
        Ok(())
    }

    /// Whether a frame would be the next on the wire, behind the opening at most.
    pub(super) fn is_free(&self) -> bool {
        self.carrier.is_none() && (self.held || self.frames.is_empty())
    }

    /// Frames and encrypts a payload where it is, where [`is_free`](Self::is_free)
    /// says so. Gives where in the buffer the wire bytes are: up to 72 before the
    /// payload and 16 behind it.
    pub(super) fn pack_in_place(
        &mut self,
        framing: &Framing,
        buffer: &mut [u8],
        payload: Range<usize>,
    ) -> Range<usize> {
        self.held = false;
        let (header, header_length) = framing.header();
        let (trailer, trailer_length) = framing.trailer();
        let (start, end) = (payload.start - header_length, payload.end + trailer_length);
        buffer[start..payload.start].copy_from_slice(&header[..header_length]);
        buffer[payload.end..end].copy_from_slice(&trailer[..trailer_length]);
        if let Some(stream) = &mut self.stream {
            stream.apply(&mut buffer[start..end]);
        }
        // Encrypted already.
        let opening = self.frames.take(self.frames.len());
        buffer[start - opening.len()..start].copy_from_slice(opening);
        self.sealed = 0;
        start - opening.len()..end
    }

    /// Queues plain bytes that have no envelope.
    pub(super) fn append_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        append(&mut self.frames, bytes)
    }

    /// Queues plain bytes that stand in several places, all or none.
    pub(super) fn append_parts(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        let length = parts.iter().map(|part| part.len()).sum();
        let mut space = self.frames.room(length)?;
        for part in parts {
            let (to, rest) = space.split_at_mut(part.len());
            to.copy_from_slice(part);
            space = rest;
        }
        self.frames.filled(length);
        Ok(())
    }

    /// How many bytes can be taken.
    pub(super) fn pending(&self) -> usize {
        let frames = if self.held { 0 } else { self.frames.len() };
        match self.carrier.as_deref() {
            None => frames,
            Some(Carried {
                wire,
                writer: Some(writer),
                end,
            }) => {
                let end = match end {
                    End::Due(code, reason) => writer.close_length(*code, text_of(reason)),
                    End::Open | End::Sent => 0,
                };
                wire.len() + frames + writer.overhead(frames) + end
            }
            Some(Carried { wire, .. }) => wire.len(),
        }
    }

    /// Moves bytes out, and says how many. What is still plain is encrypted on
    /// its way.
    pub(super) fn pull(&mut self, buffer: &mut [u8], random: &mut Random) -> Result<usize, Error> {
        self.shown = 0;
        self.wrap(random)?;
        if let Some(carried) = &mut self.carrier {
            let count = carried.wire.len().min(buffer.len());
            buffer[..count].copy_from_slice(carried.wire.take(count));
            return Ok(count);
        }
        let count = self.pending().min(buffer.len());
        self.take_frames(&mut buffer[..count]);
        Ok(count)
    }

    /// All that can be taken, encrypted, still queued.
    pub(super) fn peek(&mut self, random: &mut Random) -> Result<&[u8], Error> {
        self.wrap(random)?;
        if self.carrier.is_none() && !self.held {
            self.seal();
        }
        let queued = match &self.carrier {
            Some(carried) => carried.wire.queued(),
            None if self.held => &[],
            None => self.frames.queued(),
        };
        self.shown = queued.len();
        Ok(queued)
    }

    /// Drops bytes that were peeked at.
    pub(super) fn consume(&mut self, count: usize) -> Result<(), UsageError> {
        let available = self.shown;
        if count > available {
            return Err(UsageError::CountTooLarge { count, available });
        }
        self.shown -= count;
        match &mut self.carrier {
            Some(carried) => {
                carried.wire.take(count);
            }
            None => {
                self.frames.take(count);
                self.sealed = self.sealed.saturating_sub(count);
            }
        }
        Ok(())
    }

    /// Gives memory back, if all was taken and there is more than `keep` bytes.
    pub(super) fn shrink(&mut self, keep: usize) {
        self.frames.shrink(keep);
        if let Some(carried) = &mut self.carrier {
            carried.wire.shrink(keep);
        }
    }

    /// Encrypts all that is still plain.
    fn seal(&mut self) {
        if let Some(stream) = &mut self.stream {
            let queued = self.frames.queued_mut();
            if let Some(plain) = queued.get_mut(self.sealed..) {
                stream.apply(plain);
            }
            self.sealed = queued.len();
        }
    }

    /// Moves frame bytes to `out`, encrypting what is still plain.
    fn take_frames(&mut self, out: &mut [u8]) {
        let Self {
            frames,
            stream,
            sealed,
            ..
        } = self;
        take_encrypted(frames, stream.as_mut(), sealed, out);
    }

    /// Hands everything that may leave to the carrier, if there is one.
    fn wrap(&mut self, random: &mut Random) -> Result<(), Error> {
        let Self {
            frames,
            stream,
            sealed,
            held: false,
            carrier: Some(carried),
            ..
        } = self
        else {
            return Ok(());
        };
        let Carried {
            wire,
            writer: Some(writer),
            end,
        } = &mut **carried
        else {
            return Ok(());
        };
        // All the room first: after that a mask may be lacking, before which whole
        // pieces were moved.
        wire.space(frames.len() + writer.overhead(frames.len()))?;
        while let Some(piece) = writer.piece(frames.len(), random)? {
            append(wire, piece.header.as_bytes())?;
            let to = wire.room(piece.length)?;
            take_encrypted(frames, stream.as_mut(), sealed, to);
            if let Some(mask) = piece.mask {
                mask::apply(to, mask);
            }
            wire.filled(piece.length);
        }
        if let End::Due(code, reason) = *end {
            if let Some(frame) = writer.close(code, text_of(&reason), random)? {
                append(wire, frame.as_bytes())?;
            }
            *end = End::Sent;
        }
        Ok(())
    }
}

/// Writes a frame's header and trailer, and gives where they are, with the place
/// for the payload between them.
#[inline(always)]
fn lay_out<'a>(
    space: &'a mut [u8],
    framing: &Framing,
    payload: usize,
) -> (&'a mut [u8], &'a mut [u8], &'a mut [u8]) {
    // Both are written whole; what is too much of them is written over, or lies
    // behind what is queued.
    let (header, header_length) = framing.header();
    let (trailer, trailer_length) = framing.trailer();
    space[..header.len()].copy_from_slice(&header);
    let (to_header, space) = space.split_at_mut(header_length);
    let (to_payload, space) = space.split_at_mut(payload);
    if framing.has_trailer() {
        space[..trailer.len()].copy_from_slice(&trailer);
    }
    (to_header, to_payload, &mut space[..trailer_length])
}

/// Copies to a place of the same length: without a call for what is short, which
/// for 64 bytes costs as much as the copy.
#[inline(always)]
fn copy(from: &[u8], to: &mut [u8]) {
    match from.len() {
        32..=64 => copy_ends::<32>(from, to),
        65..=128 => copy_ends::<64>(from, to),
        _ => to.copy_from_slice(from),
    }
}

/// The first and the last `N` of up to `2 * N` bytes, which are all.
#[inline(always)]
fn copy_ends<const N: usize>(from: &[u8], to: &mut [u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>())
        && from.len() == to.len()
    {
        if let Some(to) = to.first_chunk_mut() {
            *to = *first;
        }
        if let Some(to) = to.last_chunk_mut() {
            *to = *last;
        }
    }
}

/// A close reason without the NULs that pad it.
fn text_of(reason: &[u8; ERROR_REASON]) -> &str {
    let text = core::str::from_utf8(reason).unwrap_or_default();
    text.trim_end_matches('\0')
}

fn append(queue: &mut ByteQueue, bytes: &[u8]) -> Result<(), Error> {
    queue.room(bytes.len())?.copy_from_slice(bytes);
    queue.filled(bytes.len());
    Ok(())
}

/// Moves bytes from the head of `frames` to `out`: the first `sealed` as they
/// are, the rest through the stream.
fn take_encrypted(
    frames: &mut ByteQueue,
    stream: Option<&mut Keystream>,
    sealed: &mut usize,
    out: &mut [u8],
) {
    let Some(stream) = stream else {
        out.copy_from_slice(frames.take(out.len()));
        return;
    };
    let encrypted = (*sealed).min(out.len());
    let (out_encrypted, out_plain) = out.split_at_mut(encrypted);
    out_encrypted.copy_from_slice(frames.take(encrypted));
    *sealed -= encrypted;
    stream.apply_to(frames.take(out_plain.len()), out_plain);
}
