//! Each wrong call says its own error and changes nothing.

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use common::{
    Layer, Seen, assert_figures, connected_pair, pair, payload, pull_events, pull_wire, pump,
};
use mtproto::error::UsageError;
use mtproto::{Envelope, Error, Event, QuickAckToken, Transport, TransportError};

fn token() -> QuickAckToken {
    QuickAckToken::from_value(0x8000_0007).expect("the top bit")
}

/// In which state a wrong call is made, and on which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A client that has said nothing yet.
    FreshClient,
    /// A server to which nothing was said yet.
    FreshServer,
    /// Connected, and a frame waits to be sent.
    Client,
    Server,
    /// The peer's stream has ended.
    EndedClient,
}

struct Row {
    state: State,
    envelope: Envelope,
    call: fn(&mut Transport) -> Result<(), Error>,
    expected: UsageError,
}

/// Makes the ends in that state; the one to be called wrongly comes first.
fn ends(state: State, envelope: Envelope, layer: Layer) -> (Transport, Transport) {
    match state {
        State::FreshClient => pair(envelope, layer, 21),
        State::FreshServer => {
            let (client, server) = pair(envelope, layer, 21);
            (server, client)
        }
        State::Client | State::EndedClient => {
            let (mut client, server) = connected_pair(envelope, layer, 21);
            client.push_payload(&[2; 56]).expect("sent");
            if state == State::EndedClient {
                client.push_wire_end().expect("alive");
            }
            (client, server)
        }
        State::Server => {
            let (client, mut server) = connected_pair(envelope, layer, 21);
            server.push_payload(&[2; 56]).expect("sent");
            (server, client)
        }
    }
}

/// What goes right afterwards: all bytes and events of some packets both ways.
fn right_calls(
    state: State,
    called: &mut Transport,
    other: &mut Transport,
) -> Vec<(Vec<u8>, Vec<Seen>)> {
    let mut log = Vec::new();
    let mut exchange = |from: &mut Transport, to: &mut Transport| {
        let wire = pull_wire(from);
        let mut seen = Vec::new();
        pull_events(to, &mut seen).expect("alive");
        to.push_wire(&wire).expect("alive");
        pull_events(to, &mut seen).expect("alive");
        log.push((wire, seen));
    };
    if state == State::FreshServer {
        other.push_payload(&[3; 40]).expect("sent");
        exchange(other, called);
    }
    called.push_payload(&[4; 40]).expect("sent");
    exchange(called, other);
    if state != State::EndedClient {
        other.push_payload(&[5; 40]).expect("sent");
        exchange(other, called);
    }
    log
}

