//! The status codes, their texts, and how the errors of the core map to them.

use core::ffi::CStr;

use libc::c_char;

use super::boundary::guard_value;
use crate::allocate::OutOfMemory;
use crate::error::{ConfigError, Error, FakeTlsError, ProtocolError, UsageError};
use crate::mtproxy::{LinkError, SecretError};

/// What a call came to: 0 is success, a positive value is about the flow and no
/// error, a negative value is an error. The numbers are grouped (below -100 the
/// call was wrong, -200 the peer was, -300 the system was, -900 the library
/// was), only ever added to, and never used for something else.
pub type mtproto_status = i32;

/// Done.
pub const MTPROTO_OK: mtproto_status = 0;
/// Flow: there is no event. Push more wire bytes.
pub const MTPROTO_NO_EVENT: mtproto_status = 1;
/// Flow: the receive buffer is at its ceiling and nothing was taken. Pull
/// events until there is none, then go on.
pub const MTPROTO_EVENTS_PENDING: mtproto_status = 2;
/// Flow: the buffer is too small and nothing was written; the length says how
/// much there is.
pub const MTPROTO_NEED_SPACE: mtproto_status = 3;

/// A pointer is NULL that must not be.
pub const MTPROTO_ERROR_NULL_ARGUMENT: mtproto_status = -101;
/// A value is outside of what the parameter allows.
pub const MTPROTO_ERROR_INVALID_ARGUMENT: mtproto_status = -102;
/// A struct's struct_size is below that of the first version, or an event's is
/// above 4096.
pub const MTPROTO_ERROR_STRUCT_SIZE: mtproto_status = -103;
/// The call belongs to the other role, client or server.
pub const MTPROTO_ERROR_WRONG_ROLE: mtproto_status = -104;
/// Server: nothing can be sent before the client is recognised.
pub const MTPROTO_ERROR_NOT_CONNECTED: mtproto_status = -105;
/// Wire bytes were pushed after the end of the stream.
pub const MTPROTO_ERROR_ENDED: mtproto_status = -106;
/// More bytes were consumed, committed or reserved than there can be.
pub const MTPROTO_ERROR_COUNT: mtproto_status = -107;
/// HTTP: it is the other end's turn.
pub const MTPROTO_ERROR_OUT_OF_TURN: mtproto_status = -108;
/// The WebSocket was closed, or the HTTP connection ends with its last response:
/// nothing can be sent any more.
pub const MTPROTO_ERROR_CLOSED: mtproto_status = -109;
/// The payload is empty.
pub const MTPROTO_ERROR_PAYLOAD_EMPTY: mtproto_status = -110;
/// The payload's length is not a multiple of 4.
pub const MTPROTO_ERROR_PAYLOAD_MISALIGNED: mtproto_status = -111;
/// The payload is over the limit of the config or of the envelope.
pub const MTPROTO_ERROR_PAYLOAD_TOO_LARGE: mtproto_status = -112;
/// A client would read this short payload as a quick ack, a transport error or
/// a no-op.
pub const MTPROTO_ERROR_PAYLOAD_AMBIGUOUS: mtproto_status = -113;
/// The Full envelope has no quick acks, nor has HTTP.
pub const MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED: mtproto_status = -114;
/// The top bit of the quick-ack token is not set.
pub const MTPROTO_ERROR_QUICK_ACK_TOKEN: mtproto_status = -115;
/// There is no such endpoint: the index is past the last one, or the DC has none.
pub const MTPROTO_ERROR_NO_ENDPOINT: mtproto_status = -116;
/// The largest payload is out of range or not a multiple of 4.
pub const MTPROTO_ERROR_CONFIG_MAX_PAYLOAD: mtproto_status = -121;
/// More than 15 bytes of padding.
pub const MTPROTO_ERROR_CONFIG_MAX_PADDING: mtproto_status = -122;
/// A client was given more than one secret.
pub const MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS: mtproto_status = -124;
/// A client was given a secret, and obfuscation is off.
pub const MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION: mtproto_status = -125;
/// A client was given a secret, and no DC.
pub const MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC: mtproto_status = -126;
/// What the server shall accept does not fit its secrets, or is nothing.
pub const MTPROTO_ERROR_CONFIG_ACCEPT: mtproto_status = -127;
/// There is no such DC id.
pub const MTPROTO_ERROR_CONFIG_DC: mtproto_status = -128;
/// The most payload in a record is out of range.
pub const MTPROTO_ERROR_CONFIG_MAX_RECORD: mtproto_status = -129;
/// The range of the answer's size is no range, or out of range.
pub const MTPROTO_ERROR_CONFIG_ANSWER_SIZE: mtproto_status = -130;
/// The secret wants Padded intermediate, and another envelope was set.
pub const MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING: mtproto_status = -131;
/// No ClientHello can be made for the secret's domain.
pub const MTPROTO_ERROR_CONFIG_TLS_HELLO: mtproto_status = -132;

