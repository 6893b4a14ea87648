//! ## What it does
//!
//! Reports a migration that changes what happens behind the backs of running programs: the default of a column, its
//! identity or generation, what a sequence yields next, a trigger switched or dropped, a function, view or rule that is
//! replaced, what is replicated.
//!
//! ## Why is this bad?
//!
//! Nothing fails. Programs of the version before go on with other values, or without what a trigger did for them, and
//! nobody notices while there is still time.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, state text DEFAULT 'open');
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'draft';
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders DISABLE TRIGGER ALL;
//! ```
//!
//! ## Instead
//!
//! Make sure that the programs that run meanwhile can live with both, and say so with an ignore comment.
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN currency text DEFAULT 'EUR';
//! ```

use confiture_schema::catalog::{FunctionKey, IdentityKind, Origin, OtherKind, QualName};
use confiture_schema::change::{AlterAction, Change, ObjectKind, RelationWord, SequenceOption};
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "behaviour-change",
    summary: "A migration changes what happens behind the backs of programs",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-drop-trigger", "ban-disable-trigger", "ban-set-default"],
    provenance: &[
        squawk("ban-set-default"),
        squawk("ban-alter-identity"),
        squawk("ban-alter-generated-expression"),
        squawk("ban-alter-sequence-values"),
        squawk("ban-drop-trigger"),
        squawk("ban-disable-trigger"),
        squawk("ban-replace-view-function"),
        squawk("ban-alter-function-options"),
        squawk("ban-alter-view-options"),
        squawk("ban-alter-extension"),
        squawk("ban-replica-identity"),
        pgls("avoidEnableDisableTrigger"),
        pgls("banDropTrigger"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        if let Some(what) = command_changes(&command.action) {
            report(statement, sink, &table, command.range, what);
        }
    }
    for change in statement.changes {
        if let Some((name, range, what)) = change_changes(statement, change) {
            report(statement, sink, &name, range, what);
        }
    }
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    name: &QualName,
    range: TextRange,
    what: &str,
) {
    let message = format!("{name}: {what}, unnoticed by the programs that run");
    sink.report(statement, Subject::relation(name), range, message)
        .help("make sure that running programs can live with both, and say so with an ignore comment");
}

fn command_changes(action: &AlterAction) -> Option<&'static str> {
    Some(match action {
        AlterAction::SetDefault { .. } => "another default is written from now on",
        AlterAction::AddIdentity { .. } | AlterAction::DropIdentity { .. } => {
            "rows get their numbers in another way"
        }
        AlterAction::SetIdentity {
            kind: Some(IdentityKind::Always),
            ..
        } => "numbers that programs give are refused",
        AlterAction::SetIdentity { options, .. } if !options.is_empty() => {
            "other numbers are given from now on"
        }
        AlterAction::SetExpression { .. } => "a generated column gets other values",
        AlterAction::AddColumn { column, .. } if column.generated.is_some() => {
            "rows get a column that programs must not write"
        }
        AlterAction::SetTrigger { .. } => "triggers fire from now on, or no longer",
        AlterAction::SetRule { .. } => "a rule applies from now on, or no longer",
        AlterAction::ReplicaIdentity(_) => "subscribers are told other things of changed rows",
        _ => return None,
    })
}

fn change_changes(
    statement: &StatementContext<'_>,
    change: &Change,
) -> Option<(QualName, TextRange, &'static str)> {
    let before = statement.before;
    let is_old = |origin: Origin| statement.is_live_since(origin);
    match change {
        Change::AlterSequence(alter) => {
            let name = statement.resolve(&alter.name);
            let tells = alter
                .options
                .iter()
                .any(|o| !matches!(o, SequenceOption::OwnedBy(_) | SequenceOption::Persistence(_)));
            (tells && statement.is_live(&name)).then_some((
                name,
                alter.name.range,
                "other numbers are given from now on",
            ))
        }
        Change::AlterRelation(alter) if alter.word == RelationWord::View => {
            let name = statement.resolve(&alter.name);
            let options = alter.commands.iter().any(|c| {
                matches!(
                    c.action,
                    AlterAction::SetOptions(_) | AlterAction::ResetOptions(_)
                )
            });
            (options && statement.is_live(&name)).then_some((
                name,
                alter.name.range,
                "the view works in another way",
            ))
        }
        Change::CreateFunction(function) if function.or_replace => {
            let inputs = function.arguments.iter().filter(|a| a.mode.is_input());
            let key = FunctionKey {
                name: before.resolve_new(&function.name),
                arguments: inputs.map(|a| before.resolve_type(&a.ty.ty.base())).collect(),
            };
            let known = before.catalog.functions.get(&key)?;
            is_old(known.origin).then_some((
                key.name,
                function.name.range,
                "the function does something else",
            ))
        }
        Change::CreateView(view) if view.or_replace => {
            let name = before.resolve_relation(&view.name)?;
            statement
                .is_live(&name)
                .then_some((name, view.name.range, "the view shows something else"))
        }
        Change::AlterFunction(alter) => {
            let key = before.resolve_function(&alter.object.name, alter.object.arguments.as_deref())?;
            let known = before.catalog.functions.get(&key)?;
            is_old(known.origin).then_some((
                key.name,
                alter.object.name.range,
                "the function works in another way",
            ))
        }
        Change::CreateTrigger(trigger) if trigger.or_replace => {
            let table = statement.resolve(&trigger.table);
            let known = before
                .catalog
                .relation(&table)?
                .triggers
                .get(&trigger.name.name)?;
            is_old(known.origin).then_some((table, trigger.name.range, "a trigger does something else"))
        }
        Change::Drop(drop) if matches!(drop.kind, ObjectKind::Trigger | ObjectKind::Rule) => {
            let object = drop.objects.first()?;
            let table = statement.resolve(object.on.as_ref()?);
            let end = statement.end.catalog.relation(&table);
            let again = end.is_some_and(|r| {
                r.triggers.contains_key(&object.name.name) || r.rules.contains_key(&object.name.name)
            });
            (!again && statement.is_live(&table)).then_some((
                table,
                object.name.range,
                "what a trigger or rule did is no longer done",
            ))
        }
        Change::Drop(drop) if drop.kind == ObjectKind::Other(OtherKind::Publication) => {
            let object = drop.objects.first()?;
            Some((
                before.qualify(&object.name),
                object.name.range,
                "subscribers are told no more",
            ))
        }
        Change::AlterOther(alter) if alter.kind == OtherKind::Publication => Some((
            before.qualify(&alter.object.name),
            alter.object.name.range,
            "subscribers are told other things",
        )),
        Change::Unknown(unknown) => {
            let words = statement.keywords(&["alter", "extension"])?;
            let name = before.creation_schema();
            unknown.range.contains_range(words).then(|| {
                (
                    QualName::new(name.clone(), name),
                    words,
                    "the extension's functions may do something else",
                )
            })
        }
        _ => None,
    }
}
