//! A script as a check sees it, and what its statements say of each other.

use std::collections::BTreeMap;

use confiture_project::{Direction, Layout, Project, Script, TransactionMode};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Persistence, QualName, footprint};
use confiture_schema::change::{AlterAction, Change, ObjectKind, ObjectRef};
use confiture_syntax::{Name, TextRange};

use super::{Location, StatementContext};
use crate::Place;
use crate::analysis::Released;

/// The script that a statement belongs to.
#[derive(Debug, Clone, Copy)]
pub struct ScriptInfo {
    /// Its index in the project.
    pub index: usize,
    /// Whose rules it follows.
    pub layout: Layout,
    /// What it is for.
    pub direction: Direction,
    /// How its tool runs it.
    pub transaction: TransactionMode,
    /// Whether others have it already.
    pub release: Release,
}

/// Whether the branch that releases are made from has a script, and as it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Release {
    /// Nobody said.
    Unknown,
    /// It is new.
    New,
    /// It is there, word for word.
    Unchanged,
    /// It is there, with another text.
    Changed,
}

impl ScriptInfo {
    /// Of a script by its index in the project; nothing is known of releases.
    pub fn new(index: usize, script: &Script) -> ScriptInfo {
        ScriptInfo {
            index,
            layout: script.layout,
            direction: script.direction,
            transaction: script.transaction,
            release: Release::Unknown,
        }
    }

    /// Whether it may run on a database in use.
    ///
    /// Migrations do. A schema tree builds a database from nothing. A file of no known layout may be either: there,
    /// what its own history creates is new, and anything else must have been there before.
    pub fn is_live(&self) -> bool {
        (self.layout.is_migrations() || self.layout == Layout::Plain)
            && !matches!(self.direction, Direction::Seed | Direction::Baseline)
    }

    /// Whether others may be using a relation while a statement of the script runs: it was there before the script, outlives
    /// the session, and isn't known to hold no rows. `None` for one that the files don't know.
    pub fn finds_in_use(&self, relation: &QualName, before: &State) -> Option<bool> {
        let known = before.catalog.relation(relation);
        let temporary = relation.schema.as_str() == "pg_temp"
            || known.is_some_and(|r| r.persistence == Persistence::Temporary);
        let transaction = &before.session.transaction;
        if temporary || transaction.created_in_script.contains_key(relation) || before.is_rowless(relation) {
            return Some(false);
        }
        let builds = self.layout == Layout::Plain && self.direction == Direction::Schema;
        known.map(|known| !builds && known.origin.script as usize != self.index)
    }
}

/// A script as a whole.
#[derive(Debug)]
pub struct ScriptContext<'a> {
    /// What is known of it without its text.
    pub script: ScriptInfo,
    /// Its statements in order, those inside DO blocks after the block. Left out: INSERTs that read nothing, COPY, and
    /// what stands in the bodies of functions.
    pub statements: &'a [StatementContext<'a>],
    /// What exists before it.
    pub before: &'a State,
    /// What exists when it is through.
    pub end: &'a State,
    /// For a script that undoes a migration: what existed before that migration.
    pub undoes_to: Option<&'a State>,
    /// Its text on the branch that releases are made from.
    pub released_text: Option<&'a str>,
    /// The project; what a rule reads of it must be noted.
    pub(crate) project: &'a Project,
    /// What the branch that releases are made from holds, where that is known.
    pub(crate) released: Option<&'a Released>,
    /// Where its first statement stands; the beginning of its file where it has none.
    pub(crate) first: Location,
}

impl<'a> ScriptContext<'a> {
    /// The project. Who asks for it is asked again whenever any of its scripts has changed.
    pub fn project(&self) -> &'a Project {
        footprint::reads_all_texts();
        self.project
    }

    /// The script itself: its file, version, group, segments, hooks.
    pub fn source(&self) -> &'a Script {
        &self.project.scripts[self.script.index]
    }

    /// The script that undoes this one, or that this one undoes.
    pub fn counterpart(&self) -> Option<&'a Script> {
        self.project.counterpart(self.source())
    }

    /// Whether any migration of the project can be undone. It is a part of what scripts are known by between runs.
    pub fn has_downs(&self) -> bool {
        self.project.downs().next().is_some()
    }

    /// The next migration forward behind this one that the branch that releases are made from has, whatever its text
    /// there. It is a part of what scripts are known by between runs.
    pub fn released_behind(&self) -> Option<&'a Script> {
        let files = self.released?;
        let behind = self.project.scripts.iter().skip(self.script.index + 1);
        behind
            .filter(|script| script.direction == Direction::Up)
            .find(|script| files.contains_key(&script.source.file))
    }

    /// Where a finding about the whole script is shown: its first statement.
    pub fn first(&self) -> Place {
        self.first.place(TextRange::empty(0))
    }
}

/// Where a statement is in its script: the number of the (outer) statement, then which one it is in that.
pub(crate) type Position = (u32, u32);

/// What a script's statements say of relations that no script created.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ScriptFacts {
    /// The first statement that could not be parsed.
    first_broken: Option<Position>,
    /// The first and the last statement that adds a column or gives one that name, by the table's name and the column's.
    added_columns: BTreeMap<(Name, Name), (Position, Position)>,
}

impl ScriptFacts {
    /// From the statements of a script, in order.
    pub(crate) fn of<'c>(statements: impl Iterator<Item = (Position, &'c [Change], bool)>) -> ScriptFacts {
        let mut facts = ScriptFacts::default();
        for (position, changes, broken) in statements {
            if broken {
                facts.first_broken.get_or_insert(position);
            }
            for change in changes {
                facts.note(position, change);
            }
        }
        facts
    }

    fn note(&mut self, position: Position, change: &Change) {
        match change {
            Change::AlterRelation(alter) => {
                for command in &alter.commands {
                    if let AlterAction::AddColumn { column, .. } = &command.action {
                        self.note_column(position, &alter.name, &column.name.name);
                    }
                }
            }
            Change::Rename(rename) if rename.kind == ObjectKind::Column => {
                if let Some(table) = &rename.object.on {
                    self.note_column(position, table, &rename.to.name);
                }
            }
            _ => {}
        }
    }

    fn note_column(&mut self, position: Position, table: &ObjectRef, column: &Name) {
        let key = (table.name.clone(), column.clone());
        self.added_columns.entry(key).or_insert((position, position)).1 = position;
    }

    /// The first statement that could not be parsed.
    pub(super) fn first_broken(&self) -> Option<Position> {
        footprint::reads_facts();
        self.first_broken
    }

    /// The first and the last statement that adds a column.
    pub(super) fn added(&self, relation: &QualName, column: &Name) -> Option<(Position, Position)> {
        footprint::reads_facts();
        self.added_columns
            .get(&(relation.name.clone(), column.clone()))
            .copied()
    }
}
