//! Options find their fields.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_catalog::{
    Field, FlinkVersion, Kind, Secret,
    flink_options::{
        self as flink, ABSENT, BACKEND, Composition, Conditions, OptionKind, PRESENT, Translation,
    },
};

use super::{
    Names,
    read::{Configuration, Hidden, Setting},
    respell::{Spelling, spelling},
};
use crate::secrets::{HIDDEN, concealed, is_reference};

/// A document in the making.
#[derive(Default)]
pub struct Draft {
    /// The fields by their path in the document, with where their section and field stand in the catalog.
    pub fields: BTreeMap<(usize, usize, String), Spelling>,
    /// The settings that have become fields.
    pub placed: Vec<Placed>,
    /// The settings that no field says, and why.
    pub without: Vec<(Setting, String)>,
    /// The variables that stand for credentials.
    pub secrets: BTreeSet<String>,
}

/// A setting that has become one field or more.
pub struct Placed {
    /// As it was.
    pub setting: Setting,
    /// The name that the version has for it.
    pub option: String,
    /// The fields.
    pub fields: Vec<String>,
    /// Its value is a credential, for which a reference stands now.
    pub is_secret: bool,
}

/// The parts of a resource that options say as well.
const RESOURCE: [(&str, &str); 7] = [
    ("spec.job.parallelism", "parallelism.default"),
    (
        "spec.jobManager.resource.memory",
        "jobmanager.memory.process.size",
    ),
    (
        "spec.taskManager.resource.memory",
        "taskmanager.memory.process.size",
    ),
    (
        "spec.jobManager.resource.cpu",
        "kubernetes.jobmanager.cpu.amount",
    ),
    (
        "spec.taskManager.resource.cpu",
        "kubernetes.taskmanager.cpu.amount",
    ),
    (
        "spec.job.initialSavepointPath",
        "execution.state-recovery.path",
    ),
    (
        "spec.job.allowNonRestoredState",
        "execution.state-recovery.ignore-unclaimed-state",
    ),
];
/// The parts of a resource that have fields of their own.
const RESOURCE_FIELDS: [(&str, &str); 4] = [
    ("metadata.namespace", "deployment.namespace"),
    ("spec.serviceAccount", "deployment.service_account"),
    (
        "spec.jobManager.replicas",
        "deployment.job_manager.replicas",
    ),
    (
        "spec.taskManager.replicas",
        "deployment.task_manager.replicas",
    ),
];
/// Parts of a resource that L5 says by being what it is, or that this program was told.
const KNOWN: [&str; 2] = ["metadata.name", "spec.flinkVersion"];

