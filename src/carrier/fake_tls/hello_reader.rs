//! Reads what a server needs out of a ClientHello, and refuses a malformed one saying where.

use super::digest::{RANDOM_AT, RANDOM_END};

/// The groups that an answer can be given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// 001d.
    X25519,
    /// 11ec: ML-KEM-768 with X25519.
    X25519MlKem768,
}

/// What stands in a hello. All slices are into its record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientHello<'a> {
    pub(super) random: [u8; 32],
    /// 0 to 32 bytes.
    pub(super) session_id: &'a [u8],
    /// The first TLS 1.3 suite: 1301, 1302 or 1303.
    pub(super) suite: Option<u16>,
    pub(super) server_name: Option<&'a str>,
    /// The best group that the hello has a share of.
    pub(super) group: Option<Group>,
}

impl<'a> ClientHello<'a> {
    /// Reads a hello that is one whole record.
    pub(super) fn read(record: &'a [u8]) -> Result<Self, HelloFault> {
        use HelloFault as At;
        let mut random = [0; 32];
        random.copy_from_slice(record.get(RANDOM_AT..RANDOM_END).ok_or(At::Random)?);
        if record[RANDOM_AT - 2..RANDOM_AT] != [3, 3] {
            return Err(At::LegacyVersion);
        }
        let mut input = Cursor(&record[RANDOM_END..]);
        let session_id = input.vector8().filter(|id| id.len() <= 32);
        let session_id = session_id.ok_or(At::SessionId)?;
        let suites = input.vector16().filter(|list| list.len() % 2 == 0);
        let suite = first_suite(suites.ok_or(At::CipherSuites)?);
        let compression = input.vector8().filter(|list| !list.is_empty());
        compression.ok_or(At::Compression)?;

        let mut hello = Self {
            random,
            session_id,
            suite,
            server_name: None,
            group: None,
        };
        let mut extensions = Cursor(input.vector16().ok_or(At::Extensions)?);
        if !input.0.is_empty() {
            return Err(At::Extensions);
        }
        let (mut names, mut shares) = (0, 0);
        while !extensions.0.is_empty() {
            let kind = extensions.u16().ok_or(At::Extensions)?;
            let body = extensions.vector16().ok_or(At::Extensions)?;
            match kind {
                0x0000 => {
                    names += 1;
                    hello.server_name = Some(server_name(body).ok_or(At::ServerName)?);
                }
                0x0033 => {
                    shares += 1;
                    hello.group = best_group(body).ok_or(At::KeyShare)?;
                }
                _ => {}
            }
        }
        // RFC 8446, section 4.2: no extension twice. Two names would let this
        // server and the real site each see their own.
        if names > 1 {
            return Err(At::ServerName);
        }
        if shares > 1 {
            return Err(At::KeyShare);
        }
        Ok(hello)
    }
}

/// The first suite of TLS 1.3: what is not GREASE and not of older versions.
fn first_suite(list: &[u8]) -> Option<u16> {
    list.chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .find(|suite| (0x1301..=0x1303).contains(suite))
}

/// The one name in the extension, which has to be printable ASCII (RFC 6066, section 3).
fn server_name(body: &[u8]) -> Option<&str> {
    let mut body = Cursor(body);
    let mut list = Cursor(body.vector16()?);
    let kind = list.u8()?;
    let name = list.vector16()?;
    let fits = kind == 0
        && body.0.is_empty()
        && list.0.is_empty()
        && !name.is_empty()
        && name.iter().all(u8::is_ascii_graphic);
    core::str::from_utf8(name).ok().filter(|_| fits)
}

/// The best group in the extension; `None` outside if it is malformed.
fn best_group(body: &[u8]) -> Option<Option<Group>> {
    let mut body = Cursor(body);
    let mut list = Cursor(body.vector16()?);
    if !body.0.is_empty() {
        return None;
    }
    let mut best = None;
    while !list.0.is_empty() {
        let group = list.u16()?;
        let share = list.vector16()?;
        match (group, share.len()) {
            (0x11ec, 1216) => best = Some(Group::X25519MlKem768),
            (0x001d, 32) => best = best.or(Some(Group::X25519)),
            (0x11ec | 0x001d, _) => return None,
            _ => {}
        }
    }
    Some(best)
}

/// Takes from the front; `None` if too little is left.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)
            .map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn vector8(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    fn vector16(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }
}

/// Where a hello is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HelloFault {
    /// A record between the hello's is no handshake record.
    RecordType,
    /// Another one than 03 01.
    RecordVersion,
    EmptyRecord,
    /// The handshake message has this type.
    NotAClientHello(u8),
    /// The hello ends before its last record does.
    AfterTheHello,
    /// Another one than 03 03.
    LegacyVersion,
    /// It is too short for one.
    Random,
    SessionId,
    CipherSuites,
    Compression,
    Extensions,
    ServerName,
    KeyShare,
}
