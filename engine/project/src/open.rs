//! From paths that somebody named to the projects they belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{CONFIG_FILES, Config, LINT_CONFIG_FILES, Layer};
use crate::layout::{self, Surroundings, YAML_MIGRATIONS, file_name, is_yaml, schema_tree};
use crate::read::{Limits, Reader, plain};
use crate::{
    Direction, Layout, Problem, ProblemCode, Project, Script, SourceFile, environment, include, load_order,
    walk,
};

/// How files are found and read.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// The folder that relative paths start from and that shown paths are relative to.
    pub cwd: PathBuf,
    /// How much is read at most.
    pub limits: Limits,
    /// Texts that replace files, by absolute path: the buffers of an editor.
    pub overlays: HashMap<PathBuf, Arc<str>>,
    /// A configuration file that is used for everything, instead of those found.
    pub config: Option<PathBuf>,
    /// A configuration file whose lint settings come on top of whatever configuration applies. It may stand anywhere:
    /// its folder and its other settings (but `pg_version`) are of no account.
    pub refining: Option<PathBuf>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            cwd: std::env::current_dir().unwrap_or_default(),
            limits: Limits::default(),
            overlays: HashMap::new(),
            config: None,
            refining: None,
        }
    }
}

/// Everything that some paths lead to.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The histories, in the order of their folders. Each has at least one script that was asked for.
    pub projects: Vec<Project>,
    /// What went wrong; the rest was loaded all the same.
    pub problems: Vec<Problem>,
}

impl Workspace {
    /// Opens the projects that `paths` (files or folders) belong to, whole: a named file brings the history before it.
    ///
    /// Above each path the nearest `confiture.yaml` or layout folder is looked for, up to a folder with `.git`, the home
    /// folder or the file system's root. A folder may hold several projects. Files of no layout form plain trees; files
    /// named one by one that belong nowhere are taken in the order named.
    pub fn open<P: AsRef<Path>>(paths: &[P], options: &OpenOptions) -> Workspace {
        let reader = Reader::new(options.cwd.clone(), options.limits, options.overlays.clone());
        let mut opener = Opener::new(paths, options, &reader);
        opener.run();
        opener.out
    }

    /// The configuration that applies to a folder, the default one where there is none, and what is wrong with it.
    pub fn configuration(folder: &Path, options: &OpenOptions) -> (Arc<Config>, Vec<Problem>) {
        let reader = Reader::new(options.cwd.clone(), options.limits, options.overlays.clone());
        let mut opener = Opener::new(&[folder], options, &reader);
        let folder = reader.absolute(folder);
        let root = configured_root(&folder).unwrap_or(folder);
        let config = opener.config(&root);
        (config, opener.out.problems)
    }
}

struct Opener<'a> {
    reader: &'a Reader,
    fixed: Option<PathBuf>,
    refining: Option<PathBuf>,
    asked: Vec<PathBuf>,
    /// The same, to look up: a commit hook may name a thousand files.
    is_asked: HashSet<PathBuf>,
    out: Workspace,
}

