//! WebSocket (RFC 6455): the obfuscated stream inside binary messages.
//!
//! ```text
//! client                                            server
//!   GET /apiws, Sec-WebSocket-Protocol: binary  ->
//!                                              <-   101, Sec-WebSocket-Accept
//!   binary frames, masked                      <->  binary frames, not masked
//!   close                                      <->  close 1000, perhaps "       404"
//! ```
//!
//! "Binary messages only carry bytes" (transport specification, section 8.2):
//! a packet may span messages and a message may hold many packets, so the
//! bounds of messages mean nothing here and no message is ever put together.
//! Obfuscation inside is mandatory; that is the context's to enforce.
//!
//! The files: `client_opening` and `server_opening` are the two sides of the
//! upgrade, `accept_key` is what both compute; `frame_reader` finds the payload
//! in a stream of frames, `frame_writer` makes frames, `mask` is the XOR of
//! clients' frames, `close` is codes and reasons.
//!
//! # Why the frames are read by hand
//!
//! tungstenite, the well-kept library, has three layers. `WebSocket` over an
//! in-memory stream collects whole messages in buffers of its own: a copy, an
//! allocation and a wait for each, where a stream of bytes needs none. Its
//! `FrameHeader` can be used alone, but takes over-long lengths, the forbidden
//! top bit, masks of the wrong side and fragmented control frames without a
//! word (the layer above checks some of them), and starts again from the first
//! byte when a header is cut; its masks come from a generator of its own, where
//! ours has to be deterministic. What would be left to use is the dozen lines
//! that take two bytes apart, and the accept value, for seven crates more. So
//! tungstenite is the partner in the tests.

pub(crate) mod accept_key;
pub(crate) mod client_opening;
pub(crate) mod close;
pub(crate) mod frame_reader;
pub(crate) mod frame_writer;
pub(crate) mod mask;
pub(crate) mod server_opening;

#[cfg(test)]
mod tests;

/// The bits of a frame's first two bytes (section 5.2).
const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Most payload of a control frame (section 5.5).
const MAX_CONTROL: usize = 125;

/// Longest header: two bytes, eight of length, four of mask.
const MAX_HEADER: usize = 14;
