//! `mtproto_transport`: one connection without its socket.

#[cfg(feature = "uniffi")]
use core::panic::AssertUnwindSafe;
use std::ffi::{CStr, CString};
#[cfg(feature = "uniffi")]
use std::panic::catch_unwind;

use super::boundary::{Handle, Output, guard, guard_handle, guard_value, into_handle};
use super::config::mtproto_config;
use super::status::{
    self, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_OUT_OF_MEMORY, MTPROTO_ERROR_PANIC,
    mtproto_status, status_of,
};
use super::texts::kept;
use crate::error::Error;
use crate::transport::{Config, Transport};

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

    /// The fatal error with its figures, or without them where there was no memory
    /// for them; empty without such an error.
    pub(super) fn error_text(&self) -> &CStr {
        match (&self.error_text, self.transport.failure()) {
            (Some(text), _) => text,
            (None, Some(error)) => status::text(status_of(error)),
            (None, None) => c"",
        }
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

/// Runs the inside of an export on the core's transport.
///
/// # Safety
///
/// As [`guard_handle`].
pub(super) unsafe fn with(
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

/// Runs the inside of a const export.
///
/// # Safety
///
/// `transport` is NULL, or a live handle that nobody changes during the call.
pub(super) unsafe fn look<T>(
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
