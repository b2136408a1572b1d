//! The mask of clients' frames: XOR with four bytes, over and over (section 5.3).

/// The four bytes, beginning with the one for the next byte.
pub(crate) type Mask = [u8; 4];

/// Masks or unmasks: it is the same.
pub(crate) fn apply(bytes: &mut [u8], mask: Mask) {
    let [a, b, c, d] = mask;
    // Eight bytes at a time; compilers make 32 of it.
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = bytes.as_chunks_mut();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip([a, b, c, d, a, b, c]) {
        *byte ^= mask;
    }
}

/// The mask for the byte that stands `count` bytes further on.
pub(crate) fn advance(mut mask: Mask, count: usize) -> Mask {
    mask.rotate_left(count % 4);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_place() {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let plain: Vec<u8> = (0..=99).collect();
        for start in 0..9 {
            for end in start..plain.len() {
                let mut bytes = plain.clone();
                apply(&mut bytes[start..end], advance(mask, start));
                for (at, byte) in bytes.iter().enumerate() {
                    let masked = (start..end).contains(&at);
                    let expected = plain[at] ^ if masked { mask[at % 4] } else { 0 };
                    assert_eq!(*byte, expected);
                }
            }
        }
    }

    #[test]
    fn the_sample_of_the_rfc() {
        // Section 5.7: "a single-frame masked text message", "Hello".
        let mut bytes = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
        apply(&mut bytes, [0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(&bytes, b"Hello");
    }
}
