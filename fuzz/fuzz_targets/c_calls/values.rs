//! The calls that need no transport: secrets, links, the replay cache, DC ids, endpoints.

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};

use mtproto::capi::*;
use mtproto_fuzz::Choices;

use super::{World, boxed, input, known, read_text, text_of};

impl World {
    /// Secrets and links.
    pub(super) unsafe fn values(&mut self, choices: &mut Choices<'_>) {
        let (slot, other) = (choices.below(2), choices.below(2));
        let mode = choices.below(3) as i32;
        let mut reason = boxed(&vec![b'x'; choices.below(64)]);
        let capacity = reason.len();
        let reason = if capacity == 0 {
            null_mut()
        } else {
            reason.as_mut_ptr().cast::<c_char>()
        };
        // SAFETY: live handles, and pointers as the header asks.
        unsafe {
            match choices.below(8) {
                0 => {
                    if let Some(secret) = self.secrets[slot].take() {
                        mtproto_secret_free(secret);
                    }
                    let hex = b"ee303132333435363738396162636465666578616d706c652e6f7267";
                    let text = match choices.below(4) {
                        0 => boxed(hex),
                        1 => boxed(&hex[..32]),
                        2 => boxed(&hex[..34]),
                        _ => boxed(choices.bytes(40)),
                    };
                    let (data, length) = input(choices, &text);
                    let mut out = null_mut();
                    let status =
                        mtproto_secret_parse(data.cast(), length, mode, &mut out, reason, capacity);
                    assert_eq!(known(status) == MTPROTO_OK, !out.is_null());
                    self.secrets[slot] = (!out.is_null()).then_some(out);
                }
                1 => {
                    let bytes = boxed(choices.bytes(30));
                    let (data, length) = input(choices, &bytes);
                    let mut out = null_mut();
                    let status =
                        mtproto_secret_from_bytes(data, length, mode, &mut out, reason, capacity);
                    assert_eq!(known(status) == MTPROTO_OK, !out.is_null());
                    mtproto_secret_free(out);
                }
                2 => {
                    if let Some(link) = self.links[slot].take() {
                        mtproto_link_free(link);
                    }
                    let ready = b"tg://proxy?server=a.example&port=443&secret=dd0123456789abcdef0123456789abcdef";
                    let text = if choices.flag() {
                        boxed(ready)
                    } else {
                        boxed(choices.bytes(90))
                    };
                    let (data, length) = input(choices, &text);
                    let mut out = null_mut();
                    let status =
                        mtproto_link_parse(data.cast(), length, mode, &mut out, reason, capacity);
                    assert_eq!(known(status) == MTPROTO_OK, !out.is_null());
                    self.links[slot] = (!out.is_null()).then_some(out);
                }
                3 => {
                    let server = boxed(choices.bytes(12));
                    let (data, length) = input(choices, &server);
                    let secret = self.secrets[other].map_or(null(), |secret| secret.cast_const());
                    let port = choices.word() % 70_000;
                    let mut out = null_mut();
                    let status = mtproto_link_new(
                        data.cast(),
                        length,
                        port,
                        secret,
                        &mut out,
                        reason,
                        capacity,
                    );
                    assert_eq!(known(status) == MTPROTO_OK, !out.is_null());
                    mtproto_link_free(out);
                }
                4 => {
                    let link = self.links[slot].map_or(null(), |link| link.cast_const());
                    read_text(mtproto_link_server(link));
                    read_text(mtproto_link_user(link));
                    read_text(mtproto_link_password(link));
                    let secret = mtproto_link_secret(link);
                    assert_eq!(
                        secret.is_null(),
                        mtproto_link_kind(link) != MTPROTO_LINK_MTPROXY
                    );
                    assert_eq!(mtproto_link_port(link) == 0, link.is_null());
                    read_text(mtproto_secret_domain(secret));
                    let mut buffer = boxed(&vec![0; choices.below(256)]);
                    let mut length = 0;
                    known(mtproto_link_to_text(
                        link,
                        mode,
                        buffer.as_mut_ptr().cast(),
                        buffer.len(),
                        &mut length,
                    ));
                }
                5 => {
                    let secret = self.secrets[slot].map_or(null(), |secret| secret.cast_const());
                    let mut buffer = boxed(&vec![0; choices.below(256)]);
                    let (data, capacity) = (buffer.as_mut_ptr(), buffer.len());
                    let mut length = 0;
                    let status = match choices.below(3) {
                        0 => mtproto_secret_key(secret, data, capacity, &mut length),
                        1 => mtproto_secret_bytes(secret, data, capacity, &mut length),
                        _ => mtproto_secret_to_text(secret, data.cast(), capacity, &mut length),
                    };
                    known(status);
                    assert!(status != MTPROTO_NEED_SPACE || length > capacity);
                    assert!(status != MTPROTO_OK || length <= capacity);
                    read_text(mtproto_secret_domain(secret));
                    assert_eq!(mtproto_secret_form(secret) == 0, secret.is_null());
                }
                6 => {
                    if let Some(cache) = self.cache.take() {
                        assert!(mtproto_replay_cache_length(cache) <= 65536);
                        mtproto_replay_cache_forgotten(cache);
                        mtproto_replay_cache_free(cache);
                    } else {
                        let cache = mtproto_replay_cache_new(choices.below(9), choices.word());
                        assert!(!cache.is_null());
                        self.cache = Some(cache);
                    }
                }
                _ => {
                    let number = choices.word() as i32 >> 16;
                    let (mut dc, mut flags, mut again) = (0, 0, 0);
                    if known(mtproto_dc_decode(number, &mut dc, &mut flags)) == MTPROTO_OK {
                        assert_eq!(mtproto_dc_encode(dc, flags, &mut again), MTPROTO_OK);
                        assert_eq!(again, number);
                    }
                    let (key, plain) = (boxed(&[1; 256]), boxed(choices.bytes(40)));
                    let mut token = 0;
                    let length = if choices.flag() {
                        256
                    } else {
                        choices.below(256)
                    };
                    known(mtproto_quick_ack_token(
                        key.as_ptr(),
                        length,
                        plain.as_ptr(),
                        plain.len(),
                        &mut token,
                    ));
                    for text in [
                        mtproto_envelope_name,
                        mtproto_carrier_name,
                        mtproto_not_ours_name,
                        mtproto_closed_name,
                        mtproto_transport_error_meaning,
                    ] {
                        read_text(text(number));
                    }
                    endpoints(choices, dc, flags);
                }
            }
        }
    }
}

/// The addresses and URIs of a data centre, into a buffer that may be too short.
unsafe fn endpoints(choices: &mut Choices<'_>, dc: i32, flags: u32) {
    let mut buffer = boxed(&vec![0xff; choices.below(80)]);
    let (text, capacity) = (buffer.as_mut_ptr().cast::<c_char>(), buffer.len());
    let (index, service) = (choices.below(6), choices.below(4) as i32);
    let mut length = 0;
    // SAFETY: good pointers, or NULL where the header allows for it.
    unsafe {
        let status = match choices.below(4) {
            0 => mtproto_endpoint_address(dc, flags, index, text, capacity, &mut length),
            1 => mtproto_endpoint_uri(dc, flags, service, text, capacity, &mut length),
            2 => {
                let address = text_of(choices);
                mtproto_endpoint_plain_uri(address.as_ptr(), service, text, capacity, &mut length)
            }
            _ => mtproto_endpoint_plain_uri(null(), service, text, capacity, &mut length),
        };
        match known(status) {
            MTPROTO_OK => {
                assert!(length <= capacity);
                assert_eq!(CStr::from_ptr(text).count_bytes() + 1, length);
            }
            MTPROTO_NEED_SPACE => assert!(length > capacity),
            _ => {}
        }
    }
}
