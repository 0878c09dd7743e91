//! Completion at every place of the specification's own documents: once two letters of what stands there are typed (of a word of one
//! letter, that one), it is offered first or second.

mod support;

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicUsize, Ordering},
};

use nexflow_analysis::{CompletionItem, Settings, Variable, VariableOrigin, completion_among};
use nexflow_catalog::{Field, Kind, SchemaNode};
use nexflow_syntax::{Document, NodeKind, Parent, ScalarStyle, Segment, TextRange};
use support::{
    corpus::Project as Corpus,
    known::{Around, Known, known},
    size, snapshot,
    specification::blocks,
};

/// How many letters are typed when completion is asked.
const TYPED: usize = 2;

/// How many offers a report shows of a place where another one comes first.
const SHOWN: usize = 3;

/// A key or value of a document.
struct Position {
    /// What stands there, quotes included.
    range: TextRange,
    /// The same as it is read.
    text: String,
    kind: PositionKind,
    /// What the catalog has there.
    fields: Vec<&'static Field>,
    /// The path to it, for the report.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PositionKind {
    /// A key of the language.
    Key,
    /// A name that the author chose.
    Name,
    /// A key that the catalog does not have, of a label or of an option of another product.
    OtherKey,
    /// A boolean or a value of an enum.
    Word,
    /// A duration or a size.
    Amount,
    /// Another number.
    Number,
    /// The name of something that stands in the same document.
    Reference,
    /// `${NAME}`, or a text that begins with it.
    Variable,
    /// An address, a path, a host with its port.
    Address,
    /// More than one word: SQL, conditions, sentences.
    Sentence,
    /// Any other text: topics, buckets, tables.
    Text,
}

/// What the catalog has at a path of keys; the region blocks of an entry as well.
fn place(path: &[Segment]) -> Option<&'static SchemaNode> {
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
            let above = place(above);
            let literal = above.and_then(|node| node.literal_child(key));
            let kind = match (literal, above.and_then(SchemaNode::named_child)) {
                (Some(_), _) => PositionKind::Key,
                (None, Some(_)) => PositionKind::Name,
                (None, None) => PositionKind::OtherKey,
            };
            found.push(Position {
                range: entry.key().range(),
                text: entry.key_text().into_owned(),
                kind,
                fields: place(&path).map(fields_of).unwrap_or_default(),
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
            let mut fields = place(&node.path()).map(fields_of).unwrap_or_default();
            // What an item is may be said by the list alone.
            if fields.is_empty()
                && let Some((Segment::Item(_), list)) = node.path().split_last()
            {
                fields = place(list).map(fields_of).unwrap_or_default();
            }
            let text = node.value().unwrap_or_default().into_owned();
            found.push(Position {
                range: node.range(),
                kind: value_kind(&text, &fields),
                text,
                fields,
                path: show(&node.path()),
            });
        }
    }
    found.sort_by_key(|position| position.range.start());
    found
}

