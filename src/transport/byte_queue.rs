//! A queue of bytes in one piece of memory: filled at its end, used up at its head.
//!
//! ```text
//!   memory   [ used up | queued | free | ]
//!            0         head     tail   memory.len()
//! ```
//!
//! It grows by what arrives, never by what was announced, and allocates nothing
//! once it has its size. Queued bytes are moved only when the free space at the
//! end does not do.

use core::ops::Range;

use crate::error::Error;

/// The first allocation, in bytes.
const FIRST: usize = 512;

#[derive(Default)]
pub(crate) struct ByteQueue {
    /// Initialised from end to end; what lies outside `head..tail` is stale.
    memory: Vec<u8>,
    /// Never above `tail`. Both go back to 0 when nothing is queued and room is
    /// asked for, not before: a view of used-up bytes stays good until then.
    head: usize,
    tail: usize,
}

impl ByteQueue {
    pub(crate) fn len(&self) -> usize {
        self.tail - self.head
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    #[inline]
    pub(crate) fn queued(&self) -> &[u8] {
        &self.memory[self.head..self.tail]
    }

    pub(crate) fn queued_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.head..self.tail]
    }

    /// Free space of at least `count` bytes behind what is queued. It holds
    /// stale bytes.
    #[inline]
    pub(crate) fn space(&mut self, count: usize) -> Result<&mut [u8], Error> {
        if self.is_empty() {
            (self.head, self.tail) = (0, 0);
        }
        if self.memory.len() - self.tail < count {
            self.make_room(count)?;
        }
        Ok(&mut self.memory[self.tail..])
    }

    /// The same, of exactly `count` bytes: one check where there is room.
    #[inline(always)]
    pub(crate) fn room(&mut self, count: usize) -> Result<&mut [u8], Error> {
        if self.is_empty() {
            (self.head, self.tail) = (0, 0);
        }
        let end = self.tail.saturating_add(count);
        if end > self.memory.len() {
            return self.made_room(count);
        }
        Ok(&mut self.memory[self.tail..end])
    }

    #[cold]
    #[inline(never)]
    fn made_room(&mut self, count: usize) -> Result<&mut [u8], Error> {
        self.make_room(count)?;
        Ok(self.free(count))
    }

    /// The first `count` bytes of the free space that [`space`](Self::space)
    /// gave last; fewer where there is less. Nothing moves.
    #[inline]
    pub(crate) fn free(&mut self, count: usize) -> &mut [u8] {
        let free = &mut self.memory[self.tail..];
        let count = count.min(free.len());
        &mut free[..count]
    }

    /// Drops `count` queued bytes that stand `at` bytes behind the head, and
    /// closes the gap.
    pub(crate) fn remove(&mut self, at: usize, count: usize) {
        if at == 0 {
            self.take(count);
            return;
        }
        let start = self.head.saturating_add(at).min(self.tail);
        let end = start.saturating_add(count).min(self.tail);
        self.memory.copy_within(end..self.tail, start);
        self.tail -= end - start;
    }

    /// Appends the first `count` bytes of the free space.
    #[inline]
    pub(crate) fn filled(&mut self, count: usize) {
        debug_assert!(count <= self.memory.len() - self.tail);
        self.tail += count;
    }

    /// Uses up `count` bytes at the head, and returns them.
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let start = self.take_at(count);
        &self.memory[start..self.head]
    }

    /// The same, and says where in the memory they are.
    #[inline]
    pub(crate) fn take_at(&mut self, count: usize) -> usize {
        let start = self.head;
        self.head += count.min(self.len());
        start
    }

    /// Used-up bytes, by their place in the memory: good until room is asked for
    /// or memory given back.
    #[inline]
    pub(crate) fn used_up(&self, range: &Range<usize>) -> &[u8] {
        &self.memory[range.clone()]
    }

    /// Keeps the first `count` of the queued bytes.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.tail = self.tail.min(self.head.saturating_add(count));
    }

    /// Gives the memory back if nothing is queued and there is more of it than
    /// `keep` bytes.
    pub(crate) fn shrink(&mut self, keep: usize) {
        if self.is_empty() && self.memory.len() > keep {
            *self = Self::default();
        }
    }

    #[cold]
    fn make_room(&mut self, count: usize) -> Result<(), Error> {
        self.memory.copy_within(self.head..self.tail, 0);
        self.tail -= self.head;
        self.head = 0;
        let needed = self.tail.checked_add(count).ok_or(Error::OutOfMemory)?;
        let length = self.memory.len();
        // A quarter stays free, so that a queue which is nearly full is not moved
        // again for every few bytes.
        if needed > length - length / 4 {
            // Twice the size, so that growth costs no more than the filling;
            // only what is needed, where that much is not to be had.
            let grown = needed.max(length.saturating_mul(2)).max(FIRST);
            let grown = [grown, needed]
                .into_iter()
                .find(|size| {
                    let more = size.saturating_sub(length);
                    self.memory.try_reserve_exact(more).is_ok()
                })
                .ok_or(Error::OutOfMemory)?
                .max(length);
            self.memory.resize(grown, 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(queue: &mut ByteQueue, bytes: &[u8]) {
        queue.space(bytes.len()).unwrap()[..bytes.len()].copy_from_slice(bytes);
        queue.filled(bytes.len());
    }

    #[test]
    fn bytes_come_out_in_order_and_memory_is_reused() {
        let mut queue = ByteQueue::default();
        for round in 0..1000u32 {
            let bytes = round.to_le_bytes().repeat(25);
            push(&mut queue, &bytes);
            assert_eq!(queue.take(40), &bytes[..40]);
            assert_eq!(queue.take(60), &bytes[40..]);
        }
        assert_eq!(queue.memory.len(), FIRST);
    }

    #[test]
    fn what_is_queued_survives_growth_and_moves() {
        let mut queue = ByteQueue::default();
        push(&mut queue, &[1; 300]);
        queue.take(100);
        push(&mut queue, &[2; 300]);
        push(&mut queue, &[3; 3000]);
        assert_eq!(queue.len(), 3500);
        assert_eq!(queue.take(200), [1; 200]);
        assert_eq!(queue.take(300), [2; 300]);
        assert_eq!(queue.take(3000), [3; 3000]);
        assert!(queue.is_empty());
    }

    #[test]
    fn memory_is_given_back_only_when_empty() {
        let mut queue = ByteQueue::default();
        push(&mut queue, &[1; 3000]);
        queue.shrink(1024);
        assert_eq!(queue.queued(), [1; 3000]);
        queue.take(3000);
        queue.shrink(1024);
        assert_eq!(queue.memory.capacity(), 0);
    }

    #[test]
    fn more_than_there_is_cannot_be_taken() {
        let mut queue = ByteQueue::default();
        push(&mut queue, b"abc");
        assert_eq!(queue.take(10), b"abc");
        assert_eq!(queue.take(1), b"");
    }
}
