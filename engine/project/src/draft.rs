//! New migrations: where their files are and what is in them, by the rules of the project's tool.

use std::path::{Path, PathBuf};

use confiture_syntax::split::{PieceKind, split};

use crate::{Layout, Project, Script};

/// A migration to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name, in snake_case.
    pub name: String,
    /// What it does.
    pub up: String,
    /// What undoes it, where that is known.
    pub down: Option<String>,
    /// Whether its tool runs it in a transaction.
    pub runs_in: RunsIn,
}

/// How a migration is to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunsIn {
    /// In a transaction, where the tool opens any.
    Transaction,
    /// Outside of one, for statements that PostgreSQL refuses inside.
    Autocommit,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

impl Project {
    /// The files of new migrations, behind all that are there. `now` is the time as `YYYYMMDDhhmmss`, for tools that name
    /// migrations by it. A project without migrations gets the first ones of Confiture's own layout, in `db/migrations`.
    pub fn draft(&self, drafts: &[Draft], now: u64) -> Vec<DraftFile> {
        let layout = match self.layout {
            Layout::SchemaTree | Layout::Plain => Layout::Confiture,
            layout => layout,
        };
        let place = Place::of(self, layout);
        let numbered = drafts.iter().zip(0..);
        numbered
            .flat_map(|(draft, nth)| place.files(draft, nth, now))
            .collect()
    }
}

/// Where new migrations of a project go.
struct Place<'a> {
    layout: Layout,
    folder: PathBuf,
    /// The newest migration.
    last: Option<&'a Script>,
    /// Whether migrations of this project come in two files.
    paired: bool,
}

