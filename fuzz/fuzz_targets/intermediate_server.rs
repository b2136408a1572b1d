//! Bytes where a server reads Intermediate frames.
#![no_main]
mtproto_fuzz::decoder!(Intermediate, Server);
