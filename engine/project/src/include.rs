//! psql's `\i`, `\ir`, `\include` and `\include_relative`, followed at their place.
//!
//! psql resolves `\i` against its working directory and `\ir` against the including file's folder (psql's manual,
//! "Meta-Commands"). Which directory psql would run in isn't known here, so `\i` is tried against the working directory,
//! the project's folder, and the including file's folder, in this order. Only scripts that psql would run are expanded.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::read::Reader;
use crate::{Layout, Problem, ProblemCode, Project, Segment, SourceFile};

/// Replaces the includes of a project's scripts by the files they name. A file that another one includes is no script of
/// its own then. Returns nothing; what can't be followed is a problem at the include.
pub(crate) fn expand(project: &mut Project, reader: &Reader, problems: &mut Vec<Problem>) {
    if !matches!(project.layout, Layout::Plain | Layout::SchemaTree) {
        return;
    }
    if !project
        .scripts
        .iter()
        .any(|script| may_include(&script.source.text))
    {
        return;
    }
    let known = project
        .scripts
        .iter()
        .map(|script| (script.source.file.clone(), Arc::clone(&script.source)));
    let mut expander = Expander {
        reader,
        root: project.root.clone(),
        files: known.collect(),
        included: HashSet::new(),
        problems,
        out: Vec::new(),
        count: 0,
        bytes: 0,
    };
    for script in &mut project.scripts {
        expander.count = 0;
        expander.bytes = 0;
        expander.file(&script.source, &mut vec![script.source.file.clone()]);
        script.segments = std::mem::take(&mut expander.out);
    }
    let included = expander.included;
    let selected: HashSet<PathBuf> = project
        .scripts
        .iter()
        .filter(|script| script.selected)
        .map(|script| script.source.file.clone())
        .collect();
    for script in &mut project.scripts {
        script.selected |= script
            .segments
            .iter()
            .any(|segment| selected.contains(&segment.source.file));
    }
    // In a cycle every file is included by another: the scripts stay then, each cut where it would repeat itself.
    if project
        .scripts
        .iter()
        .any(|script| !included.contains(&script.source.file))
    {
        project
            .scripts
            .retain(|script| !included.contains(&script.source.file));
    }
}

struct Expander<'a> {
    reader: &'a Reader,
    root: PathBuf,
    files: HashMap<PathBuf, Arc<SourceFile>>,
    included: HashSet<PathBuf>,
    problems: &'a mut Vec<Problem>,
    out: Vec<Segment>,
    /// Includes and bytes of the script that is being expanded.
    count: usize,
    bytes: u64,
}

impl Expander<'_> {
    // Recursive; the depth is limited.
    fn file(&mut self, source: &Arc<SourceFile>, stack: &mut Vec<PathBuf>) {
        self.bytes += source.text.len() as u64;
        if !may_include(&source.text) {
            self.out.push(Segment::whole(source));
            return;
        }
        let mut from = 0;
        for include in includes(&source.text) {
            let Some(target) = self.target(source, &include, stack) else {
                continue;
            };
            self.push(source, from..include.range.start);
            from = include.range.end;
            stack.push(target.file.clone());
            self.file(&target, stack);
            stack.pop();
        }
        self.push(source, from..source.text.len());
    }

    fn push(&mut self, source: &Arc<SourceFile>, range: Range<usize>) {
        if !source.text[range.clone()].trim().is_empty() {
            self.out.push(Segment::part(source, range));
        }
    }

    fn target(
        &mut self,
        source: &Arc<SourceFile>,
        include: &Include,
        stack: &[PathBuf],
    ) -> Option<Arc<SourceFile>> {
        let limits = self.reader.limits();
        self.count += 1;
        if include.name.is_empty() || include.name.starts_with(':') || include.name.contains("`") {
            self.tell(
                source,
                include,
                ProblemCode::IncludeNotFollowed,
                "not followed: its name is not a constant",
            );
            return None;
        }
        if stack.len() > limits.include_depth
            || self.count > limits.includes
            || self.bytes > limits.file_bytes * 2
        {
            self.tell(
                source,
                include,
                ProblemCode::IncludeNotFollowed,
                "not followed: too deep, too many or too long",
            );
            return None;
        }
        let Some(path) = self.resolve(source, include) else {
            let message = format!("no file {}", include.name);
            self.tell(source, include, ProblemCode::IncludeMissing, &message);
            return None;
        };
        if stack.contains(&path) {
            let message = format!(
                "includes itself: {} is being read already",
                self.reader.display(&path).display()
            );
            self.tell(source, include, ProblemCode::IncludeCycle, &message);
            return None;
        }
        let file = match self.files.get(&path) {
            Some(file) => Arc::clone(file),
            None => {
                let (file, problem) = self.reader.read(&path);
                self.problems.extend(problem);
                let file = file?;
                self.files.insert(path.clone(), Arc::clone(&file));
                file
            }
        };
        self.included.insert(path);
        Some(file)
    }

    fn resolve(&self, source: &SourceFile, include: &Include) -> Option<PathBuf> {
        let folder = source.file.parent().unwrap_or(Path::new(""));
        let bases: &[&Path] = if include.relative {
            &[folder]
        } else {
            &[Path::new(""), &self.root, folder]
        };
        bases
            .iter()
            .map(|base| self.reader.absolute(&base.join(&include.name)))
            .find(|path| self.files.contains_key(path) || path.is_file())
    }

    fn tell(&mut self, source: &Arc<SourceFile>, include: &Include, code: ProblemCode, message: &str) {
        let problem =
            Problem::new(code, &source.path, message).at(include.range.clone(), Arc::clone(&source.text));
        self.problems.push(problem);
    }
}

