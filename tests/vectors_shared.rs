//! Every case of the shared vectors about transports: what peers do, and where we decided otherwise.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test"
)]

mod common;

use common::{
    Layer, Seen, Split, after_connected, bytes_of, client_config, envelope_of, number_of,
    only_fields, padding_draw, payload, pull_wire, receive, server_config, shared_vectors, text_of,
    token_of, unhex,
};
use mtproto::error::{ProtocolError, UsageError};
use mtproto::{
    Entropy, Envelope, Error, NotOursReason, QuickAckForm, QuickAckToken, Transport, TransportError,
};
use serde_json::Value;

/// Our decisions against a peer's test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// An MTProto packet is never empty, and the reference server refuses an
    /// empty frame: so do we, both ways. grammers packs and unpacks one.
    NoEmptyPayload,
    /// Every MTProto packet is a multiple of 4 bytes, and bare intermediate has
    /// no padding: another length is refused. mtcute's tests use 5 bytes.
    NoOddPayload,
}

/// What the case's bytes are, without the tag that grammers' cases include.
fn frame_of(case: &Value) -> Vec<u8> {
    let wire = bytes_of(case, "wire");
    let note = case.get("note").and_then(Value::as_str).unwrap_or_default();
    let tag = match (note.starts_with("first packet"), text_of(case, "transport")) {
        (false, _) => "",
        (true, "abridged") => "ef",
        (true, "intermediate") => "eeeeeeee",
        (true, other) => panic!("{other} has no tag in these cases"),
    };
    wire.strip_prefix(unhex(tag).as_slice())
        .expect("the tag")
        .to_vec()
}

fn opening_of(envelope: Envelope) -> Vec<u8> {
    match envelope {
        Envelope::Abridged => unhex("ef"),
        Envelope::Intermediate => unhex("eeeeeeee"),
        Envelope::PaddedIntermediate => unhex("dddddddd"),
        _ => Vec::new(),
    }
}

fn client(envelope: Envelope, draws: &[u8]) -> Transport {
    let mut config = client_config(envelope, Layer::Plain);
    config.set_entropy(Entropy::from_bytes(draws));
    Transport::client(&config).expect("a client")
}

fn server() -> Transport {
    Transport::server(&server_config(Layer::Plain)).expect("a server")
}

/// Pushes frames to a client, at every cut: the events after the first, and the error.
fn client_reads(envelope: Envelope, wire: &[u8]) -> (Vec<Seen>, Option<Error>) {
    let mut outcomes = Split::all(wire.len()).map(|split| {
        let (seen, error) = receive(&mut client(envelope, &[]), &split.pieces(wire));
        (after_connected(seen), error)
    });
    let first = outcomes.next().expect("one piece");
    assert!(outcomes.all(|other| other == first));
    first
}

fn server_reads(envelope: Envelope, frames: &[u8]) -> (Vec<Seen>, Option<Error>) {
    let wire = [opening_of(envelope).as_slice(), frames].concat();
    let mut outcomes = Split::all(wire.len()).map(|split| {
        let (seen, error) = receive(&mut server(), &split.pieces(&wire));
        (after_connected(seen), error)
    });
    let first = outcomes.next().expect("one piece");
    assert!(outcomes.all(|other| other == first));
    first
}

/// A client that has written frames until this sequence number is due.
fn writer(envelope: Envelope, draws: &[u8], sequence: u64) -> Transport {
    let mut client = client(envelope, draws);
    for _ in 0..sequence {
        client.push_payload(&[1; 24]).expect("sent");
    }
    client.push_opening().expect("a client");
    pull_wire(&mut client);
    client
}