/// Finds a field for each setting that is not refused.
pub fn draft(
    configuration: &Configuration,
    version: FlinkVersion,
    names: &Names,
    refused: &BTreeMap<String, String>,
) -> Draft {
    let mut placer = Placer {
        version,
        names,
        draft: Draft::default(),
        is_kubernetes: !configuration.resource.is_empty(),
    };
    if placer.is_kubernetes {
        placer.set(
            "deployment.type",
            Spelling::Scalar("kubernetes".to_owned(), true),
        );
    }
    let mut settings: Vec<Setting> = Vec::new();
    for part in &configuration.resource {
        if KNOWN.contains(&part.key.as_str()) {
            continue;
        }
        if refused.contains_key(&part.key) {
            placer.refuse(part, refused);
        } else if part.hidden != Hidden::default() {
            let shown = placer.without_secret(part);
            let reason = "it may hold a credential".to_owned();
            placer.draft.without.push((shown, reason));
        } else if part.key == "spec.image" {
            placer.image(part);
        } else if let Some((_, field)) = RESOURCE_FIELDS.iter().find(|(key, _)| *key == part.key) {
            let is_string = part.value.parse::<f64>().is_err();
            placer.set(field, Spelling::Scalar(part.value.clone(), is_string));
        } else if let Some((_, option)) = RESOURCE.iter().find(|(key, _)| *key == part.key)
            && let Some(option) = placer.name_in_version(option)
        {
            // An option beside it in `flinkConfiguration` says the same; the resource wins.
            settings.push(Setting {
                key: option,
                ..part.clone()
            });
        } else {
            let reason = "it has no field of L5".to_owned();
            let shown = placer.without_secret(part);
            placer.draft.without.push((shown, reason));
        }
    }
    settings.extend(configuration.settings.iter().cloned());
    // Flink prefers the newest name of an option, whatever the order.
    let is_new =
        |setting: &Setting| placer.name_in_version(&setting.key).as_ref() == Some(&setting.key);
    // What others depend on comes first.
    let rank = |setting: &Setting| {
        let option = placer.name_in_version(&setting.key).unwrap_or_default();
        let decides = ["state.backend.type", "restart-strategy.type"];
        let is_wrapper = option.ends_with("changelog.enabled");
        let is_composed = flink::compositions()
            .iter()
            .any(|composition| composition.option[version as usize] == Some(option.as_str()));
        (
            !is_wrapper,
            !decides.contains(&option.as_str()) && !is_composed,
        )
    };
    let mut ordered: Vec<(usize, &Setting)> = settings.iter().enumerate().collect();
    ordered.sort_by_key(|(at, setting)| (rank(setting), !is_new(setting), *at));
    let wrapper = ordered
        .iter()
        .find(|(_, setting)| {
            placer
                .name_in_version(&setting.key)
                .is_some_and(|option| option.ends_with("changelog.enabled"))
        })
        .filter(|(_, setting)| setting.value.eq_ignore_ascii_case("true"))
        .filter(|(_, setting)| !refused.contains_key(&setting.key))
        .map(|(_, setting)| (*setting).clone());
    for (_, setting) in ordered {
        if refused.contains_key(&setting.key) {
            placer.refuse(setting, refused);
        } else if let Err(reason) = placer.place(setting, wrapper.as_ref()) {
            let shown = placer.without_secret(setting);
            placer.draft.without.push((shown, reason));
        }
    }
    placer
        .draft
        .without
        .sort_by_key(|(setting, _)| setting.line);
    placer.draft
}

struct Placer<'n> {
    version: FlinkVersion,
    names: &'n Names,
    draft: Draft,
    is_kubernetes: bool,
}

