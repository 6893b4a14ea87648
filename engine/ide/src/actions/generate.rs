//! What is missing of a thing that is defined here: an index, a comment, a key, the tenant's column, another name.
//!
//! Where the thing is created in this script and nobody has run it, it is written there; else it is a migration.

use confiture_lint::{Edit, Severity};
use confiture_project::{RunsIn, TransactionMode};
use confiture_schema::catalog::{ConstraintKind, Persistence, QualName, Relation, RelationKind};
use confiture_schema::change::{
    AlterAction, Change, ColumnDef, ConstraintDef, ConstraintDefKind, CreateTable, TableElement,
};
use confiture_syntax::{Name, TextRange};

use super::here::Here;
use super::{Action, ActionEffect, ActionKind, place, sql};
use crate::Edits;

/// A thing that is missing.
struct Missing {
    /// What writes it, as an imperative.
    title: String,
    /// The name of a migration that does it.
    name: String,
    /// How the script that creates the thing does it; `None` where it can't.
    here: Option<Edit>,
    /// The statements of a migration; `None` where none does it.
    migration: Option<(String, RunsIn)>,
}

/// What is missing of what is asked about, but for what rules offer a migration for.
pub(super) fn missing(here: &Here<'_>, known: &[Action]) -> Vec<Action> {
    let mut found = Vec::new();
    for change in here.statement.changes() {
        match change {
            Change::CreateTable(create) => of_table(here, create, &mut found),
            Change::AlterRelation(alter) => {
                let Some((name, relation)) = here.relation(&alter.name) else {
                    continue;
                };
                let table = Table {
                    name: &name,
                    relation,
                };
                for command in alter
                    .commands
                    .iter()
                    .filter(|command| here.touches(command.range))
                {
                    match &command.action {
                        AlterAction::AddConstraint(constraint) => {
                            found.extend(key_index(here, &table, constraint));
                        }
                        AlterAction::AddColumn { column, .. } => of_column(here, &table, column, &mut found),
                        _ => {}
                    }
                }
            }
            Change::CreateView(create) if here.touches(create.name.range) => {
                if let Some((name, relation)) = here.relation(&create.name) {
                    let table = Table {
                        name: &name,
                        relation,
                    };
                    found.extend(comment(here, &table));
                }
            }
            _ => {}
        }
    }
    found
        .into_iter()
        .filter_map(|missing| action(here, missing, known))
        .collect()
}

/// A relation as it is when all is through.
struct Table<'r> {
    name: &'r QualName,
    relation: &'r Relation,
}

fn of_table(here: &Here<'_>, create: &CreateTable, found: &mut Vec<Missing>) {
    let Some((name, relation)) = here.relation(&create.name) else {
        return;
    };
    let table = Table {
        name: &name,
        relation,
    };
    if here.touches(create.name.range) {
        found.extend(primary_key(here, &table, create));
        found.extend(tenant(here, &table, create));
        found.extend(comment(here, &table));
        found.extend(rename_table(here, &table));
    }
    for element in &create.elements {
        match element {
            TableElement::Column(column) if here.touches(column.range) => {
                of_column(here, &table, column, found);
            }
            TableElement::Constraint(constraint) if here.touches(constraint.range) => {
                found.extend(key_index(here, &table, constraint));
            }
            _ => {}
        }
    }
}

fn of_column(here: &Here<'_>, table: &Table<'_>, column: &ColumnDef, found: &mut Vec<Missing>) {
    found.extend(
        column
            .constraints
            .iter()
            .filter_map(|constraint| key_index(here, table, constraint)),
    );
    if here.touches(column.name.range) {
        found.extend(column_comment(here, table, &column.name.name));
        found.extend(rename_column(here, table, &column.name.name));
    }
}

