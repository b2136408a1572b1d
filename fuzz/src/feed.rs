//! Feeds wire bytes to an end, cut as told, and checks what holds whatever the bytes are.

use mtproto::error::UsageError;
use mtproto::{Carrier, Closed, Error, Event, NotOursReason, Transport};

/// An event that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Connected(String),
    Payload(Vec<u8>, bool),
    QuickAck(u32),
    TransportError(u32),
    NotOurs(NotOursReason, Vec<u8>),
    Closed(Closed),
    Other(String),
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Connected(connected) => Self::Connected(format!("{connected:?}")),
            Event::Payload(payload) => {
                Self::Payload(payload.data.to_vec(), payload.quick_ack_wanted)
            }
            Event::QuickAck(token) => Self::QuickAck(token.value()),
            Event::TransportError(error) => Self::TransportError(error.code()),
            Event::NotOurs(not_ours) => Self::NotOurs(not_ours.reason, not_ours.data.to_vec()),
            Event::Closed(closed) => Self::Closed(closed),
            other => Self::Other(format!("{other:?}")),
        }
    }
}

/// How bytes are handed in.
#[derive(Clone, Copy, Debug)]
pub struct Cuts {
    /// The sizes of the pieces, less 1, in turn; 255 stands for all that is left.
    pub sizes: [u8; 3],
    /// Through reserve and commit.
    pub reserve: bool,
    /// The end of the stream follows the bytes.
    pub end: bool,
    /// How many bytes the end was given before.
    pub given: usize,
    /// The end has reported a carrier before.
    pub carrier: bool,
}

impl Cuts {
    pub fn whole(end: bool) -> Self {
        Self {
            sizes: [255; 3],
            reserve: false,
            end,
            given: 0,
            carrier: false,
        }
    }
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub seen: Vec<Seen>,
    pub error: Option<Error>,
    /// What the end wanted to send meanwhile.
    pub wire: Vec<u8>,
    /// Over HTTP turns are taken, and a handshake's bytes are the carrier's.
    has_carrier: bool,
}

/// Pulls every event; `false` after the last one that there can be.
fn drain(transport: &mut Transport, outcome: &mut Outcome) -> bool {
    loop {
        let wanted = transport.wants_read();
        match transport.pull_event() {
            Ok(Some(event)) => {
                if let Event::Connected(connected) = &event {
                    outcome.has_carrier = connected.carrier != Carrier::Tcp;
                }
                let seen = Seen::from(event);
                assert!(
                    wanted == 0,
                    "{wanted} bytes were wanted, and {seen:?} was there"
                );
                let last = matches!(seen, Seen::NotOurs(..) | Seen::Closed(_));
                outcome.seen.push(seen);
                if last {
                    return false;
                }
            }
            Ok(None) => return true,
            Err(error) => {
                outcome.error = Some(error);
                return false;
            }
        }
    }
}

fn take_wire(transport: &mut Transport, outcome: &mut Outcome) {
    let waiting = transport.pending_wire();
    assert_eq!(waiting != 0, transport.wants_write());
    let Ok(wire) = transport.peek_wire() else {
        assert_eq!(waiting, 0, "a dead transport has nothing to send");
        return;
    };
    assert_eq!(wire.len(), waiting, "what waits is what is shown");
    let count = wire.len();
    outcome.wire.extend_from_slice(wire);
    transport.consume_wire(count).expect("shown");
}

/// One piece; how many bytes of it were taken.
fn push(transport: &mut Transport, piece: &[u8], reserve: bool) -> usize {
    let taken = if reserve {
        transport.reserve_wire(0).map(|room| {
            let count = room.len().min(piece.len());
            room[..count].copy_from_slice(&piece[..count]);
            count
        })
    } else {
        transport.push_wire(piece)
    };
    if taken == Err(UsageError::EventsPending.into()) {
        return 0;
    }
    // The app learns of what the peer did wrong by pulling events, never here.
    let taken = taken.expect("an error that no event call has reported");
    if reserve {
        transport.commit_wire(taken).expect("reserved");
    }
    taken
}

