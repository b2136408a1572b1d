//! The client's opening: the request for the upgrade, and the verdict on what answers it.
//!
//! ```text
//! GET /apiws HTTP/1.1                    HTTP/1.1 101 Switching Protocols
//! Host: venus.web.telegram.org           Upgrade: websocket
//! Upgrade: websocket                     Connection: Upgrade
//! Connection: Upgrade                    Sec-WebSocket-Accept: of the key
//! Sec-WebSocket-Key: drawn               Sec-WebSocket-Protocol: binary
//! Sec-WebSocket-Version: 13
//! Sec-WebSocket-Protocol: binary
//! ```
//!
//! Sections are those of RFC 6455.

use httparse::{EMPTY_HEADER, Response, Status};

use super::accept_key::{self, Accept};
use crate::allocate::{self, OutOfMemory};
use crate::carrier::http_head::{
    Fields, HeadError, HeadScan, INCOMPLETE, MAX_FIELDS, Span, is_field_text, is_host, is_path,
};
use crate::entropy::{EntropyError, Random};

/// What every response begins with; told apart from the first byte on.
const START: &[u8] = b"HTTP/1.";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// The Host field: name or address, with the port unless it is the
    /// scheme's own. Data centres do not look at it; fronts in between may.
    pub(crate) host: &'a str,
    /// From its slash on.
    pub(crate) path: &'a str,
    /// What a browser would name as the page's origin; servers of Telegram do
    /// not ask for it.
    pub(crate) origin: Option<&'a str>,
}

/// A request that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("the host is empty, or has characters that cannot stand in a Host field")]
    Host,
    #[error("the path does not begin with a slash, or has characters that must be escaped")]
    Path,
    #[error("the origin has characters that cannot stand in an Origin field")]
    Origin,
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    #[error("out of memory")]
    OutOfMemory,
}

impl From<OutOfMemory> for TargetError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl Target<'_> {
    /// Whether a request can be made of it.
    pub(crate) fn check(&self) -> Result<(), TargetError> {
        if self.host.is_empty() || !is_host(self.host) {
            return Err(TargetError::Host);
        }
        if !is_path(self.path) {
            return Err(TargetError::Path);
        }
        if self.origin.is_some_and(|text| !is_field_text(text, false)) {
            return Err(TargetError::Origin);
        }
        Ok(())
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(crate) struct ClientOpening {
    accept: Accept,
    scan: HeadScan,
    /// Where the current head begins; others (100, 103) may go before the answer.
    start: usize,
}

/// How far the answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// At least that many bytes are missing.
    NeedMore(usize),
    /// The server agrees: its answer is the first `consumed` bytes, frames follow.
    Done { consumed: usize },
}

impl ClientOpening {
    /// Draws a key; the bytes are to be sent before anything else.
    ///
    /// Section 4.1 lets no frame go before the answer: what is sent sooner may
    /// be taken for a second request by whatever stands in between.
    pub(crate) fn new(
        target: &Target<'_>,
        random: &mut Random,
    ) -> Result<(Self, Vec<u8>), TargetError> {
        target.check()?;
        let key = accept_key::draw(random)?;
        let (before_origin, origin) = match target.origin {
            Some(origin) => ("\r\nOrigin: ", origin),
            None => ("", ""),
        };
        let request = allocate::join(&[
            b"GET ",
            target.path.as_bytes(),
            b" HTTP/1.1\r\nHost: ",
            target.host.as_bytes(),
            b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ",
            &key,
            b"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary",
            before_origin.as_bytes(),
            origin.as_bytes(),
            b"\r\n\r\n",
        ])?;
        let opening = Self {
            accept: accept_key::accept(&key),
            scan: HeadScan::default(),
            start: 0,
        };
        Ok((opening, request))
    }

    /// Looks at all bytes that have come since the request; the caller keeps them.
    ///
    /// Spans in an error are places in this input.
    pub(crate) fn receive(&mut self, input: &[u8]) -> Result<Progress, ClientError> {
        loop {
            let head = input.get(self.start..).unwrap_or_default();
            let known = head.len().min(START.len());
            if head[..known] != START[..known] {
                return Err(ClientError::NotHttp);
            }
            let Some(length) = self.scan.find(head)? else {
                return Ok(Progress::NeedMore(1));
            };
            let end = self.start + length;
            if !self.is_interim(input, end)? {
                return Ok(Progress::Done { consumed: end });
            }
            self.start = end;
            self.scan = HeadScan::default();
        }
    }

    /// Judges a whole head; `true` for one that only goes before the answer.
    fn is_interim(&self, input: &[u8], end: usize) -> Result<bool, ClientError> {
        // 102 interim heads are as endless as one long one.
        if self.start > crate::carrier::http_head::MAX_HEAD {
            return Err(HeadError::TooLong.into());
        }
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut response = Response::new(&mut fields);
        match response.parse(&input[self.start..end]) {
            Ok(Status::Complete(_)) => {}
            Ok(Status::Partial) => return Err(INCOMPLETE.into()),
            Err(error) => return Err(HeadError::from(error).into()),
        }
        let fields = Fields(response.headers);
        match response.code.unwrap_or_default() {
            101 => {}
            100..=199 => return Ok(true),
            status @ 300..=399 => {
                let location = fields.only("Location");
                return Err(ClientError::Redirect {
                    status,
                    location: location.map(|value| Span::locate(value, input)),
                });
            }
            status => return Err(ClientError::Status(status)),
        }
        self.check_fields(fields)?;
        Ok(false)
    }

    /// Section 4.1, the client's checks 2 to 6.
    fn check_fields(&self, fields: Fields<'_, '_>) -> Result<(), ClientError> {
        if !fields.has_member("Upgrade", "websocket") {
            return Err(ClientError::Upgrade);
        }
        if !fields.has_member("Connection", "upgrade") {
            return Err(ClientError::Connection);
        }
        if fields.only("Sec-WebSocket-Accept") != Some(&self.accept[..]) {
            return Err(ClientError::Accept);
        }
        // None was asked for.
        if fields.has("Sec-WebSocket-Extensions") {
            return Err(ClientError::Extension);
        }
        // Browsers hang up as well when the answer does not choose.
        let mut protocols = fields.members("Sec-WebSocket-Protocol");
        match (protocols.next(), protocols.next()) {
            (Some(b"binary"), None) => Ok(()),
            (None, _) => Err(ClientError::NoSubprotocol),
            _ => Err(ClientError::Subprotocol),
        }
    }
}

/// The server did not agree: the connection is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("what answers is not an HTTP server: check address and port")]
    NotHttp,
    #[error(transparent)]
    Head(#[from] HeadError),
    /// Fronts answer so for hosts of other data centres.
    #[error("the server redirects (status {status}): check that the host is the data centre's")]
    Redirect {
        status: u16,
        /// Where to, in the input.
        location: Option<Span>,
    },
    #[error("the server refuses the WebSocket with HTTP status {0}")]
    Status(u16),
    #[error("the server switches to something that is not WebSocket")]
    Upgrade,
    #[error("the server's answer lacks \"Connection: Upgrade\"")]
    Connection,
    #[error("the server's accept value is not that of our key: a cache may have answered")]
    Accept,
    #[error("the server chose a WebSocket extension that was not offered")]
    Extension,
    #[error("the server did not choose the subprotocol \"binary\"")]
    NoSubprotocol,
    #[error("the server chose another subprotocol than \"binary\"")]
    Subprotocol,
}

#[cfg(test)]
mod tests;