/// An index that begins with the columns of a foreign key.
fn key_index(here: &Here<'_>, table: &Table<'_>, constraint: &ConstraintDef) -> Option<Missing> {
    let ConstraintDefKind::ForeignKey(key) = &constraint.kind else {
        return None;
    };
    let columns: Vec<Name> = key.columns.iter().map(|column| column.name.clone()).collect();
    let is_there =
        table.relation.constraints.values().any(
            |known| matches!(&known.kind, ConstraintKind::ForeignKey(known) if known.columns == columns),
        );
    let serves = table.relation.indexes.values().any(|index| {
        let leading = index.keys.get(..columns.len()).unwrap_or_default();
        let leads = |column: &Name| {
            leading
                .iter()
                .any(|key| key.expr.facts.bare_column.as_ref() == Some(column))
        };
        index.valid && index.predicate.is_none() && !leading.is_empty() && columns.iter().all(leads)
    });
    if !is_there || serves {
        return None;
    }
    let listed: Vec<String> = columns.iter().map(|column| column.quoted().to_string()).collect();
    let on = format!("ON {} ({})", table.name.quoted(), listed.join(", "));
    // The index of a partitioned table can't be built concurrently.
    let is_whole = table.relation.partition_key.is_none();
    let how = if is_whole { " CONCURRENTLY" } else { "" };
    let is_fresh = is_created_here(here, table);
    let runs_apart =
        here.script.transaction == TransactionMode::Autocommit && !here.before().session.transaction.open;
    let in_script = match (is_fresh, runs_apart) {
        (true, _) => Some(format!("CREATE INDEX {on};")),
        (false, true) => Some(format!("CREATE INDEX{how} {on};")),
        (false, false) => None,
    };
    let words: Vec<&str> = columns.iter().map(Name::as_str).collect();
    Some(Missing {
        title: format!("Add an index for the foreign key on ({})", listed.join(", ")),
        name: sql::slug(&["index", table.name.name.as_str(), &words.join(" ")]),
        here: in_script.map(|sql| here.statement.insert_after(&sql)),
        migration: Some((
            format!("CREATE INDEX{how} {on};"),
            if is_whole {
                RunsIn::Autocommit
            } else {
                RunsIn::Transaction
            },
        )),
    })
}

fn is_created_here(here: &Here<'_>, table: &Table<'_>) -> bool {
    table.relation.origin.script as usize == here.cursor.stretch.script
}

fn comment(here: &Here<'_>, table: &Table<'_>) -> Option<Missing> {
    let word = match table.relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        _ => return None,
    };
    if table.relation.comment.is_some() {
        return None;
    }
    let name = &table.name.name;
    Some(comment_on(
        here,
        &format!("{word} {}", table.name.quoted()),
        name,
        &[name.as_str()],
    ))
}

fn column_comment(here: &Here<'_>, table: &Table<'_>, column: &Name) -> Option<Missing> {
    if table.relation.column(column)?.comment.is_some() {
        return None;
    }
    let object = format!("COLUMN {}.{}", table.name.quoted(), column.quoted());
    Some(comment_on(
        here,
        &object,
        column,
        &[table.name.name.as_str(), column.as_str()],
    ))
}

fn comment_on(here: &Here<'_>, object: &str, name: &Name, words: &[&str]) -> Missing {
    let text = format!("Description of {name}").replace('\'', "''");
    let sql = format!("COMMENT ON {object} IS '{text}';");
    Missing {
        title: format!("Add a comment on `{name}`"),
        name: sql::slug(&["comment", &words.join(" ")]),
        here: Some(here.statement.insert_after(&sql)),
        migration: Some((sql, RunsIn::Transaction)),
    }
}

fn is_lasting(table: &Table<'_>) -> bool {
    let relation = table.relation;
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    );
    is_table && !relation.is_partition() && relation.persistence != Persistence::Temporary
}

/// A key of the column `id` where there is one, else a column that is one.
fn primary_key(here: &Here<'_>, table: &Table<'_>, create: &CreateTable) -> Option<Missing> {
    if !is_lasting(table) || table.relation.primary_key().is_some() {
        return None;
    }
    let id = Name::new("id");
    let known = table.relation.column(&id);
    let (definition, sql) = match known {
        Some(_) => ("PRIMARY KEY (id)", "ADD PRIMARY KEY (id)"),
        None => (
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        ),
    };
    Some(Missing {
        title: format!("Add a primary key to `{}`", table.name.name),
        name: sql::slug(&["key", table.name.name.as_str()]),
        here: element(here, create, definition),
        migration: Some((
            format!("ALTER TABLE {} {sql};", table.name.quoted()),
            RunsIn::Transaction,
        )),
    })
}

