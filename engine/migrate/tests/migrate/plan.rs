//! Files held against the ledger.

use confiture_migrate::ledger::{Applied, Recorded, Unfinished, Way};
use confiture_migrate::plan::{self, version};
use confiture_migrate::{Choice, ErrorKind, History, MigrateError, Plan, Settings, Standing};
use proptest::prelude::*;

use crate::support::Fixture;

const FILES: [(&str, &str); 5] = [
    ("migrations/001_a.up.sql", "CREATE TABLE a ();"),
    ("migrations/001_a.down.sql", "DROP TABLE a;"),
    ("migrations/002_b.up.sql", "CREATE TABLE b ();"),
    ("migrations/003_c.up.sql", "CREATE TABLE c ();"),
    ("migrations/003_c.down.sql", "DROP TABLE c;"),
];

/// The ledger with these migrations applied, in this order.
fn applied(history: &History, slugs: &[&str]) -> Recorded {
    let rows = slugs.iter().zip(1..).map(|(slug, number)| {
        let migration = history
            .migrations
            .iter()
            .find(|migration| migration.slug == *slug);
        Applied {
            slug: (*slug).to_owned(),
            version: slug.split('_').next().unwrap().to_owned(),
            name: slug.split('_').next_back().unwrap().to_owned(),
            applied_at: "2026-01-02T03:04:05.000000Z".to_owned(),
            execution_time_ms: Some(1),
            checksum: migration.map(|migration| migration.checksum.clone()),
            applied_by: Some("ann".to_owned()),
            number,
        }
    });
    Recorded {
        exists: true,
        applied: rows.collect(),
        ..Recorded::default()
    }
}

fn begun(history: &History, slug: &str, way: Way, steps_done: usize) -> Unfinished {
    let migration = history.migrations.iter().find(|migration| migration.slug == slug);
    Unfinished {
        attempt: 1,
        slug: slug.to_owned(),
        direction: way,
        checksum: migration
            .map(|migration| migration.checksum.clone())
            .unwrap_or_default(),
        plan_hash: "h".to_owned(),
        steps_done,
        in_doubt: false,
        steps: 3,
        started_at: "2026-01-02T03:04:05.000000Z".to_owned(),
        error: None,
    }
}

fn planned(plan: Result<Plan, MigrateError>) -> Vec<String> {
    plan.unwrap()
        .migrations
        .into_iter()
        .map(|migration| migration.slug)
        .collect()
}

/// As people read it.
fn refusal(plan: Result<Plan, MigrateError>) -> String {
    let error = plan.unwrap_err();
    let mut lines = vec![format!("{}: {}", error.kind(), error.message())];
    lines.extend(error.advice().iter().map(|advice| format!("  {advice}")));
    lines.join("\n")
}

/// `001_a applied` and so on.
fn standings(history: &History, recorded: &Recorded, settings: &Settings) -> Vec<String> {
    let word = |standing: Standing| match standing {
        Standing::Applied(_) => "applied",
        Standing::Changed(_) => "changed",
        Standing::Missing(_) => "missing",
        Standing::Pending => "pending",
        Standing::Outdated(_) => "outdated",
        Standing::OutOfOrder => "out of order",
        Standing::Unfinished(_) => "unfinished",
        Standing::Elsewhere => "elsewhere",
    };
    let lines = plan::status(history, recorded, settings);
    lines
        .into_iter()
        .map(|line| format!("{} {}", line.slug, word(line.standing)))
        .collect()
}

