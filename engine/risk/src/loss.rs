//! What is destroyed, and who breaks: judged by what a statement says, one change at a time.

use std::collections::BTreeSet;

use confiture_schema::apply::State;
use confiture_schema::catalog::{Origin, Persistence, QualName, RelationKind};
use confiture_schema::change::{
    AlterAction, AlterCommand, AlterRelation, AlterTypeAction, AttributeAction, Change, ConstraintDefKind,
    Drop, DropBehavior, ObjectKind, ObjectRef, Rename, Truncate, WriteKind,
};
use confiture_schema::types::SqlType;
use confiture_syntax::TextRange;

use crate::assessment::{Judgement, Level};
use crate::judge::{is_idle, is_new, judgement};
use crate::predict::Predictor;
use crate::version::PgVersion;

/// Whether data is destroyed.
pub(crate) fn data_loss(changes: &[Change], before: &State) -> Judgement {
    worst(changes, before, &loss_of, "nothing is destroyed")
}

/// Whether programs written for the schema before go on working.
pub(crate) fn compatibility(changes: &[Change], before: &State) -> Judgement {
    worst(
        changes,
        before,
        &break_of,
        "programs written for the schema before go on working",
    )
}

type Judge = dyn Fn(&Change, &State) -> Judgement;

/// The worst over all changes, those inside blocks included.
fn worst(changes: &[Change], before: &State, judge: &Judge, good: &str) -> Judgement {
    let mut worst = Judgement {
        reason: good.into(),
        ..Judgement::default()
    };
    let mut todo: Vec<&Change> = changes.iter().rev().collect();
    while let Some(change) = todo.pop() {
        if let Change::Do(block) = change {
            todo.extend(block.statements.iter().flat_map(|s| &s.changes));
            continue;
        }
        let found = judge(change, before);
        if found.level > worst.level {
            worst = found;
        }
    }
    worst
}

fn none() -> Judgement {
    Judgement::default()
}

/// What a name means, and whether it is in use: not made by this migration, and not known to be absent.
fn target(name: &ObjectRef, before: &State) -> Option<QualName> {
    let full = Predictor::reader(before, PgVersion::default()).name_of(name)?;
    (!is_new(&full, before)).then_some(full)
}

/// The relation that a name means, where rows of it can be lost.
fn holder(name: &ObjectRef, before: &State) -> Option<QualName> {
    target(name, before).filter(|relation| !is_idle(relation, before))
}

fn loss_of(change: &Change, before: &State) -> Judgement {
    match change {
        Change::Drop(drop) => loss_of_drop(drop, before),
        Change::Truncate(truncate) => loss_of_truncate(truncate, before),
        Change::AlterRelation(alter) => {
            let present = present(&alter.name, alter.if_exists, before);
            let Some(table) = present.filter(|table| !is_idle(table, before)) else {
                return none();
            };
            let judged = alter
                .commands
                .iter()
                .map(|c| loss_of_command(&table, alter, c, before));
            judged.max_by_key(|j| j.level).unwrap_or_default()
        }
        Change::Query(query) => {
            let all_rows = query.writes.iter().filter(|w| w.every_row && !query.explain_only);
            let judged = all_rows.filter_map(|w| {
                let table = holder(&w.relation, before)?;
                Some(match w.kind {
                    WriteKind::Delete => judgement(
                        Level::Critical,
                        format!("all rows of {table} are deleted"),
                        w.relation.range,
                    ),
                    _ => judgement(
                        Level::Medium,
                        format!("all rows of {table} are overwritten"),
                        w.relation.range,
                    ),
                })
            });
            judged.max_by_key(|j| j.level).unwrap_or_default()
        }
        Change::AlterType(alter) => match &alter.action {
            AlterTypeAction::Attributes(actions) => actions.iter().find_map(|a| match a {
                AttributeAction::Drop(name, ..) => Some(judgement(
                    Level::High,
                    format!("attribute {} goes with its values", name.name),
                    name.range,
                )),
                _ => None,
            }),
            _ => None,
        }
        .unwrap_or_default(),
        Change::Other(other) if other.tag.starts_with("DROP DATABASE") => judgement(
            Level::Critical,
            "a whole database is dropped",
            TextRange::default(),
        ),
        _ => none(),
    }
}

