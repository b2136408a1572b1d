//! Bytes as a sequence of calls of the C ABI: any order, several handles, misuse as far as the header allows it.
//!
//! Buffers have exactly the size that is named, so that AddressSanitizer sees a byte too many; views are read to their
//! end. After each call: no panic, a status that has a text, and after a usage error nothing has changed.
#![no_main]

#[path = "c_calls/values.rs"]
mod values;

use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

use mtproto::capi::*;
use mtproto_fuzz::Choices;

const CONFIGS: usize = 3;
const TRANSPORTS: usize = 4;

#[derive(Default)]
struct World {
    configs: [Option<*mut mtproto_config>; CONFIGS],
    transports: [Option<End>; TRANSPORTS],
    secrets: [Option<*mut mtproto_secret>; 2],
    links: [Option<*mut mtproto_link>; 2],
    cache: Option<*mut mtproto_replay_cache>,
}

struct End {
    handle: *mut mtproto_transport,
    /// The fatal status, once there was one.
    dead: Option<mtproto_status>,
    /// Whether what it still has to say can be pulled after that, as a WebSocket's close frame: it may, or may not, but not
    /// now and then.
    closes: Option<bool>,
}

impl End {
    fn new(handle: *mut mtproto_transport) -> Self {
        Self {
            handle,
            dead: None,
            closes: None,
        }
    }
}

/// Bytes on the heap, exactly so many: not the fuzzer's own, which are followed by others.
fn boxed(bytes: &[u8]) -> Box<[u8]> {
    bytes.into()
}

fn text_of(choices: &mut Choices<'_>) -> CString {
    let length = choices.below(40);
    let ready = ["/apiws", "example.org", "/api", "", "http://a/b"];
    match length {
        0..5 => CString::new(ready[length]),
        _ => CString::new(
            choices
                .bytes(length)
                .iter()
                .map(|byte| byte.max(&1) & 0x7f)
                .collect::<Vec<_>>(),
        ),
    }
    .unwrap_or_default()
}

/// A status that the library knows, and never a panic.
fn known(status: mtproto_status) -> mtproto_status {
    assert_ne!(
        status, MTPROTO_ERROR_PANIC,
        "a panic was caught at the border"
    );
    // SAFETY: never NULL, by the header.
    let text = unsafe { CStr::from_ptr(mtproto_status_text(status)) };
    assert!(
        !text.to_bytes().starts_with(b"unknown status"),
        "{status} has no text"
    );
    status
}

fn read_text(text: *const c_char) {
    // SAFETY: never NULL and NUL-terminated, by the header.
    let text = unsafe { CStr::from_ptr(text) };
    std::hint::black_box(text.to_bytes().iter().fold(0u8, |sum, byte| sum ^ byte));
}

unsafe fn read_view(data: *const u8, length: usize) {
    if length == 0 {
        return;
    }
    // SAFETY: a view of the library's.
    let view = unsafe { std::slice::from_raw_parts(data, length) };
    std::hint::black_box(view.iter().fold(0u8, |sum, byte| sum ^ byte));
}

/// One of: a good pointer with its length, NULL with 0, NULL with a length, a good one with a length that cannot be.
fn input(choices: &mut Choices<'_>, bytes: &[u8]) -> (*const u8, usize) {
    match choices.byte() {
        0 => (null(), 0),
        1 => (null(), bytes.len() + 1),
        2 => (bytes.as_ptr(), usize::MAX),
        3 => (bytes.as_ptr(), isize::MAX as usize + 1),
        _ => (bytes.as_ptr(), bytes.len()),
    }
}

