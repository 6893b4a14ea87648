//! What stands between and above the lines: inlay hints and code lenses.

use std::ops::Range;

use confiture_ide::inlay::{self, InlayKind};
use confiture_ide::lens::{self, LensCommand};
use tower_lsp_server::ls_types::{
    CodeLens, Command, InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip,
};

use crate::convert;
use crate::snapshot::{Doc, View};

pub(crate) fn inlay_hints(view: &View, doc: &Doc, bytes: Range<usize>) -> Vec<InlayHint> {
    if !view.settings().shows_inlay_hints() {
        return Vec::new();
    }
    let found = inlay::inlay_hints(view.world(), &doc.path, bytes);
    let shown = found.into_iter().map(|hint| InlayHint {
        position: doc.lines.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: match hint.kind {
            InlayKind::Lock => None,
            InlayKind::InferredName => Some(InlayHintKind::PARAMETER),
        },
        text_edits: None,
        tooltip: hint.tooltip.map(|markdown| {
            InlayHintTooltip::MarkupContent(convert::markup(markdown, view.abilities.hover_markdown))
        }),
        padding_left: Some(true),
        padding_right: Some(hint.kind == InlayKind::InferredName),
        data: None,
    });
    shown.collect()
}

pub(crate) fn lenses(view: &View, doc: &Doc) -> Vec<CodeLens> {
    if !view.settings().shows_lenses() {
        return Vec::new();
    }
    let found = lens::lenses(view.world(), &doc.path);
    let shown = found.into_iter().map(|lens| {
        let (command, file) = match lens.command {
            Some(LensCommand::Preview(file)) => ("confiture.preview", Some(file)),
            Some(LensCommand::DryRun(file)) => ("confiture.dryRun", Some(file)),
            // A lens that only says something has a command without a name.
            None => ("", None),
        };
        let uri = file.and_then(|file| view.uri(&file));
        CodeLens {
            range: doc.range(lens.range),
            command: Some(Command {
                title: lens.title,
                command: command.to_owned(),
                arguments: uri.map(|uri| vec![uri.as_str().into()]),
            }),
            data: None,
        }
    });
    shown.collect()
}
