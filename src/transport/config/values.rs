//! The values that the knobs of a config take.

use core::fmt;

use crate::carrier::fake_tls::profile::{self, Profile};
use crate::obfuscation::ctr::StreamState;

/// Which openings a server accepts.
///
/// A config that was told nothing goes by its secrets: without any, everything over
/// TCP but obfuscated Full; with secrets, connections that know one of them and nothing
/// else, so that a proxy does not answer to a scanner. [`Accept::default`] is none of
/// that: it accepts nothing, for the fields that are wanted to be set in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// The tags of Abridged, Intermediate and Padded intermediate in clear.
    pub plain: bool,
    /// Full in clear, recognised by its first sequence number.
    pub plain_full: bool,
    /// Obfuscated without a secret.
    pub obfuscated: bool,
    /// With one of the config's secrets, each as its form says: 16 bytes,
    /// obfuscated in any envelope; 17 bytes, obfuscated in Padded intermediate;
    /// with a domain, inside fake TLS.
    pub secret: bool,
    /// WebSocket, with an obfuscated stream inside that `obfuscated` or `secret`
    /// allows. Off by default.
    pub websocket: bool,
    /// HTTP: packets in the bodies of POST requests. Off by default.
    pub http: bool,
    /// Full under the obfuscation that `obfuscated` and `secret` allow. It has no
    /// tag: it is recognised by the length and the sequence number that follow the
    /// header, so that eight bytes more are needed to refuse a stranger.
    pub obfuscated_full: bool,
}

/// How a server sends quick acks in Padded intermediate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuickAckForm {
    /// As documented: a frame of at most 15 bytes (TDLib reads no longer one).
    #[default]
    Documented,
    /// The 4 bytes of the token alone, as mtprotoproxy and telemt send it.
    Raw,
}

/// Where a client opens a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebSocketTarget {
    /// The Host field: a name or an address, with the port unless it is the
    /// scheme's own. Data centres do not look at it; what stands before them may.
    pub host: String,
    /// From its slash on.
    pub path: String,
    /// What a browser would name as the page's origin; usually none.
    pub origin: Option<String>,
}

impl WebSocketTarget {
    /// This host, at the path `/apiws`.
    #[must_use]
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            path: "/apiws".to_owned(),
            origin: None,
        }
    }
}

/// Where and how a client sends HTTP requests.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpTarget {
    /// A path from its slash on; for an HTTP proxy the whole URI, as TDLib
    /// writes it: `http://149.154.175.50:80/api`.
    pub target: String,
    /// The Host field. It may be empty, as TDLib sends it.
    pub host: String,
    /// Whether the connection shall stay open for further requests.
    pub keep_alive: bool,
    /// The Content-Type field; servers do not look at it.
    pub content_type: Option<String>,
    /// Credentials for an HTTP proxy, "basic ..." and all.
    pub proxy_authorization: Option<String>,
}

impl HttpTarget {
    /// This host, at the path `/api`, over a connection that stays open.
    #[must_use]
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            target: "/api".to_owned(),
            host: host.into(),
            keep_alive: true,
            content_type: None,
            proxy_authorization: None,
        }
    }
}

/// Without the credentials.
impl fmt::Debug for HttpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTarget")
            .field("target", &self.target)
            .field("host", &self.host)
            .field("keep_alive", &self.keep_alive)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// What a client's bytes go through.
#[derive(Clone, Debug, Default)]
pub(super) enum ClientCarrier {
    #[default]
    Tcp,
    WebSocket(WebSocketTarget),
    Http(HttpTarget),
}

/// Which browser's ClientHello a fake TLS client sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsProfile {
    /// A Chrome of today, as TDLib's: about 1.8 KiB, with a post-quantum key
    /// share. The proxies of 2019 (the reference server) do not know it for a
    /// hello.
    #[default]
    Chrome,
    /// A Safari of today.
    Safari,
    /// The 517 bytes of the hellos of 2019 to 2023, for old proxies.
    Classic,
}

impl TlsProfile {
    /// The name in lower case, as in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.profile().name
    }

    pub(crate) const fn profile(self) -> &'static Profile {
        match self {
            Self::Chrome => &profile::CHROME,
            Self::Safari => &profile::SAFARI,
            Self::Classic => &profile::CLASSIC,
        }
    }
}

/// Whether a transport is made for speed or for being one of very many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Buffers keep the size they grew to; ciphers make keystream ahead.
    #[default]
    Fast,
    /// Buffers are given back when they are empty; ciphers keep no keystream.
    Small,
}

impl Memory {
    pub(crate) const fn stream_state(self) -> StreamState {
        match self {
            Self::Fast => StreamState::LookAhead,
            Self::Small => StreamState::Small,
        }
    }

    /// How much memory an empty buffer may keep, in bytes.
    pub(crate) const fn kept(self) -> usize {
        match self {
            Self::Fast => usize::MAX,
            Self::Small => 512,
        }
    }
}
