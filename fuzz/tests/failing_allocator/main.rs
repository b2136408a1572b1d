//! Every allocation of a call of the C ABI fails: a typed status, NULL or a success, never an end of the process, and
//! nothing is lost, changed or leaked (rule 7 of the header).

mod allocator;
mod calls;
mod configs;
mod connections;
mod ends;
mod strangers;

use mtproto::capi::*;

/// Calls that are made again when there was no memory for them.
pub struct Calls {
    /// How often there was none.
    refused: u32,
}

impl Calls {
    /// What the call comes to once there is memory again. A server that lacked it in a carrier's handshake repeats the
    /// status (rule 2).
    pub fn until_done(&mut self, mut call: impl FnMut() -> mtproto_status) -> mtproto_status {
        for _ in 0..3 {
            match call() {
                MTPROTO_ERROR_OUT_OF_MEMORY => self.were_refused(),
                status => return status,
            }
        }
        MTPROTO_ERROR_OUT_OF_MEMORY
    }

    /// The same for a call that has to come to OK.
    pub fn done(&mut self, call: impl FnMut() -> mtproto_status) {
        assert_eq!(self.until_done(call), MTPROTO_OK);
    }

    /// The same for a call that makes a handle, or NULL.
    pub fn made<T>(&mut self, mut call: impl FnMut() -> *mut T) -> *mut T {
        let handle = call();
        if !handle.is_null() {
            return handle;
        }
        self.were_refused();
        let handle = call();
        assert!(!handle.is_null(), "NULL, and there is memory");
        handle
    }

    fn were_refused(&mut self) {
        self.refused += 1;
        allocator::is_back();
    }
}

/// Does it again and again; each time another allocation fails on the way, alone or with all that follow in that call.
/// How many there are: what is done must make none of its own.
pub fn each_allocation(mut act: impl FnMut(&mut Calls)) -> usize {
    let mut most = 0;
    for and_later in [false, true] {
        for fail_at in 0.. {
            let live = allocator::live();
            let mut calls = Calls { refused: 0 };
            allocator::fail_at(fail_at, and_later);
            act(&mut calls);
            allocator::is_back();
            assert_eq!(allocator::live(), live, "leaked");
            if !allocator::has_failed() {
                // A queue that could not double may do with what it needs: then nobody has to be told.
                assert_eq!(calls.refused, 0, "no memory, and none was asked for");
                most = most.max(fail_at);
                break;
            }
        }
    }
    most
}
