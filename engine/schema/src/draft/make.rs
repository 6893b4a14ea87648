//! What comes, in the order in which one thing needs another: schemas, extensions, types, functions, relations.

use std::collections::BTreeSet;

use super::definitions::{self, Bodies, bodies};
use super::work::{Work, is_lasting, step, titled};
use super::{Loss, Runs, Step, alter, attach, remove, views};
use crate::catalog::{
    Domain, FunctionKey, FunctionKind, QualName, RelationKind, TypeDef, TypeKind, Volatility,
};
use crate::render::describe::signature;
use crate::render::normal::quoted_text;
use crate::render::same;
use crate::render::sql::order::{Node, ordered};
use crate::render::sql::{default, object, options, table};

/// Makes what isn't there and alters what is otherwise.
pub(super) fn everything(work: &mut Work<'_>) {
    schemas_and_extensions(work);
    let order = ordered(work.aim);
    let late = late(work, &order);
    let is_late = |node: &&Node| late.contains(*node);
    for node in order.iter().filter(|node| !is_late(node)) {
        make(work, node);
    }
    attach::keys_and_indexes(work);
    attach::families(work);
    attach::foreign_keys(work);
    for node in order.iter().filter(is_late) {
        make(work, node);
    }
    attach::view_indexes(work);
    attach::everything(work);
    remove::the_rest(work);
}

/// Views, which may need keys of tables, and functions that need views.
fn late(work: &Work<'_>, order: &[Node]) -> BTreeSet<Node> {
    let mut late = BTreeSet::new();
    for node in order {
        let needs_view = |ty: &crate::types::SqlType| {
            let name = ty
                .schema
                .as_ref()
                .map(|s| QualName::new(s.clone(), ty.name.clone()));
            name.is_some_and(|name| late.contains(&Node::Relation(name)))
        };
        let is_late = match node {
            Node::Relation(name) => work
                .then(name)
                .is_some_and(|r| matches!(r.kind, RelationKind::View | RelationKind::MaterializedView)),
            Node::Function(key) => {
                let returns = work.aim.functions.get(key).and_then(|f| f.returns.clone());
                let of_view = |node: &Node| match node {
                    Node::Relation(name) => {
                        returns.as_ref().is_some_and(|text| text.contains(&name.quoted()))
                    }
                    _ => false,
                };
                key.arguments.iter().any(needs_view) || late.iter().any(of_view)
            }
            Node::Type(_) => false,
        };
        if is_late {
            late.insert(node.clone());
        }
    }
    late
}

fn schemas_and_extensions(work: &mut Work<'_>) {
    let aim = work.aim;
    for (name, _) in &aim.schemas {
        if !work.catalog().schemas.contains_key(name) {
            let sql = format!("CREATE SCHEMA {}", name.quoted());
            work.write(step(sql, format!("schema {name}"), "create"));
        }
    }
    for (name, extension) in &aim.extensions {
        let object = format!("extension {name}");
        match work.catalog().extensions.get(name) {
            None => {
                let schema = extension.schema.as_ref().filter(|s| aim.schemas.contains_key(*s));
                let schema = schema
                    .map(|s| format!(" SCHEMA {}", s.quoted()))
                    .unwrap_or_default();
                work.write(step(
                    format!("CREATE EXTENSION {}{schema}", name.quoted()),
                    object,
                    "create",
                ));
            }
            Some(now) => {
                if let (Some(old), Some(new)) = (&now.schema, &extension.schema)
                    && old != new
                {
                    let sql = format!("ALTER EXTENSION {} SET SCHEMA {}", name.quoted(), new.quoted());
                    work.write(step(sql, object, format!("move to schema {new}")));
                }
            }
        }
    }
    for (key, _) in &aim.others {
        if work.catalog().others.contains_key(key) {
            continue;
        }
        // What needs a table comes with the rest of what hangs on tables.
        let needs = aim
            .others
            .get(key)
            .is_some_and(|other| !other.relations.is_empty());
        if !needs
            && let Some(sql) = work
                .wanted
                .others
                .get(key)
                .and_then(|t| definitions::create_as_written(t))
        {
            work.attempt(step(sql, attach::other_title(key), "create"));
        }
    }
}

