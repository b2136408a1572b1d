//! Records that a client reads behind the handshake.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::behind_the_handshake(
    mtproto_fuzz::ends::Layer::FakeTls,
    mtproto::Role::Client,
    data
));
