//! Fixes applied to projects on disk, and what keeps them from being applied.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use confiture_lint::fix::{self, Fixed, Level, Linted, Overlays, Policy, Reason};
use confiture_lint::{Edit, Finding, Fix, Input, NewFile, Place, Released, RuleSet, Safety, lint};
use confiture_project::{OpenOptions, Project, Workspace};
use confiture_risk::PgVersion;
use confiture_syntax::TextRange;
use tempfile::TempDir;

/// A project on disk.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn new(files: &[(&str, &str)]) -> Disk {
        let disk = Disk {
            folder: tempfile::tempdir().expect("a folder"),
        };
        // Nothing above is looked at.
        fs::create_dir(disk.folder.path().join(".git")).expect("a folder");
        for (name, text) in files {
            let path = disk.folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        disk
    }

    fn root(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    fn open(&self, overlays: &Overlays) -> Workspace {
        let options = OpenOptions {
            cwd: self.root(),
            overlays: overlays.clone(),
            ..OpenOptions::default()
        };
        Workspace::open(&[self.root()], &options)
    }

    fn lint(&self, overlays: &Overlays) -> Vec<Linted> {
        let projects = self.open(overlays).projects.into_iter();
        let one = |project: Project| {
            let (rules, _) = RuleSet::from_config(&project.config);
            let report = lint(&Input::new(&project, PgVersion::default()), &rules);
            Linted { project, report }
        };
        projects.map(one).collect()
    }

    fn fix(&self, level: Level) -> Fixed {
        fix::run(&|overlays| self.lint(overlays), &Policy::new(level))
    }

    /// Fixes with findings of a test's own: one for each place of a word, with the fix that is made for it.
    fn fix_own(&self, word: &str, make: impl Fn(&Linted, Place) -> Fix) -> Fixed {
        let lint = |overlays: &Overlays| {
            let mut linted = self.lint(overlays);
            for linted in &mut linted {
                let found = own_findings(linted, word, &make);
                linted.report.findings.extend(found);
            }
            linted
        };
        fix::run(&lint, &Policy::new(Level::Unsafe))
    }

    /// Writes what a run came to, as the command does.
    fn write(&self, fixed: &Fixed) {
        for change in &fixed.files {
            let now = fs::read_to_string(&change.file).ok();
            assert_eq!(now.as_deref(), change.old.as_deref());
            fs::write(&change.file, &*change.new).expect("a file");
        }
    }
}

fn own_findings(linted: &Linted, word: &str, make: &impl Fn(&Linted, Place) -> Fix) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, script) in linted.project.scripts.iter().enumerate() {
        for (segment, stretch) in script.segments.iter().enumerate() {
            for (at, _) in stretch.text.match_indices(word) {
                let place = Place {
                    script: number,
                    segment,
                    range: TextRange::from_usize(at, at + word.len()),
                };
                let mut finding = Finding {
                    rule: "own".into(),
                    kind: "own",
                    severity: confiture_lint::Severity::Warning,
                    message: format!("`{word}`"),
                    subject: Default::default(),
                    place,
                    help: None,
                    fixes: Vec::new(),
                    related: Vec::new(),
                };
                finding.fix(make(linted, place));
                found.push(finding);
            }
        }
    }
    found
}

/// Puts another word in the place of one.
fn replaced(place: Place, text: &str) -> Fix {
    Fix::new("Replace it", Safety::Safe).edit(Edit {
        place,
        text: text.to_owned(),
    })
}

fn only(fixed: &Fixed) -> &str {
    assert_eq!(fixed.files.len(), 1, "{:?}", fixed.skipped);
    &fixed.files[0].new
}

fn reasons(fixed: &Fixed) -> Vec<String> {
    fixed
        .skipped
        .iter()
        .map(|skipped| skipped.reason.to_string())
        .collect()
}

const TABLE: (&str, &str) = (
    "migrations/001_orders.up.sql",
    "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);\n",
);
/// Each statement by itself, and nothing about timeouts.
const CONFIG: (&str, &str) = (
    "confiture.yaml",
    "migrations: {layout: goose}\nlinting: {rules: {require-lock-timeout: off}}\n",
);

