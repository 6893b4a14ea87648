//! Everything that is known of some projects at one moment.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_lint::{Known, Live, Place, RuleSet, Statement, file_range, released};
use confiture_project::{OpenOptions, Problem, Script, Segment, Workspace};
use confiture_risk::PgVersion;
use confiture_schema::apply::State;

use crate::statistics::Statistics;

/// Everything that is known of some projects at one moment. It never changes; a clone costs a few reference counts.
#[derive(Debug, Clone, Default)]
pub struct World {
    projects: Vec<Live>,
    problems: Arc<[Problem]>,
    /// The texts of files that are open and in no project, such as configuration, by absolute path.
    documents: HashMap<PathBuf, Arc<str>>,
    /// What each file holds of which project.
    stretches: Arc<HashMap<PathBuf, Vec<Stretch>>>,
    statistics: Option<Arc<Statistics>>,
    /// The folder that the paths of problems are relative to.
    folder: PathBuf,
}

/// What became of a world when a file was edited.
#[derive(Debug)]
pub enum Edited {
    /// It is this one now.
    World(World),
    /// More than a text is another: projects must be opened anew.
    Otherwise,
    /// Nobody wants to know any more.
    Stale,
}

/// A byte offset in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePosition {
    /// The absolute path.
    pub file: PathBuf,
    /// The offset.
    pub offset: usize,
}

/// A byte range of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// The absolute path.
    pub file: PathBuf,
    /// The range.
    pub range: Range<usize>,
}

/// A replacement in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// With what.
    pub text: String,
}

/// What would be done to files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edits {
    /// Replacements, ascending, none overlapping.
    pub edits: Vec<FileEdit>,
    /// Files that come into being: absolute path and text.
    pub creates: Vec<(PathBuf, String)>,
}

/// A stretch of SQL of a script, by the indices that places carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Index into [`World::projects`].
    pub project: usize,
    /// Index into the project's scripts.
    pub script: usize,
    /// Index of the stretch: of the script's segments, then of its hooks.
    pub segment: usize,
}

/// A place of a file as the engine sees it.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'w> {
    world: &'w World,
    /// The stretch of SQL.
    pub stretch: Stretch,
    /// The byte offset in the stretch's text.
    pub offset: usize,
    /// The statement that holds the offset or ends there, by its number in the script: what is typed at its end belongs to
    /// it. `None` between statements.
    pub statement: Option<usize>,
    /// How many statements of the script come before the offset.
    pub preceding: usize,
}

impl World {
    /// Opens and analyzes the projects that paths belong to, as `confiture lint` would.
    pub fn open<P: AsRef<Path>>(paths: &[P], options: &OpenOptions) -> World {
        World::open_for(paths, options, None)
    }

    /// The same for a version of the server that counts more than the configuration's.
    pub fn open_for<P: AsRef<Path>>(paths: &[P], options: &OpenOptions, asked: Option<PgVersion>) -> World {
        let opened = Workspace::open(paths, options);
        let mut problems = opened.problems;
        let mut projects = Vec::new();
        for project in opened.projects {
            let (rules, more) = RuleSet::from_config(&project.config);
            problems.extend(
                more.into_iter()
                    .filter(|problem| !problems.contains(problem))
                    .collect::<Vec<_>>(),
            );
            let configured = project.config.pg_version;
            let configured = configured.and_then(|major| PgVersion::new(u32::from(major)));
            let version = asked.or(configured).unwrap_or_default();
            let texts = released::is_asked(&rules).then(|| released::texts(&project));
            let texts = texts.flatten().map(Arc::new);
            let known = Known::of(&project, &options.cwd).map(Arc::new);
            let live = Live::new(Arc::new(project), Arc::new(rules), version, texts);
            projects.push(live.without(known));
        }
        World::new(projects, problems, HashMap::new()).with_folder(options.cwd.clone())
    }

    /// Of analyzed projects, the problems met when they were opened, and open files that belong to none.
    pub fn new(projects: Vec<Live>, problems: Vec<Problem>, documents: HashMap<PathBuf, Arc<str>>) -> World {
        let stretches = Arc::new(stretches(&projects));
        World {
            projects,
            problems: problems.into(),
            documents,
            stretches,
            statistics: None,
            folder: PathBuf::new(),
        }
    }

    /// The same for problems whose paths are relative to a folder: `cwd` of the options that the projects were opened with.
    pub fn with_folder(mut self, folder: PathBuf) -> World {
        self.folder = folder;
        self
    }

