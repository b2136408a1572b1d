//! What the fuzz targets and readers found, one test each.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use mtproto::error::UsageError;
use mtproto::mtproxy::Secret;
use mtproto::{
    Accept, Closed, Config, DcId, Entropy, Envelope, Event, HttpTarget, NotOursReason, Transport,
    TransportError, WebSocketTarget,
};

const PACKET: [u8; 40] = [7; 40];

fn take_wire(transport: &mut Transport) -> Vec<u8> {
    let wire = transport.peek_wire().unwrap().to_vec();
    transport.consume_wire(wire.len()).unwrap();
    wire
}

/// The lengths of the payloads that come out.
fn lengths(transport: &mut Transport, wire: &[u8]) -> Vec<usize> {
    assert_eq!(transport.push_wire(wire), Ok(wire.len()));
    let mut lengths = Vec::new();
    while let Some(event) = transport.pull_event().unwrap() {
        if let Event::Payload(payload) = event {
            lengths.push(payload.data.len());
        }
    }
    lengths
}

fn server(accept: Accept) -> Transport {
    let mut config = Config::new();
    config.set_accept(accept).set_queue_turns(true);
    Transport::server(&config).unwrap()
}

/// Found by round_trip. A client has a payload waiting for its turn, learns by the event of the response that the turn
/// has come, and pushes another: the one that waited goes first.
#[test]
fn a_payload_that_waits_for_its_turn_is_not_overtaken() {
    let mut config = Config::new();
    config
        .set_http(HttpTarget::new("example.org"))
        .set_queue_turns(true);
    let mut client = Transport::client(&config).unwrap();
    let mut server = server(Accept {
        http: true,
        ..Accept::default()
    });
    let mut seen = Vec::new();
    client.push_payload(&[1; 24]).unwrap();
    client.push_payload(&[2; 40]).unwrap();
    seen.extend(lengths(&mut server, &take_wire(&mut client)));
    server.push_payload(&PACKET).unwrap();
    let answer = take_wire(&mut server);
    client.push_wire(&answer).unwrap();
    while !matches!(client.pull_event().unwrap(), Some(Event::Payload(_))) {}
    // Its turn: but [2; 40] was first.
    client.push_payload(&[3; 56]).unwrap();
    for _ in 0..2 {
        assert_eq!(client.pull_event(), Ok(None));
        let request = take_wire(&mut client);
        seen.extend(lengths(&mut server, &request));
        server.push_payload(&PACKET).unwrap();
        lengths(&mut client, &take_wire(&mut server));
    }
    assert_eq!(seen, [24, 40, 56]);
}

/// A WebSocket that is open at both ends.
fn websocket() -> (Transport, Transport) {
    let mut config = Config::new();
    config.set_websocket(WebSocketTarget::new("example.org"));
    let mut client = Transport::client(&config).unwrap();
    let mut server = server(Accept {
        obfuscated: true,
        websocket: true,
        ..Accept::default()
    });
    client.push_payload(&PACKET).unwrap();
    lengths(&mut server, &take_wire(&mut client));
    lengths(&mut client, &take_wire(&mut server));
    assert_eq!(lengths(&mut server, &take_wire(&mut client)), [40]);
    (client, server)
}

/// Found by websocket_frames_client. Who reads as long as bytes are wanted waits for ever: the peer has sent its last.
#[test]
fn nothing_is_wanted_while_the_end_of_a_websocket_waits() {
    let (mut client, mut server) = websocket();
    server
        .push_transport_error(TransportError::AUTH_KEY_NOT_FOUND)
        .unwrap();
    let wire = take_wire(&mut server);
    client.push_wire(&wire).unwrap();
    let mut wanted = Vec::new();
    loop {
        let before = client.wants_read();
        match client.pull_event().unwrap() {
            Some(Event::Closed(_)) => {
                wanted.push(before);
                break;
            }
            Some(_) => wanted.push(before),
            None => break,
        }
    }
    assert_eq!(wanted, [0, 0], "the error and the end, both there");
}

