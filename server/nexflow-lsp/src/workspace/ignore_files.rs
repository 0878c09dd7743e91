//! Ignore files: `.ignore`, `.gitignore` and `.git/info/exclude`, as far as they can do no harm.
//!
//! They are part of a folder that may be anybody's. One that is a link or a pipe is not opened (git does not follow such links
//! either), and patterns are bounded. Files outside of the folder are not asked: what `check` looks at must not depend on what the
//! machine has beside it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use super::{paths, project};

/// Largest ignore file that is read.
const MAX_BYTES: u64 = 256 << 10;
/// Patterns of all ignore files of one walk. Ten thousand take a second.
const MAX_PATTERNS: usize = 10_000;

const IGNORE: &str = ".ignore";
const GITIGNORE: &str = ".gitignore";
const EXCLUDE: &str = ".git/info/exclude";

/// What is ignored in a folder and in those below it.
pub(crate) struct Rules {
    above: Option<Rc<Rules>>,
    ignore: Option<Gitignore>,
    gitignore: Option<Gitignore>,
    exclude: Option<Gitignore>,
    /// What git ignores further up does not count in a repository of its own.
    is_repository: bool,
}

/// Reads ignore files within the bounds.
pub(crate) struct Reader {
    patterns: usize,
    /// Files that are not used, and why.
    pub(crate) refused: Vec<(PathBuf, String)>,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            patterns: MAX_PATTERNS,
            refused: Vec::new(),
        }
    }
}

impl Reader {
    /// What is ignored in a folder that a walk begins with: its own files, and those above it up to the top of its repository.
    pub(crate) fn begin(&mut self, folder: &Path) -> Rc<Rules> {
        let top = project::top_without_workspace(folder);
        let mut folders: Vec<&Path> = folder.ancestors().collect();
        folders.retain(|above| above.starts_with(&top));
        let rules = folders.into_iter().rev();
        let rules = rules.fold(None, |above, folder| Some(self.enter(above, folder)));
        rules.unwrap_or_else(|| self.enter(None, folder))
    }

    /// What is ignored in a folder below.
    pub(crate) fn enter(&mut self, above: Option<Rc<Rules>>, folder: &Path) -> Rc<Rules> {
        let is_folder = |name: &str| {
            let metadata = fs::symlink_metadata(folder.join(name));
            metadata.is_ok_and(|metadata| metadata.is_dir())
        };
        let is_repository = is_folder(".git");
        let has_exclude = is_repository && is_folder(".git/info");
        let ignore = self.read(folder, IGNORE);
        let gitignore = self.read(folder, GITIGNORE);
        let exclude = has_exclude.then(|| self.read(folder, EXCLUDE)).flatten();
        match above {
            // Most folders have nothing of their own.
            Some(above)
                if !is_repository
                    && ignore.is_none()
                    && gitignore.is_none()
                    && exclude.is_none() =>
            {
                above
            }
            above => Rc::new(Rules {
                above,
                ignore,
                gitignore,
                exclude,
                is_repository,
            }),
        }
    }

    fn read(&mut self, folder: &Path, name: &str) -> Option<Gitignore> {
        let path = folder.join(name);
        match self.patterns_of(folder, &path) {
            Ok(rules) => rules,
            Err(why) => {
                self.refused.push((path, format!("it is not used: {why}")));
                None
            }
        }
    }

    fn patterns_of(&mut self, folder: &Path, path: &Path) -> Result<Option<Gitignore>, String> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.kind().to_string()),
        };
        if !metadata.is_file() {
            return Err("not a regular file".into());
        }
        let text = paths::read_text(path, MAX_BYTES).map_err(|error| error.to_string())?;
        let is_pattern = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
        let number = text.lines().filter(is_pattern).count();
        let Some(left) = self.patterns.checked_sub(number) else {
            return Err(format!(
                "with it the ignore files have more than {MAX_PATTERNS} patterns"
            ));
        };
        self.patterns = left;
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // A pattern that cannot be read ignores nothing, as with git.
            let _ = builder.add_line(None, line);
        }
        Ok(builder.build().ok().filter(|rules| !rules.is_empty()))
    }
}

/// What the rules say of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    None,
    /// It is ignored.
    Ignored,
    /// It is not, whatever is said further up.
    Wanted,
}

impl Rules {
    /// What the rules say of a file or folder. `.ignore` counts before `.gitignore`, a nearer file before one further up.
    pub(crate) fn verdict(&self, path: &Path, is_folder: bool) -> Verdict {
        type Kind = fn(&Rules) -> Option<&Gitignore>;
        let kinds: [(Kind, bool); 3] = [
            (|rules| rules.ignore.as_ref(), false),
            (|rules| rules.gitignore.as_ref(), true),
            (|rules| rules.exclude.as_ref(), true),
        ];
        for (of, is_of_git) in kinds {
            let mut at = Some(self);
            while let Some(rules) = at {
                match of(rules).map(|found| found.matched(path, is_folder)) {
                    Some(Match::Ignore(_)) => return Verdict::Ignored,
                    Some(Match::Whitelist(_)) => return Verdict::Wanted,
                    _ => {}
                }
                at = rules
                    .above
                    .as_deref()
                    .filter(|_| !(is_of_git && rules.is_repository));
            }
        }
        Verdict::None
    }
}
