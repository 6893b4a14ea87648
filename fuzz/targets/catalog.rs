//! Any script can be replayed, and leaves a consistent catalog that prints.
#![no_main]

use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::{read, render};
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut state = State::fresh();
    for piece in split(text).into_iter().filter(|p| p.kind == PieceKind::Sql) {
        let syntax = Syntax::parse(piece.range.slice(text));
        for change in read::changes(&syntax) {
            state.apply(&change, Origin::default());
        }
    }
    state.catalog.check_consistency().expect("a consistent catalog");
    let _ = render::text(&state.catalog);
});
