//! Arbitrary and damaged bytes: no panic, bounded, and one verdict however they are cut.

use proptest::prelude::*;

use super::super::client::MAX_ANSWER;
use super::super::hello_reader::HelloFault;
use super::super::hello_records::MAX_HELLO_WIRE;
use super::super::records::{ChangeCipherSpec, RecordReader, Step};
use super::*;

/// The first verdict over growing input; checks that more input does not change it,
/// and that no byte is asked for in vain.
fn judge(bytes: &[u8]) -> Option<Outcome> {
    let rules = any_domain();
    let mut least = 0;
    let mut verdict = None;
    for have in 0..=bytes.len() {
        match (inspect(&bytes[..have], [&SECRET], &rules), &verdict) {
            (Outcome::NeedMore(missing), None) => {
                assert!(missing > 0);
                least = least.max(have + missing);
            }
            (outcome, None) => verdict = Some(outcome),
            (outcome, Some(before)) => assert_eq!(outcome, *before, "at {have}"),
        }
        // What is surely missing has to come before a hello is accepted; a
        // refusal may come at any byte of it.
        if let Some(Outcome::Ours(accepted)) = &verdict {
            assert!(accepted.consumed >= least);
        }
    }
    verdict
}

fn client_judges(client: &ClientHandshake, bytes: &[u8]) -> Option<Result<Progress, FakeTlsError>> {
    let mut verdict = None;
    for have in 0..=bytes.len() {
        match (client.receive(&bytes[..have]), &verdict) {
            (Ok(Progress::NeedMore(missing)), None) => assert!(missing > 0),
            (result, None) => verdict = Some(result),
            (result, Some(before)) => assert_eq!(result, *before, "at {have}"),
        }
    }
    verdict
}

#[test]
fn two_megabytes_of_garbage_are_judged_early_and_hold_no_memory() {
    let mut garbage = vec![0; 2 << 20];
    random(1).draw(&mut garbage).unwrap();
    for start in [
        &b""[..],
        b"POST ",
        &[0x16, 3, 1],
        &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc],
        &[0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc],
        &[0x16, 3, 1, 0, 5, 1, 0, 0x3f, 0xfc],
    ] {
        garbage[..start.len()].copy_from_slice(start);
        let judged_at = (0..=garbage.len())
            .find(|&have| {
                !matches!(
                    inspect(&garbage[..have], [&SECRET], &any_domain()),
                    Outcome::NeedMore(_)
                )
            })
            .unwrap();
        assert!(judged_at <= MAX_HELLO_WIRE, "{judged_at}");
        assert!(matches!(
            inspect(&garbage, [&SECRET], &any_domain()),
            Outcome::NotOurs(_)
        ));
        let (client, _) = hello(&CHROME, "a.b", 1);
        assert!(client.receive(&garbage[..MAX_ANSWER]).is_err());
    }
    // A stream of records holds nothing of what passes.
    let mut reader = RecordReader::new(ChangeCipherSpec::Skip);
    garbage[..5].copy_from_slice(&[0x17, 3, 3, 0xff, 0xff]);
    assert_eq!(
        reader.next(&garbage),
        Ok(Step::Payload {
            skip: 5,
            length: 65535
        })
    );
}

/// Damages a hello and makes its digest fit again, as only a holder of the secret can.
fn sealed(mut wire: Vec<u8>) -> Vec<u8> {
    super::super::digest::seal_hello(&SECRET, &mut wire, NOW);
    wire
}

