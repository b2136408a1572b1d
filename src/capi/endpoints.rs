//! Where the data centres are, for C.

use core::net::IpAddr;

use libc::c_char;

use super::boundary::{guard, text};
use super::dc_id::dc_of;
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_NO_ENDPOINT, mtproto_status};
use super::texts::copy_text_out;
use crate::endpoints::{self, Service};

/// WebSocket, for apps and browsers: /apiws.
pub const MTPROTO_SERVICE_WEBSOCKET: i32 = 0;
/// HTTP for apps: /api.
pub const MTPROTO_SERVICE_HTTP: i32 = 1;
/// HTTP for a browser's page: /apiw.
pub const MTPROTO_SERVICE_HTTP_FROM_BROWSER: i32 = 2;

fn service_of(service: i32) -> Result<Service, mtproto_status> {
    Ok(match service {
        MTPROTO_SERVICE_WEBSOCKET => Service::WebSocket,
        MTPROTO_SERVICE_HTTP => Service::Http,
        MTPROTO_SERVICE_HTTP_FROM_BROWSER => Service::HttpFromBrowser,
        _ => return Err(MTPROTO_ERROR_INVALID_ARGUMENT),
    })
}

/// An address of a data centre to begin with, with its port, for TCP:
/// `149.154.167.51:443`, `[2001:67c:4e8:f002::a]:443`. As TDLib has them
/// (November 2026); help.getConfig lists the current ones.
///
/// @param dc        The DC's number.
/// @param flags     MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
/// @param index     Which one, from 0: in the order in which to try them.
/// @param buffer    Receives the text, NUL-terminated.
/// @param capacity  How many bytes fit; 64 always do.
/// @param length    Receives how many bytes the text has, its NUL included; also
///                  with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
///          written; MTPROTO_ERROR_NO_ENDPOINT past the last;
///          MTPROTO_ERROR_CONFIG_DC; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown flag; MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_endpoint_address(
    dc: i32,
    flags: u32,
    index: usize,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    guard(|| {
        let address = endpoints::addresses(dc_of(dc, flags)?)
            .nth(index)
            .ok_or(MTPROTO_ERROR_NO_ENDPOINT)?;
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_text_out(address, buffer, capacity, length) }
    })
}

/// The URI of a data centre over TLS, by its name:
/// "wss://venus.web.telegram.org/apiws". A media DC has a second host,
/// "venus-1".
///
/// @param dc        The DC's number.
/// @param flags     MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
/// @param service   One of MTPROTO_SERVICE_*.
/// @param buffer    Receives the text, NUL-terminated.
/// @param capacity  How many bytes fit; 64 always do.
/// @param length    Receives how many bytes the text has, its NUL included; also
///                  with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
///          written; MTPROTO_ERROR_NO_ENDPOINT for a DC without a name;
///          MTPROTO_ERROR_CONFIG_DC; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown flag or service; MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_endpoint_uri(
    dc: i32,
    flags: u32,
    service: i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    guard(|| {
        let (dc, service) = (dc_of(dc, flags)?, service_of(service)?);
        let uri = endpoints::web_uri(dc, service).ok_or(MTPROTO_ERROR_NO_ENDPOINT)?;
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_text_out(uri, buffer, capacity, length) }
    })
}

/// The URI of a data centre without TLS, by its address, on port 80:
/// "ws://149.154.167.51:80/apiws".
///
/// @param address   An IPv4 or IPv6 address, NUL-terminated.
/// @param service   One of MTPROTO_SERVICE_*.
/// @param buffer    Receives the text, NUL-terminated.
/// @param capacity  How many bytes fit; 80 always do.
/// @param length    Receives how many bytes the text has, its NUL included; also
///                  with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
///          written; MTPROTO_ERROR_INVALID_ARGUMENT for what is no address, or
///          an unknown service; MTPROTO_ERROR_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_endpoint_plain_uri(
    address: *const c_char,
    service: i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's text, by the header's rules.
        let address: IpAddr = unsafe { text(address) }?
            .parse()
            .map_err(|_| MTPROTO_ERROR_INVALID_ARGUMENT)?;
        let uri = endpoints::plain_uri(address, service_of(service)?);
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_text_out(uri, buffer, capacity, length) }
    })
}
