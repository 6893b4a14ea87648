//! Linting with what an earlier run left: scripts and relations that nothing has changed for are taken as they were.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use confiture_project::{Direction, Layout, Script};
use confiture_schema::apply::{Session, State};
use confiture_schema::catalog::footprint::{Changed, Entry, Reads, recorded};
use confiture_schema::catalog::{Catalog, Part, QualName};
use rayon::Scope;

use super::fold::{Pass, Trace, session_for, start_of};
use super::{Input, LintReport, Selection, Statements, own, reconnected, report, run};
use crate::RuleSet;
use crate::cache::{self, Found, Hash, Identity, Past, RelationRecord, ScriptRecord, Writes};
use crate::finding::Finding;

/// What linting with a memory gave.
#[derive(Debug)]
pub struct Remembered {
    /// The report, the same as without a memory.
    pub report: LintReport,
    /// What to hand to the next run; `None` where that is what this one was given.
    pub memory: Option<Vec<u8>>,
    /// How many scripts were gone through anew.
    pub anew: usize,
    /// What nobody needs any more.
    pub remains: Remains,
}

/// The catalog that a run came to. Taking it apart costs a fifth of a short run: a program that is about to end may
/// forget it ([`std::mem::forget`]).
#[derive(Default)]
pub struct Remains(Option<State>);

impl std::fmt::Debug for Remains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Remains").field(&self.0.is_some()).finish()
    }
}

/// Runs rules over the selected scripts of a project as [`super::lint`] does, and takes from an earlier run's memory what
/// still holds. A memory of another build, other rules or another project, or a damaged one, is as good as none.
pub fn lint_remembering(
    input: &Input<'_>,
    rules: &RuleSet,
    build: &Identity,
    memory: Option<&[u8]>,
) -> Remembered {
    if input.base.is_some() {
        return nothing_kept(input, rules);
    }
    let identity = build.of_run(input, rules);
    let past = memory.and_then(|bytes| Past::read(bytes, &identity));
    let again = past.and_then(|past| Run::new(input, rules, past).go(identity));
    again
        .or_else(|| Run::new(input, rules, Past::default()).go(identity))
        .unwrap_or_else(|| nothing_kept(input, rules))
}

/// A run that takes nothing from a memory and leaves none.
fn nothing_kept(input: &Input<'_>, rules: &RuleSet) -> Remembered {
    Remembered {
        report: super::lint(input, rules),
        memory: None,
        anew: input.project.scripts.len(),
        remains: Remains::default(),
    }
}

/// What became of a script.
enum Outcome<'b> {
    /// Its record holds: which one, and how it is stored.
    Kept(ScriptRecord<'b>, &'b [u8]),
    /// It was gone through anew.
    Made(Made),
}

/// What a script that was gone through led to.
struct Made {
    /// Whether it was gone through rather than moved.
    is_fresh: bool,
    undoes: Option<u32>,
    is_judged: bool,
    sessions: (Vec<u8>, Vec<u8>),
    writes: Vec<(Entry, Option<Vec<u8>>)>,
    statements: usize,
    found: Found,
}

/// One run.
struct Run<'a, 'b> {
    input: &'a Input<'a>,
    rules: &'a RuleSet,
    past: Past<'b>,
    keys: Vec<Hash>,
    shape: Hash,
    statements: Statements<'a>,
    selected: Selection,
    /// What rules found in scripts that were gone through.
    judged: Mutex<Vec<(usize, Found)>>,
}

/// What the pass along the chain has come to.
struct Chain<'b> {
    outcomes: BTreeMap<usize, Outcome<'b>>,
    timeline: Timeline<'b>,
    /// The entries that may not be what they were at this point of the earlier run.
    changed: Changed,
    /// Those that were not at any point.
    ever: Changed,
    /// The states around scripts that were gone through and that others undo.
    around: HashMap<usize, (State, State)>,
}

