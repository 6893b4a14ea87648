//! By which columns rows can be told apart, and where to cut.

use std::collections::BTreeSet;

use confiture_postgres::{Description, Session};
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hooks::HookError;
use crate::hooks::support::backfill::{ROWS, Rows, Shape};
use crate::hooks::support::names::Relation;

/// Types whose order is total and whose text reads back as the same value: integers, numeric, uuid, texts, dates, timestamps.
const TYPES: [u32; 11] = [20, 21, 23, 25, 1042, 1043, 1082, 1114, 1184, 1700, 2950];

/// Columns by which rows are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Their names and the names of their types, as SQL.
    pub(crate) columns: Vec<(String, String)>,
}

/// Rows between two keys: above the first (or from the beginning), up to and with the second (or to the end); or those whose
/// keys are NULL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Part {
    /// A range.
    Between(Option<Vec<String>>, Option<Vec<String>>),
    /// The rest.
    WithNull,
}

/// Why a statement can be run as a whole only.
pub(crate) type Whole = String;

impl Key {
    /// The columns, for people.
    pub(crate) fn shown(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    /// `rows.a, rows.b`.
    fn list(&self, qualifier: &str) -> String {
        let list: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| format!("{qualifier}.{name}"))
            .collect();
        list.join(", ")
    }

    /// The condition that holds for a part's rows, and the values of its parameters.
    pub(crate) fn condition<'p>(&self, part: &'p Part, qualifier: &str) -> (String, Vec<&'p String>) {
        let rows = format!("ROW({})", self.list(qualifier));
        let tests = |is: &str, and: &str| {
            let list = self.columns.iter();
            let list: Vec<String> = list.map(|(name, _)| format!("{qualifier}.{name} {is}")).collect();
            list.join(and)
        };
        let Part::Between(above, up_to) = part else {
            return (tests("IS NULL", " OR "), Vec::new());
        };
        let mut conditions = vec![tests("IS NOT NULL", " AND ")];
        let mut values: Vec<&String> = Vec::new();
        for (bound, operator) in [(above, ">"), (up_to, "<=")] {
            let Some(bound) = bound else { continue };
            let list: Vec<String> = self
                .columns
                .iter()
                .enumerate()
                .map(|(place, (_, ty))| format!("${}::text::{ty}", values.len() + place + 1))
                .collect();
            values.extend(bound);
            conditions.push(format!("{rows} {operator} ROW({})", list.join(", ")));
        }
        (conditions.join(" AND "), values)
    }
}

/// A key of the statement's rows: the one that was asked for, or one that is sure to do.
///
/// # Errors
/// A column that was asked for doesn't exist, or what the server says.
pub(crate) fn choose(
    session: &mut Session,
    shape: &Shape,
    target: &Relation,
    wanted: &[Name],
) -> Result<Result<Key, Whole>, HookError> {
    match &shape.rows {
        Rows::Updated { .. } => of_table(session, shape, target, wanted),
        Rows::Query { .. } => of_query(session, shape, target, wanted),
    }
}

/// The key of a table that is updated: stored columns that the statement leaves alone.
fn of_table(
    session: &mut Session,
    shape: &Shape,
    target: &Relation,
    wanted: &[Name],
) -> Result<Result<Key, Whole>, HookError> {
    let table = shape.select(&format!("{}.*", shape.qualifier()), &target.quoted(), "LIMIT 0");
    let found = session.describe(&table)?;
    let candidates = if wanted.is_empty() {
        unique_keys(session, target)?
    } else {
        vec![wanted.to_vec()]
    };
    for candidate in candidates {
        if candidate.iter().any(|name| shape.columns.contains(name)) {
            continue;
        }
        if let Some(key) = typed(session, &found, &candidate, wanted)? {
            return Ok(Ok(key));
        }
    }
    Ok(Err(format!(
        "{} has no unique key of plain types that the statement leaves alone; name a column in `batch_column`",
        target.name
    )))
}

