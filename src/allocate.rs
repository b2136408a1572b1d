//! Memory that is asked for, and may be refused: the standard library's own calls end the process then.

use core::alloc::Layout;
use core::fmt::{self, Write as _};
use core::ops::{Deref, DerefMut};
use std::alloc::handle_alloc_error;

/// There is no memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

/// A slice of this one value; `None` if there is no memory for it.
///
/// A slice, because only `Vec` can be asked whether there is memory.
pub(crate) fn try_box<T>(value: T) -> Option<Box<[T]>> {
    // Of the capacity that was asked for: nothing is allocated to make a box of it.
    let mut memory = room(1).ok()?;
    memory.push(value);
    Some(memory.into_boxed_slice())
}

/// A value on the heap, where all of its kind are used alike: as a `Box`.
pub(crate) struct TryBox<T>(Box<[T; 1]>);

impl<T> TryBox<T> {
    pub(crate) fn new(value: T) -> Result<Self, OutOfMemory> {
        let memory = try_box(value).ok_or(OutOfMemory)?;
        memory.try_into().map(Self).map_err(|_| OutOfMemory)
    }

    pub(crate) fn into_inner(self) -> T {
        let [value] = *self.0;
        value
    }
}

impl<T> Deref for TryBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let [value] = &*self.0;
        value
    }
}

impl<T> DerefMut for TryBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        let [value] = &mut *self.0;
        value
    }
}

impl<T: fmt::Debug> fmt::Debug for TryBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// An empty list that so many items can be pushed to.
pub(crate) fn room<T>(count: usize) -> Result<Vec<T>, OutOfMemory> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| OutOfMemory)?;
    Ok(list)
}

/// Room for one item more.
pub(crate) fn one_more<T>(list: &mut Vec<T>) -> Result<(), OutOfMemory> {
    list.try_reserve(1).map_err(|_| OutOfMemory)
}

/// The parts, one behind the other, in memory of just that size.
pub(crate) fn join(parts: &[&[u8]]) -> Result<Vec<u8>, OutOfMemory> {
    let mut joined = room(parts.iter().map(|part| part.len()).sum())?;
    for part in parts {
        joined.extend_from_slice(part);
    }
    Ok(joined)
}

/// A copy of a text, in memory of just its size.
pub(crate) fn text(text: &str) -> Result<String, OutOfMemory> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len())
        .map_err(|_| OutOfMemory)?;
    copy.push_str(text);
    Ok(copy)
}

/// A value as text, in memory of just that size.
pub(crate) fn printed(words: impl fmt::Display) -> Result<String, OutOfMemory> {
    let mut text = String::new();
    let room = length_of(&words);
    text.try_reserve_exact(room).map_err(|_| OutOfMemory)?;
    // Into that room: it never fails.
    let _ = write!(text, "{words}");
    Ok(text)
}

/// How many bytes a value has as text.
pub(crate) fn length_of(words: &impl fmt::Display) -> usize {
    struct Count(usize);

    impl fmt::Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }

    let mut count = Count(0);
    // Counting never fails.
    let _ = write!(count, "{words}");
    count.0
}

/// For those calls of the Rust API that end the process without memory, as the
/// standard library's do.
pub(crate) fn or_end<T>(result: Result<T, OutOfMemory>) -> T {
    result.unwrap_or_else(|OutOfMemory| handle_alloc_error(Layout::new::<T>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_take_no_more_than_they_need() {
        let joined = join(&[b"ab", b"", b"cde"]).expect("memory");
        assert_eq!((joined.as_slice(), joined.capacity()), (&b"abcde"[..], 5));
        let copy = text("abc").expect("memory");
        assert_eq!((copy.as_str(), copy.capacity()), ("abc", 3));
        let printed = printed(format_args!("{}-{}", 1, "b")).expect("memory");
        assert_eq!((printed.as_str(), printed.capacity()), ("1-b", 3));
        let mut boxed = TryBox::new(1).expect("memory");
        *boxed += 1;
        assert_eq!(
            (*boxed, format!("{boxed:?}"), boxed.into_inner()),
            (2, "2".to_owned(), 2)
        );
    }

    #[test]
    fn more_than_there_can_be_is_refused() {
        assert_eq!(room::<u64>(usize::MAX / 4), Err(OutOfMemory));
    }
}
