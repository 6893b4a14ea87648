//! Sequences: their parameters, and those that serve columns.

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};

use super::names::Among;
use super::{Done, Fold, exists, missing, refused, rewrite, written};
use crate::catalog::{Persistence, QualName, Relation, RelationKind, Sequence};
use crate::change::{AlterSequence, CreateSequence, ObjectRef, SequenceOption};
use crate::expr::{Expr, ExprFacts};
use crate::types::SqlType;

/// The column that a new sequence is for.
pub(super) struct ForColumn<'a> {
    pub(super) table: &'a QualName,
    pub(super) column: &'a Name,
    /// The column's type.
    pub(super) ty: SqlType,
    pub(super) persistence: Persistence,
    pub(super) identity: bool,
    pub(super) options: &'a [SequenceOption],
    pub(super) range: TextRange,
}

impl Fold<'_> {
    pub(super) fn create_sequence(&mut self, change: &CreateSequence) -> Done {
        let persistence = self.persistence_in(&change.name, change.persistence);
        let name = self.new_relation_name(&change.name, persistence);
        if self.catalog().is_relation_name(&name) {
            return if change.if_not_exists {
                Ok(())
            } else {
                Err(exists(written(&change.name)))
            };
        }
        let mut sequence = created(&change.options, SqlType::named("int8"));
        sequence.owned_by = self.owner_of(&name, &change.options)?.flatten();
        let relation = Relation {
            kind: RelationKind::Sequence,
            persistence,
            sequence: Some(Arc::new(sequence)),
            origin: self.at(change.name.range),
            ..Relation::default()
        };
        self.catalog_mut()
            .insert_relation(name.clone(), Arc::new(relation));
        self.mark_created(&name);
        Ok(())
    }

    pub(super) fn alter_sequence(&mut self, change: &AlterSequence) -> Done {
        let name = match self.need_relation(&change.name) {
            Ok(name) => name,
            Err(_) if change.if_exists => return Ok(()),
            Err(note) => return Err(note),
        };
        let Some(sequence) = self.relation(&name).sequence.clone() else {
            return Err(refused(written(&change.name)));
        };
        let owner = self.owner_of(&name, &change.options)?;
        let mut sequence = altered(&sequence, &change.options);
        if let Some(owner) = owner {
            sequence.owned_by = owner;
        }
        let persistence = change.options.iter().rev().find_map(persistence_option);
        self.catalog_mut().edit_relation(&name, |relation| {
            relation.sequence = Some(Arc::new(sequence));
            relation.persistence = persistence.unwrap_or(relation.persistence);
        });
        Ok(())
    }

    /// What OWNED BY says: nothing, NONE, or a column.
    fn owner_of(
        &self,
        sequence: &QualName,
        options: &[SequenceOption],
    ) -> Result<Option<Option<(QualName, Name)>>, super::Note> {
        let mut owner = None;
        for option in options {
            if let SequenceOption::OwnedBy(by) = option {
                owner = Some(match by {
                    None => None,
                    Some((table, column)) => {
                        let table = self.need_relation(table)?;
                        if self.relation(&table).column(&column.name).is_none() {
                            return Err(missing(format!("{table}.{}", column.name)));
                        }
                        if table.schema != sequence.schema {
                            return Err(refused(table.to_string()));
                        }
                        Some((table, column.name.clone()))
                    }
                });
            }
        }
        Ok(owner)
    }

    /// Makes the sequence of a serial or identity column, named after table and column.
    pub(super) fn column_sequence(&mut self, wanted: &ForColumn<'_>) -> QualName {
        let given = wanted.options.iter().find_map(|o| match o {
            SequenceOption::SequenceName(name) => Some(name),
            _ => None,
        });
        let schema = &wanted.table.schema;
        let name = match given {
            Some(name) => QualName::new(
                name.schema.clone().unwrap_or_else(|| schema.clone()),
                name.name.clone(),
            ),
            None => {
                let column = Some(wanted.column.as_str());
                let chosen = self.choose_name(
                    schema,
                    wanted.table.name.as_str(),
                    column,
                    "seq",
                    Among::Relations,
                );
                QualName::new(schema.clone(), chosen)
            }
        };
        let mut sequence = created(wanted.options, wanted.ty.base());
        sequence.owned_by = Some((wanted.table.clone(), wanted.column.clone()));
        sequence.identity = wanted.identity;
        let relation = Relation {
            kind: RelationKind::Sequence,
            persistence: wanted
                .options
                .iter()
                .rev()
                .find_map(persistence_option)
                .unwrap_or(wanted.persistence),
            sequence: Some(Arc::new(sequence)),
            origin: self.at(wanted.range),
            ..Relation::default()
        };
        self.catalog_mut()
            .insert_relation(name.clone(), Arc::new(relation));
        self.mark_created(&name);
        name
    }

    /// `nextval('t_c_seq'::regclass)`, qualified where the name alone doesn't find the sequence, as `regclass` is printed.
    pub(super) fn nextval(&self, sequence: &QualName) -> Expr {
        let printed = if self.state.is_visible(sequence) {
            sequence.name.quoted().to_string()
        } else {
            sequence.quoted()
        };
        let mut expr = nextval_of(&printed);
        Arc::make_mut(&mut expr.facts).sequence = Some(sequence.clone());
        expr
    }

    /// A default as the catalog keeps it: NULL is none, and a sequence is found now, whatever its name means later.
    pub(super) fn stored_default(&self, default: &Expr) -> Option<Expr> {
        if default.facts.null && !default.facts.subquery {
            return None;
        }
        let mut default = default.clone();
        if let Some(sequence) = self.sequence_of_default(&default) {
            Arc::make_mut(&mut default.facts).sequence = Some(sequence);
        }
        Some(default)
    }

    /// The sequence that serves a column's identity.
    pub(super) fn identity_sequence(&self, table: &QualName, column: &Name) -> Option<QualName> {
        let serves = |name: &&QualName| {
            let relation = self.catalog().relations.get(*name);
            let sequence = relation.and_then(|r| r.sequence.as_ref());
            sequence.is_some_and(|s| s.identity && s.owned_by.as_ref().is_some_and(|(_, c)| c == column))
        };
        self.catalog().sequences_of(table).iter().find(serves).cloned()
    }

    /// Changes the parameters of an identity column's sequence.
    pub(super) fn alter_identity_sequence(
        &mut self,
        table: &QualName,
        column: &Name,
        options: &[SequenceOption],
    ) {
        let Some(name) = self.identity_sequence(table, column) else {
            return;
        };
        let persistence = options.iter().rev().find_map(persistence_option);
        if let Some(relation) = self.catalog_mut().relation_mut(&name)
            && let Some(sequence) = &relation.sequence
        {
            let sequence = altered(sequence, options);
            relation.sequence = Some(Arc::new(sequence));
            relation.persistence = persistence.unwrap_or(relation.persistence);
        }
    }

    /// The sequence that a default takes its values from, by `nextval('…'::regclass)`.
    pub(super) fn sequence_of_default(&self, default: &Expr) -> Option<QualName> {
        if default.facts.sequence.is_some() {
            return default.facts.sequence.clone();
        }
        let (schema, name) = nextval_argument(&default.text)?;
        self.state.resolve_relation(&ObjectRef {
            schema,
            name,
            range: TextRange::default(),
        })
    }
}

