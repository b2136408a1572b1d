//! The client's handshake: its hello, and the verdict on what answers it.
//!
//! ```text
//! 16 03 03 length   ServerHello, its random the digest      } the digest is
//! 16 03 03 length   further handshake records, if any       } over all of these,
//! 14 03 03 00 01 01 change-cipher-spec                      } and nothing more
//! 17 03 03 length   exactly one application record          }
//! ```
//!
//! The digest spans one application record and no second one: a proxy that adds
//! session tickets breaks every official client (telemt, issue 759).
//! Nothing but the digest speaks for the proxy. The rest of the ServerHello is
//! not looked into, as no peer does; but a proxy relays whom it does not know to
//! a real site, so much of this file is telling that site's answers apart.

use core::fmt;

use zeroize::Zeroizing;

use super::client_hello::{self, HelloError};
use super::digest;
use super::profile::Profile;
use super::records::{ALERT, APPLICATION, Alert, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LEN};
use crate::entropy::Random;

/// Longest record of an answer: what TLS allows an encrypted one (RFC 5246, section 6.2.3).
pub(crate) const MAX_ANSWER_RECORD: usize = (1 << 14) + 256;

/// Longest answer. Proxies send 1 to 20 KiB; the longest imitate a real site's certificates.
pub(crate) const MAX_ANSWER: usize = 64 * 1024;

/// Handshake type and length, legacy version, random: what a ServerHello must hold.
const LEAST_SERVER_HELLO: usize = digest::RANDOM_END - HEADER_LEN;

const SERVER_HELLO: u8 = 2;
const SERVER_HELLO_DONE: u8 = 14;

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446, section 4.1.3):
/// SHA-256 of that word.
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A hello that waits for its answer.
pub(crate) struct ClientHandshake {
    secret: Zeroizing<[u8; 16]>,
    client_random: [u8; 32],
}

impl fmt::Debug for ClientHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientHandshake(..)")
    }
}

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// At least that many bytes are missing.
    NeedMore(usize),
    /// The proxy is genuine; its answer is the first `consumed` bytes, and what
    /// follows them are application records.
    Done { consumed: usize },
}

impl ClientHandshake {
    /// Draws a hello; the bytes are to be sent as they are, before anything else.
    pub(crate) fn new(
        secret: &[u8; 16],
        domain: &str,
        profile: &Profile,
        unix_time: u32,
        random: &mut Random,
    ) -> Result<(Self, Vec<u8>), HelloError> {
        let mut hello = client_hello::draw(profile, domain, random)?;
        let client_random =
            digest::seal_hello(secret, &mut hello, unix_time).ok_or(HelloError::ProfileTooShort)?;
        let handshake = Self {
            secret: Zeroizing::new(*secret),
            client_random,
        };
        Ok((handshake, hello))
    }

    /// For a hello that somebody else made.
    #[cfg(test)]
    pub(super) fn waiting(secret: &[u8; 16], client_random: [u8; 32]) -> Self {
        Self {
            secret: Zeroizing::new(*secret),
            client_random,
        }
    }

    /// Looks at all bytes that have come since the hello; the caller keeps them.
    ///
    /// The verdict on a beginning is never taken back: however the answer is
    /// cut, it is the same.
    pub(crate) fn receive(&self, input: &[u8]) -> Result<Progress, FakeTlsError> {
        let mut expected = Expected::ServerHello;
        let mut messages = MessageWalk::default();
        let mut at = 0;
        loop {
            let rest = input.get(at..).unwrap_or_default();
            let Some((content_type, length)) = header(rest, expected, at)? else {
                return Ok(Progress::NeedMore(HEADER_LEN - rest.len()));
            };
            let end = at + HEADER_LEN + length;
            if end > MAX_ANSWER {
                return Err(FakeTlsError::TooLarge { length: end });
            }
            let body = &rest[HEADER_LEN..rest.len().min(HEADER_LEN + length)];
            let complete = body.len() == length;
            match content_type {
                ALERT if complete => return Err(alert(body)),
                HANDSHAKE if expected == Expected::ServerHello => server_hello(body)?,
                CHANGE_CIPHER_SPEC if complete && body != [1] => {
                    return Err(AnswerFault::ChangeCipherSpec.into());
                }
                _ => {}
            }
            if !complete {
                return Ok(Progress::NeedMore(length - body.len()));
            }
            match content_type {
                HANDSHAKE => {
                    if messages.ends_in_hello_done(body) {
                        return Err(FakeTlsError::OlderTls);
                    }
                    expected = Expected::ChangeCipherSpec;
                }
                CHANGE_CIPHER_SPEC => expected = Expected::Application,
                _ => {
                    let answer = &input[..end];
                    return if digest::answer_is_genuine(&self.secret, &self.client_random, answer) {
                        Ok(Progress::Done { consumed: end })
                    } else {
                        Err(FakeTlsError::DigestMismatch)
                    };
                }
            }
            at = end;
        }
    }
}

