//! What no client should send. The server answers, and lives.

use serde_json::{Value, json};

use crate::client::{Client, Folder, place, rich, uri};

const TEXT: &str = "CREATE TABLE t (id int);\n";

/// The server still answers.
fn lives(client: &mut Client, file: &std::path::Path) {
    assert_eq!(client.text(file), TEXT);
}

fn started() -> (Folder, Client, std::path::PathBuf) {
    let folder = Folder::new(&[("migrations/001_a.up.sql", TEXT)]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    client.open(&file, 1, TEXT);
    (folder, client, file)
}

#[test]
fn malformed_messages_are_answered_with_an_error() {
    let (_folder, mut client, file) = started();
    for (bytes, code) in [
        (&b"Content-Length: 5\r\n\r\n{\"a\":"[..], -32700),
        (b"Content-Length: 4\r\n\r\n\xff\xfe{}", -32700),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 2\r\n\r\n{}", -32600),
        (b"Content-Length: 4\r\n\r\nnull", -32600),
        (b"Content-Length: 22\r\n\r\n{\"id\":null,\"method\":3}", -32600),
        (b"Content-Length: -3\r\n\r\n", -32700),
        (b"Content-Length: 99999999999999999999\r\n\r\n", -32700),
        (
            b"Content-Type: text/html\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}",
            -32700,
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", -32700),
    ] {
        client.raw(bytes);
        // Garbage without a header is told of when the next header comes.
        let id = client.ask("confiture/text", json!({"uri": uri(&file)}));
        let refused = client.answer(-1).expect_err("an error");
        assert_eq!(
            refused.code,
            code,
            "{}: {refused:?}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(client.answer(id).expect("an answer")["text"], TEXT);
        client.forget();
    }
    client.end();
}

#[test]
fn a_length_that_is_too_long_loses_one_message_at_most() {
    let (_folder, mut client, file) = started();
    let message = json!({"jsonrpc": "2.0", "id": "a", "method": "shutdow"}).to_string();
    client.raw(format!("Content-Length: {}\r\n\r\n{message}", message.len() + 30).as_bytes());
    lives(&mut client, &file);
    client.end();
}

#[test]
fn methods_and_parameters_that_are_wrong() {
    let (_folder, mut client, file) = started();
    let unknown = client
        .request("textDocument/teleport", json!({}))
        .expect_err("an error");
    assert_eq!(unknown.code, -32601);
    let unknown = client.request("$/teleport", json!({})).expect_err("an error");
    assert_eq!(unknown.code, -32601);
    for params in [
        Value::Null,
        json!([]),
        json!({}),
        json!({"textDocument": {"uri": 7}, "position": {"line": 0, "character": 0}}),
        json!({"textDocument": {"uri": "not an address"}, "position": {"line": 0, "character": 0}}),
        json!({"textDocument": {"uri": uri(&file)}, "position": {"line": -1, "character": 0}}),
        json!({"textDocument": {"uri": uri(&file)}, "position": {"line": 0.5, "character": 0}}),
        json!({"textDocument": {"uri": uri(&file)}, "position": {"line": 99999999999_u64, "character": 0}}),
        json!({"textDocument": {"uri": uri(&file)}, "position": "here"}),
    ] {
        let refused = client
            .request("textDocument/hover", params.clone())
            .expect_err("an error");
        assert_eq!(refused.code, -32602, "{params}: {refused:?}");
    }
    for params in [
        json!({}),
        json!({"textDocument": {"uri": uri(&file), "version": "x"}, "contentChanges": 3}),
    ] {
        client.notify("textDocument/didChange", params);
    }
    client.notify("textDocument/teleport", json!({}));
    client.notify("textDocument/hover", json!({}));
    lives(&mut client, &file);
    client.end();
}

#[test]
fn positions_that_are_nowhere() {
    let (_folder, mut client, file) = started();
    for method in [
        "textDocument/hover",
        "textDocument/completion",
        "textDocument/signatureHelp",
        "textDocument/definition",
        "textDocument/typeDefinition",
        "textDocument/documentHighlight",
        "textDocument/prepareRename",
        "textDocument/prepareCallHierarchy",
    ] {
        let refused = client
            .request(method, place(&file, 77, 0))
            .expect_err("there is no such line");
        assert_eq!(refused.code, -32602, "{method}: {refused:?}");
        // Behind a line's end is its end; that is no error of the place.
        match client.request(method, place(&file, 0, u32::MAX)) {
            Ok(_) => {}
            Err(refused) => assert_eq!(refused.code, -32803, "{method}: {refused:?}"),
        }
    }
    lives(&mut client, &file);
    client.end();
}

#[test]
fn documents_that_nobody_opened() {
    let (folder, mut client, file) = started();
    let stranger = folder.path("stranger.sql");
    client.edit(&stranger, 1, (0, 0), (0, 0), "x");
    client.close(&stranger);
    let refused = client
        .request("textDocument/hover", place(&stranger, 0, 0))
        .expect_err("unknown");
    assert_eq!(refused.code, -32602);
    for address in [
        "untitled:",
        "file:",
        "file:///",
        "http://a.b/c.sql",
        "a:b:c",
        "git:/a.sql?x=1#y",
    ] {
        let params = json!({"textDocument": {"uri": address}, "position": {"line": 0, "character": 0}});
        let refused = client.request("textDocument/hover", params).expect_err("unknown");
        assert_eq!(refused.code, -32602, "{address}");
        let item = json!({"uri": address, "languageId": "sql", "version": 1, "text": "SELECT 1"});
        client.notify("textDocument/didOpen", json!({"textDocument": item}));
        client.notify("textDocument/didClose", json!({"textDocument": {"uri": address}}));
    }
    lives(&mut client, &file);
    client.end();
}

#[test]
fn deep_wide_and_strange_texts() {
    let (folder, mut client, file) = started();
    let odd = folder.path("migrations/002_b.up.sql");
    client.open(&odd, 1, "");
    for (version, text) in [
        "(".repeat(20_000),
        "SELECT ".to_owned() + &"(".repeat(5_000) + &")".repeat(5_000),
        "$$".repeat(3_001),
        "/*".repeat(10_000),
        "\u{0}\u{feff}\u{202e}'\"\\".repeat(500),
        "😀".repeat(10_000),
        "\r".repeat(10_000),
    ]
    .iter()
    .enumerate()
    {
        client.change(
            &odd,
            i32::try_from(version).expect("few") + 2,
            json!([{"text": text}]),
        );
        client.about("textDocument/documentSymbol", &odd);
        client.about("textDocument/semanticTokens/full", &odd);
        client.about("textDocument/foldingRange", &odd);
        client.at("textDocument/hover", &odd, 0, 3);
        client.at("textDocument/completion", &odd, 0, 3);
    }
    lives(&mut client, &file);
    client.end();
}
