//! What a query gives, compared by a rule.

use confiture_postgres::{Session, Table};
use serde_json::{Value, json};

use super::{Compared, shown};
use crate::hooks::support::count;
use crate::hooks::support::queries::{read_only, single};
use crate::hooks::{ConfigReader, HookError, Placement};

/// What is allowed of two numbers.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// Actual divided by expected.
    Ratio(f64),
    /// The difference in percent of the expected number, or of what a query gives.
    Tolerance { percent: f64, of: Option<String> },
}

/// A query compared by a rule.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: String,
    query: String,
    rule: Rule,
}

impl Check {
    /// Reads a query; its rule was read before.
    pub(super) fn read(reader: &mut ConfigReader<'_>, rule: Rule) -> Option<Check> {
        reader.needs("query");
        let name = reader.text("name");
        let sql = reader.sql("query")?;
        let Some(query) = single(&sql.text) else {
            reader.reject("query", "`query` must be one statement", None);
            return None;
        };
        Some(Check {
            name: name.unwrap_or_else(|| "a query without a name".to_owned()),
            query: query.to_owned(),
            rule,
        })
    }

    pub(super) fn compare(&self, session: &mut Session, placement: Placement) -> Result<Compared, HookError> {
        let explain = |error: HookError| HookError {
            message: format!("{}: {}", self.name, error.message),
            ..error
        };
        let table = read_only(session, placement, |session| session.table(&self.query))?
            .map_err(|error| explain(error.into()))?;
        let base = match &self.rule {
            Rule::Tolerance { of: Some(of), .. } => Some(base(session, placement, of).map_err(explain)?),
            _ => None,
        };
        self.judge(&table, base)
    }

    fn judge(&self, table: &Table, base: Option<f64>) -> Result<Compared, HookError> {
        let compared = |expected: Value, actual: Value, objection: Option<String>| Compared {
            name: self.name.clone(),
            expected,
            actual,
            objection: objection.map(|text| format!("{}: {text}", self.name)),
        };
        if let Rule::Tolerance { percent, .. } = self.rule
            && table.columns.iter().all(|name| is_difference(name))
            && !table.columns.is_empty()
        {
            let objection = differences(table, percent, base)?;
            let values: Vec<Value> = table.rows.iter().flatten().map(|value| json!(value)).collect();
            return Ok(compared(json!(0), Value::Array(values), objection));
        }
        if let [row] = table.rows.as_slice()
            && let [Some(value)] = row.as_slice()
            && matches!(value.as_str(), "t" | "f")
        {
            let objection = (value == "f").then(|| "the query gives false".to_owned());
            return Ok(compared(json!(true), json!(value == "t"), objection));
        }
        let (expected, actual) = pair(table).map_err(|error| HookError {
            message: format!("{}: {}", self.name, error.message),
            ..error
        })?;
        let objection = self.differs(expected, actual, base)?;
        Ok(compared(json!(expected), json!(actual), objection))
    }

    /// Why two numbers don't agree.
    fn differs(
        &self,
        expected: Option<&str>,
        actual: Option<&str>,
        base: Option<f64>,
    ) -> Result<Option<String>, HookError> {
        let is = |what: &str| {
            let null = |value: Option<&str>| value.unwrap_or("NULL").to_owned();
            Some(format!(
                "expected {}, there is {}{what}",
                null(expected),
                null(actual)
            ))
        };
        let (Some(expected_text), Some(actual_text)) = (expected, actual) else {
            return Ok(if expected == actual { None } else { is("") });
        };
        let (e, a) = (self.number(expected_text)?, self.number(actual_text)?);
        Ok(match &self.rule {
            Rule::Ratio(wanted) => {
                let ratio = if e == 0.0 && a == 0.0 { 1.0 } else { a / e };
                let margin = if *wanted < 1.0 { 1.0 - wanted } else { 0.0 };
                let middle = if *wanted < 1.0 { 1.0 } else { *wanted };
                // A quarter of a billionth is the rounding of the division.
                let holds = (ratio - middle).abs() <= margin + 2.5e-10;
                if holds {
                    None
                } else {
                    is(&format!(
                        ": a ratio of {}, expected {}",
                        shown(ratio),
                        shown(*wanted)
                    ))
                }
            }
            Rule::Tolerance { percent, .. } => {
                let of = base.unwrap_or(e).abs();
                let difference = (a - e).abs();
                if difference <= of * percent / 100.0 || expected_text == actual_text {
                    None
                } else {
                    is(&format!(
                        ": {} % apart, {percent} % are allowed",
                        shown(difference / of * 100.0)
                    ))
                }
            }
        })
    }

