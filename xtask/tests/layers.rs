//! Imports between the modules of a crate point down: no module imports one of a layer above it, and no two import each other, not
//! even through others.
//!
//! Imports are read from the sources: `use` and paths that begin with `crate`, `super` or `self`. Tests of a module are left out. That
//! a module uses what the module around it defines is natural in Rust and no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The layers of each crate from top to bottom, each with the modules of the crate's root that it consists of. Modules of one layer
/// know nothing of each other. In a crate without layers only circles are looked for.
const CRATES: &[(&str, &[&[&str]])] = &[
    (
        "server/nexflow-lsp",
        &[
            &["main", "testing"],
            &["cli"],
            &["server"],
            &["handlers"],
            &["session"],
            &["transport"],
            &["lsp"],
            &["workspace", "log", "settings_page"],
            &["settings", "schema", "text"],
            &["panics", "threads"],
        ],
    ),
    ("server/flink", &[]),
    ("server/analysis", &[]),
    ("server/catalog", &[]),
    ("server/process", &[]),
    ("server/syntax", &[]),
    ("xtask", &[]),
];

#[test]
fn imports_point_down() {
    let mut problems = Vec::new();
    for (name, layers) in CRATES {
        let imports = Crate::read(name).imports();
        for (from, targets) in &imports {
            for target in targets {
                if is_up(layers, from, target) {
                    problems.push(format!("{name}: {from} imports {target}"));
                }
            }
        }
        for circle in circles(&imports) {
            problems.push(format!("{name}: a circle of {}", circle.join(", ")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    for (name, layers) in CRATES.iter().filter(|(_, layers)| !layers.is_empty()) {
        let layered: BTreeSet<_> = layers.iter().copied().flatten().copied().collect();
        let modules = Crate::read(name).sources.into_keys();
        let roots: BTreeSet<_> = modules
            .filter(|module| module != "crate")
            .map(|module| root(&module).to_owned())
            .collect();
        assert_eq!(roots, layered.iter().map(ToString::to_string).collect());
    }
}

/// The module of the crate's root that a module belongs to.
fn root(module: &str) -> &str {
    module.split("::").nth(1).unwrap_or("crate")
}

fn is_up(layers: &[&[&str]], from: &str, target: &str) -> bool {
    let (from, target) = (root(from), root(target));
    let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    match (layer(from), layer(target)) {
        (Some(from_layer), Some(target_layer)) if from != target => target_layer <= from_layer,
        _ => false,
    }
}

type Imports = BTreeMap<String, BTreeSet<String>>;

/// The sources of a crate by module path, without comments, texts and tests.
struct Crate {
    sources: BTreeMap<String, String>,
}

impl Crate {
    fn read(name: &str) -> Crate {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        let mut sources = BTreeMap::new();
        read_folder(&folder.join("src"), "crate", &mut sources);
        assert!(!sources.is_empty(), "{name} has no sources");
        Crate { sources }
    }

    /// For each module the modules that it imports from, apart from those around it.
    fn imports(&self) -> Imports {
        let paths: BTreeMap<&str, Vec<String>> = self
            .sources
            .iter()
            .map(|(module, source)| (module.as_str(), self.paths(module, source)))
            .collect();
        let mut imports = Imports::new();
        for (module, found) in &paths {
            let targets = found
                .iter()
                .filter_map(|path| self.target(path, &paths, 0))
                .filter(|target| !is_within(module, target))
                .map(str::to_owned);
            imports.insert((*module).to_owned(), targets.collect());
        }
        imports
    }

    /// What a module names of its own crate, from the root of the crate.
    fn paths(&self, module: &str, source: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = String::new();
        let mut source = source;
        while let Some(start) = source.find("use ") {
            let is_word = source[..start]
                .chars()
                .next_back()
                .is_none_or(|before| before.is_whitespace() || before == ')');
            let end = source[start..].find(';');
            let Some(end) = end.filter(|_| is_word) else {
                rest.push_str(&source[..start + 4]);
                source = &source[start + 4..];
                continue;
            };
            rest.push_str(&source[..start]);
            let mut leaves = Vec::new();
            use_tree("", &source[start + 4..start + end], &mut leaves);
            found.extend(leaves.iter().filter_map(|leaf| self.absolute(module, leaf)));
            source = &source[start + end + 1..];
        }
        rest.push_str(source);
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        for path in rest
            .split(|c| !is_path(c))
            .filter(|path| path.contains("::"))
        {
            found.extend(self.absolute(module, path.trim_end_matches(':')));
        }
        found
    }

    fn absolute(&self, module: &str, path: &str) -> Option<String> {
        let path = path.trim_end_matches("::self");
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        let parent = |module: &str| {
            module
                .rsplit_once("::")
                .map(|(parent, _)| parent.to_owned())
        };
        match first {
            "crate" => Some(path.to_owned()),
            "self" => Some(format!("{module}::{rest}")),
            "super" => {
                let mut around = parent(module)?;
                let mut rest = rest;
                while let Some(further) = rest.strip_prefix("super::") {
                    (around, rest) = (parent(&around)?, further);
                }
                Some(format!("{around}::{rest}"))
            }
            _ => {
                let child = format!("{module}::{path}");
                self.sources
                    .contains_key(&format!("{module}::{first}"))
                    .then_some(child)
            }
        }
    }

    /// The module in which the item at a path stands; through a module that only passes it on.
    fn target<'c>(
        &'c self,
        path: &str,
        paths: &BTreeMap<&str, Vec<String>>,
        depth: usize,
    ) -> Option<&'c str> {
        let mut end = path.len();
        loop {
            if let Some((module, _)) = self.sources.get_key_value(&path[..end]) {
                let item = path[end..].trim_start_matches("::").split("::").next();
                let item = item.filter(|item| !item.is_empty() && depth < 8);
                let passed_on = item.and_then(|item| {
                    let suffix = format!("::{item}");
                    let known = paths.get(module.as_str())?;
                    known
                        .iter()
                        .find(|known| known.ends_with(&suffix) && *known != path)
                });
                return match passed_on {
                    Some(passed_on) => self.target(passed_on, paths, depth + 1),
                    None => Some(module),
                };
            }
            end = path[..end].rfind("::")?;
        }
    }
}

/// Whether `module` is `around` or lies in it.
fn is_within(module: &str, around: &str) -> bool {
    let rest = module.strip_prefix(around);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn read_folder(folder: &Path, module: &str, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            // Programs beside the crate are crates of their own.
            if !(module == "crate" && name == "bin") {
                read_folder(&path, &format!("{module}::{name}"), sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests" {
            let module = match name.as_str() {
                "lib" | "mod" => module.to_owned(),
                _ => format!("{module}::{name}"),
            };
            let text = fs::read_to_string(&path).expect("a source can be read");
            sources.insert(module, code(&text));
        }
    }
}

/// The code of a source without comments, texts and tests.
fn code(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        if line == "#[cfg(test)]" {
            break;
        }
        let mut in_text = false;
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            if !in_text && line[at..].starts_with("//") {
                break;
            }
            if c == '"' && before != '\\' && before != '\'' {
                in_text = !in_text;
            } else if !in_text {
                code.push(c);
            }
            before = c;
        }
        code.push('\n');
    }
    code
}

/// The paths that a `use` names.
fn use_tree(prefix: &str, tree: &str, leaves: &mut Vec<String>) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        if !path.is_empty() {
            leaves.push(format!("{prefix}{path}"));
        }
        return;
    };
    let prefix = format!("{prefix}{}", &tree[..open]);
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                use_tree(&prefix, &inner[start..at], leaves);
                start = at + 1;
            }
            _ => {}
        }
    }
    use_tree(&prefix, &inner[start..], leaves);
}

