//! `confiture migrate new`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_project::{Draft, DraftFile, Layout, Project, RunsIn, Workspace};

use super::stage;
use crate::args::migrate::NewArgs;
use crate::commands::{Terminal, problems};
use crate::failure::{Failure, Outcome};

/// The folder of YAML migrations.
const YAML_FOLDER: &str = "confiture-migrations";

/// Writes the files of a migration.
pub(super) fn run(args: &NewArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let project = project(args, terminal)?;
    let name = snake_case(&args.name)?;
    let files = if args.yaml || is_yaml(&project) {
        vec![yaml(&project, &name)?]
    } else {
        sql(&project, &name, args)
    };
    for file in &files {
        let shown = stage::shown(&file.path);
        if args.print {
            writeln!(out, "-- {}\n{}", shown.display(), file.text)?;
        } else {
            create(file)?;
            writeln!(out, "{}", shown.display())?;
        }
    }
    Ok(Outcome::Clean)
}

/// The project that gets the migration; an empty one where there is none yet.
fn project(args: &NewArgs, terminal: Terminal) -> Result<Project, Failure> {
    let (found, _) = stage::projects(&args.files);
    if !found.is_empty() {
        return stage::project(&args.files, terminal);
    }
    let asked = stage::asked(&args.files);
    let (config, found) = Workspace::configuration(asked, &stage::options(&args.files));
    if problems::stops(&found) {
        return Err(Failure::Problems(found));
    }
    let folder = config.source.as_ref().and_then(|source| source.file.parent());
    let folder = folder.unwrap_or(asked);
    let root = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let configured = config.migrations.paths.first();
    Ok(Project {
        layout: match configured {
            Some(_) => config.migrations.layout.unwrap_or(Layout::Confiture),
            None => Layout::Plain,
        },
        root: configured.map_or_else(|| root.clone(), |path| root.join(&path.text)),
        config: Arc::clone(&config),
        scripts: Vec::new(),
    })
}

fn sql(project: &Project, name: &str, args: &NewArgs) -> Vec<DraftFile> {
    let draft = Draft {
        name: name.to_owned(),
        up: format!("-- {name}: what it changes, and why.\n\n"),
        down: Some(format!("-- Takes back what {name} changed.\n\n")),
        runs_in: match args.no_transaction {
            true => RunsIn::Autocommit,
            false => RunsIn::Transaction,
        },
    };
    project.draft(&[draft], now())
}

/// Whether the newest migration is a YAML file, and the next one is one too.
fn is_yaml(project: &Project) -> bool {
    project.ups().next_back().is_some_and(|script| {
        let ending = script.source.file.extension();
        ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
    })
}

fn yaml(project: &Project, name: &str) -> Result<DraftFile, Failure> {
    let is_home = project.root.file_name().is_some_and(|last| last == YAML_FOLDER);
    if !is_home && !project.scripts.is_empty() {
        return Err(Failure::Usage(format!(
            "migrations are in {} and follow the rules of {}; YAML migrations are a history of their own, in {YAML_FOLDER}",
            stage::shown(&project.root).display(),
            project.layout
        )));
    }
    // The version is that of the next SQL file.
    let draft = Draft {
        name: name.to_owned(),
        up: String::new(),
        down: None,
        runs_in: RunsIn::Transaction,
    };
    let files = project.draft(&[draft], now());
    let stem = files
        .first()
        .and_then(|file| file.path.file_name())
        .map(|file| file.to_string_lossy().trim_end_matches(".up.sql").to_owned());
    let stem = stem.unwrap_or_else(|| format!("001_{name}"));
    let folder = match is_home {
        true => project.root.clone(),
        false => project.root.join(YAML_FOLDER),
    };
    Ok(DraftFile {
        path: folder.join(format!("{stem}.yaml")),
        text: template(name),
    })
}

fn template(name: &str) -> String {
    format!(
        "# {name}: what it changes, and why.\n\
         ddl: |\n  \
           -- statements that change the schema\n\n\
         # What happens around it, by phase: before_validation, before_ddl, after_ddl, after_validation, cleanup, on_error.\n\
         # `confiture hooks list --types` lists the types.\n\
         # hooks:\n\
         #   after_ddl:\n\
         #     - type: sql\n\
         #       config:\n\
         #         sql: UPDATE …\n\n\
         rollback:\n  \
           ddl: |\n    \
             -- statements that take it back\n"
    )
}

fn create(file: &DraftFile) -> Result<(), Failure> {
    let failed = |path: &Path, error| Failure::Write {
        path: stage::shown(path).display().to_string(),
        error,
    };
    let folder = file.path.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    let opened = OpenOptions::new().write(true).create_new(true).open(&file.path);
    let written = opened.and_then(|mut opened| opened.write_all(file.text.as_bytes()));
    written.map_err(|error| failed(&file.path, error))
}

/// The time as `YYYYMMDDhhmmss`, in UTC.
fn now() -> u64 {
    let now = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    // A clock that is before the year 1000 gives the first migration there is.
    now.parse().unwrap_or(0)
}

/// A name for files: words in small letters, joined by `_`.
fn snake_case(name: &str) -> Result<String, Failure> {
    let mut out = String::new();
    let mut last_was_small = false;
    for c in name.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && last_was_small {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        last_was_small = c.is_lowercase() || c.is_ascii_digit();
    }
    let out = out.trim_end_matches('_').to_owned();
    let is_name = out.starts_with(char::is_alphabetic) && out.len() <= 100;
    if is_name {
        return Ok(out);
    }
    Err(Failure::Usage(format!(
        "`{name}` can't be the name of a migration: a few words, the first one beginning with a letter"
    )))
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("add_customer_notes", "add_customer_notes"),
            ("Add customer  notes!", "add_customer_notes"),
            ("AddCustomerNotes", "add_customer_notes"),
            ("idx-orders/2024", "idx_orders_2024"),
            ("Überschrift", "überschrift"),
        ] {
            assert_eq!(snake_case(name).ok().as_deref(), Some(expected), "{name}");
        }
        for name in ["", "  ", "1st", "../../etc", &"x".repeat(101)] {
            let read = snake_case(name);
            assert!(
                read.is_err() || read.as_deref().ok() == Some("etc"),
                "{name}: {read:?}"
            );
        }
    }
}
