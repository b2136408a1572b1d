//! The settings of fake TLS, and the time that it goes by.

use super::config::{mtproto_config, refused, set};
use super::status::{MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status};
use crate::transport::{Config, TlsProfile};

/// The hello of a Chrome of today, as TDLib's: about 1.8 KiB. The proxies of
/// 2019 do not know it for a hello.
pub const MTPROTO_TLS_PROFILE_CHROME: i32 = 0;
/// The hello of a Safari of today.
pub const MTPROTO_TLS_PROFILE_SAFARI: i32 = 1;
/// The 517 bytes of the hellos of 2019 to 2023, for old proxies.
pub const MTPROTO_TLS_PROFILE_CLASSIC: i32 = 2;

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
