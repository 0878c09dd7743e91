//! What the parts of an edit and of a request cost, without protocol and processes: `cargo bench -p nexflow-analysis`.
//!
//! Each measurement stands for one thing that an editor does, in documents of 1,000 and of 50,000 lines. The figures of the
//! whole server are those of `tests/bench/run`.

use std::{collections::HashMap, fmt::Write, hint::black_box, sync::Arc};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nexflow_analysis::{
    Context, FormatOptions, Settings, Snapshot, completion, diagnostics, format, hover, outline,
    tokens,
};
use nexflow_syntax::{Document, TextEdit, TextRange, TextSize};

const BACKEND: &str = "    type: rocksdb
    incremental: true
    # Where the working state lies.
    storage:
      local_directories:
        - /mnt/ssd1/flink-state
        - /mnt/ssd2/flink-state
      directory_selection: round_robin
    options:
      block_cache_size: 256mb
      write_buffer_size: 64mb
      max_write_buffer_number: 4
      compression: LZ4
    ttl:
      enabled: true
      default_ttl: 24h
      cleanup:
        strategy: incremental
";

const CHECKPOINT: &str = "    type: s3
    region: eu-west-1
    checkpoint:
      interval: 60s
      min_pause: 30s
      timeout: 10m
      mode: exactly_once
    encryption:
      type: sse_kms
      kms_key_id: ${KMS_KEY_ID}
    retention:
      max_checkpoints: 3
      cleanup_on_cancel: retain
";

/// A valid document of about so many lines.
fn text(lines: usize) -> String {
    let mut text = "version: \"1.0\"\nenvironment: production\n\nstate_backends:\n".to_owned();
    let mut written = 4;
    let mut number = 0;
    while written < lines / 2 {
        number += 1;
        let _ = write!(text, "  backend_{number}:\n{BACKEND}\n");
        written += 20;
    }
    text.push_str("checkpoints:\n");
    while written < lines {
        number += 1;
        let _ = write!(
            text,
            "  checkpoint_{number}:\n    bucket: flink-checkpoints\n    prefix: production/{number}/\n{CHECKPOINT}\n"
        );
        written += 17;
    }
    text
}

fn snapshot(document: Document, assume_variables: bool) -> Snapshot {
    Snapshot::new(
        document,
        Context {
            settings: Arc::new(Settings {
                assume_variables,
                ..Settings::default()
            }),
            variables: Arc::new(HashMap::new()),
            bases: Vec::new(),
            base_problem: None,
            processes: None,
        },
    )
}

/// Behind the middle one of the places where `literal` stands.
fn middle(text: &str, literal: &str) -> TextSize {
    let places: Vec<_> = text.match_indices(literal).collect();
    let at = places[places.len() / 2].0 + literal.len();
    TextSize::new(u32::try_from(at).expect("the text is small"))
}

fn insertion(at: TextSize, text: &str) -> TextEdit {
    TextEdit {
        range: TextRange::empty(at),
        insert: text.to_owned(),
    }
}

/// One keystroke after the other at one place, each parsed and checked.
fn typing(criterion: &mut Criterion) {
    for (name, place, assumed) in [
        ("typing/value", "write_buffer_size: ", true),
        (
            "typing/value that rules of the document read",
            "mode: ",
            true,
        ),
        ("typing/no variable resolved", "write_buffer_size: ", false),
    ] {
        let mut group = criterion.benchmark_group(name);
        for lines in [1_000, 50_000] {
            let text = text(lines);
            let at = middle(&text, place);
            let mut document = Document::parse(&text);
            diagnostics(&snapshot(document.clone(), assumed));
            let mut typed = false;
            group.bench_function(BenchmarkId::from_parameter(lines), |bencher| {
                bencher.iter(|| {
                    let edit = if typed {
                        TextEdit {
                            range: TextRange::at(at, TextSize::new(1)),
                            insert: String::new(),
                        }
                    } else {
                        insertion(at, "1")
                    };
                    typed = !typed;
                    document = document.apply(&edit);
                    diagnostics(&snapshot(document.clone(), assumed))
                });
            });
        }
    }
}

/// What a request costs in a document that was checked before.
fn requests(criterion: &mut Criterion) {
    type Request = fn(&Snapshot, TextSize);
    let all: [(&str, Request); 6] = [
        ("completion", |snapshot, at| {
            black_box(completion(snapshot, at));
        }),
        ("hover", |snapshot, at| {
            black_box(hover(snapshot, at));
        }),
        ("tokens", |snapshot, _| {
            black_box(tokens(snapshot, None));
        }),
        ("outline", |snapshot, _| {
            black_box(outline(snapshot));
        }),
        ("format", |snapshot, _| {
            black_box(format(snapshot, None, FormatOptions::default()));
        }),
        ("diagnostics", |snapshot, _| {
            black_box(diagnostics(snapshot));
        }),
    ];
    for (name, request) in all {
        let mut group = criterion.benchmark_group(name);
        for lines in [1_000, 50_000] {
            let text = text(lines);
            let at = middle(&text, "type: ");
            let snapshot = snapshot(Document::parse(&text), true);
            diagnostics(&snapshot);
            group.bench_function(BenchmarkId::from_parameter(lines), |bencher| {
                bencher.iter(|| request(&snapshot, at));
            });
        }
    }
}

/// A document that is opened: parsed and checked for the first time.
fn opening(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("opening");
    for lines in [1_000, 50_000] {
        let text = text(lines);
        group.bench_function(BenchmarkId::new("parse", lines), |bencher| {
            bencher.iter(|| Document::parse(&text));
        });
        group.bench_function(BenchmarkId::new("parse and check", lines), |bencher| {
            bencher.iter(|| diagnostics(&snapshot(Document::parse(&text), true)));
        });
    }
}

criterion_group!(benches, typing, requests, opening);
criterion_main!(benches);
