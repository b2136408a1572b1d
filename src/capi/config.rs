//! `mtproto_config`: the settings of a transport.

use libc::c_char;

use super::boundary::{
    Handle, Outcome, guard_handle, guard_value, input, into_handle, text, text_or_none,
};
use super::dc_id::dc_of;
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status, secret_status, status_of};
use crate::allocate;
use crate::entropy::Entropy;
use crate::envelope::Envelope;
use crate::error::ConfigError;
use crate::mtproxy::{ParseMode, Secret};
use crate::transport::{
    Accept, Config, HttpTarget, Memory, QuickAckForm, TlsProfile, WebSocketTarget,
};

/// Abridged: 1 or 4 bytes a packet.
pub const MTPROTO_ENVELOPE_ABRIDGED: i32 = 1;
/// Intermediate: 4 bytes a packet.
pub const MTPROTO_ENVELOPE_INTERMEDIATE: i32 = 2;
/// Padded intermediate: 4 bytes and up to 15 random ones a packet.
pub const MTPROTO_ENVELOPE_PADDED_INTERMEDIATE: i32 = 3;
/// Full: 12 bytes a packet, with sequence number and CRC32; no quick acks.
pub const MTPROTO_ENVELOPE_FULL: i32 = 4;

/// How long the key of a secret is, in bytes.
pub const MTPROTO_SECRET_LENGTH: usize = 16;
/// How long the initialization payload is, in bytes.
pub const MTPROTO_INITIALIZATION_PAYLOAD_LENGTH: usize = 64;

/// Accept Abridged, Intermediate and Padded intermediate in clear.
pub const MTPROTO_ACCEPT_PLAIN: u32 = 0x1;
/// Accept Full in clear.
pub const MTPROTO_ACCEPT_PLAIN_FULL: u32 = 0x2;
/// Accept obfuscated connections without a secret.
pub const MTPROTO_ACCEPT_OBFUSCATED: u32 = 0x4;
/// Accept connections with one of the secrets, each as its form says: 16 bytes,
/// obfuscated in any envelope; 17 bytes, obfuscated in Padded intermediate; with
/// a domain, inside fake TLS.
pub const MTPROTO_ACCEPT_SECRET: u32 = 0x8;
/// Accept Full too under the obfuscation that the two above allow. It has no
/// tag, so that eight bytes more are needed to refuse a stranger.
pub const MTPROTO_ACCEPT_OBFUSCATED_FULL: u32 = 0x10;
/// Accept WebSocket, with an obfuscated stream inside that the flags above
/// allow. Not accepted by default.
pub const MTPROTO_ACCEPT_WEBSOCKET: u32 = 0x20;
/// Accept HTTP: packets in the bodies of POST requests. Not accepted by default.
pub const MTPROTO_ACCEPT_HTTP: u32 = 0x40;

/// The DC is one of the test network.
pub const MTPROTO_DC_TEST: u32 = 0x1;
/// The DC is a media DC (not a CDN DC).
pub const MTPROTO_DC_MEDIA: u32 = 0x2;

/// Quick acks in Padded intermediate as documented: in a frame.
pub const MTPROTO_QUICK_ACK_FORM_DOCUMENTED: i32 = 0;
/// Quick acks in Padded intermediate as 4 bytes without an envelope.
pub const MTPROTO_QUICK_ACK_FORM_RAW: i32 = 1;

/// Made for speed: buffers keep the size they grew to.
pub const MTPROTO_MEMORY_FAST: i32 = 0;
/// Made to be one of very many: buffers are given back when they are empty.
pub const MTPROTO_MEMORY_SMALL: i32 = 1;

/// The hello of a Chrome of today, as TDLib's: about 1.8 KiB. The proxies of
/// 2019 do not know it for a hello.
pub const MTPROTO_TLS_PROFILE_CHROME: i32 = 0;
/// The hello of a Safari of today.
pub const MTPROTO_TLS_PROFILE_SAFARI: i32 = 1;
/// The 517 bytes of the hellos of 2019 to 2023, for old proxies.
pub const MTPROTO_TLS_PROFILE_CLASSIC: i32 = 2;

