//! ## What it does
//!
//! Reports a statement that reads a whole table in use while it holds an `ACCESS EXCLUSIVE` lock on it: `ATTACH
//! PARTITION` without a matching CHECK, a changed collation, several commands of one `ALTER TABLE` of which one scans.
//! Constraints and `SET NOT NULL` have rules of their own.
//!
//! ## Why is this bad?
//!
//! Nobody reads or writes the table until its last row is read.
//!
//! ```sql given
//! CREATE TABLE events (id bigint, happened_on date NOT NULL) PARTITION BY RANGE (happened_on);
//! CREATE TABLE events_2025 (id bigint, happened_on date NOT NULL);
//! ```
//!
//! ```sql bad
//! ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! ```
//!
//! ## Instead
//!
//! Prove beforehand, under a weaker lock, what the scan would find out.
//!
//! ```sql good
//! ALTER TABLE events_2025 ADD CONSTRAINT in_2025
//!   CHECK (happened_on >= '2025-01-01' AND happened_on < '2026-01-01') NOT VALID;
//! ALTER TABLE events_2025 VALIDATE CONSTRAINT in_2025;
//! ```

use confiture_risk::LockMode;
use confiture_schema::catalog::RelationKind;
use confiture_schema::change::AlterAction;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "scan-under-exclusive-lock",
    summary: "A table in use is read from end to end while nobody else can use it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[pgls("avoidAttachingPartition")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !statement.changes_schema() {
        return;
    }
    let effect = &statement.risk.effect;
    let mut last = None;
    for (relation, cause) in &effect.scans {
        let kind = statement.before.catalog.relation(relation).map(|r| r.kind);
        let exclusive = statement.lock_on(relation) == Some(LockMode::AccessExclusive);
        // What rewrites one table may have to look through another: one command, one finding.
        let is_rewrite = effect
            .rewrites
            .values()
            .any(|rewrite| rewrite.range == cause.range);
        let judged = is_rewrite || statement.has_own_rule(cause.range) || last == Some(cause.range);
        if !exclusive
            || judged
            || kind == Some(RelationKind::MaterializedView)
            || !statement.is_live(relation)
        {
            continue;
        }
        last = Some(cause.range);
        let message = format!(
            "{relation} is read from end to end while reads and writes wait (ACCESS EXCLUSIVE lock): {}",
            cause.reason
        );
        let help = statement.safe_way_or(
            "prove what the scan looks for with a CHECK that is added NOT VALID and validated before",
        );
        let finding = sink.report(statement, Subject::relation(relation), cause.range, message);
        finding.help(help);
        let attaches = statement
            .alter_commands()
            .any(|(_, _, c)| matches!(c.action, AlterAction::AttachPartition { .. }));
        if attaches {
            let title = "Prove that the rows fit with a CHECK first";
            finding.fixes.extend(statement.safe_way_fix(title, Safety::Safe));
        }
    }
}
