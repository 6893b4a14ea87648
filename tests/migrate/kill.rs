//! The runner is killed, at any moment and without warning, again and again.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout};
use std::time::Duration;

use confiture_postgres::Cluster;

use crate::program::{said, start_up, up};
use crate::project;

/// How often it is done: what the variable says, or a few times.
pub(crate) fn kills(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// Random moments of a run: some events, and then a little.
pub(crate) struct Moment {
    /// Events of the longest run so far.
    most: usize,
}

impl Moment {
    pub(crate) fn new() -> Moment {
        Moment { most: 200 }
    }

    /// Waits for one; true where the run had ended before it came.
    pub(crate) fn wait(&mut self, runner: &mut Child) -> bool {
        let mut out = BufReader::new(runner.stdout.take().expect("its events"));
        let wanted = fastrand::usize(..=self.most);
        let mut line = Vec::new();
        for seen in 0..wanted {
            line.clear();
            if out.read_until(b'\n', &mut line).unwrap() == 0 {
                self.most = seen;
                return true;
            }
        }
        drain(out);
        std::thread::sleep(Duration::from_micros(fastrand::u64(..20_000)));
        false
    }
}

/// Goes on reading, so that the program never waits for its reader.
fn drain(mut out: BufReader<ChildStdout>) {
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        // It ends with the program.
        let _ = out.read_to_end(&mut rest);
    });
}

#[test]
fn a_runner_that_is_killed_anywhere_leaves_nothing_half_done() {
    let wanted = kills("CONFITURE_KILLS", 12);
    let project = project::write();
    let mut killed = 0;
    let mut databases = 0;
    while killed < wanted {
        let database = Cluster::shared(None).unwrap().create_database("killed").unwrap();
        let url = database.url();
        let mut moment = Moment::new();
        while killed < wanted {
            let mut runner = start_up(project.path(), &url);
            let is_through = moment.wait(&mut runner);
            runner.kill().unwrap();
            let output = runner.wait_with_output().unwrap();
            project::check_between(&mut database.connect_blocking().unwrap(), project.path());
            if is_through {
                assert!(output.status.success(), "{}", said(&output));
                break;
            }
            killed += 1;
        }
        let output = up(project.path(), &url);
        assert!(output.status.success(), "{}", said(&output));
        project::check_done(&mut database.connect_blocking().unwrap());
        databases += 1;
    }
    eprintln!("killed {killed} times over {databases} databases");
}
