//! Any statement parses to something; an edit gives what a fresh cut and parse of the edited text give.
#![no_main]

use confiture_syntax::{Pieces, Replaced, Syntax};

libfuzzer_sys::fuzz_target!(|input: (&str, u16, u16, &str)| {
    let (text, at, length, insert) = input;
    let start = text.floor_char_boundary(usize::from(at));
    let end = text.floor_char_boundary(start + usize::from(length) % 64).max(start);
    let edited = format!("{}{insert}{}", &text[..start], &text[end..]);
    let pieces = Pieces::new(text);
    let cut = match Replaced::between(text, &edited) {
        Some(edit) => pieces.edited(&edited, edit).0,
        None => pieces,
    };
    assert_eq!(cut, Pieces::new(&edited));
    for piece in cut.iter() {
        let range = piece.range;
        std::hint::black_box(Syntax::parse(&edited[range.start as usize..range.end as usize]).errors());
    }
});
