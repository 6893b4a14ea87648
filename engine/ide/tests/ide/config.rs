//! Configuration as it is typed.

use std::path::Path;

use confiture_ide::complete::{Completions, Insert};
use confiture_ide::config;

fn parts(text: &str) -> (String, usize) {
    let offset = text.find("$0").expect("a $0 in the text");
    (text.replacen("$0", "", 1), offset)
}

fn shown(text: &str, found: &Completions, whole: &str) -> String {
    let items = found.items.iter().take(6).map(|item| {
        let insert = match &item.insert {
            Insert::Text(text) if *text == item.label => String::new(),
            Insert::Text(text) => format!(" => {text:?}"),
            Insert::Snippet(text) => format!(" => {text:?}"),
        };
        let detail = item.detail.as_ref().map(|detail| format!("  -- {detail}"));
        format!("    {}{insert}{}", item.label, detail.unwrap_or_default())
    });
    let items: Vec<String> = items.collect();
    let replaced = whole.get(found.replaces.clone()).expect("a range of characters");
    format!(
        "{text}\n  {} for {replaced:?}\n{}\n",
        found.items.len(),
        items.join("\n")
    )
}

fn completed(file: &str, text: &str) -> String {
    let (whole, offset) = parts(text);
    let found = config::completions(Path::new(file), &whole, offset);
    shown(text, &found, &whole)
}

#[test]
fn keys_and_values_come_from_the_schema() {
    let all = [
        "$0",
        "pg_version: 15\nlin$0",
        "pg_version: $0",
        "linting:\n  $0",
        "linting:\n  enabled: $0\n",
        "linting:\n  fail_level: w$0\n",
        "linting:\n  fail_level: error\n  $0\n  cache: true\n",
        "linting:\n  extends: $0",
        "linting:\n  extends: [strict, $0]",
        "linting:\n  rules:\n    drop-$0",
        "linting:\n  rules:\n    drop_$0",
        "linting:\n  rules:\n    drop-cascade: $0",
        "linting:\n  rules:\n    drop-cascade:\n      sev$0",
        "linting:\n  rules:\n    drop-cascade:\n      severity: $0",
        "linting:\n  rules:\n  - drop-c$0",
        "linting:\n  rules:\n    - $0",
        "linting:\n  rules:\n    own:\n      type: naming-convention\n      $0",
        "linting:\n  naming_convention:\n    $0",
        "environments:\n  production:\n    url: x\n  staging:\n    url: y\nlinting:\n  overrides:\n    - environments: [$0]",
        "environments:\n  production: {}\nlinting:\n  overrides:\n    - environments:\n        - $0\n",
        "linting:\n  overrides:\n    - $0",
        "linting:\n  overrides:\n    - paths: x\n      ru$0",
        "linting:\n  custom_rules:\n    - name: a\n      pattern: x\n      $0",
        "migrations:\n  layout: $0",
        "migrations:\n  layout: go$0ose # here\n",
        "pg_version: 15 # $0",
        "linting:\n  # a comment $0\n",
    ];
    insta::assert_snapshot!(all.map(|text| completed("confiture.yaml", text)).join("\n"));
}

#[test]
fn a_file_for_linting_offers_that_alone() {
    insta::assert_snapshot!(completed("confiture-lint.yaml", "$0"));
}

#[test]
fn a_key_that_has_its_colon_gets_no_other() {
    let (whole, offset) = parts("lint$0: {}\n");
    let found = config::completions(Path::new("confiture.yaml"), &whole, offset);
    assert_eq!(found.items[0].insert, Insert::Text("linting".to_owned()));
}

#[test]
fn keys_and_rules_are_explained() {
    let explained = |text: &str| {
        let (whole, offset) = parts(text);
        let found = config::hover(Path::new("confiture.yaml"), &whole, offset);
        match found {
            Some(hover) => {
                let lines: Vec<&str> = hover.markdown.lines().take(4).collect();
                format!("{text}\n  {:?}\n{}\n", &whole[hover.range], lines.join("\n"))
            }
            None => format!("{text}\n  nothing\n"),
        }
    };
    let all = [
        "pg_$0version: 15",
        "linting:\n  fail_$0level: error",
        "linting:\n  rules:\n    drop-$0cascade: off",
        "linting:\n  rules:\n    - drop-$0cascade",
        "linting:\n  rules:\n    own:\n      type: drop-$0cascade",
        "linting:\n  rules:\n    drop-cascade:\n      seve$0rity: off",
        "migrations:\n  layo$0ut: goose",
        "unknown$0: 1",
    ];
    insta::assert_snapshot!(all.map(explained).join("\n"));
}

#[test]
fn mistakes_have_their_places() {
    let text = "pg_version: 99\nlintin: {}\nlinting:\n  fail_level: loud\n  rules:\n    drop-tabel: error\n    own:\n      type: nothing\n";
    let found = config::diagnostics(Path::new("/p/confiture.yaml"), text);
    let lines = found.iter().map(|found| {
        format!(
            "{} {:?} {:?} {}",
            found.code,
            found.severity,
            &text[found.range.clone()],
            found.message
        )
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(
        config::diagnostics(Path::new("/p/confiture.yaml"), "pg_version: 15\n"),
        []
    );
    assert_eq!(config::diagnostics(Path::new("/p/confiture.yaml"), ""), []);
    let broken = config::diagnostics(Path::new("/p/confiture.yaml"), "a: b: c\n");
    assert_eq!(broken[0].code, "E020");
}

#[test]
fn what_other_files_say_is_no_mistake() {
    let text = "linting:\n  extends: ./shared.yaml\n";
    assert_eq!(config::diagnostics(Path::new("/p/confiture.yaml"), text), []);
}

#[test]
fn migrations_in_yaml_have_keys() {
    let completed = |text: &str| {
        let (whole, offset) = parts(text);
        let found = config::migration_completions(&whole, offset);
        shown(text, &found, &whole)
    };
    let all = [
        "$0",
        "migration:\n  na$0",
        "migration:\n  name: x\n  transaction: $0",
        "migration:\n  hooks:\n    $0",
        "migration:\n  hooks:\n    after_ddl:\n      - ty$0",
        "migration:\n  hooks:\n    after_ddl:\n      - type: $0",
        "migration:\n  rollback:\n    $0",
        "migration:\n  ddl: |\n    SELECT $0\n",
    ];
    insta::assert_snapshot!(all.map(completed).join("\n"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 10, ..Default::default() })]

    #[test]
    fn no_place_in_any_text_panics(
        lines in proptest::collection::vec("( {0,3})(- )?[a-z_\\-é🦀]{0,8}:?[ ]?[a-z|>#'\"\\[\\],{}:é]{0,6}", 0..8),
    ) {
        let text = format!("linting:\n  rules:\n{}", lines.join("\n"));
        for offset in 0..text.len() + 2 {
            let found = config::completions(Path::new("confiture.yaml"), &text, offset);
            proptest::prop_assert!(text.get(found.replaces.clone()).is_some() || offset > text.len() || !text.is_char_boundary(offset));
            config::hover(Path::new("confiture.yaml"), &text, offset);
            config::migration_completions(&text, offset);
        }
        config::diagnostics(Path::new("/p/confiture.yaml"), &text);
    }
}
