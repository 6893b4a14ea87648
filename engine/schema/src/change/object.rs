//! Changes to objects that aren't relations, and changes that go for objects of every kind.

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};

use super::{DropBehavior, Ident, ObjectRef, SequenceOption, TypeRef};
use crate::catalog::{FunctionKind, OtherKind, Persistence, Volatility};
use crate::expr::Expr;
use crate::types::SqlType;

/// What kind of object a generic statement (DROP, RENAME, COMMENT …) names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the SQL object kind of its name")]
pub enum ObjectKind {
    Table,
    ForeignTable,
    View,
    MaterializedView,
    Sequence,
    Index,
    Schema,
    Type,
    Domain,
    Function,
    Procedure,
    /// FUNCTION or PROCEDURE: whichever it is.
    Routine,
    Aggregate,
    Extension,
    /// A trigger on a table.
    Trigger,
    Policy,
    Rule,
    /// A constraint of a table.
    Constraint,
    /// A constraint of a domain.
    DomainConstraint,
    Column,
    /// An attribute of a composite type.
    Attribute,
    /// A database, large object or another thing that the catalog does not keep.
    Unkept,
    Other(OtherKind),
}

/// One object that a generic statement names.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ObjectName {
    /// Its (qualified) name. For triggers, policies, rules, constraints, columns and attributes: the name of the thing itself, unqualified.
    pub name: ObjectRef,
    /// The relation (or domain, or composite type) that a trigger, policy, rule, constraint, column or attribute belongs to.
    pub on: Option<ObjectRef>,
    /// Argument types of a function, where they are written: input types only.
    pub arguments: Option<Vec<SqlType>>,
    /// The identity of an operator, cast and the like, as written.
    pub identity: Option<Arc<str>>,
}

/// DROP.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Drop {
    /// The kind.
    pub kind: ObjectKind,
    /// The objects.
    pub objects: Vec<ObjectName>,
    /// IF EXISTS.
    pub if_exists: bool,
    /// CASCADE.
    pub behavior: DropBehavior,
    /// DROP INDEX CONCURRENTLY.
    pub concurrently: bool,
}

/// ALTER … RENAME.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Rename {
    /// The kind.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// The new name.
    pub to: Ident,
    /// IF EXISTS.
    pub if_exists: bool,
    /// ONLY, of a column's or constraint's table.
    pub only: bool,
    /// The word after ALTER where the object is a relation or belongs to one: `ALTER TABLE v RENAME` may name a view.
    pub word: Option<super::RelationWord>,
}

/// ALTER … SET SCHEMA.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct SetSchema {
    /// The kind.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// The new schema.
    pub to: Ident,
    /// IF EXISTS.
    pub if_exists: bool,
}

/// ALTER … OWNER TO.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct SetOwner {
    /// The kind.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// The new owner.
    pub to: Ident,
}

/// COMMENT ON.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Comment {
    /// The kind.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// The text; `None` for NULL.
    pub text: Option<Arc<str>>,
}

/// GRANT and REVOKE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Grant {
    /// REVOKE rather than GRANT.
    pub revoke: bool,
    /// The kind of the objects; `None` for roles.
    pub kind: Option<ObjectKind>,
    /// The objects; empty for ALL … IN SCHEMA and for roles.
    pub objects: Vec<ObjectName>,
    /// Privileges, upper case; `ALL` for all; role names for roles.
    pub privileges: Vec<Arc<str>>,
    /// Grantees; `public` for PUBLIC.
    pub grantees: Vec<Name>,
}

/// CREATE SCHEMA.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreateSchema {
    /// The schema; for AUTHORIZATION alone the role's name.
    pub name: Ident,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// AUTHORIZATION.
    pub owner: Option<Name>,
}

/// CREATE SEQUENCE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreateSequence {
    /// The sequence.
    pub name: ObjectRef,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Persistence.
    pub persistence: Persistence,
    /// Options.
    pub options: Vec<SequenceOption>,
}

/// ALTER SEQUENCE with options.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AlterSequence {
    /// The sequence.
    pub name: ObjectRef,
    /// IF EXISTS.
    pub if_exists: bool,
    /// Options.
    pub options: Vec<SequenceOption>,
}

/// CREATE TYPE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateType {
    /// The type.
    pub name: ObjectRef,
    /// What it is.
    pub kind: CreateTypeKind,
}

/// What CREATE TYPE makes.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum CreateTypeKind {
    /// ENUM.
    Enum(Vec<Arc<str>>),
    /// Composite.
    Composite(Vec<(Ident, TypeRef)>),
    /// RANGE.
    Range(TypeRef),
    /// A base type or shell.
    Base,
}

/// ALTER TYPE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterType {
    /// The type.
    pub name: ObjectRef,
    /// What is done.
    pub action: AlterTypeAction,
}

/// What ALTER TYPE does.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum AlterTypeAction {
    /// ADD VALUE.
    AddValue {
        /// The label.
        label: Arc<str>,
        /// Where the label stands.
        range: TextRange,
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// BEFORE (false) or AFTER (true) another.
        place: Option<(ValuePlace, Arc<str>)>,
    },
    /// RENAME VALUE.
    RenameValue {
        /// Old label.
        from: Arc<str>,
        /// New label.
        to: Arc<str>,
    },
    /// Attributes of a composite type, in order.
    Attributes(Vec<AttributeAction>),
    /// SET (…) of a base type.
    SetProperties,
}

/// Where a new enum label goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValuePlace {
    /// BEFORE.
    Before,
    /// AFTER.
    After,
}

