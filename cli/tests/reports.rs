//! The forms of a report: valid by their published schemas, whatever stands in names and texts, and true.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A name that tries to get out of whatever it is put into.
const HOSTILE: &str = "x<script>alert(1)</script>]]>%0A::error::\u{202e}😀&amp;";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli/ has a parent")
        .to_path_buf()
}

fn confiture(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .expect("the program runs")
}

fn lint(folder: &Path, format: &str, more: &[&str]) -> String {
    let output = confiture(folder, &[&["lint", "--format", format], more].concat());
    String::from_utf8(output.stdout).expect("reports are UTF-8")
}

fn json(folder: &Path, format: &str, more: &[&str]) -> Value {
    let text = lint(folder, format, more);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("not JSON: {e}\n{text}"))
}

/// A repository full of names and texts that break reports.
fn hostile() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).expect("a file");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let table = format!("-- é😀\nCREATE TABLE \"{HOSTILE}\" (id int, \"b`c\" text);\nCREATE TABEL oops;\n");
    write("good name.sql", table.as_bytes());
    write("control.sql", b"CREATE TABLE \"a\x01\x1b[31m\" (id int);\r\n");
    write("latin.sql", b"CREATE TABLE caf\xe9 (id int);\n");
    write("clean.sql", b"CREATE TABLE clean (id bigint PRIMARY KEY);\n");
    write("שלום.sql", "CREATE TABLE \"שלום\" (id int);\n".as_bytes());
    if cfg!(unix) {
        write("a\"b'<i>]]>%0A&,:\u{202e}.sql", table.as_bytes());
        write("new\nline.sql", b"CREATE TABLE t (id int;\n");
    }
    folder
}