fn make(work: &mut Work<'_>, node: &Node) {
    match node {
        Node::Type(name) => {
            if let Some(then) = work.aim.types.get(name) {
                type_definition(work, name, then);
            }
        }
        Node::Function(key) => function(work, key),
        Node::Relation(name) => relation(work, name),
    }
}

fn type_definition(work: &mut Work<'_>, name: &QualName, then: &TypeDef) {
    let word = if matches!(then.kind, TypeKind::Domain(_)) {
        "domain"
    } else {
        "type"
    };
    let object = format!("{word} {name}");
    let Some(now) = work.catalog().types.get(name).cloned() else {
        let written = match then.kind {
            TypeKind::Range(_) => work
                .wanted
                .types
                .get(name)
                .and_then(|t| definitions::create_as_written(t)),
            _ => None,
        };
        match (written, &then.kind) {
            (Some(sql), _) => {
                work.write(step(sql, object, "create"));
            }
            (None, TypeKind::Base) => work.leave_out(object, "create: base types are made by hand"),
            (None, _) => work.write_all(&object, "create", |out| object::type_definition(out, name, then)),
        }
        return;
    };
    match (&now.kind, &then.kind) {
        (TypeKind::Enum(now), TypeKind::Enum(then)) => labels(work, name, now, then),
        (TypeKind::Composite(now), TypeKind::Composite(then)) => attributes(work, name, now, then),
        (TypeKind::Domain(now), TypeKind::Domain(then)) => domain(work, name, now, then),
        _ => {}
    }
}

/// Adds labels to an enum, each behind the one before it. Labels that are gone, or in another order, are left to people.
fn labels(work: &mut Work<'_>, name: &QualName, now: &[std::sync::Arc<str>], then: &[std::sync::Arc<str>]) {
    let object = format!("type {name}");
    let kept: Vec<_> = then.iter().filter(|label| now.contains(label)).collect();
    if !kept.iter().copied().eq(now.iter()) {
        let gone: Vec<String> = now
            .iter()
            .filter(|l| !then.contains(l))
            .map(|l| quoted_text(l))
            .collect();
        let reason = match gone.is_empty() {
            true => "its labels come in another order, which PostgreSQL can't change".to_owned(),
            false => format!(
                "PostgreSQL takes no label out of an enum ({}): rename one, or move the columns to a new type",
                gone.join(", ")
            ),
        };
        work.leave_out(object.clone(), reason);
    }
    for (at, label) in then.iter().enumerate().filter(|(_, label)| !now.contains(label)) {
        let before = at.checked_sub(1).and_then(|at| then.get(at));
        let next = then.iter().skip(at).find(|l| now.contains(l));
        let place = match (before, next) {
            (_, None) => String::new(),
            (Some(before), Some(_)) => format!(" AFTER {}", quoted_text(before)),
            (None, Some(next)) => format!(" BEFORE {}", quoted_text(next)),
        };
        let label = quoted_text(label);
        let sql = format!("ALTER TYPE {} ADD VALUE {label}{place}", name.quoted());
        let adding = step(sql, object.clone(), format!("add label {label}"));
        work.write(Step {
            runs: Runs::Committed,
            ..adding
        });
    }
}

type Attribute = (confiture_syntax::Name, crate::types::SqlType);

