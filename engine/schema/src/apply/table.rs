//! CREATE TABLE (parse_utilcmd.c, `transformCreateStmt`; tablecmds.c, `DefineRelation`).

use std::sync::Arc;

use confiture_syntax::Name;

use super::index::{IndexSpec, Reach, storage};
use super::{Done, Fold, Note, exists, missing, refused, written};
use crate::catalog::{
    Column, Constraint, ConstraintKind, Parent, PartitionBound, PartitionKey, QualName, Relation,
    RelationKind, TypeKind,
};
use crate::change::{
    ColumnDef, ConstraintDef, ConstraintDefKind, CreateTable, LikeClause, ObjectRef, TableElement,
};

/// A table while its definition is read.
pub(super) struct Draft<'c> {
    pub(super) name: QualName,
    pub(super) relation: Relation,
    pub(super) columns: Vec<Column>,
    /// Checks of parents, by name.
    pub(super) inherited_checks: Vec<(Name, Constraint)>,
    constraints: Vec<&'c ConstraintDef>,
    likes: Vec<(&'c LikeClause, QualName)>,
}

impl Fold<'_> {
    pub(super) fn create_table(&mut self, change: &CreateTable) -> Done {
        let persistence = self.persistence_in(&change.name, change.persistence);
        let name = self.new_relation_name(&change.name, persistence);
        if self.catalog().is_relation_name(&name) {
            return if change.if_not_exists {
                Ok(())
            } else {
                Err(exists(written(&change.name)))
            };
        }
        if self.catalog().types.contains_key(&name) {
            return Err(exists(written(&change.name)));
        }
        let mut draft = self.draft(change, name, persistence)?;
        self.read_parents(change, &mut draft)?;
        self.read_elements(change, &mut draft)?;
        self.not_null_of_keys(&mut draft);
        self.finish_table(change, draft)
    }

    fn draft<'c>(
        &mut self,
        change: &'c CreateTable,
        name: QualName,
        persistence: crate::catalog::Persistence,
    ) -> Result<Draft<'c>, Note> {
        let kind = match (change.foreign, &change.partition_by) {
            (true, _) => RelationKind::ForeignTable,
            (false, Some(_)) => RelationKind::PartitionedTable,
            (false, None) => RelationKind::Table,
        };
        let partition_key = change.partition_by.as_ref().map(|(strategy, keys)| PartitionKey {
            strategy: strategy.clone(),
            keys: keys.clone(),
        });
        let relation = Relation {
            kind,
            persistence,
            partition_key,
            options: storage(&change.options),
            tablespace: change.tablespace.as_ref().map(|t| t.name.clone()),
            access_method: change
                .access_method
                .as_ref()
                .map(|m| m.name.clone())
                .filter(|m| m.as_str() != "heap"),
            origin: self.at(change.name.range),
            ..Relation::default()
        };
        let mut draft = Draft {
            name,
            relation,
            columns: Vec::new(),
            inherited_checks: Vec::new(),
            constraints: Vec::new(),
            likes: Vec::new(),
        };
        if let Some(of) = &change.of_type {
            self.read_type(of, &mut draft)?;
        }
        Ok(draft)
    }

    /// Columns of the composite type of a typed table.
    fn read_type(&mut self, of: &ObjectRef, draft: &mut Draft<'_>) -> Done {
        let name = self.need_type(of)?;
        let ty = self.catalog().types.get(&name).cloned();
        let Some(TypeKind::Composite(attributes)) = ty.as_ref().map(|t| &t.kind) else {
            return Err(refused(written(of)));
        };
        let origin = self.at(of.range);
        draft.columns.extend(attributes.iter().map(|(name, ty)| Column {
            ty: Some(ty.clone()),
            ..blank_column(name, origin)
        }));
        draft.relation.of_type = Some(name);
        Ok(())
    }

    /// PARTITION OF and INHERITS.
    fn read_parents(&mut self, change: &CreateTable, draft: &mut Draft<'_>) -> Done {
        if let Some((parent, bound)) = &change.partition_of {
            let parent = self.need_relation(parent)?;
            if self.relation(&parent).kind != RelationKind::PartitionedTable {
                return Err(refused(parent.to_string()));
            }
            self.inherit_from(&parent, draft);
            let bound = bound
                .clone()
                .map_or(PartitionBound::Default, PartitionBound::Values);
            draft.relation.parents.push(Parent {
                relation: parent,
                bound: Some(bound),
            });
        }
        for parent in &change.inherits {
            let parent = self.need_relation(parent)?;
            self.need_inheritable(&parent)?;
            if draft.relation.parents.iter().any(|p| p.relation == parent) {
                return Err(exists(parent.to_string()));
            }
            self.inherit_from(&parent, draft);
            draft.relation.parents.push(Parent {
                relation: parent,
                bound: None,
            });
        }
        Ok(())
    }

    /// Columns, constraints and LIKE clauses in order.
    fn read_elements<'c>(&mut self, change: &'c CreateTable, draft: &mut Draft<'c>) -> Done {
        // Columns of parents and of the type take further definitions; those of this statement don't.
        let given = draft.columns.len();
        for element in &change.elements {
            match element {
                TableElement::Column(def) => self.read_column(def, draft, given)?,
                TableElement::Constraint(def) => draft.constraints.push(def),
                TableElement::Like(like) => {
                    let source = self.like_columns(like, draft, given)?;
                    draft.likes.push((like, source));
                }
            }
        }
        Ok(())
    }

    fn read_column<'c>(&mut self, def: &'c ColumnDef, draft: &mut Draft<'c>, given: usize) -> Done {
        draft.constraints.extend(&def.constraints);
        let name = &def.name.name;
        let at = draft.columns.iter().position(|c| c.name == *name);
        match at {
            Some(at) if at < given => {
                let own = def.ty.is_some();
                let table = (draft.name.clone(), draft.relation.persistence);
                let defined = self.column_of(&table.0, table.1, def);
                merge_column(&mut draft.columns[at], defined, own);
            }
            Some(_) => return Err(exists(name.to_string())),
            None if def.ty.is_none() => return Err(missing(name.to_string())),
            None => {
                let (table, persistence) = (draft.name.clone(), draft.relation.persistence);
                let column = self.column_of(&table, persistence, def);
                draft.columns.push(column);
            }
        }
        Ok(())
    }

    /// The columns of a primary key are NOT NULL from the start, so that partitions and LIKE see it.
    fn not_null_of_keys(&self, draft: &mut Draft<'_>) {
        for def in &draft.constraints {
            let columns = match &def.kind {
                ConstraintDefKind::PrimaryKey(key) => key.columns.iter().collect::<Vec<_>>(),
                ConstraintDefKind::NotNull(column) => vec![column],
                _ => continue,
            };
            for column in columns {
                if let Some(own) = draft.columns.iter_mut().find(|c| c.name == column.name) {
                    own.not_null = true;
                }
            }
        }
    }

    /// The order in which PostgreSQL does it decides which names are taken: table with what it inherits, then
    /// checks, indexes, what LIKE adds, foreign keys.
    fn finish_table(&mut self, change: &CreateTable, draft: Draft<'_>) -> Done {
        let Draft {
            name,
            mut relation,
            columns,
            inherited_checks,
            constraints,
            likes,
        } = draft;
        relation.columns = Arc::new(columns.into_iter().map(Arc::new).collect());
        for (check, constraint) in inherited_checks {
            relation.constraints.insert_mut(check, Arc::new(constraint));
        }
        let parents: Vec<QualName> = relation.parents.iter().map(|p| p.relation.clone()).collect();
        self.catalog_mut()
            .insert_relation(name.clone(), Arc::new(relation));
        self.mark_created(&name);
        if change.partition_of.is_some() {
            for parent in &parents {
                self.clone_to_partition(parent, &name)?;
            }
        }
        for def in &constraints {
            if let ConstraintDefKind::Check(expr) = &def.kind {
                self.add_check(&name, def, expr, true, Reach::Only)?;
            }
        }
        for spec in self.index_specs(&name, &constraints)? {
            self.define_index(&name, spec, Reach::Family)?;
        }
        for (like, source) in likes {
            self.like_rest(&name, like, &source)?;
        }
        for def in &constraints {
            if let ConstraintDefKind::ForeignKey(key) = &def.kind {
                self.add_foreign_key(&name, def, key, true)?;
            }
        }
        Ok(())
    }

    /// Indexes of keys: the primary key's first, equal ones merged (`transformIndexConstraints`).
    pub(super) fn index_specs(
        &mut self,
        table: &QualName,
        defs: &[&ConstraintDef],
    ) -> Result<Vec<IndexSpec>, Note> {
        let is_primary = |d: &&&ConstraintDef| matches!(d.kind, ConstraintDefKind::PrimaryKey(_));
        if defs.iter().filter(is_primary).count() > 1 {
            return Err(exists(format!("{table}: primary key")));
        }
        let mut specs: Vec<IndexSpec> = Vec::new();
        let rest = defs.iter().filter(|d| !is_primary(d));
        for def in defs.iter().filter(is_primary).chain(rest) {
            match &def.kind {
                ConstraintDefKind::PrimaryKey(key) | ConstraintDefKind::Unique(key) => {
                    self.need_columns(table, key.columns.iter().chain(&key.include))?;
                }
                ConstraintDefKind::Exclude(_) => {}
                _ => continue,
            }
            let spec = self.key_spec(table, def);
            match specs.iter_mut().find(|prior| same_spec(prior, &spec)) {
                Some(prior) => prior.name = prior.name.take().or(spec.name),
                None => specs.push(spec),
            }
        }
        Ok(specs)
    }

    /// What a partition gets from its new parent besides columns and checks.
    pub(super) fn clone_to_partition(&mut self, parent: &QualName, partition: &QualName) -> Done {
        self.ensure_indexes(parent, partition)?;
        self.clone_triggers(parent, partition);
        self.clone_foreign_keys(parent, partition);
        Ok(())
    }
}

