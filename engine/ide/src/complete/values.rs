//! What a value could be, by the column that it is for: labels of enums, defaults, conditions of joins.

use std::collections::HashSet;
use std::sync::Arc;

use confiture_schema::catalog::{
    Catalog, Column, ConstraintKind, ForeignKey, QualName, RelationKind, TypeKind,
};
use confiture_schema::types::SqlType;
use confiture_syntax::Name;
use confiture_syntax::lexer::TokenKind;

use super::follow::{Part, Wanted};
use super::list::{List, plain};
use super::place::Place;
use super::scope::{Output, Source};
use super::slot::{Known, Slot};
use super::words::Brackets;
use super::{Completion, CompletionKind, Insert};

const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", ">", "<=", ">="];

/// The labels of the enum, or the words, that a value at the place can be.
pub(super) fn expected(place: &Place<'_>, list: &mut List, wanted: Wanted) {
    if !place.around.qualifiers.is_empty() {
        return;
    }
    let Some(ty) = expected_type(place, wanted) else {
        return;
    };
    for label in labels(place, &ty) {
        let text = format!("'{}'", label.replace('\'', "''"));
        let completion = Completion {
            detail: Some(place.type_text(&ty)),
            filter: Some(label.to_string()),
            ..plain(text.clone(), CompletionKind::EnumLabel, Insert::Text(text))
        };
        list.other(&label, completion);
    }
    if ty.is("bool") {
        list.keyword("TRUE");
        list.keyword("FALSE");
    }
}

/// What could stand in a string constant: labels of an enum, the name of a sequence.
pub(super) fn in_string(place: &Place<'_>, list: &mut List, is_closed: bool) {
    let call = Brackets::of(&place.around.before).open.last().copied();
    let called = call.and_then(|open| place.words.get(open.checked_sub(1)?));
    if called.is_some_and(|word| word.is_any(&["NEXTVAL", "CURRVAL", "SETVAL"])) {
        return place.relations(list, &[RelationKind::Sequence]);
    }
    if place.around.is_followed_by("::")
        && let Some(ty) = place.type_at(place.at + 1)
    {
        return quoted_labels(place, list, &ty, is_closed);
    }
    for wanted in place.expected.wanted.clone() {
        let ty = match wanted.slot {
            Slot::Label => type_of_target(place, wanted.target),
            slot if slot.is_expression() => expected_type(place, wanted),
            _ => None,
        };
        if let Some(ty) = ty {
            quoted_labels(place, list, &ty, is_closed);
        }
    }
}

fn quoted_labels(place: &Place<'_>, list: &mut List, ty: &SqlType, is_closed: bool) {
    let close = if is_closed { "" } else { "'" };
    for label in labels(place, ty) {
        let text = format!("{}{close}", label.replace('\'', "''"));
        let completion = Completion {
            detail: Some(place.type_text(ty)),
            ..plain(label.to_string(), CompletionKind::EnumLabel, Insert::Text(text))
        };
        list.other(&label, completion);
    }
}

/// The labels of a value of the type that ALTER TYPE is about, in quotes.
pub(super) fn labels_of_target(place: &Place<'_>, list: &mut List, target: Option<Part>) {
    let Some(ty) = type_of_target(place, target) else {
        return;
    };
    for label in labels(place, &ty) {
        let text = format!("'{}'", label.replace('\'', "''"));
        list.other(
            &label,
            plain(text.clone(), CompletionKind::EnumLabel, Insert::Text(text)),
        );
    }
}

fn type_of_target(place: &Place<'_>, target: Option<Part>) -> Option<SqlType> {
    place.type_at(place.from + target?.0)
}

fn labels(place: &Place<'_>, ty: &SqlType) -> Vec<Arc<str>> {
    let Some(schema) = ty.schema.clone().filter(|_| !ty.array) else {
        return Vec::new();
    };
    let name = QualName::new(schema, ty.name.clone());
    match place.before.catalog.types.get(&name).map(|ty| &ty.kind) {
        Some(TypeKind::Enum(labels)) => labels.clone(),
        _ => Vec::new(),
    }
}

/// The type that a value at the place is for.
fn expected_type(place: &Place<'_>, wanted: Wanted) -> Option<SqlType> {
    let ty = match wanted.slot {
        Slot::Default => default_type(place, wanted),
        Slot::Value => inserted_type(place).or_else(|| compared_type(place, wanted)),
        _ => compared_type(place, wanted),
    };
    ty.map(|ty| place.before.resolve_type(&ty))
}

