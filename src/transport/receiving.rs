//! Wire bytes in, events out: the verbs of whoever receives, in either role.

use super::event::{Event, Payload};
use super::{End, Inside, Memory, Stage, Transport};
use crate::carrier::http_head::MAX_HEAD;
use crate::carrier::websocket::close;
use crate::error::{Error, UsageError};

/// How many bytes may come at once of a handshake that is longer than the
/// largest payload.
const HANDSHAKE_ROOM: usize = 4096;

impl Transport {
    /// Takes bytes that the socket received, and says how many: fewer than
    /// given where the receive buffer's ceiling is reached. Then pull events,
    /// and push the rest. Over HTTP as a server, where there is no event then,
    /// the client sent more before its answer: answer it first. What comes
    /// behind [`Event::Closed`] is dropped.
    ///
    /// # Errors
    ///
    /// [`UsageError::Ended`] after the end was pushed, [`Error::OutOfMemory`]:
    /// nothing was taken. [`Error::Protocol`] after a fatal error.
    pub fn push_wire(&mut self, data: &[u8]) -> Result<usize, Error> {
        self.check_receiving()?;
        let count = self.incoming.push(data)?;
        self.open_up();
        self.answer_carrier();
        Ok(count)
    }

    /// Memory of at least `minimum` bytes to receive into, without a copy; 0
    /// leaves the size to the library. Then say by
    /// [`commit_wire`](Self::commit_wire) how many bytes came. Never empty. Where
    /// the rest of a packet is missing `minimum` is always given, if need be
    /// above the receive buffer's ceiling.
    ///
    /// The memory holds stale bytes.
    ///
    /// # Errors
    ///
    /// [`UsageError::EventsPending`] where the ceiling is reached: pull events
    /// first, or over HTTP as a server, where there is none then, answer.
    /// [`UsageError::ReserveTooLarge`], [`UsageError::Ended`],
    /// [`Error::OutOfMemory`]. [`Error::Protocol`] after a fatal error.
    pub fn reserve_wire(&mut self, minimum: usize) -> Result<&mut [u8], Error> {
        self.check_receiving()?;
        let usual = match self.limits.memory {
            Memory::Fast => 16 * 1024,
            Memory::Small => self.limits.memory.kept(),
        };
        let whole = self.wants_read() == 0;
        self.incoming.reserve(minimum, usual, whole)
    }

    /// Takes the first `count` bytes of the memory that
    /// [`reserve_wire`](Self::reserve_wire) gave.
    ///
    /// # Errors
    ///
    /// [`UsageError::CountTooLarge`] if fewer were reserved, or something was
    /// pushed or an event pulled since; [`UsageError::Ended`]. [`Error::Protocol`] after a fatal
    /// error.
    pub fn commit_wire(&mut self, count: usize) -> Result<(), Error> {
        self.check_receiving()?;
        self.incoming.commit(count)?;
        self.open_up();
        self.answer_carrier();
        Ok(())
    }

    /// The peer has closed its side: no bytes follow. Pull the last events; the
    /// last one is [`Event::Closed`], or as a server [`Event::NotOurs`], with the
    /// bytes of who was not recognised yet, which serves for a timeout too. Over
    /// HTTP as a server requests that were sent ahead come first, each once the
    /// one before was answered. May be called again without effect.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] after a fatal error.
    pub fn push_wire_end(&mut self) -> Result<(), Error> {
        self.check_alive()?;
        self.end_pushed = true;
        if self.end == End::NotYet {
            self.end = End::Unreported;
        }
        Ok(())
    }

    /// The next event; `None` until more wire bytes are pushed. Its bytes are a
    /// view until the next call.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the peer broke the protocol. Every event before
    /// that was delivered; nothing comes after it. [`Error::Entropy`],
    /// [`Error::OutOfMemory`]: nothing is lost, call again; but a server that
    /// lacked them in the handshake repeats them: close the connection.
    #[inline]
    pub fn pull_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.find_payload() {
            Some((data, quick_ack_wanted)) => Ok(Some(Event::Payload(Payload {
                data: self.incoming.used_up(&data),
                quick_ack_wanted,
            }))),
            None => self.pull_other_event(),
        }
    }

    #[inline(never)]
    fn pull_other_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.find_other_event()? {
            Some(found) => Ok(Some(self.view(&found))),
            None => {
                self.rest();
                Ok(None)
            }
        }
    }

    // ---- inside ----

    fn check_receiving(&self) -> Result<(), Error> {
        self.check_alive()?;
        if self.end_pushed {
            return Err(UsageError::Ended.into());
        }
        Ok(())
    }

    /// Goes on with the opening of the connection, as far as the bytes reach.
    /// What is wrong with them is reported in its turn, as an event would be.
    fn open_up(&mut self) {
        // What follows a refused request or a close frame is not looked at.
        while !self.refused && self.end == End::NotYet {
            let queued = self.incoming.queued().len();
            let went_on = match &self.stage {
                // Each byte of these is judged as it comes: the verdict must not
                // depend on how they were cut.
                Stage::Detecting {
                    inside: Inside::FakeTlsHello | Inside::WebSocketRequest(_),
                    ..
                } => self.detect(),
                Stage::Detecting { needed, .. } if queued >= *needed => self.detect(),
                Stage::Handshaking { .. } if queued > 0 => Ok(self.shake_hands()),
                _ => Ok(false),
            };
            match went_on {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return self.incoming.fail(error),
            }
        }
        // A handshake has to fit, however small the largest payload is.
        let ceiling = self.limits.receive_ceiling();
        self.incoming.set_ceiling(match &self.stage {
            Stage::Detecting { needed, .. } | Stage::Handshaking { needed, .. } => {
                ceiling.max(needed + HANDSHAKE_ROOM)
            }
            Stage::Http { .. } => ceiling.max(MAX_HEAD + HANDSHAKE_ROOM),
            _ => ceiling,
        });
    }

    /// Answers what the carrier itself asks: pings, and the peer's close.
    #[inline]
    pub(super) fn answer_carrier(&mut self) {
        let Some(reader) = self.incoming.reader() else {
            return;
        };
        let closed = reader.closed();
        if let Some(ping) = reader.ping() {
            let answered = self.outgoing.pong(ping.as_bytes(), &mut self.random);
            // One that finds no memory, or too much before it, is answered when
            // more comes or some of that has left.
            if answered == Ok(true) {
                reader.end_ping();
            }
        }
        if let Some(closed) = closed {
            self.outgoing.end(closed.code, [0; close::ERROR_REASON]);
        }
    }
}
