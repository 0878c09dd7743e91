//! The names that a project's processes (L1) use, as far as documents bind them.
//!
//! The caller scans the files ([`ProcessFile::read`]) and joins those of a project ([`ProjectProcesses`]); checks, completion and
//! navigation ask for names. Nothing of a file is kept but the names with their places.

use std::sync::{Arc, LazyLock};

use nexflow_catalog::fields;
pub use nexflow_process::{Direction, Form, Kind};
use nexflow_syntax::{TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::markdown;

/// What a process file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessFile {
    /// Its URI.
    pub uri: String,
    /// The names, in the order of the text.
    pub uses: Box<[ProcessUse]>,
    /// The names of its processes, in the order of the text.
    pub processes: Box<[Box<str>]>,
    /// False when there may be more in it.
    pub complete: bool,
}

/// One place where a process names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessUse {
    /// In what kind of statement.
    pub kind: Kind,
    /// How it is written.
    pub form: Form,
    /// The name; for [`Form::Config`] nothing.
    pub name: Box<str>,
    /// Its zero-based line.
    pub line: u32,
    /// Which of [`ProcessFile::processes`] it stands in.
    pub process: Option<u32>,
}

impl ProcessFile {
    /// Scans the text of a file.
    pub fn read(uri: String, text: &str) -> ProcessFile {
        let scan = nexflow_process::scan(text);
        let mut line = 0;
        let mut seen = 0;
        let uses = scan.references.iter().map(|found| {
            let start = usize::from(found.range.start());
            let lines = text.as_bytes()[seen..start].iter();
            line += lines.filter(|byte| **byte == b'\n').count();
            seen = start;
            ProcessUse {
                kind: found.kind,
                form: found.form,
                name: match found.form {
                    Form::Config => "".into(),
                    Form::Logical | Form::Physical => text[found.range].into(),
                },
                line: u32::try_from(line).unwrap_or(u32::MAX),
                process: found.process,
            }
        });
        let names = scan
            .processes
            .iter()
            .map(|process| text[process.name].into());
        ProcessFile {
            uri,
            uses: uses.collect(),
            processes: names.collect(),
            complete: scan.complete,
        }
    }

    /// Whether checks of documents may come out differently with the other file: a name has come, gone or changed.
    pub fn names_differ(&self, other: &ProcessFile) -> bool {
        let name = |used: &ProcessUse| (used.kind, used.form, used.name.clone(), used.process);
        self.complete != other.complete
            || self.processes != other.processes
            || !self.uses.iter().map(name).eq(other.uses.iter().map(name))
    }
}

/// The process files of a project, by names.
#[derive(Debug, Default)]
pub struct ProjectProcesses {
    files: Vec<Arc<ProcessFile>>,
    by_name: FxHashMap<Box<str>, Vec<(u32, u32)>>,
    /// Names that outer systems give things, which processes use themselves.
    physical: FxHashSet<Box<str>>,
    /// Kinds of statements in which `${…}` stands for a name.
    config: FxHashSet<Kind>,
    /// Kinds of statements in which a logical name stands.
    kinds: FxHashSet<Kind>,
    complete: bool,
    has_processes: bool,
    /// The project is one by its project file, and not only a folder in which files happen to lie together.
    declared: bool,
    revision: u64,
}

/// A use with the file that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct UseIn<'p> {
    /// The file.
    pub file: &'p ProcessFile,
    /// The use.
    pub used: &'p ProcessUse,
    /// Numbers of the file and of the process in it, by which processes are told apart.
    id: (u32, Option<u32>),
}

impl<'p> UseIn<'p> {
    /// The process around it.
    pub fn process(&self) -> Option<&'p str> {
        let index = usize::try_from(self.used.process?).ok()?;
        self.file.processes.get(index).map(|name| &**name)
    }

    pub(crate) fn id(&self) -> (u32, Option<u32>) {
        self.id
    }
}

