//! Tests of the initialization payload: the draw, and both ends of it.

#![allow(clippy::cast_possible_truncation, reason = "a test")]

use super::ctr::StreamState;
use super::*;
use crate::entropy::{Entropy, Random};
use crate::envelope::Envelope;

const STATE: StreamState = StreamState::Small;

/// Random bytes that no list forbids.
fn allowed() -> Header {
    core::array::from_fn(|i| 0x40 + i as u8)
}

fn first_draw_is_taken(first: Header, tag: Tag) -> bool {
    let mut random = Random::new(&Entropy::from_bytes(&[first, allowed()].concat()));
    let (header, _) = seal(&mut random, tag, None, None, STATE).unwrap();
    header[..8] == first[..8] && header[8..56] == first[8..56]
}

#[test]
fn what_looks_like_something_else_is_drawn_again() {
    let tag = Tag::Known([0xee; 4]);
    let mut starts: Vec<Vec<u8>> = vec![
        vec![0xef],
        vec![0xee; 4],
        vec![0xdd; 4],
        b"HEAD".to_vec(),
        b"POST".to_vec(),
        b"GET ".to_vec(),
        b"OPTI".to_vec(),
        [&[0x41; 4][..], &[0; 4]].concat(),
    ];
    starts.extend((0..16).map(|minor| vec![0x16, 0x03, minor]));
    for start in starts {
        // Not the same bytes as the second draw, behind the start.
        let mut first = allowed();
        first.reverse();
        assert!(first_draw_is_taken(first, tag));
        first[..start.len()].copy_from_slice(&start);
        assert!(!first_draw_is_taken(first, tag), "{start:02x?}");
    }
}

#[test]
fn full_has_no_tag_by_chance() {
    for byte in [0xef, 0xee, 0xdd] {
        let mut first = allowed();
        first.reverse();
        first[56..60].fill(byte);
        assert!(!first_draw_is_taken(first, Tag::Absent));
        assert!(first_draw_is_taken(first, Tag::Known([0xdd; 4])));
    }
}

#[test]
fn each_end_decrypts_what_the_other_encrypts() {
    let secret = [0x99; SECRET_LENGTH];
    for secret in [None, Some(&secret)] {
        let mut random = Random::new(&Entropy::system());
        let tag = Tag::Known([0xdd; 4]);
        let (header, mut client) = seal(&mut random, tag, Some(-4), secret, STATE).unwrap();
        let opened = open(&header, secret);
        assert_eq!(opened.envelope, Some(Envelope::PaddedIntermediate));
        assert_eq!(opened.dc, -4);
        let mut server = opened.into_streams(&header, secret, STATE);
        for (from, to) in [
            (&mut client.outgoing, &mut server.incoming),
            (&mut server.outgoing, &mut client.incoming),
        ] {
            let mut bytes = [5; 100];
            from.apply(&mut bytes);
            assert_ne!(bytes, [5; 100]);
            to.apply(&mut bytes);
            assert_eq!(bytes, [5; 100]);
        }
    }
}

#[test]
fn a_wrong_secret_shows_no_tag() {
    let mut random = Random::new(&Entropy::from_bytes(b"a wrong secret"));
    let tag = Tag::Known([0xdd; 4]);
    let secret = [1; SECRET_LENGTH];
    let (header, _) = seal(&mut random, tag, Some(2), Some(&secret), STATE).unwrap();
    for other in [None, Some(&[2; SECRET_LENGTH])] {
        assert_eq!(open(&header, other).envelope, None);
    }
}