impl Placer<'_> {
    fn refuse(&mut self, setting: &Setting, refused: &BTreeMap<String, String>) {
        let reason = refused.get(&setting.key).cloned().unwrap_or_default();
        let shown = self.without_secret(setting);
        self.draft.without.push((shown, reason));
    }

    /// A setting as it may be shown: a credential becomes a reference.
    fn without_secret(&mut self, setting: &Setting) -> Setting {
        let name = variable(&setting.key);
        let sounds_secret =
            nexflow_catalog::secret_names::is_secret(&name) || name.ends_with("PASSWORD");
        let mut shown = setting.clone();
        if setting.hidden.key {
            shown.key = HIDDEN.to_owned();
            shown.value = HIDDEN.to_owned();
            return shown;
        }
        if setting.value.is_empty() {
            return shown;
        }
        // What Flink reads as a number or an amount is none.
        let is_text = flink::option(&setting.key, self.version).is_none_or(|option| {
            matches!(
                option.kind,
                OptionKind::Text | OptionKind::List | OptionKind::Map
            )
        });
        let is_secret = sounds_secret || setting.hidden.value && is_text;
        if is_secret && !matches!(setting.value.as_str(), "true" | "false") {
            let reference = concealed(&setting.value, &|_| false);
            shown.value = match reference.hidden {
                None => reference.text,
                Some(_) => {
                    let reference = format!("${{{name}}}");
                    self.draft.secrets.insert(name);
                    reference
                }
            };
        } else if setting.value.starts_with("secret://") {
            shown.value = concealed(&setting.value, &|_| false).text;
        } else {
            shown.value = crate::secrets::without_credentials(&setting.value).into_owned();
        }
        shown
    }

    /// The name that the version has for an option, which may be given by an older name.
    fn name_in_version(&self, key: &str) -> Option<String> {
        // An older name that the version still has as an option of its own stands for the newer one.
        let newer = flink::options().iter().find(|option| {
            (option.from..=option.to).contains(&self.version) && option.older.contains(&key)
        });
        let known =
            flink::option(key, self.version).filter(|option| !option.deprecated || newer.is_none());
        if known.is_some() || newer.is_none() && flink::is_passed_on(key) {
            return Some(key.to_owned());
        }
        // A newer name than the version's own means the option too.
        let earlier = || {
            let later = flink::options().iter().find(|option| option.key == key)?;
            let older = later.older.iter();
            older
                .copied()
                .find(|older| flink::option(older, self.version).is_some())
        };
        newer
            .map(|newer| newer.key)
            .or_else(earlier)
            .map(str::to_owned)
    }

    fn place(&mut self, setting: &Setting, wrapper: Option<&Setting>) -> Result<(), String> {
        let Some(option) = self.name_in_version(&setting.key) else {
            return Err(format!("Flink {} has no such option", self.version.name()));
        };
        if self
            .draft
            .placed
            .iter()
            .any(|placed| placed.option == option)
        {
            return Err(format!("`{option}` is given twice"));
        }
        let at = self.version as usize;
        let composition = flink::compositions()
            .iter()
            .find(|composition| composition.option[at] == Some(option.as_str()));
        if let Some(composition) = composition {
            return self.decompose(setting, option, composition);
        }
        if option == "state.backend.type" {
            let field = match wrapper {
                Some(_) => "state_backends.<name>.base_backend",
                None => "state_backends.<name>.type",
            };
            let translation = flink::translations()
                .iter()
                .find(|translation| translation.field == field);
            let Some(translation) = translation else {
                return Err("it has no field of L5".to_owned());
            };
            return self.place_at(setting, option, translation);
        }
        if wrapper.is_some_and(|wrapper| wrapper.key == setting.key) {
            self.set(
                "state_backends.<name>.type",
                Spelling::Scalar("changelog".to_owned(), true),
            );
            self.record(
                setting,
                option,
                vec!["state_backends.<name>.base_backend"],
                false,
            );
            return Ok(());
        }
        let candidates = flink::translations().iter().filter(|translation| {
            translation.import
                && translation.client.is_none()
                && translation.option[at]
                    .is_some_and(|known| known == option || captured(known, &option).is_some())
        });
        let mut reason = "it has no field of L5".to_owned();
        for translation in candidates {
            match self.place_at(setting, option.clone(), translation) {
                Ok(()) => return Ok(()),
                Err(why) => reason = why,
            }
        }
        // What a field implies is said by that field.
        let implying = flink::translations().iter().find(|translation| {
            translation.implies.iter().any(|implied| {
                implied.option[at] == Some(option.as_str()) && implied.value == setting.value
            }) && self.has(translation.field)
        });
        if let Some(translation) = implying {
            self.record(setting, option, vec![translation.field], false);
            return Ok(());
        }
        self.place_by_value(setting, option, reason)
    }

    /// An option that a value of an enum stands for.
    fn place_by_value(
        &mut self,
        setting: &Setting,
        option: String,
        reason: String,
    ) -> Result<(), String> {
        let at = self.version as usize;
        for translation in flink::translations() {
            let value = translation.by_value.iter().find(|(_, implied)| {
                implied.iter().any(|implied| {
                    implied.option[at] == Some(option.as_str()) && implied.value == setting.value
                })
            });
            if let Some((value, _)) = value
                && self.satisfy(translation)
            {
                self.set(
                    translation.field,
                    Spelling::Scalar((*value).to_owned(), true),
                );
                self.record(setting, option, vec![translation.field], false);
                return Ok(());
            }
        }
        Err(reason)
    }

    fn place_at(
        &mut self,
        setting: &Setting,
        option: String,
        translation: &'static Translation,
    ) -> Result<(), String> {
        let field = catalog_field(translation.field);
        let is_secret = field.is_some_and(|field| field.secret == Secret::Yes);
        if !self.satisfy(translation) {
            return Err("it has no field in this combination".to_owned());
        }
        let template = translation.option[self.version as usize].unwrap_or_default();
        if let Some((path, part)) = captured(template, &option) {
            let path = format!("{}.{path}", entry_of(translation.field));
            if self.value(&path).is_some_and(|known| known != part) {
                return Err("it has no field in this combination".to_owned());
            }
            self.set(&path, Spelling::Scalar(part.to_owned(), true));
        }
        let value = if is_secret {
            let reference = concealed(&setting.value, &|_| false);
            match reference.hidden {
                None => Spelling::Scalar(reference.text, false),
                Some(_) => {
                    let name = variable(&setting.key);
                    self.draft.secrets.insert(name.clone());
                    Spelling::Scalar(format!("${{{name}}}"), false)
                }
            }
        } else if is_reference(&setting.value) {
            Spelling::Scalar(setting.value.clone(), false)
        } else {
            spelling(translation.form, &setting.value, field)
                .ok_or_else(|| "the field has no such value".to_owned())?
        };
        self.set(translation.field, value);
        self.record(setting, option, vec![translation.field], is_secret);
        Ok(())
    }

    /// Makes the conditions of a translation hold, where that takes no more than setting fields that are not there.
    fn satisfy(&mut self, translation: &Translation) -> bool {
        if translation.when.is_empty() {
            return true;
        }
        let entry = entry_of(translation.field);
        for conditions in translation.when {
            if let Some(missing) = self.missing(entry, conditions) {
                for (field, value) in missing {
                    self.set(
                        &field,
                        Spelling::Scalar(value.to_owned(), !matches!(value, "true" | "false")),
                    );
                }
                return true;
            }
        }
        false
    }

    /// The fields that would have to be set for the conditions to hold; `None` where one of them says otherwise.
    fn missing(&self, entry: &str, conditions: Conditions) -> Option<Vec<(String, &'static str)>> {
        let mut missing = Vec::new();
        for condition in conditions {
            let path = match condition.field {
                BACKEND if self.value(&format!("{entry}.base_backend")).is_some() => {
                    format!("{entry}.base_backend")
                }
                BACKEND => format!("{entry}.type"),
                field => format!("{entry}.{field}"),
            };
            match self.value(&path) {
                Some(value) if condition.values.contains(&value) => {}
                Some(_) if condition.values.contains(&PRESENT) => {}
                Some(_) => return None,
                None if condition.values.contains(&ABSENT) => {}
                // A store is never made up.
                None if condition.field == BACKEND => return None,
                None => missing.push((path, *condition.values.first()?)),
            }
        }
        Some(missing)
    }

    /// A location becomes the fields that make it up.
    fn decompose(
        &mut self,
        setting: &Setting,
        option: String,
        composition: &'static Composition,
    ) -> Result<(), String> {
        for (kind, template) in composition.templates {
            let scheme = match setting.value.split_once(':') {
                Some((scheme, _)) => scheme,
                None if setting.value.starts_with('/') => "",
                None => return Err("no type of L5 has such a location".to_owned()),
            };
            let takes = composition
                .schemes
                .iter()
                .find(|(of, _)| of == kind)
                .is_none_or(|(_, known)| known.split(' ').any(|known| known == scheme));
            let Some(parts) = parts(template, &setting.value).filter(|_| takes) else {
                continue;
            };
            let entry = entry_of(composition.field);
            self.set(
                composition.field,
                Spelling::Scalar((*kind).to_owned(), true),
            );
            let mut fields = vec![composition.field.to_owned()];
            for (path, value) in parts {
                let field = format!("{entry}.{path}");
                self.set(&field, Spelling::Scalar(value, true));
                fields.push(field);
            }
            let fields = fields.iter().map(String::as_str).collect();
            self.record(setting, option, fields, false);
            return Ok(());
        }
        Err("no type of L5 has such a location".to_owned())
    }

    fn image(&mut self, part: &Setting) {
        let (repository, tag) = match part.value.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (part.value.as_str(), None),
        };
        self.set(
            "deployment.image.repository",
            Spelling::Scalar(repository.to_owned(), true),
        );
        if let Some(tag) = tag {
            self.set(
                "deployment.image.tag",
                Spelling::Scalar(tag.to_owned(), true),
            );
        }
    }

    fn record(&mut self, setting: &Setting, option: String, fields: Vec<&str>, is_secret: bool) {
        let fields = fields.into_iter().map(|field| self.named(field)).collect();
        self.draft.placed.push(Placed {
            setting: setting.clone(),
            option,
            fields,
            is_secret,
        });
    }

    fn set(&mut self, field: &str, value: Spelling) {
        let key = self.key(field);
        self.draft.fields.insert(key, value);
    }

    fn has(&self, field: &str) -> bool {
        self.draft.fields.contains_key(&self.key(field))
    }

    fn value(&self, field: &str) -> Option<&str> {
        match self.draft.fields.get(&self.key(field))? {
            Spelling::Scalar(text, _) => Some(text),
            Spelling::List(_) => None,
        }
    }

    fn key(&self, field: &str) -> (usize, usize, String) {
        let section = field.split('.').next().unwrap_or_default();
        let section = SECTIONS
            .iter()
            .position(|known| *known == section)
            .unwrap_or(SECTIONS.len());
        let order = nexflow_catalog::fields()
            .iter()
            .position(|known| known.path == field)
            .unwrap_or(usize::MAX);
        (section, order, self.named(field))
    }

    /// A path of the catalog with the names of the document.
    fn named(&self, field: &str) -> String {
        field
            .replace("<name>", &self.names.entry)
            .replace("<process>", &self.names.process)
    }
}

