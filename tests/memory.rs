//! Warm, a packet costs no allocation; a hostile peer costs what it sends, up to the ceiling.

#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::{
    Layer, SECRET, Seen, client_config, combinations, connected_pair, payload, pull_events,
    pull_wire, server_config,
};
use mtproto::mtproxy::Secret;
use mtproto::{
    Accept, Config, DcId, Entropy, Envelope, Event, Memory, QuickAckToken, Transport,
    WebSocketTarget,
};

/// Counts this thread's allocations, so that tests may run side by side.
struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(calls: usize, change: isize) {
    // A thread that ends may free after its counters are gone.
    let _ = CALLS.try_with(|count| count.set(count.get() + calls));
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + change);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call goes to the system's allocator as it came; counting touches
// plain cells only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `f` makes, and how far the bytes in use rise meanwhile.
fn allocations(f: impl FnOnce()) -> (usize, usize) {
    let (calls, live) = (CALLS.get(), LIVE.get());
    PEAK.set(live);
    f();
    (CALLS.get() - calls, (PEAK.get() - live).cast_unsigned())
}

/// How bytes leave one end and reach the other.
#[derive(Clone, Copy, Debug)]
struct Style {
    peek: bool,
    reserve: bool,
}

const STYLES: [Style; 4] = [
    Style {
        peek: false,
        reserve: false,
    },
    Style {
        peek: false,
        reserve: true,
    },
    Style {
        peek: true,
        reserve: false,
    },
    Style {
        peek: true,
        reserve: true,
    },
];

fn transfer(from: &mut Transport, to: &mut Transport, buffer: &mut [u8], style: Style) -> usize {
    let mut events = 0;
    loop {
        let count = if style.peek {
            let wire = from.peek_wire().expect("alive");
            let count = wire.len().min(buffer.len());
            buffer[..count].copy_from_slice(&wire[..count]);
            from.consume_wire(count).expect("peeked at");
            count
        } else {
            from.pull_wire(buffer).expect("alive")
        };
        if count == 0 {
            return events;
        }
        if style.reserve {
            let space = to.reserve_wire(count).expect("below the ceiling");
            space[..count].copy_from_slice(&buffer[..count]);
            to.commit_wire(count).expect("reserved");
        } else {
            assert_eq!(to.push_wire(&buffer[..count]), Ok(count));
        }
        while let Some(event) = to.pull_event().expect("alive") {
            assert!(matches!(event, Event::Payload(_) | Event::QuickAck(_)));
            events += 1;
        }
    }
}

/// Three packets there, with quick acks where there are any, and three back.
fn round(
    client: &mut Transport,
    server: &mut Transport,
    data: &[u8],
    buffer: &mut [u8],
    style: Style,
) {
    let token = QuickAckToken::from_value(u32::MAX).expect("a token");
    let quick_acks = client_has_quick_acks(client, data, token);
    client.push_payload(data).expect("sent");
    client.push_payload(data).expect("sent");
    assert_eq!(transfer(client, server, buffer, style), 3);
    server.push_payload(data).expect("sent");
    if quick_acks {
        server.push_quick_ack(token).expect("sent");
    }
    server.push_payload(data).expect("sent");
    let events = transfer(server, client, buffer, style);
    assert_eq!(events, 2 + usize::from(quick_acks));
}

fn client_has_quick_acks(client: &mut Transport, data: &[u8], token: QuickAckToken) -> bool {
    if client.push_payload_with_quick_ack(data, token).is_ok() {
        return true;
    }
    client.push_payload(data).expect("sent");
    false
}

fn warm_rounds_do_not_allocate(length: usize, rounds: usize, styles: &[Style]) {
    for (envelope, layer) in combinations() {
        for style in styles.iter().copied() {
            let pair = connected_pair(envelope, layer, 1);
            let calls = warm_allocations(pair, length, rounds, style);
            assert_eq!(calls, 0, "{envelope}, {layer:?}, {style:?}");
        }
    }
    // The carriers of the obfuscated stream: frames with a mask, and records.
    for (carrier, client, server) in carried() {
        for style in styles.iter().copied() {
            let pair = shake_hands(&client, &server);
            let calls = warm_allocations(pair, length, rounds, style);
            assert_eq!(calls, 0, "{carrier}, {style:?}");
        }
    }
}

