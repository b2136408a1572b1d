//! `mtproto_link`: a link to a proxy, read and printed, for C.

#[cfg(test)]
mod tests;

use core::ffi::CStr;
use std::ffi::CString;

use libc::c_char;
use zeroize::Zeroizing;

use super::boundary::{Output, guard, guard_value, input, into_handle};
use super::secret::{mode_of, mtproto_secret};
use super::status::{
    MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_LINK_CREDENTIAL, MTPROTO_ERROR_LINK_ENCODING,
    MTPROTO_ERROR_LINK_SOCKS5, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_OUT_OF_MEMORY,
    link_status, mtproto_status,
};
use super::texts::{Reason, copy_text_out, kept, shown};
use crate::allocate::{self, OutOfMemory};
use crate::mtproxy::link::{self, LinkText};
use crate::mtproxy::{Link, LinkError, ProxyLink, Server, Socks5Link};

/// tg://proxy?... or t.me/proxy?...: server, port, secret.
pub const MTPROTO_LINK_MTPROXY: i32 = 1;
/// tg://socks?... or t.me/socks?...: server, port, perhaps user and password.
pub const MTPROTO_LINK_SOCKS5: i32 = 2;

/// The link that opens the app: tg://proxy?...
pub const MTPROTO_LINK_FORM_TG: i32 = 0;
/// The link that works in a browser too: https://t.me/proxy?...
pub const MTPROTO_LINK_FORM_HTTPS: i32 = 1;

/// A link to a proxy. It never changes, so any number of threads may use it at
/// the same time; what is secret in it is wiped when it is freed.
pub struct mtproto_link {
    server: Option<CString>,
    port: u16,
    user: Option<CString>,
    /// With its zero byte.
    password: Zeroizing<Vec<u8>>,
    /// `None`: SOCKS5.
    proxy: Option<(Server, mtproto_secret)>,
}

impl mtproto_link {
    fn of_proxy(link: ProxyLink) -> Result<Self, OutOfMemory> {
        let (server, port, secret) = link.into_parts();
        Ok(Self {
            // The parser takes no control characters: no zero byte is in it.
            server: kept(&server)?,
            port,
            user: None,
            password: Zeroizing::default(),
            proxy: Some((server, mtproto_secret::new(secret)?)),
        })
    }

    /// `None` where the user or the password has a zero byte in it.
    fn of_socks5(link: &Socks5Link) -> Result<Option<Self>, OutOfMemory> {
        let user = link.user.as_deref().unwrap_or_default();
        let password = link.password.as_ref().map_or("", |password| password);
        if user.contains('\0') || password.contains('\0') {
            return Ok(None);
        }
        Ok(Some(Self {
            server: kept(&link.server)?,
            port: link.port,
            user: kept(user)?,
            password: Zeroizing::new(allocate::join(&[password.as_bytes(), &[0]])?),
            proxy: None,
        }))
    }
}

/// Runs the inside of an export on a link.
///
/// # Safety
///
/// `link` is NULL, or a live handle.
unsafe fn look<T: Copy>(
    link: *const mtproto_link,
    otherwise: T,
    inside: impl FnOnce(&mtproto_link) -> T,
) -> T {
    guard_value(otherwise, || {
        // SAFETY: live, and nothing changes it, by this function's contract.
        unsafe { link.as_ref() }.map_or(otherwise, inside)
    })
}

