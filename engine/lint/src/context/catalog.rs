//! What exists in the end, as a check sees it.

use std::path::Path;
use std::sync::Arc;

use confiture_project::{Layout, Project, Script};
use confiture_risk::PgVersion;
use confiture_schema::catalog::{Catalog, Origin, QualName, Relation};
use confiture_schema::change::Change;

use crate::analysis::Statement;

/// All that exists in the end, and what made it.
#[derive(Clone, Copy)]
pub struct CatalogContext<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// The project.
    pub project: &'a Project,
    /// The server's version.
    pub version: PgVersion,
    /// All statements, by the number that an [`Origin`] carries.
    pub(crate) statements: &'a [Statement<'a>],
}

impl<'a> CatalogContext<'a> {
    /// What the statement asks for that defined something; nothing where no script did.
    pub fn changes(&self, origin: Origin) -> &'a [Change] {
        self.statements
            .get(origin.statement as usize)
            .map_or(&[], |statement| &statement.changes)
    }

    /// The script that defined something.
    pub fn script(&self, origin: Origin) -> Option<&'a Script> {
        let statement = self.statements.get(origin.statement as usize)?;
        self.project.scripts.get(statement.at.script)
    }

    /// The file that defined something, as people see its path.
    pub fn path(&self, origin: Origin) -> Option<&'a Path> {
        Some(&self.script(origin)?.source.path)
    }

    /// Every statement of the forward scripts, in order.
    pub fn forward(&self) -> impl Iterator<Item = &'a [Change]> + 'a {
        let scripts = &self.project.scripts;
        let forward = self.statements.iter().filter(|s| {
            scripts
                .get(s.at.script)
                .is_some_and(|script| script.direction.is_forward())
        });
        forward.map(|s| &*s.changes)
    }

    /// Whether something was defined by a migration, which others may have run: it is cured by another migration,
    /// not by an edit.
    pub fn is_migrated(&self, origin: Origin) -> bool {
        self.script(origin)
            .is_some_and(|script| script.layout.is_migrations() || script.layout == Layout::Plain)
    }
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
}
