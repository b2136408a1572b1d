//! What clients send, and every request that is refused.

use super::*;

#[test]
fn what_clients_send() {
    for (input, expected) in [
        // TDLib, to a data centre.
        (
            "POST /api HTTP/1.1\r\nHost: \r\nConnection: keep-alive\r\n\
            Content-Length: 4\r\n\r\nabcd",
            packet(b"abcd", KEPT),
        ),
        // TDLib, through an HTTP proxy.
        (
            "POST HTTP://149.154.175.50:80/api HTTP/1.1\r\nHost: 149.154.175.50\r\n\
            User-Agent: curl/7.35.0\r\nAccept: */*\r\nProxy-Connection: keep-alive\r\n\
            Proxy-Authorization: basic YTpi\r\nContent-Length: 8\r\n\r\nabcdefgh",
            packet(b"abcdefgh", KEPT),
        ),
        // MadelineProto and Telethon.
        (
            "POST /api HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\
            Content-Type: application/x-www-form-urlencoded\r\nConnection: keep-alive\r\n\
            Keep-Alive: timeout=100000, max=10000000\r\nContent-Length: 4\r\n\r\nabcd",
            packet(b"abcd", KEPT),
        ),
        // A browser.
        (
            "POST /apiw1 HTTP/1.1\r\nHost: venus.web.telegram.org\r\n\
            Origin: https://web.telegram.org\r\nContent-Length: 4\r\n\r\nabcd",
            packet(b"abcd", BROWSER),
        ),
        (
            "OPTIONS /apiw1_test HTTP/1.1\r\nHost: a\r\nOrigin: https://web.telegram.org\r\n\
            Access-Control-Request-Method: POST\r\n\r\n",
            Asked::Preflight(BROWSER),
        ),
        (
            "OPTIONS /api HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
            Asked::Preflight(KEPT),
        ),
        // HTTP/1.0, and one that closes.
        (
            "POST /api_test HTTP/1.0\r\nContent-Length: 4\r\nExpect: x\r\n\r\nabcd",
            packet(b"abcd", CLOSED),
        ),
        (
            "POST /api HTTP/1.1\r\nconnection: Close\r\ncontent-length: 4\r\n\r\nabcd",
            packet(b"abcd", CLOSED),
        ),
        // A stream.
        (
            "POST /api HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
            3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n",
            packet(b"abcdefgh", KEPT),
        ),
        // The config's own path.
        (
            "POST /my/long/path/to/mtproto HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
            packet(b"abcd", KEPT),
        ),
        (
            "\r\nPOST https://a:443/apiw_test HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
            packet(b"abcd", BROWSER),
        ),
    ] {
        let twice = input.repeat(2);
        let stays = !matches!(expected, Asked::Packet(_, CLOSED));
        let expected = vec![expected; if stays { 2 } else { 1 }];
        for pieces in [vec![twice.as_bytes()], bytewise(twice.as_bytes())] {
            assert_eq!(serve(&pieces), (expected.clone(), None), "{input}");
        }
    }
}

#[test]
fn every_path() {
    for path in request_reader::PATHS {
        let input = format!("POST {path} HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd");
        let request = Request {
            keep_alive: true,
            cors: path.starts_with("/apiw"),
        };
        assert_eq!(
            serve(&[input.as_bytes()]),
            (vec![packet(b"abcd", request)], None)
        );
    }
}

#[test]
fn curl_waits_for_leave() {
    let head = "POST /api HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    let expected = vec![Asked::Continue, packet(b"abcd", KEPT)];
    assert_eq!(serve(&[head.as_bytes(), b"abcd"]), (expected, None));
    // The body comes already.
    let all = [head, "abcd"].concat();
    assert_eq!(
        serve(&[all.as_bytes()]),
        (vec![packet(b"abcd", KEPT)], None)
    );
    // Not before the body is allowed.
    let large = head.replace(": 4", ": 100004");
    let (asked, refusal) = serve(&[large.as_bytes()]);
    assert_eq!(
        (asked, refusal.map(Refusal::status)),
        (Vec::new(), Some(413))
    );
}