    fn number(&self, text: &str) -> Result<f64, HookError> {
        text.parse().map_err(|_| {
            HookError::new(format!("{}: `{text}` is not a number", self.name))
                .help("Let the query give two numbers: the expected one and the actual one")
        })
    }
}

/// The number that a percentage is of: written out, or a query.
fn base(session: &mut Session, placement: Placement, of: &str) -> Result<f64, HookError> {
    if let Ok(number) = of.parse() {
        return Ok(number);
    }
    let table = read_only(session, placement, |session| session.table(of))??;
    let value = table
        .rows
        .first()
        .and_then(|row| row.first())
        .and_then(Option::as_deref);
    value
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| HookError::new("the query of `of` gives no number"))
}

/// The expected and the actual value of a result.
fn pair(table: &Table) -> Result<(Option<&str>, Option<&str>), HookError> {
    let values = table.rows.iter().map(Vec::len).sum::<usize>();
    if values < 2 {
        return Err(HookError::new(format!(
            "the query gives {}, which can't be compared with anything",
            count(values, "value")
        ))
        .help(
            "Let it give two numbers, in two columns or in two rows: the expected one and the actual one",
        ));
    }
    let rows = || table.rows.iter();
    let is_one_row = table.rows.len() == 1;
    let expected = rows().filter_map(|row| row.first()).find(|value| value.is_some());
    let actual = rows()
        .rev()
        .filter_map(|row| row.last())
        .find(|value| value.is_some());
    let (expected, actual) = if is_one_row || table.columns.len() == 1 {
        // One of each: a NULL is a value.
        let first = rows().next().and_then(|row| row.first());
        let last = rows().next_back().and_then(|row| row.last());
        (first, last)
    } else {
        (expected, actual)
    };
    Ok((
        expected.and_then(|value| value.as_deref()),
        actual.and_then(|value| value.as_deref()),
    ))
}

/// Whether a column's name says that its values are differences.
fn is_difference(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or_default().to_lowercase();
    matches!(
        last.as_str(),
        "variance"
            | "difference"
            | "differences"
            | "diff"
            | "deviation"
            | "delta"
            | "missing"
            | "extra"
            | "mismatch"
            | "mismatches"
    )
}

