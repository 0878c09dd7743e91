//! What conditions can ask beside fields: what several fields say together.

use nexflow_catalog::{FlinkVersion, flink_options};

use super::view::{Answer, View, number};
use crate::selection::{BACKENDS, CHECKPOINTS, RESOURCES};

const STREAMS: &str = "streams";
/// The store that Flink takes without being told one.
const STORE: &str = "hashmap";
/// Number of key groups that Flink derives at least, and at most.
const LEAST_GROUPS: u64 = 128;
const MOST_GROUPS: u64 = 32_768;

/// The answers of an aspect for a side of a difference; one at least.
pub(super) fn answers(aspect: &str, view: &View<'_, '_>, version: FlinkVersion) -> Vec<Answer> {
    match aspect {
        "type" => each(view, BACKENDS, |name| text(backend_type(view, name))),
        "store" => each(view, BACKENDS, |name| text(store(view, name))),
        "backends" => one(text(view.state.names(BACKENDS).count().to_string())),
        "own_type" => one(own_type(view)),
        "touches_state" => one(text("true")),
        "scope" => one(Answer::of(scope(view.field, version))),
        "flink" => one(flink(view.state.version)),
        "ttl" => each(view, BACKENDS, |name| {
            text(if has_ttl(view, name) { "on" } else { "off" })
        }),
        "ttl_given" => one(text(view.state.get(view.path).is_some().to_string())),
        "ttl_of" => each(view, BACKENDS, |name| Answer::of(ttl(view, name))),
        "location" => each(view, CHECKPOINTS, |name| {
            let parts = ["bucket", "container", "path"];
            Answer::of(
                parts
                    .iter()
                    .find_map(|part| view.get(CHECKPOINTS, name, part)),
            )
        }),
        "interval" => each(view, CHECKPOINTS, |name| {
            let fields = ["checkpoint.interval", "interval"];
            Answer::of(
                fields
                    .iter()
                    .find_map(|field| view.get(CHECKPOINTS, name, field)),
            )
        }),
        "retention" => each(view, CHECKPOINTS, |name| {
            let fields = ["retention.externalized", "retention.cleanup_on_cancel"];
            let said = fields
                .iter()
                .find_map(|field| view.get(CHECKPOINTS, name, field));
            let keeps = said.is_some_and(|said| said.starts_with("retain"));
            text(if keeps { "retain" } else { "delete" })
        }),
        "attempts" => each(view, CHECKPOINTS, |name| {
            let strategy = view.get(CHECKPOINTS, name, "recovery.restart.strategy");
            match strategy {
                Some("none") => text("0"),
                _ => Answer::of(view.get(CHECKPOINTS, name, "recovery.restart.max_attempts")),
            }
        }),
        "restore_path" => one(Answer::of(restore_path(view))),
        "parallelism" | "operator_parallelism" => parallelisms(view)
            .into_iter()
            .map(|parallelism| text(parallelism.to_string()))
            .collect(),
        "max_parallelism" => max_parallelisms(view),
        "slots" => one(Answer::of(slots(view).map(|slots| slots.to_string()))),
        "slots_needed" => match slots(view) {
            Some(slots) => parallelisms(view)
                .into_iter()
                .map(|parallelism| text((i128::from(parallelism) - i128::from(slots)).to_string()))
                .collect(),
            None => one(Answer::default()),
        },
        "kafka" => one(text(kafka_streams(view).next().is_some().to_string())),
        "kafka_sink" => {
            let is_sink = kafka_streams(view).any(|name| {
                direction(view, &name) != "source" && {
                    let producer = format!("{STREAMS}.{name}.producer");
                    view.state.has(&producer) || direction(view, &name) == "sink"
                }
            });
            one(text(is_sink.to_string()))
        }
        "direction" => each(view, STREAMS, |name| text(direction(view, name))),
        "partitions" => partitions(view),
        _ => one(Answer::default()),
    }
}

fn one(answer: Answer) -> Vec<Answer> {
    vec![answer]
}

fn text(text: impl Into<String>) -> Answer {
    Answer::of(Some(text))
}

