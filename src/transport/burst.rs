//! Many packets in one call, and packets framed in the app's own buffer.
//!
//! A call from another language costs more than a small frame does: these are
//! for a burst at a time. They go through the same steps as the calls for one.

use core::fmt;
use core::ops::Range;

use super::event::Event;
use super::events::Found;
use super::{Stage, Transport};
use crate::envelope::Sent;
use crate::error::{Error, UsageError};
use crate::obfuscation;

impl Transport {
    /// Bytes that [`pack_in_place`](Self::pack_in_place) needs before the
    /// payload: an initialization payload and a header.
    pub const IN_PLACE_HEAD_ROOM: usize = obfuscation::LENGTH + 8;

    /// Bytes that [`pack_in_place`](Self::pack_in_place) needs behind the
    /// payload: padding, or a checksum.
    pub const IN_PLACE_TAIL_ROOM: usize = 16;

    /// Sends many MTProto packets, as [`push_payload`](Self::push_payload)
    /// sends one.
    ///
    /// # Errors
    ///
    /// As [`push_payload`](Self::push_payload), with the number of packets that
    /// were queued: the first ones, up to the one that is refused.
    pub fn push_payloads(&mut self, payloads: &[&[u8]]) -> Result<(), (usize, Error)> {
        for (index, payload) in payloads.iter().enumerate() {
            self.push_payload(payload).map_err(|error| (index, error))?;
        }
        Ok(())
    }

    /// The next events, up to `limit`, whose bytes are views together, until
    /// the next call. `burst` keeps the memory for them.
    ///
    /// Fewer than `limit` mean that there are no more for now. Call again all
    /// the same where the transport is one of very many: the call that finds
    /// none gives memory back.
    ///
    /// # Errors
    ///
    /// As [`pull_event`](Self::pull_event), once the events before the error
    /// were given.
    pub fn pull_events<'a>(
        &'a mut self,
        burst: &'a mut Burst,
        limit: usize,
    ) -> Result<impl ExactSizeIterator<Item = Event<'a>>, Error> {
        burst.found.clear();
        self.find_events(limit, |_, found| burst.found.push(found))?;
        Ok(burst.found.iter().map(|found| self.view(found)))
    }

    /// As [`pull_events`](Self::pull_events), one by one and without memory for
    /// them: `each` may keep where an event's bytes are until the next call.
    #[cfg(feature = "capi")]
    pub(crate) fn each_event(
        &mut self,
        limit: usize,
        mut each: impl FnMut(Event<'_>),
    ) -> Result<usize, Error> {
        self.find_events(limit, |transport, found| each(transport.view(&found)))
    }

    /// Finds up to `limit` events, whose bytes stay where they are meanwhile, and
    /// says how many.
    fn find_events(
        &mut self,
        limit: usize,
        mut each: impl FnMut(&Self, Found),
    ) -> Result<usize, Error> {
        for count in 0..limit {
            match self.find_event() {
                Ok(Some(found)) => each(self, found),
                Ok(None) => {
                    if count == 0 {
                        self.rest();
                    }
                    return Ok(count);
                }
                Err(error) if count == 0 => return Err(error),
                // The next call reports it again.
                Err(_) => return Ok(count),
            }
        }
        Ok(limit)
    }

    /// Sends one MTProto packet that the app has put into a buffer of its own,
    /// and frames and encrypts it there. Gives where in the buffer the wire
    /// bytes are, which are to be sent before any others; or `None`, where this
    /// cannot be: wire bytes wait, or a carrier cuts the stream. Nothing was
    /// done then: push the payload.
    ///
    /// `payload` has [`IN_PLACE_HEAD_ROOM`](Self::IN_PLACE_HEAD_ROOM) bytes
    /// before it and [`IN_PLACE_TAIL_ROOM`](Self::IN_PLACE_TAIL_ROOM) behind
    /// it. There is no call for the way back: receive into
    /// [`reserve_wire`](Self::reserve_wire), which is decrypted in place.
    ///
    /// # Errors
    ///
    /// As [`push_payload`](Self::push_payload), and
    /// [`UsageError::CountTooLarge`] where there is not so much room.
    pub fn pack_in_place(
        &mut self,
        buffer: &mut [u8],
        payload: Range<usize>,
    ) -> Result<Option<Range<usize>>, Error> {
        let room = buffer.len().saturating_sub(Self::IN_PLACE_TAIL_ROOM);
        for (count, available) in [
            (Self::IN_PLACE_HEAD_ROOM, payload.start),
            (payload.start, payload.end),
            (payload.end, room),
        ] {
            if count > available {
                return Err(UsageError::CountTooLarge { count, available }.into());
            }
        }
        let bytes = &buffer[payload.clone()];
        if !self.is_usual_payload(bytes) {
            self.check_payload(bytes)?;
        }
        let max_padding = self.limits.max_padding();
        let Stage::Open { codec, .. } = &mut self.stage else {
            return Ok(None);
        };
        if !self.outgoing.is_free() {
            return Ok(None);
        }
        let framing = codec.frame(bytes, Sent::Packet, max_padding, &mut self.random)?;
        Ok(Some(self.outgoing.pack_in_place(&framing, buffer, payload)))
    }
}