/// The host, path or origin of the WebSocket, the target, host or another field
/// of the HTTP requests, or a path to be served, is empty, does not begin with a
/// slash, or has characters that cannot be sent.
pub const MTPROTO_ERROR_CONFIG_TARGET: mtproto_status = -133;
/// WebSocket carries obfuscated streams only.
pub const MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION: mtproto_status = -134;
/// A secret with a domain is spoken with fake TLS, not through another carrier.
pub const MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS: mtproto_status = -135;
/// HTTP has no obfuscation, secrets and envelopes.
pub const MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION: mtproto_status = -136;

/// The secret is empty.
pub const MTPROTO_ERROR_SECRET_EMPTY: mtproto_status = -140;
/// The secret's text is neither hexadecimal nor base64.
pub const MTPROTO_ERROR_SECRET_TEXT: mtproto_status = -141;
/// The secret has fewer than 16 bytes.
pub const MTPROTO_ERROR_SECRET_TOO_SHORT: mtproto_status = -142;
/// The secret has more bytes than its form takes.
pub const MTPROTO_ERROR_SECRET_TOO_LONG: mtproto_status = -143;
/// The secret begins with ee, but has no domain.
pub const MTPROTO_ERROR_SECRET_NO_DOMAIN: mtproto_status = -144;
/// The secret's domain is no host name.
pub const MTPROTO_ERROR_SECRET_DOMAIN: mtproto_status = -145;

/// The link is empty.
pub const MTPROTO_ERROR_LINK_EMPTY: mtproto_status = -150;
/// Strict: there is white space around the link.
pub const MTPROTO_ERROR_LINK_WHITE_SPACE: mtproto_status = -151;
/// The link does not lead to Telegram.
pub const MTPROTO_ERROR_LINK_HOST: mtproto_status = -152;
/// The link leads to Telegram, but not to a proxy.
pub const MTPROTO_ERROR_LINK_NOT_A_PROXY: mtproto_status = -153;
/// The link is one to a SOCKS5 proxy, where one to an MTProxy is needed.
pub const MTPROTO_ERROR_LINK_SOCKS5: mtproto_status = -154;
/// The link is one to a web proxy, which is not supported.
pub const MTPROTO_ERROR_LINK_WEB_PROXY: mtproto_status = -155;
/// The link has no server, no port or no secret, or an empty one.
pub const MTPROTO_ERROR_LINK_MISSING: mtproto_status = -156;
/// Strict: the link has a parameter more than once.
pub const MTPROTO_ERROR_LINK_TWICE: mtproto_status = -157;
/// The link's percent-encoding is broken, or gives no UTF-8.
pub const MTPROTO_ERROR_LINK_ENCODING: mtproto_status = -158;
/// The link's server is neither a host name nor an IP address.
pub const MTPROTO_ERROR_LINK_SERVER: mtproto_status = -159;
/// The link's port is no number from 1 to 65535.
pub const MTPROTO_ERROR_LINK_PORT: mtproto_status = -160;
/// The link's user name or password is too long, or has a zero byte.
pub const MTPROTO_ERROR_LINK_CREDENTIAL: mtproto_status = -161;

