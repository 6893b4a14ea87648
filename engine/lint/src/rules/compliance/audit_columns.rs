//! ## What it does
//!
//! Reports tables that keep no trace of who changed a row and when: neither the columns for it nor a trigger whose function
//! writes an audit trail. Which triggers do is told by their function's name: it holds one of the words of `triggers`.
//!
//! ## Why is this bad?
//!
//! When something is wrong with a row, the first question is when it came to be so and through whom.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY, total numeric,
//!     created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL DEFAULT current_user,
//!     updated_at timestamptz NOT NULL DEFAULT now(), updated_by text NOT NULL DEFAULT current_user
//! );
//! ```
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
//! CREATE TRIGGER orders_audit AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION write_audit();
//! ```

use confiture_syntax::Name;

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::{cure, tables};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "audit-columns",
    summary: "A table keeps no trace of who changed a row and when",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Compliance],
    aliases: &["require-audit-columns"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "columns",
            summary: "The columns that every table must have",
            default: OptionDefault::List(&["created_at", "created_by", "updated_at", "updated_by"]),
        },
        RuleOption {
            name: "triggers",
            summary: "Words in the name of a trigger's function that make the columns needless",
            default: OptionDefault::List(&["audit", "history"]),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let options = sink.options();
    let audits = relation.triggers.values().any(|trigger| {
        let function = trigger.function.name.as_str();
        options
            .list("triggers")
            .iter()
            .any(|word| function.contains(word.as_str()))
    });
    if !tables::is_table(relation) || audits {
        return;
    }
    let missing: Vec<Name> = options
        .list("columns")
        .iter()
        .map(Name::new)
        .filter(|name| relation.column(name).is_none())
        .collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("table {} has no {}", context.name, tables::listed(&missing));
    let fix = cure(context, sink, &missing);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help("add the columns, or a trigger that writes an audit trail")
        .fix(fix);
}

fn cure(context: &RelationContext<'_>, sink: &Sink<'_>, missing: &[Name]) -> Fix {
    let definitions: Vec<String> = missing.iter().map(definition).collect();
    let added: Vec<String> = definitions.iter().map(|d| format!("ADD COLUMN {d}")).collect();
    let fix = Fix::new("Add the columns", Safety::Unsafe).migration(format!(
        "ALTER TABLE {} {};",
        context.name.quoted(),
        added.join(", ")
    ));
    let together = definitions.join(",\n    ");
    match cure::column_in_place(&context.all, sink, context.relation.origin, &together) {
        Some(edit) => fix.edit(edit),
        None => fix,
    }
}

/// What a column holds is told by the end of its name: when, or who.
fn definition(column: &Name) -> String {
    let ty = if column.as_str().ends_with("_at") || column.as_str().ends_with("_on") {
        "timestamptz NOT NULL DEFAULT now()"
    } else {
        "text NOT NULL DEFAULT current_user"
    };
    format!("{} {ty}", column.quoted())
}
