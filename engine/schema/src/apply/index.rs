//! Indexes: from CREATE INDEX and from constraints that have one.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_syntax::{Name, TextRange};

use super::names::{IndexRole, distinct};
use super::{Done, Fold, Note, builtin, exists, missing, refused, written};
use crate::catalog::{Constraint, ConstraintKind, Index, IndexKey, Origin, QualName, RelationKind};
use crate::change::{Cluster, CreateIndex, Ident, IndexElement, KeyDef, StorageOption};
use crate::expr::{Expr, ExprFacts};

/// An index to be made.
#[derive(Debug, Clone)]
pub(super) struct IndexSpec {
    /// Its name, where one is given.
    pub(super) name: Option<Name>,
    /// The index.
    pub(super) index: Index,
    /// The constraint that it is made for.
    pub(super) constraint: Option<Constraint>,
}

impl IndexSpec {
    pub(super) fn role(&self) -> IndexRole {
        match self.constraint.as_ref().map(|c| &c.kind) {
            Some(ConstraintKind::PrimaryKey { .. }) => IndexRole::Primary,
            Some(ConstraintKind::Exclude { .. }) => IndexRole::Exclusion,
            Some(_) => IndexRole::Unique,
            None => IndexRole::Plain,
        }
    }

    /// Names of the index's own columns, of which its name is made.
    fn labels(&self) -> Vec<Name> {
        let keys = self.index.keys.iter().map(|k| {
            let facts = &k.expr.facts;
            // Where a column was renamed since, the index has kept its old name.
            facts
                .output_name
                .clone()
                .or_else(|| facts.bare_column.clone())
                .unwrap_or_else(|| Name::new("expr"))
        });
        distinct(keys.chain(self.index.include.iter().cloned()))
    }
}

/// How far an index reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Partitions too.
    Family,
    /// This table only.
    Only,
}

