//! Completion and check agree: at every key and every value of all documents of the project, whatever is offered may be accepted without
//! an error or a warning that was not there.
//!
//! Each place is tried as it is written (the key with its block, or the value, is not there yet) and as it is rewritten (all of it stands
//! there, the cursor behind it), and each offer as an editor with snippets and as one without puts it in.

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use nexflow_analysis::{
    CompletionItem, CompletionKind, Diagnostic, Snapshot, completion_among, diagnostics,
};
use nexflow_catalog::Severity;
use nexflow_syntax::{Document, NodeKind, Parent};
use support::{
    corpus::{Project, projects},
    size,
};

/// A text with a cursor, at which completion is asked.
struct Situation {
    /// For the report.
    what: String,
    text: String,
    cursor: usize,
    /// The same without what is being typed.
    before: String,
}

/// The end of the lines that an entry takes, its last line break included.
fn end_of_lines(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |at| from + at + 1)
}

/// Every key and value of a document, as it is written and as it is rewritten.
fn situations(text: &str) -> Vec<Situation> {
    let document = Document::parse(text);
    let mut found = Vec::new();
    let mut open = document.roots();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            open.push(entry.value());
            let key = entry.key().range();
            let (start, end) = (usize::from(key.start()), usize::from(key.end()));
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let name = &text[start..end];
            let of = |what: &str, text: String, cursor: usize, before: String| Situation {
                what: format!(
                    "{what} `{name}`, line {}",
                    text[..line.min(text.len())].matches('\n').count() + 1
                ),
                text,
                cursor,
                before,
            };
            if text[line..start].trim().is_empty() && !node.is_flow() {
                // The whole entry is still to be written.
                let value_end = usize::from(entry.range().end()).max(end);
                let without = format!(
                    "{}{}",
                    &text[..start],
                    &text[end_of_lines(text, value_end).saturating_sub(1).max(start)..]
                );
                found.push(of("new key", without.clone(), start, without));
            }
            found.push(of("key", text.to_owned(), end, text.to_owned()));
        }
        open.extend(node.items());
        let is_value = matches!(node.parent(), Some(Parent::Value(_) | Parent::Item(..)));
        if node.kind() == NodeKind::Scalar && is_value && !text[node.range()].contains('\n') {
            let (start, end) = (
                usize::from(node.range().start()),
                usize::from(node.range().end()),
            );
            let value = &text[start..end];
            let what = format!(
                "value `{value}`, line {}",
                text[..start].matches('\n').count() + 1
            );
            let without = format!("{}{}", &text[..start], &text[end..]);
            found.push(Situation {
                what: format!("new {what}"),
                text: without.clone(),
                cursor: start,
                before: without.clone(),
            });
            found.push(Situation {
                what,
                text: text.to_owned(),
                cursor: end,
                before: without,
            });
        }
    }
    found
}

/// What a snippet leaves in the text when each place is passed over.
fn resolved(snippet: &str) -> String {
    let mut out = String::new();
    let mut chars = snippet.chars().peekable();
    let mut depth = 0;
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '$' if chars.peek().is_some_and(char::is_ascii_digit) => {
                while chars.next_if(char::is_ascii_digit).is_some() {}
            }
            '$' if chars.peek() == Some(&'{') => {
                chars.next();
                while chars.next_if(char::is_ascii_digit).is_some() {}
                match chars.next() {
                    Some(':') => depth += 1,
                    Some('|') => {
                        // The first choice.
                        let mut first = true;
                        while let Some(c) = chars.next() {
                            match c {
                                '\\' => {
                                    let c = chars.next();
                                    if first {
                                        out.extend(c);
                                    }
                                }
                                ',' => first = false,
                                '|' => break,
                                c if first => out.push(c),
                                _ => {}
                            }
                        }
                        chars.next();
                    }
                    _ => {}
                }
            }
            '}' if depth > 0 => depth -= 1,
            c => out.push(c),
        }
    }
    out
}

