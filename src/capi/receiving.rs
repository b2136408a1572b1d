//! Wire bytes in, events out: what whoever receives calls.

use super::boundary::{Outcome, Output, guard_handle, input};
use super::event::mtproto_event;
use super::status::{MTPROTO_EVENTS_PENDING, MTPROTO_NO_EVENT, mtproto_status};
use super::transport::{mtproto_transport, with};
use crate::transport::Transport;

/// Takes bytes that the socket received. Next: mtproto_transport_pull_event
/// until it returns MTPROTO_NO_EVENT.
///
/// @param data      The bytes; they are copied.
/// @param length    Their number.
/// @param consumed  Receives how many were taken: fewer than length where the
///                  receive buffer's ceiling (the config's largest payload and
///                  a little) is reached. Pull events, then push the rest.
/// @return  MTPROTO_OK; MTPROTO_EVENTS_PENDING if none could be taken (consumed
///          then receives 0; over HTTP as a server, where there is no event
///          then, the client sent more before its answer: answer it first);
///          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT (a
///          length that no object can have); MTPROTO_ERROR_ENDED;
///          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status, but only
///          once mtproto_transport_pull_event has reported it, after the events
///          before it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_wire(
    transport: *mut mtproto_transport,
    data: *const u8,
    length: usize,
    consumed: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let data = unsafe { input(data, length) }?;
        // SAFETY: as above.
        let consumed = unsafe { Output::new(consumed) }?;
        match handle.transport.push_wire(data) {
            Ok(count) => {
                consumed.write(count);
                if count == 0 && !data.is_empty() {
                    return Err(MTPROTO_EVENTS_PENDING);
                }
                Ok(())
            }
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Gives memory to receive into, without a copy. Next: receive, then
/// mtproto_transport_commit_wire; or nothing, if nothing came.
///
/// @param minimum   The least room wanted, in bytes; 0 leaves it to the library.
///                  Where the rest of a packet is missing it is always given, if
///                  need be above the receive buffer's ceiling.
/// @param buffer    Receives where to put the bytes, until the next call on the
///                  transport that is not const.
/// @param capacity  Receives how many bytes fit: at least minimum, often more.
/// @return  MTPROTO_OK; MTPROTO_EVENTS_PENDING if the receive buffer's ceiling
///          leaves less: pull events first (over HTTP as a server, where there
///          is none then: answer); MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_COUNT if it could never be that much;
///          MTPROTO_ERROR_ENDED; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
///          fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_reserve_wire(
    transport: *mut mtproto_transport,
    minimum: usize,
    buffer: *mut *mut u8,
    capacity: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let buffer = unsafe { Output::new(buffer) }?;
        // SAFETY: as above.
        let capacity = unsafe { Output::new(capacity) }?;
        match handle.transport.reserve_wire(minimum) {
            Ok(memory) => {
                buffer.write(memory.as_mut_ptr());
                capacity.write(memory.len());
                Ok(())
            }
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Takes the bytes that were put where mtproto_transport_reserve_wire said.
/// Next: mtproto_transport_pull_event until it returns MTPROTO_NO_EVENT.
///
/// @param count  How many bytes, from the start of the memory. A reservation ends
///               when wire bytes are pushed or an event is pulled.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_COUNT if
///          fewer were reserved, or the reservation has ended: nothing was
///          taken; MTPROTO_ERROR_ENDED; the transport's fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_commit_wire(
    transport: *mut mtproto_transport,
    count: usize,
) -> mtproto_status {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(transport, |transport| transport.commit_wire(count)) }
}

/// The peer has closed its side: no bytes follow. Next: pull the last events, up
/// to CLOSED; as a server NOT_OURS in its place, with the bytes of who was not
/// recognised yet, which serves for a timeout too. Over HTTP as a server requests
/// that were sent ahead come first, each once the one before was answered.
/// Payloads can still be sent, but over HTTP only an answer that is owed. A
/// second call does nothing.
///
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; the transport's fatal
///          status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_wire_end(
    transport: *mut mtproto_transport,
) -> mtproto_status {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(transport, Transport::push_wire_end) }
}

/// Reports the next event.
///
/// @param event  Set its struct_size; receives the event. Its data is a view,
///               until the next call on the transport that is not const.
/// @return  MTPROTO_OK; MTPROTO_NO_EVENT until more wire bytes are pushed (the
///          event is then not written); MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_STRUCT_SIZE; MTPROTO_ERROR_ENTROPY;
///          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status, once
///          every event before the error was reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_pull_event(
    transport: *mut mtproto_transport,
    event: *mut mtproto_event,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let size = unsafe { mtproto_event::check(event) }?;
        match handle.transport.pull_event() {
            Ok(Some(found)) => {
                // SAFETY: `size` is what `check` gave for it.
                unsafe { mtproto_event::from(found).write(event, size) };
                // The event "not ours" is the end of the transport.
                if let Some(error) = handle.transport.failure() {
                    handle.failed(error);
                }
                Ok(())
            }
            Ok(None) => Err(MTPROTO_NO_EVENT),
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}
