//! Proxy links: what `tg://proxy?…` and `t.me/proxy?…` say, read and printed.

mod error;
mod server;
mod split;
#[cfg(test)]
mod tests;

use core::fmt::{self, Write as _};

use zeroize::Zeroizing;

pub use self::error::LinkError;
pub use self::server::Server;
use self::split::{Kind, Query};
use super::percent::{Encoded, Plus};
use super::{ParseMode, Secret};
use crate::allocate::{or_end, printed};

/// What RFC 1929 can carry, in the one byte of its length.
const MAX_CREDENTIAL: usize = 255;

/// A link to a proxy, of whichever kind an app has to tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link {
    /// `proxy?server&port&secret`
    MtProxy(ProxyLink),
    /// `socks?server&port&user&pass`
    Socks5(Socks5Link),
}

impl Link {
    /// Reads a link of either kind; see [`ProxyLink`] for what is accepted.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with figures; [`LinkError::WebProxy`] for a kind
    /// that is known and not supported.
    pub fn parse(text: &str, mode: ParseMode) -> Result<Self, LinkError> {
        let (kind, query) = split::split(text, mode)?;
        match kind {
            Kind::MtProxy => ProxyLink::from_query(query).map(Self::MtProxy),
            Kind::Socks5 => Socks5Link::from_query(query).map(Self::Socks5),
            Kind::WebProxy => Err(LinkError::WebProxy),
        }
    }
}

/// A link to an MTProxy: where it is, and its secret.
///
/// # Forms
///
/// `tg://proxy?…`, `tg:proxy?…`, and `t.me/proxy?…` with `https://`, `http://`
/// or neither in front; `telegram.me` and `telegram.dog` stand for `t.me`
/// (section 7.1). Scheme and host may be of either case. `server`, `port` and
/// `secret` are required and come in any order; other parameters and a
/// `#fragment` are ignored. Values are percent-decoded.
///
/// # What [`ParseMode::Lenient`] adds
///
/// * White space around the link is dropped: pasting brings it in.
/// * `www.` and the ports `:80` and `:443` after the host (TDLib).
/// * One or more slashes before the `?` (TDLib; tdesktop takes one).
/// * `proxy` and the names of parameters in either case (tdesktop).
/// * A parameter that is there twice: the first counts (TDLib, tdesktop,
///   mtcute). Strict mode refuses it for the parameters that count.
/// * A port with other characters after its digits: `80adasdas` is 80 (TDLib).
/// * `%` that no two hex digits follow stands for itself (TDLib, tdesktop).
/// * An IPv6 address in the brackets that it has in other URLs. No app does it;
///   without it the address would be taken for a name.
/// * Whatever [`Secret`] tolerates. There a bare `+` stands for itself, so that
///   standard base64 survives (Telegram for iOS); TDLib and tdesktop read it as
///   a space and refuse.
///
/// ```
/// use mtproto::mtproxy::{ParseMode, ProxyLink};
///
/// let link = ProxyLink::parse(
///     "t.me/proxy?server=proxy.example&port=443&secret=DD0123456789abcdef0123456789abcdef",
///     ParseMode::Strict,
/// )?;
/// assert_eq!(link.port(), 443);
/// assert_eq!(
///     link.to_tg_link().as_str(),
///     "tg://proxy?server=proxy.example&port=443&secret=dd0123456789abcdef0123456789abcdef",
/// );
/// # Ok::<(), mtproto::mtproxy::LinkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyLink {
    server: Server,
    port: u16,
    secret: Secret,
}

impl ProxyLink {
    /// The link to a proxy of one's own.
    ///
    /// # Errors
    ///
    /// What is wrong with the server or the port.
    pub fn new(server: &str, port: u16, secret: Secret) -> Result<Self, LinkError> {
        if port == 0 {
            return Err(LinkError::PortRange { port: 0 });
        }
        Ok(Self {
            server: Server::parse(server, ParseMode::Strict)?,
            port,
            secret,
        })
    }

