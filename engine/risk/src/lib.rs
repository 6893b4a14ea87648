//! What a statement does to a running database.
//!
//! [`assess`] takes a statement's changes, the state before it and a server version, and answers with its
//! [`Effect`] (locks, rewrites, scans, index builds) and its [`Assessment`] (data loss, compatibility,
//! performance, locking), the safe way and the way back. Lint rules, hovers and reports all read this; nothing else
//! in the project decides what a statement does.
//!
//! What must not live here: reading of text (`schema::read`), the catalog (`schema`), opinions on style (`lint`).
//! Every prediction is checked against real servers by `tests/risk_oracle.rs`; the server is right.
//!
//! Start reading at [`effect::Effect`], then [`predict`].

pub mod assessment;
mod bound;
mod cast;
pub mod effect;
mod judge;
mod literal;
pub mod lock;
mod loss;
pub mod predict;
mod rollback;
mod safe;
mod sql;
pub mod time;
pub mod version;
mod volatility;

pub use assessment::{Assessment, Judgement, Level};
pub use effect::{Effect, Outlook, Risk};
pub use lock::LockMode;
pub use version::PgVersion;
pub use volatility::{builtin_functions, is_volatile_builtin};

use confiture_schema::apply::State;
use confiture_schema::change::Change;

/// What a statement does, judged.
///
/// `changes` are those of one statement, `before` the catalog and session just before it.
pub fn assess(changes: &[Change], before: &State, version: PgVersion) -> Risk {
    let Outlook {
        effect,
        assessment,
        safe_alternative,
    } = foresee(changes, before, version);
    Risk {
        effect,
        assessment,
        safe_alternative,
        rollback: rollback(changes, before, version),
    }
}

/// As [`assess`], without the way back.
pub fn foresee(changes: &[Change], before: &State, version: PgVersion) -> Outlook {
    let effect = predict::predict(changes, before, version);
    let assessment = judge::judge(changes, &effect, before);
    let safe_alternative = safe::safe_way(changes, &effect, &assessment, before, version);
    Outlook {
        effect,
        assessment,
        safe_alternative,
    }
}

/// The statement that undoes those changes, where one exists.
pub fn rollback(changes: &[Change], before: &State, version: PgVersion) -> Option<String> {
    rollback::rollback(changes, before, version)
}
