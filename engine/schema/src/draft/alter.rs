//! Relations that are there and shall be otherwise: storage, columns, parents, parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_syntax::Name;

use super::Loss;
use super::work::{Work, step, titled};
use crate::catalog::{
    Column, Generated, GeneratedStorage, IdentityKind, Persistence, QualName, Relation, RelationKind,
};
use crate::render::same;
use crate::render::sql::{default, options, table as sql_table, word};
use crate::types::SqlType;

/// Alters a table.
pub(super) fn table(work: &mut Work<'_>, name: &QualName) {
    storage(work, name);
    no_longer_inherited(work, name);
    dropped_columns(work, name);
    changed_columns(work, name);
    added_columns(work, name);
    inherited(work, name);
}

/// The table as it is and as it shall be.
fn sides<'t>(work: &Work<'t>, name: &QualName) -> Option<(Arc<Relation>, &'t Arc<Relation>)> {
    Some((work.now(name)?, work.then(name)?))
}

/// Storage parameters, persistence, access method and tablespace.
pub(super) fn storage(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    let object = titled(name, then);
    let alter = format!("ALTER {} {}", word(then.kind), name.quoted());
    let aspects = same::relation(name, &now, then);
    let differs = |aspect: &str| aspects.iter().any(|a| a == aspect);
    if differs("unlogged") {
        let word = match then.persistence {
            Persistence::Unlogged => "UNLOGGED",
            _ => "LOGGED",
        };
        work.write(step(
            format!("{alter} SET {word}"),
            object.clone(),
            format!("set {}", word.to_lowercase()),
        ));
    }
    if differs("options") {
        set_options(work, &alter, &object, &now.options, &then.options);
    }
    if differs("access method") {
        let method = then.access_method.clone().unwrap_or_else(|| Name::new("heap"));
        let sql = format!("{alter} SET ACCESS METHOD {}", method.quoted());
        work.write(step(sql, object.clone(), format!("set access method {method}")));
    }
    if differs("tablespace") {
        let space = then.tablespace.clone().unwrap_or_else(|| Name::new("pg_default"));
        let sql = format!("{alter} SET TABLESPACE {}", space.quoted());
        work.write(step(sql, object.clone(), format!("move to tablespace {space}")));
    }
    if differs("of type") {
        let (sql, what) = match &then.of_type {
            Some(of) => (
                format!("{alter} OF {}", of.quoted()),
                format!("make of type {of}"),
            ),
            None => (format!("{alter} NOT OF"), "make of no type".to_owned()),
        };
        work.write(step(sql, object.clone(), what));
    }
    if differs("not populated") && !then.unpopulated && then.kind == RelationKind::MaterializedView {
        let sql = format!("REFRESH MATERIALIZED VIEW {}", name.quoted());
        work.write(step(sql, object, "fill"));
    }
}

type Options = BTreeMap<Name, Arc<str>>;

fn set_options(work: &mut Work<'_>, alter: &str, object: &str, now: &Options, then: &Options) {
    let changed: Options = then
        .iter()
        .filter(|(key, value)| now.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), Arc::clone(value)))
        .collect();
    if !changed.is_empty() {
        let list = options(&changed);
        let sql = format!("{alter} SET{}", list.trim_start_matches(" WITH"));
        work.write(step(sql, object, "set storage parameters"));
    }
    let gone: Vec<&str> = now
        .keys()
        .filter(|key| !then.contains_key(*key))
        .map(Name::as_str)
        .collect();
    if !gone.is_empty() {
        let sql = format!("{alter} RESET ({})", gone.join(", "));
        work.write(step(sql, object, format!("reset {}", gone.join(", "))));
    }
}

fn only(name: &QualName, column: &Name) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {}", name.quoted(), column.quoted())
}

fn dropped_columns(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    // Those that are computed from others first.
    let mut gone: Vec<_> = now
        .columns
        .iter()
        .filter(|c| then.column(&c.name).is_none() && !c.inherited)
        .collect();
    gone.sort_by_key(|column| column.generated.is_none());
    for column in gone {
        drop_column(work, name, column);
    }
}

