//! The settings of the carriers WebSocket and HTTP.

use libc::c_char;

use super::boundary::{text, text_or_none};
use super::config::{mtproto_config, set};
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status};
use crate::allocate;
use crate::transport::{Config, HttpTarget, WebSocketTarget};

/// Client: opens a WebSocket, and speaks the obfuscated stream inside. For a TLS
/// connection (wss:) push and pull the bytes inside it. An app that has a
/// WebSocket client of its own leaves this out, and puts the wire bytes into
/// binary messages.
///
/// @param host    The Host field: name or address, with the port unless it is
///                the scheme's own. NUL-terminated; it is copied. Of this
///                and mtproto_config_set_http the last call counts.
/// @param path    From its slash on, such as "/apiws". NUL-terminated; copied.
/// @param origin  What a browser would name as the page's origin; NULL for none.
///                NUL-terminated; copied.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
///          text that is not UTF-8. What cannot be sent is refused by
///          mtproto_client_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_websocket(
    config: *mut mtproto_config,
    host: *const c_char,
    path: *const c_char,
    origin: *const c_char,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's text, by the header's rules.
        let (host, path) = (unsafe { text(host) }?, unsafe { text(path) }?);
        // SAFETY: as above.
        let origin = unsafe { text_or_none(origin) }?;
        config.set_websocket(WebSocketTarget {
            host: allocate::text(host)?,
            path: allocate::text(path)?,
            origin: origin.map(allocate::text).transpose()?,
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Client: sends each payload as an HTTP request, and takes the body of the
/// response for the answer. No envelope, no obfuscation, no quick acks.
///
/// @param host          The Host field; it may be empty, as TDLib sends it.
///                      NUL-terminated; it is copied.
/// @param target        A path from its slash on, such as "/api"; for an HTTP
///                      proxy the whole URI (see also
///                      mtproto_config_set_proxy_authorization). NUL-terminated;
///                      copied.
/// @param content_type  The Content-Type field; NULL for none. NUL-terminated;
///                      copied.
/// @param keep_alive    Whether the connection shall stay open for further
///                      requests.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
///          text that is not UTF-8. What cannot be sent is refused by
///          mtproto_client_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_http(
    config: *mut mtproto_config,
    host: *const c_char,
    target: *const c_char,
    content_type: *const c_char,
    keep_alive: bool,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's text, by the header's rules.
        let (host, target) = (unsafe { text(host) }?, unsafe { text(target) }?);
        // SAFETY: as above.
        let content_type = unsafe { text_or_none(content_type) }?;
        config.set_http(HttpTarget {
            target: allocate::text(target)?,
            host: allocate::text(host)?,
            keep_alive,
            content_type: content_type.map(allocate::text).transpose()?,
            proxy_authorization: None,
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Client over HTTP, through an HTTP proxy: sets the Proxy-Authorization field of
/// the requests. Call it behind mtproto_config_set_http, which begins without.
///
/// @param authorization  The field's value, scheme and all, such as "basic
///                       dXNlcjpwYXNz"; NULL for none. NUL-terminated; copied.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
///          text that is not UTF-8, and where no HTTP was set. What cannot be sent
///          is refused by mtproto_client_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_proxy_authorization(
    config: *mut mtproto_config,
    authorization: *const c_char,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's text, by the header's rules.
        let authorization = unsafe { text_or_none(authorization) }?;
        let authorization = authorization.map(allocate::text).transpose()?;
        if config.set_proxy_authorization(authorization) {
            Ok(())
        } else {
            Err(MTPROTO_ERROR_INVALID_ARGUMENT)
        }
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// HTTP: sets whether payloads that are pushed out of turn wait for their turn,
/// together at most as many bytes as the largest payload. Default: false. What
/// may not wait is refused with MTPROTO_ERROR_OUT_OF_TURN: also what a client
/// pushes behind the one request of a connection that is not kept alive. Where
/// the peer ends the connection first, MTPROTO_CLOSED_UNSENT says that some were
/// not sent.
///
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_queue_turns(
    config: *mut mtproto_config,
    queue: bool,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_queue_turns(queue);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Server: serves WebSocket and HTTP at this path too, besides those of
/// Telegram's servers.
///
/// @param path  From its slash on. NUL-terminated; it is copied.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
///          text that is not UTF-8. What no request can name is refused by
///          mtproto_server_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_add_path(
    config: *mut mtproto_config,
    path: *const c_char,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's text, by the header's rules.
        let path = allocate::text(unsafe { text(path) }?)?;
        Ok(config.try_add_path(path)?)
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}
