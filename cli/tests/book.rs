//! The book says what the program does: its reference pages are generated here, its links resolve, and every command
//! in it and in the README is run.
//!
//! After a change: `CONFITURE_UPDATE=1 TRYCMD=overwrite cargo test -p confiture --test book`.

#[path = "support/pages.rs"]
mod pages;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use confiture_cli::args::Cli;
use confiture_cli::contract;
use confiture_project::ProblemCode;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli/ has a parent")
        .to_path_buf()
}

/// Compares a generated file with the committed one, or rewrites it.
fn generated(path: &str, content: &str) {
    let file = root().join(path);
    if std::env::var_os("CONFITURE_UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, content).expect(path);
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == content,
        "{path} is stale: run CONFITURE_UPDATE=1 cargo test -p confiture --test book"
    );
}

#[test]
fn commands_page() {
    let mut page = String::from(
        "# Commands\n\nGenerated from the program; each has a man page too (`confiture man FOLDER`).\n",
    );
    let mut command = Cli::command().term_width(100);
    command.build();
    let _ = write!(
        page,
        "\n## confiture\n\n```text\n{}```\n",
        command.render_long_help()
    );
    for sub in commands(&mut command) {
        let name = sub.get_name().to_owned();
        let help = sub.render_long_help();
        let _ = write!(page, "\n## confiture {name}\n\n```text\n{help}```\n");
        for inner in commands(sub) {
            let help = inner.render_long_help();
            let _ = write!(
                page,
                "\n### confiture {name} {}\n\n```text\n{help}```\n",
                inner.get_name()
            );
        }
    }
    let page: String = page.lines().map(|l| format!("{}\n", l.trim_end())).collect();
    generated("docs/reference/commands.md", &page);
}

/// The subcommands that are documented.
fn commands(command: &mut clap::Command) -> impl Iterator<Item = &mut clap::Command> {
    command
        .get_subcommands_mut()
        .filter(|sub| sub.get_name() != "help")
}

#[test]
fn rules_page() {
    let mut page = String::from(
        "# Rules\n\nGenerated from the rules' own files. `confiture explain RULE` prints the same.\n\n",
    );
    page.push_str("| rule | default | what it finds |\n|---|---|---|\n");
    for rule in confiture_lint::registry() {
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} |",
            rule.name,
            rule.default_severity(),
            rule.summary
        );
    }
    for rule in confiture_lint::registry() {
        let text = confiture_lint::explain(rule.name).expect("every rule is documented");
        // A rule's own headings go one level down, beneath its name.
        let body: String = text
            .lines()
            .map(|l| {
                if l.starts_with('#') {
                    format!("#{l}\n")
                } else {
                    format!("{l}\n")
                }
            })
            .collect();
        let _ = write!(page, "\n## {}\n\n{}\n", rule.name, body.trim());
    }
    generated("docs/reference/rules.md", &page);
}

#[test]
fn hooks_page() {
    let mut page = String::from(
        "# Types of hooks\n\nGenerated from the types' own files. `confiture hooks list --types` lists them; \
         [Hooks](../guide/hooks.md) says how hooks are declared, when and where they run.\n\n",
    );
    page.push_str("| type | what it does |\n|---|---|\n");
    for kind in confiture_migrate::hooks::registry() {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} |", kind.name, kind.summary);
    }
    for kind in confiture_migrate::hooks::registry() {
        let _ = write!(page, "\n## {}\n\n{}\n", kind.name, kind.docs.trim());
    }
    generated("docs/reference/hooks.md", &page);
}

/// The rules of other tools, each with ours or with the reason why there is none.
#[test]
fn peers_page() {
    let mut page = String::from(
        "# Rules of other tools\n\nGenerated: what other tools check, by their own names for it, and the rules here that find \
         the same without needing the same\nsuppressions; or why there is none.\n",
    );
    for peer in confiture_lint::peers::peers() {
        let _ = write!(
            page,
            "\n## {} {}\n\n{} rules, from {}.\n\n| rule | here |\n|---|---|\n",
            peer.tool.as_str(),
            peer.version,
            peer.rules.len(),
            peer.source
        );
        for rule in peer.rules {
            let ours: Vec<String> = confiture_lint::peers::covering(peer.tool, rule)
                .iter()
                .map(|ours| format!("[`{0}`](rules.md#{0})", ours.name))
                .collect();
            let reason = confiture_lint::peers::why_not()
                .iter()
                .find(|why| why.tool == peer.tool && why.rule == *rule)
                .map_or_else(|| ours.join(", "), |why| format!("none: {}", why.reason));
            let _ = writeln!(page, "| {rule} | {reason} |");
        }
    }
    generated("docs/reference/peers.md", &page);
}

#[test]
fn problems_page() {
    let mut page = String::from(
        "# Problems and exit status\n\n| status | meaning |\n|---|---|\n| 0 | clean |\n| 1 | findings at the fail level |\n\
         | 2 | wrong usage or configuration |\n| 3 | something could not be read |\n\nWhat could be read is processed all \
         the same. The highest status that applies is the one given.\n\n## Codes\n\nGenerated from the program.\n\n\
         | code | what | status |\n|---|---|---|\n",
    );
    for code in ProblemCode::ALL {
        let status = match code.kind() {
            confiture_project::ProblemKind::Notice => "0",
            confiture_project::ProblemKind::Reading => "3",
            confiture_project::ProblemKind::Configuration => "2",
        };
        let _ = writeln!(page, "| {code} | {} | {status} |", code.summary());
    }
    generated("docs/reference/problems.md", &page);
}

