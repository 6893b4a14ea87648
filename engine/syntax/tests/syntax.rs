//! Trees, errors and positions of single statements, through the public interface.

use confiture_syntax::{Name, Node, Syntax, SyntaxErrorKind, TextRange, kind, lexer::Dialect};
use std::fmt::Write;

fn statement(syntax: &Syntax) -> Node<'_> {
    syntax
        .statement()
        .unwrap_or_else(|| panic!("{:?}", syntax.errors()))
}

/// Each broken statement with a caret under what is named.
fn pictures(statements: &[&str]) -> String {
    let mut out = String::new();
    for text in statements {
        let syntax = Syntax::parse(text);
        let [error] = syntax.errors() else {
            panic!("{text}: {:?}", syntax.errors())
        };
        let before = text[..error.range.start as usize].chars().count();
        let carets = "^".repeat(error.range.slice(text).chars().count().max(1));
        writeln!(
            out,
            "{text}\n{}{carets}\n{:?}: {}\n",
            " ".repeat(before),
            error.kind,
            error.message
        )
        .expect("a string");
    }
    out
}

#[test]
fn errors_are_where_postgresql_has_them() {
    insta::assert_snapshot!(pictures(&[
        "CREATE TABEL t (a int);",
        "CREATE TABLE t (a int,);",
        "CREATE TABLE t (a int",
        "CREATE TABLE t (a int;",
        "CREATE TABLE select (a int);",
        "SELECT a, FROM t;",
        "SELECT * FROM t WHERE = 1;",
        "SELECT * FROM t WHERE a = = 1;",
        "ALTER TABLE t ADD COLUMN b timestamp with zone;",
        "ALTER TABLE t ADD COLUMN b int NOT NIL;",
        "SELECT 'a' NOT b;",
        "INSERT INTO t VALUES (1, 2;",
        "SELECT 'abc;",
        "SELECT \"abc;",
        "SELECT $x$ abc;",
        "SELECT 1 /* abc;",
        "SELECT \"\";",
        "SELECT 12ab;",
        "SELECT größe größe größe;",
        "SELECT :a :b :c FROM FROM;",
        ")",
    ]));
}

#[test]
fn trees_of_broken_statements_keep_what_is_whole() {
    let syntax = Syntax::parse("CREATE TABLE t (a int, b text NOT NUL);");
    assert!(syntax.statement().is_none());
    insta::assert_snapshot!(syntax.root().to_sexp());
}

#[test]
fn what_postgresql_accepts_is_no_error() {
    for text in [
        "SELECT 'a'\n 'b', U&'d\\0061' , U&\"x!0061\" UESCAPE '!', N'x', B'01', 0xFF, 1_000, 1., .5, E'\\n\\\n'",
        "SELECT a=-1, b != - 2, c<>all(d), e = ANY (SELECT 1), f = NOT g, h = ~ i",
        "SELECT /* a /* b */ c */ größe, $tög$ a $tög$, \u{65e5}\u{672c} FROM \"x\"",
        "SELECT a LIKE 'b' ESCAPE '!' AND c",
        "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1)",
        "SELECT * FROM ROWS FROM (f(1), g(2)) WITH ORDINALITY",
        "CREATE TABLE t (a int GENERATED ALWAYS AS (b) VIRTUAL, CONSTRAINT c CHECK (a > 0) NOT ENFORCED)",
        "SELECT x[1:2], x[:n], :a, :'b', :\"c\".d, ARRAY[:e] FROM :f LIMIT :n",
        "ALTER TABLE :schema.t SET (fillfactor=:n)",
        "ALTER TABLE @extschema@.t ADD b int",
        "SELECT 1\\; SELECT \\echo hi\n 2",
        "BEGIN",
        "",
        "-- nothing",
    ] {
        let syntax = Syntax::parse(text);
        assert_eq!(syntax.errors(), [], "{text}");
        assert_eq!(syntax.text(), text);
    }
}

#[test]
fn positions_and_texts_are_the_sources() {
    let text = "ALTER TABLE Größe.\"T\" ADD b int DEFAULT U&'\\0061' CHECK (b=-1 AND b = ANY (c));";
    let syntax = Syntax::parse(text);
    let alter = statement(&syntax);
    let name = alter
        .child(kind::relation_expr)
        .and_then(Node::qualified)
        .expect("a name");
    assert_eq!(name.schema(), Some(&Name::new("größe")));
    assert_eq!(name.name(), "T");
    assert_eq!(name.range.slice(text), "Größe.\"T\"");
    let default = alter.find(kind::Sconst).expect("a constant");
    assert_eq!(
        (default.text(), default.string_value().as_deref()),
        ("U&'\\0061'", Some("a"))
    );
    let check = alter.find_all(kind::a_expr).next().expect("an expression");
    assert_eq!(check.text(), "b=-1 AND b = ANY (c)");
    let broken = Syntax::parse("SELECT a=-1, b=-2, c FROM FROM");
    assert_eq!(broken.errors()[0].range, TextRange::new(26, 30));
}

