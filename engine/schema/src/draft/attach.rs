//! What hangs on relations and comes after them: keys, indexes, partitions, foreign keys, triggers, policies, comments.

use std::sync::Arc;

use confiture_syntax::Name;

use super::definitions;
use super::rename;
use super::work::{Work, is_lasting, step, titled};
use crate::catalog::{
    ConstraintKind, FunctionKind, OtherKey, OtherKind, PartitionBound, QualName, Relation, RelationKind,
    ReplicaIdentity, TriggerEnabled, TypeKind,
};
use crate::render::describe::signature;
use crate::render::normal::quoted_text;
use crate::render::sql::{attached, table, word};

/// Relations of the aim that are there by now, parents before children.
fn present(work: &Work<'_>) -> Vec<QualName> {
    let depth = |name: &QualName| {
        let (mut depth, mut at) = (0usize, name.clone());
        while let Some(parent) = work.then(&at).and_then(|r| r.parents.first()) {
            depth += 1;
            if depth > work.aim.relations.size() {
                break;
            }
            at = parent.relation.clone();
        }
        depth
    };
    let mut names: Vec<QualName> = work
        .aim
        .relations
        .iter()
        .filter(|(name, relation)| is_lasting(name, relation) && work.catalog().relation(name).is_some())
        .map(|(name, _)| name.clone())
        .collect();
    names.sort_by_cached_key(|name| (depth(name), name.clone()));
    names
}

fn is_table(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
    )
}

/// Keys, checks and indexes of tables.
pub(super) fn keys_and_indexes(work: &mut Work<'_>) {
    for name in present(work) {
        let (Some(now), Some(then)) = (work.now(&name), work.then(&name)) else {
            continue;
        };
        if is_table(then) && now.kind == then.kind {
            rename::indexes(work, &name, &now, then);
            constraints(work, &name, then);
            indexes(work, &name, then);
        }
    }
}

/// Indexes of materialized views.
pub(super) fn view_indexes(work: &mut Work<'_>) {
    for name in present(work) {
        if let Some(then) = work
            .then(&name)
            .filter(|r| r.kind == RelationKind::MaterializedView)
        {
            indexes(work, &name, then);
        }
    }
}

/// Keys, checks and constraints that aren't valid yet.
fn constraints(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let object = titled(name, then);
    for (constraint_name, constraint) in &then.constraints {
        let Some(now) = work.now(name) else { return };
        if now.constraints.contains_key(constraint_name) {
            validate(work, name, constraint_name);
            continue;
        }
        if constraint.inherited && !now.parents.is_empty() {
            continue;
        }
        let definition = match &constraint.kind {
            ConstraintKind::ForeignKey(_) => None,
            ConstraintKind::Check { expr } => Some(format!("CHECK ({})", expr.text)),
            ConstraintKind::NotNull { column } => Some(format!("NOT NULL {}", column.quoted())),
            _ => then
                .indexes
                .get(constraint_name)
                .and_then(|index| table::key_definition(constraint, index)),
        };
        let Some(definition) = definition else { continue };
        let sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {} {definition}{}",
            name.quoted(),
            constraint_name.quoted(),
            table::marks(constraint)
        );
        work.write(step(
            sql,
            object.clone(),
            format!("add constraint {constraint_name}"),
        ));
    }
}

/// Looks at the rows of a constraint that was not valid.
fn validate(work: &mut Work<'_>, name: &QualName, constraint: &Name) {
    let (Some(now), Some(then)) = (work.now(name), work.then(name)) else {
        return;
    };
    let sides = (now.constraints.get(constraint), then.constraints.get(constraint));
    if let (Some(now), Some(wanted)) = sides
        && !now.validated
        && wanted.validated
        && now.enforced
    {
        let sql = format!(
            "ALTER TABLE {} VALIDATE CONSTRAINT {}",
            name.quoted(),
            constraint.quoted()
        );
        work.write(step(
            sql,
            titled(name, then),
            format!("validate constraint {constraint}"),
        ));
    }
}

fn indexes(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let object = titled(name, then);
    for (index_name, index) in then.indexes.iter().filter(|(_, index)| !index.constraint) {
        let Some(now) = work.now(name) else { return };
        if now.indexes.contains_key(index_name) {
            continue;
        }
        let only = match (index.valid, then.kind) {
            (true, _) => "",
            (false, RelationKind::PartitionedTable) => "ONLY ",
            (false, _) => {
                work.leave_out(
                    format!("index {}.{index_name}", name.schema),
                    "create: it is invalid, and nobody wants it so",
                );
                continue;
            }
        };
        let sql = table::index_definition(name, index_name, index, only);
        work.write(step(sql, object.clone(), format!("create index {index_name}")));
    }
}

