//! The server's verdict on a ClientHello: ours, not ours and why, or not whole yet.
//!
//! Nothing is consumed before the verdict, and nothing at all if the hello is
//! not ours: the caller keeps every byte and can hand the connection to the
//! real site, so that a prober sees that site and nothing else (section 9.4).
//! All checks are therefore made before the first byte of an answer.

use super::digest;
use super::hello_reader::{ClientHello, Group, HelloFault};
use super::hello_records::{self, Hello};
use crate::allocate::{self, OutOfMemory};
use crate::carrier::inline::Inline;
use crate::replay_cache::{ReplayCache, ReplayKey};

/// How far a client's clock may be off, in seconds, unless the config says otherwise.
///
/// Peers have -600..+3 (reference), -1200..+600 (mtprotoproxy) and settings of
/// their own (mtg). TDLib and tdesktop correct their clocks over HTTP.
pub(crate) const DEFAULT_ALLOWED_SKEW: u32 = 120;

/// What a hello is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// The server's time.
    pub(crate) unix_time: u32,
    /// Seconds that the client's time may be before or after it.
    ///
    /// There is no exception for clients whose time is near 1970, as
    /// mtprotoproxy and telemt have it: anyone could repeat such a hello
    /// for ever.
    pub(crate) allowed_skew: u32,
    /// The domains of this server, in any case of letters; empty: every domain,
    /// and a hello without one.
    pub(crate) domains: &'a [String],
    /// Where hellos are remembered. Without it a recorded hello can be sent
    /// again at any time: see the note on the time in `digest`.
    pub(crate) replay_cache: Option<&'a ReplayCache>,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// At least that many bytes are missing.
    NeedMore(usize),
    Ours(Accepted),
    NotOurs(NotOurs),
    /// There is no memory to judge it. It was not remembered.
    OutOfMemory,
}

/// A client that knows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Which of the secrets, from 0.
    pub(crate) secret_index: usize,
    pub(crate) server_name: Option<Box<str>>,
    /// The client's time minus ours.
    pub(crate) skew_seconds: i32,
    /// How many bytes the hello took. A client that follows the rules sends
    /// nothing after it before the answer.
    pub(crate) consumed: usize,
    pub(crate) client_random: [u8; 32],
    pub(crate) session_id: Inline<32>,
    /// The suite to answer with.
    pub(crate) suite: u16,
    /// The group to answer with.
    pub(crate) group: Group,
}

/// Judges all bytes of a connection so far.
///
/// To be called again with more of them (as many as are missing at least: every
/// call starts from the first byte) until the verdict is there, and then no
/// more: a hello that is ours is remembered, so a second look finds it replayed.
///
/// The work is one HMAC of the hello for each secret up to the right one; each
/// comparison takes the same time wherever the digests differ.
pub(crate) fn inspect<'a>(
    buffer: &[u8],
    secrets: impl IntoIterator<Item = &'a [u8; 16]>,
    rules: &Rules<'_>,
) -> Outcome {
    match judge(buffer, secrets, rules) {
        Ok(outcome) => outcome,
        Err(Verdict::NotOurs(reason)) => Outcome::NotOurs(reason),
        Err(Verdict::OutOfMemory) => Outcome::OutOfMemory,
    }
}

fn judge<'a>(
    buffer: &[u8],
    secrets: impl IntoIterator<Item = &'a [u8; 16]>,
    rules: &Rules<'_>,
) -> Result<Outcome, Verdict> {
    let (records, consumed) = match hello_records::find(buffer)? {
        Hello::NeedMore(count) => return Ok(Outcome::NeedMore(count)),
        Hello::Whole { records, consumed } => (records, consumed),
    };
    let record = records.join()?;
    let hello = ClientHello::read(&record)?;

    let found = secrets
        .into_iter()
        .enumerate()
        .find_map(|(index, secret)| Some((index, digest::open_hello(secret, &record)?)));
    let (secret_index, time) = found.ok_or(NotOurs::NoSecret)?;

    let known = |name: &str| {
        rules
            .domains
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    };
    if !rules.domains.is_empty() && !hello.server_name.is_some_and(known) {
        return Err(NotOurs::ForeignName.into());
    }

    // Wrapping, so that it is right across 2106 as well.
    let skew_seconds = time.wrapping_sub(rules.unix_time).cast_signed();
    let seconds = skew_seconds.unsigned_abs();
    if seconds > rules.allowed_skew {
        let reason = if skew_seconds < 0 {
            NotOurs::TooOld { seconds }
        } else {
            NotOurs::TooNew { seconds }
        };
        return Err(reason.into());
    }

    let suite = hello.suite.ok_or(NotOurs::NoSuite)?;
    let group = hello.group.ok_or(NotOurs::NoGroup)?;
    let mut session_id = Inline::new();
    session_id.push(hello.session_id);
    let server_name = hello.server_name.map(allocate::text).transpose()?;

    // Last: only what is ours may take up memory. The reference server remembers
    // a random before it checks the digest, and strangers can fill its memory.
    if let Some(cache) = rules.replay_cache {
        let key = ReplayKey::of_hello(&hello.random);
        if !cache.insert_for_skew(key, rules.unix_time, rules.allowed_skew)? {
            return Err(NotOurs::Replayed.into());
        }
    }
    Ok(Outcome::Ours(Accepted {
        secret_index,
        // Of the size that was asked for: nothing is allocated here.
        server_name: server_name.map(String::into_boxed_str),
        skew_seconds,
        consumed,
        client_random: hello.random,
        session_id,
        suite,
        group,
    }))
}

/// Why a hello is not accepted.
enum Verdict {
    NotOurs(NotOurs),
    OutOfMemory,
}

impl From<NotOurs> for Verdict {
    fn from(reason: NotOurs) -> Self {
        Self::NotOurs(reason)
    }
}

impl From<HelloFault> for Verdict {
    fn from(fault: HelloFault) -> Self {
        Self::NotOurs(fault.into())
    }
}

impl From<OutOfMemory> for Verdict {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// Why a connection is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotOurs {
    /// Not a TLS handshake at all.
    NotTls,
    /// No ClientHello, or not one that follows the rules.
    Malformed(HelloFault),
    /// The hello, or one of its records, would have that many bytes.
    TooLarge { length: usize },
    /// The hello comes in more records than anyone needs.
    TooManyRecords,
    /// A whole hello, and none of the secrets made its digest: a browser, a prober.
    NoSecret,
    /// A holder of a secret who asks for another domain, or for none.
    ForeignName,
    /// The client's time is that many seconds before ours.
    TooOld { seconds: u32 },
    /// The client's time is that many seconds after ours.
    TooNew { seconds: u32 },
    /// No suite of TLS 1.3 is offered.
    NoSuite,
    /// No share of a group that can be answered is offered.
    NoGroup,
    /// This hello was accepted before.
    Replayed,
}

impl From<HelloFault> for NotOurs {
    fn from(fault: HelloFault) -> Self {
        Self::Malformed(fault)
    }
}
