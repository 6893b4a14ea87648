//! What belongs together is compared.

use std::sync::Arc;
use std::time::Instant;

use confiture_postgres::{Session, Table};
use confiture_syntax::Name;
use serde_json::{Map, Value, json};

use crate::hooks::support::names::{Wanted, find};
use crate::hooks::support::queries::{read_only, single};
use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "verify_consistency",
    summary: "Compares read models with what they are derived from, and fails where they differ",
    docs: "\
Runs in the migration's transaction, so a difference takes the whole migration back. All comparisons are made, and those that fail
are named in one error with both values. Queries run so that they can't write. There are three shapes, also together:

**`source_target_joins`**: of the distinct values of a column in one table, the share that is in another.

| setting | meaning | default |
|---|---|---|
| `source`, `target` | tables or views | needed |
| `join_key` | the column, or several; `target_key` where it is called otherwise in the target | needed |
| `expected_ratio` | the share that must be there at least | `1.0` |
| `extra` | `fail` or `allow`: values of the target that the source doesn't have | `fail` |

**`validation_queries`**: a `query` that gives two numbers, the expected one and the actual one, and their `expected_ratio`
(default 1.0). The numbers stand in one row of two columns or in two rows: the first column's first value that is not NULL is what
is expected, the last column's last one is what is. A ratio below 1 allows that much difference both ways: with 0.99 the actual
number may be 1 % smaller or larger.

**`checks`**: a `query` that gives two numbers as above, and `tolerance_percent` (default 0): a percentage as it is named, so 1.0
is one percent of the expected number. Where every column's name says that it is a difference (`variance`, `difference`, `diff`,
`deviation`, `delta`, `missing`, `extra`, `mismatches`, alone or as the last word), every value must be 0 or NULL: there is
nothing that a percentage could be of, unless `of` names the number: `of: 1000` or a query. A query that gives a single boolean
must give true.

Two NULLs are equal, NULL and a number aren't. Its statistics are `comparisons`: name, `expected`, `actual`, `holds`.

```yaml
hooks:
  after_validation:
    - type: verify_consistency
      config:
        source_target_joins:
          - {source: events, target: r_user_analytics, join_key: user_id}
        checks:
          - name: row_count
            query: |
              SELECT count(DISTINCT (tenant_id, customer_id)) AS expected FROM w_orders
              UNION ALL
              SELECT count(*) FROM r_customer_analytics
            tolerance_percent: 0.0
```",
    read,
};

/// What happens to values that only the target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    Fail,
    Allow,
}

/// Two relations compared by a key.
#[derive(Debug)]
struct Join {
    source: ObjectName,
    target: ObjectName,
    source_key: Vec<Name>,
    target_key: Vec<Name>,
    ratio: f64,
    extra: Extra,
}

/// What is allowed of two numbers.
#[derive(Debug, Clone)]
enum Rule {
    /// Actual divided by expected.
    Ratio(f64),
    /// The difference in percent of the expected number, or of what a query gives.
    Tolerance { percent: f64, of: Option<String> },
}

/// A query compared by a rule.
#[derive(Debug)]
struct Check {
    name: String,
    query: String,
    rule: Rule,
}

/// The configured hook.
#[derive(Debug)]
struct VerifyConsistency {
    joins: Vec<Join>,
    checks: Vec<Check>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let joins = config.mappings("source_target_joins", read_join);
    let mut checks = config.mappings("validation_queries", |reader| {
        let ratio = reader
            .number("expected_ratio", 0.0..=f64::INFINITY)
            .unwrap_or(1.0);
        read_check(reader, Rule::Ratio(ratio))
    });
    checks.extend(config.mappings("checks", |reader| {
        let percent = reader.number("tolerance_percent", 0.0..=100.0).unwrap_or(0.0);
        let of = reader.text("of");
        read_check(reader, Rule::Tolerance { percent, of })
    }));
    if !["source_target_joins", "validation_queries", "checks"]
        .map(|key| config.has(key))
        .contains(&true)
    {
        config.reject_all(
            "`verify_consistency` compares nothing",
            Some("give it `source_target_joins`, `validation_queries` or `checks`".to_owned()),
        );
    }
    Some(Arc::new(VerifyConsistency { joins, checks }))
}

fn read_join(reader: &mut ConfigReader<'_>) -> Option<Join> {
    let there = ["source", "target", "join_key"].map(|key| reader.needs(key));
    let source_key = reader.names("join_key");
    let target_key = reader.names("target_key");
    let target_key = if target_key.is_empty() {
        source_key.clone()
    } else {
        target_key
    };
    if target_key.len() != source_key.len() {
        reader.reject(
            "target_key",
            "`target_key` must have as many columns as `join_key`",
            None,
        );
        return None;
    }
    let join = Join {
        ratio: reader.number("expected_ratio", 0.0..=1.0).unwrap_or(1.0),
        extra: reader
            .one_of("extra", &[("fail", Extra::Fail), ("allow", Extra::Allow)])
            .unwrap_or(Extra::Fail),
        source: reader.object("source")?,
        target: reader.object("target")?,
        source_key,
        target_key,
    };
    there.iter().all(|there| *there).then_some(join)
}

