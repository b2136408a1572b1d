//! Fake TLS through the whole context: both roles, any cut, every refusal.

#![allow(
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::type_complexity,
    clippy::unwrap_used,
    reason = "a test"
)]

use std::sync::Arc;

use mtproto::error::{FakeTlsError, ProtocolError};
use mtproto::mtproxy::Secret;
use mtproto::{
    Carrier, Closed, Config, DcId, Entropy, Envelope, Error, Event, NotOursReason, ReplayCache,
    TlsProfile, Transport,
};
use proptest::prelude::*;

const TIME: u32 = 1_790_000_000;

fn secret(key: u8, domain: &str) -> Secret {
    Secret::fake_tls(&[key; 16], domain).unwrap()
}

fn client_config(secret: Secret) -> Config {
    let mut config = Config::new();
    config
        .set_dc(DcId::new(2, false, true).unwrap())
        .set_entropy(Entropy::from_bytes(b"a fake TLS client"))
        .set_unix_time(TIME)
        .add_secret(secret);
    config
}

fn server_config() -> Config {
    let mut config = Config::new();
    config
        .set_unix_time(TIME)
        .set_entropy(Entropy::from_bytes(b"a fake TLS server"))
        .add_secret(Secret::plain(&[9; 16]))
        .add_secret(secret(1, "example.com"))
        .add_secret(secret(2, "example.org"));
    config
}

fn take_wire(transport: &mut Transport) -> Vec<u8> {
    let wire = transport.peek_wire().unwrap().to_vec();
    transport.consume_wire(wire.len()).unwrap();
    wire
}

/// What a transport reports, as text, when it is given these bytes in pieces.
fn push(transport: &mut Transport, bytes: &[u8], piece: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        match transport.push_wire(piece) {
            Ok(count) => assert_eq!(count, piece.len()),
            Err(error) => assert_eq!(transport.failure(), Some(error)),
        }
        if transport.failure().is_none() {
            drain(transport, &mut seen);
        }
    }
    seen
}

fn drain(transport: &mut Transport, seen: &mut Vec<String>) {
    loop {
        match transport.pull_event() {
            Ok(Some(Event::Payload(payload))) => {
                seen.push(format!("payload {:02x?}", payload.data));
            }
            Ok(Some(event)) => seen.push(format!("{event:?}")),
            Ok(None) => return,
            Err(error) => {
                seen.push(format!("{error:?}"));
                return;
            }
        }
    }
}

/// An MTProto-shaped packet: padding can be told from it.
fn packet(blocks: usize) -> Vec<u8> {
    (0..24 + blocks * 16).map(|i| (i % 251) as u8 + 1).collect()
}

fn conversation(profile: TlsProfile, cut: usize) -> Vec<Vec<String>> {
    let mut config = client_config(secret(2, "example.org"));
    config.set_tls_profile(profile);
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&server_config()).unwrap();

    // What is pushed before the answer waits for it.
    client.push_payload(&packet(1)).unwrap();
    let hello = take_wire(&mut client);
    assert_eq!(hello[..3], [0x16, 3, 1]);
    assert!(!client.wants_write());
    let mut seen = vec![push(&mut server, &hello, cut)];
    let answer = take_wire(&mut server);
    assert_eq!(answer[..3], [0x16, 3, 3]);
    seen.push(push(&mut client, &answer, cut));

    let first = take_wire(&mut client);
    assert_eq!(first[..9], [0x14, 3, 3, 0, 1, 1, 0x17, 3, 3]);
    seen.push(push(&mut server, &first, cut));
    for blocks in [0, 3, 180, 4000] {
        server.push_payload(&packet(blocks)).unwrap();
        client.push_payload(&packet(blocks + 1)).unwrap();
    }
    let (to_client, to_server) = (take_wire(&mut server), take_wire(&mut client));
    seen.push(push(&mut client, &to_client, cut));
    seen.push(push(&mut server, &to_server, cut));
    seen
}

