//! Text inside XML and HTML.

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Between tags.
    Element,
    /// Between the double quotes of an attribute.
    Attribute,
}

/// Text for XML 1.0. Characters that XML has no way to say are replaced by U+FFFD.
pub(super) fn xml(text: &str, within: Within) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match (character, within) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            // `]]>` may not stand in text.
            ('>', _) => out.push_str("&gt;"),
            ('"', Within::Attribute) => out.push_str("&quot;"),
            // A parser makes spaces or line feeds of these.
            ('\r', _) => out.push_str("&#13;"),
            ('\n', Within::Attribute) => out.push_str("&#10;"),
            ('\t', Within::Attribute) => out.push_str("&#9;"),
            ('\n' | '\t', Within::Element) => out.push(character),
            ('\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}', _) => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

/// Text for HTML, in an element or a quoted attribute. What can't be seen or turns the direction of what follows is
/// written out, so that nothing looks like what it isn't.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            '\r' => {}
            '\0'..='\u{1f}' => out.extend(picture(character)),
            '\u{7f}'..='\u{9f}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(character))),
            _ => out.push(character),
        }
    }
    out
}

/// Unicode's picture of a control character below U+0020.
pub(super) fn picture(control: char) -> Option<char> {
    char::from_u32(0x2400 + u32::from(control))
}

#[cfg(test)]
mod tests {
    use super::{Within, html, xml};

    #[test]
    fn xml_is_well_formed_whatever_comes() {
        assert_eq!(
            xml("a<b>&\"]]>\u{1b}\0\u{ffff}\n\té😀", Within::Element),
            "a&lt;b&gt;&amp;\"]]&gt;\u{fffd}\u{fffd}\u{fffd}\n\té😀"
        );
        assert_eq!(xml("\"\n\t\r'", Within::Attribute), "&quot;&#10;&#9;&#13;'");
    }

    #[test]
    fn html_shows_what_hides() {
        assert_eq!(html("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
        assert_eq!(html("a\u{202e}b\u{1b}[1m"), "a⟨U+202E⟩b␛[1m");
        assert_eq!(html("שלום 😀"), "שלום 😀");
    }
}
