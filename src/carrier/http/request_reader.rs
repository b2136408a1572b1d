//! The server's side of the requests: finds each body, or the reason to refuse it.
//!
//! The rules are the reference server's, with what its refusals leave open
//! filled in from the RFCs (transport specification, section 10.1):
//!
//! ```text
//! 400  the head cannot be read, or the body's length not be told from it
//! 404  an unknown path; a body that is empty or no multiple of 4 bytes long
//! 405  another method than POST and OPTIONS
//! 411  a POST without a length
//! 413  a body over the limit
//! 414  a path of 20 characters or more
//! 417  an expectation other than 100-continue
//! 431  a head over 16 KiB or 64 fields
//! ```
//!
//! Chunked bodies are taken, which the reference server does not: browsers and
//! curl send them for streams. RFC sections are those of 9112 and 9110.

use httparse::{EMPTY_HEADER, Status};

use super::body::{BodyError, BodyReader, BodyStep};
use crate::carrier::http_head::{
    BodyLength, Fields, HeadError, HeadScan, INCOMPLETE, LengthError, MAX_FIELDS,
};

/// The paths that are served: the documented pattern (`/api`, a `w` for
/// browsers, `_test`), and what web clients and other servers have in its place:
/// a `1` on either side of `_test`, and `/apiw1_premium`.
pub(crate) const PATHS: [&str; 8] = [
    "/api",
    "/api_test",
    "/apiw",
    "/apiw_test",
    "/apiw1",
    "/apiw1_test",
    "/apiw_test1",
    "/apiw1_premium",
];

/// A path of so many characters is refused unread, as the reference server does.
const LONG_PATH: usize = 20;

/// What a request asks of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Whether the connection stays open after the response.
    pub(crate) keep_alive: bool,
    /// Whether a browser's page of another origin may read the response: the
    /// path begins with `/apiw`.
    pub(crate) cors: bool,
}

/// How to go on with the input. What a step names is used up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// At least that many bytes are missing. What is left of the input is the
    /// beginning of a head, or nothing: keep it, and come back with more behind it.
    NeedMore(usize),
    /// That many bytes are framing, or a body that is of no interest.
    Skip(usize),
    /// The client waits with its body: send "100 Continue" at once.
    Continue { skip: usize },
    /// The first `skip` bytes are framing, the next `length` (never 0) are body.
    Body { skip: usize, length: usize },
    /// The request ends after `skip` bytes. Its body, one packet, was the
    /// pieces since the last end. Answer it before the next request is looked at.
    End { skip: usize, request: Request },
    /// A browser's question whether it may ask ends after `skip` bytes: answer
    /// with an empty 200.
    Preflight { skip: usize, request: Request },
}

/// The receiving half of a server's connection.
#[derive(Debug)]
pub(crate) struct RequestReader {
    max_body: usize,
    stage: Stage,
    failed: Option<Refusal>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Head(HeadScan),
    Body {
        reader: BodyReader,
        request: Request,
        preflight: bool,
    },
    /// The client has said that it sends no further request.
    Over,
}

impl RequestReader {
    /// Bodies over `max_body` bytes are refused.
    pub(crate) fn new(max_body: usize) -> Self {
        Self {
            max_body,
            stage: Stage::Head(HeadScan::default()),
            failed: None,
        }
    }

    /// Looks at the input from where the last step ended.
    ///
    /// `extra_paths` are served besides [`PATHS`]. Call it again with the rest,
    /// after what the step says is dropped or taken, until it answers
    /// [`Step::NeedMore`]. A refusal is final: send its response, and close.
    pub(crate) fn next(&mut self, input: &[u8], extra_paths: &[String]) -> Result<Step, Refusal> {
        if let Some(refusal) = self.failed {
            return Err(refusal);
        }
        self.step(input, extra_paths)
            .inspect_err(|&refusal| self.failed = Some(refusal))
    }

    /// Whether the connection may end here: between two requests.
    pub(crate) fn is_between(&self) -> bool {
        !matches!(self.stage, Stage::Body { .. })
    }

    /// How many bytes are missing to the next thing of interest, at least 1.
    pub(crate) fn missing(&self) -> usize {
        match &self.stage {
            Stage::Body { reader, .. } => reader.missing(),
            _ => 1,
        }
    }

    fn step(&mut self, input: &[u8], extra_paths: &[String]) -> Result<Step, Refusal> {
        let mut at = 0;
        loop {
            let rest = &input[at..];
            match &mut self.stage {
                Stage::Head(scan) => {
                    let Some(length) = scan.find(rest).map_err(refuse)? else {
                        return Ok(Step::NeedMore(1));
                    };
                    at = length;
                    if self.head(&rest[..length], rest.len() > length, extra_paths)? {
                        return Ok(Step::Continue { skip: at });
                    }
                }
                Stage::Body {
                    reader,
                    request,
                    preflight,
                } => {
                    let (request, preflight) = (*request, *preflight);
                    let refuse = |error: BodyError| Refusal {
                        reason: error.into(),
                        cors: request.cors,
                    };
                    return Ok(match reader.next(rest).map_err(refuse)? {
                        BodyStep::Piece { skip, length } if preflight => {
                            Step::Skip(at + skip + length)
                        }
                        BodyStep::Piece { skip, length } => Step::Body {
                            skip: at + skip,
                            length,
                        },
                        BodyStep::Skip(skip) => Step::Skip(at + skip),
                        BodyStep::NeedMore if at == 0 => Step::NeedMore(reader.missing()),
                        BodyStep::NeedMore => Step::Skip(at),
                        BodyStep::End { skip } => {
                            let skip = at + skip;
                            let length = reader.announced();
                            self.stage = if request.keep_alive {
                                Stage::Head(HeadScan::default())
                            } else {
                                Stage::Over
                            };
                            if preflight {
                                Step::Preflight { skip, request }
                            } else {
                                check_packet(length, request.cors)?;
                                Step::End { skip, request }
                            }
                        }
                    });
                }
                Stage::Over if rest.is_empty() => return Ok(Step::NeedMore(1)),
                Stage::Over => return Ok(Step::Skip(input.len())),
            }
        }
    }

