//! Ten thousand random edits while questions are asked. In the end the server knows what a fresh one knows.

use std::fmt::Write as _;

use ropey::Rope;
use serde_json::{Value, json};

use crate::client::{Client, Folder, place, pulling};

const STATEMENTS: usize = 5_000;
const BURSTS: usize = 50;
const EDITS: usize = 200;

/// A generator of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let below = below.max(1) as u64;
        usize::try_from(self.0 % below).expect("smaller than a usize")
    }
}

fn statements() -> String {
    let mut text = String::new();
    for number in 0..STATEMENTS {
        let table = number / 5;
        let done = match number % 5 {
            0 => writeln!(
                text,
                "CREATE TABLE t{table} (id bigint PRIMARY KEY, name text, size integer);"
            ),
            1 => writeln!(text, "CREATE INDEX t{table}_name ON t{table} (name);"),
            2 => writeln!(text, "ALTER TABLE t{table} ADD COLUMN note text DEFAULT 'é';"),
            3 => writeln!(text, "COMMENT ON TABLE t{table} IS 'number {table} 😀';"),
            _ => writeln!(text, "INSERT INTO t{table} (id, name) VALUES ({table}, 'ß');"),
        };
        done.expect("a string takes text");
    }
    text
}

/// What is typed: words and single characters, of one to four bytes, and what opens and closes.
const TYPED: [&str; 24] = [
    "a",
    "é",
    "😀",
    "\n",
    "\r\n",
    "\r",
    " ",
    "",
    "",
    "",
    ";",
    "'",
    "\"",
    "$$",
    "--",
    "/*",
    "*/",
    "(",
    ")",
    "DROP TABLE t1;",
    "SELECT * FROM t",
    "\u{2028}",
    "\u{0}",
    "𝄞",
];

/// A position as the protocol counts by default.
fn position(text: &Rope, at: usize) -> Value {
    let line = text.char_to_line(at);
    let start = text.line_to_char(line);
    let character = text.char_to_utf16_cu(at) - text.char_to_utf16_cu(start);
    json!({"line": line, "character": character})
}

/// One edit, done to our copy; as the protocol says it.
fn edit(dice: &mut Dice, text: &mut Rope) -> Value {
    let length = text.len_chars();
    let mut start = dice.next(length + 1);
    let mut end = (start + dice.next(3) * dice.next(20)).min(length);
    // Between `\r` and `\n` there is no position.
    let splits = |text: &Rope, at: usize| {
        at > 0 && at < text.len_chars() && text.char(at - 1) == '\r' && text.char(at) == '\n'
    };
    start -= usize::from(splits(text, start));
    end += usize::from(splits(text, end));
    let new = TYPED[dice.next(TYPED.len())];
    let range = json!({"start": position(text, start), "end": position(text, end)});
    text.remove(start..end);
    text.insert(start, new);
    json!({"range": range, "text": new})
}

/// Says of long lists where they differ.
fn assert_same(method: &str, one: &Value, other: &Value) {
    if one == other {
        return;
    }
    let list = |value: &Value| match value.get("items") {
        Some(items) => items.as_array().cloned(),
        None => value.as_array().cloned(),
    };
    let (one, other) = (list(one).unwrap_or_default(), list(other).unwrap_or_default());
    let missing: Vec<_> = other.iter().filter(|item| !one.contains(item)).take(3).collect();
    let surplus: Vec<_> = one.iter().filter(|item| !other.contains(item)).take(3).collect();
    panic!(
        "{method} differs: {} and {} items; missing {missing:#?}, surplus {surplus:#?}",
        one.len(),
        other.len()
    );
}

#[test]
fn a_storm_of_edits_leaves_what_a_fresh_server_sees() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let original = statements();
    let folder = Folder::new(&[("migrations/001_a.up.sql", &original)]);
    let file = folder.path("migrations/001_a.up.sql");
    let mut client = Client::start(pulling(), &[folder.root()]);
    client.open(&file, 0, &original);
    let mut text = Rope::from_str(&original);
    let mut version = 0;
    let mut asked = Vec::new();
    for _ in 0..BURSTS {
        for _ in 0..EDITS {
            version += 1;
            let change = edit(&mut dice, &mut text);
            client.change(&file, version, json!([change]));
        }
        for method in ["textDocument/hover", "textDocument/completion"] {
            let line = dice.next(text.len_lines());
            let line = u32::try_from(line).expect("not that many");
            asked.push(client.ask(method, place(&file, line, 5)));
        }
    }
    for id in asked {
        // Edited again before it was answered, or an answer.
        if let Err(refused) = client.answer(id) {
            assert_eq!(refused.code, -32801, "{refused:?}");
        }
    }
    let text = String::from(text);
    assert!(client.text(&file) == text, "the texts differ");
    let mut fresh = Client::start(pulling(), &[folder.root()]);
    fresh.open(&file, 1, &text);
    for method in [
        "textDocument/diagnostic",
        "textDocument/documentSymbol",
        "textDocument/semanticTokens/full",
        "textDocument/foldingRange",
    ] {
        let mut answers = [&mut client, &mut fresh].map(|client| client.about(method, &file));
        // A name of the session.
        for answer in answers.iter_mut().filter_map(Value::as_object_mut) {
            answer.remove("resultId");
        }
        assert_same(method, &answers[0], &answers[1]);
        assert!(answers[0].to_string().len() > 1000, "{method} says little");
    }
    client.end();
    fresh.end();
}
