//! Packing and unpacking bursts of packets: this library and grammers-mtproto.
//!
//! Both do what an app makes them do: a payload of the app's goes in and wire
//! bytes come out; received bytes are copied in and payloads come out as views.
//! One burst is about 16 KiB of frames, or one frame where that is more.

use std::hint::black_box;

use grammers_crypto::DequeBuffer;
use grammers_mtproto::transport as theirs;
use mtproto::bench_support::Stream;
use mtproto::{Accept, Config, Envelope, Event, Memory, Transport};

use crate::ciphers::{IV, KEY};
use crate::clock::{Variant, interleave, time};

const BURST: usize = 16 << 10;

/// In bytes a round, about.
const ROUND: usize = 64 << 10;

pub fn frames_a_burst(size: usize) -> usize {
    (BURST / size).max(1)
}

fn bursts_a_round(size: usize) -> usize {
    (ROUND / size.max(BURST)).max(1)
}

pub fn key(what: &str, who: &str, envelope: Envelope, obfuscated: bool, size: usize) -> String {
    let layer = if obfuscated { "obfuscated" } else { "plain" };
    format!("{what}/{who}/{}/{layer}/{size}", envelope.name())
}

/// A client and a server that have met.
pub fn pair(envelope: Envelope, obfuscated: bool) -> (Transport, Transport) {
    let mut config = Config::new();
    config.set_envelope(envelope).set_obfuscated(obfuscated);
    let mut client = Transport::client(&config).expect("a client");
    let mut server = server();
    client.push_payload(&[1; 64]).expect("queued");
    let opening = client.peek_wire().expect("alive").to_vec();
    client.consume_wire(opening.len()).expect("shown");
    assert_eq!(receive(&mut server, &opening), 1);
    // The connected event.
    assert_eq!(receive(&mut client, &[]), 0);
    (client, server)
}

fn server() -> Transport {
    let mut config = Config::new();
    config.set_accept(Accept {
        plain: true,
        plain_full: true,
        obfuscated: true,
        obfuscated_full: true,
        ..Accept::default()
    });
    Transport::server(&config).expect("a server")
}

fn payload(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + at / 251) as u8 | 1).collect()
}

/// Pushes the bytes, and counts the payloads that come of them.
fn receive(to: &mut Transport, wire: &[u8]) -> usize {
    assert_eq!(to.push_wire(wire).expect("alive"), wire.len());
    let mut payloads = 0;
    while let Some(event) = to.pull_event().expect("alive") {
        if let Event::Payload(payload) = event {
            black_box(payload.data);
            payloads += 1;
        }
    }
    payloads
}

/// The wire of the next burst.
fn next_wire(from: &mut Transport, payload: &[u8], frames: usize, wire: &mut Vec<u8>) {
    for _ in 0..frames {
        from.push_payload(payload).expect("queued");
    }
    wire.clear();
    wire.extend_from_slice(from.peek_wire().expect("alive"));
    from.consume_wire(wire.len()).expect("shown");
}

/// The wire bytes as a view, as grammers gives them.
fn our_pack(envelope: Envelope, obfuscated: bool, size: usize) -> Box<dyn FnMut() -> f64> {
    let (mut client, _) = pair(envelope, obfuscated);
    let payload = payload(size);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    Box::new(move || {
        time(frames * bursts, || {
            for _ in 0..bursts {
                for _ in 0..frames {
                    client.push_payload(black_box(&payload)).expect("queued");
                }
                let count = black_box(client.peek_wire().expect("alive")).len();
                client.consume_wire(count).expect("shown");
            }
        })
    })
}

/// The wire bytes copied out.
fn our_pulled_pack(envelope: Envelope, obfuscated: bool, size: usize) -> Box<dyn FnMut() -> f64> {
    let (mut client, _) = pair(envelope, obfuscated);
    let payload = payload(size);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let mut buffer = vec![0; frames * (size + 32)];
    Box::new(move || {
        time(frames * bursts, || {
            for _ in 0..bursts {
                for _ in 0..frames {
                    client.push_payload(black_box(&payload)).expect("queued");
                }
                let count = client.pull_wire(&mut buffer).expect("alive");
                black_box(&buffer[..count]);
            }
        })
    })
}

