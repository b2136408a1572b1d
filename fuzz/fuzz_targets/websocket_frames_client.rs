//! WebSocket frames that a client reads.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::behind_the_handshake(
    mtproto_fuzz::ends::Layer::WebSocket,
    mtproto::Role::Client,
    data
));