fn drop_column(work: &mut Work<'_>, name: &QualName, column: &Column) -> bool {
    let Some(relation) = work.now(name) else {
        return false;
    };
    let sql = format!(
        "ALTER TABLE {} DROP COLUMN {}",
        name.quoted(),
        column.name.quoted()
    );
    let loss = match column.generated {
        Some(_) => Loss::Nothing,
        None => Loss::Certain(format!("all values of {}", same::shown(name, &column.name))),
    };
    let object = titled(name, &relation);
    work.write(step(sql, object, format!("drop column {}", column.name)).losing(loss))
}

fn added_columns(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    for column in then.columns.iter().filter(|c| now.column(&c.name).is_none()) {
        // Parents are altered first and bring theirs.
        if !column.inherited || now.parents.is_empty() {
            add_column(work, name, then, column);
        }
    }
}

fn add_column(work: &mut Work<'_>, name: &QualName, then: &Relation, column: &Column) {
    let object = titled(name, then);
    let Some(text) = sql_table::column_definition(work.aim, name, then, column) else {
        return;
    };
    let mut what = format!("add column {}", column.name);
    let filled = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
    if column.not_null && !filled {
        what.push_str("; it fails where the table has rows, since nothing says what they hold");
    }
    let sql = format!("ALTER TABLE {} ADD COLUMN {text}", name.quoted());
    work.write(step(sql, object, what));
}

fn changed_columns(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    for column in then.columns.iter() {
        let Some(old) = now.column(&column.name) else {
            continue;
        };
        let aspects = same::column(old, column);
        if !aspects.is_empty() {
            change_column(work, name, column, &aspects);
        }
    }
}

fn change_column(work: &mut Work<'_>, name: &QualName, then: &Column, aspects: &[String]) {
    let differs = |aspect: &str| aspects.iter().any(|a| a == aspect);
    if differs("generated stored") || differs("generated virtual") {
        generated(work, name, then);
        return;
    }
    if differs("type") || differs("collation") {
        retype(work, name, then);
    }
    // Each of these looks at what the ones before have left.
    identity_gone(work, name, then);
    value(work, name, then);
    nullness(work, name, then);
    identity(work, name, then);
}

fn current(work: &Work<'_>, name: &QualName, column: &Name) -> Option<(String, Arc<Column>)> {
    let now = work.now(name)?;
    let column = now.column(column)?.clone();
    Some((titled(name, &now), column))
}

/// Changes the type, with what stands in its way dropped before.
fn retype(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    let (Some(from), Some(to)) = (&now.ty, &then.ty) else {
        return;
    };
    if now.inherited {
        return;
    }
    let kin = is_kin(from, to);
    if now.default.is_some() && !kin {
        let sql = format!("{} DROP DEFAULT", only(name, &then.name));
        work.write(step(
            sql,
            object.clone(),
            format!("drop the default of {}, which has the old type", then.name),
        ));
    }
    let collation = then
        .collation
        .as_ref()
        .map(|c| format!(" COLLATE {}", c.quoted()))
        .unwrap_or_default();
    let column = then.name.quoted();
    let using = match (kin, from.schema.is_some() && to.schema.is_some()) {
        (true, _) => String::new(),
        (false, true) => format!(" USING {column}::text::{to}"),
        (false, false) => format!(" USING {column}::{to}"),
    };
    let sql = format!("{} TYPE {to}{collation}{using}", only(name, &then.name));
    let what = match from == to {
        true => format!("change the collation of {}", then.name),
        false => format!("change the type of {} from {from} to {to}", then.name),
    };
    let loss = match is_wider(from, to) {
        true => Loss::Nothing,
        false => Loss::Possible(format!(
            "what {to} doesn't hold of {}",
            same::shown(name, &then.name)
        )),
    };
    let retyping = step(sql, object, what).losing(loss);
    if !work.attempt(retyping.clone()) {
        clear_the_way(work, name, &then.name);
        work.write(retyping);
    }
}

