//! One envelope, read by one role: bytes where frames are due, in clear and under obfuscation.

use mtproto::{Envelope, QuickAckToken, Role};

use crate::Choices;
use crate::ends::{self, KEY, Knobs, Layer};
use crate::feed::{self, Cuts, Seen};
use crate::seals::Stream;

/// `knobs layer cut cut cut how`, then the wire.
pub fn run(envelope: Envelope, role: Role, data: &[u8]) {
    let mut choices = Choices::new(data);
    let knobs = Knobs::from_byte(choices.byte());
    let layer = [Layer::Plain, Layer::Obfuscated, Layer::Secret][choices.below(3)];
    let sizes = [choices.byte(), choices.byte(), choices.byte()];
    let how = choices.byte();
    let mut cuts = Cuts {
        sizes,
        reserve: how & 1 != 0,
        end: how & 2 != 0,
        given: 0,
        carrier: false,
    };
    let mut wire = choices.rest().to_vec();

    let client_config = ends::client_config(envelope, layer, knobs, 1);
    let server_config = ends::server_config(layer, knobs, 1);
    // What a client sends first, to have its opening: the header, or the tag.
    let mut client = ends::end(Role::Client, &client_config);
    client.push_opening().expect("a client");
    let opening = ends::take_wire(&mut client);
    let secret = (layer == Layer::Secret).then_some(&KEY);
    let header: Option<[u8; 64]> = opening[..].try_into().ok();

    let make = || {
        let mut end = match role {
            Role::Client => ends::end(role, &client_config),
            Role::Server => ends::end(role, &server_config),
        };
        match role {
            Role::Client => {
                for token in [None, QuickAckToken::from_value(0x8000_0001)] {
                    let result = end.push_payload_with_quick_ack(&[1; 40], token);
                    assert_eq!(result.is_err(), envelope == Envelope::Full);
                }
                end.push_payload(&[2; 24]).expect("a packet");
                ends::take_wire(&mut end);
            }
            Role::Server => {
                let count = end.push_wire(&opening).expect("alive");
                assert_eq!(count, opening.len());
            }
        }
        end
    };
    if role == Role::Server {
        cuts.given = opening.len();
    }
    if let Some(header) = &header {
        match role {
            Role::Client => Stream::of_server(header, secret).apply(&mut wire),
            Role::Server => Stream::of_client(header, secret).apply(&mut wire),
        }
    }
    let outcome = feed::feed_twice(make, &wire, cuts, true);
    // Android puts up to 256 bytes behind plaintext messages.
    let padding = if envelope == Envelope::PaddedIntermediate {
        256
    } else {
        0
    };
    let mut total = 0;
    for seen in &outcome.seen {
        if let Seen::Payload(data, wanted) = seen {
            assert!(!data.is_empty(), "an empty packet");
            assert!(data.len() <= knobs.max_payload() + padding);
            assert!(!wanted || role == Role::Server);
            total += data.len();
        }
    }
    assert!(
        total <= wire.len() + opening.len(),
        "more came out than went in"
    );
}
