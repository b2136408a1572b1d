//! Bytes for a carrier: before its handshake, behind it, and with the digests that a peer with the secret makes.

use mtproto::{Envelope, Role, Transport};

use crate::Choices;
use crate::ends::{self, KEY, Knobs, Layer, UNIX_TIME};
use crate::feed::{self, Cuts};
use crate::seals;

/// The front of every target here.
pub struct Plan {
    pub knobs: Knobs,
    pub cuts: Cuts,
    pub mode: u8,
    pub seed: u8,
}

/// `knobs mode cut cut cut how seed`
pub fn plan(choices: &mut Choices<'_>) -> Plan {
    let knobs = Knobs::from_byte(choices.byte());
    let mode = choices.byte();
    let sizes = [choices.byte(), choices.byte(), choices.byte()];
    let how = choices.byte();
    let cuts = Cuts {
        sizes,
        reserve: how & 1 != 0,
        end: how & 2 != 0,
        given: 0,
        carrier: false,
    };
    Plan {
        knobs,
        cuts,
        mode,
        seed: choices.byte() % 3,
    }
}

/// A client that has sent a payload, and what it sent.
fn client(layer: Layer, plan: &Plan) -> (Transport, Vec<u8>) {
    let envelope = Envelope::PaddedIntermediate;
    let config = ends::client_config(envelope, layer, plan.knobs, plan.seed);
    let mut client = ends::end(Role::Client, &config);
    client.push_payload(&[1; 40]).expect("a packet");
    let wire = ends::take_wire(&mut client);
    (client, wire)
}

fn server(layer: Layer, plan: &Plan) -> Transport {
    ends::end(
        Role::Server,
        &ends::server_config(layer, plan.knobs, plan.seed),
    )
}

/// Moves all that waits, both ways, until nothing does.
pub fn settle(client: &mut Transport, server: &mut Transport) {
    loop {
        let (up, down) = (ends::take_wire(client), ends::take_wire(server));
        if up.is_empty() && down.is_empty() {
            return;
        }
        for (end, wire) in [(&mut *server, up), (&mut *client, down)] {
            let mut rest = &wire[..];
            while !rest.is_empty() {
                let taken = end.push_wire(rest).expect("alive");
                rest = &rest[taken..];
                while end.pull_event().expect("what the other end sent").is_some() {}
            }
        }
    }
}

/// Both ends of a connection that has carried a packet each way.
fn connected(layer: Layer, plan: &Plan) -> (Transport, Transport) {
    let (mut client, first) = client(layer, plan);
    let mut server = server(layer, plan);
    let taken = server.push_wire(&first).expect("alive");
    assert_eq!(taken, first.len());
    while server.pull_event().expect("a good opening").is_some() {}
    settle(&mut client, &mut server);
    if layer == Layer::Http {
        server.push_payload(&[2; 40]).expect("its turn");
        settle(&mut client, &mut server);
    }
    (client, server)
}

/// A server behind a good handshake reads anything.
pub fn behind_the_handshake(layer: Layer, role: Role, data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = plan(&mut choices);
    let wire = choices.rest();
    let make = || {
        let (mut client, server) = connected(layer, &plan);
        match role {
            Role::Server => server,
            Role::Client => {
                if layer == Layer::Http && plan.mode & 2 != 0 {
                    client.push_payload(&[3; 40]).expect("its turn");
                    ends::take_wire(&mut client);
                }
                client
            }
        }
    };
    let cuts = Cuts {
        carrier: true,
        ..plan.cuts
    };
    // Over WebSocket the latest ping is answered; over HTTP "go on" is left out where the body is there already.
    feed::feed_twice(make, wire, cuts, layer == Layer::FakeTls);
}

/// A server that accepts everything reads a whole connection.
pub fn opening(data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = plan(&mut choices);
    let wire = choices.rest();
    let config = ends::open_server_config(plan.knobs);
    feed::feed_twice(|| ends::end(Role::Server, &config), wire, plan.cuts, false);
}

/// A client of this layer reads whatever answers it.
pub fn answer(layer: Layer, data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = plan(&mut choices);
    let wire = choices.rest();
    feed::feed_twice(
        || client(layer, &plan).0,
        wire,
        plan.cuts,
        layer == Layer::Http,
    );
}

/// A fake TLS hello with a good digest: the bytes given, or one of ours with bytes changed.
pub fn sealed_hello(data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = plan(&mut choices);
    let mut hello = if plan.mode & 1 == 0 {
        choices.rest().to_vec()
    } else {
        let (_, mut hello) = client(Layer::FakeTls, &plan);
        while !choices.is_empty() {
            let at = usize::from(choices.byte()) << 8 | usize::from(choices.byte());
            let value = choices.byte();
            let length = hello.len();
            match at % (length + 1) {
                at if at < length && value & 0x80 == 0 => hello[at] = value << 1,
                at if at < length => hello[at] = hello[at].wrapping_add(value),
                _ => hello.push(value),
            }
        }
        hello
    };
    let time = match plan.mode & 6 {
        0 => UNIX_TIME,
        2 => UNIX_TIME - 100,
        4 => UNIX_TIME + 121,
        _ => 0,
    };
    seals::seal_hello(&KEY, time, &mut hello);
    let make = || match plan.mode & 8 {
        0 => server(Layer::FakeTls, &plan),
        _ => ends::end(Role::Server, &ends::open_server_config(plan.knobs)),
    };
    feed::feed_twice(make, &hello, plan.cuts, true);
}

/// An answer to a fake TLS hello with a good digest, and records behind it.
pub fn sealed_answer(data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = plan(&mut choices);
    let (_, hello) = client(Layer::FakeTls, &plan);
    let mut answer = if plan.mode & 1 == 0 {
        choices.rest().to_vec()
    } else {
        let mut server = server(Layer::FakeTls, &plan);
        assert_eq!(server.push_wire(&hello), Ok(hello.len()));
        let mut answer = ends::take_wire(&mut server);
        while !choices.is_empty() {
            let at = usize::from(choices.byte()) << 8 | usize::from(choices.byte());
            let value = choices.byte();
            let length = answer.len();
            match at % (length + 1) {
                at if at < length => answer[at] = value,
                _ => answer.push(value),
            }
        }
        answer
    };
    // Which part of what follows the answer is: told by the sizes of three records.
    let mut end = 0;
    for _ in 0..3 {
        let Some(length) = answer.get(end + 3..end + 5) else {
            break;
        };
        end += 5 + usize::from(u16::from_be_bytes([length[0], length[1]]));
    }
    let end = end.min(answer.len());
    seals::seal_answer(&KEY, &hello[11..43], &mut answer[..end]);
    feed::feed_twice(
        || client(Layer::FakeTls, &plan).0,
        &answer,
        plan.cuts,
        false,
    );
}