#[test]
fn up_takes_what_is_pending() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let settings = &fixture.settings;
    let none = Recorded::default();
    let up = |recorded: &Recorded, choice: Choice| planned(plan::up(&history, recorded, &choice, settings));
    assert_eq!(up(&none, Choice::Default), ["001_a", "002_b", "003_c"]);
    assert_eq!(up(&none, Choice::All), ["001_a", "002_b", "003_c"]);
    assert_eq!(up(&none, Choice::Target("2".to_owned())), ["001_a", "002_b"]);
    assert_eq!(up(&none, Choice::Steps(1)), ["001_a"]);
    assert_eq!(up(&none, Choice::Only("b".to_owned())), ["002_b"]);
    let one = applied(&history, &["001_a"]);
    assert_eq!(up(&one, Choice::Default), ["002_b", "003_c"]);
    assert_eq!(up(&one, Choice::Steps(0)), Vec::<String>::new());
    let all = applied(&history, &["001_a", "002_b", "003_c"]);
    assert_eq!(up(&all, Choice::Default), Vec::<String>::new());
}

#[test]
fn what_is_left_out_comes_with_its_reason() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let one = applied(&history, &["001_a"]);
    let skipped = |choice: Choice| {
        plan::up(&history, &one, &choice, &fixture.settings)
            .unwrap()
            .skipped
    };
    let already = [(
        "001_a".to_owned(),
        "it is applied already, since 2026-01-02T03:04:05.000000Z".to_owned(),
    )];
    assert_eq!(skipped(Choice::Target("001".to_owned())), already);
    assert_eq!(skipped(Choice::Only("001".to_owned())), already);
    assert_eq!(
        skipped(Choice::Only("003".to_owned())),
        [(
            "002_b".to_owned(),
            "it was not asked for, and will be out of order then".to_owned()
        )]
    );
}

#[test]
fn unknown_targets_name_the_nearest() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let none = Recorded::default();
    let wanted = Choice::Target("003_d".to_owned());
    insta::assert_snapshot!(refusal(plan::up(&history, &none, &wanted, &fixture.settings)), @r"
    unknown-migration: there is no migration `003_d`
      did you mean `003_c`?
    ");
    let back = Choice::Only("b".to_owned());
    insta::assert_snapshot!(refusal(plan::down(&history, &none, &back, &fixture.settings)), @r"
    unknown-migration: 002_b is not applied, so it can't be reverted
      `confiture migrate status` shows what is applied
    ");
}

#[test]
fn what_does_not_fit_is_refused_with_choices() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let settings = &fixture.settings;
    let up = |recorded: &Recorded| refusal(plan::up(&history, recorded, &Choice::Default, settings));

    let mut changed = applied(&history, &["001_a", "002_b"]);
    changed.applied[0].checksum = Some("0".repeat(64));
    assert_eq!(
        standings(&history, &changed, settings),
        ["001_a changed", "002_b applied", "003_c pending"]
    );
    insta::assert_snapshot!("changed", up(&changed));

    let missing = applied(&history, &["001_a", "0015_x", "002_b"]);
    assert_eq!(
        standings(&history, &missing, settings),
        [
            "001_a applied",
            "0015_x missing",
            "002_b applied",
            "003_c pending"
        ]
    );
    insta::assert_snapshot!("missing", up(&missing));

    let mut renamed = applied(&history, &["01_a"]);
    renamed.applied[0].checksum = Some(history.migrations[0].checksum.clone());
    let folder = fixture.folder().display().to_string();
    insta::assert_snapshot!("renamed", up(&renamed).replace(&folder, "…"));

    let out_of_order = applied(&history, &["003_c"]);
    assert_eq!(
        standings(&history, &out_of_order, settings),
        ["001_a out of order", "002_b out of order", "003_c applied"]
    );
    insta::assert_snapshot!("out_of_order", up(&out_of_order));
    let named = Choice::Only("002".to_owned());
    assert_eq!(
        planned(plan::up(&history, &out_of_order, &named, settings)),
        ["002_b"]
    );
    let allowed = Settings {
        out_of_order: true,
        ..settings.clone()
    };
    assert_eq!(
        planned(plan::up(&history, &out_of_order, &Choice::Default, &allowed)),
        ["001_a", "002_b"]
    );
}

