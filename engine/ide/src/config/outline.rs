//! A YAML text while it is typed, read by its indentation: no line is lost because another one is wrong.

use std::ops::Range;

/// A node: a key, a list's item, or a scalar that is neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: EntryKind,
    /// The key, or the scalar, without its quotes.
    pub(super) text: String,
    /// Where it is written, quotes included; for an item its dash.
    pub(super) range: Range<usize>,
    /// The scalar behind a key, without quotes, and where it is written.
    pub(super) value: Option<(String, Range<usize>)>,
    /// Its column, from 0, in bytes.
    column: usize,
    pub(super) parent: Option<usize>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    Key,
    Item,
    Scalar,
}

/// A text's nodes.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) entries: Vec<Entry>,
}

/// A place in a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// The node that what stands at the place belongs to: the key whose value it is, or what holds it.
    pub(super) parent: Option<usize>,
    pub(super) role: Role,
    /// What was typed so far.
    pub(super) typed: String,
    /// What a choice takes the place of.
    pub(super) replaces: Range<usize>,
    /// The node that is being typed, where there is one.
    pub(super) own: Option<usize>,
    /// The column of what is typed.
    pub(super) column: usize,
}

/// What could stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A key, or a scalar of a list.
    Beginning,
    /// The value of the parent, on its line.
    Value,
}

