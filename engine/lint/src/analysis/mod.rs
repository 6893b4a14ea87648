//! The journey of `confiture lint` and `confiture risk`: from the texts of a project to findings and risks.
//!
//! All cores split, parse and read changes, and let go of the trees (`read`) → one ordered fold builds the state
//! before and after each statement (`fold`) → all cores run `assess` and the rules, script by script, while the fold
//! goes on. States of a script are dropped when its rules are through, so memory follows the largest script.

mod cached;
mod fold;
pub mod live;
mod own;
mod read;
mod run;
mod suppress;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use confiture_project::{Project, Script, Segment, SourceFile};
use confiture_risk::{PgVersion, Risk, assess};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, QualName};
use confiture_schema::change::Change;
use confiture_syntax::Name;
use rayon::prelude::*;

use crate::context::Nesting;
use crate::{Finding, Place, RuleSet};
pub use cached::{Remains, Remembered, lint_remembering};
use fold::{Replayed, Trace};
pub use own::{SqlAnswer, SqlRow, sql_findings};
pub use read::Statement;
pub(crate) use read::{Statements, changes, error_count};

/// What a project is analyzed for.
#[derive(Debug)]
pub struct Input<'a> {
    /// The scripts, in order, those that are history included.
    pub project: &'a Project,
    /// The server's version.
    pub version: PgVersion,
    /// What the branch that releases are made from holds of the project's files, where that is known.
    pub released: Option<&'a Released>,
    /// What exists before the first script; a fresh database where there is none.
    pub base: Option<Base<'a>>,
}

/// A database that scripts are to run on.
///
/// On a base, the selected scripts follow one another in the order in which the project has them, whatever their direction,
/// and the others are not run. What exists in the base was written by none of them: origins in it must name a script that
/// isn't selected, such as an empty first one where all of them are the default origin.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// Relations of it that hold no rows. What the scripts create holds none either, until they fill it with others than
    /// they spell out. Of a partitioned table or parent only its own rows count.
    pub rowless: &'a BTreeSet<QualName>,
    /// The schemas that sessions look unqualified names up in; `public` where nothing is said.
    pub search_path: Option<&'a [Name]>,
    /// What is set in every session before its script, such as `lock_timeout` to `5s`.
    pub parameters: &'a [(Name, Arc<str>)],
}

impl Base<'_> {
    /// The state that the first script finds.
    fn state(&self) -> State {
        let mut state = State::on(self.catalog.clone()).knowing_rowless(self.rowless.iter().cloned());
        self.enter(&mut state);
        state
    }

    /// Gives a new session what it begins with.
    fn enter(&self, state: &mut State) {
        for (name, value) in self.parameters {
            state
                .session
                .parameters
                .insert_mut(name.clone(), Arc::clone(value));
        }
        if let Some(path) = self.search_path {
            state.session.search_path = Arc::new(path.to_vec());
        }
    }
}

impl<'a> Input<'a> {
    /// A project for a server of that version; nothing is known of releases.
    pub fn new(project: &'a Project, version: PgVersion) -> Input<'a> {
        Input {
            project,
            version,
            released: None,
            base: None,
        }
    }

    /// A project whose selected scripts run on a database that is there.
    pub fn on(project: &'a Project, version: PgVersion, base: Base<'a>) -> Input<'a> {
        Input {
            base: Some(base),
            ..Input::new(project, version)
        }
    }
}

/// The texts of files on the branch that releases are made from, by absolute path.
pub type Released = HashMap<PathBuf, Arc<str>>;

/// What linting a project gave.
#[derive(Debug, Clone, Default)]
pub struct LintReport {
    /// What was found in selected scripts, by script and place.
    pub findings: Vec<Finding>,
    /// What was found and silenced by a comment, by script and place.
    pub suppressed: Vec<Suppressed>,
    /// Files that were looked at.
    pub files: usize,
    /// The same, by absolute path.
    pub sources: Vec<Arc<SourceFile>>,
    /// Statements in them.
    pub statements: usize,
}

/// A finding that a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is silenced, in the comment's own words; `None` where it gives no reason.
    pub reason: Option<String>,
    /// The comment.
    pub comment: Place,
}

/// One statement of a selected script and what it does.
#[derive(Debug, Clone)]
pub struct StatementRisk {
    /// Where it stands.
    pub place: Place,
    /// What it asks for.
    pub changes: Arc<[Change]>,
    /// What it does.
    pub risk: Risk,
}

/// Runs rules over the selected scripts of a project.
pub fn lint(input: &Input<'_>, rules: &RuleSet) -> LintReport {
    let statements = Statements::all(input.project);
    let selected = Selection::new(input.project, rules);
    let findings = Gathered::default();
    let replayed = replay(input, &statements, &selected, |trace| {
        findings.add(run::script(input, rules, &statements, &trace));
    });
    whole(input, rules, &statements, &selected, &replayed, findings)
}

/// What [`lint`] and [`risks`] give, in one pass. Files that the rules leave out have their risks all the same.
pub fn lint_with_risks(input: &Input<'_>, rules: &RuleSet) -> (LintReport, Vec<StatementRisk>) {
    let statements = Statements::all(input.project);
    let linted = Selection::new(input.project, rules);
    let all = Selection::new(input.project, &RuleSet::default());
    let (findings, risks) = (Gathered::default(), Gathered::default());
    let replayed = replay(input, &statements, &all, |trace| {
        risks.add(script_risks(input, &statements, &trace));
        if linted.holds(trace.script) {
            findings.add(run::script(input, rules, &statements, &trace));
        }
    });
    let report = whole(input, rules, &statements, &linted, &replayed, findings);
    (report, in_order(risks))
}