impl<'a> Opener<'a> {
    fn new<P: AsRef<Path>>(paths: &[P], options: &OpenOptions, reader: &'a Reader) -> Opener<'a> {
        let asked: Vec<_> = paths.iter().map(|path| reader.absolute(path.as_ref())).collect();
        Opener {
            reader,
            fixed: options.config.as_ref().map(|path| reader.absolute(path)),
            refining: options.refining.as_ref().map(|path| reader.absolute(path)),
            is_asked: asked.iter().cloned().collect(),
            asked,
            out: Workspace::default(),
        }
    }

    fn run(&mut self) {
        let mut roots = BTreeSet::new();
        let mut single = Vec::new();
        for path in self.asked.clone() {
            let is_dir = if self.reader.is_file(&path) {
                Ok(false)
            } else {
                std::fs::metadata(&path).map(|metadata| metadata.is_dir())
            };
            match is_dir {
                Ok(is_dir) => match self.root_of(&path, is_dir) {
                    Some(root) => {
                        roots.insert(root);
                    }
                    None => single.push(path),
                },
                Err(error) => {
                    let message = format!("can't be read: {}", plain(&error));
                    self.out.problems.push(Problem::new(
                        ProblemCode::Unreadable,
                        self.reader.display(&path),
                        message,
                    ));
                }
            }
        }
        let uppermost: Vec<_> = roots
            .iter()
            .filter(|root| {
                !roots
                    .iter()
                    .any(|other| other != *root && root.starts_with(other))
            })
            .cloned()
            .collect();
        single.retain(|path: &PathBuf| !uppermost.iter().any(|root| path.starts_with(root)));
        for root in uppermost {
            self.load_tree(&root);
        }
        self.load_singles(single);
        for project in &mut self.out.projects {
            include::expand(project, self.reader, &mut self.out.problems);
        }
        self.out
            .projects
            .retain(|project| project.scripts.iter().any(|script| script.selected));
        let mut seen = BTreeSet::new();
        self.out
            .problems
            .retain(|problem| seen.insert(problem.to_string()));
    }

    /// Whether a file, or a folder that it lies in, was asked for.
    fn covers(&self, file: &Path) -> bool {
        file.ancestors().any(|at| self.is_asked.contains(at))
    }

    /// The folder to load for a path: that of its configuration, else that of its layout, else itself if it is a folder.
    fn root_of(&self, path: &Path, is_dir: bool) -> Option<PathBuf> {
        let folder = if is_dir { path } else { path.parent()? };
        if !is_dir && CONFIG_FILES.contains(&file_name(path)) {
            return Some(folder.to_path_buf());
        }
        if let Some(root) = configured_root(folder) {
            return Some(root);
        }
        let ceiling = ceiling(folder);
        let found = layout_root(path, folder, is_dir).filter(|root| root.starts_with(&ceiling));
        found.or_else(|| is_dir.then(|| path.to_path_buf()))
    }

    fn load_tree(&mut self, root: &Path) {
        let mut listing = walk::list(root, self.reader);
        // What is named is read, even where it is ignored or hidden.
        for path in &self.asked {
            if path.starts_with(root) && self.reader.is_file(path) && !CONFIG_FILES.contains(&file_name(path))
            {
                listing.files.push(path.clone());
            }
        }
        listing.files.sort();
        listing.files.dedup();
        self.out.problems.append(&mut listing.problems);
        let mut owners: Vec<PathBuf> = listing
            .configs
            .iter()
            .filter_map(|path| path.parent())
            .map(Path::to_path_buf)
            .collect();
        owners.push(root.to_path_buf());
        owners.sort();
        owners.dedup();
        let mut groups: BTreeMap<&PathBuf, Vec<PathBuf>> =
            owners.iter().map(|owner| (owner, Vec::new())).collect();
        for file in listing.files {
            let owner = owners
                .iter()
                .filter(|owner| file.starts_with(owner))
                .max_by_key(|owner| owner.as_os_str().len());
            if let Some(group) = owner.and_then(|owner| groups.get_mut(owner)) {
                group.push(file);
            }
        }
        for (owner, files) in groups {
            self.load_owner(owner, &files);
        }
    }

    /// Loads the files that one configuration (or none) governs.
    fn load_owner(&mut self, owner: &Path, files: &[PathBuf]) {
        let config = self.config(owner);
        let sources = self.read_all(files);
        let mut rest = sources;
        let root = config
            .source
            .as_ref()
            .and_then(|source| source.file.parent())
            .unwrap_or(owner)
            .to_path_buf();
        if !config.load_order.is_empty() {
            let (scripts, left, mut problems) = load_order::apply(&root, &config, &rest);
            self.out.problems.append(&mut problems);
            self.push_project(owner, Layout::SchemaTree, &config, scripts);
            rest = left;
        }
        let around = Surroundings {
            configured: config.source.is_some(),
            ceiling: ceiling(owner),
        };
        let mut layouts = layout::recognize(&rest, &around);
        if !config.load_order.is_empty() {
            layouts.retain(|_, layout| *layout != Layout::SchemaTree);
        }
        let is_explicit = !config.migrations.paths.is_empty();
        if is_explicit {
            layouts = configured_layouts(&root, &config, &layouts);
        } else if let Some(layout) = config.migrations.layout {
            layouts
                .values_mut()
                .filter(|found| found.is_migrations())
                .for_each(|found| *found = layout);
        }
        for (folder, layout) in &layouts {
            let (mine, left): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .partition(|file| layout::covers(folder, *layout, &file.file));
            rest = left;
            let mut assembled = layout::assemble(folder, *layout, &mine, self.reader);
            // That a file beside the one in question is ignored is no news.
            assembled.problems.retain(|problem| {
                problem.code != ProblemCode::IgnoredFile || self.covers(&self.reader.absolute(&problem.path))
            });
            self.out.problems.append(&mut assembled.problems);
            rest.extend(self.named_but_ignored(&mine, &assembled.scripts));
            self.push_project(folder, *layout, &config, assembled.scripts);
        }
        let is_complete = is_explicit || !config.load_order.is_empty();
        self.load_plain(owner, rest, &config, is_complete);
    }

    /// Files that were named one by one and that their layout ignores.
    fn named_but_ignored(&self, files: &[Arc<SourceFile>], scripts: &[Script]) -> Vec<Arc<SourceFile>> {
        files
            .iter()
            .filter(|file| self.is_asked.contains(&file.file))
            .filter(|file| !scripts.iter().any(|script| script.source == **file))
            .cloned()
            .collect()
    }

    /// What no layout takes. Where the configuration says which files count, others must be asked for.
    fn load_plain(
        &mut self,
        owner: &Path,
        files: Vec<Arc<SourceFile>>,
        config: &Arc<Config>,
        is_complete: bool,
    ) {
        let files: Vec<_> = files
            .into_iter()
            .filter(|file| {
                let asked_below =
                    |path: &PathBuf| file.file.starts_with(path) && path.starts_with(owner) && path != owner;
                !is_complete || self.asked.iter().any(asked_below)
            })
            .collect();
        let (yaml, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_yaml(&file.file));
        for file in yaml {
            self.load_yaml(&file, config);
        }
        for (root, files) in plain_trees(owner, files) {
            let mut assembled = layout::assemble(&root, Layout::Plain, &files, self.reader);
            self.out.problems.append(&mut assembled.problems);
            if is_history(file_name(&root)) {
                assembled
                    .scripts
                    .iter_mut()
                    .for_each(|script| script.direction = Direction::Up);
            }
            self.push_project(&root, Layout::Plain, config, assembled.scripts);
        }
    }

    fn load_yaml(&mut self, file: &Arc<SourceFile>, config: &Arc<Config>) {
        if !layout::is_yaml_migration(&file.text) {
            let message = "not a migration: neither `migration:` nor `ddl:`";
            self.out
                .problems
                .push(Problem::new(ProblemCode::NoSql, &file.path, message));
            return;
        }
        let mut assembled = layout::yaml_scripts(file);
        self.out.problems.append(&mut assembled.problems);
        let root = file.file.parent().unwrap_or(Path::new("")).to_path_buf();
        self.push_project(&root, Layout::Confiture, config, assembled.scripts);
    }

    /// Files that were named and belong nowhere, in the order named.
    fn load_singles(&mut self, paths: Vec<PathBuf>) {
        let Some(first) = paths.first() else { return };
        let root = first.parent().unwrap_or(Path::new("")).to_path_buf();
        let config = self.config(&root);
        let (yaml, sql): (Vec<_>, Vec<_>) = self
            .read_all(&paths)
            .into_iter()
            .partition(|file| is_yaml(&file.file));
        let scripts = sql
            .iter()
            .map(|file| layout::plain_script(file, Layout::Plain))
            .collect();
        self.push_project(&root, Layout::Plain, &config, scripts);
        for file in yaml {
            self.load_yaml(&file, &config);
        }
    }

    fn push_project(&mut self, root: &Path, layout: Layout, config: &Arc<Config>, mut scripts: Vec<Script>) {
        if scripts.is_empty() {
            return;
        }
        for script in &mut scripts {
            script.selected = self.covers(&script.source.file);
        }
        self.out.projects.push(Project {
            root: root.to_path_buf(),
            layout,
            config: Arc::clone(config),
            scripts,
        });
    }

    fn read_all(&mut self, files: &[PathBuf]) -> Vec<Arc<SourceFile>> {
        let read: Vec<_> = files.par_iter().map(|file| self.reader.read(file)).collect();
        let mut sources = Vec::with_capacity(read.len());
        for (source, problem) in read {
            sources.extend(source);
            self.out.problems.extend(problem);
        }
        sources
    }

    fn config(&mut self, folder: &Path) -> Arc<Config> {
        let is_lint = |name: &&str| LINT_CONFIG_FILES.contains(name);
        let (lint, whole): (Vec<&str>, Vec<&str>) = CONFIG_FILES.iter().partition(|name| is_lint(name));
        let found = |names: Vec<&str>| {
            let mut paths = names.into_iter().map(|name| folder.join(name));
            paths.find(|path| path.is_file())
        };
        let paths = match &self.fixed {
            Some(fixed) => [Some(fixed.clone()), None],
            None => [found(whole), found(lint)],
        };
        let mut config = Config::default();
        for path in paths.into_iter().flatten() {
            self.lay_over(&mut config, &path, Config::refine);
        }
        let beside = config.source.as_ref().and_then(|source| source.file.parent());
        let root = beside.unwrap_or(folder).to_path_buf();
        let mut problems = environment::read_folder(&mut config, &root, self.reader);
        self.out.problems.append(&mut problems);
        if let Some(path) = self.refining.clone() {
            self.lay_over(&mut config, &path, Config::refine_linting);
        }
        Arc::new(config)
    }

    /// Reads a configuration file and lays it over another as `lay` does.
    fn lay_over(&mut self, config: &mut Config, path: &Path, lay: fn(&mut Config, Config) -> Vec<Layer>) {
        let (source, problem) = self.reader.read(path);
        self.out.problems.extend(problem);
        let Some(source) = source else { return };
        let (read, mut problems) = Config::parse(&source);
        self.out.problems.append(&mut problems);
        let below = lay(config, read);
        let mut problems = crate::config::complete(&mut config.linting, below, self.reader);
        self.out.problems.append(&mut problems);
    }
}

/// The nearest folder with a configuration, at or above one.
fn configured_root(folder: &Path) -> Option<PathBuf> {
    let ceiling = ceiling(folder);
    folder
        .ancestors()
        .take_while(|at| at.starts_with(&ceiling))
        .find(|at| CONFIG_FILES.iter().any(|name| at.join(name).is_file()))
        .map(Path::to_path_buf)
}

/// The folder above which nothing is looked at: that with `.git`, that below the home folder, or the uppermost one.
fn ceiling(folder: &Path) -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let mut last = folder;
    for at in folder.ancestors() {
        if at != folder && (Some(at) == home.as_deref() || at.parent().is_none()) {
            break;
        }
        last = at;
        if at.join(".git").exists() {
            break;
        }
    }
    last.to_path_buf()
}

