//! ALTER COLUMN … TYPE.

use std::sync::Arc;

use confiture_schema::catalog::{ConstraintKind, ForeignKey, Index, QualName, Relation, TypeKind};
use confiture_schema::change::{AlterAction, Ident, ObjectRef, TypeRef};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::alter::Target;
use super::types::{DomainFacts, is_builtin};
use crate::cast::{Cast, cast};
use crate::literal::{Token, tokens};
use crate::lock::LockMode;

/// One change of a column's type.
struct Retype<'a> {
    column: &'a Name,
    ty: &'a TypeRef,
    collation: Option<&'a ObjectRef>,
    using: Option<&'a Expr>,
    range: TextRange,
}

/// What it does to the rows of one table.
struct Outcome {
    /// Rewritten, for this reason.
    rewrite: Option<String>,
    /// Whether that is only assumed, and why.
    doubt: Option<String>,
    /// Other operators compare the new values.
    other_operators: bool,
    /// Text sorts otherwise.
    other_collation: bool,
}

impl Predictor<'_> {
    pub(super) fn alter_column_type(
        &mut self,
        target: &Target<'_>,
        column: &Ident,
        ty: &TypeRef,
        collation: Option<&ObjectRef>,
        using: Option<&Expr>,
        range: TextRange,
    ) {
        let change = Retype {
            column: &column.name,
            ty,
            collation,
            using,
            range,
        };
        self.reach_descendants(target, &format!("it changes the type of {}", column.name), range);
        for member in self.family(&target.name, target.only) {
            self.retype_member(target, &member, &change);
        }
    }

    fn retype_member(&mut self, target: &Target<'_>, member: &QualName, change: &Retype<'_>) {
        let relation = self.catalog().relation(member).cloned();
        let outcome = self.outcome(relation.as_deref(), change);
        if let Some(doubt) = &outcome.doubt {
            self.unknown(doubt.clone(), change.ty.range);
        }
        if let Some(reason) = &outcome.rewrite {
            self.rewrite_heap(member, reason, change.range);
        }
        let Some(relation) = relation else { return };
        let rewritten = outcome.rewrite.is_some() || self.another_type_rewrites(target, &relation);
        if !rewritten {
            self.rebuilt_indexes(member, &relation, change, &outcome);
        }
        self.rechecked_constraints(member, &relation, change);
        self.foreign_keys_made_anew(member, &relation, change, rewritten || outcome.other_operators);
        self.identity_sequence(member, &relation, change);
    }

    /// Whether another ALTER COLUMN … TYPE of the statement rewrites the table.
    fn another_type_rewrites(&self, target: &Target<'_>, relation: &Relation) -> bool {
        target.commands.iter().any(|c| match &c.action {
            AlterAction::AlterType {
                column,
                ty,
                collation,
                using,
            } => {
                let other = Retype {
                    column: &column.name,
                    ty,
                    collation: collation.as_ref(),
                    using: using.as_ref(),
                    range: c.range,
                };
                self.outcome(Some(relation), &other).rewrite.is_some()
            }
            _ => false,
        })
    }

    fn outcome(&self, relation: Option<&Relation>, change: &Retype<'_>) -> Outcome {
        let column = relation.and_then(|r| r.column(change.column));
        let mut outcome = Outcome {
            rewrite: None,
            doubt: None,
            other_operators: false,
            other_collation: false,
        };
        let Some(old) = column.and_then(|c| c.ty.clone()) else {
            outcome.rewrite = Some(format!(
                "{} may have to be converted to {}",
                change.column, change.ty.ty
            ));
            outcome.doubt = Some(format!(
                "the present type of {} isn't in the files",
                change.column
            ));
            return outcome;
        };
        let new_collation = change
            .collation
            .map(|c| c.name.clone())
            .filter(|n| n.as_str() != "default");
        outcome.other_collation =
            column.and_then(|c| c.collation.as_ref()).map(|c| c.name.clone()) != new_collation;
        match self.cast_of(&old, change) {
            Ok(Cast::Kept) => {}
            Ok(Cast::KeptInUtc) => {
                outcome.other_operators = true;
                self.in_time_zone(&old, change, &mut outcome);
            }
            Ok(Cast::Converted) => outcome.rewrite = Some(conversion(&old, change)),
            Err(doubt) => {
                outcome.rewrite = Some(format!("values of {} may have to be converted", change.column));
                outcome.doubt = Some(doubt);
            }
        }
        outcome
    }

    /// `timestamp` and `timestamptz` share their bits in UTC.
    fn in_time_zone(&self, old: &SqlType, change: &Retype<'_>, outcome: &mut Outcome) {
        let zone = self.state.session.parameters.get(&Name::new("timezone"));
        let utc = |z: &str| {
            [
                "utc",
                "gmt",
                "zulu",
                "uct",
                "etc/utc",
                "universal",
                "0",
                "+00",
                "+00:00",
            ]
            .contains(&z.trim_matches('\'').to_lowercase().as_str())
        };
        match zone {
            Some(zone) if utc(zone) => {}
            Some(zone) => {
                outcome.rewrite = Some(format!(
                    "TimeZone is {zone}: only in UTC do {old} and {} share their bits",
                    change.ty.ty
                ));
            }
            None => {
                outcome.rewrite = Some(format!(
                    "{old} and {} share their bits only where TimeZone is UTC; nothing in the files sets it, so it is taken not to be",
                    change.ty.ty
                ));
            }
        }
    }

    /// What the change does to the values, USING and domains considered.
    fn cast_of(&self, old: &SqlType, change: &Retype<'_>) -> Result<Cast, String> {
        if change.ty.percent_type {
            return Err("%TYPE is not modelled here".to_owned());
        }
        match change.using {
            None => self.cast_between(old, &change.ty.ty),
            Some(using) if using.facts.bare_column.as_ref() == Some(change.column) => {
                self.cast_between(old, &change.ty.ty)
            }
            Some(using) => match cast_of_column(using, change.column) {
                Some(through) => Ok(self
                    .cast_between(old, &through)?
                    .then(self.cast_between(&through, &change.ty.ty)?)),
                None => Ok(Cast::Converted),
            },
        }
    }

    fn cast_between(&self, from: &SqlType, to: &SqlType) -> Result<Cast, String> {
        let same_type = |a: &SqlType, b: &SqlType| {
            self.find_type_name(a)
                .unwrap_or_else(|| QualName::new("", a.name.clone()))
                == self
                    .find_type_name(b)
                    .unwrap_or_else(|| QualName::new("", b.name.clone()))
        };
        if from.modifiers == to.modifiers
            && from.array == to.array
            && from.name == to.name
            && same_type(from, to)
        {
            return Ok(Cast::Kept);
        }
        if matches!(self.domain_facts(to), DomainFacts::Constrained) {
            return Ok(Cast::Converted);
        }
        let (from, to) = (self.beneath(from)?, self.beneath(to)?);
        Ok(cast(&from, &to))
    }

    /// The type beneath a domain, itself for any other; an error where the files don't tell of it.
    fn beneath(&self, ty: &SqlType) -> Result<SqlType, String> {
        let mut at = ty.clone();
        for _ in 0..64 {
            if at.array {
                return Ok(at);
            }
            match self.find_type(&at) {
                Some(TypeKind::Domain(domain)) => at = domain.base.clone(),
                Some(_) => {
                    let name = self.find_type_name(&at);
                    return Ok(SqlType {
                        schema: name.map(|n| n.schema),
                        ..at
                    });
                }
                None if is_builtin(&at) => return Ok(SqlType { schema: None, ..at }),
                None => return Err(format!("type {at} isn't in the files")),
            }
        }
        Err(format!("{ty} is a domain over itself"))
    }

    fn rebuilt_indexes(
        &mut self,
        table: &QualName,
        relation: &Relation,
        change: &Retype<'_>,
        outcome: &Outcome,
    ) {
        for (name, index) in relation.indexes.iter() {
            if let Some(why) = rebuild_reason(index, change.column, outcome) {
                self.build_index(table, &format!("index {name} is built anew: {why}"), change.range);
            }
        }
    }

    fn rechecked_constraints(&mut self, table: &QualName, relation: &Relation, change: &Retype<'_>) {
        for (name, constraint) in relation.constraints.iter() {
            if let ConstraintKind::Check { expr } = &constraint.kind
                && constraint.validated
                && constraint.enforced
                && expr.facts.columns.contains(change.column)
            {
                self.scan_heap(table, &format!("constraint {name} is checked anew"), change.range);
            }
        }
    }

    /// Foreign keys from and to the column are made anew, and checked anew where the values are other ones.
    fn foreign_keys_made_anew(
        &mut self,
        table: &QualName,
        relation: &Relation,
        change: &Retype<'_>,
        recheck: bool,
    ) {
        for constraint in relation.constraints.values() {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && key.columns.contains(change.column)
            {
                let parent = key.references.clone();
                self.lock(
                    &parent,
                    LockMode::AccessExclusive,
                    "a foreign key to it is made anew",
                    change.range,
                );
                if recheck && constraint.validated && constraint.enforced {
                    self.scan_foreign_key(table, &parent, change.range);
                }
            }
        }
        for (child, name) in self.catalog().foreign_keys_to(table).to_vec() {
            let Some(constraint) = self
                .catalog()
                .relation(&child)
                .and_then(|r| r.constraints.get(&name).cloned())
            else {
                continue;
            };
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && references_column(key, relation, change.column)
            {
                self.lock(
                    &child,
                    LockMode::AccessExclusive,
                    "its foreign key to the column is made anew",
                    change.range,
                );
                if recheck && constraint.validated && constraint.enforced {
                    self.scan_foreign_key(&child, table, change.range);
                }
            }
        }
    }

    /// The tables that checking a foreign key reads.
    pub(super) fn scan_foreign_key(&mut self, child: &QualName, parent: &QualName, range: TextRange) {
        for member in self.family_of_partitions(child) {
            self.scan_heap(&member, "a foreign key is checked for every row", range);
        }
        for member in self.family_of_partitions(parent) {
            self.scan_heap(
                &member,
                "the keys of all rows of another table are looked up in it",
                range,
            );
        }
    }

    fn identity_sequence(&mut self, table: &QualName, relation: &Relation, change: &Retype<'_>) {
        if relation
            .column(change.column)
            .is_none_or(|c| c.identity.is_none())
        {
            return;
        }
        for sequence in self.owned_sequences(table, Some(change.column)) {
            self.lock(
                &sequence,
                LockMode::ShareRowExclusive,
                "an identity column's sequence changes its type with it",
                change.range,
            );
        }
    }
}

