//! Prints what each statement asks for. Statements come from standard input, separated by NUL; `--unknown` prints
//! only those of which some part was not read.
#![allow(clippy::print_stdout, reason = "it is what the example does")]

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use confiture_schema::change::{AlterAction, Change};
use confiture_schema::read::changes;
use confiture_syntax::Syntax;

fn main() -> std::io::Result<()> {
    let only_unknown = std::env::args().any(|a| a == "--unknown");
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut out = std::io::stdout().lock();
    let (mut parsing, mut reading, mut count) = (Duration::ZERO, Duration::ZERO, 0_usize);
    for statement in text.split('\0').filter(|s| !s.trim().is_empty()) {
        let start = Instant::now();
        let syntax = Syntax::parse(statement);
        parsing += start.elapsed();
        let start = Instant::now();
        let changes = changes(&syntax);
        reading += start.elapsed();
        count += 1;
        if !only_unknown {
            writeln!(out, "{}\n{changes:#?}\n", statement.trim())?;
        } else if let Some(reason) = changes.iter().find_map(unknown) {
            let line: String = statement
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(200)
                .collect();
            writeln!(out, "{reason}: {line}")?;
        }
    }
    writeln!(
        out,
        "{count} statements: parsed in {parsing:.1?}, read in {reading:.1?}"
    )
}

/// Why a change isn't known whole.
fn unknown(change: &Change) -> Option<String> {
    match change {
        Change::Unknown(unknown) => Some(unknown.reason.to_string()),
        Change::AlterRelation(alter) => alter.commands.iter().find_map(|c| match &c.action {
            AlterAction::Unknown(text) => Some(format!("command {text}")),
            _ => None,
        }),
        Change::Query(query) if query.incomplete => Some("incomplete query".into()),
        Change::Do(block) => block.statements.iter().flat_map(|s| &s.changes).find_map(unknown),
        Change::CreateFunction(function) => function.body.iter().flat_map(|s| &s.changes).find_map(unknown),
        _ => None,
    }
}
