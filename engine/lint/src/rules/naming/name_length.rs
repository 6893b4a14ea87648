//! ## What it does
//!
//! Reports names that are longer than PostgreSQL keeps, 63 bytes, where something gets them; with `max_length`, names that
//! are longer than that.
//!
//! ## Why is this bad?
//!
//! PostgreSQL cuts such a name and says so in a notice that nobody sees. What looks for the whole name in the system
//! catalogs doesn't find it, and two names that differ in the 64th byte are one.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_for_those_who_look_for_what_was_ordered_last_week_idx ON orders (placed_at);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! With a limit of one's own, such as that of another tool:
//!
//! ```yaml given
//! linting:
//!   rules:
//!     name-length:
//!       max_length: 30
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders_that_were_placed_last_week (id bigint PRIMARY KEY);
//! ```
//!
//! ## Fix
//!
//! The name is written as PostgreSQL keeps it.

use confiture_schema::change::{
    AlterAction, Change, ColumnDef, ConstraintDef, CreateTable, Ident, ObjectRef, TableElement,
};
use confiture_syntax::{MAX_NAME_BYTES, Name, TextRange};

use crate::context::{Nesting, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "name-length",
    summary: "A name is longer than PostgreSQL keeps",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Naming],
    aliases: &["identifier-too-long"],
    provenance: &[squawk("identifier-too-long")],
    options: &[RuleOption {
        name: "max_length",
        summary: "How many bytes a name may have; PostgreSQL keeps 63",
        default: OptionDefault::Number(MAX_NAME_BYTES as i64),
    }],
    check: Check::Statement(check),
};

/// A name that a statement gives, and where it stands, perhaps behind a schema.
type Given<'a> = (&'a Name, TextRange);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let limit = usize::try_from(sink.options().number("max_length")).unwrap_or(MAX_NAME_BYTES);
    for (name, range) in context.changes.iter().flat_map(given) {
        // Shorter text can't hold a longer name, and nearly all of it is.
        if range.len() as usize <= limit.min(MAX_NAME_BYTES) {
            continue;
        }
        let Some(written) = context.text.get(range.start as usize..range.end as usize) else {
            continue;
        };
        let (at, token) = last_part(written);
        let length = written_length(token);
        let place = TextRange::from_usize(range.start as usize + at, range.start as usize + at + token.len());
        let subject = Subject {
            relation: None,
            part: Some(name.clone()),
        };
        if length > MAX_NAME_BYTES {
            let message = format!("a name of {length} bytes is cut to `{name}`");
            let edit = context.edit(place, name.quoted());
            let finding = sink.report(context, subject, place, message).help(format!(
                "PostgreSQL keeps {MAX_NAME_BYTES} bytes of a name; choose a shorter one"
            ));
            if context.nesting == Nesting::Script {
                finding.fix(Fix::new("Write it as PostgreSQL keeps it", Safety::Safe).edit(edit));
            }
        } else if length > limit {
            let message = format!("`{name}` has {length} bytes, more than {limit}");
            sink.report(context, subject, place, message)
                .help("choose a shorter name");
        }
    }
}

/// Where the last part of a dotted name begins, and the part as it is written.
fn last_part(written: &str) -> (usize, &str) {
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in written.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => start = at + 1,
            _ => {}
        }
    }
    let rest = written.get(start..).unwrap_or_default();
    let token = rest.trim_start();
    (start + rest.len() - token.len(), token.trim_end())
}

/// How long the name is that a token spells, in bytes.
fn written_length(token: &str) -> usize {
    match token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(body) => body.replace("\"\"", "\"").len(),
        // Its escapes may be longer than what they spell.
        None if token.starts_with(['u', 'U']) && token.contains("&\"") => 0,
        None => token.len(),
    }
}

/// The names that a change gives.
fn given(change: &Change) -> Vec<Given<'_>> {
    match change {
        Change::CreateTable(create) => of_table(create),
        Change::CreateTableAs(create) => with_columns(&create.name, &create.columns),
        Change::CreateView(create) => with_columns(&create.name, &create.columns),
        Change::AlterRelation(alter) => {
            let actions = alter.commands.iter().map(|command| &command.action);
            actions
                .flat_map(|action| match action {
                    AlterAction::AddColumn { column, .. } => of_column(column),
                    AlterAction::AddConstraint(constraint) => of_constraint(constraint).into_iter().collect(),
                    _ => Vec::new(),
                })
                .collect()
        }
        Change::Rename(rename) => vec![of_ident(&rename.to)],
        Change::CreateIndex(create) => create.name.iter().map(of_ident).collect(),
        Change::CreateTrigger(create) => vec![of_ident(&create.name)],
        Change::CreatePolicy(create) => vec![of_ident(&create.name)],
        Change::CreateRule(create) => vec![of_ident(&create.name)],
        Change::CreateSchema(create) => vec![of_ident(&create.name)],
        Change::CreateSequence(create) => vec![of_ref(&create.name)],
        Change::CreateType(create) => vec![of_ref(&create.name)],
        Change::CreateDomain(create) => vec![of_ref(&create.name)],
        Change::CreateFunction(create) => vec![of_ref(&create.name)],
        _ => Vec::new(),
    }
}

fn of_table(create: &CreateTable) -> Vec<Given<'_>> {
    let mut all = vec![of_ref(&create.name)];
    for element in &create.elements {
        match element {
            TableElement::Column(column) => all.extend(of_column(column)),
            TableElement::Constraint(constraint) => all.extend(of_constraint(constraint)),
            TableElement::Like(_) => {}
        }
    }
    all
}

fn of_column(column: &ColumnDef) -> Vec<Given<'_>> {
    let constraints = column.constraints.iter().filter_map(of_constraint);
    std::iter::once(of_ident(&column.name))
        .chain(constraints)
        .collect()
}

fn of_constraint(constraint: &ConstraintDef) -> Option<Given<'_>> {
    constraint.name.as_ref().map(of_ident)
}

fn with_columns<'a>(name: &'a ObjectRef, columns: &'a [Ident]) -> Vec<Given<'a>> {
    std::iter::once(of_ref(name))
        .chain(columns.iter().map(of_ident))
        .collect()
}

fn of_ident(ident: &Ident) -> Given<'_> {
    (&ident.name, ident.range)
}

fn of_ref(name: &ObjectRef) -> Given<'_> {
    (&name.name, name.range)
}
