//! Constraints of tables, from the columns of `pg_constraint`.

use std::sync::Arc;

use confiture_schema::catalog::{Constraint, ConstraintKind, Deferrable, ForeignKey, ReferentialAction};
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::dictionary::class;
use super::{Draft, get};
use crate::error::SqlError;
use crate::session::Session;

/// Reads table constraints.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    // A foreign key to a partitioned table has one more row for each of its partitions, on the same referencing
    // table: those are PostgreSQL's own.
    let enforced = if session.major() >= 18 {
        "c.conenforced"
    } else {
        "true"
    };
    let rows = session.query(
        &format!(
            "SELECT c.oid, c.conrelid, c.conname::text, c.contype::text, c.convalidated, {enforced}, \
                    c.condeferrable, c.condeferred, c.connoinherit, c.conislocal, \
                    c.conkey, c.confrelid, c.confkey, c.confmatchtype::text, c.confupdtype::text, c.confdeltype::text, \
                    pg_catalog.pg_get_expr(c.conbin, c.conrelid), \
                    ARRAY(SELECT o.oprname::text FROM pg_catalog.unnest(c.conexclop) WITH ORDINALITY e (oid, at) \
                          JOIN pg_catalog.pg_operator o ON o.oid = e.oid ORDER BY e.at) \
             FROM pg_catalog.pg_constraint c \
             LEFT JOIN pg_catalog.pg_constraint p ON p.oid = c.conparentid AND p.conrelid = c.conrelid \
             WHERE c.contype IN ('p', 'u', 'x', 'c', 'f', 'n') AND c.conrelid <> 0 \
               AND c.connamespace = ANY ($1) AND p.oid IS NULL"
        ),
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 1)?;
        let name = Name::new(get::<&str>(row, 2)?);
        let Some(kind) = kind(row, draft)? else { continue };
        let constraint = constraint(row, kind, draft)?;
        if let Some(relation) = draft.relation(oid) {
            add(relation, name, constraint);
        }
    }
    Ok(())
}

/// Adds a constraint, or what a NOT NULL one (18+) says about its column.
fn add(relation: &mut confiture_schema::catalog::Relation, name: Name, constraint: Constraint) {
    if let ConstraintKind::NotNull { column } = &constraint.kind {
        // A valid one is the column's `not_null` and nothing more.
        if constraint.validated {
            return;
        }
        for candidate in Arc::make_mut(&mut relation.columns) {
            if candidate.name == *column {
                Arc::make_mut(candidate).not_null = false;
            }
        }
    }
    relation.constraints.insert_mut(name, Arc::new(constraint));
}

fn constraint(row: &Row, kind: ConstraintKind, draft: &Draft) -> Result<Constraint, SqlError> {
    let of_rows = matches!(
        kind,
        ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. }
    );
    Ok(Constraint {
        kind,
        validated: get(row, 4)?,
        enforced: get(row, 5)?,
        deferrable: deferrable(get(row, 6)?, get(row, 7)?),
        // Keys carry the mark always; it says something about checks only.
        no_inherit: of_rows && get::<bool>(row, 8)?,
        inherited: !get::<bool>(row, 9)?,
        comment: draft.dictionary.comment(class::CONSTRAINT, get(row, 0)?, 0),
        origin: Default::default(),
    })
}

/// Deferral from its two marks in the catalogs.
pub(super) fn deferrable(deferrable: bool, deferred: bool) -> Deferrable {
    match (deferrable, deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::Immediate,
        (true, true) => Deferrable::Deferred,
    }
}

fn kind(row: &Row, draft: &Draft) -> Result<Option<ConstraintKind>, SqlError> {
    let relation: u32 = get(row, 1)?;
    let names = |relation: u32, numbers: Option<Vec<i16>>| -> Vec<Name> {
        numbers
            .unwrap_or_default()
            .iter()
            .map(|&n| draft.dictionary.column(relation, n))
            .collect()
    };
    let columns = names(relation, get(row, 10)?);
    Ok(Some(match get::<&str>(row, 3)? {
        "p" => ConstraintKind::PrimaryKey { columns },
        "u" => ConstraintKind::Unique { columns },
        "x" => {
            let operators: Vec<String> = get(row, 17)?;
            ConstraintKind::Exclude {
                operators: operators.into_iter().map(Arc::from).collect(),
            }
        }
        "c" => ConstraintKind::Check {
            expr: draft
                .dictionary
                .expr(get::<Option<&str>>(row, 16)?.unwrap_or_default()),
        },
        "n" => match columns.into_iter().next() {
            Some(column) => ConstraintKind::NotNull { column },
            None => return Ok(None),
        },
        _ => {
            let referenced: u32 = get(row, 11)?;
            let Some((references, _)) = draft.relations.get(&referenced) else {
                return Ok(None);
            };
            ConstraintKind::ForeignKey(ForeignKey {
                columns,
                references: references.clone(),
                referenced_columns: names(referenced, get(row, 12)?),
                match_full: get::<&str>(row, 13)? == "f",
                on_update: action(get(row, 14)?),
                on_delete: action(get(row, 15)?),
            })
        }
    }))
}

fn action(code: &str) -> ReferentialAction {
    match code {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
