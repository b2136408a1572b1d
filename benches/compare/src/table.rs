//! The table: what was measured, the ratios, and which bars hold.

use std::fmt::Write as _;

use mtproto::Envelope;

use crate::clock::median;
use crate::{Results, SIZES, packets};

/// What a figure has to be.
#[derive(Clone, Copy)]
enum Bar {
    AtLeast(f64),
    AtMost(f64),
    None,
}

struct Table<'a> {
    launches: &'a [Results],
    text: String,
    missed: Vec<String>,
    bars: usize,
}

impl Table<'_> {
    /// The median over the launches.
    fn median(&self, figure: impl Fn(&Results) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self.launches.iter().filter_map(figure).collect();
        (!values.is_empty()).then(|| median(values))
    }

    fn value(&self, name: &str) -> Option<f64> {
        self.median(|launch| launch.get(name).copied())
    }

    /// `over / under`, launch by launch.
    fn ratio(&self, over: &str, under: &str) -> Option<f64> {
        self.median(|launch| Some(launch.get(over)? / launch.get(under)?))
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.text, "\n{text}");
    }

    /// A row: the figure, its bar, and what it is made of.
    fn row(&mut self, name: &str, figure: Option<f64>, bar: Bar, details: &str) {
        let Some(figure) = figure else {
            let _ = writeln!(self.text, "  {name:<52} not measured  {details}");
            return;
        };
        let (bar, holds) = match bar {
            Bar::AtLeast(bar) => (format!(">= {bar}"), Some(figure >= bar)),
            Bar::AtMost(bar) => (format!("<= {bar}"), Some(figure <= bar)),
            Bar::None => (String::new(), None),
        };
        let verdict = match holds {
            Some(true) => "holds",
            Some(false) => "MISSED",
            None => "",
        };
        self.bars += usize::from(holds.is_some());
        if holds == Some(false) {
            self.missed.push(name.to_owned());
        }
        let _ = writeln!(
            self.text,
            "  {name:<52} {figure:>9.2}  {bar:<8} {verdict:<7} {details}"
        );
    }

    /// A row of a ratio, with both times beside it.
    fn compare(&mut self, name: &str, over: &str, under: &str, bar: Bar) {
        let details = match (self.value(over), self.value(under)) {
            (Some(over), Some(under)) => format!("{over:.2} / {under:.2} ns"),
            _ => String::new(),
        };
        let ratio = self.ratio(over, under);
        self.row(name, ratio, bar, &details);
    }
}

fn size_text(size: usize) -> String {
    match size {
        size if size >= 1 << 20 => format!("{} MiB", size >> 20),
        size if size >= 1 << 10 => format!("{} KiB", size >> 10),
        size => format!("{size} B"),
    }
}

pub fn table(launches: &[Results]) -> String {
    let mut table = Table {
        launches,
        text: format!("medians of {} launches\n", launches.len()),
        missed: Vec::new(),
        bars: 0,
    };
    ciphers(&mut table);
    limits(&mut table);
    peers(&mut table);
    padded(&mut table);
    rest(&mut table);
    let Table {
        mut text,
        missed,
        bars,
        ..
    } = table;
    let _ = writeln!(text, "\n{} of {bars} bars hold", bars - missed.len());
    for name in missed {
        let _ = writeln!(text, "missed: {name}");
    }
    text
}

fn ciphers(table: &mut Table<'_>) {
    use Bar::{AtLeast, None};

    table.heading("AES-256-CTR in place: theirs / own");
    for (size, bar) in [
        (68, AtLeast(3.5)),
        (16 << 10, AtLeast(2.2)),
        (64 << 10, AtLeast(2.2)),
        (1 << 20, AtLeast(2.2)),
    ] {
        let own = format!("ctr/own/{size}");
        for (peer, bar) in [
            ("ctr", bar),
            (
                "openssl",
                if size == 64 << 10 { AtLeast(2.0) } else { None },
            ),
            ("aws-lc", None),
        ] {
            let name = format!("{peer}, {}", size_text(size));
            table.compare(&name, &format!("ctr/{peer}/{size}"), &own, bar);
        }
        let name = format!("without look-ahead (Memory::Small), {}", size_text(size));
        table.compare(&name, &format!("ctr/small/{size}"), &own, None);
    }
}

