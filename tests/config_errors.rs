//! Each config that cannot be says its own error, and a refused setting changes nothing.

#![allow(clippy::expect_used, missing_docs, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use common::{Layer, SECRET, add_secret, assert_figures, client_config, server_config};
use mtproto::error::ConfigError;
use mtproto::mtproxy::Secret;
use mtproto::{Accept, Config, DcId, Envelope, Error, Transport};

/// A config for a client, or for a server, that cannot be.
fn configs() -> Vec<(ConfigError, Result<(), Error>)> {
    let client = |config: &Config| Transport::client(config).map(|_| ());
    let server = |config: &Config| Transport::server(config).map(|_| ());
    let mut rows = Vec::new();
    for value in [0, 4, 1020, 1025, 1026, (1 << 30) + 4, usize::MAX] {
        let error = ConfigError::MaxPayload {
            value,
            minimum: 1024,
            maximum: 1 << 30,
        };
        let result = Config::new().set_max_payload(value).map(|_| ());
        rows.push((error, result.map_err(Error::from)));
    }
    for value in [16, 255, u32::MAX] {
        let result = Config::new().set_max_padding(value).map(|_| ());
        let error = ConfigError::MaxPadding { value };
        rows.push((error, result.map_err(Error::from)));
    }

    let mut config = client_config(Envelope::Abridged, Layer::Secret);
    add_secret(&mut config, &[1; 16]);
    rows.push((ConfigError::TooManySecrets { count: 2 }, client(&config)));

    let mut config = client_config(Envelope::Abridged, Layer::Secret);
    config.set_obfuscated(false);
    rows.push((ConfigError::SecretWithoutObfuscation, client(&config)));

    let mut config = Config::new();
    add_secret(&mut config, &SECRET);
    rows.push((ConfigError::SecretWithoutDc, client(&config)));

    for secret in [
        Secret::secure(&SECRET),
        Secret::fake_tls(&SECRET, "example.org").expect("a secret"),
    ] {
        let mut config = Config::new();
        config.set_dc(DcId::new(2, false, false).expect("a DC"));
        config.add_secret(secret).set_envelope(Envelope::Full);
        rows.push((ConfigError::SecretNeedsPadding, client(&config)));
    }

    for value in [0, 255, 16_385, usize::MAX] {
        let result = Config::new().set_max_record(value).map(|_| ());
        let error = ConfigError::MaxRecord { value };
        rows.push((error, result.map_err(Error::from)));
    }
    for (least, most) in [(0, 0), (0, 100), (101, 100), (1, 16_385)] {
        let result = Config::new().set_answer_size(least, most).map(|_| ());
        let error = ConfigError::AnswerSize { least, most };
        rows.push((error, result.map_err(Error::from)));
    }

    let mut config = Config::new();
    let accept = Accept {
        secret: true,
        ..Accept::default()
    };
    config.set_accept(accept);
    rows.push((ConfigError::AcceptSecretWithoutSecret, server(&config)));

    let mut config = server_config(Layer::Secret);
    let accept = Accept {
        plain: true,
        ..Accept::default()
    };
    config.set_accept(accept);
    rows.push((ConfigError::SecretNotAccepted, server(&config)));

    let mut config = Config::new();
    config.set_accept(Accept::default());
    rows.push((ConfigError::AcceptNothing, server(&config)));

    let accept = Accept {
        plain: true,
        obfuscated_full: true,
        ..Accept::default()
    };
    config.set_accept(accept);
    rows.push((ConfigError::AcceptFullWithoutObfuscation, server(&config)));

    for path in ["", "api", "/a b", "/a#b", "http://a/"] {
        let mut config = Config::new();
        config.add_path("/good").add_path(path);
        rows.push((ConfigError::Path, server(&config)));
    }
    rows
}

/// All but `TlsHello`, which no domain and no profile of today brings about.
#[test]
fn a_config_that_cannot_be_says_why() {
    let mut provoked = BTreeSet::new();
    for (expected, result) in configs() {
        assert_eq!(result, Err(Error::Config(expected)));
        let debug = format!("{expected:?}");
        assert_figures(&debug, &expected.to_string());
        let variant = debug.split(' ').next().expect("a name").to_owned();
        provoked.insert(variant);
    }
    let all = [
        "AcceptFullWithoutObfuscation",
        "AcceptNothing",
        "AcceptSecretWithoutSecret",
        "AnswerSize",
        "MaxPadding",
        "MaxPayload",
        "MaxRecord",
        "Path",
        "SecretNeedsPadding",
        "SecretNotAccepted",
        "SecretWithoutDc",
        "SecretWithoutObfuscation",
        "TooManySecrets",
    ];
    assert!(provoked.iter().eq(all.iter()), "{provoked:?}");
}

/// A setting that is refused leaves the one before.
#[test]
fn a_refused_setting_changes_nothing() {
    let mut config = client_config(Envelope::Intermediate, Layer::Plain);
    config.set_max_payload(2048).expect("in the range");
    config.set_max_padding(7).expect("in the range");
    let before = format!("{config:?}");
    assert!(config.set_max_payload(1).is_err());
    assert!(config.set_max_padding(16).is_err());
    assert_eq!(format!("{config:?}"), before);
    config.set_dc(DcId::new(2, true, true).expect("a DC"));
    assert_ne!(format!("{config:?}"), before);
}

/// Both ends of each range are allowed.
#[test]
fn the_ends_of_the_ranges_are_in_them() {
    let mut config = Config::new();
    for bytes in [1024, 1028, 1 << 30] {
        config.set_max_payload(bytes).expect("in the range");
    }
    for bytes in 0..=15 {
        config.set_max_padding(bytes).expect("in the range");
    }
}
