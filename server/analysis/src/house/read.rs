//! A house rule as data.

use std::fmt;

use nexflow_catalog::{SchemaNode, Severity, value::suggest};
use regex_automata::{
    meta::{Config, Regex},
    nfa::thompson::WhichCaptures,
    util::syntax,
};
use serde_json::Value;

use super::{
    Condition, HouseRule,
    demand::{Bound, Demand},
    interned,
};
use crate::directive::looks_like_id;

/// Longest text of a rule, examples left out.
const MAX_TEXT: usize = 500;
/// Most values of a list, and most examples.
const MAX_VALUES: usize = 100;
/// Longest example.
const MAX_EXAMPLE: usize = 20_000;
/// Largest program that a pattern may become.
const MAX_PATTERN: usize = 1 << 18;

/// A key of a rule, for completion, hovers and the schema.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// The type of its value, in the words of JSON Schema; `text-or-texts` and `number-or-text` are two.
    pub kind: &'static str,
}

const fn key(name: &'static str, kind: &'static str, doc: &'static str) -> Key {
    Key { name, doc, kind }
}

/// The keys of `[[infra.assert]]`.
pub const KEYS: &[Key] = &[
    key(
        "id",
        "string",
        "ID of the rule, such as `bucket-names`. Suppressions and severities use it.",
    ),
    key(
        "path",
        "string",
        "Path of the fields that the rule is about, such as `checkpoints.*.bucket`. `*` is any name, `[]` each item of a list.",
    ),
    key(
        "when",
        "object",
        "When the rule applies: `environment`, `present`, `absent`, or a field near the path with its values, such as `type`.",
    ),
    key("required", "boolean", "The field must be set."),
    key("forbidden", "boolean", "The field must not be set."),
    key("one_of", "array", "Values that are allowed."),
    key("none_of", "array", "Values that are not allowed."),
    key(
        "pattern",
        "string",
        "Regular expression that the whole value must match.",
    ),
    key(
        "min",
        "number-or-text",
        "Smallest value, with its unit: `3`, `10m`, `1gb`.",
    ),
    key(
        "max",
        "number-or-text",
        "Largest value, with its unit: `3`, `10m`, `1gb`.",
    ),
    key(
        "equal",
        "string",
        "Path of a field that must have the same value.",
    ),
    key(
        "encrypted",
        "boolean",
        "Encryption must be on: `true`, `enabled: true`, or a `type` other than `none`.",
    ),
    key(
        "variable_only",
        "boolean",
        "The value must be `${VARIABLE}` or `secret://...`.",
    ),
    key("message", "string", "What a diagnostic says."),
    key(
        "severity",
        "string",
        "`error`, `warning` or `hint`. The default is `error`.",
    ),
    key(
        "valid",
        "array",
        "Documents in which the rule finds nothing, for `nexflow-lsp rules --test`.",
    ),
    key(
        "invalid",
        "array",
        "Documents in which the rule finds something, for `nexflow-lsp rules --test`.",
    ),
];

/// The keys of `when` that are no fields.
pub const WHEN_KEYS: &[Key] = &[
    key(
        "environment",
        "text-or-texts",
        "Environments of documents to which the rule applies.",
    ),
    key("present", "string", "Path of a field that must be set."),
    key("absent", "string", "Path of a field that must not be set."),
];

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The key; `None` is any.
    pub(super) key: Option<String>,
    /// Whether it goes on into the items of a list.
    pub(super) items: bool,
}

/// How many of the last steps are keys and nothing else, and those with dots between.
fn tail(steps: &[Step]) -> (usize, String) {
    let keys = steps
        .iter()
        .rev()
        .map_while(|step| step.key.as_deref().filter(|_| !step.items));
    let mut keys: Vec<&str> = keys.collect();
    keys.reverse();
    (keys.len(), keys.join("."))
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key.as_deref().unwrap_or("*"))?;
        f.write_str(if self.items { "[]" } else { "" })
    }
}

/// Where something is wrong in a rule: the keys and numbers that lead there, and the words.
pub type Wrong = (Vec<String>, String);

impl HouseRule {
    /// Reads a rule. What is wrong is said by `wrong`; a rule that cannot be understood is none.
    pub fn read(value: &Value, wrong: &mut dyn FnMut(Wrong)) -> Option<HouseRule> {
        let mut reader = Reader {
            wrong,
            is_sound: true,
        };
        let rule = reader.rule(value);
        rule.filter(|_| reader.is_sound)
    }
}

struct Reader<'w> {
    wrong: &'w mut dyn FnMut(Wrong),
    is_sound: bool,
}

