//! Constraints other than foreign keys: added, changed, validated.

use std::sync::Arc;

use confiture_syntax::Name;

use super::index::{IndexSpec, Reach, blank_index, names, same_text};
use super::names::Among;
use super::{Done, Fold, exists, missing, refused};
use crate::catalog::{Constraint, ConstraintKind, Deferrable, Index, QualName, ReplicaIdentity};
use crate::change::{ConstraintDef, ConstraintDefKind, ExcludeDef, Ident, KeyDef};
use crate::expr::Expr;

impl Fold<'_> {
    /// ALTER TABLE … ADD constraint.
    pub(super) fn add_constraint(&mut self, table: &QualName, def: &ConstraintDef, reach: Reach) -> Done {
        match &def.kind {
            ConstraintDefKind::PrimaryKey(key) | ConstraintDefKind::Unique(key)
                if key.using_index.is_some() =>
            {
                self.constraint_using_index(table, def, key)
            }
            ConstraintDefKind::PrimaryKey(key) | ConstraintDefKind::Unique(key) => {
                self.need_columns(table, key.columns.iter().chain(&key.include))?;
                let spec = self.key_spec(table, def);
                let primary = matches!(def.kind, ConstraintDefKind::PrimaryKey(_));
                let keys = names(&key.columns);
                self.define_index(table, spec, reach)?;
                if primary && reach == Reach::Family {
                    for relation in self.catalog().family(table) {
                        keys.iter()
                            .for_each(|column| self.set_not_null(&relation, column));
                    }
                }
                Ok(())
            }
            ConstraintDefKind::Exclude(_) => {
                let spec = self.key_spec(table, def);
                self.check_columns(table, &spec.index)?;
                self.define_index(table, spec, reach).map(drop)
            }
            ConstraintDefKind::Check(expr) => self.add_check(table, def, expr, !def.not_valid, reach),
            ConstraintDefKind::ForeignKey(key) => self.add_foreign_key(table, def, key, !def.not_valid),
            ConstraintDefKind::NotNull(column) => self.add_not_null(table, def, column, reach),
        }
    }

    /// The columns that a constraint is on must be there.
    pub(super) fn need_columns<'a>(
        &self,
        table: &QualName,
        columns: impl Iterator<Item = &'a Ident>,
    ) -> Done {
        let Some(relation) = self.catalog().relations.get(table) else {
            return Ok(());
        };
        for column in columns {
            if relation.column(&column.name).is_none() {
                return Err(missing(format!("{table}.{}", column.name)));
            }
        }
        Ok(())
    }

    /// A constraint's value, but for what it says.
    pub(super) fn constraint_of(&self, def: &ConstraintDef, kind: ConstraintKind) -> Constraint {
        let range = def.name.as_ref().map_or(def.range, |n| n.range);
        Constraint {
            kind,
            validated: true,
            enforced: !def.not_enforced,
            deferrable: def.deferrable,
            no_inherit: def.no_inherit,
            inherited: false,
            comment: None,
            origin: self.at(range),
        }
    }

    /// The index and constraint that PRIMARY KEY, UNIQUE or EXCLUDE ask for.
    pub(super) fn key_spec(&self, table: &QualName, def: &ConstraintDef) -> IndexSpec {
        let (index, kind) = match &def.kind {
            ConstraintDefKind::PrimaryKey(key) => (
                self.key_index(key, def.range),
                ConstraintKind::PrimaryKey {
                    columns: names(&key.columns),
                },
            ),
            ConstraintDefKind::Exclude(exclude) => {
                let operators = exclude
                    .elements
                    .iter()
                    .map(|(_, op)| plain_operator(op))
                    .collect();
                (
                    self.exclusion_index(table, exclude, def),
                    ConstraintKind::Exclude { operators },
                )
            }
            ConstraintDefKind::Unique(key) => (
                self.key_index(key, def.range),
                ConstraintKind::Unique {
                    columns: names(&key.columns),
                },
            ),
            _ => (
                blank_index(&Name::new("btree"), self.origin),
                ConstraintKind::Unique { columns: Vec::new() },
            ),
        };
        IndexSpec {
            name: def.name.as_ref().map(|n| n.name.clone()),
            index,
            constraint: Some(self.constraint_of(def, kind)),
        }
    }

    fn exclusion_index(&self, table: &QualName, exclude: &ExcludeDef, def: &ConstraintDef) -> Index {
        Index {
            keys: exclude
                .elements
                .iter()
                .map(|(e, _)| self.index_key(e, &exclude.method, table))
                .collect(),
            include: names(&exclude.include),
            predicate: exclude.predicate.clone(),
            constraint: true,
            ..blank_index(&exclude.method, self.at(def.range))
        }
    }

    /// ADD PRIMARY KEY or UNIQUE USING INDEX: the index takes the constraint's name.
    fn constraint_using_index(&mut self, table: &QualName, def: &ConstraintDef, key: &KeyDef) -> Done {
        let Some(using) = &key.using_index else {
            return Ok(());
        };
        let relation = self.relation(table);
        let Some(index) = relation.indexes.get(&using.name) else {
            return Err(missing(using.name.to_string()));
        };
        if index.constraint || !index.unique || index.predicate.is_some() {
            return Err(refused(using.name.to_string()));
        }
        let columns: Vec<Name> = index
            .keys
            .iter()
            .filter_map(|k| k.expr.facts.bare_column.clone())
            .collect();
        let name = def
            .name
            .as_ref()
            .map_or_else(|| using.name.clone(), |n| n.name.clone());
        let primary = matches!(def.kind, ConstraintDefKind::PrimaryKey(_));
        if primary && relation.primary_key().is_some() {
            return Err(exists(format!("{table}: primary key")));
        }
        if name != using.name {
            self.rename_index(table, &using.name, &name)?;
        }
        let full = QualName::new(table.schema.clone(), name.clone());
        if let Some(index) = self.catalog_mut().index_mut(&full) {
            index.constraint = true;
        }
        let kind = if primary {
            columns.iter().for_each(|column| self.set_not_null(table, column));
            ConstraintKind::PrimaryKey { columns }
        } else {
            ConstraintKind::Unique { columns }
        };
        let constraint = self.constraint_of(def, kind);
        self.catalog_mut()
            .insert_constraint(table, name, Arc::new(constraint));
        Ok(())
    }

    /// Adds a CHECK to a table and, unless it says NO INHERIT, to what descends from it.
    pub(super) fn add_check(
        &mut self,
        table: &QualName,
        def: &ConstraintDef,
        expr: &Expr,
        validated: bool,
        reach: Reach,
    ) -> Done {
        let mut constraint = self.constraint_of(def, ConstraintKind::Check { expr: expr.clone() });
        constraint.validated = validated && constraint.enforced;
        self.check_expr(table, expr)?;
        self.remember_calls([expr]);
        self.check_passed_on(table, constraint.no_inherit)?;
        let name = match &def.name {
            Some(name) => name.name.clone(),
            None => self.choose_check_name(table, expr),
        };
        self.merge_check(table, &name, &constraint)?;
        if constraint.no_inherit || reach == Reach::Only {
            return Ok(());
        }
        let inherited = Constraint {
            inherited: true,
            ..constraint
        };
        for child in self.catalog().family(table).iter().skip(1) {
            self.merge_check(child, &name, &inherited)?;
        }
        Ok(())
    }

    /// `table_column_check` where the condition is on one column, else `table_check` (heap.c, `AddRelationNewConstraints`).
    fn choose_check_name(&self, table: &QualName, expr: &Expr) -> Name {
        let column = match expr.facts.columns.as_slice() {
            [one] => Some(one.as_str()),
            _ => None,
        };
        self.choose_name(
            &table.schema,
            table.name.as_str(),
            column,
            "check",
            Among::Constraints,
        )
    }

    /// Adds a CHECK, or merges it with an equal one that a parent gave or that the parent's now meets.
    pub(super) fn merge_check(&mut self, table: &QualName, name: &Name, constraint: &Constraint) -> Done {
        let relation = self.relation(table);
        let Some(existing) = relation.constraints.get(name) else {
            self.catalog_mut()
                .insert_constraint(table, name.clone(), Arc::new(constraint.clone()));
            return Ok(());
        };
        let same = match (&existing.kind, &constraint.kind) {
            (ConstraintKind::Check { expr: a }, ConstraintKind::Check { expr: b }) => same_text(a, b),
            _ => false,
        };
        if !same || (!existing.inherited && !constraint.inherited) {
            return Err(exists(name.to_string()));
        }
        let partition = relation.is_partition();
        if let Some(existing) = self.catalog_mut().constraint_mut(table, name) {
            existing.inherited = if constraint.inherited {
                existing.inherited || partition
            } else {
                partition
            };
        }
        Ok(())
    }

    /// A named NOT NULL (18+): the column's own property as soon as it is valid.
    fn add_not_null(&mut self, table: &QualName, def: &ConstraintDef, column: &Ident, reach: Reach) -> Done {
        self.need_columns(table, std::iter::once(column))?;
        if !def.not_valid {
            let family = if reach == Reach::Only {
                vec![table.clone()]
            } else {
                self.catalog().family(table)
            };
            family
                .iter()
                .for_each(|relation| self.set_not_null(relation, &column.name));
            return Ok(());
        }
        let name = match &def.name {
            Some(name) => name.name.clone(),
            None => {
                let column = Some(column.name.as_str());
                self.choose_name(
                    &table.schema,
                    table.name.as_str(),
                    column,
                    "not_null",
                    Among::Constraints,
                )
            }
        };
        let kind = ConstraintKind::NotNull {
            column: column.name.clone(),
        };
        let constraint = Constraint {
            validated: false,
            ..self.constraint_of(def, kind)
        };
        self.catalog_mut()
            .insert_constraint(table, name, Arc::new(constraint));
        Ok(())
    }

    /// VALIDATE CONSTRAINT, children's included.
    pub(super) fn validate_constraint(&mut self, table: &QualName, name: &Ident) -> Done {
        let relation = self.relation(table);
        let Some(constraint) = relation.constraints.get(&name.name) else {
            return Err(missing(name.name.to_string()));
        };
        if let ConstraintKind::NotNull { column } = &constraint.kind {
            self.catalog_mut().remove_constraint(table, &name.name);
            self.set_not_null(table, column);
            return Ok(());
        }
        if !matches!(
            constraint.kind,
            ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_)
        ) {
            return Err(refused(name.name.to_string()));
        }
        for relation in self.catalog().family(table) {
            let is_same =
                |c: &Constraint| std::mem::discriminant(&c.kind) == std::mem::discriminant(&constraint.kind);
            if let Some(own) = self.catalog_mut().constraint_mut(&relation, &name.name)
                && is_same(own)
            {
                own.validated = true;
            }
        }
        Ok(())
    }

    /// ALTER CONSTRAINT.
    pub(super) fn alter_constraint(
        &mut self,
        table: &QualName,
        name: &Ident,
        deferrable: Option<Deferrable>,
        enforced: Option<bool>,
        inherit: Option<bool>,
    ) -> Done {
        if !self.relation(table).constraints.contains_key(&name.name) {
            return Err(missing(name.name.to_string()));
        }
        for relation in self.catalog().family(table) {
            let Some(constraint) = self.catalog_mut().constraint_mut(&relation, &name.name) else {
                continue;
            };
            constraint.deferrable = deferrable.unwrap_or(constraint.deferrable);
            if let Some(enforced) = enforced {
                constraint.enforced = enforced;
                constraint.validated = enforced;
            }
            if let Some(inherit) = inherit {
                constraint.no_inherit = !inherit;
            }
        }
        Ok(())
    }

    /// REPLICA IDENTITY.
    pub(super) fn set_replica_identity(&mut self, table: &QualName, identity: &ReplicaIdentity) -> Done {
        if let ReplicaIdentity::Index(name) = identity {
            let relation = self.relation(table);
            let index = relation
                .indexes
                .get(name)
                .ok_or_else(|| missing(name.to_string()))?;
            let not_null = |c: &Name| relation.column(c).is_some_and(|c| c.not_null);
            let keys_hold = index
                .keys
                .iter()
                .all(|k| k.expr.facts.bare_column.as_ref().is_some_and(not_null));
            if !index.unique || index.predicate.is_some() || !keys_hold {
                return Err(refused(name.to_string()));
            }
        }
        if let Some(relation) = self.catalog_mut().relation_mut(table) {
            relation.replica_identity = identity.clone();
        }
        Ok(())
    }
}

/// `&&` of `OPERATOR(pg_catalog.&&)`.
fn plain_operator(written: &Arc<str>) -> Arc<str> {
    match written.rfind('(') {
        Some(open) => {
            let inner = written[open + 1..].trim_end_matches(')').trim();
            inner.rsplit('.').next().unwrap_or(inner).trim().into()
        }
        None => written.rsplit('.').next().unwrap_or(written).trim().into(),
    }
}
