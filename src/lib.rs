//! The transport layers of MTProto, as client and as server, without any I/O.

pub mod entropy;
