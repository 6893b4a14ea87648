//! What a lint run says, the same for every form of output.
//!
//! Places keep their file and byte range; lines, columns and code points are made from them on demand, so each form
//! takes the unit that its readers count in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use confiture_lint::{Category, Safety, Severity, file_range};
use confiture_project::{Problem as ProjectProblem, ProblemKind, Project};
use confiture_syntax::LineIndex;

use super::paths::Base;
use crate::contract::{self, LintSummary};

/// A lint run, over one project or several.
#[derive(Debug)]
pub struct Report {
    /// What was found, by project, script and place.
    pub findings: Vec<Finding>,
    /// What could not be read or is configured wrongly.
    pub problems: Vec<Problem>,
    /// The files that were looked at, each once, those in which nothing was found included.
    pub files: BTreeSet<PathBuf>,
    /// The rules of the findings, by name.
    pub rules: BTreeMap<String, Rule>,
    /// Totals.
    pub summary: LintSummary,
    /// What paths in forms for other programs are relative to.
    pub base: Base,
    sources: HashMap<PathBuf, Arc<Source>>,
    fingerprints: HashSet<String>,
}

/// A file, and its text.
#[derive(Debug)]
pub struct Source {
    /// The path as people see it: as it was named or relative to the current folder.
    pub path: PathBuf,
    /// The whole text.
    pub text: Arc<str>,
    lines: LineIndex,
    /// Code points before each line.
    code_points: OnceLock<Vec<usize>>,
}

/// A stretch of a file.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Its bytes.
    pub bytes: Range<usize>,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's name, a key of [`Report::rules`].
    pub rule: String,
    /// How severe it is under the configuration.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do instead: a sentence, then SQL on lines of its own where there is any.
    pub help: Option<String>,
    /// What would cure it.
    pub fixes: Vec<Fix>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What it is recognized by in another run, unique in this one.
    pub fingerprint: String,
}

/// What would cure a finding.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Whether the meaning stays.
    pub safety: Safety,
    /// Its edits, none overlapping.
    pub edits: Vec<Edit>,
    /// Files that it creates: absolute path and text.
    pub creates: Vec<(PathBuf, String)>,
    /// The same cure for a database that has the flaw already.
    pub migration: Option<String>,
}

/// One replacement.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// With what.
    pub text: String,
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone)]
pub struct Related {
    /// What is seen there.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// Something that could not be read or is configured wrongly.
#[derive(Debug, Clone)]
pub struct Problem {
    /// A stable code.
    pub code: &'static str,
    /// What the code stands for.
    pub summary: &'static str,
    /// Whether it is about reading or about the configuration.
    pub kind: ProblemKind,
    /// An error, or a warning where it doesn't change the exit status.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file or folder, as people see it.
    pub path: PathBuf,
    /// Where in the file, when it is known.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<String>,
}

/// A rule that found something.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, as findings carry it.
    pub name: String,
    /// The rule of the registry that it is an instance of; the same as `name` for most.
    pub kind: &'static str,
    /// What it finds, in a sentence.
    pub summary: String,
    /// How severe it is where the configuration says nothing; never [`Severity::Off`].
    pub severity: Severity,
    /// What it is about.
    pub categories: Vec<Category>,
    /// Its whole documentation as Markdown.
    pub documentation: String,
}

impl Report {
    /// A report that holds problems and no project yet.
    pub fn new(problems: &[ProjectProblem]) -> Report {
        let mut report = Report {
            findings: Vec::new(),
            problems: Vec::new(),
            files: BTreeSet::new(),
            rules: BTreeMap::new(),
            summary: LintSummary::default(),
            base: Base::of_repository(),
            sources: HashMap::new(),
            fingerprints: HashSet::new(),
        };
        for problem in problems {
            let problem = report.problem(problem);
            report.problems.push(problem);
        }
        report
    }

    /// Adds what linting a project gave.
    pub fn add(&mut self, project: &Project, lint: &confiture_lint::LintReport) {
        self.summary.files += lint.files;
        self.summary.statements += lint.statements;
        self.files
            .extend(lint.sources.iter().map(|source| source.path.clone()));
        let names = confiture_lint::fingerprints(project, &lint.findings);
        for (finding, name) in lint.findings.iter().zip(names) {
            if let Some(finding) = self.finding(project, finding, name) {
                self.push(finding);
            }
        }
    }

