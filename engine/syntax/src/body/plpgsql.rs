//! The SQL in PL/pgSQL, found as PL/pgSQL's own parser finds it: by the words that open and close its statements.
//!
//! The reader keeps a stack of open blocks, IFs, CASEs and loops, so nesting takes no recursion. It never refuses anything: text
//! that it can't place is read as a SQL statement up to its semicolon.

mod cursor;
mod into;

use super::Context;
use crate::range::TextRange;
use cursor::Cursor;

/// What a fragment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FragmentKind {
    /// A statement as it stands; `INTO` targets are blanked.
    Statement,
    /// Behind PERFORM.
    Perform,
    /// An expression with a subquery.
    Expression,
    /// The expression behind EXECUTE.
    Dynamic,
}

/// A stretch of a body that is SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) range: TextRange,
    pub(super) kind: FragmentKind,
    pub(super) context: Context,
    pub(super) guarded: bool,
    /// What is blanked: the INTO clause.
    target: Option<TextRange>,
}

impl Fragment {
    pub(super) fn straight(range: TextRange) -> Fragment {
        Fragment {
            range,
            kind: FragmentKind::Statement,
            context: Context::Straight,
            guarded: false,
            target: None,
        }
    }

    /// The fragment as a statement, and how many bytes were put before it.
    pub(super) fn sql(&self, body: &str) -> (String, u32) {
        let source = self.range.slice(body);
        match self.kind {
            FragmentKind::Perform => (format!("SELECT {source}"), 7),
            FragmentKind::Expression => (format!("SELECT {source}"), 7),
            FragmentKind::Dynamic => (String::new(), 0),
            FragmentKind::Statement => (self.without_target(source), 0),
        }
    }

    fn without_target(&self, source: &str) -> String {
        let Some(target) = self.target else {
            return source.to_owned();
        };
        let start = (target.start - self.range.start) as usize;
        let end = (target.end - self.range.start) as usize;
        format!(
            "{}{}{}",
            &source[..start],
            " ".repeat(end - start),
            &source[end..]
        )
    }
}

/// The SQL of a PL/pgSQL body, in order, and whether all its blocks close.
pub(super) fn fragments(text: &str) -> (Vec<Fragment>, bool) {
    let mut reader = Reader {
        cursor: Cursor::new(text),
        open: Vec::new(),
        fragments: Vec::new(),
    };
    reader.run();
    let is_whole = reader.open.is_empty();
    (reader.fragments, is_whole)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A block whose fragments start at this index.
    Block {
        first: usize,
    },
    /// The handlers of a block.
    Handlers,
    If,
    Case,
    Loop,
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    open: Vec<Frame>,
    fragments: Vec<Fragment>,
}

