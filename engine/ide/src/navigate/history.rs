//! What was renamed in a project's history, so that a symbol is followed through all its names.

use std::collections::{HashMap, HashSet};

use confiture_lint::{Live, Statement};
use confiture_project::Direction;
use confiture_schema::apply::State;
use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterTypeAction, Change, ObjectKind};
use confiture_syntax::Name;

use super::find::Site;
use crate::names::{Access, Occurrence, Symbol, occurrences};

/// The renames of a project, in the order in which its scripts run.
pub(super) struct History {
    moves: Vec<Move>,
    /// Renames in scripts that aren't part of the forward sequence.
    apart: HashMap<usize, Vec<Move>>,
    /// The forward script that a script undoes.
    undone: HashMap<usize, usize>,
    /// The scripts of the forward sequence.
    is_forward: Vec<bool>,
}

/// A statement that gives things other names.
struct Move {
    script: usize,
    statement: usize,
    pairs: Vec<(Symbol, Symbol)>,
}

impl History {
    /// What was renamed of things that have, or had, some names; schemas always.
    pub(super) fn of(live: &Live, names: &[Name]) -> History {
        let project = live.project();
        let related = related(live, names);
        let mut history = History {
            moves: Vec::new(),
            apart: HashMap::new(),
            undone: HashMap::new(),
            is_forward: project.scripts.iter().map(|s| s.direction.is_forward()).collect(),
        };
        for (index, script) in project.scripts.iter().enumerate() {
            let own = live.statements(index).iter().enumerate();
            let concerns =
                |change: &Change| renamed_names(change).is_some_and(|all| is_among(&all, &related));
            let renaming = own.filter(|(_, statement)| statement.changes().iter().any(concerns));
            let mut moves = renaming.filter_map(|(number, statement)| {
                let pairs = pairs(statement, &live.before(index, number));
                (!pairs.is_empty()).then_some(Move {
                    script: index,
                    statement: number,
                    pairs,
                })
            });
            if script.direction.is_forward() {
                history.moves.extend(moves);
                continue;
            }
            let own: Vec<Move> = moves.by_ref().collect();
            if !own.is_empty() {
                history.apart.insert(index, own);
            }
            if script.direction == Direction::Down {
                let forward = project
                    .scripts
                    .iter()
                    .position(|other| other.direction == Direction::Up && other.group == script.group);
                history.undone.extend(forward.map(|forward| (index, forward)));
            }
        }
        history
    }

    /// What a symbol that is named at a site is called when all forward scripts are through.
    pub(super) fn lasting(&self, symbol: &Symbol, site: Site, access: Access) -> Symbol {
        if matches!(symbol, Symbol::Local(..)) {
            return symbol.clone();
        }
        let mut symbol = symbol.clone();
        let is_made_here = access == Access::Defines;
        let (script, statement) = (site.script, site.statement);
        if self.is_forward.get(script).copied().unwrap_or(false) {
            for step in &self.moves {
                let place = (step.script, step.statement);
                if place > (script, statement) || (place == (script, statement) && !is_made_here) {
                    forth(&mut symbol, &step.pairs);
                }
            }
            return symbol;
        }
        let own = self.apart.get(&script).map_or(&[] as &[Move], Vec::as_slice);
        for step in own.iter().rev() {
            if step.statement < statement || (step.statement == statement && is_made_here) {
                back(&mut symbol, &step.pairs);
            }
        }
        if let Some(undone) = self.undone.get(&script) {
            for step in self.moves.iter().filter(|step| step.script > *undone) {
                forth(&mut symbol, &step.pairs);
            }
        }
        symbol
    }

    /// A symbol under its lasting name and all names that it had before.
    pub(super) fn former(&self, symbol: &Symbol) -> Vec<Symbol> {
        let mut all = vec![symbol.clone()];
        let apart = self.apart.values().flatten();
        let steps: Vec<&Move> = self.moves.iter().chain(apart).collect();
        // Renames of scripts apart lead both ways; twice around finds names behind names.
        for step in steps.iter().rev().chain(steps.iter().rev()) {
            for known in all.clone() {
                let mut before = known.clone();
                back(&mut before, &step.pairs);
                let mut after = known;
                if !self.is_forward.get(step.script).copied().unwrap_or(false) {
                    forth(&mut after, &step.pairs);
                }
                for name in [before, after] {
                    if !all.contains(&name) {
                        all.push(name);
                    }
                }
            }
        }
        all
    }
}

