//! The typed error of Kotlin and Swift, and how everything that can fail becomes one.

use crate::capi::{self, mtproto_status, status_of};
use crate::error::Error;
use crate::mtproxy::{DcIdError, LinkError, SecretError};

/// What went wrong, in the families that call for different answers. Each
/// carries what exactly it was, the C ABI's status number, and a sentence for a
/// log or a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum MtprotoError {
    /// The call was wrong. Nothing changed: mend it and go on.
    #[error("{reason}")]
    Usage {
        /// What exactly.
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it, with figures where there are any.
        reason: String,
    },
    /// The config contradicts itself for this role.
    #[error("{reason}")]
    Config {
        /// What exactly.
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it, with figures where there are any.
        reason: String,
    },
    /// A text that a person handed over is no secret, no link or no DC id.
    #[error("{reason}")]
    Input {
        /// What exactly.
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it for that person; it never shows a key.
        reason: String,
    },
    /// The peer broke the protocol. The transport is dead and repeats this:
    /// close the connection.
    #[error("{reason}")]
    Protocol {
        /// What exactly.
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it, with figures where there are any.
        reason: String,
    },
    /// The system gave no memory or no random bytes. Nothing changed.
    #[error("{reason}")]
    System {
        /// What exactly.
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it.
        reason: String,
    },
    /// The library has a bug. The object says so on every further call.
    #[error("{reason}")]
    Panic {
        /// Always [`ErrorKind::Panic`].
        kind: ErrorKind,
        /// The status number of the C ABI.
        status: i32,
        /// A sentence about it.
        reason: String,
    },
}

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
    ConnectionClosed,
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
    /// A field of the WebSocket's or HTTP's request cannot be sent.
    ConfigTarget,
    /// WebSocket carries obfuscated streams only.
    ConfigWebsocketWithoutObfuscation,
    /// A secret with a domain is spoken with fake TLS, not through another carrier.
    ConfigCarrierWithFakeTls,
    /// HTTP has no obfuscation, secrets and envelopes.
    ConfigHttpWithObfuscation,
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
    /// A text is no secret of a proxy.
    Secret,
    /// A text is no link to a proxy.
    Link,
    /// A number is no DC id.
    DcId,
    /// The app has closed the object. Kotlin and Swift say so themselves.
    Closed,
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
            capi::MTPROTO_ERROR_CLOSED => Self::ConnectionClosed,
            capi::MTPROTO_ERROR_COUNT => Self::Count,
            capi::MTPROTO_ERROR_PAYLOAD_EMPTY => Self::PayloadEmpty,
            capi::MTPROTO_ERROR_PAYLOAD_MISALIGNED => Self::PayloadMisaligned,
            capi::MTPROTO_ERROR_PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            capi::MTPROTO_ERROR_PAYLOAD_AMBIGUOUS => Self::PayloadAmbiguous,
            capi::MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED => Self::QuickAckUnsupported,
            capi::MTPROTO_ERROR_QUICK_ACK_TOKEN => Self::QuickAckToken,
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
            capi::MTPROTO_ERROR_CONFIG_TARGET => Self::ConfigTarget,
            capi::MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION => {
                Self::ConfigWebsocketWithoutObfuscation
            }
            capi::MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS => Self::ConfigCarrierWithFakeTls,
            capi::MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION => Self::ConfigHttpWithObfuscation,
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

impl MtprotoError {
    /// The error of a status that is one; `reason` empty: the status's text.
    pub(super) fn of_status(status: mtproto_status, reason: String) -> Self {
        let kind = ErrorKind::of(status);
        let reason = if reason.is_empty() {
            capi::text(status).to_string_lossy().into_owned()
        } else {
            reason
        };
        // The numbers are grouped: see `mtproto_status`.
        match status {
            -139..=-120 => Self::Config {
                kind,
                status,
                reason,
            },
            -299..=-200 => Self::Protocol {
                kind,
                status,
                reason,
            },
            -399..=-300 => Self::System {
                kind,
                status,
                reason,
            },
            -999..=-900 => Self::Panic {
                kind,
                status,
                reason,
            },
            _ => Self::Usage {
                kind,
                status,
                reason,
            },
        }
    }

    pub(super) fn panicked() -> Self {
        Self::of_status(capi::MTPROTO_ERROR_PANIC, String::new())
    }

    /// A value that this face itself refuses.
    pub(super) fn invalid(reason: &str) -> Self {
        Self::of_status(capi::MTPROTO_ERROR_INVALID_ARGUMENT, reason.to_owned())
    }

    fn input(kind: ErrorKind, reason: String) -> Self {
        Self::Input {
            kind,
            status: capi::MTPROTO_ERROR_INVALID_ARGUMENT,
            reason,
        }
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Usage { kind, .. }
            | Self::Config { kind, .. }
            | Self::Input { kind, .. }
            | Self::Protocol { kind, .. }
            | Self::System { kind, .. }
            | Self::Panic { kind, .. } => *kind,
        }
    }
}

impl From<Error> for MtprotoError {
    fn from(error: Error) -> Self {
        Self::of_status(status_of(error), error.to_string())
    }
}

impl From<SecretError> for MtprotoError {
    fn from(error: SecretError) -> Self {
        Self::input(ErrorKind::Secret, error.to_string())
    }
}

impl From<LinkError> for MtprotoError {
    fn from(error: LinkError) -> Self {
        Self::input(ErrorKind::Link, error.to_string())
    }
}

impl From<DcIdError> for MtprotoError {
    fn from(error: DcIdError) -> Self {
        Self::input(ErrorKind::DcId, error.to_string())
    }
}
