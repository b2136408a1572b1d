//! What a transport reports to the app.

use core::fmt;

use crate::carrier::fake_tls::server::NotOurs as Refusal;
use crate::envelope::Envelope;
use crate::mtproxy::DcId;
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

/// What happened, in the order in which it happened.
///
/// The bytes inside are a view into the transport, until its next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The way is clear: payloads can be sent. Always the first event, unless
    /// [`NotOurs`](Self::NotOurs) or [`Closed`](Self::Closed) is.
    Connected(Connected<'a>),
    /// One MTProto packet.
    Payload(Payload<'a>),
    /// Client: the server has received, decrypted and accepted the packet that
    /// this token was sent with.
    QuickAck(QuickAckToken),
    /// Client: the server refuses to go on. Close the connection.
    TransportError(TransportError),
    /// Server: this is nobody that is spoken with here. The last event.
    NotOurs(NotOurs<'a>),
    /// The peer's stream has ended, or was ended. The last event.
    Closed(Closed),
}

/// What was found (server) or is spoken (client).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connected<'a> {
    /// The envelope; `None` over HTTP, which needs none.
    pub envelope: Option<Envelope>,
    /// What carries the byte stream.
    pub carrier: Carrier,
    /// Whether the stream is obfuscated.
    pub obfuscated: bool,
    /// The number in the DC field of the initialization payload, as it went
    /// over the wire. `None` without obfuscation, and for a client that was
    /// given no DC. Random where the client left it so: see [`Self::dc`].
    pub dc_field: Option<i16>,
    /// Which of the config's secrets is spoken with, from 0.
    pub secret_index: Option<usize>,
    /// Fake TLS: the domain that the client asked for.
    pub server_name: Option<&'a str>,
    /// Server, fake TLS: the client's clock minus ours, in seconds.
    pub clock_skew: Option<i32>,
}

impl Connected<'_> {
    /// The DC id in the DC field, if what stands there can be one.
    #[must_use]
    pub fn dc(&self) -> Option<DcId> {
        DcId::decode(self.dc_field?).ok()
    }
}

/// What carries the byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// TCP, or any other stream of bytes.
    Tcp,
    /// What looks like TLS 1.3, for proxy secrets with a domain.
    FakeTls,
    /// WebSocket (RFC 6455), binary messages.
    WebSocket,
    /// HTTP/1.1, a packet in each body.
    Http,
}

impl Carrier {
    /// The name in lower case, as in logs and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::FakeTls => "fake_tls",
            Self::WebSocket => "websocket",
            Self::Http => "http",
        }
    }
}

/// One MTProto packet, plaintext or encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payload<'a> {
    /// The packet's bytes. Empty only over HTTP, as client, where the server
    /// answered without a packet: a long poll ran out.
    pub data: &'a [u8],
    /// Server: the client asks for a quick ack.
    pub quick_ack_wanted: bool,
}

/// Not the bytes: packets are long, and may be plaintext.
impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("length", &self.data.len())
            .field("quick_ack_wanted", &self.quick_ack_wanted)
            .finish()
    }
}

/// A connection that is somebody else's: a browser, a scanner, a client with a
/// secret of another proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotOurs<'a> {
    /// What it looks like.
    pub reason: NotOursReason,
    /// Every byte that was received, as it was received: the start of what the
    /// app may relay elsewhere.
    pub data: &'a [u8],
}

impl fmt::Debug for NotOurs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotOurs")
            .field("reason", &self.reason)
            .field("length", &self.data.len())
            .finish()
    }
}

/// Why a connection is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotOursReason {
    /// The start of an HTTP request.
    Http,
    /// The start of a TLS handshake.
    Tls,
    /// 64 bytes that nothing in the config opens.
    UnknownOpening,
    /// An envelope in clear, which the config does not accept.
    NotAccepted,
    /// A TLS hello that no one of the config's secrets made: a browser's, a
    /// prober's, a client's with another secret.
    UnknownSecret,
    /// A TLS hello that is malformed.
    MalformedHello,
    /// A TLS hello above 16 KiB, or in more than 10 records.
    HelloTooLarge,
    /// A fake TLS hello with one of the secrets, for a domain that is none of
    /// theirs, or for none.
    ForeignServerName,
    /// A fake TLS hello with one of the secrets, without a cipher suite or key
    /// share that can be answered.
    NoCommonCipher,
    /// A fake TLS hello with one of the secrets, from a clock that is behind.
    ClockBehind {
        /// By how many seconds.
        seconds: u32,
    },
    /// A fake TLS hello with one of the secrets, from a clock that is ahead.
    ClockAhead {
        /// By how many seconds.
        seconds: u32,
    },
    /// A handshake that was accepted before: somebody repeats it.
    Replayed,
    /// The stream ended before it could be told what it is. Where a client is
    /// silent for too long, push the end to get its bytes.
    Incomplete,
}

impl From<Refusal> for NotOursReason {
    fn from(reason: Refusal) -> Self {
        match reason {
            Refusal::NotTls => Self::Tls,
            Refusal::Malformed(_) => Self::MalformedHello,
            Refusal::TooLarge { .. } | Refusal::TooManyRecords => Self::HelloTooLarge,
            Refusal::NoSecret => Self::UnknownSecret,
            Refusal::ForeignName => Self::ForeignServerName,
            Refusal::TooOld { seconds } => Self::ClockBehind { seconds },
            Refusal::TooNew { seconds } => Self::ClockAhead { seconds },
            Refusal::NoSuite | Refusal::NoGroup => Self::NoCommonCipher,
            Refusal::Replayed => Self::Replayed,
        }
    }
}

impl NotOursReason {
    /// The name in lower case, words joined by `_`, as in logs and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tls => "tls",
            Self::UnknownOpening => "unknown_opening",
            Self::NotAccepted => "not_accepted",
            Self::UnknownSecret => "unknown_secret",
            Self::MalformedHello => "malformed_hello",
            Self::HelloTooLarge => "hello_too_large",
            Self::ForeignServerName => "foreign_server_name",
            Self::NoCommonCipher => "no_common_cipher",
            Self::ClockBehind { .. } => "clock_behind",
            Self::ClockAhead { .. } => "clock_ahead",
            Self::Replayed => "replayed",
            Self::Incomplete => "incomplete",
        }
    }
}

/// How the peer's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// Cleanly, after a whole frame or before the first one.
    BetweenFrames,
    /// In the middle of a frame, which is lost.
    InsideFrame,
    /// Server: before the first byte, or behind a fake TLS hello or a request for
    /// a WebSocket that was answered. Client: before the peer answered either.
    BeforeOpening,
    /// Server: an HTTP request was refused with a status, which waits to be
    /// sent. Send it, then close the connection.
    Refused,
    /// Over HTTP: cleanly, but payloads that waited for their turn were not
    /// sent. Push them again on another connection.
    Unsent,
}

impl Closed {
    /// The name in lower case, words joined by `_`, as in logs and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BetweenFrames => "between_frames",
            Self::InsideFrame => "inside_frame",
            Self::BeforeOpening => "before_opening",
            Self::Refused => "refused",
            Self::Unsent => "unsent",
        }
    }
}
