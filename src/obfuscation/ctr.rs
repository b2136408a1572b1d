//! AES-256-CTR as one continuing stream.
use aes::Aes256Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// How much state a stream keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamState {
    /// look-ahead
    #[default]
    LookAhead,
    /// small
    Small,
}

#[derive(Clone)]
pub(crate) struct Keystream {
    cipher: Aes256Enc,
    counter: u128,
    block: [u8; 16],
    used: usize,
}

impl Keystream {
    pub(crate) fn new(key: &[u8; 32], iv: &[u8; 16], _state: StreamState) -> Self {
        Self {
            cipher: Aes256Enc::new(key.into()),
            counter: u128::from_be_bytes(*iv),
            block: [0; 16],
            used: 16,
        }
    }
    fn next(&mut self) -> u8 {
        if self.used == 16 {
            self.block = self.counter.to_be_bytes();
            self.cipher.encrypt_block((&mut self.block).into());
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }
    pub(crate) fn apply(&mut self, data: &mut [u8]) {
        for byte in data {
            *byte ^= self.next();
        }
    }
    pub(crate) fn apply_to(&mut self, input: &[u8], output: &mut [u8]) {
        for (to, from) in output.iter_mut().zip(input) {
            *to = *from ^ self.next();
        }
    }
}
