//! Private servers: they start as whoever we are, leave nothing behind, and die with us.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use confiture_postgres::cluster::{Binaries, NEWEST_MAJOR, OLDEST_MAJOR, Origin};
use confiture_postgres::{Cluster, ClusterError, Options};

/// How long a condition may take to come true on a busy machine; not how long it is expected to.
const PATIENCE: Duration = Duration::from_secs(60);

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come true");
        std::thread::yield_now();
    }
}

fn is_alive(process: &str) -> bool {
    // A zombie is dead; only its parent has not asked yet.
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .trim_start()
            .starts_with('Z')
    }) || (!Path::new("/proc/self").exists()
        && Command::new("kill")
            .args(["-0", process])
            .status()
            .is_ok_and(|status| status.success()))
}

#[test]
fn a_cluster_serves_databases_and_leaves_nothing() {
    let cluster = Cluster::start(&Options::default()).expect("a cluster");
    assert_eq!(cluster.major(), cluster.binaries().major());
    let database = cluster.create_database("app").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)")
        .expect("run");
    let row = session
        .query_one("SELECT sum(a), $1::text FROM t", &[&"é"])
        .expect("one row");
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, String>(1)),
        (3, "é".to_owned())
    );
    assert_eq!(session.execute("DELETE FROM t", &[]).expect("run"), 2);

    let name = database.name().to_owned();
    drop(database);
    let mut other = cluster
        .create_database("other")
        .expect("another")
        .connect_blocking()
        .ok();
    assert!(
        other
            .take()
            .is_none_or(|mut session| session.batch("SELECT 1").is_err()),
        "dropped while connected"
    );
    let gone = confiture_postgres::Session::open(&cluster.target(&name)).expect_err("it was dropped");
    assert_eq!(gone.sqlstate(), Some("3D000"));

    let (folder, process) = (cluster.folder().to_owned(), cluster.process_id().to_string());
    assert!(is_alive(&process));
    drop(cluster);
    assert!(!is_alive(&process));
    assert!(!folder.exists());
}

#[test]
fn the_socket_is_closed_to_others_and_there_is_no_port() {
    use std::os::unix::fs::MetadataExt;
    let cluster = Cluster::start(&Options::default()).expect("a cluster");
    let folder = std::fs::metadata(cluster.folder()).expect("it exists");
    assert_eq!(folder.mode() & 0o777, 0o700);
    assert!(cluster.folder().join(".s.PGSQL.5432").as_os_str().len() <= 107);
    let mut session = confiture_postgres::Session::open(&cluster.target("postgres")).expect("a session");
    let row = session.query_one("SHOW listen_addresses", &[]).expect("one row");
    assert_eq!(row.get::<_, String>(0), "");
}

#[test]
fn two_clusters_at_once_know_nothing_of_each_other() {
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| Cluster::start(&Options::default()));
        let one = Cluster::start(&Options::default()).expect("a cluster");
        (one, other.join().expect("no panic").expect("a cluster"))
    });
    assert_ne!(one.folder(), two.folder());
    let database = one.create_database("only").expect("a database");
    assert!(confiture_postgres::Session::open(&two.target(database.name())).is_err());
    drop(one);
    assert!(confiture_postgres::Session::open(&two.target("postgres")).is_ok());
}

#[test]
fn a_server_that_does_not_start_shows_its_log() {
    let options = Options {
        settings: vec![("shared_buffers".into(), "nonsense".into())],
        ..Options::default()
    };
    let error = Cluster::start(&options).expect_err("it can't start");
    assert_eq!(error.code(), "postgres-start");
    assert!(error.to_string().contains("shared_buffers"), "{error}");
}

