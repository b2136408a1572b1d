//! The server's answers byte for byte, and what a client says to other answers.

use super::super::client::{AnswerFault, MAX_ANSWER};
use super::super::records::{Alert, RecordReader, Step};
use super::*;
use crate::carrier::inline::Inline;

fn record(content_type: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![content_type, 3, 3];
    out.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    out.extend(body);
    out
}

/// A ServerHello's beginning, filled up to `length` bytes.
fn server_hello(length: usize) -> Vec<u8> {
    let mut body = vec![2, 0];
    body.extend(u16::try_from(length - 4).unwrap().to_be_bytes());
    body.extend([3, 3]);
    body.resize(length, 0x61);
    record(0x16, &body)
}

const CCS: [u8; 6] = [0x14, 3, 3, 0, 1, 1];

#[test]
fn an_answer_has_the_layout_of_the_specification() {
    let (_, wire) = hello(&CLASSIC, "example.org", 1);
    let accepted = accept(&wire, &any_domain());
    let size = AnswerSize::new(3000, 3000).unwrap();
    let reply = answer(&accepted, &SECRET, size, &mut random(1)).unwrap();
    assert_eq!(reply.len(), 127 + 6 + 5 + 3000);
    assert_eq!(reply[..11], hex("160303007a020000760303")[..]);
    assert_eq!(reply[43], 0x20);
    assert_eq!(reply[44..76], wire[44..76]);
    assert_eq!(reply[76..89], hex("130100002e00330024001d0020")[..]);
    assert_eq!(reply[121..133], hex("002b00020304140303000101")[..]);
    assert_eq!(reply[133..138], hex("1703030bb8")[..]);

    let (_, wire) = hello(&CHROME, "example.org", 1);
    let accepted = accept(&wire, &any_domain());
    let reply = answer(&accepted, &SECRET, size, &mut random(1)).unwrap();
    assert_eq!(reply[..11], hex("16030304ba020004b60303")[..]);
    assert_eq!(reply[76..89], hex("130100046e0033046411ec0460")[..]);
    assert_eq!(reply.len(), 127 + 1088 + 6 + 5 + 3000);
}

#[test]
fn session_ids_of_any_length_are_echoed() {
    let (client, wire) = hello(&CLASSIC, "example.org", 1);
    let mut accepted = accept(&wire, &any_domain());
    for length in 0..=32 {
        accepted.session_id = Inline::new();
        accepted.session_id.push(&wire[44..76 - length]);
        let reply = answer(&accepted, &SECRET, AnswerSize::default(), &mut random(1)).unwrap();
        assert_eq!(usize::from(reply[43]), 32 - length);
        let consumed = reply.len();
        assert_eq!(client.receive(&reply), Ok(Progress::Done { consumed }));
    }
}

#[test]
fn the_last_record_is_drawn_from_its_range() {
    let (_, wire) = hello(&CLASSIC, "example.org", 1);
    let accepted = accept(&wire, &any_domain());
    let mut random = random(1);
    let mut draw = |size| answer(&accepted, &SECRET, size, &mut random).unwrap().len() - 138;
    let lengths: Vec<usize> = (0..300).map(|_| draw(AnswerSize::default())).collect();
    assert!(lengths.iter().all(|length| (2500..=4700).contains(length)));
    assert!(lengths.iter().any(|&length| length < 2600));
    assert!(lengths.iter().any(|&length| length > 4600));
    for (least, most) in [(1, 1), (16384, 16384), (7, 8)] {
        let size = AnswerSize::new(least, most).unwrap();
        assert!((least..=most).contains(&draw(size)));
    }
    for (least, most) in [
        (0, 5),
        (6, 5),
        (1, 16385),
        (70_000, 70_001),
        (0, usize::MAX),
    ] {
        assert_eq!(AnswerSize::new(least, most), None);
    }
}

#[test]
fn an_answer_may_be_cut_anywhere() {
    let (client, wire) = hello(&SAFARI, "example.org", 1);
    let accepted = accept(&wire, &any_domain());
    let reply = answer(&accepted, &SECRET, AnswerSize::default(), &mut random(1)).unwrap();
    for have in 0..reply.len() {
        let Ok(Progress::NeedMore(missing)) = client.receive(&reply[..have]) else {
            panic!("{have}");
        };
        assert!((1..=reply.len() - have).contains(&missing));
    }
    for at in 0..reply.len() {
        let mut other = reply.clone();
        other[at] ^= 0x01;
        assert!(
            !matches!(client.receive(&other), Ok(Progress::Done { .. })),
            "byte {at} counts"
        );
    }
}

