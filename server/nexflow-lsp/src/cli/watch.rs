//! `check --watch`: checks again when a file has changed.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    thread,
    time::{Duration, SystemTime},
};

use crate::cli::{
    input::{Input, InputArgs},
    output::{self, say},
};

/// How long a change may go unnoticed. Asking for times works on every file system, and in containers.
const PAUSE: Duration = Duration::from_millis(500);

/// The state of one file: when it was written, and how long it is.
type State = (PathBuf, Option<(SystemTime, u64)>);

/// Runs `check` now and after each change, until the process is ended. `check` gives its exit code and the files that it has read.
pub(super) fn watch(which: &InputArgs, mut check: impl FnMut() -> (i32, Vec<PathBuf>)) -> i32 {
    loop {
        if io::stdout().is_terminal() {
            // The screen from its first line on.
            let code = output::print("\u{1b}[2J\u{1b}[H");
            if code != 0 {
                return code;
            }
        }
        let before = documents(which);
        let (_, read) = check();
        let known = states(before.into_iter().chain(read.clone()));
        say(format_args!("Watching for changes. Press Ctrl+C to stop."));
        loop {
            thread::sleep(PAUSE);
            if states(documents(which).into_iter().chain(read.clone())) != known {
                break;
            }
        }
    }
}

/// The documents that there are by now.
fn documents(which: &InputArgs) -> Vec<PathBuf> {
    let (input, _) = Input::find(which);
    let files = input.sources.iter().filter_map(|source| source.file());
    files.map(|file| input.current.join(file)).collect()
}

fn states(files: impl Iterator<Item = PathBuf>) -> Vec<State> {
    let state = |file: PathBuf| {
        let metadata = file.metadata().ok();
        let state = metadata.and_then(|one| Some((one.modified().ok()?, one.len())));
        (file, state)
    };
    let mut all: Vec<State> = files.map(state).collect();
    all.sort_unstable();
    all.dedup();
    all
}