impl Reader<'_> {
    fn run(&mut self) {
        self.cursor.skip_options();
        while !self.cursor.is_at_end() {
            let before = self.cursor.position();
            self.statement();
            if self.cursor.position() == before {
                self.cursor.advance();
            }
        }
    }

    fn statement(&mut self) {
        if self.cursor.skip_label() {
            return;
        }
        let Some(word) = self.cursor.word() else {
            self.cursor.skip_statement();
            return;
        };
        if self.cursor.is_assignment() {
            self.assignment();
            return;
        }
        match word.as_str() {
            "declare" => self.declarations(),
            "begin" => {
                self.cursor.advance();
                self.open.push(Frame::Block {
                    first: self.fragments.len(),
                });
            }
            "exception" if matches!(self.open.last(), Some(Frame::Block { .. })) => self.handlers(),
            "end" => self.end(),
            "if" => self.branch(Some(Frame::If)),
            "elsif" | "elseif" => self.branch(None),
            "else" => self.cursor.advance(),
            "case" => self.case(),
            "when" => self.when(),
            "loop" => {
                self.cursor.advance();
                self.open.push(Frame::Loop);
            }
            "while" => {
                self.cursor.advance();
                self.expression(&["loop"]);
                self.open_loop();
            }
            "for" => self.for_loop(),
            "foreach" => {
                self.cursor.skip_to_words(&["array"]);
                self.cursor.advance();
                self.expression(&["loop"]);
                self.open_loop();
            }
            _ => self.simple_statement(&word),
        }
    }

    fn simple_statement(&mut self, word: &str) {
        match word {
            "perform" => {
                self.cursor.advance();
                self.fragment(FragmentKind::Perform, &[]);
                self.cursor.skip_statement();
            }
            "execute" => self.execute(),
            "return" => self.return_statement(),
            "open" => self.open_cursor(),
            "assert" => {
                self.cursor.advance();
                self.expression(&[]);
                self.cursor.skip_statement();
            }
            "exit" | "continue" => {
                if self.cursor.skip_to_words(&["when"]) {
                    self.cursor.advance();
                    self.expression(&[]);
                }
                self.cursor.skip_statement();
            }
            "raise" => {
                if self.cursor.skip_to_comma() {
                    self.expression(&["using"]);
                }
                self.cursor.skip_statement();
            }
            "null" | "get" | "fetch" | "move" | "close" | "commit" | "rollback" => {
                self.cursor.skip_statement()
            }
            _ => {
                let target = into::target(&self.cursor);
                if let Some(range) = self.cursor.take_until(&[]) {
                    self.push(range, FragmentKind::Statement, target);
                }
                self.cursor.skip_statement();
            }
        }
    }

    fn assignment(&mut self) {
        self.cursor.skip_to_assignment();
        self.cursor.advance();
        self.expression(&[]);
        self.cursor.skip_statement();
    }

    /// `name type := expression;`, `name CURSOR FOR query;` up to BEGIN.
    fn declarations(&mut self) {
        self.cursor.advance();
        while let Some(word) = self.cursor.word_or_other() {
            if word == "begin" || self.cursor.is_label() {
                return;
            }
            if word == "declare" {
                self.cursor.advance();
                continue;
            }
            if self.cursor.skip_to_cursor_query() {
                if let Some(range) = self.cursor.take_until(&[]) {
                    self.push_as(range, FragmentKind::Statement, None, Context::Conditional);
                }
            } else if self.cursor.skip_to_default() {
                self.expression(&[]);
            }
            self.cursor.skip_statement();
        }
    }

    fn handlers(&mut self) {
        self.cursor.advance();
        if let Some(Frame::Block { first }) = self.open.pop() {
            for fragment in &mut self.fragments[first..] {
                fragment.guarded = true;
            }
        }
        self.open.push(Frame::Handlers);
    }

    fn end(&mut self) {
        self.open.pop();
        self.cursor.skip_statement();
    }

    /// `IF condition THEN`, `ELSIF condition THEN`.
    fn branch(&mut self, opens: Option<Frame>) {
        self.cursor.advance();
        self.expression(&["then"]);
        self.cursor.advance();
        self.open.extend(opens);
    }

    fn case(&mut self) {
        self.cursor.advance();
        self.expression(&["when"]);
        self.open.push(Frame::Case);
    }

    fn when(&mut self) {
        self.cursor.advance();
        if self.open.last() == Some(&Frame::Handlers) {
            self.cursor.skip_to_words(&["then"]);
        } else {
            self.expression(&["then"]);
        }
        self.cursor.advance();
    }

    fn open_loop(&mut self) {
        self.cursor.advance();
        self.open.push(Frame::Loop);
    }

    fn for_loop(&mut self) {
        self.cursor.skip_to_words(&["in"]);
        self.cursor.advance();
        if self.cursor.word().as_deref() == Some("execute") {
            self.cursor.advance();
            self.fragment(FragmentKind::Dynamic, &["using", "loop"]);
            self.cursor.skip_to_words(&["loop"]);
        } else if self.cursor.is_range_or_cursor() {
            self.cursor.skip_to_words(&["loop"]);
        } else {
            self.fragment(FragmentKind::Statement, &["loop"]);
        }
        self.open_loop();
    }

    fn execute(&mut self) {
        self.cursor.advance();
        self.fragment(FragmentKind::Dynamic, &["into", "using"]);
        self.cursor.skip_statement();
    }

    fn return_statement(&mut self) {
        self.cursor.advance();
        match self.cursor.word().as_deref() {
            Some("query") => {
                self.cursor.advance();
                if self.cursor.word().as_deref() == Some("execute") {
                    self.execute();
                    return;
                }
                self.fragment(FragmentKind::Statement, &[]);
            }
            Some("next") => {
                self.cursor.advance();
                self.expression(&[]);
            }
            _ => self.expression(&[]),
        }
        self.cursor.skip_statement();
    }

    fn open_cursor(&mut self) {
        self.cursor.advance();
        if self.cursor.skip_to_words(&["for"]) {
            self.cursor.advance();
            if self.cursor.word().as_deref() == Some("execute") {
                self.execute();
                return;
            }
            self.fragment(FragmentKind::Statement, &[]);
        }
        self.cursor.skip_statement();
    }

    /// Takes what comes up to one of `words` or the semicolon as a fragment.
    fn fragment(&mut self, kind: FragmentKind, words: &[&str]) {
        if let Some(range) = self.cursor.take_until(words) {
            self.push(range, kind, None);
        }
    }

    /// The same for an expression, which is of interest only where it has a subquery.
    fn expression(&mut self, words: &[&str]) {
        let start = self.cursor.position();
        if let Some(range) = self.cursor.take_until(words)
            && self.cursor.has_word_since(start, "select")
        {
            self.push(range, FragmentKind::Expression, None);
        }
    }

    fn push(&mut self, range: TextRange, kind: FragmentKind, target: Option<TextRange>) {
        self.push_as(range, kind, target, self.context());
    }

    fn push_as(&mut self, range: TextRange, kind: FragmentKind, target: Option<TextRange>, context: Context) {
        self.fragments.push(Fragment {
            range,
            kind,
            context,
            guarded: false,
            target,
        });
    }

    fn context(&self) -> Context {
        if self.open.contains(&Frame::Handlers) {
            Context::Handler
        } else if self.open.contains(&Frame::Loop) {
            Context::Loop
        } else if self
            .open
            .iter()
            .any(|frame| matches!(frame, Frame::If | Frame::Case))
        {
            Context::Conditional
        } else {
            Context::Straight
        }
    }
}
