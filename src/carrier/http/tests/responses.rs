//! What servers answer, and every answer that is none.

use super::*;

#[test]
fn what_servers_answer() {
    for (input, expected) in [
        (
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\
            Content-type: application/octet-stream\r\nPragma: no-cache\r\n\
            Content-length: 4\r\n\r\nabcd",
            Answered::Packet(b"abcd".to_vec(), true),
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\n\r\n\
            HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n\
            2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
            Answered::Packet(b"abcd".to_vec(), true),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Answered::Packet(Vec::new(), true),
        ),
        (
            "HTTP/1.1 204 No Content\r\n\r\n",
            Answered::Packet(Vec::new(), true),
        ),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here\n",
            Answered::Status(404),
        ),
        (
            "HTTP/1.1 429\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n",
            Answered::Status(429),
        ),
        (
            "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n",
            Answered::Status(304),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
            Answered::Status(302),
        ),
    ] {
        let twice = input.repeat(2);
        let expected = vec![expected; 2];
        for pieces in [vec![twice.as_bytes()], bytewise(twice.as_bytes())] {
            assert_eq!(fetch(&pieces, true), (expected.clone(), None), "{input}");
        }
    }
}

#[test]
fn the_end_of_the_connection_can_be_the_end_of_a_body() {
    // As Python's http.server answers when nothing is said of the length.
    let input = b"HTTP/1.0 200 OK\r\nServer: SimpleHTTP\r\n\r\nabcd";
    let whole = (vec![Answered::Packet(b"abcd".to_vec(), false)], None);
    assert_eq!(fetch(&[input], true), whole);
    assert_eq!(fetch(&bytewise(input), true), whole);
    assert_eq!(fetch(&[input], false), (Vec::new(), None));

    let error = ResponseError::Misaligned { length: 3 };
    let cut = fetch(&[&input[..input.len() - 1]], true);
    assert_eq!(cut, (Vec::new(), Some(error)));

    let status = b"HTTP/1.0 500 x\r\n\r\nsome text";
    let expected = (vec![Answered::Status(500)], None);
    assert_eq!(fetch(&bytewise(status), true), expected);

    let status = b"HTTP/1.1 404 x\r\nContent-Length: 100\r\n\r\nsome text";
    let expected = (vec![Answered::Status(404)], None);
    assert_eq!(fetch(&bytewise(status), true), expected);

    // After "close" nothing counts any more.
    let input = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcdHTTP";
    assert_eq!(fetch(&[input], true), whole);
    assert_eq!(fetch(&bytewise(input), true), whole);
}

#[test]
fn every_bad_answer_has_its_error() {
    let ok = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
    for (input, error) in [
        ("SSH-2.0".to_owned(), ResponseError::NotHttp),
        ("HTTP/2 200\r\n".to_owned(), ResponseError::NotHttp),
        (
            "HTTP/1.1 OK\r\n\r\n".to_owned(),
            HeadError::Malformed("a bad status code").into(),
        ),
        (
            "HTTP/1.1 000 OK\r\nContent-Length: 4\r\n\r\nabcd".to_owned(),
            HeadError::Malformed("a bad status code").into(),
        ),
        (
            ok(&format!("X: {}", "y".repeat(MAX_HEAD))),
            HeadError::TooLong.into(),
        ),
        (
            format!("HTTP/1.1 200 {}", "y".repeat(MAX_HEAD)),
            HeadError::FirstLineTooLong.into(),
        ),
        (ok(&"X: y\r\n".repeat(65)), HeadError::TooManyFields.into()),
        (ok("Content-Length: x"), LengthError::ContentLength.into()),
        (
            ok("Transfer-Encoding: gzip"),
            LengthError::TransferEncoding.into(),
        ),
        (
            ok("Content-Length: 6"),
            ResponseError::Misaligned { length: 6 },
        ),
        (
            ok("Transfer-Encoding: chunked") + "1\r\na\r\n0\r\n\r\n",
            ResponseError::Misaligned { length: 1 },
        ),
        (
            ok("Content-Length: 100004"),
            BodyError::TooLarge {
                length: 100_004,
                maximum: MAX_BODY,
            }
            .into(),
        ),
        (
            ok("Transfer-Encoding: chunked") + "zz",
            BodyError::Chunk.into(),
        ),
        ("HTTP/1.1 101 x\r\n\r\n".to_owned(), ResponseError::Upgrade),
        (String::new(), ResponseError::Truncated),
        ("HTTP/1.1 200".to_owned(), ResponseError::Truncated),
        (ok("Content-Length: 4") + "abc", ResponseError::Truncated),
        (
            ok("Transfer-Encoding: chunked") + "4\r\nabcd",
            ResponseError::Truncated,
        ),
    ] {
        for pieces in [vec![input.as_bytes()], bytewise(input.as_bytes())] {
            assert_eq!(fetch(&pieces, true), (Vec::new(), Some(error)), "{input}");
        }
    }
}