#[test]
fn lists_are_flat() {
    let syntax = Syntax::parse(
        "CREATE TABLE t (a int NOT NULL DEFAULT 1 UNIQUE, b int, /* x */ c text, CHECK (a > 1))",
    );
    let create = statement(&syntax);
    let elements = create
        .child(kind::OptTableElementList)
        .expect("elements")
        .list(kind::TableElement);
    let texts: Vec<_> = elements.iter().map(|element| element.text()).collect();
    assert_eq!(
        texts,
        [
            "a int NOT NULL DEFAULT 1 UNIQUE",
            "b int",
            "c text",
            "CHECK (a > 1)"
        ]
    );
    let constraints = elements[0]
        .find(kind::ColQualList)
        .expect("constraints")
        .list(kind::ColConstraint);
    assert_eq!(constraints.len(), 3);
    let syntax = Syntax::parse("DROP TABLE a.b, c, d");
    let list = statement(&syntax).child(kind::any_name_list).expect("names");
    let names: Vec<_> = list
        .list(kind::any_name)
        .into_iter()
        .filter_map(Node::qualified)
        .map(|name| name.name().to_string())
        .collect();
    assert_eq!(names, ["b", "c", "d"]);
}

#[test]
fn names_are_folded_and_constants_read() {
    let syntax = Syntax::parse("CREATE FUNCTION S.F(X int) RETURNS int LANGUAGE 'PlPgSql' AS 'x'");
    let function = statement(&syntax);
    let name = function
        .child(kind::func_name)
        .and_then(Node::qualified)
        .expect("a name");
    assert_eq!(
        (name.schema().map(Name::as_str), name.name().as_str()),
        (Some("s"), "f")
    );
    let language = function
        .find(kind::NonReservedWord_or_Sconst)
        .and_then(Node::name);
    assert_eq!(language, Some(Name::new("PlPgSql")));
    assert_eq!(function.name(), None);
}

#[test]
fn walking_takes_no_stack() {
    let deep = 10_000;
    let texts = [
        format!("SELECT {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!(
            "SELECT {}1{}",
            "CASE WHEN a THEN ".repeat(deep),
            " END".repeat(deep)
        ),
        format!("SELECT 1{}", "+1".repeat(deep)),
        format!("INSERT INTO t VALUES (1){}", ", (1)".repeat(deep)),
        format!("SELECT {}", "(".repeat(deep)),
    ];
    let walk = move || {
        for text in texts {
            let syntax = Syntax::parse(&text);
            let nodes = syntax.root().descendants().count();
            assert!(nodes > deep, "{nodes}");
            assert!(syntax.root().to_sexp().len() > deep);
            syntax
                .root()
                .find(kind::values_clause)
                .map(|values| values.list(kind::values_clause).len());
            assert_eq!(syntax.bodies().len(), 0);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(walk)
        .expect("a thread");
    thread.join().expect("no overflow");
}

#[test]
fn what_is_too_long_is_not_understood() {
    let text = format!("SELECT '{}'", "x".repeat(confiture_syntax::MAX_STATEMENT_BYTES));
    let syntax = Syntax::parse(&text);
    assert_eq!(syntax.errors()[0].kind, SyntaxErrorKind::NotUnderstood);
    assert!(syntax.statement().is_none());
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "([\\\\;'\":$(/*)a-c\n =-]|SELECT |CREATE |FUNCTION |AS |\\PC){0,40}") {
        for dialect in [Dialect::Psql, Dialect::Server] {
            let syntax = Syntax::parse_as(&text, dialect);
            proptest::prop_assert_eq!(syntax.text(), &text);
            for error in syntax.errors() {
                proptest::prop_assert!(error.range.end as usize <= text.len());
                proptest::prop_assert!(text.is_char_boundary(error.range.start as usize) && text.is_char_boundary(error.range.end as usize));
            }
            for node in syntax.root().descendants() {
                proptest::prop_assert!(node.range().end as usize <= text.len());
            }
            syntax.bodies();
        }
    }
}

#[test]
fn trees_can_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Syntax>();
    is_shareable::<confiture_syntax::Pieces>();
    is_shareable::<Name>();
}
