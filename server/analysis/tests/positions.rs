//! Completion at every place of the specification's own documents: once two letters of what stands there are typed (of a word of one
//! letter, that one), it is offered first or second.

mod support;

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicUsize, Ordering},
};

use nexflow_analysis::{CompletionItem, Settings, Variable, VariableOrigin, completion_among};
use nexflow_catalog::Kind;
use nexflow_syntax::{Document, Node, NodeKind, Parent, ScalarStyle, Segment, TextRange, TextSize};
use support::{size, snapshot, specification::blocks};

/// How many letters are typed when completion is asked.
const TYPED: usize = 2;

/// A key or value of a document.
struct Position {
    /// What stands there, quotes included.
    range: TextRange,
    kind: PositionKind,
    /// The path to it, for the report.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PositionKind {
    /// A key of the language.
    Key,
    /// A name that the author chose, which nothing can know before it is written.
    ChosenName,
    /// A value that the language knows: of an enum, a boolean, a number with a unit.
    KnownValue,
    /// Text that the author chose: buckets, paths, addresses.
    ChosenText,
}

/// What the catalog has at a path of keys; the region blocks of an entry as well.
fn place(path: &[Segment]) -> Option<&'static nexflow_catalog::SchemaNode> {
    path.iter()
        .try_fold(nexflow_catalog::root(), |node, segment| match segment {
            Segment::Key(key) => node
                .literal_child(key)
                .or_else(|| node.region_child().map(|(_, region)| region))
                .or_else(|| node.child(key)),
            Segment::Item(_) => node.item_child(),
        })
}

fn positions(document: &Document) -> Vec<Position> {
    let mut found = Vec::new();
    let mut open = document.roots();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            open.push(entry.value());
            let path = entry.key().path();
            let (last, above) = path.split_last().expect("a key has a path");
            let Segment::Key(key) = last else { continue };
            let literal = place(above).is_some_and(|node| node.literal_child(key).is_some());
            found.push(Position {
                range: entry.key().range(),
                kind: if literal {
                    PositionKind::Key
                } else {
                    PositionKind::ChosenName
                },
                path: show(&path),
            });
        }
        open.extend(node.items());
        let one_line = node.kind() == NodeKind::Scalar
            && !matches!(
                node.style(),
                Some(ScalarStyle::Literal | ScalarStyle::Folded)
            );
        let is_value = matches!(node.parent(), Some(Parent::Value(_) | Parent::Item(..)));
        if one_line && is_value {
            found.push(Position {
                range: node.range(),
                kind: value_kind(node),
                path: show(&node.path()),
            });
        }
    }
    found.sort_by_key(|position| position.range.start());
    found
}

fn value_kind(node: Node<'_>) -> PositionKind {
    let known = [
        Kind::Bool,
        Kind::Enum,
        Kind::Size,
        Kind::SizeTb,
        Kind::Duration,
    ];
    let fields = place(&node.path())
        .map(|place| place.fields)
        .unwrap_or_default();
    let is_known = fields
        .iter()
        .map(|id| nexflow_catalog::field(*id))
        .any(|field| known.iter().any(|kind| field.has_kind(*kind)));
    if is_known {
        PositionKind::KnownValue
    } else {
        PositionKind::ChosenText
    }
}

fn show(path: &[Segment]) -> String {
    let parts: Vec<_> = path
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => key.to_string(),
            Segment::Item(index) => format!("[{index}]"),
        })
        .collect();
    parts.join(".")
}

/// The items as an editor lists them for what is typed: those whose filter text has the typed letters in their order, beginnings
/// first, then by the server's order.
fn listed(items: Vec<CompletionItem>, text: &str, cursor: usize) -> Vec<CompletionItem> {
    let mut kept: Vec<(usize, CompletionItem)> = items
        .into_iter()
        .filter_map(|item| {
            let start = usize::from(item.replace.start()).min(cursor);
            let word = text[start..cursor].trim_start().to_lowercase();
            let filter = item.filter.to_lowercase();
            let mut rest = filter.chars();
            let matches = word.chars().all(|c| rest.any(|other| other == c));
            matches.then(|| (usize::from(!filter.starts_with(&word)), item))
        })
        .collect();
    kept.sort_by(|(a, x), (b, y)| (a, &x.sort, &x.label).cmp(&(b, &y.sort, &y.label)));
    kept.into_iter().map(|(_, item)| item).collect()
}

