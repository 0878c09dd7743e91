//! Derived files: what each is derived by, and whether it is written or compared.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::keywords;

/// Whether derived files are written or only compared with what would be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Report what differs.
    Check,
}

/// A derived file: its path in the repository, and its text.
pub struct Derived {
    /// Relative to the repository.
    pub path: &'static str,
    /// What must stand in it.
    pub text: String,
}

/// All derived files.
fn derived() -> Vec<Derived> {
    vec![keywords::derive()]
}

/// Writes or compares all derived files.
pub fn run(mode: Mode) -> ExitCode {
    let root = repository();
    let mut stale = 0;
    for file in derived() {
        match bring_up_to_date(&root.join(file.path), &file.text, mode) {
            Ok(true) => {}
            Ok(false) => {
                eprintln!("{} is not up to date; run cargo xtask generate", file.path);
                stale += 1;
            }
            Err(error) => {
                eprintln!("{}: {error}", file.path);
                stale += 1;
            }
        }
    }
    if stale == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// False when the file differs and may not be written.
fn bring_up_to_date(path: &Path, text: &str, mode: Mode) -> io::Result<bool> {
    match fs::read_to_string(path) {
        Ok(present) if present == text => return Ok(true),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    if mode == Mode::Check {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    Ok(true)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
