//! The text of a YAML scalar together with the place of each of its bytes.
//!
//! The YAML reader gives a scalar's value and where it stands, not which byte came from where. So the scalar is decoded
//! a second time here, by the rules of YAML 1.2.2 (7.3 flow scalars, 8.1 block scalars), and the result is taken only
//! when it equals the reader's value: a mistake here makes positions coarse, never text wrong.

use std::ops::Range;

use crate::SourceMap;
use crate::source_map::MapBuilder;

/// The map for `value`, which the reader found at `range` of `source`.
pub(crate) fn locate(source: &str, range: &Range<usize>, value: &str) -> SourceMap {
    let found = candidates(source, range, value);
    found.unwrap_or_else(|| {
        let mut coarse = MapBuilder::default();
        coarse.replaced(value, range.clone());
        coarse.finish().1
    })
}

fn candidates(source: &str, range: &Range<usize>, value: &str) -> Option<SourceMap> {
    let matching = |built: MapBuilder| (built.text() == value).then(|| built.finish().1);
    let flow = match source.as_bytes().get(range.start)? {
        b'\'' => single_quoted(source, range.start + 1),
        b'"' => double_quoted(source, range.start + 1),
        _ => plain(source, range),
    };
    if let Some(map) = flow.and_then(matching) {
        return Some(map);
    }
    let header = Header::before(source, range.start)?;
    header
        .indentations(source)
        .into_iter()
        .filter_map(|indent| matching(header.decode(source, indent)))
        .next()
}

/// A line of the file: its content and its line break, by offset.
#[derive(Clone, Debug)]
struct Line {
    content: Range<usize>,
    end: usize,
}

