//! The generated project of realistic size is found whole and in order.
#![allow(clippy::unwrap_used)]

#[path = "../examples/printoptim.rs"]
mod printoptim;

use confiture_project::{Layout, OpenOptions, Workspace};

#[test]
fn printoptim_opens_in_its_load_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(
        printoptim::write_printoptim(folder.path()).unwrap(),
        printoptim::FILES
    );
    let options = OpenOptions {
        cwd: folder.path().to_path_buf(),
        ..OpenOptions::default()
    };
    let workspace = Workspace::open(&["."], &options);
    assert_eq!(workspace.problems, []);
    let [project] = &workspace.projects[..] else {
        panic!("{} projects", workspace.projects.len())
    };
    assert_eq!(project.layout, Layout::SchemaTree);
    assert_eq!(project.scripts.len(), printoptim::FILES);
    let folders: Vec<_> = project
        .scripts
        .iter()
        .map(|script| script.source.path.iter().nth(2).unwrap().to_str().unwrap())
        .collect();
    let mut parts = folders.clone();
    parts.dedup();
    assert_eq!(
        parts,
        [
            "00_common",
            "01_write_side",
            "02_query_side",
            "03_functions",
            "019_prep_seed"
        ]
    );
    assert_eq!(project.config.linting.rules.len(), 2);
}

#[test]
fn the_other_sizes_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(printoptim::write_tables(folder.path(), 100).unwrap(), 101);
    assert_eq!(printoptim::statements(25).matches(";\n").count(), 25);
    let options = OpenOptions {
        cwd: folder.path().to_path_buf(),
        ..OpenOptions::default()
    };
    let workspace = Workspace::open(&["."], &options);
    assert_eq!(workspace.projects[0].scripts.len(), 101);
}
