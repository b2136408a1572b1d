//! Every vector of `tests/vectors` about the opening: obfuscated connections and detection.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Found, Seen, Split, add_secret, after_connected, bytes_of, counter, envelope_of, hex,
    number_of, only_fields, own_vectors, padding_draw, payload, pull_events, pull_wire, receive,
    text_of, unhex,
};
use mtproto::error::ConfigError;
use mtproto::{Accept, Config, DcId, Entropy, Envelope, Error, NotOursReason, Transport};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// One direction of a vector: payloads, padding, and how their bytes are known.
struct Frames {
    frames: Vec<Value>,
    payloads: Vec<Vec<u8>>,
    /// What a writer draws for them.
    draws: Vec<u8>,
}

fn frames_of(vector: &Value, side: &str) -> Frames {
    let mut frames = vector[format!("{side}_frames")]
        .as_array()
        .expect("frames")
        .clone();
    assert_eq!(frames.len(), 2);
    for more in ["long", "padded"] {
        frames.extend(vector.get(format!("{side}_{more}")).cloned());
    }
    let payload_of = |frame: &Value| match &frame["payload"] {
        Value::String(text) => unhex(text),
        described => {
            only_fields(described, "pattern length");
            assert_eq!(text_of(described, "pattern"), "counter");
            counter(number_of(described, "length") as usize)
        }
    };
    let draw_of = |frame: &Value| {
        let padding = frame
            .get("padding")
            .map_or(Vec::new(), |_| bytes_of(frame, "padding"));
        padding_draw(&padding, 15)
    };
    Frames {
        payloads: frames.iter().map(payload_of).collect(),
        draws: frames.iter().flat_map(draw_of).collect(),
        frames,
    }
}

impl Frames {
    /// Pushes every payload, compares every frame, and gives all bytes.
    fn write(&self, sender: &mut Transport, header: &[u8], name: &str) -> Vec<u8> {
        let mut all = Vec::new();
        for (payload, frame) in self.payloads.iter().zip(&self.frames) {
            only_fields(
                frame,
                "payload plain padding wire wire_length wire_head wire_sha256",
            );
            sender.push_payload(payload).expect("sent");
            let first = all.is_empty();
            all.extend_from_slice(&pull_wire(sender));
            let start = if first {
                assert!(all.starts_with(header), "{name}: the header");
                header.len()
            } else {
                all.len() - frame_length(frame)
            };
            let wire = &all[start..];
            if frame.get("wire").is_some() {
                assert_eq!(hex(wire), text_of(frame, "wire"), "{name}");
            } else {
                assert_eq!(hex(&wire[..16]), text_of(frame, "wire_head"), "{name}");
                let digest = Sha256::digest(wire);
                assert_eq!(hex(&digest), text_of(frame, "wire_sha256"), "{name}");
            }
        }
        all
    }

    /// What the reader must see.
    fn seen(&self) -> Vec<Seen> {
        self.payloads.iter().map(|data| payload(data)).collect()
    }
}

fn frame_length(frame: &Value) -> usize {
    frame.get("wire_length").map_or_else(
        || text_of(frame, "wire").len() / 2,
        |length| length.as_u64().expect("a number") as usize,
    )
}

fn secret_of(vector: &Value) -> Option<Vec<u8>> {
    vector["secret"].as_str().map(unhex)
}

fn server_for(vector: &Value, draws: &[u8]) -> Transport {
    let mut config = Config::new();
    let secret = secret_of(vector);
    if let Some(secret) = &secret {
        add_secret(&mut config, secret);
    }
    config.set_accept(Accept {
        obfuscated: secret.is_none(),
        secret: secret.is_some(),
        obfuscated_full: text_of(vector, "envelope") == "full",
        ..Accept::default()
    });
    config.set_max_padding(15).expect("15");
    config.set_entropy(Entropy::from_bytes(draws));
    Transport::server(&config).expect("a server")
}

