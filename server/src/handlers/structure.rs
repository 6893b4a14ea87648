//! Folds, growing selections, links to files.

use confiture_ide::navigate;
use confiture_ide::structure::{self, Fold, FoldKind};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentLink, FoldingRange, FoldingRangeKind, Position, Range, SelectionRange,
};

use crate::snapshot::{Doc, View};

pub(crate) fn folds(view: &View, doc: &Doc) -> Vec<FoldingRange> {
    let found = structure::folds(view.world(), &doc.path);
    let folds = found.into_iter().filter_map(|fold| self::fold(view, doc, fold));
    folds.collect()
}

fn fold(view: &View, doc: &Doc, fold: Fold) -> Option<FoldingRange> {
    let range = doc.range(fold.range);
    let mut end = range.end;
    // A fold up to the beginning of a line ends with the line before.
    let ends_before = end.character == 0 && end.line > range.start.line;
    end.line -= u32::from(ends_before);
    let takes_characters = !view.abilities.whole_line_folds;
    (end.line > range.start.line).then_some(FoldingRange {
        start_line: range.start.line,
        start_character: takes_characters.then_some(range.start.character),
        end_line: end.line,
        end_character: (takes_characters && !ends_before).then_some(end.character),
        kind: match fold.kind {
            FoldKind::Code => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Region => Some(FoldingRangeKind::Region),
        },
        collapsed_text: None,
    })
}

pub(crate) fn selections(view: &View, doc: &Doc, positions: &[Position]) -> Result<Vec<SelectionRange>> {
    let grown = positions.iter().map(|position| {
        let at = doc.at(*position)?;
        let steps = structure::selection(view.world(), &doc.path, at.offset);
        let nothing = SelectionRange {
            range: Range::new(*position, *position),
            parent: None,
        };
        // From the largest to the smallest, each around the next.
        let chain = steps.into_iter().rev().fold(None, |parent, bytes| {
            Some(SelectionRange {
                range: doc.range(bytes),
                parent: parent.map(Box::new),
            })
        });
        Ok(chain.unwrap_or(nothing))
    });
    grown.collect()
}

pub(crate) fn links(view: &View, doc: &Doc) -> Vec<DocumentLink> {
    let found = navigate::links(view.world(), &doc.path);
    let links = found.into_iter().map(|(bytes, path)| DocumentLink {
        range: doc.range(bytes),
        target: view.uri(&path),
        tooltip: None,
        data: None,
    });
    links.collect()
}
