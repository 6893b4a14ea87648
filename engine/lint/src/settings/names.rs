//! How names are to look, as options of rules say it.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// The compiled form of a regular expression may take this much memory, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

/// A regular expression over names, found anywhere in a name unless it is anchored.
#[derive(Clone)]
pub struct NamePattern(Regex);

impl NamePattern {
    /// Compiles an expression; the error says in one line why it isn't one.
    pub fn new(text: &str) -> Result<NamePattern, String> {
        let compiled = RegexBuilder::new(text).size_limit(REGEX_LIMIT).build();
        compiled.map(NamePattern).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => {
                // The last line says what is wrong, those above show where.
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })
    }

    /// Whether a name matches.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// The expression.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &NamePattern) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for NamePattern {}

impl fmt::Debug for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.as_str())
    }
}

/// How names are to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameStyle {
    /// As they like.
    Any,
    /// `order_items`.
    SnakeCase,
    /// `OrderItems`.
    PascalCase,
    /// `orderItems`.
    CamelCase,
    /// `ORDER_ITEMS`.
    ScreamingSnakeCase,
    /// Made of what they name: `idx_{table}_{columns}`.
    Template(NameTemplate),
    /// As a regular expression says.
    Pattern(NamePattern),
}

/// Why a text says nothing of how names look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAStyle {
    /// What is wrong.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl NameStyle {
    /// The styles that have a name.
    pub const NAMED: [&str; 5] = [
        "snake_case",
        "PascalCase",
        "camelCase",
        "SCREAMING_SNAKE_CASE",
        "any",
    ];

    /// Reads a style. The second value is another reading than the spelling says: `snake_case_pl` is `snake_case`.
    pub fn parse(text: &str) -> Result<(NameStyle, Option<&'static str>), NotAStyle> {
        let named = |name: &str| match name {
            "snake_case" => NameStyle::SnakeCase,
            "PascalCase" => NameStyle::PascalCase,
            "camelCase" => NameStyle::CamelCase,
            "SCREAMING_SNAKE_CASE" => NameStyle::ScreamingSnakeCase,
            _ => NameStyle::Any,
        };
        if NameStyle::NAMED.contains(&text) {
            return Ok((named(text), None));
        }
        if let Some(base) = NameStyle::NAMED
            .into_iter()
            .find(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')))
        {
            return Ok((named(base), Some(base)));
        }
        if !text.starts_with('^') && text.contains('{') && !text.contains(['\\', '[', '(']) {
            return NameTemplate::new(text).map(|template| (NameStyle::Template(template), None));
        }
        if !text.contains(['^', '$', '[', '(', '.', '*', '+', '?', '|', '\\']) {
            let near = confiture_project::nearest(text, NameStyle::NAMED);
            return Err(NotAStyle {
                message: format!(
                    "`{text}` is no style of names ({}), no template such as `idx_{{table}}_{{columns}}`, and no \
                     regular expression",
                    NameStyle::NAMED.join(", ")
                ),
                help: near.map(|name| format!("did you mean `{name}`?")),
            });
        }
        match NamePattern::new(text) {
            Ok(pattern) => Ok((NameStyle::Pattern(pattern), None)),
            Err(why) => Err(NotAStyle {
                message: format!("`{text}` is not a regular expression: {why}"),
                help: None,
            }),
        }
    }

    /// Whether a name follows the style. `parts` gives what a template's placeholder stands for; a name whose parts aren't
    /// known follows it.
    pub fn fits(&self, name: &str, parts: impl Fn(&str) -> Option<String>) -> bool {
        match self {
            NameStyle::Any => true,
            NameStyle::SnakeCase => is_snake_case(name),
            NameStyle::PascalCase => is_one_word(name, char::is_uppercase),
            NameStyle::CamelCase => is_one_word(name, |c| !c.is_uppercase()),
            NameStyle::ScreamingSnakeCase => is_screaming_snake_case(name),
            NameStyle::Template(template) => template.render(parts).is_none_or(|wanted| wanted == name),
            NameStyle::Pattern(pattern) => pattern.is_match(name),
        }
    }

    /// The same words in this style; `None` where a style has no words, or the name has none.
    pub fn restyled(&self, name: &str) -> Option<String> {
        let words = words(name);
        let restyled = match self {
            NameStyle::SnakeCase => words.join("_"),
            NameStyle::ScreamingSnakeCase => words.join("_").to_uppercase(),
            NameStyle::PascalCase => words.iter().map(|word| capitalized(word)).collect(),
            NameStyle::CamelCase => {
                let rest = words.iter().skip(1).map(|word| capitalized(word));
                words.first().cloned().into_iter().chain(rest).collect()
            }
            NameStyle::Any | NameStyle::Template(_) | NameStyle::Pattern(_) => return None,
        };
        let restyled = match restyled.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("_{restyled}"),
            false => restyled,
        };
        (!restyled.is_empty() && self.fits(&restyled, |_| None)).then_some(restyled)
    }
}

/// As configuration writes it.
impl fmt::Display for NameStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameStyle::Any => "any",
            NameStyle::SnakeCase => "snake_case",
            NameStyle::PascalCase => "PascalCase",
            NameStyle::CamelCase => "camelCase",
            NameStyle::ScreamingSnakeCase => "SCREAMING_SNAKE_CASE",
            NameStyle::Template(template) => &template.0,
            NameStyle::Pattern(pattern) => pattern.as_str(),
        })
    }
}