fn http_server() -> Transport {
    server(Accept {
        http: true,
        ..Accept::default()
    })
}

fn http_request() -> Vec<u8> {
    [
        b"POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n".as_slice(),
        &PACKET,
    ]
    .concat()
}

/// Found by http_requests.
#[test]
fn nothing_is_wanted_while_a_packet_over_http_waits() {
    let mut server = http_server();
    server.push_wire(&http_request()).unwrap();
    assert!(matches!(server.pull_event(), Ok(Some(Event::Connected(_)))));
    assert_eq!(server.wants_read(), 0);
    assert!(matches!(server.pull_event(), Ok(Some(Event::Payload(_)))));
}

/// What an HTTP client had sent ahead was taken for looked at while its first request waited for the answer: there was an
/// event, and more bytes were wanted before it.
#[test]
fn nothing_is_wanted_while_a_request_that_was_sent_ahead_waits() {
    let mut server = http_server();
    server.push_wire(&http_request().repeat(2)).unwrap();
    assert!(matches!(server.pull_event(), Ok(Some(Event::Connected(_)))));
    for _ in 0..2 {
        assert_eq!(server.wants_read(), 0);
        assert!(matches!(server.pull_event(), Ok(Some(Event::Payload(_)))));
        assert!(matches!(server.pull_event(), Ok(None)));
        assert_eq!(server.wants_read(), 0);
        server.push_payload(&PACKET).unwrap();
    }
    assert!(matches!(server.pull_event(), Ok(None)));
    assert_ne!(server.wants_read(), 0);
}

/// Found by fake_tls_stranger. A transport says the same of the same bytes, however they are cut.
#[test]
fn an_answer_to_a_fake_tls_hello_is_judged_by_its_bytes_alone() {
    let said = |cuts: &[usize], answer: &[u8]| {
        let mut config = Config::new();
        config
            .add_secret(Secret::fake_tls(&[7; 16], "example.org").unwrap())
            .set_dc(DcId::new(2, false, false).unwrap())
            .set_unix_time(1_800_000_000)
            .set_entropy(Entropy::from_bytes(b"a client"));
        let mut client = Transport::client(&config).unwrap();
        take_wire(&mut client);
        let mut start = 0;
        for &cut in cuts.iter().chain([&answer.len()]) {
            client.push_wire(&answer[start..cut]).unwrap();
            start = cut;
            if client.pull_event().is_err() {
                break;
            }
        }
        client.failure()
    };
    for answer in [
        &b"\x15\xfc\x02\x28"[..],
        b"HTTP",
        b"\x15\x03\x03\x00",
        b"\x16\x03\x03\x00",
        b"\x15\x03\x03\x00\x02\x02\x28",
    ] {
        let whole = said(&[], answer);
        for cut in 1..answer.len() {
            assert_eq!(said(&[cut], answer), whole, "{answer:02x?} cut at {cut}");
        }
    }
}

/// Found by websocket_frames_client and _server. Who sends as long as wants_write says so never answers the close.
#[test]
fn the_answer_to_a_close_frame_is_said_to_wait() {
    let (mut client, mut server) = websocket();
    // Without a packet in front of it, which would count.
    assert_eq!(client.push_wire(b"\x88\x02\x03\xe8"), Ok(4));
    while client.pull_event().unwrap().is_some() {}
    assert!(client.wants_write());
    let waiting = client.pending_wire();
    assert_eq!(client.peek_wire().map(<[u8]>::len), Ok(waiting));

    server
        .push_transport_error(TransportError::AUTH_KEY_NOT_FOUND)
        .unwrap();
    let waiting = server.pending_wire();
    assert_eq!(server.peek_wire().map(<[u8]>::len), Ok(waiting));
}

