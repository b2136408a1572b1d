//! What the C ABI adds to a call, and what the calls for many packets save.

use std::hint::black_box;
use std::ptr;

use mtproto::capi::{
    MTPROTO_OK, mtproto_bytes, mtproto_client_new, mtproto_config_free, mtproto_config_new,
    mtproto_transport, mtproto_transport_pull_wire, mtproto_transport_push_payload,
    mtproto_transport_push_payloads, mtproto_transport_wants_write,
};

use crate::clock::{Variant, interleave, time};
use crate::packets;
use mtproto::Envelope;

const FRAMES: usize = 256;
const SIZE: usize = 64;

/// A client of Padded intermediate, obfuscated: the config's default.
fn client() -> *mut mtproto_transport {
    let mut out = ptr::null_mut();
    let config = mtproto_config_new();
    assert_eq!(
        unsafe { mtproto_client_new(config, &raw mut out) },
        MTPROTO_OK
    );
    unsafe { mtproto_config_free(config) };
    out
}

fn pull(transport: *mut mtproto_transport, buffer: &mut [u8]) {
    let mut written = 0;
    let memory = buffer.as_mut_ptr();
    let status =
        unsafe { mtproto_transport_pull_wire(transport, memory, buffer.len(), &raw mut written) };
    assert_eq!(status, MTPROTO_OK);
    black_box(buffer);
}

pub fn measure(rounds: usize) -> Vec<(String, f64)> {
    // Through pointers that the optimiser cannot see through, as from C.
    let wants_write = black_box(mtproto_transport_wants_write as unsafe extern "C" fn(_) -> _);
    let push_payload =
        black_box(mtproto_transport_push_payload as unsafe extern "C" fn(_, _, _, _) -> _);
    let push_payloads =
        black_box(mtproto_transport_push_payloads as unsafe extern "C" fn(_, _, _, _) -> _);
    let payload = [0x5a_u8; SIZE];
    let mut buffer = vec![0; FRAMES * (SIZE + 32)];

    let (looked_at, one, many) = (client(), client(), client());
    let (mut rust, _) = packets::pair(Envelope::PaddedIntermediate, true);
    let (mut one_buffer, mut many_buffer) = (buffer.clone(), buffer.clone());
    let slices = vec![
        mtproto_bytes {
            data: payload.as_ptr(),
            length: SIZE,
        };
        FRAMES
    ];
    let variants: Vec<Variant<'_>> = vec![
        (
            "call/look".to_owned(),
            Box::new(|| {
                time(4096, || {
                    for _ in 0..4096 {
                        black_box(unsafe { wants_write(black_box(looked_at.cast_const())) });
                    }
                })
            }),
        ),
        (
            "call/rust".to_owned(),
            Box::new(|| {
                time(FRAMES, || {
                    for _ in 0..FRAMES {
                        rust.push_payload(black_box(&payload)).expect("queued");
                    }
                    black_box(rust.pull_wire(&mut buffer).expect("alive"));
                })
            }),
        ),
        (
            "call/one".to_owned(),
            Box::new(|| {
                time(FRAMES, || {
                    for _ in 0..FRAMES {
                        let data = black_box(payload.as_ptr());
                        assert_eq!(
                            unsafe { push_payload(one, data, SIZE, ptr::null()) },
                            MTPROTO_OK
                        );
                    }
                    pull(one, &mut one_buffer);
                })
            }),
        ),
        (
            "call/many".to_owned(),
            Box::new(|| {
                time(FRAMES, || {
                    let mut taken = 0;
                    let data = black_box(slices.as_ptr());
                    let status = unsafe { push_payloads(many, data, FRAMES, &raw mut taken) };
                    assert_eq!((status, taken), (MTPROTO_OK, FRAMES));
                    pull(many, &mut many_buffer);
                })
            }),
        ),
    ];
    interleave(rounds, variants)
}
