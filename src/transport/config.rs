//! What a transport shall speak and accept: every knob, validated one by one.

use core::fmt;
use std::sync::Arc;

use crate::carrier::fake_tls::answer::AnswerSize;
use crate::carrier::fake_tls::profile::{self, Profile};
use crate::carrier::fake_tls::records::{LARGEST_MAX_RECORD, RecordWriter};
use crate::carrier::fake_tls::server::DEFAULT_ALLOWED_SKEW;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::envelope::{ABRIDGED_MAX_PAYLOAD, Envelope, MAX_PADDING, Role};
use crate::error::ConfigError;
use crate::mtproxy::{DcId, Secret, SecretForm};
use crate::obfuscation::ctr::StreamState;
use crate::obfuscation::{SECRET_LENGTH, Tag};
use crate::replay_cache::ReplayCache;

/// 16 MiB: above every packet that deployed peers send, and what gotd and
/// mtprotoproxy cap at.
const DEFAULT_MAX_PAYLOAD: usize = 1 << 24;

/// The least and the most that the largest payload can be set to, in bytes.
const MAX_PAYLOAD_RANGE: (usize, usize) = (1024, 1 << 30);

/// What a server emits: the reference server's amount. gotd and Telethon drop
/// padding to a multiple of 4 only, so more would stay with the packet.
const SERVER_PADDING: usize = 3;

/// The least payload in a fake TLS record: the initialization payload and the
/// first frame belong into one.
const MIN_MAX_RECORD: usize = 256;

/// Which openings a server accepts.
///
/// The default depends on the secrets: without any, everything over TCP but
/// obfuscated Full; with secrets, connections that know one of them and nothing else, so
/// that a proxy does not answer to a scanner.
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
    pub web_socket: bool,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What a client's bytes go through.
#[derive(Clone, Debug, Default)]
enum ClientCarrier {
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

/// The settings of a transport. Make one, set what differs from the defaults,
/// and make any number of transports from it: they copy what they need.
///
/// Some knobs mean something to one role alone; each says which.
#[derive(Clone, Default)]
pub struct Config {
    /// Shared with the servers that have not recognised their client yet, so
    /// that a hundred thousand of them hold one list of secrets.
    knobs: Arc<Knobs>,
}

#[derive(Clone)]
struct Knobs {
    /// `None`: what the secret asks for, Padded intermediate without one.
    envelope: Option<Envelope>,
    /// `None`: yes, unless the carrier has no stream.
    obfuscated: Option<bool>,
    carrier: ClientCarrier,
    queue_turns: bool,
    dc: Option<DcId>,
    secrets: Vec<Secret>,
    /// The domains of the secrets.
    domains: Vec<String>,
    paths: Vec<String>,
    accept: Option<Accept>,
    max_payload: usize,
    /// At most [`MAX_PADDING`]. `None`: the role's default.
    max_padding: Option<usize>,
    trim: bool,
    quick_ack_form: QuickAckForm,
    memory: Memory,
    entropy: Entropy,
    clock: Clock,
    tls_profile: TlsProfile,
    max_record: Option<usize>,
    answer_size: AnswerSize,
    allowed_skew: u32,
    replay_cache: Option<Arc<ReplayCache>>,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            envelope: None,
            obfuscated: None,
            carrier: ClientCarrier::default(),
            queue_turns: false,
            dc: None,
            secrets: Vec::new(),
            domains: Vec::new(),
            paths: Vec::new(),
            accept: None,
            max_payload: DEFAULT_MAX_PAYLOAD,
            max_padding: None,
            trim: true,
            quick_ack_form: QuickAckForm::default(),
            memory: Memory::default(),
            entropy: Entropy::default(),
            clock: Clock::default(),
            tls_profile: TlsProfile::default(),
            max_record: None,
            answer_size: AnswerSize::default(),
            allowed_skew: DEFAULT_ALLOWED_SKEW,
            replay_cache: None,
        }
    }
}

