//! A server's first question: what is it talked to with?
//!
//! The order is the reference server's, with the starts of TLS and HTTP
//! recognised as what they are:
//!
//! ```text
//!   1 byte    ef                           Abridged
//!   4 bytes   ee ee ee ee                  Intermediate
//!             dd dd dd dd                  Padded intermediate
//!             HEAD, POST, GET, OPTI        HTTP: a WebSocket, packets, or somebody else's
//!             16 03 0x                     TLS: a fake TLS hello, or somebody else's
//!   8 bytes   .. .. .. .. 00 00 00 00      Full (its first sequence number)
//!  64 bytes   anything else                an initialization payload
//!  72 bytes   without a tag in it          Full under obfuscation
//! ```
//!
//! Where nothing is accepted that takes more than 4 bytes to show, as in a proxy
//! with fake TLS alone, a stranger is told from the first byte that begins none
//! of these: the site that it is handed to may answer less than 4.
//!
//! What the config does not accept in clear is still tried as an initialization
//! payload, because not every client draws its random bytes anew for every
//! entry of that list.

use super::config::Acceptance;
use super::event::NotOursReason;
use crate::allocate::OutOfMemory;
use crate::carrier::fake_tls::server::{self as fake_tls, Accepted, Outcome, Rules};
use crate::envelope::{self, Envelope};
use crate::mtproxy::{Secret, SecretForm};
use crate::obfuscation::{self, Header, Opened, Streams};
use crate::replay_cache::ReplayKey;

/// What the first bytes say.
#[expect(
    clippy::large_enum_variant,
    reason = "made once a connection, and moved from there at once"
)]
pub(crate) enum Detection {
    /// Not enough to tell: this many bytes are needed in all.
    Incomplete {
        needed: usize,
    },
    /// Not enough to tell, and at least this many bytes are needed in all; but
    /// each byte is judged as it comes, and may be wrong: in a hello, and where a
    /// stranger is told early.
    InHello {
        needed: usize,
    },
    Found(Found),
    /// A fake TLS client, and which of the config's secrets it knows. Its
    /// initialization payload follows in records.
    FakeTls {
        accepted: Accepted,
        secret_index: usize,
    },
    /// The request for a WebSocket; the initialization payload follows in frames.
    WebSocket,
    /// A request with a packet in its body.
    Http,
    NotOurs(NotOursReason),
    /// There is no memory to tell.
    OutOfMemory,
}

/// A client that is spoken with.
pub(crate) struct Found {
    pub(crate) envelope: Envelope,
    /// How many bytes the opening takes; frames follow.
    pub(crate) length: usize,
    pub(crate) obfuscation: Option<Obfuscation>,
}

pub(crate) struct Obfuscation {
    pub(crate) streams: Streams,
    pub(crate) dc: i16,
    pub(crate) secret_index: Option<usize>,
}

/// Looks at the first bytes of a connection. Cheap until the 64th byte, and
/// asked again only when the bytes are there that it named.
pub(crate) fn detect(bytes: &[u8], acceptance: &Acceptance<'_>) -> Detection {
    let accept = &acceptance.accept;
    let plain = |envelope: Envelope| {
        Detection::Found(Found {
            envelope,
            length: envelope.tag().len(),
            obfuscation: None,
        })
    };
    match bytes.first() {
        None => return Detection::Incomplete { needed: 1 },
        Some(0xef) if accept.plain => return plain(Envelope::Abridged),
        Some(_) => {}
    }
    let tells_early = !accept.plain_full && candidates(acceptance).next().is_none();
    if tells_early && !may_begin(bytes) {
        // By the one byte that is there in any case.
        return stranger(&bytes[..1]);
    }
    let Some(&first) = bytes.first_chunk::<4>() else {
        return match tells_early {
            true => Detection::InHello { needed: 4 },
            false => Detection::Incomplete { needed: 4 },
        };
    };
    if obfuscation::is_http(first) {
        return match &first {
            b"GET " if accept.websocket => Detection::WebSocket,
            b"POST" | b"OPTI" if accept.http => Detection::Http,
            _ => Detection::NotOurs(NotOursReason::Http),
        };
    }
    if obfuscation::is_tls(first) {
        return detect_fake_tls(bytes, acceptance);
    }
    for envelope in [Envelope::Intermediate, Envelope::PaddedIntermediate] {
        if accept.plain && first == envelope.tag() {
            return plain(envelope);
        }
    }
    if tells_early {
        return stranger(&first);
    }
    let Some(&start) = bytes.first_chunk::<8>() else {
        return Detection::Incomplete { needed: 8 };
    };
    if start[4..] == [0; 4] && accept.plain_full {
        return plain(Envelope::Full);
    }
    if candidates(acceptance).next().is_none() {
        return stranger(&start);
    }
    detect_obfuscated(bytes, acceptance).unwrap_or_else(|| stranger(&start))
}

/// Whether these bytes may be the first ones of what four of them tell.
fn may_begin(bytes: &[u8]) -> bool {
    let known: [&[u8]; 7] = [
        b"HEAD",
        b"POST",
        b"GET ",
        b"OPTI",
        &[0xee; 4],
        &[0xdd; 4],
        &[0x16, 0x03],
    ];
    known.iter().any(|known| {
        let length = known.len().min(bytes.len());
        known[..length] == bytes[..length]
    })
}

/// Somebody else's first bytes: an envelope in clear, or nothing known.
fn stranger(bytes: &[u8]) -> Detection {
    let is_plain = matches!(
        bytes,
        [0xef, ..]
            | [0xee, 0xee, 0xee, 0xee, ..]
            | [0xdd, 0xdd, 0xdd, 0xdd, ..]
            | [_, _, _, _, 0, 0, 0, 0]
    );
    Detection::NotOurs(if is_plain {
        NotOursReason::NotAccepted
    } else {
        NotOursReason::UnknownOpening
    })
}

