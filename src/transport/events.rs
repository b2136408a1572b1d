//! What the received bytes say: the next event, one step at a time.

use core::ops::Range;

use super::event::{Closed, Connected, Event, NotOurs, NotOursReason, Payload};
use super::{End, Introduced, Stage, Transport};
use crate::control::{self, Control};
use crate::envelope::{self, Envelope, Frame, Head, Role};
use crate::error::{Error, ProtocolError};
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

/// What to report next, by value: the bytes of it are used up by the caller.
pub(super) enum Step {
    Connected(Introduced),
    Payload {
        frame: Frame,
        trim: bool,
    },
    /// A packet over HTTP: the first `length` of the `end` bytes to use up.
    Body {
        length: usize,
        end: usize,
    },
    QuickAck(QuickAckToken),
    TransportError(TransportError),
    NotOurs(NotOursReason),
    Closed(Closed),
    Nothing,
}

/// An event by value. Its bytes are used up, and stay where they are until room
/// is asked for or given back.
pub(super) enum Found {
    Connected(Introduced),
    Payload {
        /// Where in the receive buffer.
        data: Range<usize>,
        quick_ack_wanted: bool,
    },
    QuickAck(QuickAckToken),
    TransportError(TransportError),
    NotOurs {
        reason: NotOursReason,
        data: Range<usize>,
    },
    Closed(Closed),
}

impl Transport {
    /// Looks for the next event, and uses up its bytes.
    pub(super) fn find_event(&mut self) -> Result<Option<Found>, Error> {
        match self.find_payload() {
            Some((data, quick_ack_wanted)) => Ok(Some(Found::Payload {
                data,
                quick_ack_wanted,
            })),
            None => self.find_other_event(),
        }
    }

    /// What nearly every call is about, kept apart so that it stays in
    /// registers: the next event, if it is a payload in an envelope. Nothing is
    /// used up otherwise.
    #[inline(always)]
    pub(super) fn find_payload(&mut self) -> Option<(Range<usize>, bool)> {
        self.incoming.end_reservation();
        let Stage::Open {
            codec,
            unreported: None,
        } = &mut self.stage
        else {
            return None;
        };
        let queued = self.incoming.queued();
        let Ok(Head::Frame(frame)) = codec.head(self.role, queued, self.limits.max_payload) else {
            return None;
        };
        // What may be a control frame, or is too long but for its padding, is
        // looked at closely.
        let length = frame.payload.len();
        if control::may_be(length) || length > self.limits.max_payload {
            return None;
        }
        codec.take(queued, frame.length).ok()?;
        let trim = self.limits.trims(codec.envelope());
        Some(self.incoming.take_payload(&frame, trim))
    }

    /// Whatever comes next.
    #[inline(never)]
    pub(super) fn find_other_event(&mut self) -> Result<Option<Found>, Error> {
        let found = match self.step() {
            Ok(Step::Payload { frame, trim }) => {
                let (data, quick_ack_wanted) = self.incoming.take_payload(&frame, trim);
                Found::Payload {
                    data,
                    quick_ack_wanted,
                }
            }
            Ok(Step::Nothing) => return Ok(None),
            Ok(Step::Connected(introduced)) => Found::Connected(introduced),
            Ok(Step::Body { length, end }) => {
                let start = self.incoming.take_at(end);
                Found::Payload {
                    data: start..start + length,
                    quick_ack_wanted: false,
                }
            }
            Ok(Step::QuickAck(token)) => Found::QuickAck(token),
            Ok(Step::TransportError(error)) => Found::TransportError(error),
            Ok(Step::NotOurs(reason)) => self.take_not_ours(reason),
            Ok(Step::Closed(closed)) => Found::Closed(closed),
            Err(error) => {
                // What the system lacks now it may have later, unless a
                // handshake needed it: the peer does not wait for that.
                if error.is_fatal() || self.incoming.broken().is_some() {
                    self.fail(error);
                }
                return Err(error);
            }
        };
        Ok(Some(found))
    }