/// The type of the column whose default the place is in.
fn default_type(place: &Place<'_>, wanted: Wanted) -> Option<SqlType> {
    let words = place.words.get(..place.at)?;
    if let [.., column, set, default] = words
        && set.is("SET")
        && default.is("DEFAULT")
    {
        let columns = place.target_columns(wanted.target);
        return find(&columns, &column.name())?.ty.clone();
    }
    let mut starts = vec![place.from];
    for at in place.from..place.at {
        let Some(word) = words.get(at) else { break };
        match word.kind {
            TokenKind::LeftParen => starts.push(at + 1),
            TokenKind::RightParen => {
                starts.pop();
            }
            TokenKind::Comma => {
                starts.pop();
                starts.push(at + 1);
            }
            _ if word.is_any(&["ADD", "COLUMN", "EXISTS"]) => {
                starts.pop();
                starts.push(at + 1);
            }
            _ => {}
        }
    }
    place.type_at(starts.last()? + 1)
}

/// The type of the column that a value of an INSERT is for.
fn inserted_type(place: &Place<'_>) -> Option<SqlType> {
    let previous = place.words.get(place.at.checked_sub(1)?)?;
    if !matches!(previous.kind, TokenKind::LeftParen | TokenKind::Comma) {
        return None;
    }
    let (columns, at) = inserted(place)?;
    columns.get(at)?.ty.clone()
}

/// The columns that an INSERT lists, or all of its table, and the number of the value that the place is in.
pub(super) fn inserted(place: &Place<'_>) -> Option<(Vec<Output>, usize)> {
    let words = &place.words;
    let before = words.get(..place.at)?;
    let open = *Brackets::of(before).open.last()?;
    let row = words.get(open.checked_sub(1)?)?;
    let values = before.iter().rposition(|word| word.is("VALUES"))?;
    let is_row = row.is("VALUES") || (row.kind == TokenKind::Comma && values < open);
    let into = before.get(..values)?.iter().rposition(|word| word.is("INTO"))?;
    let dot = words
        .get(into + 2)
        .is_some_and(|word| word.kind == TokenKind::Dot);
    let end = into + if dot { 4 } else { 2 };
    let name = place.object_at(into + 1, end).filter(|_| is_row)?;
    let relation = place.before.resolve_relation(&name)?;
    let all = super::scope::columns(place.before.catalog.relation(&relation)?);
    let list = words.get(end).filter(|word| word.kind == TokenKind::LeftParen);
    let columns = match (list, Brackets::of(words).close(end)) {
        (Some(_), Some(close)) => {
            let names = words.get(end + 1..close)?.iter().filter(|word| word.is_name());
            names
                .map(|word| {
                    let name = word.name();
                    find(&all, &name).cloned().unwrap_or(Output {
                        name,
                        ty: None,
                        column: None,
                    })
                })
                .collect()
        }
        _ => all,
    };
    Some((columns, commas(before.get(open + 1..)?)))
}

/// Behind INSERT INTO t: the columns that a row must have, and room for their values.
pub(super) fn row(place: &Place<'_>, list: &mut List) {
    let is_due = place
        .expected
        .phrases
        .iter()
        .any(|phrase| phrase == "DEFAULT VALUES");
    let before = place.words.get(place.from..place.at).unwrap_or_default();
    let lists = before
        .last()
        .is_some_and(|word| word.kind == TokenKind::RightParen);
    let Some(into) = before
        .iter()
        .rposition(|word| word.is("INTO"))
        .filter(|_| is_due && !lists)
    else {
        return;
    };
    let Some((_, relation)) = place.relation(Some((into + 1, before.len()))) else {
        return;
    };
    let must = |column: &&Arc<Column>| {
        column.not_null && column.default.is_none() && column.identity.is_none() && column.generated.is_none()
    };
    let required: Vec<&Arc<Column>> = relation.columns.iter().filter(must).collect();
    let columns = if required.is_empty() {
        relation.columns.iter().collect()
    } else {
        required
    };
    let names: Vec<String> = columns.iter().map(|column| column.name.quoted()).collect();
    let names = names.join(", ");
    let holes: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let snippet = format!("({}) VALUES ({})", super::list::escaped(&names), holes.join(", "));
    let label = format!("({names}) VALUES (…)");
    let completion = Completion {
        detail: Some("the columns that a row must have".to_owned()),
        filter: Some("VALUES".to_owned()),
        ..plain(label, CompletionKind::Snippet, Insert::Snippet(snippet))
    };
    list.other("values", completion);
}

