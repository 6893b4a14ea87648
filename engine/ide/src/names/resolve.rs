//! What names mean, before a statement and where it has just taken effect.

use confiture_schema::apply::State;
use confiture_schema::catalog::{Origin, OtherKey, OtherKind, QualName, Relation, TypeKind};
use confiture_schema::change::{Change, ObjectRef};
use confiture_schema::types::SqlType;
use confiture_syntax::{Name, TextRange};
use std::sync::Arc;

use super::{Hindsight, Symbol};

/// What is there when a statement runs.
pub(super) struct Known<'k> {
    pub(super) before: State,
    /// With what the statement makes itself: a table's own columns in its CHECKs.
    pub(super) after: State,
    pub(super) later: &'k Hindsight,
    /// The name stands in a body that runs later.
    pub(super) runs_later: bool,
}

/// A dotted name's identifiers, each with its place.
pub(super) type Parts<'p> = &'p [(Name, TextRange)];

/// A symbol, and whether there is such a thing.
pub(super) type Found = (Symbol, bool);

impl<'k> Known<'k> {
    pub(super) fn new(changes: &[Change], before: &State, later: &'k Hindsight) -> Known<'k> {
        let mut after = before.clone();
        let _ = after.apply_all(changes, Origin::default());
        let mut before = before.clone();
        if let [Change::CreateSchema(schema), _, ..] = changes {
            let path = Arc::make_mut(&mut before.session.search_path);
            path.insert(0, schema.name.name.clone());
            after.session.search_path = before.session.search_path.clone();
        }
        // What a statement means is looked up along the path that it found.
        after.session.search_path = before.session.search_path.clone();
        Known {
            before,
            after,
            later,
            runs_later: false,
        }
    }

    /// The same for a body that runs later, perhaps with a path of its own.
    pub(super) fn in_body(&self, path: Option<Vec<Name>>) -> Known<'k> {
        let mut known = Known {
            before: self.before.clone(),
            after: self.after.clone(),
            later: self.later,
            runs_later: true,
        };
        if let Some(path) = path {
            let path = Arc::new(path);
            known.before.session.search_path = path.clone();
            known.after.session.search_path = path;
        }
        known
    }

    /// The first answer, of what was there before or is there afterwards, with true; else of what comes later.
    fn first<T>(&self, find: impl Fn(&State) -> Option<T>) -> Option<(T, bool)> {
        let now = find(&self.before).or_else(|| find(&self.after));
        if now.is_some() || !self.runs_later {
            return now.map(|found| (found, true));
        }
        let mut later = self.later.state.clone();
        later.session.search_path = self.before.session.search_path.clone();
        find(&later).map(|found| (found, false))
    }

    /// A relation's present value.
    pub(super) fn relation(&self, name: &QualName) -> Option<&Arc<Relation>> {
        let now = self.before.catalog.relation(name);
        let after = self.after.catalog.relation(name);
        // Columns that the statement adds count: what it drops stays in `before`.
        let later = || self.runs_later.then(|| self.later.state.catalog.relation(name))?;
        now.or(after).or_else(later)
    }

    /// Whether a relation has a column, before or after.
    pub(super) fn has_column(&self, relation: &QualName, column: &Name) -> bool {
        let has = |state: &State| {
            let found = state.catalog.relation(relation);
            found.is_some_and(|r| r.column(column).is_some())
        };
        has(&self.before) || has(&self.after) || (self.runs_later && has(&self.later.state))
    }

    /// The table, view or sequence that a name means, or would mean.
    pub(super) fn relation_named(&self, parts: Parts<'_>) -> Option<(QualName, bool)> {
        let name = object(parts)?;
        if let Some(found) = self.first(|state| state.resolve_relation(&name)) {
            return Some(found);
        }
        if is_system(&name) {
            let schema = name.schema.unwrap_or_else(|| Name::new("pg_catalog"));
            return Some((QualName::new(schema, name.name), true));
        }
        Some((self.before.resolve_new(&name), false))
    }

    /// The same where an index may be meant.
    pub(super) fn relation_or_index(&self, parts: Parts<'_>) -> Option<Found> {
        let name = object(parts)?;
        if self.first(|state| state.resolve_relation(&name)).is_none()
            && let Some(((_, index), known)) = self.first(|state| state.resolve_index(&name))
        {
            return Some((Symbol::Index(index), known));
        }
        let (relation, known) = self.relation_named(parts)?;
        Some((Symbol::Relation(relation), known))
    }

    /// The index that a name means, or would mean.
    pub(super) fn index_named(&self, parts: Parts<'_>) -> Option<(QualName, bool)> {
        let name = object(parts)?;
        let found = self.first(|state| state.resolve_index(&name).map(|(_, index)| index));
        Some(found.unwrap_or_else(|| (self.before.resolve_new(&name), false)))
    }

    /// The type that a name means, for statements that can only mean a type.
    pub(super) fn type_named(&self, parts: Parts<'_>) -> Option<(QualName, bool)> {
        let name = object(parts)?;
        let found = self.first(|state| state.resolve_type_name(&name));
        Some(found.unwrap_or_else(|| (self.before.resolve_new(&name), false)))
    }

