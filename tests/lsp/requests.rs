//! Every question that can be asked, over a small project.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{Client, Folder, place, rich, uri};

const FIRST: &str = "\
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('good', 'bad');
CREATE TABLE shop.customers (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    mood shop.mood
);
CREATE FUNCTION shop.total(customer bigint, since date) RETURNS numeric LANGUAGE sql AS $$ SELECT 1.0 $$;
CREATE VIEW shop.happy AS SELECT id, shop.total(id, now()::date) FROM shop.customers WHERE mood = 'good';
";
const SECOND: &str = "\
ALTER TABLE shop.customers ADD COLUMN email text;
CREATE INDEX customers_email ON shop.customers (email);
SELECT name FROM shop.customers;
SELECT shop.total(1, '2020-01-01');
";

struct Project {
    /// Removed with it.
    _folder: Folder,
    client: Client,
    first: PathBuf,
    second: PathBuf,
}

fn project_for(capabilities: Value) -> Project {
    let folder = Folder::new(&[
        ("migrations/001_a.up.sql", FIRST),
        ("migrations/002_b.up.sql", SECOND),
    ]);
    let mut client = Client::start(capabilities, &[folder.root()]);
    let (first, second) = (
        folder.path("migrations/001_a.up.sql"),
        folder.path("migrations/002_b.up.sql"),
    );
    client.open(&second, 1, SECOND);
    Project {
        _folder: folder,
        client,
        first,
        second,
    }
}

fn project() -> Project {
    project_for(rich())
}

fn range(from: (u32, u32), to: (u32, u32)) -> Value {
    json!({
        "start": {"line": from.0, "character": from.1},
        "end": {"line": to.0, "character": to.1},
    })
}

#[test]
fn a_hover_is_markdown_where_that_is_shown() {
    let mut project = project();
    let hover = project.client.at("textDocument/hover", &project.second, 0, 3);
    assert_eq!(hover["contents"]["kind"], "markdown");
    let markdown = hover["contents"]["value"].as_str().expect("a text");
    assert!(markdown.contains("ACCESS EXCLUSIVE"), "{markdown}");
    project.client.end();
    let mut plain = project_for(json!({}));
    let hover = plain.client.at("textDocument/hover", &plain.second, 0, 3);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(
        text.contains("ACCESS EXCLUSIVE") && !text.contains("```") && !text.contains("**"),
        "{text}"
    );
    plain.client.end();
}

#[test]
fn definitions_are_links_or_places() {
    let mut project = project();
    let links = project
        .client
        .at("textDocument/definition", &project.second, 2, 25);
    let link = &links[0];
    assert_eq!(link["targetUri"], uri(&project.first).as_str());
    assert_eq!(link["targetSelectionRange"], range((2, 18), (2, 27)));
    assert_eq!(link["originSelectionRange"], range((2, 22), (2, 31)));
    project.client.end();
    let mut plain = project_for(json!({}));
    let places = plain.client.at("textDocument/definition", &plain.second, 2, 25);
    assert_eq!(
        places[0],
        json!({"uri": uri(&plain.first), "range": range((2, 18), (2, 27))})
    );
    plain.client.end();
}

#[test]
fn the_type_of_a_column_has_a_definition() {
    let mut project = project();
    let links = project
        .client
        .at("textDocument/typeDefinition", &project.first, 8, 92);
    assert_eq!(
        links[0]["targetSelectionRange"],
        range((1, 17), (1, 21)),
        "{links}"
    );
    project.client.end();
}

#[test]
fn references_come_with_and_without_the_declaration() {
    let mut project = project();
    let mut ask = place(&project.second, 2, 25);
    ask["context"] = json!({"includeDeclaration": true});
    let all = project
        .client
        .request("textDocument/references", ask.clone())
        .expect("an answer");
    ask["context"] = json!({"includeDeclaration": false});
    let others = project
        .client
        .request("textDocument/references", ask)
        .expect("an answer");
    let declaration = json!({"uri": uri(&project.first), "range": range((2, 18), (2, 27))});
    let (all, others) = (
        all.as_array().expect("a list"),
        others.as_array().expect("a list"),
    );
    assert!(all.contains(&declaration) && !others.contains(&declaration));
    assert!(others.contains(&json!({"uri": uri(&project.second), "range": range((0, 17), (0, 26))})));
    project.client.end();
}

#[test]
fn highlights_are_those_of_the_file() {
    let mut project = project();
    let found = project
        .client
        .at("textDocument/documentHighlight", &project.second, 2, 25);
    assert_eq!(found.as_array().map(Vec::len), Some(3), "{found}");
    project.client.end();
}

