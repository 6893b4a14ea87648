//! Names of what exists: relations and what belongs to them, types, functions and the rest.

use std::collections::HashSet;
use std::sync::Arc;

use confiture_schema::catalog::{
    Catalog, FunctionKind, OtherKind, QualName, Relation, RelationKind, TypeDef, TypeKind,
};
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use super::functions::{self, Callable};
use super::list::{List, MOST, Named, escaped, plain};
use super::place::Place;
use super::scope::Output;
use super::{Completion, CompletionKind, Insert};

/// How many names of a kind are gathered: enough to know that there are more than are shown.
const GATHERED: usize = 2 * MOST;

/// A set of kinds of relations.
pub(super) type Kinds = &'static [RelationKind];

/// What rows are read from.
pub(super) const READABLE: Kinds = &[
    RelationKind::Table,
    RelationKind::PartitionedTable,
    RelationKind::ForeignTable,
    RelationKind::View,
    RelationKind::MaterializedView,
];

/// What rows are written to and ALTER TABLE is about.
pub(super) const TABLES: Kinds = &[
    RelationKind::Table,
    RelationKind::PartitionedTable,
    RelationKind::ForeignTable,
];

impl Place<'_> {
    fn catalog(&self) -> &Catalog {
        &self.before.catalog
    }

    /// How a name of a schema is written here: nothing before it where the schema was typed or is searched.
    fn qualifier(&self, name: &QualName) -> Option<String> {
        match self.around.qualifiers.as_slice() {
            [] => {
                let path = &self.before.session.search_path;
                let is_searched = path.contains(&name.schema) || name.schema == *"pg_temp";
                Some(if is_searched {
                    String::new()
                } else {
                    format!("{}.", name.schema.quoted())
                })
            }
            [schema] => (*schema == name.schema).then(String::new),
            _ => None,
        }
    }

    /// Relations of some kinds.
    pub(super) fn relations(&self, list: &mut List, kinds: Kinds) {
        self.relations_but(list, kinds, &HashSet::new());
    }

    /// The same without some.
    pub(super) fn relations_but(&self, list: &mut List, kinds: Kinds, without: &HashSet<QualName>) {
        let all = self.catalog().relations.iter();
        let fitting = all
            .filter(|(name, relation)| {
                kinds.contains(&relation.kind) && list.fits(name.name.as_str()) && !without.contains(*name)
            })
            .filter_map(|(name, relation)| Some((self.qualifier(name)?, name, relation)));
        let mut fitting: Vec<_> = fitting.take(GATHERED).collect();
        fitting.sort_by_key(|(qualifier, ..)| !qualifier.is_empty());
        for (qualifier, name, relation) in fitting {
            list.name(Named {
                kind: kind_of(relation.kind),
                qualifier,
                name: &name.name,
                detail: Some(relation_detail(relation)),
                documentation: Some(relation_documentation(name, relation)),
            });
        }
    }

    /// Schemas, to go on behind a dot.
    pub(super) fn schemas(&self, list: &mut List) {
        for (name, schema) in self.catalog().schemas.iter() {
            list.name(Named {
                kind: CompletionKind::Schema,
                qualifier: String::new(),
                name,
                detail: Some("schema".to_owned()),
                documentation: schema.comment.as_deref().map(str::to_owned),
            });
        }
    }

    /// Columns, each with where it comes from.
    pub(super) fn columns(&self, list: &mut List, columns: &[Output], qualifier: &str, of: &str) {
        for column in columns {
            list.name(Named {
                kind: CompletionKind::Column,
                qualifier: qualifier.to_owned(),
                name: &column.name,
                detail: self.column_detail(column, of),
                documentation: column
                    .column
                    .as_ref()
                    .and_then(|column| column.comment.as_deref().map(str::to_owned)),
            });
        }
    }

    fn column_detail(&self, column: &Output, of: &str) -> Option<String> {
        let ty = column.ty.as_ref().map(|ty| self.type_text(ty));
        let null = match &column.column {
            Some(column) if column.not_null => " NOT NULL",
            _ => "",
        };
        let typed = ty.map(|ty| format!("{ty}{null}"));
        let of = Some(of.to_owned()).filter(|of| !of.is_empty());
        let words: Vec<String> = typed.into_iter().chain(of).collect();
        (!words.is_empty()).then(|| words.join(" · "))
    }

    /// A type as it is written here: without its schema where that is searched.
    pub(super) fn type_text(&self, ty: &SqlType) -> String {
        let path = &self.before.session.search_path;
        let is_searched = ty.schema.as_ref().is_some_and(|schema| path.contains(schema));
        let shown = SqlType {
            schema: None,
            ..ty.clone()
        };
        if is_searched {
            shown.to_string()
        } else {
            ty.to_string()
        }
    }

    /// What belongs to a relation, or to all of them: constraints, triggers and the like, by `members`.
    pub(super) fn members(
        &self,
        list: &mut List,
        kind: CompletionKind,
        of: Option<&QualName>,
        members: impl Fn(&Relation) -> Vec<(Name, String)>,
    ) {
        let exact = of.and_then(|name| Some((name, self.catalog().relation(name)?)));
        let all = self.catalog().relations.iter().filter(|_| of.is_none());
        let mut left = GATHERED;
        for (name, relation) in exact.into_iter().chain(all) {
            for (member, detail) in members(relation) {
                if left == 0 {
                    return;
                }
                if !list.fits(member.as_str()) {
                    continue;
                }
                left -= 1;
                let detail = match of {
                    Some(_) => detail,
                    None => format!("{} · {detail}", name.name),
                };
                list.name(Named {
                    kind,
                    qualifier: String::new(),
                    name: &member,
                    detail: Some(detail),
                    documentation: None,
                });
            }
        }
    }

    /// Indexes of one relation or of all.
    pub(super) fn indexes(&self, list: &mut List, of: Option<&QualName>) {
        if let Some(of) = of {
            self.members(list, CompletionKind::Index, Some(of), |relation| {
                let indexes = relation.indexes.iter();
                indexes
                    .map(|(name, index)| (name.clone(), index_detail(index)))
                    .collect()
            });
            return;
        }
        let all = self.catalog().index_tables.iter();
        let fitting = all.filter(|(name, _)| list.fits(name.name.as_str()));
        let fitting: Vec<_> = fitting
            .filter_map(|(name, table)| Some((self.qualifier(name)?, name, table)))
            .take(GATHERED)
            .collect();
        let mut fitting: Vec<_> = fitting
            .into_iter()
            .map(|(qualifier, name, table)| {
                (
                    qualifier,
                    name,
                    table,
                    self.catalog().index(name).map(|(_, index)| index),
                )
            })
            .collect();
        // Those of constraints go with their constraints.
        fitting.sort_by_key(|(qualifier, _, _, index)| {
            (!qualifier.is_empty(), index.is_some_and(|index| index.constraint))
        });
        for (qualifier, name, table, index) in fitting {
            let detail = index.map(|index| index_detail(index)).unwrap_or_default();
            list.name(Named {
                kind: CompletionKind::Index,
                qualifier,
                name: &name.name,
                detail: Some(format!("{table} · {detail}")),
                documentation: None,
            });
        }
    }

    /// Types that statements made.
    pub(super) fn user_types(&self, list: &mut List, accept: impl Fn(&TypeKind) -> bool) {
        let all = self.catalog().types.iter().filter(|(_, ty)| accept(&ty.kind));
        let fitting = all.filter(|(name, _)| list.fits(name.name.as_str()));
        let mut fitting: Vec<_> = fitting
            .filter_map(|(name, ty)| Some((self.qualifier(name)?, name, ty)))
            .take(GATHERED)
            .collect();
        fitting.sort_by_key(|(qualifier, ..)| !qualifier.is_empty());
        for (qualifier, name, ty) in fitting {
            list.name(Named {
                kind: CompletionKind::Type,
                qualifier,
                name: &name.name,
                detail: Some(type_detail(ty)),
                documentation: ty.comment.as_deref().map(str::to_owned),
            });
        }
    }

    /// Functions of the project that `accept` takes, written as `form` says.
    pub(super) fn functions(
        &self,
        list: &mut List,
        form: CallForm,
        accept: impl Fn(&Callable, FunctionKind) -> bool,
    ) {
        let all = self.catalog().functions.iter();
        let fitting: Vec<_> = all
            .filter(|(key, _)| list.fits(key.name.name.as_str()))
            .filter_map(|(key, function)| Some((self.qualifier(&key.name)?, key, function)))
            .take(GATHERED)
            .collect();
        for (qualifier, key, function) in fitting {
            let callable = functions::of_project(self.live, key, function);
            if !accept(&callable, function.kind) {
                continue;
            }
            let name = format!("{qualifier}{}", key.name.name.quoted());
            let completion = match form {
                CallForm::Signature => {
                    let types: Vec<String> = key.arguments.iter().map(ToString::to_string).collect();
                    let text = format!("{name}({})", types.join(", "));
                    plain(text.clone(), CompletionKind::Function, Insert::Text(text))
                }
                CallForm::Call => self.call(&name, &callable),
                CallForm::Empty => plain(
                    format!("{name}()"),
                    CompletionKind::Function,
                    Insert::Text(format!("{name}()")),
                ),
            };
            let completion = Completion {
                detail: Some(callable.shape()),
                documentation: callable.documentation,
                filter: Some(key.name.name.as_str().to_owned()),
                ..completion
            };
            list.other(key.name.name.as_str(), completion);
        }
    }

    /// PostgreSQL's common functions; the rest of them by name alone, once something of it was typed.
    pub(super) fn builtins(&self, list: &mut List, case: fn(&str) -> String) {
        if !self.around.qualifiers.is_empty() && self.around.qualifiers != [Name::new("pg_catalog")] {
            return;
        }
        for callable in functions::builtins() {
            if !list.fits(callable.name.as_str()) {
                continue;
            }
            let completion = Completion {
                detail: Some(callable.shape()),
                documentation: callable.documentation.clone(),
                ..self.call(&case(callable.name.as_str()), callable)
            };
            list.other(callable.name.as_str(), completion);
        }
        list.next_rank();
        if list.prefix().len() < 2 {
            return;
        }
        let typed = list.prefix().to_owned();
        for name in confiture_risk::builtin_functions().filter(|name| name.starts_with(&typed)) {
            let text = format!("{name}($1)");
            list.other(
                name,
                plain(name.to_owned(), CompletionKind::Function, Insert::Snippet(text)),
            );
        }
    }

    /// A call with room for its arguments, where no parenthesis follows already.
    fn call(&self, name: &str, callable: &Callable) -> Completion {
        // These are written without parentheses.
        let is_word = ["current_user", "session_user"].contains(&name);
        let insert = if is_word || self.around.is_followed_by("(") {
            Insert::Text(name.to_owned())
        } else if callable.arguments.is_empty() {
            Insert::Text(format!("{name}()"))
        } else {
            Insert::Snippet(format!("{}($1)", escaped(name)))
        };
        plain(name.to_owned(), CompletionKind::Function, insert)
    }

    /// Extensions that exist.
    pub(super) fn extensions(&self, list: &mut List) {
        for name in self.catalog().extensions.keys() {
            list.name(Named {
                kind: CompletionKind::Extension,
                qualifier: String::new(),
                name,
                detail: None,
                documentation: None,
            });
        }
    }

    /// Objects of the remaining kinds.
    pub(super) fn others(&self, list: &mut List, kind: OtherKind, shown: CompletionKind) {
        let all = self.catalog().others.iter().filter(|(key, _)| key.kind == kind);
        for (key, _) in all {
            let (schema, name) = match key.identity.split_once('.') {
                Some((schema, name)) => (Some(Name::fold(schema)), Name::fold(name)),
                None => (None, Name::fold(&key.identity)),
            };
            let qualifier = match schema {
                Some(schema) => self.qualifier(&QualName::new(schema, name.clone())),
                None => Some(String::new()),
            };
            if let Some(qualifier) = qualifier {
                list.name(Named {
                    kind: shown,
                    qualifier,
                    name: &name,
                    detail: None,
                    documentation: None,
                });
            }
        }
    }

    /// The tables whose triggers call a function, in the newest catalog: a function comes before its triggers.
    pub(super) fn tables_triggering(&self, function: &Name) -> Vec<Arc<Relation>> {
        let newest = &self.live.newest().catalog;
        let all = newest.relations.values().filter(|relation| {
            let mut triggers = relation.triggers.values();
            triggers.any(|trigger| trigger.function.name == *function)
        });
        all.cloned().collect()
    }
}

