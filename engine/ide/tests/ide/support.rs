//! Projects as text: files behind `//- path` lines, the cursor as `$0`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use confiture_ide::{Edits, FilePosition, Span, World};
use confiture_project::OpenOptions;

/// A project on disk, and what is known of it.
pub(crate) struct Fixture {
    folder: tempfile::TempDir,
    /// What is known.
    pub(crate) world: World,
    /// Where `$0` stands.
    pub(crate) cursor: Option<FilePosition>,
}

impl Fixture {
    /// From a text such as
    ///
    /// ```text
    /// //- migrations/001_a.up.sql
    /// CREATE TABLE t (id int);
    /// //- migrations/002_b.up.sql
    /// ALTER TABLE t$0 ADD COLUMN x int;
    /// ```
    ///
    /// A text without such a line is the one file `migrations/001_first.up.sql`. All rules run as by default; a file
    /// `confiture.yaml` may say otherwise.
    pub(crate) fn new(text: &str) -> Fixture {
        let folder = tempfile::tempdir().expect("a folder");
        // Above it nothing is looked for.
        std::fs::create_dir(folder.path().join(".git")).expect("a folder");
        let mut cursor = None;
        for (path, text) in files(text) {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            let mut text = text;
            if let Some(offset) = text.find("$0") {
                text.replace_range(offset..offset + 2, "");
                cursor = Some(FilePosition {
                    file: file.clone(),
                    offset,
                });
            }
            std::fs::write(&file, text).expect("a file");
        }
        let options = OpenOptions {
            cwd: folder.path().to_path_buf(),
            ..OpenOptions::default()
        };
        let world = World::open(&[folder.path()], &options);
        Fixture {
            folder,
            world,
            cursor,
        }
    }

    /// Where `$0` stands.
    pub(crate) fn cursor(&self) -> &FilePosition {
        self.cursor.as_ref().expect("a $0 in the text")
    }

    /// The absolute path of a file.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A file's path within the project.
    pub(crate) fn short(&self, file: &Path) -> String {
        let short = file.strip_prefix(self.folder.path()).unwrap_or(file);
        short.display().to_string()
    }

    /// The text of a range of a file.
    pub(crate) fn slice(&self, file: &Path, range: Range<usize>) -> String {
        let text = self.world.text(file).expect("a file of the project");
        text.get(range).expect("a range of characters").to_owned()
    }

    /// A place for people: path, line, column (both from 1) and text.
    pub(crate) fn shown(&self, span: &Span) -> String {
        let text = self.world.text(&span.file).expect("a file of the project");
        let before = &text[..span.range.start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        let own = &text[span.range.clone()];
        format!("{}:{line}:{column} {own:?}", self.short(&span.file))
    }

    /// The same, all of it released as it is.
    pub(crate) fn released(&self) -> World {
        let projects = self.world.projects().iter().map(|live| {
            let project = live.project();
            let released: confiture_lint::Released = project
                .scripts
                .iter()
                .map(|script| (script.source.file.clone(), script.source.text.clone()))
                .collect();
            confiture_lint::Live::new(
                project.clone().into(),
                live.rules().clone().into(),
                live.version(),
                Some(released.into()),
            )
        });
        World::new(projects.collect(), Vec::new(), std::collections::HashMap::new())
    }

    /// The files of the project as they were made, by their paths.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut work = vec![self.folder.path().to_path_buf()];
        while let Some(at) = work.pop() {
            for entry in std::fs::read_dir(at).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    work.push(path);
                } else {
                    files.push((self.short(&path), std::fs::read_to_string(&path).expect("a text")));
                }
            }
        }
        files
    }

    /// The files that edits change or create, as they are then.
    pub(crate) fn applied(&self, edits: &Edits) -> String {
        let mut files: Vec<(PathBuf, String)> = Vec::new();
        for edit in edits.edits.iter().rev() {
            let at = files
                .iter()
                .position(|(file, _)| *file == edit.span.file)
                .unwrap_or_else(|| {
                    let text = self.world.text(&edit.span.file).expect("a file of the project");
                    files.push((edit.span.file.clone(), text.to_string()));
                    files.len() - 1
                });
            files[at].1.replace_range(edit.span.range.clone(), &edit.text);
        }
        files.extend(edits.creates.iter().cloned());
        files.sort();
        let shown = files
            .iter()
            .map(|(file, text)| format!("//- {}\n{text}", self.short(file)));
        shown.collect::<Vec<_>>().join("\n")
    }
}

fn files(text: &str) -> Vec<(String, String)> {
    if !text.lines().any(|line| line.starts_with("//- ")) {
        return vec![("migrations/001_first.up.sql".to_owned(), text.to_owned())];
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("//- "), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    files
}
