//! Folders, files that come and go, buffers without a file, configuration and settings.

use serde_json::{Value, json};

use crate::client::{Client, Folder, codes, pulling, rich, uri};

const TABLE: &str = "CREATE TABLE t (id bigint PRIMARY KEY, x varchar(20));\n";
/// Nothing is written anew where the column is known to be a varchar; else it may be.
const WIDEN: &str = "ALTER TABLE t ALTER COLUMN x TYPE text;\n";

/// The codes of what is wrong with a file.
fn found(client: &mut Client, uri: &str) -> Vec<String> {
    let report = client
        .request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}))
        .expect("a report");
    codes(&report["items"])
}

fn has(client: &mut Client, path: &std::path::Path, code: &str) -> bool {
    found(client, &uri(path)).iter().any(|one| one == code)
}

#[test]
fn several_folders_are_several_projects() {
    let one = Folder::new(&[
        ("migrations/001_a.up.sql", TABLE),
        ("migrations/002_b.up.sql", WIDEN),
    ]);
    let other = Folder::new(&[("migrations/001_a.up.sql", WIDEN)]);
    let mut client = Client::start(pulling(), &[one.root(), other.root()]);
    assert!(!has(
        &mut client,
        &one.path("migrations/002_b.up.sql"),
        "table-rewrite"
    ));
    // There, nobody knows the table.
    assert!(has(
        &mut client,
        &other.path("migrations/001_a.up.sql"),
        "table-rewrite"
    ));
    client.end();
}

#[test]
fn folders_come_and_go() {
    let one = Folder::new(&[("migrations/001_a.up.sql", TABLE)]);
    let other = Folder::new(&[("migrations/001_a.up.sql", "SELEC 1;")]);
    let file = other.path("migrations/001_a.up.sql");
    let mut client = Client::start(pulling(), &[one.root()]);
    let ask = json!({"textDocument": {"uri": uri(&file)}});
    assert_eq!(
        client
            .request("textDocument/diagnostic", ask.clone())
            .expect_err("unknown")
            .code,
        -32602
    );
    let folder = json!({"uri": uri(other.root()), "name": "other"});
    let change = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        change(json!([folder]), json!([])),
    );
    assert!(has(&mut client, &file, "syntax-error"));
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        change(json!([]), json!([folder])),
    );
    assert_eq!(
        client
            .request("textDocument/diagnostic", ask)
            .expect_err("unknown")
            .code,
        -32602
    );
    client.end();
}

#[test]
fn without_a_folder_a_file_brings_its_project() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", TABLE),
        ("migrations/002_b.up.sql", WIDEN),
    ]);
    let mut client = Client::start(pulling(), &[]);
    let file = folder.path("migrations/002_b.up.sql");
    client.open(&file, 1, WIDEN);
    assert!(!has(&mut client, &file, "table-rewrite"));
    client.end();
}

#[test]
fn two_files_of_one_project_are_one_history() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", TABLE),
        ("migrations/002_b.up.sql", WIDEN),
    ]);
    let mut client = Client::start(pulling(), &[]);
    let (first, second) = (
        folder.path("migrations/001_a.up.sql"),
        folder.path("migrations/002_b.up.sql"),
    );
    client.open(&first, 1, TABLE);
    client.open(&second, 1, WIDEN);
    assert!(!has(&mut client, &second, "table-rewrite"));
    client.change(
        &first,
        2,
        json!([{"text": TABLE.replace("varchar(20)", "integer")}]),
    );
    assert!(has(&mut client, &second, "table-rewrite"));
    client.end();
}

#[test]
fn buffers_without_a_file_are_checked_each_by_itself() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", TABLE)]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    let open = |client: &mut Client, uri: &str, text: &str| {
        let item = json!({"uri": uri, "languageId": "sql", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({"textDocument": item}));
    };
    open(
        &mut client,
        "untitled:Untitled-1",
        "CREATE TABLE u (x integer);\nSELEC 1;\n",
    );
    open(
        &mut client,
        "untitled:Untitled-2",
        "CREATE TABLE u (x integer);\n",
    );
    assert!(found(&mut client, "untitled:Untitled-1").contains(&"syntax-error".to_owned()));
    assert!(!found(&mut client, "untitled:Untitled-2").contains(&"syntax-error".to_owned()));
    let change = json!([{"text": "SELECT 1;"}]);
    let document = json!({"uri": "untitled:Untitled-1", "version": 2});
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": change}),
    );
    assert!(!found(&mut client, "untitled:Untitled-1").contains(&"syntax-error".to_owned()));
    let document = json!({"textDocument": {"uri": "untitled:Untitled-1"}});
    client.notify("textDocument/didClose", document.clone());
    assert_eq!(
        client
            .request("textDocument/diagnostic", document)
            .expect_err("unknown")
            .code,
        -32602
    );
    client.end();
}

#[test]
fn a_file_that_was_never_saved_takes_its_place_in_history() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", TABLE)]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    let file = folder.path("migrations/002_b.up.sql");
    client.open(&file, 1, WIDEN);
    assert!(!has(&mut client, &file, "table-rewrite"));
    client.end();
}