    fn push(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
            _ => self.summary.infos += 1,
        }
        self.findings.push(finding);
    }

    fn finding(
        &mut self,
        project: &Project,
        finding: &confiture_lint::Finding,
        mut fingerprint: String,
    ) -> Option<Finding> {
        let place = self.place(project, finding.place)?;
        if !self.rules.contains_key(&*finding.rule) {
            self.rules
                .insert(finding.rule.to_string(), Rule::of(&finding.rule, finding.kind));
        }
        let fixes = finding.fixes.iter().filter_map(|fix| self.fix(project, fix));
        let fixes = fixes.collect();
        let related = finding.related.iter().filter_map(|related| {
            Some(Related {
                message: related.message.clone(),
                place: self.place(project, related.place)?,
            })
        });
        let related = related.collect();
        // Two projects may hold one file.
        while !self.fingerprints.insert(fingerprint.clone()) {
            fingerprint.push('0');
        }
        Some(Finding {
            rule: finding.rule.to_string(),
            severity: finding.severity,
            message: finding.message.clone(),
            place,
            help: finding.help.clone(),
            fixes,
            related,
            fingerprint,
        })
    }

    fn fix(&mut self, project: &Project, fix: &confiture_lint::Fix) -> Option<Fix> {
        let mut edits = Vec::new();
        for edit in &fix.edits {
            edits.push(Edit {
                // Half a cure is worse than none.
                place: self.place(project, edit.place)?,
                text: edit.text.clone(),
            });
        }
        let creates = fix.creates.iter();
        Some(Fix {
            title: fix.title.clone(),
            safety: fix.safety,
            edits,
            creates: creates
                .map(|file| (file.path.clone(), file.text.clone()))
                .collect(),
            migration: fix.migration.clone(),
        })
    }

    fn place(&mut self, project: &Project, place: confiture_lint::Place) -> Option<Place> {
        let (source, bytes) = file_range(project, place)?;
        Some(Place {
            source: self.source(&source.path, &source.text),
            bytes,
        })
    }

    fn problem(&mut self, problem: &ProjectProblem) -> Problem {
        let place = match (&problem.range, &problem.source) {
            (Some(range), Some(text)) => Some(Place {
                source: self.source(&problem.path, text),
                bytes: range.clone(),
            }),
            _ => None,
        };
        Problem {
            code: problem.code.as_str(),
            summary: problem.code.summary(),
            kind: problem.code.kind(),
            severity: problem.code.kind().severity(),
            message: problem.message.clone(),
            path: problem.path.clone(),
            place,
            help: problem.help.clone(),
        }
    }

    /// One value a file, so that its lines are found once.
    fn source(&mut self, path: &Path, text: &Arc<str>) -> Arc<Source> {
        if let Some(source) = self.sources.get(path) {
            return Arc::clone(source);
        }
        let source = Arc::new(Source::new(path, text));
        self.sources.insert(path.to_path_buf(), Arc::clone(&source));
        source
    }

    /// The rule of a finding.
    pub fn rule(&self, finding: &Finding) -> Option<&Rule> {
        self.rules.get(&finding.rule)
    }
}

impl Rule {
    fn of(name: &str, kind: &'static str) -> Rule {
        let registered = confiture_lint::registry().iter().find(|rule| rule.name == kind);
        Rule {
            name: name.to_owned(),
            kind,
            summary: registered.map_or_else(|| name.to_owned(), |rule| rule.summary.to_owned()),
            severity: registered.map_or(Severity::Warning, |rule| rule.severity),
            categories: registered.map_or_else(Vec::new, |rule| rule.categories.to_vec()),
            documentation: confiture_lint::explain(kind).unwrap_or_default(),
        }
    }

    /// Where its documentation is on the web.
    pub fn address(&self) -> String {
        confiture_lint::rule_address(self.kind)
    }
}

impl Source {
    fn new(path: &Path, text: &Arc<str>) -> Source {
        Source {
            path: path.to_path_buf(),
            text: Arc::clone(text),
            lines: LineIndex::new(text),
            code_points: OnceLock::new(),
        }
    }

    /// The path as text; what isn't Unicode in it is replaced.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn position(&self, byte: usize) -> contract::Position {
        let byte = u32::try_from(byte).unwrap_or(u32::MAX);
        let position = self.lines.position(&self.text, byte);
        contract::Position {
            line: position.line,
            column: position.column,
        }
    }

    /// The text of a line, from 1, without its end; empty beyond the last.
    pub fn line(&self, line: u32) -> &str {
        self.lines.line(&self.text, line)
    }

    /// How many code points there are before a position.
    fn code_points_before(&self, position: contract::Position) -> usize {
        let before = self.code_points.get_or_init(|| {
            let starts = (1..=self.lines.line_count()).filter_map(|line| self.lines.line_start(line));
            let mut counts = Vec::new();
            let (mut at, mut count) = (0, 0);
            for start in starts.map(|start| start as usize) {
                count += self.text.get(at..start).map_or(0, |line| line.chars().count());
                at = start;
                counts.push(count);
            }
            counts
        });
        let line = (position.line as usize).saturating_sub(1);
        before.get(line).copied().unwrap_or_default() + (position.column as usize).saturating_sub(1)
    }
}

impl Place {
    /// Lines and columns.
    pub fn range(&self) -> contract::Range {
        contract::Range {
            start: self.source.position(self.bytes.start),
            end: self.source.position(self.bytes.end),
        }
    }

    /// Code points from the start of the file.
    pub fn code_points(&self) -> Range<usize> {
        let range = self.range();
        let start = self.source.code_points_before(range.start);
        start..self.source.code_points_before(range.end).max(start)
    }
}
