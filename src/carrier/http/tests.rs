//! The two readers against each other, and however the input is cut.

mod requests;
mod responses;

use proptest::prelude::*;

use super::body::BodyError;
use super::request_head::{RequestHead, RequestOptions};
use super::request_reader::{self, Reason, Refusal, Request, RequestReader};
use super::response_head;
use super::response_reader::{self, ResponseError, ResponseReader};
use crate::carrier::http_head::{HeadError, LengthError, MAX_HEAD};
use crate::transport_error::TransportError;

const MAX_BODY: usize = 100_000;

/// What came to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Packet(Vec<u8>, Request),
    Preflight(Request),
    Continue,
}

/// What came to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answered {
    Packet(Vec<u8>, bool),
    Status(u16),
}

/// Feeds the pieces as a context would: what a reader leaves is kept and grows.
fn serve(pieces: &[&[u8]]) -> (Vec<Asked>, Option<Refusal>) {
    let extra = ["/my/long/path/to/mtproto".to_owned()];
    let mut reader = RequestReader::new(MAX_BODY);
    let (mut asked, mut body, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        kept.extend_from_slice(piece);
        loop {
            let used = match reader.next(&kept, &extra) {
                Ok(request_reader::Step::NeedMore(count)) => {
                    assert!(count > 0 && kept.len() < MAX_HEAD);
                    assert!(reader.missing() > 0);
                    break;
                }
                Ok(request_reader::Step::Skip(count)) => {
                    assert!(count > 0);
                    count
                }
                Ok(request_reader::Step::Continue { skip }) => {
                    assert_eq!(skip, kept.len());
                    asked.push(Asked::Continue);
                    skip
                }
                Ok(request_reader::Step::Body { skip, length }) => {
                    assert!(length > 0 && !reader.is_between());
                    body.extend(&kept[skip..skip + length]);
                    skip + length
                }
                Ok(request_reader::Step::End { skip, request }) => {
                    assert!(reader.is_between());
                    asked.push(Asked::Packet(core::mem::take(&mut body), request));
                    skip
                }
                Ok(request_reader::Step::Preflight { skip, request }) => {
                    asked.push(Asked::Preflight(request));
                    skip
                }
                Err(refusal) => {
                    assert_eq!(reader.next(b"more", &[]), Err(refusal), "final");
                    return (asked, Some(refusal));
                }
            };
            kept.drain(..used);
        }
    }
    (asked, None)
}