/// The peer announced a frame without a payload.
pub const MTPROTO_ERROR_LENGTH_ZERO: mtproto_status = -201;
/// The peer announced a frame over the limit of the config.
pub const MTPROTO_ERROR_LENGTH_TOO_LARGE: mtproto_status = -202;
/// The peer announced a length that is not a multiple of 4.
pub const MTPROTO_ERROR_LENGTH_MISALIGNED: mtproto_status = -203;
/// The peer announced a length below what the envelope itself takes.
pub const MTPROTO_ERROR_LENGTH_TOO_SHORT: mtproto_status = -204;
/// The peer wrote a short length in Abridged's long form.
pub const MTPROTO_ERROR_LENGTH_OVERLONG: mtproto_status = -205;
/// Full: a frame was lost, repeated or reordered.
pub const MTPROTO_ERROR_SEQUENCE_NUMBER: mtproto_status = -206;
/// Full: a frame was damaged.
pub const MTPROTO_ERROR_CHECKSUM: mtproto_status = -207;
/// Full: the client asked for a quick ack, which this envelope does not have.
pub const MTPROTO_ERROR_QUICK_ACK_IN_FULL: mtproto_status = -208;
/// The NOT_OURS event was reported: the connection is the app's now.
pub const MTPROTO_ERROR_NOT_OURS: mtproto_status = -209;
/// Client, fake TLS: what answered does not speak TLS: no proxy for this secret.
pub const MTPROTO_ERROR_FAKE_TLS_NOT_TLS: mtproto_status = -220;
/// Client, fake TLS: a real site answered, not a proxy that knows the secret:
/// wrong secret or domain, a clock that is off, a repeated hello, or no proxy.
pub const MTPROTO_ERROR_FAKE_TLS_REAL_SITE: mtproto_status = -221;
/// Client, fake TLS: the answer is malformed.
pub const MTPROTO_ERROR_FAKE_TLS_MALFORMED: mtproto_status = -222;
/// Fake TLS: the stream of records is broken.
pub const MTPROTO_ERROR_FAKE_TLS_RECORD: mtproto_status = -223;
/// Server: the initialization payload inside fake TLS or WebSocket was not made
/// with a secret that is accepted there, or the replay cache knows it.
pub const MTPROTO_ERROR_INITIALIZATION_PAYLOAD: mtproto_status = -224;

/// Client: the server did not agree to the WebSocket.
pub const MTPROTO_ERROR_WEBSOCKET_OPENING: mtproto_status = -230;
/// The stream of WebSocket frames is broken.
pub const MTPROTO_ERROR_WEBSOCKET_FRAME: mtproto_status = -231;
/// Client: what answered is not MTProto over HTTP, or is broken.
pub const MTPROTO_ERROR_HTTP_RESPONSE: mtproto_status = -232;

/// The system gave no random bytes. Nothing changed.
pub const MTPROTO_ERROR_ENTROPY: mtproto_status = -301;
/// The system gave no memory. Nothing changed.
pub const MTPROTO_ERROR_OUT_OF_MEMORY: mtproto_status = -302;

/// The library failed in a way that it should not. The handle says so on every
/// further call; free it, and report the bug.
pub const MTPROTO_ERROR_PANIC: mtproto_status = -901;

