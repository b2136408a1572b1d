//! What only a caller of the C functions sees of a link: buffers, reasons, kinds.

use core::ptr;

use super::super::secret::MTPROTO_PARSE_LENIENT;
use super::super::status::{
    MTPROTO_ERROR_LINK_PORT, MTPROTO_ERROR_SECRET_TOO_SHORT, MTPROTO_NEED_SPACE, MTPROTO_OK,
};
use super::*;

fn parse(text: &str) -> (mtproto_status, *mut mtproto_link, String) {
    let mut link = ptr::null_mut();
    let mut reason = [0x55; 256];
    // SAFETY: a text, a place for the result, a buffer, with their lengths.
    let status = unsafe {
        mtproto_link_parse(
            text.as_ptr().cast(),
            text.len(),
            MTPROTO_PARSE_LENIENT,
            &raw mut link,
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    // SAFETY: the library ends what it writes with a zero byte.
    let reason = unsafe { CStr::from_ptr(reason.as_ptr()) };
    (status, link, reason.to_str().unwrap().to_owned())
}

fn text_of(text: *const c_char) -> String {
    // SAFETY: a text of the library's.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
}

const LINK: &str = "tg://proxy?server=a.example&port=443&secret=dd0123456789abcdef0123456789abcdef";

#[test]
#[allow(clippy::multiple_unsafe_ops_per_block)]
fn a_link_is_read_and_printed() {
    let (status, link, reason) = parse(LINK);
    assert_eq!((status, reason.as_str()), (MTPROTO_OK, ""));
    // SAFETY: a live handle, and buffers with their capacity.
    unsafe {
        assert_eq!(mtproto_link_kind(link), MTPROTO_LINK_MTPROXY);
        assert_eq!(text_of(mtproto_link_server(link)), "a.example");
        assert_eq!(mtproto_link_port(link), 443);
        assert_eq!(text_of(mtproto_link_user(link)), "");
        assert!(!mtproto_link_secret(link).is_null());
        let (mut buffer, mut length) = ([0; 128], 0);
        let form = MTPROTO_LINK_FORM_TG;
        let status = mtproto_link_to_text(link, form, ptr::null_mut(), 0, &raw mut length);
        assert_eq!((status, length), (MTPROTO_NEED_SPACE, LINK.len() + 1));
        let at = buffer.as_mut_ptr();
        let status = mtproto_link_to_text(link, form, at, length, &raw mut length);
        assert_eq!(
            (status, text_of(buffer.as_ptr()).as_str()),
            (MTPROTO_OK, LINK)
        );
        let status = mtproto_link_to_text(link, 9, at, 128, &raw mut length);
        assert_eq!(status, MTPROTO_ERROR_INVALID_ARGUMENT);

        let mut again = ptr::null_mut();
        let secret = mtproto_link_secret(link);
        let name = c"::1".as_ptr();
        let status = mtproto_link_new(name, 3, 65536, secret, &raw mut again, ptr::null_mut(), 0);
        assert_eq!(status, MTPROTO_ERROR_LINK_PORT);
        let status = mtproto_link_new(name, 3, 1, secret, &raw mut again, ptr::null_mut(), 0);
        assert_eq!(status, MTPROTO_OK);
        assert_eq!(text_of(mtproto_link_server(again)), "::1");
        mtproto_link_free(again);
        mtproto_link_free(link);
    }
}

#[test]
#[allow(clippy::multiple_unsafe_ops_per_block)]
fn a_socks5_link_is_recognised() {
    let (status, link, _) = parse("t.me/socks?server=1.2.3.4&port=1080&user=me&pass=word");
    assert_eq!(status, MTPROTO_OK);
    // SAFETY: a live handle, and buffers with their capacity.
    unsafe {
        assert_eq!(mtproto_link_kind(link), MTPROTO_LINK_SOCKS5);
        assert_eq!(text_of(mtproto_link_user(link)), "me");
        assert_eq!(text_of(mtproto_link_password(link)), "word");
        assert!(mtproto_link_secret(link).is_null());
        let (mut buffer, mut length) = ([0; 8], 0);
        let at = buffer.as_mut_ptr();
        let status = mtproto_link_to_text(link, MTPROTO_LINK_FORM_TG, at, 8, &raw mut length);
        assert_eq!(status, MTPROTO_ERROR_LINK_SOCKS5);
        mtproto_link_free(link);
    }
    let (status, link, reason) = parse("t.me/socks?server=1.2.3.4&port=1080&user=a%00b");
    assert_eq!(
        (status, link.is_null()),
        (MTPROTO_ERROR_LINK_CREDENTIAL, true)
    );
    assert!(reason.contains("zero byte"), "{reason}");
}

#[test]
fn a_refusal_has_its_figures() {
    let (status, _, reason) = parse("t.me/proxy?server=a&port=0&secret=00");
    assert_eq!(status, MTPROTO_ERROR_LINK_PORT);
    assert_eq!(reason, "port is 0: 1 to 65535 expected");
    let (status, _, reason) = parse("t.me/proxy?server=a&port=1&secret=00");
    assert_eq!(status, MTPROTO_ERROR_SECRET_TOO_SHORT);
    assert!(
        reason.starts_with("secret is 1 byte: 16 expected"),
        "{reason}"
    );
}