fn fetch(pieces: &[&[u8]], ended: bool) -> (Vec<Answered>, Option<ResponseError>) {
    let mut reader = ResponseReader::new(MAX_BODY);
    let (mut answered, mut body, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let mut failed = false;
    for piece in pieces {
        kept.extend_from_slice(piece);
        loop {
            let used = match reader.next(&kept) {
                Ok(response_reader::Step::NeedMore(count)) => {
                    assert!(count > 0 && kept.len() < MAX_HEAD);
                    assert!(reader.missing() > 0);
                    break;
                }
                Ok(response_reader::Step::Skip(count)) => {
                    assert!(count > 0);
                    count
                }
                Ok(response_reader::Step::Body { skip, length }) => {
                    assert!(length > 0);
                    body.extend(&kept[skip..skip + length]);
                    skip + length
                }
                Ok(response_reader::Step::Status { skip, code }) => {
                    answered.push(Answered::Status(code));
                    failed = true;
                    skip
                }
                Ok(response_reader::Step::End { skip, keep_alive }) => {
                    if !failed {
                        answered.push(Answered::Packet(core::mem::take(&mut body), keep_alive));
                    }
                    failed = false;
                    skip
                }
                Err(error) => {
                    assert_eq!(reader.next(b"more"), Err(error), "final");
                    return (answered, Some(error));
                }
            };
            kept.drain(..used);
        }
    }
    if ended {
        match reader.end_of_stream(answered.is_empty()) {
            Ok(Some(_)) if !failed => answered.push(Answered::Packet(body, false)),
            Ok(_) => {}
            Err(error) => {
                assert_eq!(reader.next(b"more"), Err(error), "final");
                return (answered, Some(error));
            }
        }
    }
    (answered, None)
}

fn bytewise(input: &[u8]) -> Vec<&[u8]> {
    input.chunks(1).collect()
}

const KEPT: Request = Request {
    keep_alive: true,
    cors: false,
};
const CLOSED: Request = Request {
    keep_alive: false,
    cors: false,
};
const BROWSER: Request = Request {
    keep_alive: true,
    cors: true,
};

fn packet(body: &[u8], request: Request) -> Asked {
    Asked::Packet(body.to_vec(), request)
}

#[test]
fn the_two_sides_understand_each_other() {
    for cors in [false, true] {
        for keep_alive in [false, true] {
            let options = RequestOptions {
                target: if cors { "/apiw" } else { "/api" },
                keep_alive,
                ..RequestOptions::default()
            };
            let head = RequestHead::new(&options).expect("good options");
            let request = Request { keep_alive, cors };
            for length in [4, 8, 40, 124, 128, 65_532, 65_536, MAX_BODY] {
                let body: Vec<u8> = (0..=250).cycle().take(length).collect();
                let (fixed, line) = head.for_body(length);
                let asked = [fixed, line.as_bytes(), &body].concat();
                let expected = (vec![packet(&body, request)], None);
                assert_eq!(serve(&[&asked]), expected);

                let answer = response_head::ok(request, length);
                let answer = [answer.as_bytes(), &body].concat();
                let expected = (vec![Answered::Packet(body, keep_alive)], None);
                assert_eq!(fetch(&[&answer], false), expected);
            }
            let empty = response_head::ok(request, 0);
            let expected = (vec![Answered::Packet(Vec::new(), keep_alive)], None);
            assert_eq!(fetch(&[empty.as_bytes()], true), expected);

            let error = TransportError::AUTH_KEY_NOT_FOUND;
            let error = response_head::transport_error(request, error).expect("a status");
            let expected = (vec![Answered::Status(404)], None);
            assert_eq!(fetch(&[error.as_bytes()], true), expected);
        }
    }
}

/// Cuts the stream at the given places, in any order.
fn cut<'a>(stream: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|at| at.index(stream.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for place in places.into_iter().chain([stream.len()]) {
        pieces.push(&stream[start..place]);
        start = place;
    }
    pieces
}

/// Lines that are mostly those of a message, bad ones among them.
fn messages(lines: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        20 => prop::sample::select(lines).prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

const REQUEST: &[&str] = &[
    "POST /api HTTP/1.1\r\n",
    "POST /api HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
    "OPTIONS /apiw HTTP/1.1\r\n\r\n",
    "Content-Length: 4\r\n",
    "Transfer-Encoding: chunked\r\n\r\n",
    "Connection: close\r\n",
    "\r\n",
    "\n",
    "4\r\n",
    "abcd",
    "\r\n0\r\n\r\n",
];

const RESPONSE: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd",
    "HTTP/1.1 404 x\r\nContent-Length: 1\r\n\r\n\n",
    "HTTP/1.0 100\r\n\r\n",
    "Content-Length: 4\r\n",
    "Transfer-Encoding: chunked\r\n\r\n",
    "Connection: close\r\n",
    "\r\n",
    "\n",
    "4\r\n",
    "abcd",
    "\r\n0\r\n\r\n",
];

proptest! {
    #[test]
    fn any_cut_of_requests_reads_the_same(
        stream in messages(REQUEST),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        prop_assert_eq!(serve(&cut(&stream, &places)), serve(&[&stream]));
    }

    #[test]
    fn any_cut_of_responses_reads_the_same(
        stream in messages(RESPONSE),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        prop_assert_eq!(
            fetch(&cut(&stream, &places), true),
            fetch(&[&stream], true)
        );
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        start in 0..REQUEST.len(),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for start in [REQUEST[start], RESPONSE[start]] {
            let stream = [start.as_bytes(), &noise, b"\r\n\r\n"].concat();
            let _ = serve(&[&stream]);
            let _ = fetch(&[&stream], true);
        }
    }
}
