//! The record layer against a plain reading of the whole stream.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// Runs the reader over the input, cut as told; the payload, and the error if one came.
fn read(policy: ChangeCipherSpec, pieces: &[&[u8]]) -> (Vec<u8>, Option<RecordError>) {
    let mut reader = RecordReader::new(policy);
    let mut payload = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        loop {
            match reader.next(rest) {
                Ok(Step::Payload { skip, length }) => {
                    assert!(length > 0);
                    payload.extend_from_slice(&rest[skip..skip + length]);
                    rest = &rest[skip + length..];
                }
                Ok(Step::Skip(n)) => {
                    assert!(n > 0);
                    rest = &rest[n..];
                }
                Ok(Step::NeedMore) => break,
                Err(error) => {
                    assert_eq!(reader.next(b"more"), Err(error), "an error is final");
                    return (payload, Some(error));
                }
            }
        }
        assert!(rest.is_empty());
    }
    (payload, None)
}

fn record(content_type: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![content_type, 3, 3];
    out.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    out.extend(body);
    out
}

#[test]
fn any_length_is_read_and_empty_records_are_passed_over() {
    for length in [0, 1, 2878, 16384, 16408, 65535] {
        let body = vec![0xab; length];
        let stream = [
            CHANGE_CIPHER_SPEC_RECORD.to_vec(),
            record(APPLICATION, &[]),
            record(APPLICATION, &body),
            record(APPLICATION, &[]),
            record(APPLICATION, b"z"),
        ]
        .concat();
        let (payload, error) = read(ChangeCipherSpec::Skip, &[&stream]);
        assert_eq!(error, None);
        assert_eq!(payload, [body, b"z".to_vec()].concat());
    }
}

#[test]
fn payload_is_found_in_place() {
    let mut reader = RecordReader::new(ChangeCipherSpec::Skip);
    let stream = [
        CHANGE_CIPHER_SPEC_RECORD.to_vec(),
        record(APPLICATION, b"abc"),
    ]
    .concat();
    assert_eq!(reader.next(&[]), Ok(Step::NeedMore));
    assert_eq!(
        reader.next(&stream[..13]),
        Ok(Step::Payload {
            skip: 11,
            length: 2
        })
    );
    assert_eq!(reader.missing_header(), 0, "inside a record");
    assert_eq!(
        reader.next(&stream[13..]),
        Ok(Step::Payload { skip: 0, length: 1 })
    );
    assert_eq!(reader.next(&stream[..3]), Ok(Step::Skip(3)));
    assert_eq!(reader.missing_header(), 2);
}

#[test]
fn what_is_no_payload_is_named() {
    let alert = |level, description| Some(RecordError::Alert(Some(Alert { level, description })));
    let version = RecordError::Version { major: 3, minor: 1 };
    for (stream, expected) in [
        (record(ALERT, &[2, 40]), alert(2, 40)),
        (vec![ALERT, 3, 1, 0, 2, 1, 0], alert(1, 0)),
        (record(ALERT, &[2]), Some(RecordError::Alert(None))),
        (record(HANDSHAKE, b"x"), Some(RecordError::Handshake)),
        (
            record(CHANGE_CIPHER_SPEC, &[1, 1]),
            Some(RecordError::ChangeCipherSpecLength(2)),
        ),
        (vec![APPLICATION, 3, 1], Some(version)),
        (vec![CHANGE_CIPHER_SPEC, 3, 1], Some(version)),
        (b"HTTP".to_vec(), Some(RecordError::UnknownType(b'H'))),
        (vec![ALERT, 3, 3, 0, 2, 1], None),
    ] {
        let whole = [record(APPLICATION, b"before"), stream].concat();
        for cut in 0..=whole.len() {
            let (payload, error) = read(ChangeCipherSpec::Skip, &[&whole[..cut], &whole[cut..]]);
            assert_eq!(payload, b"before");
            assert_eq!(error, expected);
        }
    }
    let (_, error) = read(ChangeCipherSpec::Refuse, &[&CHANGE_CIPHER_SPEC_RECORD]);
    assert_eq!(error, Some(RecordError::ChangeCipherSpec));
}

