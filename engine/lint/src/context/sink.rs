//! Where a check puts what it finds.

use std::sync::Arc;

use confiture_schema::catalog::{Origin, QualName};
use confiture_syntax::{Name, TextRange};
use serde::{Deserialize, Serialize};

use super::StatementContext;
use crate::analysis::Statements;
use crate::settings::{Configured, Options};
use crate::{Edit, Finding, Place};

/// What a finding is about; exemptions are matched against it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The relation.
    pub relation: Option<QualName>,
    /// The column or another part of it.
    pub part: Option<Name>,
}

impl Subject {
    /// Nothing that has a name.
    pub const NONE: Subject = Subject {
        relation: None,
        part: None,
    };

    /// A relation.
    pub fn relation(relation: &QualName) -> Subject {
        Subject {
            relation: Some(relation.clone()),
            part: None,
        }
    }

    /// A part of a relation.
    pub fn part(relation: &QualName, part: &Name) -> Subject {
        Subject {
            relation: Some(relation.clone()),
            part: Some(part.clone()),
        }
    }
}

/// Where a check puts what it finds.
pub struct Sink<'a> {
    pub(crate) rule: &'a Configured,
    /// All statements.
    pub(crate) statements: &'a Statements<'a>,
    pub(crate) found: Vec<Finding>,
}

impl<'a> Sink<'a> {
    /// The rule's options.
    pub fn options(&self) -> &'a Options {
        &self.rule.options
    }

    /// The environment that is linted for, where one was named.
    pub fn environment(&self) -> Option<&'a str> {
        self.rule.environment()
    }

    /// Reports a part of a statement.
    pub fn report(
        &mut self,
        at: &StatementContext<'_>,
        subject: Subject,
        range: TextRange,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.push(subject, at.at.place(range), message.into())
    }

    /// Reports something that the catalog keeps, where it was defined.
    ///
    /// What no script defined is reported nowhere: the finding that is returned is dropped.
    pub fn report_origin(
        &mut self,
        subject: Subject,
        origin: Origin,
        message: impl Into<String>,
    ) -> &mut Finding {
        let place = self.place(origin).unwrap_or(Place {
            script: usize::MAX,
            segment: 0,
            range: origin.range,
        });
        self.push(subject, place, message.into())
    }

    /// Reports a place of the project.
    pub fn report_place(
        &mut self,
        subject: Subject,
        place: Place,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.push(subject, place, message.into())
    }

    /// Where something that the catalog keeps was defined; `None` for what no script defined.
    pub fn place(&self, origin: Origin) -> Option<Place> {
        self.statements.place(origin)
    }

    /// An insertion on lines of its own after the statement that defined something.
    pub fn insert_after(&self, origin: Origin, sql: &str) -> Option<Edit> {
        Some(self.statements.at(origin)?.insert_after(sql))
    }

    /// An edit of the statement that defined something; the range is one of that statement's changes.
    pub fn edit(&self, origin: Origin, range: TextRange, text: impl Into<String>) -> Option<Edit> {
        let at = self.statements.at(origin)?.at;
        Some(Edit {
            place: at.place(range),
            text: text.into(),
        })
    }

    /// The text of the statement that defined something.
    pub fn text(&self, origin: Origin) -> Option<&'a str> {
        Some(self.statements.at(origin)?.text())
    }

    fn push(&mut self, subject: Subject, place: Place, message: String) -> &mut Finding {
        let finding = Finding {
            rule: Arc::clone(&self.rule.name),
            kind: self.rule.rule.name,
            severity: self.rule.severity,
            message,
            subject,
            place,
            help: None,
            fixes: Vec::new(),
            related: Vec::new(),
        };
        self.found.push(finding);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}
