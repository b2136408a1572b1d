//! HTTP requests behind a first good one.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::behind_the_handshake(
    mtproto_fuzz::ends::Layer::Http,
    mtproto::Role::Server,
    data
));
