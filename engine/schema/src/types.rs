//! Names of data types, in the one spelling that a file and a server share.

use std::fmt;
use std::sync::Arc;

use confiture_syntax::Name;
use serde::{Deserialize, Serialize};

/// A data type as a column, argument or domain has it.
///
/// Built-in types carry PostgreSQL's internal name (`int4`, `varchar`, `timestamptz`; `pg_type.typname`) and no
/// schema. A type of an extension has no schema either, because where an extension puts its objects is not in the
/// files. A user's type is schema-qualified once it is resolved. `Display` prints what `format_type()` prints
/// (PostgreSQL manual, 9.27 "System Catalog Information Functions").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SqlType {
    /// The schema of a user's type; `None` for built-in, extension and not yet resolved types.
    pub schema: Option<Name>,
    /// Internal name: `int4` rather than `integer`.
    pub name: Name,
    /// Modifiers as `format_type` writes them between parentheses: `10,2`; for `interval` also its fields: `day to second(3)`.
    pub modifiers: Option<Arc<str>>,
    /// Whether this is an array; PostgreSQL forgets the number of dimensions.
    pub array: bool,
}

impl SqlType {
    /// A built-in (or not yet resolved) type by its internal name, without modifiers.
    pub fn named(internal: &str) -> SqlType {
        SqlType {
            schema: None,
            name: Name::new(internal),
            modifiers: None,
            array: false,
        }
    }

    /// The same type without its modifiers and array bounds.
    pub fn base(&self) -> SqlType {
        SqlType {
            schema: self.schema.clone(),
            name: self.name.clone(),
            modifiers: None,
            array: false,
        }
    }

    /// The same type without its modifiers: what tells functions apart.
    pub fn unmodified(self) -> SqlType {
        SqlType {
            modifiers: None,
            ..self
        }
    }

    /// Whether this is the built-in type of that internal name, array or not excluded: `is("text")` is false for `text[]`.
    pub fn is(&self, internal: &str) -> bool {
        self.schema.is_none() && !self.array && self.name.as_str() == internal
    }

    /// The internal name that PostgreSQL gives a spelling of a built-in type: `integer` → `int4`. `None` for other names.
    ///
    /// Only spellings that arrive as one word; multi-word ones (`double precision`) are told apart by the grammar.
    pub fn internal_name(spelling: &str) -> Option<&'static str> {
        Some(match spelling {
            "int" | "integer" => "int4",
            "smallint" => "int2",
            "bigint" => "int8",
            "real" => "float4",
            "decimal" | "dec" => "numeric",
            "boolean" => "bool",
            "character" | "char" => "bpchar",
            "nchar" => "bpchar",
            _ => return None,
        })
    }

    /// How `format_type` spells a built-in type, without modifiers.
    fn spelling(&self) -> &str {
        match self.name.as_str() {
            "int2" => "smallint",
            "int4" => "integer",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            "bool" => "boolean",
            "varchar" => "character varying",
            // Without a length it is another type than CHARACTER, which is CHARACTER(1); so with BIT.
            "bpchar" if self.modifiers.is_some() => "character",
            "bit" if self.modifiers.is_none() => "\"bit\"",
            "varbit" => "bit varying",
            "char" => "\"char\"",
            other => other,
        }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.{}", schema.quoted(), self.name.quoted())?;
            if let Some(m) = &self.modifiers {
                write!(f, "({m})")?;
            }
        } else {
            let (stem, tail) = match self.name.as_str() {
                "timestamp" => ("timestamp", " without time zone"),
                "timestamptz" => ("timestamp", " with time zone"),
                "time" => ("time", " without time zone"),
                "timetz" => ("time", " with time zone"),
                _ => (self.spelling(), ""),
            };
            f.write_str(stem)?;
            match (&self.modifiers, self.name.as_str()) {
                (Some(m), "interval") if !m.starts_with(|c: char| c.is_ascii_digit()) => write!(f, " {m}")?,
                (Some(m), _) => write!(f, "({m})")?,
                (None, _) => {}
            }
            f.write_str(tail)?;
        }
        if self.array {
            f.write_str("[]")?;
        }
        Ok(())
    }
}
