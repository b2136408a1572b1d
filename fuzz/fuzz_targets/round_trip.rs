//! Both ends of one connection: the input chooses carrier, envelope, packets, verbs and cuts.
#![no_main]

use std::collections::VecDeque;

use mtproto::error::UsageError;
use mtproto::{Envelope, Error, Event, QuickAckToken, Role, Transport, TransportError};
use mtproto_fuzz::Choices;
use mtproto_fuzz::ends::{self, Knobs, Layer};

/// One direction.
#[derive(Default)]
struct Lane {
    wire: VecDeque<u8>,
    meant: VecDeque<Meant>,
}

#[derive(Debug)]
enum Meant {
    Payload(Vec<u8>, bool),
    QuickAck(u32),
    Error(u32),
}

fn packet(choices: &mut Choices<'_>, padded: bool) -> Vec<u8> {
    let size = match choices.byte() {
        // Encrypted ones, whose length says what is padding.
        small if padded => 24 + 16 * usize::from(small),
        small @ 0..200 => 20 + 4 * usize::from(small),
        large => 4 * usize::from(large) * 16,
    };
    let mut packet = vec![choices.byte() | 1; size];
    packet[3] &= 0x7f;
    packet
}

fn send(from: &mut Transport, lane: &mut Lane, choices: &mut Choices<'_>) {
    let size = usize::from(choices.byte()) * 5;
    if choices.flag() {
        let mut buffer = vec![0; size];
        let count = from.pull_wire(&mut buffer).expect("alive");
        lane.wire.extend(&buffer[..count]);
    } else {
        let wire = from.peek_wire().expect("alive");
        let count = wire.len().min(size);
        lane.wire.extend(&wire[..count]);
        from.consume_wire(count).expect("shown");
    }
}

fn receive(to: &mut Transport, lane: &mut Lane, choices: &mut Choices<'_>) {
    let size = usize::from(choices.byte()) * 5;
    if choices.flag() {
        let bytes: Vec<u8> = lane.wire.iter().copied().take(size).collect();
        let count = to.push_wire(&bytes).expect("alive");
        lane.wire.drain(..count);
    } else {
        let room = match to.reserve_wire(size.min(500)) {
            // Full: what waits is looked at first.
            Err(error) if error == UsageError::EventsPending.into() => return,
            room => room.expect("alive"),
        };
        let count = room.len().min(size).min(lane.wire.len());
        for byte in &mut room[..count] {
            *byte = lane.wire.pop_front().expect("counted");
        }
        to.commit_wire(count).expect("reserved");
    }
}

/// Pulls an event, and compares it with what was sent; whether there was one.
fn look(to: &mut Transport, lane: &mut Lane) -> bool {
    match to.pull_event().expect("what the other end sent") {
        None => false,
        Some(Event::Connected(_)) => true,
        Some(Event::Payload(payload)) => {
            match lane.meant.pop_front() {
                Some(Meant::Payload(data, wanted)) => {
                    assert_eq!(payload.data, data);
                    assert_eq!(payload.quick_ack_wanted, wanted);
                }
                other => panic!("a packet of {} bytes for {other:?}", payload.data.len()),
            }
            true
        }
        Some(Event::QuickAck(token)) => {
            match lane.meant.pop_front() {
                Some(Meant::QuickAck(value)) => assert_eq!(value, token.value()),
                other => panic!("a quick ack for {other:?}"),
            }
            true
        }
        Some(Event::TransportError(error)) => {
            match lane.meant.pop_front() {
                Some(Meant::Error(code)) => assert_eq!(code, error.code()),
                other => panic!("a transport error for {other:?}"),
            }
            true
        }
        Some(other) => panic!("{other:?}"),
    }
}