#[test]
fn unknown_checksums_and_those_of_whole_files_are_as_applied() {
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", "CREATE TABLE a ();\r\n")]);
    let history = fixture.history();
    let mut recorded = applied(&history, &["001_a"]);
    // What `sha256sum` gives for the file, line ends and all, in capitals.
    let whole = fixture.rows(r"SELECT upper(encode(sha256('CREATE TABLE a ();\015\012'::bytea), 'hex'))");
    recorded.applied[0].checksum = whole.into_iter().next();
    assert_eq!(
        standings(&history, &recorded, &fixture.settings),
        ["001_a applied"]
    );
    recorded.applied[0].checksum = None;
    assert_eq!(
        standings(&history, &recorded, &fixture.settings),
        ["001_a applied"]
    );
}

#[test]
fn rows_of_the_original_are_found_by_their_version() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let mut recorded = applied(&history, &["001_a", "002_b"]);
    recorded.applied[0].slug = "a_20260101_101500".to_owned();
    recorded.applied[1].slug = "b_20260101_101500".to_owned();
    assert_eq!(
        planned(plan::up(&history, &recorded, &Choice::Default, &fixture.settings)),
        ["003_c"]
    );
    let back = Choice::Only("001".to_owned());
    assert_eq!(
        planned(plan::down(&history, &recorded, &back, &fixture.settings)),
        ["001_a"]
    );
}

#[test]
fn unfinished_migrations_come_first() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let settings = &fixture.settings;
    let mut recorded = applied(&history, &["001_a"]);
    recorded
        .unfinished
        .insert("003_c".to_owned(), begun(&history, "003_c", Way::Up, 1));
    assert_eq!(
        standings(&history, &recorded, settings),
        ["001_a applied", "002_b pending", "003_c unfinished"]
    );
    let up = |recorded: &Recorded, choice: Choice| plan::up(&history, recorded, &choice, settings);
    assert_eq!(planned(up(&recorded, Choice::Default)), ["003_c", "002_b"]);
    assert_eq!(planned(up(&recorded, Choice::Steps(1))), ["003_c"]);
    assert_eq!(planned(up(&recorded, Choice::Only("003".to_owned()))), ["003_c"]);
    insta::assert_snapshot!(
        "another_is_unfinished",
        refusal(up(&recorded, Choice::Only("002".to_owned())))
    );
    let down = plan::down(&history, &recorded, &Choice::Default, settings);
    insta::assert_snapshot!("half_applied", refusal(down));

    let unfinished = recorded.unfinished.get_mut("003_c").unwrap();
    unfinished.checksum = "0".repeat(64);
    unfinished.in_doubt = true;
    unfinished.error = Some("relation \"x\" does not exist".to_owned());
    insta::assert_snapshot!("unfinished_and_edited", refusal(up(&recorded, Choice::Default)));
    let unfinished = begun(&history, "004_d", Way::Up, 1);
    recorded.unfinished = [("004_d".to_owned(), unfinished)].into();
    insta::assert_snapshot!("unfinished_without_file", refusal(up(&recorded, Choice::Default)));
}

#[test]
fn half_reverted_migrations_are_finished_by_down() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let settings = &fixture.settings;
    let mut recorded = applied(&history, &["001_a", "003_c"]);
    recorded
        .unfinished
        .insert("001_a".to_owned(), begun(&history, "001_a", Way::Down, 1));
    let up = plan::up(&history, &recorded, &Choice::Default, settings);
    insta::assert_snapshot!("half_reverted", refusal(up));
    let down = |choice: Choice| plan::down(&history, &recorded, &choice, settings);
    assert_eq!(planned(down(Choice::Default)), ["001_a"]);
    assert_eq!(planned(down(Choice::Steps(2))), ["001_a", "003_c"]);
    assert_eq!(
        down(Choice::Only("003".to_owned())).unwrap_err().kind(),
        ErrorKind::Unfinished
    );
}

