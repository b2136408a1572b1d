//! What a server costs that is one of very many: 100,000 of them, counted by the allocator.

#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::cast_possible_wrap,
    clippy::print_stdout,
    missing_docs,
    reason = "a test"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use mtproto::{Config, Event, Memory, Transport};

const CONTEXTS: usize = 100_000;

/// Counts the bytes that this thread has in use.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    // A thread that ends may free after its counter is gone.
    let _ = LIVE.try_with(|live| live.set(live.get() + change));
}

// SAFETY: every call goes to the system's allocator as it came; counting touches
// a plain cell only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A client's opening and a burst behind it. Every server reads the same bytes:
/// its keys stand in them.
fn burst() -> Vec<u8> {
    let mut client = Transport::client(&Config::new()).expect("a client");
    for _ in 0..2 {
        client.push_payload(&[1; 408]).expect("queued");
    }
    client.peek_wire().expect("alive").to_vec()
}

/// Reads the burst to its end, answers it, and lets the answer go.
fn serve(server: &mut Transport, burst: &[u8]) {
    assert_eq!(server.push_wire(burst), Ok(burst.len()));
    let mut payloads = 0;
    while let Some(event) = server.pull_event().expect("a good client") {
        payloads += usize::from(matches!(event, Event::Payload(_)));
    }
    assert_eq!(payloads, 2);
    server.push_payload(&[1; 600]).expect("queued");
    let length = server.peek_wire().expect("alive").len();
    server.consume_wire(length).expect("shown");
}

/// Bytes a server before it has traffic, and after a drained burst.
fn cost(memory: Memory, contexts: usize, burst: &[u8]) -> (usize, usize) {
    let mut config = Config::new();
    config.set_memory(memory);
    let mut servers = Vec::with_capacity(contexts);
    let before = LIVE.get();
    servers.extend((0..contexts).map(|_| Transport::server(&config).expect("a server")));
    let each = |before: isize| (LIVE.get() - before).unsigned_abs() / contexts;
    // The servers themselves stand in the vector.
    let fresh = size_of::<Transport>() + each(before);
    for server in &mut servers {
        serve(server, burst);
    }
    (fresh, size_of::<Transport>() + each(before))
}

#[test]
fn a_hundred_thousand_small_servers_stay_small() {
    let burst = burst();
    let (fresh, drained) = cost(Memory::Small, CONTEXTS, &burst);
    println!("Memory::Small: {fresh} bytes before traffic, {drained} after a drained burst");
    // What README says, with 24 bytes to go for the handle of the C ABI.
    assert!(fresh <= 1000, "{fresh}");
    assert!(drained <= 2024, "{drained}");
}

#[test]
fn a_fast_server_costs_look_ahead_and_buffers() {
    let burst = burst();
    let (fresh, drained) = cost(Memory::Fast, 100, &burst);
    println!("Memory::Fast: {fresh} bytes before traffic, {drained} after a drained burst");
    assert!(fresh <= 1000, "{fresh}");
    assert!(drained <= 12 * 1024, "{drained}");
}
