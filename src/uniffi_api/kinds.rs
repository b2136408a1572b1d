//! What exactly went wrong: the kinds of errors, one for each status of the C ABI.

use crate::capi::{self, mtproto_status};

/// What exactly went wrong: one for each status of the C ABI, by its name, and
/// a few for what only this face has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ErrorKind {
    /// A status that this version has no name for.
    Unknown,
    /// A pointer is NULL that must not be.
    NullArgument,
    /// A value is outside of what the parameter allows.
    InvalidArgument,
    /// A struct of the C ABI is too small.
    StructSize,
    /// The call belongs to the other role, client or server.
    WrongRole,
    /// Server: nothing can be sent before the client is recognised.
    NotConnected,
    /// HTTP: it is the other end's turn.
    OutOfTurn,
    /// The WebSocket or HTTP connection is at its end: nothing can be sent.
    Closed,
    /// Wire bytes were pushed after the end of the stream.
    Ended,
    /// More bytes were consumed, committed or reserved than there can be.
    Count,
    /// The payload is empty.
    PayloadEmpty,
    /// The payload's length is not a multiple of 4.
    PayloadMisaligned,
    /// The payload is over the limit of the config or of the envelope.
    PayloadTooLarge,
    /// A client would read this short payload as a control frame.
    PayloadAmbiguous,
    /// The Full envelope has no quick acks.
    QuickAckUnsupported,
    /// The top bit of the quick-ack token is not set.
    QuickAckToken,
    /// There is no such endpoint, or the DC has none.
    NoEndpoint,
    /// The largest payload is out of range or not a multiple of 4.
    ConfigMaxPayload,
    /// More than 15 bytes of padding.
    ConfigMaxPadding,
    /// A client was given more than one secret.
    ConfigTooManySecrets,
    /// A client was given a secret, and obfuscation is off.
    ConfigSecretWithoutObfuscation,
    /// A client was given a secret, and no DC.
    ConfigSecretWithoutDc,
    /// What the server shall accept does not fit its secrets, or is nothing.
    ConfigAccept,
    /// There is no such DC id.
    ConfigDc,
    /// The most payload in a record is out of range.
    ConfigMaxRecord,
    /// The range of the answer's size is no range, or out of range.
    ConfigAnswerSize,
    /// The secret wants Padded intermediate, and another envelope was set.
    ConfigSecretNeedsPadding,
    /// No ClientHello can be made for the secret's domain.
    ConfigTlsHello,
    /// A field of the WebSocket's or HTTP's request cannot be sent.
    ConfigTarget,
    /// WebSocket carries obfuscated streams only.
    ConfigWebsocketWithoutObfuscation,
    /// A secret with a domain is spoken with fake TLS, not through another carrier.
    ConfigCarrierWithFakeTls,
    /// HTTP has no obfuscation, secrets and envelopes.
    ConfigHttpWithObfuscation,
    /// The secret is empty.
    SecretEmpty,
    /// The secret's text is neither hexadecimal nor base64.
    SecretText,
    /// The secret has fewer than 16 bytes.
    SecretTooShort,
    /// The secret has more bytes than its form takes.
    SecretTooLong,
    /// The secret begins with ee, but has no domain.
    SecretNoDomain,
    /// The secret's domain is no host name.
    SecretDomain,
    /// The link is empty.
    LinkEmpty,
    /// There is white space around the link.
    LinkWhiteSpace,
    /// The link does not lead to Telegram.
    LinkHost,
    /// The link leads to Telegram, but not to a proxy.
    LinkNotAProxy,
    /// The link is for a SOCKS5 proxy, and one for an MTProxy was wanted.
    LinkSocks5,
    /// The link is for a web proxy.
    LinkWebProxy,
    /// The link has no server, no port or no secret.
    LinkMissing,
    /// The link has a parameter more than once.
    LinkTwice,
    /// The link's percent-encoding is broken, or gives no UTF-8.
    LinkEncoding,
    /// The link's server is neither a host name nor an IP address.
    LinkServer,
    /// The link's port is no number from 1 to 65535.
    LinkPort,
    /// The link's user name or password is too long, or has a zero byte.
    LinkCredential,
    /// The peer announced a frame without a payload.
    LengthZero,
    /// The peer announced a frame over the limit of the config.
    LengthTooLarge,
    /// The peer announced a length that is not a multiple of 4.
    LengthMisaligned,
    /// The peer announced a length below what the envelope itself takes.
    LengthTooShort,
    /// The peer wrote a short length in Abridged's long form.
    LengthOverlong,
    /// Full: a frame was lost, repeated or reordered.
    SequenceNumber,
    /// Full: a frame was damaged.
    Checksum,
    /// Full: the client asked for a quick ack, which this envelope does not have.
    QuickAckInFull,
    /// The not-ours event was reported: the connection is the app's now.
    NotOurs,
    /// Client, fake TLS: what answered does not speak TLS.
    FakeTlsNotTls,
    /// Client, fake TLS: a real site answered: wrong secret or domain, a clock
    /// that is off, or no proxy.
    FakeTlsRealSite,
    /// Client, fake TLS: the answer is malformed.
    FakeTlsMalformed,
    /// Fake TLS: the stream of records is broken.
    FakeTlsRecord,
    /// Server: the initialization payload inside fake TLS or WebSocket was not
    /// made with a secret that is accepted there.
    InitializationPayload,
    /// Client: the server did not agree to the WebSocket.
    WebsocketOpening,
    /// The stream of WebSocket frames is broken.
    WebsocketFrame,
    /// Client: what answered is not MTProto over HTTP, or is broken.
    HttpResponse,
    /// The system gave no random bytes.
    Entropy,
    /// The system gave no memory.
    OutOfMemory,
    /// A bug in the library.
    Panic,
    /// A number is no DC id.
    DcId,
    /// The app has closed the object. Kotlin and Swift say so themselves.
    ObjectClosed,
}

