//! Statements that read and write rows, and those about the session and its transaction.

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};

use super::{DropBehavior, Ident, ObjectRef};

/// What a query reads, writes and calls. Names of its WITH queries don't appear.
#[derive(Debug, Clone, PartialEq, Default, Hash)]
pub struct Query {
    /// Source text of the query itself (for a view: after AS).
    pub text: Arc<str>,
    /// Where it stands.
    pub range: TextRange,
    /// Relations read, in order, without repeats (by name).
    pub reads: Vec<ObjectRef>,
    /// Relations locked by FOR UPDATE and its likes (all that are read at that level where no OF names them).
    pub row_locks: Vec<ObjectRef>,
    /// Relations written.
    pub writes: Vec<Write>,
    /// Functions called.
    pub functions: Vec<ObjectRef>,
    /// The output columns, where each can be told; see [`OutputColumn`].
    pub output: Vec<OutputColumn>,
    /// What it compares columns with, queries within it included.
    pub comparisons: Vec<Comparison>,
    /// It was executed only to be explained, without ANALYZE: it takes locks and moves no rows.
    pub explain_only: bool,
    /// Some part could not be read.
    pub incomplete: bool,
}

/// A comparison that has to hold for every row of a query: a part of WHERE or ON that no OR stands over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// The column.
    pub column: ComparedColumn,
    /// How it is compared.
    pub operator: ComparisonOperator,
    /// With what.
    pub with: Compared,
    /// Where the comparison stands.
    pub range: TextRange,
}

/// A column that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ComparedColumn {
    /// Its name.
    pub name: Name,
    /// Relations it may belong to. One that has no column of that name isn't meant: then the name may be a variable's.
    pub of: Vec<ObjectRef>,
}

/// How a column is compared. What a B-tree can't search by is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOperator {
    /// `=`, `IN`, `= ANY`.
    Equal,
    /// `<`, `>`, `<=`, `>=`, `BETWEEN`.
    Order,
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Compared {
    /// Another column.
    Column(ComparedColumn),
    /// A literal.
    Constant,
    /// Anything else: a parameter, a list, an expression.
    Value,
}

/// One output column of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OutputColumn {
    /// `*` or `alias.*`: all columns of these relations (of FROM, in order).
    Star(Vec<ObjectRef>),
    /// The same but for the columns that JOIN … USING has merged; those stand before it, each as a `Column`.
    StarExcept(Vec<ObjectRef>, Vec<Name>),
    /// Any number of columns that can't be told: `*` of a function, NATURAL JOIN.
    Unknown,
    /// A plain column of one of these relations (candidates in FROM; one where it is qualified), under this output name.
    Column {
        /// Output name.
        name: Name,
        /// The column.
        column: Name,
        /// Relations it may belong to.
        of: Vec<ObjectRef>,
    },
    /// An expression of a type that can be told (a cast, a literal, `count(*)`).
    Typed {
        /// Output name.
        name: Name,
        /// Its type.
        ty: crate::types::SqlType,
    },
    /// An expression of unknown type, with the output name that PostgreSQL gives it.
    Named(Name),
}

/// One relation that a query writes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Write {
    /// The relation.
    pub relation: ObjectRef,
    /// How.
    pub kind: WriteKind,
    /// An UPDATE or DELETE with no WHERE.
    pub every_row: bool,
    /// Columns that an UPDATE sets or an INSERT names.
    pub columns: Vec<Ident>,
    /// INSERT … ON CONFLICT DO UPDATE.
    pub updates_on_conflict: bool,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the SQL command of its name")]
pub enum WriteKind {
    Insert,
    Update,
    Delete,
    Merge,
}

/// COPY of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Copy {
    /// The relation.
    pub relation: ObjectRef,
    /// COPY … FROM rather than TO.
    pub from: bool,
}

/// TRUNCATE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Truncate {
    /// Relations and whether ONLY stands before each.
    pub relations: Vec<(ObjectRef, bool)>,
    /// CASCADE.
    pub behavior: DropBehavior,
    /// RESTART IDENTITY.
    pub restart_identity: bool,
}

/// LOCK TABLE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lock {
    /// Relations and whether ONLY stands before each.
    pub relations: Vec<(ObjectRef, bool)>,
    /// The mode as SQL writes it, upper case: `ACCESS EXCLUSIVE` where none is named.
    pub mode: Arc<str>,
    /// NOWAIT.
    pub nowait: bool,
}

/// VACUUM and ANALYZE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vacuum {
    /// Relations; empty: all.
    pub relations: Vec<ObjectRef>,
    /// VACUUM rather than ANALYZE alone.
    pub vacuum: bool,
    /// FULL.
    pub full: bool,
    /// ANALYZE.
    pub analyze: bool,
}

/// SET, RESET.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Set {
    /// The parameter, lower case: `lock_timeout`, `search_path`, `role`, `timezone`, `session_authorization`; `all` for RESET ALL.
    pub parameter: Name,
    /// Values as written, unquoted, each item of the list; empty for DEFAULT and RESET.
    pub values: Vec<Arc<str>>,
    /// How long it holds.
    pub scope: SetScope,
}

/// How long a SET holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetScope {
    /// For the session.
    Session,
    /// Until the transaction ends.
    Local,
}

/// Transaction control.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transaction {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END. `and_chain` begins another.
    Commit {
        /// AND CHAIN.
        and_chain: bool,
    },
    /// ROLLBACK, ABORT.
    Rollback {
        /// AND CHAIN.
        and_chain: bool,
    },
    /// SAVEPOINT.
    Savepoint(Name),
    /// RELEASE.
    Release(Name),
    /// ROLLBACK TO.
    RollbackTo(Name),
    /// PREPARE TRANSACTION: it ends here for this session.
    Prepare,
    /// COMMIT PREPARED, ROLLBACK PREPARED.
    Prepared,
    /// SET TRANSACTION, SET CONSTRAINTS.
    Mode,
}
