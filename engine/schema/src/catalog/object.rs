//! Objects that aren't relations: schemas, types, functions, extensions and the rest.

use std::fmt;
use std::sync::Arc;

use confiture_syntax::Name;
use serde::{Deserialize, Serialize};

use super::{Origin, QualName};
use crate::expr::Expr;
use crate::types::SqlType;

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Owner, where a statement named one.
    pub owner: Option<Name>,
    /// Where it was created.
    pub origin: Origin,
}

/// An extension.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Extension {
    /// Schema, where a statement named one.
    pub schema: Option<Name>,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

/// A type that a statement made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeDef {
    /// What kind of type.
    pub kind: TypeKind,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

/// What kind of type (`pg_type.typtype`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeKind {
    /// ENUM, labels in order.
    Enum(Vec<Arc<str>>),
    /// Composite, attributes in order.
    Composite(Vec<(Name, SqlType)>),
    /// DOMAIN.
    Domain(Arc<Domain>),
    /// RANGE, with its subtype.
    Range(SqlType),
    /// A base type, or a shell of one.
    Base,
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The type beneath.
    pub base: SqlType,
    /// NOT NULL.
    pub not_null: bool,
    /// DEFAULT.
    pub default: Option<Expr>,
    /// CHECKs by name, in order: (name, condition, validated).
    pub checks: Vec<(Name, Expr, bool)>,
}

/// What tells functions apart: name and input types.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionKey {
    /// Name.
    pub name: QualName,
    /// Types of the input arguments (IN, INOUT, VARIADIC), without modifiers.
    pub arguments: Vec<SqlType>,
}

impl fmt::Display for FunctionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (i, a) in self.arguments.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{a}")?;
        }
        f.write_str(")")
    }
}

/// A function, procedure, aggregate or window function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its kind (`pg_proc.prokind`).
    pub kind: FunctionKind,
    /// Return type as written in the canonical spelling (`SETOF integer`, `TABLE(a integer)`, `trigger`); `None` for procedures.
    pub returns: Option<Arc<str>>,
    /// Language.
    pub language: Name,
    /// IMMUTABLE, STABLE, VOLATILE.
    pub volatility: Volatility,
    /// SECURITY DEFINER.
    pub security_definer: bool,
    /// STRICT.
    pub strict: bool,
    /// `SET search_path …` is among its settings.
    pub sets_search_path: bool,
    /// The statement that creates it anew, as a server spells it; files keep none.
    pub definition: Option<Arc<str>>,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

/// `pg_proc.prokind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum FunctionKind {
    /// A plain function.
    #[default]
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate,
    /// A window function.
    Window,
}

/// How a function's result may change (PostgreSQL manual, 36.7 "Function Volatility Categories").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, Hash)]
pub enum Volatility {
    /// Same arguments, same result, for ever.
    Immutable,
    /// Same within one statement.
    Stable,
    /// Any time another.
    #[default]
    Volatile,
}

/// Kinds of the remaining objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the SQL object kind of its name")]
pub enum OtherKind {
    AccessMethod,
    Cast,
    Collation,
    Conversion,
    EventTrigger,
    ForeignDataWrapper,
    Language,
    Operator,
    OperatorClass,
    OperatorFamily,
    Publication,
    Role,
    Server,
    Statistics,
    Subscription,
    Tablespace,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Transform,
    UserMapping,
}

/// Kind and identity, as `pg_identify_object` would spell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OtherKey {
    /// The kind.
    pub kind: OtherKind,
    /// The identity: a name, a qualified name, or a signature.
    pub identity: Arc<str>,
}

/// Anything else with a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OtherObject {
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Relations that it touches (statistics, publications), where the statement names them.
    pub relations: Vec<QualName>,
    /// Columns that extended statistics are on; empty for other kinds and for an introspected catalog.
    pub columns: Vec<Name>,
    /// Where it was created.
    pub origin: Origin,
}