/// Judges a TLS hello.
fn detect_fake_tls(bytes: &[u8], acceptance: &Acceptance<'_>) -> Detection {
    let mut keys = acceptance
        .secrets_with(true)
        .map(|(_, secret)| secret.key())
        .peekable();
    if keys.peek().is_none() {
        return Detection::NotOurs(NotOursReason::Tls);
    }
    let rules = Rules {
        unix_time: acceptance.clock.unix_time(),
        allowed_skew: acceptance.allowed_skew,
        domains: acceptance.domains,
        replay_cache: acceptance.replay_cache,
    };
    match fake_tls::inspect(bytes, keys, &rules) {
        Outcome::NeedMore(count) => Detection::InHello {
            needed: bytes.len() + count,
        },
        Outcome::NotOurs(reason) => Detection::NotOurs(reason.into()),
        Outcome::OutOfMemory => Detection::OutOfMemory,
        Outcome::Ours(accepted) => {
            let mut secrets = acceptance.secrets_with(true);
            match secrets.nth(accepted.secret_index) {
                Some((secret_index, _)) => Detection::FakeTls {
                    accepted,
                    secret_index,
                },
                None => Detection::NotOurs(NotOursReason::UnknownSecret),
            }
        }
    }
}

/// Reads the initialization payload of a fake TLS client, which the secret of
/// its hello must open. `None`: it does not.
pub(crate) fn detect_in_fake_tls(
    bytes: &[u8],
    secret_index: usize,
    secret: &Secret,
    acceptance: &Acceptance<'_>,
) -> Option<Detection> {
    let Some(header) = bytes.first_chunk() else {
        return Some(Detection::Incomplete {
            needed: obfuscation::LENGTH,
        });
    };
    let opened = obfuscation::open(header, Some(secret.key()));
    let envelope = opened.envelope?;
    let secret = Some((secret_index, secret));
    Some(Detection::Found(found(
        header, opened, envelope, secret, acceptance,
    )))
}

/// Tries to read the first 64 bytes as an initialization payload. `None`: no
/// secret opens it.
pub(crate) fn detect_obfuscated(bytes: &[u8], acceptance: &Acceptance<'_>) -> Option<Detection> {
    let Some(header) = bytes.first_chunk() else {
        return Some(Detection::Incomplete {
            needed: obfuscation::LENGTH,
        });
    };
    let open =
        |secret: Candidate<'_>| obfuscation::open(header, secret.map(|(_, secret)| secret.key()));
    for secret in candidates(acceptance) {
        let opened = open(secret);
        if let Some(envelope) = opened.envelope
            && allows(secret, envelope)
        {
            return Some(remembered(header, opened, envelope, secret, acceptance));
        }
    }
    if !acceptance.accept.obfuscated_full {
        return None;
    }
    let Some(&frame_start) = bytes[obfuscation::LENGTH..].first_chunk() else {
        return Some(Detection::Incomplete {
            needed: obfuscation::LENGTH + 8,
        });
    };
    for secret in candidates(acceptance).filter(|secret| allows(*secret, Envelope::Full)) {
        let opened = open(secret);
        if envelope::is_first_full_frame(&opened.peek(frame_start), acceptance.max_payload) {
            return Some(remembered(
                header,
                opened,
                Envelope::Full,
                secret,
                acceptance,
            ));
        }
    }
    None
}

/// A secret with its index, or none.
type Candidate<'a> = Option<(usize, &'a Secret)>;

/// What a header may be obfuscated with, in the order in which it is tried.
fn candidates<'a>(acceptance: &Acceptance<'a>) -> impl Iterator<Item = Candidate<'a>> + use<'a> {
    let none = acceptance.accept.obfuscated.then_some(None);
    none.into_iter()
        .chain(acceptance.secrets_with(false).map(Some))
}

/// A secret of 17 bytes stands for Padded intermediate.
fn allows(secret: Candidate<'_>, envelope: Envelope) -> bool {
    match secret.map(|(_, secret)| secret.form()) {
        Some(SecretForm::Tagged { .. }) => envelope == Envelope::PaddedIntermediate,
        _ => true,
    }
}

/// What was found, unless the replay cache knows it. Without a secret there is
/// nothing to protect: anybody can make such a header.
fn remembered(
    header: &Header,
    opened: Opened,
    envelope: Envelope,
    secret: Candidate<'_>,
    acceptance: &Acceptance<'_>,
) -> Detection {
    if let (Some(cache), Some(_)) = (acceptance.replay_cache, secret) {
        let key = ReplayKey::of_obfuscation_header(header);
        match cache.insert(key, acceptance.clock.unix_time()) {
            Ok(true) => {}
            Ok(false) => return Detection::NotOurs(NotOursReason::Replayed),
            Err(OutOfMemory) => return Detection::OutOfMemory,
        }
    }
    Detection::Found(found(header, opened, envelope, secret, acceptance))
}

fn found(
    header: &Header,
    opened: Opened,
    envelope: Envelope,
    secret: Candidate<'_>,
    acceptance: &Acceptance<'_>,
) -> Found {
    let key = secret.map(|(_, secret)| secret.key());
    Found {
        envelope,
        length: obfuscation::LENGTH,
        obfuscation: Some(Obfuscation {
            dc: opened.dc,
            secret_index: secret.map(|(index, _)| index),
            streams: opened.into_streams(header, key, acceptance.state),
        }),
    }
}
