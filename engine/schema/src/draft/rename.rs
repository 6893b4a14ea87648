//! Renaming: what was answered, what has to be asked, and what needs no answer because nothing hangs on it.

use std::fmt;

use confiture_syntax::Name;

use super::work::{Work, is_lasting, step, titled};
use crate::catalog::{Catalog, ConstraintKind, QualName, Relation, RelationKind};
use crate::render::same;
use crate::render::sql::word;

/// Something that may have been renamed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A table, view or sequence.
    Relation(QualName),
    /// A column of a relation, which goes by the name that it has in the end.
    Column(QualName, Name),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Relation(name) => name.fmt(f),
            Thing::Column(table, column) => write!(f, "{table}.{column}"),
        }
    }
}

/// What has to be known: whether something is new or was another thing before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the aim has and the beginning hasn't.
    pub new: Thing,
    /// What the beginning has, the aim hasn't, and might have become it.
    pub candidates: Vec<Thing>,
}

/// Something that has another name in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// What it is in the beginning.
    pub from: Thing,
    /// What it is in the end.
    pub to: Thing,
}

/// What is known about names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// What was renamed.
    pub renames: Vec<Rename>,
    /// What is new, although something else might have become it.
    pub new: Vec<Thing>,
    /// How it is with all others.
    pub rest: Rest,
}

/// How it is with names that no answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// Not known: it is asked.
    #[default]
    Ask,
    /// Nothing was renamed: what is gone is dropped, what is there is new.
    DropAndAdd,
}

impl Answers {
    /// The answers for the way back.
    pub fn reversed(&self) -> Answers {
        let before = |table: &QualName| -> QualName {
            let found = self
                .renames
                .iter()
                .find_map(|rename| match (&rename.from, &rename.to) {
                    (Thing::Relation(from), Thing::Relation(to)) if to == table => Some(from.clone()),
                    _ => None,
                });
            found.unwrap_or_else(|| table.clone())
        };
        let back = |thing: &Thing| match thing {
            Thing::Column(table, column) => Thing::Column(before(table), column.clone()),
            relation => relation.clone(),
        };
        let renames = self.renames.iter().map(|rename| Rename {
            from: back(&rename.to),
            to: back(&rename.from),
        });
        Answers {
            renames: renames.collect(),
            new: Vec::new(),
            rest: Rest::DropAndAdd,
        }
    }

    fn settles(&self, new: &Thing) -> bool {
        self.rest == Rest::DropAndAdd
            || self.new.contains(new)
            || self.renames.iter().any(|rename| rename.to == *new)
    }
}

/// Renames relations as it was answered.
pub(super) fn relations(work: &mut Work<'_>, answers: &Answers) {
    for rename in &answers.renames {
        let (Thing::Relation(from), Thing::Relation(to)) = (&rename.from, &rename.to) else {
            continue;
        };
        let Some(relation) = work.now(from) else {
            work.leave_out(format!("relation {from}"), "rename: there is no such relation");
            continue;
        };
        if work.then(to).is_none() {
            work.leave_out(
                format!("relation {from}"),
                format!("rename to {to}: the aim has no such relation"),
            );
            continue;
        }
        relocate(work, from, to, &relation);
    }
}

/// Gives a relation another name, schema or both.
fn relocate(work: &mut Work<'_>, from: &QualName, to: &QualName, relation: &Relation) {
    let (word, object) = (word(relation.kind), titled(from, relation));
    if from.schema != to.schema {
        if !work.catalog().schemas.contains_key(&to.schema) {
            let schema = to.schema.quoted();
            let object = format!("schema {}", to.schema);
            work.write(step(format!("CREATE SCHEMA {schema}"), object, "create"));
        }
        let sql = format!("ALTER {word} {} SET SCHEMA {}", from.quoted(), to.schema.quoted());
        work.write(step(sql, object.clone(), format!("move to schema {}", to.schema)));
    }
    if from.name != to.name {
        let at = QualName::new(to.schema.clone(), from.name.clone());
        let sql = format!("ALTER {word} {} RENAME TO {}", at.quoted(), to.name.quoted());
        work.write(step(sql, object, format!("rename to {}", to.name)));
    }
}

/// Renames columns as it was answered.
pub(super) fn columns(work: &mut Work<'_>, answers: &Answers) {
    for rename in &answers.renames {
        let (Thing::Column(table, from), Thing::Column(_, to)) = (&rename.from, &rename.to) else {
            continue;
        };
        let object = match work.now(table) {
            Some(relation) => titled(table, &relation),
            None => format!("relation {table}"),
        };
        let sql = format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            table.quoted(),
            from.quoted(),
            to.quoted()
        );
        work.write(step(sql, object, format!("rename column {from} to {to}")));
    }
}

/// Questions about tables.
pub(super) fn open_relations(work: &Work<'_>, answers: &Answers) -> Vec<Question> {
    let now = work.catalog();
    let is_table = |relation: &std::sync::Arc<Relation>| {
        matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable
        )
    };
    let is_gone = |(name, _): &(&QualName, &Relation)| !work.then(name).is_some_and(is_table);
    let gone: Vec<(&QualName, &Relation)> = tables(now).filter(is_gone).collect();
    let mut questions = Vec::new();
    for (name, relation) in tables(work.aim).filter(|(name, _)| !now.relations.contains_key(*name)) {
        let new = Thing::Relation(name.clone());
        if answers.settles(&new) {
            continue;
        }
        let alike = gone.iter().filter(|(_, old)| are_alike(old, relation));
        let candidates: Vec<Thing> = alike.map(|(name, _)| Thing::Relation((*name).clone())).collect();
        if !candidates.is_empty() {
            questions.push(Question { new, candidates });
        }
    }
    questions
}

