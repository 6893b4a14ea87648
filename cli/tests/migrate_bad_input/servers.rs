//! Servers that can't do what is asked: no writes, no room, too old.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use confiture_postgres::{Cluster, Options};
use tempfile::TempDir;

use crate::scene::{ORDERS, Scene, TOTAL};

/// Says so whether or not the test's output is kept back.
fn not_tested(what: &str) {
    let mut err = std::io::stderr();
    writeln!(err, "NOT TESTED: {what}").expect("standard error");
}

#[test]
fn no_writes_by_default() {
    let scene = Scene::new(&[ORDERS]);
    scene.apply();
    scene.write(TOTAL.0, TOTAL.1);
    scene.sql("ALTER DATABASE $DATABASE SET default_transaction_read_only = on");
    let up = scene.shown(&scene.run(&["up"]));
    let status = scene.run(&["status"]);
    insta::assert_snapshot!(format!("{up}\nstatus: {}", status.status.code().unwrap_or(-1)));
}

/// Stops the server when the test is over: one that was started again isn't known to its [`Cluster`].
struct Standby<'a>(&'a Cluster);

impl Drop for Standby<'_> {
    fn drop(&mut self) {
        let _ = control(self.0, &["stop", "-m", "immediate"]);
    }
}

/// `pg_ctl` on the server's data, as the account that has them.
fn control(cluster: &Cluster, arguments: &[&str]) -> Output {
    let data = cluster.folder().join("data");
    let owner = data.metadata().expect("the server's data");
    let mut command = Command::new(cluster.binaries().folder().join("pg_ctl"));
    command
        .args(arguments)
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(cluster.folder().join("standby.log"))
        .current_dir(cluster.folder());
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.output().expect("pg_ctl runs")
}

#[test]
fn a_standby() {
    let settings = [("wal_level", "replica"), ("hot_standby", "on")];
    let cluster = Cluster::start(&Options {
        settings: settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..Options::default()
    })
    .expect("a private server");
    let scene = Scene::on(&cluster, &[ORDERS]);
    scene.apply();
    scene.write(TOTAL.0, TOTAL.1);
    let stopped = control(&cluster, &["stop", "-m", "fast", "-w"]);
    assert!(stopped.status.success(), "{stopped:?}");
    std::fs::write(cluster.folder().join("data/standby.signal"), "").expect("a file");
    let _standby = Standby(&cluster);
    let started = control(&cluster, &["start", "-w", "-t", "300"]);
    assert!(started.status.success(), "{started:?} {}", cluster.log_tail());
    let up = scene.shown(&scene.run(&["up"]));
    let status = scene.run(&["status"]);
    insta::assert_snapshot!(format!("{up}\nstatus: {}", status.status.code().unwrap_or(-1)));
}

/// A small file system of its own, taken away with it.
struct Small(TempDir);

impl Small {
    /// Mounts one for the account that owns a folder; the reason where that isn't allowed.
    fn for_owner_of(folder: &Path, size: &str) -> Result<Small, String> {
        let owner = folder.metadata().expect("a folder");
        let place = TempDir::new().expect("a folder");
        let options = format!("size={size},mode=0700,uid={},gid={}", owner.uid(), owner.gid());
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(place.path())
            .output()
            .map_err(|error| format!("mount doesn't run: {error}"))?;
        match mounted.status.success() {
            true => Ok(Small(place)),
            false => Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned()),
        }
    }
}

impl Small {
    /// Makes room.
    fn grow(&self, size: &str) {
        let options = format!("remount,size={size}");
        let grown = Command::new("mount")
            .args(["-o", &options])
            .arg(self.0.path())
            .status();
        assert!(grown.expect("mount runs").success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Not while somebody has a file open there: lazily.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk() {
    let cluster = Cluster::start(&Options::default()).expect("a private server");
    let small = match Small::for_owner_of(&cluster.folder().join("data"), "24m") {
        Ok(small) => small,
        Err(reason) => {
            not_tested(&format!("a full disk, as none can be mounted here: {reason}"));
            return;
        }
    };
    let scene = Scene::on(&cluster, &[ORDERS]);
    let mut session = confiture_postgres::Session::open(&cluster.target("postgres")).expect("a session");
    for statement in [
        format!("CREATE TABLESPACE small LOCATION '{}'", small.0.path().display()),
        format!(
            "ALTER DATABASE \"{}\" SET TABLESPACE small",
            scene.database.name()
        ),
    ] {
        session.batch(&statement).expect("a tablespace");
    }
    drop(session);
    scene.apply();
    // A table of its own goes with the transaction. Rows in one that stays leave it as large as they made it, so there is no
    // room either to note why it failed.
    let fill = "SELECT n, repeat('x', 1000) FROM generate_series(10, 100000) n";
    scene.write(
        "db/migrations/002_copy.up.sql",
        &format!("CREATE TABLE half ();\nCREATE TABLE copied AS {fill};\n"),
    );
    let own = scene.shown(&scene.run(&["up"]));
    scene.write(
        "db/migrations/002_copy.up.sql",
        &format!("CREATE TABLE half ();\nINSERT INTO orders {fill};\n"),
    );
    let full = scene.said(&scene.run(&["up"]));
    small.grow("64m");
    let state = scene.state();
    scene.write("db/migrations/002_copy.up.sql", "CREATE TABLE whole ();\n");
    scene.apply();
    let after = scene.state();
    drop(scene);
    drop(cluster);
    // How far the server came with the last page, and how it noticed, differs.
    let reason = regex::Regex::new(r"could not extend file [^\n]*").expect("a pattern");
    let shown = format!("{own}\n=== in a table that stays\n{full}---\n{state}\n=== with room again\n{after}");
    insta::assert_snapshot!(reason.replace_all(&shown, "could not extend file: REASON"));
}

#[test]
fn a_server_that_is_too_old() {
    let options = Options {
        major: Some(12),
        ..Options::default()
    };
    let cluster = match Cluster::start(&options) {
        Ok(cluster) => cluster,
        Err(reason) => {
            not_tested(&format!("a server that is too old: {reason}"));
            return;
        }
    };
    let scene = Scene::on(&cluster, &[ORDERS]);
    insta::assert_snapshot!(scene.shown(&scene.run(&["up"])));
}
