//! The typed error of Kotlin and Swift, and how everything that can fail becomes one.

use super::kinds::ErrorKind;
use crate::capi::{self, link_status, mtproto_status, secret_status, status_of};
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
