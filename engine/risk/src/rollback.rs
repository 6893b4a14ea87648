//! The statement that undoes a statement, where one exists.
//!
//! Structure comes back, data doesn't: a dropped column is added again, empty.

use confiture_schema::apply::State;
use confiture_schema::catalog::{
    Column, ConstraintKind, PartitionBound, Persistence, QualName, Relation, RelationKind,
};
use confiture_schema::change::{
    AlterAction, AlterRelation, Argument, ArgumentMode, Change, Comment, ConstraintDef, ConstraintDefKind,
    CreateFunction, DetachMode, Drop, Grant, ObjectKind, ObjectRef, RelationWord, Rename,
};
use confiture_syntax::Name;

use crate::predict::Predictor;
use crate::sql;
use crate::version::PgVersion;

/// The statements that undo a statement's changes, last first; `None` where one of them can't be undone.
pub(crate) fn rollback(changes: &[Change], before: &State, version: PgVersion) -> Option<String> {
    let undo = Undo {
        before,
        names: Predictor::reader(before, version),
    };
    let mut statements = Vec::new();
    for change in changes.iter().rev() {
        statements.push(undo.change(change)?);
    }
    (!statements.is_empty()).then(|| statements.join("\n"))
}

struct Undo<'s> {
    before: &'s State,
    names: Predictor<'s>,
}