impl Fold<'_> {
    pub(super) fn create_index(&mut self, change: &CreateIndex) -> Done {
        let table = self.need_relation(&change.table)?;
        let relation = self.relation(&table);
        if matches!(
            relation.kind,
            RelationKind::View | RelationKind::Sequence | RelationKind::ForeignTable
        ) {
            return Err(refused(written(&change.table)));
        }
        if let Some(name) = &change.name {
            let full = QualName::new(table.schema.clone(), name.name.clone());
            if self.catalog().is_relation_name(&full) {
                return if change.if_not_exists {
                    Ok(())
                } else {
                    Err(exists(name.name.to_string()))
                };
            }
        }
        let range = change.name.as_ref().map_or(change.table.range, |n| n.range);
        let index = Index {
            keys: change
                .elements
                .iter()
                .map(|e| self.index_key(e, &change.method, &table))
                .collect(),
            include: names(&change.include),
            unique: change.unique,
            nulls_not_distinct: change.nulls_not_distinct,
            predicate: change.predicate.clone(),
            options: storage(&change.options),
            tablespace: change.tablespace.as_ref().map(|t| t.name.clone()),
            ..blank_index(&change.method, self.at(range))
        };
        self.check_columns(&table, &index)?;
        let spec = IndexSpec {
            name: change.name.as_ref().map(|n| n.name.clone()),
            index,
            constraint: None,
        };
        let reach = if change.only { Reach::Only } else { Reach::Family };
        self.define_index(&table, spec, reach)?;
        Ok(())
    }

    /// A key as the catalog keeps it: what PostgreSQL takes by default goes without saying.
    pub(super) fn index_key(&self, element: &IndexElement, method: &Name, table: &QualName) -> IndexKey {
        let column = element.expr.facts.bare_column.as_ref();
        let relation = self.catalog().relations.get(table);
        let own = column.and_then(|c| relation?.column(c)?.collation.clone());
        let collation = element
            .collation
            .as_ref()
            .and_then(|c| match self.collation_of(c) {
                Some(collation) => (own.as_ref() != Some(&collation)).then_some(collation.name),
                None => own.as_ref().map(|_| Name::new("default")),
            });
        let opclass = element.opclass.as_ref().map(|o| o.name.clone());
        IndexKey {
            expr: element.expr.clone(),
            opclass: opclass.filter(|o| !builtin::is_default_opclass(method.as_str(), o.as_str())),
            collation,
            descending: element.descending,
            nulls_first: element.nulls_first.unwrap_or(element.descending),
        }
    }

    /// Every column that the index is on must be there.
    pub(super) fn check_columns(&self, table: &QualName, index: &Index) -> Done {
        let Some(relation) = self.catalog().relations.get(table) else {
            return Ok(());
        };
        if relation.view.as_ref().is_some_and(|v| !v.columns_known) {
            return Ok(());
        }
        let keys = index
            .keys
            .iter()
            .filter_map(|k| k.expr.facts.bare_column.as_ref());
        let unknown = keys
            .chain(&index.include)
            .find(|c| relation.column(c).is_none() && !is_system_column(c));
        if let Some(column) = unknown {
            return Err(missing(format!("{table}.{column}")));
        }
        let exprs = index.keys.iter().map(|k| &k.expr).chain(&index.predicate);
        exprs
            .into_iter()
            .try_for_each(|expr| self.check_expr(table, expr))
    }

    /// Makes an index, its constraint, and on a partitioned table those of the partitions; gives its name.
    pub(super) fn define_index(
        &mut self,
        table: &QualName,
        spec: IndexSpec,
        reach: Reach,
    ) -> Result<Name, Note> {
        let (name, partitioned) = self.define_one(table, spec, reach)?;
        if partitioned && reach == Reach::Family {
            self.spread_index(QualName::new(table.schema.clone(), name.clone()))?;
        }
        Ok(name)
    }

    /// Gives every partition below an index of its own, or attaches the one that it has.
    pub(super) fn spread_index(&mut self, index: QualName) -> Done {
        let mut work = vec![index];
        while let Some(parent) = work.pop() {
            let Some(table) = self.catalog().index_tables.get(&parent).cloned() else {
                continue;
            };
            let table = QualName::new(parent.schema.clone(), table);
            for child in self.catalog().children_of(&table).to_vec() {
                work.extend(self.ensure_index(&child, &parent)?);
            }
        }
        Ok(())
    }

    /// Gives a partition what an index of its parent asks for. The index, where partitions below need it too.
    pub(super) fn ensure_index(
        &mut self,
        partition: &QualName,
        parent: &QualName,
    ) -> Result<Option<QualName>, Note> {
        let Some((parent_table, index)) = self.catalog().index(parent) else {
            return Ok(None);
        };
        let (index, constraint) = (index.clone(), parent_table.constraints.get(&parent.name).cloned());
        let relation = self.relation(partition);
        if relation.kind == RelationKind::ForeignTable {
            return Ok(None);
        }
        if let Some(name) = matching(&relation.indexes, &index, constraint.is_some()) {
            self.attach_index(partition, &name, parent);
            return Ok(None);
        }
        let constraint = index
            .constraint
            .then_some(constraint)
            .flatten()
            .map(|c| Constraint {
                inherited: true,
                comment: None,
                ..(*c).clone()
            });
        let index = Index {
            parent: Some(parent.clone()),
            valid: true,
            clustered: false,
            comment: None,
            origin: self.origin,
            ..(*index).clone()
        };
        let (name, partitioned) = self.define_one(
            partition,
            IndexSpec {
                name: None,
                index,
                constraint,
            },
            Reach::Family,
        )?;
        Ok(partitioned.then(|| QualName::new(partition.schema.clone(), name)))
    }

    /// Marks a partition's index as a part of its parent's.
    pub(super) fn attach_index(&mut self, partition: &QualName, name: &Name, parent: &QualName) {
        let index = QualName::new(partition.schema.clone(), name.clone());
        let mut valid = true;
        if let Some(index) = self.catalog_mut().index_mut(&index) {
            index.parent = Some(parent.clone());
            valid = index.valid;
        }
        // Without a constraint above, that of the partition stays its own.
        let for_constraint = self.catalog().index(parent).is_some_and(|(_, i)| i.constraint);
        if for_constraint && let Some(constraint) = self.catalog_mut().constraint_mut(partition, name) {
            constraint.inherited = true;
        }
        if !valid && let Some(parent) = self.catalog_mut().index_mut(parent) {
            parent.valid = false;
        }
    }

    /// Makes one index; also tells whether its table is partitioned.
    fn define_one(
        &mut self,
        table: &QualName,
        mut spec: IndexSpec,
        reach: Reach,
    ) -> Result<(Name, bool), Note> {
        let relation = self.relation(table);
        self.remember_calls(
            spec.index
                .keys
                .iter()
                .map(|k| &k.expr)
                .chain(&spec.index.predicate),
        );
        let partitioned = relation.kind == RelationKind::PartitionedTable;
        let role = spec.role();
        self.check_key(table, &spec)?;
        if role == IndexRole::Primary && relation.primary_key().is_some() {
            return Err(exists(format!("{table}: primary key")));
        }
        let name = match spec.name.take() {
            Some(name) => name,
            None => self.choose_index_name(table, &spec.labels(), role),
        };
        let full = QualName::new(table.schema.clone(), name.clone());
        if self.catalog().is_relation_name(&full) {
            return Err(exists(name.to_string()));
        }
        if spec.constraint.is_some() && relation.constraints.contains_key(&name) {
            return Err(exists(name.to_string()));
        }
        if role == IndexRole::Primary {
            let keys = spec
                .index
                .keys
                .iter()
                .filter_map(|k| k.expr.facts.bare_column.clone());
            for column in keys.collect::<Vec<_>>() {
                self.set_not_null(table, &column);
            }
        }
        let has_partitions = partitioned && !self.catalog().children_of(table).is_empty();
        spec.index.valid = !(has_partitions && reach == Reach::Only);
        spec.index.constraint = spec.constraint.is_some();
        if let Some(constraint) = spec.constraint {
            self.catalog_mut()
                .insert_constraint(table, name.clone(), Arc::new(constraint));
        }
        self.catalog_mut()
            .insert_index(table, name.clone(), Arc::new(spec.index));
        self.mark_created(&full);
        Ok((name, partitioned))
    }

    /// NOT NULL on one column of one table.
    pub(super) fn set_not_null(&mut self, table: &QualName, column: &Name) {
        let already = self
            .catalog()
            .relations
            .get(table)
            .and_then(|r| r.column(column))
            .is_none_or(|c| c.not_null);
        if !already && let Some(column) = self.catalog_mut().column_mut(table, column) {
            column.not_null = true;
        }
    }

    /// The index of PRIMARY KEY or UNIQUE.
    pub(super) fn key_index(&self, key: &KeyDef, range: TextRange) -> Index {
        Index {
            keys: key.columns.iter().map(|c| column_key(&c.name)).collect(),
            include: names(&key.include),
            unique: true,
            nulls_not_distinct: key.nulls_not_distinct,
            options: storage(&key.options),
            tablespace: key.tablespace.as_ref().map(|t| t.name.clone()),
            constraint: true,
            ..blank_index(&Name::new("btree"), self.at(range))
        }
    }

    /// ALTER INDEX parent ATTACH PARTITION child.
    pub(super) fn attach_partition_index(
        &mut self,
        parent: &QualName,
        child: &crate::change::ObjectRef,
    ) -> Done {
        let (table, index) = self
            .state
            .resolve_index(child)
            .ok_or_else(|| missing(written(child)))?;
        if !self.may_be_part(parent, &table, &index) {
            return Err(refused(written(child)));
        }
        self.attach_index(&table, &index.name, parent);
        self.validate_partitioned_index(parent.clone());
        Ok(())
    }

    /// Whether an index of a partition can be attached to one of the partitioned table (tablecmds.c, `ATExecAttachPartitionIdx`).
    fn may_be_part(&self, parent: &QualName, table: &QualName, index: &QualName) -> bool {
        let (Some((whole, wanted)), Some((part, own))) =
            (self.catalog().index(parent), self.catalog().index(index))
        else {
            return false;
        };
        let parent_table = self.catalog().index_tables.get(parent);
        let of_parent = |p: &crate::catalog::Parent| {
            p.relation.schema == parent.schema && Some(&p.relation.name) == parent_table
        };
        let another = part
            .indexes
            .iter()
            .any(|(name, i)| *name != index.name && i.parent.as_ref() == Some(parent));
        whole.kind == RelationKind::PartitionedTable
            && self.relation(table).parents.iter().any(of_parent)
            && own.parent.as_ref().is_none_or(|p| p == parent)
            && (!wanted.constraint || own.constraint)
            && same_index(own, wanted)
            && !another
    }

    /// An index of a partitioned table becomes valid when each partition has a valid one attached; so may its parent's.
    fn validate_partitioned_index(&mut self, index: QualName) {
        let mut at = Some(index);
        while let Some(parent) = at.take() {
            let Some(table) = self.catalog().index_tables.get(&parent) else {
                return;
            };
            let table = QualName::new(parent.schema.clone(), table.clone());
            let attached = |partition: &QualName| {
                let relation = self.catalog().relations.get(partition);
                relation.is_some_and(|r| {
                    r.indexes
                        .values()
                        .any(|i| i.valid && i.parent.as_ref() == Some(&parent))
                })
            };
            if !self.catalog().children_of(&table).iter().all(attached) {
                return;
            }
            if let Some(index) = self.catalog_mut().index_mut(&parent) {
                index.valid = true;
                at = index.parent.clone();
            }
        }
    }

    pub(super) fn cluster(&mut self, change: &Cluster) -> Done {
        let (Some(table), Some(index)) = (&change.table, &change.index) else {
            return Ok(());
        };
        let table = self.need_relation(table)?;
        self.cluster_on(&table, Some(index))
    }

    /// CLUSTER ON an index, or none.
    pub(super) fn cluster_on(&mut self, table: &QualName, index: Option<&Ident>) -> Done {
        let relation = self.relation(table);
        if let Some(index) = index.filter(|i| !relation.indexes.contains_key(&i.name)) {
            return Err(missing(index.name.to_string()));
        }
        for (name, existing) in relation.indexes.iter() {
            let clustered = index.is_some_and(|i| i.name == *name);
            if existing.clustered != clustered
                && let Some(existing) = self
                    .catalog_mut()
                    .index_mut(&QualName::new(table.schema.clone(), name.clone()))
            {
                existing.clustered = clustered;
            }
        }
        Ok(())
    }
}

