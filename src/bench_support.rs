//! What the benchmarks need of the crate's inside; no part of its interface.
#![allow(missing_docs, clippy::must_use_candidate)]

use crate::obfuscation::ctr::Keystream;
use crate::transport::Memory;

pub struct Stream(Keystream);

impl Stream {
    pub fn new(key: &[u8; 32], iv: &[u8; 16], memory: Memory) -> Self {
        Self(Keystream::new(key, iv, memory.stream_state()))
    }

    #[inline]
    pub fn apply(&mut self, data: &mut [u8]) {
        self.0.apply(data);
    }

    #[inline]
    pub fn apply_to(&mut self, input: &[u8], output: &mut [u8]) {
        self.0.apply_to(input, output);
    }
}
