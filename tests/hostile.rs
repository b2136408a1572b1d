//! Corrupt and random bytes never panic, kill once and for good, and are held up to the ceiling only.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Layer, Seen, assert_dead, client_config, noise, pair, pull_wire, receive, server_config,
};
use mtproto::error::{ProtocolError, UsageError};
use mtproto::{Envelope, Error, NotOursReason, QuickAckToken, Role, Transport};
use proptest::prelude::*;
use proptest::test_runner::Config as Cases;

const MAX_PAYLOAD: usize = 4096;
const CEILING: usize = MAX_PAYLOAD + 1024;

fn cases(cases: u32) -> Cases {
    Cases {
        cases,
        failure_persistence: None,
        ..Cases::default()
    }
}

fn end(role: Role, envelope: Envelope, layer: Layer) -> Transport {
    match role {
        Role::Client => {
            let mut config = client_config(envelope, layer);
            config.set_max_payload(MAX_PAYLOAD).expect("in the range");
            Transport::client(&config).expect("a client")
        }
        Role::Server => {
            let mut config = server_config(layer);
            config.set_max_payload(MAX_PAYLOAD).expect("in the range");
            Transport::server(&config).expect("a server")
        }
    }
}

/// Pushes all of it, with an event pulled now and then; the error, if there is one.
fn feed(transport: &mut Transport, bytes: &[u8], cuts: &[u8]) -> (Vec<Seen>, Option<Error>) {
    let mut seen = Vec::new();
    let mut rest = bytes;
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let cut = usize::from(*cuts.next().expect("endless"));
        let count = rest.len().min(cut * 8 + 1);
        let taken = match transport.push_wire(&rest[..count]) {
            Ok(taken) => taken,
            Err(error) => return (seen, Some(error)),
        };
        rest = &rest[taken..];
        if taken < count || cut % 3 == 0 {
            let before = seen.len();
            let result = common::pull_events(transport, &mut seen);
            if let Err(error) = result {
                return (seen, Some(error));
            }
            // What is full and has nothing to say would hang the connection.
            assert!(
                taken > 0 || seen.len() > before,
                "stuck at {} bytes",
                rest.len()
            );
        }
    }
    let error = common::pull_events(transport, &mut seen).err();
    (seen, error)
}

/// What was `pushed` has an end: an error, CLOSED, or all bytes back.
fn assert_end(transport: &mut Transport, pushed: &[u8], error: Option<Error>) {
    match error {
        Some(error) => assert_dead(transport, error),
        None => {
            transport.push_wire_end().expect("alive");
            let mut seen = Vec::new();
            let result = common::pull_events(transport, &mut seen);
            if let Some(Seen::NotOurs(reason, data)) = seen.last() {
                assert_eq!(result, Err(ProtocolError::NotOurs.into()));
                assert_eq!((seen.len(), *reason), (1, NotOursReason::Incomplete));
                assert!(pushed.starts_with(data) && !data.is_empty());
                return;
            }
            assert_eq!(result, Ok(()));
            assert!(matches!(seen.last(), Some(Seen::Closed(_))), "{seen:?}");
            assert_eq!(transport.pull_event(), Ok(None));
        }
    }
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(&[Role::Client, Role::Server][..])
}

fn envelope() -> impl Strategy<Value = Envelope> {
    prop::sample::select(&Envelope::ALL[..])
}

fn layer() -> impl Strategy<Value = Layer> {
    prop::sample::select(&Layer::ALL[..])
}