/// What surrounds a document in a project: the other documents, and an env file with the variables that they all use.
struct Project {
    others: Vec<Document>,
    variables: HashMap<String, Variable>,
}

fn project(around: &str) -> Project {
    let all = blocks();
    let mut variables = HashMap::new();
    for (_, text) in &all {
        for piece in text.split("${").skip(1) {
            let name = piece.split(['}', ':']).next().unwrap_or_default();
            let origin = VariableOrigin::EnvFile {
                uri: "file:///project/.env".to_owned(),
                line: 0,
            };
            variables.insert(
                name.to_owned(),
                Variable {
                    value: "value".to_owned(),
                    origin,
                },
            );
        }
    }
    let others = all
        .iter()
        .filter(|(name, _)| name != around)
        .map(|(_, text)| Document::parse(text))
        .collect();
    Project { others, variables }
}

/// The place of the item that gives back what stood there; `None` when there is none.
fn rank(text: &str, position: &Position, with_rest: bool, project: &Project) -> Option<usize> {
    rank_among(text, position, with_rest, &|broken, cursor| {
        // What the variables of the specification are worth is not known.
        let settings = Settings {
            assume_variables: true,
            ..Settings::default()
        };
        let snapshot = snapshot(broken, settings, project.variables.clone());
        completion_among(&snapshot, cursor, &project.others)
    })
}

fn rank_among(
    text: &str,
    position: &Position,
    with_rest: bool,
    offers: &dyn Fn(&str, TextSize) -> Vec<CompletionItem>,
) -> Option<usize> {
    let (start, end) = (
        usize::from(position.range.start()),
        usize::from(position.range.end()),
    );
    let token = &text[start..end];
    let typed: String = token.chars().take(TYPED).collect();
    // Either the token alone is being rewritten, or the line is being written for the first time.
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let behind = if with_rest { end } else { line_end.max(end) };
    let broken = format!("{}{typed}{}", &text[..start], &text[behind..]);
    let cursor = start + typed.len();
    let items = offers(&broken, size(cursor));
    listed(items, &broken, cursor).into_iter().position(|item| {
        let (from, to) = (
            usize::from(item.replace.start()),
            usize::from(item.replace.end()),
        );
        let after = format!("{}{}{}", &broken[..from], item.plain, &broken[to..]);
        let expected = format!("{}{token}", &text[..start]);
        after.strip_prefix(&expected).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with([':', '\n', ' ', ',', '}', ']', '#', '\r'])
        })
    })
}

/// How often what stands at a position is offered first, second, or not as early.
#[derive(Default)]
struct Ranks {
    first: usize,
    second: usize,
    all: usize,
    missed: Vec<String>,
}

