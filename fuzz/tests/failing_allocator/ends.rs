//! Both ends of a connection, and bytes that go between them.

use std::ptr::{null, null_mut};

use mtproto::capi::*;

use crate::Calls;

/// A config of the test's own.
pub struct Config(pub *mut mtproto_config);

impl Config {
    /// The defaults, at a time that stands still, for one of few or of very many.
    pub fn new(small: bool) -> Self {
        let config = mtproto_config_new();
        // SAFETY: a live handle.
        unsafe {
            assert_eq!(
                mtproto_config_set_memory(config, i32::from(small)),
                MTPROTO_OK
            );
            assert_eq!(
                mtproto_config_set_unix_time(config, 1_800_000_000),
                MTPROTO_OK
            );
        }
        Self(config)
    }

    /// With a secret, as raw bytes.
    pub fn with_secret(self, secret: &[u8]) -> Self {
        // SAFETY: a live handle, good bytes.
        unsafe {
            let status = mtproto_config_add_secret(self.0, secret.as_ptr(), secret.len());
            assert_eq!(status, MTPROTO_OK);
            assert_eq!(mtproto_config_set_dc(self.0, 2, 0), MTPROTO_OK);
        }
        self
    }

    /// As server with what it accepts.
    pub fn accepting(self, accept: u32) -> Self {
        // SAFETY: a live handle.
        let status = unsafe { mtproto_config_set_accept(self.0, accept) };
        assert_eq!(status, MTPROTO_OK);
        self
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: of its own, given back once.
        unsafe { mtproto_config_free(self.0) };
    }
}

/// One end.
pub struct End(pub *mut mtproto_transport);

impl End {
    pub fn client(config: &Config, calls: &mut Calls) -> Self {
        let mut end = null_mut();
        // SAFETY: a live handle.
        calls.done(|| unsafe { mtproto_client_new(config.0, &mut end) });
        Self(end)
    }

    pub fn server(config: &Config, calls: &mut Calls) -> Self {
        let mut end = null_mut();
        // SAFETY: a live handle.
        calls.done(|| unsafe { mtproto_server_new(config.0, &mut end) });
        Self(end)
    }

    /// Pushes what the other end has sent, all of it.
    pub fn push(&self, data: &[u8], calls: &mut Calls) -> mtproto_status {
        let mut taken = 0;
        let status = calls.until_done(|| {
            // SAFETY: a live handle, good bytes.
            unsafe { mtproto_transport_push_wire(self.0, data.as_ptr(), data.len(), &mut taken) }
        });
        assert!(status != MTPROTO_OK || taken == data.len());
        status
    }

    /// Pushes it by way of the library's own memory.
    pub fn commit(&self, data: &[u8], calls: &mut Calls) -> mtproto_status {
        let (mut memory, mut room) = (null_mut(), 0);
        // SAFETY: a live handle; the library's memory of that size.
        unsafe {
            let reserve =
                || mtproto_transport_reserve_wire(self.0, data.len(), &mut memory, &mut room);
            match calls.until_done(reserve) {
                MTPROTO_OK => {}
                status => return status,
            }
            assert!(room >= data.len());
            memory.copy_from_nonoverlapping(data.as_ptr(), data.len());
            calls.until_done(|| mtproto_transport_commit_wire(self.0, data.len()))
        }
    }

    /// What waits for the wire.
    pub fn peek(&self, calls: &mut Calls) -> (mtproto_status, &[u8]) {
        let (mut data, mut count) = (null(), 0);
        // SAFETY: a live handle; the view lives until the next call.
        unsafe {
            let status =
                calls.until_done(|| mtproto_transport_peek_wire(self.0, &mut data, &mut count));
            let wire = if count == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(data, count)
            };
            (status, wire)
        }
    }

    pub fn consume(&self, count: usize) {
        // SAFETY: a live handle.
        assert_eq!(
            unsafe { mtproto_transport_consume_wire(self.0, count) },
            MTPROTO_OK
        );
    }

    /// The next event.
    pub fn pull(&self, calls: &mut Calls) -> Result<mtproto_event, mtproto_status> {
        // SAFETY: a struct of numbers and pointers.
        let mut event = unsafe { std::mem::zeroed::<mtproto_event>() };
        event.struct_size = size_of::<mtproto_event>();
        // SAFETY: a live handle.
        match calls.until_done(|| unsafe { mtproto_transport_pull_event(self.0, &mut event) }) {
            MTPROTO_OK => Ok(event),
            status => Err(status),
        }
    }

    /// The fatal error, in words.
    pub fn words(&self) -> &[u8] {
        // SAFETY: a live handle; a text that ends in NUL.
        unsafe { std::ffi::CStr::from_ptr(mtproto_transport_error_text(self.0)) }.to_bytes()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // SAFETY: of its own, given back once.
        unsafe { mtproto_transport_free(self.0) };
    }
}
