//! The documents that recovery is measured on: those in `tests/corpus`, and more that a fixed seed generates.

use std::{fs, path::PathBuf};

/// A document with its name.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The path below `tests/corpus`, or the number of a generated one.
    pub name: String,
    /// The text.
    pub text: String,
}

/// How many documents are generated.
pub const GENERATED: u64 = 200;

/// Every document of the corpus, in a fixed order.
///
/// # Panics
///
/// When the corpus cannot be read.
pub fn samples() -> Vec<Sample> {
    let mut samples = files();
    samples.extend((0..GENERATED).map(|seed| Sample {
        name: format!("generated-{seed:03}"),
        text: generate(seed),
    }));
    samples
}

/// The documents in `tests/corpus` that recovery is measured on.
///
/// # Panics
///
/// When the corpus cannot be read.
pub fn files() -> Vec<Sample> {
    in_folders(&["specification", "realistic"])
}

/// All documents in `tests/corpus`.
///
/// # Panics
///
/// When the corpus cannot be read.
pub fn all_files() -> Vec<Sample> {
    in_folders(&["specification", "realistic", "documents"])
}

fn in_folders(folders: &[&str]) -> Vec<Sample> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut samples = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(root.join(folder)).expect("the corpus is there");
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.expect("the corpus can be read").path())
            .collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "infra")
        });
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("the corpus can be read");
            samples.push(Sample {
                name: format!("{folder}/{name}"),
                text,
            });
        }
    }
    samples
}

/// A small generator of random numbers (SplitMix64), so that the corpus is the same everywhere and for ever.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }

    /// True once in `n`.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// A document of about so many lines: a header, and sections with named bindings of fifteen lines each.
pub fn document_of(lines: usize) -> String {
    let mut out = String::from("version: \"1.0\"\nenvironment: production\n");
    let bindings = (lines / 15).max(2);
    for (section, from, to) in [
        ("state_backends", 0, bindings / 2),
        ("checkpoints", bindings / 2, bindings),
    ] {
        out.push_str(section);
        out.push_str(":\n");
        for number in from..to {
            out.push_str(&format!(
                "  binding_{number}:\n    type: rocksdb  # the default\n    incremental: true\n    storage:\n      local_directories:\n        \
                 - /mnt/ssd1/flink-state\n        - \"${{STATE_DIR_{number}}}\"\n      directory_selection: round_robin\n    options:\n      \
                 block_cache_size: 512mb\n      write_buffer_size: 64mb\n      compression: LZ4\n    ttl: {{enabled: true, default_ttl: 24h}}\n    \
                 # about the timers\n    timer_service: heap\n"
            ));
        }
    }
    out
}

const SECTIONS: &[&str] = &[
    "state_backends",
    "checkpoints",
    "streams",
    "lookups",
    "dead_letters",
    "completions",
    "resources",
    "monitoring",
    "deployment",
    "failover",
    "regions",
    "secrets",
];
const NAMES: &[&str] = &[
    "default",
    "auth_events",
    "fraud_alerts",
    "enrichment",
    "session_state",
    "customer-360",
    "fx.rates",
    "batch_daily",
    "high_throughput",
    "low_latency",
    "us-east-1",
    "eu_central",
    "audit",
    "orders",
    "payments",
];
const KEYS: &[&str] = &[
    "type",
    "path",
    "bucket",
    "prefix",
    "interval",
    "timeout",
    "options",
    "memory",
    "storage",
    "auth",
    "encryption",
    "retention",
    "mode",
    "enabled",
    "strategy",
    "max_attempts",
    "write_buffer_size",
    "block_cache_size",
    "compression",
    "topic",
    "brokers",
    "consumer",
    "producer",
    "cache",
    "ttl",
    "pool",
    "max_entries",
    "role_arn",
    "kms_key_id",
    "endpoint",
    "labels",
    "note",
    "restart",
    "metrics",
    "alerts",
    "history",
    "kerberos",
    "principal",
    "keytab",
    "parallelism",
];
const SCALARS: &[&str] = &[
    "rocksdb",
    "s3",
    "hdfs",
    "kafka",
    "60s",
    "10m",
    "24h",
    "64mb",
    "1gb",
    "true",
    "false",
    "3",
    "0.8",
    "2.0",
    "LZ4",
    "exactly_once",
    "retain_on_cancellation",
    "${S3_ENDPOINT}",
    "${DB_HOST:-localhost}",
    "secret://kafka/password",
    "s3://company-flink-savepoints/auth/",
    "hdfs://namenode:9000/flink/",
    "/mnt/ssd1/flink-state",
    "file:///tmp/x",
    "arn:aws:iam::123456789012:role/flink",
    "flink/_HOST@REALM",
    "a plain text of words",
    "x=1,y=2",
    "2026-01-01T00:00:00Z",
    "\"quoted: text\"",
    "\"with \\\"escapes\\\" \\n\"",
    "'it''s single'",
    "'# no comment'",
    "~",
    "null",
    "1.20.3",
    "-1",
    "0x1F",
    "[a, b, c]",
    "{enabled: true, port: 9249}",
    "[\"${A}\", \"${B}\"]",
    "{}",
    "[]",
    "Grüße 🦀",
];