/// Tries every position with a number that `of` divides.
fn ranks(of: usize) -> BTreeMap<PositionKind, Ranks> {
    let projects = support::corpus::projects();
    let mut number = 0;
    let mut work = Vec::new();
    for project in &projects {
        let document = Document::parse(&project.text);
        for position in positions(&document) {
            // Of a word that is typed in full nothing is left to offer.
            if project.text[position.range].chars().count() <= TYPED {
                continue;
            }
            number += 1;
            if number % of == 0 {
                work.push((project, position));
            }
        }
    }
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let try_some = || {
        let mut found: BTreeMap<PositionKind, Ranks> = BTreeMap::new();
        while let Some((project, position)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            let ranks = found.entry(position.kind).or_default();
            for with_rest in [true, false] {
                let rank = rank_among(&project.text, position, with_rest, &|text, at| {
                    completion_among(&project.snapshot(text), at, &project.others)
                });
                ranks.all += 1;
                match rank {
                    Some(0) => ranks.first += 1,
                    Some(1) => ranks.second += 1,
                    _ => ranks.missed.push(format!(
                        "{}: {} = {} ({rank:?})",
                        project.name, position.path, &project.text[position.range]
                    )),
                }
            }
        }
        found
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(try_some)).collect();
        let mut all: BTreeMap<PositionKind, Ranks> = BTreeMap::new();
        for worker in workers {
            for (kind, more) in worker.join().expect("no panic") {
                let ranks = all.entry(kind).or_default();
                ranks.first += more.first;
                ranks.second += more.second;
                ranks.all += more.all;
                ranks.missed.extend(more.missed);
            }
        }
        all
    })
}

/// Names and texts of the author's choice included, of which nothing can know many before they are written.
#[expect(
    clippy::print_stdout,
    reason = "the figures of a run are what it is for"
)]
fn first_or_second(of: usize) {
    let (mut first, mut both, mut all) = (0, 0, 0);
    for (kind, ranks) in ranks(of) {
        println!(
            "{kind:?}: first {}, second {}, of {}",
            ranks.first, ranks.second, ranks.all
        );
        if std::env::var_os("NEXFLOW_VERBOSE").is_some() {
            println!("{}", ranks.missed.join("\n"));
        }
        first += ranks.first;
        both += ranks.first + ranks.second;
        all += ranks.all;
    }
    println!("first: {first}, first or second: {both}, of {all}");
    assert!(first * 100 >= all * 74, "first for {first} of {all}");
    assert!(
        both * 100 >= all * 77,
        "first or second for {both} of {all}"
    );
}

#[test]
#[ignore = "takes minutes without optimization; tests/run offers runs it"]
fn what_stands_in_any_document_is_offered_first_or_second() {
    first_or_second(1);
}

/// The same part each time.
#[test]
fn what_stands_in_a_part_is_offered_first_or_second() {
    first_or_second(20);
}

#[test]
fn what_stands_in_the_specification_is_offered_first_or_second() {
    let mut report: BTreeMap<(PositionKind, bool), (usize, usize, Vec<String>)> = BTreeMap::new();
    for (name, text) in blocks() {
        let document = Document::parse(&text);
        let project = project(&name);
        for position in positions(&document) {
            // Of a word that is typed in full nothing is left to offer.
            if text[position.range].chars().count() <= TYPED {
                continue;
            }
            for with_rest in [true, false] {
                let rank = rank(&text, &position, with_rest, &project);
                let (good, all, missed) = report.entry((position.kind, with_rest)).or_default();
                *all += 1;
                if rank.is_some_and(|rank| rank < 2) {
                    *good += 1;
                } else {
                    missed.push(format!(
                        "{name}: {} = {} ({rank:?})",
                        position.path, &text[position.range]
                    ));
                }
            }
        }
    }
    let (good, all) = report
        .values()
        .fold((0, 0), |(good, all), (more, of, _)| (good + more, all + of));
    println!("all positions, names and texts of the author's choice included: {good} of {all}");
    let verbose = std::env::var_os("NEXFLOW_VERBOSE").is_some();
    for ((kind, with_rest), (good, all, missed)) in &report {
        println!("{kind:?} (rest of the line kept: {with_rest}): {good} of {all}");
        if verbose {
            for missed in missed {
                println!("    {missed}");
            }
        }
    }
    assert!(good * 100 >= all * 95, "{good} of {all}");
    for kind in [PositionKind::Key, PositionKind::KnownValue] {
        for with_rest in [true, false] {
            let (good, all, missed) = &report[&(kind, with_rest)];
            assert!(
                good * 100 >= all * 95,
                "{kind:?} (rest of the line kept: {with_rest}): {good} of {all}\n{}",
                missed.join("\n")
            );
        }
    }
}
