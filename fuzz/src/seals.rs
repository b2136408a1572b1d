//! The secrets' side of the wire, written here a second time: keystreams of a header, digests of fake TLS.
//!
//! Without them a fuzzer never gets past a digest, and what is behind would not be tested.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What one side of an obfuscated connection encrypts with; `header` as it goes over the wire.
pub struct Stream(Ctr128BE<Aes256>);

impl Stream {
    /// What the client sends; the header itself is used up.
    pub fn of_client(header: &[u8; 64], secret: Option<&[u8; 16]>) -> Self {
        let mut stream = Self::new(&header[8..56], secret);
        stream.apply(&mut [0; 64]);
        stream
    }

    /// What the server sends.
    pub fn of_server(header: &[u8; 64], secret: Option<&[u8; 16]>) -> Self {
        let mut material: [u8; 48] = header[8..56].try_into().expect("48 bytes");
        material.reverse();
        Self::new(&material, secret)
    }

    fn new(material: &[u8], secret: Option<&[u8; 16]>) -> Self {
        let mut key: [u8; 32] = material[..32].try_into().expect("32 bytes");
        if let Some(secret) = secret {
            let mut hash = Sha256::new();
            hash.update(key);
            hash.update(secret);
            key = hash.finalize().into();
        }
        let iv: [u8; 16] = material[32..48].try_into().expect("16 bytes");
        Self(Ctr128BE::new(&key.into(), &iv.into()))
    }

    pub fn apply(&mut self, data: &mut [u8]) {
        self.0.apply_keystream(data);
    }
}

/// Where the random stands in either hello.
const RANDOM: std::ops::Range<usize> = 11..43;

fn digest(key: &[u8; 16], before: &[u8], record: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(before);
    mac.update(&record[..RANDOM.start]);
    mac.update(&[0; 32]);
    mac.update(&record[RANDOM.end..]);
    mac.finalize().into_bytes().into()
}

/// Gives a ClientHello the digest and the time that the key's holder would; not where it is too short.
pub fn seal_hello(key: &[u8; 16], unix_time: u32, hello: &mut [u8]) {
    if hello.len() < RANDOM.end {
        return;
    }
    let mut random = digest(key, &[], hello);
    for (byte, time) in random[28..].iter_mut().zip(unix_time.to_le_bytes()) {
        *byte ^= time;
    }
    hello[RANDOM].copy_from_slice(&random);
}

/// The same for an answer to the hello with this random.
pub fn seal_answer(key: &[u8; 16], client_random: &[u8], answer: &mut [u8]) {
    if answer.len() < RANDOM.end {
        return;
    }
    let random = digest(key, client_random, answer);
    answer[RANDOM].copy_from_slice(&random);
}
