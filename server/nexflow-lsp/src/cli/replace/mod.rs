//! Changes a file so that at any moment there is the old one or the new one, whoever else is at work in the folder.

mod attributes;
mod temporary;

pub(crate) use self::temporary::clean_up_on_signals;

use std::{
    fs,
    io::{self, Read, Seek, Write},
    path::Path,
};

use crate::{cli::replace::temporary::Temporary, workspace::paths};

/// Replaces the text of a file in one step: the new text is written beside it, reaches the disk, and then changes places with it.
/// A file that no longer holds `before` is left alone, also when that turns out after the change of places. Mode, owner, access
/// lists and extended attributes stay, and a link goes on pointing to the file. Where the system does not let the new file have
/// them, as with a file of somebody else, the old one is written over in its place. Further hard links keep the old text.
///
/// # Errors
/// Says in words why the file is as it was.
pub(crate) fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    replace_file(path, before.as_bytes(), after.as_bytes())
        .map_err(|error| format!("it cannot be written: {error}"))
}

/// Writes a file that is not there yet. Where something has the name by now, a link as well, it stays as it is.
///
/// # Errors
/// Says in words why there is none.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), String> {
    let write = || {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error: io::Error| format!("it cannot be written: {error}"))
}

fn replace_file(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    // Only for a link something else has to be found: what no system call can name otherwise, as a long path of some, is left as it is.
    let real = if path.is_symlink() {
        paths::real(path)?
    } else {
        path.to_path_buf()
    };
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let old = fs::File::open(&real)?;
    let metadata = old.metadata()?;
    if metadata.permissions().readonly() {
        // A change of names would go through all the same, for it asks the folder and not the file.
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only",
        ));
    }
    let mut new = Temporary::new(folder)?;
    new.file().write_all(after)?;
    let is_alike = attributes::copy(&old, new.file(), &metadata);
    new.file().sync_all()?;
    // Not every Windows gives away the name of a file that is open.
    drop(old);
    if is_alike {
        new.take_place_of(&real, |old| holds(old, before))?;
    } else {
        write_over(&real, before, after)?;
        // Writing takes some bits away from a file that is not run by its owner.
        let _ = fs::set_permissions(&real, metadata.permissions());
    }
    sync_folder(folder)
}

/// Whether a name stands for a file with this text, and not for a link to one.
fn holds(path: &Path, text: &[u8]) -> io::Result<bool> {
    Ok(path.symlink_metadata()?.is_file() && fs::read(path)? == text)
}

/// Writes a text into the file that is there. Until that is done the new text lies beside it.
fn write_over(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().read(true).write(true).open(path)?;
    let mut found = Vec::new();
    file.read_to_end(&mut found)?;
    if found != before {
        return Err(changed());
    }
    file.rewind()?;
    file.write_all(after)?;
    file.set_len(after.len() as u64)?;
    file.sync_all()
}

fn changed() -> io::Error {
    io::Error::other("it has been changed in the meantime")
}

/// The new name must reach the disk as well as the text.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_changed_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.infra");
        fs::write(&file, "newer").expect("written");
        let said = replace(&file, "old", "new").expect_err("refused");
        assert!(said.contains("in the meantime"), "{said}");
        assert_eq!(fs::read_to_string(&file).expect("read"), "newer");
        replace(&file, "newer", "new").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "new");
        let over = write_over(&file, b"old", b"longer than before");
        assert!(over.is_err());
        write_over(&file, b"new", b"longer").expect("written");
        write_over(&file, b"longer", b"x").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "x");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink("a", &link).expect("linked");
        for mode in [0o640, 0o600, 0o755, 0o664, 0o222] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("set");
            if fs::read(&file).is_err() {
                continue;
            }
            replace(&link, "old", "new").expect("written");
            assert!(link.is_symlink());
            assert_eq!(fs::read_to_string(&file).expect("read"), "new");
            let found = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(found & 0o7777, mode);
            replace(&link, "new", "old").expect("written");
        }
    }

    #[test]
    fn names_may_be_as_long_as_the_system_takes() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(format!("{}.infra", "x".repeat(249)));
        fs::write(&file, "old").expect("written");
        replace(&file, "old", "new").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "new");
    }
}
