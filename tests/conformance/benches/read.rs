//! What opening and editing cost: `cargo bench -p nexflow-conformance`.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nexflow_conformance::corpus::document_of;
use nexflow_syntax::{Document, TextEdit, TextRange};

const LINES: [usize; 4] = [100, 1_000, 10_000, 50_000];

fn open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("open");
    for lines in LINES {
        let text = document_of(lines);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(lines),
            &text,
            |bencher, text| {
                bencher.iter(|| Document::parse(black_box(text)));
            },
        );
    }
    group.finish();
}

/// One character typed into a value in the middle of the document, and taken away again.
fn edit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("edit");
    for lines in LINES {
        let text = document_of(lines);
        let document = Document::parse(&text);
        let at = text.len() / 2 + text[text.len() / 2..].find("rocksdb").unwrap_or(0);
        let at = (at as u32).into();
        let insert = TextEdit::insert(at, "x");
        let remove = TextEdit::delete(TextRange::at(at, 1.into()));
        group.bench_with_input(
            BenchmarkId::from_parameter(lines),
            &document,
            |bencher, document| {
                bencher.iter(|| document.apply(black_box(&insert)).apply(black_box(&remove)));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, open, edit);
criterion_main!(benches);