/// Drops triggers, policies and generated columns that use a column; they are made again later.
fn clear_the_way(work: &mut Work<'_>, name: &QualName, column: &Name) {
    let Some(now) = work.now(name) else { return };
    let object = titled(name, &now);
    let uses = |expr: &crate::expr::Expr| expr.facts.columns.contains(column);
    for (trigger, one) in now.triggers.iter().filter(|(_, t)| !t.inherited) {
        if one.update_columns.contains(column) || one.when.as_ref().is_some_and(uses) {
            let sql = format!("DROP TRIGGER {} ON {}", trigger.quoted(), name.quoted());
            work.write(step(
                sql,
                object.clone(),
                format!("drop trigger {trigger}, to be made again below"),
            ));
        }
    }
    for (policy, one) in &now.policies {
        if one.using.iter().chain(&one.check).any(uses) {
            let sql = format!("DROP POLICY {} ON {}", policy.quoted(), name.quoted());
            work.write(step(
                sql,
                object.clone(),
                format!("drop policy {policy}, to be made again below"),
            ));
        }
    }
    for computed in now.columns.iter() {
        if computed.generated.as_ref().is_some_and(|g| uses(&g.expr)) {
            drop_column(work, name, computed);
        }
    }
}

/// Whether PostgreSQL takes values and defaults of one type for the other without being told how.
fn is_kin(from: &SqlType, to: &SqlType) -> bool {
    const KIN: [&[&str]; 4] = [
        &["int2", "int4", "int8", "numeric", "float4", "float8"],
        &["text", "varchar", "bpchar", "name"],
        &["timestamp", "timestamptz", "date"],
        &["json", "jsonb"],
    ];
    let plain = from.schema.is_none() && to.schema.is_none() && from.array == to.array;
    let among = |list: &&[&str]| list.contains(&from.name.as_str()) && list.contains(&to.name.as_str());
    let json = from.name.as_str() == "json" || from.name.as_str() == "jsonb";
    from.base() == to.base() && from.array == to.array || (plain && !json && KIN.iter().any(among))
}

/// Whether every value of one type is a value of the other.
fn is_wider(from: &SqlType, to: &SqlType) -> bool {
    if from == to {
        return true;
    }
    if from.schema.is_some() || to.schema.is_some() || from.array != to.array {
        return false;
    }
    let length = |ty: &SqlType| ty.modifiers.as_ref().and_then(|m| m.parse::<u64>().ok());
    let unlimited = to.modifiers.is_none();
    match (from.name.as_str(), to.name.as_str()) {
        ("int2", "int4" | "int8") | ("int4", "int8") | ("float4", "float8") => true,
        ("int2" | "int4" | "int8", "numeric") | ("varchar" | "bpchar", "text") => unlimited,
        ("varchar", "varchar") => {
            unlimited || length(from).is_some_and(|f| length(to).is_some_and(|t| f <= t))
        }
        ("numeric", "numeric") => unlimited,
        _ => false,
    }
}

/// What a column is computed from. An expression can't be changed in place before 17, so the column is made anew.
fn generated(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    if now.inherited {
        return;
    }
    let stored = |g: &Generated| g.storage == GeneratedStorage::Stored;
    if then.generated.is_none() && now.generated.as_ref().is_some_and(stored) {
        let sql = format!("{} DROP EXPRESSION", only(name, &then.name));
        work.write(step(
            sql,
            object,
            format!("keep the values of {} and compute no more", then.name),
        ));
        return;
    }
    let readers = format!(
        "ALTER TABLE {} DROP COLUMN {} CASCADE",
        name.quoted(),
        then.name.quoted()
    );
    for view in work.would_go(&readers) {
        if let Some(relation) = work.now(&view) {
            let sql = format!("DROP {} {}", word(relation.kind), view.quoted());
            work.attempt(step(
                sql,
                titled(&view, &relation),
                "drop, to be made again below",
            ));
        }
    }
    drop_column(work, name, &now);
}

fn identity_gone(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    if now.identity.is_some() && then.identity.is_none() && !now.inherited {
        let sql = format!("{} DROP IDENTITY", only(name, &then.name));
        work.write(step(sql, object, format!("make {} no identity", then.name)));
    }
}

fn value(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    if !same::column(&now, then).iter().any(|aspect| aspect == "default") {
        return;
    }
    let (tail, what) = match &then.default {
        Some(value) => (format!("SET DEFAULT {}", default(value)), "set"),
        None => ("DROP DEFAULT".to_owned(), "drop"),
    };
    let sql = format!("{} {tail}", only(name, &then.name));
    work.write(step(sql, object, format!("{what} the default of {}", then.name)));
}

