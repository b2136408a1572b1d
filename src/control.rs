//! The one classifier of control frames: no-op, quick ack, transport error.
//!
//! A server answers with frames that hold no MTProto packet. They are told from
//! packets by their length alone, because the shortest packet (plaintext, one
//! word of body) has 24 bytes:
//!
//! ```text
//!  4..=15 bytes   00000000 ...               no-op (reference server, TDLib, tdesktop)
//!  8..=16 bytes   ffffffff token ...         quick ack (padded intermediate)
//!  4..=15 bytes   a negative number ...      transport error, -number is the code
//! ```
//!
//! The rule is TDLib's, the same in every envelope: what follows the words is
//! padding, of 0 to 15 bytes, or a further word.

use crate::quick_ack::QuickAckToken;
use crate::transport_error::TransportError;

/// Control frames that are not quick acks stay below this length.
const PACKET_MINIMUM: usize = 16;

/// The word before a framed quick-ack token.
pub(crate) const QUICK_ACK_MARK: [u8; 4] = [0xff; 4];

/// What a server says about the connection, not about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// Sent to hide the lengths of other frames; ignored.
    NoOp,
    QuickAck(QuickAckToken),
    TransportError(TransportError),
}

/// Whether a frame of this length can be a control frame.
#[inline]
pub(crate) const fn may_be(length: usize) -> bool {
    length <= PACKET_MINIMUM
}

/// What the frame is, if it is a control frame; `None` for a payload.
///
/// A positive number in a short frame is none of the three: it is handed to
/// the app as it is, so that nothing is lost.
pub(crate) fn classify(frame: &[u8]) -> Option<Control> {
    if !may_be(frame.len()) {
        return None;
    }
    let (first, rest) = frame.split_first_chunk::<4>()?;
    if *first == QUICK_ACK_MARK
        && let Some((token, _)) = rest.split_first_chunk::<4>()
    {
        return Some(Control::QuickAck(QuickAckToken::from_wire(*token)));
    }
    if frame.len() == PACKET_MINIMUM {
        return None;
    }
    match i32::from_le_bytes(*first) {
        0 => Some(Control::NoOp),
        number if number < 0 => Some(Control::TransportError(TransportError::from_wire(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32) -> Option<Control> {
        Some(Control::TransportError(TransportError::from_wire(-code)))
    }

    #[test]
    fn errors_carry_any_padding_below_a_packet() {
        let mut frame = (-404i32).to_le_bytes().to_vec();
        for _ in 4..16 {
            assert_eq!(classify(&frame), error(404), "{} bytes", frame.len());
            frame.push(0x55);
        }
        assert_eq!(classify(&frame), None, "16 bytes");
    }

    #[test]
    fn a_quick_ack_needs_its_token_and_may_have_16_bytes() {
        let mut frame = vec![0xff; 4];
        assert_eq!(classify(&frame), error(1), "-1 alone is an error");
        frame.extend([0x02, 0x1d, 0x57, 0xcd]);
        for length in 8..=16 {
            frame.resize(length, 0x11);
            let token = QuickAckToken::from_wire([0x02, 0x1d, 0x57, 0xcd]);
            assert_eq!(classify(&frame), Some(Control::QuickAck(token)), "{length}");
        }
        frame.push(0);
        assert_eq!(classify(&frame), None, "17 bytes");
    }

    #[test]
    fn no_ops_are_told_from_plaintext_packets_by_length() {
        for length in 4..16 {
            assert_eq!(classify(&vec![0; length]), Some(Control::NoOp), "{length}");
        }
        assert_eq!(classify(&[0; 24]), None);
    }

    #[test]
    fn what_is_no_control_frame_is_a_payload() {
        assert_eq!(classify(&[1, 0, 0, 0]), None);
        assert_eq!(classify(&[0xff; 3]), None);
        assert_eq!(classify(&[]), None);
    }
}
