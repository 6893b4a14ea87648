//! Where things were made and last changed.

use std::cell::OnceCell;

use confiture_lint::{Live, Statement};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, Origin, OtherKey, OtherKind, QualName};
use confiture_schema::change::{Change, ObjectRef};
use confiture_schema::types::SqlType;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::{Name, TextRange};

use super::Target;
use super::find::{Here, ScriptPass, Search, Site, here, position_of, span_of, statement_at, whole_span};
use crate::names::{Access, Occurrence, Symbol};
use crate::{FilePosition, World};

/// Where what is named at a place was made; where it came into being, and where it last changed if that is elsewhere.
pub fn definition(world: &World, at: &FilePosition) -> Vec<Target> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    let asked = asked(world, &here);
    if let Symbol::Local(..) = here.occurrence.symbol {
        let own = here
            .all
            .iter()
            .find(|o| o.symbol == here.occurrence.symbol && o.access == Access::Defines);
        let target = own.and_then(|o| target(world, here.site, o.range.clone(), &asked));
        return target.into_iter().collect();
    }
    let search = Search::new(world, here.site.project, [&here.occurrence]);
    let symbol = search.lasting(here.site, &here.occurrence);
    let mut sites = made_at(&search, &here);
    if sites.is_empty() {
        sites.extend(searched(&search, &symbol, here.site));
    }
    let changed = last_change(&search, &symbol, here.site);
    sites.extend(
        changed
            .filter(|(site, _)| sites.iter().all(|(other, _)| other != site))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    sites
        .into_iter()
        .filter_map(|(site, range)| target(world, site, range, &asked))
        .collect()
}

/// Where the type of what is named at a place was made.
pub fn type_definition(world: &World, at: &FilePosition) -> Vec<Target> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    let Some(live) = world.projects().get(here.site.project) else {
        return Vec::new();
    };
    let before = live.before(here.site.script, here.site.statement);
    let after = live.before(here.site.script, here.site.statement + 1);
    let states = [&before, &after, live.newest()];
    let Some(symbol) = states
        .iter()
        .find_map(|state| type_of(state, &here.occurrence.symbol))
    else {
        return Vec::new();
    };
    let asked = asked(world, &here);
    let of_type = Occurrence {
        symbol: symbol.clone(),
        ..here.occurrence.clone()
    };
    let search = Search::new(world, here.site.project, [&of_type]);
    let lasting = search.history(here.site.project).map_or_else(
        || symbol.clone(),
        |(_, history)| history.lasting(&symbol, here.site, Access::Reads),
    );
    let mut sites = Vec::new();
    for state in states {
        for origin in origins(&state.catalog, &symbol) {
            sites.extend(place_of(&search, here.site.project, live, origin, &lasting));
        }
        if !sites.is_empty() {
            break;
        }
    }
    sites
        .into_iter()
        .filter_map(|(site, range)| target(world, site, range, &asked))
        .collect()
}

/// The bytes of the asking file that a question is about.
fn asked(world: &World, here: &Here) -> std::ops::Range<usize> {
    let span = span_of(world, here.site, here.occurrence.range.clone());
    span.map_or(0..0, |span| span.range)
}

fn target(
    world: &World,
    site: Site,
    range: std::ops::Range<usize>,
    asked: &std::ops::Range<usize>,
) -> Option<Target> {
    Some(Target {
        whole: whole_span(world, site)?,
        name: span_of(world, site, range)?.range,
        origin: asked.clone(),
    })
}

type Found = (Site, std::ops::Range<usize>);

