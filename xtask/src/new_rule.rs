//! `cargo xtask new-rule`: writes the three places that a rule consists of, for somebody to fill in.

use std::{fs, io, path::Path, process::ExitCode};

use crate::generate::repository;

/// Where the three places are.
const DATA: &str = "server/catalog/data/rules";
const CODE: &str = "server/analysis/src/rules";
const PAIRS: &str = "server/analysis/tests/rules";

/// How to call it.
pub const USAGE: &str = "cargo xtask new-rule ID DATA CODE PAIRS
    for example: cargo xtask new-rule hdfs-block-odd storage hdfs checkpoint_stores
    ID     the rule's id, in kebab-case; it stays for ever
    DATA   a file of server/catalog/data/rules, without its ending
    CODE   a file of server/analysis/src/rules, without its ending
    PAIRS  a file of server/analysis/tests/rules, without its ending";

/// Adds a rule to its three files, and says what is left to do.
pub fn run(id: &str, data: &str, code: &str, pairs: &str) -> ExitCode {
    match add(&repository(), id, [data, code, pairs]) {
        Ok(places) => {
            for place in places {
                eprintln!("{place}");
            }
            eprintln!("Fill in these places, then run cargo xtask generate.");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Writes all three places or none; returns where they are.
fn add(root: &Path, id: &str, names: [&str; 3]) -> Result<[String; 3], String> {
    let words = id.split('-');
    let is_kebab = |word: &str| {
        let mut bytes = word.bytes();
        !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if !words.clone().all(is_kebab) || !id.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(format!("`{id}` is not an id in kebab-case."));
    }
    if nexflow_catalog::rule(id).is_some() {
        return Err(format!("The rule `{id}` exists already."));
    }
    let files = [
        format!("{DATA}/{}.yaml", names[0]),
        format!("{CODE}/{}.rs", names[1]),
        format!("{PAIRS}/{}.yaml", names[2]),
    ];
    let read = |file: &String| fs::read_to_string(root.join(file));
    let texts: Result<Vec<String>, io::Error> = files.iter().map(read).collect();
    let texts = texts.map_err(|error| format!("{}: {error}", files.join(", ")))?;
    let function = words.collect::<Vec<_>>().join("_");
    let written = [
        declared(&texts[0], id),
        predicate(&texts[1], id, &function)
            .ok_or_else(|| format!("{} has no `CHECKS`.", files[1]))?,
        pair(&texts[2], id),
    ];
    let mut places = files.clone();
    for ((file, text), place) in files.iter().zip(&written).zip(&mut places) {
        fs::write(root.join(file), text).map_err(|error| format!("{file}: {error}"))?;
        let line = text.lines().position(|line| line.contains(id));
        *place = format!("{file}:{}", line.unwrap_or_default() + 1);
    }
    Ok(places)
}

/// The entry of the catalog. Its texts are refused by the tests until they are written.
fn declared(text: &str, id: &str) -> String {
    format!(
        "{text}- id: {id}\n  severity: warning\n  title: TODO\n  when: TODO\n  why: TODO\n  help: TODO\n  src:\n    - TODO\n  \
         fail: \"{{version: '1.0', environment: staging}}\"\n  pass: \"{{version: '1.0', environment: staging}}\"\n"
    )
}

/// The predicate at the end of the file, before its tests if it has some, and its line in the list of the file.
fn predicate(text: &str, id: &str, function: &str) -> Option<String> {
    let list = text.find("pub const CHECKS: &[Check] = &[")?;
    let end = list + text[list..].find("\n];")?;
    let (before, after) = text.split_at(end);
    let tests = after.find("\n#[cfg(test)]").unwrap_or(after.len());
    let (code, tests) = after.split_at(tests);
    Some(format!(
        "{before}\n    super::document(\"{id}\", {function}),{code}\nfn {function}(\n    \
         cx: &crate::document_context::DocumentContext<'_>,\n    sink: &mut DiagnosticSink,\n) {{\n    \
         // sink.report(\"{id}\", &cx.root.get(\"…\")).emit(\"…\");\n    let _ = (cx, sink);\n}}\n{tests}"
    ))
}

/// A pair of documents of the tests: one that it reports, with the reported token between `«»`, and one that it does not.
fn pair(text: &str, id: &str) -> String {
    format!("{text}- id: {id}\n  fail: |\n    «TODO»: 1\n  pass: |\n    TODO: 1\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_to_three_places() {
        let root = std::env::temp_dir().join(format!("xtask-rule-{}", std::process::id()));
        for (folder, file, text) in [
            (DATA, "timing.yaml", "# Rules\n"),
            (
                CODE,
                "hdfs.rs",
                "pub const CHECKS: &[Check] = &[\n    document(\"a\", a),\n];\n\nfn a() {}\n\n#[cfg(test)]\nmod tests {}\n",
            ),
            (PAIRS, "pairs.yaml", "# Pairs\n"),
        ] {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join(file), text).unwrap();
        }
        let names = ["timing", "hdfs", "pairs"];
        assert!(add(&root, "Not-kebab", names).is_err());
        assert!(add(&root, "wrong-kind", names).is_err(), "it exists");
        let places = add(&root, "a-new-rule", names).unwrap();
        assert_eq!(
            places,
            [
                "server/catalog/data/rules/timing.yaml:2",
                "server/analysis/src/rules/hdfs.rs:3",
                "server/analysis/tests/rules/pairs.yaml:2",
            ]
        );
        let code = fs::read_to_string(root.join(CODE).join("hdfs.rs")).unwrap();
        let (function, tests) = (code.find("fn a_new_rule("), code.find("#[cfg(test)]"));
        assert!(function.is_some() && function < tests, "{code}");
        fs::remove_dir_all(&root).unwrap();
    }
}
