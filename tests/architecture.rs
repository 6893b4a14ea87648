//! The dependency rule of docs/architecture.md, held against the manifests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate and those of ours that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("engine/syntax", &[]),
    ("engine/schema", &["syntax"]),
    ("engine/risk", &["syntax", "schema"]),
    ("engine/project", &["syntax"]),
    ("engine/lint", &["syntax", "schema", "risk", "project"]),
    ("engine/postgres", &["syntax", "schema"]),
    (
        "engine/migrate",
        &["syntax", "schema", "risk", "project", "lint", "postgres"],
    ),
    ("engine/ide", &["syntax", "schema", "risk", "project", "lint"]),
    ("server", &["syntax", "schema", "risk", "project", "lint", "ide"]),
    (
        "cli",
        &[
            "syntax", "schema", "risk", "project", "lint", "ide", "postgres", "migrate", "server",
        ],
    ),
    (
        "tests",
        &[
            "syntax", "schema", "risk", "project", "lint", "ide", "postgres", "migrate", "server",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ has a parent")
        .to_path_buf()
}

/// Our crates in `[dependencies]` of a manifest, by the folder's name.
fn our_dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some(rest) = line.strip_prefix("confiture-")
        {
            found.push(rest.split(['.', ' ', '=']).next().unwrap_or(rest).to_owned());
        }
    }
    found
}

#[test]
fn dependencies_point_one_way() {
    for (folder, allowed) in ALLOWED {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect(folder);
        for dependency in our_dependencies(&manifest) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{folder} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn every_crate_has_its_place_in_the_rule_and_in_the_book() {
    let book = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let known: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    for entry in fs::read_dir(root().join("engine")).expect("engine/") {
        let folder = format!(
            "engine/{}",
            entry.expect("an entry").file_name().to_string_lossy()
        );
        assert!(
            known.contains_key(folder.as_str()),
            "{folder} is missing from the dependency rule"
        );
        assert!(
            book.contains(&format!("`{folder}`")),
            "docs/architecture.md does not mention {folder}"
        );
    }
}

/// The engine prints nothing and, but for `project` and `postgres`, opens nothing.
#[test]
fn the_engine_takes_values_and_returns_values() {
    let forbidden = [
        "std::fs",
        "std::io::stdout",
        "println!(",
        "eprintln!(",
        "std::net",
        "std::process::Command",
    ];
    for folder in ["engine/syntax", "engine/schema", "engine/risk", "engine/lint"] {
        for file in rust_files(&root().join(folder).join("src")) {
            let text = fs::read_to_string(&file).expect("a source file");
            let production = text.split("#[cfg(test)]").next().unwrap_or(&text);
            for word in forbidden {
                let used = production
                    .lines()
                    .any(|l| !l.trim_start().starts_with("//") && l.contains(word));
                assert!(!used, "{} uses {word}", file.display());
            }
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs")
                && path.file_stem().is_none_or(|s| s != "tests")
            {
                files.push(path);
            }
        }
    }
    files
}
