//! All crates of the repository forbid `unsafe`, and none can take that back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).expect("a manifest can be read");
    text.parse().expect("a manifest is TOML")
}

/// A value by its keys.
fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (first, rest) = keys.split_first()?;
    let start = table.get(*first)?;
    rest.iter().try_fold(start, |value, key| value.get(key))
}

/// The manifests below a folder, without what is built, installed or hidden there.
fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "Cargo.toml" {
            found.push(path);
        } else if path.is_dir()
            && !path.is_symlink()
            && !name.starts_with('.')
            && !["target", "node_modules"].contains(&&*name)
        {
            manifests(&path, found);
        }
    }
}

/// The sources of a crate.
fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).expect("a source can be read"));
        }
    }
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let workspace = read(&root().join("Cargo.toml"));
    // `forbid` cannot be lifted further inside, as `deny` could.
    let lint = at(&workspace, &["workspace", "lints", "rust", "unsafe_code"]);
    assert_eq!(lint.and_then(Value::as_str), Some("forbid"));
    let mut found = Vec::new();
    manifests(&root(), &mut found);
    let members = at(&workspace, &["workspace", "members"]).and_then(Value::as_array);
    assert!(found.len() > members.map_or(0, Vec::len), "{found:?}");
    for path in found {
        let manifest = read(&path);
        let folder = path.parent().expect("a file lies in a folder");
        let inherits = at(&manifest, &["lints", "workspace"]) == Some(&Value::Boolean(true));
        let own = at(&manifest, &["lints", "rust", "unsafe_code"]).and_then(Value::as_str);
        let is_workspace = manifest.contains_key("workspace") && !manifest.contains_key("package");
        // Zed's extension and the fuzz targets are built with macros of their hosts, which export functions; what is ours in
        // them has no need of it.
        let is_outside = manifest.contains_key("workspace") && !is_workspace;
        if is_outside {
            let mut text = String::new();
            sources(folder, &mut text);
            assert!(text.contains("fuzz_target!") || text.contains("register_extension!"));
            assert!(!text.contains("unsafe"), "{}", path.display());
        } else if folder.ends_with("server/web") {
            // To give a function the name by which JavaScript calls it counts as unsafe; no block and no function is.
            let mut text = String::new();
            sources(folder, &mut text);
            let names = text.matches("#[unsafe(no_mangle)]").count();
            assert_eq!(
                text.matches("unsafe").count(),
                names + 1,
                "{}",
                path.display()
            );
            assert_eq!(own, Some("deny"));
        } else {
            let forbids = is_workspace || inherits || own == Some("forbid");
            assert!(forbids, "{} does not forbid unsafe code", path.display());
        }
    }
}

/// Lints of the workspace reach members only, and `[lints]` reaches build scripts and tests as well.
#[test]
fn no_source_asks_for_unsafe_code() {
    let mut text = String::new();
    for folder in [
        "server/syntax",
        "server/catalog",
        "server/process",
        "server/analysis",
        "server/flink",
        "server/nexflow-lsp",
        "xtask",
        "tests/conformance",
        "tests/robustness/src",
        "tests/fuzz",
    ] {
        sources(&root().join(folder), &mut text);
    }
    assert!(text.len() > 100_000);
    for written in [
        "allow(unsafe_code",
        "expect(unsafe_code",
        "warn(unsafe_code",
    ] {
        assert!(!text.contains(written), "{written}");
    }
}
