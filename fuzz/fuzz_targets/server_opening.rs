//! A whole connection to a server that accepts everything.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::opening(data));
