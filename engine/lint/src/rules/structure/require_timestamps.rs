//! ## What it does
//!
//! Reports tables that lack the columns that say when a row was made and changed. It must be switched on.
//!
//! ## Why is this bad?
//!
//! When something went wrong nobody can tell since when, and what copies rows elsewhere can't ask for what is new.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY,
//!     created_at timestamptz NOT NULL DEFAULT now()
//! );
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY,
//!     created_at timestamptz NOT NULL DEFAULT now(),
//!     updated_at timestamptz NOT NULL DEFAULT now()
//! );
//! ```
//!
//! ## Fix
//!
//! The columns are added with `now()` as their default, for rows that exist as well. Changing `updated_at` is left to you: a
//! trigger, or whoever updates.

use confiture_schema::change::{Change, TableElement};
use confiture_syntax::{Name, TextRange};

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::{Edit, Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-timestamps",
    summary: "A table doesn't say when its rows were made and changed",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &["timestamps", "timestamps-required"],
    provenance: &[],
    options: &[RuleOption {
        name: "columns",
        summary: "The columns that every table must have",
        default: OptionDefault::List(&["created_at", "updated_at"]),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    if !context.is_lasting_table() {
        return;
    }
    let relation = context.relation;
    let wanted: Vec<Name> = sink.options().list("columns").iter().map(Name::new).collect();
    let missing: Vec<&Name> = wanted
        .iter()
        .filter(|name| relation.column(name).is_none())
        .collect();
    if missing.is_empty() {
        return;
    }
    let named: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let definitions: Vec<String> = missing
        .iter()
        .map(|name| format!("{} timestamptz NOT NULL DEFAULT now()", name.quoted()))
        .collect();
    let commands: Vec<String> = definitions.iter().map(|d| format!("ADD COLUMN {d}")).collect();
    let fix = Fix::new("Add the columns", Safety::Unsafe).migration(format!(
        "ALTER TABLE {} {};",
        context.name.quoted(),
        commands.join(", ")
    ));
    let fix = match insertion(context, &definitions) {
        Some(edit) => fix.edit(edit),
        None => fix,
    };
    let message = format!("table {} has no {}", context.name, named.join(" and no "));
    let finding = sink
        .report_origin(Subject::relation(context.name), relation.origin, message)
        .help("add them, with `now()` as their default");
    // A typed table has the columns of its type.
    if relation.of_type.is_none() {
        finding.fix(fix);
    }
}

/// The definitions behind the last column of CREATE TABLE.
fn insertion(context: &RelationContext<'_>, definitions: &[String]) -> Option<Edit> {
    let origin = context.relation.origin;
    let range = context.all.written_range(origin)?;
    let changes = context.all.changes(origin);
    let create = changes.iter().find_map(|change| match change {
        Change::CreateTable(create) if create.name.range == range => Some(create),
        _ => None,
    })?;
    let columns = create.elements.iter().filter_map(|element| match element {
        TableElement::Column(column) => Some(column.range.end),
        _ => None,
    });
    let end = columns.max()?;
    let text: String = definitions.iter().map(|d| format!(",\n    {d}")).collect();
    context.all.edit(origin, TextRange::empty(end), text)
}
