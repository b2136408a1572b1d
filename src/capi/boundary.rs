//! The border itself: pointers become references, panics become a status.

use core::alloc::Layout;
use core::ffi::CStr;
use core::panic::AssertUnwindSafe;
use std::alloc::alloc;
use std::panic::catch_unwind;

use libc::c_char;

use super::status::{
    MTPROTO_ERROR_INVALID_ARGUMENT, MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_PANIC, MTPROTO_OK,
    mtproto_status,
};

/// What the inside of an export gives: `Err` for a status other than OK.
pub(super) type Outcome = Result<(), mtproto_status>;

/// A handle that a panic has left in an unknown state says so for ever.
pub(super) trait Handle {
    fn poisoned(&mut self) -> &mut bool;
}

/// Runs the inside of an export that has no handle.
pub(super) fn guard(inside: impl FnOnce() -> Outcome) -> mtproto_status {
    match catch_unwind(AssertUnwindSafe(inside)) {
        Ok(outcome) => outcome.err().unwrap_or(MTPROTO_OK),
        Err(_) => MTPROTO_ERROR_PANIC,
    }
}

/// Runs the inside of an export on a handle.
///
/// # Safety
///
/// `handle` is NULL, or a live handle that nobody else uses during the call.
pub(super) unsafe fn guard_handle<H: Handle>(
    handle: *mut H,
    inside: impl FnOnce(&mut H) -> Outcome,
) -> mtproto_status {
    // SAFETY: live and exclusive by this function's contract.
    let Some(handle) = (unsafe { handle.as_mut() }) else {
        return MTPROTO_ERROR_NULL_ARGUMENT;
    };
    if *handle.poisoned() {
        return MTPROTO_ERROR_PANIC;
    }
    match catch_unwind(AssertUnwindSafe(|| inside(&mut *handle))) {
        Ok(outcome) => outcome.err().unwrap_or(MTPROTO_OK),
        Err(_) => {
            *handle.poisoned() = true;
            MTPROTO_ERROR_PANIC
        }
    }
}

/// Runs the inside of an export that gives a value and cannot fail.
pub(super) fn guard_value<T>(otherwise: T, inside: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(inside)).unwrap_or(otherwise)
}

/// Refuses what cannot be an object of so many bytes, as a negative number made
/// unsigned. (NULL, 0) is an empty one.
pub(super) fn check_object(start: *const u8, length: usize) -> Outcome {
    if start.is_null() && length != 0 {
        return Err(MTPROTO_ERROR_NULL_ARGUMENT);
    }
    if isize::try_from(length).is_err() {
        return Err(MTPROTO_ERROR_INVALID_ARGUMENT);
    }
    Ok(())
}

/// The bytes that a caller hands in. (NULL, 0) is an empty input.
///
/// # Safety
///
/// Unless `data` is NULL or `length` is 0, `length` bytes can be read at `data`
/// and nobody writes to them during the call.
pub(super) unsafe fn input<'a>(data: *const u8, length: usize) -> Result<&'a [u8], mtproto_status> {
    check_object(data, length)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, readable by this function's contract, and not longer
    // than an object can be.
    Ok(unsafe { core::slice::from_raw_parts(data, length) })
}

/// A text that a caller hands in, NUL-terminated.
///
/// # Safety
///
/// Unless `text` is NULL, a NUL-terminated text can be read there, and nobody
/// writes to it during the call.
pub(super) unsafe fn text<'a>(text: *const c_char) -> Result<&'a str, mtproto_status> {
    // SAFETY: the same contract.
    unsafe { text_or_none(text) }?.ok_or(MTPROTO_ERROR_NULL_ARGUMENT)
}

/// The same, where NULL stands for none.
///
/// # Safety
///
/// As [`text`].
pub(super) unsafe fn text_or_none<'a>(
    text: *const c_char,
) -> Result<Option<&'a str>, mtproto_status> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and NUL-terminated by this function's contract.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map(Some)
        .map_err(|_| MTPROTO_ERROR_INVALID_ARGUMENT)
}

/// Moves a value to the heap, for a handle that [`Box::from_raw`] takes back.
/// `None` if there is no memory: `Box::new` would end the process.
pub(super) fn into_handle<T>(value: T) -> Option<*mut T> {
    let layout = Layout::new::<T>();
    const { assert!(size_of::<T>() != 0) };
    // SAFETY: the size is not 0.
    let memory = unsafe { alloc(layout) }.cast::<T>();
    if memory.is_null() {
        return None;
    }
    // SAFETY: fresh memory with the layout of a `T`.
    unsafe { memory.write(value) };
    Some(memory)
}

/// Where a result goes, checked before anything is done for it.
pub(super) struct Output<T>(*mut T);

impl<T> Output<T> {
    /// # Safety
    ///
    /// `pointer` is NULL, or a `T` can be written there during the call.
    pub(super) unsafe fn new(pointer: *mut T) -> Result<Self, mtproto_status> {
        if pointer.is_null() {
            return Err(MTPROTO_ERROR_NULL_ARGUMENT);
        }
        Ok(Self(pointer))
    }

    /// Writes the result; what was there before is not read.
    pub(super) fn write(self, value: T) {
        // SAFETY: not NULL, and writable by the contract of `new`.
        unsafe { self.0.write(value) }
    }
}