/// The folder of the layout that a path seems to lie in, by names alone; loading decides.
fn layout_root(path: &Path, folder: &Path, is_dir: bool) -> Option<PathBuf> {
    if let Some(root) = schema_tree(folder) {
        return Some(root);
    }
    let is_migrations = |at: &&Path| {
        let name = file_name(at);
        name == YAML_MIGRATIONS || name.to_ascii_lowercase().contains("migrat")
    };
    if let Some(root) = folder.ancestors().take(3).filter(is_migrations).last() {
        // supabase keeps its seeds beside its migrations.
        let above = root.parent().filter(|above| file_name(above) == "supabase");
        return Some(above.unwrap_or(root).to_path_buf());
    }
    if is_dir {
        return None;
    }
    let name = file_name(path);
    match name {
        "up.sql" | "down.sql" | "migration.sql" => folder.parent().map(Path::to_path_buf),
        _ if name.ends_with(".up.sql") || name.ends_with(".down.sql") || name.contains("__") => {
            Some(folder.to_path_buf())
        }
        _ => annotated_siblings(path).then(|| folder.to_path_buf()),
    }
}

/// Whether a file has dbmate's or goose's annotations, so that its folder is a layout whatever its name.
fn annotated_siblings(path: &Path) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    read.is_ok() && (text.contains("migrate:up") || text.contains("+goose"))
}

