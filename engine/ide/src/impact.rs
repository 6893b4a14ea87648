//! What a statement means for a database in use: whom its locks meet, and how long its work takes.

use std::collections::BTreeMap;
use std::ops::Range;

use confiture_lint::context::ScriptInfo;
use confiture_lint::{Live, Statement};
use confiture_risk::effect::{Cause, LockTaken};
use confiture_risk::{Effect, LockMode, time};
use confiture_schema::apply::State;
use confiture_schema::catalog::{QualName, RelationKind};
use confiture_schema::change::Change;
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use crate::statistics::{Estimate, Size, Statistics};
use crate::words::short;

/// A statement, and what surrounds it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Its script.
    pub(crate) script: ScriptInfo,
    /// Its text.
    pub(crate) text: &'a str,
    /// What it asks for.
    pub(crate) changes: &'a [Change],
    /// What exists before it.
    pub(crate) before: &'a State,
    /// How large tables are.
    pub(crate) statistics: Option<&'a Statistics>,
}

impl<'a> Subject<'a> {
    /// Whether others may be using a relation or an index.
    pub(crate) fn is_in_use(&self, name: &QualName) -> bool {
        let table = self.before.catalog.index_tables.get(name);
        let table = table.map(|table| QualName::new(name.schema.clone(), table.clone()));
        let relation = table.as_ref().unwrap_or(name);
        self.script.finds_in_use(relation, self.before).unwrap_or(true)
    }

    /// The size of a relation.
    pub(crate) fn size(&self, relation: &QualName) -> Option<Size> {
        self.statistics?.size(&self.before.catalog, relation)
    }

    /// How long the work on a relation takes, where its size is known.
    pub(crate) fn time_on(&self, effect: &Effect, relation: &QualName) -> Option<Estimate> {
        let size = self.size(relation)?;
        let work = time::work(self.changes, effect, relation, size.indexes)?;
        Some(self.statistics?.estimate(work, &size))
    }

    /// How long all the work takes that is of known size.
    pub(crate) fn time(&self, effect: &Effect) -> Option<Estimate> {
        let worked: BTreeMap<&QualName, &Cause> = [&effect.rewrites, &effect.index_builds, &effect.scans]
            .into_iter()
            .flatten()
            .collect();
        let times = worked.keys().filter_map(|relation| {
            // A partitioned table's size is that of its partitions, which may be listed themselves.
            let catalog = &self.before.catalog;
            let children = catalog.children_of(relation);
            let is_partitioned = catalog
                .relation(relation)
                .is_some_and(|relation| relation.kind == RelationKind::PartitionedTable);
            let listed = is_partitioned && children.iter().any(|child| worked.contains_key(child));
            let counts = !listed && self.is_in_use(relation);
            counts.then(|| self.time_on(effect, relation)).flatten()
        });
        times.reduce(|one, other| one + other)
    }

    /// The strongest lock that others meet, and the relations that it is on, those first that the statement names; tables
    /// rather than their indexes.
    pub(crate) fn strongest(&self, effect: &'a Effect) -> Option<(LockMode, Vec<&'a QualName>)> {
        let met = |(name, _): &(&QualName, &LockTaken)| self.is_in_use(name);
        let mode = effect.locks.iter().filter(met).map(|(_, lock)| lock.mode).max()?;
        let is_index = |name: &QualName| self.before.catalog.index_tables.contains_key(name);
        let all = effect
            .locks
            .iter()
            .filter(|(_, lock)| lock.mode == mode)
            .filter(met);
        let (indexes, tables): (Vec<_>, Vec<_>) = all.map(|(name, _)| name).partition(|name| is_index(name));
        let mut relations = if tables.is_empty() { indexes } else { tables };
        if relations.len() > 1 {
            let named = self.named();
            let place = |name: &&QualName| {
                named
                    .iter()
                    .position(|named| *named == name.name)
                    .unwrap_or(usize::MAX)
            };
            relations.sort_by_key(place);
        }
        Some((mode, relations))
    }

    /// The identifiers of the statement, in order.
    fn named(&self) -> Vec<Name> {
        let tokens = Lexer::new(self.text, Dialect::Psql);
        let names = tokens.filter(|token| matches!(token.kind, TokenKind::Ident | TokenKind::QuotedIdent));
        names
            .map(|token| Name::fold(token.range.slice(self.text)))
            .collect()
    }

    /// What is done to relations in use: `rewrites`, `builds an index`, `scans`; the heaviest.
    pub(crate) fn labour(&self, effect: &Effect) -> Option<&'static str> {
        let any = |list: &BTreeMap<QualName, Cause>| list.keys().any(|name| self.is_in_use(name));
        if any(&effect.rewrites) {
            Some("rewrites")
        } else if any(&effect.index_builds) {
            Some("builds an index")
        } else if any(&effect.scans) {
            Some("scans")
        } else {
            None
        }
    }

    /// The relations without the schemas that needn't be said, so many at most.
    pub(crate) fn names(&self, relations: &[&QualName], most: usize) -> String {
        let shown = relations.iter().take(most).map(|name| short(name, self.before));
        let shown = shown.collect::<Vec<_>>().join(", ");
        match relations.len().saturating_sub(most) {
            0 => shown,
            more => format!("{shown} +{more}"),
        }
    }
}

/// A statement of a script, and what exists around it.
pub(crate) struct Step<'s> {
    /// Its number in the script.
    pub(crate) number: usize,
    /// The statement.
    pub(crate) statement: &'s Statement,
    /// What exists before it.
    pub(crate) before: &'s State,
    /// What exists behind it.
    pub(crate) after: &'s State,
}

/// Goes through the statements of a script from one number to another, in one pass.
pub(crate) fn each_statement(
    live: &Live,
    script: usize,
    numbers: Range<usize>,
    mut visit: impl FnMut(Step<'_>),
) {
    let statements = live.statements(script);
    let end = numbers.end.min(statements.len());
    let Some(wanted) = statements
        .get(numbers.start..end)
        .filter(|wanted| !wanted.is_empty())
    else {
        return;
    };
    let mut before = live.before(script, numbers.start);
    for (number, statement) in (numbers.start..).zip(wanted) {
        let mut after = before.clone();
        after.apply_all(statement.changes(), statement.origin());
        visit(Step {
            number,
            statement,
            before: &before,
            after: &after,
        });
        before = after;
    }
}
