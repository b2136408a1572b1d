//! The envelopes' numbers and names.

use libc::c_char;

use super::boundary::guard_value;
use crate::envelope::Envelope;

/// Abridged: 1 or 4 bytes a packet.
pub const MTPROTO_ENVELOPE_ABRIDGED: i32 = 1;
/// Intermediate: 4 bytes a packet.
pub const MTPROTO_ENVELOPE_INTERMEDIATE: i32 = 2;
/// Padded intermediate: 4 bytes and up to 15 random ones a packet.
pub const MTPROTO_ENVELOPE_PADDED_INTERMEDIATE: i32 = 3;
/// Full: 12 bytes a packet, with sequence number and CRC32; no quick acks.
pub const MTPROTO_ENVELOPE_FULL: i32 = 4;

/// The name of an envelope in lower case, as in logs: "abridged",
/// "intermediate", "padded_intermediate", "full".
///
/// @param envelope  Any value.
/// @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_envelope_name(envelope: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        match envelope_of(envelope) {
            Some(Envelope::Abridged) => c"abridged",
            Some(Envelope::Intermediate) => c"intermediate",
            Some(Envelope::PaddedIntermediate) => c"padded_intermediate",
            Some(Envelope::Full) => c"full",
            None => c"unknown",
        }
        .as_ptr()
    })
}

pub(super) fn envelope_of(number: i32) -> Option<Envelope> {
    Some(match number {
        MTPROTO_ENVELOPE_ABRIDGED => Envelope::Abridged,
        MTPROTO_ENVELOPE_INTERMEDIATE => Envelope::Intermediate,
        MTPROTO_ENVELOPE_PADDED_INTERMEDIATE => Envelope::PaddedIntermediate,
        MTPROTO_ENVELOPE_FULL => Envelope::Full,
        _ => return None,
    })
}

pub(super) const fn number_of(envelope: Envelope) -> i32 {
    match envelope {
        Envelope::Abridged => MTPROTO_ENVELOPE_ABRIDGED,
        Envelope::Intermediate => MTPROTO_ENVELOPE_INTERMEDIATE,
        Envelope::PaddedIntermediate => MTPROTO_ENVELOPE_PADDED_INTERMEDIATE,
        Envelope::Full => MTPROTO_ENVELOPE_FULL,
    }
}