/// The key of a query's rows: columns that are computed the same each time that the query runs.
fn of_query(
    session: &mut Session,
    shape: &Shape,
    target: &Relation,
    wanted: &[Name],
) -> Result<Result<Key, Whole>, HookError> {
    let found = session.describe(&shape.select(&format!("{ROWS}.*"), "", ""))?;
    let names: Vec<Name> = found.columns.iter().map(|(name, _)| Name::new(name)).collect();
    let candidates = if wanted.is_empty() {
        // What each column of the target is called in the query.
        let insert = if shape.columns.is_empty() {
            columns_of(session, target)?
        } else {
            shape.columns.clone()
        };
        let called = |column: &Name| {
            let place = insert.iter().position(|name| name == column)?;
            names.get(place).cloned()
        };
        let unique = unique_keys(session, target)?;
        let unique = unique
            .iter()
            .map(|key| key.iter().map(called).collect::<Option<Vec<Name>>>());
        let single = names.iter().map(|name| vec![name.clone()]);
        unique.flatten().chain(single).collect()
    } else {
        vec![wanted.to_vec()]
    };
    let mut reason = "none of its columns has a type by which it can be cut".to_owned();
    for candidate in candidates {
        // A name that two columns have says nothing.
        let is_clear = |name: &Name| names.iter().filter(|other| *other == name).count() == 1;
        if wanted.is_empty() && !candidate.iter().all(is_clear) {
            continue;
        }
        let Some(key) = typed(session, &found, &candidate, wanted)? else {
            continue;
        };
        match is_steady(session, shape, &key, &found)? {
            Ok(()) => return Ok(Ok(key)),
            Err(why) => reason = why,
        }
    }
    Ok(Err(reason))
}

/// The columns with their types; nothing where a type won't do.
fn typed(
    session: &mut Session,
    found: &Description,
    columns: &[Name],
    wanted: &[Name],
) -> Result<Option<Key>, HookError> {
    let mut typed = Vec::new();
    for column in columns {
        let Some((_, oid)) = found.columns.iter().find(|(name, _)| name == column.as_str()) else {
            let names: Vec<&str> = found.columns.iter().map(|(name, _)| name.as_str()).collect();
            if wanted.is_empty() {
                return Ok(None);
            }
            return Err(
                HookError::new(format!("there is no column `{column}` to batch by"))
                    .help(format!("There are {}", names.join(", "))),
            );
        };
        if !TYPES.contains(oid) {
            return Ok(None);
        }
        let row = session.query_one("SELECT pg_catalog.format_type($1, NULL)", &[oid])?;
        typed.push((column.quoted(), row.get(0)));
    }
    Ok(Some(Key { columns: typed }).filter(|key| !key.columns.is_empty()))
}

/// Unique keys of a table without conditions and expressions, the primary key first.
fn unique_keys(session: &mut Session, table: &Relation) -> Result<Vec<Vec<Name>>, HookError> {
    let rows = session.query(
        "SELECT (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.place) \
         FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
         WHERE k.place <= i.indnkeyatts) FROM pg_catalog.pg_index i WHERE i.indrelid = $1 AND i.indisunique \
         AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indisprimary DESC, i.indexrelid",
        &[&table.oid],
    )?;
    let names = |row: &confiture_postgres::Row| {
        let names: Vec<String> = row.get(0);
        names.into_iter().map(Name::new).collect()
    };
    Ok(rows.iter().map(names).collect())
}

/// The columns of a table in order.
pub(crate) fn columns_of(session: &mut Session, table: &Relation) -> Result<Vec<Name>, HookError> {
    let rows = session.query(
        "SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped \
         ORDER BY attnum",
        &[&table.oid],
    )?;
    Ok(rows
        .iter()
        .map(|row| Name::new(row.get::<_, String>(0)))
        .collect())
}