/// Found by c_calls. Who is refused may go on sending: nothing of it is looked at.
#[test]
fn what_follows_a_refused_request_for_a_websocket_is_dropped() {
    for request in [
        &b"GET /nothing HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"[..],
        b"GET / HTTP/9\r\n\r\n",
    ] {
        let mut server = server(Accept {
            obfuscated: true,
            websocket: true,
            ..Accept::default()
        });
        // In two pieces: where the end of the head was looked for is remembered.
        let (first, second) = request.split_at(request.len() - 9);
        for piece in [first, second] {
            server.push_wire(piece).unwrap();
        }
        let waiting = server.pending_wire();
        for _ in 0..3 {
            assert_eq!(server.push_wire(b"GET / HTTP/1.1\r\n"), Ok(16));
            assert_eq!(server.pending_wire(), waiting, "refused once");
        }
        assert!(matches!(server.pull_event(), Ok(Some(Event::Closed(_)))));
    }
}

/// Found by round_trip. A transport error is a packet as any other; only a WebSocket is closed by it.
#[test]
fn a_transport_error_does_not_end_fake_tls() {
    let secret = Secret::fake_tls(&[7; 16], "example.org").unwrap();
    let mut config = Config::new();
    config
        .add_secret(secret)
        .set_dc(DcId::new(2, false, false).unwrap());
    let mut client = Transport::client(&config).unwrap();
    let mut server = Transport::server(&config).unwrap();
    client.push_payload(&PACKET).unwrap();
    lengths(&mut server, &take_wire(&mut client));
    lengths(&mut client, &take_wire(&mut server));
    assert_eq!(lengths(&mut server, &take_wire(&mut client)), [40]);
    for _ in 0..2 {
        assert_eq!(
            server.push_transport_error(TransportError::TRANSPORT_FLOOD),
            Ok(())
        );
    }
    assert_eq!(server.push_payload(&PACKET), Ok(()));
    assert_eq!(lengths(&mut client, &take_wire(&mut server)), [40]);
}

/// Found by c_calls. What is refused changes nothing: the opening still waits for the first packet, since alone its 64
/// bytes tell what it is.
#[test]
fn a_refused_quick_ack_does_not_let_the_opening_go() {
    let mut config = Config::new();
    config.set_envelope(Envelope::Full);
    let mut client = Transport::client(&config).unwrap();
    let refused = client.push_payload_with_quick_ack(&PACKET, None);
    assert_eq!(refused, Err(UsageError::QuickAckUnsupported.into()));
    assert_eq!((client.wants_write(), client.pending_wire()), (false, 0));
    assert_eq!(client.peek_wire(), Ok(&[][..]));
}

/// Found by websocket_frames_client: 82 bytes were wanted where one did. Who reads as many as are wanted waits for ever.
#[test]
fn no_more_is_wanted_than_what_completes_a_packet() {
    let (mut client, mut server) = websocket();
    server.push_payload(&PACKET).unwrap();
    let frame = take_wire(&mut server);
    // The same stream bytes as the start of a longer message.
    let mut longer = vec![0x02, 126, 1, 0];
    longer.extend(&frame[2..]);
    let mut given = 0;
    while given < longer.len() {
        let wanted = client.wants_read();
        assert!(
            wanted <= longer.len() - given,
            "{wanted} wanted after {given} bytes"
        );
        client.push_wire(&longer[given..given + wanted]).unwrap();
        given += wanted;
        while client.pull_event().unwrap().is_some() {}
    }
}

