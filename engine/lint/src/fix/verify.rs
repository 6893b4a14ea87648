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

/// Why some fixes can't stay, and which of them are to blame as far as can be told, by position.
struct Blame {
    /// What is wrong first.
    reason: Reason,
    /// Those that leave what they should cure, or whose relation has a new finding.
    named: BTreeMap<usize, Reason>,
    /// Those that edit a file where something is wrong.
    near: BTreeSet<usize>,
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
            if group.is_empty() {
                continue;
            }
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
                Err(blame) => groups.extend(narrowed(group, blame, refused)),
            }
        }
        if let Some((overlays, linted)) = best {
            self.overlays = overlays;
            self.linted = linted;
        }
        good
    }
}

/// Smaller groups to try in place of one that failed, the last first. Fixes of one rule fail alike, so rules are told
/// apart first; of one rule, those that are named are refused, all at once.
fn narrowed(group: Vec<Choice>, blame: Blame, refused: &mut Refused) -> Vec<Vec<Choice>> {
    let rules: BTreeSet<&str> = group.iter().map(|choice| &*choice.key.rule).collect();
    if let [_] = *rules.iter().collect::<Vec<_>>() {
        if blame.named.is_empty() {
            return parts(group, |at, _, count| {
                if (1..count).contains(&blame.near.len()) {
                    blame.near.contains(&at)
                } else {
                    at >= count / 2
                }
            });
        }
        for (at, reason) in &blame.named {
            refused.add(&group[*at], reason.clone());
        }
        let numbered = group.into_iter().enumerate();
        let others = numbered.filter(|(at, _)| !blame.named.contains_key(at));
        return vec![others.map(|(_, choice)| choice).collect()];
    }
    let suspects: Vec<usize> = if blame.named.is_empty() {
        blame.near.into_iter().collect()
    } else {
        blame.named.into_keys().collect()
    };
    let mut suspected: BTreeSet<String> = suspects
        .into_iter()
        .map(|at| group[at].key.rule.to_string())
        .collect();
    if suspected.is_empty() || suspected.len() == rules.len() {
        suspected = rules
            .iter()
            .skip(rules.len() / 2)
            .map(|rule| (*rule).to_owned())
            .collect();
    }
    parts(group, |_, choice, _| suspected.contains(&*choice.key.rule))
}

/// A group in two, those of which something is true first. It is asked for a fix, its position and how many there are.
fn parts(group: Vec<Choice>, is_first: impl Fn(usize, &Choice, usize) -> bool) -> Vec<Vec<Choice>> {
    let count = group.len();
    let mut halves = vec![Vec::new(), Vec::new()];
    for (at, choice) in group.into_iter().enumerate() {
        let half = usize::from(!is_first(at, &choice, count));
        halves[half].push(choice);
    }
    halves.retain(|half| !half.is_empty());
    halves
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
        let by_relation: HashMap<&str, &Key> = worse.iter().rev().map(|key| (relation(key), *key)).collect();
        let why = |choice: &Choice| match by_relation.get(relation(&choice.key)) {
            Some(key) if !relation(key).is_empty() => Some(is_worse(key)),
            _ => remains(choice).then_some(Reason::CuresNothing),
        };
        let numbered = group.iter().enumerate();
        let named: BTreeMap<usize, Reason> = numbered
            .filter_map(|(at, choice)| Some((at, why(choice)?)))
            .collect();
        if worse.is_empty() && named.is_empty() && !good.iter().any(remains) {
            return Ok(());
        }
        Err(Blame {
            reason: worse.first().map_or(Reason::CuresNothing, |key| is_worse(key)),
            named,
            near: worse.iter().flat_map(|key| editors(group, &key.file)).collect(),
        })
    }
}

fn is_worse(key: &Key) -> Reason {
    Reason::Worse(Arc::clone(&key.rule), key.message.clone())
}

/// The relation that a finding is about, or what it is about instead.
fn relation(key: &Key) -> &str {
    key.subject.split('\u{1f}').next().unwrap_or_default()
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
            named: BTreeMap::new(),
            near: files.iter().flat_map(|file| editors(group, file)).collect(),
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
