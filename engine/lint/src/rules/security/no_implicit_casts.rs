//! ## What it does
//!
//! Reports casts that are created `AS IMPLICIT` or `AS ASSIGNMENT`, and queries of views and functions that compare two
//! columns whose types PostgreSQL makes alike by a cast: a whole number with a decimal or a floating one, `char(n)` with
//! text, a time with a time zone with one without.
//!
//! ## Why is this bad?
//!
//! An implicit cast turns a mistake into an answer. Of the comparisons, one side is converted for every row, so that no
//! index on it serves; floating numbers equal decimals only by luck, trailing spaces come and go, and what a time without a
//! time zone means depends on the session.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, number numeric);
//! CREATE TABLE payments (id bigint PRIMARY KEY, order_number bigint);
//! ```
//!
//! ```sql bad
//! CREATE VIEW paid AS SELECT o.id FROM orders AS o JOIN payments AS p ON p.order_number = o.number;
//! ```
//!
//! ```sql bad
//! CREATE TYPE colour AS ENUM ('red', 'green');
//! CREATE CAST (text AS colour) WITH INOUT AS IMPLICIT;
//! ```
//!
//! ## Instead
//!
//! Give both columns one type, or write the cast where it is meant:
//!
//! ```sql good
//! CREATE VIEW paid AS SELECT o.id FROM orders AS o JOIN payments AS p ON p.order_number = o.id;
//! CREATE TYPE colour AS ENUM ('red', 'green');
//! CREATE CAST (text AS colour) WITH INOUT;
//! ```

use confiture_schema::catalog::QualName;
use confiture_schema::change::{CastApplied, Change, Compared, ComparedColumn, Query};
use confiture_schema::types::SqlType;
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-implicit-casts",
    summary: "PostgreSQL casts without being told to",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security, Category::Structure],
    aliases: &["implicit-casts"],
    provenance: &[],
    options: &[],
    check: Check::StatementOrBody(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::CreateOther(create) => {
                let applied = match create.applied {
                    CastApplied::Explicitly => continue,
                    CastApplied::InAssignments => "whenever a value is stored",
                    CastApplied::Anywhere => "in any expression",
                };
                let identity = create.object.identity.as_deref().unwrap_or_default();
                let message = format!("the cast {identity} is applied {applied}, without being written");
                let range = create.object.name.range;
                sink.report(statement, Subject::NONE, range, message)
                    .help("leave out AS IMPLICIT and AS ASSIGNMENT: then it is applied where it is written");
            }
            Change::CreateView(create) => compare(statement, sink, &create.query),
            Change::CreateTableAs(create) => compare(statement, sink, &create.query),
            Change::Query(query) if statement.is_nested() => compare(statement, sink, query),
            _ => {}
        }
    }
}

/// Reports the comparisons of a query that need a cast.
fn compare(statement: &StatementContext<'_>, sink: &mut Sink<'_>, query: &Query) {
    for comparison in &query.comparisons {
        let Compared::Column(other) = &comparison.with else {
            continue;
        };
        let (Some(left), Some(right)) = (known(statement, &comparison.column), known(statement, other))
        else {
            continue;
        };
        if is_cast(&left.1, &right.1) {
            report(
                statement,
                sink,
                comparison.range,
                (&comparison.column, left),
                (other, right),
            );
        }
    }
}

type Known = (QualName, SqlType);

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    range: TextRange,
    (left, (table, left_type)): (&ComparedColumn, Known),
    (right, (other, right_type)): (&ComparedColumn, Known),
) {
    let message = format!(
        "`{}` of {table} ({left_type}) and `{}` of {other} ({right_type}) are compared after a cast",
        left.name, right.name
    );
    sink.report(statement, Subject::part(&table, &left.name), range, message)
        .help("give both columns one type, or write the cast");
}

/// The one relation that has a column of that name, among those that may be meant, and the column's type.
fn known(statement: &StatementContext<'_>, column: &ComparedColumn) -> Option<Known> {
    let mut having = column.of.iter().filter_map(|name| {
        let name = statement.before.resolve_relation(name)?;
        let relation = statement.before.catalog.relation(&name)?;
        let ty = relation.column(&column.name)?.ty.clone()?;
        Some((name, ty))
    });
    let one = having.next()?;
    having.next().is_none().then_some(one)
}

/// What a type's values are, for comparisons.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Family {
    Integer,
    Decimal,
    Float,
    Text,
    Padded,
    Time,
    ZonedTime,
}

fn family(ty: &SqlType) -> Option<Family> {
    if ty.schema.is_some() || ty.array {
        return None;
    }
    Some(match ty.name.as_str() {
        "int2" | "int4" | "int8" => Family::Integer,
        "numeric" => Family::Decimal,
        "float4" | "float8" => Family::Float,
        "text" | "varchar" => Family::Text,
        "bpchar" => Family::Padded,
        "timestamp" | "date" => Family::Time,
        "timestamptz" => Family::ZonedTime,
        _ => return None,
    })
}

fn is_cast(one: &SqlType, other: &SqlType) -> bool {
    let (Some(one), Some(other)) = (family(one), family(other)) else {
        return false;
    };
    let numbers = [Family::Integer, Family::Decimal, Family::Float];
    let texts = [Family::Text, Family::Padded];
    let times = [Family::Time, Family::ZonedTime];
    let alike = |set: &[Family]| set.contains(&one) && set.contains(&other);
    one != other && (alike(&numbers) || alike(&texts) || alike(&times))
}
