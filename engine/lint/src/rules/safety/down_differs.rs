//! ## What it does
//!
//! Runs a migration and then what undoes it through the catalog, and reports what is not as it was before. What
//! PostgreSQL has no command for, such as taking a value out of an enum, isn't reported, nor is the order of columns, nor
//! whether a constraint has been validated.
//!
//! ## Why is this bad?
//!
//! After going back, the migration can't be applied again, or the older programs meet a schema that they don't know.
//! Both are noticed on the day on which going back was the last resort.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
//! CREATE INDEX orders_total_idx ON orders (total);
//! CREATE TABLE invoices (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad down
//! DROP TABLE orders;
//! ```
//!
//! ## Instead
//!
//! ```sql good down
//! DROP TABLE invoices;
//! DROP TABLE orders;
//! ```

use confiture_project::Direction;
use confiture_schema::catalog::{Catalog, QualName, Relation, RelationKind};
use confiture_schema::change::Change;
use confiture_schema::render::{Difference, diff};

use crate::context::{ScriptContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "down-differs",
    summary: "What undoes a migration doesn't bring back what was there",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Script(check),
};

/// So many differences are spelled out.
const SHOWN: usize = 3;

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    let Some(before) = script.undoes_to else { return };
    if script.script.direction != Direction::Down || !is_understood(script) {
        return;
    }
    let differences: Vec<Difference> = diff(&before.catalog, &script.end.catalog)
        .into_iter()
        .filter(can_be_undone)
        .collect();
    if differences.is_empty() {
        return;
    }
    let shown: Vec<String> = differences.iter().take(SHOWN).map(in_words).collect();
    let more = match differences.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!("; and {n} more"),
    };
    let message = format!(
        "undoing the migration doesn't restore what was before: {}{more}",
        shown.join("; ")
    );
    let finding = sink.report_place(Subject::NONE, script.first(), message);
    finding.help("undo every statement of the migration, the last one first");
    let cure = leftovers(&before.catalog, &script.end.catalog);
    let all_left = differences
        .iter()
        .all(|d| d.aspect == "existence" && d.left.is_none());
    if let (true, false, Some(last)) = (all_left, cure.is_empty(), script.statements.last()) {
        finding.fix(Fix::new("Drop what remains", Safety::Unsafe).edit(last.insert_after(&cure.join("\n"))));
    }
}

/// Whether the effect of every statement on the catalog is known.
fn is_understood(script: &ScriptContext<'_>) -> bool {
    script.statements.iter().all(|statement| {
        let opaque = statement.changes.iter().any(|change| match change {
            Change::Unknown(_) => true,
            Change::Query(query) => !query.functions.is_empty() || query.incomplete,
            _ => false,
        });
        statement.errors.is_empty() && !opaque && !statement.is_nested()
    })
}

/// Whether there is a command that undoes what differs.
fn can_be_undone(difference: &Difference) -> bool {
    let is_enum = difference.object.starts_with("enum ") && difference.aspect != "existence";
    // A column that comes back stands last.
    let is_order = difference.aspect == "columns";
    // Nothing makes a constraint unvalidated, and one that comes back is best added NOT VALID.
    let is_validity = difference.aspect == "not valid";
    !is_enum && !is_order && !is_validity
}

fn in_words(difference: &Difference) -> String {
    let Difference {
        object,
        aspect,
        left,
        right,
        ..
    } = difference;
    let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
    match (aspect.as_str(), left, right) {
        ("existence", None, _) => format!("{object} remains"),
        ("existence", _, None) => format!("{object} is missing"),
        _ => format!("{object} has {aspect} {} instead of {}", said(right), said(left)),
    }
}

/// The statements that drop what is there now and was not before.
fn leftovers(before: &Catalog, now: &Catalog) -> Vec<String> {
    let mut drops = Vec::new();
    // What neither script wrote is none of this rule's concern.
    let (before, now) = before.apart(now);
    for (name, relation) in now.relations.iter() {
        match before.relation(name) {
            None => drops.extend(drop_relation(name, relation)),
            Some(old) => drops.extend(drop_parts(name, old, relation)),
        }
    }
    drops
}

fn drop_relation(name: &QualName, relation: &Relation) -> Option<String> {
    let owned = relation.sequence.as_ref().is_some_and(|s| s.owned_by.is_some());
    let word = match relation.kind {
        RelationKind::Sequence if owned => return None,
        RelationKind::Sequence => "SEQUENCE",
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        RelationKind::Table | RelationKind::PartitionedTable if relation.is_partition() => return None,
        RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
    };
    Some(format!("DROP {word} {};", name.quoted()))
}

fn drop_parts(name: &QualName, old: &Relation, now: &Relation) -> Vec<String> {
    let table = name.quoted();
    let columns = now
        .columns
        .iter()
        .filter(|c| old.column(&c.name).is_none() && !c.inherited)
        .map(|c| format!("ALTER TABLE {table} DROP COLUMN {};", c.name.quoted()));
    let constraints = now
        .constraints
        .iter()
        .filter(|(n, c)| !old.constraints.contains_key(*n) && !c.inherited)
        .map(|(n, _)| format!("ALTER TABLE {table} DROP CONSTRAINT {};", n.quoted()));
    let indexes = now
        .indexes
        .iter()
        .filter(|(n, i)| !old.indexes.contains_key(*n) && !i.constraint)
        .map(|(n, _)| {
            let index = QualName::new(name.schema.clone(), n.clone());
            format!("DROP INDEX {};", index.quoted())
        });
    indexes.chain(constraints).chain(columns).collect()
}
