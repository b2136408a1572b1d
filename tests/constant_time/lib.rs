//! The library as one archive for `main.c`, with the one comparison that the C ABI does not show.

#![allow(unsafe_code, reason = "C calls it")]

use mtproto::mtproxy::Secret;

/// Whether two secrets of 16 bytes are the same: 1 or 0.
///
/// # Safety
///
/// 16 bytes can be read at each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn secrets_are_equal(one: *const [u8; 16], other: *const [u8; 16]) -> u8 {
    // SAFETY: readable by this function's contract.
    let one = unsafe { *one };
    // SAFETY: the same.
    let other = unsafe { *other };
    u8::from(Secret::plain(&one) == Secret::plain(&other))
}
