//! Who calls whom: functions, procedures, views and triggers.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use confiture_lint::{Live, Statement};
use confiture_schema::catalog::{Catalog, FunctionKind, RelationKind};
use confiture_schema::change::Change;

use super::Caller;
use super::define::{origins, place_of};
use super::find::{Here, Hit, ScriptPass, Search, Site, here, position_of, span_of, whole_span};
use crate::names::{Access, Occurrence, Symbol};
use crate::{FilePosition, World};

/// The functions, views and tables that a place names.
pub fn callers_at(world: &World, at: &FilePosition) -> Vec<Caller> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    let search = Search::new(world, here.site.project, [&here.occurrence]);
    let symbol = search.lasting(here.site, &here.occurrence);
    made(&search, &here, &symbol, Vec::new())
}

/// Who calls or reads what is made at a place (where [`Caller::whole`] and [`Caller::selection`] say).
pub fn incoming(world: &World, at: &FilePosition) -> Vec<Caller> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    let search = Search::new(world, here.site.project, [&here.occurrence]);
    let symbol = search.lasting(here.site, &here.occurrence);
    let is_function = matches!(symbol, Symbol::Function(_));
    let current = current(&search);
    let hits = search.hits(&symbol, |site, statement| {
        makes_caller(statement, is_function) && current.contains(&site)
    });
    let mut sites: BTreeMap<Site, Vec<Hit>> = BTreeMap::new();
    for hit in hits {
        let is_use = matches!(hit.occurrence.access, Access::Reads | Access::Writes);
        if is_use {
            sites.entry(hit.site).or_default().push(hit);
        }
    }
    let callers = sites
        .into_iter()
        .filter_map(|(site, hits)| caller(&search, site, &hits));
    callers.collect()
}

/// What is called or read by what is made at a place.
pub fn outgoing(world: &World, at: &FilePosition) -> Vec<Caller> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    let search = Search::new(world, here.site.project, &here.all);
    let own = search.lasting(here.site, &here.occurrence);
    let mut called: Vec<(Symbol, Vec<Range<usize>>)> = Vec::new();
    for occurrence in here.all.iter().filter(|o| o.access == Access::Reads) {
        let symbol = search.lasting(here.site, occurrence);
        if symbol == own || !is_called(&search, &symbol) {
            continue;
        }
        let Some(span) = span_of(world, here.site, occurrence.range.clone()) else {
            continue;
        };
        match called.iter_mut().find(|(other, _)| *other == symbol) {
            Some((_, calls)) => calls.push(span.range),
            None => called.push((symbol, vec![span.range])),
        }
    }
    let callers = called.into_iter();
    callers
        .flat_map(|(symbol, calls)| made(&search, &here, &symbol, calls))
        .collect()
}

/// The statements that made what exists in the end.
fn current(search: &Search<'_>) -> HashSet<Site> {
    let mut sites = HashSet::new();
    for (project, live, _) in &search.projects {
        let catalog = &live.newest().catalog;
        let functions = catalog.functions.values().map(|function| function.origin);
        let relations = catalog.relations.values().flat_map(|relation| {
            let triggers = relation.triggers.values().map(|trigger| trigger.origin);
            let policies = relation.policies.values().map(|policy| policy.origin);
            triggers.chain(policies).chain([relation.origin])
        });
        let made = functions.chain(relations).filter_map(|origin| {
            Some(Site {
                project: *project,
                script: origin.script as usize,
                statement: position_of(live, origin)?,
            })
        });
        sites.extend(made);
    }
    sites
}

/// Whether a statement makes something that runs later, by itself or in a query.
fn makes_caller(statement: &Statement, calls_function: bool) -> bool {
    statement.changes().iter().any(|change| match change {
        Change::CreateFunction(_) | Change::CreateView(_) | Change::CreateTableAs(_) => true,
        // A trigger is on a table, which isn't a call of it.
        Change::CreateTrigger(_) => calls_function,
        Change::CreateTable(_) | Change::CreatePolicy(_) => calls_function,
        _ => false,
    })
}

