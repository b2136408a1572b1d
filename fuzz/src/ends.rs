//! Transports for both roles, the same for the same choices: given entropy, a clock that stands still.

use mtproto::mtproxy::Secret;
use mtproto::{
    Accept, Config, DcId, Entropy, Envelope, HttpTarget, Memory, QuickAckForm, Role, TlsProfile,
    Transport, WebSocketTarget,
};

pub const KEY: [u8; 16] = *b"0123456789abcdef";
pub const DOMAIN: &str = "example.org";
pub const UNIX_TIME: u32 = 1_800_000_000;

/// What is under the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Plain,
    Obfuscated,
    Secret,
    FakeTls,
    WebSocket,
    Http,
}

impl Layer {
    pub const ALL: [Self; 6] = [
        Self::Plain,
        Self::Obfuscated,
        Self::Secret,
        Self::FakeTls,
        Self::WebSocket,
        Self::Http,
    ];
}

/// The knobs that do not change what is spoken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Knobs {
    pub small_memory: bool,
    pub untrimmed: bool,
    pub raw_quick_acks: bool,
    pub small_limit: bool,
    pub queue_turns: bool,
}

impl Knobs {
    pub fn from_byte(byte: u8) -> Self {
        Self {
            small_memory: byte & 1 != 0,
            untrimmed: byte & 2 != 0,
            raw_quick_acks: byte & 4 != 0,
            small_limit: byte & 8 != 0,
            queue_turns: byte & 16 != 0,
        }
    }

    pub fn max_payload(self) -> usize {
        if self.small_limit { 1024 } else { 1 << 16 }
    }

    pub fn apply(self, config: &mut Config) {
        config
            .set_memory(if self.small_memory {
                Memory::Small
            } else {
                Memory::Fast
            })
            .set_trim(!self.untrimmed)
            .set_quick_ack_form(if self.raw_quick_acks {
                QuickAckForm::Raw
            } else {
                QuickAckForm::Documented
            })
            .set_queue_turns(self.queue_turns)
            .set_unix_time(UNIX_TIME)
            .set_max_payload(self.max_payload())
            .expect("in the range");
    }
}

pub fn fake_tls_secret() -> Secret {
    Secret::fake_tls(&KEY, DOMAIN).expect("a host name")
}

pub fn client_config(envelope: Envelope, layer: Layer, knobs: Knobs, seed: u8) -> Config {
    let mut config = Config::new();
    knobs.apply(&mut config);
    config.set_entropy(Entropy::from_bytes(&[seed, 1]));
    match layer {
        Layer::Plain => {
            config.set_envelope(envelope).set_obfuscated(false);
        }
        Layer::Obfuscated => {
            config.set_envelope(envelope);
        }
        Layer::Secret => {
            config
                .set_envelope(envelope)
                .add_secret(Secret::plain(&KEY))
                .set_dc(DcId::new(2, false, false).expect("a DC"));
        }
        Layer::FakeTls => {
            config
                .add_secret(fake_tls_secret())
                .set_dc(DcId::new(4, true, true).expect("a DC"))
                .set_tls_profile(match seed % 3 {
                    0 => TlsProfile::Chrome,
                    1 => TlsProfile::Safari,
                    _ => TlsProfile::Classic,
                });
        }
        Layer::WebSocket => {
            config
                .set_envelope(envelope)
                .set_websocket(WebSocketTarget::new(DOMAIN));
        }
        Layer::Http => {
            config.set_http(HttpTarget::new(DOMAIN));
        }
    }
    config
}

/// Accepts what a client of this layer speaks, and little else.
pub fn server_config(layer: Layer, knobs: Knobs, seed: u8) -> Config {
    let mut config = Config::new();
    knobs.apply(&mut config);
    config.set_entropy(Entropy::from_bytes(&[seed, 2]));
    let mut accept = Accept::default();
    match layer {
        Layer::Plain => (accept.plain, accept.plain_full) = (true, true),
        Layer::Obfuscated => (accept.obfuscated, accept.obfuscated_full) = (true, true),
        Layer::Secret => {
            (accept.secret, accept.obfuscated_full) = (true, true);
            config.add_secret(Secret::plain(&KEY));
        }
        Layer::FakeTls => {
            accept.secret = true;
            config.add_secret(fake_tls_secret());
        }
        Layer::WebSocket => {
            (accept.obfuscated, accept.obfuscated_full, accept.websocket) = (true, true, true);
        }
        Layer::Http => accept.http = true,
    }
    config.set_accept(accept);
    config
}

/// Accepts everything that there is, with a secret of each form.
pub fn open_server_config(knobs: Knobs) -> Config {
    let mut config = Config::new();
    knobs.apply(&mut config);
    config
        .set_entropy(Entropy::from_bytes(b"an open server"))
        .add_secret(Secret::plain(&KEY))
        .add_secret(Secret::secure(&[7; 16]))
        .add_secret(fake_tls_secret())
        .add_path("/of/ours")
        .set_accept(Accept {
            plain: true,
            plain_full: true,
            obfuscated: true,
            secret: true,
            websocket: true,
            http: true,
            obfuscated_full: true,
        });
    config
}

pub fn end(role: Role, config: &Config) -> Transport {
    match role {
        Role::Client => Transport::client(config),
        Role::Server => Transport::server(config),
    }
    .expect("a config that fits")
}

/// All wire bytes that wait.
pub fn take_wire(transport: &mut Transport) -> Vec<u8> {
    let wire = transport.peek_wire().expect("alive").to_vec();
    transport.consume_wire(wire.len()).expect("shown");
    wire
}
