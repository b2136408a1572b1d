//! Puts a ClientHello together from the records it came in.
//!
//! ```text
//! 16 03 01 | length | 01 | length, u24 | hello ...      first record
//! 16 03 01 | length | ... more of it                    up to nine further ones
//! ```
//!
//! Tools against censors cut the hello into several records. The client made
//! its digest before that, over one record; so the hello is put back into one
//! record with a header that is made anew, as mtg does.

use std::borrow::Cow;

use super::hello_reader::HelloFault;
use super::records::{HANDSHAKE, HEADER_LEN, LARGEST_MAX_RECORD};
use super::server::NotOurs;
use crate::allocate::{self, OutOfMemory};

/// Longest hello: what fits one record. Current ones have 500 to 2000 bytes.
pub(crate) const MAX_HELLO: usize = LARGEST_MAX_RECORD;

/// Most records that one hello may come in: mtg's limit.
pub(crate) const MAX_HELLO_RECORDS: usize = 10;

/// Most bytes that are looked at before there is a verdict.
#[cfg(test)]
pub(crate) const MAX_HELLO_WIRE: usize = MAX_HELLO + MAX_HELLO_RECORDS * HEADER_LEN;

const CLIENT_HELLO: u8 = 1;
/// Length of a handshake message's own header.
const MESSAGE_HEADER: usize = 4;

/// A hello as far as it has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hello<'a> {
    /// At least that many bytes are missing.
    NeedMore(usize),
    Whole {
        records: Records<'a>,
        /// How many bytes it took as it came.
        consumed: usize,
    },
}

/// The records that a whole hello came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Records<'a> {
    wire: &'a [u8],
    /// How many bytes the message has that is in them.
    message: usize,
}

impl<'a> Records<'a> {
    /// The hello as one record: as it came, if it came in one.
    pub(super) fn join(&self) -> Result<Cow<'a, [u8]>, OutOfMemory> {
        let whole = HEADER_LEN + self.message;
        if self.wire.len() == whole {
            return Ok(Cow::Borrowed(self.wire));
        }
        // At most 2^14: see `MAX_HELLO`.
        let length = u16::try_from(self.message).unwrap_or(u16::MAX);
        let [high, low] = length.to_be_bytes();
        let mut record = allocate::room(whole)?;
        record.extend_from_slice(&[HANDSHAKE, 3, 1, high, low]);
        let mut rest = self.wire;
        while let Some((&[_, _, _, high, low], after)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_be_bytes([high, low]));
            let (body, next) = after.split_at(length.min(after.len()));
            record.extend_from_slice(body);
            rest = next;
        }
        Ok(Cow::Owned(record))
    }
}

/// Looks at all bytes of a connection so far.
///
/// Each byte is judged by what stands before it alone, so that a verdict does
/// not depend on how the input is cut.
pub(super) fn find(buffer: &[u8]) -> Result<Hello<'_>, NotOurs> {
    // How many bytes of the message the records before the current one hold, and
    // its first ones.
    let mut before = 0;
    let mut start = [0; MESSAGE_HEADER];
    let mut have = 0;
    let mut at = 0;
    for index in 0.. {
        let rest = buffer.get(at..).unwrap_or_default();
        let Some(length) = record_length(rest, index)? else {
            return Ok(Hello::NeedMore(HEADER_LEN - rest.len()));
        };
        let body = &rest[HEADER_LEN..rest.len().min(HEADER_LEN + length)];

        // The message's header may itself be cut.
        for (out, &byte) in start.iter_mut().skip(have).zip(body) {
            *out = byte;
        }
        have = MESSAGE_HEADER.min(have + body.len());
        if have > 0 && start[0] != CLIENT_HELLO {
            return Err(HelloFault::NotAClientHello(start[0]).into());
        }
        let mut total = usize::MAX;
        if have == MESSAGE_HEADER {
            let [_, high, middle, low] = start;
            let message = u32::from_be_bytes([0, high, middle, low]);
            total = usize::try_from(message)
                .unwrap_or(usize::MAX)
                .saturating_add(MESSAGE_HEADER);
            if total > MAX_HELLO {
                return Err(NotOurs::TooLarge { length: total });
            }
            if before + length > total {
                return Err(HelloFault::AfterTheHello.into());
            }
        }
        if body.len() < length {
            return Ok(Hello::NeedMore(length - body.len()));
        }

        at += HEADER_LEN + length;
        before += length;
        if before == total {
            let wire = &buffer[..at];
            let records = Records {
                wire,
                message: total,
            };
            return Ok(Hello::Whole {
                records,
                consumed: at,
            });
        }
    }
    Err(NotOurs::TooManyRecords)
}

