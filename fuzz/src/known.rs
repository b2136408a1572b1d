//! Checks that the library does not pass yet: one constant each, to be turned on once it is mended.
//!
//! Each has a test in tests/regressions.rs, which says what is wrong.

/// wants_read gives 0 while an event waits, over WebSocket and HTTP too, and is never more than what it takes.
pub const HINTS_OF_CARRIERS: bool = true;

/// A handshake is judged with the same bytes, however they were cut.
pub const HANDSHAKES_CUT: bool = true;

/// Payloads that wait for their turn over HTTP are not overtaken by one that is pushed when the turn has come.
pub const QUEUE_KEEPS_ORDER: bool = true;

/// pending_wire and wants_write count the frame that closes a WebSocket.
pub const PENDING_COUNTS_CLOSE: bool = true;

/// A transport error over fake TLS does not end what can be sent.
pub const ERRORS_DO_NOT_END_FAKE_TLS: bool = true;

/// A quick ack that Full refuses does not let the opening go.
pub const REFUSALS_HOLD_THE_OPENING: bool = true;
