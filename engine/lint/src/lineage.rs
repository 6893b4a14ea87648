//! Where the rows of a relation come from: a graph over the catalog, from each relation to those that it is made of.
//!
//! A view and a materialized view are made of what they read, a table of what CREATE TABLE AS, INSERT … SELECT and their
//! likes read, wherever those stand: in scripts, in functions, in functions that triggers call. A trigger carries rows of
//! its own table to whatever its function writes.
//!
//! Not all of that is equally sure. That a statement writes one relation and reads another is; that a function, which
//! reads one relation here and writes another there, carries anything over is only possible. Rules that say "this is
//! read" follow what is sure, rules that say "nothing leads here" what is possible.

use std::collections::{BTreeMap, BTreeSet};

use confiture_schema::catalog::{Catalog, FunctionKey, Origin, QualName, Relation, TriggerTiming};
use confiture_schema::change::{Change, CreateFunction, ObjectRef, Query, Unknown, WriteKind};
use confiture_syntax::Name;

use crate::Place;
use crate::context::{CatalogContext, Sink};
use crate::shared::statements::flat;

/// Whether rows surely come that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// They may.
    Possible,
    /// A statement reads the one and makes the other of it, or a trigger does.
    Sure,
}

/// One relation's part in another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// Whether rows surely come that way.
    pub(crate) certainty: Certainty,
    /// Where that is said.
    at: At,
}

/// Where a link is said.
#[derive(Debug, Clone, Copy)]
enum At {
    Definition(Origin),
    Statement(Place),
}

impl Link {
    /// Where it is said.
    pub(crate) fn place(&self, sink: &Sink<'_>) -> Option<Place> {
        match self.at {
            At::Definition(origin) => sink.place(origin),
            At::Statement(place) => Some(place),
        }
    }
}

/// What the rows of every relation are made of.
#[derive(Debug, Default)]
pub(crate) struct Lineage {
    sources: BTreeMap<QualName, BTreeMap<QualName, Link>>,
    /// Some function's statements can't be told: it may write anything.
    pub(crate) has_gaps: bool,
}

/// A relation that was reached, and how.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// The relations on the way, from the beginning on, without either end.
    pub(crate) through: Vec<QualName>,
    /// The first step of the way.
    pub(crate) first: Link,
}

impl Lineage {
    /// Of all that exists in the end.
    pub(crate) fn of(context: &CatalogContext<'_>) -> Lineage {
        let mut builder = Builder {
            context,
            catalog: context.catalog,
            functions: BTreeMap::new(),
            lineage: Lineage::default(),
        };
        builder.read_functions();
        builder.follow_functions();
        for (name, relation) in context.catalog.relations.iter() {
            builder.follow_relation(name, relation);
            builder.follow_triggers(name, relation);
        }
        builder.follow_scripts();
        builder.lineage
    }

    /// What a relation is made of directly.
    pub(crate) fn sources(&self, relation: &QualName) -> impl Iterator<Item = (&QualName, &Link)> {
        self.sources.get(relation).into_iter().flatten()
    }

    /// All that a relation is made of, along links that are sure enough and past the relations that `passes` lets through.
    pub(crate) fn reach(
        &self,
        from: &QualName,
        certainty: Certainty,
        passes: impl Fn(&QualName) -> bool,
    ) -> BTreeMap<QualName, Reached> {
        let mut reached: BTreeMap<QualName, Reached> = BTreeMap::new();
        let mut stack: Vec<(QualName, Vec<QualName>, Option<Link>)> = vec![(from.clone(), Vec::new(), None)];
        while let Some((at, through, first)) = stack.pop() {
            for (source, link) in self.sources(&at) {
                if link.certainty < certainty || source == from || reached.contains_key(source) {
                    continue;
                }
                let way = Reached {
                    through: through.clone(),
                    first: first.unwrap_or(*link),
                };
                if passes(source) {
                    let further = through.iter().chain([source]).cloned().collect();
                    stack.push((source.clone(), further, Some(way.first)));
                }
                reached.insert(source.clone(), way);
            }
        }
        reached
    }

    fn link(&mut self, relation: &QualName, source: &QualName, certainty: Certainty, at: At) {
        if relation == source {
            return;
        }
        let sources = self.sources.entry(relation.clone()).or_default();
        let link = Link { certainty, at };
        let known = sources.entry(source.clone()).or_insert(link);
        if known.certainty < certainty {
            *known = link;
        }
    }
}

/// What a function's body reads, writes and calls.
#[derive(Debug, Default)]
struct Body {
    reads: BTreeSet<QualName>,
    writes: BTreeSet<QualName>,
    calls: BTreeSet<QualName>,
    origin: Origin,
}

