//! The server of a link: an IP address, or a name to look up.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::super::ParseMode;
use super::LinkError;
use crate::allocate;

/// TDLib's limit, and that of a host name.
const MAX_SERVER: usize = 255;

/// Where a proxy is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// An IPv4 address, four numbers with dots.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// A host name of at most 255 bytes, as the link has it: a dot at its end
    /// and letters outside ASCII occur. Whoever looks it up turns those into
    /// their `xn--` form.
    Name(String),
}

impl Server {
    /// Reads a server as it stands in a link, once decoded.
    ///
    /// TDLib takes any UTF-8 here. What no name and no address has is refused
    /// all the same: a zero byte would cut the name short in C, and a space, a
    /// `:` or a `/` are signs of a link that went wrong.
    ///
    /// # Errors
    ///
    /// [`LinkError::NoValue`], [`LinkError::ServerTooLong`],
    /// [`LinkError::ServerCharacter`] or [`LinkError::OutOfMemory`].
    pub fn parse(text: &str, mode: ParseMode) -> Result<Self, LinkError> {
        if text.is_empty() {
            return Err(LinkError::NoValue {
                parameter: "server",
            });
        }
        if text.len() > MAX_SERVER {
            return Err(LinkError::ServerTooLong { bytes: text.len() });
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Ipv4(address));
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .filter(|_| mode.is_lenient())
            .unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Ok(Self::Ipv6(address));
        }
        match text.chars().position(is_foreign) {
            Some(index) => Err(LinkError::ServerCharacter {
                position: index + 1,
                character: text.chars().nth(index).unwrap_or_default(),
            }),
            None => Ok(Self::Name(allocate::text(text)?)),
        }
    }
}

/// White space, control characters, and what the URL standard forbids in a
/// host.
fn is_foreign(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '#' | '%' | '/' | ':' | '<' | '>' | '?' | '@' | '[' | '\\' | ']' | '^' | '|'
        )
}

/// As it stands in a link, before percent-encoding: IPv6 without brackets.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(address) => address.fmt(f),
            Self::Ipv6(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}
