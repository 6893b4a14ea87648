//! The rules of a run: what the configuration asks for, then what the command line says.

use confiture_lint::{RuleSet, UnknownRule};
use confiture_project::Problem;

use super::Opened;
use crate::args::LintArgs;
use crate::failure::Failure;

/// A rule set for each project, and all problems of opening and configuring.
pub(super) fn sets(args: &LintArgs, opened: &Opened) -> Result<(Vec<RuleSet>, Vec<Problem>), Failure> {
    let mut all_problems = opened.workspace.problems.clone();
    let mut sets = Vec::new();
    for project in &opened.workspace.projects {
        let (mut rules, problems) = match &args.scope.env {
            Some(environment) => RuleSet::for_environment(&project.config, Some(environment)),
            None => RuleSet::from_config(&project.config),
        };
        for problem in problems {
            if !all_problems.contains(&problem) {
                all_problems.push(problem);
            }
        }
        if !args.rules.select.is_empty() {
            rules.select(&args.rules.select).map_err(unknown)?;
        }
        rules.exclude(&args.rules.exclude_rules).map_err(unknown)?;
        sets.push(rules);
    }
    Ok((sets, all_problems))
}

fn unknown(rule: UnknownRule) -> Failure {
    Failure::UnknownRule {
        name: rule.name,
        nearest: rule.nearest,
    }
}
