//! The transport context: envelope, obfuscation and carrier stacked, both ways.
//!
//! ```text
//!      push_payload  push_quick_ack                 pull_event
//!           |              |                            ^
//!     +-----v--------------v------+      +--------------+-----------+
//!     | envelope: frame           |      | envelope: head, take     |
//!     | outgoing: queue, encrypt  |      | incoming: decrypt, queue |
//!     +-----------+---------------+      +--------------^-----------+
//!                 v                                     |
//!         pull_wire, peek_wire                push_wire, reserve_wire
//! ```
//!
//! What to call, and when:
//!
//! 1. Push what the socket received ([`push_wire`](Transport::push_wire)), then
//!    pull events until there is none ([`pull_event`](Transport::pull_event)).
//! 2. Push payloads at any time after the connected event; pull wire bytes
//!    whenever [`wants_write`](Transport::wants_write) says so, and send them.
//! 3. After an error that is [fatal](Error::is_fatal) close the connection; over
//!    WebSocket pull wire bytes until none wait first, which end in its close
//!    frame.

mod burst;
mod byte_queue;
mod client;
mod config;
mod detection;
mod event;
mod events;
mod http;
mod incoming;
mod outgoing;
mod server;

pub use burst::Burst;
pub use config::{Accept, Config, HttpTarget, Memory, QuickAckForm, TlsProfile, WebSocketTarget};
pub use event::{Carrier, Closed, Connected, Event, NotOurs, NotOursReason, Payload};

use std::collections::VecDeque;

use crate::allocate::TryBox;
use crate::carrier::fake_tls::client::ClientHandshake;
use crate::carrier::http_head::MAX_HEAD;
use crate::carrier::websocket::client_opening::ClientOpening;
use crate::carrier::websocket::close;
use crate::carrier::websocket::server_opening::ServerOpening;
use crate::carrier::{Reader, Writer};
use crate::control::{self, QUICK_ACK_MARK};
use crate::entropy::Random;
use crate::envelope::{self, Codec, Envelope, Head, Role, Sent};
use crate::error::{Error, ProtocolError, UsageError};
use crate::obfuscation::ctr::Keystream;
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;
use config::Limits;
use http::Turns;
use incoming::Incoming;
use outgoing::{Framer, Outgoing};

/// How many quick acks a client waits for. A server that never answers costs
/// this many words; beyond it the oldest is forgotten.
const MAX_EXPECTED_QUICK_ACKS: usize = 1024;

/// How many bytes may come at once of a handshake that is longer than the
/// largest payload.
const HANDSHAKE_ROOM: usize = 4096;

/// A framed quick ack stays below this length, or TDLib takes it for a packet.
const QUICK_ACK_BELOW: usize = 16;

/// A transport error stays below this length, to be told from a packet.
const TRANSPORT_ERROR_BELOW: usize = 16;

/// One connection, as client or as server, without its socket.
///
/// It is deterministic: the same calls with the same entropy give the same
/// bytes and events, however the incoming bytes are cut. It reads no clock and
/// starts no thread; it may be moved between threads.
pub struct Transport {
    role: Role,
    limits: Limits,
    random: Random,
    stage: Stage,
    outgoing: Outgoing,
    incoming: Incoming,
    /// Client: the quick acks that were asked for, oldest first; `None` for one
    /// with any token.
    expected_quick_acks: VecDeque<Option<QuickAckToken>>,
    /// Fake TLS: the domain that was asked for.
    server_name: Option<Box<str>>,
    /// Server: a request for a WebSocket was refused, which is still to be
    /// reported.
    refused: bool,
    /// Client: the transport error that was reported last.
    reported_error: Option<TransportError>,
    end: End,
}

/// How far the connection has come.
enum Stage {
    /// Server: the client is not recognised. `needed` bytes in all are, to look
    /// at them again.
    Detecting {
        config: Config,
        needed: usize,
        inside: Inside,
    },
    /// Client: the carrier's handshake is not answered. What is pushed waits.
    /// `needed` bytes in all are needed to look at the answer again.
    Handshaking {
        needed: usize,
        codec: Codec,
        unreported: Introduced,
        handshake: TryBox<Handshaking>,
    },
    /// Frames go both ways. The connected event may still have to be reported.
    Open {
        codec: Codec,
        unreported: Option<Introduced>,
    },
    /// Packets go both ways over HTTP, in turns.
    Http {
        turns: TryBox<Turns>,
        unreported: Option<Introduced>,
    },
    /// Server: a stranger, still to be reported.
    NotOurs(NotOursReason),
    /// Dead of this error. What ends a WebSocket can still be pulled.
    Failed(Error),
}

