//! Where a symbol is named: at a place, and all over the projects.

use std::cell::OnceCell;
use std::path::Path;

use confiture_lint::{Live, Place, Statement};
use confiture_project::{Project, SourceFile};
use confiture_schema::catalog::Origin;
use confiture_schema::change::Change;
use confiture_syntax::Name;

use super::history::History;
use crate::names::{Access, Hindsight, Occurrence, Symbol, occurrences_with};
use crate::{FilePosition, Span, World};

/// A statement of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Site {
    pub(super) project: usize,
    pub(super) script: usize,
    pub(super) statement: usize,
}

/// A name in a statement.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) site: Site,
    pub(super) occurrence: Occurrence,
}

/// What a place names, with all names of its statement.
pub(super) struct Here {
    pub(super) site: Site,
    pub(super) occurrence: Occurrence,
    pub(super) all: Vec<Occurrence>,
}

/// What is named at a place.
pub(super) fn here(world: &World, at: &FilePosition) -> Option<Here> {
    let cursor = world.at(at)?;
    let statement = cursor.statement()?;
    let offset = cursor.offset_in_statement()?;
    let later = match has_body(statement) {
        true => Hindsight::new(cursor.live().newest()),
        false => Hindsight::default(),
    };
    let all = occurrences_with(statement, &cursor.before(), &later);
    let holds = |o: &&Occurrence| o.range.start <= offset && offset < o.range.end;
    let found = all
        .iter()
        .find(holds)
        .or_else(|| all.iter().find(|o| o.range.end == offset));
    Some(Here {
        site: Site {
            project: cursor.stretch.project,
            script: cursor.stretch.script,
            statement: cursor.statement?,
        },
        occurrence: found?.clone(),
        all,
    })
}

/// Whether something in a statement runs later.
pub(super) fn has_body(statement: &Statement) -> bool {
    statement
        .changes()
        .iter()
        .any(|change| matches!(change, Change::CreateFunction(_) | Change::Do(_)))
}

/// The statement at a site.
pub(super) fn statement_at(world: &World, site: Site) -> Option<&Statement> {
    let live = world.projects().get(site.project)?;
    live.statements(site.script).get(site.statement)
}

/// The position in its script of the statement that made something; `None` for what no script made.
pub(super) fn position_of(live: &Live, origin: Origin) -> Option<usize> {
    if origin.range.is_empty() {
        return None;
    }
    Statement::position(live.statements(origin.script as usize), origin)
}

/// The bytes of a file that a range of a statement's text stands for.
pub(super) fn span_of(world: &World, site: Site, range: std::ops::Range<usize>) -> Option<Span> {
    let whole = statement_at(world, site)?.place();
    let range = confiture_syntax::TextRange::from_usize(range.start, range.end);
    let place = Place {
        range: range.offset(whole.range.start),
        ..whole
    };
    world.span(site.project, place)
}

/// The bytes of a file that a statement stands for.
pub(super) fn whole_span(world: &World, site: Site) -> Option<Span> {
    world.span(site.project, statement_at(world, site)?.place())
}

/// Looks through the projects of one database.
pub(super) struct Search<'w> {
    pub(super) world: &'w World,
    /// The projects, each with what was renamed in it.
    pub(super) projects: Vec<(usize, &'w Live, History)>,
}

