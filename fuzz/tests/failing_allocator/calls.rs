//! The calls outside of connections: secrets, links, endpoints.

use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

use mtproto::capi::*;

use crate::{Calls, each_allocation};

const SECRET: &str = "ee0123456789abcdef0123456789abcdef6578616d706c652e6f7267";
const CANONICAL: &str = "7gEjRWeJq83vASNFZ4mrze9leGFtcGxlLm9yZw";

/// What a call writes into a buffer of the caller's, which asks for no memory.
fn written(mut call: impl FnMut(*mut c_char, usize, *mut usize) -> mtproto_status) -> Vec<u8> {
    let mut buffer = [0 as c_char; 1100];
    let mut length = 0;
    let count = each_allocation(|_| {
        let status = call(buffer.as_mut_ptr(), buffer.len(), &mut length);
        assert_eq!(status, MTPROTO_OK);
    });
    assert_eq!(count, 0, "allocations");
    buffer[..length].iter().map(|&byte| byte as u8).collect()
}

fn parsed_secret(text: &str, calls: &mut Calls) -> *mut mtproto_secret {
    let mut secret = null_mut();
    let (text, length) = (text.as_ptr().cast(), text.len());
    let mode = MTPROTO_PARSE_LENIENT;
    // SAFETY: good bytes, a place for the result.
    calls.done(|| unsafe { mtproto_secret_parse(text, length, mode, &mut secret, null_mut(), 0) });
    secret
}

fn parsed_link(text: &str, calls: &mut Calls) -> *mut mtproto_link {
    let mut link = null_mut();
    let (text, length) = (text.as_ptr().cast(), text.len());
    let mode = MTPROTO_PARSE_LENIENT;
    // SAFETY: good bytes, a place for the result.
    calls.done(|| unsafe { mtproto_link_parse(text, length, mode, &mut link, null_mut(), 0) });
    link
}

#[test]
fn secrets() {
    let plain = "0123456789abcdef0123456789abcdef";
    for (text, least) in [
        (plain, 4),
        (SECRET, 6),
        (CANONICAL, 6),
        ("%37gEjRWeJq83vASNFZ4mrze9leGFtcGxlLm9yZw==", 6),
    ] {
        let count = each_allocation(|calls| {
            let secret = parsed_secret(text, calls);
            // SAFETY: of its own, given back once.
            unsafe { mtproto_secret_free(secret) };
        });
        assert!(count >= least, "{text}: {count}");
    }
    let bytes = b"\xee0123456789abcdefexample.org";
    let count = each_allocation(|calls| {
        let mut secret = null_mut();
        let (data, mode) = (bytes.as_ptr(), MTPROTO_PARSE_STRICT);
        // SAFETY: good bytes, a place for the result; of its own, given back once.
        unsafe {
            calls.done(|| {
                mtproto_secret_from_bytes(data, bytes.len(), mode, &mut secret, null_mut(), 0)
            });
            assert_eq!(
                CStr::from_ptr(mtproto_secret_domain(secret)),
                c"example.org"
            );
            mtproto_secret_free(secret);
        }
    });
    assert!(count >= 4, "{count}");
}

