//! Names, owners, privileges, comments; triggers, rules, policies; types and domains; objects kept by name.

use confiture_schema::catalog::{ConstraintKind, OtherKind, QualName, RelationKind, TypeKind};
use confiture_schema::change::{
    AlterDomain, AlterDomainAction, AlterOther, AlterPolicy, AlterType, AlterTypeAction, AttributeAction,
    Comment, CreateOther, CreatePolicy, CreateRule, CreateTrigger, DropBehavior, Grant, Listing, ObjectKind,
    ObjectRef, RelationWord, Rename, SetOwner, SetSchema,
};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::TextRange;

use super::Predictor;
use super::scope::Resolved;
use crate::lock::LockMode;

/// Whether an object is a relation.
fn is_relation(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
    )
}

impl Predictor<'_> {
    pub(super) fn rename(&mut self, rename: &Rename) {
        let range = rename.object.name.range;
        match rename.kind {
            kind if is_relation(kind) || kind == ObjectKind::Index => self.rename_relation(rename),
            ObjectKind::Column => {
                if let Some(on) = &rename.object.on
                    && let Some((table, _)) = self.relation_if(on, rename.if_exists)
                {
                    self.lock_family(
                        &table,
                        rename.only,
                        LockMode::AccessExclusive,
                        "a column is renamed",
                        range,
                    );
                }
            }
            ObjectKind::Constraint => self.rename_constraint(rename),
            ObjectKind::Trigger => {
                if let Some((table, relation)) = rename.object.on.as_ref().and_then(|on| self.relation(on)) {
                    let cloned = relation
                        .and_then(|r| r.triggers.get(&rename.object.name.name).cloned())
                        .is_some_and(|t| t.for_each_row);
                    let with_partitions = self.version.at_least(15) && cloned && self.is_partitioned(&table);
                    self.lock_family(
                        &table,
                        !with_partitions,
                        LockMode::AccessExclusive,
                        "a trigger of it is renamed",
                        range,
                    );
                }
            }
            ObjectKind::Policy | ObjectKind::Rule => {
                if let Some((table, _)) = rename.object.on.as_ref().and_then(|on| self.relation(on)) {
                    self.lock(
                        &table,
                        LockMode::AccessExclusive,
                        "a policy or rule of it is renamed",
                        range,
                    );
                }
            }
            ObjectKind::Attribute => {
                if let Some(on) = &rename.object.on {
                    self.lock_typed_tables(on, range);
                }
            }
            _ => {}
        }
    }

    fn rename_relation(&mut self, rename: &Rename) {
        let range = rename.object.name.range;
        let by_alter_index =
            rename.kind == ObjectKind::Index && rename.word.is_none_or(|w| w == RelationWord::Index);
        let mode = match self.resolve(&rename.object.name) {
            Resolved::Index(..) | Resolved::Missing(_) if by_alter_index => LockMode::ShareUpdateExclusive,
            _ => LockMode::AccessExclusive,
        };
        if let Some((name, _)) = self.relation_if(&rename.object.name, rename.if_exists) {
            self.lock(&name, mode, "it is renamed", range);
        }
    }

    fn rename_constraint(&mut self, rename: &Rename) {
        let Some(on) = &rename.object.on else { return };
        let Some((table, relation)) = self.relation_if(on, rename.if_exists) else {
            return;
        };
        let (name, range) = (&rename.object.name.name, rename.object.name.range);
        self.lock(
            &table,
            LockMode::AccessExclusive,
            "a constraint of it is renamed",
            range,
        );
        let Some(found) = relation.and_then(|r| r.constraints.get(name).cloned()) else {
            return;
        };
        match &found.kind {
            ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. } if !found.no_inherit => {
                self.lock_family(
                    &table,
                    rename.only,
                    LockMode::AccessExclusive,
                    "a constraint of it is renamed",
                    range,
                );
            }
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Exclude { .. } => {
                let index = QualName::new(table.schema, name.clone());
                self.lock(
                    &index,
                    LockMode::ShareUpdateExclusive,
                    "the constraint's index is renamed with it",
                    range,
                );
            }
            _ => {}
        }
    }

    pub(super) fn set_schema(&mut self, set: &SetSchema) {
        if !is_relation(set.kind) {
            return;
        }
        let range = set.object.name.range;
        let Some((name, _)) = self.relation_if(&set.object.name, set.if_exists) else {
            return;
        };
        self.lock(
            &name,
            LockMode::AccessExclusive,
            "it moves to another schema",
            range,
        );
        for sequence in self.owned_sequences(&name, None) {
            self.lock(
                &sequence,
                LockMode::AccessExclusive,
                "it moves with its table",
                range,
            );
        }
    }

    pub(super) fn set_owner(&mut self, set: &SetOwner) {
        if is_relation(set.kind)
            && let Some((name, _)) = self.relation(&set.object.name)
        {
            self.lock(
                &name,
                LockMode::AccessExclusive,
                "its owner changes",
                set.object.name.range,
            );
        }
    }

    pub(super) fn comment(&mut self, comment: &Comment) {
        let object = &comment.object;
        let range = object.name.range;
        match comment.kind {
            kind if is_relation(kind) || kind == ObjectKind::Index => {
                if let Some((name, _)) = self.relation(&object.name) {
                    self.lock(
                        &name,
                        LockMode::ShareUpdateExclusive,
                        "its comment changes",
                        range,
                    );
                }
            }
            ObjectKind::Column => {
                if let Some(on) = &object.on
                    && !self.is_composite(on)
                    && let Some((name, _)) = self.relation(on)
                {
                    self.lock(
                        &name,
                        LockMode::ShareUpdateExclusive,
                        "a column's comment changes",
                        range,
                    );
                }
            }
            ObjectKind::Constraint | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
                if let Some((name, _)) = object.on.as_ref().and_then(|on| self.relation(on)) {
                    self.lock(
                        &name,
                        LockMode::AccessShare,
                        "a comment on something of it changes",
                        range,
                    );
                }
            }
            _ => {}
        }
    }

    fn is_composite(&self, name: &ObjectRef) -> bool {
        let ty = SqlType {
            schema: name.schema.clone(),
            name: name.name.clone(),
            modifiers: None,
            array: false,
        };
        self.find_type(&ty).is_some()
    }

    /// Privileges are changed without a lock on the relation; since 18 it is locked against being dropped.
    pub(super) fn grant(&mut self, grant: &Grant) {
        if !self.version.at_least(18) || !grant.kind.is_some_and(is_relation) {
            return;
        }
        for object in &grant.objects {
            if let Some((name, _)) = self.relation(&object.name) {
                self.lock(
                    &name,
                    LockMode::AccessShare,
                    "its privileges change",
                    object.name.range,
                );
            }
        }
    }

    pub(super) fn create_trigger(&mut self, create: &CreateTrigger) {
        let range = create.table.range;
        let Some((table, _)) = self.relation(&create.table) else {
            return;
        };
        let clones = create.for_each_row && self.is_partitioned(&table);
        self.lock_family(
            &table,
            !clones,
            LockMode::ShareRowExclusive,
            "it gets a trigger",
            range,
        );
        if let Some((from, _)) = create.from.as_ref().and_then(|f| self.relation(f)) {
            self.lock(&from, LockMode::AccessShare, "the trigger names it", range);
        }
    }

    pub(super) fn create_rule(&mut self, create: &CreateRule) {
        if let Some((table, _)) = self.relation(&create.table) {
            self.lock(
                &table,
                LockMode::AccessExclusive,
                "it gets a rule",
                create.table.range,
            );
        }
        self.unknown(
            "the rule's actions lock the relations that they name; they are not modelled",
            create.name.range,
        );
    }

    pub(super) fn create_policy(&mut self, create: &CreatePolicy) {
        self.policy(&create.table, create.using.iter().chain(&create.check));
    }

    pub(super) fn alter_policy(&mut self, alter: &AlterPolicy) {
        self.policy(&alter.table, alter.using.iter().chain(&alter.check));
    }

    fn policy<'e>(&mut self, table: &ObjectRef, conditions: impl Iterator<Item = &'e Expr>) {
        if let Some((name, _)) = self.relation(table) {
            self.lock(
                &name,
                LockMode::AccessExclusive,
                "a policy of it changes",
                table.range,
            );
        }
        for condition in conditions {
            if condition.facts.subquery {
                self.unknown(
                    "the policy's subquery takes ACCESS SHARE on relations that are not modelled",
                    condition.range,
                );
            }
        }
    }

    pub(super) fn alter_type(&mut self, alter: &AlterType) {
        let AlterTypeAction::Attributes(actions) = &alter.action else {
            return;
        };
        let cascades = actions.iter().any(|a| {
            let (AttributeAction::Add(_, _, b)
            | AttributeAction::Drop(_, _, b)
            | AttributeAction::AlterType(_, _, b)) = a;
            *b == DropBehavior::Cascade
        });
        if cascades {
            self.lock_typed_tables(&alter.name, alter.name.range);
        }
        let retypes = actions
            .iter()
            .any(|a| matches!(a, AttributeAction::AlterType(..)));
        if retypes && cascades {
            self.unknown(
                "changing an attribute's type rewrites typed tables in cases that are not modelled",
                alter.name.range,
            );
        }
    }

    /// Locks the tables that were made OF a composite type.
    fn lock_typed_tables(&mut self, ty: &ObjectRef, range: TextRange) {
        let written = SqlType {
            schema: ty.schema.clone(),
            name: ty.name.clone(),
            modifiers: None,
            array: false,
        };
        let Some(full) = self.find_type_name(&written) else {
            return;
        };
        let typed: Vec<QualName> = self
            .catalog()
            .relations
            .iter()
            .filter(|(_, r)| r.of_type.as_ref() == Some(&full))
            .map(|(n, _)| n.clone())
            .collect();
        for table in typed {
            self.lock_family(
                &table,
                false,
                LockMode::AccessExclusive,
                "it is a table of that type",
                range,
            );
        }
    }

    pub(super) fn alter_domain(&mut self, alter: &AlterDomain) {
        let range = alter.name.range;
        let written = SqlType {
            schema: alter.name.schema.clone(),
            name: alter.name.name.clone(),
            modifiers: None,
            array: false,
        };
        let found = self.find_type_name(&written);
        let already_not_null = matches!(self.find_type(&written), Some(TypeKind::Domain(d)) if d.not_null);
        let checks = match &alter.action {
            AlterDomainAction::SetNotNull | AlterDomainAction::AddNotNull(_) => !already_not_null,
            AlterDomainAction::AddCheck(_, _, not_valid) => !not_valid,
            AlterDomainAction::Validate(_) => true,
            AlterDomainAction::SetDefault(_)
            | AlterDomainAction::DropDefault
            | AlterDomainAction::DropNotNull
            | AlterDomainAction::DropConstraint(..) => false,
        };
        if !checks {
            return;
        }
        let Some(domain) = found else {
            self.unknown(
                format!(
                    "which tables have columns of domain {} isn't in the files",
                    alter.name.name
                ),
                range,
            );
            return;
        };
        for table in self.tables_with_domain(&domain) {
            self.lock(
                &table,
                LockMode::Share,
                "its values of the domain are checked",
                range,
            );
            self.scan_heap(&table, "its values of the domain are checked", range);
        }
    }

    /// Tables with columns of a domain or of a domain over it.
    fn tables_with_domain(&self, domain: &QualName) -> Vec<QualName> {
        let mut domains = vec![domain.clone()];
        let mut at = 0;
        while at < domains.len() {
            for (name, def) in self.catalog().types.iter() {
                if let TypeKind::Domain(d) = &def.kind
                    && self.find_type_name(&d.base).as_ref() == Some(&domains[at])
                    && !domains.contains(name)
                {
                    domains.push(name.clone());
                }
            }
            at += 1;
        }
        let mut tables: Vec<QualName> = domains
            .iter()
            .flat_map(|d| self.columns_of_type(d))
            .map(|(table, _)| table)
            .collect();
        tables.retain(|t| {
            self.catalog()
                .relation(t)
                .is_some_and(|r| r.kind != RelationKind::PartitionedTable)
        });
        tables.sort();
        tables.dedup();
        tables
    }

    pub(super) fn create_other(&mut self, create: &CreateOther) {
        if create.kind == OtherKind::Subscription {
            self.unknown(
                "what a subscription does at once depends on its options and on the publisher",
                create.object.name.range,
            );
        }
        if matches!(create.kind, OtherKind::Tablespace | OtherKind::Subscription) {
            self.outside_transaction();
        }
        self.lock_named(create.kind, &create.relations);
    }

    pub(super) fn alter_other(&mut self, alter: &AlterOther) {
        if alter.kind == OtherKind::Subscription {
            self.unknown(
                "what altering a subscription does depends on the publisher",
                alter.object.name.range,
            );
        }
        self.lock_named(alter.kind, &alter.relations);
        // SET TABLE takes every table out that it doesn't name.
        if alter.listing == Listing::Set {
            self.lock_relations_of(alter.kind, &alter.object, LockMode::ShareUpdateExclusive);
            let name = &alter.object.name;
            let known = self
                .catalog()
                .others
                .keys()
                .any(|k| k.kind == alter.kind && *k.identity == *name.name.as_str());
            if !known {
                self.unknown(
                    "the files don't tell which tables the publication has",
                    name.range,
                );
            }
        }
    }

    /// Statistics objects and publications lock the tables that are named with them.
    fn lock_named(&mut self, kind: OtherKind, relations: &[ObjectRef]) {
        if !matches!(kind, OtherKind::Statistics | OtherKind::Publication) {
            return;
        }
        for relation in relations {
            let Some((name, _)) = self.relation(relation) else {
                continue;
            };
            let only = kind == OtherKind::Statistics || self.is_partitioned(&name);
            self.lock_family(
                &name,
                only,
                LockMode::ShareUpdateExclusive,
                "the object is about it",
                relation.range,
            );
        }
    }
}
