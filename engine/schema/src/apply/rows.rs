//! Which relations hold nothing that could be lost: told by who can ask a server, carried on from statement to statement.
//!
//! Files alone don't know what a database holds. Who has asked it says so with [`State::knowing_rowless`]; from then on what
//! is created counts as rowless, and what a statement fills no longer does, unless the rows are spelled out by statements
//! themselves: those can be had again.

use std::collections::HashSet;

use rpds::RedBlackTreeMapSync as Map;

use super::State;
use crate::catalog::{QualName, RelationKind};
use crate::change::{Change, ObjectRef, Query, WriteKind};

/// Relations that hold no rows but those which statements spelled out, where that is known at all.
///
/// It is no part of what is kept between runs and between edits: only analyses on top of a live catalog know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rowless {
    known: Option<Map<QualName, ()>>,
    /// Something ran since of which nobody knows what it did.
    doubted: bool,
}

impl Rowless {
    fn insert(&mut self, name: &QualName) {
        if let Some(known) = &mut self.known {
            known.insert_mut(name.clone(), ());
        }
    }

    fn remove(&mut self, name: &QualName) -> bool {
        self.known.as_mut().is_some_and(|known| known.remove_mut(name))
    }

    pub(super) fn created(&mut self, name: &QualName) {
        self.insert(name);
    }

    /// A table was made with columns that aren't known.
    pub(super) fn columns_unknown(&mut self) {
        self.doubted = self.known.is_some();
    }

    pub(super) fn renamed(&mut self, from: &QualName, to: Option<&QualName>) {
        let is_rowless = self.remove(from);
        match to {
            Some(to) if is_rowless => self.insert(to),
            // The name itself may be known as one that nothing had.
            Some(to) => {
                self.remove(to);
            }
            None => {}
        }
    }

    /// What a name may mean that isn't in the catalog, as something made it that can't be read, is rowless no longer.
    fn filled_unseen(&mut self, name: &ObjectRef) {
        let Some(known) = &self.known else {
            return;
        };
        let is_meant = |known: &&QualName| {
            known.name == name.name && name.schema.as_ref().is_none_or(|schema| *schema == known.schema)
        };
        let meant: Vec<QualName> = known.keys().filter(is_meant).cloned().collect();
        meant.iter().for_each(|name| {
            self.remove(name);
        });
    }
}

impl State {
    /// The same state, where it is known which relations hold rows: all but these and what is created from now on. Names of
    /// relations that don't exist may be among them: what something unreadable makes of that name holds none at first.
    pub fn knowing_rowless(mut self, relations: impl IntoIterator<Item = QualName>) -> State {
        let known = relations.into_iter().map(|name| (name, ())).collect();
        self.rowless = Rowless {
            known: Some(known),
            doubted: false,
        };
        self
    }

    /// Whether anybody has said which relations hold rows.
    pub fn knows_rows(&self) -> bool {
        self.rowless.known.is_some()
    }

    /// Whether the catalog holds all tables that have rows, with all of their columns: a server told it, and nothing ran since
    /// that may have changed it unseen.
    pub fn knows_all_columns(&self) -> bool {
        self.knows_rows() && !self.rowless.doubted
    }

    /// Whether it is known that a relation holds no rows that could be lost, in its partitions and children either; of a
    /// view, that those hold none which it reads.
    pub fn is_rowless(&self, relation: &QualName) -> bool {
        let Some(known) = &self.rowless.known else {
            return false;
        };
        let mut seen: HashSet<&QualName> = HashSet::new();
        let mut todo = vec![relation];
        while let Some(name) = todo.pop() {
            if !seen.insert(name) {
                continue;
            }
            let Some(found) = self.catalog.relations.get(name) else {
                // Not in the catalog: absent, or something of an extension.
                match known.contains_key(name) {
                    true => continue,
                    false => return false,
                }
            };
            match found.kind {
                RelationKind::Table | RelationKind::PartitionedTable => {
                    if !known.contains_key(name) {
                        return false;
                    }
                    todo.extend(self.catalog.children_of(name));
                }
                RelationKind::View | RelationKind::MaterializedView => match &found.view {
                    Some(view) => todo.extend(view.sources.iter().filter(|source| !is_system(source))),
                    None => return false,
                },
                RelationKind::ForeignTable | RelationKind::Sequence => return false,
            }
        }
        true
    }

    /// Takes note of the rows that a statement moved: to be called behind it. What functions and triggers do isn't seen; see
    /// [`State::doubt_rows`].
    pub fn note_rows(&mut self, changes: &[Change]) {
        if !self.knows_rows() {
            return;
        }
        let mut todo: Vec<&Change> = changes.iter().rev().collect();
        while let Some(change) = todo.pop() {
            match change {
                Change::Do(block) => todo.extend(block.statements.iter().flat_map(|nested| &nested.changes)),
                Change::Query(query) if !query.explain_only => {
                    let fills = query
                        .writes
                        .iter()
                        .filter(|write| write.kind != WriteKind::Delete);
                    let filled: Vec<&ObjectRef> = fills.map(|write| &write.relation).collect();
                    if !filled.is_empty() && !self.is_spelled_out(query) {
                        filled.into_iter().for_each(|relation| self.filled(relation));
                    }
                }
                Change::CreateTableAs(create) if !create.no_data && !self.is_spelled_out(&create.query) => {
                    self.filled(&create.name);
                }
                _ => {}
            }
        }
    }

    /// Something ran that may have put any rows anywhere: where there are any that could be lost, nothing counts as rowless
    /// any more.
    pub fn doubt_rows(&mut self) {
        if self.knows_rows() && self.holds_rows() {
            self.rowless = Rowless {
                known: Some(Map::default()),
                doubted: true,
            };
        }
    }

    /// Whether some table holds rows that could be lost.
    fn holds_rows(&self) -> bool {
        let mut tables = self.catalog.relations.iter().filter(|(_, relation)| {
            matches!(relation.kind, RelationKind::Table | RelationKind::ForeignTable)
        });
        let known = self.rowless.known.as_ref();
        tables.any(|(name, _)| known.is_none_or(|known| !known.contains_key(name)))
    }

    /// Whether a query's rows come from statements alone.
    fn is_spelled_out(&self, query: &Query) -> bool {
        !query.incomplete
            && query.reads.iter().all(|read| match self.resolve_relation(read) {
                Some(source) => self.is_rowless(&source),
                None => is_system_name(read),
            })
    }

    fn filled(&mut self, relation: &ObjectRef) {
        let Some(name) = self.resolve_relation(relation) else {
            self.rowless.filled_unseen(relation);
            return;
        };
        let mut seen = HashSet::new();
        let mut todo = vec![name];
        while let Some(name) = todo.pop() {
            // Rows that are written to a view end in what it reads, those of a partitioned table in its partitions.
            let view = self.catalog.relation(&name).and_then(|found| found.view.clone());
            if let Some(view) = view {
                todo.extend(
                    view.sources
                        .iter()
                        .filter(|source| !seen.contains(*source))
                        .cloned(),
                );
            }
            self.rowless.remove(&name);
            seen.insert(name);
        }
    }
}

fn is_system(name: &QualName) -> bool {
    matches!(name.schema.as_str(), "pg_catalog" | "information_schema")
}

fn is_system_name(name: &ObjectRef) -> bool {
    match &name.schema {
        Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema"),
        None => name.name.as_str().starts_with("pg_"),
    }
}
