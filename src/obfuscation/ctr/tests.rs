//! The stream against the `ctr` crate, against known vectors, and over
//! backends of every width.
#![allow(clippy::cast_possible_truncation, clippy::unwrap_used)]

use core::marker::PhantomData;
use std::path::PathBuf;

use aes::cipher::array::ArraySize;
use aes::cipher::consts::{U1, U2, U3, U4, U8, U30, U64, U128};
use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, InOut, KeyIvInit,
    ParBlocksSizeUser, StreamCipher,
};
use ctr::Ctr128BE;
use proptest::prelude::*;

use super::*;

const KEY: [u8; 32] = *b"a key for tests: 32 bytes of it.";
const STATES: [StreamState; 2] = [StreamState::LookAhead, StreamState::Small];

/// AES over a backend that takes `W` blocks at a time.
#[derive(Clone)]
struct Wide<W> {
    cipher: Aes256Enc,
    width: PhantomData<W>,
}

impl<W> BlockSizeUser for Wide<W> {
    type BlockSize = U16;
}

impl<W: ArraySize> ParBlocksSizeUser for Wide<W> {
    type ParBlocksSize = W;
}

impl<W: ArraySize> BlockCipherEncBackend for Wide<W> {
    fn encrypt_block(&self, block: InOut<'_, '_, Block>) {
        self.cipher.encrypt_block_inout(block);
    }
}

impl<W: ArraySize> BlockCipherEncrypt for Wide<W> {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

fn wide<W: ArraySize>(iv: &[u8; 16], state: StreamState) -> Keystream<Wide<W>> {
    let cipher = Wide {
        cipher: Aes256Enc::new(&KEY.into()),
        width: PhantomData,
    };
    Keystream::with_cipher(cipher, iv, state)
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 251) as u8).collect()
}

fn oracle(iv: &[u8; 16], data: &[u8]) -> Vec<u8> {
    let mut out = data.to_vec();
    Ctr128BE::<aes::Aes256>::new(&KEY.into(), iv.into()).apply_keystream(&mut out);
    out
}

/// IVs from which a carry passes into every byte, and some that just miss one.
fn carrying_ivs() -> Vec<[u8; 16]> {
    let mut ivs = vec![[0; 16], [0xff; 16], [0x80; 16]];
    for low in [0x00, 0x01, 0x3f, 0x40, 0xbf, 0xc0, 0xe1, 0xf0, 0xff] {
        for ones in 0..=15 {
            let mut iv = [0x37; 16];
            iv[15 - ones..15].fill(0xff);
            iv[15] = low;
            ivs.push(iv);
        }
    }
    ivs
}

/// Runs `data` through the stream in calls of the given lengths, the last for
/// the rest; each says whether it goes to another buffer.
fn run<C>(stream: &mut Keystream<C>, data: &[u8], calls: &[(usize, bool)]) -> Vec<u8>
where
    C: BlockCipherEncrypt<BlockSize = U16>,
{
    let mut out = data.to_vec();
    let mut at = 0_usize;
    for &(length, across) in calls.iter().chain([&(usize::MAX, false)]) {
        let end = at.saturating_add(length).min(data.len());
        if across {
            out[at..end].fill(0xee);
            stream.apply_to(&data[at..end], &mut out[at..end]);
        } else {
            stream.apply(&mut out[at..end]);
        }
        at = end;
    }
    out
}

/// As `run`, for every backend width; `None` when all agree with the oracle.
fn first_wrong_width(
    iv: &[u8; 16],
    state: StreamState,
    data: &[u8],
    calls: &[(usize, bool)],
) -> Option<&'static str> {
    let expected = oracle(iv, data);
    macro_rules! check {
        ($($width:ty),*) => {
            $(if run(&mut wide::<$width>(iv, state), data, calls) != expected {
                return Some(stringify!($width));
            })*
        };
    }
    check!(U1, U2, U3, U4, U8, U16, U30, U64, U128);
    (run(&mut Keystream::new(&KEY, iv, state), data, calls) != expected).then_some("own")
}

