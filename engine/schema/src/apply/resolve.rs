//! What a name means: lookup through `search_path`, as PostgreSQL's namespace.c does it.

use confiture_syntax::Name;

use super::{Fold, State, builtin, missing, written};
use crate::catalog::footprint::Hint;
use crate::catalog::{FunctionKey, Persistence, QualName};
use crate::change::{ObjectRef, TypeRef};
use crate::types::SqlType;

/// The schema of temporary objects.
const PG_TEMP: &str = "pg_temp";

thread_local! {
    /// Its name. Every lookup asks for it; one for all threads would have them contend for its reference count.
    static TEMPORARY: Name = Name::new(PG_TEMP);
}

impl State {
    /// Schemas in the order in which relations and types are looked up.
    fn lookup_path(&self) -> impl Iterator<Item = Name> + '_ {
        let path = &self.session.search_path;
        let implicit = !path.iter().any(|s| s.as_str() == PG_TEMP);
        implicit
            .then(|| TEMPORARY.with(Name::clone))
            .into_iter()
            .chain(path.iter().cloned())
    }

    /// The first match for a name: in its own schema, or along the path.
    fn find(&self, name: &ObjectRef, is_there: impl Fn(&QualName) -> bool) -> Option<QualName> {
        if let Some(schema) = &name.schema {
            let exact = QualName::new(schema.clone(), name.name.clone());
            return is_there(&exact).then_some(exact);
        }
        self.lookup_path()
            .map(|schema| QualName::new(schema, name.name.clone()))
            .find(is_there)
    }

    /// The table, view or sequence that a name means.
    pub fn resolve_relation(&self, name: &ObjectRef) -> Option<QualName> {
        self.find(name, |q| self.catalog.relations.contains_key(q))
    }

    /// The index that a name means, and the relation that it is on.
    pub fn resolve_index(&self, name: &ObjectRef) -> Option<(QualName, QualName)> {
        let index = self.find(name, |q| self.catalog.index_tables.contains_key(q))?;
        let table = QualName::new(
            index.schema.clone(),
            self.catalog.index_tables.get(&index)?.clone(),
        );
        Some((table, index))
    }

    /// The type that a name means, if a statement made it (the row types of relations excepted).
    pub fn resolve_type_name(&self, name: &ObjectRef) -> Option<QualName> {
        self.find(name, |q| self.catalog.types.contains_key(q))
    }

    /// A type with the schema that its name means. Built-in, extensions' and unknown types stay without.
    pub fn resolve_type(&self, ty: &SqlType) -> SqlType {
        let name = ObjectRef {
            schema: ty.schema.clone(),
            name: ty.name.clone(),
            range: Default::default(),
        };
        let is_there =
            |q: &QualName| self.catalog.types.contains_key(q) || self.catalog.relations.contains_key(q);
        match &ty.schema {
            None if builtin::is_type(ty.name.as_str()) => ty.clone(),
            None => match self.find(&name, is_there) {
                Some(found) => SqlType {
                    schema: Some(found.schema),
                    ..ty.clone()
                },
                None => ty.clone(),
            },
            Some(_)
                if self.find(&name, is_there).is_none() && builtin::is_extension_type(ty.name.as_str()) =>
            {
                SqlType {
                    schema: None,
                    ..ty.clone()
                }
            }
            Some(_) => ty.clone(),
        }
    }

    /// Every function of a name, in the first schema that has one.
    pub fn functions_named(&self, name: &ObjectRef) -> Vec<FunctionKey> {
        let all = |schema: Name| {
            let name = QualName::new(schema, name.name.clone());
            let keys = self.catalog.overloads(&name).map(|(key, _)| key.clone());
            keys.collect::<Vec<_>>()
        };
        match &name.schema {
            Some(schema) => all(schema.clone()),
            None => self
                .session
                .search_path
                .iter()
                .map(|s| all(s.clone()))
                .find(|f| !f.is_empty())
                .unwrap_or_default(),
        }
    }

    /// The function that a name and, where they are given, input types mean. Without types only a name that is used once means anything.
    pub fn resolve_function(&self, name: &ObjectRef, arguments: Option<&[SqlType]>) -> Option<FunctionKey> {
        let Some(arguments) = arguments else {
            let mut all = self.functions_named(name);
            return if all.len() == 1 { all.pop() } else { None };
        };
        let arguments: Vec<SqlType> = arguments
            .iter()
            .map(|t| self.resolve_type(t).unmodified())
            .collect();
        let key = |schema: &Name| FunctionKey {
            name: QualName::new(schema.clone(), name.name.clone()),
            arguments: arguments.clone(),
        };
        let is_there = |key: &FunctionKey| self.catalog.functions.contains_key(key);
        match &name.schema {
            Some(schema) => Some(key(schema)).filter(is_there),
            None => self.session.search_path.iter().map(key).find(is_there),
        }
    }

    /// Where an object of that name would be created: the first schema of the path that exists.
    pub fn resolve_new(&self, name: &ObjectRef) -> QualName {
        QualName::new(
            name.schema.clone().unwrap_or_else(|| self.creation_schema()),
            name.name.clone(),
        )
    }

    /// The schema that new objects go to.
    pub fn creation_schema(&self) -> Name {
        let path = &self.session.search_path;
        let usable = |s: &&Name| s.as_str() == PG_TEMP || self.catalog.schemas.contains_key(*s);
        path.iter()
            .find(usable)
            .or_else(|| path.first())
            .cloned()
            .unwrap_or_else(|| Name::new("public"))
    }

    /// A qualified name for display: what the name means, else where it would be created.
    pub fn qualify(&self, name: &ObjectRef) -> QualName {
        self.resolve_relation(name)
            .or_else(|| self.resolve_index(name).map(|(_, index)| index))
            .unwrap_or_else(|| self.resolve_new(name))
    }

    /// Whether an unqualified name finds this very relation.
    pub(crate) fn is_visible(&self, name: &QualName) -> bool {
        let unqualified = ObjectRef {
            schema: None,
            name: name.name.clone(),
            range: Default::default(),
        };
        self.find(&unqualified, |q| self.catalog.is_relation_name(q))
            .as_ref()
            == Some(name)
    }
}

