//! Connections to real servers: passwords and where they come from, servers that are down, hosts by the list.

use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use confiture_postgres::connect::Source;
use confiture_postgres::{Cluster, ConnectError, Options, Session, Target};
use tempfile::TempDir;

/// A port of this machine where nobody listens.
const CLOSED: u16 = 1;

const HBA: &str = "local all postgres trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";

struct Server {
    cluster: Cluster,
    port: u16,
    _folder: TempDir,
}

fn server(settings: &[(&str, &str)]) -> Server {
    let folder = TempDir::new().expect("a folder");
    // The server may run as another user.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("set");
    let hba = folder.path().join("pg_hba.conf");
    std::fs::write(&hba, HBA).expect("written");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let (hba, port_text) = (hba.display().to_string(), port.to_string());
    let own = [
        ("listen_addresses", "127.0.0.1"),
        ("port", &port_text),
        ("hba_file", &hba),
    ];
    let settings = own.iter().chain(settings);
    let cluster = Cluster::start(&Options {
        settings: settings
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Options::default()
    })
    .expect("a cluster");
    Server {
        cluster,
        port,
        _folder: folder,
    }
}

/// A server that wants passwords: user `app` has `s3cret`, `few` may not connect at all.
fn with_passwords() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = server(&[]);
        let mut session = Session::open(&server.cluster.target("postgres")).expect("a session");
        session
            .batch(
                "SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD 's3cret';
                 CREATE ROLE few LOGIN PASSWORD 's3cret' CONNECTION LIMIT 0;",
            )
            .expect("roles");
        for statement in [
            "CREATE DATABASE closed",
            "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
        ] {
            session.batch(statement).expect("a database");
        }
        server
    })
}

/// Connects in an environment of these variables alone.
fn open_in(text: &str, variables: &[(&str, &str)]) -> Result<Session, ConnectError> {
    let target = Target::parse_with(text, |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })?;
    Session::open(&target)
}

fn open(text: &str) -> Result<Session, ConnectError> {
    open_in(text, &[])
}

/// Code, SQLSTATE and hint of an error, which must not hold the password.
fn told(result: Result<Session, ConnectError>) -> String {
    let error = result.expect_err("refused");
    let hint = error.hint().unwrap_or_default();
    let all = format!("{error} {error:?} {hint}");
    assert!(!all.contains("s3cret") && !all.contains("wr0ng"), "{all}");
    format!("{} {}: {hint}", error.code(), error.sqlstate().unwrap_or("-"))
}

fn write_private(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
}