fn warm_allocations(
    (mut client, mut server): (Transport, Transport),
    length: usize,
    rounds: usize,
    style: Style,
) -> usize {
    let data = vec![0x5a; length];
    // Less than a frame, so that pieces are cut anywhere.
    let mut buffer = vec![0; length * 2 + 5];
    let mut play = |rounds| {
        for _ in 0..rounds {
            round(&mut client, &mut server, &data, &mut buffer, style);
        }
    };
    play(rounds);
    allocations(|| play(rounds)).0
}

/// WebSocket and fake TLS, with a client's and a server's config. Without padding,
/// so that the first rounds are as long as any: a buffer grows to what is longest.
fn carried() -> [(&'static str, Config, Config); 2] {
    let mut websocket = Config::new();
    websocket.set_websocket(WebSocketTarget::new("venus.web.telegram.org"));
    let mut accepts_websocket = Config::new();
    accepts_websocket.set_accept(Accept {
        obfuscated: true,
        websocket: true,
        ..Accept::default()
    });
    let secret = Secret::fake_tls(&SECRET, "example.org").expect("a domain");
    let mut fake_tls = Config::new();
    fake_tls
        .add_secret(secret.clone())
        .set_dc(DcId::new(2, false, false).expect("a DC"));
    let mut accepts_fake_tls = Config::new();
    accepts_fake_tls.add_secret(secret).set_accept(Accept {
        secret: true,
        ..Accept::default()
    });
    let mut configs = [websocket, accepts_websocket, fake_tls, accepts_fake_tls];
    for config in &mut configs {
        config.set_entropy(Entropy::from_bytes(b"the same every time"));
        config.set_max_padding(0).expect("0");
    }
    let [websocket, accepts_websocket, fake_tls, accepts_fake_tls] = configs;
    [
        ("WebSocket", websocket, accepts_websocket),
        ("fake TLS", fake_tls, accepts_fake_tls),
    ]
}

/// Both ends behind their carrier's handshake and the first packet.
fn shake_hands(client: &Config, server: &Config) -> (Transport, Transport) {
    let mut client = Transport::client(client).expect("a client");
    let mut server = Transport::server(server).expect("a server");
    client.push_payload(&[1; 24]).expect("sent");
    while client.wants_write() || server.wants_write() {
        let wire = pull_wire(&mut client);
        assert_eq!(server.push_wire(&wire), Ok(wire.len()));
        while server.pull_event().expect("alive").is_some() {}
        let wire = pull_wire(&mut server);
        assert_eq!(client.push_wire(&wire), Ok(wire.len()));
        while client.pull_event().expect("alive").is_some() {}
    }
    (client, server)
}

#[test]
fn small_packets_cost_no_allocation() {
    warm_rounds_do_not_allocate(72, 50, &STYLES);
}

#[test]
fn large_packets_cost_no_allocation() {
    warm_rounds_do_not_allocate(64 * 1024 + 8, 2, &[STYLES[0], STYLES[3]]);
}

/// The counter itself counts.
#[test]
fn an_allocation_is_counted() {
    let (calls, bytes) = allocations(|| drop(vec![1u8; 1000]));
    assert_eq!((calls, bytes), (1, 1000));
}

/// A client's bytes with one packet of `length`, which announce `announced`:
/// the head of a frame can be changed through the cipher, bit by bit.
fn announcing(envelope: Envelope, layer: Layer, length: usize, announced: usize) -> Vec<u8> {
    let mut config = client_config(envelope, layer);
    config.set_max_padding(0).expect("0");
    let mut client = Transport::client(&config).expect("a client");
    client.push_opening().expect("a client");
    let mut wire = pull_wire(&mut client);
    let opening = wire.len();
    client.push_payload(&vec![0x5a; length]).expect("sent");
    wire.extend(pull_wire(&mut client));
    let head = |length: usize| match envelope {
        Envelope::Abridged => (length / 4) << 8 | 0x7f,
        Envelope::Full => length + 12,
        _ => length,
    };
    let change = (head(length) ^ head(announced)) as u32;
    for (byte, change) in wire[opening..].iter_mut().zip(change.to_le_bytes()) {
        *byte ^= change;
    }
    wire
}

/// The bytes that a server uses for the start of a stream.
fn cost(layer: Layer, start: &[u8], piece: usize, reserve: bool) -> usize {
    let mut server = Transport::server(&server_config(layer)).expect("a server");
    let (_, bytes) = allocations(|| {
        for piece in start.chunks(piece) {
            if reserve {
                let space = server.reserve_wire(piece.len()).expect("room");
                space[..piece.len()].copy_from_slice(piece);
                server.commit_wire(piece.len()).expect("reserved");
            } else {
                assert_eq!(server.push_wire(piece), Ok(piece.len()));
            }
            while let Some(event) = server.pull_event().expect("a good start") {
                assert!(matches!(event, Event::Connected(_)));
            }
        }
        assert!(server.wants_read() > 0);
        assert!(!server.reserve_wire(0).expect("room").is_empty());
    });
    bytes
}

#[test]
fn a_length_that_is_announced_is_not_allocated() {
    for (envelope, layer) in combinations() {
        for reserve in [false, true] {
            // 16 MiB or 2 KiB announced: the same bytes cost the same.
            let announced = announcing(envelope, layer, 2048, 1 << 24);
            let announced = cost(layer, &announced[..300], 50, reserve);
            let honest = announcing(envelope, layer, 2048, 2048);
            let honest = cost(layer, &honest[..300], 50, reserve);
            assert_eq!(announced, honest, "{envelope}, {layer:?}");
            assert!(announced < 40_000, "{announced}");
        }
    }
    for envelope in Envelope::ALL {
        // A MiB of the 16 has come: what it costs is within twice of it.
        let wire = announcing(envelope, Layer::Plain, 1 << 20, 1 << 24);
        let bytes = cost(Layer::Plain, &wire, 5000, false);
        assert!(bytes < 2 * wire.len() + 40_000, "{envelope}: {bytes}");
    }
}

#[test]
fn undelivered_frames_stop_at_the_ceiling_and_none_is_lost() {
    let limit = 1 << 16;
    for (envelope, layer) in combinations() {
        let mut client = Transport::client(&client_config(envelope, layer)).expect("a client");
        let mut config = server_config(layer);
        config.set_max_payload(limit).expect("in the range");
        let mut server = Transport::server(&config).expect("a server");
        let packets: Vec<Vec<u8>> = (0..100u8).map(|n| vec![n | 1; 2056]).collect();
        for packet in &packets {
            client.push_payload(packet).expect("sent");
        }
        let wire = pull_wire(&mut client);
        let mut taken = 0;
        let (_, bytes) = allocations(|| {
            for _ in 0..1000 {
                let end = wire.len().min(taken + 5000);
                taken += server.push_wire(&wire[taken..end]).expect("alive");
            }
        });
        assert!((limit..limit + 1024 + 65).contains(&taken), "{taken}");
        assert!(bytes <= 4 * limit, "{bytes}");
        let mut seen = Vec::new();
        pull_events(&mut server, &mut seen).expect("alive");
        while taken < wire.len() {
            taken += server.push_wire(&wire[taken..]).expect("alive");
            pull_events(&mut server, &mut seen).expect("alive");
        }
        let expected: Vec<Seen> = packets.iter().map(|packet| payload(packet)).collect();
        assert!(
            common::after_connected(seen) == expected,
            "{envelope}, {layer:?}"
        );
    }
}

/// A transport that is one of very many gives its buffers back.
#[test]
fn a_small_transport_keeps_little_when_idle() {
    for (envelope, layer) in combinations() {
        let before = LIVE.get();
        let mut config = client_config(envelope, layer);
        config.set_memory(Memory::Small);
        let mut client = Transport::client(&config).expect("a client");
        let mut config = server_config(layer);
        config.set_memory(Memory::Small);
        let mut server = Transport::server(&config).expect("a server");
        let mut buffer = [0; 4096];
        let mut events = 0;
        for _ in 0..3 {
            client.push_payload(&[0x5a; 50_008]).expect("sent");
            loop {
                let count = client.pull_wire(&mut buffer).expect("alive");
                if count == 0 {
                    break;
                }
                assert_eq!(server.push_wire(&buffer[..count]), Ok(count));
                while server.pull_event().expect("alive").is_some() {
                    events += 1;
                }
            }
        }
        assert_eq!(events, 4);
        while client.pull_event().expect("alive").is_some() {}
        let kept = LIVE.get() - before;
        // Both ends with their configs: keys, not buffers.
        assert!(kept < 8 * 1024, "{envelope}, {layer:?}: {kept}");
        drop((client, server));
    }
}
