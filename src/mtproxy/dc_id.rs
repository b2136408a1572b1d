//! The DC id: which data centre, which network, and for media or not.

use core::fmt;

/// Test data centres are numbered from here (specification, "DC id"; tdesktop
/// calls it the test mode shift).
const TEST_SHIFT: i16 = 10_000;

/// Which data centre a connection is for, as bytes 60 and 61 of the
/// initialization payload say it.
///
/// The number on the wire is a signed 16-bit one: the id, plus 10000 for the
/// test network, negated where the connection is for media (section 6.5). The
/// `dc` field of `p_q_inner_data_dc` carries the same number:
/// `i32::from(id.encode())`.
///
/// Numbers from 1 to 9999 are valid, not only the five known ones: 203 (a CDN)
/// and others occur in real traffic, and a table of known ids would age. More
/// than 9999 is refused because DC 10002 and test DC 2 would be the same number
/// on the wire. A CDN is not a media DC: its id is not negated.
///
/// ```
/// use mtproto::mtproxy::DcId;
///
/// let id = DcId::new(2, true, true)?;
/// assert_eq!(id.encode(), -10002);
/// assert_eq!(DcId::decode(-10002), Ok(id));
/// assert_eq!(id.to_string(), "test media DC 2");
/// # Ok::<(), mtproto::mtproxy::DcIdError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DcId {
    /// 1 to 9999, so that neither the shift nor the sign overflows.
    number: i16,
    test: bool,
    media: bool,
}

impl DcId {
    /// The largest number of a data centre.
    pub const MAX_NUMBER: u16 = 9999;

    /// The data centre `number`, in the test network or in production, for
    /// media or for everything.
    ///
    /// # Errors
    ///
    /// [`DcIdError::Number`] where the number is not within 1 to 9999.
    pub fn new(number: u16, test: bool, media: bool) -> Result<Self, DcIdError> {
        match i16::try_from(number) {
            Ok(within @ 1..TEST_SHIFT) => Ok(Self {
                number: within,
                test,
                media,
            }),
            _ => Err(DcIdError::Number { number }),
        }
    }

    /// The number as it stands on the wire.
    #[must_use]
    pub fn encode(self) -> i16 {
        let shifted = if self.test {
            self.number + TEST_SHIFT
        } else {
            self.number
        };
        if self.media { -shifted } else { shifted }
    }

    /// Reads the number from the wire.
    ///
    /// A server must expect the error: clients that have no id to announce
    /// leave random bytes here (TDLib without a DC id, grammers, Pyrogram).
    /// What to do then is the server's choice; mtg serves 0 from DC 2. For the
    /// same reason a valid id may be one that nobody meant.
    ///
    /// # Errors
    ///
    /// [`DcIdError::Wire`] where no DC id encodes to that number: 0, 10000 and
    /// anything from 20000 up, whatever the sign.
    pub fn decode(value: i16) -> Result<Self, DcIdError> {
        // Not `abs`: it overflows for -32768.
        let magnitude = value.unsigned_abs();
        let shift = TEST_SHIFT.unsigned_abs();
        let test = magnitude >= shift;
        let number = if test { magnitude - shift } else { magnitude };
        Self::new(number, test, value < 0).map_err(|_| DcIdError::Wire { value })
    }

    /// The bare number of the data centre, 1 to 9999.
    #[must_use]
    pub fn number(self) -> u16 {
        self.number.unsigned_abs()
    }

    /// Whether it belongs to the test network.
    #[must_use]
    pub fn is_test(self) -> bool {
        self.test
    }

    /// Whether the connection is for media only.
    #[must_use]
    pub fn is_media(self) -> bool {
        self.media
    }
}

/// In words: "DC 2", "test media DC 2".
impl fmt::Display for DcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = if self.test { "test " } else { "" };
        let media = if self.media { "media " } else { "" };
        write!(f, "{test}{media}DC {}", self.number)
    }
}

/// Why a number is no DC id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DcIdError {
    /// The number of a data centre is not within 1 to 9999.
    Number {
        /// The number that was given.
        number: u16,
    },
    /// The number on the wire is not one that a DC id encodes to.
    Wire {
        /// The number that was received.
        value: i16,
    },
}

impl fmt::Display for DcIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { number } => write!(
                f,
                "DC number is {number}: 1 to 9999 expected, test and media are said apart"
            ),
            Self::Wire { value } => write!(
                f,
                "DC id on the wire is {value}: 1 to 9999 expected, or 10001 to 19999 for the test network, negative for media"
            ),
        }
    }
}

impl core::error::Error for DcIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16, test: bool, media: bool) -> DcId {
        DcId {
            number: i16::try_from(number).unwrap_or(0),
            test,
            media,
        }
    }

    #[test]
    fn encodes_the_examples_of_the_specification() {
        // Section 6.5, as bytes on the wire.
        for (dc, wire) in [
            (id(2, false, false), [0x02, 0x00]),
            (id(2, true, false), [0x12, 0x27]),
            (id(4, false, true), [0xfc, 0xff]),
            (id(2, true, true), [0xee, 0xd8]),
        ] {
            assert_eq!(dc.encode().to_le_bytes(), wire, "{dc}");
            assert_eq!(DcId::decode(i16::from_le_bytes(wire)), Ok(dc));
        }
    }

    #[test]
    fn unusual_ids_pass() {
        assert_eq!(DcId::new(203, false, false), Ok(id(203, false, false)));
        assert_eq!(DcId::decode(203), Ok(id(203, false, false)));
        assert_eq!(DcId::decode(-203), Ok(id(203, false, true)));
        assert_eq!(DcId::decode(10_203), Ok(id(203, true, false)));
        assert_eq!(DcId::decode(-19_999), Ok(id(9999, true, true)));
    }

    #[test]
    fn refuses_what_would_collide() {
        for number in [0, 10_000, 10_002, 32_768, u16::MAX] {
            assert_eq!(
                DcId::new(number, false, false),
                Err(DcIdError::Number { number })
            );
        }
        assert_eq!(
            DcId::new(0, false, true).map_err(|e| e.to_string()),
            Err("DC number is 0: 1 to 9999 expected, test and media are said apart".to_owned())
        );
    }

    #[test]
    fn every_wire_number_is_refused_or_comes_back() {
        let mut valid = 0;
        for value in i16::MIN..=i16::MAX {
            match DcId::decode(value) {
                Ok(dc) => {
                    assert_eq!(dc.encode(), value);
                    assert_eq!(DcId::new(dc.number(), dc.is_test(), dc.is_media()), Ok(dc));
                    valid += 1;
                }
                Err(error) => assert_eq!(error, DcIdError::Wire { value }),
            }
        }
        assert_eq!(valid, 4 * 9999);
    }

    #[test]
    fn says_itself_in_words() {
        assert_eq!(id(2, false, false).to_string(), "DC 2");
        assert_eq!(id(2, true, false).to_string(), "test DC 2");
        assert_eq!(id(4, false, true).to_string(), "media DC 4");
        assert_eq!(id(2, true, true).to_string(), "test media DC 2");
    }
}
