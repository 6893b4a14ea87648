//! What goes: views in the way first, then what hangs on relations, then objects of their own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use confiture_syntax::Name;

use super::definitions::{Bodies, bodies, folded};
use super::work::{Work, is_lasting, step, titled};
use super::{Loss, Step};
use crate::catalog::{
    Catalog, Constraint, ConstraintKind, FunctionKey, FunctionKind, OtherKey, OtherKind, QualName, Relation,
    RelationKind, TypeKind,
};
use crate::render::describe::signature;
use crate::render::same;
use crate::render::sql::order::{Node, ordered};
use crate::render::sql::word;

/// Drops what is gone, and what stands in the way of changes and is made again later.
pub(super) fn in_the_way(work: &mut Work<'_>) {
    others(work, &EARLY);
    views(work);
    for (name, now) in lasting(work.catalog()) {
        if let Some(then) = work
            .then(&name)
            .filter(|then| family(then.kind) == family(now.kind))
        {
            hanging(work, &name, &now, then);
        }
    }
    constraints(work, |c| matches!(c.kind, ConstraintKind::ForeignKey(_)));
    constraints(work, |c| !matches!(c.kind, ConstraintKind::ForeignKey(_)));
    indexes(work);
    detach(work);
    objects(work);
}

/// Objects kept by name that others are made of, and what DROP calls them.
const EARLY: [(OtherKind, &str); 5] = [
    (OtherKind::Statistics, "STATISTICS"),
    (OtherKind::Publication, "PUBLICATION"),
    (OtherKind::EventTrigger, "EVENT TRIGGER"),
    (OtherKind::Cast, "CAST"),
    (OtherKind::Operator, "OPERATOR"),
];

/// Those that columns, indexes and functions may need.
const LATE: [(OtherKind, &str); 3] = [
    (OtherKind::TextSearchConfiguration, "TEXT SEARCH CONFIGURATION"),
    (OtherKind::TextSearchDictionary, "TEXT SEARCH DICTIONARY"),
    (OtherKind::Collation, "COLLATION"),
];

/// Drops objects that are kept by name, where their identity is what DROP takes.
fn others(work: &mut Work<'_>, kinds: &[(OtherKind, &str)]) {
    for (kind, word) in kinds {
        let all = work.catalog().others.keys();
        let gone: Vec<OtherKey> = all
            .filter(|key| key.kind == *kind && !work.aim.others.contains_key(*key))
            .cloned()
            .collect();
        for key in gone {
            let object = super::attach::other_title(&key);
            work.attempt(step(format!("DROP {word} {}", key.identity), object, "drop"));
        }
    }
}

/// Kinds that ALTER can't lead from one to another.
fn family(kind: RelationKind) -> u8 {
    match kind {
        RelationKind::Table => 0,
        RelationKind::PartitionedTable => 1,
        RelationKind::ForeignTable => 2,
        RelationKind::View => 3,
        RelationKind::MaterializedView => 4,
        RelationKind::Sequence => 5,
    }
}

fn lasting(catalog: &Catalog) -> Vec<(QualName, Arc<Relation>)> {
    let all = catalog.relations.iter();
    all.filter(|(name, relation)| is_lasting(name, relation))
        .map(|(name, relation)| (name.clone(), Arc::clone(relation)))
        .collect()
}

fn is_view(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView)
}

