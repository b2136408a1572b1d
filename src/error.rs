//! Every error of the library, typed, with its figures and what to do about it.
//!
//! Four families, as the status codes of the C ABI number them: the caller used
//! a call wrongly ([`UsageError`]: nothing changed, go on), the config
//! contradicts itself ([`ConfigError`]), the peer broke the protocol
//! ([`ProtocolError`]: the transport is dead and repeats the error), or the
//! system gave no memory or no random bytes.
//!
//! A transport error that the peer *sends* (404 and its kin) is not here: it is
//! an event.

use crate::allocate::OutOfMemory;
pub use crate::carrier::fake_tls::client::{AnswerFault, FakeTlsError};
pub use crate::carrier::fake_tls::records::{Alert, RecordError};
use crate::carrier::http::response_reader::ResponseError;
use crate::carrier::websocket::client_opening::ClientError;
use crate::carrier::websocket::frame_reader::FrameError;
use crate::entropy::EntropyError;

/// Anything that a call can fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call was wrong; nothing changed.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The config contradicts itself for this role.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The peer broke the protocol; the transport is dead and repeats this.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// No random bytes were to be had; nothing changed.
    #[error(transparent)]
    Entropy(EntropyError),
    /// A buffer could not grow; nothing changed. Free memory, or close the
    /// connection.
    #[error("out of memory: the buffer could not grow; free memory or close the connection")]
    OutOfMemory,
}

impl Error {
    /// Whether the transport is dead: every further call returns this error,
    /// but those that hand out what ends its WebSocket.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::Protocol(_))
    }
}

impl From<OutOfMemory> for Error {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// A call that was wrong. The transport is as it was before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// A client's call on a server, or the reverse.
    #[error("this call belongs to the other role (client or server)")]
    WrongRole,
    /// A server cannot send before it has recognised what it is talked to with.
    #[error("nothing can be sent before the client is recognised: push what it sent first")]
    NotConnected,
    /// HTTP: it is the other end's turn.
    #[error(
        "over HTTP requests and responses take turns: wait for the next payload event, or let \
         payloads queue"
    )]
    OutOfTurn,
    /// HTTP cannot carry this code: its statuses for errors are 400 to 599.
    #[error("{code} cannot be sent over HTTP: from 400 to 599")]
    HttpStatus {
        /// What was passed.
        code: u32,
    },
    /// The WebSocket was closed, or the HTTP connection ends with its last
    /// response.
    #[error("the WebSocket or HTTP connection is at its end: nothing can be sent any more")]
    Closed,
    /// Bytes were pushed after the end of the stream was.
    #[error("the end of the peer's stream was pushed already: no bytes can follow it")]
    Ended,
    /// An MTProto packet is never empty.
    #[error("the payload is empty: an MTProto packet has at least 4 bytes")]
    PayloadEmpty,
    /// Every MTProto packet is a multiple of 4 bytes long.
    #[error("the payload is {length} bytes long: its length must be a multiple of 4")]
    PayloadMisaligned {
        /// The payload's length in bytes.
        length: usize,
    },
    /// The payload is over the limit of the config or of the envelope.
    #[error("the payload is {length} bytes long: {maximum} are allowed here")]
    PayloadTooLarge {
        /// The payload's length in bytes.
        length: usize,
        /// The most that may be sent.
        maximum: usize,
    },
    /// A client would take these few bytes for a quick ack, a transport error
    /// or a no-op.
    #[error(
        "a client would read this {length}-byte payload as a control frame: \
         use the call for a quick ack or a transport error"
    )]
    PayloadAmbiguous {
        /// The payload's length in bytes.
        length: usize,
    },
    /// The Full envelope and HTTP have no quick acks.
    #[error("the Full envelope and HTTP have no quick acks: send without")]
    QuickAckUnsupported,
    /// The receive buffer's ceiling is reached: nothing can be reserved before
    /// events are pulled, or a server over HTTP has answered.
    #[error(
        "the receive buffer is full: pull events, or answer what was asked over HTTP, then go on"
    )]
    EventsPending,
    /// More bytes were consumed or committed than there are.
    #[error("{count} bytes were named, but only {available} are there")]
    CountTooLarge {
        /// What was passed.
        count: usize,
        /// What there was.
        available: usize,
    },
    /// More room was asked for than the receive buffer's ceiling leaves.
    #[error("{minimum} bytes can never be reserved: the receive buffer holds {ceiling} at most")]
    ReserveTooLarge {
        /// What was asked for.
        minimum: usize,
        /// The receive buffer's ceiling.
        ceiling: usize,
    },
}

