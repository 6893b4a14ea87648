//! Views, materialized views, CREATE TABLE AS: relations whose columns come from a query.

use std::sync::Arc;

use confiture_syntax::Name;

use super::index::storage;
use super::{Done, Fold, exists, missing, refused, written};
use crate::catalog::{Column, Persistence, QualName, Relation, RelationKind, ViewDef};
use crate::change::{
    CreateTableAs, CreateView, Ident, ObjectRef, OutputColumn, Query, RefreshMaterializedView,
};

/// The columns of a query.
struct Output {
    columns: Vec<Column>,
    /// No column is missing, none has a guessed name.
    known: bool,
}

impl Fold<'_> {
    pub(super) fn create_view(&mut self, change: &CreateView) -> Done {
        let sources = self.sources(&change.query);
        let temporary = sources
            .iter()
            .any(|s| self.relation(s).persistence == Persistence::Temporary);
        let persistence = if temporary {
            Persistence::Temporary
        } else {
            change.persistence
        };
        let persistence = self.persistence_in(&change.name, persistence);
        let name = self.new_relation_name(&change.name, persistence);
        let existing = self.catalog().relations.get(&name).cloned();
        match &existing {
            Some(view) if change.or_replace && view.kind == RelationKind::View => {}
            Some(_) => return Err(exists(written(&change.name))),
            None if self.catalog().is_relation_name(&name) || self.catalog().types.contains_key(&name) => {
                return Err(exists(written(&change.name)));
            }
            None => {}
        }
        let output = self.output(&change.query, &change.columns);
        let mut relation = Relation {
            kind: RelationKind::View,
            persistence,
            columns: shared(output.columns),
            view: Some(Arc::new(ViewDef {
                query: view_query(change),
                ..view_of(&change.query, sources, output.known)
            })),
            options: storage(&change.options),
            origin: self.at(change.name.range),
            ..Relation::default()
        };
        match existing {
            Some(existing) => {
                self.check_replaced_view(&name, &existing, &relation)?;
                keep(&mut relation, &existing);
                self.catalog_mut().take_relation(&name);
            }
            None => self.mark_created(&name),
        }
        self.catalog_mut().insert_relation(name, Arc::new(relation));
        Ok(())
    }

    pub(super) fn create_table_as(&mut self, change: &CreateTableAs) -> Done {
        let persistence = self.persistence_in(&change.name, change.persistence);
        let name = self.new_relation_name(&change.name, persistence);
        if self.catalog().is_relation_name(&name) || self.catalog().types.contains_key(&name) {
            return if change.if_not_exists {
                Ok(())
            } else {
                Err(exists(written(&change.name)))
            };
        }
        let sources = self.sources(&change.query);
        let output = self.output(&change.query, &change.columns);
        if !output.known && !change.materialized {
            self.note(
                super::NoteKind::Unknown,
                format!("columns of {}", written(&change.name)),
            );
            self.state.rowless.columns_unknown();
        }
        let view = change
            .materialized
            .then(|| Arc::new(view_of(&change.query, sources, output.known)));
        let relation = Relation {
            kind: if change.materialized {
                RelationKind::MaterializedView
            } else {
                RelationKind::Table
            },
            persistence,
            columns: shared(output.columns),
            view,
            options: storage(&change.options),
            tablespace: change.tablespace.as_ref().map(|t| t.name.clone()),
            access_method: change
                .access_method
                .as_ref()
                .map(|m| m.name.clone())
                .filter(|m| m.as_str() != "heap"),
            unpopulated: change.materialized && change.no_data,
            origin: self.at(change.name.range),
            ..Relation::default()
        };
        self.catalog_mut()
            .insert_relation(name.clone(), Arc::new(relation));
        self.mark_created(&name);
        Ok(())
    }

    pub(super) fn refresh(&mut self, change: &RefreshMaterializedView) -> Done {
        let name = self.need_relation(&change.name)?;
        if self.relation(&name).kind != RelationKind::MaterializedView {
            return Err(refused(written(&change.name)));
        }
        if let Some(view) = self.catalog_mut().relation_mut(&name) {
            view.unpopulated = change.no_data;
        }
        Ok(())
    }

    /// The relations that a query reads, sorted; those that aren't known are noted and kept out.
    fn sources(&mut self, query: &Query) -> Vec<QualName> {
        let mut sources: Vec<QualName> = Vec::new();
        for read in &query.reads {
            match self.state.resolve_relation(read) {
                Some(source) => sources.push(source),
                None if is_system(read) => {}
                None => self.notes.push(missing(written(read))),
            }
        }
        sources.sort();
        sources.dedup();
        sources
    }

    /// The columns that a query gives, under the names that are given.
    fn output(&self, query: &Query, names: &[Ident]) -> Output {
        let mut output = Output {
            columns: Vec::new(),
            known: !query.output.is_empty(),
        };
        for column in &query.output {
            self.output_column(column, &mut output);
        }
        if names.len() > output.columns.len() && !output.known {
            let rest = &names[output.columns.len()..];
            output.columns.extend(
                rest.iter()
                    .map(|n| super::table::blank_column(&n.name, self.origin)),
            );
        }
        // Where a star before them isn't known, the given names tell nothing about which column is which.
        for (column, name) in output.columns.iter_mut().zip(names) {
            column.name = name.name.clone();
            column.origin = self.at(name.range);
        }
        output
    }

    fn output_column(&self, column: &OutputColumn, output: &mut Output) {
        let blank = |name: &Name| super::table::blank_column(name, self.origin);
        match column {
            OutputColumn::Star(relations) => self.star(relations, &[], output),
            OutputColumn::StarExcept(relations, merged) => self.star(relations, merged, output),
            OutputColumn::Unknown => output.known = false,
            OutputColumn::Column { name, column, of } => {
                let source = of.iter().find_map(|r| {
                    let relation = self.state.resolve_relation(r)?;
                    self.relation(&relation).column(column).cloned()
                });
                output.columns.push(match source {
                    Some(source) => Column {
                        ty: source.ty.clone(),
                        collation: source.collation.clone(),
                        ..blank(name)
                    },
                    None => blank(name),
                });
            }
            OutputColumn::Typed { name, ty } => {
                output.columns.push(Column {
                    ty: Some(self.state.resolve_type(ty)),
                    ..blank(name)
                });
            }
            OutputColumn::Named(name) => output.columns.push(blank(name)),
        }
    }

    /// `*`: every column of these relations but those that a join has merged.
    fn star(&self, relations: &[ObjectRef], merged: &[Name], output: &mut Output) {
        for relation in relations {
            let Some(name) = self.state.resolve_relation(relation) else {
                output.known = false;
                continue;
            };
            let relation = self.relation(&name);
            output.known &= relation.view.as_ref().is_none_or(|v| v.columns_known);
            let columns = relation.columns.iter().filter(|c| !merged.contains(&c.name));
            output.columns.extend(columns.map(|c| Column {
                ty: c.ty.clone(),
                collation: c.collation.clone(),
                ..super::table::blank_column(&c.name, self.origin)
            }));
        }
    }
}

