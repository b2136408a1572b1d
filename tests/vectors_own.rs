//! Every vector of `tests/vectors` about clear streams: framing, control, refused, quick acks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Layer, Seen, Split, after_connected, assert_dead, bytes_of, client_config, counter,
    envelope_of, hex, number_of, only_fields, own_vectors, padding_draw, payload, pull_events,
    pull_wire, receive, server_config, text_of, token_of, unhex,
};
use mtproto::error::ProtocolError;
use mtproto::{
    Closed, Config, Entropy, Envelope, Error, QuickAckForm, QuickAckToken, Role, Transport,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn payload_of(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => unhex(text),
        described => {
            only_fields(described, "pattern length");
            assert_eq!(text_of(described, "pattern"), "counter");
            counter(number_of(described, "length") as usize)
        }
    }
}

fn role_of(name: &str) -> Role {
    match name {
        "client" => Role::Client,
        "server" => Role::Server,
        other => panic!("no role is called {other}"),
    }
}

/// One end of a clear connection. A server is told the envelope by what it reads.
fn end(role: Role, envelope: Envelope, set: impl FnOnce(&mut Config)) -> Transport {
    let mut config = match role {
        Role::Client => client_config(envelope, Layer::Plain),
        Role::Server => server_config(Layer::Plain),
    };
    set(&mut config);
    match role {
        Role::Client => Transport::client(&config).expect("a client"),
        Role::Server => Transport::server(&config).expect("a server"),
    }
}

/// A server that knows its client's envelope; Full is told by the head of a frame.
fn connected_server(envelope: Envelope, set: impl FnOnce(&mut Config)) -> Transport {
    let mut server = end(Role::Server, envelope, set);
    let opening = match envelope {
        Envelope::Abridged => "ef",
        Envelope::Intermediate => "eeeeeeee",
        Envelope::PaddedIntermediate => "dddddddd",
        _ => "1000000000000000",
    };
    let (seen, error) = receive(&mut server, &[&unhex(opening)]);
    assert_eq!((seen.len(), error), (1, None));
    server
}

struct Frame {
    payload: Vec<u8>,
    wanted: bool,
    padding: Vec<u8>,
    untrimmed: Vec<u8>,
}

/// The frames of a vector and their bytes, which our writer makes where the
/// vector gives only their digest: it is compared with them in any case.
fn frames_of(vector: &Value) -> Vec<Frame> {
    let frames = vector["frames"].as_array().expect("frames");
    let read = |(number, frame): (usize, &Value)| {
        only_fields(
            frame,
            "payload quick_ack sequence_number padding trimmed untrimmed wire \
             wire_length wire_head wire_tail wire_sha256",
        );
        if let Some(sequence) = frame.get("sequence_number") {
            assert_eq!(sequence.as_u64(), Some(number as u64));
        }
        let payload = payload_of(&frame["payload"]);
        let padding = frame.get("padding").map_or(Vec::new(), payload_of);
        if let Some(trimmed) = frame.get("trimmed") {
            assert_eq!(payload_of(trimmed), payload);
        }
        Frame {
            untrimmed: frame
                .get("untrimmed")
                .map_or_else(|| payload.clone(), payload_of),
            wanted: frame["quick_ack"].as_bool().expect("yes or no"),
            padding,
            payload,
        }
    };
    frames.iter().enumerate().map(read).collect()
}

fn assert_wire(name: &str, wire: &[u8], frame: &Value) {
    if frame.get("wire").is_some() {
        assert_eq!(hex(wire), text_of(frame, "wire"), "{name}");
        return;
    }
    assert_eq!(wire.len() as u64, number_of(frame, "wire_length"), "{name}");
    assert_eq!(hex(&wire[..16]), text_of(frame, "wire_head"), "{name}");
    let tail = &wire[wire.len() - 8..];
    assert_eq!(hex(tail), text_of(frame, "wire_tail"), "{name}");
    let digest = Sha256::digest(wire);
    assert_eq!(hex(&digest), text_of(frame, "wire_sha256"), "{name}");
}

/// Writes the frames with their padding scripted, and compares each.
fn write(
    name: &str,
    vector: &Value,
    frames: &[Frame],
    set: impl Fn(&mut Config),
) -> Option<Vec<u8>> {
    if frames.iter().any(|frame| frame.padding.len() > 15) {
        return None; // Read, but never written: more than 15 cannot be dropped from every packet.
    }
    let envelope = envelope_of(text_of(vector, "envelope"));
    let draws: Vec<u8> = frames
        .iter()
        .flat_map(|frame| padding_draw(&frame.padding, 15))
        .collect();
    let configure = |config: &mut Config| {
        set(config);
        config.set_max_padding(15).expect("15");
        config.set_entropy(Entropy::from_bytes(&draws));
    };
    let role = role_of(text_of(vector, "sender"));
    let mut sender = match role {
        Role::Client => end(role, envelope, configure),
        Role::Server => connected_server(envelope, configure),
    };
    let token = QuickAckToken::from_value(0x8000_0001).unwrap();
    let mut all = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        if frame.wanted {
            sender.push_payload_with_quick_ack(&frame.payload, token)
        } else {
            sender.push_payload(&frame.payload)
        }
        .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut wire = pull_wire(&mut sender);
        all.extend_from_slice(&wire);
        if index == 0 {
            let opening = bytes_of(vector, "opening");
            assert!(wire.starts_with(&opening), "{name}");
            wire.drain(..opening.len());
        }
        assert_wire(name, &wire, &vector["frames"][index]);
    }
    Some(all)
}