#[test]
fn refusals_say_what_to_check() {
    let port = with_passwords().port;
    let at = |rest: &str| open(&format!("host=127.0.0.1 port={port} {rest}"));
    let mut lines = vec![
        told(at("user=app dbname=postgres password=wr0ng")),
        told(open_in(
            &format!("host=127.0.0.1 port={port} user=app dbname=postgres"),
            &[("PGPASSWORD", "wr0ng")],
        )),
        told(at("user=app dbname=postgres")),
        told(at("user=app dbname=missing password=s3cret")),
        told(at("user=few dbname=postgres password=s3cret")),
        told(at("user=app dbname=closed password=s3cret")),
        told(at("user=app dbname=postgres password=s3cret sslmode=require")),
        told(open(&format!(
            "host={} port={port} user=app dbname=postgres",
            with_passwords().cluster.folder().display()
        ))),
    ];
    let target = Target::parse_with(
        &format!("host=127.0.0.1 port={port} user=app password=wr0ng"),
        |_| None,
    )
    .expect("valid")
    .with_origin("`database_url` of environment `qa`");
    lines.push(told(Session::open(&target)));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn servers_that_are_not_there() {
    let folder = TempDir::new().expect("a folder");
    // It never answers: whoever connects waits in its queue.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent_port = silent.local_addr().expect("bound").port();
    // It hangs up on everybody.
    let rude = TcpListener::bind("127.0.0.1:0").expect("a port");
    let rude_port = rude.local_addr().expect("bound").port();
    let hanging_up = std::thread::spawn(move || {
        let (mut stream, _) = rude.accept().expect("a connection");
        let _ = stream.read(&mut [0; 8]);
    });
    let lines = [
        told(open(&format!(
            "host=127.0.0.1 port={CLOSED} user=u password=s3cret"
        ))),
        told(open(&format!(
            "host={} user=u password=s3cret",
            folder.path().display()
        ))),
        told(open("host=no..host user=u password=s3cret")),
        told(open(&format!(
            "host=127.0.0.1 port={silent_port} user=u password=s3cret connect_timeout=1"
        ))),
        told(open(&format!(
            "host=127.0.0.1 port={rude_port} user=u password=s3cret"
        ))),
    ];
    hanging_up.join().expect("ended");
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn password_files() {
    let port = with_passwords().port;
    let folder = TempDir::new().expect("a folder");
    let home = folder.path().display().to_string();
    let open = |text: &str| {
        let text = format!("host=127.0.0.1 port={port} dbname=postgres {text}");
        open_in(&text, &[("HOME", &home)])
    };
    let told = |text: &str| told(open(text)).replace(&home, "~");
    let line = |fields: &str| fields.replace("PORT", &port.to_string());
    write_private(
        folder.path(),
        ".pgpass",
        &line("127.0.0.1:PORT:other:app:wr0ng\n*:PORT:*:app:s3cret\n"),
    );
    open("user=app").expect("the second line");
    // What is given goes before the file.
    let mut lines = vec![told("user=app password=wr0ng")];
    write_private(
        folder.path(),
        ".pgpass",
        &line("*:*:*:app:wr0ng\n127.0.0.1:PORT:postgres:app:s3cret\n"),
    );
    lines.push(told("user=app"));
    write_private(folder.path(), ".pgpass", "elsewhere:*:*:*:s3cret\n");
    lines.push(told("user=app"));
    let path = folder.path().join(".pgpass");
    std::fs::write(&path, "*:*:*:*:s3cret\n").expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("set");
    lines.push(told("user=app"));
    insta::assert_snapshot!(lines.join("\n"));
    write_private(folder.path(), "another", "*:*:*:*:s3cret\n");
    open(&format!("user=app passfile={home}/another")).expect("another file");
}

#[test]
fn services() {
    let port = with_passwords().port;
    let folder = TempDir::new().expect("a folder");
    let home = folder.path().display().to_string();
    let service = |password: &str| {
        let text =
            format!("[app]\nhost=127.0.0.1\nport={port}\nuser=app\ndbname=postgres\npassword={password}\n");
        std::fs::write(folder.path().join(".pg_service.conf"), text).expect("written");
    };
    service("s3cret");
    let variables = [("HOME", home.as_str()), ("PGSERVICE", "app")];
    let session = open_in("", &variables).expect("connected");
    assert_eq!(
        session.target().to_string(),
        format!("app@127.0.0.1:{port}/postgres")
    );
    open_in("service=app", &variables[..1]).expect("connected");
    service("wr0ng");
    let told = told(open_in("service=app", &variables)).replace(&home, "~");
    insta::assert_snapshot!(told);
}

#[test]
fn the_first_server_that_answers_is_taken() {
    let port = with_passwords().port;
    let folder = TempDir::new().expect("a folder");
    let home = folder.path().display().to_string();
    write_private(
        folder.path(),
        ".pgpass",
        &format!("127.0.0.1:{CLOSED}:*:*:wr0ng\n*:{port}:*:*:s3cret\n"),
    );
    // Each server has its own line of the password file.
    let text = format!("postgresql://app@127.0.0.1:{CLOSED},127.0.0.1:{port}/postgres");
    let session = open_in(&text, &[("HOME", &home)]).expect("the second");
    assert_eq!(
        session.target().to_string(),
        format!("app@127.0.0.1:{port}/postgres")
    );
    session.sibling().expect("the same server");
    // Who is refused by one isn't let in by the next: as with libpq, it isn't asked.
    let text = format!("postgresql://app:wr0ng@127.0.0.1:{port},127.0.0.1:{CLOSED}/postgres");
    let refused = open(&text).expect_err("refused");
    assert_eq!(refused.sqlstate(), Some("28P01"));
    let none = open(&format!(
        "postgresql://app@127.0.0.1:{CLOSED},127.0.0.1:{CLOSED}/postgres"
    ));
    let error = none.expect_err("nobody is there");
    assert_eq!(error.code(), "connection-failed");
    assert_eq!(error.to_string().matches("refused").count(), 2, "{error}");
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("no server listens"))
    );
    let random = format!(
        "postgresql://postgres@127.0.0.1:{CLOSED},127.0.0.1:{port}/postgres?load_balance_hosts=random"
    );
    open(&random).expect("one of them");
}

