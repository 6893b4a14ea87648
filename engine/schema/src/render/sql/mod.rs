//! The canonical form as SQL that recreates the catalog on an empty database.
//!
//! Objects come in the order of their dependencies, then what ties tables together: keys and indexes, partitions,
//! foreign keys, triggers, policies. Expressions and queries are the catalog's own text. What the catalog doesn't keep
//! is named in a comment: bodies of functions (they get an empty one, which is right in everything else), definitions of
//! aggregates, rules, operators and the other objects kept by name.

pub(crate) mod attached;
pub(crate) mod object;
pub(crate) mod order;
mod single;
pub(crate) mod table;

use crate::catalog::{Catalog, Persistence, QualName, Relation, RelationKind};
use order::Node;
pub use single::{Object, definition};

/// SQL that recreates the catalog, one statement a line or paragraph, each ended by `;`.
pub fn sql(catalog: &Catalog) -> String {
    let mut out = Script::default();
    object::preamble(&mut out, catalog);
    for node in order::ordered(catalog) {
        match node {
            Node::Type(name) => {
                if let Some(definition) = catalog.types.get(&name) {
                    object::type_definition(&mut out, &name, definition);
                }
            }
            Node::Function(key) => {
                if let Some(function) = catalog.functions.get(&key) {
                    object::function(&mut out, &key, function);
                }
            }
            Node::Relation(name) => {
                if let Some(relation) = catalog.relations.get(&name) {
                    table::create(&mut out, catalog, &name, relation);
                }
            }
        }
    }
    table::keys_and_indexes(&mut out, catalog);
    table::families(&mut out, catalog);
    table::foreign_keys(&mut out, catalog);
    attached::everything(&mut out, catalog);
    object::remaining(&mut out, catalog);
    out.text()
}

/// The script being written.
#[derive(Default)]
pub(crate) struct Script {
    lines: Vec<Line>,
}

/// A part of a script.
enum Line {
    /// A statement, without its semicolon.
    Statement(String),
    /// What can't be said in SQL.
    Note(String),
}

impl Script {
    /// A statement, without its semicolon.
    pub(crate) fn statement(&mut self, sql: impl AsRef<str>) {
        self.lines.push(Line::Statement(sql.as_ref().to_owned()));
    }

    /// What can't be said in SQL. Line breaks are folded, so that it stays a comment.
    pub(crate) fn note(&mut self, note: impl AsRef<str>) {
        let words: Vec<&str> = note.as_ref().split_whitespace().collect();
        self.lines.push(Line::Note(words.join(" ")));
    }

    /// The statements alone.
    pub(crate) fn statements(self) -> impl Iterator<Item = String> {
        self.lines.into_iter().filter_map(|line| match line {
            Line::Statement(sql) => Some(sql),
            Line::Note(_) => None,
        })
    }

    /// All of it, statements ended by semicolons and the rest as comments.
    fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            match line {
                Line::Statement(sql) => text.push_str(&format!("{sql};\n")),
                Line::Note(note) => text.push_str(&format!("-- {note}\n")),
            }
        }
        text
    }
}

/// Relations of the database's own, by name.
pub(crate) fn relations(catalog: &Catalog) -> impl Iterator<Item = (&QualName, &Relation)> {
    let own = |relation: &Relation| relation.persistence != Persistence::Temporary;
    catalog
        .relations
        .iter()
        .map(|(name, relation)| (name, &**relation))
        .filter(move |(name, relation)| name.schema.as_str() != "pg_temp" && own(relation))
}

/// The word after CREATE, ALTER, COMMENT ON.
pub(crate) fn word(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::Sequence => "SEQUENCE",
    }
}

/// Quoted names between commas.
pub(crate) fn columns<'n>(names: impl IntoIterator<Item = &'n confiture_syntax::Name>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| name.quoted().to_string()).collect();
    quoted.join(", ")
}

/// `WITH (fillfactor = '70')`, with a space before it; empty without options.
pub(crate) fn options(
    options: &std::collections::BTreeMap<confiture_syntax::Name, std::sync::Arc<str>>,
) -> String {
    if options.is_empty() {
        return String::new();
    }
    let one = |(name, value): (&confiture_syntax::Name, &std::sync::Arc<str>)| {
        let value = if value.is_empty() {
            "true"
        } else {
            value.trim_matches('\'')
        };
        format!("{} = {}", name.as_str(), super::normal::quoted_text(value))
    };
    let all: Vec<String> = options.iter().map(one).collect();
    format!(" WITH ({})", all.join(", "))
}

/// An expression after DEFAULT, in parentheses where it isn't a constant or one call: there the grammar knows fewer
/// operators.
pub(crate) fn default(expr: &crate::expr::Expr) -> String {
    let simple = expr.facts.constant || !expr.text.contains(char::is_whitespace);
    if simple {
        expr.text.to_string()
    } else {
        format!("({})", expr.text)
    }
}
