//! What is wrong: sent to clients that wait for it, handed to clients that ask.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use confiture_ide::{config, diagnostics};
use tower_lsp_server::ls_types::{
    Diagnostic, DocumentDiagnosticReport, FullDocumentDiagnosticReport, PreviousResultId,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::snapshot::{Doc, View};
use crate::{convert, position::Lines};

/// What is wrong with a file.
pub(crate) fn of_file(view: &View, path: &Path, lines: &Lines) -> Vec<Diagnostic> {
    let found = diagnostics::diagnostics(view.world(), path);
    converted(view, path, lines, found)
}

fn converted(
    view: &View,
    path: &Path,
    lines: &Lines,
    mut found: Vec<diagnostics::Diagnostic>,
) -> Vec<Diagnostic> {
    if let Some(text) = view.snapshot.opened.get(path).filter(|_| config::is_config(path)) {
        let own = config::diagnostics(path, &text.text());
        let more = own.into_iter().filter(|one| {
            let is_known =
                |known: &diagnostics::Diagnostic| known.range == one.range && known.code == one.code;
            !found.iter().any(is_known)
        });
        let more: Vec<_> = more.collect();
        found.extend(more);
    }
    let shown = found.iter().map(|found| convert::diagnostic(view, lines, found));
    shown.collect()
}

/// What is wrong with every file in which anything is.
pub(crate) fn of_all(view: &View) -> HashMap<PathBuf, Vec<Diagnostic>> {
    let mut found = diagnostics::all(view.world());
    let open = view.snapshot.opened.keys().filter(|path| config::is_config(path));
    for path in open {
        found.entry(path.clone()).or_default();
    }
    let shown = found.into_iter().map(|(path, found)| {
        let lines = view
            .lines(&path)
            .unwrap_or_else(|| Lines::new(Default::default(), view.abilities.encoding));
        let shown = converted(view, &path, &lines, found);
        (path, shown)
    });
    shown.filter(|(_, shown)| !shown.is_empty()).collect()
}

/// A name for diagnostics that are the same.
fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    // The protocol's types can't be hashed; their text can.
    serde_json::to_string(diagnostics)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The answer to a question about one document.
pub(crate) fn report(view: &View, doc: &Doc, earlier: Option<&str>) -> DocumentDiagnosticReport {
    let items = of_file(view, &doc.path, &doc.lines);
    let id = result_id(&items);
    if earlier == Some(id.as_str()) {
        return RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        }
        .into();
    }
    RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport {
            result_id: Some(id),
            items,
        },
    }
    .into()
}

/// The answer to a question about everything: files in which something is wrong, or was at last.
pub(crate) fn workspace_report(view: &View, earlier: &[PreviousResultId]) -> WorkspaceDiagnosticReport {
    let mut all: Vec<_> = of_all(view)
        .into_iter()
        .filter_map(|(path, items)| Some((view.uri(&path)?, view.version(&path), items)))
        .collect();
    for known in earlier {
        if !all.iter().any(|(uri, ..)| *uri == known.uri) {
            let opened = view
                .snapshot
                .opened
                .values()
                .find(|opened| opened.uri == known.uri);
            all.push((known.uri.clone(), opened.map(|opened| opened.version), Vec::new()));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let earlier: HashMap<&str, &str> = earlier
        .iter()
        .map(|known| (known.uri.as_str(), known.value.as_str()))
        .collect();
    let items = all.into_iter().map(|(uri, version, items)| {
        let version = version.map(i64::from);
        let id = result_id(&items);
        if earlier.get(uri.as_str()) == Some(&id.as_str()) {
            return WorkspaceDocumentDiagnosticReport::Unchanged(
                WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
                },
            );
        }
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        })
    });
    WorkspaceDiagnosticReport {
        items: items.collect(),
    }
}
