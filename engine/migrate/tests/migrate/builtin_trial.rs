//! Running one hook as it is declared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use confiture_migrate::hooks::{
    Hook, HookContext, HookError, HookResult, HookScope, HookSpec, Placement, of_script, registry,
};
use confiture_migrate::{Event, Interrupt, Observer};
use confiture_postgres::Session;

use crate::support::{Fixture, Told};

/// What hooks are tried on.
pub(crate) struct Trial {
    /// The project and the database.
    pub(crate) fixture: Fixture,
    /// What was told.
    pub(crate) told: Told,
    /// Who may stop it.
    pub(crate) interrupt: Interrupt,
    /// What is known.
    pub(crate) context: HookContext,
}

/// Asks to stop as soon as so many steps of progress were told.
pub(crate) struct StopsAfter {
    pub(crate) steps: u64,
    pub(crate) interrupt: Interrupt,
}

impl Observer for StopsAfter {
    fn tell(&self, event: &Event) {
        if let Event::Progress { done, .. } = event
            && *done == self.steps
        {
            self.interrupt.ask();
        }
    }
}

impl Trial {
    /// In a database with this schema and rows.
    pub(crate) fn new(sql: &str) -> Trial {
        let fixture = Fixture::new(&[("confiture-migrations/001_t.yaml", "migration: {ddl: SELECT 1}")]);
        fixture.sql(sql);
        let context = HookContext {
            migration: Some("001_t".to_owned()),
            direction: "up".to_owned(),
            ..HookContext::default()
        };
        Trial {
            fixture,
            told: Told::default(),
            interrupt: Interrupt::new(),
            context,
        }
    }

    /// The hook of a declaration, such as `{type: x, config: {…}}`, or the problems with it.
    pub(crate) fn read(&self, declaration: &str) -> Result<HookSpec, Vec<String>> {
        let indented: String = declaration.lines().fold(String::new(), |text, line| {
            let prefix = if text.is_empty() { "    - " } else { "      " };
            format!("{text}{prefix}{line}\n")
        });
        let text = format!("ddl: SELECT 1\nhooks:\n  after_ddl:\n{indented}");
        self.fixture.write("confiture-migrations/001_t.yaml", &text);
        let project = self.fixture.project();
        let script = project.ups().next().unwrap();
        let (mut hooks, problems) = of_script(script, registry());
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        if problems.is_empty() {
            Ok(hooks.remove(0))
        } else {
            Err(problems)
        }
    }

    /// The problems with a declaration.
    pub(crate) fn problems(&self, declaration: &str) -> Vec<String> {
        self.read(declaration)
            .map_or_else(|problems| problems, |_| Vec::new())
    }

    /// Runs a hook as the runner would: in a transaction that is committed where it goes well, or outside of any.
    pub(crate) fn run(&mut self, declaration: &str) -> Result<HookResult, HookError> {
        let mut session = self.fixture.session();
        self.run_in(&mut session, declaration)
    }

    /// As [`Trial::run`], in a session of the test's.
    pub(crate) fn run_in(
        &mut self,
        session: &mut Session,
        declaration: &str,
    ) -> Result<HookResult, HookError> {
        let spec = self.read(declaration).unwrap();
        let told = std::mem::take(&mut self.told);
        let result = self.run_hook(session, &spec.hook, &told);
        self.told = told;
        result
    }

    /// Runs a hook under the eyes of an observer.
    pub(crate) fn run_hook(
        &mut self,
        session: &mut Session,
        hook: &Arc<dyn Hook>,
        observer: &dyn Observer,
    ) -> Result<HookResult, HookError> {
        let in_transaction = hook.placement() == Placement::InTransaction;
        if in_transaction {
            session.batch("BEGIN; SAVEPOINT hook").unwrap();
        }
        let target = self.fixture.database().target().clone();
        let ledger = self.fixture.ledger();
        let result = hook.run(&mut HookScope {
            session,
            target: &target,
            context: &mut self.context,
            observer,
            interrupt: &self.interrupt,
            deadline: Instant::now() + Duration::from_secs(120),
            root: self.fixture.folder(),
            ledger: &ledger,
            key: "hooks.after_ddl[0]",
        });
        if in_transaction {
            // A hook that fails leaves a transaction that can be taken back to its savepoint.
            let end = if result.is_ok() {
                "COMMIT"
            } else {
                "ROLLBACK TO SAVEPOINT hook; COMMIT"
            };
            session.batch(end).unwrap();
        }
        result
    }

    /// What a failing hook says.
    pub(crate) fn error(&mut self, declaration: &str) -> String {
        let error = self.run(declaration).unwrap_err();
        let server = error.server.map(|server| format!(" [{}]", server.sqlstate));
        let help = error.help.map(|help| format!(" | {help}"));
        format!(
            "{}{}{}",
            error.message,
            server.unwrap_or_default(),
            help.unwrap_or_default()
        )
    }

    /// One value of the database, as text.
    pub(crate) fn value(&self, sql: &str) -> String {
        self.fixture.rows(sql).join("\n")
    }
}

/// A statistic of a result, as JSON.
pub(crate) fn statistic(result: &HookResult, pointer: &str) -> String {
    let all = serde_json::Value::Object(result.statistics.clone());
    all.pointer(pointer)
        .map_or_else(|| "∅".to_owned(), ToString::to_string)
}
