//! Rules over what the fold went through.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use confiture_schema::catalog::footprint::{Reads, recorded};
use confiture_schema::catalog::{Catalog, QualName};
use confiture_schema::change::{Change, WriteKind};
use confiture_syntax::TextRange;
use rayon::prelude::*;

use super::Input;
use super::fold::{Step, Trace};
use super::read::{Statement, Statements};
use crate::cache::{Found, RelationRecord};
use crate::context::{
    CatalogContext, LazyRisk, Location, Nesting, RelationContext, Release, ScriptContext, ScriptFacts,
    ScriptInfo, Sink, StatementContext,
};
use crate::rule::{Check, Scope};
use crate::settings::{Configured, Rules};
use crate::{Finding, RuleSet};

/// Statements are handed to cores in stretches at least this long.
const STRETCH: usize = 32;

/// Whether anybody asks what rules looked at: keeping account of it costs about a tenth of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Account {
    Kept,
    None,
}

impl Account {
    /// Does some work, and tells what it looked at; nothing where no account is kept.
    fn of<T>(self, work: impl FnOnce() -> T) -> (T, Reads) {
        match self {
            Account::Kept => {
                let (done, footprint) = recorded(work);
                (done, footprint.reads)
            }
            Account::None => (work(), Reads::default()),
        }
    }
}

/// What statement and script rules find in one script.
pub(crate) fn script(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    trace: &Trace<'_>,
) -> Vec<Finding> {
    script_with(input, rules, statements, trace, Account::None).findings
}

/// The same, and what the rules looked at meanwhile.
pub(super) fn script_noting(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    trace: &Trace<'_>,
) -> Found {
    script_with(input, rules, statements, trace, Account::Kept)
}

fn script_with(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    trace: &Trace<'_>,
    account: Account,
) -> Found {
    let info = info(input, trace.script);
    let rules = rules.for_path(&input.project.scripts[trace.script].source.path);
    let active = active(input, &rules, trace.script);
    if active.is_empty() {
        return Found::default();
    }
    let own = statements.script(trace.script);
    let facts = facts(own, trace.steps.iter());
    let script = Judged {
        input,
        statements,
        own,
        trace,
        info,
        facts: &facts,
    };
    let steps = trace.steps.len();
    let stretches: Vec<_> = (0..steps.div_ceil(STRETCH))
        .into_par_iter()
        .map(|stretch| {
            let positions = stretch * STRETCH..steps.min((stretch + 1) * STRETCH);
            let judge = |position| script.judge(position, &active);
            account.of(|| positions.map(judge).collect::<Vec<_>>())
        })
        .collect();
    let mut reads = Vec::new();
    let mut found = Vec::new();
    let mut contexts = Vec::new();
    for (stretch, looked_at) in stretches {
        reads.push(looked_at);
        for (findings, context) in stretch {
            found.extend(findings);
            contexts.extend(context);
        }
    }
    let mut findings = first_of_script(&active, found);
    let (whole, looked_at) = account.of(|| script.judge_whole(&contexts, &active));
    findings.extend(whole);
    reads.push(looked_at);
    let reads = match account {
        Account::Kept => Reads::union(reads),
        Account::None => Reads::default(),
    };
    Found { reads, findings }
}

/// Of rules that speak once a script, only the first finding stays.
pub(super) fn first_of_script(active: &[&Configured], mut findings: Vec<Finding>) -> Vec<Finding> {
    for rule in active
        .iter()
        .filter(|r| matches!(r.rule.check, Check::FirstOfScript(_)))
    {
        let mut seen = false;
        findings.retain(|f| f.rule != rule.name || !std::mem::replace(&mut seen, true));
    }
    findings
}

/// What relation and catalog rules find in what exists in the end.
pub(crate) fn catalog(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    catalog: &Catalog,
) -> Vec<Finding> {
    let unknown = Known {
        relation: &|_| None,
        rule: &|_| None,
    };
    let (relations, whole) = catalog_with(input, rules, statements, catalog, &unknown, Account::None);
    let relations = relations.into_iter().map(|relation| relation.found);
    relations.chain(whole).flat_map(|found| found.findings).collect()
}

/// What was found before and still holds.
pub(super) struct Known<'k> {
    /// In a relation.
    pub(super) relation: &'k (dyn Fn(&QualName) -> Option<Found> + Sync),
    /// By a rule that looks at the whole catalog, by its number.
    pub(super) rule: &'k dyn Fn(usize) -> Option<Found>,
}

