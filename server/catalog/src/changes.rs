//! What changes of a document do to a running job: which change it is, what each way of restarting does, and the safe way.

use crate::FlinkVersion;

/// How a running job takes a change, over all ways of restarting. Ordered from harmless to severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Restores from a retained checkpoint and from both kinds of savepoint.
    Safe,
    /// Needs new processes; restarting the job alone changes nothing.
    ClusterRestart,
    /// Works, with a consequence that is worth knowing.
    SafeBut,
    /// Not established.
    Unknown,
    /// Needs a savepoint.
    SavepointOnly,
    /// Starts, and state is missing in at least one way of restarting.
    StateLost,
    /// Does not start.
    Fails,
}

impl Class {
    /// All of them, from harmless to severe.
    pub const ALL: [Class; 7] = [
        Class::Safe,
        Class::ClusterRestart,
        Class::SafeBut,
        Class::Unknown,
        Class::SavepointOnly,
        Class::StateLost,
        Class::Fails,
    ];

    /// As the data and the outputs write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Class::Safe => "safe",
            Class::ClusterRestart => "cluster-restart",
            Class::SafeBut => "safe-but",
            Class::Unknown => "unknown",
            Class::SavepointOnly => "savepoint-only",
            Class::StateLost => "state-lost",
            Class::Fails => "fails",
        }
    }

    /// What it means, for a page.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Class::Safe => "Restores from a retained checkpoint and from both kinds of savepoint.",
            Class::ClusterRestart => {
                "Takes effect when the processes are restarted; restarting the job alone changes nothing."
            }
            Class::SafeBut => "Restores, with a consequence that is worth knowing.",
            Class::Unknown => "Concerns stored state, and what happens is not established.",
            Class::SavepointOnly => "Needs a savepoint; a retained checkpoint does not restore.",
            Class::StateLost => "Starts, and state is missing in at least one way of restarting.",
            Class::Fails => "Does not start.",
        }
    }

    /// Reads what [`Class::word`] writes.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// When a new value is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesEffect {
    /// With the restarted job.
    Job,
    /// When the processes restart.
    Cluster,
    /// When the job is submitted.
    Submission,
    /// With newly generated code.
    Code,
    /// Flink never sees it.
    Never,
}

impl TakesEffect {
    /// As the data and the outputs write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            TakesEffect::Job => "job",
            TakesEffect::Cluster => "cluster",
            TakesEffect::Submission => "submission",
            TakesEffect::Code => "code",
            TakesEffect::Never => "never",
        }
    }
}

/// What happens to a named entry as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryEvent {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// Other processes use it.
    Used,
}

/// How the new value stands to the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// It is greater.
    Up,
    /// It is less.
    Down,
    /// It is another one.
    Changed,
    /// It is the same.
    Same,
}

/// A condition on the two states of a document. Each list of values is of alternatives; an empty one asks nothing.
/// `absent` and `present` stand for a field that is not there, or is.
#[derive(Debug)]
pub struct Clause {
    /// A path of the catalog, an aspect such as `@store`, or `.` for the field that changes.
    pub at: &'static str,
    /// Values of the old state.
    pub old: &'static [&'static str],
    /// Values of the new state.
    pub new: &'static [&'static str],
    /// Values of both states.
    pub both: &'static [&'static str],
    /// How the new one stands to the old one.
    pub trend: Option<Trend>,
    /// The new value is greater than the value of this path or aspect.
    pub above: Option<&'static str>,
    /// It is greater than the old value there; else than the new one.
    pub above_old: bool,
    /// The new value is at least this.
    pub least: Option<&'static str>,
}

/// What is established for versions of Flink.
#[derive(Debug)]
pub struct Established {
    /// For a change of the version: the version that wrote the snapshot.
    pub from: Option<FlinkVersion>,
    /// From this version on; for a change of the version, the one that restores.
    pub to: FlinkVersion,
    /// The class over all ways of restarting.
    pub class: Class,
    /// The class when the restore asks for claim mode CLAIM, where that differs.
    pub with_claim: Option<Class>,
    /// What each way of restarting does.
    pub ways: &'static [(&'static str, &'static str)],
}

/// A kind of change.
#[derive(Debug)]
pub struct Change {
    /// Its id.
    pub id: &'static str,
    /// The data file: what it is about.
    pub subject: &'static str,
    /// It is one of the changes that were tried; others follow from those or from the meaning of a field.
    pub listed: bool,
    /// The fields whose change it is. `.**` stands for all below, `*` for all, `@flink` for the version of Flink.
    pub paths: &'static [&'static str],
    /// What happens to the entry, where the change is about a whole entry only.
    pub entry: Option<EntryEvent>,
    /// Values of the field before.
    pub old: &'static [&'static str],
    /// Values of the field after.
    pub new: &'static [&'static str],
    /// How the new value stands to the old one.
    pub trend: Option<Trend>,
    /// Further conditions; all must hold.
    pub when: &'static [Clause],
    /// The number of conditions: of two changes with one topic the one with more is meant.
    pub conditions: usize,
    /// What it is about, within a field. Changes with other topics hold beside each other.
    pub topic: &'static str,
    /// It is said once for a document, not at each field.
    pub once: bool,
    /// What has to be the case beside what documents show.
    pub unseen: Option<&'static str>,
    /// Why no document shows it.
    pub outside: Option<&'static str>,
    /// Holds where nothing else does.
    pub fallback: bool,
    /// The class per version.
    pub classes: &'static [Established],
    /// When the new value is used.
    pub takes_effect: &'static [TakesEffect],
    /// Wrong results or lost data without any message.
    pub silent: bool,
    /// What happens.
    pub consequence: &'static str,
    /// What to do.
    pub safe_way: &'static str,
    /// What it rests on.
    pub sources: &'static [&'static str],
    /// What stands behind the class where no run does.
    pub checked: Option<&'static str>,
}

impl Change {
    /// What is established for a change that goes from one version to another, or stays in one.
    ///
    /// Data of a change of the version name two releases; others are taken by how near they are.
    #[must_use]
    pub fn established(&self, old: FlinkVersion, new: FlinkVersion) -> &'static Established {
        let at = |version: FlinkVersion| {
            FlinkVersion::ALL
                .iter()
                .position(|known| *known == version)
                .unwrap_or(0)
        };
        let mut chosen = &self.classes[0];
        if chosen.from.is_none() {
            for known in self.classes.iter().filter(|known| known.to <= new) {
                chosen = known;
            }
            return chosen;
        }
        let major = |version: FlinkVersion| version >= FlinkVersion::V2_0;
        let distance = |known: &Established| {
            let from = known.from.unwrap_or(known.to);
            let other_major =
                usize::from(major(from) != major(old)) + usize::from(major(known.to) != major(new));
            (
                other_major,
                at(known.to).abs_diff(at(new)) + at(from).abs_diff(at(old)),
            )
        };
        for known in self.classes {
            if distance(known) < distance(chosen) {
                chosen = known;
            }
        }
        chosen
    }

    /// The most severe class over all versions.
    #[must_use]
    pub fn most_severe(&self) -> Class {
        let all = self.classes.iter().map(|known| known.class);
        all.max().unwrap_or(Class::Unknown)
    }
}

/// All kinds of change, in the order of the data.
#[must_use]
pub fn changes() -> &'static [Change] {
    &crate::generated::CHANGES
}

/// A kind of change by its id.
#[must_use]
pub fn change(id: &str) -> Option<&'static Change> {
    changes().iter().find(|change| change.id == id)
}
