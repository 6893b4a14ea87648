//! Settings that several projects share, by name.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::config::LintConfig;
use confiture_project::{Config, SourceFile};

/// Settings under a name that `extends` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The settings, as a configuration file.
    pub yaml: &'static str,
}

/// All presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "recommended",
        yaml: include_str!("../presets/recommended.yaml"),
    },
    Preset {
        name: "strict",
        yaml: include_str!("../presets/strict.yaml"),
    },
    Preset {
        name: "printoptim",
        yaml: include_str!("../presets/printoptim.yaml"),
    },
];

/// The settings of a preset, by its name.
pub(super) fn linting(name: &str) -> Option<LintConfig> {
    let name = match name {
        "printoptim-like" => "printoptim",
        name => name,
    };
    let preset = PRESETS.iter().find(|preset| preset.name == name)?;
    let path = PathBuf::from(format!("preset {}", preset.name));
    let source = SourceFile {
        file: path.clone(),
        path,
        text: preset.yaml.into(),
    };
    Some(Config::parse(&Arc::new(source)).0.linting)
}
