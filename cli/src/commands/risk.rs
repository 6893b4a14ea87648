//! `confiture risk`.

use std::io::Write;

use confiture_lint::{Input, StatementRisk, file_range};
use confiture_risk::effect::TransactionRule;
use confiture_risk::{Judgement, PgVersion};

use super::{Terminal, open, problems};
use crate::args::{ReportFormat, RiskArgs};
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::report::risk_text::{self, Block};
use crate::report::style::Palette;
use crate::sources::Sources;

/// Tells what each statement of the files does.
pub fn run(args: &RiskArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let workspace = open::workspace(&args.paths, &args.project);
    let outcome = problems::outcome(&workspace.problems);
    let mut sources = Sources::default();
    let palette = Palette::new(terminal.colour);
    let mut statements = Vec::new();
    let mut version = args.project.pg_version.unwrap_or_default();
    if args.format == ReportFormat::Text {
        problems::print(&workspace.problems, terminal);
    }
    if !problems::stops(&workspace.problems) {
        for project in &workspace.projects {
            version = open::version(project, &args.project);
            for risk in confiture_lint::risks(&Input::new(project, version)) {
                let Some((source, range)) = file_range(project, risk.place) else {
                    continue;
                };
                let sql = source.text.get(range.clone()).unwrap_or_default();
                let place = sources.range(&source.path, &source.text, &range);
                let file = source.path.display().to_string();
                match args.format {
                    ReportFormat::Json => statements.push(statement(&risk, file, place, sql)),
                    ReportFormat::Text => {
                        let block = Block {
                            file: &file,
                            range: place,
                            sql,
                            risk: &risk.risk,
                        };
                        risk_text::block(out, &palette, &block)?;
                    }
                }
            }
        }
    }
    if args.format == ReportFormat::Json {
        json(version, statements, &workspace.problems, &mut sources, out)?;
    }
    Ok(outcome)
}

fn json(
    version: PgVersion,
    statements: Vec<contract::StatementRisk>,
    all_problems: &[confiture_project::Problem],
    sources: &mut Sources,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let problems = problems::contract(all_problems, sources);
    let report = contract::RiskReport {
        pg_version: version.major(),
        statements,
        problems,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn statement(
    risk: &StatementRisk,
    file: String,
    range: contract::Range,
    sql: &str,
) -> contract::StatementRisk {
    let risk = &risk.risk;
    let effect = &risk.effect;
    let names = |relations: &std::collections::BTreeMap<confiture_schema::catalog::QualName, _>| {
        relations.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    let strongest = effect.strongest().map(|(_, lock)| lock.mode);
    let blocks = [
        ("reads", strongest.is_some_and(|m| m.blocks_reads())),
        ("writes", strongest.is_some_and(|m| m.blocks_writes())),
        ("ddl", strongest.is_some_and(|m| m.blocks_ddl())),
    ];
    let a = &risk.assessment;
    contract::StatementRisk {
        file,
        range,
        sql: sql.to_owned(),
        transactional: effect.transaction != TransactionRule::Refused,
        known: effect.known(),
        unknown: effect.unknown.iter().map(|c| c.reason.to_string()).collect(),
        locks: effect
            .locks
            .iter()
            .map(|(relation, lock)| contract::Lock {
                relation: relation.to_string(),
                mode: lock.mode.pg_name().to_owned(),
                reason: lock.cause.reason.to_string(),
            })
            .collect(),
        blocks: blocks
            .into_iter()
            .filter(|(_, yes)| *yes)
            .map(|(what, _)| what.to_owned())
            .collect(),
        rewrites: names(&effect.rewrites),
        scans: names(&effect.scans),
        index_builds: names(&effect.index_builds),
        since: effect.since.map(PgVersion::major),
        assessment: contract::Assessment {
            data_loss: judgement(&a.data_loss),
            compatibility: judgement(&a.compatibility),
            performance: judgement(&a.performance),
            locking: judgement(&a.locking),
        },
        safe_alternative: risk.safe_alternative.as_ref().map(safe_sql),
        rollback: risk.rollback.clone(),
    }
}

/// The steps of a safe way, one after another.
fn safe_sql(way: &confiture_risk::effect::SafeWay) -> String {
    way.steps
        .iter()
        .map(|step| step.sql.trim_end())
        .collect::<Vec<_>>()
        .join("\n")
}

fn judgement(judgement: &Judgement) -> contract::Judgement {
    contract::Judgement {
        level: judgement.level.to_string(),
        reason: judgement.reason.to_string(),
    }
}
