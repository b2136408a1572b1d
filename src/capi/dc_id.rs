//! DC ids as they stand on the wire, for C.

use super::boundary::{Output, guard};
use super::config::{MTPROTO_DC_MEDIA, MTPROTO_DC_TEST};
use super::status::{MTPROTO_ERROR_CONFIG_DC, MTPROTO_ERROR_INVALID_ARGUMENT, mtproto_status};
use crate::mtproxy::DcId;

/// The DC id that a caller names by number and flags.
pub(super) fn dc_of(dc: i32, flags: u32) -> Result<DcId, mtproto_status> {
    if flags & !(MTPROTO_DC_TEST | MTPROTO_DC_MEDIA) != 0 {
        return Err(MTPROTO_ERROR_INVALID_ARGUMENT);
    }
    let (test, media) = (flags & MTPROTO_DC_TEST != 0, flags & MTPROTO_DC_MEDIA != 0);
    u16::try_from(dc)
        .ok()
        .and_then(|dc| DcId::new(dc, test, media).ok())
        .ok_or(MTPROTO_ERROR_CONFIG_DC)
}

/// The DC id as it stands on the wire, and in p_q_inner_data_dc: 2, 10002 for
/// the test network, negative for a media DC.
///
/// @param dc     The DC's number, from 1 to 9999.
/// @param flags  MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
/// @param value  Receives the signed number.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
///          MTPROTO_ERROR_INVALID_ARGUMENT for an unknown flag;
///          MTPROTO_ERROR_CONFIG_DC for a number that no DC has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_dc_encode(dc: i32, flags: u32, value: *mut i32) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointer, by the header's rules.
        let value = unsafe { Output::new(value) }?;
        value.write(dc_of(dc, flags)?.encode().into());
        Ok(())
    })
}

/// The parts of a DC id, as the CONNECTED event of a server has it. Clients that
/// have no DC to name leave random bytes there: look for a DC of yours.
///
/// @param value  The signed number.
/// @param dc     Receives the DC's number, from 1 to 9999.
/// @param flags  Receives MTPROTO_DC_TEST and MTPROTO_DC_MEDIA, or-ed.
/// @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_CONFIG_DC for
///          a number that is no DC id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtproto_dc_decode(
    value: i32,
    dc: *mut i32,
    flags: *mut u32,
) -> mtproto_status {
    guard(|| {
        // SAFETY: the caller's pointers, by the header's rules.
        let dc = unsafe { Output::new(dc) }?;
        // SAFETY: as above.
        let flags = unsafe { Output::new(flags) }?;
        let id = i16::try_from(value)
            .ok()
            .and_then(|value| DcId::decode(value).ok())
            .ok_or(MTPROTO_ERROR_CONFIG_DC)?;
        dc.write(id.number().into());
        let test = if id.is_test() { MTPROTO_DC_TEST } else { 0 };
        let media = if id.is_media() { MTPROTO_DC_MEDIA } else { 0 };
        flags.write(test | media);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::super::status::MTPROTO_OK;
    use super::*;

    #[test]
    fn every_number_is_refused_or_comes_back() {
        for value in -40_000..40_000 {
            let (mut dc, mut flags, mut again) = (0, 0, 0);
            // SAFETY: two places for the results.
            let status = unsafe { mtproto_dc_decode(value, &raw mut dc, &raw mut flags) };
            let is_dc =
                (1..=9999).contains(&value.abs()) || (10_001..=19_999).contains(&value.abs());
            let expected = if is_dc {
                MTPROTO_OK
            } else {
                MTPROTO_ERROR_CONFIG_DC
            };
            assert_eq!(status, expected, "{value}");
            // SAFETY: a place for the result.
            let status = unsafe { mtproto_dc_encode(dc, flags, &raw mut again) };
            assert_eq!(status, expected, "{value}");
            assert_eq!(again, if is_dc { value } else { 0 });
        }
        let mut value = 0;
        // SAFETY: a place for the result.
        let status = unsafe { mtproto_dc_encode(2, 4, &raw mut value) };
        assert_eq!(status, MTPROTO_ERROR_INVALID_ARGUMENT);
    }
}