/// What comes next in an answer, besides an alert.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    ServerHello,
    /// Or a further handshake record: gotd tolerates them as well.
    ChangeCipherSpec,
    Application,
}

/// The type and length of the record that `rest` begins with; `None` if its header is not whole.
///
/// Byte by byte, so that what is no TLS at all is known from the first one.
fn header(rest: &[u8], expected: Expected, at: usize) -> Result<Option<(u8, usize)>, FakeTlsError> {
    if let Some(&content_type) = rest.first() {
        match (expected, content_type) {
            (_, ALERT)
            | (Expected::ServerHello | Expected::ChangeCipherSpec, HANDSHAKE)
            | (Expected::ChangeCipherSpec, CHANGE_CIPHER_SPEC)
            | (Expected::Application, APPLICATION) => {}
            // TLS 1.3 without its compatibility mode: no proxy of ours does that.
            (Expected::ChangeCipherSpec, APPLICATION) => {
                return Err(FakeTlsError::NoChangeCipherSpec);
            }
            (Expected::ServerHello, CHANGE_CIPHER_SPEC | APPLICATION) => {
                return Err(AnswerFault::RecordType(content_type).into());
            }
            (Expected::ServerHello, first) => return Err(FakeTlsError::NotTls { first }),
            _ => return Err(AnswerFault::RecordType(content_type).into()),
        }
    }
    // 03 03 in practice; 03 01 and up is what gotd takes, and the digest covers it.
    let wrong_major = rest.get(1).is_some_and(|&major| major != 3);
    let wrong_minor = rest.get(2).is_some_and(|minor| !(1..=4).contains(minor));
    if wrong_major || wrong_minor {
        return Err(if at == 0 && wrong_major {
            FakeTlsError::NotTls { first: rest[0] }
        } else {
            AnswerFault::RecordVersion.into()
        });
    }
    let Some(&[content_type, _, _, high, low]) = rest.first_chunk() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let fits = match (content_type, expected) {
        (ALERT, _) => length == 2,
        (CHANGE_CIPHER_SPEC, _) => length == 1,
        (_, Expected::ServerHello) => (LEAST_SERVER_HELLO..=MAX_ANSWER_RECORD).contains(&length),
        _ => (1..=MAX_ANSWER_RECORD).contains(&length),
    };
    if !fits {
        return Err(AnswerFault::RecordLength {
            content_type,
            length,
        }
        .into());
    }
    Ok(Some((content_type, length)))
}

/// Judges as much of the first record's body as has come.
fn server_hello(body: &[u8]) -> Result<(), FakeTlsError> {
    if let Some(&message) = body.first()
        && message != SERVER_HELLO
    {
        return Err(AnswerFault::NotServerHello(message).into());
    }
    // At once, not at the answer's end: the site now waits for a second hello.
    if body.get(LEAST_SERVER_HELLO - 32..LEAST_SERVER_HELLO) == Some(&RETRY_RANDOM[..]) {
        return Err(FakeTlsError::HelloRetryRequest);
    }
    Ok(())
}

fn alert(body: &[u8]) -> FakeTlsError {
    match *body {
        [level, description] => FakeTlsError::Alert(Alert { level, description }),
        _ => AnswerFault::RecordType(ALERT).into(),
    }
}

/// Steps over the handshake messages in the answer's handshake records.
///
/// A site without TLS 1.3 sends its certificate in the clear, ends with a
/// ServerHelloDone and waits; without this, the client would wait as well.
#[derive(Default)]
struct MessageWalk {
    /// What is missing of the current message.
    left: usize,
    lost: bool,
}

