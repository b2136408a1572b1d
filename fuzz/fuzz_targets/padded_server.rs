//! Bytes where a server reads PaddedIntermediate frames.
#![no_main]
mtproto_fuzz::decoder!(PaddedIntermediate, Server);
