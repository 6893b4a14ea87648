//! Input that is wrong: each gets a clear answer with a code and a place, in bounded time, and the rest is processed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = "CREATE TABLE t (id bigint PRIMARY KEY);\n";

fn confiture(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .expect("the program runs")
}

/// A folder with one good file beside whatever the test puts there. The `.git` keeps the search for a project inside.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    fs::write(folder.path().join("good.sql"), GOOD).expect("a file");
    folder
}

/// Lints the folder as JSON: the exit status and the report.
fn lint(folder: &Path) -> (i32, Value) {
    let output = confiture(folder, &["lint", "--format", "json", "--fail-level", "off"]);
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("not JSON: {e}\n{text}"));
    (output.status.code().expect("an exit status"), report)
}

/// Asserts that the code is reported for the file and that the good file's statement was analyzed all the same.
fn assert_problem(report: &Value, code: &str, file: &str) {
    let problems = report["problems"].as_array().expect("problems");
    assert!(
        problems
            .iter()
            .any(|p| p["code"] == code && p["file"].as_str().is_some_and(|f| f.contains(file))),
        "no {code} for {file} in {problems:#?}"
    );
    assert!(
        report["summary"]["statements"].as_u64() >= Some(1),
        "the rest was not processed: {report:#}"
    );
}

#[test]
fn binary_file() {
    let folder = folder();
    fs::write(folder.path().join("bad.sql"), b"\x7fELF\0\0\0\x01SELECT 1;").expect("a file");
    let (status, report) = lint(folder.path());
    assert_eq!(status, 3);
    assert_problem(&report, "E011", "bad.sql");
}

#[test]
fn huge_file() {
    let folder = folder();
    let file = fs::File::create(folder.path().join("huge.sql")).expect("a file");
    file.set_len(100 << 20).expect("a sparse file of 100 MiB");
    let (status, report) = lint(folder.path());
    assert_eq!(status, 3);
    assert_problem(&report, "E012", "huge.sql");
}

#[test]
fn invalid_utf8() {
    let folder = folder();
    fs::write(
        folder.path().join("latin.sql"),
        b"CREATE TABLE caf\xe9 (id bigint PRIMARY KEY);\n",
    )
    .expect("a file");
    let (status, report) = lint(folder.path());
    assert_eq!(status, 3);
    assert_problem(&report, "E014", "latin.sql");
    let place = &report["problems"][0]["range"]["start"];
    assert_eq!(
        (place["line"].as_u64(), place["column"].as_u64()),
        (Some(1), Some(17))
    );
}

