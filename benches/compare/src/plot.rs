//! Throughput over payload size, with the line that nothing can be above.

use std::fmt::Write as _;

use mtproto::Envelope;

use crate::clock::median;
use crate::{PLOTTED, Results, SIZES, packets};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Bytes of payload a nanosecond, which are GB/s, by size.
fn curve(launches: &[Results], key: impl Fn(usize) -> String) -> Vec<(usize, f64)> {
    let mut sizes: Vec<usize> = SIZES.into_iter().chain(PLOTTED).collect();
    sizes.sort_unstable();
    sizes
        .into_iter()
        .filter_map(|size| {
            let times = launches.iter().filter_map(|launch| launch.get(&key(size)));
            let time = median(times.copied().collect());
            time.is_finite().then(|| (size, size as f64 / time))
        })
        .collect()
}

pub fn plot(launches: &[Results]) -> String {
    let key = |what: &'static str, who: &'static str| {
        move |size| packets::key(what, who, Envelope::Intermediate, true, size)
    };
    let curves = [
        (
            "the cipher alone",
            "#888",
            curve(launches, |size| format!("raw/{size}")),
        ),
        ("own, pack", "#0a5", curve(launches, key("pack", "own"))),
        ("own, unpack", "#05a", curve(launches, key("unpack", "own"))),
        (
            "grammers, pack",
            "#c50",
            curve(launches, key("pack", "grammers")),
        ),
        (
            "grammers, unpack",
            "#a0a",
            curve(launches, key("unpack", "grammers")),
        ),
    ];
    let most = curves
        .iter()
        .flat_map(|(_, _, points)| points)
        .fold(1.0, |most: f64, (_, rate)| most.max(*rate));
    let top = (most / 5.0).ceil() * 5.0;
    // From 32 bytes to 1 MiB, in powers of two.
    let x = |size: usize| LEFT + ((size as f64).log2() - 5.0) / 15.0 * (WIDTH - LEFT - RIGHT);
    let y = |rate: f64| HEIGHT - BOTTOM - rate / top * (HEIGHT - TOP - BOTTOM);

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"14\">Obfuscated Intermediate, one thread: \
         GB/s over payload size</text>\n"
    );
    for step in 0..=5 {
        let rate = top / 5.0 * f64::from(step);
        let (y, right) = (y(rate), WIDTH - RIGHT);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{rate:.0}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
    for (size, text) in [
        (32, "32 B"),
        (256, "256 B"),
        (1 << 10, "1 KiB"),
        (16 << 10, "16 KiB"),
        (256 << 10, "256 KiB"),
        (1 << 20, "1 MiB"),
    ] {
        let (x, y) = (x(size), HEIGHT - BOTTOM + 20.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>"
        );
    }
    // Names beside the last points, pushed apart where these are close.
    let mut ends: Vec<(f64, &str, &str)> = Vec::new();
    for (name, colour, points) in &curves {
        let path: Vec<String> = points
            .iter()
            .map(|(size, rate)| format!("{:.1},{:.1}", x(*size), y(*rate)))
            .collect();
        let dashes = if *name == "the cipher alone" {
            " stroke-dasharray=\"5 4\""
        } else {
            ""
        };
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
            path.join(" ")
        );
        if let Some((_, rate)) = points.last() {
            ends.push((y(*rate), name, colour));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut above = f64::MIN;
    for (at, name, colour) in ends {
        let at = at.max(above + 15.0);
        above = at;
        let x = WIDTH - RIGHT + 8.0;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{:.1}\" fill=\"{colour}\">{name}</text>",
            at + 4.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