impl Stage {
    #[inline(always)]
    fn codec(&mut self) -> Result<&mut Codec, Error> {
        match self {
            Self::Open { codec, .. } | Self::Handshaking { codec, .. } => Ok(codec),
            other => Err(other.not_framing()),
        }
    }

    /// Why there is no codec.
    #[cold]
    fn not_framing(&self) -> Error {
        match self {
            Self::Failed(error) => *error,
            Self::Http { .. } => UsageError::QuickAckUnsupported.into(),
            _ => UsageError::NotConnected.into(),
        }
    }
}

/// Client: what the carrier's handshake needs, and what comes after it.
struct Handshaking {
    handshake: Handshake,
    writer: Writer,
    reader: Reader,
    incoming: Keystream,
}

enum Handshake {
    FakeTls(ClientHandshake),
    WebSocket(ClientOpening),
}

/// What the connected event will say; the server's name stands apart.
struct Introduced {
    envelope: Option<Envelope>,
    carrier: Carrier,
    obfuscated: bool,
    dc_field: Option<i16>,
    secret_index: Option<usize>,
    clock_skew: Option<i32>,
}

impl Introduced {
    /// In clear, without a carrier.
    fn plain(envelope: impl Into<Option<Envelope>>) -> Self {
        Self {
            envelope: envelope.into(),
            carrier: Carrier::Tcp,
            obfuscated: false,
            dc_field: None,
            secret_index: None,
            clock_skew: None,
        }
    }
}

/// Server: where the client's initialization payload is looked for.
enum Inside {
    Tcp,
    /// Behind a fake TLS hello, which is still being read.
    FakeTlsHello,
    /// In records: the hello was made with this secret.
    FakeTls {
        secret_index: usize,
        clock_skew: i32,
    },
    /// Behind the request for a WebSocket, which is still being read.
    WebSocketRequest(ServerOpening),
    /// In frames.
    WebSocket,
}

/// The end of the peer's stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Unreported,
    Reported,
}

impl Transport {
    fn new(config: &Config, role: Role) -> Self {
        let limits = config.limits(role);
        Self {
            role,
            limits,
            random: match limits.memory {
                Memory::Fast => Random::new(config.entropy()),
                Memory::Small => Random::small(config.entropy()),
            },
            stage: Stage::Detecting {
                config: config.clone(),
                needed: 1,
                inside: Inside::Tcp,
            },
            outgoing: Outgoing::new(),
            incoming: Incoming::new(limits.receive_ceiling()),
            expected_quick_acks: VecDeque::new(),
            server_name: None,
            refused: false,
            reported_error: None,
            end: End::NotYet,
        }
    }