/// How often each rule finds something above a hint.
fn counts(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for one in found {
        // What is said of a block that has just been begun: that it lacks what it needs. Secrets are looked at below.
        let is_lacking = nexflow_catalog::rule(one.code).is_some_and(|rule| rule.incomplete)
            && one.code != "secret-ref-unknown";
        if one.severity != Severity::Hint && !is_lacking {
            *counts.entry(one.code).or_default() += 1;
        }
    }
    counts
}

/// What an accepted offer brings.
fn brought(
    project: &Project,
    at: &Situation,
    item: &CompletionItem,
    insert: &str,
    before: &BTreeMap<&'static str, usize>,
) -> Option<String> {
    let (from, to) = (
        usize::from(item.replace.start()),
        usize::from(item.replace.end()),
    );
    let after = format!("{}{insert}{}", &at.text[..from], &at.text[to..]);
    let snapshot = project.snapshot(&after);
    let found = diagnostics(&snapshot);
    let new: BTreeSet<&str> = counts(&found)
        .into_iter()
        .filter(|(code, count)| *count > before.get(code).copied().unwrap_or_default())
        .map(|(code, _)| code)
        // Which secrets there are is known when the section is written; before, nothing is said of it.
        .filter(|code| insert.contains("secret://") || *code != "secret-ref-unknown")
        // The variables of a snippet are for the author to set.
        .filter(|code| item.kind != CompletionKind::Snippet || *code != "env-unresolved")
        .collect();
    let one = found.iter().find(|one| new.contains(one.code))?;
    Some(format!(
        "{} [{:?}]: {} ({:?})",
        item.label, item.kind, one.message, new
    ))
}

#[derive(Default)]
struct Tally {
    situations: usize,
    offers: usize,
    wrong: Vec<String>,
}

fn try_all(project: &Project, at: &Situation, tally: &mut Tally) {
    let snapshot: Snapshot = project.snapshot(&at.text);
    let items = completion_among(&snapshot, size(at.cursor), &project.others);
    tally.situations += 1;
    let before = counts(&diagnostics(&project.snapshot(&at.before)));
    for item in &items {
        if item.kind == CompletionKind::Rule {
            continue;
        }
        let snippet = if item.snippet {
            resolved(&item.insert)
        } else {
            item.insert.clone()
        };
        let mut ways = vec![snippet];
        if item.plain != ways[0] {
            ways.push(item.plain.clone());
        }
        for way in ways {
            tally.offers += 1;
            if let Some(wrong) = brought(project, at, item, &way, &before) {
                tally
                    .wrong
                    .push(format!("{}: {}: {wrong}", project.name, at.what));
            }
        }
    }
}

/// Tries one situation of every `of`, beginning with number `part`.
fn run(part: usize, of: usize) -> Tally {
    let projects = projects();
    let work: Vec<(&Project, Situation)> = projects
        .iter()
        .flat_map(|project| {
            situations(&project.text)
                .into_iter()
                .map(move |at| (project, at))
        })
        .enumerate()
        .filter(|(number, _)| number % of == part % of)
        .map(|(_, one)| one)
        .collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut tally = Tally::default();
                    while let Some((project, at)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                        try_all(project, at, &mut tally);
                    }
                    tally
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no panic"))
            .collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.situations += tally.situations;
        all.offers += tally.offers;
        all.wrong.extend(tally.wrong);
    }
    all.wrong.sort();
    all
}

#[expect(
    clippy::print_stdout,
    reason = "the figures of a run are what it is for"
)]
fn report(tally: &Tally) {
    println!(
        "{} places, {} offers accepted, {} wrong",
        tally.situations,
        tally.offers,
        tally.wrong.len()
    );
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}

#[test]
#[ignore = "takes minutes without optimization; tests/run offers runs it"]
fn no_offer_brings_an_error_or_a_warning() {
    report(&run(0, 1));
}

/// The same part each time: a test that depends on the day fails for somebody who has changed nothing.
#[test]
fn no_offer_of_a_part_brings_an_error_or_a_warning() {
    report(&run(0, 200));
}
