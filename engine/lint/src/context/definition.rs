//! Where what exists in the end was written, and how it is changed there.

use confiture_schema::catalog::{Column, ConstraintKind, Origin, Persistence, RelationKind};
use confiture_schema::change::{AlterAction, Change, ColumnDef, ConstraintDef, TableElement};
use confiture_schema::expr::Expr;
use confiture_syntax::{Name, TextRange};

use super::{CatalogContext, RelationContext};
use crate::{Edit, Fix, Safety};

/// A column and the text that gives it its type.
pub(crate) struct WrittenColumn<'a> {
    /// The column as it is in the end.
    pub(crate) column: &'a Column,
    /// Its definition; a later statement may have changed its name and its type.
    pub(crate) definition: &'a ColumnDef,
}

impl WrittenColumn<'_> {
    /// Whether its definition still says which type it has.
    pub(crate) fn has_its_written_type(&self) -> bool {
        self.definition
            .ty
            .as_ref()
            .is_some_and(|written| !written.percent_type && Some(&written.ty) == self.column.ty.as_ref())
    }
}

impl<'a> CatalogContext<'a> {
    /// An edit of the statement that defined something; `None` where another migration has to cure it.
    pub(crate) fn edit(&self, origin: Origin, range: TextRange, text: impl Into<String>) -> Option<Edit> {
        if self.is_migrated(origin) {
            return None;
        }
        let at = self.statements.at(origin)?.at;
        Some(Edit {
            place: at.place(range),
            text: text.into(),
        })
    }

    /// An insertion on a line of its own after the statement that defined something, likewise.
    pub(crate) fn append(&self, origin: Origin, sql: &str) -> Option<Edit> {
        let statement = self.statements.at(origin)?;
        // The last statement of a file may lack its semicolon.
        let end = if statement.text().ends_with(';') { "" } else { ";" };
        let behind = TextRange::empty(statement.at.range.len());
        self.edit(origin, behind, format!("{end}\n{sql}"))
    }

    /// A comment to be written: behind the statement that defined something where that may be edited, and as a migration.
    ///
    /// `object` is its name as SQL, `kind` the words before it.
    pub(crate) fn comment(&self, origin: Origin, kind: &str, object: &str, name: &Name) -> Fix {
        let text = format!("Description of {name}").replace('\'', "''");
        // A backslash means what it says only while standard_conforming_strings is on, which is the default.
        let sql = format!("COMMENT ON {kind} {object} IS '{text}';");
        let fix = Fix::new("Add a comment to be written", Safety::Unsafe).migration(sql.as_str());
        match self.append(origin, &sql) {
            Some(edit) => fix.edit(edit),
            None => fix,
        }
    }

    /// The definition of the column that begins there.
    pub(crate) fn column_definition(&self, origin: Origin) -> Option<&'a ColumnDef> {
        let range = self.written_range(origin)?;
        let mut columns = self.written(origin).into_iter().flat_map(columns_of);
        columns.find(|column| column.name.range == range)
    }

    /// The definition of the constraint that is written there.
    pub(crate) fn constraint_definition(&self, origin: Origin) -> Option<&'a ConstraintDef> {
        let range = self.written_range(origin)?;
        let mut constraints = self.written(origin).into_iter().flat_map(constraints_of);
        constraints.find(|c| c.name.as_ref().map_or(c.range, |name| name.range) == range)
    }

    /// The text where something was defined: its name, perhaps with a schema; a constraint without a name as a whole.
    pub(crate) fn source(&self, origin: Origin) -> Option<&'a str> {
        let range = self.written_range(origin)?;
        self.statements
            .at(origin)?
            .text()
            .get(range.start as usize..range.end as usize)
    }

    /// An origin's range as the statement's changes give it.
    pub(crate) fn written_range(&self, origin: Origin) -> Option<TextRange> {
        self.statements.at(origin)?;
        Some(origin.range)
    }

    /// What a statement asks for, what a DO block holds included.
    pub(crate) fn written(&self, origin: Origin) -> Vec<&'a Change> {
        let mut all = Vec::new();
        for change in self.changes(origin) {
            all.push(change);
            if let Change::Do(block) = change {
                all.extend(block.statements.iter().flat_map(|nested| &nested.changes));
            }
        }
        all
    }
}

