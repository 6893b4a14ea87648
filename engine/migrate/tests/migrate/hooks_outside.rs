//! Hooks that leave the database: programs and web servers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use confiture_migrate::{ErrorKind, Event, History, MigrateError};
use serde_json::Value;

use crate::support::Fixture;

fn migration(hooks: &str) -> Fixture {
    let text = format!("migration:\n  ddl: CREATE TABLE t (id int)\n  hooks:\n{hooks}");
    Fixture::new(&[("confiture-migrations/001_t.yaml", &text)])
}

fn failure(fixture: &Fixture) -> MigrateError {
    match fixture.up() {
        Ok(outcome) => outcome.failure.expect("a failure"),
        Err(error) => error,
    }
}

#[test]
fn a_program_gets_the_context_and_answers() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: counted
        action: SELECT 3 AS n
      - type: command
        name: asked
        config:
          shell: true
          command: |
            cat > context.json
            env | cut -d= -f1 | sort > names.txt
            echo '{\"status\": \"ok\", \"message\": \"done\", \"stats\": {\"seen\": 5}, \"metadata\": {\"m\": 1}, \"rows\": 2}'
          env: {MINE: hello}
      - type: sql
        condition: stats.asked.seen == 5 && metadata.m == 1 && rows == 2
        action: INSERT INTO t VALUES (1)
",
    );
    fixture.up().unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM t"), ["1"]);
    let context = std::fs::read_to_string(fixture.folder().join("context.json")).unwrap();
    let context: Value = serde_json::from_str(&context).unwrap();
    assert_eq!(context["migration"], "001_t");
    assert_eq!(context["phase"], "after_ddl");
    assert_eq!(context["stats"]["counted"]["value"], 3);
    let names = std::fs::read_to_string(fixture.folder().join("names.txt")).unwrap();
    let stray: Vec<&str> = names.lines().filter(|name| name.starts_with("CARGO")).collect();
    assert!(names.contains("MINE") && stray.is_empty(), "{names}");
}

#[test]
fn a_program_that_fails_is_shown_with_what_it_said() {
    let mut out = String::new();
    for config in [
        "{command: [sh, -c, 'echo out; echo wrong >&2; exit 3']}",
        "{command: [confiture-no-such-program]}",
        "{command: [sh, -c, \"echo '{\\\"status\\\": \\\"failed\\\", \\\"message\\\": \\\"too late\\\"}'\"]}",
        "{command: [sh, -c, \"echo '{\\\"status\\\": 1}'\"]}",
        "{command: [sh, -c, 'kill -9 $$']}",
        "{command: ['true'], working_directory: nowhere}",
        "{command: ['true', '${CONFITURE_NO_SUCH_VARIABLE}']}",
        "{shell: true, command: 'i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); done; exit 1'}",
    ] {
        let fixture = migration(&format!(
            "    before_ddl:\n      - type: command\n        config: {config}\n"
        ));
        let error = failure(&fixture);
        assert_eq!(error.kind(), ErrorKind::Hook);
        out += &format!("{config}\n    {}\n    {:?}\n", error.message(), error.advice());
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_program_is_ended_with_what_it_started() {
    let fixture = migration(
        "    before_ddl:
      - type: command
        timeout: 300ms
        config: {shell: true, command: 'sleep 1000 & echo $! > pid.txt; wait'}
",
    );
    let error = failure(&fixture);
    assert!(error.message().contains("took longer"), "{}", error.message());
    if let Ok(pid) = std::fs::read_to_string(fixture.folder().join("pid.txt")) {
        // The kernel takes a moment between the signal and the end; a process that nobody waits for stays as `Z`.
        let runs = || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            state.is_ok_and(|state| !state.contains(") Z"))
        };
        while runs() {
            std::thread::yield_now();
        }
    }
}

/// What a request held: its headers, the first line among them, and its body.
type Request = (Vec<String>, String);

/// A server that answers one connection for each of some statuses.
struct Server {
    port: u16,
    thread: JoinHandle<Vec<Request>>,
}

impl Server {
    fn new(statuses: &'static [u16]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = move |status: &u16| answer(listener.accept().unwrap().0, *status);
        let thread = std::thread::spawn(move || statuses.iter().filter_map(answer).collect());
        Server { port, thread }
    }

    /// What it was sent. Requests that never came are not waited for.
    fn requests(self) -> Vec<Request> {
        while !self.thread.is_finished() {
            let _ = TcpStream::connect(("127.0.0.1", self.port));
        }
        self.thread.join().unwrap()
    }
}

fn answer(stream: TcpStream, status: u16) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        headers.push(line.trim().to_owned());
    }
    let length = header(&headers, "content-length").map_or(0, |value| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    reader.get_mut().write_all(answer.as_bytes()).ok()?;
    Some((headers, String::from_utf8(body).unwrap()))
}

fn header<'a>(headers: &'a [String], name: &str) -> Option<&'a str> {
    headers.iter().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[test]
fn a_message_is_signed_and_sent_again_until_it_is_taken() {
    let server = Server::new(&[503, 200]);
    let port = server.port;
    // A variable that every test process has serves as the secret.
    let fixture = migration(&format!(
        "    after_migration:
      - type: webhook
        config:
          url: http://127.0.0.1:{port}/hook?token=abc
          secret: ${{CARGO_PKG_NAME}}
          headers: {{X-Team: data}}
          extra: {{channel: '#deployments'}}
"
    ));
    fixture.up().unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    let deliveries: Vec<_> = requests
        .iter()
        .map(|(headers, _)| header(headers, "X-Confiture-Delivery"))
        .collect();
    assert!(deliveries[0].is_some() && deliveries[0] == deliveries[1]);
    let (headers, body) = &requests[1];
    assert!(headers[0].starts_with("POST /hook?token=abc "), "{headers:?}");
    assert_eq!(header(headers, "X-Team"), Some("data"));
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!(sent["status"], "succeeded");
    assert_eq!(sent["extra"]["channel"], "#deployments");
    let signature = header(headers, "X-Confiture-Signature").unwrap();
    let timestamp = header(headers, "X-Confiture-Timestamp").unwrap();
    assert_eq!(
        signature,
        format!(
            "sha256={}",
            hmac(env!("CARGO_PKG_NAME"), &format!("{timestamp}.{body}"))
        )
    );
    let events = format!("{:?}", fixture.told.events());
    assert!(!events.contains("abc") && !events.contains("token"), "{events}");
}

fn hmac(key: &str, text: &str) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn what_a_server_refuses_fails_at_once_and_shows_no_key() {
    let server = Server::new(&[403]);
    let port = server.port;
    let fixture = migration(&format!(
        "    after_migration: [{{type: webhook, config: {{url: 'http://u:hidden@127.0.0.1:{port}/hidden'}}}}]\n"
    ));
    let error = failure(&fixture);
    server.requests();
    let expected = format!("the after_migration hook `webhook` failed: 127.0.0.1:{port} answered 403: hello");
    assert_eq!(error.message(), expected);
    let told: Vec<Event> = fixture.told.events();
    assert!(!format!("{told:?}{error:?}").contains("hidden@"), "{told:?}");
    assert_eq!(fixture.rows("SELECT to_regclass('t')"), ["t"]);
}

#[test]
fn a_secret_that_is_written_out_is_an_error_that_does_not_show_it() {
    let fixture = migration(
        "    after_migration: [{type: webhook, config: {url: 'https://x.example', secret: s3cr3t-key}}]\n",
    );
    let (_, problems) = History::of(&fixture.project(), None).unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "a secret must not stand in a file");
    assert!(!format!("{problems:?}").contains("s3cr3t"), "{problems:?}");
}
