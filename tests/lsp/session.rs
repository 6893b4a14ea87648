//! How a session begins and ends.

use serde_json::{Value, json};

use crate::client::{Client, Folder, rich};

#[test]
fn before_initialize_nothing_is_answered() {
    let mut client = Client::silent();
    let refused = client
        .request("workspace/symbol", json!({"query": ""}))
        .expect_err("an error");
    assert_eq!(refused.code, -32002);
    client
        .request("initialize", json!({"capabilities": {}}))
        .expect("initialize succeeds");
    let refused = client
        .request("initialize", json!({"capabilities": {}}))
        .expect_err("an error");
    assert_eq!(refused.code, -32600);
    client.end();
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    client.send(&json!({"jsonrpc": "2.0", "method": "exit"}));
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn after_shutdown_nothing_is_answered() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    client
        .request("shutdown", Value::Null)
        .expect("shutdown succeeds");
    let refused = client
        .request("workspace/symbol", json!({"query": ""}))
        .expect_err("an error");
    assert_eq!(refused.code, -32600);
    client.send(&json!({"jsonrpc": "2.0", "method": "exit"}));
    assert_eq!(client.status().code(), Some(0));
}

#[test]
fn the_server_ends_with_its_input() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    client.hang_up();
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn questions_at_the_end_of_the_input_are_answered() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", "CREATE TABLE t (id int);\n")]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let id = client.ask("workspace/symbol", json!({"query": "t"}));
    client.hang_up();
    client.answer(id).expect("an answer");
    assert_eq!(client.status().code(), Some(1));
}

#[test]
#[cfg(unix)]
fn the_server_ends_with_the_client() {
    // Somebody else who holds the server's input while the client dies.
    let mut editor = std::process::Command::new("sleep")
        .arg("100")
        .spawn()
        .expect("a process");
    let mut client = Client::silent();
    let params = json!({"processId": editor.id(), "capabilities": {}});
    client.request("initialize", params).expect("initialize succeeds");
    editor.kill().expect("it runs");
    editor.wait().expect("it ran");
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn a_request_can_be_cancelled() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", "CREATE TABLE t (id int);\n")]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let id = client.ask("workspace/symbol", json!({"query": "t"}));
    client.notify("$/cancelRequest", json!({"id": id}));
    // It may have been faster.
    if let Err(refused) = client.answer(id) {
        assert_eq!(refused.code, -32800);
    }
    client
        .request("workspace/symbol", json!({"query": "t"}))
        .expect("an answer");
    client.end();
}

#[test]
fn long_reading_is_shown() {
    let text: String = (0..20_000)
        .map(|number| format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, x text);\n"))
        .collect();
    let folder = Folder::new(&[("migrations/001_a.up.sql", &text)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let created = client.hear("a request to show progress", |message| {
        message["method"] == "window/workDoneProgress/create"
    });
    let token = created["params"]["token"].clone();
    for kind in ["begin", "end"] {
        client.hear(kind, |message| {
            message["method"] == "$/progress"
                && message["params"]["token"] == token
                && message["params"]["value"]["kind"] == kind
        });
    }
    client.end();
}
