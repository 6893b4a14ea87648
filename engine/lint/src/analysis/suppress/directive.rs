//! What a comment says: `confiture: ignore rule, rule: reason` and its kin.

use confiture_syntax::TextRange;

/// The word that makes a comment ours.
pub(super) const MARK: &str = "confiture:";

/// What a directive silences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The next statement, or that which it stands in or behind.
    Ignore,
    /// Everything up to the end of the block.
    Start,
    /// Ends a block.
    End,
    /// The file.
    File,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Ignore, Kind::Start, Kind::End, Kind::File];

    /// As a comment spells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Ignore => "ignore",
            Kind::Start => "ignore-start",
            Kind::End => "ignore-end",
            Kind::File => "ignore-file",
        }
    }
}

/// A comment that silences rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) kind: Kind,
    pub(super) names: Vec<Named>,
    pub(super) reason: Option<String>,
}

/// A name in a directive and where it stands in the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) text: String,
    pub(super) range: TextRange,
}

impl Named {
    /// Whether it means every rule.
    pub(super) fn is_all(&self) -> bool {
        matches!(self.text.as_str(), "all" | "*")
    }
}

/// A comment that is marked as a directive and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    /// What is wrong, as a sentence without a final period.
    pub(super) message: String,
    /// What is wrong in the comment.
    pub(super) range: TextRange,
    /// What would mend it: a title, what is replaced in the comment, and by what.
    pub(super) mend: Option<(String, TextRange, String)>,
}

/// Reads a comment, its marks included. `None` where it isn't meant as a directive.
pub(super) fn parse(comment: &str) -> Option<Result<Directive, Malformed>> {
    let content = content(comment)?;
    let mark = content.start + MARK.len();
    let rest = &comment[mark..content.end];
    let word_start = mark + (rest.len() - rest.trim_start().len());
    let word = rest
        .trim_start()
        .split(|c: char| c.is_whitespace() || c == ':')
        .next()
        .unwrap_or_default();
    // `set` is read by whoever runs the script.
    if word == "set" {
        return None;
    }
    let word_range = TextRange::from_usize(word_start, word_start + word.len());
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == word) else {
        return Some(Err(unknown_word(word, word_range)));
    };
    Some(read(comment, kind, word_range.end as usize..content.end))
}

/// Where the directive stands in a comment that is one.
fn content(comment: &str) -> Option<std::ops::Range<usize>> {
    let (open, close) = match comment.get(..2)? {
        "--" => (2, 0),
        "/*" if comment.ends_with("*/") && comment.len() >= 4 => (2, 2),
        _ => return None,
    };
    let inner = &comment[open..comment.len() - close];
    let trimmed = inner.trim_start_matches(|c: char| c.is_whitespace() || c == '-' || c == '*');
    let start = open + inner.len() - trimmed.len();
    trimmed
        .starts_with(MARK)
        .then(|| start..start + trimmed.trim_end().len())
}

fn unknown_word(word: &str, range: TextRange) -> Malformed {
    let known = Kind::ALL.map(Kind::as_str);
    let near = confiture_project::nearest(word, known).filter(|_| !word.is_empty());
    let says = if word.is_empty() {
        "a comment for this program says nothing".to_owned()
    } else {
        format!("`{word}` is nothing that a comment can say")
    };
    Malformed {
        message: match near {
            Some(near) => format!("{says}; did you mean `{near}`?"),
            None => format!("{says}: {}", known.map(|word| format!("`{word}`")).join(", ")),
        },
        range,
        mend: near.map(|near| (format!("Write `{near}`"), range, near.to_owned())),
    }
}

/// Reads names and reason.
fn read(comment: &str, kind: Kind, rest: std::ops::Range<usize>) -> Result<Directive, Malformed> {
    let text = &comment[rest.clone()];
    let (list, reason) = match text.split_once(':') {
        Some((list, reason)) => (list, Some(reason.trim()).filter(|reason| !reason.is_empty())),
        None => (text, None),
    };
    let mut names = Vec::new();
    let mut at = rest.start;
    for part in list.split(',') {
        let name = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        if let Some(word) = name.split_whitespace().next() {
            if word.len() < name.len() {
                return Err(no_colon(name, word, start, text.contains(':')));
            }
            names.push(Named {
                text: name.to_owned(),
                range: TextRange::from_usize(start, start + name.len()),
            });
        }
    }
    if names.is_empty() && kind != Kind::End {
        return Err(nameless(kind, text, rest.start));
    }
    if let Some(all) = names.iter().find(|name| name.is_all())
        && reason.is_none()
        && kind != Kind::End
    {
        return Err(Malformed {
            message: format!(
                "whoever silences all rules says why: `{} all: reason`",
                kind.as_str()
            ),
            range: all.range,
            mend: None,
        });
    }
    Ok(Directive {
        kind,
        names,
        reason: reason.map(|reason| reason.split_whitespace().collect::<Vec<_>>().join(" ")),
    })
}

