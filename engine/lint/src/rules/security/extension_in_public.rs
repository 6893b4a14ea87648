//! ## What it does
//!
//! Reports extensions in the schema `public`.
//!
//! ## Why is this bad?
//!
//! An extension's functions stand among one's own there, where they collide with them, and every role that may create
//! objects in `public` can put its own beside them.
//!
//! ```sql bad
//! CREATE EXTENSION pg_trgm;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE SCHEMA extensions;
//! CREATE EXTENSION pg_trgm SCHEMA extensions;
//! ```

use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Fix, Safety, Severity};

/// Extensions whose objects have a schema of their own wherever they are created, or that can't be moved.
const OWN_SCHEMA: &[&str] = &[
    "adminpack",
    "age",
    "citus",
    "pg_cron",
    "pg_partman",
    "pgmq",
    "pglogical",
    "plperl",
    "plperlu",
    "plpgsql",
    "plpython3u",
    "pltcl",
    "pltclu",
    "postgis",
    "postgis_tiger_geocoder",
    "postgis_topology",
    "timescaledb",
];

pub(in crate::rules) static RULE: Rule = Rule {
    name: "extension-in-public",
    summary: "An extension is in the schema public",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &[],
    provenance: &[pgls("extensionInPublic")],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    for (name, extension) in context.catalog.extensions.iter() {
        let in_public = extension.schema.as_ref().is_none_or(|s| s.as_str() == "public");
        if !in_public || OWN_SCHEMA.contains(&name.as_str()) {
            continue;
        }
        let message = format!("extension `{name}` is in the schema public");
        let sql = format!(
            "CREATE SCHEMA IF NOT EXISTS extensions;\nALTER EXTENSION {} SET SCHEMA extensions;",
            name.quoted()
        );
        let fix = Fix::new("Move it to a schema of its own", Safety::Unsafe).migration(&sql);
        let subject = Subject {
            relation: None,
            part: Some(name.clone()),
        };
        sink.report_origin(subject, extension.origin, message)
            .help(format!("create it in a schema for extensions\n{sql}"))
            .fix(fix);
    }
}
