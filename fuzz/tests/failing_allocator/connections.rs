//! A client and a server of each kind exchange packets.

use std::ptr::null;

use mtproto::capi::*;

use crate::ends::{Config, End};
use crate::{Calls, each_allocation};

const FAKE_TLS: &[u8] = b"\xee0123456789abcdefexample.org";

/// How packets and bytes go in and out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    OneByOne,
    InBursts,
}

/// Longer than every handshake and every packet below.
const WIRE: usize = 32 * 1024;

fn push(end: &End, packet: &[u8], style: Style, calls: &mut Calls) {
    // SAFETY: a live handle, good bytes.
    calls.done(|| unsafe {
        match style {
            Style::OneByOne => {
                mtproto_transport_push_payload(end.0, packet.as_ptr(), packet.len(), null())
            }
            Style::InBursts => {
                let packets = mtproto_bytes {
                    data: packet.as_ptr(),
                    length: packet.len(),
                };
                let mut taken = 0;
                let status = mtproto_transport_push_payloads(end.0, &packets, 1, &mut taken);
                assert_eq!(taken, usize::from(status == MTPROTO_OK));
                status
            }
        }
    });
}

/// Carries what waits from one end to the other.
fn carry(from: &End, to: &End, style: Style, wire: &mut [u8], calls: &mut Calls) {
    let status = match style {
        Style::OneByOne => {
            let (status, data) = from.peek(calls);
            assert_eq!(status, MTPROTO_OK);
            let status = to.push(data, calls);
            from.consume(data.len());
            status
        }
        Style::InBursts => {
            let mut count = 0;
            // SAFETY: a live handle, memory of that size.
            calls.done(|| unsafe {
                mtproto_transport_pull_wire(from.0, wire.as_mut_ptr(), wire.len(), &mut count)
            });
            to.commit(&wire[..count], calls)
        }
    };
    assert_eq!(status, MTPROTO_OK);
}

/// Pulls all events: how many bytes of packets, and in how many; or the status.
fn pull(end: &End, style: Style, calls: &mut Calls) -> Result<(usize, usize), mtproto_status> {
    let mut found = (0, 0);
    let mut count_in = |event: &mtproto_event| {
        if event.kind == MTPROTO_EVENT_PAYLOAD {
            found = (found.0 + event.length, found.1 + 1);
        }
    };
    loop {
        match style {
            Style::OneByOne => match end.pull(calls) {
                Ok(event) => count_in(&event),
                Err(MTPROTO_NO_EVENT) => return Ok(found),
                Err(status) => return Err(status),
            },
            Style::InBursts => {
                // SAFETY: structs of numbers and pointers.
                let mut events = unsafe { std::mem::zeroed::<[mtproto_event; 3]>() };
                events[0].struct_size = size_of::<mtproto_event>();
                let mut count = 0;
                // SAFETY: a live handle, room for three.
                match calls.until_done(|| unsafe {
                    mtproto_transport_pull_events(end.0, events.as_mut_ptr(), 3, &mut count)
                }) {
                    MTPROTO_OK => events[..count].iter().for_each(&mut count_in),
                    MTPROTO_NO_EVENT => return Ok(found),
                    status => return Err(status),
                }
            }
        }
    }
}

/// Four packets each way. Over a carrier the server's handshake may end for want of memory.
fn talk(
    config: &Config,
    carrier: bool,
    style: Style,
    packet: &[u8],
    wire: &mut [u8],
    calls: &mut Calls,
) {
    let client = End::client(config, calls);
    let server = End::server(config, calls);
    let mut events = 0;
    let mut before = 0;
    for round in 0..4 {
        let length = 24 + 16 * (round * round * 30);
        push(&client, &packet[..length], style, calls);
        let mut to_server = 0;
        let mut to_client = 0;
        for _ in 0..4 {
            carry(&client, &server, style, wire, calls);
            match pull(&server, style, calls) {
                Ok((bytes, count)) => {
                    to_server += bytes;
                    events += count;
                }
                Err(status) => {
                    assert_eq!(status, MTPROTO_ERROR_OUT_OF_MEMORY);
                    assert!(carrier && round == 0, "only a handshake");
                    return;
                }
            }
            carry(&server, &client, style, wire, calls);
            let (bytes, count) = pull(&client, style, calls).expect("a client has what it needs");
            to_client += bytes;
            events += count;
        }
        assert_eq!((to_server, to_client), (length, before));
        push(&server, &packet[..length], style, calls);
        before = length;
    }
    assert_eq!(
        events, 7,
        "each packet once, both ways, but the last one down"
    );
}

