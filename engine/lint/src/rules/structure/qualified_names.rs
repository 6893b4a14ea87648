//! ## What it does
//!
//! Reports statements that create or change something by a name without its schema. It must be switched on.
//!
//! ## Why is this bad?
//!
//! Which schema is meant depends on `search_path`, which differs between roles, tools and databases: the statement may
//! change another table than the one it was tried on, or create one where nobody looks for it.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! CREATE TABLE public.orders (id bigint PRIMARY KEY);
//! ALTER TABLE orders ADD COLUMN total numeric;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE public.orders (id bigint PRIMARY KEY);
//! ALTER TABLE public.orders ADD COLUMN total numeric;
//! CREATE TEMPORARY TABLE new_orders (id bigint);
//! ```
//!
//! ## Fix
//!
//! The schema is written that the name means as the scripts run here. Where they don't set `search_path`, the role or the
//! database may: then the fix isn't safe.

use confiture_schema::apply::State;
use confiture_schema::catalog::{Persistence, QualName};
use confiture_schema::change::{Change, ObjectRef};
use confiture_syntax::TextRange;

use crate::context::{Nesting, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "qualified-names",
    summary: "A name without its schema means what `search_path` says",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &["require-table-schema"],
    provenance: &[squawk("require-table-schema")],
    options: &[],
    check: Check::Statement(check),
};

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in context.changes {
        let Some(name) = named(change).filter(|name| name.schema.is_none()) else {
            continue;
        };
        let meant = context
            .before
            .resolve_relation(name)
            .or_else(|| context.after.resolve_relation(name));
        // What isn't known may be a temporary table of somebody else.
        let Some(meant) = meant.filter(|meant| is_lasting(context, meant)) else {
            continue;
        };
        let schema = meant.schema.quoted();
        let message = format!("`{}` has no schema; here it means {meant}", name.name);
        let edit = context.edit(TextRange::empty(name.range.start), format!("{schema}."));
        let finding = sink
            .report(context, Subject::relation(&meant), name.range, message)
            .help(format!("write {}", meant.quoted()));
        if context.nesting == Nesting::Script {
            finding.fix(Fix::new("Write the schema", safety(context)).edit(edit));
        }
    }
}

/// Only a path that the scripts set is known: the role or the database may have another one than PostgreSQL's own.
fn safety(context: &StatementContext<'_>) -> Safety {
    if context.before.session.search_path == State::fresh().session.search_path {
        Safety::Unsafe
    } else {
        Safety::Safe
    }
}

fn is_lasting(context: &StatementContext<'_>, name: &QualName) -> bool {
    let known = [context.before, context.after]
        .into_iter()
        .find_map(|state| state.catalog.relation(name));
    known.is_some_and(|relation| relation.persistence != Persistence::Temporary)
}

/// The relation that a statement creates or changes.
fn named(change: &Change) -> Option<&ObjectRef> {
    match change {
        Change::CreateTable(create) => Some(&create.name),
        Change::CreateTableAs(create) => Some(&create.name),
        Change::CreateView(create) => Some(&create.name),
        Change::CreateIndex(create) => Some(&create.table),
        Change::CreateSequence(create) => Some(&create.name),
        Change::AlterRelation(alter) => Some(&alter.name),
        Change::AlterSequence(alter) => Some(&alter.name),
        _ => None,
    }
}
