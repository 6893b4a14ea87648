//! What is kept of a script between edits: its statements, what each did to the state, what rules found in it.

use std::sync::Arc;

use confiture_schema::apply::{State, StatementEffect, TransactionWrap};
use confiture_schema::catalog::footprint::{Changed, Reads};
use confiture_schema::change::{Change, Transaction, digest};
use confiture_syntax::{Pieces, TextRange};

use super::super::read::{Statement, numbered};
use super::super::run::only_adds_rows;
use super::text::Rewritten;
use crate::context::ScriptFacts;
use crate::{Finding, Place};

/// A state is kept before every so many statements; between two of them it is made anew where somebody asks.
pub(super) const MARK_EVERY: usize = 32;

/// What is kept of a script.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// The script's index.
    pub(super) index: usize,
    /// The pieces of each stretch of SQL, by the index that a [`Place`] carries.
    pub(super) pieces: Vec<Arc<Pieces>>,
    /// The statements, in the order in which they run.
    pub(super) statements: Arc<Vec<Statement>>,
    /// For each statement, what it did and what was found in it.
    pub(super) links: Vec<Arc<Link>>,
    /// What the statements say of each other.
    pub(super) facts: Arc<ScriptFacts>,
    /// Whether the tool opens a transaction around the script.
    pub(super) wrap: TransactionWrap,
    /// What exists before the script.
    pub(super) start: State,
    /// What exists before some of its statements, by their index, ascending. The first is behind the script's beginning.
    pub(super) marks: Vec<(usize, State)>,
    /// What exists when it is through.
    pub(super) end: State,
    /// For one that undoes a migration: what existed before that.
    pub(super) undoes_to: Option<State>,
    /// What rules for whole scripts found.
    pub(super) whole: Arc<Kept>,
    /// What was found in relations, and in all that exists, and is shown in this script.
    pub(super) of_catalog: Vec<Arc<Anchored>>,
    /// All that is found in this script and that no comment silences, in order.
    pub(super) found: Arc<Vec<Arc<Anchored>>>,
    /// Whether some statement goes back to an earlier state.
    pub(super) goes_back: bool,
    /// What rules looked at for it, parts alone.
    pub(super) looks_at: Reads,
}

/// What is kept of a statement.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    /// What it did.
    pub(super) effect: StatementEffect,
    /// What it asks for, as rules for whole scripts see it.
    pub(super) outline: u64,
    /// What rules found in it.
    pub(super) judged: Kept,
}

/// Findings, and what was looked at for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub(super) reads: Reads,
    pub(super) findings: Vec<Arc<Anchored>>,
}

/// A finding whose places hold wherever its statements move to.
#[derive(Debug)]
pub(super) struct Anchored {
    finding: Finding,
    /// Where its places are: its own, then those of its edits, then the related ones.
    anchors: Vec<Anchor>,
}

/// A place within a statement, or behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    script: usize,
    segment: usize,
    /// The statement's number; `None` before the first one of the stretch.
    statement: Option<u32>,
    /// Counted from the start of the statement.
    range: TextRange,
}

impl Lane {
    /// What exists before the statement of an index; behind the last one, after it.
    pub(super) fn before(&self, index: usize, apply: impl Fn(&mut State, &Statement)) -> State {
        let behind = self.marks.partition_point(|(at, _)| *at <= index);
        let known = behind.checked_sub(1).and_then(|last| self.marks.get(last));
        let (from, mut state) =
            known.map_or_else(|| (0, self.start.clone()), |(at, state)| (*at, state.clone()));
        for statement in self.statements.get(from..index).unwrap_or_default() {
            apply(&mut state, statement);
        }
        state
    }
}

impl Lane {
    /// Whether an edit of the script makes it ask for something else.
    pub(super) fn means_otherwise(&self, edit: &Rewritten) -> bool {
        let now = edit
            .statements
            .get(edit.changed.clone())
            .unwrap_or_default()
            .iter()
            .map(|s| digest(s.changes()));
        let then = self
            .statements
            .get(edit.changed.start..edit.changed.start + edit.removed);
        now.ne(then
            .unwrap_or_default()
            .iter()
            .map(|statement| digest(statement.changes())))
    }

    /// Whether anything that rules looked at for it is among some entries.
    pub(super) fn looks_at(&self, ever: &Changed) -> bool {
        let mut reads = self.links.iter().map(|link| &link.judged.reads);
        self.looks_at.may_meet(ever) && (self.whole.reads.meet(ever) || reads.any(|reads| reads.meet(ever)))
    }
}

impl PartialEq for Anchored {
    fn eq(&self, other: &Self) -> bool {
        // The places of the finding itself are of the time when it was found.
        let words = |f: &Finding| (Arc::clone(&f.rule), f.severity, f.message.clone(), f.help.clone());
        self.anchors == other.anchors
            && words(&self.finding) == words(&other.finding)
            && self.finding.subject == other.finding.subject
            && same_fixes(&self.finding, &other.finding)
            && self.finding.related.iter().map(|r| &r.message).eq(other
                .finding
                .related
                .iter()
                .map(|r| &r.message))
    }
}

