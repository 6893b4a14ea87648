//! The grammar's parser: one a thread, bounded, and traced where a statement is broken.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tree_sitter::{Language, LogType, ParseOptions, Parser, Tree};

/// The grammar of PostgreSQL.
pub(crate) fn language() -> &'static Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    LANGUAGE.get_or_init(|| tree_sitter_postgres::LANGUAGE.into())
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(new_parser());
}

fn new_parser() -> Parser {
    let mut parser = Parser::new();
    parser
        .set_language(language())
        .expect("the grammar and the library are pinned to versions that fit each other");
    parser
}

/// The tree of `text`. `None` when recovering from errors took too much work.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    // The library asks every hundred tokens; a valid statement takes one or two readings of each.
    let mut steps_left = 1_000 + text.len() / 8;
    PARSER.with_borrow_mut(|parser| {
        run(parser, text, &mut || {
            steps_left = steps_left.saturating_sub(1);
            steps_left == 0
        })
    })
}

fn run(parser: &mut Parser, text: &str, stop: &mut dyn FnMut() -> bool) -> Option<Tree> {
    let mut progress = |_: &tree_sitter::ParseState| {
        if stop() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(
        &mut |at, _| &text.as_bytes()[at.min(text.len())..],
        None,
        Some(options),
    );
    if tree.is_none() {
        parser.reset();
    }
    tree
}

/// How far the parser got before it had to recover.
#[derive(Debug, Default)]
struct Trace {
    /// Position behind the last token that was taken, as a row and a column.
    at: (usize, usize),
    /// The furthest position at which some reading of the text failed.
    failed: Option<(usize, usize)>,
    recovering: bool,
}

/// Where the parser first found no way to go on: the end of the last token that it could take. `None` when it could take all.
pub(crate) fn first_failure(text: &str) -> Option<usize> {
    let trace = Arc::new(Mutex::new(Trace::default()));
    let logged = Arc::clone(&trace);
    PARSER.with_borrow_mut(|parser| {
        parser.set_logger(Some(Box::new(move |kind, message| {
            if matches!(kind, LogType::Parse) {
                logged
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .read(message);
            }
        })));
        let _ = run(parser, text, &mut || {
            trace.lock().unwrap_or_else(PoisonError::into_inner).recovering
        });
        parser.set_logger(None);
        parser.reset();
    });
    let trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
    Some(offset_of(text, trace.failed?))
}

impl Trace {
    fn read(&mut self, message: &str) {
        if self.recovering {
            return;
        }
        if let Some(process) = message.strip_prefix("process ") {
            self.at = (number_after(process, "row:"), number_after(process, "col:"));
        } else if message.starts_with("detect_error ") {
            self.failed = self.failed.max(Some(self.at));
        } else if message.starts_with("resume version:") {
            self.recovering = true;
        }
    }
}

fn number_after(message: &str, label: &str) -> usize {
    let Some((_, rest)) = message.split_once(label) else {
        return 0;
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().unwrap_or(0)
}

fn offset_of(text: &str, (row, column): (usize, usize)) -> usize {
    let start = match row {
        0 => 0,
        _ => text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .nth(row - 1)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    (start + column).min(text.len())
}
