//! `mtproto_replay_cache`: the handshakes that a server accepted, for C.

use super::boundary::{guard_value, into_handle};
use super::config::{mtproto_config, set};
use super::shared::Shared;
use super::status::{MTPROTO_ERROR_NULL_ARGUMENT, mtproto_status};
use crate::replay_cache::ReplayCache;
use crate::transport::Config;

/// What 0 stands for: the core's own defaults.
const DEFAULT_CAPACITY: usize = 65_536;
const DEFAULT_WINDOW: u32 = 2 * 24 * 3600;

/// The handshakes that were accepted, of fake TLS and of obfuscation with a
/// secret, so that a recorded one is not accepted again. (Without a secret anybody
/// can make one, and none is remembered.) One cache serves all servers that
/// have the same secrets, from any number of threads at the same time: it has a
/// lock of its own.
pub struct mtproto_replay_cache {
    cache: Shared<ReplayCache>,
}

/// Makes a replay cache. When it is full, the oldest handshake is forgotten
/// before its time: see mtproto_replay_cache_forgotten.
///
/// @param capacity        How many handshakes are remembered; 0 for the default,
///                        65536 (about 3 MB when it is full). A busy server wants
///                        as many as it accepts in the window.
/// @param window_seconds  For how long; 0 for the default, two days. It is made
///                        longer where it is below twice the clock skew that a
///                        server allows.
/// @return  A cache of your own, to be freed by mtproto_replay_cache_free; NULL
///          if there is no memory. (On Apple's systems its lock asks for a few
///          bytes more at its first use, the one exception from rule 7.)
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_replay_cache_new(
    capacity: usize,
    window_seconds: u32,
) -> *mut mtproto_replay_cache {
    guard_value(core::ptr::null_mut(), || {
        let capacity = if capacity == 0 {
            DEFAULT_CAPACITY
        } else {
            capacity
        };
        let window = if window_seconds == 0 {
            DEFAULT_WINDOW
        } else {
            window_seconds
        };
        let cache = Shared::new(ReplayCache::new(capacity, window)).ok();
        let handle = cache.and_then(|cache| into_handle(mtproto_replay_cache { cache }));
        handle.unwrap_or(core::ptr::null_mut())
    })
}

/// Frees the handle. Configs that were given the cache, and servers made from
/// them, go on using it.
///
/// @param cache  A cache of your own, or NULL, which does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_replay_cache_free(cache: *mut mtproto_replay_cache) {
    guard_value((), || {
        if !cache.is_null() {
            // SAFETY: made by `into_handle` above, and given back once, by the
            // header's rules.
            drop(unsafe { Box::from_raw(cache) });
        }
    });
}

/// How many handshakes are remembered now.
///
/// @return  0 also for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_replay_cache_length(cache: *const mtproto_replay_cache) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's handle, by the header's rules.
        unsafe { cache.as_ref() }.map_or(0, |handle| handle.cache.len())
    })
}

/// How many handshakes were forgotten before their time because the cache was
/// full. If it grows, the capacity is too small.
///
/// @return  0 also for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_replay_cache_forgotten(cache: *const mtproto_replay_cache) -> u64 {
    guard_value(0, || {
        // SAFETY: the caller's handle, by the header's rules.
        unsafe { cache.as_ref() }.map_or(0, |handle| handle.cache.forgotten())
    })
}

/// Server: sets where accepted handshakes are remembered. Default: nowhere. A
/// proxy wants one: who has recorded a fake TLS hello can give it a new time.
///
/// @param cache  The cache; it is shared, not copied, and its handle may be freed
///               when the call is over.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_config_set_replay_cache(
    config: *mut mtproto_config,
    cache: *const mtproto_replay_cache,
) -> mtproto_status {
    let setter = |config: &mut Config| {
        // SAFETY: the caller's handle, by the header's rules.
        let handle = unsafe { cache.as_ref() }.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)?;
        config.share_replay_cache(handle.cache.clone());
        Ok(())
    };
    // SAFETY: the caller's handle, by the header's rules.
    unsafe { set(config, setter) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers stand here once more because the core's are its own.
    #[test]
    fn zero_is_the_default_of_the_core() {
        let ours = ReplayCache::new(DEFAULT_CAPACITY, DEFAULT_WINDOW);
        assert_eq!(format!("{ours:?}"), format!("{:?}", ReplayCache::default()));
    }

    #[test]
    fn a_config_keeps_the_cache_whose_handle_is_freed() {
        use super::super::config::{mtproto_config_free, mtproto_config_new};
        use super::super::status::MTPROTO_OK;

        let (config, cache) = (mtproto_config_new(), mtproto_replay_cache_new(2, 0));
        // SAFETY: a live handle.
        let shared = unsafe { &*cache }.cache.clone();
        // SAFETY: live handles.
        let status = unsafe { mtproto_config_set_replay_cache(config, cache) };
        assert_eq!((status, shared.owners()), (MTPROTO_OK, 3));
        // SAFETY: a live handle.
        assert_eq!(unsafe { mtproto_replay_cache_length(cache) }, 0);
        // SAFETY: a live handle.
        assert_eq!(unsafe { mtproto_replay_cache_forgotten(cache) }, 0);
        // SAFETY: a handle of our own, given back once.
        unsafe { mtproto_replay_cache_free(cache) };
        assert_eq!(shared.owners(), 2);
        // SAFETY: a live config.
        let status = unsafe { mtproto_config_set_replay_cache(config, core::ptr::null()) };
        assert_eq!(status, MTPROTO_ERROR_NULL_ARGUMENT);
        // SAFETY: a handle of our own, given back once.
        unsafe { mtproto_config_free(config) };
        assert_eq!(shared.owners(), 1);
    }
}