/// Letters that have no lower case count as lower case; no digit in front.
fn is_snake_case(name: &str) -> bool {
    let fits = |c: char| c == '_' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_uppercase());
    name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Letters that have no upper case count as upper case; no digit in front.
fn is_screaming_snake_case(name: &str) -> bool {
    let fits = |c: char| c == '_' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_lowercase());
    name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The words of a name, in lower case: `OrderItems` → `order`, `items`; `HTTPStatus` → `http`, `status`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (i, &c) in chars.iter().enumerate() {
        let previous = i.checked_sub(1).and_then(|p| chars.get(p));
        let next_is_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        let begins = c.is_uppercase()
            && previous.is_some_and(|p| {
                p.is_lowercase() || p.is_ascii_digit() || (p.is_uppercase() && next_is_lower)
            });
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut()
            && c.is_alphanumeric()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Letters and digits alone, the first as `first` says.
fn is_one_word(name: &str, first: impl Fn(char) -> bool) -> bool {
    name.chars().all(char::is_alphanumeric)
        && name.chars().next().is_some_and(|c| c.is_alphabetic() && first(c))
}

/// A name made of what it names: literal text and placeholders in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplate(String);

impl NameTemplate {
    /// What a placeholder may stand for.
    pub const PLACEHOLDERS: [&str; 5] = ["schema", "table", "columns", "type", "referenced"];

    fn new(text: &str) -> Result<NameTemplate, NotAStyle> {
        let template = NameTemplate(text.to_owned());
        for placeholder in template.placeholders() {
            if !NameTemplate::PLACEHOLDERS.contains(&placeholder) {
                let near = confiture_project::nearest(placeholder, NameTemplate::PLACEHOLDERS);
                return Err(NotAStyle {
                    message: format!("the template `{text}` has the unknown placeholder `{{{placeholder}}}`"),
                    help: Some(match near {
                        Some(near) => format!("did you mean `{{{near}}}`?"),
                        None => format!("placeholders: {}", NameTemplate::PLACEHOLDERS.join(", ")),
                    }),
                });
            }
        }
        Ok(template)
    }

    /// The names between braces, in order.
    fn placeholders(&self) -> impl Iterator<Item = &str> {
        let after_braces = self.0.split('{').skip(1);
        after_braces.map(|rest| rest.split('}').next().unwrap_or_default())
    }

    /// The name that the template makes; `None` where `parts` doesn't know what a placeholder stands for.
    pub fn render(&self, parts: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut pieces = self.0.split('{');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (placeholder, literal) = piece.split_once('}').unwrap_or((piece, ""));
            out.push_str(&parts(placeholder)?);
            out.push_str(literal);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(text: &str) -> NameStyle {
        NameStyle::parse(text).expect("a style").0
    }

    fn fits(text: &str, name: &str) -> bool {
        style(text).fits(name, |_| None)
    }

    #[test]
    fn styles_are_told_apart() {
        assert!(fits("snake_case", "order_items2") && !fits("snake_case", "OrderItems"));
        assert!(fits("PascalCase", "OrderItems") && !fits("PascalCase", "order_items"));
        assert!(fits("camelCase", "orderItems") && !fits("camelCase", "OrderItems"));
        assert!(fits("^w_", "w_orders") && !fits("^w_", "orders"));
        assert!(fits("^x{2}$", "xx"), "a counted repetition is no template");
        assert!(fits("any", "What ever"));
    }

    #[test]
    fn names_are_restyled() {
        for (name, wanted) in [
            ("OrderItems", "order_items"),
            ("HTTPStatus", "http_status"),
            ("createdAt", "created_at"),
            ("2fa", "_2fa"),
            ("a b", "a_b"),
        ] {
            assert_eq!(style("snake_case").restyled(name).as_deref(), Some(wanted));
        }
        assert_eq!(
            style("PascalCase").restyled("order_status").as_deref(),
            Some("OrderStatus")
        );
        assert_eq!(
            style("camelCase").restyled("order_status").as_deref(),
            Some("orderStatus")
        );
        assert_eq!(
            style("SCREAMING_SNAKE_CASE").restyled("orderStatus").as_deref(),
            Some("ORDER_STATUS")
        );
        assert_eq!(style("snake_case").restyled("?!"), None);
        assert_eq!(style("^w_").restyled("orders"), None);
    }

    #[test]
    fn a_template_is_made_of_parts() {
        let parts = |name: &str| (name != "columns").then(|| name.to_uppercase());
        assert!(style("{type}_{table}_x").fits("TYPE_TABLE_x", parts));
        assert!(!style("{type}_{table}_x").fits("TYPE_table_x", parts));
        assert!(
            style("{columns}").fits("whatever", parts),
            "not known is not wrong"
        );
    }

    #[test]
    fn what_is_no_style_is_told() {
        let help = |text: &str| NameStyle::parse(text).expect_err("no style").help;
        assert_eq!(help("snakecase").as_deref(), Some("did you mean `snake_case`?"));
        assert_eq!(help("idx_{tabel}").as_deref(), Some("did you mean `{table}`?"));
        assert!(NameStyle::parse("^[a-z").is_err());
        assert_eq!(
            NameStyle::parse("snake_case_pl"),
            Ok((NameStyle::SnakeCase, Some("snake_case")))
        );
    }
}
