//! Connection strings against a real server, with and without TLS.
//!
//! `tls/` holds a root, a certificate for `localhost` signed by it (valid for a hundred years, of
//! no use elsewhere), and an unrelated root.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use confiture_postgres::connect::Obstacle;
use confiture_postgres::{Cluster, ConnectError, Options, Session, Target};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

fn open(text: &str) -> Result<Session, ConnectError> {
    // Nothing of this machine's environment counts.
    Session::open(&Target::parse_with(text, |_| None)?)
}

/// A cluster that listens on a port nobody else has, with TLS.
fn cluster_with_tls() -> (Cluster, u16) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let settings = vec![
        ("listen_addresses".into(), "127.0.0.1".into()),
        ("port".into(), port.to_string()),
    ];
    let cluster = Cluster::start(&Options {
        settings,
        ..Options::default()
    })
    .expect("a cluster");
    let owner = cluster.folder().metadata().expect("it exists");
    for name in ["server.pem", "server.key"] {
        use std::os::unix::fs::PermissionsExt;
        let file = cluster.folder().join("data").join(name);
        std::fs::copy(fixture(name), &file).expect("copied");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("closed");
        std::os::unix::fs::chown(&file, Some(owner.uid()), Some(owner.gid())).expect("given");
    }
    let mut session = Session::open(&cluster.target("postgres")).expect("a session");
    for statement in [
        "ALTER SYSTEM SET ssl_cert_file = 'server.pem'",
        "ALTER SYSTEM SET ssl_key_file = 'server.key'",
        "ALTER SYSTEM SET ssl = on",
        "SELECT pg_reload_conf()",
    ] {
        session.batch(statement).expect("run");
    }
    let began = std::time::Instant::now();
    while open(&format!(
        "host=127.0.0.1 port={port} user=postgres sslmode=require"
    ))
    .is_err()
    {
        assert!(began.elapsed().as_secs() < 60, "{}", cluster.log_tail());
        std::thread::yield_now();
    }
    (cluster, port)
}

fn is_encrypted(session: &mut Session) -> bool {
    session
        .query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])
        .expect("one row")
        .get(0)
}

#[test]
fn every_sslmode_means_what_it_means_to_libpq() {
    let (_cluster, port) = cluster_with_tls();
    let root = fixture("ca.pem").display().to_string();
    let other = fixture("other-ca.pem").display().to_string();
    let at = |host: &str, rest: &str| {
        open(&format!("postgresql://postgres@{host}:{port}/postgres?{rest}"))
            .map(|mut session| is_encrypted(&mut session))
            .map_err(|error| error.code())
    };
    assert_eq!(at("127.0.0.1", "sslmode=disable"), Ok(false));
    assert_eq!(at("127.0.0.1", ""), Ok(true));
    assert_eq!(at("127.0.0.1", "sslmode=require"), Ok(true));
    let failed = Err("connection-failed");
    assert_eq!(
        at("127.0.0.1", &format!("sslmode=require&sslrootcert={other}")),
        failed
    );
    assert_eq!(
        at("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={root}")),
        Ok(true)
    );
    assert_eq!(
        at("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={other}")),
        failed
    );
    assert_eq!(
        at("localhost", &format!("sslmode=verify-full&sslrootcert={root}")),
        Ok(true)
    );
    assert_eq!(
        at("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={root}")),
        failed
    );
    assert_eq!(
        at("localhost", &format!("sslmode=verify-full&sslrootcert={other}")),
        failed
    );
    let untrusted =
        format!("host=localhost port={port} user=postgres sslmode=verify-full sslrootcert={other}");
    let error = open(&untrusted).expect_err("not signed by it");
    assert!(
        matches!(
            &error,
            ConnectError::Unreachable {
                obstacle: Obstacle::Certificate,
                ..
            }
        ),
        "{error:?}"
    );
    let missing = "sslmode=verify-full&sslrootcert=/missing.pem";
    assert_eq!(at("localhost", missing), Err("connection-tls"));
    assert_eq!(
        at("localhost", "sslmode=nonsense"),
        Err("connection-string-invalid")
    );
}

#[test]
fn refusals_and_silence_are_told_apart_and_keep_the_password() {
    let cluster = Cluster::shared(None).expect("a cluster");
    let host = cluster.folder().display();
    let refused = open(&format!(
        "host={host} user=postgres password=s3cret dbname=missing"
    ))
    .expect_err("missing");
    assert_eq!(
        (refused.code(), refused.sqlstate()),
        ("connection-refused", Some("3D000"))
    );
    let silent = open("host=/nowhere user=postgres password=s3cret").expect_err("no one is there");
    assert_eq!(silent.code(), "connection-failed");
    for error in [refused, silent] {
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[test]
fn the_url_of_a_database_works() {
    let database = Cluster::shared(None)
        .expect("a cluster")
        .create_database("url")
        .expect("a database");
    let mut session = open(&database.url()).expect("connected");
    let row = session
        .query_one("SELECT current_database()::text", &[])
        .expect("one row");
    assert_eq!(row.get::<_, String>(0), database.name());
}