impl Config {
    /// The defaults: obfuscated Padded intermediate without a secret as client,
    /// anything that is in clear or obfuscated without a secret as server.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn knobs(&mut self) -> &mut Knobs {
        Arc::make_mut(&mut self.knobs)
    }

    /// Client: the envelope to speak. Default: Padded intermediate.
    pub fn set_envelope(&mut self, envelope: Envelope) -> &mut Self {
        self.knobs().envelope = Some(envelope);
        self
    }

    /// Client: whether to obfuscate. Default: yes.
    pub fn set_obfuscated(&mut self, obfuscated: bool) -> &mut Self {
        self.knobs().obfuscated = Some(obfuscated);
        self
    }

    /// Client: opens a WebSocket, and speaks the obfuscated stream inside. For a
    /// TLS connection (`wss:`) the app pushes and pulls the bytes inside it. An
    /// app that has a WebSocket client of its own leaves this out, and puts the
    /// wire bytes into binary messages.
    pub fn set_web_socket(&mut self, target: WebSocketTarget) -> &mut Self {
        self.knobs().carrier = ClientCarrier::WebSocket(target);
        self
    }

    /// Client: sends each payload as an HTTP request, and takes the body of the
    /// response for the answer. No envelope, no obfuscation, no quick acks.
    pub fn set_http(&mut self, target: HttpTarget) -> &mut Self {
        self.knobs().carrier = ClientCarrier::Http(target);
        self
    }

    /// HTTP: whether payloads that are pushed out of turn wait for their turn.
    /// Default: no, they are refused with [`UsageError::OutOfTurn`].
    ///
    /// [`UsageError::OutOfTurn`]: crate::error::UsageError::OutOfTurn
    pub fn set_queue_turns(&mut self, queue: bool) -> &mut Self {
        self.knobs().queue_turns = queue;
        self
    }

    /// Server: serves WebSocket and HTTP at this path too, besides those of
    /// Telegram's servers.
    pub fn add_path(&mut self, path: impl Into<String>) -> &mut Self {
        self.knobs().paths.push(path.into());
        self
    }

    /// Client: the DC id that goes into the initialization payload. A proxy
    /// connects to that DC; a DC itself does not read it. Required with a
    /// secret; without a DC id the two bytes are random.
    pub fn set_dc(&mut self, dc: DcId) -> &mut Self {
        self.knobs().dc = Some(dc);
        self
    }

    /// A secret. A client takes one, and speaks as its form says: a secret of 17
    /// bytes wants Padded intermediate, one with a domain fake TLS too. A server
    /// may take many, which it tries in this order and reports by their index,
    /// from 0.
    pub fn add_secret(&mut self, secret: Secret) -> &mut Self {
        let knobs = self.knobs();
        if let Some(domain) = secret.domain() {
            knobs.domains.push(domain.to_owned());
        }
        knobs.secrets.push(secret);
        self
    }

    /// Server: which openings to accept. Default: see [`Accept`].
    pub fn set_accept(&mut self, accept: Accept) -> &mut Self {
        self.knobs().accept = Some(accept);
        self
    }

    /// The largest payload, in bytes, sent or received. Default: 16 MiB. It is
    /// also the ceiling of what waits undelivered in the transport, give or
    /// take an envelope.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MaxPayload`] if it is no multiple of 4, below 1 KiB or
    /// above 1 GiB.
    pub fn set_max_payload(&mut self, bytes: usize) -> Result<&mut Self, ConfigError> {
        let (minimum, maximum) = MAX_PAYLOAD_RANGE;
        if !bytes.is_multiple_of(4) || !(minimum..=maximum).contains(&bytes) {
            return Err(ConfigError::MaxPayload {
                value: bytes,
                minimum,
                maximum,
            });
        }
        self.knobs().max_payload = bytes;
        Ok(self)
    }

    /// The most random bytes behind a payload in Padded intermediate, 0 to 15;
    /// each frame draws its own number. Default: 15 as client, 3 as server.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MaxPadding`] above 15.
    pub fn set_max_padding(&mut self, bytes: u32) -> Result<&mut Self, ConfigError> {
        let padding = usize::try_from(bytes)
            .ok()
            .filter(|padding| *padding <= MAX_PADDING)
            .ok_or(ConfigError::MaxPadding { value: bytes })?;
        self.knobs().max_padding = Some(padding);
        Ok(self)
    }

    /// Whether payload events of Padded intermediate hold the MTProto packet
    /// alone (the default), or also the padding behind it, as a relay may want
    /// that does not look inside.
    pub fn set_trim(&mut self, trim: bool) -> &mut Self {
        self.knobs().trim = trim;
        self
    }

    /// Server: the form of quick acks in Padded intermediate.
    pub fn set_quick_ack_form(&mut self, form: QuickAckForm) -> &mut Self {
        self.knobs().quick_ack_form = form;
        self
    }

    /// Whether the transport is made for speed (the default) or for being one
    /// of very many.
    pub fn set_memory(&mut self, memory: Memory) -> &mut Self {
        self.knobs().memory = memory;
        self
    }

    /// Where random bytes come from. Default: the operating system, which is
    /// what every shipped app wants.
    pub fn set_entropy(&mut self, entropy: Entropy) -> &mut Self {
        self.knobs().entropy = entropy;
        self
    }

    /// The time, in Unix seconds, for fake TLS and the replay cache. For apps
    /// that know better than the system's clock, and for tests: it stands still,
    /// so set it for each connection. Default: the system's clock.
    pub fn set_unix_time(&mut self, seconds: u32) -> &mut Self {
        self.knobs().clock = Clock::At(seconds);
        self
    }

    /// Client: whose ClientHello to send under fake TLS. Default: Chrome's.
    pub fn set_tls_profile(&mut self, profile: TlsProfile) -> &mut Self {
        self.knobs().tls_profile = profile;
        self
    }

    /// The most payload in a fake TLS record that is sent, in bytes. Default:
    /// 2878, as official apps.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MaxRecord`] below 256 or above 16384.
    pub fn set_max_record(&mut self, bytes: usize) -> Result<&mut Self, ConfigError> {
        if !(MIN_MAX_RECORD..=LARGEST_MAX_RECORD).contains(&bytes) {
            return Err(ConfigError::MaxRecord { value: bytes });
        }
        self.knobs().max_record = Some(bytes);
        Ok(self)
    }

    /// Server: the least and the most bytes of the record that stands in for the
    /// encrypted part of a fake TLS handshake; each answer draws its own number.
    /// Set it to what the real site sends. Default: 2500 to 4700.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AnswerSize`] if they are out of order or not within 1 to
    /// 16384.
    pub fn set_answer_size(&mut self, least: usize, most: usize) -> Result<&mut Self, ConfigError> {
        self.knobs().answer_size =
            AnswerSize::new(least, most).ok_or(ConfigError::AnswerSize { least, most })?;
        Ok(self)
    }

    /// Server: how many seconds a fake TLS client's clock may be off, either
    /// way. Default: 120.
    pub fn set_allowed_clock_skew(&mut self, seconds: u32) -> &mut Self {
        self.knobs().allowed_skew = seconds;
        self
    }

    /// Server: where accepted handshakes are remembered, so that a recorded one
    /// is not accepted again. Share one cache between all servers that have the
    /// same secrets. Default: none. A proxy wants one: the time in a fake TLS
    /// hello can be changed by who recorded it.
    pub fn set_replay_cache(&mut self, cache: Arc<ReplayCache>) -> &mut Self {
        self.knobs().replay_cache = Some(cache);
        self
    }

    pub(crate) fn clock(&self) -> Clock {
        self.knobs.clock
    }

    pub(crate) fn record_writer(&self) -> RecordWriter {
        let max_record = self.knobs.max_record;
        max_record
            .and_then(|max_record| RecordWriter::new(max_record).ok())
            .unwrap_or_default()
    }

    /// The paths that are served besides Telegram's.
    pub(crate) fn paths(&self) -> &[String] {
        &self.knobs.paths
    }

    pub(crate) fn answer_size(&self) -> AnswerSize {
        self.knobs.answer_size
    }

    pub(crate) fn secret(&self, index: usize) -> Option<&Secret> {
        self.knobs.secrets.get(index)
    }

    pub(crate) fn entropy(&self) -> &Entropy {
        &self.knobs.entropy
    }

    /// What both halves of a transport need to know.
    pub(crate) fn limits(&self, role: Role) -> Limits {
        Limits {
            max_payload: self.knobs.max_payload,
            max_padding: self.knobs.max_padding.unwrap_or(match role {
                Role::Client => MAX_PADDING,
                Role::Server => SERVER_PADDING,
            }),
            trim: self.knobs.trim,
            quick_ack_form: self.knobs.quick_ack_form,
            memory: self.knobs.memory,
            queue_turns: self.knobs.queue_turns,
        }
    }

    /// What a client opens with, if the config is one for a client.
    pub(crate) fn client_opening(&self) -> Result<ClientOpening<'_>, ConfigError> {
        let secret = match self.knobs.secrets.as_slice() {
            [] => None,
            [secret] => Some(secret),
            secrets => {
                return Err(ConfigError::TooManySecrets {
                    count: secrets.len(),
                });
            }
        };
        if let ClientCarrier::Http(target) = &self.knobs.carrier {
            let has_stream = self.knobs.obfuscated == Some(true)
                || self.knobs.envelope.is_some()
                || secret.is_some();
            return match has_stream {
                true => Err(ConfigError::HttpWithObfuscation),
                false => Ok(ClientOpening::Http(target)),
            };
        }
        let envelope = self.knobs.envelope.unwrap_or(Envelope::PaddedIntermediate);
        let obfuscated = self.knobs.obfuscated != Some(false);
        let web_socket = match &self.knobs.carrier {
            ClientCarrier::WebSocket(_) if !obfuscated => {
                return Err(ConfigError::WebSocketWithoutObfuscation);
            }
            ClientCarrier::WebSocket(target) => Some(target),
            _ => None,
        };
        if let Some(secret) = secret {
            if !obfuscated {
                return Err(ConfigError::SecretWithoutObfuscation);
            }
            if self.knobs.dc.is_none() {
                return Err(ConfigError::SecretWithoutDc);
            }
            if secret.needs_padding() && envelope != Envelope::PaddedIntermediate {
                return Err(ConfigError::SecretNeedsPadding);
            }
            if secret.domain().is_some() && web_socket.is_some() {
                return Err(ConfigError::CarrierWithFakeTls);
            }
        }
        if !obfuscated {
            return Ok(ClientOpening::Plain(envelope));
        }
        let fake_tls = secret
            .and_then(Secret::domain)
            .map(|domain| (domain, self.knobs.tls_profile.profile()));
        Ok(ClientOpening::Obfuscated {
            envelope,
            tag: envelope.obfuscated_tag().map_or(Tag::Absent, Tag::Known),
            dc: self.knobs.dc.map(DcId::encode),
            secret: secret.map(Secret::key),
            fake_tls,
            web_socket,
        })
    }

    /// What a server listens for.
    pub(crate) fn acceptance(&self) -> Acceptance<'_> {
        let secrets = self.knobs.secrets.as_slice();
        let has_secrets = !secrets.is_empty();
        Acceptance {
            accept: self.knobs.accept.unwrap_or(Accept {
                plain: !has_secrets,
                plain_full: !has_secrets,
                obfuscated: !has_secrets,
                secret: has_secrets,
                web_socket: false,
                http: false,
                obfuscated_full: false,
            }),
            secrets,
            domains: &self.knobs.domains,
            max_payload: self.knobs.max_payload,
            state: self.knobs.memory.stream_state(),
            clock: self.knobs.clock,
            allowed_skew: self.knobs.allowed_skew,
            replay_cache: self.knobs.replay_cache.as_deref(),
        }
    }

    /// Whether the config is one for a server.
    pub(crate) fn check_server(&self) -> Result<(), ConfigError> {
        let Acceptance {
            accept, secrets, ..
        } = self.acceptance();
        if accept == Accept::default() {
            return Err(ConfigError::AcceptNothing);
        }
        match (accept.secret, !secrets.is_empty()) {
            (true, false) => return Err(ConfigError::AcceptSecretWithoutSecret),
            (false, true) => return Err(ConfigError::SecretNotAccepted),
            _ => {}
        }
        if !accept.obfuscated && !accept.secret {
            if accept.obfuscated_full {
                return Err(ConfigError::AcceptFullWithoutObfuscation);
            }
            if accept.web_socket {
                return Err(ConfigError::WebSocketWithoutObfuscation);
            }
        }
        Ok(())
    }
}