struct Builder<'c, 'a> {
    context: &'c CatalogContext<'a>,
    catalog: &'a Catalog,
    /// By name: which of several functions of a name is called isn't told.
    functions: BTreeMap<QualName, Body>,
    lineage: Lineage,
}

impl Builder<'_, '_> {
    /// Reads the bodies of all functions; what a single statement carries is linked at once.
    fn read_functions(&mut self) {
        for (key, function) in self.context.catalog.functions.iter() {
            let readable = matches!(function.language.as_str(), "sql" | "plpgsql" | "internal" | "c");
            self.lineage.has_gaps |= !readable;
            let changes = self.context.changes(function.origin);
            let Some(create) = changes.iter().find_map(|change| creates(change, key)) else {
                continue;
            };
            let nested = create.body.iter().flat_map(|nested| flat(&nested.changes));
            for change in nested {
                self.read_statement(key, function.origin, change);
            }
            self.functions.entry(key.name.clone()).or_default().origin = function.origin;
        }
    }

    fn read_statement(&mut self, key: &FunctionKey, origin: Origin, change: &Change) {
        let query = match change {
            Change::Query(query) => query,
            Change::CreateTableAs(create) => &create.query,
            Change::Unknown(unknown) => {
                self.lineage.has_gaps |= &*unknown.reason == Unknown::COMPUTED;
                return;
            }
            _ => return,
        };
        let schema = &key.name.schema;
        let names = |refs: &[ObjectRef]| -> Vec<QualName> {
            refs.iter()
                .filter_map(|r| relation(self.catalog, r, schema))
                .collect()
        };
        let reads = names(&query.reads);
        let written: Vec<ObjectRef> = query.writes.iter().map(|w| w.relation.clone()).collect();
        let writes = names(&written);
        let called = query
            .functions
            .iter()
            .filter_map(|f| function(self.catalog, f, schema));
        let body = self.functions.entry(key.name.clone()).or_default();
        body.reads.extend(reads);
        body.writes.extend(writes);
        body.calls.extend(called);
        self.follow_query(query, schema.as_str(), At::Definition(origin));
    }

    /// A statement that writes one relation and reads others.
    fn follow_query(&mut self, query: &Query, schema: &str, at: At) {
        let schema = Name::new(schema);
        let resolve = |name: &ObjectRef| relation(self.catalog, name, &schema);
        let reads: Vec<QualName> = query.reads.iter().filter_map(resolve).collect();
        let writes: Vec<(QualName, WriteKind)> = query
            .writes
            .iter()
            .filter_map(|w| Some((resolve(&w.relation)?, w.kind)))
            .collect();
        for (written, kind) in &writes {
            // What is deleted is not made of anything.
            if *kind == WriteKind::Delete {
                continue;
            }
            for read in &reads {
                self.lineage.link(written, read, Certainty::Sure, at);
            }
            // WITH moved AS (DELETE … RETURNING *) INSERT …
            for (other, _) in &writes {
                self.lineage.link(written, other, Certainty::Possible, at);
            }
            for called in query
                .functions
                .iter()
                .filter_map(|f| function(self.catalog, f, &schema))
            {
                for read in self.all(&called, |body| &body.reads) {
                    self.lineage.link(written, &read, Certainty::Possible, at);
                }
            }
        }
    }

    /// What a function writes may be made of all that it reads, itself and through what it calls.
    fn follow_functions(&mut self) {
        let names: Vec<QualName> = self.functions.keys().cloned().collect();
        for name in names {
            let at = At::Definition(self.functions.get(&name).map(|b| b.origin).unwrap_or_default());
            let reads = self.all(&name, |body| &body.reads);
            for written in self.all(&name, |body| &body.writes) {
                for read in &reads {
                    self.lineage.link(&written, read, Certainty::Possible, at);
                }
            }
        }
    }

    /// The query of a view or of CREATE TABLE AS.
    fn follow_relation(&mut self, name: &QualName, made: &Relation) {
        let at = At::Definition(made.origin);
        for source in made.view.iter().flat_map(|view| &view.sources) {
            let source = whole(self.catalog, source);
            self.lineage.link(name, &source, Certainty::Sure, at);
        }
        for change in self.context.changes(made.origin) {
            let (created, query, is_view) = match change {
                Change::CreateTableAs(create) => (&create.name, &create.query, create.materialized),
                Change::CreateView(create) => (&create.name, &create.query, true),
                _ => continue,
            };
            if created.name != name.name {
                continue;
            }
            let reads = query.reads.iter().filter(|_| !is_view);
            let reads: Vec<QualName> = reads
                .filter_map(|r| relation(self.catalog, r, &name.schema))
                .collect();
            for read in reads {
                self.lineage.link(name, &read, Certainty::Sure, at);
            }
            let called = query
                .functions
                .iter()
                .filter_map(|f| function(self.catalog, f, &name.schema));
            for function in called.collect::<Vec<_>>() {
                for read in self.all(&function, |body| &body.reads) {
                    self.lineage.link(name, &read, Certainty::Possible, at);
                }
            }
        }
    }

