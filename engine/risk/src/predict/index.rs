//! Indexes: created, rebuilt, clustered on.

use confiture_schema::catalog::{Index, IndexKey, QualName};
use confiture_schema::change::{Cluster, CreateIndex, Reindex, ReindexTarget};
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::attach::same_index;
use super::scope::Resolved;
use crate::lock::LockMode;

impl Predictor<'_> {
    pub(super) fn create_index(&mut self, create: &CreateIndex) {
        let range = create.table.range;
        let mode = if create.concurrently {
            LockMode::ShareUpdateExclusive
        } else {
            LockMode::Share
        };
        if create.concurrently {
            self.outside_transaction();
            self.effect.waits_for_older_snapshots = true;
        }
        let Some((table, _)) = self.relation(&create.table) else {
            return;
        };
        self.lock(&table, mode, "an index is built on it", range);
        if let Some(name) = &create.name {
            let own = QualName::new(table.schema.clone(), name.name.clone());
            self.effect.creates.insert(own);
        }
        if create.if_not_exists
            && create
                .name
                .as_ref()
                .is_some_and(|n| self.name_taken(&table, &n.name))
        {
            self.effect.waits_for_older_snapshots = false;
            return;
        }
        let partitioned = self.is_partitioned(&table);
        if partitioned && create.only {
            return;
        }
        self.build_on(&table, &wanted(create), mode, range);
    }

    fn name_taken(&self, table: &QualName, name: &Name) -> bool {
        let full = QualName::new(table.schema.clone(), name.clone());
        self.catalog().index_tables.contains_key(&full) || self.catalog().relation(&full).is_some()
    }

    /// Builds an index on a table or on its partitions, but for those that have the same.
    fn build_on(&mut self, table: &QualName, wanted: &Index, mode: LockMode, range: TextRange) {
        let partitioned = self.is_partitioned(table);
        for member in self.family_of_partitions(table) {
            self.lock(&member, mode, "an index is built on it", range);
            let has_it = partitioned
                && self.catalog().relation(&member).is_some_and(|r| {
                    r.indexes
                        .values()
                        .any(|i| i.valid && i.parent.is_none() && same_index(i, wanted))
                });
            if !has_it {
                self.build_index(&member, "it creates an index", range);
            }
        }
    }

    pub(super) fn reindex(&mut self, reindex: &Reindex) {
        if reindex.concurrently {
            self.outside_transaction();
            self.effect.waits_for_older_snapshots = true;
        }
        match &reindex.target {
            ReindexTarget::Index(name) => match self.resolve(name) {
                Resolved::Index(index, table) => {
                    self.reindex_index(&index, &table, reindex.concurrently, name.range)
                }
                Resolved::Missing(index) => {
                    self.missing(&index, name);
                    self.lock(&index, LockMode::AccessExclusive, "it is built anew", name.range);
                }
                Resolved::Relation(..) | Resolved::System => {}
            },
            ReindexTarget::Table(name) => {
                if let Some((table, _)) = self.relation(name) {
                    self.reindex_table(&table, reindex.concurrently, name.range);
                }
            }
            ReindexTarget::Schema(schema) => {
                self.outside_transaction();
                let tables: Vec<QualName> = self
                    .catalog()
                    .relations
                    .keys()
                    .filter(|n| n.schema == schema.name)
                    .cloned()
                    .collect();
                for table in tables {
                    if self.has_heap(&table) {
                        self.reindex_table(&table, reindex.concurrently, schema.range);
                    }
                }
            }
            ReindexTarget::Database => {
                self.outside_transaction();
                let tables: Vec<QualName> = self
                    .catalog()
                    .relations
                    .keys()
                    .filter(|n| self.has_heap(n))
                    .cloned()
                    .collect();
                for table in tables {
                    self.reindex_table(&table, reindex.concurrently, TextRange::default());
                }
            }
        }
    }

    fn reindex_index(&mut self, index: &QualName, table: &QualName, concurrently: bool, range: TextRange) {
        let mode = table_mode(concurrently);
        // Concurrently the strong lock comes last, on what was the index, when nobody uses it any more.
        self.lock(index, LockMode::AccessExclusive, "it is built anew", range);
        self.lock(table, mode, "an index of it is built anew", range);
        if self.is_partitioned(table) {
            self.outside_transaction();
            for member in self.family(table, false) {
                if self.has_heap(&member) {
                    self.lock(&member, mode, "an index of it is built anew", range);
                    self.build_index(&member, "the index is built anew", range);
                }
            }
            return;
        }
        self.build_index(table, "the index is built anew", range);
    }

    fn reindex_table(&mut self, table: &QualName, concurrently: bool, range: TextRange) {
        if self.is_partitioned(table) {
            self.outside_transaction();
        }
        for member in self.family_of_partitions(table) {
            self.lock(
                &member,
                table_mode(concurrently),
                "its indexes are built anew",
                range,
            );
            if self.has_indexes(&member) {
                self.build_index(&member, "its indexes are built anew", range);
            }
        }
    }

    pub(super) fn cluster(&mut self, cluster: &Cluster) {
        let Some(name) = &cluster.table else {
            self.outside_transaction();
            let clustered: Vec<QualName> = self
                .catalog()
                .relations
                .iter()
                .filter(|(_, r)| r.indexes.values().any(|i| i.clustered))
                .map(|(n, _)| n.clone())
                .collect();
            for table in clustered {
                self.lock(
                    &table,
                    LockMode::AccessExclusive,
                    "it is written anew in the order of an index",
                    TextRange::default(),
                );
                self.rewrite_heap(
                    &table,
                    "it is written anew in the order of an index",
                    TextRange::default(),
                );
            }
            return;
        };
        let Some((table, _)) = self.relation(name) else {
            return;
        };
        if self.is_partitioned(&table) {
            self.outside_transaction();
        }
        for member in self.family_of_partitions(&table) {
            self.lock(
                &member,
                LockMode::AccessExclusive,
                "it is written anew in the order of an index",
                name.range,
            );
            self.rewrite_heap(&member, "it is written anew in the order of an index", name.range);
        }
        if let Some(index) = &cluster.index {
            let index = QualName::new(table.schema.clone(), index.name.clone());
            self.lock(
                &index,
                LockMode::AccessExclusive,
                "it gives the order",
                name.range,
            );
        }
    }
}

fn table_mode(concurrently: bool) -> LockMode {
    if concurrently {
        LockMode::ShareUpdateExclusive
    } else {
        LockMode::Share
    }
}

/// The index that a statement asks for, to compare it with those that are there.
fn wanted(create: &CreateIndex) -> Index {
    let keys = create.elements.iter().map(|e| IndexKey {
        expr: e.expr.clone(),
        opclass: e.opclass.as_ref().map(|o| o.name.clone()),
        collation: e.collation.as_ref().map(|c| c.name.clone()),
        descending: e.descending,
        nulls_first: e.nulls_first.unwrap_or(e.descending),
    });
    Index {
        method: create.method.clone(),
        keys: keys.collect(),
        include: create.include.iter().map(|i| i.name.clone()).collect(),
        unique: create.unique,
        nulls_not_distinct: create.nulls_not_distinct,
        predicate: create.predicate.clone(),
        valid: true,
        constraint: false,
        parent: None,
        options: Default::default(),
        tablespace: None,
        clustered: false,
        comment: None,
        origin: Default::default(),
    }
}
