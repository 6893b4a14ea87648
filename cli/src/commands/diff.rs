//! `confiture diff`.

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;

use confiture_migrate::diff::{Form, Schema, Written, compare, draft};
use confiture_project::{Layout, Project};
use confiture_schema::catalog::QualName;
use confiture_schema::draft::{Answers, Draft, Question, Rename, Rest, Thing};
use confiture_syntax::Name;

use super::Terminal;
use super::sides::{Operand, Stage};
use crate::args::{DiffArgs, DiffFormat};
use crate::failure::{Failure, Outcome};
use crate::report::diff as report;
use crate::report::style::Palette;

/// Says what leads from one schema to another.
///
/// # Errors
/// Files or databases that can't be read; renames that have to be told.
pub fn run(args: &DiffArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let stage = Stage::open(args.path.as_deref(), &args.connect, &args.project, terminal)?;
    let (from, to) = sides(args, &stage)?;
    let (mut left, mut right) = (stage.read(&from)?, stage.read(&to)?);
    let ledger = stage.ledger();
    left = left.without_tools(&ledger, &right);
    right = right.without_tools(&ledger, &left);
    let comparison = compare(&left, &right);
    let outcome = match comparison.differences.is_empty() {
        true => Outcome::Clean,
        false => Outcome::Findings,
    };
    let needs_draft = args.write.is_some() || args.format != DiffFormat::Text;
    let (drafted, answers) = match needs_draft && outcome == Outcome::Findings {
        true => drafted(args, &stage, &left, &right)?,
        false => (Draft::default(), Answers::default()),
    };
    match args.format {
        DiffFormat::Text => {
            let palette = Palette::new(terminal.colour);
            report::text(out, &palette, &left, &right, &comparison)?;
        }
        DiffFormat::Json => report::json(out, &left, &right, &comparison, Some(&drafted))?,
        DiffFormat::Sql => report::sql(out, &drafted)?,
    }
    if let Some(name) = args.write.as_deref().filter(|_| outcome == Outcome::Findings) {
        let written = Written {
            draft: &drafted,
            from: &left,
            to: &right,
            answers: &answers,
        };
        write(&stage, name, &written)?;
    }
    Ok(outcome)
}

/// The sides that are named, or those that are meant.
fn sides(args: &DiffArgs, stage: &Stage<'_>) -> Result<(Operand, Operand), Failure> {
    let from = args.from.as_deref().map(Operand::parse).transpose()?;
    let to = args.to.as_deref().map(Operand::parse).transpose()?;
    let is_live = args.connect.env.is_some() || args.connect.database_url.is_some();
    let from = match from {
        Some(from) => from,
        None if is_live => Operand::Database,
        None => Operand::Migrations,
    };
    let to = match to {
        Some(to) => to,
        None if is_live && from != Operand::Database => Operand::Database,
        None if stage.schema_tree()?.is_some() && from != Operand::Schema => Operand::Schema,
        None if stage.migrations()?.is_some() && from != Operand::Migrations => Operand::Migrations,
        None => {
            return Err(Failure::Usage(
                "there is nothing to compare with: name both sides, such as `confiture diff git:main migrations`"
                    .to_owned(),
            ));
        }
    };
    Ok((from, to))
}

/// The draft, with all questions answered.
fn drafted(
    args: &DiffArgs,
    stage: &Stage<'_>,
    left: &Schema,
    right: &Schema,
) -> Result<(Draft, Answers), Failure> {
    let mut answers = Answers {
        rest: match args.no_renames {
            true => Rest::DropAndAdd,
            false => Rest::Ask,
        },
        ..Answers::default()
    };
    for text in &args.rename {
        answers.renames.push(rename(text)?);
    }
    let form = if args.plain { Form::Plain } else { Form::Safe };
    loop {
        let made = draft(left, right, &answers, form, stage.version());
        if made.questions.is_empty() {
            return Ok((made, answers));
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Failure::Usage(open_questions(&made.questions)));
        }
        for question in &made.questions {
            ask(question, &mut answers)?;
        }
    }
}

