//! Packets over HTTP: requests and responses in turns, a packet in each body.
//!
//! ```text
//!   receive buffer   [ body so far | gap | raw bytes ]
//!                    head          body  body + gap
//! ```
//!
//! The body is closed up at the head of the receive buffer as it comes, and the
//! event is a view of it. The gap, which HTTP's own bytes leave, is closed when
//! all raw bytes were looked at: each byte is moved twice at the most, however
//! small the chunks are. There is no envelope, no obfuscation and no quick ack
//! (specification of the transports: "HTTP").

use std::collections::VecDeque;

use super::event::{Carrier, Closed};
use super::events::Step;
use super::{Config, End, Introduced, Stage, Transport};
use crate::allocate::{self, OutOfMemory, TryBox};
use crate::carrier::http::request_head::{RequestHead, RequestOptions, RequestOptionsError};
use crate::carrier::http::request_reader::{self, Request, RequestReader};
use crate::carrier::http::response_head::{self, Head};
use crate::carrier::http::response_reader::{self, ResponseReader};
use crate::control::{self, Control};
use crate::error::{ConfigError, Error, ProtocolError, UsageError};
use crate::transport::config::HttpTarget;
use crate::transport_error::TransportError;

/// Whose turn it is, and what was read of the peer's.
pub(super) struct Turns {
    side: Side,
    /// How many bytes of body stand at the head of the receive buffer.
    body: usize,
    /// How many used-up bytes stand behind them.
    gap: usize,
    /// How many bytes stood in the receive buffer when there was nothing more to
    /// be read out of them.
    looked_at: usize,
    /// Payloads that wait for their turn, where the config lets them.
    waiting: VecDeque<Vec<u8>>,
    /// How many bytes those are: at most the largest payload.
    waiting_bytes: usize,
    /// Nothing more is read: the connection ends with what was sent.
    over: bool,
}

enum Side {
    Client {
        head: RequestHead,
        reader: ResponseReader,
        /// A request was sent and its response has not ended.
        asked: bool,
        /// The response is a status, which was reported.
        failed: bool,
    },
    Server {
        reader: RequestReader,
        /// A request that waits for its response.
        owed: Option<Request>,
        config: Config,
    },
}

/// What one look at the raw bytes came to.
enum Look {
    /// Drop this many, and look again.
    Skip(usize),
    /// These belong to the body.
    Body {
        skip: usize,
        length: usize,
    },
    /// The packet is whole, and this many bytes belong to it besides.
    Whole {
        skip: usize,
        keep_alive: bool,
    },
    Status {
        skip: usize,
        code: u16,
    },
    /// Send this at once.
    Answer {
        skip: usize,
        answer: Head,
        keep_alive: bool,
    },
    /// Send this; nothing else is read.
    Refuse(Head),
    Nothing,
}

impl Turns {
    fn new(side: Side) -> Result<TryBox<Self>, OutOfMemory> {
        TryBox::new(Self {
            side,
            body: 0,
            gap: 0,
            looked_at: 0,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            over: false,
        })
    }

    /// Whether a payload may be sent.
    fn is_due(&self) -> bool {
        match &self.side {
            Side::Client { asked, .. } => !asked,
            Side::Server { owed, .. } => owed.is_some(),
        }
    }

    /// Whether there may be another turn for this end behind the one that goes on:
    /// a client that asks for one response a connection has none.
    fn has_another(&self) -> bool {
        match &self.side {
            Side::Client { head, .. } => head.keeps_alive(),
            Side::Server { .. } => true,
        }
    }

    /// How many bytes are missing until there can be an event, of which `queued`
    /// wait; 0 where some were not looked at, and may be one.
    pub(super) fn missing(&self, queued: usize) -> usize {
        match &self.side {
            _ if self.over || queued != self.looked_at => 0,
            Side::Client { reader, .. } => reader.missing(),
            Side::Server { owed: Some(_), .. } => 0,
            Side::Server { reader, .. } => reader.missing(),
        }
    }