#[test]
fn what_failed_and_left_nothing_is_pending() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let mut recorded = applied(&history, &["001_a"]);
    let mut failed = begun(&history, "002_b", Way::Up, 0);
    failed.checksum = "another, since the file was mended".to_owned();
    recorded.failed.insert("002_b".to_owned(), failed);
    assert_eq!(
        standings(&history, &recorded, &fixture.settings),
        ["001_a applied", "002_b unfinished", "003_c pending"]
    );
    assert_eq!(
        planned(plan::up(&history, &recorded, &Choice::Default, &fixture.settings)),
        ["002_b", "003_c"]
    );
}

#[test]
fn down_goes_back_as_the_ledger_came() {
    let fixture = Fixture::new(&FILES);
    fixture.write("migrations/002_b.down.sql", "DROP TABLE b;");
    let history = fixture.history();
    // 002 was applied out of order, behind 003.
    let recorded = applied(&history, &["001_a", "003_c", "002_b"]);
    let down = |choice: Choice| planned(plan::down(&history, &recorded, &choice, &fixture.settings));
    assert_eq!(down(Choice::Default), ["002_b"]);
    assert_eq!(down(Choice::Steps(2)), ["002_b", "003_c"]);
    assert_eq!(down(Choice::All), ["002_b", "003_c", "001_a"]);
    assert_eq!(down(Choice::Target("001".to_owned())), ["002_b", "003_c"]);
    assert_eq!(down(Choice::Target("002".to_owned())), Vec::<String>::new());
    assert_eq!(down(Choice::Only("001_a".to_owned())), ["001_a"]);
}

#[test]
fn down_without_a_way_back_is_refused() {
    let fixture = Fixture::new(&FILES);
    let history = fixture.history();
    let settings = &fixture.settings;
    let down = |recorded: &Recorded| refusal(plan::down(&history, recorded, &Choice::Default, settings));
    insta::assert_snapshot!("no_down", down(&applied(&history, &["001_a", "002_b"])));
    insta::assert_snapshot!("down_without_file", down(&applied(&history, &["001_a", "004_d"])));
    let mut baseline = applied(&history, &["0_x"]);
    baseline.applied[0].slug = "baseline:alembic:0f3a".to_owned();
    insta::assert_snapshot!("down_of_a_baseline", down(&baseline));
    let up = plan::up(&history, &baseline, &Choice::Default, settings);
    assert_eq!(
        planned(up),
        ["001_a", "002_b", "003_c"],
        "a baseline is never missing"
    );
}