/// The same relation by relation and rule by rule, with what was looked at.
pub(super) fn catalog_noting(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    catalog: &Catalog,
    known: &Known<'_>,
) -> (Vec<RelationRecord>, Vec<Found>) {
    catalog_with(input, rules, statements, catalog, known, Account::Kept)
}

fn catalog_with(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    catalog: &Catalog,
    known: &Known<'_>,
    account: Account,
) -> (Vec<RelationRecord>, Vec<Found>) {
    let Known {
        relation: known,
        rule: known_rule,
    } = known;
    let all = CatalogContext {
        catalog,
        project: input.project,
        version: input.version,
        statements,
    };
    let sets = Sets::new(input, rules);
    let names: Vec<&QualName> = catalog.relations.keys().collect();
    let relations = names
        .into_par_iter()
        .with_min_len(STRETCH)
        .filter_map(|name| {
            let found = known(name).or_else(|| noted(account, || sets.relation(input, &all, name)));
            Some(RelationRecord {
                name: name.clone(),
                found: found?,
            })
        })
        .collect();
    let mut whole = Vec::new();
    for set in &sets.distinct {
        for rule in set.active() {
            if let Check::Catalog(check) = rule.rule.check {
                let found = known_rule(whole.len()).or_else(|| {
                    noted(account, || {
                        let found = collect(rule, input, statements, |sink| check(&all, sink));
                        Some(sets.own(set, found))
                    })
                });
                whole.push(found.unwrap_or_default());
            }
        }
    }
    (relations, whole)
}

/// The rule sets of a project: overrides may give files rules of their own. Each set looks at all that exists, and what it
/// finds in its own files counts.
#[derive(Debug)]
pub(super) struct Sets {
    of_script: Vec<Arc<Rules>>,
    distinct: Vec<Arc<Rules>>,
}

impl Sets {
    pub(super) fn new(input: &Input<'_>, rules: &RuleSet) -> Sets {
        let scripts = input.project.scripts.iter();
        let of_script: Vec<Arc<Rules>> = scripts
            .map(|script| rules.for_path(&script.source.path))
            .collect();
        let mut distinct: Vec<Arc<Rules>> = Vec::new();
        for set in &of_script {
            if !distinct.iter().any(|known| Arc::ptr_eq(known, set)) {
                distinct.push(Arc::clone(set));
            }
        }
        Sets { of_script, distinct }
    }

    /// The rules of a script.
    pub(super) fn of_script(&self, script: usize) -> &Rules {
        &self.of_script[script]
    }

    /// What relation rules find in one, and what they look at; `None` where it isn't there.
    pub(super) fn relation_noting(
        &self,
        input: &Input<'_>,
        all: &CatalogContext<'_>,
        name: &QualName,
    ) -> Option<Found> {
        noted(Account::Kept, || self.relation(input, all, name))
    }

    /// The rules that look at the whole catalog, each with its set.
    fn catalog_rules(&self) -> impl Iterator<Item = (&Arc<Rules>, &Configured)> {
        let all = self
            .distinct
            .iter()
            .flat_map(|set| set.active().map(move |rule| (set, rule)));
        all.filter(|(_, rule)| matches!(rule.rule.check, Check::Catalog(_)))
    }

    /// What those find that aren't known to have nothing new to say, and what they look at, rule by rule.
    pub(super) fn catalog_noting(
        &self,
        input: &Input<'_>,
        all: &CatalogContext<'_>,
        is_needed: impl Fn(usize) -> bool,
    ) -> Vec<Option<Found>> {
        let rules = self.catalog_rules().enumerate();
        rules
            .map(|(number, (set, rule))| match rule.rule.check {
                Check::Catalog(check) if is_needed(number) => noted(Account::Kept, || {
                    let found = collect(rule, input, all.statements, |sink| check(all, sink));
                    Some(self.own(set, found))
                }),
                _ => None,
            })
            .collect()
    }

    /// What a set found in its own files.
    fn own(&self, set: &Arc<Rules>, mut found: Vec<Finding>) -> Vec<Finding> {
        found.retain(|finding| {
            let own = self.of_script.get(finding.place.script);
            own.is_some_and(|own| Arc::ptr_eq(own, set))
        });
        found
    }

    /// What relation rules find in one; `None` where it isn't there.
    fn relation(&self, input: &Input<'_>, all: &CatalogContext<'_>, name: &QualName) -> Option<Vec<Finding>> {
        let context = RelationContext::new(name, all.catalog.relation(name)?, *all);
        let mut findings = Vec::new();
        for set in &self.distinct {
            let mut found = Vec::new();
            for rule in set.active() {
                if let Check::Relation(check) = rule.rule.check {
                    found.extend(collect(rule, input, all.statements, |sink| check(&context, sink)));
                }
            }
            findings.extend(self.own(set, found));
        }
        Some(findings)
    }
}

