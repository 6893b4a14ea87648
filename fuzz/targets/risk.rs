//! The effect of any statement on any catalog can be told, and what isn't understood is never called safe.
#![no_main]

use confiture_risk::{PgVersion, assess};
use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut state = State::fresh();
    for piece in split(text).into_iter().filter(|p| p.kind == PieceKind::Sql) {
        let syntax = Syntax::parse(piece.range.slice(text));
        let changes = read::changes(&syntax);
        for version in [PgVersion::OLDEST, PgVersion::NEWEST] {
            let risk = assess(&changes, &state, version);
            assert!(syntax.errors().is_empty() || !risk.effect.known(), "a broken statement is called known");
        }
        for change in &changes {
            state.apply(change, Origin::default());
        }
    }
});
