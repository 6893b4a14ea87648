//! Work on heaps, and what it entails.

use confiture_schema::catalog::QualName;
use confiture_syntax::TextRange;

use super::Predictor;
use crate::effect::Cause;

impl Predictor<'_> {
    /// A heap is rewritten, which reads it and rebuilds its indexes. Partitioned tables have none.
    pub(super) fn rewrite_heap(&mut self, table: &QualName, reason: &str, range: TextRange) {
        if !self.has_heap(table) {
            return;
        }
        self.effect.rewrite(table, Cause::new(reason, range));
        self.effect.scan(table, Cause::new(reason, range));
        if self.has_indexes(table) {
            self.effect.index_build(
                table,
                Cause::new(
                    format!("{reason}, and a rewritten table's indexes are built anew"),
                    range,
                ),
            );
        }
    }

    /// A heap is read from end to end.
    pub(super) fn scan_heap(&mut self, table: &QualName, reason: &str, range: TextRange) {
        if self.has_heap(table) {
            self.effect.scan(table, Cause::new(reason, range));
        }
    }

    /// An index is built on a heap, which reads it.
    pub(super) fn build_index(&mut self, table: &QualName, reason: &str, range: TextRange) {
        if self.has_heap(table) {
            self.effect.scan(table, Cause::new(reason, range));
            self.effect.index_build(table, Cause::new(reason, range));
        }
    }

    /// Whether the catalog has an index on it.
    pub(super) fn has_indexes(&self, table: &QualName) -> bool {
        self.catalog()
            .relation(table)
            .is_some_and(|r| r.indexes.keys().next().is_some())
    }
}
