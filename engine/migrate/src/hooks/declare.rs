//! Declarations of hooks, read from a migration's YAML and from the configuration.

use confiture_project::{Config, Problem, Script};

use crate::hooks::{HookSpec, HookType};

/// The hooks that a migration's file declares for the direction of this script; none where it is not a YAML file.
pub fn of_script(script: &Script, types: &[&'static HookType]) -> (Vec<HookSpec>, Vec<Problem>) {
    let _ = (script, types);
    (Vec::new(), Vec::new())
}

/// The hooks that the configuration declares for every migration and for runs, in this environment.
pub fn of_config(
    config: &Config,
    environment: Option<&str>,
    types: &[&'static HookType],
) -> (Vec<HookSpec>, Vec<Problem>) {
    let _ = (config, environment, types);
    (Vec::new(), Vec::new())
}
