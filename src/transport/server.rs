//! The server's side of opening a connection: it recognises its client.

use super::detection::{self, Detection, Found};
use super::event::Carrier;
use super::{Config, InFakeTls, Introduced, Stage, Transport};
use crate::carrier::fake_tls::answer::{self, AnswerError};
use crate::carrier::fake_tls::records::{ChangeCipherSpec, RecordReader};
use crate::carrier::fake_tls::server::Accepted;
use crate::carrier::{Reader, Writer};
use crate::envelope::{Codec, Role};
use crate::error::{Error, ProtocolError};

impl Transport {
    /// The end that accepts: it recognises what it is talked to with.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the config contradicts itself for a server.
    pub fn server(config: &Config) -> Result<Self, Error> {
        config.check_server()?;
        Ok(Self::new(config, Role::Server))
    }

    /// Looks at the first bytes. Whether it went on.
    pub(super) fn detect(&mut self) -> Result<bool, Error> {
        let Stage::Detecting {
            config,
            needed,
            inside,
        } = &mut self.stage
        else {
            return Ok(false);
        };
        let queued = self.incoming.queued();
        let acceptance = config.acceptance();
        let detection = match inside {
            None => Some(detection::detect(queued, &acceptance)),
            Some(InFakeTls { secret_index, .. }) => {
                config.secret(*secret_index).and_then(|secret| {
                    detection::detect_in_fake_tls(queued, *secret_index, secret, &acceptance)
                })
            }
        };
        match detection {
            Some(Detection::Incomplete { needed: more }) => *needed = more,
            Some(Detection::NotOurs(reason)) => self.stage = Stage::NotOurs(reason),
            Some(Detection::FakeTls {
                accepted,
                secret_index,
            }) => {
                let config = config.clone();
                self.answer(&config, accepted, secret_index)?;
                return Ok(true);
            }
            Some(Detection::Found(found)) => self.found(found),
            None => self.incoming.fail(ProtocolError::InitializationPayload),
        }
        Ok(false)
    }

    /// Answers a fake TLS hello; what follows it comes in records.
    fn answer(
        &mut self,
        config: &Config,
        accepted: Accepted,
        secret_index: usize,
    ) -> Result<(), Error> {
        let Some(secret) = config.secret(secret_index) else {
            return Ok(());
        };
        let size = config.answer_size();
        let answer = answer::answer(&accepted, secret.key(), size, &mut self.random)?;
        self.outgoing.append_handshake(&answer)?;
        let writer = Writer::fake_tls_server(config.record_writer());
        self.outgoing.set_writer(writer);
        self.incoming.take(accepted.consumed);
        let reader = RecordReader::new(ChangeCipherSpec::Skip);
        self.incoming.set_reader(Reader::FakeTls(reader));
        self.server_name = accepted.server_name.map(String::into_boxed_str);
        if let Stage::Detecting { inside, needed, .. } = &mut self.stage {
            *needed = 0;
            *inside = Some(InFakeTls {
                secret_index,
                clock_skew: accepted.skew_seconds,
            });
        }
        Ok(())
    }

    fn found(&mut self, found: Found) {
        let clock_skew = match &self.stage {
            Stage::Detecting {
                inside: Some(inside),
                ..
            } => Some(inside.clock_skew),
            _ => None,
        };
        let mut introduced = Introduced::plain(found.envelope);
        if clock_skew.is_some() {
            introduced.carrier = Carrier::FakeTls;
            introduced.clock_skew = clock_skew;
        }
        self.incoming.take(found.length);
        if let Some(obfuscation) = found.obfuscation {
            introduced.obfuscated = true;
            introduced.dc_field = Some(obfuscation.dc);
            introduced.secret_index = obfuscation.secret_index;
            self.incoming.set_stream(obfuscation.streams.incoming);
            self.outgoing.set_stream(obfuscation.streams.outgoing);
        }
        self.stage = Stage::Open {
            codec: Codec::new(found.envelope),
            unreported: Some(introduced),
        };
    }
}

impl From<AnswerError> for Error {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Entropy(error) => error.into(),
            // What was accepted can be answered: the reader has checked it.
            AnswerError::SessionId | AnswerError::TooShort => {
                ProtocolError::InitializationPayload.into()
            }
        }
    }
}