/// Secrets never show: only how many there are.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("envelope", &self.knobs.envelope)
            .field("obfuscated", &self.knobs.obfuscated)
            .field("carrier", &self.knobs.carrier)
            .field("queue_turns", &self.knobs.queue_turns)
            .field("dc", &self.knobs.dc)
            .field("secrets", &self.knobs.secrets.len())
            .field("accept", &self.knobs.accept)
            .field("max_payload", &self.knobs.max_payload)
            .field("max_padding", &self.knobs.max_padding)
            .field("trim", &self.knobs.trim)
            .field("quick_ack_form", &self.knobs.quick_ack_form)
            .field("memory", &self.knobs.memory)
            .field("entropy", &self.knobs.entropy)
            .field("tls_profile", &self.knobs.tls_profile)
            .field("max_record", &self.knobs.max_record)
            .field("answer_size", &self.knobs.answer_size)
            .field("allowed_skew", &self.knobs.allowed_skew)
            .finish_non_exhaustive()
    }
}

/// The knobs that hold for the life of a transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_payload: usize,
    pub(crate) max_padding: usize,
    pub(crate) trim: bool,
    pub(crate) quick_ack_form: QuickAckForm,
    pub(crate) memory: Memory,
    /// HTTP: payloads out of turn wait.
    pub(crate) queue_turns: bool,
}

