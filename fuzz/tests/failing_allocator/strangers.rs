//! Peers that break the protocol or speak another one: what is said about them needs memory too.

use std::ptr::null;

use mtproto::capi::*;

use crate::ends::{Config, End};
use crate::{Calls, allocator, each_allocation};

const SECRET: &[u8] = b"\xee0123456789abcdefexample.org";

/// What a client with this secret sends first.
fn hello(secret: &[u8]) -> Vec<u8> {
    let config = Config::new(false).with_secret(secret);
    let mut calls = Calls { refused: 0 };
    let client = End::client(&config, &mut calls);
    client.peek(&mut calls).1.to_vec()
}

/// The same hello in records of this many bytes.
fn cut(hello: &[u8], size: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    for part in hello[5..].chunks(size) {
        wire.extend([0x16, 3, 1]);
        wire.extend((part.len() as u16).to_be_bytes());
        wire.extend(part);
    }
    wire
}

/// What the server comes to in the end: an event or a status.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Event(i32, i32),
    Status(mtproto_status),
    Waits,
}

/// Gives the server the bytes in three pieces.
fn judge(server: &End, bytes: &[u8], calls: &mut Calls) -> Verdict {
    for piece in bytes.chunks(bytes.len().div_ceil(3)) {
        match server.push(piece, calls) {
            MTPROTO_OK => {}
            status => return Verdict::Status(status),
        }
        match server.pull(calls) {
            Ok(event) if event.kind == MTPROTO_EVENT_CONNECTED => {}
            Ok(event) => return Verdict::Event(event.kind, event.code),
            Err(MTPROTO_NO_EVENT) => {}
            Err(status) => {
                assert!(status == MTPROTO_ERROR_OUT_OF_MEMORY || !server.words().is_empty());
                return Verdict::Status(status);
            }
        }
    }
    Verdict::Waits
}

fn not_ours(reason: i32) -> Verdict {
    Verdict::Event(MTPROTO_EVENT_NOT_OURS, reason)
}

/// A server of this config comes to that; or it lacks memory, and says so for ever.
fn every(config: &Config, bytes: &[u8], expected: &Verdict) -> usize {
    each_allocation(|calls| {
        let server = End::server(config, calls);
        let verdict = judge(&server, bytes, calls);
        let lacked = Verdict::Status(MTPROTO_ERROR_OUT_OF_MEMORY);
        assert!(
            verdict == *expected || calls.refused > 0 && verdict == lacked,
            "{verdict:?}"
        );
    })
}

#[test]
fn hellos() {
    let ours = hello(SECRET);
    let other_key = hello(b"\xeefedcba9876543210example.org");
    let other_name = hello(b"\xee0123456789abcdefexample.com");
    let pieces = cut(&ours, 500);
    for small in [false, true] {
        let config = Config::new(small).with_secret(SECRET);
        let unknown = not_ours(MTPROTO_NOT_OURS_UNKNOWN_SECRET);
        let foreign = not_ours(MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME);
        for (bytes, expected) in [
            (&ours, Verdict::Waits),
            (&pieces, Verdict::Waits),
            (&other_key, unknown),
            (&other_name, foreign),
        ] {
            assert!(every(&config, bytes, &expected) >= 2);
        }
    }
}

#[test]
fn requests() {
    let all = MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_WEBSOCKET | MTPROTO_ACCEPT_HTTP;
    let config = Config::new(false).accepting(all);
    let closed = Verdict::Event(MTPROTO_EVENT_CLOSED, MTPROTO_CLOSED_REFUSED);
    for request in [
        &b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"GET /apiws HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /nowhere HTTP/1.1\r\nContent-Length: 4\r\n\r\n",
        b"OPTIONS /apiw HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        assert!(every(&config, request, &closed) >= 2);
    }
    let stranger = not_ours(MTPROTO_NOT_OURS_HTTP);
    let plain = Config::new(false);
    assert!(every(&plain, b"GET / HTTP/1.1\r\n\r\n", &stranger) >= 2);
}

#[test]
fn a_websocket_of_broken_frames() {
    let config = Config::new(false).accepting(MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_WEBSOCKET);
    let bytes = b"GET /apiws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Protocol: binary\r\n\r\n\xff\xff";
    let broken = Verdict::Status(MTPROTO_ERROR_WEBSOCKET_FRAME);
    assert!(every(&config, bytes, &broken) >= 4);
    // The last ping of three, which needs more memory, is answered, if not at once then with what comes next.
    let ping = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'p'; 125]].concat();
    let answer = [&[0x8a, 0x7d][..], &[b'p'; 125]].concat();
    let last = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'l'; 125]].concat();
    let last_answer = [&[0x8a, 0x7d][..], &[b'l'; 125]].concat();
    let pong = [0x8a, 0x80, 0, 0, 0, 0];
    let opening = &bytes[..bytes.len() - 2];
    let count = each_allocation(|calls| {
        let server = End::server(&config, calls);
        assert_eq!(server.push(opening, calls), MTPROTO_OK);
        if server.pull(calls).map(|event| event.kind) == Err(MTPROTO_ERROR_OUT_OF_MEMORY) {
            return;
        }
        for frame in [&ping[..], &ping, &last, &pong] {
            assert_eq!(server.push(frame, calls), MTPROTO_OK);
            // It does not say whether there was memory for the answer.
            if allocator::has_failed() {
                allocator::is_back();
            }
        }
        let (status, wire) = server.peek(calls);
        assert_eq!(status, MTPROTO_OK);
        assert!(wire.starts_with(b"HTTP/1.1 101 ") && wire.ends_with(&last_answer));
        assert!(wire.windows(answer.len()).any(|bytes| bytes == answer));
    });
    assert!(count >= 5, "{count}");
}

/// The error's words need memory: without it there are words all the same.
#[test]
fn answers_that_are_none() {
    let with_secret = Config::new(false).with_secret(SECRET);
    let websocket = Config::new(false);
    let http = Config::new(false);
    // SAFETY: live handles, good texts.
    unsafe {
        let (host, path) = (c"a".as_ptr(), c"/apiws".as_ptr());
        let status = mtproto_config_set_websocket(websocket.0, host, path, null());
        assert_eq!(status, MTPROTO_OK);
        let status = mtproto_config_set_http(http.0, host, c"/api".as_ptr(), null(), true);
        assert_eq!(status, MTPROTO_OK);
    }
    for (config, expected) in [
        (&with_secret, MTPROTO_ERROR_FAKE_TLS_NOT_TLS),
        (&websocket, MTPROTO_ERROR_WEBSOCKET_OPENING),
        (&http, MTPROTO_ERROR_HTTP_RESPONSE),
    ] {
        let count = each_allocation(|calls| {
            let client = End::client(config, calls);
            assert_eq!(client.push(b"SSH-2.0-OpenSSH\r\n", calls), MTPROTO_OK);
            while let Ok(event) = client.pull(calls) {
                assert_eq!(event.kind, MTPROTO_EVENT_CONNECTED);
            }
            assert_eq!(client.pull(calls).map(|event| event.kind), Err(expected));
            assert!(!client.words().is_empty());
        });
        assert!(count >= 4, "{count}");
    }
}