#[test]
fn a_rename_changes_all_files_or_says_why_not() {
    let mut project = project();
    let asked = project
        .client
        .at("textDocument/prepareRename", &project.second, 2, 9);
    assert_eq!(asked["placeholder"], "name", "{asked}");
    let mut ask = place(&project.second, 2, 9);
    ask["newName"] = json!("full_name");
    let edit = project
        .client
        .request("textDocument/rename", ask)
        .expect("an edit");
    let changes = edit["documentChanges"].as_array().expect("changes of documents");
    let own = changes
        .iter()
        .find(|one| one["textDocument"]["uri"] == uri(&project.second).as_str());
    let own = own.expect("changes of the open file");
    assert_eq!(own["textDocument"]["version"], 1);
    assert_eq!(own["edits"][0]["range"], range((2, 7), (2, 11)));
    // A keyword has no other name.
    let refused = project
        .client
        .request("textDocument/prepareRename", place(&project.second, 0, 2));
    let refused = refused.expect_err("a refusal");
    assert_eq!(refused.code, -32803);
    assert!(!refused.message.is_empty());
    project.client.end();
    let mut plain = project_for(json!({}));
    let mut ask = place(&plain.second, 2, 9);
    ask["newName"] = json!("full_name");
    let edit = plain.client.request("textDocument/rename", ask).expect("an edit");
    assert!(edit["changes"][uri(&plain.first)].is_array(), "{edit}");
    plain.client.end();
}

#[test]
fn symbols_are_nested_or_flat() {
    let mut project = project();
    let nested = project
        .client
        .about("textDocument/documentSymbol", &project.first);
    let nested = nested.as_array().expect("a list");
    let table = nested
        .iter()
        .find(|one| one["name"].to_string().contains("customers"));
    let table = table.expect("the table");
    assert!(table["children"].to_string().contains("\"mood\""), "{table}");
    assert!(table.get("location").is_none());
    project.client.end();
    let mut plain = project_for(json!({}));
    let flat = plain.client.about("textDocument/documentSymbol", &plain.first);
    let flat = flat.as_array().expect("a list");
    let column = flat.iter().find(|one| one["name"] == "mood").expect("the column");
    assert!(
        column["containerName"].to_string().contains("customers"),
        "{column}"
    );
    assert_eq!(column["location"]["uri"], uri(&plain.first).as_str());
    plain.client.end();
}

#[test]
fn symbols_of_the_workspace_are_found_by_parts_of_their_names() {
    let mut project = project();
    let found = project
        .client
        .request("workspace/symbol", json!({"query": "custom"}))
        .expect("an answer");
    let found = found.as_array().expect("a list");
    assert!(
        found
            .iter()
            .any(|one| one["location"]["uri"] == uri(&project.first).as_str()),
        "{found:?}"
    );
    project.client.end();
}

#[test]
fn calls_are_followed_both_ways() {
    let mut project = project();
    let items = project
        .client
        .at("textDocument/prepareCallHierarchy", &project.second, 3, 14);
    let item = items[0].clone();
    assert!(item["name"].to_string().contains("total"), "{item}");
    let callers = project
        .client
        .request("callHierarchy/incomingCalls", json!({"item": item}));
    let callers = callers.expect("an answer");
    let view = callers[0]["from"].clone();
    assert!(view["name"].to_string().contains("happy"), "{callers}");
    let called = project
        .client
        .request("callHierarchy/outgoingCalls", json!({"item": view}));
    let called = called.expect("an answer");
    assert!(called.to_string().contains("total"), "{called}");
    project.client.end();
}

#[test]
fn folds_and_selections_follow_the_text() {
    let mut project = project();
    let folds = project.client.about("textDocument/foldingRange", &project.first);
    let folds = folds.as_array().expect("a list");
    assert!(folds.iter().any(|fold| fold["startLine"] == 2), "{folds:?}");
    let ask =
        json!({"textDocument": {"uri": uri(&project.first)}, "positions": [{"line": 4, "character": 5}]});
    let grown = project
        .client
        .request("textDocument/selectionRange", ask)
        .expect("an answer");
    assert_eq!(grown[0]["range"], range((4, 4), (4, 8)));
    let mut widths = 0;
    let mut at = &grown[0];
    while at.get("parent").is_some_and(|parent| !parent.is_null()) {
        at = &at["parent"];
        widths += 1;
    }
    assert!(widths >= 2, "{grown}");
    assert_eq!(at["range"]["start"], json!({"line": 0, "character": 0}));
    project.client.end();
}