impl Reader<'_> {
    fn say(&mut self, at: &[&str], message: impl Into<String>) {
        self.is_sound = false;
        let at = at.iter().map(|step| (*step).to_owned()).collect();
        (self.wrong)((at, message.into()));
    }

    fn rule(&mut self, value: &Value) -> Option<HouseRule> {
        let Some(table) = value.as_object() else {
            self.say(&[], "Expected a table.");
            return None;
        };
        for name in table.keys() {
            if !KEYS.iter().any(|key| key.name == name) {
                let near = suggest::nearest(name, KEYS.iter().map(|key| key.name));
                let near = near
                    .first()
                    .map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
                self.say(
                    &[name],
                    format!("Unknown key `{name}` of a house rule.{near}"),
                );
            }
        }
        let id = self.text(table.get("id"), &["id"])?;
        if !is_id(&id) {
            self.say(
                &["id"],
                format!("Invalid ID `{id}`. Use lowercase words joined by hyphens."),
            );
        } else if nexflow_catalog::rule(&id).is_some() {
            self.say(
                &["id"],
                format!("Rule `{id}` exists already. Choose another ID."),
            );
        }
        let path = self.text(table.get("path"), &["path"])?;
        let steps = self.path(&path);
        let mut demands = Vec::new();
        let flag = |reader: &mut Self, name: &str| match table.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                reader.say(&[name], format!("`{name}` must be true or false."));
                false
            }
        };
        let required = flag(self, "required");
        for (name, demand) in [
            ("forbidden", Demand::Forbidden),
            ("encrypted", Demand::Encrypted),
            ("variable_only", Demand::VariableOnly),
        ] {
            if flag(self, name) {
                demands.push(demand);
            }
        }
        if let Some(values) = self.texts(table.get("one_of"), &["one_of"]) {
            demands.push(Demand::OneOf(values));
        }
        if let Some(values) = self.texts(table.get("none_of"), &["none_of"]) {
            demands.push(Demand::NoneOf(values));
        }
        if let Some(written) = table.get("pattern") {
            demands.extend(self.pattern(written));
        }
        for (name, of) in [
            ("min", Demand::Min as fn(Bound) -> Demand),
            ("max", Demand::Max),
        ] {
            let Some(value) = table.get(name) else {
                continue;
            };
            match scalar(value).filter(|text| Bound::is_sound(text)) {
                Some(text) => demands.push(of(Bound(text))),
                None => self.say(
                    &[name],
                    format!("`{name}` must be a number, a duration or a size."),
                ),
            }
        }
        if let Some(value) = table.get("equal") {
            demands.extend(self.text(Some(value), &["equal"]).map(Demand::Equal));
        }
        if demands.is_empty() && !required && self.is_sound {
            self.say(
                &[],
                "Missing requirement, such as `required`, `one_of` or `pattern`.",
            );
        }
        let severity = match table.get("severity").map(|value| value.as_str()) {
            None | Some(Some("error")) => Severity::Error,
            Some(Some("warning")) => Severity::Warning,
            Some(Some("hint")) => Severity::Hint,
            Some(_) => {
                self.say(&["severity"], "`severity` must be error, warning or hint.");
                Severity::Error
            }
        };
        Some(HouseRule {
            severity,
            when: self.when(table.get("when")),
            message: match table.get("message") {
                Some(message) => self.text(Some(message), &["message"]),
                None => None,
            },
            valid: self.examples(table.get("valid"), "valid"),
            invalid: self.examples(table.get("invalid"), "invalid"),
            origin: None,
            written: value.clone(),
            tail: tail(&steps),
            path: steps,
            required,
            demands,
            id: if self.is_sound {
                interned(&id)
            } else {
                "house-rule"
            },
        })
    }

    fn text(&mut self, value: Option<&Value>, at: &[&str]) -> Option<String> {
        let name = at.last().copied().unwrap_or_default();
        let Some(value) = value else {
            self.say(&[], format!("Missing `{name}`."));
            return None;
        };
        let text = value
            .as_str()
            .filter(|text| !text.is_empty() && text.len() <= MAX_TEXT);
        if text.is_none() {
            self.say(
                at,
                format!("`{name}` must be a string of at most {MAX_TEXT} bytes."),
            );
        }
        text.map(str::to_owned)
    }

    /// One text or several.
    fn texts(&mut self, value: Option<&Value>, at: &[&str]) -> Option<Vec<String>> {
        let value = value?;
        let name = at.last().copied().unwrap_or_default();
        let all = match value {
            Value::Array(values) => values.iter().map(scalar).collect::<Option<Vec<_>>>(),
            one => scalar(one).map(|text| vec![text]),
        };
        let all = all.filter(|all| !all.is_empty() && all.len() <= MAX_VALUES);
        if all.is_none() {
            self.say(
                at,
                format!("`{name}` must be a list of 1 to {MAX_VALUES} values."),
            );
        }
        all
    }

    fn pattern(&mut self, written: &Value) -> Option<Demand> {
        let written = self.text(Some(written), &["pattern"])?;
        // Values are short, and many rules are read to be asked a few times: what is quick to build is quicker than what is quick to
        // search long texts.
        let config = Config::new()
            .nfa_size_limit(Some(MAX_PATTERN))
            .which_captures(WhichCaptures::None)
            .hybrid(false)
            .dfa(false)
            .onepass(false)
            .auto_prefilter(false);
        let built = Regex::builder()
            .configure(config)
            .syntax(syntax::Config::new().nest_limit(50))
            .build(&format!("^(?:{written})$"));
        let error = match built {
            Ok(pattern) => return Some(Demand::Pattern(pattern, written)),
            Err(error) => error,
        };
        match error.syntax_error() {
            Some(error) => {
                // The last line says what is wrong; those before show where, in a pattern that is not the one that was written.
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default();
                let reason = reason.trim_start_matches("error: ");
                self.say(&["pattern"], format!("Invalid pattern: {reason}."));
            }
            None => self.say(&["pattern"], "The pattern is too large."),
        }
        None
    }

    fn when(&mut self, value: Option<&Value>) -> Vec<Condition> {
        let Some(value) = value else {
            return Vec::new();
        };
        let Some(table) = value.as_object() else {
            self.say(&["when"], "`when` must be a table.");
            return Vec::new();
        };
        let mut when = Vec::new();
        for (name, value) in table {
            let at = ["when", name.as_str()];
            when.extend(match name.as_str() {
                "environment" => self.texts(Some(value), &at).map(Condition::Environment),
                "present" => self.text(Some(value), &at).map(Condition::Present),
                "absent" => self.text(Some(value), &at).map(Condition::Absent),
                path => {
                    let values = self.texts(Some(value), &at);
                    values.map(|values| Condition::Is(path.to_owned(), values))
                }
            });
        }
        when
    }

    fn examples(&mut self, value: Option<&Value>, name: &str) -> Vec<String> {
        let Some(value) = value else {
            return Vec::new();
        };
        let texts = value.as_array().filter(|all| all.len() <= MAX_VALUES);
        let texts = texts.and_then(|all| {
            let texts = all.iter().map(|one| {
                let text = one.as_str().filter(|text| text.len() <= MAX_EXAMPLE)?;
                Some(text.to_owned())
            });
            texts.collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.say(&[name], format!("`{name}` must be a list of documents."));
        }
        texts.unwrap_or_default()
    }

    /// A path, as far as the catalog knows it.
    fn path(&mut self, path: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut schema = Some(nexflow_catalog::root());
        for part in path.split('.') {
            let (name, items) = match part.strip_suffix("[]") {
                Some(name) => (name, true),
                None => (part, false),
            };
            if name.is_empty() {
                self.say(
                    &["path"],
                    format!("Invalid path `{path}`: a part is empty."),
                );
                return steps;
            }
            let any = name == "*" || name.starts_with('<') && name.ends_with('>');
            let next = |node: &'static SchemaNode| {
                let region = || node.region_child().map(|(_, node)| node);
                let named = || node.named_child().map(|(_, node)| node);
                let is_slip = || {
                    let keys = node.all_children().map(|(key, _)| key);
                    !suggest::nearest(name, keys).is_empty()
                };
                let next = if any {
                    named().or_else(region)
                } else {
                    let known = node.literal_child(name).or_else(named);
                    known.or_else(|| if is_slip() { None } else { region() })
                }?;
                if items { next.item_child() } else { Some(next) }
            };
            if let Some(node) = schema {
                schema = next(node);
                let is_open = node.is_free_form() || node.all_children().next().is_none();
                if schema.is_none() && !is_open && !any {
                    let near = suggest::nearest(name, node.all_children().map(|(key, _)| key));
                    let near = near
                        .first()
                        .map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
                    self.say(
                        &["path"],
                        format!("Unknown field `{name}` in path `{path}`.{near}"),
                    );
                }
            }
            steps.push(Step {
                key: (!any).then(|| name.to_owned()),
                items,
            });
        }
        steps
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= 60
        && (looks_like_id(id)
            || id.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            }))
}

/// A scalar as a document would have it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= MAX_TEXT => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}
