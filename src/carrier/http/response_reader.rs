//! The client's side of the answers: finds each body, or the status in its place.
//!
//! "Over HTTP: the HTTP status is the code; ignore the body" (transport
//! specification, section 4). So a status other than 200 is reported when its
//! head is there, and its body is passed over without being held. Sections are
//! those of RFC 9112.

use httparse::{EMPTY_HEADER, Response, Status};

use super::body::{BodyError, BodyReader, BodyStep};
use crate::carrier::http_head::{
    BodyLength, Fields, HeadError, HeadScan, INCOMPLETE, LengthError, MAX_FIELDS,
};

/// What every response begins with; told apart from the first byte on.
const START: &[u8] = b"HTTP/1.";

/// How to go on with the input. What a step names is used up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// At least that many bytes are missing. What is left of the input is the
    /// beginning of a head, or nothing: keep it, and come back with more behind it.
    NeedMore(usize),
    /// That many bytes are framing, or a body that is of no interest.
    Skip(usize),
    /// The first `skip` bytes are framing, the next `length` (never 0) are body.
    Body { skip: usize, length: usize },
    /// The status is not 200: a transport error of that code. It comes before
    /// the end of its response, whose body is passed over.
    Status { skip: usize, code: u16 },
    /// The response ends after `skip` bytes. Its body was the pieces since the
    /// last end: one packet, or none where a long poll ran out (gotd, and
    /// status 204).
    End { skip: usize, keep_alive: bool },
}

/// The receiving half of a client's connection.
#[derive(Debug)]
pub(crate) struct ResponseReader {
    max_body: usize,
    stage: Stage,
    keep_alive: bool,
    failed: Option<ResponseError>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Head(HeadScan),
    /// `wanted`: a packet, not the text of an error.
    Body {
        reader: BodyReader,
        wanted: bool,
    },
    /// The server will close the connection.
    Over,
}

impl ResponseReader {
    /// Bodies over `max_body` bytes are refused.
    pub(crate) fn new(max_body: usize) -> Self {
        Self {
            max_body,
            stage: Stage::Head(HeadScan::default()),
            keep_alive: true,
            failed: None,
        }
    }

