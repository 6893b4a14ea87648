//! A project as somebody edits it: what every statement asks for, what exists around it, and what rules find.
//!
//! A [`Live`] never changes; an edit gives another one that shares what the edit left alone. Three things make an edit cost
//! what depends on it: only statements that it touched are read again (`text`), only those that look at what differs then
//! are applied again (`walk`), and rules look again only where something that they looked at differs (`judge`). What is
//! kept between edits is in `lane`. The result is that of a fresh analysis, which a property test holds it to.
//!
//! Start reading at [`Live::new`], then [`Live::edited`].

mod gather;
mod judge;
mod lane;
mod text;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use confiture_project::{Direction, Project};
use confiture_risk::{PgVersion, Risk, assess};
use confiture_schema::apply::{State, TransactionWrap};
use confiture_schema::catalog::footprint::{Changed, Entry, Key, Reads};
use confiture_schema::catalog::{Part, QualName};

use super::fold::{Noted, Pass, session_for, start_of};
use super::read::{Statement, Statements};
use super::run::Sets;
use super::{Input, LintReport, Released, Selection, reconnected};
use crate::context::CatalogContext;
use crate::{Finding, Known, Place, RuleSet};
use judge::Judge;
use lane::{Anchored, Kept, Lane, Link, MARK_EVERY};
use walk::{Passed, Walk};

/// A project, analyzed. A clone costs a reference count.
#[derive(Debug, Clone)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    project: Arc<Project>,
    rules: Arc<RuleSet>,
    sets: Arc<Sets>,
    /// The scripts that are reported.
    selected: Arc<Selection>,
    version: PgVersion,
    released: Option<Arc<Released>>,
    /// What is found and known since long.
    known: Option<Arc<Known>>,
    lanes: Vec<Arc<Lane>>,
    newest: State,
    /// What was found in each relation that exists in the end.
    relations: Arc<BTreeMap<QualName, Arc<Kept>>>,
    /// What rules found that look at all that exists in the end, rule by rule.
    of_all: Arc<Vec<Arc<Kept>>>,
    /// What is found in each script, at its place now; made when somebody asks.
    found: Vec<OnceLock<Vec<Finding>>>,
    report: OnceLock<LintReport>,
}

impl Live {
    /// Analyzes a project from nothing.
    pub fn new(
        project: Arc<Project>,
        rules: Arc<RuleSet>,
        version: PgVersion,
        released: Option<Arc<Released>>,
    ) -> Live {
        let input = Input {
            project: &project,
            version,
            released: released.as_deref(),
            base: None,
        };
        let read = Statements::all(&project);
        let spread = read
            .shared()
            .map(|own| text::spread(&own).map_or(own, Arc::new))
            .collect::<Vec<_>>();
        let statements = Statements::known(&project, spread.into_iter());
        let sets = Arc::new(Sets::new(&input, &rules));
        let selected = Arc::new(Selection::new(&project, &rules));
        let (lanes, newest) = all_lanes(&input, &statements, &sets, &selected);
        let mut inner = Inner {
            sets,
            selected: Arc::clone(&selected),
            lanes,
            newest,
            version,
            relations: Arc::default(),
            of_all: Arc::default(),
            found: project.scripts.iter().map(|_| OnceLock::new()).collect(),
            report: OnceLock::new(),
            released: released.clone(),
            known: None,
            rules,
            project: Arc::clone(&project),
        };
        let judge = Judge {
            input: &input,
            statements: &statements,
        };
        inner.look_at_catalog(&judge, None);
        let every = (0..inner.lanes.len()).collect();
        inner.gather(&judge, &selected, &every);
        Live(Arc::new(inner))
    }

