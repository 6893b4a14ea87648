//! `workspace/executeCommand`.

use std::path::Path;

use confiture_ide::lens;
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{ExecuteCommandParams, Uri};

use crate::snapshot::View;

/// What somebody wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Show what a migration would do.
    Preview(Uri),
    /// Run a migration on a database and take it back.
    DryRun(Uri),
    /// Open a page of the book.
    OpenPage(Uri),
    /// Read everything anew.
    Reload,
}

impl Command {
    pub(crate) fn read(params: &ExecuteCommandParams) -> Result<Command> {
        let uri = || {
            let text = params.arguments.first().and_then(Value::as_str);
            let uri = text.and_then(|text| text.parse().ok());
            uri.ok_or_else(|| Error::invalid_params(format!("{} takes an address", params.command)))
        };
        match params.command.as_str() {
            "confiture.preview" => Ok(Command::Preview(uri()?)),
            "confiture.dryRun" => Ok(Command::DryRun(uri()?)),
            "confiture.openPage" => Ok(Command::OpenPage(uri()?)),
            "confiture.reload" => Ok(Command::Reload),
            other => Err(Error::invalid_params(format!("there is no command {other}"))),
        }
    }
}

/// What a migration would do, as Markdown.
pub(crate) fn preview(view: &View, path: &Path) -> Result<String> {
    lens::preview(view.world(), path)
        .ok_or_else(|| Error::invalid_params(format!("{} is no migration of a project", path.display())))
}

/// Why there is no dry run.
pub(crate) fn no_dry_run(environment: Option<&str>) -> String {
    let place = environment.map(|name| format!(" for the environment {name}"));
    format!(
        "No database is configured{}, so there is nothing to run a migration on. The preview says what it would do.",
        place.unwrap_or_default()
    )
}
