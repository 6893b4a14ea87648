//! `<version>_<name>.sql` and `<version>_<name>.up.sql`/`.down.sql`: Confiture, sqlx, golang-migrate, supabase.
//!
//! - sqlx: `sqlx-core/src/migrate/source.rs`: the name is split at its first `_`, the part before it is an `i64`, other
//!   files are ignored; sorted by version. `-- no-transaction` at the very start turns the transaction off; the file
//!   is then sent as one simple query.
//! - golang-migrate: `source/parse.go`: `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, the version an unsigned number; other files
//!   are ignored, two of a version are an error. `database/postgres` sends the file as one simple query.
//! - supabase: `pkg/migration/list.go`: `^([0-9]+)_(.*)\.sql$` in the order of the names; a first migration
//!   `<timestamp>_init.sql` older than 2021-12-09 is skipped. `pkg/migration/file.go` sends the statements as one
//!   pipeline together with the ledger's row: one transaction.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::{Assembled, Surroundings, file_name, is_yaml, yaml_migration};
use crate::order::{natural, numeric, split_digits};
use crate::{Direction, Layout, Problem, ProblemCode, Script, Segment, SourceFile, TransactionMode};

/// A file name taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) version: &'a str,
    /// Without the direction and the extension.
    pub(super) stem: &'a str,
    /// `None` for a file without direction, which is an up migration.
    pub(super) direction: Option<Direction>,
}

pub(super) fn parse(name: &str) -> Option<Name<'_>> {
    let stem = ["sql", "pgsql", "psql"]
        .iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix('.'))?;
    let (stem, direction) = if let Some(stem) = stem.strip_suffix(".up") {
        (stem, Some(Direction::Up))
    } else if let Some(stem) = stem.strip_suffix(".down") {
        (stem, Some(Direction::Down))
    } else {
        (stem, None)
    };
    let (version, rest) = split_digits(stem);
    (!version.is_empty() && rest.starts_with('_')).then_some(Name {
        version,
        stem,
        direction,
    })
}

/// Whether the name says up or down.
pub(super) fn is_directed(name: &str) -> bool {
    parse(name).is_some_and(|name| name.direction.is_some())
}

/// Whose files these are. They look alike, so what stands beside them decides: a `confiture.yaml`, a `go.mod`, a
/// `Cargo.toml` that names sqlx; else Confiture.
pub(super) fn decide(folder: &Path, directed: bool, around: &Surroundings) -> Layout {
    if around.configured {
        return Layout::Confiture;
    }
    for above in folder.ancestors().take(8) {
        if directed && above.join("go.mod").is_file() {
            return Layout::GolangMigrate;
        }
        if above.join(".sqlx").is_dir() || is_sqlx(&above.join("Cargo.toml")) {
            return Layout::Sqlx;
        }
        if above == around.ceiling {
            break;
        }
    }
    Layout::Confiture
}

fn is_sqlx(manifest: &Path) -> bool {
    // Manifests are small; a huge one isn't worth reading for a guess.
    let is_small =
        std::fs::metadata(manifest).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 1 << 20);
    is_small
        && std::fs::read_to_string(manifest)
            .is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("sqlx")))
}

pub(super) fn assemble(root: &Path, layout: Layout, files: &[Arc<SourceFile>]) -> Assembled {
    let mut out = Assembled::default();
    for file in files {
        let name = file_name(&file.file);
        if is_yaml(&file.file) {
            let mut yaml = yaml_migration::assemble(file);
            out.scripts.append(&mut yaml.scripts);
            out.problems.append(&mut yaml.problems);
        } else if layout == Layout::Supabase && !file.file.starts_with(root) {
            out.scripts
                .push(script(file, layout, Direction::Seed, None, name));
        } else {
            match parse(name).filter(|parsed| accepts(layout, parsed, name)) {
                Some(parsed) => {
                    let direction = parsed.direction.unwrap_or(Direction::Up);
                    out.scripts
                        .push(script(file, layout, direction, Some(parsed.version), parsed.stem));
                }
                None => out.problems.push(ignored(file, layout)),
            }
        }
    }
    out.scripts.sort_by(|a, b| {
        let version = |script: &Script| script.version.clone().unwrap_or_default();
        let by_name = natural(file_name(&a.source.file), file_name(&b.source.file));
        match layout {
            Layout::Supabase => file_name(&a.source.file).cmp(file_name(&b.source.file)),
            _ => numeric(&version(a), &version(b)).then(by_name),
        }
    });
    out.problems.extend(duplicates(&out.scripts));
    out
}

