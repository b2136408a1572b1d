//! Every case of `proxy_secrets.json`: what the peers read, what we read, and why where it differs.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use mtproto::mtproxy::{ParseMode, ProxyLink, Secret, SecretForm};
use serde_json::Value;

/// Why we differ from the peer that a case comes from.
#[derive(Clone, Copy, Debug)]
enum Why {
    /// Section 7.1: 17 bytes with another first byte than `dd` are padded
    /// intermediate. TDLib and gotd refuse `de` and `52`.
    TagOfTheSpecification,
    /// `ee` and 16 bytes without a domain: gotd takes it for a tagged secret.
    /// TDLib, tdesktop, mtg refuse it, and so does strict mode; lenient mode
    /// reads what Telegram for Android reads, the plain secret.
    FakeTlsWithoutDomain,
    /// The domain is checked as a host name; TDLib takes any bytes.
    DomainOfAnyBytes,
    /// mtg serves fake TLS only and refuses every other secret; we are a
    /// client too.
    FakeTlsOnly,
    /// Strict mode wants the port to be a number; TDLib takes its leading
    /// digits, and so does lenient mode.
    LeadingDigits,
    /// Strict mode wants base64url; TDLib takes standard base64 too, which its
    /// own tests call tolerated, and so does lenient mode.
    StandardBase64,
}

/// What we make of a case: the canonical secret, or the words of the refusal.
type Ours = Result<&'static str, &'static str>;

/// The cases where one of our modes differs from the peer, each text with what
/// strict and lenient mode make of it.
fn differences() -> Vec<(&'static str, Why, Ours, Ours)> {
    const PLAIN: &str = "1234567890abcdef1234567890abcdef";
    const NO_DOMAIN: Ours =
        Err("secret is ee and 16 bytes: a domain expected after them; ask for the whole secret");
    const PORT: Ours = Err("byte 3 of the port is no digit: a number from 1 to 65535 expected");
    let same = |text, why, ours| (text, why, ours, ours);
    vec![
        (
            "t.me/proxy?server=1.2.3.4&port=80adasdas&secret=1234567890abcdef1234567890ABCDEF",
            Why::LeadingDigits,
            PORT,
            Ok(PLAIN),
        ),
        (
            "tg:proxy?server=1.2.3.4&port=80adasdas&secret=1234567890abcdef1234567890ABCDEF",
            Why::LeadingDigits,
            PORT,
            Ok(PLAIN),
        ),
        same(
            "t.me/proxy?server=google.com&port=8%30&secret=de1234567890abcdef1234567890ABCDEF",
            Why::TagOfTheSpecification,
            Ok("de1234567890abcdef1234567890abcdef"),
        ),
        same(
            "tg:proxy?server=google.com&port=8%30&secret=de1234567890abcdef1234567890ABCDEF",
            Why::TagOfTheSpecification,
            Ok("de1234567890abcdef1234567890abcdef"),
        ),
        same(
            "52a493bdfb90eea55739eabff2d92a1422",
            Why::TagOfTheSpecification,
            Ok("52a493bdfb90eea55739eabff2d92a1422"),
        ),
        same(
            "efd11c6cbbd9efe7fed5bc0db220b09665",
            Why::TagOfTheSpecification,
            Ok("efd11c6cbbd9efe7fed5bc0db220b09665"),
        ),
        (
            "t.me/proxy?server=google.com&port=8%30&secret=ee1234567890abcdef1234567890ABCDEF",
            Why::FakeTlsWithoutDomain,
            NO_DOMAIN,
            Ok(PLAIN),
        ),
        (
            "eef05fb7acb549be047a7c585116581418",
            Why::FakeTlsWithoutDomain,
            NO_DOMAIN,
            Ok("f05fb7acb549be047a7c585116581418"),
        ),
        (
            "eed11c6cbbd9efe7fed5bc0db220b09665",
            Why::FakeTlsWithoutDomain,
            NO_DOMAIN,
            Ok("d11c6cbbd9efe7fed5bc0db220b09665"),
        ),
        same(
            "t.me/proxy?server=google.com&port=8%30&secret=ee1234567890abcdef1234567890ABCDEF%30%30",
            Why::DomainOfAnyBytes,
            Err(
                "secret with fake TLS: byte 1 of the domain is 0x00: ASCII letters, digits, '-', '_' and '.' expected; a name in another script is written in its xn-- form",
            ),
        ),
        same(
            "t.me/proxy?server=google.com&port=8%30&secret=ee1234567890abcdef1234567890ABCDEF010101010101010101",
            Why::DomainOfAnyBytes,
            Err(
                "secret with fake TLS: byte 1 of the domain is 0x01: ASCII letters, digits, '-', '_' and '.' expected; a name in another script is written in its xn-- form",
            ),
        ),
        same(
            "t.me/proxy?server=google.com&port=8%30&secret=7tAAAAAAAAAAAAAAAAAAAAAAAAcuZ29vZ2xlLmNvbQ",
            Why::DomainOfAnyBytes,
            Err(
                "secret with fake TLS: byte 1 of the domain is 0x00: ASCII letters, digits, '-', '_' and '.' expected; a name in another script is written in its xn-- form",
            ),
        ),
        (
            "t.me/proxy?server=google.com&port=8%30&secret=7ge9Ug57SJOnMe8J%2BSj5pyZnaXRodWIuY29t",
            Why::StandardBase64,
            Err(
                "character 17 of the secret belongs to standard base64: base64url expected, write '-' for '+' and '_' for '/'",
            ),
            Ok("7ge9Ug57SJOnMe8J-Sj5pyZnaXRodWIuY29t"),
        ),
        (
            "t.me/proxy?server=google.com&port=8%30&secret=7ge9Ug57SJOnMe8J%2FSj5pyZnaXRodWIuY29t",
            Why::StandardBase64,
            Err(
                "character 17 of the secret belongs to standard base64: base64url expected, write '-' for '+' and '_' for '/'",
            ),
            Ok("7ge9Ug57SJOnMe8J_Sj5pyZnaXRodWIuY29t"),
        ),
        same(
            "d11c6cbbd9efe7fed5bc0db220b09665",
            Why::FakeTlsOnly,
            Ok("d11c6cbbd9efe7fed5bc0db220b09665"),
        ),
        same(
            "ddd11c6cbbd9efe7fed5bc0db220b09665",
            Why::FakeTlsOnly,
            Ok("ddd11c6cbbd9efe7fed5bc0db220b09665"),
        ),
        // 32 hex digits are a plain secret, ee in front or not.
        same(
            "eed11c6cbbd9efe7fed5bc0db220b096",
            Why::FakeTlsOnly,
            Ok("eed11c6cbbd9efe7fed5bc0db220b096"),
        ),
        (
            "+ueJ0q91t5XOnFYP8Xac3A",
            Why::FakeTlsOnly,
            Err(
                "character 1 of the secret belongs to standard base64: base64url expected, write '-' for '+' and '_' for '/'",
            ),
            Ok("fae789d2af75b795ce9c560ff1769cdc"),
        ),
    ]
}

