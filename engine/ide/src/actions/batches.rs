//! An UPDATE of a whole table, a few thousand rows at a time.

use confiture_schema::catalog::{ConstraintKind, Relation};
use confiture_schema::change::{Change, Write, WriteKind};
use confiture_syntax::{Name, Node, kind};

use super::Action;
use super::here::Here;
use super::safe_way::{looped, plan};

/// How many rows one transaction writes.
const ROWS: usize = 5000;

/// Functions that give the same for the same, whenever they are called: what isn't known to could go on for ever.
const SETTLED: [&str; 15] = [
    "abs", "btrim", "ceil", "floor", "left", "length", "lower", "ltrim", "md5", "replace", "right", "round",
    "rtrim", "substr", "upper",
];

/// The statement in batches, where it writes a whole table that others use, and doing it twice is doing it once.
pub(super) fn rewrite(here: &Here<'_>) -> Option<Action> {
    let [Change::Query(query)] = here.statement.changes() else {
        return None;
    };
    let [write] = query.writes.as_slice() else {
        return None;
    };
    let is_unbounded = write.every_row || query.comparisons.is_empty();
    let is_settled = |name: &Name| SETTLED.contains(&name.as_str());
    if write.kind != WriteKind::Update
        || !is_unbounded
        || query.explain_only
        || query.incomplete
        || !query.functions.iter().all(|function| is_settled(&function.name))
        || !is_in_use(here, write)
    {
        return None;
    }
    let before = here.before();
    let table = before.resolve_relation(&write.relation);
    let table = table.and_then(|name| before.catalog.relation(&name).cloned());
    let syntax = here.statement.syntax();
    let update = syntax.root().find(kind::UpdateStmt)?;
    let sql = batch(update, table.as_deref())?;
    plan(
        here,
        "write a few thousand rows at a time, each batch in a transaction of its own",
        &[looped(&sql)],
    )
}

/// Whether others may be using the table: this script didn't create it.
fn is_in_use(here: &Here<'_>, write: &Write) -> bool {
    let before = here.before();
    let created = &before.session.transaction.created_in_script;
    let known = before.resolve_relation(&write.relation);
    known.is_none_or(|name| !created.contains_key(&name))
}

/// The statement for one batch: of the rows that are not yet as they are to be.
fn batch(update: Node<'_>, table: Option<&Relation>) -> Option<String> {
    let known = [
        kind::kw_update,
        kind::relation_expr_opt_alias,
        kind::kw_set,
        kind::set_clause_list,
        kind::where_or_current_clause,
    ];
    if update.children().any(|child| !known.contains(&child.kind())) {
        return None;
    }
    let target = update.child(kind::relation_expr_opt_alias)?;
    let list = update.child(kind::set_clause_list)?;
    let clauses = list.list(kind::set_clause);
    let pairs: Vec<(Name, Node<'_>)> = clauses.into_iter().map(assigned).collect::<Option<_>>()?;
    let columns: Vec<&Name> = pairs.iter().map(|(column, _)| column).collect();
    if !pairs
        .iter()
        .all(|(column, value)| is_settled(*value, &columns) && has_equality(table, column))
    {
        return None;
    }
    let differs: Vec<String> = pairs
        .iter()
        .map(|(column, value)| format!("{} IS DISTINCT FROM ({})", column.quoted(), value.text()))
        .collect();
    let mut condition = differs.join(" OR ");
    if let Some(clause) = update.child(kind::where_or_current_clause) {
        let own = clause.child(kind::a_expr)?.text();
        condition = format!("({own}) AND ({condition})");
    }
    let alias = target.child(kind::ColId).and_then(Node::name);
    let key = key(table);
    let key = alias.map_or(key.clone(), |alias| format!("{}.{key}", alias.quoted()));
    Some(format!(
        "UPDATE {} SET {}\nWHERE {key} IN (\n    SELECT {key} FROM {} WHERE {condition} LIMIT {ROWS}\n);",
        target.text(),
        list.text(),
        target.text(),
    ))
}

/// The column and the value of `column = value`.
fn assigned(clause: Node<'_>) -> Option<(Name, Node<'_>)> {
    let target = clause.child(kind::set_target)?;
    let value = clause.child(kind::a_expr)?;
    let is_whole = target.children().all(|child| child.kind() == kind::ColId);
    is_whole.then_some((target.child(kind::ColId)?.name()?, value))
}

/// Whether a value is the same when it is asked for again after these columns were written.
fn is_settled(value: Node<'_>, columns: &[&Name]) -> bool {
    let changes = [
        kind::select_with_parens,
        kind::func_expr_common_subexpr,
        kind::kw_default,
        kind::columnref,
    ];
    value.descendants().all(|node| {
        if node.kind() == kind::columnref {
            return !node
                .descendants()
                .filter_map(Node::name)
                .any(|name| columns.contains(&&name));
        }
        !changes.contains(&node.kind())
    })
}

/// Whether values of a column can be compared.
fn has_equality(table: Option<&Relation>, column: &Name) -> bool {
    let ty = table
        .and_then(|table| table.column(column))
        .and_then(|column| column.ty.as_ref())
        .map(ToString::to_string);
    !ty.is_some_and(|ty| matches!(ty.as_str(), "json" | "xml" | "point" | "polygon"))
}

/// What tells rows apart.
fn key(table: Option<&Relation>) -> String {
    match table.and_then(Relation::primary_key).map(|key| &key.kind) {
        Some(ConstraintKind::PrimaryKey { columns }) => match columns.as_slice() {
            [column] => column.quoted().to_string(),
            _ => "ctid".to_owned(),
        },
        _ => "ctid".to_owned(),
    }
}