/// Found by server_opening.
#[test]
fn nothing_is_wanted_while_a_refusal_waits() {
    let mut server = server(Accept {
        obfuscated: true,
        websocket: true,
        ..Accept::default()
    });
    server.push_wire(b"GET /nothing HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(server.wants_read(), 0);
    assert!(matches!(server.pull_event(), Ok(Some(Event::Closed(_)))));
}

fn full_client() -> Transport {
    let mut config = Config::new();
    config.set_envelope(Envelope::Full).set_obfuscated(false);
    Transport::client(&config).unwrap()
}

fn events(transport: &mut Transport) -> Vec<String> {
    let mut events = Vec::new();
    while let Some(event) = transport.pull_event().unwrap() {
        events.push(format!("{event:?}"));
    }
    events
}

/// Found by a reader. 403 and 429 are no multiples of 4: the word was called a wrong length before the end could show
/// that it is an error.
#[test]
fn a_bare_code_before_the_end_of_a_full_stream_is_an_error() {
    for code in [403_u32, 404, 429, 444] {
        let mut client = full_client();
        for byte in code.to_le_bytes() {
            client.push_wire(&[byte]).unwrap();
            client.pull_event().unwrap();
        }
        client.push_wire_end().unwrap();
        let wanted = format!("TransportError(TransportError({code}))");
        assert_eq!(events(&mut client)[0], wanted);
    }
}

/// Found by a reader. The length of a frame that was cut off is no error code.
#[test]
fn a_length_before_the_end_of_a_full_stream_is_no_error() {
    let mut client = full_client();
    client.push_wire(&96_u32.to_le_bytes()).unwrap();
    events(&mut client);
    client.push_wire_end().unwrap();
    assert_eq!(events(&mut client), ["Closed(InsideFrame)"]);
}

/// Found by a reader. What waits for its turn is bounded, and what is refused is not lost sight of.
#[test]
fn what_waits_for_its_turn_is_bounded() {
    let mut config = Config::new();
    config
        .set_http(HttpTarget::new("example.org"))
        .set_queue_turns(true)
        .set_max_payload(1024)
        .unwrap();
    let mut client = Transport::client(&config).unwrap();
    client.push_payload(&[1; 1024]).unwrap();
    client.push_payload(&[2; 1000]).unwrap();
    client.push_payload(&[3; 24]).unwrap();
    let refused = client.push_payload(&[4; 4]);
    assert_eq!(refused, Err(UsageError::OutOfTurn.into()));
}

/// Found by a reader. Behind the last response the server took no bytes, and never said so.
#[test]
fn what_follows_the_last_request_is_dropped() {
    let mut config = Config::new();
    config
        .set_accept(Accept {
            http: true,
            ..Accept::default()
        })
        .set_max_payload(1024)
        .unwrap();
    let mut server = Transport::server(&config).unwrap();
    let mut request =
        b"POST /api HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 40\r\n\r\n"
            .to_vec();
    request.extend_from_slice(&PACKET);
    assert_eq!(lengths(&mut server, &request), [40]);
    server.push_payload(&PACKET).unwrap();
    server.pull_event().unwrap();
    // More than the receive buffer's ceiling.
    let more = vec![b'x'; 1 << 20];
    assert_eq!(server.push_wire(&more), Ok(more.len()));
    assert_eq!(server.wants_read(), 0);
}

/// Found by a reader. A largest payload holds for the packet, with padding allowed on top.
#[test]
fn padding_does_not_raise_the_largest_payload() {
    let mut config = Config::new();
    config
        .set_envelope(Envelope::PaddedIntermediate)
        .set_obfuscated(false);
    let mut client = Transport::client(&config).unwrap();
    config.set_max_payload(1024).unwrap();
    let mut server = Transport::server(&config).unwrap();
    client.push_payload(&[7; 1016]).unwrap();
    assert_eq!(lengths(&mut server, &take_wire(&mut client)), [1016]);
    client.push_payload(&[7; 1032]).unwrap();
    server.push_wire(&take_wire(&mut client)).unwrap();
    let error = server.pull_event().map(|_| ()).unwrap_err();
    assert!(error.is_fatal(), "{error}");
}

/// Near the receive buffer's ceiling there was no room for the rest of a packet if more was asked for than that,
/// and no event to make some: a program that always asks for as much read nothing more.
#[test]
fn the_rest_of_a_large_packet_always_finds_room() {
    for missing in [4, 100, 1000, 2000, 5000] {
        for minimum in [0, 1, 4096, 16 * 1024] {
            let mut config = Config::new();
            config
                .set_obfuscated(false)
                .set_max_payload(65_536)
                .unwrap();
            config.set_envelope(Envelope::Intermediate);
            let mut client = Transport::client(&config).unwrap();
            let mut server = Transport::server(&config).unwrap();
            client.push_payload(&vec![7; 65_536]).unwrap();
            let wire = client.peek_wire().unwrap().to_vec();
            let (mut first, last) = wire.split_at(wire.len() - missing);
            while !first.is_empty() {
                let room = server.reserve_wire(0).unwrap();
                let count = room.len().min(first.len());
                room[..count].copy_from_slice(&first[..count]);
                server.commit_wire(count).unwrap();
                first = &first[count..];
                while server.pull_event().unwrap().is_some() {}
            }
            assert_eq!(server.wants_read(), missing);
            let room = server.reserve_wire(minimum).unwrap();
            assert!(
                room.len() >= missing.min(minimum.max(1)),
                "{missing} {minimum}"
            );
            let count = room.len().min(missing);
            room[..count].copy_from_slice(&last[..count]);
            server.commit_wire(count).unwrap();
            while !last[count..].is_empty() && server.push_wire(&last[count..]).unwrap() == 0 {}
            let event = server.pull_event().unwrap();
            assert!(matches!(event, Some(Event::Payload(p)) if p.data.len() == 65_536));
        }
    }
}

/// What may pass the receive buffer's ceiling for the rest of a packet must not do so for an HTTP client that sends
/// ahead of its answer.
#[test]
fn room_above_the_ceiling_is_for_the_rest_of_a_packet_only() {
    let request = http_request();
    for minimum in [0, 1, 1000] {
        let mut config = Config::new();
        let accept = Accept {
            http: true,
            ..Accept::default()
        };
        config.set_accept(accept).set_max_payload(1024).unwrap();
        let mut server = Transport::server(&config).unwrap();
        let mut taken = 0;
        for request in request.chunks(13).cycle().take(20_000) {
            if let Ok(room) = server.reserve_wire(minimum) {
                let count = room.len().min(request.len());
                room[..count].copy_from_slice(&request[..count]);
                server.commit_wire(count).unwrap();
                taken += count;
            }
            while server.pull_event().unwrap().is_some() {}
        }
        assert!(taken < 32 * 1024, "{taken} bytes with {minimum}");
    }
}

/// Found by a reader. All that waited went into one frame, however long: ours refuses one of more than 64 MiB, tungstenite
/// one of more than 16.
#[test]
fn a_frame_of_a_websocket_is_never_too_long_for_the_peer() {
    let (mut client, mut server) = websocket();
    let packet = vec![7; 24 + (1 << 23)];
    for _ in 0..3 {
        server.push_payload(&packet).unwrap();
    }
    let waiting = server.pending_wire();
    let wire = take_wire(&mut server);
    assert_eq!(wire.len(), waiting);
    let mut rest = wire.as_slice();
    while let [_, kind, after @ ..] = rest {
        let (header, length) = match (kind, after) {
            (127, [a, b, c, d, e, f, g, h, ..]) => {
                (10, u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))
            }
            (126, [a, b, ..]) => (4, u16::from_be_bytes([*a, *b]).into()),
            (&short, _) => (2, short.into()),
        };
        assert!(length <= 16 << 20, "{length}");
        rest = &rest[header + usize::try_from(length).unwrap()..];
    }
    let mut taken = 0;
    for _ in 0..3 {
        taken += client.push_wire(&wire[taken..]).unwrap();
        let event = client.pull_event().unwrap();
        assert!(matches!(event, Some(Event::Payload(p)) if p.data == packet));
    }
    assert_eq!(taken, wire.len());
}