/// A default that takes its values from a sequence, by its printed name.
pub(super) fn nextval_of(printed: &str) -> Expr {
    let nextval = ObjectRef {
        schema: None,
        name: Name::new("nextval"),
        range: TextRange::default(),
    };
    Expr {
        text: format!("nextval('{}'::regclass)", printed.replace('\'', "''")).into(),
        range: TextRange::default(),
        facts: Arc::new(ExprFacts {
            functions: vec![nextval],
            casts: vec![SqlType::named("regclass")],
            output_name: Some(Name::new("nextval")),
            ..ExprFacts::default()
        }),
    }
}

/// The name between the quotes of `nextval('…')`.
pub(super) fn nextval_argument(text: &str) -> Option<(Option<Name>, Name)> {
    let at = text.find("nextval")?;
    let rest = text[at + "nextval".len()..].trim_start().strip_prefix('(')?;
    let rest = rest
        .trim_start()
        .trim_start_matches('(')
        .trim_start()
        .strip_prefix('\'')?;
    let literal = rest.split('\'').next()?;
    let mut parts = rewrite::identifiers(literal);
    let name = parts.pop()?;
    Some((parts.pop(), name))
}

fn persistence_option(option: &SequenceOption) -> Option<Persistence> {
    match option {
        SequenceOption::Persistence(persistence) => Some(*persistence),
        _ => None,
    }
}