#[test]
fn published_schemas() {
    let pretty = |schema: schemars::Schema| format!("{:#}\n", schema.as_value());
    generated(
        "docs/schema/lint.json",
        &pretty(schemars::schema_for!(contract::LintReport)),
    );
    generated(
        "docs/schema/risk.json",
        &pretty(schemars::schema_for!(contract::RiskReport)),
    );
    generated(
        "docs/schema/rules.json",
        &pretty(schemars::schema_for!(Vec<contract::RuleEntry>)),
    );
    generated(
        "docs/schema/server.json",
        &pretty(schemars::schema_for!(contract::ServerStatus)),
    );
    generated(
        "docs/schema/hooks-list.json",
        &pretty(schemars::schema_for!(Vec<contract::HookEntry>)),
    );
    generated(
        "docs/schema/hooks-types.json",
        &pretty(schemars::schema_for!(Vec<contract::HookTypeEntry>)),
    );
    generated(
        "docs/schema/hooks-test.json",
        &pretty(schemars::schema_for!(contract::HooksTestLine)),
    );
    generated(
        "docs/schema/migrate-events.json",
        &pretty(schemars::schema_for!(contract::MigrateLine)),
    );
    generated(
        "docs/schema/migrate-status.json",
        &pretty(schemars::schema_for!(contract::StatusReport)),
    );
    generated(
        "docs/schema/migrate-verify.json",
        &pretty(schemars::schema_for!(contract::VerifyReport)),
    );
    generated(
        "docs/schema/migrate-plan.json",
        &pretty(schemars::schema_for!(contract::PlanReport)),
    );
    generated(
        "docs/schema/diff.json",
        &pretty(schemars::schema_for!(contract::DiffReport)),
    );
    generated(
        "docs/schema/build.json",
        &pretty(schemars::schema_for!(contract::BuildReport)),
    );
    generated(
        "docs/schema/confiture-yaml.json",
        &format!("{:#}\n", confiture_lint::config_schema()),
    );
    generated(
        "docs/schema/confiture-statistics.json",
        &format!("{:#}\n", confiture_ide::statistics::statistics_schema()),
    );
}

/// The example of a statistics file is one, to the program and to the schema.
#[test]
fn statistics_example() {
    let page = fs::read_to_string(root().join("docs/reference/statistics.md")).expect("the page");
    let (_, rest) = page.split_once("```json\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    confiture_ide::statistics::Statistics::parse(example).expect("statistics");
    let value = serde_json::from_str(example).expect("JSON");
    let schema = confiture_ide::statistics::statistics_schema();
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    assert!(schema.is_valid(&value), "{value}");
}

/// The README's picture is what the program prints.
#[test]
fn picture() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args([
            "risk",
            "--color",
            "always",
            "examples/shop/migrations/003_order_reference.up.sql",
        ])
        .current_dir(root())
        .output()
        .expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // The first two statements fill a screen.
    let screen: String = text
        .split("\n\n")
        .take(2)
        .map(|block| format!("{block}\n\n"))
        .collect();
    let command = "$ confiture risk examples/shop/migrations/003_order_reference.up.sql\n\n";
    let svg = anstyle_svg::Term::new().render_svg(&format!("{command}{}", screen.trim_end()));
    generated("docs/images/risk.svg", &svg);
}

/// Each link of the table of contents leads to a page, and each page is in it.
#[test]
fn table_of_contents() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("docs/SUMMARY.md");
    let mut linked: Vec<&str> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    linked.sort_unstable();
    for page in &linked {
        assert!(
            root().join("docs").join(page).is_file(),
            "docs/SUMMARY.md links to {page}, which does not exist"
        );
    }
    for folder in ["", "guide/", "reference/"] {
        for entry in fs::read_dir(root().join("docs").join(folder)).expect("a folder of the book") {
            let name = format!(
                "{folder}{}",
                entry.expect("an entry").file_name().to_string_lossy()
            );
            if name.ends_with(".md") && name != "SUMMARY.md" {
                assert!(
                    linked.binary_search(&name.as_str()).is_ok(),
                    "docs/{name} is not in docs/SUMMARY.md"
                );
            }
        }
    }
}

/// Every console block of the book and the README is run in the repository's root; those of pages that need a database
/// beside a copy of the examples.
#[test]
fn commands_shown() {
    std::env::set_current_dir(root()).expect("the repository's root");
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("confiture", trycmd::cargo::cargo_bin("confiture"))
        .case("README.md")
        .case("docs/*.md")
        .case("docs/guide/*.md");
    for page in pages::with_database(&root()) {
        cases.skip(page);
    }
    cases.run();
}

/// Pages with commands that work on a database are run too, each with a private one of its own.
#[test]
fn commands_shown_on_databases() {
    for page in pages::with_database(&root()) {
        pages::check(&root(), &page);
    }
}
