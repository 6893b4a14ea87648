//! Which statements of a script run in one transaction, and what it holds meanwhile.

use std::collections::BTreeMap;

use confiture_risk::LockMode;
use confiture_schema::catalog::{QualName, RelationKind};
use confiture_schema::change::{Change, Transaction};
use confiture_syntax::TextRange;
use confiture_syntax::lexer::{Dialect, Lexer};

use super::{Nesting, ScriptContext, StatementContext};
use crate::Edit;

impl<'a> ScriptContext<'a> {
    /// The script's statements, those that run in one transaction together: between BEGIN and COMMIT, in the script
    /// that its tool wraps, in a DO block. Every other statement stands alone.
    pub fn transactions(&self) -> Vec<&'a [StatementContext<'a>]> {
        let mut groups = Vec::new();
        let mut rest = self.statements;
        while let Some(first) = rest.first() {
            let (group, behind) = rest.split_at(group_length(first, rest));
            groups.push(group);
            rest = behind;
        }
        groups
    }

    /// An edit that takes a statement away, and its line where nothing else stands there.
    pub fn removal(&self, statement: &StatementContext<'_>) -> Edit {
        let mut place = statement.place(TextRange::new(0, statement.text.len() as u32));
        let text = crate::analysis::segment(self.source(), place.segment).map_or("", |s| &*s.text);
        let rest = text.get(place.range.end as usize..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let line_ends = rest[blank..].starts_with('\n');
        let before = text.get(..place.range.start as usize).unwrap_or_default();
        if line_ends && (before.is_empty() || before.ends_with('\n')) {
            place.range = TextRange::new(place.range.start, place.range.end + blank as u32 + 1);
        }
        Edit {
            place,
            text: String::new(),
        }
    }

    /// Whether the text between two places of one segment holds a comment.
    pub fn has_comment_between(&self, from: &StatementContext<'_>, to: &StatementContext<'_>) -> bool {
        let (from, to) = (from.at, to.at);
        let text = crate::analysis::segment(self.source(), from.segment).map_or("", |s| &*s.text);
        let between = text
            .get(from.range.end as usize..to.range.start as usize)
            .unwrap_or("--");
        from.segment != to.segment
            || Lexer::new(between, Dialect::Psql)
                .any(|token| token.kind != confiture_syntax::lexer::TokenKind::Whitespace)
    }
}

fn group_length(first: &StatementContext<'_>, rest: &[StatementContext<'_>]) -> usize {
    if first.in_transaction() {
        let open = rest.iter().take_while(|s| s.in_transaction()).count();
        let end = rest.iter().take(open).position(ends_transaction);
        return end.map_or(open, |end| end + 1);
    }
    let same_block = |s: &&StatementContext<'_>| s.number == first.number && s.nesting == Nesting::Block;
    1 + rest.iter().skip(1).take_while(same_block).count()
}

/// Whether a statement ends the transaction that it runs in.
pub(crate) fn ends_transaction(statement: &StatementContext<'_>) -> bool {
    statement.changes.iter().any(|change| {
        matches!(
            change,
            Change::Transaction(
                Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare
            )
        )
    })
}

/// The tables in use that a transaction holds a lock on that is at least as strong as one, each with the position of the first
/// of its statements that takes it.
pub(crate) fn held_from(
    transaction: &[StatementContext<'_>],
    at_least: LockMode,
) -> BTreeMap<QualName, usize> {
    let mut held = BTreeMap::new();
    for (position, statement) in transaction.iter().enumerate() {
        if !statement.changes_schema() {
            continue;
        }
        for (relation, lock) in &statement.risk.effect.locks {
            if lock.mode >= at_least && is_table_in_use(statement, relation) {
                held.entry(relation.clone()).or_insert(position);
            }
        }
    }
    held
}

/// Whether a name stands for a table that others may be using.
fn is_table_in_use(statement: &StatementContext<'_>, relation: &QualName) -> bool {
    let catalog = &statement.before.catalog;
    let is_table = match catalog.relation(relation).map(|r| r.kind) {
        Some(kind) => matches!(kind, RelationKind::Table | RelationKind::PartitionedTable),
        None => !catalog.index_tables.contains_key(relation),
    };
    is_table && statement.is_live(relation)
}