/// The client of a vector; `None` where our config refuses to be one: a proxy
/// cannot tell the DC without an id, so a secret needs one. Peers allow it.
fn client_for(vector: &Value, draws: &[u8]) -> Option<Transport> {
    let mut config = Config::new();
    config.set_envelope(envelope_of(text_of(vector, "envelope")));
    config.set_max_padding(15).expect("15");
    if let Some(secret) = secret_of(vector) {
        add_secret(&mut config, &secret);
        if vector["dc"].is_null() {
            let refused = Transport::client(&config).err();
            let expected = Error::Config(ConfigError::SecretWithoutDc);
            assert_eq!(refused, Some(expected));
            return None;
        }
    }
    if let Some(dc) = vector["dc"].as_i64() {
        let dc = i16::try_from(dc).expect("16 bits");
        config.set_dc(DcId::decode(dc).expect("a DC id"));
    }
    let entropy = bytes_of(vector, "entropy");
    assert_eq!(entropy.len() as u64, 64 * number_of(vector, "draws"));
    config.set_entropy(Entropy::from_bytes(&[&entropy, draws].concat()));
    Some(Transport::client(&config).expect("a client"))
}

#[test]
fn obfuscation() {
    let vectors = own_vectors("obfuscation.json");
    let mut written = 0;
    for vector in &vectors {
        // The keys are proved by the bytes that they encrypt.
        only_fields(
            vector,
            "name envelope dc secret entropy draws initialization header client_key \
             client_iv server_key server_iv client_frames client_long client_padded \
             server_frames server_long server_padded",
        );
        let name = text_of(vector, "name");
        let header = bytes_of(vector, "header");
        let from_client = frames_of(vector, "client");
        let from_server = frames_of(vector, "server");

        let mut client = client_for(vector, &from_client.draws);
        let wire = match &mut client {
            Some(client) => {
                written += 1;
                assert!(!client.wants_write(), "{name}: the header left alone");
                from_client.write(client, &header, name)
            }
            None => {
                let frames = from_client.frames.iter();
                let frames = frames.flat_map(|frame| bytes_of(frame, "wire"));
                header.iter().copied().chain(frames).collect()
            }
        };

        let initialization = bytes_of(vector, "initialization");
        let dc_field = i16::from_le_bytes([initialization[60], initialization[61]]);
        // Every place in the header and in the first frame, and some behind.
        for split in Split::some(wire.len(), 120) {
            let mut server = server_for(vector, &from_server.draws);
            let (seen, error) = receive(&mut server, &split.pieces(&wire));
            assert_eq!(error, None, "{name}, {split:?}");
            let Seen::Connected(connected) = &seen[0] else {
                panic!("{name}: {seen:?}");
            };
            assert_eq!(connected.envelope.name(), text_of(vector, "envelope"));
            assert!(connected.obfuscated);
            assert_eq!(connected.dc_field, Some(dc_field), "{name}");
            assert_eq!(connected.secret_index, secret_of(vector).map(|_| 0));
            assert!(
                after_connected(seen) == from_client.seen(),
                "{name}, {split:?}"
            );
        }

        let mut server = server_for(vector, &from_server.draws);
        receive(&mut server, &[&wire]);
        let wire = from_server.write(&mut server, &[], name);
        if client.is_some() {
            for split in Split::some(wire.len(), 60) {
                let mut client = client_for(vector, &[]).expect("a client");
                let (seen, error) = receive(&mut client, &split.pieces(&wire));
                assert_eq!(error, None, "{name}, {split:?}");
                assert!(
                    after_connected(seen) == from_server.seen(),
                    "{name}, {split:?}"
                );
            }
        }
    }
    // Four have a secret and no DC id.
    assert_eq!((vectors.len(), written), (109, 105));
}

