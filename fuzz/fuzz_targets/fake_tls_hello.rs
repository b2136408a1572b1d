//! Hellos with a good digest: the server of fake TLS.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::sealed_hello(data));
