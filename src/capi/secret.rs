//! `mtproto_secret`: the secret of a proxy, read and printed, for C.

#[cfg(test)]
mod tests;

use std::ffi::CString;

use libc::c_char;

use super::boundary::{Outcome, Output, guard, guard_value, input, into_handle};
use super::config::{mtproto_config, set};
use super::status::{
    MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_OUT_OF_MEMORY,
    MTPROTO_ERROR_SECRET_TEXT, mtproto_status, secret_status,
};
use super::texts::{Reason, copy_out, copy_text_out, kept, shown};
use crate::allocate::OutOfMemory;
use crate::mtproxy::{ParseMode, Secret, SecretForm};
use crate::transport::Config;

/// Only what the specification describes: for secrets and links that one makes
/// or publishes. Begin 17 bytes with dd: the specification allows any byte there,
/// and most official apps do not. Everything else that passes works in all.
pub const MTPROTO_PARSE_STRICT: i32 = 0;
/// Also what some official app tolerates: for what a user pastes.
pub const MTPROTO_PARSE_LENIENT: i32 = 1;

/// 16 bytes, the key alone: obfuscation, any envelope.
pub const MTPROTO_SECRET_PLAIN: i32 = 1;
/// 17 bytes, a first byte (dd) and the key: obfuscation, Padded intermediate.
pub const MTPROTO_SECRET_TAGGED: i32 = 2;
/// ee, the key and a domain: Padded intermediate inside fake TLS.
pub const MTPROTO_SECRET_FAKE_TLS: i32 = 3;

/// The secret of a proxy. It never changes, so any number of threads may use it
/// at the same time; the key is wiped when it is freed.
pub struct mtproto_secret {
    secret: Secret,
    domain: Option<CString>,
}

impl mtproto_secret {
    pub(super) fn new(secret: Secret) -> Result<Self, OutOfMemory> {
        let domain = kept(secret.domain().unwrap_or_default())?;
        Ok(Self { secret, domain })
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// How much to forgive.
pub(super) fn mode_of(mode: i32) -> Result<ParseMode, mtproto_status> {
    match mode {
        MTPROTO_PARSE_STRICT => Ok(ParseMode::Strict),
        MTPROTO_PARSE_LENIENT => Ok(ParseMode::Lenient),
        _ => Err(MTPROTO_ERROR_INVALID_ARGUMENT),
    }
}

/// Runs the inside of an export on a secret.
///
/// # Safety
///
/// `secret` is NULL, or a live handle.
unsafe fn look<T: Copy>(
    secret: *const mtproto_secret,
    otherwise: T,
    inside: impl FnOnce(&mtproto_secret) -> T,
) -> T {
    guard_value(otherwise, || {
        // SAFETY: live, and nothing changes it, by this function's contract.
        unsafe { secret.as_ref() }.map_or(otherwise, inside)
    })
}

/// Reads a secret as text: hexadecimal, base64url with or without padding; with
/// MTPROTO_PARSE_LENIENT standard base64 too, and what some app forgives.
///
/// @param text             The text, in UTF-8; no NUL at its end is needed.
/// @param length           Its length in bytes.
/// @param mode             One of MTPROTO_PARSE_*.
/// @param out              Receives a secret of your own, to be freed by
///                         mtproto_secret_free.
/// @param reason           Receives why not, with figures: "secret is 15 bytes:
///                         16 expected, ..."; "" with MTPROTO_OK. Cut to fit,
///                         NUL-terminated. It holds nothing of the key. NULL if
///                         nobody wants to know.
/// @param reason_capacity  How many bytes fit there; 200 are enough.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown mode; MTPROTO_ERROR_SECRET_EMPTY,
///          MTPROTO_ERROR_SECRET_TEXT, MTPROTO_ERROR_SECRET_TOO_SHORT,
///          MTPROTO_ERROR_SECRET_TOO_LONG, MTPROTO_ERROR_SECRET_NO_DOMAIN,
///          MTPROTO_ERROR_SECRET_DOMAIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_parse(
    text: *const c_char,
    length: usize,
    mode: i32,
    out: *mut *mut mtproto_secret,
    reason: *mut c_char,
    reason_capacity: usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let reason = unsafe { Reason::new(reason, reason_capacity) };
        // SAFETY: as above.
        let text = unsafe { input(text.cast(), length) }?;
        // SAFETY: as above.
        let out = unsafe { Output::new(out) }?;
        let mode = mode_of(mode)?;
        let Ok(text) = core::str::from_utf8(text) else {
            return Err(reason.say("secret is not UTF-8 text", MTPROTO_ERROR_SECRET_TEXT));
        };
        let secret =
            Secret::parse(text, mode).map_err(|error| reason.say(error, secret_status(error)))?;
        out.write(into_handle(mtproto_secret::new(secret)?).ok_or(MTPROTO_ERROR_OUT_OF_MEMORY)?);
        Ok(())
    })
}

