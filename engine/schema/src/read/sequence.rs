//! Sequences and the options of identity columns.

use confiture_syntax::Node;

use super::{Children, Reader, kind, types};
use crate::catalog::{IdentityKind, Persistence};
use crate::change::{AlterSequence, Change, CreateSequence, SequenceOption};

impl Reader<'_> {
    /// `CreateSeqStmt`.
    pub(super) fn create_sequence(&self, node: Node<'_>) -> Option<Change> {
        let name = self.child_object(node, kind::qualified_name)?;
        let options = node
            .child(kind::OptSeqOptList)
            .and_then(|l| l.child(kind::SeqOptList));
        Some(Change::CreateSequence(CreateSequence {
            if_not_exists: node.has(kind::kw_if),
            persistence: super::table::persistence(node, &name),
            options: options.map(|l| self.sequence_options(l)).unwrap_or_default(),
            name,
        }))
    }

    /// `AlterSeqStmt`.
    pub(super) fn alter_sequence(&self, node: Node<'_>) -> Option<Change> {
        Some(Change::AlterSequence(AlterSequence {
            name: self.child_object(node, kind::qualified_name)?,
            if_exists: node.has(kind::kw_if),
            options: self.sequence_options(node.child(kind::SeqOptList)?),
        }))
    }

    /// The options in parentheses after AS IDENTITY.
    pub(super) fn parenthesized_sequence_options(&self, node: Node<'_>) -> Vec<SequenceOption> {
        let list = node
            .child(kind::OptParenthesizedSeqOptList)
            .and_then(|l| l.child(kind::SeqOptList));
        list.map(|l| self.sequence_options(l)).unwrap_or_default()
    }

    fn sequence_options(&self, list: Node<'_>) -> Vec<SequenceOption> {
        list.list(kind::SeqOptElem)
            .into_iter()
            .filter_map(|e| self.sequence_option(e))
            .collect()
    }

    /// `alter_identity_column_option_list`: the new kind, and the options of the sequence.
    pub(super) fn identity_options(&self, list: Node<'_>) -> (Option<IdentityKind>, Vec<SequenceOption>) {
        let mut kind = None;
        let mut options = Vec::new();
        for element in list.list(kind::alter_identity_column_option) {
            if element.has(kind::generated_when) {
                kind = Some(super::table::identity_kind(element));
            } else if let Some(option) = element.child(kind::SeqOptElem) {
                options.extend(self.sequence_option(option));
            } else if element.has(kind::kw_restart) {
                options.push(SequenceOption::Restart(number(element)));
            }
        }
        (kind, options)
    }

    fn sequence_option(&self, node: Node<'_>) -> Option<SequenceOption> {
        let first = node.named().next()?;
        let negated = first.kind() == kind::kw_no;
        let word = if negated {
            node.named().nth(1)?.kind()
        } else {
            first.kind()
        };
        Some(match word {
            kind::kw_as => SequenceOption::As(types::sql_type(node.child(kind::SimpleTypename)?)),
            kind::kw_cache => SequenceOption::Cache(number(node)?),
            kind::kw_cycle => SequenceOption::Cycle(!negated),
            kind::kw_increment => SequenceOption::Increment(number(node)?),
            kind::kw_maxvalue => SequenceOption::Max(number(node)),
            kind::kw_minvalue => SequenceOption::Min(number(node)),
            kind::kw_start => SequenceOption::Start(number(node)?),
            kind::kw_restart => SequenceOption::Restart(number(node)),
            kind::kw_owned => SequenceOption::OwnedBy(self.member(node.child(kind::any_name)?)),
            kind::kw_sequence => SequenceOption::SequenceName(self.child_object(node, kind::any_name)?),
            kind::kw_logged => SequenceOption::Persistence(Persistence::Permanent),
            kind::kw_unlogged => SequenceOption::Persistence(Persistence::Unlogged),
            _ => return None,
        })
    }
}

/// The number of a `NumericOnly` child. The widest number that fits where it doesn't.
fn number(node: Node<'_>) -> Option<i64> {
    let text: String = node
        .child(kind::NumericOnly)?
        .text()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .collect();
    let text = text.strip_prefix('+').unwrap_or(&text);
    text.parse()
        .ok()
        .or_else(|| text.parse::<f64>().ok().map(|n| n as i64))
}
