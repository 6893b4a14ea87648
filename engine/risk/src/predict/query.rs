//! Statements that read and write rows, and those that lock or tidy whole tables.

use std::collections::BTreeSet;

use confiture_schema::catalog::{
    ConstraintKind, ForeignKey, QualName, ReferentialAction, Relation, RelationKind, TriggerEnabled,
    TriggerEvent, Volatility,
};
use confiture_schema::change::{Ident, ObjectRef, Query, Write, WriteKind};
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::scope::Resolved;
use crate::literal::{SequenceCall, has_words, sequence_calls};
use crate::lock::LockMode;
use crate::volatility::{Known, function, harmless};

impl Predictor<'_> {
    pub(super) fn query(&mut self, query: &Query) {
        self.query_effect(query);
    }

    /// What running a query does.
    pub(super) fn query_effect(&mut self, query: &Query) {
        if query.incomplete {
            self.unknown("the query could not be read whole", query.range);
        }
        for read in &query.reads {
            self.read(read, LockMode::AccessShare, "it is read");
        }
        for locked in &query.row_locks {
            self.read(locked, LockMode::RowShare, "its rows are locked");
        }
        for write in &query.writes {
            self.write(write, query);
        }
        if query.explain_only {
            return;
        }
        self.sequence_locks(&query.text, query.range);
        for called in &query.functions {
            self.call(called);
        }
    }

    fn read(&mut self, name: &ObjectRef, mode: LockMode, why: &str) {
        if let Some((relation, _)) = self.relation(name) {
            self.lock_read(&relation, mode, why, name.range);
        }
    }

    /// The locks of a query that is parsed but not run: those of the relations that it names.
    pub(super) fn query_locks_unplanned(&mut self, query: &Query) {
        if query.incomplete {
            self.unknown("the query could not be read whole", query.range);
        }
        for (names, mode) in [
            (&query.reads, LockMode::AccessShare),
            (&query.row_locks, LockMode::RowShare),
        ] {
            for name in names {
                if let Some((relation, _)) = self.relation(name) {
                    self.lock(&relation, mode, "the query reads it", name.range);
                }
            }
        }
        for write in &query.writes {
            if let Some((relation, _)) = self.relation(&write.relation) {
                self.lock(
                    &relation,
                    LockMode::RowExclusive,
                    "the query writes it",
                    write.relation.range,
                );
            }
        }
    }

    /// Locks a relation that is read, with what views read behind it and what descends from tables.
    pub(super) fn lock_read(&mut self, relation: &QualName, mode: LockMode, why: &str, range: TextRange) {
        for member in self.behind(relation) {
            let reason = if member == *relation {
                why.to_owned()
            } else {
                format!("{why}, as {relation} is")
            };
            self.lock(&member, mode, &reason, range);
        }
    }

    /// A relation, what its query reads where it is a view, and all that descends from those.
    pub(super) fn behind(&self, relation: &QualName) -> Vec<QualName> {
        let mut all: Vec<QualName> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut todo = vec![relation.clone()];
        while let Some(name) = todo.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if let Some(found) = self.catalog().relation(&name) {
                todo.extend(self.catalog().children_of(&name).iter().cloned());
                if found.kind == RelationKind::View
                    && let Some(view) = &found.view
                {
                    todo.extend(view.sources.iter().cloned());
                }
            }
            all.push(name);
        }
        all
    }

    /// The tables with rows that reading a relation reads.
    pub(super) fn tables_behind(&self, relation: &QualName) -> Vec<QualName> {
        let mut tables = self.behind(relation);
        tables.retain(|t| self.has_heap(t));
        tables
    }

    fn write(&mut self, write: &Write, query: &Query) {
        let range = write.relation.range;
        let Some((name, relation)) = self.relation(&write.relation) else {
            return;
        };
        for member in self.behind(&name) {
            self.lock(&member, LockMode::RowExclusive, "its rows are written", range);
        }
        self.bound_of_partition(&name, range);
        if query.explain_only {
            return;
        }
        let Some(relation) = relation else { return };
        if relation.kind == RelationKind::View {
            let through = through_view(write, &relation);
            for table in self.tables_behind(&name) {
                if let Some(base) = self.catalog().relation(&table).cloned() {
                    self.write_effects(&table, &base, &through, query);
                }
            }
        } else {
            self.write_effects(&name, &relation, write, query);
        }
    }

    /// The bound of a partition that is written by its own name is read from the partitioned table.
    pub(super) fn bound_of_partition(&mut self, name: &QualName, range: TextRange) {
        for ancestor in self.partition_ancestors(name) {
            self.lock(
                &ancestor,
                LockMode::AccessShare,
                "the partition's bound is read",
                range,
            );
        }
    }

    fn write_effects(&mut self, table: &QualName, relation: &Relation, write: &Write, query: &Query) {
        let range = write.relation.range;
        let columns: Vec<&Name> = write.columns.iter().map(|c| &c.name).collect();
        if matches!(write.kind, WriteKind::Insert | WriteKind::Merge) {
            self.insert_effects(
                table,
                relation,
                &write.columns,
                has_words(&query.text, "default", "values"),
                range,
            );
            self.user_triggers(table, relation, TriggerEvent::Insert, &columns, range);
        }
        if write.kind == WriteKind::Update || write.kind == WriteKind::Merge || write.updates_on_conflict {
            self.update_effects(table, relation, &columns, range);
            self.user_triggers(table, relation, TriggerEvent::Update, &columns, range);
        }
        if matches!(write.kind, WriteKind::Delete | WriteKind::Merge) {
            self.delete_effects(table, range);
            self.user_triggers(table, relation, TriggerEvent::Delete, &columns, range);
        }
        if write.every_row {
            for member in self.tables_behind(table) {
                self.scan_heap(&member, "every row is written", range);
            }
        }
    }

    /// Parents of foreign keys, sequences and functions of defaults.
    pub(super) fn insert_effects(
        &mut self,
        table: &QualName,
        relation: &Relation,
        columns: &[Ident],
        defaults_only: bool,
        range: TextRange,
    ) {
        let named = |c: &Name| {
            if columns.is_empty() {
                !defaults_only
            } else {
                columns.iter().any(|i| i.name == *c)
            }
        };
        let has_value = |c: &Name| {
            named(c)
                || relation.column(c).is_some_and(|c| {
                    c.default.as_ref().is_some_and(|d| !d.facts.null) || c.identity.is_some()
                })
        };
        for key in enforced_keys(relation) {
            if key.columns.iter().all(has_value) {
                self.lock_looked_up(&key.references.clone(), range);
            }
        }
        for column in relation.columns.iter() {
            if named(&column.name) {
                continue;
            }
            if let Some(default) = &column.default {
                self.sequence_locks(&default.text, range);
                for called in &default.facts.functions {
                    self.call(called);
                }
            }
        }
        let identity: Vec<Name> = relation
            .columns
            .iter()
            .filter(|c| c.identity.is_some() && !named(&c.name))
            .map(|c| c.name.clone())
            .collect();
        for column in &identity {
            for sequence in self.owned_sequences(table, Some(column)) {
                self.lock(
                    &sequence,
                    LockMode::RowExclusive,
                    "numbers are drawn from it",
                    range,
                );
            }
        }
    }

    fn lock_looked_up(&mut self, parent: &QualName, range: TextRange) {
        for member in self.family_of_partitions(parent) {
            self.lock(&member, LockMode::RowShare, "keys are looked up in it", range);
        }
    }

    fn update_effects(&mut self, table: &QualName, relation: &Relation, columns: &[&Name], range: TextRange) {
        let set = |c: &Name| columns.is_empty() || columns.contains(&c);
        for key in enforced_keys(relation) {
            if key.columns.iter().any(set) {
                self.lock_looked_up(&key.references.clone(), range);
            }
        }
        for (child, key) in self.keys_to(table) {
            let referenced = if key.referenced_columns.is_empty() {
                match relation.primary_key().map(|c| c.kind.clone()) {
                    Some(ConstraintKind::PrimaryKey { columns }) => columns,
                    _ => Vec::new(),
                }
            } else {
                key.referenced_columns.clone()
            };
            if referenced.iter().any(set) {
                self.referential_action(&child, &key, key.on_update, range);
            }
        }
    }

    /// What deleting rows of a table does to those that reference them, down to the last.
    fn delete_effects(&mut self, table: &QualName, range: TextRange) {
        let mut todo = vec![table.clone()];
        let mut seen = BTreeSet::new();
        while let Some(table) = todo.pop() {
            if !seen.insert(table.clone()) {
                continue;
            }
            for (child, key) in self.keys_to(&table) {
                self.referential_action(&child, &key, key.on_delete, range);
                if let Some(relation) = self.catalog().relation(&child).cloned() {
                    let event = match key.on_delete {
                        ReferentialAction::Cascade => TriggerEvent::Delete,
                        ReferentialAction::SetNull | ReferentialAction::SetDefault => TriggerEvent::Update,
                        ReferentialAction::NoAction | ReferentialAction::Restrict => continue,
                    };
                    let columns: Vec<&Name> = key.columns.iter().collect();
                    self.user_triggers(&child, &relation, event, &columns, range);
                }
                if key.on_delete == ReferentialAction::Cascade {
                    todo.push(child);
                }
            }
        }
    }

    /// Foreign keys to a table, its own ancestors' included.
    fn keys_to(&self, table: &QualName) -> Vec<(QualName, ForeignKey)> {
        let mut keys = Vec::new();
        for to in std::iter::once(table.clone()).chain(self.partition_ancestors(table)) {
            for (child, name) in self.catalog().foreign_keys_to(&to) {
                if let Some(constraint) = self
                    .catalog()
                    .relation(child)
                    .and_then(|r| r.constraints.get(name).cloned())
                    && constraint.enforced
                    && let ConstraintKind::ForeignKey(key) = &constraint.kind
                {
                    keys.push((child.clone(), key.clone()));
                }
            }
        }
        keys
    }

    fn referential_action(
        &mut self,
        child: &QualName,
        key: &ForeignKey,
        action: ReferentialAction,
        range: TextRange,
    ) {
        let mode = match action {
            ReferentialAction::NoAction | ReferentialAction::Restrict => LockMode::RowShare,
            ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => {
                LockMode::RowExclusive
            }
        };
        for member in self.family_of_partitions(child) {
            self.lock(
                &member,
                mode,
                "rows of it that reference the changed ones are looked for",
                range,
            );
            let indexed = self
                .catalog()
                .relation(&member)
                .is_some_and(|r| has_index_for(r, &key.columns));
            if !indexed {
                self.scan_heap(
                    &member,
                    "no index helps to find the rows that reference the changed ones",
                    range,
                );
            }
        }
    }

    /// A trigger's function may do anything.
    pub(super) fn user_triggers(
        &mut self,
        table: &QualName,
        relation: &Relation,
        event: TriggerEvent,
        columns: &[&Name],
        range: TextRange,
    ) {
        for (name, trigger) in relation.triggers.iter() {
            let fires = trigger.enabled != TriggerEnabled::Disabled && trigger.events.contains(&event);
            let of_columns = event != TriggerEvent::Update
                || trigger.update_columns.is_empty()
                || columns.is_empty()
                || trigger.update_columns.iter().any(|c| columns.contains(&c));
            if fires && of_columns {
                self.opaque(
                    format!(
                        "trigger {name} of {table} calls {}, which may do anything",
                        trigger.function
                    ),
                    range,
                );
            }
        }
    }

    /// Locks the sequences that a text draws from.
    pub(super) fn sequence_locks(&mut self, text: &str, range: TextRange) {
        for call in sequence_calls(text) {
            let found = match call {
                SequenceCall::Named(schema, name) => match self.resolve(&ObjectRef { schema, name, range }) {
                    Resolved::Relation(name, _) | Resolved::Missing(name) => Some(name),
                    Resolved::Index(..) | Resolved::System => None,
                },
                SequenceCall::Serial(schema, table, column) => match self.resolve(&ObjectRef {
                    schema,
                    name: table,
                    range,
                }) {
                    Resolved::Relation(table, _) => self.owned_sequences(&table, Some(&column)).pop(),
                    _ => None,
                },
                SequenceCall::Computed => None,
            };
            match found {
                Some(sequence) => self.lock(
                    &sequence,
                    LockMode::RowExclusive,
                    "numbers are drawn from it",
                    range,
                ),
                None => self.unknown("which sequence is meant isn't in the files", range),
            }
        }
    }

    /// What is known of a function that is called.
    fn call(&mut self, called: &ObjectRef) {
        let name = called.name.as_str();
        match function(called, self.state) {
            Known::Builtin
            | Known::User {
                volatility: Volatility::Immutable,
                ..
            } => {}
            Known::VolatileBuiltin
                if harmless(name) || matches!(name, "nextval" | "setval" | "currval" | "lastval") => {}
            Known::VolatileBuiltin => self.unknown(
                format!("what {name} does to relations is not modelled"),
                called.range,
            ),
            Known::User { .. } => self.opaque(
                format!("function {name} may read and write relations"),
                called.range,
            ),
            Known::Unknown => self.opaque(format!("function {name} isn't in the files"), called.range),
        }
    }
}

fn enforced_keys(relation: &Relation) -> Vec<ForeignKey> {
    let keys = relation
        .constraints
        .values()
        .filter(|c| c.enforced)
        .filter_map(|c| match &c.kind {
            ConstraintKind::ForeignKey(key) => Some(key.clone()),
            _ => None,
        });
    keys.collect()
}

/// Whether an index begins with these columns, in whatever order, and covers all rows.
fn has_index_for(relation: &Relation, columns: &[Name]) -> bool {
    relation.indexes.values().any(|index| {
        let leading: Vec<&Name> = index
            .keys
            .iter()
            .take(columns.len())
            .filter_map(|k| k.expr.facts.bare_column.as_ref())
            .collect();
        index.valid
            && index.predicate.is_none()
            && leading.len() == columns.len()
            && columns.iter().all(|c| leading.contains(&c))
    })
}

/// A write of a view's columns: those that it doesn't show get no value.
fn through_view(write: &Write, view: &Relation) -> Write {
    let mut through = write.clone();
    if through.columns.is_empty() {
        through.columns = view
            .columns
            .iter()
            .map(|c| Ident {
                name: c.name.clone(),
                range: write.relation.range,
            })
            .collect();
    }
    through
}
