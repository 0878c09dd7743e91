//! Ends the server when the editor that started it is gone without closing the server's input.

use std::{sync::mpsc::Sender, thread, time::Duration};

use crate::session::event::Event;

const INTERVAL: Duration = Duration::from_secs(2);

/// Watches the process with this id on a thread of its own.
pub(crate) fn watch<S: 'static>(process: u32, events: Sender<Event<S>>) {
    let watcher = move || {
        while is_alive(process) {
            thread::sleep(INTERVAL);
        }
        tracing::info!("the parent process {process} is gone");
        let _ = events.send(Event::ParentGone);
    };
    if let Err(error) = thread::Builder::new()
        .name("parent watch".into())
        .spawn(watcher)
    {
        tracing::warn!("the parent process is not watched: {error}");
    }
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    let Some(id) = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    else {
        return true;
    };
    // A process that exists but belongs to someone else answers with another error.
    let exists = rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH);
    exists && !is_zombie(process)
}

/// A process that has ended but whose parent has not noticed yet still has an id.
#[cfg(target_os = "linux")]
fn is_zombie(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status
        .rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_zombie(_: u32) -> bool {
    false
}

/// Elsewhere the end of the input is the only sign.
#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    true
}
