//! What the received bytes say: the next event, one step at a time.

use core::ops::Range;

use super::event::{Closed, Connected, NotOurs, NotOursReason, Payload};
use super::{End, Introduced, Stage, Transport};
use crate::control::{self, Control};
use crate::envelope::{self, Envelope, Frame, Head, Role};
use crate::error::{Error, ProtocolError};
use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

/// What to report next, by value: the bytes of it are used up by the caller.
pub(super) enum Step {
    Connected(Introduced),
    Payload(Frame),
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

impl Transport {
    /// Looks for the next thing to report. What carries nothing is skipped.
    pub(super) fn step(&mut self) -> Result<Step, Error> {
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
                    return Ok(Step::TransportError(error));
                }
                Head::Frame(frame) => {
                    codec.take(&queued[..frame.length])?;
                    let control = match self.role {
                        Role::Client => control::classify(&queued[frame.payload.clone()]),
                        Role::Server => None,
                    };
                    let Some(control) = control else {
                        return Ok(Step::Payload(frame));
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
            // It repeats what went through the stream, but may come alone.
            if let Some(error) = closed.error
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
        let queued = self.incoming.queued();
        let closed = match &self.stage {
            Stage::Open { codec, .. } => {
                let is_full_client =
                    codec.envelope() == Envelope::Full && self.role == Role::Client;
                if let Some(error) = envelope::full_error_at_end(queued)
                    && is_full_client
                {
                    self.incoming.discard();
                    return Ok(Step::TransportError(error));
                }
                if queued.is_empty() {
                    Closed::BetweenFrames
                } else {
                    Closed::InsideFrame
                }
            }
            _ => Closed::BeforeOpening,
        };
        self.end = End::Reported;
        Ok(Step::Closed(closed))
    }

    pub(super) fn connected(&self, introduced: &Introduced) -> Connected<'_> {
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

    pub(super) fn take_payload(&mut self, frame: Frame) -> Payload<'_> {
        let trim = match &self.stage {
            Stage::Open { codec, .. } => {
                self.limits.trim && codec.envelope() == Envelope::PaddedIntermediate
            }
            _ => false,
        };
        let Range { start, end } = frame.payload;
        let padded = &self.incoming.take(frame.length)[start..end];
        let length = if trim {
            envelope::exact_length(padded)
        } else {
            padded.len()
        };
        Payload {
            data: &padded[..length],
            quick_ack_wanted: frame.quick_ack_wanted,
        }
    }

    /// Reports the stranger; from here on the connection is the app's.
    pub(super) fn take_not_ours(&mut self, reason: NotOursReason) -> NotOurs<'_> {
        self.stage = Stage::Failed(ProtocolError::NotOurs.into());
        let count = self.incoming.queued().len();
        let data = self.incoming.take(count);
        NotOurs { reason, data }
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
