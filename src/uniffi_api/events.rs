//! What a transport reports, with bytes of its own: nothing here is a view.

use super::config::Envelope;
use super::guard::guarded_value;
use crate::transport;
use crate::transport_error::TransportError;

/// What happened, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Event {
    /// The way is clear: payloads can be sent. The first event, unless not-ours
    /// or closed is.
    Connected {
        /// What was found (server) or is spoken (client).
        connection: ConnectionInfo,
    },
    /// One MTProto packet.
    Payload {
        /// The packet's bytes.
        data: Vec<u8>,
        /// Server: the client asks for a quick ack.
        quick_ack_wanted: bool,
    },
    /// Client: the server has received, decrypted and accepted the packet that
    /// this token was sent with.
    QuickAck {
        /// The token.
        token: u32,
    },
    /// Client: the server refuses to go on. Close the connection.
    TransportError {
        /// The code, positive, as 404.
        code: u32,
    },
    /// Server: this is nobody that is spoken with here. The last event.
    NotOurs {
        /// What it looks like.
        reason: NotOursReason,
        /// Every byte that was received, as it was received.
        data: Vec<u8>,
    },
    /// The peer's stream has ended. The last event.
    Closed {
        /// How.
        reason: CloseReason,
    },
}

/// What was found (server) or is spoken (client).
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct ConnectionInfo {
    /// The envelope; none over HTTP, which needs none.
    pub envelope: Option<Envelope>,
    /// What carries the byte stream.
    pub carrier: Carrier,
    /// Whether the stream is obfuscated.
    pub obfuscated: bool,
    /// The number in the DC field as it went over the wire; random where the
    /// client gave no DC: look for one of yours in it.
    pub dc_field: Option<i16>,
    /// Which of the config's secrets the client knows, from 0.
    pub secret_index: Option<u32>,
    /// Fake TLS: the domain that was asked for.
    pub server_name: Option<String>,
    /// Server, fake TLS: the client's clock minus ours, in seconds.
    pub clock_skew: Option<i32>,
}

/// What carries the byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Carrier {
    /// TCP, or any other stream of bytes.
    Tcp,
    /// What looks like TLS 1.3, for proxy secrets with a domain.
    FakeTls,
    /// WebSocket, binary messages.
    Websocket,
    /// HTTP/1.1, a packet in each body.
    Http,
}

/// Why a connection is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum NotOursReason {
    /// The start of an HTTP request.
    Http,
    /// The start of a TLS handshake.
    Tls,
    /// 64 bytes that nothing in the config opens.
    UnknownOpening,
    /// An envelope in clear, which the config does not accept.
    NotAccepted,
    /// A TLS hello that none of the secrets made.
    UnknownSecret,
    /// A TLS hello that is malformed.
    MalformedHello,
    /// A TLS hello above 16 KiB, or in more than 10 records.
    HelloTooLarge,
    /// A fake TLS hello for a domain of none of the secrets.
    ForeignServerName,
    /// A fake TLS hello without a cipher that can be answered.
    NoCommonCipher,
    /// A fake TLS hello by a clock that is behind.
    ClockBehind {
        /// By how many seconds.
        seconds: u32,
    },
    /// A fake TLS hello by a clock that is ahead.
    ClockAhead {
        /// By how many seconds.
        seconds: u32,
    },
    /// A handshake that was accepted before.
    Replayed,
    /// The stream ended before it could be told what it is. Where a client is
    /// silent for too long, push the end to get its bytes.
    Incomplete,
}

impl From<transport::NotOursReason> for NotOursReason {
    fn from(reason: transport::NotOursReason) -> Self {
        use transport::NotOursReason as Reason;
        match reason {
            Reason::Http => Self::Http,
            Reason::Tls => Self::Tls,
            Reason::UnknownOpening => Self::UnknownOpening,
            Reason::NotAccepted => Self::NotAccepted,
            Reason::UnknownSecret => Self::UnknownSecret,
            Reason::MalformedHello => Self::MalformedHello,
            Reason::HelloTooLarge => Self::HelloTooLarge,
            Reason::ForeignServerName => Self::ForeignServerName,
            Reason::NoCommonCipher => Self::NoCommonCipher,
            Reason::ClockBehind { seconds } => Self::ClockBehind { seconds },
            Reason::ClockAhead { seconds } => Self::ClockAhead { seconds },
            Reason::Replayed => Self::Replayed,
            Reason::Incomplete => Self::Incomplete,
        }
    }
}

/// How the peer's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum CloseReason {
    /// Cleanly, after a whole frame or before the first one.
    BetweenFrames,
    /// In the middle of a frame, which is lost.
    InsideFrame,
    /// Server: before the first byte, or behind a fake TLS hello or a request for
    /// a WebSocket that was answered. Client: before the peer answered either.
    BeforeOpening,
    /// Server: an HTTP request was refused with a status, which waits to be sent.
    Refused,
    /// Over HTTP: cleanly, but payloads that waited for their turn were not sent.
    Unsent,
}

impl From<transport::Event<'_>> for Event {
    fn from(event: transport::Event<'_>) -> Self {
        match event {
            transport::Event::Connected(connected) => Self::Connected {
                connection: ConnectionInfo {
                    envelope: connected.envelope.map(Envelope::from),
                    carrier: match connected.carrier {
                        transport::Carrier::Tcp => Carrier::Tcp,
                        transport::Carrier::FakeTls => Carrier::FakeTls,
                        transport::Carrier::WebSocket => Carrier::Websocket,
                        transport::Carrier::Http => Carrier::Http,
                    },
                    obfuscated: connected.obfuscated,
                    dc_field: connected.dc_field,
                    secret_index: connected
                        .secret_index
                        .map(|index| u32::try_from(index).unwrap_or(u32::MAX)),
                    server_name: connected.server_name.map(str::to_owned),
                    clock_skew: connected.clock_skew,
                },
            },
            transport::Event::Payload(payload) => Self::Payload {
                data: payload.data.to_vec(),
                quick_ack_wanted: payload.quick_ack_wanted,
            },
            transport::Event::QuickAck(token) => Self::QuickAck {
                token: token.value(),
            },
            transport::Event::TransportError(error) => Self::TransportError { code: error.code() },
            transport::Event::NotOurs(not_ours) => Self::NotOurs {
                reason: not_ours.reason.into(),
                data: not_ours.data.to_vec(),
            },
            transport::Event::Closed(closed) => Self::Closed {
                reason: match closed {
                    transport::Closed::BetweenFrames => CloseReason::BetweenFrames,
                    transport::Closed::InsideFrame => CloseReason::InsideFrame,
                    transport::Closed::BeforeOpening => CloseReason::BeforeOpening,
                    transport::Closed::Refused => CloseReason::Refused,
                    transport::Closed::Unsent => CloseReason::Unsent,
                },
            },
        }
    }
}

/// What a transport error's code means and what to do, in one line of English.
#[uniffi::export]
pub fn transport_error_meaning(code: u32) -> String {
    guarded_value(String::new(), || match TransportError::new(code) {
        Some(error) => error.meaning().to_owned(),
        None => TransportError::UNKNOWN_MEANING
            .to_string_lossy()
            .into_owned(),
    })
}
