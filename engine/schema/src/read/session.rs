//! Statements about the session, its transaction, and maintenance: SET, BEGIN, LOCK, VACUUM, TRUNCATE, COPY.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::index::option_on;
use super::name::behavior;
use super::{Children, Reader, kind, name_of};
use crate::change::{
    Change, Copy, Lock, Other, RefreshMaterializedView, Set, SetScope, Transaction, Truncate, Vacuum,
};

impl Reader<'_> {
    /// `VariableSetStmt`.
    pub(super) fn set(&self, node: Node<'_>) -> Option<Change> {
        let rest = node.child(kind::set_rest)?;
        let Some(more) = rest.child(kind::set_rest_more) else {
            return Some(Change::Transaction(Transaction::Mode));
        };
        let Some((parameter, values)) = self.set_rest_more(more) else {
            return Some(Change::Transaction(Transaction::Mode));
        };
        let scope = if node.has(kind::kw_local) {
            SetScope::Local
        } else {
            SetScope::Session
        };
        Some(Change::Set(Set {
            parameter,
            values,
            scope,
        }))
    }

    /// The parameter and its values; `None` for SET TRANSACTION SNAPSHOT, which sets no parameter.
    pub(super) fn set_rest_more(&self, node: Node<'_>) -> Option<(Name, Vec<Arc<str>>)> {
        let one = |name: &str, value: Option<Node<'_>>| {
            Some((Name::new(name), value.map(word).into_iter().collect()))
        };
        let word_or_string = node.child(kind::NonReservedWord_or_Sconst);
        let string = node.child(kind::Sconst);
        let first = node.named().next()?;
        match first.kind() {
            kind::generic_set => Some((parameter(first.child(kind::var_name)?), values(first))),
            kind::var_name => Some((parameter(first), Vec::new())),
            kind::kw_time => {
                let zone = node
                    .child(kind::zone_value)
                    .filter(|z| !z.has(kind::kw_default) && !z.has(kind::kw_local));
                one("timezone", zone)
            }
            kind::kw_catalog => one("catalog", string),
            kind::kw_schema => one("search_path", string),
            kind::kw_names => one(
                "client_encoding",
                node.child(kind::opt_encoding).and_then(|e| e.child(kind::Sconst)),
            ),
            kind::kw_role => one("role", word_or_string),
            kind::kw_session => one("session_authorization", word_or_string),
            kind::kw_xml => one("xmloption", node.child(kind::document_or_content)),
            _ => None,
        }
    }

    /// `VariableResetStmt`.
    pub(super) fn reset(&self, node: Node<'_>) -> Option<Change> {
        let rest = node.child(kind::reset_rest)?;
        let first = rest.named().next()?;
        let parameter = match first.kind() {
            kind::generic_reset => first
                .child(kind::var_name)
                .map_or_else(|| Name::new("all"), parameter),
            kind::kw_time => Name::new("timezone"),
            kind::kw_transaction => Name::new("transaction_isolation"),
            _ => Name::new("session_authorization"),
        };
        Some(Change::Set(Set {
            parameter,
            values: Vec::new(),
            scope: SetScope::Session,
        }))
    }

    /// `DiscardStmt`. DISCARD ALL resets every parameter too.
    pub(super) fn discard(&self, node: Node<'_>) -> Vec<Change> {
        let all = node.has(kind::kw_all);
        let other = Change::Other(Other {
            tag: "DISCARD".into(),
            outside_transaction: all,
        });
        let reset = Set {
            parameter: Name::new("all"),
            values: Vec::new(),
            scope: SetScope::Session,
        };
        if all {
            vec![other, Change::Set(reset)]
        } else {
            vec![other]
        }
    }

    /// `TransactionStmt`, `TransactionStmtLegacy`.
    pub(super) fn transaction(&self, node: Node<'_>) -> Option<Change> {
        let chain = node.child(kind::opt_transaction_chain);
        let and_chain = chain.is_some_and(|c| !c.has(kind::kw_no));
        let savepoint = node.child(kind::ColId).map(name_of);
        Some(Change::Transaction(match node.named().next()?.kind() {
            kind::kw_begin | kind::kw_start => Transaction::Begin,
            kind::kw_commit | kind::kw_rollback if node.has(kind::kw_prepared) => Transaction::Prepared,
            kind::kw_commit | kind::kw_end => Transaction::Commit { and_chain },
            kind::kw_rollback if savepoint.is_some() => Transaction::RollbackTo(savepoint?),
            kind::kw_rollback | kind::kw_abort => Transaction::Rollback { and_chain },
            kind::kw_savepoint => Transaction::Savepoint(savepoint?),
            kind::kw_release => Transaction::Release(savepoint?),
            kind::kw_prepare => Transaction::Prepare,
            _ => return None,
        }))
    }

    /// `LockStmt`.
    pub(super) fn lock(&self, node: Node<'_>) -> Option<Change> {
        let mode = node.child(kind::opt_lock).and_then(|l| l.child(kind::lock_type));
        let words: Vec<String> = mode
            .map(|m| m.named().map(|w| w.text().to_ascii_uppercase()).collect())
            .unwrap_or_default();
        let mode: Arc<str> = if words.is_empty() {
            "ACCESS EXCLUSIVE".into()
        } else {
            words.join(" ").into()
        };
        Some(Change::Lock(Lock {
            relations: self.relations(node)?,
            mode,
            nowait: node.has(kind::opt_nowait),
        }))
    }

    /// `TruncateStmt`.
    pub(super) fn truncate(&self, node: Node<'_>) -> Option<Change> {
        let restart = node.child(kind::opt_restart_seqs);
        Some(Change::Truncate(Truncate {
            relations: self.relations(node)?,
            behavior: behavior(node),
            restart_identity: restart.is_some_and(|r| r.has(kind::kw_restart)),
        }))
    }

    fn relations(&self, node: Node<'_>) -> Option<Vec<(crate::change::ObjectRef, bool)>> {
        let list = node.child(kind::relation_expr_list)?.list(kind::relation_expr);
        Some(list.into_iter().filter_map(|r| self.relation(r)).collect())
    }

    /// `VacuumStmt` and `AnalyzeStmt`.
    pub(super) fn vacuum(&self, node: Node<'_>) -> Option<Change> {
        let vacuum = node.has(kind::kw_vacuum);
        let list = node
            .child(kind::opt_vacuum_relation_list)
            .and_then(|l| l.child(kind::vacuum_relation_list));
        let relations = list.map(|l| l.list(kind::vacuum_relation)).into_iter().flatten();
        let relations = relations.filter_map(|r| self.relation(r.child(kind::relation_expr)?));
        let analyze = node.has(kind::opt_analyze) || option_on(node, "analyze") || option_on(node, "analyse");
        Some(Change::Vacuum(Vacuum {
            relations: relations.map(|(relation, _)| relation).collect(),
            vacuum,
            full: node.has(kind::opt_full) || option_on(node, "full"),
            analyze: analyze || !vacuum,
        }))
    }

    /// `RefreshMatViewStmt`.
    pub(super) fn refresh(&self, node: Node<'_>) -> Option<Change> {
        Some(Change::RefreshMaterializedView(RefreshMaterializedView {
            name: self.child_object(node, kind::qualified_name)?,
            concurrently: node.has(kind::opt_concurrently),
            no_data: no_data(node),
        }))
    }

    /// `CopyStmt`.
    pub(super) fn copy(&self, node: Node<'_>) -> Option<Change> {
        if let Some(query) = node.child(kind::PreparableStmt) {
            return Some(Change::Query(Box::new(self.query(query, query))));
        }
        Some(Change::Copy(Copy {
            relation: self.child_object(node, kind::qualified_name)?,
            from: node.child(kind::copy_from)?.has(kind::kw_from),
        }))
    }
}

