//! Which fixes fit together.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::SourceFile;

use super::text::{FileEdit, file_edit};
use super::verify::speaks_once;
use super::{Applied, Linted, Policy, Reason, Skipped};
use crate::fingerprint::subject;
use crate::{Edit, Finding, Fix, NewFile, file_range, fingerprint};

/// A fix that is to be applied.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// Its finding and itself, for the report.
    pub(super) applied: Applied,
    /// The finding, whatever its place.
    pub(super) key: Key,
    /// What its statement says, for rules that speak once a script: when one statement is cured, they speak of the next.
    pub(super) statement: Option<u64>,
    /// Its edits.
    pub(super) edits: Vec<Placed>,
    /// The files that it creates, with the path as people see it.
    pub(super) creates: Vec<(PathBuf, NewFile)>,
}

impl Choice {
    /// The files that it edits.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.edits.iter().map(|placed| &placed.source.file)
    }
}

/// An edit and its file.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// The number of its project.
    pub(super) project: usize,
    /// The edit of the SQL.
    pub(super) edit: Edit,
    /// The file.
    pub(super) source: Arc<SourceFile>,
    /// The edit of the file.
    pub(super) in_file: FileEdit,
}

/// What may be done, and what may not.
pub(super) struct Plan {
    /// Fixes none of which touches what another changes.
    pub(super) chosen: Vec<Choice>,
    /// Findings with fixes of which none is among them.
    pub(super) skipped: Vec<Skipped>,
}

/// A finding whatever its place: places move when files are edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) file: PathBuf,
    pub(super) rule: Arc<str>,
    pub(super) subject: String,
    pub(super) message: String,
}

impl Key {
    pub(super) fn of(file: PathBuf, finding: &Finding) -> Key {
        Key {
            file,
            rule: Arc::clone(&finding.rule),
            subject: subject(&finding.subject),
            message: finding.message.clone(),
        }
    }
}

/// Fixes that were tried and are not wanted, by finding and title.
#[derive(Debug, Default)]
pub(super) struct Refused(HashMap<(Key, String), Reason>);

impl Refused {
    pub(super) fn add(&mut self, choice: &Choice, reason: Reason) {
        self.0
            .insert((choice.key.clone(), choice.applied.title.clone()), reason);
    }

    fn get(&self, key: &Key, fix: &Fix) -> Option<&Reason> {
        // Few are refused; a key is only built anew where there are any.
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(key.clone(), fix.title.clone()))
    }
}

/// Of each finding the first fix that may be applied and touches nothing that an earlier one changes.
pub(super) fn plan(linted: &[Linted], policy: &Policy, refused: &Refused) -> Plan {
    let mut planner = Planner {
        policy,
        refused,
        taken: HashMap::new(),
        created: HashMap::new(),
    };
    let mut plan = Plan {
        chosen: Vec::new(),
        skipped: Vec::new(),
    };
    for (project, linted) in linted.iter().enumerate() {
        for finding in &linted.report.findings {
            let wanted = policy
                .rules
                .as_ref()
                .is_none_or(|rules| rules.contains(&finding.rule));
            let mut fixes = finding.fixes.iter().filter(|fix| is_edit(fix)).peekable();
            let (true, Some(first)) = (wanted, fixes.peek()) else {
                continue;
            };
            if !stands_in(linted, finding, policy) {
                continue;
            }
            let title = first.title.clone();
            match planner.first((project, linted), finding, fixes) {
                Ok(choice) => plan.chosen.push(choice),
                Err(reason) => plan.skipped.push(Skipped {
                    path: path(linted, finding),
                    finding: finding.clone(),
                    title,
                    reason,
                }),
            }
        }
    }
    plan
}

/// Whether a finding stands in a file whose findings are cured.
fn stands_in(linted: &Linted, finding: &Finding, policy: &Policy) -> bool {
    policy.files.as_ref().is_none_or(|files| {
        let place = file_range(&linted.project, finding.place);
        place.is_some_and(|(source, _)| files.contains(&source.file))
    })
}

/// Whether a fix does anything to files.
fn is_edit(fix: &Fix) -> bool {
    !fix.edits.is_empty() || !fix.creates.is_empty()
}

fn path(linted: &Linted, finding: &Finding) -> PathBuf {
    file_range(&linted.project, finding.place)
        .map(|(source, _)| source.path.clone())
        .unwrap_or_default()
}

/// Where a file changes, from and to, and what is put there.
type Taken = BTreeMap<(usize, usize), Vec<Arc<str>>>;

struct Planner<'a> {
    policy: &'a Policy,
    refused: &'a Refused,
    /// What changes in each file, by where it starts and ends.
    taken: HashMap<PathBuf, Taken>,
    created: HashMap<PathBuf, String>,
}

