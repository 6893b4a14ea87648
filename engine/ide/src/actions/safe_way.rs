//! Safe ways as migrations: what may stand where the statement stands, and the rest in migrations behind it.

use std::collections::BTreeSet;

use confiture_lint::{Edit, Finding, NewFile, Place};
use confiture_project::{Draft, Layout, RunsIn, Script, Segment, TransactionMode, goose_statements};
use confiture_risk::effect::{Repeats, SafeStep, TransactionRule};
use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::change::{AlterAction, Change};
use confiture_syntax::TextRange;

use super::here::Here;
use super::{Action, ActionEffect, ActionKind, place, sql, undo};
use crate::Edits;
use crate::diagnostics::findings;

/// The rules whose findings a safe way cures.
const CURED: [&str; 14] = [
    "add-check-not-valid",
    "add-foreign-key-not-valid",
    "backfill-under-lock",
    "breaking-rename",
    "constraint-builds-index",
    "require-concurrent-detach",
    "require-concurrent-index",
    "require-concurrent-index-drop",
    "require-concurrent-refresh",
    "require-concurrent-reindex",
    "scan-under-exclusive-lock",
    "set-not-null-scan",
    "table-rewrite",
    "write-every-row",
];

/// One step: statements, and how they run.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) sql: String,
    pub(super) runs_in: RunsIn,
}

/// What of a safe way stands where the statement stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stays {
    /// All of it.
    All,
    /// The first step.
    First,
    /// The first step, and the script has to be told to run outside of a transaction.
    FirstOutside,
    /// Nothing.
    Nothing,
}

/// The statement's safe way, where it has one.
pub(super) fn rewrites(here: &Here<'_>, known: &[Action]) -> Option<Action> {
    let way = here.risk().safe_alternative?;
    let steps: Vec<Step> = way.steps.iter().map(step).collect();
    let only_sets = |step: &Step| {
        let own = sql::statements(&step.sql);
        own.iter()
            .flat_map(|(_, changes)| changes.iter())
            .all(|change| matches!(change, Change::Set(_)))
    };
    if steps.iter().all(only_sets) {
        let mut cured = known.iter().flat_map(|action| &action.cures);
        if cured.any(|finding| finding.kind == "require-lock-timeout") {
            return None;
        }
        return before(here, &way.summary, &steps);
    }
    plan(here, &way.summary, &steps).filter(|action| !is_known(action, known))
}

/// Whether a rule's own fix does the same: cures what it cures, and needs no other file.
fn is_known(action: &Action, known: &[Action]) -> bool {
    let ActionEffect::Edit(edits) = &action.effect else {
        return false;
    };
    let mut cured = known
        .iter()
        .filter(|known| known.is_preferred)
        .flat_map(|known| &known.cures);
    edits.creates.is_empty() && cured.any(|finding| action.cures.contains(finding))
}

fn step(step: &SafeStep) -> Step {
    if step.repeats == Repeats::UntilDone {
        let update = sql::statements(&step.sql).into_iter().map(|(text, _)| text);
        return looped(&update.collect::<Vec<_>>().join("\n"));
    }
    Step {
        sql: step.sql.trim_end().to_owned(),
        runs_in: match step.transaction {
            TransactionRule::Refused => RunsIn::Autocommit,
            _ => RunsIn::Transaction,
        },
    }
}

/// A statement that runs until it changes no row, each time in a transaction of its own. A block can only end those where
/// nobody has opened one around it.
pub(super) fn looped(update: &str) -> Step {
    let tag = if update.contains("$$") { "$batch$" } else { "$$" };
    let update = update.replace('\n', "\n        ");
    Step {
        sql: format!(
            "DO {tag}\nBEGIN\n    LOOP\n        {update}\n        EXIT WHEN NOT FOUND;\n        COMMIT;\n    END LOOP;\nEND\n{tag};"
        ),
        runs_in: RunsIn::Autocommit,
    }
}

