//! Open documents: their texts, the order of edits, encodings.

use serde_json::{Value, json};

use crate::client::{Client, Folder, rich, uri};

fn encoding(kinds: &[&str]) -> Value {
    let mut capabilities = rich();
    capabilities["general"]["positionEncodings"] = json!(kinds);
    capabilities
}

#[test]
fn positions_count_what_was_agreed_on() {
    // Before the x: an é (2 bytes), an emoji (4 bytes, 2 units).
    let text = "é😀x\r\n-- b\rc\n";
    for (kinds, agreed, column) in [
        (&["utf-8"][..], "utf-8", 6),
        (&["utf-16"][..], "utf-16", 3),
        (&["utf-32", "utf-8"][..], "utf-32", 2),
        (&["utf-7"][..], "utf-16", 3),
    ] {
        let folder = Folder::new(&[]);
        let mut client = Client::start(encoding(kinds), &[folder.root()]);
        assert_eq!(client.offered["capabilities"]["positionEncoding"], agreed);
        let file = folder.path("a.sql");
        client.open(&file, 1, text);
        client.edit(&file, 2, (0, column), (0, column + 1), "y");
        assert_eq!(client.text(&file), "é😀y\r\n-- b\rc\n");
        client.edit(&file, 3, (2, 0), (2, 1), "d");
        assert_eq!(client.text(&file), "é😀y\r\n-- b\rd\n");
        client.end();
    }
}

#[test]
fn edits_beyond_lines_and_inside_characters_go_to_the_nearest_place() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("a.sql");
    client.open(&file, 1, "a😀b\nc");
    // From the middle of the emoji to behind it: the whole emoji goes.
    client.edit(&file, 2, (0, 2), (0, 3), "");
    assert_eq!(client.text(&file), "ab\nc");
    client.edit(&file, 3, (0, 4_000_000_000), (7, 9), "!");
    assert_eq!(client.text(&file), "ab!");
    // The wrong way round.
    client.edit(&file, 4, (0, 2), (0, 1), "");
    assert_eq!(client.text(&file), "a!");
    client.end();
}

#[test]
fn one_change_after_another_and_whole_texts() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("a.sql");
    client.open(&file, 1, "abc");
    let range = |from: u32, to: u32| json!({"start": {"line": 0, "character": from}, "end": {"line": 0, "character": to}});
    let changes = json!([
        {"range": range(0, 1), "text": "xx"},
        {"range": range(2, 3), "text": ""},
        {"range": range(3, 3), "text": "\u{1F600}"},
    ]);
    client.change(&file, 2, changes);
    assert_eq!(client.text(&file), "xxc\u{1F600}");
    client.change(
        &file,
        3,
        json!([{"text": "all new"}, {"range": range(0, 3), "text": "nothing"}]),
    );
    assert_eq!(client.text(&file), "nothing new");
    client.end();
}

#[test]
fn a_question_behind_a_thousand_edits_sees_all_of_them() {
    let folder = Folder::new(&[]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("a.sql");
    client.open(&file, 0, "");
    let mut expected = String::new();
    let mut asked = Vec::new();
    for number in 1..=1000 {
        let digit = (number % 10).to_string();
        client.edit(
            &file,
            number,
            (0, number as u32 - 1),
            (0, number as u32 - 1),
            &digit,
        );
        expected.push_str(&digit);
        if number % 100 == 0 {
            asked.push((number, client.ask("confiture/text", json!({"uri": uri(&file)}))));
        }
    }
    for (number, id) in asked {
        match client.answer(id) {
            Ok(answer) => {
                let length = usize::try_from(number).expect("a small number");
                assert_eq!(answer["text"], expected[..length], "after {number} edits");
            }
            // Edited again before it was answered.
            Err(refused) => assert_eq!(refused.code, -32801, "{refused:?}"),
        }
    }
    assert_eq!(client.text(&file), expected);
    client.end();
}

#[test]
fn a_closed_document_is_what_is_on_disk() {
    let folder = Folder::new(&[("migrations/001_a.up.sql", "CREATE TABLE t (id int);\n")]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let file = folder.path("migrations/001_a.up.sql");
    client.open(&file, 1, "SELECT 1;");
    assert_eq!(client.text(&file), "SELECT 1;");
    client.close(&file);
    assert_eq!(client.text(&file), "CREATE TABLE t (id int);\n");
    client.end();
}

#[test]
fn addresses_with_escapes_are_the_same_file() {
    let folder = Folder::new(&[("migrations/001 a.up.sql", "CREATE TABLE t (id int);\n")]);
    let mut client = Client::start(rich(), &[folder.root()]);
    let escaped = uri(&folder.path("migrations/001%20a.up.sql"));
    let item = json!({"uri": escaped.clone(), "languageId": "sql", "version": 1, "text": "SELEC 1;"});
    client.notify("textDocument/didOpen", json!({"textDocument": item}));
    // What is said of it comes under the address that the client used.
    let published = client.hear("diagnostics", |message| {
        message["params"]["uri"] == escaped.as_str() && message["params"]["diagnostics"] != json!([])
    });
    assert_eq!(published["params"]["version"], 1);
    client.end();
}