/// The field in a name such as `a.{field}.b`, with what stands in its place.
fn captured<'t>(template: &'static str, option: &'t str) -> Option<(&'static str, &'t str)> {
    let (before, rest) = template.split_once('{')?;
    let (path, after) = rest.split_once('}')?;
    let part = option.strip_prefix(before)?.strip_suffix(after)?;
    (!part.is_empty()).then_some((path, part))
}

/// The order of the sections in a document.
const SECTIONS: [&str; 5] = [
    "state_backends",
    "checkpoints",
    "resources",
    "monitoring",
    "deployment",
];

/// The values of the parts of a template that make it the text.
fn parts(template: &'static str, text: &str) -> Option<Vec<(&'static str, String)>> {
    let text = text.trim().trim_end_matches('/');
    let mut parts = Vec::new();
    let mut rest = text;
    let mut pattern = template;
    while let Some((before, after)) = pattern.split_once('{') {
        rest = rest.strip_prefix(before)?;
        let (path, after) = after.split_once('}')?;
        let next = after.split('{').next().unwrap_or_default();
        let end = if next.is_empty() {
            rest.len()
        } else {
            // The name of an image may have a port in it.
            match next {
                ":" => rest.rfind(next)?,
                next => rest.find(next)?,
            }
        };
        let value = &rest[..end];
        if value.is_empty() {
            return None;
        }
        parts.push((path, value.to_owned()));
        rest = &rest[end..];
        pattern = after;
    }
    (rest == pattern).then_some(parts)
}

fn entry_of(path: &str) -> &str {
    let mut end = 0;
    for segment in path.split('.') {
        end += segment.len() + usize::from(end > 0);
        if segment.starts_with('<') {
            return &path[..end];
        }
    }
    path.split('.').next().unwrap_or(path)
}

fn catalog_field(path: &str) -> Option<&'static Field> {
    let field = nexflow_catalog::fields()
        .iter()
        .find(|field| field.path == path && !field.toolchain)?;
    debug_assert!(!field.has_kind(Kind::Map) || field.kinds.len() > 1);
    Some(field)
}

/// The variable that stands for a credential.
fn variable(key: &str) -> String {
    key.to_uppercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}