impl<'a> Place<'a> {
    fn of(project: &'a Project, layout: Layout) -> Place<'a> {
        let versioned = |script: &&Script| script.version.is_some();
        let last = project
            .ups()
            .filter(versioned)
            .max_by_key(|script| number(script.version.as_deref().unwrap_or_default()));
        let in_folders = matches!(layout, Layout::Diesel | Layout::Prisma);
        let above = |script: &Script| {
            let parent = script.source.file.parent()?;
            if in_folders { parent.parent() } else { Some(parent) }.map(Path::to_path_buf)
        };
        let default = if project.layout == layout {
            project.root.clone()
        } else {
            project.root.join("db/migrations")
        };
        let named = |script: &Script| script.source.file.to_string_lossy().ends_with(".up.sql");
        Place {
            layout,
            folder: last.and_then(above).unwrap_or(default),
            last,
            paired: layout != Layout::Sqlx || last.is_some_and(named),
        }
    }

    fn files(&self, draft: &Draft, nth: u64, now: u64) -> Vec<DraftFile> {
        let version = self.version(nth, now);
        let stem = format!("{version}_{}", draft.name);
        let file = |name: String, text: String| DraftFile {
            path: self.folder.join(name),
            text,
        };
        let up = self.with_directive(draft);
        let down = draft.down.as_ref().map(|down| self.way_back(down, draft.runs_in));
        match self.layout {
            Layout::Diesel => {
                let mut files = vec![file(format!("{stem}/up.sql"), up)];
                files.extend(down.map(|text| file(format!("{stem}/down.sql"), text)));
                if draft.runs_in == RunsIn::Autocommit {
                    let metadata = "run_in_transaction = false\n".to_owned();
                    files.push(file(format!("{stem}/metadata.toml"), metadata));
                }
                files
            }
            Layout::Prisma => vec![file(format!("{stem}/migration.sql"), up)],
            Layout::Flyway => {
                let mut files = vec![file(format!("V{version}__{}.sql", draft.name), up)];
                if draft.runs_in == RunsIn::Autocommit {
                    let settings = "executeInTransaction=false\n".to_owned();
                    files.push(file(format!("V{version}__{}.sql.conf", draft.name), settings));
                }
                files.extend(down.map(|text| file(format!("U{version}__{}.sql", draft.name), text)));
                files
            }
            Layout::Dbmate => {
                let mark = match draft.runs_in {
                    RunsIn::Transaction => "-- migrate:down",
                    RunsIn::Autocommit => "-- migrate:down transaction:false",
                };
                let text = format!("{up}\n{mark}\n{}", down.unwrap_or_default());
                vec![file(format!("{stem}.sql"), text)]
            }
            Layout::Goose => {
                let text = format!("{up}\n-- +goose Down\n{}", down.unwrap_or_default());
                vec![file(format!("{stem}.sql"), text)]
            }
            Layout::Supabase => vec![file(format!("{stem}.sql"), up)],
            Layout::Sqlx if !self.paired => vec![file(format!("{stem}.sql"), up)],
            _ => {
                let mut files = vec![file(format!("{stem}.up.sql"), up)];
                files.extend(down.map(|text| file(format!("{stem}.down.sql"), text)));
                files
            }
        }
    }

    /// The forward part, with what tells the tool how to run it. golang-migrate, prisma and supabase have nothing to say
    /// there: a statement alone in its file runs as they need it.
    fn with_directive(&self, draft: &Draft) -> String {
        let up = &draft.up;
        match (self.layout, draft.runs_in) {
            (Layout::Dbmate, RunsIn::Transaction) => format!("-- migrate:up\n{up}"),
            (Layout::Dbmate, RunsIn::Autocommit) => format!("-- migrate:up transaction:false\n{up}"),
            (Layout::Goose, RunsIn::Transaction) => format!("-- +goose Up\n{}", goose_statements(up)),
            (Layout::Goose, RunsIn::Autocommit) => {
                format!("-- +goose NO TRANSACTION\n-- +goose Up\n{}", goose_statements(up))
            }
            (Layout::Sqlx | Layout::Confiture, RunsIn::Autocommit) => format!("-- no-transaction\n{up}"),
            _ => up.clone(),
        }
    }

    /// The part that undoes it. Where it is a file of its own, that says by itself how it runs.
    fn way_back(&self, down: &str, runs_in: RunsIn) -> String {
        match (self.layout, runs_in) {
            (Layout::Goose, _) => goose_statements(down),
            (Layout::Sqlx | Layout::Confiture, RunsIn::Autocommit) => format!("-- no-transaction\n{down}"),
            _ => down.to_owned(),
        }
    }

    /// The version of the `nth` new migration: in the form of the newest one, and behind it.
    fn version(&self, nth: u64, now: u64) -> String {
        let last = self.last.and_then(|script| script.version.as_deref());
        let by_time = match self.layout {
            Layout::Diesel | Layout::Dbmate | Layout::Prisma | Layout::Supabase => last.is_none(),
            _ => false,
        };
        let Some(last) = last else {
            return if by_time {
                dashed(self.layout, now + nth)
            } else {
                format!("{:03}", 1 + nth)
            };
        };
        let newest = number(last).unwrap_or(0);
        let digits = last.chars().filter(char::is_ascii_digit).count();
        if digits >= 12 {
            return dashed(self.layout, now.max(newest.saturating_add(1)).saturating_add(nth));
        }
        // Flyway's `1.2`: the next of the first part, so that it is newer than all parts behind it.
        let first: String = last.chars().take_while(char::is_ascii_digit).collect();
        let next = first.parse::<u64>().unwrap_or(0).saturating_add(1 + nth);
        format!("{next:0width$}", width = first.len())
    }
}

/// SQL as goose takes it: it cuts where a line ends with a semicolon, so statements that hold one are marked.
pub fn goose_statements(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    for piece in split(sql)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
    {
        let (start, end) = (piece.range.start as usize, piece.range.end as usize);
        let text = piece.range.slice(sql);
        if text.trim_end_matches(';').contains(';') {
            out.push_str(sql.get(at..start).unwrap_or_default());
            out.push_str(&format!(
                "-- +goose StatementBegin\n{text}\n-- +goose StatementEnd"
            ));
            at = end;
        }
    }
    out.push_str(sql.get(at..).unwrap_or_default());
    out
}

/// A version's digits as a number, for comparing versions of one form.
fn number(version: &str) -> Option<u64> {
    let digits: String = version.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A time as a tool writes it: diesel with dashes, `2026-11-21-120000`.
fn dashed(layout: Layout, time: u64) -> String {
    let text = format!("{time:014}");
    match (layout, text.len()) {
        (Layout::Diesel, 14) => format!("{}-{}-{}-{}", &text[..4], &text[4..6], &text[6..8], &text[8..]),
        _ => text,
    }
}
