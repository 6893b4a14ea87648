//! From risks and findings to what speaks against a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use confiture_lint::{Category, Finding, LintReport, Place, Severity, StatementRisk, file_range, registry};
use confiture_risk::effect::SafeWay;
use confiture_risk::time::{self, Estimate, Speeds};
use confiture_risk::{Judgement as Verdict, Level, LockMode};
use confiture_schema::catalog::{Catalog, QualName, RelationKind};
use confiture_schema::change::{Change, ObjectKind, WriteKind};
use confiture_syntax::TextRange;

use super::allowed::{Allowed, RISKS};
use super::live::Live;
use super::scripts::Scripts;
use super::{Judged, Judgement, Objection};
use crate::error::SourcePlace;
use crate::settings::LedgerNames;

/// Where something that may write anywhere runs, all tables are asked about unless there are more.
const FEW_TABLES: usize = 100;

/// Relations of which it matters whether they hold rows; some may not be on the server, as the plan makes them.
pub(super) fn touched(catalog: &Catalog, risks: &[StatementRisk]) -> BTreeSet<QualName> {
    let mut touched = BTreeSet::new();
    let mut may_be_any = false;
    for StatementRisk { changes, risk, .. } in risks {
        let effect = &risk.effect;
        let fills = changes.iter().any(fills);
        let locks = effect.locks.iter();
        let strong = locks.filter(|(_, lock)| fills || lock.mode >= LockMode::ShareUpdateExclusive);
        touched.extend(strong.map(|(name, _)| name));
        touched.extend(
            [&effect.rewrites, &effect.index_builds, &effect.scans]
                .into_iter()
                .flat_map(|m| m.keys()),
        );
        may_be_any |= effect.opaque || changes.iter().any(drops_a_type);
    }
    let is_table = |kind| matches!(kind, RelationKind::Table | RelationKind::PartitionedTable);
    let tables = || {
        catalog
            .relations
            .iter()
            .filter(|(_, relation)| is_table(relation.kind))
    };
    let all: BTreeSet<QualName> = match may_be_any && tables().count() <= FEW_TABLES {
        true => tables().map(|(name, _)| name.clone()).collect(),
        false => BTreeSet::new(),
    };
    let named: Vec<&Change> = everything(risks).filter(|change| names_anew(change)).collect();
    let touched = touched.into_iter().filter(|name| {
        // In a block, statements behind it are judged as if it hadn't run.
        catalog.relation(name).is_some() || !named.iter().any(|change| may_become(change, name))
    });
    all.into_iter().chain(touched.cloned()).collect()
}

/// All changes of some statements, those in blocks included.
fn everything(risks: &[StatementRisk]) -> impl Iterator<Item = &Change> {
    let mut todo: Vec<&Change> = risks.iter().flat_map(|risk| risk.changes.iter()).collect();
    std::iter::from_fn(move || {
        let change = todo.pop()?;
        if let Change::Do(block) = change {
            todo.extend(block.statements.iter().flat_map(|nested| &nested.changes));
        }
        Some(change)
    })
}

/// Whether relations have other names behind a change.
fn names_anew(change: &Change) -> bool {
    matches!(change, Change::Rename(_) | Change::SetSchema(_))
}

/// Whether a relation may have this name because a change gave it to one that had another.
fn may_become(change: &Change, name: &QualName) -> bool {
    match change {
        Change::Rename(rename) if rename.kind == ObjectKind::Schema => rename.to.name == name.schema,
        Change::Rename(rename) => rename.to.name == name.name,
        Change::SetSchema(set) => set.object.name.name == name.name,
        _ => false,
    }
}

/// Whether a change puts rows into relations.
fn fills(change: &Change) -> bool {
    match change {
        Change::Query(query) => query.writes.iter().any(|write| write.kind != WriteKind::Delete),
        Change::CreateTableAs(_) | Change::Do(_) => true,
        _ => false,
    }
}

/// Whether columns may go with what a change drops.
fn drops_a_type(change: &Change) -> bool {
    match change {
        Change::Drop(drop) => matches!(
            drop.kind,
            ObjectKind::Type | ObjectKind::Domain | ObjectKind::Schema | ObjectKind::Extension
        ),
        _ => false,
    }
}

