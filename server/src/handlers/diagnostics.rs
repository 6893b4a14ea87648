//! What is wrong: sent to clients that wait for it, handed to clients that ask.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_ide::{config, diagnostics, statistics};
use tower_lsp_server::ls_types::{
    Diagnostic, DocumentDiagnosticReport, FullDocumentDiagnosticReport, PreviousResultId,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::shelf::Shelf;
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
    if let Some(text) = view.snapshot.opened.get(path).filter(|_| is_told_apart(path)) {
        let own = match config::is_config(path) {
            true => config::diagnostics(path, &text.text()),
            false => statistics::diagnostics(&text.text()),
        };
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

/// Whether a file that holds no SQL is looked at while it is open.
fn is_told_apart(path: &Path) -> bool {
    config::is_config(path) || statistics::is_statistics(path)
}

/// What is wrong with every file in which anything is.
pub(crate) fn of_all(view: &View) -> HashMap<PathBuf, Vec<Diagnostic>> {
    let mut found = diagnostics::all(view.world());
    let open = view.snapshot.opened.keys().filter(|path| is_told_apart(path));
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

/// The answer to a question about one document.
pub(crate) fn report(
    shelf: &mut Shelf,
    view: &View,
    doc: &Doc,
    earlier: Option<&str>,
) -> DocumentDiagnosticReport {
    shelf.update(view);
    let (items, id) = shelf.of(&doc.path);
    if earlier == Some(id.as_str()) {
        return RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        }
        .into();
    }
    RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: full(id, items),
    }
    .into()
}

fn full(id: String, items: Arc<Vec<Diagnostic>>) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport {
        result_id: Some(id),
        items: Arc::unwrap_or_clone(items),
    }
}

/// The answer to a question about everything: files in which something is wrong, or was at last.
pub(crate) fn workspace_report(
    shelf: &mut Shelf,
    view: &View,
    earlier: &[PreviousResultId],
) -> WorkspaceDiagnosticReport {
    shelf.update(view);
    let earlier: HashMap<&Uri, &str> = earlier
        .iter()
        .map(|known| (&known.uri, known.value.as_str()))
        .collect();
    let mut all: BTreeMap<Uri, PathBuf> = shelf
        .files()
        .filter_map(|path| Some((view.uri(path)?, path.clone())))
        .collect();
    let cured = earlier.keys().filter(|uri| !all.contains_key(**uri));
    let cured: Vec<(Uri, PathBuf)> = cured.map(|uri| ((*uri).clone(), view.path(uri))).collect();
    all.extend(cured);
    let items = all.into_iter().map(|(uri, path)| {
        let version = view.version(&path).map(i64::from);
        let (items, id) = shelf.of(&path);
        if earlier.get(&uri) == Some(&id.as_str()) {
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
            full_document_diagnostic_report: full(id, items),
        })
    });
    WorkspaceDiagnosticReport {
        items: items.collect(),
    }
}
