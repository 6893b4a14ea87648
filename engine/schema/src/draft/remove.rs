//! What goes: views in the way first, then what hangs on relations, then objects of their own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use confiture_syntax::Name;

use super::definitions::{Bodies, bodies, folded};
use super::views;
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
use crate::types::SqlType;

/// Drops what is gone, and what stands in the way of changes and is made again later.
pub(super) fn in_the_way(work: &mut Work<'_>) {
    others(work, &EARLY);
    views::drop_in_the_way(work);
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
pub(super) fn family(kind: RelationKind) -> u8 {
    match kind {
        RelationKind::Table => 0,
        RelationKind::PartitionedTable => 1,
        RelationKind::ForeignTable => 2,
        RelationKind::View => 3,
        RelationKind::MaterializedView => 4,
        RelationKind::Sequence => 5,
    }
}

pub(super) fn lasting(catalog: &Catalog) -> Vec<(QualName, Arc<Relation>)> {
    let all = catalog.relations.iter();
    all.filter(|(name, relation)| is_lasting(name, relation))
        .map(|(name, relation)| (name.clone(), Arc::clone(relation)))
        .collect()
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
pub(super) enum Gone {
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

pub(super) fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
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
        Gone::Type(name) => is_used_type(work, name, all),
    }
}

/// Whether a column, function or type that stays is of a type.
fn is_used_type(work: &Work<'_>, name: &QualName, all: &[Gone]) -> bool {
    let is_it = |ty: &SqlType| ty.schema.as_ref() == Some(&name.schema) && ty.name == name.name;
    let stays = |gone: Gone| !all.contains(&gone);
    let catalog = work.catalog();
    let in_relations = catalog.relations.iter().any(|(relation, one)| {
        let mut types = one.columns.iter().filter_map(|column| column.ty.as_ref());
        types.any(is_it) && stays(Gone::Relation(relation.clone()))
    });
    let in_functions = catalog.functions.iter().any(|(key, function)| {
        let returns = function.returns.as_deref().unwrap_or_default();
        (key.arguments.iter().any(is_it) || returns.contains(&name.quoted()))
            && stays(Gone::Function(key.clone()))
    });
    let in_types = catalog.types.iter().any(|(other, definition)| {
        let uses = match &definition.kind {
            TypeKind::Composite(attributes) => attributes.iter().any(|(_, ty)| is_it(ty)),
            TypeKind::Domain(domain) => is_it(&domain.base),
            TypeKind::Range(subtype) => is_it(subtype),
            TypeKind::Enum(_) | TypeKind::Base => false,
        };
        uses && stays(Gone::Type(other.clone()))
    });
    in_relations || in_functions || in_types
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

pub(super) fn all_gone(work: &Work<'_>) -> Vec<Gone> {
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