/// Migrations that goose runs without a transaction.
fn goose(sql: &str) -> String {
    format!("-- +goose NO TRANSACTION\n-- +goose Up\n{sql}")
}

const GOOSE_TABLE: (&str, &str) = (
    "migrations/001_orders.sql",
    "-- +goose Up\nCREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);\n",
);

fn goose_disk(sql: &str) -> Disk {
    Disk::new(&[CONFIG, GOOSE_TABLE, ("migrations/002_index.sql", &goose(sql))])
}

#[test]
fn an_index_is_built_concurrently_and_a_second_run_changes_nothing() {
    let disk =
        goose_disk("CREATE INDEX i ON orders (placed_at);\nCREATE INDEX j ON orders (placed_at, id);\n");
    let fixed = disk.fix(Level::Safe);
    assert_eq!(
        only(&fixed),
        goose(
            "CREATE INDEX CONCURRENTLY i ON orders (placed_at);\nCREATE INDEX CONCURRENTLY j ON orders (placed_at, id);\n"
        )
    );
    assert_eq!(fixed.applied.len(), 2);
    assert_eq!(fixed.skipped, []);
    disk.write(&fixed);
    let again = disk.fix(Level::Unsafe);
    assert_eq!(again.files, []);
    insta::assert_snapshot!(fix::diff(&fixed.files));
}

#[test]
fn line_ends_byte_order_marks_and_the_end_of_the_file_stay() {
    let text = "\u{feff}-- +goose NO TRANSACTION\r\n-- +goose Up\r\n-- confiture: ignore data-loss: no\r\nSELECT 1;\r\nCREATE INDEX i ON orders (placed_at)";
    let disk = Disk::new(&[CONFIG, GOOSE_TABLE, ("migrations/002_index.sql", text)]);
    let fixed = disk.fix(Level::Safe);
    assert_eq!(
        only(&fixed),
        "\u{feff}-- +goose NO TRANSACTION\r\n-- +goose Up\r\nSELECT 1;\r\nCREATE INDEX CONCURRENTLY i ON orders (placed_at)"
    );
}

#[test]
fn inserted_lines_end_as_their_neighbours_do() {
    let disk = Disk::new(&[("a.sql", "SELECT 1;\r\nSELECT 'two';\r\n")]);
    let fixed = disk.fix_own("SELECT 'two'", |_, place| {
        Fix::new("Put lines before it", Safety::Safe).edit(Edit {
            place,
            text: "SELECT 2;\nSELECT 3".to_owned(),
        })
    });
    assert_eq!(only(&fixed), "SELECT 1;\r\nSELECT 2;\r\nSELECT 3;\r\n");
}

#[test]
fn lines_in_yaml_are_indented_like_their_neighbours() {
    let yaml = "name: two
ddl: |
    -- confiture: ignore data-loss: no
    ALTER TABLE orders
      ADD COLUMN note text;
rollback:
    ddl: |
      ALTER TABLE orders DROP COLUMN note;
";
    let disk = Disk::new(&[
        (
            "confiture-migrations/001_one.yaml",
            "ddl: |\n  CREATE TABLE orders (id bigint PRIMARY KEY);\n",
        ),
        ("confiture-migrations/002_two.yaml", yaml),
    ]);
    let fixed = disk.fix(Level::Unsafe);
    assert_eq!(
        only(&fixed),
        "name: two
ddl: |
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE orders
      ADD COLUMN note text;
rollback:
    ddl: |
      ALTER TABLE orders DROP COLUMN note;
"
    );
    disk.write(&fixed);
    assert_eq!(disk.fix(Level::Unsafe).files, []);
}

