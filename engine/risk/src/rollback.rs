//! The statement that undoes a statement, where one exists.
//!
//! Structure comes back, data doesn't: a dropped column is added again, empty.

mod recreate;

use confiture_schema::apply::State;
use confiture_schema::catalog::{Column, PartitionBound, Persistence, QualName, Relation};
use confiture_schema::change::{
    AlterAction, AlterRelation, Argument, ArgumentMode, Change, Comment, ConstraintDef, ConstraintDefKind,
    CreateFunction, CreateTable, CreateView, DetachMode, DropBehavior, Grant, ObjectKind, ObjectRef,
    OutputColumn, RelationWord, Rename,
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
            Change::CreateTable(c) => self.drop_new_table(c)?,
            Change::CreateTableAs(c) => {
                let word = if c.materialized {
                    "MATERIALIZED VIEW"
                } else {
                    "TABLE"
                };
                self.drop_new(word, &c.name, c.persistence)?
            }
            Change::CreateSequence(c) => self.drop_new("SEQUENCE", &c.name, c.persistence)?,
            Change::CreateView(c) => self.view(c)?,
            Change::CreateIndex(c) => {
                let name = c.name.as_ref()?;
                let table = self.names.name_of(&c.table)?;
                let index = QualName::new(table.schema, name.name.clone());
                let there = self.before.catalog.index_tables.contains_key(&index);
                if there || self.adopts_indexes(&c.table)? {
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

    fn drop_new(&self, word: &str, name: &ObjectRef, persistence: Persistence) -> Option<String> {
        if persistence == Persistence::Temporary {
            return Some(format!("DROP {word} {};", name.name.quoted()));
        }
        let full = self.names.name_of(name)?;
        let new = self.before.catalog.relation(&full).is_none();
        new.then(|| format!("DROP {word} {};", full.quoted()))
    }

    /// A partition that a foreign key may reference has to leave the partitioned table before it can be dropped.
    fn drop_new_table(&self, create: &CreateTable) -> Option<String> {
        let word = if create.foreign { "FOREIGN TABLE" } else { "TABLE" };
        let drop = self.drop_new(word, &create.name, create.persistence)?;
        let parent = create
            .partition_of
            .as_ref()
            .and_then(|(parent, _)| self.names.name_of(parent));
        match parent.filter(|p| self.names.is_referenced(p)) {
            Some(parent) => {
                let own = sql::object(&create.name);
                Some(format!(
                    "ALTER TABLE {} DETACH PARTITION {own};\n{drop}",
                    parent.quoted()
                ))
            }
            None => Some(drop),
        }
    }

    fn view(&self, create: &CreateView) -> Option<String> {
        if create.persistence == Persistence::Temporary {
            return Some(format!("DROP VIEW {};", create.name.name.quoted()));
        }
        let full = self.names.name_of(&create.name)?;
        let Some(old) = self.before.catalog.relation(&full) else {
            return Some(format!("DROP VIEW {};", full.quoted()));
        };
        // A view may not lose columns.
        let star = create
            .query
            .output
            .iter()
            .any(|o| matches!(o, OutputColumn::Star(_)));
        let same = !star && create.query.output.len() == old.columns.len();
        same.then_some(())?;
        Some(format!(
            "CREATE OR REPLACE VIEW {} AS\n{};",
            full.quoted(),
            old.view.as_ref()?.query
        ))
    }

    /// Whether a partitioned table's parts have indexes of their own, which a new one may take as its parts.
    fn adopts_indexes(&self, table: &ObjectRef) -> Option<bool> {
        let table = self.names.name_of(table)?;
        let catalog = &self.before.catalog;
        let own = |part: &QualName| {
            let part = catalog.relation(part);
            part.is_some_and(|r| r.indexes.values().any(|i| i.parent.is_none()))
        };
        Some(catalog.family(&table).iter().skip(1).any(own))
    }

    fn rename(&self, rename: &Rename) -> Option<String> {
        let owner = rename.object.on.as_ref().unwrap_or(&rename.object.name);
        if rename.if_exists && self.names.surely_absent(owner) {
            return None;
        }
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

    fn alter(&self, alter: &AlterRelation) -> Option<String> {
        if alter.if_exists && self.names.surely_absent(&alter.name) {
            return None;
        }
        let name = self.names.name_of(&alter.name)?;
        let relation = self.before.catalog.relation(&name).cloned();
        let mut undone = Vec::new();
        let mut after = Vec::new();
        for command in alter.commands.iter().rev() {
            if let AlterAction::DropColumn { column, behavior, .. } = &command.action {
                if *behavior == DropBehavior::Cascade && self.has_dependents(&name) || alter.only {
                    return None;
                }
                let (commands, indexes) = self.add_again(&name, relation.as_deref()?, &column.name)?;
                undone.extend(commands);
                after.extend(indexes);
            } else {
                undone.push(self.command(&name, relation.as_deref(), &command.action)?);
            }
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
        after.insert(
            0,
            format!("ALTER {word} {only}{} {};", name.quoted(), undone.join(", ")),
        );
        Some(after.join("\n"))
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
            AlterAction::AddConstraint(constraint) => drop_added(table, relation, constraint)?,
            AlterAction::DropConstraint {
                constraint, behavior, ..
            } => {
                if *behavior == DropBehavior::Cascade && self.names.is_referenced(table) {
                    return None;
                }
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
            let all: Vec<_> = key.columns.iter().chain(&key.include).cloned().collect();
            format!("{table}_{}_key", joined(&all))
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

/// A constraint that was added is dropped, and what it made NOT NULL may be null again.
fn drop_added(table: &QualName, relation: Option<&Relation>, constraint: &ConstraintDef) -> Option<String> {
    let nullable = |column: &Name| {
        relation
            .and_then(|r| r.column(column))
            .is_some_and(|c| !c.not_null)
    };
    let mut undone = vec![format!(
        "DROP CONSTRAINT {}",
        constraint_name(table, constraint)?.quoted()
    )];
    match &constraint.kind {
        ConstraintDefKind::PrimaryKey(key) if key.using_index.is_none() => {
            for column in key.columns.iter().filter(|c| nullable(&c.name)) {
                undone.push(format!("ALTER COLUMN {} DROP NOT NULL", column.name.quoted()));
            }
        }
        // The index would go with the constraint.
        ConstraintDefKind::PrimaryKey(_) => return None,
        ConstraintDefKind::Unique(key) if key.using_index.is_some() => return None,
        ConstraintDefKind::NotNull(column) if !nullable(&column.name) => return None,
        _ => {}
    }
    Some(undone.join(", "))
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
