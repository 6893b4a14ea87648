//! Any statement parses to something; an edit gives what a fresh parse of the edited text gives.
#![no_main]

use confiture_syntax::{Document, TextRange};

libfuzzer_sys::fuzz_target!(|input: (&str, u16, u16, &str)| {
    let (text, at, length, insert) = input;
    let floor = |mut p: usize| {
        p = p.min(text.len());
        while !text.is_char_boundary(p) {
            p -= 1;
        }
        p
    };
    let start = floor(usize::from(at));
    let end = floor(start + usize::from(length) % 64).max(start);
    let mut document = Document::new(text);
    document.edit(TextRange::new(start as u32, end as u32), insert);
    let edited = format!("{}{insert}{}", &text[..start], &text[end..]);
    let fresh = Document::new(&edited);
    assert_eq!(document.text().to_string(), edited);
    let a: Vec<_> = document.statements().iter().map(|s| (s.range, s.kind)).collect();
    let b: Vec<_> = fresh.statements().iter().map(|s| (s.range, s.kind)).collect();
    assert_eq!(a, b);
    for (x, y) in document.statements().iter().zip(fresh.statements()) {
        assert_eq!(x.syntax.errors(), y.syntax.errors());
    }
});
