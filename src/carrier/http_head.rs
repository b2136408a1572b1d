//! The head of an HTTP/1 message: where it ends, what its fields say, how long its body is.
//!
//! ```text
//! request or status line CRLF
//! name: value CRLF            at most 64 of these
//! CRLF                        at most 16 KiB up to here; the body follows
//! ```
//!
//! The lines are taken apart by `httparse`: the parser under hyper, fuzzed, and
//! without an allocation. It is run once, when the whole head is there:
//! [`HeadScan`] looks for the empty line and remembers how far it has looked,
//! so that a head which comes one byte at a time costs no more than one that
//! comes at once.
//!
//! RFC sections are those of 9112 (HTTP/1.1) and 9110 (HTTP semantics).

use httparse::Header;

/// Longest head, in bytes: what Apache, nginx and Node allow is 8 to 32 KiB.
pub(crate) const MAX_HEAD: usize = 16 * 1024;

/// Most fields in a head.
pub(crate) const MAX_FIELDS: usize = 64;

/// A part of the caller's bytes, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    #[cfg(test)]
    /// The part of `input`; empty if it is not the input that was parsed.
    pub(crate) fn of(self, input: &[u8]) -> &[u8] {
        input.get(self.start..self.end).unwrap_or_default()
    }

    /// Where `part` stands in `whole`; empty if it was not cut from it, as a
    /// parser may give an empty value from elsewhere.
    pub(crate) fn locate(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        match start.checked_add(part.len()) {
            Some(end) if end <= whole.len() => Self { start, end },
            _ => Self { start: 0, end: 0 },
        }
    }
}

/// Why a head is refused, before anything in it is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    /// The request line or status line alone is over the limit.
    #[error("the first line of the HTTP head is over {MAX_HEAD} bytes long")]
    FirstLineTooLong,
    #[error("the HTTP head is over {MAX_HEAD} bytes long")]
    TooLong,
    #[error("the HTTP head has more than {MAX_FIELDS} fields")]
    TooManyFields,
    #[error("the HTTP head cannot be read: {0}")]
    Malformed(&'static str),
}

impl From<httparse::Error> for HeadError {
    fn from(error: httparse::Error) -> Self {
        Self::Malformed(match error {
            httparse::Error::HeaderName => "a bad field name",
            httparse::Error::HeaderValue => "a bad field value",
            httparse::Error::NewLine => "a bad line end",
            httparse::Error::Status => "a bad status code",
            httparse::Error::Token => "a bad character",
            httparse::Error::TooManyHeaders => return Self::TooManyFields,
            httparse::Error::Version => "not HTTP/1.0 or HTTP/1.1",
        })
    }
}

/// The head has been found, so a parser that wants more has seen something else.
pub(crate) const INCOMPLETE: HeadError = HeadError::Malformed("it ends too early");

/// Looks for the empty line that ends a head.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadScan {
    /// Where the first line begins, as far as it is known.
    start: usize,
    /// Everything before holds no end, however the input goes on.
    seen: usize,
}

impl HeadScan {
    /// The length of the head at the start of `input`, once it is whole.
    ///
    /// `input` is every byte since the head's start; it only grows from call to
    /// call. Empty lines before the first line belong to the head: section 2.2
    /// has a server pass over them, because old clients send one after a body.
    pub(crate) fn find(&mut self, input: &[u8]) -> Result<Option<usize>, HeadError> {
        let within = &input[..input.len().min(MAX_HEAD)];
        while let Some(b'\r' | b'\n') = within.get(self.start) {
            self.start += 1;
        }
        let mut at = self.seen.max(self.start);
        while let Some(ahead) = position(&within[at..], b'\n') {
            let line_end = at + ahead;
            match within[line_end + 1..] {
                [b'\n', ..] => return Ok(Some(line_end + 2)),
                [b'\r', b'\n', ..] => return Ok(Some(line_end + 3)),
                // It depends on the next byte: look here again.
                [] | [b'\r'] => {
                    self.seen = line_end;
                    return self.unfinished(within);
                }
                _ => at = line_end + 1,
            }
        }
        self.seen = within.len();
        self.unfinished(within)
    }

    fn unfinished(&self, within: &[u8]) -> Result<Option<usize>, HeadError> {
        if within.len() < MAX_HEAD {
            return Ok(None);
        }
        let head = &within[self.start..];
        Err(if !head.is_empty() && position(head, b'\n').is_none() {
            HeadError::FirstLineTooLong
        } else {
            HeadError::TooLong
        })
    }
}

fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|&byte| byte == wanted)
}

/// The fields of a head. Names are compared without regard to case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'h, 'b>(pub(crate) &'h [Header<'b>]);

