//! What exists in the end, found by its name.

use std::cmp::Reverse;

use confiture_lint::{Live, Place, Statement};
use confiture_schema::catalog::{Catalog, Origin, QualName, Relation, RelationKind};
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use super::fuzzy::{Fit, Pattern};
use super::{SymbolKind, WorkspaceSymbol};
use crate::World;

/// What exists in the end and fits what was typed, the best first, at most `limit`. The characters must be there in their
/// order; the whole name goes before its start, that before the start of a word, before initials, before the rest; tables go
/// before what belongs to them. With a dot in it, what is typed is held against `table.column` and `schema.table`.
pub fn workspace_symbols(world: &World, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
    let pattern = Pattern::new(query);
    let mut found = Vec::new();
    for (project, live) in world.projects().iter().enumerate() {
        let mut search = Search {
            pattern: &pattern,
            project,
            found: &mut found,
        };
        search.catalog(&live.newest().catalog);
    }
    // Some of them may have no place, such as the schema `public`, or be there twice.
    let enough = limit.saturating_mul(2).saturating_add(64);
    if enough < found.len() {
        found.select_nth_unstable_by(enough, |a, b| a.order().cmp(&b.order()));
        found.truncate(enough);
    }
    found.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let placed = found.iter().filter_map(|found| found.symbol(world));
    let mut symbols: Vec<WorkspaceSymbol> = Vec::new();
    for symbol in placed {
        if symbols.len() == limit {
            break;
        }
        // Two projects may hold one file.
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    symbols
}

/// Something that fits.
struct Found<'c> {
    fit: Fit,
    kind: SymbolKind,
    /// Of what lives in a schema.
    schema: Option<&'c Name>,
    name: &'c Name,
    /// The relation that it belongs to.
    container: Option<&'c QualName>,
    project: usize,
    origin: Origin,
}

impl Found<'_> {
    /// The best first.
    fn order(&self) -> impl Ord {
        let name = self.name.as_str();
        (
            Reverse(self.fit),
            rank(self.kind),
            name.len(),
            name,
            self.project,
            self.origin,
        )
    }

    fn symbol(&self, world: &World) -> Option<WorkspaceSymbol> {
        let live = world.projects().get(self.project)?;
        let place = place_of(live, self.origin, self.name)?;
        Some(WorkspaceSymbol {
            name: displayed(self.schema, self.name),
            container: self
                .container
                .map(|container| displayed(Some(&container.schema), &container.name)),
            kind: self.kind,
            span: world.span(self.project, place)?,
        })
    }
}

/// Where a name stands that came into being at an origin: its own token where the statement has one, else all that the
/// origin tells, such as the definition of a constraint without a name. The only reader of [`Origin::range`] here.
fn place_of(live: &Live, origin: Origin, name: &Name) -> Option<Place> {
    let own = live.statements(origin.script as usize);
    let statement = own.get(Statement::position(own, origin)?)?;
    let place = statement.place();
    if place.segment != origin.segment as usize || origin.range.is_empty() {
        return None;
    }
    let told = origin.range;
    let text = statement.text();
    let is_name = |kind| {
        matches!(
            kind,
            TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::UnicodeIdent
        )
    };
    let tokens = Lexer::starting_at(text, told.start as usize, Dialect::Psql);
    let within = tokens.take_while(|token| token.range.start < told.end);
    let named = within
        .filter(|token| is_name(token.kind) && Name::fold(token.range.slice(text)) == *name)
        .map(|token| token.range);
    // Of a qualified name that is its last part, of a definition its first word.
    let (first, last) = named.fold((None, None), |(first, _), range| {
        (first.or(Some(range)), Some(range))
    });
    let range = last.filter(|last| last.end == told.end).or(first).unwrap_or(told);
    Some(Place {
        range: range.offset(place.range.start),
        ..place
    })
}

fn displayed(schema: Option<&Name>, name: &Name) -> String {
    match schema {
        Some(schema) if schema.as_str() != "public" => format!("{}.{}", schema.as_str(), name.as_str()),
        _ => name.as_str().to_owned(),
    }
}

