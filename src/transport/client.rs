//! The client's side of opening a connection.

use super::config::ClientOpening;
use super::event::Carrier;
use super::{Config, Handshaking, Introduced, Stage, Transport};
use crate::carrier::fake_tls::client::{ClientHandshake, Progress};
use crate::carrier::fake_tls::client_hello::HelloError;
use crate::carrier::fake_tls::records::{ChangeCipherSpec, RecordReader};
use crate::carrier::{Reader, Writer};
use crate::envelope::{Codec, Role};
use crate::error::{ConfigError, Error, ProtocolError};
use crate::obfuscation;

impl Transport {
    /// The end that connects.
    ///
    /// Its opening (the tag, or the initialization payload) leaves together
    /// with the first payload. With a fake TLS secret the hello leaves at once,
    /// and what is pushed waits for the proxy's answer.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the config contradicts itself for a client,
    /// [`Error::Entropy`], [`Error::OutOfMemory`].
    pub fn client(config: &Config) -> Result<Self, Error> {
        let opening = config.client_opening()?;
        let mut transport = Self::new(config, Role::Client);
        let (envelope, dc, secret, tag, fake_tls) = match opening {
            ClientOpening::Plain(envelope) => {
                transport.outgoing.open(envelope.tag())?;
                transport.stage = Stage::Open {
                    codec: Codec::new(envelope),
                    unreported: Some(Introduced::plain(envelope)),
                };
                return Ok(transport);
            }
            ClientOpening::Obfuscated {
                envelope,
                tag,
                dc,
                secret,
                fake_tls,
            } => (envelope, dc, secret, tag, fake_tls),
        };
        let random = &mut transport.random;
        // The hello is drawn first: it goes over the wire first.
        let handshake = match (fake_tls, secret) {
            (Some((domain, profile)), Some(secret)) => {
                let time = config.clock().unix_time();
                Some(ClientHandshake::new(secret, domain, profile, time, random)?)
            }
            _ => None,
        };
        let state = transport.limits.memory.stream_state();
        let (header, streams) = obfuscation::seal(random, tag, dc, secret, state)?;
        transport.outgoing.open(&header)?;
        transport.outgoing.set_stream(streams.outgoing);
        let codec = Codec::new(envelope);
        let connected = Introduced {
            obfuscated: true,
            dc_field: dc,
            secret_index: secret.map(|_| 0),
            ..Introduced::plain(envelope)
        };
        transport.stage = match handshake {
            None => {
                transport.incoming.set_stream(streams.incoming);
                Stage::Open {
                    codec,
                    unreported: Some(connected),
                }
            }
            Some((handshake, hello)) => {
                transport.outgoing.append_handshake(&hello)?;
                transport.server_name = fake_tls.map(|(domain, _)| domain.into());
                Stage::Handshaking {
                    needed: 1,
                    codec,
                    unreported: Introduced {
                        carrier: Carrier::FakeTls,
                        ..connected
                    },
                    handshake: Box::new(Handshaking {
                        handshake,
                        records: config.record_writer(),
                        incoming: streams.incoming,
                    }),
                }
            }
        };
        Ok(transport)
    }

    /// Looks at the proxy's answer to the fake TLS hello. Whether it went on.
    pub(super) fn shake_hands(&mut self) -> bool {
        let Stage::Handshaking {
            handshake, needed, ..
        } = &mut self.stage
        else {
            return false;
        };
        let queued = self.incoming.queued();
        let consumed = match handshake.handshake.receive(queued) {
            Ok(Progress::NeedMore(count)) => {
                *needed = queued.len() + count;
                return false;
            }
            Ok(Progress::Done { consumed }) => consumed,
            Err(error) => {
                self.incoming.fail(ProtocolError::FakeTls(error));
                return false;
            }
        };
        let passing = Stage::Failed(ProtocolError::NotOurs.into());
        let Stage::Handshaking {
            codec,
            unreported,
            handshake,
            ..
        } = core::mem::replace(&mut self.stage, passing)
        else {
            return false;
        };
        self.stage = Stage::Open {
            codec,
            unreported: Some(unreported),
        };
        let writer = Writer::fake_tls_client(handshake.records);
        self.outgoing.set_writer(writer);
        self.incoming.take(consumed);
        // gotd and mtg pass over change-cipher-specs here too.
        let reader = RecordReader::new(ChangeCipherSpec::Skip);
        self.incoming.set_reader(Reader::FakeTls(reader));
        self.incoming.set_stream(handshake.incoming);
        true
    }
}

impl From<HelloError> for Error {
    fn from(error: HelloError) -> Self {
        match error {
            HelloError::Entropy(error) => error.into(),
            // The secret's domain was checked, and the profiles are the library's
            // own: tests draw each with every length of domain.
            HelloError::DomainLength(_)
            | HelloError::ProfileTooLong
            | HelloError::ProfileTooShort => ConfigError::TlsHello.into(),
        }
    }
}
