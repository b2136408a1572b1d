//! The text of a secret: hex and base64, read and written.
//!
//! Written out here because it is short, has to be wiped, and has to name the
//! character that is wrong.

use core::fmt;

use zeroize::Zeroizing;

use super::super::ParseMode;
use super::super::percent::hex_digit;
use super::SecretError;
use crate::allocate;

/// The bytes that a text stands for.
///
/// Hex goes first, as in TDLib. Unlike TDLib, an odd number of hex digits is
/// not tried as base64: no real base64 secret has hex digits only (one in 10^10
/// for the shortest), and a lost digit deserves its own answer.
pub(super) fn decode(text: &str, mode: ParseMode) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    if text.is_empty() {
        return Err(SecretError::Empty);
    }
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return decode_hex(text);
    }
    decode_base64(text, mode)
}

/// `text` is hex digits only.
fn decode_hex(text: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let (pairs, rest) = text.as_bytes().as_chunks();
    if !rest.is_empty() {
        return Err(SecretError::OddHexDigits { digits: text.len() });
    }
    let mut bytes = Zeroizing::new(allocate::room(pairs.len())?);
    bytes.extend(
        pairs
            .iter()
            .filter_map(|[high, low]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?)),
    );
    Ok(bytes)
}

fn decode_base64(text: &str, mode: ParseMode) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let body = text.trim_end_matches('=');
    // Whole at once: growing would leave parts of the secret behind, unwiped.
    let mut bytes = Zeroizing::new(allocate::room(body.len() / 4 * 3 + 3)?);
    let mut characters = 0;
    let mut bits = 0_u32;
    let mut pending = 0_u32;
    for character in body.chars() {
        characters += 1;
        let standard = matches!(character, '+' | '/');
        if standard && !mode.is_lenient() {
            return Err(SecretError::StandardBase64 {
                position: characters,
            });
        }
        let Some(value) = base64_value(character) else {
            return Err(SecretError::Character {
                position: characters,
                character,
            });
        };
        pending = (pending << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((pending >> bits).to_le_bytes()[0]);
            pending &= (1 << bits) - 1;
        }
    }
    // 4 characters are 3 bytes, 3 are 2, 2 are 1; nothing ends in 1.
    if characters % 4 == 1 {
        return Err(SecretError::Base64Length { characters });
    }
    if !mode.is_lenient() {
        let found = text.len() - body.len();
        let expected = (4 - characters % 4) % 4;
        if found != 0 && found != expected {
            return Err(SecretError::Base64Padding { found, expected });
        }
        if pending != 0 {
            return Err(SecretError::Base64TrailingBits);
        }
    }
    Ok(bytes)
}

/// Of either alphabet.
fn base64_value(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok()?;
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' | b'+' => Some(62),
        b'_' | b'/' => Some(63),
        _ => None,
    }
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8], out: &mut impl fmt::Write) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        out.write_char(char::from(DIGITS[usize::from(byte >> 4)]))?;
        out.write_char(char::from(DIGITS[usize::from(byte & 15)]))?;
    }
    Ok(())
}

/// Base64url without padding.
pub(super) fn base64url(bytes: &[u8], out: &mut impl fmt::Write) -> fmt::Result {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let [first, second, third] = group;
        let digits = [
            first >> 2,
            (first & 3) << 4 | second >> 4,
            (second & 15) << 2 | third >> 6,
            third & 63,
        ];
        // n bytes need n + 1 characters.
        for digit in &digits[..=chunk.len()] {
            out.write_char(char::from(DIGITS[usize::from(*digit)]))?;
        }
    }
    Ok(())
}
