//! Columns: defined, added, dropped.

use std::sync::Arc;

use confiture_syntax::Name;

use super::dependents::Target;
use super::inherit::inherited_column;
use super::sequence::ForColumn;
use super::{Done, Fold, exists, missing, refused};
use crate::catalog::{Column, Generated, Persistence, QualName, RelationKind};
use crate::change::{ColumnDef, DropBehavior, Ident};
use crate::types::SqlType;

impl Fold<'_> {
    /// The column that a definition makes, with the sequence that it asks for.
    pub(super) fn column_of(
        &mut self,
        table: &QualName,
        persistence: Persistence,
        def: &ColumnDef,
    ) -> Column {
        let ty = def.ty.as_ref().map(|t| self.type_of(t));
        let serial = def.ty.as_ref().is_some_and(|t| t.serial);
        self.remember_calls(
            def.default
                .iter()
                .chain(def.generated.as_ref().map(|(expr, _)| expr)),
        );
        let mut column = Column {
            ty: ty.clone(),
            not_null: def.not_null == Some(true) || serial || def.identity.is_some(),
            default: def.default.as_ref().and_then(|d| self.stored_default(d)),
            generated: def.generated.as_ref().map(|(expr, storage)| Generated {
                expr: expr.clone(),
                storage: *storage,
            }),
            identity: def.identity.as_ref().map(|(kind, _)| *kind),
            collation: def.collation.as_ref().and_then(|c| self.collation_of(c)),
            ..super::table::blank_column(&def.name.name, self.at(def.name.range))
        };
        let options = def
            .identity
            .as_ref()
            .map_or(&[][..], |(_, options)| options.as_slice());
        if serial || def.identity.is_some() {
            let sequence = self.column_sequence(&ForColumn {
                table,
                column: &def.name.name,
                ty: ty.unwrap_or_else(|| SqlType::named("int8")),
                persistence,
                identity: !serial,
                options,
                range: def.name.range,
            });
            if serial {
                column.default = Some(self.nextval(&sequence));
            }
        }
        column
    }

    /// ADD COLUMN, in the children too. Its constraints are added by later passes.
    pub(super) fn add_column(&mut self, table: &QualName, def: &ColumnDef, only: bool) -> Done {
        let relation = self.relation(table);
        if relation.column(&def.name.name).is_some() {
            return Err(exists(format!("{table}.{}", def.name.name)));
        }
        if matches!(
            relation.kind,
            RelationKind::View | RelationKind::MaterializedView | RelationKind::Sequence
        ) || relation.of_type.is_some()
            || relation.is_partition()
        {
            return Err(refused(table.to_string()));
        }
        let column = self.column_of(table, relation.persistence, def);
        for (at, relation) in self.reached(table, only).iter().enumerate() {
            if at == 0 {
                self.push_column(relation, column.clone());
            } else {
                self.add_inherited(relation, &column);
            }
        }
        Ok(())
    }

    pub(super) fn push_column(&mut self, table: &QualName, column: Column) {
        if let Some(relation) = self.catalog_mut().relation_mut(table) {
            Arc::make_mut(&mut relation.columns).push(Arc::new(column));
        }
    }

    /// A child gets the column, unless it has one of that name, which then stays as it is.
    fn add_inherited(&mut self, child: &QualName, column: &Column) {
        if self.relation(child).column(&column.name).is_none() {
            self.push_column(child, inherited_column(column));
        }
    }

    /// DROP COLUMN: with it go indexes and constraints on it; what else depends on it must be told to.
    pub(super) fn drop_column(
        &mut self,
        table: &QualName,
        column: &Ident,
        only: bool,
        behavior: DropBehavior,
    ) -> Done {
        let relation = self.relation(table);
        let Some(existing) = relation.column(&column.name) else {
            return Err(missing(format!("{table}.{}", column.name)));
        };
        if existing.inherited || relation.of_type.is_some() {
            return Err(refused(format!("{table}.{}", column.name)));
        }
        self.check_not_partition_key(table, &column.name)?;
        let mut targets = vec![Target::Column(table.clone(), column.name.clone())];
        let mut kept = Vec::new();
        let mut at = 0;
        while let Some(Target::Column(parent, _)) = targets.get(at).cloned() {
            for child in self.catalog().children_of(&parent).to_vec() {
                let inherited = self
                    .relation(&child)
                    .column(&column.name)
                    .is_some_and(|c| c.inherited);
                let sole = self.parents_with_column(&child, &column.name) == 1;
                if inherited && sole && !only {
                    targets.push(Target::Column(child, column.name.clone()));
                } else {
                    kept.push(child);
                }
            }
            at += 1;
        }
        self.drop_targets(targets, behavior)?;
        // Left alone, a child has the column as its own, whoever else it may have it from.
        for child in kept.into_iter().filter(|_| only) {
            if let Some(own) = self.catalog_mut().column_mut(&child, &column.name) {
                own.inherited = false;
            }
        }
        Ok(())
    }

    /// Removes one column, whose dependents are gone.
    pub(super) fn remove_column(&mut self, table: &QualName, column: &Name) {
        if let Some(relation) = self.catalog_mut().relation_mut(table) {
            Arc::make_mut(&mut relation.columns).retain(|c| c.name != *column);
        }
    }

    /// The column that a command changes must be there.
    pub(super) fn need_column(&self, table: &QualName, column: &Ident) -> Result<Arc<Column>, super::Note> {
        let relation = self.catalog().relations.get(table);
        let found = relation.and_then(|r| r.column(&column.name)).cloned();
        found.ok_or_else(|| missing(format!("{table}.{}", column.name)))
    }
}
