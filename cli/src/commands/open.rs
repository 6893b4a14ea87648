//! What `lint`, `risk` and `schema` begin with: the projects that the paths belong to.

use std::path::{Path, PathBuf};

use confiture_project::{OpenOptions, Project, Workspace};
use confiture_risk::PgVersion;

use crate::args::ProjectArgs;

/// Opens the projects of some paths; the current folder where none is named.
pub fn workspace(paths: &[PathBuf], args: &ProjectArgs) -> Workspace {
    let options = OpenOptions {
        config: args.config.clone(),
        ..OpenOptions::default()
    };
    if paths.is_empty() {
        Workspace::open(&[Path::new(".")], &options)
    } else {
        Workspace::open(paths, &options)
    }
}

/// The server's version for a project: the option, then the configuration, then the default.
pub fn version(project: &Project, args: &ProjectArgs) -> PgVersion {
    args.pg_version
        .or_else(|| {
            project
                .config
                .pg_version
                .and_then(|v| PgVersion::new(u32::from(v)))
        })
        .unwrap_or_default()
}