/// Lets every allocation of such connections fail.
fn every(carrier: bool, least: usize, set: impl Fn(Config) -> Config) {
    let packet = vec![7; 6000];
    let mut wire = vec![0; WIRE];
    for small in [false, true] {
        let config = set(Config::new(small));
        for style in [Style::OneByOne, Style::InBursts] {
            let count = each_allocation(|calls| {
                talk(&config, carrier, style, &packet, &mut wire, calls);
            });
            println!("{count} allocations failed, one by one");
            assert!(count >= least, "too few");
        }
    }
}

#[test]
fn in_clear() {
    every(false, 8, |config| {
        // SAFETY: a live handle.
        let status = unsafe { mtproto_config_set_obfuscated(config.0, false) };
        assert_eq!(status, MTPROTO_OK);
        config
    });
}

#[test]
fn obfuscated_full() {
    every(false, 8, |config| {
        // SAFETY: a live handle.
        let status = unsafe { mtproto_config_set_envelope(config.0, MTPROTO_ENVELOPE_FULL) };
        assert_eq!(status, MTPROTO_OK);
        config.accepting(MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_OBFUSCATED_FULL)
    });
}

#[test]
fn fake_tls() {
    for profile in [
        MTPROTO_TLS_PROFILE_CHROME,
        MTPROTO_TLS_PROFILE_SAFARI,
        MTPROTO_TLS_PROFILE_CLASSIC,
    ] {
        every(true, 16, |config| {
            // SAFETY: a live handle.
            let status = unsafe { mtproto_config_set_tls_profile(config.0, profile) };
            assert_eq!(status, MTPROTO_OK);
            config.with_secret(FAKE_TLS)
        });
    }
}

#[test]
fn websocket() {
    for origin in [null(), c"https://web.telegram.org".as_ptr()] {
        every(true, 14, |config| {
            // SAFETY: a live handle, good texts.
            let status = unsafe {
                mtproto_config_set_websocket(config.0, c"a".as_ptr(), c"/mine".as_ptr(), origin)
            };
            assert_eq!(status, MTPROTO_OK);
            // SAFETY: as above.
            let status = unsafe { mtproto_config_add_path(config.0, c"/mine".as_ptr()) };
            assert_eq!(status, MTPROTO_OK);
            config.accepting(MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_WEBSOCKET)
        });
    }
}

#[test]
fn http_with_queued_turns() {
    for content_type in [null(), c"a/b".as_ptr()] {
        every(true, 12, |config| {
            // SAFETY: a live handle, good texts.
            let status = unsafe {
                mtproto_config_set_http(
                    config.0,
                    c"a".as_ptr(),
                    c"/api".as_ptr(),
                    content_type,
                    true,
                )
            };
            assert_eq!(status, MTPROTO_OK);
            // SAFETY: as above.
            assert_eq!(
                unsafe { mtproto_config_set_queue_turns(config.0, true) },
                MTPROTO_OK
            );
            config.accepting(MTPROTO_ACCEPT_HTTP)
        });
    }
}

/// Asked for, given and reported; in a queue of their own.
#[test]
fn quick_acks() {
    let config = Config::new(false);
    let packet = [7; 24];
    let options = mtproto_send_options {
        struct_size: size_of::<mtproto_send_options>(),
        flags: MTPROTO_SEND_QUICK_ACK,
        quick_ack_token: 0x8000_0001,
    };
    let count = each_allocation(|calls| {
        let client = End::client(&config, calls);
        let server = End::server(&config, calls);
        // SAFETY: live handles, good bytes.
        calls.done(|| unsafe {
            mtproto_transport_push_payload(client.0, packet.as_ptr(), packet.len(), &options)
        });
        carry(&client, &server, Style::OneByOne, &mut [], calls);
        assert_eq!(pull(&server, Style::OneByOne, calls), Ok((24, 1)));
        // SAFETY: as above.
        calls.done(|| unsafe { mtproto_transport_push_quick_ack(server.0, 0x8000_0001) });
        // SAFETY: as above.
        calls.done(|| unsafe { mtproto_transport_push_transport_error(server.0, 404) });
        carry(&server, &client, Style::OneByOne, &mut [], calls);
        let kinds = [
            MTPROTO_EVENT_CONNECTED,
            MTPROTO_EVENT_QUICK_ACK,
            MTPROTO_EVENT_TRANSPORT_ERROR,
        ];
        for kind in kinds {
            assert_eq!(client.pull(calls).map(|event| event.kind), Ok(kind));
        }
    });
    assert!(count >= 8, "{count}");
}