impl Undo<'_> {
    fn change(&self, change: &Change) -> Option<String> {
        Some(match change {
            Change::CreateSchema(c) if !self.before.catalog.schemas.contains_key(&c.name.name) => {
                format!("DROP SCHEMA {};", c.name.name.quoted())
            }
            Change::CreateTable(c) => {
                self.drop_new(if c.foreign { "FOREIGN TABLE" } else { "TABLE" }, &c.name)?
            }
            Change::CreateTableAs(c) => self.drop_new(
                if c.materialized {
                    "MATERIALIZED VIEW"
                } else {
                    "TABLE"
                },
                &c.name,
            )?,
            Change::CreateSequence(c) => self.drop_new("SEQUENCE", &c.name)?,
            Change::CreateView(c) => self.view(&c.name)?,
            Change::CreateIndex(c) => {
                let name = c.name.as_ref()?;
                let table = self.names.name_of(&c.table)?;
                let index = QualName::new(table.schema, name.name.clone());
                if self.before.catalog.index_tables.contains_key(&index) {
                    return None;
                }
                let how = if c.concurrently { "CONCURRENTLY " } else { "" };
                format!("DROP INDEX {how}{};", index.quoted())
            }
            Change::CreateType(c) => format!("DROP TYPE {};", sql::object(&c.name)),
            Change::CreateDomain(c) => format!("DROP DOMAIN {};", sql::object(&c.name)),
            Change::CreateFunction(c) if !c.or_replace => drop_function(c),
            Change::CreateTrigger(c) if !c.or_replace => format!(
                "DROP TRIGGER {} ON {};",
                c.name.name.quoted(),
                sql::object(&c.table)
            ),
            Change::CreatePolicy(c) => format!(
                "DROP POLICY {} ON {};",
                c.name.name.quoted(),
                sql::object(&c.table)
            ),
            Change::CreateRule(c) if !c.or_replace => {
                format!("DROP RULE {} ON {};", c.name.name.quoted(), sql::object(&c.table))
            }
            Change::CreateExtension(c) if !self.before.catalog.extensions.contains_key(&c.name.name) => {
                format!("DROP EXTENSION {};", c.name.name.quoted())
            }
            Change::Rename(c) => self.rename(c)?,
            Change::SetSchema(c) => {
                let old = self.names.name_of(&c.object.name)?;
                let moved = QualName::new(c.to.name.clone(), old.name.clone());
                format!(
                    "ALTER {} {} SET SCHEMA {};",
                    word(c.kind)?,
                    moved.quoted(),
                    old.schema.quoted()
                )
            }
            Change::Comment(c) => self.comment(c)?,
            Change::Grant(c) => grant(c)?,
            Change::Drop(c) => self.drop(c)?,
            Change::AlterRelation(c) => self.alter(c)?,
            _ => return None,
        })
    }

    fn drop_new(&self, word: &str, name: &ObjectRef) -> Option<String> {
        let full = self.names.name_of(name)?;
        self.before
            .catalog
            .relation(&full)
            .is_none()
            .then(|| format!("DROP {word} {};", full.quoted()))
    }

    fn view(&self, name: &ObjectRef) -> Option<String> {
        let full = self.names.name_of(name)?;
        match self.before.catalog.relation(&full) {
            None => Some(format!("DROP VIEW {};", full.quoted())),
            Some(old) => Some(format!(
                "CREATE OR REPLACE VIEW {} AS\n{};",
                full.quoted(),
                old.view.as_ref()?.query
            )),
        }
    }

    fn rename(&self, rename: &Rename) -> Option<String> {
        let (new, old) = (rename.to.name.quoted(), rename.object.name.name.quoted());
        let on = || Some(self.names.name_of(rename.object.on.as_ref()?)?.quoted());
        Some(match rename.kind {
            ObjectKind::Column => format!("ALTER TABLE {} RENAME COLUMN {new} TO {old};", on()?),
            ObjectKind::Constraint => format!("ALTER TABLE {} RENAME CONSTRAINT {new} TO {old};", on()?),
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
                format!("ALTER {} {new} ON {} RENAME TO {old};", word(rename.kind)?, on()?)
            }
            ObjectKind::Schema => format!("ALTER SCHEMA {new} RENAME TO {old};"),
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index => {
                let full = self.names.name_of(&rename.object.name)?;
                format!(
                    "ALTER {} {} RENAME TO {old};",
                    word(rename.kind)?,
                    QualName::new(full.schema, rename.to.name.clone()).quoted()
                )
            }
            ObjectKind::Type | ObjectKind::Domain => {
                let renamed = ObjectRef {
                    name: rename.to.name.clone(),
                    ..rename.object.name.clone()
                };
                format!(
                    "ALTER {} {} RENAME TO {old};",
                    word(rename.kind)?,
                    sql::object(&renamed)
                )
            }
            _ => return None,
        })
    }

    fn comment(&self, comment: &Comment) -> Option<String> {
        let text =
            |old: &Option<std::sync::Arc<str>>| old.as_ref().map_or("NULL".to_owned(), |t| sql::literal(t));
        match comment.kind {
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence => {
                let name = self.names.name_of(&comment.object.name)?;
                let old = self.before.catalog.relation(&name)?;
                Some(format!(
                    "COMMENT ON {} {} IS {};",
                    word(comment.kind)?,
                    name.quoted(),
                    text(&old.comment)
                ))
            }
            ObjectKind::Column => {
                let name = self.names.name_of(comment.object.on.as_ref()?)?;
                let column = self
                    .before
                    .catalog
                    .relation(&name)?
                    .column(&comment.object.name.name)?
                    .clone();
                Some(format!(
                    "COMMENT ON COLUMN {}.{} IS {};",
                    name.quoted(),
                    column.name.quoted(),
                    text(&column.comment)
                ))
            }
            _ => None,
        }
    }

    fn drop(&self, drop: &Drop) -> Option<String> {
        let mut all = Vec::new();
        for object in &drop.objects {
            let name = self.names.name_of(&object.name)?;
            all.push(match drop.kind {
                ObjectKind::Index => {
                    let (_, index) = self.before.catalog.index(&name)?;
                    let table = QualName::new(
                        name.schema.clone(),
                        self.before.catalog.index_tables.get(&name)?.clone(),
                    );
                    format!("{};", sql::index(&name, &table, index))
                }
                ObjectKind::Table => table(&name, self.before.catalog.relation(&name)?)?,
                ObjectKind::View => format!(
                    "CREATE VIEW {} AS\n{};",
                    name.quoted(),
                    self.before.catalog.relation(&name)?.view.as_ref()?.query
                ),
                ObjectKind::MaterializedView => {
                    format!(
                        "CREATE MATERIALIZED VIEW {} AS\n{};",
                        name.quoted(),
                        self.before.catalog.relation(&name)?.view.as_ref()?.query
                    )
                }
                _ => return None,
            });
        }
        all.reverse();
        Some(all.join("\n"))
    }

    fn alter(&self, alter: &AlterRelation) -> Option<String> {
        let name = self.names.name_of(&alter.name)?;
        let relation = self.before.catalog.relation(&name).cloned();
        let mut undone = Vec::new();
        for command in alter.commands.iter().rev() {
            undone.push(self.command(&name, relation.as_deref(), &command.action)?);
        }
        let word = match alter.word {
            RelationWord::Table => "TABLE",
            RelationWord::Index => return None,
            RelationWord::View => "VIEW",
            RelationWord::MaterializedView => "MATERIALIZED VIEW",
            RelationWord::Sequence => "SEQUENCE",
            RelationWord::ForeignTable => "FOREIGN TABLE",
        };
        let only = if alter.only { "ONLY " } else { "" };
        Some(format!(
            "ALTER {word} {only}{} {};",
            name.quoted(),
            undone.join(", ")
        ))
    }

    fn command(&self, table: &QualName, relation: Option<&Relation>, action: &AlterAction) -> Option<String> {
        let column = |name: &Name| relation.and_then(|r| r.column(name)).cloned();
        Some(match action {
            AlterAction::AddColumn { column: new, .. } => {
                if column(&new.name.name).is_some() {
                    return None;
                }
                format!("DROP COLUMN {}", new.name.name.quoted())
            }
            AlterAction::DropColumn { column: old, .. } => {
                format!("ADD COLUMN {}", sql::column(&*column(&old.name)?)?)
            }
            AlterAction::AlterType { column: name, ty, .. } => retype_back(&*column(&name.name)?, &ty.ty)?,
            AlterAction::SetDefault { column: name, .. } | AlterAction::DropDefault(name) => {
                match &column(&name.name)?.default {
                    Some(default) => {
                        format!("ALTER COLUMN {} SET DEFAULT {}", name.name.quoted(), default.text)
                    }
                    None => format!("ALTER COLUMN {} DROP DEFAULT", name.name.quoted()),
                }
            }
            AlterAction::SetNotNull(name) if !column(&name.name)?.not_null => {
                format!("ALTER COLUMN {} DROP NOT NULL", name.name.quoted())
            }
            AlterAction::DropNotNull(name) if column(&name.name)?.not_null => {
                format!("ALTER COLUMN {} SET NOT NULL", name.name.quoted())
            }
            AlterAction::AddIdentity { column: name, .. } => {
                format!("ALTER COLUMN {} DROP IDENTITY", name.name.quoted())
            }
            AlterAction::DropIdentity { column: name, .. } => {
                let kind = column(&name.name)?.identity?;
                format!(
                    "ALTER COLUMN {} ADD GENERATED {} AS IDENTITY",
                    name.name.quoted(),
                    sql::identity_words(kind)
                )
            }
            AlterAction::AddConstraint(constraint) => {
                format!("DROP CONSTRAINT {}", constraint_name(table, constraint)?.quoted())
            }
            AlterAction::DropConstraint { constraint, .. } => {
                let old = relation?.constraints.get(&constraint.name)?;
                format!(
                    "ADD CONSTRAINT {} {}",
                    constraint.name.quoted(),
                    sql::constraint(old)?
                )
            }
            AlterAction::SetRowSecurity { enabled, forced } => row_security(relation?, *enabled, *forced)?,
            AlterAction::SetPersistence(_) => match relation?.persistence {
                Persistence::Permanent => "SET LOGGED".to_owned(),
                Persistence::Unlogged => "SET UNLOGGED".to_owned(),
                Persistence::Temporary => return None,
            },
            AlterAction::OwnerTo(_) => format!("OWNER TO {}", relation?.owner.as_ref()?.quoted()),
            AlterAction::SetOptions(options) | AlterAction::ResetOptions(options) => {
                options_back(relation?, options.iter().map(|o| &o.name))
            }
            AlterAction::Inherit(parent) => format!("NO INHERIT {}", sql::object(parent)),
            AlterAction::NoInherit(parent) => format!("INHERIT {}", sql::object(parent)),
            AlterAction::AttachPartition { partition, .. } => {
                format!("DETACH PARTITION {}", sql::object(partition))
            }
            AlterAction::DetachPartition {
                partition,
                mode: DetachMode::Plain | DetachMode::Concurrently,
            } => {
                let child = self.names.name_of(partition)?;
                let parents = self.before.catalog.relation(&child)?.parents.clone();
                match parents.into_iter().find(|p| p.relation == *table)?.bound? {
                    PartitionBound::Default => format!("ATTACH PARTITION {} DEFAULT", child.quoted()),
                    PartitionBound::Values(values) => format!("ATTACH PARTITION {} {values}", child.quoted()),
                }
            }
            _ => return None,
        })
    }
}