/// What some work finds, and what it looks at.
fn noted(account: Account, work: impl FnOnce() -> Option<Vec<Finding>>) -> Option<Found> {
    let (findings, reads) = account.of(work);
    Some(Found {
        reads,
        findings: findings?,
    })
}

/// What a check finds, without what the configuration exempts or leaves out.
pub(super) fn collect<'a>(
    rule: &'a Configured,
    input: &Input<'_>,
    statements: &'a Statements<'a>,
    check: impl FnOnce(&mut Sink<'a>),
) -> Vec<Finding> {
    let mut sink = Sink {
        rule,
        statements,
        found: Vec::new(),
    };
    check(&mut sink);
    let mut found = sink.found;
    let scripts = &input.project.scripts;
    found.retain(|finding| {
        let script = scripts.get(finding.place.script);
        !rule.exempts(&finding.subject)
            && script.is_some_and(|script| rule.covers(&script.source.path, &finding.subject))
    });
    // The message of a query is filled with what it captured.
    if let (Some(message), false) = (&rule.message, matches!(rule.rule.check, Check::Query)) {
        for finding in &mut found {
            finding.message.clone_from(message);
        }
    }
    found
}

/// The rules that look at the statements of a script, and the statements as they see them: all of the script, or some.
pub(super) struct Court<'a> {
    judged: Judged<'a>,
    active: &'a [&'a Configured],
}

impl<'a> Court<'a> {
    /// With the rules that look at the script: see [`active`].
    pub(super) fn new(
        input: &'a Input<'a>,
        active: &'a [&'a Configured],
        statements: &'a Statements<'a>,
        trace: &'a Trace<'a>,
        facts: &'a ScriptFacts,
    ) -> Court<'a> {
        let judged = Judged {
            input,
            statements,
            own: statements.script(trace.script),
            trace,
            info: info(input, trace.script),
            facts,
        };
        Court { judged, active }
    }

    /// What they find in each statement that is asked for, and in what stands in it, by the statement's index.
    pub(super) fn statements(&self, is_asked: impl Fn(usize) -> bool) -> Vec<(usize, Found)> {
        let steps = &self.judged.trace.steps;
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            match stretches.last_mut() {
                Some(last) if steps[last.start].statement == step.statement => last.end = at + 1,
                _ => stretches.push(at..at + 1),
            }
        }
        stretches.retain(|stretch| is_asked(steps[stretch.start].statement));
        let judge = |stretch: &Range<usize>| {
            let found = Account::Kept.of(|| {
                let found = stretch
                    .clone()
                    .flat_map(|at| self.judged.judge(at, self.active).0);
                found.collect::<Vec<_>>()
            });
            let (findings, reads) = found;
            (steps[stretch.start].statement, Found { reads, findings })
        };
        // A keystroke is about one statement; other cores needn't wake for it.
        if stretches.len() < STRETCH {
            return stretches.iter().map(judge).collect();
        }
        stretches.par_iter().with_min_len(STRETCH).map(judge).collect()
    }

    /// What rules for whole scripts find. All of the script must have been gone through.
    pub(super) fn whole(&self) -> Found {
        let (findings, reads) = Account::Kept.of(|| {
            let steps = self.judged.trace.steps.iter().enumerate();
            let kept =
                steps.filter(|(_, step)| step.nesting != Nesting::Function && !only_adds_rows(step.changes));
            let contexts: Vec<_> = kept.map(|(at, step)| self.judged.context(at, step)).collect();
            self.judged.judge_whole(&contexts, self.active)
        });
        Found { reads, findings }
    }
}

/// The rules that look at a script.
pub(super) fn active<'r>(input: &Input<'_>, rules: &'r Rules, script: usize) -> Vec<&'r Configured> {
    let info = info(input, script);
    let path = &input.project.scripts[script].source.path;
    rules
        .active()
        .filter(|rule| looks_at(rule, &info, path))
        .collect()
}

/// What all statements of a script say of each other.
pub(super) fn facts<'c>(
    statements: &'c [Statement],
    steps: impl Iterator<Item = &'c Step<'c>>,
) -> ScriptFacts {
    let executed = steps.filter(|step| step.nesting != Nesting::Function);
    ScriptFacts::of(executed.map(|step| {
        let broken = step.nesting == Nesting::Script && !statements[step.statement].errors().is_empty();
        (step.position, step.changes, broken)
    }))
}

