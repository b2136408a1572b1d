//! Which version of the library is running.

use libc::c_char;

use super::boundary::guard_value;

const fn number(text: &str) -> u32 {
    let mut value = 0;
    let mut index = 0;
    while index < text.len() {
        value = value * 10 + (text.as_bytes()[index] - b'0') as u32;
        index += 1;
    }
    value
}

/// The version of the library that is running: major, minor and patch in one
/// byte each, 0x000102 for 0.1.2. Compare with MTPROTO_VERSION_NUMBER, which is
/// the version of the header.
///
/// @return  The version, never 0.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_version_number() -> u32 {
    guard_value(0, || {
        number(env!("CARGO_PKG_VERSION_MAJOR")) << 16
            | number(env!("CARGO_PKG_VERSION_MINOR")) << 8
            | number(env!("CARGO_PKG_VERSION_PATCH"))
    })
}

/// The same as text, "0.1.2".
///
/// @return  A NUL-terminated text, never NULL, that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_version_string() -> *const c_char {
    guard_value(c"".as_ptr(), || {
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
    })
}