/// How many commas stand between words, those in parentheses left out.
pub(super) fn commas(words: &[super::words::Word<'_>]) -> usize {
    let mut depth = 0usize;
    let mut count = 0;
    for word in words {
        match word.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            TokenKind::Comma if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

/// The type of the column that a value is compared with: `status = `, `status IN ('a', `.
fn compared_type(place: &Place<'_>, wanted: Wanted) -> Option<SqlType> {
    let before = place.words.get(..place.at)?;
    let last = before.last()?;
    let end = if COMPARISONS.contains(&last.text) {
        before.len() - 1
    } else {
        let open = *Brackets::of(before).open.last()?;
        let is_list = matches!(last.kind, TokenKind::LeftParen | TokenKind::Comma);
        before
            .get(open.checked_sub(1)?)
            .filter(|word| word.is("IN") && is_list)?;
        let not = open >= 2 && before.get(open - 2).is_some_and(|word| word.is("NOT"));
        open - 1 - usize::from(not)
    };
    let column = before
        .get(end.checked_sub(1)?)
        .filter(|word| word.is_name())?
        .name();
    let dot = end >= 3
        && before
            .get(end - 2)
            .is_some_and(|word| word.kind == TokenKind::Dot);
    if dot {
        let alias = before.get(end - 3)?.name();
        return find(&place.source(&alias)?.columns, &column)?.ty.clone();
    }
    let sources = place.scope.sources.iter().chain(&place.scope.outer);
    let found = sources
        .flat_map(|source| &source.columns)
        .find(|other| other.name == column);
    match found {
        Some(column) => column.ty.clone(),
        None => find(&place.target_columns(wanted.target), &column)?.ty.clone(),
    }
}

fn find<'c>(columns: &'c [Output], name: &Name) -> Option<&'c Output> {
    columns.iter().find(|column| column.name == *name)
}

/// Defaults that columns of the type usually have.
pub(super) fn defaults(place: &Place<'_>, list: &mut List, wanted: Wanted) {
    let Some(ty) = expected_type(place, wanted).filter(|_| place.around.qualifiers.is_empty()) else {
        return;
    };
    let usual: &[&str] = match ty.name.as_str() {
        _ if ty.array => &["'{}'"],
        "timestamptz" | "timestamp" => &["now()"],
        "date" => &["CURRENT_DATE"],
        "uuid" => &["gen_random_uuid()"],
        "jsonb" | "json" => &["'{}'", "'[]'"],
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" => &["0"],
        "text" | "varchar" => &["''"],
        "bool" => &["false", "true"],
        _ => &[],
    };
    for text in usual {
        let insert = Insert::Text((*text).to_owned());
        let kind = if text.ends_with(')') {
            CompletionKind::Function
        } else {
            CompletionKind::Keyword
        };
        list.other(text, plain((*text).to_owned(), kind, insert));
    }
}

/// Values of a parameter.
pub(super) fn settings(place: &Place<'_>, list: &mut List) {
    let before = place.words.get(place.from..place.at).unwrap_or_default();
    let sign = before.iter().rposition(|word| word.text == "=" || word.is("TO"));
    let parameter = sign.and_then(|at| before.get(at.checked_sub(1)?));
    let Some(parameter) = parameter.map(|word| word.text.to_ascii_lowercase()) else {
        return;
    };
    let values: &[&str] = match parameter.as_str() {
        "search_path" => return place.schemas(list),
        "lock_timeout" => &["'2s'", "'5s'", "'10s'"],
        "statement_timeout" | "idle_in_transaction_session_timeout" | "transaction_timeout" => {
            &["'30s'", "'5min'", "'0'"]
        }
        "maintenance_work_mem" | "work_mem" => &["'64MB'", "'256MB'", "'1GB'"],
        "session_replication_role" => &["origin", "replica", "local"],
        "client_min_messages" => &["warning", "notice", "error"],
        "default_transaction_isolation" => &["'read committed'", "'repeatable read'", "'serializable'"],
        "timezone" => &["'UTC'"],
        _ => &["on", "off"],
    };
    super::vocabulary::lower(list, values);
}

/// A foreign key between two sources, as a condition.
struct Join {
    condition: String,
    constraint: Name,
}

/// The foreign keys between a relation under one name and a source.
fn between(catalog: &Catalog, relation: &QualName, alias: &Name, other: &Source) -> Vec<Join> {
    let Some(referenced) = &other.relation else {
        return Vec::new();
    };
    let forth = keys(catalog, relation, referenced);
    let back = keys(catalog, referenced, relation).filter(|_| relation != referenced);
    let mut joins: Vec<Join> = forth
        .map(|(name, key)| condition(name, key, alias, &other.alias))
        .collect();
    joins.extend(back.map(|(name, key)| condition(name, key, &other.alias, alias)));
    joins
}

/// The foreign keys of one relation that are to another.
fn keys<'c>(
    catalog: &'c Catalog,
    from: &QualName,
    to: &QualName,
) -> impl Iterator<Item = (&'c Name, &'c ForeignKey)> + use<'c> {
    let relation = catalog.relation(from);
    let constraints = relation
        .into_iter()
        .flat_map(|relation| relation.constraints.iter());
    let to = to.clone();
    constraints.filter_map(move |(name, constraint)| match &constraint.kind {
        ConstraintKind::ForeignKey(key) if key.references == to => Some((name, key)),
        _ => None,
    })
}

