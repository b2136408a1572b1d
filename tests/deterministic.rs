//! The same entropy gives the same bytes; what is drawn covers its range and obeys the forbidden list.

#![allow(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use std::collections::BTreeSet;

use common::{
    Layer, client_config, combinations, connected_pair, noise, pair, pull_wire, receive,
    server_config,
};
use mtproto::{Config, DcId, Entropy, Envelope, Memory, Transport, TransportError};

/// A conversation, as it goes over the wire.
fn conversation(envelope: Envelope, layer: Layer, seed: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut client, mut server) = pair(envelope, layer, seed);
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for length in [40, 504, 5000] {
        client.push_payload(&noise(1, length)).expect("sent");
        let wire = pull_wire(&mut client);
        receive(&mut server, &[&wire]);
        up.extend(wire);
        server.push_payload(&noise(2, length)).expect("sent");
        let error = TransportError::TRANSPORT_FLOOD;
        server.push_transport_error(error).expect("sent");
        let wire = pull_wire(&mut server);
        receive(&mut client, &[&wire]);
        down.extend(wire);
    }
    (up, down)
}

#[test]
fn the_same_entropy_gives_the_same_bytes() {
    for (envelope, layer) in combinations() {
        let first = conversation(envelope, layer, 11);
        assert!(first == conversation(envelope, layer, 11), "{envelope}");
        let other = conversation(envelope, layer, 12);
        let random = layer != Layer::Plain || envelope == Envelope::PaddedIntermediate;
        assert_eq!(first != other, random, "{envelope}, {layer:?}");
    }
}

/// What is drawn is the config's entropy for each transport made from it.
#[test]
fn transports_of_one_config_with_given_entropy_are_alike() {
    let mut config = Config::new();
    config.set_entropy(Entropy::from_bytes(b"the same"));
    let open = |config: &Config| {
        let mut client = Transport::client(config).expect("a client");
        client.push_payload(&[1; 40]).expect("sent");
        pull_wire(&mut client)
    };
    assert_eq!(open(&config), open(&config.clone()));
    // Speed and memory change no byte.
    let fast = open(&config);
    config.set_memory(Memory::Small);
    assert_eq!(open(&config), fast);
}

#[test]
fn the_systems_entropy_differs_between_connections() {
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let config = client_config(Envelope::Abridged, Layer::Obfuscated);
        let mut client = Transport::client(&config).expect("a client");
        client.push_opening().expect("a client");
        let header = pull_wire(&mut client);
        // Not one of its 8-byte words may ever come again.
        for (place, word) in header.chunks(8).enumerate() {
            assert!(seen.insert((place, word.to_vec())), "{word:?} again");
        }
    }
    let draws = |_| {
        let config = client_config(Envelope::PaddedIntermediate, Layer::Plain);
        let mut client = Transport::client(&config).expect("a client");
        for _ in 0..20 {
            client.push_payload(&[1; 24]).expect("sent");
        }
        pull_wire(&mut client)
    };
    let streams: BTreeSet<_> = (0..20).map(draws).collect();
    assert_eq!(streams.len(), 20);
}

fn is_forbidden(header: &[u8]) -> bool {
    let starts: [&[u8]; 8] = [
        &[0xef],
        b"HEAD",
        b"POST",
        b"GET ",
        b"OPTI",
        &[0xdd; 4],
        &[0xee; 4],
        &[0x16, 0x03],
    ];
    let tls = header[2] < 0x10;
    starts
        .iter()
        .any(|start| header.starts_with(start) && (start.len() != 2 || tls))
        || header[4..8] == [0; 4]
}