/// What the cores find, put together.
struct Gathered<T>(Mutex<Vec<T>>);

impl<T> Default for Gathered<T> {
    fn default() -> Gathered<T> {
        Gathered(Mutex::default())
    }
}

impl<T> Gathered<T> {
    fn add(&self, found: Vec<T>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(found);
    }

    fn all(self) -> Vec<T> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The report of a project whose scripts were gone through.
fn whole(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    selected: &Selection,
    replayed: &Replayed,
    found: Gathered<Finding>,
) -> LintReport {
    let mut findings = found.all();
    findings.extend(run::catalog(input, rules, statements, &replayed.newest.catalog));
    findings.extend(own::queries(input, rules, statements, selected));
    let count = selected.scripts.iter().map(|&s| statements.script(s).len()).sum();
    report(input, rules, statements, selected, findings, count)
}

/// The report that findings make: those in selected scripts that no comment silences, in order.
fn report(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    selected: &Selection,
    mut findings: Vec<Finding>,
    count: usize,
) -> LintReport {
    findings.retain(|f| selected.holds(f.place.script));
    findings.sort_by(by_place);
    findings.dedup();
    let suppressed = suppress::apply(input, rules, statements, selected, &mut findings);
    findings.sort_by(by_place);
    let sources = selected.sources(input.project);
    LintReport {
        findings,
        suppressed,
        files: sources.len(),
        sources,
        statements: count,
    }
}

/// The order of reports.
fn by_place(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    (a.place, &a.rule, &a.message).cmp(&(b.place, &b.rule, &b.message))
}

/// What each statement of the selected scripts does, in order.
pub fn risks(input: &Input<'_>) -> Vec<StatementRisk> {
    let statements = Statements::all(input.project);
    let selected = Selection::new(input.project, &RuleSet::default());
    let found = Gathered::default();
    replay(input, &statements, &selected, |trace| {
        found.add(script_risks(input, &statements, &trace));
    });
    in_order(found)
}

fn script_risks(input: &Input<'_>, statements: &Statements<'_>, trace: &Trace<'_>) -> Vec<StatementRisk> {
    let steps = trace.steps.par_iter();
    steps
        .filter(|step| step.nesting == Nesting::Script)
        .map(|step| {
            let statement = &statements.script(trace.script)[step.statement];
            StatementRisk {
                place: statement.at.whole(),
                changes: statement.shared_changes(),
                risk: assess(statement.changes(), &step.before, input.version),
            }
        })
        .collect()
}

fn in_order(found: Gathered<StatementRisk>) -> Vec<StatementRisk> {
    let mut found = found.all();
    found.sort_by_key(|r: &StatementRisk| r.place);
    found
}

/// What exists when all forward scripts of a project are through; on a base, all selected ones.
pub fn catalog(input: &Input<'_>) -> Catalog {
    let statements = Statements::all(input.project);
    fold::forward(input, &statements).catalog
}

/// The file and the byte range in it that a place stands for.
pub fn file_range(project: &Project, place: Place) -> Option<(Arc<SourceFile>, Range<usize>)> {
    let segment = segment(project.scripts.get(place.script)?, place.segment)?;
    let range = segment
        .map
        .range_to_file(place.range.start as usize..place.range.end as usize);
    Some((Arc::clone(&segment.source), range))
}

/// A stretch of SQL of a script, by the index that a [`Place`] carries: its segments first, then those of its hooks.
pub(crate) fn segment(script: &Script, index: usize) -> Option<&Segment> {
    let hook = |index: usize| script.hooks.get(index).map(|hook| &hook.segment);
    script
        .segments
        .get(index)
        .or_else(|| hook(index - script.segments.len()))
}

/// The stretches of SQL of a script, those of its hooks last.
pub(crate) fn segments(script: &Script) -> impl Iterator<Item = &Segment> {
    script
        .segments
        .iter()
        .chain(script.hooks.iter().map(|hook| &hook.segment))
}

/// Folds over all scripts, and hands what the selected ones went through to `task` on another core.
fn replay<F>(input: &Input<'_>, statements: &Statements<'_>, selected: &Selection, task: F) -> Replayed
where
    F: Fn(Trace<'_>) + Sync,
{
    let task = &task;
    rayon::scope(|scope| {
        fold::replay(input, statements, &selected.scripts, |trace| {
            scope.spawn(move |_| task(trace))
        })
    })
}

/// The scripts that are reported.
#[derive(Debug)]
struct Selection {
    scripts: BTreeSet<usize>,
}

impl Selection {
    fn new(project: &Project, rules: &RuleSet) -> Selection {
        let scripts = project
            .scripts
            .iter()
            .enumerate()
            .filter(|(_, s)| s.selected && !rules.excludes(&s.source.path))
            .map(|(i, _)| i)
            .collect();
        Selection { scripts }
    }

    fn holds(&self, script: usize) -> bool {
        self.scripts.contains(&script)
    }

    fn sources(&self, project: &Project) -> Vec<Arc<SourceFile>> {
        let sources: BTreeMap<_, _> = self
            .scripts
            .iter()
            .flat_map(|&s| &project.scripts[s].segments)
            .map(|segment| (&segment.source.file, &segment.source))
            .collect();
        sources.into_values().map(Arc::clone).collect()
    }
}

/// The state that a new session sees in a database of that state.
fn reconnected(state: &State) -> State {
    State {
        rowless: state.rowless.clone(),
        ..State::on(state.catalog.clone())
    }
}
