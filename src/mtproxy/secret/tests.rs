//! The forms of a secret, each tolerance and each refusal.

use proptest::prelude::*;

use super::super::DomainError;
use super::super::ParseMode::{Lenient, Strict};
use super::*;

const KEY: [u8; 16] = [
    0xd1, 0x1c, 0x6c, 0xbb, 0xd9, 0xef, 0xe7, 0xfe, 0xd5, 0xbc, 0x0d, 0xb2, 0x20, 0xb0, 0x96, 0x65,
];
const HEX: &str = "d11c6cbbd9efe7fed5bc0db220b09665";

fn google() -> Secret {
    Secret::fake_tls(&KEY, "google.com").unwrap_or_else(|_| Secret::plain(&[0; 16]))
}

fn tagged(first_byte: u8) -> Secret {
    Secret::new(&KEY, SecretForm::Tagged { first_byte }).expect("memory")
}

#[test]
fn each_form_prints_and_comes_back() {
    for (secret, text, domain, padding) in [
        (Secret::plain(&KEY), HEX.to_owned(), None, false),
        (Secret::secure(&KEY), format!("dd{HEX}"), None, true),
        (tagged(0x52), format!("52{HEX}"), None, true),
        (
            google(),
            "7tEcbLvZ7-f-1bwNsiCwlmVnb29nbGUuY29t".to_owned(),
            Some("google.com"),
            true,
        ),
    ] {
        assert_eq!(secret.to_text().as_str(), text);
        assert_eq!(secret.key(), &KEY);
        assert_eq!(secret.domain(), domain);
        assert_eq!(secret.needs_padding(), padding);
        for mode in [Strict, Lenient] {
            assert_eq!(Secret::parse(&text, mode), Ok(secret.clone()));
            assert_eq!(Secret::parse(&secret.to_hex(), mode), Ok(secret.clone()));
            assert_eq!(
                Secret::parse(&secret.to_hex().to_uppercase(), mode),
                Ok(secret.clone())
            );
            assert_eq!(
                Secret::from_bytes(&secret.to_bytes(), mode),
                Ok(secret.clone())
            );
        }
    }
}

#[test]
fn thirty_two_hex_digits_are_plain_whatever_they_begin_with() {
    for front in ["dd", "ee", "DD", "eE"] {
        let text = format!("{front}{}", &HEX[2..]);
        for mode in [Strict, Lenient] {
            assert_eq!(
                Secret::parse(&text, mode).map(|secret| secret.form),
                Ok(SecretForm::Plain)
            );
        }
    }
}

#[test]
fn base64_of_16_and_17_bytes_is_read_and_printed_as_hex() {
    for text in ["0Rxsu9nv5_7VvA2yILCWZQ", "0Rxsu9nv5_7VvA2yILCWZQ=="] {
        assert_eq!(Secret::parse(text, Strict), Ok(Secret::plain(&KEY)));
    }
    for text in ["3dEcbLvZ7-f-1bwNsiCwlmU", "3dEcbLvZ7-f-1bwNsiCwlmU="] {
        assert_eq!(Secret::parse(text, Strict), Ok(Secret::secure(&KEY)));
    }
}

#[test]
fn lenient_text() {
    for (text, strict) in [
        (
            "0Rxsu9nv5/7VvA2yILCWZQ",
            SecretError::StandardBase64 { position: 10 },
        ),
        (
            "0Rxsu9nv5%2F7VvA2yILCWZQ%3d%3D",
            SecretError::Character {
                position: 10,
                character: '%',
            },
        ),
        (
            " d11c6cbbd9efe7fed5bc0db220b09665\n",
            SecretError::Character {
                position: 1,
                character: ' ',
            },
        ),
        (
            "0Rxsu9nv5_7VvA2yILCWZQ===",
            SecretError::Base64Padding {
                found: 3,
                expected: 2,
            },
        ),
        (
            "0Rxsu9nv5_7VvA2yILCWZQ=",
            SecretError::Base64Padding {
                found: 1,
                expected: 2,
            },
        ),
        // 'R' is 'Q' and a bit that belongs to no byte.
        ("0Rxsu9nv5_7VvA2yILCWZR", SecretError::Base64TrailingBits),
    ] {
        assert_eq!(
            Secret::parse(text, Lenient),
            Ok(Secret::plain(&KEY)),
            "{text}"
        );
        assert_eq!(Secret::parse(text, Strict), Err(strict), "{text}");
    }
}

#[test]
fn lenient_bytes() {
    let with = |front: &[u8], tail: &[u8]| [front, KEY.as_slice(), tail].concat();
    for (bytes, lenient, strict) in [
        // Telegram for Android takes this for a plain secret.
        (
            with(&[0xee], b""),
            Secret::plain(&KEY),
            SecretError::NoDomain,
        ),
        // And cuts these.
        (
            with(&[], &[0, 0, 0]),
            Secret::plain(&KEY),
            SecretError::TooLong {
                bytes: 19,
                expected: 16,
            },
        ),
        (
            with(&[0xdd], b"\0"),
            Secret::secure(&KEY),
            SecretError::TooLong {
                bytes: 18,
                expected: 17,
            },
        ),
        (
            with(&[0xee], b"google.com."),
            google(),
            SecretError::Domain(DomainError::TrailingDot),
        ),
    ] {
        assert_eq!(Secret::from_bytes(&bytes, Lenient), Ok(lenient));
        assert_eq!(Secret::from_bytes(&bytes, Strict), Err(strict));
    }
}

