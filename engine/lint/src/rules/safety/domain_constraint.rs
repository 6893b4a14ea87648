//! ## What it does
//!
//! Reports a constraint that a domain in use gets, where PostgreSQL reads every table with a column of it. With the
//! option `new_domains`, also domains that are created with a constraint.
//!
//! ## Why is this bad?
//!
//! All these tables are locked against writes until the last of them is read. The constraint of a domain is shared by
//! columns that have nothing to do with each other, so it can only ever be changed for all of them at once.
//!
//! ```sql given
//! CREATE DOMAIN email AS text;
//! CREATE TABLE customers (id bigint PRIMARY KEY, email email);
//! ```
//!
//! ```sql bad
//! ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
//! ```
//!
//! ## Instead
//!
//! Add it `NOT VALID`, and validate it when nobody writes, or put a constraint on each table.
//!
//! ```sql good
//! ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;
//! ```

use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterDomain, AlterDomainAction, Change};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, squawk};
use crate::{Fix, Safety, Severity};
use confiture_syntax::TextRange;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "domain-constraint",
    summary: "A domain's new constraint is checked in every table that uses the domain",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[
        "ban-alter-domain-with-add-constraint",
        "ban-create-domain-with-constraint",
    ],
    provenance: &[
        squawk("ban-alter-domain-with-add-constraint"),
        squawk("ban-create-domain-with-constraint"),
    ],
    options: &[RuleOption {
        name: "new_domains",
        summary: "report domains that are created with a constraint, too",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::AlterDomain(alter) => altered(statement, sink, alter),
            Change::CreateDomain(domain)
                if sink.options().is_on("new_domains") && (domain.not_null || !domain.checks.is_empty()) =>
            {
                let name = statement.before.resolve_new(&domain.name);
                let message = format!(
                    "domain {name} has a constraint, which can only be changed for all its columns at once"
                );
                sink.report(statement, Subject::relation(&name), domain.name.range, message)
                    .help("put the constraint on the columns");
            }
            _ => {}
        }
    }
}

fn altered(statement: &StatementContext<'_>, sink: &mut Sink<'_>, alter: &AlterDomain) {
    let is_check = match &alter.action {
        AlterDomainAction::AddCheck(_, _, not_valid) if !not_valid => true,
        AlterDomainAction::SetNotNull | AlterDomainAction::AddNotNull(_) => false,
        _ => return,
    };
    let domain = statement.before.qualify(&alter.name);
    let effect = &statement.risk.effect;
    let tables: Vec<&QualName> = effect.scans.keys().filter(|t| statement.is_live(t)).collect();
    let Some(first) = tables.first() else { return };
    let more = match tables.len() - 1 {
        0 => String::new(),
        1 => " and another table".to_owned(),
        n => format!(" and {n} other tables"),
    };
    let message = format!(
        "a constraint of domain {domain} is checked in every row of {first}{more}: writes wait meanwhile"
    );
    let finding = sink.report(statement, Subject::relation(&domain), alter.name.range, message);
    let help = if is_check {
        "add it NOT VALID, and validate it when nobody writes"
    } else {
        "put NOT NULL on the columns instead"
    };
    finding.help(statement.safe_way_or(help));
    if is_check && !statement.is_nested() {
        let end = statement.text.trim_end_matches(';').trim_end().len() as u32;
        finding.fix(
            Fix::new("Add it NOT VALID", Safety::Unsafe)
                .edit(statement.edit(TextRange::empty(end), " NOT VALID")),
        );
    }
}
