//! What an event loop asks a transport: calls that change nothing.

use libc::c_char;

use super::transport::{look, mtproto_transport};

/// How many bytes are missing until there can be an event: exact once the
/// current frame's length is known, at least 1 before.
///
/// @return  0 when nothing can be read: an event waits, the stream has ended,
///          the transport is dead or NULL. Over HTTP, also while a server has
///          a request to answer, and at both ends behind the last answer of a
///          connection that is not kept alive: read on there to see the peer
///          leave; what it still sends is dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_wants_read(
    transport: *const mtproto_transport,
) -> usize {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(transport, 0, |handle| handle.transport.wants_read()) }
}

/// Whether wire bytes wait to be sent.
///
/// @return  false for NULL, and for a transport that is dead, unless what ends
///          its WebSocket waits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_wants_write(
    transport: *const mtproto_transport,
) -> bool {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(transport, false, |handle| handle.transport.wants_write()) }
}

/// Whether no payload can be sent any more: the transport is dead, its WebSocket
/// was closed or refused, its HTTP connection ends with the last answer, or the
/// peer left before the opening, or over HTTP with no answer owed to it. When it
/// is, and no event and no wire byte waits, close the socket; after NOT_OURS it is
/// yours.
///
/// @return  false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_is_over(transport: *const mtproto_transport) -> bool {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(transport, false, |handle| handle.transport.is_over()) }
}

/// How many wire bytes wait to be sent. When a peer that does not read makes it
/// grow, stop pushing payloads, and stop reading from that peer too: some of what
/// it sends is answered by the library.
///
/// @return  0 for NULL, and for a transport that is dead, but for what ends its
///          WebSocket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_pending_wire(
    transport: *const mtproto_transport,
) -> usize {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(transport, 0, |handle| handle.transport.pending_wire()) }
}

/// The fatal error with its figures, for a log: "the frame carries sequence
/// number 5: 3 was expected". Without its figures where there was no memory for
/// them.
///
/// @return  A NUL-terminated text, never NULL ("" while there is no such
///          error), until the transport is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_error_text(
    transport: *const mtproto_transport,
) -> *const c_char {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe {
        look(transport, c"".as_ptr(), |handle| {
            handle.error_text().as_ptr()
        })
    }
}
