//! What processes (L1, `.proc`) refer to: streams, lookups, checkpoints and the other names that an L5 document binds.
//!
//! There is no grammar here. L1 grows, and a third of the published processes do not parse with the published grammar, so
//! [`scan`] reads words in one pass and knows the few sequences of words in which a name can stand. It takes any text, finishes
//! in time that is linear in it, and gives places as byte ranges. It knows nothing of documents, files or editors.

mod lexer;
mod references;
mod words;

pub use references::scan;
pub use text_size::{TextRange, TextSize};
pub use words::{is_keyword, is_name, is_sink_name};

/// Longest text that is looked at; the rest of a longer one is left out, and [`Scan::complete`] says so.
pub const MAX_BYTES: usize = 4 << 20;

/// Most references of one text.
pub const MAX_REFERENCES: usize = 1 << 16;

/// In what kind of statement a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `process x`: the process gets its name here.
    Process,
    /// `receive a from x`, `receive x`.
    Source,
    /// `emit to x`, `send to x`.
    Sink,
    /// `late data to x`.
    LateData,
    /// `enrich using x`, `lookup x`.
    Lookup,
    /// `checkpoint every … to x`.
    Checkpoint,
    /// `dead_letter x`.
    DeadLetter,
    /// `emit completion to x`.
    Completion,
    /// `persist to x`.
    Persistence,
    /// `business_date from x`.
    Calendar,
    /// `local x keyed by`, `buffer x keyed by`: a state gets its name here.
    State,
    /// `hold a in x`, `store in x`, `match from x`, `state x` of a window or transform, `state_machine x`: a state is used, or one
    /// gets its name without being declared.
    StateUse,
    /// `uses x`: state of another process.
    SharedState,
    /// `persistence x` of a state machine.
    StateBackend,
    /// `route … to x`: a branch of the process or a sink. Nothing tells which.
    Route,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 15] = [
        Kind::Process,
        Kind::Source,
        Kind::Sink,
        Kind::LateData,
        Kind::Lookup,
        Kind::Checkpoint,
        Kind::DeadLetter,
        Kind::Completion,
        Kind::Persistence,
        Kind::Calendar,
        Kind::State,
        Kind::StateUse,
        Kind::SharedState,
        Kind::StateBackend,
        Kind::Route,
    ];

    /// A word for it, as data and tests write it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Process => "process",
            Kind::Source => "source",
            Kind::Sink => "sink",
            Kind::LateData => "late-data",
            Kind::Lookup => "lookup",
            Kind::Checkpoint => "checkpoint",
            Kind::DeadLetter => "dead-letter",
            Kind::Completion => "completion",
            Kind::Persistence => "persistence",
            Kind::Calendar => "calendar",
            Kind::State => "state",
            Kind::StateUse => "state-use",
            Kind::SharedState => "shared-state",
            Kind::StateBackend => "state-backend",
            Kind::Route => "route",
        }
    }

    /// Which way records go, where the name is one of a stream.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Kind::Source => Some(Direction::Received),
            Kind::Sink | Kind::LateData | Kind::Persistence => Some(Direction::Emitted),
            _ => None,
        }
    }
}

/// Which way records of a stream go, seen from a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The process reads them.
    Received,
    /// The process writes them.
    Emitted,
}

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A logical name, which a document binds.
    Logical,
    /// The name that the outer system uses, such as a topic: the process itself names the connector, and nothing binds it.
    Physical,
    /// `${…}`: any name.
    Config,
}

/// A place where a process names something outside of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// In what kind of statement.
    pub kind: Kind,
    /// How it is written.
    pub form: Form,
    /// The name alone, without quotes; for [`Form::Config`] the whole `${…}`.
    pub range: TextRange,
    /// Which of [`Scan::processes`] it stands in.
    pub process: Option<u32>,
    /// For a source whose one name is also what the process calls it (`receive x`): where ` from y` can be inserted.
    pub from_at: Option<TextSize>,
}

/// One process of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name.
    pub name: TextRange,
    /// From the word `process` to the next process or the end of the text.
    pub range: TextRange,
}

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// In the order of the text.
    pub references: Vec<Reference>,
    /// In the order of the text.
    pub processes: Vec<Process>,
    /// False when the text is longer, or has more references, than is looked at.
    pub complete: bool,
}