    /// The same without findings that are known; to be said before it is shared.
    pub fn without(mut self, known: Option<Arc<Known>>) -> Live {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.known = known;
            inner.found = inner.project.scripts.iter().map(|_| OnceLock::new()).collect();
            inner.report = OnceLock::new();
        }
        self
    }

    /// The same project with other texts: [`Project::with_text`] tells whether it is the same. `None` where `is_stale`
    /// says so on the way, because nobody wants to know any more.
    pub fn edited(&self, project: Arc<Project>, is_stale: &dyn Fn() -> bool) -> Option<Live> {
        let old = &*self.0;
        let again = || {
            let live = Live::new(
                Arc::clone(&project),
                Arc::clone(&old.rules),
                old.version,
                old.released.clone(),
            );
            live.without(old.known.clone())
        };
        let Some(edits) = old.edits(&project) else {
            return Some(again());
        };
        let all = old.lanes.iter().map(|lane| match edits.get(&lane.index) {
            Some(edit) => Arc::clone(&edit.statements),
            None => Arc::clone(&lane.statements),
        });
        let statements = Statements::known(&project, all);
        let input = Input {
            project: &project,
            version: old.version,
            released: old.released.as_deref(),
            base: None,
        };
        let selected = Arc::clone(&old.selected);
        let judge = Judge {
            input: &input,
            statements: &statements,
        };
        let mut inner = Inner {
            project: Arc::clone(&project),
            rules: Arc::clone(&old.rules),
            sets: Arc::clone(&old.sets),
            selected: Arc::clone(&selected),
            version: old.version,
            released: old.released.clone(),
            known: old.known.clone(),
            lanes: old.lanes.clone(),
            newest: old.newest.clone(),
            relations: Arc::clone(&old.relations),
            of_all: Arc::clone(&old.of_all),
            found: project.scripts.iter().map(|_| OnceLock::new()).collect(),
            report: OnceLock::new(),
        };
        inner.follow(old, &judge, &selected, &edits, is_stale)?;
        Some(Live(Arc::new(inner)))
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.0.project
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.0.rules
    }

    /// The server's version.
    pub fn version(&self) -> PgVersion {
        self.0.version
    }

    /// What the branch that releases are made from holds, where that is known.
    pub fn released(&self) -> Option<&Released> {
        self.0.released.as_deref()
    }

    /// All that rules find and no comment silences. What is found in one script is quicker to be had: [`Live::findings`].
    pub fn report(&self) -> &LintReport {
        self.0.report.get_or_init(|| {
            let scripts = 0..self.0.lanes.len();
            let mut findings: Vec<Finding> = scripts
                .flat_map(|script| self.findings(script))
                .cloned()
                .collect();
            findings.sort_by(super::by_place);
            LintReport {
                findings,
                ..LintReport::default()
            }
        })
    }

    /// What rules find in a script and no comment silences, by place.
    pub fn findings(&self, script: usize) -> &[Finding] {
        let (Some(found), Some(lane)) = (self.0.found.get(script), self.0.lanes.get(script)) else {
            return &[];
        };
        found.get_or_init(|| {
            let statements = |script: usize| self.0.statements_of(script);
            let found = lane.found.iter();
            let mut found: Vec<Finding> = found.map(|finding| finding.finding_at(&statements)).collect();
            if let Some(known) = &self.0.known {
                known.take_out(&self.0.project, &mut found);
            }
            found
        })
    }

    /// Where the findings of a script are, by place, without their words.
    pub fn places(&self, script: usize) -> impl Iterator<Item = Place> + '_ {
        let lane = self.0.lanes.get(script);
        lane.into_iter()
            .flat_map(|lane| lane.found.iter().map(move |f| f.place_at(&lane.statements)))
    }

    /// Whether the findings of a script are those of an earlier analysis, wherever they stand now.
    pub fn shares_findings(&self, earlier: &Live, script: usize) -> bool {
        // What is known is known by its statement's text.
        if self.0.known.is_some() {
            return false;
        }
        match (self.0.lanes.get(script), earlier.0.lanes.get(script)) {
            (Some(one), Some(other)) => Arc::ptr_eq(&one.found, &other.found) || one.found == other.found,
            _ => false,
        }
    }

    /// The statements of a script in the order in which they run, those of its hooks among them.
    pub fn statements(&self, script: usize) -> &[Statement] {
        self.0
            .lanes
            .get(script)
            .map_or(&[], |lane| lane.statements.as_slice())
    }

    /// What exists, and what the session has set, before the statement of that index; behind the last one, after it.
    pub fn before(&self, script: usize, statement: usize) -> State {
        let lane = self.0.lanes.get(script);
        lane.map_or_else(State::fresh, |lane| lane.before(statement, walk::apply))
    }

    /// What exists when all forward scripts are through.
    pub fn newest(&self) -> &State {
        &self.0.newest
    }

    /// What the statement of that index does; `None` where there is none.
    pub fn risk(&self, script: usize, statement: usize) -> Option<Risk> {
        let own = self.statements(script).get(statement)?;
        Some(assess(
            own.changes(),
            &self.before(script, statement),
            self.0.version,
        ))
    }
}