fn accepts(layout: Layout, parsed: &Name<'_>, name: &str) -> bool {
    match layout {
        Layout::GolangMigrate => parsed.direction.is_some(),
        Layout::Sqlx => parsed.version.parse::<i64>().is_ok(),
        Layout::Supabase => {
            let is_old_init = parsed.version.len() == 14
                && parsed.version < "20211209000000"
                && name.ends_with("_init.sql");
            !is_old_init
        }
        _ => true,
    }
}

fn script(
    file: &Arc<SourceFile>,
    layout: Layout,
    direction: Direction,
    version: Option<&str>,
    group: &str,
) -> Script {
    let no_transaction = starts_without_transaction(&file.text, layout);
    let transaction = match layout {
        Layout::GolangMigrate => TransactionMode::SingleImplicit,
        Layout::Sqlx if no_transaction => TransactionMode::SingleImplicit,
        Layout::Confiture if no_transaction => TransactionMode::Autocommit,
        _ => TransactionMode::PerScript,
    };
    Script {
        segments: vec![Segment::whole(file)],
        hooks: Vec::new(),
        layout,
        direction,
        transaction,
        version: version.map(str::to_owned),
        group: group.to_owned(),
        applies_to: Vec::new(),
        selected: false,
        source: Arc::clone(file),
    }
}

/// sqlx wants `-- no-transaction` as the file's first bytes; Confiture takes it in the comments before the first
/// statement.
fn starts_without_transaction(text: &str, layout: Layout) -> bool {
    if layout == Layout::Sqlx {
        return text.starts_with("-- no-transaction");
    }
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("--"))
        .any(|line| {
            line.trim_start_matches('-')
                .trim_start()
                .starts_with("no-transaction")
        })
}

pub(super) fn ignored(file: &SourceFile, layout: Layout) -> Problem {
    Problem::new(
        ProblemCode::IgnoredFile,
        &file.path,
        format!("{layout} does not apply a file of this name"),
    )
    .with_help("name the file to have it read on its own")
}

/// Two scripts of one version and direction: the tools refuse them, or apply only one.
pub(super) fn duplicates(scripts: &[Script]) -> Vec<Problem> {
    let mut seen: HashMap<(String, Direction), &Script> = HashMap::new();
    let mut problems = Vec::new();
    for script in scripts {
        let Some(version) = &script.version else { continue };
        let number = version.trim_start_matches('0').to_owned();
        match seen.get(&(number.clone(), script.direction)) {
            Some(first) if first.group != script.group => problems.push(Problem::new(
                ProblemCode::DuplicateVersion,
                &script.source.path,
                format!(
                    "version {version} is also that of {}",
                    first.source.path.display()
                ),
            )),
            Some(_) => {}
            None => {
                seen.insert((number, script.direction), script);
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let parsed = parse("007_add_users.up.sql").unwrap();
        assert_eq!((parsed.version, parsed.stem), ("007", "007_add_users"));
        assert_eq!(parsed.direction, Some(Direction::Up));
        assert_eq!(parse("20240101120000_x.sql").unwrap().direction, None);
        assert_eq!(parse("00.00.01_x.sql"), None);
        assert_eq!(parse("seed.sql"), None);
        assert_eq!(parse("12.sql"), None);
    }
}
