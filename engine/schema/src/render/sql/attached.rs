//! What hangs on relations and comes after all of them: ownership, triggers, row security, comments.

use std::sync::Arc;

use super::table::parameters;
use super::{Script, columns, relations, word};
use crate::catalog::{
    Catalog, Deferrable, Policy, PolicyCommand, QualName, Relation, RelationKind, ReplicaIdentity, Trigger,
    TriggerEnabled, TriggerEvent, TriggerTiming,
};
use crate::render::normal::quoted_text;

/// Everything of this kind, relation by relation.
pub(crate) fn everything(out: &mut Script, catalog: &Catalog) {
    for (name, relation) in relations(catalog) {
        if relation.kind == RelationKind::ForeignTable {
            continue;
        }
        ownership(out, catalog, name, relation);
        identity_and_clustering(out, name, relation);
        for (trigger_name, trigger) in relation.triggers.iter().filter(|(_, t)| !t.inherited) {
            create_trigger(out, name, &trigger_name.quoted(), trigger);
        }
        for (rule, _) in &relation.rules {
            out.note(format!(
                "rule {} on {}: its definition is not a part of the catalog",
                rule.quoted(),
                name.quoted()
            ));
        }
        row_security(out, name, relation);
        comments(out, name, relation);
    }
}

pub(crate) fn ownership(out: &mut Script, catalog: &Catalog, name: &QualName, relation: &Relation) {
    let Some(sequence) = &relation.sequence else {
        return;
    };
    let Some((table, column)) = &sequence.owned_by else {
        return;
    };
    if sequence.identity {
        // An identity column that came by LIKE has a sequence of the default type.
        let of_column = catalog
            .relations
            .get(table)
            .and_then(|t| t.column(column))
            .and_then(|c| c.ty.as_ref());
        if of_column.is_some_and(|ty| *ty != sequence.ty) {
            let parameters = parameters(sequence);
            out.statement(format!(
                "ALTER SEQUENCE {} AS {} {parameters}",
                name.quoted(),
                sequence.ty
            ));
        }
    } else {
        let owner = format!("{}.{}", table.quoted(), column.quoted());
        out.statement(format!("ALTER SEQUENCE {} OWNED BY {owner}", name.quoted()));
    }
}

pub(crate) fn identity_and_clustering(out: &mut Script, name: &QualName, relation: &Relation) {
    let table = name.quoted();
    match &relation.replica_identity {
        ReplicaIdentity::Default => {}
        ReplicaIdentity::Full => out.statement(format!("ALTER TABLE {table} REPLICA IDENTITY FULL")),
        ReplicaIdentity::Nothing => out.statement(format!("ALTER TABLE {table} REPLICA IDENTITY NOTHING")),
        ReplicaIdentity::Index(index) => {
            out.statement(format!(
                "ALTER TABLE {table} REPLICA IDENTITY USING INDEX {}",
                index.quoted()
            ));
        }
    }
    for (index, _) in relation.indexes.iter().filter(|(_, index)| index.clustered) {
        out.statement(format!("ALTER TABLE {table} CLUSTER ON {}", index.quoted()));
    }
}

