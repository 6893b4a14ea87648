//! Cures applied: which fixes fit together, what the files say then, and the proof that nothing got worse.
//!
//! [`run`] plans, applies, and has the project linted anew with the changed texts laid over the files. A fix stays only
//! if its finding is gone, no file fails to parse that parsed before, and nothing is found that wasn't before. What
//! stays is the ground of the next round, until no fix is left: a second run changes nothing.
//!
//! Nothing is written here: the result says what each file would be. Start reading at [`run`].

mod diff;
mod migration;
mod plan;
mod text;
mod verify;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::{Layout, ProblemCode, Project, Workspace};

use crate::{Finding, LintReport, Released, Safety};

pub use diff::{diff, replacements};
pub use migration::{NewMigration, migration};
pub use text::{FileEdit, edited, file_edit};

/// Texts that replace files, by absolute path: what `OpenOptions::overlays` takes.
pub type Overlays = HashMap<PathBuf, Arc<str>>;

/// A project and what was found in it.
#[derive(Debug)]
pub struct Linted {
    /// The project.
    pub project: Project,
    /// What was found.
    pub report: LintReport,
}

/// Which fixes may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Those that leave the schema as it would be.
    Safe,
    /// Those too that somebody should look at first.
    Unsafe,
}

impl Level {
    fn allows(self, safety: Safety) -> bool {
        self == Level::Unsafe || safety == Safety::Safe
    }
}

/// What may be changed.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Which fixes may be applied.
    pub level: Level,
    /// The rules whose findings are cured, by [`Finding::rule`]; all where there is none.
    pub rules: Option<BTreeSet<Arc<str>>>,
    /// The files whose findings are cured, by absolute path; all where there is none.
    pub files: Option<BTreeSet<PathBuf>>,
    /// Files that stay as they are, by absolute path.
    pub locked: HashMap<PathBuf, Lock>,
}

impl Policy {
    /// All rules' fixes of a level, in all files.
    pub fn new(level: Level) -> Policy {
        Policy {
            level,
            rules: None,
            files: None,
            locked: HashMap::new(),
        }
    }

    /// Locks the migrations of a project that were released as they are: others have run them.
    pub fn lock_released(&mut self, project: &Project, released: &Released) {
        for script in &project.scripts {
            let may_have_run = script.layout.is_migrations() || script.layout == Layout::Plain;
            let source = &script.source;
            if may_have_run && released.get(&source.file) == Some(&source.text) {
                self.locked.insert(source.file.clone(), Lock::Released);
            }
        }
    }

    /// Locks the files that can't be written back as they were read, because they are not UTF-8.
    pub fn lock_mangled(&mut self, workspace: &Workspace) {
        let is_mangled = |path| {
            let mut problems = workspace.problems.iter();
            problems.any(|problem| problem.code == ProblemCode::InvalidUtf8 && problem.path == path)
        };
        for script in workspace.projects.iter().flat_map(|project| &project.scripts) {
            let segments = script.segments.iter().map(|segment| &segment.source);
            for source in segments.chain([&script.source]) {
                if is_mangled(source.path.clone()) {
                    self.locked.insert(source.file.clone(), Lock::NotUtf8);
                }
            }
        }
    }
}

/// Why a file stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lock {
    /// Others have run it.
    Released,
    /// Its bytes are not UTF-8.
    NotUtf8,
}

/// What fixing came to.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The files that change or come into being, by path.
    pub files: Vec<FileChange>,
    /// The fixes that were applied, in order.
    pub applied: Vec<Applied>,
    /// The findings that have fixes and remain.
    pub skipped: Vec<Skipped>,
    /// The projects as they are then, and what is found in them.
    pub after: Vec<Linted>,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path as people see it.
    pub path: PathBuf,
    /// The absolute path.
    pub file: PathBuf,
    /// Its text before, byte order mark and line ends included; `None` where it does not exist.
    pub old: Option<Arc<str>>,
    /// Its text after.
    pub new: Arc<str>,
}

