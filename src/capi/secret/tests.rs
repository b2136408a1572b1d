//! What only a caller of the C functions sees of a secret: buffers, reasons, NULL.

use core::ffi::CStr;
use core::ptr;

use super::super::status::{MTPROTO_ERROR_SECRET_TOO_SHORT, MTPROTO_NEED_SPACE, MTPROTO_OK};
use super::*;

const FAKE_TLS: &str = "ee00112233445566778899aabbccddeeff6578616d706c652e636f6d";

fn parse(text: &str, reason: &mut [c_char]) -> (mtproto_status, *mut mtproto_secret) {
    let mut secret = ptr::null_mut();
    // SAFETY: a text, a place for the result, a buffer, with their lengths.
    let status = unsafe {
        mtproto_secret_parse(
            text.as_ptr().cast(),
            text.len(),
            MTPROTO_PARSE_LENIENT,
            &raw mut secret,
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    (status, secret)
}

fn words(reason: &[c_char]) -> String {
    // SAFETY: the library ends what it writes with a zero byte.
    let text = unsafe { CStr::from_ptr(reason.as_ptr()) };
    text.to_str().unwrap().to_owned()
}

#[test]
fn a_reason_is_cut_to_fit() {
    let whole = "secret is 15 bytes: 16 expected, copy the whole link or secret";
    for capacity in 1..80 {
        let mut reason = [0x55; 81];
        let (status, secret) = parse(&"00".repeat(15), &mut reason[..capacity]);
        assert_eq!(status, MTPROTO_ERROR_SECRET_TOO_SHORT);
        assert!(secret.is_null());
        assert_eq!(words(&reason), whole[..whole.len().min(capacity - 1)]);
        assert_eq!(reason[capacity], 0x55);
    }
    assert_eq!(parse("00", &mut []).0, MTPROTO_ERROR_SECRET_TOO_SHORT);
}

#[test]
fn a_reason_never_ends_in_half_a_character() {
    let text = format!("{}é", "0".repeat(32));
    let mut reason = [0; 128];
    assert_ne!(parse(&text, &mut reason).0, MTPROTO_OK);
    let whole = words(&reason);
    assert!(whole.contains('é'), "{whole}");
    for capacity in 1..=whole.len() {
        let mut reason = [0; 128];
        assert_ne!(parse(&text, &mut reason[..capacity]).0, MTPROTO_OK);
        assert!(whole.starts_with(&words(&reason)), "{capacity}");
    }
}

#[test]
#[allow(clippy::multiple_unsafe_ops_per_block)]
fn a_secret_is_copied_out_where_it_fits() {
    let mut reason = [0x55; 8];
    let (status, secret) = parse(FAKE_TLS, &mut reason);
    assert_eq!((status, words(&reason).as_str()), (MTPROTO_OK, ""));
    // SAFETY: a live handle.
    let form = unsafe { mtproto_secret_form(secret) };
    assert_eq!(form, MTPROTO_SECRET_FAKE_TLS);
    // SAFETY: a live handle.
    let domain = unsafe { CStr::from_ptr(mtproto_secret_domain(secret)) };
    assert_eq!(domain, c"example.com");

    for capacity in 0..64 {
        let mut buffer = [0x55_u8; 64];
        let mut length = 0;
        let at = if capacity == 0 {
            ptr::null_mut()
        } else {
            buffer.as_mut_ptr()
        };
        // SAFETY: a live handle, a buffer of that capacity, a place for the length.
        let status = unsafe { mtproto_secret_bytes(secret, at, capacity, &raw mut length) };
        assert_eq!(length, 28);
        assert_eq!(
            status,
            if capacity < 28 {
                MTPROTO_NEED_SPACE
            } else {
                MTPROTO_OK
            }
        );
        assert_eq!(buffer[27], if capacity < 28 { 0x55 } else { b'm' });
        // SAFETY: as above.
        let status =
            unsafe { mtproto_secret_to_text(secret, at.cast(), capacity, &raw mut length) };
        // 28 bytes are 38 characters of base64url without padding, and the NUL.
        assert_eq!(length, 39);
        assert_eq!(
            status,
            if capacity < 39 {
                MTPROTO_NEED_SPACE
            } else {
                MTPROTO_OK
            }
        );
    }
    // SAFETY: a handle of our own, given back once.
    unsafe { mtproto_secret_free(secret) };
}

#[test]
#[allow(clippy::multiple_unsafe_ops_per_block)]
fn null_is_a_status_or_nothing() {
    let mut length = 7;
    // SAFETY: NULL is what these are asked about.
    unsafe {
        assert_eq!(mtproto_secret_form(ptr::null()), 0);
        assert_eq!(CStr::from_ptr(mtproto_secret_domain(ptr::null())), c"");
        mtproto_secret_free(ptr::null_mut());
        let status = mtproto_secret_key(ptr::null(), ptr::null_mut(), 0, &raw mut length);
        assert_eq!((status, length), (MTPROTO_ERROR_NULL_ARGUMENT, 7));
    }
}
