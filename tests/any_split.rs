//! Any packets both ways, cut and pulled in any way, give the events that were meant, in order.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use std::collections::VecDeque;

use common::{Layer, Seen, after_connected, noise, pair};
use mtproto::{Envelope, QuickAckToken, Transport, TransportError};
use proptest::prelude::*;
use proptest::test_runner::Config as Cases;

/// What the apps at both ends do, in this order.
#[derive(Clone, Debug)]
enum Act {
    Client {
        size: usize,
        quick_ack: bool,
    },
    Server {
        size: usize,
    },
    /// The server acknowledges the oldest packet that asked for it.
    Acknowledge,
    Error(u32),
    /// Wire bytes move, a few steps of one kind and another.
    Move(Vec<u8>),
}

/// Around each boundary of a length, and a few bigger.
const SIZES: [usize; 22] = [
    4, 8, 12, 16, 20, 24, 28, 40, 56, 120, 500, 504, 508, 512, 516, 1020, 1024, 2044, 2048, 2052,
    5000, 20_000,
];

fn act() -> impl Strategy<Value = Act> {
    let size = || prop::sample::select(&SIZES[..]);
    prop_oneof![
        4 => (size(), any::<bool>()).prop_map(|(size, quick_ack)| Act::Client { size, quick_ack }),
        4 => size().prop_map(|size| Act::Server { size }),
        2 => Just(Act::Acknowledge),
        1 => prop::sample::select(&[403, 404, 429, 444, 1, 0x7fff_ffff][..]).prop_map(Act::Error),
        4 => prop::collection::vec(any::<u8>(), 1..12).prop_map(Act::Move),
    ]
}

/// A packet of this size. Padded intermediate tells a packet's end by the packet:
/// it is encrypted (24 + 16k bytes) or says its length.
fn packet(envelope: Envelope, size: usize, seed: u64) -> Vec<u8> {
    let mut packet = noise(seed, size);
    // Not one of the few words that a client takes for a control frame.
    packet[0] |= 1;
    packet[3] &= 0x7f;
    let encrypted = size >= 24 && (size - 24).is_multiple_of(16);
    if envelope == Envelope::PaddedIntermediate && !encrypted && size >= 20 {
        packet[..8].fill(0);
        packet[16..20].copy_from_slice(&((size - 20) as u32).to_le_bytes());
    }
    packet
}

/// One direction: what is on its way, and what the receiver has reported.
#[derive(Default)]
struct Lane {
    wire: VecDeque<u8>,
    sent: Vec<u8>,
    seen: Vec<Seen>,
}

