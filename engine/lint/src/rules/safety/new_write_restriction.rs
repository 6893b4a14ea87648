//! ## What it does
//!
//! Reports a migration that makes the database refuse rows that it took before: constraints, `NOT NULL`, unique
//! indexes, on tables and domains in use.
//!
//! ## Why is this bad?
//!
//! Whether it succeeds depends on the rows that are there: it may pass every test and fail in production. And programs
//! that run may write what is refused from now on.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, email text, total numeric);
//! ```
//!
//! ```sql bad
//! CREATE UNIQUE INDEX CONCURRENTLY orders_email_key ON orders (email);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
//! ```
//!
//! ## Instead
//!
//! Count the rows that would be refused in production first, and deploy programs that write none before it.
//!
//! ```sql good
//! CREATE INDEX CONCURRENTLY orders_email_idx ON orders (email);
//! ```

use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterAction, AlterDomainAction, Change, ConstraintDef, ConstraintDefKind};
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "new-write-restriction",
    summary: "A migration makes the database refuse rows that it took before",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-new-write-restriction", "data-dependent"],
    provenance: &[
        squawk("ban-new-write-restriction"),
        atlas("MF101"),
        atlas("MF102"),
        atlas("MF104"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let what = match &command.action {
            AlterAction::AddConstraint(def) => restriction(def),
            AlterAction::SetNotNull(column) => Some(format!("nulls in `{}`", column.name)),
            AlterAction::AddColumn { column, .. } => column.constraints.iter().find_map(restriction),
            AlterAction::AlterConstraint {
                enforced: Some(true),
                constraint,
                ..
            } => Some(format!("what violates `{}`", constraint.name)),
            _ => None,
        };
        if let Some(what) = what {
            report(statement, sink, &table, command.range, &what);
        }
    }
    for change in statement.changes {
        match change {
            Change::CreateIndex(index) if index.unique => {
                let table = statement.resolve(&index.table);
                if statement.is_live(&table) {
                    let range = index.name.as_ref().map_or(index.table.range, |n| n.range);
                    report(statement, sink, &table, range, "duplicates");
                }
            }
            Change::AlterDomain(alter) => {
                let what = match &alter.action {
                    AlterDomainAction::SetNotNull | AlterDomainAction::AddNotNull(_) => "nulls",
                    AlterDomainAction::AddCheck(..) => "what violates the new check",
                    _ => continue,
                };
                report(
                    statement,
                    sink,
                    &statement.before.qualify(&alter.name),
                    alter.name.range,
                    what,
                );
            }
            _ => {}
        }
    }
}

/// What a constraint refuses; nothing new where an index that is there refuses it already.
fn restriction(def: &ConstraintDef) -> Option<String> {
    Some(match &def.kind {
        ConstraintDefKind::Unique(key) | ConstraintDefKind::PrimaryKey(key) if key.using_index.is_some() => {
            return None;
        }
        ConstraintDefKind::Unique(_) => "duplicates".to_owned(),
        ConstraintDefKind::PrimaryKey(_) => "duplicates and nulls".to_owned(),
        ConstraintDefKind::Check(expr) => format!("rows without {}", expr.text),
        ConstraintDefKind::ForeignKey(key) => format!("rows that name nothing in {}", key.references.name),
        ConstraintDefKind::Exclude(_) => "rows that exclude each other".to_owned(),
        ConstraintDefKind::NotNull(column) => format!("nulls in `{}`", column.name),
    })
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    name: &QualName,
    range: TextRange,
    what: &str,
) {
    let message = format!(
        "{name} refuses {what} from now on: rows that are there may break it, and programs may write more"
    );
    sink.report(statement, Subject::relation(name), range, message)
        .help("count the rows that would be refused in production first");
}
