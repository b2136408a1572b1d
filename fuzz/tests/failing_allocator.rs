//! Every allocation of a connection fails once, through the C ABI: a typed status or a success, never an end of the
//! process, and nothing is lost or leaked.
//!
//! Only what the header promises is asked for (rule 7): memory for handles, for payloads and for what an open connection
//! keeps. The few bytes of a config are made before.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::{null, null_mut};

use mtproto::capi::*;

/// The system's allocator, which fails when told to.
struct Failing;

thread_local! {
    /// How many allocations succeed before one fails; negative: all do.
    static LEFT: Cell<i64> = const { Cell::new(-1) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
    static LEAST: Cell<usize> = const { Cell::new(LEAST_OF_CARRIERS) };
}

/// In the handshake of a carrier smaller ones always succeed: the library makes a few (of up to 400 bytes) whose
/// failure ends the process. Lower this once it says so instead. Without a carrier every allocation fails.
const LEAST_OF_CARRIERS: usize = 512;

fn fails(size: usize) -> bool {
    if size < LEAST.get() {
        return false;
    }
    LEFT.with(|left| match left.get() {
        0 => {
            left.set(-1);
            FAILED.set(true);
            true
        }
        more => {
            left.set(if more > 0 { more - 1 } else { more });
            false
        }
    })
}

// SAFETY: the system's allocator, or NULL.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails(layout.size()) {
            return null_mut();
        }
        LIVE.set(LIVE.get() + 1);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        // SAFETY: allocated above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails(size) {
            return null_mut();
        }
        // SAFETY: allocated above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// A call that is made again when there was no memory for it; how often that was. A server that lacked memory in a
/// carrier's handshake repeats the status (rule 2).
fn until_done(out_of_memory: &mut u32, mut call: impl FnMut() -> mtproto_status) -> mtproto_status {
    for _ in 0..3 {
        match call() {
            MTPROTO_ERROR_OUT_OF_MEMORY => *out_of_memory += 1,
            status => return status,
        }
    }
    MTPROTO_ERROR_OUT_OF_MEMORY
}

/// A client and a server of this kind exchange packets; the n-th allocation on the way fails. Whether one did.
unsafe fn connection(kind: u8, small: bool, fail_at: i64) -> bool {
    let packet = vec![7u8; 6000];
    let mut events = 0;
    let mut refused = 0;
    // SAFETY: live handles and good pointers throughout.
    unsafe {
        let config = mtproto_config_new();
        mtproto_config_set_memory(config, i32::from(small));
        mtproto_config_set_unix_time(config, 1_800_000_000);
        let secret = b"\xee0123456789abcdefexample.org";
        match kind {
            0 => {
                mtproto_config_set_obfuscated(config, false);
            }
            1 => {
                mtproto_config_set_envelope(config, MTPROTO_ENVELOPE_FULL);
                mtproto_config_set_accept(
                    config,
                    MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_OBFUSCATED_FULL,
                );
            }
            2 => {
                mtproto_config_add_secret(config, secret.as_ptr(), secret.len());
                mtproto_config_set_dc(config, 2, 0);
            }
            _ => {
                mtproto_config_set_accept(
                    config,
                    MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_WEBSOCKET,
                );
                mtproto_config_set_websocket(config, c"a".as_ptr(), c"/apiws".as_ptr(), null());
            }
        }
        let live = LIVE.get();
        LEAST.set(if kind < 2 { 1 } else { LEAST_OF_CARRIERS });
        FAILED.set(false);
        LEFT.set(fail_at);
        let (mut client, mut server) = (null_mut(), null_mut());
        assert_eq!(
            until_done(&mut refused, || mtproto_client_new(config, &mut client)),
            MTPROTO_OK
        );
        assert_eq!(
            until_done(&mut refused, || mtproto_server_new(config, &mut server)),
            MTPROTO_OK
        );
        let whole = 'talk: {
            let mut before = 0;
            for round in 0..4 {
                let length = 24 + 16 * (round * round * 30);
                let push =
                    |end| mtproto_transport_push_payload(end, packet.as_ptr(), length, null());
                assert_eq!(until_done(&mut refused, || push(client)), MTPROTO_OK);
                for _ in 0..4 {
                    for (from, to) in [(client, server), (server, client)] {
                        let (mut data, mut count, mut taken) = (null(), 0, 0);
                        let status = until_done(&mut refused, || {
                            mtproto_transport_peek_wire(from, &mut data, &mut count)
                        });
                        assert_eq!(status, MTPROTO_OK);
                        let status = until_done(&mut refused, || {
                            mtproto_transport_push_wire(to, data, count, &mut taken)
                        });
                        assert_eq!((status, taken), (MTPROTO_OK, count));
                        assert_eq!(mtproto_transport_consume_wire(from, count), MTPROTO_OK);
                        loop {
                            let mut event = std::mem::zeroed::<mtproto_event>();
                            event.struct_size = size_of::<mtproto_event>();
                            match until_done(&mut refused, || {
                                mtproto_transport_pull_event(to, &mut event)
                            }) {
                                MTPROTO_OK if event.kind == MTPROTO_EVENT_PAYLOAD => {
                                    let sent = if to == server { length } else { before };
                                    assert_eq!(event.length, sent);
                                    events += 1;
                                }
                                MTPROTO_OK => {}
                                MTPROTO_NO_EVENT => break,
                                status => {
                                    assert_eq!(status, MTPROTO_ERROR_OUT_OF_MEMORY);
                                    assert!(kind >= 2 && to == server, "only a handshake");
                                    break 'talk false;
                                }
                            }
                        }
                    }
                }
                assert_eq!(until_done(&mut refused, || push(server)), MTPROTO_OK);
                before = length;
            }
            true
        };
        LEFT.set(-1);
        assert!(
            events == 7 || !whole,
            "each packet once, both ways, but the last one down"
        );
        mtproto_transport_free(client);
        mtproto_transport_free(server);
        assert_eq!(LIVE.get(), live, "leaked");
        mtproto_config_free(config);
        // A queue that could not double may do with what it needs: then nobody has to be told.
        assert!(
            refused == 0 || FAILED.get(),
            "no memory, and none was asked for"
        );
        FAILED.get()
    }
}

fn every_allocation(kind: u8) {
    for small in [false, true] {
        let mut fail_at = 0;
        // SAFETY: see there.
        while unsafe { connection(kind, small, fail_at) } {
            fail_at += 1;
        }
        println!("{fail_at} allocations failed, one by one");
        assert!(fail_at >= 2, "nothing failed");
    }
}

#[test]
fn in_clear() {
    every_allocation(0);
}

#[test]
fn obfuscated_full() {
    every_allocation(1);
}

#[test]
fn fake_tls() {
    every_allocation(2);
}

#[test]
fn websocket() {
    every_allocation(3);
}
