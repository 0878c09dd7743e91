//! House rules: what a team demands of its documents beyond what is right, written as data in the project file.
//!
//! A rule names places by a path, says when it holds, and what must be there. It is text of somebody else: patterns, lists and
//! numbers of rules are bounded, and what it says is shown as text.

mod demand;
mod evaluate;
mod read;

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use nexflow_catalog::{Severity, docs};
use serde_json::Value;

pub(crate) use self::evaluate::check;
pub use self::read::{KEYS, Key, WHEN_KEYS};
use self::{demand::Demand, read::Step};
use crate::markdown;

/// Most rules of a project.
pub const MAX_RULES: usize = 200;

/// The house rules of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct House {
    rules: Vec<HouseRule>,
}

/// One house rule.
#[derive(Clone, Debug)]
pub struct HouseRule {
    /// Its id, which suppressions, severities and reports name.
    pub id: &'static str,
    /// How severe what it finds is.
    pub severity: Severity,
    /// The file that states it, with the zero-based line.
    pub origin: Option<(String, u32)>,
    /// Documents in which it finds nothing.
    pub valid: Vec<String>,
    /// Documents in which it finds something.
    pub invalid: Vec<String>,
    /// As it is written: two rules are the same when this is.
    written: Value,
    path: Vec<Step>,
    /// What its last steps are together, where each is a key: so many of them, and their keys with dots between.
    tail: (usize, String),
    when: Vec<Condition>,
    required: bool,
    demands: Vec<Demand>,
    message: Option<String>,
}

impl PartialEq for HouseRule {
    fn eq(&self, other: &HouseRule) -> bool {
        (self.id, &self.written, &self.origin) == (other.id, &other.written, &other.origin)
    }
}

/// When a rule holds.
#[derive(Clone, Debug)]
enum Condition {
    /// The document is of one of these environments.
    Environment(Vec<String>),
    /// A value near the place is one of these.
    Is(String, Vec<String>),
    /// Something near the place is there.
    Present(String),
    /// Something near the place is not there.
    Absent(String),
}

impl House {
    /// Adds a rule. One of the same id gives way: what is nearer to the project wins over a preset.
    pub fn add(&mut self, rule: HouseRule) {
        match self.rules.iter().position(|known| known.id == rule.id) {
            Some(at) => self.rules[at] = rule,
            None if self.rules.len() < MAX_RULES => self.rules.push(rule),
            None => {}
        }
    }

    /// All rules, in the order in which they are stated.
    pub fn rules(&self) -> &[HouseRule] {
        &self.rules
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&HouseRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

impl HouseRule {
    /// What the rule says, as Markdown.
    pub fn page(&self) -> String {
        let mut out = format!("# {}\n\n", markdown::code(self.id));
        if let Some(message) = &self.message {
            out.push_str(&format!("{}\n\n", markdown::text(message)));
        }
        let path: Vec<String> = self.path.iter().map(Step::to_string).collect();
        out.push_str(&format!(
            "House rule of this project ({}).\n\n- Path: {}\n",
            docs::severity(self.severity),
            markdown::code(&path.join(".")),
        ));
        if self.required {
            out.push_str("- Required\n");
        }
        for demand in &self.demands {
            out.push_str(&format!("- {}\n", demand.page()));
        }
        for condition in &self.when {
            out.push_str(&format!("- {}\n", condition.page()));
        }
        out
    }

    /// What it is about, in a few words.
    pub fn title(&self) -> String {
        match &self.message {
            Some(message) => message.clone(),
            None => {
                let path: Vec<String> = self.path.iter().map(Step::to_string).collect();
                format!("House rule about {}", path.join("."))
            }
        }
    }
}

impl Condition {
    fn page(&self) -> String {
        let list = |values: &[String]| {
            let shown: Vec<String> = values.iter().map(|value| markdown::code(value)).collect();
            shown.join(", ")
        };
        match self {
            Condition::Environment(names) => format!("When the environment is {}", list(names)),
            Condition::Is(path, values) => {
                format!("When {} is {}", markdown::code(path), list(values))
            }
            Condition::Present(path) => format!("When {} is there", markdown::code(path)),
            Condition::Absent(path) => format!("When {} is absent", markdown::code(path)),
        }
    }
}

/// The id as diagnostics carry it. Ids are never given back, so that no more than these are taken in: enough for every project that
/// somebody opens, and for each keystroke of whoever writes one.
fn interned(id: &str) -> &'static str {
    const MOST: usize = 20_000;
    static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(known) = known.get(id) {
        return known;
    }
    if known.len() >= MOST {
        return "house-rule";
    }
    let kept: &'static str = Box::leak(id.to_owned().into_boxed_str());
    known.insert(kept);
    kept
}