/// Why differences are too large.
fn differences(table: &Table, percent: f64, base: Option<f64>) -> Result<Option<String>, HookError> {
    let allowed = base.map_or(0.0, |base| base.abs() * percent / 100.0);
    let mut large = Vec::new();
    for row in &table.rows {
        for (column, value) in table.columns.iter().zip(row) {
            let Some(text) = value else { continue };
            let number: f64 = text
                .parse()
                .map_err(|_| HookError::new(format!("`{text}` of {column} is not a number")))?;
            if number.abs() > allowed {
                large.push(format!("{column} is {text}"));
            }
        }
    }
    if large.is_empty() {
        return Ok(None);
    }
    let hint = if percent > 0.0 && base.is_none() {
        format!(" ({percent} % of what? Give it `of`)")
    } else {
        String::new()
    };
    Ok(Some(format!(
        "{}, at most {} is allowed{hint}",
        large.join(", "),
        shown(allowed)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(columns: &[&str], rows: &[&[Option<&str>]], rule: Rule) -> String {
        let text = |value: &Option<&str>| value.map(str::to_owned);
        let table = Table {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(text).collect()).collect(),
        };
        let check = Check {
            name: "c".to_owned(),
            query: String::new(),
            rule,
        };
        match check.judge(&table, None) {
            Ok(compared) => compared.objection.unwrap_or_else(|| "holds".to_owned()),
            Err(error) => format!("error: {}", error.message),
        }
    }

    fn ratio(expected: &str, actual: &str, wanted: f64) -> String {
        judged(
            &["a", "b"],
            &[&[Some(expected), Some(actual)]],
            Rule::Ratio(wanted),
        )
    }

    fn tolerance(percent: f64) -> Rule {
        Rule::Tolerance { percent, of: None }
    }

    #[test]
    fn ratios() {
        assert_eq!(ratio("10", "10", 1.0), "holds");
        assert_eq!(ratio("0", "0", 1.0), "holds");
        assert_eq!(ratio("100", "99", 0.99), "holds");
        assert_eq!(ratio("100", "101", 0.99), "holds");
        assert_eq!(ratio("5", "10", 2.0), "holds");
        assert_eq!(
            ratio("10", "9", 1.0),
            "c: expected 10, there is 9: a ratio of 0.9, expected 1"
        );
        assert_eq!(
            ratio("100", "98", 0.99),
            "c: expected 100, there is 98: a ratio of 0.98, expected 0.99"
        );
        assert_eq!(
            ratio("0", "3", 1.0),
            "c: expected 0, there is 3: a ratio of inf, expected 1"
        );
        assert_eq!(ratio("x", "3", 1.0), "error: c: `x` is not a number");
    }

    #[test]
    fn two_rows_as_the_union_of_two_counts_gives_them() {
        let rows: [&[Option<&str>]; 2] = [&[Some("4"), Some("9")], &[None, Some("4")]];
        assert_eq!(judged(&["w", "r"], &rows, Rule::Ratio(1.0)), "holds");
        let rows: [&[Option<&str>]; 2] = [&[Some("4")], &[Some("5")]];
        assert_eq!(
            judged(&["expected"], &rows, tolerance(10.0)),
            "c: expected 4, there is 5: 25 % apart, 10 % are allowed"
        );
        assert_eq!(judged(&["expected"], &rows, tolerance(25.0)), "holds");
    }

    #[test]
    fn nothing_and_something_differ() {
        let null: [&[Option<&str>]; 1] = [&[None, None]];
        assert_eq!(judged(&["a", "b"], &null, tolerance(0.0)), "holds");
        let one: [&[Option<&str>]; 1] = [&[Some("1"), None]];
        assert_eq!(
            judged(&["a", "b"], &one, tolerance(0.0)),
            "c: expected 1, there is NULL"
        );
        assert!(
            judged(&["a"], &[&[Some("1")]], tolerance(0.0)).starts_with("error: c: the query gives 1 value")
        );
        assert!(judged(&["a"], &[], tolerance(0.0)).starts_with("error: c: the query gives 0 values"));
    }

    #[test]
    fn differences_must_be_nothing() {
        let columns = ["total_variance", "max_variance"];
        assert_eq!(
            judged(&columns, &[&[Some("0.00"), None]], tolerance(0.01)),
            "holds"
        );
        assert_eq!(
            judged(&columns, &[&[Some("3"), Some("2")]], tolerance(0.01)),
            "c: total_variance is 3, max_variance is 2, at most 0 is allowed (0.01 % of what? Give it `of`)"
        );
    }

    #[test]
    fn a_boolean_must_be_true() {
        assert_eq!(judged(&["ok"], &[&[Some("t")]], tolerance(0.0)), "holds");
        assert_eq!(
            judged(&["ok"], &[&[Some("f")]], tolerance(0.0)),
            "c: the query gives false"
        );
    }
}
