//! Where the data centres are: bootstrap addresses, ports, host names, URIs.
//!
//! These are the addresses to begin with, on a first start. The servers know
//! better: `help.getConfig` lists the current ones, and an app stores them.
//!
//! Collected in November 2026, from:
//!
//! | what | source |
//! |---|---|
//! | IPv4 and IPv6 addresses | TDLib, `td/telegram/net/ConnectionCreator.cpp`; the same in tdesktop's list of built-in data centres and, for the test network, in Telegram for Android |
//! | the second IPv4 address of DC 2 | TDLib alone |
//! | ports, and their order | core.telegram.org/mtproto/transports; TDLib tries them in this order |
//! | host names, `-1`, paths | core.telegram.org/mtproto/transports, "URI format" |
//!
//! ```
//! use mtproto::DcId;
//! use mtproto::endpoints::{self, Service};
//!
//! let media = DcId::new(2, false, true)?;
//! let uri = endpoints::web_uri(media, Service::WebSocket).ok_or("no such host")?;
//! assert_eq!(uri.to_string(), "wss://venus-1.web.telegram.org/apiws");
//!
//! let first = endpoints::addresses(media).next();
//! assert_eq!(first, Some(([149, 154, 167, 51], 443).into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::mtproxy::DcId;

/// The TCP ports that every data centre listens on, in the order in which TDLib
/// tries them. Plain WebSocket and plain HTTP are served on 80 alone.
pub const PORTS: [u16; 3] = [443, 80, 5222];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// An address of the form that all of them have: four groups, zeroes, one group.
const fn v6(a: u16, b: u16, c: u16, d: u16, last: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, d, 0, 0, 0, last)
}

/// The data centres 1, 2, ... of a network.
const PRODUCTION_V4: [&[Ipv4Addr]; 5] = [
    &[v4(149, 154, 175, 50)],
    &[v4(149, 154, 167, 51), v4(95, 161, 76, 100)],
    &[v4(149, 154, 175, 100)],
    &[v4(149, 154, 167, 91)],
    &[v4(149, 154, 171, 5)],
];
const PRODUCTION_V6: [Ipv6Addr; 5] = [
    v6(0x2001, 0xb28, 0xf23d, 0xf001, 0xa),
    v6(0x2001, 0x67c, 0x4e8, 0xf002, 0xa),
    v6(0x2001, 0xb28, 0xf23d, 0xf003, 0xa),
    v6(0x2001, 0x67c, 0x4e8, 0xf004, 0xa),
    v6(0x2001, 0xb28, 0xf23f, 0xf005, 0xa),
];
const TEST_V4: [&[Ipv4Addr]; 3] = [
    &[v4(149, 154, 175, 10)],
    &[v4(149, 154, 167, 40)],
    &[v4(149, 154, 175, 117)],
];
const TEST_V6: [Ipv6Addr; 3] = [
    v6(0x2001, 0xb28, 0xf23d, 0xf001, 0xe),
    v6(0x2001, 0x67c, 0x4e8, 0xf002, 0xe),
    v6(0x2001, 0xb28, 0xf23d, 0xf003, 0xe),
];

const NAMES: [&str; 5] = ["pluto", "venus", "aurora", "vesta", "flora"];

/// The IPv4 addresses of the data centre, the preferred one first; none if it
/// is not one of the well-known ones.
///
/// Whether the connection is for media makes no difference: media addresses
/// are learned from `help.getConfig`, and every data centre serves media.
#[must_use]
pub fn ipv4(dc: DcId) -> &'static [Ipv4Addr] {
    let network: &[&[Ipv4Addr]] = if dc.is_test() {
        &TEST_V4
    } else {
        &PRODUCTION_V4
    };
    index(dc)
        .and_then(|index| network.get(index).copied())
        .unwrap_or_default()
}

/// The IPv6 address of the data centre, if it is one of the well-known ones.
#[must_use]
pub fn ipv6(dc: DcId) -> Option<Ipv6Addr> {
    let network: &[Ipv6Addr] = if dc.is_test() {
        &TEST_V6
    } else {
        &PRODUCTION_V6
    };
    network.get(index(dc)?).copied()
}

