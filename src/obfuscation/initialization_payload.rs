//! The initialization payload: 64 random bytes that carry both keys, the tag
//! and the DC id.
//!
//! ```text
//!  0        8                         40              56      60     62    64
//!  +--------+-------------------------+---------------+-------+------+-----+
//!  | random | key (32)                | iv (16)       | tag   | dc   |     |
//!  +--------+-------------------------+---------------+-------+------+-----+
//!                                                       4       2      random
//!
//!  client's key and iv: bytes 8..40 and 40..56
//!  server's key and iv: the same offsets of the 64 bytes in reverse order
//!  with a secret:       key = SHA-256( key + secret ), iv as it is
//! ```
//!
//! On the wire bytes 56..64 are encrypted with the client's stream, which has
//! then run over all 64 bytes; the server's stream begins with its first byte.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Streams;
use super::ctr::{Keystream, StreamState};
use crate::entropy::{EntropyError, Random};
use crate::envelope::Envelope;

/// How long the initialization payload is.
pub(crate) const LENGTH: usize = 64;

/// How long the key of a secret is.
pub(crate) const SECRET_LENGTH: usize = 16;

/// Where the part that is encrypted begins, with the tag.
const TAG: usize = 56;

const DC: usize = 60;

/// The initialization payload as it goes over the wire.
pub(crate) type Header = [u8; LENGTH];

/// What the client puts at 56.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// The tag of an envelope.
    Known([u8; 4]),
    /// Full has no tag: the random bytes there must not be one by chance.
    Absent,
}

/// Makes a client's header and its two streams.
///
/// Without a DC id the two bytes stay random: directly to a DC nobody reads
/// them (TDLib does the same for id 0).
pub(crate) fn seal(
    random: &mut Random,
    tag: Tag,
    dc: Option<i16>,
    secret: Option<&[u8; SECRET_LENGTH]>,
    state: StreamState,
) -> Result<(Header, Streams), EntropyError> {
    let mut payload = Zeroizing::new([0; LENGTH]);
    loop {
        random.draw(payload.as_mut())?;
        if !is_forbidden(&payload, tag) {
            break;
        }
    }
    if let Tag::Known(tag) = tag {
        payload[TAG..DC].copy_from_slice(&tag);
    }
    if let Some(dc) = dc {
        payload[DC..DC + 2].copy_from_slice(&dc.to_le_bytes());
    }
    let incoming = reverse_stream(&payload, secret, state);
    let mut encrypted = *payload;
    let outgoing = forward_stream(&mut encrypted, secret, state);
    let mut header = *payload;
    header[TAG..].copy_from_slice(&encrypted[TAG..]);
    Ok((header, Streams { outgoing, incoming }))
}

/// A header that a server has received, read with one secret or with none.
pub(crate) struct Opened {
    /// What stands at 56: the envelope, if it is a tag.
    pub(crate) envelope: Option<Envelope>,
    pub(crate) dc: i16,
    /// The client's stream, after the header. It keeps little state: most
    /// headers are opened in vain, with secrets that are not theirs.
    incoming: Keystream,
}

/// Reads a client's header with one secret or with none. Whether they are the
/// right ones shows in the tag alone.
pub(crate) fn open(header: &Header, secret: Option<&[u8; SECRET_LENGTH]>) -> Opened {
    let mut plain = Zeroizing::new(*header);
    let incoming = forward_stream(&mut plain, secret, StreamState::Small);
    let [.., t0, t1, t2, t3, d0, d1, _, _] = *plain;
    Opened {
        envelope: Envelope::from_obfuscated_tag([t0, t1, t2, t3]),
        dc: i16::from_le_bytes([d0, d1]),
        incoming,
    }
}

impl Opened {
    /// The first 8 bytes behind the header, decrypted; the stream stays where
    /// it is.
    pub(crate) fn peek(&self, mut bytes: [u8; 8]) -> [u8; 8] {
        self.incoming.clone().apply(&mut bytes);
        bytes
    }

    /// The server's two streams. Takes the header and secret that it was opened
    /// with.
    pub(crate) fn into_streams(
        self,
        header: &Header,
        secret: Option<&[u8; SECRET_LENGTH]>,
        state: StreamState,
    ) -> Streams {
        Streams {
            outgoing: reverse_stream(header, secret, state),
            incoming: match state {
                StreamState::Small => self.incoming,
                StreamState::LookAhead => forward_stream(&mut { *header }, secret, state),
            },
        }
    }
}

/// Whether a server could take these 64 bytes for something else.
///
/// The specification's list, and every start of a TLS record: it names 16 03 01
/// 02 alone, but proxies of today route all of 16 03 0x to TLS.
fn is_forbidden(payload: &Header, tag: Tag) -> bool {
    let [a, b, c, d, second @ .., _, _, _, _] = *payload.first_chunk::<12>().unwrap_or(&[0; 12]);
    let first = [a, b, c, d];
    let [.., t0, t1, t2, t3, _, _, _, _] = *payload;
    a == 0xef
        || first == [0xee; 4]
        || first == [0xdd; 4]
        || is_http(first)
        || is_tls(first)
        || second == [0; 4]
        || (tag == Tag::Absent && Envelope::from_obfuscated_tag([t0, t1, t2, t3]).is_some())
}

/// The starts of the HTTP methods that MTProto servers know, and that no client's
/// payload begins with. "PUT " and the like are not among them: a client may well
/// draw such bytes.
pub(crate) fn is_http(first: [u8; 4]) -> bool {
    matches!(&first, b"HEAD" | b"POST" | b"GET " | b"OPTI")
}

/// The start of a TLS handshake record, of any version.
pub(crate) fn is_tls(first: [u8; 4]) -> bool {
    matches!(first, [0x16, 0x03, 0x00..=0x0f, _])
}

/// Key and IV out of bytes 8..56, as they stand or in reverse order.
fn key_material(
    payload: &Header,
    secret: Option<&[u8; SECRET_LENGTH]>,
) -> (Zeroizing<[u8; 32]>, [u8; 16]) {
    let mut key = Zeroizing::new([0; 32]);
    let mut iv = [0; 16];
    key.copy_from_slice(&payload[8..40]);
    iv.copy_from_slice(&payload[40..56]);
    if let Some(secret) = secret {
        let mut hash = Sha256::new();
        hash.update(key.as_ref());
        hash.update(secret);
        key.copy_from_slice(&hash.finalize());
    }
    (key, iv)
}

/// The stream from the client to the server. "The first thing that must be
/// encrypted using the encryption key is the initialization payload itself."
fn forward_stream(
    payload: &mut Header,
    secret: Option<&[u8; SECRET_LENGTH]>,
    state: StreamState,
) -> Keystream {
    let (key, iv) = key_material(payload, secret);
    let mut stream = Keystream::new(&key, &iv, state);
    stream.apply(payload);
    stream
}

/// The stream from the server to the client.
fn reverse_stream(
    payload: &Header,
    secret: Option<&[u8; SECRET_LENGTH]>,
    state: StreamState,
) -> Keystream {
    let mut reversed = Zeroizing::new(*payload);
    reversed.reverse();
    let (key, iv) = key_material(&reversed, secret);
    Keystream::new(&key, &iv, state)
}
