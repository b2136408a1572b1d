//! A call that panics, so that the tests of the bindings can see what then happens.

use super::boundary::guard_handle;
use super::status::mtproto_status;
use super::transport::mtproto_transport;

/// Tests only: panics inside a call on the transport. Not in the header, and
/// only there with the feature `test-panic`.
///
/// # Safety
///
/// `transport` is NULL, or a live handle that nobody else uses during the call.
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "it is what the call is for")]
pub unsafe extern "C" fn mtproto_test_panic(transport: *mut mtproto_transport) -> mtproto_status {
    // SAFETY: the same contract.
    unsafe { guard_handle(transport, |_| panic!("a test asked for this panic")) }
}