#[test]
fn a_malformed_hello_says_where() {
    let (_, wire) = hello(&CLASSIC, "example.org", 1);
    let changed = |at: usize, byte: u8| {
        let mut other = wire.clone();
        other[at] = byte;
        sealed(other)
    };
    let malformed = NotOurs::Malformed;
    // Suites at 78..110, then the null compression and the extensions' length.
    for (at, byte, expected) in [
        (10, 2, malformed(HelloFault::LegacyVersion)),
        (43, 33, malformed(HelloFault::SessionId)),
        (77, 31, malformed(HelloFault::CipherSuites)),
        (76, 2, malformed(HelloFault::CipherSuites)),
        (110, 0, malformed(HelloFault::Compression)),
        (113, 0, malformed(HelloFault::Extensions)),
        (112, 2, malformed(HelloFault::Extensions)),
    ] {
        assert_eq!(refuse(&changed(at, byte), &any_domain()), expected, "{at}");
    }
    let find = |kind: [u8; 2]| {
        114 + wire[114..]
            .windows(2)
            .position(|pair| pair == kind)
            .unwrap()
    };
    let name = wire.windows(11).position(|w| w == b"example.org").unwrap();
    for (at, byte, expected) in [
        (name, b' ', malformed(HelloFault::ServerName)),
        (name - 1, 10, malformed(HelloFault::ServerName)),
        (name - 3, 1, malformed(HelloFault::ServerName)),
    ] {
        assert_eq!(refuse(&changed(at, byte), &any_domain()), expected, "{at}");
    }
    let share = find([0x00, 0x33]);
    assert_eq!(
        refuse(&changed(share + 5, 0), &any_domain()),
        malformed(HelloFault::KeyShare)
    );

    // No suite of TLS 1.3: the three become unknown ones.
    let mut other = wire.clone();
    for at in [80, 82, 84] {
        other[at] = 0xc1;
    }
    assert_eq!(refuse(&sealed(other), &any_domain()), NotOurs::NoSuite);
    // A share of another group alone.
    let mut other = wire.clone();
    let group = wire
        .windows(4)
        .position(|w| w == [0x00, 0x1d, 0x00, 0x20])
        .unwrap();
    other[group + 1] = 0x17;
    assert_eq!(refuse(&sealed(other), &any_domain()), NotOurs::NoGroup);
    // No name at all: fine for a server of every domain, and for no other.
    let mut other = wire;
    other[name - 8] = 0xab;
    let other = sealed(other);
    let own = ["example.org".to_owned()];
    assert_eq!(accept(&other, &any_domain()).server_name, None);
    assert_eq!(
        refuse(
            &other,
            &Rules {
                domains: &own,
                ..any_domain()
            }
        ),
        NotOurs::ForeignName
    );
}

#[test]
fn no_extension_that_matters_may_stand_twice() {
    let (_, wire) = hello(&CLASSIC, "example.org", 1);
    let at = |kind: [u8; 4]| wire.windows(4).position(|w| w == kind).unwrap();
    for (start, length, fault) in [
        (at([0x00, 0x00, 0x00, 0x10]), 20, HelloFault::ServerName),
        (at([0x00, 0x33, 0x00, 0x2b]), 47, HelloFault::KeyShare),
    ] {
        let mut twice = wire.clone();
        twice.extend_from_slice(&wire[start..start + length]);
        // The three lengths around it: record, message, extensions.
        for (place, before) in [(3, 5), (7, 9), (112, 114)] {
            let inner = u16::try_from(twice.len() - before).unwrap();
            twice[place..place + 2].copy_from_slice(&inner.to_be_bytes());
        }
        assert_eq!(
            refuse(&sealed(twice), &any_domain()),
            NotOurs::Malformed(fault)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_get_one_verdict(
        start in prop_oneof![
            Just(vec![]),
            Just(vec![0x16, 3, 1]),
            Just(vec![0x16, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3]),
            Just(vec![0x16, 3, 3, 0, 60, 2, 0, 0, 56, 3, 3]),
        ],
        tail in proptest::collection::vec(
            prop_oneof![3 => any::<u8>(), 1 => Just(0), 1 => Just(0x16), 1 => Just(3)],
            0..200,
        ),
    ) {
        let bytes = [start, tail].concat();
        judge(&bytes);
        let (client, _) = hello(&CLASSIC, "a.b", 1);
        client_judges(&client, &bytes);
    }

    /// The digest would hide the reader behind "no secret": it is made to fit.
    #[test]
    fn damaged_hellos_with_a_right_digest_get_one_verdict(
        seed in any::<u64>(),
        damage in proptest::collection::vec((5_usize..517, any::<u8>()), 1..6),
        piece in 60_usize..600,
    ) {
        let (_, mut wire) = hello(&CLASSIC, "example.org", seed);
        for (at, byte) in damage {
            wire[at] = byte;
        }
        let wire = sealed(wire);
        judge(&wire);
        judge(&in_records(&wire, piece));
    }

    #[test]
    fn damaged_answers_get_one_verdict(
        seed in any::<u64>(),
        damage in proptest::collection::vec((0_usize..300, any::<u8>()), 0..4),
    ) {
        let (client, wire) = hello(&CLASSIC, "example.org", seed);
        let accepted = accept(&wire, &any_domain());
        let size = AnswerSize::new(100, 200).unwrap();
        let mut reply = answer(&accepted, &SECRET, size, &mut random(seed)).unwrap();
        let whole = reply.len();
        let before = reply.clone();
        for (at, byte) in damage {
            if let Some(place) = reply.get_mut(at) {
                *place = byte;
            }
        }
        let done = Some(Ok(Progress::Done { consumed: whole }));
        let verdict = client_judges(&client, &reply);
        prop_assert_eq!(verdict == done, reply == before);
    }
}
