//! Quick-ack tokens: how a client knows which packet a receipt is for.

use core::fmt;

use sha2::{Digest, Sha256};

/// The bit that every token has set: it tells a raw token from a length.
const TOKEN_BIT: u32 = 0x8000_0000;

/// The receipt for one encrypted packet: "received, decrypted, accepted".
///
/// It promises nothing about the queries inside: acknowledgements, results and
/// errors follow as usual ("Quick ack" of the specification).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuickAckToken(u32);

impl QuickAckToken {
    /// The token of a packet that a client sends.
    ///
    /// `plaintext` is what will be encrypted, its MTProto padding included
    /// (salt, session id, message id, ... padding). The token is the first word
    /// of the hash whose middle is the message key:
    ///
    /// ```text
    ///     SHA-256( auth_key[88..120] + plaintext )  =  token (4)  . (4)  msg_key (16)  . (8)
    /// ```
    ///
    /// read in little-endian order, with its top bit set. The server computes
    /// the same from what it decrypted.
    #[must_use]
    pub fn compute(auth_key: &[u8; 256], plaintext: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(&auth_key[88..120]);
        hash.update(plaintext);
        let hash = hash.finalize();
        Self::from_wire([hash[0], hash[1], hash[2], hash[3]])
    }

    /// The token with this value, if its top bit is set.
    #[must_use]
    pub const fn from_value(value: u32) -> Option<Self> {
        if value & TOKEN_BIT == 0 {
            None
        } else {
            Some(Self(value))
        }
    }

    /// The token's value, its top bit set.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The token whose little-endian bytes these are. The top bit is set here:
    /// Android drops it where it stores the token, so it carries nothing.
    pub(crate) const fn from_wire(bytes: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(bytes) | TOKEN_BIT)
    }

    pub(crate) const fn to_wire(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }
}

impl fmt::Debug for QuickAckToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuickAckToken({:#010x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_bit_makes_a_token() {
        assert_eq!(QuickAckToken::from_value(0x7fff_ffff), None);
        let token = QuickAckToken::from_value(0x84c6_fb4b);
        assert_eq!(token.map(QuickAckToken::value), Some(0x84c6_fb4b));
    }

    /// Figures of an independent script: auth key byte i = i, plaintext byte
    /// i = a5 xor i, 64 bytes.
    #[test]
    #[allow(clippy::cast_possible_truncation)]
    fn the_token_is_the_head_of_the_message_key_hash() {
        let auth_key = core::array::from_fn(|i| i as u8);
        let plaintext: [u8; 64] = core::array::from_fn(|i| 0xa5 ^ i as u8);
        let token = QuickAckToken::compute(&auth_key, &plaintext);
        assert_eq!(token.value(), 0x84c6_fb4b);
    }
}