fn condition(name: &Name, key: &ForeignKey, referencing: &Name, referenced: &Name) -> Join {
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let pairs: Vec<String> = pairs
        .map(|(column, target)| {
            format!(
                "{}.{} = {}.{}",
                referencing.quoted(),
                column.quoted(),
                referenced.quoted(),
                target.quoted()
            )
        })
        .collect();
    Join {
        condition: pairs.join(" AND "),
        constraint: name.clone(),
    }
}

/// Behind JOIN t ON: the foreign keys between what was joined last and what stands before it.
pub(super) fn joins(place: &Place<'_>, list: &mut List) {
    let mut sources: Vec<&Source> = place
        .scope
        .sources
        .iter()
        .filter(|source| source.at < place.at)
        .collect();
    sources.sort_by_key(|source| source.at);
    let Some((joined, others)) = sources.split_last() else {
        return;
    };
    let Some(relation) = &joined.relation else {
        return;
    };
    for other in others {
        for join in between(&place.before.catalog, relation, &joined.alias, other) {
            let insert = Insert::Text(join.condition.clone());
            let completion = Completion {
                detail: Some(format!("foreign key {}", join.constraint)),
                ..plain(join.condition.clone(), CompletionKind::Constraint, insert)
            };
            list.other(&join.condition, completion);
        }
    }
    list.next_rank();
}

/// Behind JOIN: the relations that foreign keys lead to from what stands before, with the condition.
pub(super) fn joinable(place: &Place<'_>, list: &mut List) {
    if !place.around.qualifiers.is_empty()
        || place.around.is_followed_by("ON")
        || place.around.is_followed_by("AS")
    {
        return;
    }
    let catalog = &place.before.catalog;
    let sources = place.scope.sources.iter().filter(|source| source.at < place.at);
    for source in sources {
        let Some(relation) = &source.relation else {
            continue;
        };
        for near in neighbours(catalog, relation) {
            let shown = if place.before.session.search_path.contains(&near.schema) {
                near.name.quoted()
            } else {
                near.quoted()
            };
            for join in between(catalog, &near, &near.name, source) {
                let text = format!("{shown} ON {}", join.condition);
                let completion = Completion {
                    detail: Some(format!("foreign key {}", join.constraint)),
                    filter: Some(near.name.as_str().to_owned()),
                    ..plain(text.clone(), CompletionKind::Table, Insert::Text(text))
                };
                list.other(near.name.as_str(), completion);
            }
        }
    }
}

/// The relations that foreign keys lead to and from, each once.
fn neighbours(catalog: &Catalog, name: &QualName) -> Vec<QualName> {
    let mut seen = HashSet::from([name.clone()]);
    let own = catalog
        .relation(name)
        .into_iter()
        .flat_map(|relation| relation.constraints.values());
    let forth = own.filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
        _ => None,
    });
    let back = catalog
        .foreign_keys_to(name)
        .iter()
        .map(|(relation, _)| relation.clone());
    forth
        .chain(back)
        .filter(|name| seen.insert(name.clone()))
        .collect()
}

/// The columns that a list names already: of an INSERT, or of SET.
pub(super) fn taken(place: &Place<'_>, known: Known) -> HashSet<Name> {
    let words = &place.words;
    let before = words.get(..place.at).unwrap_or_default();
    let open = Brackets::of(before).open.last().copied();
    if let Some(open) = open.filter(|_| known == Known::Unlisted) {
        let close = Brackets::of(words).close(open).unwrap_or(words.len());
        let own = words.get(open + 1..close).unwrap_or_default();
        return own
            .iter()
            .filter(|word| word.is_name())
            .map(|word| word.name())
            .collect();
    }
    let set = before
        .iter()
        .rposition(|word| word.is("SET"))
        .unwrap_or(place.from);
    let own = words.get(set..).unwrap_or_default();
    let own = own
        .split(|word| word.is_any(&["WHERE", "FROM", "RETURNING"]))
        .next();
    let pairs = own.unwrap_or_default().windows(2);
    pairs
        .filter(|pair| matches!(pair, [name, sign] if name.is_name() && sign.text == "="))
        .filter_map(|pair| pair.first().map(|word| word.name()))
        .collect()
}