fn shared(columns: Vec<Column>) -> Arc<Vec<Arc<Column>>> {
    Arc::new(columns.into_iter().map(Arc::new).collect())
}

/// A recursive view's query is a WITH query of the view's own name (PostgreSQL manual, CREATE VIEW).
fn view_query(change: &CreateView) -> Arc<str> {
    if !change.recursive {
        return change.query.text.clone();
    }
    let name = change.name.name.quoted();
    let columns: Vec<String> = change.columns.iter().map(|c| c.name.quoted()).collect();
    let columns = columns.join(", ");
    let text = &change.query.text;
    format!("WITH RECURSIVE {name} ({columns}) AS ({text}) SELECT {columns} FROM {name}").into()
}

fn view_of(query: &Query, sources: Vec<QualName>, columns_known: bool) -> ViewDef {
    ViewDef {
        query: query.text.clone(),
        sources,
        columns_known,
    }
}

/// What CREATE OR REPLACE VIEW leaves as it was.
fn keep(relation: &mut Relation, existing: &Relation) {
    relation.comment = existing.comment.clone();
    relation.owner = existing.owner.clone();
    relation.triggers = existing.triggers.clone();
    relation.rules = existing.rules.clone();
    let columns = relation
        .columns
        .iter()
        .map(|column| match existing.column(&column.name) {
            Some(old) => Arc::new(Column {
                comment: old.comment.clone(),
                default: old.default.clone(),
                ..(**column).clone()
            }),
            None => column.clone(),
        });
    relation.columns = Arc::new(columns.collect());
}

/// PostgreSQL's own relations are in no catalog.
fn is_system(name: &ObjectRef) -> bool {
    match &name.schema {
        Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema"),
        None => name.name.as_str().starts_with("pg_"),
    }
}
