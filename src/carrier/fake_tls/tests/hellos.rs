//! What the profiles draw: well-formed at any domain length, and new each time.

use std::collections::BTreeSet;

use curve25519_dalek::MontgomeryPoint;
use tls_parser::{
    TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_client_hello_extensions,
    parse_tls_plaintext,
};

use super::super::client_hello::HelloError;
use super::reader::{Parts, is_grease, read};
use super::*;

fn drawn(profile: &Profile, name: &str, seed: u64) -> (Vec<u8>, Parts) {
    let (_, wire) = hello(profile, name, seed);
    let parts = read(&wire);
    (wire, parts)
}

#[test]
fn every_length_fits_at_every_domain_length() {
    for profile in PROFILES {
        for length in 1..=182 {
            let name = domain(length);
            for seed in 0..4 {
                let (wire, parts) = drawn(profile, &name, seed);
                assert_eq!(parts.server_name(), name.as_bytes());
                assert_eq!(parts.extension(0x0015).is_some(), wire.len() == 517);
                match profile.name {
                    "classic" => assert_eq!(wire.len(), 517),
                    "safari" => assert_eq!(wire.len(), 1523 + length),
                    // TDLib's length, as computed and as seen on the wire.
                    _ => {
                        let ech = wire.len() - 1710 - length;
                        assert!([0, 32, 64, 96].contains(&ech), "{}", wire.len());
                    }
                }
                second_opinion(&wire, &name);
            }
        }
    }
}

/// The same hello in the eyes of the crate `tls-parser`.
fn second_opinion(wire: &[u8], name: &str) {
    let (rest, record) = parse_tls_plaintext(wire).unwrap();
    assert!(rest.is_empty());
    let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] = &record.msg[..] else {
        panic!("{:?}", record.msg);
    };
    let (rest, extensions) = parse_tls_client_hello_extensions(hello.ext.unwrap()).unwrap();
    assert!(rest.is_empty());
    assert!(extensions.iter().any(
        |e| matches!(e, TlsExtension::SNI(names) if names[..].iter().any(|(_, n)| *n == name.as_bytes()))
    ));
    assert!(
        extensions
            .iter()
            .any(|e| matches!(e, TlsExtension::KeyShare(_)))
    );
}

#[test]
fn old_proxies_know_the_classic_hello_by_its_first_bytes() {
    let (wire, _) = drawn(&CLASSIC, "example.org", 0);
    assert_eq!(wire[..11], hex("1603010200010001fc0303")[..]);
}

#[test]
fn domains_that_no_secret_can_hold_are_refused() {
    for length in [0, 183, 1000, 100_000] {
        let result =
            ClientHandshake::new(&SECRET, &domain(length), &CHROME, NOW, &mut random(0)).err();
        assert_eq!(result, Some(HelloError::DomainLength(length)));
    }
}

#[test]
fn what_is_drawn_is_new_each_time_and_repeats_with_its_entropy() {
    for profile in PROFILES {
        let (a, _) = drawn(profile, "example.org", 1);
        let (b, _) = drawn(profile, "example.org", 1);
        let (c, _) = drawn(profile, "example.org", 2);
        assert_eq!(a, b);
        assert_ne!(a[11..43], c[11..43]);
        assert_ne!(a[44..76], c[44..76]);
        // And within one connection's draws.
        let mut random = random(3);
        let (_, d) = ClientHandshake::new(&SECRET, "a.b", profile, NOW, &mut random).unwrap();
        let (_, e) = ClientHandshake::new(&SECRET, "a.b", profile, NOW, &mut random).unwrap();
        assert_ne!(d, e);
    }
}

