//! What only Rust can test of this face: that no status was forgotten, and a panic inside a call.

use super::*;
use crate::capi;

fn config() -> TransportConfig {
    TransportConfig {
        envelope: None,
        obfuscated: None,
        dc: None,
        secrets: Vec::new(),
        accept: None,
        max_payload: None,
        max_padding: None,
        trim: None,
        quick_ack_form: None,
        memory: None,
        websocket: None,
        http: None,
        queue_turns: None,
        tls_profile: None,
        replay_cache: None,
        allowed_clock_skew: None,
        unix_time: None,
        entropy: None,
    }
}

fn raw(transport: &NativeTransport) -> *mut capi::mtproto_transport {
    let address = usize::try_from(transport.raw_handle()).unwrap();
    core::ptr::with_exposed_provenance_mut(address)
}

/// Every `MTPROTO_ERROR_...` of the header has the kind of that name.
#[test]
fn every_status_of_the_header_has_its_kind() {
    let header = include_str!("../../include/mtproto.h");
    let mut statuses = 0;
    for line in header.lines() {
        let Some(rest) = line.strip_prefix("#define MTPROTO_ERROR_") else {
            continue;
        };
        let (name, number) = rest.split_once(' ').unwrap();
        let status: i32 = number.trim_matches(['(', ')']).parse().unwrap();
        let kind = format!("{:?}", ErrorKind::of(status)).to_uppercase();
        assert_eq!(kind, name.replace('_', ""), "status {status}");
        assert!(!format!("{}", MtprotoError::of_status(status, String::new())).is_empty());
        statuses += 1;
    }
    assert!(
        statuses > 60,
        "only {statuses} statuses found in the header"
    );
}

#[test]
fn both_paths_work_on_one_object() {
    let client = NativeTransport::client(config()).unwrap();
    let server = NativeTransport::server(config()).unwrap();
    let raw = raw(&client);
    let payload = [7_u8; 40];
    // SAFETY: the handle of a live object that nobody else uses, 40 bytes.
    let status = unsafe {
        capi::mtproto_transport_push_payload(raw, payload.as_ptr(), 40, core::ptr::null())
    };
    assert_eq!(status, capi::MTPROTO_OK);
    let events = server.receive(&client.take_wire().unwrap()).unwrap();
    assert!(matches!(events[0], Event::Connected { .. }));
    assert_eq!(
        events[1],
        Event::Payload {
            data: payload.to_vec(),
            quick_ack_wanted: false
        }
    );
    assert_eq!(events.len(), 2);
}

/// An error after events does not swallow them, and a status becomes the error
/// with its figures.
#[test]
fn events_before_an_error_are_delivered() {
    let plain = TransportConfig {
        envelope: Some(Envelope::Intermediate),
        obfuscated: Some(false),
        ..config()
    };
    let client = NativeTransport::client(plain).unwrap();
    let events = client
        .receive(&[4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0])
        .unwrap();
    assert_eq!(events.len(), 2);
    let error = client.receive(&[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LengthMisaligned);
    assert_eq!(client.check_alive(), Err(error.clone()));
    let raised = client.check(capi::MTPROTO_ERROR_LENGTH_MISALIGNED);
    assert_eq!(raised, Err(error.clone()));
    assert!(error.to_string().contains("announced 5 bytes"), "{error}");
    assert_eq!(client.check(capi::MTPROTO_NO_EVENT), Ok(()));
}

#[cfg(feature = "test-panic")]
#[test]
fn a_panic_becomes_an_error_and_stays_one() {
    let client = NativeTransport::client(config()).unwrap();
    let raw = raw(&client);
    // SAFETY: the handle of a live object that nobody else uses.
    let status = unsafe { capi::mtproto_test_panic(raw) };
    assert_eq!(status, capi::MTPROTO_ERROR_PANIC);
    assert_eq!(client.check(status), Err(MtprotoError::panicked()));
    assert_eq!(client.push_payload(&[0; 4]), Err(MtprotoError::panicked()));
    assert_eq!(client.take_wire(), Err(MtprotoError::panicked()));
}

#[test]
fn secrets_are_checked_against_the_config() {
    let secret = Secret::parse("dd".to_owned() + &"ab".repeat(16), ParseMode::Strict).unwrap();
    let wrong = TransportConfig {
        envelope: Some(Envelope::Abridged),
        dc: Some(dc_id_from_wire(2).unwrap()),
        secrets: vec![secret.clone()],
        ..config()
    };
    let error = NativeTransport::client(wrong).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConfigSecretNeedsPadding);
    let no_dc = TransportConfig {
        secrets: vec![secret],
        ..config()
    };
    let error = NativeTransport::client(no_dc).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConfigSecretWithoutDc);
}

