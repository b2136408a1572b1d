//! What carries the bytes where it is not plain TCP: fake TLS, WebSocket, HTTP.
//!
//! A carrier of the obfuscated stream has two halves: a [`Reader`], which finds
//! the stream's bytes between the carrier's own, and a [`Writer`], which gives
//! the bytes that go before each piece of it. Neither holds any of the stream.
//! HTTP carries packets and no stream: it has readers and heads of its own.

pub(crate) mod fake_tls;
pub(crate) mod http;
pub(crate) mod http_head;
pub(crate) mod inline;
pub(crate) mod websocket;

use crate::allocate::{OutOfMemory, TryBox};
use crate::entropy::{EntropyError, Random};
use crate::envelope::Role;
use crate::error::ProtocolError;
use crate::transport_error::TransportError;
use fake_tls::records::{self, CHANGE_CIPHER_SPEC_RECORD, RecordReader, RecordWriter};
use inline::Inline;
use websocket::close;
use websocket::frame_reader::{self, FrameReader};
use websocket::frame_writer::{self, ControlFrame};
use websocket::mask::Mask;

/// How to go on with what was received. What a step names is used up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first `skip` bytes are the carrier's, the next `length` are the
    /// stream's, to be unmasked first if there is a mask.
    Payload {
        skip: usize,
        length: usize,
        mask: Option<Mask>,
    },
    /// That many bytes are the carrier's, and nothing follows them yet.
    Skip(usize),
    /// The input is used up.
    NeedMore,
}

/// Finds the stream's bytes in what was received.
#[derive(Debug)]
pub(crate) enum Reader {
    FakeTls(RecordReader),
    WebSocket(TryBox<WebSocketReader>),
}

/// A WebSocket's frames, and what they ask for besides.
#[derive(Debug)]
pub(crate) struct WebSocketReader {
    frames: FrameReader,
    /// The latest ping, to be answered. "If an endpoint receives a Ping frame
    /// and has not yet sent Pong frame(s) in response to previous Ping frame(s),
    /// the endpoint MAY elect to send a Pong frame for only the most recently
    /// processed Ping frame" (RFC 6455, section 5.5.3).
    ping: Option<Inline<125>>,
    closed: Option<WebSocketClose>,
}

/// The peer's close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WebSocketClose {
    pub(crate) code: Option<u16>,
    pub(crate) error: Option<TransportError>,
}

impl Reader {
    pub(crate) fn websocket(role: Role) -> Result<Self, OutOfMemory> {
        let reader = WebSocketReader {
            frames: FrameReader::new(role, frame_reader::DEFAULT_MAX_FRAME),
            ping: None,
            closed: None,
        };
        TryBox::new(reader).map(Self::WebSocket)
    }

    /// How to go on with the input, from where the last step ended. An error is
    /// final.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Step, ProtocolError> {
        match self {
            Self::FakeTls(reader) => match reader.next(input)? {
                records::Step::Payload { skip, length } => Ok(Step::Payload {
                    skip,
                    length,
                    mask: None,
                }),
                records::Step::Skip(count) => Ok(Step::Skip(count)),
                records::Step::NeedMore => Ok(Step::NeedMore),
            },
            Self::WebSocket(reader) => reader.next(input),
        }
    }

    /// How many bytes of the carrier's own come before the stream's next one, at
    /// the least.
    pub(crate) fn missing_header(&self) -> usize {
        match self {
            Self::FakeTls(reader) => reader.missing_header(),
            Self::WebSocket(reader) => reader.frames.missing_header(),
        }
    }

    /// Whether what came ends with a whole record or frame.
    pub(crate) fn is_between(&self) -> bool {
        match self {
            Self::FakeTls(reader) => reader.is_between(),
            Self::WebSocket(reader) => reader.frames.is_between(),
        }
    }

    /// The payload of a ping that waits for its answer.
    pub(crate) fn ping(&self) -> Option<Inline<125>> {
        match self {
            Self::FakeTls(_) => None,
            Self::WebSocket(reader) => reader.ping,
        }
    }

    /// The ping was answered.
    pub(crate) fn end_ping(&mut self) {
        match self {
            Self::FakeTls(_) => {}
            Self::WebSocket(reader) => reader.ping = None,
        }
    }

    /// How the peer has ended its stream, if it has.
    pub(crate) fn closed(&self) -> Option<WebSocketClose> {
        match self {
            Self::FakeTls(_) => None,
            Self::WebSocket(reader) => reader.closed,
        }
    }
}