impl<'a, 'b> Run<'a, 'b> {
    fn new(input: &'a Input<'a>, rules: &'a RuleSet, past: Past<'b>) -> Run<'a, 'b> {
        Run {
            input,
            rules,
            past,
            keys: cache::script_keys(input),
            shape: cache::shape(input.project),
            statements: Statements::new(input.project),
            selected: Selection::new(input.project, rules),
            judged: Mutex::default(),
        }
    }

    /// The whole way; nothing where a record turns out to be none.
    fn go(self, identity: Hash) -> Option<Remembered> {
        self.statements.read(self.certainly_gone_through());
        let chain = rayon::scope(|scope| {
            let mut chain = self.forward(scope)?;
            self.others(&mut chain, scope)?;
            Some(chain)
        })?;
        self.finish(chain, identity)
    }

    fn scripts(&self) -> &'a [Script] {
        &self.input.project.scripts
    }

    /// One more than the last index of an earlier script.
    fn past_end(&self) -> usize {
        self.past.scripts.last_key_value().map_or(0, |(last, _)| last + 1)
    }

    /// The record of the script that had an index, where it was part of the chain.
    fn recorded_forward(&self, index: usize) -> Option<&(ScriptRecord<'b>, &'b [u8])> {
        self.past
            .scripts
            .get(&index)
            .filter(|(record, _)| record.is_forward)
    }

    /// The scripts whose records don't hold, whatever else has changed.
    fn certainly_gone_through(&self) -> Vec<usize> {
        let known: HashSet<&Hash> = self
            .past
            .scripts
            .values()
            .filter(|(record, _)| !record.is_forward)
            .map(|(record, _)| &record.key)
            .collect();
        let is_certain = |(index, script): (usize, &Script)| {
            if script.direction.is_forward() {
                self.recorded_forward(index)
                    .is_none_or(|(record, _)| !self.may_hold(index, record))
            } else {
                self.selected.holds(index) && !known.contains(&self.keys[index])
            }
        };
        let certain = |&(index, script): &(usize, &Script)| is_certain((index, script));
        let certain = self.scripts().iter().enumerate().filter(certain);
        certain.map(|(index, _)| index).collect()
    }

    fn may_hold(&self, index: usize, record: &ScriptRecord<'_>) -> bool {
        record.key == self.keys[index] && (record.is_judged || !self.selected.holds(index))
    }

    /// Goes along the chain.
    fn forward<'s>(&'s self, scope: &Scope<'s>) -> Option<Chain<'b>> {
        let scripts = self.scripts();
        let mut chain = Chain {
            outcomes: BTreeMap::new(),
            timeline: Timeline::new(),
            changed: self.changed_texts(),
            ever: self.changed_texts(),
            around: HashMap::new(),
        };
        let undone: HashSet<&str> = scripts
            .iter()
            .enumerate()
            .filter(|(i, s)| s.direction == Direction::Down && self.selected.holds(*i))
            .map(|(_, s)| s.group.as_str())
            .collect();
        for index in 0..scripts.len().max(self.past_end()) {
            let script = scripts.get(index).filter(|s| s.direction.is_forward());
            let record = self.recorded_forward(index);
            match (script, record) {
                (Some(script), Some((record, stored))) if self.holds(index, script, record, &chain) => {
                    chain.timeline.keep(record);
                    chain
                        .outcomes
                        .insert(index, Outcome::Kept(record.clone(), stored));
                }
                (Some(script), record) => {
                    let is_undone = undone.contains(script.group.as_str());
                    let made = self.through(index, script, is_undone, &mut chain, scope)?;
                    let before = match record {
                        Some((record, _)) => record.writes()?,
                        None => Vec::new(),
                    };
                    chain.differ(&before, &made.writes);
                    chain.outcomes.insert(index, Outcome::Made(made));
                }
                (None, Some((record, _))) => chain.differ(&record.writes()?, &[]),
                (None, None) => {}
            }
        }
        Some(chain)
    }

    /// The scripts that say something else than they did.
    fn changed_texts(&self) -> Changed {
        let mut changed = Changed::default();
        for index in 0..self.keys.len().max(self.past.keys.len()) {
            if self.past.keys.get(index) != self.keys.get(index) {
                changed.insert(Entry::text(index as u32));
                changed.insert_part(Part::Meanings);
            }
        }
        changed
    }

    fn holds(&self, index: usize, script: &Script, record: &ScriptRecord<'_>, chain: &Chain<'_>) -> bool {
        let same_session = script.layout != Layout::SchemaTree || chain.timeline.session == record.sessions.0;
        self.may_hold(index, record) && same_session && !record.found.reads.meet(&chain.changed)
    }

    /// Takes the state through a script of the chain.
    fn through<'s>(
        &'s self,
        index: usize,
        script: &'s Script,
        is_undone: bool,
        chain: &mut Chain<'b>,
        scope: &Scope<'s>,
    ) -> Option<Made> {
        let before = chain.timeline.state()?.clone();
        let from = session_for(script, &before);
        let session = from.session.stored();
        let (end, reads_and_writes) = recorded(|| self.pass(index, from, None, scope));
        let changed = end
            .catalog
            .changed_since(&before.catalog, &reads_and_writes.writes);
        let value = |entry: Entry| {
            let value = end.catalog.stored_since(&before.catalog, &entry);
            (entry, value)
        };
        let made = Made {
            is_fresh: true,
            undoes: None,
            is_judged: self.selected.holds(index),
            sessions: (session, end.session.stored()),
            writes: changed.into_iter().map(value).collect(),
            statements: self.statements.script(index).len(),
            found: Found {
                reads: reads_and_writes.reads,
                findings: Vec::new(),
            },
        };
        if is_undone {
            chain.around.insert(index, (before, end.clone()));
        }
        chain.timeline.set(end);
        Some(made)
    }

    /// Applies a script, and has the rules look at it meanwhile where it was asked for.
    fn pass<'s>(&'s self, index: usize, from: State, undoes_to: Option<State>, scope: &Scope<'s>) -> State {
        let pass = Pass::new(self.input, &self.statements, index);
        if !self.selected.holds(index) {
            return pass.applied(from);
        }
        let mut trace = pass.traced(from);
        trace.undoes_to = undoes_to;
        let end = trace.end.clone();
        scope.spawn(move |_| self.judge(&trace));
        end
    }

    fn judge(&self, trace: &Trace<'_>) {
        let found = run::script_noting(self.input, self.rules, &self.statements, trace);
        self.judged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((trace.script, found));
    }

    /// Goes through the scripts that aren't part of the chain and were asked for.
    fn others<'s>(&'s self, chain: &mut Chain<'b>, scope: &Scope<'s>) -> Option<()> {
        let scripts = self.scripts();
        let last_of: HashMap<&str, usize> = scripts
            .iter()
            .enumerate()
            .filter(|(_, s)| s.direction.is_forward())
            .map(|(i, s)| (s.group.as_str(), i))
            .collect();
        let records: HashMap<&Hash, usize> = self
            .past
            .scripts
            .iter()
            .filter(|(_, (record, _))| !record.is_forward)
            .map(|(i, (record, _))| (&record.key, *i))
            .collect();
        let mut anew = Vec::new();
        for (index, script) in scripts
            .iter()
            .enumerate()
            .filter(|(_, s)| !s.direction.is_forward())
        {
            let undoes = match script.direction {
                Direction::Down => last_of.get(script.group.as_str()).copied(),
                _ => None,
            };
            let then = records.get(&self.keys[index]).copied();
            let known = then.and_then(|then| Some((then, self.past.scripts.get(&then)?)));
            // What the two wrote together is compared: what one wrote must be what it wrote then.
            let is_undone_anew = undoes
                .and_then(|undoes| chain.outcomes.get(&undoes))
                .is_some_and(|outcome| matches!(outcome, Outcome::Made(_)));
            match known {
                Some((then, (record, stored)))
                    if self.may_hold(index, record)
                        && !is_undone_anew
                        && record.undoes == undoes.map(|u| u as u32)
                        && !record.found.reads.meet(&chain.ever) =>
                {
                    let mut record = record.clone();
                    let kept = match then == index {
                        true => Outcome::Kept(record, stored),
                        false => {
                            record
                                .found
                                .findings
                                .iter_mut()
                                .for_each(|f| f.moved(then, index));
                            Outcome::Made(Made::of(&record))
                        }
                    };
                    chain.outcomes.insert(index, kept);
                }
                _ if self.selected.holds(index) => anew.push((undoes, index)),
                _ => {}
            }
        }
        anew.sort_unstable();
        let mut rewound = Rewound::new();
        for (undoes, index) in anew {
            let around = match undoes {
                Some(undoes) => Some(match chain.around.get(&undoes) {
                    Some((before, after)) => (reconnected(before), after.clone()),
                    None => rewound.around(undoes, &chain.outcomes)?,
                }),
                None => None,
            };
            let (undoes_to, after) = match around {
                Some((before, after)) => (Some(before), after),
                None => (None, chain.timeline.state()?.clone()),
            };
            let from = start_of(&self.scripts()[index], &after);
            let (_, footprint) = recorded(|| self.pass(index, from, undoes_to, scope));
            let made = Made {
                is_fresh: true,
                undoes: undoes.map(|u| u as u32),
                is_judged: true,
                sessions: Default::default(),
                writes: Vec::new(),
                statements: self.statements.script(index).len(),
                found: Found {
                    reads: footprint.reads,
                    findings: Vec::new(),
                },
            };
            chain.outcomes.insert(index, Outcome::Made(made));
        }
        Some(())
    }

    /// Looks at what exists in the end, and puts everything together.
    fn finish(self, mut chain: Chain<'b>, identity: Hash) -> Option<Remembered> {
        let judged = std::mem::take(&mut *self.judged.lock().unwrap_or_else(PoisonError::into_inner));
        for (index, judged) in judged {
            if let Some(Outcome::Made(made)) = chain.outcomes.get_mut(&index) {
                let reads = std::mem::take(&mut made.found.reads);
                made.found.reads = Reads::union([reads, judged.reads]);
                made.found.findings = judged.findings;
            }
        }
        self.search(&mut chain.outcomes);
        let (relations, rules, is_same_catalog) = self.catalog(&mut chain)?;
        let is_same = is_same_catalog
            && self.past.shape == self.shape
            && self.past.keys == self.keys
            && chain.outcomes.len() == self.past.scripts.len()
            && chain.outcomes.values().all(|o| matches!(o, Outcome::Kept(..)));
        let memory = (!is_same).then(|| {
            let stored = |(&index, outcome): (&usize, &Outcome<'b>)| {
                (index, outcome.stored(self.keys[index], self.is_forward(index)))
            };
            let scripts = chain.outcomes.iter().map(stored).collect();
            cache::encode(identity, self.shape, &self.keys, &scripts, &relations, &rules)
        });
        let mut findings: Vec<Finding> = relations
            .into_iter()
            .map(|relation| relation.found)
            .chain(rules)
            .flat_map(|found| found.findings)
            .collect();
        let anew = chain
            .outcomes
            .values()
            .filter(|o| matches!(o, Outcome::Made(made) if made.is_fresh));
        let anew = anew.count();
        let mut statements = 0;
        for (index, outcome) in chain.outcomes {
            if self.selected.holds(index) {
                statements += outcome.statements();
                findings.extend(outcome.into_findings());
            }
        }
        Some(Remembered {
            report: report(
                self.input,
                self.rules,
                &self.statements,
                &self.selected,
                findings,
                statements,
            ),
            memory,
            anew,
            remains: Remains(Some(chain.timeline.state)),
        })
    }

    /// Adds what the project's own queries find in scripts that were gone through.
    fn search(&self, outcomes: &mut BTreeMap<usize, Outcome<'b>>) {
        let judged =
            |outcome: &Outcome<'_>| matches!(outcome, Outcome::Made(made) if made.is_judged && made.is_fresh);
        let anew = Selection {
            scripts: outcomes
                .iter()
                .filter(|(_, outcome)| judged(outcome))
                .map(|(index, _)| *index)
                .collect(),
        };
        for finding in own::queries(self.input, self.rules, &self.statements, &anew) {
            if let Some(Outcome::Made(made)) = outcomes.get_mut(&finding.place.script) {
                made.found.findings.push(finding);
            }
        }
    }

    fn is_forward(&self, index: usize) -> bool {
        self.scripts()
            .get(index)
            .is_some_and(|script| script.direction.is_forward())
    }

    /// What relation and catalog rules find, and whether that is what they found then.
    fn catalog(&self, chain: &mut Chain<'b>) -> Option<(Vec<RelationRecord>, Vec<Found>, bool)> {
        let same_shape = self.past.shape == self.shape;
        let holds = |found: &Found| same_shape && !found.reads.meet(&chain.changed);
        let all_hold = self.past.relations.values().chain(&self.past.rules).all(holds);
        if same_shape && all_hold && !chain.changed.has_any(Part::Relations) {
            let mut relations: Vec<RelationRecord> = self
                .past
                .relations
                .iter()
                .map(|(name, found)| RelationRecord {
                    name: name.clone(),
                    found: found.clone(),
                })
                .collect();
            relations.sort_by(|a, b| a.name.cmp(&b.name));
            return Some((relations, self.past.rules.clone(), true));
        }
        let changed = chain.changed.clone();
        let catalog: &Catalog = &chain.timeline.state()?.catalog;
        let holds = |found: &&Found| same_shape && !found.reads.meet(&changed);
        let known = |name: &QualName| self.past.relations.get(name).filter(holds).cloned();
        let known_rule = |number: usize| self.past.rules.get(number).filter(holds).cloned();
        let (relations, rules) = run::catalog_noting(
            self.input,
            self.rules,
            &self.statements,
            catalog,
            &run::Known {
                relation: &known,
                rule: &known_rule,
            },
        );
        Some((relations, rules, false))
    }
}