fn our_unpack(envelope: Envelope, obfuscated: bool, size: usize) -> Box<dyn FnMut() -> f64> {
    let (mut client, mut server) = pair(envelope, obfuscated);
    let payload = payload(size);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let mut wires = vec![Vec::new(); bursts];
    Box::new(move || {
        for wire in &mut wires {
            next_wire(&mut server, &payload, frames, wire);
        }
        time(frames * bursts, || {
            for wire in &wires {
                assert_eq!(receive(&mut client, black_box(wire)), frames);
            }
        })
    })
}

/// Received by the app straight into the transport's memory: the copy is what
/// `recv` would do.
fn reserved_unpack(size: usize) -> Box<dyn FnMut() -> f64> {
    let (mut client, mut server) = pair(Envelope::Intermediate, true);
    let payload = payload(size);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let mut wires = vec![Vec::new(); bursts];
    Box::new(move || {
        for wire in &mut wires {
            next_wire(&mut server, &payload, frames, wire);
        }
        time(frames * bursts, || {
            for wire in &wires {
                let memory = client.reserve_wire(wire.len()).expect("room");
                memory[..wire.len()].copy_from_slice(black_box(wire));
                client.commit_wire(wire.len()).expect("reserved");
                let mut payloads = 0;
                while let Some(event) = client.pull_event().expect("alive") {
                    if let Event::Payload(payload) = event {
                        black_box(payload.data);
                        payloads += 1;
                    }
                }
                assert_eq!(payloads, frames);
            }
        })
    })
}

fn read_copy(size: usize) -> Box<dyn FnMut() -> f64> {
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let wires = vec![vec![1; frames * (size + 4)]; bursts];
    // Elsewhere in a page than the source, as the transport's memory is.
    let mut memory = vec![0; frames * (size + 4) + 576];
    let mut memory = move |wire: &[u8]| {
        let memory = &mut memory[576..];
        memory.copy_from_slice(wire);
        black_box(memory);
    };
    Box::new(move || {
        time(frames * bursts, || {
            for wire in &wires {
                memory(black_box(wire));
            }
        })
    })
}

/// The cipher alone over the same bytes, in one call a burst.
fn raw_stream(size: usize) -> Box<dyn FnMut() -> f64> {
    let mut stream = Stream::new(&KEY, &IV, Memory::Fast);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let mut data = vec![0; frames * (size + 4)];
    Box::new(move || {
        time(frames * bursts, || {
            for _ in 0..bursts {
                stream.apply(black_box(&mut data));
            }
        })
    })
}

/// Framed and encrypted in the app's own buffer.
fn in_place(size: usize) -> Box<dyn FnMut() -> f64> {
    let (mut client, _) = pair(Envelope::Intermediate, true);
    let head = Transport::IN_PLACE_HEAD_ROOM;
    let mut buffer = vec![1; head + size + Transport::IN_PLACE_TAIL_ROOM];
    let frames = frames_a_burst(size) * bursts_a_round(size);
    Box::new(move || {
        time(frames, || {
            for _ in 0..frames {
                let wire = client.pack_in_place(black_box(&mut buffer), head..head + size);
                black_box(wire.expect("alive").expect("nothing waits"));
            }
        })
    })
}

/// Grammers' transports of one shape: an envelope, plain or obfuscated.
trait Peer: theirs::Transport + Sized + 'static {
    fn envelope() -> (Envelope, bool);
    fn make() -> Self;
}

macro_rules! peers {
    ($($peer:ty, $make:expr, $envelope:ident, $obfuscated:literal;)*) => {
        $(impl Peer for $peer {
            fn envelope() -> (Envelope, bool) {
                (Envelope::$envelope, $obfuscated)
            }
            fn make() -> Self {
                $make
            }
        })*
    };
}

peers! {
    theirs::Abridged, Self::new(), Abridged, false;
    theirs::Intermediate, Self::new(), Intermediate, false;
    theirs::Full, Self::new(), Full, false;
    theirs::Obfuscated<theirs::Abridged>, Self::new(theirs::Abridged::new()), Abridged, true;
    theirs::Obfuscated<theirs::Intermediate>, Self::new(theirs::Intermediate::new()), Intermediate, true;
}

