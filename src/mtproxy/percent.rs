//! Percent-encoding of the values of a link (RFC 3986, section 2.1).

use core::fmt;

use zeroize::Zeroizing;

use super::ParseMode;
use crate::allocate::{self, OutOfMemory};

/// What `+` stands for in an encoded value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// Itself.
    Keep,
    /// A space, as in an HTML form; TDLib and tdesktop read links that way.
    Space,
}

/// Why a value cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PercentError {
    /// Where, from 1, a `%` is that two hex digits do not follow.
    Position(usize),
    OutOfMemory,
}

impl From<OutOfMemory> for PercentError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// Undoes percent-encoding.
pub(super) fn decode(
    text: &str,
    plus: Plus,
    mode: ParseMode,
) -> Result<Zeroizing<Vec<u8>>, PercentError> {
    // Whole at once: growing would leave parts of a secret behind, unwiped.
    let mut out = Zeroizing::new(allocate::room(text.len())?);
    for byte in decoded(text, plus, mode) {
        out.push(byte.map_err(PercentError::Position)?);
    }
    Ok(out)
}

/// The same byte by byte; the error is the position, from 1, of a `%` that two hex
/// digits do not follow.
///
/// Lenient mode leaves such a `%` as it is, as TDLib and Qt do.
pub(super) fn decoded(
    text: &str,
    plus: Plus,
    mode: ParseMode,
) -> impl Iterator<Item = Result<u8, usize>> {
    let mut rest = text.as_bytes();
    core::iter::from_fn(move || {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        Some(match byte {
            b'%' => match hex_pair(after) {
                Some((value, after)) => {
                    rest = after;
                    Ok(value)
                }
                None if mode.is_lenient() => Ok(byte),
                None => Err(text.len() - after.len()),
            },
            b'+' if plus == Plus::Space => Ok(b' '),
            _ => Ok(byte),
        })
    })
}

/// Encodes what is written to it, everything but the unreserved characters.
///
/// More than RFC 3986 asks of a query, and what TDLib prints: no app can
/// mistake any of it for a delimiter.
pub(super) struct Encoded<W>(pub(super) W);

impl<W: fmt::Write> fmt::Write for Encoded<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.0.write_char(char::from(byte))?;
            } else {
                write!(self.0, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// The byte that two hex digits in front make, and what follows them.
fn hex_pair(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], after) = text.split_first_chunk()?;
    Some((hex_digit(*high)? << 4 | hex_digit(*low)?, after))
}

/// The value of a hex digit of either case.
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ParseMode::{Lenient, Strict};
    use super::*;

    use core::fmt::Write as _;

    fn decoded(text: &str, plus: Plus, mode: ParseMode) -> Result<String, PercentError> {
        decode(text, plus, mode).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn decodes() {
        for mode in [Strict, Lenient] {
            assert_eq!(decoded("8%30%2b%2B", Plus::Keep, mode), Ok("80++".into()));
            assert_eq!(decoded("a+b%2B", Plus::Space, mode), Ok("a b+".into()));
            assert_eq!(decoded("a+b", Plus::Keep, mode), Ok("a+b".into()));
            assert_eq!(
                decoded("%D1%8F%25%32%35", Plus::Keep, mode),
                Ok("я%25".into())
            );
        }
    }

    #[test]
    fn a_lone_percent_sign_is_text_only_when_lenient() {
        for (text, position) in [("%", 1), ("a%2", 2), ("ab%zz", 3), ("%2я", 1)] {
            assert_eq!(decoded(text, Plus::Keep, Lenient), Ok(text.into()));
            let error = PercentError::Position(position);
            assert_eq!(decoded(text, Plus::Keep, Strict), Err(error), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn encoding_comes_back(text in ".*") {
            let mut encoded = String::new();
            write!(Encoded(&mut encoded), "{text}").expect("a text");
            proptest::prop_assert!(encoded.is_ascii());
            for (plus, mode) in [(Plus::Keep, Strict), (Plus::Space, Lenient)] {
                proptest::prop_assert_eq!(decoded(&encoded, plus, mode), Ok(text.clone()));
            }
        }
    }
}
