//! `textDocument/completion` and `textDocument/signatureHelp`.

use confiture_ide::complete::{self, Completion, CompletionKind, Insert, Signature};
use confiture_ide::config;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, Documentation, InsertTextFormat,
    ParameterInformation, ParameterLabel, Position, Range, SignatureHelp, SignatureInformation, TextEdit,
};

use crate::convert;
use crate::position::Encoding;
use crate::snapshot::{Doc, View};

pub(crate) fn completion(view: &View, doc: &Doc, position: Position) -> Result<CompletionList> {
    let at = doc.at(position)?;
    let found = match view.text(&doc.path) {
        Some(text) if config::is_config(&doc.path) => config::completions(&doc.path, &text, at.offset),
        _ => complete::completions(view.world(), &at),
    };
    let range = doc.range(found.replaces);
    let takes_snippets = view.abilities.snippets;
    let items = found.items.into_iter();
    let items = items.filter(|found| takes_snippets || found.kind != CompletionKind::Snippet);
    Ok(CompletionList {
        is_incomplete: found.is_incomplete,
        items: items.map(|found| item(view, range, found)).collect(),
    })
}

fn item(view: &View, range: Range, found: Completion) -> CompletionItem {
    let (text, format) = match found.insert {
        Insert::Text(text) => (text, InsertTextFormat::PLAIN_TEXT),
        Insert::Snippet(snippet) if view.abilities.snippets => (snippet, InsertTextFormat::SNIPPET),
        Insert::Snippet(snippet) => (convert::plain_snippet(&snippet), InsertTextFormat::PLAIN_TEXT),
    };
    let documentation = found.documentation.map(|markdown| {
        Documentation::MarkupContent(convert::markup(markdown, view.abilities.completion_markdown))
    });
    CompletionItem {
        label: found.label,
        kind: Some(kind(found.kind)),
        detail: found.detail,
        documentation,
        filter_text: found.filter,
        sort_text: Some(found.sort),
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, text))),
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Schema => CompletionItemKind::MODULE,
        CompletionKind::Table => CompletionItemKind::CLASS,
        CompletionKind::View => CompletionItemKind::INTERFACE,
        CompletionKind::Column => CompletionItemKind::FIELD,
        CompletionKind::Type => CompletionItemKind::STRUCT,
        CompletionKind::EnumLabel => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Sequence => CompletionItemKind::UNIT,
        CompletionKind::Index => CompletionItemKind::REFERENCE,
        CompletionKind::Constraint => CompletionItemKind::PROPERTY,
        CompletionKind::Trigger => CompletionItemKind::EVENT,
        CompletionKind::Policy => CompletionItemKind::OPERATOR,
        CompletionKind::Role => CompletionItemKind::VARIABLE,
        CompletionKind::Extension => CompletionItemKind::MODULE,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Snippet => CompletionItemKind::SNIPPET,
    }
}

pub(crate) fn signature_help(view: &View, doc: &Doc, position: Position) -> Result<Option<SignatureHelp>> {
    let at = doc.at(position)?;
    let found = complete::signature_help(view.world(), &at);
    Ok(found.map(|found| SignatureHelp {
        signatures: found
            .signatures
            .into_iter()
            .map(|signature| information(view, signature))
            .collect(),
        active_signature: u32::try_from(found.active).ok(),
        active_parameter: u32::try_from(found.argument).ok(),
    }))
}

fn information(view: &View, signature: Signature) -> SignatureInformation {
    let label = |bytes: &std::ops::Range<usize>| {
        let text = signature.label.get(bytes.clone())?;
        if !view.abilities.label_offsets {
            return Some(ParameterLabel::Simple(text.to_owned()));
        }
        // Whatever was negotiated for documents, labels count in UTF-16.
        let before = Encoding::Utf16.length(signature.label.get(..bytes.start)?);
        let end = before + Encoding::Utf16.length(text);
        Some(ParameterLabel::LabelOffsets([
            u32::try_from(before).ok()?,
            u32::try_from(end).ok()?,
        ]))
    };
    let parameters = signature.arguments.iter().filter_map(label);
    let parameters = parameters.map(|label| ParameterInformation {
        label,
        documentation: None,
    });
    SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: signature.documentation.map(|markdown| {
            Documentation::MarkupContent(convert::markup(markdown, view.abilities.signature_markdown))
        }),
        label: signature.label,
        active_parameter: None,
    }
}
