//! All findings of a file that can be cured safely, at once.

use std::path::Path;

use confiture_lint::{Edit, Finding, Safety};

use super::place;
use crate::diagnostics::findings;
use crate::{Edits, World};

/// The edits that cure all findings of a file that can be cured safely; of one rule where it is named. `None` where there
/// are none.
pub fn fix_all(world: &World, file: &Path, rule: Option<&str>) -> Option<Edits> {
    let wanted = findings(world, file).filter(|(_, finding)| rule.is_none_or(|rule| rule == &*finding.rule));
    let mut chosen: Vec<(usize, Vec<Edit>)> = Vec::new();
    for (project, finding) in wanted {
        let Some(edits) = safe(finding) else { continue };
        let touches = |edit: &Edit| {
            let mut others = chosen
                .iter()
                .filter(|(other, _)| *other == project)
                .flat_map(|(_, all)| all);
            others.any(|other| overlap(edit, other))
        };
        if !edits.iter().any(touches) {
            chosen.push((project, edits.to_vec()));
        }
    }
    let mut all = Edits::default();
    for project in 0..world.projects().len() {
        let own = chosen.iter().filter(|(of, _)| *of == project);
        let own: Vec<Edit> = own.flat_map(|(_, edits)| edits).cloned().collect();
        all = place::together(all, place::in_files(world, project, &own)?);
    }
    (all != Edits::default()).then_some(all)
}

/// The edits of a finding's first safe fix that needs no new file.
fn safe(finding: &Finding) -> Option<&[Edit]> {
    let mut fixes = finding.fixes.iter();
    let fix =
        fixes.find(|fix| fix.safety == Safety::Safe && fix.creates.is_empty() && !fix.edits.is_empty())?;
    Some(&fix.edits)
}

fn overlap(one: &Edit, other: &Edit) -> bool {
    let place = |edit: &Edit| (edit.place.script, edit.place.segment);
    let (a, b) = (one.place.range, other.place.range);
    place(one) == place(other) && a.start < b.end && b.start < a.end
}
