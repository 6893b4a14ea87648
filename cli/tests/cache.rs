//! What is kept between runs of `confiture lint` changes nothing but the time they take.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A project of a few migrations, and a cache folder of its own.
struct Setup {
    folder: tempfile::TempDir,
}

impl Setup {
    fn new() -> Setup {
        let folder = tempfile::tempdir().expect("a folder");
        let setup = Setup { folder };
        fs::create_dir_all(setup.migrations()).expect("a folder");
        setup.write(
            "001_a.sql",
            "CREATE TABLE a (id bigint PRIMARY KEY, note varchar(20));\n",
        );
        setup.write(
            "002_b.sql",
            "CREATE TABLE b (id serial, a_id int REFERENCES a);\n",
        );
        setup.write("003_c.sql", "ALTER TABLE a ALTER COLUMN note SET NOT NULL;\n");
        setup
    }

    fn migrations(&self) -> PathBuf {
        self.folder.path().join("project/migrations")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn write(&self, name: &str, sql: &str) {
        fs::write(self.migrations().join(name), sql).expect("a file");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        command
            .args(["lint", "--select", "all", "--format", "json"])
            .args(arguments)
            .current_dir(self.folder.path().join("project"))
            .env("XDG_CACHE_HOME", self.cache());
        command
    }

    fn run(&self) -> String {
        shown(self.command(&[]).output().expect("confiture runs"))
    }

    /// What a run finds that takes nothing from others.
    fn fresh(&self) -> String {
        shown(self.command(&["--no-cache"]).output().expect("confiture runs"))
    }

    fn kept(&self) -> Vec<PathBuf> {
        files(&self.cache())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path),
            }
        }
    }
    found.sort();
    found
}

fn shown(output: Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code < 2), "{stderr}");
    format!(
        "{:?}\n{stderr}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout)
    )
}

#[test]
fn later_runs_say_what_a_fresh_one_says() {
    let setup = Setup::new();
    let first = setup.run();
    assert_eq!(first, setup.fresh());
    assert_eq!(setup.run(), first);
    setup.write(
        "002_b.sql",
        "CREATE TABLE b (id bigint PRIMARY KEY, note char(3));\n",
    );
    assert_eq!(setup.run(), setup.fresh());
    setup.write("004_d.sql", "DROP TABLE b;\n");
    assert_eq!(setup.run(), setup.fresh());
    fs::remove_file(setup.migrations().join("001_a.sql")).expect("a file");
    assert_eq!(setup.run(), setup.fresh());
    assert_ne!(setup.run(), first);
}

#[test]
fn one_file_is_kept_for_a_project_and_nothing_without_a_cache() {
    let setup = Setup::new();
    setup.fresh();
    assert_eq!(setup.kept(), Vec::<PathBuf>::new());
    setup.run();
    let kept = setup.kept();
    assert_eq!(kept.len(), 1);
    let before = fs::metadata(&kept[0]).and_then(|m| m.modified()).expect("a time");
    setup.run();
    let after = fs::metadata(&kept[0]).and_then(|m| m.modified()).expect("a time");
    assert_eq!(before, after, "what is the same isn't written again");
    setup.write("003_c.sql", "ALTER TABLE a DROP COLUMN note;\n");
    setup.run();
    assert_eq!(setup.kept(), kept);
}

#[test]
fn damaged_and_foreign_files_are_as_good_as_none() {
    let setup = Setup::new();
    let expected = setup.run();
    let path = setup.kept().remove(0);
    let whole = fs::read(&path).expect("a file");
    let mut turned = whole.clone();
    turned[whole.len() / 2] ^= 1;
    for content in [&[][..], &whole[..whole.len() / 3], b"something else", &turned] {
        fs::write(&path, content).expect("a file");
        assert_eq!(setup.run(), expected);
        assert!(fs::read(&path).expect("a file").len() > 100, "it is written anew");
    }
}

#[test]
fn a_cache_folder_that_cannot_be_is_no_error() {
    let setup = Setup::new();
    let expected = setup.fresh();
    fs::write(setup.cache(), "a file where the folder should be").expect("a file");
    assert_eq!(setup.run(), expected);
    let mut homeless = setup.command(&[]);
    for name in ["XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"] {
        homeless.env_remove(name);
    }
    assert_eq!(shown(homeless.output().expect("confiture runs")), expected);
}

#[test]
fn runs_at_the_same_time_dont_disturb_each_other() {
    let setup = Setup::new();
    let expected = setup.fresh();
    for round in 0..3 {
        if round == 2 {
            setup.write("004_d.sql", "DROP TABLE b;\n");
        }
        let expected = if round == 2 {
            setup.fresh()
        } else {
            expected.clone()
        };
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| setup.run())).collect();
            for run in runs {
                assert_eq!(run.join().expect("a run"), expected);
            }
        });
    }
    assert_eq!(setup.kept().len(), 1, "nothing unfinished is left");
}

#[test]
fn old_files_go_when_new_ones_come() {
    let setup = Setup::new();
    setup.run();
    let old = setup.cache().join("confiture/lint/0123456789abcdef");
    fs::write(&old, "long forgotten").expect("a file");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(40 * 24 * 60 * 60);
    let file = fs::File::options().append(true).open(&old).expect("a file");
    file.set_modified(long_ago).expect("a time");
    setup.write("004_d.sql", "DROP TABLE b;\n");
    setup.run();
    assert!(!old.exists());
    assert_eq!(setup.kept().len(), 1);
}