/// Goes through all scripts; rules look at those that were selected meanwhile.
fn all_lanes(
    input: &Input<'_>,
    statements: &Statements<'_>,
    sets: &Sets,
    selected: &Selection,
) -> (Vec<Arc<Lane>>, State) {
    let scripts = &input.project.scripts;
    let judge = Judge { input, statements };
    let judged: Mutex<BTreeMap<usize, Arc<Lane>>> = Mutex::default();
    let done = |lane: Lane| {
        let mut judged = judged.lock().unwrap_or_else(PoisonError::into_inner);
        judged.insert(lane.index, Arc::new(lane));
    };
    let mut newest = State::fresh();
    let mut around: HashMap<&str, (State, State)> = HashMap::new();
    rayon::scope(|scope| {
        let go = |index: usize, start: State, undoes_to: Option<State>| -> State {
            let pass = Pass::new(input, statements, index);
            let noted = pass.noted(start, MARK_EVERY);
            let (mut lane, trace) = lane_of(input, statements, pass.wrap(), noted);
            lane.undoes_to = undoes_to;
            let end = lane.end.clone();
            let done = &done;
            let is_judged = selected.holds(index);
            scope.spawn(move |_| {
                if is_judged {
                    judge.whole(&mut lane, sets.of_script(index), trace);
                }
                done(lane);
            });
            end
        };
        let numbered = || scripts.iter().enumerate();
        for (index, script) in numbered().filter(|(_, script)| script.direction.is_forward()) {
            let before = newest.clone();
            newest = go(index, session_for(script, &newest), None);
            around.insert(&script.group, (before, newest.clone()));
        }
        for (index, script) in numbered().filter(|(_, script)| !script.direction.is_forward()) {
            let up = match script.direction {
                Direction::Down => around.get(script.group.as_str()),
                _ => None,
            };
            let start = start_of(script, up.map_or(&newest, |(_, after)| after));
            go(index, start, up.map(|(before, _)| reconnected(before)));
        }
    });
    let judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
    (judged.into_values().collect(), newest)
}

/// A script that was gone through, before rules have looked at it.
fn lane_of<'s>(
    input: &Input<'_>,
    statements: &Statements<'_>,
    wrap: TransactionWrap,
    noted: Noted<'s>,
) -> (Lane, super::fold::Trace<'s>) {
    let index = noted.trace.script;
    let own = statements.shared_script(index);
    let link = |(statement, effect): (&Statement, _)| {
        Arc::new(Link {
            effect,
            outline: lane::outline(statement),
            judged: Kept::default(),
        })
    };
    let lane = Lane {
        index,
        pieces: text::pieces(&input.project.scripts[index]),
        links: own.iter().zip(noted.effects).map(link).collect(),
        facts: Arc::default(),
        wrap,
        start: noted.trace.before.clone(),
        marks: noted.marks,
        end: noted.trace.end.clone(),
        undoes_to: None,
        whole: Arc::default(),
        of_catalog: Vec::new(),
        found: Arc::default(),
        looks_at: Reads::default(),
        goes_back: own.iter().any(|statement| lane::goes_back(statement.changes())),
        statements: own,
    };
    (lane, noted.trace)
}

impl Inner {
    fn statements_of(&self, script: usize) -> Arc<Vec<Statement>> {
        self.lanes
            .get(script)
            .map(|lane| Arc::clone(&lane.statements))
            .unwrap_or_default()
    }

    /// What became of the scripts whose texts are others; `None` where numbers run out.
    fn edits(&self, project: &Project) -> Option<HashMap<usize, text::Rewritten>> {
        let mut edits = HashMap::new();
        for (index, (old, new)) in self.project.scripts.iter().zip(&project.scripts).enumerate() {
            let is_same = Arc::ptr_eq(&old.source, &new.source) || old.source.text == new.source.text;
            if !is_same {
                edits.insert(index, text::rewritten(self.lanes.get(index)?, old, new)?);
            }
        }
        Some(edits)
    }

    /// Goes along the scripts after an edit, and has rules look again where they must.
    fn follow(
        &mut self,
        old: &Inner,
        judge: &Judge<'_>,
        selected: &Selection,
        edits: &HashMap<usize, text::Rewritten>,
        is_stale: &dyn Fn() -> bool,
    ) -> Option<()> {
        let mut walk = Walk::new(judge.input, judge.statements, &old.lanes, edits);
        // Comments that silence are read anew wherever a text is another.
        let has_comments = |index: &usize| gather::has_comments(judge, &[*index]) || old.has_comments(*index);
        let mut touched: BTreeSet<usize> = edits.keys().copied().filter(has_comments).collect();
        let means_otherwise = edits
            .iter()
            .any(|(index, edit)| old.lanes[*index].means_otherwise(edit));
        walk.ever.insert_part(Part::AllTexts);
        if means_otherwise {
            walk.ever.insert_part(Part::Meanings);
        }
        let forward = walk.forward();
        if let Some((_, Some(last))) = forward.last() {
            self.newest = last.lane.end.clone();
        }
        // A script's rules look at what exists up to its end; what differs only behind it doesn't matter, but costs
        // little, so the entries of the whole way are taken.
        let ever = walk.ever.clone();
        for (index, passed) in forward {
            if is_stale() {
                return None;
            }
            self.settle(index, passed, judge, selected, edits, &ever, &mut touched);
        }
        let asides: Vec<usize> = (0..self.lanes.len())
            .filter(|index| !judge.input.project.scripts[*index].direction.is_forward())
            .collect();
        for index in asides {
            if is_stale() {
                return None;
            }
            let passed = walk.aside(index, &self.newest, |lane| &self.lanes[lane]);
            self.settle(index, passed, judge, selected, edits, &walk.ever, &mut touched);
        }
        if is_stale() {
            return None;
        }
        let mut differs = walk.changed().clone();
        for entry in ever.iter().filter(|entry| entry.part == Part::Statements) {
            differs.insert(entry.clone());
        }
        differs.insert_part(Part::AllTexts);
        if means_otherwise {
            differs.insert_part(Part::Meanings);
        }
        touched.extend(self.look_at_catalog(judge, Some((&differs, edits))));
        self.gather(judge, selected, &touched);
        Some(())
    }

