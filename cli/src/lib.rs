//! The `confiture` command as a library: arguments in, engine calls, reports out.
//!
//! Here live what a person types and reads: [`args`], one module a command under [`commands`], one module a form of
//! output under [`report`], and the JSON that programs read in [`contract`]. What a statement does, what a rule finds
//! and where files are is the engine's business. Start reading at [`commands`].

pub mod args;
pub mod commands;
pub mod contract;
pub mod failure;
pub mod report;
pub mod shadow;
pub mod sources;

use std::io::{self, BufWriter, IsTerminal as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::style::Colour;

/// Statements become many small values on all cores; this allocator takes a sixth off a run of `lint`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal {
        colour: Colour::decide(cli.color),
        quiet: cli.quiet,
        is_interactive: io::stdout().is_terminal(),
    };
    // The server's own threads write, so nobody may hold standard output.
    if let Command::Lsp(args) = &cli.command {
        return commands::lsp::run(args, terminal);
    }
    // Migrations are told of from several threads, so neither may they.
    if let Command::Migrate(args) = &cli.command {
        let mut out = BufWriter::new(io::stdout());
        let result = commands::migrate::run(args, terminal, &mut out);
        return end(result, &mut out, terminal);
    }
    if let Command::Hooks(args) = &cli.command {
        let mut out = BufWriter::new(io::stdout());
        let result = commands::hooks::run(args, terminal, &mut out);
        return end(result, &mut out, terminal);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let result = match &cli.command {
        Command::Lint(args) => commands::lint::run(args, terminal, &mut out),
        Command::Risk(args) => commands::risk::run(args, terminal, &mut out),
        Command::Schema(args) => commands::schema::run(args, terminal, &mut out),
        Command::Diff(args) => commands::diff::run(args, terminal, &mut out),
        Command::Drift(args) => commands::drift::run(args, terminal, &mut out),
        Command::Build(args) => commands::build::run(args, terminal, &mut out),
        Command::Rules(args) => commands::rules::list(args, &mut out),
        Command::Explain(args) => commands::rules::explain(args, &mut out),
        Command::Init(args) => commands::init::run(args, terminal, &mut out),
        Command::Server(args) => commands::server::run(args, terminal, &mut out),
        Command::Lsp(_) | Command::Migrate(_) | Command::Hooks(_) => Ok(Outcome::Clean),
        Command::Completions { shell } => commands::shell::completions(*shell, &mut out),
        Command::Man { folder } => commands::shell::man_pages(folder),
    };
    end(result, &mut out, terminal)
}

/// Says why a command could not do what was asked, and gives the exit status.
fn end(result: Result<Outcome, Failure>, out: &mut impl io::Write, terminal: Terminal) -> ExitCode {
    let outcome = result.and_then(|outcome| out.flush().map(|()| outcome).map_err(Failure::from));
    match outcome {
        Ok(outcome) => outcome.into(),
        // Whoever reads our output has seen enough: `confiture schema | head`.
        Err(failure) if failure.is_broken_pipe() => Outcome::Clean.into(),
        Err(failure) => {
            failure.print(terminal);
            failure.outcome().into()
        }
    }
}
