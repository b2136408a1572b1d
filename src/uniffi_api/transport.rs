//! The transport: one native object, reached by UniFFI's calls and by the C ABI.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::config::TransportConfig;
use super::errors::MtprotoError;
use super::events::Event;
use super::guard::guarded;
use crate::capi::{self, mtproto_transport};
use crate::error::Error;
use crate::quick_ack::QuickAckToken;
use crate::transport::Transport;
use crate::transport_error::TransportError;

/// One connection, as client or as server, without its socket.
///
/// It owns the `mtproto_transport` that [`raw_handle`](Self::raw_handle) names,
/// and frees it when it is freed itself. Its own calls may come from any
/// thread, one after another. Calls of the C ABI on the raw handle know nothing
/// of that: who uses both keeps them apart, and keeps this object alive
/// meanwhile. `Transport` in Kotlin and in Swift does so; use that.
///
/// After a protocol error every call fails with it. After a panic every call
/// fails with [`MtprotoError::Panic`].
#[derive(uniffi::Object)]
pub struct NativeTransport {
    handle: Mutex<Owner>,
}

/// The one owner of a C handle.
struct Owner {
    handle: *mut mtproto_transport,
    /// What `receive` could not take yet.
    late: Vec<u8>,
}

// SAFETY: the handle may be moved between threads, by the rules of the C ABI;
// nothing in it belongs to a thread.
unsafe impl Send for Owner {}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `NativeTransport::of`, and given
        // back here only, once.
        drop(unsafe { Box::from_raw(self.handle) });
    }
}

#[uniffi::export]
impl NativeTransport {
    /// The end that connects.
    #[uniffi::constructor]
    pub fn client(config: TransportConfig) -> Result<Self, MtprotoError> {
        guarded(|| Ok(Self::of(Transport::client(&config.to_core()?)?)))
    }

    /// The end that accepts: it recognises what it is talked to with.
    #[uniffi::constructor]
    pub fn server(config: TransportConfig) -> Result<Self, MtprotoError> {
        guarded(|| Ok(Self::of(Transport::server(&config.to_core()?)?)))
    }

    /// Takes a burst of bytes that the socket received, and returns everything
    /// they led to. Where an error comes after events, the events are returned
    /// and the next call fails with the error: see `check_alive`.
    ///
    /// What an HTTP client sends before it has its answer is kept, and taken by
    /// the next call: push the answer, then call this again, with no bytes if
    /// none came.
    pub fn receive(&self, bytes: &[u8]) -> Result<Vec<Event>, MtprotoError> {
        self.lock().receive(bytes, false)
    }

    /// The peer has closed its side: returns the last events. Over HTTP as a
    /// server requests that were sent ahead come first: push the answer, then call
    /// this again, up to the event that says how the stream ended.
    pub fn receive_end(&self) -> Result<Vec<Event>, MtprotoError> {
        self.lock().receive(&[], true)
    }

    /// Sends one MTProto packet: queues it for the wire side.
    pub fn push_payload(&self, payload: &[u8]) -> Result<(), MtprotoError> {
        self.run(|transport| transport.push_payload(payload))
    }

    /// Client: sends one encrypted packet and asks for a quick ack.
    pub fn push_payload_with_quick_ack(
        &self,
        payload: &[u8],
        token: u32,
    ) -> Result<(), MtprotoError> {
        let token = token_of(token)?;
        self.run(|transport| transport.push_payload_with_quick_ack(payload, token))
    }

    /// Server: tells the client that a packet was received and accepted.
    pub fn push_quick_ack(&self, token: u32) -> Result<(), MtprotoError> {
        let token = token_of(token)?;
        self.run(|transport| transport.push_quick_ack(token))
    }

    /// Server: tells the client why it will not be served. Code: 404 and such.
    pub fn push_transport_error(&self, code: u32) -> Result<(), MtprotoError> {
        let error = TransportError::new(code)
            .ok_or_else(|| MtprotoError::invalid("a transport error has a code from 1 up"))?;
        self.run(|transport| transport.push_transport_error(error))
    }

    /// Client: lets the opening go now, alone. Otherwise it leaves with the
    /// first payload, which is what official apps do.
    pub fn push_opening(&self) -> Result<(), MtprotoError> {
        self.run(Transport::push_opening)
    }

    /// Takes all wire bytes that wait to be sent.
    pub fn take_wire(&self) -> Result<Vec<u8>, MtprotoError> {
        self.run(|transport| {
            let wire = transport.peek_wire()?.to_vec();
            transport.consume_wire(wire.len())?;
            Ok(wire)
        })
    }