/// The status of an error. Exhaustive: an error without a status does not build.
pub(crate) fn status_of(error: Error) -> mtproto_status {
    match error {
        Error::Usage(error) => match error {
            UsageError::WrongRole => MTPROTO_ERROR_WRONG_ROLE,
            UsageError::NotConnected => MTPROTO_ERROR_NOT_CONNECTED,
            UsageError::Ended => MTPROTO_ERROR_ENDED,
            UsageError::OutOfTurn => MTPROTO_ERROR_OUT_OF_TURN,
            UsageError::Closed => MTPROTO_ERROR_CLOSED,
            UsageError::HttpStatus { .. } => MTPROTO_ERROR_INVALID_ARGUMENT,
            UsageError::PayloadEmpty => MTPROTO_ERROR_PAYLOAD_EMPTY,
            UsageError::PayloadMisaligned { .. } => MTPROTO_ERROR_PAYLOAD_MISALIGNED,
            UsageError::PayloadTooLarge { .. } => MTPROTO_ERROR_PAYLOAD_TOO_LARGE,
            UsageError::PayloadAmbiguous { .. } => MTPROTO_ERROR_PAYLOAD_AMBIGUOUS,
            UsageError::QuickAckUnsupported => MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED,
            UsageError::EventsPending => MTPROTO_EVENTS_PENDING,
            UsageError::CountTooLarge { .. } | UsageError::ReserveTooLarge { .. } => {
                MTPROTO_ERROR_COUNT
            }
        },
        Error::Config(error) => match error {
            ConfigError::MaxPayload { .. } => MTPROTO_ERROR_CONFIG_MAX_PAYLOAD,
            ConfigError::MaxPadding { .. } => MTPROTO_ERROR_CONFIG_MAX_PADDING,
            ConfigError::TooManySecrets { .. } => MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS,
            ConfigError::SecretWithoutObfuscation => {
                MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION
            }
            ConfigError::SecretWithoutDc => MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC,
            ConfigError::SecretNeedsPadding => MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING,
            ConfigError::MaxRecord { .. } => MTPROTO_ERROR_CONFIG_MAX_RECORD,
            ConfigError::AnswerSize { .. } => MTPROTO_ERROR_CONFIG_ANSWER_SIZE,
            ConfigError::TlsHello => MTPROTO_ERROR_CONFIG_TLS_HELLO,
            ConfigError::WebSocketTarget | ConfigError::HttpTarget | ConfigError::Path => {
                MTPROTO_ERROR_CONFIG_TARGET
            }
            ConfigError::WebSocketWithoutObfuscation => {
                MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION
            }
            ConfigError::CarrierWithFakeTls => MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS,
            ConfigError::HttpWithObfuscation => MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION,
            ConfigError::AcceptSecretWithoutSecret
            | ConfigError::SecretNotAccepted
            | ConfigError::AcceptNothing
            | ConfigError::AcceptFullWithoutObfuscation => MTPROTO_ERROR_CONFIG_ACCEPT,
        },
        Error::Protocol(error) => match error {
            ProtocolError::LengthZero => MTPROTO_ERROR_LENGTH_ZERO,
            ProtocolError::LengthTooLarge { .. } => MTPROTO_ERROR_LENGTH_TOO_LARGE,
            ProtocolError::LengthMisaligned { .. } => MTPROTO_ERROR_LENGTH_MISALIGNED,
            ProtocolError::LengthTooShort { .. } => MTPROTO_ERROR_LENGTH_TOO_SHORT,
            ProtocolError::LengthOverlong { .. } => MTPROTO_ERROR_LENGTH_OVERLONG,
            ProtocolError::SequenceNumber { .. } => MTPROTO_ERROR_SEQUENCE_NUMBER,
            ProtocolError::Checksum { .. } => MTPROTO_ERROR_CHECKSUM,
            ProtocolError::QuickAckInFull => MTPROTO_ERROR_QUICK_ACK_IN_FULL,
            ProtocolError::NotOurs => MTPROTO_ERROR_NOT_OURS,
            ProtocolError::FakeTls(FakeTlsError::NotTls { .. }) => MTPROTO_ERROR_FAKE_TLS_NOT_TLS,
            ProtocolError::FakeTls(error) if error.is_real_site() => {
                MTPROTO_ERROR_FAKE_TLS_REAL_SITE
            }
            ProtocolError::FakeTls(_) => MTPROTO_ERROR_FAKE_TLS_MALFORMED,
            ProtocolError::Record(_) => MTPROTO_ERROR_FAKE_TLS_RECORD,
            ProtocolError::WebSocketOpening(_) => MTPROTO_ERROR_WEBSOCKET_OPENING,
            ProtocolError::WebSocketFrame(_) => MTPROTO_ERROR_WEBSOCKET_FRAME,
            ProtocolError::HttpResponse(_) | ProtocolError::HttpUnasked => {
                MTPROTO_ERROR_HTTP_RESPONSE
            }
            ProtocolError::InitializationPayload => MTPROTO_ERROR_INITIALIZATION_PAYLOAD,
        },
        Error::Entropy(_) => MTPROTO_ERROR_ENTROPY,
        Error::OutOfMemory => MTPROTO_ERROR_OUT_OF_MEMORY,
    }
}

