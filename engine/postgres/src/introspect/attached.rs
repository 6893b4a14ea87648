//! What hangs on relations: triggers, policies, rules.

use std::sync::Arc;

use confiture_schema::catalog::{
    Policy, PolicyCommand, QualName, Rule, Trigger, TriggerEnabled, TriggerEvent, TriggerTiming,
};
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::constraints::deferrable;
use super::dictionary::class;
use super::{Draft, get};
use crate::error::SqlError;
use crate::session::Session;

/// Bits of `pg_trigger.tgtype`.
mod bit {
    pub(super) const ROW: i16 = 1;
    pub(super) const BEFORE: i16 = 1 << 1;
    pub(super) const INSERT: i16 = 1 << 2;
    pub(super) const DELETE: i16 = 1 << 3;
    pub(super) const UPDATE: i16 = 1 << 4;
    pub(super) const TRUNCATE: i16 = 1 << 5;
    pub(super) const INSTEAD: i16 = 1 << 6;
}

/// Reads triggers, policies and rules.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    triggers(session, draft)?;
    policies(session, draft)?;
    rules(session, draft)
}

fn triggers(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    // Clones on partitions count as internal before 15; those of foreign keys are internal always.
    let rows = session.query(
        "SELECT t.oid, t.tgrelid, t.tgname::text, t.tgtype, t.tgenabled::text, t.tgdeferrable, t.tginitdeferred, \
                t.tgparentid <> 0, t.tgconstraint <> 0, t.tgattr::int2[], n.nspname::text, p.proname::text, \
                CASE WHEN t.tgqual IS NOT NULL THEN pg_catalog.pg_get_triggerdef(t.oid, false) END \
         FROM pg_catalog.pg_trigger t \
         JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
         JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid \
         JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
         LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint \
         WHERE c.relnamespace = ANY ($1) \
           AND (NOT t.tgisinternal OR (t.tgparentid <> 0 AND (k.oid IS NULL OR k.contype = 't')))",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let (oid, table): (u32, u32) = (get(row, 0)?, get(row, 1)?);
        if draft.dictionary.is_member(class::TRIGGER, oid) {
            continue;
        }
        let trigger = trigger(row, draft)?;
        if let Some(relation) = draft.relation(table) {
            relation
                .triggers
                .insert_mut(Name::new(get::<&str>(row, 2)?), Arc::new(trigger));
        }
    }
    Ok(())
}

fn trigger(row: &Row, draft: &Draft) -> Result<Trigger, SqlError> {
    let bits: i16 = get(row, 3)?;
    let is = |bit: i16| bits & bit != 0;
    let table: u32 = get(row, 1)?;
    let events = [
        (bit::INSERT, TriggerEvent::Insert),
        (bit::DELETE, TriggerEvent::Delete),
        (bit::UPDATE, TriggerEvent::Update),
        (bit::TRUNCATE, TriggerEvent::Truncate),
    ];
    let update_columns: Vec<i16> = get(row, 9)?;
    Ok(Trigger {
        timing: if is(bit::BEFORE) {
            TriggerTiming::Before
        } else if is(bit::INSTEAD) {
            TriggerTiming::InsteadOf
        } else {
            TriggerTiming::After
        },
        events: events
            .iter()
            .filter(|(bit, _)| is(*bit))
            .map(|(_, event)| *event)
            .collect(),
        update_columns: update_columns
            .iter()
            .map(|&n| draft.dictionary.column(table, n))
            .collect(),
        for_each_row: is(bit::ROW),
        function: QualName::new(Name::new(get::<&str>(row, 10)?), Name::new(get::<&str>(row, 11)?)),
        when: get::<Option<&str>>(row, 12)?
            .and_then(when)
            .map(|text| draft.dictionary.expr(text)),
        constraint: get(row, 8)?,
        deferrable: deferrable(get(row, 5)?, get(row, 6)?),
        enabled: enabled(get(row, 4)?),
        inherited: get(row, 7)?,
        comment: draft.dictionary.comment(class::TRIGGER, get(row, 0)?, 0),
        origin: Default::default(),
    })
}

/// The condition in a trigger's definition. `pg_get_expr` refuses it, for it speaks of two rows.
fn when(definition: &str) -> Option<&str> {
    let from = definition.find(" WHEN (")? + " WHEN ".len();
    let to = definition.rfind(" EXECUTE FUNCTION ")?;
    definition.get(from..to)
}

fn enabled(code: &str) -> TriggerEnabled {
    match code {
        "D" => TriggerEnabled::Disabled,
        "R" => TriggerEnabled::Replica,
        "A" => TriggerEnabled::Always,
        _ => TriggerEnabled::Origin,
    }
}

fn policies(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT p.oid, p.polrelid, p.polname::text, p.polpermissive, p.polcmd::text, \
                ARRAY(SELECT CASE WHEN r.oid = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(r.oid)::text END \
                      FROM pg_catalog.unnest(p.polroles) r (oid)), \
                pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) \
         FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid \
         WHERE c.relnamespace = ANY ($1)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let roles: Vec<String> = get(row, 5)?;
        let policy = Policy {
            permissive: get(row, 3)?,
            command: match get::<&str>(row, 4)? {
                "r" => PolicyCommand::Select,
                "a" => PolicyCommand::Insert,
                "w" => PolicyCommand::Update,
                "d" => PolicyCommand::Delete,
                _ => PolicyCommand::All,
            },
            roles: roles.iter().map(Name::new).collect(),
            using: get::<Option<&str>>(row, 6)?.map(|text| draft.dictionary.expr(text)),
            check: get::<Option<&str>>(row, 7)?.map(|text| draft.dictionary.expr(text)),
            comment: draft.dictionary.comment(class::POLICY, get(row, 0)?, 0),
            origin: Default::default(),
        };
        if let Some(relation) = draft.relation(get(row, 1)?) {
            relation
                .policies
                .insert_mut(Name::new(get::<&str>(row, 2)?), Arc::new(policy));
        }
    }
    Ok(())
}

fn rules(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT r.oid, r.ev_class, r.rulename::text, r.ev_enabled::text \
         FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
         WHERE c.relnamespace = ANY ($1) AND r.rulename <> '_RETURN'",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let rule = Rule {
            comment: draft.dictionary.comment(class::REWRITE, get(row, 0)?, 0),
            enabled: enabled(get(row, 3)?),
            origin: Default::default(),
        };
        if let Some(relation) = draft.relation(get(row, 1)?) {
            relation
                .rules
                .insert_mut(Name::new(get::<&str>(row, 2)?), Arc::new(rule));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn the_condition_of_a_trigger_is_found() {
        let definition = "CREATE TRIGGER t AFTER UPDATE ON public.a FOR EACH ROW \
                          WHEN ((old.x IS DISTINCT FROM new.x)) EXECUTE FUNCTION public.f('EXECUTE')";
        assert_eq!(when(definition), Some("((old.x IS DISTINCT FROM new.x))"));
    }
}
