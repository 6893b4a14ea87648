//! The queries of applications, tried on what the migration made.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use confiture_postgres::{Description, Session};
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::split::{PieceKind, split};
use serde_json::{Value, json};

use crate::hooks::support::queries::{read_only, single};
use crate::hooks::support::{count, elapsed_ms, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "test_application_queries",
    summary: "Runs the queries of applications on the new schema, with their columns, types and time",
    docs: "\
Each query is prepared and run in the migration's transaction, so that it can't write and nothing of it stays: a query that no
longer works takes the migration back before any application meets it. All are tried, and those that fail are named in one error.

| setting | meaning |
|---|---|
| `query_file` | files of queries, relative to the project's folder; a comment `-- name: x` before a query names it. Queries with parameters get NULL for each |
| `test_queries` | a list of queries, see below |
| `max_latency_ms` | no query may take longer; unless it says so itself |

| of a query | meaning |
|---|---|
| `query` | one statement, with `$1`, `$2` … |
| `name` | for messages |
| `test_params` | values of the parameters as text, null for NULL; the server reads each as the type that it wants |
| `expected_columns` | columns that must be there; others may be |
| `expected_types` | types by column's name, or a list in the order of the columns |
| `expected_return_type` | the type of the only column |
| `min_rows`, `max_rows` | how many rows it gives at least and at most |
| `max_latency_ms` | it may take no longer |

Types are compared as the server knows them: `int4` is `integer`. Its statistics are `queries`: name, `rows`, `duration_ms`.

```yaml
hooks:
  after_validation:
    - type: test_application_queries
      config:
        query_file: tests/queries/analytics_queries.sql
        test_queries:
          - name: customer_lifetime_value
            query: SELECT SUM(total_spent) FROM r_customer_analytics WHERE tenant_id = $1
            test_params: [\"550e8400-e29b-41d4-a716-446655440000\"]
            expected_return_type: numeric
```",
    read,
};

/// Types that a query's columns must have.
#[derive(Debug, Clone, Default, PartialEq)]
enum Types {
    #[default]
    Any,
    ByName(Vec<(String, String)>),
    InOrder(Vec<String>),
    Only(String),
}

/// Values of a query's parameters.
#[derive(Debug, Clone, PartialEq)]
enum Parameters {
    /// NULL for each, however many there are.
    Nulls,
    Values(Vec<Option<String>>),
}

/// A query and what is expected of it.
#[derive(Debug, Clone)]
struct TestQuery {
    name: String,
    query: String,
    parameters: Parameters,
    columns: Vec<String>,
    types: Types,
    min_rows: Option<u64>,
    max_rows: Option<u64>,
    max_latency: Option<Duration>,
}

/// The configured hook.
#[derive(Debug)]
struct TestApplicationQueries {
    files: Vec<String>,
    queries: Vec<TestQuery>,
    max_latency: Option<Duration>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    if !config.has("query_file") && !config.has("test_queries") {
        config.reject_all(
            "`test_application_queries` tries nothing",
            Some("give it `query_file` or `test_queries`".to_owned()),
        );
    }
    Some(Arc::new(TestApplicationQueries {
        files: config.texts("query_file"),
        queries: config.mappings("test_queries", read_query),
        max_latency: latency(config),
    }))
}

fn latency(reader: &mut ConfigReader<'_>) -> Option<Duration> {
    reader
        .whole("max_latency_ms", 1..=86_400_000)
        .map(Duration::from_millis)
}

fn read_query(reader: &mut ConfigReader<'_>) -> Option<TestQuery> {
    reader.needs("query");
    let sql = reader.sql("query");
    let name = reader.text("name");
    let parameters = read_parameters(reader);
    let types = read_types(reader);
    let (min_rows, max_rows) = (
        reader.whole("min_rows", 0..=u64::MAX),
        reader.whole("max_rows", 0..=u64::MAX),
    );
    let (columns, max_latency) = (reader.texts("expected_columns"), latency(reader));
    let sql = sql?;
    let Some(query) = single(&sql.text) else {
        reader.reject("query", "`query` must be one statement", None);
        return None;
    };
    Some(TestQuery {
        name: name.unwrap_or_else(|| first_words(query)),
        query: query.to_owned(),
        parameters: Parameters::Values(parameters),
        columns,
        types,
        min_rows,
        max_rows,
        max_latency,
    })
}

fn read_parameters(reader: &mut ConfigReader<'_>) -> Vec<Option<String>> {
    match reader.json("test_params") {
        None => Vec::new(),
        Some(Value::Array(values)) => values.into_iter().map(parameter).collect(),
        Some(value) => vec![parameter(value)],
    }
}