impl Made {
    /// What a record says that isn't stored as it is.
    fn of(record: &ScriptRecord<'_>) -> Made {
        Made {
            is_fresh: false,
            undoes: record.undoes,
            is_judged: record.is_judged,
            sessions: (record.sessions.0.to_vec(), record.sessions.1.to_vec()),
            writes: Vec::new(),
            statements: record.statements as usize,
            found: record.found.clone(),
        }
    }
}

impl<'b> Outcome<'b> {
    fn statements(&self) -> usize {
        match self {
            Outcome::Kept(record, _) => record.statements as usize,
            Outcome::Made(made) => made.statements,
        }
    }

    fn into_findings(self) -> Vec<Finding> {
        match self {
            Outcome::Kept(record, _) => record.found.findings,
            Outcome::Made(made) => made.found.findings,
        }
    }

    /// Puts what it left into a catalog.
    fn restore(&self, catalog: &mut Catalog) -> Option<()> {
        let writes = match self {
            Outcome::Kept(record, _) => record.writes()?,
            Outcome::Made(made) => borrowed(&made.writes),
        };
        for (entry, value) in writes {
            catalog.restore(&entry, value).ok()?;
        }
        Some(())
    }

    fn stored(&self, key: Hash, is_forward: bool) -> Cow<'b, [u8]> {
        match self {
            Outcome::Kept(_, stored) => Cow::Borrowed(stored),
            Outcome::Made(made) => Cow::Owned(cache::encoded(&ScriptRecord {
                key,
                is_forward,
                undoes: made.undoes,
                is_judged: made.is_judged,
                sessions: (&made.sessions.0, &made.sessions.1),
                writes: &cache::encoded(&borrowed(&made.writes)),
                statements: made.statements as u32,
                found: made.found.clone(),
            })),
        }
    }
}

