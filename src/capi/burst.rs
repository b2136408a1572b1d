//! Many packets and many events in one call, and packets framed in place.

use super::boundary::{Outcome, Output, check_object, guard_handle, input};
use super::event::mtproto_event;
use super::status::{
    MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_NO_EVENT, mtproto_status,
};
use super::transport::mtproto_transport;
use crate::transport::Transport;

/// Bytes of yours, for a call that takes many pieces of them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mtproto_bytes {
    /// The bytes; may be NULL where length is 0.
    pub data: *const u8,
    /// Their number.
    pub length: usize,
}

/// Before the payload of mtproto_transport_pack_in_place, in bytes.
pub const MTPROTO_IN_PLACE_HEAD_ROOM: usize = 72;
/// Behind the payload of mtproto_transport_pack_in_place, in bytes.
pub const MTPROTO_IN_PLACE_TAIL_ROOM: usize = 16;

const _: () = assert!(MTPROTO_IN_PLACE_HEAD_ROOM == Transport::IN_PLACE_HEAD_ROOM);
const _: () = assert!(MTPROTO_IN_PLACE_TAIL_ROOM == Transport::IN_PLACE_TAIL_ROOM);

/// Sends many MTProto packets, as mtproto_transport_push_payload sends one with
/// the default options. Next: mtproto_transport_pull_wire or
/// mtproto_transport_peek_wire, once for all of them.
///
/// @param payloads  The packets; they are copied.
/// @param count     Their number; 0 does nothing.
/// @param taken     Receives how many were queued, the first ones; on any status
///                  but MTPROTO_ERROR_NULL_ARGUMENT for itself and
///                  MTPROTO_ERROR_PANIC.
/// @return  MTPROTO_OK if all were; else what refused the packet at the index
///          that taken receives, none behind which was looked at:
///          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT;
///          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
///          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_NOT_CONNECTED and
///          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server);
///          MTPROTO_ERROR_OUT_OF_TURN (HTTP); MTPROTO_ERROR_CLOSED (WebSocket);
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
///          fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_payloads(
    transport: *mut mtproto_transport,
    payloads: *const mtproto_bytes,
    count: usize,
    taken: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let taken = unsafe { Output::new(taken) }?;
        let mut queued = 0;
        // SAFETY: the caller's pointers, by the header's rules.
        let outcome = unsafe { push_all(handle, payloads, count, &mut queued) };
        taken.write(queued);
        outcome
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// # Safety
///
/// `payloads` is NULL or `count` of them can be read there, each as [`input`]
/// asks.
unsafe fn push_all(
    handle: &mut mtproto_transport,
    payloads: *const mtproto_bytes,
    count: usize,
    queued: &mut usize,
) -> Outcome {
    if count == 0 {
        return alive(handle);
    }
    if payloads.is_null() {
        return Err(MTPROTO_ERROR_NULL_ARGUMENT);
    }
    if count > isize::MAX.unsigned_abs() / size_of::<mtproto_bytes>() {
        return Err(MTPROTO_ERROR_INVALID_ARGUMENT);
    }
    // SAFETY: not NULL, readable by the contract, no longer than an object can be.
    for payload in unsafe { core::slice::from_raw_parts(payloads, count) } {
        // SAFETY: by the contract.
        let payload = unsafe { input(payload.data, payload.length) }?;
        let result = handle.transport.push_payload(payload);
        result.map_err(|error| handle.failed(error))?;
        *queued += 1;
    }
    Ok(())
}

/// What a call with nothing to do says: the same as any other (rule 2).
fn alive(handle: &mut mtproto_transport) -> Outcome {
    match handle.transport.failure() {
        Some(error) => Err(handle.failed(error)),
        None => Ok(()),
    }
}