/// An answer for each entry that the difference may be about; what no entry says where there is none.
fn each(view: &View<'_, '_>, section: &str, of: impl Fn(&str) -> Answer) -> Vec<Answer> {
    let names = view.related(section);
    match names.is_empty() {
        true => one(of("")),
        false => names.iter().map(|name| of(name)).collect(),
    }
}

fn backend_type(view: &View<'_, '_>, name: &str) -> String {
    view.get(BACKENDS, name, "type").unwrap_or(STORE).to_owned()
}

/// The store behind a state backend, whatever wraps it.
fn store(view: &View<'_, '_>, name: &str) -> String {
    let of = backend_type(view, name);
    if of != "changelog" {
        return of;
    }
    let base = view.get(BACKENDS, name, "base_backend").unwrap_or(STORE);
    match view.get(BACKENDS, base, "type") {
        Some(wrapped) if base != name => wrapped.to_owned(),
        _ => base.to_owned(),
    }
}

/// The type of the entry that a field is in, for all fields but the type.
fn own_type(view: &View<'_, '_>) -> Answer {
    let (section, Some(name)) = view.entry() else {
        return Answer::default();
    };
    match view.rest() {
        "type" | "" => Answer::default(),
        _ => Answer::of(view.get(section, name, "type")),
    }
}

/// Whose configuration a field goes to, else what realises it.
fn scope(field: &str, version: FlinkVersion) -> Option<&'static str> {
    let at = FlinkVersion::ALL
        .iter()
        .position(|known| *known == version)?;
    let is = |known: &str| known.replace("[]", "") == field;
    let mut realised = None;
    for translation in flink_options::translations()
        .iter()
        .filter(|known| is(known.field))
    {
        if translation.option[at].is_some() || !translation.by_value.is_empty() {
            return Some(translation.scope[at].word());
        }
        realised = Some(translation.by[at].word());
    }
    match realised {
        Some("plugin") => Some("process"),
        Some("uri" | "option") => Some("job"),
        Some(word) => Some(word),
        None => flink_options::compositions()
            .iter()
            .find(|known| is(known.field))
            .map(|known| known.scope.word()),
    }
}

fn flink(version: FlinkVersion) -> Answer {
    let at = FlinkVersion::ALL.iter().position(|known| *known == version);
    let major = version.name().split('.').next().unwrap_or_default();
    Answer {
        #[allow(clippy::cast_precision_loss)]
        number: at.map(|at| at as f64),
        ..text(major)
    }
}

fn is_on(view: &View<'_, '_>, name: &str) -> bool {
    view.get(BACKENDS, name, "ttl.enabled") != Some("false")
}

/// Whether state has a TTL: the one that the difference is about, else any that has none of its own.
fn has_ttl(view: &View<'_, '_>, name: &str) -> bool {
    is_on(view, name)
        && (view.get(BACKENDS, name, "ttl.default_ttl").is_some()
            || (view.rest().starts_with("state_ttls.") && view.state.get(view.path).is_some()))
}

fn ttl<'s>(view: &View<'s, '_>, name: &str) -> Option<&'s str> {
    let own = view
        .rest()
        .starts_with("state_ttls.")
        .then(|| view.state.get(view.path));
    own.flatten()
        .or_else(|| {
            view.state
                .get(&format!("{BACKENDS}.{name}.ttl.default_ttl"))
        })
        .filter(|_| is_on(view, name))
}

