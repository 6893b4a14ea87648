//! What a name means at this point of history.

use std::ops::Range;

use confiture_schema::apply::State;
use confiture_schema::catalog::{
    Catalog, ConstraintKind, FunctionKey, FunctionKind, Origin, QualName, Relation, RelationKind, TypeDef,
    TypeKind, Volatility,
};
use confiture_schema::change::{Argument, ArgumentMode, Change, CreateFunction};
use confiture_schema::render::{Object, definition};
use confiture_syntax::Name;

use super::history::{self, Subject};
use super::{Place, Said};
use crate::names::{Access, Occurrence, Symbol, occurrences};
use crate::statistics::bytes_in_words;
use crate::words::{code, fence, listed, prose, quotation, short};

/// Names that a list shows.
const MOST: usize = 8;

/// What the name under the cursor means; `None` where there is no name, or nothing is known of it.
pub(super) fn hover(place: &Place<'_>) -> Option<Said> {
    let all = occurrences(place.statement, &place.before);
    let holds = |range: &Range<usize>| range.start <= place.offset && place.offset <= range.end;
    let occurrence = all.iter().rev().find(|occurrence| holds(&occurrence.range))?;
    let markdown = match &occurrence.symbol {
        Symbol::Local(name, _) => local(place, &all, occurrence, name),
        symbol => known(place, symbol, occurrence.access),
    };
    match markdown {
        Some(markdown) => Some((markdown, occurrence.range.clone())),
        // A name that is nobody's may be one of PostgreSQL's own.
        None if matches!(occurrence.symbol, Symbol::Function(_) | Symbol::Type(_)) => None,
        None => Some((unknown(&occurrence.symbol)?, occurrence.range.clone())),
    }
}

/// What is known of an object: before the statement, or behind one that makes it.
fn known(place: &Place<'_>, symbol: &Symbol, access: Access) -> Option<String> {
    let described = |state: &State| Described { place, state }.symbol(symbol);
    match access {
        Access::Defines => described(&place.after()).or_else(|| described(&place.before)),
        _ => described(&place.before).or_else(|| described(&place.after())),
    }
}

/// A name that no file explains.
fn unknown(symbol: &Symbol) -> Option<String> {
    let (what, name) = match symbol {
        Symbol::Schema(name) => ("schema", name.to_string()),
        Symbol::Relation(name) => ("relation", name.to_string()),
        Symbol::Column(table, name) => ("column", format!("{table}.{name}")),
        Symbol::Constraint(table, name) => ("constraint", format!("{name} of {table}")),
        Symbol::Index(name) => ("index", name.to_string()),
        Symbol::Trigger(table, name) => ("trigger", format!("{name} of {table}")),
        Symbol::Policy(table, name) => ("policy", format!("{name} of {table}")),
        Symbol::Extension(name) => ("extension", name.to_string()),
        Symbol::Role(name) => ("role", name.to_string()),
        Symbol::EnumLabel(..) | Symbol::Type(_) | Symbol::Function(_) | Symbol::Local(..) => return None,
    };
    let outside = match symbol {
        Symbol::Role(_) | Symbol::Extension(_) | Symbol::Schema(_) => ": no file creates it",
        _ => ": at this point no file has created it",
    };
    Some(format!("**{what}** {}{outside}", code(&name)))
}

/// A name of the statement alone: of an alias, what stands before it.
fn local(place: &Place<'_>, all: &[Occurrence], occurrence: &Occurrence, name: &Name) -> Option<String> {
    let text = place.statement.text();
    let defined = all
        .iter()
        .find(|other| other.symbol == occurrence.symbol && other.access == Access::Defines);
    let before = defined.and_then(|defined| {
        let before = all
            .iter()
            .rev()
            .find(|other| other.range.end <= defined.range.start)?;
        let gap = text.get(before.range.end..defined.range.start)?.trim();
        (gap.is_empty() || gap.eq_ignore_ascii_case("as")).then_some(before)
    });
    if let Some(argument) = argument(place, name) {
        return Some(argument);
    }
    let said = format!("{}: a name of this statement alone", code(name.as_str()));
    match before.map(|before| (&before.symbol, before.access)) {
        Some((symbol @ Symbol::Relation(relation), access)) => {
            let table = known(place, symbol, access).map(|table| format!("\n\n{table}"));
            let alias = code(&short(relation, &place.before));
            Some(format!("{said}, for {alias}{}", table.unwrap_or_default()))
        }
        _ => Some(said),
    }
}

