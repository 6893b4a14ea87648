//! `confiture server`: what it says, its exit statuses, and that the data outlives everything but `reset`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use confiture_postgres::{Session, Target};
use serde_json::Value;
use tempfile::TempDir;

/// A project with a data folder of its own.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new(configuration: &str) -> Project {
        // Where the tests run as root, another account's server must get through.
        let folder = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a folder");
        fs::create_dir(folder.path().join("My Shop")).expect("a folder");
        let project = Project { folder };
        fs::write(project.root().join("confiture.yaml"), configuration).expect("a file");
        project
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("My Shop")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        command
            .arg("server")
            .args(arguments)
            .env("XDG_DATA_HOME", self.folder.path().join("share"))
            .current_dir(self.root())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// What it prints when all is well, without the last line's end.
    fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .expect("UTF-8")
            .trim_end()
            .to_owned()
    }

    fn status(&self) -> Value {
        let output = self.run(&["status", "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let expected = if report["running"] == true { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(expected));
        report
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // Whatever a failed test left.
        let _ = self.command(&["stop", "--now", "--quiet"]).status();
    }
}

fn session(url: &str) -> Session {
    Session::open(&Target::parse(url).expect("a URL")).expect("a session")
}

#[test]
fn from_start_to_reset() {
    let project = Project::new("");
    assert_eq!(project.status()["has_data"], false);
    assert_eq!(project.print(&["stop"]), "it was not running");
    let url = project.run(&["url"]);
    assert_eq!(url.status.code(), Some(3));
    let said = String::from_utf8_lossy(&url.stderr).into_owned();
    assert!(
        said.contains("postgres-not-running") && said.contains("server start"),
        "{said}"
    );

    let url = project.print(&["start"]);
    assert!(url.ends_with("/my_shop"), "{url}");
    session(&url)
        .batch("CREATE TABLE kept AS SELECT 7 AS a")
        .expect("run");
    let status = project.status();
    assert_eq!(
        (&status["running"], &status["stays"]),
        (&true.into(), &true.into())
    );
    assert_eq!(status["url"], url.as_str());
    assert_eq!(project.print(&["url"]), url);
    assert_eq!(project.print(&["start"]), url, "it runs already");
    assert_eq!(project.status()["process_id"], status["process_id"]);
    let other = project.print(&["url", "--database", "Other one"]);
    session(&other).batch("SELECT 1").expect("it was created");
    // From a folder below it is the same project.
    fs::create_dir(project.root().join("below")).expect("a folder");
    let below = project
        .command(&["url"])
        .current_dir(project.root().join("below"))
        .output()
        .expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&below.stdout).trim_end(), url);
    assert!(
        project
            .print(&["logs"])
            .contains("database system is ready to accept connections")
    );
    assert_eq!(project.print(&["logs", "-n", "1"]).lines().count(), 1);

    assert_eq!(project.print(&["stop"]), "stopped");
    assert_eq!(project.status()["running"], false);
    assert_eq!(project.print(&["start"]), url);
    let row = session(&url).query_one("SELECT a FROM kept", &[]).expect("kept");
    assert_eq!(row.get::<_, i32>(0), 7);

    let asked = project.run(&["reset"]);
    assert_eq!(asked.status.code(), Some(2), "nobody can be asked");
    assert!(String::from_utf8_lossy(&asked.stderr).contains("--yes"));
    assert_eq!(project.print(&["reset", "--yes"]), "deleted");
    assert_eq!(project.status()["has_data"], false);
    assert_eq!(project.print(&["reset", "--yes"]), "there is nothing to delete");
    let url = project.print(&["start"]);
    assert!(session(&url).batch("SELECT a FROM kept").is_err(), "deleted");
    project.print(&["stop"]);
}

/// The text for people, with what differs from run to run put into words.
#[test]
fn what_people_read() {
    let project = Project::new("");
    let text = |project: &Project| {
        let output = project.run(&["status"]);
        let status = project.status();
        let mut text = String::from_utf8(output.stdout).expect("UTF-8");
        for key in ["url", "data_folder", "log_file", "version"] {
            if let Some(value) = status[key].as_str() {
                text = text.replace(value, &format!("[{key}]"));
            }
        }
        for key in ["process_id", "major"] {
            if let Some(value) = status[key].as_u64() {
                text = text.replace(&format!(" {value}\n"), &format!(" [{key}]\n"));
            }
        }
        text
    };
    let before = text(&project);
    project.print(&["start"]);
    let running = text(&project);
    project.print(&["stop"]);
    let after = text(&project);
    insta::assert_snapshot!(format!("before\n{before}\nrunning\n{running}\nafter\n{after}"));
}

#[test]
fn two_at_once() {
    let project = Project::new("");
    let spawn = || {
        let mut command = project.command(&["start"]);
        command.stdout(Stdio::piped()).spawn().expect("the program runs")
    };
    let urls: Vec<_> = [spawn(), spawn(), spawn()]
        .into_iter()
        .map(|one| one.wait_with_output().expect("it ends"))
        .map(|output| {
            assert!(output.status.success());
            output.stdout
        })
        .collect();
    assert!(urls.windows(2).all(|pair| pair[0] == pair[1]));
    session(String::from_utf8_lossy(&urls[0]).trim_end())
        .batch("SELECT 1")
        .expect("it runs");
    project.print(&["stop"]);
}

/// The server is killed; whoever wants it next finds all that was committed.
#[test]
fn after_a_breakdown() {
    let project = Project::new("");
    let url = project.print(&["start"]);
    session(&url)
        .batch("CREATE TABLE kept AS SELECT 7 AS a")
        .expect("run");
    let process = project.status()["process_id"].to_string();
    let killed = Command::new("/bin/sh")
        .args(["-c", &format!("kill -KILL {process}")])
        .status();
    assert!(killed.expect("sh runs").success());
    assert_eq!(project.print(&["start"]), url);
    session(&url).batch("SELECT a FROM kept").expect("recovered");
    assert_ne!(project.status()["process_id"].to_string(), process);
    project.print(&["stop"]);
}

/// The version is the project's; data of another one is kept, and said to be.
#[test]
fn the_version_of_the_project() {
    let project = Project::new("");
    project.print(&["start"]);
    let major = project.status()["major"].as_u64().expect("a number");
    project.print(&["stop"]);
    let other = if major == 17 { 16 } else { 17 };
    fs::write(
        project.root().join("confiture.yaml"),
        format!("pg_version: {other}\n"),
    )
    .expect("a file");
    let started = project.run(&["start"]);
    assert!(started.status.success(), "{started:?}");
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(said.contains(&format!("the data of {major} is kept")), "{said}");
    let status = project.status();
    assert_eq!(status["major"], other);
    assert_eq!(status["other_majors"], serde_json::json!([major]));
    // Each is deleted by itself.
    assert_eq!(
        project.print(&["reset", "--yes", "--pg-version", &major.to_string()]),
        "deleted"
    );
    let status = project.status();
    assert_eq!(
        (&status["has_data"], &status["running"]),
        (&true.into(), &true.into())
    );
    assert_eq!(status["other_majors"], serde_json::json!([]));
    project.print(&["stop"]);
}

#[test]
fn a_wrong_configuration() {
    let project = Project::new("pg_version: eleven\n");
    let output = project.run(&["start"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!project.folder.path().join("share").exists(), "nothing was made");
}
