//! ## What it does
//!
//! Reports a migration that reaches beyond its own schema: databases, roles, tablespaces, settings of the server, of
//! a database or of a role.
//!
//! ## Why is this bad?
//!
//! Other databases of the server and other programs feel it too. It can't be tried out in a database of its own, most
//! of it isn't undone by going back, and a user that may do this may do anything.
//!
//! ```sql bad
//! ALTER SYSTEM SET work_mem = '1GB';
//! ```
//!
//! ```sql bad
//! ALTER ROLE app SET statement_timeout = '5s';
//! ```
//!
//! ## Instead
//!
//! Leave it to whatever sets the server up.
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```

use confiture_schema::catalog::OtherKind;
use confiture_schema::change::{Change, ObjectKind};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "server-wide-change",
    summary: "A migration changes the server rather than its schema",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-alter-system-options"],
    provenance: &[
        squawk("ban-drop-database"),
        squawk("ban-alter-role-options"),
        squawk("ban-alter-database-options"),
        squawk("ban-alter-system-options"),
        pgls("banDropDatabase"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Some(what) = reaches(change) else { continue };
        let message = format!("{what}: it reaches beyond the schema of this project");
        sink.report(statement, Subject::NONE, statement.range, message)
            .help("leave it to whatever sets the server up");
    }
}

/// What is changed beyond the schema.
fn reaches(change: &Change) -> Option<String> {
    let kind = |kind: OtherKind| match kind {
        OtherKind::Role => Some("a role"),
        OtherKind::Tablespace => Some("a tablespace"),
        OtherKind::Subscription => Some("a subscription"),
        _ => None,
    };
    match change {
        Change::Other(other) => {
            let tags = [
                "ALTER SYSTEM",
                "ALTER DATABASE",
                "CREATE DATABASE",
                "DROP DATABASE",
                "ALTER ROLE",
            ];
            tags.contains(&&*other.tag).then(|| other.tag.to_string())
        }
        Change::AlterOther(alter) => Some(format!("{} is altered", kind(alter.kind)?)),
        Change::CreateOther(create) => Some(format!("{} is created", kind(create.kind)?)),
        Change::Drop(drop) => match drop.kind {
            ObjectKind::Other(other) => Some(format!("{} is dropped", kind(other)?)),
            _ => None,
        },
        _ => None,
    }
}
