//! Each fault of a peer has its error with exact figures; strangers keep their bytes; keys never show.

#![allow(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::panic,
    missing_docs,
    reason = "a test"
)]

mod common;

use std::collections::BTreeSet;

use common::{
    Layer, SECRET, Seen, Split, add_secret, assert_dead, assert_figures, bytes_of_words,
    client_config, connected_pair, hex, noise, pull_events, pull_wire, receive, server_config,
};
use mtproto::error::ProtocolError;
use mtproto::{
    Accept, Config, Entropy, Envelope, Error, NotOursReason, QuickAckToken, Transport,
    TransportError,
};

struct Fault {
    envelope: Envelope,
    /// Behind a client's opening.
    wire: Vec<u8>,
    expected: ProtocolError,
}

fn faults() -> Vec<Fault> {
    use Envelope::{Abridged, Full, Intermediate, PaddedIntermediate};
    let maximum = 1 << 24;
    let words = bytes_of_words;
    let full =
        |sequence: u32, crc: u32| [words(&[36, sequence]), vec![5; 24], words(&[crc])].concat();
    let crc = {
        let mut hash = crc32fast::Hasher::new();
        hash.update(&words(&[36, 0]));
        hash.update(&[5; 24]);
        hash.finalize()
    };
    let fault = |envelope, wire, expected| Fault {
        envelope,
        wire,
        expected,
    };
    let zero = ProtocolError::LengthZero;
    let misaligned = |length| ProtocolError::LengthMisaligned { length };
    let large = |length, maximum| ProtocolError::LengthTooLarge { length, maximum };
    let short = |length, minimum| ProtocolError::LengthTooShort { length, minimum };
    let overlong = |words| ProtocolError::LengthOverlong { words };
    vec![
        fault(Abridged, vec![0], zero),
        fault(Abridged, vec![0x80], zero),
        fault(Abridged, vec![0x7f, 0, 0, 0], zero),
        fault(Abridged, vec![0x7f, 126, 0, 0], overlong(126)),
        fault(Abridged, vec![0xff, 1, 0, 0], overlong(1)),
        fault(
            Abridged,
            vec![0x7f, 1, 0, 0x40],
            large(maximum + 4, maximum),
        ),
        fault(Intermediate, words(&[0]), zero),
        fault(Intermediate, words(&[0x8000_0000]), zero),
        fault(Intermediate, words(&[26]), misaligned(26)),
        fault(Intermediate, words(&[0x8000_0005]), misaligned(5)),
        fault(
            Intermediate,
            words(&[0x7fff_fffc]),
            large(0x7fff_fffc, maximum),
        ),
        fault(PaddedIntermediate, words(&[0]), zero),
        fault(PaddedIntermediate, words(&[3]), short(3, 4)),
        fault(
            PaddedIntermediate,
            words(&[(1 << 24) + 257]),
            large(maximum + 257, maximum + 256),
        ),
        fault(Full, words(&[0, 0]), zero),
        fault(Full, words(&[12, 0]), zero),
        fault(Full, words(&[11, 0]), short(11, 12)),
        fault(Full, words(&[37, 0]), misaligned(37)),
        fault(
            Full,
            words(&[(1 << 24) + 16, 0]),
            large(maximum + 4, maximum),
        ),
        fault(
            Full,
            words(&[0x8000_0024, 0]),
            ProtocolError::QuickAckInFull,
        ),
        fault(
            Full,
            full(0, crc ^ 0x0100_0000),
            ProtocolError::Checksum {
                expected: crc,
                found: crc ^ 0x0100_0000,
            },
        ),
        fault(
            Full,
            [full(0, crc), full(0, crc)].concat(),
            ProtocolError::SequenceNumber {
                expected: 1,
                found: 0,
            },
        ),
        fault(
            Full,
            [full(0, crc), full(0xffff_fff0, crc)].concat(),
            ProtocolError::SequenceNumber {
                expected: 1,
                found: 0xffff_fff0,
            },
        ),
    ]
}

#[test]
fn each_fault_has_its_error_for_good() {
    let mut provoked = BTreeSet::new();
    for fault in faults() {
        let opening = match fault.envelope {
            Envelope::Abridged => vec![0xef],
            Envelope::Intermediate => vec![0xee; 4],
            Envelope::PaddedIntermediate => vec![0xdd; 4],
            _ => Vec::new(),
        };
        let wire = [opening, fault.wire].concat();
        let expected = Error::Protocol(fault.expected);
        for split in Split::all(wire.len()) {
            let config = server_config(Layer::Plain);
            let mut server = Transport::server(&config).expect("a server");
            let (seen, error) = receive(&mut server, &split.pieces(&wire));
            assert!(matches!(seen[0], Seen::Connected(_)));
            assert_eq!(error, Some(expected), "{}", hex(&wire));
            assert_dead(&mut server, expected);
        }
        let debug = format!("{:?}", fault.expected);
        assert_figures(&debug, &expected.to_string());
        provoked.insert(debug.split(' ').next().expect("a name").to_owned());
    }
    // NotOurs has its own test below.
    let all = [
        "Checksum",
        "LengthMisaligned",
        "LengthOverlong",
        "LengthTooLarge",
        "LengthTooShort",
        "LengthZero",
        "QuickAckInFull",
        "SequenceNumber",
    ];
    assert!(provoked.iter().eq(all.iter()), "{provoked:?}");
}

