//! The statement that is asked about.

use std::cell::OnceCell;
use std::path::Path;

use confiture_lint::{Edit, Live, Place, Statement};
use confiture_project::{Project, Script};
use confiture_risk::{Risk, assess};
use confiture_schema::apply::State;
use confiture_schema::catalog::{QualName, Relation};
use confiture_schema::change::ObjectRef;
use confiture_syntax::TextRange;

use super::{Asked, place};
use crate::{Cursor, FilePosition, World};

/// The statement that is asked about, and what surrounds it.
pub(super) struct Here<'w> {
    pub(super) world: &'w World,
    pub(super) file: &'w Path,
    pub(super) now: u64,
    pub(super) cursor: Cursor<'w>,
    /// Its number in the script.
    pub(super) number: usize,
    pub(super) statement: &'w Statement,
    pub(super) script: &'w Script,
    /// What is asked about, in bytes of the statement.
    pub(super) asked: TextRange,
    before: OnceCell<State>,
}

impl<'w> Here<'w> {
    /// The first statement that is asked about.
    pub(super) fn of(asked: &Asked<'w>) -> Option<Here<'w>> {
        let cursor = asked.world.at(&FilePosition {
            file: asked.file.to_path_buf(),
            offset: asked.range.start,
        })?;
        let statement = cursor.statement()?;
        let start = cursor.offset_in_statement()?;
        let end = start + asked.range.len();
        Some(Here {
            world: asked.world,
            file: asked.file,
            now: asked.now,
            number: cursor.statement?,
            script: asked.world.script(cursor.stretch)?,
            asked: TextRange::from_usize(start, end.min(statement.text().len()).max(start)),
            statement,
            cursor,
            before: OnceCell::new(),
        })
    }

    pub(super) fn live(&self) -> &'w Live {
        self.cursor.live()
    }

    pub(super) fn project(&self) -> &'w Project {
        self.live().project()
    }

    /// The number of the project.
    pub(super) fn project_number(&self) -> usize {
        self.cursor.stretch.project
    }

    /// What exists before the statement.
    pub(super) fn before(&self) -> &State {
        self.before.get_or_init(|| self.cursor.before())
    }

    /// What the statement does.
    pub(super) fn risk(&self) -> Risk {
        assess(self.statement.changes(), self.before(), self.live().version())
    }

    /// A range of the statement's text as a place in the project.
    pub(super) fn place(&self, range: TextRange) -> Place {
        let own = self.statement.place();
        Place {
            range: range.offset(own.range.start),
            ..own
        }
    }

    /// An edit of the statement.
    pub(super) fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit {
            place: self.place(range),
            text: text.into(),
        }
    }

    /// The statement as a range of its own text.
    pub(super) fn whole(&self) -> TextRange {
        TextRange::from_usize(0, self.statement.text().len())
    }

    /// Whether a part of the statement is asked about; one that ends or begins there is.
    pub(super) fn touches(&self, range: TextRange) -> bool {
        range.start <= self.asked.end && self.asked.start <= range.end
    }

    /// Whether others may have run the script as it is or was.
    pub(super) fn is_released(&self) -> bool {
        place::is_released(self.live(), self.script)
    }

    /// The relation that a name of the statement means when all is through, and its name.
    pub(super) fn relation(&self, name: &ObjectRef) -> Option<(QualName, &'w Relation)> {
        let newest = &self.live().newest().catalog;
        let known = self.before().resolve_relation(name);
        let path = &self.before().session.search_path;
        let schemas = name
            .schema
            .iter()
            .chain(path.iter().filter(|_| name.schema.is_none()));
        let candidates = schemas.map(|schema| QualName::new(schema.clone(), name.name.clone()));
        let mut all = known.into_iter().chain(candidates);
        all.find_map(|name| Some((name.clone(), &**newest.relation(&name)?)))
    }
}
