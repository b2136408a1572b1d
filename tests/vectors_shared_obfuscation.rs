//! Every case of the shared vectors about obfuscation: peers' headers, keys and streams.
//!
//! Keys do not show in the API; the cipher of the `ctr` crate, given the keys of
//! a case, must agree with what the transport writes and reads.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use aes::cipher::{KeyIvInit, StreamCipher};
use common::{
    Seen, Split, add_secret, after_connected, bytes_of, hex, noise, only_fields, padding_draw,
    payload, pull_wire, receive, shared_vectors, text_of, unhex,
};
use mtproto::error::ProtocolError;
use mtproto::{Accept, Config, DcId, Entropy, Envelope, QuickAckToken, Transport, TransportError};
use serde_json::Value;

type Ctr = ctr::Ctr128BE<aes::Aes256>;

fn envelope_of_tag(tag: &str) -> Envelope {
    match tag {
        "efefefef" => Envelope::Abridged,
        "eeeeeeee" => Envelope::Intermediate,
        "dddddddd" => Envelope::PaddedIntermediate,
        other => panic!("no tag is {other}"),
    }
}

fn client(tag: &str, dc: Option<i64>, secret: &[u8], entropy: &[u8]) -> Transport {
    let mut config = Config::new();
    config.set_envelope(envelope_of_tag(tag));
    if let Some(dc) = dc {
        let dc = i16::try_from(dc).expect("16 bits");
        config.set_dc(DcId::decode(dc).expect("a DC id"));
    }
    if !secret.is_empty() {
        add_secret(&mut config, secret);
    }
    config.set_entropy(Entropy::from_bytes(entropy));
    Transport::client(&config).expect("a client")
}

fn server(secret: &[u8], draws: &[u8]) -> Transport {
    let mut config = Config::new();
    if !secret.is_empty() {
        add_secret(&mut config, secret);
    }
    config.set_accept(Accept {
        obfuscated: secret.is_empty(),
        secret: !secret.is_empty(),
        ..Accept::default()
    });
    config.set_entropy(Entropy::from_bytes(draws));
    Transport::server(&config).expect("a server")
}

