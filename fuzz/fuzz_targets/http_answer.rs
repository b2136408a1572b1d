//! What answers a client's first HTTP request.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mtproto_fuzz::carriers::answer(
    mtproto_fuzz::ends::Layer::Http,
    data
));
