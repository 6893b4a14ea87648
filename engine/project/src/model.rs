//! What a project is made of: source files, scripts, and the stretches of SQL in them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::yaml::Node;
use crate::{Config, SourceMap, hide_passwords, scalar};

/// A file that was read. `Debug` shows its text without the passwords in it.
#[derive(PartialEq, Eq)]
pub struct SourceFile {
    /// The path as people see it: relative to the working directory where that is possible.
    pub path: PathBuf,
    /// The absolute path.
    pub file: PathBuf,
    /// The whole text, byte order mark included, so that offsets are those of the file. Bytes that are not UTF-8 were
    /// replaced by `_`, one for one.
    pub text: Arc<str>,
}

impl SourceFile {
    /// The text as it may be shown where the file is a configuration: passwords are covered, places are the same.
    pub fn shown(&self) -> Arc<str> {
        match hide_passwords(&self.text) {
            Cow::Borrowed(_) => Arc::clone(&self.text),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("file", &self.file)
            .field("text", &hide_passwords(&self.text))
            .finish()
    }
}

/// A stretch of SQL to analyze, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The file it stands in. With psql includes this may be another file than the script's own.
    pub source: Arc<SourceFile>,
    /// The SQL. For most scripts this is the whole file (the same allocation).
    pub text: Arc<str>,
    /// From offsets in `text` to offsets in the file.
    pub map: SourceMap,
}

impl Segment {
    /// The text of a YAML scalar; `None` where the node is none.
    pub fn of_scalar(source: &Arc<SourceFile>, node: &Node) -> Option<Self> {
        let text = node.as_text()?;
        Some(Self {
            source: Arc::clone(source),
            text: text.into(),
            map: scalar::locate(&source.text, &node.defined, text),
        })
    }

    /// The whole file.
    pub fn whole(source: &Arc<SourceFile>) -> Self {
        Self {
            source: Arc::clone(source),
            text: Arc::clone(&source.text),
            map: SourceMap::shift(0..source.text.len()),
        }
    }

    /// A stretch of the file. A range that is not on character boundaries gives an empty stretch.
    pub fn part(source: &Arc<SourceFile>, range: Range<usize>) -> Self {
        if range == (0..source.text.len()) {
            return Self::whole(source);
        }
        Self {
            source: Arc::clone(source),
            text: source.text.get(range.clone()).unwrap_or_default().into(),
            map: SourceMap::shift(range),
        }
    }
}

/// The tool whose rules a folder of scripts follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// Confiture's own: `NNN_name.up.sql`, `NNN_name.sql`, timestamps, and YAML migrations.
    Confiture,
    /// `<version>_name/up.sql` and `down.sql`.
    Diesel,
    /// `<version>_name.sql` or `.up.sql`/`.down.sql` beside a Cargo project that uses sqlx.
    Sqlx,
    /// One file for both directions with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// One file for both directions with `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// `<version>_name.up.sql`/`.down.sql` beside a Go module.
    GolangMigrate,
    /// `V1_2__name.sql`, `U…`, `R__…`, `B…`.
    Flyway,
    /// `<timestamp>_name/migration.sql`.
    Prisma,
    /// `supabase/migrations/<timestamp>_name.sql`.
    Supabase,
    /// Files that create a schema from nothing, in the order that `load_order` gives.
    SchemaTree,
    /// Files of no known layout.
    Plain,
}

impl Layout {
    /// Every layout that configuration may name.
    pub const NAMED: [Layout; 10] = [
        Layout::Confiture,
        Layout::Diesel,
        Layout::Sqlx,
        Layout::Dbmate,
        Layout::Goose,
        Layout::GolangMigrate,
        Layout::Flyway,
        Layout::Prisma,
        Layout::Supabase,
        Layout::Plain,
    ];

