//! What several owners hold. Making it can be refused memory under the C ABI, in whose room the `unsafe` for that is.

#[cfg(feature = "capi")]
pub(crate) use crate::capi::Shared;
#[cfg(not(feature = "capi"))]
pub(crate) use of_rust::Shared;

/// Without the C ABI: std's `Arc`, which ends the process then as all of Rust does.
#[cfg(not(feature = "capi"))]
mod of_rust {
    use core::ops::Deref;
    use std::sync::Arc;

    use crate::allocate::OutOfMemory;

    pub(crate) struct Shared<T>(Arc<T>);

    impl<T> Shared<T> {
        #[expect(clippy::unnecessary_wraps, reason = "the other one can fail")]
        pub(crate) fn new(value: T) -> Result<Self, OutOfMemory> {
            Ok(Self(Arc::new(value)))
        }

        /// The value to be changed, where this is its only owner.
        pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
            Arc::get_mut(&mut self.0)
        }
    }

    impl<T> Deref for Shared<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    impl<T> Clone for Shared<T> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }
}
