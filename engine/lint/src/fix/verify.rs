//! The proof that fixes make nothing worse, and the search for those that do.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_project::Direction;

use super::plan::{Choice, Key, Refused};
use super::{Linted, Overlays, Reason, text};
use crate::analysis::{error_count, segments};
use crate::rule::Check;
use crate::{Finding, file_range, fingerprint, registry};

/// How often a project is linted anew in search of fixes that make something worse.
const TRIES: usize = 256;

/// The projects with all that was applied so far.
pub(super) struct State<'l> {
    lint: &'l dyn Fn(&Overlays) -> Vec<Linted>,
    /// What was found last.
    pub(super) linted: Vec<Linted>,
    /// What the files say.
    pub(super) overlays: Overlays,
    tries: usize,
}

/// Why some fixes can't stay, and which of them are to blame as far as can be told.
struct Blame {
    reason: Reason,
    /// By position.
    choices: BTreeSet<usize>,
}

impl<'l> State<'l> {
    pub(super) fn new(lint: &'l dyn Fn(&Overlays) -> Vec<Linted>) -> State<'l> {
        State {
            lint,
            linted: lint(&Overlays::new()),
            overlays: Overlays::new(),
            tries: 0,
        }
    }

    /// Applies what makes nothing worse, and gives it back; the others are refused.
    pub(super) fn settle(&mut self, chosen: Vec<Choice>, refused: &mut Refused) -> Vec<Choice> {
        let before = Seen::of(&self.linted, chosen.iter());
        let mut good: Vec<Choice> = Vec::new();
        let mut best = None;
        let mut groups = vec![chosen];
        while let Some(mut group) = groups.pop() {
            if self.tries >= TRIES {
                group
                    .iter()
                    .for_each(|choice| refused.add(choice, Reason::NotTried));
                continue;
            }
            self.tries += 1;
            let overlays = text::apply(&self.overlays, good.iter().chain(&group));
            let linted = (self.lint)(&overlays);
            match before.judge(&self.linted, &linted, &good, &group) {
                Ok(()) => {
                    good.append(&mut group);
                    best = Some((overlays, linted));
                }
                Err(blame) if group.len() == 1 => refused.add(&group[0], blame.reason),
                Err(blame) => groups.extend(halves(group, &blame.choices)),
            }
        }
        if let Some((overlays, linted)) = best {
            self.overlays = overlays;
            self.linted = linted;
        }
        good
    }
}

/// Two parts of a group: those to blame and the others, which are tried first; else a half each.
fn halves(group: Vec<Choice>, blamed: &BTreeSet<usize>) -> [Vec<Choice>; 2] {
    let middle = group.len() / 2;
    let is_split = !blamed.is_empty() && blamed.len() < group.len();
    let numbered = group.into_iter().enumerate();
    let (first, second): (Vec<_>, Vec<_>) = numbered.partition(|(at, _)| {
        if is_split {
            blamed.contains(at)
        } else {
            *at >= middle
        }
    });
    let bare = |part: Vec<(usize, Choice)>| part.into_iter().map(|(_, choice)| choice).collect();
    [bare(first), bare(second)]
}

/// What holds of projects, to be compared with what holds when they are edited.
struct Seen {
    findings: HashMap<Key, usize>,
    /// Syntax errors of the files that are to be edited.
    errors: HashMap<PathBuf, usize>,
    /// The scripts in those files.
    shape: BTreeMap<PathBuf, Vec<(String, Direction, usize)>>,
}

impl Seen {
    fn of<'c>(linted: &[Linted], choices: impl Iterator<Item = &'c Choice>) -> Seen {
        let files: BTreeSet<PathBuf> = choices.flat_map(Choice::files).cloned().collect();
        Seen {
            findings: findings(linted),
            errors: errors(linted, &files),
            shape: shape(linted, &files),
        }
    }

    /// Whether all is well with `good` and `group` applied.
    fn judge(
        &self,
        before: &[Linted],
        after: &[Linted],
        good: &[Choice],
        group: &[Choice],
    ) -> Result<(), Blame> {
        let all = || good.iter().chain(group);
        let files: BTreeSet<PathBuf> = all().flat_map(Choice::files).cloned().collect();
        let misspelt = text::meant(before, all())
            .into_iter()
            .filter(|(key, text)| text::stretch(after, *key).is_none_or(|segment| *segment.text != **text));
        let misspelt: BTreeSet<&Path> = misspelt
            .filter_map(|(key, _)| Some(text::stretch(before, key)?.source.file.as_path()))
            .collect();
        self.judge_files(after, &files, group)
            .and_then(|()| blame_first(misspelt.into_iter(), group, |_| Reason::Unmappable))?;
        self.judge_findings(&findings(after), after, good, group)
    }

    /// Whether the files that were edited hold the same scripts and parse as well as before.
    fn judge_files(
        &self,
        after: &[Linted],
        files: &BTreeSet<PathBuf>,
        group: &[Choice],
    ) -> Result<(), Blame> {
        let errors = errors(after, files);
        let shape = shape(after, files);
        let broken = files.iter().filter(|file| {
            shape.get(*file) != self.shape.get(*file) || errors.get(*file) > self.errors.get(*file)
        });
        blame_first(broken.map(PathBuf::as_path), group, |file| {
            Reason::Breaks(shown(group, file))
        })
    }

