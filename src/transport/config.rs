//! What a transport shall speak and accept: every knob, validated one by one.

mod reading;
mod sharing;
mod values;

use core::fmt;
use std::sync::Arc;

use crate::allocate::or_end;
use crate::carrier::fake_tls::answer::AnswerSize;
use crate::carrier::fake_tls::records::LARGEST_MAX_RECORD;
use crate::carrier::fake_tls::server::DEFAULT_ALLOWED_SKEW;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::envelope::{Envelope, MAX_PADDING};
use crate::error::ConfigError;
use crate::mtproxy::{DcId, Secret};
use crate::replay_cache::ReplayCache;
use crate::shared::Shared;
use sharing::SharedCache;
use values::ClientCarrier;

pub(crate) use reading::{Acceptance, ClientOpening, Limits};
pub use values::{Accept, HttpTarget, Memory, QuickAckForm, TlsProfile, WebSocketTarget};

/// 16 MiB: above every packet that deployed peers send, and what gotd and
/// mtprotoproxy cap at.
const DEFAULT_MAX_PAYLOAD: usize = 1 << 24;

/// The least and the most that the largest payload can be set to, in bytes.
const MAX_PAYLOAD_RANGE: (usize, usize) = (1024, 1 << 30);

/// What a server emits: the reference server's amount. gotd and Telethon drop
/// padding to a multiple of 4 only, so more would stay with the packet.
const SERVER_PADDING: u8 = 3;

/// The least payload in a fake TLS record: the initialization payload and the
/// first frame belong into one.
const MIN_MAX_RECORD: usize = 256;

/// The settings of a transport. Make one, set what differs from the defaults,
/// and make any number of transports from it: they copy what they need.
///
/// Some knobs mean something to one role alone; each says which.
#[derive(Clone)]
pub struct Config {
    /// Shared with the servers that have not recognised their client yet, so
    /// that a hundred thousand of them hold one list of secrets.
    knobs: Shared<Knobs>,
}

pub(crate) struct Knobs {
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
    max_padding: Option<u8>,
    trim: bool,
    quick_ack_form: QuickAckForm,
    memory: Memory,
    entropy: Entropy,
    clock: Clock,
    tls_profile: TlsProfile,
    max_record: Option<usize>,
    answer_size: AnswerSize,
    allowed_skew: u32,
    replay_cache: Option<SharedCache>,
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

impl Default for Config {
    fn default() -> Self {
        or_end(Self::try_new())
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
        or_end(self.try_knobs())
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
    pub fn set_websocket(&mut self, target: WebSocketTarget) -> &mut Self {
        self.knobs().carrier = ClientCarrier::WebSocket(target);
        self
    }

    /// Client: sends each payload as an HTTP request, and takes the body of the
    /// response for the answer. No envelope, no obfuscation, no quick acks.
    pub fn set_http(&mut self, target: HttpTarget) -> &mut Self {
        self.knobs().carrier = ClientCarrier::Http(target);
        self
    }

    /// HTTP: whether payloads that are pushed out of turn wait for their turn,
    /// together at most as many bytes as the largest payload. Default: no. What
    /// may not wait is refused with [`UsageError::OutOfTurn`].
    ///
    /// [`UsageError::OutOfTurn`]: crate::error::UsageError::OutOfTurn
    pub fn set_queue_turns(&mut self, queue: bool) -> &mut Self {
        self.knobs().queue_turns = queue;
        self
    }

    /// Server: serves WebSocket and HTTP at this path too, from its slash on,
    /// besides those of Telegram's servers. What no request can name is refused by
    /// [`Transport::server`](super::Transport::server).
    pub fn add_path(&mut self, path: impl Into<String>) -> &mut Self {
        or_end(self.try_add_path(path.into()));
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
        or_end(self.try_add_secret(secret));
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
        let padding = u8::try_from(bytes)
            .ok()
            .filter(|padding| *padding <= MAX_PADDING)
            .ok_or(ConfigError::MaxPadding { value: bytes })?;
        self.knobs().max_padding = Some(padding);
        Ok(self)
    }

    /// Whether payload events of Padded intermediate hold the MTProto packet
    /// alone (the default), or also the padding behind it, for tools that show
    /// what came. Not for relays: what is sent on gets padding of its own.
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
        self.knobs().replay_cache = Some(SharedCache::Arc(cache));
        self
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
