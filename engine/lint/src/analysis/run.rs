//! Rules over what the fold went through.

use std::path::Path;

use confiture_risk::{Risk, assess};
use confiture_schema::catalog::{Catalog, QualName, Relation};
use rayon::prelude::*;

use super::Input;
use super::fold::Trace;
use super::read::Statement;
use crate::context::{
    Location, RelationContext, ScriptContext, ScriptFacts, ScriptInfo, Sink, StatementContext, Subject,
};
use crate::rule::{Check, Scope};
use crate::settings::Configured;
use crate::{Finding, RuleSet};
use std::sync::Arc;

/// Statements are handed to cores in stretches at least this long.
const STRETCH: usize = 32;

/// What statement and script rules find in one script.
pub(crate) fn script(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &[Statement<'_>],
    trace: &Trace,
) -> Vec<Finding> {
    let info = info(input, trace.script);
    let path = &input.project.scripts[trace.script].source.path;
    let active: Vec<&Configured> = rules.active().filter(|r| looks_at(r, &info, path)).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let steps = &trace.steps;
    let risks: Vec<Risk> = steps
        .par_iter()
        .with_min_len(STRETCH)
        .map(|step| {
            assess(
                step.judged(&statements[step.statement]).0,
                &step.before,
                input.version,
            )
        })
        .collect();
    let facts = ScriptFacts::of(steps.iter().map(|step| {
        let statement = &statements[step.statement];
        (
            step.judged(statement).0,
            step.is_outer() && !statement.errors.is_empty(),
        )
    }));
    let script = Script {
        input,
        statements,
        trace,
        info,
        facts: &facts,
    };
    let contexts: Vec<StatementContext<'_>> = risks
        .iter()
        .enumerate()
        .map(|(position, risk)| script.context(position, risk))
        .collect();
    let mut findings: Vec<Finding> = contexts
        .par_iter()
        .with_min_len(STRETCH)
        .flat_map_iter(|context| {
            active.iter().flat_map(|rule| match rule.rule.check {
                Check::Statement(check) => collect(rule, &[], |sink| check(context, sink)),
                _ => Vec::new(),
            })
        })
        .collect();
    let whole = ScriptContext {
        script: info,
        statements: &contexts,
    };
    for rule in active {
        if let Check::Script(check) = rule.rule.check {
            findings.extend(collect(rule, &[], |sink| check(&whole, sink)));
        }
    }
    findings
}

/// What relation rules find in what exists in the end.
pub(crate) fn catalog(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &[Statement<'_>],
    catalog: &Catalog,
) -> Vec<Finding> {
    let locations: Vec<Location> = statements.iter().map(|s| s.at).collect();
    let relations: Vec<(&QualName, &Arc<Relation>)> = catalog.relations.iter().collect();
    let found: Vec<Finding> = relations
        .par_iter()
        .with_min_len(STRETCH)
        .flat_map_iter(|(name, relation)| {
            let context = RelationContext {
                name,
                relation,
                catalog,
            };
            rules
                .active()
                .flat_map(|rule| match rule.rule.check {
                    Check::Relation(check) => collect(rule, &locations, |sink| check(&context, sink)),
                    _ => Vec::new(),
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let scripts = &input.project.scripts;
    found
        .into_iter()
        .filter(|f| {
            scripts
                .get(f.place.script)
                .is_some_and(|s| !rules.named(f.rule).is_some_and(|r| r.leaves_out(&s.source.path)))
        })
        .collect()
}

fn collect<'a>(
    rule: &'a Configured,
    locations: &'a [Location],
    check: impl FnOnce(&mut Sink<'a>),
) -> Vec<Finding> {
    let mut sink = Sink {
        rule: rule.rule.name,
        severity: rule.severity,
        options: &rule.options,
        locations,
        found: Vec::new(),
    };
    check(&mut sink);
    let kept = sink
        .found
        .into_iter()
        .filter(|(subject, _): &(Subject, Finding)| !rule.exempts(subject));
    kept.map(|(_, mut finding)| {
        if let Some(message) = &rule.message {
            finding.message.clone_from(message);
        }
        finding
    })
    .collect()
}

fn info(input: &Input<'_>, index: usize) -> ScriptInfo {
    let script = &input.project.scripts[index];
    ScriptInfo {
        index,
        layout: script.layout,
        direction: script.direction,
        transaction: script.transaction,
    }
}

/// Whether a rule looks at the statements of a script.
fn looks_at(rule: &Configured, script: &ScriptInfo, path: &Path) -> bool {
    let in_scope = match rule.rule.scope {
        Scope::Everywhere => true,
        Scope::Live => script.is_live(),
        Scope::LiveForward => script.is_live() && script.direction.is_forward(),
        Scope::MigrationsForward => {
            script.is_live() && script.direction.is_forward() && script.layout.is_migrations()
        }
    };
    in_scope && !matches!(rule.rule.check, Check::Relation(_)) && !rule.leaves_out(path)
}

/// One script that is judged.
struct Script<'a, 's> {
    input: &'a Input<'a>,
    statements: &'a [Statement<'s>],
    trace: &'a Trace,
    info: ScriptInfo,
    facts: &'a ScriptFacts,
}

impl<'a> Script<'a, '_> {
    /// What the rules see of the step at a position.
    fn context(&self, position: usize, risk: &'a Risk) -> StatementContext<'a> {
        let step = &self.trace.steps[position];
        let statement = &self.statements[step.statement];
        let (changes, range) = step.judged(statement);
        StatementContext {
            changes,
            risk,
            before: &step.before,
            after: &step.after,
            end: &self.trace.end,
            facts: self.facts,
            position,
            script: self.info,
            range,
            text: statement.text,
            errors: if step.is_outer() { &statement.errors } else { &[] },
            outer_errors: &statement.errors,
            nested: !step.is_outer(),
            at: statement.at,
            number: step.statement,
            version: self.input.version,
        }
    }
}