/// The length in the header that `rest` begins with; `None` if it is not whole.
fn record_length(rest: &[u8], index: usize) -> Result<Option<usize>, NotOurs> {
    if index == MAX_HELLO_RECORDS {
        return Err(NotOurs::TooManyRecords);
    }
    let first = index == 0;
    if rest.first().is_some_and(|&byte| byte != HANDSHAKE) {
        return Err(if first {
            NotOurs::NotTls
        } else {
            HelloFault::RecordType.into()
        });
    }
    if rest.get(1).is_some_and(|&major| major != 3) {
        return Err(if first {
            NotOurs::NotTls
        } else {
            HelloFault::RecordVersion.into()
        });
    }
    // A first record says 03 01 (section 9.1); who cuts a hello may write what
    // TLS has on all later records.
    let newest = if first { 1 } else { 3 };
    if rest
        .get(2)
        .is_some_and(|minor| !(1..=newest).contains(minor))
    {
        return Err(HelloFault::RecordVersion.into());
    }
    let Some(&[_, _, _, high, low]) = rest.first_chunk() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LARGEST_MAX_RECORD {
        return Err(NotOurs::TooLarge { length });
    }
    // RFC 8446, section 5.1: no empty handshake records.
    if length == 0 {
        return Err(HelloFault::EmptyRecord.into());
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    /// A message of `length` bytes in all.
    fn message(length: usize) -> Vec<u8> {
        let inner = u32::try_from(length - MESSAGE_HEADER).unwrap();
        let mut out = vec![CLIENT_HELLO];
        out.extend(&inner.to_be_bytes()[1..]);
        out.resize(length, 0x5a);
        out
    }

    fn cut(message: &[u8], piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for part in message.chunks(piece) {
            out.extend([HANDSHAKE, 3, 1]);
            out.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
            out.extend(part);
        }
        out
    }

    #[test]
    fn one_record_is_taken_in_place() {
        for length in [4, 5, 300, 1800, MAX_HELLO] {
            let mut wire = cut(&message(length), length);
            let end = wire.len();
            wire.extend(b"later");
            let Ok(Hello::Whole { records, consumed }) = find(&wire) else {
                panic!("not whole: {length}");
            };
            let record = records.join().unwrap();
            assert!(matches!(record, Cow::Borrowed(_)));
            assert_eq!((record.as_ref(), consumed), (&wire[..end], end));
        }
    }

    #[test]
    fn up_to_ten_records_are_joined_into_one() {
        let message = message(1800);
        let whole = cut(&message, 1800);
        for records in 2..=10 {
            let wire = cut(&message, 1800_usize.div_ceil(records));
            for have in 0..wire.len() {
                assert!(
                    matches!(find(&wire[..have]), Ok(Hello::NeedMore(n)) if n > 0 && n <= wire.len() - have)
                );
            }
            let Ok(Hello::Whole { records, consumed }) = find(&wire) else {
                panic!("not whole: {records}");
            };
            let record = records.join().unwrap();
            assert_eq!((record.as_ref(), consumed), (&whole[..], wire.len()));
        }
        let eleven = cut(&message, 1800_usize.div_ceil(11));
        assert_eq!(find(&eleven), Err(NotOurs::TooManyRecords));
        // Ten records of one byte are not even the message's header and some.
        assert_eq!(find(&cut(&message, 1)), Err(NotOurs::TooManyRecords));
    }

    #[test]
    fn what_is_no_hello_is_refused_at_its_first_wrong_byte() {
        let good = cut(&message(100), 50);
        let faulty = |at: usize, byte: u8| {
            let mut wire = good.clone();
            wire[at] = byte;
            wire.truncate(at + 1);
            wire
        };
        let malformed = |fault| Err(NotOurs::Malformed(fault));
        for (wire, expected) in [
            (faulty(0, b'G'), Err(NotOurs::NotTls)),
            (faulty(0, 0x17), Err(NotOurs::NotTls)),
            (faulty(1, 2), Err(NotOurs::NotTls)),
            (faulty(2, 3), malformed(HelloFault::RecordVersion)),
            (faulty(5, 2), malformed(HelloFault::NotAClientHello(2))),
            (faulty(55, 0x14), malformed(HelloFault::RecordType)),
            (faulty(56, 2), malformed(HelloFault::RecordVersion)),
            (vec![22, 3, 1, 0, 0], malformed(HelloFault::EmptyRecord)),
            (
                vec![22, 3, 1, 0x40, 1],
                Err(NotOurs::TooLarge { length: 16385 }),
            ),
            (
                vec![22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfd],
                Err(NotOurs::TooLarge { length: 16385 }),
            ),
            (
                vec![22, 3, 1, 0, 6, 1, 0, 0, 1],
                malformed(HelloFault::AfterTheHello),
            ),
        ] {
            assert_eq!(find(&wire), expected, "{wire:02x?}");
            // And not a byte earlier.
            assert!(matches!(
                find(&wire[..wire.len() - 1]),
                Ok(Hello::NeedMore(_))
            ));
        }
    }
}