/// How a function is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallForm {
    /// With its arguments' types: DROP, COMMENT, GRANT.
    Signature,
    /// With room for arguments.
    Call,
    /// With empty parentheses: the function of a trigger.
    Empty,
}

/// How an editor shows a relation.
fn kind_of(kind: RelationKind) -> CompletionKind {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => {
            CompletionKind::Table
        }
        RelationKind::View | RelationKind::MaterializedView => CompletionKind::View,
        RelationKind::Sequence => CompletionKind::Sequence,
    }
}

fn relation_detail(relation: &Relation) -> String {
    let kind = match relation.kind {
        RelationKind::Table => "table",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => return "sequence".to_owned(),
    };
    let names: Vec<&str> = relation
        .columns
        .iter()
        .take(4)
        .map(|column| column.name.as_str())
        .collect();
    let more = if relation.columns.len() > 4 { ", …" } else { "" };
    format!("{kind} ({}{more})", names.join(", "))
}

/// A relation's comment and columns, as Markdown.
fn relation_documentation(name: &QualName, relation: &Relation) -> String {
    let mut text = relation
        .comment
        .as_deref()
        .map(|comment| format!("{comment}\n\n"))
        .unwrap_or_default();
    text.push_str(&format!("```sql\n{} (\n", name.quoted()));
    for column in relation.columns.iter().take(40) {
        let ty = column.ty.as_ref().map(ToString::to_string).unwrap_or_default();
        let null = if column.not_null { " NOT NULL" } else { "" };
        text.push_str(&format!("  {} {ty}{null}\n", column.name.quoted()));
    }
    if relation.columns.len() > 40 {
        text.push_str("  …\n");
    }
    text.push_str(")\n```");
    text
}

fn index_detail(index: &confiture_schema::catalog::Index) -> String {
    let keys: Vec<&str> = index.keys.iter().map(|key| &*key.expr.text).collect();
    let unique = if index.unique { "unique " } else { "" };
    format!("{unique}{} ({})", index.method, keys.join(", "))
}

fn type_detail(ty: &TypeDef) -> String {
    match &ty.kind {
        TypeKind::Enum(labels) => {
            let shown: Vec<String> = labels.iter().take(4).map(|label| format!("'{label}'")).collect();
            let more = if labels.len() > 4 { ", …" } else { "" };
            format!("enum ({}{more})", shown.join(", "))
        }
        TypeKind::Composite(attributes) => {
            let shown: Vec<&str> = attributes.iter().take(4).map(|(name, _)| name.as_str()).collect();
            format!("composite ({})", shown.join(", "))
        }
        TypeKind::Domain(domain) => format!("domain over {}", domain.base),
        TypeKind::Range(subtype) => format!("range of {subtype}"),
        TypeKind::Base => "base type".to_owned(),
    }
}
