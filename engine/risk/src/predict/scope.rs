//! From names to relations.

use std::sync::Arc;

use confiture_schema::catalog::{Catalog, QualName, Relation, RelationKind};
use confiture_schema::change::ObjectRef;
use confiture_syntax::Name;

use super::Predictor;
use crate::lock::LockMode;

/// What a name means in the state before the statement.
#[derive(Debug, Clone)]
pub(super) enum Resolved {
    /// A relation of the catalog.
    Relation(QualName, Arc<Relation>),
    /// An index of the catalog and the relation it is on.
    Index(QualName, QualName),
    /// One of PostgreSQL's own, which are left out of effects.
    System,
    /// Nothing that the files tell of; this would be its name.
    Missing(QualName),
}

thread_local! {
    /// The schema of temporary objects, which comes first on every path. One for all threads would have them contend for its
    /// reference count.
    static TEMPORARY: Name = Name::new("pg_temp");
}

fn is_system(schema: &Name) -> bool {
    matches!(schema.as_str(), "pg_catalog" | "information_schema" | "pg_toast")
}

impl Predictor<'_> {
    /// What a name means, by the search path where it has no schema.
    pub(super) fn resolve(&self, name: &ObjectRef) -> Resolved {
        if let Some(schema) = &name.schema {
            if is_system(schema) {
                return Resolved::System;
            }
            let full = QualName::new(schema.clone(), name.name.clone());
            return self.exact(&full).unwrap_or(Resolved::Missing(full));
        }
        let path = &self.state.session.search_path;
        let temporary = TEMPORARY.with(Name::clone);
        let found = std::iter::once(&temporary)
            .chain(path.iter())
            .find_map(|schema| self.exact(&QualName::new(schema.clone(), name.name.clone())));
        found.unwrap_or_else(|| {
            if name.name.as_str().starts_with("pg_") {
                return Resolved::System;
            }
            let schema = path
                .iter()
                .find(|s| self.catalog().schemas.contains_key(*s))
                .or(path.first());
            Resolved::Missing(QualName::new(
                schema.cloned().unwrap_or_else(|| Name::new("public")),
                name.name.clone(),
            ))
        })
    }

    fn exact(&self, name: &QualName) -> Option<Resolved> {
        let catalog: &Catalog = self.catalog();
        if let Some(relation) = catalog.relation(name) {
            return Some(Resolved::Relation(name.clone(), relation.clone()));
        }
        let table = catalog.index_tables.get(name)?;
        Some(Resolved::Index(
            name.clone(),
            QualName::new(name.schema.clone(), table.clone()),
        ))
    }

    /// The relation that a statement names. Where the files tell of none, its name is returned without one, and
    /// that is noted as unknown: children, foreign keys and views of it can't be told.
    pub(super) fn relation(&mut self, name: &ObjectRef) -> Option<(QualName, Option<Arc<Relation>>)> {
        match self.resolve(name) {
            Resolved::Relation(full, relation) => Some((full, Some(relation))),
            Resolved::System => None,
            Resolved::Index(full, ..) => Some((full, None)),
            Resolved::Missing(full) => {
                self.missing(&full, name);
                Some((full, None))
            }
        }
    }

    /// As [`Self::relation`] for a statement that may say IF EXISTS: what the files don't tell of isn't there then,
    /// unless they tell of no relation at all, which is no history to conclude from.
    pub(super) fn relation_if(
        &mut self,
        name: &ObjectRef,
        if_exists: bool,
    ) -> Option<(QualName, Option<Arc<Relation>>)> {
        if if_exists && matches!(self.resolve(name), Resolved::Missing(_)) && self.has_history() {
            return None;
        }
        self.relation(name)
    }

    /// Whether the files tell of any relation, or a server has told of all.
    pub(super) fn has_history(&self) -> bool {
        self.state.knows_rows() || !self.catalog().relations.is_empty()
    }

    /// Notes that a relation isn't in the files.
    pub(super) fn missing(&mut self, full: &QualName, name: &ObjectRef) {
        self.unknown(
            format!("{full} isn't in the files: what depends on it isn't known"),
            name.range,
        );
    }

    /// The relation and its descendants; itself alone with ONLY.
    pub(super) fn family(&self, root: &QualName, only: bool) -> Vec<QualName> {
        if only {
            vec![root.clone()]
        } else {
            self.catalog().family(root)
        }
    }

    /// Locks the family of a relation.
    pub(super) fn lock_family(
        &mut self,
        root: &QualName,
        only: bool,
        mode: LockMode,
        reason: &str,
        range: confiture_syntax::TextRange,
    ) {
        for (i, member) in self.family(root, only).iter().enumerate() {
            let why = if i == 0 {
                reason.to_owned()
            } else {
                format!("{reason}, and {member} descends from {root}")
            };
            self.lock(member, mode, &why, range);
        }
    }

    /// The ancestors of a relation that it is a partition of, nearest first.
    pub(super) fn partition_ancestors(&self, of: &QualName) -> Vec<QualName> {
        let mut all: Vec<QualName> = Vec::new();
        let mut at = of.clone();
        while let Some(parent) = self.partition_parent(&at) {
            if all.contains(&parent) {
                break;
            }
            all.push(parent.clone());
            at = parent;
        }
        all
    }

    /// The table that a relation is a partition of.
    pub(super) fn partition_parent(&self, of: &QualName) -> Option<QualName> {
        self.catalog()
            .relation(of)?
            .parents
            .iter()
            .find(|p| p.bound.is_some())
            .map(|p| p.relation.clone())
    }

    /// Sequences owned by a table's columns (one column's alone where it is named).
    pub(super) fn owned_sequences(&self, table: &QualName, column: Option<&Name>) -> Vec<QualName> {
        let owned = self.catalog().sequences_of(table).iter().filter(|name| {
            let sequence = self.catalog().relation(name).and_then(|r| r.sequence.as_ref());
            let owner = sequence.and_then(|s| s.owned_by.as_ref());
            owner.is_some_and(|(_, of)| column.is_none_or(|wanted| wanted == of))
        });
        owned.cloned().collect()
    }

    /// Whether a relation has rows of its own.
    pub(super) fn has_heap(&self, name: &QualName) -> bool {
        self.catalog()
            .relation(name)
            .is_none_or(|r| matches!(r.kind, RelationKind::Table | RelationKind::MaterializedView))
    }

    /// Whether a relation is a partitioned table.
    pub(super) fn is_partitioned(&self, name: &QualName) -> bool {
        self.catalog()
            .relation(name)
            .is_some_and(|r| r.kind == RelationKind::PartitionedTable)
    }
}
