//! The C ABI: the exported functions, a file or several for each handle.
//!
//! The only room with `unsafe`. Each file's public items are what cbindgen
//! turns into `include/mtproto.h`, in the order in which build.rs names the
//! files; their comments are written for readers of that header. The rules that
//! hold for every function (who owns what, how long a view lives, what a status
//! means) stand once, in the header's preamble (`cbindgen.toml`).

#![allow(unsafe_code)]
#![allow(non_camel_case_types, reason = "the names of the C header")]
#![expect(
    clippy::missing_safety_doc,
    reason = "the header's preamble states the rules for all functions once"
)]

mod boundary;
mod burst;
mod config;
mod config_carrier;
mod config_fake_tls;
mod dc_id;
mod endpoints;
mod envelope;
mod event;
mod hints;
mod link;
mod quick_ack;
mod receiving;
mod replay_cache;
mod secret;
mod sending;
mod shared;
mod status;
#[cfg(feature = "test-panic")]
mod test_panic;
#[cfg(test)]
mod tests;
mod texts;
mod transport;
mod version;

pub use burst::*;
pub(crate) use shared::Shared;
#[cfg(feature = "uniffi")]
pub(crate) use status::{link_status, secret_status, status_of, text};

pub use config::*;
pub use config_carrier::*;
pub use config_fake_tls::*;
pub use dc_id::*;
pub use endpoints::*;
pub use envelope::*;
pub use event::*;
pub use hints::*;
pub use link::*;
pub use quick_ack::*;
pub use receiving::*;
pub use replay_cache::*;
pub use secret::*;
pub use sending::*;
pub use status::*;
#[cfg(feature = "test-panic")]
pub use test_panic::*;
pub use transport::*;
pub use version::*;