/// WITH NO DATA.
pub(super) fn no_data(node: Node<'_>) -> bool {
    node.child(kind::opt_with_data)
        .is_some_and(|d| d.has(kind::kw_no))
}

/// A parameter's name, lower case: they are looked up without regard to case, quoted or not.
fn parameter(var_name: Node<'_>) -> Name {
    let parts: Vec<String> = var_name
        .find_all(kind::ColId)
        .map(|part| name_of(part).as_str().to_ascii_lowercase())
        .collect();
    Name::new(parts.join("."))
}

fn values(generic_set: Node<'_>) -> Vec<Arc<str>> {
    let list = generic_set.child(kind::var_list);
    list.map(|l| l.list(kind::var_value).into_iter().map(word).collect())
        .unwrap_or_default()
}

/// A value: a string without its quotes, a folded word, a number as written.
fn word(node: Node<'_>) -> Arc<str> {
    let mut node = node;
    loop {
        match node.kind() {
            kind::Sconst => return node.string_value().unwrap_or_default().as_str().into(),
            kind::NonReservedWord => return name_of(node).as_str().into(),
            kind::NumericOnly => return node.text().into(),
            _ => {}
        }
        let mut children = node.named();
        match (children.next(), children.next()) {
            (Some(only), None) => node = only,
            _ => return node.text().to_ascii_lowercase().as_str().into(),
        }
    }
}
