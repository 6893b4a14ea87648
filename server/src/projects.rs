//! From the folders and documents of a client to a [`World`]: which paths are opened together, and how the world goes on
//! after an edit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_ide::statistics::{FILE_NAME, Statistics, is_statistics};
use confiture_ide::{World, config};
use confiture_project::OpenOptions;

use crate::documents::Opened;
use crate::settings::Settings;

/// What a world is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// The client's folders.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) settings: Arc<Settings>,
    /// The texts of open documents.
    pub(crate) texts: HashMap<PathBuf, Arc<str>>,
    /// Those of them that are SQL.
    pub(crate) sql: BTreeSet<PathBuf>,
}

impl Sources {
    /// A document has a text now.
    pub(crate) fn put(&mut self, path: &Path, opened: &Opened) {
        self.texts.insert(path.to_path_buf(), opened.text());
        if opened.is_sql {
            self.sql.insert(path.to_path_buf());
        }
    }

    /// A document is no longer open.
    pub(crate) fn remove(&mut self, path: &Path) {
        self.texts.remove(path);
        self.sql.remove(path);
    }

    /// The folder that relative paths of settings start from, and shown paths are relative to.
    pub(crate) fn base(&self) -> PathBuf {
        let folder = self.folders.first().cloned();
        folder.unwrap_or_else(|| {
            let first = self.sql.first().and_then(|path| path.parent());
            first.map_or_else(std::env::temp_dir, Path::to_path_buf)
        })
    }

    /// Reads and analyzes everything. `superseded` says when nobody waits for that any more; then there is no result.
    pub(crate) fn open(&self, superseded: impl Fn() -> bool) -> Option<World> {
        let options = OpenOptions {
            cwd: self.base(),
            overlays: self.texts.clone(),
            config: self.settings.config(&self.base()),
            ..OpenOptions::default()
        };
        let open = |paths: &[PathBuf]| World::open_for(paths, &options, self.settings.version());
        let mut opened = vec![open(&self.existing_folders())];
        for group in self.strays(&opened, &options) {
            if superseded() {
                return None;
            }
            // What is named beside a folder is opened with the folder.
            if group.iter().any(|path| self.is_inside(path)) {
                let paths: Vec<PathBuf> = self.existing_folders().into_iter().chain(group).collect();
                opened.splice(..1, [open(&paths)]);
            } else {
                opened.push(open(&group));
            }
        }
        let projects = opened.iter().flat_map(|world| world.projects().iter().cloned());
        let problems = opened.iter().flat_map(|world| world.problems().iter().cloned());
        let world = World::new(projects.collect(), problems.collect(), self.texts.clone());
        let world = world.with_folder(options.cwd.clone());
        let statistics = self.statistics(&world);
        Some(world.with_statistics(statistics))
    }

    /// Folders that are gone are no problem worth telling.
    fn existing_folders(&self) -> Vec<PathBuf> {
        let folders = self.folders.iter().filter(|folder| folder.is_dir());
        folders.cloned().collect()
    }

    fn is_inside(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }

    /// SQL documents that the folders don't bring, by what must be opened together: those within the folders, then those
    /// of each project elsewhere.
    fn strays(&self, opened: &[World], options: &OpenOptions) -> Vec<Vec<PathBuf>> {
        let known: HashSet<&Path> = opened.iter().flat_map(World::files).collect();
        let strays = self.sql.iter().filter(|path| !known.contains(path.as_path()));
        let (inside, outside): (Vec<PathBuf>, Vec<PathBuf>) =
            strays.cloned().partition(|path| self.is_inside(path));
        let mut groups: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in outside {
            groups.entry(home(&path, options)).or_default().push(path);
        }
        let inside = (!inside.is_empty()).then_some(inside);
        inside.into_iter().chain(groups.into_values()).collect()
    }

    /// The sizes of tables: of the file that the settings name, else of the one beside a configuration or in a folder.
    fn statistics(&self, world: &World) -> Option<Arc<Statistics>> {
        let named = self.settings.statistics(&self.base());
        let configs = world.projects().iter().filter_map(|live| {
            let source = live.project().config.source.as_ref()?;
            source.file.parent().map(Path::to_path_buf)
        });
        let beside = configs.chain(self.folders.iter().cloned());
        let beside = beside.map(|folder| folder.join(FILE_NAME));
        let text = named.into_iter().chain(beside).find_map(|path| {
            let open = self.texts.get(&path).map(|text| text.to_string());
            open.or_else(|| std::fs::read_to_string(&path).ok())
        })?;
        Statistics::parse(&text).ok().map(Arc::new)
    }
}

/// The root of the project that a file belongs to; its folder where it belongs to none.
fn home(path: &Path, options: &OpenOptions) -> PathBuf {
    let workspace = confiture_project::Workspace::open(&[path], options);
    let root = workspace.projects.into_iter().next().map(|project| project.root);
    root.unwrap_or_else(|| path.parent().unwrap_or(path).to_path_buf())
}

/// Whether a change of a file changes more than scripts: configuration and statistics.
pub(crate) fn governs(path: &Path) -> bool {
    config::is_config(path) || is_statistics(path)
}
