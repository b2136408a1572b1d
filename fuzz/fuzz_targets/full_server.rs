//! Bytes where a server reads Full frames.
#![no_main]
mtproto_fuzz::decoder!(Full, Server);
