//! `mtproto_event`: what a transport reports, as C sees it.

use core::mem::{offset_of, size_of};
use core::ptr;

use libc::c_char;

use super::boundary::guard_value;
use super::envelope::number_of;
use super::status::{MTPROTO_ERROR_NULL_ARGUMENT, MTPROTO_ERROR_STRUCT_SIZE, mtproto_status};
use crate::transport::{Carrier, Closed, Event, NotOursReason};
use crate::transport_error::TransportError;

/// The way is clear: payloads can be sent. The first event, unless NOT_OURS or
/// CLOSED is. Set: envelope, carrier, flags, dc, secret_index; with fake TLS
/// data and length, the domain that was asked for (not NUL-terminated), and as
/// server clock_skew.
pub const MTPROTO_EVENT_CONNECTED: i32 = 1;
/// One MTProto packet. Set: data, length, flags. Empty only over HTTP, as
/// client, where the server answered without a packet.
pub const MTPROTO_EVENT_PAYLOAD: i32 = 2;
/// Client: the server has received, decrypted and accepted a packet that a
/// quick ack was asked for. Set: quick_ack_token.
pub const MTPROTO_EVENT_QUICK_ACK: i32 = 3;
/// Client: the server refuses to go on; close the connection. Set: code, as
/// 404; see mtproto_transport_error_meaning.
pub const MTPROTO_EVENT_TRANSPORT_ERROR: i32 = 4;
/// Server: this is nobody that is spoken with here. Set: code, one of
/// MTPROTO_NOT_OURS_*, and clock_skew with MTPROTO_NOT_OURS_CLOCK; data and
/// length: every byte that was received, as it was
/// received, for an app that relays the connection elsewhere. The last event.
pub const MTPROTO_EVENT_NOT_OURS: i32 = 5;
/// The peer's stream has ended. Set: code, one of MTPROTO_CLOSED_*. The last
/// event.
pub const MTPROTO_EVENT_CLOSED: i32 = 6;

/// TCP, or any other stream of bytes.
pub const MTPROTO_CARRIER_TCP: i32 = 1;
/// What looks like TLS 1.3, for secrets with a domain.
pub const MTPROTO_CARRIER_FAKE_TLS: i32 = 2;
/// WebSocket (RFC 6455), binary messages.
pub const MTPROTO_CARRIER_WEBSOCKET: i32 = 3;
/// HTTP/1.1, a packet in each body.
pub const MTPROTO_CARRIER_HTTP: i32 = 4;

/// CONNECTED: the stream is obfuscated.
pub const MTPROTO_EVENT_FLAG_OBFUSCATED: u32 = 0x1;
/// PAYLOAD, server: the client asks for a quick ack.
pub const MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED: u32 = 0x2;
/// CONNECTED: the field dc is meaningful.
pub const MTPROTO_EVENT_FLAG_DC: u32 = 0x4;

/// The start of an HTTP request.
pub const MTPROTO_NOT_OURS_HTTP: i32 = 1;
/// The start of a TLS handshake.
pub const MTPROTO_NOT_OURS_TLS: i32 = 2;
/// 64 bytes that nothing in the config opens.
pub const MTPROTO_NOT_OURS_UNKNOWN_OPENING: i32 = 3;
/// An envelope in clear, which the config does not accept.
pub const MTPROTO_NOT_OURS_NOT_ACCEPTED: i32 = 4;
/// A TLS hello that none of the secrets made: a browser's, a prober's.
pub const MTPROTO_NOT_OURS_UNKNOWN_SECRET: i32 = 5;
/// A TLS hello that is malformed.
pub const MTPROTO_NOT_OURS_MALFORMED_HELLO: i32 = 6;
/// A TLS hello above 16 KiB, or in more than 10 records.
pub const MTPROTO_NOT_OURS_HELLO_TOO_LARGE: i32 = 7;
/// A hello made with a secret, but for a domain of none of them.
pub const MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME: i32 = 8;
/// A hello made with a secret, but without a cipher that can be answered.
pub const MTPROTO_NOT_OURS_NO_COMMON_CIPHER: i32 = 9;
/// A hello made with a secret, by a clock that is too far off: see clock_skew.
pub const MTPROTO_NOT_OURS_CLOCK: i32 = 10;
/// A handshake that was accepted before: somebody repeats it.
pub const MTPROTO_NOT_OURS_REPLAYED: i32 = 11;
/// The stream ended before it could be told what it is. Where a client is silent
/// for too long, mtproto_transport_push_wire_end gives its bytes back by this.
pub const MTPROTO_NOT_OURS_INCOMPLETE: i32 = 12;