fn columns_of(change: &Change) -> Vec<&ColumnDef> {
    match change {
        Change::CreateTable(create) => create
            .elements
            .iter()
            .filter_map(|element| match element {
                TableElement::Column(column) => Some(&**column),
                _ => None,
            })
            .collect(),
        Change::AlterRelation(alter) => alter
            .commands
            .iter()
            .filter_map(|command| match &command.action {
                AlterAction::AddColumn { column, .. } => Some(&**column),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn constraints_of(change: &Change) -> Vec<&ConstraintDef> {
    let mut all: Vec<&ConstraintDef> = columns_of(change)
        .into_iter()
        .flat_map(|column| &column.constraints)
        .collect();
    match change {
        Change::CreateTable(create) => {
            all.extend(create.elements.iter().filter_map(|element| match element {
                TableElement::Constraint(constraint) => Some(&**constraint),
                _ => None,
            }))
        }
        Change::AlterRelation(alter) => {
            all.extend(alter.commands.iter().filter_map(|command| match &command.action {
                AlterAction::AddConstraint(constraint) => Some(&**constraint),
                _ => None,
            }));
        }
        _ => {}
    }
    all
}

impl<'a> RelationContext<'a> {
    /// Whether it is a table of this database that outlives the session, and no partition: what a partition is like, its
    /// parent says.
    pub(crate) fn is_lasting_table(&self) -> bool {
        let relation = self.relation;
        matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable
        ) && !relation.is_partition()
            && relation.persistence != Persistence::Temporary
    }

    /// Columns of a lasting table that people wrote here: not inherited, not copied by LIKE, not a query's.
    pub(crate) fn written_columns(&self) -> &[WrittenColumn<'a>] {
        self.columns.get_or_init(|| self.find_written_columns())
    }

    fn find_written_columns(&self) -> Vec<WrittenColumn<'a>> {
        if !self.is_lasting_table() {
            return Vec::new();
        }
        let own = self.relation.columns.iter().filter(|column| !column.inherited);
        own.filter_map(|column| {
            Some(WrittenColumn {
                column,
                definition: self.all.column_definition(column.origin)?,
            })
        })
        .collect()
    }

    /// Whether a column's type can be another without anything else being written anew: no key, view, trigger or stored
    /// expression but its own default depends on it.
    pub(crate) fn is_free(&self, column: &Name) -> bool {
        let relation = self.relation;
        let names = |list: &[Name]| list.contains(column);
        let in_key = relation
            .constraints
            .values()
            .any(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => names(&key.columns),
                ConstraintKind::Check { expr } => mentions(expr, column),
                _ => false,
            });
        !in_key && !self.is_referenced(column) && self.is_unread(column)
    }

    /// Whether a foreign key references it.
    pub(crate) fn is_referenced(&self, column: &Name) -> bool {
        let keys = self.catalog.foreign_keys_to(self.name).iter();
        keys.filter_map(|(table, name)| self.catalog.relation(table)?.constraints.get(name))
            .any(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => {
                    key.referenced_columns.is_empty() || key.referenced_columns.contains(column)
                }
                _ => false,
            })
    }

    /// Whether no view, trigger, policy, rule, index expression, generated column or partition key reads it.
    pub(crate) fn is_unread(&self, column: &Name) -> bool {
        let relation = self.relation;
        let mentions = |expr: &Expr| mentions(expr, column);
        let by_column = relation
            .columns
            .iter()
            .any(|c| c.generated.as_ref().is_some_and(|g| mentions(&g.expr)));
        let by_index = relation.indexes.values().any(|index| {
            let keys = index.keys.iter().map(|key| &key.expr);
            keys.filter(|expr| expr.facts.bare_column.is_none())
                .chain(&index.predicate)
                .any(mentions)
                || index
                    .keys
                    .iter()
                    .any(|key| key.opclass.is_some() && key.expr.facts.bare_column.as_ref() == Some(column))
        });
        let by_trigger = relation.triggers.values().any(|trigger| {
            trigger.update_columns.contains(column) || trigger.when.as_ref().is_some_and(mentions)
        });
        let by_policy = relation
            .policies
            .values()
            .any(|policy| policy.using.iter().chain(&policy.check).any(mentions));
        let by_partition_key = relation
            .partition_key
            .as_ref()
            .is_some_and(|key| key.keys.iter().any(mentions));
        let by_others = !self.catalog.views_of(self.name).is_empty() || !relation.rules.is_empty();
        !(by_column || by_index || by_trigger || by_policy || by_partition_key || by_others)
    }

    /// A cure that gives a column another type: in its definition where that may be edited, and as a migration.
    ///
    /// `written` is what stands in the place of the type, which may go on with constraints; `migration` are the statements
    /// for a database that has the column.
    pub(crate) fn retype(
        &self,
        title: &str,
        at: &WrittenColumn<'_>,
        written: &str,
        migration: String,
    ) -> Fix {
        let fix = Fix::new(title, Safety::Unsafe).migration(migration);
        let edit = match &at.definition.ty {
            Some(ty) if at.has_its_written_type() && !ty.serial => {
                self.all.edit(at.column.origin, ty.range, written)
            }
            _ => None,
        };
        match edit {
            Some(edit) => fix.edit(edit),
            None => fix,
        }
    }

    /// Text of at most that many characters: as a column's type, and as a migration.
    pub(crate) fn limited_text(&self, column: &Name, length: &str) -> (String, String) {
        let check = format!("CHECK (char_length({}) <= {length})", column.quoted());
        let name = Name::new(format!("{}_{column}_length", self.name.name)).quoted();
        let table = self.name.quoted();
        let migration = format!(
            "{}\nALTER TABLE {table} ADD CONSTRAINT {name} {check} NOT VALID;\nALTER TABLE {table} VALIDATE CONSTRAINT {name};",
            self.alter_type(column, "text", None)
        );
        (format!("text {check}"), migration)
    }

    /// `ALTER TABLE … ALTER COLUMN … TYPE ty;`, with what the values are made of where they don't turn by themselves.
    pub(crate) fn alter_type(&self, column: &Name, ty: &str, using: Option<&str>) -> String {
        let using = using.map(|expr| format!(" USING {expr}")).unwrap_or_default();
        format!(
            "ALTER TABLE {} ALTER COLUMN {} TYPE {ty}{using};",
            self.name.quoted(),
            column.quoted()
        )
    }
}

fn mentions(expr: &Expr, column: &Name) -> bool {
    expr.facts.columns.contains(column) || expr.facts.incomplete
}

/// Whether a comment says anything.
pub(crate) fn has_comment(comment: Option<&str>) -> bool {
    comment.is_some_and(|text| !text.trim().is_empty())
}
