//! The outgoing half: frames queue in plain and are encrypted when they are taken.
//!
//! ```text
//!   queue   [ encrypted | plain ]
//!           0           sealed   queue.len()
//! ```
//!
//! One pass of the cipher over many small frames costs half of one pass each.
//! A large payload is copied and encrypted in one pass instead, which saves
//! reading it twice.

use super::byte_queue::ByteQueue;
use crate::envelope::Framing;
use crate::error::{Error, UsageError};
use crate::obfuscation::ctr::Keystream;

/// From this length on copy-and-encrypt is faster than copy, then encrypt with
/// the rest.
const LARGE: usize = 2048;

pub(super) struct Outgoing {
    queue: ByteQueue,
    stream: Option<Keystream>,
    /// How many of the queued bytes are encrypted, from the head. Only counted
    /// where there is a stream.
    sealed: usize,
    /// The opening waits for the first frame: alone on the wire, its 64 bytes
    /// would tell what it is.
    held: bool,
}

impl Outgoing {
    pub(super) fn new() -> Self {
        Self {
            queue: ByteQueue::default(),
            stream: None,
            sealed: 0,
            held: false,
        }
    }

    /// Queues what opens the connection, as it goes over the wire. It leaves
    /// with the first frame.
    pub(super) fn open(&mut self, opening: &[u8]) -> Result<(), Error> {
        self.queue.space(opening.len())?[..opening.len()].copy_from_slice(opening);
        self.queue.filled(opening.len());
        self.sealed = opening.len();
        self.held = !opening.is_empty();
        Ok(())
    }

    /// What is queued from here on is encrypted by this stream.
    pub(super) fn set_stream(&mut self, stream: Keystream) {
        self.stream = Some(stream);
    }

    /// Lets the opening go without a frame.
    pub(super) fn release(&mut self) {
        self.held = false;
    }

    /// Makes room for a payload and its envelope, so that [`append`](Self::append)
    /// cannot fail.
    pub(super) fn reserve(&mut self, payload: usize) -> Result<(), Error> {
        let count = payload.saturating_add(Framing::MAX_OVERHEAD);
        self.queue.space(count).map(|_| ())
    }

    /// Queues a frame, for which room was reserved.
    pub(super) fn append(&mut self, framing: &Framing, payload: &[u8]) -> Result<(), Error> {
        self.held = false;
        let (header, trailer) = (framing.header(), framing.trailer());
        let length = header.len() + payload.len() + trailer.len();
        let large = payload.len() >= LARGE && self.stream.is_some();
        if large {
            self.seal();
        }
        let space = self.queue.space(length)?;
        let (to_header, space) = space.split_at_mut(header.len());
        let (to_payload, space) = space.split_at_mut(payload.len());
        let to_trailer = &mut space[..trailer.len()];
        match &mut self.stream {
            Some(stream) if large => {
                stream.apply_to(header, to_header);
                stream.apply_to(payload, to_payload);
                stream.apply_to(trailer, to_trailer);
                self.sealed += length;
            }
            _ => {
                to_header.copy_from_slice(header);
                to_payload.copy_from_slice(payload);
                to_trailer.copy_from_slice(trailer);
            }
        }
        self.queue.filled(length);
        Ok(())
    }

    /// Queues bytes that go over the wire without an envelope.
    pub(super) fn append_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.queue.space(bytes.len())?[..bytes.len()].copy_from_slice(bytes);
        self.queue.filled(bytes.len());
        Ok(())
    }

    /// How many bytes can be taken.
    pub(super) fn pending(&self) -> usize {
        if self.held { 0 } else { self.queue.len() }
    }

    /// Moves bytes out, and says how many. What is still plain is encrypted on
    /// its way.
    pub(super) fn pull(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.pending().min(buffer.len());
        let out = &mut buffer[..count];
        match &mut self.stream {
            None => out.copy_from_slice(self.queue.take(count)),
            Some(stream) => {
                let sealed = self.sealed.min(count);
                let (out_sealed, out_plain) = out.split_at_mut(sealed);
                out_sealed.copy_from_slice(self.queue.take(sealed));
                self.sealed -= sealed;
                stream.apply_to(self.queue.take(count - sealed), out_plain);
            }
        }
        count
    }

    /// All that can be taken, encrypted, still queued.
    pub(super) fn peek(&mut self) -> &[u8] {
        if self.held {
            return &[];
        }
        self.seal();
        self.queue.queued()
    }

    /// Drops bytes that were peeked at.
    pub(super) fn consume(&mut self, count: usize) -> Result<(), UsageError> {
        let available = match self.stream {
            _ if self.held => 0,
            Some(_) => self.sealed,
            None => self.queue.len(),
        };
        if count > available {
            return Err(UsageError::CountTooLarge { count, available });
        }
        self.queue.take(count);
        self.sealed = self.sealed.saturating_sub(count);
        Ok(())
    }

    /// Gives memory back, if all was taken and there is more than `keep` bytes.
    pub(super) fn shrink(&mut self, keep: usize) {
        self.queue.shrink(keep);
    }

    /// Encrypts all that is still plain.
    fn seal(&mut self) {
        if let Some(stream) = &mut self.stream {
            let queued = self.queue.queued_mut();
            if let Some(plain) = queued.get_mut(self.sealed..) {
                stream.apply(plain);
            }
            self.sealed = queued.len();
        }
    }
}