impl World {
    /// Makes, sets and frees configs.
    unsafe fn config(&mut self, choices: &mut Choices<'_>) {
        let slot = choices.below(CONFIGS);
        let Some(config) = self.configs[slot] else {
            let config = mtproto_config_new();
            assert!(!config.is_null());
            // SAFETY: a live handle.
            unsafe {
                mtproto_config_set_unix_time(config, 1_800_000_000);
                mtproto_config_set_entropy(config, [slot as u8].as_ptr(), 1);
                mtproto_config_set_max_payload(config, 1 << 16);
            }
            self.configs[slot] = Some(config);
            return;
        };
        let small = i32::from(choices.byte() as i8) % 6;
        // SAFETY: live handles, and pointers as the header asks.
        unsafe {
            let status = match choices.below(29) {
                0 => {
                    self.configs[slot] = None;
                    mtproto_config_free(config);
                    MTPROTO_OK
                }
                1 => mtproto_config_set_envelope(config, small),
                2 => mtproto_config_set_obfuscated(config, small & 1 == 0),
                3 => mtproto_config_set_dc(config, small, choices.below(5) as u32),
                4..7 => {
                    let length = [16, 17, 28, 3][choices.below(4)];
                    let mut bytes = boxed(&[0x61; 28][..length]);
                    bytes[0] = [0xee, 0xdd, 0x61][choices.below(3)];
                    let (data, length) = input(choices, &bytes);
                    mtproto_config_add_secret(config, data, length)
                }
                7 | 8 => mtproto_config_set_accept(config, u32::from(choices.byte())),
                9 => mtproto_config_set_max_payload(
                    config,
                    [1024, 4096, 1 << 16, 1023, 0][choices.below(5)],
                ),
                10 => mtproto_config_set_max_padding(config, choices.below(18) as u32),
                11 => mtproto_config_set_trim(config, small & 1 == 0),
                12 => mtproto_config_set_quick_ack_form(config, small),
                13 => mtproto_config_set_memory(config, small),
                14 => {
                    let bytes = boxed(choices.bytes(9));
                    let (data, length) = input(choices, &bytes);
                    mtproto_config_set_entropy(config, data, length)
                }
                15 | 16 => {
                    let (host, path, origin) =
                        (text_of(choices), text_of(choices), text_of(choices));
                    let origin = if small == 0 { null() } else { origin.as_ptr() };
                    let host = if small == 5 { null() } else { host.as_ptr() };
                    mtproto_config_set_websocket(config, host, path.as_ptr(), origin)
                }
                17 | 18 => {
                    let (host, path, kind) = (text_of(choices), text_of(choices), text_of(choices));
                    let kind = if small >= 0 { null() } else { kind.as_ptr() };
                    mtproto_config_set_http(
                        config,
                        host.as_ptr(),
                        path.as_ptr(),
                        kind,
                        small & 1 == 0,
                    )
                }
                19 => mtproto_config_set_queue_turns(config, small & 1 == 0),
                20 => mtproto_config_add_path(config, text_of(choices).as_ptr()),
                21 => mtproto_config_set_tls_profile(config, small),
                22 => mtproto_config_set_max_record(config, choices.word() as usize % 20_000),
                23 => {
                    let least = choices.word() as usize % 9000;
                    mtproto_config_set_answer_size(config, least, choices.word() as usize % 20_000)
                }
                24 => mtproto_config_set_allowed_clock_skew(config, choices.word()),
                25 => mtproto_config_set_replay_cache(
                    config,
                    self.cache.map_or(null(), |cache| cache),
                ),
                26 => {
                    let secret = self.secrets[choices.below(2)];
                    mtproto_config_add_parsed_secret(config, secret.map_or(null(), |secret| secret))
                }
                27 => mtproto_config_set_unix_time(config, choices.word()),
                _ => mtproto_config_set_proxy_authorization(config, text_of(choices).as_ptr()),
            };
            known(status);
        }
    }

