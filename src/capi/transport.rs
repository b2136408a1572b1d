//! `mtproto_transport`: one connection without its socket.

use core::mem::{offset_of, size_of};
#[cfg(feature = "uniffi")]
use core::panic::AssertUnwindSafe;
use core::ptr;
use std::ffi::CString;
#[cfg(feature = "uniffi")]
use std::panic::catch_unwind;

use libc::c_char;

use super::boundary::{
    Handle, Outcome, Output, check_object, guard, guard_handle, guard_value, input, into_handle,
};
use super::config::mtproto_config;
use super::event::mtproto_event;
use super::status::{
    self, MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_OUT_OF_MEMORY,
    MTPROTO_ERROR_PANIC, MTPROTO_ERROR_QUICK_ACK_TOKEN, MTPROTO_ERROR_STRUCT_SIZE,
    MTPROTO_EVENTS_PENDING, MTPROTO_NO_EVENT, mtproto_status, status_of,
};
use super::texts::kept;
use crate::error::Error;
use crate::quick_ack::QuickAckToken;
use crate::transport::{Config, Transport};
use crate::transport_error::TransportError;

/// One connection, as client or as server, without its socket: you receive and
/// send the bytes, it makes events and wire bytes of them.
pub struct mtproto_transport {
    pub(super) transport: Transport,
    /// The fatal error with its figures.
    error_text: Option<CString>,
    poisoned: bool,
}

impl Handle for mtproto_transport {
    fn poisoned(&mut self) -> &mut bool {
        &mut self.poisoned
    }
}

impl mtproto_transport {
    fn new(transport: Transport) -> Self {
        Self {
            transport,
            error_text: None,
            poisoned: false,
        }
    }

    /// The status of an error, whose text is kept if it is fatal.
    pub(super) fn failed(&mut self, error: Error) -> mtproto_status {
        if error.is_fatal() && self.error_text.is_none() {
            // Without memory the next call tries again.
            self.error_text = kept(error).ok().flatten();
        }
        status_of(error)
    }
}

/// For the Kotlin and Swift face, which works on the same handle.
#[cfg(feature = "uniffi")]
impl mtproto_transport {
    /// A handle of the caller's, around a transport.
    pub(crate) fn boxed(transport: Transport) -> Box<Self> {
        Box::new(Self::new(transport))
    }

    /// Runs a call as an export does: a fatal error is kept, a panic poisons.
    /// `None` is a panic, now or before.
    pub(crate) fn run<T>(
        &mut self,
        inside: impl FnOnce(&mut Transport) -> Result<T, Error>,
    ) -> Option<Result<T, Error>> {
        if self.poisoned {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(|| inside(&mut self.transport))) {
            Ok(Err(error)) => {
                self.failed(error);
                Some(Err(error))
            }
            Ok(result) => Some(result),
            Err(_) => {
                self.poisoned = true;
                None
            }
        }
    }
}

/// Client: ask for a quick ack.
pub const MTPROTO_SEND_QUICK_ACK: u32 = 0x1;

/// How a payload is sent. New fields come at the end only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mtproto_send_options {
    /// sizeof(mtproto_send_options).
    pub struct_size: usize,
    /// MTPROTO_SEND_QUICK_ACK, or 0.
    pub flags: u32,
    /// With MTPROTO_SEND_QUICK_ACK: what mtproto_quick_ack_token gave; the
    /// QUICK_ACK event will carry it. 0 stands for any token: for a relay, which
    /// cannot compute it. The latest 1024 that were not answered are remembered.
    pub quick_ack_token: u32,
}

/// What the first version of the struct ends with.
const FIRST_SIZE: usize = offset_of!(mtproto_send_options, quick_ack_token) + size_of::<u32>();

/// Runs the inside of an export on the core's transport.
///
/// # Safety
///
/// As [`guard_handle`].
unsafe fn with(
    transport: *mut mtproto_transport,
    inside: impl FnOnce(&mut Transport) -> Result<(), Error>,
) -> mtproto_status {
    let inside = |handle: &mut mtproto_transport| match inside(&mut handle.transport) {
        Ok(()) => Ok(()),
        Err(error) => Err(handle.failed(error)),
    };
    // SAFETY: the same contract.
    unsafe { guard_handle(transport, inside) }
}

