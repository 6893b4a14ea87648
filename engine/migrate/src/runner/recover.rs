//! What an interrupted statement outside of transactions left, read from the server's catalog, and cured.

use confiture_postgres::{Session, SqlError};
use confiture_schema::change::{
    AlterAction, Change, CreateIndex, DetachMode, ObjectKind, ObjectRef, ReindexTarget,
};
use confiture_syntax::Name;

use crate::steps::Statement;

/// What the catalog says of a statement that was begun, and nobody knows how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It has done its work.
    Done,
    /// It hasn't, or doing it again does no harm.
    Again,
    /// The catalog doesn't tell.
    Unknown,
}

/// Looks at what a statement left, cures it (an invalid index goes, a pending detach is finished), and says what is to be
/// done. `told` hears of each cure.
pub(super) fn of(
    session: &mut Session,
    statement: &Statement,
    mut told: impl FnMut(String),
) -> Result<Found, SqlError> {
    let [change] = &*statement.changes else {
        return Ok(Found::Unknown);
    };
    match change {
        Change::CreateIndex(index) => created_index(session, index, &mut told),
        Change::Drop(drop) if drop.kind == ObjectKind::Index => {
            for object in &drop.objects {
                if relation(session, &object.name)?.is_some() {
                    return Ok(Found::Again);
                }
            }
            Ok(Found::Done)
        }
        Change::Reindex(reindex) => {
            match &reindex.target {
                ReindexTarget::Index(index) => reindexed(session, index, Of::Index, &mut told)?,
                ReindexTarget::Table(table) => reindexed(session, table, Of::Table, &mut told)?,
                ReindexTarget::Schema(_) | ReindexTarget::Database => {}
            }
            Ok(Found::Again)
        }
        Change::AlterRelation(alter) => detached(
            session,
            &alter.name,
            alter.commands.iter().map(|c| &c.action),
            &mut told,
        ),
        Change::Vacuum(_) | Change::Cluster(_) | Change::RefreshMaterializedView(_) => Ok(Found::Again),
        // ALTER SYSTEM, CREATE DATABASE and the like; the server says if it is there already.
        Change::Other(_)
        | Change::CreateOther(_)
        | Change::AlterOther(_)
        | Change::Drop(_)
        | Change::AlterType(_) => Ok(Found::Again),
        _ => Ok(Found::Unknown),
    }
}

/// Cures what stands in the way of a statement that is about to run: an invalid index of the name that it will create.
pub(super) fn before(
    session: &mut Session,
    statement: &Statement,
    mut told: impl FnMut(String),
) -> Result<(), SqlError> {
    if let [Change::CreateIndex(index)] = &*statement.changes
        && index.concurrently
        && index.name.is_some()
    {
        created_index(session, index, &mut told)?;
    }
    Ok(())
}

fn created_index(
    session: &mut Session,
    index: &CreateIndex,
    told: &mut impl FnMut(String),
) -> Result<Found, SqlError> {
    let Some(table) = relation(session, &index.table)? else {
        return Ok(Found::Again);
    };
    let Some(name) = &index.name else {
        return unnamed_index(session, table, told);
    };
    let rows = session.query(
        "SELECT i.indexrelid, i.indisvalid, c.oid::regclass::text
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
         WHERE i.indrelid = $1 AND c.relname = $2::text",
        &[&table, &name.name.as_str()],
    )?;
    let Some(row) = rows.first() else {
        return Ok(Found::Again);
    };
    if row.get(1) {
        return Ok(Found::Done);
    }
    drop_invalid(session, row.get(0), told)?;
    Ok(Found::Again)
}

/// An index whose name the server chose: invalid ones of the table that nobody builds are what is left of it.
fn unnamed_index(
    session: &mut Session,
    table: u32,
    told: &mut impl FnMut(String),
) -> Result<Found, SqlError> {
    let rows = session.query(
        "SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = $1 AND NOT i.indisvalid",
        &[&table],
    )?;
    for row in &rows {
        drop_invalid(session, row.get(0), told)?;
    }
    // Without a name nobody can tell whether a valid one is the one; when something invalid was there, it wasn't done.
    Ok(if rows.is_empty() {
        Found::Unknown
    } else {
        Found::Again
    })
}

enum Of {
    Index,
    Table,
}

/// Drops the copies that REINDEX CONCURRENTLY leaves when it is interrupted: `…_ccnew`, `…_ccold`.
fn reindexed(
    session: &mut Session,
    name: &ObjectRef,
    of: Of,
    told: &mut impl FnMut(String),
) -> Result<(), SqlError> {
    let Some(oid) = relation(session, name)? else {
        return Ok(());
    };
    let condition = match of {
        Of::Table => "i.indrelid = $1",
        Of::Index => "i.indrelid = (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = $1)",
    };
    let rows = session.query(
        &format!(
            "SELECT i.indexrelid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
             WHERE {condition} AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'"
        ),
        &[&oid],
    )?;
    for row in &rows {
        drop_invalid(session, row.get(0), told)?;
    }
    Ok(())
}

/// Drops an invalid index, unless somebody is building it at this moment.
fn drop_invalid(session: &mut Session, index: u32, told: &mut impl FnMut(String)) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = $1 AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid)",
        &[&index],
    )?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let (schema, name): (String, String) = (row.get(0), row.get(1));
    let quoted = format!("{}.{}", Name::new(schema).quoted(), Name::new(&name).quoted());
    session.batch(&format!("DROP INDEX CONCURRENTLY IF EXISTS {quoted}"))?;
    told(format!(
        "the invalid index {name}, left by an interrupted build, was dropped"
    ));
    Ok(())
}

fn detached<'a>(
    session: &mut Session,
    parent: &ObjectRef,
    actions: impl Iterator<Item = &'a AlterAction>,
    told: &mut impl FnMut(String),
) -> Result<Found, SqlError> {
    for action in actions {
        let AlterAction::DetachPartition { partition, mode } = action else {
            continue;
        };
        if *mode == DetachMode::Plain {
            return Ok(Found::Unknown);
        }
        let (Some(table), Some(part)) = (relation(session, parent)?, relation(session, partition)?) else {
            return Ok(Found::Again);
        };
        let rows = session.query(
            "SELECT h.inhdetachpending, h.inhparent::regclass::text, h.inhrelid::regclass::text
             FROM pg_catalog.pg_inherits h WHERE h.inhparent = $1 AND h.inhrelid = $2",
            &[&table, &part],
        )?;
        let Some(row) = rows.first() else {
            return Ok(Found::Done);
        };
        if !row.get::<_, bool>(0) {
            return Ok(Found::Again);
        }
        // Both names come from regclass, which quotes them.
        let (table, part): (String, String) = (row.get(1), row.get(2));
        session.batch(&format!("ALTER TABLE {table} DETACH PARTITION {part} FINALIZE"))?;
        told(format!(
            "the detachment of {part}, left pending by an interruption, was finished"
        ));
        return Ok(Found::Done);
    }
    Ok(Found::Unknown)
}

/// The oid of a relation as the session's search path finds it.
fn relation(session: &mut Session, name: &ObjectRef) -> Result<Option<u32>, SqlError> {
    let quoted = match &name.schema {
        Some(schema) => format!("{}.{}", schema.quoted(), name.name.quoted()),
        None => name.name.quoted(),
    };
    let row = session.query_one("SELECT pg_catalog.to_regclass($1)::oid", &[&quoted])?;
    Ok(row.get(0))
}