fn rows() -> Vec<Row> {
    use State::{Client, EndedClient, FreshClient, FreshServer, Server};
    let mut rows = Vec::new();
    let mut add = |states: &[State], call, expected| {
        for state in states {
            for envelope in Envelope::ALL {
                rows.push(Row {
                    state: *state,
                    envelope,
                    call,
                    expected,
                });
            }
        }
    };
    let all: &[State] = &[FreshClient, Client, Server, EndedClient];
    add(all, |t| t.push_payload(&[]), UsageError::PayloadEmpty);
    add(
        all,
        |t| t.push_payload(&[1; 7]),
        UsageError::PayloadMisaligned { length: 7 },
    );
    add(
        all,
        |t| t.push_payload(&vec![1; (1 << 24) + 4]),
        UsageError::PayloadTooLarge {
            length: (1 << 24) + 4,
            maximum: 1 << 24,
        },
    );
    let servers: &[State] = &[FreshServer, Server];
    add(
        servers,
        |t| t.push_payload_with_quick_ack(&[1; 24], token()),
        UsageError::WrongRole,
    );
    add(servers, Transport::push_opening, UsageError::WrongRole);
    let clients: &[State] = &[FreshClient, Client, EndedClient];
    add(
        clients,
        |t| t.push_quick_ack(token()),
        UsageError::WrongRole,
    );
    add(
        clients,
        |t| t.push_transport_error(TransportError::FORBIDDEN),
        UsageError::WrongRole,
    );
    for call in [
        (|t| t.push_payload(&[1; 24])) as fn(&mut Transport) -> _,
        |t| t.push_payload(&[]),
        |t| t.push_quick_ack(token()),
        |t| t.push_transport_error(TransportError::FORBIDDEN),
    ] {
        add(&[FreshServer], call, UsageError::NotConnected);
    }
    add(
        &[EndedClient],
        |t| t.push_wire(&[1]).map(|_| ()),
        UsageError::Ended,
    );
    add(
        &[EndedClient],
        |t| t.reserve_wire(0).map(|_| ()),
        UsageError::Ended,
    );
    add(&[EndedClient], |t| t.commit_wire(0), UsageError::Ended);
    for call in [
        (|t| t.push_payload(&[0; 12])) as fn(&mut Transport) -> _,
        |t| t.push_payload(&[0xff; 12]),
        |t| t.push_payload(&[0x6c, 0xfe, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        add(&[Server], call, UsageError::PayloadAmbiguous { length: 12 });
    }
    add(
        &[Server],
        |t| t.push_payload(&[0xff; 16]),
        UsageError::PayloadAmbiguous { length: 16 },
    );
    let living: &[State] = &[FreshClient, FreshServer, Client, Server];
    add(
        living,
        |t| t.commit_wire(1),
        UsageError::CountTooLarge {
            count: 1,
            available: 0,
        },
    );
    add(
        living,
        |t| {
            let count = t.reserve_wire(100)?.len();
            t.push_wire(&[])?;
            let pushed_since = t.commit_wire(1);
            assert!(pushed_since.is_err() && count >= 100);
            pushed_since
        },
        UsageError::CountTooLarge {
            count: 1,
            available: 0,
        },
    );
    // The opening is held, so that nothing can be consumed of it.
    add(
        &[FreshClient, FreshServer],
        |t| t.consume_wire(1),
        UsageError::CountTooLarge {
            count: 1,
            available: 0,
        },
    );
    add(
        living,
        |t| t.reserve_wire((1 << 24) + 1025).map(|_| ()),
        UsageError::ReserveTooLarge {
            minimum: (1 << 24) + 1025,
            ceiling: (1 << 24) + 1024,
        },
    );
    for (state, call) in [
        (
            Client,
            (|t| t.push_payload_with_quick_ack(&[1; 24], token())) as fn(&mut Transport) -> _,
        ),
        (FreshClient, |t| {
            t.push_payload_with_quick_ack(&[1; 24], token())
        }),
        (Server, |t| t.push_quick_ack(token())),
    ] {
        rows.push(Row {
            state,
            envelope: Envelope::Full,
            call,
            expected: UsageError::QuickAckUnsupported,
        });
    }
    rows
}

#[test]
fn a_wrong_call_says_so_and_changes_nothing() {
    let mut provoked = BTreeSet::new();
    for row in rows() {
        for layer in Layer::ALL {
            let name = format!("{:?}, {}, {layer:?}", row.state, row.envelope);
            let (mut called, mut other) = ends(row.state, row.envelope, layer);
            for _ in 0..2 {
                let result = (row.call)(&mut called);
                assert_eq!(result, Err(row.expected.into()), "{name}");
            }
            assert_eq!(called.failure(), None);
            // A twin that was never called wrongly does the same.
            let (mut twin, mut twins_other) = ends(row.state, row.envelope, layer);
            let log = right_calls(row.state, &mut called, &mut other);
            let twins_log = right_calls(row.state, &mut twin, &mut twins_other);
            assert!(log == twins_log, "{name}, {:?}", row.expected);
        }
        let debug = format!("{:?}", row.expected);
        let variant = debug.split(' ').next().expect("a name").to_owned();
        provoked.insert(variant);
        let text = Error::from(row.expected).to_string();
        assert_figures(&debug, &text);
    }
    let all = [
        "CountTooLarge",
        "Ended",
        "NotConnected",
        "PayloadAmbiguous",
        "PayloadEmpty",
        "PayloadMisaligned",
        "PayloadTooLarge",
        "QuickAckUnsupported",
        "ReserveTooLarge",
        "WrongRole",
    ];
    assert!(provoked.iter().eq(all.iter()), "{provoked:?}");
}

/// What was peeked at cannot be consumed twice, nor more of it than there is.
#[test]
fn no_more_is_consumed_than_was_shown() {
    for layer in Layer::ALL {
        let (mut client, mut server) = connected_pair(Envelope::Intermediate, layer, 1);
        client.push_payload(&[6; 40]).expect("sent");
        let available = client.peek_wire().expect("alive").len();
        assert_eq!(available, 44);
        let count = available + 1;
        let refused = UsageError::CountTooLarge { count, available };
        assert_eq!(client.consume_wire(count), Err(refused.into()));
        // What came since was not shown.
        client.push_payload(&[6; 40]).expect("sent");
        assert_eq!(client.consume_wire(count), Err(refused.into()));
        let seen = pump(&mut client, &mut server).expect("alive");
        assert_eq!(seen, [payload(&[6; 40]), payload(&[6; 40])]);
    }
}

/// The end may be said twice, and is told once.
#[test]
fn the_end_is_told_once() {
    let (mut client, _) = connected_pair(Envelope::Full, Layer::Plain, 1);
    client.push_wire_end().expect("alive");
    client.push_wire_end().expect("alive");
    assert!(matches!(client.pull_event(), Ok(Some(Event::Closed(_)))));
    assert_eq!(client.pull_event(), Ok(None));
    client.push_wire_end().expect("alive");
    assert_eq!(client.pull_event(), Ok(None));
}