fn attributes(work: &mut Work<'_>, name: &QualName, now: &[Attribute], then: &[Attribute]) {
    let object = format!("type {name}");
    let alter = format!("ALTER TYPE {}", name.quoted());
    for (attribute, _) in now.iter().filter(|(a, _)| !then.iter().any(|(b, _)| a == b)) {
        let sql = format!("{alter} DROP ATTRIBUTE {}", attribute.quoted());
        let loss = Loss::Certain(format!("{attribute} in all values of {name}"));
        work.write(step(sql, object.clone(), format!("drop attribute {attribute}")).losing(loss));
    }
    for (attribute, ty) in then {
        match now.iter().find(|(a, _)| a == attribute) {
            None => {
                let sql = format!("{alter} ADD ATTRIBUTE {} {ty}", attribute.quoted());
                work.write(step(sql, object.clone(), format!("add attribute {attribute}")));
            }
            Some((_, old)) if old != ty => {
                let sql = format!("{alter} ALTER ATTRIBUTE {} TYPE {ty}", attribute.quoted());
                let what = format!("change attribute {attribute} from {old} to {ty}");
                let loss = Loss::Possible(format!("what {ty} doesn't hold"));
                work.write(step(sql, object.clone(), what).losing(loss));
            }
            Some(_) => {}
        }
    }
}

fn domain(work: &mut Work<'_>, name: &QualName, now: &Domain, then: &Domain) {
    let object = format!("domain {name}");
    let alter = format!("ALTER DOMAIN {}", name.quoted());
    if now.base != then.base {
        let reason = format!(
            "PostgreSQL can't change its type from {} to {}",
            now.base, then.base
        );
        work.leave_out(object.clone(), reason);
    }
    for (check, condition, validated) in &now.checks {
        let other = then.checks.iter().find(|(other, ..)| other == check);
        let stays = other.is_some_and(|(_, c, v)| same::check(condition, c) && (*v || !validated));
        if !stays {
            let sql = format!("{alter} DROP CONSTRAINT {}", check.quoted());
            work.write(step(sql, object.clone(), format!("drop check {check}")));
        }
    }
    let sides = (now.default.as_ref(), then.default.as_ref());
    match sides {
        (None, None) => {}
        (Some(now), Some(then)) if same::check(now, then) => {}
        (_, Some(then)) => {
            let sql = format!("{alter} SET DEFAULT {}", default(then));
            work.write(step(sql, object.clone(), "set the default"));
        }
        (Some(_), None) => {
            work.write(step(
                format!("{alter} DROP DEFAULT"),
                object.clone(),
                "drop the default",
            ));
        }
    }
    if now.not_null != then.not_null {
        let word = if then.not_null { "SET" } else { "DROP" };
        let what = format!("{} NOT NULL", word.to_ascii_lowercase());
        work.write(step(format!("{alter} {word} NOT NULL"), object.clone(), what));
    }
    domain_checks(work, name, then);
}

fn domain_checks(work: &mut Work<'_>, name: &QualName, then: &Domain) {
    let object = format!("domain {name}");
    let alter = format!("ALTER DOMAIN {}", name.quoted());
    let Some(TypeKind::Domain(now)) = work.catalog().types.get(name).map(|t| t.kind.clone()) else {
        return;
    };
    for (check, condition, validated) in &then.checks {
        let quoted = check.quoted();
        match now.checks.iter().find(|(other, ..)| other == check) {
            None => {
                let tail = if *validated { "" } else { " NOT VALID" };
                let sql = format!("{alter} ADD CONSTRAINT {quoted} CHECK ({}){tail}", condition.text);
                work.write(step(sql, object.clone(), format!("add check {check}")));
            }
            Some((_, _, false)) if *validated => {
                let sql = format!("{alter} VALIDATE CONSTRAINT {quoted}");
                work.write(step(sql, object.clone(), format!("validate check {check}")));
            }
            Some(_) => {}
        }
    }
}

