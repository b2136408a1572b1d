//! Texts on their way to C: NUL-terminated, cut or counted, without memory of the library's where that can be.

use core::fmt::{self, Write as _};
use std::ffi::CString;

use libc::c_char;

use super::boundary::{Outcome, Output};
use super::status::{MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_NEED_SPACE, mtproto_status};
use crate::allocate::{self, OutOfMemory};

/// Writes a text to the caller's memory, cut to what fits, and a NUL.
struct Writer {
    buffer: *mut u8,
    /// How many bytes fit, not counting the NUL.
    room: usize,
    written: usize,
}

impl Writer {
    /// # Safety
    ///
    /// `capacity` bytes, at least one, can be written at `buffer` as long as the
    /// writer lives.
    unsafe fn new(buffer: *mut c_char, capacity: usize) -> Self {
        let writer = Self {
            buffer: buffer.cast(),
            room: capacity - 1,
            written: 0,
        };
        writer.end();
        writer
    }

    fn end(&self) {
        // SAFETY: at most `room`, which is below the capacity.
        let end = unsafe { self.buffer.add(self.written) };
        // SAFETY: as above.
        unsafe { end.write(0) };
    }
}

impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut count = text.len().min(self.room - self.written);
        // Never half a character.
        while !text.is_char_boundary(count) {
            count -= 1;
        }
        // SAFETY: at most `room`, which is below the capacity.
        let to = unsafe { self.buffer.add(self.written) };
        // SAFETY: `count` bytes are in `text`, and fit behind what is written; the
        // caller's buffer cannot overlap them.
        unsafe { to.copy_from_nonoverlapping(text.as_ptr(), count) };
        self.written += count;
        self.end();
        // What is cut ends the text.
        if count < text.len() {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

/// Where a refusal is put into words; NULL where nobody wants to know.
pub(super) struct Reason {
    buffer: *mut c_char,
    capacity: usize,
}

impl Reason {
    /// # Safety
    ///
    /// `buffer` is NULL, or `capacity` bytes can be written there during the call.
    pub(super) unsafe fn new(buffer: *mut c_char, capacity: usize) -> Self {
        let reason = Self { buffer, capacity };
        reason.write("");
        reason
    }

    /// Writes the words, cut to what fits, and gives the status back.
    pub(super) fn say(&self, words: impl fmt::Display, status: mtproto_status) -> mtproto_status {
        self.write(words);
        status
    }

    fn write(&self, words: impl fmt::Display) {
        if self.buffer.is_null() || self.capacity == 0 {
            return;
        }
        // SAFETY: by the contract of `new`.
        let mut writer = unsafe { Writer::new(self.buffer, self.capacity) };
        // What does not fit is not missed.
        let _ = write!(writer, "{words}");
    }
}

/// Copies bytes out, and says how many there are; none where they do not fit.
///
/// # Safety
///
/// Unless `buffer` is NULL, `capacity` bytes can be written there; `length` is
/// NULL, or can be written.
pub(super) unsafe fn copy_out(
    bytes: &[u8],
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    // SAFETY: by this function's contract.
    unsafe { announce(bytes.len(), buffer.cast(), capacity, length) }?;
    if !bytes.is_empty() {
        // SAFETY: that many bytes are in `bytes`, and fit the caller's buffer,
        // which cannot overlap the library's memory.
        unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    Ok(())
}

/// The same for a text, whose zero byte is counted. No copy of it stays behind.
///
/// # Safety
///
/// As [`copy_out`].
pub(super) unsafe fn copy_text_out(
    text: impl fmt::Display,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    // SAFETY: the same contract.
    unsafe { announce(allocate::length_of(&text) + 1, buffer, capacity, length) }?;
    // SAFETY: not NULL, as at least one byte fits; by the contract.
    let mut writer = unsafe { Writer::new(buffer, capacity) };
    // All of it fits.
    let _ = write!(writer, "{text}");
    Ok(())
}

/// Says how many bytes there are, and whether they fit.
///
/// # Safety
///
/// `length` is NULL, or can be written.
unsafe fn announce(
    count: usize,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    // SAFETY: by this function's contract.
    let length = unsafe { Output::new(length) }?;
    if buffer.is_null() && capacity != 0 {
        return Err(MTPROTO_ERROR_NULL_ARGUMENT);
    }
    length.write(count);
    if count > capacity {
        return Err(MTPROTO_NEED_SPACE);
    }
    Ok(())
}

/// A kept text as C sees it: "" where there is none.
pub(super) fn shown(text: &Option<CString>) -> *const c_char {
    text.as_deref().unwrap_or_default().as_ptr()
}

/// A text to be kept for C; `None` where a zero byte is in it.
pub(super) fn kept(words: impl fmt::Display) -> Result<Option<CString>, OutOfMemory> {
    let text = allocate::printed(format_args!("{words}\0"))?;
    // Of the size that was asked for: nothing is allocated here.
    Ok(CString::from_vec_with_nul(text.into_bytes()).ok())
}
