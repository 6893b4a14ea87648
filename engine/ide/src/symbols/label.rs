//! What a statement is called that makes nothing of its own.

use std::fmt::Write as _;

use confiture_lint::Statement;
use confiture_schema::change::{
    AlterAction, AlterRelation, Change, Comment, ConstraintDef, ObjectRef, Query, RelationWord, Write,
    WriteKind,
};
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use super::outline::constraint_words;

/// How many characters of a statement's own text name it.
const LENGTH: usize = 60;

/// A name for a statement: `ALTER TABLE orders: ADD COLUMN total`, `INSERT INTO orders`, else the start of its text.
pub(super) fn of(statement: &Statement) -> String {
    let text = statement.text();
    let told = match statement.changes().first() {
        Some(Change::AlterRelation(alter)) => Some(altered(alter, text)),
        Some(Change::Comment(comment)) => Some(commented(comment, text)),
        Some(Change::Query(query)) => written(query),
        _ => None,
    };
    told.filter(|told| !told.is_empty())
        .unwrap_or_else(|| shortened(text))
}

/// A name as it is written, without its quotes.
pub(super) fn name_of(name: &ObjectRef) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", schema.as_str(), name.name.as_str()),
        None => name.name.as_str().to_owned(),
    }
}

fn altered(alter: &AlterRelation, text: &str) -> String {
    let word = match alter.word {
        RelationWord::Table => "TABLE",
        RelationWord::Index => "INDEX",
        RelationWord::View => "VIEW",
        RelationWord::MaterializedView => "MATERIALIZED VIEW",
        RelationWord::Sequence => "SEQUENCE",
        RelationWord::ForeignTable => "FOREIGN TABLE",
    };
    let mut label = format!("ALTER {word} {}", name_of(&alter.name));
    for (number, command) in alter.commands.iter().enumerate() {
        label.push_str(if number == 0 { ": " } else { ", " });
        if label.chars().count() > LENGTH {
            label.push('…');
            break;
        }
        let own = command.range.slice(text);
        label.push_str(&command_label(&command.action).unwrap_or_else(|| shortened(own)));
    }
    label
}

/// Commands that would be long; others are as they are written.
fn command_label(action: &AlterAction) -> Option<String> {
    Some(match action {
        AlterAction::AddColumn { column, .. } => format!("ADD COLUMN {}", column.name.name.as_str()),
        AlterAction::DropColumn { column, .. } => format!("DROP COLUMN {}", column.name.as_str()),
        AlterAction::AlterType { column, ty, .. } => {
            format!("ALTER COLUMN {} TYPE {}", column.name.as_str(), ty.ty)
        }
        AlterAction::SetDefault { column, .. } => {
            format!("ALTER COLUMN {} SET DEFAULT", column.name.as_str())
        }
        AlterAction::AddConstraint(constraint) => added(constraint),
        AlterAction::AttachPartition { partition, .. } => {
            format!("ATTACH PARTITION {}", name_of(partition))
        }
        _ => return None,
    })
}

fn added(constraint: &ConstraintDef) -> String {
    match &constraint.name {
        Some(name) => format!("ADD CONSTRAINT {}", name.name.as_str()),
        None => format!("ADD {}", constraint_words(constraint)),
    }
}

/// `COMMENT ON TABLE orders`: what is behind the last IS is the comment itself.
fn commented(comment: &Comment, text: &str) -> String {
    let end = comment.object.on.iter().map(|on| on.range.end);
    let end = end.fold(comment.object.name.range.end, u32::max);
    shortened(text.get(..end as usize).unwrap_or_default())
}

fn written(query: &Query) -> Option<String> {
    let mut label = String::new();
    for Write { relation, kind, .. } in &query.writes {
        let words = match kind {
            WriteKind::Insert => "INSERT INTO",
            WriteKind::Update => "UPDATE",
            WriteKind::Delete => "DELETE FROM",
            WriteKind::Merge => "MERGE INTO",
        };
        let separator = if label.is_empty() { "" } else { ", " };
        let _ = write!(label, "{separator}{words} {}", name_of(relation));
    }
    (!label.is_empty()).then_some(label)
}

/// The start of a text on one line, without comments and bodies.
pub(super) fn shortened(text: &str) -> String {
    let mut label = String::new();
    let mut is_apart = false;
    let mut room = LENGTH;
    for token in Lexer::new(text, Dialect::Psql) {
        let own = match token.kind {
            TokenKind::Semicolon => continue,
            kind if kind.is_trivia() => {
                is_apart = true;
                continue;
            }
            TokenKind::DollarString => "$$…$$",
            _ => token.range.slice(text),
        };
        if std::mem::take(&mut is_apart) && !label.is_empty() {
            label.push(' ');
        }
        let length = own.chars().count();
        if length > room {
            // A long constant may be the first thing that there is.
            label.extend(own.chars().take(room).filter(|c| !c.is_control()));
            label.push('…');
            break;
        }
        room -= length;
        label.extend(own.chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    label
}
