//! What exists in the end, as a check sees it.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use confiture_project::{Layout, Project, Script};
use confiture_risk::PgVersion;
use confiture_schema::catalog::{Catalog, Origin, QualName, Relation, footprint};
use confiture_schema::change::Change;

use super::WrittenColumn;
use crate::Place;
use crate::analysis::{Statements, segments};

/// All that exists in the end, and what made it.
#[derive(Clone, Copy)]
pub struct CatalogContext<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// The project; what a rule reads of it must be noted.
    pub(crate) project: &'a Project,
    /// The server's version.
    pub version: PgVersion,
    /// All statements; the same.
    pub(crate) statements: &'a Statements<'a>,
}

impl<'a> CatalogContext<'a> {
    /// What the statement asks for that defined something; nothing where no script did.
    pub fn changes(&self, origin: Origin) -> &'a [Change] {
        self.statements
            .at(origin)
            .map_or(&[], |statement| statement.changes())
    }

    /// The script that defined something.
    pub fn script(&self, origin: Origin) -> Option<&'a Script> {
        footprint::reads_text(origin.script);
        self.project.scripts.get(origin.script as usize)
    }

    /// The file that defined something, as people see its path.
    pub fn path(&self, origin: Origin) -> Option<&'a Path> {
        Some(&self.script(origin)?.source.path)
    }

    /// The project. Who asks for it is asked again whenever any of its scripts has changed.
    pub fn project(&self) -> &'a Project {
        footprint::reads_all_texts();
        self.project
    }

    /// Every statement of the forward scripts, in order. Who asks for them is asked again whenever any has changed.
    pub fn forward(&self) -> impl Iterator<Item = &'a [Change]> + 'a {
        self.forward_placed().map(|(_, changes)| changes)
    }

    /// The same, each with its place.
    pub fn forward_placed(&self) -> impl Iterator<Item = (Place, &'a [Change])> + 'a {
        footprint::reads_all_meanings();
        let statements = self.statements;
        let scripts = self.project.scripts.iter().enumerate();
        scripts
            .filter(|(_, script)| script.direction.is_forward())
            .flat_map(|(index, _)| statements.script(index))
            .map(|statement| (statement.at.whole(), statement.changes()))
    }

    /// The same of those scripts alone whose text holds any of some keywords: the others needn't be parsed. Whoever looks
    /// for statements that can't be written without one of them finds all.
    pub(crate) fn forward_saying(
        &self,
        keywords: &'static [&'static str],
    ) -> impl Iterator<Item = (Place, &'a [Change])> + 'a {
        footprint::reads_all_meanings();
        let statements = self.statements;
        let scripts = self.project.scripts.iter().enumerate();
        scripts
            .filter(move |(_, script)| script.direction.is_forward() && says(script, keywords))
            .flat_map(|(index, _)| statements.script(index))
            .map(|statement| (statement.at.whole(), statement.changes()))
    }

    /// Whether something was defined by a migration, which others may have run: it is cured by another migration,
    /// not by an edit.
    pub fn is_migrated(&self, origin: Origin) -> bool {
        self.script(origin)
            .is_some_and(|script| script.layout.is_migrations() || script.layout == Layout::Plain)
    }
}

/// Whether any SQL of a script holds one of some words, however their ASCII letters are written.
fn says(script: &Script, words: &[&str]) -> bool {
    let holds = |text: &str, word: &str| {
        let Some(first) = word.bytes().next() else {
            return true;
        };
        let (small, large) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
        let mut places = memchr::memchr2_iter(small, large, text.as_bytes());
        places.any(|at| {
            let place = text.as_bytes().get(at..at + word.len());
            place.is_some_and(|place| place.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    segments(script).any(|segment| words.iter().any(|word| holds(&segment.text, word)))
}

/// A relation that exists in the end.
pub struct RelationContext<'a> {
    /// Its name.
    pub name: &'a QualName,
    /// What it is.
    pub relation: &'a Arc<Relation>,
    /// What else exists.
    pub catalog: &'a Catalog,
    /// The same, and what made it.
    pub all: CatalogContext<'a>,
    /// Its columns as they were written, once a rule has asked for them.
    pub(super) columns: OnceCell<Vec<WrittenColumn<'a>>>,
}

impl<'a> RelationContext<'a> {
    pub(crate) fn new(
        name: &'a QualName,
        relation: &'a Arc<Relation>,
        all: CatalogContext<'a>,
    ) -> RelationContext<'a> {
        RelationContext {
            name,
            relation,
            catalog: all.catalog,
            all,
            columns: OnceCell::new(),
        }
    }
}
