//! Statements that go for whole tables: COPY, LOCK, VACUUM, ANALYZE, TRUNCATE.

use std::collections::BTreeSet;

use confiture_schema::catalog::{QualName, TriggerEvent};
use confiture_schema::change::{Copy, DropBehavior, Lock, Truncate, Vacuum};
use confiture_syntax::TextRange;

use super::Predictor;
use crate::lock::LockMode;

impl Predictor<'_> {
    pub(super) fn copy(&mut self, copy: &Copy) {
        let range = copy.relation.range;
        let Some((name, relation)) = self.relation(&copy.relation) else {
            return;
        };
        if !copy.from {
            self.lock(&name, LockMode::AccessShare, "it is read", range);
            self.scan_heap(&name, "all of it is read", range);
            return;
        }
        for member in self.behind(&name) {
            self.lock(&member, LockMode::RowExclusive, "its rows are written", range);
        }
        self.bound_of_partition(&name, range);
        if let Some(relation) = relation {
            self.insert_effects(&name, &relation, &[], false, range);
            self.user_triggers(&name, &relation, TriggerEvent::Insert, &[], range);
        }
    }

    pub(super) fn lock_table(&mut self, lock: &Lock) {
        let mode = LockMode::from_name(&lock.mode).unwrap_or(LockMode::AccessExclusive);
        for (name, only) in &lock.relations {
            let Some((relation, _)) = self.relation(name) else {
                continue;
            };
            let members = if *only {
                vec![relation]
            } else {
                self.behind(&relation)
            };
            for member in members {
                self.lock(&member, mode, "it asks for that lock", name.range);
            }
        }
    }

    pub(super) fn vacuum(&mut self, vacuum: &Vacuum) {
        if vacuum.vacuum {
            self.outside_transaction();
        }
        let mut tables: Vec<(QualName, TextRange)> = Vec::new();
        for name in &vacuum.relations {
            if let Some((relation, _)) = self.relation(name) {
                // Since 18 inheritance children are processed with their parent, as partitions are.
                let members = if self.version.at_least(18) {
                    self.family(&relation, false)
                } else {
                    self.family_of_partitions(&relation)
                };
                tables.extend(members.into_iter().map(|m| (m, name.range)));
                if vacuum.analyze {
                    self.sample_descendants(&relation, name.range);
                }
            }
        }
        if vacuum.relations.is_empty() {
            let all = self.catalog().relations.keys().filter(|n| self.has_heap(n));
            tables.extend(all.map(|n| (n.clone(), TextRange::default())));
        }
        for (table, range) in tables {
            if vacuum.full {
                self.lock(&table, LockMode::AccessExclusive, "it is written anew", range);
                self.rewrite_heap(&table, "it is written anew without its dead rows", range);
            } else {
                self.lock(
                    &table,
                    LockMode::ShareUpdateExclusive,
                    "it is vacuumed or analyzed",
                    range,
                );
            }
        }
    }

    /// ANALYZE of a table with inheritance children samples them too.
    fn sample_descendants(&mut self, table: &QualName, range: TextRange) {
        for member in self.family(table, false) {
            if member != *table {
                self.lock(
                    &member,
                    LockMode::AccessShare,
                    "its rows are sampled for its parent's statistics",
                    range,
                );
            }
        }
    }

    pub(super) fn truncate(&mut self, truncate: &Truncate) {
        let mut todo: Vec<(QualName, String, TextRange)> = Vec::new();
        for (name, only) in &truncate.relations {
            if let Some((relation, _)) = self.relation(name) {
                for member in self.family(&relation, *only) {
                    todo.push((member, "it is emptied".to_owned(), name.range));
                }
                if !self.version.at_least(14) {
                    self.bound_of_partition(&relation, name.range);
                }
            }
        }
        let mut seen = BTreeSet::new();
        while let Some((table, why, range)) = todo.pop() {
            if !seen.insert(table.clone()) {
                continue;
            }
            self.lock(&table, LockMode::AccessExclusive, &why, range);
            if truncate.restart_identity {
                for sequence in self.owned_sequences(&table, None) {
                    self.lock(&sequence, LockMode::AccessExclusive, "it starts anew", range);
                }
            }
            if let Some(relation) = self.catalog().relation(&table).cloned() {
                self.user_triggers(&table, &relation, TriggerEvent::Truncate, &[], range);
            }
            if truncate.behavior == DropBehavior::Cascade {
                for child in self.referencing(&table) {
                    for member in self.family(&child, false) {
                        todo.push((member, format!("it references {table}"), range));
                    }
                }
            }
        }
    }
}
