//! The kinds of the grammar's punctuation marks that readers tell apart.

use crate::tree::Kind;

/// `(`
pub const OPEN: Kind = Kind::mark("(");
/// `)`
pub const CLOSE: Kind = Kind::mark(")");
/// `*`
pub const STAR: Kind = Kind::mark("*");
/// `/`
pub const SLASH: Kind = Kind::mark("/");
/// `%`
pub const PERCENT: Kind = Kind::mark("%");
/// `^`
pub const CARET: Kind = Kind::mark("^");
/// `+`
pub const PLUS: Kind = Kind::mark("+");
/// `-`
pub const MINUS: Kind = Kind::mark("-");
/// `:`
pub const COLON: Kind = Kind::mark(":");
/// `::`
pub const CAST: Kind = Kind::mark("::");
/// `=`
pub const EQUAL: Kind = Kind::mark("=");
/// `<>`
pub const UNEQUAL: Kind = Kind::mark("<>");
/// `<`
pub const LESS: Kind = Kind::mark("<");
/// `>`
pub const GREATER: Kind = Kind::mark(">");
/// `<=`
pub const AT_MOST: Kind = Kind::mark("<=");
/// `>=`
pub const AT_LEAST: Kind = Kind::mark(">=");
