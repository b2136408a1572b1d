//! How connections end: what is reported, what is given back, and when there is nothing left to send.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

mod common;

use common::pull_wire;
use mtproto::error::UsageError;
use mtproto::mtproxy::{ParseMode, Secret};
use mtproto::{
    Accept, Closed, Config, DcId, Entropy, Envelope, Event, HttpTarget, NotOursReason, Transport,
    TransportError, WebSocketTarget,
};

const PACKET: [u8; 40] = [7; 40];

/// All events, in words: payloads by their first byte.
fn events(transport: &mut Transport) -> Vec<String> {
    let mut seen = Vec::new();
    while let Some(event) = transport.pull_event().unwrap() {
        seen.push(match event {
            Event::Payload(payload) => format!("payload {}", payload.data[0]),
            Event::Closed(closed) => closed.name().to_owned(),
            Event::Connected(_) => "connected".to_owned(),
            other => format!("{other:?}"),
        });
    }
    seen
}

fn push(transport: &mut Transport, wire: &[u8]) {
    assert_eq!(transport.push_wire(wire), Ok(wire.len()));
}

fn http_server() -> Transport {
    let mut config = Config::new();
    config.set_queue_turns(true).set_accept(Accept {
        http: true,
        ..Accept::default()
    });
    Transport::server(&config).unwrap()
}

fn http_client(keep_alive: bool, queue_turns: bool) -> Transport {
    let mut target = HttpTarget::new("example.org");
    target.keep_alive = keep_alive;
    let mut config = Config::new();
    config.set_http(target).set_queue_turns(queue_turns);
    Transport::client(&config).unwrap()
}

fn request(byte: u8) -> Vec<u8> {
    let mut request = b"POST /api HTTP/1.1\r\nContent-Length: 4\r\n\r\n".to_vec();
    request.extend([byte; 4]);
    request
}

/// A client may send its requests ahead and close its half at once: each is reported, and the end behind the last.
#[test]
fn the_end_comes_behind_requests_that_were_sent_ahead() {
    for (tail, end) in [
        (&b""[..], "between_frames"),
        (&b"POST /api"[..], "inside_frame"),
    ] {
        let mut server = http_server();
        push(&mut server, &[&request(1), &request(2), tail].concat());
        server.push_wire_end().unwrap();
        assert_eq!(events(&mut server), ["connected", "payload 1"]);
        server.push_payload(&PACKET).unwrap();
        if tail.is_empty() {
            assert_eq!(events(&mut server), ["payload 2", end]);
        } else {
            assert_eq!(events(&mut server), ["payload 2"]);
        }
        server.push_payload(&PACKET).unwrap();
        if !tail.is_empty() {
            assert_eq!(events(&mut server), [end]);
        }
        assert_eq!(events(&mut server), [""; 0]);
    }
}

/// What waited for its turn and can have none any more is not lost without a word.
#[test]
fn payloads_that_were_not_sent_are_reported() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\naaaa"[..],
        b"HTTP/1.0 200 OK\r\n\r\naaaa",
    ] {
        let mut client = http_client(true, true);
        for _ in 0..3 {
            client.push_payload(&PACKET).unwrap();
        }
        pull_wire(&mut client);
        push(&mut client, answer);
        let mut seen = events(&mut client);
        client.push_wire_end().unwrap();
        seen.extend(events(&mut client));
        assert_eq!(seen, ["connected", "payload 97", "unsent"]);
    }
}

/// An app closes the connection where it is over and no event waits: what was not sent is reported by then.
#[test]
fn payloads_that_were_not_sent_are_reported_before_the_peer_leaves() {
    let mut client = http_client(true, true);
    for _ in 0..3 {
        client.push_payload(&PACKET).unwrap();
    }
    pull_wire(&mut client);
    push(
        &mut client,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\naaaa",
    );
    let mut server = http_server();
    push(&mut server, &request(97));
    assert_eq!(events(&mut server), ["connected", "payload 97"]);
    for _ in 0..3 {
        server.push_payload(&PACKET).unwrap();
    }
    pull_wire(&mut server);
    push(
        &mut server,
        b"POST /api HTTP/1.1\r\nConnection: close\r\nContent-Length: 4\r\n\r\naaaa",
    );
    for (mut transport, seen) in [
        (client, &["connected", "payload 97", "unsent"][..]),
        (server, &["payload 97", "unsent"]),
    ] {
        assert_eq!(events(&mut transport), seen);
        assert!(transport.is_over());
        push(&mut transport, b"more");
        transport.push_wire_end().unwrap();
        assert_eq!(events(&mut transport), [""; 0]);
    }
}