    /// The type that a type's name means; `None` for built-in ones and those that may be an extension's.
    pub(super) fn type_of(&self, parts: Parts<'_>) -> Option<Found> {
        let name = object(parts)?;
        let ty = SqlType {
            schema: name.schema.clone(),
            ..SqlType::named(name.name.as_str())
        };
        let find = |state: &State| {
            let found = state.resolve_type(&ty);
            let found = QualName::new(found.schema?, found.name);
            if state.catalog.types.contains_key(&found) {
                Some(Symbol::Type(found))
            } else if state.catalog.relations.contains_key(&found) {
                Some(Symbol::Relation(found))
            } else {
                None
            }
        };
        self.first(find).or_else(|| {
            let schema = name.schema.clone().filter(|_| !is_system(&name))?;
            Some((Symbol::Type(QualName::new(schema, name.name.clone())), false))
        })
    }

    /// The functions that a call's name means; `None` for what may be built in.
    pub(super) fn function_named(&self, parts: Parts<'_>) -> Option<(QualName, bool)> {
        let name = object(parts)?;
        let first = |state: &State| {
            state
                .functions_named(&name)
                .into_iter()
                .next()
                .map(|key| key.name)
        };
        self.first(first).or_else(|| {
            let schema = name.schema.clone().filter(|_| !is_system(&name))?;
            Some((QualName::new(schema, name.name.clone()), false))
        })
    }

    /// What something that comes into being will be called.
    pub(super) fn new_name(&self, parts: Parts<'_>) -> Option<QualName> {
        Some(self.before.resolve_new(&object(parts)?))
    }

    /// Whether a type is an enum.
    pub(super) fn is_enum(&self, ty: &QualName) -> bool {
        let is = |state: &State| {
            let found = state.catalog.types.get(ty);
            found.is_some_and(|t| matches!(t.kind, TypeKind::Enum(_)))
        };
        is(&self.before) || is(&self.after)
    }

    /// The enum that a column's values are of.
    pub(super) fn enum_of_column(&self, relation: &QualName, column: &Name) -> Option<QualName> {
        let of = |state: &State| {
            let ty = state.catalog.relation(relation)?.column(column)?.ty.clone()?;
            Some(QualName::new(ty.schema.filter(|_| !ty.array)?, ty.name))
        };
        self.first(of).map(|(ty, _)| ty).filter(|ty| self.is_enum(ty))
    }

    /// Whether there is a schema, an extension, a role of that name, or a part of a relation.
    pub(super) fn is_known(&self, symbol: &Symbol) -> bool {
        is_in(&self.before, symbol) || is_in(&self.after, symbol)
    }
}

fn is_in(state: &State, symbol: &Symbol) -> bool {
    let catalog = &state.catalog;
    let relation = |name: &QualName| catalog.relation(name);
    match symbol {
        Symbol::Schema(name) => catalog.schemas.contains_key(name) || is_system_schema(name),
        Symbol::Extension(name) => catalog.extensions.contains_key(name),
        Symbol::Role(name) => catalog.others.contains_key(&OtherKey {
            kind: OtherKind::Role,
            identity: name.as_str().into(),
        }),
        Symbol::Relation(name) => relation(name).is_some(),
        Symbol::Column(of, name) => {
            relation(of).is_some_and(|r| r.column(name).is_some())
                || catalog.types.get(of).is_some_and(
                    |t| matches!(&t.kind, TypeKind::Composite(all) if all.iter().any(|(own, _)| own == name)),
                )
        }
        Symbol::Constraint(of, name) => relation(of).is_some_and(|r| r.constraints.contains_key(name))
            || catalog.types.get(of).is_some_and(
                |t| matches!(&t.kind, TypeKind::Domain(d) if d.checks.iter().any(|(own, ..)| own == name)),
            ),
        Symbol::Trigger(of, name) => relation(of).is_some_and(|r| r.triggers.contains_key(name)),
        Symbol::Policy(of, name) => relation(of).is_some_and(|r| r.policies.contains_key(name)),
        Symbol::Index(name) => catalog.index_tables.contains_key(name),
        Symbol::Type(name) => catalog.types.contains_key(name),
        Symbol::EnumLabel(ty, label) => {
            let found = catalog.types.get(ty);
            found
                .is_some_and(|t| matches!(&t.kind, TypeKind::Enum(all) if all.iter().any(|l| **l == **label)))
        }
        Symbol::Function(name) => catalog.overloads(name).next().is_some(),
        Symbol::Local(..) => true,
    }
}

/// The last two identifiers as the catalog looks them up.
pub(super) fn object(parts: Parts<'_>) -> Option<ObjectRef> {
    let ((name, range), before) = parts.split_last()?;
    Some(ObjectRef {
        schema: before.last().map(|(schema, _)| schema.clone()),
        name: name.clone(),
        range: *range,
    })
}

/// PostgreSQL's own schemas.
pub(super) fn is_system_schema(name: &Name) -> bool {
    matches!(
        name.as_str(),
        "pg_catalog" | "information_schema" | "pg_temp" | "pg_toast"
    )
}

/// PostgreSQL's own relations, types and functions.
fn is_system(name: &ObjectRef) -> bool {
    match &name.schema {
        Some(schema) => is_system_schema(schema),
        None => name.name.as_str().starts_with("pg_"),
    }
}

/// Columns that every table has.
pub(super) fn is_system_column(name: &Name) -> bool {
    matches!(
        name.as_str(),
        "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid"
    )
}
