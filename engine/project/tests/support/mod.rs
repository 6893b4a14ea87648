//! A temporary tree of files.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;

use confiture_project::{OpenOptions, Workspace};

/// Files in a temporary folder, with a `.git` so that nothing above it is looked at.
pub(crate) struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    pub(crate) fn new(files: &[(&str, &str)]) -> Tree {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let tree = Tree { folder };
        files
            .iter()
            .for_each(|(path, text)| tree.write(path, text.as_bytes()));
        tree
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn options(&self) -> OpenOptions {
        OpenOptions {
            cwd: self.path().to_path_buf(),
            ..OpenOptions::default()
        }
    }

    pub(crate) fn open(&self, paths: &[&str]) -> Workspace {
        Workspace::open(paths, &self.options())
    }
}

/// The problems' codes, sorted.
pub(crate) fn codes(workspace: &Workspace) -> Vec<&'static str> {
    let mut codes: Vec<_> = workspace
        .problems
        .iter()
        .map(|problem| problem.code.as_str())
        .collect();
    codes.sort_unstable();
    codes
}
