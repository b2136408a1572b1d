//! Client against server in memory, and both against what else may come.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod hellos;
mod hostile;
mod reader;
mod vectors;

use super::answer::{AnswerSize, answer};
use super::client::{ClientHandshake, FakeTlsError, Progress};
use super::hello_reader::Group;
use super::profile::{CHROME, CLASSIC, PROFILES, Profile, SAFARI};
use super::records::HEADER_LEN;
use super::server::{Accepted, NotOurs, Outcome, Rules, inspect};
use crate::entropy::{Entropy, Random};
use crate::replay_cache::ReplayCache;

const SECRET: [u8; 16] = *b"sixteen secrets!";
const NOW: u32 = 1_790_000_000;

/// What `openssl s_client -tls1_3 -servername example.com -alpn h2,http/1.1` of
/// OpenSSL 3.0 sends.
const OPENSSL_HELLO: &str = "1603010102010000fe03034df49e72c2825f6bc3eff666cfa339a5719cc90c4f29\
    56c40c65ac643f84523d20450fd1357a29f7002da2c5ddf3b6a83cbdba96fb2b46f5a8a14f8daefbfe36020008\
    13021303130100ff010000ad00000010000e00000b6578616d706c652e636f6d000b000403000102000a001600\
    14001d0017001e0019001801000101010201030104002300000010000e000c02683208687474702f312e310016\
    000000170000000d001e001c040305030603080708080809080a080b080408050806040105010601002b000302\
    0304002d00020101003300260024001d0020b15be022bd2ee2eb8763d2583ac0972413d7994a3bbaae7b6be7e6\
    1055a85d3f";

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn random(seed: u64) -> Random {
    Random::new(&Entropy::from_bytes(&seed.to_le_bytes()))
}

/// A domain of that many bytes.
fn domain(length: usize) -> String {
    let mut name = "abcdefghi.".repeat(length.div_ceil(10));
    name.truncate(length);
    if name.ends_with('.') {
        name.replace_range(length - 1.., "x");
    }
    name
}

fn hello(profile: &Profile, name: &str, seed: u64) -> (ClientHandshake, Vec<u8>) {
    ClientHandshake::new(&SECRET, name, profile, NOW, &mut random(seed)).unwrap()
}

const fn any_domain() -> Rules<'static> {
    Rules {
        unix_time: NOW,
        allowed_skew: 120,
        domains: &[],
        replay_cache: None,
    }
}

