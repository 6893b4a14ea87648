//! A database as a project: its schema as one script, so that every rule and every report works on it as on files.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_postgres::introspect;
use confiture_project::{
    Config, Direction, Layout, Project, Script, Secret, Segment, SourceFile, TransactionMode,
};
use confiture_risk::PgVersion;
use confiture_schema::render;

use crate::commands::target;
use crate::failure::Failure;

/// A database whose schema was read.
pub(super) struct Live {
    /// Its schema, as a project of one script.
    pub(super) project: Project,
    /// The server's version.
    pub(super) version: PgVersion,
}

impl Live {
    /// Reads a database. `label` is how reports name it.
    pub(super) fn read(url: &Secret, label: &str, config: &Arc<Config>) -> Result<Live, Failure> {
        let mut session = target::connect(url)?;
        let version = PgVersion::new(session.major()).unwrap_or_default();
        let catalog = introspect(&mut session)?;
        let path = PathBuf::from(label);
        let source = Arc::new(SourceFile {
            file: path.clone(),
            path: path.clone(),
            text: render::sql(&catalog).into(),
        });
        let script = Script {
            segments: vec![Segment::whole(&source)],
            source,
            hooks: Vec::new(),
            layout: Layout::SchemaTree,
            direction: Direction::Schema,
            transaction: TransactionMode::Autocommit,
            version: None,
            group: label.to_owned(),
            applies_to: Vec::new(),
            selected: true,
        };
        let project = Project {
            root: path,
            layout: Layout::SchemaTree,
            config: Arc::clone(config),
            scripts: vec![script],
        };
        Ok(Live { project, version })
    }
}
