//! Whether a CHECK constraint shows that a table's rows fit a partition's bound.
//!
//! Only the plain forms are told: one key column, a list of constants or a range between two of them. For others the
//! answer is no, and the scan is expected.

use confiture_schema::catalog::{ConstraintKind, PartitionKey, Relation};
use confiture_syntax::Name;

use crate::literal::{Token, tokens};

/// Whether the valid CHECK constraints of `table` imply the bound of the partition it is to become.
pub(crate) fn proved(table: &Relation, key: &PartitionKey, bound: &str) -> bool {
    let [key_column] = key.keys.as_slice() else {
        return false;
    };
    let Some(column) = &key_column.facts.bare_column else {
        return false;
    };
    let mut conjuncts = Vec::new();
    let mut not_null = table.column(column).is_some_and(|c| c.not_null);
    for constraint in table.constraints.values() {
        if let ConstraintKind::Check { expr } = &constraint.kind
            && constraint.validated
            && constraint.enforced
        {
            not_null |= expr.facts.proves_not_null.contains(column);
            conjuncts.extend(split_and(tokens(&expr.text)));
        }
    }
    not_null
        && wanted(column, bound).is_some_and(|wanted| {
            wanted
                .iter()
                .all(|alternatives| alternatives.iter().any(|a| conjuncts.contains(a)))
        })
}

/// The condition that shows a plain bound, as SQL.
pub(crate) fn condition(column: &Name, bound: &str) -> Option<String> {
    let parts = wanted(column, bound)?;
    let not_null = format!("{} IS NOT NULL", column.quoted());
    let conjuncts = parts.iter().filter_map(|ways| ways.first()).map(|way| sql(way));
    Some(
        std::iter::once(not_null)
            .chain(conjuncts)
            .collect::<Vec<_>>()
            .join(" AND "),
    )
}

/// Tokens as SQL again.
fn sql(tokens: &[Token]) -> String {
    let mut out = String::new();
    for (i, token) in tokens.iter().enumerate() {
        let glued = matches!(
            (i.checked_sub(1).map(|p| &tokens[p]), token),
            (Some(Token::Sign('>' | '<')), Token::Sign('='))
                | (Some(Token::Sign('(')), _)
                | (_, Token::Sign(')' | ','))
                | (Some(Token::Sign('-' | ':')), _)
                | (_, Token::Sign(':'))
        );
        if i > 0 && !glued {
            out.push(' ');
        }
        match token {
            Token::Word(name) if name.as_str().starts_with(|c: char| c.is_ascii_digit()) => {
                out.push_str(name.as_str())
            }
            Token::Word(name) => out.push_str(&if i == 0 {
                name.quoted().to_string()
            } else {
                name.to_string()
            }),
            Token::Text(text) => out.push_str(&crate::sql::literal(text)),
            Token::Sign(c) => out.push(*c),
        }
    }
    out
}

/// What has to be found among the conjuncts: of each list one.
fn wanted(column: &Name, bound: &str) -> Option<Vec<Vec<Vec<Token>>>> {
    let all = tokens(bound);
    let word = |t: &Token, w: &str| matches!(t, Token::Word(n) if n.as_str() == w);
    let column = Token::Word(column.clone());
    match all.as_slice() {
        [f, v, i, rest @ ..] if word(f, "for") && word(v, "values") && word(i, "in") => {
            let inner = parenthesized(rest)?.0;
            let mut listed = vec![column.clone(), Token::Word(Name::new("in")), Token::Sign('(')];
            listed.extend_from_slice(inner);
            listed.push(Token::Sign(')'));
            let mut ways = vec![listed];
            if !inner.contains(&Token::Sign(',')) {
                ways.push([vec![column, Token::Sign('=')], inner.to_vec()].concat());
            }
            Some(vec![ways])
        }
        [f, v, from, rest @ ..] if word(f, "for") && word(v, "values") && word(from, "from") => {
            let (low, rest) = parenthesized(rest)?;
            let [to, rest @ ..] = rest else { return None };
            let (high, _) = parenthesized(rest)?;
            if !word(to, "to") {
                return None;
            }
            let mut needed = Vec::new();
            if !matches!(low, [w] if word(w, "minvalue")) {
                needed.push(vec![
                    [
                        vec![column.clone(), Token::Sign('>'), Token::Sign('=')],
                        low.to_vec(),
                    ]
                    .concat(),
                ]);
            }
            if !matches!(high, [w] if word(w, "maxvalue")) {
                needed.push(vec![[vec![column, Token::Sign('<')], high.to_vec()].concat()]);
            }
            Some(needed)
        }
        _ => None,
    }
}

/// What stands between the parentheses that a list of tokens begins with, and what follows them.
fn parenthesized(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let [Token::Sign('('), rest @ ..] = tokens else {
        return None;
    };
    let at = closing(rest)?;
    Some((&rest[..at], &rest[at + 1..]))
}

/// Where the parenthesis closes that was opened before these tokens.
fn closing(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth == 0 => return Some(i),
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The parts of a condition that AND joins, outer parentheses taken off.
fn split_and(condition: Vec<Token>) -> Vec<Vec<Token>> {
    let mut todo = vec![condition];
    let mut out = Vec::new();
    while let Some(part) = todo.pop() {
        let part = strip(part);
        match top_level_and(&part) {
            Some(at) => {
                todo.push(part[..at].to_vec());
                todo.push(part[at + 1..].to_vec());
            }
            None => out.push(part),
        }
    }
    out
}

/// Without parentheses around the whole.
fn strip(mut tokens: Vec<Token>) -> Vec<Token> {
    while matches!(parenthesized(&tokens), Some((_, rest)) if rest.is_empty()) {
        tokens.pop();
        tokens.remove(0);
    }
    tokens
}

/// Where an AND stands outside parentheses; nowhere where an OR does too, or where it may belong to BETWEEN.
fn top_level_and(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0usize;
    let mut found = None;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            Token::Word(w) if depth == 0 && matches!(w.as_str(), "or" | "between") => return None,
            Token::Word(w) if depth == 0 && w.as_str() == "and" => found = found.or(Some(i)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn implied(check: &str, bound: &str) -> bool {
        let conjuncts = split_and(tokens(check));
        wanted(&Name::new("k"), bound).is_some_and(|w| {
            w.iter()
                .all(|ways| ways.iter().any(|way| conjuncts.contains(way)))
        })
    }

    #[test]
    fn plain_bounds_are_proved() {
        assert!(implied("k = 9", "FOR VALUES IN (9)"));
        assert!(implied("(k IS NOT NULL AND (k IN (9)))", "FOR VALUES IN (9)"));
        assert!(implied("k IN (1, 2)", "FOR VALUES IN (1, 2)"));
        assert!(implied("k >= 10 AND k < 20", "FOR VALUES FROM (10) TO (20)"));
        assert!(implied(
            "k >= '2024-01-01' AND k < '2024-02-01' AND x > 0",
            "FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')"
        ));
        assert!(implied("k < 20", "FOR VALUES FROM (MINVALUE) TO (20)"));
    }

    #[test]
    fn others_are_not() {
        assert!(!implied("k = 9 OR k = 8", "FOR VALUES IN (9)"));
        assert!(!implied("k >= 10", "FOR VALUES FROM (10) TO (20)"));
        assert!(!implied("k BETWEEN 10 AND 20", "FOR VALUES FROM (10) TO (20)"));
        assert!(!implied("true", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)"));
        assert!(!implied("k = 9", "FOR VALUES IN (9"));
    }
}