    /// Whether nothing is found that wasn't, and what was to be cured isn't.
    fn judge_findings(
        &self,
        after: &HashMap<Key, usize>,
        linted: &[Linted],
        good: &[Choice],
        group: &[Choice],
    ) -> Result<(), Blame> {
        let count = |map: &HashMap<Key, usize>, key: &Key| map.get(key).copied().unwrap_or(0);
        let mut worse: Vec<&Key> = after
            .iter()
            .filter(|(key, found)| **found > count(&self.findings, key))
            .map(|(key, _)| key)
            .collect();
        worse.sort();
        if let Some(first) = worse.first() {
            let choices = worse.iter().flat_map(|key| editors(group, &key.file));
            return Err(Blame {
                reason: Reason::Worse(Arc::clone(&first.rule), first.message.clone()),
                choices: choices.collect(),
            });
        }
        let mut cures: HashMap<&Key, usize> = HashMap::new();
        for choice in good.iter().chain(group) {
            *cures.entry(&choice.key).or_default() += 1;
        }
        let remains = |choice: &Choice| match choice.statement {
            Some(statement) => still_at(linted, &choice.key, statement),
            None => {
                let cured = cures.get(&choice.key).copied().unwrap_or(0);
                count(after, &choice.key) + cured > count(&self.findings, &choice.key)
            }
        };
        let numbered = group.iter().enumerate();
        let uncured: BTreeSet<usize> = numbered
            .filter(|(_, choice)| remains(choice))
            .map(|(at, _)| at)
            .collect();
        let stays_good = !good.iter().any(remains);
        if uncured.is_empty() && stays_good {
            return Ok(());
        }
        Err(Blame {
            reason: Reason::CuresNothing,
            choices: uncured,
        })
    }
}

/// Blames whoever edits some files, if there are any, for what is wrong with the first.
fn blame_first<'f>(
    files: impl Iterator<Item = &'f Path>,
    group: &[Choice],
    reason: impl Fn(&Path) -> Reason,
) -> Result<(), Blame> {
    let files: Vec<&Path> = files.collect();
    files.first().map_or(Ok(()), |first| {
        Err(Blame {
            reason: reason(first),
            choices: files.iter().flat_map(|file| editors(group, file)).collect(),
        })
    })
}

/// The fixes that edit a file or create it, by position.
fn editors(group: &[Choice], file: &Path) -> BTreeSet<usize> {
    let touches = |choice: &Choice| {
        choice.files().any(|edited| edited == file) || choice.creates.iter().any(|(_, new)| new.path == file)
    };
    let numbered = group.iter().enumerate();
    numbered
        .filter(|(_, choice)| touches(choice))
        .map(|(at, _)| at)
        .collect()
}

fn findings(linted: &[Linted]) -> HashMap<Key, usize> {
    let mut found: HashMap<Key, usize> = HashMap::new();
    for linted in linted {
        for finding in &linted.report.findings {
            if let Some((source, _)) = file_range(&linted.project, finding.place) {
                let key = Key::of(source.file.clone(), finding);
                *found.entry(general(key, finding)).or_default() += 1;
            }
        }
    }
    found
}

/// A finding of a rule that speaks once a script may be about another statement when the first is mended: of those only
/// file and rule count.
fn general(key: Key, finding: &Finding) -> Key {
    if !speaks_once(finding) {
        return key;
    }
    Key {
        subject: String::new(),
        message: String::new(),
        ..key
    }
}

/// Whether a finding is that of a rule that speaks once a script.
pub(super) fn speaks_once(finding: &Finding) -> bool {
    let rule = registry().iter().find(|rule| rule.name == finding.kind);
    rule.is_some_and(|rule| matches!(rule.check, Check::FirstOfScript(_)))
}

/// Whether a rule still speaks of a statement.
fn still_at(linted: &[Linted], key: &Key, statement: u64) -> bool {
    linted.iter().any(|linted| {
        let findings = linted
            .report
            .findings
            .iter()
            .filter(|finding| finding.rule == key.rule);
        findings.into_iter().any(|finding| {
            let source = file_range(&linted.project, finding.place);
            source.is_some_and(|(source, _)| source.file == key.file)
                && fingerprint::statement(&linted.project, finding.place) == statement
        })
    })
}

/// How many errors the statements of files have, bodies included.
fn errors(linted: &[Linted], files: &BTreeSet<PathBuf>) -> HashMap<PathBuf, usize> {
    let mut errors = HashMap::new();
    for linted in linted {
        for segment in linted.project.scripts.iter().flat_map(segments) {
            let file = &segment.source.file;
            if files.contains(file) {
                *errors.entry(file.clone()).or_default() += error_count(&segment.text);
            }
        }
    }
    errors
}

/// The scripts that stand in files: migration, direction, stretches.
fn shape(linted: &[Linted], files: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Vec<(String, Direction, usize)>> {
    let mut shape: BTreeMap<PathBuf, Vec<(String, Direction, usize)>> = BTreeMap::new();
    for script in linted.iter().flat_map(|linted| &linted.project.scripts) {
        let sources: BTreeSet<&PathBuf> = segments(script)
            .map(|segment| &segment.source.file)
            .filter(|file| files.contains(*file))
            .collect();
        for file in sources {
            let held = segments(script).filter(|segment| segment.source.file == *file);
            let entry = (script.group.clone(), script.direction, held.count());
            shape.entry(file.clone()).or_default().push(entry);
        }
    }
    shape
}

/// The path of an edited file as people see it.
fn shown(group: &[Choice], file: &Path) -> PathBuf {
    let mut placed = group.iter().flat_map(|choice| &choice.edits);
    placed
        .find(|placed| placed.source.file == file)
        .map_or_else(|| file.to_path_buf(), |placed| placed.source.path.clone())
}