/// Cleanly, after a whole frame or before the first one.
pub const MTPROTO_CLOSED_BETWEEN_FRAMES: i32 = 1;
/// In the middle of a frame, which is lost.
pub const MTPROTO_CLOSED_INSIDE_FRAME: i32 = 2;
/// Server: before the first byte, or behind a fake TLS hello or a request for a
/// WebSocket that was answered. Client: before the peer answered either.
pub const MTPROTO_CLOSED_BEFORE_OPENING: i32 = 3;
/// Server: an HTTP request was refused with a status, which waits to be sent.
/// Send it, then close the connection.
pub const MTPROTO_CLOSED_REFUSED: i32 = 4;
/// Over HTTP: cleanly, but payloads that waited for their turn were not sent
/// (mtproto_config_set_queue_turns). Push them again on another connection.
pub const MTPROTO_CLOSED_UNSENT: i32 = 5;

/// What happened. Set struct_size before the call; fields that the kind does
/// not set are 0 (secret_index: -1). New fields come at the end only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mtproto_event {
    /// In: sizeof(mtproto_event). That many bytes are written: fields that a
    /// newer program has and an older library does not are 0.
    pub struct_size: usize,
    /// A view of length bytes, until the next call on the transport that is not
    /// const; NULL where there are none.
    pub data: *const u8,
    /// In bytes.
    pub length: usize,
    /// One of MTPROTO_EVENT_*.
    pub kind: i32,
    /// MTPROTO_EVENT_FLAG_*, or-ed.
    pub flags: u32,
    /// TRANSPORT_ERROR: the code, positive. NOT_OURS, CLOSED: the reason.
    pub code: i32,
    /// QUICK_ACK: the token.
    pub quick_ack_token: u32,
    /// CONNECTED: one of MTPROTO_ENVELOPE_*; 0 over HTTP, which needs none.
    pub envelope: i32,
    /// CONNECTED: one of MTPROTO_CARRIER_*.
    pub carrier: i32,
    /// CONNECTED, where MTPROTO_EVENT_FLAG_DC is set: the signed number as it
    /// went over the wire: 2, 10002 (test), -4 (media). Random where the client
    /// gave none: look for one of your DCs, do not trust it to be one.
    pub dc: i32,
    /// CONNECTED: which secret, in the order of mtproto_config_add_secret, from
    /// 0; -1 without a secret.
    pub secret_index: i32,
    /// The peer's clock minus ours, in seconds: CONNECTED, as server over fake
    /// TLS; NOT_OURS with MTPROTO_NOT_OURS_CLOCK.
    pub clock_skew: i32,
    /// 0.
    pub reserved: i32,
}

/// What the first version of the struct ends with.
const FIRST_SIZE: usize = offset_of!(mtproto_event, reserved) + size_of::<i32>();

/// No version will be as large: it was not set, or is damaged.
const LARGEST_SIZE: usize = 4096;

impl mtproto_event {
    /// Checks where an event goes, before one is used up for it.
    ///
    /// # Safety
    ///
    /// `event` is NULL, or its struct_size can be read, and as many bytes as
    /// that says can be written.
    pub(super) unsafe fn check(event: *const Self) -> Result<usize, mtproto_status> {
        if event.is_null() {
            return Err(MTPROTO_ERROR_NULL_ARGUMENT);
        }
        // SAFETY: not NULL, and the first field can be read by this function's
        // contract. The others may be uninitialised, so no reference is made.
        let size = unsafe { event.cast::<usize>().read() };
        if !(FIRST_SIZE..=LARGEST_SIZE).contains(&size) {
            return Err(MTPROTO_ERROR_STRUCT_SIZE);
        }
        Ok(size)
    }

