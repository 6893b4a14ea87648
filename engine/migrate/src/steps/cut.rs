//! From scripts to steps.

use std::ops::Range;
use std::sync::Arc;

use confiture_project::{Segment, TransactionMode};
use confiture_risk::PgVersion;
use confiture_risk::effect::TransactionRule;
use confiture_risk::predict::predict;
use confiture_schema::apply::State;
use confiture_schema::change::{Change, Transaction};
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{Piece, PieceKind, split};
use sha2::{Digest as _, Sha256};

use super::{Action, Runs, Statement, Step, Steps};
use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::history::OneWay;
use crate::hooks::{HookSpec, Phase, Placement};

/// psql's commands that change nothing about what the server is sent.
const HARMLESS_COMMANDS: [&str; 9] = [
    "\\restrict",
    "\\unrestrict",
    "\\echo",
    "\\qecho",
    "\\warn",
    "\\timing",
    "\\pset",
    "\\encoding",
    "\\set",
];

/// The steps of one direction of a migration: its statements, and around them the hooks of the configuration and its own
/// (outer first, inner last, and back).
///
/// # Errors
/// [`ErrorKind::Files`]: the script holds what can't be run: commands of psql, a ROLLBACK of its own.
pub fn of(way: &OneWay, shared: &[HookSpec], version: PgVersion) -> Result<Steps> {
    let mut cutter = Cutter {
        steps: Steps::default(),
        mode: mode(way, version),
        version,
        fresh: State::fresh(),
        is_apart: false,
        explicit: false,
    };
    for phase in [Phase::BeforeValidation, Phase::BeforeDdl] {
        cutter.hooks(shared, phase);
        cutter.hooks(&way.hooks, phase);
    }
    for segment in &way.script.segments {
        cutter.segment(segment)?;
    }
    cutter.is_apart = false;
    for phase in [Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup] {
        cutter.hooks(&way.hooks, phase);
        cutter.hooks(shared, phase);
    }
    let mut steps = cutter.steps;
    steps.group();
    steps.hash = hash(&steps.list);
    Ok(steps)
}

/// Whether each statement stands by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Together,
    OneByOne,
}

fn mode(way: &OneWay, version: PgVersion) -> Mode {
    match way.script.transaction {
        TransactionMode::PerScript | TransactionMode::SingleImplicit => Mode::Together,
        TransactionMode::Autocommit => Mode::OneByOne,
        TransactionMode::PerScriptWhenAllowed => {
            let fresh = State::fresh();
            let refused = way.script.segments.iter().any(|segment| {
                statements(segment).any(|(piece, _)| {
                    let changes = read::changes(&Syntax::parse(piece.range.slice(&segment.text)));
                    predict(&changes, &fresh, version).transaction == TransactionRule::Refused
                })
            });
            if refused { Mode::OneByOne } else { Mode::Together }
        }
    }
}

/// The statements of a segment, each with the rows that follow it.
fn statements(segment: &Segment) -> impl Iterator<Item = (Piece, Option<Piece>)> {
    let pieces = split(&segment.text);
    let found: Vec<_> = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| piece.kind == PieceKind::Sql)
        .map(|(at, piece)| {
            let next = pieces.get(at + 1).filter(|next| next.kind == PieceKind::CopyData);
            (*piece, next.copied())
        })
        .collect();
    found.into_iter()
}

struct Cutter {
    steps: Steps,
    mode: Mode,
    version: PgVersion,
    fresh: State,
    /// The next statement may not join the ones before it.
    is_apart: bool,
    /// Inside a transaction that the script itself began.
    explicit: bool,
}

impl Cutter {
    fn hooks(&mut self, hooks: &[HookSpec], phase: Phase) {
        for hook in hooks.iter().filter(|hook| hook.phase == phase) {
            let runs = match hook.hook.placement() {
                Placement::InTransaction => Runs::InTransaction,
                Placement::Alone => Runs::Alone,
            };
            self.push(Action::Hook(Box::new(hook.clone())), runs);
        }
    }

    fn push(&mut self, action: Action, runs: Runs) {
        let is_apart = std::mem::take(&mut self.is_apart);
        self.steps.list.push(Step {
            action,
            runs,
            group: 0,
            is_apart,
        });
    }

