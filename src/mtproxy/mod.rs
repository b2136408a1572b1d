//! What a user hands over to reach a proxy: secrets, proxy links, and DC ids.
//!
//! A link (`tg://proxy?server=…&port=…&secret=…`) is read with
//! [`ProxyLink::parse`], or with [`Link::parse`] where a SOCKS5 link may come
//! too. A bare secret is read with [`Secret::parse`] (text) or
//! [`Secret::from_bytes`] (as in `dcOption.secret`). Both print back in one
//! canonical form. [`DcId`] is the number that the initialization payload
//! carries to a proxy.
//!
//! Nothing here connects to anything, and a key shows up in no `Debug` output
//! and in no error.

mod dc_id;
mod domain;
pub(crate) mod link;
mod percent;
mod secret;

pub use dc_id::{DcId, DcIdError};
pub use domain::DomainError;
pub use link::{Link, LinkError, ProxyLink, Server, Socks5Link};
pub use secret::{Secret, SecretError, SecretForm};

/// How much a parser forgives.
///
/// Whatever [`Strict`](Self::Strict) accepts, [`Lenient`](Self::Lenient)
/// accepts too and reads the same way. [`Secret`] and [`ProxyLink`] list each
/// tolerance with the app that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseMode {
    /// Only what the specification describes. For links that one makes or
    /// publishes: what passes here works in every official app.
    Strict,
    /// Also what some official app tolerates. For links that a user pastes:
    /// many in circulation are malformed and yet work on a phone.
    Lenient,
}

impl ParseMode {
    fn is_lenient(self) -> bool {
        self == Self::Lenient
    }
}
