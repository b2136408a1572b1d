//! What carries the obfuscated byte stream where it is not plain TCP.
//!
//! A carrier that cuts the stream into pieces has two halves: a [`Reader`],
//! which finds the stream's bytes between the carrier's own, and a [`Writer`],
//! which gives the bytes that go before each piece. Neither holds any of the
//! stream.

pub(crate) mod fake_tls;

pub(crate) use fake_tls::records::Step;

use crate::error::ProtocolError;
use fake_tls::records::{CHANGE_CIPHER_SPEC_RECORD, HEADER_LEN, RecordReader, RecordWriter};

/// Finds the stream's bytes in what was received.
#[derive(Debug)]
pub(crate) enum Reader {
    FakeTls(RecordReader),
}

impl Reader {
    /// How to go on with the input, from where the last step ended. An error is
    /// final.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Step, ProtocolError> {
        match self {
            Self::FakeTls(reader) => reader.next(input).map_err(ProtocolError::Record),
        }
    }

    /// How many bytes of the carrier's own are due, at the least.
    pub(crate) fn missing(&self) -> usize {
        match self {
            Self::FakeTls(reader) => reader.missing(),
        }
    }
}

/// The most bytes that go before a piece.
pub(crate) const MAX_HEADER: usize = 16;

/// Cuts the stream into pieces.
#[derive(Debug)]
pub(crate) enum Writer {
    FakeTls {
        records: RecordWriter,
        /// A client sends a change-cipher-spec before its first record.
        first: bool,
    },
}

/// What goes before a piece, and how long the piece is.
pub(crate) struct Piece {
    header: [u8; MAX_HEADER],
    header_length: usize,
    pub(crate) length: usize,
}

impl Piece {
    pub(crate) fn header(&self) -> &[u8] {
        &self.header[..self.header_length]
    }

    fn new(parts: [&[u8]; 2], length: usize) -> Self {
        let mut piece = Self {
            header: [0; MAX_HEADER],
            header_length: 0,
            length,
        };
        for part in parts {
            let end = piece.header_length + part.len();
            piece.header[piece.header_length..end].copy_from_slice(part);
            piece.header_length = end;
        }
        piece
    }
}

impl Writer {
    pub(crate) fn fake_tls_client(records: RecordWriter) -> Self {
        Self::FakeTls {
            records,
            first: true,
        }
    }

    pub(crate) fn fake_tls_server(records: RecordWriter) -> Self {
        Self::FakeTls {
            records,
            first: false,
        }
    }

    /// The next piece of a stream of which `waiting` bytes wait; `None` when
    /// none do.
    pub(crate) fn piece(&mut self, waiting: usize) -> Option<Piece> {
        match self {
            Self::FakeTls { records, first } => {
                let (header, length) = records.header(waiting)?;
                let before: &[u8] = if core::mem::take(first) {
                    &CHANGE_CIPHER_SPEC_RECORD
                } else {
                    &[]
                };
                Some(Piece::new([before, &header], length))
            }
        }
    }

    /// How many bytes the carrier adds to that many of the stream.
    pub(crate) fn overhead(&self, waiting: usize) -> usize {
        match self {
            Self::FakeTls { records, first } => {
                let before = if *first && waiting != 0 {
                    CHANGE_CIPHER_SPEC_RECORD.len()
                } else {
                    0
                };
                before + records.overhead(waiting)
            }
        }
    }
}

const _: () = assert!(CHANGE_CIPHER_SPEC_RECORD.len() + HEADER_LEN <= MAX_HEADER);
