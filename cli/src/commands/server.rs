//! `confiture server`: the private server of the project that you stand in.

use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use confiture_postgres::local::{self, LocalStatus, RunningServer, StopMode, Stopped};
use confiture_postgres::{LocalServer, Target};
use confiture_project::{Config, OpenOptions, Workspace};
use confiture_risk::PgVersion;

use super::{Terminal, problems};
use crate::args::{ReportFormat, ServerArgs, ServerCommand};
use crate::contract::ServerStatus;
use crate::failure::{Failure, Outcome};

/// What a local server belongs to.
pub struct Place {
    /// The project's folder.
    pub root: PathBuf,
    /// The major version that is asked for, or that the configuration says.
    pub major: Option<u32>,
}

impl Place {
    /// Of the folder of the configuration; without one the nearest with a `.git`, else the current one.
    pub fn of(config: &Config, asked: Option<PgVersion>) -> Place {
        let configured = config.source.as_ref().and_then(|source| source.file.parent());
        let here = std::env::current_dir().unwrap_or_default();
        let with_git = || here.ancestors().find(|folder| folder.join(".git").exists());
        let root = configured.or_else(with_git).unwrap_or(&here);
        Place {
            root: root.to_owned(),
            major: asked
                .map(|version| version.major())
                .or(config.pg_version.map(u32::from)),
        }
    }

    /// Starts the server, or joins the one that runs.
    ///
    /// # Errors
    /// As [`LocalServer::open`].
    pub fn open(&self) -> Result<LocalServer, Failure> {
        Ok(LocalServer::open(&self.root, self.major)?)
    }

    /// As [`Place::open`], with the project's own database, which is created where it doesn't exist. The server runs at
    /// least as long as the first value is kept.
    ///
    /// # Errors
    /// As [`LocalServer::open`] and [`LocalServer::database`].
    pub fn database(&self) -> Result<(LocalServer, Target), Failure> {
        let server = self.open()?;
        let target = server.database(&server.database_name())?;
        Ok((server, target))
    }

    fn status(&self) -> Result<LocalStatus, Failure> {
        Ok(local::status(&self.root, self.major)?)
    }
}

/// Does what the subcommand says.
pub fn run(args: &ServerArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let options = OpenOptions {
        config: args.config.clone(),
        ..OpenOptions::default()
    };
    let (config, found) = Workspace::configuration(Path::new("."), &options);
    if problems::stops(&found) {
        problems::print(&found, terminal);
        return Ok(problems::outcome(&found));
    }
    let place = Place::of(&config, args.pg_version);
    match &args.command {
        ServerCommand::Start => start(&place, terminal, out),
        ServerCommand::Stop { now } => stop(&place, *now, terminal, out),
        ServerCommand::Status { format } => status(&place, *format, out),
        ServerCommand::Url { database } => url(&place, database.as_deref(), out),
        ServerCommand::Reset { yes } => reset(&place, *yes, terminal, out),
        ServerCommand::Logs { lines } => logs(&place, *lines, out),
    }
}

fn start(place: &Place, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let others = place.status()?;
    let (server, _) = place.database()?;
    server.keep()?;
    writeln!(out, "{}", server.url(&server.database_name()))?;
    let major = server.version() / 10_000;
    server.close()?;
    if !others.has_data && !others.other_majors.is_empty() && !terminal.quiet {
        let majors = listed(&others.other_majors);
        note(&format!(
            "this is a new server of PostgreSQL {major}; the data of {majors} is kept (`confiture server status --pg-version {}`)",
            others.other_majors[0]
        ));
    }
    Ok(Outcome::Clean)
}

fn stop(place: &Place, now: bool, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mode = if now {
        StopMode::AtOnce
    } else {
        StopMode::WhenUnused
    };
    let said = match local::stop(&place.root, place.major, mode)? {
        Stopped::Now => "stopped".to_owned(),
        Stopped::NotRunning => "it was not running".to_owned(),
        Stopped::After(users) => format!("it stops when process {} has ended", listed(&users)),
    };
    if !terminal.quiet {
        writeln!(out, "{said}")?;
    }
    Ok(Outcome::Clean)
}