impl<'b> Fields<'_, 'b> {
    /// Every value of the field, in order.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'b [u8]> {
        self.0
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    }

    /// The value of a field that can stand there once; `None` if it is not there
    /// or stands there twice, which is as good as not.
    pub(crate) fn only(&self, name: &str) -> Option<&'b [u8]> {
        let mut all = self.all(name);
        all.next().filter(|_| all.next().is_none())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The members of a field that is a comma-separated list; several fields of
    /// one name are one list (RFC 9110, section 5.3).
    pub(crate) fn members(&self, name: &str) -> impl Iterator<Item = &'b [u8]> {
        self.all(name)
            .flat_map(|value| value.split(|&byte| byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|member| !member.is_empty())
    }

    /// Whether the list has this member, without regard to case.
    pub(crate) fn has_member(&self, name: &str, member: &str) -> bool {
        self.members(name)
            .any(|found| found.eq_ignore_ascii_case(member.as_bytes()))
    }

    /// How the body's end is told (section 6.3).
    pub(crate) fn body_length(&self) -> Result<BodyLength, LengthError> {
        let length = self.content_length()?;
        if !self.has("Transfer-Encoding") {
            return Ok(length.map_or(BodyLength::Unsaid, BodyLength::Bytes));
        }
        // One of the two would be ignored, and not by everybody the same one:
        // the classic way to smuggle a request past a proxy (section 6.3).
        if length.is_some() {
            return Err(LengthError::Both);
        }
        let mut encodings = self.members("Transfer-Encoding");
        match (encodings.next(), encodings.next()) {
            (Some(encoding), None) if encoding.eq_ignore_ascii_case(b"chunked") => {
                Ok(BodyLength::Chunked)
            }
            _ => Err(LengthError::TransferEncoding),
        }
    }

    fn content_length(&self) -> Result<Option<u64>, LengthError> {
        let mut found = None;
        for value in self.all("Content-Length") {
            // Digits alone: `str::parse` takes a plus sign as well.
            if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
                return Err(LengthError::ContentLength);
            }
            let number = core::str::from_utf8(value)
                .ok()
                .and_then(|text| text.parse().ok())
                // More digits than a number has: over every limit.
                .unwrap_or(u64::MAX);
            if found.is_some_and(|before| before != number) {
                return Err(LengthError::ContentLength);
            }
            found = Some(number);
        }
        Ok(found)
    }

    /// Whether the connection stays open after this message (section 9.3).
    ///
    /// `Proxy-Connection` is what TDLib sends to an HTTP proxy in place of
    /// `Connection`.
    pub(crate) fn keep_alive(&self, minor_version: u8) -> bool {
        let says =
            |what| self.has_member("Connection", what) || self.has_member("Proxy-Connection", what);
        !says("close") && (minor_version >= 1 || says("keep-alive"))
    }
}

/// What a head says about its body's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// A request has no body then; a response's goes on until the connection ends.
    Unsaid,
    Bytes(u64),
    Chunked,
}

/// A head from which the body's end cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LengthError {
    #[error("the Content-Length is no number, or there are two different ones")]
    ContentLength,
    #[error("the message has both a Content-Length and a Transfer-Encoding")]
    Both,
    #[error("the Transfer-Encoding is not \"chunked\" alone")]
    TransferEncoding,
}

/// Whether the text can go into a field or a request line as it is: visible
/// ASCII, so that no line can be smuggled in. Spaces only where `spaces` says.
pub(crate) fn is_field_text(text: &str, spaces: bool) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() || (spaces && byte == b' '))
}

/// Whether the text can be a Host field: none of what ends a host in a URI (RFC
/// 9110, section 7.2). It may be empty.
pub(crate) fn is_host(text: &str) -> bool {
    is_field_text(text, false) && !text.contains(['/', '?', '#', '@', '\\'])
}

