//! `confiture lsp`: the language server.

use std::process::ExitCode;

use confiture_server::{Ended, Options};

use super::Terminal;
use crate::args::LspArgs;
use crate::failure::Failure;

/// Serves until the editor has had enough. As the protocol says: 0 after a `shutdown`, otherwise 1.
pub fn run(args: &LspArgs, terminal: Terminal) -> ExitCode {
    let options = Options {
        is_verbose: args.verbose || is_set("CONFITURE_LOG"),
    };
    match confiture_server::serve(options) {
        Ok(Ended::Orderly) => ExitCode::SUCCESS,
        Ok(Ended::Abruptly) => ExitCode::FAILURE,
        Err(error) => {
            let failure = Failure::from(error);
            failure.print(terminal);
            failure.outcome().into()
        }
    }
}

/// Whether a variable of the environment says yes.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}
