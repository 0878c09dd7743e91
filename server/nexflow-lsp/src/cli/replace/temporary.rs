//! Files with new text that are there for a moment, and gone even when a signal ends the process.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tempfile::NamedTempFile;

use crate::cli::replace::changed;

/// All that there are. Whoever makes one, takes one away or changes its name holds the lock.
static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn open() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that goes when it is dropped.
pub(crate) struct Temporary(Option<NamedTempFile>);

impl Temporary {
    /// An empty file in a folder. Its name has nothing of a document's, which may be as long as names can be.
    pub(crate) fn new(folder: &Path) -> io::Result<Temporary> {
        let mut open = open();
        let file = tempfile::Builder::new()
            .prefix(".nexflow-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(|error| {
                let reason = error.kind();
                io::Error::new(reason, format!("no file can be made beside it: {reason}"))
            })?;
        open.insert(file.path().to_path_buf());
        Ok(Temporary(Some(file)))
    }

    /// The file.
    pub(crate) fn file(&mut self) -> &mut fs::File {
        let file = self.0.as_mut();
        file.expect("it is there until it takes another's place")
            .as_file_mut()
    }

    /// Takes the place of another file, for which `is_as_before` holds: asked once before, and once more of the very file that had
    /// the name until then. One that somebody has changed or replaced in between gets its name back.
    pub(crate) fn take_place_of(
        mut self,
        real: &Path,
        is_as_before: impl Fn(&Path) -> io::Result<bool>,
    ) -> io::Result<()> {
        let Some(file) = self.0.take() else {
            return Ok(());
        };
        // A signal waits until this is over, so that what it takes away is never somebody's only copy.
        let mut open = open();
        let (file, own) = file.into_parts();
        // Nor does every Windows give another name to one that is open.
        let file = cfg!(unix).then_some(file);
        let path = own.to_path_buf();
        let result = (|| {
            if !is_as_before(real)? {
                return Err(changed());
            }
            match exchange(&path, real) {
                Ok(()) => {}
                Err(error) if cannot_exchange(&error) => return fs::rename(&path, real),
                Err(error) => return Err(error),
            }
            if is_as_before(&path).unwrap_or(false) {
                return Ok(());
            }
            exchange(&path, real)?;
            Err(changed())
        })();
        open.remove(&path);
        if result.is_err() && file.is_some_and(|file| !is_same(&file, &path)) {
            // Somebody has saved once more while names were exchanged. Nothing of theirs is taken away.
            let _ = own.keep();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            return Err(io::Error::other(format!(
                "it has been changed in the meantime, more than once; one of the texts is in {name}"
            )));
        }
        result
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(file) = self.0.take() {
            let mut open = open();
            open.remove(file.path());
            drop(file);
        }
    }
}

/// Whether a name stands for this very file, or for none.
#[cfg(unix)]
fn is_same(file: &fs::File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(own), Ok(found)) => id(own) == id(found),
        _ => true,
    }
}

#[cfg(not(unix))]
fn is_same(_: &fs::File, _: &Path) -> bool {
    true
}

/// Exchanges the names of two files in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the system or the file system knows no exchange. `EINVAL` is what some file systems say.
fn cannot_exchange(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
    )
}

/// From now on a signal that ends the process takes temporary files along.
#[cfg(unix)]
pub(crate) fn clean_up_on_signals() {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };
    let wanted = [SIGHUP, SIGINT, SIGTERM]
        .into_iter()
        .filter(|signal| !is_ignored(*signal));
    let Ok(mut signals) = Signals::new(wanted) else {
        return;
    };
    let _ = std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // The lock is never given back: no file is begun any more.
                let open = open();
                for path in &*open {
                    let _ = fs::remove_file(path);
                }
                let _ = emulate_default_handler(signal);
            }
        });
}

#[cfg(not(unix))]
pub(crate) fn clean_up_on_signals() {}

/// Whether the process was started so that a signal means nothing to it, as `nohup` does.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{cell::Cell, io::Write};

    use super::*;

    /// Puts "new" in the place of a file that holds "old", while `meanwhile` happens in front of the look with that number. What is in the
    /// folder then: texts by their names, and what was said.
    fn replaced(meanwhile: fn(&Path), look: usize) -> (Vec<(String, String)>, Option<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let real = folder.path().join("a");
        fs::write(&real, "old").expect("written");
        let mut new = Temporary::new(folder.path()).expect("made");
        new.file().write_all(b"new").expect("written");
        let looks = Cell::new(0);
        let result = new.take_place_of(&real, |path| {
            let is_as_before =
                path.symlink_metadata()?.is_file() && fs::read_to_string(path)? == "old";
            if looks.replace(looks.get() + 1) == look {
                meanwhile(&real);
            }
            Ok(is_as_before)
        });
        let mut found: Vec<(String, String)> = fs::read_dir(folder.path())
            .expect("it is there")
            .flatten()
            .map(|entry| {
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                (entry.file_name().to_string_lossy().into_owned(), text)
            })
            .collect();
        found.sort();
        (found, result.err().map(|error| error.to_string()))
    }

    fn texts(found: &[(String, String)]) -> Vec<&str> {
        found.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn an_edit_between_comparison_and_exchange_survives() {
        let (found, said) = replaced(|_| {}, 9);
        assert_eq!((texts(&found), said), (vec!["new"], None));
        // Written into the file that is there.
        let (found, said) = replaced(|real| fs::write(real, "edit").expect("written"), 0);
        assert_eq!(texts(&found), ["edit"]);
        assert!(said.is_some_and(|said| said.contains("in the meantime")));
        // A link takes its place.
        let link = |real: &Path| {
            fs::remove_file(real).expect("removed");
            std::os::unix::fs::symlink("/nowhere", real).expect("linked");
        };
        let (found, said) = replaced(link, 0);
        assert_eq!(found, [("a".to_owned(), String::new())]);
        assert!(said.is_some());
        // It is gone.
        let (found, said) = replaced(|real| fs::remove_file(real).expect("removed"), 0);
        assert_eq!(found, []);
        assert!(said.is_some());
    }

    #[test]
    fn nothing_that_somebody_saved_while_names_were_exchanged_is_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let real = folder.path().join("a");
        fs::write(&real, "old").expect("written");
        let mut new = Temporary::new(folder.path()).expect("made");
        new.file().write_all(b"new").expect("written");
        let looks = Cell::new(0);
        let result = new.take_place_of(&real, |_| {
            // In front of the exchange an edit of the old file; behind it a third file takes the name.
            match looks.replace(looks.get() + 1) {
                0 => Ok(true),
                _ => {
                    fs::write(folder.path().join("b"), "third").expect("written");
                    fs::rename(folder.path().join("b"), &real).expect("renamed");
                    Ok(false)
                }
            }
        });
        assert!(result.is_err_and(|error| error.to_string().contains("more than once")));
        let texts: BTreeSet<String> = fs::read_dir(folder.path())
            .expect("it is there")
            .flatten()
            .map(|entry| fs::read_to_string(entry.path()).expect("text"))
            .collect();
        assert!(texts.contains("third"), "{texts:?}");
    }
}
