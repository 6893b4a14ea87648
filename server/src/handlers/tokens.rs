//! `textDocument/semanticTokens`: all, those of a range, and what differs from last time.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use confiture_ide::tokens::{self, Token, TokenKind};
use dashmap::DashMap;
use tower_lsp_server::ls_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, WorkDoneProgressOptions,
};

use crate::snapshot::{Doc, View};

const DEFINITION: u32 = 1;
const BUILTIN: u32 = 1 << 1;
const DESTRUCTIVE: u32 = 1 << 2;

/// What we can do, and the numbers that tokens carry.
pub(crate) fn offered() -> SemanticTokensOptions {
    SemanticTokensOptions {
        work_done_progress_options: WorkDoneProgressOptions::default(),
        legend: SemanticTokensLegend {
            token_types: TokenKind::ALL.map(name).to_vec(),
            token_modifiers: vec![
                SemanticTokenModifier::DEFINITION,
                SemanticTokenModifier::DEFAULT_LIBRARY,
                SemanticTokenModifier::new("destructive"),
            ],
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
    }
}

/// The protocol's own names, so that every theme has a colour.
fn name(kind: TokenKind) -> SemanticTokenType {
    match kind {
        TokenKind::Keyword => SemanticTokenType::KEYWORD,
        TokenKind::String => SemanticTokenType::STRING,
        TokenKind::Number => SemanticTokenType::NUMBER,
        TokenKind::Comment => SemanticTokenType::COMMENT,
        TokenKind::Operator => SemanticTokenType::OPERATOR,
        TokenKind::Schema => SemanticTokenType::NAMESPACE,
        TokenKind::Table => SemanticTokenType::CLASS,
        TokenKind::View => SemanticTokenType::INTERFACE,
        TokenKind::Column => SemanticTokenType::PROPERTY,
        TokenKind::Type => SemanticTokenType::TYPE,
        TokenKind::EnumLabel => SemanticTokenType::ENUM_MEMBER,
        TokenKind::Function => SemanticTokenType::FUNCTION,
        TokenKind::Parameter => SemanticTokenType::PARAMETER,
        TokenKind::Variable => SemanticTokenType::VARIABLE,
        TokenKind::Macro => SemanticTokenType::MACRO,
    }
}

/// The tokens of a part of a document.
pub(crate) fn tokens(view: &View, doc: &Doc, bytes: Range<usize>) -> Vec<SemanticToken> {
    let Some(text) = view.text(&doc.path) else {
        return Vec::new();
    };
    let found = tokens::tokens(view.world(), &doc.path, bytes);
    let mut out = Vec::with_capacity(found.len());
    let encoding = view.abilities.encoding;
    let length = |range: Range<usize>| {
        let text = text.get(range).unwrap_or_default();
        u32::try_from(encoding.length(text)).unwrap_or(u32::MAX)
    };
    // Where the last one begins. Tokens come in order, so each is counted from there, not from the beginning.
    let (mut last, mut at) = (None, 0);
    for token in found {
        let between = text.get(at..token.range.start).unwrap_or_default();
        let (delta_line, delta_start) = match last {
            Some(()) if !between.contains(['\n', '\r']) => (0, length(at..token.range.start)),
            _ => {
                let from = doc.lines.position(at).line * u32::from(last.is_some());
                let position = doc.lines.position(token.range.start);
                (position.line - from, position.character)
            }
        };
        at = token.range.start;
        last = Some(());
        out.push(SemanticToken {
            delta_line,
            delta_start,
            length: length(token.range.clone()),
            token_type: number(token.kind),
            token_modifiers_bitset: modifiers(&token),
        });
    }
    out
}

fn number(kind: TokenKind) -> u32 {
    let index = TokenKind::ALL.iter().position(|known| *known == kind);
    index
        .and_then(|index| u32::try_from(index).ok())
        .unwrap_or_default()
}

fn modifiers(token: &Token) -> u32 {
    let flags = [
        (token.is_definition, DEFINITION),
        (token.is_builtin, BUILTIN),
        (token.is_destructive, DESTRUCTIVE),
    ];
    flags
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, flag)| flag)
        .sum()
}

/// The tokens that each document was given last, so that the next time only what differs is sent.
#[derive(Debug, Default)]
pub(crate) struct Given {
    counter: AtomicU64,
    last: DashMap<PathBuf, (String, Arc<Vec<SemanticToken>>)>,
}

impl Given {
    /// All tokens of a document, to be remembered.
    pub(crate) fn full(&self, path: PathBuf, data: Vec<SemanticToken>) -> SemanticTokens {
        let id = self.counter.fetch_add(1, Ordering::Relaxed).to_string();
        self.last.insert(path, (id.clone(), Arc::new(data.clone())));
        SemanticTokens {
            result_id: Some(id),
            data,
        }
    }

    /// What differs from the tokens of an earlier answer; all where that is forgotten.
    pub(crate) fn delta(
        &self,
        path: PathBuf,
        earlier: &str,
        data: Vec<SemanticToken>,
    ) -> SemanticTokensFullDeltaResult {
        let known = self.last.get(&path).filter(|known| known.0 == earlier);
        let known = known.map(|known| Arc::clone(&known.1));
        let full = self.full(path, data);
        match known {
            Some(old) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                edits: difference(&old, &full.data),
                result_id: full.result_id,
            }),
            None => SemanticTokensFullDeltaResult::Tokens(full),
        }
    }

    /// A document was closed.
    pub(crate) fn forget(&self, path: &std::path::Path) {
        self.last.remove(path);
    }
}

/// One edit that makes the new tokens of the old ones.
fn difference(old: &[SemanticToken], new: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let same = |pair: &(&SemanticToken, &SemanticToken)| pair.0 == pair.1;
    let head = old.iter().zip(new).take_while(same).count();
    let (old, new) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let gone = old.len() - tail;
    let come = new.get(..new.len() - tail).unwrap_or_default();
    if gone == 0 && come.is_empty() {
        return Vec::new();
    }
    // A token is five numbers in the protocol.
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: numbers(head),
        delete_count: numbers(gone),
        data: Some(come.to_vec()),
    }]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(lengths: &[u32]) -> Vec<SemanticToken> {
        let token = |length: &u32| SemanticToken {
            delta_line: 0,
            delta_start: 1,
            length: *length,
            token_type: 0,
            token_modifiers_bitset: 0,
        };
        lengths.iter().map(token).collect()
    }

    proptest! {
        #[test]
        fn a_difference_leads_from_the_old_to_the_new(
            old in prop::collection::vec(0u32..3, 0..12),
            new in prop::collection::vec(0u32..3, 0..12),
        ) {
            let mut edited = tokens(&old);
            for edit in difference(&tokens(&old), &tokens(&new)) {
                let start = edit.start as usize / 5;
                let end = start + edit.delete_count as usize / 5;
                edited.splice(start..end, edit.data.unwrap_or_default());
            }
            prop_assert_eq!(edited, tokens(&new));
        }
    }
}
