//! One statement as a check sees it.

use std::cell::OnceCell;
use std::ops::Deref;

use confiture_project::{Direction, HookRun, HookSql, Layout, TransactionMode};
use confiture_risk::effect::SafeWay;
use confiture_risk::{LockMode, Outlook, PgVersion, foresee, rollback};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Origin, QualName, footprint};
use confiture_schema::change::{AlterAction, AlterCommand, AlterRelation, Change, ObjectRef, RelationWord};
use confiture_schema::read;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::split::{PieceKind, split};
use confiture_syntax::{Name, Syntax, SyntaxError, TextRange};

use super::{Position, ScriptFacts, ScriptInfo};
use crate::analysis::Statement;
use crate::{Edit, Fix, Place, Safety};

/// One statement, or one inside a DO block or the body of a function.
#[derive(Debug)]
pub struct StatementContext<'a> {
    /// What it asks for.
    pub changes: &'a [Change],
    /// What it does; found out when a rule first asks.
    pub risk: LazyRisk<'a>,
    /// What exists just before it.
    pub before: &'a State,
    /// What exists just after it.
    pub after: &'a State,
    /// What exists when its script is through.
    pub end: &'a State,
    /// What the script's other statements say, where the catalog can't tell.
    pub(crate) facts: &'a ScriptFacts,
    /// Its position among the script's statements.
    pub(crate) position: Position,
    /// Its script.
    pub script: ScriptInfo,
    /// Where it stands, as ranges of the outer statement that `changes` refer to.
    pub range: TextRange,
    /// The outer statement's text.
    pub text: &'a str,
    /// What its parser did not understand, in function bodies too; for a statement inside a DO block, nothing.
    pub errors: &'a [SyntaxError],
    /// What was not understood of the outer statement.
    pub(crate) outer_errors: &'a [SyntaxError],
    /// What it stands in.
    pub nesting: Nesting,
    /// Where it stands in the project.
    pub(crate) at: Location,
    /// The outer statement.
    pub(crate) own: &'a Statement,
    /// Its number in the script, or that of the statement around it, as an [`Origin`] carries it.
    pub(crate) number: u32,
    /// The server's version.
    pub version: PgVersion,
    /// The hook that it stands in.
    pub(crate) hook: Option<&'a HookSql>,
}

/// What a statement does, found out when first asked: most statements of a file full of data are never asked about.
#[derive(Debug)]
pub struct LazyRisk<'a> {
    changes: &'a [Change],
    before: &'a State,
    version: PgVersion,
    found: OnceCell<Outlook>,
}

impl<'a> LazyRisk<'a> {
    pub(crate) fn new(changes: &'a [Change], before: &'a State, version: PgVersion) -> LazyRisk<'a> {
        LazyRisk {
            changes,
            before,
            version,
            found: OnceCell::new(),
        }
    }

    /// The statement that undoes it, where one exists.
    pub fn rollback(&self) -> Option<String> {
        rollback(self.changes, self.before, self.version)
    }
}

impl Deref for LazyRisk<'_> {
    type Target = Outlook;

    fn deref(&self) -> &Outlook {
        self.found
            .get_or_init(|| foresee(self.changes, self.before, self.version))
    }
}

/// The place of an outer statement: ranges of its changes are relative to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location {
    pub(crate) script: usize,
    pub(crate) segment: usize,
    pub(crate) range: TextRange,
}

impl Location {
    /// The whole statement.
    pub(crate) fn whole(&self) -> Place {
        Place {
            script: self.script,
            segment: self.segment,
            range: self.range,
        }
    }

    /// A range of the statement as a place in the project.
    pub(crate) fn place(&self, range: TextRange) -> Place {
        Place {
            script: self.script,
            segment: self.segment,
            range: range.offset(self.range.start),
        }
    }
}

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nesting {
    /// The script itself.
    Script,
    /// A DO block: it runs with the script, unless a condition keeps it from running.
    Block,
    /// The body of a function: it runs when the function is called, by whomever, in whatever transaction.
    Function,
}

impl<'a> StatementContext<'a> {
    /// Whether it stands in a DO block or in the body of a function.
    pub fn is_nested(&self) -> bool {
        self.nesting != Nesting::Script
    }

    /// Whether it does anything but read and write rows. What only does that takes no lock that others wait for long.
    pub fn changes_schema(&self) -> bool {
        !self
            .changes
            .iter()
            .all(|change| matches!(change, Change::Query(_) | Change::Copy(_)))
    }

    /// Whether it runs inside a transaction block, opened by a statement or by the tool.
    pub fn in_transaction(&self) -> bool {
        self.before.session.transaction.open && self.lonely_hook().is_none()
    }