/// What people look for most, first.
fn rank(kind: SymbolKind) -> u8 {
    match kind {
        SymbolKind::Table => 0,
        SymbolKind::View => 1,
        SymbolKind::Function => 2,
        SymbolKind::Type | SymbolKind::Schema => 3,
        SymbolKind::Column => 4,
        SymbolKind::Sequence | SymbolKind::Extension => 5,
        SymbolKind::Index | SymbolKind::Trigger | SymbolKind::Policy => 6,
        SymbolKind::Constraint => 7,
        SymbolKind::EnumLabel | SymbolKind::Statement | SymbolKind::Section => 8,
    }
}

/// Goes through a catalog.
struct Search<'s, 'c> {
    pattern: &'s Pattern,
    project: usize,
    found: &'s mut Vec<Found<'c>>,
}

impl<'c> Search<'_, 'c> {
    fn catalog(&mut self, catalog: &'c Catalog) {
        for (name, schema) in catalog.schemas.iter() {
            self.look(SymbolKind::Schema, None, name, schema.origin);
        }
        for (name, relation) in catalog.relations.iter() {
            let kind = match relation.kind {
                RelationKind::Sequence => SymbolKind::Sequence,
                RelationKind::View | RelationKind::MaterializedView => SymbolKind::View,
                RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => {
                    SymbolKind::Table
                }
            };
            self.look(kind, Some(&name.schema), &name.name, relation.origin);
            self.parts(name, relation);
        }
        for (name, definition) in catalog.types.iter() {
            self.look(
                SymbolKind::Type,
                Some(&name.schema),
                &name.name,
                definition.origin,
            );
        }
        for (key, function) in catalog.functions.iter() {
            let name = &key.name;
            self.look(
                SymbolKind::Function,
                Some(&name.schema),
                &name.name,
                function.origin,
            );
        }
        for (name, extension) in catalog.extensions.iter() {
            self.look(SymbolKind::Extension, None, name, extension.origin);
        }
    }

    /// What belongs to a relation and was not inherited.
    fn parts(&mut self, owner: &'c QualName, relation: &'c Relation) {
        for column in relation.columns.iter().filter(|column| !column.inherited) {
            self.look_within(SymbolKind::Column, owner, &column.name, column.origin);
        }
        for (name, constraint) in relation.constraints.iter().filter(|(_, own)| !own.inherited) {
            self.look_within(SymbolKind::Constraint, owner, name, constraint.origin);
        }
        for (name, index) in &relation.indexes {
            // That of a constraint is the constraint.
            if !relation.constraints.contains_key(name) {
                self.look_within(SymbolKind::Index, owner, name, index.origin);
            }
        }
        for (name, trigger) in &relation.triggers {
            self.look_within(SymbolKind::Trigger, owner, name, trigger.origin);
        }
        for (name, policy) in &relation.policies {
            self.look_within(SymbolKind::Policy, owner, name, policy.origin);
        }
    }

    fn look(&mut self, kind: SymbolKind, schema: Option<&'c Name>, name: &'c Name, origin: Origin) {
        let fit = match schema {
            Some(schema) if self.pattern.is_dotted() => {
                self.pattern
                    .fit(&format!("{}.{}", schema.as_str(), name.as_str()))
            }
            _ => self.pattern.fit(name.as_str()),
        };
        self.found.extend(fit.map(|fit| Found {
            fit,
            kind,
            schema,
            name,
            container: None,
            project: self.project,
            origin,
        }));
    }

    fn look_within(&mut self, kind: SymbolKind, owner: &'c QualName, name: &'c Name, origin: Origin) {
        let fit = match self.pattern.is_dotted() {
            true => self
                .pattern
                .fit(&format!("{}.{}", owner.name.as_str(), name.as_str())),
            false => self.pattern.fit(name.as_str()),
        };
        self.found.extend(fit.map(|fit| Found {
            fit,
            kind,
            schema: None,
            name,
            container: Some(owner),
            project: self.project,
            origin,
        }));
    }
}
