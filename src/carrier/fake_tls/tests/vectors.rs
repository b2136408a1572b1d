//! The shared vectors: hellos and answers that other implementations made.

use std::path::PathBuf;

use serde_json::Value;

use super::super::digest;
use super::*;

/// The file's vectors, or `None` where the vectors are not at hand.
fn vectors() -> Option<Vec<Value>> {
    let directory = std::env::var_os("MTPROTO_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let path = directory.join("fake_tls.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    Some(file["vectors"].as_array().unwrap().clone())
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    hex(vector[field].as_str().unwrap())
}

fn seconds(vector: &Value) -> u32 {
    u32::try_from(vector["timestamp"].as_u64().unwrap()).unwrap()
}

/// All of mtg's, telemt's and gotd's cases, each as it expects it: this library
/// decided against none of them.
#[test]
fn every_vector_has_the_expected_end() {
    let Some(vectors) = vectors() else { return };
    let mut counts = [0; 3];
    for vector in &vectors {
        let secret: [u8; 16] = bytes(vector, "secret").try_into().unwrap();
        match vector["kind"].as_str().unwrap() {
            "client_hello" => {
                client_hello(vector, &secret);
                counts[0] += 1;
            }
            "client_hello_digest_only" => {
                let record = bytes(vector, "record");
                assert_eq!(digest::open_hello(&secret, &record), Some(seconds(vector)));
                assert_eq!(digest::open_hello(&[0; 16], &record), None);
                counts[1] += 1;
            }
            "server_hello" => {
                server_hello(vector, &secret);
                counts[2] += 1;
            }
            other => panic!("unknown kind {other}"),
        }
    }
    assert_eq!(counts, [7, 1, 2]);
}

fn client_hello(vector: &Value, secret: &[u8; 16]) {
    let record = bytes(vector, "record");
    let domains = [vector["host"].as_str().unwrap().to_owned()];
    let mut rules = Rules {
        domains: &domains,
        ..any_domain()
    };
    if vector["expect"] != "ok" {
        assert_eq!(vector["expect"], "reject: digest mismatch");
        assert_eq!(
            inspect(&record, [secret], &rules),
            Outcome::NotOurs(NotOurs::NoSecret)
        );
        return;
    }
    let time = seconds(vector);
    rules.unix_time = time + 7;
    let Outcome::Ours(accepted) = inspect(&record, [&[0; 16], secret], &rules) else {
        panic!("{vector}");
    };
    assert_eq!(accepted.secret_index, 1);
    assert_eq!(accepted.skew_seconds, -7);
    assert_eq!(accepted.client_random[..], bytes(vector, "random")[..]);
    assert_eq!(accepted.session_id.as_bytes(), bytes(vector, "session_id"));
    assert_eq!(
        accepted.suite.to_be_bytes()[..],
        bytes(vector, "cipher_suite_to_echo")[..]
    );
    assert_eq!(
        accepted.server_name.as_deref(),
        domains.first().map(String::as_str)
    );
    assert_eq!(accepted.consumed, record.len());

    rules.unix_time = time + 121;
    assert_eq!(
        inspect(&record, [secret], &rules),
        Outcome::NotOurs(NotOurs::TooOld { seconds: 121 })
    );
}

fn server_hello(vector: &Value, secret: &[u8; 16]) {
    let random = bytes(vector, "client_random").try_into().unwrap();
    let response = bytes(vector, "response");
    let client = ClientHandshake::waiting(secret, random);
    let consumed = response.len();
    assert_eq!(client.receive(&response), Ok(Progress::Done { consumed }));
    let client = ClientHandshake::waiting(&[0; 16], random);
    assert_eq!(client.receive(&response), Err(FakeTlsError::DigestMismatch));
}
