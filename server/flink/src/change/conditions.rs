//! Whether the conditions of a kind of change hold.

use nexflow_catalog::{
    self as catalog,
    changes::{Change as Rule, Clause, EntryEvent, Trend},
};

use super::{
    aspects,
    difference::{Difference, default_of, normalised_default},
    state::State,
    view::{Answer, View, number},
};
use crate::value;

/// What conditions are asked about: a difference between two states.
pub(super) struct Question<'s, 'a> {
    pub old: &'s State<'a>,
    pub new: &'s State<'a>,
    pub difference: &'s Difference,
}

impl<'s, 'a> Question<'s, 'a> {
    /// Whether a kind of change is about the path, and all its conditions hold.
    pub fn holds(&self, rule: &Rule) -> bool {
        let difference = self.difference;
        if let Some(event) = rule.entry {
            if difference.event != Some(event) {
                return false;
            }
        } else if difference.event == Some(EntryEvent::Renamed) && !rule.fallback {
            // What an entry says is compared beside its name.
            return false;
        }
        if !rule
            .paths
            .iter()
            .any(|path| is_about(path, &difference.field))
        {
            return false;
        }
        let own = self.own();
        own.0.is_one_of(rule.old)
            && own.1.is_one_of(rule.new)
            && rule
                .trend
                .is_none_or(|trend| follows(trend, &own.0, &own.1))
            && rule.when.iter().all(|clause| self.clause(clause))
    }

    fn view(&self, old: bool) -> View<'s, 'a> {
        View {
            state: if old { self.old } else { self.new },
            path: if old {
                &self.difference.old_path
            } else {
                &self.difference.path
            },
            field: &self.difference.field,
        }
    }

    /// The values of the field itself.
    fn own(&self) -> (Answer, Answer) {
        let get = |old| {
            let view = self.view(old);
            let default = catalog::node(view.field)
                .and_then(|schema| Some((default_of(schema)?, schema)))
                .map(|(default, schema)| normalised_default(default, Some(schema)));
            let explicit = match self.difference.event {
                Some(_) => view
                    .state
                    .entries
                    .contains_key(view.path)
                    .then(|| "present".to_owned()),
                None => view.state.get(view.path).map(str::to_owned),
            };
            Answer {
                explicit,
                default,
                number: None,
            }
        };
        (get(true), get(false))
    }

    fn answers(&self, at: &str, old: bool) -> Vec<Answer> {
        if at == "." {
            let (was, is) = self.own();
            return vec![if old { was } else { is }];
        }
        let view = self.view(old);
        match at.strip_prefix('@') {
            Some(aspect) => aspects::answers(aspect, &view, self.new.version),
            None => view.values(at),
        }
    }

    /// Both sides of what a clause asks for. Where a document has several entries that it may be about, all are tried.
    fn pairs(&self, at: &str) -> Vec<(Answer, Answer)> {
        let old = self.answers(at, true);
        let new = self.answers(at, false);
        if old.len() == new.len() {
            return old.into_iter().zip(new).collect();
        }
        let of = |was: &Answer| {
            let was = was.clone();
            new.iter().map(move |is| (was.clone(), is.clone()))
        };
        old.iter().flat_map(of).collect()
    }

    fn clause(&self, clause: &Clause) -> bool {
        self.pairs(clause.at).into_iter().any(|(was, is)| {
            was.is_one_of(clause.old)
                && is.is_one_of(clause.new)
                && was.is_one_of(clause.both)
                && is.is_one_of(clause.both)
                && clause.trend.is_none_or(|trend| follows(trend, &was, &is))
                && clause.above.is_none_or(|above| {
                    let limits = self.answers(above, clause.above_old);
                    is.count().is_some_and(|is| {
                        limits
                            .iter()
                            .filter_map(Answer::count)
                            .any(|limit| is > limit)
                    })
                })
                && clause.least.is_none_or(|least| {
                    let least = number(&value::normalised_quantity(least));
                    least.zip(is.count()).is_some_and(|(least, is)| is >= least)
                })
        })
    }
}

fn follows(trend: Trend, old: &Answer, new: &Answer) -> bool {
    let counts = || old.count().zip(new.count());
    match trend {
        Trend::Up => counts().is_some_and(|(old, new)| new > old),
        Trend::Down => counts().is_some_and(|(old, new)| new < old),
        Trend::Same => old.value() == new.value(),
        Trend::Changed => old.value() != new.value(),
    }
}

/// Whether a path of a kind of change is about a field.
fn is_about(path: &str, field: &str) -> bool {
    if path == "*" {
        return field != "@flink";
    }
    match path.strip_suffix(".**") {
        Some(block) => field
            .strip_prefix(block)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => path == field,
    }
}
