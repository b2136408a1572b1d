//! Where panics end in calls that have no transport: at a typed error, or at a value.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use super::errors::MtprotoError;

/// Runs a call that can fail.
pub(super) fn guarded<T>(
    inside: impl FnOnce() -> Result<T, MtprotoError>,
) -> Result<T, MtprotoError> {
    catch_unwind(AssertUnwindSafe(inside)).unwrap_or_else(|_| Err(MtprotoError::panicked()))
}

/// Runs a call that cannot fail, so that it does not, come what may.
pub(super) fn guarded_value<T>(otherwise: T, inside: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(inside)).unwrap_or(otherwise)
}
