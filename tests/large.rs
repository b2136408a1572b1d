//! The largest payloads pass in every envelope, and one word more is refused at both ends.

#![allow(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Layer, Seen, assert_dead, client_config, combinations, connected_pair, noise, payload,
    pull_events, pull_wire, pump, receive, server_config,
};
use mtproto::error::{ProtocolError, UsageError};
use mtproto::{Config, Envelope, QuickAckToken, Transport};

const MIB: usize = 1 << 20;

/// An encrypted packet in shape: 24 bytes and a multiple of 16.
fn packet(length: usize) -> Vec<u8> {
    let mut packet = noise(length as u64, length);
    packet[0] |= 1;
    packet
}

fn limited(mut config: Config, max_payload: usize) -> Config {
    config
        .set_max_payload(max_payload)
        .expect("within the range");
    config
}

fn limited_pair(envelope: Envelope, layer: Layer, max_payload: usize) -> (Transport, Transport) {
    let client = limited(client_config(envelope, layer), max_payload);
    let server = limited(server_config(layer), max_payload);
    let mut client = Transport::client(&client).expect("a client");
    let mut server = Transport::server(&server).expect("a server");
    client.push_payload(&[1; 40]).expect("sent");
    pump(&mut client, &mut server).expect("understood");
    pull_events(&mut client, &mut Vec::new()).expect("alive");
    (client, server)
}

fn there_and_back(client: &mut Transport, server: &mut Transport, data: &[u8]) {
    client.push_payload(data).expect("sent");
    assert!(pump(client, server).expect("alive") == [payload(data)]);
    server.push_payload(data).expect("sent");
    assert!(pump(server, client).expect("alive") == [payload(data)]);
}

#[test]
fn one_mib_with_the_default_limit() {
    for (envelope, layer) in combinations() {
        let (mut client, mut server) = connected_pair(envelope, layer, 3);
        there_and_back(&mut client, &mut server, &packet(MIB + 8));
    }
}

#[test]
fn the_most_that_is_configured_and_one_word_more() {
    // 24 bytes and a multiple of 16, so that the trim of padding is exact.
    let maximum = 2 * MIB + 8;
    let too_large = vec![1; maximum + 4];
    for envelope in Envelope::ALL {
        let (mut client, mut server) = limited_pair(envelope, Layer::Plain, maximum);
        let length = too_large.len();
        let refused = UsageError::PayloadTooLarge { length, maximum };
        assert_eq!(client.push_payload(&too_large), Err(refused.into()));
        assert_eq!(server.push_payload(&too_large), Err(refused.into()));
        assert!(!client.wants_write() && !server.wants_write());
        there_and_back(&mut client, &mut server, &packet(maximum));
    }
    let (mut client, mut server) =
        limited_pair(Envelope::PaddedIntermediate, Layer::Secret, maximum);
    there_and_back(&mut client, &mut server, &packet(maximum));
}

#[test]
fn the_most_by_default_and_one_word_more() {
    let maximum = 16 * MIB;
    for envelope in [Envelope::Full, Envelope::Abridged] {
        let (mut client, mut server) = connected_pair(envelope, Layer::Plain, 4);
        let length = maximum + 4;
        let refused = UsageError::PayloadTooLarge { length, maximum };
        assert_eq!(client.push_payload(&vec![1; length]), Err(refused.into()));
        there_and_back(&mut client, &mut server, &packet(maximum));
    }
}

#[test]
fn a_word_over_the_limit_is_refused_where_it_arrives() {
    let limit = 1024;
    for (envelope, layer) in combinations() {
        // The sender's limit is higher than the receiver's.
        let sender = limited(client_config(envelope, layer), 4096);
        let mut client = Transport::client(&sender).expect("a client");
        let receiver = limited(server_config(layer), limit);
        let mut server = Transport::server(&receiver).expect("a server");
        client.push_payload(&packet(1016)).expect("sent");
        let seen = pump(&mut client, &mut server).expect("within the limit");
        assert_eq!(seen.last(), Some(&payload(&packet(1016))));
        // Padded intermediate leaves room for the padding of plaintext messages.
        let length = match envelope {
            Envelope::PaddedIntermediate => limit + 256 + 4,
            _ => limit + 4,
        };
        client.push_payload(&packet(length)).expect("sent");
        let wire = pull_wire(&mut client);
        let (seen, error) = receive(&mut server, &[&wire]);
        assert_eq!(seen, []);
        let error = error.expect("refused");
        match error {
            mtproto::Error::Protocol(ProtocolError::LengthTooLarge {
                length: found,
                maximum,
            }) if envelope == Envelope::PaddedIntermediate => {
                assert!((length..length + 16).contains(&found));
                assert_eq!(maximum, limit + 256);
            }
            error => {
                let maximum = limit;
                let expected = ProtocolError::LengthTooLarge { length, maximum };
                assert_eq!(error, expected.into());
            }
        }
        assert_dead(&mut server, error);
    }
}

#[test]
fn abridged_carries_what_three_bytes_can_say() {
    let maximum = 0x00ff_ffff * 4;
    let config = limited(
        client_config(Envelope::Abridged, Layer::Plain),
        maximum + 4096,
    );
    let mut client = Transport::client(&config).expect("a client");
    let data = vec![0; maximum + 4];
    let length = data.len();
    let refused = UsageError::PayloadTooLarge { length, maximum };
    assert_eq!(client.push_payload(&data), Err(refused.into()));
    client.push_payload(&data[..maximum]).expect("sent");
    assert_eq!(client.pending_wire(), 1 + 4 + maximum);
    let wire = client.peek_wire().expect("alive");
    assert_eq!(wire[..8], [0xef, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0]);
}

#[test]
fn empty_and_odd_payloads_are_refused() {
    let token = QuickAckToken::from_value(u32::MAX).expect("a token");
    for (envelope, layer) in combinations() {
        let (mut client, mut server) = connected_pair(envelope, layer, 5);
        for length in [0, 1, 2, 3, 5, 6, 7, 23, 505, 507, 509, 1023] {
            let refused = match length {
                0 => UsageError::PayloadEmpty,
                _ => UsageError::PayloadMisaligned { length },
            };
            let data = vec![1; length];
            assert_eq!(client.push_payload(&data), Err(refused.into()));
            assert_eq!(server.push_payload(&data), Err(refused.into()));
            let asked = client.push_payload_with_quick_ack(&data, token);
            assert_eq!(asked, Err(refused.into()));
        }
        assert!(!client.wants_write() && !server.wants_write());
        there_and_back(&mut client, &mut server, &packet(40));
        // A refused packet's quick ack is not waited for.
        if envelope != Envelope::Full {
            server.push_quick_ack(token).expect("sent");
            let seen = pump(&mut server, &mut client).expect("alive");
            assert_eq!(seen, Vec::<Seen>::new());
        }
    }
}
