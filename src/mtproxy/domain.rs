//! The domain of a fake TLS secret, checked as a host name.

use core::fmt;

use super::ParseMode;

/// TDLib's limit, which the fixed layout of its hello sets (a secret of 199
/// bytes in all).
pub(super) const MAX_DOMAIN: usize = 182;

/// RFC 1035, section 2.3.4.
const MAX_LABEL: usize = 63;

/// Why the domain of a fake TLS secret is no host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DomainError {
    /// There are no bytes at all.
    Empty,
    /// It is longer than 182 bytes.
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A byte that is no ASCII letter, digit, hyphen, underscore or dot.
    Byte {
        /// Where it stands in the domain, from 1.
        position: usize,
        /// The byte.
        byte: u8,
    },
    /// Two dots in a row, or a dot in front.
    EmptyLabel {
        /// Where the label should stand in the domain, from 1.
        position: usize,
    },
    /// More than 63 bytes between two dots.
    LabelTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A dot at the end, in strict mode.
    TrailingDot,
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("domain is empty: a host name such as example.com expected"),
            Self::TooLong { bytes } => {
                write!(f, "domain is {bytes} bytes: at most {MAX_DOMAIN} expected")
            }
            Self::Byte { position, byte } => write!(
                f,
                "byte {position} of the domain is 0x{byte:02x}: ASCII letters, digits, '-', '_' and '.' expected; a name in another script is written in its xn-- form"
            ),
            Self::EmptyLabel { position } => write!(
                f,
                "the domain has nothing before the dot or the end at byte {position}: 1 to {MAX_LABEL} bytes expected"
            ),
            Self::LabelTooLong { bytes } => write!(
                f,
                "the domain has a part of {bytes} bytes: at most {MAX_LABEL} between dots expected"
            ),
            Self::TrailingDot => {
                f.write_str("the domain ends in a dot: take the dot away, no browser sends it")
            }
        }
    }
}

impl core::error::Error for DomainError {}

/// The domain as text, if it can stand in a TLS hello.
///
/// Official apps do not look: TDLib takes any 182 bytes, Telegram for iOS any
/// UTF-8. We do, because the bytes go out in the clear as `server_name`, where
/// anything but a host name marks the connection. International names are
/// `xn--` labels there (RFC 6066, section 3) and pass as the ASCII they are.
/// The underscore is no letter of a host name but stands in real ones.
///
/// A dot at the end is dropped in lenient mode: it is legal in a name and
/// occurs in links, but RFC 6066 wants `server_name` without it.
pub(super) fn check(domain: &[u8], mode: ParseMode) -> Result<&str, DomainError> {
    if domain.is_empty() {
        return Err(DomainError::Empty);
    }
    if domain.len() > MAX_DOMAIN {
        return Err(DomainError::TooLong {
            bytes: domain.len(),
        });
    }
    let domain = match domain.strip_suffix(b".") {
        Some(before) if !before.is_empty() && mode.is_lenient() => before,
        Some(before) if !before.is_empty() => return Err(DomainError::TrailingDot),
        _ => domain,
    };
    let mut position = 1;
    for label in domain.split(|&byte| byte == b'.') {
        if label.is_empty() {
            return Err(DomainError::EmptyLabel { position });
        }
        let wrong = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if let Some(index) = label.iter().position(wrong) {
            return Err(DomainError::Byte {
                position: position + index,
                byte: label[index],
            });
        }
        if label.len() > MAX_LABEL {
            return Err(DomainError::LabelTooLong { bytes: label.len() });
        }
        position += label.len() + 1;
    }
    // Every byte is ASCII by now, so this cannot fail; the reason stands here
    // only so that nothing can panic.
    core::str::from_utf8(domain).map_err(|error| DomainError::Byte {
        position: error.valid_up_to() + 1,
        byte: domain.get(error.valid_up_to()).copied().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::ParseMode::{Lenient, Strict};
    use super::*;

    #[test]
    fn takes_host_names() {
        let longest = [b"a".repeat(63), b"b".repeat(63), b"c".repeat(54)].join(&b'.');
        assert_eq!(longest.len(), 182);
        for name in [
            &b"a"[..],
            b"google.com",
            b"WWW.Example.org",
            b"_dmarc.example.org",
            b"xn--e1afmkfd.xn--p1ai",
            &longest,
        ] {
            for mode in [Strict, Lenient] {
                assert_eq!(check(name, mode).map(str::as_bytes), Ok(name));
            }
        }
    }

    #[test]
    fn refuses_the_rest_with_its_reason() {
        for (name, reason) in [
            (&b""[..], DomainError::Empty),
            (&b"a".repeat(183), DomainError::TooLong { bytes: 183 }),
            (&b"a".repeat(64), DomainError::LabelTooLong { bytes: 64 }),
            (b".com", DomainError::EmptyLabel { position: 1 }),
            (b".", DomainError::EmptyLabel { position: 1 }),
            (b"a..b", DomainError::EmptyLabel { position: 3 }),
            (
                b"\0",
                DomainError::Byte {
                    position: 1,
                    byte: 0,
                },
            ),
            (
                b"a.b c",
                DomainError::Byte {
                    position: 4,
                    byte: b' ',
                },
            ),
            (
                "é.fr".as_bytes(),
                DomainError::Byte {
                    position: 1,
                    byte: 0xc3,
                },
            ),
        ] {
            for mode in [Strict, Lenient] {
                assert_eq!(check(name, mode), Err(reason), "{name:?}");
            }
        }
    }

    #[test]
    fn a_dot_at_the_end_is_dropped_when_lenient() {
        assert_eq!(check(b"a.com.", Lenient), Ok("a.com"));
        assert_eq!(check(b"a.com.", Strict), Err(DomainError::TrailingDot));
        assert_eq!(
            check(b"a.com..", Lenient),
            Err(DomainError::EmptyLabel { position: 7 })
        );
    }

    #[test]
    fn a_reason_names_its_figures() {
        for (name, part) in [
            (&b""[..], "is empty"),
            (&b"a".repeat(183), "183 bytes: at most 182"),
            (&b"a".repeat(64), "64 bytes: at most 63"),
            (b"a..b", "at byte 3"),
            (b"a.b c", "byte 4 of the domain is 0x20"),
            (b"a.com.", "ends in a dot"),
        ] {
            let text = check(name, Strict).map_err(|error| error.to_string());
            assert!(
                text.as_ref().is_err_and(|text| text.contains(part)),
                "{text:?}"
            );
        }
    }
}
