//! The crate's own AES-256-CTR against the `ctr` crate's, as a ratio.
//!
//! `cargo bench --features bench --bench ctr`. The bars: at least 2.2 at
//! 16 KiB, 64 KiB and 1 MiB, at least 3.5 at 68 bytes.
//!
//! A harness of its own, since no common one interleaves the variants: on a
//! shared machine the clock drifts by more than the differences looked for,
//! so every round times each variant once and the median round is compared.

use std::hint::black_box;
use std::time::Instant;

use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use mtproto::Memory;
use mtproto::bench_support::Stream;

const KEY: [u8; 32] = [0x42; 32];
const IV: [u8; 16] = [0x5a; 16];
const ROUNDS: usize = 61;
/// Enough for the clock, short enough that a round sees one CPU frequency.
const BYTES_A_ROUND: usize = 4 << 20;
const CALLS_A_ROUND: usize = 100_000;

fn main() {
    println!(
        "{:>8} {:>10} {:>10} {:>10} {:>10} {:>7} {:>7} {:>7}",
        "bytes", "ctr ns", "own ns", "to ns", "small ns", "own", "to", "small"
    );
    for size in [
        4,
        16,
        68,
        256,
        1 << 10,
        4 << 10,
        16 << 10,
        64 << 10,
        1 << 20,
    ] {
        row(size);
    }
}

fn row(size: usize) {
    // Short calls walk through a buffer that stays in the nearest cache, as
    // the frames of a burst do.
    let length = size.max((8 << 10) / size * size);
    let calls = (BYTES_A_ROUND / size).clamp(1, CALLS_A_ROUND);
    let mut data = vec![0; length];
    let input = vec![0; length];
    let mut theirs = Ctr128BE::<aes::Aes256>::new(&KEY.into(), &IV.into());
    let mut own = Stream::new(&KEY, &IV, Memory::Fast);
    let mut own_to = Stream::new(&KEY, &IV, Memory::Fast);
    let mut small = Stream::new(&KEY, &IV, Memory::Small);

    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let round = [
            time(calls, &mut data, size, |_, part| {
                theirs.apply_keystream(part);
            }),
            time(calls, &mut data, size, |_, part| own.apply(part)),
            time(calls, &mut data, size, |at, part| {
                own_to.apply_to(&input[at..at + size], part);
            }),
            time(calls, &mut data, size, |_, part| small.apply(part)),
        ];
        for (times, time) in times.iter_mut().zip(round) {
            times.push(time);
        }
    }
    let [theirs, own, own_to, small] = times.map(median);
    println!(
        "{size:>8} {theirs:>10.2} {own:>10.2} {own_to:>10.2} {small:>10.2} {:>7.2} {:>7.2} {:>7.2}",
        theirs / own,
        theirs / own_to,
        theirs / small,
    );
}

/// Nanoseconds a call.
fn time(calls: usize, data: &mut [u8], size: usize, mut call: impl FnMut(usize, &mut [u8])) -> f64 {
    let start = Instant::now();
    let mut at = 0;
    for _ in 0..calls {
        call(at, black_box(&mut data[at..at + size]));
        at += size;
        if at == data.len() {
            at = 0;
        }
    }
    start.elapsed().as_secs_f64() * 1e9 / calls as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