    /// The same with the sizes of tables.
    pub fn with_statistics(mut self, statistics: Option<Arc<Statistics>>) -> World {
        self.statistics = statistics;
        self
    }

    /// The same with another text of an open file that is in no project; `None` when it is closed.
    pub fn with_document(mut self, file: &Path, text: Option<Arc<str>>) -> World {
        match text {
            Some(text) => self.documents.insert(file.to_path_buf(), text),
            None => self.documents.remove(file),
        };
        self
    }

    /// The same with another text of a file that holds SQL of projects. It costs what depends on the edit.
    ///
    /// `is_stale` is asked on the way whether anybody still wants to know.
    pub fn edited(&self, file: &Path, text: &Arc<str>, is_stale: &dyn Fn() -> bool) -> Edited {
        // A problem of the file may be gone, which only reading it anew tells.
        if self.problems.iter().any(|problem| self.is_about(problem, file)) {
            return Edited::Otherwise;
        }
        let mut projects = self.projects.clone();
        let mut owners: Vec<usize> = self
            .stretches(file)
            .iter()
            .map(|stretch| stretch.project)
            .collect();
        owners.dedup();
        for index in owners {
            let Some(live) = projects.get_mut(index) else {
                continue;
            };
            let Some(project) = live.project().with_text(file, text) else {
                return Edited::Otherwise;
            };
            let is_same = live
                .project()
                .scripts
                .iter()
                .zip(&project.scripts)
                .all(|(old, new)| {
                    (old.segments.len(), old.hooks.len()) == (new.segments.len(), new.hooks.len())
                });
            match live.edited(Arc::new(project), is_stale) {
                Some(edited) if is_same => *live = edited,
                Some(_) => return Edited::Otherwise,
                None => return Edited::Stale,
            }
        }
        Edited::World(World {
            projects,
            ..self.clone()
        })
    }

