//! Which layout a folder of scripts has, and what each tool does with it.
//!
//! [`recognize`] decides by names, by annotations in the text and by what stands beside a folder; [`assemble`] turns the
//! files of one layout into ordered [`Script`]s. What is said about a tool comes from its public source or manual, named
//! where it is used.

mod annotated;
mod flyway;
mod folders;
mod numbered;
mod yaml_migration;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::read::Reader;
use crate::{Direction, Layout, Problem, Script, Segment, SourceFile, TransactionMode};

pub(crate) use yaml_migration::is_migration as is_yaml_migration;

/// The folder whose YAML files are migrations.
pub(crate) const YAML_MIGRATIONS: &str = "confiture-migrations";

/// What the recognition of a layout may look at beside the files themselves.
pub(crate) struct Surroundings {
    /// A `confiture.yaml` applies.
    pub(crate) configured: bool,
    /// The folder above which nothing is looked at.
    pub(crate) ceiling: PathBuf,
}

/// Scripts and the problems met while they were put together.
#[derive(Default)]
pub(crate) struct Assembled {
    pub(crate) scripts: Vec<Script>,
    pub(crate) problems: Vec<Problem>,
}

/// The file's own name; nothing where it isn't UTF-8: no layout has such names.
pub(crate) fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

/// Whether a file holds SQL, by its name: `.sql`, `.pgsql`, `.psql`, `.sql.postgres` and the like.
pub(crate) fn is_sql(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    [
        ".sql",
        ".pgsql",
        ".psql",
        ".sql.postgres",
        ".sql.postgresql",
        ".sql.pgsql",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

pub(crate) fn is_yaml(path: &Path) -> bool {
    matches!(
        path.extension().and_then(|end| end.to_str()),
        Some("yaml" | "yml")
    )
}

/// The layouts found among `files`, by their folder.
pub(crate) fn recognize(files: &[Arc<SourceFile>], around: &Surroundings) -> BTreeMap<PathBuf, Layout> {
    let mut folders: BTreeMap<&Path, Vec<&Arc<SourceFile>>> = BTreeMap::new();
    for file in files {
        if let Some(folder) = file.file.parent() {
            folders.entry(folder).or_default().push(file);
        }
    }
    let mut found = BTreeMap::new();
    for (folder, files) in &folders {
        if let Some((root, layout)) = recognize_folder(folder, files, around) {
            found.entry(root).or_insert(layout);
        }
    }
    // A layout inside another one's folder is part of it only where the outer one looks into folders.
    let nested: Vec<PathBuf> = found
        .keys()
        .filter(|root| {
            found.iter().any(|(outer, layout)| {
                matches!(layout, Layout::Flyway | Layout::SchemaTree)
                    && outer != *root
                    && root.starts_with(outer)
            })
        })
        .cloned()
        .collect();
    for root in nested {
        found.remove(&root);
    }
    found
}

fn recognize_folder(
    folder: &Path,
    files: &[&Arc<SourceFile>],
    around: &Surroundings,
) -> Option<(PathBuf, Layout)> {
    let has = |name: &str| files.iter().any(|file| file_name(&file.file) == name);
    let here = |layout| Some((folder.to_path_buf(), layout));
    let name = file_name(folder);
    if name == YAML_MIGRATIONS {
        return here(Layout::Confiture);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        if has("up.sql") {
            return Some((folder.parent()?.to_path_buf(), Layout::Diesel));
        }
        if has("migration.sql") {
            return Some((folder.parent()?.to_path_buf(), Layout::Prisma));
        }
    }
    if files
        .iter()
        .any(|file| flyway::is_versioned(file_name(&file.file)))
    {
        return Some((flyway::location(folder), Layout::Flyway));
    }
    let counted = files
        .iter()
        .filter(|file| numbered::parse(file_name(&file.file)).is_some());
    if folder.ends_with("supabase/migrations") && counted.clone().next().is_some() {
        return here(Layout::Supabase);
    }
    if let Some(layout) = files
        .iter()
        .filter(|file| is_numbered(file))
        .find_map(|file| annotated::layout(&file.text))
    {
        return here(layout);
    }
    let in_migrations = name.to_ascii_lowercase().contains("migrat");
    let directed = counted
        .clone()
        .any(|file| numbered::is_directed(file_name(&file.file)));
    if directed || (in_migrations && counted.clone().next().is_some()) {
        return here(numbered::decide(folder, directed, around));
    }
    schema_tree(folder).map(|root| (root, Layout::SchemaTree))
}

fn is_numbered(file: &SourceFile) -> bool {
    may_be_annotated(&file.file)
}

/// The `db/schema` or `db/0_schema` that a folder lies in, the uppermost one.
pub(crate) fn schema_tree(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .filter(|at| {
            let name = file_name(at)
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .trim_start_matches('_');
            let parent = at.parent().map(file_name).unwrap_or_default();
            name == "schema" && matches!(parent, "db" | "database")
        })
        .last()
        .map(Path::to_path_buf)
}

/// Whether `layout` at `root` takes this file.
pub(crate) fn covers(root: &Path, layout: Layout, file: &Path) -> bool {
    let Ok(rest) = file.strip_prefix(root) else {
        return layout == Layout::Supabase
            && root.parent().is_some_and(|above| is_supabase_seed(above, file));
    };
    match layout {
        Layout::Flyway | Layout::SchemaTree | Layout::Plain => true,
        Layout::Diesel | Layout::Prisma => rest.components().count() == 2,
        _ => rest.components().count() == 1,
    }
}

fn is_supabase_seed(supabase: &Path, file: &Path) -> bool {
    file == supabase.join("seed.sql") || file.parent() == Some(&supabase.join("seeds"))
}

/// The scripts of one layout, those of the forward sequence in order, then the others.
pub(crate) fn assemble(root: &Path, layout: Layout, files: &[Arc<SourceFile>], reader: &Reader) -> Assembled {
    let mut out = match layout {
        Layout::Confiture | Layout::Sqlx | Layout::GolangMigrate | Layout::Supabase => {
            numbered::assemble(root, layout, files)
        }
        Layout::Dbmate | Layout::Goose => annotated::assemble(layout, files),
        Layout::Diesel | Layout::Prisma => folders::assemble(layout, files, reader),
        Layout::Flyway => flyway::assemble(files, reader),
        Layout::SchemaTree | Layout::Plain => tree(root, layout, files),
    };
    // Stable: the order inside each kind is the tool's.
    out.scripts.sort_by_key(|script| match script.direction {
        Direction::Up | Direction::Schema => 0,
        Direction::Repeatable => 1,
        Direction::Down => 2,
        Direction::Baseline => 3,
        Direction::Seed => 4,
    });
    out
}

fn tree(root: &Path, layout: Layout, files: &[Arc<SourceFile>]) -> Assembled {
    let mut files: Vec<_> = files.iter().collect();
    let relative = |file: &Arc<SourceFile>| file.file.strip_prefix(root).unwrap_or(&file.file).to_path_buf();
    files.sort_by(|a, b| crate::order::tree(&relative(a), &relative(b)));
    Assembled {
        scripts: files.into_iter().map(|file| plain_script(file, layout)).collect(),
        problems: Vec::new(),
    }
}

/// The scripts that one file holds where its text decides it; `None` where a script is the whole file, whatever it says.
pub(crate) fn of_one_file(root: &Path, layout: Layout, file: &Arc<SourceFile>) -> Option<Assembled> {
    let files = std::slice::from_ref(file);
    match layout {
        _ if is_yaml(&file.file) => Some(yaml_migration::assemble(file)),
        Layout::Confiture | Layout::Sqlx | Layout::GolangMigrate | Layout::Supabase => {
            Some(numbered::assemble(root, layout, files))
        }
        Layout::Dbmate | Layout::Goose => Some(annotated::assemble(layout, files)),
        Layout::Diesel | Layout::Prisma | Layout::Flyway | Layout::SchemaTree | Layout::Plain => None,
    }
}

/// Whether annotations in a file's text may tell its layout.
pub(crate) fn may_be_annotated(file: &Path) -> bool {
    file_name(file).starts_with(|c: char| c.is_ascii_digit())
}

/// The tool whose annotations a text has.
pub(crate) fn annotated_layout(text: &str) -> Option<Layout> {
    annotated::layout(text)
}

/// A file that psql would run as it is.
pub(crate) fn plain_script(file: &Arc<SourceFile>, layout: Layout) -> Script {
    Script {
        segments: vec![Segment::whole(file)],
        hooks: Vec::new(),
        layout,
        direction: Direction::Schema,
        transaction: TransactionMode::Autocommit,
        version: None,
        group: file.path.to_string_lossy().into_owned(),
        applies_to: Vec::new(),
        selected: false,
        source: Arc::clone(file),
    }
}

/// The scripts of one YAML migration that stands anywhere.
pub(crate) fn yaml_scripts(file: &Arc<SourceFile>) -> Assembled {
    yaml_migration::assemble(file)
}