/// Every packet before a fault is delivered first.
#[test]
fn what_came_before_a_fault_is_delivered() {
    for layer in Layer::ALL {
        let (mut client, mut server) = connected_pair(Envelope::Full, layer, 2);
        client.push_payload(&[1; 24]).expect("sent");
        client.push_payload(&[2; 24]).expect("sent");
        let mut wire = pull_wire(&mut client);
        *wire.last_mut().expect("bytes") ^= 1;
        let (seen, error) = receive(&mut server, &[&wire]);
        assert_eq!(seen, [common::payload(&[1; 24])]);
        assert!(matches!(
            error,
            Some(Error::Protocol(ProtocolError::Checksum { .. }))
        ));
    }
}

// ---- strangers ----

fn strangers() -> Vec<(NotOursReason, Vec<u8>, Config)> {
    let anybody = server_config(Layer::Secret);
    // Secrets, and no word about what else to accept: nothing else.
    let mut proxy = Config::new();
    add_secret(&mut proxy, &SECRET);
    let mut plain_only = Config::new();
    plain_only.set_accept(Accept {
        plain_full: true,
        ..Accept::default()
    });
    let tls = [unhex_tls(), noise(1, 512)].concat();
    let mut unknown = noise(2, 100);
    unknown[0] = 0x61;
    let abridged = [vec![0xef, 6], vec![1; 120]].concat();
    let full = [bytes_of_words(&[36, 0]), vec![5; 100]].concat();
    let http = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".to_vec();
    vec![
        (NotOursReason::Http, http.clone(), anybody.clone()),
        (NotOursReason::Http, http, proxy.clone()),
        (NotOursReason::Tls, tls.clone(), anybody.clone()),
        (NotOursReason::Tls, tls, Config::new()),
        (NotOursReason::UnknownOpening, unknown.clone(), anybody),
        (NotOursReason::UnknownOpening, unknown, proxy.clone()),
        (NotOursReason::NotAccepted, abridged.clone(), proxy.clone()),
        (NotOursReason::NotAccepted, abridged, plain_only),
        (NotOursReason::NotAccepted, full, proxy),
    ]
}

fn unhex_tls() -> Vec<u8> {
    vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]
}

#[test]
fn a_stranger_keeps_every_byte_and_every_call_says_not_ours() {
    let dead = Error::Protocol(ProtocolError::NotOurs);
    for (reason, bytes, config) in strangers() {
        for split in Split::all(bytes.len()) {
            let mut server = Transport::server(&config).expect("a server");
            let mut arrived = 0;
            let mut stranger = None;
            for piece in split.pieces(&bytes) {
                if stranger.is_none() {
                    assert_eq!(server.push_wire(piece), Ok(piece.len()));
                    arrived += piece.len();
                    let event = server.pull_event().expect("not before it was told");
                    stranger = event.map(Seen::from);
                }
            }
            let expected = Seen::NotOurs(reason, bytes[..arrived].to_vec());
            assert_eq!(stranger, Some(expected), "{split:?}");
            assert_dead(&mut server, dead);
        }
        // More that comes before the event is asked for is in it too, up to
        // the ceiling; and nothing can be said to a stranger.
        let mut server = Transport::server(&config).expect("a server");
        server.push_wire(&bytes).expect("alive");
        assert!(server.push_payload(&[1; 24]).is_err());
        server.push_wire(b"and more").expect("alive");
        assert!(!server.wants_write());
        let mut seen = Vec::new();
        assert_eq!(pull_events(&mut server, &mut seen), Err(dead));
        let all = [bytes.as_slice(), b"and more"].concat();
        assert_eq!(seen, [Seen::NotOurs(reason, all)]);
    }
    assert!(dead.to_string().len() > 20);
}

/// Events that hold bytes show how many in Debug, not which.
#[test]
fn debug_shows_no_key_secret_or_packet() {
    let auth_key = core::array::from_fn(|i| 0xa0 ^ i as u8);
    let secret = [0xc1, 0xd2, 0xe3, 0xf4, 0xa5, 0xb6, 0xc7, 0xd8].repeat(2);
    let mut config = client_config(Envelope::Abridged, Layer::Obfuscated);
    add_secret(&mut config, &secret);
    config.set_entropy(Entropy::from_bytes(&secret));
    let mut texts = vec![
        format!("{config:?}"),
        format!("{config:#?}"),
        format!("{:?}", Entropy::from_bytes(&secret)),
        format!("{:?}", Entropy::system()),
        format!("{:?}", QuickAckToken::compute(&auth_key, &secret)),
    ];
    let (mut client, mut server) = connected_pair(Envelope::Abridged, Layer::Secret, 1);
    client.push_payload(&secret.repeat(2)).expect("sent");
    server.push_wire(&pull_wire(&mut client)).expect("alive");
    texts.push(format!("{:?}", server.pull_event()));
    let mut server = Transport::server(&Config::new()).expect("a server");
    server
        .push_wire(&[b"GET ".as_slice(), &secret].concat())
        .expect("alive");
    texts.push(format!("{:?}", server.pull_event()));
    for text in texts {
        let bytes = secret.iter().chain(&auth_key[..8]);
        let decimal: Vec<_> = bytes.map(u8::to_string).collect();
        for pair in decimal.windows(2) {
            assert!(!text.contains(&pair.join(", ")), "{text}");
        }
        assert!(!text.to_lowercase().contains(&hex(&secret[..3])), "{text}");
        assert!(text.len() > 5);
    }
}

#[test]
fn every_transport_error_says_its_code() {
    for code in [1, 403, 404, 429, 444, 0x7fff_ffff] {
        let error = TransportError::new(code).expect("a code");
        assert!(error.to_string().contains(&code.to_string()));
        assert!(!error.meaning().is_empty());
    }
    for code in [0, 0x8000_0000, u32::MAX] {
        assert_eq!(TransportError::new(code), None);
    }
}