impl WebSocketReader {
    fn next(&mut self, input: &[u8]) -> Result<Step, ProtocolError> {
        Ok(match self.frames.next(input)? {
            frame_reader::Step::Payload { skip, length, mask } => {
                Step::Payload { skip, length, mask }
            }
            frame_reader::Step::Skip(count) => Step::Skip(count),
            frame_reader::Step::NeedMore => Step::NeedMore,
            frame_reader::Step::Ping { skip } => {
                let mut payload = Inline::new();
                payload.push(self.frames.control_payload());
                self.ping = Some(payload);
                Step::Payload {
                    skip,
                    length: 0,
                    mask: None,
                }
            }
            frame_reader::Step::Close { skip, code } => {
                let error = close::transport_error(code, self.frames.close_reason());
                self.closed = Some(WebSocketClose { code, error });
                Step::Payload {
                    skip,
                    length: 0,
                    mask: None,
                }
            }
        })
    }
}

/// The most bytes that go before a piece.
const MAX_HEADER: usize = 16;

/// What goes before a piece of the stream, and how long the piece is.
pub(crate) struct Piece {
    pub(crate) header: Inline<MAX_HEADER>,
    pub(crate) length: usize,
    pub(crate) mask: Option<Mask>,
}

/// Cuts the stream into pieces.
#[derive(Debug)]
pub(crate) enum Writer {
    FakeTls {
        records: RecordWriter,
        /// A client sends a change-cipher-spec before its first record.
        first: bool,
    },
    WebSocket {
        role: Role,
    },
}

impl Writer {
    pub(crate) fn fake_tls(role: Role, records: RecordWriter) -> Self {
        Self::FakeTls {
            records,
            first: role == Role::Client,
        }
    }

    /// The next piece of a stream of which `waiting` bytes wait; `None` when
    /// none do.
    pub(crate) fn piece(
        &mut self,
        waiting: usize,
        random: &mut Random,
    ) -> Result<Option<Piece>, EntropyError> {
        let mut header = Inline::new();
        match self {
            _ if waiting == 0 => Ok(None),
            Self::FakeTls { records, first } => {
                let Some((record, length)) = records.header(waiting) else {
                    return Ok(None);
                };
                if core::mem::take(first) {
                    header.push(&CHANGE_CIPHER_SPEC_RECORD);
                }
                header.push(&record);
                Ok(Some(Piece {
                    header,
                    length,
                    mask: None,
                }))
            }
            Self::WebSocket { role } => {
                let length = waiting.min(frame_writer::MAX_FRAME);
                let frame = frame_writer::binary(*role, length, random)?;
                header.push(frame.as_bytes());
                Ok(Some(Piece {
                    header,
                    length,
                    mask: frame.mask(),
                }))
            }
        }
    }

    /// How many bytes the carrier adds to that many of the stream.
    pub(crate) fn overhead(&self, waiting: usize) -> usize {
        match self {
            _ if waiting == 0 => 0,
            Self::FakeTls { records, first } => {
                let before = if *first {
                    CHANGE_CIPHER_SPEC_RECORD.len()
                } else {
                    0
                };
                before + records.overhead(waiting)
            }
            Self::WebSocket { role } => frame_writer::overhead(*role, waiting),
        }
    }

    /// The answer to a ping.
    pub(crate) fn pong(
        &self,
        payload: &[u8],
        random: &mut Random,
    ) -> Result<Option<ControlFrame>, EntropyError> {
        match self {
            Self::FakeTls { .. } => Ok(None),
            Self::WebSocket { role } => frame_writer::pong(*role, payload, random).map(Some),
        }
    }

    /// How many bytes [`close`](Self::close) makes.
    pub(crate) fn close_length(&self, code: Option<u16>, reason: &str) -> usize {
        match self {
            Self::FakeTls { .. } => 0,
            Self::WebSocket { role } => {
                let payload = code.map_or(0, |_| 2 + reason.len());
                frame_writer::header_length(*role, payload) + payload
            }
        }
    }

    /// What ends the stream: nothing may follow it.
    pub(crate) fn close(
        &self,
        code: Option<u16>,
        reason: &str,
        random: &mut Random,
    ) -> Result<Option<ControlFrame>, EntropyError> {
        match self {
            Self::FakeTls { .. } => Ok(None),
            Self::WebSocket { role } => frame_writer::close(*role, code, reason, random).map(Some),
        }
    }
}
