//! Secrets: parsed, printed and parsed again; strict is a part of lenient.
#![no_main]

use mtproto::DcId;
use mtproto::mtproxy::{ParseMode, Secret};

fn check(secret: &Secret) {
    let again = |mode| {
        assert_eq!(Secret::parse(&secret.to_text(), mode).as_ref(), Ok(secret));
        assert_eq!(Secret::parse(&secret.to_hex(), mode).as_ref(), Ok(secret));
        assert_eq!(
            Secret::from_bytes(&secret.to_bytes(), mode).as_ref(),
            Ok(secret)
        );
    };
    again(ParseMode::Strict);
    again(ParseMode::Lenient);
    assert!(secret.to_bytes().len() <= 199 && secret.to_text().len() < 267);
    let shown = format!("{secret:?}");
    let key: String = secret
        .key()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // A domain may say anything, and is shown.
    let is_domain = secret.domain().is_some_and(|domain| domain.contains(&key));
    assert!(is_domain || !shown.contains(&key), "the key is shown");
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let strict = Secret::from_bytes(data, ParseMode::Strict);
    let lenient = Secret::from_bytes(data, ParseMode::Lenient);
    for secret in strict.iter().chain(&lenient) {
        check(secret);
    }
    assert!(
        strict.is_err() || strict == lenient,
        "lenient refuses or changes what strict takes"
    );
    let error = lenient.err().map(|error| error.to_string());
    assert!(error.is_none_or(|error| !error.is_empty() && error.len() < 200));

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let strict = Secret::parse(text, ParseMode::Strict);
    let lenient = Secret::parse(text, ParseMode::Lenient);
    for secret in strict.iter().chain(&lenient) {
        check(secret);
    }
    assert!(
        strict.is_err() || strict == lenient,
        "lenient refuses or changes what strict takes"
    );

    let number = data
        .first_chunk()
        .map_or(0, |bytes| i16::from_le_bytes(*bytes));
    if let Ok(dc) = DcId::decode(number) {
        assert_eq!(dc.encode(), number);
        assert_eq!(DcId::new(dc.number(), dc.is_test(), dc.is_media()), Ok(dc));
    }
});