#[test]
fn grease_follows_its_rules() {
    for profile in PROFILES {
        let mut seen = BTreeSet::new();
        for seed in 0..300 {
            let (_, parts) = drawn(profile, "example.org", seed);
            assert!(is_grease(parts.suites[0]));
            assert!(!parts.suites[1..].iter().any(|&suite| is_grease(suite)));
            seen.insert(parts.suites[0]);

            let greased: Vec<usize> = (0..parts.extensions.len())
                .filter(|&at| is_grease(parts.extensions[at].0))
                .collect();
            let padded = usize::from(profile.name == "classic");
            let last = parts.extensions.len() - 1 - padded;
            // First and last but for the padding; that they differ is checked
            // with the rule that no extension stands twice.
            assert_eq!(greased, [0, last]);
            assert!(parts.extensions[0].1.is_empty());
            assert_eq!(parts.extensions[last].1, [0]);

            let groups = &parts.extension(0x000a).unwrap()[2..4];
            let (share, key) = parts.shares().swap_remove(0);
            assert_eq!(groups, share.to_be_bytes());
            assert!(is_grease(share));
            assert_eq!(key, [0]);
            let versions = parts.extension(0x002b).unwrap();
            assert!(is_grease(u16::from_be_bytes([versions[1], versions[2]])));
        }
        assert_eq!(seen.len(), 16, "every value comes up");
    }
}

#[test]
fn chrome_shuffles_and_safari_does_not() {
    let order = |profile, seed| -> Vec<u16> {
        let (_, parts) = drawn(profile, "example.org", seed);
        parts.extensions[1..17.min(parts.extensions.len() - 1)]
            .iter()
            .map(|(kind, _)| *kind)
            .collect()
    };
    let mut orders = BTreeSet::new();
    let mut first = BTreeSet::new();
    for seed in 0..300 {
        let mut kinds = order(&CHROME, seed);
        first.insert(kinds[0]);
        orders.insert(kinds.clone());
        kinds.sort_unstable();
        assert_eq!(
            kinds,
            [
                0x0000, 0x0005, 0x000a, 0x000b, 0x000d, 0x0010, 0x0012, 0x0017, 0x001b, 0x0023,
                0x002b, 0x002d, 0x0033, 0x44cd, 0xfe0d, 0xff01
            ]
        );
        assert_eq!(order(&SAFARI, seed), order(&SAFARI, 0));
    }
    assert_eq!(orders.len(), 300);
    assert_eq!(first.len(), 16, "every extension comes first some time");
}

#[test]
fn the_ech_payload_is_drawn_for_each_connection() {
    let mut random = random(0);
    let lengths: BTreeSet<usize> = (0..100)
        .map(|_| {
            ClientHandshake::new(&SECRET, "a.b", &CHROME, NOW, &mut random)
                .unwrap()
                .1
                .len()
        })
        .collect();
    assert_eq!(
        lengths.into_iter().collect::<Vec<_>>(),
        [1713, 1745, 1777, 1809]
    );
}

/// On the curve itself, not on its twist, and not of small order.
fn assert_point(key: &[u8]) {
    let key: [u8; 32] = key.try_into().unwrap();
    assert_eq!(key[31] & 0x80, 0);
    let point = MontgomeryPoint(key).to_edwards(0).expect("on the curve");
    assert!(!point.is_small_order());
    assert!(point.is_torsion_free());
}

#[test]
fn key_shares_are_what_they_say() {
    let mut largest = 0;
    for seed in 0..40 {
        for profile in PROFILES {
            let (_, parts) = drawn(profile, "example.org", seed);
            let mut points = BTreeSet::new();
            for (group, key) in parts.shares() {
                match group {
                    0x001d => {
                        assert_point(&key);
                        points.insert(key);
                    }
                    0x11ec => {
                        for bytes in key[..1152].chunks(3) {
                            let pair = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
                            let (a, b) = (pair & 0xfff, pair >> 12);
                            assert!(a < 3329 && b < 3329);
                            largest = largest.max(a).max(b);
                        }
                        assert_point(&key[1184..]);
                        points.insert(key[1184..].to_vec());
                    }
                    _ => {}
                }
            }
            if let Some(ech) = parts.extension(0xfe0d) {
                assert_point(&ech[8..40]);
                points.insert(ech[8..40].to_vec());
            }
            let expected = match profile.name {
                "chrome" => 3,
                "safari" => 2,
                _ => 1,
            };
            assert_eq!(points.len(), expected, "no key stands twice");
        }
    }
    assert_eq!(largest, 3328);
}
