//! Cures for a database that has the flaws already.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use confiture_risk::effect::TransactionRule;
use confiture_risk::{PgVersion, assess};
use confiture_schema::apply::State;
use confiture_syntax::split::{PieceKind, split};

use super::Level;
use crate::analysis::changes;
use crate::{Finding, Fix};

/// A migration that cures findings in a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMigration {
    /// What may run in one transaction; empty where nothing may. Ends with a line end.
    pub sql: String,
    /// What can't run in a transaction, each to be a migration of its own. End with a line end.
    pub outside: Vec<String>,
}

/// The migration that the fixes of some findings make together, in their order; each is preceded by a comment that names
/// its rule and finding. `None` where none of them has any.
pub fn migration(findings: &[Finding], level: Level, version: PgVersion) -> Option<NewMigration> {
    let mut seen = BTreeSet::new();
    let mut new = NewMigration::default();
    for finding in findings {
        let mut fixes = finding.fixes.iter().filter(|fix| level.allows(fix.safety));
        let Some(sql) = fixes.find_map(|fix: &Fix| fix.migration.as_deref()) else {
            continue;
        };
        if !seen.insert(sql) {
            continue;
        }
        let part = part(finding, sql);
        if refuses_transaction(sql, version) {
            new.outside.push(part);
        } else {
            if !new.sql.is_empty() {
                new.sql.push('\n');
            }
            new.sql.push_str(&part);
        }
    }
    (!seen.is_empty()).then_some(new)
}

fn part(finding: &Finding, sql: &str) -> String {
    let mut part = String::new();
    // A message is one line; were it more, each must stay a comment.
    for line in format!("{}: {}", finding.rule, finding.message).lines() {
        let _ = writeln!(part, "-- {line}");
    }
    part.push_str(sql.trim_end());
    part.push('\n');
    part
}

fn refuses_transaction(sql: &str, version: PgVersion) -> bool {
    let statements = split(sql)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql);
    statements
        .map(|piece| changes(piece.range.slice(sql)))
        .any(|changes| {
            assess(&changes, &State::fresh(), version).effect.transaction == TransactionRule::Refused
        })
}
