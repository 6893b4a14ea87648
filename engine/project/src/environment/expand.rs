//! `${VAR}` in configuration.

/// Why a text with `${VAR}` has no value. Nothing here ever holds the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// A variable that isn't set, or is set to nothing.
    #[error("the variable `{0}` is not set")]
    Unset(String),
    /// `${` without what has to follow.
    #[error("a `${{` is not followed by a variable's name and a `}}`")]
    Malformed,
}

impl ExpandError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unset(name) => {
                format!("set it: `export {name}=…`, or write `${{{name}:-default}}`")
            }
            Self::Malformed => {
                "write `${NAME}` or `${NAME:-default}`; `$${` stands for `${` itself".to_owned()
            }
        }
    }
}

/// Replaces `${NAME}` by the variable's value, and `${NAME:-default}` by the default where the variable is not set or
/// empty. `$${` stands for `${`. Values are taken as they are: what they hold is not expanded again.
///
/// # Errors
/// The name of the first variable without a value, or that a `${` is none of these forms.
pub fn expand(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, ExpandError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            continue;
        }
        out.push_str(before);
        let (inner, behind) = after.split_once('}').ok_or(ExpandError::Malformed)?;
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        if !is_name(name) {
            return Err(ExpandError::Malformed);
        }
        match (variable(name).filter(|value| !value.is_empty()), default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => return Err(ExpandError::Unset(name.to_owned())),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced() {
        let value = |name: &str| match name {
            "HOST" => Some("db".to_owned()),
            "RAW" => Some("${HOST}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let unset = |name: &str| Err(ExpandError::Unset(name.to_owned()));
        for (text, expected) in [
            ("postgres://${HOST}/a", Ok("postgres://db/a".to_owned())),
            ("${HOST}${HOST}", Ok("dbdb".to_owned())),
            ("${RAW}", Ok("${HOST}".to_owned())),
            ("${NO:-x}${EMPTY:-y}${HOST:-z}${NO:-}", Ok("xydb".to_owned())),
            ("a$${b}$", Ok("a${b}$".to_owned())),
            ("${NO}", unset("NO")),
            ("${EMPTY}", unset("EMPTY")),
            ("a${", Err(ExpandError::Malformed)),
            ("${}", Err(ExpandError::Malformed)),
            ("${a b}", Err(ExpandError::Malformed)),
            ("${1}", Err(ExpandError::Malformed)),
            ("${HOST:?x}", Err(ExpandError::Malformed)),
        ] {
            assert_eq!(expand(text, value), expected, "{text}");
        }
    }
}