#[test]
fn every_length_in_one_call() {
    let data = bytes(5000);
    for state in STATES {
        for iv in [
            [0; 16],
            [0xff; 16],
            *b"\x11\x22any\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xa7",
        ] {
            let expected = oracle(&iv, &data);
            for length in 0..=data.len() {
                let mut out = data[..length].to_vec();
                Keystream::new(&KEY, &iv, state).apply(&mut out);
                assert_eq!(out, expected[..length], "{state:?} {iv:?} {length}");
                out.fill(1);
                Keystream::new(&KEY, &iv, state).apply_to(&data[..length], &mut out);
                assert_eq!(out, expected[..length], "{state:?} {iv:?} {length} to");
            }
        }
    }
}

#[test]
fn every_small_length_from_every_offset() {
    let data = bytes(4000);
    for state in STATES {
        for iv in [[0; 16], [0xff; 16], [0xc7; 16]] {
            let expected = oracle(&iv, &data);
            for offset in 0..150 {
                for length in 0..150 {
                    let calls = [(offset, false), (length, true), (3, false)];
                    let mut stream = Keystream::new(&KEY, &iv, state);
                    let end = offset + length + 80;
                    let out = run(&mut stream, &data[..end], &calls);
                    assert_eq!(out, expected[..end], "{state:?} {iv:?} {offset} {length}");
                }
            }
        }
    }
}

#[test]
fn around_the_edges_of_groups() {
    let data = bytes(5 << 10);
    let near = [
        0, 1, 15, 16, 17, 63, 64, 1007, 1008, 1009, 1023, 1024, 1025, 2047, 2048, 2049,
    ];
    for state in STATES {
        for low in (0..=255).step_by(15) {
            let mut iv = [0xff; 16];
            iv[15] = low;
            let expected = oracle(&iv, &data);
            for first in near {
                for second in near {
                    let calls = [(first, true), (second, false)];
                    let out = run(&mut Keystream::new(&KEY, &iv, state), &data, &calls);
                    assert!(out == expected, "{state:?} {low} {first} {second}");
                }
            }
        }
    }
}

#[test]
fn carries_reach_every_byte_at_every_width() {
    let data = bytes(6000);
    for state in STATES {
        for iv in carrying_ivs() {
            for calls in [&[][..], &[(5, false), (1700, true)], &[(4096, false)]] {
                let wrong = first_wrong_width(&iv, state, &data, calls);
                assert_eq!(wrong, None, "{state:?} {iv:02x?} {calls:?}");
            }
        }
    }
}

#[test]
fn a_mebibyte() {
    let data = bytes((1 << 20) + 13);
    for state in STATES {
        for iv in carrying_ivs().into_iter().step_by(13) {
            let out = run(&mut Keystream::new(&KEY, &iv, state), &data, &[(9, true)]);
            assert!(out == oracle(&iv, &data), "{state:?} {iv:02x?}");
        }
    }
}

#[test]
fn a_clone_goes_on_by_itself() {
    let data = bytes(300);
    for state in STATES {
        let expected = oracle(&[9; 16], &data);
        let mut stream = Keystream::new(&KEY, &[9; 16], state);
        let mut out = data.clone();
        stream.apply(&mut out[..101]);
        let mut again = out.clone();
        let mut clone = stream.clone();
        stream.apply(&mut out[101..]);
        drop(stream);
        clone.apply(&mut again[101..]);
        assert_eq!(out, expected);
        assert_eq!(again, expected);
    }
}

#[test]
fn state_stays_small() {
    // As documented. Elsewhere the round keys may take another form.
    if cfg!(target_arch = "x86_64") {
        assert_eq!(size_of::<Aes256Enc>(), 240);
        assert_eq!(size_of::<Keystream>(), 288);
    }
    assert_eq!(size_of::<Group>(), 1280);
    assert!(size_of::<Keystream>() <= size_of::<Aes256Enc>() + 64);
}