/// Settings that the statement wants before it.
fn before(here: &Here<'_>, summary: &str, steps: &[Step]) -> Option<Action> {
    let steps: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
    let edit = here.edit(TextRange::empty(0), steps.join("\n") + "\n");
    let edits = place::in_files(here.world, here.project_number(), &[edit])?;
    Some(action(here, summary, edits))
}

fn action(here: &Here<'_>, summary: &str, edits: Edits) -> Action {
    let head = summary.split([':', ';']).next().unwrap_or(summary);
    let files = edits.creates.iter().filter(|(path, _)| is_up(path));
    let more = match files.count() {
        0 => String::new(),
        1 => " (with a new migration)".to_owned(),
        n => format!(" (with {n} new migrations)"),
    };
    Action {
        title: format!("Rewrite safely: {head}{more}"),
        kind: ActionKind::Rewrite,
        cures: cured(here),
        is_preferred: false,
        effect: ActionEffect::Edit(edits),
    }
}

/// Whether a new file leads forward.
fn is_up(path: &std::path::Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let is_down = name.ends_with(".down.sql") || name == "down.sql" || name.starts_with('U');
    name.ends_with(".sql") && !is_down
}

fn cured(here: &Here<'_>) -> Vec<Finding> {
    let own = here.statement.place();
    findings(here.world, here.file)
        .map(|(_, finding)| finding)
        .filter(|finding| CURED.contains(&finding.kind))
        .filter(|finding| {
            let place = finding.place;
            (place.script, place.segment) == (own.script, own.segment)
                && own.range.contains_range(place.range)
        })
        .cloned()
        .collect()
}

/// Steps in place of the statement. `None` where that can't be: others have run the migration, what follows needs the
/// statement as it is, or comments in it would be lost.
pub(super) fn plan(here: &Here<'_>, summary: &str, steps: &[Step]) -> Option<Action> {
    let first = steps.first()?;
    let is_migration = here.script.layout.is_migrations() && here.script.direction.is_forward();
    let [change] = here.statement.changes() else {
        return None;
    };
    if !is_migration || here.is_released() || sql::has_comments(here.statement.text()) {
        return None;
    }
    // supabase opens a transaction whatever a script says.
    let runs_apart = steps.iter().any(|step| step.runs_in == RunsIn::Autocommit);
    if runs_apart && here.script.layout == Layout::Supabase {
        return None;
    }
    let stays = stays(here, steps);
    if stays != Stays::All && is_needed(here, change) {
        return None;
    }
    let (kept, moved) = match stays {
        Stays::All => (steps, &steps[steps.len()..]),
        Stays::First | Stays::FirstOutside => (std::slice::from_ref(first), steps.get(1..)?),
        Stays::Nothing => (&steps[..0], steps),
    };
    let mut edits = vec![in_place(here, kept)];
    let mut state = here.before().clone();
    let back = pass(&mut state, kept, steps, here);
    if !moved.is_empty() {
        edits.extend(way_back(here, &back));
    }
    let mut all = place::in_files(here.world, here.project_number(), &edits)?;
    if stays == Stays::FirstOutside {
        all = place::together(all, outside(here, first)?);
    }
    if !moved.is_empty() {
        let drafts = drafts(here, (kept.len(), moved), steps, &mut state);
        all = place::together(
            all,
            place::drafted(here.world, here.project(), &drafts, here.now)?,
        );
    }
    Some(action(here, summary, all))
}

fn stays(here: &Here<'_>, steps: &[Step]) -> Stays {
    let is_open = here.before().session.transaction.open;
    let is_alone = here.live().statements(here.cursor.stretch.script).len() == 1;
    let runs_apart = here.script.transaction == TransactionMode::Autocommit && !is_open;
    match steps {
        _ if runs_apart => Stays::All,
        [only] if only.runs_in == RunsIn::Transaction => Stays::All,
        [only] if is_alone && !is_open && sql::statements(&only.sql).len() == 1 => Stays::All,
        [first, ..] if first.runs_in == RunsIn::Transaction => Stays::First,
        _ if is_alone => Stays::FirstOutside,
        _ => Stays::Nothing,
    }
}

