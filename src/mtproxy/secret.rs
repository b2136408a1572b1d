//! The secret of a proxy: sixteen bytes of key, and what they ask the transport to do.

mod error;
#[cfg(test)]
mod tests;
mod text;

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use self::error::SecretError;
use super::percent::{self, PercentError, Plus};
use super::{ParseMode, domain};
use crate::allocate::{self, OutOfMemory, TryBox, or_end};

/// First byte of a "secure" secret: frames are padded.
const SECURE: u8 = 0xdd;

/// First byte of a fake TLS secret.
const FAKE_TLS: u8 = 0xee;

/// What a secret asks of the transport, besides its key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretForm {
    /// 16 bytes, the bare key: any envelope.
    Plain,
    /// 17 bytes, a first byte and the key: padded intermediate.
    Tagged {
        /// `dd` in practice. The specification reads any other byte the same
        /// way.
        first_byte: u8,
    },
    /// `ee`, the key and a domain: padded intermediate inside what looks like
    /// TLS to that domain.
    FakeTls {
        /// The host name for `server_name`, as ASCII.
        domain: String,
    },
}

/// The secret of an MTProxy.
///
/// A `dcOption` may carry the same bytes for a direct connection (section 7.2).
///
/// The key is wiped when the secret is dropped, does not move in memory
/// meanwhile, and is compared in constant time. `Debug` shows the form and the
/// domain only.
///
/// # Forms
///
/// | raw bytes | form |
/// |---|---|
/// | 16 | [`SecretForm::Plain`] |
/// | 17, first `ee` | refused: fake TLS without a domain |
/// | 17, any other first byte | [`SecretForm::Tagged`] |
/// | 18 to 199, first `ee` | [`SecretForm::FakeTls`], the domain a host name |
///
/// The specification of record decides the third line (section 7.1). TDLib,
/// tdesktop, Telegram for iOS refuse 17 bytes unless the first is `dd`, and
/// gotd takes `ef`, `ee`, `dd` as the tag of an envelope.
///
/// # Text
///
/// Hex of either case, or base64url with or without its padding. A text of hex
/// digits only is hex, as in TDLib: 32 hex digits are a plain secret even where
/// they begin with `dd` or `ee`, and an odd number of them is a hex secret that
/// lost a digit, not base64.
///
/// # What [`ParseMode::Lenient`] adds
///
/// * White space around the text is dropped: pasting brings it in.
/// * Percent-encoded text is decoded, as it is where the secret stands in a
///   link.
/// * Base64 in the standard alphabet, `+` and `/`, mixed or not (TDLib,
///   Telegram for iOS; tdesktop refuses it). mtprotoproxy once printed it.
/// * Base64 with too much or too little padding (Telegram for iOS strips it
///   all), and with bits in its last character that belong to no byte
///   (tdesktop; TDLib refuses).
/// * 17 bytes that begin with `ee` are the plain secret of the last 16
///   (Telegram for Android; TDLib, tdesktop, Telegram for iOS refuse).
/// * More than 17 bytes that do not begin with `ee`: what follows the first 17,
///   where they begin with `dd`, or else the first 16, is garbage and ignored
///   (Telegram for Android; all others refuse). Links with such a tail, meant
///   to look like fake TLS, are in wide circulation. That app cuts 17 bytes
///   with another first byte to 16 too; there the specification wins.
/// * A domain with a dot at its end; the dot is dropped.
///
/// ```
/// use mtproto::mtproxy::{ParseMode, Secret};
///
/// let secret = Secret::parse("7tEcbLvZ7-f-1bwNsiCwlmVnb29nbGUuY29t", ParseMode::Strict)?;
/// assert_eq!(secret.domain(), Some("google.com"));
/// assert_eq!(
///     secret.to_hex().as_str(),
///     "eed11c6cbbd9efe7fed5bc0db220b09665676f6f676c652e636f6d",
/// );
/// # Ok::<(), mtproto::mtproxy::SecretError>(())
/// ```
pub struct Secret {
    /// Boxed, so that a move of the secret leaves no copy behind that nobody
    /// wipes.
    key: TryBox<Zeroizing<[u8; 16]>>,
    form: SecretForm,
}