fn function(work: &mut Work<'_>, key: &FunctionKey) {
    let Some(then) = work.aim.functions.get(key) else {
        return;
    };
    let now = work.catalog().functions.get(key).cloned();
    let text = work.wanted.functions.get(key);
    let differs = match &now {
        None => true,
        Some(now) => {
            let said = bodies(work.had.functions.get(key), text);
            if said == Bodies::Unknown && then.kind != FunctionKind::Aggregate && !work.is_same_source() {
                work.not_compared.insert(format!("the body of function {key}"));
            }
            matches!(said, Bodies::Replaceable | Bodies::Apart) || !same::function(key, now, then).is_empty()
        }
    };
    if !differs {
        return;
    }
    let kind = match then.kind {
        FunctionKind::Procedure => "procedure",
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Function | FunctionKind::Window => "function",
    };
    let object = format!("{kind} {key}");
    let what = if now.is_some() { "replace" } else { "create" };
    let sql = match then.kind {
        FunctionKind::Aggregate => text.and_then(|text| definitions::create_as_written(text)),
        _ => text.and_then(|text| definitions::create_function(key, text)),
    };
    let Some(sql) = sql else {
        work.leave_out(object, format!("{what}: its definition is not known"));
        return;
    };
    if work.write(step(sql, object, what)) {
        work.made.insert(key.to_string());
        options_of_function(work, key);
    }
}

/// What ALTER FUNCTION said after the function was made.
fn options_of_function(work: &mut Work<'_>, key: &FunctionKey) {
    let (Some(now), Some(then)) = (
        work.catalog().functions.get(key).cloned(),
        work.aim.functions.get(key),
    ) else {
        return;
    };
    let mut said = Vec::new();
    if now.volatility != then.volatility {
        said.push(match then.volatility {
            Volatility::Immutable => "IMMUTABLE",
            Volatility::Stable => "STABLE",
            Volatility::Volatile => "VOLATILE",
        });
    }
    if now.strict != then.strict {
        said.push(if then.strict {
            "STRICT"
        } else {
            "CALLED ON NULL INPUT"
        });
    }
    if now.security_definer != then.security_definer {
        said.push(if then.security_definer {
            "SECURITY DEFINER"
        } else {
            "SECURITY INVOKER"
        });
    }
    let word = match then.kind {
        FunctionKind::Procedure => "PROCEDURE",
        _ => "FUNCTION",
    };
    if !said.is_empty() {
        let sql = format!("ALTER {word} {} {}", signature(key), said.join(" "));
        work.write(step(
            sql,
            format!("{} {key}", word.to_ascii_lowercase()),
            "set options",
        ));
    }
}

fn relation(work: &mut Work<'_>, name: &QualName) {
    let Some(then) = work.then(name).filter(|then| is_lasting(name, then)) else {
        return;
    };
    let object = titled(name, then);
    let Some(now) = work.now(name) else {
        if then.kind == RelationKind::ForeignTable {
            match work
                .wanted
                .foreign_tables
                .get(name)
                .and_then(|t| definitions::create_as_written(t))
            {
                Some(sql) => {
                    work.write(step(sql, object, "create"));
                }
                None => work.leave_out(object, "create: its server and options are not known"),
            }
            return;
        }
        let (aim, what) = (work.aim, "create");
        work.write_all(&object, what, |out| table::create(out, aim, name, then));
        work.made.insert(name.to_string());
        return;
    };
    match then.kind {
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => {
            if now.kind == then.kind {
                alter::table(work, name);
            } else {
                let (from, to) = (kind(now.kind), kind(then.kind));
                work.leave_out(
                    object,
                    format!("make a {to} of a {from}: its rows would have to be moved"),
                );
            }
        }
        RelationKind::Sequence => alter::sequence(work, name),
        RelationKind::View => replaced_view(work, name, &now, then),
        RelationKind::MaterializedView => alter::storage(work, name),
    }
}

fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => "sequence",
    }
}

fn replaced_view(
    work: &mut Work<'_>,
    name: &QualName,
    now: &crate::catalog::Relation,
    then: &crate::catalog::Relation,
) {
    let object = titled(name, then);
    if !views::is_same(work, name, now, then)
        && let Some(view) = &then.view
    {
        let sql = format!(
            "CREATE OR REPLACE VIEW {}{} AS\n{}",
            name.quoted(),
            options(&then.options),
            view.query
        );
        work.write(step(sql, object.clone(), "replace"));
        work.made.insert(name.to_string());
    }
    alter::storage(work, name);
    alter::defaults_of_view(work, name);
}
