//! What `confiture lint` costs a second time: nothing changed, the newest file changed, a file in the middle changed.
//!
//! Run with `cargo bench --bench cache`. Whole processes, CPU time of user and system from the kernel's account of
//! finished children; every round begins with a file that no run has seen.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

#[path = "../../engine/project/examples/printoptim.rs"]
mod generate;
mod support;

use support::{children_cpu, sql_files};

const ROUNDS: usize = 5;

/// One tick of the kernel's account is 10 ms, so each kind of run is measured in a row of that many.
const REPEATS: u32 = 4;

fn main() {
    let scratch = tempfile::tempdir().expect("a folder for generated files");
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:<14} {:>12} {:>10} {:>10} {:>10} {:>10}",
        "input", "no cache", "first", "unchanged", "newest", "middle"
    )
    .expect("standard output");
    for (name, write) in inputs() {
        let folder = scratch.path().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        write(&folder);
        let bench = Bench {
            files: sql_files(&folder),
            cache: scratch.path().join("cache"),
            folder,
        };
        let costs = bench.run();
        write!(out, "{name:<14}").expect("standard output");
        for (number, cost) in costs.iter().enumerate() {
            let width = if number == 0 { 10 } else { 8 };
            write!(out, " {:>width$.3} s", cost.as_secs_f64()).expect("standard output");
        }
        writeln!(out).expect("standard output");
    }
}

type Write = fn(&Path);

fn inputs() -> [(&'static str, Write); 2] {
    [
        ("1000-tables", |folder| {
            generate::write_tables(folder, 1_000).expect("generated tables");
        }),
        ("printoptim", |folder| {
            generate::write_printoptim(folder).expect("a generated project");
        }),
    ]
}

struct Bench {
    folder: PathBuf,
    files: Vec<PathBuf>,
    cache: PathBuf,
}

impl Bench {
    /// Medians: without a cache, the first run, nothing changed, the newest file changed, one in the middle changed.
    fn run(&self) -> [Duration; 5] {
        let newest = self.files.last().expect("a file");
        let middle = &self.files[self.files.len() / 2];
        let mut costs: [Vec<Duration>; 5] = Default::default();
        for round in 0..=ROUNDS {
            let mut stamp = 0;
            let mut changed = |file: &Path| {
                stamp += 1;
                change(file, round * 100 + stamp);
            };
            let measured = [
                self.measure(&["--no-cache"], || {}),
                self.measure(&[], || {
                    let _ = fs::remove_dir_all(&self.cache);
                }),
                self.measure(&[], || {}),
                self.measure(&[], || changed(newest)),
                self.measure(&[], || changed(middle)),
            ];
            // The first round warms the file cache.
            if round > 0 {
                for (all, one) in costs.iter_mut().zip(measured) {
                    all.push(one);
                }
            }
        }
        costs.map(|mut all| {
            all.sort();
            all[all.len() / 2]
        })
    }

    fn measure(&self, arguments: &[&str], mut before: impl FnMut()) -> Duration {
        let mut total = Duration::ZERO;
        for _ in 0..REPEATS {
            before();
            let start = children_cpu();
            let status = Command::new(env!("CARGO_BIN_EXE_confiture"))
                .args(["lint", "--format", "json"])
                .args(arguments)
                .arg(&self.folder)
                .env("XDG_CACHE_HOME", &self.cache)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the program starts");
            assert!(status.code().is_some_and(|code| code < 2), "it ran");
            total += children_cpu().saturating_sub(start);
        }
        total / REPEATS
    }
}

/// Adds a column to what a file says, another one each time.
fn change(file: &Path, stamp: usize) {
    let text = fs::read_to_string(file).expect("a file");
    let kept = text.split("\n-- changed\n").next().unwrap_or_default();
    let table = kept
        .split("CREATE TABLE ")
        .nth(1)
        .and_then(|rest| rest.split(|c: char| c.is_whitespace() || c == '(').next())
        .filter(|name| !name.is_empty());
    let statement = match table {
        Some(table) => format!("ALTER TABLE {table} ADD COLUMN changed_{stamp} text;"),
        None => format!("CREATE TABLE changed_{stamp} (id bigint PRIMARY KEY);"),
    };
    fs::write(file, format!("{kept}\n-- changed\n{statement}\n")).expect("a file");
}