/// A secret with a domain goes through fake TLS by itself, and the replay cache
/// keeps who repeats the hello out.
#[test]
fn fake_tls_connects_once() {
    let secret = "ee".to_owned() + &"ab".repeat(16) + "6578616d706c652e636f6d";
    let secret = Secret::parse(secret, ParseMode::Strict).unwrap();
    let cache = ReplayCache::of(16, 600);
    let config = TransportConfig {
        dc: Some(dc_id_from_wire(2).unwrap()),
        secrets: vec![secret],
        replay_cache: Some(cache.clone()),
        ..config()
    };
    let client = NativeTransport::client(config.clone()).unwrap();
    client.push_payload(&[7; 40]).unwrap();
    let hello = client.take_wire().unwrap();
    let server = NativeTransport::server(config.clone()).unwrap();
    assert_eq!(server.receive(&hello).unwrap(), []);
    client.receive(&server.take_wire().unwrap()).unwrap();
    let events = server.receive(&client.take_wire().unwrap()).unwrap();
    let Event::Connected { connection } = &events[0] else {
        panic!("{events:?}");
    };
    assert_eq!(connection.carrier, Carrier::FakeTls);
    assert_eq!(connection.server_name.as_deref(), Some("example.com"));
    let repeated = NativeTransport::server(config).unwrap();
    let events = repeated.receive(&hello).unwrap();
    let replayed = Event::NotOurs {
        reason: NotOursReason::Replayed,
        data: hello,
    };
    assert_eq!(events, [replayed]);
    assert_eq!(cache.count(), 1);
}

fn small_http_server() -> NativeTransport {
    let server = NativeTransport::server(TransportConfig {
        accept: Some(AcceptedOpenings {
            plain: false,
            plain_full: false,
            obfuscated: false,
            secret: false,
            websocket: false,
            http: true,
            obfuscated_full: false,
        }),
        max_payload: Some(1024),
        ..config()
    });
    server.unwrap()
}

/// More than fits, of a client that does not wait for its answers.
fn requests() -> Vec<u8> {
    let request = b"POST /api HTTP/1.1\r\nContent-Length: 40\r\n\r\n";
    [request.as_slice(), &[7; 40]].concat().repeat(1000)
}

/// More than fits came in one call, of a client that did not wait for its answers: the call never returned.
#[test]
fn what_an_http_client_sends_ahead_is_kept() {
    let server = small_http_server();
    let mut events = server.receive(&requests()).unwrap();
    assert!(matches!(events.remove(0), Event::Connected { .. }));
    for _ in 0..1000 {
        assert!(matches!(events.as_slice(), [Event::Payload { .. }]));
        server.push_payload(&[1; 24]).unwrap();
        events = server.receive(&[]).unwrap();
    }
    assert_eq!(events, []);
}

/// What was kept came never where the end came before the answers.
#[test]
fn what_an_http_client_sends_ahead_comes_before_its_end() {
    let server = small_http_server();
    let mut events = server.receive(&requests()).unwrap();
    assert!(matches!(events.remove(0), Event::Connected { .. }));
    events.extend(server.receive_end().unwrap());
    for _ in 1..1000 {
        assert!(matches!(events.as_slice(), [Event::Payload { .. }]));
        server.push_payload(&[1; 24]).unwrap();
        events = server.receive_end().unwrap();
    }
    let reason = CloseReason::BetweenFrames;
    assert!(matches!(events.remove(0), Event::Payload { .. }));
    assert_eq!(events, [Event::Closed { reason }]);
    server.push_payload(&[1; 24]).unwrap();
    assert_eq!(server.receive_end().unwrap(), []);
}

#[test]
fn endpoints_are_texts() {
    let media = dc_id_from_wire(-2).unwrap();
    let first = EndpointAddress {
        host: "149.154.167.51".to_owned(),
        port: 443,
    };
    assert_eq!(endpoint_addresses(media).unwrap()[0], first);
    let uri = endpoint_uri(media, EndpointService::Websocket).unwrap();
    assert_eq!(uri, "wss://venus-1.web.telegram.org/apiws");
    let uri = endpoint_plain_uri(first.host, EndpointService::Http).unwrap();
    assert_eq!(uri, "http://149.154.167.51:80/api");
    let far = dc_id_from_wire(9).unwrap();
    let error = endpoint_uri(far, EndpointService::Http).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoEndpoint);
}

/// The faces agree on what a refused text is called.
#[test]
fn refused_texts_have_the_status_of_the_c_abi() {
    for text in [
        "",
        "xx",
        "abcd",
        "dd",
        "tg://proxy?server=a",
        "https://example.com",
    ] {
        let mut secret = core::ptr::null_mut();
        // SAFETY: a text with its length, and a place for the handle that is never
        // made; the reason is not wanted.
        let status = unsafe {
            capi::mtproto_secret_parse(
                text.as_ptr().cast(),
                text.len(),
                capi::MTPROTO_PARSE_STRICT,
                &raw mut secret,
                core::ptr::null_mut(),
                0,
            )
        };
        let error = Secret::parse(text.to_owned(), ParseMode::Strict)
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::of(status), "{text}");
        assert!(matches!(error, MtprotoError::Input { .. }));
        let error = parse_link(text.to_owned(), ParseMode::Strict)
            .err()
            .unwrap();
        assert!(format!("{:?}", error.kind()).starts_with("Link"), "{text}");
    }
}
