//! Statements, and what must come of the last one.

use std::sync::Arc;

use confiture_postgres::{Answer, Type};
use serde_json::{Map, Value, json};

use crate::hooks::placed::Placed;
use crate::hooks::statements::{failed, read_statements};
use crate::hooks::{
    Condition, ConfigReader, Hook, HookError, HookResult, HookScope, HookType, Placement, condition,
};
use crate::steps::Statement;

pub(super) static TYPE: HookType = HookType {
    name: "sql",
    summary: "Runs statements, and fails where what they give is not what it should be",
    docs: "\
Runs one statement or several, in order. What the last one gives can be held against what it should be, so a query is a check.

| setting | |
|---|---|
| `sql` | the statements: a text, or a list of texts. `action` beside `config` is the same |
| `expect_rows` | how many rows the last statement must change or return: a number, or `{min, max}` |
| `fail_if_rows` | `true`: the hook fails where the last statement returns a row; the first ones are shown |
| `fail_if` | the hook fails where this CEL expression holds: `rows` is how many there were, `row` the first one by its columns' names, `value` its first column |
| `message` | what is said when one of these checks fails |
| `run` | `in_transaction` (the default), or `alone`: outside of any transaction, as CREATE INDEX CONCURRENTLY and VACUUM need it |
| `repeatable` | whether it may run twice; needed for `run: alone`. Default `false` |

Statistics: `statements`, `rows_changed`, `rows_returned`, and `row` and `value` of the last statement that returned one.

```yaml
hooks:
  after_ddl:
    - type: sql
      name: no_orphans
      config:
        sql: SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL
        fail_if_rows: true
        message: orders without a customer
```
",
    read,
};

/// How many rows are kept of what a statement returns.
const ROWS_KEPT: usize = 5;

/// How many rows there must be.
#[derive(Debug, Clone, Copy)]
struct Expected {
    min: u64,
    max: u64,
}

#[derive(Debug)]
struct Sql {
    statements: Vec<Statement>,
    expected: Option<Expected>,
    fail_if_rows: bool,
    fail_if: Option<Condition>,
    message: Option<String>,
    placed: Placed,
}

fn read(reader: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let is_there = reader.needs("sql");
    let statements = read_statements(reader, "sql");
    let hook = Sql {
        expected: expected(reader),
        fail_if_rows: reader.bool("fail_if_rows", false),
        fail_if: fail_if(reader),
        message: reader.text("message"),
        placed: Placed::read(reader)?,
        statements,
    };
    (is_there && !hook.statements.is_empty()).then(|| Arc::new(hook) as Arc<dyn Hook>)
}

fn expected(reader: &mut ConfigReader<'_>) -> Option<Expected> {
    if reader.node("expect_rows")?.as_map().is_none() {
        let rows = reader.whole("expect_rows", 0..=u64::MAX)?;
        return Some(Expected { min: rows, max: rows });
    }
    let bounds = reader.mapping("expect_rows", |inner| {
        Some(Expected {
            min: inner.whole("min", 0..=u64::MAX).unwrap_or(0),
            max: inner.whole("max", 0..=u64::MAX).unwrap_or(u64::MAX),
        })
    })?;
    if bounds.min > bounds.max {
        reader.reject("expect_rows", "`expect_rows`: `min` is more than `max`", None);
    }
    Some(bounds)
}

fn fail_if(reader: &mut ConfigReader<'_>) -> Option<Condition> {
    let text = reader.text("fail_if")?;
    match Condition::over(&text, &["rows", "row", "value"]) {
        Ok(condition) => Some(condition),
        Err(error) => {
            reader.reject("fail_if", error.message, error.help);
            None
        }
    }
}

impl Hook for Sql {
    fn placement(&self) -> Placement {
        self.placed.placement
    }

    fn is_repeatable(&self) -> bool {
        self.placed.repeatable
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let mut outcome = Outcome::default();
        for statement in &self.statements {
            let answer = scope.session.answer(statement.sql(), ROWS_KEPT);
            let answer = answer.map_err(|error| failed(statement, error))?;
            outcome.add(scope, statement, answer)?;
        }
        if let Some(statement) = self.statements.last() {
            self.check(&outcome)
                .map_err(|error| error.at(statement.place()))?;
        }
        Ok(HookResult {
            rows: Some(outcome.changed),
            statistics: outcome.statistics(self.statements.len()),
            message: None,
        })
    }

    fn describe(&self) -> String {
        match self.statements.as_slice() {
            [one] => format!("runs `{}`", one.shortened(60)),
            several => format!("runs {} statements", several.len()),
        }
    }
}

