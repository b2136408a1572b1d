//! What the test files share: hex, vectors, owned events, connections and splits.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

use std::path::{Path, PathBuf};

use mtproto::mtproxy::Secret;
use mtproto::{
    Accept, Carrier, Closed, Config, Connected, DcId, Entropy, Envelope, Error, Event,
    NotOursReason, QuickAckToken, Transport,
};
use serde_json::Value;

/// The secret of the layer [`Layer::Secret`].
pub const SECRET: [u8; 16] = *b"0123456789abcdef";

// ---- hex and JSON ----

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd hex: {text}");
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex"))
        .collect()
}

/// The field as bytes.
pub fn bytes_of(value: &Value, field: &str) -> Vec<u8> {
    unhex(text_of(value, field))
}

pub fn text_of<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no text in {field} of {value}"))
}

pub fn number_of(value: &Value, field: &str) -> u64 {
    value[field]
        .as_u64()
        .unwrap_or_else(|| panic!("no number in {field} of {value}"))
}

pub fn token_of(value: &Value) -> QuickAckToken {
    let value = value.as_u64().expect("a token");
    QuickAckToken::from_value(u32::try_from(value).expect("32 bits")).expect("the top bit")
}

/// Fails on a field that the test does not know: it would not be tested.
pub fn only_fields(value: &Value, known: &str) {
    for field in value.as_object().expect("an object").keys() {
        let mut known = known.split_ascii_whitespace();
        assert!(
            known.any(|known| known == field),
            "{field} is new in {value}"
        );
    }
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The vectors of a file of `tests/vectors`.
pub fn own_vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    let file = read(&path);
    only_fields(&file, "description vectors");
    file["vectors"].as_array().expect("vectors").clone()
}

/// A file of the shared vectors; `None`, said on stderr, where they are not.
pub fn shared_vectors(name: &str) -> Option<Value> {
    let folder = std::env::var_os("MTPROTO_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {name}: no ../shared/vectors");
        return None;
    }
    Some(read(&path))
}

pub fn envelope_of(name: &str) -> Envelope {
    Envelope::ALL
        .into_iter()
        .find(|envelope| envelope.name() == name)
        .unwrap_or_else(|| panic!("no envelope is called {name}"))
}

/// Byte i is i mod 256.
pub fn counter(length: usize) -> Vec<u8> {
    (0..length).map(|i| i as u8).collect()
}

/// Bytes without a pattern, the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

// ---- events ----

/// What the connected event says about a connection over TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub envelope: Envelope,
    pub obfuscated: bool,
    pub dc_field: Option<i16>,
    pub dc: Option<DcId>,
    pub secret_index: Option<usize>,
}

impl From<Connected<'_>> for Found {
    fn from(connected: Connected<'_>) -> Self {
        assert_eq!(connected.carrier, Carrier::Tcp);
        assert_eq!((connected.server_name, connected.clock_skew), (None, None));
        Self {
            envelope: connected.envelope.expect("over TCP there is an envelope"),
            obfuscated: connected.obfuscated,
            dc_field: connected.dc_field,
            dc: connected.dc(),
            secret_index: connected.secret_index,
        }
    }
}

/// An event that outlives the transport's next call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Connected(Found),
    Payload { data: Vec<u8>, wanted: bool },
    QuickAck(u32),
    TransportError(u32),
    NotOurs(NotOursReason, Vec<u8>),
    Closed(Closed),
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Connected(connected) => Self::Connected(connected.into()),
            Event::Payload(payload) => Self::Payload {
                data: payload.data.to_vec(),
                wanted: payload.quick_ack_wanted,
            },
            Event::QuickAck(token) => Self::QuickAck(token.value()),
            Event::TransportError(error) => Self::TransportError(error.code()),
            Event::NotOurs(stranger) => Self::NotOurs(stranger.reason, stranger.data.to_vec()),
            Event::Closed(closed) => Self::Closed(closed),
            other => panic!("a new event: {other:?}"),
        }
    }
}

/// A payload that was sent without asking for a quick ack.
pub fn payload(data: &[u8]) -> Seen {
    Seen::Payload {
        data: data.to_vec(),
        wanted: false,
    }
}

