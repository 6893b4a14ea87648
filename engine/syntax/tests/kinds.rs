//! `src/kind.rs` is generated from the grammar; this test rewrites it and fails when it was stale.

use std::collections::BTreeSet;
use std::fmt::Write;

const HEADER: &str = "\
//! The kind of every named node of the grammar, as constants.
//!
//! Generated from `tree_sitter_postgres::NODE_TYPES` by the test `kinds_are_fresh` (`tests/kinds.rs`); do not edit. A node that a new
//! version of the grammar renames or drops is a compile error where it is used.
#![allow(non_upper_case_globals, missing_docs)]

use crate::tree::Kind;

";

/// The names of the node types, named or not, read off `{\"type\": \"…\", \"named\": true`, which is how the file writes each.
fn kinds(named: &str) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let types = tree_sitter_postgres::NODE_TYPES;
    for (at, _) in types.match_indices("\"type\": \"") {
        let rest = &types[at + "\"type\": \"".len()..];
        let Some((name, after)) = rest.split_once('"') else {
            continue;
        };
        let is_named = after
            .trim_start_matches([',', ' ', '\n'])
            .starts_with(&format!("\"named\": {named}"));
        if is_named {
            kinds.insert(name.to_owned());
        }
    }
    kinds
}

fn table(meaning: &str, place: &str, kinds: &BTreeSet<String>) -> String {
    let rows: String = kinds.iter().map(|kind| format!("    {kind:?},\n")).collect();
    format!(
        "\n/// {meaning}\n#[rustfmt::skip]\npub(crate) {place}: [&str; {}] = [\n{rows}];\n",
        kinds.len()
    )
}

#[test]
fn kinds_are_fresh() {
    let mut generated = HEADER.to_owned();
    let named = kinds("true");
    for (place, kind) in named.iter().enumerate() {
        writeln!(generated, "pub const {kind}: Kind = Kind::named({place});").expect("writing to a string");
    }
    generated += &table("The names of the kinds, sorted.", "static NAMED", &named);
    generated += &table("The punctuation marks, sorted.", "const MARKS", &kinds("false"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kind.rs");
    let committed = std::fs::read_to_string(path).expect("src/kind.rs");
    if committed != generated {
        std::fs::write(path, generated).expect("src/kind.rs");
        panic!("src/kind.rs was stale; it has been rewritten: look at the difference and commit it");
    }
}