/// A fix that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What it cured. Its places are those of the project as it was in that round.
    pub finding: Finding,
    /// What the fix does.
    pub title: String,
    /// Whether the meaning stayed.
    pub safety: Safety,
    /// The file of the finding, as people see its path.
    pub path: PathBuf,
}

/// A finding whose fixes were not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The finding; its places are those of [`Fixed::after`].
    pub finding: Finding,
    /// What its first fix would do.
    pub title: String,
    /// Why not.
    pub reason: Reason,
    /// The file of the finding, as people see its path.
    pub path: PathBuf,
}

/// Why a fix was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is not safe, and only safe ones were asked for.
    Unsafe,
    /// It edits a file that stays as it is.
    Locked(Lock),
    /// It touches what another fix changes.
    Overlaps,
    /// The file that it creates is there already.
    Exists(PathBuf),
    /// The file spells the text otherwise (a quoted YAML value, say), and the edit can't be put in its words.
    Unmappable,
    /// The file would not parse, or no longer hold the scripts that it held.
    Breaks(PathBuf),
    /// It would leave what it is to cure.
    CuresNothing,
    /// Something would be found then that is not found now: rule and message.
    Worse(Arc<str>, String),
    /// Too many fixes of this run made something worse; it was not tried by itself.
    NotTried,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unsafe => f.write_str("not safe to apply unseen"),
            Reason::Locked(Lock::Released) => f.write_str("released; write a new migration"),
            Reason::Locked(Lock::NotUtf8) => f.write_str("the file is not UTF-8"),
            Reason::Overlaps => f.write_str("it touches what another fix changes"),
            Reason::Exists(path) => write!(f, "{} exists already", path.display()),
            Reason::Unmappable => f.write_str("the file spells this text otherwise; edit it by hand"),
            Reason::Breaks(path) => write!(f, "{} could not be read any more", path.display()),
            Reason::CuresNothing => f.write_str("the finding would remain"),
            Reason::Worse(rule, message) => write!(f, "something else would be found: {message} [{rule}]"),
            Reason::NotTried => f.write_str("not tried: too many fixes make something else worse"),
        }
    }
}

/// How often files are fixed, linted and fixed again. Every round cures findings and adds none, so few are needed; most
/// where a rule speaks once a script and has more to say when it is heard.
const ROUNDS: usize = 64;

/// Fixes what can be fixed. `lint` opens and lints the projects in question with some files replaced: the same projects
/// in the same order each time, by the same rules.
pub fn run(lint: &dyn Fn(&Overlays) -> Vec<Linted>, policy: &Policy) -> Fixed {
    let mut state = verify::State::new(lint);
    let mut refused = plan::Refused::default();
    // Whether what is refused was judged before something else was cured: it may do no harm now.
    let mut is_stale = false;
    let mut applied = Vec::new();
    let mut originals: BTreeMap<PathBuf, FileChange> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let mut plan = plan::plan(&state.linted, policy, &refused);
        if plan.chosen.is_empty() && std::mem::take(&mut is_stale) {
            refused = plan::Refused::default();
            plan = plan::plan(&state.linted, policy, &refused);
        }
        if plan.chosen.is_empty() {
            break;
        }
        for choice in state.settle(plan.chosen, &mut refused) {
            is_stale = true;
            for change in text::before(&choice) {
                originals.entry(change.file.clone()).or_insert(change);
            }
            applied.push(choice.applied);
        }
    }
    let skipped = plan::plan(&state.linted, policy, &refused).skipped;
    let files = originals.into_values().filter_map(|original| {
        let new = Arc::clone(state.overlays.get(&original.file)?);
        (original.old.as_ref() != Some(&new)).then_some(FileChange { new, ..original })
    });
    Fixed {
        files: files.collect(),
        applied,
        skipped,
        after: state.linted,
    }
}
