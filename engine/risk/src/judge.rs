//! What an effect means: how bad, and why.

use std::borrow::Cow;
use std::sync::Arc;

use confiture_schema::apply::State;
use confiture_schema::catalog::{QualName, RelationKind};
use confiture_schema::change::Change;
use confiture_syntax::{Name, TextRange};

use crate::assessment::{Assessment, Judgement, Level};
use crate::effect::{Cause, Effect, LockTaken};
use crate::lock::LockMode;
use crate::loss;

/// The four judgements of a statement.
pub(crate) fn judge(changes: &[Change], effect: &Effect, before: &State) -> Assessment {
    let before = &*in_block(changes, effect, before);
    let mut assessment = Assessment {
        data_loss: loss::data_loss(changes, before),
        compatibility: loss::compatibility(changes, before),
        performance: performance(effect, before),
        locking: locking(effect, before),
    };
    if effect.open_ended {
        let cause = open_cause(effect);
        doubt(&mut assessment.performance, &cause);
        doubt(&mut assessment.locking, &cause);
    }
    if effect.opaque {
        let cause = open_cause(effect);
        doubt(&mut assessment.data_loss, &cause);
        doubt(&mut assessment.compatibility, &cause);
    }
    assessment
}

/// The state in which the statements of a block are judged: where it also runs something unknown, that may have come first.
fn in_block<'s>(changes: &[Change], effect: &Effect, before: &'s State) -> Cow<'s, State> {
    let is_block = changes.iter().any(|change| matches!(change, Change::Do(_)));
    if !(effect.opaque && is_block && before.knows_rows()) {
        return Cow::Borrowed(before);
    }
    let mut doubted = before.clone();
    doubted.doubt_rows();
    Cow::Owned(doubted)
}

fn open_cause(effect: &Effect) -> Cause {
    effect.unknown.first().cloned().unwrap_or_default()
}

/// What isn't known is never called safe.
fn doubt(judgement: &mut Judgement, cause: &Cause) {
    if judgement.level < Level::Unknown {
        let reason = format!("not known: {}", cause.reason);
        *judgement = Judgement {
            level: Level::Unknown,
            reason: reason.into(),
            range: cause.range,
        };
    } else {
        judgement.reason = format!("{} (assumed: {})", judgement.reason, cause.reason).into();
    }
}

/// Whether a relation was made by the same transaction or script: nobody else uses it, and it is small.
pub(crate) fn is_new(relation: &QualName, before: &State) -> bool {
    let transaction = &before.session.transaction;
    transaction.created_in_script.contains_key(relation) || transaction.created.contains_key(relation)
}

/// Whether there is nothing in a relation to work on or to lose: it is new, or known to hold no rows.
pub(crate) fn is_idle(relation: &QualName, before: &State) -> bool {
    is_new(relation, before) || before.is_rowless(relation)
}

/// A judgement.
pub(crate) fn judgement(level: Level, reason: impl Into<Arc<str>>, range: TextRange) -> Judgement {
    Judgement {
        level,
        reason: reason.into(),
        range,
    }
}

/// The first of a list that is about a relation in use, with rows as far as anybody knows.
fn in_use<'e, T>(
    items: impl IntoIterator<Item = (&'e QualName, &'e T)>,
    before: &State,
) -> Option<(&'e QualName, &'e T)> {
    items.into_iter().find(|(name, _)| !is_idle(name, before))
}

fn performance(effect: &Effect, before: &State) -> Judgement {
    if let Some((table, cause)) = in_use(&effect.rewrites, before) {
        return judgement(
            Level::High,
            format!("{table} is rewritten, because {}", cause.reason),
            cause.range,
        );
    }
    if let Some((table, cause)) = in_use(&effect.index_builds, before) {
        return judgement(
            Level::Medium,
            format!(
                "an index is built on all rows of {table}, because {}",
                cause.reason
            ),
            cause.range,
        );
    }
    if let Some((table, cause)) = in_use(&effect.scans, before) {
        return judgement(
            Level::Medium,
            format!("all rows of {table} are read, because {}", cause.reason),
            cause.range,
        );
    }
    match effect
        .rewrites
        .first_key_value()
        .or(effect.scans.first_key_value())
    {
        Some((table, cause)) if is_new(table, before) => judgement(
            Level::None,
            format!("{table} was created in this migration, so there is little to do"),
            cause.range,
        ),
        Some((table, cause)) => judgement(
            Level::None,
            format!("{table} holds no rows, so there is little to do"),
            cause.range,
        ),
        None => Judgement {
            reason: "no rewrite, no scan, no index build".into(),
            ..Judgement::default()
        },
    }
}

