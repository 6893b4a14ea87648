//! From what was found piece by piece to what is found in each script.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::{Selection, own, suppress};
use super::Inner;
use super::judge::Judge;
use super::lane::{Anchored, Lane};
use crate::Finding;
use crate::analysis::segments;
use crate::rule::Check;

/// Fewer than these are done by one core: waking others costs more.
const FEW: usize = 64;

/// Does something with each of some things, on all cores where they are many.
pub(super) fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if things.len() < FEW {
        return things.iter().map(work).collect();
    }
    things.par_iter().with_min_len(FEW / 2).map(work).collect()
}

impl Inner {
    /// Gives each script what was found in relations and in all that exists and is shown there. Those whose share is
    /// another now are told.
    pub(super) fn spread_of_catalog(&mut self) -> BTreeSet<usize> {
        let mut shares: Vec<Vec<Arc<Anchored>>> = vec![Vec::new(); self.lanes.len()];
        let kept = self.relations.values().chain(self.of_all.iter());
        for finding in kept.flat_map(|kept| &kept.findings) {
            if let Some(share) = shares.get_mut(finding.script()) {
                share.push(Arc::clone(finding));
            }
        }
        let mut others = BTreeSet::new();
        for (index, share) in shares.into_iter().enumerate() {
            if !same(&share, &self.lanes[index].of_catalog) {
                Arc::make_mut(&mut self.lanes[index]).of_catalog = share;
                others.insert(index);
            }
        }
        others
    }

    /// Puts together what is found in some scripts.
    pub(super) fn gather(&mut self, judge: &Judge<'_>, selected: &Selection, scripts: &BTreeSet<usize>) {
        let files = Files::of(judge);
        let mut done = BTreeSet::new();
        for &index in scripts.iter().filter(|index| selected.holds(**index)) {
            if !done.insert(index) {
                continue;
            }
            let together = files.together(judge, index);
            done.extend(&together);
            if !has_comments(judge, &together) {
                for index in together {
                    let found = self.raw(judge, index);
                    self.keep(index, found);
                }
                continue;
            }
            let statements = |script: usize| self.statements_of(script);
            let raw = together.iter().flat_map(|&index| self.raw(judge, index));
            let mut findings: Vec<Finding> = raw.map(|finding| finding.finding_at(&statements)).collect();
            findings.sort_by(super::super::by_place);
            let these = Selection {
                scripts: together
                    .iter()
                    .copied()
                    .filter(|index| selected.holds(*index))
                    .collect(),
            };
            suppress::apply(judge.input, &self.rules, judge.statements, &these, &mut findings);
            findings.sort_by(super::super::by_place);
            let own = |index: &usize| {
                let own = findings.iter().filter(|finding| finding.place.script == *index);
                own.map(|finding| Anchored::new(finding.clone(), &statements))
                    .collect()
            };
            let found: Vec<Vec<Arc<Anchored>>> = together.iter().map(own).collect();
            together
                .into_iter()
                .zip(found)
                .for_each(|(index, found)| self.keep(index, found));
        }
    }

    fn keep(&mut self, index: usize, found: Vec<Arc<Anchored>>) {
        if !same(&found, &self.lanes[index].found) {
            Arc::make_mut(&mut self.lanes[index]).found = Arc::new(found);
        }
    }

    /// Whether a comment in a script may have silenced something.
    pub(super) fn has_comments(&self, index: usize) -> bool {
        let script = self.project.scripts.get(index);
        script.is_some_and(|script| segments(script).any(|segment| suppress::may_speak(&segment.text)))
    }

    /// What is found in a script before comments are heard, by place.
    fn raw(&self, judge: &Judge<'_>, index: usize) -> Vec<Arc<Anchored>> {
        let lane: &Lane = &self.lanes[index];
        let rules = self.sets.of_script(index);
        let mut found: Vec<Arc<Anchored>> = lane
            .links
            .iter()
            .flat_map(|link| &link.judged.findings)
            .cloned()
            .collect();
        for rule in rules
            .active()
            .filter(|rule| matches!(rule.rule.check, Check::FirstOfScript(_)))
        {
            let mut seen = false;
            found.retain(|f| f.finding().rule != rule.name || !std::mem::replace(&mut seen, true));
        }
        found.extend(lane.whole.findings.iter().cloned());
        found.extend(lane.of_catalog.iter().cloned());
        if self.rules.has_queries() {
            let these = Selection {
                scripts: BTreeSet::from([index]),
            };
            let statements = |script: usize| self.statements_of(script);
            let queried = own::queries(judge.input, &self.rules, judge.statements, &these);
            found.extend(
                queried
                    .into_iter()
                    .map(|finding| Anchored::new(finding, &statements)),
            );
        }
        let mut placed: Vec<_> = found
            .into_iter()
            .map(|f| (f.place_at(&lane.statements), f))
            .collect();
        placed.sort_by(|(at, a), (other_at, b)| {
            let words = |f: &Arc<Anchored>| (Arc::clone(&f.finding().rule), f.finding().message.clone());
            at.cmp(other_at).then_with(|| words(a).cmp(&words(b)))
        });
        let mut found: Vec<Arc<Anchored>> = placed.into_iter().map(|(_, finding)| finding).collect();
        found.dedup();
        found
    }
}

/// The scripts that have SQL in each file.
struct Files<'p>(HashMap<&'p Path, Vec<usize>>);

impl<'p> Files<'p> {
    fn of(judge: &Judge<'p>) -> Files<'p> {
        let mut files: HashMap<&Path, Vec<usize>> = HashMap::new();
        for (index, script) in judge.input.project.scripts.iter().enumerate() {
            for segment in segments(script) {
                let own = files.entry(&segment.source.file).or_default();
                if own.last() != Some(&index) {
                    own.push(index);
                }
            }
        }
        Files(files)
    }

    /// The scripts that share a file with one, itself included: a comment in a file is heard by all of them.
    fn together(&self, judge: &Judge<'_>, index: usize) -> Vec<usize> {
        let own = segments(&judge.input.project.scripts[index]);
        let all = own
            .filter_map(|segment| self.0.get(segment.source.file.as_path()))
            .flatten();
        all.copied()
            .chain([index])
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

/// Whether a comment in some scripts may silence something.
pub(super) fn has_comments(judge: &Judge<'_>, scripts: &[usize]) -> bool {
    let scripts = scripts
        .iter()
        .filter_map(|index| judge.input.project.scripts.get(*index));
    scripts
        .flat_map(segments)
        .any(|segment| suppress::may_speak(&segment.text))
}

/// Whether two lists hold the very same findings.
fn same(one: &[Arc<Anchored>], other: &[Arc<Anchored>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
}