/// Random bytes, some made of words that mean something.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(
        &[
            0u32,
            1,
            4,
            5,
            7,
            12,
            16,
            24,
            40,
            0x7f,
            0xff,
            0x7fff_ffff,
            0x8000_0000,
            0x8000_0018,
            u32::MAX,
            u32::MAX - 403,
            0xeeee_eeee,
            0xdddd_dddd,
            0x0000_7f7f,
            0x0001_00ff,
        ][..],
    );
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        prop::collection::vec(any::<u8>(), 5000..9000),
        prop::collection::vec(words, 1..80)
            .prop_map(|words| words.into_iter().flat_map(u32::to_le_bytes).collect()),
    ]
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn garbage_to_either_end(
        role in role(),
        envelope in envelope(),
        layer in layer(),
        bytes in garbage(),
        cuts in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let mut end = end(role, envelope, layer);
        let (_, error) = feed(&mut end, &bytes, &cuts);
        assert_end(&mut end, &bytes, error);
    }

    /// Garbage where frames are due: behind a good opening.
    #[test]
    fn garbage_behind_the_opening(
        envelope in envelope(),
        layer in layer(),
        bytes in garbage(),
        cuts in prop::collection::vec(any::<u8>(), 1..20),
        seed in any::<u64>(),
    ) {
        let (mut client, _) = pair(envelope, layer, seed);
        client.push_payload(&[1; 40]).expect("sent");
        let wire = pull_wire(&mut client);
        let mut server = end(Role::Server, envelope, layer);
        let (seen, error) = receive(&mut server, &[&wire]);
        prop_assert_eq!((seen.len(), error), (2, None));
        let (_, error) = feed(&mut server, &bytes, &cuts);
        assert_end(&mut server, &[], error);
    }

    #[test]
    fn flipped_bits(
        role in role(),
        envelope in envelope(),
        layer in layer(),
        seed in any::<u64>(),
        flips in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        cuts in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let (mut client, mut server) = pair(envelope, layer, seed);
        let payloads: Vec<Vec<u8>> =
            (0..4).map(|i| noise(seed ^ i, 24 + 16 * (seed as usize % 40))).collect();
        for payload in &payloads {
            client.push_payload(payload).expect("sent");
        }
        let mut wire = pull_wire(&mut client);
        // A header's first bytes and its DC id are anything; what follows is not.
        let (mut reader, opening) = match role {
            Role::Server if layer == Layer::Plain => (end(role, envelope, layer), 0),
            Role::Server => (end(role, envelope, layer), 64),
            Role::Client => {
                let (_, error) = receive(&mut server, &[&wire]);
                prop_assert_eq!(error, None);
                for payload in &payloads {
                    server.push_payload(payload).expect("sent");
                }
                wire = pull_wire(&mut server);
                (client, 0)
            }
        };
        let mut in_frames = true;
        for flip in &flips {
            let bit = flip.index(8 * wire.len());
            in_frames &= bit / 8 >= opening;
            wire[bit / 8] ^= 1 << (bit % 8);
        }
        let (seen, error) = feed(&mut reader, &wire, &cuts);
        if envelope == Envelope::Full {
            // Nothing damaged gets through where there is a checksum.
            let read: Vec<_> = seen.iter().filter_map(|seen| match seen {
                Seen::Payload { data, .. } => Some(data),
                _ => None,
            }).collect();
            prop_assert!(read.iter().zip(&payloads).all(|(a, b)| *a == b));
            prop_assert!(read.len() <= payloads.len());
            let even = flips.len() % 2 == 0;
            prop_assert!(even || !in_frames || read.len() < payloads.len());
        }
        assert_end(&mut reader, &wire, error);
    }
}

/// Whatever comes, undelivered bytes stop at the ceiling.
#[test]
fn undelivered_bytes_stop_at_the_ceiling() {
    for (envelope, layer) in common::combinations() {
        for frames in [true, false] {
            let mut client = end(Role::Client, envelope, layer);
            let mut wire = Vec::new();
            for _ in 0..40 {
                client.push_payload(&[3; 504]).expect("sent");
                wire.extend(pull_wire(&mut client));
            }
            if !frames {
                wire = noise(9, wire.len());
                wire[0] = 0x61;
            }
            let mut server = end(Role::Server, envelope, layer);
            let mut taken = 0;
            while let Ok(count @ 1..) = server.push_wire(&wire[taken..]) {
                taken += count;
            }
            // The opening is used up as soon as it is understood.
            assert!(
                (CEILING..=CEILING + 64).contains(&taken),
                "{envelope}, {layer:?}: {taken}"
            );
            assert_eq!(server.push_wire(&[0]), Ok(0));
            assert_eq!(
                server.reserve_wire(0).map(|space| space.len()),
                Err(UsageError::EventsPending.into())
            );
        }
    }
}

/// A client remembers the latest 1024 quick acks it asked for, and no more.
#[test]
fn quick_acks_that_never_come_cost_a_bounded_list() {
    let token = |n: u32| QuickAckToken::from_value(0x8000_0000 | n).expect("the top bit");
    let mut client = end(Role::Client, Envelope::Intermediate, Layer::Plain);
    for n in 0..1025 {
        client
            .push_payload_with_quick_ack(&[1; 24], token(n))
            .expect("sent");
    }
    let acks: Vec<u8> = [0, 1, 1024, 1024]
        .iter()
        .flat_map(|n| token(*n).value().to_le_bytes())
        .collect();
    let (seen, error) = receive(&mut client, &[&acks]);
    assert_eq!(error, None);
    let expected = [1, 1024].map(|n| Seen::QuickAck(token(n).value()));
    assert_eq!(common::after_connected(seen), expected);
}

/// A relay passes on whatever token comes, one for each that it asked for.
#[test]
fn any_token_answers_a_quick_ack_that_names_none() {
    let token = |n: u32| QuickAckToken::from_value(0x8000_0000 | n).expect("the top bit");
    let mut client = end(Role::Client, Envelope::Intermediate, Layer::Plain);
    for asked in [None, Some(token(1))] {
        client
            .push_payload_with_quick_ack(&[1; 24], asked)
            .expect("sent");
    }
    // The token that was named is not spent on the one that was not.
    let acks: Vec<u8> = [1, 7, 8]
        .iter()
        .flat_map(|n| token(*n).value().to_le_bytes())
        .collect();
    let (seen, error) = receive(&mut client, &[&acks]);
    assert_eq!(error, None);
    let expected = [1, 7].map(|n| Seen::QuickAck(token(n).value()));
    assert_eq!(common::after_connected(seen), expected);
}
