//! Constraints, indexes, triggers, policies and rules, described.

use super::super::{Item, Value, names};
use crate::catalog::{
    Constraint, ConstraintKind, Deferrable, ForeignKey, Index, IndexKey, Policy, PolicyCommand,
    ReferentialAction, Relation, Trigger, TriggerEnabled, TriggerEvent, TriggerTiming,
};
use crate::expr::Expr;
use crate::render::normal;

/// Adds what hangs on a relation, by kind, then by name.
pub(super) fn parts(item: &mut Item, relation: &Relation) {
    for (name, one) in &relation.constraints {
        item.parts.push(constraint(name.quoted().to_string(), one));
    }
    for (name, one) in &relation.indexes {
        item.parts.push(index(name.quoted().to_string(), one));
    }
    for (name, one) in &relation.triggers {
        item.parts.push(trigger(name.quoted().to_string(), one));
    }
    for (name, one) in &relation.policies {
        item.parts.push(policy(name.quoted().to_string(), one));
    }
    for (name, one) in &relation.rules {
        let mut rule = Item::new("rule", name.quoted());
        rule.optional_word("enabled", enabled(one.enabled).map(str::to_owned));
        rule.comment(&one.comment);
        item.parts.push(rule);
    }
}

pub(in crate::render) fn constraint(name: String, constraint: &Constraint) -> Item {
    let mut item = Item::new("constraint", name);
    match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => item.list("primary key", names(columns)),
        ConstraintKind::Unique { columns } => item.list("unique", names(columns)),
        ConstraintKind::Exclude { operators } => {
            item.list("exclude", operators.iter().map(|o| normal::operator(o)).collect());
        }
        ConstraintKind::Check { expr } => item.say("check", Value::Expr(normal::expr(expr))),
        ConstraintKind::NotNull { column } => item.word("not null", column.quoted()),
        ConstraintKind::ForeignKey(key) => foreign_key(&mut item, key),
    }
    item.mark("not valid", !constraint.validated);
    item.mark("not enforced", !constraint.enforced);
    item.optional_word("deferrable", deferrable(constraint.deferrable).map(str::to_owned));
    item.mark("no inherit", constraint.no_inherit);
    item.mark("inherited", constraint.inherited);
    item.comment(&constraint.comment);
    item
}

fn foreign_key(item: &mut Item, key: &ForeignKey) {
    item.list("foreign key", names(&key.columns));
    let referenced = names(&key.referenced_columns).join(", ");
    item.word(
        "references",
        format!("{} ({referenced})", key.references.quoted()),
    );
    item.mark("match full", key.match_full);
    item.optional_word("on update", action(key.on_update).map(str::to_owned));
    item.optional_word("on delete", action(key.on_delete).map(str::to_owned));
}

/// A referential action in SQL's words; `None` for the default.
pub(in crate::render) fn action(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("restrict"),
        ReferentialAction::Cascade => Some("cascade"),
        ReferentialAction::SetNull => Some("set null"),
        ReferentialAction::SetDefault => Some("set default"),
    }
}

fn deferrable(deferrable: Deferrable) -> Option<&'static str> {
    match deferrable {
        Deferrable::No => None,
        Deferrable::Immediate => Some("initially immediate"),
        Deferrable::Deferred => Some("initially deferred"),
    }
}

pub(in crate::render) fn index(name: String, index: &Index) -> Item {
    let mut item = Item::new("index", name);
    item.mark("unique", index.unique);
    item.word("method", index.method.as_str());
    item.list(
        "keys",
        index.keys.iter().map(|key| index_key(key, index)).collect(),
    );
    item.list("include", names(&index.include));
    item.mark("nulls not distinct", index.nulls_not_distinct);
    if let Some(predicate) = &index.predicate {
        item.say("where", Value::Expr(normal::expr(predicate)));
    }
    item.mark("invalid", !index.valid);
    item.mark("of constraint", index.constraint);
    item.optional_word(
        "attached to",
        index.parent.as_ref().map(crate::catalog::QualName::quoted),
    );
    item.options(&index.options);
    item.optional_word(
        "tablespace",
        index.tablespace.as_ref().map(|t| t.quoted().to_string()),
    );
    item.mark("clustered", index.clustered);
    item.comment(&index.comment);
    item
}

/// A key as CREATE INDEX writes it, defaults left out.
pub(in crate::render) fn index_key(key: &IndexKey, index: &Index) -> String {
    let mut text = normal::key(&key.expr);
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" COLLATE {}", collation.quoted()));
    }
    if let Some(opclass) = key
        .opclass
        .as_ref()
        .filter(|o| !default_opclass(o.as_str(), index.method.as_str()))
    {
        text.push_str(&format!(" {}", opclass.quoted()));
    }
    match (key.descending, key.nulls_first) {
        (false, false) => {}
        (false, true) => text.push_str(" NULLS FIRST"),
        (true, true) => text.push_str(" DESC"),
        (true, false) => text.push_str(" DESC NULLS LAST"),
    }
    text
}