/// Reports the next events, as mtproto_transport_pull_event reports one. Their
/// data are views together, until the next call on the transport that is not
/// const.
///
/// @param events    Where they go: capacity structs, one behind the other. Set
///                  struct_size of the first: it counts for all.
/// @param capacity  How many fit; 0 does nothing.
/// @param count     Receives how many were reported. Fewer than capacity: there
///                  are no more for now.
/// @return  MTPROTO_OK; MTPROTO_NO_EVENT if there are none until more wire
///          bytes are pushed (count then receives 0; with MTPROTO_MEMORY_SMALL
///          this is the call that gives memory back);
///          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_STRUCT_SIZE;
///          MTPROTO_ERROR_INVALID_ARGUMENT (a capacity that no object can have);
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
///          fatal status, once every event before the error was reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_pull_events(
    transport: *mut mtproto_transport,
    events: *mut mtproto_event,
    capacity: usize,
    count: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let count = unsafe { Output::new(count) }?;
        if capacity == 0 {
            alive(handle)?;
            count.write(0);
            return Ok(());
        }
        // SAFETY: as above.
        let size = unsafe { mtproto_event::check(events) }?;
        let whole = size.checked_mul(capacity);
        check_object(events.cast(), whole.ok_or(MTPROTO_ERROR_INVALID_ARGUMENT)?)?;
        let mut next = events;
        let result = handle.transport.each_event(capacity, |event| {
            // SAFETY: `size` is what `check` gave, for each of the structs by this
            // function's documentation.
            unsafe { mtproto_event::from(event).write(next, size) };
            next = next.wrapping_byte_add(size);
        });
        match result {
            Ok(found) => {
                count.write(found);
                // The event "not ours" is the end of the transport.
                if let Some(error) = handle.transport.failure() {
                    handle.failed(error);
                }
                if found == 0 {
                    return Err(MTPROTO_NO_EVENT);
                }
                Ok(())
            }
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Sends one MTProto packet that stands in a buffer of yours, framed and
/// encrypted there: nothing is copied. Send the bytes before any others.
///
/// For the way back there is mtproto_transport_reserve_wire, which receives
/// without a copy and decrypts in place.
///
/// @param payload  The packet. MTPROTO_IN_PLACE_HEAD_ROOM bytes before it and
///                 MTPROTO_IN_PLACE_TAIL_ROOM behind it are yours too, and
///                 initialised; they and the packet are overwritten.
/// @param length   The packet's length in bytes, without the room.
/// @param wire     Receives where the wire bytes begin, inside of the buffer.
/// @param count    Receives how many they are; 0 if it cannot be done in place:
///                 wire bytes wait that go first, or a carrier (fake TLS,
///                 WebSocket, HTTP) cuts the stream. Nothing was done then:
///                 mtproto_transport_push_payload.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_INVALID_ARGUMENT (a length that no object can have);
///          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
///          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_NOT_CONNECTED and
///          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server); MTPROTO_ERROR_ENTROPY;
///          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status. With any
///          of them nothing was done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_pack_in_place(
    transport: *mut mtproto_transport,
    payload: *mut u8,
    length: usize,
    wire: *mut *const u8,
    count: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        const ROOM: usize = MTPROTO_IN_PLACE_HEAD_ROOM + MTPROTO_IN_PLACE_TAIL_ROOM;
        // SAFETY: the caller's pointer, by the header's rules.
        let wire = unsafe { Output::new(wire) }?;
        // SAFETY: as above.
        let count = unsafe { Output::new(count) }?;
        if payload.is_null() {
            return Err(MTPROTO_ERROR_NULL_ARGUMENT);
        }
        let whole = length
            .checked_add(ROOM)
            .filter(|whole| isize::try_from(*whole).is_ok())
            .ok_or(MTPROTO_ERROR_INVALID_ARGUMENT)?;
        let start = payload.wrapping_sub(MTPROTO_IN_PLACE_HEAD_ROOM);
        // SAFETY: payload and room are the caller's, in one buffer, initialised,
        // and nobody else uses them during the call, by the documentation.
        let buffer = unsafe { core::slice::from_raw_parts_mut(start, whole) };
        let range = MTPROTO_IN_PLACE_HEAD_ROOM..MTPROTO_IN_PLACE_HEAD_ROOM + length;
        match handle.transport.pack_in_place(buffer, range) {
            Ok(packed) => {
                let packed = packed.unwrap_or_default();
                wire.write(buffer[packed.clone()].as_ptr());
                count.write(packed.len());
                Ok(())
            }
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}
