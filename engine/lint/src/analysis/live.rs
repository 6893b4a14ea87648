//! A project as somebody edits it: what every statement asks for, what exists around it, and what rules find.
//!
//! A [`Live`] never changes; an edit gives another one that shares what the edit left alone. Start reading at
//! [`Live::new`].

use std::sync::Arc;

use confiture_project::Project;
use confiture_risk::{PgVersion, Risk, assess};
use confiture_schema::apply::State;

use super::fold::{self, Pass};
use super::read::{Statement, Statements};
use super::{Input, LintReport, Released};
use crate::RuleSet;

/// A project, analyzed. A clone costs a reference count.
#[derive(Debug, Clone)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    project: Arc<Project>,
    rules: Arc<RuleSet>,
    version: PgVersion,
    released: Option<Arc<Released>>,
    statements: Vec<Arc<Vec<Statement>>>,
    /// What exists before each script; nothing where it is of no account.
    starts: Vec<Option<State>>,
    newest: State,
    report: LintReport,
}

impl Live {
    /// Analyzes a project from nothing.
    pub fn new(
        project: Arc<Project>,
        rules: Arc<RuleSet>,
        version: PgVersion,
        released: Option<Arc<Released>>,
    ) -> Live {
        let input = Input {
            project: &project,
            version,
            released: released.as_deref(),
        };
        let statements = Statements::all(&project);
        let report = super::lint(&input, &rules);
        let mut starts = vec![None; project.scripts.len()];
        let every = (0..project.scripts.len()).collect();
        let newest = fold::replay(&input, &statements, &every, |trace| {
            starts[trace.script] = Some(trace.before);
        })
        .newest;
        let statements = statements.shared().collect();
        Live(Arc::new(Inner {
            statements,
            starts,
            newest,
            report,
            project,
            rules,
            version,
            released,
        }))
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.0.project
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.0.rules
    }

    /// The server's version.
    pub fn version(&self) -> PgVersion {
        self.0.version
    }

    /// What the branch that releases are made from holds, where that is known.
    pub fn released(&self) -> Option<&Released> {
        self.0.released.as_deref()
    }

    /// What rules find.
    pub fn report(&self) -> &LintReport {
        &self.0.report
    }

    /// The statements of a script in the order in which they run, those of its hooks among them.
    pub fn statements(&self, script: usize) -> &[Statement] {
        self.0.statements.get(script).map_or(&[], |own| own.as_slice())
    }

    /// What exists, and what the session has set, before the statement of that number; behind the last one, after it.
    pub fn before(&self, script: usize, statement: usize) -> State {
        let Some(Some(start)) = self.0.starts.get(script) else {
            return State::fresh();
        };
        let statements = Statements::known(&self.0.project, self.0.statements.iter().cloned());
        Pass::new(&self.input(), &statements, script).before(start.clone(), statement)
    }

    /// What exists when all forward scripts are through.
    pub fn newest(&self) -> &State {
        &self.0.newest
    }

    /// What the statement of that number does; `None` where there is none.
    pub fn risk(&self, script: usize, statement: usize) -> Option<Risk> {
        let own = self.statements(script).get(statement)?;
        Some(assess(
            own.changes(),
            &self.before(script, statement),
            self.0.version,
        ))
    }

    fn input(&self) -> Input<'_> {
        Input {
            project: &self.0.project,
            version: self.0.version,
            released: self.0.released.as_deref(),
        }
    }
}
