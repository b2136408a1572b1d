//! The server's side of opening a connection: it recognises its client.

use super::detection::{self, Detection, Found};
use super::event::Carrier;
use super::{Config, Inside, Introduced, Stage, Transport};
use crate::carrier::fake_tls::answer::{self, AnswerError};
use crate::carrier::fake_tls::records::{ChangeCipherSpec, RecordReader};
use crate::carrier::fake_tls::server::Accepted;
use crate::carrier::websocket::server_opening::{Outcome, ServerOpening};
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
            Inside::Tcp | Inside::FakeTlsHello => Some(detection::detect(queued, &acceptance)),
            Inside::FakeTls { secret_index, .. } => {
                let index = *secret_index;
                config.secret(index).and_then(|secret| {
                    detection::detect_in_fake_tls(queued, index, secret, &acceptance)
                })
            }
            Inside::WebSocketRequest(opening) => match opening.receive(queued, config.paths()) {
                Outcome::NeedMore(count) => {
                    *needed = queued.len() + count;
                    return Ok(false);
                }
                Outcome::Accepted {
                    consumed, response, ..
                } => {
                    self.open_websocket(consumed, response.as_bytes())?;
                    return Ok(true);
                }
                Outcome::Refused { response, .. } => {
                    self.outgoing.append_raw(response.as_bytes())?;
                    self.incoming.discard();
                    self.refused = true;
                    return Ok(false);
                }
            },
            Inside::WebSocket => detection::detect_obfuscated(queued, &acceptance),
        };
        match detection {
            Some(Detection::Incomplete { needed: more }) => *needed = more,
            Some(Detection::InHello { needed: more }) => {
                *needed = more;
                *inside = Inside::FakeTlsHello;
            }
            // Its hello or its request was answered: it is too late to hand it on.
            Some(Detection::NotOurs(_)) if !inside.is_raw() => {
                self.incoming.fail(ProtocolError::InitializationPayload);
            }
            Some(Detection::NotOurs(reason)) => self.stage = Stage::NotOurs(reason),
            Some(Detection::FakeTls {
                accepted,
                secret_index,
            }) => {
                let config = config.clone();
                self.answer(&config, accepted, secret_index)?;
                return Ok(true);
            }
            Some(Detection::WebSocket) => {
                *inside = Inside::WebSocketRequest(ServerOpening::default());
                return Ok(true);
            }
            Some(Detection::Http) => {
                self.stage = Self::http_server(config, self.limits.max_payload)?;
            }
            Some(Detection::Found(found)) => self.found(found),
            Some(Detection::OutOfMemory) => return Err(Error::OutOfMemory),
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
        let writer = Writer::fake_tls(Role::Server, config.record_writer());
        let reader = Reader::FakeTls(RecordReader::new(ChangeCipherSpec::Skip));
        self.server_name = accepted.server_name;
        let inside = Inside::FakeTls {
            secret_index,
            clock_skew: accepted.skew_seconds,
        };
        self.enter(inside, accepted.consumed, &answer, writer, reader)
    }

    /// Answers the request for a WebSocket; what follows it comes in frames.
    fn open_websocket(&mut self, consumed: usize, response: &[u8]) -> Result<(), Error> {
        let role = Role::Server;
        let writer = Writer::WebSocket { role };
        let reader = Reader::websocket(role)?;
        self.enter(Inside::WebSocket, consumed, response, writer, reader)
    }

    /// The carrier's handshake is over: the initialization payload is looked for
    /// in its pieces.
    fn enter(
        &mut self,
        into: Inside,
        consumed: usize,
        answer: &[u8],
        writer: Writer,
        reader: Reader,
    ) -> Result<(), Error> {
        self.outgoing.append_handshake(answer)?;
        self.outgoing.set_writer(writer);
        self.incoming.take(consumed);
        self.incoming.set_reader(reader);
        if let Stage::Detecting { inside, needed, .. } = &mut self.stage {
            *needed = 0;
            *inside = into;
        }
        Ok(())
    }

    fn found(&mut self, found: Found) {
        let mut introduced = Introduced::plain(found.envelope);
        if let Stage::Detecting { inside, .. } = &self.stage {
            match inside {
                Inside::FakeTls { clock_skew, .. } => {
                    introduced.carrier = Carrier::FakeTls;
                    introduced.clock_skew = Some(*clock_skew);
                }
                Inside::WebSocket => introduced.carrier = Carrier::WebSocket,
                Inside::Tcp | Inside::FakeTlsHello | Inside::WebSocketRequest(_) => {}
            }
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
            AnswerError::OutOfMemory => Self::OutOfMemory,
            // What was accepted can be answered: the reader has checked it.
            AnswerError::TooShort => ProtocolError::InitializationPayload.into(),
        }
    }
}
