//! Payloads in, wire bytes out: the verbs of whoever sends, in either role.

use super::outgoing::{Framer, Outgoing};
use super::{QuickAckForm, Stage, Transport};
use crate::carrier::websocket::close;
use crate::control::{self, QUICK_ACK_MARK};
use crate::envelope::{self, Envelope, Role, Sent};
use crate::error::{Error, UsageError};
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

/// How many quick acks a client waits for. A server that never answers costs
/// this many words; beyond it the oldest is forgotten.
const MAX_EXPECTED_QUICK_ACKS: usize = 1024;

/// A framed quick ack stays below this length, or TDLib takes it for a packet.
const QUICK_ACK_BELOW: usize = 16;

/// A transport error stays below this length, to be told from a packet.
const TRANSPORT_ERROR_BELOW: usize = 16;

/// Code 1 is the mark of a quick ack as well: it stays below the length of one.
const MARKED_ERROR_BELOW: usize = 8;

impl Transport {
    /// Sends one MTProto packet: queues it, for [`pull_wire`](Self::pull_wire).
    ///
    /// # Errors
    ///
    /// [`UsageError::PayloadEmpty`], [`UsageError::PayloadMisaligned`],
    /// [`UsageError::PayloadTooLarge`]; as a server
    /// [`UsageError::NotConnected`] before the client is recognised and
    /// [`UsageError::PayloadAmbiguous`] for a few bytes that a client would
    /// take for a control frame; [`UsageError::OutOfTurn`] over HTTP,
    /// [`UsageError::Closed`] over a WebSocket that was closed;
    /// [`Error::Entropy`], [`Error::OutOfMemory`]: nothing was queued.
    /// [`Error::Protocol`] after a fatal error.
    pub fn push_payload(&mut self, payload: &[u8]) -> Result<(), Error> {
        self.push_packet(payload, Sent::Packet)
    }

    /// Client: sends one encrypted MTProto packet and asks for a quick ack.
    ///
    /// The event [`Event::QuickAck`](super::Event::QuickAck) will carry `token`, which is made by
    /// [`QuickAckToken::compute`]. `None` stands for any token: for a relay,
    /// which cannot compute it and passes on what comes. Of the quick acks that
    /// are waited for, the latest 1024 are remembered.
    ///
    /// # Errors
    ///
    /// As [`push_payload`](Self::push_payload), and
    /// [`UsageError::QuickAckUnsupported`] in Full and over HTTP,
    /// [`UsageError::WrongRole`] as a server.
    pub fn push_payload_with_quick_ack(
        &mut self,
        payload: &[u8],
        token: impl Into<Option<QuickAckToken>>,
    ) -> Result<(), Error> {
        self.check_role(Role::Client)?;
        self.expected_quick_acks
            .try_reserve(1)
            .map_err(|_| Error::OutOfMemory)?;
        self.push_packet(payload, Sent::QuickAckWanted)?;
        if self.expected_quick_acks.len() == MAX_EXPECTED_QUICK_ACKS {
            self.expected_quick_acks.pop_front();
        }
        self.expected_quick_acks.push_back(token.into());
        Ok(())
    }

    /// Server: tells the client that the packet with this token was received,
    /// decrypted and accepted.
    ///
    /// # Errors
    ///
    /// [`UsageError::WrongRole`] as a client, [`UsageError::NotConnected`]
    /// before the connected event, [`UsageError::QuickAckUnsupported`] in Full
    /// or over HTTP, [`UsageError::Closed`] over a WebSocket that was closed;
    /// [`Error::Entropy`], [`Error::OutOfMemory`]: nothing was queued.
    /// [`Error::Protocol`] after a fatal error.
    pub fn push_quick_ack(&mut self, token: QuickAckToken) -> Result<(), Error> {
        self.check_role(Role::Server)?;
        if self.outgoing.is_ended() {
            return Err(UsageError::Closed.into());
        }
        let form = self.limits.quick_ack_form;
        match (self.stage.codec()?.envelope(), form) {
            (Envelope::Full, _) => Err(UsageError::QuickAckUnsupported.into()),
            (Envelope::Abridged, _) => {
                let raw = envelope::abridged_quick_ack(token);
                self.outgoing.append_raw(&raw)
            }
            (Envelope::Intermediate, _) | (Envelope::PaddedIntermediate, QuickAckForm::Raw) => {
                self.outgoing.append_raw(&token.to_wire())
            }
            (Envelope::PaddedIntermediate, QuickAckForm::Documented) => {
                let [a, b, c, d] = token.to_wire();
                let [m, ..] = QUICK_ACK_MARK;
                let below = QUICK_ACK_BELOW;
                self.push_frame(&[m, m, m, m, a, b, c, d], Sent::Control { below })
            }
        }
    }

    /// Server: tells the client why it will not be served. Close the connection
    /// once the bytes are sent; over WebSocket and HTTP they end it, and nothing
    /// can be pushed behind them.
    ///
    /// # Errors
    ///
    /// [`UsageError::WrongRole`] as a client, [`UsageError::NotConnected`]
    /// before the connected event; over HTTP [`UsageError::HttpStatus`] for a
    /// code outside of 400 to 599, and [`UsageError::OutOfTurn`] without a
    /// request; [`UsageError::Closed`] over a WebSocket that was closed;
    /// [`Error::Entropy`], [`Error::OutOfMemory`]: nothing was queued.
    /// [`Error::Protocol`] after a fatal error.
    pub fn push_transport_error(&mut self, error: TransportError) -> Result<(), Error> {
        self.check_role(Role::Server)?;
        if let Stage::Http { .. } = self.stage {
            return self.push_status(error);
        }
        let wire = error.to_wire();
        let below = if wire == QUICK_ACK_MARK {
            MARKED_ERROR_BELOW
        } else {
            TRANSPORT_ERROR_BELOW
        };
        self.push_frame(&wire, Sent::Control { below })?;
        // Over WebSocket the close frame repeats it ("Close code is always 1000;
        // the reason text is a decimal error code").
        self.outgoing.end(Some(close::NORMAL), close::reason(error));
        Ok(())
    }