#[test]
fn what_is_printed_needs_no_memory() {
    let secret = parsed_secret(SECRET, &mut Calls { refused: 0 });
    // SAFETY: live handles, memory of that size; of its own, given back once.
    unsafe {
        let text = written(|to, room, length| mtproto_secret_to_text(secret, to, room, length));
        assert_eq!(text, [CANONICAL.as_bytes(), &[0]].concat());
        let bytes =
            written(|to, room, length| mtproto_secret_bytes(secret, to.cast(), room, length));
        assert_eq!(bytes[17..], *b"example.org");
        let key = written(|to, room, length| mtproto_secret_key(secret, to.cast(), room, length));
        assert_eq!(key, bytes[1..17]);
        mtproto_secret_free(secret);

        let link = format!("tg://proxy?server=%61.b&port=443&secret={SECRET}");
        let link = parsed_link(&link, &mut Calls { refused: 0 });
        let form = MTPROTO_LINK_FORM_TG;
        let text = written(|to, room, length| mtproto_link_to_text(link, form, to, room, length));
        let expected = format!("tg://proxy?server=a.b&port=443&secret={CANONICAL}\0");
        assert_eq!(text, expected.as_bytes());
        mtproto_link_free(link);

        let text = written(|to, room, length| mtproto_endpoint_address(2, 0, 0, to, room, length));
        assert_eq!(text, b"149.154.167.51:443\0");
        let service = MTPROTO_SERVICE_WEBSOCKET;
        let text =
            written(|to, room, length| mtproto_endpoint_uri(2, 0, service, to, room, length));
        assert_eq!(text, b"wss://venus.web.telegram.org/apiws\0");
        let address = c"2001:db8::1".as_ptr();
        let text = written(|to, room, length| {
            mtproto_endpoint_plain_uri(address, service, to, room, length)
        });
        assert_eq!(text, b"ws://[2001:db8::1]:80/apiws\0");
    }
}

#[test]
fn links() {
    let proxy = format!("tg://proxy?server=a.b&port=443&secret={SECRET}");
    let socks = "https://t.me/socks?server=a.b&port=1080&user=me&pass=%41b";
    let address = "tg:socks?server=2001:db8::1&port=1080";
    for (text, least) in [(proxy.as_str(), 10), (socks, 9), (address, 4)] {
        let count = each_allocation(|calls| {
            let link = parsed_link(text, calls);
            // SAFETY: a live handle; of its own, given back once.
            unsafe {
                assert_ne!(mtproto_link_port(link), 0);
                assert!(!CStr::from_ptr(mtproto_link_server(link)).is_empty());
                if text == socks {
                    assert_eq!(CStr::from_ptr(mtproto_link_user(link)), c"me");
                    assert_eq!(CStr::from_ptr(mtproto_link_password(link)), c"Ab");
                }
                mtproto_link_free(link);
            }
        });
        assert!(count >= least, "{text}: {count}");
    }
    let secret = parsed_secret(SECRET, &mut Calls { refused: 0 });
    let count = each_allocation(|calls| {
        let mut link = null_mut();
        let server = "proxy.example";
        let (text, length) = (server.as_ptr().cast(), server.len());
        // SAFETY: a live handle, good bytes; of its own, given back once.
        unsafe {
            calls.done(|| mtproto_link_new(text, length, 443, secret, &mut link, null_mut(), 0));
            let copy = mtproto_link_secret(link);
            assert_eq!(CStr::from_ptr(mtproto_secret_domain(copy)), c"example.org");
            mtproto_link_free(link);
        }
    });
    assert!(count >= 6, "{count}");
    // SAFETY: of its own, given back once.
    unsafe { mtproto_secret_free(secret) };
}

/// Why not, in words, and cut to the caller's buffer.
#[test]
fn refusals() {
    let mut reason = [0 as c_char; 60];
    for (text, expected, words) in [
        (
            "00",
            MTPROTO_ERROR_SECRET_TOO_SHORT,
            "secret is 1 byte: 16 expected",
        ),
        (
            "é",
            MTPROTO_ERROR_SECRET_TEXT,
            "character 1 of the secret is 'é'",
        ),
    ] {
        let count = each_allocation(|calls| {
            let mut secret = null_mut();
            let (data, length, mode) = (text.as_ptr().cast(), text.len(), MTPROTO_PARSE_STRICT);
            // SAFETY: good bytes, places for the results.
            let status = calls.until_done(|| unsafe {
                let to = reason.as_mut_ptr();
                mtproto_secret_parse(data, length, mode, &mut secret, to, reason.len())
            });
            assert_eq!(status, expected);
            // SAFETY: a text that ends in NUL.
            let said = unsafe { CStr::from_ptr(reason.as_ptr()) }.to_str();
            assert!(said.is_ok_and(|said| said.starts_with(words)), "{said:?}");
        });
        assert_eq!(count, 1, "the bytes of {text}");
    }
}