/// Found by a reader. The end of the stream was called one inside a request where two were there, and the second one came
/// behind the last event.
#[test]
fn requests_that_were_sent_ahead_come_before_the_end() {
    let mut server = http_server();
    server.push_wire(&http_request().repeat(2)).unwrap();
    server.push_wire_end().unwrap();
    assert!(matches!(server.pull_event(), Ok(Some(Event::Connected(_)))));
    for next in [None, Some(Event::Closed(Closed::BetweenFrames))] {
        assert!(matches!(server.pull_event(), Ok(Some(Event::Payload(_)))));
        assert_eq!(server.pull_event(), Ok(next));
        server.push_payload(&PACKET).unwrap();
    }
    assert_eq!(server.pull_event(), Ok(None));
}

/// Found by a reader. The answer to a browser's question said that the connection ends with it, and the server wanted more.
#[test]
fn a_preflight_may_be_the_last_request() {
    for (connection, last) in [("keep-alive", false), ("close", true)] {
        let mut server = http_server();
        let request = format!("OPTIONS /apiw1 HTTP/1.1\r\nConnection: {connection}\r\n\r\n");
        assert_eq!(lengths(&mut server, request.as_bytes()), []);
        let answer = String::from_utf8(take_wire(&mut server)).unwrap();
        let said = format!("\r\nConnection: {connection}\r\n");
        assert!(answer.contains(&said), "{answer}");
        assert_eq!(server.wants_read() == 0, last, "{connection}");
        let pushed = server.push_payload(&PACKET);
        assert_eq!(pushed == Err(UsageError::Closed.into()), last);
    }
}