/// Whether two findings offer the same cures, their places apart.
fn same_fixes(one: &Finding, other: &Finding) -> bool {
    one.fixes.len() == other.fixes.len()
        && one.fixes.iter().zip(&other.fixes).all(|(a, b)| {
            (&a.title, a.safety, &a.creates, &a.migration) == (&b.title, b.safety, &b.creates, &b.migration)
                && a.edits
                    .iter()
                    .map(|edit| &edit.text)
                    .eq(b.edits.iter().map(|edit| &edit.text))
        })
}

impl Anchored {
    /// Ties a finding to the statements that its places are in.
    pub(super) fn new(finding: Finding, statements: &impl Fn(usize) -> Arc<Vec<Statement>>) -> Arc<Anchored> {
        let anchors = places(&finding)
            .map(|place| Anchor::new(place, &statements(place.script)))
            .collect();
        Arc::new(Anchored { finding, anchors })
    }

    /// The finding, its places apart.
    pub(super) fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The script that it is shown in.
    pub(super) fn script(&self) -> usize {
        self.finding.place.script
    }

    /// Whether a place of it is in a statement.
    pub(super) fn touches(&self, script: usize, number: u32) -> bool {
        let is_in = |anchor: &Anchor| anchor.script == script && anchor.statement == Some(number);
        self.anchors.iter().any(is_in)
    }

    /// The finding where it stands now.
    pub(super) fn finding_at(&self, statements: &impl Fn(usize) -> Arc<Vec<Statement>>) -> Finding {
        let mut finding = self.finding.clone();
        for (place, anchor) in places_mut(&mut finding).into_iter().zip(&self.anchors) {
            *place = anchor.place(&statements(anchor.script));
        }
        finding
    }

    /// The same for its own place alone.
    pub(super) fn place_at(&self, statements: &[Statement]) -> Place {
        self.anchors
            .first()
            .map_or(self.finding.place, |anchor| anchor.place(statements))
    }
}

fn places(finding: &Finding) -> impl Iterator<Item = Place> + '_ {
    let edits = finding
        .fixes
        .iter()
        .flat_map(|fix| &fix.edits)
        .map(|edit| edit.place);
    let related = finding.related.iter().map(|related| related.place);
    std::iter::once(finding.place).chain(edits).chain(related)
}

fn places_mut(finding: &mut Finding) -> Vec<&mut Place> {
    let edits = finding
        .fixes
        .iter_mut()
        .flat_map(|fix| &mut fix.edits)
        .map(|edit| &mut edit.place);
    let related = finding.related.iter_mut().map(|related| &mut related.place);
    std::iter::once(&mut finding.place)
        .chain(edits)
        .chain(related)
        .collect()
}

impl Anchor {
    fn new(place: Place, statements: &[Statement]) -> Anchor {
        let holder = last_from(statements, place.segment, place.range.start);
        let start = holder.map_or(0, |statement| statement.at.range.start);
        Anchor {
            script: place.script,
            segment: place.segment,
            statement: holder.map(|statement| statement.number),
            range: TextRange::new(place.range.start - start, place.range.end - start),
        }
    }

    fn place(&self, statements: &[Statement]) -> Place {
        let holder = self.statement.and_then(|number| numbered(statements, number));
        Place {
            script: self.script,
            segment: self.segment,
            range: self
                .range
                .offset(holder.map_or(0, |statement| statement.at.range.start)),
        }
    }
}

/// The last statement of a stretch that starts at an offset or before it. Stretches follow each other as they run, which is
/// not by their index.
pub(super) fn last_from(statements: &[Statement], segment: usize, offset: u32) -> Option<&Statement> {
    let first = statements
        .iter()
        .position(|statement| statement.at.segment == segment)?;
    let rest = statements.get(first..)?;
    // A script of one stretch, which is nearly every one, is not gone through.
    let own = match rest.last() {
        Some(last) if last.at.segment == segment => rest,
        _ => rest.get(..rest.iter().take_while(|s| s.at.segment == segment).count())?,
    };
    let behind = own.partition_point(|statement| statement.at.range.start <= offset);
    own.get(behind.checked_sub(1)?)
}

/// What a statement asks for as far as rules for whole scripts look, and whether it is broken: what only adds rows is left
/// out there, and so is what stands in the bodies of functions.
pub(super) fn outline(statement: &Statement) -> u64 {
    let asked = match statement.changes() {
        changes if only_adds_rows(changes) => 1,
        [Change::CreateFunction(function)] if !function.body.is_empty() => {
            let mut bare = function.clone();
            bare.body.clear();
            digest(&[Change::CreateFunction(bare)])
        }
        changes => digest(changes),
    };
    asked << 1 | u64::from(!statement.errors().is_empty())
}

/// Whether a statement goes back to an earlier state, or may: what is in a block may.
pub(super) fn goes_back(changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::Transaction(transaction) => {
            matches!(
                transaction,
                Transaction::Rollback { .. } | Transaction::RollbackTo(_)
            )
        }
        Change::Do(block) => block.statements.iter().any(|nested| {
            nested
                .changes
                .iter()
                .any(|change| matches!(change, Change::Transaction(_) | Change::Do(_)))
        }),
        _ => false,
    })
}
