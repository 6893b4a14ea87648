//! Materialized views: their order, and refreshing them.

use std::collections::{BTreeMap, BTreeSet};

use confiture_postgres::Session;

use crate::hooks::HookError;
use crate::hooks::support::names::Relation;

/// Whether readers may go on reading while a view is refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concurrently {
    /// Where it is possible.
    WherePossible,
    /// Everywhere; an error where it isn't possible.
    Always,
    /// Nowhere.
    Never,
}

/// The words of a configuration.
pub(crate) const CONCURRENTLY: [(&str, Concurrently); 3] = [
    ("auto", Concurrently::WherePossible),
    ("true", Concurrently::Always),
    ("false", Concurrently::Never),
];

/// Views in an order in which each comes behind those that it reads, directly or through others.
pub(crate) fn in_order(session: &mut Session, views: Vec<Relation>) -> Result<Vec<Relation>, HookError> {
    let rows = session.query(
        "SELECT DISTINCT r.ev_class, d.refobjid FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d \
         ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid \
         AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
         JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm') WHERE d.refobjid <> r.ev_class",
        &[],
    )?;
    let mut reads: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for row in &rows {
        reads.entry(row.get(0)).or_default().insert(row.get(1));
    }
    let depths = depths(&reads);
    let mut views = views;
    views.sort_by_key(|view| {
        (
            depths.get(&view.oid).copied().unwrap_or_default(),
            view.name.clone(),
        )
    });
    views.dedup();
    Ok(views)
}

/// How many views are stacked below each one. A circle, which the server doesn't allow, ends the count.
fn depths(reads: &BTreeMap<u32, BTreeSet<u32>>) -> BTreeMap<u32, usize> {
    let mut depths: BTreeMap<u32, usize> = BTreeMap::new();
    for _ in 0..=reads.len() {
        let mut changed = false;
        for (view, below) in reads {
            let depth = below
                .iter()
                .map(|one| depths.get(one).copied().unwrap_or_default() + 1)
                .max();
            let depth = depth.unwrap_or_default();
            if depths.get(view).copied().unwrap_or_default() < depth {
                depths.insert(*view, depth);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depths
}

/// Refreshes a materialized view; whether readers could go on reading.
///
/// # Errors
/// What the server says; that it can't be done concurrently where that is asked for.
pub(crate) fn refresh(
    session: &mut Session,
    view: &Relation,
    concurrently: Concurrently,
) -> Result<bool, HookError> {
    let row = session.query_one(
        "SELECT relispopulated, EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique \
         AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL) FROM pg_catalog.pg_class c WHERE c.oid = $1",
        &[&view.oid],
    )?;
    let (is_populated, has_key): (bool, bool) = (row.get(0), row.get(1));
    let is_possible = is_populated && has_key;
    if concurrently == Concurrently::Always && !is_possible {
        let reason = if has_key {
            "holds no data yet"
        } else {
            "has no unique index on plain columns"
        };
        return Err(HookError::new(format!(
            "{} can't be refreshed concurrently: it {reason}",
            view.name
        ))
        .help("Write `concurrently: auto`, or give it a unique index without WHERE"));
    }
    let is_concurrent = is_possible && concurrently != Concurrently::Never;
    let word = if is_concurrent { "CONCURRENTLY " } else { "" };
    session.batch(&format!("REFRESH MATERIALIZED VIEW {word}{}", view.quoted()))?;
    Ok(is_concurrent)
}
