//! ## What it does
//!
//! Reports columns of the types `regproc`, `regprocedure`, `regoper`, `regoperator`, `regconfig`, `regdictionary`,
//! `regnamespace` and `regcollation`.
//!
//! ## Why is this bad?
//!
//! What is stored is a number of the system catalogs, which a new server numbers anew: `pg_upgrade` refuses a database with
//! such columns. `regclass`, `regrole` and `regtype` are kept.
//!
//! ```sql bad
//! CREATE TABLE jobs (id bigint PRIMARY KEY, handler regproc NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE jobs (id bigint PRIMARY KEY, handler regproc NOT NULL);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE jobs (id bigint PRIMARY KEY, handler text NOT NULL, target regclass);
//! ```
//!
//! ## Fix
//!
//! The type becomes `text`, the name as PostgreSQL prints it.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-reg-types",
    summary: "A column's type keeps the database from being upgraded",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[pgls("unsupportedRegTypes")],
    options: &[],
    check: Check::Relation(check),
};

/// The types that pg_upgrade refuses.
const REFUSED: [&str; 8] = [
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
];

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        let refused = column.ty.as_ref().filter(|ty| {
            // pg_upgrade looks through arrays too.
            ty.schema.is_none() && REFUSED.contains(&ty.name.as_str())
        });
        let Some(ty) = refused else { continue };
        let message = format!(
            "column `{}` of {} is {ty}, which pg_upgrade refuses",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("store the name as `text`");
        if context.is_free(&column.name) && !ty.array {
            let using = format!("{}::text", column.name.quoted());
            let migration = context.alter_type(&column.name, "text", Some(&using));
            finding.fix(context.retype("Store the name", at, "text", migration));
        }
    }
}
