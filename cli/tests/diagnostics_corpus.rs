//! What an editor shows of a file is what `confiture lint` prints for it: rules, severities, places, words.
//!
//! Looks at the example project, at the fixtures of the tests and at what stands in YAML; where `CONFITURE_CORPUS` names
//! the folder of published projects, at each of them too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use confiture_ide::World;
use confiture_ide::diagnostics::{Diagnostic, all, diagnostics};
use confiture_project::OpenOptions;
use confiture_syntax::LineIndex;
use serde_json::Value;
use tempfile::TempDir;

/// Rules that a project gets beside its own settings.
#[derive(Debug, Clone, Copy)]
enum Rules {
    /// None.
    Own,
    /// All that make sense for everybody.
    Strict,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli/ has a parent")
        .to_path_buf()
}

/// A copy of a folder's files that belongs to no repository: what git says of releases is nobody's concern here.
fn copy(from: &Path, rules: Rules) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let mut work = vec![from.to_path_buf()];
    while let Some(at) = work.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            let short = path.strip_prefix(from).expect("below the folder");
            let kind = fs::symlink_metadata(&path).expect("a file").file_type();
            if kind.is_dir() {
                work.push(path.clone());
            } else if kind.is_file() {
                let target = folder.path().join(short);
                fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
                fs::copy(&path, &target).expect("a file");
            }
        }
    }
    let settings = folder.path().join("confiture.yaml");
    if matches!(rules, Rules::Strict) && !settings.exists() {
        fs::write(settings, "linting:\n  extends: strict\n").expect("a file");
    }
    folder
}

/// One line of a report, comparable.
type Line = (String, String, String, String, String);

fn printed(folder: &Path) -> BTreeSet<Line> {
    let output = Command::new(env!("CARGO_BIN_EXE_confiture"))
        .args(["lint", "--format", "json", "--no-cache", "."])
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let line = |found: &Value, code: &str, severity: &str| {
        let message = match found["help"].as_str() {
            Some(help) => format!("{}\n\n{help}", text(found, "message")),
            None => text(found, "message"),
        };
        let place = &found["range"];
        let at = |end: &str| format!("{}:{}", place[end]["line"], place[end]["column"]);
        let place = match place {
            Value::Null => "1:1-1:1".to_owned(),
            _ => format!("{}-{}", at("start"), at("end")),
        };
        (
            text(found, "file"),
            place,
            code.to_owned(),
            severity.to_owned(),
            message,
        )
    };
    let findings = report["findings"].as_array().expect("findings").iter();
    let problems = report["problems"].as_array().expect("problems").iter();
    let found = findings.map(|found| line(found, &text(found, "rule"), &text(found, "severity")));
    // The report gives problems no severity.
    let problems = problems.map(|found| line(found, &text(found, "code"), ""));
    found.chain(problems).collect()
}

fn shown(folder: &Path) -> BTreeSet<Line> {
    let options = OpenOptions {
        cwd: folder.to_path_buf(),
        ..OpenOptions::default()
    };
    let world = World::open(&[folder], &options);
    let mut lines = BTreeSet::new();
    for (file, found) in all(&world) {
        assert_eq!(diagnostics(&world, &file), found, "{}", file.display());
        let text = fs::read(&file).unwrap_or_default();
        let text = world
            .text(&file)
            .unwrap_or_else(|| String::from_utf8_lossy(&text).into());
        let index = LineIndex::new(&text);
        let path = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        lines.extend(
            found
                .iter()
                .map(|diagnostic| line(&path, &index, &text, diagnostic)),
        );
    }
    lines
}

fn line(path: &str, index: &LineIndex, text: &str, diagnostic: &Diagnostic) -> Line {
    let at = |offset: usize| {
        let position = index.position(text, u32::try_from(offset).unwrap_or(u32::MAX));
        format!("{}:{}", position.line, position.column)
    };
    let is_problem = diagnostic.code.starts_with('E') && diagnostic.code.len() == 4;
    let severity = if is_problem {
        String::new()
    } else {
        diagnostic.severity.to_string()
    };
    (
        if path.is_empty() { "." } else { path }.to_owned(),
        format!("{}-{}", at(diagnostic.range.start), at(diagnostic.range.end)),
        diagnostic.code.clone(),
        severity,
        diagnostic.message.clone(),
    )
}