fn retype_back(old: &Column, new: &confiture_schema::types::SqlType) -> Option<String> {
    let ty = old.ty.as_ref()?;
    let column = old.name.quoted();
    let collation = old
        .collation
        .as_ref()
        .map(|c| format!(" COLLATE {}", c.quoted()))
        .unwrap_or_default();
    let using = if ty.base() == new.base() {
        String::new()
    } else {
        format!(" USING {column}::{ty}")
    };
    Some(format!("ALTER COLUMN {column} TYPE {ty}{collation}{using}"))
}

fn row_security(relation: &Relation, enabled: Option<bool>, forced: Option<bool>) -> Option<String> {
    let old = relation.row_security;
    match (enabled, forced) {
        (Some(new), _) if new != old.enabled => Some(format!(
            "{} ROW LEVEL SECURITY",
            if old.enabled { "ENABLE" } else { "DISABLE" }
        )),
        (_, Some(new)) if new != old.forced => Some(format!(
            "{} ROW LEVEL SECURITY",
            if old.forced { "FORCE" } else { "NO FORCE" }
        )),
        _ => None,
    }
}

fn options_back<'n>(relation: &Relation, options: impl Iterator<Item = &'n Name>) -> String {
    let back = options.map(|name| match relation.options.get(name) {
        Some(old) => format!("SET ({name} = {old})"),
        None => format!("RESET ({name})"),
    });
    back.collect::<Vec<_>>().join(", ")
}