fn loss_of_truncate(truncate: &Truncate, before: &State) -> Judgement {
    let named = || truncate.relations.iter().map(|(name, _)| name);
    let lost = named().find_map(|name| Some((holder(name, before)?, name.range)));
    if let Some((table, range)) = lost {
        return judgement(Level::Critical, format!("all rows of {table} are gone"), range);
    }
    if truncate.behavior != DropBehavior::Cascade {
        return none();
    }
    // Others are emptied too, as far as foreign keys reach.
    let reader = Predictor::reader(before, PgVersion::default());
    let mut todo: Vec<QualName> = named().filter_map(|name| reader.name_of(name)).collect();
    let mut seen: BTreeSet<QualName> = todo.iter().cloned().collect();
    while let Some(table) = todo.pop() {
        for (referencing, _) in before.catalog.foreign_keys_to(&table) {
            if !is_idle(referencing, before) {
                let range = named().next().map(|name| name.range).unwrap_or_default();
                let reason = format!("all rows of {referencing} are gone: it references {table}");
                return judgement(Level::Critical, reason, range);
            }
            if seen.insert(referencing.clone()) {
                todo.push(referencing.clone());
            }
        }
    }
    none()
}

/// Whether nothing is lost with a schema: it isn't there, or no relation in it holds rows. Files alone don't tell.
fn holds_nothing(drop: &Drop, schema: &ObjectRef, before: &State) -> bool {
    let is_absent =
        || drop.if_exists && before.knows_rows() && !before.catalog.schemas.contains_key(&schema.name);
    is_absent() || is_all_idle(before, |relation| relation.schema == schema.name)
}

/// Whether it is known that no table of some holds rows.
fn is_all_idle(before: &State, which: impl Fn(&QualName) -> bool) -> bool {
    let mut tables = before.catalog.relations.iter().filter(|(name, relation)| {
        let holds_rows = matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
        );
        holds_rows && which(name)
    });
    before.knows_rows() && tables.all(|(name, _)| is_idle(name, before))
}

/// Whether it is known that dropping a type, and what is of it, takes no column of a table with rows along.
fn spares_columns(drop: &Drop, ty: &ObjectRef, before: &State) -> bool {
    if is_all_idle(before, |_| true) {
        return true;
    }
    if !before.knows_all_columns() {
        return false;
    }
    if before.resolve_type_name(ty).is_none() {
        return drop.if_exists;
    }
    // What goes with it is what the catalog says of the objects that depend on it.
    let mut after = before.clone();
    let notes = after.apply(&Change::Drop(drop.clone()), Origin::default());
    let spared = before.catalog.relations.iter().all(|(name, relation)| {
        let left = after.catalog.relation(name);
        let keeps_all = left.is_some_and(|left| left.columns.len() == relation.columns.len());
        keeps_all || relation.kind == RelationKind::View || is_idle(name, before)
    });
    notes.is_empty() && spared
}

fn loss_of_drop(drop: &Drop, before: &State) -> Judgement {
    let cascade = drop.behavior == DropBehavior::Cascade;
    let existing = |name: &ObjectRef, level: Level, loss: fn(&QualName) -> String| {
        let found = present(name, drop.if_exists, before).filter(|relation| !is_idle(relation, before));
        found.map_or_else(none, |relation| judgement(level, loss(&relation), name.range))
    };
    let of = |name: &ObjectRef| -> Judgement {
        let range = name.range;
        match drop.kind {
            ObjectKind::Table | ObjectKind::ForeignTable => existing(name, Level::Critical, |table| {
                format!("{table} is dropped with all its rows")
            }),
            ObjectKind::MaterializedView => existing(name, Level::Low, |view| {
                format!("the contents of {view} would have to be computed again")
            }),
            ObjectKind::Sequence => existing(name, Level::Medium, |sequence| {
                format!("the number that {sequence} has reached is lost")
            }),
            ObjectKind::Schema if cascade && holds_nothing(drop, name, before) => none(),
            ObjectKind::Type | ObjectKind::Domain if cascade && spares_columns(drop, name, before) => none(),
            ObjectKind::Schema if cascade => judgement(
                Level::Critical,
                format!("everything in schema {} is dropped", name.name),
                range,
            ),
            ObjectKind::Type | ObjectKind::Domain if cascade => judgement(
                Level::Critical,
                format!("all columns of type {} are dropped", name.name),
                range,
            ),
            ObjectKind::Extension if cascade => {
                judgement(Level::High, "columns of the extension's types are dropped", range)
            }
            _ => none(),
        }
    };
    drop.objects
        .iter()
        .map(|o| of(&o.name))
        .max_by_key(|j| j.level)
        .unwrap_or_default()
}