/// Sets of modules that reach each other.
fn circles(imports: &Imports) -> Vec<Vec<&str>> {
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            for next in imports.get(module).into_iter().flatten() {
                if seen.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = imports
        .keys()
        .map(|module| (module.as_str(), reach(module)))
        .collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for (module, modules) in &reached {
        let in_circle = |other: &&str| reached.get(other).is_some_and(|back| back.contains(module));
        let circle: Vec<&str> = modules.iter().copied().filter(in_circle).collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

#[test]
fn a_circle_and_an_arrow_up_are_found() {
    let imports: Imports = [
        ("crate::a", "crate::b"),
        ("crate::b", "crate::c::d"),
        ("crate::c::d", "crate::a"),
    ]
    .map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])))
    .into();
    assert_eq!(circles(&imports), [["crate::a", "crate::b", "crate::c::d"]]);
    let layers: &[&[&str]] = &[&["a"], &["b", "c"]];
    assert!(is_up(layers, "crate::b", "crate::a"));
    assert!(is_up(layers, "crate::b", "crate::c::d"));
    assert!(!is_up(layers, "crate::a", "crate::c::d"));
    assert!(!is_up(layers, "crate::c::d", "crate::c"));
}

#[test]
fn imports_are_read_as_they_are_written() {
    let sources = [
        ("crate", "mod a; mod b; pub use self::b::inner::Item;"),
        (
            "crate::a",
            "use crate::{Item, b::{self, other::{X, Y}}}; fn f() { super::c::g() }",
        ),
        ("crate::b", "mod inner; mod other; fn f() { inner::g() }"),
        ("crate::b::inner", "use super::Outer;"),
        ("crate::b::other", ""),
        ("crate::c", ""),
    ];
    let sources = sources.map(|(module, text)| (module.to_owned(), code(text)));
    let imports = Crate {
        sources: sources.into(),
    }
    .imports();
    let of = |module: &str| {
        imports[module]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("crate::a"),
        ["crate::b", "crate::b::inner", "crate::b::other", "crate::c"]
    );
    assert_eq!(of("crate::b"), ["crate::b::inner"]);
    assert_eq!(of("crate::b::inner"), [""; 0]);
}