/// Attaches partitions, then indexes of partitions to those of their parents.
pub(super) fn families(work: &mut Work<'_>) {
    for name in present(work) {
        let (Some(now), Some(then)) = (work.now(&name), work.then(&name)) else {
            continue;
        };
        for parent in &then.parents {
            let Some(bound) = &parent.bound else { continue };
            if now
                .parents
                .iter()
                .any(|p| p.relation == parent.relation && p.bound.is_some())
            {
                continue;
            }
            let bound = match bound {
                PartitionBound::Default => "DEFAULT",
                PartitionBound::Values(values) => values,
            };
            let sql = format!(
                "ALTER TABLE {} ATTACH PARTITION {} {bound}",
                parent.relation.quoted(),
                name.quoted()
            );
            work.write(step(
                sql,
                titled(&name, then),
                format!("attach to {}", parent.relation),
            ));
        }
    }
    for name in present(work) {
        let (Some(now), Some(then)) = (work.now(&name), work.then(&name)) else {
            continue;
        };
        rename::indexes(work, &name, &now, then);
        attach_indexes(work, &name, then);
    }
}

fn attach_indexes(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    for (index_name, index) in &then.indexes {
        let own = QualName::new(name.schema.clone(), index_name.clone());
        let Some(above) = &index.parent else { continue };
        let attached = work
            .catalog()
            .index(&own)
            .is_some_and(|(_, now)| now.parent.is_some());
        if !attached && work.catalog().index(above).is_some() {
            let sql = format!("ALTER INDEX {} ATTACH PARTITION {}", above.quoted(), own.quoted());
            work.write(step(
                sql,
                titled(name, then),
                format!("attach index {index_name}"),
            ));
        }
    }
}

/// Foreign keys, those excepted that come with a parent's.
pub(super) fn foreign_keys(work: &mut Work<'_>) {
    for name in present(work) {
        let Some(then) = work.then(&name) else { continue };
        for (constraint_name, constraint) in &then.constraints {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else {
                continue;
            };
            let there = work
                .now(&name)
                .is_some_and(|now| now.constraints.contains_key(constraint_name));
            if there {
                validate(work, &name, constraint_name);
            } else if !constraint.inherited {
                let sql = format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} {}{}",
                    name.quoted(),
                    constraint_name.quoted(),
                    table::foreign_key(key),
                    table::marks(constraint)
                );
                work.write(step(
                    sql,
                    titled(&name, then),
                    format!("add foreign key {constraint_name}"),
                ));
            }
        }
    }
}

/// All that hangs on relations and isn't needed by other relations.
pub(super) fn everything(work: &mut Work<'_>) {
    for name in present(work) {
        let Some(then) = work.then(&name) else { continue };
        ownership(work, &name, then);
        identity_and_clustering(work, &name, then);
        triggers(work, &name, then);
        rules(work, &name, then);
        row_security(work, &name, then);
    }
    others(work);
    for name in present(work) {
        comments(work, &name);
    }
    comments_of_objects(work);
}

fn ownership(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let owned_by = |relation: &Relation| relation.sequence.as_ref().and_then(|s| s.owned_by.clone());
    let Some(now) = work.now(name) else { return };
    if then.sequence.as_ref().is_none_or(|s| s.identity) || owned_by(&now) == owned_by(then) {
        return;
    }
    let (owner, what) = match owned_by(then) {
        Some((table, column)) => (
            format!("{}.{}", table.quoted(), column.quoted()),
            format!("make it belong to {table}.{column}"),
        ),
        None => ("NONE".to_owned(), "make it belong to no column".to_owned()),
    };
    let sql = format!("ALTER SEQUENCE {} OWNED BY {owner}", name.quoted());
    work.write(step(sql, titled(name, then), what));
}

fn identity_and_clustering(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let Some(now) = work.now(name) else { return };
    let object = titled(name, then);
    if now.replica_identity != then.replica_identity {
        let identity = match &then.replica_identity {
            ReplicaIdentity::Default => "DEFAULT".to_owned(),
            ReplicaIdentity::Full => "FULL".to_owned(),
            ReplicaIdentity::Nothing => "NOTHING".to_owned(),
            ReplicaIdentity::Index(index) => format!("USING INDEX {}", index.quoted()),
        };
        let sql = format!("ALTER TABLE {} REPLICA IDENTITY {identity}", name.quoted());
        work.write(step(sql, object.clone(), "set the replica identity"));
    }
    let clustered = |relation: &Relation| {
        let found = relation.indexes.iter().find(|(_, index)| index.clustered);
        found.map(|(name, _)| name.clone())
    };
    match (clustered(&now), clustered(then)) {
        (old, Some(new)) if old.as_ref() != Some(&new) => {
            let sql = format!("ALTER TABLE {} CLUSTER ON {}", name.quoted(), new.quoted());
            work.write(step(sql, object, format!("cluster on {new}")));
        }
        (Some(_), None) => {
            let sql = format!("ALTER TABLE {} SET WITHOUT CLUSTER", name.quoted());
            work.write(step(sql, object, "cluster on no index"));
        }
        _ => {}
    }
}