/// An index on nothing yet.
pub(super) fn blank_index(method: &Name, origin: Origin) -> Index {
    Index {
        method: method.clone(),
        keys: Vec::new(),
        include: Vec::new(),
        unique: false,
        nulls_not_distinct: false,
        predicate: None,
        valid: true,
        constraint: false,
        parent: None,
        options: BTreeMap::new(),
        tablespace: None,
        clustered: false,
        comment: None,
        origin,
    }
}

/// A plain ascending key.
pub(super) fn column_key(column: &Name) -> IndexKey {
    let facts = ExprFacts {
        columns: vec![column.clone()],
        bare_column: Some(column.clone()),
        ..ExprFacts::default()
    };
    IndexKey {
        expr: Expr {
            text: column.quoted().as_str().into(),
            range: TextRange::default(),
            facts: Arc::new(facts),
        },
        opclass: None,
        collation: None,
        descending: false,
        nulls_first: false,
    }
}

/// Names without their places.
pub(super) fn names(idents: &[Ident]) -> Vec<Name> {
    idents.iter().map(|i| i.name.clone()).collect()
}

/// Options without their places. PostgreSQL writes `true` where only a name stands.
pub(super) fn storage(options: &[StorageOption]) -> BTreeMap<Name, Arc<str>> {
    options
        .iter()
        .map(|o| (o.name.clone(), o.value.clone().unwrap_or_else(|| "true".into())))
        .collect()
}

