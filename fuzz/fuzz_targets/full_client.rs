//! Bytes where a client reads Full frames.
#![no_main]
mtproto_fuzz::decoder!(Full, Client);
