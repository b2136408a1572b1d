//! The Kotlin and Swift face, written by UniFFI from what is marked here.
//!
//! It carries the whole API. The packets themselves do not go through it in
//! the shipped wrappers: a UniFFI call that moves bytes is dear, above all in
//! Kotlin, so `bindings/kotlin` and `bindings/swift` take the byte path of the
//! C ABI on the same native object ([`NativeTransport::raw_handle`]).
//!
//! Each file holds one thing of the API; `errors.rs` is the one place where
//! errors get their type, and `guard.rs` where panics end. Nothing that is
//! exported here may unwind: a call that cannot fail falls back to a value,
//! because Swift would end the program.

#![allow(unsafe_code, reason = "what UniFFI's macros write, and the raw handle")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "what crosses the border is handed over"
)]

mod config;
mod dc_id;
mod endpoints;
mod errors;
mod events;
mod guard;
mod kinds;
mod layout;
mod link;
mod quick_ack;
mod replay_cache;
mod scaffolding;
mod secret;
#[cfg(test)]
mod tests;
mod transport;

pub(crate) use scaffolding::UniFfiTag;

pub use config::{
    AcceptedOpenings, Envelope, HttpTarget, MemoryUse, QuickAckForm, TlsProfile, TransportConfig,
    WebsocketTarget,
};
pub use dc_id::{DcId, dc_id_from_wire};
pub use endpoints::{
    EndpointAddress, EndpointService, endpoint_addresses, endpoint_plain_uri, endpoint_uri,
};
pub use errors::MtprotoError;
pub use events::{
    Carrier, CloseReason, ConnectionInfo, Event, NotOursReason, transport_error_meaning,
};
pub use kinds::ErrorKind;
pub use link::{Link, ProxyLink, Socks5Link, parse_link};
pub use quick_ack::{compute_quick_ack_token, library_version};
pub use replay_cache::ReplayCache;
pub use secret::{ParseMode, Secret, SecretForm};
pub use transport::NativeTransport;
