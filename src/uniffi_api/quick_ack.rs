//! Quick-ack tokens and the library's version: the calls that belong to no object.

use super::errors::MtprotoError;
use super::guard::guarded;
use crate::quick_ack::QuickAckToken;

/// The quick-ack token of an encrypted packet from a client to a server.
///
/// `plaintext` is what is encrypted in the packet, from the salt to the end of
/// MTProto's padding.
#[uniffi::export]
pub fn compute_quick_ack_token(auth_key: &[u8], plaintext: &[u8]) -> Result<u32, MtprotoError> {
    guarded(|| {
        let auth_key = auth_key
            .try_into()
            .map_err(|_| MtprotoError::invalid("an authorization key has 256 bytes"))?;
        Ok(QuickAckToken::compute(auth_key, plaintext).value())
    })
}

/// The version of the library that is running, as "0.1.2".
#[uniffi::export]
pub fn library_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
