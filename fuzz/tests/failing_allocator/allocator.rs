//! The system's allocator, which fails when told to.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

thread_local! {
    /// How many allocations succeed before one fails; `None`: all do.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    /// Whether those after it fail too.
    static AND_LATER: Cell<bool> = const { Cell::new(false) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

struct Failing;

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// This thread's allocation after so many others fails.
pub fn fail_at(count: usize, and_later: bool) {
    AND_LATER.set(and_later);
    FAILED.set(false);
    LEFT.set(Some(count));
}

/// None fails from here on.
pub fn is_back() {
    LEFT.set(None);
}

/// Whether any has failed.
pub fn has_failed() -> bool {
    FAILED.get()
}

/// How many were not given back.
pub fn live() -> i64 {
    LIVE.get()
}

fn fails() -> bool {
    match LEFT.get() {
        None => false,
        Some(0) => {
            if !AND_LATER.get() {
                LEFT.set(None);
            }
            FAILED.set(true);
            true
        }
        Some(left) => {
            LEFT.set(Some(left - 1));
            false
        }
    }
}

// SAFETY: the system's allocator, or NULL.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return null_mut();
        }
        LIVE.set(LIVE.get() + 1);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        // SAFETY: allocated above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails() {
            return null_mut();
        }
        // SAFETY: allocated above.
        unsafe { System.realloc(memory, layout, size) }
    }
}
