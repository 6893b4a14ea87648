//! What rules find after an edit: they look again where something that they looked at is another, and only there.

use std::collections::BTreeSet;
use std::sync::Arc;

use confiture_schema::apply::State;
use confiture_schema::catalog::Part;
use confiture_schema::catalog::footprint::{Changed, Reads};

use super::super::fold::{Pass, Trace};
use super::super::read::{Statement, Statements};
use super::super::{Input, run};
use super::lane::{Anchored, Kept, Lane, Link};
use super::walk::{Passed, apply};
use crate::cache::Found;
use crate::context::ScriptFacts;
use crate::rule::Check;
use crate::settings::{Configured, Rules};

/// Who judges: the project as it is now, and its rules.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) statements: &'a Statements<'a>,
}

impl<'a> Judge<'a> {
    /// Keeps what was found, tied to statements.
    pub(super) fn kept(&self, found: Found) -> Kept {
        let statements = |script: usize| self.statements.shared_script(script);
        Kept {
            reads: found.reads,
            findings: found
                .findings
                .into_iter()
                .map(|finding| Anchored::new(finding, &statements))
                .collect(),
        }
    }

    /// All that rules find in a script that was gone through from its beginning.
    pub(super) fn whole(&self, lane: &mut Lane, rules: &Rules, mut trace: Trace<'a>) {
        trace.undoes_to.clone_from(&lane.undoes_to);
        let facts = run::facts(self.statements.script(lane.index), trace.steps.iter());
        let active = run::active(self.input, rules, lane.index);
        if !active.is_empty() {
            let court = run::Court::new(self.input, &active, self.statements, &trace, &facts);
            for (index, found) in court.statements(|_| true) {
                self.put(lane, index, found);
            }
            lane.whole = Arc::new(self.kept(court.whole()));
        }
        lane.facts = Arc::new(facts);
        sum_up(lane);
    }

    /// What rules find in a script after the walk. `ever` are the entries that differ at any point up to its end. Whether
    /// anything else is found than before.
    pub(super) fn again(&self, passed: &mut Passed, rules: &Rules, ever: &Changed, edited: &[u32]) -> bool {
        let active = run::active(self.input, rules, passed.lane.index);
        if active.is_empty() {
            return false;
        }
        let mut ever = ever.clone();
        if passed.means_otherwise {
            let facts = self.facts(&passed.lane);
            if facts != *passed.lane.facts {
                ever.insert_part(Part::Facts);
                passed.lane.facts = Arc::new(facts);
            }
        }
        let lane = &passed.lane;
        let needs = |(index, link): (usize, &Arc<Link>)| {
            (passed.again.contains(&index) || link.judged.reads.meet(&ever)).then_some(index)
        };
        let needed: BTreeSet<usize> = lane.links.iter().enumerate().filter_map(needs).collect();
        let is_in_edited =
            |finding: &Arc<Anchored>| edited.iter().any(|number| finding.touches(lane.index, *number));
        let has_script_rules = active
            .iter()
            .any(|rule| matches!(rule.rule.check, Check::Script(_)));
        let needs_whole = has_script_rules
            && (passed.means_otherwise
                || lane.whole.reads.meet(&ever)
                || lane.whole.findings.iter().any(is_in_edited));
        let lane = &mut passed.lane;
        let mut is_other = lane.links.len() != passed.links_before;
        if needs_whole || needed.len() * 3 > lane.links.len() + 8 {
            let mut trace = Pass::new(self.input, self.statements, lane.index).traced(lane.start.clone());
            trace.undoes_to.clone_from(&lane.undoes_to);
            let facts = Arc::clone(&lane.facts);
            let court = run::Court::new(self.input, &active, self.statements, &trace, &facts);
            for (index, found) in court.statements(|index| needed.contains(&index)) {
                is_other |= self.put(lane, index, found);
            }
            if needs_whole {
                let whole = self.kept(court.whole());
                is_other |= whole.findings != lane.whole.findings;
                lane.whole = Arc::new(whole);
            }
        } else {
            is_other |= self.some(lane, &active, &needed);
        }
        sum_up(lane);
        is_other
    }

    /// Looks at some statements, each by itself.
    fn some(&self, lane: &mut Lane, active: &[&'a Configured], needed: &BTreeSet<usize>) -> bool {
        let mut is_other = false;
        let pass = Pass::new(self.input, self.statements, lane.index);
        let own = self.statements.script(lane.index);
        let mut current: Option<(usize, State)> = None;
        for &index in needed {
            let before = match current.take() {
                Some((at, mut state)) if index - at < super::lane::MARK_EVERY => {
                    own.get(at..index)
                        .unwrap_or_default()
                        .iter()
                        .for_each(|s| apply(&mut state, s));
                    state
                }
                _ => lane.before(index, apply),
            };
            let mut after = before.clone();
            own.get(index)
                .into_iter()
                .for_each(|statement| apply(&mut after, statement));
            let mut steps = Vec::new();
            pass.step(index, &Arc::new(before), &mut steps);
            let is_last = index + 1 == own.len();
            let trace = Trace {
                script: lane.index,
                steps,
                before: lane.start.clone(),
                after: if is_last { lane.end.clone() } else { after.clone() },
                end: lane.end.clone(),
                undoes_to: None,
            };
            let facts = Arc::clone(&lane.facts);
            let court = run::Court::new(self.input, active, self.statements, &trace, &facts);
            for (index, found) in court.statements(|_| true) {
                is_other |= self.put(lane, index, found);
            }
            current = Some((index + 1, after));
        }
        is_other
    }

    /// Keeps what is found in a statement. Whether it is something else than before.
    fn put(&self, lane: &mut Lane, index: usize, found: Found) -> bool {
        let mut judged = self.kept(found);
        let Some(link) = lane.links.get_mut(index) else {
            return false;
        };
        let is_other = judged.findings != link.judged.findings;
        if !is_other {
            judged.findings.clone_from(&link.judged.findings);
        }
        Arc::make_mut(link).judged = judged;
        is_other
    }

    /// What the statements of a script say of each other.
    fn facts(&self, lane: &Lane) -> ScriptFacts {
        let pass = Pass::new(self.input, self.statements, lane.index);
        // What exists is of no account here.
        let nowhere = Arc::new(State::default());
        let mut steps = Vec::new();
        let own: &[Statement] = self.statements.script(lane.index);
        (0..own.len()).for_each(|index| pass.step(index, &nowhere, &mut steps));
        run::facts(own, steps.iter())
    }
}

/// Notes what rules looked at for a script.
fn sum_up(lane: &mut Lane) {
    let reads = lane.links.iter().map(|link| &link.judged.reads);
    lane.looks_at = Reads::parts_of(reads.chain([&lane.whole.reads]));
}
