//! What a run would send, as SQL that people read: statements in order, transactions where the runner puts them, hooks as
//! comments. Nothing is executed, and what the ledger is told isn't shown.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use confiture_risk::time::count_in_words;
use confiture_risk::{Judgement as Verdict, Level, PgVersion};

use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::history::{History, Migration, OneWay};
use crate::hooks::{HookSpec, Phase};
use crate::ledger::Way;
use crate::plan::Plan;
use crate::safety::{Judged, Judgement};
use crate::settings::{HookUse, Settings};
use crate::steps::{self, Action, Runs, Statement, Steps};

/// One piece of a preview.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A migration begins.
    Migration {
        /// Its slug.
        slug: String,
        /// In which direction.
        way: Way,
        /// Its file.
        file: PathBuf,
    },
    /// A transaction begins, with the SQL that begins it.
    Begin(String),
    /// Timeouts are set, for the transaction or for what runs alone.
    Timeouts(String),
    /// A statement of a migration.
    Statement {
        /// Its text, ended by a semicolon.
        sql: String,
        /// Where it stands.
        place: SourcePlace,
        /// What it does to the database, in a line, where it was judged.
        risk: Option<String>,
    },
    /// A hook.
    Hook {
        /// When it runs.
        phase: Phase,
        /// What it is called.
        name: String,
        /// What it would do.
        does: String,
        /// Where it runs only on a condition: the condition.
        condition: Option<String>,
        /// Whether it is left out, because the settings leave hooks out.
        is_left_out: bool,
    },
    /// The transaction is committed.
    Commit,
}

/// What a run would send, in order; `Display` gives it as SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// In order.
    pub pieces: Vec<Piece>,
}

impl Preview {
    /// Of a plan; with a judgement, statements carry their risk.
    ///
    /// # Errors
    /// A script holds what can't be run, see [`steps::of`]; [`ErrorKind::NoDown`] where there is no way back.
    pub fn of(
        history: &History,
        plan: &Plan,
        way: Way,
        settings: &Settings,
        version: PgVersion,
        judgement: Option<&Judgement>,
    ) -> Result<Preview> {
        let judged = judgement.into_iter().flat_map(|judgement| &judgement.statements);
        let mut writer = Writer {
            settings,
            judged: judged.map(|judged| (key(&judged.place), judged)).collect(),
            pieces: Vec::new(),
        };
        writer.hooks(&history.hooks, Phase::BeforeRun);
        if settings.single_transaction && !plan.migrations.is_empty() {
            writer.begin(None);
        }
        for migration in &plan.migrations {
            let script = direction(migration, way)?;
            let steps = steps::of(script, &history.hooks, version)
                .map_err(|error| error.of_migration(&migration.slug))?;
            writer.pieces.push(Piece::Migration {
                slug: migration.slug.clone(),
                way,
                file: script.script.source.path.clone(),
            });
            writer.steps(&steps);
            writer.hooks(&script.hooks, Phase::AfterMigration);
            writer.hooks(&history.hooks, Phase::AfterMigration);
        }
        if settings.single_transaction && !plan.migrations.is_empty() {
            writer.pieces.push(Piece::Commit);
        }
        writer.hooks(&history.hooks, Phase::AfterRun);
        Ok(Preview {
            pieces: writer.pieces,
        })
    }
}

fn direction(migration: &Migration, way: Way) -> Result<&OneWay> {
    match way {
        Way::Up => Ok(&migration.up),
        Way::Down => migration.down.as_ref().ok_or_else(|| {
            let message = format!("nothing says how to revert {}", migration.slug);
            MigrateError::new(ErrorKind::NoDown, message)
                .of_migration(&migration.slug)
                .at(migration.place())
                .help("write its down script")
        }),
    }
}

/// What a statement is found by.
fn key(place: &SourcePlace) -> (PathBuf, usize) {
    (place.path.clone(), place.range.start)
}

struct Writer<'a> {
    settings: &'a Settings,
    judged: HashMap<(PathBuf, usize), &'a Judged>,
    pieces: Vec<Piece>,
}

