//! Views that stand in the way: those that are gone or change, and those that read what changes.

use std::collections::BTreeSet;

use confiture_syntax::Name;

use super::definitions::folded;
use super::remove::{Gone, all_gone, family, lasting, words_of};
use super::work::{Work, step, titled};
use crate::catalog::{QualName, Relation, RelationKind};
use crate::render::same;
use crate::render::sql::word;

fn is_view(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView)
}

/// Drops views that are gone, that change, or that read what changes.
pub(super) fn drop_in_the_way(work: &mut Work<'_>) {
    let mut gone: BTreeSet<QualName> = BTreeSet::new();
    let made_anew: BTreeSet<String> = all_gone(work)
        .iter()
        .filter_map(|gone| match gone {
            Gone::Function(key) => Some(key.name.name.as_str().to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    for (name, now) in lasting(work.catalog()) {
        let then = work.then(&name);
        if is_view(&now) && !then.is_some_and(|then| stays(work, &name, &now, then)) {
            gone.insert(name);
        } else if is_view(&now) {
            let query = now
                .view
                .as_ref()
                .map(|view| view.query.clone())
                .unwrap_or_default();
            if words_of(&query).any(|word| made_anew.contains(&word)) {
                gone.insert(name);
            }
        } else {
            gone.extend(disturbed(work, &name, &now, then.map(|then| &**then)));
        }
    }
    let mut open: Vec<QualName> = gone.iter().cloned().collect();
    while let Some(view) = open.pop() {
        for reader in work.catalog().views_of(&view) {
            if gone.insert(reader.clone()) {
                open.push(reader.clone());
            }
        }
    }
    loop {
        let free = |view: &&QualName| {
            !work
                .catalog()
                .views_of(view)
                .iter()
                .any(|v| gone.contains(v) && v != *view)
        };
        let Some(view) = gone.iter().find(free).or_else(|| gone.iter().next()).cloned() else {
            break;
        };
        gone.remove(&view);
        drop_view(work, &view);
    }
}

fn drop_view(work: &mut Work<'_>, view: &QualName) {
    let Some(relation) = work.now(view) else { return };
    let what = match work.then(view).is_some() {
        true => "drop, to be made again below",
        false => "drop",
    };
    let sql = format!("DROP {} {}", word(relation.kind), view.quoted());
    work.write(step(sql, titled(view, &relation), what));
}

/// Whether a view can stay, or be replaced in its place.
fn stays(work: &mut Work<'_>, name: &QualName, now: &Relation, then: &Relation) -> bool {
    if now.kind != then.kind {
        return false;
    }
    is_same(work, name, now, then) || (now.kind == RelationKind::View && is_longer(now, then))
}

/// Whether CREATE OR REPLACE VIEW may lead from one to the other: columns may come behind those that are there.
fn is_longer(now: &Relation, then: &Relation) -> bool {
    let known = |r: &Relation| r.view.as_ref().is_some_and(|view| view.columns_known);
    known(now)
        && known(then)
        && now.columns.len() <= then.columns.len()
        && now
            .columns
            .iter()
            .zip(then.columns.iter())
            .all(|(now, then)| same::view_column(now, then))
}

/// Whether two views are the same, as far as their texts can be compared.
pub(super) fn is_same(work: &mut Work<'_>, name: &QualName, now: &Relation, then: &Relation) -> bool {
    let aspects = same::relation(name, now, then);
    let same_columns = now.columns.len() == then.columns.len()
        && now
            .columns
            .iter()
            .zip(then.columns.iter())
            .all(|(a, b)| a.name == b.name);
    let known = |r: &Relation| r.view.as_ref().is_some_and(|view| view.columns_known);
    if !aspects
        .iter()
        .all(|a| a == "row level security" || a == "options")
        || (known(now) && known(then) && !same_columns)
    {
        return false;
    }
    let (Some(mine), Some(theirs)) = (&now.view, &then.view) else {
        return true;
    };
    if folded(&mine.query) == folded(&theirs.query) {
        return true;
    }
    if work.is_same_source() {
        return false;
    }
    work.not_compared
        .insert(format!("the query of {}", titled(name, then)));
    true
}

/// Views that read a column which goes or gets another type.
fn disturbed(work: &Work<'_>, name: &QualName, now: &Relation, then: Option<&Relation>) -> Vec<QualName> {
    let readers = work.catalog().views_of(name);
    if readers.is_empty() {
        return Vec::new();
    }
    let Some(then) = then.filter(|then| family(then.kind) == family(now.kind)) else {
        return readers.to_vec();
    };
    let mut names: Vec<&Name> = Vec::new();
    for column in now.columns.iter() {
        let changes = match then.column(&column.name) {
            None => true,
            Some(then) => {
                (then.ty.is_some() && column.ty.is_some() && then.ty != column.ty)
                    || then.collation != column.collation
                    || then.generated.is_some() != column.generated.is_some()
            }
        };
        if changes {
            names.push(&column.name);
        }
    }
    let reads = |view: &&QualName| {
        let query = work.catalog().relation(view).and_then(|r| r.view.clone());
        query.is_none_or(|view| mentions(&view.query, &names))
    };
    match names.is_empty() {
        true => Vec::new(),
        false => readers.iter().filter(reads).cloned().collect(),
    }
}

/// Whether a text has one of the words, or a star that may stand for it.
fn mentions(query: &str, names: &[&Name]) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let lower = query.to_ascii_lowercase();
    query.contains('*')
        || query.contains('"')
        || names.iter().any(|name| {
            lower
                .split(|c: char| !is_part(c))
                .any(|word| word == name.as_str())
        })
}
