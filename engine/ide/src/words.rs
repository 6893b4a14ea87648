//! Words and Markdown that several answers share.

use std::path::Path;

use confiture_risk::LockMode;
use confiture_schema::apply::State;
use confiture_schema::catalog::QualName;
use confiture_syntax::lexer::{Dialect, Lexer};

/// Lines of SQL that are shown of one statement.
const MOST_LINES: usize = 80;

/// Who waits for a lock of this mode, as `confiture risk` says it.
pub(crate) fn waiting(mode: LockMode) -> &'static str {
    match (mode.blocks_reads(), mode.blocks_writes(), mode.blocks_ddl()) {
        (true, _, _) => "reads and writes wait",
        (false, true, _) => "writes wait",
        (false, false, true) => "only schema changes and vacuum wait",
        (false, false, false) => "nobody waits but ALTER and DROP",
    }
}

/// A name without its schema where the session finds it so.
pub(crate) fn short(name: &QualName, state: &State) -> String {
    match state.session.search_path.first() == Some(&name.schema) {
        true => name.name.to_string(),
        false => name.to_string(),
    }
}

/// Text as code within a line, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest + 1);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match longest {
        0 => format!("{ticks}{line}{ticks}"),
        _ => format!("{ticks} {line} {ticks}"),
    }
}

/// Text as words, whatever it holds: what Markdown would read as its own is escaped.
pub(crate) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let in_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '&' => true,
            '_' => !(in_word(previous) && rest.peek().is_some_and(|next| in_word(*next))),
            '#' | '>' | '|' | '~' => !in_word(previous),
            _ => false,
        };
        if is_special {
            out.push('\\');
        }
        out.push(c);
        previous = c;
    }
    out
}

/// A person's text as a quotation.
pub(crate) fn quotation(text: &str) -> String {
    let lines = text
        .trim()
        .lines()
        .map(|line| format!("> {}", prose(line.trim())));
    lines.collect::<Vec<_>>().join("\n>\n")
}

/// SQL as a block; long SQL is cut.
pub(crate) fn fence(sql: &str) -> String {
    let longest = sql.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest.max(2) + 1);
    let lines = sql.trim_end().lines().count();
    let shown: Vec<&str> = sql.trim_end().lines().take(MOST_LINES).collect();
    let mut block = format!("{ticks}sql\n{}\n", shown.join("\n"));
    if lines > MOST_LINES {
        block.push_str(&format!("-- and {} lines more\n", lines - MOST_LINES));
    }
    block + &ticks
}

/// A list in words, cut after so many: `a, b and 3 more`.
pub(crate) fn listed(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The beginning of a statement on one line, its comments left out.
pub(crate) fn first_line(sql: &str, most: usize) -> String {
    let mut line = String::new();
    let mut gap = false;
    for token in Lexer::new(sql, Dialect::Psql) {
        if token.kind.is_trivia() {
            gap = !line.is_empty();
            continue;
        }
        if gap {
            line.push(' ');
        }
        gap = false;
        line.extend(
            token
                .range
                .slice(sql)
                .chars()
                .map(|c| if c.is_whitespace() { ' ' } else { c }),
        );
        if line.chars().count() > most {
            let cut: String = line.chars().take(most.saturating_sub(2)).collect();
            return format!("{} …", cut.trim_end());
        }
    }
    line
}

/// A file as an address, with what must be escaped in one.
pub(crate) fn address(file: &Path, line: u32) -> String {
    let path = file.to_string_lossy().replace('\\', "/");
    let mut address = String::from(if path.starts_with('/') {
        "file://"
    } else {
        "file:///"
    });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b':' => {
                address.push(char::from(byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{address}#L{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_of_others_stays_text() {
        assert_eq!(
            prose("a_b is *not* __init__ [x](y)"),
            "a_b is \\*not\\* \\__init_\\_ \\[x\\](y)"
        );
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(fence("SELECT '```';"), "````sql\nSELECT '```';\n````");
    }

    #[test]
    fn statements_fit_on_a_line() {
        let sql = "ALTER  TABLE -- why\n  t /* x */ ADD\n COLUMN b int;";
        assert_eq!(first_line(sql, 60), "ALTER TABLE t ADD COLUMN b int;");
        assert_eq!(first_line(sql, 15), "ALTER TABLE t …");
    }
}
