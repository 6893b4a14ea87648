//! Settings that may refer to the process's environment, `${VAR}`: their values are secrets.

use std::fmt;

use confiture_project::{ExpandError, Secret, expand, hide_passwords};

use crate::hooks::HookError;

/// A text with references to variables. They are replaced when a hook runs, never before, so nothing that is printed,
/// hashed or kept holds their values.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// A `${` that is no reference.
    pub fn parse(text: &str) -> Result<Template, ExpandError> {
        expand(text, |_| Some("x".to_owned()))?;
        Ok(Template {
            text: text.to_owned(),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing of it is written out: all of it comes from variables.
    pub fn is_reference(&self) -> bool {
        // Without a variable's value nothing may be left, defaults included.
        matches!(expand(&self.text, |_| None), Err(ExpandError::Unset(_)))
            && expand(&self.text, |_| Some("\u{0}".to_owned()))
                .is_ok_and(|text| text.chars().all(|c| c == '\u{0}'))
    }

    /// What it means now.
    ///
    /// # Errors
    /// A variable that isn't set.
    pub fn expand(&self) -> Result<Secret, HookError> {
        let value = expand(&self.text, |name| std::env::var(name).ok());
        value
            .map(Secret::new)
            .map_err(|error| HookError::new(error.to_string()).help(error.help()))
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({:?})", hide_passwords(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_variables_alone() {
        let is_reference = |text: &str| Template::parse(text).unwrap().is_reference();
        assert!(is_reference("${SECRET}") && is_reference("${A}${B}"));
        assert!(!is_reference("s3cret") && !is_reference("x${SECRET}") && !is_reference("${SECRET:-dflt}"));
        assert!(!is_reference(""));
        assert!(Template::parse("${no").is_err());
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        let template = Template::parse("${CONFITURE_NO_SUCH_VARIABLE}").unwrap();
        let error = template.expand().unwrap_err();
        assert_eq!(
            error.message,
            "the variable `CONFITURE_NO_SUCH_VARIABLE` is not set"
        );
        assert!(error.help.is_some());
    }
}
