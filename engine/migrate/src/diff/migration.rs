//! A draft as migrations: cut where a transaction has to end, each with its way back.

use confiture_project::{Draft as Migration, Layout, RunsIn};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, Origin};
use confiture_schema::draft::{
    self, Answers, Definitions, Draft, LeftOut, Loss, Rename, Runs, Side, Step, Thing,
};
use confiture_schema::read;
use confiture_syntax::Syntax;

use super::Schema;

/// A draft to be written into files.
#[derive(Debug, Clone, Copy)]
pub struct Written<'d> {
    /// The draft.
    pub draft: &'d Draft,
    /// Where it begins.
    pub from: &'d Schema,
    /// Where it leads.
    pub to: &'d Schema,
    /// The answers that it was made with.
    pub answers: &'d Answers,
}

/// Statements that share a file, and what exists before and after them.
struct Part {
    steps: Vec<Step>,
    runs_in: RunsIn,
    before: Catalog,
    after: Catalog,
}

impl Written<'_> {
    /// The migrations, in order. Where one can't hold everything, the later ones are numbered: `name_2`.
    pub fn migrations(&self, name: &str, layout: Layout) -> Vec<Migration> {
        let parts = self.parts(layout);
        let last = parts.len();
        let numbered = parts.iter().zip(1..);
        numbered
            .map(|(part, number)| Migration {
                name: if number == 1 {
                    name.to_owned()
                } else {
                    format!("{name}_{number}")
                },
                up: self.up(part, number == last),
                down: Some(self.down(part)),
                runs_in: part.runs_in,
            })
            .collect()
    }

    fn parts(&self, layout: Layout) -> Vec<Part> {
        let mut state = State::on(self.from.catalog.clone());
        let mut parts: Vec<Part> = Vec::new();
        let mut closed = true;
        for step in &self.draft.steps {
            let runs_in = match step.runs {
                Runs::Outside => RunsIn::Autocommit,
                Runs::InTransaction | Runs::Committed => RunsIn::Transaction,
            };
            // Statements outside of transactions share a file only where each of them runs by itself.
            let alone = runs_in == RunsIn::Autocommit
                && !matches!(layout, Layout::Confiture | Layout::SchemaTree | Layout::Plain);
            let before = state.catalog.clone();
            state.apply_all(&read::changes(&Syntax::parse(&step.sql)), Origin::default());
            let fits = parts.last().is_some_and(|part| part.runs_in == runs_in);
            match parts.last_mut().filter(|_| fits && !closed && !alone) {
                Some(part) => {
                    part.steps.push(step.clone());
                    part.after = state.catalog.clone();
                }
                None => parts.push(Part {
                    steps: vec![step.clone()],
                    runs_in,
                    before,
                    after: state.catalog.clone(),
                }),
            }
            closed = step.runs == Runs::Committed;
        }
        parts
    }

    fn up(&self, part: &Part, is_last: bool) -> String {
        let mut text = statements(&self.draft.settings, &part.steps, part.runs_in);
        if is_last {
            text.push_str(&remarks("left out", &self.draft.left_out));
        }
        text
    }

    /// What undoes a part: a draft from what is there after it to what was there before.
    fn down(&self, part: &Part) -> String {
        let (before, after) = (self.definitions_before(part), self.definitions_after(part));
        let from = Side {
            catalog: &part.after,
            definitions: &after,
        };
        let to = Side {
            catalog: &part.before,
            definitions: &before,
        };
        let mut answers = self.answers.reversed();
        answers.renames.retain(|rename| applies(rename, part));
        let back = draft::draft(from, to, &answers);
        let mut text = statements(&back.settings, &back.steps, part.runs_in);
        text.push_str(&remarks("not undone", &back.left_out));
        text
    }

    /// Definitions as they are before a part: those of the beginning, as the fold of files or a server gave them.
    fn definitions_before(&self, _part: &Part) -> Definitions {
        self.from.definitions.clone()
    }

    /// Definitions as they are after a part: those that it made are those of the end.
    fn definitions_after(&self, part: &Part) -> Definitions {
        let mut definitions = self.from.definitions.clone();
        let wanted = &self.to.definitions;
        let makes = |name: &str| part.steps.iter().any(|step| step.object.ends_with(name));
        for (key, text) in &wanted.functions {
            if makes(&format!(" {key}")) {
                definitions.functions.insert(key.clone(), text.clone());
            }
        }
        for (key, text) in &wanted.triggers {
            if makes(&format!(" {}", key.0)) {
                definitions.triggers.insert(key.clone(), text.clone());
            }
        }
        for (key, text) in &wanted.rules {
            if makes(&format!(" {}", key.0)) {
                definitions.rules.insert(key.clone(), text.clone());
            }
        }
        definitions
    }
}

/// Whether a rename, of the way back, belongs to a part.
fn applies(rename: &Rename, part: &Part) -> bool {
    match (&rename.from, &rename.to) {
        (Thing::Relation(from), Thing::Relation(to)) => {
            part.after.relation(from).is_some()
                && part.before.relation(from).is_none()
                && part.before.relation(to).is_some()
        }
        (Thing::Column(_, from), Thing::Column(table, to)) => {
            let before = part.before.relation(table);
            before.is_some_and(|table| table.column(to).is_some() && table.column(from).is_none())
        }
        _ => false,
    }
}

/// The text of a file: settings, then each statement under the words that say what it does.
fn statements(settings: &[String], steps: &[Step], runs_in: RunsIn) -> String {
    let mut text = String::new();
    let local = match runs_in {
        RunsIn::Transaction => "LOCAL ",
        RunsIn::Autocommit => "",
    };
    if !steps.is_empty() {
        let makes_routine = steps.iter().any(|step| {
            step.sql.starts_with("CREATE")
                && (step.sql.contains("FUNCTION") || step.sql.contains("PROCEDURE"))
        });
        let is_needed = |setting: &&String| makes_routine || !setting.starts_with("check_function_bodies");
        for setting in settings.iter().filter(is_needed) {
            text.push_str(&format!("SET {local}{setting};\n"));
        }
    }
    for step in steps {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&comment(&format!("{}: {}", step.object, step.what)));
        match &step.loss {
            Loss::Nothing => {}
            Loss::Possible(what) => text.push_str(&comment(&format!("May lose {what}."))),
            Loss::Certain(what) => text.push_str(&comment(&format!("Loses {what}."))),
        }
        text.push_str(step.sql.trim_end());
        text.push_str(";\n");
    }
    text
}

/// A line of comment; line breaks in names are folded, so that it stays one.
fn comment(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    format!("-- {}\n", words.join(" "))
}

fn remarks(word: &str, left_out: &[LeftOut]) -> String {
    let mut text = String::new();
    for out in left_out {
        text.push_str(&comment(&format!("{word}: {}: {}", out.object, out.reason)));
    }
    text
}