/// The line that begins at `start`; CRLF, LF and CR end lines.
fn line_at(source: &str, start: usize) -> Line {
    let rest = &source.as_bytes()[start..];
    let len = rest
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len());
    let break_len = match &rest[len..] {
        [b'\r', b'\n', ..] => 2,
        [] => 0,
        _ => 1,
    };
    Line {
        content: start..start + len,
        end: start + len + break_len,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

/// The `|` or `>` line of a block scalar.
struct Header {
    folded: bool,
    chomp: Chomp,
    explicit: bool,
    /// Where the first line of the content begins.
    body: usize,
}

impl Header {
    /// Finds the header of the block scalar whose content is found at `content`: on that line's start, or on the
    /// nearest line above that isn't blank.
    fn before(source: &str, content: usize) -> Option<Header> {
        let mut line_end = content;
        loop {
            let bytes = source.as_bytes();
            let line_start = bytes[..line_end]
                .iter()
                .rposition(|byte| matches!(byte, b'\n' | b'\r'))
                .map_or(0, |at| at + 1);
            let line = &source[line_start..line_end];
            if !line.trim().is_empty() {
                let at = header_in(line)?;
                return Self::parse(source, line_start + at);
            }
            line_end = line_start.checked_sub(1)?;
        }
    }

    fn parse(source: &str, at: usize) -> Option<Header> {
        let line = line_at(source, at);
        let text = &source[line.content.clone()];
        let indicators: &str = text.split([' ', '\t']).next().unwrap_or_default();
        let chomp = match indicators {
            i if i.contains('-') => Chomp::Strip,
            i if i.contains('+') => Chomp::Keep,
            _ => Chomp::Clip,
        };
        Some(Header {
            folded: text.starts_with('>'),
            chomp,
            explicit: indicators.bytes().any(|byte| byte.is_ascii_digit()),
            body: line.end,
        })
    }

    /// The indentations to try: that of the first line with content or, where the header gives a number relative to a
    /// parent that isn't known here, every one up to it.
    fn indentations(&self, source: &str) -> Vec<usize> {
        let mut at = self.body;
        while at < source.len() {
            let line = line_at(source, at);
            let text = &source[line.content.clone()];
            let spaces = text.len() - text.trim_start_matches(' ').len();
            if spaces < text.len() {
                return if self.explicit {
                    (0..=spaces).rev().collect()
                } else {
                    vec![spaces]
                };
            }
            at = line.end;
        }
        vec![0]
    }

    fn decode(&self, source: &str, indent: usize) -> MapBuilder {
        let lines = body_lines(source, self.body, indent);
        let mut built = MapBuilder::default();
        let is_blank = |line: &Line| line.content.is_empty();
        let Some(last) = lines.iter().rposition(|line| !is_blank(line)) else {
            if self.chomp == Chomp::Keep {
                lines.iter().for_each(|line| push_break(&mut built, source, line));
            }
            return built;
        };
        let is_more_indented =
            |line: &Line| matches!(source.as_bytes().get(line.content.start), Some(b' ' | b'\t'));
        let mut previous: Option<&Line> = None;
        let mut breaks: Vec<&Line> = Vec::new();
        for line in &lines[..=last] {
            if is_blank(line) {
                breaks.push(line);
                continue;
            }
            match previous {
                Some(above) if self.folded && !is_more_indented(above) && !is_more_indented(line) => {
                    fold(&mut built, source, above, &breaks, line);
                }
                _ => {
                    if let Some(above) = previous {
                        push_break(&mut built, source, above);
                    }
                    breaks
                        .iter()
                        .for_each(|line| push_break(&mut built, source, line));
                }
            }
            breaks.clear();
            built.verbatim(&source[line.content.clone()], line.content.start);
            previous = Some(line);
        }
        match self.chomp {
            Chomp::Strip => {}
            Chomp::Clip => push_break(&mut built, source, &lines[last]),
            Chomp::Keep => lines[last..]
                .iter()
                .for_each(|line| push_break(&mut built, source, line)),
        }
        built
    }
}

/// The place of a block header at the end of a line, its comment aside.
fn header_in(line: &str) -> Option<usize> {
    let trimmed = line.trim_end();
    let is_header = |at: usize| {
        let rest = &trimmed[at..];
        let indicators =
            rest[1..].trim_start_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let comment = indicators.trim_start();
        indicators.is_empty() || (comment.len() < indicators.len() && comment.starts_with('#'))
    };
    let starts_token = |at: usize| at == 0 || matches!(trimmed.as_bytes()[at - 1], b' ' | b'\t');
    trimmed
        .char_indices()
        .filter(|(at, c)| matches!(c, '|' | '>') && starts_token(*at))
        .map(|(at, _)| at)
        .find(|at| is_header(*at))
}

/// The lines of a block scalar, their indentation cut off, up to the first line that is indented less.
fn body_lines(source: &str, body: usize, indent: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = body;
    while at < source.len() {
        let line = line_at(source, at);
        let text = &source[line.content.clone()];
        let spaces = text.len() - text.trim_start_matches(' ').len();
        if spaces < indent && spaces < text.len() {
            break;
        }
        // At the outermost level a document marker ends the scalar too.
        if indent == 0 && (text.starts_with("---") || text.starts_with("...")) {
            break;
        }
        let cut = line.content.start + spaces.min(indent);
        lines.push(Line {
            content: cut..line.content.end,
            end: line.end,
        });
        at = line.end;
    }
    lines
}

fn push_break(built: &mut MapBuilder, source: &str, line: &Line) {
    let range = line.content.end..line.end;
    match source.get(range.clone()) {
        Some("\n") => built.verbatim("\n", range.start),
        // The reader ends the file's last line where the file doesn't.
        Some("") if !line.content.is_empty() => built.replaced("\n", range),
        Some("") | None => {}
        Some(_) => built.replaced("\n", range),
    }
}

/// Joins two lines of a folded text: one line break is a space, more are one fewer.
fn fold(built: &mut MapBuilder, source: &str, above: &Line, blanks: &[&Line], below: &Line) {
    if blanks.is_empty() {
        built.replaced(" ", above.content.end..below.content.start);
    } else {
        blanks.iter().for_each(|line| push_break(built, source, line));
    }
}

/// Folds the whitespace and line breaks of a flow scalar from `at` on; returns where the text goes on, or `None` where
/// there is no line break (then the whitespace is content).
fn flow_fold(source: &str, at: usize, built: &mut MapBuilder) -> Option<usize> {
    let rest = &source[at..];
    let len = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let white = &rest[..len];
    let normalized = white.replace("\r\n", "\n");
    match normalized.matches(['\n', '\r']).count() {
        0 => return None,
        1 => built.replaced(" ", at..at + len),
        breaks => built.replaced(&"\n".repeat(breaks - 1), at..at + len),
    }
    Some(at + len)
}

fn plain(source: &str, range: &Range<usize>) -> Option<MapBuilder> {
    let end = range.start + source.get(range.clone())?.trim_end().len();
    let mut built = MapBuilder::default();
    let mut at = range.start;
    while at < end {
        let c = source[at..].chars().next()?;
        if matches!(c, ' ' | '\t' | '\r' | '\n')
            && let Some(next) = flow_fold(source, at, &mut built)
        {
            at = next;
            continue;
        }
        built.verbatim(&source[at..at + c.len_utf8()], at);
        at += c.len_utf8();
    }
    Some(built)
}

fn single_quoted(source: &str, start: usize) -> Option<MapBuilder> {
    let mut built = MapBuilder::default();
    let mut at = start;
    loop {
        let c = source[at..].chars().next()?;
        if source[at..].starts_with("''") {
            built.replaced("'", at..at + 2);
            at += 2;
            continue;
        }
        if c == '\'' {
            return Some(built);
        }
        if matches!(c, ' ' | '\t' | '\r' | '\n')
            && let Some(next) = flow_fold(source, at, &mut built)
        {
            at = next;
            continue;
        }
        built.verbatim(&source[at..at + c.len_utf8()], at);
        at += c.len_utf8();
    }
}

fn double_quoted(source: &str, start: usize) -> Option<MapBuilder> {
    let mut built = MapBuilder::default();
    let mut at = start;
    loop {
        let c = source[at..].chars().next()?;
        match c {
            '"' => return Some(built),
            '\\' => at = escape(source, at, &mut built)?,
            ' ' | '\t' | '\r' | '\n' => match flow_fold(source, at, &mut built) {
                Some(next) => at = next,
                None => {
                    built.verbatim(&source[at..at + 1], at);
                    at += 1;
                }
            },
            _ => {
                built.verbatim(&source[at..at + c.len_utf8()], at);
                at += c.len_utf8();
            }
        }
    }
}

/// One escape of a double-quoted scalar (YAML 1.2.2, 5.7), its backslash at `at`; returns where the text goes on.
fn escape(source: &str, at: usize, built: &mut MapBuilder) -> Option<usize> {
    let c = source[at + 1..].chars().next()?;
    if matches!(c, '\n' | '\r') {
        // An escaped line break joins the lines; the next one's indentation goes, its blank lines stay.
        let mut next = line_at(source, at + 1).end;
        loop {
            let line = line_at(source, next);
            let text = &source[line.content.clone()];
            if !text.trim_matches([' ', '\t']).is_empty() || line.content.end == line.end {
                return Some(next + text.len() - text.trim_start_matches([' ', '\t']).len());
            }
            built.replaced("\n", next..line.end);
            next = line.end;
        }
    }
    let digits = match c {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let end = at + 1 + c.len_utf8() + digits;
    let decoded = match c {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' => c,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' | 'u' | 'U' => char::from_u32(u32::from_str_radix(source.get(at + 2..end)?, 16).ok()?)?,
        _ => return None,
    };
    built.replaced(decoded.encode_utf8(&mut [0; 4]), at..end);
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::Node;

    /// Every byte of the value that stands in the file just so is where the map says.
    fn check(source: &str) {
        // Not all that the generators make is YAML.
        let Ok(node) = Node::parse(source) else {
            return;
        };
        let scalar = node
            .get("k")
            .or_else(|| node.get("outer").and_then(|outer| outer.get("k")))
            .unwrap();
        let Some(value) = scalar.as_text() else {
            return;
        };
        let map = candidates(source, &scalar.defined, value)
            .unwrap_or_else(|| panic!("no exact map for {value:?} in {source:?} at {:?}", scalar.defined));
        let mut last = 0;
        for (at, c) in value.char_indices() {
            let file = map.to_file(at);
            assert!(file >= last, "{source:?}: not monotonic");
            last = file;
            let here = source[file..].chars().next().unwrap_or('\0');
            let spelled_otherwise = matches!(c, ' ' | '\n') || here == '\\' || (c == '\'' && here == '\'');
            assert!(
                here == c || spelled_otherwise,
                "{source:?}: {c:?} is not at {file} ({here:?})"
            );
            if here == c && !spelled_otherwise {
                assert_eq!(map.to_text(file), Some(at), "{source:?}");
            }
        }
        assert!(map.file_range().end <= source.len());
    }

    #[test]
    fn literal_block_loses_only_its_indentation() {
        check("k: |\n  SELECT 1;\n    SELECT\n\n  3;\nz: 1\n");
        check("k: |-\n  \"Users\"\n");
        check("outer:\n  k: |2+ # note |\n     two more\n    é\n\n\n");
        check("k: |\r\n  a\r\n  b\r\n");
        check("\u{feff}k: |\n\n   \n  a\n");
        check("k: |\n  no break at the end");
    }

    #[test]
    fn folded_block_and_flow_scalars() {
        check("k: >\n  a\n  b\n\n  c\n    d\n  e\n");
        check("k: >+\n  a\n\n\n");
        check("k: 'it''s\n  folded\n\n  twice'\n");
        check("k: \"tab\\t and \\u00e9 \\\n   joined \\x41\"\n");
        check("k: SELECT 1\n  FROM t\n  -- no\n");
        check("k:\n  plain below\n");
        check("k:   \"é \\\" x\"   # c\n");
    }

    #[test]
    fn a_range_ends_before_the_next_indentation() {
        let source = "k: |\n  ab\n  cd\n";
        let map = locate(source, &(7..13), "ab\ncd\n");
        assert_eq!(map.range_to_file(0..3), 7..10);
        assert_eq!(map.range_to_file(3..5), 12..14);
        assert_eq!(map.to_text(10), None);
    }

    fn indent_lines(text: &str, by: usize) -> String {
        text.split('\n')
            .map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("{}{line}", " ".repeat(by))
                }
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    proptest! {
        #[test]
        fn any_literal_block(
            lines in prop::collection::vec("[a-zé'\"|> ;:#-]{0,8}", 1..8),
            style in prop::sample::select(vec!["|", "|-", "|+", ">", ">-", ">+"]),
            indent in 1usize..5,
        ) {
            // The first line decides the indentation, so it has a letter in front.
            let text = format!("x{}", lines.join("\n"));
            let source = format!("k: {style}\n{}\nz: 1\n", indent_lines(&text, indent));
            check(&source);
        }

        #[test]
        fn any_single_quoted(text in "[a-zé\" ;:#|>\\\\-]{0,20}('')?( *\n *[a-z'']{0}x[a-zé ]{0,5}){0,4}") {
            check(&format!("k: '{text}'\n"));
        }

        #[test]
        fn any_double_quoted(text in "([a-zé' ;:#|>-]|\\\\n|\\\\t|\\\\\"|\\\\\\\\|\\\\u00e9|\\\\x41|\\\\\n  | *\n *\n? x){0,12}") {
            check(&format!("k: \"{text}\"\n"));
        }

        #[test]
        fn never_panics(source in "k: [|>'\"][-+0-9]?[ \na-zé'\"\\\\:]{0,40}") {
            if let Ok(node) = Node::parse(&source)
                && let Some(scalar) = node.get("k")
                && let Some(value) = scalar.as_text()
            {
                let map = locate(&source, &scalar.defined, value);
                prop_assert!(map.file_range().end <= source.len());
            }
        }
    }
}
