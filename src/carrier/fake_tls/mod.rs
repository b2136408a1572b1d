//! Fake TLS: MTProto inside what looks like TLS 1.3 on the wire, for proxy secrets that begin with `ee`.
//!
//! There is no TLS cryptography. Both hellos carry an HMAC in their `random`,
//! which only a holder of the proxy's secret can make and which everybody else
//! sees as random bytes; after them, the obfuscated stream goes in records.
//!
//! ```text
//! client                                              proxy
//!   ClientHello (HMAC, time in `random`)        ->
//!                                               <-    ServerHello (HMAC in `random`)
//!                                                     change-cipher-spec, one application record
//!   change-cipher-spec, application records     ->
//!                                              <->    application records
//! ```
//!
//! The files: `profile` holds the hellos as data and `client_hello` draws one;
//! `client` is the client's handshake; `hello_records`, `hello_reader`,
//! `server` and `answer` are the server's; `digest` is what both share;
//! `records` is the record layer afterwards.
//!
//! Nothing here reads a clock: the time is an input, in Unix seconds.
//! Sections are those of the transport specification.

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod client_hello;
mod digest;
pub(crate) mod hello_reader;
pub(crate) mod hello_records;
pub(crate) mod profile;
pub(crate) mod records;
pub(crate) mod server;

#[cfg(test)]
mod tests;
