//! How a run behaves: the options, then the environment, then `migrations:`, then the defaults.

use std::path::PathBuf;

use confiture_migrate::settings::HookUse;
use confiture_migrate::{LedgerNames, Retries, Settings};
use confiture_project::config::Transactions;
use confiture_project::git::Repository;
use confiture_project::{Environment, LOCAL, Project};
use confiture_syntax::Name;

use crate::args::migrate::LimitArgs;
use crate::commands::who;
use crate::failure::Failure;

/// The settings of a command that only looks.
pub(in crate::commands) fn looking(
    project: &Project,
    environment: &Environment,
) -> Result<Settings, Failure> {
    let config = &project.config.migrations;
    let defaults = Settings::default();
    let names = LedgerNames::default();
    let single_transaction = match config.transaction {
        None | Some(Transactions::Each) => false,
        Some(Transactions::All) => true,
        Some(Transactions::Never) => {
            let message = "`migrations.transaction: never` is not for `migrate`: what can't run in a transaction is found \
                           by itself, and a migration says `-- no-transaction` where nothing of it should";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    let allow = environment.allow.iter().map(|rule| rule.text.clone());
    Ok(Settings {
        environment: name(environment),
        ledger: LedgerNames {
            schema: config.schema.as_ref().map(|schema| Name::new(&schema.text)),
            table: config
                .table
                .as_ref()
                .map_or(names.table, |table| Name::new(&table.text)),
            details: names.details,
        },
        lock_timeout: environment
            .lock_timeout
            .or(config.lock_timeout)
            .unwrap_or(defaults.lock_timeout),
        statement_timeout: environment
            .statement_timeout
            .or(config.statement_timeout)
            .unwrap_or(defaults.statement_timeout),
        retries: retries(environment.retries.or(config.retries)),
        allow: allow.collect(),
        single_transaction,
        root: root(project),
        applied_by: who::applied_by(),
        git_commit: commit(project),
        ..defaults
    })
}

/// The settings of a command that runs migrations.
pub(in crate::commands) fn running(
    project: &Project,
    environment: &Environment,
    limits: &LimitArgs,
) -> Result<Settings, Failure> {
    let mut settings = looking(project, environment)?;
    settings.allow.extend(limits.allow.iter().cloned());
    settings.single_transaction |= limits.single_transaction;
    settings.lock_timeout = limits.lock_timeout.unwrap_or(settings.lock_timeout);
    settings.statement_timeout = limits.statement_timeout.unwrap_or(settings.statement_timeout);
    if let Some(retries) = limits.retries {
        settings.retries.attempts = retries.saturating_add(1);
    }
    settings.retries.wait_for_blockers = limits.wait_for_blockers.or(settings.retries.wait_for_blockers);
    settings.wait_for_runner = limits.wait.unwrap_or(settings.wait_for_runner);
    if limits.no_hooks {
        settings.hooks = HookUse::Skip;
    }
    Ok(settings)
}

/// The environment's name, where it has one of its own and isn't merely an address.
fn name(environment: &Environment) -> Option<String> {
    let is_named = environment.source.is_some() || environment.name == LOCAL;
    is_named.then(|| environment.name.clone())
}

fn retries(configured: Option<confiture_project::Retries>) -> Retries {
    let defaults = Retries::default();
    match configured {
        None => defaults,
        Some(configured) => Retries {
            attempts: configured.attempts,
            first_pause: configured.wait.unwrap_or(defaults.first_pause),
            longest_pause: configured.max_wait.unwrap_or(defaults.longest_pause),
            wait_for_blockers: defaults.wait_for_blockers,
        },
    }
}

/// The folder that relative paths in hooks start from: that of the configuration, else of the repository, else of the
/// migrations.
fn root(project: &Project) -> PathBuf {
    let config = project.config.source.as_ref();
    let configured = config.and_then(|source| source.file.parent());
    let repository = || project.root.ancestors().find(|at| at.join(".git").exists());
    configured
        .or_else(repository)
        .unwrap_or(&project.root)
        .to_path_buf()
}

/// The commit that is checked out, where git knows.
fn commit(project: &Project) -> Option<String> {
    let repository = Repository::discover(&project.root).ok()?;
    repository.head().ok()
}
