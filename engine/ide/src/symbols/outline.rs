//! The symbols of a stretch of SQL.

use std::ops::Range;

use confiture_lint::Statement;
use confiture_project::Segment;
use confiture_schema::catalog::Persistence;
use confiture_schema::change::{
    AlterAction, AlterRelation, AlterType, AlterTypeAction, AttributeAction, Change, ColumnDef,
    ConstraintDef, ConstraintDefKind, CreateDomain, CreateFunction, CreateIndex, CreateTable, CreateTableAs,
    CreateTrigger, CreateType, CreateTypeKind, CreateView, Ident, ObjectRef, OutputColumn, Query,
    TableElement, TypeRef,
};
use confiture_syntax::{Name, Node, TextRange, kind};

use super::label::{self, name_of, shortened};
use super::{DocumentSymbol, SymbolKind};
use crate::World;
use crate::parts::Part;

/// The symbols of a stretch's statements, in order.
pub(super) fn symbols(world: &World, part: &Part<'_>) -> Vec<DocumentSymbol> {
    let statements = world.statements(part.stretch);
    let outlined = statements.flat_map(|(_, statement)| {
        let outline = Outline {
            statement,
            segment: part.segment,
        };
        outline.symbols()
    });
    outlined.collect()
}

/// What a constraint without a name is called.
pub(super) fn constraint_words(constraint: &ConstraintDef) -> String {
    let (words, columns): (&str, &[Ident]) = match &constraint.kind {
        ConstraintDefKind::PrimaryKey(key) => ("PRIMARY KEY", &key.columns),
        ConstraintDefKind::Unique(key) => ("UNIQUE", &key.columns),
        ConstraintDefKind::ForeignKey(key) => ("FOREIGN KEY", &key.columns),
        ConstraintDefKind::Check(_) => ("CHECK", &[]),
        ConstraintDefKind::Exclude(_) => ("EXCLUDE", &[]),
        ConstraintDefKind::NotNull(column) => ("NOT NULL", std::slice::from_ref(column)),
    };
    if columns.is_empty() {
        return words.to_owned();
    }
    format!("{words} ({})", joined(columns.iter().map(|column| &column.name)))
}

fn joined<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    names.map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// Makes the symbols of one statement. Ranges of its text become ranges of the file.
struct Outline<'s> {
    statement: &'s Statement,
    segment: &'s Segment,
}