#[test]
fn yaml_that_spells_its_text_otherwise_is_left_alone() {
    for ddl in [
        "\"ALTER TABLE orders ADD COLUMN note text;\"",
        "'ALTER TABLE orders ADD COLUMN note text;'",
        "ALTER TABLE orders ADD COLUMN note text;",
        ">\n  ALTER TABLE orders\n  ADD COLUMN note text;",
    ] {
        let disk = Disk::new(&[
            (
                "confiture-migrations/001_one.yaml",
                "ddl: |\n  CREATE TABLE orders (id bigint PRIMARY KEY);\n",
            ),
            ("confiture-migrations/002_two.yaml", &format!("ddl: {ddl}\n")),
        ]);
        let fixed = disk.fix(Level::Unsafe);
        assert_eq!(fixed.files, [], "{ddl}");
        assert_eq!(fixed.skipped.len(), 1, "{ddl}");
        assert_eq!(fixed.skipped[0].reason, Reason::Unmappable, "{ddl}");
    }
}

#[test]
fn a_file_that_two_scripts_include_is_edited_once() {
    let disk = Disk::new(&[
        ("one.sql", "\\ir common.inc\nSELECT 1;\n"),
        ("two.sql", "\\ir common.inc\nSELECT 2;\n"),
        ("common.inc", "-- confiture: ignore data-loss: no\nSELECT 0;\n"),
    ]);
    let fixed = disk.fix(Level::Safe);
    assert_eq!(only(&fixed), "SELECT 0;\n");
    assert_eq!(fixed.files[0].path, Path::new("common.inc"));
}

#[test]
fn released_migrations_stay_as_they_are() {
    let disk = goose_disk("CREATE INDEX i ON orders (placed_at);\n");
    let workspace = disk.open(&Overlays::new());
    let released: Released = workspace.projects[0]
        .scripts
        .iter()
        .map(|script| (script.source.file.clone(), script.source.text.clone()))
        .collect();
    let mut policy = Policy::new(Level::Safe);
    policy.lock_released(&workspace.projects[0], &released);
    let fixed = fix::run(&|overlays| disk.lint(overlays), &policy);
    assert_eq!(fixed.files, []);
    assert_eq!(reasons(&fixed), ["released; write a new migration"]);
}

#[test]
fn a_file_that_is_not_utf_8_stays_as_it_is() {
    let disk = goose_disk("");
    let mut bytes = goose("CREATE INDEX i ON orders (placed_at); -- caf").into_bytes();
    bytes.extend(b"\xe9\n");
    fs::write(disk.root().join("migrations/002_index.sql"), bytes).expect("a file");
    let mut policy = Policy::new(Level::Safe);
    policy.lock_mangled(&disk.open(&Overlays::new()));
    let fixed = fix::run(&|overlays| disk.lint(overlays), &policy);
    assert_eq!(fixed.files, []);
    assert_eq!(reasons(&fixed), ["the file is not UTF-8"]);
}

#[test]
fn unsafe_fixes_must_be_asked_for() {
    let disk = Disk::new(&[
        TABLE,
        (
            "migrations/002_note.up.sql",
            "ALTER TABLE orders ADD COLUMN note text;\n",
        ),
    ]);
    let fixed = disk.fix(Level::Safe);
    assert_eq!(
        (fixed.files.len(), reasons(&fixed)),
        (0, vec!["not safe to apply unseen".to_owned()])
    );
    assert_eq!(
        only(&disk.fix(Level::Unsafe)),
        "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN note text;\n"
    );
}

#[test]
fn only_the_rules_that_were_chosen_are_cured() {
    let disk = goose_disk("CREATE INDEX i ON orders (placed_at);\n");
    let mut policy = Policy::new(Level::Safe);
    policy.rules = Some(["data-loss".into()].into());
    assert_eq!(fix::run(&|overlays| disk.lint(overlays), &policy).files, []);
}

#[test]
fn what_breaks_a_file_is_dropped_and_the_others_stay() {
    let disk = Disk::new(&[(
        "a.sql",
        "SELECT 1;\nSELECT good;\nSELECT bad;\nSELECT good, good;\n",
    )]);
    let fixed = disk.fix_own("bad", |_, place| replaced(place, "(("));
    assert_eq!(fixed.files, []);
    assert_eq!(fixed.skipped[0].reason, Reason::Breaks("a.sql".into()));
    let fixed = disk.fix_own("o", |linted, place| {
        let text = &linted.project.scripts[0].segments[0].text;
        // The last of them is made a mess of.
        let is_last = !text[place.range.end as usize..].contains('o');
        replaced(place, if is_last { "'" } else { "0" })
    });
    assert_eq!(
        only(&fixed),
        "SELECT 1;\nSELECT g00d;\nSELECT bad;\nSELECT g00d, g0od;\n"
    );
}

