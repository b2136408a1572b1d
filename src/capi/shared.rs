//! What several owners hold, counted as by std's `Arc`, whose making ends the process without memory.

use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering, fence};
use std::process::abort;

use super::boundary::into_handle;
use crate::allocate::OutOfMemory;

/// A value with any number of owners, on any thread. The last one drops it.
pub(crate) struct Shared<T> {
    pointer: NonNull<Counted<T>>,
    _owned: PhantomData<Counted<T>>,
}

struct Counted<T> {
    owners: AtomicUsize,
    value: T,
}

// SAFETY: each owner may look at the value, and may be the one that drops it.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: as above, since an owner can be made from a reference to one.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Result<Self, OutOfMemory> {
        let owners = AtomicUsize::new(1);
        let pointer = into_handle(Counted { owners, value });
        Ok(Self {
            pointer: pointer.and_then(NonNull::new).ok_or(OutOfMemory)?,
            _owned: PhantomData,
        })
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: made by `new`, and alive as long as an owner is.
        unsafe { self.pointer.as_ref() }
    }

    /// The value to be changed, where this is its only owner.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        // Acquire: what former owners did with it is over.
        if self.counted().owners.load(Ordering::Acquire) != 1 {
            return None;
        }
        // SAFETY: alive, and nobody else has it or can get it meanwhile: this only
        // owner is borrowed.
        let counted = unsafe { self.pointer.as_mut() };
        Some(&mut counted.value)
    }

    #[cfg(test)]
    pub(super) fn owners(&self) -> usize {
        self.counted().owners.load(Ordering::Relaxed)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.counted().value
    }
}

/// One owner more. It needs no memory.
impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        // Relaxed: whoever has one owner can make another.
        let before = self.counted().owners.fetch_add(1, Ordering::Relaxed);
        // More than there can be, as each takes memory: some were forgotten.
        if before > isize::MAX.unsigned_abs() {
            abort();
        }
        Self {
            pointer: self.pointer,
            _owned: PhantomData,
        }
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        // Release: what this owner did with it is over before it is dropped.
        if self.counted().owners.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        // SAFETY: made by `into_handle`, and this was the last owner.
        drop(unsafe { Box::from_raw(self.pointer.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn the_last_owner_drops_it() {
        let witness = Arc::new(());
        let mut first = Shared::new(Arc::clone(&witness)).expect("memory");
        assert!(first.get_mut().is_some());
        let second = first.clone();
        assert!(first.get_mut().is_none());
        assert_eq!((first.owners(), Arc::strong_count(&witness)), (2, 2));
        drop(first);
        assert_eq!((second.owners(), Arc::strong_count(&witness)), (1, 2));
        drop(second);
        assert_eq!(Arc::strong_count(&witness), 1);
    }

    #[test]
    fn owners_come_and_go_on_any_thread() {
        let mut shared = Shared::new(AtomicUsize::new(0)).expect("memory");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || {
                    for _ in 0..100 {
                        shared.clone().fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(shared.get_mut().map(|count| *count.get_mut()), Some(400));
    }
}
