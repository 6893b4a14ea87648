//! `textDocument/documentSymbol` and `workspace/symbol`.

use std::ops::Range;

use confiture_ide::symbols;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, Location, OneOf, SymbolInformation, SymbolKind, Uri,
    WorkspaceSymbol,
};

use crate::convert;
use crate::snapshot::{Doc, View};

/// How many symbols of a workspace are listed at most.
const LIMIT: usize = 500;

pub(crate) fn document(view: &View, doc: &Doc) -> Result<Option<DocumentSymbolResponse>> {
    let found = symbols::document_symbols(view.world(), &doc.path);
    if view.abilities.nested_symbols {
        let whole = 0..usize::MAX;
        let nested = found.into_iter().map(|symbol| nested(doc, symbol, &whole));
        return Ok(Some(DocumentSymbolResponse::Nested(nested.collect())));
    }
    let uri = view.uri(&doc.path);
    Ok(uri.map(|uri| DocumentSymbolResponse::Flat(flat(doc, &uri, found))))
}

// Symbols of `ide` are nested as deep as its tables of contents are: two or three levels.
#[allow(deprecated, reason = "the protocol's type has a field that was replaced")]
fn nested(doc: &Doc, symbol: symbols::DocumentSymbol, parent: &Range<usize>) -> DocumentSymbol {
    let range = convert::within(&symbol.range, parent);
    let children = symbol.children.into_iter();
    let children: Vec<_> = children.map(|child| nested(doc, child, &range)).collect();
    DocumentSymbol {
        name: named(symbol.name),
        detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        selection_range: doc.range(convert::within(&symbol.selection, &range)),
        range: doc.range(range),
        children: (!children.is_empty()).then_some(children),
    }
}

/// Editors refuse symbols without a name.
fn named(name: String) -> String {
    if name.trim().is_empty() {
        "?".to_owned()
    } else {
        name
    }
}

#[allow(deprecated, reason = "the protocol's type has a field that was replaced")]
fn flat(doc: &Doc, uri: &Uri, symbols: Vec<symbols::DocumentSymbol>) -> Vec<SymbolInformation> {
    let mut out = Vec::new();
    let mut waiting: Vec<(Option<String>, symbols::DocumentSymbol)> =
        symbols.into_iter().rev().map(|symbol| (None, symbol)).collect();
    while let Some((container, symbol)) = waiting.pop() {
        let name = named(symbol.name);
        let children = symbol.children.into_iter().rev();
        waiting.extend(children.map(|child| (Some(name.clone()), child)));
        out.push(SymbolInformation {
            name,
            kind: kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: Location {
                uri: uri.clone(),
                range: doc.range(symbol.range),
            },
            container_name: container,
        });
    }
    out
}

pub(crate) fn workspace(view: &View, query: &str) -> Vec<WorkspaceSymbol> {
    let found = symbols::workspace_symbols(view.world(), query, LIMIT);
    let shown = found.into_iter().filter_map(|symbol| {
        Some(WorkspaceSymbol {
            location: OneOf::Left(view.location(&symbol.span)?),
            name: named(symbol.name),
            kind: kind(symbol.kind),
            tags: None,
            container_name: symbol.container,
            data: None,
        })
    });
    shown.collect()
}

fn kind(kind: symbols::SymbolKind) -> SymbolKind {
    match kind {
        symbols::SymbolKind::Schema => SymbolKind::NAMESPACE,
        symbols::SymbolKind::Table => SymbolKind::CLASS,
        symbols::SymbolKind::View => SymbolKind::INTERFACE,
        symbols::SymbolKind::Column => SymbolKind::FIELD,
        symbols::SymbolKind::Constraint => SymbolKind::PROPERTY,
        symbols::SymbolKind::Index => SymbolKind::KEY,
        symbols::SymbolKind::Sequence => SymbolKind::NUMBER,
        symbols::SymbolKind::Type => SymbolKind::STRUCT,
        symbols::SymbolKind::EnumLabel => SymbolKind::ENUM_MEMBER,
        symbols::SymbolKind::Function => SymbolKind::FUNCTION,
        symbols::SymbolKind::Trigger => SymbolKind::EVENT,
        symbols::SymbolKind::Policy => SymbolKind::BOOLEAN,
        symbols::SymbolKind::Extension => SymbolKind::PACKAGE,
        symbols::SymbolKind::Section => SymbolKind::MODULE,
        symbols::SymbolKind::Statement => SymbolKind::OBJECT,
    }
}