impl ProjectProcesses {
    /// Joins files. `complete` is false when the project may have others; `revision` must differ whenever they do.
    pub fn new(files: Vec<Arc<ProcessFile>>, complete: bool, revision: u64) -> ProjectProcesses {
        let mut joined = ProjectProcesses {
            complete: complete && files.iter().all(|file| file.complete),
            has_processes: files.iter().any(|file| !file.processes.is_empty()),
            revision,
            declared: true,
            ..ProjectProcesses::default()
        };
        for (number, file) in (0..).zip(&files) {
            for (index, used) in (0..).zip(&*file.uses) {
                match used.form {
                    Form::Config => {
                        joined.config.insert(used.kind);
                    }
                    Form::Physical => {
                        joined.physical.insert(used.name.clone());
                    }
                    Form::Logical => {
                        joined.kinds.insert(used.kind);
                        let uses = joined.by_name.entry(used.name.clone()).or_default();
                        uses.push((number, index));
                    }
                }
            }
        }
        joined.files = files;
        joined
    }

    /// Says whether a project file makes the files a project. Without one, documents and processes may have nothing to do with each
    /// other.
    pub fn declared(mut self, declared: bool) -> ProjectProcesses {
        self.declared = declared;
        self
    }

    pub(crate) fn is_declared(&self) -> bool {
        self.declared
    }

    /// Whether there is any process, so that anything can be said about names.
    pub fn has_processes(&self) -> bool {
        self.has_processes
    }

    /// Whether all process files of the project have been read.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The files.
    pub fn files(&self) -> &[Arc<ProcessFile>] {
        &self.files
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    fn use_at(&self, (file, index): (u32, u32)) -> Option<UseIn<'_>> {
        let number = file;
        let file = self.files.get(usize::try_from(file).ok()?)?;
        let used = file.uses.get(usize::try_from(index).ok()?)?;
        Some(UseIn {
            file,
            used,
            id: (number, used.process),
        })
    }

    /// The places where a logical name stands, in whatever kind of statement.
    pub fn named(&self, name: &str) -> impl Iterator<Item = UseIn<'_>> {
        let places = self.by_name.get(name).into_iter().flatten();
        places.filter_map(|place| self.use_at(*place))
    }

    /// The places that name an entry of a block.
    pub fn uses_of<'p>(&'p self, block: &str, name: &str) -> impl Iterator<Item = UseIn<'p>> {
        let kinds = kinds_of(block);
        self.named(name)
            .filter(move |found| kinds.contains(&found.used.kind))
    }

    /// What the process around a use names.
    pub(crate) fn uses_beside(&self, id: (u32, Option<u32>)) -> impl Iterator<Item = UseIn<'_>> {
        let file = usize::try_from(id.0)
            .ok()
            .and_then(|file| self.files.get(file));
        file.into_iter().flat_map(move |file| {
            let uses = file.uses.iter().filter(move |used| used.process == id.1);
            uses.map(move |used| UseIn { file, used, id })
        })
    }

    /// All logical names that stand in such statements, each once, sorted.
    pub fn names_of(&self, kinds: &[Kind]) -> Vec<&str> {
        let uses = self.files.iter().flat_map(|file| &file.uses);
        let mut names: Vec<&str> = uses
            .filter(|used| used.form == Form::Logical && kinds.contains(&used.kind))
            .map(|used| &*used.name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a logical name stands in any such statement.
    pub(crate) fn has_kind(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.kinds.contains(kind))
    }

    /// Whether `${…}` stands in any such statement, so that any name may be meant.
    pub(crate) fn may_be_any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.config.contains(kind))
    }

    /// Whether a process names a topic or table of this name itself.
    pub(crate) fn is_physical(&self, name: &str) -> bool {
        self.physical.contains(name)
    }
}

/// A block whose entries processes name.
struct NamedBlock {
    block: &'static str,
    kinds: Vec<Kind>,
    toolchain: bool,
}