impl<'w> Search<'w> {
    /// For what some occurrences stand for, in the project of that index and those that share its configuration.
    pub(super) fn new<'o>(
        world: &'w World,
        project: usize,
        about: impl IntoIterator<Item = &'o Occurrence>,
    ) -> Search<'w> {
        let mut names: Vec<Name> = Vec::new();
        for occurrence in about {
            names.extend(occurrence.symbol.name().cloned());
            names.extend(owner(&occurrence.symbol).cloned());
        }
        let all = world.projects();
        let file = |project: &Project| project.config.source.as_ref().map(|source| source.file.clone());
        let own = all.get(project).map(|live| file(live.project()));
        let related = all
            .iter()
            .enumerate()
            .filter(|(_, live)| Some(file(live.project())) == own);
        let projects = related.map(|(index, live)| (index, live, History::of(live, &names)));
        Search {
            world,
            projects: projects.collect(),
        }
    }

    pub(super) fn history(&self, project: usize) -> Option<(&'w Live, &History)> {
        let found = self.projects.iter().find(|(index, ..)| *index == project);
        found.map(|(_, live, history)| (*live, history))
    }

    /// What an occurrence's symbol is called in the end.
    pub(super) fn lasting(&self, site: Site, occurrence: &Occurrence) -> Symbol {
        match self.history(site.project) {
            Some((_, history)) => history.lasting(&occurrence.symbol, site, occurrence.access),
            None => occurrence.symbol.clone(),
        }
    }

    /// The last statement before a site, of those that `holds` accepts, that makes or changes what a symbol stands for.
    pub(super) fn last_change(
        &self,
        symbol: &Symbol,
        from: Site,
        holds: impl Fn(&Statement) -> bool,
    ) -> Option<Hit> {
        let (live, history) = self.history(from.project)?;
        let filter = Filter::new(&history.former(symbol));
        let later = OnceCell::new();
        let scripts = live
            .project()
            .scripts
            .iter()
            .enumerate()
            .take(from.script + 1)
            .rev();
        for (script, _) in scripts.filter(|(_, script)| script.direction.is_forward()) {
            let pass = ScriptPass {
                project: from.project,
                live,
                script,
                later: &later,
            };
            let until = if script == from.script {
                from.statement
            } else {
                usize::MAX
            };
            let own = live.statements(script).iter().enumerate().take(until);
            // Not one pass: the first that is met is the answer.
            for (number, _) in own.rev().filter(|(_, s)| holds(s) && filter.admits(s.text())) {
                let mut hit = None;
                pass.visit(&[number], |site, found| {
                    let changes = |o: &Occurrence| matches!(o.access, Access::Alters | Access::Defines);
                    let same = |o: &Occurrence| history.lasting(&o.symbol, site, o.access) == *symbol;
                    let last = found.into_iter().rev().find(|o| changes(o) && same(o));
                    hit = last.map(|occurrence| Hit { site, occurrence });
                });
                if hit.is_some() {
                    return hit;
                }
            }
        }
        None
    }

    /// Every name that stands for a symbol by its lasting name, in statements that `holds` accepts.
    pub(super) fn hits(&self, symbol: &Symbol, holds: impl Fn(Site, &Statement) -> bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (project, live, history) in &self.projects {
            let filter = Filter::new(&history.former(symbol));
            let later = OnceCell::new();
            for script in 0..live.project().scripts.len() {
                let own = live.statements(script).iter().enumerate();
                let candidates = own.filter(|(number, statement)| {
                    let site = Site {
                        project: *project,
                        script,
                        statement: *number,
                    };
                    filter.admits(statement.text()) && holds(site, statement)
                });
                let candidates: Vec<usize> = candidates.map(|(number, _)| number).collect();
                let pass = ScriptPass {
                    project: *project,
                    live,
                    script,
                    later: &later,
                };
                pass.visit(&candidates, |site, found| {
                    let same = found
                        .into_iter()
                        .filter(|o| history.lasting(&o.symbol, site, o.access) == *symbol);
                    hits.extend(same.map(|occurrence| Hit { site, occurrence }));
                });
            }
        }
        hits
    }
}

/// Statements between two of interest that are gone through rather than leapt over.
const STRIDE: usize = 16;

/// One pass over some statements of a script, each with what exists before it.
pub(super) struct ScriptPass<'l> {
    pub(super) project: usize,
    pub(super) live: &'l Live,
    pub(super) script: usize,
    /// Made when the first body asks for it.
    pub(super) later: &'l OnceCell<Hindsight>,
}

