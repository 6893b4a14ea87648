//! Findings that an old project starts with: kept in a file, and not reported again.
//!
//! The file is JSON: `version`, and under `files` for each path (relative to the baseline's folder) and rule the
//! fingerprints of its findings, sorted, one a line. A fingerprint is made of a statement's text, not of its line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use confiture_project::Project;
use serde::{Deserialize, Serialize};

use crate::fingerprint::{named_by, slashed};
use crate::{Finding, LintReport, RuleSet, file_range};

/// The version of the file's form that this program writes.
const VERSION: u32 = 1;

/// Findings that are known and not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Fingerprints, by path and rule.
    files: BTreeMap<String, Rules>,
}

type Rules = BTreeMap<String, Vec<String>>;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    files: BTreeMap<String, Rules>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineError {
    /// What is wrong, in a sentence without a final period.
    pub message: String,
    /// The line, from 1; 0 where the whole is meant.
    pub line: usize,
    /// The column in bytes, from 1; 0 where the whole is meant.
    pub column: usize,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "{} (line {line}, column {})", self.message, self.column),
        }
    }
}

impl std::error::Error for BaselineError {}

impl Baseline {
    /// Reads what [`Baseline::write`] wrote.
    pub fn read(text: &str) -> Result<Baseline, BaselineError> {
        let stored: Stored = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            // The place stands in the error's own words too.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            BaselineError {
                message: format!("not a baseline: {message}"),
                line: error.line(),
                column: error.column(),
            }
        })?;
        if stored.version != VERSION {
            return Err(BaselineError {
                message: format!(
                    "a baseline of version {}; this program reads version {VERSION}",
                    stored.version
                ),
                line: 0,
                column: 0,
            });
        }
        Ok(Baseline { files: stored.files })
    }

    /// The file's text: sorted, one fingerprint a line, with a final line end.
    pub fn write(&self) -> String {
        let stored = Stored {
            version: VERSION,
            files: self.files.clone(),
        };
        // Maps of strings always serialize.
        serde_json::to_string_pretty(&stored).unwrap_or_default() + "\n"
    }

    /// Takes in what a run found: what was known of the files that it looked at is forgotten, the others stay. Paths
    /// are kept relative to `folder`, the absolute path of the baseline's own folder.
    pub fn record(&mut self, folder: &Path, project: &Project, report: &LintReport) {
        for file in looked_at(project, folder) {
            self.files.remove(&file);
        }
        for entry in entries(project, &report.findings, folder) {
            let rules = self.files.entry(entry.path).or_default();
            rules.entry(entry.rule).or_default().push(entry.fingerprint);
        }
        let lists = self.files.values_mut().flat_map(BTreeMap::values_mut);
        lists.for_each(|list| list.sort());
    }

    /// Forgets the files that are gone: those whose path, relative to the baseline's folder, is refused.
    pub fn retain_files(&mut self, exists: impl Fn(&Path) -> bool) {
        self.files.retain(|path, _| exists(Path::new(path)));
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.files.values().flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What takes known findings out of the reports of one run, project by project. `folder` is the absolute path of
    /// the baseline's own folder.
    pub fn filter<'a>(&self, folder: &'a Path) -> BaselineFilter<'a> {
        BaselineFilter {
            folder,
            left: self.files.clone(),
            stale: 0,
            matched: 0,
        }
    }
}

/// A baseline and the folder that its paths are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    baseline: Baseline,
    folder: PathBuf,
}

impl Known {
    /// The baseline of a project: the file that its configuration names, otherwise the one beside it; beside nothing, the
    /// one in `folder`. `None` where there is none, or none that can be read.
    pub fn of(project: &Project, folder: &Path) -> Option<Known> {
        let (path, _) = project.config.baseline_file(folder);
        let baseline = Baseline::read(&confiture_project::text_of(&path)?).ok()?;
        let folder = path.parent()?.to_path_buf();
        (!baseline.is_empty()).then_some(Known { baseline, folder })
    }