    /// A trigger carries its table's rows to what its function writes, and one that runs before the write fills them from
    /// what its function reads.
    fn follow_triggers(&mut self, table: &QualName, relation: &Relation) {
        let table = &whole(self.catalog, table);
        for trigger in relation.triggers.values() {
            let at = At::Definition(trigger.origin);
            let Some(body) = self.functions.get(&trigger.function) else {
                continue;
            };
            let (direct, reads) = (body.writes.clone(), body.reads.clone());
            for written in direct {
                self.lineage.link(&written, table, Certainty::Sure, at);
            }
            for written in self.all(&trigger.function, |body| &body.writes) {
                self.lineage.link(&written, table, Certainty::Possible, at);
            }
            if trigger.timing == TriggerTiming::Before && trigger.for_each_row {
                for read in reads {
                    self.lineage.link(table, &read, Certainty::Sure, at);
                }
            }
        }
    }

    /// INSERT … SELECT and its likes in scripts, those in DO blocks included.
    fn follow_scripts(&mut self) {
        for (place, changes) in self.context.forward_placed() {
            for change in flat(changes) {
                if let Change::Query(query) = change
                    && !query.writes.is_empty()
                {
                    self.follow_query(query, "public", At::Statement(place));
                }
            }
        }
    }

    /// What a function and all that it calls have in common parts of their bodies.
    fn all(&self, function: &QualName, part: impl Fn(&Body) -> &BTreeSet<QualName>) -> BTreeSet<QualName> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut stack = vec![function];
        while let Some(name) = stack.pop() {
            let Some(body) = self.functions.get(name).filter(|_| seen.insert(name)) else {
                continue;
            };
            found.extend(part(body).iter().cloned());
            stack.extend(&body.calls);
        }
        found
    }
}

/// The change that creates a function of that name.
fn creates<'c>(change: &'c Change, key: &FunctionKey) -> Option<&'c CreateFunction> {
    match change {
        Change::CreateFunction(create) if create.name.name == key.name.name => Some(create),
        _ => None,
    }
}

/// The relation that a name means in the end: where it has no schema, the one of that schema, of `public`, or the only one.
pub(crate) fn relation(catalog: &Catalog, name: &ObjectRef, near: &Name) -> Option<QualName> {
    let found = match &name.schema {
        Some(schema) => QualName::new(schema.clone(), name.name.clone()),
        None => {
            let there = |schema: &Name| {
                let qualified = QualName::new(schema.clone(), name.name.clone());
                catalog.relation(&qualified).is_some().then_some(qualified)
            };
            let near = there(near).or_else(|| there(&Name::new("public")));
            match near {
                Some(found) => found,
                None => {
                    let mut all = catalog.schemas.keys().filter_map(there);
                    let one = all.next()?;
                    return all.next().is_none().then(|| whole(catalog, &one));
                }
            }
        }
    };
    catalog.relation(&found).is_some().then(|| whole(catalog, &found))
}

/// The functions that a name means, in the same way.
fn function(catalog: &Catalog, name: &ObjectRef, near: &Name) -> Option<QualName> {
    let there = |schema: &Name| {
        let wanted = QualName::new(schema.clone(), name.name.clone());
        let from = FunctionKey {
            name: wanted.clone(),
            arguments: Vec::new(),
        };
        let first = catalog.functions.range(from..).next();
        first.is_some_and(|(key, _)| key.name == wanted).then_some(wanted)
    };
    match &name.schema {
        Some(schema) => there(schema),
        None => there(near).or_else(|| there(&Name::new("public"))),
    }
}

/// Partitions inside partitions are followed this far up.
const MAX_PARENTS: usize = 16;

/// The partitioned table that a partition is a part of; any other relation itself.
fn whole(catalog: &Catalog, name: &QualName) -> QualName {
    let mut at = name.clone();
    for _ in 0..MAX_PARENTS {
        let parent = catalog
            .relation(&at)
            .and_then(|r| r.parents.iter().find(|p| p.bound.is_some()))
            .map(|p| p.relation.clone());
        match parent {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}