#[test]
fn a_thousand_initialization_payloads_are_allowed_ones() {
    let mut first_bytes = BTreeSet::new();
    for n in 0..1000u32 {
        let envelope = Envelope::ALL[n as usize % 4];
        let mut config = client_config(envelope, Layer::Obfuscated);
        config.set_dc(DcId::new(2, false, false).expect("a DC"));
        // Every fourth would begin with a start that is forbidden.
        let mut entropy = noise(u64::from(n), 64);
        match n % 16 {
            3 => entropy[0] = 0xef,
            7 => entropy[..4].copy_from_slice(b"GET "),
            11 => entropy[..4].copy_from_slice(&[0x16, 3, 1, 9]),
            15 => entropy[4..8].fill(0),
            _ => {}
        }
        let drawn_first = entropy[..56].to_vec();
        config.set_entropy(Entropy::from_bytes(&entropy));
        let mut client = Transport::client(&config).expect("a client");
        client.push_opening().expect("a client");
        let header = pull_wire(&mut client);
        assert_eq!(header.len(), 64);
        assert!(!is_forbidden(&header), "{header:02x?}");
        assert_eq!(
            header[..56] == drawn_first,
            !is_forbidden(&entropy),
            "drawn again where it must be, and only there"
        );
        first_bytes.insert(header[0]);
    }
    assert!(first_bytes.len() > 200, "{}", first_bytes.len());
}

/// The lengths of padding behind many frames of 24 bytes.
fn paddings(sender: &mut Transport, opening: usize, frames: usize) -> Vec<usize> {
    for _ in 0..frames {
        sender.push_payload(&[1; 24]).expect("sent");
    }
    let mut wire = pull_wire(sender).split_off(opening);
    let mut paddings = Vec::new();
    while let Some(length) = wire.first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        paddings.push(length - 24);
        wire.drain(..4 + length);
    }
    assert_eq!(paddings.len(), frames);
    paddings
}

fn assert_covers(paddings: &[usize], most: usize) {
    let mut counts = vec![0; most + 1];
    for padding in paddings {
        counts[*padding] += 1;
    }
    // Each length comes up about as often as each other.
    let even = paddings.len() / (most + 1);
    let near = |count: &usize| (even / 2..=even * 2).contains(count);
    assert!(counts.iter().all(near), "{counts:?}");
}

#[test]
fn padding_covers_its_range() {
    let envelope = Envelope::PaddedIntermediate;
    for seed in 0..5 {
        let (mut client, mut server) = connected_pair(envelope, Layer::Plain, seed);
        assert_covers(&paddings(&mut client, 0, 2000), 15);
        assert_covers(&paddings(&mut server, 0, 2000), 3);
    }
    for most in 0..=15 {
        let mut config = client_config(envelope, Layer::Plain);
        config.set_max_padding(most).expect("0 to 15");
        let mut client = Transport::client(&config).expect("a client");
        assert_covers(&paddings(&mut client, 4, 2000), most as usize);

        let mut config = server_config(Layer::Plain);
        config.set_max_padding(most).expect("0 to 15");
        let mut server = Transport::server(&config).expect("a server");
        receive(&mut server, &[&[0xdd; 4]]);
        assert_covers(&paddings(&mut server, 0, 2000), most as usize);
    }
}

/// A control frame's padding leaves it below 16 bytes, whatever is configured.
#[test]
fn padded_control_frames_stay_short() {
    for most in [0, 3, 15] {
        let mut config = server_config(Layer::Plain);
        config.set_max_padding(most).expect("0 to 15");
        let mut server = Transport::server(&config).expect("a server");
        receive(&mut server, &[&[0xdd; 4]]);
        let (mut errors, mut acks) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..1000 {
            let error = TransportError::INVALID_DC;
            server.push_transport_error(error).expect("sent");
            let wire = pull_wire(&mut server);
            assert_eq!(wire[1..4], [0; 3]);
            assert_eq!(wire.len(), 4 + usize::from(wire[0]));
            errors.insert(wire[0]);
            let token = mtproto::QuickAckToken::from_value(u32::MAX).expect("a token");
            server.push_quick_ack(token).expect("sent");
            let wire = pull_wire(&mut server);
            assert_eq!(wire.len(), 4 + usize::from(wire[0]));
            acks.insert(wire[0]);
        }
        let most = most as u8;
        assert!(errors.into_iter().eq(4..=15.min(4 + most)));
        assert!(acks.into_iter().eq(8..=15.min(8 + most)));
    }
}