    /// Which end of the connection this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    // ---- payload in, wire out ----

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
    /// The event [`Event::QuickAck`] will carry `token`, which is made by
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
    /// once the bytes are sent.
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
        let below = TRANSPORT_ERROR_BELOW;
        self.push_frame(&error.to_wire(), Sent::Control { below })?;
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
        Ok(())
    }

    // ---- wire in, events out ----

    /// Takes bytes that the socket received, and says how many: fewer than
    /// given where the receive buffer's ceiling is reached. Then pull events,
    /// and push the rest. Over HTTP as a server, where there is no event then,
    /// the client sent more before its answer: answer it first.
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
    /// [`commit_wire`](Self::commit_wire) how many bytes came. Empty where the
    /// receive buffer's ceiling is reached: pull events first. Where the rest of
    /// a packet is missing `minimum` is always given, if need be above the
    /// ceiling.
    ///
    /// The memory holds stale bytes.
    ///
    /// # Errors
    ///
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
    /// last one is [`Event::Closed`]. May be called again without effect.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] after a fatal error.
    pub fn push_wire_end(&mut self) -> Result<(), Error> {
        self.check_alive()?;
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

    // ---- hints ----

    /// How many bytes are missing until there can be an event: exact once the
    /// frame's length is known, at least 1 before. 0 when nothing can be read:
    /// an event waits, the stream has ended, or the transport is dead.
    #[must_use]
    pub fn wants_read(&self) -> usize {
        if self.end != End::NotYet {
            return 0;
        }
        let queued = self.incoming.queued();
        if self.refused || self.incoming.is_at_end() {
            return 0;
        }
        let needed = match &self.stage {
            Stage::Detecting { needed, .. } | Stage::Handshaking { needed, .. } => *needed,
            Stage::Open {
                codec,
                unreported: None,
            } => match codec.head(self.role, queued, self.limits.max_payload) {
                Ok(Head::Incomplete { needed }) => needed,
                _ => 0,
            },
            Stage::Http {
                turns,
                unreported: None,
            } => return turns.missing(queued.len()),
            _ => 0,
        };
        match needed.saturating_sub(queued.len()) {
            0 => 0,
            missing => missing + self.incoming.missing_of_carrier(),
        }
    }

    /// Whether wire bytes wait to be sent.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.pending_wire() != 0
    }

    /// How many wire bytes wait to be sent: what an app looks at that does not
    /// want to queue without end for a peer that does not read. Where it grows,
    /// stop pushing payloads, and stop reading from that peer too: some of what
    /// it sends is answered by the library.
    #[must_use]
    pub fn pending_wire(&self) -> usize {
        match self.check_sending() {
            Ok(()) => self.outgoing.pending(),
            Err(_) => 0,
        }
    }

    /// The error that the transport is dead of.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        match self.stage {
            Stage::Failed(error) => Some(error),
            _ => None,
        }
    }

    // ---- inside ----

    fn check_alive(&self) -> Result<(), Error> {
        match self.stage {
            Stage::Failed(error) => Err(error),
            _ => Ok(()),
        }
    }

    fn check_sending(&self) -> Result<(), Error> {
        // RFC 6455, section 7.1.7: who fails a WebSocket "SHOULD send a Close
        // frame with an appropriate status code" first.
        match self.stage {
            Stage::Failed(error) if !self.outgoing.is_ended() => Err(error),
            _ => Ok(()),
        }
    }

    /// Nothing goes on after this error.
    fn fail(&mut self, error: Error) {
        self.stage = Stage::Failed(error);
        let code = match error {
            Error::Protocol(ProtocolError::WebSocketFrame(error)) => error.close_code(),
            _ => close::PROTOCOL_ERROR,
        };
        self.outgoing.end(Some(code), [0; close::ERROR_REASON]);
    }

    fn check_role(&self, role: Role) -> Result<(), Error> {
        self.check_alive()?;
        if self.role != role {
            return Err(UsageError::WrongRole.into());
        }
        Ok(())
    }

    fn check_receiving(&self) -> Result<(), Error> {
        self.check_alive()?;
        if self.end != End::NotYet {
            return Err(UsageError::Ended.into());
        }
        Ok(())
    }

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
    fn is_usual_payload(&self, payload: &[u8]) -> bool {
        let length = payload.len();
        matches!(self.stage, Stage::Open { .. })
            && length <= self.limits.usual_payload
            && length.is_multiple_of(4)
            && !control::may_be(length)
    }

    /// Whether this can be sent as a packet here.
    #[cold]
    fn check_payload(&self, payload: &[u8]) -> Result<(), Error> {
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

    /// Goes on with the opening of the connection, as far as the bytes reach.
    /// What is wrong with them is reported in its turn, as an event would be.
    fn open_up(&mut self) {
        // What follows a refused request is not looked at.
        while !self.refused {
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
    fn answer_carrier(&mut self) {
        let Some(reader) = self.incoming.reader() else {
            return;
        };
        let closed = reader.closed();
        if let Some(ping) = reader.ping() {
            let answered = self.outgoing.pong(ping.as_bytes(), &mut self.random);
            // One that finds no memory is answered with what comes next.
            if answered.is_ok() {
                reader.end_ping();
            }
        }
        if let Some(closed) = closed {
            self.outgoing.end(closed.code, [0; close::ERROR_REASON]);
        }
    }
}
