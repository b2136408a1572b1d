//! Why a link is refused, in words for the person who pasted it.

use core::fmt;

use super::super::SecretError;
use crate::allocate::OutOfMemory;

/// Why a text is no link to a proxy that can be used.
///
/// Positions count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkError {
    /// There is nothing.
    Empty,
    /// There is white space around the link, in strict mode.
    WhiteSpace,
    /// The link leads neither into the app (`tg:`) nor to `t.me` or its kin.
    Host,
    /// The link is Telegram's, but not one to a proxy.
    NotAProxy,
    /// A SOCKS5 link where an MTProxy link was asked for; [`Link::parse`] reads
    /// it.
    ///
    /// [`Link::parse`]: super::Link::parse
    Socks5,
    /// A link to a proxy inside HTTPS, which is not supported.
    WebProxy,
    /// A required parameter is not there.
    Missing {
        /// `server`, `port` or `secret`.
        parameter: &'static str,
    },
    /// A required parameter has no value.
    NoValue {
        /// `server`, `port` or `secret`.
        parameter: &'static str,
    },
    /// A parameter is there more than once, in strict mode.
    Twice {
        /// Which one.
        parameter: &'static str,
    },
    /// Two hex digits do not follow a `%`, in strict mode.
    Percent {
        /// Which parameter.
        parameter: &'static str,
        /// Which byte of its value.
        position: usize,
    },
    /// A value is not UTF-8 once it is decoded.
    NotUtf8 {
        /// Which parameter.
        parameter: &'static str,
    },
    /// The server's name is longer than 255 bytes.
    ServerTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A character that no host name or IP address has.
    ServerCharacter {
        /// Which character of the name.
        position: usize,
        /// The character.
        character: char,
    },
    /// The port does not begin with a digit, or in strict mode has something
    /// else than digits in it.
    PortDigits {
        /// Which byte of the port is no digit.
        position: usize,
    },
    /// The port is 0 or above 65535.
    PortRange {
        /// The port; numbers beyond 64 bits stop at the largest.
        port: u64,
    },
    /// A SOCKS5 user name or password is longer than 255 bytes.
    CredentialTooLong {
        /// `user` or `pass`.
        parameter: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// The secret is refused.
    Secret(SecretError),
    /// There is no memory for it: nothing is said about the link.
    OutOfMemory,
}

impl From<OutOfMemory> for LinkError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("link is empty: tg://proxy?... or t.me/proxy?... expected"),
            Self::WhiteSpace => f.write_str("link has white space around it: take it away"),
            Self::Host => f.write_str(
                "link does not lead to Telegram: tg://proxy?... expected, or t.me, telegram.me or telegram.dog with /proxy?...",
            ),
            Self::NotAProxy => f.write_str(
                "link leads to Telegram but not to a proxy: tg://proxy?... or t.me/proxy?... expected",
            ),
            Self::Socks5 => f.write_str(
                "link is for a SOCKS5 proxy: add it as such, or ask for an MTProxy link",
            ),
            Self::WebProxy => f.write_str(
                "link is for a web proxy, which is not supported here: ask for a tg://proxy?... link",
            ),
            Self::Missing { parameter } => write!(
                f,
                "link has no {parameter}: {parameter}=... expected, copy the whole link"
            ),
            Self::NoValue { parameter } => write!(
                f,
                "{parameter} of the link is empty: a value after {parameter}= expected, copy the whole link"
            ),
            Self::Twice { parameter } => {
                write!(f, "link has {parameter} more than once: once expected")
            }
            Self::Percent {
                parameter,
                position,
            } => write!(
                f,
                "byte {position} of {parameter} in the link is '%' without two hex digits after it: write %25 for the sign itself"
            ),
            Self::NotUtf8 { parameter } => {
                write!(f, "{parameter} of the link is not UTF-8 once decoded: copy the link again")
            }
            Self::ServerTooLong { bytes } => {
                write!(f, "server is {bytes} bytes: at most 255 expected")
            }
            Self::ServerCharacter {
                position,
                character,
            } => write!(
                f,
                "character {position} of the server is {character:?}: a host name or an IP address expected"
            ),
            Self::PortDigits { position } => write!(
                f,
                "byte {position} of the port is no digit: a number from 1 to 65535 expected"
            ),
            Self::PortRange { port } => write!(f, "port is {port}: 1 to 65535 expected"),
            Self::CredentialTooLong { parameter, bytes } => {
                write!(f, "{parameter} is {bytes} bytes: at most 255 expected")
            }
            Self::Secret(error) => error.fmt(f),
            Self::OutOfMemory => f.write_str("out of memory: there is none for the link"),
        }
    }
}

impl core::error::Error for LinkError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Secret(error) => Some(error),
            _ => None,
        }
    }
}
