//! `confiture hooks list`.

use std::io::Write;

use confiture_migrate::History;
use confiture_migrate::hooks::{HookType, registry};

use crate::args::ReportFormat;
use crate::args::hooks::HooksListArgs;
use crate::commands::migrate::stage;
use crate::commands::{Terminal, problems};
use crate::contract::HookTypeEntry;
use crate::failure::{Failure, Outcome};
use crate::report::hooks::{Declared, entry, text};
use crate::report::style::Palette;

/// Lists what is declared, or the types.
pub(super) fn run(
    args: &HooksListArgs,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    match args.types {
        true => types(args.format, out),
        false => declared(args, terminal, out),
    }
}

fn types(format: ReportFormat, out: &mut impl Write) -> Result<Outcome, Failure> {
    match format {
        ReportFormat::Json => {
            let all: Vec<_> = registry().iter().copied().map(type_entry).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)?;
        }
        ReportFormat::Text => {
            let names = registry().iter().map(|kind| kind.name.len());
            let width = names.max().unwrap_or_default();
            for kind in registry() {
                writeln!(out, "{:width$}  {}", kind.name, kind.summary)?;
            }
        }
    }
    Ok(Outcome::Clean)
}

fn type_entry(kind: &HookType) -> HookTypeEntry {
    HookTypeEntry {
        name: kind.name.to_owned(),
        summary: kind.summary.to_owned(),
        docs: kind.docs.to_owned(),
    }
}

fn declared(args: &HooksListArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let project = stage::project(&args.files, terminal)?;
    if let Some(name) = &args.env {
        // One that doesn't exist declares nothing, which would look as if there were no hooks.
        project.config.environment(name)?;
    }
    let (history, found) = History::of(&project, args.env.as_deref())?;
    let only = args.migration.as_deref().map(|wanted| history.find(wanted));
    let only = only.transpose()?.map(|migration| migration.slug.as_str());
    problems::print(&found, terminal);
    let all = Declared::all(&history, only);
    match args.format {
        ReportFormat::Json => {
            let entries: Vec<_> = all.iter().map(entry).collect();
            serde_json::to_writer_pretty(&mut *out, &entries)?;
            writeln!(out)?;
        }
        ReportFormat::Text if all.is_empty() => {
            if !terminal.quiet && found.is_empty() {
                writeln!(out, "no hooks are declared")?;
            }
        }
        ReportFormat::Text => text(&all, &Palette::new(terminal.colour), out)?,
    }
    Ok(problems::outcome(&found))
}