/// A config that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The largest payload must be a multiple of 4 within the range.
    #[error("{value} bytes cannot be the largest payload: from {minimum} to {maximum}, in fours")]
    MaxPayload {
        /// What was passed.
        value: usize,
        /// The least that is allowed.
        minimum: usize,
        /// The most that is allowed.
        maximum: usize,
    },
    /// Padding is at most 15 bytes: the receiver can drop no more.
    #[error("{value} bytes of padding are too many: 15 at most")]
    MaxPadding {
        /// What was passed.
        value: u32,
    },
    /// A client speaks with one secret.
    #[error("the config holds {count} secrets: a client takes one at most")]
    TooManySecrets {
        /// How many there are.
        count: usize,
    },
    /// A secret only means something under obfuscation.
    #[error("a secret needs obfuscation: leave obfuscation on")]
    SecretWithoutObfuscation,
    /// A proxy finds the DC by the id in the initialization payload.
    #[error("a secret needs a DC id: set the DC that the proxy shall connect to")]
    SecretWithoutDc,
    /// A secret with a first byte, or with a domain, wants Padded intermediate.
    #[error("the secret needs Padded intermediate: do not set another envelope with it")]
    SecretNeedsPadding,
    /// A record holds the initialization payload and the first frame, and TLS
    /// has a limit.
    #[error("{value} bytes cannot be the most in a record: from 256 to 16384")]
    MaxRecord {
        /// What was passed.
        value: usize,
    },
    /// The answer's size is a range within a record.
    #[error("{least} to {most} bytes cannot be the answer's size: a range within 1 to 16384")]
    AnswerSize {
        /// The least that was passed.
        least: usize,
        /// The most that was passed.
        most: usize,
    },
    /// No ClientHello can be made for the secret's domain.
    #[error("no TLS hello can be made for the secret's domain: use another TLS profile")]
    TlsHello,
    /// The host, path or origin of the WebSocket cannot stand in a request.
    #[error(
        "the WebSocket's host is empty, its path does not begin with a slash, or one of them or the \
         origin has characters that cannot be sent"
    )]
    WebSocketTarget,
    /// A path that the server shall serve, which no request can name.
    #[error(
        "a path to be served does not begin with a slash, or has characters that cannot be sent"
    )]
    Path,
    /// WebSocket carries obfuscated streams only.
    #[error("WebSocket needs obfuscation: leave obfuscation on")]
    WebSocketWithoutObfuscation,
    /// A secret with a domain asks for fake TLS.
    #[error("a secret with a domain is spoken with fake TLS: it cannot go through another carrier")]
    CarrierWithFakeTls,
    /// The target, host or content type of HTTP requests cannot be sent.
    #[error(
        "the HTTP target is neither a path from its slash on nor an http:// URI, or it, the host or \
         another field has characters that cannot be sent"
    )]
    HttpTarget,
    /// HTTP carries packets as they are.
    #[error("HTTP has no obfuscation, secrets and envelopes: set none of them with it")]
    HttpWithObfuscation,
    /// The server is told to accept secrets, but has none.
    #[error("the server shall accept secrets, but the config holds none")]
    AcceptSecretWithoutSecret,
    /// The server has secrets, but is told not to accept any.
    #[error("the config holds secrets, but the server shall not accept them")]
    SecretNotAccepted,
    /// The server accepts nothing at all.
    #[error("the server accepts nothing: allow at least one opening")]
    AcceptNothing,
    /// Full under obfuscation needs obfuscation to be accepted.
    #[error("obfuscated Full needs obfuscation, with or without a secret, to be accepted")]
    AcceptFullWithoutObfuscation,
}

