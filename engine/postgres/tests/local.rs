//! The lasting server of a project: shared by the commands that use it, gone with the last of them, its data kept,
//! whatever is killed when.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use confiture_postgres::local::{self, StopMode};
use confiture_postgres::{ClusterError, LocalServer, Session, Target};

/// How long a condition may take to come true on a busy machine; not how long it is expected to.
const PATIENCE: Duration = Duration::from_secs(120);

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come true");
        // Spinning would take the time from those it waits for.
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn is_alive(process: u32) -> bool {
    let signal = ["-0", &process.to_string()].map(str::to_owned);
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    match stat {
        // A zombie is dead; only its parent has not asked yet.
        Ok(stat) => !stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .trim_start()
            .starts_with('Z'),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => Command::new("kill")
            .args(signal)
            .status()
            .is_ok_and(|status| status.success()),
    }
}

/// A process that ends closes its files, and so unlocks what it had locked, a moment before the system calls it dead.
fn assert_ended(process: u32) {
    eventually("its end", || !is_alive(process));
}

fn kill(process: u32) {
    let id = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(id.expect("a number"), rustix::process::Signal::KILL).expect("killed");
}

/// The watchdog that a process has started.
fn watchdog_of(parent: u32) -> u32 {
    let processes = if Path::new("/proc/self").exists() {
        from_proc()
    } else {
        let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid=,args="]).output();
        String::from_utf8_lossy(&listed.expect("ps runs").stdout).into_owned()
    };
    let parent = parent.to_string();
    let words = processes
        .lines()
        .filter(|line| line.contains("confiture-watchdog"))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>())
        .find(|words| words[1] == parent)
        .expect("a watchdog");
    words[0].parse().expect("a number")
}

/// What `ps -A -o pid=,ppid=,args=` lists, where that isn't installed; arguments in one line.
fn from_proc() -> String {
    let processes = std::fs::read_dir("/proc").expect("it exists").flatten();
    let described = processes.filter_map(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let arguments = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        // After the name in parentheses: the state, the parent.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.to_owned();
        let arguments = arguments.replace(['\0', '\n'], " ");
        Some(format!(
            "{} {parent} {arguments}",
            entry.file_name().to_string_lossy()
        ))
    });
    described.collect::<Vec<_>>().join("\n")
}

/// What the processes of these tests are: they do what the environment says, since the user's data folder is a matter of
/// the environment.
#[test]
#[ignore = "a process for other tests"]
fn helper_process() {
    let root = PathBuf::from(std::env::var_os("HELPER_ROOT").expect("given"));
    let major = std::env::var("HELPER_MAJOR")
        .ok()
        .and_then(|text| text.parse().ok());
    let say = |text: String| println!("\nHELPER {text}");
    let done = match std::env::var("HELPER_DO").expect("given").as_str() {
        "use" => use_until_told(&root, major, &say),
        "keep" => LocalServer::open(&root, major)
            .and_then(|server| server.keep().map(|()| server))
            .map(|server| say(server.url("postgres"))),
        "stop" => local::stop(&root, major, StopMode::WhenUnused).map(|stopped| say(format!("{stopped:?}"))),
        "stop at once" => {
            local::stop(&root, major, StopMode::AtOnce).map(|stopped| say(format!("{stopped:?}")))
        }
        "reset" => local::reset(&root, major).map(|there_was| say(there_was.to_string())),
        "status" => local::status(&root, major).map(|status| {
            let running = status.running.as_ref();
            say(format!(
                "{:?} {} {:?} {:?}",
                status.major,
                status.has_data,
                status.other_majors,
                running.map(|running| (running.stays, running.users.len()))
            ));
        }),
        other => panic!("{other}?"),
    };
    if let Err(error) = done {
        say(format!(
            "{} {}",
            error.code(),
            error.to_string().replace('\n', " ")
        ));
    }
}

fn use_until_told(root: &Path, major: Option<u32>, say: &dyn Fn(String)) -> Result<(), ClusterError> {
    let server = LocalServer::open(root, major)?;
    server.database("shop")?;
    say(format!("ready {}", server.url("shop")));
    let _ = std::io::stdin().read_line(&mut String::new());
    server.close()?;
    say("closed".to_owned());
    Ok(())
}