/// Pushes all bytes, pulling events after each piece.
pub fn feed(transport: &mut Transport, wire: &[u8], cuts: Cuts) -> Outcome {
    let mut outcome = Outcome {
        has_carrier: cuts.carrier,
        ..Outcome::default()
    };
    let mut start = 0;
    let mut sizes = cuts.sizes.iter().cycle();
    let mut alive = drain(transport, &mut outcome);
    take_wire(transport, &mut outcome);
    while alive && start < wire.len() {
        let size = match sizes.next() {
            Some(&size) if size != 255 => usize::from(size) + 1,
            _ => wire.len(),
        };
        let piece = &wire[start..wire.len().min(start + size)];
        let missing = transport.wants_read();
        // Over HTTP turns are taken: nothing is read while an answer is owed.
        assert!(
            missing != 0 || outcome.has_carrier,
            "nothing waits and nothing is wanted after {start} bytes"
        );
        let taken = push(transport, piece, cuts.reserve);
        start += taken;
        let before = outcome.seen.len();
        alive = drain(transport, &mut outcome);
        assert!(
            outcome.seen.len() == before || taken >= missing || is_sooner(&outcome.seen[before]),
            "{missing} bytes were missing, {taken} did: {:?}",
            outcome.seen.last()
        );
        assert!(
            taken != 0 || outcome.seen.len() > before || !alive,
            "stuck at byte {start}"
        );
        take_wire(transport, &mut outcome);
    }
    if alive && cuts.end {
        transport.push_wire_end().expect("alive");
        alive = drain(transport, &mut outcome);
        // What an HTTP client has sent ahead comes before the end, each request when the one before it was answered.
        while alive {
            let answered = transport.push_payload(&[1; 40]);
            assert_eq!(answered, Ok(()), "the end is reported: {:?}", outcome.seen);
            alive = drain(transport, &mut outcome);
        }
        assert_eq!(transport.wants_read(), 0);
        take_wire(transport, &mut outcome);
        let over = transport.is_over();
        let pushed = transport.push_payload(&[1; 40]);
        assert!(!over || pushed.is_err(), "over, and {pushed:?}");
        assert!(over || pushed != Err(UsageError::Closed.into()));
    }
    for seen in &outcome.seen {
        if let Seen::NotOurs(_, data) = seen {
            assert_eq!(
                data.len(),
                cuts.given + start,
                "a stranger's bytes, all of them"
            );
            assert_eq!(
                data[cuts.given..],
                wire[..start],
                "a stranger's bytes, as they came"
            );
        }
    }
    if let Some(error) = outcome.error {
        assert_dead(transport, error);
    }
    outcome
}

/// What is bad is told before all of what would have been good is there; so is the end of a carrier.
fn is_sooner(seen: &Seen) -> bool {
    matches!(
        seen,
        Seen::NotOurs(..) | Seen::Closed(_) | Seen::TransportError(_)
    )
}

/// A dead transport says the same for ever.
fn assert_dead(transport: &mut Transport, error: Error) {
    assert!(error.is_fatal(), "{error:?} from an event call");
    assert_eq!(transport.failure(), Some(error));
    assert_eq!(transport.push_wire(&[1; 80]), Err(error));
    assert_eq!(transport.push_payload(&[1; 40]), Err(error));
    assert_eq!(transport.pull_event().err(), Some(error));
    assert_eq!(transport.push_wire_end(), Err(error));
    assert_eq!(transport.reserve_wire(0).err(), Some(error));
    assert_eq!((transport.wants_read(), transport.pending_wire()), (0, 0));
}

/// The same bytes, whole and cut: the same events, and the same end.
pub fn feed_twice(
    mut make: impl FnMut() -> Transport,
    wire: &[u8],
    cuts: Cuts,
    same_wire: bool,
) -> Outcome {
    let whole = feed(
        &mut make(),
        wire,
        Cuts {
            given: cuts.given,
            carrier: cuts.carrier,
            ..Cuts::whole(cuts.end)
        },
    );
    let cut = feed(&mut make(), wire, cuts);
    // A stranger is told as soon as the bytes suffice: fewer came by then.
    assert_eq!(
        without_bytes(&whole.seen),
        without_bytes(&cut.seen),
        "cut as {cuts:?}"
    );
    assert_eq!(whole.error, cut.error, "cut as {cuts:?}");
    if same_wire && whole.error.is_none() {
        assert_eq!(whole.wire, cut.wire, "cut as {cuts:?}");
    }
    whole
}

fn without_bytes(seen: &[Seen]) -> Vec<Seen> {
    let mut seen = seen.to_vec();
    for seen in &mut seen {
        if let Seen::NotOurs(_, data) = seen {
            data.clear();
        }
    }
    seen
}
