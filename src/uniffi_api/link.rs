//! Proxy links: read from what a user pastes, printed in one canonical form.

use core::fmt;
use std::sync::Arc;

use super::config::hidden;
use super::errors::MtprotoError;
use super::guard::{guarded, guarded_value};
use super::secret::{ParseMode, Secret};
use crate::mtproxy;

/// A link to a proxy, of whichever kind an app has to tell apart.
#[derive(uniffi::Enum)]
pub enum Link {
    /// `proxy?server&port&secret`
    MtProxy {
        /// The link.
        proxy: Arc<ProxyLink>,
    },
    /// `socks?server&port&user&pass`
    Socks5 {
        /// The link.
        proxy: Socks5Link,
    },
}

/// A link to a SOCKS5 proxy: recognised and handed back, nothing more.
#[derive(uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct Socks5Link {
    /// Where the proxy is.
    pub server: String,
    /// Its TCP port.
    pub port: u16,
    /// The user name, if one is asked for.
    pub user: Option<String>,
    /// The password, if there is one.
    pub password: Option<String>,
}

/// Without the password.
impl fmt::Debug for Socks5Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server,
            port,
            user,
            password,
        } = self;
        f.debug_struct("Socks5Link")
            .field("server", server)
            .field("port", port)
            .field("user", user)
            .field("password", &hidden(password))
            .finish()
    }
}

/// What `toString()` and `description` give.
impl fmt::Display for Socks5Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A link to an MTProxy: where it is, and its secret.
#[derive(uniffi::Object)]
pub struct ProxyLink(mtproxy::ProxyLink);

#[uniffi::export]
impl ProxyLink {
    /// Reads `tg://proxy?...`, `https://t.me/proxy?...` and their kin.
    #[uniffi::constructor]
    pub fn parse(text: String, mode: ParseMode) -> Result<Arc<Self>, MtprotoError> {
        guarded(|| {
            let link = mtproxy::ProxyLink::parse(&text, mode.into())?;
            Ok(Arc::new(Self(link)))
        })
    }

    /// The link to a proxy of one's own.
    #[uniffi::constructor]
    pub fn of(server: String, port: u16, secret: Arc<Secret>) -> Result<Arc<Self>, MtprotoError> {
        guarded(|| {
            let link = mtproxy::ProxyLink::new(&server, port, secret.core().clone())?;
            Ok(Arc::new(Self(link)))
        })
    }

    /// An IP address (IPv6 without brackets), or a name to look up.
    pub fn server(&self) -> String {
        guarded_value(String::new(), || self.0.server().to_string())
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        guarded_value(0, || self.0.port())
    }

    /// The secret.
    pub fn secret(&self) -> Arc<Secret> {
        Secret::of(self.0.secret().clone())
    }

    /// The canonical link that opens the app: `tg://proxy?...`.
    pub fn to_tg_link(&self) -> String {
        guarded_value(String::new(), || self.0.to_tg_link().to_string())
    }

    /// The canonical link that works in a browser too.
    pub fn to_https_link(&self) -> String {
        guarded_value(String::new(), || self.0.to_https_link().to_string())
    }
}

/// Reads a link of either kind.
#[uniffi::export]
pub fn parse_link(text: String, mode: ParseMode) -> Result<Link, MtprotoError> {
    guarded(|| {
        Ok(match mtproxy::Link::parse(&text, mode.into())? {
            mtproxy::Link::MtProxy(proxy) => Link::MtProxy {
                proxy: Arc::new(ProxyLink(proxy)),
            },
            mtproxy::Link::Socks5(proxy) => Link::Socks5 {
                proxy: Socks5Link {
                    server: proxy.server.to_string(),
                    port: proxy.port,
                    user: proxy.user,
                    password: proxy.password.map(|password| password.to_string()),
                },
            },
        })
    })
}