    /// Makes and frees transports.
    unsafe fn transport(&mut self, choices: &mut Choices<'_>) {
        let slot = choices.below(TRANSPORTS);
        // SAFETY: live handles, and pointers as the header asks.
        unsafe {
            if let Some(end) = self.transports[slot].take() {
                mtproto_transport_free(end.handle);
                return;
            }
            let config = self.configs[choices.below(CONFIGS)].map_or(null(), |config| config);
            let mut handle = null_mut();
            let out = if choices.byte() == 0 {
                null_mut()
            } else {
                &raw mut handle
            };
            let status = match choices.flag() {
                true => mtproto_client_new(config.cast(), out),
                false => mtproto_server_new(config.cast(), out),
            };
            if known(status) == MTPROTO_OK {
                assert!(!handle.is_null());
                self.transports[slot] = Some(End::new(handle));
            } else {
                assert!(handle.is_null(), "written, and {status}");
            }
        }
    }

    /// One call on a transport.
    unsafe fn call(&mut self, choices: &mut Choices<'_>) {
        let slot = choices.below(TRANSPORTS);
        let Some(end) = &mut self.transports[slot] else {
            return;
        };
        let handle = end.handle;
        // SAFETY: live handles, and pointers as the header asks.
        unsafe {
            let hints = |handle: *mut mtproto_transport| {
                read_text(mtproto_transport_error_text(handle));
                (
                    mtproto_transport_wants_read(handle),
                    mtproto_transport_wants_write(handle),
                    mtproto_transport_pending_wire(handle),
                )
            };
            let before = hints(handle);
            let (mut good_arguments, mut stranger) = (true, false);
            let choice = choices.below(17);
            let status = match choice {
                0 | 1 => {
                    let size = match choices.byte() {
                        size @ 0..128 => usize::from(size) * 4,
                        size @ 128..240 => 24 + 16 * usize::from(size - 128),
                        size => usize::from(size - 239) * 4001,
                    };
                    let mut bytes = boxed(&vec![choices.byte(); size]);
                    if let Some(first) = bytes.first_mut() {
                        *first |= 1;
                    }
                    let options = mtproto_send_options {
                        struct_size: [16, 16, 15, 0, 400][choices.below(5)],
                        flags: [0, 0, 1, 2][choices.below(4)],
                        quick_ack_token: [0, 0x8000_0001, 5][choices.below(3)],
                    };
                    // What a program of tomorrow passes is longer: such a struct is there in full.
                    let mut room = boxed(&[0; 400]);
                    room[..16]
                        .copy_from_slice(&std::mem::transmute::<mtproto_send_options, [u8; 16]>(
                            options,
                        ));
                    let aligned = room.as_ptr().cast::<mtproto_send_options>();
                    assert!(aligned.is_aligned());
                    let options = if choices.flag() { null() } else { aligned };
                    let (data, length) = input(choices, &bytes);
                    good_arguments = false;
                    mtproto_transport_push_payload(handle, data, length, options)
                }
                2 => {
                    let token = [0x8000_0001, 0x8000_0002, 0, 7][choices.below(4)];
                    good_arguments = token & 0x8000_0000 != 0;
                    mtproto_transport_push_quick_ack(handle, token)
                }
                3 => {
                    let code = [404, 0, -1, 500, i32::MAX, i32::MIN][choices.below(6)];
                    good_arguments = code > 0;
                    mtproto_transport_push_transport_error(handle, code)
                }
                4 => mtproto_transport_push_opening(handle),
                5 => {
                    let mut buffer = boxed(&vec![0; choices.below(256) * 8]);
                    let mut written = usize::MAX;
                    let status = mtproto_transport_pull_wire(
                        handle,
                        buffer.as_mut_ptr(),
                        buffer.len(),
                        &mut written,
                    );
                    if status == MTPROTO_OK {
                        assert!(written >= before.2.min(buffer.len()));
                        assert!(written <= before.2);
                    }
                    status
                }
                6 => {
                    let (mut data, mut length) = (null(), 0);
                    let status = mtproto_transport_peek_wire(handle, &mut data, &mut length);
                    if status == MTPROTO_OK {
                        assert!(length >= before.2);
                        assert_eq!(length, before.2);
                        read_view(data, length);
                    }
                    if choices.flag() {
                        mtproto_transport_consume_wire(handle, length.min(choices.below(256) * 8))
                    } else {
                        status
                    }
                }
                7 => {
                    let status = mtproto_transport_consume_wire(handle, choices.word() as usize);
                    if status == MTPROTO_ERROR_COUNT {
                        assert_eq!(hints(handle), before);
                    }
                    status
                }
                8 => {
                    let count = choices.below(100);
                    let bytes = boxed(choices.bytes(count));
                    let (data, length) = input(choices, &bytes);
                    let mut consumed = usize::MAX;
                    good_arguments =
                        !(data.is_null() && length != 0) && length <= isize::MAX as usize;
                    let status = mtproto_transport_push_wire(handle, data, length, &mut consumed);
                    if status == MTPROTO_OK {
                        assert!(consumed <= length);
                    }
                    status
                }
                9 => {
                    let (mut data, mut capacity) = (null_mut(), 0);
                    let minimum = [0, 1, 100, 5000, usize::MAX, 1 << 20][choices.below(6)];
                    let status =
                        mtproto_transport_reserve_wire(handle, minimum, &mut data, &mut capacity);
                    if status == MTPROTO_OK {
                        assert!(capacity >= minimum.max(1));
                        std::ptr::write_bytes(data, choices.byte(), capacity);
                        let count = choices.below(256).min(capacity);
                        match choices.below(3) {
                            0 => mtproto_transport_commit_wire(handle, count),
                            1 => mtproto_transport_commit_wire(handle, capacity + 1),
                            _ => status,
                        }
                    } else {
                        status
                    }
                }
                10 => mtproto_transport_commit_wire(handle, choices.below(256)),
                11 if choices.below(8) == 0 => mtproto_transport_push_wire_end(handle),
                12 => {
                    let packets: Vec<_> = (0..choices.below(6))
                        .map(|_| boxed(&[1; 96][..4 * choices.below(24)]))
                        .collect();
                    let payloads: Vec<_> = packets
                        .iter()
                        .map(|packet| mtproto_bytes {
                            data: packet.as_ptr(),
                            length: packet.len(),
                        })
                        .collect();
                    let mut taken = usize::MAX;
                    let status = mtproto_transport_push_payloads(
                        handle,
                        payloads.as_ptr(),
                        payloads.len(),
                        &mut taken,
                    );
                    assert!(taken <= payloads.len());
                    if !payloads.is_empty() {
                        assert_eq!(status == MTPROTO_OK, taken == payloads.len());
                    }
                    // What was taken before the one that was refused did change something.
                    if taken != 0 && status != MTPROTO_OK {
                        known(status);
                        return;
                    }
                    status
                }
                13 => {
                    let (head, tail) = (MTPROTO_IN_PLACE_HEAD_ROOM, MTPROTO_IN_PLACE_TAIL_ROOM);
                    let length = 4 * choices.below(80);
                    let mut buffer = boxed(&vec![1; head + length + tail]);
                    let (mut wire, mut count) = (null(), 0);
                    let payload = buffer.as_mut_ptr().add(head);
                    let status = mtproto_transport_pack_in_place(
                        handle, payload, length, &mut wire, &mut count,
                    );
                    if status == MTPROTO_OK && count != 0 {
                        assert!(
                            buffer.as_ptr_range().start <= wire
                                && wire.add(count) <= buffer.as_ptr_range().end
                        );
                        assert!(count >= length);
                        read_view(wire, count);
                    }
                    status
                }
                14 => {
                    let capacity = choices.below(5);
                    let mut events =
                        vec![std::mem::MaybeUninit::<mtproto_event>::uninit(); capacity];
                    let mut count = usize::MAX;
                    if let Some(first) = events.first_mut() {
                        first
                            .as_mut_ptr()
                            .cast::<usize>()
                            .write(size_of::<mtproto_event>());
                    }
                    let status = mtproto_transport_pull_events(
                        handle,
                        events.as_mut_ptr().cast(),
                        capacity,
                        &mut count,
                    );
                    if status == MTPROTO_OK {
                        assert!(count <= capacity);
                        for event in &events[..count] {
                            let event = event.assume_init();
                            read_view(event.data, event.length);
                            stranger |= event.kind == MTPROTO_EVENT_NOT_OURS;
                        }
                    }
                    status
                }
                _ => {
                    let mut event = std::mem::MaybeUninit::<mtproto_event>::uninit();
                    let size = match choices.below(16) {
                        0 => 63,
                        1 => 0,
                        _ => size_of::<mtproto_event>(),
                    };
                    good_arguments = size == size_of::<mtproto_event>();
                    event.as_mut_ptr().cast::<usize>().write(size);
                    let status = mtproto_transport_pull_event(handle, event.as_mut_ptr());
                    if status == MTPROTO_OK {
                        let event = event.assume_init();
                        assert!((1..=6).contains(&event.kind));
                        assert_eq!(event.reserved, 0);
                        assert_eq!(event.data.is_null(), event.length == 0);
                        read_view(event.data, event.length);
                        if event.kind == MTPROTO_EVENT_NOT_OURS {
                            stranger = true;
                        }
                    }
                    status
                }
            };
            known(status);
            if (-199..=-100).contains(&status) {
                assert_eq!(hints(handle), before, "{status} changed something");
            }
            let was_dead = end.dead.is_some();
            match end.dead {
                // Rule 2: what the peer broke ends, over WebSocket, in a close frame that can be pulled.
                Some(-299..=-200) if !stranger && matches!(choice, 5..=7) => {
                    let closes = Some(status) != end.dead;
                    assert_eq!(*end.closes.get_or_insert(closes), closes, "now and then");
                    assert!(closes || before == (0, false, 0));
                }
                Some(dead) if good_arguments => assert_eq!(status, dead, "a dead transport"),
                Some(_) => {}
                None if mtproto_status_is_fatal(status) => {
                    end.dead = Some(status);
                    assert!(!CStr::from_ptr(mtproto_transport_error_text(handle)).is_empty());
                }
                None => {}
            }
            if stranger {
                end.dead = Some(MTPROTO_ERROR_NOT_OURS);
            }
            if let Some(dead) = end.dead {
                let (wants_read, wants_write, pending) = hints(handle);
                assert_eq!((wants_read, wants_write), (0, pending != 0));
                assert!(mtproto_transport_is_over(handle));
                assert!(!was_dead || pending <= before.2, "the dead have said all");
                if end.closes == Some(false)
                    || !(-299..=-200).contains(&dead)
                    || dead == MTPROTO_ERROR_NOT_OURS
                {
                    assert_eq!(pending, 0);
                }
            }
        }
    }