/// One include command.
#[derive(Debug, PartialEq, Eq)]
struct Include {
    /// From the backslash to the end of the line, the line break left out.
    range: Range<usize>,
    relative: bool,
    name: String,
}

/// A quick no for almost every file.
pub(crate) fn may_include(text: &str) -> bool {
    text.match_indices('\\')
        .any(|(at, _)| command(&text[at..]).is_some())
}

/// The command that stands at the start of a text: its length and whether it is relative.
fn command(text: &str) -> Option<(usize, bool)> {
    [
        ("\\include_relative", true),
        ("\\include", false),
        ("\\ir", true),
        ("\\i", false),
    ]
    .into_iter()
    .find(|(name, _)| {
        text.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([' ', '\t', '\'']))
    })
    .map(|(name, relative)| (name.len(), relative))
}

/// The includes that stand outside quotes and comments.
fn includes(text: &str) -> Vec<Include> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(len) = text[at..].find(['\\', '\'', '"', '$', '-', '/']) {
        at += len;
        let rest = &text[at..];
        let step = match rest.as_bytes()[0] {
            b'\\' => match command(rest) {
                Some((len, relative)) => {
                    let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
                    let name = argument(&rest[len..end]);
                    found.push(Include {
                        range: at..at + end,
                        relative,
                        name,
                    });
                    end
                }
                None => 1,
            },
            quote @ (b'\'' | b'"') => quoted(text, at, char::from(quote)),
            b'$' => dollar_quoted(text, at),
            b'-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => comment(rest),
            _ => 1,
        };
        at += step.max(1);
    }
    found
}

/// The first argument of a psql command; quotes as psql reads them.
fn argument(text: &str) -> String {
    let text = text.trim_start();
    match text.strip_prefix('\'') {
        Some(rest) => {
            let mut name = String::new();
            let mut chars = rest.chars().peekable();
            while let Some(c) = chars.next() {
                match c {
                    '\'' if chars.peek() == Some(&'\'') => {
                        chars.next();
                        name.push('\'');
                    }
                    '\'' => break,
                    '\\' => name.extend(chars.next()),
                    _ => name.push(c),
                }
            }
            name
        }
        None => text
            .split([' ', '\t', ';'])
            .next()
            .unwrap_or_default()
            .replace('"', ""),
    }
}

/// The length of a quoted stretch. A quote behind an `E` knows backslash escapes.
fn quoted(text: &str, at: usize, quote: char) -> usize {
    let escapes = quote == '\'' && text[..at].ends_with(['E', 'e']);
    let mut chars = text[at + 1..].char_indices();
    while let Some((offset, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote {
            return offset + 2;
        }
    }
    text.len() - at
}

/// The length of a dollar-quoted stretch, or of the dollar sign if none begins here.
fn dollar_quoted(text: &str, at: usize) -> usize {
    let rest = &text[at + 1..];
    let in_name = text[..at]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '_');
    let len = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    if in_name || !rest[len..].starts_with('$') || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return 1;
    }
    let tag = &text[at..at + len + 2];
    let body = &text[at + tag.len()..];
    tag.len() + body.find(tag).map_or(body.len(), |end| end + tag.len())
}

/// The length of a comment with the comments nested in it.
fn comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" if depth == 1 => return at + 2,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_psql_would_execute() {
        let text = "\\i a.sql\n-- \\i no\n/* /* \\i no */ \\i no */\nSELECT '\n\\i no', \"\n\\i no\", $x$\n\\i no$x$, E'\\'\n\\i no';\n  \\ir 'b c.sql'\n\\include :v\n\\if x\n\\include_relative d.sql";
        let names: Vec<_> = includes(text)
            .into_iter()
            .map(|found| (found.name, found.relative))
            .collect();
        let expected = [
            ("a.sql", false),
            ("b c.sql", true),
            (":v", false),
            ("d.sql", true),
        ];
        assert_eq!(
            names,
            expected.map(|(name, relative)| (name.to_owned(), relative))
        );
    }

    #[test]
    fn unclosed_things_end_with_the_text() {
        for text in [
            "'\n\\i no",
            "$$\n\\i no",
            "/* \\i no",
            "\"\\i no",
            "$a$ \\i no $b$",
        ] {
            assert_eq!(includes(text), [], "{text}");
        }
    }
}
