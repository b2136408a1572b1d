//! Close codes, and the close reason that carries a transport error.
//!
//! ```text
//! 88 0c | 03 e8 | "       404"
//!         1000    decimal, padded with spaces to ten characters
//! ```
//!
//! "Close code is always 1000; the reason text is a decimal error code,
//! possibly space-padded; may be ignored" (transport specification, section
//! 8.2). It repeats what went through the stream as a frame, but not always
//! first: a client that is refused may get the close frame alone.

use crate::transport_error::TransportError;

/// The close codes that are sent here (section 7.4.1).
pub(crate) const NORMAL: u16 = 1000;
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
pub(crate) const UNSUPPORTED_DATA: u16 = 1003;
pub(crate) const INVALID_PAYLOAD: u16 = 1007;
pub(crate) const MESSAGE_TOO_BIG: u16 = 1009;

/// Most text in a close frame: a control frame less the two bytes of the code.
pub(crate) const MAX_REASON: usize = super::MAX_CONTROL - 2;

/// A transport error's reason text.
pub(crate) const ERROR_REASON: usize = 10;

/// Whether a peer may send the code (section 7.4; 1012 to 1014 were registered
/// later). 1005, 1006 and 1015 stand for "none", "no close frame" and "TLS" in
/// programs' interfaces and never on the wire.
pub(super) const fn is_valid(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// The transport error in a close frame, if there is one.
pub(crate) fn transport_error(code: Option<u16>, reason: &str) -> Option<TransportError> {
    if code != Some(NORMAL) {
        return None;
    }
    let digits = reason.trim_matches(' ');
    // `parse` takes a plus sign as well.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    TransportError::new(digits.parse().ok()?)
}

/// The reason text for a transport error, as Telegram's servers pad it.
pub(crate) fn reason(error: TransportError) -> [u8; ERROR_REASON] {
    let mut text = [b' '; ERROR_REASON];
    let mut code = error.code();
    // A code is below 2^31, so its ten digits fit.
    for digit in text.iter_mut().rev() {
        *digit = b"0123456789"[(code % 10) as usize];
        code /= 10;
        if code == 0 {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_in_reasons() {
        for (reason, code) in [
            ("       404", Some(404)),
            ("404", Some(404)),
            ("429  ", Some(429)),
            ("2147483647", Some(0x7fff_ffff)),
            ("2147483648", None),
            ("99999999999999999999", None),
            ("0", None),
            ("", None),
            ("          ", None),
            ("+404", None),
            ("-404", None),
            ("4 04", None),
            ("bye", None),
        ] {
            let found = transport_error(Some(NORMAL), reason);
            assert_eq!(found.map(TransportError::code), code, "{reason:?}");
        }
        assert_eq!(transport_error(Some(1001), "404"), None);
        assert_eq!(transport_error(None, "404"), None);
    }

    #[test]
    fn reasons_for_errors() {
        assert_eq!(&reason(TransportError::AUTH_KEY_NOT_FOUND), b"       404");
        for code in [1, 9, 10, 444, 0x7fff_ffff] {
            let error = TransportError::new(code);
            let text = error.map(reason);
            let text = text
                .as_ref()
                .and_then(|text| core::str::from_utf8(text).ok());
            assert_eq!(transport_error(Some(NORMAL), text.unwrap_or("")), error);
        }
    }

    #[test]
    fn codes_of_autobahn() {
        // Cases 7.7 and 7.9 of its list.
        for code in [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
        ] {
            assert!(is_valid(code), "{code}");
        }
        for code in [
            0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
        ] {
            assert!(!is_valid(code), "{code}");
        }
    }
}
