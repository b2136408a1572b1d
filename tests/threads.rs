//! What threads may do with the library: move a transport, look at one together, share a replay cache and a config.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "a test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use mtproto::mtproxy::Secret;
use mtproto::{Config, DcId, Event, NotOursReason, ReplayCache, Transport};

const PACKET: [u8; 40] = [7; 40];
const TIME: u32 = 1_800_000_000;

fn config() -> Config {
    let mut config = Config::new();
    config
        .add_secret(Secret::plain(&[7; 16]))
        .set_dc(DcId::new(2, false, false).unwrap())
        .set_unix_time(TIME);
    config
}

fn take_wire(transport: &mut Transport) -> Vec<u8> {
    let wire = transport.peek_wire().unwrap().to_vec();
    transport.consume_wire(wire.len()).unwrap();
    wire
}

fn payloads(transport: &mut Transport, wire: &[u8]) -> usize {
    assert_eq!(transport.push_wire(wire), Ok(wire.len()));
    let mut payloads = 0;
    while let Some(event) = transport.pull_event().unwrap() {
        payloads += usize::from(matches!(event, Event::Payload(_)));
    }
    payloads
}

#[test]
fn a_transport_goes_from_thread_to_thread() {
    let mut client = Transport::client(&config()).unwrap();
    let mut server = Transport::server(&config()).unwrap();
    for _ in 0..20 {
        client.push_payload(&PACKET).unwrap();
        // Through a channel, as a pool of workers hands connections on.
        let (to, from) = mpsc::channel::<(Transport, Transport)>();
        let worker = thread::spawn(move || {
            let (mut client, mut server) = from.recv().unwrap();
            assert_eq!(payloads(&mut server, &take_wire(&mut client)), 1);
            (client, server)
        });
        to.send((client, server)).unwrap();
        (client, server) = worker.join().unwrap();
    }
}

#[test]
fn what_is_const_may_be_called_together() {
    let mut client = Transport::client(&config()).unwrap();
    client.push_payload(&PACKET).unwrap();
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..1000 {
                    assert!(client.wants_write() && client.pending_wire() > 40);
                    assert_eq!((client.wants_read(), client.failure()), (0, None));
                }
            });
        }
    });
}

/// One config for all, one cache for all: each recorded opening is accepted once, whoever asks.
#[test]
fn a_replayed_opening_is_accepted_by_one_thread_only() {
    let cache = Arc::new(ReplayCache::new(64, 1000));
    let mut accepting = config();
    accepting.set_replay_cache(Arc::clone(&cache));
    for _ in 0..20 {
        let mut client = Transport::client(&config()).unwrap();
        client.push_payload(&PACKET).unwrap();
        let wire = take_wire(&mut client);
        let (accepted, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut server = Transport::server(&accepting).unwrap();
                    barrier.wait();
                    server.push_wire(&wire).unwrap();
                    match server.pull_event().unwrap().unwrap() {
                        Event::Connected(_) => accepted.fetch_add(1, Ordering::Relaxed),
                        Event::NotOurs(stranger) => {
                            assert_eq!(stranger.reason, NotOursReason::Replayed);
                            refused.fetch_add(1, Ordering::Relaxed)
                        }
                        other => panic!("{other:?}"),
                    };
                    let _ = (cache.len(), cache.forgotten());
                });
            }
        });
        assert_eq!((accepted.into_inner(), refused.into_inner()), (1, 3));
    }
    assert_eq!(cache.len(), 20);
}
