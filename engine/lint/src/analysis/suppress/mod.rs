//! Comments that silence rules: `-- confiture: ignore rule, rule: reason`.
//!
//! They are found by the lexer (`comment`), read (`directive`), and each finding is held against those of its file, in
//! bytes of the file: a file that several scripts include has its comments once. What nobody understands and what
//! silences nothing is reported (`report`).

mod comment;
mod directive;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::{Project, SourceFile};
use confiture_syntax::TextRange;

use super::read::Statements;
use super::{Input, Selection, Suppressed, file_range, segment};
use crate::rule::Category;
use crate::{Finding, Place, RuleSet, registry};
use directive::{Directive, Kind, MARK, Malformed, Named};

/// A directive in its file.
struct Comment {
    directive: Directive,
    /// Where it stands.
    place: Place,
    source: Arc<SourceFile>,
    /// What it silences, in bytes of the file; everything for a file's.
    scope: Vec<Range<usize>>,
    /// The parts of its own stretch that it silences, where it is about statements.
    statements: Vec<TextRange>,
    /// What ends its block.
    end: Option<Place>,
    /// For each of its names, whether it silenced something.
    used: Vec<bool>,
}

impl Comment {
    fn covers(&self, at: usize) -> bool {
        self.directive.kind == Kind::File || self.scope.iter().any(|range| range.contains(&at))
    }
}

/// All directives of a run, by file and place in it.
#[derive(Default)]
struct Comments {
    files: BTreeMap<PathBuf, BTreeMap<usize, Comment>>,
    malformed: Vec<(Place, Malformed)>,
    /// Ends of blocks that don't end any.
    stray_ends: Vec<Place>,
    /// Beginnings of blocks that nothing ends.
    open_starts: Vec<Place>,
}

/// Whether a text may hold a comment that is heard.
pub(super) fn may_speak(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_some()
}

/// Takes out the findings that comments silence, and adds those about the comments themselves.
pub(super) fn apply(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    selected: &Selection,
    findings: &mut Vec<Finding>,
) -> Vec<Suppressed> {
    let project = input.project;
    let mut comments = Comments::of(project, statements, selected);
    if comments.files.is_empty() && comments.malformed.is_empty() {
        return Vec::new();
    }
    let mut suppressed = comments.silence(project, findings);
    let mut own = report::findings(input, rules, statements, &comments);
    suppressed.extend(comments.silence(project, &mut own));
    findings.append(&mut own);
    suppressed
}

/// Takes out the findings that comments silence, and says nothing of the comments.
pub(super) fn silence(
    project: &Project,
    statements: &Statements<'_>,
    selected: &Selection,
    findings: &mut Vec<Finding>,
) -> Vec<Suppressed> {
    Comments::of(project, statements, selected).silence(project, findings)
}

impl Comments {
    /// Those of the scripts that are reported.
    fn of(project: &Project, statements: &Statements<'_>, selected: &Selection) -> Comments {
        let mut comments = Comments::default();
        for &script in &selected.scripts {
            comments.collect(project, statements, script);
        }
        comments.pair_blocks();
        comments
    }

    /// The scripts that have any.
    fn scripts(&self) -> BTreeSet<usize> {
        let comments = self.files.values().flat_map(BTreeMap::values);
        let malformed = self.malformed.iter().map(|(place, _)| place.script);
        comments
            .map(|comment| comment.place.script)
            .chain(malformed)
            .collect()
    }

