//! From one catalog to another: the statements that lead there.
//!
//! A draft is made on a copy of the catalog that it begins with: each statement that is written is applied to it by the
//! same fold that replays files ([`State`](crate::apply::State)), and one that the fold refuses is not written. What the
//! copy and the aim still say differently in the end is what the draft leaves out ([`Draft::left_out`]), so nothing is
//! left out in silence.
//!
//! What can't be known is asked ([`Question`]): whether a column that came and one that went are the same.
//!
//! [`definitions`] holds what catalogs don't keep; `rename`, `remove`, `make`, `alter`, `attach` and `finish` are the
//! stages of a draft, in this order.

mod alter;
mod attach;
mod compare;
pub mod definitions;
mod finish;
mod make;
mod remove;
mod rename;
mod views;
mod work;

pub use compare::{Comparison, compare};
pub use definitions::{Definitions, Source};
pub use rename::{Answers, Question, Rename, Rest, Thing};

use crate::catalog::Catalog;

/// A catalog and what belongs to it that catalogs don't keep.
#[derive(Debug, Clone, Copy)]
pub struct Side<'c> {
    /// What exists.
    pub catalog: &'c Catalog,
    /// Bodies of functions, triggers as they were written.
    pub definitions: &'c Definitions,
}

/// Statements that lead from one catalog to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Settings that the statements need, such as a search path for names that files leave unqualified.
    pub settings: Vec<String>,
    /// The statements, in order.
    pub steps: Vec<Step>,
    /// What has to be known first. Where there are any, there are no steps.
    pub questions: Vec<Question>,
    /// What no statement of the draft does, and why.
    pub left_out: Vec<LeftOut>,
    /// What could not be compared, such as a query as written and as a server prints it.
    pub not_compared: Vec<String>,
}

impl Draft {
    /// Whether both sides are the same, as far as they can be compared.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.questions.is_empty() && self.left_out.is_empty()
    }
}

/// One statement of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The statement, without its semicolon.
    pub sql: String,
    /// The object of its own that it is about, with its kind: `table public.users`.
    pub object: String,
    /// What it does, in words: `add column email`.
    pub what: String,
    /// What is lost by it.
    pub loss: Loss,
    /// How it runs.
    pub runs: Runs,
}

/// What a statement loses that the way back doesn't bring.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Loss {
    /// Nothing.
    #[default]
    Nothing,
    /// Perhaps something: this.
    Possible(String),
    /// This.
    Certain(String),
}

/// How a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Runs {
    /// In a transaction with others.
    #[default]
    InTransaction,
    /// In a transaction that ends before what follows begins: a label of an enum can't be used before.
    Committed,
    /// Outside of a transaction.
    Outside,
}

/// What a draft doesn't do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The object, with its kind.
    pub object: String,
    /// What remains to be done, and why it isn't.
    pub reason: String,
}

/// The statements that lead from one side to the other.
pub fn draft(from: Side<'_>, to: Side<'_>, answers: &Answers) -> Draft {
    let mut work = work::Work::new(from, to);
    rename::relations(&mut work, answers);
    let mut questions = rename::open_relations(&work, answers);
    if questions.is_empty() {
        rename::columns(&mut work, answers);
        questions = rename::open_columns(&work, answers);
    }
    if !questions.is_empty() {
        return Draft {
            questions,
            ..Draft::default()
        };
    }
    rename::parts(&mut work);
    remove::in_the_way(&mut work);
    make::everything(&mut work);
    finish::finish(work)
}
