//! ## What it does
//!
//! Reports `SET NOT NULL` on a column of a table in use, where nothing proves that the column holds no null.
//!
//! ## Why is this bad?
//!
//! PostgreSQL reads the whole table under an `ACCESS EXCLUSIVE` lock to find out: nobody reads or writes meanwhile.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
//! ```
//!
//! ## Instead
//!
//! Prove it first with a CHECK that is added `NOT VALID` and validated under a weaker lock. With that, `SET NOT NULL` is
//! only a note in the catalog, and the CHECK can go.
//!
//! ```sql good
//! ALTER TABLE orders ADD CONSTRAINT orders_note_not_null CHECK (note IS NOT NULL) NOT VALID;
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null;
//! ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
//! ALTER TABLE orders DROP CONSTRAINT orders_note_not_null;
//! ```

use confiture_schema::change::AlterAction;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "set-not-null-scan",
    summary: "SET NOT NULL scans its table while nobody can use it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["adding-not-nullable-field"],
    provenance: &[
        squawk("adding-not-nullable-field"),
        pgls("addingNotNullField"),
        eugene("E2"),
        eugene("W14"),
        strong_migrations("Setting NOT NULL on an existing column"),
        atlas("PG303"),
        atlas("PG304"),
        atlas("MF104"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let AlterAction::SetNotNull(column) = &command.action else {
            continue;
        };
        let effect = &statement.risk.effect;
        let known_not_null = statement
            .before
            .catalog
            .relation(&table)
            .and_then(|r| r.column(&column.name))
            .is_some_and(|c| c.not_null);
        if known_not_null || !effect.scans.contains_key(&table) || effect.rewrites.contains_key(&table) {
            continue;
        }
        let message = format!(
            "SET NOT NULL on `{}` reads all of {table} under an ACCESS EXCLUSIVE lock: reads and writes wait",
            column.name
        );
        let help = statement
            .safe_way_or("prove it first with a CHECK (… IS NOT NULL) that is added NOT VALID and validated");
        let finding = sink.report(
            statement,
            Subject::part(&table, &column.name),
            command.range,
            message,
        );
        finding.help(help);
        finding
            .fixes
            .extend(statement.safe_way_fix("Prove it first with a CHECK", Safety::Safe));
    }
}
