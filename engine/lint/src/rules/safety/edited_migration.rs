//! ## What it does
//!
//! Reports a migration whose text isn't what the branch that releases are made from holds.
//!
//! ## Why is this bad?
//!
//! Databases that have applied it don't apply it again: from now on they differ from new ones. Tools that keep
//! checksums refuse to go on at all.
//!
//! ```sql bad edited
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! ```
//!
//! ## Instead
//!
//! Leave it as it is, and write a new migration.
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use confiture_project::Direction;
use confiture_syntax::TextRange;

use crate::context::{Release, ScriptContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::{Edit, Fix, Place, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "edited-migration",
    summary: "A migration that others may have applied already was edited",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    // A repeatable migration is there to be edited.
    if script.script.release != Release::Changed || script.script.direction != Direction::Up {
        return;
    }
    let finding = sink.report_place(
        Subject::NONE,
        script.first(),
        "this migration is released, and its text was changed since: databases that have applied it stay as they are",
    );
    finding.help("restore it, and put the change into a new migration");
    let source = script.source();
    // Its text is looked at, which every edit of it changes.
    script.project();
    let whole = match source.segments.as_slice() {
        [segment] if segment.text == source.source.text => segment.text.len(),
        _ => return,
    };
    if let Some(released) = script.released_text {
        finding.fix(Fix::new("Restore the released text", Safety::Unsafe).edit(Edit {
            place: Place {
                script: script.script.index,
                segment: 0,
                range: TextRange::from_usize(0, whole),
            },
            text: released.to_owned(),
        }));
    }
}