/// What a statement makes, as a caller; nothing where a later statement has made it anew.
fn caller(search: &Search<'_>, site: Site, hits: &[Hit]) -> Option<Caller> {
    let (live, _) = search.history(site.project)?;
    let later = OnceCell::new();
    let pass = ScriptPass {
        project: site.project,
        live,
        script: site.script,
        later: &later,
    };
    let mut named: Vec<Occurrence> = Vec::new();
    pass.visit(&[site.statement], |_, all| named = all);
    let is_maker = |o: &&Occurrence| {
        let is_kind = matches!(
            o.symbol,
            Symbol::Function(_) | Symbol::Relation(_) | Symbol::Trigger(..) | Symbol::Policy(..)
        );
        o.access == Access::Defines && is_kind
    };
    let maker = named.iter().find(is_maker)?;
    let lasting = search.lasting(site, maker);
    let catalog = &live.newest().catalog;
    let places = origins(catalog, &lasting);
    let is_current = places
        .into_iter()
        .any(|o| o.script as usize == site.script && position_of(live, o) == Some(site.statement));
    if !is_current {
        return None;
    }
    let calls = hits
        .iter()
        .filter_map(|hit| span_of(search.world, hit.site, hit.occurrence.range.clone()));
    Some(Caller {
        name: displayed(&lasting),
        detail: detail(catalog, &lasting)?.to_owned(),
        whole: whole_span(search.world, site)?,
        selection: span_of(search.world, site, maker.range.clone())?.range,
        calls: calls.map(|span| span.range).collect(),
    })
}

/// A symbol where it is made, with the places that call it.
fn made(search: &Search<'_>, here: &Here, symbol: &Symbol, calls: Vec<Range<usize>>) -> Vec<Caller> {
    let own = search
        .projects
        .iter()
        .filter(|(index, ..)| *index == here.site.project);
    let others = search
        .projects
        .iter()
        .filter(|(index, ..)| *index != here.site.project);
    for (project, live, _) in own.chain(others) {
        let found = made_in(search, *project, live, symbol, &calls);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn made_in(
    search: &Search<'_>,
    project: usize,
    live: &Live,
    symbol: &Symbol,
    calls: &[Range<usize>],
) -> Vec<Caller> {
    let catalog = &live.newest().catalog;
    let Some(detail) = detail(catalog, symbol) else {
        return Vec::new();
    };
    let places = origins(catalog, symbol).into_iter();
    let callers = places.filter_map(|origin| {
        let (site, range) = place_of(search, project, live, origin, symbol)?;
        Some(Caller {
            name: displayed(symbol),
            detail: detail.to_owned(),
            whole: whole_span(search.world, site)?,
            selection: span_of(search.world, site, range)?.range,
            calls: calls.to_vec(),
        })
    });
    callers.collect()
}

/// Whether a symbol is something that runs: a function or a view.
fn is_called(search: &Search<'_>, symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Function(_) => true,
        Symbol::Relation(name) => search.projects.iter().any(|(_, live, _)| {
            let relation = live.newest().catalog.relation(name);
            relation.is_some_and(|r| matches!(r.kind, RelationKind::View | RelationKind::MaterializedView))
        }),
        _ => false,
    }
}

fn displayed(symbol: &Symbol) -> String {
    match symbol {
        Symbol::Trigger(of, name) | Symbol::Policy(of, name) => format!("{} on {of}", name.as_str()),
        Symbol::Relation(name) | Symbol::Function(name) => name.to_string(),
        other => other
            .name()
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// What a symbol is; `None` for what is in no hierarchy of calls.
fn detail(catalog: &Catalog, symbol: &Symbol) -> Option<&'static str> {
    Some(match symbol {
        Symbol::Function(name) => match catalog.overloads(name).next()?.1.kind {
            FunctionKind::Function => "function",
            FunctionKind::Procedure => "procedure",
            FunctionKind::Aggregate => "aggregate",
            FunctionKind::Window => "window function",
        },
        Symbol::Relation(name) => match catalog.relation(name)?.kind {
            RelationKind::View => "view",
            RelationKind::MaterializedView => "materialized view",
            RelationKind::Sequence => return None,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => "table",
        },
        Symbol::Trigger(..) => "trigger",
        Symbol::Policy(..) => "policy",
        _ => return None,
    })
}
