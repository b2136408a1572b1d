//! A piece of work to count instructions of: `tools/count-instructions.sh`.
//!
//! `instructions pack|unpack|features [BYTES FRAMES]`. The same bytes every
//! time, so that two runs which differ in the number of frames alone differ by
//! exactly those frames' instructions.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;

use mtproto::{Config, Entropy, Envelope, Event, Transport};

/// Frames a burst.
const BURST: usize = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |index: usize| {
        let text = arguments.get(index).map_or("0", String::as_str);
        text.parse::<usize>().unwrap_or(0)
    };
    match arguments.get(1).map(String::as_str) {
        Some("pack") => pack(number(2), number(3) / BURST),
        Some("unpack") => unpack(number(2), number(3) / BURST),
        Some("features") => println!("{}", features()),
        _ => println!("usage: instructions pack|unpack|features [BYTES FRAMES]"),
    }
}

/// Obfuscated Intermediate, which has been used already.
fn pair() -> (Transport, Transport) {
    let mut config = Config::new();
    config
        .set_envelope(Envelope::Intermediate)
        .set_entropy(Entropy::from_bytes(&[7; 64]));
    let mut client = Transport::client(&config).expect("a client");
    let mut server = Transport::server(&config).expect("a server");
    client.push_payload(&[1; 64]).expect("queued");
    let opening = client.peek_wire().expect("alive").to_vec();
    client.consume_wire(opening.len()).expect("shown");
    receive(&mut server, &opening);
    receive(&mut client, &[]);
    (client, server)
}

fn pack(bytes: usize, bursts: usize) {
    let (mut client, _) = pair();
    let payload = vec![1; bytes];
    // The first burst makes the buffers grow.
    for _ in 0..=bursts {
        for _ in 0..BURST {
            client.push_payload(black_box(&payload)).expect("queued");
        }
        let count = black_box(client.peek_wire().expect("alive")).len();
        client.consume_wire(count).expect("shown");
    }
}

fn unpack(bytes: usize, bursts: usize) {
    let (mut client, mut server) = pair();
    let payload = vec![1; bytes];
    // The stream goes on: every burst is made before it is read, and that is
    // counted with it.
    for _ in 0..=bursts {
        for _ in 0..BURST {
            client.push_payload(black_box(&payload)).expect("queued");
        }
        let wire = client.peek_wire().expect("alive");
        let count = wire.len();
        receive(&mut server, wire);
        client.consume_wire(count).expect("shown");
    }
}

fn receive(to: &mut Transport, wire: &[u8]) {
    assert_eq!(to.push_wire(wire), Ok(wire.len()));
    while let Some(event) = to.pull_event().expect("alive") {
        if let Event::Payload(payload) = event {
            black_box(payload.data);
        }
    }
}

/// What decides which way the cipher, CRC32 and the C library's copies go, as
/// seen where this runs: valgrind shows fewer than the CPU has.
fn features() -> String {
    #[cfg(target_arch = "x86_64")]
    let features = [
        ("aes", std::is_x86_feature_detected!("aes")),
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ("pclmulqdq", std::is_x86_feature_detected!("pclmulqdq")),
        ("vaes", std::is_x86_feature_detected!("vaes")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let features: [(&str, bool); 0] = [];
    let found: Vec<&str> = features
        .into_iter()
        .filter_map(|(name, found)| found.then_some(name))
        .collect();
    format!("{} {}", std::env::consts::ARCH, found.join(" "))
}
