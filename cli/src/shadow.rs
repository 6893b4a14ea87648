//! A project's schema on a private server, for rules that ask a server's catalog.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_postgres::{Cluster, ClusterError, Database, Session, SqlError};
use confiture_project::{Problem, ProblemCode, Project, Script, Segment, TransactionMode};
use confiture_syntax::split::{PieceKind, split};

/// A database that a project was loaded into; it goes with this value.
pub struct Shadow {
    /// A session in it.
    pub session: Session,
    _database: Database,
}

/// Why a project could not be loaded.
pub enum ShadowError {
    /// No server.
    Cluster(ClusterError),
    /// The server refused a statement.
    Statement(Box<Problem>),
}

impl From<ClusterError> for ShadowError {
    fn from(error: ClusterError) -> ShadowError {
        ShadowError::Cluster(error)
    }
}

impl Shadow {
    /// Runs the forward scripts of a project on a private server of that major version, or of the newest there is.
    pub fn load(project: &Project, major: u32) -> Result<Shadow, ShadowError> {
        let cluster = Cluster::shared(Some(major)).or_else(|_| Cluster::shared(None))?;
        let database = cluster.create_database("shadow")?;
        let mut session = database.connect_blocking().map_err(ClusterError::from)?;
        for script in project.ups() {
            run(&mut session, script).map_err(ShadowError::Statement)?;
        }
        Ok(Shadow {
            session,
            _database: database,
        })
    }
}

fn run(session: &mut Session, script: &Script) -> Result<(), Box<Problem>> {
    let wrapped = matches!(script.transaction, TransactionMode::PerScript);
    let control = |session: &mut Session, sql: &str| {
        session.batch(sql).map_err(|error| {
            Box::new(Problem::new(
                ProblemCode::NotLoaded,
                script.source.path.clone(),
                error.to_string(),
            ))
        })
    };
    if wrapped {
        control(session, "BEGIN")?;
    }
    for segment in &script.segments {
        let pieces = split(&segment.text);
        for (at, piece) in pieces
            .iter()
            .enumerate()
            .filter(|(_, piece)| piece.kind == PieceKind::Sql)
        {
            // The rows behind COPY … FROM stdin are no part of the schema.
            if pieces
                .get(at + 1)
                .is_some_and(|next| next.kind == PieceKind::CopyData)
            {
                continue;
            }
            let range = piece.range.start as usize..piece.range.end as usize;
            session
                .batch(piece.range.slice(&segment.text))
                .map_err(|error| refused(segment, range, &error))?;
        }
    }
    if wrapped {
        control(session, "COMMIT")?;
    }
    Ok(())
}

fn refused(segment: &Segment, range: std::ops::Range<usize>, error: &SqlError) -> Box<Problem> {
    let range = segment.map.range_to_file(range);
    let path: PathBuf = segment.source.path.clone();
    let message = format!("a private server refuses it, so rules in SQL were not run: {error}");
    Box::new(
        Problem::new(ProblemCode::NotLoaded, path, message)
            .at(range, Arc::clone(&segment.source.text))
            .with_help("let them ask a real database: `confiture lint --env NAME`"),
    )
}
