//! Payloads in, wire bytes out: what whoever sends calls.

use core::mem::{offset_of, size_of};
use core::ptr;

use super::boundary::{Outcome, Output, check_object, guard_handle, input};
use super::status::{
    MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_QUICK_ACK_TOKEN, MTPROTO_ERROR_STRUCT_SIZE,
    mtproto_status,
};
use super::transport::{MTPROTO_SEND_QUICK_ACK, mtproto_send_options, mtproto_transport, with};
use crate::quick_ack::QuickAckToken;
use crate::transport::Transport;
use crate::transport_error::TransportError;

/// What the first version of the struct ends with.
const FIRST_SIZE: usize = offset_of!(mtproto_send_options, quick_ack_token) + size_of::<u32>();

/// Sends one MTProto packet: frames it and queues it for the wire side. Next:
/// mtproto_transport_pull_wire or mtproto_transport_peek_wire.
///
/// @param data     The packet; it is copied.
/// @param length   Its length in bytes: a multiple of 4, not 0, within the
///                 config's largest payload.
/// @param options  How to send it; NULL for the defaults.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
///          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_STRUCT_SIZE,
///          MTPROTO_ERROR_INVALID_ARGUMENT (unknown flag),
///          MTPROTO_ERROR_QUICK_ACK_TOKEN, MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED
///          (Full, HTTP), MTPROTO_ERROR_WRONG_ROLE (a quick ack asked for by a
///          server); MTPROTO_ERROR_NOT_CONNECTED and
///          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server);
///          MTPROTO_ERROR_OUT_OF_TURN (HTTP); MTPROTO_ERROR_CLOSED (WebSocket,
///          HTTP); MTPROTO_ERROR_ENTROPY;
///          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status. With any
///          of them nothing was queued.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_payload(
    transport: *mut mtproto_transport,
    data: *const u8,
    length: usize,
    options: *const mtproto_send_options,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let payload = unsafe { input(data, length) }?;
        // SAFETY: as above.
        let token = unsafe { quick_ack_wanted(options) }?;
        let transport = &mut handle.transport;
        let result = match token {
            None => transport.push_payload(payload),
            Some(token) => transport.push_payload_with_quick_ack(payload, token),
        };
        result.map_err(|error| handle.failed(error))
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Reads the options: whether a quick ack is wanted, and with which token.
///
/// # Safety
///
/// `options` is NULL, or its struct_size can be read, and as many bytes as that
/// says.
unsafe fn quick_ack_wanted(
    options: *const mtproto_send_options,
) -> Result<Option<Option<QuickAckToken>>, mtproto_status> {
    if options.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the first field can be read by this function's
    // contract.
    let size = unsafe { options.cast::<usize>().read() };
    if size < FIRST_SIZE {
        return Err(MTPROTO_ERROR_STRUCT_SIZE);
    }
    // SAFETY: the struct has at least its first version's fields, which are all
    // that is declared.
    let options = unsafe { options.read() };
    match options.flags {
        0 => Ok(None),
        MTPROTO_SEND_QUICK_ACK if options.quick_ack_token == 0 => Ok(Some(None)),
        MTPROTO_SEND_QUICK_ACK => QuickAckToken::from_value(options.quick_ack_token)
            .map(|token| Some(Some(token)))
            .ok_or(MTPROTO_ERROR_QUICK_ACK_TOKEN),
        _ => Err(MTPROTO_ERROR_INVALID_ARGUMENT),
    }
}