/// Whether the rows and their keys are the same each time that the query runs: its plan, as the server tells it, calls no
/// volatile function on the way to them and takes no arbitrary part of anything.
fn is_steady(
    session: &mut Session,
    shape: &Shape,
    key: &Key,
    found: &Description,
) -> Result<Result<(), Whole>, HookError> {
    let sql = shape.select(&key.list(ROWS), "", "");
    // WITH stands before the statement that is explained.
    let table = session.table(&format!("EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) {sql}"))?;
    let text = table
        .rows
        .first()
        .and_then(|row| row.first())
        .and_then(Option::as_deref);
    let plan: Value = serde_json::from_str(text.unwrap_or_default())
        .map_err(|error| HookError::new(format!("the server's plan can't be read: {error}")))?;
    let names: Vec<&str> = found.columns.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<usize> = key
        .columns
        .iter()
        .filter_map(|(column, _)| names.iter().position(|name| Name::new(*name).quoted() == *column))
        .collect();
    let calls = match Calls::of(&plan, &places, names.len()) {
        Ok(calls) => calls,
        Err(reason) => return Ok(Err(reason)),
    };
    let calls: Vec<String> = calls.into_iter().collect();
    let rows = session.query(
        "SELECT DISTINCT proname::text FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname = ANY ($1) ORDER BY 1",
        &[&calls],
    )?;
    let volatile: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    Ok(if volatile.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the query gives other rows each time, as it calls {}",
            volatile.join(", ")
        ))
    })
}

/// Nodes of plans that take a part of their rows which nothing determines.
const ARBITRARY: [&str; 4] = ["Limit", "WindowAgg", "Sample Scan", "Unique"];

/// The functions that a plan calls.
struct Calls;

impl Calls {
    /// Names of functions that rows and keys may depend on. What the query computes for its other columns doesn't count where
    /// that is plainly seen: in the output of the node right under the one that takes the query's rows.
    fn of(plan: &Value, key: &[usize], columns: usize) -> Result<BTreeSet<String>, Whole> {
        let top = plan.pointer("/0/Plan").unwrap_or(&Value::Null);
        let is_scan = top.get("Node Type").and_then(Value::as_str) == Some("Subquery Scan")
            && top.get("Alias").and_then(Value::as_str) == Some(ROWS);
        let below = top.pointer("/Plans/0").filter(|_| is_scan);
        let mut calls = BTreeSet::new();
        let mut open: Vec<&Value> = vec![top];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(node) => {
                    let kind = node.get("Node Type").and_then(Value::as_str).unwrap_or_default();
                    if ARBITRARY.contains(&kind) {
                        return Err(format!(
                            "the query has a {kind}, so which rows it gives may differ each time"
                        ));
                    }
                    let is_below = below.is_some_and(|below| std::ptr::eq(below, value));
                    for (name, inner) in node {
                        match inner {
                            Value::Array(list) if is_below && name == "Output" && list.len() >= columns => {
                                open.extend(key.iter().filter_map(|place| list.get(*place)));
                            }
                            _ => open.push(inner),
                        }
                    }
                }
                Value::Array(list) => open.extend(list),
                Value::String(text) => calls.extend(calls_in(text)),
                _ => {}
            }
        }
        Ok(calls)
    }
}

/// Names that stand before a parenthesis.
fn calls_in(expression: &str) -> Vec<String> {
    let tokens: Vec<_> = Lexer::new(expression, Dialect::Server)
        .filter(|token| !token.kind.is_trivia())
        .collect();
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [name, behind]
            if behind.kind == TokenKind::LeftParen
                && matches!(name.kind, TokenKind::Ident | TokenKind::QuotedIdent) =>
        {
            Some(Name::fold(name.range.slice(expression)).to_string())
        }
        _ => None,
    });
    pairs.collect()
}