/// What a mode reads: server and port (of a link), and the secret.
type Read = Result<(Option<(String, u16)>, Secret), String>;

fn read(kind: &str, text: &str, mode: ParseMode) -> Read {
    match kind {
        "link" => ProxyLink::parse(text, mode)
            .map(|link| {
                let place = (link.server().to_string(), link.port());
                (Some(place), link.into_secret())
            })
            .map_err(|error| error.to_string()),
        "secret_hex" | "secret_text" => Secret::parse(text, mode)
            .map(|secret| (None, secret))
            .map_err(|error| error.to_string()),
        other => panic!("kind {other:?} is new: teach this test about it"),
    }
}

/// Whether that is what the peer reads.
fn is_as_expected(read: &Read, expect: &Value) -> bool {
    let Ok((place, secret)) = read else {
        return expect
            .as_str()
            .is_some_and(|word| word.starts_with("reject"));
    };
    let kind = match secret.form() {
        SecretForm::Plain => "plain",
        SecretForm::Tagged { .. } => "padded",
        SecretForm::FakeTls { .. } => "fake-tls",
        _ => "unknown",
    };
    if let Some(word) = expect.as_str() {
        return match word {
            "plain 16" => kind == "plain",
            "17 bytes with tag" => kind == "padded",
            "fake-tls" => kind == "fake-tls",
            _ => false,
        };
    }
    let fields = expect.as_object().expect("an expectation");
    fields.iter().all(|(name, value)| match name.as_str() {
        "server" => place.as_ref().map(|(server, _)| server.as_str()) == value.as_str(),
        "port" => place.as_ref().map(|(_, port)| u64::from(*port)) == value.as_u64(),
        "secret_normalized" => Some(secret.to_text().as_str()) == value.as_str(),
        "type" => Some(kind) == value.as_str(),
        "key" => Some(Secret::plain(secret.key()).to_hex().as_str()) == value.as_str(),
        "host" => secret.domain() == value.as_str(),
        other => panic!("field {other:?} is new: teach this test about it"),
    })
}

fn vectors() -> Option<Value> {
    let folder = std::env::var_os("MTPROTO_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let path = folder.join("proxy_secrets.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no vectors in {}", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("JSON"))
}

#[test]
fn every_case() {
    let Some(vectors) = vectors() else {
        return;
    };
    let differences = differences();
    let mut met = BTreeSet::new();
    let cases = vectors["vectors"].as_array().expect("a list of cases");
    for case in cases {
        let kind = case["kind"].as_str().expect("a kind");
        let text = case["link"]
            .as_str()
            .or_else(|| case["secret"].as_str())
            .expect("a text");
        let strict = read(kind, text, ParseMode::Strict);
        let lenient = read(kind, text, ParseMode::Lenient);
        let expect = &case["expect"];
        let agreed = [&strict, &lenient].map(|read| is_as_expected(read, expect));
        match differences.iter().find(|difference| difference.0 == text) {
            Some((_, why, ours_strict, ours_lenient)) => {
                assert_ne!(agreed, [true, true], "{text}: {why:?} no longer differs");
                for (read, ours) in [(&strict, ours_strict), (&lenient, ours_lenient)] {
                    let words = read
                        .as_ref()
                        .map(|(_, secret)| secret.to_text().to_string());
                    let words = words
                        .as_ref()
                        .map(String::as_str)
                        .map_err(|error| error.as_str());
                    assert_eq!(words, *ours, "{text}: {why:?}");
                }
                println!(
                    "differs: {text}: {why:?}: strict {ours_strict:?}, lenient {ours_lenient:?}"
                );
                met.insert(text);
            }
            None => {
                assert_eq!(
                    agreed,
                    [true, true],
                    "{text}: {expect}: {strict:?} {lenient:?}"
                );
            }
        }
        // Whatever is read prints in one form that strict mode reads back.
        for (_, secret) in [strict, lenient].into_iter().flatten() {
            assert_eq!(
                Secret::parse(&secret.to_text(), ParseMode::Strict),
                Ok(secret)
            );
        }
    }
    assert_eq!(
        met.len(),
        differences.len(),
        "a difference that no case shows"
    );
    assert!(cases.len() >= 56, "only {} cases", cases.len());
    println!(
        "{} cases, {} of them with a difference",
        cases.len(),
        met.len()
    );
}
