//! Follows a body to its end: of a known length, in chunks, or until the connection ends.
//!
//! ```text
//! size in hex, perhaps ;extension CRLF
//! that many bytes CRLF                    once for each chunk
//! 0 CRLF
//! perhaps trailer fields CRLF
//! CRLF
//! ```
//!
//! A size is checked against the limit before anything waits for its bytes.
//! Sections are those of RFC 9112.

use crate::carrier::http_head::BodyLength;

/// Longest size of a chunk; some servers write leading zeroes.
const MAX_SIZE_DIGITS: usize = 32;

/// Longest extension of a chunk, and longest trailer: nobody sends any.
const MAX_EXTENSION: usize = 256;
const MAX_TRAILER: usize = 4096;

/// How to go on with the input. What a step names is used up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyStep {
    /// The first `skip` bytes are framing, the next `length` (never 0) are body.
    Piece { skip: usize, length: usize },
    /// That many bytes are framing, and nothing follows them yet.
    Skip(usize),
    /// The body ends after `skip` bytes of framing.
    End { skip: usize },
    /// The input is used up.
    NeedMore,
}

/// A body that cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the HTTP body is {length} bytes long: {maximum} are allowed")]
    TooLarge { length: u64, maximum: usize },
    #[error("the chunks of the HTTP body cannot be read")]
    Chunk,
    #[error("an extension or the trailer of the HTTP body's chunks is too long")]
    ChunkOverhead,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyReader {
    maximum: usize,
    /// How many bytes of body were announced so far.
    announced: u64,
    /// What is missing of the body, or of the current chunk.
    left: u64,
    /// The size of a chunk while its digits come.
    size: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A length is known.
    Length,
    /// Only the connection's end ends it.
    UntilClose,
    /// Within a size of so many digits.
    Size {
        digits: usize,
    },
    Extension {
        length: usize,
    },
    /// The line feed after a size.
    SizeEnd,
    Chunk,
    ChunkReturn,
    ChunkEnd,
    /// At the start of a trailer line or within one.
    Trailer {
        length: usize,
        start: bool,
    },
    /// The line feed after a trailer line; `last` after the empty one.
    TrailerEnd {
        length: usize,
        last: bool,
    },
    Done,
}

impl BodyReader {
    /// A body of at most `maximum` bytes. [`BodyLength::Unsaid`] is taken for
    /// "until the connection ends", as in a response.
    pub(crate) fn new(length: BodyLength, maximum: usize) -> Result<Self, BodyError> {
        let mut reader = Self {
            maximum,
            announced: 0,
            left: 0,
            size: 0,
            state: State::UntilClose,
        };
        match length {
            BodyLength::Unsaid => {}
            BodyLength::Chunked => reader.state = State::Size { digits: 0 },
            BodyLength::Bytes(length) => {
                reader.state = State::Length;
                reader.announce(length)?;
            }
        }
        Ok(reader)
    }

    /// The length of the whole body, as far as it is known.
    pub(crate) fn announced(&self) -> u64 {
        self.announced
    }

    /// Whether the end of the connection is the end of the body.
    pub(crate) fn ends_with_connection(&self) -> bool {
        self.state == State::UntilClose
    }

    /// How many bytes are missing to the next thing of interest, at least 1.
    pub(crate) fn missing(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX).max(1)
    }

    /// Looks at the input from where the last step ended.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<BodyStep, BodyError> {
        let mut at = 0;
        loop {
            let rest = &input[at..];
            if self.state == State::Done || (self.state == State::Length && self.left == 0) {
                self.state = State::Done;
                return Ok(BodyStep::End { skip: at });
            }
            let Some(&byte) = rest.first() else {
                break;
            };
            if self.state == State::UntilClose {
                // No further than the limit, and one more to be refused, so
                // that the verdict does not depend on how the input is cut.
                let room = (self.maximum as u64).saturating_sub(self.announced);
                self.announce((rest.len() as u64).min(room.max(1)))?;
            }
            if self.left > 0 {
                let length = usize::try_from(self.left)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                self.left -= length as u64;
                if self.left == 0 && self.state == State::Chunk {
                    self.state = State::ChunkReturn;
                }
                return Ok(BodyStep::Piece { skip: at, length });
            }
            self.framing(byte)?;
            at += 1;
        }
        Ok(if at == 0 {
            BodyStep::NeedMore
        } else {
            BodyStep::Skip(at)
        })
    }

    /// So many bytes more are to come.
    fn announce(&mut self, length: u64) -> Result<(), BodyError> {
        self.left = length;
        self.announced = self.announced.saturating_add(length);
        if self.announced > self.maximum as u64 {
            return Err(BodyError::TooLarge {
                length: self.announced,
                maximum: self.maximum,
            });
        }
        Ok(())
    }

    /// One byte of what stands around chunks. Lines end with CR LF and nothing
    /// else: a bare LF is where parsers differ, and requests are smuggled.
    fn framing(&mut self, byte: u8) -> Result<(), BodyError> {
        self.state = match (self.state, byte) {
            (State::Size { .. }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                return self.size_digit(byte);
            }
            // Section 7.1.1: extensions are passed over. Old servers pad sizes
            // with spaces.
            (State::Size { digits: 1.. }, b';' | b' ' | b'\t') => State::Extension { length: 1 },
            (State::Size { digits: 1.. } | State::Extension { .. }, b'\r') => State::SizeEnd,
            (State::Extension { length }, b'\t' | b' '..) => {
                if length == MAX_EXTENSION {
                    return Err(BodyError::ChunkOverhead);
                }
                State::Extension { length: length + 1 }
            }
            (State::SizeEnd, b'\n') => return self.size_end(),
            (State::ChunkReturn, b'\r') => State::ChunkEnd,
            (State::ChunkEnd, b'\n') => State::Size { digits: 0 },
            (State::Trailer { length, start }, b'\r') => State::TrailerEnd {
                length,
                last: start,
            },
            // Section 7.1.2: trailer fields may be dropped.
            (State::Trailer { length, .. }, b'\t' | b' '..) => {
                if length == MAX_TRAILER {
                    return Err(BodyError::ChunkOverhead);
                }
                State::Trailer {
                    length: length + 1,
                    start: false,
                }
            }
            (State::TrailerEnd { last: true, .. }, b'\n') => State::Done,
            (State::TrailerEnd { length, .. }, b'\n') => State::Trailer {
                length: length + 1,
                start: true,
            },
            _ => return Err(BodyError::Chunk),
        };
        Ok(())
    }

    fn size_digit(&mut self, digit: u8) -> Result<(), BodyError> {
        let value = char::from(digit).to_digit(16).ok_or(BodyError::Chunk)?;
        // 16 digits fill the word, leading zeroes aside; such a size is over
        // every limit.
        if self.size >> 60 != 0 {
            return Err(BodyError::TooLarge {
                length: u64::MAX,
                maximum: self.maximum,
            });
        }
        self.size = self.size << 4 | u64::from(value);
        // Leading zeroes have no end otherwise.
        let State::Size { digits } = self.state else {
            return Err(BodyError::Chunk);
        };
        if digits == MAX_SIZE_DIGITS {
            return Err(BodyError::ChunkOverhead);
        }
        self.state = State::Size { digits: digits + 1 };
        Ok(())
    }

    fn size_end(&mut self) -> Result<(), BodyError> {
        let size = core::mem::take(&mut self.size);
        self.announce(size)?;
        self.state = if size == 0 {
            State::Trailer {
                length: 0,
                start: true,
            }
        } else {
            State::Chunk
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
