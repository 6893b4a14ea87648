//! Rules over what the fold went through.

use std::path::Path;

use confiture_schema::catalog::{Catalog, QualName, Relation};
use rayon::prelude::*;

use super::Input;
use super::fold::Trace;
use super::read::Statement;
use crate::context::{
    LazyRisk, Location, RelationContext, ScriptFacts, ScriptInfo, Sink, StatementContext, Subject,
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
    trace: &Trace<'_>,
) -> Vec<Finding> {
    let info = info(input, trace.script);
    let path = &input.project.scripts[trace.script].source.path;
    let active: Vec<&Configured> = rules.active().filter(|r| looks_at(r, &info, path)).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let steps = &trace.steps;
    let facts = ScriptFacts::of(steps.iter().map(|step| {
        let statement = &statements[step.statement];
        (step.changes, !step.nested && !statement.errors.is_empty())
    }));
    let script = Script {
        input,
        statements,
        trace,
        info,
        facts: &facts,
    };
    let found: Vec<Finding> = (0..steps.len())
        .into_par_iter()
        .with_min_len(STRETCH)
        .flat_map_iter(|position| script.judge(position, &active))
        .collect();
    first_of_script(&active, found)
}

/// Of rules that speak once a script, only the first finding stays.
fn first_of_script(active: &[&Configured], mut findings: Vec<Finding>) -> Vec<Finding> {
    for rule in active
        .iter()
        .filter(|r| matches!(r.rule.check, Check::FirstOfScript(_)))
    {
        let mut seen = false;
        findings.retain(|f| f.rule != rule.rule.name || !std::mem::replace(&mut seen, true));
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
    trace: &'a Trace<'a>,
    info: ScriptInfo,
    facts: &'a ScriptFacts,
}

impl<'a> Script<'a, '_> {
    /// What the rules find in the step at a position. Its risk is let go of at once: a script may have a million statements.
    fn judge(&self, position: usize, active: &[&Configured]) -> Vec<Finding> {
        let step = &self.trace.steps[position];
        let statement = &self.statements[step.statement];
        let risk = LazyRisk::new(step.changes, &step.before, self.input.version);
        let next = self.trace.steps.get(position + 1);
        let context = StatementContext {
            changes: step.changes,
            risk: &risk,
            before: &step.before,
            after: next.map_or(&self.trace.end, |next| &next.before),
            end: &self.trace.end,
            facts: self.facts,
            position,
            script: self.info,
            range: step.range,
            text: statement.text,
            errors: if step.nested { &[] } else { &statement.errors },
            outer_errors: &statement.errors,
            nested: step.nested,
            at: statement.at,
            number: step.statement,
            version: self.input.version,
        };
        let mut findings = Vec::new();
        for rule in active {
            if let Check::Statement(check) | Check::FirstOfScript(check) = rule.rule.check {
                findings.extend(collect(rule, &[], |sink| check(&context, sink)));
            }
        }
        findings
    }
}
