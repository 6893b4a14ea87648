//! `textDocument/hover`.

use confiture_ide::{config, hover};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{Hover, HoverContents, Position};

use crate::convert;
use crate::snapshot::{Doc, View};

pub(crate) fn hover(view: &View, doc: &Doc, position: Position) -> Result<Option<Hover>> {
    let at = doc.at(position)?;
    let found = match view.text(&doc.path) {
        Some(text) if config::is_config(&doc.path) => config::hover(&doc.path, &text, at.offset),
        _ => hover::hover(view.world(), &at),
    };
    Ok(found.map(|found| Hover {
        contents: HoverContents::Markup(convert::markup(found.markdown, view.abilities.hover_markdown)),
        range: Some(doc.range(found.range)),
    }))
}