pub(crate) fn create_trigger(out: &mut Script, table: &QualName, name: &str, trigger: &Trigger) {
    let timing = match trigger.timing {
        TriggerTiming::Before => "BEFORE",
        TriggerTiming::After => "AFTER",
        TriggerTiming::InsteadOf => "INSTEAD OF",
    };
    let event = |event: &TriggerEvent| match event {
        TriggerEvent::Insert => "INSERT".to_owned(),
        TriggerEvent::Delete => "DELETE".to_owned(),
        TriggerEvent::Truncate => "TRUNCATE".to_owned(),
        TriggerEvent::Update if trigger.update_columns.is_empty() => "UPDATE".to_owned(),
        TriggerEvent::Update => format!("UPDATE OF {}", columns(&trigger.update_columns)),
    };
    let events: Vec<String> = trigger.events.iter().map(event).collect();
    let constraint = if trigger.constraint { "CONSTRAINT " } else { "" };
    let deferrable = match trigger.deferrable {
        Deferrable::No => "",
        Deferrable::Immediate => " DEFERRABLE",
        Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    };
    let each = if trigger.for_each_row { "ROW" } else { "STATEMENT" };
    let when = trigger
        .when
        .as_ref()
        .map(|w| format!(" WHEN ({})", w.text))
        .unwrap_or_default();
    out.statement(format!(
        "CREATE {constraint}TRIGGER {name} {timing} {} ON {}{deferrable} FOR EACH {each}{when} EXECUTE FUNCTION {}()",
        events.join(" OR "),
        table.quoted(),
        trigger.function.quoted()
    ));
    let enabled = match trigger.enabled {
        TriggerEnabled::Origin => return,
        TriggerEnabled::Disabled => "DISABLE",
        TriggerEnabled::Replica => "ENABLE REPLICA",
        TriggerEnabled::Always => "ENABLE ALWAYS",
    };
    out.statement(format!("ALTER TABLE {} {enabled} TRIGGER {name}", table.quoted()));
}

pub(crate) fn row_security(out: &mut Script, name: &QualName, relation: &Relation) {
    let table = name.quoted();
    if relation.row_security.enabled {
        out.statement(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"));
    }
    if relation.row_security.forced {
        out.statement(format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"));
    }
    for (policy_name, policy) in &relation.policies {
        out.statement(policy_definition(&table, &policy_name.quoted(), policy));
    }
}

pub(crate) fn policy_definition(table: &str, name: &str, policy: &Policy) -> String {
    let restrictive = if policy.permissive { "" } else { " AS RESTRICTIVE" };
    let command = match policy.command {
        PolicyCommand::All => "ALL",
        PolicyCommand::Select => "SELECT",
        PolicyCommand::Insert => "INSERT",
        PolicyCommand::Update => "UPDATE",
        PolicyCommand::Delete => "DELETE",
    };
    let role = |role: &confiture_syntax::Name| match role.as_str() {
        "public" => "PUBLIC".to_owned(),
        _ => role.quoted().to_string(),
    };
    let roles: Vec<String> = policy.roles.iter().map(role).collect();
    let using = policy
        .using
        .as_ref()
        .map(|e| format!(" USING ({})", e.text))
        .unwrap_or_default();
    let check = policy
        .check
        .as_ref()
        .map(|e| format!(" WITH CHECK ({})", e.text))
        .unwrap_or_default();
    let to = if roles.is_empty() {
        String::new()
    } else {
        format!(" TO {}", roles.join(", "))
    };
    format!("CREATE POLICY {name} ON {table}{restrictive} FOR {command}{to}{using}{check}")
}

fn comments(out: &mut Script, name: &QualName, relation: &Relation) {
    let table = name.quoted();
    let mut comment = |on: String, text: &Option<Arc<str>>| {
        if let Some(text) = text {
            out.statement(format!("COMMENT ON {on} IS {}", quoted_text(text)));
        }
    };
    comment(format!("{} {table}", word(relation.kind)), &relation.comment);
    for column in relation.columns.iter() {
        comment(
            format!("COLUMN {table}.{}", column.name.quoted()),
            &column.comment,
        );
    }
    for (part, one) in &relation.constraints {
        comment(format!("CONSTRAINT {} ON {table}", part.quoted()), &one.comment);
    }
    for (part, one) in &relation.indexes {
        comment(
            format!("INDEX {}.{}", name.schema.quoted(), part.quoted()),
            &one.comment,
        );
    }
    for (part, one) in relation.triggers.iter().filter(|(_, t)| !t.inherited) {
        comment(format!("TRIGGER {} ON {table}", part.quoted()), &one.comment);
    }
    for (part, one) in &relation.policies {
        comment(format!("POLICY {} ON {table}", part.quoted()), &one.comment);
    }
}