/// Cuts the rows into parts of about so many; parts with equal keys stay together.
pub(crate) fn cut(
    session: &mut Session,
    shape: &Shape,
    target: &Relation,
    key: &Key,
    size: u64,
) -> Result<Vec<Part>, HookError> {
    let qualifier = shape.qualifier();
    let columns: Vec<String> = key
        .columns
        .iter()
        .enumerate()
        .map(|(place, (name, _))| format!("{qualifier}.{name} AS k{place}"))
        .collect();
    let numbers: Vec<String> = (0..key.columns.len()).map(|place| format!("k{place}")).collect();
    let (present, _) = key.condition(&Part::Between(None, None), qualifier);
    let inner = shape.select(
        &format!(
            "{}, pg_catalog.row_number() OVER (ORDER BY {}) AS n",
            columns.join(", "),
            key.list(qualifier)
        ),
        &target.quoted(),
        &format!("WHERE {present}"),
    );
    let texts: Vec<String> = numbers.iter().map(|name| format!("{name}::text")).collect();
    let sql = format!(
        "SELECT {} FROM (\n{inner}) AS confiture_cuts WHERE n % {size} = 0 ORDER BY n",
        texts.join(", ")
    );
    let mut cuts: Vec<Vec<String>> = Vec::new();
    for row in session.table(&sql)?.rows {
        let bound: Vec<String> = row.into_iter().flatten().collect();
        if bound.len() == key.columns.len() && cuts.last() != Some(&bound) {
            cuts.push(bound);
        }
    }
    let mut parts = Vec::new();
    let mut above = None;
    for cut in cuts {
        parts.push(Part::Between(above, Some(cut.clone())));
        above = Some(cut);
    }
    parts.push(Part::Between(above, None));
    parts.push(Part::WithNull);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_are_names_before_parentheses() {
        let calls = calls_in("(gen_random_uuid() + count (*)) IN ('random()', \"F\"(1)) AND x > 1");
        assert_eq!(
            calls,
            ["gen_random_uuid", "count", "in", "F", "and"].map(str::to_owned)[..4].to_vec()
        );
    }

    #[test]
    fn what_other_columns_call_does_not_count_right_below_the_top() {
        let plan = |calls_deeper: &str| {
            json!([{ "Plan": { "Node Type": "Subquery Scan", "Alias": ROWS, "Output": ["k"], "Plans": [
                { "Node Type": "Aggregate", "Output": ["random()", "t.k", "sum(t.x)"], "Plans": [
                    { "Node Type": "Seq Scan", "Output": ["t.k"], "Filter": calls_deeper } ] } ] } }])
        };
        assert_eq!(
            Calls::of(&plan("(f(x))"), &[1], 3).unwrap(),
            BTreeSet::from(["f".to_owned()])
        );
        assert!(Calls::of(&plan("x"), &[0], 3).unwrap().contains("random"));
        let limit = json!([{ "Plan": { "Node Type": "Limit" } }]);
        assert!(Calls::of(&limit, &[0], 1).is_err());
    }

    #[test]
    fn conditions_take_their_bounds_as_parameters() {
        let key = Key {
            columns: vec![("a".into(), "integer".into()), ("\"B\"".into(), "text".into())],
        };
        let part = Part::Between(
            Some(vec!["1".into(), "x".into()]),
            Some(vec!["2".into(), "y".into()]),
        );
        let (condition, values) = key.condition(&part, "r");
        assert_eq!(
            condition,
            "r.a IS NOT NULL AND r.\"B\" IS NOT NULL AND ROW(r.a, r.\"B\") > ROW($1::text::integer, $2::text::text) \
             AND ROW(r.a, r.\"B\") <= ROW($3::text::integer, $4::text::text)"
        );
        assert_eq!(values, ["1", "x", "2", "y"]);
        assert_eq!(
            key.condition(&Part::WithNull, "r").0,
            "r.a IS NULL OR r.\"B\" IS NULL"
        );
    }
}
