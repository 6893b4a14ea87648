//! Runs that are stopped: at the line that says that a statement began, so nobody has to guess when.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::scene::{ORDERS, Scene};

/// Sends a signal when the given step of a migration has begun; what is printed from there on, and the exit status.
fn stopped_at(scene: &Scene, step: u64, signal: &str) -> String {
    let url = scene.database.url();
    let mut child = scene
        .command(&["up", "--format", "json", "--database-url", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let event = |line: std::io::Result<String>| -> Value {
        serde_json::from_str(&line.expect("a line")).expect("JSON")
    };
    let begins = |value: &Value| {
        let is_it = value["migration"] == "002_slow" && value["step"] == step;
        is_it && value["event"] == "statement_started"
    };
    assert!(
        lines.by_ref().map(event).any(|value| begins(&value)),
        "it never began"
    );
    let killed = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let rest: Vec<String> = lines
        .map(event)
        .filter(|value| value["event"] != "progress")
        .map(|value| match value["code"].as_str() {
            Some(code) => format!("{} {code} {}", value["event"], value["message"]),
            None => value["event"].to_string(),
        })
        .collect();
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("its errors");
    stderr.read_to_string(&mut said).expect("text");
    let status = child.wait().expect("it ends");
    format!(
        "exit {}\n{}\n{said}---\n{}\n",
        status.code().unwrap_or(-1),
        rest.join("\n"),
        scene.state()
    )
}

const SLOW: (&str, &str) = (
    "db/migrations/002_slow.up.sql",
    "CREATE TABLE half ();\nSELECT pg_sleep(600);\n",
);

#[test]
fn interrupted() {
    let scene = Scene::new(&[ORDERS, SLOW]);
    insta::assert_snapshot!(stopped_at(&scene, 2, "-INT"));
}

#[test]
fn terminated() {
    let scene = Scene::new(&[ORDERS, SLOW]);
    let shown = stopped_at(&scene, 2, "-TERM");
    // Nothing has to be set right before the next run.
    scene.write(SLOW.0, "CREATE TABLE whole ();\n");
    scene.apply();
    insta::assert_snapshot!(format!("{shown}=== again\n{}", scene.state()));
}
