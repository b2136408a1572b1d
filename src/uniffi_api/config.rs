//! The settings of a transport, as a record whose unset fields are the library's defaults.

use core::fmt;
use std::sync::Arc;

use super::dc_id::DcId;
use super::errors::MtprotoError;
use super::replay_cache::ReplayCache;
use super::secret::Secret;
use crate::entropy::Entropy;
use crate::error::Error;
use crate::transport;

/// How packets are framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Envelope {
    /// 1 or 4 bytes a packet.
    Abridged,
    /// 4 bytes a packet.
    Intermediate,
    /// 4 bytes and up to 15 random ones a packet.
    PaddedIntermediate,
    /// 12 bytes a packet, with sequence number and CRC32; no quick acks.
    Full,
}

impl From<Envelope> for crate::Envelope {
    fn from(envelope: Envelope) -> Self {
        match envelope {
            Envelope::Abridged => Self::Abridged,
            Envelope::Intermediate => Self::Intermediate,
            Envelope::PaddedIntermediate => Self::PaddedIntermediate,
            Envelope::Full => Self::Full,
        }
    }
}

impl From<crate::Envelope> for Envelope {
    fn from(envelope: crate::Envelope) -> Self {
        match envelope {
            crate::Envelope::Abridged => Self::Abridged,
            crate::Envelope::Intermediate => Self::Intermediate,
            crate::Envelope::PaddedIntermediate => Self::PaddedIntermediate,
            crate::Envelope::Full => Self::Full,
        }
    }
}

/// Which openings a server accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct AcceptedOpenings {
    /// Abridged, Intermediate and Padded intermediate in clear.
    #[uniffi(default = false)]
    pub plain: bool,
    /// Full in clear.
    #[uniffi(default = false)]
    pub plain_full: bool,
    /// Obfuscated without a secret.
    #[uniffi(default = false)]
    pub obfuscated: bool,
    /// With one of the secrets, each as its form says.
    #[uniffi(default = false)]
    pub secret: bool,
    /// WebSocket, with an obfuscated stream inside.
    #[uniffi(default = false)]
    pub websocket: bool,
    /// HTTP: packets in the bodies of POST requests.
    #[uniffi(default = false)]
    pub http: bool,
    /// Full too, under obfuscation.
    #[uniffi(default = false)]
    pub obfuscated_full: bool,
}

/// How a server sends quick acks in Padded intermediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum QuickAckForm {
    /// As documented: in a frame.
    Documented,
    /// As 4 bytes without an envelope.
    Raw,
}

/// What a transport is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum MemoryUse {
    /// Speed: buffers keep the size they grew to.
    Fast,
    /// Being one of very many: buffers are given back when they are empty.
    Small,
}

/// Whose ClientHello a fake TLS client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum TlsProfile {
    /// A Chrome of today, as TDLib's.
    Chrome,
    /// A Safari of today.
    Safari,
    /// The 517 bytes of the hellos of 2019 to 2023, for old proxies.
    Classic,
}

/// Where a client opens a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct WebsocketTarget {
    /// The Host field.
    pub host: String,
    /// From its slash on.
    #[uniffi(default = "/apiws")]
    pub path: String,
    /// What a browser would name as the page's origin.
    #[uniffi(default = None)]
    pub origin: Option<String>,
}

/// Where and how a client sends HTTP requests.
#[derive(Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct HttpTarget {
    /// The Host field; it may be empty.
    pub host: String,
    /// A path from its slash on, or for an HTTP proxy the whole URI.
    #[uniffi(default = "/api")]
    pub target: String,
    /// Whether the connection shall stay open for further requests.
    #[uniffi(default = true)]
    pub keep_alive: bool,
    /// The Content-Type field.
    #[uniffi(default = None)]
    pub content_type: Option<String>,
    /// Credentials for an HTTP proxy, scheme and all, such as "basic dXNlcjpwYXNz".
    #[uniffi(default = None)]
    pub proxy_authorization: Option<String>,
}

/// Without the credentials.
impl fmt::Debug for HttpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            target,
            keep_alive,
            content_type,
            proxy_authorization,
        } = self;
        f.debug_struct("HttpTarget")
            .field("host", host)
            .field("target", target)
            .field("keep_alive", keep_alive)
            .field("content_type", content_type)
            .field("proxy_authorization", &hidden(proxy_authorization))
            .finish()
    }
}

/// What `toString()` and `description` give.
impl fmt::Display for HttpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Says whether there is one, and no more.
pub(super) fn hidden(credential: &Option<String>) -> Option<&'static str> {
    credential.as_ref().map(|_| "...")
}

