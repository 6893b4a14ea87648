//! The values of string constants.

/// The value of a string constant as written: `'it''s'`, `E'\n'`, `U&'\0061' UESCAPE '!'`, `$$…$$`, and constants continued on
/// the next line. `None` when the token is not a string constant.
pub fn string_value(token: &str) -> Option<String> {
    let bytes = token.as_bytes();
    match bytes.first()? {
        b'\'' => Some(unquote(token, false)),
        b'$' => dollar_body(token).map(str::to_owned),
        b'e' | b'E' if bytes.get(1) == Some(&b'\'') => Some(unquote(&token[1..], true)),
        b'n' | b'N' | b'b' | b'B' | b'x' | b'X' if bytes.get(1) == Some(&b'\'') => {
            Some(unquote(&token[1..], false))
        }
        b'u' | b'U' if token.get(1..3) == Some("&'") => {
            let (body, escape) = split_uescape(&token[2..], '\'');
            Some(unescape_unicode(&unquote(body, false), escape))
        }
        _ => None,
    }
}

/// The text between the tags of a dollar-quoted constant.
pub(crate) fn dollar_body(token: &str) -> Option<&str> {
    let tag_end = token[1..].find('$')? + 2;
    let body = &token[tag_end..];
    Some(body.strip_suffix(&token[..tag_end]).unwrap_or(body))
}

/// One piece of a constant's value: value bytes `value..` come from source bytes `source..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) value: u32,
    pub(crate) source: u32,
}

/// The value of a quoted constant and where each stretch of it comes from. `source` offsets count from the token's start plus
/// `base`.
pub(crate) fn unquote_mapped(token: &str, backslashes: bool, base: u32) -> (String, Vec<Segment>) {
    let mut scan = Unquote {
        token,
        at: 0,
        value: String::with_capacity(token.len()),
        segments: Vec::new(),
        base,
    };
    scan.run(backslashes);
    (scan.value, scan.segments)
}

fn unquote(token: &str, backslashes: bool) -> String {
    unquote_mapped(token, backslashes, 0).0
}

struct Unquote<'a> {
    token: &'a str,
    at: usize,
    value: String,
    segments: Vec<Segment>,
    base: u32,
}

impl Unquote<'_> {
    fn run(&mut self, backslashes: bool) {
        // Between two parts of a continued constant lie whitespace and comments, so each part starts at the next quote that is
        // not in a comment.
        while self.open() {
            self.part(backslashes);
        }
    }

    fn open(&mut self) -> bool {
        let bytes = self.token.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'\'' => {
                    self.at += 1;
                    self.mark();
                    return true;
                }
                b'-' => {
                    while self.at < bytes.len() && !matches!(bytes[self.at], b'\n' | b'\r') {
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
        }
        false
    }

    fn part(&mut self, backslashes: bool) {
        let bytes = self.token.as_bytes();
        let mut copied = self.at;
        while self.at < bytes.len() {
            match bytes[self.at] {
                b'\'' if bytes.get(self.at + 1) == Some(&b'\'') => {
                    self.value.push_str(&self.token[copied..=self.at]);
                    self.at += 2;
                    copied = self.at;
                    self.mark();
                }
                b'\'' => {
                    self.value.push_str(&self.token[copied..self.at]);
                    self.at += 1;
                    return;
                }
                b'\\' if backslashes => {
                    self.value.push_str(&self.token[copied..self.at]);
                    self.mark();
                    let (decoded, length) = decode_backslash(&self.token[self.at..]);
                    self.value.push_str(&decoded);
                    self.at += length;
                    copied = self.at;
                    self.mark();
                }
                _ => self.at += 1,
            }
        }
        self.value.push_str(&self.token[copied..self.at]);
    }

    fn mark(&mut self) {
        self.segments.push(Segment {
            value: self.value.len() as u32,
            source: self.base + self.at as u32,
        });
    }
}

/// What a backslash sequence at the start of `text` stands for, and its length in bytes.
fn decode_backslash(text: &str) -> (String, usize) {
    let Some(next) = text[1..].chars().next() else {
        return ("\\".to_owned(), 1);
    };
    let simple = |decoded: &str| (decoded.to_owned(), 2);
    match next {
        'b' => simple("\u{8}"),
        'f' => simple("\u{c}"),
        'n' => simple("\n"),
        'r' => simple("\r"),
        't' => simple("\t"),
        'v' => simple("\u{b}"),
        'u' => code_point(text, 2, 4),
        'U' => code_point(text, 2, 8),
        'x' => numeric_bytes(text, 2, 16, 2),
        '0'..='7' => numeric_bytes(text, 1, 8, 3),
        other => (other.to_string(), 1 + other.len_utf8()),
    }
}