/// The relation that a statement which may say IF EXISTS is about, where it is in use and may be there.
fn present(name: &ObjectRef, if_exists: bool, before: &State) -> Option<QualName> {
    let reader = Predictor::reader(before, PgVersion::default());
    if if_exists && reader.surely_absent(name) {
        return None;
    }
    target(name, before)
}

fn loss_of_command(
    table: &QualName,
    alter: &AlterRelation,
    command: &AlterCommand,
    before: &State,
) -> Judgement {
    let range = command.range;
    match &command.action {
        AlterAction::DropColumn {
            column, if_exists, ..
        } => {
            let relation = before.catalog.relation(table);
            let absent = relation.is_some_and(|r| r.column(&column.name).is_none());
            if *if_exists && absent
                || alter.if_exists && relation.is_none() && !before.catalog.relations.is_empty()
            {
                return none();
            }
            judgement(
                Level::Critical,
                format!("column {} of {table} is dropped with its values", column.name),
                range,
            )
        }
        AlterAction::AlterType {
            column, ty, using, ..
        } => {
            let old = before
                .catalog
                .relation(table)
                .and_then(|r| r.column(&column.name).and_then(|c| c.ty.clone()));
            if using
                .as_ref()
                .is_some_and(|u| u.facts.constant || !u.facts.columns.contains(&column.name))
            {
                return judgement(
                    Level::High,
                    format!("USING replaces the values of {}", column.name),
                    range,
                );
            }
            match old.as_ref().and_then(|old| narrowing(old, &ty.ty)) {
                Some((level, what)) => judgement(level, format!("{what} of {} is lost", column.name), range),
                None => none(),
            }
        }
        AlterAction::SetPersistence(Persistence::Unlogged) => judgement(
            Level::Medium,
            format!("after a crash {table} is empty, and replicas don't have it"),
            range,
        ),
        AlterAction::DropIdentity { column, .. } => judgement(
            Level::Low,
            format!("the number that {}'s sequence has reached is lost", column.name),
            range,
        ),
        _ => none(),
    }
}

/// What a conversion drops without an error.
fn narrowing(old: &SqlType, new: &SqlType) -> Option<(Level, &'static str)> {
    let scale = |t: &SqlType| {
        t.modifiers
            .as_deref()
            .and_then(|m| m.split(',').nth(1))
            .and_then(|s| s.trim().parse::<i32>().ok())
    };
    match (old.name.as_str(), new.name.as_str()) {
        _ if old.array || new.array => None,
        ("timestamp" | "timestamptz", "date") => Some((Level::High, "the time of day")),
        ("timestamp" | "timestamptz", "time" | "timetz") => Some((Level::High, "the date")),
        ("timetz", "time") => Some((Level::Medium, "the zone")),
        ("numeric" | "float8" | "float4", "int2" | "int4" | "int8") => Some((Level::High, "the fraction")),
        ("float8", "float4") | ("numeric", "float4" | "float8") => Some((Level::Medium, "precision")),
        ("numeric", "numeric")
            if new.modifiers.is_some() && scale(new).unwrap_or(0) < scale(old).unwrap_or(i32::MAX) =>
        {
            Some((Level::Medium, "a part of the fraction"))
        }
        ("json", "jsonb") => Some((Level::Low, "the spelling (order and repeated keys)")),
        ("inet", "cidr") => Some((Level::Low, "host bits")),
        _ => None,
    }
}