/// The folders whose reports are looked at: the example's, and one where everything is wrong; with what to lint there.
fn subjects() -> Vec<(TempDir, Vec<&'static str>)> {
    let shop = tempfile::tempdir().expect("a folder");
    fs::create_dir(shop.path().join(".git")).expect("a folder");
    copy(&root().join("examples/shop"), &shop.path().join("shop"));
    vec![(shop, vec!["shop"]), (hostile(), vec![".", "nowhere.sql"])]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn schema(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/schemas")
        .join(name)
}

fn assert_valid(schema_name: &str, instance: &Value) {
    let text = fs::read_to_string(schema(schema_name)).expect("a schema");
    // A pattern of SARIF's schema has a bracket that closes nothing; it is about languages, which are not written.
    let text = text.replace("{2}]?$", r"{2}\\]?$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn sarif_is_valid() {
    for (folder, paths) in subjects() {
        let log = json(folder.path(), "sarif", &paths);
        assert_valid("sarif-2.1.0.json", &log);
        assert!(!log["runs"][0]["results"].as_array().expect("results").is_empty());
    }
}

/// Regions, by both ways of counting, are the text that the JSON report points at by bytes; indexes lead to their rules.
#[test]
fn sarif_points_at_what_it_says() {
    let folder = hostile();
    let log = json(folder.path(), "sarif", &[]);
    let report = json(folder.path(), "json", &[]);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(results.len(), findings.len());
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
    for (result, finding) in results.iter().zip(findings) {
        let file = fs::read(folder.path().join(finding["file"].as_str().expect("a file"))).expect("the file");
        let bytes = number(&finding["bytes"]["start"])..number(&finding["bytes"]["end"]);
        let expected = String::from_utf8_lossy(&file[bytes]).into_owned();
        let text = String::from_utf8_lossy(&file).into_owned();
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let (offset, length) = (number(&region["charOffset"]), number(&region["charLength"]));
        let by_offset: String = text.chars().skip(offset).take(length).collect();
        assert_eq!(by_offset, expected);
        let line = text
            .split('\n')
            .nth(number(&region["startLine"]) - 1)
            .expect("a line");
        let by_column: String = line.chars().skip(number(&region["startColumn"]) - 1).collect();
        assert!(
            by_column.starts_with(expected.trim_end()),
            "{by_column} {expected}"
        );
        let rule = &run["tool"]["driver"]["rules"][number(&result["ruleIndex"])];
        assert_eq!(rule["id"], finding["rule"]);
        assert_eq!(
            result["partialFingerprints"]["confiture/v1"],
            finding["fingerprint"]
        );
    }
}

#[test]
fn sarif_says_what_could_not_be_read() {
    let folder = hostile();
    let log = json(folder.path(), "sarif", &[".", "nowhere.sql"]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = invocation["toolExecutionNotifications"].to_string();
    assert!(said.contains("E010") && said.contains("nowhere.sql"), "{said}");
    assert!(said.contains("E014") && said.contains("latin.sql"), "{said}");
    let addresses: BTreeSet<String> = log["runs"][0]["artifacts"]
        .as_array()
        .expect("artifacts")
        .iter()
        .map(|artifact| artifact["location"]["uri"].to_string())
        .collect();
    assert!(addresses.contains("\"good%20name.sql\""), "{addresses:?}");
    assert!(
        addresses.contains("\"%D7%A9%D7%9C%D7%95%D7%9D.sql\""),
        "{addresses:?}"
    );
}

#[test]
fn gitlab_is_valid() {
    for (folder, paths) in subjects() {
        let issues = json(folder.path(), "gitlab", &paths);
        assert_valid("gitlab-code-quality.json", &issues);
        let issues = issues.as_array().expect("issues");
        let fingerprints: BTreeSet<&str> = issues.iter().filter_map(|i| i["fingerprint"].as_str()).collect();
        assert_eq!(fingerprints.len(), issues.len(), "fingerprints are not unique");
    }
}

/// Lines that come before a finding don't change what services know it by; another statement does.
#[test]
fn fingerprints_survive_moved_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let fingerprints = |text: &str| -> BTreeSet<String> {
        fs::write(folder.path().join("a.sql"), text).expect("a file");
        let issues = json(folder.path(), "gitlab", &[]);
        let issues = issues.as_array().expect("issues").iter();
        issues.map(|issue| issue["fingerprint"].to_string()).collect()
    };
    let before = fingerprints("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n");
    assert!(before.len() >= 2);
    let moved = fingerprints("-- a comment\n\n\nCREATE TABLE a (id int);\n\n  CREATE TABLE b\n  (id int);\n");
    assert_eq!(before, moved);
    let other = fingerprints("CREATE TABLE a (id int);\nCREATE TABLE c (id int);\n");
    assert!(before != other && !before.is_disjoint(&other));
}

/// By the published schemas, where `xmllint` is installed; that it is XML at all is looked at everywhere.
#[test]
fn junit_is_valid() {
    for (folder, paths) in subjects() {
        let text = lint(folder.path(), "junit", &paths);
        assert_well_formed(&text);
        for name in ["junit-ant.xsd", "junit-jenkins.xsd"] {
            if let Some(complaints) = xmllint(&text, &schema(name)) {
                assert!(complaints.is_empty(), "{name}: {complaints}");
            }
        }
    }
}

/// What xmllint has against a document; `None` where there is no xmllint.
fn xmllint(text: &str, schema: &Path) -> Option<String> {
    let mut child = Command::new("xmllint")
        .args(["--noout", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(text.as_bytes()).expect("xmllint reads");
    drop(stdin);
    let output = child.wait_with_output().expect("xmllint ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() {
        String::new()
    } else {
        said
    })
}

/// Tags are balanced, and no character stands where XML forbids it.
fn assert_well_formed(text: &str) {
    let body = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .expect("a declaration");
    let forbidden = |c: char| (c < ' ' && !"\n\t\r".contains(c)) || c == '\u{fffe}' || c == '\u{ffff}';
    assert!(!body.contains(forbidden), "a character that XML can't have");
    let mut open: Vec<&str> = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, content) = part.split_once('>').expect("the end of a tag");
        assert!(!content.contains('>'), "{content}");
        for entity in part.split('&').skip(1) {
            let (name, _) = entity.split_once(';').expect("the end of an entity");
            assert!(
                ["amp", "lt", "gt", "quot", "#9", "#10", "#13"].contains(&name),
                "{name}"
            );
        }
        let name = tag.split_whitespace().next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed)),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn junit_counts_what_it_has() {
    let folder = hostile();
    let text = lint(folder.path(), "junit", &[]);
    let suite = |name: &str| {
        let start = text.find(&format!("name=\"{name}\"")).expect("the suite");
        text[start..]
            .split("</testsuite>")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let clean = suite("clean.sql");
    assert!(
        clean.contains("tests=\"1\" failures=\"0\" errors=\"0\""),
        "{clean}"
    );
    let good = suite("good name.sql");
    let failures = good.matches("<failure ").count();
    assert!(
        failures > 0 && good.contains(&format!("failures=\"{failures}\"")),
        "{good}"
    );
    let latin = suite("latin.sql");
    assert!(
        latin.contains("errors=\"1\"") && latin.contains("<error type=\"E014\""),
        "{latin}"
    );
}

/// A command a line, and none that a name or text began.
#[test]
fn github_annotations_are_one_line_each() {
    for (folder, paths) in subjects() {
        let text = lint(folder.path(), "github", &paths);
        let report = json(folder.path(), "json", &paths);
        let expected = ["findings", "problems"].map(|list| report[list].as_array().map_or(0, Vec::len));
        assert_eq!(text.lines().count(), expected.iter().sum::<usize>());
        for line in text.lines() {
            let (command, rest) = line
                .strip_prefix("::")
                .and_then(|l| l.split_once(' '))
                .expect("a command");
            assert!(["error", "warning", "notice"].contains(&command), "{line}");
            let (properties, _) = rest.split_once("::").expect("a message");
            for property in properties.split(',') {
                let (name, value) = property.split_once('=').expect("a property");
                assert!(
                    ["file", "line", "endLine", "col", "endColumn", "title"].contains(&name)
                        && !value.contains(':'),
                    "{line}"
                );
            }
            assert!(!line.contains(|c: char| c < ' '), "{line:?}");
        }
    }
}

/// Services show files by their path in the repository.
#[test]
fn paths_are_those_of_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let inner = folder.path().join("backend/db");
    fs::create_dir_all(&inner).expect("a folder");
    fs::write(inner.join("a.sql"), "CREATE TABLE a (id int);\n").expect("a file");
    let sarif = json(&inner, "sarif", &[]);
    let artifact = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "backend/db/a.sql");
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    assert_eq!(
        json(&inner, "gitlab", &[])[0]["location"]["path"],
        "backend/db/a.sql"
    );
    assert!(lint(&inner, "github", &[]).contains(" file=backend/db/a.sql,"));
}

