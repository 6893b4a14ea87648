//! Another name for what a place names, in every file that names it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use confiture_lint::{Live, Statement};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, QualName};
use confiture_schema::change::Change;
use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind};
use confiture_syntax::{MAX_NAME_BYTES, Name};

use super::Refusal;
use super::define::is_query;
use super::find::{
    Filter, Here, Hit, ScriptPass, Search, Site, has_body, here, mentions, path_of, position_of, span_of,
    statement_at,
};
use crate::names::{Access, Occurrence, Symbol, unnamed_outputs};
use crate::{Edits, FileEdit, FilePosition, Span, World};

/// The bytes of the name at a place and the name itself, if it can be given another.
pub fn prepare_rename(world: &World, at: &FilePosition) -> Result<(Range<usize>, String), Refusal> {
    let here = here(world, at).ok_or_else(|| Refusal("there is nothing here that has a name".to_owned()))?;
    let span = span_of(world, here.site, here.occurrence.range.clone());
    let span = span.ok_or_else(|| Refusal("this name stands in no file".to_owned()))?;
    let name = match &here.occurrence.symbol {
        Symbol::Extension(name) => {
            return Err(Refusal(format!(
                "{name} is the name that the extension itself brings"
            )));
        }
        Symbol::EnumLabel(_, label) => label.clone(),
        other => other
            .name()
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default(),
    };
    Ok((span.range, name))
}

/// Gives what is named at a place another name everywhere, quoted where it must be.
pub fn rename(world: &World, at: &FilePosition, name: &str) -> Result<Edits, Refusal> {
    let (_, old) = prepare_rename(world, at)?;
    check_name(name)?;
    if old == name {
        return Ok(Edits::default());
    }
    let here = here(world, at).ok_or_else(|| Refusal("there is nothing here that has a name".to_owned()))?;
    if let Symbol::Local(..) = here.occurrence.symbol {
        return rename_local(world, &here, name);
    }
    let renaming = Renaming::new(world, &here, &old, name);
    renaming.run()
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(Refusal("a name can't be empty".to_owned()));
    }
    if name.contains('\0') || name.contains(['\n', '\r']) {
        return Err(Refusal("a name can't hold line ends or zero bytes".to_owned()));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(Refusal(format!(
            "PostgreSQL keeps {MAX_NAME_BYTES} bytes of a name, this one has {}",
            name.len()
        )));
    }
    Ok(())
}

/// An alias, a WITH query, a variable: within its statement.
fn rename_local(world: &World, here: &Here, name: &str) -> Result<Edits, Refusal> {
    let new = Name::new(name);
    let taken = here.all.iter().find(|o| o.symbol.name() == Some(&new));
    if taken.is_some() {
        return Err(Refusal(format!("{name} means something else in this statement")));
    }
    let own = here.all.iter().filter(|o| o.symbol == here.occurrence.symbol);
    let own: Vec<&Occurrence> = own.collect();
    if !own.iter().any(|o| o.access == Access::Defines) {
        return Err(Refusal("where this name is introduced isn't known".to_owned()));
    }
    let statement = statement_at(world, here.site);
    let text = statement.map_or("", Statement::text);
    if spans_dynamic(text, here.occurrence.symbol.name(), &here.all) {
        return Err(Refusal("a string that is run as SQL may name it".to_owned()));
    }
    let mut edits = Vec::new();
    for occurrence in own {
        edits.push(edit(world, here.site, occurrence, &new.quoted())?);
    }
    ordered(edits)
}

/// Whether a string in a body that builds SQL has the name as a word.
fn spans_dynamic(text: &str, name: Option<&Name>, found: &[Occurrence]) -> bool {
    let Some(name) = name else { return false };
    if !mentions(text, "execute") {
        return false;
    }
    let syntax = confiture_syntax::Syntax::parse(text);
    let strings = syntax.bodies().into_iter().flat_map(|body| body.statements);
    strings
        .filter_map(|nested| nested.dynamic)
        .any(|dynamic| hidden_in(text, dynamic.range.as_usize(), name.as_str(), found))
}

