//! Bytes where a client reads Intermediate frames.
#![no_main]
mtproto_fuzz::decoder!(Intermediate, Client);
