//! Counter blocks, their encryption and the XOR, inside one call of a cipher's backend.
//!
//! All three are compiled under the backend's own CPU features that way, and
//! the round keys are loaded once a call. Hence `inline(always)` throughout:
//! a function that is left out of the call would lose those features.

use core::hint::black_box;

use aes::cipher::array::ArraySize;
use aes::cipher::consts::{U4, U8, U16, U64};
use aes::cipher::typenum::Unsigned;
use aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, InOutBuf, ParBlocks,
};

pub(super) const BLOCK: usize = 16;
pub(super) type Block = Array<u8, U16>;

/// Keystream that is made ahead of its use, in blocks of which `MARGIN` are the
/// group's before, or one block alone.
///
/// One pass serves both. A pass for each would be twice the code in each of the
/// backends, which all are in the library.
pub(super) enum Ahead<'a, const ALL: usize, const MARGIN: usize> {
    Group(&'a mut [Block; ALL]),
    One(&'a mut [Block; 1]),
}

impl<const ALL: usize, const MARGIN: usize> Ahead<'_, ALL, MARGIN> {
    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Group(blocks) => Array::slice_as_flattened(blocks.as_slice()),
            Self::One(block) => Array::slice_as_flattened(block.as_slice()),
        }
    }

    /// The blocks that are made at once: a power of two.
    #[inline(always)]
    fn fresh(&mut self) -> &mut [Block] {
        match self {
            Self::Group(blocks) => &mut blocks[MARGIN..],
            Self::One(block) => block.as_mut_slice(),
        }
    }
}

/// XORs keystream into `data`: what is left ahead, then as many blocks as are
/// made at once or a multiple of them, then the beginning of new ones.
///
/// New blocks come into the last `ALL - MARGIN` of a group. The first `MARGIN`
/// then hold what was left of those before, so that a short call finds its
/// bytes in one piece: two pieces, of other lengths every time, are branches
/// that no CPU predicts.
pub(super) struct Pass<'a, 'inp, 'out, const ALL: usize, const MARGIN: usize> {
    pub(super) ahead: Ahead<'a, ALL, MARGIN>,
    /// How many bytes of `ahead` are used up.
    pub(super) used: &'a mut usize,
    /// The counter of the first block that is not made yet.
    pub(super) next: &'a mut u128,
    pub(super) data: InOutBuf<'inp, 'out, u8>,
}

impl<const ALL: usize, const MARGIN: usize> BlockSizeUser for Pass<'_, '_, '_, ALL, MARGIN> {
    type BlockSize = U16;
}

impl<const ALL: usize, const MARGIN: usize> BlockCipherEncClosure
    for Pass<'_, '_, '_, ALL, MARGIN>
{
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self {
            mut ahead,
            used,
            next,
            mut data,
        } = self;
        let left = ahead.bytes().len().saturating_sub(*used);
        let mut start = ahead.bytes().len() - ahead.fresh().len() * BLOCK;
        if let Ahead::Group(blocks) = &mut ahead
            && data.len() <= MARGIN * BLOCK
            && left <= MARGIN * BLOCK
        {
            blocks.copy_within(ALL - MARGIN.., 0);
            start -= left;
        } else {
            let count = left.min(data.len());
            let (head, rest) = data.split_at(count);
            xor_short(head, &ahead.bytes()[*used..*used + count]);
            *used += count;

            // A mask, as a division by what is known only now takes longer.
            let count = rest.len() & !(ahead.fresh().len() * BLOCK - 1);
            let (body, tail) = rest.split_at(count);
            if !body.is_empty() {
                cover(backend, next, body);
            }
            data = tail;
        }
        if !data.is_empty() {
            // Each by itself: the group's size is then a constant of its loop.
            match &mut ahead {
                Ahead::Group(blocks) => make(backend, next, &mut blocks[MARGIN..]),
                Ahead::One(block) => make(backend, next, block.as_mut_slice()),
            }
            *used = start + data.len();
            xor_short(data, &ahead.bytes()[start..*used]);
        }
    }
}