/// The page obeys nothing that a name says, fetches nothing, and its links lead somewhere.
#[test]
fn html_stands_alone() {
    for (folder, paths) in subjects() {
        let page = lint(folder.path(), "html", &paths);
        let report = json(folder.path(), "json", &paths);
        let findings = report["findings"].as_array().expect("findings");
        assert_eq!(page.matches("<article ").count(), findings.len());
        assert_eq!(page.matches("<script>").count(), 1);
        for fetched in ["src=", "<link", "@import", "url(", "<img", "<iframe"] {
            assert!(!page.contains(fetched), "{fetched}");
        }
        assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{1}']));
        for target in page
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                page.contains(&format!("id=\"{target}\"")),
                "nothing has the id {target}"
            );
        }
        let ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(
            ids.iter().collect::<BTreeSet<_>>().len(),
            ids.len(),
            "an id is there twice"
        );
        for (open, close) in [
            ("<section", "</section>"),
            ("<details", "</details>"),
            ("<pre", "</pre>"),
        ] {
            assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
        }
    }
}

fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).expect(path);
    serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Runs a script of a CI job in the example's folder, with the built program on the PATH.
fn job(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_confiture"))
        .parent()
        .expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", program.display()))
        .envs(variables.iter().copied())
        .output()
        .expect("bash runs")
}

#[cfg(unix)]
#[test]
fn github_action_is_valid_and_runs() {
    let action = yaml("action.yml");
    assert_valid("github-action.json", &action);
    let (folder, _) = subjects().remove(0);
    let step = |name: &str| {
        let steps = action["runs"]["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["name"] == name).expect("the step");
        step["run"].as_str().expect("a script").to_owned()
    };
    let report = folder.path().join("findings.sarif");
    let report_name = report.to_string_lossy().into_owned();
    let inputs = [
        (
            "INPUT_PATHS",
            "shop/migrations/001_create_shop.up.sql\n\nshop/migrations/004_invoices.up.sql\n",
        ),
        ("INPUT_ARGS", "--fail-level  error"),
        ("REPORT", report_name.as_str()),
    ];
    let output = job(&step("Lint"), folder.path(), &inputs);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .starts_with("::error file=shop/migrations/004_invoices.up.sql,")
    );
    assert!(job(&step("Write SARIF"), folder.path(), &inputs).status.success());
    let sarif = fs::read_to_string(&report).expect("the report");
    assert_valid("sarif-2.1.0.json", &serde_json::from_str(&sarif).expect("JSON"));
    let nothing = [
        ("INPUT_PATHS", "."),
        ("INPUT_ARGS", "--fail-level off"),
        ("REPORT", "x"),
    ];
    assert!(job(&step("Lint"), folder.path(), &nothing).status.success());
    let wrong = [
        ("INPUT_PATHS", "."),
        ("INPUT_ARGS", "--no-such-option"),
        ("REPORT", "x"),
    ];
    assert_eq!(
        job(&step("Write SARIF"), folder.path(), &wrong).status.code(),
        Some(1)
    );
}

#[cfg(unix)]
#[test]
fn gitlab_job_runs() {
    let job_description = &yaml("ci/gitlab.yml")["confiture-lint"];
    let (folder, _) = subjects().remove(0);
    let commands = job_description["script"].as_array().expect("a script");
    let script: Vec<&str> = commands.iter().filter_map(Value::as_str).collect();
    let variables = [("CONFITURE_PATHS", "shop"), ("CONFITURE_ARGS", "")];
    let output = job(&script.join("\n"), folder.path(), &variables);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (kind, check) in [("codequality", "["), ("junit", "<?xml")] {
        let name = job_description["artifacts"]["reports"][kind]
            .as_str()
            .expect("a report");
        let text = fs::read_to_string(folder.path().join(name)).expect(name);
        assert!(text.starts_with(check), "{name}");
    }
}

/// The hooks call what exists.
#[test]
fn hooks_name_the_programs() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("hooks");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let entry = |id: &str| {
        let hook = hooks.iter().find(|hook| hook["id"] == id).expect("the hook");
        hook["entry"].as_str().expect("an entry").to_owned()
    };
    assert_eq!(entry("confiture-lint-system"), "confiture lint");
    let built = entry("confiture-lint");
    let program = built.split(' ').next().unwrap_or_default();
    assert!(
        manifest.contains(&format!("[[bin]]\nname = \"{program}\"\n")),
        "{program}"
    );
}
