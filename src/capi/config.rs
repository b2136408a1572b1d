//! `mtproto_config`: the settings of a transport.

use super::boundary::{Handle, Outcome, guard_handle, guard_value, input, into_handle};
use super::dc_id::dc_of;
use super::envelope::envelope_of;
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status, secret_status, status_of};
use crate::entropy::Entropy;
use crate::error::ConfigError;
use crate::mtproxy::{ParseMode, Secret};
use crate::transport::{Accept, Config, Memory, QuickAckForm};

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

pub(super) fn refused(error: ConfigError) -> mtproto_status {
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