impl Writer<'_> {
    fn steps(&mut self, steps: &Steps) {
        let mut at = 0;
        while let Some(first) = steps.list.get(at) {
            let end = steps.group_end(at).max(at + 1);
            let group = steps.list.get(at..end).unwrap_or_default();
            let opens = first.runs == Runs::InTransaction && !self.settings.single_transaction;
            if opens {
                self.begin(steps.begins.get(&at).map(|begin| &**begin));
            } else if matches!(first.action, Action::Statement(_)) && first.runs == Runs::Alone {
                self.pieces.push(Piece::Timeouts(self.timeouts("SET")));
            }
            for step in group {
                match &step.action {
                    Action::Statement(statement) => self.statement(statement),
                    Action::Hook(hook) => self.hook(hook),
                }
            }
            if opens {
                self.pieces.push(Piece::Commit);
            }
            at = end;
        }
    }

    fn begin(&mut self, begin: Option<&str>) {
        let begin = begin.unwrap_or("BEGIN").trim_end_matches(';').to_owned();
        self.pieces.push(Piece::Begin(begin));
        self.pieces.push(Piece::Timeouts(self.timeouts("SET LOCAL")));
    }

    fn timeouts(&self, set: &str) -> String {
        format!(
            "{set} lock_timeout = {}; {set} statement_timeout = {}",
            self.settings.lock_timeout.as_millis(),
            self.settings.statement_timeout.as_millis()
        )
    }

    fn statement(&mut self, statement: &Statement) {
        let place = statement.place();
        let risk = self.judged.get(&key(&place)).map(|judged| in_a_line(judged));
        let mut sql = statement.sql().trim_end().to_owned();
        if !sql.ends_with(';') {
            sql.push(';');
        }
        if let Some(rows) = statement.copy_data.clone() {
            let rows = statement.segment.text.get(rows).unwrap_or_default();
            sql.push_str(&format!("\n-- with {} lines of data", rows.lines().count()));
        }
        self.pieces.push(Piece::Statement { sql, place, risk });
    }

    fn hooks(&mut self, hooks: &[HookSpec], phase: Phase) {
        for hook in hooks.iter().filter(|hook| hook.phase == phase) {
            self.hook(hook);
        }
    }

    fn hook(&mut self, hook: &HookSpec) {
        self.pieces.push(Piece::Hook {
            phase: hook.phase,
            name: hook.name.clone(),
            does: hook.hook.describe(),
            condition: hook
                .condition
                .as_ref()
                .map(|condition| condition.text().to_owned()),
            is_left_out: self.settings.hooks == HookUse::Skip,
        });
    }
}

/// What a statement does, in a line: the worst of its judgements, the rows it is about, how long it takes.
fn in_a_line(judged: &Judged) -> String {
    let assessment = &judged.risk.assessment;
    let kinds: [(&str, &Verdict); 4] = [
        ("data loss", &assessment.data_loss),
        ("locking", &assessment.locking),
        ("performance", &assessment.performance),
        ("compatibility", &assessment.compatibility),
    ];
    // Of several that are as bad, the first.
    let worst = kinds.into_iter().rev().max_by_key(|(_, verdict)| verdict.level);
    let mut line = match worst {
        Some((kind, verdict)) if verdict.level > Level::None => {
            format!("{} ({kind}): {}", verdict.level, verdict.reason)
        }
        _ => "none".to_owned(),
    };
    if let Some(rows) = judged.rows.filter(|_| line != "none") {
        match rows {
            1 => line.push_str("; about 1 row"),
            more => line.push_str(&format!("; about {} rows", count_in_words(more))),
        }
    }
    if let Some(time) = judged.estimate {
        line.push_str(&format!("; {time}"));
    }
    line
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for piece in &self.pieces {
            if matches!(piece, Piece::Migration { .. }) && !std::mem::take(&mut is_first) {
                writeln!(f)?;
            }
            is_first = false;
            piece.write(f)?;
        }
        Ok(())
    }
}

impl Piece {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Migration { slug, way, file } => {
                comment(f, &format!("{} {slug} ({})", way.name(), file.display()))
            }
            Piece::Begin(sql) | Piece::Timeouts(sql) => writeln!(f, "{sql};"),
            Piece::Statement { sql, risk, .. } => {
                if let Some(risk) = risk {
                    comment(f, &format!("risk: {risk}"))?;
                }
                writeln!(f, "{sql}")
            }
            Piece::Hook {
                phase,
                name,
                does,
                condition,
                is_left_out,
            } => {
                let left_out = if *is_left_out { " (left out)" } else { "" };
                let when = condition
                    .as_ref()
                    .map(|text| format!(", if {text}"))
                    .unwrap_or_default();
                comment(
                    f,
                    &format!("hook {} {name}{left_out}: {does}{when}", phase.name()),
                )
            }
            Piece::Commit => writeln!(f, "COMMIT;"),
        }
    }
}

/// Text as a comment, whatever lines it has.
fn comment(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.split(['\n', '\r'])
        .try_for_each(|line| writeln!(f, "-- {line}"))
}
