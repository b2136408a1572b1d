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
mod receiving;
mod sending;
mod server;

pub use burst::Burst;
pub use config::{Accept, Config, HttpTarget, Memory, QuickAckForm, TlsProfile, WebSocketTarget};
pub use event::{Carrier, Closed, Connected, Event, NotOurs, NotOursReason, Payload};

use std::collections::VecDeque;

use crate::allocate::TryBox;
use crate::carrier::fake_tls::client::ClientHandshake;
use crate::carrier::websocket::client_opening::ClientOpening;
use crate::carrier::websocket::close;
use crate::carrier::websocket::server_opening::ServerOpening;
use crate::carrier::{Reader, Writer};
use crate::entropy::Random;
use crate::envelope::{Codec, Envelope, Head, Role};
use crate::error::{Error, ProtocolError, UsageError};
use crate::obfuscation::ctr::Keystream;
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;
use config::Limits;
use http::Turns;
use incoming::Incoming;
use outgoing::Outgoing;

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
    /// The app has pushed the end: no bytes may follow.
    end_pushed: bool,
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

impl Inside {
    /// Whether what waits is as it was received: nothing was answered or used up.
    fn is_raw(&self) -> bool {
        match self {
            Self::Tcp | Self::FakeTlsHello | Self::WebSocketRequest(_) => true,
            Self::FakeTls { .. } | Self::WebSocket => false,
        }
    }
}

/// The end of the peer's stream: the app pushes it, a close frame says it, or a
/// refusal makes it one.
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
            end_pushed: false,
        }
    }

    /// Which end of the connection this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    // ---- hints ----

    /// How many bytes are missing until there can be an event: exact once the
    /// frame's length is known, at least 1 before. 0 when nothing can be read:
    /// an event waits, the stream has ended, or the transport is dead; over
    /// HTTP, also while a server has a request to answer, and at both ends
    /// behind the last answer of a connection that is not kept alive (read on
    /// there to see the peer leave: what it still sends is dropped).
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

    /// Whether no payload can be sent any more: the transport is dead, its
    /// WebSocket was closed or refused, its HTTP connection ends with the last
    /// answer, or the peer left before the opening, or over HTTP with no answer
    /// owed to it. Close the connection once no event and no wire byte waits;
    /// after [`Event::NotOurs`] it is the app's.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Failed(_) => true,
            Stage::Http { turns, .. } => turns.is_over(self.end == End::Reported),
            Stage::Detecting { .. } | Stage::Handshaking { .. } => {
                self.refused || self.end == End::Reported
            }
            Stage::Open { .. } => self.outgoing.is_ended(),
            Stage::NotOurs(_) => false,
        }
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
}
