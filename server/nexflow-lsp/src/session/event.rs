//! What the main loop hears of.

use crate::transport::Incoming;

/// Something that happened, to a main loop with the state `S`.
pub(crate) enum Event<S> {
    /// The client has sent something.
    Client(Incoming),
    /// A worker is done; this is what it wants done to the state.
    Done(Box<dyn FnOnce(&mut S) + Send>),
    /// The process that the client named as its own is gone.
    ParentGone,
}