/// The memory of [`Transport::pull_events`]: kept by the app from call to call,
/// it is allocated once.
#[derive(Default)]
pub struct Burst {
    found: Vec<Found>,
}

impl fmt::Debug for Burst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Burst").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;
    use crate::envelope::Envelope;
    use crate::transport::{Accept, Config};

    fn config(envelope: Envelope, obfuscated: bool) -> Config {
        let mut config = Config::new();
        config
            .set_envelope(envelope)
            .set_obfuscated(obfuscated)
            .set_entropy(Entropy::from_bytes(&[7; 600]))
            .set_accept(Accept {
                plain: true,
                plain_full: true,
                obfuscated: true,
                obfuscated_full: true,
                ..Accept::default()
            });
        config
    }

    fn packet(number: u8) -> Vec<u8> {
        vec![number + 1; 24 + 16 * usize::from(number)]
    }

    #[test]
    fn in_place_gives_the_bytes_that_pushing_gives() {
        for envelope in Envelope::ALL {
            for obfuscated in [false, true] {
                let config = config(envelope, obfuscated);
                let mut pushed = Transport::client(&config).unwrap();
                let mut in_place = Transport::client(&config).unwrap();
                for number in 0..20 {
                    let packet = packet(number);
                    pushed.push_payload(&packet).unwrap();
                    let expected = pushed.peek_wire().unwrap().to_vec();
                    pushed.consume_wire(expected.len()).unwrap();

                    let head = Transport::IN_PLACE_HEAD_ROOM;
                    let mut buffer = vec![0xa5; head];
                    buffer.extend_from_slice(&packet);
                    let payload = head..buffer.len();
                    buffer.resize(buffer.len() + Transport::IN_PLACE_TAIL_ROOM, 0xa5);
                    let wire = in_place.pack_in_place(&mut buffer, payload).unwrap();
                    assert_eq!(buffer[wire.unwrap()], expected, "{envelope}, {obfuscated}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_in_place_changes_nothing() {
        let mut client = Transport::client(&config(Envelope::Full, false)).unwrap();
        client.push_payload(&packet(1)).unwrap();
        let mut buffer = [1; 200];
        assert_eq!(client.pack_in_place(&mut buffer, 72..112), Ok(None));
        let waiting = client.pending_wire();
        for (payload, count, available) in [(71..111, 72, 71), (72..188, 188, 184)] {
            let error = UsageError::CountTooLarge { count, available };
            let result = client.pack_in_place(&mut buffer, payload);
            assert_eq!(result, Err(error.into()));
        }
        assert_eq!(buffer, [1; 200]);
        assert_eq!(client.pending_wire(), waiting);
    }

    #[test]
    fn events_are_seen_together_and_an_error_comes_after_them() {
        for obfuscated in [false, true] {
            let config = config(Envelope::Intermediate, obfuscated);
            let mut client = Transport::client(&config).unwrap();
            let mut server = Transport::server(&config).unwrap();
            let packets: Vec<Vec<u8>> = (0..9).map(packet).collect();
            let slices: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
            client.push_payloads(&slices).unwrap();
            let refused = client.push_payloads(&[&packets[0], &[1; 3], &packets[1]]);
            let error = UsageError::PayloadMisaligned { length: 3 };
            assert_eq!(refused, Err((1, error.into())));
            let mut wire = client.peek_wire().unwrap().to_vec();
            // In clear these are a length of zero, under the cipher some other error.
            wire.extend_from_slice(&[0; 4]);
            assert_eq!(server.push_wire(&wire), Ok(wire.len()));

            let mut burst = Burst::default();
            let events: Vec<Event<'_>> = server.pull_events(&mut burst, 4).unwrap().collect();
            assert_eq!(events.len(), 4);
            for (event, packet) in events[1..].iter().zip(&packets) {
                assert!(matches!(event, Event::Payload(payload) if payload.data == packet));
            }
            let events: Vec<Event<'_>> = server.pull_events(&mut burst, 99).unwrap().collect();
            let expected = packets[3..].iter().chain(&packets[..1]);
            assert_eq!(events.len(), expected.clone().count());
            for (event, packet) in events.iter().zip(expected) {
                assert!(matches!(event, Event::Payload(payload) if payload.data == packet));
            }
            if !obfuscated {
                assert!(server.pull_events(&mut burst, 99).is_err());
                assert!(server.pull_event().is_err());
            }
        }
    }
}
