//! Transport obfuscation: a 64-byte initialization payload, then two AES-256-CTR
//! streams for the life of the connection.
//!
//! It hides the envelopes from a device that looks for their first bytes. It is
//! no protection: without a secret both keys stand in the payload in clear.

pub(crate) mod ctr;
mod initialization_payload;
#[cfg(test)]
mod tests;

pub(crate) use initialization_payload::{
    Header, LENGTH, Opened, SECRET_LENGTH, Tag, is_http, is_tls, open, seal,
};

use ctr::Keystream;

/// The two streams of a connection, as one end uses them.
pub(crate) struct Streams {
    /// Encrypts what this end sends.
    pub(crate) outgoing: Keystream,
    /// Decrypts what this end receives.
    pub(crate) incoming: Keystream,
}