/// A project and a data folder of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        // Where the tests run as root, another account's server must get through.
        let folder = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        std::fs::create_dir(folder.path().join("project")).expect("made");
        Self { folder }
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .args(["--exact", "helper_process", "--ignored", "--nocapture"])
            .env("HELPER_ROOT", self.folder.path().join("project"))
            .env("HELPER_DO", what)
            .env("XDG_DATA_HOME", self.folder.path().join("share"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    /// Runs a helper to its end: what it says.
    fn run(&self, what: &str) -> String {
        let mut helper = Helper::spawn(self.command(what));
        helper.read()
    }

    /// A helper that uses the server until it is closed.
    fn open(&self) -> User {
        let mut helper = Helper::spawn(self.command("use"));
        let said = helper.read();
        let url = said.strip_prefix("ready ").unwrap_or_else(|| panic!("{said}"));
        User {
            url: url.to_owned(),
            server: self.server(),
            helper,
        }
    }

    /// What a helper says that can't use the server.
    fn fail_to_open(&self) -> String {
        self.run("use")
    }

    /// The only server folder there is.
    fn server_folder(&self) -> Option<PathBuf> {
        let only = |folder: PathBuf| {
            let mut folders = std::fs::read_dir(folder)
                .ok()?
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.is_dir());
            folders.next()
        };
        only(only(self.folder.path().join("share/confiture/servers"))?)
    }

    fn data(&self) -> PathBuf {
        self.server_folder().expect("made").join("data")
    }

    /// The number of the server that runs.
    fn server(&self) -> u32 {
        self.written_number().expect("a number")
    }

    fn written_number(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.server_folder()?.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.server_folder().expect("made").join("log")).unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Whatever a failed test left.
        let mut command = self.command("stop at once");
        let _ = command.stdout(Stdio::null()).status();
    }
}

struct Helper {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Helper {
    fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().expect("it runs");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, output }
    }

    /// The next that it says.
    fn read(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(
                self.output.read_line(&mut line).expect("text"),
                0,
                "it says something"
            );
            if let Some(said) = line.strip_prefix("HELPER ") {
                return said.trim_end().to_owned();
            }
        }
    }

    fn kill(&mut self) {
        self.process.kill().expect("SIGKILL");
        self.process.wait().expect("ended");
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

struct User {
    url: String,
    server: u32,
    helper: Helper,
}

impl User {
    fn session(&self) -> Session {
        Session::open(&Target::parse(&self.url).expect("a URL")).expect("a session")
    }

    /// Ends in order; the server has ended afterwards if this was the last one.
    fn close(mut self) {
        let input = self.helper.process.stdin.as_mut().expect("piped");
        writeln!(input).expect("it listens");
        assert_eq!(self.helper.read(), "closed");
    }
}

const TABLE: &str = "CREATE TABLE kept AS SELECT 7 AS a";

fn is_kept(user: &User) -> bool {
    let row = user.session().query_one("SELECT a FROM kept", &[]);
    row.is_ok_and(|row| row.get::<_, i32>(0) == 7)
}

#[test]
fn the_last_user_stops_it_and_the_data_stays() {
    let place = Place::new();
    let one = place.open();
    one.session().batch(TABLE).expect("run");
    let two = place.open();
    assert_eq!((one.server, &one.url), (two.server, &two.url), "joined");
    let server = one.server;
    one.close();
    assert!(is_kept(&two), "it goes on for the other");
    two.close();
    assert_ended(server);
    assert_eq!(place.written_number(), None, "stopped in order");

    let again = place.open();
    assert!(is_kept(&again));
    again.close();
    assert!(
        !place.log().contains("was not properly shut down"),
        "{}",
        place.log()
    );
}

#[test]
fn it_is_durable_and_closed_to_others() {
    use std::os::unix::fs::MetadataExt;
    let place = Place::new();
    let user = place.open();
    let mut session = user.session();
    let settings = session
        .query_one(
            "SELECT current_setting('fsync') || current_setting('full_page_writes') || current_setting('synchronous_commit'),
                    current_setting('listen_addresses'), current_setting('unix_socket_directories')",
            &[],
        )
        .expect("one row");
    assert_eq!(settings.get::<_, &str>(0), "ononon");
    assert_eq!(settings.get::<_, &str>(1), "");
    let sockets = PathBuf::from(settings.get::<_, &str>(2));
    let mode = |path: &Path| path.metadata().expect("it exists").mode() & 0o777;
    assert_eq!(mode(&sockets), 0o700);
    assert_eq!(mode(&place.data()), 0o700);
    assert_eq!(mode(sockets.parent().expect("one")) & 0o066, 0);
    assert!(sockets.join(".s.PGSQL.5432").as_os_str().len() <= 107);
    // A port that somebody opens all the same lets nobody in.
    let rules = session
        .query_one(
            "SELECT count(*) FROM pg_hba_file_rules WHERE type <> 'local'",
            &[],
        )
        .expect("one row");
    assert_eq!(rules.get::<_, i64>(0), 0);
    drop(session);
    user.close();
    assert!(!sockets.exists());
}

#[test]
fn many_at_once_share_one() {
    let place = Place::new();
    let users: Vec<User> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..5).map(|_| scope.spawn(|| place.open())).collect();
        opening
            .into_iter()
            .map(|one| one.join().expect("no panic"))
            .collect()
    });
    let server = users[0].server;
    assert!(users.iter().all(|user| user.server == server));
    std::thread::scope(|scope| {
        for user in users {
            scope.spawn(|| user.close());
        }
    });
    eventually("its end", || !is_alive(server));
    assert_eq!(place.written_number(), None);
}

