//! The transport layers of MTProto, as client and as server, without any I/O.
//!
//! The app owns the socket. It pushes what it received and pulls events; it
//! pushes payloads and pulls what to send. See [`Transport`].

pub mod endpoints;
pub mod entropy;
pub mod error;
pub mod mtproxy;

mod allocate;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench_support;
#[cfg(feature = "capi")]
pub mod capi;
mod carrier;
mod clock;
mod control;
mod envelope;
mod obfuscation;
mod quick_ack;
mod replay_cache;
mod shared;
mod transport;
mod transport_error;
#[cfg(feature = "uniffi")]
pub mod uniffi_api;
// The macros of UniFFI look for it here.
#[cfg(feature = "uniffi")]
use uniffi_api::UniFfiTag;

pub use entropy::Entropy;
pub use envelope::{Envelope, Role};
pub use error::Error;
pub use mtproxy::DcId;
pub use quick_ack::QuickAckToken;
pub use replay_cache::ReplayCache;
pub use transport::{
    Accept, Burst, Carrier, Closed, Config, Connected, Event, HttpTarget, Memory, NotOurs,
    NotOursReason, Payload, QuickAckForm, TlsProfile, Transport, WebSocketTarget,
};
pub use transport_error::TransportError;