fn info(input: &Input<'_>, index: usize) -> ScriptInfo {
    let script = &input.project.scripts[index];
    let release = match input.released {
        None => Release::Unknown,
        Some(released) => match released.get(&script.source.file) {
            None => Release::New,
            Some(text) if *text == script.source.text => Release::Unchanged,
            Some(_) => Release::Changed,
        },
    };
    ScriptInfo {
        index,
        layout: script.layout,
        direction: script.direction,
        transaction: script.transaction,
        release,
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
    let is_about_scripts = !matches!(
        rule.rule.check,
        Check::Relation(_) | Check::Catalog(_) | Check::Query | Check::Server | Check::Suppressions
    );
    in_scope && is_about_scripts && !rule.leaves_out(path)
}

/// One script that is judged.
struct Judged<'a> {
    input: &'a Input<'a>,
    statements: &'a Statements<'a>,
    own: &'a [Statement],
    trace: &'a Trace<'a>,
    info: ScriptInfo,
    facts: &'a ScriptFacts,
}

impl<'a> Judged<'a> {
    /// What the rules find in the step at a position, and the step itself where rules for scripts look at it. Of other
    /// steps the risk is let go of at once: a script may have a million of them.
    fn judge(&self, position: usize, active: &[&Configured]) -> (Vec<Finding>, Option<StatementContext<'a>>) {
        let step = &self.trace.steps[position];
        let context = self.context(position, step);
        let in_body = step.nesting == Nesting::Function;
        let mut findings = Vec::new();
        for rule in active {
            match rule.rule.check {
                Check::StatementOrBody(check) => {
                    findings.extend(collect(rule, self.input, self.statements, |sink| {
                        check(&context, sink)
                    }));
                }
                Check::Statement(check) | Check::FirstOfScript(check) if !in_body => {
                    findings.extend(collect(rule, self.input, self.statements, |sink| {
                        check(&context, sink)
                    }));
                }
                _ => {}
            }
        }
        let kept = !in_body && !only_adds_rows(step.changes);
        (findings, kept.then_some(context))
    }

    fn context(&self, position: usize, step: &'a Step<'a>) -> StatementContext<'a> {
        let statement = &self.own[step.statement];
        let next = self.trace.steps[position + 1..]
            .iter()
            .find(|next| next.nesting != Nesting::Function);
        StatementContext {
            changes: step.changes,
            risk: LazyRisk::new(step.changes, &step.before, self.input.version),
            before: &step.before,
            after: next.map_or(&self.trace.after, |next| &next.before),
            end: &self.trace.end,
            facts: self.facts,
            position: step.position,
            script: self.info,
            range: step.range,
            text: statement.text(),
            errors: if step.nesting == Nesting::Script {
                statement.errors()
            } else {
                &[]
            },
            outer_errors: statement.errors(),
            nesting: step.nesting,
            at: statement.at,
            own: statement,
            number: statement.number,
            version: self.input.version,
            hook: self.input.project.scripts[self.trace.script].hook_at(statement.at.segment),
        }
    }

    /// What rules for whole scripts find.
    fn judge_whole(&self, statements: &[StatementContext<'_>], active: &[&Configured]) -> Vec<Finding> {
        let first = self.trace.steps.first().map(|step| self.own[step.statement].at);
        let source = &self.input.project.scripts[self.trace.script].source;
        let context = ScriptContext {
            script: self.info,
            statements,
            before: &self.trace.before,
            end: &self.trace.end,
            undoes_to: self.trace.undoes_to.as_ref(),
            released_text: self
                .input
                .released
                .and_then(|files| files.get(&source.file))
                .map(|text| &**text),
            project: self.input.project,
            released: self.input.released,
            first: first.unwrap_or(Location {
                script: self.trace.script,
                segment: 0,
                range: TextRange::empty(0),
            }),
        };
        let mut findings = Vec::new();
        for rule in active {
            if let Check::Script(check) = rule.rule.check {
                findings.extend(collect(rule, self.input, self.statements, |sink| {
                    check(&context, sink)
                }));
            }
        }
        findings
    }
}

/// Whether a statement does nothing but add rows that it spells out.
pub(super) fn only_adds_rows(changes: &[Change]) -> bool {
    !changes.is_empty()
        && changes.iter().all(|change| match change {
            Change::Copy(_) => true,
            Change::Query(query) => {
                !query.writes.is_empty()
                    && query.reads.is_empty()
                    && query.writes.iter().all(|w| w.kind == WriteKind::Insert)
            }
            _ => false,
        })
}