pub(super) fn is_system_column(name: &Name) -> bool {
    matches!(
        name.as_str(),
        "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax"
    )
}

/// A partition's own index that can serve as a part of its parent's (index.c, `CompareIndexInfo`).
fn matching(
    indexes: &rpds::RedBlackTreeMapSync<Name, Arc<Index>>,
    wanted: &Index,
    for_constraint: bool,
) -> Option<Name> {
    let fits = |(_, own): &(&Name, &Arc<Index>)| {
        own.parent.is_none() && (!for_constraint || own.constraint) && same_index(own, wanted)
    };
    indexes
        .iter()
        .filter(fits)
        .min_by_key(|(_, i)| i.origin)
        .map(|(name, _)| name.clone())
}

/// Whether two indexes hold the same, order of sorting aside.
fn same_index(a: &Index, b: &Index) -> bool {
    let same_key = |(a, b): (&IndexKey, &IndexKey)| {
        let same_expr = match (&a.expr.facts.bare_column, &b.expr.facts.bare_column) {
            (Some(a), Some(b)) => a == b,
            (None, None) => same_text(&a.expr, &b.expr),
            _ => false,
        };
        same_expr && a.opclass == b.opclass && a.collation == b.collation
    };
    a.method == b.method
        && a.unique == b.unique
        && a.nulls_not_distinct == b.nulls_not_distinct
        && a.include == b.include
        && a.keys.len() == b.keys.len()
        && a.keys.iter().zip(&b.keys).all(same_key)
        && match (&a.predicate, &b.predicate) {
            (None, None) => true,
            (Some(a), Some(b)) => same_text(a, b),
            _ => false,
        }
}

/// Whether two expressions are spelled the same, blanks and enclosing parentheses aside.
pub(super) fn same_text(a: &Expr, b: &Expr) -> bool {
    let plain = |e: &Expr| -> String {
        e.text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')'))
            .collect()
    };
    a.text == b.text || plain(a) == plain(b)
}