/// Whether strings in a range have a word where no name was found.
fn hidden_in(text: &str, range: Range<usize>, word: &str, found: &[Occurrence]) -> bool {
    let Some(own) = text.get(range.clone()) else {
        return true;
    };
    Lexer::new(own, Dialect::Server).any(|token| {
        let is_string =
            !matches!(token.kind, TokenKind::Ident | TokenKind::QuotedIdent) && !token.kind.is_trivia();
        let stretch = token.range.as_usize();
        let slice = own.get(stretch.clone()).unwrap_or_default();
        let told = |o: &Occurrence| {
            o.range.start >= range.start + stretch.start && o.range.end <= range.start + stretch.end
        };
        is_string && mentions(slice, word) && !found.iter().any(told)
    })
}

/// A rename of something that the catalog has.
struct Renaming<'w> {
    world: &'w World,
    search: Search<'w>,
    /// The symbol as it is called at the place, and in the end.
    symbol: Symbol,
    lasting: Symbol,
    old: String,
    new: String,
}

impl<'w> Renaming<'w> {
    fn new(world: &'w World, here: &Here, old: &str, new: &str) -> Renaming<'w> {
        let search = Search::new(world, here.site.project, [&here.occurrence]);
        let lasting = search.lasting(here.site, &here.occurrence);
        Renaming {
            world,
            search,
            symbol: here.occurrence.symbol.clone(),
            lasting,
            old: old.to_owned(),
            new: new.to_owned(),
        }
    }

    fn run(&self) -> Result<Edits, Refusal> {
        let hits = self.search.hits(&self.lasting, |_, _| true);
        // Other names of the same thing, before a RENAME or after it, stay.
        let (own, _): (Vec<Hit>, Vec<Hit>) = hits
            .into_iter()
            .partition(|hit| self.is_written_so(&hit.occurrence.symbol));
        if !own.iter().any(|hit| hit.occurrence.access == Access::Defines) {
            return Err(Refusal(format!(
                "nothing in this project gives {} its name: it is PostgreSQL's own, made up from other names, or made elsewhere",
                self.old
            )));
        }
        self.check_taken(&own)?;
        self.check_released(&own)?;
        self.check_hidden(&own)?;
        self.check_made_up()?;
        self.check_stars(&own)?;
        let mut edits = Vec::new();
        for hit in &own {
            edits.push(edit(self.world, hit.site, &hit.occurrence, &self.text())?);
        }
        edits.extend(self.output_names(&own)?);
        ordered(edits)
    }

    fn is_written_so(&self, symbol: &Symbol) -> bool {
        match symbol {
            Symbol::EnumLabel(_, label) => *label == self.old,
            other => other.name().is_some_and(|name| name.as_str() == self.old),
        }
    }

    /// The new name as it is written.
    fn text(&self) -> String {
        match self.symbol {
            Symbol::EnumLabel(..) => format!("'{}'", self.new.replace('\'', "''")),
            _ => Name::new(&self.new).quoted(),
        }
    }

    /// The symbol under its new name.
    fn renamed(&self) -> Symbol {
        let name = Name::new(&self.new);
        let beside = |old: &QualName| QualName::new(old.schema.clone(), name.clone());
        match &self.lasting {
            Symbol::Schema(_) => Symbol::Schema(name),
            Symbol::Extension(_) => Symbol::Extension(name),
            Symbol::Role(_) => Symbol::Role(name),
            Symbol::Local(_, at) => Symbol::Local(name, *at),
            Symbol::Relation(old) => Symbol::Relation(beside(old)),
            Symbol::Index(old) => Symbol::Index(beside(old)),
            Symbol::Type(old) => Symbol::Type(beside(old)),
            Symbol::Function(old) => Symbol::Function(beside(old)),
            Symbol::Column(of, _) => Symbol::Column(of.clone(), name),
            Symbol::Constraint(of, _) => Symbol::Constraint(of.clone(), name),
            Symbol::Trigger(of, _) => Symbol::Trigger(of.clone(), name),
            Symbol::Policy(of, _) => Symbol::Policy(of.clone(), name),
            Symbol::EnumLabel(of, _) => Symbol::EnumLabel(of.clone(), self.new.clone()),
        }
    }

    /// No other thing may have the name, now or at any other time.
    fn check_taken(&self, own: &[Hit]) -> Result<(), Refusal> {
        let new = self.renamed();
        let refused = |place: &str| Err(Refusal(format!("{} is taken{place}", self.new)));
        for (project, live, _) in &self.search.projects {
            if is_taken(&live.newest().catalog, &new) {
                return refused(" in the schema that the project has in the end");
            }
            let sites = own
                .iter()
                .map(|hit| hit.site)
                .filter(|site| site.project == *project);
            let scripts: HashSet<usize> = sites.map(|site| site.script).collect();
            let states = scripts.into_iter().flat_map(|script| {
                let end = live.statements(script).len();
                [live.before(script, 0), live.before(script, end)]
            });
            if states
                .into_iter()
                .any(|state: State| is_taken(&state.catalog, &new))
            {
                return refused(" where this is named");
            }
        }
        for other in same_space(&new) {
            let hits = self.search.hits(&other, |_, statement| !is_query(statement));
            let made = hits.iter().find(|hit| hit.occurrence.access == Access::Defines);
            if let Some(hit) = made {
                let file = path_of(self.world, hit.site);
                return refused(&format!(" by something made in {file}"));
            }
        }
        Ok(())
    }

    /// History that others have run stays as it is.
    fn check_released(&self, own: &[Hit]) -> Result<(), Refusal> {
        for hit in own {
            let Some((live, _)) = self.search.history(hit.site.project) else {
                continue;
            };
            let Some(span) = span_of(self.world, hit.site, hit.occurrence.range.clone()) else {
                continue;
            };
            if is_released(live, hit.site, &span.file, &self.world.text(&span.file)) {
                return Err(Refusal(format!(
                    "{} is released, so databases have run it as it is: rename it by a new migration",
                    path_of(self.world, hit.site)
                )));
            }
        }
        Ok(())
    }

    /// What can't be seen can't be renamed: SQL in strings that are put together, rows of several tables.
    fn check_hidden(&self, own: &[Hit]) -> Result<(), Refusal> {
        let seen: HashSet<Site> = own.iter().map(|hit| hit.site).collect();
        for (project, live, history) in &self.search.projects {
            let filter = Filter::new(&history.former(&self.lasting));
            let later = OnceCell::new();
            for script in 0..live.project().scripts.len() {
                let all = live.statements(script).iter().enumerate();
                let bodies = all.filter(|(_, s)| has_body(s) && filter.admits(s.text()));
                let numbers: Vec<usize> = bodies.map(|(number, _)| number).collect();
                let pass = ScriptPass {
                    project: *project,
                    live,
                    script,
                    later: &later,
                };
                let mut hidden = None;
                pass.visit(&numbers, |site, found| {
                    if hidden.is_none() && self.is_hidden(site, &found, seen.contains(&site)) {
                        hidden = Some(site);
                    }
                });
                if let Some(site) = hidden {
                    return Err(Refusal(format!(
                        "a body in {} may name it where it can't be told: in SQL that is put together when it runs, or in rows of several tables",
                        path_of(self.world, site)
                    )));
                }
            }
        }
        for hit in own.iter().filter(|_| matches!(self.symbol, Symbol::Column(..))) {
            let text = statement_at(self.world, hit.site).map_or("", Statement::text);
            if is_using(text, hit.occurrence.range.start) {
                return Err(Refusal(format!(
                    "JOIN … USING in {} takes it for two tables at once",
                    path_of(self.world, hit.site)
                )));
            }
        }
        Ok(())
    }

    fn is_hidden(&self, site: Site, found: &[Occurrence], seen: bool) -> bool {
        let Some(statement) = statement_at(self.world, site) else {
            return false;
        };
        let text = statement.text();
        let is_label = matches!(self.symbol, Symbol::EnumLabel(..));
        if is_label {
            // A constant in a body between single quotes has doubled ones.
            return !text.contains('$') && mentions(text, &self.old) && !seen;
        }
        let name = Name::new(&self.old);
        if spans_dynamic(text, Some(&name), found) {
            return true;
        }
        matches!(self.symbol, Symbol::Column(..)) && has_unread_row(text, &name, found)
    }

    /// Names that PostgreSQL makes up from this one would change with it.
    fn check_made_up(&self) -> Result<(), Refusal> {
        let table = match &self.lasting {
            Symbol::Relation(table) | Symbol::Column(table, _) => table,
            _ => return Ok(()),
        };
        // Such names begin with the table's.
        let begin = match &self.symbol {
            Symbol::Column(of, _) => format!("{}_", of.name.as_str()),
            _ => format!("{}_", self.old),
        };
        let may = |s: &Statement| holds(s.text(), &begin) && holds(s.text(), &self.old);
        let mut mentioned: Vec<Hit> = Vec::new();
        for (project, live, _) in &self.search.projects {
            let later = OnceCell::new();
            for script in 0..live.project().scripts.len() {
                let all = live.statements(script).iter().enumerate();
                let numbers = all.filter(|(_, s)| may(s)).map(|(number, _)| number);
                let pass = ScriptPass {
                    project: *project,
                    live,
                    script,
                    later: &later,
                };
                pass.visit(&numbers.collect::<Vec<_>>(), |site, found| {
                    let own = found.into_iter().filter(|o| self.may_be_made_up(site, o, table));
                    mentioned.extend(own.map(|occurrence| Hit { site, occurrence }));
                });
            }
        }
        let is_given = |symbol: &Symbol| {
            let mut all = mentioned.iter().map(|hit| &hit.occurrence);
            all.any(|o| o.access == Access::Defines && o.symbol == *symbol)
        };
        let Some(hit) = mentioned.iter().find(|hit| !is_given(&hit.occurrence.symbol)) else {
            return Ok(());
        };
        let file = path_of(self.world, hit.site);
        let name = hit.occurrence.symbol.name().map(|name| name.as_str().to_owned());
        Err(Refusal(format!(
            "PostgreSQL makes the name {} from it, and {file} uses that name",
            name.unwrap_or_default()
        )))
    }

    /// Whether a name looks as if PostgreSQL had made it for a constraint, an index or a sequence of the table.
    fn may_be_made_up(&self, site: Site, occurrence: &Occurrence, table: &QualName) -> bool {
        let name = match &occurrence.symbol {
            Symbol::Constraint(_, name) => match self.search.lasting(site, occurrence) {
                Symbol::Constraint(of, _) if of == *table => name,
                _ => return false,
            },
            Symbol::Index(index) => &index.name,
            Symbol::Relation(sequence) if sequence.name.as_str().ends_with("_seq") => &sequence.name,
            _ => return false,
        };
        match &self.symbol {
            Symbol::Column(of, _) => {
                let rest = name.as_str().strip_prefix(of.name.as_str());
                rest.is_some_and(|rest| rest.starts_with('_') && rest.contains(&format!("_{}", self.old)))
            }
            _ => name
                .as_str()
                .strip_prefix(&self.old)
                .is_some_and(|rest| rest.starts_with('_')),
        }
    }

    /// A view of all columns would have another column.
    fn check_stars(&self, own: &[Hit]) -> Result<(), Refusal> {
        let Symbol::Column(table, _) = &self.lasting else {
            return Ok(());
        };
        let name = Name::new(&self.old);
        for (project, live, _) in &self.search.projects {
            let catalog = &live.newest().catalog;
            for view in catalog.views_of(table) {
                let relation = catalog.relation(view);
                let Some(column) = relation.and_then(|r| r.column(&name)) else {
                    continue;
                };
                let number = position_of(live, column.origin);
                let is_seen = own.iter().any(|hit| {
                    hit.site.project == *project
                        && hit.site.script == column.origin.script as usize
                        && Some(hit.site.statement) == number
                });
                if !is_seen && number.is_some() {
                    return Err(Refusal(format!(
                        "the view {view} takes all columns and would get another one"
                    )));
                }
            }
        }
        Ok(())
    }

    /// ` AS old` behind columns that give a view's columns their names.
    fn output_names(&self, own: &[Hit]) -> Result<Vec<FileEdit>, Refusal> {
        let mut edits = Vec::new();
        if !matches!(self.symbol, Symbol::Column(..)) {
            return Ok(edits);
        }
        for hit in own {
            let Some(statement) = statement_at(self.world, hit.site) else {
                continue;
            };
            let makes = |change: &Change| matches!(change, Change::CreateView(_) | Change::CreateTableAs(_));
            if !statement.changes().iter().any(makes) {
                continue;
            }
            let outputs = unnamed_outputs(&statement.syntax());
            let output = outputs.iter().find(|(name, _)| *name == hit.occurrence.range);
            if let Some((_, end)) = output {
                let span = span_of(self.world, hit.site, *end..*end)
                    .ok_or_else(|| Refusal("a view that names it stands in no file".to_owned()))?;
                edits.push(FileEdit {
                    span,
                    text: format!(" AS {}", Name::new(&self.old).quoted()),
                });
            }
        }
        Ok(edits)
    }
}

/// A replacement of a name in a file, unless the file spells it in another way.
fn edit(world: &World, site: Site, occurrence: &Occurrence, text: &str) -> Result<FileEdit, Refusal> {
    let refused = || {
        let file = path_of(world, site);
        Refusal(format!("{file} spells it in a way that can't be edited"))
    };
    let statement = statement_at(world, site);
    let written = statement
        .and_then(|s| s.text().get(occurrence.range.clone()))
        .unwrap_or_default();
    let span = span_of(world, site, occurrence.range.clone())
        .ok_or_else(|| Refusal("it is named in a text that stands in no file".to_owned()))?;
    let file = world.text(&span.file);
    let spelled = file.as_ref().and_then(|file| file.get(span.range.clone()));
    if spelled != Some(written) || written.is_empty() {
        return Err(refused());
    }
    let brings_quotes = text.contains(['"', '\'', '\\']);
    if brings_quotes && is_quoted_yaml(world, site, &span) {
        return Err(refused());
    }
    let is_label = matches!(occurrence.symbol, Symbol::EnumLabel(..));
    let is_in_string = statement.is_some_and(|s| is_in_string(s.text(), occurrence.range.start));
    if is_in_string && text.contains('\'') && !is_label {
        return Err(refused());
    }
    Ok(FileEdit {
        span,
        text: text.to_owned(),
    })
}

/// Whether a stretch of SQL is a YAML scalar between quotes.
fn is_quoted_yaml(world: &World, site: Site, span: &Span) -> bool {
    let is_yaml = span.file.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml")
    });
    let Some(whole) = super::find::whole_span(world, site).filter(|_| is_yaml) else {
        return false;
    };
    let file = world.text(&span.file);
    let before = file.as_ref().and_then(|file| file.get(..whole.range.start));
    // A scalar between quotes opens on the line of its key.
    let line = before
        .and_then(|before| before.rsplit('\n').next())
        .unwrap_or_default();
    line.contains(['"', '\''])
}

