//! The server crashes (an immediate shutdown), at any moment of a run.

use std::path::Path;
use std::process::Command;

use confiture_postgres::{Session, Target};
use rustix::process::{Pid, Signal, kill_process};

use crate::kill::{Moment, kills};
use crate::program::{confiture, said, start_up, up};
use crate::project;

/// The project's own lasting server, in a data folder of the test's.
struct Server<'a> {
    folder: &'a Path,
    data: tempfile::TempDir,
}

impl<'a> Server<'a> {
    fn of(folder: &'a Path) -> Server<'a> {
        Server {
            folder,
            data: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = confiture(self.folder, &[&["server"], arguments].concat());
        command.env("XDG_DATA_HOME", self.data.path());
        command
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts it, also after a crash, and gives its address.
    fn start(&self) -> String {
        self.said(&["start"]);
        self.said(&["url"])
    }

    /// Every process of it ends at once, and nothing that it had in memory is kept.
    fn crash(&self) {
        let status: serde_json::Value =
            serde_json::from_str(&self.said(&["status", "--format", "json"])).unwrap();
        let pid = status["process_id"].as_i64().expect("the server's process");
        kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::QUIT).unwrap();
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.command(&["stop"]).output();
    }
}

fn session(url: &str) -> Session {
    Session::open(&Target::parse(url).unwrap()).unwrap()
}

#[test]
fn a_server_that_crashes_anywhere_leaves_nothing_half_done() {
    let wanted = kills("CONFITURE_CRASHES", 3);
    let project = project::write();
    let mut crashed = 0;
    while crashed < wanted {
        let server = Server::of(project.path());
        let url = server.start();
        let mut moment = Moment::new();
        while crashed < wanted {
            let mut runner = start_up(project.path(), &url);
            let is_through = moment.wait(&mut runner);
            server.crash();
            let output = runner.wait_with_output().unwrap();
            assert_eq!(server.start(), url);
            project::check_between(&mut session(&url), project.path());
            if is_through {
                break;
            }
            // It may have ended by itself between the moment and the crash.
            if !output.status.success() {
                assert!(matches!(output.status.code(), Some(3 | 4)), "{}", said(&output));
                crashed += 1;
            }
        }
        let output = up(project.path(), &url);
        assert!(output.status.success(), "{}", said(&output));
        project::check_done(&mut session(&url));
    }
    eprintln!("crashed {crashed} times");
}
