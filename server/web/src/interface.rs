//! What JavaScript calls. A message is written to the address that `prepare` gives, `handle` answers with the length of what then
//! stands at `answer`: a JSON array of messages.
#![allow(unsafe_code)]

use std::cell::RefCell;

use crate::Session;

#[derive(Default)]
struct State {
    session: Session,
    message: Vec<u8>,
    answer: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Makes room for a message of so many bytes; where they are to be written.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(length: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        state.message = vec![0; length];
        state.message.as_mut_ptr()
    })
}

/// Handles the message; how many bytes the answer has.
#[unsafe(no_mangle)]
pub extern "C" fn handle() -> usize {
    STATE.with_borrow_mut(|state| {
        let message = std::mem::take(&mut state.message);
        state.answer = state.session.handle_bytes(&message);
        state.answer.len()
    })
}

/// Where the answer stands.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    STATE.with_borrow(|state| state.answer.as_ptr())
}