#[test]
fn framing() {
    let vectors = own_vectors("framing.json");
    let mut padded = 0;
    for vector in &vectors {
        only_fields(vector, "name envelope sender opening frames max_payload");
        let name = text_of(vector, "name");
        let set = |config: &mut Config| {
            if let Some(limit) = vector.get("max_payload") {
                let limit = limit.as_u64().expect("a number") as usize;
                config.set_max_payload(limit).expect("within the range");
            }
        };
        let frames = frames_of(vector);
        let wire = write(name, vector, &frames, set).unwrap_or_else(|| {
            let frames = vector["frames"].as_array().unwrap().iter();
            let frames = frames.flat_map(|frame| bytes_of(frame, "wire"));
            bytes_of(vector, "opening")
                .into_iter()
                .chain(frames)
                .collect()
        });
        padded += usize::from(frames.iter().any(|frame| !frame.padding.is_empty()));

        let reader = match role_of(text_of(vector, "sender")) {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        };
        let envelope = envelope_of(text_of(vector, "envelope"));
        for trim in [true, false] {
            let expected: Vec<_> = frames
                .iter()
                .map(|frame| Seen::Payload {
                    data: if trim {
                        frame.payload.clone()
                    } else {
                        frame.untrimmed.clone()
                    },
                    wanted: frame.wanted,
                })
                .collect();
            let read = |pieces: &[&[u8]]| {
                let mut reader = end(reader, envelope, |config| {
                    set(config);
                    config.set_trim(trim);
                });
                let (seen, error) = receive(&mut reader, pieces);
                assert_eq!(error, None, "{name}");
                assert!(after_connected(seen) == expected, "{name}");
            };
            if wire.len() > 10_000 {
                read(&[&wire]);
                read(&wire.chunks(1000).collect::<Vec<_>>());
                continue;
            }
            for split in Split::all(wire.len()) {
                read(&split.pieces(&wire));
            }
        }
    }
    assert_eq!((vectors.len(), padded), (222, 112));
}

#[test]
fn control() {
    let vectors = own_vectors("control.json");
    for vector in &vectors {
        only_fields(
            vector,
            "name envelope asked wire end expect may_repeat note",
        );
        let name = text_of(vector, "name");
        let envelope = envelope_of(text_of(vector, "envelope"));
        let wire = bytes_of(vector, "wire");
        let ends = vector["end"].as_bool().expect("yes or no");
        for split in Split::all(wire.len()) {
            let mut client = end(Role::Client, envelope, |_| {});
            for token in vector["asked"].as_array().expect("tokens") {
                let token = token_of(token);
                client
                    .push_payload_with_quick_ack(&[1; 24], token)
                    .expect("sent");
            }
            let (mut seen, error) = receive(&mut client, &split.pieces(&wire));
            assert_eq!(error, None, "{name}, {split:?}");
            if ends {
                client.push_wire_end().expect("alive");
                pull_events(&mut client, &mut seen).expect("alive");
            }
            let seen = after_connected(seen);
            let expected = vector["expect"].as_array().expect("events");
            // `may_repeat` is what a reader may do; ours does not.
            assert_eq!(seen.len(), expected.len(), "{name}, {split:?}: {seen:?}");
            for (seen, expected) in seen.iter().zip(expected) {
                assert_control(seen, expected, name);
            }
        }
    }
    assert_eq!(vectors.len(), 138);
}

fn assert_control(seen: &Seen, expected: &Value, name: &str) {
    only_fields(expected, "kind token code payload reason");
    let expected = match text_of(expected, "kind") {
        "payload" => payload(&bytes_of(expected, "payload")),
        "quick_ack" => Seen::QuickAck(number_of(expected, "token") as u32),
        "transport_error" => Seen::TransportError(number_of(expected, "code") as u32),
        "closed" => match expected.get("reason").and_then(Value::as_str) {
            Some("between_frames") => Seen::Closed(Closed::BetweenFrames),
            Some("inside_frame") => Seen::Closed(Closed::InsideFrame),
            // After Full's unframed error there are no frames to be between.
            None => Seen::Closed(Closed::BetweenFrames),
            Some(other) => panic!("no end is called {other}"),
        },
        other => panic!("no event is called {other}"),
    };
    assert_eq!(*seen, expected, "{name}");
}