    /// Client: lets the opening go now, alone, for an app that must be the
    /// first to speak but has no payload yet. Otherwise it leaves with the
    /// first payload, which is what official apps do.
    ///
    /// # Errors
    ///
    /// [`UsageError::WrongRole`] as a server. [`Error::Protocol`] after a fatal
    /// error.
    pub fn push_opening(&mut self) -> Result<(), Error> {
        self.check_role(Role::Client)?;
        self.outgoing.release();
        Ok(())
    }

    /// Moves wire bytes into `buffer` and says how many: 0 when nothing waits.
    /// Send them, in order.
    ///
    /// # Errors
    ///
    /// Over a carrier [`Error::Entropy`], [`Error::OutOfMemory`]: nothing was
    /// moved. [`Error::Protocol`] after a fatal error, unless over a WebSocket:
    /// there the close frame, with a code that says why, still goes to the peer.
    pub fn pull_wire(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.check_sending()?;
        let count = self.outgoing.pull(buffer, &mut self.random)?;
        self.outgoing.shrink(self.limits.memory.kept());
        self.answer_carrier();
        Ok(count)
    }

    /// All wire bytes that wait, without a copy. Send some, then say how many
    /// by [`consume_wire`](Self::consume_wire).
    ///
    /// # Errors
    ///
    /// As [`pull_wire`](Self::pull_wire).
    pub fn peek_wire(&mut self) -> Result<&[u8], Error> {
        self.check_sending()?;
        self.outgoing.peek(&mut self.random)
    }

    /// Drops the first `count` of the bytes that
    /// [`peek_wire`](Self::peek_wire) showed.
    ///
    /// # Errors
    ///
    /// [`UsageError::CountTooLarge`]: nothing was dropped. As
    /// [`pull_wire`](Self::pull_wire) after a fatal error.
    pub fn consume_wire(&mut self, count: usize) -> Result<(), Error> {
        self.check_sending()?;
        self.outgoing.consume(count)?;
        self.outgoing.shrink(self.limits.memory.kept());
        self.answer_carrier();
        Ok(())
    }

    // ---- inside ----

    #[inline(always)]
    fn push_packet(&mut self, payload: &[u8], sent: Sent) -> Result<(), Error> {
        if self.is_usual_payload(payload) {
            return self.push_frame(payload, sent);
        }
        self.push_unusual_packet(payload, sent)
    }

    #[cold]
    fn push_unusual_packet(&mut self, payload: &[u8], sent: Sent) -> Result<(), Error> {
        let over_http = matches!(self.stage, Stage::Http { .. });
        if over_http && sent == Sent::QuickAckWanted {
            return Err(UsageError::QuickAckUnsupported.into());
        }
        self.check_payload(payload)?;
        if over_http {
            return self.push_over_http(payload);
        }
        self.push_frame(payload, sent)
    }

    /// Whether this is what every envelope of an open connection can carry, which
    /// needs no further check.
    #[inline(always)]
    pub(super) fn is_usual_payload(&self, payload: &[u8]) -> bool {
        let length = payload.len();
        matches!(self.stage, Stage::Open { .. })
            && length <= self.limits.usual_payload
            && length.is_multiple_of(4)
            && !control::may_be(length)
    }

    /// Whether this can be sent as a packet here.
    #[cold]
    pub(super) fn check_payload(&self, payload: &[u8]) -> Result<(), Error> {
        let length = payload.len();
        let maximum = match &self.stage {
            Stage::Open { codec, .. } | Stage::Handshaking { codec, .. } => {
                self.limits.max_payload_of(codec.envelope())
            }
            Stage::Http { .. } => self.limits.max_payload,
            _ => return Err(self.stage.not_framing()),
        };
        if length == 0 {
            return Err(UsageError::PayloadEmpty.into());
        }
        if !length.is_multiple_of(4) {
            return Err(UsageError::PayloadMisaligned { length }.into());
        }
        if length > maximum {
            return Err(UsageError::PayloadTooLarge { length, maximum }.into());
        }
        if self.role == Role::Server && control::classify(payload).is_some() {
            return Err(UsageError::PayloadAmbiguous { length }.into());
        }
        Ok(())
    }

    #[inline(always)]
    fn push_frame(&mut self, payload: &[u8], sent: Sent) -> Result<(), Error> {
        if !self.outgoing.is_short(payload.len()) {
            return self.push_carried_or_large(payload, sent);
        }
        let (outgoing, framer) = self.framer(sent)?;
        outgoing.push_short(payload, framer)
    }

    #[inline(never)]
    fn push_carried_or_large(&mut self, payload: &[u8], sent: Sent) -> Result<(), Error> {
        let (outgoing, framer) = self.framer(sent)?;
        outgoing.push(payload, framer)
    }

    /// What frames are queued with, where they go.
    #[inline(always)]
    fn framer(&mut self, sent: Sent) -> Result<(&mut Outgoing, Framer<'_>), Error> {
        let max_padding = self.limits.max_padding();
        let codec = self.stage.codec()?;
        let framer = Framer {
            codec,
            sent,
            max_padding,
            random: &mut self.random,
        };
        Ok((&mut self.outgoing, framer))
    }
}