/// Against the cipher alone over the same bytes.
fn limits(table: &mut Table<'_>) {
    use Bar::{AtLeast, None};

    table.heading("the cipher alone / with envelope, Intermediate obfuscated");
    for (size, pack, unpack) in [
        (64, AtLeast(0.42), None),
        (1 << 10, AtLeast(0.72), None),
        (64 << 10, AtLeast(0.90), AtLeast(0.93)),
    ] {
        let raw = format!("raw/{size}");
        let key = |what| packets::key(what, "own", Envelope::Intermediate, true, size);
        let text = size_text(size);
        let in_place = if size == 64 << 10 {
            AtLeast(0.97)
        } else {
            None
        };
        table.compare(
            &format!("framed and encrypted in place, {text}"),
            &raw,
            &format!("in_place/{size}"),
            in_place,
        );
        table.compare(&format!("pack with copy, {text}"), &raw, &key("pack"), pack);
        let pulled = format!("pulled/{size}");
        table.compare(
            &format!("pack with copy, copied out, {text}"),
            &raw,
            &pulled,
            None,
        );
        let net = |launch: &Results| {
            let copy = launch.get(&format!("read_copy/{size}"))?;
            let unpack = launch.get(&format!("reserved/{size}"))? - copy;
            Some((*launch.get(&raw)?, unpack))
        };
        let ratio = table.median(|launch| net(launch).map(|(raw, unpack)| raw / unpack));
        let times = table.median(|launch| net(launch).map(|(_, unpack)| unpack));
        let details = times.map_or(String::new(), |time| {
            format!("net of the copy {time:.2} ns")
        });
        table.row(
            &format!("unpack net of the read copy, {text}"),
            ratio,
            unpack,
            &details,
        );
        table.compare(
            &format!("unpack with copy, {text}"),
            &raw,
            &key("unpack"),
            None,
        );
    }
}

fn peers(table: &mut Table<'_>) {
    use Bar::{AtLeast, None};

    for envelope in Envelope::ALL {
        for obfuscated in [false, true] {
            if envelope == Envelope::PaddedIntermediate
                || (envelope, obfuscated) == (Envelope::Full, true)
            {
                continue;
            }
            let layer = if obfuscated { "obfuscated" } else { "plain" };
            table.heading(&format!("grammers / own, {} {layer}", envelope.name()));
            for size in SIZES {
                let (pack, unpack) = match (envelope, obfuscated, size) {
                    (Envelope::Intermediate, true, 64) => (AtLeast(4.5), AtLeast(2.3)),
                    (Envelope::Intermediate, true, 1024) => (AtLeast(2.5), AtLeast(1.8)),
                    (Envelope::Intermediate, true, 65_536) => (AtLeast(2.0), AtLeast(1.8)),
                    (Envelope::Full, _, 64) => (AtLeast(2.0), AtLeast(1.0)),
                    _ => (None, None),
                };
                for (what, bar) in [("pack", pack), ("unpack", unpack)] {
                    let key = |who| packets::key(what, who, envelope, obfuscated, size);
                    let name = format!("{} {layer}, {what}, {}", envelope.name(), size_text(size));
                    table.compare(&name, &key("grammers"), &key("own"), bar);
                }
            }
        }
    }
}

/// What nobody else has to compare with: times alone.
fn padded(table: &mut Table<'_>) {
    table.heading("own alone, ns a packet (grammers has neither)");
    for (envelope, obfuscated) in [
        (Envelope::PaddedIntermediate, false),
        (Envelope::PaddedIntermediate, true),
        (Envelope::Full, true),
    ] {
        for size in SIZES {
            for what in ["pack", "unpack"] {
                let key = packets::key(what, "own", envelope, obfuscated, size);
                let layer = if obfuscated { "obfuscated" } else { "plain" };
                let name = format!("{} {layer}, {what}, {}", envelope.name(), size_text(size));
                let value = table.value(&key);
                table.row(&name, value, Bar::None, "ns");
            }
        }
    }
}

fn rest(table: &mut Table<'_>) {
    use Bar::{AtMost, None};

    table.heading("64 B in nanoseconds (the bars against TDLib, on a machine that is alone)");
    for (what, envelope, bar) in [
        ("pack", Envelope::Intermediate, 6.0),
        ("unpack", Envelope::Intermediate, 6.5),
        ("pack", Envelope::PaddedIntermediate, 8.0),
    ] {
        let value = table.value(&packets::key(what, "own", envelope, true, 64));
        let name = format!("{what}, {} obfuscated", envelope.name());
        table.row(&name, value, AtMost(bar), "ns");
    }

    table.heading("the C ABI, 64 B, Padded intermediate obfuscated");
    let look = table.value("call/look");
    table.row("a call that only looks", look, None, "ns");
    table.compare(
        "push_payload from C / from Rust",
        "call/one",
        "call/rust",
        None,
    );
    table.compare(
        "push_payloads from C / from Rust",
        "call/many",
        "call/rust",
        None,
    );

    table.heading("memory of a server, in bytes with its allocations");
    for (name, memory, fresh, drained) in [
        ("Memory::Small", "small", AtMost(1024.0), AtMost(2048.0)),
        ("Memory::Fast", "fast", None, None),
    ] {
        for (state, key, bar) in [
            ("before traffic", "fresh", fresh),
            ("after a drained burst", "drained", drained),
        ] {
            let value = table.value(&format!("memory/{memory}/{key}"));
            table.row(&format!("{name}, {state}"), value, bar, "bytes");
        }
    }
    table.heading("heap allocations a packet, warm, both ways");
    for envelope in Envelope::ALL {
        for obfuscated in [false, true] {
            let layer = if obfuscated { "obfuscated" } else { "plain" };
            let value = table.value(&packets::key(
                "allocations",
                "own",
                envelope,
                obfuscated,
                64,
            ));
            table.row(
                &format!("{} {layer}", envelope.name()),
                value,
                AtMost(0.0),
                "",
            );
        }
    }
}