fn reason_of(error: Error) -> &'static str {
    let Error::Protocol(error) = error else {
        panic!("not the peer's fault: {error:?}");
    };
    match error {
        ProtocolError::LengthZero => "length_zero",
        ProtocolError::LengthTooLarge { .. } => "length_too_large",
        ProtocolError::LengthMisaligned { .. } => "length_misaligned",
        ProtocolError::LengthTooShort { .. } => "length_too_short",
        ProtocolError::LengthOverlong { .. } => "length_overlong",
        ProtocolError::SequenceNumber { .. } => "sequence_number",
        ProtocolError::Checksum { .. } => "checksum",
        ProtocolError::QuickAckInFull => "quick_ack_in_full",
        other => panic!("a reason without a name: {other:?}"),
    }
}

#[test]
fn refused() {
    let vectors = own_vectors("refused.json");
    let mut early = 0;
    for vector in &vectors {
        only_fields(
            vector,
            "name envelope reader opening before wire reason max_payload \
             refused_after",
        );
        let name = text_of(vector, "name");
        let envelope = envelope_of(text_of(vector, "envelope"));
        let good: Vec<u8> = ["opening", "before"]
            .iter()
            .flat_map(|field| bytes_of(vector, field))
            .collect();
        let whole = [good.clone(), bytes_of(vector, "wire")].concat();
        let mut streams = vec![whole.clone()];
        if let Some(count) = vector.get("refused_after") {
            let count = count.as_u64().expect("a number") as usize;
            streams.push(whole[..good.len() + count].to_vec());
            early += 1;
        }
        let before = usize::from(!text_of(vector, "before").is_empty());
        for stream in streams {
            for split in Split::all(stream.len()) {
                let mut reader = end(role_of(text_of(vector, "reader")), envelope, |config| {
                    if let Some(limit) = vector.get("max_payload") {
                        let limit = limit.as_u64().expect("a number") as usize;
                        config.set_max_payload(limit).expect("within the range");
                    }
                });
                let (seen, error) = receive(&mut reader, &split.pieces(&stream));
                let error = error.unwrap_or_else(|| panic!("{name}, {split:?}: not refused"));
                assert_eq!(reason_of(error), text_of(vector, "reason"), "{name}");
                let seen = after_connected(seen);
                assert_eq!(seen.len(), before, "{name}, {split:?}");
                if matches!(split, Split::Whole) {
                    assert_dead(&mut reader, error);
                }
            }
        }
    }
    assert_eq!((vectors.len(), early), (131, 105));
}

#[test]
fn quick_ack() {
    let vectors = own_vectors("quick_ack.json");
    for vector in &vectors {
        only_fields(
            vector,
            "name auth_key plaintext msg_key_large token token_bytes \
             top_bit_was_set wire",
        );
        let name = text_of(vector, "name");
        let auth_key = bytes_of(vector, "auth_key").try_into().expect("256 bytes");
        let token = QuickAckToken::compute(&auth_key, &bytes_of(vector, "plaintext"));
        assert_eq!(token, token_of(&vector["token"]), "{name}");
        assert_eq!(
            hex(&token.value().to_le_bytes()),
            text_of(vector, "token_bytes")
        );
        let first = bytes_of(vector, "msg_key_large")[3];
        assert_eq!(vector["top_bit_was_set"], first & 0x80 != 0, "{name}");
        let wires = &vector["wire"];
        for (form, wire) in wires.as_object().expect("forms") {
            let (envelope, raw) = match form.as_str() {
                "abridged" => (Envelope::Abridged, QuickAckForm::Documented),
                "intermediate" => (Envelope::Intermediate, QuickAckForm::Documented),
                "padded_intermediate_framed" => {
                    (Envelope::PaddedIntermediate, QuickAckForm::Documented)
                }
                "padded_intermediate_raw" => (Envelope::PaddedIntermediate, QuickAckForm::Raw),
                other => panic!("no form is called {other}"),
            };
            let wire = unhex(wire.as_str().expect("hex"));
            let mut server = connected_server(envelope, |config| {
                config.set_quick_ack_form(raw);
                config.set_max_padding(0).expect("0");
            });
            server.push_quick_ack(token).expect("sent");
            assert_eq!(pull_wire(&mut server), wire, "{name}");
            for split in Split::all(wire.len()) {
                let mut client = end(Role::Client, envelope, |_| {});
                client
                    .push_payload_with_quick_ack(&[1; 24], token)
                    .expect("sent");
                let (seen, error) = receive(&mut client, &split.pieces(&wire));
                assert_eq!(error, None);
                assert_eq!(after_connected(seen), [Seen::QuickAck(token.value())]);
            }
        }
    }
    assert_eq!(vectors.len(), 30);
}