fn conversion(old: &SqlType, change: &Retype<'_>) -> String {
    match change.using {
        Some(using)
            if using.facts.bare_column.as_ref() != Some(change.column)
                && cast_of_column(using, change.column).is_none() =>
        {
            "the USING expression is computed for every row".to_owned()
        }
        _ => format!("every {old} is converted to {}", change.ty.ty),
    }
}

/// Whether a foreign key references a column, by name or as the primary key.
fn references_column(key: &ForeignKey, parent: &Relation, column: &Name) -> bool {
    if !key.referenced_columns.is_empty() {
        return key.referenced_columns.contains(column);
    }
    let primary = parent.primary_key().map(|c| c.kind.clone());
    !matches!(primary, Some(ConstraintKind::PrimaryKey { columns }) if !columns.contains(column))
}

/// Why an index on a column whose values are kept can't be kept as well (`CheckIndexCompatible`).
fn rebuild_reason(index: &Arc<Index>, column: &Name, outcome: &Outcome) -> Option<&'static str> {
    let in_key = index.keys.iter().any(|k| k.expr.facts.columns.contains(column));
    let in_predicate = index
        .predicate
        .as_ref()
        .is_some_and(|p| p.facts.columns.contains(column));
    if !in_key && !in_predicate && !index.include.contains(column) {
        return None;
    }
    if index.predicate.is_some() {
        return Some("it has a predicate");
    }
    if index.keys.iter().any(|k| k.expr.facts.bare_column.is_none()) {
        return Some("it has an expression");
    }
    let key = index
        .keys
        .iter()
        .find(|k| k.expr.facts.bare_column.as_ref() == Some(column))?;
    if outcome.other_operators {
        return Some("another operator class orders the new type");
    }
    (outcome.other_collation && key.collation.is_none()).then_some("the collation changes")
}