impl Fold<'_> {
    /// The name of something new; a schema that isn't known is noted.
    pub(super) fn new_name(&mut self, name: &ObjectRef) -> QualName {
        let new = self.state.resolve_new(name);
        let known = self.catalog().schemas.contains_key(&new.schema);
        if !known && !matches!(new.schema.as_str(), PG_TEMP | "pg_catalog") {
            self.notes.push(missing(new.schema.to_string()));
        }
        new
    }

    /// The name of a new relation: temporary ones have a schema of their own.
    pub(super) fn new_relation_name(&mut self, name: &ObjectRef, persistence: Persistence) -> QualName {
        match persistence {
            Persistence::Temporary => QualName::new(PG_TEMP, name.name.clone()),
            _ => self.new_name(name),
        }
    }

    /// The persistence of a new relation: what is created in `pg_temp` is temporary.
    pub(super) fn persistence_in(&self, name: &ObjectRef, persistence: Persistence) -> Persistence {
        let temporary = match &name.schema {
            Some(schema) => schema.as_str() == PG_TEMP,
            None => self.state.creation_schema().as_str() == PG_TEMP,
        };
        if temporary {
            Persistence::Temporary
        } else {
            persistence
        }
    }

    /// The type that a statement means.
    pub(super) fn type_of(&mut self, ty: &TypeRef) -> SqlType {
        if ty.percent_type
            && let Some(found) = self.type_of_column(ty.ty.name.as_str())
        {
            return found;
        }
        let found = self.state.resolve_type(&ty.ty);
        if let Some(schema) = &found.schema {
            let name = QualName::new(schema.clone(), found.name.clone());
            if self.catalog().relations.contains_key(&name) {
                self.catalog_mut().hint(Hint::RowTypesUsed);
            } else if !self.catalog().types.contains_key(&name) {
                self.notes.push(missing(name.to_string()));
            }
        } else if !builtin::is_type(found.name.as_str()) && !self.may_be_extensions(found.name.as_str()) {
            self.notes.push(missing(found.name.to_string()));
        }
        found
    }

    /// Whether some extension that was created may have brought a type of that name.
    fn may_be_extensions(&self, name: &str) -> bool {
        let extensions = &self.catalog().extensions;
        builtin::is_extension_type(name) || extensions.size() > 1 || name.starts_with('_')
    }

    /// The type of `schema.relation.column%TYPE`.
    fn type_of_column(&self, written: &str) -> Option<SqlType> {
        let path = written.rsplit_once('%')?.0;
        let mut parts: Vec<Name> = super::rewrite::identifiers(path);
        let column = parts.pop()?;
        let name = parts.pop()?;
        let relation = ObjectRef {
            schema: parts.pop(),
            name,
            range: Default::default(),
        };
        let relation = self.state.resolve_relation(&relation)?;
        self.relation(&relation).column(&column)?.ty.clone()
    }

    /// A collation as the catalog keeps it; the default one says nothing.
    pub(super) fn collation_of(&self, name: &ObjectRef) -> Option<QualName> {
        if name.schema.is_none() && name.name.as_str() == "default" {
            return None;
        }
        let own = self
            .state
            .resolve_other(crate::catalog::OtherKind::Collation, name);
        let schema = match (&name.schema, own) {
            (Some(schema), _) => schema.clone(),
            (None, Some(schema)) => schema,
            (None, None) => Name::new("pg_catalog"),
        };
        Some(QualName::new(schema, name.name.clone()))
            .filter(|q| !(q.schema.as_str() == "pg_catalog" && q.name.as_str() == "default"))
    }

    /// The type that ALTER or DROP TYPE names.
    pub(super) fn need_type(&self, name: &ObjectRef) -> Result<QualName, super::Note> {
        self.state
            .resolve_type_name(name)
            .ok_or_else(|| missing(written(name)))
    }
}