fn break_of(change: &Change, before: &State) -> Judgement {
    match change {
        Change::Drop(drop) => break_of_drop(drop, before),
        Change::Rename(rename) => break_of_rename(rename, before),
        Change::SetSchema(set) => match target(&set.object.name, before) {
            Some(name) => judgement(
                Level::High,
                format!("programs that name {name} with its schema no longer find it"),
                set.object.name.range,
            ),
            None => none(),
        },
        Change::AlterRelation(alter) => match present(&alter.name, alter.if_exists, before) {
            Some(table) => {
                let judged = alter.commands.iter().map(|c| break_of_command(&table, c, before));
                judged.max_by_key(|j| j.level).unwrap_or_default()
            }
            None => none(),
        },
        Change::AlterType(alter) => match &alter.action {
            AlterTypeAction::AddValue { range, .. } => judgement(
                Level::Low,
                "programs may meet a value that they don't know",
                *range,
            ),
            AlterTypeAction::RenameValue { from, .. } => judgement(
                Level::High,
                format!("programs that write '{from}' fail"),
                alter.name.range,
            ),
            AlterTypeAction::Attributes(_) => judgement(
                Level::Medium,
                "the type's rows have another shape",
                alter.name.range,
            ),
            AlterTypeAction::SetProperties => none(),
        },
        Change::AlterDomain(alter) => judgement(
            Level::Low,
            "the values that the domain accepts change",
            alter.name.range,
        ),
        Change::Grant(grant) if grant.revoke => {
            judgement(Level::Medium, "roles lose privileges", TextRange::default())
        }
        Change::CreateTrigger(create) if target(&create.table, before).is_some() => judgement(
            Level::Low,
            "writes do what the trigger does, too",
            create.name.range,
        ),
        Change::CreateRule(create) if target(&create.table, before).is_some() => {
            judgement(Level::Medium, "the rule rewrites queries", create.name.range)
        }
        Change::CreatePolicy(create) if target(&create.table, before).is_some() => judgement(
            Level::Low,
            "which rows a role sees changes where row level security is on",
            create.name.range,
        ),
        Change::CreateIndex(create) if create.unique && target(&create.table, before).is_some() => judgement(
            Level::Low,
            "writes of a second row with the same key fail",
            create.table.range,
        ),
        Change::CreateView(create)
            if create.or_replace
                && target(&create.name, before).is_some_and(|n| before.catalog.relation(&n).is_some()) =>
        {
            judgement(Level::Low, "the view's contents may differ", create.name.range)
        }
        _ => none(),
    }
}

fn break_of_drop(drop: &Drop, before: &State) -> Judgement {
    let of = |name: &ObjectRef, on: Option<&ObjectRef>| -> Judgement {
        let range = name.range;
        match drop.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => match present(name, drop.if_exists, before) {
                Some(name) => judgement(Level::High, format!("programs that use {name} fail"), range),
                None => none(),
            },
            ObjectKind::Schema
            | ObjectKind::Type
            | ObjectKind::Domain
            | ObjectKind::Function
            | ObjectKind::Procedure
            | ObjectKind::Routine
            | ObjectKind::Aggregate
            | ObjectKind::Extension => judgement(
                Level::High,
                format!("programs that use {} fail", name.name),
                range,
            ),
            ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy => {
                let in_use = on.is_none_or(|on| target(on, before).is_some());
                if in_use {
                    judgement(
                        Level::Medium,
                        format!("what {} did is no longer done", name.name),
                        range,
                    )
                } else {
                    none()
                }
            }
            ObjectKind::Index => judgement(
                Level::Low,
                format!("queries that used {} may become slow", name.name),
                range,
            ),
            _ => none(),
        }
    };
    drop.objects
        .iter()
        .map(|o| of(&o.name, o.on.as_ref()))
        .max_by_key(|j| j.level)
        .unwrap_or_default()
}

fn break_of_rename(rename: &Rename, before: &State) -> Judgement {
    let name = &rename.object.name;
    let owner = rename.object.on.as_ref().unwrap_or(name);
    match rename.kind {
        ObjectKind::Index
        | ObjectKind::Trigger
        | ObjectKind::Policy
        | ObjectKind::Rule
        | ObjectKind::Constraint
        | ObjectKind::DomainConstraint => none(),
        ObjectKind::Other(_) => none(),
        ObjectKind::Schema
        | ObjectKind::Type
        | ObjectKind::Domain
        | ObjectKind::Function
        | ObjectKind::Procedure
        | ObjectKind::Routine
        | ObjectKind::Aggregate
        | ObjectKind::Attribute => judgement(
            Level::High,
            format!("programs that use {} fail", name.name),
            name.range,
        ),
        _ if present(owner, rename.if_exists, before).is_some() => judgement(
            Level::High,
            format!("programs that use {} by its old name fail", name.name),
            name.range,
        ),
        _ => none(),
    }
}