/// Everything on its way arrives.
fn finish(from: &mut Transport, to: &mut Transport, lane: &mut Lane) {
    loop {
        lane.wire.extend(ends::take_wire(from));
        let bytes: Vec<u8> = lane.wire.iter().copied().collect();
        let count = to.push_wire(&bytes).expect("alive");
        lane.wire.drain(..count);
        let mut seen = false;
        while look(to, lane) {
            seen = true;
        }
        if count == 0 && !seen {
            assert!(lane.wire.is_empty(), "stuck");
            return;
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let layer = Layer::ALL[choices.below(6)];
    let envelope = match layer {
        Layer::FakeTls => Envelope::PaddedIntermediate,
        _ => Envelope::ALL[choices.below(4)],
    };
    let mut knobs = Knobs::from_byte(choices.byte());
    (knobs.untrimmed, knobs.small_limit) = (false, false);
    let seed = choices.byte();
    let mut client = ends::end(
        Role::Client,
        &ends::client_config(envelope, layer, knobs, seed),
    );
    let mut server = ends::end(Role::Server, &ends::server_config(layer, knobs, seed));
    let (mut up, mut down) = (Lane::default(), Lane::default());
    let mut asked = VecDeque::new();
    let padded = envelope == Envelope::PaddedIntermediate;
    let http = layer == Layer::Http;
    let mut connected = false;
    let mut acts = 0;

    while !choices.is_empty() && acts < 400 {
        acts += 1;
        match choices.byte() % 10 {
            0 => {
                let data = packet(&mut choices, padded);
                match client.push_payload(&data) {
                    Ok(()) => up.meant.push_back(Meant::Payload(data, false)),
                    Err(error) => {
                        assert!(http);
                        assert_eq!(error, Error::Usage(UsageError::OutOfTurn));
                    }
                }
            }
            1 => {
                let data = packet(&mut choices, padded);
                let token = QuickAckToken::from_value(choices.word() | 0x8000_0000);
                match client.push_payload_with_quick_ack(&data, token) {
                    Ok(()) => {
                        assert!(!http && envelope != Envelope::Full);
                        asked.push_back(token.expect("the top bit"));
                        up.meant.push_back(Meant::Payload(data, true));
                    }
                    Err(error) => {
                        assert!(http || envelope == Envelope::Full);
                        assert_eq!(error, Error::Usage(UsageError::QuickAckUnsupported));
                    }
                }
            }
            2 => {
                let data = packet(&mut choices, padded);
                match server.push_payload(&data) {
                    Ok(()) => down.meant.push_back(Meant::Payload(data, false)),
                    Err(error) => {
                        assert!(!connected || http, "{error:?}");
                        assert!(!error.is_fatal());
                    }
                }
            }
            // Answered in any order, each once.
            3 => {
                let at = choices.below(asked.len().max(1));
                // The server acknowledges what it has seen.
                let delivered = up
                    .meant
                    .iter()
                    .filter(|m| matches!(m, Meant::Payload(_, true)))
                    .count();
                if at + delivered < asked.len()
                    && let Some(token) = asked.remove(at)
                {
                    server.push_quick_ack(token).expect("connected");
                    down.meant.push_back(Meant::QuickAck(token.value()));
                }
            }
            // Not over WebSocket, where it is the end, nor over HTTP, where it is an answer.
            4 if connected
                && matches!(
                    layer,
                    Layer::Plain | Layer::Obfuscated | Layer::Secret | Layer::FakeTls
                ) =>
            {
                let code = choices.word() & 0x7fff_ffff | 1;
                let error = TransportError::new(code).expect("positive");
                server.push_transport_error(error).expect("connected");
                down.meant.push_back(Meant::Error(code));
            }
            5 => send(&mut client, &mut up, &mut choices),
            6 => receive(&mut server, &mut up, &mut choices),
            7 => {
                connected |= look(&mut server, &mut up);
                look(&mut client, &mut down);
            }
            8 => send(&mut server, &mut down, &mut choices),
            _ => receive(&mut client, &mut down, &mut choices),
        }
    }
    for _ in 0..3 + up.meant.len() + down.meant.len() {
        finish(&mut client, &mut server, &mut up);
        finish(&mut server, &mut client, &mut down);
        if http && server.push_payload(&[5; 40]).is_ok() {
            down.meant.push_back(Meant::Payload(vec![5; 40], false));
        }
    }
    finish(&mut client, &mut server, &mut up);
    finish(&mut server, &mut client, &mut down);
    if !http {
        assert!(up.meant.is_empty(), "lost: {:?}", up.meant);
        assert!(down.meant.is_empty(), "lost: {:?}", down.meant);
    }
});
