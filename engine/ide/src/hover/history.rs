//! Where something was created, and which statement changed it last.

use confiture_lint::{Live, Statement, file_range};
use confiture_project::{Direction, Project};
use confiture_schema::catalog::{Origin, QualName};
use confiture_schema::change::{AlterAction, Change, Ident, ObjectKind, ObjectRef};
use confiture_syntax::{LineIndex, Name};

use crate::words::{address, prose};

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'n> {
    /// The object, or the relation that it belongs to.
    pub(super) name: &'n QualName,
    /// The column or constraint, where it is one.
    pub(super) part: Option<&'n Name>,
}

/// A statement by its script and its number there.
type Step = (usize, usize);

/// A statement's place as a link: `migrations/001_a.up.sql:3`.
pub(super) fn link(live: &Live, (script, number): Step) -> Option<String> {
    let statement = live.statements(script).get(number)?;
    let (source, range) = file_range(live.project(), statement.place())?;
    let lines = LineIndex::new(&source.text);
    let position = lines.position(&source.text, u32::try_from(range.start).ok()?);
    let shown = format!("{}:{}", source.path.display(), position.line);
    Some(format!(
        "[{}]({})",
        prose(&shown),
        address(&source.file, position.line)
    ))
}

/// The statement that an origin names.
pub(super) fn step(live: &Live, origin: Origin) -> Option<Step> {
    let script = origin.script as usize;
    Some((script, Statement::position(live.statements(script), origin)?))
}

/// The last statement before one that changed something, its creation left out.
pub(super) fn last_change(live: &Live, subject: Subject<'_>, created: Origin, before: Step) -> Option<Step> {
    let (script, number) = before;
    let scripts = scripts_until(live.project(), script);
    let created = step(live, created)?;
    for &index in scripts.iter().rev() {
        let statements = live.statements(index);
        let until = if index == script { number } else { statements.len() };
        let own = statements.get(..until).unwrap_or(statements);
        for (number, statement) in own.iter().enumerate().rev() {
            if (index, number) == created {
                return None;
            }
            if changes_it(statement, subject) {
                return Some((index, number));
            }
        }
    }
    None
}

/// The scripts that have run when a statement of one is reached, in order, that one included.
fn scripts_until(project: &Project, script: usize) -> Vec<usize> {
    let is_forward = |index: &usize| {
        let script = project.scripts.get(*index);
        script.is_some_and(|script| script.direction.is_forward())
    };
    let forward = (0..project.scripts.len()).filter(is_forward);
    let Some(own) = project.scripts.get(script) else {
        return Vec::new();
    };
    if own.direction.is_forward() {
        return forward.take_while(|index| *index <= script).collect();
    }
    if own.direction == Direction::Baseline {
        return vec![script];
    }
    let undone = project.counterpart(own);
    let last = undone.and_then(|undone| {
        project
            .scripts
            .iter()
            .position(|other| std::ptr::eq(other, undone))
    });
    let last = last.unwrap_or(usize::MAX);
    forward
        .take_while(|index| *index <= last)
        .chain([script])
        .collect()
}

/// Whether a statement changes it, inside DO blocks too.
fn changes_it(statement: &Statement, subject: Subject<'_>) -> bool {
    let mut work: Vec<&Change> = statement.changes().iter().collect();
    while let Some(change) = work.pop() {
        if let Change::Do(block) = change {
            work.extend(block.statements.iter().flat_map(|nested| &nested.changes));
        } else if touches(change, subject) {
            return true;
        }
    }
    false
}

fn touches(change: &Change, subject: Subject<'_>) -> bool {
    let is = |name: &ObjectRef| {
        name.name == subject.name.name
            && name
                .schema
                .as_ref()
                .is_none_or(|schema| *schema == subject.name.schema)
    };
    let part_is = |ident: &Name| subject.part.is_none_or(|part| part == ident);
    let whole = subject.part.is_none();
    match change {
        Change::AlterRelation(alter) if is(&alter.name) => {
            whole
                || alter
                    .commands
                    .iter()
                    .any(|command| part_of(&command.action).is_some_and(|part| part_is(&part.name)))
        }
        Change::Rename(rename) => match &rename.object.on {
            Some(on) => is(on) && part_is(&rename.to.name),
            None => whole && rename.to.name == subject.name.name,
        },
        Change::Comment(comment) => match (&comment.object.on, comment.kind) {
            (Some(on), ObjectKind::Column) => is(on) && part_is(&comment.object.name.name),
            (Some(_), _) => false,
            (None, _) => whole && is(&comment.object.name),
        },
        Change::SetSchema(change) => whole && is_named(&change.object.name, subject),
        Change::SetOwner(change) => whole && is(&change.object.name),
        Change::CreateIndex(index) => whole && is(&index.table),
        Change::CreateTrigger(trigger) => whole && is(&trigger.table),
        Change::CreatePolicy(policy) => whole && is(&policy.table),
        Change::AlterPolicy(policy) => whole && is(&policy.table),
        Change::CreateRule(rule) => whole && is(&rule.table),
        Change::AlterSequence(sequence) => whole && is(&sequence.name),
        Change::AlterType(ty) => whole && is(&ty.name),
        Change::AlterDomain(domain) => whole && is(&domain.name),
        Change::AlterFunction(function) => whole && is(&function.object.name),
        Change::CreateFunction(function) => whole && is(&function.name),
        Change::CreateView(view) => whole && is(&view.name),
        _ => false,
    }
}

/// Before it moved it was in another schema.
fn is_named(name: &ObjectRef, subject: Subject<'_>) -> bool {
    name.name == subject.name.name
}

/// The column or constraint that a command of ALTER TABLE is about.
fn part_of(action: &AlterAction) -> Option<&Ident> {
    match action {
        AlterAction::AddColumn { column, .. } => Some(&column.name),
        AlterAction::AlterType { column, .. }
        | AlterAction::SetDefault { column, .. }
        | AlterAction::AddIdentity { column, .. }
        | AlterAction::SetIdentity { column, .. }
        | AlterAction::DropIdentity { column, .. }
        | AlterAction::SetExpression { column, .. }
        | AlterAction::DropExpression { column, .. }
        | AlterAction::DropDefault(column)
        | AlterAction::SetNotNull(column)
        | AlterAction::DropNotNull(column)
        | AlterAction::SetColumnOptions(column)
        | AlterAction::SetStorage(column)
        | AlterAction::SetCompression(column) => Some(column),
        AlterAction::AddConstraint(constraint) => constraint.name.as_ref(),
        AlterAction::AlterConstraint { constraint, .. } | AlterAction::ValidateConstraint(constraint) => {
            Some(constraint)
        }
        _ => None,
    }
}