    /// Writes the event, no more of it than the caller's version has; what that
    /// has besides is 0.
    ///
    /// # Safety
    ///
    /// `size` is what `check` gave for `to`.
    pub(super) unsafe fn write(mut self, to: *mut Self, size: usize) {
        self.struct_size = size;
        let to = to.cast::<u8>();
        let count = size.min(size_of::<Self>());
        // SAFETY: `count` bytes can be read from `self`, and written by the
        // contract; a struct of the library's own cannot overlap the caller's.
        unsafe { ptr::copy_nonoverlapping((&raw const self).cast::<u8>(), to, count) }
        if count < size {
            // SAFETY: `size` bytes can be written, by the contract.
            unsafe { ptr::write_bytes(to.wrapping_add(count), 0, size - count) }
        }
    }

    const fn of_kind(kind: i32) -> Self {
        Self {
            struct_size: 0,
            data: ptr::null(),
            length: 0,
            kind,
            flags: 0,
            code: 0,
            quick_ack_token: 0,
            envelope: 0,
            carrier: 0,
            dc: 0,
            secret_index: -1,
            clock_skew: 0,
            reserved: 0,
        }
    }

    fn with_data(mut self, data: &[u8]) -> Self {
        if !data.is_empty() {
            self.data = data.as_ptr();
            self.length = data.len();
        }
        self
    }
}

fn seconds_of(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

impl From<Event<'_>> for mtproto_event {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Connected(connected) => {
                let mut flags = 0;
                if connected.obfuscated {
                    flags |= MTPROTO_EVENT_FLAG_OBFUSCATED;
                }
                if connected.dc_field.is_some() {
                    flags |= MTPROTO_EVENT_FLAG_DC;
                }
                let secret_index = connected.secret_index.map(i32::try_from);
                let server_name = connected.server_name.unwrap_or_default().as_bytes();
                Self {
                    flags,
                    clock_skew: connected.clock_skew.unwrap_or(0),
                    envelope: connected.envelope.map_or(0, number_of),
                    carrier: match connected.carrier {
                        Carrier::Tcp => MTPROTO_CARRIER_TCP,
                        Carrier::FakeTls => MTPROTO_CARRIER_FAKE_TLS,
                        Carrier::WebSocket => MTPROTO_CARRIER_WEBSOCKET,
                        Carrier::Http => MTPROTO_CARRIER_HTTP,
                    },
                    dc: connected.dc_field.map_or(0, i32::from),
                    secret_index: match secret_index {
                        None => -1,
                        Some(index) => index.unwrap_or(i32::MAX),
                    },
                    ..Self::of_kind(MTPROTO_EVENT_CONNECTED).with_data(server_name)
                }
            }
            Event::Payload(payload) => Self {
                flags: if payload.quick_ack_wanted {
                    MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED
                } else {
                    0
                },
                ..Self::of_kind(MTPROTO_EVENT_PAYLOAD).with_data(payload.data)
            },
            Event::QuickAck(token) => Self {
                quick_ack_token: token.value(),
                ..Self::of_kind(MTPROTO_EVENT_QUICK_ACK)
            },
            Event::TransportError(error) => Self {
                code: i32::try_from(error.code()).unwrap_or(i32::MAX),
                ..Self::of_kind(MTPROTO_EVENT_TRANSPORT_ERROR)
            },
            Event::NotOurs(not_ours) => Self {
                code: match not_ours.reason {
                    NotOursReason::Http => MTPROTO_NOT_OURS_HTTP,
                    NotOursReason::Tls => MTPROTO_NOT_OURS_TLS,
                    NotOursReason::UnknownOpening => MTPROTO_NOT_OURS_UNKNOWN_OPENING,
                    NotOursReason::NotAccepted => MTPROTO_NOT_OURS_NOT_ACCEPTED,
                    NotOursReason::UnknownSecret => MTPROTO_NOT_OURS_UNKNOWN_SECRET,
                    NotOursReason::MalformedHello => MTPROTO_NOT_OURS_MALFORMED_HELLO,
                    NotOursReason::HelloTooLarge => MTPROTO_NOT_OURS_HELLO_TOO_LARGE,
                    NotOursReason::ForeignServerName => MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME,
                    NotOursReason::NoCommonCipher => MTPROTO_NOT_OURS_NO_COMMON_CIPHER,
                    NotOursReason::ClockBehind { .. } | NotOursReason::ClockAhead { .. } => {
                        MTPROTO_NOT_OURS_CLOCK
                    }
                    NotOursReason::Replayed => MTPROTO_NOT_OURS_REPLAYED,
                    NotOursReason::Incomplete => MTPROTO_NOT_OURS_INCOMPLETE,
                },
                clock_skew: match not_ours.reason {
                    NotOursReason::ClockBehind { seconds } => -seconds_of(seconds),
                    NotOursReason::ClockAhead { seconds } => seconds_of(seconds),
                    _ => 0,
                },
                ..Self::of_kind(MTPROTO_EVENT_NOT_OURS).with_data(not_ours.data)
            },
            Event::Closed(closed) => Self {
                code: match closed {
                    Closed::BetweenFrames => MTPROTO_CLOSED_BETWEEN_FRAMES,
                    Closed::InsideFrame => MTPROTO_CLOSED_INSIDE_FRAME,
                    Closed::BeforeOpening => MTPROTO_CLOSED_BEFORE_OPENING,
                    Closed::Refused => MTPROTO_CLOSED_REFUSED,
                    Closed::Unsent => MTPROTO_CLOSED_UNSENT,
                },
                ..Self::of_kind(MTPROTO_EVENT_CLOSED)
            },
        }
    }
}