    /// Reads a link to an MTProxy.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with figures; [`LinkError::Socks5`] and
    /// [`LinkError::WebProxy`] for its siblings.
    pub fn parse(text: &str, mode: ParseMode) -> Result<Self, LinkError> {
        let (kind, query) = split::split(text, mode)?;
        match kind {
            Kind::MtProxy => Self::from_query(query),
            Kind::Socks5 => Err(LinkError::Socks5),
            Kind::WebProxy => Err(LinkError::WebProxy),
        }
    }

    fn from_query(query: Query<'_>) -> Result<Self, LinkError> {
        let server = query.server()?;
        let port = query.port()?;
        let secret = query.required("secret", Plus::Keep)?;
        let secret = Secret::from_value(&secret, query.mode()).map_err(LinkError::Secret)?;
        Ok(Self {
            server,
            port,
            secret,
        })
    }

    /// Where the proxy is.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Its TCP port, never 0.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret alone, the rest dropped.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.secret
    }

    /// The canonical link that opens the app: `tg://proxy?…`.
    #[must_use]
    pub fn to_tg_link(&self) -> Zeroizing<String> {
        self.print(TG)
    }

    /// The canonical link that works in a browser too: `https://t.me/proxy?…`.
    #[must_use]
    pub fn to_https_link(&self) -> Zeroizing<String> {
        self.print(HTTPS)
    }

    fn print(&self, front: &str) -> Zeroizing<String> {
        let text = LinkText {
            front,
            server: &self.server,
            port: self.port,
            secret: &self.secret,
        };
        // Whole at once: growing would leave the secret behind, unwiped.
        Zeroizing::new(or_end(printed(text)))
    }

    /// Its parts, for the C ABI, which keeps them apart.
    #[cfg(feature = "capi")]
    pub(crate) fn into_parts(self) -> (Server, u16, Secret) {
        (self.server, self.port, self.secret)
    }
}

/// What the link that opens the app begins with.
pub(crate) const TG: &str = "tg://proxy?";
/// What the link that works in a browser too begins with.
pub(crate) const HTTPS: &str = "https://t.me/proxy?";

/// A link as it is printed.
pub(crate) struct LinkText<'a> {
    /// [`TG`] or [`HTTPS`].
    pub(crate) front: &'a str,
    pub(crate) server: &'a Server,
    pub(crate) port: u16,
    pub(crate) secret: &'a Secret,
}

impl fmt::Display for LinkText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.front)?;
        f.write_str("server=")?;
        write!(Encoded(&mut *f), "{}", self.server)?;
        // Hex and base64url need no encoding.
        write!(f, "&port={}&secret={}", self.port, self.secret.text())
    }
}

/// A link to a SOCKS5 proxy: recognised and handed back, nothing more.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Socks5Link {
    /// Where the proxy is.
    pub server: Server,
    /// Its TCP port, never 0.
    pub port: u16,
    /// The user name, if one is asked for: 1 to 255 bytes.
    pub user: Option<String>,
    /// The password, if there is one: 1 to 255 bytes.
    pub password: Option<Zeroizing<String>>,
}

impl Socks5Link {
    fn from_query(query: Query<'_>) -> Result<Self, LinkError> {
        Ok(Self {
            server: query.server()?,
            port: query.port()?,
            user: credential(query, "user")?.map(|mut user| core::mem::take(&mut *user)),
            password: credential(query, "pass")?,
        })
    }
}

/// An empty one is none: TDLib says neither apart.
fn credential(
    query: Query<'_>,
    parameter: &'static str,
) -> Result<Option<Zeroizing<String>>, LinkError> {
    let value = query.optional(parameter, Plus::Space)?;
    let bytes = value.as_ref().map_or(0, |value| value.len());
    if bytes > MAX_CREDENTIAL {
        return Err(LinkError::CredentialTooLong { parameter, bytes });
    }
    Ok(value.filter(|value| !value.is_empty()))
}

/// Without the password.
impl fmt::Debug for Socks5Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socks5Link")
            .field("server", &self.server)
            .field("port", &self.port)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