    /// The hook that it stands in, where that runs outside of transactions.
    pub fn lonely_hook(&self) -> Option<&'a HookSql> {
        self.hook.filter(|hook| hook.run == HookRun::Alone)
    }

    /// What the statements before it in the same hook ask for; nothing where it stands in none.
    pub fn earlier_in_hook(&self) -> Vec<Change> {
        let Some(hook) = self.hook else {
            return Vec::new();
        };
        footprint::reads_text(self.at.script as u32);
        let text = &hook.segment.text;
        let pieces = split(text).into_iter();
        pieces
            .filter(|piece| piece.kind == PieceKind::Sql && piece.range.end <= self.at.range.start)
            .flat_map(|piece| read::changes(&Syntax::parse(piece.range.slice(text))))
            .collect()
    }

    /// Whether others may be using a relation: it was there before this script, and outlives the session.
    pub fn is_live(&self, relation: &QualName) -> bool {
        match self.script.finds_in_use(relation, self.before) {
            Some(is_live) => is_live,
            // A broken statement before it may have been the one that creates it.
            None => self
                .facts
                .first_broken()
                .is_none_or(|broken| self.position < broken),
        }
    }

    /// Whether something that isn't a relation was there before this script. Files of no known layout that create and
    /// drop it, such as one that installs and one that removes, say nothing of a database in use.
    pub fn is_live_since(&self, origin: Origin) -> bool {
        let builds = self.script.layout == Layout::Plain && self.script.direction == Direction::Schema;
        !builds && origin.script as usize != self.script.index
    }

    /// Whether a column was there before this script, as far as can be told.
    pub fn is_live_column(&self, relation: &QualName, column: &Name) -> bool {
        match self
            .before
            .catalog
            .relation(relation)
            .and_then(|r| r.column(column))
        {
            Some(known) => known.origin.script as usize != self.script.index,
            None => self
                .facts
                .added(relation, column)
                .is_none_or(|(first, _)| self.position <= first),
        }
    }

    /// Whether a column of that name is there when the script is through, as far as can be told.
    pub fn column_remains(&self, relation: &QualName, column: &Name) -> bool {
        match self.end.catalog.relation(relation) {
            Some(known) => known.column(column).is_some(),
            None => self
                .facts
                .added(relation, column)
                .is_some_and(|(_, last)| self.position < last),
        }
    }

    /// The relation that a name in this statement means; where no script created it, what its effect makes of the name.
    pub fn resolve(&self, name: &ObjectRef) -> QualName {
        if let Some(found) = self.before.resolve_relation(name) {
            return found;
        }
        let path = &self.before.session.search_path;
        let schemas = name
            .schema
            .iter()
            .chain(path.iter().filter(|_| name.schema.is_none()));
        let mut candidates = schemas.map(|schema| QualName::new(schema.clone(), name.name.clone()));
        let first = candidates.clone().next();
        candidates
            .find(|q| self.risk.effect.locks.contains_key(q))
            .or(first)
            .unwrap_or_else(|| QualName::new("public", name.name.clone()))
    }

    /// Whether a part is reported as broken or not understood already.
    pub fn is_broken(&self, range: TextRange) -> bool {
        self.outer_errors
            .iter()
            .any(|error| range.start <= error.range.start && error.range.start <= range.end)
    }

    /// Whether the script puts another column in the place of one, a column that it had before and filled.
    pub fn is_rebuilt_column(&self, relation: &QualName, column: &Name) -> bool {
        match self.end.catalog.relation(relation).map(|r| r.column(column)) {
            Some(successor) => successor.is_some_and(|c| self.is_earlier(c.origin)),
            None => self
                .facts
                .added(relation, column)
                .is_some_and(|(_, last)| self.position < last),
        }
    }

    /// Whether something was defined before this statement.
    pub fn is_earlier(&self, origin: Origin) -> bool {
        (origin.script as usize, origin.statement) < (self.script.index, self.number)
    }

    /// The lock that it takes on a relation.
    pub fn lock_on(&self, relation: &QualName) -> Option<LockMode> {
        self.risk.effect.locks.get(relation).map(|l| l.mode)
    }

    /// Commands of its ALTER TABLEs on tables in use, each with its table.
    pub fn alter_commands(
        &self,
    ) -> impl Iterator<Item = (QualName, &'a AlterRelation, &'a AlterCommand)> + '_ {
        self.changes
            .iter()
            .filter_map(|change| match change {
                Change::AlterRelation(alter)
                    if matches!(alter.word, RelationWord::Table | RelationWord::ForeignTable) =>
                {
                    Some((self.resolve(&alter.name), alter.as_ref()))
                }
                _ => None,
            })
            .filter(|(table, _)| self.is_live(table))
            .flat_map(|(table, alter)| {
                alter
                    .commands
                    .iter()
                    .map(move |command| (table.clone(), alter, command))
            })
    }

    /// Whether a rule of its own judges a command, so that the general ones needn't.
    pub fn has_own_rule(&self, range: TextRange) -> bool {
        self.alter_commands().any(|(_, _, command)| {
            let own = match &command.action {
                AlterAction::AddConstraint(_) | AlterAction::SetNotNull(_) => true,
                AlterAction::AddColumn { column, .. } => !column.constraints.is_empty(),
                _ => false,
            };
            own && command.range.start <= range.start && range.end <= command.range.end
        })
    }

    /// A part of the statement as a place in the project.
    pub fn place(&self, range: TextRange) -> Place {
        self.at.place(range)
    }

    /// An insertion on a line of its own before the outer statement.
    pub fn insert_before(&self, sql: &str) -> Edit {
        self.edit(TextRange::empty(0), format!("{sql}\n"))
    }

    /// An insertion on a line of its own after the outer statement.
    pub fn insert_after(&self, sql: &str) -> Edit {
        self.own.insert_after(sql)
    }

    /// The tokens of a part of the statement, comments and whitespace left out.
    pub fn tokens(&self, range: TextRange) -> impl Iterator<Item = (TokenKind, TextRange)> + 'a {
        let end = range.end;
        Lexer::starting_at(self.text, range.start as usize, Dialect::Server)
            .take_while(move |token| token.range.start < end)
            .filter(|token| !token.kind.is_trivia())
            .map(|token| (token.kind, token.range))
    }

    /// The last place in the statement where these keywords follow each other, from the first through the last.
    pub fn keywords(&self, words: &[&str]) -> Option<TextRange> {
        let tokens: Vec<(TokenKind, TextRange)> = self.tokens(self.range).collect();
        let is = |token: &(TokenKind, TextRange), word: &&str| {
            token.0 == TokenKind::Ident && token.1.slice(self.text).eq_ignore_ascii_case(word)
        };
        let found = tokens
            .windows(words.len().max(1))
            .rev()
            .find(|window| window.len() == words.len() && window.iter().zip(words).all(|(t, w)| is(t, w)))?;
        Some(found.first()?.1.cover(found.last()?.1))
    }

    /// An edit of the outer statement's text.
    pub fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit {
            place: self.at.place(range),
            text: text.into(),
        }
    }

    /// The safe way as help: what it does differently, then its SQL, step by step.
    pub fn safe_way(&self) -> Option<String> {
        self.risk.safe_alternative.as_ref().map(SafeWay::in_words)
    }

    /// The safe way in place of the statement, where every step can stand there: the script runs statement by statement,
    /// and the statement does nothing else. Comments inside it would be lost, so there are none.
    pub fn safe_way_fix(&self, title: &str, safety: Safety) -> Option<Fix> {
        let way = self.risk.safe_alternative.as_ref()?;
        let does_one_thing = match self.changes {
            [Change::AlterRelation(alter)] => alter.commands.len() == 1,
            [_] => true,
            _ => false,
        };
        let has_comments = Lexer::new(self.text, Dialect::Psql)
            .any(|t| matches!(t.kind, TokenKind::LineComment | TokenKind::BlockComment));
        if !does_one_thing || has_comments || self.is_nested() || self.in_transaction() {
            return None;
        }
        let steps: Vec<&str> = way.steps.iter().map(|step| step.sql.trim_end()).collect();
        let whole = TextRange::new(0, self.text.len() as u32);
        Some(Fix::new(title, safety).edit(self.edit(whole, steps.join("\n"))))
    }

    /// Where its tool opens a transaction around the script: how to have none, as the end of a sentence.
    pub fn without_transaction(&self) -> Option<&'static str> {
        if !self.in_transaction()
            || self.is_nested()
            || self.script.transaction == TransactionMode::Autocommit
        {
            return None;
        }
        Some(match self.script.layout {
            Layout::Diesel => {
                "in a migration of its own whose metadata.toml says `run_in_transaction = false`"
            }
            Layout::Sqlx => "in a migration of its own that begins with `-- no-transaction`",
            Layout::Dbmate => "in a migration of its own with `-- migrate:up transaction:false`",
            Layout::Goose => "in a migration of its own with `-- +goose NO TRANSACTION`",
            Layout::GolangMigrate | Layout::Prisma => "in a migration of its own that holds nothing else",
            _ => "in a migration of its own that runs outside a transaction",
        })
    }

    /// The safe way of a statement that is to be made concurrent, and where it has to stand.
    pub fn concurrent_way_or(&self, advice: &str) -> String {
        let help = self.safe_way_or(advice);
        match (self.without_transaction(), help.split_once('\n')) {
            (None, _) => help,
            (Some(place), Some((summary, sql))) => format!("{summary} ({place})\n{sql}"),
            (Some(place), None) => format!("{help} ({place})"),
        }
    }

    /// The safe way where it takes more than one step, otherwise `advice`: for rules about what a statement means, where a
    /// bounded wait for its lock cures nothing.
    pub fn other_way_or(&self, advice: &str) -> String {
        let steps = self
            .risk
            .safe_alternative
            .as_ref()
            .map_or(0, |way| way.steps.len());
        match self.safe_way() {
            Some(way) if steps > 1 => way,
            _ => advice.to_owned(),
        }
    }

    /// The safe way where one is known, otherwise `advice`.
    pub fn safe_way_or(&self, advice: &str) -> String {
        self.safe_way().unwrap_or_else(|| advice.to_owned())
    }
}

/// What waits while a lock is held, as the end of a sentence.
pub fn blocked(mode: LockMode) -> &'static str {
    if mode.blocks_reads() {
        "reads and writes wait"
    } else if mode.blocks_writes() {
        "writes wait"
    } else {
        "other schema changes wait"
    }
}