#[test]
fn every_refusal_has_its_status() {
    let post = |fields: &str| format!("POST /apiw HTTP/1.1\r\n{fields}\r\n\r\n");
    let length = |length: LengthError| length.into();
    for (input, reason, status) in [
        (
            "POST /api HTTP/1.1\r\nHo st: a\r\n\r\n".to_owned(),
            HeadError::Malformed("a bad field name").into(),
            400,
        ),
        (
            "POST /api HTTP/3\r\n\r\n".to_owned(),
            HeadError::Malformed("not HTTP/1.0 or HTTP/1.1").into(),
            400,
        ),
        (
            post("Content-Length: x"),
            length(LengthError::ContentLength),
            400,
        ),
        (
            post("Content-Length: 4\r\nContent-Length: 8"),
            length(LengthError::ContentLength),
            400,
        ),
        (
            post("Content-Length: 4\r\nTransfer-Encoding: chunked"),
            length(LengthError::Both),
            400,
        ),
        (
            post("Transfer-Encoding: gzip"),
            length(LengthError::TransferEncoding),
            400,
        ),
        (
            post("Transfer-Encoding: chunked").replace("/1.1", "/1.0"),
            length(LengthError::TransferEncoding),
            400,
        ),
        (
            post("Transfer-Encoding: chunked") + "x",
            BodyError::Chunk.into(),
            400,
        ),
        (
            post("Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n",
            Reason::NoPacket { length: 3 },
            404,
        ),
        (
            post("Transfer-Encoding: chunked") + "186a1\r\n",
            BodyError::TooLarge {
                length: 100_001,
                maximum: MAX_BODY,
            }
            .into(),
            413,
        ),
        (
            post("Content-Length: 5"),
            Reason::NoPacket { length: 5 },
            404,
        ),
        (
            post("Content-Length: 0"),
            Reason::NoPacket { length: 0 },
            404,
        ),
        (
            post("Content-Length: 4").replace("/apiw", "/"),
            Reason::Path,
            404,
        ),
        (
            post("Content-Length: 4").replace("/apiw", "http://a"),
            Reason::Path,
            404,
        ),
        (
            post("Content-Length: 4").replace("/apiw", "/apiws"),
            Reason::Path,
            404,
        ),
        (
            post("Content-Length: 4").replace("/apiw", "/api?"),
            Reason::Path,
            404,
        ),
        (post("X: y").replace("POST", "GET"), Reason::Method, 405),
        (post("X: y").replace("POST", "HEAD"), Reason::Method, 405),
        (post("X: y"), Reason::NoLength, 411),
        (
            post("Content-Length: 100001"),
            BodyError::TooLarge {
                length: 100_001,
                maximum: MAX_BODY,
            }
            .into(),
            413,
        ),
        (
            post("Content-Length: 99999999999999999999999"),
            BodyError::TooLarge {
                length: u64::MAX,
                maximum: MAX_BODY,
            }
            .into(),
            413,
        ),
        (
            post("X: y").replace("/apiw", "/api_0123456789abcde"),
            Reason::LongPath,
            414,
        ),
        (
            post("X: y").replace("/apiw", &"/".repeat(MAX_HEAD)),
            HeadError::FirstLineTooLong.into(),
            414,
        ),
        (
            post("Content-Length: 4\r\nExpect: a miracle"),
            Reason::Expectation,
            417,
        ),
        (
            post(&format!("X: {}", "y".repeat(MAX_HEAD))),
            HeadError::TooLong.into(),
            431,
        ),
        (
            post(&"X: y\r\n".repeat(65)),
            HeadError::TooManyFields.into(),
            431,
        ),
    ] {
        for pieces in [vec![input.as_bytes()], bytewise(input.as_bytes())] {
            let (asked, refusal) = serve(&pieces);
            let refusal = refusal.unwrap_or_else(|| panic!("{input}"));
            assert_eq!((asked, refusal.reason), (Vec::new(), reason), "{input}");
            assert_eq!(refusal.status(), status, "{input}");
            // Its response is one that our client understands.
            let response = response_head::refusal(refusal);
            let expected = (vec![Answered::Status(status)], None);
            assert_eq!(fetch(&[response.as_bytes()], true), expected);
            assert!(!refusal.reason.to_string().is_empty());
        }
    }
    // A browser's page may read the status where it may read the answer.
    let (_, refusal) = serve(&[post("Content-Length: 5").as_bytes()]);
    assert!(refusal.is_some_and(|refusal| refusal.cors));
    let (_, refusal) = serve(&[b"POST /api HTTP/1.1\r\n\r\n"]);
    assert!(refusal.is_some_and(|refusal| !refusal.cors));
}