fn forth(symbol: &mut Symbol, pairs: &[(Symbol, Symbol)]) {
    let moved = pairs.iter().find_map(|(from, to)| moved(symbol, from, to));
    if let Some(moved) = moved {
        *symbol = moved;
    }
}

fn back(symbol: &mut Symbol, pairs: &[(Symbol, Symbol)]) {
    let moved = pairs.iter().find_map(|(from, to)| moved(symbol, to, from));
    if let Some(moved) = moved {
        *symbol = moved;
    }
}

/// What a symbol becomes when one thing gets another name: it is the thing, belongs to it, or lies in it.
fn moved(symbol: &Symbol, from: &Symbol, to: &Symbol) -> Option<Symbol> {
    if symbol == from {
        return Some(to.clone());
    }
    match (from, to) {
        (Symbol::Relation(a), Symbol::Relation(b)) | (Symbol::Type(a), Symbol::Type(b)) => {
            part_of(symbol, |of| (of == a).then(|| b.clone()))
        }
        (Symbol::Schema(a), Symbol::Schema(b)) => {
            let inside = |of: &QualName| (of.schema == *a).then(|| QualName::new(b.clone(), of.name.clone()));
            part_of(symbol, inside).or_else(|| within(symbol, inside))
        }
        _ => None,
    }
}

/// A part of a relation or type, of what that becomes.
fn part_of(symbol: &Symbol, to: impl Fn(&QualName) -> Option<QualName>) -> Option<Symbol> {
    Some(match symbol {
        Symbol::Column(of, name) => Symbol::Column(to(of)?, name.clone()),
        Symbol::Constraint(of, name) => Symbol::Constraint(to(of)?, name.clone()),
        Symbol::Trigger(of, name) => Symbol::Trigger(to(of)?, name.clone()),
        Symbol::Policy(of, name) => Symbol::Policy(to(of)?, name.clone()),
        Symbol::EnumLabel(of, label) => Symbol::EnumLabel(to(of)?, label.clone()),
        _ => return None,
    })
}

/// What lies in a schema, in what that becomes.
fn within(symbol: &Symbol, to: impl Fn(&QualName) -> Option<QualName>) -> Option<Symbol> {
    Some(match symbol {
        Symbol::Relation(name) => Symbol::Relation(to(name)?),
        Symbol::Index(name) => Symbol::Index(to(name)?),
        Symbol::Type(name) => Symbol::Type(to(name)?),
        Symbol::Function(name) => Symbol::Function(to(name)?),
        _ => return None,
    })
}

/// Names that a change that gives something another name has to do with; `None` for other changes, and none at all where
/// all may be concerned.
fn renamed_names(change: &Change) -> Option<Vec<&Name>> {
    match change {
        Change::Rename(rename) if rename.kind == ObjectKind::Schema => Some(Vec::new()),
        Change::Rename(rename) => {
            let on = rename.object.on.iter().map(|on| &on.name);
            Some(on.chain([&rename.object.name.name, &rename.to.name]).collect())
        }
        Change::SetSchema(moved) => {
            let on = moved.object.on.iter().map(|on| &on.name);
            Some(on.chain([&moved.object.name.name]).collect())
        }
        Change::AlterType(alter) => match &alter.action {
            AlterTypeAction::RenameValue { .. } => Some(vec![&alter.name.name]),
            _ => None,
        },
        Change::Do(block) => {
            let inner = block.statements.iter().flat_map(|nested| nested.changes.iter());
            let mut inner = inner.filter(|c| matches!(c, Change::Rename(_) | Change::SetSchema(_)));
            inner.next().map(|_| Vec::new())
        }
        _ => None,
    }
}

fn is_among(names: &[&Name], known: &HashSet<Name>) -> bool {
    names.is_empty() || names.iter().any(|name| known.contains(*name))
}

/// Some names, and those that things of these names had at other times.
fn related(live: &Live, names: &[Name]) -> HashSet<Name> {
    let mut known: HashSet<Name> = names.iter().cloned().collect();
    let scripts = 0..live.project().scripts.len();
    let changes = scripts
        .flat_map(|script| live.statements(script))
        .flat_map(Statement::changes);
    let mut open: Vec<Vec<&Name>> = changes
        .filter_map(renamed_names)
        .filter(|all| !all.is_empty())
        .collect();
    loop {
        let (near, far): (Vec<_>, Vec<_>) = open.into_iter().partition(|all| is_among(all, &known));
        if near.is_empty() {
            return known;
        }
        known.extend(near.into_iter().flatten().cloned());
        open = far;
    }
}

