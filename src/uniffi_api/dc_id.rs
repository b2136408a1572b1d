//! DC ids, as a record with the number that goes over the wire.

use super::errors::MtprotoError;
use super::guard::guarded;
use crate::mtproxy;

/// Which data centre a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct DcId {
    /// The bare number, 1 to 9999.
    pub number: u16,
    /// One of the test network.
    #[uniffi(default = false)]
    pub test: bool,
    /// For media only.
    #[uniffi(default = false)]
    pub media: bool,
}

#[uniffi::export]
impl DcId {
    /// The signed number as it stands in the initialization payload: 2, 10002
    /// (test), -4 (media).
    pub fn wire_number(&self) -> Result<i16, MtprotoError> {
        guarded(|| Ok(self.to_core()?.encode()))
    }
}

impl DcId {
    pub(super) fn to_core(self) -> Result<mtproxy::DcId, MtprotoError> {
        Ok(mtproxy::DcId::new(self.number, self.test, self.media)?)
    }
}

/// Reads the number from the wire. Expect the error: clients that have no id to
/// announce leave random bytes there.
#[uniffi::export]
pub fn dc_id_from_wire(number: i16) -> Result<DcId, MtprotoError> {
    guarded(|| {
        let id = mtproxy::DcId::decode(number)?;
        Ok(DcId {
            number: id.number(),
            test: id.is_test(),
            media: id.is_media(),
        })
    })
}
