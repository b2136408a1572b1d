//! What a transport shall speak and accept: every knob, validated one by one.

use core::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::envelope::{ABRIDGED_MAX_PAYLOAD, Envelope, MAX_PADDING, Role};
use crate::error::ConfigError;
use crate::mtproxy::DcId;
use crate::obfuscation::ctr::StreamState;
use crate::obfuscation::{SECRET_LENGTH, Tag};

/// 16 MiB: above every packet that deployed peers send, and what gotd and
/// mtprotoproxy cap at.
const DEFAULT_MAX_PAYLOAD: usize = 1 << 24;

/// The least and the most that the largest payload can be set to, in bytes.
const MAX_PAYLOAD_RANGE: (usize, usize) = (1024, 1 << 30);

/// What a server emits: the reference server's amount. gotd and Telethon drop
/// padding to a multiple of 4 only, so more would stay with the packet.
const SERVER_PADDING: usize = 3;

/// Which openings a server accepts.
///
/// The default depends on the secrets: without any, everything but obfuscated
/// Full; with secrets, connections that know one of them and nothing else, so
/// that a proxy does not answer to a scanner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// The tags of Abridged, Intermediate and Padded intermediate in clear.
    pub plain: bool,
    /// Full in clear, recognised by its first sequence number.
    pub plain_full: bool,
    /// Obfuscated without a secret.
    pub obfuscated: bool,
    /// Obfuscated with one of the config's secrets.
    pub secret: bool,
    /// Full under the obfuscation that the two above allow. It has no tag:
    /// it is recognised by the length and the sequence number that follow the
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
    envelope: Envelope,
    obfuscated: bool,
    dc: Option<DcId>,
    secrets: Vec<Zeroizing<[u8; SECRET_LENGTH]>>,
    accept: Option<Accept>,
    max_payload: usize,
    /// At most [`MAX_PADDING`]. `None`: the role's default.
    max_padding: Option<usize>,
    trim: bool,
    quick_ack_form: QuickAckForm,
    memory: Memory,
    entropy: Entropy,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            envelope: Envelope::PaddedIntermediate,
            obfuscated: true,
            dc: None,
            secrets: Vec::new(),
            accept: None,
            max_payload: DEFAULT_MAX_PAYLOAD,
            max_padding: None,
            trim: true,
            quick_ack_form: QuickAckForm::default(),
            memory: Memory::default(),
            entropy: Entropy::default(),
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
        self.knobs().envelope = envelope;
        self
    }

    /// Client: whether to obfuscate. Default: yes.
    pub fn set_obfuscated(&mut self, obfuscated: bool) -> &mut Self {
        self.knobs().obfuscated = obfuscated;
        self
    }

    /// Client: the DC id that goes into the initialization payload. A proxy
    /// connects to that DC; a DC itself does not read it. Required with a
    /// secret; without a DC id the two bytes are random.
    pub fn set_dc(&mut self, dc: DcId) -> &mut Self {
        self.knobs().dc = Some(dc);
        self
    }

    /// The 16-byte key of a secret. A client takes one; a server may take many,
    /// which it tries in this order and reports by their index, from 0.
    ///
    /// # Errors
    ///
    /// [`ConfigError::SecretLength`] if `key` has not 16 bytes.
    pub fn add_secret(&mut self, key: &[u8]) -> Result<&mut Self, ConfigError> {
        let length = key.len();
        let key = key
            .try_into()
            .map_err(|_| ConfigError::SecretLength { length })?;
        self.knobs().secrets.push(Zeroizing::new(key));
        Ok(self)
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
        }
    }

    /// What a client opens with, if the config is one for a client.
    pub(crate) fn client_opening(&self) -> Result<ClientOpening<'_>, ConfigError> {
        let envelope = self.knobs.envelope;
        let secret = match self.knobs.secrets.as_slice() {
            [] => None,
            [secret] => Some(&**secret),
            secrets => {
                return Err(ConfigError::TooManySecrets {
                    count: secrets.len(),
                });
            }
        };
        if !self.knobs.obfuscated {
            return match secret {
                None => Ok(ClientOpening::Plain(envelope)),
                Some(_) => Err(ConfigError::SecretWithoutObfuscation),
            };
        }
        if secret.is_some() && self.knobs.dc.is_none() {
            return Err(ConfigError::SecretWithoutDc);
        }
        Ok(ClientOpening::Obfuscated {
            envelope,
            tag: envelope.obfuscated_tag().map_or(Tag::Absent, Tag::Known),
            dc: self.knobs.dc.map(DcId::encode),
            secret,
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
                obfuscated_full: false,
            }),
            secrets,
            max_payload: self.knobs.max_payload,
            state: self.knobs.memory.stream_state(),
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
        if accept.obfuscated_full && !accept.obfuscated && !accept.secret {
            return Err(ConfigError::AcceptFullWithoutObfuscation);
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
            .field("dc", &self.knobs.dc)
            .field("secrets", &self.knobs.secrets.len())
            .field("accept", &self.knobs.accept)
            .field("max_payload", &self.knobs.max_payload)
            .field("max_padding", &self.knobs.max_padding)
            .field("trim", &self.knobs.trim)
            .field("quick_ack_form", &self.knobs.quick_ack_form)
            .field("memory", &self.knobs.memory)
            .field("entropy", &self.knobs.entropy)
            .finish()
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
    },
}

/// What a server listens for.
pub(crate) struct Acceptance<'a> {
    pub(crate) accept: Accept,
    pub(crate) secrets: &'a [Zeroizing<[u8; SECRET_LENGTH]>],
    pub(crate) max_payload: usize,
    pub(crate) state: StreamState,
}