#[test]
fn what_makes_something_else_worse_is_dropped() {
    let disk = Disk::new(&[
        ("a.sql", "SELECT good;\n"),
        ("b.sql", "SELECT good;\nCREATE TABLE kept (id int PRIMARY KEY);\n"),
    ]);
    let fixed = disk.fix_own("good", |_, place| {
        let text = if place.script == 1 {
            "1; CREATE TABLE keyless (a int)"
        } else {
            "1"
        };
        replaced(place, text)
    });
    assert_eq!(only(&fixed), "SELECT 1;\n");
    assert_eq!(fixed.files[0].path, Path::new("a.sql"));
    assert_eq!(
        reasons(&fixed),
        ["something else would be found: table public.keyless has no primary key [require-primary-key]"]
    );
}

#[test]
fn a_fix_that_cures_nothing_is_dropped() {
    let disk = Disk::new(&[("a.sql", "SELECT good;\n")]);
    let fixed = disk.fix_own("good", |_, place| replaced(place, "good /* really */"));
    assert_eq!(fixed.files, []);
    assert_eq!(reasons(&fixed), ["the finding would remain"]);
}

#[test]
fn what_overlaps_waits_for_the_next_round() {
    let disk = Disk::new(&[("a.sql", "SELECT aaa;\n")]);
    // Each finding wants one letter more than its own; the second one's comes when the first is done.
    let fixed = disk.fix_own("aa", |_, place| replaced(place, "b"));
    assert_eq!(only(&fixed), "SELECT ba;\n");
    assert_eq!(fixed.applied.len(), 1);
}

#[test]
fn insertions_at_one_place_stand_in_their_order_and_equal_ones_once() {
    let disk = Disk::new(&[("a.sql", "SELECT x, y;\n")]);
    let fixed = disk.fix_own("x", |_, place| {
        let start = Place {
            range: TextRange::empty(0),
            ..place
        };
        replaced(place, "1").edit(Edit {
            place: start,
            text: "SELECT 1;\n".to_owned(),
        })
    });
    assert_eq!(only(&fixed), "SELECT 1;\nSELECT 1, y;\n");
}

#[test]
fn files_are_created_and_seen_by_the_next_round() {
    let disk = Disk::new(&[("a.sql", "SELECT good;\n")]);
    let path = disk.root().join("b.sql");
    let fixed = disk.fix_own("good", |_, place| {
        Fix::new("Move it", Safety::Safe)
            .edit(Edit {
                place,
                text: "1".to_owned(),
            })
            .create(NewFile {
                path: path.clone(),
                text: "SELECT 2;\n".to_owned(),
            })
    });
    assert_eq!(fixed.files.len(), 2);
    let created = &fixed.files[1];
    assert_eq!(
        (created.path.as_path(), created.old.as_deref(), &*created.new),
        (Path::new("b.sql"), None, "SELECT 2;\n")
    );
    assert!(
        fixed.after[0]
            .project
            .scripts
            .iter()
            .any(|script| script.source.file == path)
    );
    insta::assert_snapshot!(fix::diff(&fixed.files));
}

#[test]
fn a_file_that_is_there_is_not_created() {
    let disk = Disk::new(&[("a.sql", "SELECT good;\n"), ("b.sql", "SELECT 3;\n")]);
    let path = disk.root().join("b.sql");
    let fixed = disk.fix_own("good", |_, place| {
        replaced(place, "1").create(NewFile {
            path: path.clone(),
            text: String::new(),
        })
    });
    assert_eq!(fixed.files, []);
    assert_eq!(reasons(&fixed), ["b.sql exists already"]);
}