/// Whether a place of a statement lies in a string constant that isn't in dollar quotes.
fn is_in_string(text: &str, at: usize) -> bool {
    let mut tokens = Lexer::new(text, Dialect::Psql);
    let holds = |token: &Token| {
        let range = token.range.as_usize();
        range.start <= at && at < range.end
    };
    tokens
        .find(holds)
        .is_some_and(|token| matches!(token.kind, TokenKind::String | TokenKind::EscapeString))
}

/// Ascending by file and place, none overlapping.
fn ordered(mut edits: Vec<FileEdit>) -> Result<Edits, Refusal> {
    edits.sort_by(|a, b| (&a.span.file, a.span.range.start).cmp(&(&b.span.file, b.span.range.start)));
    edits.dedup();
    let overlaps = edits.windows(2).any(|pair| match pair {
        [a, b] => a.span.file == b.span.file && a.span.range.end > b.span.range.start,
        _ => false,
    });
    if overlaps {
        return Err(Refusal("one text means two different things".to_owned()));
    }
    Ok(Edits {
        edits,
        creates: Vec::new(),
    })
}

/// Whether a script is a migration whose file the release branch has just so.
fn is_released(live: &Live, site: Site, file: &Path, text: &Option<std::sync::Arc<str>>) -> bool {
    let script = live.project().scripts.get(site.script);
    let released = live.released().and_then(|files| files.get(file));
    let is_migration = script.is_some_and(|script| script.layout.is_migrations());
    is_migration && released.is_some_and(|released| text.as_ref().is_none_or(|text| **text == **released))
}

