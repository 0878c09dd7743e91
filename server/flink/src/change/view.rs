//! One side of a difference, and what conditions ask of it.

use nexflow_catalog as catalog;

use super::{
    difference::{default_of, normalised_default},
    state::State,
};

/// One side of a difference.
#[derive(Clone, Copy)]
pub(super) struct View<'s, 'a> {
    pub state: &'s State<'a>,
    /// The path of the difference on this side.
    pub path: &'s str,
    /// The path in the catalog.
    pub field: &'s str,
}

/// A value that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    /// What the document says.
    pub explicit: Option<String>,
    /// What holds otherwise.
    pub default: Option<String>,
    /// What it counts, where that is not what its text says.
    pub number: Option<f64>,
}

impl Answer {
    /// What the document says.
    pub fn of(text: Option<impl Into<String>>) -> Answer {
        Answer {
            explicit: text.map(Into::into),
            ..Answer::default()
        }
    }

    /// What holds.
    pub fn value(&self) -> Option<&str> {
        self.explicit.as_deref().or(self.default.as_deref())
    }

    /// What it counts.
    pub fn count(&self) -> Option<f64> {
        self.number.or_else(|| number(self.value()?))
    }

    /// Whether it is one of these; `absent` and `present` ask what the document says. No values ask nothing.
    pub fn is_one_of(&self, values: &[&str]) -> bool {
        values.is_empty()
            || values.iter().any(|wanted| match *wanted {
                "absent" => self.explicit.is_none(),
                "present" => self.explicit.is_some(),
                wanted => self
                    .value()
                    .is_some_and(|value| value.eq_ignore_ascii_case(wanted)),
            })
    }
}

/// What a normalised text counts: durations in nanoseconds, sizes in bytes.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text
        .strip_suffix("ns")
        .or_else(|| text.strip_suffix('b'))
        .unwrap_or(text);
    digits.parse().ok()
}

/// The entry that all others fall back to.
const DEFAULT: &str = "default";

impl<'a> View<'_, 'a> {
    /// The section and the name of the entry that the path is in.
    pub fn entry(&self) -> (&str, Option<&str>) {
        let mut parts = self.path.split('.');
        let section = parts.next().unwrap_or_default();
        let name = parts.next();
        (section, name.filter(|_| self.field.contains(".<")))
    }

    /// The rest of the path below the entry.
    pub fn rest(&self) -> &str {
        self.path.splitn(3, '.').nth(2).unwrap_or_default()
    }

    /// The entries of a section that what the path is in belongs together with: that of its own, else that of its name, else the
    /// default or only one, else all of them.
    pub fn related(&self, section: &str) -> Vec<String> {
        let (own, name) = self.entry();
        let exists = |name: &str| {
            let path = format!("{section}.{name}");
            self.state.has(&path) || self.state.entries.contains_key(&path)
        };
        if let Some(name) = name
            && (exists(name) && (own == section || is_paired(own)))
        {
            return vec![name.to_owned()];
        }
        if exists(DEFAULT) {
            return vec![DEFAULT.to_owned()];
        }
        self.state.names(section).map(str::to_owned).collect()
    }

    /// The values of a field of the catalog, in each entry that it may be about; one answer at least.
    pub fn values(&self, at: &str) -> Vec<Answer> {
        let default = catalog::node(at)
            .and_then(|schema| Some((default_of(schema)?, schema)))
            .map(|(default, schema)| normalised_default(default, Some(schema)));
        let answer = |path: &str| Answer {
            explicit: self.state.get(path).map(str::to_owned),
            default: default.clone(),
            number: None,
        };
        let segments: Vec<&str> = at.split('.').collect();
        let Some(placeholder) = segments.get(1).filter(|name| name.starts_with('<')) else {
            return vec![answer(at)];
        };
        let names = self.related(segments[0]);
        let all: Vec<_> = names
            .iter()
            .map(|name| answer(&at.replacen(placeholder, name, 1)))
            .collect();
        match all.is_empty() {
            true => vec![Answer {
                default,
                ..Answer::default()
            }],
            false => all,
        }
    }

    /// One value of an entry.
    pub fn get(&self, section: &str, name: &str, rest: &str) -> Option<&str> {
        self.state.get(&format!("{section}.{name}.{rest}"))
    }
}

/// Sections whose entries of equal names belong together.
fn is_paired(section: &str) -> bool {
    use crate::selection::{BACKENDS, CHECKPOINTS, RESOURCES};
    [BACKENDS, CHECKPOINTS, RESOURCES].contains(&section)
}
