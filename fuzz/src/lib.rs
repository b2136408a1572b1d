//! What the fuzz targets share: how bytes become choices, ends, cuts and checks.

pub mod carriers;
pub mod choices;
pub mod decode;
pub mod ends;
pub mod feed;
pub mod seals;

pub use choices::Choices;

/// A target for one envelope, read by one role.
#[macro_export]
macro_rules! decoder {
    ($envelope:ident, $role:ident) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::decode::run(mtproto::Envelope::$envelope, mtproto::Role::$role, data);
        });
    };
}