/// The ledger's own relations: their rows are nobody's data.
pub(super) fn ledger_relations(catalog: &Catalog, ledger: &LedgerNames) -> BTreeSet<QualName> {
    let is_ledger = |name: &&QualName| {
        name.schema == ledger.details
            || name.name == ledger.table && ledger.schema.as_ref().is_none_or(|schema| *schema == name.schema)
    };
    catalog.relations.keys().filter(is_ledger).cloned().collect()
}

/// `file:line` of a place.
pub(super) fn file_and_line(place: &SourcePlace) -> String {
    let before = place.text.get(..place.range.start).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    format!("{}:{line}", place.path.display())
}

/// The judgement of a plan.
pub(super) fn put_together(
    live: &Live,
    scripts: Scripts,
    risks: Vec<StatementRisk>,
    report: LintReport,
    allowed: &Allowed<'_>,
) -> Judgement {
    let told = About::of(report.findings.iter());
    let silenced = About::of(report.suppressed.iter().map(|suppressed| &suppressed.finding));
    let maker = Maker {
        live,
        scripts: &scripts,
        allowed,
        told: &told,
        silenced: &silenced,
    };
    let mut placed: Vec<(Place, Objection)> = Vec::new();
    for risk in &risks {
        placed.extend(maker.of_risk(risk));
    }
    let mut findings = Vec::new();
    for finding in &report.findings {
        match maker.of_finding(finding) {
            Some(objection) => placed.push((finding.place, objection)),
            None if is_repeated(finding, &risks) => {}
            None => findings.push(finding.clone()),
        }
    }
    placed.sort_by(|(one, a), (other, b)| (one, &a.rule).cmp(&(other, &b.rule)));
    let statements = risks.into_iter().filter_map(|risk| maker.judged(risk)).collect();
    Judgement {
        statements,
        objections: placed.into_iter().map(|(_, objection)| objection).collect(),
        findings,
        project: Some(Arc::new(scripts.project)),
    }
}

/// Rules that are about the same as a kind of risk: who silences them with a comment has decided.
fn rules_about(risk: &str) -> &'static [&'static str] {
    match risk {
        "risk-data-loss" => &["data-loss", "truncate-cascade"],
        "risk-locking" | "risk-performance" => &["table-rewrite"],
        _ => &[],
    }
}

/// Whether a finding says no more than what is critical about its statement.
fn is_repeated(finding: &Finding, risks: &[StatementRisk]) -> bool {
    let about = RISKS
        .into_iter()
        .filter(|risk| rules_about(risk).contains(&finding.kind));
    let kinds: Vec<&str> = about.collect();
    let start = |place: Place| (place.script, place.segment, place.range.start);
    let end = risks.partition_point(|statement| start(statement.place) <= start(finding.place));
    let statement = end.checked_sub(1).and_then(|at| risks.get(at));
    statement.is_some_and(|statement| {
        let critical = critical(statement).any(|(risk, _)| kinds.contains(&risk));
        critical && is_in(finding.place, statement.place)
    })
}

/// What is critical about a statement, by the kind of risk.
fn critical(statement: &StatementRisk) -> impl Iterator<Item = (&'static str, &Verdict)> {
    let assessment = &statement.risk.assessment;
    let judgements = [
        &assessment.data_loss,
        &assessment.compatibility,
        &assessment.performance,
        &assessment.locking,
    ];
    let all = RISKS.into_iter().zip(judgements);
    all.filter(|(_, judged)| judged.level == Level::Critical)
}

/// Findings by their rules.
struct About<'f>(BTreeMap<&'static str, Vec<&'f Finding>>);

impl<'f> About<'f> {
    fn of(findings: impl Iterator<Item = &'f Finding>) -> About<'f> {
        let mut all: BTreeMap<&'static str, Vec<&'f Finding>> = BTreeMap::new();
        for finding in findings {
            all.entry(finding.kind).or_default().push(finding);
        }
        About(all)
    }

    /// The first in a statement that is about the same as a kind of risk.
    fn risk(&self, risk: &str, statement: Place) -> Option<&'f Finding> {
        let rules = rules_about(risk).iter();
        let mut all = rules.filter_map(|rule| self.0.get(rule)).flatten();
        all.find(|finding| is_in(finding.place, statement)).copied()
    }
}