/// The steps where the statement stood; without any, its line goes too.
fn in_place(here: &Here<'_>, steps: &[Step]) -> Edit {
    let whole = here.whole();
    if !steps.is_empty() {
        let text: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        let text = text.join("\n");
        let text = match here.script.layout {
            Layout::Goose => goose_statements(&text),
            _ => text,
        };
        return here.edit(whole, text);
    }
    remove(here.world.segment(here.cursor.stretch), here.statement.place())
}

/// The edit that takes a statement out, and its lines where nothing else stands in them.
fn remove(segment: Option<&Segment>, own: Place) -> Edit {
    let text = segment.map_or("", |segment| &segment.text);
    let (start, end) = (own.range.start as usize, own.range.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let rest = text.get(end..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    let ends_line = rest.get(blank..).is_some_and(|rest| rest.starts_with('\n'));
    let begins_line = before.is_empty() || before.ends_with('\n');
    let end = if begins_line && ends_line {
        end + blank + 1
    } else {
        end
    };
    Edit {
        place: Place {
            range: TextRange::from_usize(start, end),
            ..own
        },
        text: String::new(),
    }
}

/// Takes a state through some steps of a way, and gives what undoes them.
fn pass(state: &mut State, steps: &[Step], all: &[Step], here: &Here<'_>) -> Vec<String> {
    let joined = |steps: &[Step]| {
        let text: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        text.join("\n")
    };
    let (text, around) = (joined(steps), joined(all));
    let (statements, around) = (sql::statements(&text), sql::statements(&around));
    let listed = statements.iter().map(|(text, changes)| (*text, &**changes));
    let back = undo::way_back_among(listed, state.clone(), here.live().version(), &around);
    for (_, changes) in &statements {
        state.apply_all(changes, Origin::default());
    }
    back.iter().map(|back| undo::unvalidated(back)).collect()
}

/// In the script that undoes the migration, what undoes the steps that stay in place of what undoes the statement.
fn way_back(here: &Here<'_>, back: &[String]) -> Option<Edit> {
    let project = here.project();
    let counterpart = project.counterpart(here.script)?;
    let down = project
        .scripts
        .iter()
        .position(|script| std::ptr::eq(script, counterpart))?;
    let wanted = sql::essence(&here.risk().rollback?);
    let mut own = here.live().statements(down).iter();
    let statement = own.find(|statement| sql::says_the_same(&sql::essence(statement.text()), &wanted))?;
    let place = statement.place();
    if back.is_empty() {
        return Some(remove(counterpart.segments.get(place.segment), place));
    }
    let text = back.join("\n");
    Some(Edit {
        place,
        // The script goes on running as it ran.
        text: match counterpart.transaction {
            TransactionMode::Autocommit => text,
            _ => text.replace("DROP INDEX CONCURRENTLY ", "DROP INDEX "),
        },
    })
}

/// Each step as a migration of its own.
fn drafts(here: &Here<'_>, (kept, moved): (usize, &[Step]), steps: &[Step], state: &mut State) -> Vec<Draft> {
    let undoes = here.project().downs().next().is_some();
    let base = base(here.script);
    let numbered = moved.iter().zip(kept + 1..);
    numbered
        .map(|(step, number)| {
            let back = pass(state, std::slice::from_ref(step), steps, here);
            let down = if back.is_empty() {
                "-- Nothing is to be undone here.\n".to_owned()
            } else {
                back.join("\n") + "\n"
            };
            Draft {
                name: format!("{base}_step_{number}"),
                up: format!("{}\n", step.sql),
                down: undoes.then_some(down),
                runs_in: step.runs_in,
            }
        })
        .collect()
}

/// The name of a migration without its version.
fn base(script: &Script) -> String {
    let file = &script.source.file;
    let named = match script.layout {
        Layout::Diesel | Layout::Prisma => file.parent().unwrap_or(file),
        _ => file,
    };
    let name = named
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let letters = stem.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let letters = match script.layout {
        Layout::Flyway => stem.split_once("__").map_or(letters, |(_, name)| name),
        _ => letters,
    };
    let slug = sql::slug(&[letters]);
    if slug.is_empty() {
        "change".to_owned()
    } else {
        slug
    }
}

/// What tells the tool to run the script outside of a transaction. Nothing where a statement alone in its script runs as it
/// needs it.
fn outside(here: &Here<'_>, step: &Step) -> Option<Edits> {
    let source = &here.script.source;
    let bom = source.text.len() - source.text.trim_start_matches('\u{feff}').len();
    match here.script.layout {
        Layout::Confiture if source.file.extension().is_none_or(|ext| ext != "sql") => {
            let at = source.text.find("ddl:")?;
            let line = source
                .text
                .get(..at)?
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            let indent = source.text.get(line..at)?;
            let is_key = indent.bytes().all(|byte| byte == b' ');
            is_key.then(|| place::outside(source, line..line, format!("{indent}transaction: false\n")))
        }
        Layout::Confiture | Layout::Sqlx => Some(place::outside(source, bom..bom, "-- no-transaction\n")),
        Layout::Goose => Some(place::outside(source, bom..bom, "-- +goose NO TRANSACTION\n")),
        Layout::Dbmate => {
            let start = here.world.segment(here.cursor.stretch)?.map.file_range().start;
            let line = source.text.get(start..)?.lines().next()?;
            let at = start + line.trim_end().len();
            line.contains("migrate:up")
                .then(|| place::outside(source, at..at, " transaction:false"))
        }
        Layout::Diesel => {
            let metadata = NewFile {
                path: source.file.with_file_name("metadata.toml"),
                text: "run_in_transaction = false\n".to_owned(),
            };
            place::created(here.world, &[metadata])
        }
        // flyway knows which commands can't run in a transaction, but not what a block holds.
        Layout::Flyway
            if sql::statements(&step.sql)
                .iter()
                .any(|(_, changes)| matches!(**changes, [Change::Do(_)])) =>
        {
            let mut path = source.file.clone().into_os_string();
            path.push(".conf");
            let settings = NewFile {
                path: path.into(),
                text: "executeInTransaction=false\n".to_owned(),
            };
            place::created(here.world, &[settings])
        }
        _ => Some(Edits::default()),
    }
}

/// Whether what runs after the statement says a name of what it makes or changes.
fn is_needed(here: &Here<'_>, change: &Change) -> bool {
    let names: Vec<String> = names(change).into_iter().collect();
    if names.is_empty() {
        return false;
    }
    let number = here.cursor.stretch.script;
    let own = here.live().statements(number).iter().skip(here.number + 1);
    let scripts = here.project().scripts.iter().enumerate();
    let later = scripts.filter(|(index, script)| *index > number && script.direction.is_forward());
    own.into_iter()
        .any(|statement| sql::mentions(statement.text(), &names))
        || later
            .flat_map(|(_, script)| &script.segments)
            .any(|segment| sql::mentions(&segment.text, &names))
}

/// The names of what a statement makes or changes that later statements could need.
fn names(change: &Change) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |name: &confiture_syntax::Name| names.insert(name.as_str().to_owned());
    match change {
        Change::CreateIndex(create) => {
            create.name.iter().for_each(|name| {
                add(&name.name);
            });
        }
        Change::Query(query) => query.writes.iter().for_each(|write| {
            add(&write.relation.name);
        }),
        Change::Rename(rename) => {
            add(&rename.to.name);
            add(&rename.object.name.name);
        }
        Change::AlterRelation(alter) => {
            for command in &alter.commands {
                match &command.action {
                    AlterAction::AddConstraint(constraint) => {
                        if let Some(name) = &constraint.name {
                            add(&name.name);
                        }
                    }
                    AlterAction::SetNotNull(_) => {}
                    AlterAction::AddColumn { column, .. } => {
                        add(&column.name.name);
                    }
                    AlterAction::AlterType { column, .. } => {
                        add(&column.name);
                    }
                    AlterAction::AttachPartition { partition, .. }
                    | AlterAction::DetachPartition { partition, .. } => {
                        add(&partition.name);
                    }
                    _ => {
                        add(&alter.name.name);
                    }
                }
            }
        }
        _ => {}
    }
    names
}
