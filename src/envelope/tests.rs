//! Tests of the envelopes as such: what no test of a whole transport shows.

use super::*;
use crate::entropy::Entropy;

const MAX: usize = 1 << 20;

fn framed(codec: &mut Codec, payload: &[u8], sent: Sent) -> Vec<u8> {
    let mut random = Random::new(&Entropy::from_bytes(b"envelope tests"));
    let framing = codec.frame(payload, sent, 15, &mut random).unwrap();
    let ((header, header_length), (trailer, trailer_length)) =
        (framing.header(), framing.trailer());
    [
        &header[..header_length],
        payload,
        &trailer[..trailer_length],
    ]
    .concat()
}

/// Every prefix of a frame asks for more, and for no more than there is to come.
#[test]
fn what_is_needed_never_exceeds_the_frame() {
    for envelope in Envelope::ALL {
        for words in [1, 126, 127, 128, 5000] {
            let payload = vec![1; words * 4];
            let frame = framed(&mut Codec::new(envelope), &payload, Sent::Packet);
            let codec = Codec::new(envelope);
            for length in 0..frame.len() {
                let head = codec.head(Role::Server, &frame[..length], MAX);
                let Ok(Head::Incomplete { needed }) = head else {
                    panic!("{envelope}: {length} of {} bytes: {head:?}", frame.len());
                };
                assert!(needed > length && needed <= frame.len(), "{envelope}");
            }
            let Ok(Head::Frame(found)) = codec.head(Role::Server, &frame, MAX) else {
                panic!("{envelope}: the whole frame is not seen");
            };
            assert_eq!(found.length, frame.len());
            assert_eq!(frame[found.payload][..payload.len()], payload);
        }
    }
}

/// Both ways of asking, on both sides of each boundary.
#[test]
fn the_quick_ack_flag_survives_both_forms() {
    for envelope in [
        Envelope::Abridged,
        Envelope::Intermediate,
        Envelope::PaddedIntermediate,
    ] {
        for words in [1, 126, 127, 0x1_0000] {
            let payload = vec![1; words * 4];
            let frame = framed(&mut Codec::new(envelope), &payload, Sent::QuickAckWanted);
            let head = Codec::new(envelope).head(Role::Server, &frame, MAX);
            assert!(
                matches!(head, Ok(Head::Frame(ref frame)) if frame.quick_ack_wanted),
                "{envelope}, {words} words: {head:?}"
            );
        }
    }
}

#[test]
fn a_control_frame_stays_recognisable_whatever_its_padding() {
    for first in 0..=255 {
        let mut random = Random::new(&Entropy::from_bytes(&[first; 16]));
        let sent = Sent::Control { below: 16 };
        for length in [4, 8] {
            let framing = Codec::PaddedIntermediate
                .frame(&vec![0xff; length], sent, 15, &mut random)
                .unwrap();
            assert!(length + framing.trailer().1 < 16);
        }
    }
}

#[test]
fn every_length_of_padding_is_as_likely() {
    for max_padding in 0..=15 {
        let mut seen = [0; 16];
        for first in 0..=255 {
            // What is drawn anew comes out as the most padding.
            let bytes = [[first; 16], [255; 16]].concat();
            let mut random = Random::new(&Entropy::from_bytes(&bytes));
            let framing = Codec::PaddedIntermediate
                .frame(&[0; 4], Sent::Packet, max_padding, &mut random)
                .unwrap();
            seen[framing.trailer().1] += 1;
        }
        let (fair, anew) = (256 / (max_padding + 1), 256 % (max_padding + 1));
        for (padding, count) in seen.into_iter().enumerate() {
            let expected = match padding {
                _ if padding == max_padding => fair + anew,
                _ if padding < max_padding => fair,
                _ => 0,
            };
            assert_eq!(count, expected, "{padding} of {max_padding}");
        }
    }
}

#[test]
fn the_packet_ends_where_it_says() {
    let mut plaintext = vec![0; 20 + 40];
    plaintext[16] = 40;
    // Android puts up to 256 bytes behind it.
    for padding in [0, 1, 15, 256] {
        let frame = [plaintext.as_slice(), &vec![7; padding]].concat();
        assert_eq!(exact_length(&frame), 60, "{padding}");
    }
    for (blocks, padding) in [(1, 0), (1, 15), (100, 1)] {
        let frame = vec![9; 24 + blocks * 16 + padding];
        assert_eq!(exact_length(&frame), 24 + blocks * 16);
    }
}

#[test]
fn what_is_no_packet_is_left_whole() {
    // A body that reaches beyond the frame, a body of 3 bytes, and too little
    // for either header.
    let mut beyond = vec![0; 60];
    beyond[16] = 44;
    let mut misaligned = vec![0; 60];
    misaligned[16] = 3;
    for frame in [beyond, misaligned, vec![9; 23], vec![0; 19], vec![]] {
        assert_eq!(exact_length(&frame), frame.len());
    }
    let mut overflowing = vec![0; 60];
    overflowing[16..20].fill(0xff);
    assert_eq!(exact_length(&overflowing), 60);
}

/// An error must not use up a sequence number.
#[test]
fn full_refuses_quick_acks_without_a_trace() {
    let mut codec = Codec::new(Envelope::Full);
    let mut random = Random::new(&Entropy::system());
    let refused = codec.frame(&[0; 4], Sent::QuickAckWanted, 0, &mut random);
    assert_eq!(refused, Err(UsageError::QuickAckUnsupported.into()));
    let frame = framed(&mut codec, &[0; 4], Sent::Packet);
    assert_eq!(frame[4..8], [0; 4]);
}

#[test]
fn an_error_at_the_end_is_a_known_code() {
    let code = |word: u32| full_error_at_end(&word.to_le_bytes()).map(TransportError::code);
    for known in [403, 404, 429, 444] {
        assert_eq!(code(known), Some(known));
    }
    // A length that is allowed.
    assert_eq!(code(96), None);
    assert_eq!(code(0), None);
    assert_eq!(full_error_at_end(&[4, 0, 0]), None);
}
