//! What depends on what (`pg_depend`), as far as the catalog knows.
//!
//! Some dependencies are certain (a foreign key, an index, a trigger); others are read from text and may be wrong (a
//! view's columns) or cost a walk over everything (who uses a type's rows). The certain ones decide whether a DROP
//! without CASCADE is refused. The others are followed only by CASCADE: a statement that stands in a project most
//! likely succeeded.

use confiture_syntax::Name;

use super::{Fold, builtin, rewrite};
use crate::catalog::footprint::Hint;
use crate::catalog::{
    Constraint, ConstraintKind, FunctionKey, Index, OtherKey, OtherKind, OtherObject, QualName, Relation,
    RelationKind, TypeKind,
};
use crate::change::{DropBehavior, ObjectRef};
use crate::expr::Expr;
use crate::types::SqlType;

/// Something that can be dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    Schema(Name),
    Relation(QualName),
    Column(QualName, Name),
    Default(QualName, Name),
    Constraint(QualName, Name),
    /// By table and name.
    Index(QualName, Name),
    Trigger(QualName, Name),
    Policy(QualName, Name),
    Rule(QualName, Name),
    Type(QualName),
    Function(FunctionKey),
    Extension(Name),
    Other(OtherKey),
}

impl Target {
    /// The table whose end is this target's end too.
    pub(super) fn table(&self) -> Option<&QualName> {
        match self {
            Target::Column(table, _)
            | Target::Default(table, _)
            | Target::Constraint(table, _)
            | Target::Index(table, _)
            | Target::Trigger(table, _)
            | Target::Policy(table, _)
            | Target::Rule(table, _) => Some(table),
            _ => None,
        }
    }
}

/// What depends on a target.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    /// Goes with it without a word.
    pub(super) automatic: Vec<Target>,
    /// Goes with it only by CASCADE.
    pub(super) normal: Vec<Target>,
}