impl Limits {
    /// The largest payload that the envelope can carry within the limit.
    pub(crate) fn max_payload_of(&self, envelope: Envelope) -> usize {
        match envelope {
            Envelope::Abridged => self.max_payload.min(ABRIDGED_MAX_PAYLOAD),
            _ => self.max_payload,
        }
    }

    /// How many received bytes may wait in the transport: one largest frame,
    /// with room for its envelope and the padding of a plaintext message.
    pub(crate) const fn receive_ceiling(&self) -> usize {
        self.max_payload + 1024
    }
}

/// How a client opens the connection.
pub(crate) enum ClientOpening<'a> {
    Plain(Envelope),
    Obfuscated {
        envelope: Envelope,
        tag: Tag,
        dc: Option<i16>,
        secret: Option<&'a [u8; SECRET_LENGTH]>,
        /// The domain, and whose hello to send.
        fake_tls: Option<(&'a str, &'static Profile)>,
        web_socket: Option<&'a WebSocketTarget>,
    },
    Http(&'a HttpTarget),
}

/// What a server listens for.
pub(crate) struct Acceptance<'a> {
    pub(crate) accept: Accept,
    pub(crate) secrets: &'a [Secret],
    pub(crate) domains: &'a [String],
    pub(crate) max_payload: usize,
    pub(crate) state: StreamState,
    pub(crate) clock: Clock,
    pub(crate) allowed_skew: u32,
    pub(crate) replay_cache: Option<&'a ReplayCache>,
}

impl<'a> Acceptance<'a> {
    /// The secrets that are spoken with fake TLS, or those that are not.
    pub(crate) fn secrets_with(
        &self,
        fake_tls: bool,
    ) -> impl Iterator<Item = (usize, &'a Secret)> + use<'a> {
        let secrets = if self.accept.secret {
            self.secrets
        } else {
            &[]
        };
        let is_fake_tls = |secret: &Secret| matches!(secret.form(), SecretForm::FakeTls { .. });
        secrets
            .iter()
            .enumerate()
            .filter(move |(_, secret)| is_fake_tls(secret) == fake_tls)
    }
}
