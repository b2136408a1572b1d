//! The server's answer: a ServerHello, a change-cipher-spec and one application record.
//!
//! ```text
//! 16 03 03 00 7a         X25519 (04 ba with the hybrid group)
//!    02 00 00 76         handshake type, length
//!    03 03 random (32)   the digest
//!    20 session id (32)  the client's
//!    suite (2)  00       one that the client offered; no compression
//!    00 2e               extensions:
//!       0033 0024 001d 0020 share    11ec: ML-KEM-768 ciphertext (1088), X25519 key (32)
//!       002b 0002 0304
//! 14 03 03 00 01 01
//! 17 03 03 length        random bytes, for the encrypted rest of a handshake
//! ```

use super::client_hello::x25519_key;
use super::digest;
use super::hello_reader::Group;
use super::records::{APPLICATION, CHANGE_CIPHER_SPEC_RECORD, HANDSHAKE, LARGEST_MAX_RECORD};
use super::server::Accepted;
use crate::allocate::{self, OutOfMemory};
use crate::entropy::{EntropyError, Random};

/// Between what lengths the application record's is drawn.
///
/// It stands in for certificates: whoever knows the real site sets it to what
/// that site sends. The default is mtg's, 2500 to 4700.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerSize {
    least: u16,
    most: u16,
}

impl Default for AnswerSize {
    fn default() -> Self {
        Self {
            least: 2500,
            most: 4700,
        }
    }
}

impl AnswerSize {
    /// `least..=most` bytes, within 1..=16384; `None` for anything else.
    pub(crate) fn new(least: usize, most: usize) -> Option<Self> {
        let in_order = 1 <= least && least <= most && most <= LARGEST_MAX_RECORD;
        let (least, most) = (u16::try_from(least).ok()?, u16::try_from(most).ok()?);
        in_order.then_some(Self { least, most })
    }

    fn draw(self, random: &mut Random) -> Result<u16, EntropyError> {
        // 32 bits for a range of at most 14: the bias is below 2^-18.
        let mut bytes = [0; 4];
        random.draw(&mut bytes)?;
        let span = u32::from(self.most - self.least) + 1;
        let offset = u32::from_le_bytes(bytes) % span;
        Ok(self
            .least
            .saturating_add(u16::try_from(offset).unwrap_or(0)))
    }
}

/// No answer could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerError {
    /// There is no room for the digest; a ServerHello always has it.
    TooShort,
    OutOfMemory,
    Entropy(EntropyError),
}

impl From<OutOfMemory> for AnswerError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl From<EntropyError> for AnswerError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}

/// The answer to an accepted hello, to be sent as it is; `secret` is the one that opened the hello.
pub(crate) fn answer(
    accepted: &Accepted,
    secret: &[u8; 16],
    size: AnswerSize,
    random: &mut Random,
) -> Result<Vec<u8>, AnswerError> {
    let session_id = accepted.session_id.as_bytes();
    let [id_length, ..] = session_id.len().to_le_bytes();
    let (group, share_length): (u16, u16) = match accepted.group {
        Group::X25519 => (0x001d, 32),
        Group::X25519MlKem768 => (0x11ec, 1088 + 32),
    };
    let extensions_length = share_length + 14;
    let message_length = extensions_length + 40 + u16::from(id_length);
    let application_length = size.draw(random)?;

    // Besides these there are 20 bytes of headers.
    let length = usize::from(message_length) + usize::from(application_length);
    let mut out = allocate::room(length + 20)?;
    out.extend([HANDSHAKE, 3, 3]);
    out.extend((message_length + 4).to_be_bytes());
    out.extend([2, 0]);
    out.extend(message_length.to_be_bytes());
    out.extend([3, 3]);
    out.extend([0; 32]);
    out.push(id_length);
    out.extend(session_id);
    out.extend(accepted.suite.to_be_bytes());
    out.push(0);
    out.extend(extensions_length.to_be_bytes());
    out.extend([0x00, 0x33]);
    out.extend((share_length + 4).to_be_bytes());
    out.extend(group.to_be_bytes());
    out.extend(share_length.to_be_bytes());
    if accepted.group == Group::X25519MlKem768 {
        // Compressed coefficients fill their bits: any bytes are a ciphertext,
        // and only the holder of the client's key, which is nobody, could tell.
        extend_random(&mut out, 1088, random)?;
    }
    out.extend(x25519_key(random)?);
    out.extend([0x00, 0x2b, 0x00, 0x02, 0x03, 0x04]);
    out.extend(CHANGE_CIPHER_SPEC_RECORD);
    out.extend([APPLICATION, 3, 3]);
    out.extend(application_length.to_be_bytes());
    extend_random(&mut out, usize::from(application_length), random)?;

    debug_assert_eq!(out.len(), length + 20);
    digest::seal_answer(secret, &accepted.client_random, &mut out).ok_or(AnswerError::TooShort)?;
    Ok(out)
}

fn extend_random(out: &mut Vec<u8>, count: usize, random: &mut Random) -> Result<(), EntropyError> {
    let at = out.len();
    out.resize(at + count, 0);
    random.draw(&mut out[at..])
}