impl Secret {
    /// The plain secret with this key.
    #[must_use]
    pub fn plain(key: &[u8; 16]) -> Self {
        or_end(Self::new(key, SecretForm::Plain))
    }

    /// The secret of 17 bytes that begins with `dd`.
    #[must_use]
    pub fn secure(key: &[u8; 16]) -> Self {
        or_end(Self::new(key, SecretForm::Tagged { first_byte: SECURE }))
    }

    /// The fake TLS secret for `domain`.
    ///
    /// # Errors
    ///
    /// [`SecretError::Domain`] where the domain is no host name of 1 to 182
    /// bytes; [`SecretError::OutOfMemory`].
    pub fn fake_tls(key: &[u8; 16], domain: &str) -> Result<Self, SecretError> {
        Self::with_domain(key, domain.as_bytes(), ParseMode::Strict)
    }

    /// Reads the raw bytes of a secret.
    ///
    /// # Errors
    ///
    /// What is wrong with them, with figures.
    pub fn from_bytes(bytes: &[u8], mode: ParseMode) -> Result<Self, SecretError> {
        let of = |key, form| Ok(Self::new(key, form)?);
        if let Ok(key) = bytes.try_into() {
            return of(key, SecretForm::Plain);
        }
        let Some((&first_byte, after)) = bytes.split_first() else {
            return Err(SecretError::Empty);
        };
        let Some((key, tail)) = after.split_first_chunk() else {
            return Err(SecretError::TooShort { bytes: bytes.len() });
        };
        match (first_byte, tail, mode) {
            (FAKE_TLS, [], ParseMode::Lenient) => of(key, SecretForm::Plain),
            (FAKE_TLS, [], ParseMode::Strict) => Err(SecretError::NoDomain),
            (FAKE_TLS, tail, _) => Self::with_domain(key, tail, mode),
            (_, [], _) | (SECURE, _, ParseMode::Lenient) => {
                of(key, SecretForm::Tagged { first_byte })
            }
            (_, _, ParseMode::Lenient) => match bytes.first_chunk() {
                Some(key) => of(key, SecretForm::Plain),
                None => Err(SecretError::TooShort { bytes: bytes.len() }),
            },
            (_, _, ParseMode::Strict) => Err(SecretError::TooLong {
                bytes: bytes.len(),
                expected: if first_byte == SECURE { 17 } else { 16 },
            }),
        }
    }

    /// Reads a secret as text: hex, base64url, and in lenient mode base64.
    ///
    /// # Errors
    ///
    /// What is wrong with the text or with the bytes in it, with figures.
    pub fn parse(text: &str, mode: ParseMode) -> Result<Self, SecretError> {
        if mode == ParseMode::Strict {
            return Self::from_value(text, mode);
        }
        let text = text.trim();
        let decoded = match percent::decode(text, Plus::Keep, mode) {
            Err(PercentError::OutOfMemory) => return Err(SecretError::OutOfMemory),
            decoded => decoded.unwrap_or_default(),
        };
        // What decodes to no text keeps its `%`, which is then refused by name.
        Self::from_value(core::str::from_utf8(&decoded).unwrap_or(text), mode)
    }

    /// Reads the text of a secret that is no longer percent-encoded.
    pub(super) fn from_value(text: &str, mode: ParseMode) -> Result<Self, SecretError> {
        Self::from_bytes(&text::decode(text, mode)?, mode)
    }

    fn new(key: &[u8; 16], form: SecretForm) -> Result<Self, OutOfMemory> {
        let mut boxed = TryBox::new(Zeroizing::new([0; 16]))?;
        boxed.copy_from_slice(key);
        Ok(Self { key: boxed, form })
    }