/// The type that an expression casts the column to, where it does nothing else: `c::t` or `CAST(c AS t)`.
fn cast_of_column(using: &Expr, column: &Name) -> Option<SqlType> {
    let [ty] = using.facts.casts.as_slice() else {
        return None;
    };
    if using.facts.columns.as_slice() != [column.clone()] || !using.facts.functions.is_empty() {
        return None;
    }
    let all = tokens(&using.text);
    let (column_part, type_part): (&[Token], &[Token]) = match all.as_slice() {
        [Token::Word(cast), Token::Sign('('), inner @ .., Token::Sign(')')] if cast.as_str() == "cast" => {
            let at = inner
                .iter()
                .position(|t| matches!(t, Token::Word(w) if w.as_str() == "as"))?;
            (&inner[..at], &inner[at + 1..])
        }
        all => {
            let at = all
                .windows(2)
                .position(|pair| pair == [Token::Sign(':'), Token::Sign(':')])?;
            (&all[..at], &all[at + 2..])
        }
    };
    let is_column = match column_part {
        [Token::Word(w)] => w == column,
        [Token::Word(_), Token::Sign('.'), Token::Word(w)] => w == column,
        _ => false,
    };
    let is_type = type_part.iter().all(|t| match t {
        Token::Word(w) => !matches!(w.as_str(), "collate" | "at" | "is"),
        Token::Sign(c) => matches!(c, '(' | ')' | ',' | '.' | '[' | ']'),
        Token::Text(_) => false,
    });
    (is_column && is_type).then(|| ty.clone())
}