#[test]
fn further_handshake_records_are_tolerated_and_further_application_records_are_not_part() {
    let (_, wire) = hello(&SAFARI, "example.org", 1);
    let client_random = wire[11..43].try_into().unwrap();
    let client = ClientHandshake::waiting(&SECRET, client_random);
    let mut reply = [
        server_hello(122),
        record(0x16, b"whatever"),
        record(0x16, &[0x55; 600]),
        CCS.to_vec(),
        record(0x17, &[0x77; 100]),
    ]
    .concat();
    assert_eq!(client.receive(&reply), Err(FakeTlsError::DigestMismatch));
    super::super::digest::seal_answer(&SECRET, &client_random, &mut reply).unwrap();
    let consumed = reply.len();
    reply.extend(record(0x17, b"first payload"));
    assert_eq!(client.receive(&reply), Ok(Progress::Done { consumed }));
    let mut reader = RecordReader::new(super::super::records::ChangeCipherSpec::Skip);
    assert_eq!(
        reader.next(&reply[consumed..]),
        Ok(Step::Payload {
            skip: 5,
            length: 13
        })
    );
}

#[test]
fn what_is_no_proxy_is_told_apart() {
    let retry = {
        let mut wire = server_hello(122);
        let random = hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
        wire[11..43].copy_from_slice(&random);
        wire.truncate(43);
        wire
    };
    let older = |records: &[&[u8]]| {
        let mut wire = server_hello(80);
        for body in records {
            wire.extend(record(0x16, body));
        }
        wire
    };
    let malformed = FakeTlsError::Malformed;
    let length = |content_type, length| {
        malformed(AnswerFault::RecordLength {
            content_type,
            length,
        })
    };
    let with = |tail: &[u8]| [server_hello(122).as_slice(), tail].concat();
    for (wire, expected) in [
        (b"H".to_vec(), FakeTlsError::NotTls { first: b'H' }),
        (vec![0x16, 2], FakeTlsError::NotTls { first: 0x16 }),
        (
            record(0x15, &[2, 40]),
            FakeTlsError::Alert(Alert {
                level: 2,
                description: 40,
            }),
        ),
        (
            with(&record(0x15, &[1, 0])),
            FakeTlsError::Alert(Alert {
                level: 1,
                description: 0,
            }),
        ),
        (retry, FakeTlsError::HelloRetryRequest),
        (
            older(&[&[11, 0, 0, 1, 9], &[14, 0, 0, 0]]),
            FakeTlsError::OlderTls,
        ),
        // A certificate over two records, then the end in the second one.
        (
            older(&[&[11, 0, 0, 9, 9], &[9, 9, 9, 9, 9, 9, 9, 9, 14, 0, 0, 0]]),
            FakeTlsError::OlderTls,
        ),
        (with(&[0x17]), FakeTlsError::NoChangeCipherSpec),
        (vec![0x17], malformed(AnswerFault::RecordType(0x17))),
        (vec![0x14], malformed(AnswerFault::RecordType(0x14))),
        (with(b"H"), malformed(AnswerFault::RecordType(b'H'))),
        (
            with(&[&CCS[..], &[0x16]].concat()),
            malformed(AnswerFault::RecordType(0x16)),
        ),
        (
            with(&[&CCS[..], &[0x14]].concat()),
            malformed(AnswerFault::RecordType(0x14)),
        ),
        (vec![0x16, 3, 0], malformed(AnswerFault::RecordVersion)),
        (vec![0x16, 3, 5], malformed(AnswerFault::RecordVersion)),
        (with(&[0x14, 4]), malformed(AnswerFault::RecordVersion)),
        (vec![0x16, 3, 3, 0, 37], length(0x16, 37)),
        (vec![0x16, 3, 3, 0x41, 1], length(0x16, 16641)),
        (vec![0x15, 3, 3, 0, 3], length(0x15, 3)),
        (with(&[0x16, 3, 3, 0, 0]), length(0x16, 0)),
        (with(&[0x14, 3, 3, 0, 2]), length(0x14, 2)),
        (
            with(&[0x14, 3, 3, 0, 1, 2]),
            malformed(AnswerFault::ChangeCipherSpec),
        ),
        (
            vec![0x16, 3, 3, 0, 122, 11],
            malformed(AnswerFault::NotServerHello(11)),
        ),
    ] {
        let (client, _) = hello(&CHROME, "example.org", 1);
        assert_eq!(client.receive(&wire), Err(expected), "{wire:02x?}");
        // Not a byte earlier, and no later.
        assert!(matches!(
            client.receive(&wire[..wire.len() - 1]),
            Ok(Progress::NeedMore(1..))
        ));
        let longer = [wire.as_slice(), &[0; 50]].concat();
        assert_eq!(client.receive(&longer), Err(expected));
        assert!(!expected.to_string().is_empty());
    }
}

#[test]
fn an_answer_without_end_is_refused() {
    let (client, _) = hello(&CHROME, "example.org", 1);
    let mut wire = server_hello(122);
    loop {
        match client.receive(&wire) {
            Ok(Progress::NeedMore(_)) if wire.len() <= MAX_ANSWER => {
                wire.extend(record(0x16, &[0x55; 16000]));
            }
            Err(FakeTlsError::TooLarge { length }) => {
                assert!(length > MAX_ANSWER);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
}