    pub(crate) fn try_clone(&self) -> Result<Self, OutOfMemory> {
        let form = match &self.form {
            SecretForm::Plain => SecretForm::Plain,
            &SecretForm::Tagged { first_byte } => SecretForm::Tagged { first_byte },
            SecretForm::FakeTls { domain } => SecretForm::FakeTls {
                domain: allocate::text(domain)?,
            },
        };
        Self::new(self.key(), form)
    }

    fn with_domain(key: &[u8; 16], domain: &[u8], mode: ParseMode) -> Result<Self, SecretError> {
        let domain = domain::check(domain, mode).map_err(SecretError::Domain)?;
        let domain = allocate::text(domain)?;
        Ok(Self::new(key, SecretForm::FakeTls { domain })?)
    }

    /// The key: what goes into the key derivation of the obfuscation and into
    /// the digest of fake TLS.
    #[must_use]
    pub fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// What the secret asks of the transport.
    #[must_use]
    pub fn form(&self) -> &SecretForm {
        &self.form
    }

    /// The domain of a fake TLS secret.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match &self.form {
            SecretForm::FakeTls { domain } => Some(domain),
            SecretForm::Plain | SecretForm::Tagged { .. } => None,
        }
    }

    /// Whether the envelope has to be padded intermediate: any secret but a
    /// plain one asks for it (section 7.1).
    #[must_use]
    pub fn needs_padding(&self) -> bool {
        self.form != SecretForm::Plain
    }

    /// The raw bytes: what [`from_bytes`](Self::from_bytes) reads.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.with_bytes(<[u8]>::to_vec))
    }

    /// The canonical text, as TDLib prints it: lower-case hex for 16 and 17
    /// bytes, base64url without padding for fake TLS.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        // Whole at once: growing would leave parts of the secret behind, unwiped.
        Zeroizing::new(or_end(allocate::printed(self.text())))
    }

    /// Lower-case hex, whatever the form: every app reads it, and mtprotoproxy
    /// prints nothing else, since the base64 of some apps was at fault.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        let base64 = false;
        let secret = self;
        Zeroizing::new(or_end(allocate::printed(SecretText { secret, base64 })))
    }

    /// Shows what [`to_bytes`](Self::to_bytes) gives, without memory for it; wiped
    /// afterwards.
    pub(crate) fn with_bytes<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        let (first, count) = match self.form {
            SecretForm::Plain => (0, 0),
            SecretForm::Tagged { first_byte } => (first_byte, 1),
            SecretForm::FakeTls { .. } => (FAKE_TLS, 1),
        };
        let domain = self.domain().unwrap_or_default().as_bytes();
        let mut bytes = Zeroizing::new([0; MAX_SECRET]);
        let mut length = 0;
        for part in [&[first][..count], self.key(), domain] {
            bytes[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        look(&bytes[..length])
    }

    /// What [`to_text`](Self::to_text) prints, without memory for it.
    pub(crate) fn text(&self) -> SecretText<'_> {
        SecretText {
            secret: self,
            base64: matches!(self.form, SecretForm::FakeTls { .. }),
        }
    }
}

/// `ee`, the key and the longest domain.
const MAX_SECRET: usize = 1 + 16 + domain::MAX_DOMAIN;

/// A secret as it is printed.
pub(crate) struct SecretText<'a> {
    secret: &'a Secret,
    base64: bool,
}

impl fmt::Display for SecretText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.secret.with_bytes(|bytes| match self.base64 {
            true => text::base64url(bytes, f),
            false => text::hex(bytes, f),
        })
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        or_end(self.try_clone())
    }
}

/// The key in constant time; the form and the domain are public on the wire.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        bool::from(self.key.as_slice().ct_eq(other.key.as_slice())) & (self.form == other.form)
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            SecretForm::Plain => f.write_str("Secret(plain)"),
            SecretForm::Tagged { first_byte: SECURE } => f.write_str("Secret(secure)"),
            SecretForm::Tagged { .. } => f.write_str("Secret(tagged)"),
            SecretForm::FakeTls { domain } => write!(f, "Secret(fake TLS, {domain})"),
        }
    }
}
