//! ## What it does
//!
//! Reports unlogged tables. Where the configuration names its environment and that is none of `environments`, nothing is
//! reported.
//!
//! ## Why is this bad?
//!
//! An unlogged table is emptied when the server crashes, and a standby doesn't have its rows at all. For a cache that can
//! be filled again that is fine; exempt those.
//!
//! ```sql bad
//! CREATE UNLOGGED TABLE sessions (id uuid PRIMARY KEY, user_id bigint);
//! ```
//!
//! ```sql bad schema
//! CREATE UNLOGGED TABLE sessions (id uuid PRIMARY KEY, user_id bigint);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE sessions (id uuid PRIMARY KEY, user_id bigint);
//! ```

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::cure;
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unlogged-in-production",
    summary: "A table loses its rows when the server crashes",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &[
        "no-unlogged-tables-in-production",
        "no-unlogged-tables",
        "unlogged-tables",
    ],
    provenance: &[],
    options: &[RuleOption {
        name: "environments",
        summary: "The environments that must have no unlogged tables",
        default: OptionDefault::List(&["production", "prod"]),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    );
    if !is_table || relation.persistence != Persistence::Unlogged {
        return;
    }
    let environment = context.all.project.config.environment.as_ref();
    if environment.is_some_and(|name| !sink.options().list("environments").contains(name)) {
        return;
    }
    let message = format!("table {} is unlogged: a crash empties it", context.name);
    let sql = format!("ALTER TABLE {} SET LOGGED;", context.name.quoted());
    let fix = cure::Statement {
        title: "Have the table logged",
        safety: Safety::Unsafe,
        file: &sql,
        migration: &sql,
    }
    .after(&context.all, sink, relation.origin);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(format!(
            "leave out UNLOGGED; of a table that exists, all rows are written anew\n{sql}"
        ))
        .fix(fix);
}