/// The name of a carrier in lower case, as in logs: "tcp", "fake_tls",
/// "websocket", "http".
///
/// @param carrier  Any value.
/// @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_carrier_name(carrier: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        match carrier {
            MTPROTO_CARRIER_TCP => c"tcp",
            MTPROTO_CARRIER_FAKE_TLS => c"fake_tls",
            MTPROTO_CARRIER_WEBSOCKET => c"websocket",
            MTPROTO_CARRIER_HTTP => c"http",
            _ => c"unknown",
        }
        .as_ptr()
    })
}

/// The name of a reason of NOT_OURS in lower case, as in logs: "http", "tls",
/// "unknown_opening", ...
///
/// @param reason  Any value.
/// @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_not_ours_name(reason: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        match reason {
            MTPROTO_NOT_OURS_HTTP => c"http",
            MTPROTO_NOT_OURS_TLS => c"tls",
            MTPROTO_NOT_OURS_UNKNOWN_OPENING => c"unknown_opening",
            MTPROTO_NOT_OURS_NOT_ACCEPTED => c"not_accepted",
            MTPROTO_NOT_OURS_UNKNOWN_SECRET => c"unknown_secret",
            MTPROTO_NOT_OURS_MALFORMED_HELLO => c"malformed_hello",
            MTPROTO_NOT_OURS_HELLO_TOO_LARGE => c"hello_too_large",
            MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME => c"foreign_server_name",
            MTPROTO_NOT_OURS_NO_COMMON_CIPHER => c"no_common_cipher",
            MTPROTO_NOT_OURS_CLOCK => c"clock",
            MTPROTO_NOT_OURS_REPLAYED => c"replayed",
            MTPROTO_NOT_OURS_INCOMPLETE => c"incomplete",
            _ => c"unknown",
        }
        .as_ptr()
    })
}

/// The name of a reason of CLOSED in lower case, as in logs: "between_frames",
/// "inside_frame", "before_opening", "refused", "unsent".
///
/// @param reason  Any value.
/// @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_closed_name(reason: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        match reason {
            MTPROTO_CLOSED_BETWEEN_FRAMES => c"between_frames",
            MTPROTO_CLOSED_INSIDE_FRAME => c"inside_frame",
            MTPROTO_CLOSED_BEFORE_OPENING => c"before_opening",
            MTPROTO_CLOSED_REFUSED => c"refused",
            MTPROTO_CLOSED_UNSENT => c"unsent",
            _ => c"unknown",
        }
        .as_ptr()
    })
}

/// What a transport error's code means and what to do, in one line of English.
///
/// @param code  The code of a TRANSPORT_ERROR event: 403, 404, 429, 444 have a
///              published meaning.
/// @return  A NUL-terminated text, never NULL, that lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mtproto_transport_error_meaning(code: i32) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        let code = u32::try_from(code).unwrap_or(0);
        TransportError::new(code)
            .map_or(TransportError::UNKNOWN_MEANING, TransportError::meaning_c)
            .as_ptr()
    })
}