impl Planner<'_> {
    /// The first of a finding's fixes that may be applied, or why the first that came nearest may not.
    fn first<'f>(
        &mut self,
        linted: (usize, &Linted),
        finding: &Finding,
        fixes: impl Iterator<Item = &'f Fix>,
    ) -> Result<Choice, Reason> {
        let mut why = Reason::Unsafe;
        for fix in fixes {
            match self.choose(linted, finding, fix) {
                Ok(choice) => return Ok(choice),
                Err(reason) if why == Reason::Unsafe => why = reason,
                Err(_) => {}
            }
        }
        Err(why)
    }

    fn choose(
        &mut self,
        (project, linted): (usize, &Linted),
        finding: &Finding,
        fix: &Fix,
    ) -> Result<Choice, Reason> {
        if !self.policy.level.allows(fix.safety) {
            return Err(Reason::Unsafe);
        }
        let (source, _) = file_range(&linted.project, finding.place).ok_or(Reason::Unmappable)?;
        let key = Key::of(source.file.clone(), finding);
        if let Some(reason) = self.refused.get(&key, fix) {
            return Err(reason.clone());
        }
        let edits = self.place(project, linted, fix)?;
        let creates = self.creates(linted, fix)?;
        for placed in &edits {
            let taken = self.taken.entry(placed.source.file.clone()).or_default();
            let range = &placed.in_file.range;
            let at = taken.entry((range.start, range.end)).or_default();
            at.push(Arc::clone(&placed.in_file.text));
        }
        let shown = |new: &NewFile| self.shown(linted, new);
        let creates = creates
            .into_iter()
            .map(|new| (shown(&new), new))
            .collect::<Vec<_>>();
        for (_, new) in &creates {
            self.created.insert(new.path.clone(), new.text.clone());
        }
        Ok(Choice {
            applied: Applied {
                finding: finding.clone(),
                title: fix.title.clone(),
                safety: fix.safety,
                path: source.path.clone(),
            },
            key,
            statement: speaks_once(finding).then(|| fingerprint::statement(&linted.project, finding.place)),
            edits,
            creates,
        })
    }

    /// A fix's edits, if each can be made.
    fn place(&self, project: usize, linted: &Linted, fix: &Fix) -> Result<Vec<Placed>, Reason> {
        let place = |edit: &Edit| {
            let (source, in_file) = file_edit(&linted.project, edit).ok_or(Reason::Unmappable)?;
            if let Some(lock) = self.policy.locked.get(&source.file) {
                return Err(Reason::Locked(*lock));
            }
            if self.overlaps(&source, &in_file) {
                return Err(Reason::Overlaps);
            }
            Ok(Placed {
                project,
                edit: edit.clone(),
                source,
                in_file,
            })
        };
        fix.edits.iter().map(place).collect()
    }

    /// The files that a fix creates, if none of them is there.
    fn creates(&self, linted: &Linted, fix: &Fix) -> Result<Vec<NewFile>, Reason> {
        for new in &fix.creates {
            let mut scripts = linted.project.scripts.iter();
            let exists = scripts.any(|script| script.source.file == new.path);
            let differs = self.created.get(&new.path).is_some_and(|text| *text != new.text);
            if exists || differs {
                return Err(Reason::Exists(self.shown(linted, new)));
            }
        }
        Ok(fix.creates.clone())
    }

    /// The path of a new file as people see those beside it.
    fn shown(&self, linted: &Linted, new: &NewFile) -> PathBuf {
        let beside = |source: &SourceFile| -> Option<PathBuf> {
            // What stands before the shown path is the working directory.
            let mut folder = source.file.clone();
            for _ in source.path.components() {
                folder.pop();
            }
            new.path.strip_prefix(folder).ok().map(PathBuf::from)
        };
        let first = linted.project.scripts.first();
        first
            .filter(|script| script.source.path.is_relative())
            .and_then(|script| beside(&script.source))
            .unwrap_or_else(|| new.path.clone())
    }

    /// Whether an edit touches what another changes. Two insertions at one place don't, nor do equal edits, which are
    /// made once.
    fn overlaps(&self, source: &SourceFile, edit: &FileEdit) -> bool {
        let Some(taken) = self.taken.get(&source.file) else {
            return false;
        };
        let (start, end) = (edit.range.start, edit.range.end);
        if start < end
            && let Some(same) = taken.get(&(start, end))
        {
            return same.iter().any(|text| *text != edit.text);
        }
        // Edits that are taken don't overlap each other: of those that start before `end`, the last one that is no
        // insertion is the only one that can reach beyond `start`.
        let before = taken.range(..(end, 0)).rev();
        before
            .take_while(|((_, other_end), _)| *other_end > start)
            .any(|((other_start, other_end), _)| *other_start < end && start < *other_end)
    }
}
