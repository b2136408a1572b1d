//! A few bytes by value: heads and control frames without an allocation.

use core::fmt;

/// At most `N` bytes.
///
/// Whoever makes one chooses `N` so that everything fits; what does not is cut.
#[derive(Clone, Copy)]
pub(crate) struct Inline<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Inline<N> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        debug_assert!(bytes.len() <= room.len(), "N is too small");
        let count = bytes.len().min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        self.length += count;
    }

    /// Pushes the number in decimal digits.
    pub(crate) fn push_decimal(&mut self, mut number: usize) {
        // 2^64 has 20 digits.
        let mut digits = [0; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b"0123456789"[number % 10];
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.push(&digits[at..]);
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The bytes from `from` on, to be changed in place.
    pub(crate) fn tail_mut(&mut self, from: usize) -> &mut [u8] {
        self.bytes[..self.length]
            .get_mut(from..)
            .unwrap_or_default()
    }
}

/// Never fails: what does not fit is cut.
impl<const N: usize> fmt::Write for Inline<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

impl<const N: usize> PartialEq for Inline<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const N: usize> Eq for Inline<N> {}

impl<const N: usize> fmt::Debug for Inline<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 9, 10, 999, 1000, 65_536, usize::MAX] {
            let mut inline = Inline::<20>::new();
            inline.push_decimal(number);
            assert_eq!(inline.as_bytes(), number.to_string().as_bytes());
        }
    }

    #[test]
    fn the_tail_is_what_was_pushed() {
        let mut inline = Inline::<8>::new();
        inline.push(b"abc");
        inline.push(b"de");
        inline.tail_mut(3)[0] = b'D';
        assert_eq!(inline.as_bytes(), b"abcDe");
        assert_eq!(inline.tail_mut(6), b"");
        assert_eq!(format!("{inline:?}"), "\"abcDe\"");
    }
}