/// So that the inside of an export may end by `?`.
impl From<OutOfMemory> for mtproto_status {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        MTPROTO_ERROR_OUT_OF_MEMORY
    }
}

/// The status of a refused secret.
pub(crate) fn secret_status(error: SecretError) -> mtproto_status {
    match error {
        SecretError::Empty => MTPROTO_ERROR_SECRET_EMPTY,
        SecretError::OddHexDigits { .. }
        | SecretError::Character { .. }
        | SecretError::StandardBase64 { .. }
        | SecretError::Base64Length { .. }
        | SecretError::Base64Padding { .. }
        | SecretError::Base64TrailingBits => MTPROTO_ERROR_SECRET_TEXT,
        SecretError::TooShort { .. } => MTPROTO_ERROR_SECRET_TOO_SHORT,
        SecretError::TooLong { .. } => MTPROTO_ERROR_SECRET_TOO_LONG,
        SecretError::NoDomain => MTPROTO_ERROR_SECRET_NO_DOMAIN,
        SecretError::Domain(_) => MTPROTO_ERROR_SECRET_DOMAIN,
        SecretError::OutOfMemory => MTPROTO_ERROR_OUT_OF_MEMORY,
    }
}

/// The status of a refused link.
pub(crate) fn link_status(error: LinkError) -> mtproto_status {
    match error {
        LinkError::Empty => MTPROTO_ERROR_LINK_EMPTY,
        LinkError::WhiteSpace => MTPROTO_ERROR_LINK_WHITE_SPACE,
        LinkError::Host => MTPROTO_ERROR_LINK_HOST,
        LinkError::NotAProxy => MTPROTO_ERROR_LINK_NOT_A_PROXY,
        LinkError::Socks5 => MTPROTO_ERROR_LINK_SOCKS5,
        LinkError::WebProxy => MTPROTO_ERROR_LINK_WEB_PROXY,
        LinkError::Missing { .. } | LinkError::NoValue { .. } => MTPROTO_ERROR_LINK_MISSING,
        LinkError::Twice { .. } => MTPROTO_ERROR_LINK_TWICE,
        LinkError::Percent { .. } | LinkError::NotUtf8 { .. } => MTPROTO_ERROR_LINK_ENCODING,
        LinkError::ServerTooLong { .. } | LinkError::ServerCharacter { .. } => {
            MTPROTO_ERROR_LINK_SERVER
        }
        LinkError::PortDigits { .. } | LinkError::PortRange { .. } => MTPROTO_ERROR_LINK_PORT,
        LinkError::CredentialTooLong { .. } => MTPROTO_ERROR_LINK_CREDENTIAL,
        LinkError::Secret(error) => secret_status(error),
        LinkError::OutOfMemory => MTPROTO_ERROR_OUT_OF_MEMORY,
    }
}