/// Reads a secret as raw bytes, as a dcOption carries it: 16; 17, a first byte
/// and the key; ee, the key and a domain.
///
/// @param bytes            The bytes.
/// @param length           Their number.
/// @param mode             One of MTPROTO_PARSE_*.
/// @param out              Receives a secret of your own, to be freed by
///                         mtproto_secret_free.
/// @param reason           As mtproto_secret_parse.
/// @param reason_capacity  As mtproto_secret_parse.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown mode; MTPROTO_ERROR_SECRET_EMPTY,
///          MTPROTO_ERROR_SECRET_TOO_SHORT, MTPROTO_ERROR_SECRET_TOO_LONG,
///          MTPROTO_ERROR_SECRET_NO_DOMAIN, MTPROTO_ERROR_SECRET_DOMAIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_from_bytes(
    bytes: *const u8,
    length: usize,
    mode: i32,
    out: *mut *mut mtproto_secret,
    reason: *mut c_char,
    reason_capacity: usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let reason = unsafe { Reason::new(reason, reason_capacity) };
        // SAFETY: as above.
        let bytes = unsafe { input(bytes, length) }?;
        // SAFETY: as above.
        let out = unsafe { Output::new(out) }?;
        let secret = Secret::from_bytes(bytes, mode_of(mode)?)
            .map_err(|error| reason.say(error, secret_status(error)))?;
        out.write(into_handle(mtproto_secret::new(secret)?).ok_or(MTPROTO_ERROR_OUT_OF_MEMORY)?);
        Ok(())
    })
}

/// Frees a secret and wipes its key.
///
/// @param secret  A secret of your own, or NULL, which does nothing; never one
///                that mtproto_link_secret gave.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_free(secret: *mut mtproto_secret) {
    guard_value((), || {
        if !secret.is_null() {
            // SAFETY: made by `into_handle` above, and given back once, by the
            // header's rules.
            drop(unsafe { Box::from_raw(secret) });
        }
    });
}

/// What the secret asks of the transport.
///
/// @return  One of MTPROTO_SECRET_PLAIN, MTPROTO_SECRET_TAGGED,
///          MTPROTO_SECRET_FAKE_TLS; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_form(secret: *const mtproto_secret) -> i32 {
    let form = |handle: &mtproto_secret| match handle.secret.form() {
        SecretForm::Plain => MTPROTO_SECRET_PLAIN,
        SecretForm::Tagged { .. } => MTPROTO_SECRET_TAGGED,
        SecretForm::FakeTls { .. } => MTPROTO_SECRET_FAKE_TLS,
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(secret, 0, form) }
}

/// The domain of a fake TLS secret.
///
/// @return  A NUL-terminated text, never NULL ("" where there is none), until
///          the secret is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_domain(secret: *const mtproto_secret) -> *const c_char {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(secret, c"".as_ptr(), |handle| shown(&handle.domain)) }
}

/// Copies the key out: MTPROTO_SECRET_LENGTH bytes, without first byte and
/// domain.
///
/// @param secret    The secret.
/// @param buffer    Where the key goes. Wipe it after use.
/// @param capacity  How many bytes fit.
/// @param length    Receives how many bytes the key has, also with
///                  MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was copied;
///          MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_key(
    secret: *const mtproto_secret,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    let inside = |secret: &Secret| {
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_out(secret.key(), buffer, capacity, length) }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(secret, inside) }
}

/// Copies the raw bytes out: what mtproto_secret_from_bytes reads.
///
/// @param secret    The secret.
/// @param buffer    Where they go. Wipe it after use.
/// @param capacity  How many bytes fit: 199 are enough for any secret.
/// @param length    Receives how many there are, also with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was copied;
///          MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_bytes(
    secret: *const mtproto_secret,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    let inside = |secret: &Secret| {
        secret.with_bytes(|bytes| {
            // SAFETY: the caller's pointers, by the header's rules.
            unsafe { copy_out(bytes, buffer, capacity, length) }
        })
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(secret, inside) }
}

/// Writes the canonical text, NUL-terminated: lower-case hexadecimal for 16 and
/// 17 bytes, base64url without padding for fake TLS.
///
/// @param secret    The secret.
/// @param buffer    Where it goes. Wipe it after use.
/// @param capacity  How many bytes fit: 267 are enough for any secret.
/// @param length    Receives how many bytes the text has, its NUL included, also
///                  with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was written;
///          MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_secret_to_text(
    secret: *const mtproto_secret,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    let inside = |secret: &Secret| {
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_text_out(secret.text(), buffer, capacity, length) }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(secret, inside) }
}

/// Runs the inside of an export that copies out of a secret.
///
/// # Safety
///
/// `secret` is NULL, or a live handle.
unsafe fn with(
    secret: *const mtproto_secret,
    inside: impl FnOnce(&Secret) -> Outcome,
) -> mtproto_status {
    guard(|| {
        // SAFETY: live, and nothing changes it, by this function's contract.
        let handle = unsafe { secret.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        inside(&handle.secret)
    })
}

/// Adds a secret, as mtproto_config_add_secret does with raw bytes.
///
/// @param secret  The secret; it is copied.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_add_parsed_secret(
    config: *mut mtproto_config,
    secret: *const mtproto_secret,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's handle, by the header's rules.
        let secret = unsafe { secret.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        Ok(config.try_add_secret(secret.secret.try_clone()?)?)
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}