impl ErrorKind {
    /// The kind of a status, by the name that the status has in the header.
    pub(super) const fn of(status: mtproto_status) -> Self {
        match status {
            capi::MTPROTO_ERROR_NULL_ARGUMENT => Self::NullArgument,
            capi::MTPROTO_ERROR_INVALID_ARGUMENT => Self::InvalidArgument,
            capi::MTPROTO_ERROR_STRUCT_SIZE => Self::StructSize,
            capi::MTPROTO_ERROR_WRONG_ROLE => Self::WrongRole,
            capi::MTPROTO_ERROR_NOT_CONNECTED => Self::NotConnected,
            capi::MTPROTO_ERROR_ENDED => Self::Ended,
            capi::MTPROTO_ERROR_OUT_OF_TURN => Self::OutOfTurn,
            capi::MTPROTO_ERROR_CLOSED => Self::Closed,
            capi::MTPROTO_ERROR_COUNT => Self::Count,
            capi::MTPROTO_ERROR_PAYLOAD_EMPTY => Self::PayloadEmpty,
            capi::MTPROTO_ERROR_PAYLOAD_MISALIGNED => Self::PayloadMisaligned,
            capi::MTPROTO_ERROR_PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            capi::MTPROTO_ERROR_PAYLOAD_AMBIGUOUS => Self::PayloadAmbiguous,
            capi::MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED => Self::QuickAckUnsupported,
            capi::MTPROTO_ERROR_QUICK_ACK_TOKEN => Self::QuickAckToken,
            capi::MTPROTO_ERROR_NO_ENDPOINT => Self::NoEndpoint,
            capi::MTPROTO_ERROR_CONFIG_MAX_PAYLOAD => Self::ConfigMaxPayload,
            capi::MTPROTO_ERROR_CONFIG_MAX_PADDING => Self::ConfigMaxPadding,
            capi::MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS => Self::ConfigTooManySecrets,
            capi::MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION => {
                Self::ConfigSecretWithoutObfuscation
            }
            capi::MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC => Self::ConfigSecretWithoutDc,
            capi::MTPROTO_ERROR_CONFIG_ACCEPT => Self::ConfigAccept,
            capi::MTPROTO_ERROR_CONFIG_DC => Self::ConfigDc,
            capi::MTPROTO_ERROR_CONFIG_MAX_RECORD => Self::ConfigMaxRecord,
            capi::MTPROTO_ERROR_CONFIG_ANSWER_SIZE => Self::ConfigAnswerSize,
            capi::MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING => Self::ConfigSecretNeedsPadding,
            capi::MTPROTO_ERROR_CONFIG_TLS_HELLO => Self::ConfigTlsHello,
            capi::MTPROTO_ERROR_CONFIG_TARGET => Self::ConfigTarget,
            capi::MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION => {
                Self::ConfigWebsocketWithoutObfuscation
            }
            capi::MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS => Self::ConfigCarrierWithFakeTls,
            capi::MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION => Self::ConfigHttpWithObfuscation,
            capi::MTPROTO_ERROR_SECRET_EMPTY => Self::SecretEmpty,
            capi::MTPROTO_ERROR_SECRET_TEXT => Self::SecretText,
            capi::MTPROTO_ERROR_SECRET_TOO_SHORT => Self::SecretTooShort,
            capi::MTPROTO_ERROR_SECRET_TOO_LONG => Self::SecretTooLong,
            capi::MTPROTO_ERROR_SECRET_NO_DOMAIN => Self::SecretNoDomain,
            capi::MTPROTO_ERROR_SECRET_DOMAIN => Self::SecretDomain,
            capi::MTPROTO_ERROR_LINK_EMPTY => Self::LinkEmpty,
            capi::MTPROTO_ERROR_LINK_WHITE_SPACE => Self::LinkWhiteSpace,
            capi::MTPROTO_ERROR_LINK_HOST => Self::LinkHost,
            capi::MTPROTO_ERROR_LINK_NOT_A_PROXY => Self::LinkNotAProxy,
            capi::MTPROTO_ERROR_LINK_SOCKS5 => Self::LinkSocks5,
            capi::MTPROTO_ERROR_LINK_WEB_PROXY => Self::LinkWebProxy,
            capi::MTPROTO_ERROR_LINK_MISSING => Self::LinkMissing,
            capi::MTPROTO_ERROR_LINK_TWICE => Self::LinkTwice,
            capi::MTPROTO_ERROR_LINK_ENCODING => Self::LinkEncoding,
            capi::MTPROTO_ERROR_LINK_SERVER => Self::LinkServer,
            capi::MTPROTO_ERROR_LINK_PORT => Self::LinkPort,
            capi::MTPROTO_ERROR_LINK_CREDENTIAL => Self::LinkCredential,
            capi::MTPROTO_ERROR_LENGTH_ZERO => Self::LengthZero,
            capi::MTPROTO_ERROR_LENGTH_TOO_LARGE => Self::LengthTooLarge,
            capi::MTPROTO_ERROR_LENGTH_MISALIGNED => Self::LengthMisaligned,
            capi::MTPROTO_ERROR_LENGTH_TOO_SHORT => Self::LengthTooShort,
            capi::MTPROTO_ERROR_LENGTH_OVERLONG => Self::LengthOverlong,
            capi::MTPROTO_ERROR_SEQUENCE_NUMBER => Self::SequenceNumber,
            capi::MTPROTO_ERROR_CHECKSUM => Self::Checksum,
            capi::MTPROTO_ERROR_QUICK_ACK_IN_FULL => Self::QuickAckInFull,
            capi::MTPROTO_ERROR_NOT_OURS => Self::NotOurs,
            capi::MTPROTO_ERROR_FAKE_TLS_NOT_TLS => Self::FakeTlsNotTls,
            capi::MTPROTO_ERROR_FAKE_TLS_REAL_SITE => Self::FakeTlsRealSite,
            capi::MTPROTO_ERROR_FAKE_TLS_MALFORMED => Self::FakeTlsMalformed,
            capi::MTPROTO_ERROR_FAKE_TLS_RECORD => Self::FakeTlsRecord,
            capi::MTPROTO_ERROR_INITIALIZATION_PAYLOAD => Self::InitializationPayload,
            capi::MTPROTO_ERROR_WEBSOCKET_OPENING => Self::WebsocketOpening,
            capi::MTPROTO_ERROR_WEBSOCKET_FRAME => Self::WebsocketFrame,
            capi::MTPROTO_ERROR_HTTP_RESPONSE => Self::HttpResponse,
            capi::MTPROTO_ERROR_ENTROPY => Self::Entropy,
            capi::MTPROTO_ERROR_OUT_OF_MEMORY => Self::OutOfMemory,
            capi::MTPROTO_ERROR_PANIC => Self::Panic,
            _ => Self::Unknown,
        }
    }
}