/// Drops views that are gone, that change, or that read what changes.
fn views(work: &mut Work<'_>) {
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
    is_same_view(work, name, now, then) || (now.kind == RelationKind::View && is_longer(now, then))
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
pub(super) fn is_same_view(work: &mut Work<'_>, name: &QualName, now: &Relation, then: &Relation) -> bool {
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

/// Drops triggers, rules and policies that are gone or change.
fn hanging(work: &mut Work<'_>, table: &QualName, now: &Relation, then: &Relation) {
    let (object, on) = (titled(table, now), table.quoted());
    for (name, trigger) in now.triggers.iter().filter(|(_, t)| !t.inherited) {
        let other = then.triggers.get(name).filter(|t| !t.inherited);
        if !other.is_some_and(|other| is_same_trigger(work, table, name, trigger, other)) {
            let sql = format!("DROP TRIGGER {} ON {on}", name.quoted());
            work.write(step(sql, object.clone(), format!("drop trigger {name}")));
        }
    }
    for (name, _) in &now.rules {
        let key = (table.clone(), name.clone());
        let texts = (work.had.rules.get(&key), work.wanted.rules.get(&key));
        let changed = work.is_same_source() && matches!(texts, (Some(a), Some(b)) if folded(a) != folded(b));
        if changed || !then.rules.contains_key(name) {
            let sql = format!("DROP RULE {} ON {on}", name.quoted());
            work.write(step(sql, object.clone(), format!("drop rule {name}")));
        }
    }
    for (name, policy) in &now.policies {
        if !then
            .policies
            .get(name)
            .is_some_and(|other| same::policy(policy, other))
        {
            let sql = format!("DROP POLICY {} ON {on}", name.quoted());
            work.write(step(sql, object.clone(), format!("drop policy {name}")));
        }
    }
}

fn is_same_trigger(
    work: &Work<'_>,
    table: &QualName,
    name: &Name,
    now: &crate::catalog::Trigger,
    then: &crate::catalog::Trigger,
) -> bool {
    let key = (table.clone(), name.clone());
    let texts = (work.had.triggers.get(&key), work.wanted.triggers.get(&key));
    let changed = work.is_same_source() && matches!(texts, (Some(a), Some(b)) if folded(a) != folded(b));
    !changed && same::trigger(now, then).iter().all(|aspect| aspect == "enabled")
}

/// Drops constraints that are gone or change.
fn constraints(work: &mut Work<'_>, of_kind: impl Fn(&Constraint) -> bool) {
    for (table, now) in lasting(work.catalog()) {
        let Some(then) = work
            .then(&table)
            .filter(|then| family(then.kind) == family(now.kind))
        else {
            continue;
        };
        for (name, constraint) in now.constraints.iter().filter(|(_, c)| of_kind(c) && !c.inherited) {
            if !keeps(&now, then, name, constraint) {
                drop_constraint(work, &table, &now, name);
            }
        }
    }
}

/// Whether a constraint stays as it is, or needs nothing but to be validated.
fn keeps(now: &Relation, then: &Relation, name: &Name, constraint: &Constraint) -> bool {
    let Some(other) = then.constraints.get(name) else {
        return false;
    };
    let aspects = same::constraint(constraint, other);
    let only_to_validate = aspects.is_empty() || (aspects == ["not valid"] && other.validated);
    let indexes = match (now.indexes.get(name), then.indexes.get(name)) {
        (Some(mine), Some(theirs)) => same::index(mine, theirs),
        _ => true,
    };
    let keyed: Vec<&Name> = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
            columns.iter().collect()
        }
        ConstraintKind::ForeignKey(key) => key.columns.iter().collect(),
        ConstraintKind::Check { expr } => expr.facts.columns.iter().collect(),
        _ => Vec::new(),
    };
    // A column that is dropped and made again takes its constraints along.
    let remade = |column: &&Name| match (now.column(column), then.column(column)) {
        (Some(a), Some(b)) => a.generated.is_none() && b.generated.is_some(),
        _ => false,
    };
    only_to_validate && indexes && !keyed.iter().any(remade)
}

/// Drops a constraint, and before it the foreign keys that need it.
fn drop_constraint(work: &mut Work<'_>, table: &QualName, now: &Relation, name: &Name) {
    let object = titled(table, now);
    let drop = |table: &QualName, name: &Name| {
        format!("ALTER TABLE {} DROP CONSTRAINT {}", table.quoted(), name.quoted())
    };
    let dropping = step(drop(table, name), object, format!("drop constraint {name}"));
    if work.attempt(dropping.clone()) {
        return;
    }
    for (from, key) in work.catalog().foreign_keys_to(table).to_vec() {
        let what = format!("drop foreign key {key}, which needs {name} and is made again below");
        work.attempt(step(drop(&from, &key), format!("table {from}"), what));
    }
    work.write(dropping);
}

/// Drops indexes that are gone or change.
fn indexes(work: &mut Work<'_>) {
    for (table, now) in lasting(work.catalog()) {
        let Some(then) = work
            .then(&table)
            .filter(|then| family(then.kind) == family(now.kind))
        else {
            continue;
        };
        for (name, index) in now
            .indexes
            .iter()
            .filter(|(_, i)| !i.constraint && i.parent.is_none())
        {
            let stays = then
                .indexes
                .get(name)
                .is_some_and(|other| same::index(index, other));
            if !stays {
                let own = QualName::new(table.schema.clone(), name.clone());
                let sql = format!("DROP INDEX {}", own.quoted());
                work.write(step(sql, titled(&table, &now), format!("drop index {name}")));
            }
        }
    }
}

/// Detaches partitions that get another bound or parent, or none.
fn detach(work: &mut Work<'_>) {
    for (name, now) in lasting(work.catalog()) {
        let Some(then) = work.then(&name) else { continue };
        let bound = |relation: &Relation| {
            let own = relation.parents.iter().find(|p| p.bound.is_some())?;
            Some(own.relation.clone())
        };
        let changes = same::relation(&name, &now, then)
            .iter()
            .any(|aspect| aspect == "bound" || aspect == "partition of");
        if let Some(parent) = bound(&now).filter(|_| changes) {
            let sql = format!(
                "ALTER TABLE {} DETACH PARTITION {}",
                parent.quoted(),
                name.quoted()
            );
            work.write(step(sql, titled(&name, &now), format!("detach from {parent}")));
        }
    }
}

