//! How a thing is known is written in tags; readers see words.

use nexflow_catalog::docs::{pages, source_words};

#[test]
fn tags_become_words() {
    for (source, words) in [
        ("jar", "tested with Flink"),
        ("jar 1.17.1, 1.20.3", "tested with Flink 1.17.1, 1.20.3"),
        ("jar: 3kb refused", "tested with Flink: 3kb refused"),
        (
            "parallelism.default, jar",
            "parallelism.default, tested with Flink",
        ),
        (
            "docs ops/state/checkpoints",
            "Flink's documentation, ops/state/checkpoints",
        ),
        (
            "spec: deployment-targets.md; Kubernetes",
            "Nexflow's specification: deployment-targets.md; Kubernetes",
        ),
        (
            "overview; jar",
            "Nexflow's overview of L5; tested with Flink",
        ),
        ("jarring", "jarring"),
        ("Kafka producer defaults", "Kafka producer defaults"),
    ] {
        assert_eq!(source_words(source), words);
    }
}

/// Nobody who reads a page knows the tags of the data.
#[test]
fn no_page_shows_a_tag() {
    for page in pages() {
        for line in page.text.lines() {
            let tag = ["jar", "spec", "docs", "run", "rocksdb-run"]
                .into_iter()
                .flat_map(|tag| {
                    [
                        format!("({tag})"),
                        format!("({tag}:"),
                        format!("; {tag})"),
                        format!(", {tag})"),
                        format!("- {tag}:"),
                        format!(": {tag}:"),
                    ]
                })
                .find(|shown| line.contains(shown.as_str()));
            assert_eq!(tag, None, "{}: {line}", page.path);
        }
    }
}
