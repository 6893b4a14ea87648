//! Diagnostics: sent, or handed out to whoever asks.

use serde_json::{Value, json};

use crate::client::{Client, Folder, codes, pulling, rich, uri};

const FIRST: &str = "CREATE TABLE t (id bigint PRIMARY KEY, x integer);\n";
const WRONG: &str = "SELEC 1;\n";

fn has(code: &str) -> impl Fn(&Value) -> bool {
    move |params| codes(&params["diagnostics"]).iter().any(|one| one == code)
}

fn is_clean(params: &Value) -> bool {
    params["diagnostics"] == json!([])
}

#[test]
fn what_lint_says_is_published_for_files_that_nobody_opened() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", WRONG)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    let published = client.published(&file, has("syntax-error"));
    assert!(published.get("version").is_none(), "{published}");
    let found = &published["diagnostics"][0];
    assert_eq!(found["source"], "confiture");
    assert_eq!(found["severity"], 1);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 5}});
    assert_eq!(found["range"], range);
    let page = found["codeDescription"]["href"]
        .as_str()
        .expect("a link to the rule's page");
    assert!(page.contains("syntax-error"), "{page}");
    client.end();
}

#[test]
fn an_edit_is_published_with_its_version_and_a_cure_clears() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", FIRST)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    client.open(&file, 1, FIRST);
    client.edit(&file, 2, (1, 0), (1, 0), "SELEC 1;");
    let published = client.published(&file, has("syntax-error"));
    assert_eq!(published["version"], 2);
    client.edit(&file, 3, (1, 0), (1, 8), "");
    let published = client.published(&file, |params| !has("syntax-error")(params));
    assert_eq!(published["version"], 3);
    client.end();
}

#[test]
fn what_did_not_change_is_not_published_again() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", WRONG)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    client.open(&file, 1, WRONG);
    client.published(&file, has("syntax-error"));
    // A comment behind it moves nothing; the table is news.
    client.edit(&file, 2, (1, 0), (1, 0), "-- nothing\n");
    client.text(&file);
    client.edit(&file, 3, (0, 0), (0, 0), "\n");
    let next = client.published(&file, |_| true);
    assert_eq!(next["version"], 3, "{next}");
    client.end();
}

#[test]
fn what_stands_behind_an_edit_moves_with_it() {
    let text = "SELECT '1'; SELEC 1;\nSELEC 2;\n";
    let folder = Folder::new(&[("migrations/001_a.up.sql", text)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    let begins = |wanted: [(u32, u32); 2]| {
        move |params: &Value| {
            let all = params["diagnostics"].as_array().expect("a list");
            let wrong = all.iter().filter(|one| one["code"] == "syntax-error");
            let starts = wrong.map(|one| one["range"]["start"].clone());
            let wanted = wanted.map(|(line, character)| json!({"line": line, "character": character}));
            starts.collect::<Vec<_>>() == wanted
        }
    };
    client.open(&file, 1, text);
    client.published(&file, begins([(0, 12), (1, 0)]));
    client.edit(&file, 2, (0, 9), (0, 9), "é😀");
    client.published(&file, begins([(0, 15), (1, 0)]));
    client.edit(&file, 3, (0, 10), (0, 12), "");
    client.published(&file, begins([(0, 13), (1, 0)]));
    client.edit(&file, 4, (0, 13), (0, 13), "  ");
    client.published(&file, begins([(0, 15), (1, 0)]));
    client.edit(&file, 5, (0, 0), (0, 0), "\r\n");
    client.published(&file, begins([(1, 15), (2, 0)]));
    client.end();
}

#[test]
fn an_edit_changes_what_is_said_of_other_files() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", FIRST),
        (
            "migrations/002_b.up.sql",
            "ALTER TABLE t ALTER COLUMN x TYPE bigint;\n",
        ),
    ]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let (first, second) = (
        folder.path("migrations/001_a.up.sql"),
        folder.path("migrations/002_b.up.sql"),
    );
    client.published(&second, has("table-rewrite"));
    client.open(&first, 1, FIRST);
    // A column that is a bigint already isn't written anew.
    client.edit(&first, 2, (0, 41), (0, 48), "bigint");
    client.published(&second, |params| !has("table-rewrite")(params));
    client.end();
}

