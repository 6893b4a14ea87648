//! A run for people: a line a migration, more where something took long or went wrong.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use confiture_migrate::event::{HookStatus, Left};
use confiture_migrate::{Event, LockHolder, Observer};
use confiture_risk::Level;

use super::progress::{Progress, Shown};
use super::summary::{Summary, table};
use super::{units, words};
use crate::commands::Terminal;
use crate::report::count;
use crate::report::style::{Palette, first_line};

/// What takes at least this long, in ms, has a line of its own.
const SLOW_MS: f64 = 1_000.0;

/// How much of a statement is shown.
const SQL_WIDTH: usize = 60;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A line a migration.
    Quiet,
    /// What took long, and what came of the run.
    Brief,
    /// Everything.
    Verbose,
}

/// Says it on an output, and what goes on right now on standard error.
pub struct Text<'a, W> {
    state: Mutex<State<'a, W>>,
    progress: Progress,
    palette: Palette,
    detail: Detail,
}

struct State<'a, W> {
    out: &'a mut W,
    /// Steps that run: what they are.
    running: HashMap<usize, String>,
    /// Lines that come beneath the migration's own.
    beneath: Vec<String>,
    /// What was said last of something that is waited for.
    waiting: Option<String>,
    summary: Summary,
}

impl<'a, W: Write + Send> Text<'a, W> {
    /// Says it there.
    pub fn new(out: &'a mut W, terminal: Terminal, detail: Detail) -> Text<'a, W> {
        let shown = match detail {
            Detail::Quiet => Shown::Nowhere,
            Detail::Brief | Detail::Verbose => Shown::OnTerminal,
        };
        Text {
            state: Mutex::new(State {
                out,
                running: HashMap::new(),
                beneath: Vec::new(),
                waiting: None,
                summary: Summary::default(),
            }),
            progress: Progress::new(shown),
            palette: Palette::new(terminal.colour),
            detail,
        }
    }

    /// Writes lines. Whoever closed the output has seen enough; the run goes on.
    fn print(&self, state: &mut State<'_, W>, lines: &[String]) {
        self.progress.aside(|| {
            for line in lines {
                let _ = writeln!(state.out, "{line}");
            }
            let _ = state.out.flush();
        });
    }

    /// Something that belongs to the migration: at once where all is shown, else beneath its line.
    fn beneath(&self, state: &mut State<'_, W>, line: String) {
        match self.detail {
            Detail::Verbose => self.print(state, &[format!("  {line}")]),
            Detail::Brief => state.beneath.push(format!("  {line}")),
            Detail::Quiet => {}
        }
    }

    /// A remark on standard error.
    fn remark(&self, line: &str) {
        if self.detail != Detail::Quiet {
            self.warn(line);
        }
    }

    /// A remark on standard error that quiet runs make too.
    fn warn(&self, line: &str) {
        self.progress.aside(|| {
            // A standard error that is closed is nobody's loss.
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    /// Something is waited for: in the terminal's last line, elsewhere said once.
    fn wait(&self, state: &mut State<'_, W>, what: String, waited_ms: u64) {
        if self.progress.is_seen() {
            self.progress.say(what);
        } else if state.waiting.as_ref() != Some(&what) {
            self.remark(&format!(
                "{what} (for {} so far)",
                units::whole_duration(waited_ms)
            ));
            state.waiting = Some(what);
        }
    }

    /// Whether something that took that long has a line.
    fn is_shown(&self, duration_ms: f64) -> bool {
        self.detail == Detail::Verbose || duration_ms >= SLOW_MS
    }

    fn run_started(&self, state: &mut State<'_, W>, event: &Event) {
        let Event::RunStarted {
            command,
            environment,
            server,
            version,
            migrations,
        } = event
        else {
            return;
        };
        // `redo` is two runs.
        state.summary = Summary::default();
        if self.detail == Detail::Quiet {
            return;
        }
        let environment = environment
            .as_ref()
            .map(|name| format!("{}: ", words::plain(name)))
            .unwrap_or_default();
        let dim = self.palette.dim;
        let line = format!(
            "{dim}{command} {} on {environment}{}, PostgreSQL {version}{dim:#}",
            units::migrations(*migrations),
            words::plain(server)
        );
        self.print(state, &[line]);
    }

    fn migration_started(
        &self,
        state: &mut State<'_, W>,
        migration: &str,
        (number, of): (usize, usize),
        (done_before, steps): (usize, usize),
    ) {
        state.running.clear();
        state.beneath.clear();
        state.waiting = None;
        self.progress.begin(format!("{migration} ({number} of {of})"));
        if self.detail == Detail::Verbose {
            let strong = self.palette.strong;
            self.print(
                state,
                &[format!("{strong}{migration}{strong:#}  {number} of {of}")],
            );
        }
        if done_before > 0 {
            self.beneath(
                state,
                format!("goes on behind step {done_before} of {steps}, where an earlier run stopped"),
            );
        }
    }

    fn statement_finished(&self, state: &mut State<'_, W>, step: usize, rows: Option<u64>, duration_ms: f64) {
        state.waiting = None;
        let Some(sql) = state.running.remove(&step) else {
            return;
        };
        if self.is_shown(duration_ms) {
            let rows = changed(rows);
            let line = format!(
                "{sql:width$}  {}{rows}",
                units::duration(duration_ms),
                width = SQL_WIDTH + 2
            );
            self.beneath(state, line);
        }
    }

    fn hook_finished(&self, state: &mut State<'_, W>, event: &Event) {
        let Event::HookFinished {
            phase,
            hook,
            status,
            rows,
            duration_ms,
            message,
            ..
        } = event
        else {
            return;
        };
        let said = message.as_deref().map(words::plain_lines).unwrap_or_default();
        match status {
            HookStatus::Warned => {
                let warn = self.palette.level(Level::Medium);
                let line = format!("{warn}! {phase} {hook} failed, and may{warn:#}: {said}");
                self.beneath(state, line.clone());
                if self.detail == Detail::Quiet {
                    self.warn(&line);
                }
            }
            HookStatus::Failed => {
                let line = format!("{phase} {hook}  failed after {}", units::duration(*duration_ms));
                self.beneath(state, line);
            }
            HookStatus::Done if self.is_shown(*duration_ms) || message.is_some() => {
                let name = format!("{phase} {hook}");
                let said = if said.is_empty() {
                    said
                } else {
                    format!("  {said}")
                };
                let line = format!(
                    "{name:width$}  {}{}{said}",
                    units::duration(*duration_ms),
                    changed(*rows),
                    width = SQL_WIDTH + 2
                );
                self.beneath(state, line);
            }
            HookStatus::Done => {}
        }
    }

    fn migration_finished(&self, state: &mut State<'_, W>, event: &Event) {
        let Event::MigrationFinished {
            migration,
            direction,
            duration_ms,
            rows,
            locks,
        } = event
        else {
            return;
        };
        let good = self.palette.good;
        let way = if direction == "down" { "  reverted" } else { "" };
        let rows = changed(Some(*rows).filter(|rows| *rows > 0));
        let mut lines = vec![format!(
            "{good}✓{good:#} {migration}{way}  {}{rows}",
            units::duration(*duration_ms)
        )];
        lines.append(&mut state.beneath);
        if self.detail == Detail::Verbose {
            let dim = self.palette.dim;
            let held = table(locks);
            lines.extend(held.into_iter().map(|lock| format!("  {dim}held {lock}{dim:#}")));
        }
        state.summary.held(locks);
        self.print(state, &lines);
    }

    fn migration_failed(&self, state: &mut State<'_, W>, migration: &str, left: Left) {
        let bad = self.palette.level(Level::Critical);
        let left = match left {
            Left::Nothing => "failed, and was rolled back: nothing of it is left".to_owned(),
            Left::Steps(steps) => {
                format!("stopped behind step {steps}: what was done stays, and the next run goes on there")
            }
        };
        let mut lines = vec![format!("{bad}✗{bad:#} {migration}  {left}")];
        lines.append(&mut state.beneath);
        self.print(state, &lines);
    }

    fn run_finished(&self, state: &mut State<'_, W>, applied: usize, reverted: usize, duration_ms: f64) {
        self.progress.end();
        if self.detail == Detail::Quiet {
            return;
        }
        let mut done = Vec::new();
        if reverted > 0 {
            done.push(format!("{} reverted", units::migrations(reverted)));
        }
        if applied > 0 || done.is_empty() {
            done.push(format!("{} applied", units::migrations(applied)));
        }
        let mut lines = vec![
            String::new(),
            format!("{} in {}", done.join(", "), units::duration(duration_ms)),
        ];
        let locks = state.summary.locks();
        if !locks.is_empty() {
            lines.push("locks held, the longest first:".to_owned());
            lines.extend(locks.into_iter().map(|lock| format!("  {lock}")));
        }
        let hooks = state.summary.hooks_left_out;
        if hooks > 0 {
            let why = match self.detail {
                Detail::Verbose => "",
                Detail::Brief | Detail::Quiet => " (--verbose says why)",
            };
            lines.push(format!("{} did not run{why}", count(hooks, "hook")));
        }
        self.print(state, &lines);
    }
}

impl<W: Write + Send> Observer for Text<'_, W> {
    fn tell(&self, event: &Event) {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        match event {
            Event::RunStarted { .. } => self.run_started(state, event),
            Event::WaitingForRunner { holder, waited_ms } => {
                let who = holder.as_ref().map_or_else(
                    || "another runner".to_owned(),
                    |who: &LockHolder| words::holder(who),
                );
                self.wait(state, format!("waiting for {who}"), *waited_ms);
            }
            Event::MigrationStarted {
                migration,
                number,
                of,
                steps,
                done_before,
                ..
            } => self.migration_started(state, migration, (*number, *of), (*done_before, *steps)),
            Event::StatementStarted {
                migration,
                step,
                of,
                sql,
                ..
            } => {
                let sql = first_line(&words::plain(sql), SQL_WIDTH);
                self.progress.begin(format!("{migration} {step}/{of} {sql}"));
                state.running.insert(*step, sql);
            }
            Event::StatementFinished {
                step,
                rows,
                duration_ms,
                ..
            } => self.statement_finished(state, *step, *rows, *duration_ms),
            Event::Progress {
                migration,
                what,
                done,
                of,
                unit,
                ..
            } => {
                let what = words::plain(what);
                match of {
                    Some(of) if *of > 0 => {
                        let text = format!("{migration} {what}, {} {unit}", units::number(*of));
                        self.progress.amount(text, *done, *of);
                    }
                    _ => {
                        let text = format!("{migration} {what}: {} {unit}", units::number(*done));
                        self.progress.say(text);
                    }
                }
            }
            Event::Blocked {
                migration,
                by,
                waited_ms,
                ..
            } => {
                let what = format!("{migration} waits for a lock held by {}", words::blockers(by));
                self.wait(state, what, *waited_ms);
            }
            Event::Retrying {
                migration,
                attempt,
                of,
                after_ms,
                reason,
            } => self.remark(&format!(
                "{migration}: {}; attempt {attempt} of {of} in {}",
                words::plain(reason),
                units::whole_duration(*after_ms)
            )),
            Event::HookStarted {
                migration,
                phase,
                hook,
            } => {
                let whose = migration.as_deref().unwrap_or("the run");
                self.progress.begin(format!("{whose} {phase} {hook}"));
            }
            Event::HookFinished { .. } => self.hook_finished(state, event),
            Event::HookSkipped {
                phase, hook, reason, ..
            } => {
                state.summary.hooks_left_out += 1;
                if self.detail == Detail::Verbose {
                    self.beneath(state, format!("{phase} {hook} does not run: {reason}"));
                }
            }
            Event::Notice { message, .. } => {
                self.beneath(state, format!("the server says: {}", words::plain_lines(message)));
            }
            Event::MigrationSkipped { migration, reason } if self.detail != Detail::Quiet => {
                self.print(state, &[format!("- {migration}  left out: {reason}")]);
            }
            Event::MigrationFinished { .. } => self.migration_finished(state, event),
            Event::MigrationFailed { migration, left, .. } => self.migration_failed(state, migration, *left),
            Event::Warning { code, message } => {
                self.warn(&format!("warning[{code}]: {}", words::plain_lines(message)));
            }
            Event::RunFinished {
                applied,
                reverted,
                duration_ms,
                ..
            } => self.run_finished(state, *applied, *reverted, *duration_ms),
            // Events that come to be later are for programs first.
            _ => {}
        }
    }
}

/// `  50,000 rows`.
fn changed(rows: Option<u64>) -> String {
    rows.map(|rows| format!("  {}", units::rows(rows)))
        .unwrap_or_default()
}
