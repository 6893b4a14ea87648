//! Cures of what the catalog keeps.

use confiture_schema::catalog::Origin;
use confiture_schema::change::{Change, CreateTable, TableElement};
use confiture_syntax::TextRange;

use crate::context::{CatalogContext, Sink};
use crate::{Edit, Fix, Safety};

/// One statement more: where a schema is built from its files, after the statement that defined something; for a
/// database that has the flaw already, as a migration.
pub(crate) struct Statement<'s> {
    /// What it does, as an imperative.
    pub(crate) title: &'s str,
    /// Whether the meaning stays.
    pub(crate) safety: Safety,
    /// As a file that builds a schema writes it.
    pub(crate) file: &'s str,
    /// As a migration writes it.
    pub(crate) migration: &'s str,
}

impl Statement<'_> {
    /// The cure of what was defined at `origin`.
    pub(crate) fn after(&self, context: &CatalogContext<'_>, sink: &Sink<'_>, origin: Origin) -> Fix {
        let fix = Fix::new(self.title, self.safety).migration(self.migration);
        match sink.insert_after(origin, self.file) {
            Some(edit) if !context.is_migrated(origin) => fix.edit(edit),
            _ => fix,
        }
    }
}

/// The edit that puts a column behind the last column of the CREATE TABLE that defined a table, where a file that builds
/// a schema did.
pub(crate) fn column_in_place(
    context: &CatalogContext<'_>,
    sink: &Sink<'_>,
    table: Origin,
    definition: &str,
) -> Option<Edit> {
    if context.is_migrated(table) {
        return None;
    }
    let create = context.changes(table).iter().find_map(create_table)?;
    let mut columns = create.elements.iter().filter_map(|element| match element {
        TableElement::Column(column) if column.ty.is_some() => Some(column.range.end),
        _ => None,
    });
    sink.edit(
        table,
        TextRange::empty(columns.next_back()?),
        format!(",\n    {definition}"),
    )
}

/// The edit that takes out the statement that defined something, where a file that builds a schema did and the statement
/// does nothing else.
pub(crate) fn removal(context: &CatalogContext<'_>, sink: &Sink<'_>, origin: Origin) -> Option<Edit> {
    let text = sink.text(origin)?;
    let alone = context.changes(origin).len() == 1 && !context.is_migrated(origin);
    let whole = TextRange::new(0, u32::try_from(text.len()).ok()?);
    alone.then(|| sink.edit(origin, whole, ""))?
}

fn create_table(change: &Change) -> Option<&CreateTable> {
    match change {
        Change::CreateTable(create) => Some(create),
        _ => None,
    }
}