pub(crate) const fn text(status: mtproto_status) -> &'static CStr {
    match status {
        MTPROTO_OK => c"done",
        MTPROTO_NO_EVENT => c"no event: push more wire bytes",
        MTPROTO_EVENTS_PENDING => c"the receive buffer is full: pull events, or answer what was asked over HTTP, then go on",
        MTPROTO_NEED_SPACE => c"the buffer is too small: the length says how much is needed",
        MTPROTO_ERROR_NULL_ARGUMENT => c"a pointer is NULL that must not be",
        MTPROTO_ERROR_INVALID_ARGUMENT => c"a value is outside of what the parameter allows",
        MTPROTO_ERROR_STRUCT_SIZE => c"struct_size cannot be: set it to sizeof the struct",
        MTPROTO_ERROR_WRONG_ROLE => c"this call belongs to the other role, client or server",
        MTPROTO_ERROR_NOT_CONNECTED => c"nothing can be sent before the client is recognised: push what it sent first",
        MTPROTO_ERROR_ENDED => c"the end of the peer's stream was pushed already",
        MTPROTO_ERROR_COUNT => c"more bytes were consumed, committed or reserved than there can be",
        MTPROTO_ERROR_OUT_OF_TURN => {
            c"over HTTP requests and responses take turns: wait for the next payload event"
        }
        MTPROTO_ERROR_CLOSED => c"the WebSocket or HTTP connection is at its end: nothing can be sent any more",
        MTPROTO_ERROR_PAYLOAD_EMPTY => c"the payload is empty",
        MTPROTO_ERROR_PAYLOAD_MISALIGNED => c"the payload's length is not a multiple of 4",
        MTPROTO_ERROR_PAYLOAD_TOO_LARGE => {
            c"the payload is over the limit of the config or of the envelope"
        }
        MTPROTO_ERROR_PAYLOAD_AMBIGUOUS => {
            c"a client would read this short payload as a control frame: use the call for it"
        }
        MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED => {
            c"the Full envelope and HTTP have no quick acks: send without, or use another envelope"
        }
        MTPROTO_ERROR_QUICK_ACK_TOKEN => {
            c"no quick-ack token: its top bit is not set; make it by mtproto_quick_ack_token"
        }
        MTPROTO_ERROR_NO_ENDPOINT => c"there is no such endpoint, or none of that index",
        MTPROTO_ERROR_CONFIG_MAX_PAYLOAD => {
            c"the largest payload must be from 1 KiB to 1 GiB and a multiple of 4"
        }
        MTPROTO_ERROR_CONFIG_MAX_PADDING => c"padding is 15 bytes at most",
        MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS => c"a client takes one secret at most",
        MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION => {
            c"a secret needs obfuscation: leave obfuscation on"
        }
        MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC => {
            c"a secret needs a DC: set the one that the proxy shall connect to"
        }
        MTPROTO_ERROR_CONFIG_ACCEPT => {
            c"what the server shall accept does not fit its secrets, or is nothing"
        }
        MTPROTO_ERROR_CONFIG_DC => c"there is no such DC id: from 1 to 9999",
        MTPROTO_ERROR_CONFIG_MAX_RECORD => c"the most in a record is from 256 to 16384 bytes",
        MTPROTO_ERROR_CONFIG_ANSWER_SIZE => c"the answer's size is a range within 1 to 16384",
        MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING => {
            c"the secret wants Padded intermediate: do not set another envelope with it"
        }
        MTPROTO_ERROR_CONFIG_TLS_HELLO => {
            c"no TLS hello can be made for the secret's domain: use another TLS profile"
        }
        MTPROTO_ERROR_CONFIG_TARGET => {
            c"the host is empty, the path does not begin with a slash, or one of the request's fields has characters that cannot be sent"
        }
        MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION => {
            c"WebSocket needs obfuscation: leave obfuscation on, or accept it"
        }
        MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS => {
            c"a secret with a domain is spoken with fake TLS: not through another carrier"
        }
        MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION => {
            c"HTTP has no obfuscation, secrets and envelopes: set none of them with it"
        }
        MTPROTO_ERROR_SECRET_EMPTY => c"the secret is empty",
        MTPROTO_ERROR_SECRET_TEXT => c"the secret's text is neither hexadecimal nor base64",
        MTPROTO_ERROR_SECRET_TOO_SHORT => c"the secret has fewer than 16 bytes",
        MTPROTO_ERROR_SECRET_TOO_LONG => c"the secret has more bytes than its form takes",
        MTPROTO_ERROR_SECRET_NO_DOMAIN => c"the secret begins with ee, but has no domain",
        MTPROTO_ERROR_SECRET_DOMAIN => c"the secret's domain is no host name",
        MTPROTO_ERROR_LINK_EMPTY => c"the link is empty",
        MTPROTO_ERROR_LINK_WHITE_SPACE => c"there is white space around the link: take it away",
        MTPROTO_ERROR_LINK_HOST => {
            c"the link does not lead to Telegram: tg://proxy?... or t.me/proxy?... expected"
        }
        MTPROTO_ERROR_LINK_NOT_A_PROXY => c"the link leads to Telegram, but not to a proxy",
        MTPROTO_ERROR_LINK_SOCKS5 => {
            c"the link is for a SOCKS5 proxy: ask for a link to an MTProxy"
        }
        MTPROTO_ERROR_LINK_WEB_PROXY => {
            c"the link is for a web proxy, which is not supported: ask for a tg://proxy?... link"
        }
        MTPROTO_ERROR_LINK_MISSING => c"the link has no server, no port or no secret: copy it whole",
        MTPROTO_ERROR_LINK_TWICE => c"the link has a parameter more than once",
        MTPROTO_ERROR_LINK_ENCODING => {
            c"the link's percent-encoding is broken, or gives no UTF-8: copy it again"
        }
        MTPROTO_ERROR_LINK_SERVER => {
            c"the link's server is neither a host name nor an IP address"
        }
        MTPROTO_ERROR_LINK_PORT => c"the link's port is no number from 1 to 65535",
        MTPROTO_ERROR_LINK_CREDENTIAL => {
            c"the link's user name or password is over 255 bytes, or has a zero byte"
        }
        MTPROTO_ERROR_LENGTH_ZERO => c"the peer announced a frame without a payload",
        MTPROTO_ERROR_LENGTH_TOO_LARGE => c"the peer announced a frame over the limit",
        MTPROTO_ERROR_LENGTH_MISALIGNED => {
            c"the peer announced a length that is not a multiple of 4"
        }
        MTPROTO_ERROR_LENGTH_TOO_SHORT => {
            c"the peer announced a length below what the envelope itself takes"
        }
        MTPROTO_ERROR_LENGTH_OVERLONG => c"the peer wrote a short length in Abridged's long form",
        MTPROTO_ERROR_SEQUENCE_NUMBER => c"Full: a frame was lost, repeated or reordered",
        MTPROTO_ERROR_CHECKSUM => c"Full: a frame was damaged (CRC32)",
        MTPROTO_ERROR_QUICK_ACK_IN_FULL => {
            c"the client asked for a quick ack in the Full envelope, which has none"
        }
        MTPROTO_ERROR_NOT_OURS => {
            c"the connection is not ours: relay the event's bytes, and what follows, yourself"
        }
        MTPROTO_ERROR_FAKE_TLS_NOT_TLS => {
            c"fake TLS: what answered does not speak TLS: no proxy for this secret"
        }
        MTPROTO_ERROR_FAKE_TLS_REAL_SITE => {
            c"fake TLS: a real site answered: wrong secret or domain, a clock that is off, or no proxy"
        }
        MTPROTO_ERROR_FAKE_TLS_MALFORMED => c"fake TLS: the answer is malformed",
        MTPROTO_ERROR_FAKE_TLS_RECORD => c"fake TLS: the stream of records is broken",
        MTPROTO_ERROR_INITIALIZATION_PAYLOAD => {
            c"the initialization payload inside fake TLS or WebSocket was not made with a secret that is accepted there, or repeats one"
        }
        MTPROTO_ERROR_WEBSOCKET_OPENING => {
            c"the server did not agree to the WebSocket: see mtproto_transport_error_text"
        }
        MTPROTO_ERROR_WEBSOCKET_FRAME => c"the stream of WebSocket frames is broken",
        MTPROTO_ERROR_HTTP_RESPONSE => {
            c"what answered is not MTProto over HTTP, or is broken"
        }
        MTPROTO_ERROR_ENTROPY => c"the system gave no random bytes: try again later",
        MTPROTO_ERROR_OUT_OF_MEMORY => {
            c"the system gave no memory: free some, or close the connection"
        }
        MTPROTO_ERROR_PANIC => c"a bug in the library: free the handle, and report it",
        _ => c"unknown status: the library may be newer than the program",
    }
}

/// What a status means and what to do, in one line of English.
///
/// @param status  Any value.
/// @return  A NUL-terminated text, never NULL, that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_status_text(status: mtproto_status) -> *const c_char {
    guard_value(c"".as_ptr(), || text(status).as_ptr())
}

/// Whether a transport that returned this status is dead: then every further
/// call on it returns the same, and only mtproto_transport_free is left, but for
/// the close frame of a WebSocket (rule 2).
///
/// @param status  Any value.
/// @return  true for -2xx (the peer broke the protocol) and -9xx.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_status_is_fatal(status: mtproto_status) -> bool {
    matches!(status, -299..=-200 | -999..=-900)
}