#[test]
fn a_link_of_the_garbage_kind_is_cut_when_lenient() {
    // As posted in tdesktop's issue 29473: looks like a TLS hello, works on
    // Android because 16 bytes of it are taken.
    let text = "FgMBAgABAAfwAwOG4kw63QAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let key = [
        0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x07, 0xf0, 0x03, 0x03, 0x86, 0xe2, 0x4c, 0x3a,
        0xdd,
    ];
    assert_eq!(Secret::parse(text, Lenient), Ok(Secret::plain(&key)));
    assert_eq!(
        Secret::parse(text, Strict),
        Err(SecretError::TooLong {
            bytes: 40,
            expected: 16
        })
    );
}

#[test]
fn refuses_in_both_modes_with_figures() {
    for (text, words) in [
        ("", "secret is empty: copy the whole link or secret"),
        (
            &HEX[2..],
            "secret is 15 bytes: 16 expected, copy the whole link or secret",
        ),
        (
            "ee",
            "secret is 1 byte: 16 expected, copy the whole link or secret",
        ),
        (
            &HEX[1..],
            "secret is 31 hex digits: an even number expected, one is missing or too many",
        ),
        (
            "0Rxsu9nv5_7VvA2yILCWZQxyz",
            "secret is 25 characters of base64url: one is missing or too many, copy it again",
        ),
        (
            "0Rxsu9nv5_7VvA2yI=CWZQ",
            "character 18 of the secret is '=': hex digits expected, or letters, digits, '-' and '_' of base64url",
        ),
        (
            "секрет",
            "character 1 of the secret is 'с': hex digits expected, or letters, digits, '-' and '_' of base64url",
        ),
        (
            &format!("ee{HEX}2e61"),
            "secret with fake TLS: the domain has nothing before the dot or the end at byte 1: 1 to 63 bytes expected",
        ),
        (
            &format!("ee{HEX}{}", "61".repeat(183)),
            "secret with fake TLS: domain is 183 bytes: at most 182 expected",
        ),
    ] {
        for mode in [Strict, Lenient] {
            let error = Secret::parse(text, mode).map_err(|error| error.to_string());
            assert_eq!(error, Err(words.to_owned()));
        }
    }
}

#[test]
fn percent_signs_that_decode_to_no_text_are_named() {
    assert_eq!(
        Secret::parse("ab%ff", Lenient),
        Err(SecretError::Character {
            position: 3,
            character: '%'
        })
    );
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(format!("{:?}", Secret::plain(&KEY)), "Secret(plain)");
    assert_eq!(format!("{:?}", Secret::secure(&KEY)), "Secret(secure)");
    assert_eq!(format!("{:?}", tagged(0x52)), "Secret(tagged)");
    assert_eq!(format!("{:?}", google()), "Secret(fake TLS, google.com)");
}

#[test]
fn equality_looks_at_key_and_form() {
    let mut other = KEY;
    other[15] ^= 1;
    assert_ne!(Secret::plain(&KEY), Secret::plain(&other));
    assert_ne!(Secret::plain(&KEY), Secret::secure(&KEY));
    assert_ne!(tagged(1), tagged(2));
    assert_ne!(
        google(),
        Secret::fake_tls(&KEY, "google.org").unwrap_or_else(|_| google())
    );
}

/// Strict reads what is printed; and where it accepts, lenient agrees.
fn check(
    strict: Result<Secret, SecretError>,
    lenient: Result<Secret, SecretError>,
) -> Result<(), TestCaseError> {
    if strict.is_ok() {
        prop_assert_eq!(&strict, &lenient);
    }
    if let Ok(secret) = lenient {
        prop_assert_eq!(Secret::parse(&secret.to_text(), Strict), Ok(secret.clone()));
        prop_assert_eq!(Secret::parse(&secret.to_hex(), Strict), Ok(secret.clone()));
        prop_assert_eq!(Secret::from_bytes(&secret.to_bytes(), Strict), Ok(secret));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..220)) {
        check(Secret::from_bytes(&bytes, Strict), Secret::from_bytes(&bytes, Lenient))?;
    }

    #[test]
    fn fake_tls_bytes(key: [u8; 16], domain in "[a-zA-Z0-9._-]{0,190}") {
        let bytes = [&[FAKE_TLS], key.as_slice(), domain.as_bytes()].concat();
        check(Secret::from_bytes(&bytes, Strict), Secret::from_bytes(&bytes, Lenient))?;
    }

    #[test]
    fn any_text(text in ".*") {
        check(Secret::parse(&text, Strict), Secret::parse(&text, Lenient))?;
    }

    #[test]
    fn text_of_the_right_characters(text in "[a-zA-Z0-9_+/%=-]{20,60}|[0-9a-fA-F]{30,60}") {
        check(Secret::parse(&text, Strict), Secret::parse(&text, Lenient))?;
    }

    #[test]
    fn every_length_of_base64_comes_back(bytes in prop::collection::vec(any::<u8>(), 1..60)) {
        let mut text = String::new();
        text::base64url(&bytes, &mut text).expect("a text");
        // Hex digits only would be read as hex.
        prop_assume!(!text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let padded = format!("{}{}", text, "=".repeat((4 - text.len() % 4) % 4));
        for text in [text.as_str(), &padded] {
            let decoded = text::decode(text, Strict);
            prop_assert_eq!(decoded.as_ref().map(|bytes| bytes.as_slice()), Ok(bytes.as_slice()));
        }
    }
}