    /// Whether nothing more can be sent: the connection ends with what was, or the
    /// peer has left (`ended`) and waits for no answer.
    pub(super) fn is_over(&self, ended: bool) -> bool {
        let answers = matches!(self.side, Side::Server { owed: Some(_), .. });
        self.over || (ended && !answers)
    }

    /// Whether a look can come to an answer.
    fn answers_at_once(&self) -> bool {
        !self.over && matches!(self.side, Side::Server { owed: None, .. })
    }

    fn look(&mut self, raw: &[u8]) -> Result<Look, ProtocolError> {
        match &mut self.side {
            _ if self.over => Ok(Look::Nothing),
            Side::Client { asked: false, .. } if !raw.is_empty() => Err(ProtocolError::HttpUnasked),
            Side::Client { reader, head, .. } => Ok(match reader.next(raw)? {
                response_reader::Step::NeedMore(_) => Look::Nothing,
                response_reader::Step::Skip(count) => Look::Skip(count),
                response_reader::Step::Body { skip, length } => Look::Body { skip, length },
                response_reader::Step::Status { skip, code } => Look::Status { skip, code },
                // RFC 9112, section 9.6: who has sent "close" sends no further request.
                response_reader::Step::End { skip, keep_alive } => Look::Whole {
                    skip,
                    keep_alive: keep_alive && head.keeps_alive(),
                },
            }),
            // The next request is not looked at before this one is answered.
            Side::Server { owed: Some(_), .. } => Ok(Look::Nothing),
            Side::Server { reader, config, .. } => {
                let step = match reader.next(raw, config.paths()) {
                    Ok(step) => step,
                    Err(refusal) => {
                        return Ok(Look::Refuse(response_head::refusal(refusal)));
                    }
                };
                Ok(match step {
                    request_reader::Step::NeedMore(_) => Look::Nothing,
                    request_reader::Step::Skip(count) => Look::Skip(count),
                    request_reader::Step::Body { skip, length } => Look::Body { skip, length },
                    request_reader::Step::Continue { skip } => Look::Answer {
                        skip,
                        answer: response_head::go_on(),
                        keep_alive: true,
                    },
                    request_reader::Step::Preflight { skip, request } => Look::Answer {
                        skip,
                        answer: response_head::ok(request, 0),
                        keep_alive: request.keep_alive,
                    },
                    request_reader::Step::End { skip, request } => {
                        if let Side::Server { owed, .. } = &mut self.side {
                            *owed = Some(request);
                        }
                        // Its answer says whether the connection goes on.
                        Look::Whole {
                            skip,
                            keep_alive: true,
                        }
                    }
                })
            }
        }
    }
}

impl Transport {
    /// The client's stage over HTTP.
    pub(super) fn http_client(target: &HttpTarget, max_payload: usize) -> Result<Stage, Error> {
        let head = RequestHead::new(&RequestOptions {
            target: &target.target,
            host: &target.host,
            keep_alive: target.keep_alive,
            content_type: target.content_type.as_deref(),
            proxy_authorization: target.proxy_authorization.as_deref(),
        })
        .map_err(|error| match error {
            RequestOptionsError::OutOfMemory => Error::OutOfMemory,
            _ => ConfigError::HttpTarget.into(),
        })?;
        Self::over_http(Side::Client {
            head,
            reader: ResponseReader::new(max_payload),
            asked: false,
            failed: false,
        })
    }

    /// The server's stage over HTTP.
    pub(super) fn http_server(config: &Config, max_payload: usize) -> Result<Stage, Error> {
        Self::over_http(Side::Server {
            reader: RequestReader::new(max_payload),
            owed: None,
            config: config.clone(),
        })
    }

    fn over_http(side: Side) -> Result<Stage, Error> {
        Ok(Stage::Http {
            turns: Turns::new(side)?,
            unreported: Some(Introduced {
                carrier: Carrier::Http,
                ..Introduced::plain(None)
            }),
        })
    }

