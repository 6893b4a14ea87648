//! `confiture lint` beside squawk, on the same files in one run: whole processes, CPU and wall time.
//!
//! Run with `cargo bench --bench peers`. squawk is taken from `$SQUAWK`, else from PATH, else installed from PyPI
//! into `target/peers`. The corpus is taken from `$CONFITURE_CORPUS` where that is set. Rounds alternate between the
//! two, so that a drift of the machine's speed meets both alike. Confiture runs twice: with its default rules, and with all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../../engine/project/examples/printoptim.rs"]
mod generate;
mod support;

use support::{children_cpu, sql_files};

const ROUNDS: usize = 7;

/// One input: a folder that both tools are given.
struct Input {
    name: &'static str,
    folder: PathBuf,
}

/// What one process cost.
#[derive(Clone, Copy)]
struct Cost {
    cpu: Duration,
    wall: Duration,
}

fn main() {
    let scratch = tempfile::tempdir().expect("a folder for generated files");
    let inputs = inputs(scratch.path());
    let squawk = squawk();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:<18} {:<8} {:>7} {:>22} {:>22} {:>9}",
        "input", "rules", "files", "confiture cpu / wall", "squawk cpu / wall", "cpu ratio"
    )
    .expect("standard output");
    for input in inputs {
        let files = sql_files(&input.folder);
        let (mut ours, mut all, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let a = measure(confiture(&input.folder, &[]));
            let b = measure(confiture(&input.folder, &["--select", "all"]));
            let c = squawk.as_deref().map(|program| measure(peer(program, &files)));
            // The first round warms the file cache.
            if round > 0 {
                ours.push(a);
                all.push(b);
                theirs.extend(c);
            }
        }
        let theirs = median(&mut theirs);
        for (rules, ours) in [("default", median(&mut ours)), ("all", median(&mut all))] {
            let ratio = match (ours, theirs) {
                (Some(a), Some(b)) => format!("{:.2}", a.cpu.as_secs_f64() / b.cpu.as_secs_f64().max(1e-9)),
                _ => "–".to_owned(),
            };
            writeln!(
                out,
                "{:<18} {rules:<8} {:>7} {:>22} {:>22} {:>9}",
                input.name,
                files.len(),
                show(ours),
                show(theirs),
                ratio
            )
            .expect("standard output");
        }
    }
}

fn inputs(scratch: &Path) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut add = |name, write: &dyn Fn(&Path)| {
        let folder = scratch.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        write(&folder);
        inputs.push(Input { name, folder });
    };
    add("10000-statements", &|folder| {
        fs::write(folder.join("statements.sql"), generate::statements(10_000)).expect("a generated file");
    });
    add("1000-tables", &|folder| {
        generate::write_tables(folder, 1_000).expect("generated tables");
    });
    add("printoptim", &|folder| {
        generate::write_printoptim(folder).expect("a generated project");
    });
    if let Some(corpus) = std::env::var_os("CONFITURE_CORPUS") {
        inputs.push(Input {
            name: "corpus",
            folder: PathBuf::from(corpus),
        });
    }
    inputs
}

fn confiture(folder: &Path, rules: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
    command
        .args(["lint", "--no-cache", "--format", "json"])
        .args(rules)
        .arg(folder);
    command
}

fn peer(program: &Path, files: &[PathBuf]) -> Command {
    let mut command = Command::new(program);
    command.args(["--reporter", "Json"]).args(files);
    command
}

/// Runs a command to its end and takes what it cost from the kernel's account of finished children.
fn measure(mut command: Command) -> Cost {
    let before = children_cpu();
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    let wall = start.elapsed();
    assert!(status.code().is_some(), "the program was killed");
    Cost {
        cpu: children_cpu().saturating_sub(before),
        wall,
    }
}

fn median(costs: &mut [Cost]) -> Option<Cost> {
    costs.sort_by_key(|c| c.cpu);
    let cpu = costs.get(costs.len() / 2)?.cpu;
    costs.sort_by_key(|c| c.wall);
    Some(Cost {
        cpu,
        wall: costs[costs.len() / 2].wall,
    })
}

fn show(cost: Option<Cost>) -> String {
    cost.map_or_else(
        || "not measured".to_owned(),
        |c| format!("{:.2} s / {:.2} s", c.cpu.as_secs_f64(), c.wall.as_secs_f64()),
    )
}

fn squawk() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("SQUAWK") {
        return Some(PathBuf::from(given));
    }
    let runs = |program: &Path| {
        Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    let on_path = PathBuf::from("squawk");
    if runs(&on_path) {
        return Some(on_path);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers");
    let installed = folder.join("bin/squawk");
    if !runs(&installed) {
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&folder)
            .status()
            .ok()?;
        Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "squawk-cli"])
            .status()
            .ok()?;
    }
    runs(&installed).then_some(installed)
}