/// Reads a link to a proxy: tg://proxy?..., tg:proxy?..., t.me/proxy?... with
/// https://, http:// or neither in front, telegram.me and telegram.dog for t.me;
/// the same with socks for a SOCKS5 proxy.
///
/// @param text             The link, in UTF-8; no NUL at its end is needed.
/// @param length           Its length in bytes.
/// @param mode             One of MTPROTO_PARSE_*.
/// @param out              Receives a link of your own, to be freed by
///                         mtproto_link_free.
/// @param reason           Receives why not, with figures: "port is 0: 1 to
///                         65535 expected"; "" with MTPROTO_OK. Cut to fit,
///                         NUL-terminated. It holds nothing of the key. NULL if
///                         nobody wants to know.
/// @param reason_capacity  How many bytes fit there; 200 are enough.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown mode; MTPROTO_ERROR_LINK_EMPTY,
///          MTPROTO_ERROR_LINK_WHITE_SPACE, MTPROTO_ERROR_LINK_HOST,
///          MTPROTO_ERROR_LINK_NOT_A_PROXY, MTPROTO_ERROR_LINK_WEB_PROXY,
///          MTPROTO_ERROR_LINK_MISSING, MTPROTO_ERROR_LINK_TWICE,
///          MTPROTO_ERROR_LINK_ENCODING, MTPROTO_ERROR_LINK_SERVER,
///          MTPROTO_ERROR_LINK_PORT, MTPROTO_ERROR_LINK_CREDENTIAL; what
///          mtproto_secret_parse returns for the secret in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_parse(
    text: *const c_char,
    length: usize,
    mode: i32,
    out: *mut *mut mtproto_link,
    reason: *mut c_char,
    reason_capacity: usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let reason = unsafe { Reason::new(reason, reason_capacity) };
        // SAFETY: as above.
        let text = unsafe { input(text.cast(), length) }?;
        // SAFETY: as above.
        let out = unsafe { Output::new(out) }?;
        let mode = mode_of(mode)?;
        let Ok(text) = core::str::from_utf8(text) else {
            return Err(reason.say("link is not UTF-8 text", MTPROTO_ERROR_LINK_ENCODING));
        };
        let link = match Link::parse(text, mode) {
            Ok(Link::MtProxy(link)) => mtproto_link::of_proxy(link)?,
            Ok(Link::Socks5(link)) => mtproto_link::of_socks5(&link)?.ok_or_else(|| {
                let words = "user or pass of the link has a zero byte: C's texts cannot hold it";
                reason.say(words, MTPROTO_ERROR_LINK_CREDENTIAL)
            })?,
            Err(error) => return Err(reason.say(error, link_status(error))),
        };
        out.write(into_handle(link).ok_or(MTPROTO_ERROR_OUT_OF_MEMORY)?);
        Ok(())
    })
}

/// Makes the link to an MTProxy of one's own, to be printed.
///
/// @param server           The host name or the IP address, in UTF-8; no NUL at
///                         its end is needed.
/// @param server_length    Its length in bytes.
/// @param port             From 1 to 65535.
/// @param secret           The secret; it is copied.
/// @param out              Receives a link of your own, to be freed by
///                         mtproto_link_free.
/// @param reason           As mtproto_link_parse.
/// @param reason_capacity  As mtproto_link_parse.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_LINK_ENCODING,
///          MTPROTO_ERROR_LINK_MISSING (an empty server),
///          MTPROTO_ERROR_LINK_SERVER, MTPROTO_ERROR_LINK_PORT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_new(
    server: *const c_char,
    server_length: usize,
    port: u32,
    secret: *const mtproto_secret,
    out: *mut *mut mtproto_link,
    reason: *mut c_char,
    reason_capacity: usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let reason = unsafe { Reason::new(reason, reason_capacity) };
        // SAFETY: as above.
        let server = unsafe { input(server.cast(), server_length) }?;
        // SAFETY: as above.
        let secret = unsafe { secret.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        // SAFETY: as above.
        let out = unsafe { Output::new(out) }?;
        let Ok(server) = core::str::from_utf8(server) else {
            return Err(reason.say("server is not UTF-8 text", MTPROTO_ERROR_LINK_ENCODING));
        };
        let refused = |error| reason.say(error, link_status(error));
        let port =
            u16::try_from(port).map_err(|_| refused(LinkError::PortRange { port: port.into() }))?;
        let link = ProxyLink::new(server, port, secret.secret().try_clone()?).map_err(refused)?;
        out.write(into_handle(mtproto_link::of_proxy(link)?).ok_or(MTPROTO_ERROR_OUT_OF_MEMORY)?);
        Ok(())
    })
}

