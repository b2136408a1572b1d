//! Secrets of proxies: parsed, printed, and kept where nothing prints them by accident.

use std::sync::Arc;

use super::errors::MtprotoError;
use super::guard::{guarded, guarded_value};
use crate::mtproxy;

/// How much a parser forgives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ParseMode {
    /// Only what the specification describes: for links that one makes.
    Strict,
    /// Also what some official app tolerates: for links that a user pastes.
    Lenient,
}

impl From<ParseMode> for mtproxy::ParseMode {
    fn from(mode: ParseMode) -> Self {
        match mode {
            ParseMode::Strict => Self::Strict,
            ParseMode::Lenient => Self::Lenient,
        }
    }
}

/// What a secret asks of the transport, besides its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum SecretForm {
    /// The bare key: any envelope.
    Plain,
    /// A first byte (`dd` in practice) and the key: padded intermediate.
    Tagged {
        /// The first byte.
        first_byte: u8,
    },
    /// `ee`, the key and a domain: inside what looks like TLS to that domain.
    FakeTls {
        /// The domain.
        domain: String,
    },
}

/// The secret of an MTProxy. Its key is wiped when the object is freed.
#[derive(uniffi::Object)]
pub struct Secret(mtproxy::Secret);

#[uniffi::export]
impl Secret {
    /// Reads a secret as text: hex, or base64url.
    #[uniffi::constructor]
    pub fn parse(text: String, mode: ParseMode) -> Result<Arc<Self>, MtprotoError> {
        guarded(|| Ok(Self::of(mtproxy::Secret::parse(&text, mode.into())?)))
    }

    /// Reads the raw bytes of a secret, as `dcOption` carries them.
    #[uniffi::constructor]
    pub fn from_raw(bytes: &[u8], mode: ParseMode) -> Result<Arc<Self>, MtprotoError> {
        guarded(|| Ok(Self::of(mtproxy::Secret::from_bytes(bytes, mode.into())?)))
    }

    /// What the secret asks of the transport.
    pub fn form(&self) -> SecretForm {
        guarded_value(SecretForm::Plain, || match self.0.form() {
            mtproxy::SecretForm::Plain => SecretForm::Plain,
            mtproxy::SecretForm::Tagged { first_byte } => SecretForm::Tagged {
                first_byte: *first_byte,
            },
            mtproxy::SecretForm::FakeTls { domain } => SecretForm::FakeTls {
                domain: domain.clone(),
            },
        })
    }

    /// Whether the envelope has to be padded intermediate.
    pub fn needs_padding(&self) -> bool {
        guarded_value(true, || self.0.needs_padding())
    }

    /// The 16 bytes of the key. They are a copy that nobody wipes.
    pub fn key(&self) -> Vec<u8> {
        guarded_value(Vec::new(), || self.0.key().to_vec())
    }

    /// The canonical text: hex, or base64url for fake TLS.
    pub fn to_text(&self) -> String {
        guarded_value(String::new(), || self.0.to_text().to_string())
    }

    /// Hex, whatever the form: every app reads it.
    pub fn to_hex(&self) -> String {
        guarded_value(String::new(), || self.0.to_hex().to_string())
    }
}

impl Secret {
    pub(super) fn of(secret: mtproxy::Secret) -> Arc<Self> {
        Arc::new(Self(secret))
    }

    pub(super) fn core(&self) -> &mtproxy::Secret {
        &self.0
    }
}
