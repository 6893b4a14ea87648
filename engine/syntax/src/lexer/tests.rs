use super::TokenKind::*;
use super::*;

fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
    Lexer::new(text, Dialect::Psql)
        .filter(|token| token.kind != Whitespace)
        .map(|token| (token.kind, token.range.slice(text)))
        .collect()
}

#[test]
fn constants() {
    assert_eq!(
        kinds(r"'a''b' E'a\'b' B'01' x'ff' N'a' U&'a' U&\ $$a$b$$ $t$ $$ $t$ "),
        [
            (String, "'a''b'"),
            (EscapeString, r"E'a\'b'"),
            (BitString, "B'01'"),
            (HexString, "x'ff'"),
            (NationalString, "N'a'"),
            (UnicodeString, "U&'a'"),
            (Ident, "U"),
            (Operator, "&"),
            (Backslash, "\\"),
            (DollarString, "$$a$b$$"),
            (DollarString, "$t$ $$ $t$"),
        ]
    );
}

#[test]
fn constants_go_on_in_the_next_line() {
    assert_eq!(
        kinds("'a' -- it's\n 'b' 'c'"),
        [(String, "'a' -- it's\n 'b'"), (String, "'c'")]
    );
    assert_eq!(kinds("E'a'\n'\\'b'"), [(EscapeString, "E'a'\n'\\'b'")]);
}

#[test]
fn comments_nest_and_end_operators() {
    assert_eq!(
        kinds("/* a /* b */ c */+/*x*/"),
        [
            (BlockComment, "/* a /* b */ c */"),
            (Operator, "+"),
            (BlockComment, "/*x*/")
        ]
    );
    assert_eq!(kinds("a--b"), [(Ident, "a"), (LineComment, "--b")]);
}

#[test]
fn operators_end_where_postgresql_ends_them() {
    assert_eq!(
        kinds("a=-1"),
        [(Ident, "a"), (Operator, "="), (Operator, "-"), (Number, "1")]
    );
    assert_eq!(kinds("@-1"), [(Operator, "@-"), (Number, "1")]);
    assert_eq!(kinds("a$b$c"), [(Ident, "a$b$c")]);
}

#[test]
fn numbers_and_dots() {
    assert_eq!(
        kinds("1..2 1.5 .5 1e10 1e 0xFF 1_000 a.b $12"),
        [
            (Number, "1"),
            (DotDot, ".."),
            (Number, "2"),
            (Number, "1.5"),
            (Number, ".5"),
            (Number, "1e10"),
            (Number, "1"),
            (Ident, "e"),
            (Number, "0xFF"),
            (Number, "1_000"),
            (Ident, "a"),
            (Dot, "."),
            (Ident, "b"),
            (Param, "$12"),
        ]
    );
}

#[test]
fn psql_variables() {
    assert_eq!(
        kinds(":a :'b' :\"c\" :{?d} a::b := :"),
        [
            (Variable, ":a"),
            (QuotedVariable, ":'b'"),
            (IdentVariable, ":\"c\""),
            (VariableTest, ":{?d}"),
            (Ident, "a"),
            (Typecast, "::"),
            (Ident, "b"),
            (Assign, ":="),
            (Colon, ":"),
        ]
    );
}

#[test]
fn what_is_not_closed_runs_to_the_end() {
    for text in ["'a", "\"a", "/* /* */", "$a$ $b$", "E'a\\'"] {
        let token = Lexer::new(text, Dialect::Psql).next().expect("a token");
        assert!(!token.terminated, "{text}");
        assert_eq!(token.range.end as usize, text.len());
    }
}

proptest::proptest! {
    #[test]
    fn every_byte_belongs_to_one_token(text in ".*") {
        let mut at = 0;
        for token in Lexer::new(&text, Dialect::Psql) {
            proptest::prop_assert_eq!(token.range.start, at);
            proptest::prop_assert!(token.range.end > at);
            proptest::prop_assert!(text.is_char_boundary(token.range.end as usize));
            at = token.range.end;
        }
        proptest::prop_assert_eq!(at as usize, text.len());
    }
}
