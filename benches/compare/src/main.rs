//! What `make bench` runs: one table of ratios, with the bars beside them.
//!
//! Every row's variants run in one process, in rounds that interleave them. The
//! program starts itself several times over and compares the medians of the
//! launches, since one launch's memory layout can favour one variant.

mod calls;
mod ciphers;
mod clock;
mod memory;
mod packets;
mod plot;
mod table;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;

/// At least three, or a median says nothing.
const LAUNCHES: usize = 3;

/// In bytes of payload.
const SIZES: [usize; 5] = [64, 1 << 10, 16 << 10, 64 << 10, 1 << 20];

/// More points, for the curve.
const PLOTTED: [usize; 4] = [256, 4 << 10, 256 << 10, 32];

/// One launch's nanoseconds (or bytes, or allocations), by name.
pub type Results = BTreeMap<String, f64>;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    if arguments.iter().any(|argument| argument == "--launch") {
        launch(if quick { 15 } else { 101 });
        return;
    }
    let plot = arguments
        .iter()
        .skip_while(|argument| *argument != "--plot")
        .nth(1);
    let mut launches = Vec::new();
    for number in 1..=LAUNCHES {
        eprint!("launch {number} of {LAUNCHES} ...\r");
        launches.push(launched(quick));
    }
    print!("{}", table::table(&launches));
    if let Some(path) = plot {
        if let Err(error) = std::fs::write(path, plot::plot(&launches)) {
            eprintln!("{path}: {error}");
        }
    }
}

fn launch(rounds: usize) {
    let mut results = ciphers::measure(rounds);
    for size in SIZES {
        results.extend(packets::measure(size, rounds));
    }
    for size in PLOTTED {
        results.extend(packets::curve(size, rounds));
    }
    results.extend(calls::measure(rounds));
    results.extend(memory::measure());
    let mut out = std::io::stdout().lock();
    for (name, value) in results {
        let _ = writeln!(out, "{name}\t{value}");
    }
}

fn launched(quick: bool) -> Results {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("--launch");
    if quick {
        command.arg("--quick");
    }
    let output = command.output().expect("a launch");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect()
}