fn nullness(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    let Some(relation) = work.then(name) else { return };
    if now.not_null == then.not_null {
        return;
    }
    // A primary key that comes later brings it.
    let keyed = relation.primary_key().is_some_and(|key| match &key.kind {
        crate::catalog::ConstraintKind::PrimaryKey { columns } => columns.contains(&then.name),
        _ => false,
    });
    let column = &then.name;
    if then.not_null && !(keyed && now.default.is_none()) {
        let what = format!("require a value of {column}; it fails where a row has none");
        work.write(step(format!("{} SET NOT NULL", only(name, column)), object, what));
    } else if !then.not_null {
        let sql = format!("{} DROP NOT NULL", only(name, column));
        work.write(step(sql, object, format!("allow NULL in {column}")));
    }
}

fn identity(work: &mut Work<'_>, name: &QualName, then: &Column) {
    let Some((object, now)) = current(work, name, &then.name) else {
        return;
    };
    let Some(wanted) = then.identity.filter(|_| now.identity != then.identity) else {
        return;
    };
    if work.then(name).is_some_and(|relation| relation.is_partition()) {
        return;
    }
    let kind = match wanted {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
    };
    let alter = only(name, &then.name);
    let sql = match now.identity {
        Some(_) => format!("{alter} SET GENERATED {kind}"),
        None => {
            let sequence = sql_table::identity_sequence(work.aim, name, then);
            format!("{alter} ADD GENERATED {kind} AS IDENTITY{sequence}")
        }
    };
    let what = format!("make {} an identity, {}", then.name, kind.to_lowercase());
    work.write(step(sql, object, what));
}

fn plain_parents(relation: &Relation) -> impl Iterator<Item = &QualName> {
    let plain = relation.parents.iter().filter(|parent| parent.bound.is_none());
    plain.map(|parent| &parent.relation)
}

fn no_longer_inherited(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    for parent in plain_parents(&now).filter(|p| !plain_parents(then).any(|other| other == *p)) {
        let sql = format!("ALTER TABLE {} NO INHERIT {}", name.quoted(), parent.quoted());
        work.write(step(
            sql,
            titled(name, then),
            format!("inherit no more from {parent}"),
        ));
    }
}

fn inherited(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    for parent in plain_parents(then).filter(|p| !plain_parents(&now).any(|other| other == *p)) {
        let sql = format!("ALTER TABLE {} INHERIT {}", name.quoted(), parent.quoted());
        work.write(step(sql, titled(name, then), format!("inherit from {parent}")));
    }
}

/// Alters a sequence's parameters; who owns it comes later.
pub(super) fn sequence(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    let Some(wanted) = &then.sequence else { return };
    let object = titled(name, then);
    let aspects = same::relation(name, &now, then);
    if aspects.iter().any(|a| a == "unlogged") {
        let word = match then.persistence {
            Persistence::Unlogged => "UNLOGGED",
            _ => "LOGGED",
        };
        let sql = format!("ALTER SEQUENCE {} SET {word}", name.quoted());
        work.write(step(sql, object.clone(), format!("set {}", word.to_lowercase())));
    }
    let elsewhere = ["unlogged", "owned by", "identity"];
    if aspects.iter().any(|a| !elsewhere.contains(&a.as_str())) {
        let tail = if wanted.cycle { "" } else { " NO CYCLE" };
        let sql = format!(
            "ALTER SEQUENCE {} AS {} {}{tail}",
            name.quoted(),
            wanted.ty,
            sql_table::parameters(wanted)
        );
        work.write(step(sql, object, "set its parameters"));
    }
}

/// Defaults of a view's columns.
pub(super) fn defaults_of_view(work: &mut Work<'_>, name: &QualName) {
    let Some((now, then)) = sides(work, name) else {
        return;
    };
    for column in then.columns.iter() {
        let Some(old) = now.column(&column.name) else {
            continue;
        };
        if !same::column(old, column).iter().any(|a| a == "default") {
            continue;
        }
        let tail = match &column.default {
            Some(value) => format!("SET DEFAULT {}", default(value)),
            None => "DROP DEFAULT".to_owned(),
        };
        let sql = format!(
            "ALTER VIEW {} ALTER COLUMN {} {tail}",
            name.quoted(),
            column.name.quoted()
        );
        work.write(step(
            sql,
            titled(name, then),
            format!("the default of {}", column.name),
        ));
    }
}
