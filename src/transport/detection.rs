//! A server's first question: what is it talked to with?
//!
//! The order is the reference server's, with the starts of TLS and HTTP
//! recognised as what they are:
//!
//! ```text
//!   1 byte    ef                           Abridged
//!   4 bytes   ee ee ee ee                  Intermediate
//!             dd dd dd dd                  Padded intermediate
//!             HEAD, POST, GET, OPTI        HTTP
//!             16 03 0x                     TLS
//!   8 bytes   .. .. .. .. 00 00 00 00      Full (its first sequence number)
//!  64 bytes   anything else                an initialization payload
//!  72 bytes   without a tag in it          Full under obfuscation
//! ```
//!
//! What the config does not accept in clear is still tried as an initialization
//! payload, because not every client draws its random bytes anew for every
//! entry of that list.

use super::config::Acceptance;
use super::event::NotOursReason;
use crate::envelope::{self, Envelope};
use crate::obfuscation::{self, Header, Opened, SECRET_LENGTH, Streams};

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
    Found(Found),
    NotOurs(NotOursReason),
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
    let Some(&first) = bytes.first_chunk::<4>() else {
        return Detection::Incomplete { needed: 4 };
    };
    if obfuscation::is_http(first) {
        return Detection::NotOurs(NotOursReason::Http);
    }
    if obfuscation::is_tls(first) {
        return Detection::NotOurs(NotOursReason::Tls);
    }
    for envelope in [Envelope::Intermediate, Envelope::PaddedIntermediate] {
        if accept.plain && first == envelope.tag() {
            return plain(envelope);
        }
    }
    let Some(&[_, _, _, _, second @ ..]) = bytes.first_chunk::<8>() else {
        return Detection::Incomplete { needed: 8 };
    };
    if second == [0; 4] && accept.plain_full {
        return plain(Envelope::Full);
    }
    let is_plain = first[0] == 0xef || first == [0xee; 4] || first == [0xdd; 4] || second == [0; 4];
    let stranger = Detection::NotOurs(if is_plain {
        NotOursReason::NotAccepted
    } else {
        NotOursReason::UnknownOpening
    });
    if !accept.obfuscated && !accept.secret {
        return stranger;
    }
    detect_obfuscated(bytes, acceptance).unwrap_or(stranger)
}

/// Tries to read the first 64 bytes as an initialization payload. `None`: no
/// secret opens it.
fn detect_obfuscated(bytes: &[u8], acceptance: &Acceptance<'_>) -> Option<Detection> {
    let Some(header) = bytes.first_chunk() else {
        return Some(Detection::Incomplete {
            needed: obfuscation::LENGTH,
        });
    };
    let state = acceptance.state;
    for (secret_index, secret) in candidates(acceptance) {
        let opened = obfuscation::open(header, secret, state);
        if let Some(envelope) = opened.envelope {
            let found = found(header, opened, envelope, secret_index, secret, acceptance);
            return Some(Detection::Found(found));
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
    for (secret_index, secret) in candidates(acceptance) {
        let opened = obfuscation::open(header, secret, state);
        if envelope::is_first_full_frame(&opened.peek(frame_start), acceptance.max_payload) {
            let full = Envelope::Full;
            let found = found(header, opened, full, secret_index, secret, acceptance);
            return Some(Detection::Found(found));
        }
    }
    None
}

/// What a header may be obfuscated with, in the order in which it is tried.
fn candidates<'a>(
    acceptance: &Acceptance<'a>,
) -> impl Iterator<Item = (Option<usize>, Option<&'a [u8; SECRET_LENGTH]>)> + use<'a> {
    let none = acceptance.accept.obfuscated.then_some((None, None));
    let secrets = acceptance.secrets.iter().enumerate();
    none.into_iter()
        .chain(secrets.map(|(index, secret)| (Some(index), Some(&**secret))))
}

fn found(
    header: &Header,
    opened: Opened,
    envelope: Envelope,
    secret_index: Option<usize>,
    secret: Option<&[u8; SECRET_LENGTH]>,
    acceptance: &Acceptance<'_>,
) -> Found {
    Found {
        envelope,
        length: obfuscation::LENGTH,
        obfuscation: Some(Obfuscation {
            dc: opened.dc,
            secret_index,
            streams: opened.into_streams(header, secret, acceptance.state),
        }),
    }
}
