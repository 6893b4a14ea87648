//! ## What it does
//!
//! Reports a new migration that comes before one that the branch that releases are made from has already.
//!
//! ## Why is this bad?
//!
//! It is the usual result of two branches: databases that have applied the later one either skip this one or apply it
//! behind the other, new databases in front of it. The schemas may differ, and many tools refuse.
//!
//! ```sql bad late
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ## Instead
//!
//! Give it the next number, or a new time stamp, before it is merged.
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use confiture_project::Direction;

use crate::Severity;
use crate::context::{Release, ScriptContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "migration-out-of-order",
    summary: "A new migration comes before one that is released",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &["non-linear"],
    provenance: &[atlas("non_linear")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    if script.script.release != Release::New || script.script.direction != Direction::Up {
        return;
    }
    let Some(later) = script.released_behind() else {
        return;
    };
    let message = format!(
        "this migration is new, but comes before {}, which is released: databases that have that one apply this one late or not at all",
        later.source.path.display()
    );
    sink.report_place(Subject::NONE, script.first(), message)
        .help("rename it, so that it comes last");
}
