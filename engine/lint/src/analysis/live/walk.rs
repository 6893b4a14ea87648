//! Along the scripts after an edit: which statements have to be gone through anew, and what exists around them then.
//!
//! The walk knows the entries of the catalog that differ from what they were at this point (`changed`). A statement that
//! touches none of them did what it does now, and the states kept behind it are the old ones with those entries taken from
//! the last state that was made anew. One that does is applied, and what it leaves is compared with what it left: alike
//! entries go out of the set, others come in. So an edit costs what depends on it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use confiture_project::Direction;
use confiture_schema::apply::{State, StatementEffect};
use confiture_schema::catalog::Part;
use confiture_schema::catalog::footprint::{Changed, Entry};
use confiture_schema::change::{Change, Transaction};

use super::super::fold::{Pass, moves_more_than_rows, origin, session_for, start_of};
use super::super::read::{Statement, Statements};
use super::super::{Input, reconnected};
use super::lane::{Kept, Lane, Link, MARK_EVERY, goes_back, outline};
use super::text::Rewritten;

/// What the walk has come to.
pub(super) struct Walk<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) statements: &'a Statements<'a>,
    /// The scripts as they were.
    pub(super) old: &'a [Arc<Lane>],
    /// What became of those that were edited, by index.
    pub(super) edits: &'a HashMap<usize, Rewritten>,
    /// The entries that differ from what they were at this point.
    changed: Changed,
    /// Those that did at any point.
    pub(super) ever: Changed,
    /// A state in which the changed entries have their new values.
    donor: State,
}