/// Whether a table is known not to have a column.
fn lacks(table: &QualName, column: &confiture_syntax::Name, before: &State) -> bool {
    before
        .catalog
        .relation(table)
        .is_some_and(|r| r.column(column).is_none())
}

fn break_of_command(table: &QualName, command: &AlterCommand, before: &State) -> Judgement {
    let range = command.range;
    let low = |reason: &str| judgement(Level::Low, reason, range);
    match &command.action {
        AlterAction::DropColumn {
            column, if_exists, ..
        } if *if_exists && lacks(table, &column.name, before) => none(),
        AlterAction::DropColumn { column, .. } => judgement(
            Level::High,
            format!("programs that use {table}.{} fail", column.name),
            range,
        ),
        AlterAction::AlterType { column, ty, .. } => {
            let old = before
                .catalog
                .relation(table)
                .and_then(|r| r.column(&column.name).and_then(|c| c.ty.clone()));
            let textual = |t: &SqlType| matches!(t.name.as_str(), "text" | "varchar") && !t.array;
            match old {
                Some(old) if old == ty.ty => none(),
                Some(old) if textual(&old) && textual(&ty.ty) => low("lengths of values change"),
                _ => judgement(
                    Level::Medium,
                    format!("programs meet values of another type in {}", column.name),
                    range,
                ),
            }
        }
        AlterAction::AddColumn { column, .. } => {
            let filled = column.default.is_some()
                || column.identity.is_some()
                || column.generated.is_some()
                || column.ty.as_ref().is_some_and(|t| t.serial);
            if column.not_null == Some(true) && !filled {
                return judgement(
                    Level::High,
                    format!(
                        "programs that don't know {} can't insert any more",
                        column.name.name
                    ),
                    range,
                );
            }
            low("a new column: programs that take all columns by position meet one more")
        }
        AlterAction::SetNotNull(column) => judgement(
            Level::Medium,
            format!("programs that write no {} fail", column.name),
            range,
        ),
        AlterAction::DropNotNull(column) => low(&format!("programs may meet null in {}", column.name)),
        AlterAction::DropDefault(column) => judgement(
            Level::Medium,
            format!("inserts that leave {} out get null or fail", column.name),
            range,
        ),
        AlterAction::SetDefault { .. } => none(),
        AlterAction::AddConstraint(constraint) => match &constraint.kind {
            ConstraintDefKind::Unique(_)
            | ConstraintDefKind::PrimaryKey(_)
            | ConstraintDefKind::Exclude(_) => low("writes of a second row with the same key fail"),
            ConstraintDefKind::ForeignKey(_) => {
                low("writes of a key that isn't there fail, and so do deletes of one that is referenced")
            }
            ConstraintDefKind::Check(_) | ConstraintDefKind::NotNull(_) => low("writes that violate it fail"),
        },
        AlterAction::SetRowSecurity {
            enabled: Some(true), ..
        }
        | AlterAction::SetRowSecurity {
            forced: Some(true), ..
        } => judgement(Level::High, "rows that no policy shows are hidden", range),
        AlterAction::SetIdentity {
            kind: Some(confiture_schema::catalog::IdentityKind::Always),
            column,
            ..
        }
        | AlterAction::AddIdentity {
            kind: confiture_schema::catalog::IdentityKind::Always,
            column,
            ..
        } => judgement(
            Level::Medium,
            format!("programs that give {} themselves fail", column.name),
            range,
        ),
        AlterAction::DropIdentity { column, .. } => judgement(
            Level::Medium,
            format!("inserts that leave {} out fail", column.name),
            range,
        ),
        AlterAction::DetachPartition { .. } => judgement(
            Level::Medium,
            "queries of the partitioned table no longer see the partition's rows",
            range,
        ),
        _ => none(),
    }
}
