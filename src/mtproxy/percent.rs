//! Percent-encoding of the values of a link (RFC 3986, section 2.1).

use zeroize::Zeroizing;

use super::ParseMode;

/// What `+` stands for in an encoded value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// Itself.
    Keep,
    /// A space, as in an HTML form; TDLib and tdesktop read links that way.
    Space,
}

/// Undoes percent-encoding; the error is the position, from 1, of a `%` that
/// two hex digits do not follow.
///
/// Lenient mode leaves such a `%` as it is, as TDLib and Qt do.
pub(super) fn decode(text: &str, plus: Plus, mode: ParseMode) -> Result<Zeroizing<Vec<u8>>, usize> {
    // Whole at once: growing would leave parts of a secret behind, unwiped.
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => match hex_pair(after) {
                Some((value, after)) => {
                    out.push(value);
                    rest = after;
                }
                None if mode.is_lenient() => out.push(byte),
                None => return Err(text.len() - after.len()),
            },
            b'+' if plus == Plus::Space => out.push(b' '),
            _ => out.push(byte),
        }
    }
    Ok(out)
}

/// Appends `text` with everything but the unreserved characters encoded.
///
/// More than RFC 3986 asks of a query, and what TDLib prints: no app can
/// mistake any of it for a delimiter.
pub(super) fn encode(text: &str, out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(DIGITS[usize::from(byte >> 4)]);
            out.push(DIGITS[usize::from(byte & 15)]);
        }
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

    fn decoded(text: &str, plus: Plus, mode: ParseMode) -> Result<String, usize> {
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
            assert_eq!(decoded(text, Plus::Keep, Strict), Err(position), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn encoding_comes_back(text in ".*") {
            let mut encoded = String::new();
            encode(&text, &mut encoded);
            proptest::prop_assert!(encoded.is_ascii());
            for (plus, mode) in [(Plus::Keep, Strict), (Plus::Space, Lenient)] {
                proptest::prop_assert_eq!(decoded(&encoded, plus, mode), Ok(text.clone()));
            }
        }
    }
}
