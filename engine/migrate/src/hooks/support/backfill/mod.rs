//! Writing many rows in parts.
//!
//! A [`Shape`] is a statement with a gap for a condition on its rows; [`keys`] finds columns by which its rows can be told
//! apart for certain, and cuts them into ranges; [`carry`] runs the statement for each range, alone or in the migration's
//! transaction.

pub(crate) mod carry;
pub(crate) mod keys;

use confiture_schema::change::{Change, WriteKind};
use confiture_schema::read;
use confiture_syntax::lexer::Dialect;
use confiture_syntax::{Name, Node, Syntax, kind};

use crate::hooks::ObjectName;

/// What a query's rows are called where a part of them is taken.
pub(crate) const ROWS: &str = "confiture_rows";

/// A statement that writes rows, with a gap for a condition that takes a part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The whole statement.
    pub(crate) whole: String,
    /// What comes before the condition.
    before: String,
    /// What comes behind it.
    after: String,
    /// The query whose rows are told apart: `SELECT … FROM (…)` of this, or a table.
    pub(crate) rows: Rows,
    /// The table that is written, as it is written in the statement.
    pub(crate) target: ObjectName,
    /// Columns that an INSERT names, in order; none where it names none.
    pub(crate) columns: Vec<Name>,
}

/// Rows that can be told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those of a query, with the WITH clause that it needs in front.
    Query {
        /// `WITH …`, or nothing.
        with: String,
        /// The query.
        query: String,
    },
    /// Those of the table that is updated, by the name that the statement has for it.
    Updated {
        /// The alias, or the table.
        alias: String,
    },
}

impl Shape {
    /// `INSERT INTO target (columns) SELECT columns FROM (query)`.
    pub(crate) fn of_query(target: &ObjectName, columns: &[Name], query: &str, after: &str) -> Shape {
        let list: Vec<String> = columns.iter().map(Name::quoted).collect();
        let list = list.join(", ");
        let before = format!(
            "INSERT INTO {} ({list})\nSELECT {list} FROM (\n{query}\n) AS {ROWS}",
            target.quoted()
        );
        Shape {
            whole: format!("INSERT INTO {} ({list})\n{query}{after}", target.quoted()),
            before: format!("{before}\nWHERE "),
            after: after.to_owned(),
            rows: Rows::Query {
                with: String::new(),
                query: query.to_owned(),
            },
            target: target.clone(),
            columns: columns.to_vec(),
        }
    }

    /// The shape of a statement that somebody wrote.
    ///
    /// # Errors
    /// Why it can be run as a whole only.
    pub(crate) fn of_statement(statement: &str) -> Result<Shape, String> {
        let syntax = Syntax::parse_as(statement, Dialect::Server);
        let root = syntax
            .statement()
            .ok_or_else(|| "the statement isn't understood".to_owned())?;
        let changes = read::changes(&syntax);
        let [Change::Query(query)] = changes.as_slice() else {
            return Err("it is not an INSERT or UPDATE".to_owned());
        };
        let [write] = query.writes.as_slice() else {
            return Err("it doesn't write exactly one table".to_owned());
        };
        if query.incomplete {
            return Err("a part of the statement isn't understood".to_owned());
        }
        let target = ObjectName {
            schema: write.relation.schema.clone(),
            name: write.relation.name.clone(),
        };
        if query.reads.iter().any(|read| read.name == target.name) && write.kind == WriteKind::Insert {
            return Err(format!(
                "it reads {target}, which it writes, so a part would see the parts before it"
            ));
        }
        let columns = write.columns.iter().map(|column| column.name.clone()).collect();
        match root.kind() {
            kind::InsertStmt => insert(statement, root, target, columns),
            kind::UpdateStmt => {
                let is_read_twice = query.reads.iter().filter(|read| read.name == target.name).count() > 1;
                if is_read_twice || reads_in_subquery(root, &target) {
                    return Err(format!("it reads {target} also in a query within"));
                }
                update(statement, root, target, columns)
            }
            _ => Err("only INSERT … SELECT and UPDATE can be cut into parts".to_owned()),
        }
    }

    /// The statement for rows that a condition holds for.
    pub(crate) fn with(&self, condition: &str) -> String {
        format!("{}({condition}){}", self.before, self.after)
    }

    /// A query of expressions over the rows, with what follows FROM.
    pub(crate) fn select(&self, expressions: &str, target: &str, behind: &str) -> String {
        match &self.rows {
            Rows::Query { with, query } => {
                format!("{with}SELECT {expressions} FROM (\n{query}\n) AS {ROWS} {behind}")
            }
            Rows::Updated { alias } => format!("SELECT {expressions} FROM {target} AS {alias} {behind}"),
        }
    }