/// Who asks for one response a connection has no second turn (RFC 9112, section 9.6).
#[test]
fn a_client_that_does_not_stay_has_one_request() {
    let mut client = http_client(false, true);
    client.push_payload(&PACKET).unwrap();
    assert_eq!(
        client.push_payload(&PACKET),
        Err(UsageError::OutOfTurn.into())
    );
    assert!(!client.is_over());
    // Even where the server would stay.
    push(
        &mut client,
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\naaaa",
    );
    assert_eq!(events(&mut client), ["connected", "payload 97"]);
    assert!(client.is_over());
    assert_eq!(client.push_payload(&PACKET), Err(UsageError::Closed.into()));
}

/// An end without the answer that is due is one event, and no error behind it.
#[test]
fn an_http_client_that_gets_no_answer_sees_one_end() {
    for came in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le"] {
        let mut client = http_client(true, false);
        client.push_payload(&PACKET).unwrap();
        pull_wire(&mut client);
        push(&mut client, came);
        client.push_wire_end().unwrap();
        assert_eq!(events(&mut client), ["connected", "inside_frame"]);
        assert_eq!(events(&mut client), [""; 0]);
    }
}

/// Behind its last answer an HTTP server has nothing left to send.
#[test]
fn an_http_server_is_over_behind_its_last_answer() {
    let mut server = http_server();
    push(
        &mut server,
        b"POST /api HTTP/1.1\r\nConnection: close\r\nContent-Length: 4\r\n\r\naaaa",
    );
    assert_eq!(events(&mut server), ["connected", "payload 97"]);
    assert!(!server.is_over());
    server.push_payload(&PACKET).unwrap();
    assert!(server.is_over() && server.wants_write());
    assert_eq!(server.push_payload(&PACKET), Err(UsageError::Closed.into()));
}

/// Who has left waits for no further answer: what is pushed behind the last event would wait for ever.
#[test]
fn an_http_connection_is_over_behind_its_end() {
    let mut server = http_server();
    push(&mut server, &request(1));
    server.push_wire_end().unwrap();
    assert_eq!(
        events(&mut server),
        ["connected", "payload 1", "between_frames"]
    );
    assert!(!server.is_over());
    server.push_payload(&PACKET).unwrap();
    let mut client = http_client(true, true);
    client.push_wire_end().unwrap();
    assert_eq!(events(&mut client), ["connected", "between_frames"]);
    for mut transport in [server, client] {
        assert!(transport.is_over());
        let pushed = transport.push_payload(&PACKET);
        assert_eq!(pushed, Err(UsageError::Closed.into()));
    }
}

fn fake_tls_config() -> Config {
    let secret = Secret::from_bytes(b"\xee0123456789abcdefexample.org", ParseMode::Strict).unwrap();
    let mut config = Config::new();
    config
        .add_secret(secret)
        .set_dc(DcId::new(2, false, false).unwrap())
        .set_unix_time(1_800_000_000);
    config
}

fn websocket_config() -> Config {
    let mut config = Config::new();
    config.set_websocket(WebSocketTarget::new("example.org"));
    config
}

fn websocket_server_config() -> Config {
    let mut config = Config::new();
    config.set_accept(Accept {
        obfuscated: true,
        websocket: true,
        ..Accept::default()
    });
    config
}

fn fake_tls_pair() -> (Transport, Transport) {
    let config = fake_tls_config();
    let mut server = Transport::server(&config).unwrap();
    let mut client = Transport::client(&config).unwrap();
    push(&mut server, &pull_wire(&mut client));
    push(&mut client, &pull_wire(&mut server));
    client.push_payload(&PACKET).unwrap();
    push(&mut server, &pull_wire(&mut client));
    assert_eq!(events(&mut server), ["connected", "payload 7"]);
    (client, server)
}

fn websocket_pair() -> (Transport, Transport) {
    let mut client = Transport::client(&websocket_config()).unwrap();
    let config = websocket_server_config();
    let mut server = Transport::server(&config).unwrap();
    push(&mut server, &pull_wire(&mut client));
    push(&mut client, &pull_wire(&mut server));
    client.push_payload(&PACKET).unwrap();
    push(&mut server, &pull_wire(&mut client));
    assert_eq!(events(&mut server), ["connected", "payload 7"]);
    (client, server)
}

/// A carrier's header that stops half-way is a cut, though no byte of the stream behind it has come.
#[test]
fn a_cut_inside_a_carriers_header_is_no_clean_end() {
    for pair in [fake_tls_pair, websocket_pair] {
        for cut in 0..20 {
            let (mut client, mut server) = pair();
            client.push_payload(&PACKET).unwrap();
            push(&mut server, &pull_wire(&mut client)[..cut]);
            server.push_wire_end().unwrap();
            let end = if cut == 0 {
                "between_frames"
            } else {
                "inside_frame"
            };
            assert_eq!(events(&mut server), [end], "{cut}");
        }
    }
}