#[test]
fn semantic_tokens_come_whole_in_part_and_as_differences() {
    let mut project = project();
    let whole = project
        .client
        .about("textDocument/semanticTokens/full", &project.second);
    let data = whole["data"].as_array().expect("numbers").clone();
    assert!(!data.is_empty() && data.len().is_multiple_of(5));
    let ask = json!({"textDocument": {"uri": uri(&project.second)}, "range": range((0, 0), (1, 0))});
    let part = project
        .client
        .request("textDocument/semanticTokens/range", ask)
        .expect("an answer");
    let part = part["data"].as_array().expect("numbers").len();
    assert!(part > 0 && part < data.len());
    project
        .client
        .edit(&project.second, 2, (2, 0), (2, 0), "-- more\n");
    let ask = json!({"textDocument": {"uri": uri(&project.second)}, "previousResultId": whole["resultId"]});
    let delta = project
        .client
        .request("textDocument/semanticTokens/full/delta", ask)
        .expect("an answer");
    let mut edited = data;
    for edit in delta["edits"].as_array().expect("edits") {
        let start = edit["start"].as_u64().expect("a number") as usize;
        let end = start + edit["deleteCount"].as_u64().expect("a number") as usize;
        edited.splice(start..end, edit["data"].as_array().cloned().unwrap_or_default());
    }
    let fresh = project
        .client
        .about("textDocument/semanticTokens/full", &project.second);
    assert_eq!(&edited, fresh["data"].as_array().expect("numbers"));
    // What is forgotten is sent whole.
    let ask = json!({"textDocument": {"uri": uri(&project.second)}, "previousResultId": "long ago"});
    let all = project
        .client
        .request("textDocument/semanticTokens/full/delta", ask)
        .expect("an answer");
    assert_eq!(all["data"], fresh["data"]);
    project.client.end();
}

#[test]
fn completions_are_snippets_only_where_those_are_understood() {
    let mut project = project();
    project
        .client
        .edit(&project.second, 2, (4, 0), (4, 0), "SELECT * FROM shop.cu");
    let list = project
        .client
        .at("textDocument/completion", &project.second, 4, 21);
    let items = list["items"].as_array().expect("a list");
    let table = items
        .iter()
        .find(|item| item["label"] == "customers")
        .expect("the table");
    assert_eq!(table["textEdit"]["range"], range((4, 19), (4, 21)));
    project.client.end();
    let mut plain = project_for(json!({}));
    plain.client.edit(&plain.second, 2, (4, 0), (4, 0), "CREATE ");
    let list = plain.client.at("textDocument/completion", &plain.second, 4, 7);
    let items = list["items"].as_array().expect("a list");
    assert!(items.iter().all(|item| item["insertTextFormat"] != 2), "{list}");
    plain.client.end();
}

#[test]
fn a_signature_is_shown_while_a_call_is_typed() {
    let mut project = project();
    let help = project
        .client
        .at("textDocument/signatureHelp", &project.second, 3, 21);
    assert!(
        help["signatures"][0]["label"].to_string().contains("total"),
        "{help}"
    );
    assert_eq!(help["activeParameter"], 1);
    project.client.end();
}

#[test]
fn hints_and_lenses_can_be_turned_off() {
    let mut project = project();
    let ask = json!({"textDocument": {"uri": uri(&project.second)}, "range": range((0, 0), (4, 0))});
    let hints = project
        .client
        .request("textDocument/inlayHint", ask.clone())
        .expect("an answer");
    assert!(hints.to_string().contains("ACCESS EXCLUSIVE"), "{hints}");
    let lenses = project.client.about("textDocument/codeLens", &project.second);
    assert!(lenses.to_string().contains("confiture.preview"), "{lenses}");
    let off = json!({"settings": {"confiture": {"inlayHints": {"enabled": false}, "codeLens": false}}});
    project.client.notify("workspace/didChangeConfiguration", off);
    assert_eq!(
        project.client.request("textDocument/inlayHint", ask),
        Ok(json!([]))
    );
    assert_eq!(
        project.client.about("textDocument/codeLens", &project.second),
        json!([])
    );
    project.client.end();
}