/// An argument of the function that the statement creates.
fn argument(place: &Place<'_>, name: &Name) -> Option<String> {
    let text = place.statement.text();
    place.statement.changes().iter().find_map(|change| {
        let Change::CreateFunction(function) = change else {
            return None;
        };
        let is_it = |argument: &&Argument| argument.name.as_ref().is_some_and(|known| known.name == *name);
        let found = function.arguments.iter().find(is_it)?;
        let ty = found.ty.range.slice(text);
        let of = format!("-- argument of {}", function.name.name.quoted());
        Some(fence(&format!("{} {ty}\n{of}", name.quoted())))
    })
}

/// Descriptions in a state.
struct Described<'p> {
    place: &'p Place<'p>,
    state: &'p State,
}

/// Paragraphs of Markdown.
#[derive(Default)]
struct Page(Vec<String>);

impl Page {
    fn say(&mut self, paragraph: impl Into<String>) {
        self.0.push(paragraph.into());
    }

    fn list(&mut self, items: &[String]) {
        if !items.is_empty() {
            let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
            self.0.push(items.join("\n"));
        }
    }

    fn comment(&mut self, comment: Option<&str>) {
        self.0.extend(comment.map(quotation));
    }

    fn done(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join("\n\n"))
    }
}

impl Described<'_> {
    fn catalog(&self) -> &Catalog {
        &self.state.catalog
    }

    fn symbol(&self, symbol: &Symbol) -> Option<String> {
        match symbol {
            Symbol::Schema(name) => self.schema(name),
            Symbol::Relation(name) => self.relation(name),
            Symbol::Column(table, name) => self.column(table, name),
            Symbol::Constraint(table, name) => self.constraint(table, name),
            Symbol::Index(name) => self.index(name),
            Symbol::Trigger(table, name) => self.trigger(table, name),
            Symbol::Policy(table, name) => self.policy(table, name),
            Symbol::Type(name) => self.type_of(name),
            Symbol::EnumLabel(name, label) => self.label(name, label),
            Symbol::Function(name) => self.functions(name),
            Symbol::Extension(name) => self.extension(name),
            Symbol::Role(_) | Symbol::Local(..) => None,
        }
    }

    fn schema(&self, name: &Name) -> Option<String> {
        let schema = self.catalog().schemas.get(name)?;
        let mut page = Page::default();
        page.say(format!("**schema** {}", code(name.as_str())));
        page.comment(schema.comment.as_deref());
        let count = self
            .catalog()
            .relations
            .keys()
            .filter(|relation| relation.schema == *name)
            .count();
        page.say(match count {
            0 => "empty so far".to_owned(),
            1 => "1 table, view or sequence".to_owned(),
            count => format!("{count} tables, views and sequences"),
        });
        if name.as_str() != "public" {
            page.0.extend(self.history(schema.origin, None));
        }
        page.done()
    }

    fn extension(&self, name: &Name) -> Option<String> {
        let extension = self.catalog().extensions.get(name)?;
        let mut page = Page::default();
        page.say(format!("**extension** {}", code(name.as_str())));
        page.comment(extension.comment.as_deref());
        page.0.extend(self.history(extension.origin, None));
        page.done()
    }

    fn relation(&self, name: &QualName) -> Option<String> {
        let relation = self.catalog().relation(name)?;
        let mut page = Page::default();
        page.0
            .extend(definition(self.catalog(), Object::Relation(name)).map(|sql| fence(&sql)));
        if page.0.is_empty() {
            page.say(format!("**{}** {}", kind(relation.kind), code(&name.to_string())));
        }
        page.comment(relation.comment.as_deref());
        page.0.extend(self.size(name));
        page.list(&self.relatives(name, relation));
        page.0
            .extend(self.history(relation.origin, Some(Subject { name, part: None })));
        page.done()
    }

    /// Rows, bytes and when that was seen.
    fn size(&self, name: &QualName) -> Option<String> {
        let statistics = self.place.statistics?;
        let size = statistics.size(self.catalog(), name)?;
        let mut words = size.in_words();
        if size.index_bytes > 0 {
            words.push_str(&format!(", indexes {}", bytes_in_words(size.index_bytes)));
        }
        if let Some(rate) = size.writes_per_second {
            let rate = crate::statistics::count_in_words(rate as u64);
            words.push_str(&format!(", {rate} writes a second"));
        }
        if let Some(taken) = &statistics.taken_at {
            words.push_str(&format!(" (of {})", prose(taken)));
        }
        Some(words)
    }

    /// What hangs together with a relation: parents, partitions, references, views, triggers, policies.
    fn relatives(&self, name: &QualName, relation: &Relation) -> Vec<String> {
        let catalog = self.catalog();
        let shown = |names: &[QualName]| {
            let names: Vec<String> = names.iter().map(|name| code(&short(name, self.state))).collect();
            listed(&names, MOST)
        };
        let mut items = Vec::new();
        let children = catalog.children_of(name);
        if !children.is_empty() {
            let word = match (relation.kind, children.len()) {
                (RelationKind::PartitionedTable, 1) => "1 partition".to_owned(),
                (RelationKind::PartitionedTable, count) => format!("{count} partitions"),
                (_, 1) => "1 child".to_owned(),
                (_, count) => format!("{count} children"),
            };
            items.push(format!("{word}: {}", shown(children)));
        }
        let mut referencing: Vec<QualName> = catalog
            .foreign_keys_to(name)
            .iter()
            .map(|(from, _)| from.clone())
            .collect();
        referencing.dedup();
        if !referencing.is_empty() {
            items.push(format!("referenced by {}", shown(&referencing)));
        }
        let views = catalog.views_of(name);
        if !views.is_empty() {
            items.push(format!("read by {}", shown(views)));
        }
        let own = |names: Vec<String>| listed(&names, MOST);
        if !relation.triggers.is_empty() {
            items.push(format!(
                "triggers: {}",
                own(relation.triggers.keys().map(|n| code(n.as_str())).collect())
            ));
        }
        if relation.row_security.enabled || !relation.policies.is_empty() {
            let policies = own(relation.policies.keys().map(|n| code(n.as_str())).collect());
            let state = if relation.row_security.enabled {
                "enabled"
            } else {
                "not enabled"
            };
            let policies = if policies.is_empty() {
                "no policy".to_owned()
            } else {
                policies
            };
            items.push(format!("row security {state}: {policies}"));
        }
        if let Some((table, column)) = relation
            .sequence
            .as_ref()
            .and_then(|sequence| sequence.owned_by.as_ref())
        {
            items.push(format!(
                "belongs to {}",
                code(&format!("{}.{column}", short(table, self.state)))
            ));
        }
        items
    }

    fn column(&self, table: &QualName, name: &Name) -> Option<String> {
        let relation = self.catalog().relation(table)?;
        let column = relation.column(name)?;
        let mut page = Page::default();
        let text = definition(self.catalog(), Object::Column(table, name)).unwrap_or_else(|| name.quoted());
        let of = format!("-- column of {} {}", kind(relation.kind), table.quoted());
        page.say(fence(&format!("{text}\n{of}")));
        page.comment(column.comment.as_deref());
        page.list(&self.memberships(table, relation, name));
        let subject = Subject {
            name: table,
            part: Some(name),
        };
        page.0.extend(self.history(column.origin, Some(subject)));
        page.done()
    }

    /// The constraints and indexes that a column is in.
    fn memberships(&self, table: &QualName, relation: &Relation, column: &Name) -> Vec<String> {
        let mut items = Vec::new();
        for (name, constraint) in &relation.constraints {
            let named = code(name.as_str());
            match &constraint.kind {
                ConstraintKind::PrimaryKey { columns } if columns.contains(column) => {
                    items.push(format!("primary key {named}{}", among(columns)));
                }
                ConstraintKind::Unique { columns } if columns.contains(column) => {
                    items.push(format!("unique {named}{}", among(columns)));
                }
                ConstraintKind::ForeignKey(key) if key.columns.contains(column) => {
                    let to = code(&short(&key.references, self.state));
                    items.push(format!(
                        "references {to} by {named}{}",
                        validity(constraint.validated)
                    ));
                }
                ConstraintKind::Check { expr } if expr.facts.columns.contains(column) => {
                    items.push(format!(
                        "check {named}: {}{}",
                        code(&expr.text),
                        validity(constraint.validated)
                    ));
                }
                _ => {}
            }
        }
        for (name, index) in relation.indexes.iter().filter(|(_, index)| !index.constraint) {
            let in_key = index
                .keys
                .iter()
                .any(|key| key.expr.facts.columns.contains(column));
            if in_key || index.include.contains(column) {
                let unique = if index.unique { "unique index" } else { "index" };
                items.push(format!("{unique} {}", code(name.as_str())));
            }
        }
        let referencing = self
            .catalog()
            .foreign_keys_to(table)
            .iter()
            .filter(|(from, key)| {
                let constraint = self
                    .catalog()
                    .relation(from)
                    .and_then(|from| from.constraints.get(key).cloned());
                constraint.is_some_and(|constraint| match &constraint.kind {
                    ConstraintKind::ForeignKey(key) => key.referenced_columns.contains(column),
                    _ => false,
                })
            });
        let referencing: Vec<String> = referencing
            .map(|(from, _)| code(&short(from, self.state)))
            .collect();
        if !referencing.is_empty() {
            items.push(format!("referenced by {}", listed(&referencing, MOST)));
        }
        items
    }

    fn constraint(&self, table: &QualName, name: &Name) -> Option<String> {
        let Some(relation) = self.catalog().relation(table) else {
            return self.domain_check(table, name);
        };
        let constraint = relation.constraints.get(name)?;
        let mut page = Page::default();
        page.say(fence(&definition(
            self.catalog(),
            Object::Constraint(table, name),
        )?));
        page.comment(constraint.comment.as_deref());
        page.say(match (constraint.enforced, constraint.validated) {
            (false, _) => "Not enforced: PostgreSQL never checks it.",
            (true, true) => "Valid: every row satisfies it.",
            (true, false) => "Not validated: rows that were there before it may break it; `VALIDATE CONSTRAINT` looks at them.",
        });
        let subject = Subject {
            name: table,
            part: Some(name),
        };
        page.0.extend(self.history(constraint.origin, Some(subject)));
        page.done()
    }

    fn domain_check(&self, domain: &QualName, name: &Name) -> Option<String> {
        let TypeKind::Domain(definition) = &self.catalog().types.get(domain)?.kind else {
            return None;
        };
        let (_, condition, validated) = definition.checks.iter().find(|(check, ..)| check == name)?;
        let valid = validity(*validated);
        let of = code(&short(domain, self.state));
        Some(format!(
            "**check** {} of domain {of}: {}{valid}",
            code(name.as_str()),
            code(&condition.text)
        ))
    }

    fn index(&self, name: &QualName) -> Option<String> {
        let (relation, index) = self.catalog().index(name)?;
        let table = QualName::new(
            name.schema.clone(),
            self.catalog().index_tables.get(name)?.clone(),
        );
        let mut page = Page::default();
        page.say(fence(&definition(self.catalog(), Object::Index(name))?));
        page.comment(index.comment.as_deref());
        let bytes = self
            .place
            .statistics
            .and_then(|statistics| statistics.table(&table)?.indexes.get(name.name.as_str()).copied());
        page.0.extend(bytes.map(bytes_in_words));
        let mut items = Vec::new();
        if index.constraint {
            items.push(format!("belongs to the constraint {}", code(name.name.as_str())));
        }
        if !index.valid {
            items.push(match relation.kind {
                RelationKind::PartitionedTable => {
                    "not valid until every partition's index is attached".to_owned()
                }
                _ => "not valid: no query uses it, but writes keep it up to date".to_owned(),
            });
        }
        page.list(&items);
        page.0
            .extend(self.history(index.origin, Some(Subject { name, part: None })));
        page.done()
    }

    fn trigger(&self, table: &QualName, name: &Name) -> Option<String> {
        let trigger = self.catalog().relation(table)?.triggers.get(name)?;
        let mut page = Page::default();
        page.say(fence(&definition(self.catalog(), Object::Trigger(table, name))?));
        page.comment(trigger.comment.as_deref());
        page.0.extend(self.history(trigger.origin, None));
        page.done()
    }

    fn policy(&self, table: &QualName, name: &Name) -> Option<String> {
        let relation = self.catalog().relation(table)?;
        let policy = relation.policies.get(name)?;
        let mut page = Page::default();
        page.say(fence(&definition(self.catalog(), Object::Policy(table, name))?));
        page.comment(policy.comment.as_deref());
        if !relation.row_security.enabled {
            page.say("Without effect: row security of the table isn't enabled.");
        }
        page.0.extend(self.history(policy.origin, None));
        page.done()
    }

    fn type_of(&self, name: &QualName) -> Option<String> {
        let Some(TypeDef {
            kind,
            comment,
            origin,
        }) = self.catalog().types.get(name).map(|ty| &**ty)
        else {
            // The row type of a relation.
            return self.relation(name);
        };
        let mut page = Page::default();
        page.say(fence(&definition(self.catalog(), Object::Type(name))?));
        page.comment(comment.as_deref());
        if let TypeKind::Enum(labels) = kind {
            page.say(format!("{} values, in this order", labels.len()));
        }
        page.0
            .extend(self.history(*origin, Some(Subject { name, part: None })));
        page.done()
    }

    fn label(&self, name: &QualName, label: &str) -> Option<String> {
        let definition = self.catalog().types.get(name)?;
        let TypeKind::Enum(labels) = &definition.kind else {
            return None;
        };
        let place = labels.iter().position(|known| &**known == label)? + 1;
        let of = code(&short(name, self.state));
        let mut page = Page::default();
        page.say(format!("**value** {place} of {} of the enum {of}", labels.len()));
        let all: Vec<String> = labels.iter().map(|label| code(label)).collect();
        page.say(listed(&all, 2 * MOST));
        page.done()
    }

    fn functions(&self, name: &QualName) -> Option<String> {
        let overloads: Vec<_> = self.catalog().overloads(name).take(MOST).collect();
        let mut page = Page::default();
        for (key, function) in overloads {
            let written = self.written(key, function.origin);
            let header = written.and_then(|(text, written)| signature(key, written, text));
            let header = header.or_else(|| definition(self.catalog(), Object::Function(key)));
            page.0.extend(header.map(|header| fence(&header)));
            page.comment(function.comment.as_deref());
            page.say(qualities(function));
            page.0
                .extend(self.history(function.origin, Some(Subject { name, part: None })));
        }
        page.done()
    }

    /// The statement that made a function, with the names of its arguments.
    fn written(&self, key: &FunctionKey, origin: Origin) -> Option<(&str, &CreateFunction)> {
        let (script, number) = history::step(self.place.live, origin)?;
        let statement = self.place.live.statements(script).get(number)?;
        statement.changes().iter().find_map(|change| match change {
            Change::CreateFunction(function) if function.name.name == key.name.name => {
                Some((statement.text(), &**function))
            }
            _ => None,
        })
    }

    /// Where it was created and changed.
    fn history(&self, created: Origin, subject: Option<Subject<'_>>) -> Option<String> {
        let live = self.place.live;
        let here = (self.place.script.index, self.place.number);
        let link = |step| history::link(live, step);
        let made = history::step(live, created)?;
        let mut said = match made == here {
            true => "created here".to_owned(),
            false => format!("created at {}", link(made)?),
        };
        let last = subject.and_then(|subject| history::last_change(live, subject, created, here));
        if let Some(last) = last.filter(|last| *last != made).and_then(link) {
            said.push_str(&format!(", last changed at {last}"));
        }
        Some(said)
    }
}

