//! `confiture init`: a commented confiture.yaml for the project that it finds.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use confiture_project::config::CONFIG_FILES;
use confiture_project::{Layout, OpenOptions, Project, Workspace};

use super::Terminal;
use crate::args::InitArgs;
use crate::failure::{Failure, Outcome};

/// Writes the configuration, unless there is one.
pub fn run(args: &InitArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let workspace = Workspace::open(&[&folder], &OpenOptions::default());
    let absolute = std::path::absolute(&folder).unwrap_or_else(|_| folder.clone());
    let text = configuration(&absolute, &workspace.projects, args.pg_version.map(|v| v.major()));
    if args.print {
        out.write_all(text.as_bytes())?;
        return Ok(Outcome::Clean);
    }
    if let Some(existing) = CONFIG_FILES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists())
    {
        return Err(Failure::Exists {
            path: existing.display().to_string(),
        });
    }
    let path = folder.join(CONFIG_FILES[0]);
    let write = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, text));
    write.map_err(|error| Failure::Write {
        path: path.display().to_string(),
        error,
    })?;
    if !terminal.quiet {
        writeln!(
            out,
            "{} written: {}",
            path.display(),
            found(&absolute, &workspace.projects)
        )?;
        writeln!(out, "next: confiture lint {}", folder.display())?;
    }
    Ok(Outcome::Clean)
}

/// What was found, as a sentence.
fn found(folder: &Path, projects: &[Project]) -> String {
    if projects.is_empty() {
        return "no SQL found yet".to_owned();
    }
    let described = projects.iter().map(|project| {
        let files = project.scripts.len();
        let word = if files == 1 { "script" } else { "scripts" };
        format!(
            "{} ({}, {files} {word})",
            shown(folder, &project.root),
            project.layout
        )
    });
    described.collect::<Vec<_>>().join(", ")
}

/// A folder as the configuration names it: relative to its own.
fn shown(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path).display().to_string();
    if relative.is_empty() {
        ".".to_owned()
    } else {
        relative
    }
}

fn configuration(folder: &Path, projects: &[Project], version: Option<u32>) -> String {
    let mut text = String::from(
        "# Confiture: what your PostgreSQL schema and migrations do, and how they are checked.\n\
         # `confiture rules` lists the rules, `confiture explain RULE` says why and what to do instead.\n\n\
         # The PostgreSQL major version that the project runs on, 13 to 18. Locks and rules depend on it.\n",
    );
    // Writing to a String does not fail.
    let _ = match version {
        Some(version) => writeln!(text, "pg_version: {version}\n"),
        None => writeln!(text, "# pg_version: 16\n"),
    };
    migrations(&mut text, folder, projects);
    schema(&mut text, folder, projects);
    text.push_str(LINTING);
    text.push_str(ENVIRONMENTS);
    text
}

fn migrations(text: &mut String, folder: &Path, projects: &[Project]) {
    let found: Vec<&Project> = projects.iter().filter(|p| p.layout.is_migrations()).collect();
    text.push_str("# Where migrations are, and whose naming rules they follow.\n");
    let layouts: Vec<Layout> = found.iter().map(|p| p.layout).collect();
    match found.as_slice() {
        [] => text.push_str("# migrations:\n#   path: db/migrations\n#   layout: confiture\n\n"),
        [first, rest @ ..] => {
            text.push_str("migrations:\n");
            if rest.is_empty() {
                let _ = writeln!(text, "  path: {}", quoted(&shown(folder, &first.root)));
            } else {
                text.push_str("  paths:\n");
                for project in &found {
                    let _ = writeln!(text, "    - {}", quoted(&shown(folder, &project.root)));
                }
            }
            // Different tools in different folders are told apart by their files; one name for all would be wrong.
            if layouts.iter().all(|layout| *layout == first.layout) {
                let _ = writeln!(text, "  layout: {}", first.layout);
            }
            text.push('\n');
        }
    }
}

fn schema(text: &mut String, folder: &Path, projects: &[Project]) {
    let trees: Vec<&Project> = projects
        .iter()
        .filter(|p| p.layout == Layout::SchemaTree)
        .collect();
    if trees.is_empty() {
        return;
    }
    text.push_str(
        "# Files that build the schema from nothing, in order: files, folders and globs; the first entry that\n\
         # matches a file gives its place.\nload_order:\n",
    );
    for project in trees {
        let _ = writeln!(text, "  - {}", quoted(&shown(folder, &project.root)));
    }
    text.push('\n');
}

/// A path as a YAML scalar.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.chars().all(plain) && path.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') {
        path.to_owned()
    } else {
        format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

const LINTING: &str = "\
linting:
  # From which severity on `confiture lint` exits with 1: info, warning, error.
  fail_level: warning

  # Rules, by name: a severity, or settings. What isn't named stays as it is by default.
  # rules:
  #   require-lock-timeout: off
  #   require-table-comment:
  #     severity: info
  #     exemptions: [\"tmp_*\"]

  # Files that are not checked, as globs.
  # exclude: [\"db/legacy/**\"]

";

const ENVIRONMENTS: &str = "\
# Databases by name, for `confiture lint --env NAME`. ${…} is taken from the process's environment.
# environments:
#   production:
#     database_url: ${DATABASE_URL}
";

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_are_quoted_where_yaml_needs_it() {
        assert_eq!(quoted("db/migrations"), "db/migrations");
        assert_eq!(quoted("a: b"), "\"a: b\"");
        assert_eq!(quoted("*x"), "\"*x\"");
    }
}