    /// The files whose findings may be others than in an earlier world of the same projects, or may stand elsewhere: those
    /// of scripts that find something else, and that one which was edited.
    pub fn found_otherwise(&self, earlier: &World, edited: &Path) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::from([edited.to_path_buf()]);
        for (live, before) in self.projects.iter().zip(&earlier.projects) {
            for (index, script) in live.project().scripts.iter().enumerate() {
                if !live.shares_findings(before, index) {
                    let hooks = script.hooks.iter().map(|hook| &hook.segment);
                    let sources = script
                        .segments
                        .iter()
                        .chain(hooks)
                        .map(|segment| &segment.source.file);
                    files.extend(sources.cloned());
                }
            }
        }
        files
    }

    /// The projects.
    pub fn projects(&self) -> &[Live] {
        &self.projects
    }

    /// What went wrong when the projects were opened.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The absolute path of the file or folder that a problem is about.
    pub fn problem_file(&self, problem: &Problem) -> PathBuf {
        self.folder.join(&problem.path)
    }

    /// Whether a problem is about a file, named by its absolute path.
    pub(crate) fn is_about(&self, problem: &Problem, file: &Path) -> bool {
        file == problem.path || file.strip_prefix(&self.folder) == Ok(&problem.path)
    }

    /// How large tables are, where somebody said.
    pub fn statistics(&self) -> Option<&Statistics> {
        self.statistics.as_deref()
    }

    /// The files that hold SQL of projects.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.stretches.keys().map(PathBuf::as_path)
    }

    /// A file's text: of a project, or an open one.
    pub fn text(&self, file: &Path) -> Option<Arc<str>> {
        let stretch = self.stretches.get(file).and_then(|all| all.first());
        let text = stretch.and_then(|stretch| Some(Arc::clone(&self.segment(*stretch)?.source.text)));
        text.or_else(|| self.documents.get(file).cloned())
    }

    /// The stretches of SQL in a file, in its order.
    pub fn stretches(&self, file: &Path) -> &[Stretch] {
        self.stretches.get(file).map_or(&[], Vec::as_slice)
    }

    /// The project that a stretch belongs to.
    pub fn project(&self, stretch: Stretch) -> Option<&Live> {
        self.projects.get(stretch.project)
    }

    /// The script that a stretch belongs to.
    pub fn script(&self, stretch: Stretch) -> Option<&Script> {
        self.project(stretch)?.project().scripts.get(stretch.script)
    }

    /// A stretch's SQL and where it stands.
    pub fn segment(&self, stretch: Stretch) -> Option<&Segment> {
        let script = self.script(stretch)?;
        script.segments.get(stretch.segment).or_else(|| {
            let hook = stretch.segment.checked_sub(script.segments.len())?;
            Some(&script.hooks.get(hook)?.segment)
        })
    }

    /// The statements of a stretch, in order, each with its number in the script.
    pub fn statements(&self, stretch: Stretch) -> impl Iterator<Item = (usize, &Statement)> {
        let (first, own) = self.run(stretch);
        own.iter()
            .enumerate()
            .map(move |(number, own)| (first + number, own))
    }

    /// The statements of a stretch, in order, and the number of the first one.
    pub(crate) fn run(&self, stretch: Stretch) -> (usize, &[Statement]) {
        let (Some(live), Some(script)) = (self.project(stretch), self.script(stretch)) else {
            return (0, &[]);
        };
        let all = live.statements(stretch.script);
        if script.segments.len() + script.hooks.len() == 1 {
            return (0, all);
        }
        let is_own = |statement: &&Statement| statement.place().segment == stretch.segment;
        let first = all
            .iter()
            .position(|statement| is_own(&statement))
            .unwrap_or(all.len());
        let rest = all.get(first..).unwrap_or_default();
        let count = rest.iter().take_while(is_own).count();
        (first, rest.get(..count).unwrap_or_default())
    }

    /// A place of a file as the engine sees it; `None` where the file holds no SQL of a project there.
    pub fn at(&self, position: &FilePosition) -> Option<Cursor<'_>> {
        let found = self.stretches(&position.file).iter().find_map(|&stretch| {
            let map = &self.segment(stretch)?.map;
            let range = map.file_range();
            let inside = range.start <= position.offset && position.offset <= range.end;
            inside
                .then(|| Some((stretch, map.to_text(position.offset)?)))
                .flatten()
        });
        let (stretch, offset) = found?;
        let (first, own) = self.run(stretch);
        // What ends there goes before what begins there.
        let behind = own.partition_point(|statement| (statement.place().range.end as usize) < offset);
        let preceding = first + behind;
        let holds = |statement: &&Statement| statement.place().range.start as usize <= offset;
        let statement = own.get(behind).filter(holds).map(|_| preceding);
        Some(Cursor {
            world: self,
            stretch,
            offset,
            statement,
            preceding,
        })
    }

    /// The bytes of a file that a place of a project stands for.
    pub fn span(&self, project: usize, place: Place) -> Option<Span> {
        let (source, range) = file_range(self.projects.get(project)?.project(), place)?;
        Some(Span {
            file: source.file.clone(),
            range,
        })
    }
}

impl<'w> Cursor<'w> {
    /// The project.
    pub fn live(&self) -> &'w Live {
        &self.world.projects[self.stretch.project]
    }

    /// The statement.
    pub fn statement(&self) -> Option<&'w Statement> {
        self.live().statements(self.stretch.script).get(self.statement?)
    }

    /// The offset in the statement's text.
    pub fn offset_in_statement(&self) -> Option<usize> {
        self.offset
            .checked_sub(self.statement()?.place().range.start as usize)
    }

    /// What exists, and what the session has set, at this place: before its statement.
    pub fn before(&self) -> State {
        self.live().before(self.stretch.script, self.preceding)
    }

    /// The stretch's text.
    pub fn text(&self) -> &'w str {
        self.world
            .segment(self.stretch)
            .map_or("", |segment| &segment.text)
    }

    /// The bytes of the file that a range of the stretch's text stands for.
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        let segment = self.world.segment(self.stretch)?;
        Some(Span {
            file: segment.source.file.clone(),
            range: segment.map.range_to_file(range),
        })
    }
}

fn stretches(projects: &[Live]) -> HashMap<PathBuf, Vec<Stretch>> {
    let mut all: HashMap<PathBuf, Vec<Stretch>> = HashMap::new();
    for (project, live) in projects.iter().enumerate() {
        for (number, script) in live.project().scripts.iter().enumerate() {
            let hooks = script.hooks.iter().map(|hook| &hook.segment);
            for (segment, stretch) in script.segments.iter().chain(hooks).enumerate() {
                let own = all.entry(stretch.source.file.clone()).or_default();
                own.push(Stretch {
                    project,
                    script: number,
                    segment,
                });
            }
        }
    }
    all
}
