//! Safe ways to constraints and partitions.

use confiture_schema::catalog::Deferrable;
use confiture_schema::change::{ConstraintDef, ConstraintDefKind, ForeignKeyDef, KeyDef, ObjectRef};
use confiture_syntax::Name;

use super::{Table, Ways, alone, bounded, way};
use crate::effect::{SafeStep, SafeWay};
use crate::sql;

impl Ways<'_> {
    pub(super) fn add_constraint(&self, table: &Table, constraint: &ConstraintDef) -> Option<SafeWay> {
        match &constraint.kind {
            ConstraintDefKind::Check(expr) => {
                let columns = expr
                    .facts
                    .columns
                    .iter()
                    .map(Name::as_str)
                    .collect::<Vec<_>>()
                    .join("_");
                let name = name_or(constraint, &format!("{}_{columns}_check", table.name.name));
                Some(in_two_steps(table, &name, &format!("CHECK ({})", expr.text)))
            }
            ConstraintDefKind::ForeignKey(key) => self.foreign_key(table, constraint, key),
            ConstraintDefKind::Unique(key) => self.unique_key(table, constraint, key, "UNIQUE", "key"),
            ConstraintDefKind::PrimaryKey(key) => {
                self.unique_key(table, constraint, key, "PRIMARY KEY", "pkey")
            }
            ConstraintDefKind::NotNull(column) => Some(self.set_not_null(table, &column.name)),
            ConstraintDefKind::Exclude(_) => None,
        }
    }

    fn foreign_key(&self, table: &Table, constraint: &ConstraintDef, key: &ForeignKeyDef) -> Option<SafeWay> {
        let partitioned = table.relation.as_ref().is_some_and(|r| r.partition_key.is_some());
        if partitioned && !self.version.at_least(18) {
            return None;
        }
        let columns = key
            .columns
            .iter()
            .map(|c| c.name.as_str())
            .collect::<Vec<_>>()
            .join("_");
        let name = name_or(constraint, &format!("{}_{columns}_fkey", table.name.name));
        let mut definition = format!(
            "FOREIGN KEY ({}) REFERENCES {}",
            sql::names(key.columns.iter().map(|c| &c.name)),
            sql::object(&key.references)
        );
        if !key.referenced_columns.is_empty() {
            definition.push_str(&format!(
                " ({})",
                sql::names(key.referenced_columns.iter().map(|c| &c.name))
            ));
        }
        if key.match_full {
            definition.push_str(" MATCH FULL");
        }
        for (when, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
            if let Some(words) = sql::action_words(action) {
                definition.push_str(&format!(" ON {when} {words}"));
            }
        }
        definition.push_str(deferral(constraint.deferrable));
        Some(in_two_steps(table, &name, &definition))
    }

    fn unique_key(
        &self,
        table: &Table,
        constraint: &ConstraintDef,
        key: &KeyDef,
        word: &str,
        suffix: &str,
    ) -> Option<SafeWay> {
        let partitioned = table.relation.as_ref().is_some_and(|r| r.partition_key.is_some());
        if key.using_index.is_some() || partitioned {
            return None;
        }
        let columns = key
            .columns
            .iter()
            .map(|c| c.name.as_str())
            .collect::<Vec<_>>()
            .join("_");
        let default = if word == "UNIQUE" {
            format!("{}_{columns}_{suffix}", table.name.name)
        } else {
            format!("{}_{suffix}", table.name.name)
        };
        let name = name_or(constraint, &default);
        let mut steps = Vec::new();
        if word == "PRIMARY KEY" {
            for column in &key.columns {
                let nullable = table
                    .relation
                    .as_ref()
                    .and_then(|r| r.column(&column.name))
                    .is_none_or(|c| !c.not_null);
                if nullable {
                    steps.extend(self.set_not_null(table, &column.name).steps);
                }
            }
        }
        let mut index = format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})",
            name.quoted(),
            table.sql(),
            sql::names(key.columns.iter().map(|c| &c.name))
        );
        if !key.include.is_empty() {
            index.push_str(&format!(
                " INCLUDE ({})",
                sql::names(key.include.iter().map(|c| &c.name))
            ));
        }
        if key.nulls_not_distinct {
            index.push_str(" NULLS NOT DISTINCT");
        }
        steps.push(alone(format!("{index};")));
        steps.push(bounded(format!(
            "ALTER TABLE {} ADD CONSTRAINT {} {word} USING INDEX {}{};",
            table.sql(),
            name.quoted(),
            name.quoted(),
            deferral(constraint.deferrable)
        )));
        Some(way(
            "build the unique index concurrently, then make the constraint of it",
            steps,
        ))
    }

    pub(super) fn attach(
        &self,
        table: &Table,
        partition: &ObjectRef,
        bound: Option<&str>,
    ) -> Option<SafeWay> {
        let key = table.relation.as_ref()?.partition_key.clone()?;
        let bound = bound?;
        let column = match key.keys.as_slice() {
            [key] => key.facts.bare_column.clone()?,
            _ => return None,
        };
        let condition = crate::bound::condition(&column, bound)?;
        let child = self.names.name_of(partition)?;
        let name = Name::new(format!("{}_bound", child.name)).quoted().to_string();
        let child = child.quoted();
        let steps: Vec<SafeStep> = vec![
            bounded(format!(
                "ALTER TABLE {child} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID;"
            )),
            bounded(format!("ALTER TABLE {child} VALIDATE CONSTRAINT {name};")),
            bounded(format!(
                "ALTER TABLE {} ATTACH PARTITION {child} {bound};",
                table.sql()
            )),
            bounded(format!("ALTER TABLE {child} DROP CONSTRAINT {name};")),
        ];
        Some(way(
            "let a validated CHECK show that the rows fit, so that attaching need not read them",
            steps,
        ))
    }
}

fn name_or(constraint: &ConstraintDef, default: &str) -> Name {
    constraint
        .name
        .as_ref()
        .map_or_else(|| Name::new(default), |n| n.name.clone())
}

fn deferral(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::Immediate => " DEFERRABLE",
        Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// Added without looking at the rows, then validated while reads and writes go on.
fn in_two_steps(table: &Table, name: &Name, definition: &str) -> SafeWay {
    let (table, name) = (table.sql(), name.quoted());
    way(
        "add the constraint without looking at the rows, then validate it while reads and writes go on",
        vec![
            bounded(format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID;"
            )),
            bounded(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};")),
        ],
    )
}
