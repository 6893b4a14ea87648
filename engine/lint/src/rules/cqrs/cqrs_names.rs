//! ## What it does
//!
//! Reports tables and views in a folder of the write side or of the read side whose names don't look like those of their
//! side. Which folders and which names that are is said by options.
//!
//! ## Why is this bad?
//!
//! Who reads a query tells by the names in it whether it reads what commands write, or what is derived from that. A name
//! that says nothing, or the wrong thing, hides a dependency that should not be.
//!
//! This one is defined in a file below `01_write_side`:
//!
//! ```sql bad schema in:01_write_side
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good schema in:01_write_side
//! CREATE TABLE w_orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql good schema in:02_query_side
//! CREATE TABLE r_orders (id bigint PRIMARY KEY);
//! ```

use confiture_schema::catalog::{Persistence, QualName, Relation, RelationKind};
use confiture_syntax::Name;

use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::shared::sides::{OPTIONS as SIDES, Sides};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "cqrs-names",
    summary: "A name doesn't say on which side of the system the relation is",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Cqrs, Category::Naming],
    aliases: &["cqrs-naming"],
    provenance: &[],
    options: &SIDES,
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let sides = Sides::new(sink.options());
    for (name, relation) in context.catalog.relations.iter() {
        let of_side = relation.kind != RelationKind::Sequence
            && !relation.is_partition()
            && relation.persistence != Persistence::Temporary;
        let Some(side) = sides.of_origin(context, relation.origin).filter(|_| of_side) else {
            continue;
        };
        let Some(pattern) = sides.pattern(side).filter(|p| !p.is_match(name.name.as_str())) else {
            continue;
        };
        let message = format!(
            "{name} is on the {}, and its name doesn't match `{}`",
            side.as_str(),
            pattern.as_str()
        );
        let fix = renamed(name, relation, pattern.as_str());
        let finding = sink.report_origin(Subject::relation(name), relation.origin, message);
        finding.help(format!(
            "give it a name of the {}, or move it to the other side",
            side.as_str()
        ));
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// The name with the prefix in front, where the pattern is nothing but a prefix. What uses the old name breaks.
fn renamed(name: &QualName, relation: &Relation, pattern: &str) -> Option<Fix> {
    let prefix = pattern.strip_prefix('^')?;
    let plain = prefix.chars().all(|c| c.is_alphanumeric() || c == '_');
    let word = match relation.kind {
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        _ => "TABLE",
    };
    let to = Name::new(format!("{prefix}{}", name.name));
    let sql = format!("ALTER {word} {} RENAME TO {};", name.quoted(), to.quoted());
    plain.then(|| Fix::new(format!("Call it `{to}`"), Safety::Unsafe).migration(sql))
}
