//! ## What it does
//!
//! Reports a statement that makes PostgreSQL write a table in use anew, row by row: a column's type changed to one with
//! another representation, a column added with a volatile default, identity or stored generated value, `VACUUM FULL`,
//! `CLUSTER`, `SET LOGGED` and their likes.
//!
//! ## Why is this bad?
//!
//! The table is locked with `ACCESS EXCLUSIVE` until every row is written and every index is built again: nobody reads
//! or writes it meanwhile, and it needs as much disk once more.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, quantity integer, email varchar(100));
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD COLUMN reference uuid DEFAULT gen_random_uuid();
//! ```
//!
//! ## Instead
//!
//! Add a new column, keep it filled by a trigger, fill the old rows in batches, then switch. Not every change needs
//! that: a longer `varchar`, or a default that is the same for every row, is only a note in the catalog.
//!
//! ```sql good
//! ALTER TABLE orders ALTER COLUMN email TYPE varchar(320);
//! ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();
//! ```

use std::collections::BTreeMap;

use confiture_risk::effect::Cause;
use confiture_schema::catalog::{QualName, RelationKind};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "table-rewrite",
    summary: "A table in use is written anew under an ACCESS EXCLUSIVE lock",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["changing-column-type", "adding-field-with-default"],
    provenance: &[
        squawk("changing-column-type"),
        squawk("adding-field-with-default"),
        squawk("prefer-repack"),
        pgls("changingColumnType"),
        pgls("addingFieldWithDefault"),
        pgls("addSerialColumn"),
        pgls("banVacuumFull"),
        eugene("E5"),
        eugene("E10"),
        eugene("E11"),
        strong_migrations("Changing the type of a column"),
        strong_migrations("Adding a column with a volatile default value"),
        strong_migrations("Adding an auto-incrementing column"),
        strong_migrations("Adding a stored generated column"),
        atlas("PG301"),
        atlas("PG302"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !statement.changes_schema() {
        return;
    }
    // A statement on a partitioned table rewrites every partition for one and the same reason.
    let mut by_cause: BTreeMap<_, (&Cause, Vec<&QualName>)> = BTreeMap::new();
    for (relation, cause) in &statement.risk.effect.rewrites {
        let kind = statement.before.catalog.relation(relation).map(|r| r.kind);
        if statement.is_live(relation) && kind != Some(RelationKind::MaterializedView) {
            by_cause
                .entry(cause.range)
                .or_insert_with(|| (cause, Vec::new()))
                .1
                .push(relation);
        }
    }
    for (range, (cause, relations)) in by_cause {
        let Some(first) = relations.first() else { continue };
        let more = match relations.len() - 1 {
            0 => String::new(),
            1 => " and another table".to_owned(),
            n => format!(" and {n} other tables"),
        };
        // Of a table that no script created the present types aren't known.
        let is = if statement.before.catalog.relation(first).is_some() {
            "is"
        } else {
            "may be"
        };
        let message = format!(
            "{first}{more} {is} written anew while reads and writes wait (ACCESS EXCLUSIVE lock): {}",
            cause.reason
        );
        let help = statement.safe_way_or(
            "spread the change over several migrations: new column, trigger, backfill in batches, switch",
        );
        sink.report(statement, Subject::relation(first), range, message)
            .help(help);
    }
}