/// A script after the walk.
pub(super) struct Passed {
    pub(super) lane: Lane,
    /// The statements that rules must look at again whatever they looked at, by index.
    pub(super) again: BTreeSet<usize>,
    /// How many statements there were before.
    pub(super) links_before: usize,
    /// Whether statements ask for something else, as rules for whole scripts see it, or in another session.
    pub(super) means_otherwise: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        input: &'a Input<'a>,
        statements: &'a Statements<'a>,
        old: &'a [Arc<Lane>],
        edits: &'a HashMap<usize, Rewritten>,
    ) -> Walk<'a> {
        Walk {
            input,
            statements,
            old,
            edits,
            changed: Changed::default(),
            ever: texts(old, edits),
            donor: State::default(),
        }
    }

    /// The entries that differ in the end.
    pub(super) fn changed(&self) -> &Changed {
        &self.changed
    }

    /// Goes through the scripts of the sequence that leads to the newest schema; `None` for those that stay as they are.
    pub(super) fn forward(&mut self) -> Vec<(usize, Option<Passed>)> {
        let scripts = self.input.project.scripts.iter().enumerate();
        let forward: Vec<usize> = scripts
            .filter(|(_, s)| s.direction.is_forward())
            .map(|(index, _)| index)
            .collect();
        let mut session_differs = false;
        let mut last_end: Option<State> = None;
        let mut all = Vec::with_capacity(forward.len());
        for index in forward {
            let old = &self.old[index];
            let is_touched = self.edits.contains_key(&index) || !self.changed.is_empty() || session_differs;
            if !is_touched {
                last_end = None;
                all.push((index, None));
                continue;
            }
            let script = &self.input.project.scripts[index];
            let start = match &last_end {
                Some(end) => session_for(script, end),
                None => self.patched(&old.start),
            };
            let other_session = session_differs && !start.has_session_like(&old.start);
            let passed = self.pass(index, start, other_session);
            session_differs = !passed.lane.end.has_session_like(&old.end);
            last_end = Some(passed.lane.end.clone());
            all.push((index, Some(passed)));
        }
        all
    }

    /// Goes through a script that isn't part of that sequence, after those that are. `lane` gives them as they are now.
    pub(super) fn aside<'l>(
        &mut self,
        index: usize,
        newest: &State,
        lane: impl Fn(usize) -> &'l Lane,
    ) -> Option<Passed> {
        let is_edited = self.edits.contains_key(&index);
        let mut differs = self
            .ever
            .iter()
            .filter(|entry| entry.part != Part::Statements)
            .peekable();
        if differs.peek().is_none() && !is_edited {
            return None;
        }
        // Everything that ever differed may differ here.
        let mut changed = Changed::default();
        differs.cloned().for_each(|entry| changed.insert(entry));
        let script = &self.input.project.scripts[index];
        let scripts = self.input.project.scripts.iter();
        let undone = (script.direction == Direction::Down)
            .then(|| {
                scripts
                    .enumerate()
                    .rfind(|(_, s)| s.direction.is_forward() && s.group == script.group)
            })
            .flatten()
            .map(|(up, _)| lane(up));
        let start = start_of(script, undone.map_or(newest, |up| &up.end));
        let around = std::mem::replace(&mut self.changed, changed);
        self.donor = start.clone();
        let mut passed = self.pass(index, start, false);
        passed.lane.undoes_to = undone.map(|up| reconnected(&up.start));
        self.changed = around;
        Some(passed)
    }

    /// Goes through one script from a state.
    fn pass(&mut self, index: usize, start: State, other_session: bool) -> Passed {
        let old = &self.old[index];
        let edit = self.edits.get(&index);
        let own = self.statements.script(index);
        let wrap = match edit {
            Some(_) => Pass::new(self.input, self.statements, index).wrap(),
            None => old.wrap,
        };
        let goes_back = match edit {
            Some(_) => own.iter().any(|statement| goes_back(statement.changes())),
            None => old.goes_back,
        };
        let block = edit.map_or(own.len()..own.len(), |edit| edit.changed.clone());
        let removed = edit.map_or(0, |edit| edit.removed);
        let from_nothing = other_session || wrap != old.wrap || goes_back || old.goes_back;
        let mut first = start.clone();
        first.begin_script(wrap);
        let mut lane = Lane {
            start,
            wrap,
            goes_back,
            links: Vec::with_capacity(own.len()),
            marks: vec![(0, first.clone())],
            ..Lane::clone(old)
        };
        if let Some(edit) = edit {
            lane.pieces.clone_from(&edit.pieces);
            lane.statements = Arc::clone(&edit.statements);
        }
        let mut run = Run {
            walk: self,
            old,
            own,
            block,
            removed,
            current: (0, first),
            all: from_nothing,
            goes_back: from_nothing && (goes_back || old.goes_back),
            again: BTreeSet::new(),
            means_otherwise: from_nothing,
        };
        run.go(&mut lane);
        let Run {
            again,
            means_otherwise,
            ..
        } = run;
        Passed {
            links_before: old.links.len(),
            lane,
            again,
            means_otherwise,
        }
    }

    /// A state of before with the entries that differ.
    fn patched(&self, state: &State) -> State {
        let mut state = state.clone();
        for entry in self.changed.iter() {
            state.take_over(entry, &self.donor);
        }
        state
    }

    fn mark(&mut self, entry: Entry) {
        self.ever.insert(entry.clone());
        self.changed.insert(entry);
    }

    /// After a statement that left something then, and leaves something now: entries that both left alike are alike.
    fn differ(&mut self, then: &StatementEffect, now: &StatementEffect) {
        let before: HashMap<&Entry, u64> = then.writes.iter().map(|(entry, made)| (entry, *made)).collect();
        let mut alike: HashSet<&Entry> = HashSet::new();
        for (entry, made) in &now.writes {
            // What came into lists and went out of them makes like lists of like ones.
            if before.get(entry) == Some(made) && !(entry.is_list() && self.changed.contains(entry)) {
                alike.insert(entry);
            }
        }
        self.changed.retain(|entry| !alike.contains(entry));
        let all = then.writes.iter().chain(&now.writes).map(|(entry, _)| entry);
        for entry in all
            .filter(|entry| !alike.contains(entry))
            .cloned()
            .collect::<Vec<_>>()
        {
            self.mark(entry);
        }
    }
}

/// The pass through one script.
struct Run<'w, 'a> {
    walk: &'w mut Walk<'a>,
    old: &'w Lane,
    own: &'w [Statement],
    /// The statements that were edited, by index now.
    block: std::ops::Range<usize>,
    /// How many there were in their place.
    removed: usize,
    /// The last state that was made anew, before the statement of that index.
    current: (usize, State),
    /// Whether every statement has to be gone through: the session is another one.
    all: bool,
    /// Whether that stays so: some statement goes back to an earlier state, which is kept nowhere else.
    goes_back: bool,
    again: BTreeSet<usize>,
    means_otherwise: bool,
}