fn no_colon(name: &str, word: &str, start: usize, has_colon: bool) -> Malformed {
    let end = start + word.len();
    Malformed {
        message: format!("`{name}` is no rule's name: a reason stands behind a colon"),
        range: TextRange::from_usize(start, start + name.len()),
        mend: (!has_colon).then(|| {
            let title = format!("Put a colon behind `{word}`");
            (title, TextRange::from_usize(end, end), ":".to_owned())
        }),
    }
}

fn nameless(kind: Kind, text: &str, start: usize) -> Malformed {
    // `ignore: rule` is a slip of the pen, unless it is a reason without a rule.
    let after = text.strip_prefix(':').map(str::trim).unwrap_or_default();
    let is_name = !after.is_empty() && !after.contains(char::is_whitespace);
    Malformed {
        message: format!("`{}` names no rule", kind.as_str()),
        range: TextRange::from_usize(start - kind.as_str().len(), start),
        mend: is_name.then(|| {
            let colon = TextRange::from_usize(start, start + 1);
            ("Take the colon out".to_owned(), colon, String::new())
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(comment: &str) -> String {
        match parse(comment) {
            None => "nothing".to_owned(),
            Some(Err(malformed)) => format!("{:?} {}", malformed.range.slice(comment), malformed.message),
            Some(Ok(directive)) => {
                let names: Vec<&str> = directive
                    .names
                    .iter()
                    .map(|name| {
                        assert_eq!(name.range.slice(comment), name.text);
                        name.text.as_str()
                    })
                    .collect();
                let reason = directive.reason.unwrap_or_default();
                format!("{} [{}] {reason}", directive.kind.as_str(), names.join(" "))
            }
        }
    }

    #[test]
    fn comments_are_read() {
        let comments = [
            "-- confiture: ignore data-loss: nobody reads it",
            "--confiture:ignore a,data-loss",
            "--- confiture: ignore-file a , b:  a: b ",
            "/* confiture: ignore-start a */",
            "/*\n * confiture: ignore a: it is\n   so */",
            "-- confiture: ignore-end",
            "-- confiture: ignore-end a",
            "-- confiture: ignore all: generated",
            "-- confiture: ignore *",
            "-- confiture: ingore a",
            "-- confiture: squash",
            "-- confiture:",
            "-- confiture: ignore",
            "-- confiture: ignore: a",
            "-- confiture: ignore a because of b",
            "-- a confiture: ignore b",
            "-- Confiture: a jam",
            "/* confiture: ignore a",
        ];
        let lines: Vec<String> = comments.iter().map(|c| format!("{c:?}: {}", said(c))).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    proptest! {
        #[test]
        fn any_comment_is_read(text in "\\PC{0,40}") {
            parse(&text);
            parse(&format!("-- confiture:{text}"));
            parse(&format!("/* confiture: ignore {text}*/"));
        }

        #[test]
        fn what_is_written_is_read(
            kind in prop::sample::select(Kind::ALL.to_vec()),
            names in prop::collection::vec("[a-z][a-z-]{0,8}[a-z]", 1..4),
            reason in prop::option::of("[a-z][a-z: ]{0,9}[a-z]"),
        ) {
            prop_assume!(names.iter().all(|name| name != "all") || reason.is_some());
            let because = reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            let comment = format!("-- confiture: {} {}{because}", kind.as_str(), names.join(", "));
            let read = parse(&comment).expect("a directive").expect("a right one");
            prop_assert_eq!(read.kind, kind);
            let read_names: Vec<String> = read.names.iter().map(|name| name.text.clone()).collect();
            prop_assert_eq!(read_names, names);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(read.reason.as_deref().map(words), reason.as_deref().map(words));
        }
    }
}
