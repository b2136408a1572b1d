//! The key of an opening, and the accept value that proves it was read (section 4.2.2).
//!
//! ```text
//! Sec-WebSocket-Key:    base64(16 random bytes)                    24 characters
//! Sec-WebSocket-Accept: base64(SHA-1(the key's text + the GUID))   28 characters
//! ```
//!
//! It keeps caches and confused servers out and protects nothing, so SHA-1 does.

use sha1::{Digest, Sha1};

use crate::entropy::{EntropyError, Random};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A key's text.
pub(crate) type Key = [u8; 24];
/// An accept value's text.
pub(crate) type Accept = [u8; 28];

/// Draws a fresh key.
pub(crate) fn draw(random: &mut Random) -> Result<Key, EntropyError> {
    let mut bytes = [0; 16];
    random.draw(&mut bytes)?;
    Ok(base64(&bytes))
}

/// The accept value for a key's text.
pub(crate) fn accept(key: &Key) -> Accept {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    base64(&hash)
}

/// Reads a key: the base64 of 16 bytes. What bytes they are is of no interest.
pub(crate) fn read(text: &[u8]) -> Option<Key> {
    let key: &Key = text.try_into().ok()?;
    let digits = key.strip_suffix(b"==")?;
    digits
        .iter()
        .all(|byte| ALPHABET.contains(byte))
        .then_some(*key)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding; `N` is the text's length for the bytes' length.
fn base64<const N: usize>(bytes: &[u8]) -> [u8; N] {
    debug_assert_eq!(N, bytes.len().div_ceil(3) * 4);
    let mut text = [b'='; N];
    for (group, out) in bytes.chunks(3).zip(text.chunks_mut(4)) {
        let mut bits = [0; 4];
        bits[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bits);
        // One character more than there are bytes; the rest is padding.
        for (out, shift) in out.iter_mut().zip([18, 12, 6, 0]).take(group.len() + 1) {
            *out = ALPHABET[(bits >> shift & 0x3f) as usize];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;

    #[test]
    fn the_sample_of_the_rfc() {
        // Section 1.3.
        assert_eq!(
            &accept(b"dGhlIHNhbXBsZSBub25jZQ=="),
            b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        let mut random = Random::new(&Entropy::from_bytes(b"the sample nonce"));
        assert_eq!(draw(&mut random).as_ref(), Ok(b"dGhlIHNhbXBsZSBub25jZQ=="));
    }

    #[test]
    fn base64_pads() {
        // RFC 4648, section 10.
        assert_eq!(&base64(b"f"), b"Zg==");
        assert_eq!(&base64(b"fo"), b"Zm8=");
        assert_eq!(&base64(b"foo"), b"Zm9v");
        assert_eq!(&base64(b"foob"), b"Zm9vYg==");
        assert_eq!(&base64(&[0xfb, 0xff]), b"+/8=");
    }

    #[test]
    fn keys_are_16_bytes() {
        let key = b"dGhlIHNhbXBsZSBub25jZQ==";
        assert_eq!(read(key), Some(*key));
        for bad in [
            &b""[..],
            b"dGhlIHNhbXBsZSBub25jZQ=",
            b"dGhlIHNhbXBsZSBub25jZQAA",
            b"dGhlIHNhbXBsZSBub25jZ===",
            b"dGhlIHNhbXBsZSBub25jZ-==",
            b"dGhlIHNhbXBsZSBub25jZQ==A",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