impl Run<'_, '_> {
    fn go(&mut self, lane: &mut Lane) {
        let mut index = 0;
        while index < self.own.len() {
            if index == self.block.end && !self.block_is_nothing() {
                self.behind_block(lane);
            }
            if let Some(end) = self.end_of_untouched(index) {
                self.keep(index..end, lane);
                index = end;
                continue;
            }
            self.keep_mark(index, lane);
            let known = self.old_index(index).and_then(|at| self.old.links.get(at));
            let is_touched = |link: &Arc<Link>| self.all || link.effect.touches.meet(&self.walk.changed);
            match known {
                Some(link) if !is_touched(link) => lane.links.push(Arc::clone(link)),
                known => {
                    let link = self.again(index, known);
                    lane.links.push(Arc::new(link));
                }
            }
            index += 1;
        }
        if self.block.end == self.own.len() && !self.block_is_nothing() {
            self.behind_block(lane);
        }
        self.finish(lane);
    }

    /// Where the statements end that nothing can have touched, from one of them on.
    fn end_of_untouched(&self, index: usize) -> Option<usize> {
        if self.all || !self.walk.changed.is_empty() || self.block.contains(&index) {
            return None;
        }
        Some(if index < self.block.start {
            self.block.start
        } else {
            self.own.len()
        })
    }

    /// Keeps some statements, and the states before them, as they were.
    fn keep(&mut self, range: std::ops::Range<usize>, lane: &mut Lane) {
        let Some(first) = self.old_index(range.start) else {
            return;
        };
        let then = first..first + range.len();
        lane.links
            .extend_from_slice(self.old.links.get(then.clone()).unwrap_or_default());
        let marks = self
            .old
            .marks
            .iter()
            .filter(|(at, _)| *at > 0 && then.contains(at));
        let last = lane.marks.last().map_or(0, |(at, _)| *at);
        let moved = marks.map(|(at, state)| (at - first + range.start, state.clone()));
        lane.marks.extend(moved.filter(|(at, _)| *at > last));
        if let Some((at, state)) = lane.marks.last()
            && *at > self.current.0
        {
            self.current = (*at, state.clone());
        }
    }

    fn block_is_nothing(&self) -> bool {
        self.block.is_empty() && self.removed == 0
    }

    /// Where a statement was, unless it was edited.
    fn old_index(&self, index: usize) -> Option<usize> {
        if index < self.block.start {
            return Some(index);
        }
        (index >= self.block.end).then(|| index - self.block.len() + self.removed)
    }

    /// Keeps a state before a statement where there was one.
    fn keep_mark(&mut self, index: usize, lane: &mut Lane) {
        let last = lane.marks.last().map_or(0, |(at, _)| *at);
        if index == 0 || index == last {
            return;
        }
        let old_at = self.old_index(index);
        let known = old_at.and_then(|at| {
            let found = self.old.marks.binary_search_by_key(&at, |(at, _)| *at).ok()?;
            self.old.marks.get(found)
        });
        let Some((_, known)) = known else {
            if index >= last + 2 * MARK_EVERY && self.current.0 + MARK_EVERY >= index {
                self.advance(index);
                lane.marks.push((index, self.current.1.clone()));
            }
            return;
        };
        if self.all {
            self.advance(index);
            if index >= self.block.end && !self.goes_back && self.current.1.has_session_like(known) {
                self.all = false;
            }
        } else if self.walk.changed.is_empty() {
            self.current = (index, known.clone());
        } else {
            self.current = (index, self.walk.patched(known));
        }
        lane.marks.push((index, self.current.1.clone()));
    }

    /// Brings the current state up to a statement. The statements between were kept.
    fn advance(&mut self, index: usize) {
        let (at, state) = &mut self.current;
        for statement in self.own.get(*at..index).unwrap_or_default() {
            apply(state, statement);
        }
        *at = index;
    }

    /// Goes through a statement.
    fn again(&mut self, index: usize, known: Option<&Arc<Link>>) -> Link {
        self.advance(index);
        let statement = &self.own[index];
        let mut effect = StatementEffect::default();
        if moves_more_than_rows(statement) {
            effect = self
                .current
                .1
                .apply_noting(statement.changes(), origin(statement));
        }
        self.current.0 = index + 1;
        if let Some(known) = known {
            self.walk.differ(&known.effect, &effect);
            self.copy_created(statement);
            self.walk.donor = self.current.1.clone();
        }
        if known.is_none() || self.all {
            self.again.insert(index);
        }
        Link {
            effect,
            outline: known.map_or_else(|| outline(statement), |known| known.outline),
            judged: self.judged_before(index, known),
        }
    }