/// One command on a composite type.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum AttributeAction {
    /// ADD ATTRIBUTE.
    Add(Ident, TypeRef, DropBehavior),
    /// DROP ATTRIBUTE; the flag is IF EXISTS.
    Drop(Ident, bool, DropBehavior),
    /// ALTER ATTRIBUTE … TYPE.
    AlterType(Ident, TypeRef, DropBehavior),
}

/// CREATE DOMAIN.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateDomain {
    /// The domain.
    pub name: ObjectRef,
    /// The type beneath.
    pub base: TypeRef,
    /// DEFAULT.
    pub default: Option<Expr>,
    /// NOT NULL.
    pub not_null: bool,
    /// CHECKs and their names.
    pub checks: Vec<(Option<Ident>, Expr)>,
}

/// ALTER DOMAIN.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterDomain {
    /// The domain.
    pub name: ObjectRef,
    /// What is done.
    pub action: AlterDomainAction,
}

/// What ALTER DOMAIN does.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum AlterDomainAction {
    /// SET DEFAULT.
    SetDefault(Expr),
    /// DROP DEFAULT.
    DropDefault,
    /// SET NOT NULL.
    SetNotNull,
    /// DROP NOT NULL.
    DropNotNull,
    /// ADD CHECK; the flag is NOT VALID.
    AddCheck(Option<Ident>, Expr, bool),
    /// ADD NOT NULL as a constraint (17+).
    AddNotNull(Option<Ident>),
    /// DROP CONSTRAINT; the flag is IF EXISTS.
    DropConstraint(Ident, bool, DropBehavior),
    /// VALIDATE CONSTRAINT.
    Validate(Ident),
}

/// CREATE FUNCTION, CREATE PROCEDURE, CREATE AGGREGATE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateFunction {
    /// The function.
    pub name: ObjectRef,
    /// What kind.
    pub kind: FunctionKind,
    /// OR REPLACE.
    pub or_replace: bool,
    /// Arguments, OUT and TABLE columns included.
    pub arguments: Vec<Argument>,
    /// RETURNS; `None` for procedures, and where OUT arguments say it.
    pub returns: Option<TypeRef>,
    /// LANGUAGE; `sql` for a body without one.
    pub language: Name,
    /// Volatility.
    pub volatility: Volatility,
    /// SECURITY DEFINER.
    pub security_definer: bool,
    /// STRICT.
    pub strict: bool,
    /// Parameters that it sets: SET search_path = ….
    pub sets: Vec<Name>,
    /// The statements of its body, where it could be read; their ranges are outer ones.
    pub body: Vec<super::Nested>,
    /// Where the body stands, quotes included.
    pub body_range: Option<TextRange>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Argument {
    /// Its name.
    pub name: Option<Ident>,
    /// Its mode.
    pub mode: ArgumentMode,
    /// Its type.
    pub ty: TypeRef,
    /// It has a default.
    pub has_default: bool,
}

/// `pg_proc.proargmodes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgumentMode {
    /// IN.
    In,
    /// OUT.
    Out,
    /// INOUT.
    InOut,
    /// VARIADIC.
    Variadic,
    /// A column of RETURNS TABLE.
    Table,
}

impl ArgumentMode {
    /// Whether a call passes a value for it; only such arguments tell functions apart.
    pub fn is_input(self) -> bool {
        matches!(
            self,
            ArgumentMode::In | ArgumentMode::InOut | ArgumentMode::Variadic
        )
    }
}

/// ALTER FUNCTION with options.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterFunction {
    /// The function.
    pub object: ObjectName,
    /// New volatility.
    pub volatility: Option<Volatility>,
    /// New SECURITY DEFINER.
    pub security_definer: Option<bool>,
    /// New STRICT.
    pub strict: Option<bool>,
    /// Parameters that it now sets.
    pub sets: Vec<Name>,
    /// Parameters that it sets no more; `all` for RESET ALL.
    pub resets: Vec<Name>,
}

/// CREATE EXTENSION.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreateExtension {
    /// The extension.
    pub name: Ident,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// SCHEMA.
    pub schema: Option<Ident>,
}

/// CREATE of an object that the catalog keeps by name.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateOther {
    /// Its kind.
    pub kind: OtherKind,
    /// Its name.
    pub object: ObjectName,
    /// IF NOT EXISTS or OR REPLACE: no error when it is there.
    pub tolerant: bool,
    /// Relations that it names (CREATE STATISTICS … FROM t, CREATE PUBLICATION … FOR TABLE t).
    pub relations: Vec<ObjectRef>,
    /// Columns that CREATE STATISTICS names.
    pub columns: Vec<Name>,
    /// Of a cast: where PostgreSQL applies it unasked.
    pub applied: CastApplied,
}

/// Where a cast is applied without being written (`pg_cast.castcontext`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CastApplied {
    /// Nowhere.
    #[default]
    Explicitly,
    /// When a value is stored: AS ASSIGNMENT.
    InAssignments,
    /// In any expression: AS IMPLICIT.
    Anywhere,
}

/// ALTER of such an object.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterOther {
    /// Its kind.
    pub kind: OtherKind,
    /// Its name.
    pub object: ObjectName,
    /// Relations that it names (ALTER PUBLICATION … ADD TABLE t).
    pub relations: Vec<ObjectRef>,
    /// What becomes of those that the object already lists.
    pub listing: Listing,
}

/// How the relations that ALTER PUBLICATION names go together with those that are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listing {
    /// ADD TABLE, and forms that name none: they are added.
    Add,
    /// DROP TABLE: they are taken out.
    Drop,
    /// SET TABLE: only they remain.
    Set,
}
