//! What rules offer: edits, files, migrations.

use std::collections::{BTreeMap, BTreeSet};

use confiture_lint::fix::{self, Level};
use confiture_lint::{Finding, Fix, Safety, file_range};
use confiture_project::RunsIn;

use super::{Action, ActionEffect, ActionKind, Asked, Later, place, sql};
use crate::Edits;
use crate::diagnostics::findings;

/// The cures of the findings that are asked about.
pub(super) fn cures(asked: &Asked<'_>) -> Vec<Action> {
    let mut found: Vec<Action> = Vec::new();
    for (project, finding) in touched(asked) {
        let mut has_safe = false;
        for fix in &finding.fixes {
            let edit = edit(asked, project, finding, fix, &mut has_safe);
            for action in edit.into_iter().chain(migration(asked, project, finding, fix)) {
                add(&mut found, action);
            }
        }
    }
    found
}

/// What two findings are cured by alike is one action.
fn add(found: &mut Vec<Action>, action: Action) {
    match found.iter_mut().find(|known| known.effect == action.effect) {
        Some(known) => {
            known.cures.extend(action.cures);
            known.is_preferred |= action.is_preferred;
        }
        None => found.push(action),
    }
}

/// The findings that are asked about, each with the number of its project.
pub(super) fn touched<'w>(asked: &Asked<'w>) -> Vec<(usize, &'w Finding)> {
    let all = findings(asked.world, asked.file);
    all.filter(|(project, finding)| {
        let live = asked.world.projects().get(*project);
        let place = live.and_then(|live| file_range(live.project(), finding.place));
        place.is_some_and(|(_, range)| asked.touches(&range))
    })
    .collect()
}

fn edit(
    asked: &Asked<'_>,
    project: usize,
    finding: &Finding,
    fix: &Fix,
    has_safe: &mut bool,
) -> Option<Action> {
    let edits = place::in_files(asked.world, project, &fix.edits)?;
    let edits = place::together(edits, place::created(asked.world, &fix.creates)?);
    if edits == Edits::default() {
        return None;
    }
    let is_safe = fix.safety == Safety::Safe;
    let is_first = is_safe && !*has_safe;
    *has_safe |= is_safe;
    let mark = if is_safe { "" } else { " (unsafe)" };
    Some(Action {
        title: format!("{}{mark}", fix.title),
        kind: ActionKind::QuickFix,
        cures: vec![finding.clone()],
        is_preferred: is_first,
        effect: ActionEffect::Edit(edits),
    })
}

/// The cure for a database that has the flaw already, as a new migration.
fn migration(asked: &Asked<'_>, project: usize, finding: &Finding, fix: &Fix) -> Option<Action> {
    fix.migration.as_ref()?;
    let live = asked.world.projects().get(project)?;
    let alone = Finding {
        fixes: vec![fix.clone()],
        ..finding.clone()
    };
    let new = fix::migration(&[alone], Level::Unsafe, live.version())?;
    let about = finding
        .subject
        .relation
        .as_ref()
        .map_or("", |name| name.name.as_str());
    let name = sql::slug(&[&finding.rule, about]);
    let draft = |up: String, runs_in| place::migration(live, &name, &up, runs_in);
    let mut drafts = Vec::new();
    if !new.sql.is_empty() {
        drafts.push(draft(new.sql, RunsIn::Transaction));
    }
    drafts.extend(new.outside.into_iter().map(|up| draft(up, RunsIn::Autocommit)));
    let target = place::of_migrations(asked.world, project)?;
    let edits = place::drafted(asked.world, target, &drafts, asked.now)?;
    Some(Action {
        title: format!("{} in a new migration", fix.title),
        kind: ActionKind::QuickFix,
        cures: vec![finding.clone()],
        is_preferred: false,
        effect: ActionEffect::Edit(edits),
    })
}

/// All findings of a rule that is asked about, and all of the file, where there are several that can be cured safely.
pub(super) fn fix_all_offers(asked: &Asked<'_>) -> Vec<Action> {
    let mut safe: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, finding) in findings(asked.world, asked.file) {
        let is_curable =
            |fix: &Fix| fix.safety == Safety::Safe && !(fix.edits.is_empty() && fix.creates.is_empty());
        if finding.fixes.iter().any(is_curable) {
            *safe.entry(&finding.rule).or_default() += 1;
        }
    }
    let here: BTreeSet<&str> = touched(asked)
        .into_iter()
        .map(|(_, finding)| &*finding.rule)
        .collect();
    let several = |rule: &&str| safe.get(rule).is_some_and(|count| *count > 1);
    let mut offers: Vec<Action> = here
        .into_iter()
        .filter(several)
        .map(|rule| offer(format!("Fix all of `{rule}` in this file"), Some(rule)))
        .collect();
    if !safe.is_empty() {
        offers.push(offer("Fix all that is safe to fix in this file".to_owned(), None));
    }
    offers
}

fn offer(title: String, rule: Option<&str>) -> Action {
    Action {
        title,
        kind: ActionKind::FixAll,
        cures: Vec::new(),
        is_preferred: false,
        effect: ActionEffect::Later(Later::FixAll {
            rule: rule.map(str::to_owned),
        }),
    }
}