impl Fold<'_> {
    pub(super) fn dependents(&self, target: &Target, behavior: DropBehavior) -> Dependents {
        let cascade = behavior == DropBehavior::Cascade;
        let mut found = Dependents::default();
        match target {
            Target::Schema(schema) => found.normal = self.members(schema),
            Target::Relation(name) => self.of_relation(name, cascade, &mut found),
            Target::Column(table, column) => self.of_column(table, column, cascade, &mut found),
            Target::Constraint(table, name) => self.of_constraint(table, name, &mut found),
            Target::Index(table, name) => self.of_index(table, name, &mut found),
            Target::Trigger(table, name) => {
                let cloned = |c: &&QualName| self.relation(c).triggers.get(name).is_some_and(|t| t.inherited);
                let children = self.catalog().children_of(table);
                found.automatic = children
                    .iter()
                    .filter(cloned)
                    .map(|c| Target::Trigger(c.clone(), name.clone()))
                    .collect();
            }
            Target::Type(name) => self.of_type(name, cascade, &mut found),
            Target::Function(key) => self.of_function(key, cascade, &mut found),
            Target::Extension(name) if cascade => {
                for ty in builtin::types_of_extension(name.as_str()) {
                    self.users_of_type(
                        &|t: &SqlType| t.schema.is_none() && t.name.as_str() == *ty,
                        cascade,
                        &mut found,
                    );
                }
            }
            _ => {}
        }
        found
    }

    /// Everything in a schema.
    fn members(&self, schema: &Name) -> Vec<Target> {
        let catalog = self.catalog();
        let first = QualName::new(schema.clone(), "");
        let relations = catalog.relations.range(first.clone()..).map(|(name, _)| name);
        let types = catalog.types.range(first.clone()..).map(|(name, _)| name);
        let functions = catalog
            .functions
            .range(
                FunctionKey {
                    name: first,
                    arguments: Vec::new(),
                }..,
            )
            .map(|(key, _)| key);
        let prefix = format!("{}.", schema.quoted());
        let others = catalog
            .others
            .keys()
            .filter(|key| key.identity.starts_with(&prefix));
        relations
            .take_while(|n| n.schema == *schema)
            .map(|n| Target::Relation(n.clone()))
            .chain(
                types
                    .take_while(|n| n.schema == *schema)
                    .map(|n| Target::Type(n.clone())),
            )
            .chain(
                functions
                    .take_while(|k| k.name.schema == *schema)
                    .map(|k| Target::Function(k.clone())),
            )
            .chain(others.map(|k| Target::Other(k.clone())))
            .collect()
    }

    fn of_relation(&self, name: &QualName, cascade: bool, found: &mut Dependents) {
        let catalog = self.catalog();
        for child in catalog.children_of(name) {
            let partition = self
                .relation(child)
                .parents
                .iter()
                .any(|p| p.relation == *name && p.bound.is_some());
            let list = if partition {
                &mut found.automatic
            } else {
                &mut found.normal
            };
            list.push(Target::Relation(child.clone()));
        }
        found
            .automatic
            .extend(catalog.sequences_of(name).iter().cloned().map(Target::Relation));
        found
            .normal
            .extend(catalog.views_of(name).iter().cloned().map(Target::Relation));
        self.of_partition(name, found);
        let keys = catalog
            .foreign_keys_to(name)
            .iter()
            .filter(|(table, _)| table != name);
        found
            .normal
            .extend(keys.map(|(table, key)| Target::Constraint(table.clone(), key.clone())));
        let about = |key: &&OtherKey| {
            key.kind == OtherKind::Statistics
                && catalog
                    .others
                    .get(*key)
                    .is_some_and(|o| o.relations.contains(name))
        };
        found
            .automatic
            .extend(catalog.others.keys().filter(about).cloned().map(Target::Other));
        if self.relation(name).kind == RelationKind::Sequence {
            self.of_sequence(name, cascade, found);
        } else if cascade && catalog.is_hinted(Hint::RowTypesUsed) {
            self.users_of_type(&is_named(name), cascade, found);
        }
        if cascade && catalog.is_hinted(Hint::PoliciesQuery) {
            self.policies_reading(name, found);
        }
    }

    /// A foreign key to a partitioned table is one to each of its partitions.
    fn of_partition(&self, name: &QualName, found: &mut Dependents) {
        let above = |name: &QualName| {
            let relation = self.relation(name);
            let parent = relation.parents.iter().find(|p| p.bound.is_some());
            parent.map(|p| p.relation.clone())
        };
        let mut at = above(name);
        while let Some(parent) = at {
            let keys = self.catalog().foreign_keys_to(&parent).iter();
            found
                .normal
                .extend(keys.map(|(table, key)| Target::Constraint(table.clone(), key.clone())));
            at = above(&parent);
        }
    }

    /// Policies of other tables whose subqueries seem to read a relation.
    fn policies_reading(&self, name: &QualName, found: &mut Dependents) {
        for (table, relation) in self.catalog().relations.iter().filter(|(t, _)| *t != name) {
            for (policy, definition) in relation.policies.iter() {
                let mut conditions = definition.using.iter().chain(&definition.check);
                if conditions.any(|e| e.facts.subquery && rewrite::mentions(&e.text, &name.name)) {
                    found.normal.push(Target::Policy(table.clone(), policy.clone()));
                }
            }
        }
    }

    /// Defaults that take values from a sequence.
    fn of_sequence(&self, name: &QualName, cascade: bool, found: &mut Dependents) {
        let uses = |default: &Expr| self.sequence_of_default(default).as_ref() == Some(name);
        let owner = self
            .relation(name)
            .sequence
            .as_ref()
            .and_then(|s| s.owned_by.clone());
        let tables: Vec<QualName> = match owner {
            Some((table, _)) if !cascade => vec![table],
            _ if !cascade => Vec::new(),
            _ => self.catalog().relations.keys().cloned().collect(),
        };
        for table in tables {
            let relation = self.relation(&table);
            let columns = relation
                .columns
                .iter()
                .filter(|c| c.default.as_ref().is_some_and(uses));
            found
                .normal
                .extend(columns.map(|c| Target::Default(table.clone(), c.name.clone())));
        }
    }

    fn of_column(&self, table: &QualName, column: &Name, cascade: bool, found: &mut Dependents) {
        let relation = self.relation(table);
        for (name, constraint) in relation.constraints.iter().filter(|(_, c)| is_on(c, column)) {
            let _ = constraint;
            found
                .automatic
                .push(Target::Constraint(table.clone(), name.clone()));
        }
        for (name, index) in relation.indexes.iter() {
            if super::partition::is_on(index, column) {
                let owner = if index.constraint {
                    Target::Constraint
                } else {
                    Target::Index
                };
                found.automatic.push(owner(table.clone(), name.clone()));
            }
        }
        let owned = |s: &&QualName| {
            let sequence = self.relation(s).sequence.clone();
            sequence.is_some_and(|s| s.owned_by.as_ref().is_some_and(|(_, c)| c == column))
        };
        found.automatic.extend(
            self.catalog()
                .sequences_of(table)
                .iter()
                .filter(owned)
                .cloned()
                .map(Target::Relation),
        );
        let counted = |(key, other): &(&OtherKey, &std::sync::Arc<OtherObject>)| {
            key.kind == OtherKind::Statistics
                && other.relations.contains(table)
                && other.columns.contains(column)
        };
        let statistics = self.catalog().others.iter().filter(counted);
        found
            .automatic
            .extend(statistics.map(|(key, _)| Target::Other(key.clone())));
        for (other, name) in self.catalog().foreign_keys_to(table) {
            let constraint = self.relation(other).constraints.get(name).cloned();
            if constraint.is_some_and(
                |c| matches!(&c.kind, ConstraintKind::ForeignKey(k) if k.referenced_columns.contains(column)),
            ) {
                found.normal.push(Target::Constraint(other.clone(), name.clone()));
            }
        }
        for other in relation.columns.iter().filter(|c| c.name != *column) {
            if other
                .generated
                .as_ref()
                .is_some_and(|g| g.expr.facts.columns.contains(column))
            {
                found
                    .normal
                    .push(Target::Column(table.clone(), other.name.clone()));
            }
        }
        self.attached_to_column(table, &relation, column, found);
        if cascade {
            let views = self
                .catalog()
                .views_of(table)
                .iter()
                .filter(|v| self.view_uses(v, column));
            found.normal.extend(views.cloned().map(Target::Relation));
        }
    }

    /// Triggers and policies that name a column. A policy with a subquery may mean another table's.
    fn attached_to_column(
        &self,
        table: &QualName,
        relation: &Relation,
        column: &Name,
        found: &mut Dependents,
    ) {
        for (name, trigger) in relation.triggers.iter().filter(|(_, t)| !t.inherited) {
            let when = trigger
                .when
                .as_ref()
                .is_some_and(|w| w.facts.columns.contains(column) && !w.facts.subquery);
            if when || trigger.update_columns.contains(column) {
                found.normal.push(Target::Trigger(table.clone(), name.clone()));
            }
        }
        for (name, policy) in relation.policies.iter() {
            let mut conditions = policy.using.iter().chain(&policy.check);
            if conditions.any(|e| e.facts.columns.contains(column) && !e.facts.subquery) {
                found.normal.push(Target::Policy(table.clone(), name.clone()));
            }
        }
    }

    /// Whether a view's query seems to use a column of one of its sources.
    fn view_uses(&self, view: &QualName, column: &Name) -> bool {
        let relation = self.relation(view);
        let Some(definition) = &relation.view else {
            return false;
        };
        let star = definition.query.contains('*') && relation.column(column).is_some();
        star || rewrite::mentions(&definition.query, column)
    }

    fn of_constraint(&self, table: &QualName, name: &Name, found: &mut Dependents) {
        let relation = self.relation(table);
        let Some(constraint) = relation.constraints.get(name) else {
            return;
        };
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                self.keys_on(table, &relation, name, columns, found);
                self.attached_constraints(table, name, found);
            }
            ConstraintKind::Exclude { .. } => self.attached_constraints(table, name, found),
            ConstraintKind::ForeignKey(_) => {
                for child in self.catalog().children_of(table) {
                    let own = self.relation(child);
                    let clones = own
                        .constraints
                        .iter()
                        .filter(|(_, c)| c.inherited && super::foreign_key::same_key(c, constraint));
                    found
                        .automatic
                        .extend(clones.map(|(n, _)| Target::Constraint(child.clone(), n.clone())));
                }
            }
            _ => {}
        }
    }

    /// Foreign keys that need a key of the table.
    fn keys_on(
        &self,
        table: &QualName,
        relation: &Relation,
        key: &Name,
        columns: &[Name],
        found: &mut Dependents,
    ) {
        let same = |other: &[Name]| other.len() == columns.len() && other.iter().all(|c| columns.contains(c));
        let serves = |index: &Index| {
            let keys = index.keys.iter().filter_map(|k| k.expr.facts.bare_column.clone());
            index.unique && index.predicate.is_none() && same(&keys.collect::<Vec<Name>>())
        };
        // A foreign key takes the first that fits.
        let first = super::partition::by_age(relation)
            .into_iter()
            .find(|(_, i)| serves(i));
        if first.is_some_and(|(name, _)| name != *key) {
            return;
        }
        for (other, name) in self.catalog().foreign_keys_to(table) {
            let constraint = self.relation(other).constraints.get(name).cloned();
            let needs = constraint.is_some_and(
                |c| matches!(&c.kind, ConstraintKind::ForeignKey(k) if same(&k.referenced_columns)),
            );
            if needs {
                found.normal.push(Target::Constraint(other.clone(), name.clone()));
            }
        }
    }

    /// Constraints of partitions whose index is attached to this one's.
    fn attached_constraints(&self, table: &QualName, name: &Name, found: &mut Dependents) {
        let parent = QualName::new(table.schema.clone(), name.clone());
        for child in self.catalog().children_of(table) {
            for (index, own) in self.relation(child).indexes.iter() {
                if own.parent.as_ref() == Some(&parent) {
                    let target = if own.constraint {
                        Target::Constraint
                    } else {
                        Target::Index
                    };
                    found.automatic.push(target(child.clone(), index.clone()));
                }
            }
        }
    }

    fn of_index(&self, table: &QualName, name: &Name, found: &mut Dependents) {
        self.attached_constraints(table, name, found);
        let relation = self.relation(table);
        let Some(index) = relation
            .indexes
            .get(name)
            .filter(|i| i.unique && i.predicate.is_none())
        else {
            return;
        };
        let columns: Vec<Name> = index
            .keys
            .iter()
            .filter_map(|k| k.expr.facts.bare_column.clone())
            .collect();
        self.keys_on(table, &relation, name, &columns, found);
    }

    fn of_type(&self, name: &QualName, cascade: bool, found: &mut Dependents) {
        self.users_of_type(&is_named(name), cascade, found);
        for (table, relation) in self.catalog().relations.iter() {
            if relation.of_type.as_ref() == Some(name) {
                found.normal.push(Target::Relation(table.clone()));
            }
        }
    }

    /// Columns, domains, functions of a type.
    fn users_of_type(&self, is: &dyn Fn(&SqlType) -> bool, cascade: bool, found: &mut Dependents) {
        let catalog = self.catalog();
        for (table, relation) in catalog.relations.iter() {
            let view = relation.view.is_some();
            for column in relation.columns.iter() {
                if column.ty.as_ref().is_some_and(is) {
                    let name = column.name.clone();
                    found.normal.push(if view {
                        Target::Relation(table.clone())
                    } else {
                        Target::Column(table.clone(), name)
                    });
                } else if cascade && column.default.as_ref().is_some_and(|d| self.casts_to(d, is)) {
                    found
                        .normal
                        .push(Target::Default(table.clone(), column.name.clone()));
                }
            }
        }
        for (name, ty) in catalog.types.iter() {
            let uses = match &ty.kind {
                TypeKind::Domain(domain) => is(&domain.base),
                TypeKind::Range(subtype) => is(subtype),
                _ => false,
            };
            if uses {
                found.normal.push(Target::Type(name.clone()));
            }
        }
        for key in catalog.functions.keys().filter(|k| k.arguments.iter().any(is)) {
            found.normal.push(Target::Function(key.clone()));
        }
    }

    fn casts_to(&self, expr: &Expr, is: &dyn Fn(&SqlType) -> bool) -> bool {
        expr.facts.casts.iter().any(|t| is(&self.state.resolve_type(t)))
    }

    fn of_function(&self, key: &FunctionKey, cascade: bool, found: &mut Dependents) {
        if !self.catalog().called_functions.contains_key(&key.name.name) {
            return;
        }
        let called = |e: &Expr| e.facts.functions.iter().any(|f| self.calls(f, key));
        for (table, relation) in self.catalog().relations.iter() {
            if key.arguments.is_empty() {
                let triggers = relation
                    .triggers
                    .iter()
                    .filter(|(_, t)| t.function == key.name && !t.inherited);
                found
                    .normal
                    .extend(triggers.map(|(n, _)| Target::Trigger(table.clone(), n.clone())));
            }
            if cascade {
                Self::callers_in(table, relation, &called, found);
            }
        }
    }

    /// Parts of a table whose expressions call a function.
    fn callers_in(
        table: &QualName,
        relation: &Relation,
        called: &dyn Fn(&Expr) -> bool,
        found: &mut Dependents,
    ) {
        for column in relation.columns.iter() {
            if column.default.as_ref().is_some_and(called) {
                found
                    .normal
                    .push(Target::Default(table.clone(), column.name.clone()));
            }
            if column.generated.as_ref().is_some_and(|g| called(&g.expr)) {
                found
                    .normal
                    .push(Target::Column(table.clone(), column.name.clone()));
            }
        }
        for (name, constraint) in relation.constraints.iter() {
            if matches!(&constraint.kind, ConstraintKind::Check { expr } if called(expr)) {
                found.normal.push(Target::Constraint(table.clone(), name.clone()));
            }
        }
        for (name, index) in relation.indexes.iter() {
            if index.keys.iter().any(|k| called(&k.expr)) || index.predicate.as_ref().is_some_and(called) {
                found.normal.push(Target::Index(table.clone(), name.clone()));
            }
        }
        for (name, policy) in relation.policies.iter() {
            if policy.using.iter().chain(&policy.check).any(called) {
                found.normal.push(Target::Policy(table.clone(), name.clone()));
            }
        }
    }

    /// Whether a call may mean a function: by name, where it is the only one of that name.
    fn calls(&self, call: &ObjectRef, key: &FunctionKey) -> bool {
        call.name == key.name.name && self.state.functions_named(call).as_slice() == std::slice::from_ref(key)
    }
}

/// Whether a type is the one of that name, or an array of it.
fn is_named(name: &QualName) -> impl Fn(&SqlType) -> bool {
    let name = name.clone();
    move |ty| ty.schema.as_ref() == Some(&name.schema) && ty.name == name.name
}

/// Whether a constraint of a table speaks of one of its columns.
fn is_on(constraint: &Constraint, column: &Name) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
            columns.contains(column)
        }
        ConstraintKind::Check { expr } => expr.facts.columns.contains(column),
        ConstraintKind::ForeignKey(key) => key.columns.contains(column),
        ConstraintKind::NotNull { column: own } => own == column,
        // Its index tells.
        ConstraintKind::Exclude { .. } => false,
    }
}