/// The layouts of `migrations.paths`: as configured, else as recognized, else Confiture's.
fn configured_layouts(
    root: &Path,
    config: &Config,
    found: &BTreeMap<PathBuf, Layout>,
) -> BTreeMap<PathBuf, Layout> {
    let mut out = BTreeMap::new();
    for path in &config.migrations.paths {
        let folder = root.join(path.text.trim_start_matches("./").trim_end_matches('/'));
        let recognized = found.get(&folder).copied();
        out.insert(
            folder,
            config
                .migrations
                .layout
                .or(recognized)
                .unwrap_or(Layout::Confiture),
        );
    }
    out
}

/// Splits files of no layout into trees that are applied as one.
///
/// A folder is one tree if it holds SQL itself, or if its folders are numbered or named after kinds of objects; else
/// each of its folders is looked at by itself, so that unrelated projects don't become one schema. A folder of
/// migrations, patches or upgrades is a tree of its own: a schema beside it is what they lead to.
fn plain_trees(root: &Path, files: Vec<Arc<SourceFile>>) -> Vec<(PathBuf, Vec<Arc<SourceFile>>)> {
    let mut out = Vec::new();
    let mut migrations: BTreeMap<PathBuf, Vec<Arc<SourceFile>>> = BTreeMap::new();
    let mut others = Vec::new();
    for file in files {
        let folders = file
            .file
            .ancestors()
            .skip(1)
            .take_while(|at| *at != root && at.starts_with(root));
        let found = folders.filter(|at| is_history(file_name(at))).last();
        match found.map(Path::to_path_buf) {
            Some(folder) => migrations.entry(folder).or_default().push(file),
            None => others.push(file),
        }
    }
    out.extend(migrations);
    let mut stack = vec![(root.to_path_buf(), others)];
    while let Some((root, files)) = stack.pop() {
        if files.is_empty() {
            continue;
        }
        let mut folders: BTreeMap<PathBuf, Vec<Arc<SourceFile>>> = BTreeMap::new();
        let mut is_tree = false;
        for file in &files {
            let mut rest = file.file.strip_prefix(&root).unwrap_or(&file.file).components();
            let first = rest.next();
            match (first, rest.next()) {
                (Some(first), Some(_)) => folders
                    .entry(root.join(first))
                    .or_default()
                    .push(Arc::clone(file)),
                _ => is_tree = true,
            }
        }
        if is_tree || folders.keys().any(|folder| is_part(file_name(folder))) {
            out.push((root, files));
        } else {
            stack.extend(folders.into_iter().rev());
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}

/// Whether a folder's name says that its files change a schema that is there.
fn is_history(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["migrat", "patch", "upgrade", "delta"];
    name == "versions" || words.iter().any(|word| name.contains(word))
}

/// Whether a folder's name says that it is one part of a schema.
fn is_part(name: &str) -> bool {
    const KINDS: [&str; 14] = [
        "tables",
        "table",
        "views",
        "view",
        "functions",
        "function",
        "types",
        "type",
        "triggers",
        "indexes",
        "sequences",
        "procedures",
        "extensions",
        "policies",
    ];
    name.starts_with(|c: char| c.is_ascii_digit()) || KINDS.contains(&name.to_ascii_lowercase().as_str())
}