impl Lane {
    /// One step, of the kind and with the sizes that two bytes say.
    fn step(&mut self, from: &mut Transport, to: &mut Transport, kind: u8, size: u8) {
        let size = match size {
            0..200 => usize::from(size % 40),
            _ => usize::from(size - 199) * 97,
        };
        match kind % 6 {
            0 => {
                let mut buffer = vec![0; size];
                let waiting = from.pending_wire();
                let count = from.pull_wire(&mut buffer).expect("alive");
                assert_eq!(count, waiting.min(size));
                self.take(&buffer[..count]);
            }
            1 => {
                let wire = from.peek_wire().expect("alive").to_vec();
                assert_eq!(wire.len(), from.pending_wire());
                let count = wire.len().min(size);
                from.consume_wire(count).expect("peeked at");
                self.take(&wire[..count]);
            }
            2 | 5 => {
                let bytes: Vec<u8> = self.wire.iter().copied().take(size).collect();
                let count = to.push_wire(&bytes).expect("alive");
                self.wire.drain(..count);
            }
            3 => {
                let space = to.reserve_wire(size % 700).expect("below the ceiling");
                let count = space.len().min(size).min(self.wire.len());
                for byte in &mut space[..count] {
                    *byte = self.wire.pop_front().expect("counted");
                }
                to.commit_wire(count).expect("reserved");
            }
            _ => {
                for _ in 0..1 + size % 3 {
                    let Some(event) = to.pull_event().expect("alive") else {
                        break;
                    };
                    self.seen.push(event.into());
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.wire.extend(bytes);
        self.sent.extend_from_slice(bytes);
    }

    /// Moves all that waits, in one piece.
    fn finish(&mut self, from: &mut Transport, to: &mut Transport) {
        while from.wants_write() || !self.wire.is_empty() {
            let wire = from.peek_wire().expect("alive").to_vec();
            from.consume_wire(wire.len()).expect("peeked at");
            self.take(&wire);
            let count = to.push_wire(self.wire.make_contiguous()).expect("alive");
            self.wire.drain(..count);
            self.drain(to);
        }
        self.drain(to);
    }

    fn drain(&mut self, to: &mut Transport) {
        common::pull_events(to, &mut self.seen).expect("alive");
    }
}

/// What was meant to arrive.
#[derive(Default)]
struct Meant {
    to_server: Vec<Seen>,
    to_client: Vec<Seen>,
}

/// Plays the acts; with `cuts`, moving bytes as they say, otherwise all at once
/// at the end.
fn play(
    (envelope, layer): (Envelope, Layer),
    seed: u64,
    opening: &[u8],
    acts: &[Act],
    cuts: bool,
) -> (Lane, Lane, Meant) {
    let (mut client, mut server) = pair(envelope, layer, seed);
    let (mut up, mut down) = (Lane::default(), Lane::default());
    let mut meant = Meant::default();
    let mut asked = VecDeque::new();

    // The server can speak once it knows to whom.
    let first = packet(envelope, 40, seed);
    client.push_payload(&first).expect("sent");
    meant.to_server.push(common::payload(&first));
    if cuts {
        for pair in opening.chunks_exact(2) {
            up.step(&mut client, &mut server, pair[0], pair[1]);
        }
    }
    up.finish(&mut client, &mut server);

    for (index, act) in acts.iter().enumerate() {
        let seed = seed.wrapping_add(index as u64 + 1);
        match act {
            Act::Client { size, quick_ack } => {
                let data = packet(envelope, *size, seed);
                let wanted = *quick_ack && envelope != Envelope::Full;
                if wanted {
                    let token = QuickAckToken::from_value(seed as u32 | 0x8000_0000);
                    let token = token.expect("the top bit");
                    asked.push_back(token);
                    client.push_payload_with_quick_ack(&data, token)
                } else {
                    client.push_payload(&data)
                }
                .expect("sent");
                meant.to_server.push(Seen::Payload { data, wanted });
            }
            Act::Server { size } => {
                let data = packet(envelope, *size, seed);
                server.push_payload(&data).expect("sent");
                meant.to_client.push(common::payload(&data));
            }
            Act::Acknowledge => {
                if let Some(token) = asked.pop_front() {
                    server.push_quick_ack(token).expect("sent");
                    meant.to_client.push(Seen::QuickAck(token.value()));
                }
            }
            Act::Error(code) => {
                let error = TransportError::new(*code).expect("a code");
                server.push_transport_error(error).expect("sent");
                meant.to_client.push(Seen::TransportError(*code));
            }
            Act::Move(steps) if cuts => {
                for pair in steps.chunks(2) {
                    let size = pair.get(1).copied().unwrap_or(255);
                    if pair[0] & 0x80 == 0 {
                        up.step(&mut client, &mut server, pair[0], size);
                    } else {
                        down.step(&mut server, &mut client, pair[0], size);
                    }
                }
            }
            Act::Move(_) => {}
        }
    }
    up.finish(&mut client, &mut server);
    down.finish(&mut server, &mut client);
    (up, down, meant)
}

/// What was seen is what was meant. Less than 20 bytes are no packet, whose end
/// could be found: Padded intermediate hands them over with their padding.
fn assert_meant(envelope: Envelope, seen: &[Seen], meant: &[Seen]) {
    assert_eq!(seen.len(), meant.len(), "{seen:?}");
    for (seen, meant) in seen.iter().zip(meant) {
        match (seen, meant) {
            (
                Seen::Payload { data, wanted },
                Seen::Payload {
                    data: sent,
                    wanted: asked,
                },
            ) if envelope == Envelope::PaddedIntermediate && sent.len() < 20 => {
                assert!(data.starts_with(sent) && data.len() <= sent.len() + 15);
                assert_eq!(wanted, asked);
            }
            _ => assert!(seen == meant, "{seen:?} instead of {meant:?}"),
        }
    }
}

fn cases(cases: u32) -> Cases {
    Cases {
        cases,
        failure_persistence: None,
        ..Cases::default()
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn any_split_any_order(
        envelope in prop::sample::select(&Envelope::ALL[..]),
        layer in prop::sample::select(&Layer::ALL[..]),
        seed in any::<u64>(),
        opening in prop::collection::vec(any::<u8>(), 0..60),
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let both = (envelope, layer);
        let (up, down, meant) = play(both, seed, &opening, &acts, true);
        let (whole_up, whole_down, _) = play(both, seed, &opening, &acts, false);
        // The same bytes, however they were pulled, and the same events.
        prop_assert!(up.sent == whole_up.sent && down.sent == whole_down.sent);
        prop_assert!(up.seen == whole_up.seen && down.seen == whole_down.seen);
        assert_meant(envelope, &after_connected(up.seen), &meant.to_server);
        assert_meant(envelope, &after_connected(down.seen), &meant.to_client);
    }
}