/// Pulls every event into `seen`; the error, if there is one.
pub fn pull_events(transport: &mut Transport, seen: &mut Vec<Seen>) -> Result<(), Error> {
    while let Some(event) = transport.pull_event()? {
        seen.push(event.into());
    }
    Ok(())
}

/// Pushes the pieces, pulling all events after each; what was seen, and the error.
pub fn receive(transport: &mut Transport, pieces: &[&[u8]]) -> (Vec<Seen>, Option<Error>) {
    let mut seen = Vec::new();
    if let Err(error) = pull_events(transport, &mut seen) {
        return (seen, Some(error));
    }
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let count = match transport.push_wire(rest) {
                Ok(count) => count,
                Err(error) => return (seen, Some(error)),
            };
            rest = &rest[count..];
            if let Err(error) = pull_events(transport, &mut seen) {
                return (seen, Some(error));
            }
        }
    }
    (seen, None)
}

/// Without the connected event, which must be the first.
pub fn after_connected(mut seen: Vec<Seen>) -> Vec<Seen> {
    assert!(
        matches!(seen.first(), Some(Seen::Connected(_))),
        "connected is not first in {seen:?}"
    );
    seen.remove(0);
    seen
}

pub fn pull_wire(transport: &mut Transport) -> Vec<u8> {
    let mut wire = vec![0; transport.pending_wire()];
    let count = transport.pull_wire(&mut wire).expect("alive");
    assert_eq!(count, wire.len());
    assert!(!transport.wants_write());
    wire
}

/// A dead transport says its error again on each call.
pub fn assert_dead(transport: &mut Transport, error: Error) {
    assert!(error.is_fatal(), "{error:?}");
    let token = QuickAckToken::from_value(u32::MAX).expect("a token");
    let code = mtproto::TransportError::AUTH_KEY_NOT_FOUND;
    for _ in 0..2 {
        assert_eq!(transport.pull_event(), Err(error));
        assert_eq!(transport.push_wire(b"more"), Err(error));
        assert_eq!(transport.push_wire(b""), Err(error));
        assert_eq!(transport.reserve_wire(1).map(|_| ()), Err(error));
        assert_eq!(transport.commit_wire(0), Err(error));
        assert_eq!(transport.push_wire_end(), Err(error));
        assert_eq!(transport.push_payload(&[1; 24]), Err(error));
        let asked = transport.push_payload_with_quick_ack(&[1; 24], token);
        assert_eq!(asked, Err(error));
        assert_eq!(transport.push_quick_ack(token), Err(error));
        assert_eq!(transport.push_transport_error(code), Err(error));
        assert_eq!(transport.push_opening(), Err(error));
        assert_eq!(transport.pull_wire(&mut [0; 8]), Err(error));
        assert_eq!(transport.peek_wire().map(<[u8]>::len), Err(error));
        assert_eq!(transport.consume_wire(0), Err(error));
        assert_eq!(transport.failure(), Some(error));
        assert_eq!((transport.wants_read(), transport.pending_wire()), (0, 0));
        assert!(!transport.wants_write());
    }
}

// ---- connections ----

/// What lies between the envelope and the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Plain,
    Obfuscated,
    Secret,
}

impl Layer {
    pub const ALL: [Self; 3] = [Self::Plain, Self::Obfuscated, Self::Secret];
}

/// Every envelope with every layer.
pub fn combinations() -> impl Iterator<Item = (Envelope, Layer)> {
    Envelope::ALL
        .into_iter()
        .flat_map(|envelope| Layer::ALL.map(|layer| (envelope, layer)))
}

/// The one place that knows how a config takes a secret of 16 bytes.
pub fn add_secret(config: &mut Config, key: &[u8]) {
    config.add_secret(Secret::plain(key.try_into().expect("16 bytes")));
}

pub fn client_config(envelope: Envelope, layer: Layer) -> Config {
    let mut config = Config::new();
    config.set_envelope(envelope);
    config.set_obfuscated(layer != Layer::Plain);
    if layer == Layer::Secret {
        add_secret(&mut config, &SECRET);
        config.set_dc(DcId::new(2, false, false).expect("a DC"));
    }
    config
}