/// The statements that made what is named, by the catalog as of the place.
fn made_at(search: &Search<'_>, here: &Here) -> Vec<Found> {
    let Some((live, _)) = search.history(here.site.project) else {
        return Vec::new();
    };
    let symbol = search.lasting(here.site, &here.occurrence);
    let before = live.before(here.site.script, here.site.statement);
    let mut found = Vec::new();
    if here.occurrence.access == Access::Defines
        && origins(&before.catalog, &here.occurrence.symbol).is_empty()
    {
        let is_rename = statement_at(search.world, here.site)
            .is_some_and(|s| s.changes().iter().any(|c| matches!(c, Change::Rename(_))));
        if !is_rename {
            return vec![(here.site, here.occurrence.range.clone())];
        }
        // The thing is older than its name.
        let after = live.before(here.site.script, here.site.statement + 1);
        for origin in origins(&after.catalog, &here.occurrence.symbol) {
            found.extend(place_of(search, here.site.project, live, origin, &symbol));
        }
        return found;
    }
    for origin in origins(&before.catalog, &here.occurrence.symbol) {
        found.extend(place_of(search, here.site.project, live, origin, &symbol));
    }
    if found.is_empty() {
        // In a body that runs later, or where this statement makes it.
        let after = live.before(here.site.script, here.site.statement + 1);
        let states = [&after, live.newest()];
        let later = states
            .iter()
            .map(|state| origins(&state.catalog, &here.occurrence.symbol));
        if let Some(all) = later.into_iter().find(|all| !all.is_empty()) {
            let places = all.into_iter();
            found.extend(places.filter_map(|o| place_of(search, here.site.project, live, o, &symbol)));
        }
    }
    found
}

/// Where a statement names what it made.
pub(super) fn place_of(
    search: &Search<'_>,
    project: usize,
    live: &Live,
    origin: Origin,
    symbol: &Symbol,
) -> Option<Found> {
    let site = Site {
        project,
        script: origin.script as usize,
        statement: position_of(live, origin)?,
    };
    let later = OnceCell::new();
    let pass = ScriptPass {
        project,
        live,
        script: site.script,
        later: &later,
    };
    let mut named: Vec<Occurrence> = Vec::new();
    pass.visit(&[site.statement], |_, all| named = all);
    let is_it = |o: &&Occurrence| search.lasting(site, o) == *symbol;
    let made = named.iter().filter(is_it).find(|o| o.access == Access::Defines);
    let other = || named.iter().find(is_it);
    let statement = statement_at(search.world, site)?;
    let told = || {
        let range: TextRange = origin.range;
        let range = range.as_usize();
        statement.text().get(range.clone()).map(|_| range)
    };
    let first = || {
        named
            .iter()
            .find(|o| o.access == Access::Defines)
            .map(|o| o.range.clone())
    };
    let range = made.map(|o| o.range.clone());
    let range = range
        .or_else(|| other().map(|o| o.range.clone()))
        .or_else(told)
        .or_else(first);
    Some((site, range.unwrap_or(0..0)))
}

/// The statement that defines something that no catalog has: the last before a place, else the first of all.
fn searched(search: &Search<'_>, symbol: &Symbol, from: Site) -> Option<Found> {
    let hits = search.hits(symbol, |_, statement| !is_query(statement));
    let mut made = hits
        .into_iter()
        .filter(|hit| hit.occurrence.access == Access::Defines);
    let first = made.next()?;
    let before = made.filter(|hit| hit.site <= from).last();
    let hit = before.unwrap_or(first);
    Some((hit.site, hit.occurrence.range))
}

/// The last statement before a place that changed something.
fn last_change(search: &Search<'_>, symbol: &Symbol, from: Site) -> Option<Found> {
    let may = |statement: &Statement| {
        statement
            .changes()
            .iter()
            .any(|change| may_change(change, symbol))
    };
    let hit = search.last_change(symbol, from, may)?;
    Some((hit.site, hit.occurrence.range))
}

/// Whether a change is of a kind that changes what a symbol stands for.
fn may_change(change: &Change, symbol: &Symbol) -> bool {
    match change {
        Change::Rename(_)
        | Change::SetSchema(_)
        | Change::SetOwner(_)
        | Change::Comment(_)
        | Change::Do(_) => true,
        Change::CreateFunction(_) | Change::AlterFunction(_) => matches!(symbol, Symbol::Function(_)),
        Change::AlterType(_) | Change::AlterDomain(_) => {
            matches!(
                symbol,
                Symbol::Type(_) | Symbol::EnumLabel(..) | Symbol::Column(..) | Symbol::Constraint(..)
            )
        }
        Change::AlterPolicy(_) => matches!(symbol, Symbol::Policy(..)),
        Change::CreateTrigger(_) => matches!(symbol, Symbol::Trigger(..)),
        Change::AlterOther(_) => matches!(symbol, Symbol::Role(_) | Symbol::Extension(_)),
        Change::AlterRelation(_) | Change::AlterSequence(_) | Change::CreateView(_) => !matches!(
            symbol,
            Symbol::Function(_) | Symbol::Role(_) | Symbol::Extension(_) | Symbol::Type(_)
        ),
        _ => false,
    }
}

