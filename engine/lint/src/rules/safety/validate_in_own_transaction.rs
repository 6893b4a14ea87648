//! ## What it does
//!
//! Reports `VALIDATE CONSTRAINT` in the transaction that added the constraint with `NOT VALID`.
//!
//! ## Why is this bad?
//!
//! `NOT VALID` is there so that the strong lock is over before the table is read. In one transaction the lock that
//! adding the constraint took is held until the last row is read: the two steps gain nothing.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! ```
//!
//! ```sql bad wrapped
//! ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total > 0) NOT VALID;
//! ALTER TABLE orders VALIDATE CONSTRAINT total_is_positive;
//! ```
//!
//! ```sql bad
//! BEGIN;
//! ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total > 0) NOT VALID;
//! ALTER TABLE orders VALIDATE CONSTRAINT total_is_positive;
//! COMMIT;
//! ```
//!
//! ## Instead
//!
//! Validate in a transaction of its own, where the tool wraps scripts: in the next migration.
//!
//! ```sql good
//! ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total > 0) NOT VALID;
//! ALTER TABLE orders VALIDATE CONSTRAINT total_is_positive;
//! ```

use confiture_project::TransactionMode;
use confiture_schema::catalog::QualName;
use confiture_schema::change::AlterAction;
use confiture_syntax::Name;

use crate::context::{ScriptContext, Sink, StatementContext, Subject, blocked};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Fix, Related, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "validate-in-own-transaction",
    summary: "A constraint is validated in the transaction that added it NOT VALID",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["require-separate-constraint-validation"],
    provenance: &[
        pgls("requireSeparateConstraintValidation"),
        squawk("constraint-missing-not-valid"),
    ],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let mut added: Vec<(QualName, &Name, &StatementContext<'_>)> = Vec::new();
        for statement in transaction {
            for (table, _, command) in statement.alter_commands() {
                match &command.action {
                    AlterAction::AddConstraint(def) if def.not_valid => {
                        added.extend(def.name.as_ref().map(|name| (table, &name.name, statement)));
                    }
                    AlterAction::ValidateConstraint(name) => {
                        let adding = added.iter().find(|(t, n, _)| *t == table && **n == name.name);
                        if let Some((_, _, adding)) = adding {
                            report(statement, sink, adding, &table, name);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    adding: &StatementContext<'_>,
    table: &QualName,
    name: &confiture_schema::change::Ident,
) {
    let Some(lock) = adding.risk.effect.locks.get(table) else {
        return;
    };
    let message = format!(
        "`{}` is validated while this transaction holds the {} lock on {table} from adding it: {}",
        name.name,
        lock.mode,
        blocked(lock.mode)
    );
    let finding = sink.report(statement, Subject::part(table, &name.name), name.range, message);
    finding.help("validate it in a transaction of its own, after this one is committed");
    finding.related.push(Related {
        message: "it is added here".to_owned(),
        place: adding.place(lock.cause.range),
    });
    let own_block = statement.script.transaction == TransactionMode::Autocommit && statement.in_transaction();
    if own_block && !statement.is_nested() {
        finding.fix(
            Fix::new("Commit before it is validated", Safety::Unsafe)
                .edit(statement.insert_before("COMMIT;\nBEGIN;")),
        );
    }
}
