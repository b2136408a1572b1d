//! The server's verdict on a request for the upgrade, and its answer.
//!
//! Everything is checked before the first byte of the answer, and what is
//! refused is told why: with a status, and in words for whoever looks.
//! Sections are those of RFC 6455.

use core::fmt::Write as _;

use httparse::{EMPTY_HEADER, Request, Status};

use super::accept_key::{self, Key};
use crate::carrier::http_head::{
    BodyLength, Fields, HeadError, HeadScan, INCOMPLETE, MAX_FIELDS, Span,
};
use crate::carrier::inline::Inline;

/// The paths of Telegram's servers: the documented ones, and the two that their
/// web clients use for accounts with Premium (transport specification, section 8.2).
pub(crate) const PATHS: [&str; 4] = [
    "/apiws",
    "/apiws_test",
    "/apiws_premium",
    "/apiws_test_premium",
];

/// A connection whose request is being read.
#[derive(Debug, Default)]
pub(crate) struct ServerOpening {
    scan: HeadScan,
}

/// An answer: the longest refusal has some 300 bytes.
pub(crate) type Response = Inline<384>;

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// At least that many bytes are missing.
    NeedMore(usize),
    /// The request was the first `consumed` bytes; frames follow. Send
    /// `response`, then frames.
    Accepted {
        consumed: usize,
        response: Response,
        /// The path and the page's origin, in the input.
        path: Span,
        origin: Option<Span>,
    },
    /// Send `response` and close.
    Refused { response: Response, reason: Refusal },
}

impl ServerOpening {
    /// Looks at all bytes of a connection so far; the caller keeps them.
    ///
    /// `extra_paths` are accepted besides [`PATHS`].
    pub(crate) fn receive(&mut self, input: &[u8], extra_paths: &[String]) -> Outcome {
        match self.judge(input, extra_paths) {
            Ok(outcome) => outcome,
            Err(reason) => Outcome::Refused {
                response: refuse(reason),
                reason,
            },
        }
    }

    fn judge(&mut self, input: &[u8], extra_paths: &[String]) -> Result<Outcome, Refusal> {
        let Some(end) = self.scan.find(input)? else {
            return Ok(Outcome::NeedMore(1));
        };
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut request = Request::new(&mut fields);
        match request.parse(&input[..end]) {
            Ok(Status::Complete(_)) => {}
            Ok(Status::Partial) => return Err(INCOMPLETE.into()),
            Err(error) => return Err(HeadError::from(error).into()),
        }
        let path = request.path.unwrap_or_default();
        if request.method != Some("GET") {
            return Err(Refusal::Method);
        }
        // As it stands: no query, no escapes, no absolute form. A WebSocket
        // client behind an HTTP proxy makes a tunnel first (section 4.1).
        if !PATHS.contains(&path) && !extra_paths.iter().any(|extra| extra == path) {
            return Err(Refusal::Path);
        }
        let fields = Fields(request.headers);
        let key = check_fields(fields, request.version)?;
        let origin = fields.only("Origin");
        Ok(Outcome::Accepted {
            consumed: end,
            response: accept(&key),
            path: Span::locate(path.as_bytes(), input),
            origin: origin.map(|value| Span::locate(value, input)),
        })
    }
}

/// Section 4.2.1. The Host field is not asked for: data centres do not look at
/// it, and clients that connect to an address have nothing to say there.
fn check_fields(fields: Fields<'_, '_>, minor_version: Option<u8>) -> Result<Key, Refusal> {
    if !fields.has_member("Upgrade", "websocket") || !fields.has_member("Connection", "upgrade") {
        return Err(Refusal::NoUpgrade);
    }
    if minor_version == Some(0) {
        return Err(Refusal::Http10);
    }
    if fields.only("Sec-WebSocket-Version") != Some(b"13") {
        return Err(Refusal::Version);
    }
    // A body would stand where the first frame is looked for.
    match fields.body_length() {
        Ok(BodyLength::Unsaid | BodyLength::Bytes(0)) => {}
        _ => return Err(Refusal::Body),
    }
    let key = fields.only("Sec-WebSocket-Key").and_then(accept_key::read);
    let key = key.ok_or(Refusal::Key)?;
    // Subprotocols are told apart by case.
    if !fields
        .members("Sec-WebSocket-Protocol")
        .any(|protocol| protocol == b"binary")
    {
        return Err(Refusal::Subprotocol);
    }
    // Extensions are offers: not to choose one is to decline them all (section 9.1).
    Ok(key)
}

fn accept(key: &Key) -> Response {
    let mut response = Response::new();
    response.push(
        b"HTTP/1.1 101 Switching Protocols\r\n\
        Upgrade: websocket\r\n\
        Connection: Upgrade\r\n\
        Sec-WebSocket-Protocol: binary\r\n\
        Sec-WebSocket-Accept: ",
    );
    response.push(&accept_key::accept(key));
    response.push(b"\r\n\r\n");
    response
}

fn refuse(reason: Refusal) -> Response {
    let (status, extra) = match reason {
        Refusal::Path => ("404 Not Found", ""),
        Refusal::Method => ("405 Method Not Allowed", "Allow: GET\r\n"),
        // Section 4.4: the answer names the version that is understood.
        Refusal::Version => ("426 Upgrade Required", "Sec-WebSocket-Version: 13\r\n"),
        Refusal::NoUpgrade => ("426 Upgrade Required", ""),
        Refusal::Head(HeadError::FirstLineTooLong) => ("414 URI Too Long", ""),
        Refusal::Head(HeadError::TooLong | HeadError::TooManyFields) => {
            ("431 Request Header Fields Too Large", "")
        }
        _ => ("400 Bad Request", ""),
    };
    // RFC 9110, section 15.5.22: 426 comes with an Upgrade field.
    let connection = if status.starts_with("426") {
        "Upgrade: websocket\r\nConnection: Upgrade, close"
    } else {
        "Connection: close"
    };
    // Writing to either never fails.
    let mut text = Inline::<128>::new();
    let _ = writeln!(text, "{reason}");
    let mut response = Response::new();
    let _ = write!(
        response,
        "HTTP/1.1 {status}\r\n{connection}\r\n{extra}\
         Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        text.as_bytes().len()
    );
    response.push(text.as_bytes());
    response
}

/// Why a request is refused. The words go to the client as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error("a WebSocket is opened with GET")]
    Method,
    #[error("there is no WebSocket at this path")]
    Path,
    #[error("this path is a WebSocket: ask for the upgrade")]
    NoUpgrade,
    #[error("a WebSocket is opened with HTTP/1.1")]
    Http10,
    #[error("the version of WebSocket spoken here is 13")]
    Version,
    #[error("a request for a WebSocket has no body")]
    Body,
    #[error("the Sec-WebSocket-Key is missing, or not the base64 of 16 bytes")]
    Key,
    #[error("the subprotocol \"binary\" is not offered")]
    Subprotocol,
}

#[cfg(test)]
mod tests;
