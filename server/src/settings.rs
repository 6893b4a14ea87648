//! What somebody set in the editor.

use std::path::{Path, PathBuf};
use std::time::Duration;

use confiture_risk::PgVersion;
use serde::Deserialize;
use serde_json::Value;

/// What can be set, as the editor spells it: `initializationOptions`, or the section `confiture` of its settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    /// The configuration to use instead of the one that is found.
    config_path: Option<PathBuf>,
    /// The major version of the server; otherwise the configuration's.
    pg_version: Option<u32>,
    /// The statistics file, instead of the one beside the configuration.
    statistics_path: Option<PathBuf>,
    /// The environment that commands act on.
    environment: Option<String>,
    diagnostics: Diagnostics,
    inlay_hints: Switch,
    code_lens: Switch,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Diagnostics {
    /// Milliseconds without an edit before they are published.
    delay: u64,
}

/// On unless it is turned off: `false`, or `{"enabled": false}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Switch {
    Plain(bool),
    Nested { enabled: bool },
}

impl Default for Switch {
    fn default() -> Self {
        Switch::Plain(true)
    }
}

impl Switch {
    fn is_on(self) -> bool {
        match self {
            Switch::Plain(on) | Switch::Nested { enabled: on } => on,
        }
    }
}

impl Settings {
    /// Reads settings; the section `confiture` where the value has one. What can't be read is told, and leaves the default.
    pub(crate) fn read(value: &Value) -> Result<Settings, String> {
        let section = value.get("confiture").unwrap_or(value);
        if section.is_null() {
            return Ok(Settings::default());
        }
        // Clients send unset settings as `null`.
        let section: Value = match section.as_object() {
            Some(object) => object
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            None => section.clone(),
        };
        let settings: Settings = serde_json::from_value(section).map_err(|error| error.to_string())?;
        match settings.pg_version {
            Some(major) if PgVersion::new(major).is_none() => {
                Err(format!("pgVersion: there is no version {major}"))
            }
            _ => Ok(settings),
        }
    }

    /// The configuration to use instead of the one that is found, relative to a folder.
    pub(crate) fn config(&self, folder: &Path) -> Option<PathBuf> {
        let path = self.config_path.as_ref()?;
        (!path.as_os_str().is_empty()).then(|| folder.join(path))
    }

    /// The statistics file to use instead of the one that is found, relative to a folder.
    pub(crate) fn statistics(&self, folder: &Path) -> Option<PathBuf> {
        let path = self.statistics_path.as_ref()?;
        (!path.as_os_str().is_empty()).then(|| folder.join(path))
    }

    /// The version of the server to use instead of the configuration's.
    pub(crate) fn version(&self) -> Option<PgVersion> {
        self.pg_version.and_then(PgVersion::new)
    }

    /// The environment that commands act on.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.environment.as_deref().filter(|name| !name.is_empty())
    }

    /// How long nothing must be edited before diagnostics are published.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.diagnostics.delay.min(10_000))
    }

    pub(crate) fn shows_inlay_hints(&self) -> bool {
        self.inlay_hints.is_on()
    }

    pub(crate) fn shows_lenses(&self) -> bool {
        self.code_lens.is_on()
    }

    /// Whether projects must be opened anew to obey these instead of others.
    pub(crate) fn open_otherwise(&self, other: &Settings) -> bool {
        self.config_path != other.config_path
            || self.pg_version != other.pg_version
            || self.statistics_path != other.statistics_path
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_section_and_its_content_are_read_alike() {
        let content =
            json!({"pgVersion": 16, "inlayHints": false, "codeLens": {"enabled": false}, "configPath": null});
        let settings = Settings::read(&content).expect("settings");
        assert_eq!(
            Settings::read(&json!({"confiture": content})),
            Ok(settings.clone())
        );
        assert_eq!(settings.version(), PgVersion::new(16));
        assert!(!settings.shows_inlay_hints() && !settings.shows_lenses());
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(Settings::read(&json!({"pgVersion": "new"})).is_err());
        assert_eq!(
            Settings::read(&json!({"pgVersion": 3})),
            Err("pgVersion: there is no version 3".to_owned())
        );
        assert_eq!(Settings::read(&Value::Null), Ok(Settings::default()));
    }
}
