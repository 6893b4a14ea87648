//! Answers of `ide` as the protocol has them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use confiture_ide::diagnostics::{self, Tag};
use confiture_ide::{Edits, FileEdit};
use confiture_project::Severity;
use tower_lsp_server::ls_types::*;

use crate::position::Lines;
use crate::snapshot::View;

/// The name under which editors show what we find.
const SOURCE: &str = "confiture";

/// What is wrong, for a file whose text is given.
pub(crate) fn diagnostic(view: &View, lines: &Lines, found: &diagnostics::Diagnostic) -> Diagnostic {
    let abilities = &view.abilities;
    let related = found.related.iter().filter_map(|(span, message)| {
        Some(DiagnosticRelatedInformation {
            location: view.location(span)?,
            message: message.clone(),
        })
    });
    let related: Option<Vec<_>> = abilities.related_information.then(|| related.collect());
    let href = found.link.as_ref().and_then(|link| link.parse().ok());
    Diagnostic {
        range: lines.range(found.range.clone()),
        severity: severity(found.severity),
        code: Some(NumberOrString::String(found.code.clone())),
        code_description: href
            .filter(|_| abilities.code_descriptions)
            .map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: found.message.clone(),
        related_information: related.filter(|related| !related.is_empty()),
        tags: found
            .tag
            .filter(|_| abilities.diagnostic_tags)
            .map(|tag| vec![self::tag(tag)]),
        data: None,
    }
}

fn severity(severity: Severity) -> Option<DiagnosticSeverity> {
    match severity {
        Severity::Error => Some(DiagnosticSeverity::ERROR),
        Severity::Warning => Some(DiagnosticSeverity::WARNING),
        Severity::Info => Some(DiagnosticSeverity::INFORMATION),
        Severity::Off => None,
    }
}

fn tag(tag: Tag) -> DiagnosticTag {
    match tag {
        Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
        Tag::Deprecated => DiagnosticTag::DEPRECATED,
    }
}

/// Markdown, or the same without its marks for a client that shows them as they are.
pub(crate) fn markup(markdown: String, takes_markdown: bool) -> MarkupContent {
    if takes_markdown {
        return MarkupContent {
            kind: MarkupKind::Markdown,
            value: markdown,
        };
    }
    MarkupContent {
        kind: MarkupKind::PlainText,
        value: plain(&markdown),
    }
}

/// Markdown without its marks: fences, emphasis, code, headings, the addresses of links.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            out.push_str(line);
        } else {
            let line = line.trim_start_matches('#').trim_start_matches(['>', ' ']);
            plain_line(line, &mut out);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

fn plain_line(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if let Some((text, after)) = link(rest) {
            out.push_str(text);
            rest = after;
            continue;
        }
        rest = rest.strip_prefix("**").unwrap_or_else(|| {
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            match (character, after.chars().next()) {
                ('`', _) => after,
                ('\\', Some(escaped)) if escaped.is_ascii_punctuation() => {
                    out.push(escaped);
                    after.get(escaped.len_utf8()..).unwrap_or_default()
                }
                _ => {
                    out.push(character);
                    after
                }
            }
        });
    }
}

/// The text of a link that begins here, and what is behind it.
fn link(text: &str) -> Option<(&str, &str)> {
    let (title, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (_, after) = rest.split_once(')')?;
    (!title.contains('[')).then_some((title, after))
}

/// A snippet without its places to fill in: `${1:name}` is `name`, `$0` nothing.
pub(crate) fn plain_snippet(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut depth = 0usize;
    let mut characters = snippet.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            '$' => {
                let is_open = characters.next_if_eq(&'{').is_some();
                while characters.next_if(char::is_ascii_digit).is_some() {}
                if is_open && characters.next_if_eq(&':').is_some() {
                    depth += 1;
                } else if is_open && characters.next_if_eq(&'|').is_some() {
                    choice(&mut characters, &mut out);
                } else if is_open {
                    characters.next_if_eq(&'}');
                }
            }
            '}' if depth > 0 => depth -= 1,
            other => out.push(other),
        }
    }
    out
}

/// The first of some choices: `a,b|}` is `a`.
fn choice(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut is_first = true;
    for character in characters.by_ref() {
        match character {
            '}' => return,
            ',' | '|' => is_first = false,
            other if is_first => out.push(other),
            _ => {}
        }
    }
}

/// What would be done to files. `None` where the client can't do that: make files.
pub(crate) fn workspace_edit(view: &View, edits: &Edits) -> Option<WorkspaceEdit> {
    if !edits.creates.is_empty() && !view.abilities.creates_files {
        return None;
    }
    if !view.abilities.document_changes {
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for edit in &edits.edits {
            let own = changes.entry(view.uri(&edit.span.file)?).or_default();
            own.push(text_edit(view, edit)?);
        }
        return Some(WorkspaceEdit::new(changes));
    }
    let mut operations = Vec::new();
    for group in edits.edits.chunk_by(|a, b| a.span.file == b.span.file) {
        let file = &group.first()?.span.file;
        let own = group.iter().map(|edit| text_edit(view, edit));
        let own: Vec<TextEdit> = own.collect::<Option<_>>()?;
        operations.push(document_edit(view.uri(file)?, view.version(file), own));
    }
    for (file, text) in &edits.creates {
        operations.extend(creation(view, file, text)?);
    }
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(operations)),
        ..WorkspaceEdit::default()
    })
}

fn text_edit(view: &View, edit: &FileEdit) -> Option<TextEdit> {
    let lines = view.lines(&edit.span.file)?;
    Some(TextEdit::new(
        lines.range(edit.span.range.clone()),
        edit.text.clone(),
    ))
}

fn document_edit(uri: Uri, version: Option<i32>, edits: Vec<TextEdit>) -> DocumentChangeOperation {
    DocumentChangeOperation::Edit(TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    })
}

/// A file that comes into being, never in the place of another.
fn creation(view: &View, file: &Path, text: &str) -> Option<[DocumentChangeOperation; 2]> {
    let uri = view.uri(file)?;
    let create = DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
        uri: uri.clone(),
        options: Some(CreateFileOptions {
            overwrite: Some(false),
            ignore_if_exists: Some(false),
        }),
        annotation_id: None,
    }));
    let fill = TextEdit::new(Default::default(), text.to_owned());
    Some([create, document_edit(uri, None, vec![fill])])
}

/// A range that lies within another.
pub(crate) fn within(inner: &Range<usize>, outer: &Range<usize>) -> Range<usize> {
    let start = inner.start.clamp(outer.start, outer.end.max(outer.start));
    start..inner.end.clamp(start, outer.end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_text() {
        let markdown =
            "## Risk\n**High**: locks `orders`, see [the page](https://a.b/c)\n```sql\nSELECT `x`;\n```\n";
        assert_eq!(
            plain(markdown),
            "Risk\nHigh: locks orders, see the page\nSELECT `x`;"
        );
        assert_eq!(plain(r"a\_b [c"), "a_b [c");
    }

    #[test]
    fn snippets_become_text() {
        assert_eq!(
            plain_snippet("CREATE INDEX ${1:name} ON ${2:t (${3:c})} USING ${4|btree,gin|};$0"),
            "CREATE INDEX name ON t (c) USING btree;"
        );
        assert_eq!(plain_snippet(r"a\$1 $ {}"), "a$1  {}");
    }
}
