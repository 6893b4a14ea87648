//! A plan as a project of its own: what runs, in its order, on top of what the server has.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::{Direction, Layout, Project, Script, SourceFile, TransactionMode};

use crate::history::Migration;
use crate::ledger::Way;
use crate::plan::Plan;
use crate::settings::{HookUse, Settings};

/// The scripts of a plan, and whose they are.
pub(super) struct Scripts {
    pub(super) project: Project,
    /// By script: the migration that it belongs to; `None` for those that don't run.
    slugs: Vec<Option<String>>,
}

impl Scripts {
    /// Of a plan. The other directions of its migrations are there too, not selected: rules ask whether there are any.
    pub(super) fn of(project: &Project, plan: &Plan, way: Way, settings: &Settings) -> Scripts {
        let mut scripts = vec![nowhere(project.layout)];
        let mut slugs = vec![None];
        for migration in &plan.migrations {
            let (running, other) = sides(migration, way);
            if let Some(script) = running {
                scripts.push(as_run(script, settings));
                slugs.push(Some(migration.slug.clone()));
            }
            if let Some(script) = other {
                let selected = false;
                scripts.push(Script {
                    selected,
                    ..script.clone()
                });
                slugs.push(None);
            }
        }
        Scripts {
            project: Project {
                scripts,
                ..project.clone()
            },
            slugs,
        }
    }

    /// The migration that a script belongs to.
    pub(super) fn slug(&self, script: usize) -> Option<&str> {
        self.slugs.get(script)?.as_deref()
    }
}

/// What runs of a migration, and what doesn't.
fn sides(migration: &Migration, way: Way) -> (Option<&Script>, Option<&Script>) {
    let up = Some(&migration.up.script);
    let down = migration.down.as_ref().map(|down| &down.script);
    match way {
        Way::Up => (up, down),
        Way::Down => (down, up),
    }
}

/// A script as the runner runs it: statements that can't run in a transaction are found, and run alone.
fn as_run(script: &Script, settings: &Settings) -> Script {
    let transaction = match script.transaction {
        TransactionMode::Autocommit => TransactionMode::Autocommit,
        _ => TransactionMode::PerScriptWhenAllowed,
    };
    let hooks = match settings.hooks {
        HookUse::Run => script.hooks.clone(),
        HookUse::Skip => Vec::new(),
    };
    Script {
        transaction,
        hooks,
        selected: true,
        ..script.clone()
    }
}

/// An empty first script. What only the server knows has no place in the files, and the default origin names this one.
fn nowhere(layout: Layout) -> Script {
    let source = Arc::new(SourceFile {
        path: PathBuf::new(),
        file: PathBuf::new(),
        text: Arc::from(""),
    });
    Script {
        source,
        segments: Vec::new(),
        hooks: Vec::new(),
        layout,
        direction: Direction::Up,
        transaction: TransactionMode::PerScript,
        version: None,
        group: String::new(),
        applies_to: Vec::new(),
        selected: false,
    }
}
