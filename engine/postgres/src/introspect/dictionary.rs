//! What the other parts look up by oid: schemas, types, comments, membership in extensions, names of columns.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use confiture_schema::catalog::QualName;
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use super::{get, without_outer_parentheses};
use crate::error::SqlError;
use crate::session::Session;

/// Oids of system catalogs, the same in every database and version (`pg_class.oid`, fixed by initdb).
pub(super) mod class {
    pub(in crate::introspect) const TYPE: u32 = 1247;
    pub(in crate::introspect) const PROC: u32 = 1255;
    pub(in crate::introspect) const RELATION: u32 = 1259;
    pub(in crate::introspect) const CONSTRAINT: u32 = 2606;
    pub(in crate::introspect) const REWRITE: u32 = 2618;
    pub(in crate::introspect) const TRIGGER: u32 = 2620;
    pub(in crate::introspect) const NAMESPACE: u32 = 2615;
    pub(in crate::introspect) const POLICY: u32 = 3256;
}

/// The first oid of an object that initdb did not make (`FirstNormalObjectId`).
const FIRST_NORMAL: u32 = 16384;

/// Lookups by oid.
pub(super) struct Dictionary {
    /// Schemas that hold a user's objects, system and temporary ones left out.
    pub(super) schemas: HashMap<u32, Name>,
    types: HashMap<u32, TypeEntry>,
    members: HashSet<(u32, u32)>,
    internal_functions: HashSet<u32>,
    comments: Comments,
    /// Names of columns by relation and attribute number.
    pub(super) columns: HashMap<(u32, i16), Name>,
    expressions: RefCell<HashMap<Box<str>, Expr>>,
    /// Collations' names.
    pub(super) collations: HashMap<u32, QualName>,
}

/// Comments by system catalog, object and column.
type Comments = HashMap<(u32, u32, i32), Arc<str>>;

struct TypeEntry {
    name: Name,
    schema: u32,
    element: u32,
    array: u32,
}

impl Dictionary {
    pub(super) fn read(session: &mut Session) -> Result<Dictionary, SqlError> {
        Ok(Dictionary {
            schemas: schemas(session)?,
            types: types(session)?,
            members: members(session)?,
            internal_functions: internal_functions(session)?,
            comments: comments(session)?,
            columns: HashMap::new(),
            expressions: RefCell::default(),
            collations: collations(session)?,
        })
    }

    /// The schemas' oids, as a parameter of queries.
    pub(super) fn schema_oids(&self) -> Vec<u32> {
        self.schemas.keys().copied().collect()
    }

    /// A name in one of the user's schemas.
    pub(super) fn qualified(&self, schema: u32, name: &str) -> Option<QualName> {
        Some(QualName::new(self.schemas.get(&schema)?.clone(), Name::new(name)))
    }

    /// Whether an object belongs to an extension.
    pub(super) fn is_member(&self, class: u32, object: u32) -> bool {
        self.members.contains(&(class, object))
    }

    /// Whether a function was made by PostgreSQL for a type, as a range's constructors are.
    pub(super) fn is_internal_function(&self, function: u32) -> bool {
        self.internal_functions.contains(&function)
    }

    /// The comment on an object, or with `sub` on one of a relation's columns.
    pub(super) fn comment(&self, class: u32, object: u32, sub: i32) -> Option<Arc<str>> {
        self.comments.get(&(class, object, sub)).cloned()
    }

    /// A type, without modifiers.
    pub(super) fn ty(&self, oid: u32) -> SqlType {
        let Some(entry) = self.types.get(&oid) else {
            // A type that was dropped since, which one snapshot makes impossible, or a broken catalog.
            return SqlType::named("unknown");
        };
        let element = self.types.get(&entry.element).filter(|e| e.array == oid);
        let (base, base_oid) = element.map_or((entry, oid), |e| (e, entry.element));
        let member = self.is_member(class::TYPE, base_oid);
        let schema = if member { None } else { self.type_schema(base) };
        SqlType {
            schema,
            name: base.name.clone(),
            modifiers: None,
            array: element.is_some(),
        }
    }

    /// A type with the modifiers that `format_type` printed, where there are any.
    pub(super) fn ty_with(&self, oid: u32, formatted: Option<&str>) -> SqlType {
        let mut ty = self.ty(oid);
        ty.modifiers = formatted.and_then(|text| modifiers(&ty, text)).map(Arc::from);
        ty
    }

