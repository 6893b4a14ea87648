//! A project one of whose files says something else now, without a look at the disk.

use std::path::Path;
use std::sync::Arc;

use crate::layout::{self, Assembled};
use crate::{Project, Script, Segment, SourceFile, include};

impl Project {
    /// The project with another text of one of its files. `None` where the edit may have changed more than texts (which
    /// scripts there are, their order, what a script includes, what is wrong with the project), or where the project has no
    /// such file: then it must be opened anew.
    pub fn with_text(&self, file: &Path, text: &Arc<str>) -> Option<Project> {
        let is_in = |script: &&Script| {
            script.source.file == file || script.segments.iter().any(|segment| segment.source.file == file)
        };
        let own: Vec<usize> = self
            .scripts
            .iter()
            .enumerate()
            .filter(|(_, s)| is_in(s))
            .map(|(at, _)| at)
            .collect();
        let first = self.scripts.get(*own.first()?)?;
        let is_alone = |script: &Script| {
            script
                .segments
                .iter()
                .all(|segment| segment.source.file == script.source.file)
        };
        let are_alone = own
            .iter()
            .all(|&at| self.scripts[at].source.file == file && is_alone(&self.scripts[at]));
        if !are_alone
            || include::may_include(text)
            || (layout::may_be_annotated(file) && changes_layout(&first.source.text, text))
        {
            return None;
        }
        let source = Arc::new(SourceFile {
            path: first.source.path.clone(),
            file: first.source.file.clone(),
            text: Arc::clone(text),
        });
        let mut fresh = self.assembled(first, &source)?;
        if fresh.len() != own.len() {
            return None;
        }
        let mut project = self.clone();
        for at in own {
            let known = &mut project.scripts[at];
            let is_same =
                |script: &Script| script.direction == known.direction && script.group == known.group;
            let found = fresh.iter().position(is_same)?;
            let script = fresh.swap_remove(found);
            if script.version != known.version || script.applies_to != known.applies_to {
                return None;
            }
            let runs = |script: &Script| script.hooks.iter().map(|hook| hook.run).collect::<Vec<_>>();
            if runs(&script) != runs(known) {
                return None;
            }
            known.source = script.source;
            known.segments = script.segments;
            known.hooks = script.hooks;
            known.transaction = script.transaction;
        }
        Some(project)
    }

    /// The scripts of a file, by the rules of its layout.
    fn assembled(&self, known: &Script, source: &Arc<SourceFile>) -> Option<Vec<Script>> {
        let again = |assembled: Assembled| assembled.problems.is_empty().then_some(assembled.scripts);
        match layout::of_one_file(&self.root, known.layout, source) {
            Some(assembled) => again(assembled),
            None => Some(vec![Script {
                source: Arc::clone(source),
                segments: vec![Segment::whole(source)],
                ..known.clone()
            }]),
        }
    }
}

/// Whether an edit may have put in or taken out what tells a tool's layout.
fn changes_layout(old: &str, new: &str) -> bool {
    let is_plain = |text: &str| !text.contains("migrate:") && !text.contains("+goose");
    match (is_plain(old), is_plain(new)) {
        (true, true) => false,
        (false, false) => layout::annotated_layout(old) != layout::annotated_layout(new),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OpenOptions, Workspace};

    /// A project of one file, opened, and the same with another text of the file in two ways.
    fn both(name: &str, old: &str, new: &str) -> (Option<Project>, Option<Project>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, old).unwrap();
        let options = OpenOptions {
            cwd: folder.path().to_path_buf(),
            ..OpenOptions::default()
        };
        let open = || Workspace::open(&[folder.path()], &options).projects.pop();
        let edited = open().unwrap().with_text(&file, &new.into());
        std::fs::write(&file, new).unwrap();
        (edited, open())
    }

    #[test]
    fn an_edit_of_text_gives_what_opening_gives() {
        for (name, old, new) in [
            ("a.sql", "SELECT 1;", "SELECT 1; SELECT 2;"),
            ("migrations/001_a.up.sql", "SELECT 1;", "-- é\nSELECT 1;"),
            (
                "migrations/001_a.sql",
                "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;",
                "-- +goose Up\nSELECT 3;\n-- +goose Down\nSELECT 2;",
            ),
            (
                "migrations/001_a.sql",
                "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
                "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\n",
            ),
            (
                "confiture-migrations/001_a.yaml",
                "ddl: SELECT 1;\nrollback: {ddl: SELECT 2;}\n",
                "ddl: |\n  SELECT 1;\n  SELECT 5;\nrollback: {ddl: SELECT 2;}\n",
            ),
            ("db/schema/1_a.sql", "SELECT 1;", "SELECT 2;"),
            ("migrations/V1__a.sql", "SELECT 1;", "SELECT 2;"),
            ("migrations/1_a/migration.sql", "SELECT 1;", "SELECT 2;"),
        ] {
            let (edited, opened) = both(name, old, new);
            assert_eq!(edited.expect(name).scripts, opened.expect(name).scripts, "{name}");
        }
    }

    #[test]
    fn what_changes_more_than_texts_is_opened_anew() {
        for (name, old, new) in [
            ("a.sql", "SELECT 1;", "\\i b.sql\n"),
            ("migrations/001_a.sql", "SELECT 1;", "-- +goose Up\nSELECT 1;"),
            (
                "migrations/001_a.sql",
                "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;",
                "-- +goose Up\nSELECT 1;\n",
            ),
            (
                "confiture-migrations/001_a.yaml",
                "ddl: SELECT 1;\n",
                "ddl: SELECT 1;\nrollback: {ddl: SELECT 2;}\n",
            ),
            ("confiture-migrations/001_a.yaml", "ddl: SELECT 1;\n", "ddl: [\n"),
        ] {
            assert!(both(name, old, new).0.is_none(), "{name} {new}");
        }
    }
}
