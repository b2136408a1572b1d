//! The quick-ack token, for C.

use super::boundary::{Output, guard, input};
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status};
use crate::quick_ack::QuickAckToken;

/// How long an authorization key is, in bytes.
pub const MTPROTO_AUTH_KEY_LENGTH: usize = 256;

/// Computes the quick-ack token of an encrypted packet that goes from a client
/// to a server: the first 4 bytes, top bit set, of the hash whose middle is the
/// packet's message key.
///
/// A client computes it when it sends, and passes it in
/// mtproto_send_options; a server computes it from what it decrypted, and
/// passes it to mtproto_transport_push_quick_ack.
///
/// @param auth_key          The authorization key.
/// @param auth_key_length   Its length in bytes: MTPROTO_AUTH_KEY_LENGTH.
/// @param plaintext         What is encrypted in the packet, from the salt to
///                          the end of MTProto's padding.
/// @param plaintext_length  Its length in bytes.
/// @param token             Receives the token.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_INVALID_ARGUMENT if the key's length is another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_quick_ack_token(
    auth_key: *const u8,
    auth_key_length: usize,
    plaintext: *const u8,
    plaintext_length: usize,
    token: *mut u32,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let auth_key = unsafe { input(auth_key, auth_key_length) }?;
        // SAFETY: as above.
        let plaintext = unsafe { input(plaintext, plaintext_length) }?;
        // SAFETY: as above.
        let token = unsafe { Output::new(token) }?;
        let auth_key = auth_key
            .try_into()
            .map_err(|_| MTPROTO_ERROR_INVALID_ARGUMENT)?;
        token.write(QuickAckToken::compute(auth_key, plaintext).value());
        Ok(())
    })
}