    /// Has rules look again at a script after the walk, and keeps it.
    #[allow(
        clippy::too_many_arguments,
        reason = "one step of `follow`, which has them all"
    )]
    fn settle(
        &mut self,
        index: usize,
        passed: Option<Passed>,
        judge: &Judge<'_>,
        selected: &Selection,
        edits: &HashMap<usize, text::Rewritten>,
        ever: &Changed,
        touched: &mut BTreeSet<usize>,
    ) {
        let mut passed = match passed {
            Some(passed) => passed,
            // Nothing before it differs, but it may look at a text that does.
            None if self.lanes[index].looks_at(ever) => Passed {
                lane: Lane::clone(&self.lanes[index]),
                again: BTreeSet::new(),
                links_before: self.lanes[index].links.len(),
                means_otherwise: false,
            },
            None => return,
        };
        if selected.holds(index) {
            let numbers: Vec<u32> = edits
                .get(&index)
                .map(text::Rewritten::numbers)
                .unwrap_or_default();
            if judge.again(&mut passed, self.sets.of_script(index), ever, &numbers) {
                touched.insert(index);
            }
        }
        self.lanes[index] = Arc::new(passed.lane);
    }

    /// Has rules look at what exists in the end: all of them, or where something differs. Gives the scripts whose findings
    /// of this sort are others.
    fn look_at_catalog(
        &mut self,
        judge: &Judge<'_>,
        differs: Option<(&Changed, &HashMap<usize, text::Rewritten>)>,
    ) -> BTreeSet<usize> {
        let newest = self.newest.clone();
        let all = CatalogContext {
            catalog: &newest.catalog,
            project: judge.input.project,
            version: judge.input.version,
            statements: judge.statements,
        };
        let edited: Vec<(usize, u32)> = differs.map_or_else(Vec::new, |(_, edits)| {
            let numbers = edits
                .iter()
                .flat_map(|(script, edit)| edit.own_numbers().map(|n| (*script, n)));
            numbers.collect()
        });
        let needs = |kept: &Kept| match differs {
            None => true,
            Some((differs, _)) => {
                let touches =
                    |f: &Arc<Anchored>| edited.iter().any(|(script, number)| f.touches(*script, *number));
                kept.reads.meet(differs) || kept.findings.iter().any(touches)
            }
        };
        let names: BTreeSet<QualName> = match differs {
            None => newest.catalog.relations.keys().cloned().collect(),
            Some((differs, _)) => {
                let known = self
                    .relations
                    .iter()
                    .filter(|(_, kept)| needs(kept))
                    .map(|(name, _)| name.clone());
                known.chain(differs.iter().filter_map(relation_of)).collect()
            }
        };
        let mut is_other = differs.is_none() || !names.is_empty();
        if !names.is_empty() {
            let names: Vec<QualName> = names.into_iter().collect();
            let look = |name: &QualName| {
                let found = self.sets.relation_noting(judge.input, &all, name);
                (name.clone(), found.map(|found| Arc::new(judge.kept(found))))
            };
            let found = gather::each(&names, look);
            let relations = Arc::make_mut(&mut self.relations);
            for (name, kept) in found {
                match kept {
                    Some(kept) => relations.insert(name, kept),
                    None => relations.remove(&name),
                };
            }
        }
        let is_needed = |number: usize| self.of_all.get(number).is_none_or(|kept| needs(kept));
        let anew = self.sets.catalog_noting(judge.input, &all, is_needed);
        let mut of_all = Vec::with_capacity(anew.len());
        for (number, found) in anew.into_iter().enumerate() {
            is_other |= found.is_some();
            of_all.push(match found {
                Some(found) => Arc::new(judge.kept(found)),
                None => self.of_all.get(number).cloned().unwrap_or_default(),
            });
        }
        self.of_all = Arc::new(of_all);
        if is_other {
            self.spread_of_catalog()
        } else {
            BTreeSet::new()
        }
    }
}

fn relation_of(entry: &Entry) -> Option<QualName> {
    match (&entry.part, &entry.key) {
        (Part::Relations, Key::QualName(name)) => Some(name.clone()),
        _ => None,
    }
}