#[test]
fn related_places_are_told_to_clients_that_show_them() {
    let text = "BEGIN;\nALTER TABLE t ALTER COLUMN x TYPE bigint;\nCREATE INDEX t_x ON t (x);\nCOMMIT;\n";
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", FIRST),
        ("migrations/002_b.up.sql", text),
    ]);
    let second = folder.path("migrations/002_b.up.sql");
    let related = |published: &Value| {
        let all = published["diagnostics"].as_array().expect("a list").clone();
        all.into_iter()
            .find_map(|one| one.get("relatedInformation").cloned())
    };
    let mut client = Client::start(rich(), &[folder.root()]);
    let published = client.published(&second, has("work-under-exclusive-lock"));
    let related_to = related(&published).expect("the statement that took the lock");
    assert_eq!(related_to[0]["location"]["uri"], uri(&second).as_str());
    client.end();
    let mut plain = Client::start(json!({}), &[folder.root()]);
    let published = plain.published(&second, has("work-under-exclusive-lock"));
    assert_eq!(related(&published), None);
    plain.end();
}

#[test]
fn a_client_that_asks_is_sent_nothing() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", WRONG),
        ("migrations/002_b.up.sql", FIRST),
    ]);
    let file = folder.path("migrations/001_a.up.sql");
    let mut client = Client::start(pulling(), &[folder.root()]);
    assert_eq!(
        client.offered["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"],
        true
    );
    client.open(&file, 1, WRONG);
    let report = client.about("textDocument/diagnostic", &file);
    assert_eq!(report["kind"], "full");
    assert!(
        codes(&report["items"]).contains(&"syntax-error".to_owned()),
        "{report}"
    );
    let again = json!({"textDocument": {"uri": uri(&file)}, "previousResultId": report["resultId"]});
    let unchanged = client
        .request("textDocument/diagnostic", again.clone())
        .expect("a report");
    assert_eq!(
        unchanged,
        json!({"kind": "unchanged", "resultId": report["resultId"]})
    );
    client.edit(&file, 2, (0, 5), (0, 5), "T");
    let cured = client
        .request("textDocument/diagnostic", again)
        .expect("a report");
    assert_eq!(cured["kind"], "full");
    assert!(
        !codes(&cured["items"]).contains(&"syntax-error".to_owned()),
        "{cured}"
    );
    let pushed = client
        .heard
        .iter()
        .find(|one| one["method"] == "textDocument/publishDiagnostics");
    assert_eq!(pushed, None);
    client.end();
}

#[test]
fn a_workspace_is_reported_file_by_file_and_only_what_is_new() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", WRONG),
        ("migrations/002_b.up.sql", FIRST),
    ]);
    let file = folder.path("migrations/001_a.up.sql");
    let mut client = Client::start(pulling(), &[folder.root()]);
    let report = client
        .request("workspace/diagnostic", json!({"previousResultIds": []}))
        .expect("a report");
    let items = report["items"].as_array().expect("a list");
    let own = items
        .iter()
        .find(|item| item["uri"] == uri(&file).as_str())
        .expect("the wrong file");
    assert_eq!(own["kind"], "full");
    let earlier = json!([{"uri": uri(&file), "value": own["resultId"]}]);
    let again = client.request(
        "workspace/diagnostic",
        json!({"previousResultIds": earlier.clone()}),
    );
    let again = again.expect("a report")["items"].clone();
    let again = again.as_array().expect("a list");
    let own = again
        .iter()
        .find(|item| item["uri"] == uri(&file).as_str())
        .expect("the wrong file");
    assert_eq!(own["kind"], "unchanged");
    // What is cured is reported as clean.
    client.open(&file, 1, "");
    let cured = client.request("workspace/diagnostic", json!({"previousResultIds": earlier}));
    let cured = cured.expect("a report")["items"].clone();
    let cured = cured.as_array().expect("a list");
    let own = cured
        .iter()
        .find(|item| item["uri"] == uri(&file).as_str())
        .expect("the cured file");
    assert_eq!((&own["kind"], &own["items"]), (&json!("full"), &json!([])));
    client.end();
}

#[test]
fn diagnostics_of_a_deleted_file_are_cleared() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", FIRST),
        ("migrations/002_b.up.sql", WRONG),
    ]);
    let file = folder.path("migrations/002_b.up.sql");
    let mut client = Client::start(rich(), &[folder.root()]);
    client.published(&file, has("syntax-error"));
    std::fs::remove_file(&file).expect("a file to remove");
    let change = json!({"uri": uri(&file), "type": 3});
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    client.published(&file, is_clean);
    client.end();
}

#[test]
fn migrations_that_were_released_and_edited_are_told_as_lint_tells_them() {
    let folder = Folder::new(&[]);
    std::fs::remove_dir(folder.path(".git")).expect("an empty folder");
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(folder.root())
            .output()
            .expect("git");
        assert!(output.status.success(), "{output:?}");
    };
    let file = folder.write("migrations/001_a.up.sql", FIRST);
    folder.write("confiture.yaml", "");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let mut client = Client::start(rich(), &[folder.root()]);
    client.open(&file, 1, FIRST);
    client.edit(&file, 2, (0, 13), (0, 14), "u");
    client.published(&file, has("edited-migration"));
    client.end();
}