/// Run by other tests as a process of its own, to be killed or to see another environment.
#[test]
#[ignore = "a process for other tests"]
fn helper_process() {
    let major = std::env::var("HELPER_MAJOR")
        .ok()
        .and_then(|major| major.parse().ok());
    match Cluster::start(&Options {
        major,
        ..Options::default()
    }) {
        Ok(cluster) => {
            let _database = cluster.create_database("helper").expect("a database");
            let origin = cluster.binaries().origin();
            println!(
                "\nHELPER {} {} {origin:?} {}",
                cluster.process_id(),
                cluster.version(),
                cluster.folder().display()
            );
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        Err(error) => println!("\nHELPER {} {error}", error.code()),
    }
}

struct Helper {
    process: Child,
    /// Kept open, so that the helper can go on writing.
    _output: BufReader<ChildStdout>,
    words: Vec<String>,
}

impl Helper {
    fn start(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .args(["--exact", "helper_process", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        change(&mut command);
        let mut process = command.spawn().expect("it runs");
        let mut output = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        while !line.starts_with("HELPER ") {
            line.clear();
            assert_ne!(
                output.read_line(&mut line).expect("text"),
                0,
                "the helper says how it went"
            );
        }
        let words = line.split_whitespace().skip(1).map(str::to_owned).collect();
        Self {
            process,
            _output: output,
            words,
        }
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(&self.words[3])
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[test]
fn the_server_dies_with_a_parent_killed_by_sigkill() {
    let mut helper = Helper::start(|_| {});
    let server = helper.words[0].clone();
    assert!(is_alive(&server) && helper.folder().exists());
    helper.process.kill().expect("SIGKILL");
    helper.process.wait().expect("ended");
    eventually("the server's end", || !is_alive(&server));
    eventually("the folder's end", || !helper.folder().exists());
}

#[test]
fn with_the_machines_own_hidden_a_package_is_brought() {
    use std::os::unix::fs::PermissionsExt;
    // An empty cache, so that it is brought each time; open, because a server's account reads it.
    let open = std::fs::Permissions::from_mode(0o755);
    let cache = tempfile::Builder::new()
        .permissions(open)
        .tempdir()
        .expect("a temporary folder");
    let helper = Helper::start(|command| {
        command
            .env("CONFITURE_PG_HIDE_SYSTEM", "1")
            .env("HELPER_MAJOR", "18")
            .env("XDG_CACHE_HOME", cache.path())
            .env_remove("CONFITURE_PG_BIN")
            .env_remove("PG_BIN");
    });
    assert_eq!(helper.words[2], "Package", "{:?}", helper.words);
    let version: u32 = helper.words[1].parse().expect("a number");
    assert_eq!(version / 10_000, 18);
    assert!(cache.path().join("confiture/postgres").exists());
}

#[test]
fn every_supported_major_starts() {
    for major in OLDEST_MAJOR..=NEWEST_MAJOR {
        let cluster = Cluster::start(&Options {
            major: Some(major),
            ..Options::default()
        })
        .expect("a cluster");
        assert_eq!(cluster.major(), major);
    }
}

#[test]
fn without_anything_it_says_what_to_install() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Root looks in a system-wide cache too, so a version that no package has is asked for.
    let helper = Helper::start(|command| {
        command
            .env("CONFITURE_PG_HIDE_SYSTEM", "1")
            .env("HELPER_MAJOR", "99")
            .env("PATH", folder.path())
            .env("XDG_CACHE_HOME", folder.path())
            .env_remove("CONFITURE_PG_BIN")
            .env_remove("PG_BIN");
    });
    let text = helper.words.join(" ");
    assert!(
        text.starts_with("postgres-not-found no PostgreSQL 99 server was found"),
        "{text}"
    );
    assert!(
        text.contains("apt-get install postgresql") && text.contains("npm"),
        "{text}"
    );
}

#[test]
fn a_named_folder_without_a_server_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let helper = Helper::start(|command| {
        command.env("CONFITURE_PG_BIN", folder.path());
    });
    let text = helper.words.join(" ");
    assert!(
        text.starts_with("postgres-not-found") && text.contains("CONFITURE_PG_BIN"),
        "{text}"
    );
}

/// As root, the other way is shown by running the helper as an unprivileged account; otherwise
/// every test here runs that way already.
#[test]
fn an_ordinary_account_needs_no_root() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let is_root = folder.path().metadata().expect("it exists").uid() == 0;
    let nobody = 65_534;
    let program = folder.path().join("helper");
    std::fs::copy(std::env::current_exe().expect("this program"), &program).expect("copied");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("opened");
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("made");
    if is_root {
        std::os::unix::fs::chown(&home, Some(nobody), Some(nobody)).expect("given");
    }
    let helper = Helper::start(|command| {
        let mut other = Command::new(&program);
        other
            .args(["--exact", "helper_process", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .current_dir(&home)
            .env("HOME", &home)
            .env_remove("XDG_CACHE_HOME")
            .env_remove("TMPDIR");
        if is_root {
            other.uid(nobody).gid(nobody);
        }
        *command = other;
    });
    assert_eq!(
        helper.folder().metadata().expect("it runs").uid(),
        home.metadata().expect("there").uid()
    );
    assert!(home.join(".cache/confiture/templates").exists());
}

#[test]
fn binaries_are_found_by_major() {
    let newest = Binaries::find(None).expect("one");
    assert!(newest.major() >= 13);
    let same = Binaries::find(Some(newest.major())).expect("the same");
    assert_eq!(
        (same.major(), same.origin() == Origin::Package),
        (newest.major(), newest.origin() == Origin::Package)
    );
    assert!(matches!(
        Binaries::find(Some(7)),
        Err(ClusterError::NotFound { major: Some(7), .. })
    ));
}