    /// Sends a packet, if it is this end's turn; keeps it, if the config says so.
    pub(super) fn push_over_http(&mut self, payload: &[u8]) -> Result<(), Error> {
        let Stage::Http { turns, .. } = &mut self.stage else {
            return Err(UsageError::NotConnected.into());
        };
        if turns.is_over(self.end == End::Reported) {
            return Err(UsageError::Closed.into());
        }
        if turns.is_due() && turns.waiting.is_empty() {
            return self.send_over_http(payload);
        }
        let waiting_bytes = turns.waiting_bytes + payload.len();
        let may_wait = self.limits.queue_turns && turns.has_another();
        if !may_wait || waiting_bytes > self.limits.max_payload {
            return Err(UsageError::OutOfTurn.into());
        }
        let kept = allocate::join(&[payload])?;
        let room = turns.waiting.try_reserve(1);
        room.map_err(|_| Error::OutOfMemory)?;
        turns.waiting.push_back(kept);
        turns.waiting_bytes = waiting_bytes;
        // Where there is no memory for what is due, the next event call sends it.
        let _ = self.send_what_is_due();
        Ok(())
    }

    fn send_over_http(&mut self, payload: &[u8]) -> Result<(), Error> {
        let Stage::Http { turns, .. } = &mut self.stage else {
            return Ok(());
        };
        let turns = &mut **turns;
        match &mut turns.side {
            Side::Client { head, asked, .. } => {
                let (fixed, length) = head.for_body(payload.len());
                self.outgoing
                    .append_parts([fixed, length.as_bytes(), payload])?;
                *asked = true;
            }
            Side::Server { owed, .. } => {
                let Some(request) = owed else {
                    return Err(UsageError::OutOfTurn.into());
                };
                let head = response_head::ok(*request, payload.len());
                self.outgoing
                    .append_parts([head.as_bytes(), payload, &[]])?;
                turns.over = !request.keep_alive;
                *owed = None;
                // What came meanwhile was not.
                turns.looked_at = 0;
            }
        }
        Ok(())
    }

    /// Server: answers a request with a status in place of a packet.
    pub(super) fn push_status(&mut self, error: TransportError) -> Result<(), Error> {
        let Stage::Http { turns, .. } = &mut self.stage else {
            return Err(UsageError::NotConnected.into());
        };
        let Side::Server { owed, .. } = &mut turns.side else {
            return Err(UsageError::WrongRole.into());
        };
        let request = owed.ok_or(UsageError::OutOfTurn)?;
        let code = error.code();
        let head = response_head::transport_error(request, error)
            .ok_or(UsageError::HttpStatus { code })?;
        self.outgoing.append_raw(head.as_bytes())?;
        *owed = None;
        turns.over = true;
        Ok(())
    }

    /// The next event over HTTP.
    pub(super) fn step_over_http(&mut self) -> Result<Step, Error> {
        loop {
            self.send_what_is_due()?;
            let Stage::Http { turns, .. } = &mut self.stage else {
                return Ok(Step::Nothing);
            };
            if self.end == End::Reported {
                return Ok(Step::Nothing);
            }
            if turns.over {
                (turns.body, turns.gap) = (0, 0);
                self.incoming.discard();
                // Nobody has to wait for the peer to leave.
                if !turns.waiting.is_empty() {
                    self.end = End::Reported;
                    return Ok(Step::Closed(Closed::Unsent));
                }
            }
            if turns.answers_at_once() {
                // Once a request was read, its answer must not be lost.
                self.outgoing.make_room(size_of::<Head>())?;
            }
            let (body, raw) = (turns.body, turns.body + turns.gap);
            let bytes = self.incoming.queued().get(raw..).unwrap_or_default();
            match turns.look(bytes)? {
                Look::Skip(count) => turns.gap += count,
                Look::Body { skip, length } => {
                    turns.gap += skip;
                    turns.body += length;
                    self.incoming.move_up(raw + skip, body, length);
                }
                Look::Whole { skip, keep_alive } => {
                    turns.over |= !keep_alive;
                    if let Some(step) = self.whole_body(skip) {
                        return Ok(step);
                    }
                }
                Look::Status { skip, code } => {
                    if let Side::Client { failed, .. } = &mut turns.side {
                        *failed = true;
                    }
                    turns.gap += skip;
                    if let Some(error) = TransportError::new(code.into()) {
                        return Ok(Step::TransportError(error));
                    }
                }
                Look::Answer {
                    skip,
                    answer,
                    keep_alive,
                } => {
                    turns.gap += skip;
                    turns.over = !keep_alive;
                    self.outgoing.append_raw(answer.as_bytes())?;
                }
                Look::Refuse(answer) => {
                    turns.over = true;
                    self.outgoing.append_raw(answer.as_bytes())?;
                    self.incoming.discard();
                    self.end = End::Reported;
                    return Ok(Step::Closed(Closed::Refused));
                }
                Look::Nothing => {
                    let gap = core::mem::take(&mut turns.gap);
                    self.incoming.remove(body, gap);
                    turns.looked_at = self.incoming.queued().len();
                    return self.end_over_http();
                }
            }
        }
    }

