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
        statuses > 30,
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
        secrets: vec![secret.clone()],
        ..config()
    };
    let error = NativeTransport::client(wrong).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let no_dc = TransportConfig {
        secrets: vec![secret],
        ..config()
    };
    let error = NativeTransport::client(no_dc).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConfigSecretWithoutDc);
}