/// Aligned as the widest loads are, so that none of them crosses a cache line.
#[repr(align(64))]
struct Aligned<T>(T);

/// Up to how many blocks cost less one by one than as a whole batch.
const fn few(width: usize) -> usize {
    width / 4
}

/// XORs the keystream blocks from `next` on into `data`, which is whole blocks.
#[inline(always)]
fn cover<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    next: &mut u128,
    mut data: InOutBuf<'_, '_, u8>,
) {
    let width = B::ParBlocksSize::USIZE;
    if data.len() > few(width) * BLOCK {
        let mut counters = Aligned(ParBlocks::<B>::default());
        let mut keystream = Aligned(ParBlocks::<B>::default());
        count(&mut counters.0, *next);
        loop {
            backend.encrypt_par_blocks((&counters.0, &mut keystream.0).into());
            if data.len() < width * BLOCK {
                *next = next.wrapping_add((data.len() / BLOCK) as u128);
                let count = data.len();
                let (now, later) = data.split_at(count);
                xor(now, &keystream.0.as_flattened()[..count]);
                data = later;
                break;
            }
            let (now, later) = data.split_at(width * BLOCK);
            *next = next.wrapping_add(width as u128);
            // Before the XOR, so that the next encryption need not wait for
            // these stores while this one's last rounds are still under way.
            count(&mut counters.0, *next);
            xor(now, keystream.0.as_flattened());
            data = later;
            if data.len() <= few(width) * BLOCK {
                break;
            }
        }
        wipe(&mut keystream.0);
    }
    let (blocks, _) = data.into_chunks::<U16>();
    for mut block in blocks {
        let mut keystream = Array(next.to_be_bytes());
        backend.encrypt_block_inplace(&mut keystream);
        *next = next.wrapping_add(1);
        *block.get_out() = Array(xored(block.get_in().0, &keystream.0));
    }
}

/// Fills `blocks` with the keystream blocks from `next` on.
#[inline(always)]
fn make<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    next: &mut u128,
    blocks: &mut [Block],
) {
    let width = B::ParBlocksSize::USIZE;
    let (batches, rest) = ParBlocks::<B>::slice_as_chunks_mut(blocks);
    for batch in batches {
        count(batch, *next);
        backend.encrypt_par_blocks_inplace(batch);
        *next = next.wrapping_add(width as u128);
    }
    if rest.len() <= few(width) {
        for block in rest {
            block.0 = next.to_be_bytes();
            backend.encrypt_block_inplace(block);
            *next = next.wrapping_add(1);
        }
    } else {
        let mut batch = Aligned(ParBlocks::<B>::default());
        count(&mut batch.0, *next);
        backend.encrypt_par_blocks_inplace(&mut batch.0);
        rest.copy_from_slice(&batch.0[..rest.len()]);
        *next = next.wrapping_add(rest.len() as u128);
        wipe(&mut batch.0);
    }
}

/// Writes the counter blocks from `first` on.
#[inline(always)]
fn count<N: ArraySize>(blocks: &mut Array<Block, N>, first: u128) {
    if N::USIZE <= before_carry(first) {
        count_without_carry(blocks, first);
    } else {
        count_with_carry(blocks, first);
    }
}

/// How many blocks from `first` on differ in the last byte alone.
#[inline(always)]
fn before_carry(first: u128) -> usize {
    256 - usize::from(first.to_be_bytes()[15])
}

/// Any counter and any number of blocks: rare, and with a look-ahead never
/// needed by a width that divides 64.
#[inline(always)]
fn count_with_carry(mut blocks: &mut [Block], mut first: u128) {
    while !blocks.is_empty() {
        let count = before_carry(first).min(blocks.len());
        let (now, later) = blocks.split_at_mut(count);
        count_without_carry(now, first);
        first = first.wrapping_add(count as u128);
        blocks = later;
    }
}

