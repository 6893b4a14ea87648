//! Two relations compared by a key.

use confiture_postgres::Session;
use confiture_syntax::Name;
use serde_json::json;

use super::{Compared, shown};
use crate::hooks::support::names::{Wanted, find};
use crate::hooks::{ConfigReader, HookError, ObjectName};

/// What happens to values that only the target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    Fail,
    Allow,
}

/// Two relations compared by a key.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) source: ObjectName,
    pub(super) target: ObjectName,
    source_key: Vec<Name>,
    target_key: Vec<Name>,
    ratio: f64,
    extra: Extra,
}

impl Join {
    /// Reads one of `source_target_joins`.
    pub(super) fn read(reader: &mut ConfigReader<'_>) -> Option<Join> {
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

    pub(super) fn compare(&self, session: &mut Session) -> Result<Compared, HookError> {
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

fn shown_key(key: &[Name]) -> String {
    let names: Vec<&str> = key.iter().map(Name::as_str).collect();
    match names.as_slice() {
        [one] => format!("values of {one}"),
        several => format!("values of ({})", several.join(", ")),
    }
}
