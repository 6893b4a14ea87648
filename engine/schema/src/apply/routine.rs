//! Functions, procedures, aggregates.

use std::sync::Arc;

use super::relocate::for_each_expr;
use super::{Done, Fold, exists, refused, rewrite, written};
use crate::catalog::{Function, FunctionKey, FunctionKind, QualName};
use crate::change::{AlterFunction, Argument, ArgumentMode, CreateFunction, ObjectKind};
use crate::types::SqlType;

impl Fold<'_> {
    pub(super) fn create_function(&mut self, change: &CreateFunction) -> Done {
        let name = self.new_name(&change.name);
        let inputs = change.arguments.iter().filter(|a| a.mode.is_input());
        let arguments: Vec<SqlType> = inputs.map(|a| self.type_of(&a.ty).unmodified()).collect();
        let key = FunctionKey { name, arguments };
        let existing = self.catalog().functions.get(&key).cloned();
        if let Some(existing) = &existing {
            if !change.or_replace {
                return Err(exists(key.to_string()));
            }
            if existing.kind != change.kind {
                return Err(refused(key.to_string()));
            }
        }
        let function = Function {
            kind: change.kind,
            returns: self.result_of(change),
            language: change.language.clone(),
            volatility: change.volatility,
            security_definer: change.security_definer,
            strict: change.strict,
            definition: None,
            sets_search_path: change.sets.iter().any(|s| s.as_str() == "search_path"),
            comment: existing.and_then(|e| e.comment.clone()),
            origin: self.at(change.name.range),
        };
        self.catalog_mut().functions.insert_mut(key, Arc::new(function));
        Ok(())
    }

    /// The return type in the catalog's spelling.
    fn result_of(&mut self, change: &CreateFunction) -> Option<Arc<str>> {
        if change.kind == FunctionKind::Procedure {
            return None;
        }
        let of_mode =
            |wanted: fn(ArgumentMode) -> bool| change.arguments.iter().filter(move |a| wanted(a.mode));
        let columns: Vec<&Argument> = of_mode(|m| m == ArgumentMode::Table).collect();
        if !columns.is_empty() {
            let columns: Vec<String> = columns
                .iter()
                .map(|c| {
                    let name = c
                        .name
                        .as_ref()
                        .map(|n| n.name.quoted().to_string())
                        .unwrap_or_default();
                    format!("{name} {}", self.type_of(&c.ty).unmodified())
                })
                .collect();
            return Some(format!("TABLE({})", columns.join(", ")).into());
        }
        if let Some(returns) = &change.returns {
            let ty = self.type_of(returns).unmodified();
            return Some(
                if returns.setof {
                    format!("SETOF {ty}")
                } else {
                    ty.to_string()
                }
                .into(),
            );
        }
        let outs: Vec<&Argument> =
            of_mode(|m| matches!(m, ArgumentMode::Out | ArgumentMode::InOut)).collect();
        match outs.as_slice() {
            [] => None,
            [one] => Some(self.type_of(&one.ty).unmodified().to_string().into()),
            _ => Some("record".into()),
        }
    }

    pub(super) fn alter_function(&mut self, change: &AlterFunction) -> Done {
        let key = self.need_function(ObjectKind::Routine, &change.object)?;
        if let Some(function) = self.catalog_mut().functions.get_mut(&key).map(Arc::make_mut) {
            function.volatility = change.volatility.unwrap_or(function.volatility);
            function.security_definer = change.security_definer.unwrap_or(function.security_definer);
            function.strict = change.strict.unwrap_or(function.strict);
            let reset = |r: &confiture_syntax::Name| matches!(r.as_str(), "all" | "search_path");
            function.sets_search_path &= !change.resets.iter().any(reset);
            function.sets_search_path |= change.sets.iter().any(|s| s.as_str() == "search_path");
        }
        Ok(())
    }

    /// Gives a function another name or schema; triggers and expressions that call it follow.
    pub(super) fn relocate_function(&mut self, key: &FunctionKey, to: QualName) -> Done {
        let new = FunctionKey {
            name: to,
            arguments: key.arguments.clone(),
        };
        if new == *key {
            return Ok(());
        }
        if self.catalog().functions.contains_key(&new) {
            return Err(exists(new.to_string()));
        }
        let Some(function) = self.catalog().functions.get(key).cloned() else {
            return Ok(());
        };
        let sole = self.state.functions_named(&crate::change::ObjectRef {
            schema: Some(key.name.schema.clone()),
            name: key.name.name.clone(),
            range: Default::default(),
        });
        self.catalog_mut().functions.remove_mut(key);
        self.catalog_mut().functions.insert_mut(new.clone(), function);
        self.point_callers(key, &new, sole.len() == 1);
        Ok(())
    }

    fn point_callers(&mut self, from: &FunctionKey, to: &FunctionKey, in_expressions: bool) {
        if !self.catalog().called_functions.contains_key(&from.name.name) {
            return;
        }
        self.catalog_mut()
            .called_functions
            .insert_mut(to.name.name.clone(), ());
        let called = |e: &crate::expr::Expr| e.facts.functions.iter().any(|f| f.name == from.name.name);
        let renamed = in_expressions && from.name.name != to.name.name;
        for table in self.catalog().relations.keys().cloned().collect::<Vec<_>>() {
            let relation = self.relation(&table);
            let triggers: Vec<_> = relation
                .triggers
                .iter()
                .filter(|(_, t)| t.function == from.name)
                .map(|(n, _)| n.clone())
                .collect();
            if triggers.is_empty() && !renamed {
                continue;
            }
            let Some(relation) = self.catalog_mut().relation_mut(&table) else {
                continue;
            };
            if from.arguments.is_empty() {
                for name in triggers {
                    if let Some(trigger) = relation.triggers.get_mut(&name) {
                        Arc::make_mut(trigger).function = to.name.clone();
                    }
                }
            }
            if renamed {
                for_each_expr(relation, &|expr| {
                    if called(expr) {
                        rewrite::function(expr, &from.name.name, &to.name.name)
                    } else {
                        expr.clone()
                    }
                });
            }
        }
    }

    /// Notes a function that no statement made, unless an extension may have brought it.
    pub(super) fn note_missing_function(&mut self, name: &crate::change::ObjectRef) {
        if self.state.functions_named(name).is_empty() && self.catalog().extensions.size() <= 1 {
            self.notes.push(super::missing(written(name)));
        }
    }
}
