//! What is created: tables, views, sequences.

use confiture_schema::catalog::QualName;
use confiture_schema::change::{
    AlterSequence, ConstraintDefKind, CreateFunction, CreateSequence, CreateTable, CreateTableAs, CreateView,
    ObjectRef, RefreshMaterializedView, SequenceOption, TableElement,
};
use confiture_syntax::TextRange;

use super::Predictor;
use super::scope::Resolved;
use crate::lock::LockMode;

impl Predictor<'_> {
    /// Whether a relation of that name exists where CREATE would put it.
    fn exists(&self, name: &ObjectRef) -> Option<QualName> {
        let target = self.creation_name(name);
        let there =
            self.catalog().relation(&target).is_some() || self.catalog().index_tables.contains_key(&target);
        there.then_some(target)
    }

    /// The full name that CREATE gives.
    fn creation_name(&self, name: &ObjectRef) -> QualName {
        let schema = name.schema.clone().or_else(|| {
            let path = &self.state.session.search_path;
            path.iter()
                .find(|s| self.catalog().schemas.contains_key(*s))
                .or(path.first())
                .cloned()
        });
        QualName::new(schema.unwrap_or_else(|| "public".into()), name.name.clone())
    }

    fn creates(&mut self, name: &ObjectRef) -> QualName {
        let full = self.creation_name(name);
        self.effect.creates.insert(full.clone());
        full
    }

    pub(super) fn create_table(&mut self, create: &CreateTable) {
        if create.if_not_exists && self.exists(&create.name).is_some() {
            return;
        }
        let own = self.creates(&create.name);
        for parent in &create.inherits {
            if let Some((parent, _)) = self.relation(parent) {
                self.lock(
                    &parent,
                    LockMode::ShareUpdateExclusive,
                    "the new table inherits from it",
                    create.name.range,
                );
            }
        }
        if let Some((parent, bound)) = &create.partition_of {
            self.create_partition(parent, bound.as_ref(), create.name.range);
        }
        for element in &create.elements {
            match element {
                TableElement::Column(column) => {
                    for constraint in &column.constraints {
                        self.new_table_constraint(&own, &constraint.kind, constraint.range);
                    }
                }
                TableElement::Constraint(constraint) => {
                    self.new_table_constraint(&own, &constraint.kind, constraint.range)
                }
                TableElement::Like(like) => {
                    if let Some((source, _)) = self.relation(&like.source) {
                        self.lock(
                            &source,
                            LockMode::AccessShare,
                            "the new table is made like it",
                            like.source.range,
                        );
                    }
                }
            }
        }
    }

    fn new_table_constraint(&mut self, own: &QualName, kind: &ConstraintDefKind, range: TextRange) {
        if let ConstraintDefKind::ForeignKey(key) = kind {
            self.lock_referenced(key, Some(own), range);
        }
    }

    pub(super) fn create_table_as(&mut self, create: &CreateTableAs) {
        let range = create.name.range;
        if create.if_not_exists && self.exists(&create.name).is_some() || create.no_data {
            self.query_locks_unplanned(&create.query);
        } else {
            self.query_effect(&create.query);
            self.scan_sources(&create.query.reads, range);
        }
        self.creates(&create.name);
    }

    /// The tables that a query reads whole, views seen through.
    fn scan_sources(&mut self, reads: &[ObjectRef], range: TextRange) {
        for read in reads {
            if let Resolved::Relation(name, _) = self.resolve(read) {
                for table in self.tables_behind(&name) {
                    self.scan_heap(&table, "the query reads it", range);
                }
            }
        }
    }

    pub(super) fn create_view(&mut self, create: &CreateView) {
        self.query_locks_unplanned(&create.query);
        match self.exists(&create.name).filter(|_| create.or_replace) {
            Some(view) => self.lock(
                &view,
                LockMode::AccessExclusive,
                "it is replaced",
                create.name.range,
            ),
            None => {
                self.creates(&create.name);
            }
        }
    }

    pub(super) fn refresh(&mut self, refresh: &RefreshMaterializedView) {
        let range = refresh.name.range;
        let Some((view, relation)) = self.relation(&refresh.name) else {
            return;
        };
        let mode = if refresh.concurrently {
            LockMode::Exclusive
        } else {
            LockMode::AccessExclusive
        };
        self.lock(&view, mode, "its contents are replaced", range);
        let indexed = self.has_indexes(&view);
        if refresh.concurrently {
            self.scan_heap(&view, "it is compared with the new contents", range);
        } else {
            self.effect.rewrite(
                &view,
                crate::effect::Cause::new("its contents are replaced", range),
            );
            if indexed {
                self.build_index(&view, "its indexes are built for the new contents", range);
            }
        }
        if refresh.no_data {
            return;
        }
        let definition = relation.and_then(|r| r.view.clone());
        match definition {
            Some(definition) => {
                if definition.sources.is_empty() {
                    return;
                }
                for source in &definition.sources {
                    self.lock_read(source, LockMode::AccessShare, "the view's query reads it", range);
                    for table in self.tables_behind(source) {
                        self.scan_heap(&table, "the view's query reads it", range);
                    }
                }
            }
            None => self.unknown(format!("the query of {view} isn't in the files"), range),
        }
    }

    pub(super) fn create_sequence(&mut self, create: &CreateSequence) {
        if create.if_not_exists && self.exists(&create.name).is_some() {
            return;
        }
        self.creates(&create.name);
        self.sequence_owner(&create.options, create.name.range);
    }

    fn sequence_owner(&mut self, options: &[SequenceOption], range: TextRange) {
        for option in options {
            if let SequenceOption::OwnedBy(Some((table, _))) = option
                && let Some((table, _)) = self.relation(table)
            {
                self.lock(&table, LockMode::AccessShare, "it is to own the sequence", range);
            }
        }
    }

    pub(super) fn alter_sequence(&mut self, alter: &AlterSequence) {
        let Some((sequence, _)) = self.relation_if(&alter.name, alter.if_exists) else {
            return;
        };
        let persistence = alter
            .options
            .iter()
            .any(|o| matches!(o, SequenceOption::Persistence(_)));
        let mode = if persistence {
            LockMode::AccessExclusive
        } else {
            LockMode::ShareRowExclusive
        };
        self.lock(&sequence, mode, "it alters the sequence", alter.name.range);
        self.sequence_owner(&alter.options, alter.name.range);
    }

    /// The body of a function in SQL is parsed when it is made, which locks what it names.
    pub(super) fn create_function(&mut self, create: &CreateFunction) {
        if create.language.as_str() != "sql" {
            return;
        }
        for nested in &create.body {
            for change in &nested.changes {
                if let confiture_schema::change::Change::Query(query) = change {
                    self.query_locks_unplanned(query);
                }
            }
        }
    }
}