fn borrowed(writes: &[(Entry, Option<Vec<u8>>)]) -> Writes<'_> {
    writes
        .iter()
        .map(|(entry, value)| (entry.clone(), value.as_deref()))
        .collect()
}

impl Chain<'_> {
    /// After a script that left something then, and leaves something now: entries that both left alike are alike.
    fn differ(&mut self, then: &[(Entry, Option<&[u8]>)], now: &[(Entry, Option<Vec<u8>>)]) {
        let before: HashMap<&Entry, &Option<&[u8]>> =
            then.iter().map(|(entry, value)| (entry, value)).collect();
        let mut alike: HashSet<&Entry> = HashSet::new();
        for (entry, value) in now {
            let same = before.get(entry).is_some_and(|then| **then == value.as_deref());
            // What came into lists and went out of them makes like lists of like ones.
            if same && !(entry.is_list() && self.changed.contains(entry)) {
                alike.insert(entry);
            }
        }
        self.changed.retain(|entry| !alike.contains(entry));
        let all = then
            .iter()
            .map(|(entry, _)| entry)
            .chain(now.iter().map(|(entry, _)| entry));
        for entry in all.filter(|entry| !alike.contains(entry)) {
            self.changed.insert(entry.clone());
            self.ever.insert(entry.clone());
        }
    }
}

