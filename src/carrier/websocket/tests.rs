//! Frames: the samples of the RFC, every bad one, any cut.

mod tungstenite_peer;

use proptest::prelude::*;

use super::client_opening::{ClientOpening, Progress, Target};
use super::frame_reader::{DEFAULT_MAX_FRAME, FrameError, FrameReader, Step};
use super::frame_writer::{self, FrameHeader};
use super::server_opening::{Outcome, ServerOpening};
use super::{close, mask};
use crate::carrier::Writer;
use crate::entropy::{Entropy, Random};
use crate::envelope::Role;

/// What a stream of frames comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    payload: Vec<u8>,
    pings: Vec<Vec<u8>>,
    close: Option<(Option<u16>, String)>,
    error: Option<FrameError>,
}

fn read(role: Role, pieces: &[&[u8]]) -> Found {
    let mut reader = FrameReader::new(role, DEFAULT_MAX_FRAME);
    let mut found = Found::default();
    for piece in pieces {
        let mut rest = *piece;
        loop {
            match reader.next(rest) {
                Ok(Step::Payload { skip, length, mask }) => {
                    assert!(length > 0);
                    let start = found.payload.len();
                    found.payload.extend(&rest[skip..skip + length]);
                    mask::apply(&mut found.payload[start..], mask.unwrap_or_default());
                    rest = &rest[skip + length..];
                }
                Ok(Step::Skip(count)) => {
                    assert!(count > 0);
                    rest = &rest[count..];
                }
                Ok(Step::Ping { skip }) => {
                    found.pings.push(reader.control_payload().to_vec());
                    rest = &rest[skip..];
                }
                Ok(Step::Close { skip, code }) => {
                    assert_eq!(found.close, None);
                    found.close = Some((code, reader.close_reason().to_owned()));
                    rest = &rest[skip..];
                }
                Ok(Step::NeedMore) => break,
                Err(error) => {
                    assert_eq!(reader.next(b"more"), Err(error), "an error is final");
                    assert_eq!(reader.next(b""), Err(error));
                    found.error = Some(error);
                    return found;
                }
            }
        }
        assert!(rest.is_empty());
    }
    found
}

