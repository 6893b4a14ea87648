//! Schemas, extensions, owners, and objects that are kept by name alone.

use std::sync::Arc;

use confiture_syntax::Name;

use super::{Done, Fold, Note, State, exists, missing, written};
use crate::catalog::{Extension, OtherKey, OtherKind, OtherObject, QualName, Schema};
use crate::change::{
    AlterOther, CreateExtension, CreateOther, CreateSchema, Listing, ObjectKind, ObjectName, ObjectRef,
    SetOwner,
};
use crate::types::SqlType;

impl State {
    /// The schema in which an object of that kind and name is found along the path.
    pub(super) fn resolve_other(&self, kind: OtherKind, name: &ObjectRef) -> Option<Name> {
        let is_there = |schema: &&Name| {
            let identity = QualName::new((*schema).clone(), name.name.clone())
                .quoted()
                .as_str()
                .into();
            self.catalog.others.contains_key(&OtherKey { kind, identity })
        };
        match &name.schema {
            Some(schema) => Some(schema).filter(is_there).cloned(),
            None => self.session.search_path.iter().find(is_there).cloned(),
        }
    }
}

impl Fold<'_> {
    pub(super) fn create_schema(&mut self, change: &CreateSchema) -> Done {
        if self.catalog().schemas.contains_key(&change.name.name) {
            return if change.if_not_exists {
                Ok(())
            } else {
                Err(exists(change.name.name.to_string()))
            };
        }
        let schema = Schema {
            comment: None,
            owner: change.owner.clone(),
            origin: self.at(change.name.range),
        };
        self.catalog_mut()
            .schemas
            .insert_mut(change.name.name.clone(), Arc::new(schema));
        Ok(())
    }

    pub(super) fn create_extension(&mut self, change: &CreateExtension) -> Done {
        let name = &change.name.name;
        if self.catalog().extensions.contains_key(name) {
            return if change.if_not_exists {
                Ok(())
            } else {
                Err(exists(name.to_string()))
            };
        }
        let extension = Extension {
            schema: change.schema.as_ref().map(|s| s.name.clone()),
            comment: None,
            origin: self.at(change.name.range),
        };
        self.catalog_mut()
            .extensions
            .insert_mut(name.clone(), Arc::new(extension));
        Ok(())
    }

    pub(super) fn set_owner(&mut self, change: &SetOwner) -> Done {
        let object = &change.object;
        match change.kind {
            ObjectKind::Schema => {
                let schema = self
                    .catalog_mut()
                    .schemas
                    .get_mut(&object.name.name)
                    .map(Arc::make_mut);
                schema.ok_or_else(|| missing(written(&object.name)))?.owner = Some(change.to.name.clone());
                Ok(())
            }
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => {
                let relation = self.need_relation(&object.name)?;
                self.set_relation_owner(&relation, &change.to)
            }
            ObjectKind::Type | ObjectKind::Domain => self.need_type(&object.name).map(drop),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                self.need_function(change.kind, object).map(drop)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn create_other(&mut self, change: &CreateOther) -> Done {
        let schema = in_schema(change.kind).then(|| self.new_name(&change.object.name).schema);
        let object = self.with_types(change.kind, &change.object);
        let key = key(change.kind, &object, schema.as_ref());
        let existing = self.catalog().others.get(&key).cloned();
        if existing.is_some() && !change.tolerant {
            return Err(exists(key.identity));
        }
        // IF NOT EXISTS leaves what is there; so does OR REPLACE, as far as the catalog knows.
        if existing.is_none() {
            let mut relations: Vec<QualName> = Vec::new();
            for relation in &change.relations {
                relations.push(self.need_relation(relation)?);
            }
            relations.sort();
            let object = OtherObject {
                comment: None,
                relations,
                columns: change.columns.clone(),
                origin: self.at(change.object.name.range),
            };
            self.catalog_mut().others.insert_mut(key, Arc::new(object));
        }
        Ok(())
    }

    /// ALTER PUBLICATION … ADD, DROP, SET TABLE names tables; other forms leave what is known.
    pub(super) fn alter_other(&mut self, change: &AlterOther) -> Done {
        let Some(key) = self.find_other(change.kind, &change.object) else {
            let known = is_global(change.kind) || is_system(change.kind);
            return if known {
                Ok(())
            } else {
                Err(missing(written(&change.object.name)))
            };
        };
        let mut relations: Vec<QualName> = Vec::new();
        for relation in &change.relations {
            relations.push(self.need_relation(relation)?);
        }
        if let Some(other) = self
            .catalog_mut()
            .others
            .get_mut(&key)
            .filter(|_| !relations.is_empty())
        {
            let all = &mut Arc::make_mut(other).relations;
            match change.listing {
                Listing::Add => all.extend(relations),
                Listing::Drop => all.retain(|listed| !relations.contains(listed)),
                Listing::Set => *all = relations,
            }
            all.sort();
            all.dedup();
        }
        Ok(())
    }

    /// The object of that kind that a statement means.
    pub(super) fn find_other(&self, kind: OtherKind, object: &ObjectName) -> Option<OtherKey> {
        let object = &self.with_types(kind, object);
        let is_there = |key: &OtherKey| self.catalog().others.contains_key(key);
        if !in_schema(kind) || object.name.schema.is_some() {
            return Some(key(kind, object, object.name.schema.as_ref())).filter(is_there);
        }
        self.state
            .session
            .search_path
            .iter()
            .map(|schema| key(kind, object, Some(schema)))
            .find(is_there)
    }

    /// An identity that names types, with the schemas of users' types.
    fn with_types(&self, kind: OtherKind, object: &ObjectName) -> ObjectName {
        let Some(identity) = &object.identity else {
            return object.clone();
        };
        let qualified: String = match kind {
            OtherKind::Cast => {
                let inner = identity.trim_start_matches('(').trim_end_matches(')');
                let sides: Vec<String> = inner.split(" AS ").map(|ty| self.printed_type(ty)).collect();
                format!("({})", sides.join(" AS "))
            }
            OtherKind::Operator => {
                let Some((name, types)) = identity.split_once('(') else {
                    return object.clone();
                };
                let sides: Vec<String> = types
                    .trim_end_matches(')')
                    .split(',')
                    .map(|ty| self.printed_type(ty))
                    .collect();
                format!("{name}({})", sides.join(","))
            }
            OtherKind::Transform => {
                let rest = identity.strip_prefix("for ").and_then(|r| r.split_once(" on "));
                let Some((ty, language)) = rest else {
                    return object.clone();
                };
                format!("for {} on {language}", self.printed_type(ty))
            }
            _ => return object.clone(),
        };
        ObjectName {
            identity: Some(qualified.into()),
            ..object.clone()
        }
    }

    /// A type's printed name with the schema of a user's type.
    fn printed_type(&self, printed: &str) -> String {
        let (bare, array) = match printed.trim().strip_suffix("[]") {
            Some(bare) => (bare, true),
            None => (printed.trim(), false),
        };
        let mut parts = super::rewrite::identifiers(bare);
        // What is spelled in several words is built in.
        if bare.contains(' ') || parts.is_empty() || parts.len() > 2 {
            return printed.trim().to_owned();
        }
        let Some(name) = parts.pop() else {
            return printed.trim().to_owned();
        };
        let ty = SqlType {
            schema: parts.pop(),
            name,
            modifiers: None,
            array,
        };
        self.state.resolve_type(&ty).to_string()
    }

    pub(super) fn rename_other(&mut self, kind: OtherKind, object: &ObjectName, to: &Name) -> Done {
        let renamed = |name: &ObjectName| ObjectName {
            name: ObjectRef {
                name: to.clone(),
                ..name.name.clone()
            },
            identity: name
                .identity
                .as_ref()
                .map(|i| i.replacen(name.name.name.as_str(), to.as_str(), 1).into()),
            ..name.clone()
        };
        self.move_other_key(kind, object, |fold, from| {
            let schema = fold.schema_of(from, object);
            key(kind, &renamed(object), schema.as_ref())
        })
    }

    pub(super) fn move_other(&mut self, kind: OtherKind, object: &ObjectName, to: &Name) -> Done {
        let bare = ObjectName {
            name: ObjectRef {
                schema: None,
                ..object.name.clone()
            },
            ..object.clone()
        };
        self.move_other_key(kind, object, |_, _| key(kind, &bare, Some(to)))
    }

    fn move_other_key(
        &mut self,
        kind: OtherKind,
        object: &ObjectName,
        new: impl Fn(&Self, &OtherKey) -> OtherKey,
    ) -> Done {
        let Some(from) = self.find_other(kind, object) else {
            return if is_global(kind) {
                Ok(())
            } else {
                Err(missing(written(&object.name)))
            };
        };
        let to = new(self, &from);
        if self.catalog().others.contains_key(&to) {
            return Err(exists(to.identity));
        }
        if let Some(value) = self.catalog().others.get(&from).cloned() {
            self.catalog_mut().others.remove_mut(&from);
            self.catalog_mut().others.insert_mut(to, value);
        }
        Ok(())
    }

    /// The schema that an object was found in.
    fn schema_of(&self, found: &OtherKey, object: &ObjectName) -> Option<Name> {
        if object.name.schema.is_some() || !in_schema(found.kind) {
            return object.name.schema.clone();
        }
        let path = &self.state.session.search_path;
        path.iter()
            .find(|s| key(found.kind, object, Some(s)) == *found)
            .cloned()
    }

    /// Objects of a schema that has another name now.
    pub(super) fn rename_schema_of_others(&mut self, from: &Name, to: &Name) {
        let (old, new) = (format!("{}.", from.quoted()), format!("{}.", to.quoted()));
        let inside: Vec<OtherKey> = self
            .catalog()
            .others
            .keys()
            .filter(|k| in_schema(k.kind) && k.identity.starts_with(&old))
            .cloned()
            .collect();
        for key in inside {
            let Some(value) = self.catalog().others.get(&key).cloned() else {
                continue;
            };
            let identity: Arc<str> = format!("{new}{}", &key.identity[old.len()..]).into();
            self.catalog_mut().others.remove_mut(&key);
            self.catalog_mut()
                .others
                .insert_mut(OtherKey { identity, ..key }, value);
        }
    }

    /// The entry that a comment on such an object goes to.
    pub(super) fn comment_other(
        &mut self,
        kind: OtherKind,
        object: &ObjectName,
        text: Option<Arc<str>>,
    ) -> Result<(), Note> {
        match self.find_other(kind, object) {
            Some(key) => {
                if let Some(other) = self.catalog_mut().others.get_mut(&key) {
                    Arc::make_mut(other).comment = text;
                }
                Ok(())
            }
            None if is_global(kind) || is_system(kind) => Ok(()),
            None => Err(missing(written(&object.name))),
        }
    }
}

/// Whether objects of a kind belong to a schema.
fn in_schema(kind: OtherKind) -> bool {
    matches!(
        kind,
        OtherKind::Collation
            | OtherKind::Conversion
            | OtherKind::Operator
            | OtherKind::OperatorClass
            | OtherKind::OperatorFamily
            | OtherKind::Statistics
            | OtherKind::TextSearchConfiguration
            | OtherKind::TextSearchDictionary
            | OtherKind::TextSearchParser
            | OtherKind::TextSearchTemplate
    )
}

/// Whether objects of a kind belong to the cluster, so that files need not say where they come from.
pub(super) fn is_global(kind: OtherKind) -> bool {
    matches!(
        kind,
        OtherKind::Role | OtherKind::Tablespace | OtherKind::Subscription
    )
}

/// Whether every database, or an extension, has some of a kind.
fn is_system(kind: OtherKind) -> bool {
    matches!(
        kind,
        OtherKind::Language
            | OtherKind::AccessMethod
            | OtherKind::ForeignDataWrapper
            | OtherKind::OperatorFamily
    )
}

/// Kind and identity, as `pg_identify_object` spells it.
fn key(kind: OtherKind, object: &ObjectName, schema: Option<&Name>) -> OtherKey {
    let name = &object.name;
    let identity: Arc<str> = match (&object.identity, schema) {
        (None, Some(schema)) => QualName::new(schema.clone(), name.name.clone())
            .quoted()
            .as_str()
            .into(),
        (None, None) => name.name.quoted().as_str().into(),
        // An identity is written with the schema that the statement gives.
        (Some(identity), Some(schema)) => {
            let prefix = name.schema.as_ref().map(|s| format!("{s}.")).unwrap_or_default();
            let rest = identity.strip_prefix(&prefix).unwrap_or(identity);
            format!("{}.{rest}", schema.quoted()).into()
        }
        (Some(identity), None) => identity.clone(),
    };
    OtherKey { kind, identity }
}