    /// A body has ended, with `rest` bytes behind it: what to report, if it was
    /// not reported yet.
    fn whole_body(&mut self, rest: usize) -> Option<Step> {
        let Stage::Http { turns, .. } = &mut self.stage else {
            return None;
        };
        let length = core::mem::take(&mut turns.body);
        let end = length + core::mem::take(&mut turns.gap) + rest;
        // What stands behind it was not looked at.
        turns.looked_at = 0;
        if let Side::Client { asked, failed, .. } = &mut turns.side {
            *asked = false;
            if core::mem::take(failed) {
                self.incoming.take(end);
                return None;
            }
            // Some servers answer an error with 200 and its number, as over TCP.
            let body = self.incoming.queued().get(..length).unwrap_or_default();
            if let Some(Control::TransportError(error)) = control::classify(body) {
                self.incoming.take(end);
                return Some(Step::TransportError(error));
            }
        }
        Some(Step::Body { length, end })
    }

    /// Sends the next payload that waited, if it is its turn.
    fn send_what_is_due(&mut self) -> Result<(), Error> {
        let Stage::Http { turns, .. } = &mut self.stage else {
            return Ok(());
        };
        if !turns.is_due() || turns.over {
            return Ok(());
        }
        let Some(payload) = turns.waiting.pop_front() else {
            return Ok(());
        };
        let sent = self.send_over_http(&payload);
        if let Stage::Http { turns, .. } = &mut self.stage {
            match sent {
                Ok(()) => turns.waiting_bytes -= payload.len(),
                Err(_) => turns.waiting.push_front(payload),
            }
        }
        sent
    }

    /// Nothing more can be read out of what has come.
    fn end_over_http(&mut self) -> Result<Step, Error> {
        if self.end != End::Unreported {
            return Ok(Step::Nothing);
        }
        let Stage::Http { turns, .. } = &mut self.stage else {
            return Ok(Step::Nothing);
        };
        let body = turns.body;
        let waits = self.incoming.queued().len() > body;
        let unsent = !turns.waiting.is_empty();
        let closed = match &mut turns.side {
            Side::Client { reader, asked, .. } => {
                // A response without a length ends with the connection.
                match reader.end_of_stream(*asked) {
                    Ok(Some(response_reader::Step::End { skip, keep_alive })) => {
                        turns.over |= !keep_alive;
                        if let Some(step) = self.whole_body(skip) {
                            return Ok(step);
                        }
                        Closed::BetweenFrames
                    }
                    Ok(_) => Closed::BetweenFrames,
                    Err(_) => Closed::InsideFrame,
                }
            }
            // What the client sent ahead is looked at once this one is answered.
            Side::Server { owed: Some(_), .. } if waits => return Ok(Step::Nothing),
            Side::Server { reader, .. } if waits || !reader.is_between() => Closed::InsideFrame,
            Side::Server { .. } => Closed::BetweenFrames,
        };
        let closed = match closed {
            Closed::BetweenFrames if unsent => Closed::Unsent,
            closed => closed,
        };
        self.end = End::Reported;
        Ok(Step::Closed(closed))
    }
}