impl MessageWalk {
    fn ends_in_hello_done(&mut self, mut body: &[u8]) -> bool {
        while !self.lost {
            let here = self.left.min(body.len());
            self.left -= here;
            body = &body[here..];
            match *body {
                [] => return false,
                [SERVER_HELLO_DONE, 0, 0, 0] => return true,
                [_, high, middle, low, ref rest @ ..] => {
                    let length = u32::from_be_bytes([0, high, middle, low]);
                    self.left = usize::try_from(length).unwrap_or(usize::MAX);
                    body = rest;
                }
                // A header in two records: nobody does that, and what cannot be
                // read here only costs a clearer verdict.
                _ => self.lost = true,
            }
        }
        false
    }
}

/// Why there is no connection to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FakeTlsError {
    /// Something that does not speak TLS answered: not a proxy with this kind of secret.
    NotTls {
        /// Its first byte.
        first: u8,
    },
    /// The far end refused the hello, as real sites do.
    Alert(Alert),
    /// A real site answered: it wants another key share.
    HelloRetryRequest,
    /// A real site answered: it has no TLS 1.3.
    OlderTls,
    /// A real site answered: its TLS 1.3 sends no change-cipher-spec.
    NoChangeCipherSpec,
    /// A whole answer, and not made with this secret: a real site's.
    ///
    /// A proxy hands a hello to its real site if it does not know the secret or
    /// the domain, if the time is too far off, or if the hello came before; a
    /// domain without any proxy looks the same. The client's clock is worth a look.
    DigestMismatch,
    /// TLS, but no answer to a hello.
    Malformed(AnswerFault),
    /// The answer would have that many bytes.
    TooLarge {
        /// In bytes.
        length: usize,
    },
}

impl FakeTlsError {
    /// Whether a real site's TLS server answered, and not a proxy that knows the secret.
    #[must_use]
    pub fn is_real_site(&self) -> bool {
        matches!(
            self,
            Self::Alert(_)
                | Self::HelloRetryRequest
                | Self::OlderTls
                | Self::NoChangeCipherSpec
                | Self::DigestMismatch
        )
    }
}

impl From<AnswerFault> for FakeTlsError {
    fn from(fault: AnswerFault) -> Self {
        Self::Malformed(fault)
    }
}

impl fmt::Display for FakeTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls { first } => write!(
                f,
                "the answer is not TLS (it begins with {first:#04x}): not a fake TLS proxy"
            ),
            Self::Alert(alert) => write!(f, "the far end refused the hello with TLS {alert}"),
            Self::HelloRetryRequest => {
                f.write_str("a real site answered: it asks for another key share")
            }
            Self::OlderTls => f.write_str("a real site answered, and without TLS 1.3"),
            Self::NoChangeCipherSpec => {
                f.write_str("a real site answered: there is no change-cipher-spec")
            }
            Self::DigestMismatch => f.write_str(
                "a real site answered (digest mismatch): wrong secret or domain, \
                 a clock that is off, a repeated hello, or no proxy there",
            ),
            Self::Malformed(fault) => write!(f, "malformed answer: {fault}"),
            Self::TooLarge { length } => {
                write!(f, "answer of {length} bytes: at most {MAX_ANSWER} accepted")
            }
        }
    }
}

impl core::error::Error for FakeTlsError {}

/// Where an answer is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFault {
    /// A record of this type does not belong there.
    RecordType(u8),
    /// A record is of another version than TLS 1.2, which TLS 1.3 writes there.
    RecordVersion,
    /// A record of a length that cannot be.
    RecordLength {
        /// The record's type.
        content_type: u8,
        /// In bytes.
        length: usize,
    },
    /// The first handshake message has this type.
    NotServerHello(u8),
    /// The change-cipher-spec's one byte is not 1.
    ChangeCipherSpec,
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordType(byte) => write!(f, "a record of type {byte:#04x} is out of place"),
            Self::RecordVersion => f.write_str("wrong record version"),
            Self::RecordLength {
                content_type,
                length,
            } => write!(f, "a record of type {content_type:#04x} has {length} bytes"),
            Self::NotServerHello(message) => {
                write!(f, "handshake message {message} where a ServerHello is due")
            }
            Self::ChangeCipherSpec => f.write_str("wrong change-cipher-spec"),
        }
    }
}