/// The name that a constraint has or gets.
fn constraint_name(table: &QualName, constraint: &ConstraintDef) -> Option<Name> {
    if let Some(name) = &constraint.name {
        return Some(name.name.clone());
    }
    let joined = |columns: &[confiture_schema::change::Ident]| {
        columns
            .iter()
            .map(|c| c.name.as_str())
            .collect::<Vec<_>>()
            .join("_")
    };
    let table = table.name.as_str();
    let name = match &constraint.kind {
        ConstraintDefKind::PrimaryKey(key) if key.using_index.is_none() => format!("{table}_pkey"),
        ConstraintDefKind::Unique(key) if key.using_index.is_none() => {
            format!("{table}_{}_key", joined(&key.columns))
        }
        ConstraintDefKind::ForeignKey(key) => format!("{table}_{}_fkey", joined(&key.columns)),
        ConstraintDefKind::Check(expr) => match expr.facts.columns.as_slice() {
            [column] => format!("{table}_{column}_check"),
            _ => format!("{table}_check"),
        },
        _ => return None,
    };
    (name.len() < 64).then(|| Name::new(&name))
}

/// A table made anew from the catalog: columns, constraints, then its other indexes.
fn table(name: &QualName, relation: &Relation) -> Option<String> {
    if relation.kind != RelationKind::Table || !relation.parents.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = relation
        .columns
        .iter()
        .map(|c| sql::column(c))
        .collect::<Option<_>>()?;
    for (constraint_name, constraint) in relation.constraints.iter() {
        if matches!(constraint.kind, ConstraintKind::NotNull { .. }) || !constraint.validated {
            return None;
        }
        parts.push(format!(
            "CONSTRAINT {} {}",
            constraint_name.quoted(),
            sql::constraint(constraint)?
        ));
    }
    let mut statements = vec![format!(
        "CREATE TABLE {} (\n    {}\n);",
        name.quoted(),
        parts.join(",\n    ")
    )];
    for (index_name, index) in relation.indexes.iter() {
        if !index.constraint {
            let full = QualName::new(name.schema.clone(), index_name.clone());
            statements.push(format!(
                "{};",
                sql::index(&full, name, index).replace("INDEX CONCURRENTLY", "INDEX")
            ));
        }
    }
    Some(statements.join("\n"))
}

fn drop_function(create: &CreateFunction) -> String {
    use confiture_schema::catalog::FunctionKind;
    let word = match create.kind {
        FunctionKind::Procedure => "PROCEDURE",
        FunctionKind::Aggregate => "AGGREGATE",
        FunctionKind::Function | FunctionKind::Window => "FUNCTION",
    };
    let input = |a: &&Argument| {
        matches!(
            a.mode,
            ArgumentMode::In | ArgumentMode::InOut | ArgumentMode::Variadic
        )
    };
    let types: Vec<String> = create
        .arguments
        .iter()
        .filter(input)
        .map(|a| a.ty.ty.to_string())
        .collect();
    format!("DROP {word} {}({});", sql::object(&create.name), types.join(", "))
}

fn grant(grant: &Grant) -> Option<String> {
    let kind = grant.kind?;
    if grant.objects.is_empty()
        || !matches!(
            kind,
            ObjectKind::Table | ObjectKind::Sequence | ObjectKind::Schema
        )
    {
        return None;
    }
    let objects: Vec<String> = grant.objects.iter().map(|o| sql::object(&o.name)).collect();
    let privileges = grant.privileges.join(", ");
    let grantees: Vec<String> = grant
        .grantees
        .iter()
        .map(|g| {
            if g.as_str() == "public" {
                "PUBLIC".to_owned()
            } else {
                g.quoted().to_string()
            }
        })
        .collect();
    let (verb, preposition) = if grant.revoke {
        ("GRANT", "TO")
    } else {
        ("REVOKE", "FROM")
    };
    Some(format!(
        "{verb} {privileges} ON {} {} {preposition} {};",
        word(kind)?,
        objects.join(", "),
        grantees.join(", ")
    ))
}

/// The SQL word of a kind.
fn word(kind: ObjectKind) -> Option<&'static str> {
    Some(match kind {
        ObjectKind::Table => "TABLE",
        ObjectKind::ForeignTable => "FOREIGN TABLE",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::Index => "INDEX",
        ObjectKind::Schema => "SCHEMA",
        ObjectKind::Type => "TYPE",
        ObjectKind::Domain => "DOMAIN",
        ObjectKind::Trigger => "TRIGGER",
        ObjectKind::Policy => "POLICY",
        ObjectKind::Rule => "RULE",
        _ => return None,
    })
}