/// In words whose last byte alone moves, whatever byte order the machine has:
/// the compiler makes whole vectors of pairs of words, not so of 128-bit
/// integers, of bytes or of a table.
#[inline(always)]
fn count_without_carry(blocks: &mut [Block], first: u128) {
    const LAST_BYTE: u64 = u64::from_ne_bytes([0, 0, 0, 0, 0, 0, 0, 1]);
    let bytes = first.to_be_bytes();
    let (high, mut low) = (word(&bytes, 0), word(&bytes, 8));
    for block in blocks {
        let (left, right) = block.0.split_at_mut(8);
        left.copy_from_slice(&high.to_ne_bytes());
        right.copy_from_slice(&low.to_ne_bytes());
        low = low.wrapping_add(LAST_BYTE);
    }
}

#[inline(always)]
fn word(bytes: &[u8; BLOCK], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(word)
}

/// XORs `keystream` into `data`, which is as long.
///
/// In steps of fixed sizes: only these become vector instructions, here as wide
/// as the backend has them.
#[inline(always)]
fn xor(data: InOutBuf<'_, '_, u8>, keystream: &[u8]) {
    let (steps, data) = data.into_chunks::<U64>();
    let (keys, keystream) = keystream.as_chunks();
    for (mut step, key) in steps.into_iter().zip(keys) {
        *step.get_out() = Array(xored(step.get_in().0, key));
    }
    xor_tail(data, keystream);
}

/// As `xor`, in the narrow steps that every CPU has: for short calls, outside
/// the backend, and for keystream at any offset, where wide loads span two
/// stores that are still under way.
#[inline(always)]
pub(super) fn xor_short(data: InOutBuf<'_, '_, u8>, keystream: &[u8]) {
    let (steps, data) = data.into_chunks::<U64>();
    let (keys, keystream) = keystream.as_chunks::<64>();
    for (mut step, key) in steps.into_iter().zip(keys) {
        let bytes = step.get_in().0;
        let (bytes, key) = (bytes.as_chunks().0, key.as_chunks::<16>().0);
        let quarters = [
            xored(bytes[0], &key[0]),
            xored(bytes[1], &key[1]),
            xored(bytes[2], &key[2]),
            xored(bytes[3], &key[3]),
        ];
        step.get_out().0.copy_from_slice(quarters.as_flattened());
    }
    xor_tail(data, keystream);
}

/// As `xor`, for less than 64 bytes.
#[inline(always)]
fn xor_tail(mut data: InOutBuf<'_, '_, u8>, mut keystream: &[u8]) {
    if data.len() >= 16 {
        let (steps, rest) = data.into_chunks::<U16>();
        let (keys, left) = keystream.as_chunks();
        for (mut step, key) in steps.into_iter().zip(keys) {
            *step.get_out() = Array(xored(step.get_in().0, key));
        }
        (data, keystream) = (rest, left);
    }
    if data.len() >= 8 {
        let (now, rest) = data.split_at(8);
        let (key, left) = keystream.split_at(8);
        for (mut step, key) in now.into_chunks::<U8>().0.into_iter().zip(key.as_chunks().0) {
            let word = u64::from_ne_bytes(step.get_in().0) ^ u64::from_ne_bytes(*key);
            *step.get_out() = Array(word.to_ne_bytes());
        }
        (data, keystream) = (rest, left);
    }
    if data.len() >= 4 {
        let (now, rest) = data.split_at(4);
        let (key, left) = keystream.split_at(4);
        for (mut step, key) in now.into_chunks::<U4>().0.into_iter().zip(key.as_chunks().0) {
            let word = u32::from_ne_bytes(step.get_in().0) ^ u32::from_ne_bytes(*key);
            *step.get_out() = Array(word.to_ne_bytes());
        }
        (data, keystream) = (rest, left);
    }
    data.xor_in2out(keystream);
}

#[inline(always)]
fn xored<const N: usize>(mut bytes: [u8; N], with: &[u8; N]) -> [u8; N] {
    for (byte, with) in bytes.iter_mut().zip(with) {
        *byte ^= with;
    }
    bytes
}

/// Best effort, with plain stores that `black_box` keeps from being left out:
/// volatile ones go byte by byte and would cost as much as the encryption.
#[inline(always)]
fn wipe(blocks: &mut [Block]) {
    Array::slice_as_flattened_mut(blocks).fill(0);
    black_box(blocks);
}