    /// Takes a whole head; `true` if the client waits with the body.
    fn head(
        &mut self,
        head: &[u8],
        body_has_begun: bool,
        extra_paths: &[String],
    ) -> Result<bool, Refusal> {
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut parsed = httparse::Request::new(&mut fields);
        match parsed.parse(head) {
            Ok(Status::Complete(_)) => {}
            Ok(Status::Partial) => return Err(refuse(INCOMPLETE)),
            Err(error) => return Err(refuse(HeadError::from(error))),
        }
        let path = path_of(parsed.path.unwrap_or_default());
        if path.len() >= LONG_PATH && !extra_paths.iter().any(|extra| extra == path) {
            return Err(refuse(Reason::LongPath));
        }
        if !PATHS.contains(&path) && !extra_paths.iter().any(|extra| extra == path) {
            return Err(refuse(Reason::Path));
        }
        // The reference server's rule, by the fifth character.
        let cors = path.starts_with("/apiw");
        let refuse = |reason: Reason| Refusal { reason, cors };

        let fields = Fields(parsed.headers);
        let minor_version = parsed.version.unwrap_or_default();
        let preflight = match parsed.method {
            Some("POST") => false,
            Some("OPTIONS") => true,
            _ => return Err(refuse(Reason::Method)),
        };
        let mut length = fields.body_length().map_err(|e| refuse(e.into()))?;
        match length {
            // Section 6.3: a request that says nothing has no body.
            BodyLength::Unsaid if preflight => length = BodyLength::Bytes(0),
            BodyLength::Unsaid => return Err(refuse(Reason::NoLength)),
            // Section 6.1: whoever says so in HTTP/1.0 is faulty.
            BodyLength::Chunked if minor_version == 0 => {
                return Err(refuse(LengthError::TransferEncoding.into()));
            }
            _ => {}
        }
        let reader =
            BodyReader::new(length, self.max_body).map_err(|error| refuse(error.into()))?;
        if !preflight && length != BodyLength::Chunked {
            check_packet(reader.announced(), cors)?;
        }
        // RFC 9110, section 10.1.1: curl waits a second for the answer when its
        // body is over 1 MiB. It is left out if the body comes already, and to HTTP/1.0.
        let mut waits = false;
        if minor_version >= 1 && fields.has("Expect") {
            if fields
                .only("Expect")
                .is_none_or(|value| !value.eq_ignore_ascii_case(b"100-continue"))
            {
                return Err(refuse(Reason::Expectation));
            }
            waits = !body_has_begun && length != BodyLength::Bytes(0);
        }
        let request = Request {
            keep_alive: fields.keep_alive(minor_version),
            cors,
        };
        self.stage = Stage::Body {
            reader,
            request,
            preflight,
        };
        Ok(waits)
    }
}

/// The path of a request's target. A client that takes us for an HTTP proxy
/// writes a whole URI (section 3.2.2: "a server MUST accept the absolute-form").
fn path_of(target: &str) -> &str {
    let Some((scheme, rest)) = target.split_once("://") else {
        return target;
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return target;
    }
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// A body is one packet: not empty, and a multiple of 4 bytes long.
fn check_packet(length: u64, cors: bool) -> Result<(), Refusal> {
    if length > 0 && length.is_multiple_of(4) {
        Ok(())
    } else {
        let reason = Reason::NoPacket { length };
        Err(Refusal { reason, cors })
    }
}

/// A refusal before the path is known.
fn refuse(reason: impl Into<Reason>) -> Refusal {
    Refusal {
        reason: reason.into(),
        cors: false,
    }
}

/// A request that is refused; the connection ends with the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    /// Whether a browser's page may read the status.
    pub(crate) cors: bool,
}

impl Refusal {
    /// The status of the response.
    pub(crate) const fn status(self) -> u16 {
        match self.reason {
            Reason::Head(HeadError::FirstLineTooLong) | Reason::LongPath => 414,
            Reason::Head(HeadError::TooLong | HeadError::TooManyFields) => 431,
            Reason::Head(HeadError::Malformed(_))
            | Reason::Length(_)
            | Reason::Body(BodyError::Chunk | BodyError::ChunkOverhead) => 400,
            Reason::Body(BodyError::TooLarge { .. }) => 413,
            Reason::Path | Reason::NoPacket { .. } => 404,
            Reason::Method => 405,
            Reason::NoLength => 411,
            Reason::Expectation => 417,
        }
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error(transparent)]
    Length(#[from] LengthError),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the HTTP path is 20 characters long or longer")]
    LongPath,
    #[error("MTProto is not served at this HTTP path")]
    Path,
    #[error("the HTTP method is neither POST nor OPTIONS")]
    Method,
    #[error("the HTTP request does not say how long its body is")]
    NoLength,
    #[error("the HTTP body is {length} bytes long: an MTProto packet is 4, 8, 12 and so on")]
    NoPacket { length: u64 },
    #[error("the HTTP request expects something else than 100-continue")]
    Expectation,
}
