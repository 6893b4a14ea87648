//! `--fix`: files are changed, or shown as they would be; for a database a migration is written.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_lint::fix::{self, FileChange, Fixed, Level, Linted, Overlays, Policy, Reason};
use confiture_lint::{Released, RuleSet, released};
use confiture_project::{Draft, DraftFile, Layout, OpenOptions, Project, RunsIn, Workspace};

use super::open::{Opened, Request};
use super::{Checked, analyze, version};
use crate::args::LintArgs;
use crate::commands::Terminal;
use crate::failure::Failure;

fn level(args: &LintArgs) -> Level {
    if args.cure.unsafe_fixes {
        Level::Unsafe
    } else {
        Level::Safe
    }
}

/// What became of the files, and the findings that remain.
pub(super) struct Cured {
    /// What fixing came to.
    pub(super) fixed: Fixed,
    /// What is to be reported: the projects as they are then.
    pub(super) checked: Vec<Checked>,
}

/// Applies the fixes of files in memory.
pub(super) fn files(args: &LintArgs, request: &Request, before: &Opened, sets: &[RuleSet]) -> Cured {
    let mut policy = Policy::new(level(args));
    policy.lock_mangled(&before.workspace);
    // Asked once: fixes are tried by linting again and again, and git says the same each time.
    let released: Vec<Option<Released>> = before.workspace.projects.iter().map(released::texts).collect();
    for (project, released) in before.workspace.projects.iter().zip(&released) {
        if let Some(released) = released {
            policy.lock_released(project, released);
        }
    }
    let lint = |overlays: &Overlays| {
        // Files can always be opened; what is wrong in them is a problem of the workspace.
        let Ok(opened) = request.open(args, overlays.clone()) else {
            return Vec::new();
        };
        let projects = opened.workspace.projects.into_iter().zip(sets).zip(&released);
        let linted = projects.map(|((project, rules), released)| Linted {
            report: analyze(args, None, &project, rules, released.as_ref()),
            project,
        });
        linted.collect()
    };
    let mut fixed = fix::run(&lint, &policy);
    let after = std::mem::take(&mut fixed.after);
    let checked = after.into_iter().zip(sets).map(|(linted, rules)| Checked {
        version: version(args, None, &linted.project),
        project: linted.project,
        rules: rules.clone(),
        report: linted.report,
    });
    Cured {
        checked: checked.collect(),
        fixed,
    }
}

/// Files that `--fix --staged` would change although they hold more than what is staged: that would be staged too.
pub(super) fn half_staged(request: &Request) -> Option<PathBuf> {
    let Request::Files {
        overlays,
        only: Some(_),
        ..
    } = request
    else {
        return None;
    };
    let differs =
        |(path, staged): &(&PathBuf, &Arc<str>)| fs::read_to_string(path).is_ok_and(|text| text != ***staged);
    overlays.iter().find(differs).map(|(path, _)| path.clone())
}

/// Writes the files that changed.
pub(super) fn write(files: &[FileChange]) -> Result<(), Failure> {
    for change in files {
        replace(&change.file, &change.new).map_err(|error| Failure::Write {
            path: change.path.display().to_string(),
            error,
        })?;
    }
    Ok(())
}

/// Puts a text in the place of a file at once, so that a crash leaves the old or the new one. Links and permissions stay.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = fs::write(&draft, text).and_then(|()| match fs::metadata(&target) {
        Ok(metadata) => fs::set_permissions(&draft, metadata.permissions()),
        Err(_) => Ok(()),
    });
    let renamed = written.and_then(|()| fs::rename(&draft, &target));
    if renamed.is_err() {
        // The reason why it could not be written is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    renamed
}

/// Says what was done and what was not, on standard error.
pub(super) fn tell(fixed: &Fixed, args: &LintArgs, terminal: Terminal) {
    if terminal.quiet {
        return;
    }
    let mut err = io::stderr().lock();
    let verb = if args.cure.diff { "would fix" } else { "fixed" };
    for applied in &fixed.applied {
        // A standard error that is closed is nobody's loss.
        let _ = writeln!(
            err,
            "{verb} {}: {} [{}]",
            applied.path.display(),
            applied.title,
            applied.finding.rule
        );
    }
    let waiting = fixed
        .skipped
        .iter()
        .filter(|s| s.reason == Reason::Unsafe)
        .count();
    for skipped in fixed.skipped.iter().filter(|s| s.reason != Reason::Unsafe) {
        let _ = writeln!(
            err,
            "not fixed {}: {} [{}]: {}",
            skipped.path.display(),
            skipped.title,
            skipped.finding.rule,
            skipped.reason
        );
    }
    if waiting > 0 {
        let (fixes, verb) = if waiting == 1 {
            ("fix", "needs")
        } else {
            ("fixes", "need")
        };
        let _ = writeln!(
            err,
            "{waiting} more {fixes} {verb} --unsafe-fixes, and somebody to look at the result"
        );
    }
}

/// The migrations that cure what was found in a database, as files behind the project's own migrations.
pub(super) fn migrations(args: &LintArgs, checked: &[Checked]) -> Vec<DraftFile> {
    let Some(run) = checked.first() else {
        return Vec::new();
    };
    let Some(new) = fix::migration(&run.report.findings, level(args), run.version) else {
        return Vec::new();
    };
    let draft = |name: &str, up: String, runs_in| Draft {
        name: name.to_owned(),
        up,
        down: None,
        runs_in,
    };
    let mut drafts = Vec::new();
    if !new.sql.is_empty() {
        drafts.push(draft("lint_fixes", new.sql, RunsIn::Transaction));
    }
    let numbered = new.outside.into_iter().zip(1..);
    drafts.extend(numbered.map(|(sql, n)| draft(&format!("lint_fixes_{n}"), sql, RunsIn::Autocommit)));
    project_of_files(args).draft(&drafts, now())
}

/// The project whose migrations the new ones follow: that of the folder, or an empty one.
fn project_of_files(args: &LintArgs) -> Project {
    let folder = super::open::first_folder(args);
    let options = OpenOptions {
        config: args.project.config.clone(),
        ..OpenOptions::default()
    };
    let projects = Workspace::open(&[folder], &options).projects;
    let mut migrated = projects
        .into_iter()
        .filter(|project| project.layout.is_migrations());
    migrated.next().unwrap_or_else(|| Project {
        root: std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf()),
        layout: Layout::Plain,
        config: Arc::default(),
        scripts: Vec::new(),
    })
}

/// The time as `YYYYMMDDhhmmss`, UTC.
fn now() -> u64 {
    let text = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    text.parse().unwrap_or_default()
}