/// The work during which locks are held.
fn work<'e>(effect: &'e Effect, before: &State) -> Option<(&'static str, &'e QualName)> {
    let find = |word, map: &'e std::collections::BTreeMap<QualName, Cause>| {
        in_use(map, before).map(|(name, _)| (word, name))
    };
    find("is rewritten", &effect.rewrites)
        .or_else(|| find("gets an index", &effect.index_builds))
        .or_else(|| find("is read from end to end", &effect.scans))
}

fn locking(effect: &Effect, before: &State) -> Judgement {
    // Of several that are as strong, a table rather than an index or a view.
    let is_table = |name: &QualName| {
        before
            .catalog
            .relation(name)
            .is_some_and(|r| r.kind == RelationKind::Table)
    };
    let strongest = effect
        .locks
        .iter()
        .filter(|(name, _)| !is_new(name, before))
        .rev()
        .max_by_key(|(name, lock)| (lock.mode, is_table(name)));
    let Some((relation, lock)) = strongest else {
        return match effect.locks.first_key_value() {
            Some((table, lock)) => judgement(
                Level::None,
                format!("{table} was created in this migration: nobody else uses it yet"),
                lock.cause.range,
            ),
            None => Judgement {
                reason: "no relation that existed before is locked".into(),
                ..Judgement::default()
            },
        };
    };
    match work(effect, before) {
        Some(work) => during_work(relation, lock, work, effect, before),
        None => brief(relation, lock, before),
    }
}

fn during_work(
    relation: &QualName,
    lock: &LockTaken,
    (does, table): (&str, &QualName),
    effect: &Effect,
    before: &State,
) -> Judgement {
    let mode = lock.mode;
    let held = format!("{mode} on {relation} is held while {table} {does}");
    if mode.blocks_reads() {
        let level = match in_use(&effect.rewrites, before) {
            None => Level::High,
            Some(_) => Level::Critical,
        };
        return judgement(level, format!("{held}: reads and writes wait"), lock.cause.range);
    }
    if mode.blocks_writes() {
        return judgement(Level::High, format!("{held}: writes wait"), lock.cause.range);
    }
    if mode.blocks_ddl() {
        return judgement(
            Level::Low,
            format!("{held}: reads and writes go on, other schema changes and VACUUM wait"),
            lock.cause.range,
        );
    }
    judgement(
        Level::None,
        format!("{held}: only schema changes that need more wait"),
        lock.cause.range,
    )
}

fn brief(relation: &QualName, lock: &LockTaken, before: &State) -> Judgement {
    let mode = lock.mode;
    if mode.blocks_reads() {
        return if has_lock_timeout(before) {
            judgement(
                Level::Low,
                format!("{mode} on {relation}, briefly, and lock_timeout bounds the wait for it"),
                lock.cause.range,
            )
        } else {
            judgement(
                Level::Medium,
                format!(
                    "{mode} on {relation}, briefly; but while it waits for a long query, everyone else queues behind it: set lock_timeout"
                ),
                lock.cause.range,
            )
        };
    }
    if mode.blocks_writes() {
        return judgement(
            Level::Low,
            format!("{mode} on {relation}, briefly: writes wait"),
            lock.cause.range,
        );
    }
    let reason = if mode == LockMode::ShareUpdateExclusive {
        "reads and writes go on"
    } else {
        "as any query takes"
    };
    judgement(
        Level::None,
        format!("{mode} on {relation}: {reason}"),
        lock.cause.range,
    )
}

/// Whether the session bounds its waits for locks.
pub(crate) fn has_lock_timeout(before: &State) -> bool {
    let value = before.session.parameters.get(&Name::new("lock_timeout"));
    value.is_some_and(|v| {
        v.trim_matches('\'')
            .chars()
            .any(|c| c.is_ascii_digit() && c != '0')
    })
}
