//! The typed error of Kotlin and Swift, and how everything that can fail becomes one.

use super::kinds::ErrorKind;
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
            -169..=-140 => Self::Input {
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
        Self::of_status(secret_status(error), error.to_string())
    }
}

impl From<LinkError> for MtprotoError {
    fn from(error: LinkError) -> Self {
        Self::of_status(link_status(error), error.to_string())
    }
}

impl From<DcIdError> for MtprotoError {
    fn from(error: DcIdError) -> Self {
        Self::Input {
            kind: ErrorKind::DcId,
            status: capi::MTPROTO_ERROR_CONFIG_DC,
            reason: error.to_string(),
        }
    }
}

/// The status of a refused secret, as the C ABI gives it: see `capi/status.rs`.
fn secret_status(error: SecretError) -> mtproto_status {
    match error {
        SecretError::Empty => capi::MTPROTO_ERROR_SECRET_EMPTY,
        SecretError::OddHexDigits { .. }
        | SecretError::Character { .. }
        | SecretError::StandardBase64 { .. }
        | SecretError::Base64Length { .. }
        | SecretError::Base64Padding { .. }
        | SecretError::Base64TrailingBits => capi::MTPROTO_ERROR_SECRET_TEXT,
        SecretError::TooShort { .. } => capi::MTPROTO_ERROR_SECRET_TOO_SHORT,
        SecretError::TooLong { .. } => capi::MTPROTO_ERROR_SECRET_TOO_LONG,
        SecretError::NoDomain => capi::MTPROTO_ERROR_SECRET_NO_DOMAIN,
        SecretError::Domain(_) => capi::MTPROTO_ERROR_SECRET_DOMAIN,
    }
}

/// The status of a refused link, as the C ABI gives it: see `capi/status.rs`.
fn link_status(error: LinkError) -> mtproto_status {
    match error {
        LinkError::Empty => capi::MTPROTO_ERROR_LINK_EMPTY,
        LinkError::WhiteSpace => capi::MTPROTO_ERROR_LINK_WHITE_SPACE,
        LinkError::Host => capi::MTPROTO_ERROR_LINK_HOST,
        LinkError::NotAProxy => capi::MTPROTO_ERROR_LINK_NOT_A_PROXY,
        LinkError::Socks5 => capi::MTPROTO_ERROR_LINK_SOCKS5,
        LinkError::WebProxy => capi::MTPROTO_ERROR_LINK_WEB_PROXY,
        LinkError::Missing { .. } | LinkError::NoValue { .. } => capi::MTPROTO_ERROR_LINK_MISSING,
        LinkError::Twice { .. } => capi::MTPROTO_ERROR_LINK_TWICE,
        LinkError::Percent { .. } | LinkError::NotUtf8 { .. } => capi::MTPROTO_ERROR_LINK_ENCODING,
        LinkError::ServerTooLong { .. } | LinkError::ServerCharacter { .. } => {
            capi::MTPROTO_ERROR_LINK_SERVER
        }
        LinkError::PortDigits { .. } | LinkError::PortRange { .. } => capi::MTPROTO_ERROR_LINK_PORT,
        LinkError::CredentialTooLong { .. } => capi::MTPROTO_ERROR_LINK_CREDENTIAL,
        LinkError::Secret(error) => secret_status(error),
    }
}