fn payload_case(case: &Value) -> Option<Decision> {
    let envelope = envelope_of(text_of(case, "transport"));
    let data = bytes_of(case, "payload");
    let frame = frame_of(case);
    let padding = case
        .get("padding")
        .map_or(Vec::new(), |_| bytes_of(case, "padding"));
    let draws = padding_draw(&padding, 15);
    let sequence = case
        .get("seq")
        .map_or(0, |number| number.as_u64().expect("a number"));
    let mut writer = writer(envelope, &draws, sequence);
    let written = writer.push_payload(&data);

    if data.is_empty() {
        assert_eq!(written, Err(UsageError::PayloadEmpty.into()));
        let refused = (Vec::new(), Some(ProtocolError::LengthZero.into()));
        assert_eq!(client_reads(envelope, &frame), refused);
        assert_eq!(server_reads(envelope, &frame), refused);
        return Some(Decision::NoEmptyPayload);
    }
    if !data.len().is_multiple_of(4) {
        let length = data.len();
        assert_eq!(
            written,
            Err(UsageError::PayloadMisaligned { length }.into())
        );
        let error = ProtocolError::LengthMisaligned { length };
        assert_eq!(
            client_reads(envelope, &frame),
            (Vec::new(), Some(error.into()))
        );
        return Some(Decision::NoOddPayload);
    }

    assert_eq!(written, Ok(()));
    assert_eq!(pull_wire(&mut writer), frame);
    // Full's later frames are read behind the ones before them.
    let mut before = client(envelope, &[]);
    let mut stream = Vec::new();
    if sequence != 0 {
        for _ in 0..sequence {
            before.push_payload(&[1; 24]).expect("sent");
        }
        stream = pull_wire(&mut before);
    }
    stream.extend_from_slice(&frame);
    // What is too short for an MTProto packet cannot be trimmed: it comes with
    // its padding. mtcute's case is a writer's.
    let read = [data.as_slice(), &padding].concat();
    let (seen, error) = server_reads(envelope, &stream);
    assert_eq!((seen.last(), error), (Some(&payload(&read)), None));
    let (seen, error) = client_reads(envelope, &stream);
    assert_eq!(error, None);
    // To a client the four bytes of mtcute's cases are the transport error 404,
    // with padding or without.
    let expected = if data == unhex("6cfeffff") {
        Seen::TransportError(404)
    } else {
        payload(&data)
    };
    assert_eq!(seen.last(), Some(&expected));
    None
}

fn expectation_case(case: &Value) {
    let envelope = envelope_of(text_of(case, "transport"));
    let wire = bytes_of(case, "wire");
    let (seen, error) = client_reads(envelope, &wire);
    match text_of(case, "expect") {
        "transport error 404" => {
            assert_eq!(text_of(case, "direction"), "server");
            assert_eq!((seen, error), (vec![Seen::TransportError(404)], None));
            if envelope != Envelope::Full {
                let mut server = server();
                receive(&mut server, &[&opening_of(envelope)]);
                let code = TransportError::AUTH_KEY_NOT_FOUND;
                server.push_transport_error(code).expect("sent");
                assert_eq!(pull_wire(&mut server), wire);
            }
        }
        "reject: seq expected 0 got 1" => {
            let expected = ProtocolError::SequenceNumber {
                expected: 0,
                found: 1,
            };
            assert_eq!((seen.len(), error), (0, Some(expected.into())));
        }
        "reject: crc expected 932541318 got 3365237638" => {
            let expected = ProtocolError::Checksum {
                expected: 932_541_318,
                found: 3_365_237_638,
            };
            assert_eq!((seen.len(), error), (0, Some(expected.into())));
            let (seen, error) = server_reads(envelope, &wire);
            assert_eq!((seen.len(), error), (0, Some(expected.into())));
        }
        other => panic!("an expectation that is not known: {other}"),
    }
}

#[test]
fn transport_framing() {
    let Some(file) = shared_vectors("transport_framing.json") else {
        return;
    };
    only_fields(&file, "description encoding vectors detection");
    let mut counts = [0; 3];
    let mut decisions = Vec::new();
    for case in file["vectors"].as_array().expect("vectors") {
        only_fields(
            case,
            "transport direction payload payloads padding seq wire wire_chunks \
             expect note source",
        );
        if case.get("wire_chunks").is_some() {
            counts[2] += 1;
            // mtcute's two frames of 5 bytes: refused at the first length.
            let chunks = case["wire_chunks"].as_array().expect("chunks").iter();
            let wire = unhex(&chunks.filter_map(Value::as_str).collect::<String>());
            let error = ProtocolError::LengthMisaligned { length: 5 };
            let refused = (Vec::new(), Some(error.into()));
            assert_eq!(client_reads(Envelope::Intermediate, &wire), refused);
            decisions.push(Decision::NoOddPayload);
        } else if case.get("payload").is_some() {
            counts[0] += 1;
            decisions.extend(payload_case(case));
        } else {
            counts[1] += 1;
            expectation_case(case);
        }
    }
    assert_eq!(counts, [14, 5, 1]);
    let count = |which| decisions.iter().filter(|one| **one == which).count();
    assert_eq!(count(Decision::NoEmptyPayload), 3);
    assert_eq!(count(Decision::NoOddPayload), 2);
}

