//! Statements in the form that leaves a database in use alone, as far as `risk` knows one.

use confiture_risk::effect::{Repeats, SafeWay, TransactionRule};
use confiture_risk::{PgVersion, foresee};
use confiture_schema::apply::{State, TransactionWrap};
use confiture_schema::catalog::Origin;
use confiture_schema::change::{AlterAction, AlterRelation, Change};
use confiture_schema::draft::{Draft, Runs, Step};
use confiture_schema::{read, render};
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

use super::Schema;

/// The draft with safe ways in the place of statements that have one and come to the same.
pub(super) fn safely(mut draft: Draft, from: &Schema, version: PgVersion) -> Draft {
    let mut state = State::on(from.catalog.clone());
    state.begin_script(TransactionWrap::Wrapped);
    let steps = std::mem::take(&mut draft.steps);
    for step in steps {
        let changes = read::changes(&Syntax::parse(&step.sql));
        let risk = foresee(&changes, &state, version);
        let mut after = state.clone();
        after.apply_all(&changes, Origin::default());
        let way = risk.safe_alternative.filter(|way| is_wanted(&changes, way));
        match way.and_then(|way| same_by(&way, &step, &state, &after)) {
            Some(safe) => draft.steps.extend(safe),
            None => {
                let runs = match risk.effect.transaction {
                    TransactionRule::Refused => Runs::Outside,
                    _ => step.runs,
                };
                draft.steps.push(Step { runs, ..step });
            }
        }
        state = after;
    }
    draft.steps = gathered(draft.steps, from, &state);
    draft
}

/// The same steps with what runs by itself together: indexes that nothing refers to later, then validations. Otherwise each
/// of them would end a migration.
fn gathered(steps: Vec<Step>, from: &Schema, aim: &State) -> Vec<Step> {
    let (mut first, mut indexes, mut validations) = (Vec::new(), Vec::new(), Vec::new());
    let mut waiting: Vec<String> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let changes = read::changes(&Syntax::parse(&step.sql));
        let named_later = |name: &str| {
            let later = steps.get(at + 1..).unwrap_or_default();
            later.iter().any(|step| step.sql.contains(name))
        };
        let place = match changes.as_slice() {
            [Change::CreateIndex(index)] if step.runs == Runs::Outside => {
                let name = index.name.as_ref().map(|name| name.name.quoted());
                if name.is_none_or(|name| named_later(&name)) {
                    &mut first
                } else {
                    &mut indexes
                }
            }
            [Change::AlterRelation(alter)] => match validated(alter) {
                Some(name) if !named_later(&name) => {
                    waiting.push(name);
                    &mut validations
                }
                _ => &mut first,
            },
            _ => &mut first,
        };
        place.push(step.clone());
    }
    // What waits for such a validation needs no transaction of its own.
    for step in first.iter_mut().filter(|step| step.runs == Runs::Committed) {
        let adds = step.sql.contains(" ADD CONSTRAINT ")
            && waiting.iter().any(|name| step.sql.contains(name.as_str()));
        if adds {
            step.runs = Runs::InTransaction;
        }
    }
    if let Some(last) = first
        .last_mut()
        .filter(|step| step.runs == Runs::InTransaction && !validations.is_empty())
    {
        last.runs = Runs::Committed;
    }
    for step in &mut validations {
        step.runs = Runs::InTransaction;
    }
    let gathered: Vec<Step> = first.into_iter().chain(indexes).chain(validations).collect();
    let mut state = State::on(from.catalog.clone());
    for step in &gathered {
        state.apply_all(&read::changes(&Syntax::parse(&step.sql)), Origin::default());
    }
    match render::diff(&state.catalog, &aim.catalog).is_empty() {
        true => gathered,
        false => steps,
    }
}

/// The constraint whose rows a statement looks at, where it does nothing else.
fn validated(alter: &AlterRelation) -> Option<String> {
    match alter.commands.as_slice() {
        [only] => match &only.action {
            AlterAction::ValidateConstraint(name) => Some(name.name.quoted()),
            _ => None,
        },
        _ => None,
    }
}

/// Ways that end by themselves, for what is attached to tables: the others take an application along.
fn is_wanted(changes: &[Change], way: &SafeWay) -> bool {
    let attached = changes.iter().all(|change| {
        matches!(
            change,
            Change::CreateIndex(_) | Change::Drop(_) | Change::AlterRelation(_) | Change::AlterDomain(_)
        )
    });
    attached && way.steps.iter().all(|step| step.repeats == Repeats::Once)
}

/// The steps of a way, if what they leave is what the statement leaves.
fn same_by(way: &SafeWay, plain: &Step, before: &State, after: &State) -> Option<Vec<Step>> {
    let mut state = before.clone();
    let mut steps = Vec::new();
    for step in &way.steps {
        for piece in split(&step.sql)
            .iter()
            .filter(|piece| piece.kind == PieceKind::Sql)
        {
            let sql = piece.range.slice(&step.sql).trim_end_matches(';').trim_end();
            let changes = read::changes(&Syntax::parse(sql));
            // How long to wait for a lock is the runner's to say.
            if changes.iter().all(|change| matches!(change, Change::Set(_))) {
                continue;
            }
            state.apply_all(&changes, Origin::default());
            steps.push(Step {
                sql: sql.to_owned(),
                runs: match step.transaction {
                    TransactionRule::Refused => Runs::Outside,
                    // What must not wait for what comes next while it holds a lock.
                    _ if way.steps.len() > 1 => Runs::Committed,
                    _ => plain.runs,
                },
                ..plain.clone()
            });
        }
    }
    let is_same = !steps.is_empty() && render::diff(&state.catalog, &after.catalog).is_empty();
    is_same.then_some(steps)
}