#[test]
fn both_roles_understand_each_other_however_the_bytes_are_cut() {
    for profile in [TlsProfile::Chrome, TlsProfile::Safari, TlsProfile::Classic] {
        let whole = conversation(profile, usize::MAX);
        assert!(whole[0].is_empty());
        assert!(whole[1][0].contains("FakeTls"), "{:?}", whole[1]);
        assert!(
            whole[2][0].contains("secret_index: Some(2)"),
            "{:?}",
            whole[2]
        );
        assert!(whole[2][0].contains("example.org") && whole[2][0].contains("dc_field: Some(-2)"));
        assert!(whole[2][0].contains("clock_skew: Some(0)"));
        assert_eq!(whole[2].len(), 2);
        assert_eq!((whole[3].len(), whole[4].len()), (4, 4));
        for cut in [1, 2, 5, 64, 517, 2883, 2884, 5000] {
            assert_eq!(
                conversation(profile, cut),
                whole,
                "{profile:?} cut at {cut}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cut_and_any_pull_give_the_same(cut in 1usize..6000, pull in 1usize..4000) {
        let whole = conversation(TlsProfile::Chrome, usize::MAX);
        prop_assert_eq!(conversation(TlsProfile::Chrome, cut), whole);

        let mut client = Transport::client(&client_config(secret(1, "example.com"))).unwrap();
        let mut server = Transport::server(&server_config()).unwrap();
        client.push_payload(&packet(300)).unwrap();
        let mut buffer = vec![0; pull];
        let mut payloads = 0;
        for _ in 0..30_000 {
            let count = client.pull_wire(&mut buffer).unwrap();
            // Straight into the server's memory.
            for piece in buffer[..count].chunks(cut) {
                let room = server.reserve_wire(piece.len()).unwrap();
                room[..piece.len()].copy_from_slice(piece);
                server.commit_wire(piece.len()).unwrap();
            }
            while let Some(event) = server.pull_event().unwrap() {
                if let Event::Payload(payload) = event {
                    prop_assert_eq!(payload.data, packet(300));
                    payloads += 1;
                }
            }
            let count = server.pull_wire(&mut buffer).unwrap();
            prop_assert_eq!(client.push_wire(&buffer[..count]).unwrap(), count);
            while client.pull_event().unwrap().is_some() {}
            if payloads == 1 {
                break;
            }
        }
        prop_assert_eq!(payloads, 1);
    }
}

fn refusal(client: &Config, server: &Config) -> (NotOursReason, Vec<u8>, Vec<u8>) {
    let mut client = Transport::client(client).unwrap();
    let mut server = Transport::server(server).unwrap();
    let hello = take_wire(&mut client);
    server.push_wire(&hello).unwrap();
    let Some(Event::NotOurs(not_ours)) = server.pull_event().unwrap() else {
        panic!("taken for ours");
    };
    let found = (not_ours.reason, not_ours.data.to_vec());
    assert!(!server.wants_write(), "a stranger gets no answer");
    (found.0, found.1, hello)
}

#[test]
fn strangers_keep_every_byte() {
    let ours = client_config(secret(1, "example.com"));
    let mut behind = client_config(secret(1, "example.com"));
    behind.set_unix_time(TIME - 121);
    let mut ahead = client_config(secret(1, "example.com"));
    ahead.set_unix_time(TIME + 500);
    let mut only_plain = Config::new();
    only_plain.add_secret(Secret::plain(&[9; 16]));
    let cases = [
        (
            client_config(secret(7, "example.com")),
            server_config(),
            NotOursReason::UnknownSecret,
        ),
        (
            client_config(secret(1, "elsewhere.net")),
            server_config(),
            NotOursReason::ForeignServerName,
        ),
        (
            behind,
            server_config(),
            NotOursReason::ClockBehind { seconds: 121 },
        ),
        (
            ahead,
            server_config(),
            NotOursReason::ClockAhead { seconds: 500 },
        ),
        (ours.clone(), only_plain, NotOursReason::Tls),
        (ours, Config::new(), NotOursReason::Tls),
    ];
    for (client, server, expected) in cases {
        let (reason, data, hello) = refusal(&client, &server);
        assert_eq!(reason, expected);
        assert_eq!(data, hello);
    }
}

#[test]
fn a_handshake_is_accepted_once() {
    let cache = Arc::new(ReplayCache::default());
    let mut server = server_config();
    server.set_replay_cache(Arc::clone(&cache));
    let client = client_config(secret(1, "example.com"));
    let mut first = Transport::server(&server).unwrap();
    let hello = take_wire(&mut Transport::client(&client).unwrap());
    first.push_wire(&hello).unwrap();
    assert!(first.wants_write());
    let (reason, data, _) = refusal(&client, &server);
    assert_eq!((reason, data), (NotOursReason::Replayed, hello));

    // The same for a plain obfuscated header with a secret.
    let mut plain = Config::new();
    plain
        .set_dc(DcId::new(2, false, false).unwrap())
        .add_secret(Secret::plain(&[9; 16]));
    let mut client = Transport::client(&plain).unwrap();
    client.push_payload(&packet(1)).unwrap();
    let wire = take_wire(&mut client);
    for (round, expected) in ["Connected", "Replayed"].into_iter().enumerate() {
        let mut server = Transport::server(&server).unwrap();
        let seen = push(&mut server, &wire, usize::MAX);
        assert!(seen[0].contains(expected), "round {round}: {seen:?}");
    }
    assert_eq!(cache.len(), 2);
}

#[test]
fn the_client_tells_what_answered() {
    let config = client_config(secret(1, "example.com"));
    let answers: [(&[u8], fn(&FakeTlsError) -> bool); 2] = [
        (b"HTTP/1.1 400 Bad Request\r\n", |error| {
            matches!(error, FakeTlsError::NotTls { first: b'H' })
        }),
        // A fatal alert, handshake_failure.
        (&[0x15, 3, 3, 0, 2, 2, 40], |error| error.is_real_site()),
    ];
    for (answer, expected) in answers {
        let mut client = Transport::client(&config).unwrap();
        client.push_wire(answer).unwrap();
        match client.pull_event() {
            Err(Error::Protocol(ProtocolError::FakeTls(error))) if expected(&error) => {}
            other => panic!("{other:?}"),
        }
        assert!(client.pull_wire(&mut [0; 10]).is_err(), "dead");
    }

    // Another secret's proxy answers like a real site.
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&server_config()).unwrap();
    let mut other = Transport::client(&client_config(secret(2, "example.org"))).unwrap();
    server.push_wire(&take_wire(&mut other)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    assert!(matches!(
        client.pull_event(),
        Err(Error::Protocol(ProtocolError::FakeTls(
            FakeTlsError::DigestMismatch
        )))
    ));

    // Closed after the hello.
    let mut client = Transport::client(&config).unwrap();
    client.push_wire_end().unwrap();
    assert_eq!(
        client.pull_event(),
        Ok(Some(Event::Closed(Closed::BeforeOpening)))
    );
}

#[test]
fn a_wrong_header_inside_is_an_error_of_its_own() {
    let config = client_config(secret(1, "example.com"));
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&server_config()).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    take_wire(&mut server);
    let mut record = vec![0x17, 3, 3, 0, 64];
    record.extend([5; 64]);
    server.push_wire(&record).unwrap();
    assert_eq!(
        server.pull_event(),
        Err(Error::Protocol(ProtocolError::InitializationPayload))
    );
}

/// What came before a broken record is still delivered.
#[test]
fn a_broken_record_is_reported_in_its_turn() {
    let config = client_config(secret(1, "example.com"));
    for cut in [1, usize::MAX] {
        let mut client = Transport::client(&config).unwrap();
        let mut server = Transport::server(&server_config()).unwrap();
        client.push_payload(&packet(1)).unwrap();
        server.push_wire(&take_wire(&mut client)).unwrap();
        client.push_wire(&take_wire(&mut server)).unwrap();
        let mut wire = take_wire(&mut client);
        wire.extend([0x16, 3, 3, 0, 5]);
        let seen = push(&mut server, &wire, cut);
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(seen[1].starts_with("payload") && seen[2].contains("Record(Handshake)"));
    }
}

#[test]
fn the_secret_decides_what_is_spoken() {
    let mut client = Transport::client(&client_config(secret(1, "example.com"))).unwrap();
    assert_eq!(client.wants_read(), 1);
    let mut server = Transport::server(&server_config()).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    let Some(Event::Connected(connected)) = client.pull_event().unwrap() else {
        panic!("not connected");
    };
    assert_eq!(connected.carrier, Carrier::FakeTls);
    assert_eq!(connected.envelope, Some(Envelope::PaddedIntermediate));
    assert_eq!(connected.server_name, Some("example.com"));
}

/// A handshake is longer than the largest payload may be.
#[test]
fn a_handshake_fits_however_small_payloads_are() {
    let mut small = client_config(secret(1, "example.com"));
    small.set_max_payload(1024).unwrap();
    let mut server = server_config();
    server.set_max_payload(1024).unwrap();
    server.set_answer_size(16_000, 16_384).unwrap();
    let mut client = Transport::client(&small).unwrap();
    let mut server = Transport::server(&server).unwrap();
    client.push_payload(&packet(50)).unwrap();
    for _ in 0..3 {
        for (from, to) in [(0, 1), (1, 0)] {
            let ends = [&mut client, &mut server];
            let wire = take_wire(ends[from]);
            let mut rest = wire.as_slice();
            while !rest.is_empty() {
                let count = ends[to].push_wire(rest).unwrap();
                rest = &rest[count..];
                let mut seen = Vec::new();
                drain(ends[to], &mut seen);
                if seen.iter().any(|event| event.starts_with("payload")) {
                    return;
                }
                assert!(count != 0, "stuck");
            }
        }
    }
    panic!("no payload came");
}