/// The edit that puts a column or a constraint behind what a CREATE TABLE lists.
fn element(here: &Here<'_>, create: &CreateTable, definition: &str) -> Option<Edit> {
    let ends = create.elements.iter().map(|element| match element {
        TableElement::Column(column) if column.ty.is_some() => Some(column.range.end),
        TableElement::Constraint(constraint) => Some(constraint.range.end),
        _ => None,
    });
    let end = ends.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    Some(here.edit(TextRange::empty(end), format!(",\n    {definition}")))
}

/// The column that says whose a row is, where the configuration wants one.
fn tenant(here: &Here<'_>, table: &Table<'_>, create: &CreateTable) -> Option<Missing> {
    let mut rules = here.live().rules().rules().iter();
    let rule =
        rules.find(|rule| rule.rule.name == "require-tenant-column" && rule.severity != Severity::Off)?;
    let wanted = Name::new(rule.options.text("required_column"));
    if !is_lasting(table) || table.relation.column(&wanted).is_some() {
        return None;
    }
    let relations = &here.live().newest().catalog.relations;
    let mut types = relations
        .values()
        .filter_map(|other| other.column(&wanted)?.ty.as_ref());
    let ty = types
        .next()
        .map_or_else(|| "bigint".to_owned(), ToString::to_string);
    let column = format!("{} {ty}", wanted.quoted());
    Some(Missing {
        title: format!("Add the tenant's column `{wanted}`"),
        name: sql::slug(&["tenant", table.name.name.as_str()]),
        here: element(here, create, &format!("{column} NOT NULL")),
        migration: Some((
            format!("ALTER TABLE {} ADD COLUMN {column};", table.name.quoted()),
            RunsIn::Transaction,
        )),
    })
}

/// A name that a person is to replace.
const NEW_NAME: &str = "new_name";

fn rename_table(here: &Here<'_>, table: &Table<'_>) -> Option<Missing> {
    let kind = match table.relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
        _ => return None,
    };
    let sql = format!("ALTER {kind} {} RENAME TO {NEW_NAME};", table.name.quoted());
    rename(here, &table.name.name, &[table.name.name.as_str()], sql)
}

fn rename_column(here: &Here<'_>, table: &Table<'_>, column: &Name) -> Option<Missing> {
    table.relation.column(column)?;
    let sql = format!(
        "ALTER TABLE {} RENAME COLUMN {} TO {NEW_NAME};",
        table.name.quoted(),
        column.quoted()
    );
    rename(here, column, &[table.name.name.as_str(), column.as_str()], sql)
}

/// What was released is renamed by another migration; everything else where it is written.
fn rename(here: &Here<'_>, name: &Name, words: &[&str], sql: String) -> Option<Missing> {
    here.is_released().then(|| Missing {
        title: format!("Rename `{name}`"),
        name: sql::slug(&["rename", &words.join(" ")]),
        here: None,
        migration: Some((sql, RunsIn::Transaction)),
    })
}

/// Where nobody has run the script an edit of it, else a migration.
fn action(here: &Here<'_>, missing: Missing, known: &[Action]) -> Option<Action> {
    let edit = missing.here.filter(|_| !here.is_released());
    let in_script = edit.and_then(|edit| place::in_files(here.world, here.project_number(), &[edit]));
    let (title, edits) = match in_script {
        Some(edits) => (missing.title, edits),
        None => {
            let (sql, runs_in) = missing.migration?;
            if known.iter().any(|known| creates(known, &sql)) {
                return None;
            }
            let title = format!("{} in a new migration", missing.title);
            (title, drafted(here, &missing.name, &sql, runs_in)?)
        }
    };
    Some(Action {
        title,
        kind: ActionKind::Generate,
        cures: Vec::new(),
        is_preferred: false,
        effect: ActionEffect::Edit(edits),
    })
}

/// Whether an action makes a file with these statements.
fn creates(action: &Action, sql: &str) -> bool {
    match &action.effect {
        ActionEffect::Edit(edits) => edits.creates.iter().any(|(_, text)| text.contains(sql)),
        ActionEffect::Later(_) | ActionEffect::Open(_) => false,
    }
}

fn drafted(here: &Here<'_>, name: &str, sql: &str, runs_in: RunsIn) -> Option<Edits> {
    let draft = place::migration(here.live(), name, &format!("{sql}\n"), runs_in);
    let target = place::of_migrations(here.world, here.project_number())?;
    place::drafted(here.world, target, &[draft], here.now)
}