/// Makes a transport of either role.
///
/// # Safety
///
/// Each pointer is NULL or what its name says, by the header's rules.
unsafe fn new(
    config: *const mtproto_config,
    out: *mut *mut mtproto_transport,
    make: impl FnOnce(&Config) -> Result<Transport, Error>,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's handle.
        let config = unsafe { config.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        // SAFETY: the caller's pointer.
        let out = unsafe { Output::new(out) }?;
        let config = config.config().ok_or(MTPROTO_ERROR_PANIC)?;
        let transport = make(config).map_err(status_of)?;
        let handle = into_handle(mtproto_transport::new(transport));
        out.write(handle.ok_or(MTPROTO_ERROR_OUT_OF_MEMORY)?);
        Ok(())
    })
}

/// Makes the end that connects. Payloads can be pushed at once; its first event
/// is CONNECTED. Its opening (the tag, or the initialization payload) leaves
/// together with the first payload. Over fake TLS and WebSocket the hello, or the
/// request, waits to be sent from the start, and payloads wait for its answer.
///
/// @param config  The settings; they are copied.
/// @param out     Receives a transport of your own, to be freed by
///                mtproto_transport_free.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS,
///          MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION,
///          MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC,
///          MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING,
///          MTPROTO_ERROR_CONFIG_TARGET,
///          MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION,
///          MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS,
///          MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION; MTPROTO_ERROR_ENTROPY;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_client_new(
    config: *const mtproto_config,
    out: *mut *mut mtproto_transport,
) -> mtproto_status {
    // SAFETY: the caller's pointers, by the header's rules.
    unsafe { new(config, out, Transport::client) }
}

/// Makes the end that accepts: push what the client sends, and it recognises
/// what it is talked to with. Its first event is CONNECTED, or NOT_OURS.
///
/// @param config  The settings; they are copied.
/// @param out     Receives a transport of your own, to be freed by
///                mtproto_transport_free.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_CONFIG_ACCEPT,
///          MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION,
///          MTPROTO_ERROR_CONFIG_TARGET (a path); MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_server_new(
    config: *const mtproto_config,
    out: *mut *mut mtproto_transport,
) -> mtproto_status {
    // SAFETY: the caller's pointers, by the header's rules.
    unsafe { new(config, out, Transport::server) }
}

/// Frees a transport and wipes its keys. Views into it end.
///
/// @param transport  A transport of your own, or NULL, which does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_transport_free(transport: *mut mtproto_transport) {
    guard_value((), || {
        if !transport.is_null() {
            // SAFETY: made by `into_handle` in `new`, and given back once, by the
            // header's rules.
            drop(unsafe { Box::from_raw(transport) });
        }
    });
}

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
///          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY (over a carrier); the transport's fatal
///          status, unless over WebSocket: there the close frame, whose code
///          says why, can still be pulled and sent.
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
///          length that no object can have); MTPROTO_ERROR_ENDED; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
///          fatal status, but only once mtproto_transport_pull_event has
///          reported it, after the events before it.
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
/// Payloads can still be sent. A second call does nothing.
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

/// Runs the inside of a const export.
///
/// # Safety
///
/// `transport` is NULL, or a live handle that nobody changes during the call.
unsafe fn look<T>(
    transport: *const mtproto_transport,
    otherwise: T,
    inside: impl FnOnce(&mtproto_transport) -> T,
) -> T
where
    T: Copy,
{
    guard_value(otherwise, || {
        // SAFETY: live and unchanging by this function's contract.
        match unsafe { transport.as_ref() } {
            Some(handle) if !handle.poisoned => inside(handle),
            _ => otherwise,
        }
    })
}

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
/// peer left before the opening. When it is, and no event and no wire byte waits,
/// close the socket; after NOT_OURS it is yours.
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
    let text = |handle: &mtproto_transport| {
        match (&handle.error_text, handle.transport.failure()) {
            (Some(text), _) => text.as_ptr(),
            // There was no memory for its figures.
            (None, Some(error)) => status::text(status_of(error)).as_ptr(),
            (None, None) => c"".as_ptr(),
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(transport, c"".as_ptr(), text) }
}
