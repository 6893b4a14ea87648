//! `confiture schema`.

use std::io::Write;

use confiture_lint::Input;
use confiture_schema::catalog::Catalog;
use confiture_schema::render;

use super::{Terminal, open, problems, target};
use crate::args::{SchemaArgs, SchemaFormat};
use crate::failure::{Failure, Outcome};

/// Prints the schema of files or of a server.
pub fn run(args: &SchemaArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    match &args.database_url {
        Some(url) => {
            let mut session = target::connect(url)?;
            print(&confiture_postgres::introspect(&mut session)?, args.format, out)?;
            Ok(Outcome::Clean)
        }
        None => of_files(args, terminal, out),
    }
}

fn of_files(args: &SchemaArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let paths: Vec<_> = args.path.iter().cloned().collect();
    let workspace = open::workspace(&paths, &args.project);
    problems::print(&workspace.problems, terminal);
    if !problems::stops(&workspace.problems) {
        let several = workspace.projects.len() > 1;
        for project in &workspace.projects {
            let catalog =
                confiture_lint::catalog(&Input::new(project, open::version(project, &args.project)));
            if several && args.format != SchemaFormat::Json {
                writeln!(out, "-- {}", project.root.display())?;
            }
            print(&catalog, args.format, out)?;
        }
    }
    Ok(problems::outcome(&workspace.problems))
}

fn print(catalog: &Catalog, format: SchemaFormat, out: &mut impl Write) -> Result<(), Failure> {
    match format {
        SchemaFormat::Text => out.write_all(render::text(catalog).as_bytes())?,
        SchemaFormat::Sql => out.write_all(render::sql(catalog).as_bytes())?,
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &render::json(catalog))?;
            writeln!(out)?;
        }
    }
    Ok(())
}
