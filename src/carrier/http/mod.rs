//! HTTP: one MTProto packet in each body; no envelope, no obfuscation.
//!
//! ```text
//! client                                      server
//!   POST /api, Content-Length, packet     ->
//!                                         <-  200, Content-Length, packet
//!                                         or  200 and nothing: a long poll ran out
//!                                         or  404 and its kin: a transport error
//! ```
//!
//! Requests and responses take turns on a connection, which stays open. Quick
//! acks and padding do not exist here, and the server cannot send unasked
//! (transport specification, section 10). Whose turn it is, and what to do out
//! of turn, is the context's to know.
//!
//! The files: `request_head` and `response_reader` are the client's;
//! `request_reader` and `response_head` are the server's; `body` follows a body
//! of either to its end.
//!
//! Bodies are named where they stand in the caller's bytes and never held: the
//! only bytes that a caller keeps are those of a head which is not whole,
//! 16 KiB at the most.

pub(crate) mod body;
pub(crate) mod request_head;
pub(crate) mod request_reader;
pub(crate) mod response_head;
pub(crate) mod response_reader;

#[cfg(test)]
mod tests;
