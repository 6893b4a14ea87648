//! `textDocument/codeAction`, and the edits of actions that are only worked out when somebody chooses them.

use confiture_ide::actions::{self, Action, ActionEffect, ActionKind};
use confiture_lint::Finding;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Command, Diagnostic, NumberOrString,
    Range, Uri,
};

use crate::convert;
use crate::snapshot::{Doc, View};

/// What an action carries that is to be worked out later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Later {
    /// The document.
    pub(crate) uri: Uri,
    /// The rule whose findings are cured; all where there is none.
    rule: Option<String>,
}

pub(crate) fn actions(
    view: &View,
    doc: &Doc,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let found = actions::actions(view.world(), &doc.path, doc.bytes(range));
    let wanted = found
        .into_iter()
        .filter(|action| is_wanted(context, kind(action.kind)));
    let mut out: Vec<_> = wanted
        .filter_map(|action| self::action(view, action, &context.diagnostics))
        .collect();
    if is_wanted(context, kind(ActionKind::FixAll)) {
        out.extend(fix_file(view, doc, context));
    }
    out
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

fn action(view: &View, action: Action, shown: &[Diagnostic]) -> Option<CodeActionOrCommand> {
    let (edit, command) = match &action.effect {
        ActionEffect::Edit(edits) => (Some(convert::workspace_edit(view, edits)?), None),
        ActionEffect::Open(page) => (None, Some(open_page(&action.title, page))),
    };
    if !view.abilities.action_literals {
        // Such a client takes commands alone; edits would have to be applied by us.
        return command.map(CodeActionOrCommand::Command);
    }
    let cured = shown
        .iter()
        .filter(|shown| action.cures.iter().any(|found| is_about(shown, found)));
    let cured: Vec<Diagnostic> = cured.cloned().collect();
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics: (!cured.is_empty()).then_some(cured),
        edit,
        command,
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

/// The action that cures all that can be cured safely in a file. Its edits cost more than a keystroke should, so they are
/// worked out when it is chosen, where the client can ask then.
fn fix_file(view: &View, doc: &Doc, context: &CodeActionContext) -> Option<CodeActionOrCommand> {
    if !view.abilities.action_literals || view.world().stretches(&doc.path).is_empty() {
        return None;
    }
    let mut action = CodeAction {
        title: "Fix everything in this file that can be fixed safely".to_owned(),
        kind: Some(kind(ActionKind::FixAll)),
        ..CodeAction::default()
    };
    if view.abilities.action_resolve {
        let later = Later {
            uri: view.uri(&doc.path)?,
            rule: None,
        };
        action.data = serde_json::to_value(later).ok();
    } else {
        // Without having been asked for, it would be worked out for each place that the cursor visits.
        context.only.as_ref()?;
        let edits = actions::fix_all(view.world(), &doc.path, None)?;
        action.edit = Some(convert::workspace_edit(view, &edits)?);
    }
    Some(CodeActionOrCommand::CodeAction(action))
}

/// What an action carries, if it is one of ours.
pub(crate) fn later(action: &CodeAction) -> Result<Option<Later>> {
    let Some(data) = &action.data else { return Ok(None) };
    let later = serde_json::from_value(data.clone());
    later
        .map(Some)
        .map_err(|error| Error::invalid_params(error.to_string()))
}

/// Works out an action's edits.
pub(crate) fn resolve(view: &View, doc: &Doc, later: &Later, mut action: CodeAction) -> CodeAction {
    let edits = actions::fix_all(view.world(), &doc.path, later.rule.as_deref());
    // Nothing to cure is an edit that does nothing.
    let edit = edits.and_then(|edits| convert::workspace_edit(view, &edits));
    action.edit = Some(edit.unwrap_or_default());
    action
}