/// The other columns of a key.
fn among(columns: &[Name]) -> String {
    match columns {
        [_] => String::new(),
        _ => {
            let all: Vec<String> = columns.iter().map(|column| column.quoted()).collect();
            format!(" of {}", code(&all.join(", ")))
        }
    }
}

fn validity(validated: bool) -> &'static str {
    if validated { "" } else { ", not validated" }
}

fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => "sequence",
    }
}

/// Language, volatility, security in words.
fn qualities(function: &confiture_schema::catalog::Function) -> String {
    let mut words = vec![format!("language {}", function.language)];
    if function.kind == FunctionKind::Function {
        words.push(
            match function.volatility {
                Volatility::Immutable => "immutable",
                Volatility::Stable => "stable",
                Volatility::Volatile => "volatile",
            }
            .to_owned(),
        );
    }
    if function.strict {
        words.push("strict: NULL for a NULL argument".to_owned());
    }
    words.push(match (function.security_definer, function.sets_search_path) {
        (false, _) => "runs with the caller's rights".to_owned(),
        (true, true) => "runs with its owner's rights and a search_path of its own".to_owned(),
        (true, false) => "runs with its owner's rights, **without a search_path of its own**".to_owned(),
    });
    words.join(", ")
}

/// A function's head with the names of its arguments, as its statement writes them.
fn signature(key: &FunctionKey, written: &CreateFunction, text: &str) -> Option<String> {
    let inputs = written
        .arguments
        .iter()
        .filter(|argument| argument.mode.is_input())
        .count();
    if inputs != key.arguments.len() {
        return None;
    }
    let one = |argument: &Argument| {
        let mode = match argument.mode {
            ArgumentMode::In => "",
            ArgumentMode::Out => "OUT ",
            ArgumentMode::InOut => "INOUT ",
            ArgumentMode::Variadic => "VARIADIC ",
            ArgumentMode::Table => return None,
        };
        let name = argument
            .name
            .as_ref()
            .map(|name| format!("{} ", name.name.quoted()))
            .unwrap_or_default();
        let default = if argument.has_default { " DEFAULT …" } else { "" };
        Some(format!("{mode}{name}{}{default}", argument.ty.range.slice(text)))
    };
    let arguments: Vec<String> = written.arguments.iter().filter_map(one).collect();
    let word = match written.kind {
        FunctionKind::Procedure => "PROCEDURE",
        FunctionKind::Aggregate => "AGGREGATE",
        FunctionKind::Function | FunctionKind::Window => "FUNCTION",
    };
    let table: Vec<String> = written
        .arguments
        .iter()
        .filter(|argument| argument.mode == ArgumentMode::Table)
        .map(|argument| {
            let name = argument
                .name
                .as_ref()
                .map(|name| name.name.quoted())
                .unwrap_or_default();
            format!("{name} {}", argument.ty.range.slice(text))
        })
        .collect();
    let returns = match (&written.returns, table.is_empty()) {
        (_, false) => format!(" RETURNS TABLE ({})", table.join(", ")),
        (Some(ty), true) => {
            let setof = if ty.setof { "SETOF " } else { "" };
            let said = ty.range.slice(text).trim();
            let has_setof = said
                .get(..6)
                .is_some_and(|start| start.eq_ignore_ascii_case("setof "));
            let bare = said.get(6..).filter(|_| has_setof).unwrap_or(said);
            format!(" RETURNS {setof}{}", bare.trim())
        }
        (None, true) => String::new(),
    };
    Some(format!(
        "{word} {}({}){returns}",
        key.name.quoted(),
        arguments.join(", ")
    ))
}
