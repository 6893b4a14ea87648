//! What can't be read, or only in part: a clear problem with its place, and everything else all the same.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use confiture_project::{Limits, OpenOptions, ProblemCode, ProblemKind, Workspace};
use support::{Tree, codes};

fn names(workspace: &Workspace) -> Vec<String> {
    workspace
        .projects
        .iter()
        .flat_map(|project| &project.scripts)
        .map(|script| script.source.path.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn the_rest_is_still_read() {
    let tree = Tree::new(&[("good.sql", "SELECT 1;")]);
    tree.write("binary.sql", b"\x7fELF\0\0\0");
    tree.write("latin1.sql", b"-- caf\xe9\nSELECT 1;");
    tree.write("utf16.sql", b"\xff\xfeS\0E\0");
    tree.write(
        "late.sql",
        &[vec![b' '; 9000], vec![0], b"SELECT 1;".to_vec()].concat(),
    );
    std::os::unix::fs::symlink(tree.path(), tree.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", tree.path().join("dangling.sql")).unwrap();
    let workspace = tree.open(&["."]);
    assert_eq!(names(&workspace), ["good.sql", "late.sql", "latin1.sql"]);
    assert_eq!(
        codes(&workspace),
        ["E010", "E011", "E014", "E014", "E015", "E016"]
    );
    let latin1 = workspace
        .problems
        .iter()
        .find(|problem| problem.path.ends_with("latin1.sql"))
        .unwrap();
    assert_eq!(latin1.line_column(), Some((1, 7)));
    let script = &workspace.projects[0].scripts[2];
    assert_eq!(&*script.source.text, "-- caf_\nSELECT 1;");
}

#[test]
fn a_byte_order_mark_stays_so_that_offsets_hold() {
    let tree = Tree::new(&[("a.sql", "\u{feff}SELECT 1;")]);
    let workspace = tree.open(&["a.sql"]);
    assert_eq!(workspace.projects[0].scripts[0].source.text.len(), 12);
    assert!(workspace.problems.is_empty());
}

#[test]
fn limits() {
    let tree = Tree::new(&[
        ("a.sql", "SELECT 1;"),
        ("b.sql", "SELECT 1, 2, 3, 4;"),
        ("c.sql", "SELECT 2;"),
    ]);
    let limits = Limits {
        file_bytes: 10,
        total_bytes: 1000,
        ..Limits::default()
    };
    let workspace = Workspace::open(
        &["."],
        &OpenOptions {
            limits,
            ..tree.options()
        },
    );
    assert_eq!(names(&workspace), ["a.sql", "c.sql"]);
    assert_eq!(codes(&workspace), ["E012"]);
    let limits = Limits {
        total_bytes: 9,
        ..Limits::default()
    };
    let workspace = Workspace::open(
        &["a.sql", "c.sql"],
        &OpenOptions {
            limits,
            ..tree.options()
        },
    );
    assert_eq!(codes(&workspace), ["E013"]);
    assert_eq!(names(&workspace).len(), 1);
}

#[test]
fn a_sparse_file_of_a_terabyte_costs_nothing() {
    let tree = Tree::new(&[("a.sql", "SELECT 1;")]);
    let file = std::fs::File::create(tree.path().join("huge.sql")).unwrap();
    file.set_len(1 << 40).unwrap();
    let workspace = tree.open(&["."]);
    assert_eq!(codes(&workspace), ["E012"]);
    assert_eq!(names(&workspace), ["a.sql"]);
}

#[test]
fn missing_paths_are_told() {
    let tree = Tree::new(&[("a.sql", "SELECT 1;")]);
    let workspace = tree.open(&["nope.sql", "a.sql"]);
    assert_eq!(names(&workspace), ["a.sql"]);
    assert_eq!(workspace.problems[0].code.kind(), ProblemKind::Reading);
    assert_eq!(
        workspace.problems[0].to_string(),
        "E010: nope.sql: can't be read: no such file or directory"
    );
}

#[test]
fn ignored_and_hidden_files_are_read_when_named() {
    let tree = Tree::new(&[
        (".gitignore", "out/\n"),
        ("out/a.sql", "SELECT 1;"),
        (".hidden/b.sql", "SELECT 1;"),
        ("c.sql", "SELECT 1;"),
        ("node_modules/x/d.sql", "SELECT 1;"),
    ]);
    assert_eq!(names(&tree.open(&["."])), ["c.sql"]);
    assert_eq!(names(&tree.open(&["out/a.sql"])), ["out/a.sql"]);
    assert_eq!(
        names(&tree.open(&[".", ".hidden/b.sql"])),
        ["c.sql", ".hidden/b.sql"]
    );
}

#[test]
fn a_file_linked_twice_is_one_file() {
    let tree = Tree::new(&[("real/a.sql", "SELECT 1;")]);
    std::os::unix::fs::symlink(tree.path().join("real"), tree.path().join("alias")).unwrap();
    assert_eq!(names(&tree.open(&["."])).len(), 1);
}

#[test]
fn includes_stand_at_their_place() {
    let tree = Tree::new(&[
        (
            "main.sql",
            "SELECT 1;\n\\ir parts/a.sql\nSELECT 3;\n\\i gone.sql\n",
        ),
        ("parts/a.sql", "SELECT 2;\n\\ir b.sql\n"),
        ("parts/b.sql", "SELECT 2.5;"),
        ("other.sql", "SELECT 9;"),
    ]);
    let workspace = tree.open(&["."]);
    let project = &workspace.projects[0];
    assert_eq!(names(&workspace), ["main.sql", "other.sql"]);
    let main = &project.scripts[0];
    let texts: Vec<_> = main.segments.iter().map(|segment| segment.text.trim()).collect();
    assert_eq!(
        texts,
        ["SELECT 1;", "SELECT 2;", "SELECT 2.5;", "SELECT 3;\n\\i gone.sql"]
    );
    let last = &main.segments[3];
    assert_eq!(
        last.map.to_file(last.text.find("SELECT 3").unwrap()),
        main.source.text.find("SELECT 3").unwrap()
    );
    assert_eq!(main.segments[1].source.path, Path::new("parts/a.sql"));
    assert_eq!(codes(&workspace), ["E041"]);
    assert_eq!(workspace.problems[0].line_column(), Some((4, 1)));
}

#[test]
fn cyclic_and_exploding_includes_end() {
    let tree = Tree::new(&[
        ("a.sql", "SELECT 1;\n\\ir b.sql\n"),
        ("b.sql", "SELECT 2;\n\\ir a.sql\n"),
    ]);
    let workspace = tree.open(&["."]);
    assert_eq!(workspace.projects[0].scripts.len(), 2);
    assert!(
        workspace
            .problems
            .iter()
            .all(|problem| problem.code == ProblemCode::IncludeCycle)
    );
    assert!(!workspace.problems.is_empty());
    // Each file includes the next one twice: 2^40 includes, were they followed.
    let tree = Tree::new(&[]);
    for at in 0..40 {
        tree.write(
            &format!("{at}.sql"),
            format!("\\ir {next}.sql\n\\ir {next}.sql\n", next = at + 1).as_bytes(),
        );
    }
    tree.write("40.sql", b"SELECT 1;");
    let workspace = tree.open(&["0.sql"]);
    assert!(
        workspace
            .problems
            .iter()
            .any(|problem| problem.code == ProblemCode::IncludeNotFollowed)
    );
}

#[test]
fn an_overlay_replaces_a_file() {
    let tree = Tree::new(&[("a.sql", "SELECT 1;")]);
    let mut options = tree.options();
    options
        .overlays
        .insert(tree.path().join("a.sql"), "SELECT 2;".into());
    let workspace = Workspace::open(&["a.sql"], &options);
    assert_eq!(&*workspace.projects[0].scripts[0].source.text, "SELECT 2;");
}

/// What an editor holds and nobody has saved yet is part of the project.
#[test]
fn a_file_that_is_not_on_disk_takes_its_place_in_the_history() {
    let tree = Tree::new(&[
        ("migrations/001_a.up.sql", "SELECT 1;"),
        ("migrations/003_c.up.sql", "SELECT 3;"),
    ]);
    let mut options = tree.options();
    options
        .overlays
        .insert(tree.path().join("migrations/002_b.up.sql"), "SELECT 2;".into());
    let workspace = Workspace::open(&["migrations/002_b.up.sql"], &options);
    let scripts: Vec<_> = workspace.projects[0]
        .ups()
        .map(|script| (&*script.source.text, script.selected))
        .collect();
    assert_eq!(
        scripts,
        [("SELECT 1;", false), ("SELECT 2;", true), ("SELECT 3;", false)]
    );
    assert_eq!(workspace.problems, []);
}

/// Names that aren't UTF-8: read, or told of; never left out without a word.
#[cfg(target_os = "linux")]
#[test]
fn files_with_names_that_are_not_utf_8_are_read_or_told_of() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"02_caf\xe9.sql");
    for (folder, config) in [
        ("db/schema", None),
        ("sql", None),
        ("db/migrations", None),
        ("db/schema", Some("load_order: [db/schema]")),
        ("db/schema", Some("load_order: [\"db/schema/*.sql\"]")),
        ("db/migrations", Some("migrations: {paths: [db/migrations]}")),
        (
            "db/migrations",
            Some("migrations: {paths: [db/migrations], layout: flyway}"),
        ),
        (
            "db/migrations",
            Some("migrations: {paths: [db/migrations], layout: sqlx}"),
        ),
    ] {
        let tree = Tree::new(&[]);
        tree.write(&format!("{folder}/01_a.sql"), b"SELECT 1;");
        std::fs::write(tree.path().join(folder).join(name), "SELECT 2;").unwrap();
        if let Some(config) = config {
            tree.write("confiture.yaml", config.as_bytes());
        }
        let workspace = tree.open(&["."]);
        let mut scripts = workspace.projects.iter().flat_map(|project| &project.scripts);
        let is_read = scripts.any(|script| script.source.file.file_name() == Some(name));
        let mut problems = workspace.problems.iter();
        let is_told = problems.any(|problem| problem.path.file_name() == Some(name));
        assert!(
            is_read || is_told,
            "{folder} {config:?}: {:?}",
            workspace.problems
        );
    }
}
