//! grammers-mtproto's Full transport and ours agree, byte for byte, both ways.
//!
//! Only Full: its other envelopes have known defects.

#![allow(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Layer, Split, client_config, connected_pair, noise, pair, payload, pull_wire, receive,
    server_config,
};
use grammers_crypto::DequeBuffer;
use grammers_mtproto::transport::{Error as Theirs, Full, Transport as _};
use mtproto::error::ProtocolError;
use mtproto::{Envelope, Error, Transport, TransportError};

fn payloads() -> impl Iterator<Item = Vec<u8>> {
    let lengths = [24, 28, 40, 504, 508, 512, 1024, 4096, 65_536, 100_004];
    let lengths = lengths.into_iter().chain((0..200).map(|n| 24 + 4 * n));
    lengths.enumerate().map(|(n, length)| {
        let mut payload = noise(n as u64, length);
        payload[0] |= 1;
        payload
    })
}

/// What grammers reads of a stream.
fn they_read(theirs: &mut Full, mut wire: Vec<u8>) -> (Vec<Vec<u8>>, Theirs) {
    let (mut read, mut start) = (Vec::new(), 0);
    loop {
        match theirs.unpack(&mut wire[start..]) {
            Ok(frame) => {
                let payload = wire[start..][frame.data_range.clone()].to_vec();
                assert_eq!(frame.next_offset, payload.len() + 12);
                read.push(payload);
                start += frame.next_offset;
            }
            Err(error) => return (read, error),
        }
    }
}

#[test]
fn they_read_what_our_client_writes() {
    let (mut client, _) = pair(Envelope::Full, Layer::Plain, 1);
    let mut theirs = Full::new();
    for payload in payloads() {
        client.push_payload(&payload).expect("sent");
        let wire = pull_wire(&mut client);
        let expected = (vec![payload], Theirs::MissingBytes);
        assert!(they_read(&mut theirs, wire) == expected);
    }
    // And a burst.
    let mut burst = Vec::new();
    for payload in payloads() {
        client.push_payload(&payload).expect("sent");
        burst.push(payload);
    }
    let expected = (burst, Theirs::MissingBytes);
    assert!(they_read(&mut theirs, pull_wire(&mut client)) == expected);
}

#[test]
fn they_read_what_our_server_writes() {
    let (_, mut server) = connected_pair(Envelope::Full, Layer::Plain, 1);
    let mut theirs = Full::new();
    for payload in payloads() {
        server.push_payload(&payload).expect("sent");
        let wire = pull_wire(&mut server);
        let expected = (vec![payload], Theirs::MissingBytes);
        assert!(they_read(&mut theirs, wire) == expected);
    }
}

fn they_write(theirs: &mut Full, payload: &[u8]) -> Vec<u8> {
    let mut buffer = DequeBuffer::with_capacity(payload.len(), 8);
    buffer.extend(payload);
    theirs.pack(&mut buffer);
    buffer.as_ref().to_vec()
}

#[test]
fn both_write_the_same_bytes_and_ours_reads_theirs() {
    let (mut client, mut server) = pair(Envelope::Full, Layer::Plain, 1);
    let (mut their_client, mut their_server) = (Full::new(), Full::new());
    for data in payloads() {
        client.push_payload(&data).expect("sent");
        let wire = they_write(&mut their_client, &data);
        assert!(pull_wire(&mut client) == wire);
        let (seen, error) = receive(&mut server, &[&wire]);
        assert!(seen.last() == Some(&payload(&data)) && error.is_none());

        server.push_payload(&data).expect("sent");
        let wire = they_write(&mut their_server, &data);
        assert!(pull_wire(&mut server) == wire);
        let (seen, error) = receive(&mut client, &[&wire]);
        assert!(seen.last() == Some(&payload(&data)) && error.is_none());
    }
}

/// One frame of ours, damaged: what grammers says, and what both our ends say.
fn refused(damage: impl Fn(&mut Vec<u8>)) -> (Theirs, Error) {
    let (mut client, _) = pair(Envelope::Full, Layer::Plain, 1);
    client.push_payload(&[1; 40]).expect("sent");
    let mut good = pull_wire(&mut client);
    client.push_payload(&[2; 40]).expect("sent");
    let mut bad = pull_wire(&mut client);
    damage(&mut bad);
    good.extend(bad);

    let (read, theirs) = they_read(&mut Full::new(), good.clone());
    assert_eq!(read, [vec![1; 40]]);
    let mut errors = Vec::new();
    for split in Split::all(good.len()) {
        let client = Transport::client(&client_config(Envelope::Full, Layer::Plain));
        let server = Transport::server(&server_config(Layer::Plain));
        for ours in [client, server] {
            let (seen, error) = receive(&mut ours.expect("an end"), &split.pieces(&good));
            assert_eq!(common::after_connected(seen), [payload(&[1; 40])]);
            errors.push(error.expect("refused"));
        }
    }
    errors.dedup();
    assert_eq!(errors.len(), 1);
    (theirs, errors[0])
}

#[test]
fn both_refuse_the_same_with_the_same_figures() {
    for (place, bit) in [(8, 1), (20, 0x80), (47, 4), (48, 1), (51, 0x80)] {
        let (theirs, ours) = refused(|frame| frame[place] ^= bit);
        let Theirs::BadCrc { expected, got } = theirs else {
            unreachable!("{theirs:?}");
        };
        let found = got;
        assert_eq!(ours, ProtocolError::Checksum { expected, found }.into());
    }
    for number in [0, 2, 3, 256, 0x7fff_ffff] {
        let (theirs, ours) =
            refused(|frame| frame[4..8].copy_from_slice(&u32::to_le_bytes(number)));
        assert_eq!(
            theirs,
            Theirs::BadSeq {
                expected: 1,
                got: number as i32
            }
        );
        let (expected, found) = (1, number);
        assert_eq!(
            ours,
            ProtocolError::SequenceNumber { expected, found }.into()
        );
    }
    for length in [1, 4, 8, 11] {
        let (theirs, ours) = refused(|frame| frame[0] = length);
        let got = i32::from(length);
        assert_eq!(theirs, Theirs::BadLen { got });
        let length = usize::from(length);
        let minimum = 12;
        assert_eq!(
            ours,
            ProtocolError::LengthTooShort { length, minimum }.into()
        );
    }
}

#[test]
fn both_read_an_error_without_an_envelope() {
    for code in [403u32, 404, 429, 444] {
        let wire = (code as i32).wrapping_neg().to_le_bytes().to_vec();
        let expected = (Vec::new(), Theirs::BadStatus { status: code });
        assert_eq!(they_read(&mut Full::new(), wire.clone()), expected);
        let config = client_config(Envelope::Full, Layer::Plain);
        let mut client = Transport::client(&config).expect("a client");
        let (seen, error) = receive(&mut client, &[&wire]);
        assert_eq!(error, None);
        let code = TransportError::new(code).expect("a code").code();
        let expected = [common::Seen::TransportError(code)];
        assert_eq!(common::after_connected(seen), expected);
    }
}
