//! Reads statements separated by NUL bytes; prints one line for each: the error's kind, start, and message, or `ok`.
#![allow(clippy::print_stdout)]
use confiture_syntax::{
    Syntax,
    lexer::Dialect,
    split::{PieceKind, split},
};
use std::io::{Read, Write};
fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).expect("stdin");
    let text = String::from_utf8_lossy(&bytes);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for part in text.split('\0') {
        if mode == "split" {
            for piece in split(part) {
                writeln!(
                    out,
                    "{} {} {:?} {}",
                    piece.range.start, piece.range.end, piece.kind, piece.terminated
                )
                .expect("out");
            }
            writeln!(out, "--").expect("out");
            let _ = PieceKind::Sql;
            continue;
        }
        if mode == "bodies" {
            for body in Syntax::parse(part).bodies() {
                for error in &body.errors {
                    writeln!(
                        out,
                        "ERR {:?} {} {}",
                        body.language,
                        error.message.replace('\n', " "),
                        {
                            let mut wide = error.range;
                            wide.start = wide.start.saturating_sub(150);
                            wide.end += 40;
                            wide.slice(part).replace('\n', " ")
                        }
                    )
                    .expect("out");
                }
                for nested in &body.statements {
                    let whole = nested.to_outer(confiture_syntax::TextRange::new(
                        0,
                        nested.syntax.text().len() as u32,
                    ));
                    let dynamic = nested
                        .dynamic
                        .as_ref()
                        .map(|dynamic| dynamic.range.slice(part).replace('\n', " "));
                    writeln!(
                        out,
                        "SQL {:?} {} {:?} | {} | {}",
                        nested.context,
                        nested.guarded,
                        dynamic,
                        nested.syntax.text().replace('\n', " "),
                        whole.slice(part).replace('\n', " ")
                    )
                    .expect("out");
                }
            }
            continue;
        }
        let syntax = Syntax::parse_as(
            part,
            if mode == "psql" {
                Dialect::Psql
            } else {
                Dialect::Server
            },
        );
        match syntax.errors().first() {
            None => writeln!(out, "ok"),
            Some(error) => writeln!(
                out,
                "{:?}\t{}\t{}",
                error.kind,
                error.range.start,
                error.message.replace('\n', " ")
            ),
        }
        .expect("out");
    }
}
