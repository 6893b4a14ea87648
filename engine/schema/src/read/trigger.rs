//! Triggers, rules and policies.

use confiture_syntax::{Name, Node};

use super::constraint::deferral;
use super::name::roles;
use super::{Children, Kind, Reader, kind, name_of};
use crate::catalog::{Deferrable, PolicyCommand, TriggerEvent, TriggerTiming};
use crate::change::{AlterPolicy, Change, CreatePolicy, CreateRule, CreateTrigger, Ident};

impl Reader<'_> {
    /// `CreateTrigStmt`.
    pub(super) fn create_trigger(&self, node: Node<'_>) -> Option<Change> {
        let (events, update_columns) = self.trigger_events(node.child(kind::TriggerEvents)?);
        let spec = node
            .child(kind::TriggerForSpec)
            .and_then(|s| s.child(kind::TriggerForType));
        let mut deferrable = Deferrable::No;
        for attribute in super::constraint::attributes(node) {
            deferrable = deferral(deferrable, attribute);
        }
        Some(Change::CreateTrigger(Box::new(CreateTrigger {
            name: self.child_ident(node, kind::name)?,
            table: self.child_object(node, kind::qualified_name)?,
            or_replace: node.has(kind::opt_or_replace),
            timing: timing(node),
            events,
            update_columns,
            for_each_row: node.has(kind::kw_row) || spec.is_some_and(|s| s.has(kind::kw_row)),
            function: self.child_object(node, kind::func_name)?,
            when: node.child(kind::TriggerWhen).and_then(|w| self.child_expr(w)),
            constraint: node.has(kind::kw_constraint),
            from: node
                .child(kind::OptConstrFromTable)
                .and_then(|f| self.child_object(f, kind::qualified_name)),
            deferrable,
            transition_tables: node.has(kind::TriggerReferencing),
        })))
    }

    fn trigger_events(&self, list: Node<'_>) -> (Vec<TriggerEvent>, Vec<Ident>) {
        let mut events = Vec::new();
        let mut columns = Vec::new();
        for event in list.list(kind::TriggerOneEvent) {
            let Some(word) = event.named().next() else {
                continue;
            };
            events.push(match word.kind() {
                kind::kw_insert => TriggerEvent::Insert,
                kind::kw_delete => TriggerEvent::Delete,
                kind::kw_update => TriggerEvent::Update,
                _ => TriggerEvent::Truncate,
            });
            columns.extend(
                event
                    .child(kind::columnList)
                    .map(|l| self.columns(l))
                    .unwrap_or_default(),
            );
        }
        // pg_get_triggerdef writes them in this order, whatever the statement's.
        events.sort_unstable();
        events.dedup();
        (events, columns)
    }

    /// `RuleStmt`. What the rule does is not done now.
    pub(super) fn create_rule(&self, node: Node<'_>) -> Option<Change> {
        Some(Change::CreateRule(CreateRule {
            name: self.child_ident(node, kind::name)?,
            table: self.child_object(node, kind::qualified_name)?,
            or_replace: node.has(kind::opt_or_replace),
            on_select: node.child(kind::event).is_some_and(|e| e.has(kind::kw_select)),
        }))
    }

    /// `CreatePolicyStmt`.
    pub(super) fn create_policy(&self, node: Node<'_>) -> Option<Change> {
        let word = node
            .child(kind::RowSecurityDefaultPermissive)
            .and_then(|p| p.named().nth(1));
        let to = node.child(kind::RowSecurityDefaultToRole);
        Some(Change::CreatePolicy(CreatePolicy {
            name: self.child_ident(node, kind::name)?,
            table: self.child_object(node, kind::qualified_name)?,
            permissive: word.is_none_or(|w| name_of(w).as_str() != "restrictive"),
            command: policy_command(node),
            roles: to.map(roles).unwrap_or_else(|| vec![Name::new("public")]),
            using: node
                .child(kind::RowSecurityOptionalExpr)
                .and_then(|e| self.child_expr(e)),
            check: node
                .child(kind::RowSecurityOptionalWithCheck)
                .and_then(|e| self.child_expr(e)),
        }))
    }

    /// `AlterPolicyStmt`.
    pub(super) fn alter_policy(&self, node: Node<'_>) -> Option<Change> {
        Some(Change::AlterPolicy(AlterPolicy {
            name: self.child_ident(node, kind::name)?,
            table: self.child_object(node, kind::qualified_name)?,
            roles: node.child(kind::RowSecurityOptionalToRole).map(roles),
            using: node
                .child(kind::RowSecurityOptionalExpr)
                .and_then(|e| self.child_expr(e)),
            check: node
                .child(kind::RowSecurityOptionalWithCheck)
                .and_then(|e| self.child_expr(e)),
        }))
    }
}

fn timing(node: Node<'_>) -> TriggerTiming {
    // A constraint trigger has no action time but AFTER.
    let Some(time) = node.child(kind::TriggerActionTime) else {
        return TriggerTiming::After;
    };
    if time.has(kind::kw_before) {
        TriggerTiming::Before
    } else if time.has(kind::kw_instead) {
        TriggerTiming::InsteadOf
    } else {
        TriggerTiming::After
    }
}

fn policy_command(node: Node<'_>) -> PolicyCommand {
    let command = node
        .child(kind::RowSecurityDefaultForCmd)
        .and_then(|f| f.child(kind::row_security_cmd));
    match command
        .and_then(|c| c.named().next())
        .map_or(Kind::NONE, |c| c.kind())
    {
        kind::kw_select => PolicyCommand::Select,
        kind::kw_insert => PolicyCommand::Insert,
        kind::kw_update => PolicyCommand::Update,
        kind::kw_delete => PolicyCommand::Delete,
        _ => PolicyCommand::All,
    }
}