fn restore_path(view: &View<'_, '_>) -> Option<String> {
    let of_entry = |name: &str| view.get(CHECKPOINTS, name, "recovery.from_savepoint.path");
    let all: Vec<&str> = view
        .state
        .names(CHECKPOINTS)
        .filter_map(of_entry)
        .chain(view.state.get("deployment.savepoint.restore.path"))
        .collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn whole(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// The parallelism of a process.
fn of_process(view: &View<'_, '_>, name: &str) -> u64 {
    let fields = ["parallelism", "parallelism.initial", "parallelism.min"];
    let own = fields
        .iter()
        .find_map(|field| view.get(RESOURCES, name, field));
    let default = || {
        fields
            .iter()
            .find_map(|field| view.get(RESOURCES, "_defaults", field))
            .or_else(|| view.state.get("resources.job_parallelism"))
    };
    own.or_else(default).and_then(whole).unwrap_or(1)
}

/// The parallelisms that a difference may be about: of the operator, of the process with its operators, of all processes.
fn parallelisms(view: &View<'_, '_>) -> Vec<u64> {
    let (section, name) = view.entry();
    if let Some(name) = name.filter(|_| section == RESOURCES) {
        let process = of_process(view, name);
        let rest: Vec<&str> = view.rest().split('.').collect();
        if let ["operators", operator, ..] = rest.as_slice() {
            let own = view.get(
                RESOURCES,
                name,
                &format!("operators.{operator}.parallelism"),
            );
            return vec![own.and_then(whole).unwrap_or(process)];
        }
        if rest.first() == Some(&"parallelism") {
            return vec![process];
        }
        let operators = format!("{RESOURCES}.{name}.operators");
        let greatest = view
            .state
            .below(&operators)
            .filter(|(rest, _)| rest.ends_with(".parallelism"))
            .filter_map(|(_, leaf)| whole(&leaf.normalised))
            .max();
        return vec![process.max(greatest.unwrap_or(0))];
    }
    if view.path == "resources.job_parallelism" {
        return vec![view.state.get(view.path).and_then(whole).unwrap_or(1)];
    }
    let all: Vec<u64> = view
        .state
        .names(RESOURCES)
        .map(|name| of_process(view, name))
        .collect();
    if all.is_empty() { vec![1] } else { all }
}

/// The number of key groups: as the document says, else as Flink derives it from the parallelism.
fn max_parallelisms(view: &View<'_, '_>) -> Vec<Answer> {
    let (section, name) = view.entry();
    let explicit = name
        .filter(|_| section == RESOURCES)
        .and_then(|name| view.get(RESOURCES, name, "max_parallelism"));
    match explicit {
        Some(explicit) => one(text(explicit)),
        None => parallelisms(view)
            .into_iter()
            .map(|parallelism| text(derived_groups(parallelism).to_string()))
            .collect(),
    }
}

/// The next power of two above one and a half times the parallelism.
fn derived_groups(parallelism: u64) -> u64 {
    let wanted = parallelism.saturating_add(parallelism / 2).min(MOST_GROUPS);
    wanted.next_power_of_two().clamp(LEAST_GROUPS, MOST_GROUPS)
}

/// The slots that there are, where their number is fixed.
fn slots(view: &View<'_, '_>) -> Option<u64> {
    let get = |path: &str| view.state.get(path).and_then(whole);
    let managers = get("deployment.task_manager.replicas")
        .or_else(|| get("resources._task_managers.count"))?;
    let each = get("resources._task_managers.slots_per_manager").unwrap_or(1);
    Some(managers.saturating_mul(each))
}

fn kafka_streams(view: &View<'_, '_>) -> impl Iterator<Item = String> {
    view.state
        .names(STREAMS)
        .filter(|name| matches!(view.get(STREAMS, name, "type"), None | Some("kafka")))
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Whether a stream is read or written: as it says, else as its blocks suggest.
fn direction(view: &View<'_, '_>, name: &str) -> &'static str {
    match view.get(STREAMS, name, "direction") {
        Some("source") => return "source",
        Some("sink") => return "sink",
        Some(_) => return "either",
        None => {}
    }
    let has = |block: &str| view.state.has(&format!("{STREAMS}.{name}.{block}"));
    match (has("consumer"), has("producer")) {
        (true, false) => "source",
        (false, true) => "sink",
        _ => "either",
    }
}

/// The partitions of the stream that the difference is about, else the least that a stream has.
fn partitions(view: &View<'_, '_>) -> Vec<Answer> {
    let (section, name) = view.entry();
    if let Some(name) = name.filter(|_| section == STREAMS) {
        return one(Answer::of(view.get(STREAMS, name, "partitions")));
    }
    let least = kafka_streams(view)
        .filter_map(|name| view.get(STREAMS, &name, "partitions").map(str::to_owned))
        .min_by_key(|partitions| {
            number(partitions).map_or(u64::MAX, |number| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let whole = number as u64;
                whole
            })
        });
    one(Answer::of(least))
}