#[test]
fn configuration_that_is_not_yaml() {
    let folder = folder();
    fs::write(
        folder.path().join("confiture.yaml"),
        "linting:\n  rules: [unclosed\n",
    )
    .expect("a file");
    let output = confiture(folder.path(), &["lint"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("E020") && said.contains("confiture.yaml"), "{said}");
}

#[test]
fn mistyped_key() {
    let folder = folder();
    fs::write(
        folder.path().join("confiture.yaml"),
        "lintting:\n  enabled: true\n",
    )
    .expect("a file");
    let output = confiture(folder.path(), &["lint"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("E021") && said.contains("`linting`") && said.contains("confiture.yaml:1:1"),
        "{said}"
    );
}

#[test]
fn mistyped_rule() {
    let folder = folder();
    let config = "linting:\n  rules:\n    require-primary-kee:\n      severity: error\n";
    fs::write(folder.path().join("confiture.yaml"), config).expect("a file");
    let output = confiture(folder.path(), &["lint"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("require-primary-key") && said.contains("confiture.yaml:3"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn symlink_loop() {
    let folder = folder();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("a link");
    let (status, report) = lint(folder.path());
    assert_eq!(status, 3, "{report:#}");
    assert_problem(&report, "E016", "again");
}

#[test]
fn cyclic_includes() {
    let folder = folder();
    fs::write(folder.path().join("a.sql"), "\\ir b.sql\nSELECT 1;\n").expect("a file");
    fs::write(folder.path().join("b.sql"), "\\ir a.sql\nSELECT 2;\n").expect("a file");
    let (status, report) = lint(folder.path());
    assert_eq!(status, 3, "{report:#}");
    assert_problem(&report, "E040", ".sql");
}

#[test]
fn missing_file() {
    let folder = folder();
    let output = confiture(
        folder.path(),
        &["lint", "nowhere.sql", "good.sql", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_problem(&report, "E010", "nowhere.sql");
}

/// Root may read everything, so the program is run as another user there.
#[cfg(unix)]
#[test]
fn unreadable_folder() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let folder = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::write(closed.join("secret.sql"), GOOD).expect("a file");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    let root = fs::metadata(folder.path()).expect("metadata").uid() == 0;
    // A copy, because the build folder may be closed to others.
    let program = folder.path().join("confiture-under-test");
    fs::copy(env!("CARGO_BIN_EXE_confiture"), &program).expect("a copy");
    let mut command = Command::new(&program);
    command
        .args(["lint", "--format", "json"])
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("HOME", folder.path());
    if root {
        command.uid(65534).gid(65534);
    }
    let output = command.output().expect("the program runs");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!(
        output.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_problem(&report, "E010", "closed");
}

#[test]
fn deep_nesting() {
    let folder = folder();
    let deep = [
        format!("SELECT {}1{};\n", "(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT 1{};\n", "+1".repeat(10_000)),
        format!(
            "SELECT {}1{};\n",
            "CASE WHEN true THEN ".repeat(10_000),
            " END".repeat(10_000)
        ),
        format!("SELECT {}\n", "(".repeat(10_000)),
        format!(
            "CREATE TABLE deep (a int CHECK ({}a > 0{}));\n",
            "(".repeat(10_000),
            ")".repeat(10_000)
        ),
        format!("INSERT INTO t VALUES {}(1);\n", "(1),".repeat(10_000)),
        "DO $a$ BEGIN ".to_owned() + &"BEGIN ".repeat(10_000) + &"END; ".repeat(10_000) + "END $a$;\n",
    ];
    fs::write(folder.path().join("deep.sql"), deep.concat()).expect("a file");
    for arguments in [
        &["lint", "--format", "json"][..],
        &["risk", ".", "--format", "json"],
        &["schema", "--format", "json"],
    ] {
        let output = confiture(folder.path(), arguments);
        assert!(output.status.code().is_some(), "{arguments:?} was killed");
        assert!(
            serde_json::from_slice::<Value>(&output.stdout).is_ok(),
            "{arguments:?} printed no JSON"
        );
    }
}

#[test]
fn one_broken_statement_among_good_ones() {
    let folder = folder();
    let sql = "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABEL b (id int);\nCREATE TABLE c (id bigint PRIMARY KEY;\n\
               CREATE TABLE d (id bigint PRIMARY KEY);\n";
    fs::write(folder.path().join("mixed.sql"), sql).expect("a file");
    let (_, report) = lint(folder.path());
    let broken: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|f| f["rule"] == "syntax-error")
        .map(|f| {
            (
                f["range"]["start"]["line"].as_u64(),
                f["range"]["start"]["column"].as_u64(),
            )
        })
        .collect();
    assert_eq!(broken, [(Some(2), Some(8)), (Some(3), Some(38))]);
    let schema = confiture(folder.path(), &["schema", "mixed.sql"]);
    let text = String::from_utf8_lossy(&schema.stdout).into_owned();
    assert!(text.contains("public.a") && text.contains("public.d"), "{text}");
}

#[test]
fn wrong_usage() {
    let folder = folder();
    assert_eq!(
        confiture(folder.path(), &["lint", "--fail-level", "fatal"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(confiture(folder.path(), &["risk"]).status.code(), Some(2));
    assert_eq!(
        confiture(folder.path(), &["risk", "good.sql", "--pg-version", "9"])
            .status
            .code(),
        Some(2)
    );
    let output = confiture(folder.path(), &["explain", "require-primary-kee"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("require-primary-key"));
}

/// `confiture … | head` ends quietly.
#[test]
fn a_reader_that_goes_away() {
    let folder = folder();
    let many: String = (0..20_000)
        .map(|i| format!("CREATE TABLE t{i} (id bigint PRIMARY KEY);\n"))
        .collect();
    fs::write(folder.path().join("many.sql"), many).expect("a file");
    let script = format!("{} schema many.sql | head -n 1", env!("CARGO_BIN_EXE_confiture"));
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