/// What the statements gave so far.
#[derive(Default)]
struct Outcome {
    changed: u64,
    returned: u64,
    /// Rows of the last statement's command tag.
    count: u64,
    /// The first rows of the last statement.
    rows: Vec<Map<String, Value>>,
    /// Whether the last statement returns rows.
    has_result: bool,
    /// The first row of the last statement that returned one.
    row: Option<Map<String, Value>>,
}

impl Outcome {
    fn add(
        &mut self,
        scope: &mut HookScope<'_>,
        statement: &Statement,
        answer: Answer,
    ) -> Result<(), HookError> {
        self.count = answer.count;
        self.has_result = answer.columns.is_some();
        self.rows.clear();
        match self.has_result {
            true => self.returned += answer.count,
            false => self.changed += answer.count,
        }
        if answer.rows.is_empty() {
            return Ok(());
        }
        let columns = scope.session.columns(statement.sql());
        let columns = columns.map_err(|error| failed(statement, error))?;
        self.rows = answer.rows.iter().map(|row| typed(&columns, row)).collect();
        self.row = self.rows.first().cloned().or(self.row.take());
        Ok(())
    }

    fn statistics(&self, statements: usize) -> Map<String, Value> {
        let mut statistics = Map::new();
        statistics.insert("statements".to_owned(), json!(statements));
        statistics.insert("rows_changed".to_owned(), json!(self.changed));
        statistics.insert("rows_returned".to_owned(), json!(self.returned));
        if let Some(row) = &self.row {
            let value = row.values().next().cloned().unwrap_or_default();
            statistics.insert("value".to_owned(), value);
            statistics.insert("row".to_owned(), Value::Object(row.clone()));
        }
        statistics
    }
}

/// A row with values of JSON's types: numbers and booleans as such, anything else as the server's text.
fn typed(columns: &[(String, Type)], row: &[Option<String>]) -> Map<String, Value> {
    let value = |(name, ty): &(String, Type), text: &Option<String>| {
        let Some(text) = text else {
            return (name.clone(), Value::Null);
        };
        let value = match *ty {
            Type::BOOL => Value::Bool(text == "t"),
            Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => text
                .parse::<i64>()
                .map_or_else(|_| text.clone().into(), Value::from),
            Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => number(text),
            Type::JSON | Type::JSONB => serde_json::from_str(text).unwrap_or_else(|_| text.clone().into()),
            _ => text.clone().into(),
        };
        (name.clone(), value)
    };
    columns
        .iter()
        .zip(row)
        .map(|(column, text)| value(column, text))
        .collect()
}

/// A numeric of many digits is no less exact as a whole number where it is one; NaN is none of JSON's numbers.
fn number(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(float)) if float.is_finite() => float.into(),
        _ => text.into(),
    }
}

impl Sql {
    fn check(&self, outcome: &Outcome) -> Result<(), HookError> {
        let said = |reason: String| match &self.message {
            Some(message) => HookError::new(format!("{message} ({reason})")),
            None => HookError::new(reason),
        };
        if let Some(Expected { min, max }) = self.expected
            && !(min..=max).contains(&outcome.count)
        {
            let wanted = match (min, max) {
                (min, max) if min == max => format!("{min}"),
                (min, u64::MAX) => format!("at least {min}"),
                (0, max) => format!("at most {max}"),
                (min, max) => format!("{min} to {max}"),
            };
            return Err(said(format!("{}, expected {wanted}", rows(outcome.count))));
        }
        if self.fail_if_rows && outcome.has_result && outcome.count > 0 {
            return Err(said(format!(
                "{} rows where there should be none: {}",
                outcome.count,
                shown(outcome)
            )));
        }
        let Some(fail_if) = &self.fail_if else {
            return Ok(());
        };
        let row = outcome.rows.first();
        let value = row.and_then(|row| row.values().next());
        let holds = fail_if.holds_for(vec![
            ("rows", condition::value(&json!(outcome.count))),
            (
                "row",
                condition::value(&row.map_or(Value::Null, |row| Value::Object(row.clone()))),
            ),
            ("value", condition::value(value.unwrap_or(&Value::Null))),
        ]);
        match holds {
            Ok(false) => Ok(()),
            Ok(true) => {
                let found = row.map_or_else(|| "there is no row".to_owned(), |_| shown(outcome));
                Err(said(format!("`{}` holds: {found}", fail_if.text())))
            }
            Err(reason) => Err(HookError::new(reason)),
        }
    }
}

fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    }
}

/// The rows that were kept, on one line.
fn shown(outcome: &Outcome) -> String {
    let row = |row: &Map<String, Value>| {
        let values = row.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name} = {text}"),
            value => format!("{name} = {value}"),
        });
        values.collect::<Vec<_>>().join(", ")
    };
    let mut lines: Vec<String> = outcome.rows.iter().map(row).collect();
    if outcome.count > ROWS_KEPT as u64 {
        lines.push("…".to_owned());
    }
    lines.join("; ")
}