fn triggers(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let object = titled(name, then);
    for (trigger, wanted) in then.triggers.iter() {
        let there = work.now(name).and_then(|now| now.triggers.get(trigger).cloned());
        if there.is_none() && !wanted.inherited {
            let key = (name.clone(), trigger.clone());
            let written = work.wanted.triggers.get(&key);
            let sql =
                written.and_then(|text| definitions::create_trigger(name, trigger, &wanted.function, text));
            let what = format!("create trigger {trigger}");
            match sql {
                Some(sql) => {
                    work.write(step(sql, object.clone(), what));
                }
                None => work.write_all(&object, &what, |out| {
                    attached::create_trigger(out, name, &trigger.quoted(), wanted);
                }),
            }
        }
        let now = work.now(name).and_then(|now| now.triggers.get(trigger).cloned());
        if now.is_some_and(|now| now.enabled != wanted.enabled) {
            let word = match wanted.enabled {
                TriggerEnabled::Origin => "ENABLE",
                TriggerEnabled::Disabled => "DISABLE",
                TriggerEnabled::Replica => "ENABLE REPLICA",
                TriggerEnabled::Always => "ENABLE ALWAYS",
            };
            let sql = format!(
                "ALTER TABLE {} {word} TRIGGER {}",
                name.quoted(),
                trigger.quoted()
            );
            work.write(step(
                sql,
                object.clone(),
                format!("{} trigger {trigger}", word.to_lowercase()),
            ));
        }
    }
}

fn rules(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    for (rule, _) in &then.rules {
        if work.now(name).is_some_and(|now| now.rules.contains_key(rule)) {
            continue;
        }
        let key = (name.clone(), rule.clone());
        let written = work.wanted.rules.get(&key);
        match written.and_then(|text| definitions::create_rule(name, rule, text)) {
            Some(sql) => {
                work.write(step(sql, titled(name, then), format!("create rule {rule}")));
            }
            None => work.leave_out(
                format!("rule {name}.{rule}"),
                "create: its definition is not known",
            ),
        }
    }
}

fn row_security(work: &mut Work<'_>, name: &QualName, then: &Relation) {
    let Some(now) = work.now(name) else { return };
    let object = titled(name, then);
    let alter = format!("ALTER TABLE {}", name.quoted());
    if now.row_security.enabled != then.row_security.enabled {
        let word = if then.row_security.enabled {
            "ENABLE"
        } else {
            "DISABLE"
        };
        let what = format!("{} row level security", word.to_lowercase());
        work.write(step(
            format!("{alter} {word} ROW LEVEL SECURITY"),
            object.clone(),
            what,
        ));
    }
    if now.row_security.forced != then.row_security.forced {
        let word = if then.row_security.forced {
            "FORCE"
        } else {
            "NO FORCE"
        };
        let what = format!("{} row level security", word.to_lowercase());
        work.write(step(
            format!("{alter} {word} ROW LEVEL SECURITY"),
            object.clone(),
            what,
        ));
    }
    for (policy, wanted) in &then.policies {
        if !now.policies.contains_key(policy) {
            let sql = attached::policy_definition(&name.quoted(), &policy.quoted(), wanted);
            work.write(step(sql, object.clone(), format!("create policy {policy}")));
        }
    }
}

/// An object kept by name, as people name it.
pub(super) fn other_title(key: &OtherKey) -> String {
    let kind = match key.kind {
        OtherKind::Statistics => "statistics",
        OtherKind::Publication => "publication",
        OtherKind::Operator => "operator",
        OtherKind::Cast => "cast",
        OtherKind::Collation => "collation",
        OtherKind::EventTrigger => "event trigger",
        OtherKind::TextSearchConfiguration => "text search configuration",
        OtherKind::TextSearchDictionary => "text search dictionary",
        OtherKind::ForeignDataWrapper => "foreign-data wrapper",
        OtherKind::Server => "server",
        _ => "object",
    };
    format!("{kind} {}", key.identity)
}