    /// What stands before the name of a column.
    pub(crate) fn qualifier(&self) -> &str {
        match &self.rows {
            Rows::Query { .. } => ROWS,
            Rows::Updated { alias } => alias,
        }
    }
}

/// `INSERT … SELECT …`: a condition goes around the query.
fn insert(statement: &str, root: Node<'_>, target: ObjectName, columns: Vec<Name>) -> Result<Shape, String> {
    let select = root
        .child(kind::insert_rest)
        .and_then(|rest| rest.child(kind::SelectStmt))
        .ok_or_else(|| "it inserts no query's rows".to_owned())?;
    let range = select.range().as_usize();
    let (Some(before), Some(after)) = (statement.get(..range.start), statement.get(range.end..)) else {
        return Err("the statement isn't understood".to_owned());
    };
    let with = match root.child(kind::opt_with_clause) {
        Some(with) => format!("{}\n", with.text()),
        None => String::new(),
    };
    let query = select.text();
    Ok(Shape {
        whole: statement.to_owned(),
        before: format!("{before}SELECT * FROM (\n{query}\n) AS {ROWS}\nWHERE "),
        after: format!("\n{after}"),
        rows: Rows::Query {
            with,
            query: query.to_owned(),
        },
        target,
        columns,
    })
}

/// `UPDATE … WHERE …`: a condition is added.
fn update(statement: &str, root: Node<'_>, target: ObjectName, columns: Vec<Name>) -> Result<Shape, String> {
    let relation = root
        .child(kind::relation_expr_opt_alias)
        .ok_or_else(|| "the statement isn't understood".to_owned())?;
    let alias = match relation.child(kind::ColId) {
        Some(alias) => Name::fold(alias.text()),
        None => target.name.clone(),
    };
    // The condition goes where WHERE stands, or would stand: before RETURNING, else at the end.
    let clause = root.child(kind::where_or_current_clause);
    let (at, end, own) = match clause {
        Some(clause) => {
            let own = clause
                .child(kind::a_expr)
                .ok_or_else(|| "it updates the row of a cursor".to_owned())?;
            let range = clause.range().as_usize();
            (range.start, range.end, Some(own.text()))
        }
        None => {
            let returning = root.child(kind::returning_clause);
            let at = returning.map_or(root.range().as_usize().end, |node| node.range().as_usize().start);
            (at, at, None)
        }
    };
    let (Some(before), Some(after)) = (statement.get(..at), statement.get(end..)) else {
        return Err("the statement isn't understood".to_owned());
    };
    let own = own.map(|own| format!("({own}\n) AND ")).unwrap_or_default();
    Ok(Shape {
        whole: statement.to_owned(),
        before: format!("{before}\nWHERE {own}"),
        after: format!("\n{after}"),
        rows: Rows::Updated {
            alias: alias.quoted(),
        },
        target,
        columns,
    })
}

/// Whether a query within the statement reads the table.
fn reads_in_subquery(root: Node<'_>, target: &ObjectName) -> bool {
    let mut names = root
        .find_all(kind::table_ref)
        .filter_map(|table| table.child(kind::relation_expr)?.child(kind::qualified_name));
    names.any(|name| ObjectName::parse(name.text()).is_none_or(|name| name.name == target.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(statement: &str) -> String {
        match Shape::of_statement(statement) {
            Ok(shape) => shape.with("C"),
            Err(reason) => format!("whole: {reason}"),
        }
    }

    #[test]
    fn statements_have_a_gap_for_a_condition() {
        insta::assert_snapshot!(cut(
            "WITH c AS (SELECT 1 AS a) INSERT INTO t (a) SELECT * FROM c -- x\nON CONFLICT (a) DO NOTHING"
        ));
        insta::assert_snapshot!(cut(
            "UPDATE t AS x SET a = u.b FROM u WHERE u.id = x.id OR true RETURNING 1"
        ));
        insta::assert_snapshot!(cut("UPDATE t SET a = 1"));
    }

    #[test]
    fn what_can_not_be_cut_is_said() {
        assert_eq!(
            cut("DELETE FROM t"),
            "whole: only INSERT … SELECT and UPDATE can be cut into parts"
        );
        assert_eq!(
            cut("INSERT INTO t DEFAULT VALUES"),
            "whole: it inserts no query's rows"
        );
        assert_eq!(
            cut("INSERT INTO t SELECT max(id) + 1 FROM t"),
            "whole: it reads t, which it writes, so a part would see the parts before it"
        );
        assert_eq!(
            cut("UPDATE t SET a = (SELECT count(*) FROM t)"),
            "whole: it reads t also in a query within"
        );
        assert_eq!(cut("SELECT 1"), "whole: it doesn't write exactly one table");
        assert_eq!(cut("CREATE TABLE t ()"), "whole: it is not an INSERT or UPDATE");
    }
}
