//! WebSocket and HTTP through the whole context: both roles, any cut, refusals.

#![allow(
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test"
)]

use mtproto::error::{ConfigError, ProtocolError, UsageError};
use mtproto::mtproxy::Secret;
use mtproto::{
    Accept, Carrier, Closed, Config, Entropy, Envelope, Error, Event, HttpTarget, NotOursReason,
    Transport, TransportError, WebSocketTarget,
};

const PACKET: [u8; 40] = {
    let mut packet = [0; 40];
    packet[16] = 20;
    packet[20] = 0xf1;
    packet
};

fn everything() -> Config {
    let mut config = Config::new();
    config
        .set_entropy(Entropy::from_bytes(b"a server"))
        .set_accept(Accept {
            plain: true,
            plain_full: true,
            obfuscated: true,
            websocket: true,
            http: true,
            ..Accept::default()
        });
    config
}

fn websocket() -> Config {
    let mut config = Config::new();
    config
        .set_entropy(Entropy::from_bytes(b"a client"))
        .set_websocket(WebSocketTarget::new("venus.web.telegram.org"));
    config
}

fn http() -> Config {
    let mut config = Config::new();
    config.set_http(HttpTarget::new("149.154.167.51"));
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
        // Dead, or refused: nothing more is taken.
        if transport.push_wire(piece).is_err() {
            assert!(!seen.is_empty());
            break;
        }
        drain(transport, &mut seen);
    }
    seen
}

