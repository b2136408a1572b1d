//! AES-256-CTR as one continuing stream.
//!
//! The counter is the whole 128-bit block, big-endian, and a keystream byte is
//! never used twice nor skipped, whatever the lengths of the calls.

mod blocks;
#[cfg(test)]
mod tests;

use core::fmt;

use aes::Aes256Enc;
use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherEncrypt, InOutBuf, KeyInit};
use zeroize::Zeroize;

use crate::allocate::try_box;
use blocks::{Ahead, BLOCK, Block, Pass, xor_short};

/// How many blocks are made ahead of their use.
///
/// A power of two, and a group begins at a multiple of it: only the last byte
/// of the counter moves inside a group, so no carry slows the inner loop.
/// 64 is also the widest batch of any backend.
const GROUP_BLOCKS: usize = 64;

/// How many blocks are kept of the group before, so that a call of up to 256
/// bytes finds its keystream in one piece.
const MARGIN: usize = 16;

/// How much keystream one direction of a connection keeps made ahead.
///
/// It changes the speed and the memory, never the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StreamState {
    /// 1 KiB, for short calls and calls of any alignment: one of 68 bytes takes
    /// less than half the time it takes without.
    ///
    /// Costs 1280 bytes of heap from the first byte on, and nothing before it.
    #[default]
    LookAhead,
    /// One block, for servers with very many connections: no heap at all.
    Small,
}

/// One direction of one connection.
///
/// 288 bytes on 64-bit x86, of which 240 are the round keys. That is all with
/// [`StreamState::Small`]; with [`StreamState::LookAhead`] 1280 bytes of heap
/// join them at the first byte, in the one allocation there ever is.
#[derive(Clone)]
pub(crate) struct Keystream<C = Aes256Enc> {
    cipher: C,
    /// The counter of the first block that is not made yet.
    next: u128,
    /// How many bytes of `ahead` are used up; before there is a group, how many
    /// of its bytes come before the IV.
    used: usize,
    ahead: Ready,
}

/// Keystream that is made but not yet used.
#[derive(Clone)]
enum Ready {
    /// None until the first byte (a stream that is never used stays small), then
    /// one.
    Group(Box<[Group]>),
    One([Block; 1]),
}

/// Aligned as the widest loads are, so that none of them crosses a cache line.
#[derive(Clone)]
#[repr(align(64))]
struct Group([Block; MARGIN + GROUP_BLOCKS]);

impl Keystream {
    pub(crate) fn new(key: &[u8; 32], iv: &[u8; 16], state: StreamState) -> Self {
        Self::with_cipher(Aes256Enc::new(key.into()), iv, state)
    }
}

impl<C: BlockCipherEncrypt<BlockSize = U16>> Keystream<C> {
    /// Over any block cipher, so that tests can give it backends of every width.
    fn with_cipher(cipher: C, iv: &[u8; 16], state: StreamState) -> Self {
        let counter = u128::from_be_bytes(*iv);
        match state {
            StreamState::LookAhead => {
                // The first group is made whole as well, from the multiple
                // before the counter on, and its beginning is passed over.
                let inside = usize::from(iv[15]) % GROUP_BLOCKS;
                Self {
                    cipher,
                    next: counter - inside as u128,
                    used: inside * BLOCK,
                    ahead: Ready::Group(Box::default()),
                }
            }
            StreamState::Small => Self {
                cipher,
                next: counter,
                used: BLOCK,
                ahead: Ready::One([Array([0; BLOCK])]),
            },
        }
    }

    /// XORs the next keystream bytes into `data`.
    #[inline]
    pub(crate) fn apply(&mut self, data: &mut [u8]) {
        // Most calls of a chatty connection end here, with no AES at all.
        if let Some(ready) = self.ahead.get(self.used, data.len()) {
            self.used += data.len();
            xor_short(data.into(), ready);
        } else {
            self.pass(None, data);
        }
    }

    /// XORs the next keystream bytes of `input` into `output`, in one pass.
    ///
    /// Both must have the same length, else nothing is written and the stream
    /// stays where it is. What `output` held before does not matter.
    #[inline]
    pub(crate) fn apply_to(&mut self, input: &[u8], output: &mut [u8]) {
        debug_assert_eq!(input.len(), output.len());
        if let Some(ready) = self.ahead.get(self.used, output.len())
            && let Ok(data) = InOutBuf::new(input, output)
        {
            self.used += input.len();
            xor_short(data, ready);
        } else {
            self.pass(Some(input), output);
        }
    }

    /// The way through the cipher; `None` for an input that is the output.
    ///
    /// Its arguments fit the registers. One that did not would be stored by
    /// the caller and read back here in other pieces, and that waits for all
    /// encryption still under way.
    #[inline(never)]
    fn pass(&mut self, input: Option<&[u8]>, output: &mut [u8]) {
        let data = match input {
            None => output.into(),
            Some(input) => match InOutBuf::new(input, output) {
                Ok(data) => data,
                Err(_) => return,
            },
        };
        if data.is_empty() {
            return;
        }
        if matches!(&self.ahead, Ready::Group(groups) if groups.is_empty()) {
            self.begin();
        }
        let Self {
            cipher,
            next,
            used,
            ahead,
        } = self;
        let ahead = match ahead {
            Ready::Group(groups) => match groups.first_mut() {
                Some(group) => Ahead::Group(&mut group.0),
                None => return,
            },
            Ready::One(block) => Ahead::One(block),
        };
        cipher.encrypt_with_backend(Pass::<_, MARGIN> {
            ahead,
            used,
            next,
            data,
        });
    }

    /// Allocates the look-ahead. What comes before the IV in the first group
    /// is made as well, and passed over.
    ///
    /// Without memory it goes on as [`StreamState::Small`]: slower, and right.
    #[cold]
    fn begin(&mut self) {
        let Some(mut groups) = try_box(Group([Array([0; BLOCK]); MARGIN + GROUP_BLOCKS])) else {
            self.next = self.next.wrapping_add((self.used / BLOCK) as u128);
            self.used = BLOCK;
            self.ahead = Ready::One([Array([0; BLOCK])]);
            return;
        };
        let Some(group) = groups.first_mut() else {
            return;
        };
        let mut before = [0; GROUP_BLOCKS * BLOCK];
        let data = before[..self.used].as_mut().into();
        self.used = GROUP;
        self.cipher.encrypt_with_backend(Pass::<_, MARGIN> {
            ahead: Ahead::Group(&mut group.0),
            used: &mut self.used,
            next: &mut self.next,
            data,
        });
        self.ahead = Ready::Group(groups);
    }
}

/// The bytes of a [`Group`] with its margin.
const GROUP: usize = size_of::<Group>();

impl Ready {
    /// The next `count` bytes, if so many are made.
    #[inline(always)]
    fn get(&self, used: usize, count: usize) -> Option<&[u8]> {
        let blocks = match self {
            Self::Group(groups) => groups.first()?.0.as_slice(),
            Self::One(block) => block.as_slice(),
        };
        Array::slice_as_flattened(blocks).get(used..)?.get(..count)
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        match self {
            Self::Group(groups) => {
                for group in groups {
                    Array::slice_as_flattened_mut(&mut group.0).zeroize();
                }
            }
            Self::One(block) => Array::slice_as_flattened_mut(block).zeroize(),
        }
    }
}

impl<C> fmt::Debug for Keystream<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keystream { .. }")
    }
}
