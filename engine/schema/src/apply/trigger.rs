//! Triggers, policies, rules.

use std::sync::Arc;

use super::{Done, Fold, builtin, exists, missing, refused};
use crate::catalog::footprint::Hint;
use crate::catalog::{Policy, QualName, RelationKind, Rule, Trigger, TriggerEnabled};
use crate::change::{AlterPolicy, CreatePolicy, CreateRule, CreateTrigger, ObjectRef};

impl Fold<'_> {
    pub(super) fn create_trigger(&mut self, change: &CreateTrigger) -> Done {
        let table = self.need_relation(&change.table)?;
        let relation = self.relation(&table);
        let existing = relation.triggers.get(&change.name.name);
        if existing.is_some_and(|t| !change.or_replace || t.inherited || t.constraint) {
            return Err(exists(change.name.name.to_string()));
        }
        if let Some(column) = change
            .update_columns
            .iter()
            .find(|c| relation.column(&c.name).is_none())
        {
            return Err(missing(format!("{table}.{}", column.name)));
        }
        self.remember_calls(&change.when);
        let trigger = Trigger {
            timing: change.timing,
            events: change.events.clone(),
            update_columns: super::index::names(&change.update_columns),
            for_each_row: change.for_each_row,
            function: self.trigger_function(&change.function),
            when: change.when.clone(),
            constraint: change.constraint,
            deferrable: change.deferrable,
            enabled: existing.map_or(TriggerEnabled::Origin, |t| t.enabled),
            inherited: false,
            comment: existing.and_then(|t| t.comment.clone()),
            origin: self.at(change.name.range),
        };
        if relation.kind == RelationKind::PartitionedTable && change.for_each_row {
            let own = |p: &&QualName| {
                self.relation(p)
                    .triggers
                    .get(&change.name.name)
                    .is_some_and(|t| !t.inherited)
            };
            if let Some(partition) = self.catalog().family(&table).iter().skip(1).find(own) {
                return Err(exists(format!("{partition}.{}", change.name.name)));
            }
            for partition in self.catalog().family(&table).iter().skip(1) {
                self.clone_trigger(partition, &change.name.name, &trigger);
            }
        }
        if let Some(relation) = self.catalog_mut().relation_mut(&table) {
            relation
                .triggers
                .insert_mut(change.name.name.clone(), Arc::new(trigger));
        }
        Ok(())
    }

    /// The function that a trigger calls.
    fn trigger_function(&mut self, name: &ObjectRef) -> QualName {
        self.catalog_mut()
            .called_functions
            .insert_mut(name.name.clone(), ());
        if let Some(found) = self.state.resolve_function(name, Some(&[])) {
            return found.name;
        }
        if name.schema.is_none() && builtin::is_trigger_function(name.name.as_str()) {
            return QualName::new("pg_catalog", name.name.clone());
        }
        if name.schema.as_ref().is_none_or(|s| s.as_str() != "pg_catalog") {
            self.note_missing_function(name);
        }
        self.state.resolve_new(name)
    }

    pub(super) fn create_policy(&mut self, change: &CreatePolicy) -> Done {
        let table = self.need_relation(&change.table)?;
        let relation = self.relation(&table);
        if !matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable
        ) {
            return Err(refused(table.to_string()));
        }
        if relation.policies.contains_key(&change.name.name) {
            return Err(exists(change.name.name.to_string()));
        }
        for condition in change.using.iter().chain(&change.check) {
            self.check_expr(&table, condition)?;
            self.remember_calls([condition]);
        }
        let policy = Policy {
            permissive: change.permissive,
            command: change.command,
            roles: change.roles.clone(),
            using: change.using.clone(),
            check: change.check.clone(),
            comment: None,
            origin: self.at(change.name.range),
        };
        if policy.queries() {
            self.catalog_mut().hint(Hint::PoliciesQuery);
        }
        if let Some(relation) = self.catalog_mut().relation_mut(&table) {
            relation
                .policies
                .insert_mut(change.name.name.clone(), Arc::new(policy));
        }
        Ok(())
    }

    pub(super) fn alter_policy(&mut self, change: &AlterPolicy) -> Done {
        let table = self.need_relation(&change.table)?;
        self.remember_calls(change.using.iter().chain(&change.check));
        let relation = self.catalog_mut().relation_mut(&table);
        let Some(policy) = relation
            .and_then(|r| r.policies.get_mut(&change.name.name))
            .map(Arc::make_mut)
        else {
            return Err(missing(change.name.name.to_string()));
        };
        if let Some(roles) = &change.roles {
            policy.roles = roles.clone();
        }
        if change.using.is_some() {
            policy.using = change.using.clone();
        }
        if change.check.is_some() {
            policy.check = change.check.clone();
        }
        Ok(())
    }

    pub(super) fn create_rule(&mut self, change: &CreateRule) -> Done {
        let table = self.need_relation(&change.table)?;
        let relation = self.relation(&table);
        let name = &change.name.name;
        if change.on_select {
            // Such a rule is what makes a view; its query can't be told from here.
            if let Some(relation) = self.catalog_mut().relation_mut(&table) {
                relation.kind = RelationKind::View;
            }
            return Ok(());
        }
        let existing = relation.rules.get(name);
        if existing.is_some() && !change.or_replace {
            return Err(exists(name.to_string()));
        }
        let rule = Rule {
            comment: existing.and_then(|r| r.comment.clone()),
            enabled: existing.map_or(TriggerEnabled::Origin, |r| r.enabled),
            origin: self.at(change.name.range),
        };
        if let Some(relation) = self.catalog_mut().relation_mut(&table) {
            relation.rules.insert_mut(name.clone(), Arc::new(rule));
        }
        Ok(())
    }
}
