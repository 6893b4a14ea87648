//! `confiture migrate repair`.

use std::io::Write;

use confiture_migrate::Silent;
use confiture_migrate::repair::{self, Repair};

use super::stage::Stage;
use super::{confirm, settings};
use crate::args::migrate::{RepairArgs, RepairChoice};
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::migrate::words;

/// Sets the ledger right, as somebody has decided.
pub(super) fn run(args: &RepairArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let wanted = wanted(&args.choice)?;
    let mut stage = Stage::open(&args.files, &args.connect, terminal, settings::looking)?;
    let would = repair::preview(&mut stage.session, &stage.history, &stage.settings, &wanted)?;
    let done = if args.preview {
        would
    } else {
        let what = format!("set the ledger right (--{} {})", wanted.name(), would.slug);
        confirm::where_it_matters(&stage.environment, &what, args.yes, terminal)?;
        repair::repair(
            &mut stage.session,
            &stage.history,
            &stage.settings,
            &Silent,
            &wanted,
        )?
    };
    writeln!(out, "{}", words::plain(&done.what))?;
    if !done.left.is_empty() {
        writeln!(out, "what it leaves in the database:")?;
        for left in &done.left {
            writeln!(out, "  {}", words::plain(left))?;
        }
    }
    Ok(Outcome::Clean)
}

fn wanted(choice: &RepairChoice) -> Result<Repair, Failure> {
    let as_said = |migration: &Option<String>, way: fn(String) -> Repair| migration.clone().map(way);
    as_said(&choice.accept_changed, Repair::AcceptChanged)
        .or_else(|| as_said(&choice.forget, Repair::Forget))
        .or_else(|| as_said(&choice.mark_applied, Repair::MarkApplied))
        .or_else(|| as_said(&choice.mark_reverted, Repair::MarkReverted))
        .or_else(|| as_said(&choice.give_up, Repair::GiveUp))
        .ok_or_else(|| {
            Failure::Usage("say what is to be set right: `confiture migrate repair --help`".to_owned())
        })
}
