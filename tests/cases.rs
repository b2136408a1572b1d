//! The cases that all languages share (`tests/cases`), run against the Rust API.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mtproto::mtproxy::{DcId, Link, ParseMode, Secret, SecretForm};
use mtproto::{
    Accept, Config, Entropy, Envelope, Error, Event, HttpTarget, QuickAckForm, QuickAckToken,
    Transport, TransportError, WebSocketTarget,
};
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    value["cases"].as_array().unwrap().clone()
}

fn lines(value: &Value) -> Vec<&str> {
    let lines = value.as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap()).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in text.split('+').filter(|part| *part != "-") {
        if let Some(length) = part.strip_prefix("counter:") {
            let length: usize = length.parse().unwrap();
            bytes.extend((0..length).map(|index| u8::try_from(index % 256).unwrap()));
        } else {
            let digits = (0..part.len()).step_by(2);
            bytes.extend(digits.map(|at| u8::from_str_radix(&part[at..at + 2], 16).unwrap()));
        }
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Protocol(LengthZero)` is `length_zero`, `Usage(CountTooLarge { .. })` is
/// `count_too_large`.
fn name(error: Error) -> String {
    let text = format!("{error:?}");
    let inner = text
        .split_once('(')
        .map_or(text.as_str(), |(_, inner)| inner);
    let inner: String = inner
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let mut name = String::new();
    for character in inner.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn envelope(name: &str) -> Envelope {
    match name {
        "abridged" => Envelope::Abridged,
        "intermediate" => Envelope::Intermediate,
        "padded_intermediate" => Envelope::PaddedIntermediate,
        "full" => Envelope::Full,
        _ => panic!("no envelope is called {name}"),
    }
}

fn config(lines: &[&str]) -> Result<Config, Error> {
    let mut config = Config::new();
    for line in lines {
        let (knob, value) = line.split_once(' ').unwrap();
        match knob {
            "envelope" => _ = config.set_envelope(envelope(value)),
            "obfuscated" => _ = config.set_obfuscated(value != "no"),
            "trim" => _ = config.set_trim(value != "no"),
            "quick_ack_form" => _ = config.set_quick_ack_form(QuickAckForm::Raw),
            "dc" => _ = config.set_dc(DcId::decode(value.parse().unwrap()).unwrap()),
            "secret" => {
                let secret = Secret::from_bytes(&bytes(value), ParseMode::Strict).unwrap();
                config.add_secret(secret);
            }
            "accept" => {
                let has = |name| value.split(',').any(|word| word == name);
                config.set_accept(Accept {
                    plain: has("plain"),
                    plain_full: has("plain_full"),
                    obfuscated: has("obfuscated"),
                    secret: has("secret"),
                    obfuscated_full: has("obfuscated_full"),
                    websocket: has("websocket"),
                    http: has("http"),
                });
            }
            "websocket" => _ = config.set_websocket(WebSocketTarget::new(value)),
            "http" => _ = config.set_http(HttpTarget::new(value)),
            "max_payload" => _ = config.set_max_payload(value.parse().unwrap())?,
            "max_padding" => _ = config.set_max_padding(value.parse().unwrap())?,
            "entropy" => _ = config.set_entropy(Entropy::from_bytes(&bytes(value))),
            _ => panic!("no knob is called {knob}"),
        }
    }
    Ok(config)
}

fn token(text: &str) -> QuickAckToken {
    QuickAckToken::from_value(text.parse().unwrap()).unwrap()
}

/// An event as a step names it.
fn described(event: &Event<'_>) -> String {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    match event {
        Event::Connected(connected) => format!(
            "connected {} {} dc={} secret={}",
            connected.envelope.map_or("-", Envelope::name),
            if connected.obfuscated {
                "obfuscated"
            } else {
                "plain"
            },
            or_none(connected.dc_field.map(|dc| dc.to_string())),
            or_none(connected.secret_index.map(|index| index.to_string())),
        ),
        Event::Payload(payload) => {
            let ack = if payload.quick_ack_wanted { "ack" } else { "-" };
            format!("payload {} {ack}", hex(payload.data))
        }
        Event::QuickAck(token) => format!("quick_ack {}", token.value()),
        Event::TransportError(error) => format!("transport_error {}", error.code()),
        Event::NotOurs(not_ours) => {
            format!("not_ours {} {}", not_ours.reason.name(), hex(not_ours.data))
        }
        Event::Closed(closed) => format!("closed {}", closed.name()),
        _ => panic!("an event that the cases do not know: {event:?}"),
    }
}

/// What a step expects, with its bytes in hex.
fn expected(words: &[&str]) -> String {
    match words {
        ["payload", data, ack] => format!("payload {} {ack}", hex(&bytes(data))),
        ["not_ours", reason, data] => format!("not_ours {reason} {}", hex(&bytes(data))),
        words => words.join(" "),
    }
}

fn step(transport: &mut Transport, words: &[&str], chunk: usize) -> Result<(), Error> {
    match words {
        ["fail", expected, _, step_words @ ..] => {
            let error = step(transport, step_words, chunk).expect_err("the step shall fail");
            assert_eq!(name(error), *expected);
            Ok(())
        }
        ["payload", payload] => transport.push_payload(&bytes(payload)),
        ["payload", payload, ack] => {
            transport.push_payload_with_quick_ack(&bytes(payload), token(ack))
        }
        ["opening"] => transport.push_opening(),
        ["quick_ack", ack] => transport.push_quick_ack(token(ack)),
        ["transport_error", code] => {
            transport.push_transport_error(TransportError::new(code.parse().unwrap()).unwrap())
        }
        ["wire", wire] => {
            let mut buffer = vec![0; transport.pending_wire() + 1];
            let count = transport.pull_wire(&mut buffer)?;
            if *wire != "*" {
                assert_eq!(hex(&buffer[..count]), hex(&bytes(wire)));
            }
            Ok(())
        }
        ["receive", data] => {
            for piece in bytes(data).chunks(chunk) {
                assert_eq!(transport.push_wire(piece)?, piece.len());
            }
            Ok(())
        }
        ["end"] => transport.push_wire_end(),
        ["event"] => transport.pull_event().map(|_| ()),
        ["event", "none"] => {
            assert_eq!(transport.pull_event()?, None);
            Ok(())
        }
        ["event", "skip"] => {
            while let Ok(Some(_)) = transport.pull_event() {}
            Ok(())
        }
        ["event", "closed", "*"] => {
            assert!(matches!(transport.pull_event()?, Some(Event::Closed(_))));
            Ok(())
        }
        ["event", words @ ..] => {
            let event = transport.pull_event()?.expect("an event shall come");
            assert_eq!(described(&event), expected(words));
            Ok(())
        }
        _ => panic!("no step is called {words:?}"),
    }
}

fn run(case: &Value, chunk: usize) {
    let steps = lines(&case["steps"]);
    let config = config(&lines(&case["config"]));
    let made = match case["role"].as_str().unwrap() {
        "client" => config.and_then(|config| Transport::client(&config)),
        "server" => config.and_then(|config| Transport::server(&config)),
        _ => {
            for line in steps {
                let words: Vec<&str> = line.split(' ').collect();
                let [_, key, plaintext, value] = words.as_slice() else {
                    panic!("no transport, but the step {line}");
                };
                let key = bytes(key).try_into().unwrap();
                let computed = QuickAckToken::compute(&key, &bytes(plaintext));
                assert_eq!(computed.value().to_string(), *value);
            }
            return;
        }
    };
    let words: Vec<Vec<&str>> = steps.iter().map(|line| line.split(' ').collect()).collect();
    if let Some(["refuse", expected, _]) = words.first().map(Vec::as_slice) {
        assert_eq!(
            name(made.err().expect("no transport shall be made")),
            *expected
        );
        return;
    }
    let mut transport = made.unwrap();
    for words in words {
        step(&mut transport, &words, chunk).unwrap();
    }
}

#[test]
fn every_transport_case_in_one_piece_and_byte_by_byte() {
    let cases = cases("transport.json");
    assert!(cases.len() > 500, "only {} cases", cases.len());
    let mut failed = Vec::new();
    for case in &cases {
        for chunk in [usize::MAX, 1] {
            if std::panic::catch_unwind(|| run(case, chunk)).is_err() {
                failed.push(case["name"].as_str().unwrap());
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {}: {failed:?}",
        failed.len(),
        cases.len()
    );
}

fn text_case(case: &Value) -> Result<(), String> {
    let text = case["text"].as_str().unwrap();
    let mode = match case["mode"].as_str().unwrap() {
        "strict" => ParseMode::Strict,
        _ => ParseMode::Lenient,
    };
    match case["kind"].as_str().unwrap() {
        "secret" => {
            let secret = Secret::parse(text, mode).map_err(|error| error.to_string())?;
            let form = match secret.form() {
                SecretForm::Plain => "plain",
                SecretForm::Tagged { .. } => "tagged",
                SecretForm::FakeTls { .. } => "fake_tls",
                _ => "unknown",
            };
            assert_eq!(case["form"], form);
            assert_eq!(case["key"], hex(secret.key()));
            assert_eq!(case["domain"].as_str(), secret.domain());
            assert_eq!(case["canonical"], secret.to_text().as_str());
        }
        "link" => match Link::parse(text, mode).map_err(|error| error.to_string())? {
            Link::MtProxy(link) => {
                assert_eq!(case["server"], link.server().to_string());
                assert_eq!(case["port"], link.port());
                assert_eq!(case["secret"], link.secret().to_text().as_str());
                if case["tg"].is_string() {
                    assert_eq!(case["tg"], link.to_tg_link().as_str());
                    assert_eq!(case["https"], link.to_https_link().as_str());
                }
            }
            Link::Socks5(link) => {
                assert_eq!(case["server"], link.server.to_string());
                assert_eq!(case["port"], link.port);
                assert_eq!(case["user"].as_str(), link.user.as_deref());
                let password = link.password.as_deref().map(String::as_str);
                assert_eq!(case["password"].as_str(), password);
            }
            _ => panic!("a link that the cases do not know"),
        },
        _ => {
            let dc = DcId::decode(text.parse().unwrap()).map_err(|error| error.to_string())?;
            assert_eq!(case["number"], dc.number());
            assert_eq!(case["test"], dc.is_test());
            assert_eq!(case["media"], dc.is_media());
        }
    }
    Ok(())
}

#[test]
fn every_text_case() {
    let cases = cases("texts.json");
    assert!(cases.len() > 20, "only {} cases", cases.len());
    for case in &cases {
        match (text_case(case), case["refused"].as_str()) {
            (Ok(()), None) => {}
            (Err(reason), Some(words)) => assert!(reason.contains(words), "{case}: {reason}"),
            (result, _) => panic!("{case}: {result:?}"),
        }
    }
}
