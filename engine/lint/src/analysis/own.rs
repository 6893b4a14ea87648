//! What a project looks for by itself: queries over syntax trees, and the rows that a server's catalog gave.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_schema::catalog::{Catalog, Origin, QualName};
use confiture_schema::change::Change;
use confiture_syntax::{Name, QueryMatch, Syntax, TextRange};
use rayon::prelude::*;

use super::read::{Statement, Statements};
use super::{Input, Selection, run};
use crate::context::{Sink, Subject};
use crate::settings::{Configured, Queries, Rules};
use crate::{Edit, Finding, Fix, Place, RuleSet, Safety};

/// What one pattern found in a statement, its ranges in that statement.
struct Found {
    rule: usize,
    /// Captures by name, outermost first.
    captures: Vec<(String, TextRange)>,
}

/// What the queries of a rule set find in the selected scripts.
pub(crate) fn queries(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    selected: &Selection,
) -> Vec<Finding> {
    if !rules.has_queries() {
        return Vec::new();
    }
    let mut groups: Vec<(Arc<Rules>, Vec<&Statement>)> = Vec::new();
    for &script in &selected.scripts {
        let set = rules.for_path(&input.project.scripts[script].source.path);
        let own = statements.script(script);
        match groups.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &set)) {
            Some((_, members)) => members.extend(own),
            None => groups.push((set, own.iter().collect())),
        }
    }
    let mut findings = Vec::new();
    for (set, members) in &groups {
        if let Some(queries) = set.queries() {
            findings.extend(of_group(input, set, queries, members, statements));
        }
    }
    findings
}

fn of_group(
    input: &Input<'_>,
    set: &Rules,
    queries: &Queries,
    members: &[&Statement],
    statements: &Statements<'_>,
) -> Vec<Finding> {
    let mut texts: Vec<&Statement> = members.to_vec();
    texts.sort_by_key(|statement| statement.text());
    texts.dedup_by_key(|statement| statement.text());
    let found: HashMap<&str, Vec<Found>> = texts
        .into_par_iter()
        .with_min_len(32)
        .map(|statement| (statement.text(), search(queries, statement)))
        .collect();
    let mut findings = Vec::new();
    for statement in members {
        for fit in found.get(statement.text()).into_iter().flatten() {
            let Some(rule) = set.configured.get(fit.rule) else {
                continue;
            };
            let told = run::collect(rule, input, statements, |sink| report(sink, rule, statement, fit));
            findings.extend(told);
        }
    }
    findings
}

/// Where the patterns fit in a statement and in the bodies that it holds.
fn search(queries: &Queries, statement: &Statement) -> Vec<Found> {
    let named = |rule: usize, fit: QueryMatch, to_outer: &dyn Fn(TextRange) -> TextRange| Found {
        rule,
        captures: fit
            .captures
            .into_iter()
            .map(|(index, range)| (queries.capture_name(index).to_owned(), to_outer(range)))
            .collect(),
    };
    let mut found: Vec<Found> = queries
        .matches(statement.text())
        .map(|(rule, fit)| named(rule, fit, &|range| range))
        .collect();
    let has_body = |change: &Change| matches!(change, Change::Do(_) | Change::CreateFunction(_));
    if statement.changes().iter().any(has_body) {
        for body in Syntax::parse(statement.text()).bodies() {
            for nested in &body.statements {
                let inner = queries.matches(nested.syntax.text());
                found.extend(inner.map(|(rule, fit)| named(rule, fit, &|range| nested.to_outer(range))));
            }
        }
    }
    found.retain(|fit| !fit.captures.is_empty());
    found
}

fn report(sink: &mut Sink<'_>, rule: &Configured, statement: &Statement, fit: &Found) {
    let capture = |name: &str| fit.captures.iter().find(|(known, _)| known == name);
    let Some((_, range)) = capture("finding").or_else(|| fit.captures.first()) else {
        return;
    };
    let text_of = |name: &str| capture(name).map(|(_, range)| range.slice(statement.text()));
    let message = match &rule.message {
        Some(message) => filled(message, text_of),
        None => format!("`{}` finds this", rule.name),
    };
    let subject = Subject {
        relation: None,
        part: Some(Name::new(range.slice(statement.text()))),
    };
    let finding = sink.report_place(subject, statement.at.place(*range), message);
    let fix = rule.options.text("fix");
    if !fix.is_empty() {
        let replaced = capture("fix").map_or(range, |(_, range)| range);
        let edit = Edit {
            place: statement.at.place(*replaced),
            text: filled(fix, text_of),
        };
        finding.fix(Fix::new(format!("Cure `{}`", rule.name), Safety::Unsafe).edit(edit));
    }
}

/// A text with `{@name}` replaced by what was captured; a name that captured nothing stays.
fn filled<'t>(template: &str, text_of: impl Fn(&str) -> Option<&'t str>) -> String {
    let mut pieces = template.split("{@");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece
            .split_once('}')
            .and_then(|(name, rest)| Some((text_of(name)?, rest)));
        match known {
            Some((text, rest)) => {
                out.push_str(text);
                out.push_str(rest);
            }
            None => {
                out.push_str("{@");
                out.push_str(piece);
            }
        }
    }
    out
}