/// Frees a link, and the secret that mtproto_link_secret gave with it.
///
/// @param link  A link of your own, or NULL, which does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_free(link: *mut mtproto_link) {
    guard_value((), || {
        if !link.is_null() {
            // SAFETY: made by `into_handle` above, and given back once, by the
            // header's rules.
            drop(unsafe { Box::from_raw(link) });
        }
    });
}

/// What the link leads to.
///
/// @return  MTPROTO_LINK_MTPROXY or MTPROTO_LINK_SOCKS5; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_kind(link: *const mtproto_link) -> i32 {
    let kind = |handle: &mtproto_link| match handle.proxy {
        Some(_) => MTPROTO_LINK_MTPROXY,
        None => MTPROTO_LINK_SOCKS5,
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, 0, kind) }
}

/// Where the proxy is: an IPv4 address, an IPv6 address without brackets, or a
/// host name.
///
/// @return  A NUL-terminated text, never NULL, until the link is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_server(link: *const mtproto_link) -> *const c_char {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, c"".as_ptr(), |handle| shown(&handle.server)) }
}

/// The proxy's TCP port.
///
/// @return  From 1 to 65535; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_port(link: *const mtproto_link) -> u16 {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, 0, |handle| handle.port) }
}

/// SOCKS5: the user name.
///
/// @return  A NUL-terminated text, never NULL ("" where there is none), until
///          the link is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_user(link: *const mtproto_link) -> *const c_char {
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, c"".as_ptr(), |handle| shown(&handle.user)) }
}

/// SOCKS5: the password.
///
/// @return  A NUL-terminated text, never NULL ("" where there is none), until
///          the link is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_password(link: *const mtproto_link) -> *const c_char {
    let password = |handle: &mtproto_link| {
        CStr::from_bytes_until_nul(&handle.password).map_or(c"".as_ptr(), CStr::as_ptr)
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, c"".as_ptr(), password) }
}

/// MTProxy: the secret.
///
/// @return  A secret that belongs to the link, until the link is freed: do not
///          free it. NULL for a SOCKS5 link, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_secret(link: *const mtproto_link) -> *const mtproto_secret {
    let secret = |handle: &mtproto_link| match &handle.proxy {
        Some((_, secret)) => core::ptr::from_ref(secret),
        None => core::ptr::null(),
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { look(link, core::ptr::null(), secret) }
}

/// Writes the canonical link, NUL-terminated.
///
/// @param link      The link.
/// @param form      MTPROTO_LINK_FORM_TG or MTPROTO_LINK_FORM_HTTPS.
/// @param buffer    Where it goes. It holds the secret: wipe it after use.
/// @param capacity  How many bytes fit: 1100 are enough for any link.
/// @param length    Receives how many bytes the text has, its NUL included, also
///                  with MTPROTO_NEED_SPACE.
/// @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was written;
///          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown form; MTPROTO_ERROR_LINK_SOCKS5: only links to an MTProxy
///          are printed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_link_to_text(
    link: *const mtproto_link,
    form: i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's handle, by the header's rules.
        let handle = unsafe { link.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        let (server, secret) = handle.proxy.as_ref().ok_or(MTPROTO_ERROR_LINK_SOCKS5)?;
        let text = LinkText {
            front: match form {
                MTPROTO_LINK_FORM_TG => link::TG,
                MTPROTO_LINK_FORM_HTTPS => link::HTTPS,
                _ => return Err(MTPROTO_ERROR_INVALID_ARGUMENT),
            },
            server,
            port: handle.port,
            secret: secret.secret(),
        };
        // SAFETY: the caller's pointers, by the header's rules.
        unsafe { copy_text_out(text, buffer, capacity, length) }
    })
}