/// The settings of a transport. What is not set stays at the library's default:
/// as client, obfuscated Padded intermediate without a secret; as server,
/// everything in clear or obfuscated without a secret, or, with secrets, those
/// who know one of them and nobody else.
#[derive(Clone, uniffi::Record)]
pub struct TransportConfig {
    /// Client: the envelope to speak.
    #[uniffi(default = None)]
    pub envelope: Option<Envelope>,
    /// Client: whether to obfuscate.
    #[uniffi(default = None)]
    pub obfuscated: Option<bool>,
    /// Client: the DC that a proxy shall connect to; required with a secret.
    #[uniffi(default = None)]
    pub dc: Option<DcId>,
    /// A client takes one secret; a server may take many and reports by its
    /// index which one a client knows.
    #[uniffi(default = [])]
    pub secrets: Vec<Arc<Secret>>,
    /// Server: which openings to accept.
    #[uniffi(default = None)]
    pub accept: Option<AcceptedOpenings>,
    /// The largest payload in bytes, from 1 KiB to 1 GiB, a multiple of 4.
    #[uniffi(default = None)]
    pub max_payload: Option<u32>,
    /// The most random bytes behind a payload in Padded intermediate, 0 to 15.
    #[uniffi(default = None)]
    pub max_padding: Option<u32>,
    /// Whether payload events of Padded intermediate hold the packet alone, or
    /// also the padding behind it.
    #[uniffi(default = None)]
    pub trim: Option<bool>,
    /// Server: the form of quick acks in Padded intermediate.
    #[uniffi(default = None)]
    pub quick_ack_form: Option<QuickAckForm>,
    /// Speed, or many.
    #[uniffi(default = None)]
    pub memory: Option<MemoryUse>,
    /// Client: opens a WebSocket, and speaks the obfuscated stream inside. An app
    /// with a WebSocket client of its own leaves this out, and puts the wire bytes
    /// into binary messages.
    #[uniffi(default = None)]
    pub websocket: Option<WebsocketTarget>,
    /// Client: sends each payload as an HTTP request. Counts more than `websocket`.
    #[uniffi(default = None)]
    pub http: Option<HttpTarget>,
    /// HTTP: whether payloads that are pushed out of turn wait for their turn.
    #[uniffi(default = None)]
    pub queue_turns: Option<bool>,
    /// Client: whose ClientHello to send under fake TLS.
    #[uniffi(default = None)]
    pub tls_profile: Option<TlsProfile>,
    /// Server: where accepted handshakes are remembered. A proxy wants one.
    #[uniffi(default = None)]
    pub replay_cache: Option<Arc<ReplayCache>>,
    /// Server: how many seconds a fake TLS client's clock may be off.
    #[uniffi(default = None)]
    pub allowed_clock_skew: Option<u32>,
    /// The time for fake TLS, in Unix seconds, where the app knows it better than
    /// the system's clock.
    #[uniffi(default = None)]
    pub unix_time: Option<u32>,
    /// Tests and simulations only: where random bytes come from. Two real
    /// connections with the same bytes would share their keys.
    #[uniffi(default = None)]
    pub entropy: Option<Vec<u8>>,
}

impl TransportConfig {
    /// The core's config, checked knob by knob.
    pub(super) fn to_core(&self) -> Result<transport::Config, MtprotoError> {
        let mut config = transport::Config::new();
        if let Some(envelope) = self.envelope {
            config.set_envelope(envelope.into());
        }
        if let Some(obfuscated) = self.obfuscated {
            config.set_obfuscated(obfuscated);
        }
        if let Some(dc) = self.dc {
            config.set_dc(dc.to_core()?);
        }
        for secret in &self.secrets {
            config.add_secret(secret.core().clone());
        }
        if let Some(accept) = self.accept {
            config.set_accept(transport::Accept {
                plain: accept.plain,
                plain_full: accept.plain_full,
                obfuscated: accept.obfuscated,
                secret: accept.secret,
                websocket: accept.websocket,
                http: accept.http,
                obfuscated_full: accept.obfuscated_full,
            });
        }
        if let Some(bytes) = self.max_payload {
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            config.set_max_payload(bytes).map_err(Error::from)?;
        }
        if let Some(bytes) = self.max_padding {
            config.set_max_padding(bytes).map_err(Error::from)?;
        }
        if let Some(trim) = self.trim {
            config.set_trim(trim);
        }
        if let Some(form) = self.quick_ack_form {
            config.set_quick_ack_form(match form {
                QuickAckForm::Documented => transport::QuickAckForm::Documented,
                QuickAckForm::Raw => transport::QuickAckForm::Raw,
            });
        }
        if let Some(memory) = self.memory {
            config.set_memory(match memory {
                MemoryUse::Fast => transport::Memory::Fast,
                MemoryUse::Small => transport::Memory::Small,
            });
        }
        if let Some(websocket) = &self.websocket {
            let mut target = transport::WebSocketTarget::new(&websocket.host);
            target.path.clone_from(&websocket.path);
            target.origin.clone_from(&websocket.origin);
            config.set_websocket(target);
        }
        if let Some(http) = &self.http {
            let mut target = transport::HttpTarget::new(&http.host);
            target.target.clone_from(&http.target);
            target.keep_alive = http.keep_alive;
            target.content_type.clone_from(&http.content_type);
            target
                .proxy_authorization
                .clone_from(&http.proxy_authorization);
            config.set_http(target);
        }
        if let Some(queue) = self.queue_turns {
            config.set_queue_turns(queue);
        }
        if let Some(profile) = self.tls_profile {
            config.set_tls_profile(match profile {
                TlsProfile::Chrome => transport::TlsProfile::Chrome,
                TlsProfile::Safari => transport::TlsProfile::Safari,
                TlsProfile::Classic => transport::TlsProfile::Classic,
            });
        }
        if let Some(cache) = &self.replay_cache {
            config.set_replay_cache(cache.core());
        }
        if let Some(seconds) = self.allowed_clock_skew {
            config.set_allowed_clock_skew(seconds);
        }
        if let Some(seconds) = self.unix_time {
            config.set_unix_time(seconds);
        }
        if let Some(bytes) = &self.entropy {
            config.set_entropy(Entropy::from_bytes(bytes));
        }
        Ok(config)
    }
}
