//! What a repository holds, asked of the program `git`.
//!
//! Only commands are used that read objects and the index: none of them runs hooks, filters, text converters or a file system monitor,
//! whatever the configuration of a folder says. Nothing is fetched, and nothing asks for a password.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use super::project;

/// A repository with a work tree.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// The folder of its work tree.
    pub(crate) top: PathBuf,
}

/// Files by their paths below the top, with `/` between the parts, and the ids of their contents.
pub(crate) type Listing = BTreeMap<String, String>;

/// Settings that a folder's own configuration cannot change.
const FIXED: [&str; 4] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "protocol.allow=never",
];

impl Repository {
    /// The repository that a folder is in.
    pub(crate) fn around(folder: &Path) -> Option<Repository> {
        project::version_control(folder)
            .filter(|top| top.join(".git").exists())
            .map(|top| Repository { top })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("--no-pager")
            .args(FIXED.iter().flat_map(|setting| ["-c", setting]))
            .args(arguments)
            .current_dir(&self.top)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .env("LC_ALL", "C")
            .env_remove("GIT_EXTERNAL_DIFF")
            .env_remove("GIT_TRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self
            .command(arguments)
            .output()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().find(|line| !line.trim().is_empty());
        Err(format!(
            "git: {}",
            first.unwrap_or("failed without a message")
        ))
    }

    fn line(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.output(arguments)?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }

    /// The commit that a name means.
    pub(crate) fn commit(&self, revision: &str) -> Result<String, String> {
        let wanted = format!("{revision}^{{commit}}");
        self.line(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ])
        .map_err(|_| format!("no commit named `{revision}`"))
    }

    /// Where the histories of two commits part.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Result<String, String> {
        self.line(&["merge-base", "--end-of-options", one, other])
            .map_err(|_| "the two revisions have no common ancestor".to_owned())
    }

    /// The files of a commit.
    pub(crate) fn files(&self, commit: &str) -> Result<Listing, String> {
        let output = self.output(&[
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--end-of-options",
            commit,
        ])?;
        // <mode> SP <type> SP <object> TAB <file> NUL
        Ok(listing(&output, 2))
    }

    /// The files of the index: what the next commit will hold.
    pub(crate) fn staged(&self) -> Result<Listing, String> {
        let output = self.output(&["ls-files", "-s", "-z", "--full-name"])?;
        // <mode> SP <object> SP <stage> TAB <file> NUL
        Ok(listing(&output, 1))
    }

    /// The contents with these ids.
    pub(crate) fn contents(&self, ids: Vec<String>) -> Result<HashMap<String, Vec<u8>>, String> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut child = self
            .command(&["cat-file", "--batch", "--buffer"])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("git cannot be asked".to_owned());
        };
        let asked: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let writer = thread::spawn(move || input.write_all(asked.as_bytes()));
        let mut output = BufReader::with_capacity(1 << 16, output);
        let mut found = HashMap::with_capacity(ids.len());
        for _ in &ids {
            let mut head = String::new();
            let read = output
                .read_line(&mut head)
                .map_err(|error| error.to_string())?;
            if read == 0 {
                break;
            }
            // <object> SP <type> SP <size>, or <object> SP missing
            let parts: Vec<&str> = head.split_whitespace().collect();
            let [id, _, size] = parts.as_slice() else {
                continue;
            };
            let Ok(size) = size.parse::<usize>() else {
                continue;
            };
            let mut content = vec![0; size + 1];
            output
                .read_exact(&mut content)
                .map_err(|error| error.to_string())?;
            content.pop();
            found.insert((*id).to_owned(), content);
        }
        let _ = writer.join();
        let _ = child.wait();
        if found.len() < ids.len() {
            return Err("git does not have all contents; fetch them first".to_owned());
        }
        Ok(found)
    }
}

/// Regular files of a listing; the id is the part of this number.
fn listing(output: &[u8], id: usize) -> Listing {
    output
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let entry = std::str::from_utf8(entry).ok()?;
            let (head, path) = entry.split_once('\t')?;
            let parts: Vec<&str> = head.split(' ').collect();
            // Links and other repositories are no documents.
            let is_file = parts.first()?.starts_with("100");
            is_file.then(|| Some((path.to_owned(), (*parts.get(id)?).to_owned())))?
        })
        .collect()
}
