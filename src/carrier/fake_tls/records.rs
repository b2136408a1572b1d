//! The record layer after the handshake: strips record headers, and makes them.
//!
//! ```text
//! 17 | 03 03 | length, u16 big-endian | payload
//! ```
//!
//! Records are pure chunking: frames of the stream inside straddle them
//! (section 9.3). Neither half holds payload.

use core::fmt;

/// Length of a record's header.
pub(crate) const HEADER_LEN: usize = 5;

/// What a client sends once, before its first application record (section 9.3).
pub(crate) const CHANGE_CIPHER_SPEC_RECORD: [u8; 6] = [CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1];

/// Most payload in one record, unless the config says otherwise: what TDLib,
/// tdesktop and mtcute write.
pub(crate) const DEFAULT_MAX_RECORD: u16 = 2878;

/// Most payload that TLS allows in one record.
pub(crate) const LARGEST_MAX_RECORD: usize = 1 << 14;

pub(super) const CHANGE_CIPHER_SPEC: u8 = 0x14;
pub(super) const ALERT: u8 = 0x15;
pub(super) const HANDSHAKE: u8 = 0x16;
pub(super) const APPLICATION: u8 = 0x17;

/// How to go on with the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first `skip` bytes are framing, the next `length` (never 0) are payload.
    Payload { skip: usize, length: usize },
    /// That many bytes are framing, and nothing follows them yet.
    Skip(usize),
    /// The input is used up.
    NeedMore,
}

/// Whether change-cipher-spec records are passed over.
///
/// A server has to: the client sends one (section 9.3). For a client, gotd and
/// mtg pass over them, TDLib closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeCipherSpec {
    Skip,
    Refuse,
}

/// Finds the payload in a stream of records, however the input is cut.
#[derive(Debug)]
pub(crate) struct RecordReader {
    change_cipher_spec: ChangeCipherSpec,
    /// The header so far; an alert's two bytes are read behind it.
    head: [u8; HEADER_LEN + 2],
    have: usize,
    /// What is missing of the current record's body.
    left: usize,
    failed: Option<RecordError>,
}

impl RecordReader {
    pub(crate) fn new(change_cipher_spec: ChangeCipherSpec) -> Self {
        Self {
            change_cipher_spec,
            head: [0; HEADER_LEN + 2],
            have: 0,
            left: 0,
            failed: None,
        }
    }

    /// Looks at the input from where the last step ended.
    ///
    /// Call it again with the rest, after what the step says is dropped or
    /// taken, until it answers [`Step::NeedMore`]. An error is final: it is the
    /// answer to every later call.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Step, RecordError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            if self.left == 0 {
                at += 1;
                self.head_byte(byte)
                    .inspect_err(|&error| self.failed = Some(error))?;
                continue;
            }
            let length = self.left.min(input.len() - at);
            self.left -= length;
            if self.head[0] == APPLICATION {
                return Ok(Step::Payload { skip: at, length });
            }
            at += length;
        }
        Ok(if at == 0 {
            Step::NeedMore
        } else {
            Step::Skip(at)
        })
    }

    /// How many bytes are missing to the end of the current header; 0 inside an
    /// application record.
    pub(crate) fn missing_header(&self) -> usize {
        if self.left > 0 && self.head[0] == APPLICATION {
            0
        } else {
            HEADER_LEN.saturating_sub(self.have)
        }
    }

    /// Whether the input so far ends with a whole record.
    pub(crate) fn is_between(&self) -> bool {
        self.have == 0 && self.left == 0
    }

    /// Takes one byte of a header; each byte is judged as it comes, so that
    /// the verdict does not depend on how the input is cut.
    fn head_byte(&mut self, byte: u8) -> Result<(), RecordError> {
        self.head[self.have] = byte;
        self.have += 1;
        let [content_type, major, minor, ..] = self.head;
        match self.have {
            1 => match content_type {
                CHANGE_CIPHER_SPEC if self.change_cipher_spec == ChangeCipherSpec::Refuse => {
                    Err(RecordError::ChangeCipherSpec)
                }
                APPLICATION | CHANGE_CIPHER_SPEC | ALERT => Ok(()),
                HANDSHAKE => Err(RecordError::Handshake),
                _ => Err(RecordError::UnknownType(content_type)),
            },
            // Every peer writes 03 03 here. An alert may say something else:
            // it ends the connection anyway, and is worth reading.
            3 if (major, minor) != (3, 3) && content_type != ALERT => {
                Err(RecordError::Version { major, minor })
            }
            HEADER_LEN => self.header(),
            7 => Err(RecordError::Alert(Some(Alert {
                level: self.head[5],
                description: self.head[6],
            }))),
            _ => Ok(()),
        }
    }

    fn header(&mut self) -> Result<(), RecordError> {
        let length = u16::from_be_bytes([self.head[3], self.head[4]]);
        match self.head[0] {
            // Go on for the alert's two bytes; anything else cannot be read.
            ALERT if length == 2 => return Ok(()),
            ALERT => return Err(RecordError::Alert(None)),
            // RFC 8446, section 5: one byte. Another length means that the two
            // sides have lost each other.
            CHANGE_CIPHER_SPEC if length != 1 => {
                return Err(RecordError::ChangeCipherSpecLength(length));
            }
            _ => {}
        }
        // Any 16-bit length, as TDLib reads it: iOS writes a little above
        // 2^14. An empty record leaves `left` at 0 and the next header follows.
        self.left = usize::from(length);
        self.have = 0;
        Ok(())
    }
}