struct Hand {
    step: usize,
    /// Lists stand at the column of their key.
    flat_lists: bool,
    comments: usize,
    blank_lines: usize,
}

/// A document as someone could have written it: sections with named entries, nested options, lists of scalars and of
/// mappings, block scalars, comments, in one of several hands.
pub fn generate(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x1234_5678_9abc_def1));
    let hand = Hand {
        step: if random.once_in(4) { 4 } else { 2 },
        flat_lists: random.once_in(3),
        comments: 2 + random.below(12),
        blank_lines: 2 + random.below(8),
    };
    let mut out = String::new();
    if random.once_in(3) {
        out.push_str("# Generated bindings.\n");
    }
    if !random.once_in(4) {
        out.push_str("version: \"1.0\"\nenvironment: production\n");
    }
    if random.once_in(4) {
        out.push_str("description: |\n  Several lines of text,\n    some of them deeper: than others\n\n  # and no comment\n");
    }
    let mut used = Vec::new();
    for _ in 0..1 + random.below(5) {
        let section = random.pick(SECTIONS);
        if used.contains(&section) {
            continue;
        }
        used.push(section);
        decorate(&mut random, &hand, &mut out, 0, true);
        out.push_str(section);
        out.push_str(":\n");
        let mut names = Vec::new();
        for _ in 0..1 + random.below(4) {
            let name = random.pick(NAMES);
            if names.contains(&name) {
                continue;
            }
            names.push(name);
            decorate(&mut random, &hand, &mut out, hand.step, true);
            indent(&mut out, hand.step);
            out.push_str(name);
            out.push_str(":\n");
            mapping(&mut random, &hand, &mut out, 2 * hand.step, 3);
        }
    }
    out
}

fn indent(out: &mut String, column: usize) {
    out.extend(std::iter::repeat_n(' ', column));
}

fn decorate(random: &mut Random, hand: &Hand, out: &mut String, column: usize, blank: bool) {
    if blank && random.once_in(hand.blank_lines) {
        out.push('\n');
    }
    if random.once_in(hand.comments) {
        indent(out, column);
        out.push_str("# about what follows: {it}\n");
    }
}

fn mapping(random: &mut Random, hand: &Hand, out: &mut String, column: usize, depth: usize) {
    let mut used = Vec::new();
    for _ in 0..1 + random.below(6) {
        let key = random.pick(KEYS);
        if used.contains(&key) {
            continue;
        }
        used.push(key);
        decorate(random, hand, out, column, true);
        indent(out, column);
        entry(random, hand, out, key, column, depth);
    }
}

/// `key:` and its value; the key's line is indented already.
fn entry(
    random: &mut Random,
    hand: &Hand,
    out: &mut String,
    key: &str,
    column: usize,
    depth: usize,
) {
    out.push_str(key);
    out.push(':');
    match random.below(if depth > 0 { 10 } else { 7 }) {
        7 => {
            out.push('\n');
            mapping(random, hand, out, column + hand.step, depth - 1);
        }
        8 => {
            out.push('\n');
            let dash = if hand.flat_lists {
                column
            } else {
                column + hand.step
            };
            for _ in 0..1 + random.below(4) {
                indent(out, dash);
                out.push_str("- ");
                out.push_str(random.pick(SCALARS));
                out.push('\n');
            }
        }
        9 => {
            out.push('\n');
            let dash = if hand.flat_lists {
                column
            } else {
                column + hand.step
            };
            for _ in 0..1 + random.below(3) {
                indent(out, dash);
                out.push_str("- ");
                let mut used = Vec::new();
                for _ in 0..1 + random.below(3) {
                    let key = random.pick(KEYS);
                    if used.contains(&key) {
                        continue;
                    }
                    if !used.is_empty() {
                        indent(out, dash + 2);
                    }
                    used.push(key);
                    entry(random, hand, out, key, dash + 2, depth - 1);
                }
            }
        }
        6 if random.once_in(3) => {
            out.push_str(if random.once_in(2) { " |\n" } else { " >-\n" });
            for _ in 0..1 + random.below(3) {
                indent(out, column + hand.step);
                out.push_str("text of: a block scalar\n");
            }
        }
        _ => {
            out.push(' ');
            out.push_str(random.pick(SCALARS));
            if random.once_in(hand.comments) {
                out.push_str("  # why");
            }
            out.push('\n');
        }
    }
}
