//! ## What it does
//!
//! Reports `TRUNCATE … CASCADE` that empties tables it doesn't name, and lists them.
//!
//! ## Why is this bad?
//!
//! Every table with a foreign key to the named one is emptied too, and those with a key to that one, whatever their
//! keys say about deletion. Nobody who reads the statement sees which they are.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers);
//! ```
//!
//! ```sql bad
//! TRUNCATE customers CASCADE;
//! ```
//!
//! ## Instead
//!
//! Name every table.
//!
//! ```sql good
//! TRUNCATE customers, orders;
//! ```

use std::collections::BTreeSet;

use confiture_schema::catalog::{Catalog, QualName};
use confiture_schema::change::{Change, DropBehavior, Truncate};
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "truncate-cascade",
    summary: "TRUNCATE empties tables that it doesn't name",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-truncate-cascade"],
    provenance: &[squawk("ban-truncate-cascade"), pgls("banTruncateCascade")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Change::Truncate(truncate) = change else {
            continue;
        };
        let word = statement.keywords(&["cascade"]);
        let (DropBehavior::Cascade, Some(word)) = (truncate.behavior, word) else {
            continue;
        };
        report(statement, sink, truncate, word);
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, truncate: &Truncate, word: TextRange) {
    let catalog = &statement.before.catalog;
    let named: Vec<QualName> = truncate
        .relations
        .iter()
        .map(|(n, _)| statement.resolve(n))
        .collect();
    let more = reached(catalog, &named);
    let live: Vec<&QualName> = more.iter().filter(|t| statement.is_live(t)).collect();
    let unknown = named
        .iter()
        .find(|t| catalog.relation(t).is_none() && statement.is_live(t));
    let (subject, message) = match (live.as_slice(), unknown) {
        ([first, ..], _) => {
            let list: Vec<String> = live.iter().map(ToString::to_string).collect();
            (*first, format!("CASCADE empties {} too", list.join(", ")))
        }
        ([], Some(unknown)) => (
            unknown,
            format!("CASCADE empties every table with a foreign key to {unknown}, and those with one to it"),
        ),
        ([], None) => return,
    };
    let finding = sink.report(statement, Subject::relation(subject), word, message);
    finding.help("name every table that is to be emptied, without CASCADE");
    if let (None, Some((last, _)), false) = (unknown, truncate.relations.last(), statement.is_nested()) {
        let list: String = more.iter().map(|t| format!(", {}", t.quoted())).collect();
        let blank = statement.text.get(..word.start as usize).unwrap_or_default();
        let blank = blank.len() - blank.trim_end().len();
        let cut = TextRange::new(word.start.saturating_sub(blank as u32), word.end);
        finding.fix(
            Fix::new("Name the tables", Safety::Safe)
                .edit(statement.edit(TextRange::empty(last.range.end), list))
                .edit(statement.edit(cut, "")),
        );
    }
}

/// The tables that keys lead to from these, these left out.
fn reached(catalog: &Catalog, named: &[QualName]) -> Vec<QualName> {
    let mut seen: BTreeSet<QualName> = named.iter().flat_map(|t| catalog.family(t)).collect();
    let mut todo: Vec<QualName> = seen.iter().cloned().collect();
    let mut more = Vec::new();
    while let Some(table) = todo.pop() {
        for (child, _) in catalog.foreign_keys_to(&table) {
            if seen.insert(child.clone()) {
                more.push(child.clone());
                todo.extend(catalog.family(child));
            }
        }
    }
    more.sort();
    more
}