impl Outline {
    /// Reads a text.
    pub(super) fn new(text: &str) -> Outline {
        let mut outline = Outline::default();
        let mut start = 0;
        let mut open: Vec<usize> = Vec::new();
        // The column of a key whose value is a text over several lines.
        let mut block: Option<usize> = None;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let column = content.len() - content.trim_start_matches(' ').len();
            let is_blank = content.trim().is_empty();
            if block.is_some_and(|key| is_blank || column > key) {
                start += line.len();
                continue;
            }
            let first = outline.entries.len();
            outline.line(content, start, &mut open);
            block = outline
                .entries
                .get(first..)
                .and_then(|new| new.last())
                .filter(|entry| is_block(entry))
                .map(|_| column);
            start += line.len();
        }
        outline
    }

    fn line(&mut self, content: &str, start: usize, open: &mut Vec<usize>) {
        let mut at = content.len() - content.trim_start_matches(' ').len();
        loop {
            let rest = content.get(at..).unwrap_or_default();
            if rest.is_empty() || rest.starts_with('#') || rest.starts_with("---") {
                return;
            }
            if rest == "-" || rest.starts_with("- ") {
                self.push(EntryKind::Item, "-", start + at..start + at + 1, None, at, open);
                let after = rest.get(1..).unwrap_or_default();
                at += 1 + after.len() - after.trim_start_matches(' ').len();
                continue;
            }
            let end = scalar_end(rest);
            let word = rest.get(..end).unwrap_or_default();
            let range = start + at..start + at + word.trim_end().len();
            match rest.get(end..).and_then(|tail| tail.strip_prefix(':')) {
                Some(tail) => {
                    let from = at + end + 1 + tail.len() - tail.trim_start().len();
                    let value = tail.trim_start();
                    let value = value.get(..value_end(value)).unwrap_or_default().trim_end();
                    let value = (!value.is_empty())
                        .then(|| (unquoted(value), start + from..start + from + value.len()));
                    self.push(EntryKind::Key, word, range, value, at, open);
                }
                None => self.push(EntryKind::Scalar, word, range, None, at, open),
            }
            return;
        }
    }

    fn push(
        &mut self,
        kind: EntryKind,
        text: &str,
        range: Range<usize>,
        value: Option<(String, Range<usize>)>,
        column: usize,
        open: &mut Vec<usize>,
    ) {
        self.close(open, column, kind == EntryKind::Item);
        let parent = open.last().copied();
        self.entries.push(Entry {
            kind,
            text: unquoted(text),
            range,
            value,
            column,
            parent,
        });
        open.push(self.entries.len() - 1);
    }

    /// Leaves the nodes that something in a column isn't within. The dash of an item may stand right under its key.
    fn close(&self, open: &mut Vec<usize>, column: usize, is_item: bool) {
        while let Some(entry) = open.last().and_then(|at| self.entries.get(*at)) {
            let holds = entry.kind != EntryKind::Scalar && entry.value.is_none();
            let list = is_item && entry.kind == EntryKind::Key && entry.column == column;
            if holds && (entry.column < column || list) {
                return;
            }
            open.pop();
        }
    }

    /// The place at a byte; `None` in a comment or in a text over several lines.
    pub(super) fn spot(&self, text: &str, offset: usize) -> Option<Spot> {
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
        let before = text.get(start..offset)?;
        if is_in_comment(before) || self.is_in_block(text, start) {
            return None;
        }
        let on_line =
            |entry: &&Entry| start <= entry.range.start && entry.range.start < offset.max(start + 1);
        let own: Vec<usize> = (0..self.entries.len())
            .filter(|at| self.entries.get(*at).as_ref().is_some_and(on_line))
            .collect();
        let last = own
            .iter()
            .rev()
            .find_map(|at| Some((*at, self.entries.get(*at)?)));
        match last {
            Some((at, entry)) if entry.kind == EntryKind::Key && offset > entry.range.end => {
                Some(self.in_value(text, at, entry, offset))
            }
            Some((at, entry)) if entry.kind != EntryKind::Item && offset <= entry.range.end => Some(Spot {
                parent: entry.parent,
                role: Role::Beginning,
                typed: text
                    .get(entry.range.start..offset)?
                    .trim_start_matches(['"', '\''])
                    .to_owned(),
                replaces: entry.range.clone(),
                own: Some(at),
                column: entry.column,
            }),
            Some((at, entry)) if entry.kind == EntryKind::Item => {
                Some(self.nothing(Some(at), offset, offset - start))
            }
            Some(_) => None,
            None => Some(self.nothing(self.holder(start, before.len()), offset, before.len())),
        }
    }

    /// Nothing is typed yet.
    fn nothing(&self, parent: Option<usize>, offset: usize, column: usize) -> Spot {
        Spot {
            parent,
            role: Role::Beginning,
            typed: String::new(),
            replaces: offset..offset,
            own: None,
            column,
        }
    }

    /// Behind `key:`, in brackets too.
    fn in_value(&self, text: &str, at: usize, entry: &Entry, offset: usize) -> Spot {
        let whole = entry
            .value
            .as_ref()
            .map_or(offset..offset, |(_, range)| range.clone());
        let begin = whole.start.min(offset);
        let typed = text.get(begin..offset).unwrap_or_default();
        let flow = typed
            .rfind(['[', ',', '{'])
            .filter(|_| typed.starts_with(['[', '{']));
        let skipped = flow.map_or(0, |at| {
            let rest = typed.get(at + 1..).unwrap_or_default();
            at + 1 + rest.len() - rest.trim_start().len()
        });
        let start = begin + skipped;
        let tail = text.get(offset..).unwrap_or_default();
        let stops: &[char] = if flow.is_some() {
            &['\n', '\r', ',', ']', '}', ' ']
        } else {
            &['\n', '\r', '#', ' ']
        };
        let rest = tail.find(stops).unwrap_or(tail.len());
        Spot {
            parent: Some(at),
            role: Role::Value,
            typed: text
                .get(start..offset)
                .unwrap_or_default()
                .trim_start_matches(['"', '\''])
                .to_owned(),
            replaces: start..offset + rest,
            own: None,
            column: entry.column,
        }
    }

    /// What holds something that begins in a column of the line at `start`.
    fn holder(&self, start: usize, column: usize) -> Option<usize> {
        let mut open = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.range.start >= start {
                break;
            }
            self.close(&mut open, entry.column, entry.kind == EntryKind::Item);
            open.push(at);
        }
        self.close(&mut open, column, false);
        open.last().copied()
    }

    /// Whether the line at `start` belongs to a text that began in a line before.
    fn is_in_block(&self, text: &str, start: usize) -> bool {
        let before = self.entries.iter().rev().find(|entry| entry.range.start < start);
        let Some(entry) = before.filter(|entry| is_block(entry)) else {
            return false;
        };
        let line = text
            .get(start..)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        let column = line.len() - line.trim_start_matches(' ').len();
        // What stands in an item is as deep as its dash.
        let own = entry.parent.and_then(|at| self.entries.get(at));
        let key = own
            .filter(|own| own.kind == EntryKind::Item)
            .map_or(entry.column, |own| own.column);
        column > key
    }

    /// The nodes that lead to a node, outermost first, itself included.
    pub(super) fn path(&self, at: Option<usize>) -> Vec<usize> {
        let mut path: Vec<usize> = std::iter::successors(at, |at| self.entries.get(*at)?.parent).collect();
        path.reverse();
        path
    }

    /// The keys and scalars of a mapping, by the node that holds it.
    pub(super) fn keys_of(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Entry)> {
        let all = self.entries.iter().enumerate();
        all.filter(move |(_, entry)| entry.parent == parent && entry.kind == EntryKind::Key)
    }

    /// The key or value that a byte is in, and whether it is the value.
    pub(super) fn at(&self, offset: usize) -> Option<(usize, Role)> {
        let holds = |range: &Range<usize>| range.start <= offset && offset <= range.end;
        let mut all = self.entries.iter().enumerate();
        all.find_map(|(at, entry)| match entry.kind {
            EntryKind::Item => None,
            _ if holds(&entry.range) => Some((at, Role::Beginning)),
            _ => {
                let (_, range) = entry.value.as_ref()?;
                holds(range).then_some((at, Role::Value))
            }
        })
    }
}

/// Whether a key's value is a text over several lines.
fn is_block(entry: &Entry) -> bool {
    let value = entry.value.as_ref();
    value.is_some_and(|(value, _)| value.starts_with(['|', '>']))
}

/// Where a key or scalar ends: before `: `, or before a comment.
fn scalar_end(text: &str) -> usize {
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if (c == '"' || c == '\'') && at == 0 => quote = Some(c),
            None if c == ':' => {
                let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
                if next.is_none_or(char::is_whitespace) {
                    return at;
                }
            }
            None if c == '#' && previous == ' ' => return at,
            None => {}
        }
        previous = c;
    }
    text.len()
}

/// Where a value ends: before a comment.
fn value_end(text: &str) -> usize {
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if (c == '"' || c == '\'') && at == 0 => quote = Some(c),
            None if c == '#' && previous == ' ' => return at,
            None => {}
        }
        previous = c;
    }
    text.len()
}

fn is_in_comment(line: &str) -> bool {
    let end = value_end(line);
    line.get(end..).is_some_and(|rest| rest.starts_with('#'))
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| {
        let inner = text.strip_prefix(*quote)?;
        Some(inner.strip_suffix(*quote).unwrap_or(inner))
    });
    quoted.unwrap_or(text).to_owned()
}
