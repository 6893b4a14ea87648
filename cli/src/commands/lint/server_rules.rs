//! Rules of the project's own that ask a server: the live one, or a private one that the project is loaded into.

use std::time::Duration;

use confiture_lint::analysis::{SqlAnswer, SqlRow};
use confiture_lint::{Finding, Input, RuleSet, SqlRule, SqlTarget, sql_findings};
use confiture_postgres::{Session, SqlError, Table};
use confiture_project::{Problem, ProblemCode};

use super::open::Request;
use crate::commands::target;
use crate::failure::Failure;
use crate::shadow::{Shadow, ShadowError};

/// How long one of their queries may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the rules that ask a server over one project.
///
/// # Errors
/// [`Failure`] where a live server can't be asked; what a private server refuses is a problem of the project.
pub(super) fn run(
    request: &Request,
    input: &Input<'_>,
    rules: &RuleSet,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Finding>, Failure> {
    let url = match request {
        Request::Database { url, .. } => Some(url),
        _ => None,
    };
    let (live, shadow): (Vec<SqlRule>, Vec<SqlRule>) = rules
        .sql_rules()
        .into_iter()
        .filter(|rule| url.is_some() || rule.target != SqlTarget::Live)
        .partition(|rule| url.is_some() && rule.target != SqlTarget::Shadow);
    let mut answers = Vec::new();
    if let (Some(url), false) = (url, live.is_empty()) {
        let mut session = target::connect(url)?;
        ask(&mut session, &live, input, &mut answers, problems);
    }
    if !shadow.is_empty() {
        match Shadow::load(input.project, input.version.major()) {
            Ok(mut shadow_database) => {
                ask(
                    &mut shadow_database.session,
                    &shadow,
                    input,
                    &mut answers,
                    problems,
                );
            }
            Err(ShadowError::Cluster(error)) => return Err(Failure::Cluster(error)),
            Err(ShadowError::Statement(problem)) => problems.push(*problem),
        }
    }
    Ok(sql_findings(input, rules, &answers))
}

fn ask(
    session: &mut Session,
    rules: &[SqlRule],
    input: &Input<'_>,
    answers: &mut Vec<SqlAnswer>,
    problems: &mut Vec<Problem>,
) {
    for rule in rules {
        match session.read_only(&rule.sql, TIMEOUT) {
            Ok(table) => answers.push(SqlAnswer {
                rule: std::sync::Arc::clone(&rule.name),
                rows: rows(&table),
            }),
            Err(error) => problems.push(refused(rule, input, &error)),
        }
    }
}

fn refused(rule: &SqlRule, input: &Input<'_>, error: &SqlError) -> Problem {
    let config = &input.project.config;
    let source = config.linting.source.as_ref().or(config.source.as_ref());
    let path = source.map_or("confiture.yaml".into(), |source| source.path.clone());
    let message = format!("the query of rule `{}` fails: {error}", rule.name);
    Problem::new(ProblemCode::WrongValue, path, message)
        .with_help("a rule in SQL is one statement that only reads, and gives a column `relation`")
}

fn rows(table: &Table) -> Vec<SqlRow> {
    let at = |names: &[&str]| {
        table
            .columns
            .iter()
            .position(|column| names.contains(&column.as_str()))
    };
    let (relation, schema) = (at(&["relation", "object"]), at(&["schema"]));
    let (column, message) = (at(&["column"]), at(&["message"]));
    let value = |row: &Vec<Option<String>>, at: Option<usize>| row.get(at?)?.clone();
    table
        .rows
        .iter()
        .map(|row| SqlRow {
            relation: value(row, relation),
            schema: value(row, schema),
            column: value(row, column),
            message: value(row, message),
        })
        .collect()
}