/// Whether a catalog has something whose name a symbol would take.
fn is_taken(catalog: &Catalog, symbol: &Symbol) -> bool {
    let relation = |name: &QualName| catalog.relation(name);
    let in_class = |name: &QualName| {
        relation(name).is_some()
            || catalog.index_tables.contains_key(name)
            || catalog.types.contains_key(name)
    };
    match symbol {
        Symbol::Schema(name) => catalog.schemas.contains_key(name),
        Symbol::Relation(name) | Symbol::Index(name) | Symbol::Type(name) => in_class(name),
        Symbol::Column(of, name) => relation(of).is_some_and(|r| r.column(name).is_some()),
        Symbol::Constraint(of, name) => relation(of).is_some_and(|r| r.constraints.contains_key(name)),
        Symbol::Trigger(of, name) => relation(of).is_some_and(|r| r.triggers.contains_key(name)),
        Symbol::Policy(of, name) => relation(of).is_some_and(|r| r.policies.contains_key(name)),
        Symbol::Function(name) => catalog.overloads(name).next().is_some(),
        Symbol::Extension(_) | Symbol::Role(_) | Symbol::EnumLabel(..) | Symbol::Local(..) => false,
    }
}

/// What shares its names with a symbol.
fn same_space(symbol: &Symbol) -> Vec<Symbol> {
    match symbol {
        Symbol::Relation(name) | Symbol::Index(name) | Symbol::Type(name) => vec![
            Symbol::Relation(name.clone()),
            Symbol::Index(name.clone()),
            Symbol::Type(name.clone()),
        ],
        other => vec![other.clone()],
    }
}

