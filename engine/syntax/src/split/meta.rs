//! psql's own commands.

/// What a command does to the statement that has been typed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetaEffect {
    /// Sends it, as `;` would.
    Sends,
    /// Throws it away.
    Resets,
    /// Nothing.
    Other,
}

pub(super) struct MetaCommand {
    /// Behind the last argument.
    pub(super) end: usize,
    /// Behind the last byte that was looked at.
    pub(super) examined: usize,
    pub(super) effect: MetaEffect,
    pub(super) copies_from_stdin: bool,
}

/// Reads the command whose backslash is at `start`.
pub(super) fn read_meta_command(text: &str, start: usize) -> MetaCommand {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != b'\\' {
        at += 1;
    }
    let word = &text[start + 1..at];
    let examined_to = if takes_whole_line(word) || pipes(bytes, at, word) {
        line_end(bytes, at)
    } else {
        arguments_end(bytes, at)
    };
    let end = start + text[start..examined_to].trim_end().len();
    let copies_from_stdin = word == "copy" && copy_reads_stdin(&text[at..end.max(at)]);
    MetaCommand {
        end,
        examined: examined_to + 1,
        effect: effect(word),
        copies_from_stdin,
    }
}

fn effect(word: &str) -> MetaEffect {
    match word {
        "g" | "gx" | "gexec" | "gset" | "gdesc" | "crosstabview" | "watch" | "parse" | "sendpipeline" => {
            MetaEffect::Sends
        }
        "r" | "reset" => MetaEffect::Resets,
        _ => MetaEffect::Other,
    }
}

fn takes_whole_line(word: &str) -> bool {
    matches!(
        word,
        "copy" | "h" | "help" | "ef" | "ev" | "sf" | "sf+" | "sv" | "sv+"
    ) || word.starts_with('!')
}

/// `\g |command`, `\o |command` and the like take the rest of the line.
fn pipes(bytes: &[u8], mut at: usize, word: &str) -> bool {
    if !matches!(word, "g" | "gx" | "o" | "out" | "w" | "write") {
        return false;
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    bytes.get(at) == Some(&b'|')
}

fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Arguments end with the line or with a backslash outside quotes; a quote that isn't closed ends with its line.
fn arguments_end(bytes: &[u8], mut at: usize) -> usize {
    let mut quote = None;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (_, b'\n' | b'\r') => return at,
            (None, b'\\') => return at,
            (None, byte @ (b'\'' | b'"' | b'`')) => quote = Some(byte),
            (Some(b'\''), b'\\') if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 1,
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn copy_reads_stdin(arguments: &str) -> bool {
    let mut previous_is_from = false;
    for word in arguments.split_ascii_whitespace() {
        let word = word.trim_end_matches(';');
        if previous_is_from && word.eq_ignore_ascii_case("stdin") {
            return true;
        }
        previous_is_from = word.eq_ignore_ascii_case("from");
    }
    false
}
