//! Definitions, references, highlights, rename, and the hierarchy of calls.

use std::ops::Range;

use confiture_ide::names::Access;
use confiture_ide::navigate::{self, Caller, Reference, Refusal, Target};
use confiture_ide::{FilePosition, Span, World};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, DocumentHighlight,
    DocumentHighlightKind, GotoDefinitionResponse, Location, LocationLink, Position, PrepareRenameResponse,
    SymbolKind, WorkspaceEdit,
};

use crate::convert;
use crate::snapshot::{Doc, View};

/// A question of `navigate` whose answer is places to go to.
type Goto = fn(&World, &FilePosition) -> Vec<Target>;

pub(crate) fn definition(
    view: &View,
    doc: &Doc,
    position: Position,
) -> Result<Option<GotoDefinitionResponse>> {
    let links = view.abilities.definition_links;
    goto(view, doc, position, navigate::definition, links)
}

pub(crate) fn type_definition(
    view: &View,
    doc: &Doc,
    position: Position,
) -> Result<Option<GotoDefinitionResponse>> {
    let links = view.abilities.type_definition_links;
    goto(view, doc, position, navigate::type_definition, links)
}

fn goto(
    view: &View,
    doc: &Doc,
    position: Position,
    ask: Goto,
    takes_links: bool,
) -> Result<Option<GotoDefinitionResponse>> {
    let targets = ask(view.world(), &doc.at(position)?);
    if targets.is_empty() {
        return Ok(None);
    }
    if takes_links {
        let links = targets.iter().filter_map(|target| link(view, doc, target));
        return Ok(Some(GotoDefinitionResponse::Link(links.collect())));
    }
    let locations = targets.iter().filter_map(|target| {
        view.location(&Span {
            file: target.whole.file.clone(),
            range: target.name.clone(),
        })
    });
    Ok(Some(GotoDefinitionResponse::Array(locations.collect())))
}

fn link(view: &View, doc: &Doc, target: &Target) -> Option<LocationLink> {
    let lines = view.lines(&target.whole.file)?;
    Some(LocationLink {
        origin_selection_range: Some(doc.range(target.origin.clone())),
        target_uri: view.uri(&target.whole.file)?,
        target_range: lines.range(target.whole.range.clone()),
        target_selection_range: lines.range(convert::within(&target.name, &target.whole.range)),
    })
}

/// With its declaration, or the others alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declaration {
    Included,
    LeftOut,
}

pub(crate) fn references(
    view: &View,
    doc: &Doc,
    position: Position,
    declaration: Declaration,
) -> Result<Option<Vec<Location>>> {
    let found = navigate::references(view.world(), &doc.at(position)?);
    let wanted =
        |reference: &&Reference| declaration == Declaration::Included || reference.access != Access::Defines;
    let locations = found.iter().filter(wanted);
    let locations: Vec<Location> = locations
        .filter_map(|reference| view.location(&reference.span))
        .collect();
    Ok((!found.is_empty()).then_some(locations))
}

pub(crate) fn highlights(
    view: &View,
    doc: &Doc,
    position: Position,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let found = navigate::highlights(view.world(), &doc.at(position)?);
    let shown = found.iter().map(|reference| DocumentHighlight {
        range: doc.range(reference.span.range.clone()),
        kind: Some(match reference.access {
            Access::Reads => DocumentHighlightKind::READ,
            _ => DocumentHighlightKind::WRITE,
        }),
    });
    Ok((!found.is_empty()).then(|| shown.collect()))
}

pub(crate) fn prepare_rename(
    view: &View,
    doc: &Doc,
    position: Position,
) -> Result<Option<PrepareRenameResponse>> {
    let (range, placeholder) = navigate::prepare_rename(view.world(), &doc.at(position)?).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: doc.range(range),
        placeholder,
    }))
}

pub(crate) fn rename(
    view: &View,
    doc: &Doc,
    position: Position,
    name: &str,
) -> Result<Option<WorkspaceEdit>> {
    let edits = navigate::rename(view.world(), &doc.at(position)?, name).map_err(refused)?;
    let edit = convert::workspace_edit(view, &edits);
    edit.map(Some)
        .ok_or_else(|| failed("this editor can't create the files that the new name needs"))
}

/// A refusal with its reason, which editors show.
fn refused(Refusal(reason): Refusal) -> Error {
    failed(&reason)
}

fn failed(reason: &str) -> Error {
    // `RequestFailed` of the protocol: nothing is wrong with the request itself.
    let mut error = Error::new(tower_lsp_server::jsonrpc::ErrorCode::ServerError(-32803));
    error.message = reason.to_owned().into();
    error
}

pub(crate) fn prepare_calls(
    view: &View,
    doc: &Doc,
    position: Position,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let found = navigate::callers_at(view.world(), &doc.at(position)?);
    let items: Vec<_> = found.iter().filter_map(|caller| item(view, caller)).collect();
    Ok((!items.is_empty()).then_some(items))
}

pub(crate) fn incoming(
    view: &View,
    doc: &Doc,
    asked: &CallHierarchyItem,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let found = navigate::incoming(view.world(), &doc.at(asked.selection_range.start)?);
    let calls = found.iter().filter_map(|caller| {
        let lines = view.lines(&caller.whole.file)?;
        Some(CallHierarchyIncomingCall {
            from: item(view, caller)?,
            from_ranges: ranges(&caller.calls, |bytes| lines.range(bytes)),
        })
    });
    Ok(Some(calls.collect()))
}

pub(crate) fn outgoing(
    view: &View,
    doc: &Doc,
    asked: &CallHierarchyItem,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let found = navigate::outgoing(view.world(), &doc.at(asked.selection_range.start)?);
    let calls = found.iter().filter_map(|called| {
        Some(CallHierarchyOutgoingCall {
            to: item(view, called)?,
            from_ranges: ranges(&called.calls, |bytes| doc.range(bytes)),
        })
    });
    Ok(Some(calls.collect()))
}

fn ranges(
    calls: &[Range<usize>],
    convert: impl Fn(Range<usize>) -> tower_lsp_server::ls_types::Range,
) -> Vec<tower_lsp_server::ls_types::Range> {
    calls.iter().map(|bytes| convert(bytes.clone())).collect()
}

fn item(view: &View, caller: &Caller) -> Option<CallHierarchyItem> {
    let lines = view.lines(&caller.whole.file)?;
    Some(CallHierarchyItem {
        name: caller.name.clone(),
        kind: if caller.detail.contains("view") {
            SymbolKind::INTERFACE
        } else {
            SymbolKind::FUNCTION
        },
        tags: None,
        detail: Some(caller.detail.clone()),
        uri: view.uri(&caller.whole.file)?,
        range: lines.range(caller.whole.range.clone()),
        selection_range: lines.range(convert::within(&caller.selection, &caller.whole.range)),
        data: None,
    })
}
