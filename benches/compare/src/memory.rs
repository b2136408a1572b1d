//! Bytes a context and allocations a packet, counted by the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use mtproto::{Config, Envelope, Memory, Transport};

use crate::packets;

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(calls: usize, change: isize) {
    let _ = CALLS.try_with(|count| count.set(count.get() + calls));
    let _ = LIVE.try_with(|live| live.set(live.get() + change));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Payloads of a drained burst.
const BURST: usize = 16;

pub fn measure() -> Vec<(String, f64)> {
    let mut results = Vec::new();
    for (name, memory) in [("fast", Memory::Fast), ("small", Memory::Small)] {
        let (fresh, drained) = server_bytes(memory);
        results.push((format!("memory/{name}/fresh"), fresh));
        results.push((format!("memory/{name}/drained"), drained));
    }
    for envelope in Envelope::ALL {
        for obfuscated in [false, true] {
            let key = packets::key("allocations", "own", envelope, obfuscated, 64);
            results.push((key, allocations(envelope, obfuscated)));
        }
    }
    results
}

/// A server of Padded intermediate with nothing received, and after bursts
/// both ways.
fn server_bytes(memory: Memory) -> (f64, f64) {
    let mut client = Transport::client(&Config::new()).expect("a client");
    let wires: Vec<Vec<u8>> = (0..3)
        .map(|_| {
            for _ in 0..BURST {
                client.push_payload(&[1; 1024]).expect("queued");
            }
            let wire = client.peek_wire().expect("alive").to_vec();
            client.consume_wire(wire.len()).expect("shown");
            wire
        })
        .collect();
    let mut config = Config::new();
    config.set_memory(memory);
    let before = LIVE.get();
    let mut server = Box::new(Transport::server(&config).expect("a server"));
    let fresh = LIVE.get() - before;
    for wire in &wires {
        assert_eq!(server.push_wire(wire).expect("alive"), wire.len());
        while server.pull_event().expect("alive").is_some() {}
        for _ in 0..BURST {
            server.push_payload(&[1; 1024]).expect("queued");
        }
        let count = server.peek_wire().expect("alive").len();
        server.consume_wire(count).expect("shown");
    }
    (fresh as f64, (LIVE.get() - before) as f64)
}

fn transfer(from: &mut Transport, to: &mut Transport, buffer: &mut [u8]) {
    loop {
        let count = from.pull_wire(buffer).expect("alive");
        if count == 0 {
            return;
        }
        assert_eq!(to.push_wire(&buffer[..count]).expect("alive"), count);
        while to.pull_event().expect("alive").is_some() {}
    }
}

/// A packet, warm, both ways.
fn allocations(envelope: Envelope, obfuscated: bool) -> f64 {
    const PACKETS: usize = 1000;
    let (mut client, mut server) = packets::pair(envelope, obfuscated);
    let mut buffer = vec![0; 1 << 12];
    let mut play = || {
        for _ in 0..PACKETS {
            client.push_payload(&[1; 64]).expect("queued");
            transfer(&mut client, &mut server, &mut buffer);
            server.push_payload(&[1; 64]).expect("queued");
            transfer(&mut server, &mut client, &mut buffer);
        }
    };
    play();
    let before = CALLS.get();
    play();
    (CALLS.get() - before) as f64 / (2 * PACKETS) as f64
}
