//! What answers a client's request for a WebSocket.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::answer(
    mtproto_fuzz::ends::Layer::WebSocket,
    data
));