/// The state along the chain, put together from records only where somebody needs it.
struct Timeline<'b> {
    state: State,
    /// What records say that the state doesn't have yet.
    pending: Vec<&'b [u8]>,
    /// The session at this point, as it is stored.
    session: Vec<u8>,
}

impl<'b> Timeline<'b> {
    fn new() -> Timeline<'b> {
        let state = State::fresh();
        Timeline {
            session: state.session.stored(),
            pending: Vec::new(),
            state,
        }
    }

    /// Goes on by what a record says.
    fn keep(&mut self, record: &ScriptRecord<'b>) {
        self.pending.push(record.writes);
        self.session = record.sessions.1.to_vec();
    }

    /// Goes on to a state.
    fn set(&mut self, state: State) {
        self.session = state.session.stored();
        self.state = state;
    }

    /// The state; nothing where a record is none.
    fn state(&mut self) -> Option<&State> {
        let mut last: HashMap<Entry, Option<&[u8]>> = HashMap::new();
        for writes in std::mem::take(&mut self.pending) {
            last.extend(cache::decoded::<Writes<'_>>(writes)?);
        }
        for (entry, value) in last {
            self.state.catalog.restore(&entry, value).ok()?;
        }
        self.state.session = Session::restored(&self.session)?;
        Some(&self.state)
    }
}

/// The catalog at earlier points of the chain, from the first to the last.
struct Rewound {
    /// What is there before the script of an index.
    before: State,
    next: usize,
    /// The last answer.
    last: Option<(usize, (State, State))>,
}

impl Rewound {
    fn new() -> Rewound {
        Rewound {
            before: State::fresh(),
            next: 0,
            last: None,
        }
    }

    /// The states before and after a script of the chain; each script is asked for after those before it.
    fn around(&mut self, index: usize, outcomes: &BTreeMap<usize, Outcome<'_>>) -> Option<(State, State)> {
        if let Some((_, known)) = self.last.as_ref().filter(|(known, _)| *known == index) {
            return Some(known.clone());
        }
        let catalog = &mut self.before.catalog;
        for (_, outcome) in outcomes.range(self.next..index) {
            outcome.restore(catalog)?;
        }
        let before = self.before.clone();
        outcomes.get(&index)?.restore(&mut self.before.catalog)?;
        self.next = index + 1;
        let around = (before, self.before.clone());
        self.last = Some((index, around.clone()));
        Some(around)
    }
}