fn open_questions(questions: &[Question]) -> String {
    let mut text = String::from("it can't be known whether these are new or were renamed:");
    for question in questions {
        let candidates: Vec<String> = question.candidates.iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "\n  {} (was {}?)",
            question.new,
            candidates.join(" or ")
        ));
    }
    let example = questions.first().and_then(|question| {
        let old = question.candidates.first()?;
        Some(format!("--rename {old}={}", last_part(&question.new)))
    });
    text.push_str(&format!(
        "\nsay which were renamed by {}, and that all others are new by --no-renames",
        example.unwrap_or_else(|| "--rename OLD=NEW".to_owned())
    ));
    text
}

fn last_part(thing: &Thing) -> String {
    match thing {
        Thing::Relation(name) => name.to_string(),
        Thing::Column(_, column) => column.to_string(),
    }
}

/// Asks one question.
fn ask(question: &Question, answers: &mut Answers) -> Result<(), Failure> {
    let taken = |thing: &Thing| answers.renames.iter().any(|rename| rename.from == *thing);
    let open: Vec<&Thing> = question.candidates.iter().filter(|thing| !taken(thing)).collect();
    let is_new = format!("{} is new", question.new);
    let mut options: Vec<String> = open.iter().map(|old| format!("it was {old} before")).collect();
    options.push(is_new);
    let title = format!("Is {} new, or was it renamed?", question.new);
    let chosen = inquire::Select::new(&title, options)
        .raw_prompt()
        .map_err(|_| Failure::Usage("not answered: nothing was done".to_owned()))?;
    match open.get(chosen.index) {
        Some(old) => answers.renames.push(Rename {
            from: (*old).clone(),
            to: question.new.clone(),
        }),
        None => answers.new.push(question.new.clone()),
    }
    Ok(())
}

/// Reads `schema.table=new` or `schema.table.column=new`.
fn rename(text: &str) -> Result<Rename, Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "--rename takes SCHEMA.TABLE=NEW or SCHEMA.TABLE.COLUMN=NEW, not `{text}`"
        ))
    };
    let (old, new) = text.split_once('=').ok_or_else(wrong)?;
    let (old, new) = (names(old), names(new));
    match (old.as_slice(), new.as_slice()) {
        ([schema, table], [.., name]) => Ok(Rename {
            from: Thing::Relation(QualName::new(schema.clone(), table.clone())),
            to: Thing::Relation(QualName::new(
                match new.as_slice() {
                    [schema, _] => schema.clone(),
                    _ => schema.clone(),
                },
                name.clone(),
            )),
        }),
        ([schema, table, column], [.., name]) => {
            let table = QualName::new(schema.clone(), table.clone());
            Ok(Rename {
                from: Thing::Column(table.clone(), column.clone()),
                to: Thing::Column(table, name.clone()),
            })
        }
        _ => Err(wrong()),
    }
}

/// The names between dots, quoted ones as they are, others in lower case.
fn names(text: &str) -> Vec<Name> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ if quoted => push(&mut parts, c),
            _ => c.to_lowercase().for_each(|c| push(&mut parts, c)),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.into_iter().map(Name::new).collect()
}

fn push(parts: &mut [String], c: char) {
    if let Some(last) = parts.last_mut() {
        last.push(c);
    }
}

/// Writes the draft as migrations behind those of the project.
fn write(stage: &Stage<'_>, name: &str, written: &Written<'_>) -> Result<(), Failure> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(Failure::Usage(format!(
            "`{name}` is no name of a migration: letters, digits and underscores make one"
        )));
    }
    let empty;
    let project = match stage.migrations()? {
        Some(project) => project,
        None => {
            empty = Project {
                root: std::path::absolute(&stage.folder).unwrap_or_else(|_| stage.folder.clone()),
                layout: Layout::Plain,
                config: Arc::clone(&stage.config()),
                scripts: Vec::new(),
            };
            &empty
        }
    };
    let files = project.draft(&written.migrations(name, project.layout), now());
    let mut err = std::io::stderr().lock();
    for file in &files {
        let path = super::shown(&file.path);
        let failed = |error| Failure::Write {
            path: path.display().to_string(),
            error,
        };
        if let Some(folder) = file.path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut open = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&file.path)
            .map_err(failed)?;
        open.write_all(file.text.as_bytes()).map_err(failed)?;
        // A standard error that is closed is nobody's loss.
        let _ = writeln!(err, "wrote {}", path.display());
    }
    Ok(())
}

/// The time as `YYYYMMDDhhmmss`, UTC.
fn now() -> u64 {
    let text = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    text.parse().unwrap_or_default()
}