    /// The event with its bytes.
    #[inline]
    pub(super) fn view(&self, found: &Found) -> Event<'_> {
        match found {
            Found::Payload {
                data,
                quick_ack_wanted,
            } => Event::Payload(Payload {
                data: self.incoming.used_up(data),
                quick_ack_wanted: *quick_ack_wanted,
            }),
            Found::Connected(introduced) => Event::Connected(self.connected(introduced)),
            Found::QuickAck(token) => Event::QuickAck(*token),
            Found::TransportError(error) => Event::TransportError(*error),
            Found::NotOurs { reason, data } => Event::NotOurs(NotOurs {
                reason: *reason,
                data: self.incoming.used_up(data),
            }),
            Found::Closed(closed) => Event::Closed(*closed),
        }
    }

    /// Nothing is left to report: memory goes back, where little is to be kept.
    pub(super) fn rest(&mut self) {
        self.incoming.shrink(self.limits.memory.kept());
    }

    /// Looks for the next thing to report. What carries nothing is skipped.
    fn step(&mut self) -> Result<Step, Error> {
        loop {
            let codec = match &mut self.stage {
                Stage::Failed(error) => return Err(*error),
                Stage::NotOurs(reason) => return Ok(Step::NotOurs(*reason)),
                Stage::Detecting { .. } | Stage::Handshaking { .. } => return self.step_at_end(),
                Stage::Open { unreported, .. } | Stage::Http { unreported, .. }
                    if unreported.is_some() =>
                {
                    return Ok(unreported.take().map_or(Step::Nothing, Step::Connected));
                }
                Stage::Http { .. } => return self.step_over_http(),
                Stage::Open { codec, .. } => codec,
            };
            let queued = self.incoming.queued();
            match codec.head(self.role, queued, self.limits.max_payload)? {
                Head::Incomplete { .. } => return self.step_at_end(),
                Head::QuickAck { length, token } => {
                    self.incoming.take(length);
                    if self.expected(token) {
                        return Ok(Step::QuickAck(token));
                    }
                }
                Head::Error { error } => {
                    self.incoming.discard();
                    self.reported_error = Some(error);
                    return Ok(Step::TransportError(error));
                }
                Head::Frame(frame) => {
                    self.limits.check_padded(&queued[frame.payload.clone()])?;
                    codec.take(queued, frame.length)?;
                    let control = match self.role {
                        Role::Client => control::classify(&queued[frame.payload.clone()]),
                        Role::Server => None,
                    };
                    let Some(control) = control else {
                        let trim = self.limits.trims(codec.envelope());
                        return Ok(Step::Payload { frame, trim });
                    };
                    self.incoming.take(frame.length);
                    match control {
                        Control::NoOp => {}
                        Control::QuickAck(token) if self.expected(token) => {
                            return Ok(Step::QuickAck(token));
                        }
                        Control::QuickAck(_) => {}
                        Control::TransportError(error) => {
                            self.reported_error = Some(error);
                            return Ok(Step::TransportError(error));
                        }
                    }
                }
            }
        }
    }

    /// Nothing more can be read out of what has come: what is wrong behind it,
    /// or the end, if there is one.
    fn step_at_end(&mut self) -> Result<Step, Error> {
        if let Some(error) = self.incoming.broken() {
            return Err(error);
        }
        if let Some(closed) = self.incoming.reader().and_then(|reader| reader.closed())
            && self.end != End::Reported
        {
            self.end = End::Unreported;
            // It repeats what went through the stream, but may come alone. A
            // client's reason is its own.
            if let Some(error) = closed.error
                && self.role == Role::Client
                && self.reported_error != Some(error)
            {
                self.reported_error = Some(error);
                return Ok(Step::TransportError(error));
            }
        }
        if core::mem::take(&mut self.refused) {
            self.end = End::Reported;
            return Ok(Step::Closed(Closed::Refused));
        }
        if self.end != End::Unreported {
            return Ok(Step::Nothing);
        }
        let between = self.incoming.is_between_pieces();
        let queued = self.incoming.queued();
        let closed = match &self.stage {
            Stage::Detecting { inside, .. } if inside.is_raw() && !queued.is_empty() => {
                return Ok(Step::NotOurs(NotOursReason::Incomplete));
            }
            Stage::Open { codec, .. } => {
                let is_full_client =
                    codec.envelope() == Envelope::Full && self.role == Role::Client;
                if let Some(error) = envelope::full_error_at_end(queued)
                    && is_full_client
                {
                    self.incoming.discard();
                    return Ok(Step::TransportError(error));
                }
                if queued.is_empty() && between {
                    Closed::BetweenFrames
                } else {
                    Closed::InsideFrame
                }
            }
            _ => {
                self.outgoing.give_up();
                Closed::BeforeOpening
            }
        };
        self.end = End::Reported;
        // What still comes behind a close frame is dropped.
        self.incoming.discard();
        Ok(Step::Closed(closed))
    }

    fn connected(&self, introduced: &Introduced) -> Connected<'_> {
        Connected {
            envelope: introduced.envelope,
            carrier: introduced.carrier,
            obfuscated: introduced.obfuscated,
            dc_field: introduced.dc_field,
            secret_index: introduced.secret_index,
            server_name: self.server_name.as_deref(),
            clock_skew: introduced.clock_skew,
        }
    }

    /// Reports the stranger; from here on the connection is the app's.
    fn take_not_ours(&mut self, reason: NotOursReason) -> Found {
        self.stage = Stage::Failed(ProtocolError::NotOurs.into());
        let count = self.incoming.queued().len();
        let start = self.incoming.take_at(count);
        Found::NotOurs {
            reason,
            data: start..start + count,
        }
    }

    /// Whether this quick ack was asked for; it is then no longer waited for.
    /// One that nobody asked for is ignored, as TDLib does.
    fn expected(&mut self, token: QuickAckToken) -> bool {
        let expected = &mut self.expected_quick_acks;
        let position = |wanted| expected.iter().position(|expected| *expected == wanted);
        match position(Some(token)).or_else(|| position(None)) {
            Some(index) => expected.remove(index).is_some(),
            None => false,
        }
    }
}