#[test]
fn what_is_wanted_of_a_server() {
    let writable = with_passwords().port;
    let read_only_server = server(&[("default_transaction_read_only", "on")]);
    let read_only = read_only_server.port;
    let chosen = |wanted: &str| {
        let text = format!(
            "postgresql://postgres@127.0.0.1:{read_only},127.0.0.1:{writable}/postgres?target_session_attrs={wanted}"
        );
        match open(&text) {
            Ok(session) if session.target().to_string().contains(&format!(":{writable}/")) => {
                "writable".to_owned()
            }
            Ok(_) => "read-only".to_owned(),
            Err(error) => error.code().to_owned(),
        }
    };
    let choices = [
        "any",
        "read-write",
        "read-only",
        "primary",
        "standby",
        "prefer-standby",
    ]
    .map(|wanted| format!("{wanted}: {}", chosen(wanted)));
    insta::assert_snapshot!(choices.join("\n"));
    let none = open(&format!(
        "host=127.0.0.1 port={read_only} user=postgres target_session_attrs=read-write"
    ));
    insta::assert_snapshot!(told(none));
}

/// A standby without a primary: the signal file counts when the server recovers from the crash of a session.
#[test]
fn standbys_are_told_from_primaries() {
    let standby = server(&[("hot_standby", "on")]);
    let signal = standby.cluster.folder().join("data/standby.signal");
    std::fs::write(&signal, "").expect("written");
    let owner = standby.cluster.folder().metadata().expect("it exists");
    std::os::unix::fs::chown(&signal, Some(owner.uid()), Some(owner.gid())).expect("given");
    let session = Session::open(&standby.cluster.target("postgres")).expect("a session");
    let kill = format!("kill -KILL {}", session.backend_pid());
    let killed = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(killed.expect("it runs").success());
    let (primary, standby_port) = (with_passwords().port, standby.port);
    let began = std::time::Instant::now();
    let at = |ports: &[u16], wanted: &str| {
        let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let hosts = hosts.join(",");
        open(&format!(
            "postgresql://postgres@{hosts}/postgres?target_session_attrs={wanted}"
        ))
    };
    while at(&[standby_port], "standby").is_err() {
        assert!(began.elapsed().as_secs() < 60, "{}", standby.cluster.log_tail());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let port = |wanted: &str| {
        let session = at(&[primary, standby_port], wanted).expect(wanted);
        let is_standby = session
            .target()
            .to_string()
            .contains(&format!(":{standby_port}/"));
        if is_standby { "standby" } else { "primary" }
    };
    assert_eq!(port("any"), "primary");
    assert_eq!(port("primary"), "primary");
    assert_eq!(port("read-write"), "primary");
    assert_eq!(port("standby"), "standby");
    assert_eq!(port("read-only"), "standby");
    assert_eq!(port("prefer-standby"), "standby");
    let refused = at(&[standby_port], "primary").expect_err("a standby");
    assert_eq!(refused.code(), "connection-unsuitable");
}

#[test]
fn where_a_password_came_from_is_known() {
    let port = with_passwords().port;
    let refused = open(&format!("postgresql://app:wr0ng@127.0.0.1:{port}/postgres")).expect_err("refused");
    let ConnectError::Refused { credentials, .. } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(credentials.password, Some(Source::String));
}

#[test]
fn the_name_of_the_program_is_shown_by_the_server() {
    let server = with_passwords();
    let name = |target: &Target| {
        let mut session = Session::open(target).expect("a session");
        let row = session.query_one("SELECT current_setting('application_name')", &[]);
        row.expect("one row").get::<_, String>(0)
    };
    let target = server.cluster.target("postgres");
    assert_eq!(name(&target.with_application_name("confiture")), "confiture");
}

#[test]
fn other_programs_get_there_by_their_environment() {
    let port = with_passwords().port;
    let text = format!("postgresql://app:s3cret@127.0.0.1:{port}/postgres?application_name=x");
    let session = open(&text).expect("connected");
    let variables = session.target().variables();
    let again = Target::parse_with("", |name| {
        variables.iter().find(|(known, _)| *known == name)?.1.clone()
    });
    let mut session = Session::open(&again.expect("valid")).expect("connected");
    let row = session
        .query_one("SELECT current_user::text", &[])
        .expect("one row");
    assert_eq!(row.get::<_, String>(0), "app");
}
