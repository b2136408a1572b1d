//! What only Rust can test of the C ABI: a panic inside a call.

use core::ptr;

use super::boundary::{guard, guard_handle, guard_value};
use super::*;

/// Runs without the panic's message on stderr.
fn quietly<T>(inside: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = inside();
    std::panic::set_hook(hook);
    result
}

#[test]
fn a_panic_becomes_a_status_and_poisons_the_handle() {
    let config = mtproto_config_new();
    let mut transport = ptr::null_mut();
    // SAFETY: a live config, and a place for the result.
    let status = unsafe { mtproto_client_new(config, &raw mut transport) };
    assert_eq!(status, MTPROTO_OK);

    quietly(|| {
        // SAFETY: a live handle of our own.
        let status = unsafe { guard_handle(transport, |_| panic!("a bug")) };
        assert_eq!(status, MTPROTO_ERROR_PANIC);
        // SAFETY: a live handle of our own.
        let status = unsafe { guard_handle(config, |_| panic!("a bug")) };
        assert_eq!(status, MTPROTO_ERROR_PANIC);
    });

    let mut written = 7;
    let mut buffer = [0; 64];
    let (buffer, capacity) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: a live handle, a buffer of that capacity, a place for the count.
    let status =
        unsafe { mtproto_transport_pull_wire(transport, buffer, capacity, &raw mut written) };
    assert_eq!((status, written), (MTPROTO_ERROR_PANIC, 7));
    // SAFETY: a live handle.
    assert_eq!(unsafe { mtproto_transport_wants_read(transport) }, 0);
    let mut another = ptr::null_mut();
    // SAFETY: a live config, and a place for the result.
    let status = unsafe { mtproto_client_new(config, &raw mut another) };
    assert_eq!(status, MTPROTO_ERROR_PANIC);
    assert!(another.is_null());

    // SAFETY: handles of our own, given back once.
    unsafe { mtproto_transport_free(transport) };
    // SAFETY: as above.
    unsafe { mtproto_config_free(config) };
}

#[test]
fn a_panic_without_a_handle_becomes_a_status_too() {
    quietly(|| {
        assert_eq!(guard(|| panic!("a bug")), MTPROTO_ERROR_PANIC);
        assert_eq!(guard_value(5, || panic!("a bug")), 5);
    });
}