/// Found by a reader. A server called the digits in its client's close reason a transport error, which only servers send.
#[test]
fn a_close_reason_of_a_client_is_no_transport_error() {
    let (_, mut server) = websocket();
    // Masked with zeros.
    server.push_wire(b"\x88\x85\0\0\0\0\x03\xe8404").unwrap();
    assert_eq!(events(&mut server), ["Closed(BetweenFrames)"]);
}

/// Found by a reader. As many bytes as had been there of the response before were taken for those, and more were wanted
/// while a packet waited.
#[test]
fn nothing_is_wanted_while_a_response_waits() {
    let mut config = Config::new();
    config.set_http(HttpTarget::new("example.org"));
    let mut client = Transport::client(&config).unwrap();
    assert!(matches!(client.pull_event(), Ok(Some(Event::Connected(_)))));
    let head = |length| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    let first = [head(100), vec![1; 100]].concat();
    let second = [head(40), PACKET.to_vec()].concat();

    client.push_payload(&PACKET).unwrap();
    let (start, rest) = first.split_at(head(100).len() + second.len());
    client.push_wire(start).unwrap();
    assert_eq!(client.pull_event(), Ok(None));
    assert_eq!(client.wants_read(), rest.len());
    client.push_wire(rest).unwrap();
    assert!(matches!(client.pull_event(), Ok(Some(Event::Payload(_)))));

    client.push_payload(&PACKET).unwrap();
    assert_ne!(client.wants_read(), 0);
    client.push_wire(&second).unwrap();
    assert_eq!(client.wants_read(), 0);
    assert!(matches!(client.pull_event(), Ok(Some(Event::Payload(_)))));
}

/// Found by a reader. A config that is logged showed who may use the HTTP proxy.
#[test]
fn debug_shows_no_credentials_for_an_http_proxy() {
    let mut target = HttpTarget::new("example.org");
    target.proxy_authorization = Some("basic dXNlcjpwYXNz".into());
    let mut config = Config::new();
    config.set_http(target.clone());
    for text in [format!("{target:?}"), format!("{config:?}")] {
        assert!(text.contains("example.org"), "{text}");
        assert!(!text.contains("dXNlcjpwYXNz"), "{text}");
    }
}