fn accept(buffer: &[u8], rules: &Rules<'_>) -> Accepted {
    match inspect(buffer, [&SECRET], rules) {
        Outcome::Ours(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

fn refuse(buffer: &[u8], rules: &Rules<'_>) -> NotOurs {
    match inspect(buffer, [&SECRET], rules) {
        Outcome::NotOurs(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// A hello cut into records of at most `piece` bytes.
fn in_records(hello: &[u8], piece: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for part in hello[HEADER_LEN..].chunks(piece) {
        out.extend([0x16, 3, 1]);
        out.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
        out.extend(part);
    }
    out
}

#[test]
fn every_profile_connects_with_any_number_of_secrets_and_any_domain() {
    for (profile, group) in [
        (&CHROME, Group::X25519MlKem768),
        (&SAFARI, Group::X25519MlKem768),
        (&CLASSIC, Group::X25519),
    ] {
        for secrets in [1_u8, 2, 40] {
            for length in [1, 2, 9, 10, 63, 64, 127, 128, 181, 182] {
                let name = domain(length);
                let (client, wire) = hello(profile, &name, length as u64);
                let mut keys: Vec<[u8; 16]> = (1..secrets).map(|n| [n; 16]).collect();
                keys.push(SECRET);
                let domains = ["elsewhere.example".to_owned(), name.to_ascii_uppercase()];
                let rules = Rules {
                    domains: &domains,
                    ..any_domain()
                };
                let Outcome::Ours(accepted) = inspect(&wire, &keys, &rules) else {
                    panic!("{} {length}", profile.name);
                };
                assert_eq!(accepted.secret_index, usize::from(secrets) - 1);
                assert_eq!(accepted.server_name.as_deref(), Some(name.as_str()));
                assert_eq!(accepted.skew_seconds, 0);
                assert_eq!(accepted.consumed, wire.len());
                assert_eq!(accepted.client_random, wire[11..43]);
                assert_eq!(accepted.session_id.as_bytes(), &wire[44..76]);
                assert_eq!(accepted.group, group);

                let mut reply =
                    answer(&accepted, &SECRET, AnswerSize::default(), &mut random(9)).unwrap();
                let consumed = reply.len();
                reply.extend(b"application records");
                assert_eq!(client.receive(&reply), Ok(Progress::Done { consumed }));
            }
        }
    }
}

#[test]
fn a_hello_may_be_cut_anywhere() {
    for profile in PROFILES {
        let (_, wire) = hello(profile, "example.org", 1);
        for have in 0..wire.len() {
            let Outcome::NeedMore(missing) = inspect(&wire[..have], [&SECRET], &any_domain())
            else {
                panic!("{} {have}", profile.name);
            };
            assert!((1..=wire.len() - have).contains(&missing));
        }
        // What follows is left alone.
        let more = [wire.as_slice(), b"early"].concat();
        assert_eq!(accept(&more, &any_domain()).consumed, wire.len());
    }
}

#[test]
fn a_hello_may_come_in_ten_records() {
    for profile in PROFILES {
        let (client, wire) = hello(profile, "example.org", 2);
        for records in 1..=10 {
            let cut = in_records(&wire, (wire.len() - HEADER_LEN).div_ceil(records));
            let accepted = accept(&cut, &any_domain());
            assert_eq!(accepted.consumed, cut.len());
            assert_eq!(accepted.client_random, wire[11..43]);
            let reply = answer(&accepted, &SECRET, AnswerSize::default(), &mut random(3)).unwrap();
            let consumed = reply.len();
            assert_eq!(client.receive(&reply), Ok(Progress::Done { consumed }));
        }
        let many = in_records(&wire, (wire.len() - HEADER_LEN).div_ceil(11));
        assert_eq!(refuse(&many, &any_domain()), NotOurs::TooManyRecords);
    }
}

#[test]
fn a_stranger_is_not_ours() {
    let (_, wire) = hello(&CHROME, "example.org", 3);
    for keys in [vec![], vec![[0; 16]], vec![[1; 16]; 30]] {
        assert_eq!(
            inspect(&wire, &keys, &any_domain()),
            Outcome::NotOurs(NotOurs::NoSecret)
        );
    }
    assert_eq!(
        refuse(&hex(OPENSSL_HELLO), &any_domain()),
        NotOurs::NoSecret
    );
    assert_eq!(
        refuse(b"GET / HTTP/1.1\r\n", &any_domain()),
        NotOurs::NotTls
    );
}

#[test]
fn the_domain_has_to_be_one_of_ours() {
    let (_, wire) = hello(&SAFARI, "example.org", 4);
    let domains = ["example.com".to_owned(), "sub.example.org".to_owned()];
    let rules = Rules {
        domains: &domains,
        ..any_domain()
    };
    assert_eq!(refuse(&wire, &rules), NotOurs::ForeignName);
}

#[test]
fn the_clock_may_be_off_by_so_much_either_way() {
    let (_, wire) = hello(&CLASSIC, "example.org", 5);
    for (now, allowed_skew, expected) in [
        (NOW, 0, Ok(0)),
        (NOW + 120, 120, Ok(-120)),
        (NOW - 120, 120, Ok(120)),
        (NOW + 121, 120, Err(NotOurs::TooOld { seconds: 121 })),
        (NOW - 121, 120, Err(NotOurs::TooNew { seconds: 121 })),
        (NOW + 121, 121, Ok(-121)),
        (NOW + 1, 0, Err(NotOurs::TooOld { seconds: 1 })),
        (0, 120, Err(NotOurs::TooNew { seconds: NOW })),
        // Across the end of the 32 bits, in 2106.
        (NOW.wrapping_add(1 << 31), u32::MAX, Ok(i32::MIN)),
    ] {
        let rules = Rules {
            unix_time: now,
            allowed_skew,
            ..any_domain()
        };
        match expected {
            Ok(skew) => assert_eq!(accept(&wire, &rules).skew_seconds, skew),
            Err(reason) => assert_eq!(refuse(&wire, &rules), reason),
        }
    }
}

#[test]
fn a_hello_is_accepted_once() {
    let cache = ReplayCache::new(100, 0);
    let rules = Rules {
        replay_cache: Some(&cache),
        ..any_domain()
    };
    let (_, wire) = hello(&CHROME, "example.org", 6);
    // What is not ours is not remembered.
    let (_, other) =
        ClientHandshake::new(&[5; 16], "example.org", &CHROME, NOW, &mut random(6)).unwrap();
    assert_eq!(refuse(&other, &rules), NotOurs::NoSecret);
    let late = Rules {
        unix_time: NOW + 500,
        ..rules
    };
    assert_eq!(refuse(&wire, &late), NotOurs::TooOld { seconds: 500 });
    assert_eq!(cache.len(), 0);

    accept(&wire, &rules);
    assert_eq!(refuse(&wire, &rules), NotOurs::Replayed);
    let cut = in_records(&wire, 200);
    assert_eq!(refuse(&cut, &rules), NotOurs::Replayed);

    // Whoever recorded it can give it a newer time, which the digest does not
    // cover; it is known all the same.
    let mut renewed = wire.clone();
    for (byte, (old, new)) in renewed[39..43]
        .iter_mut()
        .zip(NOW.to_le_bytes().into_iter().zip((NOW + 100).to_le_bytes()))
    {
        *byte ^= old ^ new;
    }
    let later = Rules {
        unix_time: NOW + 100,
        ..rules
    };
    assert_eq!(
        accept(
            &renewed,
            &Rules {
                replay_cache: None,
                ..later
            }
        )
        .skew_seconds,
        0
    );
    assert_eq!(refuse(&renewed, &later), NotOurs::Replayed);

    // Another hello of the same client is welcome.
    let (_, next) = hello(&CHROME, "example.org", 7);
    accept(&next, &rules);
}

#[test]
fn another_secret_or_another_hello_is_a_mismatch_to_the_client() {
    let (_, wire) = hello(&CHROME, "example.org", 8);
    let (other, _) = hello(&CHROME, "example.org", 9);
    let accepted = accept(&wire, &any_domain());
    let reply = answer(&accepted, &SECRET, AnswerSize::default(), &mut random(1)).unwrap();
    assert_eq!(other.receive(&reply), Err(FakeTlsError::DigestMismatch));
    let (client, _) = hello(&CHROME, "example.org", 8);
    let forged = answer(&accepted, &[0; 16], AnswerSize::default(), &mut random(1)).unwrap();
    assert_eq!(client.receive(&forged), Err(FakeTlsError::DigestMismatch));
    assert!(FakeTlsError::DigestMismatch.is_real_site());
}