/// What a statement gives another name, with what goes along.
fn pairs(statement: &Statement, before: &State) -> Vec<(Symbol, Symbol)> {
    let named = occurrences(statement, before);
    let mut pairs = Vec::new();
    for (at, to) in named.iter().enumerate() {
        let earlier = named.get(..at).unwrap_or_default();
        let pair = match (&to.symbol, to.access) {
            (_, Access::Defines) => renamed(statement.text(), earlier, to),
            (Symbol::Schema(schema), Access::Reads) => {
                let schema = schema.clone();
                rehoused(statement.text(), earlier, to, &schema)
            }
            _ => None,
        };
        if let Some((from, to)) = pair {
            companions(&from, &to, before, &mut pairs);
            pairs.push((from, to));
        }
    }
    pairs
}

/// `… old … RENAME … TO new`.
fn renamed(text: &str, earlier: &[Occurrence], to: &Occurrence) -> Option<(Symbol, Symbol)> {
    let is_same = |o: &&Occurrence| {
        o.access == Access::Alters && std::mem::discriminant(&o.symbol) == std::mem::discriminant(&to.symbol)
    };
    let from = earlier.iter().rev().find(is_same)?;
    let between = text.get(from.range.end..to.range.start)?;
    // `RENAME COLUMN old TO new` has the word before the old name.
    let start = from.range.start.saturating_sub(64);
    let lead = text.get(text.floor_char_boundary(start)..to.range.start)?;
    let is_rename = super::find::mentions(lead, "rename") && super::find::mentions(between, "to");
    (is_rename && !between.contains(';')).then(|| (from.symbol.clone(), to.symbol.clone()))
}

/// `… thing SET SCHEMA schema`.
fn rehoused(text: &str, earlier: &[Occurrence], to: &Occurrence, schema: &Name) -> Option<(Symbol, Symbol)> {
    let from = earlier.iter().rev().find(|o| o.access == Access::Alters)?;
    let between = text.get(from.range.end..to.range.start)?;
    if !super::find::mentions(between, "set") || !super::find::mentions(between, "schema") {
        return None;
    }
    let moved = within(&from.symbol, |name| {
        Some(QualName::new(schema.clone(), name.name.clone()))
    })?;
    Some((from.symbol.clone(), moved))
}

/// What gets another name because something else does.
fn companions(from: &Symbol, to: &Symbol, before: &State, pairs: &mut Vec<(Symbol, Symbol)>) {
    let catalog = &before.catalog;
    match (from, to) {
        (Symbol::Relation(a), Symbol::Relation(b)) if a.schema != b.schema => {
            let indexes = catalog.relation(a).map(|r| r.indexes.clone()).unwrap_or_default();
            let there = |name: &Name| QualName::new(b.schema.clone(), name.clone());
            let own = indexes.keys().map(|name| {
                let old = QualName::new(a.schema.clone(), name.clone());
                (Symbol::Index(old), Symbol::Index(there(name)))
            });
            pairs.extend(own);
            let sequences = catalog.sequences_of(a).iter();
            pairs.extend(sequences.map(|s| (Symbol::Relation(s.clone()), Symbol::Relation(there(&s.name)))));
        }
        (Symbol::Column(of, a), Symbol::Column(_, b)) => {
            let heirs = catalog.family(of).into_iter().skip(1);
            let column = |of: &QualName, name: &Name| Symbol::Column(of.clone(), name.clone());
            pairs.extend(heirs.map(|heir| (column(&heir, a), column(&heir, b))));
        }
        // A key and its index have one name.
        (Symbol::Constraint(of, a), Symbol::Constraint(_, b)) => {
            let index = |name: &Name| QualName::new(of.schema.clone(), name.clone());
            if catalog.index_tables.contains_key(&index(a)) {
                pairs.push((Symbol::Index(index(a)), Symbol::Index(index(b))));
            }
        }
        (Symbol::Index(a), Symbol::Index(b)) => {
            let table = catalog.index_tables.get(a);
            if let Some(table) = table.map(|table| QualName::new(a.schema.clone(), table.clone())) {
                let has = catalog
                    .relation(&table)
                    .is_some_and(|r| r.constraints.contains_key(&a.name));
                let constraint = |name: &Name| Symbol::Constraint(table.clone(), name.clone());
                pairs.extend(has.then(|| (constraint(&a.name), constraint(&b.name))));
            }
        }
        _ => {}
    }
}