/// Something of its own that goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Gone {
    Relation(QualName),
    Function(FunctionKey),
    Type(QualName),
}

/// Drops objects of their own that are gone, as far as nothing needs them; called again when more is out of the way.
pub(super) fn objects(work: &mut Work<'_>) {
    loop {
        let before = work.steps.len();
        let all = all_gone(work);
        let used = used_words(work, &all);
        for gone in &all {
            if is_used(work, gone, &all, &used) {
                continue;
            }
            ties_to(work, gone);
            if let Some(dropping) = statement(work, gone) {
                work.attempt(dropping);
            }
        }
        if work.steps.len() == before {
            break;
        }
    }
}

/// Words of the stored expressions and queries of relations that stay: what they name can't go yet.
fn used_words(work: &Work<'_>, gone: &[Gone]) -> BTreeSet<String> {
    let goes: BTreeSet<&QualName> = gone
        .iter()
        .filter_map(|gone| match gone {
            Gone::Relation(name) => Some(name),
            _ => None,
        })
        .collect();
    let mut words = BTreeSet::new();
    for (_, relation) in work
        .catalog()
        .relations
        .iter()
        .filter(|(name, _)| !goes.contains(name))
    {
        let view = relation.view.iter().map(|view| &view.query);
        for text in relation.expressions().into_iter().map(|e| &e.text).chain(view) {
            words.extend(words_of(text));
        }
    }
    for definition in work.catalog().types.values() {
        if let TypeKind::Domain(domain) = &definition.kind {
            let checks = domain.checks.iter().map(|(_, check, _)| check);
            for expr in checks.chain(&domain.default) {
                words.extend(words_of(&expr.text));
            }
        }
    }
    words
}

fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let words = text
        .split(move |c: char| !is_part(c))
        .filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase)
}

/// Whether something that stays, or goes later, uses it.
fn is_used(work: &Work<'_>, gone: &Gone, all: &[Gone], used: &BTreeSet<String>) -> bool {
    let named = |name: &Name| used.contains(&name.as_str().to_ascii_lowercase());
    match gone {
        Gone::Function(key) => named(&key.name.name),
        Gone::Relation(name) => match work.now(name).map(|r| r.kind) {
            Some(RelationKind::Sequence) => named(&name.name),
            Some(RelationKind::Table | RelationKind::PartitionedTable) => {
                let sequences: Vec<&QualName> = work
                    .catalog()
                    .owned_sequences
                    .get(name)
                    .into_iter()
                    .flat_map(|s| s.iter())
                    .collect();
                let takes = |other: &Gone| match other {
                    Gone::Relation(other) if other != name => {
                        work.catalog().relation(other).is_some_and(|r| {
                            let defaults = r.columns.iter().filter_map(|c| c.default.as_ref());
                            defaults.into_iter().any(|d| {
                                words_of(&d.text).any(|w| {
                                    sequences
                                        .iter()
                                        .any(|s| w == s.name.as_str().to_ascii_lowercase())
                                })
                            })
                        })
                    }
                    _ => false,
                };
                !sequences.is_empty() && all.iter().any(takes)
            }
            _ => false,
        },
        Gone::Type(_) => false,
    }
}

/// Rules and policies of tables that go, where another table goes that they may name.
fn ties_to(work: &mut Work<'_>, gone: &Gone) {
    let Gone::Relation(name) = gone else { return };
    let mut drops = Vec::new();
    for (table, relation) in work
        .catalog()
        .relations
        .iter()
        .filter(|(table, _)| *table != name)
    {
        if work.then(table).is_some() {
            continue;
        }
        let rules = relation.rules.iter().map(|(rule, _)| ("RULE", rule));
        let policies = relation.policies.iter().filter(|(_, policy)| policy.queries());
        for (word, tie) in rules.chain(policies.map(|(policy, _)| ("POLICY", policy))) {
            let sql = format!("DROP {word} {} ON {}", tie.quoted(), table.quoted());
            let what = format!("drop {} {tie}", word.to_ascii_lowercase());
            drops.push(step(sql, titled(table, relation), what));
        }
    }
    for drop in drops {
        work.attempt(drop);
    }
}