#[test]
fn the_look_ahead_is_allocated_at_the_first_byte() {
    let mut stream = Keystream::new(&KEY, &[1; 16], StreamState::LookAhead);
    assert!(matches!(&stream.ahead, Ready::Group(groups) if groups.is_empty()));
    stream.apply(&mut []);
    assert!(matches!(&stream.ahead, Ready::Group(groups) if groups.is_empty()));
    stream.apply(&mut [0]);
    assert!(matches!(&stream.ahead, Ready::Group(groups) if groups.len() == 1));
}

#[test]
fn debug_shows_no_key() {
    let stream = Keystream::new(&KEY, &[1; 16], StreamState::Small);
    assert_eq!(format!("{stream:?}"), "Keystream { .. }");
}

/// Short calls most of all, and now and then one over several groups.
fn calls() -> impl Strategy<Value = Vec<(usize, bool)>> {
    let length = prop_oneof![
        6 => 0..80usize,
        2 => 80..1100usize,
        1 => 1100..6000usize,
        1 => (0..5usize).prop_map(|groups| groups * 1024),
    ];
    prop::collection::vec((length, any::<bool>()), 0..24)
}

/// Any bytes, then a run of `ff` of any length, then any last byte.
fn iv() -> impl Strategy<Value = [u8; 16]> {
    (any::<[u8; 16]>(), 0..16usize, any::<u8>()).prop_map(|(mut iv, ones, low)| {
        iv[15 - ones..15].fill(0xff);
        iv[15] = low;
        iv
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_calls_at_every_width(
        iv in iv(),
        calls in calls(),
        rest in 0..3000usize,
        small in any::<bool>(),
    ) {
        let data = bytes(calls.iter().map(|call| call.0).sum::<usize>() + rest);
        let state = STATES[usize::from(small)];
        prop_assert_eq!(first_wrong_width(&iv, state, &data, &calls), None);
    }
}

/// The shared vectors, or `None` with the reason printed.
fn vectors() -> Option<serde_json::Value> {
    let folder = std::env::var_os("MTPROTO_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let path = folder.join("aes_ctr.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!("skipped: {} ({error}); set MTPROTO_VECTORS", path.display());
            None
        }
    }
}

fn hex(value: &serde_json::Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn known_vectors() {
    let Some(file) = vectors() else { return };
    let vectors = file["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let key = hex(&vector["key"]).try_into().unwrap();
        let iv = hex(&vector["iv"]).try_into().unwrap();
        for state in STATES {
            let mut stream = Keystream::new(&key, &iv, state);
            let pairs: Vec<_> = match vector["stream_inputs"].as_array() {
                Some(inputs) => {
                    let outputs = vector["stream_outputs"].as_array().unwrap();
                    assert_eq!(inputs.len(), outputs.len());
                    inputs.iter().zip(outputs).collect()
                }
                None => vec![(&vector["input"], &vector["output"])],
            };
            for (input, output) in pairs {
                let mut data = hex(input);
                stream.apply(&mut data);
                assert_eq!(data, hex(output), "{state:?}");
            }
        }
    }
}

/// The long streams: known by the CRC32 of what comes out.
#[test]
fn known_checksums() {
    let Some(file) = vectors() else { return };
    for set in file["crc_vectors"].as_array().unwrap() {
        for case in set["cases"].as_array().unwrap() {
            let length = case["length"].as_u64().unwrap();
            let mut seed = length as u32;
            let mut draw = |count: u64| -> Vec<u8> {
                (0..count)
                    .map(|_| {
                        seed = seed.wrapping_mul(123_457_567).wrapping_add(987_651_241);
                        (seed >> 23) as u8
                    })
                    .collect()
            };
            let data = draw(length);
            let key = draw(32).try_into().unwrap();
            let iv = draw(16).try_into().unwrap();
            for (iv, expected) in [
                (iv, &case["crc32"]),
                ([0xff; 16], &case["crc32_with_iv_all_ff"]),
            ] {
                for state in STATES {
                    let mut out = data.clone();
                    Keystream::new(&key, &iv, state).apply(&mut out);
                    let checksum = u64::from(crc32fast::hash(&out));
                    assert_eq!(Some(checksum), expected.as_u64(), "{length} {state:?}");
                }
            }
        }
    }
}
