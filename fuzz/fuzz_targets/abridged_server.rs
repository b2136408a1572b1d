//! Bytes where a server reads Abridged frames.
#![no_main]
mtproto_fuzz::decoder!(Abridged, Server);
