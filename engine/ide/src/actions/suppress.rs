//! Comments that silence a finding, and the page that explains its rule.

use std::collections::BTreeSet;

use confiture_lint::{Edit, Finding, Place, rule_address};
use confiture_project::Segment;
use confiture_syntax::TextRange;

use super::fixes::touched;
use super::{Action, ActionEffect, ActionKind, Asked, place};
use crate::{Stretch, World};

/// What stands where a person is to say why.
const REASON: &str = "reason";

/// For each rule that is asked about: silence it here, in the file; show its page.
pub(super) fn offers(asked: &Asked<'_>) -> Vec<Action> {
    let mut seen = BTreeSet::new();
    let mut silences = Vec::new();
    let mut pages = Vec::new();
    for (project, finding) in touched(asked) {
        if !seen.insert((&finding.rule, finding.place.script)) {
            continue;
        }
        silences.extend(here(asked.world, project, finding));
        silences.extend(in_file(asked.world, project, finding));
        pages.push(page(finding));
    }
    pages.dedup();
    silences.append(&mut pages);
    silences
}

fn page(finding: &Finding) -> Action {
    Action {
        title: format!("Open the page of `{}`", finding.kind),
        kind: ActionKind::Show,
        cures: Vec::new(),
        is_preferred: false,
        effect: ActionEffect::Open(rule_address(finding.kind)),
    }
}

fn action(title: String, finding: &Finding, world: &World, project: usize, edit: Edit) -> Option<Action> {
    Some(Action {
        title,
        kind: ActionKind::QuickFix,
        cures: vec![finding.clone()],
        is_preferred: false,
        effect: ActionEffect::Edit(place::in_files(world, project, &[edit])?),
    })
}

fn stretch(world: &World, project: usize, place: Place) -> Option<&Segment> {
    world.segment(Stretch {
        project,
        script: place.script,
        segment: place.segment,
    })
}

/// A comment on a line of its own before the statement.
fn here(world: &World, project: usize, finding: &Finding) -> Option<Action> {
    let live = world.projects().get(project)?;
    let own = live.statements(finding.place.script);
    let holds = |place: Place| {
        place.segment == finding.place.segment && place.range.contains_range(finding.place.range)
    };
    // What is wrong with a comment isn't silenced by another comment before a statement.
    let statement = own
        .iter()
        .map(|statement| statement.place())
        .find(|place| holds(*place))?;
    let text = &stretch(world, project, statement)?.text;
    let before = text.get(..statement.range.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let comment = format!("-- confiture: ignore {}: {REASON}\n", finding.rule);
    // Behind another statement in its line the comment would belong to that one.
    let text = if line.trim_start_matches('\u{feff}').trim().is_empty() {
        format!("{comment}{}", line.trim_start_matches('\u{feff}'))
    } else {
        format!("\n{comment}")
    };
    let edit = Edit {
        place: Place {
            range: TextRange::empty(statement.range.start),
            ..statement
        },
        text,
    };
    action(
        format!("Ignore `{}` for this statement", finding.rule),
        finding,
        world,
        project,
        edit,
    )
}

/// A comment at the start of the file's SQL: behind a mark of the migration tool that must come first.
fn in_file(world: &World, project: usize, finding: &Finding) -> Option<Action> {
    let segment = stretch(world, project, finding.place)?;
    let text: &str = &segment.text;
    let bom = text.len() - text.trim_start_matches('\u{feff}').len();
    let at = text
        .get(bom..)?
        .split_inclusive('\n')
        .take_while(|line| is_mark(line));
    let at = bom + at.map(str::len).sum::<usize>();
    let ends_line = at == bom || text.get(..at)?.ends_with('\n');
    let start = if ends_line { "" } else { "\n" };
    let edit = Edit {
        place: Place {
            range: TextRange::from_usize(at, at),
            ..finding.place
        },
        text: format!("{start}-- confiture: ignore-file {}: {REASON}\n", finding.rule),
    };
    action(
        format!("Ignore `{}` in this file", finding.rule),
        finding,
        world,
        project,
        edit,
    )
}

/// Whether a migration tool looks for a line at the start of a file or of a part of it.
fn is_mark(line: &str) -> bool {
    line.strip_prefix("--").is_some_and(|rest| {
        let rest = rest.trim();
        rest == "no-transaction" || rest.starts_with("migrate:") || rest.starts_with("+goose")
    })
}
