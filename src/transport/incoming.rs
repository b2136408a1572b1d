//! The incoming half: bursts are decrypted in one pass into the receive buffer.
//!
//! Events are slices of that buffer. Each byte goes through the cipher once, at
//! its arrival, however the reads were cut.

use super::byte_queue::ByteQueue;
use crate::error::{Error, UsageError};
use crate::obfuscation::ctr::Keystream;

pub(super) struct Incoming {
    queue: ByteQueue,
    stream: Option<Keystream>,
    /// How many bytes may wait.
    ceiling: usize,
    /// How many bytes the app may commit: what was reserved for it last.
    reserved: usize,
    /// Nothing of use can follow: what comes is dropped.
    discarding: bool,
}

impl Incoming {
    pub(super) fn new(ceiling: usize) -> Self {
        Self {
            queue: ByteQueue::default(),
            stream: None,
            ceiling,
            reserved: 0,
            discarding: false,
        }
    }

    /// The bytes that wait: plain once the stream is set, as they came before.
    pub(super) fn queued(&self) -> &[u8] {
        self.queue.queued()
    }

    /// Uses up bytes at the head, and returns them.
    pub(super) fn take(&mut self, count: usize) -> &[u8] {
        self.queue.take(count)
    }

    /// Everything that waits and everything that comes is encrypted with this.
    pub(super) fn set_stream(&mut self, mut stream: Keystream) {
        stream.apply(self.queue.queued_mut());
        self.stream = Some(stream);
    }

    /// Takes as many bytes as there is room for, and says how many.
    pub(super) fn push(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.reserved = 0;
        if self.discarding {
            return Ok(data.len());
        }
        let count = data.len().min(self.room());
        let (data, space) = (&data[..count], &mut self.queue.space(count)?[..count]);
        match &mut self.stream {
            Some(stream) => stream.apply_to(data, space),
            None => space.copy_from_slice(data),
        }
        self.queue.filled(count);
        Ok(count)
    }

    /// Room for at least `minimum` bytes, to be filled by the app; more where
    /// there is more. Empty where the ceiling leaves less.
    pub(super) fn reserve(&mut self, minimum: usize, usual: usize) -> Result<&mut [u8], Error> {
        self.reserved = 0;
        let ceiling = self.ceiling;
        if minimum > ceiling {
            return Err(UsageError::ReserveTooLarge { minimum, ceiling }.into());
        }
        let room = self.room();
        if room < minimum.max(1) {
            return Ok(&mut []);
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
        if self.discarding {
            return Ok(());
        }
        if let Some(stream) = &mut self.stream {
            stream.apply(&mut self.queue.space(count)?[..count]);
        }
        self.queue.filled(count);
        Ok(())
    }

    /// Drops what waits and what comes.
    pub(super) fn discard(&mut self) {
        self.discarding = true;
        let count = self.queue.len();
        self.queue.take(count);
    }

    /// Gives memory back, if nothing waits and there is more than `keep` bytes.
    pub(super) fn shrink(&mut self, keep: usize) {
        if self.reserved == 0 {
            self.queue.shrink(keep);
        }
    }

    fn room(&self) -> usize {
        self.ceiling.saturating_sub(self.queue.len())
    }
}
