use super::*;
use proptest::prelude::*;

/// Everything that tells two documents apart.
fn picture(document: &Document) -> Vec<String> {
    let statement = |(statement, end): (&Statement, &PieceEnd)| {
        let Statement {
            range,
            kind,
            terminated,
            syntax,
        } = statement;
        format!(
            "{range:?} {kind:?} {terminated} {end:?} {} {:?} {}",
            syntax.text(),
            syntax.errors(),
            syntax.root().to_sexp()
        )
    };
    document
        .statements
        .iter()
        .zip(&document.ends)
        .map(statement)
        .collect()
}

const SAMPLES: &[&str] = &[
    "",
    "SELECT 1;\nSELECT 2;\n",
    "\u{feff}SELECT 1; -- é\nCREATE TABLE a (b int, c text DEFAULT 'x;y');\nSELECT 2",
    "COPY t FROM stdin;\n1\t2\n\\.\nSELECT 1;\nCOPY t FROM stdin;\n3\n",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\nSELECT 1;\n",
    "DO $x$ BEGIN PERFORM 1; END $x$;\n/* a /* b */ c */ SELECT $$;$$;\n\\set a 'b'\nSELECT :a \\gexec\nSELECT 1;\n",
    "CREATE TABLE a (b int;\nCREATE TABLE c (d int);\nSELECT 'é;\nSELECT 1;\nINSERT INTO t VALUES (1);\nDROP TABLE q;\n",
    "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);\nSELECT E'a\\'b;' , U&\"x\" , 'a'\n'b';\n",
    "SELECT a=-1, b<>all(c);\r\nSELECT \\echo hi\n 1;\\copy t from stdin\n1\n\\.\nSELECT 1\\; SELECT 2;\n",
];

const INSERTIONS: &[&str] = &[
    "'",
    "\"",
    "$$",
    "$x$",
    "/*",
    "*/",
    "--",
    "\n",
    ";",
    ";\n",
    "(",
    ")",
    "\\",
    "\\.",
    "\\.\n",
    "\\g\n",
    "é",
    "𝄞",
    "\u{feff}",
    " ",
    "BEGIN ",
    "END",
    "CREATE ",
    "SELECT 1;\n",
    "COPY t FROM stdin;\n",
    "E'",
    ":a",
    "x",
    "\r\n",
    "\0",
    "\\;",
    ",",
    "1",
    "=",
    "-",
    "ATOMIC ",
    "FUNCTION ",
    "ANY (",
];

fn edits() -> impl Strategy<Value = Vec<(u32, u32, usize)>> {
    prop::collection::vec(
        (
            0..400u32,
            prop_oneof![Just(0u32), Just(1), 0..40u32],
            0..INSERTIONS.len() + 1,
        ),
        1..12,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_document_equals_a_new_one(sample in 0..SAMPLES.len(), edits in edits()) {
        let mut document = Document::new(SAMPLES[sample]);
        for (start, length, insertion) in edits {
            let inserted = INSERTIONS.get(insertion).copied().unwrap_or("");
            let end = clamp(document.text().len_bytes());
            let start = if end == 0 { 0 } else { start % (end + 3) };
            document.edit(TextRange::new(start, start + length), inserted);
            let fresh = Document::new(&document.to_string());
            prop_assert_eq!(picture(&document), picture(&fresh), "{:?}", document.to_string());
        }
    }

    #[test]
    fn any_text_can_be_edited_anywhere(text in "\\PC{0,80}", other in "\\PC{0,20}", start in 0..200u32, end in 0..200u32) {
        let mut document = Document::new(&text);
        document.edit(TextRange { start, end }, &other);
        prop_assert_eq!(picture(&document), picture(&Document::new(&document.to_string())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_long_statement_that_is_edited_equals_a_new_one(at in 0..9000u32, length in 0..30u32, insertion in 0..INSERTIONS.len()) {
        let rows: String = (0..400).map(|row| format!("({row}, 'row {row}', now() + {row}),\n")).collect();
        let mut document = Document::new(&format!("SELECT 0;\nINSERT INTO t (a, b, c) VALUES {rows} (0, '', NULL);\nSELECT 1;\n"));
        for (at, insertion) in [(at, INSERTIONS[insertion]), (at + 9, "7"), (at, "")] {
            document.edit(TextRange::new(at, at + length), insertion);
            prop_assert_eq!(picture(&document), picture(&Document::new(&document.to_string())));
        }
    }
}

#[test]
fn only_statements_with_new_text_are_parsed() {
    let mut document = Document::new("SELECT 1;\nSELECT 2;\nSELECT 3;\n");
    let summary = document.edit(TextRange::new(17, 18), "22");
    assert_eq!(
        summary,
        EditSummary {
            changed: 1..2,
            removed: 1,
            reparsed: vec![1]
        }
    );
    let undone = document.edit(TextRange::new(17, 19), "2");
    assert_eq!(
        undone,
        EditSummary {
            changed: 1..2,
            removed: 1,
            reparsed: vec![]
        }
    );
}

#[test]
fn an_edit_far_from_the_end_reads_only_its_neighbourhood() {
    let text: String = (0..2000)
        .map(|number| format!("SELECT {number} FROM a_table;\n"))
        .collect();
    let mut document = Document::new(&text);
    let summary = document.edit(TextRange::new(3000, 3000), " ");
    assert!(summary.changed.len() <= 2, "{summary:?}");
    assert_eq!(picture(&document), picture(&Document::new(&document.to_string())));
}

#[test]
fn equal_texts_share_their_tree() {
    let document = Document::new("SELECT 1;\nSELECT 1;\n");
    assert!(
        document.statements()[0]
            .syntax
            .ptr_eq(&document.statements()[1].syntax)
    );
}