    fn type_schema(&self, entry: &TypeEntry) -> Option<Name> {
        self.schemas.get(&entry.schema).cloned()
    }

    /// An expression as the server prints it. Most of a schema's expressions say what another said.
    pub(super) fn expr(&self, printed: &str) -> Expr {
        let text = without_outer_parentheses(printed);
        let known = self.expressions.borrow().get(text).cloned();
        known.unwrap_or_else(|| {
            let expr = Expr::parse(text);
            self.expressions.borrow_mut().insert(text.into(), expr.clone());
            expr
        })
    }

    /// The name of a relation's column.
    pub(super) fn column(&self, relation: u32, number: i16) -> Name {
        self.columns
            .get(&(relation, number))
            .cloned()
            .unwrap_or_else(|| Name::new("?"))
    }
}

/// The modifiers in what `format_type` prints: `10,2` of `numeric(10,2)`, `day to second(3)` of an interval.
fn modifiers<'t>(ty: &SqlType, formatted: &'t str) -> Option<&'t str> {
    let formatted = formatted.strip_suffix("[]").unwrap_or(formatted);
    if ty.schema.is_none() && ty.name.as_str() == "interval" {
        let rest = formatted.strip_prefix("interval")?.trim_start();
        let bare = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')'));
        return Some(bare.unwrap_or(rest)).filter(|m| !m.is_empty());
    }
    let open = formatted.rfind('(')?;
    let close = formatted.rfind(')')?;
    formatted.get(open + 1..close)
}

fn schemas(session: &mut Session) -> Result<HashMap<u32, Name>, SqlError> {
    let rows = session.query(
        "SELECT oid, nspname::text FROM pg_catalog.pg_namespace \
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, Name::new(get::<&str>(row, 1)?))))
        .collect()
}

fn types(session: &mut Session) -> Result<HashMap<u32, TypeEntry>, SqlError> {
    let rows = session.query(
        "SELECT oid, typname::text, typnamespace, typelem, typarray FROM pg_catalog.pg_type",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            let entry = TypeEntry {
                name: Name::new(get::<&str>(row, 1)?),
                schema: get(row, 2)?,
                element: get(row, 3)?,
                array: get(row, 4)?,
            };
            Ok((get(row, 0)?, entry))
        })
        .collect()
}

fn members(session: &mut Session) -> Result<HashSet<(u32, u32)>, SqlError> {
    let rows = session.query(
        "SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'",
        &[],
    )?;
    rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
}

fn internal_functions(session: &mut Session) -> Result<HashSet<u32>, SqlError> {
    let rows = session.query(
        "SELECT objid FROM pg_catalog.pg_depend \
         WHERE classid = $1 AND refclassid = $2 AND deptype = 'i'",
        &[&class::PROC, &class::TYPE],
    )?;
    rows.iter().map(|row| get(row, 0)).collect()
}

/// Comments on objects of users, and on the schema `public` where they differ from what initdb says.
fn comments(session: &mut Session) -> Result<Comments, SqlError> {
    let rows = session.query(
        "SELECT classoid, objoid, objsubid, description FROM pg_catalog.pg_description \
         WHERE objoid >= $1 \
            OR (classoid = $2 AND objoid = 2200 AND description <> 'standard public schema')",
        &[&FIRST_NORMAL, &class::NAMESPACE],
    )?;
    rows.iter()
        .map(|row| {
            let key = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            Ok((key, Arc::from(get::<&str>(row, 3)?)))
        })
        .collect()
}

fn collations(session: &mut Session) -> Result<HashMap<u32, QualName>, SqlError> {
    let rows = session.query(
        "SELECT c.oid, n.nspname::text, c.collname::text FROM pg_catalog.pg_collation c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            let name = QualName::new(Name::new(get::<&str>(row, 1)?), Name::new(get::<&str>(row, 2)?));
            Ok((get(row, 0)?, name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_what_stands_between_the_parentheses() {
        let of = |ty: &str, text: &str| modifiers(&SqlType::named(ty), text).map(str::to_owned);
        assert_eq!(of("numeric", "numeric(10,2)[]").as_deref(), Some("10,2"));
        assert_eq!(
            of("timestamptz", "timestamp(3) with time zone").as_deref(),
            Some("3")
        );
        assert_eq!(
            of("interval", "interval day to second(3)").as_deref(),
            Some("day to second(3)")
        );
        assert_eq!(of("interval", "interval(3)").as_deref(), Some("3"));
        assert_eq!(of("text", "text"), None);
    }
}
