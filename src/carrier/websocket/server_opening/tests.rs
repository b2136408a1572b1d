//! Every request that is refused, with its status.

use super::*;
use crate::carrier::http_head::MAX_HEAD;

const GOOD: &str = "GET /apiws HTTP/1.1\r\n\
    Host: venus.web.telegram.org\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Protocol: binary\r\n\r\n";

fn receive(input: &[u8], extra: &[String]) -> Outcome {
    let verdict = ServerOpening::default().receive(input, extra);
    let mut bytewise = ServerOpening::default();
    for length in 0..=input.len() {
        match bytewise.receive(&input[..length], extra) {
            Outcome::NeedMore(_) => {}
            early => {
                assert_eq!(early, verdict, "after {length} bytes");
                return verdict;
            }
        }
    }
    assert_eq!(verdict, Outcome::NeedMore(1));
    verdict
}

fn refusal(input: &str) -> (Refusal, String) {
    match receive(input.as_bytes(), &[]) {
        Outcome::Refused { response, reason } => (
            reason,
            String::from_utf8(response.as_bytes().to_vec()).expect("ASCII"),
        ),
        other => panic!("{other:?} for {input}"),
    }
}

#[test]
fn the_sample_of_the_rfc_is_answered() {
    let input = [GOOD, "frames"].concat();
    let Outcome::Accepted {
        consumed,
        response,
        path,
        origin,
    } = receive(input.as_bytes(), &[])
    else {
        panic!("accepted");
    };
    assert_eq!(&input[consumed..], "frames");
    assert_eq!(path.of(input.as_bytes()), b"/apiws");
    assert_eq!(origin, None);
    assert_eq!(
        String::from_utf8_lossy(response.as_bytes()),
        "HTTP/1.1 101 Switching Protocols\r\n\
        Upgrade: websocket\r\n\
        Connection: Upgrade\r\n\
        Sec-WebSocket-Protocol: binary\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    );
}

#[test]
fn what_browsers_add_is_passed_over() {
    // Firefox lists, Chromium offers compression.
    let input = GOOD
        .replace("Connection: Upgrade", "Connection: keep-alive, Upgrade")
        .replace("binary", "chat, binary")
        .replace(
            "\r\n\r\n",
            "\r\nOrigin: https://web.telegram.org\r\nCookie: a=b\r\n\
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
        );
    let Outcome::Accepted {
        response, origin, ..
    } = receive(input.as_bytes(), &[])
    else {
        panic!("accepted");
    };
    let origin = origin.map(|span| span.of(input.as_bytes()));
    assert_eq!(origin, Some(b"https://web.telegram.org".as_slice()));
    assert!(!String::from_utf8_lossy(response.as_bytes()).contains("Extensions"));
}

#[test]
fn every_path() {
    let extra = ["/my/ws?v=1".to_owned()];
    for path in PATHS.iter().copied().chain(["/my/ws?v=1"]) {
        let input = GOOD.replace("/apiws", path);
        let outcome = receive(input.as_bytes(), &extra);
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{path}");
    }
    for path in [
        "/",
        "/api",
        "/apiws/",
        "/apiws?x",
        "/APIWS",
        "http://a/apiws",
    ] {
        let (reason, response) = refusal(&GOOD.replace("/apiws", path));
        assert_eq!(reason, Refusal::Path, "{path}");
        assert!(response.starts_with("HTTP/1.1 404 Not Found\r\n"));
    }
}

#[test]
fn every_refusal_has_its_status_and_words() {
    let long = |count: usize| "x".repeat(count);
    for (input, reason, status) in [
        (GOOD.replace("GET", "POST"), Refusal::Method, 405),
        (
            GOOD.replace("Upgrade: websocket\r\n", ""),
            Refusal::NoUpgrade,
            426,
        ),
        (
            GOOD.replace("Connection: Upgrade", "Connection: close"),
            Refusal::NoUpgrade,
            426,
        ),
        (GOOD.replace("HTTP/1.1", "HTTP/1.0"), Refusal::Http10, 400),
        (GOOD.replace(": 13", ": 8"), Refusal::Version, 426),
        (
            GOOD.replace("Sec-WebSocket-Version", "X"),
            Refusal::Version,
            426,
        ),
        (GOOD.replace("ZQ==", "ZQ="), Refusal::Key, 400),
        (GOOD.replace("Sec-WebSocket-Key", "X"), Refusal::Key, 400),
        (GOOD.replace("binary", "chat"), Refusal::Subprotocol, 400),
        (
            GOOD.replace("Sec-WebSocket-Protocol", "X"),
            Refusal::Subprotocol,
            400,
        ),
        (
            GOOD.replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\n"),
            Refusal::Body,
            400,
        ),
        (
            GOOD.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Refusal::Body,
            400,
        ),
        (
            GOOD.replace("Host: ", "Ho st: "),
            HeadError::Malformed("a bad field name").into(),
            400,
        ),
        (
            "GET /apiws\r\n\r\n".to_owned(),
            HeadError::Malformed("a bad character").into(),
            400,
        ),
        (
            GOOD.replace("\r\n\r\n", &"\r\na: b".repeat(64)) + "\r\n\r\n",
            HeadError::TooManyFields.into(),
            431,
        ),
        (
            GOOD.replace("venus", &long(MAX_HEAD)),
            HeadError::TooLong.into(),
            431,
        ),
        (
            GOOD.replace("/apiws", &long(MAX_HEAD)),
            HeadError::FirstLineTooLong.into(),
            414,
        ),
    ] {
        let (found, response) = refusal(&input);
        assert_eq!(found, reason, "{response}");
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
        let text = format!("{reason}\n");
        assert!(response.ends_with(&format!("\r\n\r\n{text}")), "{response}");
        assert!(response.contains(&format!("\r\nContent-Length: {}\r\n", text.len())));
        assert!(response.contains("close\r\n"));
    }
    let (_, response) = refusal(&GOOD.replace(": 13", ": 8"));
    assert!(response.contains("\r\nSec-WebSocket-Version: 13\r\n"));
    assert!(response.contains("\r\nUpgrade: websocket\r\n"));
}
