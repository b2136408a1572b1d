//! A value on the heap, where the heap may be full: `Box::new` ends the process then.

/// A slice of this one value; `None` if there is no memory for it.
///
/// A slice, because only `Vec` can be asked whether there is memory.
pub(crate) fn try_box<T>(value: T) -> Option<Box<[T]>> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(1).ok()?;
    memory.push(value);
    // Of the capacity that was asked for: nothing is allocated here.
    Some(memory.into_boxed_slice())
}