#[test]
fn a_database_is_cured_by_a_migration() {
    let disk = Disk::new(&[("a.sql", "CREATE TABLE t (a int, b int);\nSELECT good, good;\n")]);
    let mut linted = disk.lint(&Overlays::new());
    let mut findings = own_findings(&linted[0], "good", &|_, _| {
        Fix::new("Key it", Safety::Safe).migration("ALTER TABLE t ADD PRIMARY KEY (a);")
    });
    findings.extend(own_findings(&linted[0], "b int", &|_, _| {
        Fix::new("Index it", Safety::Safe).migration("CREATE INDEX CONCURRENTLY ON t (b);\n")
    }));
    findings.extend(own_findings(&linted[0], "a int", &|_, _| {
        Fix::new("Drop it", Safety::Unsafe).migration("DROP TABLE t;")
    }));
    linted.clear();
    let new = fix::migration(&findings, Level::Safe, PgVersion::default()).expect("a migration");
    assert_eq!(new.sql, "-- own: `good`\nALTER TABLE t ADD PRIMARY KEY (a);\n");
    assert_eq!(
        new.outside,
        ["-- own: `b int`\nCREATE INDEX CONCURRENTLY ON t (b);\n"]
    );
    assert_eq!(fix::migration(&[], Level::Unsafe, PgVersion::default()), None);
}

#[test]
fn a_rule_that_speaks_once_a_script_is_heard_until_it_is_silent() {
    let sql = "BEGIN;\nALTER TABLE orders ADD COLUMN a int;\nCOMMIT;\nBEGIN;\nALTER TABLE orders ADD COLUMN b int;\nCOMMIT;\n";
    let disk = Disk::new(&[GOOSE_TABLE, ("migrations/002_more.sql", &goose(sql))]);
    let fixed = disk.fix(Level::Unsafe);
    let wanted = sql.replace("ALTER", "SET LOCAL lock_timeout = '2s';\nALTER");
    assert_eq!(only(&fixed), goose(&wanted));
    assert_eq!(fixed.skipped, []);
}

#[test]
fn a_statement_more_stands_behind_the_comment_that_ends_the_line() {
    let config = (
        "confiture.yaml",
        "load_order: [schema]\nlinting: {rules: {require-foreign-key-index: warning}}\n",
    );
    for (end, wanted) in [
        ("; -- the items\n", "; -- the items\nNEW\n"),
        (";  \nSELECT 1;\n", ";\nNEW  \nSELECT 1;\n"),
        ("; SELECT 1;\n", ";\nNEW SELECT 1;\n"),
        ("", ";\nNEW"),
        (" -- the items", " -- the items\n;\nNEW"),
        ("; /* the items */", "; /* the items */\nNEW"),
        ("; /* the\nitems */", ";\nNEW /* the\nitems */"),
    ] {
        let create = "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a)";
        let disk = Disk::new(&[config, ("schema/tables.sql", &format!("{create}{end}"))]);
        let fixed = disk.fix(Level::Unsafe);
        let index = "CREATE INDEX ON b (a_id);";
        let text = only(&fixed);
        let new = text[create.len()..].replace("public.", "");
        assert_eq!(new, wanted.replace("NEW", index), "{end:?}");
    }
}

#[test]
fn one_culprit_among_many_is_found_and_named() {
    let tables: String = (0..40)
        .map(|i| format!("CREATE TABLE t{i} (id int PRIMARY KEY); -- good\n"))
        .collect();
    let disk = Disk::new(&[("a.sql", &tables)]);
    let fixed = disk.fix_own("good", |linted, place| {
        let text = &linted.project.scripts[0].segments[0].text;
        let before = &text[..place.range.start as usize];
        let is_culprit = before.ends_with("t17 (id int PRIMARY KEY); -- ");
        replaced(
            place,
            if is_culprit {
                "\nCREATE TABLE keyless (a int);"
            } else {
                "done"
            },
        )
    });
    assert_eq!(only(&fixed).matches("done").count(), 39);
    assert_eq!(fixed.skipped.len(), 1);
    assert_eq!(
        reasons(&fixed),
        ["something else would be found: table public.keyless has no primary key [require-primary-key]"]
    );
}
