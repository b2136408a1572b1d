//! WebSocket frames that a server reads.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::behind_the_handshake(
    mtproto_fuzz::ends::Layer::WebSocket,
    mtproto::Role::Server,
    data
));