    fn segment(&mut self, segment: &Segment) -> Result<()> {
        let commands = split(&segment.text);
        for command in commands
            .iter()
            .filter(|piece| piece.kind == PieceKind::MetaCommand)
        {
            refuse_command(segment, *command)?;
        }
        for (piece, data) in statements(segment) {
            let range = sent(segment, piece)?;
            let text = segment.text.get(range.clone()).unwrap_or_default();
            let statement = Statement {
                segment: segment.clone(),
                changes: read::changes(&Syntax::parse(text)).into(),
                range,
                copy_data: data.map(|data| data.range.as_usize()),
            };
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: Statement) -> Result<()> {
        let control = statement.changes.iter().find_map(|change| match change {
            Change::Transaction(transaction) => Some(transaction),
            _ => None,
        });
        match control {
            Some(Transaction::Begin) => {
                self.begin(&statement);
                return Ok(());
            }
            Some(Transaction::Commit { and_chain }) => {
                self.explicit = *and_chain;
                self.is_apart = true;
                return Ok(());
            }
            // Behind COMMIT there is nothing left to roll back.
            Some(Transaction::Rollback { and_chain: false }) if self.is_apart && !self.explicit => {
                return Ok(());
            }
            Some(Transaction::Rollback { .. } | Transaction::Prepare) => {
                let message =
                    "the script ends its transaction by itself, so nothing could be recorded with it";
                return Err(MigrateError::new(ErrorKind::Files, message)
                    .at(statement.place())
                    .help("take the statement out: a migration that fails is rolled back as a whole"));
            }
            _ => {}
        }
        let rule = predict(&statement.changes, &self.fresh, self.version).transaction;
        let runs = match rule {
            TransactionRule::Refused if !self.explicit => Runs::Alone,
            _ => Runs::InTransaction,
        };
        let is_first = !self
            .steps
            .list
            .iter()
            .any(|step| matches!(step.action, Action::Statement(_)));
        if self.mode == Mode::OneByOne && !self.explicit && !is_first {
            self.is_apart = true;
        }
        self.push(Action::Statement(Box::new(statement)), runs);
        Ok(())
    }

    /// The script begins a transaction: its statements share it, with hooks in front where it is the first.
    fn begin(&mut self, statement: &Statement) {
        self.explicit = true;
        let words = statement.sql().trim_end_matches(';').split_whitespace().count();
        let says_more = words > 2 || statement.sql().contains(',');
        let has_statements = self
            .steps
            .list
            .iter()
            .any(|step| matches!(step.action, Action::Statement(_)));
        self.is_apart = self.is_apart || has_statements || says_more;
        if says_more {
            self.steps
                .begins
                .insert(self.steps.list.len(), statement.sql().into());
        }
    }
}

/// What of a piece the server is sent: all but a psql command at its end that sends it.
fn sent(segment: &Segment, piece: Piece) -> Result<Range<usize>> {
    let range = piece.range.as_usize();
    let text = piece.range.slice(&segment.text);
    if text.ends_with(';') {
        return Ok(range);
    }
    let Some(at) = text.rfind('\\') else {
        return Ok(range);
    };
    match text.get(at..).map(str::trim) {
        Some("\\g") => Ok(range.start..range.start + at),
        Some(command) if command.starts_with("\\g") => Err(not_for_servers(segment, range, command)),
        _ => Ok(range),
    }
}

fn refuse_command(segment: &Segment, piece: Piece) -> Result<()> {
    let text = piece.range.slice(&segment.text);
    let word = text.split_whitespace().next().unwrap_or(text);
    if HARMLESS_COMMANDS.contains(&word) {
        return Ok(());
    }
    Err(not_for_servers(segment, piece.range.as_usize(), word))
}

fn not_for_servers(segment: &Segment, range: Range<usize>, command: &str) -> MigrateError {
    let place = SourcePlace {
        path: segment.source.path.clone(),
        text: Arc::clone(&segment.source.text),
        range: segment.map.range_to_file(range),
    };
    MigrateError::new(
        ErrorKind::Files,
        format!("`{command}` is a command of psql's, which is not run here"),
    )
    .at(place)
    .help("write what it does as SQL, or as a hook of type `command`")
}

fn hash(steps: &[Step]) -> String {
    let mut hasher = Sha256::new();
    for step in steps {
        match &step.action {
            Action::Statement(statement) => {
                hasher.update(b"S");
                hasher.update(statement.sql().replace("\r\n", "\n").as_bytes());
                let data = statement
                    .copy_data
                    .clone()
                    .and_then(|data| statement.segment.text.get(data));
                hasher.update(data.unwrap_or_default().as_bytes());
            }
            Action::Hook(hook) => {
                hasher.update(b"H");
                hasher.update(hook.fingerprint().as_bytes());
            }
        }
        hasher.update([0]);
    }
    crate::history::hex(&hasher.finalize())
}