fn drain(transport: &mut Transport, seen: &mut Vec<String>) {
    loop {
        match transport.pull_event() {
            Ok(Some(Event::Payload(payload))) => {
                seen.push(format!(
                    "payload {} {:?}",
                    payload.data.len(),
                    payload.data.get(20)
                ));
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

fn websocket_conversation(cut: usize) -> Vec<Vec<String>> {
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    client.push_payload(&PACKET).unwrap();
    let request = take_wire(&mut client);
    assert!(request.starts_with(b"GET /apiws HTTP/1.1\r\nHost: venus.web.telegram.org\r\n"));
    let mut seen = vec![push(&mut server, &request, cut)];
    let response = take_wire(&mut server);
    assert!(response.starts_with(b"HTTP/1.1 101 "));
    seen.push(push(&mut client, &response, cut));
    let first = take_wire(&mut client);
    assert_eq!(first[0], 0x82, "one binary message");
    seen.push(push(&mut server, &first, cut));
    for blocks in [1, 5, 30, 5000] {
        let packet = vec![7; 24 + blocks * 16];
        client.push_payload(&packet).unwrap();
        server.push_payload(&packet).unwrap();
    }
    server
        .push_transport_error(TransportError::AUTH_KEY_NOT_FOUND)
        .unwrap();
    assert_eq!(server.push_payload(&PACKET), Err(UsageError::Closed.into()));
    let (to_client, to_server) = (take_wire(&mut server), take_wire(&mut client));
    assert!(to_client.ends_with(b"\x88\x0c\x03\xe8       404"));
    seen.push(push(&mut client, &to_client, cut));
    seen.push(push(&mut server, &to_server, cut));
    // The client answers the close frame, masked, and the server sees the end.
    let last = take_wire(&mut client);
    assert_eq!(last[..2], [0x88, 0x82]);
    seen.push(push(&mut server, &last, cut));
    seen
}

#[test]
fn websocket_in_any_pieces() {
    let whole = websocket_conversation(usize::MAX);
    assert!(whole[0].is_empty());
    assert!(whole[1][0].contains("carrier: WebSocket"), "{:?}", whole[1]);
    assert!(whole[2][0].contains("carrier: WebSocket") && whole[2][1] == "payload 40 Some(241)");
    // Four packets, the error once although it comes twice, the end.
    assert_eq!(whole[3].len(), 6, "{:?}", whole[3]);
    assert!(whole[3][4].contains("TransportError(404)") && whole[3][5].contains("Closed"));
    assert_eq!(whole[4].len(), 4);
    assert_eq!(whole[5], ["Closed(BetweenFrames)"]);
    for cut in [1, 2, 3, 7, 125, 126, 1000, 65_536] {
        assert_eq!(websocket_conversation(cut), whole, "cut at {cut}");
    }
}

/// A server that has answered a WebSocket's request.
fn websocket_server() -> Transport {
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    client.push_payload(&PACKET).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    server
}

#[test]
fn a_broken_websocket_is_closed_with_a_code() {
    let text = [0x81, 0x84, 0, 0, 0, 0, b't', b'e', b'x', b't'];
    let unmasked = [0x82, 0x04, 1, 2, 3, 4];
    // In the stream's own framing: an Intermediate length of no use.
    let astray = [0x82, 0x84, 9, 9, 9, 9, 9 ^ 1, 9, 9, 9];
    for (data, code) in [(&text[..], 1003u16), (&unmasked, 1002), (&astray, 1002)] {
        let mut server = websocket_server();
        server.push_payload(&PACKET).unwrap();
        let waiting = server.pending_wire();
        server.push_wire(data).unwrap();
        // What came before is still good, and the error comes behind it.
        for _ in 0..2 {
            assert!(server.pull_event().unwrap().is_some());
        }
        let error = server.pull_event().map(|event| format!("{event:?}"));
        let error = error.unwrap_err();
        assert_eq!(server.push_payload(&PACKET), Err(error));
        assert_eq!(server.push_wire(data), Err(error));
        assert_eq!(server.pending_wire(), waiting + 4);
        let wire = take_wire(&mut server);
        let [high, low] = code.to_be_bytes();
        assert_eq!(wire[wire.len() - 4..], [0x88, 0x02, high, low]);
        assert!(!server.wants_write());
        assert_eq!(server.pull_wire(&mut [0; 9]), Ok(0));
    }
    // A client that has sent nothing yet does not open its stream for that.
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    client.push_wire(&[0xf2, 0]).unwrap();
    while let Ok(Some(_)) = client.pull_event() {}
    assert!(client.failure().is_some());
    let wire = take_wire(&mut client);
    assert_eq!((wire.len(), wire[0], wire[1]), (8, 0x88, 0x82), "{wire:?}");
    // Elsewhere nothing is said to a peer that went astray.
    let mut server = Transport::server(&everything()).unwrap();
    server.push_wire(b"\xef\x01abcd\x00").unwrap();
    while let Ok(Some(_)) = server.pull_event() {}
    let error = server.failure().unwrap();
    assert_eq!(server.pull_wire(&mut [0; 9]), Err(error));
}

#[test]
fn a_ping_is_answered_between_frames() {
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    client.push_payload(&PACKET).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    take_wire(&mut client);
    client.push_payload(&PACKET).unwrap();
    client.push_wire(b"\x89\x02hi").unwrap();
    let wire = take_wire(&mut client);
    let pong = &wire[wire.len() - 8..];
    assert_eq!(pong[..2], [0x8a, 0x82], "a masked pong of two bytes");
    assert_eq!([pong[6] ^ pong[2], pong[7] ^ pong[3]], *b"hi");
}

#[test]
fn a_close_reason_may_carry_the_error_alone() {
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    let seen = push(&mut client, b"\x88\x0c\x03\xe8       429", 1);
    assert_eq!(
        seen[1..],
        [
            "TransportError(TransportError(429))",
            "Closed(BetweenFrames)"
        ]
    );
}

#[test]
fn what_is_no_websocket_is_refused_with_a_status() {
    let cases: [(&[u8], &str); 4] = [
        (b"GET /elsewhere HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "),
        (b"GET /apiws HTTP/1.1\r\n\r\n", "HTTP/1.1 426 "),
        (
            b"GET /apiws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            "HTTP/1.1 400 ",
        ),
        (b"DELETE / HTTP/1.1\r\n\r\n", ""),
    ];
    for (request, status) in cases {
        let mut server = Transport::server(&everything()).unwrap();
        let seen = push(&mut server, request, 1);
        if status.is_empty() {
            assert!(seen.is_empty(), "not the start of anything: {seen:?}");
            continue;
        }
        assert_eq!(seen, ["Closed(Refused)"], "{status}");
        let answer = String::from_utf8(take_wire(&mut server)).unwrap();
        assert!(answer.starts_with(status), "{answer}");
    }
    // Off by default: every byte is handed back.
    let mut server = Transport::server(&Config::new()).unwrap();
    server.push_wire(b"GET /apiws").unwrap();
    let Some(Event::NotOurs(not_ours)) = server.pull_event().unwrap() else {
        panic!("taken for ours");
    };
    assert_eq!(
        (not_ours.reason, not_ours.data),
        (NotOursReason::Http, &b"GET /apiws"[..])
    );
}

#[test]
fn the_client_tells_why_there_is_no_websocket() {
    for (answer, text) in [
        (&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..], "HTTP status 403"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n",
            "redirects (status 302)",
        ),
        (b"SSH-2.0-x\r\n", "not an HTTP server"),
    ] {
        let mut client = Transport::client(&websocket()).unwrap();
        client.push_wire(answer).unwrap();
        let error = client.pull_event().unwrap_err();
        assert!(matches!(
            error,
            Error::Protocol(ProtocolError::WebSocketOpening(_))
        ));
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn broken_frames_are_reported_in_their_turn() {
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    client.push_payload(&PACKET).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    let mut wire = take_wire(&mut client);
    wire.extend([0x82, 0x01, 0x00]); // without a mask
    let seen = push(&mut server, &wire, usize::MAX);
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen[1].starts_with("payload") && seen[2].contains("ClientUnmasked"));
}

fn http_conversation(cut: usize) -> Vec<Vec<String>> {
    let mut client = Transport::client(&http()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    let mut seen = Vec::new();
    for blocks in [1, 100, 5000] {
        let packet = vec![9; 24 + blocks * 16];
        client.push_payload(&packet).unwrap();
        let request = take_wire(&mut client);
        assert!(request.starts_with(b"POST /api HTTP/1.1\r\nHost: 149.154.167.51\r\n"));
        seen.push(push(&mut server, &request, cut));
        server.push_payload(&packet).unwrap();
        let response = take_wire(&mut server);
        seen.push(push(&mut client, &response, cut));
    }
    client.push_payload(&PACKET).unwrap();
    seen.push(push(&mut server, &take_wire(&mut client), cut));
    server
        .push_transport_error(TransportError::INVALID_DC)
        .unwrap();
    let response = take_wire(&mut server);
    assert!(response.starts_with(b"HTTP/1.1 444 "));
    seen.push(push(&mut client, &response, cut));
    client.push_wire_end().unwrap();
    let mut last = Vec::new();
    drain(&mut client, &mut last);
    seen.push(last);
    seen
}

#[test]
fn http_in_any_pieces() {
    let whole = http_conversation(usize::MAX);
    assert!(
        whole[0][0].contains("envelope: None, carrier: Http"),
        "{:?}",
        whole[0]
    );
    assert_eq!(whole[0][1], "payload 40 Some(9)");
    assert_eq!(whole[1][1], "payload 40 Some(9)");
    assert_eq!(whole[5], ["payload 80024 Some(9)"]);
    assert_eq!(whole[7], ["TransportError(TransportError(444))"]);
    assert_eq!(whole[8], ["Closed(BetweenFrames)"]);
    for cut in [1, 2, 13, 100, 4096] {
        assert_eq!(http_conversation(cut), whole, "cut at {cut}");
    }
}

#[test]
fn turns_are_kept_or_queued() {
    let mut client = Transport::client(&http()).unwrap();
    client.push_payload(&PACKET).unwrap();
    assert_eq!(
        client.push_payload(&PACKET),
        Err(UsageError::OutOfTurn.into())
    );

    let mut config = http();
    config.set_queue_turns(true);
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    for _ in 0..3 {
        client.push_payload(&PACKET).unwrap();
    }
    for round in 0..3 {
        let request = take_wire(&mut client);
        assert!(!request.is_empty(), "round {round}");
        push(&mut server, &request, usize::MAX);
        server.push_payload(&PACKET).unwrap();
        assert_eq!(
            server.push_payload(&PACKET),
            Err(UsageError::OutOfTurn.into())
        );
        let seen = push(&mut client, &take_wire(&mut server), usize::MAX);
        assert!(
            seen.iter().any(|event| event.starts_with("payload")),
            "{seen:?}"
        );
    }
    assert!(take_wire(&mut client).is_empty());
}

#[test]
fn chunked_answers_and_errors_in_bodies_are_understood() {
    let cases: [(&[u8], &[&str]); 5] = [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
              4\r\nabcd\r\n14\r\n0123456789abcdefghij\r\n0\r\n\r\n",
            &["payload 24 Some(103)"],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x6c\xfe\xff\xff",
            &["TransportError(TransportError(404))"],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            &["payload 0 None"],
        ),
        (
            b"HTTP/1.1 429 Slow\r\nContent-Length: 3\r\n\r\nno!",
            &["TransportError(TransportError(429))"],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
            &["HttpResponse"],
        ),
    ];
    for (response, expected) in cases {
        for cut in [1, usize::MAX] {
            let mut client = Transport::client(&http()).unwrap();
            client.push_payload(&PACKET).unwrap();
            take_wire(&mut client);
            let seen = push(&mut client, response, cut);
            assert_eq!(seen.len(), 1 + expected.len(), "{seen:?}");
            assert!(seen[1].contains(expected[0]), "{seen:?}");
        }
    }
    let mut client = Transport::client(&http()).unwrap();
    let seen = push(&mut client, b"HTTP/1.1 200 OK\r\n", 1);
    assert!(seen[1].contains("HttpUnasked"), "{seen:?}");
}

#[test]
fn the_server_refuses_with_the_right_status() {
    for (request, status) in [
        (
            &b"POST /elsewhere HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd"[..],
            404,
        ),
        (b"POST /api HTTP/1.1\r\n\r\n", 411),
        (
            b"POST /api HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
            413,
        ),
        (b"POST /a-path-that-is-too-long HTTP/1.1\r\n\r\n", 414),
        (b"POST /api HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 404),
    ] {
        let mut server = Transport::server(&everything()).unwrap();
        let seen = push(&mut server, request, 1);
        assert_eq!(
            seen.last().map(String::as_str),
            Some("Closed(Refused)"),
            "{seen:?}"
        );
        let answer = take_wire(&mut server);
        assert!(answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()));
    }
    let mut server = Transport::server(&everything()).unwrap();
    push(&mut server, b"OPTIONS /apiw HTTP/1.1\r\n\r\n", 1);
    let answer = String::from_utf8(take_wire(&mut server)).unwrap();
    assert!(
        answer.contains("Access-Control-Allow-Origin: *"),
        "{answer}"
    );
}

#[test]
fn configs_that_cannot_be_are_refused() {
    let refusal = |config: &Config| Transport::client(config).err();
    let mut config = websocket();
    config.set_obfuscated(false);
    assert_eq!(
        refusal(&config),
        Some(ConfigError::WebSocketWithoutObfuscation.into())
    );
    let mut config = Config::new();
    config.set_websocket(WebSocketTarget::new(""));
    assert_eq!(refusal(&config), Some(ConfigError::WebSocketTarget.into()));
    let mut config = websocket();
    config
        .set_dc(mtproto::DcId::new(2, false, false).unwrap())
        .add_secret(Secret::fake_tls(&[1; 16], "example.com").unwrap());
    assert_eq!(
        refusal(&config),
        Some(ConfigError::CarrierWithFakeTls.into())
    );
    let mut config = http();
    config.set_envelope(Envelope::Full);
    assert_eq!(
        refusal(&config),
        Some(ConfigError::HttpWithObfuscation.into())
    );
    let mut config = http();
    config.set_obfuscated(true);
    assert_eq!(
        refusal(&config),
        Some(ConfigError::HttpWithObfuscation.into())
    );
    let mut config = Config::new();
    config.set_http(HttpTarget::new("a\r\nb"));
    assert_eq!(refusal(&config), Some(ConfigError::HttpTarget.into()));
    let mut config = Config::new();
    config.set_accept(Accept {
        websocket: true,
        ..Accept::default()
    });
    assert_eq!(
        Transport::server(&config).err(),
        Some(ConfigError::WebSocketWithoutObfuscation.into())
    );
}

#[test]
fn quick_acks_go_through_websocket_and_not_through_http() {
    let token = mtproto::QuickAckToken::from_value(0x8000_0001).unwrap();
    let mut client = Transport::client(&http()).unwrap();
    assert_eq!(
        client.push_payload_with_quick_ack(&PACKET, token),
        Err(UsageError::QuickAckUnsupported.into())
    );
    let mut client = Transport::client(&websocket()).unwrap();
    let mut server = Transport::server(&everything()).unwrap();
    client.push_payload_with_quick_ack(&PACKET, token).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    client.push_wire(&take_wire(&mut server)).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    server.push_quick_ack(token).unwrap();
    let seen = push(&mut client, &take_wire(&mut server), 1);
    assert!(seen[1].contains("QuickAckToken(0x80000001)"), "{seen:?}");
}

/// A slow peer with endless headers is refused, and holds a bounded memory.
#[test]
fn endless_headers_end() {
    for start in ["GET /apiws HTTP/1.1\r\n", "POST /api HTTP/1.1\r\n"] {
        let mut server = Transport::server(&everything()).unwrap();
        server.push_wire(start.as_bytes()).unwrap();
        let mut sent = 0;
        let closed = loop {
            let line = b"X-Header: something that goes on for ever and ever\r\n";
            sent += server.push_wire(line).unwrap();
            match server.pull_event().unwrap() {
                Some(Event::Closed(closed)) => break closed,
                _ => assert!(sent < 100_000, "{start}"),
            }
        };
        assert_eq!(closed, Closed::Refused);
        assert!(take_wire(&mut server).starts_with(b"HTTP/1.1 431 "));
    }
}

#[test]
fn one_server_serves_them_all() {
    for (config, carrier) in [(websocket(), Carrier::WebSocket), (http(), Carrier::Http)] {
        let mut client = Transport::client(&config).unwrap();
        let mut server = Transport::server(&everything()).unwrap();
        client.push_payload(&PACKET).unwrap();
        let mut found = None;
        for _ in 0..3 {
            server.push_wire(&take_wire(&mut client)).unwrap();
            while let Some(event) = server.pull_event().unwrap() {
                if let Event::Connected(connected) = event {
                    found = Some(connected.carrier);
                }
            }
            client.push_wire(&take_wire(&mut server)).unwrap();
        }
        assert_eq!(found, Some(carrier));
    }
}

/// A body in the smallest chunks, however much of it comes at once; then the
/// next response, on the same connection.
#[test]
fn the_smallest_chunks_make_one_body() {
    let body: Vec<u8> = (0..=250).cycle().take(60_000).collect();
    let mut response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for byte in &body {
        response.extend(format!("1;x\r\n{}\r\n", '?').into_bytes());
        let at = response.len() - 3;
        response[at] = *byte;
    }
    response.extend(b"0\r\n\r\n");
    for cut in [usize::MAX, 1000, 7] {
        let mut client = Transport::client(&http()).unwrap();
        for _ in 0..2 {
            client.push_payload(&PACKET).unwrap();
            take_wire(&mut client);
            let mut found = None;
            for piece in response.chunks(cut.min(response.len())) {
                assert_eq!(client.push_wire(piece).unwrap(), piece.len());
                while let Some(event) = client.pull_event().unwrap() {
                    if let Event::Payload(payload) = event {
                        found = Some(payload.data.to_vec());
                    }
                }
            }
            assert!(found.as_deref() == Some(body.as_slice()), "cut at {cut}");
        }
    }
}

/// "Connection: close": nothing is sent after the last response.
#[test]
fn a_connection_that_ends_takes_no_payload() {
    let mut client = Transport::client(&http()).unwrap();
    client.push_payload(&PACKET).unwrap();
    let response = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd";
    push(&mut client, response, 1);
    assert_eq!(client.push_payload(&PACKET), Err(UsageError::Closed.into()));
    client.push_wire_end().unwrap();
    assert_eq!(
        client.pull_event(),
        Ok(Some(Event::Closed(Closed::BetweenFrames)))
    );
}