fn fields_of(node: &'static SchemaNode) -> Vec<&'static Field> {
    let ids = node.fields.iter();
    ids.map(|id| nexflow_catalog::field(*id)).collect()
}

fn value_kind(text: &str, fields: &[&'static Field]) -> PositionKind {
    let is = |kinds: &[Kind]| {
        let mut all = fields.iter();
        all.any(|field| kinds.iter().any(|kind| field.has_kind(*kind)))
    };
    let refers = fields.iter().any(|field| field.refers_to.is_some());
    let host = || {
        let port = text.rsplit_once(':').map(|(_, port)| port);
        port.is_some_and(|port| port.parse::<u16>().is_ok())
    };
    if text.starts_with("${") {
        PositionKind::Variable
    } else if refers || text.starts_with("secret://") {
        PositionKind::Reference
    } else if is(&[Kind::Bool, Kind::Enum]) {
        PositionKind::Word
    } else if is(&[Kind::Size, Kind::SizeTb, Kind::Duration]) {
        PositionKind::Amount
    } else if is(&[
        Kind::Int,
        Kind::Number,
        Kind::Fraction,
        Kind::Percent,
        Kind::Digits,
        Kind::SizeShort,
    ]) {
        PositionKind::Number
    } else if text.contains(char::is_whitespace) {
        PositionKind::Sentence
    } else if is(&[Kind::Uri, Kind::Path])
        || text.contains("://")
        || text.starts_with('/')
        || host()
    {
        PositionKind::Address
    } else {
        PositionKind::Text
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

/// How an editor lists what is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Client {
    /// Those whose filter text has the typed letters in their order, beginnings first, then by the server's order.
    VsCode,
    /// Those whose filter text begins with what is typed, by the server's order.
    Plain,
}

/// The items as an editor lists them for what is typed.
fn listed<'i>(
    items: &'i [CompletionItem],
    text: &str,
    cursor: usize,
    client: Client,
) -> Vec<&'i CompletionItem> {
    let mut kept: Vec<(usize, &CompletionItem)> = items
        .iter()
        .filter_map(|item| {
            let start = usize::from(item.replace.start()).min(cursor);
            let word = text[start..cursor].trim_start();
            if client == Client::Plain {
                return item.filter.starts_with(word).then_some((0, item));
            }
            let word = word.to_lowercase();
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

/// A document in which something is still to be written.
struct Broken<'t> {
    /// What stands before it.
    before: &'t str,
    /// All of it.
    token: &'t str,
    /// What is typed of it.
    typed: &'t str,
    /// What stands behind it.
    behind: &'t str,
}

impl<'t> Broken<'t> {
    /// Either the token alone is being rewritten, or the line is being written for the first time.
    fn new(text: &'t str, position: &Position, with_rest: bool) -> Broken<'t> {
        let (start, end) = (
            usize::from(position.range.start()),
            usize::from(position.range.end()),
        );
        let token = &text[start..end];
        let typed = token.char_indices().nth(TYPED).map_or(token.len(), |c| c.0);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let rest = if with_rest { end } else { line_end.max(end) };
        Broken {
            before: &text[..start],
            token,
            typed: &token[..typed],
            behind: &text[rest..],
        }
    }

    fn known(&self, project: &Corpus, position: &Position) -> Known {
        if position.kind == PositionKind::Key {
            return Known::Catalog;
        }
        let around = Around {
            document: &format!("{}\n{}", self.before, self.behind),
            folder: &project.folder,
        };
        let typed = self.typed.trim_start_matches(['"', '\'']);
        known(&position.text, typed, &position.fields, &around)
    }

    /// The document with what is typed, and where the cursor is in it.
    fn written(&self) -> (String, usize) {
        let text = format!("{}{}{}", self.before, self.typed, self.behind);
        (text, self.before.len() + self.typed.len())
    }

    /// The place of the item that gives back what stood there, `None` when there is none, and what is offered first.
    fn rank(&self, items: &[CompletionItem], client: Client) -> (Option<usize>, Vec<String>) {
        let (broken, cursor) = self.written();
        let items = listed(items, &broken, cursor, client);
        let shown = items.iter().take(SHOWN);
        let shown = shown.map(|item| item.label.clone()).collect();
        let rank = items.into_iter().position(|item| {
            let (from, to) = (
                usize::from(item.replace.start()),
                usize::from(item.replace.end()),
            );
            let after = format!("{}{}{}", &broken[..from], item.plain, &broken[to..]);
            let expected = format!("{}{}", self.before, self.token);
            after.strip_prefix(&expected).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with([':', '\n', ' ', ',', '}', ']', '#', '\r'])
            })
        });
        (rank, shown)
    }
}

/// How often what stands at a position is offered first, second, or not as early.
#[derive(Default)]
struct Ranks {
    first: usize,
    second: usize,
    /// The same in an editor that lists beginnings only.
    plain_first: usize,
    plain_second: usize,
    all: usize,
    missed: Vec<String>,
}

impl Ranks {
    fn add(&mut self, more: Ranks) {
        self.first += more.first;
        self.second += more.second;
        self.plain_first += more.plain_first;
        self.plain_second += more.plain_second;
        self.all += more.all;
        self.missed.extend(more.missed);
    }

    fn both(&self) -> usize {
        self.first + self.second
    }
}

/// By kind of position, and by where its text can be known from.
type RanksByKind = BTreeMap<(PositionKind, Known), Ranks>;

/// Tries every position with a number that `of` divides, as the token alone is rewritten and as the line is written.
fn ranks(of: usize) -> RanksByKind {
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
        let mut found = RanksByKind::new();
        while let Some((project, position)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            for with_rest in [true, false] {
                let broken = Broken::new(&project.text, position, with_rest);
                let known = broken.known(project, position);
                let (text, cursor) = broken.written();
                let snapshot = project.snapshot(&text);
                let items = completion_among(&snapshot, size(cursor), &project.others);
                let (rank, shown) = broken.rank(&items, Client::VsCode);
                let (plain, _) = broken.rank(&items, Client::Plain);
                let ranks = found.entry((position.kind, known)).or_default();
                ranks.all += 1;
                match rank {
                    Some(0) => ranks.first += 1,
                    Some(1) => ranks.second += 1,
                    _ => {}
                }
                match plain {
                    Some(0) => ranks.plain_first += 1,
                    Some(1) => ranks.plain_second += 1,
                    _ => {}
                }
                if rank != Some(0) {
                    ranks.missed.push(format!(
                        "{:?} {known:?} {}: {} = {} ({rank:?}) {shown:?}",
                        position.kind, project.name, position.path, &project.text[position.range]
                    ));
                }
            }
        }
        found
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(try_some)).collect();
        let mut all = RanksByKind::new();
        for worker in workers {
            for (kind, more) in worker.join().expect("no panic") {
                all.entry(kind).or_default().add(more);
            }
        }
        all
    })
}

