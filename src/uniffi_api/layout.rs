//! Where Kotlin expects the fields of the C ABI's structs. It reads and writes them by offset
//! (`bindings/kotlin/.../Scratch.kt`), so a build for a machine where they lie elsewhere fails here.

use core::mem::{offset_of, size_of};

use crate::capi::{mtproto_bytes, mtproto_event, mtproto_send_options};

const WORD: usize = size_of::<usize>();

const _: () = assert!(size_of::<mtproto_bytes>() == 2 * WORD);
const _: () = assert!(offset_of!(mtproto_bytes, data) == 0);
const _: () = assert!(offset_of!(mtproto_bytes, length) == WORD);

const _: () = assert!(size_of::<mtproto_send_options>() == WORD + 8);
const _: () = assert!(offset_of!(mtproto_send_options, struct_size) == 0);
const _: () = assert!(offset_of!(mtproto_send_options, flags) == WORD);
const _: () = assert!(offset_of!(mtproto_send_options, quick_ack_token) == WORD + 4);

const FIELDS: usize = 3 * WORD;
const _: () = assert!(size_of::<mtproto_event>() == FIELDS + 40);
const _: () = assert!(offset_of!(mtproto_event, struct_size) == 0);
const _: () = assert!(offset_of!(mtproto_event, data) == WORD);
const _: () = assert!(offset_of!(mtproto_event, length) == 2 * WORD);
const _: () = assert!(offset_of!(mtproto_event, kind) == FIELDS);
const _: () = assert!(offset_of!(mtproto_event, flags) == FIELDS + 4);
const _: () = assert!(offset_of!(mtproto_event, code) == FIELDS + 8);
const _: () = assert!(offset_of!(mtproto_event, quick_ack_token) == FIELDS + 12);
const _: () = assert!(offset_of!(mtproto_event, envelope) == FIELDS + 16);
const _: () = assert!(offset_of!(mtproto_event, carrier) == FIELDS + 20);
const _: () = assert!(offset_of!(mtproto_event, dc) == FIELDS + 24);
const _: () = assert!(offset_of!(mtproto_event, secret_index) == FIELDS + 28);
const _: () = assert!(offset_of!(mtproto_event, clock_skew) == FIELDS + 32);
