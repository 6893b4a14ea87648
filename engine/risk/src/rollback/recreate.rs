//! What was dropped, made anew from the catalog.

use confiture_schema::catalog::{
    Column, ConstraintKind, Index, Persistence, QualName, Relation, RelationKind,
};
use confiture_schema::change::{Drop, DropBehavior, ObjectKind};
use confiture_syntax::Name;

use super::Undo;
use crate::sql;

impl Undo<'_> {
    pub(super) fn drop(&self, drop: &Drop) -> Option<String> {
        let catalog = &self.before.catalog;
        let mut all = Vec::new();
        for object in &drop.objects {
            let name = self.names.name_of(&object.name)?;
            if drop.behavior == DropBehavior::Cascade && self.has_dependents(&name) {
                return None;
            }
            all.push(match drop.kind {
                ObjectKind::Index => {
                    let (relation, index) = catalog.index(&name)?;
                    if relation.partition_key.is_some() || index.parent.is_some() {
                        return None;
                    }
                    let table = QualName::new(name.schema.clone(), catalog.index_tables.get(&name)?.clone());
                    format!("{};", sql::index(&name, &table, index))
                }
                ObjectKind::Table => self.table(&name)?,
                ObjectKind::View => {
                    let query = &catalog.relation(&name)?.view.as_ref()?.query;
                    format!("CREATE VIEW {} AS\n{query};", name.quoted())
                }
                ObjectKind::MaterializedView => self.materialized_view(&name)?,
                _ => return None,
            });
        }
        all.reverse();
        Some(all.join("\n"))
    }

    /// Whether something would go with a relation.
    pub(super) fn has_dependents(&self, name: &QualName) -> bool {
        let catalog = &self.before.catalog;
        !catalog.views_of(name).is_empty()
            || !catalog.children_of(name).is_empty()
            || self.names.is_referenced(name)
    }

    fn materialized_view(&self, name: &QualName) -> Option<String> {
        let relation = self.before.catalog.relation(name)?;
        let query = &relation.view.as_ref()?.query;
        let mut statements = vec![format!("CREATE MATERIALIZED VIEW {} AS\n{query};", name.quoted())];
        statements.extend(free_indexes(name, relation));
        Some(statements.join("\n"))
    }

    /// A table made anew from the catalog: columns, constraints, then its other indexes. `None` for one that has more.
    fn table(&self, name: &QualName) -> Option<String> {
        let relation = self.before.catalog.relation(name)?;
        let plain = relation.kind == RelationKind::Table
            && relation.parents.is_empty()
            && relation.triggers.is_empty()
            && relation.policies.is_empty()
            && relation.rules.is_empty()
            && !relation.row_security.enabled
            && relation.persistence == Persistence::Permanent
            && relation.of_type.is_none();
        let named_elsewhere = self
            .before
            .catalog
            .others
            .values()
            .any(|o| o.relations.contains(name));
        if !plain || named_elsewhere {
            return None;
        }
        let mut parts: Vec<String> = relation
            .columns
            .iter()
            .map(|c| self.column(name, c))
            .collect::<Option<_>>()?;
        for (constraint_name, constraint) in relation.constraints.iter() {
            if matches!(constraint.kind, ConstraintKind::NotNull { .. }) || !constraint.validated {
                return None;
            }
            parts.push(format!(
                "CONSTRAINT {} {}",
                constraint_name.quoted(),
                sql::constraint(constraint)?
            ));
        }
        let mut statements = vec![format!(
            "CREATE TABLE {} (\n    {}\n);",
            name.quoted(),
            parts.join(",\n    ")
        )];
        statements.extend(free_indexes(name, relation));
        Some(statements.join("\n"))
    }

    /// A column as it was; with the sequence that went with it as `serial`.
    fn column(&self, table: &QualName, column: &Column) -> Option<String> {
        let owned = self.names.sequences_of(table, &column.name);
        if owned.is_empty() || column.identity.is_some() {
            return sql::column(column);
        }
        let word = match column.ty.as_ref()?.name.as_str() {
            "int2" => "smallserial",
            "int4" => "serial",
            "int8" => "bigserial",
            _ => return None,
        };
        let usual = Name::new(format!("{}_{}_seq", table.name, column.name));
        let drawn = column
            .default
            .as_ref()
            .is_some_and(|d| d.text.contains("nextval"));
        let serial = drawn && owned.len() == 1 && owned[0].name == usual && column.not_null;
        serial.then(|| format!("{} {word}", column.name.quoted()))
    }

    /// A dropped column, added again with the constraints and indexes that went with it.
    pub(super) fn add_again(
        &self,
        table: &QualName,
        relation: &Relation,
        name: &Name,
    ) -> Option<(Vec<String>, Vec<String>)> {
        let column = relation.column(name)?;
        let mut definition = self.column(table, column)?;
        let filled = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        if column.not_null && !filled {
            // The values are lost: NOT NULL can only come back when there are others.
            definition = definition.trim_end_matches(" NOT NULL").to_owned();
        }
        let mut commands = vec![format!("ADD COLUMN {definition}")];
        let about = |c: &ConstraintKind| match c {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                columns.contains(name)
            }
            ConstraintKind::Check { expr } => expr.facts.columns.contains(name),
            ConstraintKind::ForeignKey(key) => key.columns.contains(name),
            ConstraintKind::Exclude { .. } | ConstraintKind::NotNull { .. } => false,
        };
        for (constraint_name, constraint) in relation.constraints.iter().filter(|(_, c)| about(&c.kind)) {
            let mut definition = sql::constraint(constraint)?;
            // Rows that have lost their values may violate it.
            let demands = matches!(&constraint.kind, ConstraintKind::Check { expr } if !expr.facts.proves_not_null.is_empty());
            if demands && constraint.validated {
                definition.push_str(" NOT VALID");
            }
            commands.push(format!(
                "ADD CONSTRAINT {} {definition}",
                constraint_name.quoted()
            ));
        }
        let in_index = |i: &Index| {
            i.keys.iter().any(|k| k.expr.facts.columns.contains(name))
                || i.include.contains(name)
                || i.predicate
                    .as_ref()
                    .is_some_and(|p| p.facts.columns.contains(name))
        };
        let indexes = relation
            .indexes
            .iter()
            .filter(|(_, i)| !i.constraint && in_index(i))
            .map(|(index_name, index)| {
                let full = QualName::new(table.schema.clone(), index_name.clone());
                format!("{};", sql::index(&full, table, index))
            });
        Some((commands, indexes.collect()))
    }
}

/// Indexes that belong to no constraint.
fn free_indexes(table: &QualName, relation: &Relation) -> Vec<String> {
    let free = relation.indexes.iter().filter(|(_, i)| !i.constraint);
    free.map(|(name, index)| {
        let full = QualName::new(table.schema.clone(), name.clone());
        format!(
            "{};",
            sql::index(&full, table, index).replace("INDEX CONCURRENTLY", "INDEX")
        )
    })
    .collect()
}
