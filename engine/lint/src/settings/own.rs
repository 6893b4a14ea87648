//! Checks that the configuration itself holds: queries over syntax trees, SQL for a server.

use std::sync::Arc;

use confiture_project::config::{OwnText, RuleSetting};
use confiture_project::{Problem, ProblemCode, SourceFile, nearest};
use confiture_syntax::{QueryMatch, TextRange, TreeQuery};

use super::configured::Configured;
use super::{RuleSet, Rules};
use crate::Severity;
use crate::rule::Check;

/// A rule that asks a server's catalog. Whoever has a server runs [`SqlRule::sql`] there, in a transaction that reads only,
/// and hands the rows to [`crate::sql_findings`].
///
/// The columns of the answer, by name: `relation` (or `object`), a name with or without its schema; `schema`, where
/// `relation` has none; `column`; `message`. All but the first may be missing or null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlRule {
    /// The rule's name.
    pub name: Arc<str>,
    /// The query, one statement.
    pub sql: Arc<str>,
    /// The server that it is for.
    pub target: SqlTarget,
}

/// The server that a SQL rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqlTarget {
    /// The live one where an environment is named, otherwise a private one that the project was loaded into.
    Any,
    /// A private one that the project was loaded into.
    Shadow,
    /// The live one; without an environment the rule doesn't run.
    Live,
}

impl RuleSet {
    /// The rules that ask a server, those that run.
    pub fn sql_rules(&self) -> Vec<SqlRule> {
        let asking = self
            .base
            .active()
            .filter(|r| matches!(r.rule.check, Check::Server));
        asking
            .filter_map(|rule| {
                Some(SqlRule {
                    name: Arc::clone(&rule.name),
                    sql: Arc::clone(&rule.own.as_ref()?.text),
                    target: match rule.options.text("target") {
                        "shadow" => SqlTarget::Shadow,
                        "live" => SqlTarget::Live,
                        _ => SqlTarget::Any,
                    },
                })
            })
            .collect()
    }
}

/// The queries of a rule set as one, so that a statement is searched once.
#[derive(Debug)]
pub(crate) struct Queries {
    query: TreeQuery,
    /// The rule of each pattern, by its place in the rule set.
    rules: Vec<usize>,
}

impl Queries {
    /// `None` where no rule that runs has a query.
    pub(super) fn of(rules: &Rules) -> Option<Queries> {
        let mut text = String::new();
        let mut of_pattern = Vec::new();
        for (at, rule) in rules.configured.iter().enumerate() {
            let runs = rules.enabled && rule.severity != Severity::Off;
            let Some(own) = rule
                .own
                .as_ref()
                .filter(|_| runs && matches!(rule.rule.check, Check::Query))
            else {
                continue;
            };
            if let Ok(query) = TreeQuery::new(&own.text) {
                of_pattern.extend(std::iter::repeat_n(at, query.pattern_count()));
                text.push_str(&own.text);
                text.push('\n');
            }
        }
        // Compiling even an empty query goes through all states of the grammar.
        if of_pattern.is_empty() {
            return None;
        }
        Some(Queries {
            query: TreeQuery::new(&text).ok()?,
            rules: of_pattern,
        })
    }

    /// What fits in a statement, each with the place of its rule in the rule set.
    pub(crate) fn matches<'q>(&'q self, statement: &str) -> impl Iterator<Item = (usize, QueryMatch)> + 'q {
        let found = self.query.matches(statement).into_iter();
        found.filter_map(|fit| Some((*self.rules.get(fit.pattern)?, fit)))
    }

    /// The name of a capture.
    pub(crate) fn capture_name(&self, index: usize) -> &str {
        self.query.capture_names().get(index).copied().unwrap_or_default()
    }
}

/// Reads what a rule with a check of its own is told to look for.
pub(super) fn read(
    configured: &mut Configured,
    setting: &RuleSetting,
    source: &Arc<SourceFile>,
) -> Vec<Problem> {
    let keys: &[&str] = match configured.rule.check {
        Check::Query => &["query", "tree_query"],
        Check::Server => &["sql"],
        _ => return Vec::new(),
    };
    let found = keys.iter().find_map(|key| setting.own_text(key, source));
    let Some(text) = found else { return Vec::new() };
    let problems = match configured.rule.check {
        Check::Query => wrong_query(&text),
        _ => wrong_sql(&text),
    };
    configured.own = Some(text);
    problems.into_iter().collect()
}

fn wrong_query(text: &OwnText) -> Option<Problem> {
    let code = ProblemCode::WrongValue;
    match TreeQuery::new(&text.text) {
        Err(error) => {
            let range = error.range.start as usize..error.range.end as usize;
            let near = error
                .unknown_node
                .as_deref()
                .and_then(|name| nearest(name, TreeQuery::node_types()));
            let problem = text.problem(code, range, error.message);
            Some(match near {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            })
        }
        Ok(query) if query.pattern_count() == 0 => Some(text.problem(code, 0..0, "the query has no pattern")),
        Ok(query) if query.capture_names().is_empty() => Some(
            text.problem(
                code,
                0..0,
                "the query captures nothing, so there is no place to report",
            )
            .with_help("put `@finding` behind the node that a finding is to be about"),
        ),
        Ok(_) => None,
    }
}

/// Only queries are asked: a rule never changes a database.
fn wrong_sql(text: &OwnText) -> Option<Problem> {
    let pieces: Vec<TextRange> = confiture_syntax::split::split(&text.text)
        .into_iter()
        .filter(|piece| piece.kind == confiture_syntax::split::PieceKind::Sql)
        .map(|piece| piece.range)
        .collect();
    let code = ProblemCode::WrongValue;
    let [range] = pieces.as_slice() else {
        return Some(text.problem(code, 0..0, "a SQL rule has one statement"));
    };
    let syntax = confiture_syntax::Syntax::parse(range.slice(&text.text));
    if let Some(error) = syntax.errors().first() {
        let at = error.range.offset(range.start);
        return Some(text.problem(code, at.start as usize..at.end as usize, error.message.clone()));
    }
    let only_reads = confiture_schema::read::changes(&syntax).iter().all(
        |change| matches!(change, confiture_schema::change::Change::Query(query) if query.writes.is_empty()),
    );
    (!only_reads).then(|| {
        let at = range.start as usize..range.start as usize;
        text.problem(
            code,
            at,
            "a SQL rule only reads: it is a SELECT, VALUES or WITH without changes",
        )
    })
}