impl Outline<'_> {
    fn symbols(&self) -> Vec<DocumentSymbol> {
        let made = self.statement.changes().iter();
        let mut made: Vec<DocumentSymbol> = made.filter_map(|change| self.made(change)).collect();
        if made.is_empty() {
            return vec![self.other()];
        }
        // CREATE SCHEMA brings its elements along.
        if made.len() > 1 && made.first().is_some_and(|first| first.kind == SymbolKind::Schema) {
            let elements = made.split_off(1);
            made.iter_mut()
                .for_each(|schema| schema.children.clone_from(&elements));
            return self.whole(made);
        }
        if made.len() == 1 {
            return self.whole(made);
        }
        made
    }

    /// The first symbol takes all of the statement.
    fn whole(&self, mut made: Vec<DocumentSymbol>) -> Vec<DocumentSymbol> {
        if let Some(first) = made.first_mut() {
            first.range = self.all();
        }
        made
    }

    /// The statement in the file.
    fn all(&self) -> Range<usize> {
        self.segment
            .map
            .range_to_file(self.statement.place().range.as_usize())
    }

    fn at(&self, range: TextRange) -> Range<usize> {
        let start = self.statement.place().range.start;
        self.segment.map.range_to_file(range.offset(start).as_usize())
    }

    /// A symbol of a name; it goes from its name to the end of its children.
    fn symbol(&self, kind: SymbolKind, name: String, selection: TextRange) -> DocumentSymbol {
        DocumentSymbol {
            name,
            detail: String::new(),
            kind,
            range: self.at(selection),
            selection: self.at(selection),
            children: Vec::new(),
        }
    }

    fn object(&self, kind: SymbolKind, name: &ObjectRef) -> DocumentSymbol {
        self.symbol(kind, name_of(name), name.range)
    }

    fn ident(&self, kind: SymbolKind, name: &Ident) -> DocumentSymbol {
        self.symbol(kind, name.name.as_str().to_owned(), name.range)
    }

    /// A statement that makes nothing of its own, with the columns and constraints that it adds.
    fn other(&self) -> DocumentSymbol {
        let changes = self.statement.changes();
        let children = changes.iter().flat_map(|change| match change {
            Change::AlterRelation(alter) => self.added(alter),
            Change::AlterType(alter) => self.added_to_type(alter),
            _ => Vec::new(),
        });
        DocumentSymbol {
            name: Some(label::of(self.statement))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| "statement".to_owned()),
            detail: String::new(),
            kind: SymbolKind::Statement,
            range: self.all(),
            selection: self.first_word(),
            children: children.collect(),
        }
    }

    fn first_word(&self) -> Range<usize> {
        let text = self.statement.text();
        let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        let end = if end == 0 { text.len() } else { end };
        self.at(TextRange::from_usize(0, end))
    }

    /// What a change makes.
    fn made(&self, change: &Change) -> Option<DocumentSymbol> {
        Some(match change {
            Change::CreateSchema(create) => self.ident(SymbolKind::Schema, &create.name),
            Change::CreateTable(create) => self.table(create),
            Change::CreateTableAs(create) => self.table_as(create),
            Change::CreateView(create) => self.view(create),
            Change::CreateIndex(create) => self.index(create),
            Change::CreateSequence(create) => self.object(SymbolKind::Sequence, &create.name),
            Change::CreateType(create) => self.user_type(create),
            Change::CreateDomain(create) => self.domain(create),
            Change::CreateFunction(create) => self.function(create),
            Change::CreateTrigger(create) => self.trigger(create),
            Change::CreateRule(create) => {
                self.belonging(SymbolKind::Trigger, &create.name, "rule on", &create.table)
            }
            Change::CreatePolicy(create) => {
                self.belonging(SymbolKind::Policy, &create.name, "on", &create.table)
            }
            Change::CreateExtension(create) => self.ident(SymbolKind::Extension, &create.name),
            _ => return None,
        })
    }

    fn belonging(&self, kind: SymbolKind, name: &Ident, words: &str, to: &ObjectRef) -> DocumentSymbol {
        DocumentSymbol {
            detail: format!("{words} {}", name_of(to)),
            ..self.ident(kind, name)
        }
    }

    fn table(&self, create: &CreateTable) -> DocumentSymbol {
        let children = create.elements.iter().filter_map(|element| match element {
            TableElement::Column(column) => Some(self.column(column)),
            TableElement::Constraint(constraint) => Some(self.constraint(constraint)),
            TableElement::Like(_) => None,
        });
        let mut detail = persistence(create.persistence).to_owned();
        if create.foreign {
            detail = "foreign".to_owned();
        }
        if let Some((parent, _)) = &create.partition_of {
            detail = format!("partition of {}", name_of(parent));
        }
        let table = DocumentSymbol {
            detail,
            children: children.collect(),
            ..self.object(SymbolKind::Table, &create.name)
        };
        around_children(table)
    }

    fn column(&self, column: &ColumnDef) -> DocumentSymbol {
        let mut detail = column.ty.as_ref().map_or(String::new(), |ty| self.type_words(ty));
        let mut add = |words: &str| {
            if !detail.is_empty() {
                detail.push(' ');
            }
            detail.push_str(words);
        };
        if column.not_null == Some(true) {
            add("NOT NULL");
        }
        let own = column.constraints.iter();
        let keys = own.filter(|own| matches!(own.kind, ConstraintDefKind::PrimaryKey(_)));
        keys.take(1).for_each(|_| add("PRIMARY KEY"));
        let named = column.constraints.iter().filter(|own| own.name.is_some());
        DocumentSymbol {
            detail,
            range: self.at(column.range.cover(column.name.range)),
            children: named.map(|constraint| self.constraint(constraint)).collect(),
            ..self.ident(SymbolKind::Column, &column.name)
        }
    }

    /// A type as it is written, on one line.
    fn type_words(&self, ty: &TypeRef) -> String {
        shortened(ty.range.slice(self.statement.text()))
    }

    fn constraint(&self, constraint: &ConstraintDef) -> DocumentSymbol {
        let mut detail = constraint_words(constraint);
        if let ConstraintDefKind::ForeignKey(key) = &constraint.kind {
            detail = format!("{detail} → {}", name_of(&key.references));
        }
        let symbol = match &constraint.name {
            Some(name) => self.ident(SymbolKind::Constraint, name),
            None => self.symbol(
                SymbolKind::Constraint,
                std::mem::take(&mut detail),
                constraint.range,
            ),
        };
        let range = match &constraint.name {
            Some(name) => constraint.range.cover(name.range),
            None => constraint.range,
        };
        DocumentSymbol {
            detail,
            range: self.at(range),
            ..symbol
        }
    }

    fn table_as(&self, create: &CreateTableAs) -> DocumentSymbol {
        let (kind, detail) = match create.materialized {
            true => (SymbolKind::View, "materialized"),
            false => (SymbolKind::Table, persistence(create.persistence)),
        };
        DocumentSymbol {
            detail: detail.to_owned(),
            children: self.columns(&create.columns, &create.query),
            ..self.object(kind, &create.name)
        }
    }

    fn view(&self, create: &CreateView) -> DocumentSymbol {
        DocumentSymbol {
            detail: persistence(create.persistence).to_owned(),
            children: self.columns(&create.columns, &create.query),
            ..self.object(SymbolKind::View, &create.name)
        }
    }

    /// The columns of what a query makes: those that are listed, else those that it gives.
    fn columns(&self, listed: &[Ident], query: &Query) -> Vec<DocumentSymbol> {
        if !listed.is_empty() {
            let listed = listed.iter();
            return listed.map(|name| self.ident(SymbolKind::Column, name)).collect();
        }
        let syntax = self.statement.syntax();
        let targets = targets(syntax.root());
        if targets.len() != query.output.len() {
            return Vec::new();
        }
        let columns = targets.iter().zip(&query.output).filter_map(|(target, output)| {
            let name = match output {
                OutputColumn::Column { name, .. }
                | OutputColumn::Typed { name, .. }
                | OutputColumn::Named(name) => name,
                _ => return None,
            };
            Some(self.symbol(SymbolKind::Column, name.as_str().to_owned(), target.range()))
        });
        columns.collect()
    }

    fn index(&self, create: &CreateIndex) -> DocumentSymbol {
        let text = self.statement.text();
        let keys = create.elements.iter();
        let keys: Vec<String> = keys.map(|key| shortened(key.range.slice(text))).collect();
        let mut detail = format!("on {} ({})", name_of(&create.table), keys.join(", "));
        if create.unique {
            detail.insert_str(0, "unique ");
        }
        match &create.name {
            Some(name) => DocumentSymbol {
                detail,
                ..self.ident(SymbolKind::Index, name)
            },
            None => self.symbol(SymbolKind::Index, format!("index {detail}"), create.table.range),
        }
    }

    fn user_type(&self, create: &CreateType) -> DocumentSymbol {
        let (detail, children) = match &create.kind {
            CreateTypeKind::Enum(labels) => ("enum", self.labels(labels.len())),
            CreateTypeKind::Composite(attributes) => {
                let attributes = attributes.iter().map(|(name, ty)| self.attribute(name, ty));
                ("composite", attributes.collect())
            }
            CreateTypeKind::Range(_) => ("range", Vec::new()),
            CreateTypeKind::Base => ("", Vec::new()),
        };
        DocumentSymbol {
            detail: detail.to_owned(),
            children,
            ..self.object(SymbolKind::Type, &create.name)
        }
    }

    fn attribute(&self, name: &Ident, ty: &TypeRef) -> DocumentSymbol {
        DocumentSymbol {
            detail: self.type_words(ty),
            range: self.at(name.range.cover(ty.range)),
            ..self.ident(SymbolKind::Column, name)
        }
    }

    /// The labels of an enum, as the tree has them.
    fn labels(&self, count: usize) -> Vec<DocumentSymbol> {
        let syntax = self.statement.syntax();
        let Some(list) = syntax.root().find(kind::opt_enum_val_list) else {
            return Vec::new();
        };
        let labels = list.find_all(kind::Sconst).take(count);
        let labels = labels.map(|label| {
            let name = label.string_value().unwrap_or_else(|| label.text().to_owned());
            self.label(name, label.range())
        });
        labels.collect()
    }

    /// Some clients refuse a symbol without a name; `''` is a label all the same.
    fn label(&self, name: String, range: TextRange) -> DocumentSymbol {
        let name = if name.trim().is_empty() {
            "''".to_owned()
        } else {
            name
        };
        self.symbol(SymbolKind::EnumLabel, name, range)
    }

    fn domain(&self, create: &CreateDomain) -> DocumentSymbol {
        let checks = create.checks.iter().filter_map(|(name, _)| name.as_ref());
        DocumentSymbol {
            detail: format!("domain of {}", self.type_words(&create.base)),
            children: checks
                .map(|name| self.ident(SymbolKind::Constraint, name))
                .collect(),
            ..self.object(SymbolKind::Type, &create.name)
        }
    }

    fn function(&self, create: &CreateFunction) -> DocumentSymbol {
        let inputs = create
            .arguments
            .iter()
            .filter(|argument| argument.mode.is_input());
        let inputs: Vec<String> = inputs.map(|input| self.type_words(&input.ty)).collect();
        let returns = create.returns.as_ref().map(|ty| self.type_words(ty));
        let mut detail = create.language.as_str().to_owned();
        if let Some(returns) = returns.filter(|returns| !returns.is_empty()) {
            detail = format!("→ {returns}, {detail}");
        }
        DocumentSymbol {
            name: format!("{}({})", name_of(&create.name), inputs.join(", ")),
            detail,
            ..self.object(SymbolKind::Function, &create.name)
        }
    }

    fn trigger(&self, create: &CreateTrigger) -> DocumentSymbol {
        self.belonging(SymbolKind::Trigger, &create.name, "on", &create.table)
    }

    fn added(&self, alter: &AlterRelation) -> Vec<DocumentSymbol> {
        let commands = alter.commands.iter();
        let added = commands.filter_map(|command| match &command.action {
            AlterAction::AddColumn { column, .. } => Some(self.column(column)),
            AlterAction::AddConstraint(constraint) => Some(self.constraint(constraint)),
            _ => None,
        });
        added.collect()
    }

    fn added_to_type(&self, alter: &AlterType) -> Vec<DocumentSymbol> {
        match &alter.action {
            AlterTypeAction::AddValue { label, range, .. } => vec![self.label(label.to_string(), *range)],
            AlterTypeAction::Attributes(actions) => {
                let added = actions.iter().filter_map(|action| match action {
                    AttributeAction::Add(name, ty, _) => Some(self.attribute(name, ty)),
                    _ => None,
                });
                added.collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What a query of a statement gives: the target list of its first SELECT that isn't in a WITH.
fn targets(root: Node<'_>) -> Vec<Node<'_>> {
    let mut walk = root.descendants();
    while let Some(node) = walk.next() {
        match node.kind() {
            kind::with_clause | kind::opt_with_clause => walk.skip_children(),
            kind::target_list => return node.list(kind::target_el),
            _ => {}
        }
    }
    Vec::new()
}

fn around_children(mut symbol: DocumentSymbol) -> DocumentSymbol {
    for child in &symbol.children {
        symbol.range.start = symbol.range.start.min(child.range.start);
        symbol.range.end = symbol.range.end.max(child.range.end);
    }
    symbol
}

fn persistence(persistence: Persistence) -> &'static str {
    match persistence {
        Persistence::Permanent => "",
        Persistence::Unlogged => "unlogged",
        Persistence::Temporary => "temporary",
    }
}