fn detector(vector: &Value) -> Transport {
    let server = &vector["server"];
    only_fields(server, "accept secrets");
    let secrets = server["secrets"].as_array().expect("secrets");
    let mut config = Config::new();
    for secret in secrets {
        let secret = unhex(secret.as_str().expect("hex"));
        add_secret(&mut config, &secret);
    }
    let mut accept = Accept::default();
    for opening in server["accept"].as_array().expect("openings") {
        match opening.as_str().expect("a name") {
            "plain" => accept.plain = true,
            "plain_full" => accept.plain_full = true,
            "obfuscated" => accept.obfuscated = true,
            // Without secrets there are none to accept: our config refuses that.
            "secret" => accept.secret = !secrets.is_empty(),
            "obfuscated_full" => accept.obfuscated_full = true,
            other => panic!("no opening is called {other}"),
        }
    }
    config.set_accept(accept);
    Transport::server(&config).expect("a server")
}

/// What the first event must say.
fn assert_found(first: &Seen, expected: &Value, bytes: &[u8], name: &str) {
    only_fields(expected, "found obfuscated secret dc");
    let found = text_of(expected, "found");
    let reason = match found {
        "http" => NotOursReason::Http,
        "tls" => NotOursReason::Tls,
        "unknown" => NotOursReason::UnknownOpening,
        envelope => {
            let Seen::Connected(connected) = first else {
                panic!("{name}: {first:?}");
            };
            let Found {
                envelope: seen,
                obfuscated,
                dc_field,
                secret_index,
                ..
            } = *connected;
            assert_eq!(seen.name(), envelope, "{name}");
            assert_eq!(expected["obfuscated"], obfuscated, "{name}");
            assert_eq!(dc_field.map(i64::from), expected["dc"].as_i64(), "{name}");
            let index = secret_index.map(|index| index as u64);
            assert_eq!(index, expected["secret"].as_u64(), "{name}");
            return;
        }
    };
    assert_eq!(*first, Seen::NotOurs(reason, bytes.to_vec()), "{name}");
}

#[test]
fn detection() {
    let vectors = own_vectors("detection.json");
    for vector in &vectors {
        only_fields(vector, "name server bytes needed expect");
        let name = text_of(vector, "name");
        let bytes = bytes_of(vector, "bytes");
        let needed = number_of(vector, "needed") as usize;
        let expected = &vector["expect"];

        // In one piece: the frame behind is read too, where there is one.
        let mut server = detector(vector);
        assert_eq!(server.push_wire(&bytes), Ok(bytes.len()));
        let first = server.pull_event().expect("alive").map(Seen::from);
        assert_found(&first.expect("an event"), expected, &bytes, name);
        if server.failure().is_none() {
            pull_events(&mut server, &mut Vec::new()).expect("a good frame, or none");
        }

        // Cut anywhere: nothing is said before the byte that was named, and the
        // hint never asks for more than it.
        for place in 0..=bytes.len() {
            let mut server = detector(vector);
            let (head, tail) = bytes.split_at(place);
            server.push_wire(head).expect("alive");
            let mut event = server.pull_event().expect("alive").map(Seen::from);
            assert_eq!(event.is_some(), place >= needed, "{name} at {place}");
            let mut arrived = head;
            if event.is_none() {
                assert!(place + server.wants_read() <= needed, "{name} at {place}");
                assert_ne!(server.wants_read(), 0, "{name} at {place}");
                server.push_wire(tail).expect("alive");
                event = server.pull_event().expect("alive").map(Seen::from);
                arrived = &bytes;
            }
            assert_found(&event.expect("an event"), expected, arrived, name);
        }

        // By the hint alone.
        let mut server = detector(vector);
        let mut given = 0;
        loop {
            if let Some(event) = server.pull_event().expect("alive") {
                assert_found(&event.into(), expected, &bytes[..given], name);
                break;
            }
            let wanted = server.wants_read();
            server
                .push_wire(&bytes[given..given + wanted])
                .expect("alive");
            given += wanted;
        }
        assert_eq!(given, needed, "{name}");
    }
    let full = |vector: &&Value| text_of(&vector["expect"], "found") == Envelope::Full.name();
    assert_eq!(
        (vectors.len(), vectors.iter().filter(full).count()),
        (94, 10)
    );
}