/// The settings of a transport. Make one, set what differs from the defaults,
/// make any number of transports from it, and free it: they keep what they
/// need.
pub struct mtproto_config {
    config: Config,
    poisoned: bool,
}

impl Handle for mtproto_config {
    fn poisoned(&mut self) -> &mut bool {
        &mut self.poisoned
    }
}

impl mtproto_config {
    pub(super) fn config(&self) -> Option<&Config> {
        (!self.poisoned).then_some(&self.config)
    }
}

/// Runs a setter.
///
/// # Safety
///
/// As [`guard_handle`].
pub(super) unsafe fn set(
    config: *mut mtproto_config,
    setter: impl FnOnce(&mut Config) -> Outcome,
) -> mtproto_status {
    // SAFETY: the same contract.
    unsafe {
        guard_handle(config, |handle| {
            // First, so that no setter needs memory for it.
            handle.config.try_knobs()?;
            setter(&mut handle.config)
        })
    }
}

fn refused(error: ConfigError) -> mtproto_status {
    status_of(error.into())
}

/// Makes a config with the defaults: as client, obfuscated Padded intermediate
/// without a secret; as server, everything in clear or obfuscated without a
/// secret.
///
/// @return  A config of your own, to be freed by mtproto_config_free; NULL if
///          there is no memory.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_config_new() -> *mut mtproto_config {
    guard_value(core::ptr::null_mut(), || {
        let poisoned = false;
        let config = Config::try_new().ok();
        let handle = config.and_then(|config| into_handle(mtproto_config { config, poisoned }));
        handle.unwrap_or(core::ptr::null_mut())
    })
}

/// Frees a config and wipes its secrets. The transports made from it live on.
///
/// @param config  A config of your own, or NULL, which does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_free(config: *mut mtproto_config) {
    guard_value((), || {
        if !config.is_null() {
            // SAFETY: made by `into_handle` in `mtproto_config_new`, and given
            // back once, by the header's rules.
            drop(unsafe { Box::from_raw(config) });
        }
    });
}

/// Client: sets the envelope to speak. Default: Padded intermediate.
///
/// @param envelope  One of MTPROTO_ENVELOPE_*.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_envelope(
    config: *mut mtproto_config,
    envelope: i32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        let envelope = envelope_of(envelope).ok_or(MTPROTO_ERROR_INVALID_ARGUMENT)?;
        config.set_envelope(envelope);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Client: sets whether to obfuscate. Default: true.
