//! The server's response heads.
//!
//! ```text
//! HTTP/1.1 200 OK
//! Connection: keep-alive
//! Content-Type: application/octet-stream       with a body
//! Access-Control-Allow-Origin: *               for /apiw...
//! Content-Length: 40
//! ```
//!
//! An error has no body: a client ignores it (transport specification, section 4).

use super::request_reader::{Refusal, Request};
use crate::carrier::inline::Inline;
use crate::transport_error::TransportError;

/// A whole head.
pub(crate) type Head = Inline<448>;

/// What lets a browser's page of another origin ask and read: the reference
/// server's four fields, on every answer.
const CORS: &[u8] = b"Access-Control-Allow-Origin: *\r\n\
    Access-Control-Allow-Methods: POST, OPTIONS\r\n\
    Access-Control-Allow-Headers: origin, content-type\r\n\
    Access-Control-Max-Age: 1728000\r\n";

/// What a client waits for before it sends the rest of a request.
pub(crate) fn go_on() -> Head {
    let mut head = Head::new();
    head.push(b"HTTP/1.1 100 Continue\r\n\r\n");
    head
}

/// The head for a packet of `length` bytes, or with 0 for none: a long poll
/// that ran out, or a preflight.
pub(crate) fn ok(request: Request, length: usize) -> Head {
    head(200, request, length)
}

/// The head, and all, of a transport error; the connection is closed after it.
///
/// `None` for a code that is no HTTP error: the reader would not take it for one.
pub(crate) fn transport_error(request: Request, error: TransportError) -> Option<Head> {
    let code = u16::try_from(error.code()).ok()?;
    let closing = Request {
        keep_alive: false,
        ..request
    };
    (400..=599).contains(&code).then(|| head(code, closing, 0))
}

/// The head, and all, of a refusal; the connection is closed after it.
pub(crate) fn refusal(refusal: Refusal) -> Head {
    let closing = Request {
        keep_alive: false,
        cors: refusal.cors,
    };
    head(refusal.status(), closing, 0)
}

fn head(status: u16, request: Request, length: usize) -> Head {
    let mut head = Head::new();
    head.push(b"HTTP/1.1 ");
    head.push_decimal(usize::from(status));
    head.push(b" ");
    head.push(phrase(status).as_bytes());
    head.push(if request.keep_alive {
        b"\r\nConnection: keep-alive\r\n".as_slice()
    } else {
        b"\r\nConnection: close\r\n"
    });
    if status == 405 {
        head.push(b"Allow: POST, OPTIONS\r\n");
    }
    if length > 0 {
        head.push(b"Content-Type: application/octet-stream\r\n");
    }
    if request.cors {
        head.push(CORS);
    }
    head.push(b"Content-Length: ");
    head.push_decimal(length);
    head.push(b"\r\n\r\n");
    head
}

/// A status in words; the empty phrase is allowed, and what most codes of
/// transport errors that HTTP does not know would get.
const fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        444 => "Invalid DC",
        500 => "Internal Server Error",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::http::request_reader::Reason;

    const PLAIN: Request = Request {
        keep_alive: true,
        cors: false,
    };
    const BROWSER: Request = Request {
        keep_alive: false,
        cors: true,
    };

    fn text(head: &Head) -> &str {
        core::str::from_utf8(head.as_bytes()).expect("ASCII")
    }

    #[test]
    fn packets_and_preflights() {
        assert_eq!(
            text(&ok(PLAIN, 40)),
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\
            Content-Type: application/octet-stream\r\nContent-Length: 40\r\n\r\n"
        );
        assert_eq!(
            text(&ok(BROWSER, 0)),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\
            Access-Control-Allow-Origin: *\r\n\
            Access-Control-Allow-Methods: POST, OPTIONS\r\n\
            Access-Control-Allow-Headers: origin, content-type\r\n\
            Access-Control-Max-Age: 1728000\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn errors() {
        let head = transport_error(PLAIN, TransportError::INVALID_DC).expect("a status");
        assert_eq!(
            text(&head),
            "HTTP/1.1 444 Invalid DC\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
        for code in [1, 200, 399, 600, 66_000] {
            let error = TransportError::new(code).expect("not 0");
            assert_eq!(transport_error(PLAIN, error), None, "{code}");
        }
        let reason = Reason::Method;
        let head = refusal(Refusal { reason, cors: true });
        let start =
            "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: POST, OPTIONS\r\n";
        assert!(text(&head).starts_with(start));
    }

    #[test]
    fn the_longest_head_fits() {
        for status in 100..=599 {
            let all = head(status, BROWSER, usize::MAX);
            assert!(text(&all).ends_with("\r\n\r\n"));
        }
    }
}