/// A value in the server's text form; objects and lists as JSON.
fn parameter(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn read_types(reader: &mut ConfigReader<'_>) -> Types {
    if let Some(only) = reader.text("expected_return_type") {
        return Types::Only(only);
    }
    match reader.json("expected_types") {
        None => Types::Any,
        Some(Value::Object(map)) => {
            let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
            Types::ByName(map.into_iter().filter_map(text).collect())
        }
        Some(Value::Array(list)) => {
            let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
            Types::InOrder(list.into_iter().map(text).collect())
        }
        Some(_) => {
            reader.reject(
                "expected_types",
                "`expected_types` must be a mapping of columns to types or a list of types",
                None,
            );
            Types::Any
        }
    }
}

impl Hook for TestApplicationQueries {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let mut queries = self.queries.clone();
        for file in &self.files {
            let path = scope.root.join(file);
            let text = fs::read_to_string(&path)
                .map_err(|error| HookError::new(format!("{} can't be read: {error}", path.display())))?;
            queries.extend(of_file(&text));
        }
        let (mut list, mut failed) = (Vec::new(), Vec::new());
        for (done, query) in queries.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            progress(
                scope,
                &query.name,
                done as u64,
                Some(queries.len() as u64),
                "queries",
                begun,
            );
            match query.test(scope.session, self.placement(), self.max_latency)? {
                Ok((rows, ms)) => list.push(json!({ "name": query.name, "rows": rows, "duration_ms": ms })),
                Err(reason) => failed.push(format!("{}: {reason}", query.name)),
            }
        }
        if !failed.is_empty() {
            return Err(HookError::new(format!(
                "{} of {} failed: {}",
                failed.len(),
                count(queries.len(), "query"),
                failed.join("; ")
            )));
        }
        let mut result = HookResult {
            message: Some(format!("{} work", count(queries.len(), "query"))),
            ..HookResult::default()
        };
        result.statistics.insert("queries".to_owned(), Value::Array(list));
        Ok(result)
    }

    fn describe(&self) -> String {
        let mut parts: Vec<String> = self.queries.iter().map(|query| query.name.clone()).collect();
        parts.extend(self.files.iter().map(|file| format!("those of {file}")));
        format!("tries the queries {}", parts.join(", "))
    }
}

/// What a query came to: rows and milliseconds, or why it isn't as it should be.
type Tested = Result<(u64, f64), String>;

impl TestQuery {
    fn test(
        &self,
        session: &mut Session,
        placement: Placement,
        max_latency: Option<Duration>,
    ) -> Result<Tested, HookError> {
        let description = match read_only(session, placement, |session| session.describe(&self.query))? {
            Ok(description) => description,
            Err(error) => return refused(error),
        };
        if let Some(reason) = self.mismatch(session, &description)? {
            return Ok(Err(reason));
        }
        let values: Vec<Option<String>> = match &self.parameters {
            Parameters::Nulls => vec![None; description.parameters.len()],
            Parameters::Values(values) => values.clone(),
        };
        if values.len() != description.parameters.len() {
            return Ok(Err(format!(
                "it has {}, `test_params` has {}",
                count(description.parameters.len(), "parameter"),
                values.len()
            )));
        }
        let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
        let run = |session: &mut Session| {
            let begun = Instant::now();
            let rows = session.run_with_text(&self.query, &values)?;
            Ok((rows, begun))
        };
        let (rows, ms) = match read_only(session, placement, |session| {
            run(session).map(|(rows, begun)| (rows, elapsed_ms(begun)))
        })? {
            Ok(found) => found,
            Err(error) => return refused(error),
        };
        Ok(self.limits(rows, ms, max_latency).map_or(Ok((rows, ms)), Err))
    }