/// Least and greatest value of a sequence's type.
fn limits(ty: &SqlType) -> (i64, i64) {
    match ty.name.as_str() {
        "int2" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "int4" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

/// Parameters of a new sequence (sequence.c, `init_params`).
fn created(options: &[SequenceOption], ty: SqlType) -> Sequence {
    let ty = options.iter().rev().find_map(as_type).unwrap_or(ty);
    let increment = options.iter().rev().find_map(increment_option).unwrap_or(1);
    let (min, max) = default_bounds(&ty, increment);
    let blank = Sequence {
        ty,
        start: 0,
        increment,
        min,
        max,
        cache: 1,
        cycle: false,
        owned_by: None,
        identity: false,
    };
    let mut sequence = with_bounds(blank, options);
    sequence.start = options
        .iter()
        .rev()
        .find_map(start_option)
        .unwrap_or(if increment < 0 { sequence.max } else { sequence.min });
    sequence
}

/// Parameters after ALTER SEQUENCE: a bound that was the old type's becomes the new type's.
fn altered(before: &Sequence, options: &[SequenceOption]) -> Sequence {
    let mut sequence = before.clone();
    sequence.increment = options
        .iter()
        .rev()
        .find_map(increment_option)
        .unwrap_or(sequence.increment);
    if let Some(ty) = options.iter().rev().find_map(as_type) {
        let (old_min, old_max) = limits(&before.ty);
        let (min, max) = default_bounds(&ty, sequence.increment);
        sequence.max = if before.max == old_max { max } else { before.max };
        sequence.min = if before.min == old_min { min } else { before.min };
        sequence.ty = ty;
    }
    let mut sequence = with_bounds(sequence, options);
    sequence.start = options
        .iter()
        .rev()
        .find_map(start_option)
        .unwrap_or(sequence.start);
    sequence
}

fn default_bounds(ty: &SqlType, increment: i64) -> (i64, i64) {
    let (least, greatest) = limits(ty);
    if increment < 0 { (least, -1) } else { (1, greatest) }
}

fn with_bounds(mut sequence: Sequence, options: &[SequenceOption]) -> Sequence {
    let (min, max) = default_bounds(&sequence.ty, sequence.increment);
    for option in options {
        match option {
            SequenceOption::Min(value) => sequence.min = value.unwrap_or(min),
            SequenceOption::Max(value) => sequence.max = value.unwrap_or(max),
            SequenceOption::Cache(value) => sequence.cache = *value,
            SequenceOption::Cycle(value) => sequence.cycle = *value,
            _ => {}
        }
    }
    sequence
}

fn as_type(option: &SequenceOption) -> Option<SqlType> {
    match option {
        SequenceOption::As(ty) => Some(ty.clone()),
        _ => None,
    }
}

fn increment_option(option: &SequenceOption) -> Option<i64> {
    match option {
        SequenceOption::Increment(by) => Some(*by),
        _ => None,
    }
}

fn start_option(option: &SequenceOption) -> Option<i64> {
    match option {
        SequenceOption::Start(at) => Some(*at),
        _ => None,
    }
}