/// Objects that are kept by name alone, and made by the statement that made them.
fn others(work: &mut Work<'_>) {
    for (key, _) in &work.aim.others {
        if work.catalog().others.contains_key(key)
            || matches!(key.kind, OtherKind::Role | OtherKind::Tablespace)
        {
            continue;
        }
        match work
            .wanted
            .others
            .get(key)
            .and_then(|text| definitions::create_as_written(text))
        {
            Some(sql) => {
                work.write(step(sql, other_title(key), "create"));
            }
            None => work.leave_out(other_title(key), "create: its definition is not known"),
        }
    }
}

type Comment = Option<Arc<str>>;

/// Writes COMMENT ON where two comments differ.
fn comment(work: &mut Work<'_>, object: &str, on: &str, now: &Comment, then: &Comment) {
    if now == then {
        return;
    }
    let (text, what) = match then {
        Some(text) => (quoted_text(text), "comment"),
        None => ("NULL".to_owned(), "drop the comment"),
    };
    let what = match on.split(' ').next() {
        Some("COLUMN" | "CONSTRAINT" | "INDEX" | "TRIGGER" | "POLICY" | "RULE") => {
            format!(
                "{what} on {}",
                on.split(' ').next().unwrap_or_default().to_lowercase()
            )
        }
        _ => what.to_owned(),
    };
    work.write(step(format!("COMMENT ON {on} IS {text}"), object, what));
}

fn comments(work: &mut Work<'_>, name: &QualName) {
    let (Some(now), Some(then)) = (work.now(name), work.then(name)) else {
        return;
    };
    let (object, on) = (titled(name, then), name.quoted());
    let kind = word(then.kind);
    comment(
        work,
        &object,
        &format!("{kind} {on}"),
        &now.comment,
        &then.comment,
    );
    for column in then.columns.iter() {
        if let Some(old) = now.column(&column.name) {
            let place = format!("COLUMN {on}.{}", column.name.quoted());
            comment(work, &object, &place, &old.comment, &column.comment);
        }
    }
    macro_rules! parts {
        ($($field:ident $word:literal),*) => {
            $(for (part, wanted) in &then.$field {
                if let Some(old) = now.$field.get(part) {
                    let place = format!(concat!($word, " {} ON {}"), part.quoted(), on);
                    comment(work, &object, &place, &old.comment, &wanted.comment);
                }
            })*
        };
    }
    parts!(constraints "CONSTRAINT", triggers "TRIGGER", policies "POLICY", rules "RULE");
    for (part, wanted) in &then.indexes {
        if let Some(old) = now.indexes.get(part) {
            let place = format!("INDEX {}.{}", name.schema.quoted(), part.quoted());
            comment(work, &object, &place, &old.comment, &wanted.comment);
        }
    }
}

fn comments_of_objects(work: &mut Work<'_>) {
    let aim = work.aim;
    for (name, then) in &aim.schemas {
        if let Some(now) = work.catalog().schemas.get(name).cloned() {
            let on = format!("SCHEMA {}", name.quoted());
            comment(work, &format!("schema {name}"), &on, &now.comment, &then.comment);
        }
    }
    for (name, then) in &aim.extensions {
        let now = work.catalog().extensions.get(name).cloned();
        // Each comes with a comment of its own, which files don't know.
        if let Some(now) = now.filter(|_| then.comment.is_some()) {
            let on = format!("EXTENSION {}", name.quoted());
            comment(
                work,
                &format!("extension {name}"),
                &on,
                &now.comment,
                &then.comment,
            );
        }
    }
    for (name, then) in &aim.types {
        if let Some(now) = work.catalog().types.get(name).cloned() {
            let word = if matches!(then.kind, TypeKind::Domain(_)) {
                "DOMAIN"
            } else {
                "TYPE"
            };
            let object = format!("{} {name}", word.to_lowercase());
            comment(
                work,
                &object,
                &format!("{word} {}", name.quoted()),
                &now.comment,
                &then.comment,
            );
        }
    }
    for (key, then) in &aim.functions {
        if let Some(now) = work.catalog().functions.get(key).cloned() {
            let word = match then.kind {
                FunctionKind::Procedure => "PROCEDURE",
                FunctionKind::Aggregate => "AGGREGATE",
                FunctionKind::Function | FunctionKind::Window => "FUNCTION",
            };
            let arguments = match word == "AGGREGATE" && key.arguments.is_empty() {
                true => format!("{}(*)", key.name.quoted()),
                false => signature(key),
            };
            let object = format!("{} {key}", word.to_lowercase());
            comment(
                work,
                &object,
                &format!("{word} {arguments}"),
                &now.comment,
                &then.comment,
            );
        }
    }
}