fn status(place: &Place, format: ReportFormat, out: &mut impl Write) -> Result<Outcome, Failure> {
    let status = place.status()?;
    let report = ServerStatus::of(&status, &local::database_name(&place.root));
    match format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
        ReportFormat::Text => text(&report, out)?,
    }
    Ok(if report.running {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

fn text(report: &ServerStatus, out: &mut impl Write) -> io::Result<()> {
    match (report.running, report.major) {
        (true, _) => {
            let version = report.version.as_deref().unwrap_or("(it does not answer yet)");
            writeln!(out, "running: PostgreSQL {version}")?;
            writeln!(out, "until     {}", until(report))?;
        }
        (false, Some(major)) => writeln!(out, "not running: PostgreSQL {major}")?,
        (false, None) => writeln!(out, "not running")?,
    }
    let mut line = |name: &str, value: Option<&str>| match value {
        Some(value) => writeln!(out, "{name:<9} {value}"),
        None => Ok(()),
    };
    let process = report.process_id.map(|id| id.to_string());
    line("process", process.as_deref())?;
    line("url", report.url.as_deref())?;
    if report.has_data {
        line("data", report.data_folder.as_deref())?;
        line("log", report.log_file.as_deref())?;
    } else {
        line("data", Some("none yet"))?;
    }
    if !report.other_majors.is_empty() {
        let majors = format!("data of PostgreSQL {} is kept too", listed(&report.other_majors));
        line("besides", Some(&majors))?;
    }
    Ok(())
}

fn until(report: &ServerStatus) -> String {
    let users = listed(&report.users);
    match (report.stays, report.users.is_empty()) {
        (true, true) => "confiture server stop".to_owned(),
        (true, false) => format!("confiture server stop; used by process {users}"),
        (false, false) => format!("process {users} has ended"),
        (false, true) => "it has stopped, which it is about to".to_owned(),
    }
}

fn url(place: &Place, database: Option<&str>, out: &mut impl Write) -> Result<Outcome, Failure> {
    let status = place.status()?;
    if status.running.is_none() {
        return Err(Failure::NotRunning);
    }
    let server = LocalServer::open(&place.root, status.major)?;
    let name = database.map_or_else(|| server.database_name(), str::to_owned);
    server.database(&name)?;
    writeln!(out, "{}", server.url(&name))?;
    server.close()?;
    Ok(Outcome::Clean)
}

fn reset(place: &Place, yes: bool, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let status = place.status()?;
    let (Some(major), true) = (status.major, status.has_data) else {
        if !terminal.quiet {
            writeln!(out, "there is nothing to delete")?;
        }
        return Ok(Outcome::Clean);
    };
    if !yes && !is_confirmed(place, major)? {
        note("nothing was deleted");
        return Ok(Outcome::Findings);
    }
    local::reset(&place.root, Some(major))?;
    if !terminal.quiet {
        writeln!(out, "deleted")?;
    }
    Ok(Outcome::Clean)
}

fn is_confirmed(place: &Place, major: u32) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "there is nobody to ask whether the databases may be deleted: say --yes".to_owned(),
        ));
    }
    let mut err = io::stderr().lock();
    write!(
        err,
        "Delete all databases of the local PostgreSQL {major} server of {}? Type yes: ",
        place.root.display()
    )?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

fn logs(place: &Place, lines: usize, out: &mut impl Write) -> Result<Outcome, Failure> {
    let Some(path) = place.status()?.log_file.filter(|path| path.exists()) else {
        return Err(Failure::NotRunning);
    };
    let log = fs::read(&path).map_err(|error| Failure::Read {
        path: path.display().to_string(),
        error,
    })?;
    let log = String::from_utf8_lossy(&log);
    let skipped = log.lines().count().saturating_sub(lines);
    for line in log.lines().skip(skipped) {
        writeln!(out, "{line}")?;
    }
    Ok(Outcome::Clean)
}

/// A remark beside the result. A standard error that is closed is nobody's loss.
fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn listed(numbers: &[u32]) -> String {
    let numbers: Vec<_> = numbers.iter().map(u32::to_string).collect();
    numbers.join(", ")
}

impl ServerStatus {
    fn of(status: &LocalStatus, database: &str) -> ServerStatus {
        let running = status.running.as_ref();
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        ServerStatus {
            running: running.is_some(),
            stays: running.is_some_and(|running| running.stays),
            users: running.map(|running| running.users.clone()).unwrap_or_default(),
            major: status.major,
            version: running.and_then(|running| running.version).map(version),
            process_id: running.and_then(|running| running.process_id),
            url: running.and_then(|running: &RunningServer| running.url(database)),
            has_data: status.has_data,
            data_folder: path(&status.data_folder),
            log_file: path(&status.log_file),
            other_majors: status.other_majors.clone(),
        }
    }
}

/// `150018` is `15.18`.
fn version(number: u32) -> String {
    format!("{}.{}", number / 10_000, number % 10_000)
}