#[test]
fn actions_cure_and_create_and_are_worked_out_when_they_are_chosen() {
    let mut project = project();
    let mut ask = json!({
        "textDocument": {"uri": uri(&project.second)},
        "range": range((0, 0), (1, 20)),
        "context": {"diagnostics": []},
    });
    let found = project
        .client
        .request("textDocument/codeAction", ask.clone())
        .expect("an answer");
    let found = found.as_array().expect("a list");
    let has_edit = |action: &&Value| action["kind"] == "quickfix" && action.get("edit").is_some();
    assert!(found.iter().any(|action| has_edit(&action)), "{found:?}");
    // A comment that silences nothing is safe to remove.
    let comment = "-- confiture: ignore data-loss: none\n";
    project.client.edit(&project.second, 2, (1, 0), (1, 0), comment);
    ask["context"]["only"] = json!(["source.fixAll"]);
    let all = project
        .client
        .request("textDocument/codeAction", ask.clone())
        .expect("an answer");
    let all = all.as_array().expect("a list").clone();
    let later = all
        .iter()
        .find(|action| action.get("edit").is_none())
        .expect("one to be worked out");
    assert_eq!(later["kind"], "source.fixAll.confiture");
    let resolved = project
        .client
        .request("codeAction/resolve", later.clone())
        .expect("an action");
    let edit = &resolved["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"]["version"], 2, "{resolved}");
    assert_eq!(edit["edits"][0]["range"], range((1, 0), (2, 0)), "{resolved}");
    // What was offered for another text isn't done to this one.
    project.client.edit(&project.second, 3, (0, 0), (0, 0), "\n");
    let stale = project.client.request("codeAction/resolve", later.clone());
    assert_eq!(stale.expect_err("edited meanwhile").code, -32801);
    ask["context"]["only"] = json!(["refactor.extract"]);
    assert_eq!(
        project.client.request("textDocument/codeAction", ask),
        Ok(json!([]))
    );
    let refused = project
        .client
        .request("codeAction/resolve", json!({"title": "x", "data": {"uri": 3}}));
    assert_eq!(refused.expect_err("not one of ours").code, -32602);
    project.client.end();
}

#[test]
fn commands_answer_plainly() {
    let mut project = project();
    let mut run = |command: &str, arguments: Value| {
        let params = json!({"command": command, "arguments": arguments});
        project.client.request("workspace/executeCommand", params)
    };
    let own = json!([uri(&project.second)]);
    let preview = run("confiture.preview", own.clone()).expect("a preview");
    assert!(
        preview.as_str().expect("Markdown").contains("ACCESS EXCLUSIVE"),
        "{preview}"
    );
    let answer = run("confiture.dryRun", own).expect("an answer");
    assert!(
        answer
            .as_str()
            .expect("a sentence")
            .contains("No database is configured"),
        "{answer}"
    );
    assert_eq!(run("confiture.reload", json!([])), Ok(Value::Null));
    assert_eq!(
        run("confiture.preview", json!([])).expect_err("no address").code,
        -32602
    );
    assert_eq!(
        run("confiture.preview", json!(["file:///no.sql"]))
            .expect_err("unknown")
            .code,
        -32602
    );
    assert_eq!(run("confiture.fly", json!([])).expect_err("unknown").code, -32602);
    assert_eq!(
        run("confiture.openPage", json!(["https://example.org/rule"])),
        Ok(Value::Null)
    );
    project.client.hear("a page", |message| {
        message["method"] == "window/showDocument" && message["params"]["external"] == true
    });
    project.client.end();
}

#[test]
fn links_lead_to_included_files() {
    let folder = Folder::new(&[
        ("schema/all.sql", "\\i parts/t.sql\n"),
        ("schema/parts/t.sql", "CREATE TABLE t (id int);\n"),
    ]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("schema/all.sql");
    client.open(&file, 1, "\\i parts/t.sql\n");
    let links = client.about("textDocument/documentLink", &file);
    assert_eq!(
        links[0]["target"],
        uri(&folder.path("schema/parts/t.sql")).as_str(),
        "{links}"
    );
    client.end();
}

#[test]
fn configuration_is_explained_and_completed() {
    let folder = Folder::new(&[("confiture.yaml", "")]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("confiture.yaml");
    client.open(&file, 1, "linting:\n  select: [all]\n");
    let hover = client.at("textDocument/hover", &file, 0, 3);
    assert!(hover["contents"]["value"].is_string(), "{hover}");
    client.edit(&file, 2, (2, 0), (2, 0), "pg_");
    let list = client.at("textDocument/completion", &file, 2, 3);
    assert!(list.to_string().contains("pg_version"), "{list}");
    client.end();
}