fn code_point(text: &str, start: usize, digits: usize) -> (String, usize) {
    let decoded = text
        .get(start..start + digits)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32);
    match decoded {
        Some(character) => (character.to_string(), start + digits),
        None => (text[1..start].to_owned(), start),
    }
}

/// Bytes written as numbers; neighbours are decoded together so that a UTF-8 character written byte by byte comes out whole.
fn numeric_bytes(text: &str, prefix: usize, radix: u32, max_digits: usize) -> (String, usize) {
    let mut decoded = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let introduced = if radix == 16 {
            rest.starts_with("\\x")
        } else {
            rest.starts_with('\\')
        };
        if !introduced {
            break;
        }
        let digits = rest[prefix..]
            .bytes()
            .take(max_digits)
            .take_while(|byte| (*byte as char).is_digit(radix))
            .count();
        if digits == 0 {
            break;
        }
        let value = u32::from_str_radix(&rest[prefix..prefix + digits], radix).unwrap_or(0);
        decoded.push((value & 0xff) as u8);
        at += prefix + digits;
    }
    if at == 0 {
        return (text[1..prefix.max(2)].to_owned(), 2);
    }
    (String::from_utf8_lossy(&decoded).into_owned(), at)
}

/// Splits `"…" UESCAPE '!'` into the quoted part and the escape character (a backslash unless told).
pub(crate) fn split_uescape(token: &str, quote: char) -> (&str, char) {
    let Some(close) = token.rfind(quote) else {
        return (token, '\\');
    };
    let lower = token.to_ascii_lowercase();
    let Some(keyword) = lower.rfind("uescape") else {
        return (&token[..=close], '\\');
    };
    let after = token[keyword + "uescape".len()..].trim_start();
    let is_clause = keyword > 0 && after.starts_with('\'');
    let body = token[..keyword].trim_end();
    let escape = after.chars().nth(1);
    match escape {
        Some(escape) if is_clause && body.len() > 1 && body.ends_with(quote) => (body, escape),
        _ => (&token[..=close], '\\'),
    }
}

/// Replaces `\XXXX`, `\+XXXXXX` and doubled escape characters.
pub(crate) fn unescape_unicode(body: &str, escape: char) -> String {
    let mut value = String::with_capacity(body.len());
    let mut pending_high: Option<u32> = None;
    let mut rest = body;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        if character != escape {
            value.push(character);
            rest = after;
            continue;
        }
        if let Some(doubled) = after.strip_prefix(escape) {
            value.push(escape);
            rest = doubled;
            continue;
        }
        let (hex_start, digits) = if after.starts_with('+') { (1, 6) } else { (0, 4) };
        let code = after
            .get(hex_start..hex_start + digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(code) = code else {
            value.push(character);
            rest = after;
            continue;
        };
        rest = &after[hex_start + digits..];
        match (pending_high.take(), code) {
            (None, 0xD800..=0xDBFF) => pending_high = Some(code),
            (Some(high), 0xDC00..=0xDFFF) => {
                value.extend(char::from_u32(
                    0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00),
                ));
            }
            (_, code) => value.extend(char::from_u32(code)),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(token: &str) -> String {
        string_value(token).expect("a string constant")
    }

    #[test]
    fn every_kind_of_constant_has_its_value() {
        assert_eq!(value("'it''s'"), "it's");
        assert_eq!(value("'a'\n  'b'"), "ab");
        assert_eq!(value("'a' -- it's\n  'b'"), "ab");
        assert_eq!(value(r"E'a\n\'\x41\101\u00e9\\'"), "a\n'AA\u{e9}\\");
        assert_eq!(value(r"E'\xc3\xa9'"), "é");
        assert_eq!(value(r"U&'d\0061t\+000061'"), "data");
        assert_eq!(value("U&'d!0061' UESCAPE '!'"), "da");
        assert_eq!(value("$a$x'$y$a$"), "x'$y");
        assert_eq!(value("$$$$"), "");
        assert_eq!(string_value("abc"), None);
    }

    #[test]
    fn values_know_where_they_come_from() {
        let (text, segments) = unquote_mapped("'a''b'", false, 0);
        assert_eq!(text, "a'b");
        assert_eq!(
            segments,
            [Segment { value: 0, source: 1 }, Segment { value: 2, source: 4 }]
        );
    }
}