/// Cuts payload into application records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordWriter {
    max_record: u16,
}

impl Default for RecordWriter {
    fn default() -> Self {
        Self {
            max_record: DEFAULT_MAX_RECORD,
        }
    }
}

impl RecordWriter {
    /// Records of at most `max_record` payload bytes: 1 to 16384.
    pub(crate) fn new(max_record: usize) -> Result<Self, MaxRecordError> {
        match u16::try_from(max_record) {
            Ok(max) if max >= 1 && max_record <= LARGEST_MAX_RECORD => Ok(Self { max_record: max }),
            _ => Err(MaxRecordError(max_record)),
        }
    }

    /// The header of the first record for `payload` bytes, and how many of them
    /// go behind it; `None` for 0 bytes, because no peer sends empty records.
    pub(crate) fn header(self, payload: usize) -> Option<([u8; HEADER_LEN], usize)> {
        let length = u16::try_from(payload)
            .unwrap_or(u16::MAX)
            .min(self.max_record);
        let [high, low] = length.to_be_bytes();
        (length > 0).then_some(([APPLICATION, 3, 3, high, low], usize::from(length)))
    }

    /// The headers of all records for `payload` bytes, each with its share of them.
    #[cfg(test)]
    pub(crate) fn headers(
        self,
        mut payload: usize,
    ) -> impl Iterator<Item = ([u8; HEADER_LEN], usize)> {
        core::iter::from_fn(move || {
            let (header, length) = self.header(payload)?;
            payload -= length;
            Some((header, length))
        })
    }

    /// How many bytes the headers for `payload` bytes are.
    pub(crate) fn overhead(self, payload: usize) -> usize {
        payload.div_ceil(usize::from(self.max_record)) * HEADER_LEN
    }
}

/// A TLS alert, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// 1: a warning; 2: fatal.
    pub level: u8,
    /// RFC 8446, section 6.
    pub description: u8,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.description {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            22 => "record_overflow",
            40 => "handshake_failure",
            47 => "illegal_parameter",
            50 => "decode_error",
            51 => "decrypt_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            109 => "missing_extension",
            112 => "unrecognized_name",
            120 => "no_application_protocol",
            other => return write!(f, "alert {other} of level {}", self.level),
        };
        write!(f, "alert {name} of level {}", self.level)
    }
}

/// The stream of records is broken: the connection is at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The peer gives up; `None` if the alert cannot be read.
    Alert(Option<Alert>),
    /// A handshake record; a client's cannot come any more, a server's never does.
    Handshake,
    /// A change-cipher-spec where this role refuses it.
    ChangeCipherSpec,
    /// A change-cipher-spec of that many bytes, where it has one.
    ChangeCipherSpecLength(u16),
    /// A record of a type that TLS does not have.
    UnknownType(u8),
    /// A record of another version than 3.3.
    Version {
        /// The first byte of the version.
        major: u8,
        /// The second byte of the version.
        minor: u8,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(Some(alert)) => write!(f, "the peer sent TLS {alert}"),
            Self::Alert(None) => f.write_str("the peer sent a TLS alert that cannot be read"),
            Self::Handshake => f.write_str("a TLS handshake record after the handshake"),
            Self::ChangeCipherSpec => f.write_str("a change-cipher-spec after the handshake"),
            Self::ChangeCipherSpecLength(length) => {
                write!(f, "a change-cipher-spec of {length} bytes: 1 expected")
            }
            Self::UnknownType(byte) => write!(f, "no TLS record begins with {byte:#04x}"),
            Self::Version { major, minor } => {
                write!(f, "record version {major:02x} {minor:02x}: 03 03 expected")
            }
        }
    }
}

impl core::error::Error for RecordError {}

/// The largest record of a config is not within 1..=16384.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxRecordError(pub(crate) usize);

#[cfg(test)]
mod tests;
