//! The incoming half: bursts are decrypted in one pass into the receive buffer.
//!
//! Events are slices of that buffer. Each byte goes through the cipher once, at
//! its arrival, however the reads were cut. A carrier's own bytes are closed up
//! in place first.

use core::ops::Range;

use super::byte_queue::ByteQueue;
use crate::carrier::websocket::mask;
use crate::carrier::{Reader, Step};
use crate::envelope::{self, Frame};
use crate::error::{Error, UsageError};
use crate::obfuscation::ctr::Keystream;

pub(super) struct Incoming {
    queue: ByteQueue,
    reader: Option<Reader>,
    stream: Option<Keystream>,
    /// How many bytes may wait.
    ceiling: usize,
    /// How many bytes the app may commit: what was reserved for it last.
    reserved: usize,
    /// Nothing of use can follow: what comes is dropped.
    discarding: bool,
    /// What is wrong behind the bytes that wait. What comes is dropped.
    broken: Option<Error>,
}

impl Incoming {
    pub(super) fn new(ceiling: usize) -> Self {
        Self {
            queue: ByteQueue::default(),
            reader: None,
            stream: None,
            ceiling,
            reserved: 0,
            discarding: false,
            broken: None,
        }
    }

    /// The bytes that wait: plain once the stream is set, as they came before.
    #[inline]
    pub(super) fn queued(&self) -> &[u8] {
        self.queue.queued()
    }

    /// Uses up bytes at the head, and returns them.
    pub(super) fn take(&mut self, count: usize) -> &[u8] {
        self.queue.take(count)
    }

    /// Uses up bytes at the head, and says where they are, for
    /// [`used_up`](Self::used_up).
    #[inline]
    pub(super) fn take_at(&mut self, count: usize) -> usize {
        self.queue.take_at(count)
    }

    /// Uses up a frame: where its payload is, without the padding if that is to be
    /// trimmed, and whether a quick ack is wanted.
    #[inline(always)]
    pub(super) fn take_payload(&mut self, frame: &Frame, trim: bool) -> (Range<usize>, bool) {
        let start = self.queue.take_at(frame.length);
        let mut data = start + frame.payload.start..start + frame.payload.end;
        if trim {
            data.end = data.start + envelope::exact_length(self.queue.used_up(&data));
        }
        (data, frame.quick_ack_wanted)
    }

    /// Bytes that were used up since room was asked for or given back.
    #[inline]
    pub(super) fn used_up(&self, range: &Range<usize>) -> &[u8] {
        self.queue.used_up(range)
    }

    /// Copies `count` bytes that stand `from` bytes behind the head to `to`,
    /// which is not behind them.
    pub(super) fn move_up(&mut self, from: usize, to: usize, count: usize) {
        let queued = self.queue.queued_mut();
        if to < from && from + count <= queued.len() {
            queued.copy_within(from..from + count, to);
        }
    }

    /// Drops bytes that stand `at` bytes behind the head.
    pub(super) fn remove(&mut self, at: usize, count: usize) {
        self.queue.remove(at, count);
    }

    /// The app has looked at events: what was reserved for it is over.
    #[inline]
    pub(super) fn end_reservation(&mut self) {
        self.reserved = 0;
    }

    /// The carrier's reader, once its handshake is over.
    pub(super) fn reader(&mut self) -> Option<&mut Reader> {
        self.reader.as_mut()
    }

    /// How many bytes may wait from here on.
    pub(super) fn set_ceiling(&mut self, ceiling: usize) {
        self.ceiling = ceiling;
    }

    /// Everything that waits and everything that comes is encrypted with this.
    pub(super) fn set_stream(&mut self, mut stream: Keystream) {
        stream.apply(self.queue.queued_mut());
        self.stream = Some(stream);
    }

    /// Everything that waits and everything that comes is in the carrier's
    /// pieces. What waits is not decrypted yet.
    pub(super) fn set_reader(&mut self, reader: Reader) {
        self.reader = Some(reader);
        let waiting = self.queue.len();
        let stripped = self.strip_queued();
        debug_assert!(stripped <= waiting);
        self.queue.truncate(stripped);
    }

    /// Takes as many bytes as there is room for, and says how many.
    pub(super) fn push(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.reserved = 0;
        if self.is_deaf() {
            return Ok(data.len());
        }
        let count = data.len().min(self.room());
        let (data, space) = (&data[..count], self.queue.room(count)?);
        match (&self.reader, &mut self.stream) {
            (None, Some(stream)) => stream.apply_to(data, space),
            _ => space.copy_from_slice(data),
        }
        self.arrived(count);
        Ok(count)
    }

