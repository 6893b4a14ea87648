//! All findings of a file that can be cured safely, at once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use confiture_lint::fix::{self, FileChange, Level, Linted, Overlays, Policy, replacements};

use crate::{Edits, FileEdit, Span, World};

/// The edits that cure all findings of a file that can be cured safely; of one rule where it is named. `None` where there
/// are none.
///
/// The project is analyzed as it would be then: a fix that would leave its finding, or lead to another, isn't made. So it
/// costs several analyses, each of what the fixes change.
pub fn fix_all(world: &World, file: &Path, rule: Option<&str>) -> Option<Edits> {
    let owners: BTreeSet<usize> = world
        .stretches(file)
        .iter()
        .map(|stretch| stretch.project)
        .collect();
    let mut policy = Policy::new(Level::Safe);
    policy.files = Some(BTreeSet::from([file.to_path_buf()]));
    policy.rules = rule.map(|rule| BTreeSet::from([Arc::from(rule)]));
    for live in owners.iter().filter_map(|owner| world.projects().get(*owner)) {
        if let Some(released) = live.released() {
            policy.lock_released(live.project(), released);
        }
    }
    let lint = |overlays: &Overlays| linted(world, &owners, overlays).unwrap_or_default();
    let fixed = fix::run(&lint, &policy);
    let mut edits = Edits::default();
    for change in fixed.files {
        add(&mut edits, change);
    }
    (edits != Edits::default()).then_some(edits)
}

/// What is found in some projects when files say something else. `None` where the projects would hold other scripts then.
fn linted(world: &World, owners: &BTreeSet<usize>, overlays: &Overlays) -> Option<Vec<Linted>> {
    let projects = owners.iter().filter_map(|owner| world.projects().get(*owner));
    let linted = projects.map(|live| {
        let mut live = live.clone();
        for (file, text) in overlays {
            let mut scripts = live.project().scripts.iter();
            if scripts.any(|script| script.source.file == *file) {
                let project = live.project().with_text(file, text)?;
                live = live.edited(Arc::new(project), &|| false)?;
            }
        }
        Some(Linted {
            project: live.project().clone(),
            report: live.report().clone(),
        })
    });
    linted.collect()
}

fn add(edits: &mut Edits, change: FileChange) {
    let Some(old) = change.old else {
        edits.creates.push((change.file, change.new.to_string()));
        return;
    };
    let replaced = replacements(&old, &change.new).into_iter();
    edits.edits.extend(replaced.map(|edit| FileEdit {
        span: Span {
            file: change.file.clone(),
            range: edit.range,
        },
        text: edit.text.to_string(),
    }));
}
