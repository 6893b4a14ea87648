//! Names that a statement leaves to PostgreSQL: those that the state has after it, and the statement doesn't write.

use confiture_schema::apply::State;
use confiture_schema::catalog::{Constraint, ConstraintKind, QualName, Relation};
use confiture_schema::change::{
    AlterAction, Change, ColumnDef, ConstraintDef, ConstraintDefKind, CreateIndex, Ident, KeyDef,
    SequenceOption, TableElement,
};
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use crate::impact::Step;

/// A name that PostgreSQL makes up.
pub(super) struct Inferred {
    /// The byte of the statement behind which it would stand.
    pub(super) offset: usize,
    /// The name.
    pub(super) name: Name,
    /// What has the name.
    pub(super) what: &'static str,
}

/// The names that PostgreSQL gives, in order.
pub(super) fn names(step: &Step<'_>) -> Vec<Inferred> {
    let Step {
        statement,
        before,
        after,
        ..
    } = *step;
    let mut found = Vec::new();
    for change in statement.changes() {
        match change {
            Change::CreateTable(table) => {
                if let Some(mut names) = Names::new(before, after, &table.name) {
                    table.elements.iter().for_each(|element| names.element(element));
                    found.append(&mut names.found);
                }
            }
            Change::AlterRelation(alter) => {
                if let Some(mut names) = Names::new(before, after, &alter.name) {
                    for command in &alter.commands {
                        names.command(&command.action, command.range.end as usize);
                    }
                    found.append(&mut names.found);
                }
            }
            Change::CreateIndex(index) if index.name.is_none() => {
                let names = Names::new(before, after, &index.table);
                found.extend(names.and_then(|names| names.index(index, statement.text())));
            }
            _ => {}
        }
    }
    found
}

/// The names of one relation.
struct Names<'s> {
    name: QualName,
    before: Option<&'s Relation>,
    after: &'s Relation,
    state: &'s State,
    found: Vec<Inferred>,
}

impl<'s> Names<'s> {
    fn new(
        before: &'s State,
        after: &'s State,
        written: &confiture_schema::change::ObjectRef,
    ) -> Option<Names<'s>> {
        let name = after.resolve_relation(written)?;
        Some(Names {
            before: before.catalog.relation(&name).map(|relation| &**relation),
            after: after.catalog.relation(&name)?,
            state: after,
            name,
            found: Vec::new(),
        })
    }

    fn element(&mut self, element: &TableElement) {
        match element {
            TableElement::Column(column) => self.column(column),
            TableElement::Constraint(constraint) => self.constraint(constraint),
            TableElement::Like(_) => {}
        }
    }

    fn command(&mut self, action: &AlterAction, end: usize) {
        match action {
            AlterAction::AddColumn { column, .. } => self.column(column),
            AlterAction::AddConstraint(constraint) => self.constraint(constraint),
            AlterAction::AddIdentity { column, options, .. } => self.identity(&column.name, options, end),
            _ => {}
        }
    }

    fn column(&mut self, column: &ColumnDef) {
        if let Some(ty) = column.ty.as_ref().filter(|ty| ty.serial) {
            self.sequence(&column.name.name, ty.range.end as usize);
        }
        for constraint in &column.constraints {
            self.constraint(constraint);
        }
        if let Some((_, options)) = &column.identity {
            self.identity(&column.name.name, options, column.range.end as usize);
        }
    }

    fn identity(&mut self, column: &Name, options: &[SequenceOption], offset: usize) {
        let is_named = |option: &SequenceOption| matches!(option, SequenceOption::SequenceName(_));
        if !options.iter().any(is_named) {
            self.sequence(column, offset);
        }
    }

    fn sequence(&mut self, column: &Name, offset: usize) {
        let catalog = &self.state.catalog;
        let owned = catalog.sequences_of(&self.name).iter().find(|name| {
            let sequence = catalog
                .relation(name)
                .and_then(|relation| relation.sequence.clone());
            let owner = sequence.and_then(|sequence| sequence.owned_by.clone());
            owner.is_some_and(|(table, of)| table == self.name && of == *column)
        });
        if let Some(owned) = owned {
            self.found.push(Inferred {
                offset,
                name: owned.name.clone(),
                what: "sequence",
            });
        }
    }

    fn constraint(&mut self, written: &ConstraintDef) {
        if written.name.is_some() {
            return;
        }
        let is_new = |name: &Name| {
            self.before
                .is_none_or(|before| !before.constraints.contains_key(name))
        };
        let is_free = |name: &Name| !self.found.iter().any(|found| found.name == *name);
        let mut candidates = self.after.constraints.iter();
        let found = candidates.find(|(name, made)| is_new(name) && is_free(name) && is_same(written, made));
        if let Some((name, _)) = found {
            self.found.push(Inferred {
                offset: written.range.end as usize,
                name: name.clone(),
                what: "constraint",
            });
        }
    }

    fn index(&self, index: &CreateIndex, text: &str) -> Option<Inferred> {
        let is_new = |name: &Name| {
            self.before
                .is_none_or(|before| !before.indexes.contains_key(name))
        };
        let (name, _) = self.after.indexes.iter().find(|(name, _)| is_new(name))?;
        let keyword = index.after_index_keyword;
        let next = Lexer::starting_at(text, keyword.end as usize, Dialect::Server)
            .find(|token| !token.kind.is_trivia());
        let concurrently = next.filter(|token| {
            token.kind == TokenKind::Ident && token.range.slice(text).eq_ignore_ascii_case("concurrently")
        });
        Some(Inferred {
            offset: concurrently.map_or(keyword.end, |token| token.range.end) as usize,
            name: name.clone(),
            what: "index",
        })
    }
}

/// Whether a constraint of the catalog is what a definition without a name made.
fn is_same(written: &ConstraintDef, made: &Constraint) -> bool {
    let same = |idents: &[Ident], names: &[Name]| idents.iter().map(|ident| &ident.name).eq(names);
    let own = |key: &KeyDef| key.using_index.is_none();
    match (&written.kind, &made.kind) {
        (ConstraintDefKind::PrimaryKey(key), ConstraintKind::PrimaryKey { .. }) => own(key),
        (ConstraintDefKind::Unique(key), ConstraintKind::Unique { columns }) => {
            own(key) && same(&key.columns, columns)
        }
        (ConstraintDefKind::Check(condition), ConstraintKind::Check { expr }) => condition.text == expr.text,
        (ConstraintDefKind::ForeignKey(key), ConstraintKind::ForeignKey(made)) => {
            same(&key.columns, &made.columns) && key.references.name == made.references.name
        }
        (ConstraintDefKind::Exclude(exclude), ConstraintKind::Exclude { operators }) => exclude
            .elements
            .iter()
            .map(|(_, operator)| operator)
            .eq(operators),
        _ => false,
    }
}