/// Whether the text can be asked for: a path from its slash on, and perhaps a
/// query, but no fragment (RFC 9112, section 3.2.1).
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with('/') && is_field_text(text, false) && !text.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'b>(pairs: &[(&'b str, &'b str)]) -> Vec<Header<'b>> {
        let field = |&(name, value): &(&'b str, &'b str)| Header {
            name,
            value: value.as_bytes(),
        };
        pairs.iter().map(field).collect()
    }

    #[test]
    fn the_end_is_found_however_the_head_is_cut() {
        for (input, end) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody", 27),
            ("\r\n\r\nGET / HTTP/1.1\r\n\r\nbody", 22),
            ("GET / HTTP/1.1\nHost: a\n\nbody", 24),
            ("GET / HTTP/1.1\r\nHost: a\n\r\nbody", 26),
        ] {
            let mut scan = HeadScan::default();
            for length in 0..=input.len() {
                let expected = (length >= end).then_some(end);
                let found = scan.find(&input.as_bytes()[..length]);
                assert_eq!(found, Ok(expected), "{input:?} {length}");
            }
            let at_once = HeadScan::default().find(input.as_bytes());
            assert_eq!(at_once, Ok(Some(end)));
        }
    }

    #[test]
    fn an_endless_head_is_refused_at_the_limit() {
        let line = [b"GET / HTTP/1.1\r\n".as_slice(), &[b'x'; MAX_HEAD]].concat();
        for (input, error) in [
            (&[b'x'; MAX_HEAD + 9][..], HeadError::FirstLineTooLong),
            (&[b'\n'; MAX_HEAD + 9], HeadError::TooLong),
            (&line, HeadError::TooLong),
        ] {
            let mut scan = HeadScan::default();
            for length in 0..MAX_HEAD {
                assert_eq!(scan.find(&input[..length]), Ok(None));
            }
            assert_eq!(scan.find(&input[..MAX_HEAD]), Err(error));
            assert_eq!(HeadScan::default().find(input), Err(error));
        }
        // The limit itself passes, one more does not.
        for over in [0, 1] {
            let mut head = vec![b'x'; MAX_HEAD - 4 + over];
            head.extend(b"\r\n\r\n");
            head[5] = b'\n';
            let expected = if over == 0 {
                Ok(Some(MAX_HEAD))
            } else {
                Err(HeadError::TooLong)
            };
            assert_eq!(HeadScan::default().find(&head), expected);
        }
    }

    #[test]
    fn lists_are_joined_and_split() {
        let list = fields(&[
            ("Connection", "keep-alive, Upgrade"),
            ("X", "y"),
            ("CONNECTION", ",close ,"),
        ]);
        let list = Fields(&list);
        for member in ["Keep-Alive", "upgrade", "close"] {
            assert!(list.has_member("connection", member), "{member}");
        }
        assert!(!list.has_member("connection", "keep"));
        assert!(!list.has_member("connection", ""));
        assert_eq!(list.only("Connection"), None);
        assert_eq!(list.only("x"), Some(b"y".as_slice()));
        assert!(!list.keep_alive(1));
    }

    #[test]
    fn the_length_of_a_body() {
        use BodyLength::{Bytes, Chunked, Unsaid};
        type Case<'a> = (&'a [(&'a str, &'a str)], Result<BodyLength, LengthError>);
        let cases: [Case<'_>; 12] = [
            (&[], Ok(Unsaid)),
            (&[("content-length", "40")], Ok(Bytes(40))),
            (
                &[("Content-Length", "4"), ("content-length", "4")],
                Ok(Bytes(4)),
            ),
            (
                &[("Content-Length", "99999999999999999999")],
                Ok(Bytes(u64::MAX)),
            ),
            (&[("Transfer-Encoding", "Chunked")], Ok(Chunked)),
            (&[("Content-Length", "")], Err(LengthError::ContentLength)),
            (&[("Content-Length", "+4")], Err(LengthError::ContentLength)),
            (
                &[("Content-Length", "4, 4")],
                Err(LengthError::ContentLength),
            ),
            (
                &[("Content-Length", "4"), ("Content-Length", "8")],
                Err(LengthError::ContentLength),
            ),
            (
                &[("Content-Length", "4"), ("Transfer-Encoding", "chunked")],
                Err(LengthError::Both),
            ),
            (
                &[("Transfer-Encoding", "gzip, chunked")],
                Err(LengthError::TransferEncoding),
            ),
            (
                &[("Transfer-Encoding", "")],
                Err(LengthError::TransferEncoding),
            ),
        ];
        for (given, expected) in cases {
            let given = fields(given);
            assert_eq!(Fields(&given).body_length(), expected, "{given:?}");
        }
    }

    #[test]
    fn whether_the_connection_stays() {
        for (name, value, http_1_0, http_1_1) in [
            ("X", "", false, true),
            ("Connection", "keep-alive", true, true),
            ("Proxy-Connection", "Keep-Alive", true, true),
            ("Connection", "close", false, false),
        ] {
            let list = fields(&[(name, value)]);
            assert_eq!(Fields(&list).keep_alive(0), http_1_0, "{name} {value}");
            assert_eq!(Fields(&list).keep_alive(1), http_1_1, "{name} {value}");
        }
    }

    #[test]
    fn field_text_smuggles_nothing() {
        assert!(is_field_text("venus.web.telegram.org:443", false));
        assert!(is_field_text("basic abc=", true));
        for bad in ["a\r\nb", "a b", "a\tb", "\u{e4}", "a\0"] {
            assert!(!is_field_text(bad, false), "{bad:?}");
        }
    }
}