/// Found by a reader. Who is refused, or has said goodbye, may go on sending: what came behind the last event was called
/// bytes behind an end that nobody had pushed.
#[test]
fn what_comes_behind_the_last_event_is_dropped_until_the_end() {
    let (_, mut closed) = websocket();
    // The start of a packet is lost by the close frame behind it, both masked with zeros.
    let partial = b"\x82\x83\0\0\0\0abc\x88\x82\0\0\0\0\x03\xe8";
    closed.push_wire(partial).unwrap();
    let mut http = http_server();
    http.push_wire(b"POST /nothing HTTP/1.1\r\n\r\n").unwrap();
    let mut websocket = server(Accept {
        obfuscated: true,
        websocket: true,
        ..Accept::default()
    });
    websocket
        .push_wire(b"GET /nothing HTTP/1.1\r\n\r\n")
        .unwrap();
    for mut server in [closed, http, websocket] {
        let seen = events(&mut server);
        assert!(seen.last().unwrap().starts_with("Closed"), "{seen:?}");
        let waiting = server.pending_wire();
        assert_ne!(waiting, 0);
        for _ in 0..3 {
            assert_eq!(server.push_wire(&[0x82; 1000]), Ok(1000));
            assert_ne!(server.reserve_wire(1).unwrap().len(), 0);
            assert_eq!(server.commit_wire(1), Ok(()));
            assert_eq!(server.pull_event(), Ok(None));
            assert_eq!((server.wants_read(), server.pending_wire()), (0, waiting));
        }
        assert_eq!(server.push_wire_end(), Ok(()));
        assert_eq!(server.pull_event(), Ok(None));
        assert_eq!(server.push_wire(b"more"), Err(UsageError::Ended.into()));
    }
}

/// Found by a reader. A proxy with fake TLS alone kept still for up to seven bytes that the site it stands in for answers
/// at once, as web servers do with what is no TLS.
#[test]
fn a_proxy_with_fake_tls_alone_tells_a_stranger_at_its_first_wrong_byte() {
    let mut config = Config::new();
    config.add_secret(Secret::fake_tls(&[7; 16], "example.org").unwrap());
    for (bytes, told_at, reason) in [
        (&b"A\r\n"[..], 1, NotOursReason::UnknownOpening),
        (b"\r\n\r\n", 1, NotOursReason::UnknownOpening),
        (b"\x10\0\0\0\0\0\0\0", 1, NotOursReason::UnknownOpening),
        (b"\xef\x0a", 1, NotOursReason::NotAccepted),
        (b"G\r\n", 2, NotOursReason::UnknownOpening),
        (b"\x16\x02\x01", 2, NotOursReason::UnknownOpening),
        (b"GET\r\n", 4, NotOursReason::UnknownOpening),
        (b"GET / HTTP/1.0\r\n", 4, NotOursReason::Http),
        (b"\xee\xee\xee\xee", 4, NotOursReason::NotAccepted),
        (b"\xee\xee\xee\0\0", 4, NotOursReason::UnknownOpening),
        (b"\x16\x03\xff\0", 4, NotOursReason::UnknownOpening),
    ] {
        for piece in 1..=bytes.len() {
            let mut server = Transport::server(&config).unwrap();
            let mut arrived = 0;
            for piece in bytes.chunks(piece) {
                assert_eq!(server.push_wire(piece), Ok(piece.len()));
                arrived += piece.len();
                match server.pull_event().unwrap() {
                    Some(Event::NotOurs(stranger)) => {
                        assert_eq!(stranger.reason, reason, "{bytes:?}");
                        assert_eq!(stranger.data, &bytes[..arrived]);
                        break;
                    }
                    other => assert_eq!(other, None),
                }
            }
            let by_then = bytes.len().min(usize::next_multiple_of(told_at, piece));
            assert_eq!(arrived, by_then, "{bytes:?}");
        }
    }
}

/// Found by a reader. A ping that came while much waited was never answered, however soon it had left.
#[test]
fn a_ping_is_answered_once_less_waits() {
    let (_, mut server) = websocket();
    server.push_payload(&[7; 100_000]).unwrap();
    // Masked with zeros; of two pings the later one counts.
    server.push_wire(b"\x89\x82\0\0\0\0no").unwrap();
    server.push_wire(b"\x89\x82\0\0\0\0hi").unwrap();
    let waiting = server.pending_wire();
    let mut sent = Vec::new();
    let mut buffer = [0; 10_000];
    while server.wants_write() {
        let count = server.pull_wire(&mut buffer).unwrap();
        sent.extend_from_slice(&buffer[..count]);
    }
    let pong = b"\x8a\x02hi";
    assert_eq!(sent.len(), waiting + pong.len());
    assert!(sent.ends_with(pong));
}