/// A row that the query of a [`crate::settings::SqlRule`] gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlRow {
    /// The column `relation` or `object`: a name as PostgreSQL prints it, with or without its schema.
    pub relation: Option<String>,
    /// The schema, where `relation` has none.
    pub schema: Option<String>,
    /// A column of the relation.
    pub column: Option<String>,
    /// What is wrong.
    pub message: Option<String>,
}

/// The rows that one SQL rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlAnswer {
    /// The rule's name, see [`crate::settings::SqlRule::name`].
    pub rule: Arc<str>,
    /// The rows.
    pub rows: Vec<SqlRow>,
}

/// Findings of what SQL rules gave, where the project defines what they name; of what it doesn't define, at the start of
/// the first selected script. The project is read once more: ask only where there are rows.
pub fn sql_findings(input: &Input<'_>, rules: &RuleSet, answers: &[SqlAnswer]) -> Vec<Finding> {
    if answers.iter().all(|answer| answer.rows.is_empty()) {
        return Vec::new();
    }
    let statements = Statements::all(input.project);
    let catalog = super::fold::forward(input, &statements).catalog;
    let selected = Selection::new(input.project, rules);
    let Some(first) = selected.scripts.first().copied() else {
        return Vec::new();
    };
    let start = Place {
        script: first,
        segment: 0,
        range: TextRange::empty(0),
    };
    let mut findings = Vec::new();
    for answer in answers {
        for row in &answer.rows {
            let (subject, origin) = row.subject(&catalog);
            let place = origin
                .and_then(|origin| place(&statements, origin))
                .unwrap_or(start);
            let set = rules.for_path(&input.project.scripts[place.script].source.path);
            let Some(rule) = set.active().find(|rule| rule.name == answer.rule) else {
                continue;
            };
            let message = row.told(rule);
            let mut told = run::collect(rule, input, &statements, |sink| {
                sink.report_place(subject.clone(), place, "");
            });
            for finding in &mut told {
                finding.message.clone_from(&message);
            }
            findings.extend(told);
        }
    }
    findings.retain(|finding| selected.holds(finding.place.script));
    findings.sort_by(|a, b| (a.place, &a.rule, &a.message).cmp(&(b.place, &b.rule, &b.message)));
    findings.dedup();
    super::suppress::silence(input.project, &statements, &selected, &mut findings);
    findings
}

fn place(statements: &Statements<'_>, origin: Origin) -> Option<Place> {
    statements.at(origin)?;
    statements.place(origin)
}

impl SqlRow {
    /// What the row is about, and where that was defined.
    fn subject(&self, catalog: &Catalog) -> (Subject, Option<Origin>) {
        let column = self.column.as_deref().map(Name::new);
        let Some(name) = self.qualified(catalog) else {
            let subject = Subject {
                relation: None,
                part: column,
            };
            return (subject, None);
        };
        let relation = catalog.relation(&name);
        let of_column = column
            .as_ref()
            .and_then(|column| Some(relation?.column(column)?.origin));
        let of_table = || {
            let table = catalog.index_tables.get(&name)?;
            let relation = catalog.relation(&QualName::new(name.schema.clone(), table.clone()))?;
            relation.indexes.get(&name.name).map(|index| index.origin)
        };
        let origin = of_column.or_else(|| relation.map(|r| r.origin)).or_else(of_table);
        let subject = Subject {
            relation: Some(name.clone()),
            part: column,
        };
        (subject, origin)
    }

    /// The name with its schema: as it is given, else the one schema that has such a relation.
    fn qualified(&self, catalog: &Catalog) -> Option<QualName> {
        let text = self.relation.as_deref()?;
        let mut parts = parts(text);
        let name = parts.pop()?;
        let given = parts.pop().or_else(|| self.schema.clone());
        if let Some(schema) = given {
            return Some(QualName::new(schema.as_str(), name.as_str()));
        }
        let public = QualName::new("public", name.as_str());
        if catalog.relation(&public).is_some() {
            return Some(public);
        }
        let mut having = catalog
            .relations
            .keys()
            .filter(|known| known.name.as_str() == name);
        match (having.next(), having.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => Some(public),
        }
    }

    fn told(&self, rule: &Configured) -> String {
        let about = match (&self.relation, &self.column) {
            (Some(relation), Some(column)) => format!("`{column}` of {relation}"),
            (Some(relation), None) => relation.clone(),
            (None, Some(column)) => format!("`{column}`"),
            (None, None) => String::new(),
        };
        let what = self.message.as_deref().or(rule.message.as_deref());
        match (about.as_str(), what) {
            ("", Some(what)) => what.to_owned(),
            (about, Some(what)) if what.contains(about) => what.to_owned(),
            (about, Some(what)) => format!("{about}: {what}"),
            ("", None) => format!("found by `{}`", rule.name),
            (about, None) => format!("{about}: found by `{}`", rule.name),
        }
    }
}

/// The names of a dotted name as PostgreSQL prints it, quotes taken off.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                parts.last_mut().map(|part| part.push('"')).unwrap_or_default();
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            c => parts.last_mut().map(|part| part.push(c)).unwrap_or_default(),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{filled, parts};

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!(parts("public.orders"), ["public", "orders"]);
        assert_eq!(parts(r#""a.b"."c""d""#), ["a.b", "c\"d"]);
    }

    #[test]
    fn captures_fill_templates() {
        let text_of = |name: &str| (name == "a").then_some("x");
        assert_eq!(filled("{@a}-{@b}-{c", text_of), "x-{@b}-{c");
    }
}