/// Server: tells the client that a packet was received, decrypted and accepted.
///
/// @param token  What mtproto_quick_ack_token gave for the decrypted packet.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_QUICK_ACK_TOKEN; MTPROTO_ERROR_WRONG_ROLE;
///          MTPROTO_ERROR_NOT_CONNECTED; MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED
///          (Full, HTTP); MTPROTO_ERROR_CLOSED over a WebSocket that was closed;
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the
///          transport's fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_quick_ack(
    transport: *mut mtproto_transport,
    token: u32,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        let token = QuickAckToken::from_value(token).ok_or(MTPROTO_ERROR_QUICK_ACK_TOKEN)?;
        let result = handle.transport.push_quick_ack(token);
        result.map_err(|error| handle.failed(error))
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Server: tells the client why it will not be served. Usually the connection is
/// closed once the bytes are sent; over WebSocket and HTTP they end it, and
/// nothing can be pushed behind them.
///
/// @param code  The code, positive: 404 goes over the wire as -404.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_INVALID_ARGUMENT if the code is not positive, or over
///          HTTP not from 400 to 599; MTPROTO_ERROR_OUT_OF_TURN (HTTP, without a
///          request); MTPROTO_ERROR_CLOSED (WebSocket);
///          MTPROTO_ERROR_WRONG_ROLE; MTPROTO_ERROR_NOT_CONNECTED;
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
///          fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_transport_error(
    transport: *mut mtproto_transport,
    code: i32,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        let error = u32::try_from(code)
            .ok()
            .and_then(TransportError::new)
            .ok_or(MTPROTO_ERROR_INVALID_ARGUMENT)?;
        let result = handle.transport.push_transport_error(error);
        result.map_err(|error| handle.failed(error))
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Client: lets the opening go now, alone, for an app that must be the first to
/// speak but has no payload yet. Otherwise it leaves with the first payload,
/// which is what official apps do: alone, its 64 bytes tell what they are.
///
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_WRONG_ROLE;
///          the transport's fatal status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_push_opening(
    transport: *mut mtproto_transport,
) -> mtproto_status {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(transport, Transport::push_opening) }
}

/// Moves wire bytes out, to be sent in order.
///
/// @param buffer    Where they go. It need not be initialised.
/// @param capacity  How many bytes fit.
/// @param written   Receives how many bytes were written: 0 when none wait.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_INVALID_ARGUMENT (a capacity that no object can have);
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY (over a carrier);
///          the transport's fatal status, unless over WebSocket: there the close
///          frame, whose code says why, can still be pulled and sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_pull_wire(
    transport: *mut mtproto_transport,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let written = unsafe { Output::new(written) }?;
        check_object(buffer, capacity)?;
        let wire = match handle.transport.peek_wire() {
            Ok(wire) => wire,
            Err(error) => return Err(handle.failed(error)),
        };
        let count = wire.len().min(capacity);
        if count != 0 {
            // Not through `pull_wire`: C's buffer may be uninitialised, and no
            // reference can be made to such bytes.
            // SAFETY: `count` bytes are in `wire`, and fit the caller's buffer,
            // which cannot overlap the transport's memory.
            unsafe { ptr::copy_nonoverlapping(wire.as_ptr(), buffer, count) };
        }
        let result = handle.transport.consume_wire(count);
        result.map_err(|error| handle.failed(error))?;
        written.write(count);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Shows all wire bytes that wait, without a copy. Send some of them, then call
/// mtproto_transport_consume_wire. It encrypts what is queued, so it is not
/// const.
///
/// @param data    Receives a view, until the next call on the transport that is
///                not const.
/// @param length  Receives its length in bytes: 0 when none wait.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_ENTROPY;
///          MTPROTO_ERROR_OUT_OF_MEMORY (over a carrier); the transport's fatal
///          status, as mtproto_transport_pull_wire.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_peek_wire(
    transport: *mut mtproto_transport,
    data: *mut *const u8,
    length: *mut usize,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| -> Outcome {
        // SAFETY: the caller's pointer, by the header's rules.
        let data = unsafe { Output::new(data) }?;
        // SAFETY: as above.
        let length = unsafe { Output::new(length) }?;
        match handle.transport.peek_wire() {
            Ok(wire) => {
                data.write(wire.as_ptr());
                length.write(wire.len());
                Ok(())
            }
            Err(error) => Err(handle.failed(error)),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { guard_handle(transport, inside) }
}

/// Drops wire bytes that were sent. Partial writes are normal.
///
/// @param count  How many of the bytes that mtproto_transport_peek_wire showed.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_COUNT if it
///          showed fewer: nothing was dropped; the transport's fatal status, as
///          mtproto_transport_pull_wire.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_consume_wire(
    transport: *mut mtproto_transport,
    count: usize,
) -> mtproto_status {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { with(transport, |transport| transport.consume_wire(count)) }
}