/// The peer broke the protocol. The transport is dead: close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A frame without a payload.
    #[error("the peer announced a frame without a payload")]
    LengthZero,
    /// A frame over the limit of the config.
    #[error("the peer announced a frame of {length} bytes: {maximum} are allowed")]
    LengthTooLarge {
        /// The announced length.
        length: usize,
        /// The most that is allowed.
        maximum: usize,
    },
    /// A length that is no multiple of 4.
    #[error("the peer announced {length} bytes, which is not a multiple of 4")]
    LengthMisaligned {
        /// The announced length.
        length: usize,
    },
    /// A length below what the envelope itself takes.
    #[error("the peer announced {length} bytes: this envelope takes at least {minimum}")]
    LengthTooShort {
        /// The announced length.
        length: usize,
        /// The least that can be.
        minimum: usize,
    },
    /// Abridged's long form for a length that fits the short one.
    #[error("the peer wrote {words} words in the long form, which begins at 127")]
    LengthOverlong {
        /// The announced length in words of 4 bytes.
        words: usize,
    },
    /// Full: a frame was lost, repeated or reordered.
    #[error("the frame carries sequence number {found}: {expected} was expected")]
    SequenceNumber {
        /// The number that is due.
        expected: u32,
        /// The number that came.
        found: u32,
    },
    /// Full: the frame was damaged.
    #[error("the frame's CRC32 is {found:#010x}: {expected:#010x} was computed over its bytes")]
    Checksum {
        /// What was computed over the frame.
        expected: u32,
        /// What the frame carries.
        found: u32,
    },
    /// Full: the peer asked for a quick ack, which this envelope does not have.
    #[error("the peer asked for a quick ack in the Full envelope, which has none")]
    QuickAckInFull,
    /// Client: what answered the fake TLS hello is not a proxy that knows the
    /// secret.
    #[error(transparent)]
    FakeTls(#[from] FakeTlsError),
    /// The stream of fake TLS records is broken.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Client: the server did not agree to the WebSocket.
    #[error(transparent)]
    WebSocketOpening(WebSocketOpeningError),
    /// The stream of WebSocket frames is broken.
    #[error(transparent)]
    WebSocketFrame(WebSocketFrameError),
    /// Client: what answered is not MTProto over HTTP, or is broken.
    #[error(transparent)]
    HttpResponse(HttpResponseError),
    /// Client: the HTTP server sent a response that nobody asked for.
    #[error("the HTTP server sent a response without a request")]
    HttpUnasked,
    /// Server: the initialization payload inside fake TLS or WebSocket does not
    /// open with a secret that is accepted there (inside fake TLS: the hello's),
    /// or the replay cache knows it.
    #[error(
        "the initialization payload inside fake TLS or WebSocket was not made with a secret that is \
         accepted there, or repeats one that was accepted"
    )]
    InitializationPayload,
    /// The event "not ours" was reported: the bytes in it are the app's now.
    #[error("the connection is not ours: relay the bytes of the event, and what follows, yourself")]
    NotOurs,
}

/// Why there is no WebSocket: the text says what answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct WebSocketOpeningError(ClientError);

impl WebSocketOpeningError {
    /// The HTTP status that came instead of 101.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.0 {
            ClientError::Status(status) | ClientError::Redirect { status, .. } => Some(status),
            _ => None,
        }
    }
}

impl From<ClientError> for ProtocolError {
    fn from(error: ClientError) -> Self {
        Self::WebSocketOpening(WebSocketOpeningError(error))
    }
}

/// What is wrong with a WebSocket's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct WebSocketFrameError(FrameError);

impl WebSocketFrameError {
    /// The code in the close frame that tells the peer (RFC 6455, section 7.4.1).
    #[must_use]
    pub const fn close_code(&self) -> u16 {
        self.0.close_code()
    }
}

impl From<FrameError> for ProtocolError {
    fn from(error: FrameError) -> Self {
        Self::WebSocketFrame(WebSocketFrameError(error))
    }
}

/// What is wrong with an HTTP response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct HttpResponseError(ResponseError);

impl From<ResponseError> for ProtocolError {
    fn from(error: ResponseError) -> Self {
        Self::HttpResponse(HttpResponseError(error))
    }
}
