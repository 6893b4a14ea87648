//! Safe ways to columns: expand, backfill, contract.

use confiture_schema::catalog::{ConstraintKind, QualName};
use confiture_schema::change::{ColumnDef, ObjectKind, Rename};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use super::{Table, Ways, bounded, gentle, way};
use crate::effect::{Repeats, SafeStep, SafeWay};
use crate::judge::is_new;
use crate::sql;

impl Ways<'_> {
    /// NOT NULL without reading the table under a strong lock.
    pub(super) fn set_not_null(&self, table: &Table, column: &Name) -> SafeWay {
        let constraint = Name::new(format!("{}_{column}_not_null", table.name.name))
            .quoted()
            .to_string();
        let (sql, column) = (table.sql(), column.quoted());
        if self.version.at_least(18) {
            return way(
                "add the NOT NULL constraint without looking at the rows, then validate it while reads and writes go on",
                vec![
                    bounded(format!(
                        "ALTER TABLE {sql} ADD CONSTRAINT {constraint} NOT NULL {column} NOT VALID;"
                    )),
                    bounded(format!("ALTER TABLE {sql} VALIDATE CONSTRAINT {constraint};")),
                ],
            );
        }
        way(
            "let a validated CHECK show that there is no null, so that SET NOT NULL need not read the table",
            vec![
                bounded(format!(
                    "ALTER TABLE {sql} ADD CONSTRAINT {constraint} CHECK ({column} IS NOT NULL) NOT VALID;"
                )),
                bounded(format!("ALTER TABLE {sql} VALIDATE CONSTRAINT {constraint};")),
                bounded(format!("ALTER TABLE {sql} ALTER COLUMN {column} SET NOT NULL;")),
                bounded(format!("ALTER TABLE {sql} DROP CONSTRAINT {constraint};")),
            ],
        )
    }

    pub(super) fn add_column(&self, table: &Table, column: &ColumnDef) -> Option<SafeWay> {
        let name = &column.name.name;
        let sql_name = name.quoted();
        let ty = &column.ty.as_ref()?.ty;
        if column.generated.is_some() {
            return None;
        }
        let mut steps = vec![bounded(format!(
            "ALTER TABLE {} ADD COLUMN {sql_name} {ty};",
            table.sql()
        ))];
        let serial = column.identity.is_some() || column.ty.as_ref().is_some_and(|t| t.serial);
        let default = if serial {
            let sequence = QualName::new(
                table.name.schema.clone(),
                Name::new(format!("{}_{name}_seq", table.name.name)),
            );
            steps.push(gentle(format!(
                "CREATE SEQUENCE {} OWNED BY {}.{sql_name};",
                sequence.quoted(),
                table.sql()
            )));
            Some(format!("nextval({})", sql::literal(&sequence.quoted())))
        } else {
            column.default.as_ref().map(|d| d.text.to_string())
        };
        if let Some(default) = &default {
            steps.push(bounded(format!(
                "ALTER TABLE {} ALTER COLUMN {sql_name} SET DEFAULT {default};",
                table.sql()
            )));
            steps.push(self.backfill(table, name, default, ""));
        }
        if serial || column.not_null == Some(true) {
            default.as_ref()?;
            steps.extend(self.set_not_null(table, name).steps);
        }
        for constraint in &column.constraints {
            steps.extend(
                self.add_constraint(table, constraint)
                    .into_iter()
                    .flat_map(|w| w.steps),
            );
        }
        (steps.len() > 1).then(|| {
            way(
                "add the column empty, give it its default for new rows, fill the others in batches",
                steps,
            )
        })
    }

    /// Rows are filled a few thousand at a time; the step is run again until it changes none. The condition leaves
    /// out those that would stay null, so that there is an end.
    fn backfill(&self, table: &Table, column: &Name, value: &str, condition: &str) -> SafeStep {
        let (table_sql, column) = (table.sql(), column.quoted());
        let key = sql::batch_key(table.relation.as_deref()).quoted().to_string();
        let sql = format!(
            "-- again and again, until it updates no row\nUPDATE {table_sql} SET {column} = {value}\nWHERE {key} IN (SELECT {key} FROM {table_sql} WHERE {column} IS NULL{condition} LIMIT 5000);"
        );
        SafeStep {
            repeats: Repeats::UntilDone,
            ..gentle(sql)
        }
    }

    /// A new column beside the old one, kept alike by a trigger, filled in batches, and renamed in the end.
    pub(super) fn change_type(
        &self,
        table: &Table,
        column: &Name,
        ty: &SqlType,
        using: Option<&Expr>,
    ) -> Option<SafeWay> {
        let other_columns = using.is_some_and(|u| u.facts.columns.iter().any(|c| c != column));
        if other_columns || self.is_leaned_on(table, column)? {
            return None;
        }
        let old = table.relation.as_ref()?.column(column)?.clone();
        if old.identity.is_some() || old.generated.is_some() {
            return None;
        }
        let expression = using.map_or_else(|| format!("{}::{ty}", column.quoted()), |u| u.text.to_string());
        let of_new_row = match using {
            None => format!("NEW.{}::{ty}", column.quoted()),
            Some(_) => new_row(&expression, column)?,
        };
        let new = Name::new(format!("{column}_new"));
        let body = format!("NEW.{} := {of_new_row};", new.quoted());
        let mut steps = self.mirror(table, &new, &ty.to_string(), &body, &expression);
        if old.not_null {
            steps.extend(self.set_not_null(table, &new).steps);
        }
        let (sql, old_name, new_name) = (table.sql(), column.quoted(), new.quoted());
        let retired = Name::new(format!("{column}_old")).quoted();
        let default = old.default.as_ref().map_or(String::new(), |d| {
            format!(
                "ALTER TABLE {sql} ALTER COLUMN {new_name} SET DEFAULT {};\n",
                d.text
            )
        });
        let free = if old.not_null {
            format!("ALTER TABLE {sql} ALTER COLUMN {old_name} DROP NOT NULL;\n")
        } else {
            String::new()
        };
        steps.push(bounded(format!(
            "DROP TRIGGER {trigger} ON {sql};\nDROP FUNCTION {function}();\n{default}{free}ALTER TABLE {sql} RENAME COLUMN {old_name} TO {retired};\nALTER TABLE {sql} RENAME COLUMN {new_name} TO {old_name};",
            trigger = trigger_name(&new),
            function = function_name(table, &new),
        )));
        steps.push(bounded(format!(
            "-- when no program uses it any more\nALTER TABLE {sql} DROP COLUMN {retired};"
        )));
        Some(way(
            "expand and contract: a new column of the new type, kept alike by a trigger, filled in batches, and put in the old one's place",
            steps,
        ))
    }

    /// Whether something rests on a column that a new one in its place would not have: keys, indexes, foreign keys,
    /// checks, views, partitions and children. `None` where the files don't tell.
    fn is_leaned_on(&self, table: &Table, column: &Name) -> Option<bool> {
        let relation = table.relation.as_ref()?;
        relation.column(column)?;
        let in_constraint = relation.constraints.values().any(|c| match &c.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                columns.contains(column)
            }
            ConstraintKind::ForeignKey(key) => key.columns.contains(column),
            ConstraintKind::Check { expr } => expr.facts.columns.contains(column),
            ConstraintKind::Exclude { .. } | ConstraintKind::NotNull { .. } => false,
        });
        let in_index = relation.indexes.values().any(|i| {
            i.keys.iter().any(|k| k.expr.facts.columns.contains(column))
                || i.predicate
                    .as_ref()
                    .is_some_and(|p| p.facts.columns.contains(column))
        });
        let catalog = &self.before.catalog;
        let around = !catalog.views_of(&table.name).is_empty()
            || !catalog.children_of(&table.name).is_empty()
            || !relation.parents.is_empty();
        Some(in_constraint || in_index || around)
    }

    /// Adds a column, a trigger that keeps it like another by this body, and fills it.
    fn mirror(&self, table: &Table, new: &Name, ty: &str, body: &str, expression: &str) -> Vec<SafeStep> {
        let (sql, new_name) = (table.sql(), new.quoted());
        let (trigger, function) = (trigger_name(new), function_name(table, new));
        let body = body.replace('\n', "\n    ");
        vec![
            bounded(format!("ALTER TABLE {sql} ADD COLUMN {new_name} {ty};")),
            bounded(format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    {body}\n    RETURN NEW;\nEND $$;\nCREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {sql} FOR EACH ROW EXECUTE FUNCTION {function}();"
            )),
            self.backfill(
                table,
                new,
                expression,
                &format!(" AND ({expression}) IS NOT NULL"),
            ),
        ]
    }

    pub(super) fn rename(&self, rename: &Rename) -> Option<SafeWay> {
        match rename.kind {
            ObjectKind::Column => self.rename_column(rename),
            ObjectKind::Table => self.rename_table(rename),
            _ => None,
        }
    }

    /// A second column under the new name; whichever of the two a program writes, the other follows.
    fn rename_column(&self, rename: &Rename) -> Option<SafeWay> {
        let table = self.table(rename.object.on.as_ref()?)?;
        let (old, new) = (&rename.object.name.name, &rename.to.name);
        let relation = table.relation.as_ref()?;
        if is_new(&table.name, self.before) || relation.view.is_some() || self.is_leaned_on(&table, old)? {
            return None;
        }
        let column = relation.column(old)?.clone();
        if column.identity.is_some() || column.generated.is_some() {
            return None;
        }
        let ty = column.ty.as_ref()?.to_string();
        let (o, n, sql) = (old.quoted(), new.quoted(), table.sql());
        let body = format!(
            "IF TG_OP = 'INSERT' THEN\n    NEW.{n} := coalesce(NEW.{n}, NEW.{o});\n    NEW.{o} := NEW.{n};\nELSIF NEW.{n} IS DISTINCT FROM OLD.{n} THEN\n    NEW.{o} := NEW.{n};\nELSE\n    NEW.{n} := NEW.{o};\nEND IF;"
        );
        let mut steps = self.mirror(&table, new, &ty, &body, &o);
        if column.not_null {
            steps.extend(self.set_not_null(&table, new).steps);
        }
        let default = column.default.as_ref().map_or(String::new(), |d| {
            format!("ALTER TABLE {sql} ALTER COLUMN {n} SET DEFAULT {};\n", d.text)
        });
        steps.push(bounded(format!(
            "-- when every program uses the new name\nDROP TRIGGER {} ON {sql};\nDROP FUNCTION {}();\n{default}ALTER TABLE {sql} DROP COLUMN {o};",
            trigger_name(new),
            function_name(&table, new),
        )));
        Some(way(
            "expand and contract: a second column under the new name, kept alike by a trigger, until nobody uses the old one",
            steps,
        ))
    }

    fn rename_table(&self, rename: &Rename) -> Option<SafeWay> {
        let table = self.table(&rename.object.name)?;
        if is_new(&table.name, self.before) || table.relation.is_none() {
            return None;
        }
        let new = QualName::new(table.name.schema.clone(), rename.to.name.clone()).quoted();
        let (old, new_name) = (table.sql(), rename.to.name.quoted());
        Some(way(
            "leave a view under the old name until every program uses the new one",
            vec![
                bounded(format!(
                    "ALTER TABLE {old} RENAME TO {new_name};\nCREATE VIEW {old} AS SELECT * FROM {new};"
                )),
                bounded(format!(
                    "-- when every program uses the new name\nDROP VIEW {old};"
                )),
            ],
        ))
    }
}

fn trigger_name(column: &Name) -> String {
    Name::new(format!("keep_{column}")).quoted().to_string()
}

fn function_name(table: &Table, column: &Name) -> String {
    let name = Name::new(format!("{}_keep_{column}", table.name.name));
    QualName::new(table.name.schema.clone(), name).quoted()
}

/// A USING expression about the new row; only where it names the column itself and nothing that could be meant otherwise.
fn new_row(expression: &str, column: &Name) -> Option<String> {
    let name = column.as_str();
    let part =
        |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '\'' | '$'));
    let mut out = String::new();
    let mut rest = expression;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        if part(
            before
                .chars()
                .next_back()
                .or(out.chars().next_back().filter(|_| before.is_empty())),
        ) || part(after.chars().next())
        {
            return None;
        }
        out.push_str(before);
        out.push_str("NEW.");
        out.push_str(name);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}