/// A column of which nothing is known but its name.
pub(super) fn blank_column(name: &Name, origin: crate::catalog::Origin) -> Column {
    Column {
        name: name.clone(),
        ty: None,
        not_null: false,
        default: None,
        generated: None,
        identity: None,
        collation: None,
        comment: None,
        inherited: false,
        origin,
    }
}

/// Puts a definition on a column that a parent or type gave. With a type of its own it is the table's own too.
pub(super) fn merge_column(column: &mut Column, defined: Column, own: bool) {
    column.not_null |= defined.not_null;
    if defined.default.is_some() {
        column.default = defined.default;
    }
    if defined.generated.is_some() {
        column.generated = defined.generated;
    }
    if defined.identity.is_some() {
        column.identity = defined.identity;
    }
    if own {
        column.inherited = false;
        column.origin = defined.origin;
    }
}

/// Whether two key constraints ask for the same index, names and primacy aside.
fn same_spec(a: &IndexSpec, b: &IndexSpec) -> bool {
    let texts = |s: &IndexSpec| -> Vec<_> {
        s.index
            .keys
            .iter()
            .map(|k| (k.expr.text.clone(), k.descending))
            .collect()
    };
    let operators = |s: &IndexSpec| match s.constraint.as_ref().map(|c| &c.kind) {
        Some(ConstraintKind::Exclude { operators }) => operators.clone(),
        _ => Vec::new(),
    };
    let deferral = |s: &IndexSpec| s.constraint.as_ref().map(|c| c.deferrable);
    texts(a) == texts(b)
        && a.index.include == b.index.include
        && a.index.predicate == b.index.predicate
        && a.index.method == b.index.method
        && a.index.nulls_not_distinct == b.index.nulls_not_distinct
        && operators(a) == operators(b)
        && deferral(a) == deferral(b)
}