    /// Wire bytes from one transport to another, as many as a byte says.
    unsafe fn carry(&mut self, choices: &mut Choices<'_>) {
        let (from, to) = (choices.below(TRANSPORTS), choices.below(TRANSPORTS));
        let limit = match choices.byte() {
            255 => usize::MAX,
            size => usize::from(size) * 3,
        };
        let (Some(from), Some(to)) = (&self.transports[from], &self.transports[to]) else {
            return;
        };
        let (from, to) = (from.handle, to.handle);
        // SAFETY: live handles. What is carried is copied first: the two may be the same.
        unsafe {
            let (mut data, mut length) = (null(), 0);
            if mtproto_transport_peek_wire(from, &mut data, &mut length) != MTPROTO_OK
                || length == 0
            {
                return;
            }
            let bytes = boxed(std::slice::from_raw_parts(data, length.min(limit)));
            let mut consumed = 0;
            let status = known(mtproto_transport_push_wire(
                to,
                bytes.as_ptr(),
                bytes.len(),
                &mut consumed,
            ));
            if status == MTPROTO_OK {
                let status = mtproto_transport_consume_wire(from, consumed);
                // To itself: what it pushes as an answer is behind what was shown.
                assert_eq!(status, MTPROTO_OK);
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // SAFETY: live handles, each freed once. Configs and caches first: the transports live on.
        unsafe {
            self.configs
                .iter()
                .flatten()
                .for_each(|config| mtproto_config_free(*config));
            self.cache
                .iter()
                .for_each(|cache| mtproto_replay_cache_free(*cache));
            for end in self.transports.iter().flatten() {
                mtproto_transport_wants_read(end.handle);
                mtproto_transport_free(end.handle);
            }
            self.secrets
                .iter()
                .flatten()
                .for_each(|secret| mtproto_secret_free(*secret));
            self.links
                .iter()
                .flatten()
                .for_each(|link| mtproto_link_free(*link));
        }
    }
}

/// The first byte: which config the first two transports get, so that most inputs have a connection to play with.
fn ready(world: &mut World, layer: u8) {
    let secret = match layer % 6 {
        2 => &b"0123456789abcdef"[..],
        3 => b"\xee0123456789abcdefexample.org",
        _ => b"",
    };
    // SAFETY: live handles, and pointers as the header asks.
    unsafe {
        for (slot, make) in [mtproto_client_new, mtproto_server_new]
            .into_iter()
            .enumerate()
        {
            let config = mtproto_config_new();
            mtproto_config_set_unix_time(config, 1_800_000_000);
            mtproto_config_set_entropy(config, [slot as u8].as_ptr(), 1);
            mtproto_config_set_max_payload(config, 1 << 16);
            let client = slot == 0;
            match layer % 6 {
                0 if client => {
                    mtproto_config_set_obfuscated(config, false);
                    mtproto_config_set_envelope(config, i32::from(layer / 6) % 4 + 1);
                }
                1 if client => {
                    mtproto_config_set_envelope(config, i32::from(layer / 6) % 4 + 1);
                }
                2 | 3 => {
                    assert_eq!(
                        mtproto_config_add_secret(config, secret.as_ptr(), secret.len()),
                        MTPROTO_OK
                    );
                    mtproto_config_set_dc(config, 2, 0);
                    // The same entropy makes the same first bytes: a second pair of these configs replays the first one's.
                    if !client && layer / 6 % 2 == 1 {
                        let cache = mtproto_replay_cache_new(usize::from(layer / 12), 0);
                        assert_eq!(mtproto_config_set_replay_cache(config, cache), MTPROTO_OK);
                        world.cache = Some(cache);
                    }
                }
                4 if client => {
                    mtproto_config_set_websocket(config, c"a".as_ptr(), c"/apiws".as_ptr(), null());
                }
                5 if client => {
                    mtproto_config_set_http(config, c"a".as_ptr(), c"/api".as_ptr(), null(), true);
                }
                _ => {
                    mtproto_config_set_accept(config, 0x77);
                }
            }
            let mut handle = null_mut();
            assert_eq!(make(config, &mut handle), MTPROTO_OK);
            world.configs[slot] = Some(config);
            world.transports[slot] = Some(End::new(handle));
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let mut world = World::default();
    let first = choices.byte();
    if first < 240 {
        ready(&mut world, first);
    }
    let mut calls = 0;
    while !choices.is_empty() && calls < 300 {
        calls += 1;
        // SAFETY: the world's handles are live.
        unsafe {
            match choices.below(16) {
                0 => world.config(&mut choices),
                1 => world.transport(&mut choices),
                2 => world.values(&mut choices),
                3..7 => world.carry(&mut choices),
                _ => world.call(&mut choices),
            }
        }
    }
});
