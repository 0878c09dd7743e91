//! Changes files so that at any moment there is the old file or the new one.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use nexflow_analysis::LineDiff;
use nexflow_syntax::{Document, TextEdit};

/// The text of a document after edits that do not overlap, in whatever order.
pub fn edited(document: &Document, edits: &[TextEdit]) -> String {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let text = document.rope().to_string();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in ordered {
        out.push_str(&text[from..edit.range.start().into()]);
        out.push_str(&edit.insert);
        from = edit.range.end().into();
    }
    out.push_str(&text[from..]);
    out
}

/// The difference of two versions of a document, as `patch` and `git apply` take it.
pub fn unified_diff(path: &Path, before: &str, after: &str) -> String {
    let name = path.display();
    let (old, new) = (format!("a/{name}"), format!("b/{name}"));
    LineDiff::new(before, after).unified(3, &old, &new)
}

/// Replaces the text of a file in one step: the new text is written beside it, reaches the disk, and then takes its name.
/// Permissions stay, and a link goes on pointing to the file. A file that no longer holds `before` is left alone.
///
/// # Errors
/// Says in words why the file is as it was.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    replace_file(path, before, after).map_err(|error| format!("it cannot be written: {error}"))
}

fn replace_file(path: &Path, before: &str, after: &str) -> io::Result<()> {
    let real = path.canonicalize()?;
    let folder = real.parent().unwrap_or(Path::new("."));
    let metadata = fs::metadata(&real)?;
    if metadata.permissions().readonly() {
        // A rename would go through all the same, for it asks the folder and not the file.
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only",
        ));
    }
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let mut temporary = tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".tmp")
        .tempfile_in(folder)?;
    temporary.write_all(after.as_bytes())?;
    keep_owner(temporary.as_file(), &metadata);
    temporary
        .as_file()
        .set_permissions(metadata.permissions())?;
    temporary.as_file().sync_all()?;
    if fs::read(&real)? != before.as_bytes() {
        return Err(io::Error::other("it has been changed in the meantime"));
    }
    temporary.persist(&real).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Only a privileged process may give a file to someone else; for all others the owner is right already.
#[cfg(unix)]
fn keep_owner(file: &fs::File, metadata: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    let _ = std::os::unix::fs::fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) {}

/// The new name must reach the disk as well as the text.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// What became of one document.
pub struct Rewritten {
    /// How the document is called.
    pub path: PathBuf,
    /// Its new text and the difference, when it changes; or why it cannot be changed.
    pub outcome: Result<Option<Change>, String>,
}

/// A change of a document.
pub struct Change {
    /// The whole new text.
    pub text: String,
    /// What changes.
    pub diff: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_the_order_of_the_text() {
        let document = Document::parse("a: 1\nb: 2\n");
        let edit = |from: u32, to: u32, insert: &str| {
            TextEdit::replace(
                nexflow_syntax::TextRange::new(from.into(), to.into()),
                insert,
            )
        };
        let text = edited(&document, &[edit(8, 9, "3"), edit(0, 0, "# x\n")]);
        assert_eq!(text, "# x\na: 1\nb: 3\n");
    }

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
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "old").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink("a", &link).expect("linked");
        replace(&link, "old", "new").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("read"), "new");
        let mode = fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
