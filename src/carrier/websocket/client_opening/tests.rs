//! The request as it goes out, and every answer that is no agreement.

use super::*;
use crate::carrier::http_head::MAX_HEAD;
use crate::entropy::Entropy;

const TARGET: Target<'_> = Target {
    host: "venus.web.telegram.org",
    path: "/apiws",
    origin: None,
};

/// The sample of RFC 6455, section 1.3: its key, and with it its accept value.
fn opening(target: &Target<'_>) -> Result<(ClientOpening, String), TargetError> {
    let mut random = Random::new(&Entropy::from_bytes(b"the sample nonce"));
    let (opening, request) = ClientOpening::new(target, &mut random)?;
    Ok((opening, String::from_utf8(request).expect("ASCII")))
}

fn answer(answer: &[u8]) -> Result<Progress, ClientError> {
    let (opening, _) = opening(&TARGET).expect("a good target");
    let mut at_once = opening_copy(&opening);
    let verdict = at_once.receive(answer);
    // However it is cut, the verdict is the same, and never taken back.
    let mut bytewise = opening_copy(&opening);
    for length in 0..=answer.len() {
        match bytewise.receive(&answer[..length]) {
            Ok(Progress::NeedMore(_)) => {}
            early => {
                assert_eq!(early, verdict, "after {length} bytes");
                return verdict;
            }
        }
    }
    assert_eq!(verdict, Ok(Progress::NeedMore(1)));
    verdict
}

fn opening_copy(opening: &ClientOpening) -> ClientOpening {
    ClientOpening {
        accept: opening.accept,
        scan: opening.scan,
        start: opening.start,
    }
}

const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: binary\r\n\r\n";

#[test]
fn the_request() {
    let (_, request) = opening(&TARGET).expect("a good target");
    assert_eq!(
        request,
        "GET /apiws HTTP/1.1\r\n\
        Host: venus.web.telegram.org\r\n\
        Upgrade: websocket\r\n\
        Connection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Protocol: binary\r\n\r\n"
    );
    let target = Target {
        origin: Some("https://web.telegram.org"),
        ..TARGET
    };
    let (_, request) = opening(&target).expect("a good target");
    assert!(request.contains("\r\nOrigin: https://web.telegram.org\r\n"));
}

#[test]
fn nothing_is_smuggled_in() {
    for host in ["", "a b", "a\r\nX: y", "a/", "a?b", "a#b", "a@b"] {
        let bad = opening(&Target { host, ..TARGET });
        assert_eq!(bad.err(), Some(TargetError::Host), "{host:?}");
    }
    for path in ["", "apiws", "/a b", "/\n", "/\u{e4}", "/a#b"] {
        let bad = opening(&Target { path, ..TARGET });
        assert_eq!(bad.err(), Some(TargetError::Path), "{path:?}");
    }
    let origin = Some("x\r\n");
    let bad = opening(&Target { origin, ..TARGET });
    assert_eq!(bad.err(), Some(TargetError::Origin));
}

#[test]
fn an_agreement() {
    let consumed = GOOD.len();
    for follows in ["", "\u{2}frames"] {
        let input = [GOOD, follows].concat();
        assert_eq!(answer(input.as_bytes()), Ok(Progress::Done { consumed }));
    }
    // Lists, other cases of letters, and a head that goes before.
    let relaxed = GOOD
        .replace("Upgrade: websocket", "UPGRADE: h2c, WebSocket")
        .replace("Connection: Upgrade", "Connection: keep-alive,upgrade");
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let input = [early, early, &relaxed].concat();
    let consumed = input.len();
    assert_eq!(answer(input.as_bytes()), Ok(Progress::Done { consumed }));
}

#[test]
fn every_disagreement_has_its_error() {
    let status = |text: &str| GOOD.replace("101 Switching Protocols", text);
    for (input, error) in [
        ("SSH-2.0-OpenSSH\r\n".to_owned(), ClientError::NotHttp),
        ("HTTP/2".to_owned(), ClientError::NotHttp),
        (
            "HTTP/1.1 banana\r\n\r\n".to_owned(),
            HeadError::Malformed("a bad status code").into(),
        ),
        (
            "HTTP/1.7 101 x\r\n\r\n".to_owned(),
            HeadError::Malformed("not HTTP/1.0 or HTTP/1.1").into(),
        ),
        (
            GOOD.replace("Upgrade: ", "Up grade: "),
            HeadError::Malformed("a bad field name").into(),
        ),
        (
            GOOD.replace("\r\n\r\n", &"\r\na: b".repeat(64)) + "\r\n\r\n",
            HeadError::TooManyFields.into(),
        ),
        (status("200 OK"), ClientError::Status(200)),
        (status("404 Not Found"), ClientError::Status(404)),
        (status("503"), ClientError::Status(503)),
        (
            GOOD.replace("Upgrade: websocket", "Upgrade: h2c"),
            ClientError::Upgrade,
        ),
        (
            GOOD.replace("Connection: Upgrade", "Connection: close"),
            ClientError::Connection,
        ),
        (GOOD.replace("s3pP", "S3pP"), ClientError::Accept),
        (
            GOOD.replace("Sec-WebSocket-Accept", "X"),
            ClientError::Accept,
        ),
        (
            GOOD.replace("Sec-WebSocket-Protocol: binary\r\n", ""),
            ClientError::NoSubprotocol,
        ),
        (GOOD.replace("binary", "Binary"), ClientError::Subprotocol),
        (
            GOOD.replace("binary", "binary, chat"),
            ClientError::Subprotocol,
        ),
        (
            GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n"),
            ClientError::Extension,
        ),
    ] {
        assert_eq!(answer(input.as_bytes()), Err(error), "{input}");
    }
}

#[test]
fn a_redirect_says_where_to() {
    let early = "HTTP/1.1 103 x\r\n\r\n";
    let redirect = "HTTP/1.1 302 Found\r\nLocation: https://telegram.org/\r\n\r\n";
    let input = [early, redirect].concat();
    let Err(ClientError::Redirect {
        status: 302,
        location: Some(location),
    }) = answer(input.as_bytes())
    else {
        panic!("a redirect expected");
    };
    assert_eq!(location.of(input.as_bytes()), b"https://telegram.org/");

    for bare in ["HTTP/1.1 301\r\n\r\n", "HTTP/1.1 301\r\nLocation:\r\n\r\n"] {
        let Err(ClientError::Redirect { location, .. }) = answer(bare.as_bytes()) else {
            panic!("a redirect expected");
        };
        assert!(location.is_none_or(|span| span.of(bare.as_bytes()).is_empty()));
    }
}

#[test]
fn endless_answers_are_bounded() {
    let mut slow = b"HTTP/1.1 101 x\r\nX: ".to_vec();
    slow.resize(MAX_HEAD - 1, b'y');
    assert_eq!(answer(&slow), Ok(Progress::NeedMore(1)));
    slow.push(b'y');
    assert_eq!(answer(&slow), Err(HeadError::TooLong.into()));

    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000);
    assert_eq!(answer(&interim), Err(HeadError::TooLong.into()));
}
