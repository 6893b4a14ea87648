//! `textDocument/codeAction`, and the edits of actions that are only worked out when somebody chooses them.

use confiture_ide::actions::{self, Action, ActionEffect, ActionKind, Later};
use confiture_lint::Finding;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Command, Diagnostic, NumberOrString,
    Range, Uri,
};

use crate::convert;
use crate::snapshot::{Doc, View};

/// What an action carries that is to be worked out later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unresolved {
    /// The document.
    pub(crate) uri: Uri,
    /// Its version then.
    version: Option<i32>,
    /// What is to be worked out.
    later: Later,
}

pub(crate) fn actions(
    view: &View,
    doc: &Doc,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let found = actions::actions(view.world(), &doc.path, doc.bytes(range), now());
    let wanted = found
        .into_iter()
        .filter(|action| is_wanted(context, kind(action.kind)));
    wanted
        .filter_map(|action| self::action(view, doc, action, context))
        .collect()
}

/// The time as `YYYYMMDDhhmmss`, UTC: new migrations may be named by it.
fn now() -> u64 {
    let text = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    text.parse().unwrap_or_default()
}

/// Whether a kind, or one that it is part of, was asked for.
fn is_wanted(context: &CodeActionContext, kind: CodeActionKind) -> bool {
    let Some(only) = &context.only else { return true };
    only.iter().any(|wanted| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
    })
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix | ActionKind::Show => CodeActionKind::QUICKFIX,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::Generate => CodeActionKind::new("refactor.generate"),
        ActionKind::FixAll => CodeActionKind::new("source.fixAll.confiture"),
    }
}

fn action(
    view: &View,
    doc: &Doc,
    action: Action,
    context: &CodeActionContext,
) -> Option<CodeActionOrCommand> {
    let (mut edit, mut command, mut data) = (None, None, None);
    match &action.effect {
        ActionEffect::Edit(edits) => edit = Some(convert::workspace_edit(view, edits)?),
        ActionEffect::Open(page) => command = Some(open_page(&action.title, page)),
        ActionEffect::Later(later) if view.abilities.action_resolve => {
            let unresolved = Unresolved {
                uri: view.uri(&doc.path)?,
                version: view.version(&doc.path),
                later: later.clone(),
            };
            data = Some(serde_json::to_value(unresolved).ok()?);
        }
        ActionEffect::Later(later) => {
            // Without having been asked for, it would be worked out for each place that the cursor visits.
            context.only.as_ref()?;
            let edits = actions::resolve(view.world(), &doc.path, later, now())?;
            edit = Some(convert::workspace_edit(view, &edits)?);
        }
    }
    if !view.abilities.action_literals {
        // Such a client takes commands alone; edits would have to be applied by us.
        return command.map(CodeActionOrCommand::Command);
    }
    let cured = context
        .diagnostics
        .iter()
        .filter(|shown| action.cures.iter().any(|found| is_about(shown, found)));
    let cured: Vec<Diagnostic> = cured.cloned().collect();
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics: (!cured.is_empty()).then_some(cured),
        edit,
        command,
        data,
        is_preferred: (view.abilities.preferred_actions && action.is_preferred).then_some(true),
        ..CodeAction::default()
    }))
}

fn is_about(shown: &Diagnostic, found: &Finding) -> bool {
    let is_rule = matches!(&shown.code, Some(NumberOrString::String(code)) if **code == *found.rule);
    is_rule && shown.message.starts_with(&found.message)
}

fn open_page(title: &str, page: &str) -> Command {
    Command {
        title: title.to_owned(),
        command: "confiture.openPage".to_owned(),
        arguments: Some(vec![page.into()]),
    }
}

/// What an action carries, if it is one of ours.
pub(crate) fn later(action: &CodeAction) -> Result<Option<Unresolved>> {
    let Some(data) = &action.data else { return Ok(None) };
    let later = serde_json::from_value(data.clone());
    later
        .map(Some)
        .map_err(|error| Error::invalid_params(error.to_string()))
}

/// Works out an action's edits, for the text that it was offered for.
pub(crate) fn resolve(
    view: &View,
    doc: &Doc,
    unresolved: &Unresolved,
    mut action: CodeAction,
) -> Result<CodeAction> {
    if unresolved.version != view.version(&doc.path) {
        return Err(Error::new(ErrorCode::ContentModified));
    }
    let edits = actions::resolve(view.world(), &doc.path, &unresolved.later, now());
    // Nothing to do is an edit that does nothing.
    let edit = edits.and_then(|edits| convert::workspace_edit(view, &edits));
    action.edit = Some(edit.unwrap_or_default());
    Ok(action)
}
