//! Bytes where a client reads PaddedIntermediate frames.
#![no_main]
mtproto_fuzz::decoder!(PaddedIntermediate, Client);
