//! One folder a migration: diesel and prisma.
//!
//! - diesel: `diesel_migrations/src/file_based_migrations.rs`: folders that don't begin with a dot, each with `up.sql`,
//!   perhaps `down.sql` and `metadata.toml` (`run_in_transaction`). The version is the name up to the first `_`, without
//!   `-`, compared as text. The file is sent as one simple query, so without the transaction more than one statement
//!   still runs in an implicit one.
//! - prisma: folders with `migration.sql` in the order of their names; the script is sent as one simple query
//!   ("schema-engine", `raw_cmd`). There is no down script.

use std::path::Path;
use std::sync::Arc;

use super::numbered::{duplicates, ignored};
use super::{Assembled, file_name};
use crate::read::Reader;
use crate::{Direction, Layout, Script, Segment, SourceFile, TransactionMode};

pub(super) fn assemble(layout: Layout, files: &[Arc<SourceFile>], reader: &Reader) -> Assembled {
    let mut out = Assembled::default();
    for file in files {
        let direction = match (layout, file_name(&file.file)) {
            (Layout::Diesel, "up.sql") | (Layout::Prisma, "migration.sql") => Direction::Up,
            (Layout::Diesel, "down.sql") => Direction::Down,
            _ => {
                out.problems.push(ignored(file, layout));
                continue;
            }
        };
        let folder = file.file.parent().unwrap_or(Path::new(""));
        let group = file_name(folder).to_owned();
        let version = group.split('_').next().unwrap_or_default().replace('-', "");
        let transaction = match layout {
            Layout::Diesel if runs_in_transaction(folder, reader) => TransactionMode::PerScript,
            _ => TransactionMode::SingleImplicit,
        };
        out.scripts.push(Script {
            segments: vec![Segment::whole(file)],
            hooks: Vec::new(),
            layout,
            direction,
            transaction,
            version: Some(version),
            group,
            applies_to: Vec::new(),
            selected: false,
            source: Arc::clone(file),
        });
    }
    out.scripts.sort_by(|a, b| match layout {
        Layout::Diesel => (&a.version, &a.group).cmp(&(&b.version, &b.group)),
        _ => a.group.cmp(&b.group),
    });
    if layout == Layout::Diesel {
        out.problems.extend(duplicates(&out.scripts));
    }
    out
}

fn runs_in_transaction(folder: &Path, reader: &Reader) -> bool {
    let metadata = folder.join("metadata.toml");
    if !metadata.is_file() {
        return true;
    }
    let (Some(file), _) = reader.read(&metadata) else {
        return true;
    };
    !is_set(&file.text, "run_in_transaction", "false")
}

/// Whether a line of the form `key = value` stands in a text, comments aside. Enough for one known key.
pub(super) fn is_set(text: &str, key: &str, value: &str) -> bool {
    text.lines().any(|line| {
        let line = line.split('#').next().unwrap_or_default();
        line.split_once('=')
            .is_some_and(|(left, right)| left.trim() == key && right.trim() == value)
    })
}