    /// Reads the comments of a script.
    fn collect(&mut self, project: &Project, statements: &Statements<'_>, index: usize) {
        let Some(script) = project.scripts.get(index) else {
            return;
        };
        for at in 0..script.segments.len() + script.hooks.len() {
            let Some(segment) = segment(script, at).filter(|segment| segment.text.contains(MARK)) else {
                continue;
            };
            for found in comment::comments(&segment.text, statements.stretch(index, at)) {
                let place = |range: TextRange| Place {
                    script: index,
                    segment: at,
                    range,
                };
                match directive::parse(found.range.slice(&segment.text)) {
                    None => {}
                    Some(Err(malformed)) => self.malformed.push((place(found.range), malformed)),
                    Some(Ok(directive)) => {
                        let in_file = |range: &TextRange| segment.map.range_to_file(range.as_usize());
                        let own = in_file(&found.range);
                        let files = self.files.entry(segment.source.file.clone()).or_default();
                        files.entry(own.start).or_insert_with(|| Comment {
                            used: vec![false; directive.names.len()],
                            directive,
                            place: place(found.range),
                            source: Arc::clone(&segment.source),
                            scope: found.scope.iter().map(in_file).collect(),
                            statements: found.scope,
                            end: None,
                        });
                    }
                }
            }
        }
    }

    /// Finds what each block covers: up to the first end that names its rules or none.
    fn pair_blocks(&mut self) {
        for comments in self.files.values_mut() {
            let mut open: Vec<usize> = Vec::new();
            let mut ends: Vec<(usize, usize, Place)> = Vec::new();
            for (&at, comment) in comments.iter() {
                match comment.directive.kind {
                    Kind::Start => open.push(at),
                    Kind::End => {
                        let start = open
                            .iter()
                            .rposition(|start| ends_block(&comments[start].directive, &comment.directive));
                        match start {
                            Some(start) => ends.push((open.remove(start), at, comment.place)),
                            None => self.stray_ends.push(comment.place),
                        }
                    }
                    Kind::Ignore | Kind::File => {}
                }
            }
            for (start, end, place) in ends {
                if let Some(comment) = comments.get_mut(&start) {
                    comment.scope = std::iter::once(start..end).collect();
                    comment.end = Some(place);
                }
            }
            for start in open {
                if let Some(comment) = comments.get_mut(&start) {
                    comment.scope = std::iter::once(start..usize::MAX).collect();
                    self.open_starts.push(comment.place);
                }
            }
        }
    }

    /// Takes out what is silenced.
    fn silence(&mut self, project: &Project, findings: &mut Vec<Finding>) -> Vec<Suppressed> {
        let mut suppressed = Vec::new();
        findings.retain(|finding| match self.silencer(project, finding) {
            None => true,
            Some((reason, comment)) => {
                suppressed.push(Suppressed {
                    finding: finding.clone(),
                    reason,
                    comment,
                });
                false
            }
        });
        suppressed
    }

    /// The reason and the place of the comment that silences a finding. All that would are marked as used.
    fn silencer(&mut self, project: &Project, finding: &Finding) -> Option<(Option<String>, Place)> {
        let (source, range) = file_range(project, finding.place)?;
        let comments = self.files.get_mut(&source.file)?;
        let mut found = None;
        for comment in comments
            .values_mut()
            .filter(|comment| comment.directive.kind != Kind::End && comment.covers(range.start))
        {
            for (name, used) in comment.directive.names.iter().zip(&mut comment.used) {
                if means(name, finding) {
                    *used = true;
                    found.get_or_insert_with(|| (comment.directive.reason.clone(), comment.place));
                }
            }
        }
        found
    }
}

/// Whether an end ends a block: it names none, or the same rules.
fn ends_block(start: &Directive, end: &Directive) -> bool {
    let has = |name: &Named| start.names.iter().any(|other| other.text == name.text);
    end.names.is_empty() || (end.names.len() == start.names.len() && end.names.iter().all(has))
}

/// Whether a name means the rule of a finding: its own, that of a named instance, an alias, a category. What is wrong
/// with comments themselves is silenced by its own name only.
fn means(name: &Named, finding: &Finding) -> bool {
    if name.text == *finding.rule || name.text == finding.kind {
        return true;
    }
    let Some(rule) = registry().iter().find(|rule| rule.name == finding.kind) else {
        return false;
    };
    if report::is_about_comments(rule) {
        return false;
    }
    let kebab = name.text.replace('_', "-");
    name.is_all()
        || rule.name == kebab
        || rule.aliases.contains(&kebab.as_str())
        || Category::from_name(&name.text).is_some_and(|category| rule.categories.contains(&category))
}
