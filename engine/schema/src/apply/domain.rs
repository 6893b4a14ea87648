//! Domains.

use std::sync::Arc;

use confiture_syntax::Name;

use super::names::Among;
use super::{Done, Fold, exists, missing, refused, written};
use crate::catalog::{Domain, QualName, TypeDef, TypeKind};
use crate::change::{AlterDomain, AlterDomainAction, CreateDomain, Ident};
use crate::expr::Expr;

impl Fold<'_> {
    pub(super) fn create_domain(&mut self, change: &CreateDomain) -> Done {
        let name = self.new_name(&change.name);
        if self.catalog().types.contains_key(&name) || self.catalog().is_relation_name(&name) {
            return Err(exists(written(&change.name)));
        }
        let domain = Domain {
            base: self.type_of(&change.base),
            not_null: change.not_null,
            default: change.default.clone().filter(|d| !d.facts.null),
            checks: Vec::new(),
        };
        let origin = self.at(change.name.range);
        let ty = TypeDef {
            kind: TypeKind::Domain(Arc::new(domain)),
            comment: None,
            origin,
        };
        self.catalog_mut().insert_type(name.clone(), Arc::new(ty));
        for (check, expr) in &change.checks {
            self.add_domain_check(&name, check.as_ref(), expr, true)?;
        }
        Ok(())
    }

    /// `domain_check`, numbered where another constraint of the schema has the name.
    fn add_domain_check(
        &mut self,
        domain: &QualName,
        name: Option<&Ident>,
        expr: &Expr,
        validated: bool,
    ) -> Done {
        let name = match name {
            Some(name) => name.name.clone(),
            None => self.choose_name(
                &domain.schema,
                domain.name.as_str(),
                None,
                "check",
                Among::Constraints,
            ),
        };
        self.edit_domain(domain, |d| {
            if d.checks.iter().any(|(n, ..)| *n == name) {
                return Err(exists(name.to_string()));
            }
            d.checks.push((name, expr.clone(), validated));
            d.checks.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(())
        })
    }

    pub(super) fn alter_domain(&mut self, change: &AlterDomain) -> Done {
        let name = self.need_type(&change.name)?;
        match &change.action {
            AlterDomainAction::SetDefault(default) => {
                let default = Some(default.clone()).filter(|d| !d.facts.null);
                self.edit_domain(&name, |d| {
                    d.default = default;
                    Ok(())
                })
            }
            AlterDomainAction::DropDefault => self.edit_domain(&name, |d| {
                d.default = None;
                Ok(())
            }),
            AlterDomainAction::SetNotNull | AlterDomainAction::AddNotNull(_) => {
                self.edit_domain(&name, |d| {
                    d.not_null = true;
                    Ok(())
                })
            }
            AlterDomainAction::DropNotNull => self.edit_domain(&name, |d| {
                d.not_null = false;
                Ok(())
            }),
            AlterDomainAction::AddCheck(check, expr, not_valid) => {
                self.add_domain_check(&name, check.as_ref(), expr, !not_valid)
            }
            AlterDomainAction::DropConstraint(check, if_exists, _) => self.edit_domain(&name, |d| {
                let before = d.checks.len();
                d.checks.retain(|(n, ..)| *n != check.name);
                let found = d.checks.len() < before;
                if found || *if_exists {
                    Ok(())
                } else {
                    Err(missing(check.name.to_string()))
                }
            }),
            AlterDomainAction::Validate(check) => self.edit_domain(&name, |d| {
                let found = d.checks.iter_mut().find(|(n, ..)| *n == check.name);
                found.ok_or_else(|| missing(check.name.to_string()))?.2 = true;
                Ok(())
            }),
        }
    }

    fn edit_domain(&mut self, name: &QualName, edit: impl FnOnce(&mut Domain) -> Done) -> Done {
        let Some(ty) = self.catalog().types.get(name).cloned() else {
            return Err(missing(name.to_string()));
        };
        let TypeKind::Domain(domain) = &ty.kind else {
            return Err(refused(name.to_string()));
        };
        let mut domain = (**domain).clone();
        edit(&mut domain)?;
        let changed = TypeDef {
            kind: TypeKind::Domain(Arc::new(domain)),
            ..(*ty).clone()
        };
        self.catalog_mut().insert_type(name.clone(), Arc::new(changed));
        Ok(())
    }

    /// The name of a domain's check, which a comment may be on.
    pub(super) fn has_domain_check(&self, domain: &QualName, check: &Name) -> bool {
        let ty = self.catalog().types.get(domain);
        matches!(ty.map(|t| &t.kind), Some(TypeKind::Domain(d)) if d.checks.iter().any(|(n, ..)| n == check))
    }
}