    /// How many wire bytes wait to be sent; 0 once the transport is dead.
    pub fn pending_wire(&self) -> Result<u64, MtprotoError> {
        self.run(|transport| Ok(wide(transport.pending_wire())))
    }

    /// How many bytes are missing until there can be an event.
    pub fn wants_read(&self) -> Result<u64, MtprotoError> {
        self.run(|transport| Ok(wide(transport.wants_read())))
    }

    /// Whether no payload can be sent any more: close the connection once no event
    /// and no wire byte waits.
    pub fn is_over(&self) -> Result<bool, MtprotoError> {
        self.run(|transport| Ok(transport.is_over()))
    }

    /// Fails with the error that the transport is dead of, if it is.
    pub fn check_alive(&self) -> Result<(), MtprotoError> {
        self.run(|transport| transport.failure().map_or(Ok(()), Err))
    }

    /// The address of the `mtproto_transport` inside, for the C ABI. It ends
    /// with this object, and calls on it must not overlap with any other.
    pub fn raw_handle(&self) -> u64 {
        self.lock().handle.expose_provenance() as u64
    }

    /// Turns what a call of the C ABI on the raw handle returned into the error
    /// that it stands for. Does nothing for a status that is none.
    pub fn check(&self, status: i32) -> Result<(), MtprotoError> {
        if status >= capi::MTPROTO_OK {
            return Ok(());
        }
        if status == capi::MTPROTO_ERROR_PANIC {
            return Err(MtprotoError::panicked());
        }
        // A fatal one has figures.
        let error = MtprotoError::of_status(status, String::new());
        match (&error, self.check_alive()) {
            (MtprotoError::Protocol { .. }, Err(fatal @ MtprotoError::Protocol { .. })) => {
                Err(fatal)
            }
            _ => Err(error),
        }
    }
}

impl NativeTransport {
    fn of(transport: Transport) -> Self {
        Self {
            handle: Mutex::new(Owner {
                handle: Box::into_raw(mtproto_transport::boxed(transport)),
                late: Vec::new(),
            }),
        }
    }

    /// A panic elsewhere leaves its mark on the handle, not on the lock.
    fn lock(&self) -> MutexGuard<'_, Owner> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run<T>(
        &self,
        inside: impl FnOnce(&mut Transport) -> Result<T, Error>,
    ) -> Result<T, MtprotoError> {
        self.lock().run(inside)
    }
}

impl Owner {
    /// Takes what was kept, then these bytes, then the end if there is one; what
    /// could not be taken yet is kept, and an end behind it is not pushed.
    fn receive(&mut self, bytes: &[u8], ended: bool) -> Result<Vec<Event>, MtprotoError> {
        let mut late = core::mem::take(&mut self.late);
        let mut rest = bytes;
        if !late.is_empty() {
            late.extend_from_slice(bytes);
            rest = &late;
        }
        let result = self.run(|transport| {
            let mut events = Vec::new();
            while !(ended && rest.is_empty()) {
                let before = events.len();
                let consumed = transport.push_wire(rest)?;
                rest = rest.get(consumed..).unwrap_or_default();
                let goes_on = pull_all(transport, &mut events)?;
                let stuck = consumed == 0 && events.len() == before;
                if !goes_on || stuck || (rest.is_empty() && !ended) {
                    return Ok(events);
                }
            }
            transport.push_wire_end()?;
            pull_all(transport, &mut events)?;
            Ok(events)
        });
        self.late = rest.to_vec();
        result
    }

    fn run<T>(
        &mut self,
        inside: impl FnOnce(&mut Transport) -> Result<T, Error>,
    ) -> Result<T, MtprotoError> {
        // SAFETY: live until the owner is dropped, and the owner is held here;
        // exclusive among the calls of this object by the lock, and against the
        // C ABI by the contract of `raw_handle`.
        let handle = unsafe { &mut *self.handle };
        match handle.run(inside) {
            Some(result) => Ok(result?),
            None => Err(MtprotoError::panicked()),
        }
    }
}

/// Pulls what there is. `false`: an error follows, and the transport keeps it.
fn pull_all(transport: &mut Transport, events: &mut Vec<Event>) -> Result<bool, Error> {
    loop {
        match transport.pull_event() {
            Ok(Some(event)) => events.push(event.into()),
            Ok(None) => return Ok(true),
            Err(error) if events.is_empty() => return Err(error),
            Err(_) => return Ok(false),
        }
    }
}

fn token_of(token: u32) -> Result<QuickAckToken, MtprotoError> {
    QuickAckToken::from_value(token)
        .ok_or_else(|| MtprotoError::of_status(capi::MTPROTO_ERROR_QUICK_ACK_TOKEN, String::new()))
}

/// Lossless: no target has addresses of more than 64 bits.
fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