/// What is left of them: it is said why.
pub(super) fn the_rest(work: &mut Work<'_>) {
    objects(work);
    others(work, &LATE);
    // Tables that reference each other.
    let tables = all_gone(work).into_iter().filter_map(|gone| match gone {
        Gone::Relation(name) => Some(name),
        _ => None,
    });
    for table in tables.collect::<Vec<_>>() {
        for (from, key) in work.catalog().foreign_keys_to(&table).to_vec() {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", from.quoted(), key.quoted());
            work.attempt(step(
                sql,
                format!("table {from}"),
                format!("drop foreign key {key}"),
            ));
        }
    }
    objects(work);
    for gone in all_gone(work) {
        if let Some(dropping) = statement(work, &gone) {
            work.write(dropping);
        }
    }
}

fn all_gone(work: &Work<'_>) -> Vec<Gone> {
    let mut all = Vec::new();
    for (name, now) in lasting(work.catalog()) {
        let then = work.then(&name).filter(|then| is_lasting(&name, then));
        let replaced = then.is_some_and(|then| is_remade(now.kind, then.kind));
        let identity = now.sequence.as_ref().is_some_and(|s| s.identity);
        if (then.is_none() || replaced) && !identity {
            all.push(Gone::Relation(name));
        }
    }
    for (key, now) in &work.catalog().functions {
        let then = work.aim.functions.get(key);
        if then.is_none_or(|then| is_remade_function(work, key, now, then)) {
            all.push(Gone::Function(key.clone()));
        }
    }
    for (name, now) in &work.catalog().types {
        let kind = |kind: &TypeKind| std::mem::discriminant(kind);
        if work
            .aim
            .types
            .get(name)
            .is_none_or(|then| kind(&then.kind) != kind(&now.kind))
        {
            all.push(Gone::Type(name.clone()));
        }
    }
    // What needs others goes before them.
    let order: HashMap<Gone, usize> = ordered(work.catalog())
        .into_iter()
        .enumerate()
        .map(|(at, node)| {
            let gone = match node {
                Node::Type(name) => Gone::Type(name),
                Node::Function(key) => Gone::Function(key),
                Node::Relation(name) => Gone::Relation(name),
            };
            (gone, at)
        })
        .collect();
    all.sort_by_key(|gone| std::cmp::Reverse(order.get(gone).copied()));
    all
}

/// Whether one kind of relation is dropped to make place for another. Rows of a table aren't dropped to partition it.
fn is_remade(now: RelationKind, then: RelationKind) -> bool {
    let is_table = |kind| matches!(kind, RelationKind::Table | RelationKind::PartitionedTable);
    family(now) != family(then) && !(is_table(now) && is_table(then))
}

/// Whether a function has to be dropped before it can be made as it shall be.
fn is_remade_function(
    work: &Work<'_>,
    key: &FunctionKey,
    now: &crate::catalog::Function,
    then: &crate::catalog::Function,
) -> bool {
    if work.made.contains(&key.to_string()) {
        return false;
    }
    let aspects = same::function(key, now, then);
    let apart = bodies(work.had.functions.get(key), work.wanted.functions.get(key)) == Bodies::Apart;
    now.kind != then.kind
        || apart
        || aspects
            .iter()
            .any(|aspect| aspect == "returns" || aspect == "kind")
}

fn statement(work: &Work<'_>, gone: &Gone) -> Option<Step> {
    Some(match gone {
        Gone::Relation(name) => {
            let relation = work.now(name)?;
            let loss = match relation.kind {
                RelationKind::Table => Loss::Certain(format!("all rows of {name}")),
                RelationKind::Sequence => Loss::Certain(format!("the value that {name} has reached")),
                _ => Loss::Nothing,
            };
            let sql = format!("DROP {} {}", word(relation.kind), name.quoted());
            step(sql, titled(name, &relation), "drop").losing(loss)
        }
        Gone::Function(key) => {
            let word = match work.catalog().functions.get(key)?.kind {
                FunctionKind::Procedure => "PROCEDURE",
                FunctionKind::Aggregate => "AGGREGATE",
                FunctionKind::Function | FunctionKind::Window => "FUNCTION",
            };
            let arguments = match word == "AGGREGATE" && key.arguments.is_empty() {
                true => format!("{}(*)", key.name.quoted()),
                false => signature(key),
            };
            let object = format!("{} {key}", word.to_ascii_lowercase());
            step(format!("DROP {word} {arguments}"), object, "drop")
        }
        Gone::Type(name) => {
            let domain = matches!(work.catalog().types.get(name)?.kind, TypeKind::Domain(_));
            let word = if domain { "DOMAIN" } else { "TYPE" };
            let object = format!("{} {name}", word.to_ascii_lowercase());
            step(format!("DROP {word} {}", name.quoted()), object, "drop")
        }
    })
}
