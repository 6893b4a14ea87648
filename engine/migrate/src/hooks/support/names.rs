//! Names in configurations, and what they stand for in a database.

use confiture_postgres::{Row, Session};
use confiture_project::nearest;
use confiture_schema::catalog::QualName;
use confiture_syntax::Name;

use crate::hooks::{HookError, ObjectName};

/// Names for people, joined by commas.
pub(crate) fn shown(names: &[ObjectName]) -> String {
    names
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A kind of relation that a configuration may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A table, partitioned or not.
    Table,
    /// Anything with rows.
    Rows,
    /// An index.
    Index,
    /// A materialized view.
    MaterializedView,
    /// A view of either kind.
    View,
}

impl Wanted {
    /// What people call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Wanted::Table => "table",
            Wanted::Rows => "table or view",
            Wanted::Index => "index",
            Wanted::MaterializedView => "materialized view",
            Wanted::View => "view",
        }
    }

    /// The values of `pg_class.relkind` that it stands for.
    fn kinds(self) -> &'static str {
        match self {
            Wanted::Table => "rp",
            Wanted::Rows => "rpfmv",
            Wanted::Index => "iI",
            Wanted::MaterializedView => "m",
            Wanted::View => "mv",
        }
    }
}

/// A relation of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Its oid.
    pub(crate) oid: u32,
    /// Its name.
    pub(crate) name: QualName,
    /// `pg_class.relkind`.
    pub(crate) kind: String,
}

impl Relation {
    /// As SQL.
    pub(crate) fn quoted(&self) -> String {
        self.name.quoted()
    }

    /// From oid, schema, name and kind.
    pub(crate) fn of_row(row: &Row) -> Relation {
        let (schema, name): (String, String) = (row.get(1), row.get(2));
        Relation {
            oid: row.get(0),
            name: QualName::new(Name::new(schema), Name::new(name)),
            kind: row.get(3),
        }
    }
}

/// The relation that a name stands for.
///
/// # Errors
/// There is none, or one of another kind: with the nearest name there is.
pub(crate) fn find(session: &mut Session, name: &ObjectName, wanted: Wanted) -> Result<Relation, HookError> {
    let rows = session.query(
        "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)",
        &[&name.quoted()],
    )?;
    let found = rows.first().map(Relation::of_row);
    match found {
        Some(relation) if wanted.kinds().contains(&relation.kind) => Ok(relation),
        Some(relation) => Err(HookError::new(format!(
            "`{}` is {}, not {}",
            name,
            kind_noun(&relation.kind),
            with_article(wanted.noun())
        ))),
        None => {
            let known = all(session, wanted)?;
            let known: Vec<String> = known
                .iter()
                .map(|relation| match &name.schema {
                    Some(_) => relation.name.quoted(),
                    None => relation.name.name.quoted(),
                })
                .collect();
            let error = HookError::new(format!("{} `{}` does not exist", wanted.noun(), name));
            Err(
                match nearest(&name.to_string(), known.iter().map(String::as_str)) {
                    Some(near) => error.help(format!("Did you mean `{near}`?")),
                    None => error,
                },
            )
        }
    }
}

/// The relations that names stand for; all of that kind where no name is given.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_all(
    session: &mut Session,
    names: &[ObjectName],
    wanted: Wanted,
) -> Result<Vec<Relation>, HookError> {
    if names.is_empty() {
        return all(session, wanted);
    }
    names.iter().map(|name| find(session, name, wanted)).collect()
}

/// All relations of a kind that are no system's, extension's or temporary ones, and no partitions, by name.
pub(crate) fn all(session: &mut Session, wanted: Wanted) -> Result<Vec<Relation>, HookError> {
    let rows = session.query(
        "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE pg_catalog.strpos($1, c.relkind::text) > 0 AND c.relpersistence <> 't' AND NOT c.relispartition \
         AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 2, 3",
        &[&wanted.kinds()],
    )?;
    Ok(rows.iter().map(Relation::of_row).collect())
}

fn kind_noun(kind: &str) -> &'static str {
    match kind {
        "r" => "a table",
        "p" => "a partitioned table",
        "f" => "a foreign table",
        "v" => "a view",
        "m" => "a materialized view",
        "i" | "I" => "an index",
        "S" => "a sequence",
        "c" => "a composite type",
        _ => "something else",
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with('i') { "an" } else { "a" };
    format!("{article} {noun}")
}
