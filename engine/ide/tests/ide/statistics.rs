//! How large tables are, and how long work on them takes.

use std::path::Path;

use confiture_ide::statistics::{Size, Statistics, Work, diagnostics, is_statistics, statistics_schema};
use proptest::prelude::*;

const WHOLE: &str = r#"{
  "$schema": "https://example.org/confiture-statistics.json",
  "taken_at": "2026-11-20T08:00:00Z",
  "server_version": 16,
  "speed": {"scan_bytes_per_second": 400000000.0},
  "tables": {
    "public.orders": {
      "rows": 12000000, "bytes": 8400000000,
      "indexes": {"orders_pkey": 270000000},
      "writes_per_second": 320.5, "dead_rows": 1000, "analyzed_at": "2026-11-20T03:12:00Z"
    }
  }
}"#;

#[test]
fn a_file_is_read_and_written_alike() {
    let read = Statistics::parse(WHOLE).expect("statistics");
    let again: serde_json::Value = serde_json::to_value(&read).expect("JSON");
    assert_eq!(
        again,
        serde_json::from_str::<serde_json::Value>(WHOLE).expect("JSON")
    );
    assert_eq!(
        Statistics::parse("{}").expect("statistics"),
        Statistics::default()
    );
    assert!(Statistics::parse(&format!("\u{feff}{WHOLE}")).is_ok());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = [
        "",
        "{\"tables\": {\"é\": {\"row\": 1}}}",
        "{\n  \"tabels\": {}\n}",
        "{\"tables\": {\"t\": {\"rows\": -1, \"bytes\": 2}}}",
        "{\"tables\": {\"t\": {\"rows\": 1}}}",
        "{\"speed\": {\"scan_bytes_per_second\": 0}}",
        "{\"tables\": {\"t\": {\"rows\": 1, \"bytes\": 2, \"writes_per_second\": -1}}}",
        "{\"tables\": }",
        "[]",
        "{} {}",
    ];
    let said = wrong.map(|text| {
        let error = Statistics::parse(text).expect_err("no statistics");
        let about = text.get(error.range.clone()).expect("a range of characters");
        format!("{text:?}\n  {error}\n  at {about:?}")
    });
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn an_editor_shows_what_is_wrong() {
    assert!(is_statistics(Path::new("/x/confiture-statistics.json")));
    assert!(!is_statistics(Path::new("/x/statistics.json")));
    assert!(diagnostics(WHOLE).is_empty());
    let found = diagnostics("{\"tabels\": {}}");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].range, 1..9);
    assert_eq!(
        found[0].message,
        "there is no key `tabels`: `tables` is meant, perhaps"
    );
}

#[test]
fn the_schema_knows_every_key() {
    let schema = statistics_schema().to_string();
    for key in [
        "taken_at",
        "server_version",
        "scan_bytes_per_second",
        "rows",
        "writes_per_second",
        "$schema",
    ] {
        assert!(schema.contains(&format!("\"{key}\"")), "{key}");
    }
}

const WORKS: [Work; 6] = [
    Work::Scan,
    Work::IndexBuild(1),
    Work::IndexBuild(3),
    Work::ConcurrentIndexBuild(1),
    Work::Rewrite,
    Work::Write,
];

#[test]
fn estimates_are_ranges_that_people_read() {
    let mut lines = Vec::new();
    let measured = Statistics::parse(
        "{\"speed\": {\"scan_bytes_per_second\": 500e6, \"rewrite_bytes_per_second\": 150e6, \"index_rows_per_second\": 1e6, \"check_rows_per_second\": 5e6, \"write_rows_per_second\": 1e5}}",
    )
    .expect("statistics");
    for (rows, bytes) in [
        (0, 0),
        (1_000, 80_000),
        (1_000_000, 100_000_000),
        (12_000_000, 8_400_000_000),
        (3_000_000_000, 900_000_000_000),
    ] {
        let size = Size {
            rows,
            bytes,
            indexes: 3,
            ..Size::default()
        };
        lines.push(size.in_words());
        for work in WORKS {
            let assumed = Statistics::default().estimate(work, &size);
            lines.push(format!(
                "  {work:?}: {assumed}; measured: {}",
                measured.estimate(work, &size)
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

proptest! {
    #[test]
    fn more_never_takes_less(
        rows in 0u64..10_000_000_000, more_rows in 0u64..10_000_000_000,
        bytes in 0u64..10_000_000_000_000, more_bytes in 0u64..10_000_000_000_000,
        indexes in 0u64..9, work in 0usize..WORKS.len(), speed in proptest::option::of(1e3..1e12f64),
    ) {
        let mut statistics = Statistics::default();
        statistics.speed.rewrite_bytes_per_second = speed;
        statistics.speed.index_rows_per_second = speed;
        let small = Size { rows, bytes, indexes, ..Size::default() };
        let large = Size { rows: rows + more_rows, bytes: bytes + more_bytes, indexes: indexes + 1, ..Size::default() };
        let (small, large) = (statistics.estimate(WORKS[work], &small), statistics.estimate(WORKS[work], &large));
        prop_assert!(small.low <= small.high && large.low <= large.high);
        prop_assert!(small.low <= large.low && small.high <= large.high);
    }

    #[test]
    fn no_text_brings_the_reader_down(text in "[{}\":,a-zé0-9\\n ]{0,60}") {
        if let Err(error) = Statistics::parse(&text) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{error:?}");
        }
    }

    #[test]
    fn no_change_of_a_file_brings_the_reader_down(cut in 0usize..WHOLE.len(), put in "[\"{}é:,x]{0,3}") {
        let cut = WHOLE.floor_char_boundary(cut);
        let text = format!("{}{put}{}", &WHOLE[..cut], &WHOLE[WHOLE.ceil_char_boundary(cut + 1)..]);
        if let Err(error) = Statistics::parse(&text) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{error:?}");
        }
    }
}