#[test]
fn files_written_by_others_are_read_again() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", TABLE),
        ("migrations/002_b.up.sql", WIDEN),
    ]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    client.hear("a registration", |message| {
        message["method"] == "client/registerCapability"
            && message.to_string().contains("workspace/didChangeWatchedFiles")
    });
    let second = folder.path("migrations/002_b.up.sql");
    assert!(!has(&mut client, &second, "table-rewrite"));
    let changed =
        |path: &str, kind: u32| json!({"changes": [{"uri": uri(&folder.path(path)), "type": kind}]});
    folder.write(
        "migrations/001_a.up.sql",
        &TABLE.replace("varchar(20)", "integer"),
    );
    client.notify(
        "workspace/didChangeWatchedFiles",
        changed("migrations/001_a.up.sql", 2),
    );
    assert!(has(&mut client, &second, "table-rewrite"));
    client.hear("a request to ask again", |message| {
        message["method"] == "workspace/diagnostic/refresh"
    });
    folder.write("migrations/003_c.up.sql", "SELEC 1;\n");
    client.notify(
        "workspace/didChangeWatchedFiles",
        changed("migrations/003_c.up.sql", 1),
    );
    assert!(has(
        &mut client,
        &folder.path("migrations/003_c.up.sql"),
        "syntax-error"
    ));
    client.end();
}

#[test]
fn renamed_files_change_their_place_in_history() {
    let folder = Folder::new(&[
        ("migrations/002_a.up.sql", TABLE),
        ("migrations/001_b.up.sql", WIDEN),
    ]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    let (old, new) = (
        folder.path("migrations/001_b.up.sql"),
        folder.path("migrations/003_b.up.sql"),
    );
    assert!(has(&mut client, &old, "table-rewrite"));
    std::fs::rename(&old, &new).expect("a file to rename");
    let files = json!([{"oldUri": uri(&old), "newUri": uri(&new)}]);
    client.notify("workspace/didRenameFiles", json!({"files": files}));
    assert!(!has(&mut client, &new, "table-rewrite"));
    client.end();
}

#[test]
fn configuration_counts_while_it_is_typed() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", "SELEC 1;\n"), ("confiture.yaml", "")]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    let (file, config) = (
        folder.path("migrations/001_a.up.sql"),
        folder.path("confiture.yaml"),
    );
    assert!(has(&mut client, &file, "syntax-error"));
    client.open(&config, 1, "linting:\n  rules:\n    syntax-error: off\n");
    assert!(!has(&mut client, &file, "syntax-error"));
    client.change(
        &config,
        2,
        json!([{"text": "linting:\n  rles:\n    syntax-error: off\n"}]),
    );
    assert!(has(&mut client, &config, "E021"));
    client.close(&config);
    assert!(has(&mut client, &file, "syntax-error"));
    client.end();
}

#[test]
fn settings_come_with_initialize_and_change_later() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", "SELEC 1;\n"),
        ("lenient.yaml", "linting:\n  rules:\n    syntax-error: off\n"),
    ]);
    let file = folder.path("migrations/001_a.up.sql");
    let options = json!({"configPath": "lenient.yaml"});
    let mut client = Client::start_with(pulling(), &[folder.root()], options);
    assert!(!has(&mut client, &file, "syntax-error"));
    let settings = json!({"settings": {"confiture": {"configPath": null}}});
    client.notify("workspace/didChangeConfiguration", settings);
    assert!(has(&mut client, &file, "syntax-error"));
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"confiture": {"pgVersion": "old"}}}),
    );
    client.hear("a warning", |message| {
        message["method"] == "window/logMessage"
            && message["params"]["message"].to_string().contains("settings")
    });
    client.end();
}

#[test]
fn a_client_that_has_settings_is_asked_for_them() {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", "SELEC 1;\n"),
        ("lenient.yaml", "linting:\n  rules:\n    syntax-error: off\n"),
    ]);
    let file = folder.path("migrations/001_a.up.sql");
    let mut capabilities = rich();
    capabilities["workspace"]["configuration"] = json!(true);
    let mut client = Client::start(capabilities, &[folder.root()]);
    client.published(&file, |params| params["diagnostics"] != json!([]));
    client.settings = json!({"configPath": "lenient.yaml"});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    client.published(&file, |params| params["diagnostics"] == json!([]));
    client.end();
}

#[test]
fn sql_in_yaml_is_checked_in_its_place() {
    let yaml = "name: a\nddl: |\n    SELEC 1;\n";
    let folder = Folder::new(&[("confiture-migrations/001_a.yaml", yaml)]);
    let file = folder.path("confiture-migrations/001_a.yaml");
    let mut client = Client::start(rich(), &[folder.root()]);
    let published = client.published(&file, |params| {
        codes(&params["diagnostics"]).contains(&"syntax-error".to_owned())
    });
    let all = published["diagnostics"].as_array().expect("a list").clone();
    let wrong = all.iter().find(|one| one["code"] == "syntax-error").expect("it");
    assert_eq!(wrong["range"]["start"], json!({"line": 2, "character": 4}));
    client.end();
}

#[test]
fn sizes_of_tables_are_told_where_somebody_wrote_them_down() {
    let statistics = r#"{"tables": {"public.t": {"rows": 12000000, "bytes": 9000000000}}}"#;
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", TABLE),
        ("confiture-statistics.json", statistics),
    ]);
    let mut client = Client::start(pulling(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    client.open(&file, 1, TABLE);
    let hover = client.at("textDocument/hover", &file, 0, 13);
    assert!(hover.to_string().contains("12 million"), "{hover}");
    client.end();
}