fn their_pack<P: Peer>(size: usize) -> Box<dyn FnMut() -> f64> {
    let mut peer = P::make();
    let payload = payload(size);
    let frames = frames_a_burst(size) * bursts_a_round(size);
    let mut buffer = DequeBuffer::with_capacity(size + 128, 128);
    Box::new(move || {
        time(frames, || {
            for _ in 0..frames {
                buffer.clear();
                buffer.extend(black_box(&payload));
                peer.pack(&mut buffer);
                black_box(buffer.as_ref());
            }
        })
    })
}

fn their_unpack<P: Peer>(size: usize) -> Box<dyn FnMut() -> f64> {
    let mut peer = P::make();
    let mut server = server();
    let payload = payload(size);
    let (frames, bursts) = (frames_a_burst(size), bursts_a_round(size));
    let mut opening = DequeBuffer::with_capacity(256, 256);
    opening.extend(&[1; 64][..]);
    peer.pack(&mut opening);
    assert_eq!(receive(&mut server, opening.as_ref()), 1);
    let mut wires = vec![Vec::new(); bursts];
    let mut memory = vec![0; frames * (size + 32)];
    Box::new(move || {
        for wire in &mut wires {
            next_wire(&mut server, &payload, frames, wire);
        }
        time(frames * bursts, || {
            for wire in &wires {
                let memory = &mut memory[..wire.len()];
                memory.copy_from_slice(black_box(wire));
                let mut start = 0;
                for _ in 0..frames {
                    let frame = peer.unpack(&mut memory[start..]).expect("a frame");
                    black_box(&memory[start..][frame.data_range]);
                    start += frame.next_offset;
                }
                assert_eq!(start, memory.len());
            }
        })
    })
}

fn add_peer<P: Peer>(variants: &mut Vec<Variant<'_>>, size: usize) {
    let (envelope, obfuscated) = P::envelope();
    let key = |what| key(what, "grammers", envelope, obfuscated, size);
    variants.push((key("pack"), their_pack::<P>(size)));
    variants.push((key("unpack"), their_unpack::<P>(size)));
}

/// Every envelope at this size of payload, and what they are compared with.
pub fn measure(size: usize, rounds: usize) -> Vec<(String, f64)> {
    let mut results = Vec::new();
    for envelope in Envelope::ALL {
        for obfuscated in [false, true] {
            let key = |what| key(what, "own", envelope, obfuscated, size);
            let mut variants: Vec<Variant<'_>> = vec![
                (key("pack"), our_pack(envelope, obfuscated, size)),
                (key("unpack"), our_unpack(envelope, obfuscated, size)),
            ];
            match (envelope, obfuscated) {
                (Envelope::Abridged, false) => add_peer::<theirs::Abridged>(&mut variants, size),
                (Envelope::Abridged, true) => {
                    add_peer::<theirs::Obfuscated<theirs::Abridged>>(&mut variants, size);
                }
                (Envelope::Intermediate, false) => {
                    add_peer::<theirs::Intermediate>(&mut variants, size);
                }
                (Envelope::Intermediate, true) => {
                    add_peer::<theirs::Obfuscated<theirs::Intermediate>>(&mut variants, size);
                    variants.push((format!("raw/{size}"), raw_stream(size)));
                    variants.push((format!("in_place/{size}"), in_place(size)));
                    let pulled = our_pulled_pack(envelope, obfuscated, size);
                    variants.push((format!("pulled/{size}"), pulled));
                    variants.push((format!("read_copy/{size}"), read_copy(size)));
                    variants.push((format!("reserved/{size}"), reserved_unpack(size)));
                }
                (Envelope::Full, false) => add_peer::<theirs::Full>(&mut variants, size),
                // Grammers has none.
                _ => {}
            }
            results.extend(interleave(rounds, variants));
        }
    }
    results
}

/// What the plot shows, at a size that the table has not.
pub fn curve(size: usize, rounds: usize) -> Vec<(String, f64)> {
    let key = |what, who| key(what, who, Envelope::Intermediate, true, size);
    let mut variants: Vec<Variant<'_>> = vec![
        (
            key("pack", "own"),
            our_pack(Envelope::Intermediate, true, size),
        ),
        (
            key("unpack", "own"),
            our_unpack(Envelope::Intermediate, true, size),
        ),
        (format!("raw/{size}"), raw_stream(size)),
    ];
    add_peer::<theirs::Obfuscated<theirs::Intermediate>>(&mut variants, size);
    interleave(rounds, variants)
}