/// Whether a text has a stretch, whatever its case.
fn holds(text: &str, stretch: &str) -> bool {
    let windows = text.as_bytes().windows(stretch.len().max(1));
    let mut windows = windows.map(|window| window.eq_ignore_ascii_case(stretch.as_bytes()));
    windows.any(|same| same)
}

/// Whether a text has `NEW.name` or `OLD.name` where no name was found.
fn has_unread_row(text: &str, name: &Name, found: &[Occurrence]) -> bool {
    let words = [format!("new.{}", name.as_str()), format!("old.{}", name.as_str())];
    let lower = text.to_ascii_lowercase();
    words.iter().any(|word| {
        let mut from = 0;
        while let Some(at) = lower.get(from..).and_then(|rest| rest.find(word.as_str())) {
            let start = from + at + 4;
            let end = start + name.as_str().len();
            let next = lower.get(end..).and_then(|rest| rest.chars().next());
            let is_whole = next.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
            if is_whole && !found.iter().any(|o| o.range.start == start) {
                return true;
            }
            from = end;
        }
        false
    })
}

/// Whether a place lies in the list of `USING (a, b)`.
fn is_using(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at) else {
        return false;
    };
    let before =
        before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | ',' | ' ' | '\n'));
    let Some(lead) = before.strip_suffix('(') else {
        return false;
    };
    let lead = lead.trim_end();
    let is_word = lead
        .get(lead.len().saturating_sub(5)..)
        .is_some_and(|word| word.eq_ignore_ascii_case("using"));
    // A policy's condition stands there too.
    is_word && mentions(text, "join") && !mentions(text, "policy")
}