/// Whether an operator class is the default of its type, so that naming it says nothing
/// (`pg_opclass.opcdefault` of PostgreSQL's own).
fn default_opclass(opclass: &str, method: &str) -> bool {
    const SPECIAL: [&str; 8] = [
        "text_pattern_ops",
        "varchar_pattern_ops",
        "bpchar_pattern_ops",
        "varchar_ops",
        "cidr_ops",
        "record_image_ops",
        "jsonb_path_ops",
        "kd_point_ops",
    ];
    const DEFAULTS: [&str; 41] = [
        "array_ops",
        "bit_ops",
        "bool_ops",
        "box_ops",
        "bpchar_ops",
        "bytea_ops",
        "char_ops",
        "circle_ops",
        "date_ops",
        "enum_ops",
        "float4_ops",
        "float8_ops",
        "inet_ops",
        "int2_ops",
        "int4_ops",
        "int8_ops",
        "interval_ops",
        "jsonb_ops",
        "macaddr8_ops",
        "macaddr_ops",
        "money_ops",
        "multirange_ops",
        "name_ops",
        "network_ops",
        "numeric_ops",
        "oid_ops",
        "oidvector_ops",
        "pg_lsn_ops",
        "point_ops",
        "poly_ops",
        "quad_point_ops",
        "range_ops",
        "record_ops",
        "text_ops",
        "tid_ops",
        "time_ops",
        "timestamp_ops",
        "timestamptz_ops",
        "timetz_ops",
        "tsquery_ops",
        "tsvector_ops",
    ];
    let gist_inet = method == "gist" && opclass == "inet_ops";
    !SPECIAL.contains(&opclass)
        && !gist_inet
        && (DEFAULTS.contains(&opclass) || matches!(opclass, "uuid_ops" | "varbit_ops"))
}

pub(in crate::render) fn trigger(name: String, trigger: &Trigger) -> Item {
    let mut item = Item::new("trigger", name);
    item.mark("constraint trigger", trigger.constraint);
    item.word(
        "timing",
        match trigger.timing {
            TriggerTiming::Before => "before",
            TriggerTiming::After => "after",
            TriggerTiming::InsteadOf => "instead of",
        },
    );
    let mut events = trigger.events.clone();
    events.sort();
    events.dedup();
    item.word(
        "events",
        events.into_iter().map(event).collect::<Vec<_>>().join(" or "),
    );
    let mut columns = names(&trigger.update_columns);
    columns.sort();
    item.list("of", columns);
    item.word("for each", if trigger.for_each_row { "row" } else { "statement" });
    if let Some(when) = &trigger.when {
        item.say("when", Value::Expr(normal::expr(when)));
    }
    item.word("executes", trigger.function.quoted());
    item.optional_word("deferrable", deferrable(trigger.deferrable).map(str::to_owned));
    item.optional_word("enabled", enabled(trigger.enabled).map(str::to_owned));
    item.mark("inherited", trigger.inherited);
    item.comment(&trigger.comment);
    item
}

fn event(event: TriggerEvent) -> &'static str {
    match event {
        TriggerEvent::Insert => "insert",
        TriggerEvent::Delete => "delete",
        TriggerEvent::Update => "update",
        TriggerEvent::Truncate => "truncate",
    }
}

fn enabled(enabled: TriggerEnabled) -> Option<&'static str> {
    match enabled {
        TriggerEnabled::Origin => None,
        TriggerEnabled::Disabled => Some("never"),
        TriggerEnabled::Replica => Some("in replicas"),
        TriggerEnabled::Always => Some("always"),
    }
}

pub(in crate::render) fn policy(name: String, policy: &Policy) -> Item {
    let mut item = Item::new("policy", name);
    item.mark("restrictive", !policy.permissive);
    item.word(
        "for",
        match policy.command {
            PolicyCommand::All => "all",
            PolicyCommand::Select => "select",
            PolicyCommand::Insert => "insert",
            PolicyCommand::Update => "update",
            PolicyCommand::Delete => "delete",
        },
    );
    let mut roles = names(&policy.roles);
    roles.sort();
    item.list("to", roles);
    let condition = |expr: &Option<Expr>| expr.as_ref().map(|e| Value::Expr(normal::expr(e)));
    for (aspect, value) in [
        ("using", condition(&policy.using)),
        ("with check", condition(&policy.check)),
    ] {
        if let Some(value) = value {
            item.say(aspect, value);
        }
    }
    item.comment(&policy.comment);
    item
}