fn percent(part: usize, of: usize) -> f64 {
    (part * 1000 / of.max(1)) as f64 / 10.0
}

/// How often it must be, in percent: first, and either first or second, of all places and of those whose text stands somewhere.
struct Least {
    first: usize,
    both: usize,
    known_first: usize,
    known_both: usize,
}

/// Names and texts of the author's choice included, of which nothing can know many before they are written.
#[expect(
    clippy::print_stdout,
    reason = "the figures of a run are what it is for"
)]
fn first_or_second(of: usize, least: Least) {
    let ranks = ranks(of);
    if std::env::var_os("NEXFLOW_VERBOSE").is_some() {
        for ranks in ranks.values() {
            println!("{}", ranks.missed.join("\n"));
        }
    }
    let mut all = Ranks::default();
    let mut known = Ranks::default();
    let mut kinds: BTreeMap<PositionKind, Vec<(Known, Ranks)>> = BTreeMap::new();
    for ((kind, from), more) in ranks {
        let counts = || Ranks {
            missed: Vec::new(),
            ..more
        };
        all.add(counts());
        if from.is_whole() {
            known.add(counts());
        }
        kinds.entry(kind).or_default().push((from, more));
    }
    for (kind, parts) in &kinds {
        let sum = |count: fn(&Ranks) -> usize| -> usize {
            parts.iter().map(|(_, ranks)| count(ranks)).sum()
        };
        let all = sum(|ranks| ranks.all);
        println!(
            "{kind:?}: {} % first, {} % first or second, of {all}",
            percent(sum(|ranks| ranks.first), all),
            percent(sum(Ranks::both), all)
        );
        for (from, ranks) in parts {
            println!(
                "    {from:?}: first {}, second {}, of {}",
                ranks.first, ranks.second, ranks.all
            );
        }
    }
    for (what, ranks) in [("all", &all), ("what stands somewhere", &known)] {
        let clients = [
            ("VS Code", ranks.first, ranks.both()),
            (
                "a plain client",
                ranks.plain_first,
                ranks.plain_first + ranks.plain_second,
            ),
        ];
        for (client, first, both) in clients {
            println!(
                "{what}, in {client}: first {first} ({} %), first or second {both} ({} %), of {}",
                percent(first, ranks.all),
                percent(both, ranks.all),
                ranks.all
            );
        }
    }
    let plain_both = all.plain_first + all.plain_second;
    for (count, least, of, what) in [
        (all.first, least.first, all.all, "first, of all"),
        (all.both(), least.both, all.all, "either, of all"),
        (
            all.plain_first,
            least.first,
            all.all,
            "first, in a plain client",
        ),
        (plain_both, least.both, all.all, "either, in a plain client"),
        (
            known.first,
            least.known_first,
            known.all,
            "first, of what stands somewhere",
        ),
        (
            known.both(),
            least.known_both,
            known.all,
            "either, of what stands somewhere",
        ),
    ] {
        assert!(count * 100 >= of * least, "{what}: {count} of {of}");
    }
}

#[test]
#[ignore = "takes minutes without optimization; tests/run offers runs it"]
fn what_stands_in_any_document_is_offered_first_or_second() {
    first_or_second(
        1,
        Least {
            first: 81,
            both: 85,
            known_first: 91,
            known_both: 94,
        },
    );
}

/// The same part each time.
#[test]
fn what_stands_in_a_part_is_offered_first_or_second() {
    first_or_second(
        20,
        Least {
            first: 80,
            both: 84,
            known_first: 90,
            known_both: 93,
        },
    );
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
                // What the variables of the specification are worth is not known.
                let settings = Settings {
                    assume_variables: true,
                    ..Settings::default()
                };
                let broken = Broken::new(&text, &position, with_rest);
                let (written, cursor) = broken.written();
                let snapshot = snapshot(&written, settings, project.variables.clone());
                let items = completion_among(&snapshot, size(cursor), &project.others);
                let (rank, _) = broken.rank(&items, Client::VsCode);
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
    for kind in [PositionKind::Key, PositionKind::Word, PositionKind::Amount] {
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