    /// Looks at the input from where the last step ended.
    ///
    /// Call it again with the rest, after what the step says is dropped or
    /// taken, until it answers [`Step::NeedMore`]. An error is final: it is the
    /// answer to every later call.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Step, ResponseError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.step(input).inspect_err(|&e| self.failed = Some(e))
    }

    /// The connection has ended: the step that this makes, if any.
    ///
    /// `waiting`: a request was sent and its response has not ended.
    pub(crate) fn end_of_stream(&mut self, waiting: bool) -> Result<Option<Step>, ResponseError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match core::mem::replace(&mut self.stage, Stage::Over) {
            // The text of an error may break off: the status was reported.
            Stage::Body { reader, wanted } if reader.ends_with_connection() || !wanted => {
                if wanted {
                    self.check_whole(&reader)?;
                }
                Ok(Some(Step::End {
                    skip: 0,
                    keep_alive: false,
                }))
            }
            Stage::Body { .. } => Err(self.fail(ResponseError::Truncated)),
            Stage::Head(_) if waiting => Err(self.fail(ResponseError::Truncated)),
            Stage::Head(_) | Stage::Over => Ok(None),
        }
    }

    /// How many bytes are missing to the next thing of interest, at least 1.
    pub(crate) fn missing(&self) -> usize {
        match &self.stage {
            Stage::Body { reader, .. } => reader.missing(),
            _ => 1,
        }
    }

    fn fail(&mut self, error: ResponseError) -> ResponseError {
        self.failed = Some(error);
        error
    }

    fn step(&mut self, input: &[u8]) -> Result<Step, ResponseError> {
        let mut at = 0;
        loop {
            let rest = &input[at..];
            match &mut self.stage {
                Stage::Head(scan) => {
                    let known = rest.len().min(START.len());
                    if rest[..known] != START[..known] {
                        return Err(ResponseError::NotHttp);
                    }
                    let Some(length) = scan.find(rest)? else {
                        return Ok(if at == 0 {
                            Step::NeedMore(1)
                        } else {
                            Step::Skip(at)
                        });
                    };
                    at += length;
                    if let Some(code) = self.head(&rest[..length])? {
                        return Ok(Step::Status { skip: at, code });
                    }
                }
                Stage::Body { reader, wanted } => {
                    let wanted = *wanted;
                    return Ok(match reader.next(rest)? {
                        BodyStep::Piece { skip, length } if wanted => Step::Body {
                            skip: at + skip,
                            length,
                        },
                        BodyStep::Piece { skip, length } => Step::Skip(at + skip + length),
                        BodyStep::Skip(skip) => Step::Skip(at + skip),
                        BodyStep::NeedMore if at == 0 => Step::NeedMore(reader.missing()),
                        BodyStep::NeedMore => Step::Skip(at),
                        BodyStep::End { skip } => {
                            let reader = *reader;
                            if wanted {
                                self.check_whole(&reader)?;
                            }
                            self.stage = if self.keep_alive {
                                Stage::Head(HeadScan::default())
                            } else {
                                Stage::Over
                            };
                            Step::End {
                                skip: at + skip,
                                keep_alive: self.keep_alive,
                            }
                        }
                    });
                }
                // Whatever it is, it answers nothing.
                Stage::Over if rest.is_empty() => return Ok(Step::NeedMore(1)),
                Stage::Over => return Ok(Step::Skip(input.len())),
            }
        }
    }

    /// Takes a whole head; the status if it is an error.
    fn head(&mut self, head: &[u8]) -> Result<Option<u16>, ResponseError> {
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut response = Response::new(&mut fields);
        match response.parse(head) {
            Ok(Status::Complete(_)) => {}
            Ok(Status::Partial) => return Err(INCOMPLETE.into()),
            Err(error) => return Err(HeadError::from(error).into()),
        }
        let fields = Fields(response.headers);
        let code = response.code.unwrap_or_default();
        // Section 6.3, in its order: 1xx, 204 and 304 have no body, whatever
        // they say.
        let length = match code {
            // RFC 9110, section 15: from 100 on; 0 could be no transport error.
            0..100 => return Err(HeadError::Malformed("a bad status code").into()),
            101 => return Err(ResponseError::Upgrade),
            // "Go on sending", early hints: the response is still to come.
            100..=199 => {
                self.stage = Stage::Head(HeadScan::default());
                return Ok(None);
            }
            204 | 304 => BodyLength::Bytes(0),
            _ => fields.body_length()?,
        };
        let wanted = matches!(code, 200 | 204);
        let maximum = if wanted { self.max_body } else { usize::MAX };
        let reader = BodyReader::new(length, maximum)?;
        if wanted && length != BodyLength::Chunked {
            check_alignment(reader.announced())?;
        }
        self.keep_alive = fields.keep_alive(response.version.unwrap_or_default());
        self.stage = Stage::Body { reader, wanted };
        Ok((!wanted).then_some(code))
    }

    fn check_whole(&mut self, reader: &BodyReader) -> Result<(), ResponseError> {
        check_alignment(reader.announced()).map_err(|error| self.fail(error))
    }
}

/// Every MTProto packet is a multiple of 4 bytes long; tdesktop checks it here
/// as well.
fn check_alignment(length: u64) -> Result<(), ResponseError> {
    if length.is_multiple_of(4) {
        Ok(())
    } else {
        Err(ResponseError::Misaligned { length })
    }
}

/// What answers is not a server of MTProto over HTTP, or is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ResponseError {
    #[error("what answers is not an HTTP server: check address and port")]
    NotHttp,
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error(transparent)]
    Length(#[from] LengthError),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the HTTP server switches protocols, which nobody asked for")]
    Upgrade,
    #[error("the HTTP body is {length} bytes long, which is not a multiple of 4")]
    Misaligned { length: u64 },
    #[error("the connection ended within an HTTP response, or instead of one")]
    Truncated,
}
