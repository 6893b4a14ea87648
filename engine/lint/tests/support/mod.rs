//! Projects made of strings.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_lint::{Edit, Finding, Input, Released, RuleSet, file_range};
use confiture_project::{
    Config, Direction, HookRun, HookSql, Layout, Problem, Project, Script, Segment, SourceFile,
    TransactionMode,
};
use confiture_risk::PgVersion;

/// How many cases are tried: as many as is quick, or as `PROPTEST_CASES` says for a longer search.
pub(crate) fn cases(quick: u32) -> proptest::prelude::ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|cases| cases.parse().ok());
    proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::with_cases(asked.unwrap_or(quick))
    }
}

/// One script to be.
#[derive(Clone)]
pub(crate) struct Migration {
    name: String,
    sql: String,
    pub(crate) layout: Layout,
    pub(crate) direction: Direction,
    pub(crate) mode: TransactionMode,
    pub(crate) selected: bool,
    /// Its text on the branch that releases are made from.
    pub(crate) released: Option<String>,
    /// All of its SQL is that of a hook that runs there.
    hook: Option<HookRun>,
}

impl Migration {
    /// A migration forward, each statement by itself.
    pub(crate) fn up(name: &str, sql: &str) -> Migration {
        Migration {
            name: name.to_owned(),
            sql: sql.to_owned(),
            layout: Layout::Confiture,
            direction: Direction::Up,
            mode: TransactionMode::Autocommit,
            selected: true,
            released: None,
            hook: None,
        }
    }

    /// What undoes the migration of that name.
    pub(crate) fn down(name: &str, sql: &str) -> Migration {
        Migration {
            direction: Direction::Down,
            ..Migration::up(name, sql)
        }
    }

    /// A file that creates a schema.
    pub(crate) fn schema(name: &str, sql: &str) -> Migration {
        Migration {
            direction: Direction::Schema,
            layout: Layout::SchemaTree,
            ..Migration::up(name, sql)
        }
    }

    /// Of no known layout.
    pub(crate) fn plain(name: &str, sql: &str) -> Migration {
        Migration {
            layout: Layout::Plain,
            ..Migration::schema(name, sql)
        }
    }

    /// In a file of that folder.
    pub(crate) fn folder(self, folder: &str) -> Migration {
        Migration {
            name: format!("{folder}/{}", self.name),
            ..self
        }
    }

    /// It is history: not reported.
    pub(crate) fn history(self) -> Migration {
        Migration {
            selected: false,
            ..self
        }
    }

    /// It was released with that text.
    pub(crate) fn released(self, text: &str) -> Migration {
        Migration {
            released: Some(text.to_owned()),
            ..self
        }
    }

    /// Whose rules it follows.
    pub(crate) fn layout(self, layout: Layout) -> Migration {
        Migration { layout, ..self }
    }

    /// All of its SQL is that of a hook that runs there.
    pub(crate) fn hook(self, run: HookRun) -> Migration {
        Migration {
            hook: Some(run),
            ..self
        }
    }

    /// How its tool runs it.
    pub(crate) fn transaction(self, mode: TransactionMode) -> Migration {
        Migration { mode, ..self }
    }
}

/// A source file of that name and text.
pub(crate) fn source(name: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile {
        path: PathBuf::from(name),
        file: PathBuf::from("/project").join(name),
        text: text.into(),
    })
}

/// A project of migrations, in the order given.
pub(crate) fn project(migrations: Vec<Migration>) -> Project {
    let scripts = migrations.into_iter().map(|m| {
        let source = source(&format!("{}.sql", m.name), &m.sql);
        let whole = vec![Segment::whole(&source)];
        let (segments, hooks) = match m.hook {
            None => (whole, Vec::new()),
            Some(run) => (
                Vec::new(),
                whole.into_iter().map(|segment| hook(run, segment)).collect(),
            ),
        };
        Script {
            segments,
            source,
            hooks,
            layout: m.layout,
            direction: m.direction,
            transaction: m.mode,
            version: None,
            group: m.name,
            applies_to: Vec::new(),
            selected: m.selected,
        }
    });
    Project {
        root: PathBuf::from("/project"),
        layout: Layout::Confiture,
        config: Arc::new(Config::default()),
        scripts: scripts.collect(),
    }
}

fn hook(run: HookRun, segment: Segment) -> HookSql {
    HookSql {
        phase: "after_ddl".to_owned(),
        kind: Some("sql".to_owned()),
        key: "hooks.after_ddl[0].config.sql".to_owned(),
        run,
        segment,
    }
}

/// Lints migrations.
pub(crate) fn lint(migrations: Vec<Migration>, rules: &RuleSet) -> (Project, Vec<Finding>) {
    let released: Released = migrations
        .iter()
        .filter_map(|m| {
            let file = source(&format!("{}.sql", m.name), "").file.clone();
            Some((file, m.released.as_deref()?.into()))
        })
        .collect();
    let project = project(migrations);
    let mut input = Input::new(&project, PgVersion::default());
    input.released = (!released.is_empty()).then_some(&released);
    let findings = confiture_lint::lint(&input, rules).findings;
    (project, findings)
}

/// The rules that a configuration asks for.
pub(crate) fn rules(yaml: &str) -> (RuleSet, Vec<Problem>) {
    let (config, mut problems) = Config::parse(&source("confiture.yaml", yaml));
    let (rules, more) = RuleSet::from_config(&config);
    problems.extend(more);
    (rules, problems)
}

/// A finding with its line and carets.
pub(crate) fn show(project: &Project, finding: &Finding) -> String {
    let (file, range) = file_range(project, finding.place).expect("a place in the project");
    let start = file.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = file.text[range.start..]
        .find('\n')
        .map_or(file.text.len(), |at| range.start + at);
    let carets = file.text[range.start..range.end.min(end)].chars().count().max(1);
    let mut text = format!("{}[{}]: {}\n", finding.severity, finding.rule, finding.message);
    let _ = writeln!(text, "  | {}", &file.text[start..end]);
    let _ = writeln!(
        text,
        "  | {}{}",
        " ".repeat(file.text[start..range.start].chars().count()),
        "^".repeat(carets)
    );
    // The SQL that follows is made by `risk`, and kept by its own tests.
    for line in finding.help.iter().flat_map(|h| h.lines().take(1)) {
        let _ = writeln!(text, "  = {line}");
    }
    for fix in &finding.fixes {
        let _ = writeln!(text, "  fix ({}): {}", fix.safety.as_str(), fix.title);
    }
    text
}

/// The names of the rules that found something, in order.
pub(crate) fn found(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.kind).collect()
}

/// The text of the only file that edits are in, edited.
pub(crate) fn edited(project: &Project, edits: &[Edit]) -> String {
    let mut text = None;
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place));
    for edit in edits {
        let (source, range) = file_range(project, edit.place).expect("a place in the project");
        let text = text.get_or_insert_with(|| source.text.to_string());
        text.replace_range(range, &edit.text);
    }
    text.expect("edits")
}
