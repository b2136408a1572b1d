//! What only Rust can test of the C ABI: a panic inside a call.
