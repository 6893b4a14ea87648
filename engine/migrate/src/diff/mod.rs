//! Two schemas held against each other: what differs, and the migration that leads from one to the other.
//!
//! A [`Schema`] comes from files ([`Schema::of_project`]) or from a database ([`Schema::of_database`]). [`compare`] says what
//! two of them say differently; [`draft()`] writes the statements, in their safe form where `risk` knows one, and
//! [`Written::migrations`] cuts these into migrations, each with its way back.

mod migration;
mod safe;
mod schema;

pub use migration::Written;
pub use schema::Schema;

use confiture_risk::PgVersion;
use confiture_schema::draft::{self, Answers, Comparison, Draft};

/// In which form statements are written that have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// For a database in use: indexes concurrently, constraints validated apart.
    #[default]
    Safe,
    /// The shortest.
    Plain,
}

/// What two schemas say differently.
pub fn compare(from: &Schema, to: &Schema) -> Comparison {
    draft::compare(from.side(), to.side())
}

/// The statements that lead from one schema to the other.
pub fn draft(from: &Schema, to: &Schema, answers: &Answers, form: Form, version: PgVersion) -> Draft {
    let plain = draft::draft(from.side(), to.side(), answers);
    match form {
        Form::Plain => plain,
        Form::Safe => safe::safely(plain, from, version),
    }
}
