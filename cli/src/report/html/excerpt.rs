//! Lines of a file with a place marked in them.

use crate::report::escape;
use crate::report::excerpt::window;
use crate::report::model::Place;

/// The lines around a place, numbered, the place marked.
pub(super) fn render(place: &Place) -> String {
    let text = &place.source.text;
    let shown = window(text, &place.bytes);
    let start = place.bytes.start.clamp(shown.start, shown.end);
    let end = place.bytes.end.clamp(start, shown.end);
    let first = place.range().start.line as usize;
    let before = text
        .get(shown.start..start)
        .unwrap_or_default()
        .matches('\n')
        .count();
    let numbers = first.saturating_sub(before).max(1)..;
    let mut at = shown.start;
    let mut out = String::from("<pre class=\"excerpt\" tabindex=\"0\"><code>");
    let lines = text.get(shown.clone()).unwrap_or_default().split_inclusive('\n');
    for (number, line) in numbers.zip(lines) {
        let content = line.trim_end_matches(['\n', '\r']);
        out.push_str(&format!("<span class=\"ln\">{number}</span>"));
        out.push_str(&marked(content, start.saturating_sub(at), end.saturating_sub(at)));
        out.push('\n');
        at += line.len();
    }
    if end < place.bytes.end && place.bytes.end > shown.end {
        out.push_str("<span class=\"ln\"></span>…\n");
    }
    out.push_str("</code></pre>\n");
    out
}

/// A line with the bytes between `from` and `to` marked, as far as they are in it.
fn marked(line: &str, from: usize, to: usize) -> String {
    let (from, to) = (from.min(line.len()), to.min(line.len()));
    let parts = (line.get(..from), line.get(from..to), line.get(to..));
    let (Some(before), Some(inside), Some(after)) = parts else {
        return escape::html(line);
    };
    if inside.is_empty() {
        return escape::html(line);
    }
    format!(
        "{}<mark>{}</mark>{}",
        escape::html(before),
        escape::html(inside),
        escape::html(after)
    )
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn marks_what_is_in_the_line() {
        assert_eq!(marked("a<b c", 2, 3), "a&lt;<mark>b</mark> c");
        assert_eq!(marked("abc", 0, 99), "<mark>abc</mark>");
        assert_eq!(marked("abc", 7, 9), "abc");
        // Within a character, where nothing can be cut.
        assert_eq!(marked("é", 1, 2), "é");
    }
}
