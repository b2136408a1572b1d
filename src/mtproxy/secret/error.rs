//! Why a secret is refused, in words for the person who pasted it.

use core::fmt;

use super::super::DomainError;
use crate::allocate::OutOfMemory;

/// Why a text or a string of bytes is no secret.
///
/// Positions count from 1. None of it gives away bytes of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// There is nothing.
    Empty,
    /// Hex digits only, but an odd number of them.
    OddHexDigits {
        /// How many.
        digits: usize,
    },
    /// A character that stands in neither hex nor base64url.
    Character {
        /// Which character of the text.
        position: usize,
        /// The character.
        character: char,
    },
    /// `+` or `/`, in strict mode: base64 in its standard alphabet.
    StandardBase64 {
        /// Which character of the text.
        position: usize,
    },
    /// A number of base64 characters that no number of bytes gives.
    Base64Length {
        /// How many characters, the padding not counted.
        characters: usize,
    },
    /// A wrong number of `=` at the end, in strict mode.
    Base64Padding {
        /// How many there are.
        found: usize,
        /// How many may be there, if any are.
        expected: usize,
    },
    /// The last base64 character carries bits that belong to no byte, in strict
    /// mode.
    Base64TrailingBits,
    /// Less than 16 bytes.
    TooShort {
        /// How many.
        bytes: usize,
    },
    /// More bytes than the form has, in strict mode.
    TooLong {
        /// How many.
        bytes: usize,
        /// How many its form has: 17 where the first is `dd`, or else 16.
        expected: usize,
    },
    /// `ee` and 16 bytes, and no domain, in strict mode.
    NoDomain,
    /// The domain of a fake TLS secret is no host name.
    Domain(DomainError),
    /// There is no memory for it: nothing is said about the secret.
    OutOfMemory,
}

impl From<OutOfMemory> for SecretError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("secret is empty: copy the whole link or secret"),
            Self::OddHexDigits { digits } => write!(
                f,
                "secret is {digits} hex digit{}: an even number expected, one is missing or too many",
                plural(*digits)
            ),
            Self::Character {
                position,
                character,
            } => write!(
                f,
                "character {position} of the secret is {character:?}: hex digits expected, or letters, digits, '-' and '_' of base64url"
            ),
            Self::StandardBase64 { position } => write!(
                f,
                "character {position} of the secret belongs to standard base64: base64url expected, write '-' for '+' and '_' for '/'"
            ),
            Self::Base64Length { characters } => write!(
                f,
                "secret is {characters} character{} of base64url: one is missing or too many, copy it again",
                plural(*characters)
            ),
            Self::Base64Padding { found, expected: 0 } => {
                write!(f, "secret ends in {found} '=': none expected, take them away")
            }
            Self::Base64Padding { found, expected } => write!(
                f,
                "secret ends in {found} '=': {expected} or none expected, take them away"
            ),
            Self::Base64TrailingBits => f.write_str(
                "the last character of the secret is not one that base64url ends in: it is wrong or was cut, copy it again",
            ),
            Self::TooShort { bytes } => write!(
                f,
                "secret is {bytes} byte{}: 16 expected, copy the whole link or secret",
                plural(*bytes)
            ),
            Self::TooLong { bytes, expected } => write!(
                f,
                "secret is {bytes} bytes: {expected} expected, or ee, 16 bytes and a domain"
            ),
            Self::NoDomain => f.write_str(
                "secret is ee and 16 bytes: a domain expected after them; ask for the whole secret",
            ),
            Self::Domain(error) => write!(f, "secret with fake TLS: {error}"),
            Self::OutOfMemory => f.write_str("out of memory: there is none for the secret"),
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl core::error::Error for SecretError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Domain(error) => Some(error),
            _ => None,
        }
    }
}