fn read_check(reader: &mut ConfigReader<'_>, rule: Rule) -> Option<Check> {
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

/// How a comparison went.
struct Compared {
    name: String,
    expected: Value,
    actual: Value,
    /// Why it doesn't hold.
    objection: Option<String>,
}

impl Hook for VerifyConsistency {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let of = Some((self.joins.len() + self.checks.len()) as u64);
        let mut compared = Vec::new();
        for join in &self.joins {
            go_on(scope.interrupt, scope.deadline)?;
            progress(
                scope,
                "comparing",
                compared.len() as u64,
                of,
                "comparisons",
                begun,
            );
            compared.push(join.compare(scope.session)?);
        }
        for check in &self.checks {
            go_on(scope.interrupt, scope.deadline)?;
            progress(
                scope,
                "comparing",
                compared.len() as u64,
                of,
                "comparisons",
                begun,
            );
            compared.push(check.compare(scope.session, self.placement())?);
        }
        let failed: Vec<&str> = compared
            .iter()
            .filter_map(|one| one.objection.as_deref())
            .collect();
        if !failed.is_empty() {
            let (failures, all) = (failed.len(), compared.len());
            return Err(HookError::new(format!(
                "{failures} of {} failed: {}",
                count(all, "comparison"),
                failed.join("; ")
            )));
        }
        let list = compared.iter().map(|one| {
            json!({ "name": one.name, "expected": one.expected, "actual": one.actual, "holds": one.objection.is_none() })
        });
        let mut statistics = Map::new();
        statistics.insert("comparisons".to_owned(), list.collect());
        Ok(HookResult {
            rows: None,
            statistics,
            message: Some(match compared.len() {
                1 => "1 comparison holds".to_owned(),
                several => format!("{} hold", count(several, "comparison")),
            }),
        })
    }

    fn describe(&self) -> String {
        let mut parts: Vec<String> = self
            .joins
            .iter()
            .map(|join| format!("{} with {}", join.source, join.target))
            .collect();
        parts.extend(self.checks.iter().map(|check| check.name.clone()));
        format!("compares {}", parts.join(", "))
    }
}

impl Join {
    fn compare(&self, session: &mut Session) -> Result<Compared, HookError> {
        let source = find(session, &self.source, Wanted::Rows)?;
        let target = find(session, &self.target, Wanted::Rows)?;
        let columns = |key: &[Name]| {
            let list = key.iter().enumerate();
            let list = list.map(|(number, name)| format!("{} AS k{number}", name.quoted()));
            list.collect::<Vec<_>>().join(", ")
        };
        let present = |key: &[Name]| {
            let list = key.iter().map(|name| format!("{} IS NOT NULL", name.quoted()));
            list.collect::<Vec<_>>().join(" AND ")
        };
        let numbers: Vec<String> = (0..self.source_key.len())
            .map(|number| format!("k{number}"))
            .collect();
        let side = |relation: &str, key: &[Name]| {
            format!(
                "SELECT DISTINCT {} FROM {relation} WHERE {}",
                columns(key),
                present(key)
            )
        };
        let sql = format!(
            "SELECT count(*) FILTER (WHERE in_source), count(*) FILTER (WHERE in_source AND in_target), \
             count(*) FILTER (WHERE in_source IS NULL) FROM (SELECT *, true AS in_source FROM ({}) s) s \
             FULL JOIN (SELECT *, true AS in_target FROM ({}) t) t USING ({})",
            side(&source.quoted(), &self.source_key),
            side(&target.quoted(), &self.target_key),
            numbers.join(", ")
        );
        let row = session
            .query_one(&sql, &[])
            .map_err(|error| self.explain(error.into()))?;
        let (all, found, extra): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
        #[expect(clippy::cast_precision_loss, reason = "a share of rows")]
        let share = if all == 0 { 1.0 } else { found as f64 / all as f64 };
        let key = shown_key(&self.source_key);
        let mut objections = Vec::new();
        if share < self.ratio {
            objections.push(format!(
                "{} has {all} different {key}, {found} of them are in {} ({}, expected {})",
                self.source,
                self.target,
                shown(share),
                shown(self.ratio)
            ));
        }
        if extra > 0 && self.extra == Extra::Fail {
            objections.push(format!(
                "{} has {extra} {key} that are not in {}",
                self.target, self.source
            ));
        }
        Ok(Compared {
            name: format!("{} with {}", self.source, self.target),
            expected: json!(all),
            actual: json!(found),
            objection: Some(objections.join(" and ")).filter(|text| !text.is_empty()),
        })
    }

    fn explain(&self, error: HookError) -> HookError {
        HookError {
            message: format!(
                "{} can't be compared with {}: {}",
                self.source, self.target, error.message
            ),
            ..error
        }
    }
}

impl Check {
    fn compare(&self, session: &mut Session, placement: Placement) -> Result<Compared, HookError> {
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

fn shown_key(key: &[Name]) -> String {
    let names: Vec<&str> = key.iter().map(Name::as_str).collect();
    match names.as_slice() {
        [one] => format!("values of {one}"),
        several => format!("values of ({})", several.join(", ")),
    }
}

/// A number without digits that say nothing.
fn shown(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
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
