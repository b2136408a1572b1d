//! Our AES-256-CTR against the `ctr` crate's: any key, counter, sizes and offsets.
#![no_main]

use ctr::cipher::{KeyIvInit, StreamCipher};
use mtproto::Memory;
use mtproto::bench_support::Stream;
use mtproto_fuzz::Choices;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let mut key = [0; 32];
    let mut iv = [0; 16];
    // A few bytes do for a key; the counter wants to be near its end too.
    let given = choices.bytes(4);
    key[..given.len()].copy_from_slice(given);
    iv.fill(if choices.flag() { 0xff } else { 0 });
    let given = choices.bytes(2);
    iv[16 - given.len()..].copy_from_slice(given);
    let mut theirs = ctr::Ctr128BE::<aes::Aes256>::new(&key.into(), &iv.into());
    let memory = if choices.flag() {
        Memory::Small
    } else {
        Memory::Fast
    };
    let mut ours = Stream::new(&key, &iv, memory);
    let mut position = 0usize;
    while !choices.is_empty() && position < 1 << 17 {
        let how = choices.byte();
        let size = match how & 3 {
            0 => choices.below(17),
            1 => choices.below(256),
            2 => choices.below(256) * 16,
            _ => choices.below(256) * 67,
        };
        let plain: Vec<u8> = (position..position + size).map(|at| at as u8).collect();
        position += size;
        let mut expected = plain.clone();
        theirs.apply_keystream(&mut expected);
        // Anywhere in memory: what is aligned is decided by the address.
        let offset = usize::from(how >> 2 & 15);
        let mut room = vec![0xa5; offset + size + 1];
        let inside = &mut room[offset..offset + size];
        if how & 0x40 == 0 {
            inside.copy_from_slice(&plain);
            ours.apply(inside);
        } else {
            ours.apply_to(&plain, inside);
        }
        assert_eq!(inside, expected);
        assert_eq!(room[offset + size], 0xa5, "a byte behind was written");
        assert!(
            room[..offset].iter().all(|byte| *byte == 0xa5),
            "a byte before was written"
        );
    }
});