    /// Takes the known ones out of the findings of one script.
    pub(crate) fn take_out(&self, project: &Project, findings: &mut Vec<Finding>) {
        let is_listed = |finding: &Finding| {
            let path =
                file_range(project, finding.place).map(|(source, _)| relative(&source.file, &self.folder));
            let rules = path.and_then(|path| self.baseline.files.get(&path));
            rules.is_some_and(|rules| rules.contains_key(&*finding.rule))
        };
        // Most files have none, and names are costly.
        let listed: Vec<bool> = findings.iter().map(is_listed).collect();
        if !listed.contains(&true) {
            return;
        }
        let entries = entries(project, findings, &self.folder);
        let mut filter = self.baseline.filter(&self.folder);
        let known: Vec<bool> = entries.iter().map(|entry| filter.takes(entry)).collect();
        let mut known = known.into_iter();
        findings.retain(|_| !known.next().unwrap_or(false));
    }
}

/// Takes known findings out of reports; see [`Baseline::filter`].
#[derive(Debug)]
pub struct BaselineFilter<'a> {
    folder: &'a Path,
    /// What was not met yet.
    left: BTreeMap<String, Rules>,
    stale: usize,
    matched: usize,
}

impl BaselineFilter<'_> {
    /// Takes the known findings out of one project's report. `rules` are those that it was linted with.
    pub fn apply(&mut self, project: &Project, rules: &RuleSet, report: &mut LintReport) {
        let entries = entries(project, &report.findings, self.folder);
        let known: Vec<bool> = entries.iter().map(|entry| self.takes(entry)).collect();
        let mut known = known.into_iter();
        report.findings.retain(|_| !known.next().unwrap_or(false));
        let ran: BTreeSet<&str> = rules.active().map(|rule| &*rule.name).collect();
        for file in looked_at(project, self.folder) {
            let left = self.left.get(&file).into_iter().flatten();
            let stale = left.filter(|(rule, _)| ran.contains(rule.as_str()));
            self.stale += stale.map(|(_, list)| list.len()).sum::<usize>();
        }
    }

    fn takes(&mut self, entry: &Entry) -> bool {
        let list = self
            .left
            .get_mut(&entry.path)
            .and_then(|rules| rules.get_mut(&entry.rule));
        let Some(list) = list else { return false };
        let Some(at) = list
            .iter()
            .position(|fingerprint| *fingerprint == entry.fingerprint)
        else {
            return false;
        };
        list.swap_remove(at);
        self.matched += 1;
        true
    }

    /// How many findings were taken out so far.
    pub fn matched(&self) -> usize {
        self.matched
    }

    /// How many entries were not found any more in the files that were looked at, by rules that ran: they were fixed
    /// since, and the baseline can shrink.
    pub fn stale(&self) -> usize {
        self.stale
    }
}

/// A finding as the file keeps it.
struct Entry {
    path: String,
    rule: String,
    fingerprint: String,
}

fn entries(project: &Project, findings: &[Finding], folder: &Path) -> Vec<Entry> {
    let fingerprints = named_by(project, findings, |source| relative(&source.file, folder));
    let entry = |(finding, fingerprint): (&Finding, String)| Entry {
        path: file_range(project, finding.place)
            .map_or_else(String::new, |(source, _)| relative(&source.file, folder)),
        rule: finding.rule.to_string(),
        fingerprint,
    };
    findings.iter().zip(fingerprints).map(entry).collect()
}

/// The files whose findings are reported.
fn looked_at(project: &Project, folder: &Path) -> BTreeSet<String> {
    let selected = project.scripts.iter().filter(|script| script.selected);
    let sources = selected.flat_map(|script| {
        let segments = script.segments.iter();
        segments.chain(script.hooks.iter().map(|hook| &hook.segment))
    });
    sources
        .map(|segment| relative(&segment.source.file, folder))
        .collect()
}

/// A path as seen from a folder; what lies elsewhere keeps its absolute path.
fn relative(file: &Path, folder: &Path) -> String {
    let mut up = String::new();
    for at in folder.ancestors() {
        if let Ok(rest) = file.strip_prefix(at) {
            return up + &slashed(rest);
        }
        up.push_str("../");
    }
    slashed(file)
}
