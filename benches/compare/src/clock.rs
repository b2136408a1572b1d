//! Rounds in which every variant is timed once, one right behind the other.
//!
//! A shared machine drifts by more than the differences looked for, and so
//! unevenly that only what ran at the same moment can be compared.

use std::time::Instant;

/// One way of doing a piece of work: does it once, and says how many
/// nanoseconds a unit took.
pub type Variant<'a> = (String, Box<dyn FnMut() -> f64 + 'a>);

/// Rounds before the ones that count: caches, buffers and branches get warm.
const WARM_UP: usize = 5;

/// The median of each variant, by name.
pub fn interleave(rounds: usize, mut variants: Vec<Variant<'_>>) -> Vec<(String, f64)> {
    let mut times = vec![Vec::with_capacity(rounds); variants.len()];
    for round in 0..WARM_UP + rounds {
        for ((_, variant), times) in variants.iter_mut().zip(&mut times) {
            let time = variant();
            if round >= WARM_UP {
                times.push(time);
            }
        }
    }
    variants
        .into_iter()
        .zip(times)
        .map(|((name, _), times)| (name, median(times)))
        .collect()
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Nanoseconds a unit, of `units` of them.
pub fn time(units: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e9 / units as f64
}
