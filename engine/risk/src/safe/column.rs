//! Safe ways to columns: expand, backfill, contract.

use confiture_schema::change::{ColumnDef, ObjectKind, Rename};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use super::{Table, Ways, bounded, gentle, way};
use crate::effect::{SafeStep, SafeWay};
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
            let sequence = confiture_schema::catalog::QualName::new(
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
            steps.push(self.backfill(table, name, default));
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

    /// Rows are filled a few thousand at a time; the step is run again until it changes none.
    fn backfill(&self, table: &Table, column: &Name, value: &str) -> SafeStep {
        let (table_sql, column) = (table.sql(), column.quoted());
        let key = sql::batch_key(table.relation.as_deref()).quoted().to_string();
        gentle(format!(
            "-- again and again, until it updates no row\nUPDATE {table_sql} SET {column} = {value}\nWHERE {key} IN (SELECT {key} FROM {table_sql} WHERE {column} IS NULL LIMIT 5000);"
        ))
    }

    /// A new column beside the old one, kept alike by a trigger, filled in batches, and renamed in the end.
    pub(super) fn change_type(
        &self,
        table: &Table,
        column: &Name,
        ty: &SqlType,
        using: Option<&Expr>,
    ) -> Option<SafeWay> {
        let old_type = table.relation.as_ref()?.column(column)?.ty.clone()?;
        let expression = using.map_or_else(|| format!("{}::{ty}", column.quoted()), |u| u.text.to_string());
        let _ = old_type;
        let new = Name::new(format!("{column}_new"));
        let mut steps = self.mirror(table, column, &new, &ty.to_string(), &expression, using.is_none())?;
        let (sql, old_name, new_name) = (table.sql(), column.quoted(), new.quoted());
        let retired = Name::new(format!("{column}_old")).quoted().to_string();
        steps.push(bounded(format!(
            "BEGIN;\nDROP TRIGGER {trigger} ON {sql};\nDROP FUNCTION {function}();\nALTER TABLE {sql} RENAME COLUMN {old_name} TO {retired};\nALTER TABLE {sql} RENAME COLUMN {new_name} TO {old_name};\nCOMMIT;",
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

    /// Adds a column, a trigger that keeps it like another, and fills it.
    fn mirror(
        &self,
        table: &Table,
        from: &Name,
        to: &Name,
        ty: &str,
        expression: &str,
        plain: bool,
    ) -> Option<Vec<SafeStep>> {
        let sql = table.sql();
        let to_sql = to.quoted();
        let value = if plain {
            format!("NEW.{}::{ty}", from.quoted())
        } else {
            new_row(expression, from)?
        };
        let (trigger, function) = (trigger_name(to), function_name(table, to));
        Some(vec![
            bounded(format!("ALTER TABLE {sql} ADD COLUMN {to_sql} {ty};")),
            bounded(format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    NEW.{to_sql} := {value};\n    RETURN NEW;\nEND $$;\nCREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {sql} FOR EACH ROW EXECUTE FUNCTION {function}();"
            )),
            self.backfill(table, to, expression),
        ])
    }

    pub(super) fn rename(&self, rename: &Rename) -> Option<SafeWay> {
        match rename.kind {
            ObjectKind::Column => {
                let table = self.table(rename.object.on.as_ref()?)?;
                let is_table = table.relation.as_ref().is_some_and(|r| r.view.is_none());
                if is_new(&table.name, self.before) || !is_table {
                    return None;
                }
                let old = &rename.object.name.name;
                let ty = table.relation.as_ref()?.column(old)?.ty.clone()?.to_string();
                let mut steps = self.mirror(&table, old, &rename.to.name, &ty, &old.quoted(), true)?;
                let sql = table.sql();
                steps.push(bounded(format!(
                    "-- when every program uses the new name\nBEGIN;\nDROP TRIGGER {} ON {sql};\nDROP FUNCTION {}();\nALTER TABLE {sql} DROP COLUMN {};\nCOMMIT;",
                    trigger_name(&rename.to.name),
                    function_name(&table, &rename.to.name),
                    old.quoted()
                )));
                Some(way(
                    "expand and contract: a second column under the new name, kept alike by a trigger, until nobody uses the old one",
                    steps,
                ))
            }
            ObjectKind::Table => {
                let table = self.table(&rename.object.name)?;
                if is_new(&table.name, self.before) {
                    return None;
                }
                let new = confiture_schema::catalog::QualName::new(
                    table.name.schema.clone(),
                    rename.to.name.clone(),
                )
                .quoted();
                let (old, new_name) = (table.sql(), rename.to.name.quoted());
                Some(way(
                    "leave a view under the old name until every program uses the new one",
                    vec![
                        bounded(format!(
                            "BEGIN;\nALTER TABLE {old} RENAME TO {new_name};\nCREATE VIEW {old} AS SELECT * FROM {new};\nCOMMIT;"
                        )),
                        bounded(format!(
                            "-- when every program uses the new name\nDROP VIEW {old};"
                        )),
                    ],
                ))
            }
            _ => None,
        }
    }
}

fn trigger_name(column: &Name) -> String {
    Name::new(format!("keep_{column}")).quoted().to_string()
}

fn function_name(table: &Table, column: &Name) -> String {
    let name = Name::new(format!("{}_keep_{column}", table.name.name));
    confiture_schema::catalog::QualName::new(table.name.schema.clone(), name).quoted()
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