    /// The name, as in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Confiture => "confiture",
            Layout::Diesel => "diesel",
            Layout::Sqlx => "sqlx",
            Layout::Dbmate => "dbmate",
            Layout::Goose => "goose",
            Layout::GolangMigrate => "golang-migrate",
            Layout::Flyway => "flyway",
            Layout::Prisma => "prisma",
            Layout::Supabase => "supabase",
            Layout::SchemaTree => "schema",
            Layout::Plain => "plain",
        }
    }

    /// Whether its scripts are applied to a database that already lives (as opposed to building one from nothing).
    pub fn is_migrations(self) -> bool {
        !matches!(self, Layout::SchemaTree | Layout::Plain)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a script is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// A migration forward.
    Up,
    /// Undoes a migration.
    Down,
    /// Flyway's `R__`: applied after the versioned ones, again whenever it changes.
    Repeatable,
    /// Flyway's `B`: replaces older versioned migrations on a new database; not part of the history when they exist.
    Baseline,
    /// Builds the schema from nothing (schema trees and plain files).
    Schema,
    /// Data for development, applied apart (supabase's `seed.sql`).
    Seed,
}

impl Direction {
    /// Whether the script is part of the sequence that leads from an empty database to the newest schema.
    pub fn is_forward(self) -> bool {
        matches!(self, Direction::Up | Direction::Repeatable | Direction::Schema)
    }
}

/// How a tool sends a script to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionMode {
    /// All of it in one transaction that the tool opens.
    PerScript,
    /// In one transaction, unless a statement of the script can't run in one; then each statement by itself (flyway).
    PerScriptWhenAllowed,
    /// The whole script as one simple query: an implicit transaction as soon as it holds more than one statement.
    SingleImplicit,
    /// Each statement by itself (psql, goose's NO TRANSACTION).
    Autocommit,
}

/// A piece of SQL in a hook of a YAML migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSql {
    /// The phase as it is written, such as `after_ddl`; empty where hooks are a plain list.
    pub phase: String,
    /// The hook's `type`, where it has one.
    pub kind: Option<String>,
    /// The keys that lead to the SQL, such as `hooks.after_ddl[0].config.backfill_query`.
    pub key: String,
    /// Where the hook says that it runs.
    pub run: HookRun,
    /// The SQL and its place.
    pub segment: Segment,
}

/// Where a hook of a YAML migration says that it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HookRun {
    /// In the migration's transaction; so do those that say nothing.
    #[default]
    InTransaction,
    /// Outside of any: `config: {run: alone}`.
    Alone,
}

/// One script: a direction of one migration, or one file of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The file that it is, or stands in.
    pub source: Arc<SourceFile>,
    /// The SQL, in the order in which it is executed; more than one stretch for annotated files, YAML lists and psql
    /// includes.
    pub segments: Vec<Segment>,
    /// SQL in hooks, which runs around the script.
    pub hooks: Vec<HookSql>,
    /// Whose rules it follows.
    pub layout: Layout,
    /// What it is for.
    pub direction: Direction,
    /// How its tool runs it.
    pub transaction: TransactionMode,
    /// The version, as it is written in the file's name.
    pub version: Option<String>,
    /// The migration it belongs to: the same for its up and its down script.
    pub group: String,
    /// The environments it is limited to; empty means all.
    pub applies_to: Vec<String>,
    /// Whether the paths that were asked for cover it. The others are history.
    pub selected: bool,
}

impl Script {
    /// The hook whose SQL stands behind an index: those of hooks follow those of the script's own segments.
    pub fn hook_at(&self, segment: usize) -> Option<&HookSql> {
        self.hooks.get(segment.checked_sub(self.segments.len())?)
    }
}

/// One history: scripts that are applied one after another to one database.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds the scripts: the layout's folder, or the root of a tree.
    pub root: PathBuf,
    /// Whose rules it follows.
    pub layout: Layout,
    /// The configuration that applies, the default one where there is no file.
    pub config: Arc<Config>,
    /// All scripts: those of the forward sequence in order, then the others.
    pub scripts: Vec<Script>,
}

impl Project {
    /// The scripts that lead from an empty database to the newest schema, in order.
    pub fn ups(&self) -> impl DoubleEndedIterator<Item = &Script> {
        self.scripts.iter().filter(|script| script.direction.is_forward())
    }

    /// The scripts that undo migrations, in the order of their migrations (they run from the last to the first).
    pub fn downs(&self) -> impl DoubleEndedIterator<Item = &Script> {
        self.scripts
            .iter()
            .filter(|script| script.direction == Direction::Down)
    }

    /// The forward script of the migration that `script` undoes, or the other way round.
    pub fn counterpart(&self, script: &Script) -> Option<&Script> {
        let wanted = match script.direction {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
            _ => return None,
        };
        self.scripts
            .iter()
            .find(|other| other.direction == wanted && other.group == script.group)
    }
}
