//! Bytes where a client reads Abridged frames.
#![no_main]
mtproto_fuzz::decoder!(Abridged, Client);
