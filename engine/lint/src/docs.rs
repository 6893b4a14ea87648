//! A rule's documentation: the header of its own file, read once, so that it exists once.

use std::fmt::Write as _;

use crate::Severity;
use crate::rule::{Rule, RuleOption};

/// The documentation of a rule as Markdown; `None` where no rule has that name or alias.
pub fn explain(name: &str) -> Option<String> {
    let wanted = name.replace('_', "-");
    let (rule, source) = crate::rules::LISTED
        .iter()
        .find(|(r, _)| r.name == wanted || r.aliases.contains(&wanted.as_str()))?;
    let mut page = format!("# {}\n\n{}.\n\n", rule.name, rule.summary);
    let severity = match rule.default_severity() {
        Severity::Off => format!("{} when switched on; off by default", rule.severity),
        severity => severity.to_string(),
    };
    let categories: Vec<&str> = rule.categories.iter().map(|c| c.as_str()).collect();
    // Writing to a String does not fail.
    let _ = writeln!(
        page,
        "Severity: {severity} · categories: {}\n",
        categories.join(", ")
    );
    page.push_str(&prose(&header(source)));
    page.push_str(&options(rule.options));
    page.push_str(&provenance(rule));
    Some(page)
}

/// Where the documentation of a rule is on the web, by its name in the registry.
pub fn rule_address(kind: &str) -> String {
    format!("{BOOK}/reference/rules.md#{kind}")
}

/// Where the codes of problems are explained on the web.
pub fn problems_address() -> String {
    format!("{BOOK}/reference/problems.md")
}

/// The book, where the web shows it.
const BOOK: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs");

/// The `//!` lines at the top of a file, without their marks.
fn header(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// The header with plain fences, and the kind of each example as a line before it.
fn prose(header: &str) -> String {
    let mut page = String::new();
    for line in header.lines() {
        match line
            .strip_prefix("```sql ")
            .map(|info| info.split_whitespace().next().unwrap_or_default())
        {
            Some("given") => page.push_str("Where this exists:\n\n```sql\n"),
            Some("bad") => page.push_str("Bad:\n\n```sql\n"),
            Some("good") => page.push_str("Good:\n\n```sql\n"),
            _ if line == SETTINGS => page.push_str("With these settings:\n\n```yaml\n"),
            _ => {
                page.push_str(line);
                page.push('\n');
            }
        }
    }
    page
}

fn options(options: &[RuleOption]) -> String {
    let mut page = String::new();
    for (i, option) in options.iter().enumerate() {
        if i == 0 {
            page.push_str("\n## Options\n\n");
        }
        let default = option.default.shown();
        let _ = writeln!(
            page,
            "- `{}`: {}. Default: {default}.",
            option.name, option.summary
        );
    }
    page
}

fn provenance(rule: &Rule) -> String {
    let mut page = String::new();
    for (i, other) in rule.provenance.iter().enumerate() {
        if i == 0 {
            page.push_str("\n## In other tools\n\n");
        }
        let _ = writeln!(page, "- {}: {}", other.tool.as_str(), other.rule);
    }
    page
}

/// An example of a rule's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub kind: ExampleKind,
    /// The words after the kind: `wrapped` where its tool runs it in one transaction.
    pub words: Vec<String>,
    /// The statements.
    pub sql: String,
    /// The line of the file that it begins on, from 1.
    pub line: usize,
}

/// The fence of the settings that a rule's examples need.
const SETTINGS: &str = "```yaml given";

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExampleKind {
    /// What exists before the examples that follow.
    Given,
    /// What the rule finds.
    Bad,
    /// What it leaves alone.
    Good,
}

impl Example {
    /// The configuration that a rule's examples need; nothing where switching the rule on is enough.
    pub fn settings(rule: &str) -> Option<String> {
        let (_, source) = crate::rules::LISTED.iter().find(|(r, _)| r.name == rule)?;
        let header = header(source);
        let lines = header.lines().skip_while(|line| *line != SETTINGS).skip(1);
        let text: String = lines
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        (!text.is_empty()).then_some(text)
    }

    /// The examples of a rule, in order.
    pub fn of(rule: &str) -> Vec<Example> {
        let source = crate::rules::LISTED
            .iter()
            .find(|(r, _)| r.name == rule)
            .map_or("", |(_, source)| source);
        let mut examples: Vec<Example> = Vec::new();
        let mut open = false;
        for (number, line) in header(source).lines().enumerate() {
            match (open, line.strip_prefix("```sql ")) {
                (false, Some(info)) => {
                    open = true;
                    examples.extend(Example::begin(info, number + 2));
                }
                (true, _) if line == "```" => open = false,
                (true, _) => {
                    if let Some(example) = examples.last_mut() {
                        example.sql.push_str(line);
                        example.sql.push('\n');
                    }
                }
                (false, None) => {}
            }
        }
        examples
    }

    fn begin(info: &str, line: usize) -> Option<Example> {
        let mut words = info.split_whitespace().map(str::to_owned);
        let kind = match words.next()?.as_str() {
            "given" => ExampleKind::Given,
            "bad" => ExampleKind::Bad,
            "good" => ExampleKind::Good,
            _ => return None,
        };
        Some(Example {
            kind,
            words: words.collect(),
            sql: String::new(),
            line,
        })
    }
}
