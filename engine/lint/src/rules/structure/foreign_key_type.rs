//! ## What it does
//!
//! Reports foreign keys whose columns have another type than the columns they reference. `text` and `varchar` count as one
//! type, but a `varchar` that is shorter than what it references does not fit. A wider integer fits, and is reported only
//! with `wider: true`.
//!
//! ## Why is this bad?
//!
//! A narrower column can't name every row that it is to reference: an `integer` that references a `bigint` fails on the day
//! that the numbers grow past it. Types that only compare through a cast make checks and joins slower.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY, code varchar(20) UNIQUE);
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers);
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY,
//!     customer varchar(10) CONSTRAINT orders_customer_fkey REFERENCES customers (code)
//! );
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY,
//!     customer_id bigint NOT NULL REFERENCES customers,
//!     customer text REFERENCES customers (code)
//! );
//! ```
//!
//! ## Fix
//!
//! The column gets the type of what it references; a table that has rows may be rewritten.

use confiture_schema::catalog::{Catalog, Column, Constraint, ConstraintKind, ForeignKey, TypeKind};
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use crate::context::{RelationContext, Sink, Subject, WrittenColumn};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::{Fix, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "foreign-key-type",
    summary: "A foreign key's column has another type than what it references",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[],
    options: &[RuleOption {
        name: "wider",
        summary: "Whether an integer that is wider than what it references is reported too",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for (name, constraint) in context.relation.constraints.iter() {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && !constraint.inherited
        {
            check_key(context, name, constraint, key, sink);
        }
    }
}

fn check_key(
    context: &RelationContext<'_>,
    name: &Name,
    constraint: &Constraint,
    key: &ForeignKey,
    sink: &mut Sink<'_>,
) {
    let Some(referenced) = context.catalog.relation(&key.references) else {
        return;
    };
    for (own, other) in key.columns.iter().zip(&key.referenced_columns) {
        let (Some(own), Some(other)) = (context.relation.column(own), referenced.column(other)) else {
            continue;
        };
        let types = own.ty.as_ref().zip(other.ty.as_ref());
        let Some((ty, wanted)) = types.filter(|(ty, wanted)| differ(context.catalog, ty, wanted)) else {
            continue;
        };
        if !sink.options().is_on("wider") && is_wider(ty, wanted) {
            continue;
        }
        let message = format!(
            "`{}` of {} is {ty}, and references `{}` of {}, which is {wanted}",
            own.name, context.name, other.name, key.references
        );
        let seen = format!("`{}` is {wanted}", other.name);
        let related = sink.place(other.origin);
        let finding = sink
            .report_origin(Subject::part(context.name, name), constraint.origin, message)
            .help(format!("make `{}` {wanted}", own.name));
        if let Some(place) = related {
            finding.relate(seen, place);
        }
        if let Some(fix) = fix(context, own, wanted, key) {
            finding.fix(fix);
        }
    }
}

/// Whether values of one type may not fit the other.
fn differ(catalog: &Catalog, own: &SqlType, wanted: &SqlType) -> bool {
    let (Some(own), Some(wanted)) = (beneath(catalog, own), beneath(catalog, wanted)) else {
        return false;
    };
    let is_text = |ty: &SqlType| ty.is("text") || ty.is("varchar");
    if is_text(&own) && is_text(&wanted) {
        let length = |ty: &SqlType| ty.modifiers.as_ref()?.parse::<u32>().ok();
        return length(&own)
            .zip(length(&wanted))
            .is_some_and(|(own, wanted)| own < wanted);
    }
    own.base() != wanted.base() || own.array != wanted.array
}

/// Whether one integer type holds every value of another, and more.
fn is_wider(own: &SqlType, than: &SqlType) -> bool {
    let bytes = |ty: &SqlType| {
        let sizes = [("int2", 2), ("int4", 4), ("int8", 8)];
        sizes
            .into_iter()
            .find(|(name, _)| ty.is(name))
            .map(|(_, bytes)| bytes)
    };
    bytes(own).zip(bytes(than)).is_some_and(|(own, than)| own > than)
}

/// The type that a domain is of; `None` where it isn't known.
fn beneath(catalog: &Catalog, ty: &SqlType) -> Option<SqlType> {
    let mut ty = ty.clone();
    // A domain may be of a domain, but not for ever.
    for _ in 0..16 {
        let Some(schema) = &ty.schema else { return Some(ty) };
        let name = confiture_schema::catalog::QualName::new(schema.clone(), ty.name.clone());
        match catalog.types.get(&name).map(|def| &def.kind) {
            Some(TypeKind::Domain(domain)) if !ty.array => ty = domain.base.clone(),
            Some(_) => return Some(ty),
            None => return None,
        }
    }
    None
}

/// Gives the column the wanted type, where nothing but this key depends on it.
fn fix(context: &RelationContext<'_>, own: &Column, wanted: &SqlType, key: &ForeignKey) -> Option<Fix> {
    let keys = context.relation.constraints.values().filter(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => key.columns.contains(&own.name),
        _ => false,
    });
    let counts = own.identity.is_some() || own.default.is_some();
    if keys.count() != 1
        || counts
        || own.inherited
        || context.relation.is_partition()
        || !context.is_unread(&own.name)
        || context.is_referenced(&own.name)
        || key.references == *context.name
    {
        return None;
    }
    let ty = wanted.to_string();
    let migration = context.alter_type(&own.name, &ty, None);
    let definition = context.all.column_definition(own.origin)?;
    let at = WrittenColumn {
        column: own,
        definition,
    };
    Some(context.retype(&format!("Make it {ty}"), &at, &ty, migration))
}