/// Compares, and gives the number of lines.
fn compare(name: &str, folder: &Path) -> usize {
    let (printed, shown) = (printed(folder), shown(folder));
    let missing: Vec<_> = printed.difference(&shown).take(5).collect();
    let invented: Vec<_> = shown.difference(&printed).take(5).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "{name}\nprinted only: {missing:#?}\nshown only: {invented:#?}"
    );
    printed.len()
}

#[test]
fn an_editor_shows_what_lint_prints() {
    let folders = [
        "examples/shop",
        "tests/fixtures/catalog",
        "tests/fixtures/risk",
        "engine/lint/tests/fixtures",
    ];
    for name in folders {
        for rules in [Rules::Own, Rules::Strict] {
            let folder = copy(&root().join(name), rules);
            let count = compare(name, folder.path());
            let has_findings = !name.ends_with("lint/tests/fixtures");
            assert!(count > 0 || !has_findings, "nothing is found in {name}");
        }
    }
}

#[test]
fn what_a_baseline_knows_is_left_out_of_both() {
    let folder = copy(&root().join("tests/fixtures/risk"), Rules::Strict);
    let all = compare("without a baseline", folder.path());
    let written = Command::new(env!("CARGO_BIN_EXE_confiture"))
        .args(["lint", "--no-cache", "--write-baseline", "."])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    assert!(compare("all known", folder.path()) < all / 2);
    let file = folder.path().join("constraint.sql");
    let text = fs::read_to_string(&file).expect("a text");
    let new = format!("CREATE TABLE \"New One\" (a varchar(3), b money);\n{text}");
    fs::write(
        &file,
        new.replacen("ADD CONSTRAINT", "ADD  CONSTRAINT", 1)
            .replacen(" int", " smallint", 1),
    )
    .expect("a file");
    let left = compare("some known", folder.path());
    assert!(left > 0 && left < all, "{left} of {all}");
}

#[test]
fn places_in_yaml_and_beyond_ascii_are_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let write = |name: &str, text: &[u8]| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
        fs::write(file, text).expect("a file");
    };
    write(
        "confiture-migrations/001_a.yaml",
        "name: a\nddl: |\n  -- 😀 é\n  CREATE TABLE t (id bigint, é text);\nrollback: DROP TABLE t\n"
            .as_bytes(),
    );
    write(
        "confiture-migrations/002_b.yaml",
        "name: b\nddl:\n  - \"ALTER TABLE t\\n  ALTER COLUMN \\u00e9 SET NOT NULL;\"\n  - 'CREATE INDEX ''t'' ON t (id)'\nhooks:\n  after_ddl:\n    - type: sql\n      sql: UPDATE t SET id = 1\n".as_bytes(),
    );
    write(
        "latin/001_a.up.sql",
        b"CREATE TABLE caf\xe9 (id int);\r\nSELEKT 1;\r\n",
    );
    write("latin/001_b.up.sql", b"\xef\xbb\xbfDROP TABLE caf\xe9;");
    write("binary.sql", b"\0");
    write(
        "goose/00001_a.sql",
        b"-- +goose Up\nCREATE TABLE a (id money);\n-- +goose Down\nDROP TABLE a CASCADE;\n",
    );
    assert!(compare("YAML", folder.path()) > 5);
}

#[test]
fn an_editor_shows_what_lint_prints_of_published_projects() {
    let Some(corpus) = std::env::var_os("CONFITURE_CORPUS") else {
        return;
    };
    for entry in fs::read_dir(corpus).expect("the folder that CONFITURE_CORPUS names") {
        let path = entry.expect("an entry").path();
        let name = path.display().to_string();
        for rules in [Rules::Own, Rules::Strict] {
            let folder = copy(&path, rules);
            println!("{name} {rules:?}: {}", compare(&name, folder.path()));
        }
    }
}
