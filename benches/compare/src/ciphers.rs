//! The library's own AES-256-CTR against `ctr`, OpenSSL and AWS-LC, in place.

use std::hint::black_box;

use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use mtproto::Memory;
use mtproto::bench_support::Stream;

use crate::clock::{Variant, interleave, time};

pub const KEY: [u8; 32] = [0x42; 32];
pub const IV: [u8; 16] = [0x5a; 16];

/// In bytes a call.
pub const SIZES: [usize; 4] = [68, 16 << 10, 64 << 10, 1 << 20];

/// Enough for the clock, short enough that a round sees one CPU frequency.
const BYTES_A_ROUND: usize = 1 << 20;

pub fn measure(rounds: usize) -> Vec<(String, f64)> {
    SIZES
        .into_iter()
        .flat_map(|size| row(size, rounds))
        .collect()
}

fn row(size: usize, rounds: usize) -> Vec<(String, f64)> {
    // Short calls walk through memory that stays in the nearest cache, as the
    // frames of a burst do.
    let memory = size.max((8 << 10) / size * size);
    let calls = (BYTES_A_ROUND / size).min(4096);
    let mut variants: Vec<Variant<'_>> = Vec::new();
    let mut add = |name: &str, mut apply: Box<dyn FnMut(&mut [u8])>| {
        let mut data = vec![0; memory];
        let run = move || {
            time(calls, || {
                let mut at = 0;
                for _ in 0..calls {
                    apply(black_box(&mut data[at..at + size]));
                    at = (at + size) % memory;
                }
            })
        };
        variants.push((format!("ctr/{name}/{size}"), Box::new(run)));
    };

    let mut own = Stream::new(&KEY, &IV, Memory::Fast);
    add("own", Box::new(move |data| own.apply(data)));
    let mut small = Stream::new(&KEY, &IV, Memory::Small);
    add("small", Box::new(move |data| small.apply(data)));
    let mut theirs = Ctr128BE::<aes::Aes256>::new(&KEY.into(), &IV.into());
    add("ctr", Box::new(move |data| theirs.apply_keystream(data)));
    #[cfg(feature = "openssl")]
    add("openssl", openssl_stream());
    #[cfg(feature = "aws-lc")]
    add("aws-lc", aws_lc_stream());
    interleave(rounds, variants)
}

#[cfg(feature = "openssl")]
fn openssl_stream() -> Box<dyn FnMut(&mut [u8])> {
    use openssl::cipher::Cipher;
    use openssl::cipher_ctx::CipherCtx;

    let mut context = CipherCtx::new().expect("a context");
    context
        .encrypt_init(Some(Cipher::aes_256_ctr()), Some(&KEY), Some(&IV))
        .expect("a stream");
    Box::new(move |data| {
        let length = data.len();
        context
            .cipher_update_inplace(data, length)
            .expect("encrypted");
    })
}

#[cfg(feature = "aws-lc")]
fn aws_lc_stream() -> Box<dyn FnMut(&mut [u8])> {
    use aws_lc_sys::{EVP_CIPHER_CTX_new, EVP_EncryptInit_ex, EVP_EncryptUpdate, EVP_aes_256_ctr};
    use std::ptr::null_mut;

    // Lives as long as the process; there is one for each row.
    let context = unsafe { EVP_CIPHER_CTX_new() };
    let made = unsafe {
        EVP_EncryptInit_ex(
            context,
            EVP_aes_256_ctr(),
            null_mut(),
            KEY.as_ptr(),
            IV.as_ptr(),
        )
    };
    assert_eq!(made, 1, "a stream");
    Box::new(move |data| {
        let (memory, mut written) = (data.as_mut_ptr(), 0);
        let length = data.len().try_into().expect("a short call");
        let done = unsafe { EVP_EncryptUpdate(context, memory, &raw mut written, memory, length) };
        assert_eq!(done, 1, "encrypted");
    })
}