    /// What was found in a statement, or in the one that stood in its place.
    fn judged_before(&self, index: usize, known: Option<&Arc<Link>>) -> Kept {
        let in_place = || {
            let is_replaced = index.checked_sub(self.block.start)? < self.removed;
            self.old.links.get(index).filter(|_| is_replaced)
        };
        known
            .or_else(in_place)
            .map(|link| link.judged.clone())
            .unwrap_or_default()
    }

    /// COMMIT makes what the transaction created of what the script created.
    fn copy_created(&mut self, statement: &Statement) {
        let ends =
            |change: &Change| matches!(change, Change::Transaction(t) if !matches!(t, Transaction::Mode));
        if statement.changes().iter().any(ends) {
            let created = self
                .walk
                .changed
                .iter()
                .filter(|entry| entry.part == Part::CreatedInScript);
            for entry in created.cloned().collect::<Vec<_>>() {
                self.walk.mark(Entry {
                    part: Part::Created,
                    ..entry
                });
            }
        }
    }

    /// Behind the statements that were edited: what they left is held against what those in their place left.
    fn behind_block(&mut self, lane: &Lane) {
        self.advance(self.block.end);
        let gone = self.block.start..self.block.start + self.removed;
        let then = self.old.before(gone.end, apply);
        let now = self.current.1.clone();
        let old_links = self.old.links.get(gone).unwrap_or_default();
        let links = lane.links.get(self.block.clone()).unwrap_or_default();
        let entries = written(old_links.iter().chain(links).map(|link| &link.effect));
        self.hold_against(entries.into_iter(), &now, &then);
        if !now.has_session_like(&then) {
            self.all = true;
            self.means_otherwise = true;
        }
        self.walk.donor = now;
    }

    /// Finds out which of some entries are in one state as they are in another.
    fn hold_against(&mut self, entries: impl Iterator<Item = Entry>, now: &State, then: &State) {
        for entry in entries {
            if now.has_like(then, &entry) {
                self.walk.changed.retain(|known| *known != entry);
            } else {
                self.walk.mark(entry);
            }
        }
    }

    /// The end of the script, and what its statements say together.
    fn finish(&mut self, lane: &mut Lane) {
        let is_session = |entry: &Entry| matches!(entry.part, Part::Created | Part::CreatedInScript);
        if self.walk.changed.iter().any(is_session) {
            self.walk.changed.retain(|entry| !is_session(entry));
        }
        lane.end = if self.all || self.current.0 == self.own.len() || self.own.is_empty() {
            let mut end = self.current.1.clone();
            end.end_script();
            end
        } else {
            self.walk.patched(&self.old.end)
        };
        if self.goes_back {
            // What a ROLLBACK takes back no statement is known to write.
            let links = lane.links.iter().chain(&self.old.links);
            let written = written(links.map(|link| &link.effect));
            self.hold_against(
                written.into_iter().filter(|entry| !is_session(entry)),
                &lane.end,
                &self.old.end,
            );
            self.walk.donor = lane.end.clone();
        }
        let outlines = |links: &[Arc<Link>]| links.iter().map(|link| link.outline).collect::<Vec<_>>();
        if !self.block_is_nothing() {
            let now = lane.links.get(self.block.clone()).unwrap_or_default();
            let then = self
                .old
                .links
                .get(self.block.start..self.block.start + self.removed);
            self.means_otherwise |= outlines(now) != outlines(then.unwrap_or_default());
        }
    }
}

pub(super) fn apply(state: &mut State, statement: &Statement) {
    if moves_more_than_rows(statement) {
        state.apply_all(statement.changes(), origin(statement));
    }
}

fn written<'e>(effects: impl Iterator<Item = &'e StatementEffect>) -> HashSet<Entry> {
    effects
        .flat_map(|effect| effect.writes.iter().map(|(entry, _)| entry.clone()))
        .collect()
}

/// The statements that say something else than they did.
fn texts(old: &[Arc<Lane>], edits: &HashMap<usize, Rewritten>) -> Changed {
    let mut changed = Changed::default();
    for (&index, edit) in edits {
        let now = edit.statements.get(edit.changed.clone()).unwrap_or_default();
        let then = old[index]
            .statements
            .get(edit.changed.start..edit.changed.start + edit.removed);
        for statement in now.iter().chain(then.unwrap_or_default()) {
            changed.insert(Entry::statement(index as u32, statement.number));
        }
    }
    changed
}