/// Takes everything that a client of any layer may open with.
pub fn server_config(layer: Layer) -> Config {
    let mut config = Config::new();
    if layer == Layer::Secret {
        add_secret(&mut config, &SECRET);
    }
    config.set_accept(Accept {
        plain: true,
        plain_full: true,
        obfuscated: true,
        secret: layer == Layer::Secret,
        obfuscated_full: true,
        ..Accept::default()
    });
    config
}

/// A client and a server whose random bytes are `seed`'s, not connected yet.
pub fn pair(envelope: Envelope, layer: Layer, seed: u64) -> (Transport, Transport) {
    let mut config = client_config(envelope, layer);
    config.set_entropy(Entropy::from_bytes(&noise(seed, 64)));
    let client = Transport::client(&config).expect("a client");
    let mut config = server_config(layer);
    config.set_entropy(Entropy::from_bytes(&noise(!seed, 64)));
    (client, Transport::server(&config).expect("a server"))
}

/// The same, connected by one payload of 40 bytes, all events pulled.
pub fn connected_pair(envelope: Envelope, layer: Layer, seed: u64) -> (Transport, Transport) {
    let (mut client, mut server) = pair(envelope, layer, seed);
    client.push_payload(&[7; 40]).expect("sent");
    let seen = pump(&mut client, &mut server).expect("understood");
    assert_eq!(after_connected(seen), [payload(&[7; 40])]);
    pull_events(&mut client, &mut Vec::new()).expect("alive");
    (client, server)
}

/// Moves all wire bytes that wait from one end to the other, and pulls its events.
pub fn pump(from: &mut Transport, to: &mut Transport) -> Result<Vec<Seen>, Error> {
    let wire = pull_wire(from);
    let (seen, error) = receive(to, &[&wire]);
    error.map_or(Ok(seen), Err)
}

// ---- splits ----

/// How a stream is cut.
#[derive(Clone, Copy, Debug)]
pub enum Split {
    Whole,
    Bytes,
    At(usize),
}

impl Split {
    /// In one piece, byte by byte, and in two pieces at each place.
    pub fn all(length: usize) -> impl Iterator<Item = Self> {
        [Self::Whole, Self::Bytes]
            .into_iter()
            .chain((1..length).map(Self::At))
    }

    /// The same, with at most about `cuts` places, the first ones all among them.
    pub fn some(length: usize, cuts: usize) -> impl Iterator<Item = Self> {
        let step = (length / cuts.max(1)).max(1);
        Self::all(length).filter(move |split| match split {
            Self::At(place) => *place < cuts || place.is_multiple_of(step) || length - place < 20,
            _ => true,
        })
    }

    pub fn pieces(self, bytes: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![bytes],
            Self::Bytes => bytes.chunks(1).collect(),
            Self::At(place) => {
                let (first, second) = bytes.split_at(place);
                vec![first, second]
            }
        }
    }
}

// ---- scripted padding ----

/// The draw of 16 bytes that puts this padding behind a frame: the first byte
/// says how much, of at most `max_padding`; the padding follows it.
pub fn padding_draw(padding: &[u8], max_padding: usize) -> [u8; 16] {
    let mut draw = [0xcc; 16];
    draw[0] = (padding.len() * 256).div_ceil(max_padding + 1) as u8;
    assert_eq!(
        usize::from(draw[0]) * (max_padding + 1) / 256,
        padding.len()
    );
    draw[1..=padding.len()].copy_from_slice(padding);
    draw
}

/// Words in little-endian order.
pub fn bytes_of_words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A text in words that holds every number of the error; CRCs in hexadecimal.
pub fn assert_figures(debug: &str, text: &str) {
    assert!(text.len() > 20, "{text}");
    let figures = debug.split(|c: char| !c.is_ascii_digit());
    for figure in figures.filter(|figure| !figure.is_empty()) {
        let number: u64 = figure.parse().expect("digits");
        let found = text.contains(figure) || text.contains(&format!("{number:#010x}"));
        assert!(found, "{figure} is missing in: {text}");
    }
}