/// Whether a statement only reads and writes rows.
pub(super) fn is_query(statement: &Statement) -> bool {
    let is_rows = |change: &Change| {
        matches!(
            change,
            Change::Query(_)
                | Change::Copy(_)
                | Change::Truncate(_)
                | Change::Set(_)
                | Change::Transaction(_)
        )
    };
    statement.changes().iter().all(is_rows)
}

/// Where a catalog says that something came into being: several places for the functions of one name.
pub(super) fn origins(catalog: &Catalog, symbol: &Symbol) -> Vec<Origin> {
    let relation = |name: &QualName| catalog.relation(name);
    let one = match symbol {
        Symbol::Schema(name) => catalog.schemas.get(name).map(|s| s.origin),
        Symbol::Relation(name) => relation(name).map(|r| r.origin),
        Symbol::Column(of, name) => match relation(of) {
            Some(relation) => relation.column(name).map(|c| c.origin),
            None => catalog.types.get(of).map(|t| t.origin),
        },
        Symbol::Constraint(of, name) => match relation(of) {
            Some(relation) => relation.constraints.get(name).map(|c| c.origin),
            None => catalog.types.get(of).map(|t| t.origin),
        },
        Symbol::Trigger(of, name) => relation(of).and_then(|r| r.triggers.get(name)).map(|t| t.origin),
        Symbol::Policy(of, name) => relation(of).and_then(|r| r.policies.get(name)).map(|p| p.origin),
        Symbol::Index(name) => catalog.index(name).map(|(_, index)| index.origin),
        Symbol::Type(name) => catalog.types.get(name).map(|t| t.origin),
        Symbol::Function(name) => return catalog.overloads(name).map(|(_, f)| f.origin).collect(),
        Symbol::Extension(name) => catalog.extensions.get(name).map(|e| e.origin),
        Symbol::Role(name) => {
            let key = OtherKey {
                kind: OtherKind::Role,
                identity: name.as_str().into(),
            };
            catalog.others.get(&key).map(|o| o.origin)
        }
        // A label may be younger than its type: the statements tell.
        Symbol::EnumLabel(..) | Symbol::Local(..) => None,
    };
    one.into_iter().collect()
}

/// What the values of a symbol are of.
fn type_of(state: &State, symbol: &Symbol) -> Option<Symbol> {
    let made = |ty: &SqlType| {
        let name = QualName::new(ty.schema.clone()?, ty.name.clone());
        if state.catalog.types.contains_key(&name) {
            return Some(Symbol::Type(name));
        }
        let is_row = state.catalog.relations.contains_key(&name);
        is_row.then_some(Symbol::Relation(name))
    };
    match symbol {
        Symbol::Column(of, name) => match state.catalog.relation(of) {
            Some(relation) => made(relation.column(name)?.ty.as_ref()?),
            None => None,
        },
        Symbol::EnumLabel(ty, _) => Some(Symbol::Type(ty.clone())),
        Symbol::Function(name) => {
            let (_, function) = state.catalog.overloads(name).next()?;
            returned(state, function.returns.as_deref()?)
        }
        Symbol::Relation(name) => {
            let relation = state.catalog.relation(name)?;
            Some(match &relation.of_type {
                Some(ty) => Symbol::Type(ty.clone()),
                None => symbol.clone(),
            })
        }
        Symbol::Type(_) => Some(symbol.clone()),
        _ => None,
    }
}

/// The type or relation whose name a return type ends in.
fn returned(state: &State, written: &str) -> Option<Symbol> {
    let mut parts: Vec<Name> = Vec::new();
    for token in Lexer::new(written, Dialect::Server) {
        match token.kind {
            TokenKind::Ident | TokenKind::QuotedIdent => {
                let word = written.get(token.range.as_usize())?;
                if !word.eq_ignore_ascii_case("setof") {
                    parts.push(Name::fold(word));
                }
            }
            TokenKind::LeftParen => return None,
            _ => {}
        }
    }
    let name = ObjectRef {
        name: parts.pop()?,
        schema: parts.pop(),
        range: TextRange::default(),
    };
    let ty = state.resolve_type_name(&name).map(Symbol::Type);
    ty.or_else(|| state.resolve_relation(&name).map(Symbol::Relation))
}
