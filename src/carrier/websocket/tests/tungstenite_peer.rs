//! tungstenite at the other end: openings, messages, control frames, refusals.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use tungstenite::WebSocket;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::ClientHandshake;
use tungstenite::handshake::server::{NoCallback, ServerHandshake};
use tungstenite::protocol::{Message, Role as Side};

use super::super::client_opening::ClientError;
use super::*;

/// The wire between the two, as tungstenite sees it: it would block when empty.
#[derive(Default)]
struct Wire {
    to_it: VecDeque<u8>,
    from_it: Vec<u8>,
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.to_it.read(out)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.from_it.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn its_client_opens_at_our_server() {
    let request = tungstenite::http::Request::builder()
        .uri("ws://127.0.0.1/apiws_test")
        .header("Host", "127.0.0.1")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("Sec-WebSocket-Protocol", "binary")
        .body(())
        .expect("a request");
    let theirs = ClientHandshake::start(Wire::default(), request, None).expect("a handshake");
    let Err(HandshakeError::Interrupted(mut theirs)) = theirs.handshake() else {
        panic!("it has to wait for the answer");
    };
    let sent = core::mem::take(&mut theirs.get_mut().get_mut().from_it);
    let Outcome::Accepted {
        consumed, response, ..
    } = ServerOpening::default().receive(&sent, &[])
    else {
        panic!("refused: {}", sent.escape_ascii());
    };
    assert_eq!(consumed, sent.len());
    theirs.get_mut().get_mut().to_it.extend(response.as_bytes());
    let (socket, response) = theirs.handshake().expect("it agrees");
    assert_eq!(response.status(), 101);
    exchange(socket, Role::Server);
}

#[test]
fn our_client_opens_at_its_server() {
    let target = Target {
        host: "127.0.0.1",
        path: "/apiws",
        origin: None,
    };
    let (mut ours, request) = ClientOpening::new(&target, &mut random()).expect("given entropy");
    let mut wire = Wire::default();
    wire.to_it.extend(request);
    // tungstenite chooses no subprotocol by itself: ours then says so.
    let socket = ServerHandshake::start(wire, NoCallback, None)
        .handshake()
        .unwrap_or_else(|error| panic!("{error}"));
    let answer = socket.get_ref().from_it.clone();
    let error = ours.receive(&answer);
    assert_eq!(error, Err(ClientError::NoSubprotocol));

    let mut answer = answer;
    let end = answer.len() - 2;
    answer.splice(end..end, *b"Sec-WebSocket-Protocol: binary\r\n");
    let (mut ours, _) = ClientOpening::new(&target, &mut random()).expect("given entropy");
    let consumed = answer.len();
    assert_eq!(ours.receive(&answer), Ok(Progress::Done { consumed }));
    exchange(socket, Role::Client);
}

/// Messages of every size both ways, a ping, and the close.
fn exchange(mut socket: WebSocket<Wire>, role: Role) {
    let mut random = random();
    socket.get_mut().from_it.clear();
    let mut payload: Vec<u8> = Vec::new();
    for length in [0, 1, 125, 126, 65_535, 65_536, 100_000] {
        let part: Vec<u8> = (0..=250).cycle().take(length).collect();

        socket.send(Message::binary(part.clone())).expect("sent");
        payload.extend(&part);

        let frame = written(role, &part, &mut random);
        socket.get_mut().to_it.extend(frame);
        assert!(socket.read().expect("a message") == Message::binary(part));
    }
    socket
        .send(Message::Ping("are you there".into()))
        .expect("sent");
    let sent = core::mem::take(&mut socket.get_mut().from_it);
    let found = read(role, &[&sent]);
    assert!(found.payload == payload);
    assert_eq!(found.pings, [b"are you there".to_vec()]);

    let pong = frame_writer::pong(role, &found.pings[0], &mut random).expect("given entropy");
    socket.get_mut().to_it.extend(pong.as_bytes());
    assert_eq!(
        socket.read().expect("a pong"),
        Message::Pong("are you there".into())
    );

    let bye = frame_writer::close(role, Some(1000), "       404", &mut random);
    let bye = bye.expect("given entropy");
    socket.get_mut().to_it.extend(bye.as_bytes());
    let Ok(Message::Close(Some(close))) = socket.read() else {
        panic!("a close frame expected");
    };
    assert_eq!(u16::from(close.code), 1000);
    assert_eq!(close.reason.as_str(), "       404");
    let _ = socket.flush();
    let sent = core::mem::take(&mut socket.get_mut().from_it);
    let answered = read(role, &[&sent]).close;
    assert_eq!(answered, Some((Some(1000), "       404".to_owned())));
}

#[test]
fn tungstenite_refuses_what_we_refuse() {
    let read_by_both = |bad: &[u8]| {
        let mut wire = Wire::default();
        wire.to_it.extend(bad);
        let mut theirs = WebSocket::from_raw_socket(wire, Side::Client, None);
        let ours = read(Role::Client, &[bad]).error.is_none();
        (theirs.read().is_ok(), ours)
    };
    for bad in [
        frame(0xc2, false, b"x"),
        frame(0x83, false, b"x"),
        frame(0x80, false, b"x"),
        frame(0x09, false, b""),
        frame(0x89, false, &[0; 126]),
        frame(0x88, false, b"\x03\xe8\xff"),
    ] {
        assert_eq!(read_by_both(&bad), (false, false), "{bad:?}");
    }
    // But for lengths that are written too long: see the module's text.
    assert_eq!(read_by_both(b"\x82\x7e\0\x01x"), (true, false));
}
