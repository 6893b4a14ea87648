//! What an answer costs in a file of 10,000 statements: CPU time, printed, never asserted.
//!
//! `cargo test --release -p confiture-ide --test ide costs -- --ignored --nocapture`
#![allow(clippy::print_stdout, reason = "the figures are what it is for")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use confiture_ide::actions::actions;
use confiture_ide::complete::{completions, signature_help};
use confiture_ide::diagnostics::diagnostics;
use confiture_ide::hover::hover;
use confiture_ide::inlay::inlay_hints;
use confiture_ide::lens::lenses;
use confiture_ide::navigate;
use confiture_ide::structure::{folds, selection};
use confiture_ide::symbols::{document_symbols, workspace_symbols};
use confiture_ide::tokens::tokens;
use confiture_ide::{FilePosition, World};

use crate::support::Fixture;

/// 2,000 tables, each with an index, a column that comes later, rows and a function.
fn schema() -> String {
    let mut text = String::new();
    for table in 0..2_000 {
        let parent = table / 2;
        let _ = write!(
            text,
            "CREATE TABLE table_{table} (
    id bigint PRIMARY KEY,
    parent_id bigint REFERENCES table_{parent} (id),
    name text NOT NULL DEFAULT 'x',
    created_at timestamptz DEFAULT now(),
    total_{table} numeric(10, 2) CHECK (total_{table} > 0)
);
CREATE INDEX table_{table}_parent ON table_{table} (parent_id);
ALTER TABLE table_{table} ADD COLUMN note text;
INSERT INTO table_{table} (id, name, total_{table}) SELECT p.id, lower(p.name), 1 FROM table_{parent} p;
CREATE FUNCTION count_{table}(least numeric) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_rows bigint;
BEGIN
    SELECT count(*) INTO found_rows FROM table_{table} t WHERE t.total_{table} > least;
    IF found_rows = 0 THEN
        RAISE NOTICE 'none';
    END IF;
    RETURN found_rows;
END
$$;
"
        );
    }
    text
}

/// The CPU time of this thread in milliseconds; 0 where the system doesn't tell.
fn cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}

/// Asks until the clock, which ticks every few milliseconds on some systems, has something to tell.
fn measure<T>(name: &str, mut ask: impl FnMut() -> T) {
    let start = cpu();
    let mut count = 0;
    while count < 1_000 && cpu() - start < 100.0 {
        black_box(ask());
        count += 1;
    }
    println!("{name:<40} {:>9.3} ms", (cpu() - start) / f64::from(count));
}

fn at(file: &Path, text: &str, words: &str) -> FilePosition {
    FilePosition {
        file: file.to_path_buf(),
        offset: text.find(words).expect("it is there") + words.len() - 1,
    }
}

fn one_file(world: &World, file: &Path) {
    let text = world.text(file).expect("a file of the project");
    let all = 0..text.len();
    let middle = text.find("CREATE TABLE table_1000 ").expect("it is there");
    let screen = middle..middle + 2_000;
    let place = at(
        file,
        &text,
        "INSERT INTO table_1000 (id, name, total_1000) SELECT p.id",
    );
    let table = at(file, &text, "ALTER TABLE table_1000");
    let body = at(
        file,
        &text,
        "INTO found_rows FROM table_1000 t WHERE t.total_1000",
    );
    measure("World::at", || world.at(&table).map(|cursor| cursor.preceding));
    measure("before", || world.at(&table).map(|cursor| cursor.before()));
    measure("folds", || folds(world, file));
    measure("selection", || selection(world, file, place.offset));
    measure("selection in a body", || selection(world, file, body.offset));
    measure("document symbols", || document_symbols(world, file));
    measure("workspace symbols, e", || workspace_symbols(world, "e", 100));
    measure("workspace symbols, table_1000", || {
        workspace_symbols(world, "table_1000", 100)
    });
    measure("workspace symbols, nothing typed", || {
        workspace_symbols(world, "", 100)
    });
    measure("tokens, all", || tokens(world, file, all.clone()));
    measure("tokens, a screen", || tokens(world, file, screen.clone()));
    measure("diagnostics", || diagnostics(world, file));
    measure("hover", || hover(world, &table));
    measure("hover in a body", || hover(world, &body));
    measure("inlay hints, a screen", || {
        inlay_hints(world, file, screen.clone())
    });
    measure("inlay hints, all", || inlay_hints(world, file, all.clone()));
    measure("lenses", || lenses(world, file));
    measure("actions", || actions(world, file, table.offset..table.offset, 0));
    measure("completions", || completions(world, &place));
    measure("signature help", || signature_help(world, &place));
    measure("definition", || navigate::definition(world, &table));
    measure("references", || navigate::references(world, &table));
    measure("highlights", || navigate::highlights(world, &table));
    measure("rename", || navigate::rename(world, &table, "renamed").is_ok());
}

#[test]
#[ignore = "prints figures"]
fn costs_of_answers() {
    let fixture = Fixture::new(&schema());
    one_file(&fixture.world, &fixture.path("migrations/001_first.up.sql"));
}
