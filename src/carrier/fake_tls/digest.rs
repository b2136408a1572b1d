//! The digests in the two hellos' `random`: made, and compared in constant time.
//!
//! ```text
//! offset  0          5          9       11            43
//!         | record   | hand-    | 03 03 | random (32) | the rest
//!         | header   | shake    |       | the digest  |
//! ```
//!
//! ```text
//! client: D = HMAC-SHA-256(secret, whole record with the random zeroed)
//!         random = D[0..28] || D[28..32] XOR unix time, little-endian
//! server: random = HMAC-SHA-256(secret, client random as sent || answer with its random zeroed)
//! ```
//!
//! The time is little-endian: a client with the other order never connected to
//! any proxy. Note what the layout means: the last 4 bytes of a client's random
//! are not covered by the digest, so whoever records a hello can give it any
//! time. The time window alone stops nobody; the replay cache does.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Where the random of either hello begins, from the first byte of its record.
pub(super) const RANDOM_AT: usize = 11;
/// Where it ends.
pub(super) const RANDOM_END: usize = RANDOM_AT + 32;
/// How much of a client's random is digest alone; the time is mixed into the rest.
const PLAIN_DIGEST: usize = 28;

/// Writes the digest and the time into a hello; gives the random as it goes on the wire.
///
/// `None` if the record is too short to hold a random.
pub(super) fn seal_hello(secret: &[u8; 16], record: &mut [u8], unix_time: u32) -> Option<[u8; 32]> {
    let mut random = digest(secret, &[], record)?;
    for (byte, time) in random[PLAIN_DIGEST..]
        .iter_mut()
        .zip(unix_time.to_le_bytes())
    {
        *byte ^= time;
    }
    record
        .get_mut(RANDOM_AT..RANDOM_END)?
        .copy_from_slice(&random);
    Some(random)
}

/// The time inside a hello, if `secret` made its digest.
///
/// The hello is the whole record; one that came in several records is given as
/// if it had come in one.
pub(super) fn open_hello(secret: &[u8; 16], record: &[u8]) -> Option<u32> {
    let expected = digest(secret, &[], record)?;
    let random = record.get(RANDOM_AT..RANDOM_END)?;
    let same = expected[..PLAIN_DIGEST].ct_eq(&random[..PLAIN_DIGEST]);
    if !bool::from(same) {
        return None;
    }
    let mut time = [0; 4];
    for (out, (a, b)) in time
        .iter_mut()
        .zip(expected[PLAIN_DIGEST..].iter().zip(&random[PLAIN_DIGEST..]))
    {
        *out = a ^ b;
    }
    Some(u32::from_le_bytes(time))
}

/// Writes the digest into an answer: all its records, the first one a ServerHello.
///
/// `None` if the answer is too short to hold a random.
pub(super) fn seal_answer(
    secret: &[u8; 16],
    client_random: &[u8; 32],
    answer: &mut [u8],
) -> Option<()> {
    let random = digest(secret, client_random, answer)?;
    answer
        .get_mut(RANDOM_AT..RANDOM_END)?
        .copy_from_slice(&random);
    Some(())
}

/// Whether `secret` made this answer to the hello with this random.
pub(super) fn answer_is_genuine(
    secret: &[u8; 16],
    client_random: &[u8; 32],
    answer: &[u8],
) -> bool {
    match (
        digest(secret, client_random, answer),
        answer.get(RANDOM_AT..RANDOM_END),
    ) {
        (Some(expected), Some(random)) => expected.ct_eq(random).into(),
        _ => false,
    }
}

/// HMAC-SHA-256 over `before` and then the message with its random zeroed.
fn digest(secret: &[u8; 16], before: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    // HMAC fills a short key up with zeros to one block: done here, because a
    // key of exactly one block cannot be refused.
    let mut key = Zeroizing::new([0; 64]);
    key[..16].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new((&*key).into());
    mac.update(before);
    mac.update(message.get(..RANDOM_AT)?);
    mac.update(&[0; RANDOM_END - RANDOM_AT]);
    mac.update(message.get(RANDOM_END..)?);
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 16] = [7; 16];

    #[test]
    fn a_sealed_hello_gives_its_time_to_its_secret_alone() {
        for length in [43, 44, 517, 1800] {
            for time in [0, 1, 1_700_000_000, u32::MAX] {
                let mut record = vec![0x42; length];
                let random = seal_hello(&SECRET, &mut record, time);
                assert_eq!(
                    random.as_ref().map(<[u8; 32]>::as_slice),
                    record.get(11..43)
                );
                assert_eq!(open_hello(&SECRET, &record), Some(time));
                assert_eq!(open_hello(&[8; 16], &record), None);
            }
        }
    }

    #[test]
    fn every_byte_counts_except_the_four_of_the_time() {
        let mut record = vec![0x42; 100];
        assert!(seal_hello(&SECRET, &mut record, 5).is_some());
        for at in 0..record.len() {
            let mut other = record.clone();
            other[at] ^= 1;
            // The last 4 bytes of the random only move the time.
            assert_eq!(
                open_hello(&SECRET, &other).is_some(),
                (39..43).contains(&at),
                "byte {at}"
            );
        }
    }

    #[test]
    fn every_byte_of_an_answer_counts() {
        let mut answer = vec![0x42; 100];
        assert!(seal_answer(&SECRET, &[1; 32], &mut answer).is_some());
        assert!(answer_is_genuine(&SECRET, &[1; 32], &answer));
        assert!(!answer_is_genuine(&SECRET, &[2; 32], &answer));
        assert!(!answer_is_genuine(&[8; 16], &[1; 32], &answer));
        for at in 0..answer.len() {
            let mut other = answer.clone();
            other[at] ^= 0x80;
            assert!(!answer_is_genuine(&SECRET, &[1; 32], &other), "byte {at}");
        }
    }

    #[test]
    fn what_holds_no_random_has_no_digest() {
        let mut short = [0; 42];
        assert_eq!(seal_hello(&SECRET, &mut short, 0), None);
        assert_eq!(open_hello(&SECRET, &short), None);
        assert_eq!(seal_answer(&SECRET, &[0; 32], &mut short), None);
        assert!(!answer_is_genuine(&SECRET, &[0; 32], &short));
    }
}
