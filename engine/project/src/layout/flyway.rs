//! flyway: `V<version>__<name>.sql`, `U…` (undo), `B…` (baseline), `R__<name>.sql` (repeatable).
//!
//! After flyway's manual ("Migrations", "Script configuration"): versions are numbers separated by `.` or `_`, compared
//! part by part; repeatable migrations run after the versioned ones, in the order of their names, again whenever they
//! change; the newest baseline replaces older versions on a new database. Locations are searched with their folders.
//! Each migration runs in a transaction unless it holds a statement that can't (then without one);
//! `executeInTransaction=false` in `<file>.conf` says so.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folders::is_set;
use super::numbered::{duplicates, ignored};
use super::{Assembled, file_name};
use crate::order::numeric;
use crate::read::Reader;
use crate::{Direction, Layout, Script, Segment, SourceFile, TransactionMode};

struct Name<'a> {
    kind: Direction,
    version: Option<&'a str>,
    name: &'a str,
}

fn parse(file: &str) -> Option<Name<'_>> {
    let stem = file.strip_suffix(".sql")?;
    if let Some(name) = stem.strip_prefix("R__") {
        return Some(Name {
            kind: Direction::Repeatable,
            version: None,
            name,
        });
    }
    let kind = match stem.chars().next()? {
        'V' => Direction::Up,
        'U' => Direction::Down,
        'B' => Direction::Baseline,
        _ => return None,
    };
    let (version, name) = stem[1..].split_once("__")?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'));
    is_version.then_some(Name {
        kind,
        version: Some(version),
        name,
    })
}

pub(super) fn is_versioned(file: &str) -> bool {
    parse(file).is_some_and(|name| name.version.is_some())
}

/// The folder that flyway is told to search: the uppermost one called `migration` or `migrations`, else the folder itself.
pub(super) fn location(folder: &Path) -> PathBuf {
    folder
        .ancestors()
        .take(4)
        .filter(|at| matches!(file_name(at), "migration" | "migrations"))
        .last()
        .unwrap_or(folder)
        .to_path_buf()
}

fn compare(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<String> { text.split(['.', '_']).map(str::to_owned).collect() };
    let (a, b) = (parts(a), parts(b));
    (0..a.len().max(b.len()))
        .map(|at| {
            numeric(
                a.get(at).map_or("0", String::as_str),
                b.get(at).map_or("0", String::as_str),
            )
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

pub(super) fn assemble(files: &[Arc<SourceFile>], reader: &Reader) -> Assembled {
    let mut out = Assembled::default();
    for file in files {
        let Some(name) = parse(file_name(&file.file)) else {
            out.problems.push(ignored(file, Layout::Flyway));
            continue;
        };
        out.scripts.push(Script {
            segments: vec![Segment::whole(file)],
            hooks: Vec::new(),
            layout: Layout::Flyway,
            direction: name.kind,
            transaction: transaction(&file.file, reader),
            version: name.version.map(|version| version.replace('_', ".")),
            group: name
                .version
                .map_or_else(|| name.name.to_owned(), |version| version.replace('_', ".")),
            applies_to: Vec::new(),
            selected: false,
            source: Arc::clone(file),
        });
    }
    out.scripts.sort_by(|a, b| match (&a.version, &b.version) {
        (Some(x), Some(y)) => compare(x, y).then_with(|| a.source.file.cmp(&b.source.file)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.group.cmp(&b.group),
    });
    begin_at_baseline(&mut out.scripts);
    out.problems.extend(duplicates(&out.scripts));
    out
}

/// Where no versioned migration up to the newest baseline is left, the baseline begins the history.
fn begin_at_baseline(scripts: &mut [Script]) {
    let Some(newest) = scripts
        .iter()
        .rposition(|script| script.direction == Direction::Baseline)
    else {
        return;
    };
    let version = scripts[newest].version.clone().unwrap_or_default();
    let is_older = |script: &Script| {
        script.direction == Direction::Up
            && script
                .version
                .as_ref()
                .is_some_and(|other| compare(other, &version).is_le())
    };
    if !scripts.iter().any(is_older) {
        scripts[newest].direction = Direction::Up;
    }
}

fn transaction(file: &Path, reader: &Reader) -> TransactionMode {
    let mut conf = file.as_os_str().to_owned();
    conf.push(".conf");
    let conf = PathBuf::from(conf);
    if conf.is_file()
        && let (Some(text), _) = reader.read(&conf)
        && is_set(&text.text, "executeInTransaction", "false")
    {
        return TransactionMode::Autocommit;
    }
    TransactionMode::PerScriptWhenAllowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_part_by_part() {
        assert_eq!(compare("1.10", "1.9"), Ordering::Greater);
        assert_eq!(compare("1_0", "1"), Ordering::Equal);
        assert_eq!(compare("20240101", "3"), Ordering::Greater);
    }

    #[test]
    fn names() {
        assert!(is_versioned("V1_2__add.sql"));
        assert!(is_versioned("V2024.01.02__x.sql"));
        assert!(!is_versioned("Views__x.sql"));
        assert!(!is_versioned("R__views.sql"));
        assert!(parse("R__views.sql").is_some());
        assert!(parse("é__x.sql").is_none());
    }
}
