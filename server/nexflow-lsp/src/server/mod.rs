//! The language server process: the main loop behind the transport.
//!
//! The main loop alone owns and changes state, in the order of arrival. Workers read immutable snapshots.

pub(crate) mod dispatch;
pub(crate) mod main_loop;

use std::{
    fs::File,
    io::{self, Read},
    sync::mpsc,
};

use crate::{session::event::Event, transport};

/// Serves one client over standard input and output until it leaves; the exit code of the process.
pub(crate) fn run_stdio() -> i32 {
    keep_freed_memory();
    match output() {
        Ok(output) => serve(io::stdin(), output, client_has_left),
        Err(error) => {
            tracing::error!("the standard output cannot be used: {error}");
            2
        }
    }
}

/// The allocator of glibc gives memory back to the system as soon as 128 kB at the end of a heap are free, and takes it again at the
/// next edit, which is a quarter of the time of an edit with a thousand diagnostics. Once a block has been freed that was taken from
/// the system by itself, it leaves twice as much with the process.
fn keep_freed_memory() {
    const BLOCK: usize = 4 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(BLOCK)));
}

/// Serves one client until it leaves or the input ends; `has_left` tells that the end of the input is near.
pub(crate) fn serve(
    input: impl Read + Send + 'static,
    output: File,
    has_left: fn() -> bool,
) -> i32 {
    let (events, inbox) = mpsc::channel();
    let arrived = events.clone();
    transport::serve(
        input,
        output,
        has_left,
        move |incoming| {
            let _ = arrived.send(Event::Client(incoming));
        },
        move |outgoing| main_loop::run(&inbox, events, outgoing),
    )
}

/// Standard output without the buffer of the standard library, which writes header and body apart because of the line breaks in
/// between: the client would be woken twice for each message.
fn output() -> io::Result<File> {
    #[cfg(unix)]
    let own = {
        use std::os::fd::AsFd;
        io::stdout().as_fd().try_clone_to_owned()
    };
    #[cfg(windows)]
    let own = {
        use std::os::windows::io::AsHandle;
        io::stdout().as_handle().try_clone_to_owned()
    };
    own.map(File::from)
}

/// Whether the client has closed the input, without reading it.
#[cfg(unix)]
fn client_has_left() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    // A pipe reports it by itself; a socket, which some clients take, has a flag of its own for its half.
    #[cfg(target_os = "linux")]
    let wanted = PollFlags::RDHUP;
    #[cfg(not(target_os = "linux"))]
    let wanted = PollFlags::empty();
    let stdin = io::stdin();
    let mut inputs = [PollFd::new(&stdin, wanted)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let found = poll(&mut inputs, Some(&at_once));
    found.is_ok_and(|count| count > 0) && inputs[0].revents().intersects(PollFlags::HUP | wanted)
}

/// Elsewhere that cannot be seen before everything in front of it is read.
#[cfg(not(unix))]
fn client_has_left() -> bool {
    false
}