#[test]
fn the_writer_cuts_at_its_maximum() {
    assert_eq!(RecordWriter::default().header(0), None);
    assert_eq!(
        RecordWriter::default().header(1_000_000),
        Some(([0x17, 3, 3, 0x0b, 0x3e], 2878))
    );
    assert_eq!(
        RecordWriter::new(16384).unwrap().header(70_000),
        Some(([0x17, 3, 3, 0x40, 0], 16384))
    );
    for wrong in [0, 16385, 65536, usize::MAX] {
        assert_eq!(RecordWriter::new(wrong).err(), Some(MaxRecordError(wrong)));
    }
}

proptest! {
    /// What the writer cuts, the reader joins, at any size and however the input is cut.
    #[test]
    fn written_records_read_back(
        payload in proptest::collection::vec(any::<u8>(), 0..5000),
        max_record in 1_usize..=16384,
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let writer = RecordWriter::new(max_record).unwrap();
        let mut wire = Vec::new();
        let mut rest = payload.as_slice();
        for (header, length) in writer.headers(payload.len()) {
            prop_assert!(length <= max_record);
            wire.extend(header);
            wire.extend(&rest[..length]);
            rest = &rest[length..];
        }
        prop_assert!(rest.is_empty());
        prop_assert_eq!(wire.len(), payload.len() + writer.overhead(payload.len()));

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len() + 1)).collect();
        places.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for place in places {
            pieces.push(&wire[from..place]);
            from = place;
        }
        pieces.push(&wire[from..]);
        let (got, error) = read(ChangeCipherSpec::Refuse, &pieces);
        prop_assert_eq!(error, None);
        prop_assert_eq!(got, payload);
    }

    /// Arbitrary bytes never panic, and say the same in one piece and byte by byte.
    #[test]
    fn arbitrary_bytes_read_the_same_however_cut(
        bytes in proptest::collection::vec(
            prop_oneof![Just(0x17_u8), Just(0x14), Just(3), Just(0), Just(1), any::<u8>()],
            0..200,
        ),
    ) {
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(
            read(ChangeCipherSpec::Skip, &[&bytes]),
            read(ChangeCipherSpec::Skip, &single)
        );
    }
}

/// RFC 8446, section 6, and what of the older ones is still sent.
#[test]
fn errors_say_what_came() {
    let alert = |description| {
        RecordError::Alert(Some(Alert {
            level: 2,
            description,
        }))
    };
    let names = [
        (0, "close_notify"),
        (10, "unexpected_message"),
        (20, "bad_record_mac"),
        (22, "record_overflow"),
        (40, "handshake_failure"),
        (47, "illegal_parameter"),
        (50, "decode_error"),
        (51, "decrypt_error"),
        (70, "protocol_version"),
        (71, "insufficient_security"),
        (80, "internal_error"),
        (86, "inappropriate_fallback"),
        (90, "user_canceled"),
        (109, "missing_extension"),
        (112, "unrecognized_name"),
        (120, "no_application_protocol"),
        (121, "121"),
    ];
    for (description, name) in names {
        assert_eq!(
            alert(description).to_string(),
            format!("the peer sent TLS alert {name} of level 2")
        );
    }
    let texts = [
        (RecordError::Alert(None), "cannot be read"),
        (RecordError::Handshake, "handshake record"),
        (RecordError::ChangeCipherSpec, "change-cipher-spec"),
        (RecordError::ChangeCipherSpecLength(7), "of 7 bytes"),
        (RecordError::UnknownType(0x47), "0x47"),
        (RecordError::Version { major: 3, minor: 1 }, "03 01"),
    ];
    for (error, part) in texts {
        let text = error.to_string();
        assert!(text.contains(part), "{text}");
    }
}
