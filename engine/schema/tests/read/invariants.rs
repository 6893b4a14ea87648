//! What holds for every statement: names stand where they are said to, and nothing panics.

use confiture_schema::change::Change;
use confiture_schema::expr::Expr;
use confiture_schema::read::changes;
use confiture_syntax::{Name, Syntax};
use proptest::prelude::*;

use crate::debug::Value;

/// Every name's range holds a text that folds to the name, inside the statement.
fn check_ranges(statement: &str) {
    let read = changes(&Syntax::parse(statement));
    let value = Value::of(&read);
    for part in value.all() {
        let Some((start, end)) = part.range() else {
            continue;
        };
        let text = statement
            .get(start..end)
            .unwrap_or_else(|| panic!("{start}..{end} of {statement}"));
        if let Value::Struct(kind, _) = part
            && matches!(kind.as_str(), "Ident")
        {
            let name = part.field("name").unwrap().text();
            assert_eq!(Name::fold(text).as_str(), name, "in {statement}");
        }
    }
}

const SEEDS: &str = include_str!("families.rs");

/// The statements of the families, as written there.
fn seeds() -> Vec<String> {
    let inside = SEEDS
        .lines()
        .filter(|l| l.starts_with("    ") && l.trim().starts_with(|c: char| c.is_ascii_uppercase()));
    inside
        .map(|l| l.trim().replace("\\\"", "\"").replace("\\\\", "\\"))
        .collect()
}

#[test]
fn names_stand_where_they_are_said_to() {
    for statement in seeds() {
        check_ranges(&statement);
    }
}

#[test]
fn every_family_is_modelled() {
    for statement in seeds() {
        let syntax = Syntax::parse(&statement);
        if syntax.errors().is_empty() {
            let read = format!("{:?}", changes(&syntax));
            assert!(!read.contains("not modelled"), "{statement}");
        }
    }
}

#[test]
fn deep_and_long_statements_are_read_without_recursion() {
    let rows: Vec<String> = (0..10_000).map(|i| format!("({i}, 'x{i}', now())")).collect();
    let long = changes(&Syntax::parse(&format!(
        "INSERT INTO t VALUES {}",
        rows.join(", ")
    )));
    assert_eq!(long.len(), 1);
    let deep = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(changes(&Syntax::parse(&deep)).len(), 1);
    let ands = format!(
        "ALTER TABLE t ADD CHECK ({})",
        vec!["a IS NOT NULL"; 5_000].join(" AND ")
    );
    assert_eq!(changes(&Syntax::parse(&ands)).len(), 1);
    let unions = format!("CREATE VIEW v AS {}", vec!["SELECT 1"; 5_000].join(" UNION ALL "));
    assert_eq!(changes(&Syntax::parse(&unions)).len(), 1);
    let joins = format!(
        "CREATE VIEW v AS SELECT * FROM t{}",
        " JOIN u USING (id)".repeat(3_000)
    );
    assert_eq!(changes(&Syntax::parse(&joins)).len(), 1);
    let subqueries = format!(
        "CREATE VIEW v AS {}SELECT 1{}",
        "SELECT * FROM (".repeat(2_000),
        ") x".repeat(2_000)
    );
    assert_eq!(changes(&Syntax::parse(&subqueries)).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_statements_never_panic(
        seed in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        length in 0_usize..30,
        insert in prop::sample::select(vec!["", "(", ")", "'", ",", " NOT ", "\"é\"", "$$", ".", " SELECT ", " x ", "1"]),
    ) {
        let seeds = seeds();
        let statement = seed.get(&seeds);
        let chars: Vec<char> = statement.chars().collect();
        let at = cut.index(chars.len());
        let end = (at + length).min(chars.len());
        let mut mutated: String = chars[..at].iter().collect();
        mutated.push_str(insert);
        mutated.extend(&chars[end..]);
        check_ranges(&mutated);
        let spliced: String = chars[..at].iter().collect::<String>() + other.get(&seeds).as_str();
        check_ranges(&spliced);
    }
}

#[test]
fn an_introspected_expression_has_the_facts_of_a_written_one() {
    let expr = Expr::parse("((lower(name) = 'x'::text) AND (deleted_at IS NOT NULL))");
    let facts = &expr.facts;
    assert_eq!(facts.columns, [Name::new("name"), Name::new("deleted_at")]);
    assert_eq!(facts.proves_not_null, [Name::new("deleted_at")]);
    assert_eq!(facts.functions[0].name, Name::new("lower"));
    assert!(!facts.incomplete && expr.range.is_empty());
    assert_eq!(Expr::parse("id").facts.bare_column, Some(Name::new("id")));
    assert!(Expr::parse("'a'::character varying").facts.constant);
    for broken in ["", "a +", "1) FROM (t", "a), (b"] {
        assert!(Expr::parse(broken).facts.incomplete, "{broken}");
    }
}

#[test]
fn with_queries_are_in_scope_where_postgresql_sees_them() {
    let reads = |sql: &str| match changes(&Syntax::parse(sql)).as_slice() {
        [Change::Query(query)] => query.reads.iter().map(|r| r.name.to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reads("WITH a AS (SELECT * FROM a) SELECT * FROM a"), ["a"]);
    assert!(reads("WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a").is_empty());
    assert_eq!(
        reads("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) q, a"),
        ["a"]
    );
    assert_eq!(
        reads("WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a, b"),
        ["b"]
    );
    assert_eq!(reads("WITH a AS (SELECT 1) SELECT * FROM s.a, a"), ["a"]);
}