/// Whether a place is in a statement.
fn is_in(place: Place, statement: Place) -> bool {
    (place.script, place.segment) == (statement.script, statement.segment)
        && statement.range.start <= place.range.start
        && place.range.end <= statement.range.end
}

/// Makes objections and judged statements.
struct Maker<'a> {
    live: &'a Live,
    scripts: &'a Scripts,
    allowed: &'a Allowed<'a>,
    told: &'a About<'a>,
    silenced: &'a About<'a>,
}

impl Maker<'_> {
    fn place(&self, place: Place) -> Option<SourcePlace> {
        let (source, range) = file_range(&self.scripts.project, place)?;
        Some(SourcePlace {
            path: source.path.clone(),
            text: Arc::clone(&source.text),
            range,
        })
    }

    /// What is critical about a statement.
    fn of_risk(&self, statement: &StatementRisk) -> Vec<(Place, Objection)> {
        critical(statement)
            .filter_map(|(rule, judged)| {
                let place = part(statement.place, judged);
                let silenced = self.silenced.risk(rule, statement.place);
                let objection = Objection {
                    rule: rule.to_owned(),
                    migration: self.scripts.slug(place.script)?.to_owned(),
                    message: judged.reason.to_string(),
                    place: self.place(place)?,
                    help: self.help(rule, statement),
                    stops: !self.allowed.risk(rule) && silenced.is_none(),
                };
                Some((place, objection))
            })
            .collect()
    }

    /// What to do instead. For what destroys data there is no other way to the same.
    fn help(&self, risk: &str, statement: &StatementRisk) -> Option<String> {
        let of_rule = || self.told.risk(risk, statement.place)?.help.clone();
        match risk {
            "risk-data-loss" => of_rule(),
            _ => {
                let way = statement.risk.safe_alternative.as_ref();
                way.map(SafeWay::in_words).or_else(of_rule)
            }
        }
    }

    /// The objection that a finding is, where it stops runs.
    fn of_finding(&self, finding: &Finding) -> Option<Objection> {
        let rule = registry().iter().find(|rule| rule.name == finding.kind)?;
        let is_safety = rule.categories.contains(&Category::MigrationSafety);
        if !is_safety || finding.severity != Severity::Error {
            return None;
        }
        Some(Objection {
            rule: finding.rule.to_string(),
            migration: self.scripts.slug(finding.place.script)?.to_owned(),
            message: finding.message.clone(),
            place: self.place(finding.place)?,
            help: finding.help.clone(),
            stops: !self.allowed.finding(finding),
        })
    }

    fn judged(&self, statement: StatementRisk) -> Option<Judged> {
        let place = self.place(statement.place)?;
        let effect = &statement.risk.effect;
        let relations = effect.locks.keys();
        Some(Judged {
            migration: self.scripts.slug(statement.place.script)?.to_owned(),
            sql: place.text.get(place.range.clone()).unwrap_or_default().to_owned(),
            rows: relations.filter_map(|relation| self.live.rows(relation)).max(),
            estimate: self.estimate(&statement),
            place,
            risk: statement.risk,
        })
    }

    /// The times of a statement's work on tables, added up.
    fn estimate(&self, statement: &StatementRisk) -> Option<Estimate> {
        let effect = &statement.risk.effect;
        let worked: BTreeSet<&QualName> = [&effect.rewrites, &effect.index_builds, &effect.scans]
            .into_iter()
            .flat_map(|work| work.keys())
            .collect();
        let times = worked.iter().filter_map(|&relation| {
            // Of a partitioned table whose partitions are listed, these count.
            let children = self.live.catalog.children_of(relation);
            if children.iter().any(|child| worked.contains(child)) {
                return None;
            }
            let amount = self.live.amount(relation).filter(|amount| amount.bytes > 0)?;
            let work = time::work(&statement.changes, effect, relation, amount.indexes)?;
            Some(time::estimate(work, &amount, &Speeds::default()))
        });
        times.reduce(|one, other| one + other)
    }
}

/// The part of a statement that a judgement is about; the whole where it names none.
fn part(statement: Place, judged: &Verdict) -> Place {
    if judged.range.is_empty() {
        return statement;
    }
    let start = statement.range.start.saturating_add(judged.range.start);
    let end = statement.range.start.saturating_add(judged.range.end);
    Place {
        range: TextRange::new(start, end.min(statement.range.end)),
        ..statement
    }
}
