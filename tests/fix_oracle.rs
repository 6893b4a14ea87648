//! What fixes promise, on a real server: every fix of every rule's bad examples is carried out, and the schema that comes of
//! it is compared with the one before. What a safe fix leaves is the same; what an unsafe one changes stands in a snapshot,
//! for people to read, one for each category. The same goes for the migrations that fixes offer for a database that has the flaw already.
//!
//! An example that a server refuses by itself (it shows a syntax error, it needs a role or an extension) is left out.
//! `CONFITURE_RULE` names one rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_lint::{
    Category, Edit, Example, ExampleKind, Finding, Fix, Input, RuleSet, Safety, file_range, lint, registry,
};
use confiture_postgres::{Cluster, Session, introspect};
use confiture_project::{Config, Direction, Layout, Project, Script, Segment, SourceFile, TransactionMode};
use confiture_risk::PgVersion;
use confiture_schema::catalog::Catalog;
use confiture_schema::render;
use confiture_syntax::split::{PieceKind, split};

#[test]
fn fixes_do_what_they_say() {
    let only = std::env::var("CONFITURE_RULE").ok();
    let cluster = Cluster::shared(None).unwrap_or_else(|error| panic!("a server: {error}"));
    let mut books: BTreeMap<Category, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for rule in registry() {
        if only.as_ref().is_some_and(|only| only != rule.name) {
            continue;
        }
        let book = books.entry(rule.categories[0]).or_default();
        for shown in examples(rule.name) {
            let fixes = shown.fixes();
            if fixes.is_empty() {
                continue;
            }
            let Ok(before) = load(cluster, &[&shown.given, &shown.example.sql]) else {
                continue;
            };
            for (project, finding, fix) in fixes {
                let tried = Tried {
                    cluster,
                    shown: &shown,
                    before: &before,
                    project: &project,
                    finding: &finding,
                    fix: &fix,
                };
                tried.edits(book, &mut wrong);
                tried.migration(book, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    for (category, book) in books
        .iter()
        .filter(|(_, book)| only.is_none() && !book.is_empty())
    {
        insta::assert_snapshot!(category.as_str(), book);
    }
}

/// A bad example, and what exists before it.
struct Shown {
    rule: &'static str,
    /// Which of the rule's bad examples it is, from 1.
    number: usize,
    given: String,
    example: Example,
}

fn examples(rule: &'static str) -> Vec<Shown> {
    let mut given = String::new();
    let mut shown = Vec::new();
    for example in Example::of(rule) {
        match example.kind {
            ExampleKind::Given => given.push_str(&example.sql),
            ExampleKind::Bad => shown.push(Shown {
                rule,
                number: shown.len() + 1,
                given: given.clone(),
                example,
            }),
            ExampleKind::Good => {}
        }
    }
    shown
}

impl Shown {
    /// Every fix that the rule offers for it.
    fn fixes(&self) -> Vec<(Arc<Project>, Finding, Fix)> {
        // What undoes a migration is run on what that migration left, not behind the example.
        if self.example.words.iter().any(|word| word == "down") {
            return Vec::new();
        }
        let project = Arc::new(self.project());
        let input = Input::new(&project, PgVersion::default());
        let findings = lint(&input, &self.rules()).findings;
        findings
            .into_iter()
            .filter(|finding| finding.kind == self.rule)
            .flat_map(|finding| {
                let fixes = finding.fixes.clone();
                fixes.into_iter().map(move |fix| (finding.clone(), fix))
            })
            .map(|(finding, fix)| (Arc::clone(&project), finding, fix))
            .collect()
    }

    /// The rule, as its documentation configures it.
    fn rules(&self) -> RuleSet {
        let Some(yaml) = Example::settings(self.rule) else {
            return RuleSet::only(self.rule);
        };
        let (config, _) = Config::parse(&Arc::new(SourceFile {
            path: PathBuf::from("confiture.yaml"),
            file: PathBuf::from("/project/confiture.yaml"),
            text: yaml.as_str().into(),
        }));
        RuleSet::from_config(&config).0
    }

    fn project(&self) -> Project {
        let in_tree = self.example.words.iter().any(|word| word == "schema");
        let wrapped = self.example.words.iter().any(|word| word == "wrapped");
        let script = |name: &str, sql: &str, selected: bool| {
            let source = Arc::new(SourceFile {
                path: PathBuf::from(name),
                file: PathBuf::from("/project").join(name),
                text: sql.into(),
            });
            Script {
                segments: vec![Segment::whole(&source)],
                source,
                hooks: Vec::new(),
                layout: if in_tree {
                    Layout::SchemaTree
                } else {
                    Layout::Confiture
                },
                direction: if in_tree { Direction::Schema } else { Direction::Up },
                transaction: if wrapped {
                    TransactionMode::PerScript
                } else {
                    TransactionMode::Autocommit
                },
                version: None,
                group: name.to_owned(),
                applies_to: Vec::new(),
                selected,
            }
        };
        Project {
            root: PathBuf::from("/project"),
            layout: Layout::Confiture,
            config: Arc::new(Config::default()),
            scripts: vec![
                script("001_given.sql", &self.given, false),
                script("002_example.sql", &self.example.sql, true),
            ],
        }
    }
}

/// A fix on trial.
struct Tried<'a> {
    cluster: &'a Cluster,
    shown: &'a Shown,
    before: &'a Catalog,
    project: &'a Project,
    finding: &'a Finding,
    fix: &'a Fix,
}

impl Tried<'_> {
    /// The example with the fix's edits, in the place of the example.
    fn edits(&self, book: &mut String, wrong: &mut Vec<String>) {
        if self.fix.edits.is_empty() {
            return;
        }
        let texts = edited(self.project, &self.fix.edits);
        let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.judge("edit", load(self.cluster, &parts), book, wrong);
    }

    /// The example, and the fix's migration behind it.
    fn migration(&self, book: &mut String, wrong: &mut Vec<String>) {
        let Some(sql) = &self.fix.migration else { return };
        let parts = [&*self.shown.given, &*self.shown.example.sql, sql];
        self.judge("migration", load(self.cluster, &parts), book, wrong);
    }

    fn judge(&self, what: &str, after: Result<Catalog, String>, book: &mut String, wrong: &mut Vec<String>) {
        let title = format!(
            "{} (bad example {}), {what}: {}",
            self.shown.rule, self.shown.number, self.fix.title
        );
        let after = match after {
            Ok(after) => after,
            Err(error) => {
                wrong.push(format!("{title}: {error}"));
                return;
            }
        };
        let differences = render::diff(self.before, &after);
        if self.fix.safety == Safety::Safe {
            wrong.extend(differences.iter().map(|d| format!("{title}: safe, but {d}")));
            return;
        }
        // Writing to a String does not fail.
        let _ = writeln!(book, "{title}\n  for: {}", self.finding.message);
        for difference in &differences {
            let _ = writeln!(book, "  {difference}");
        }
        if differences.is_empty() {
            let _ = writeln!(book, "  the schema stays");
        }
        book.push('\n');
    }
}

/// The texts of all scripts, edited.
fn edited(project: &Project, edits: &[Edit]) -> Vec<String> {
    let mut texts: Vec<String> = project
        .scripts
        .iter()
        .map(|s| s.source.text.to_string())
        .collect();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place));
    for edit in edits {
        let (_, range) = file_range(project, edit.place).expect("a place in the project");
        texts[edit.place.script].replace_range(range, &edit.text);
    }
    texts
}

/// What a new database holds when the texts were run there, statement by statement.
fn load(cluster: &Cluster, texts: &[&str]) -> Result<Catalog, String> {
    let database = cluster
        .create_database("fix")
        .map_err(|error| error.to_string())?;
    let mut session = database.connect_blocking().map_err(|error| error.to_string())?;
    let settings = "SET statement_timeout = '60s'; SET client_min_messages = error";
    run(&mut session, settings)?;
    for text in texts {
        let pieces = split(text)
            .into_iter()
            .filter(|piece| piece.kind == PieceKind::Sql);
        for piece in pieces {
            run(&mut session, piece.range.slice(text))?;
        }
    }
    introspect(&mut session).map_err(|error| error.to_string())
}

fn run(session: &mut Session, sql: &str) -> Result<(), String> {
    session.batch(sql).map_err(|error| format!("{error}\n{sql}"))
}
