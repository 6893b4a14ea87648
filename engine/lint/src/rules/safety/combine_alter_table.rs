//! ## What it does
//!
//! Reports an `ALTER TABLE` that reads or writes all of a table in use right after another one that did the same:
//! one statement with both commands would do it in one pass. With the option `cheap`, also those that only touch the
//! catalog.
//!
//! ## Why is this bad?
//!
//! Each statement goes through the whole table under its lock, so the table is out of reach twice as long.
//!
//! ```sql given
//! CREATE TABLE authors (id bigint PRIMARY KEY, name text, email text);
//! ```
//!
//! ```sql bad
//! ALTER TABLE authors ALTER COLUMN name SET NOT NULL;
//! ALTER TABLE authors ALTER COLUMN email SET NOT NULL;
//! ```
//!
//! ## Instead
//!
//! Separate the commands by commas.
//!
//! ```sql good
//! ALTER TABLE authors
//!   ALTER COLUMN name SET NOT NULL,
//!   ALTER COLUMN email SET NOT NULL;
//! ```
//!
//! ```sql good
//! ALTER TABLE authors ADD COLUMN born date;
//! ALTER TABLE authors ADD COLUMN died date;
//! ```

use confiture_schema::catalog::{ConstraintKind, QualName};
use confiture_schema::change::{
    AlterAction, AlterCommand, AlterRelation, Change, ConstraintDefKind, RelationWord,
};
use confiture_syntax::TextRange;

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, eugene, pgls};
use crate::{Edit, Fix, Related, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "combine-alter-table",
    summary: "A table in use is gone through twice where once would do",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["multiple-alter-table"],
    provenance: &[eugene("W12"), pgls("multipleAlterTable")],
    options: &[RuleOption {
        name: "cheap",
        summary: "report statements that only touch the catalog, too",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    let with_cheap = sink.options().is_on("cheap");
    for pair in script.statements.windows(2) {
        let [first, second] = pair else { continue };
        let (Some(one), Some(two)) = (only_alter(first), only_alter(second)) else {
            continue;
        };
        let table = second.resolve(&two.name);
        let same =
            first.resolve(&one.name) == table && one.only == two.only && one.if_exists == two.if_exists;
        if !same || !second.is_live(&table) || first.in_transaction() != second.in_transaction() {
            continue;
        }
        let (before, now) = (passes(first, one, &table), passes(second, two, &table));
        let (Some(place), true) = (
            now.or(with_cheap.then_some(two.name.range)),
            with_cheap || before.is_some(),
        ) else {
            continue;
        };
        let message = if before.is_some() && now.is_some() {
            format!(
                "{table} is gone through a second time: one ALTER TABLE with both commands does it in one pass"
            )
        } else {
            format!(
                "{table} is altered a second time: one ALTER TABLE with both commands takes its lock once"
            )
        };
        let finding = sink.report(second, Subject::relation(&table), place, message);
        finding.help("separate the commands by commas in one ALTER TABLE");
        finding.related.push(Related {
            message: "the first ALTER TABLE".to_owned(),
            place: first.place(one.name.range),
        });
        if let Some(edit) = joint(script, first, one, second, two) {
            finding.fix(Fix::new("Combine the two statements", Safety::Unsafe).edit(edit));
        }
    }
}

/// The ALTER TABLE that a statement is, and nothing else.
fn only_alter<'a>(statement: &StatementContext<'a>) -> Option<&'a AlterRelation> {
    match statement.changes {
        [Change::AlterRelation(alter)] if alter.word == RelationWord::Table && can_be_joined(alter) => {
            Some(alter)
        }
        _ => None,
    }
}

/// ATTACH and DETACH stand alone.
fn can_be_joined(alter: &AlterRelation) -> bool {
    let alone = |c: &AlterCommand| {
        matches!(
            c.action,
            AlterAction::AttachPartition { .. }
                | AlterAction::DetachPartition { .. }
                | AlterAction::Unknown(_)
        )
    };
    !alter.commands.is_empty() && !alter.commands.iter().any(alone)
}

/// The command for which a statement goes through the whole table in the pass that all commands share. Indexes and
/// foreign keys are built and checked each by itself.
fn passes(statement: &StatementContext<'_>, alter: &AlterRelation, table: &QualName) -> Option<TextRange> {
    let effect = &statement.risk.effect;
    let cause = effect.rewrites.get(table).or_else(|| effect.scans.get(table))?;
    let command = alter
        .commands
        .iter()
        .find(|c| c.range.contains_range(cause.range))?;
    let shares = match &command.action {
        AlterAction::SetNotNull(_) | AlterAction::AddColumn { .. } | AlterAction::AlterType { .. } => true,
        AlterAction::AddConstraint(def) => {
            matches!(
                def.kind,
                ConstraintDefKind::Check(_) | ConstraintDefKind::NotNull(_)
            )
        }
        AlterAction::ValidateConstraint(name) => statement
            .before
            .catalog
            .relation(table)
            .and_then(|r| r.constraints.get(&name.name))
            .is_some_and(|c| {
                matches!(
                    c.kind,
                    ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. }
                )
            }),
        AlterAction::SetPersistence(_) | AlterAction::SetAccessMethod(_) => true,
        _ => false,
    };
    shares.then_some(command.range)
}

/// What stands between the last command of the first statement and the first one of the second, made a comma.
fn joint(
    script: &ScriptContext<'_>,
    first: &StatementContext<'_>,
    one: &AlterRelation,
    second: &StatementContext<'_>,
    two: &AlterRelation,
) -> Option<Edit> {
    if first.is_nested() || second.is_nested() || script.has_comment_between(first, second) {
        return None;
    }
    let mut place = first.place(one.commands.last()?.range);
    let end = second.place(two.commands.first()?.range);
    place.range = TextRange::new(place.range.end, end.range.start);
    Some(Edit {
        place,
        text: ",\n  ".to_owned(),
    })
}
