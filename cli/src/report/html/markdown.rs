//! The documentation of rules, from Markdown.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::report::escape;

/// HTML of a rule's documentation. Its title is left out, the page has it already; its headings go two levels down; HTML
/// in it is shown, not obeyed.
pub(super) fn render(markdown: &str) -> String {
    let mut in_title = false;
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let events = parser.filter_map(|event| match event {
        Event::Start(Tag::Heading {
            level: HeadingLevel::H1,
            ..
        }) => {
            in_title = true;
            None
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            in_title = false;
            None
        }
        _ if in_title => None,
        event => Some(tame(event)),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

fn tame(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: lower(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // Pictures would have to be fetched.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Emphasis),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: safe(dest_url),
            title,
            id,
        }),
        event => event,
    }
}

/// Only addresses that open a page.
fn safe(address: CowStr<'_>) -> CowStr<'_> {
    let opens = ["https://", "http://", "#"]
        .iter()
        .any(|start| address.starts_with(start));
    if opens { address } else { "#rules".into() }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// A sentence; what stands between backticks in it is code.
pub(super) fn sentence_html(text: &str) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    for (number, part) in parts.iter().enumerate() {
        let part = escape::html(part);
        // The last backtick of an odd number closes nothing.
        let closed = number + 1 < parts.len();
        match (number % 2 == 1, closed) {
            (true, true) => out.push_str(&format!("<code>{part}</code>")),
            (true, false) => out.push_str(&format!("`{part}")),
            (false, _) => out.push_str(&part),
        }
    }
    out
}

/// What a rule or a cure says: its first line as a sentence, the lines after it as SQL.
pub(super) fn advice(text: &str) -> String {
    let (sentence, sql) = text.split_once('\n').unwrap_or((text, ""));
    let mut out = format!("<p>{}</p>", sentence_html(sentence));
    if !sql.trim().is_empty() {
        out.push_str(&format!(
            "<pre tabindex=\"0\"><code>{}</code></pre>",
            escape::html(sql.trim_end())
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{render, sentence_html};

    #[test]
    fn backticks_mark_code() {
        assert_eq!(sentence_html("a `b<` c"), "a <code>b&lt;</code> c");
        assert_eq!(sentence_html("a `b` c`d"), "a <code>b</code> c`d");
    }

    #[test]
    fn nothing_but_text_comes_through() {
        let page = render(
            "# title\n\n## Why\n\n<script>alert(1)</script>\n\n[x](javascript:alert) <b>y</b> ![z](http://a/b.png)\n",
        );
        assert!(!page.contains("<script") && !page.contains("javascript:") && !page.contains("<img"));
        assert!(!page.contains("title") && page.contains("<h4>Why</h4>"), "{page}");
    }
}