///
/// Obfuscation hides the protocol from a device that looks for its first
/// bytes. Without a secret it is no protection: its keys go over the wire in
/// clear.
///
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_obfuscated(
    config: *mut mtproto_config,
    obfuscated: bool,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_obfuscated(obfuscated);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Client: sets the DC id that goes into the initialization payload. A proxy
/// connects to that DC; a DC itself does not read it. Required with a secret.
///
/// @param dc     The DC's number, from 1.
/// @param flags  MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown flag; MTPROTO_ERROR_CONFIG_DC for a number that no DC has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_dc(
    config: *mut mtproto_config,
    dc: i32,
    flags: u32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_dc(dc_of(dc, flags)?);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Adds a secret, as raw bytes: 16, the key alone; 17, a first byte (dd) and the
/// key, for Padded intermediate; ee, the key and a domain, for fake TLS. For the
/// text of a secret or of a link see mtproto_secret_parse and mtproto_link_parse.
///
/// The bytes are read as MTPROTO_PARSE_STRICT has it.
///
/// A client takes one, and speaks as the secret's form says. A server may take
/// many: it tries them in this order and reports the one that fits by its index,
/// from 0.
///
/// @param secret  The secret; it is copied, and wiped with the config.
/// @param length  Its length in bytes: MTPROTO_SECRET_LENGTH, or more.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_SECRET_* for bytes that
///          are no secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_add_secret(
    config: *mut mtproto_config,
    secret: *const u8,
    length: usize,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's pointer, by the header's rules.
        let bytes = unsafe { input(secret, length) }?;
        let secret = Secret::from_bytes(bytes, ParseMode::Strict).map_err(secret_status)?;
        Ok(config.try_add_secret(secret)?)
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Server: sets which openings to accept. Default: without secrets everything
/// over TCP but obfuscated Full; with secrets MTPROTO_ACCEPT_SECRET alone, so that a
/// proxy does not answer to a scanner. Whether it fits the secrets is checked
/// by mtproto_server_new.
///
/// @param accept  MTPROTO_ACCEPT_*, or-ed.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
///          unknown flag.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_accept(
    config: *mut mtproto_config,
    accept: u32,
) -> mtproto_status {
    let known = MTPROTO_ACCEPT_PLAIN
        | MTPROTO_ACCEPT_PLAIN_FULL
        | MTPROTO_ACCEPT_OBFUSCATED
        | MTPROTO_ACCEPT_SECRET
        | MTPROTO_ACCEPT_OBFUSCATED_FULL
        | MTPROTO_ACCEPT_WEBSOCKET
        | MTPROTO_ACCEPT_HTTP;
    let setter = |config: &mut Config| {
        if accept & !known != 0 {
            return Err(MTPROTO_ERROR_INVALID_ARGUMENT);
        }
        config.set_accept(Accept {
            plain: accept & MTPROTO_ACCEPT_PLAIN != 0,
            plain_full: accept & MTPROTO_ACCEPT_PLAIN_FULL != 0,
            obfuscated: accept & MTPROTO_ACCEPT_OBFUSCATED != 0,
            secret: accept & MTPROTO_ACCEPT_SECRET != 0,
            websocket: accept & MTPROTO_ACCEPT_WEBSOCKET != 0,
            http: accept & MTPROTO_ACCEPT_HTTP != 0,
            obfuscated_full: accept & MTPROTO_ACCEPT_OBFUSCATED_FULL != 0,
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets the largest payload, sent or received. Default: 16 MiB. It is also the
/// ceiling of what waits undelivered in the transport, give or take an
/// envelope. Abridged cannot carry more than 67108860 bytes.
///
/// @param bytes  From 1024 to 1073741824, a multiple of 4.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_PAYLOAD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_max_payload(
    config: *mut mtproto_config,
    bytes: usize,
) -> mtproto_status {
    let setter = |config: &mut Config| config.set_max_payload(bytes).map(|_| ()).map_err(refused);
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets the most random bytes behind a payload in Padded intermediate; each
/// frame draws its own number. Default: 15 as client; 3 as server, because some
/// clients drop padding to a multiple of 4 only.
///
/// @param bytes  From 0 to 15.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_PADDING.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_max_padding(
    config: *mut mtproto_config,
    bytes: u32,
) -> mtproto_status {
    let setter = |config: &mut Config| config.set_max_padding(bytes).map(|_| ()).map_err(refused);
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets whether payload events of Padded intermediate hold the MTProto packet
/// alone, or also the padding behind it, for tools that show what came. Not for
/// relays: what is sent on gets padding of its own. Default: true, the packet
/// alone.
///
/// The envelope does not say where padding begins; the packet does. An encrypted
/// message has 24 bytes and a multiple of 16, a plaintext message (its first 8
/// bytes are 0) says its length in the fifth word. Anything else that is sent in
/// this envelope, as test data, arrives cut to such a length, or with padding
/// behind it: use another envelope for it.
///
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_trim(
    config: *mut mtproto_config,
    trim: bool,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_trim(trim);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Server: sets the form of quick acks in Padded intermediate. Default: as
/// documented. Other envelopes have one form only.
///
/// @param form  One of MTPROTO_QUICK_ACK_FORM_*.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_quick_ack_form(
    config: *mut mtproto_config,
    form: i32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_quick_ack_form(match form {
            MTPROTO_QUICK_ACK_FORM_DOCUMENTED => QuickAckForm::Documented,
            MTPROTO_QUICK_ACK_FORM_RAW => QuickAckForm::Raw,
            _ => return Err(MTPROTO_ERROR_INVALID_ARGUMENT),
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets whether transports are made for speed or for being one of very many.
/// Default: speed.
///
/// @param memory  One of MTPROTO_MEMORY_*.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_memory(
    config: *mut mtproto_config,
    memory: i32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_memory(match memory {
            MTPROTO_MEMORY_FAST => Memory::Fast,
            MTPROTO_MEMORY_SMALL => Memory::Small,
            _ => return Err(MTPROTO_ERROR_INVALID_ARGUMENT),
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Tests and simulations only: sets where random bytes come from. The same
/// bytes give the same wire bytes in every transport made from this config:
/// two real connections with the same bytes would share their keys. Default:
/// the operating system.
///
/// @param bytes   Taken in order; when they run out, a stream that is keyed by
///                their SHA-256 goes on without end. They are copied.
/// @param length  Their number; 0 gives the stream alone.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_entropy(
    config: *mut mtproto_config,
    bytes: *const u8,
    length: usize,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's pointer, by the header's rules.
        let bytes = unsafe { input(bytes, length) }?;
        config.set_entropy(Entropy::try_from_bytes(bytes)?);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

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

/// Client: sets whose ClientHello to send under fake TLS. Default: Chrome's.
///
/// @param profile  One of MTPROTO_TLS_PROFILE_*.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_tls_profile(
    config: *mut mtproto_config,
    profile: i32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_tls_profile(match profile {
            MTPROTO_TLS_PROFILE_CHROME => TlsProfile::Chrome,
            MTPROTO_TLS_PROFILE_SAFARI => TlsProfile::Safari,
            MTPROTO_TLS_PROFILE_CLASSIC => TlsProfile::Classic,
            _ => return Err(MTPROTO_ERROR_INVALID_ARGUMENT),
        });
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets the time for fake TLS and the replay cache. For apps that know it
/// better than the system's clock, and for tests: it stands still, so set it for
/// each connection. Default: the system's clock.
///
/// @param seconds  Unix time.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_unix_time(
    config: *mut mtproto_config,
    seconds: u32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_unix_time(seconds);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Sets the most payload in a fake TLS record that is sent. Default: 2878, as
/// official apps.
///
/// @param bytes  From 256 to 16384.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_RECORD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_max_record(
    config: *mut mtproto_config,
    bytes: usize,
) -> mtproto_status {
    let setter = |config: &mut Config| config.set_max_record(bytes).map(|_| ()).map_err(refused);
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Server: sets the size of the record that stands in for the encrypted part of
/// a fake TLS handshake; each answer draws its own within the range. Set it to
/// what the real site sends. Default: 2500 to 4700.
///
/// @param least  In bytes, from 1.
/// @param most   In bytes, from least to 16384.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_ANSWER_SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_answer_size(
    config: *mut mtproto_config,
    least: usize,
    most: usize,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        let set = config.set_answer_size(least, most);
        set.map(|_| ()).map_err(refused)
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// Server: sets how far a fake TLS client's clock may be off, either way.
/// Default: 120.
///
/// @param seconds  Any value.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_allowed_clock_skew(
    config: *mut mtproto_config,
    seconds: u32,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        config.set_allowed_clock_skew(seconds);
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

/// The name of an envelope in lower case, as in logs: "abridged",
/// "intermediate", "padded_intermediate", "full".
///
/// @param envelope  Any value.
/// @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_envelope_name(envelope: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        match envelope_of(envelope) {
            Some(Envelope::Abridged) => c"abridged",
            Some(Envelope::Intermediate) => c"intermediate",
            Some(Envelope::PaddedIntermediate) => c"padded_intermediate",
            Some(Envelope::Full) => c"full",
            None => c"unknown",
        }
        .as_ptr()
    })
}

fn envelope_of(number: i32) -> Option<Envelope> {
    Some(match number {
        MTPROTO_ENVELOPE_ABRIDGED => Envelope::Abridged,
        MTPROTO_ENVELOPE_INTERMEDIATE => Envelope::Intermediate,
        MTPROTO_ENVELOPE_PADDED_INTERMEDIATE => Envelope::PaddedIntermediate,
        MTPROTO_ENVELOPE_FULL => Envelope::Full,
        _ => return None,
    })
}

pub(super) const fn number_of(envelope: Envelope) -> i32 {
    match envelope {
        Envelope::Abridged => MTPROTO_ENVELOPE_ABRIDGED,
        Envelope::Intermediate => MTPROTO_ENVELOPE_INTERMEDIATE,
        Envelope::PaddedIntermediate => MTPROTO_ENVELOPE_PADDED_INTERMEDIATE,
        Envelope::Full => MTPROTO_ENVELOPE_FULL,
    }
}