/// The keystream that turns one of the fields into the other.
fn keystream(case: &Value) -> Vec<u8> {
    only_fields(case, "plain cipher");
    xor(&bytes_of(case, "plain"), &bytes_of(case, "cipher"))
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

fn stream(case: &Value, key: &str, iv: &str) -> Ctr {
    Ctr::new_from_slices(&bytes_of(case, key), &bytes_of(case, iv)).expect("key and iv")
}

const CLIENT_FIELDS: &str = "role random protocol_tag dc secret init_before_encryption sent_header \
             encrypt_key encrypt_iv decrypt_key decrypt_iv then_encrypt \
             then_decrypt then_encrypt_frames then_decrypt_frames note source";

fn client_case(case: &Value) {
    only_fields(case, CLIENT_FIELDS);
    let tag = text_of(case, "protocol_tag");
    let (secret, random) = (bytes_of(case, "secret"), bytes_of(case, "random"));
    let make = || {
        // No padding behind the frames of this test.
        let entropy = [random.as_slice(), &[0; 256]].concat();
        client(tag, case["dc"].as_i64(), &secret, &entropy)
    };
    let mut client = make();
    client.push_opening().expect("a client");
    let header = pull_wire(&mut client);
    let init = bytes_of(case, "init_before_encryption");
    assert_eq!(header[..56], init[..56]);
    if case.get("sent_header").is_some() {
        assert_eq!(hex(&header), text_of(case, "sent_header"));
    }

    // A server finds what was put in.
    let (seen, error) = receive(&mut server(&secret, &[]), &[&header]);
    let [Seen::Connected(connected)] = seen.as_slice() else {
        panic!("{seen:?}, {error:?}");
    };
    assert_eq!(connected.envelope, envelope_of_tag(tag));
    let dc = i16::from_le_bytes([init[60], init[61]]);
    assert_eq!(connected.dc_field, Some(dc));

    if case.get("encrypt_key").is_some() {
        let mut sealed = init;
        let mut outgoing = stream(case, "encrypt_key", "encrypt_iv");
        outgoing.apply_keystream(&mut sealed);
        assert_eq!(header[56..], sealed[56..]);
        let mut frame = [unhex("18000000"), vec![9; 24]].concat();
        outgoing.apply_keystream(&mut frame);
        client.push_payload(&[9; 24]).expect("sent");
        assert_eq!(pull_wire(&mut client), frame);

        let mut frame = [unhex("18000000"), vec![8; 24]].concat();
        stream(case, "decrypt_key", "decrypt_iv").apply_keystream(&mut frame);
        let (seen, error) = receive(&mut client, &[&frame]);
        assert_eq!(error, None);
        assert_eq!(after_connected(seen), [payload(&[8; 24])]);
    }
    if let Some(next) = case.get("then_encrypt") {
        let mut client = make();
        client.push_payload(&[9; 24]).expect("sent");
        let wire = pull_wire(&mut client);
        let start = [24, 0, 0, 0];
        assert_eq!(xor(&wire[64..68], &start), keystream(next));
    }
    if let Some(next) = case.get("then_decrypt") {
        // Four bytes are a raw quick ack, whose value shows the keystream.
        let token = QuickAckToken::from_value(0x8765_4321).expect("the top bit");
        let mut client = make();
        client
            .push_payload_with_quick_ack(&[9; 24], token)
            .expect("sent");
        let wire = xor(&token.value().to_le_bytes(), &keystream(next));
        let (seen, _) = receive(&mut client, &[&wire]);
        assert_eq!(after_connected(seen), [Seen::QuickAck(token.value())]);
    }
    if let Some(frames) = case.get("then_encrypt_frames") {
        let mut client = make();
        client.push_opening().expect("a client");
        pull_wire(&mut client);
        for frame in frames.as_array().expect("frames") {
            only_fields(frame, "payload cipher");
            client
                .push_payload(&bytes_of(frame, "payload"))
                .expect("sent");
            assert_eq!(hex(&pull_wire(&mut client)), text_of(frame, "cipher"));
        }
    }
    if let Some(frames) = case.get("then_decrypt_frames") {
        let frames = frames.as_array().expect("frames");
        let mut wire = Vec::new();
        for frame in frames {
            only_fields(frame, "cipher expect");
            assert!(text_of(frame, "expect").contains("transport error 404"));
            wire.extend(bytes_of(frame, "cipher"));
        }
        for split in Split::all(wire.len()) {
            let (seen, error) = receive(&mut make(), &split.pieces(&wire));
            assert_eq!(error, None);
            let expected = vec![Seen::TransportError(404); frames.len()];
            assert_eq!(after_connected(seen), expected);
        }
    }
}

fn server_case(case: &Value) {
    only_fields(
        case,
        "role received_header secret expect_dc expect_tag server_writes \
             server_reads source",
    );
    let (header, secret) = (bytes_of(case, "received_header"), bytes_of(case, "secret"));
    for split in Split::all(header.len()) {
        let (seen, _) = receive(&mut server(&secret, &[]), &split.pieces(&header));
        let [Seen::Connected(connected)] = seen.as_slice() else {
            panic!("{seen:?}");
        };
        assert_eq!(
            connected.envelope,
            envelope_of_tag(text_of(case, "expect_tag"))
        );
        assert_eq!(
            connected.dc_field.map(i64::from),
            case["expect_dc"].as_i64()
        );
        assert_eq!(connected.secret_index, Some(0));
    }

    // What the server writes: a frame of 24 bytes, against mtg's keystream.
    let mut writer = server(&secret, &[0; 16]);
    receive(&mut writer, &[&header]);
    writer.push_payload(&[9; 24]).expect("sent");
    let key = keystream(&case["server_writes"]);
    let plain = [unhex("18000000"), vec![9; 24]].concat();
    assert_eq!(pull_wire(&mut writer)[..key.len()], xor(&plain, &key));

    // What it reads: mtg's own bytes, which decrypt to a length over any limit;
    let reads = &case["server_reads"];
    let mut reader = server(&secret, &[]);
    let (_, error) = receive(&mut reader, &[&header, &bytes_of(reads, "cipher")]);
    let plain = bytes_of(reads, "plain");
    let length = u32::from_le_bytes([plain[0], plain[1], plain[2], plain[3]]) & 0x7fff_ffff;
    let Some(mtproto::Error::Protocol(ProtocolError::LengthTooLarge { length: found, .. })) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(found, length as usize);
    // and a frame of 24 bytes, whose first ones are the known keystream's.
    let key = keystream(reads);
    let mut frame = [0x18, 0, 0, 0, 5, 6, 7].to_vec();
    frame = xor(&frame, &key);
    frame.resize(28, 0x77);
    let (seen, error) = receive(&mut server(&secret, &[]), &[&header, &frame]);
    let [_, Seen::Payload { data, .. }] = seen.as_slice() else {
        panic!("{seen:?}, {error:?}");
    };
    assert_eq!(data[..3], [5, 6, 7]);
}

/// gotd's case: the server's key and iv are bytes 8..56 in reverse order.
fn reversal_case(case: &Value) {
    only_fields(case, "role note init reversed_8_56 source");
    let reversed = bytes_of(case, "reversed_8_56");
    let mut stream = Ctr::new_from_slices(&reversed[..32], &reversed[32..]).expect("48 bytes");
    let mut client = client("eeeeeeee", None, &[], &bytes_of(case, "init"));
    client.push_opening().expect("a client");
    let header = pull_wire(&mut client);
    assert_eq!(header[..56], bytes_of(case, "init")[..56]);
    let mut frame = [unhex("18000000"), vec![8; 24]].concat();
    stream.apply_keystream(&mut frame);
    let (seen, error) = receive(&mut client, &[&frame]);
    assert_eq!(error, None);
    assert_eq!(after_connected(seen), [payload(&[8; 24])]);

    let mut server = server(&[], &[]);
    receive(&mut server, &[&header]);
    server.push_payload(&[8; 24]).expect("sent");
    assert_eq!(pull_wire(&mut server), frame);
}

fn forbidden_prefixes(section: &Value) {
    only_fields(
        section,
        "first_bytes_must_be_rerolled second_int_must_not_be source",
    );
    let starts = section["first_bytes_must_be_rerolled"]
        .as_array()
        .expect("starts");
    let mut draws: Vec<Vec<u8>> = starts
        .iter()
        .map(|start| unhex(start.as_str().expect("hex")))
        .collect();
    assert_eq!(draws.len(), 8);
    let second = bytes_of(section, "second_int_must_not_be");
    draws.push([vec![0x61; 4], second].concat());
    let good = noise(5, 64);
    for tag in ["efefefef", "eeeeeeee", "dddddddd"] {
        for start in &mut draws {
            start.resize(64, 0x61);
            let entropy = [start.as_slice(), &good].concat();
            let mut client = client(tag, Some(2), &[], &entropy);
            client.push_opening().expect("a client");
            let header = pull_wire(&mut client);
            assert_eq!(header[..56], good[..56], "{}", hex(&start[..8]));
        }
    }
}

#[test]
fn obfuscation() {
    let Some(file) = shared_vectors("obfuscation.json") else {
        return;
    };
    only_fields(&file, "description encoding vectors forbidden_prefixes");
    let mut counts = [0; 3];
    for case in file["vectors"].as_array().expect("vectors") {
        match text_of(case, "role") {
            "client" => {
                counts[0] += 1;
                client_case(case);
            }
            "server" => {
                counts[1] += 1;
                server_case(case);
            }
            "both" => {
                counts[2] += 1;
                reversal_case(case);
            }
            other => panic!("no role is called {other}"),
        }
    }
    assert_eq!(counts, [8, 2, 1]);
    forbidden_prefixes(&file["forbidden_prefixes"]);
}

fn mtproxy_case(case: &Value) {
    only_fields(
        case,
        "kind random secret dc_int16 dc_wire protocol init encrypt_key \
             encrypt_iv decrypt_key decrypt_iv sent_header first_payload \
             first_padding first_frame_plain first_frame_wire server_sends_plain \
             server_sends_wire",
    );
    // The first byte says the form; the key is what follows it.
    let secret = bytes_of(case, "secret");
    let key = secret.strip_prefix(&[0xdd]).expect("the form byte");
    let random = bytes_of(case, "random");
    let draw = padding_draw(&bytes_of(case, "first_padding"), 15);
    let dc = case["dc_int16"].as_i64().expect("a number");
    assert_eq!(hex(&(dc as i16).to_le_bytes()), text_of(case, "dc_wire"));
    let tag = text_of(case, "protocol");
    let mut client = client(tag, Some(dc), key, &[random.as_slice(), &draw].concat());
    let first = bytes_of(case, "first_payload");
    client.push_payload(&first).expect("sent");
    let wire = pull_wire(&mut client);
    let expected = ["sent_header", "first_frame_wire"].map(|field| bytes_of(case, field));
    assert_eq!(wire, expected.concat());

    let mut outgoing = stream(case, "encrypt_key", "encrypt_iv");
    let mut plain = bytes_of(case, "init");
    outgoing.apply_keystream(&mut plain);
    let mut frame = bytes_of(case, "first_frame_plain");
    outgoing.apply_keystream(&mut frame);
    assert_eq!(hex(&frame), text_of(case, "first_frame_wire"));

    for split in Split::all(wire.len()) {
        let mut server = server(key, &[0; 16]);
        let (seen, error) = receive(&mut server, &split.pieces(&wire));
        assert_eq!(error, None);
        let Seen::Connected(connected) = &seen[0] else {
            panic!("{seen:?}");
        };
        assert_eq!(connected.dc.map(DcId::encode), i16::try_from(dc).ok());
        assert!(connected.dc.is_some_and(DcId::is_media));
        assert_eq!(after_connected(seen), [payload(&first)]);
        let error = TransportError::AUTH_KEY_NOT_FOUND;
        server.push_transport_error(error).expect("sent");
        let answer = pull_wire(&mut server);
        assert_eq!(hex(&answer), text_of(case, "server_sends_wire"));
        let mut plain = bytes_of(case, "server_sends_plain");
        stream(case, "decrypt_key", "decrypt_iv").apply_keystream(&mut plain);
        assert_eq!(answer, plain);
    }
    let answer = bytes_of(case, "server_sends_wire");
    let (seen, _) = receive(&mut client, &[&answer]);
    assert_eq!(after_connected(seen), [Seen::TransportError(404)]);
}

#[test]
fn derived() {
    let Some(file) = shared_vectors("derived.json") else {
        return;
    };
    only_fields(&file, "description encoding vectors");
    let mut counts = [0; 2];
    for case in file["vectors"].as_array().expect("vectors") {
        match text_of(case, "kind") {
            "mtproxy_media_dc4" => {
                counts[0] += 1;
                mtproxy_case(case);
            }
            // Above the transport: not this library's.
            "bind_temp_auth_key"
            | "secret_chat_message"
            | "secret_chat_key_visualization"
            | "call_packet"
            | "call_emoji" => counts[1] += 1,
            other => panic!("no kind is called {other}"),
        }
    }
    assert_eq!(counts, [1, 9]);
}