#[test]
fn it_ends_when_its_only_user_is_killed() {
    let place = Place::new();
    let mut user = place.open();
    user.session().batch(TABLE).expect("run");
    user.helper.kill();
    eventually("its end", || !is_alive(user.server));
    let again = place.open();
    assert!(is_kept(&again));
    assert!(
        !place.log().contains("was not properly shut down"),
        "{}",
        place.log()
    );
}

#[test]
fn it_goes_on_when_one_of_two_is_killed() {
    let place = Place::new();
    let (mut one, two) = (place.open(), place.open());
    one.session().batch(TABLE).expect("run");
    let server = one.server;
    one.helper.kill();
    // Its watchdog has left in its place when it isn't among the users any more.
    eventually("its leave", || {
        let users = place.server_folder().expect("made").join("users");
        std::fs::read_dir(users).expect("there").count() == 1
    });
    assert!(is_kept(&two) && is_alive(server));
    two.close();
    assert_ended(server);
}

/// Opened again while it is on its way down: nobody gets an error.
#[test]
fn opening_while_it_stops() {
    let place = Place::new();
    place.open().session().batch(TABLE).expect("run");
    for _ in 0..5 {
        let mut user = place.open();
        user.helper.kill();
        let again = place.open();
        assert!(is_kept(&again));
        drop(user);
    }
}

#[test]
fn a_user_killed_with_its_watchdog_is_not_counted() {
    let place = Place::new();
    let mut one = place.open();
    let server = one.server;
    kill(watchdog_of(one.helper.process.id()));
    one.helper.kill();
    let two = place.open();
    assert_eq!(two.server, server, "nobody stopped it");
    assert!(place.run("status").ends_with("Some((false, 1))"));
    two.close();
    assert_ended(server);
}

#[test]
fn it_recovers_when_it_breaks_down() {
    let place = Place::new();
    let user = place.open();
    user.session().batch(TABLE).expect("run");
    let broken = user.server;
    kill(broken);
    let again = place.open();
    assert_ne!(again.server, broken);
    assert!(is_kept(&again));
    assert!(place.log().contains("was not properly shut down"));
    // The one whose server broke down ends without taking the new one along.
    user.close();
    assert!(is_kept(&again));
    let server = again.server;
    again.close();
    assert_ended(server);
}

/// The machine broke down, and the number in the pid file is another process's by now.
#[test]
fn a_pid_file_that_was_left_is_no_hindrance() {
    let place = Place::new();
    let user = place.open();
    user.session().batch(TABLE).expect("run");
    let text = std::fs::read_to_string(place.data().join("postmaster.pid")).expect("there");
    kill(user.server);
    drop(user);
    let own = std::process::id().to_string();
    let rest = text.split_once('\n').expect("lines").1;
    std::fs::write(place.data().join("postmaster.pid"), format!("{own}\n{rest}")).expect("written");
    assert!(place.run("stop").ends_with("NotRunning"));
    let again = place.open();
    assert!(is_kept(&again));
    again.close();
}