#[test]
fn each_layout_is_told_what_its_way_back_would_be() {
    let layouts: [&[(&str, &str)]; 5] = [
        &[("migrations/2020-01-01-000000_a/up.sql", "SELECT 1;")],
        &[("db/migrations/1_a.sql", "-- migrate:up\nSELECT 1;")],
        &[("migrations/1_a.sql", "-- +goose Up\nSELECT 1;")],
        &[("db/migration/V1_2__a.sql", "SELECT 1;")],
        &[("prisma/migrations/20200101000000_a/migration.sql", "SELECT 1;")],
    ];
    let mut told = Vec::new();
    for files in layouts {
        let fixture = Fixture::new(files);
        let history = fixture.history();
        let migration = &history.migrations[0];
        let mut recorded = applied(&history, &["1_a"]);
        recorded.applied[0].version = migration.version.clone();
        let error = plan::down(&history, &recorded, &Choice::Default, &fixture.settings).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoDown);
        told.push(format!("{}: {}", migration.up.script.layout, error.advice()[0]));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn repeatable_migrations_come_last_and_again() {
    let fixture = Fixture::new(&[
        ("db/migration/V1__a.sql", "CREATE TABLE a ();"),
        ("db/migration/V1_10__c.sql", "CREATE TABLE c ();"),
        ("db/migration/V1_2__b.sql", "CREATE TABLE b ();"),
        (
            "db/migration/R__view.sql",
            "CREATE OR REPLACE VIEW v AS SELECT 1;",
        ),
    ]);
    let history = fixture.history();
    let slugs: Vec<&str> = history.migrations.iter().map(|m| m.slug.as_str()).collect();
    let versions: Vec<&str> = history.migrations.iter().map(|m| m.version.as_str()).collect();
    let up = plan::up(
        &history,
        &Recorded::default(),
        &Choice::Default,
        &fixture.settings,
    );
    assert_eq!(planned(up), slugs);
    assert!(history.migrations[3].repeatable);
    assert!(
        version::is_same(versions[1], "1.2") && version::is_same(versions[2], "1.10"),
        "{versions:?}"
    );

    let mut recorded = applied(&history, &slugs);
    for (row, migration) in recorded.applied.iter_mut().zip(&history.migrations) {
        row.version.clone_from(&migration.version);
    }
    let up = |recorded: &Recorded| planned(plan::up(&history, recorded, &Choice::Default, &fixture.settings));
    assert_eq!(up(&recorded), Vec::<String>::new());
    recorded.applied[3].checksum = Some("0".repeat(64));
    assert_eq!(up(&recorded), [slugs[3]]);
    let down = plan::down(
        &history,
        &recorded,
        &Choice::Only(slugs[3].to_owned()),
        &fixture.settings,
    );
    assert_eq!(down.unwrap_err().kind(), ErrorKind::NoDown);
    fixture.write("db/migration/U1_10__c.sql", "DROP TABLE c;");
    let history = fixture.history();
    let down = plan::down(&history, &recorded, &Choice::Default, &fixture.settings).unwrap();
    assert_eq!(
        down.skipped,
        [(
            slugs[3].to_owned(),
            "repeatable migrations are not reverted".to_owned()
        )]
    );
    assert_eq!(down.migrations[0].slug, slugs[2]);
}

#[test]
fn other_environments_are_left_out() {
    let fixture = Fixture::new(&[
        ("confiture.yaml", "{}"),
        (
            "confiture-migrations/001_a.yaml",
            "version: '001'\nname: a\napplies_to: [staging, production]\nddl: |\n  CREATE TABLE a ();\n",
        ),
        (
            "confiture-migrations/002_b.yaml",
            "version: '002'\nname: b\nddl: |\n  CREATE TABLE b ();\n",
        ),
    ]);
    let history = fixture.history();
    let local = Settings {
        environment: Some("local".to_owned()),
        ..fixture.settings.clone()
    };
    let none = Recorded::default();
    assert_eq!(
        standings(&history, &none, &local),
        ["001_a elsewhere", "002_b pending"]
    );
    let plan = plan::up(&history, &none, &Choice::Default, &local).unwrap();
    assert_eq!(
        plan.skipped,
        [(
            "001_a".to_owned(),
            "it is for staging, production, and this is local".to_owned()
        )]
    );
    assert_eq!(plan.migrations.len(), 1);
}

fn versions() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,4}(\\.[0-9]{1,3}){0,3}",
        "[0-9]{8}_[0-9]{6}",
        "[0-9]{14}",
        "[0-9]{0,3}[a-z]{0,2}[._-]{0,2}[0-9]{0,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn versions_have_one_order(mut versions in prop::collection::vec(versions(), 3)) {
        versions.sort_by(|a, b| version::compare(a, b));
        let (a, b, c) = (&versions[0], &versions[1], &versions[2]);
        prop_assert!(version::compare(a, b).is_le() && version::compare(b, c).is_le() && version::compare(a, c).is_le());
        prop_assert_eq!(version::compare(a, b), version::compare(b, a).reverse());
        prop_assert!(version::is_same(a, a));
    }

    #[test]
    fn numbers_compare_as_numbers(a in prop::collection::vec(0_u64..200, 3), b in prop::collection::vec(0_u64..200, 3), zeros in 0_usize..4) {
        let text = |parts: &[u64], width: usize| parts.iter().map(|p| format!("{p:0width$}")).collect::<Vec<_>>().join(".");
        prop_assert_eq!(version::compare(&text(&a, zeros), &text(&b, 0)), a.cmp(&b));
        let longer = format!("{}.0", text(&a, 1));
        prop_assert!(version::is_same(&text(&a, zeros), &longer));
    }
}
