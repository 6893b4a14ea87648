//! `example: {good, bad}`: tried when the configuration is read, so that a rule that contradicts them is never used.

use std::sync::Arc;

use confiture_project::config::{Pattern, RuleSetting};
use confiture_project::{Problem, ProblemCode, SourceFile};
use confiture_syntax::TreeQuery;

use super::configured::Configured;
use super::names::NameStyle;
use crate::rule::{Check, OptionDefault};

/// How an example is tried.
enum Trial<'a> {
    /// Names that are to follow some styles.
    Names(Vec<&'a NameStyle>),
    /// Statements in which a query is to find something, or nothing.
    Statements(TreeQuery),
    /// It can't be.
    Never,
}

/// What is wrong with the examples of a rule.
pub(super) fn check(
    configured: &Configured,
    setting: &RuleSetting,
    source: Option<&Arc<SourceFile>>,
) -> Vec<Problem> {
    let Some(source) = source else { return Vec::new() };
    let example = &setting.example;
    if example.good.is_empty() && example.bad.is_empty() {
        return Vec::new();
    }
    let problem = |at: &Pattern, message: String| {
        Problem::new(ProblemCode::WrongValue, &source.path, message).at(at.range.clone(), source.shown())
    };
    let trial = Trial::of(configured);
    if let Trial::Never = trial {
        let message = format!(
            "examples of `{}` can't be tried: they are for rules with a `pattern` or a `query`",
            setting.name.text
        );
        return example
            .good
            .iter()
            .chain(&example.bad)
            .take(1)
            .map(|at| problem(at, message.clone()))
            .collect();
    }
    let mut problems = Vec::new();
    for good in example.good.iter().filter(|good| trial.finds(&good.text)) {
        let message = format!(
            "`{}` is to be good, but the rule `{}` finds it",
            good.text, setting.name.text
        );
        problems.push(problem(good, message));
    }
    for bad in example.bad.iter().filter(|bad| !trial.finds(&bad.text)) {
        let message = format!(
            "`{}` is to be bad, but the rule `{}` lets it pass",
            bad.text, setting.name.text
        );
        problems.push(problem(bad, message));
    }
    problems
}

impl<'a> Trial<'a> {
    fn of(configured: &'a Configured) -> Trial<'a> {
        if let (Check::Query, Some(own)) = (configured.rule.check, &configured.own) {
            return TreeQuery::new(&own.text).map_or(Trial::Never, Trial::Statements);
        }
        let declared = configured.rule.options.iter();
        let styles: Vec<&NameStyle> = declared
            .filter(|option| matches!(option.default, OptionDefault::Style(_)))
            .map(|option| configured.options.style(option.name))
            .filter(|style| **style != NameStyle::Any)
            .collect();
        if styles.is_empty() {
            Trial::Never
        } else {
            Trial::Names(styles)
        }
    }

    /// Whether the rule finds something wrong with an example.
    fn finds(&self, example: &str) -> bool {
        match self {
            Trial::Names(styles) => !styles.iter().all(|style| style.fits(example, |_| None)),
            Trial::Statements(query) => !query.matches(example).is_empty(),
            Trial::Never => false,
        }
    }
}