    /// How its columns aren't what they should be.
    fn mismatch(&self, session: &mut Session, found: &Description) -> Result<Option<String>, HookError> {
        let names: Vec<&str> = found.columns.iter().map(|(name, _)| name.as_str()).collect();
        let missing: Vec<&str> = self
            .columns
            .iter()
            .map(String::as_str)
            .filter(|name| !names.contains(name))
            .collect();
        if !missing.is_empty() {
            return Ok(Some(format!(
                "it has no column {}; there are {}",
                missing.join(", "),
                names.join(", ")
            )));
        }
        let expected: Vec<(String, String)> = match &self.types {
            Types::Any => Vec::new(),
            Types::ByName(types) => types.clone(),
            Types::Only(wanted) if names.len() == 1 => {
                vec![(names.concat(), wanted.clone())]
            }
            Types::Only(_) => {
                return Ok(Some(format!(
                    "`expected_return_type` is of a single column, and it has {}",
                    names.len()
                )));
            }
            Types::InOrder(types) if types.len() == names.len() => {
                let names = names.iter().map(|name| (*name).to_owned());
                names.zip(types.iter().cloned()).collect()
            }
            Types::InOrder(types) => {
                return Ok(Some(format!(
                    "it has {} columns, {} types are expected",
                    names.len(),
                    types.len()
                )));
            }
        };
        for (place, (name, wanted)) in expected.iter().enumerate() {
            let column = match &self.types {
                Types::InOrder(_) => found.columns.get(place),
                _ => found.columns.iter().find(|(column, _)| column == name),
            };
            let Some((_, oid)) = column else {
                return Ok(Some(format!(
                    "it has no column {name}; there are {}",
                    names.join(", ")
                )));
            };
            if let Some(reason) = type_differs(session, name, *oid, wanted)? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    fn limits(&self, rows: u64, ms: f64, max_latency: Option<Duration>) -> Option<String> {
        if let Some(least) = self.min_rows.filter(|least| rows < *least) {
            return Some(format!("it gives {rows} rows, at least {least} are expected"));
        }
        if let Some(most) = self.max_rows.filter(|most| rows > *most) {
            return Some(format!("it gives {rows} rows, at most {most} are expected"));
        }
        let most = self.max_latency.or(max_latency)?.as_secs_f64() * 1e3;
        (ms > most).then(|| format!("it took {ms} ms, {most} ms are allowed"))
    }
}

/// The server refuses a query, which is the query's failure; a lost connection is the hook's.
fn refused(error: confiture_postgres::SqlError) -> Result<Tested, HookError> {
    match error.server() {
        // Cancelled: the hook's time is over, or somebody asked to stop.
        Some(server) if server.sqlstate != "57014" => Ok(Err(server.to_string())),
        _ => Err(error.into()),
    }
}

fn type_differs(
    session: &mut Session,
    column: &str,
    oid: u32,
    wanted: &str,
) -> Result<Option<String>, HookError> {
    // to_regtype gives nothing for an unknown name, and an error for what is no name at all.
    let found = read_only(session, Placement::InTransaction, |session| {
        session.query_one(
            "SELECT pg_catalog.format_type($1, NULL), pg_catalog.to_regtype($2)::oid",
            &[&oid, &wanted],
        )
    })?;
    let Ok(row) = found else {
        return Ok(Some(format!("`{wanted}` is no type")));
    };
    let (is, wanted_oid): (String, Option<u32>) = (row.get(0), row.get(1));
    Ok(match wanted_oid {
        Some(wanted_oid) if wanted_oid == oid => None,
        Some(_) => Some(format!("{column} is {is}, expected {wanted}")),
        None => Some(format!("there is no type `{wanted}`")),
    })
}

/// The queries of a file.
fn of_file(text: &str) -> Vec<TestQuery> {
    let mut queries = Vec::new();
    let mut behind = 0;
    for piece in split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
    {
        let range = piece.range.as_usize();
        let before = text.get(behind..range.start).unwrap_or_default();
        let query = piece
            .range
            .slice(text)
            .trim_end()
            .trim_end_matches(';')
            .trim_end();
        queries.push(TestQuery {
            name: name_in_comments(before).unwrap_or_else(|| first_words(query)),
            query: query.to_owned(),
            parameters: Parameters::Nulls,
            columns: Vec::new(),
            types: Types::Any,
            min_rows: None,
            max_rows: None,
            max_latency: None,
        });
        behind = range.end;
    }
    queries
}

/// `x` of the last `-- name: x`, as several tools write it.
fn name_in_comments(text: &str) -> Option<String> {
    let comments = Lexer::new(text, Dialect::Psql).filter(|token| token.kind == TokenKind::LineComment);
    let names = comments.filter_map(|token| {
        let comment = token.range.slice(text).trim_start_matches('-').trim();
        let (key, name) = comment.split_once(':')?;
        let name = name.split_whitespace().next()?;
        key.trim().eq_ignore_ascii_case("name").then(|| name.to_owned())
    });
    names.last()
}

fn first_words(query: &str) -> String {
    let words: Vec<&str> = query.split_whitespace().take(8).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_of_a_file_have_the_names_of_their_comments() {
        let text = "-- about\n-- name: top :many\nSELECT 1;\n\nSELECT 2 -- name: not_this\n;\n--name: last\nSELECT 3";
        let names: Vec<String> = of_file(text).into_iter().map(|query| query.name).collect();
        assert_eq!(names, ["top", "SELECT 2 -- name: not_this", "last"]);
    }
}