fn tables(catalog: &Catalog) -> impl Iterator<Item = (&QualName, &Relation)> {
    let relations = catalog
        .relations
        .iter()
        .map(|(name, relation)| (name, &**relation));
    relations.filter(|(name, relation)| {
        is_lasting(name, relation)
            && matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable
            )
    })
}

/// Whether one table may have become the other: at least half of the columns of both are the same.
fn are_alike(old: &Relation, new: &Relation) -> bool {
    let same = |column: &&std::sync::Arc<crate::catalog::Column>| {
        new.column(&column.name)
            .is_some_and(|other| other.ty == column.ty)
    };
    let shared = old.columns.iter().filter(same).count();
    let most = old.columns.len().max(new.columns.len());
    old.kind == new.kind && shared > 0 && shared * 2 >= most
}

/// Questions about columns of tables that both sides have.
pub(super) fn open_columns(work: &Work<'_>, answers: &Answers) -> Vec<Question> {
    let mut questions = Vec::new();
    for (name, then) in tables(work.aim) {
        let Some(now) = work.catalog().relation(name) else {
            continue;
        };
        let gone: Vec<_> = now
            .columns
            .iter()
            .filter(|c| then.column(&c.name).is_none() && !c.inherited)
            .collect();
        for column in then
            .columns
            .iter()
            .filter(|c| now.column(&c.name).is_none() && !c.inherited)
        {
            let new = Thing::Column(name.clone(), column.name.clone());
            if answers.settles(&new) {
                continue;
            }
            let alike = gone
                .iter()
                .filter(|old| old.ty == column.ty && old.generated.is_some() == column.generated.is_some());
            let candidates: Vec<Thing> = alike
                .map(|old| Thing::Column(name.clone(), old.name.clone()))
                .collect();
            if !candidates.is_empty() {
                questions.push(Question { new, candidates });
            }
        }
    }
    questions
}

/// Renames constraints, indexes and sequences that are the same under another name: nothing hangs on the answer.
pub(super) fn parts(work: &mut Work<'_>) {
    let names: Vec<QualName> = work.aim.relations.keys().cloned().collect();
    for name in names {
        let (Some(now), Some(then)) = (work.now(&name), work.then(&name)) else {
            continue;
        };
        constraints(work, &name, &now, then);
        if let Some(now) = work.now(&name) {
            indexes(work, &name, &now, then);
        }
    }
    sequences(work);
}

fn constraints(work: &mut Work<'_>, table: &QualName, now: &Relation, then: &Relation) {
    let object = titled(table, then);
    let mut taken: Vec<&Name> = Vec::new();
    for (old, constraint) in now.constraints.iter().filter(|(_, c)| !c.inherited) {
        if then.constraints.contains_key(old) {
            continue;
        }
        let fits = |(new, other): &(&Name, &std::sync::Arc<crate::catalog::Constraint>)| {
            let key = matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }
            );
            let indexes = match (now.indexes.get(old), then.indexes.get(*new)) {
                (Some(mine), Some(theirs)) => same::index(mine, theirs),
                _ => !key,
            };
            !now.constraints.contains_key(*new)
                && !taken.contains(new)
                && same::constraint(constraint, other).is_empty()
                && indexes
        };
        let Some((new, _)) = then.constraints.iter().find(fits) else {
            continue;
        };
        let sql = format!(
            "ALTER TABLE {} RENAME CONSTRAINT {} TO {}",
            table.quoted(),
            old.quoted(),
            new.quoted()
        );
        if work.attempt(step(
            sql,
            object.clone(),
            format!("rename constraint {old} to {new}"),
        )) {
            taken.push(new);
        }
    }
}

/// Renames indexes of a relation; those that a partition got by its parent's are named by PostgreSQL.
pub(super) fn indexes(work: &mut Work<'_>, table: &QualName, now: &Relation, then: &Relation) {
    let object = titled(table, then);
    let mut taken: Vec<&Name> = Vec::new();
    for (old, index) in now.indexes.iter() {
        if then.indexes.contains_key(old) {
            continue;
        }
        let fits = |(new, other): &(&Name, &std::sync::Arc<crate::catalog::Index>)| {
            !now.indexes.contains_key(*new)
                && !taken.contains(new)
                && index.constraint == other.constraint
                && same::index(index, other)
        };
        let Some((new, _)) = then.indexes.iter().find(fits) else {
            continue;
        };
        let at = QualName::new(table.schema.clone(), old.clone());
        let sql = if index.constraint && now.constraints.contains_key(old) {
            format!(
                "ALTER TABLE {} RENAME CONSTRAINT {} TO {}",
                table.quoted(),
                old.quoted(),
                new.quoted()
            )
        } else {
            format!("ALTER INDEX {} RENAME TO {}", at.quoted(), new.quoted())
        };
        if work.attempt(step(sql, object.clone(), format!("rename index {old} to {new}"))) {
            taken.push(new);
        }
    }
}

fn sequences(work: &mut Work<'_>) {
    let owned = |catalog: &Catalog| -> Vec<(QualName, (QualName, Name))> {
        let all = catalog.relations.iter();
        all.filter_map(|(name, relation)| Some((name.clone(), relation.sequence.as_ref()?.owned_by.clone()?)))
            .collect()
    };
    let wanted = owned(work.aim);
    for (old, owner) in owned(work.catalog()) {
        if work.aim.relations.contains_key(&old) {
            continue;
        }
        let mut fits = wanted
            .iter()
            .filter(|(new, of)| *of == owner && !work.catalog().relations.contains_key(new));
        let (Some((new, _)), None) = (fits.next(), fits.next()) else {
            continue;
        };
        if let Some(relation) = work.now(&old) {
            relocate(work, &old, &new.clone(), &relation);
        }
    }
}