#[test]
fn detection() {
    let Some(file) = shared_vectors("transport_framing.json") else {
        return;
    };
    only_fields(&file["detection"], "cases source");
    let cases = file["detection"]["cases"].as_array().expect("cases");
    for case in cases {
        only_fields(case, "first_bytes codec");
        let first = bytes_of(case, "first_bytes");
        let mut server = server();
        let (seen, error) = receive(&mut server, &[&first]);
        assert_eq!(error, None);
        if text_of(case, "codec") != "full (fallback)" {
            let [Seen::Connected(connected)] = seen.as_slice() else {
                panic!("{case}: {seen:?}");
            };
            assert_eq!(connected.envelope.name(), text_of(case, "codec"));
            assert!(!connected.obfuscated);
            continue;
        }
        // gotd takes for Full what is nothing else, having no obfuscation in
        // its detection. We need the sequence number 0 for that: without it
        // 64 bytes are waited for, and then it is a stranger.
        assert_eq!((seen.len(), server.wants_read()), (0, 4));
        let mut full = self::server();
        let (seen, _) = receive(&mut full, &[&first, &[0; 4]]);
        assert!(matches!(&seen[..], [Seen::Connected(c)] if c.envelope == Envelope::Full));
        let rest = [0x55; 68];
        let (seen, error) = receive(&mut server, &[&rest]);
        assert_eq!(error, Some(ProtocolError::NotOurs.into()));
        let reason = NotOursReason::UnknownOpening;
        let all = [first.as_slice(), &rest].concat();
        assert_eq!(seen, [Seen::NotOurs(reason, all)]);
    }
    assert_eq!(cases.len(), 4);
}

#[test]
fn quick_ack() {
    let Some(file) = shared_vectors("quick_ack.json") else {
        return;
    };
    only_fields(&file, "description encoding vectors");
    let cases = file["vectors"].as_array().expect("vectors");
    for case in cases {
        only_fields(
            case,
            "auth_key plaintext_with_padding msg_key_large msg_key token_u32 \
             wire_intermediate wire_abridged wire_padded_framed_example \
             derived_from",
        );
        let auth_key = bytes_of(case, "auth_key").try_into().expect("256 bytes");
        let plaintext = bytes_of(case, "plaintext_with_padding");
        let token = QuickAckToken::compute(&auth_key, &plaintext);
        assert_eq!(token, token_of(&case["token_u32"]));
        assert_eq!(u64::from(token.value()), number_of(case, "token_u32"));
        let large = text_of(case, "msg_key_large");
        assert_eq!(&large[16..48], text_of(case, "msg_key"));

        let documented = QuickAckForm::Documented;
        let forms = [
            (Envelope::Abridged, documented, "wire_abridged"),
            (Envelope::Intermediate, documented, "wire_intermediate"),
            (
                Envelope::PaddedIntermediate,
                documented,
                "wire_padded_framed_example",
            ),
            (
                Envelope::PaddedIntermediate,
                QuickAckForm::Raw,
                "wire_intermediate",
            ),
        ];
        for (envelope, form, field) in forms {
            let wire = bytes_of(case, field);
            let mut config = server_config(Layer::Plain);
            config.set_quick_ack_form(form);
            config.set_max_padding(0).expect("0");
            let mut server = Transport::server(&config).expect("a server");
            receive(&mut server, &[&opening_of(envelope)]);
            server.push_quick_ack(token).expect("sent");
            assert_eq!(pull_wire(&mut server), wire);

            let mut client = client(envelope, &[]);
            let asked = client.push_payload_with_quick_ack(&[1; 24], token);
            asked.expect("sent");
            let (seen, error) = receive(&mut client, &[&wire]);
            assert_eq!(error, None);
            assert_eq!(after_connected(seen), [Seen::QuickAck(token.value())]);
        }
    }
    assert_eq!(cases.len(), 2);
}
