//! The JSON schema of `confiture.yaml`, whole.

/// The JSON schema of `confiture.yaml`, for editors and for people.
pub fn config_schema() -> serde_json::Value {
    confiture_project::config_schema()
}
