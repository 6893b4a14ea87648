//! What exists: an immutable, structurally shared picture of a database's schema.
//!
//! A clone costs a handful of reference counts, so there is one before and one after every statement. Names are
//! keys: two catalogs, of files or of a live server, are equal when they hold the same objects.

mod apart;
mod consistency;
mod entries;
pub mod footprint;
mod links;
mod object;
mod relation;
mod stored;

pub use entries::{Entries, Part};
pub use object::*;
pub use relation::*;
pub use stored::NotAnEntry;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use confiture_syntax::{Name, TextRange};
use footprint::Hint;
use serde::{Deserialize, Serialize};

/// A schema-qualified name: what PostgreSQL resolves a reference to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QualName {
    /// Schema, never empty; temporary objects are in `pg_temp`.
    pub schema: Name,
    /// Name within the schema.
    pub name: Name,
}

impl QualName {
    /// From its parts, exact (already folded).
    pub fn new(schema: impl Into<Name>, name: impl Into<Name>) -> QualName {
        QualName {
            schema: schema.into(),
            name: name.into(),
        }
    }

    /// As SQL, both parts quoted where they must be.
    pub fn quoted(&self) -> String {
        format!("{}.{}", self.schema.quoted(), self.name.quoted())
    }
}

impl fmt::Display for QualName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema.as_str(), self.name.as_str())
    }
}

/// Where something was defined: a script of the project and a range in that script's text.
///
/// Never takes part in comparisons of catalogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Index of the script in the order of replay.
    pub script: u32,
    /// Index of the stretch of SQL in the script.
    pub segment: u32,
    /// Number of the statement in the script, ascending in the order of replay.
    pub statement: u32,
    /// The name's range, counted from where the origin that was handed to the fold begins: for a project's scripts from the
    /// start of the statement.
    pub range: TextRange,
}

/// Everything that exists at one moment.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Schemas by name. `public` exists in a fresh database, `pg_catalog` is not listed.
    pub schemas: Entries<Name, Arc<Schema>, { Part::Schemas as u8 }>,
    /// Tables, views, materialized views, sequences, foreign tables: `pg_class` without indexes.
    pub relations: Entries<QualName, Arc<Relation>, { Part::Relations as u8 }>,
    /// The table that an index belongs to. Index and table share their schema.
    pub index_tables: Entries<QualName, Name, { Part::IndexTables as u8 }>,
    /// Foreign keys by the relation they reference: (referencing relation, constraint name).
    pub referenced_by: Entries<QualName, Arc<Vec<(QualName, Name)>>, { Part::ReferencedBy as u8 }>,
    /// Partitions and inheritance children by parent.
    pub children: Entries<QualName, Arc<Vec<QualName>>, { Part::Children as u8 }>,
    /// Views and materialized views by a relation that their query reads.
    pub dependent_views: Entries<QualName, Arc<Vec<QualName>>, { Part::DependentViews as u8 }>,
    /// Enums, composites, domains, ranges, base types.
    pub types: Entries<QualName, Arc<TypeDef>, { Part::Types as u8 }>,
    /// Functions, procedures and aggregates by signature.
    pub functions: Entries<FunctionKey, Arc<Function>, { Part::Functions as u8 }>,
    /// Extensions by name.
    pub extensions: Entries<Name, Arc<Extension>, { Part::Extensions as u8 }>,
    /// Everything else that has a name and perhaps a comment.
    pub others: Entries<OtherKey, Arc<OtherObject>, { Part::Others as u8 }>,
    /// Sequences that belong to a relation's columns, by the relation; see [`Catalog::sequences_of`].
    pub owned_sequences: Entries<QualName, Arc<Vec<QualName>>, { Part::OwnedSequences as u8 }>,
    /// How many constraints of a schema have a name, on relations and domains.
    pub(crate) constraint_names: Entries<QualName, u32, { Part::ConstraintNames as u8 }>,
    /// The backward maps were kept from the start, or have been made by [`Catalog::relink`].
    pub(crate) linked: bool,
    /// Names of functions that a trigger or a stored expression once called, so that dropping another needs no search.
    pub(crate) called_functions: Entries<Name, (), { Part::CalledFunctions as u8 }>,
    /// What spares searches.
    pub(crate) hints: Entries<Hint, (), { Part::Hints as u8 }>,
}

impl Catalog {
    /// A freshly created database: schema `public`, extension `plpgsql`.
    pub fn fresh() -> Catalog {
        let mut catalog = Catalog {
            linked: true,
            ..Catalog::default()
        };
        catalog
            .schemas
            .insert_mut(Name::new("public"), Arc::new(Schema::default()));
        catalog.extensions.insert_mut(
            Name::new("plpgsql"),
            Arc::new(Extension {
                schema: Some(Name::new("pg_catalog")),
                ..Extension::default()
            }),
        );
        catalog
    }

    /// Whether a hint was given.
    pub(crate) fn is_hinted(&self, hint: Hint) -> bool {
        self.hints.contains_key(&hint)
    }

    /// Gives a hint.
    pub(crate) fn hint(&mut self, hint: Hint) {
        if !self.is_hinted(hint) {
            self.hints.insert_mut(hint, ());
        }
    }

    /// The functions of a name, whatever their arguments.
    pub fn overloads<'c>(
        &'c self,
        name: &QualName,
    ) -> impl Iterator<Item = (&'c FunctionKey, &'c Arc<Function>)> + use<'c> {
        let first = FunctionKey {
            name: name.clone(),
            arguments: Vec::new(),
        };
        let name = name.clone();
        self.functions.cluster(first, move |key| key.name == name)
    }

    /// The relation of that exact name.
    pub fn relation(&self, name: &QualName) -> Option<&Arc<Relation>> {
        self.relations.get(name)
    }

    /// The index of that exact name and the relation it is on.
    pub fn index(&self, name: &QualName) -> Option<(&Arc<Relation>, &Arc<Index>)> {
        let table = QualName::new(name.schema.clone(), self.index_tables.get(name)?.clone());
        let relation = self.relations.get(&table)?;
        Some((relation, relation.indexes.get(&name.name)?))
    }

    /// Direct partitions or inheritance children.
    pub fn children_of(&self, parent: &QualName) -> &[QualName] {
        self.children.get(parent).map_or(&[], |c| c.as_slice())
    }

    /// Foreign keys that reference a relation.
    pub fn foreign_keys_to(&self, relation: &QualName) -> &[(QualName, Name)] {
        self.referenced_by.get(relation).map_or(&[], |c| c.as_slice())
    }

    /// Views and materialized views whose query reads a relation.
    pub fn views_of(&self, relation: &QualName) -> &[QualName] {
        self.dependent_views.get(relation).map_or(&[], |c| c.as_slice())
    }

    /// The relation and all that descend from it, parents before children, each once.
    pub fn family(&self, root: &QualName) -> Vec<QualName> {
        let mut all = vec![root.clone()];
        let mut seen: HashSet<&QualName> = HashSet::from([root]);
        let mut at = 0;
        while at < all.len() {
            let parent = all[at].clone();
            for child in self.children.get(&parent).into_iter().flat_map(|c| c.iter()) {
                if seen.insert(child) {
                    all.push(child.clone());
                }
            }
            at += 1;
        }
        all
    }
}