    /// Room for at least `minimum` bytes, to be filled by the app; more where
    /// there is more. Refused where the ceiling leaves less, unless what waits is
    /// not `whole`: then nothing but more bytes can go on.
    pub(super) fn reserve(
        &mut self,
        minimum: usize,
        usual: usize,
        whole: bool,
    ) -> Result<&mut [u8], Error> {
        self.reserved = 0;
        let ceiling = self.ceiling;
        if minimum > ceiling {
            return Err(UsageError::ReserveTooLarge { minimum, ceiling }.into());
        }
        let mut room = self.room();
        if room < minimum.max(1) {
            if whole {
                return Err(UsageError::EventsPending.into());
            }
            room = minimum.max(1);
        }
        let space = self.queue.space(usual.min(room).max(minimum))?;
        self.reserved = space.len().min(room);
        Ok(&mut space[..self.reserved])
    }

    /// Takes the first `count` bytes of what was reserved.
    pub(super) fn commit(&mut self, count: usize) -> Result<(), Error> {
        let available = self.reserved;
        if count > available {
            return Err(UsageError::CountTooLarge { count, available }.into());
        }
        self.reserved = 0;
        if self.is_deaf() {
            return Ok(());
        }
        if let (None, Some(stream)) = (&self.reader, &mut self.stream) {
            stream.apply(self.queue.free(count));
        }
        self.arrived(count);
        Ok(())
    }

    /// Drops what waits and what comes.
    pub(super) fn discard(&mut self) {
        self.discarding = true;
        let count = self.queue.len();
        self.queue.take(count);
    }

    /// What comes from here on is of no use.
    pub(super) fn fail(&mut self, error: impl Into<Error>) {
        self.broken = Some(error.into());
    }

    /// Whether nothing that comes is of use: the carrier's stream has ended, or
    /// something is wrong behind the bytes that wait. What is only dropped is
    /// still read, up to the peer's end.
    pub(super) fn is_at_end(&self) -> bool {
        let closed = self.reader.as_ref().and_then(Reader::closed);
        self.broken.is_some() || closed.is_some()
    }

    /// Whether the carrier's pieces that have come are whole.
    pub(super) fn is_between_pieces(&self) -> bool {
        self.reader.as_ref().is_none_or(Reader::is_between)
    }

    /// What is wrong behind the bytes that wait.
    pub(super) fn broken(&self) -> Option<Error> {
        self.broken
    }

    /// How many bytes of the carrier's own come before the stream's next.
    pub(super) fn missing_of_carrier(&self) -> usize {
        self.reader.as_ref().map_or(0, Reader::missing_header)
    }

    /// Gives memory back, if nothing waits and there is more than `keep` bytes.
    pub(super) fn shrink(&mut self, keep: usize) {
        self.queue.shrink(keep);
    }

    fn is_deaf(&self) -> bool {
        self.discarding || self.broken.is_some()
    }

    fn room(&self) -> usize {
        self.ceiling.saturating_sub(self.queue.len())
    }

    /// Appends the first `count` bytes of the queue's free space. Without a
    /// carrier they are decrypted already.
    fn arrived(&mut self, count: usize) {
        let count = match &mut self.reader {
            None => count,
            Some(reader) => {
                let memory = self.queue.free(count);
                strip(memory, reader, self.stream.as_mut(), &mut self.broken)
            }
        };
        self.queue.filled(count);
    }

    fn strip_queued(&mut self) -> usize {
        let memory = self.queue.queued_mut();
        match &mut self.reader {
            None => memory.len(),
            Some(reader) => strip(memory, reader, self.stream.as_mut(), &mut self.broken),
        }
    }
}

/// Closes up the stream's bytes at the start of `memory`, decrypts them, and
/// says how many they are.
fn strip(
    memory: &mut [u8],
    reader: &mut Reader,
    mut stream: Option<&mut Keystream>,
    broken: &mut Option<Error>,
) -> usize {
    let (mut read, mut written) = (0, 0);
    loop {
        let (skip, length, mask) = match reader.next(&memory[read..]) {
            Ok(Step::Payload { skip, length, mask }) => (skip, length, mask),
            Ok(Step::Skip(skip)) => (skip, 0, None),
            Ok(Step::NeedMore) => return written,
            Err(error) => {
                *broken = Some(error.into());
                return written;
            }
        };
        let start = read + skip;
        read = start + length;
        memory.copy_within(start..read, written);
        let piece = &mut memory[written..written + length];
        if let Some(mask) = mask {
            mask::apply(piece, mask);
        }
        if let Some(stream) = &mut stream {
            stream.apply(piece);
        }
        written += length;
    }
}
