//! The hook types: their list, and what is said about them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use confiture_migrate::hooks::registry;

#[test]
fn hook_types_are_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hooks/builtin");
    let entries = fs::read_dir(&folder).unwrap();
    let stems = entries.map(|entry| {
        entry
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    });
    let mut modules: Vec<String> = stems.filter(|stem| stem != "mod").collect();
    modules.sort();
    let file = folder.join("mod.rs");
    let now = fs::read_to_string(&file).unwrap();
    let mut text: String = now
        .split_inclusive('\n')
        .take_while(|line| !line.starts_with("mod "))
        .collect();
    for module in &modules {
        let _ = writeln!(text, "mod {module};");
    }
    text.push_str("\nlist! {\n");
    for module in &modules {
        let _ = writeln!(text, "    {module}");
    }
    text.push_str("}\n");
    if now != text {
        fs::write(&file, text).unwrap();
        panic!("the list was not up to date; it is now: run the tests again");
    }
}

#[test]
fn every_hook_type_is_named_after_its_file_and_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hooks/builtin");
    let mut wrong = Vec::new();
    for kind in registry() {
        let is_file = folder.join(format!("{}.rs", kind.name)).is_file();
        let is_folder = folder.join(kind.name).join("mod.rs").is_file();
        if !is_file && !is_folder {
            wrong.push(format!("{}: no file is called so", kind.name));
        }
        if kind.summary.is_empty() || kind.summary.ends_with('.') {
            wrong.push(format!(
                "{}: its summary is a sentence without a final period",
                kind.name
            ));
        }
        if !kind.docs.contains("```yaml") || !kind.docs.contains(&format!("type: {}", kind.name)) {
            wrong.push(format!("{}: its documentation has no example", kind.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
