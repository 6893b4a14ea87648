use super::*;
use proptest::prelude::*;

/// Each piece with a letter for its kind, and `…` where it isn't terminated.
fn pieces(text: &str) -> Vec<String> {
    let show = |piece: &Piece| {
        let kind = match piece.kind {
            PieceKind::Sql => "",
            PieceKind::MetaCommand => "meta: ",
            PieceKind::CopyData => "data: ",
        };
        let open = if piece.terminated { "" } else { " …" };
        format!("{kind}{}{open}", piece.range.slice(text))
    };
    split(text).iter().map(show).collect()
}

#[test]
fn semicolons_end_statements_outside_quotes_comments_and_parentheses() {
    assert_eq!(
        pieces(
            "SELECT ';', E'\\';', $$;$$, $a$;$$;$a$, \";\", (1;2) /* ; /* ; */ ; */ -- ;\n; ;; -- end\nSELECT 2"
        ),
        [
            "SELECT ';', E'\\';', $$;$$, $a$;$$;$a$, \";\", (1;2) /* ; /* ; */ ; */ -- ;\n;",
            "SELECT 2 …"
        ]
    );
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_whitespace() {
    assert_eq!(
        pieces("\u{feff}SELECT 1;\r\n-- x\r\nSELECT 2;\r\n"),
        ["SELECT 1;", "SELECT 2;"]
    );
}

#[test]
fn bodies_of_standard_functions_are_one_statement() {
    let function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 END;\n SELECT 2;\nEND;";
    assert_eq!(
        pieces(&format!("{function} BEGIN; END;")),
        [function, "BEGIN;", "END;"]
    );
}

#[test]
fn rules_keep_the_semicolons_in_their_parentheses() {
    let rule = "CREATE RULE r AS ON UPDATE TO t DO (UPDATE a SET b = 1; DELETE FROM c);";
    assert_eq!(pieces(&format!("{rule} SELECT 1;")), [rule, "SELECT 1;"]);
}

#[test]
fn schema_elements_belong_to_the_schema() {
    let schema = "CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1;";
    assert_eq!(pieces(schema), [schema]);
}

#[test]
fn commands_of_psql_are_pieces_of_their_own() {
    assert_eq!(
        pieces(
            "\\set x 'a;b' \\echo hi \\\\ SELECT 1;\n\\i 'a b.sql'\n\\! ls ; \\x\n\\if true\nSELECT 2;\n\\endif"
        ),
        [
            "meta: \\set x 'a;b'",
            "meta: \\echo hi",
            "SELECT 1;",
            "meta: \\i 'a b.sql'",
            "meta: \\! ls ; \\x",
            "meta: \\if true",
            "SELECT 2;",
            "meta: \\endif",
        ]
    );
}

#[test]
fn some_commands_send_the_statement_before_them() {
    assert_eq!(
        pieces(
            "SELECT 1 \\gexec\nSELECT 2 \\bind 1 \\g (format=csv) out.txt\nSELECT 3 \\r\nSELECT 4\\; SELECT 5;"
        ),
        [
            "SELECT 1",
            "meta: \\gexec",
            "SELECT 2",
            "meta: \\bind 1",
            "meta: \\g (format=csv) out.txt",
            "SELECT 3 …",
            "meta: \\r",
            "SELECT 4\\; SELECT 5;",
        ]
    );
}

#[test]
fn other_commands_interrupt_a_statement_without_ending_it() {
    assert_eq!(pieces("SELECT 1,\n\\echo hi\n2;"), ["SELECT 1,\n\\echo hi\n2;"]);
}

#[test]
fn copied_data_ends_at_its_marker() {
    assert_eq!(
        pieces(
            "COPY t (a) FROM Stdin WITH (FORMAT csv);\n1;'\n\\.\nSELECT 1;\n\\copy t from stdin\n2\n\\.\r\nSELECT 2;"
        ),
        [
            "COPY t (a) FROM Stdin WITH (FORMAT csv);",
            "data: 1;'\n\\.",
            "SELECT 1;",
            "meta: \\copy t from stdin",
            "data: 2\n\\.",
            "SELECT 2;",
        ]
    );
    assert_eq!(
        pieces("COPY t FROM stdin;\n1\n"),
        ["COPY t FROM stdin;", "data: 1\n …"]
    );
}

#[test]
fn what_only_looks_like_copied_data_is_sql() {
    for text in [
        "COPY t FROM 'stdin';\nSELECT 1;",
        "SELECT copy FROM stdin;\nSELECT 1;",
        "COPY t TO stdout;\nSELECT 1;",
        "COPY (SELECT 1 FROM stdin) TO 'x';\nSELECT 1;",
    ] {
        assert_eq!(
            pieces(text).last().map(String::as_str),
            Some("SELECT 1;"),
            "{text}"
        );
        assert_eq!(pieces(text).len(), 2, "{text}");
    }
}

#[test]
fn an_unclosed_parenthesis_is_cut_where_the_next_statement_begins() {
    assert_eq!(
        pieces("CREATE TABLE a (b int;\n\n-- next\nCREATE TABLE c (d int);\nSELECT 1;"),
        ["CREATE TABLE a (b int;", "CREATE TABLE c (d int);", "SELECT 1;"]
    );
}

#[test]
fn an_unclosed_quote_or_comment_is_cut_there_too() {
    for open in [
        "SELECT 'a;",
        "SELECT \"a;",
        "SELECT $x$ a;",
        "SELECT 1 /* a;",
        "SELECT ('a, 'b';",
    ] {
        let text = format!("{open}\nSELECT 2;\nCREATE TABLE c (d int DEFAULT 1);\n");
        assert_eq!(
            pieces(&text),
            [open, "SELECT 2;", "CREATE TABLE c (d int DEFAULT 1);"],
            "{open}"
        );
    }
}

#[test]
fn a_body_without_its_end_is_cut_at_the_next_definition() {
    let body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\nSELECT 1;\nSELECT 2;";
    assert_eq!(
        pieces(&format!("{body}\nCREATE TABLE t (a int);\n")),
        [body, "CREATE TABLE t (a int);"]
    );
}

#[test]
fn many_unclosed_statements_stay_findings_of_their_own() {
    let text = "SELECT ('a;\n".repeat(2001);
    assert!(split(&text).len() >= 1000);
}

proptest! {
    #[test]
    fn pieces_cover_the_text_in_order(text in "([\\\\;'\"$(/*)a-c\n -]|COPY t FROM stdin;\n|CREATE FUNCTION |BEGIN |\\\\\\.\n|\\PC){0,60}") {
        let mut at = 0;
        for piece in split(&text) {
            prop_assert!(piece.range.start >= at && piece.range.end > piece.range.start);
            prop_assert!(text.is_char_boundary(piece.range.start as usize) && text.is_char_boundary(piece.range.end as usize));
            let between = &text[at as usize..piece.range.start as usize];
            let only_trivia = Lexer::new(between, Dialect::Psql).all(|token| {
                token.kind.is_trivia() || matches!(token.kind, TokenKind::Semicolon | TokenKind::Backslash) || between.contains('\u{feff}')
            });
            prop_assert!(only_trivia, "{between:?} in {text:?}");
            at = piece.range.end;
        }
    }
}
