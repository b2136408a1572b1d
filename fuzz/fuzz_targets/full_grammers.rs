//! Our Full against that of grammers: what it writes, and what it reads out of any bytes.
#![no_main]

use grammers_crypto::DequeBuffer;
use grammers_mtproto::transport::{Error as Theirs, Full, Transport as _};
use mtproto::{Envelope, Role};
use mtproto_fuzz::Choices;
use mtproto_fuzz::ends::{self, Knobs, Layer};
use mtproto_fuzz::feed::{self, Cuts, Seen};

/// The packets that grammers reads, and what stopped it.
fn they_read(wire: &[u8]) -> (Vec<Vec<u8>>, Theirs) {
    let (mut theirs, mut wire, mut start) = (Full::new(), wire.to_vec(), 0);
    let mut read = Vec::new();
    loop {
        // They negate this length, which overflows.
        if wire[start..].starts_with(&i32::MIN.to_le_bytes()) {
            return (read, Theirs::BadStatus { status: 1 << 31 });
        }
        match theirs.unpack(&mut wire[start..]) {
            Ok(frame) => {
                read.push(wire[start..][frame.data_range.clone()].to_vec());
                start += frame.next_offset;
            }
            Err(error) => return (read, error),
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let knobs = Knobs::default();
    let config = ends::client_config(Envelope::Full, Layer::Plain, knobs, 1);
    let mut client = ends::end(Role::Client, &config);
    // A few frames of theirs, then anything, with a byte changed here or there.
    let mut packer = Full::new();
    let mut wire = Vec::new();
    for _ in 0..choices.below(4) {
        let size = 24 + 4 * choices.below(40);
        let mut payload = vec![choices.byte(); size];
        payload[3] = 1;
        client.push_payload(&payload).expect("a packet");
        let mut buffer = DequeBuffer::with_capacity(size, 8);
        buffer.extend(&payload[..]);
        packer.pack(&mut buffer);
        assert_eq!(
            ends::take_wire(&mut client),
            buffer.as_ref(),
            "both write the same"
        );
        wire.extend_from_slice(buffer.as_ref());
    }
    if choices.flag() && !wire.is_empty() {
        let at = (usize::from(choices.byte()) << 8 | usize::from(choices.byte())) % wire.len();
        wire[at] ^= choices.byte();
    }
    wire.extend_from_slice(choices.rest());

    let (read, error) = they_read(&wire);
    let mut reader = ends::end(Role::Client, &config);
    let outcome = feed::feed(&mut reader, &wire, Cuts::whole(false));
    let ours: Vec<&[u8]> = outcome
        .seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Payload(data, _) => Some(&data[..]),
            _ => None,
        })
        .collect();
    // Where theirs gives a packet whose length is one that MTProto has, so does ours, and nothing more.
    let theirs: Vec<&[u8]> = read
        .iter()
        .take_while(|packet| packet.len() % 4 == 0 && !packet.is_empty() && packet.len() <= 1 << 16)
        .map(|packet| &packet[..])
        .collect();
    let controls = theirs.iter().filter(|packet| packet.len() < 20).count();
    if controls == 0 && theirs.len() == read.len() {
        assert_eq!(ours, theirs, "{error:?} {:?}", outcome.error);
        // What they refuse for good, ours refuses too.
        if !matches!(error, Theirs::MissingBytes | Theirs::BadStatus { .. }) {
            assert!(outcome.error.is_some(), "{error:?}");
        }
    }
});