/// Every address of the data centre with every port, for TCP.
///
/// Ports change slower than addresses: all addresses on port 443, IPv4 first,
/// then all on 80, then all on 5222. An app whose network has IPv6 alone, or
/// whose config says `force_try_ipv6`, takes those first.
pub fn addresses(dc: DcId) -> impl Iterator<Item = SocketAddr> + Clone {
    PORTS.into_iter().flat_map(move |port| {
        let v4 = ipv4(dc).iter().copied().map(IpAddr::from);
        let v6 = ipv6(dc).into_iter().map(IpAddr::from);
        v4.chain(v6).map(move |ip| SocketAddr::new(ip, port))
    })
}

/// The data centre's name, of which its host names are made.
#[must_use]
pub fn name(dc: DcId) -> Option<&'static str> {
    NAMES.get(index(dc)?).copied()
}

fn index(dc: DcId) -> Option<usize> {
    usize::from(dc.number()).checked_sub(1)
}

/// What is asked for at a URI. The path says it: `/api`, `w` for the headers
/// that let a browser's page read the answer (CORS), `s` for WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// WebSocket, for apps and browsers: `/apiws`.
    WebSocket,
    /// HTTP for apps: `/api`.
    Http,
    /// HTTP for a browser's page: `/apiw`. (Web clients have been seen with
    /// `/apiw1`, which is not documented.)
    HttpFromBrowser,
}

impl Service {
    const fn path(self, test: bool) -> &'static str {
        match (self, test) {
            (Self::WebSocket, false) => "/apiws",
            (Self::WebSocket, true) => "/apiws_test",
            (Self::Http, false) => "/api",
            (Self::Http, true) => "/api_test",
            (Self::HttpFromBrowser, false) => "/apiw",
            (Self::HttpFromBrowser, true) => "/apiw_test",
        }
    }
}

/// The URI of a data centre over TLS (`wss`, `https`), by its name.
///
/// A media DC id gets the second host of the data centre (`venus-1`), which
/// exists to double the connections that a browser makes to one host. `None`
/// where there is no such host: names exist for DC 1 to 5, and for the test
/// network for DC 1 to 3.
#[must_use]
pub fn web_uri(dc: DcId, service: Service) -> Option<Uri> {
    ipv6(dc)?;
    Some(Uri {
        tls: true,
        service,
        host: Host::Name {
            name: name(dc)?,
            media: dc.is_media(),
        },
        path: service.path(dc.is_test()),
    })
}

/// The URI of a data centre without TLS (`ws`, `http`), by its address and on
/// port 80.
///
/// An address belongs to one network, so the path does not name the test
/// network. Browsers load no such URI from a page that came over TLS.
#[must_use]
pub fn plain_uri(address: IpAddr, service: Service) -> Uri {
    Uri {
        tls: false,
        service,
        host: Host::Address(address),
        path: service.path(false),
    }
}

/// Where to open a WebSocket or send HTTP requests. Its text is the URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uri {
    tls: bool,
    service: Service,
    host: Host,
    path: &'static str,
}

impl Uri {
    /// The URI's scheme: `wss`, `ws`, `https` or `http`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        match (self.service, self.tls) {
            (Service::WebSocket, true) => "wss",
            (Service::WebSocket, false) => "ws",
            (_, true) => "https",
            (_, false) => "http",
        }
    }

    /// Whether TLS goes below. The library does not speak it: the app's TLS
    /// stack does, and checks the certificate for [`host`](Self::host).
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    /// The name or address, for the name look-up, the certificate and the Host
    /// field of a request.
    #[must_use]
    pub const fn host(&self) -> Host {
        self.host
    }

    /// The TCP port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        if self.tls { 443 } else { 80 }
    }

    /// The path, from its slash on.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }
}

/// The port is written where the documentation writes it: behind an address.
impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host)?;
        if let Host::Address(_) = self.host {
            write!(f, ":{}", self.port())?;
        }
        f.write_str(self.path)
    }
}

/// The host of a [`Uri`]. Its text is what goes into the Host field; an IPv6
/// address stands in brackets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A host under `web.telegram.org`.
    Name {
        /// The data centre's name, such as `venus`.
        name: &'static str,
        /// Its second host, for media: `venus-1`.
        media: bool,
    },
    /// An IP address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name, media } => {
                let media = if *media { "-1" } else { "" };
                write!(f, "{name}{media}.web.telegram.org")
            }
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

#[cfg(test)]
mod tests;