/// A frame with any bits, for the bad cases.
fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
    let flag = if masked { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        length @ 0..=125 => out.push(flag | u8::try_from(length).expect("small")),
        length @ 126..=0xffff => {
            out.push(flag | 126);
            out.extend(u16::try_from(length).expect("small").to_be_bytes());
        }
        length => {
            out.push(flag | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    let mask = [0x11, 0x22, 0x33, 0x44];
    if masked {
        out.extend(mask);
    }
    let start = out.len();
    out.extend(payload);
    if masked {
        mask::apply(&mut out[start..], mask);
    }
    out
}

fn random() -> Random {
    Random::new(&Entropy::from_bytes(b"frames"))
}

/// A binary frame as the writer makes it.
fn written(role: Role, payload: &[u8], random: &mut Random) -> Vec<u8> {
    let header: FrameHeader =
        frame_writer::binary(role, payload.len(), random).expect("given entropy");
    let length = header.as_bytes().len();
    assert_eq!(length, frame_writer::header_length(role, payload.len()));
    assert_eq!(header.mask().is_some(), role == Role::Client);
    let mut out = [header.as_bytes(), payload].concat();
    mask::apply(&mut out[length..], header.mask().unwrap_or_default());
    out
}

const fn other(role: Role) -> Role {
    match role {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    }
}

const ROLES: [Role; 2] = [Role::Client, Role::Server];

#[test]
fn the_samples_of_the_rfc() {
    // Section 5.7, with "binary" for "text" where it says text.
    let hello = b"Hello".to_vec();
    let pieces: [(Role, &[&[u8]]); 3] = [
        (Role::Client, &[b"\x82\x05Hello"]),
        (
            Role::Server,
            &[b"\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"],
        ),
        (Role::Client, &[b"\x02\x03Hel", b"\x80\x02lo"]),
    ];
    for (role, pieces) in pieces {
        assert_eq!(read(role, pieces).payload, hello);
    }
    let ping = read(Role::Client, &[b"\x89\x05Hello"]);
    assert_eq!(ping.pings, [b"Hello".to_vec()]);
    // Its pong, by a client with that mask.
    let mut random = Random::new(&Entropy::from_bytes(&[0x37, 0xfa, 0x21, 0x3d]));
    let pong = frame_writer::pong(Role::Client, b"Hello", &mut random).expect("given entropy");
    assert_eq!(
        pong.as_bytes(),
        b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
    );
    assert_eq!(read(Role::Server, &[pong.as_bytes()]), Found::default());

    for (length, header) in [
        (256usize, &b"\x82\x7e\x01\x00"[..]),
        (65536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ] {
        let found = frame_writer::binary(Role::Server, length, &mut random);
        assert_eq!(found.expect("no entropy needed").as_bytes(), header);
        let stream = [header, &vec![7; length]].concat();
        assert_eq!(read(Role::Client, &[&stream]).payload, vec![7; length]);
    }
}

#[test]
fn every_bad_frame_has_its_error_and_close_code() {
    let long = |first: u8, length: &[u8]| [&[first][..], length].concat();
    let cases: Vec<(Vec<u8>, FrameError, u16)> = vec![
        (frame(0xc2, false, b"x"), FrameError::ReservedBits, 1002),
        (frame(0xa2, false, b"x"), FrameError::ReservedBits, 1002),
        (frame(0x92, false, b"x"), FrameError::ReservedBits, 1002),
        (frame(0xf9, false, b"x"), FrameError::ReservedBits, 1002),
        (frame(0x83, false, b"x"), FrameError::Opcode(3), 1002),
        (frame(0x07, false, b"x"), FrameError::Opcode(7), 1002),
        (frame(0x8b, false, b""), FrameError::Opcode(11), 1002),
        (frame(0x8f, false, b""), FrameError::Opcode(15), 1002),
        (frame(0x81, false, b"text"), FrameError::Text, 1003),
        (frame(0x01, false, b"text"), FrameError::Text, 1003),
        (
            frame(0x80, false, b"x"),
            FrameError::ContinuationOfNothing,
            1002,
        ),
        (
            frame(0x00, false, b"x"),
            FrameError::ContinuationOfNothing,
            1002,
        ),
        (
            [frame(0x02, false, b"x"), frame(0x82, false, b"y")].concat(),
            FrameError::MessageUnfinished,
            1002,
        ),
        (
            [frame(0x02, false, b"x"), frame(0x81, false, b"y")].concat(),
            FrameError::Text,
            1003,
        ),
        (frame(0x09, false, b""), FrameError::ControlFragmented, 1002),
        (frame(0x08, false, b""), FrameError::ControlFragmented, 1002),
        (frame(0x0a, false, b""), FrameError::ControlFragmented, 1002),
        (
            frame(0x89, false, &[0; 126]),
            FrameError::ControlTooLong,
            1002,
        ),
        (
            frame(0x88, false, &[0; 70_000]),
            FrameError::ControlTooLong,
            1002,
        ),
        (frame(0x82, true, b"x"), FrameError::ServerMasked, 1002),
        (frame(0x89, true, b""), FrameError::ServerMasked, 1002),
        (
            long(0x82, b"\x7f\x80\0\0\0\0\0\0\0"),
            FrameError::LengthTopBit,
            1002,
        ),
        (
            long(0x82, b"\x7e\0\x7d"),
            FrameError::LengthOverlong(125),
            1002,
        ),
        (
            long(0x82, b"\x7f\0\0\0\0\0\0\xff\xff"),
            FrameError::LengthOverlong(65_535),
            1002,
        ),
        (
            long(0x82, b"\x7f\0\0\0\0\x04\0\0\x01"),
            FrameError::TooLarge {
                length: DEFAULT_MAX_FRAME + 1,
                maximum: DEFAULT_MAX_FRAME,
            },
            1009,
        ),
        (
            long(0x82, b"\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"),
            FrameError::TooLarge {
                length: u64::MAX >> 1,
                maximum: DEFAULT_MAX_FRAME,
            },
            1009,
        ),
        (frame(0x88, false, b"\x03"), FrameError::CloseLength, 1002),
        (
            frame(0x88, false, b"\x03\xe7"),
            FrameError::CloseCode(999),
            1002,
        ),
        (
            frame(0x88, false, b"\x03\xee"),
            FrameError::CloseCode(1006),
            1002,
        ),
        (
            frame(0x88, false, b"\xff\xffbye"),
            FrameError::CloseCode(65_535),
            1002,
        ),
        (
            frame(0x88, false, b"\x03\xe8\xce\xba\xed\xa0\x80"),
            FrameError::CloseReason,
            1007,
        ),
    ];
    for (bad, error, code) in &cases {
        assert_eq!(error.close_code(), *code, "{error}");
        // Alone, and behind good frames; at once, and byte by byte.
        let stream = [
            &frame(0x82, false, b"good"),
            &frame(0x8a, false, b""),
            bad.as_slice(),
        ]
        .concat();
        let bytewise: Vec<&[u8]> = stream.chunks(1).collect();
        for found in [
            read(Role::Client, &[&stream]),
            read(Role::Client, &bytewise),
        ] {
            assert_eq!(found.error, Some(*error));
            assert!(found.payload.starts_with(b"good"));
        }
    }
    // The one that only a server can meet.
    let found = read(Role::Server, &[&frame(0x82, false, b"x")]);
    assert_eq!(found.error, Some(FrameError::ClientUnmasked));
    assert_eq!(FrameError::ClientUnmasked.close_code(), 1002);
}

#[test]
fn a_verdict_does_not_wait_for_more_than_it_needs() {
    let mut reader = FrameReader::new(Role::Client, 1000);
    assert_eq!(reader.next(&[0x82, 0x7e, 0x03]), Ok(Step::Skip(3)));
    assert_eq!(reader.missing_header(), 1);
    let error = FrameError::TooLarge {
        length: 1001,
        maximum: 1000,
    };
    assert_eq!(reader.next(&[0xe9]), Err(error));

    let mut reader = FrameReader::new(Role::Client, 1000);
    assert_eq!(reader.next(&[0x82, 0x7e, 0x03, 0xe8]), Ok(Step::Skip(4)));
    assert_eq!(reader.missing_header(), 0, "behind the header");
}

#[test]
fn control_frames_go_between_fragments() {
    let stream = [
        frame(0x02, true, b"one "),
        frame(0x89, true, b"in between"),
        frame(0x00, true, b""),
        frame(0x8a, true, b"unasked"),
        frame(0x00, true, b"two "),
        frame(0x80, true, b"three"),
        frame(0x89, true, b""),
        frame(0x82, true, b""),
        frame(0x82, true, b" four"),
    ]
    .concat();
    let found = read(Role::Server, &[&stream]);
    assert_eq!(found.payload, b"one two three four");
    assert_eq!(found.pings, [b"in between".to_vec(), Vec::new()]);
    assert_eq!(found.error, None);
}

#[test]
fn close_frames() {
    for (payload, code, reason) in [
        (&b""[..], None, ""),
        (b"\x03\xe8", Some(1000), ""),
        (b"\x03\xe8       404", Some(1000), "       404"),
        (b"\x03\xe9\xce\xba", Some(1001), "\u{3ba}"),
    ] {
        let stream = [&frame(0x88, false, payload), &b"\xff\xff anything"[..]].concat();
        let found = read(Role::Client, &[&stream]);
        assert_eq!(found.close, Some((code, reason.to_owned())));
        assert_eq!(found.error, None);
        let error = close::transport_error(code, reason);
        assert_eq!(error.is_some(), reason.ends_with("404"));
    }
    let mut random = random();
    for role in ROLES {
        let cut = "\u{e4}".repeat(62);
        for (code, reason, expected) in [
            (None, "lost", ""),
            (Some(1000), "       404", "       404"),
            (Some(1002), &*cut, &cut[..122]),
        ] {
            let frame = frame_writer::close(role, code, reason, &mut random);
            let frame = frame.expect("given entropy");
            let found = read(other(role), &[frame.as_bytes()]);
            assert_eq!(found.close, Some((code, expected.to_owned())));
        }
        let ping = frame_writer::ping(role, &[5; 200], &mut random).expect("given entropy");
        let found = read(other(role), &[ping.as_bytes()]);
        assert_eq!(found.pings, [vec![5; 125]], "over 125 bytes is cut");
    }
}

#[test]
fn sizes_around_every_form_of_length() {
    let mut random = random();
    for role in ROLES {
        let mut stream = Vec::new();
        let mut payload = Vec::new();
        for length in [
            1, 2, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537,
        ] {
            let part: Vec<u8> = (0..=250).cycle().take(length).collect();
            stream.extend(written(role, &part, &mut random));
            payload.extend(part);
        }
        let thousands: Vec<&[u8]> = stream.chunks(1000).collect();
        for pieces in [&[&*stream][..], &thousands] {
            let found = read(other(role), pieces);
            assert_eq!(found.error, None);
            assert!(found.payload == payload);
        }
    }
}

#[test]
fn what_goes_into_several_frames_is_as_long_as_it_was_said_to_be() {
    let most = frame_writer::MAX_FRAME;
    for role in [Role::Client, Role::Server] {
        for waiting in [0, 1, most - 1, most, most + 1, 3 * most, 3 * most + 126] {
            let mut writer = Writer::WebSocket { role };
            let overhead = writer.overhead(waiting);
            let (mut left, mut headers) = (waiting, 0);
            while let Ok(Some(piece)) = writer.piece(left, &mut random()) {
                assert!((1..=most).contains(&piece.length));
                headers += piece.header.as_bytes().len();
                left -= piece.length;
            }
            assert_eq!((left, headers), (0, overhead), "{waiting} bytes");
        }
    }
}

#[test]
fn masks_are_fresh() {
    let mut random = random();
    let mut masks: Vec<_> = (0..100)
        .map(|_| frame_writer::binary(Role::Client, 4, &mut random))
        .map(|header| header.expect("given entropy").mask())
        .collect();
    masks.sort_unstable();
    masks.dedup();
    assert_eq!(masks.len(), 100);
}

/// Cuts the stream at the given places, in any order.
fn cut<'a>(stream: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|at| at.index(stream.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for place in places.into_iter().chain([stream.len()]) {
        pieces.push(&stream[start..place]);
        start = place;
    }
    pieces
}

/// Bytes that are mostly frames.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => Just(0x82u8), 2 => Just(0x02), 2 => Just(0x80), 2 => Just(0),
        2 => Just(0x89), 1 => Just(0x8a), 1 => Just(0x88), 1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        prop::collection::vec(any::<u8>(), 120..140),
        Just(b"\x03\xe8       404".to_vec()),
    ];
    let one = (first, prop::bool::weighted(0.95), payload)
        .prop_map(|(first, masked, payload)| frame(first, masked, &payload));
    prop::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn any_cut_reads_the_same(
        stream in frames(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        prop_assert_eq!(
            read(Role::Server, &cut(&stream, &places)),
            read(Role::Server, &[&stream])
        );
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        stream in prop::collection::vec(any::<u8>(), 0..300),
        client in any::<bool>(),
    ) {
        let role = if client { Role::Client } else { Role::Server };
        let at_once = read(role, &[&stream]);
        prop_assert_eq!(at_once, read(role, &stream.chunks(1).collect::<Vec<_>>()));
    }

    #[test]
    fn openings_never_panic(
        noise in prop::collection::vec(any::<u8>(), 0..200),
        start in 0..4usize,
    ) {
        let start = [
            "",
            "GET /apiws HTTP/1.1\r\n",
            "HTTP/1.1 101 x\r\n",
            "HTTP/1.1 302 \r\nLocation:",
        ][start];
        let stream = [start.as_bytes(), &noise, b"\r\n\r\n"].concat();
        let _ = ServerOpening::default().receive(&stream, &[]);
        let target = Target { host: "a", path: "/", origin: None };
        let (mut opening, _) = ClientOpening::new(&target, &mut random()).expect("given entropy");
        let _ = opening.receive(&stream);
    }
}
