//! Answers with a good digest: the client of fake TLS.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::sealed_answer(data));
