//! What a transport reads out of its config, once it is known to make sense.

use super::sharing::SharedCache;
use super::values::{Accept, ClientCarrier, HttpTarget, Memory, QuickAckForm, WebSocketTarget};
use super::{Config, SERVER_PADDING};
use crate::carrier::fake_tls::answer::AnswerSize;
use crate::carrier::fake_tls::profile::Profile;
use crate::carrier::fake_tls::records::RecordWriter;
use crate::carrier::http_head::is_path;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::envelope::{self, ABRIDGED_MAX_PAYLOAD, Envelope, MAX_PADDING, Role};
use crate::error::{ConfigError, ProtocolError};
use crate::mtproxy::{DcId, Secret, SecretForm};
use crate::obfuscation::ctr::StreamState;
use crate::obfuscation::{SECRET_LENGTH, Tag};
use crate::replay_cache::ReplayCache;

impl Config {
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
            usual_payload: self.knobs.max_payload.min(ABRIDGED_MAX_PAYLOAD),
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
        let websocket = match &self.knobs.carrier {
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
            if secret.domain().is_some() && websocket.is_some() {
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
            websocket,
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
                websocket: false,
                http: false,
                obfuscated_full: false,
            }),
            secrets,
            domains: &self.knobs.domains,
            max_payload: self.knobs.max_payload,
            state: self.knobs.memory.stream_state(),
            clock: self.knobs.clock,
            allowed_skew: self.knobs.allowed_skew,
            replay_cache: self.knobs.replay_cache.as_ref().map(SharedCache::get),
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
            if accept.websocket {
                return Err(ConfigError::WebSocketWithoutObfuscation);
            }
        }
        if !self.paths().iter().all(|path| is_path(path)) {
            return Err(ConfigError::Path);
        }
        Ok(())
    }
}

/// The knobs that hold for the life of a transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_payload: usize,
    /// What every envelope can carry within the limit.
    pub(crate) usual_payload: usize,
    /// At most 15. In a byte, as there is one of these for every connection.
    max_padding: u8,
    pub(crate) trim: bool,
    pub(crate) quick_ack_form: QuickAckForm,
    pub(crate) memory: Memory,
    /// HTTP: payloads out of turn wait.
    pub(crate) queue_turns: bool,
}

impl Limits {
    /// The most padding that is sent.
    #[inline]
    pub(crate) fn max_padding(&self) -> usize {
        self.max_padding.into()
    }

    /// The largest payload that the envelope can carry within the limit.
    pub(crate) fn max_payload_of(&self, envelope: Envelope) -> usize {
        match envelope {
            Envelope::Abridged => self.usual_payload,
            _ => self.max_payload,
        }
    }

    /// Whether padding is cut off the payloads of this envelope.
    #[inline]
    pub(crate) fn trims(&self, envelope: Envelope) -> bool {
        self.trim && envelope == Envelope::PaddedIntermediate
    }

    /// Checks what came in Padded intermediate: the limit holds for the packet,
    /// whose padding comes on top.
    pub(crate) fn check_padded(&self, padded: &[u8]) -> Result<(), ProtocolError> {
        let maximum = self.max_payload;
        if !self.trim || padded.len() <= maximum {
            return Ok(());
        }
        match envelope::exact_length(padded) {
            length if length > maximum => Err(ProtocolError::LengthTooLarge { length, maximum }),
            _ => Ok(()),
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
        websocket: Option<&'a WebSocketTarget>,
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