impl ScriptPass<'_> {
    /// The names of the statements of these numbers, which ascend.
    pub(super) fn visit(&self, numbers: &[usize], mut take: impl FnMut(Site, Vec<Occurrence>)) {
        let Some(&first) = numbers.first() else { return };
        let own = self.live.statements(self.script);
        let mut state = self.live.before(self.script, first);
        let mut at = first;
        let none = Hindsight::default();
        for &number in numbers {
            // The state is kept at some places; between near ones it is quicker to go on from here.
            if number.saturating_sub(at) > STRIDE {
                state = self.live.before(self.script, number);
            } else {
                for passed in own.get(at..number).unwrap_or_default() {
                    let _ = state.apply_all(passed.changes(), passed.origin());
                }
            }
            at = number;
            let Some(statement) = own.get(number) else { return };
            let later = match has_body(statement) {
                true => self.later.get_or_init(|| Hindsight::new(self.live.newest())),
                false => &none,
            };
            let site = Site {
                project: self.project,
                script: self.script,
                statement: number,
            };
            take(site, occurrences_with(statement, &state, later));
        }
    }
}

/// Tells by its text alone which statement may name a symbol.
pub(super) struct Filter {
    names: Vec<String>,
    owners: Vec<String>,
}

impl Filter {
    /// For a symbol under all names that it had.
    pub(super) fn new(symbols: &[Symbol]) -> Filter {
        let mut filter = Filter {
            names: Vec::new(),
            owners: Vec::new(),
        };
        for symbol in symbols {
            let name = match symbol {
                Symbol::EnumLabel(_, label) => label.replace('\'', "''"),
                other => other.name().map(written).unwrap_or_default(),
            };
            // A constant stands without its type.
            let owner = owner(symbol).filter(|_| !matches!(symbol, Symbol::EnumLabel(..)));
            let owner = owner.map(written);
            if !filter.names.contains(&name) {
                filter.names.push(name);
            }
            filter.owners.extend(owner.filter(|o| !filter.owners.contains(o)));
        }
        filter
    }

    pub(super) fn admits(&self, text: &str) -> bool {
        self.names.iter().any(|name| mentions(text, name))
            && (self.owners.is_empty()
                || self.owners.iter().any(|owner| mentions(text, owner))
                // The rows of a trigger's function have no table's name.
                || mentions(text, "new")
                || mentions(text, "old"))
    }
}

/// The relation or type that a symbol belongs to.
fn owner(symbol: &Symbol) -> Option<&Name> {
    match symbol {
        Symbol::Column(of, _)
        | Symbol::Constraint(of, _)
        | Symbol::Trigger(of, _)
        | Symbol::Policy(of, _) => Some(&of.name),
        _ => None,
    }
}

fn written(name: &Name) -> String {
    name.as_str().replace('"', "\"\"")
}

/// Whether a text has a word, whatever its case.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else {
        return true;
    };
    let cases = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || *b >= 0x80)
    };
    let mut at = 0;
    while let Some(found) = text
        .get(at..)
        .and_then(|tail| tail.iter().position(|byte| cases.contains(byte)))
    {
        let start = at + found;
        let end = start + word.len();
        let same = text
            .get(start + 1..end)
            .is_some_and(|own| own.eq_ignore_ascii_case(rest));
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        if same && !is_word(before) && !is_word(text.get(end)) {
            return true;
        }
        at = start + 1;
    }
    false
}

/// The file that a statement stands in.
pub(super) fn source_of(world: &World, site: Site) -> Option<&SourceFile> {
    let live = world.projects().get(site.project)?;
    let script = live.project().scripts.get(site.script)?;
    let segment = live.statements(site.script).get(site.statement)?.place().segment;
    let hook = || script.hooks.get(segment.checked_sub(script.segments.len())?);
    let stretch = script.segments.get(segment).or_else(|| Some(&hook()?.segment))?;
    Some(&stretch.source)
}

/// Its path, as people see it.
pub(super) fn path_of(world: &World, site: Site) -> String {
    source_of(world, site)
        .map(|source| source.path.display().to_string())
        .unwrap_or_default()
}

/// Whether a statement stands in a file.
pub(super) fn stands_in(world: &World, site: Site, file: &Path) -> bool {
    source_of(world, site).is_some_and(|source| source.file == file)
}
