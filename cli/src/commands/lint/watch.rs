//! `--watch`: looks again whenever a file of the project changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use confiture_project::Workspace;

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(400);

/// What can be seen of files without reading them.
#[derive(PartialEq, Eq)]
pub(super) struct Footprint(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Footprint {
    /// That of all files and folders that a workspace came from, and of what was named: a new file changes its folder.
    pub(super) fn of(workspace: &Workspace, named: &[PathBuf]) -> Footprint {
        let mut paths: Vec<PathBuf> = named.to_vec();
        for project in &workspace.projects {
            paths.push(project.root.clone());
            let config = &project.config;
            let sources = config.source.iter().chain(&config.linting.source);
            paths.extend(sources.map(|source| source.file.clone()));
            for script in &project.scripts {
                paths.extend(script.source.file.parent().map(Path::to_path_buf));
                paths.extend(script.segments.iter().map(|segment| segment.source.file.clone()));
            }
        }
        let seen = |path: PathBuf| {
            let metadata = std::fs::metadata(&path).ok();
            let state = metadata.and_then(|m| Some((m.modified().ok()?, m.len())));
            (path, state)
        };
        Footprint(paths.into_iter().map(seen).collect())
    }

    /// Waits until something is different.
    pub(super) fn wait(&self) {
        loop {
            std::thread::sleep(INTERVAL);
            let changed = self.0.iter().any(|(path, state)| {
                let metadata = std::fs::metadata(path).ok();
                metadata.and_then(|m| Some((m.modified().ok()?, m.len()))) != *state
            });
            if changed {
                return;
            }
        }
    }
}
