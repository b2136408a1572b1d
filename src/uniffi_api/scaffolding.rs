//! What UniFFI exports besides the API itself: buffers, futures, the contract's version.

#![allow(missing_docs, reason = "written by a macro")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "written by a macro")]

uniffi::setup_scaffolding!("mtproto");