/// Killed at moments on the way: each leaves what the next one can begin with, and no server.
#[test]
fn killed_while_it_starts() {
    for moment in ["making", "data", "users", "data/postmaster.pid"] {
        let place = Place::new();
        let mut helper = Helper::spawn(place.command("use"));
        eventually(moment, || {
            place
                .server_folder()
                .is_some_and(|folder| folder.join(moment).exists())
                || helper.process.try_wait().is_ok_and(|status| status.is_some())
        });
        helper.kill();
        eventually("the end of what was started", || {
            // Locked by the one that starts it, then by the server itself.
            let folder = place.server_folder().expect("made");
            std::fs::File::open(folder.join("running.lock")).is_ok_and(|lock| lock.try_lock_shared().is_ok())
        });
        let user = place.open();
        user.session().batch(TABLE).expect(moment);
        let server = user.server;
        user.close();
        assert_ended(server);
        let left: Vec<_> = std::fs::read_dir(place.server_folder().expect("made"))
            .expect("there")
            .map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned())
            .filter(|name| name == "making" || name.starts_with("joining"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn data_that_cannot_be_used_is_named() {
    let place = Place::new();
    place.open().close();
    let version = place.data().join("PG_VERSION");
    let right = std::fs::read_to_string(&version).expect("there");
    for (wrong, said) in [("9\n", "it is of PostgreSQL 9"), ("", "it is of PostgreSQL ")] {
        std::fs::write(&version, wrong).expect("written");
        let error = place.fail_to_open();
        assert!(
            error.starts_with("postgres-data") && error.contains(said) && error.contains("server reset"),
            "{error}"
        );
    }
    std::fs::remove_file(&version).expect("removed");
    let error = place.fail_to_open();
    assert!(error.contains("PG_VERSION can't be read"), "{error}");
    std::fs::write(&version, right).expect("written");
    std::fs::write(
        place.data().join("postgresql.conf"),
        "shared_buffers = nonsense\n",
    )
    .expect("written");
    let error = place.fail_to_open();
    assert!(
        error.starts_with("postgres-start") && error.contains("shared_buffers"),
        "{error}"
    );
    assert_eq!(place.run("stop"), "NotRunning");
    assert_eq!(place.run("reset"), "true");
    place.open().close();
}

#[test]
fn data_of_a_major_that_is_not_here_is_named() {
    let place = Place::new();
    let other = place.folder.path().join("share");
    place.open().close();
    let folder = place.server_folder().expect("made");
    let moved = folder.parent().expect("one").join("7");
    std::fs::rename(&folder, &moved).expect("moved");
    std::fs::write(moved.join("data/PG_VERSION"), "7\n").expect("written");
    let error = place.fail_to_open();
    assert!(
        error.starts_with("postgres-data") && error.contains("no PostgreSQL 7 server was found"),
        "{error}"
    );
    assert!(error.contains("server reset --pg-version 7"), "{error}");
    assert!(other.exists());
}

#[test]
fn asked_to_stay() {
    let place = Place::new();
    assert_eq!(place.run("status"), "None false [] None");
    assert_eq!(place.run("stop"), "NotRunning");
    let url = place.run("keep");
    let server = place.server();
    assert!(is_alive(server));
    assert!(place.run("status").ends_with("true [] Some((true, 0))"));
    let user = place.open();
    assert_eq!(user.server, server);
    assert!(place.run("status").ends_with("true [] Some((true, 1))"));
    user.session().batch(TABLE).expect("run");

    let stopping = place.run("stop");
    assert!(stopping.starts_with("After(["), "{stopping}");
    assert!(is_kept(&user), "not under a command that uses it");
    assert!(
        place
            .run("reset")
            .starts_with("postgres-in-use the local PostgreSQL server is in use by process")
    );
    user.close();
    assert_ended(server);

    assert_eq!(place.run("keep"), url, "the same address again");
    let user = place.open();
    assert_eq!(place.run("stop at once"), "Now");
    assert_ended(user.server);
    user.close();

    place.run("keep");
    let server = place.server();
    assert_eq!(place.run("reset"), "true");
    assert_ended(server);
    assert!(!place.data().exists());
    assert_eq!(place.run("reset"), "false");
    let user = place.open();
    assert!(!is_kept(&user), "deleted");
}
