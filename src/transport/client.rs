//! The client's side of opening a connection.

use super::config::ClientOpening;
use super::event::Carrier;
use super::{Config, Handshake, Handshaking, Introduced, Stage, Transport};
use crate::allocate::{self, TryBox};
use crate::carrier::fake_tls::client::{self as fake_tls, ClientHandshake};
use crate::carrier::fake_tls::client_hello::HelloError;
use crate::carrier::fake_tls::records::{ChangeCipherSpec, RecordReader};
use crate::carrier::websocket::client_opening::{self as websocket, Target, TargetError};
use crate::carrier::{Reader, Writer};
use crate::envelope::{Codec, Role};
use crate::error::{ConfigError, Error, ProtocolError};
use crate::obfuscation;

impl Transport {
    /// The end that connects.
    ///
    /// Its opening (the tag, or the initialization payload) leaves together
    /// with the first payload. With fake TLS or WebSocket the carrier's
    /// handshake leaves at once, and what is pushed waits for the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the config contradicts itself for a client,
    /// [`Error::Entropy`], [`Error::OutOfMemory`].
    pub fn client(config: &Config) -> Result<Self, Error> {
        let opening = config.client_opening()?;
        let mut transport = Self::new(config, Role::Client);
        let (envelope, dc, secret, tag, fake_tls, websocket) = match opening {
            ClientOpening::Plain(envelope) => {
                transport.outgoing.open(envelope.tag())?;
                transport.stage = Stage::Open {
                    codec: Codec::new(envelope),
                    unreported: Some(Introduced::plain(envelope)),
                };
                return Ok(transport);
            }
            ClientOpening::Http(target) => {
                transport.stage = Self::http_client(target, transport.limits.max_payload)?;
                return Ok(transport);
            }
            ClientOpening::Obfuscated {
                envelope,
                tag,
                dc,
                secret,
                fake_tls,
                websocket,
            } => (envelope, dc, secret, tag, fake_tls, websocket),
        };
        let random = &mut transport.random;
        // The handshake is drawn first: it goes over the wire first.
        let handshake = if let (Some((domain, profile)), Some(secret)) = (fake_tls, secret) {
            let time = config.clock().unix_time();
            let (handshake, hello) = ClientHandshake::new(secret, domain, profile, time, random)?;
            let writer = Writer::fake_tls(Role::Client, config.record_writer());
            // gotd and mtg pass over change-cipher-specs in the answer too.
            let reader = Reader::FakeTls(RecordReader::new(ChangeCipherSpec::Skip));
            Some((Handshake::FakeTls(handshake), hello, writer, reader))
        } else if let Some(target) = websocket {
            let target = Target {
                host: &target.host,
                path: &target.path,
                origin: target.origin.as_deref(),
            };
            let (opening, request) = websocket::ClientOpening::new(&target, random)?;
            let role = Role::Client;
            Some((
                Handshake::WebSocket(opening),
                request,
                Writer::WebSocket { role },
                Reader::websocket(role)?,
            ))
        } else {
            None
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
            Some((handshake, bytes, writer, reader)) => {
                transport.outgoing.append_handshake(&bytes)?;
                if let Some((domain, _)) = fake_tls {
                    // Of the size that was asked for: nothing is allocated by that.
                    transport.server_name = Some(allocate::text(domain)?.into_boxed_str());
                }
                Stage::Handshaking {
                    needed: 1,
                    codec,
                    unreported: Introduced {
                        carrier: match handshake {
                            Handshake::FakeTls(_) => Carrier::FakeTls,
                            Handshake::WebSocket(_) => Carrier::WebSocket,
                        },
                        ..connected
                    },
                    handshake: TryBox::new(Handshaking {
                        handshake,
                        writer,
                        reader,
                        incoming: streams.incoming,
                    })?,
                }
            }
        };
        Ok(transport)
    }

    /// Looks at the answer to the carrier's handshake. Whether it went on.
    pub(super) fn shake_hands(&mut self) -> bool {
        let Stage::Handshaking {
            handshake, needed, ..
        } = &mut self.stage
        else {
            return false;
        };
        let queued = self.incoming.queued();
        match handshake.look(queued) {
            Ok(Progress::NeedMore(count)) => {
                *needed = queued.len() + count;
                false
            }
            Ok(Progress::Done { consumed }) => {
                self.shaken_hands(consumed);
                true
            }
            Err(error) => {
                self.incoming.fail(error);
                false
            }
        }
    }

    /// The carrier is there: what follows is its pieces.
    fn shaken_hands(&mut self, consumed: usize) {
        let passing = Stage::Failed(ProtocolError::NotOurs.into());
        let Stage::Handshaking {
            codec,
            unreported,
            handshake,
            ..
        } = core::mem::replace(&mut self.stage, passing)
        else {
            return;
        };
        self.stage = Stage::Open {
            codec,
            unreported: Some(unreported),
        };
        let Handshaking {
            writer,
            reader,
            incoming,
            ..
        } = handshake.into_inner();
        self.outgoing.set_writer(writer);
        self.incoming.take(consumed);
        self.incoming.set_reader(reader);
        self.incoming.set_stream(incoming);
    }
}

enum Progress {
    /// At least that many bytes are missing.
    NeedMore(usize),
    Done {
        consumed: usize,
    },
}

impl Handshaking {
    fn look(&mut self, queued: &[u8]) -> Result<Progress, ProtocolError> {
        match &mut self.handshake {
            Handshake::FakeTls(handshake) => Ok(match handshake.receive(queued)? {
                fake_tls::Progress::NeedMore(count) => Progress::NeedMore(count),
                fake_tls::Progress::Done { consumed } => Progress::Done { consumed },
            }),
            Handshake::WebSocket(opening) => Ok(match opening.receive(queued)? {
                websocket::Progress::NeedMore(count) => Progress::NeedMore(count),
                websocket::Progress::Done { consumed } => Progress::Done { consumed },
            }),
        }
    }
}

impl From<TargetError> for Error {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Entropy(error) => error.into(),
            TargetError::OutOfMemory => Self::OutOfMemory,
            _ => ConfigError::WebSocketTarget.into(),
        }
    }
}

impl From<HelloError> for Error {
    fn from(error: HelloError) -> Self {
        match error {
            HelloError::Entropy(error) => error.into(),
            HelloError::OutOfMemory => Self::OutOfMemory,
            // The secret's domain was checked, and the profiles are the library's
            // own: tests draw each with every length of domain.
            HelloError::DomainLength(_)
            | HelloError::ProfileTooLong
            | HelloError::ProfileTooShort => ConfigError::TlsHello.into(),
        }
    }
}
