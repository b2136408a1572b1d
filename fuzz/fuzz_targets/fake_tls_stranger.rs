//! What answers a fake TLS hello without the secret.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::answer(
    mtproto_fuzz::ends::Layer::FakeTls,
    data
));