/// The blocks of the catalog whose entries processes name; those of fewer kinds of statements first.
static BLOCKS: LazyLock<Vec<NamedBlock>> = LazyLock::new(|| {
    let mut blocks: Vec<NamedBlock> = Vec::new();
    for field in fields().iter().filter(|field| !field.processes.is_empty()) {
        let Some((block, _)) = field.path.rsplit_once('.') else {
            continue;
        };
        let known = field.processes.iter().filter_map(|name| {
            let mut kinds = Kind::ALL.into_iter();
            kinds.find(|kind| kind.name() == *name)
        });
        blocks.push(NamedBlock {
            block,
            kinds: known.collect(),
            toolchain: field.toolchain,
        });
    }
    blocks.sort_by_key(|block| block.kinds.len());
    blocks
});

/// The kinds of statements that name the entries of a block; none for most blocks.
pub fn kinds_of(block: &str) -> &'static [Kind] {
    let found = BLOCKS.iter().find(|known| known.block == block);
    found.map_or(&[], |known| &known.kinds)
}

/// The blocks whose entries such a statement may name, the likeliest first.
pub fn blocks_of(kind: Kind) -> impl Iterator<Item = &'static str> {
    let blocks = BLOCKS
        .iter()
        .filter(move |known| known.kinds.contains(&kind));
    blocks.map(|known| known.block)
}

/// The statements that name entries of this block rather than of another one that the dialect has.
pub(crate) fn own_kinds(block: &str, toolchain: bool) -> Vec<Kind> {
    let fits = |kind: &Kind| {
        let mut blocks = blocks_of(*kind).filter(|other| toolchain || !is_of_toolchain(other));
        blocks.next() == Some(block)
    };
    kinds_of(block).iter().copied().filter(fits).collect()
}

/// The blocks whose entries processes name.
pub fn named_blocks() -> impl Iterator<Item = &'static str> {
    BLOCKS.iter().map(|known| known.block)
}

/// Whether the dialect of the toolchain alone has the block.
pub(crate) fn is_of_toolchain(block: &str) -> bool {
    let found = BLOCKS.iter().find(|known| known.block == block);
    found.is_some_and(|known| known.toolchain)
}

/// Whether L1 can write a name that stands in such statements.
pub fn is_writable(name: &str, kinds: &[Kind]) -> bool {
    nexflow_process::is_name(name)
        || kinds.contains(&Kind::Sink) && nexflow_process::is_sink_name(name)
}

/// One name in a text, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessReference {
    /// In what kind of statement.
    pub kind: Kind,
    /// How it is written.
    pub form: Form,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub range: TextRange,
    /// For a source whose one name is also what the process calls it: where ` from y` can be inserted.
    pub from_at: Option<TextSize>,
    /// The process around it.
    pub process: Option<TextRange>,
}

/// What the processes of a text name.
pub fn references(text: &str) -> Vec<ProcessReference> {
    let scan = nexflow_process::scan(text);
    let references = scan.references.iter().map(|found| ProcessReference {
        kind: found.kind,
        form: found.form,
        name: text[found.range].to_owned(),
        range: found.range,
        from_at: found.from_at,
        process: found.process.and_then(|index| {
            let process = scan.processes.get(usize::try_from(index).ok()?)?;
            Some(process.range)
        }),
    });
    references.collect()
}

/// What is known of a name of a process, for people: which documents bind it, and which processes use it. Nothing of what stands in
/// the documents.
pub fn hover(name: &str, block: &str, documents: &[String], processes: &[String]) -> String {
    let listed = |names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| markdown::code(name)).collect();
        names.join(", ")
    };
    let section = block.rsplit('.').next().unwrap_or(block);
    let mut text = format!("{} in {}", markdown::code(name), markdown::code(section));
    text.push_str(&match documents {
        [] => "\n\nNot bound in any document of the project.".to_owned(),
        documents => format!("\n\nBound in {}.", listed(documents)),
    });
    if !processes.is_empty() {
        text.push_str("\n\n");
        text.push_str(&used_by(processes));
    }
    text
}

/// A sentence about the processes that use a name.
pub fn used_by(processes: &[String]) -> String {
    let names: Vec<_> = processes.iter().map(|name| markdown::code(name)).collect();
    let what = match names.len() {
        1 => "process",
        _ => "processes",
    };
    format!("Used by {what} {}.", names.join(", "))
}
