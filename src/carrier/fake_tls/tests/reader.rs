//! A second reading of ClientHellos, stricter than the server's: every length has to fit.

/// A hello, taken apart.
pub(super) struct Parts {
    pub(super) suites: Vec<u16>,
    /// In the order they stand.
    pub(super) extensions: Vec<(u16, Vec<u8>)>,
}

impl Parts {
    pub(super) fn extension(&self, kind: u16) -> Option<&[u8]> {
        let mut all = self.extensions.iter().filter(|(k, _)| *k == kind);
        let body = all.next().map(|(_, body)| body.as_slice());
        assert!(all.next().is_none(), "extension {kind:04x} twice");
        body
    }

    /// The shares: group and key.
    pub(super) fn shares(&self) -> Vec<(u16, Vec<u8>)> {
        let mut list = exactly(self.extension(0x0033).unwrap(), 2);
        let mut out = Vec::new();
        while !list.is_empty() {
            let group = number(&mut list, 2);
            let key = vector(&mut list, 2);
            out.push((u16::try_from(group).unwrap(), key.to_vec()));
        }
        out
    }

    pub(super) fn server_name(&self) -> &[u8] {
        let mut list = exactly(self.extension(0).unwrap(), 2);
        assert_eq!(number(&mut list, 1), 0);
        exactly(list, 2)
    }
}

pub(super) fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

/// Takes a whole record apart; panics at anything that does not fit.
pub(super) fn read(record: &[u8]) -> Parts {
    let mut input = record;
    assert_eq!(number(&mut input, 3), 0x16_0301);
    let mut message = exactly(input, 2);
    assert_eq!(number(&mut message, 1), 1);
    let mut body = exactly(message, 3);
    assert_eq!(number(&mut body, 2), 0x0303);
    take(&mut body, 32);
    assert_eq!(vector(&mut body, 1).len(), 32);
    let suites = numbers(vector(&mut body, 2));
    assert!(!suites.is_empty());
    assert_eq!(vector(&mut body, 1), [0]);
    let mut rest = exactly(body, 2);
    let mut extensions = Vec::new();
    while !rest.is_empty() {
        let kind = u16::try_from(number(&mut rest, 2)).unwrap();
        let body = vector(&mut rest, 2).to_vec();
        check(kind, &body);
        extensions.push((kind, body));
    }
    let parts = Parts { suites, extensions };
    for (kind, _) in &parts.extensions {
        parts.extension(*kind);
    }
    parts
}

/// The inside of each extension that a profile has.
fn check(kind: u16, body: &[u8]) {
    match kind {
        0x0000 => {
            let mut list = exactly(body, 2);
            assert_eq!(number(&mut list, 1), 0);
            assert!(!exactly(list, 2).is_empty());
        }
        0x0005 => assert_eq!(body, [1, 0, 0, 0, 0]),
        0x000a | 0x000d => assert!(!numbers(exactly(body, 2)).is_empty()),
        0x000b => assert_eq!(exactly(body, 1), [0]),
        0x0010 | 0x44cd | 0x4469 => {
            let mut list = exactly(body, 2);
            while !list.is_empty() {
                let name = vector(&mut list, 1);
                assert!(name == b"h2" || name == b"http/1.1");
            }
        }
        0x0012 | 0x0017 | 0x0023 => assert!(body.is_empty()),
        0x0015 => assert!(!body.is_empty() && body.iter().all(|&byte| byte == 0)),
        0x001b => assert_eq!(numbers(exactly(body, 1)).len(), 1),
        0x002b => assert!(numbers(exactly(body, 1)).contains(&0x0304)),
        0x002d => assert_eq!(exactly(body, 1), [1]),
        0x0033 => {
            let mut list = exactly(body, 2);
            while !list.is_empty() {
                let group = number(&mut list, 2);
                let length = vector(&mut list, 2).len();
                match group {
                    0x11ec => assert_eq!(length, 1216),
                    0x001d => assert_eq!(length, 32),
                    _ => assert_eq!(length, 1),
                }
            }
        }
        0xfe0d => {
            let mut body = body;
            assert_eq!(take(&mut body, 5), [0, 0, 1, 0, 1]);
            take(&mut body, 1);
            assert_eq!(vector(&mut body, 2).len(), 32);
            assert!([144, 176, 208, 240].contains(&exactly(body, 2).len()));
        }
        0xff01 => assert_eq!(body, [0]),
        other => assert!(is_grease(other), "extension {other:04x}"),
    }
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(count);
    *input = rest;
    taken
}

fn number(input: &mut &[u8], bytes: usize) -> usize {
    take(input, bytes)
        .iter()
        .fold(0, |value, &byte| value << 8 | usize::from(byte))
}

fn vector<'a>(input: &mut &'a [u8], bytes: usize) -> &'a [u8] {
    let length = number(input, bytes);
    take(input, length)
}

/// A vector with nothing after it.
fn exactly(mut input: &[u8], bytes: usize) -> &[u8] {
    let inner = vector(&mut input, bytes);
    assert!(input.is_empty(), "{} bytes behind a vector", input.len());
    inner
}

fn numbers(list: &[u8]) -> Vec<u16> {
    assert_eq!(list.len() % 2, 0);
    list.chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}