/// A server of each kind, and what is on its way to be recognised there.
fn openings() -> Vec<(Config, Vec<u8>)> {
    let mut openings = Vec::new();
    for envelope in Envelope::ALL {
        for obfuscated in [false, true] {
            let mut config = Config::new();
            config
                .set_obfuscated(obfuscated)
                .set_entropy(Entropy::from_bytes(&[5]))
                .set_accept(Accept {
                    plain: true,
                    plain_full: true,
                    obfuscated: true,
                    obfuscated_full: true,
                    ..Accept::default()
                });
            config.set_envelope(envelope);
            let mut client = Transport::client(&config).unwrap();
            client.push_payload(&PACKET).unwrap();
            openings.push((config, pull_wire(&mut client)));
        }
    }
    let config = fake_tls_config();
    let mut client = Transport::client(&config).unwrap();
    openings.push((config, pull_wire(&mut client)));
    let mut client = Transport::client(&websocket_config()).unwrap();
    let wire = pull_wire(&mut client);
    let config = websocket_server_config();
    openings.push((config, wire));
    openings
}

/// Who stops before it is recognised is handed back with every byte, wherever it stops: a proxy passes them on to the site
/// that it stands before.
#[test]
fn a_stranger_that_stops_is_given_back_whole() {
    let mut given_back = 0;
    for (config, wire) in openings() {
        for cut in 0..wire.len() {
            let mut server = Transport::server(&config).unwrap();
            push(&mut server, &wire[..cut]);
            server.push_wire_end().unwrap();
            match server.pull_event().unwrap() {
                Some(Event::Closed(closed)) => {
                    assert_eq!((cut, closed), (0, Closed::BeforeOpening));
                    assert!(server.is_over());
                }
                Some(Event::NotOurs(stranger)) => {
                    assert_eq!(stranger.reason, NotOursReason::Incomplete);
                    assert_eq!(stranger.data, &wire[..cut]);
                    given_back += 1;
                }
                other => {
                    assert!(matches!(other, Some(Event::Connected(_))), "{other:?}");
                    break;
                }
            }
        }
    }
    assert!(given_back > 1000, "{given_back}");
}

/// Code 1 is ff ff ff ff on the wire, as is the mark of a quick ack: with padding enough for a token it would be read as one.
#[test]
fn the_transport_error_of_code_1_is_never_read_as_a_quick_ack() {
    let mut config = Config::new();
    config.set_max_padding(15).unwrap();
    config.set_envelope(Envelope::PaddedIntermediate);
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&config).unwrap();
    client.push_payload(&PACKET).unwrap();
    push(&mut server, &pull_wire(&mut client));
    while server.pull_event().unwrap().is_some() {}
    while client.pull_event().unwrap().is_some() {}
    for code in [1, 2, 404] {
        let error = TransportError::new(code).unwrap();
        for _ in 0..200 {
            server.push_transport_error(error).unwrap();
            push(&mut client, &pull_wire(&mut server));
            let event = client.pull_event().unwrap();
            assert_eq!(event, Some(Event::TransportError(error)));
        }
    }
}

/// A client may open a WebSocket, and close it before it says anything: it is answered (RFC 6455, section 5.5.1).
#[test]
fn a_websocket_that_is_closed_before_the_opening_is_answered() {
    let (config, request) = openings().pop().unwrap();
    let mut server = Transport::server(&config).unwrap();
    push(&mut server, &request);
    assert!(pull_wire(&mut server).starts_with(b"HTTP/1.1 101"));
    // Masked with zeros.
    push(&mut server, b"\x88\x82\0\0\0\0\x03\xe8");
    assert_eq!(events(&mut server), ["before_opening"]);
    assert!(server.is_over());
    assert_eq!(pull_wire(&mut server), b"\x88\x02\x03\xe8");
}

/// What is pushed while a carrier's handshake is not answered waits for it; once the peer has left it cannot.
#[test]
fn a_client_whose_handshake_was_not_answered_is_over() {
    for config in [fake_tls_config(), websocket_config()] {
        let mut client = Transport::client(&config).unwrap();
        client.push_payload(&PACKET).unwrap();
        client.push_wire_end().unwrap();
        assert!(!client.is_over());
        assert_eq!(events(&mut client), ["before_opening"]);
        assert!(client.is_over());
        assert_eq!(client.push_payload(&PACKET), Err(UsageError::Closed.into()));
    }
}

/// Over WebSocket a transport error is the last thing that can be sent.
#[test]
fn a_websocket_is_over_behind_a_transport_error() {
    let (mut client, mut server) = websocket_pair();
    assert!(!server.is_over() && !client.is_over());
    server
        .push_transport_error(TransportError::AUTH_KEY_NOT_FOUND)
        .unwrap();
    assert!(server.is_over());
    assert_eq!(server.push_payload(&PACKET), Err(UsageError::Closed.into()));
    push(&mut client, &pull_wire(&mut server));
    assert!(client.is_over());
}
